/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/link.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ha/time.h"
#include "link/frame.h"
#include "link/frame4.h"
#include "link/state.h"
#include "log.h"
#include "loop.h"

enum { CHECK_INTERVAL_MS = 1000 }; /* whether the interface is still the same */

static const struct config *config;
static struct link links[PORTS_MAX];
static uint16_t count;
static int of_prefix[HOME_PREFIXES_MAX];
static int of_network[HOME_NETWORKS_MAX];
static link_handler_fn *handlers[256];
static link_handler4_fn *handlers4[256];
static link_arp_fn *arp_handler;
static uint8_t received[LINK_BATCH][LINK_FRAME_MAX];
static uint64_t check_after_ms;
static bool addresses_changed;

/* --- What comes --- */

/* True when it went to somebody, or to nobody; false when it is none that a handler may see. */
static bool hear6(struct link *link, const uint8_t *frame, size_t octets, bool *handled)
{
	struct link_message message = {.link = (uint16_t)(link - links)};

	if (!frame_read(frame, octets, &message))
		return false;
	*handled = handlers[message.type] != NULL;
	if (*handled)
		handlers[message.type](&message);
	return true;
}

static bool hear4(struct link *link, const uint8_t *frame, size_t octets, bool *handled)
{
	struct link_message4 message = {.link = (uint16_t)(link - links)};

	if (!frame4_read(frame, octets, &message))
		return false;
	*handled = handlers4[message.type] != NULL;
	if (*handled)
		handlers4[message.type](&message);
	return true;
}

static bool hear_arp(struct link *link, const uint8_t *frame, size_t octets, bool *handled)
{
	struct cursor message;

	if (!frame4_read_arp(frame, octets, &message))
		return false;
	*handled = arp_handler != NULL;
	if (*handled)
		arp_handler((uint16_t)(link - links), message);
	return true;
}

static void hear(const struct ear *ear, const uint8_t *frame, size_t octets)
{
	static bool (*const hears[LINK_PROTOCOLS])(struct link *, const uint8_t *, size_t,
						   bool *) = {
		[LINK_IP6] = hear6,
		[LINK_IP4] = hear4,
		[LINK_ARP] = hear_arp,
	};
	uint64_t *counters = ear->link->counters;
	bool handled = true;

	counters[LINK_RECEIVED]++;
	if (!hears[ear->protocol](ear->link, frame, octets, &handled))
		counters[LINK_INVALID]++;
	else if (!handled)
		counters[LINK_UNHANDLED]++;
}

/* What is too long for the buffer is no message that anybody here takes: its length is wrong. */
static void receive(void *context, uint32_t events)
{
	const struct ear *ear = context;
	struct mmsghdr headers[LINK_BATCH] = {0};
	struct iovec vectors[LINK_BATCH];
	int n;

	(void)events;
	for (unsigned int i = 0; i < LINK_BATCH; i++) {
		vectors[i] = (struct iovec){received[i], sizeof(received[i])};
		headers[i].msg_hdr.msg_iov = &vectors[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(ear->fd, headers, LINK_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++)
		hear(ear, received[i], headers[i].msg_len);
}

/* --- Interfaces --- */

static void read_mac(struct link *link)
{
	struct ifreq request = {0};

	memcpy(request.ifr_name, link->interface, sizeof(link->interface));
	if (ioctl(link_fd(link), SIOCGIFHWADDR, &request) == 0)
		memcpy(link->mac, request.ifr_hwaddr.sa_data, sizeof(link->mac));
}

static void see_whether_up(struct link *link)
{
	struct ifreq request = {0};
	bool was_up = link->is_up;

	memcpy(request.ifr_name, link->interface, sizeof(link->interface));
	link->is_up = ioctl(link_fd(link), SIOCGIFFLAGS, &request) == 0 &&
		      (request.ifr_flags & IFF_RUNNING) != 0;
	link->times_up += link->is_up && !was_up;
}

static void close_link(struct link *link)
{
	for (unsigned int i = 0; i < LINK_PROTOCOLS; i++) {
		struct ear *ear = &link->ears[i];

		if (ear->fd < 0)
			continue;
		loop_remove_fd(ear->fd);
		close(ear->fd);
		ear->fd = -1;
	}
	link->ifindex = 0;
	link->is_up = false;
}

static int open_ear(struct ear *ear)
{
	int fd = socket_open(ear->protocol, ear->link->ifindex);
	int rc;

	if (fd < 0)
		return fd;
	rc = loop_add_fd(fd, EPOLLIN, receive, ear);
	if (rc == 0)
		ear->fd = fd;
	else
		close(fd);
	return rc;
}

static int open_link(struct link *link)
{
	int rc = 0;

	link->ifindex = if_nametoindex(link->interface);
	if (link->ifindex == 0)
		return -ENODEV;
	for (unsigned int i = 0; i < LINK_PROTOCOLS && rc == 0; i++)
		if (link->ears[i].wanted)
			rc = open_ear(&link->ears[i]);
	if (rc != 0) {
		close_link(link);
		return rc;
	}
	read_mac(link);
	see_whether_up(link);
	return 0;
}

static void keep_if_local(const struct ifaddrs *entry)
{
	struct ip_addr address;

	if (entry->ifa_addr == NULL || entry->ifa_addr->sa_family != AF_INET6)
		return;
	memcpy(address.bytes,
	       &((const struct sockaddr_in6 *)(const void *)entry->ifa_addr)->sin6_addr,
	       sizeof(address.bytes));
	for (uint16_t i = 0; i < count; i++) {
		struct link *link = &links[i];

		if (!ip_addr_is_link_local(&address) || link->has_local ||
		    strcmp(entry->ifa_name, link->interface) != 0)
			continue;
		link->local = address;
		link->has_local = true;
	}
}

static void read_addresses(void)
{
	struct ifaddrs *list;

	if (count == 0 || getifaddrs(&list) != 0)
		return;
	for (uint16_t i = 0; i < count; i++)
		links[i].has_local = false;
	for (const struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next)
		keep_if_local(entry);
	freeifaddrs(list);
}

/* An interface that was taken away and made anew is another one by the same name. */
static void check_interfaces(void)
{
	for (uint16_t i = 0; i < count; i++) {
		struct link *link = &links[i];

		if (link_fd(link) >= 0 && if_nametoindex(link->interface) == link->ifindex) {
			read_mac(link);
			see_whether_up(link);
			continue;
		}
		close_link(link);
		if (open_link(link) == 0) {
			log_info("link %s is there again", link->interface);
			addresses_changed = true;
		}
	}
}

/* What is sent here is no reason to expect more: questions wake the loop from its sleep. */
static unsigned int poll_links(void *unused)
{
	uint64_t now_ms = monotonic_ms();

	(void)unused;
	for (uint16_t i = 0; i < count; i++)
		if (links[i].waiting_count > 0)
			link_flush(&links[i]);
	if (now_ms >= check_after_ms) {
		check_after_ms = now_ms + CHECK_INTERVAL_MS;
		check_interfaces();
	}
	if (addresses_changed) {
		addresses_changed = false;
		read_addresses();
	}
	return 0;
}

/* --- Start and what others ask --- */

static struct link *add(uint16_t port)
{
	struct link *link = &links[count++];

	*link = (struct link){.port = port};
	memcpy(link->interface, config->ports[port].interface, sizeof(link->interface));
	for (unsigned int i = 0; i < LINK_PROTOCOLS; i++)
		link->ears[i] = (struct ear){.link = link, .protocol = i, .fd = -1};
	return link;
}

/* The link of a port, which from now on hears that protocol, too. where: who wants it, with its number. */
static int want(uint16_t port, enum link_protocol protocol, const char *where, unsigned int number)
{
	int index = link_of_port(port);
	struct link *link = index != LINK_NONE ? &links[index] : add(port);

	link->ears[protocol].wanted = true;
	if (link->where[0] == '\0')
		snprintf(link->where, sizeof(link->where), where, number);
	return (int)(link - links);
}

static void want_all(void)
{
	static const char prefixes[] = "/home_agent/prefixes/%u/home_link/interface";
	static const char networks[] = "/mobile_ipv4/networks/%u/home_link/interface";

	for (uint16_t i = 0; i < config->home_prefix_count; i++) {
		const struct home_link_config *home = &config->home_prefixes[i].home_link;

		of_prefix[i] = home->kind == HOME_LINK_INTERFACE
				       ? want(home->port, LINK_IP6, prefixes, i)
				       : LINK_NONE;
	}
	for (uint16_t i = 0; i < config->mip4.network_count; i++) {
		const struct home_link_config *home = &config->mip4.networks[i].home_link;

		of_network[i] = LINK_NONE;
		if (home->kind != HOME_LINK_INTERFACE)
			continue;
		of_network[i] = want(home->port, LINK_IP4, networks, i);
		want(home->port, LINK_ARP, networks, i);
	}
	for (uint16_t i = 0; i < config->port_count; i++)
		if (config->ports[i].foreign_agent.enabled)
			want(i, LINK_IP4, "/ports/%u/interface", i);
}

int link_start(const struct config *c, struct fault *fault)
{
	config = c;
	count = 0;
	want_all();
	for (uint16_t i = 0; i < count; i++) {
		int rc = open_link(&links[i]);

		if (rc != 0) {
			fault_set(fault, links[i].where, "%s could not be opened: %s",
				  links[i].interface, strerror(-rc));
			link_stop();
			return rc;
		}
	}
	read_addresses();
	check_after_ms = monotonic_ms() + CHECK_INTERVAL_MS;
	return count > 0 ? loop_add_poller(poll_links, NULL) : 0;
}

void link_stop(void)
{
	for (uint16_t i = 0; i < count; i++) {
		link_flush(&links[i]);
		close_link(&links[i]);
	}
	count = 0;
}

void link_handle(uint8_t type, link_handler_fn *handler)
{
	handlers[type] = handler;
}

void link_handle4(uint8_t type, link_handler4_fn *handler)
{
	handlers4[type] = handler;
}

void link_handle_arp(link_arp_fn *handler)
{
	arp_handler = handler;
}

struct link *link_state(uint16_t link)
{
	return &links[link];
}

uint16_t link_count(void)
{
	return count;
}

bool link_serves_ip6(uint16_t link)
{
	return links[link].ears[LINK_IP6].wanted;
}

bool link_serves_ip4(uint16_t link)
{
	return links[link].ears[LINK_IP4].wanted;
}

bool link_any_ip6(void)
{
	for (uint16_t i = 0; i < count; i++)
		if (link_serves_ip6(i))
			return true;
	return false;
}

int link_of_prefix(uint16_t prefix)
{
	return count > 0 ? of_prefix[prefix] : LINK_NONE;
}

int link_of_network(uint16_t network)
{
	return count > 0 ? of_network[network] : LINK_NONE;
}

int link_of_address(const struct ip_addr *address)
{
	if (count == 0)
		return LINK_NONE;
	for (uint16_t i = 0; i < config->home_prefix_count; i++)
		if (ip_prefix_contains(&config->home_prefixes[i].prefix, address))
			return of_prefix[i];
	return LINK_NONE;
}

int link_of_port(uint16_t port)
{
	for (uint16_t i = 0; i < count; i++)
		if (links[i].port == port)
			return i;
	return LINK_NONE;
}

const char *link_interface(uint16_t link)
{
	return links[link].interface;
}

const uint8_t *link_mac(uint16_t link)
{
	return links[link].mac;
}

const struct ip_addr *link_local(uint16_t link)
{
	return links[link].has_local ? &links[link].local : NULL;
}

uint32_t link_times_up(uint16_t link)
{
	return links[link].times_up;
}

void link_addresses_changed(void)
{
	addresses_changed = true;
}

const uint64_t *link_counters(uint16_t link)
{
	return links[link].counters;
}
