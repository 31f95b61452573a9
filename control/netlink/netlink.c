/* SPDX-License-Identifier: BSD-3-Clause */
#include "netlink/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "counters.h"
#include "ha/time.h"
#include "log.h"
#include "loop.h"
#include "netlink/links.h"
#include "netlink/locals.h"
#include "netlink/mirror.h"
#include "netlink/neighbours.h"
#include "netlink/routes.h"
#include "nexthop.h"

enum {
	BUFFER_OCTETS = 32768, /* what the kernel puts in one message of a dump */
	RECEIVE_BUFFER_OCTETS = 8 << 20,
	READS_MAX = 64, /* in one turn of the loop */
	DUMP_TIMEOUT_S = 5,
	DUMP_TRIES = 5, /* while the kernel says that it changed under the dump */
	RESYNC_INTERVAL_MS = 1000,
};

static struct mnl_socket *events;
static bool dumping; /* routes are applied once, when all are known */
static bool resync_wanted;
static uint64_t resync_after_ms;

bool mirror_is_dumping(void)
{
	return dumping;
}

void mirror_want_resync(void)
{
	if (!dumping)
		resync_wanted = true;
}

void mirror_incomplete(void)
{
	resync_wanted = true;
}

/* --- Messages, dumps and notifications --- */

static bool holds(const struct nlmsghdr *message, size_t octets)
{
	return mnl_nlmsg_get_payload_len(message) >= octets;
}

static int read_message(const struct nlmsghdr *message, void *unused)
{
	(void)unused;
	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (holds(message, sizeof(struct ifinfomsg)))
			links_read(message);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (holds(message, sizeof(struct ifaddrmsg)))
			locals_read(message);
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		if (holds(message, sizeof(struct ndmsg)))
			neighbours_read(message);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		if (holds(message, sizeof(struct rtmsg)))
			routes_read(message);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int read_dump(struct mnl_socket *socket)
{
	static char buffer[BUFFER_OCTETS];
	unsigned int port_id = mnl_socket_get_portid(socket);
	int more = MNL_CB_OK;

	while (more > MNL_CB_STOP) {
		ssize_t octets = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));

		if (octets < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)octets, 1, port_id, read_message, NULL);
	}
	return more < 0 ? -errno : 0;
}

/* A socket for each dump: one that was given up half way must not be read by the next. */
static int dump_once(uint16_t type, uint8_t family)
{
	const struct timeval timeout = {.tv_sec = DUMP_TIMEOUT_S};
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char buffer[64] = {0};
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtgenmsg *body;
	int rc;

	if (socket == NULL)
		return -errno;
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = 1;
	body = mnl_nlmsg_put_extra_header(message, sizeof(*body));
	body->rtgen_family = family;
	setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		rc = -errno;
	else
		rc = read_dump(socket);
	mnl_socket_close(socket);
	return rc;
}

static int dump(uint16_t type, uint8_t family)
{
	int rc = -EINTR;

	for (int i = 0; i < DUMP_TRIES && rc == -EINTR; i++)
		rc = dump_once(type, family);
	return rc;
}

static void mark(void)
{
	links_mark();
	locals_mark();
	routes_mark();
	nexthop_mark_neighbours();
}

static int dump_all(void)
{
	static const struct {
		uint16_t type;
		uint8_t family;
	} dumps[] = {
		{RTM_GETLINK, AF_UNSPEC}, {RTM_GETADDR, AF_INET6}, {RTM_GETADDR, AF_INET},
		{RTM_GETNEIGH, AF_INET6}, {RTM_GETNEIGH, AF_INET}, {RTM_GETROUTE, AF_INET6},
		{RTM_GETROUTE, AF_INET},
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(dumps) / sizeof(dumps[0]); i++)
		rc = dump(dumps[i].type, dumps[i].family);
	return rc;
}

static void sweep(void)
{
	links_sweep();
	locals_sweep();
	nexthop_sweep_neighbours();
	routes_sweep();
}

/* Reads everything. What the dump does not name is gone; after a dump that failed everything
 * stays. */
static int resync(void)
{
	int rc;

	dumping = true;
	mark();
	rc = dump_all();
	dumping = false;
	if (rc == 0)
		sweep();
	return rc;
}

static unsigned int poll_resync(void *unused)
{
	int rc;

	(void)unused;
	if (!resync_wanted || events == NULL || monotonic_ms() < resync_after_ms)
		return 0;
	resync_wanted = false;
	rc = resync();
	if (rc != 0) {
		log_error("the kernel's routes could not be read, trying again: %s", strerror(-rc));
		resync_wanted = true;
	}
	resync_after_ms = monotonic_ms() + RESYNC_INTERVAL_MS;
	return 1;
}

static void overrun(void)
{
	if (resync_wanted)
		return;
	count(COUNT_NETLINK_RESYNC);
	log_warning("the kernel's notifications came too fast; reading everything anew");
	resync_wanted = true;
}

static void read_events(void *unused, uint32_t epoll_events)
{
	static char buffer[BUFFER_OCTETS];

	(void)unused;
	(void)epoll_events;
	for (int i = 0; i < READS_MAX; i++) {
		ssize_t octets = mnl_socket_recvfrom(events, buffer, sizeof(buffer));

		if (octets < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (octets < 0)
			overrun();
		else if (mnl_cb_run(buffer, (size_t)octets, 0, 0, read_message, NULL) < 0)
			log_debug("the kernel refused a request: %s", strerror(errno));
	}
}

/* --- Start and stop --- */

static int open_events(void)
{
	static const int groups[] = {RTNLGRP_LINK,	 RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_IFADDR,
				     RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_ROUTE,  RTNLGRP_NEIGH};
	const int octets = RECEIVE_BUFFER_OCTETS;
	int fd;

	events = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (events == NULL || mnl_socket_bind(events, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	fd = mnl_socket_get_fd(events);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (mnl_socket_setsockopt(events, NETLINK_ADD_MEMBERSHIP,
					  (void *)(uintptr_t)&groups[i], sizeof(groups[i])) < 0)
			return -errno;
	return loop_add_fd(fd, EPOLLIN, read_events, NULL);
}

/* Listens before it dumps, so that nothing happens unseen in between. */
int netlink_start(const struct config *config, netlink_address_fn *address, struct fault *fault)
{
	int rc;

	locals_start(address);
	links_start(config);
	rc = open_events();
	if (rc == 0)
		rc = resync();
	if (rc == 0)
		rc = loop_add_poller(poll_resync, NULL);
	if (rc != 0)
		fault_set(fault, "", "the kernel's routes and neighbours could not be read: %s",
			  strerror(-rc));
	else
		rc = links_check(fault);
	if (rc != 0)
		netlink_stop();
	return rc;
}

void netlink_stop(void)
{
	if (events != NULL) {
		loop_remove_fd(mnl_socket_get_fd(events));
		mnl_socket_close(events);
	}
	events = NULL;
	routes_stop();
	locals_stop();
	links_stop();
	resync_wanted = false;
}

void netlink_resolve(uint16_t port, const struct ip_addr *neighbour)
{
	const struct link *link = links_of_port(port);

	if (link != NULL && link->ifindex != 0 && events != NULL)
		neighbours_ask(events, link->ifindex, neighbour);
}
