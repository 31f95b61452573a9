/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/link.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checksum.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "link/frame.h"
#include "log.h"
#include "loop.h"

enum {
	BATCH = 64,
	FRAME_MAX = 1514,
	RECEIVE_BUFFER_OCTETS = 4 << 20,
	CHECK_INTERVAL_MS = 1000, /* whether the interface is still the same */
};

struct outgoing {
	uint8_t frame[FRAME_MAX];
	uint16_t octets;
};

struct link {
	char interface[INTERFACE_NAME_MAX];
	uint16_t port;
	unsigned int ifindex; /* 0: there is none now */
	int fd;
	uint8_t mac[ETH_ALEN];
	struct ip_addr local;
	bool has_local;
	bool is_up; /* as it was last seen */
	uint32_t times_up;
	struct outgoing waiting[BATCH];
	unsigned int waiting_count;
	uint64_t counters[LINK_COUNTER_COUNT];
};

static const struct config *config;
static struct link links[PORTS_MAX];
static uint16_t count;
static int of_prefix[HOME_PREFIXES_MAX];
static link_handler_fn *handlers[256];
static uint8_t received[BATCH][FRAME_MAX];
static uint64_t check_after_ms;
static bool addresses_changed;

/* --- What comes --- */

static void hear(struct link *link, const uint8_t *frame, size_t octets)
{
	struct link_message message = {.link = (uint16_t)(link - links)};

	link->counters[LINK_RECEIVED]++;
	if (!frame_read(frame, octets, &message))
		link->counters[LINK_INVALID]++;
	else if (handlers[message.type] == NULL)
		link->counters[LINK_UNHANDLED]++;
	else
		handlers[message.type](&message);
}

/* What is too long for the buffer is no message that anybody here takes: its length is wrong. */
static void receive(void *context, uint32_t events)
{
	struct link *link = context;
	struct mmsghdr headers[BATCH] = {0};
	struct iovec vectors[BATCH];
	int n;

	(void)events;
	for (unsigned int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){received[i], sizeof(received[i])};
		headers[i].msg_hdr.msg_iov = &vectors[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(link->fd, headers, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++)
		hear(link, received[i], headers[i].msg_len);
}

/* --- What goes --- */

static void flush(struct link *link)
{
	struct mmsghdr headers[BATCH] = {0};
	struct iovec vectors[BATCH];
	unsigned int n = link->waiting_count;
	int sent = 0;

	for (unsigned int i = 0; i < n; i++) {
		vectors[i] = (struct iovec){link->waiting[i].frame, link->waiting[i].octets};
		headers[i].msg_hdr.msg_iov = &vectors[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	if (link->fd >= 0 && n > 0)
		sent = sendmmsg(link->fd, headers, n, MSG_DONTWAIT);
	if (sent < 0)
		sent = 0;
	link->counters[LINK_SENT] += (unsigned int)sent;
	link->counters[LINK_SEND_FAILED] += n - (unsigned int)sent;
	link->waiting_count = 0;
}

/* A place for a frame to wait in; there is always one. */
static struct outgoing *place(struct link *link)
{
	if (link->waiting_count == BATCH)
		flush(link);
	return &link->waiting[link->waiting_count++];
}

static bool fail(struct link *link)
{
	link->counters[LINK_SEND_FAILED]++;
	return false;
}

static bool send_frame(uint16_t index, const struct frame_headers *headers, const uint8_t *message,
		       uint16_t octets)
{
	struct link *link = &links[index];
	struct outgoing *out;

	if (octets > LINK_MESSAGE_MAX)
		return fail(link);
	out = place(link);
	out->octets = frame_write(out->frame, link->mac, headers, message, octets);
	return true;
}

static bool send_discovery(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *source,
			   const struct ip_addr *destination, const uint8_t *message,
			   uint16_t octets)
{
	const struct frame_headers headers = {
		.mac = mac,
		.source = source,
		.destination = destination,
		.hop_limit = FRAME_HOP_LIMIT_ND,
	};

	return send_frame(link, &headers, message, octets);
}

bool link_send(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *source,
	       const struct ip_addr *destination, const uint8_t *message, uint16_t octets)
{
	if (frame_mac_is_group(mac))
		return fail(&links[link]);
	return send_discovery(link, mac, source, destination, message, octets);
}

bool link_send_multicast(uint16_t link, const struct ip_addr *source,
			 const struct ip_addr *destination, const uint8_t *message, uint16_t octets)
{
	uint8_t mac[ETH_ALEN];

	frame_multicast_mac(destination, mac);
	return send_discovery(link, mac, source, destination, message, octets);
}

bool link_send_report(uint16_t link, const struct ip_addr *source,
		      const struct ip_addr *destination, const uint8_t *message, uint16_t octets)
{
	uint8_t mac[ETH_ALEN];
	const struct frame_headers headers = {
		.mac = mac,
		.source = source,
		.destination = destination,
		.hop_limit = FRAME_HOP_LIMIT_MLD,
		.router_alert = true,
	};

	frame_multicast_mac(destination, mac);
	return send_frame(link, &headers, message, octets);
}

bool link_send_packet(uint16_t index, const uint8_t mac[static 6], const uint8_t *packet,
		      uint16_t octets)
{
	struct link *link = &links[index];
	struct outgoing *out;

	if (octets > FRAME_MAX - ETH_HLEN || frame_mac_is_group(mac))
		return fail(link);
	out = place(link);
	memcpy(out->frame, mac, ETH_ALEN);
	memcpy(out->frame + ETH_ALEN, link->mac, ETH_ALEN);
	out->frame[2 * ETH_ALEN] = ETH_P_IPV6 >> 8;
	out->frame[2 * ETH_ALEN + 1] = ETH_P_IPV6 & 0xff;
	memcpy(out->frame + ETH_HLEN, packet, octets);
	out->octets = (uint16_t)(ETH_HLEN + octets);
	flush(link);
	return true;
}

/* --- Interfaces --- */

/* Neighbour and router discovery behind the IPv6 header; multicast listener discovery behind
 * hop-by-hop options of eight octets; and nothing that was sent to somebody else's link-layer
 * address. */
static int set_filter(int fd)
{
	enum { NEXT = 20, FIRST = 54, BEHIND_OPTIONS = 62 };
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OTHERHOST, 15, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NEXT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTO_HOP_BY_HOP, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTO_ICMP6, 0, 12),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FIRST),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ICMP6_ROUTER_SOLICITATION, 0, 10),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, ICMP6_REDIRECT, 9, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FIRST),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTO_ICMP6, 0, 7),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FIRST + 1),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, BEHIND_OPTIONS),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP6_MLD2_REPORT, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ICMP6_MLD_QUERY, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, ICMP6_MLD_DONE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* The filter is there before the interface: nothing else is ever queued. All multicast is let in,
 * since solicited-node groups are as many as mobile nodes. */
static int open_socket(unsigned int ifindex)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IPV6),
		.sll_ifindex = (int)ifindex,
	};
	const struct packet_mreq all = {.mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_ALLMULTI};
	const int on = 1;
	const int octets = RECEIVE_BUFFER_OCTETS;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets));
	if (set_filter(fd) == 0 &&
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) == 0 &&
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) == 0 &&
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

static void read_mac(struct link *link)
{
	struct ifreq request = {0};

	memcpy(request.ifr_name, link->interface, sizeof(link->interface));
	if (ioctl(link->fd, SIOCGIFHWADDR, &request) == 0)
		memcpy(link->mac, request.ifr_hwaddr.sa_data, sizeof(link->mac));
}

static void see_whether_up(struct link *link)
{
	struct ifreq request = {0};
	bool was_up = link->is_up;

	memcpy(request.ifr_name, link->interface, sizeof(link->interface));
	link->is_up = ioctl(link->fd, SIOCGIFFLAGS, &request) == 0 &&
		      (request.ifr_flags & IFF_RUNNING) != 0;
	link->times_up += link->is_up && !was_up;
}

static int open_link(struct link *link)
{
	int fd;
	int rc;

	link->ifindex = if_nametoindex(link->interface);
	if (link->ifindex == 0)
		return -ENODEV;
	fd = open_socket(link->ifindex);
	if (fd < 0)
		return fd;
	rc = loop_add_fd(fd, EPOLLIN, receive, link);
	if (rc != 0) {
		close(fd);
		return rc;
	}
	link->fd = fd;
	read_mac(link);
	see_whether_up(link);
	return 0;
}

static void close_link(struct link *link)
{
	if (link->fd < 0)
		return;
	loop_remove_fd(link->fd);
	close(link->fd);
	link->fd = -1;
	link->ifindex = 0;
	link->is_up = false;
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

		if (link->fd >= 0 && if_nametoindex(link->interface) == link->ifindex) {
			read_mac(link);
			see_whether_up(link);
			continue;
		}
		close_link(link);
		if (open_link(link) == 0) {
			log_info("home link %s is there again", link->interface);
			addresses_changed = true;
		}
	}
}

static unsigned int poll_links(void *unused)
{
	uint64_t now_ms = monotonic_ms();
	unsigned int work = 0;

	(void)unused;
	for (uint16_t i = 0; i < count; i++) {
		work += links[i].waiting_count;
		if (links[i].waiting_count > 0)
			flush(&links[i]);
	}
	if (now_ms >= check_after_ms) {
		check_after_ms = now_ms + CHECK_INTERVAL_MS;
		check_interfaces();
	}
	if (addresses_changed) {
		addresses_changed = false;
		read_addresses();
	}
	return work;
}

/* --- Start and what others ask --- */

static int find_or_add(const struct home_link_config *home)
{
	for (uint16_t i = 0; i < count; i++)
		if (links[i].port == home->port)
			return i;
	links[count] = (struct link){.port = home->port, .fd = -1};
	memcpy(links[count].interface, home->interface, sizeof(links[count].interface));
	return count++;
}

int link_start(const struct config *c, struct fault *fault)
{
	char where[64];

	config = c;
	count = 0;
	for (uint16_t i = 0; i < c->home_prefix_count; i++) {
		const struct home_link_config *home = &c->home_prefixes[i].home_link;
		uint16_t before = count;
		int rc;

		of_prefix[i] = LINK_NONE;
		if (home->kind != HOME_LINK_INTERFACE)
			continue;
		of_prefix[i] = find_or_add(home);
		rc = count > before ? open_link(&links[before]) : 0;
		if (rc != 0) {
			snprintf(where, sizeof(where),
				 "/home_agent/prefixes/%u/home_link/interface", i);
			fault_set(fault, where, "%s could not be opened: %s", home->interface,
				  strerror(-rc));
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
		flush(&links[i]);
		close_link(&links[i]);
	}
	count = 0;
}

void link_handle(uint8_t type, link_handler_fn *handler)
{
	handlers[type] = handler;
}

uint16_t link_count(void)
{
	return count;
}

int link_of_prefix(uint16_t prefix)
{
	return count > 0 ? of_prefix[prefix] : LINK_NONE;
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
