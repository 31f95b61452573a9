/* SPDX-License-Identifier: BSD-3-Clause */
#include "netlink.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "counters.h"
#include "ha/time.h"
#include "log.h"
#include "loop.h"
#include "nexthop.h"

enum {
	BUCKETS = 65536,
	BUFFER_OCTETS = 32768, /* what the kernel puts in one message of a dump */
	RECEIVE_BUFFER_OCTETS = 8 << 20,
	READS_MAX = 64, /* in one turn of the loop */
	DUMP_TIMEOUT_S = 5,
	DUMP_TRIES = 5, /* while the kernel says that it changed under the dump */
	RESYNC_INTERVAL_MS = 1000,
	LOG_INTERVAL_MS = 10000,
};

/* The kernel interface of a port. */
struct link {
	uint16_t port;
	const struct port_config *config;
	uint32_t ifindex; /* 0: there is none now */
	bool running;
	bool seen; /* told since the last mark */
};

/* One way a prefix may be reached; several with the same metric are a multipath route. */
struct way {
	struct way *next; /* in its bucket, in the kernel's order for one prefix */
	struct ip_prefix prefix;
	struct ip_addr gateway; /* unspecified: directly connected */
	uint32_t metric;
	uint32_t ifindex;
	bool usable; /* not unreachable, dead, or by means that workers do not have */
	bool seen;   /* told since the last mark */
};

struct local {
	struct ip_addr address;
	uint32_t ifindex;
	bool seen; /* told since the last mark */
};

static struct mnl_socket *events;
static netlink_address_fn *tell_address;
static struct link links[PORTS_MAX];
static uint16_t link_count;
static struct way *ways[BUCKETS];
static struct local *locals;
static size_t local_count;
static size_t local_room;
static bool dumping; /* routes are applied once, when all are known */
static bool resync_wanted;
static uint64_t resync_after_ms;

static struct link *link_of(uint32_t ifindex)
{
	for (uint16_t i = 0; i < link_count; i++)
		if (ifindex != 0 && links[i].ifindex == ifindex)
			return &links[i];
	return NULL;
}

/* Puts the attributes up to max into table, by type. */
static void index_attributes(const void *from, size_t octets, const struct nlattr *table[],
			     uint16_t max)
{
	const char *end = (const char *)from + octets;
	const struct nlattr *attr = from;

	for (; mnl_attr_ok(attr, (int)(end - (const char *)attr)); attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) <= max)
			table[mnl_attr_get_type(attr)] = attr;
}

/* Those behind a message's own header. */
static void message_attributes(const struct nlmsghdr *message, size_t header,
			       const struct nlattr *table[], uint16_t max)
{
	index_attributes(mnl_nlmsg_get_payload_offset(message, header),
			 mnl_nlmsg_get_payload_len(message) - header, table, max);
}

static bool read_address(const struct nlattr *attr, struct ip_addr *address)
{
	if (attr == NULL || mnl_attr_get_payload_len(attr) != sizeof(address->bytes))
		return false;
	memcpy(address->bytes, mnl_attr_get_payload(attr), sizeof(address->bytes));
	return true;
}

static bool read_u32(const struct nlattr *attr, uint32_t *value)
{
	if (attr == NULL || mnl_attr_get_payload_len(attr) != sizeof(*value))
		return false;
	memcpy(value, mnl_attr_get_payload(attr), sizeof(*value));
	return true;
}

/* --- Links --- */

static void want_resync(void)
{
	if (!dumping)
		resync_wanted = true;
}

/* The interface by that name, which may have been made anew. */
static struct link *link_by_name(const struct nlattr *name)
{
	if (name == NULL || mnl_attr_validate(name, MNL_TYPE_NUL_STRING) < 0)
		return NULL;
	for (uint16_t i = 0; i < link_count; i++)
		if (strcmp(links[i].config->interface, mnl_attr_get_str(name)) == 0)
			return &links[i];
	return NULL;
}

static void set_running(struct link *link, bool running)
{
	if (link->running == running)
		return;
	link->running = running;
	if (running)
		log_info("port %s: interface %s is up", link->config->name,
			 link->config->interface);
	else
		log_warning("port %s: interface %s is down", link->config->name,
			    link->config->interface);
	want_resync();
}

static void link_gone(struct link *link)
{
	log_warning("port %s: interface %s is gone", link->config->name, link->config->interface);
	link->ifindex = 0;
	link->running = false;
	want_resync();
}

static void read_link(const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[IFLA_MAX + 1] = {0};
	uint32_t ifindex = (uint32_t)info->ifi_index;
	struct link *link;
	uint32_t mtu;

	if (info->ifi_family != AF_UNSPEC)
		return;
	link = link_of(ifindex);
	if (message->nlmsg_type == RTM_DELLINK) {
		if (link != NULL)
			link_gone(link);
		return;
	}
	message_attributes(message, sizeof(*info), attrs, IFLA_MAX);
	if (link == NULL)
		link = link_by_name(attrs[IFLA_IFNAME]);
	if (link == NULL)
		return;
	link->seen = true;
	if (link->ifindex != ifindex) {
		link->ifindex = ifindex;
		want_resync();
	}
	if (attrs[IFLA_ADDRESS] != NULL && mnl_attr_get_payload_len(attrs[IFLA_ADDRESS]) == 6 &&
	    read_u32(attrs[IFLA_MTU], &mtu))
		nexthop_set_port(link->port, mnl_attr_get_payload(attrs[IFLA_ADDRESS]),
				 (uint16_t)(mtu < UINT16_MAX ? mtu : UINT16_MAX));
	set_running(link, (info->ifi_flags & IFF_UP) != 0 && (info->ifi_flags & IFF_RUNNING) != 0);
}

/* --- Addresses of this host --- */

static bool is_local(const struct ip_addr *address)
{
	for (size_t i = 0; i < local_count; i++)
		if (ip_addr_equal(&locals[i].address, address))
			return true;
	return false;
}

static struct local *local_find(const struct ip_addr *address, uint32_t ifindex)
{
	for (size_t i = 0; i < local_count; i++)
		if (locals[i].ifindex == ifindex && ip_addr_equal(&locals[i].address, address))
			return &locals[i];
	return NULL;
}

static struct local *local_add(const struct ip_addr *address, uint32_t ifindex)
{
	size_t room = local_room != 0 ? 2 * local_room : 64;
	struct local *more;

	if (local_count == local_room) {
		more = reallocarray(locals, room, sizeof(*locals));
		if (more == NULL)
			return NULL;
		locals = more;
		local_room = room;
	}
	locals[local_count] = (struct local){.address = *address, .ifindex = ifindex};
	return &locals[local_count++];
}

/* An address may be on two interfaces: it is gone when it left both. */
static void local_remove(struct local *local)
{
	const struct ip_addr address = local->address;

	*local = locals[--local_count];
	if (!is_local(&address))
		tell_address(&address, false);
}

static void read_local(const struct nlmsghdr *message)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[IFA_MAX + 1] = {0};
	struct ip_addr address;
	struct local *local;
	uint32_t flags;
	bool is_new;

	message_attributes(message, sizeof(*info), attrs, IFA_MAX);
	if (info->ifa_family != AF_INET6 ||
	    (!read_address(attrs[IFA_LOCAL], &address) &&
	     !read_address(attrs[IFA_ADDRESS], &address)) ||
	    (!ip_addr_is_unicast_routable(&address) && !ip_addr_is_link_local(&address)))
		return;
	if (!read_u32(attrs[IFA_FLAGS], &flags))
		flags = info->ifa_flags;
	local = local_find(&address, info->ifa_index);
	if (message->nlmsg_type == RTM_DELADDR || (flags & IFA_F_DADFAILED) != 0) {
		if (local != NULL)
			local_remove(local);
		return;
	}
	is_new = !is_local(&address);
	if (local == NULL)
		local = local_add(&address, info->ifa_index);
	if (local == NULL)
		return;
	local->seen = true;
	if (is_new)
		tell_address(&address, true);
}

/* --- Neighbours --- */

static bool is_good_state(uint16_t state)
{
	return (state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT |
			 NUD_NOARP)) != 0;
}

/* While the kernel still asks (incomplete) there is nothing to tell; it comes to an end one way
 * or the other. */
static void read_neighbour(const struct nlmsghdr *message)
{
	const struct ndmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[NDA_MAX + 1] = {0};
	const struct link *link = link_of((uint32_t)info->ndm_ifindex);
	const struct nlattr *mac;
	struct ip_addr address;

	message_attributes(message, sizeof(*info), attrs, NDA_MAX);
	if (info->ndm_family != AF_INET6 || link == NULL || (info->ndm_flags & NTF_PROXY) != 0 ||
	    !read_address(attrs[NDA_DST], &address) || ip_addr_is_multicast(&address))
		return;
	mac = attrs[NDA_LLADDR];
	if (message->nlmsg_type == RTM_DELNEIGH || (info->ndm_state & NUD_FAILED) != 0)
		nexthop_set_neighbour(link->port, &address, NULL, false);
	else if (is_good_state(info->ndm_state) && mac != NULL &&
		 mnl_attr_get_payload_len(mac) == 6)
		nexthop_set_neighbour(link->port, &address, mnl_attr_get_payload(mac),
				      (info->ndm_state & NUD_STALE) != 0);
}

void netlink_resolve(uint16_t port, const struct ip_addr *neighbour)
{
	const struct link *link = NULL;
	char buffer[128] = {0};
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ndmsg *info;

	for (uint16_t i = 0; i < link_count; i++)
		if (links[i].port == port)
			link = &links[i];
	if (link == NULL || link->ifindex == 0 || events == NULL)
		return;
	message->nlmsg_type = RTM_NEWNEIGH;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE;
	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ndm_family = AF_INET6;
	info->ndm_ifindex = (int)link->ifindex;
	info->ndm_state = NUD_NONE;
	info->ndm_flags = NTF_USE;
	mnl_attr_put(message, NDA_DST, sizeof(neighbour->bytes), neighbour->bytes);
	if (mnl_socket_sendto(events, message, message->nlmsg_len) < 0)
		log_debug("could not ask the kernel for a neighbour: %s", strerror(errno));
}

/* --- Routes --- */

static struct way **bucket_of(const struct ip_prefix *prefix)
{
	uint64_t h = ip_addr_word(&prefix->addr, 0) * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 32 ^ ip_addr_word(&prefix->addr, 1) ^ prefix->length) *
	    UINT64_C(0xbf58476d1ce4e5b9);
	return &ways[(h >> 48) % BUCKETS];
}

/* NULL: workers cannot go that way. */
static const struct link *link_of_way(const struct way *way)
{
	return way->usable ? link_of(way->ifindex) : NULL;
}

/* The lowest metric wins; of several ways with that metric the first that leaves through a port
 * of ours. */
static bool is_better(const struct way *way, const struct way *than)
{
	if (than == NULL || way->metric != than->metric)
		return than == NULL || way->metric < than->metric;
	return link_of_way(than) == NULL && link_of_way(way) != NULL;
}

/* What leaves through an interface that is not ours is unreachable for workers, and must not
 * take our default instead. */
static void apply(const struct ip_prefix *prefix)
{
	static uint64_t next_log_ms;
	const struct way *best = NULL;
	const struct link *link;
	int rc = 0;

	if (dumping)
		return;
	for (const struct way *way = *bucket_of(prefix); way != NULL; way = way->next)
		if (ip_prefix_equal(&way->prefix, prefix) && is_better(way, best))
			best = way;
	link = best != NULL ? link_of_way(best) : NULL;
	if (best == NULL)
		nexthop_remove_route(prefix);
	else if (link == NULL)
		rc = nexthop_set_unreachable(prefix);
	else
		rc = nexthop_set_route(prefix, link->port,
				       ip_addr_is_unspecified(&best->gateway) ? NULL
									      : &best->gateway);
	if (rc != 0 && monotonic_ms() >= next_log_ms) {
		next_log_ms = monotonic_ms() + LOG_INTERVAL_MS;
		log_error("a route of the kernel could not be taken over: %s", strerror(-rc));
	}
}

static void way_remove(struct way **at)
{
	struct way *way = *at;

	*at = way->next;
	free(way);
}

static struct way **way_place(const struct way *like)
{
	struct way **at = bucket_of(&like->prefix);

	while (*at != NULL && ((*at)->metric != like->metric || (*at)->ifindex != like->ifindex ||
			       !ip_addr_equal(&(*at)->gateway, &like->gateway) ||
			       !ip_prefix_equal(&(*at)->prefix, &like->prefix)))
		at = &(*at)->next;
	return at;
}

static void way_add(const struct way *like)
{
	struct way **at = way_place(like);

	if (*at == NULL) {
		*at = malloc(sizeof(**at));
		if (*at == NULL) {
			resync_wanted = true;
			return;
		}
		**at = *like;
		(*at)->next = NULL;
	}
	(*at)->usable = like->usable;
	(*at)->seen = true;
}

static void ways_remove_all(const struct way *like)
{
	struct way **at = bucket_of(&like->prefix);

	while (*at != NULL) {
		if ((*at)->metric == like->metric && ip_prefix_equal(&(*at)->prefix, &like->prefix))
			way_remove(at);
		else
			at = &(*at)->next;
	}
}

static void change_way(const struct way *like, bool add)
{
	struct way **at;

	if (add) {
		way_add(like);
		return;
	}
	at = way_place(like);
	if (*at != NULL)
		way_remove(at);
}

/* An encapsulation that only the kernel can do makes the way none of ours, and so does an
 * interface that is down. */
static void set_hop(struct way *way, uint32_t ifindex, unsigned int flags,
		    const struct nlattr *const attrs[])
{
	way->ifindex = ifindex;
	way->usable = (flags & RTNH_F_DEAD) == 0 && attrs[RTA_ENCAP] == NULL;
	way->gateway = (struct ip_addr){0};
	read_address(attrs[RTA_GATEWAY], &way->gateway);
}

static void change_multipath(struct way *way, const struct nlattr *paths, bool add)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(paths);
	int left = mnl_attr_get_payload_len(paths);

	for (; left >= (int)sizeof(*hop) && RTNH_OK(hop, left); hop = RTNH_NEXT(hop)) {
		const struct nlattr *attrs[RTA_MAX + 1] = {0};

		index_attributes(RTNH_DATA(hop), hop->rtnh_len - RTNH_LENGTH(0), attrs, RTA_MAX);
		set_hop(way, (uint32_t)hop->rtnh_ifindex, hop->rtnh_flags, attrs);
		change_way(way, add);
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
	}
}

static void change_route(struct way *way, const struct rtmsg *info,
			 const struct nlattr *const attrs[], bool add)
{
	uint32_t ifindex = 0;

	if (attrs[RTA_MULTIPATH] != NULL) {
		change_multipath(way, attrs[RTA_MULTIPATH], add);
		return;
	}
	read_u32(attrs[RTA_OIF], &ifindex);
	set_hop(way, ifindex, info->rtm_flags, attrs);
	way->usable &= info->rtm_type == RTN_UNICAST;
	change_way(way, add);
}

/* Routes of the main table that say where a packet goes by its destination alone. */
static bool is_wanted(const struct rtmsg *info, const struct nlattr *const attrs[],
		      struct ip_prefix *prefix)
{
	uint32_t number;

	if (!read_u32(attrs[RTA_TABLE], &number))
		number = info->rtm_table;
	if (info->rtm_family != AF_INET6 || number != RT_TABLE_MAIN || info->rtm_src_len != 0 ||
	    (info->rtm_flags & RTM_F_CLONED) != 0 || info->rtm_dst_len > 128)
		return false;
	*prefix = (struct ip_prefix){.length = info->rtm_dst_len};
	if (!read_address(attrs[RTA_DST], &prefix->addr) && prefix->length != 0)
		return false;
	if (ip_addr_is_link_local(&prefix->addr) || ip_addr_is_multicast(&prefix->addr))
		return false;
	return info->rtm_type == RTN_UNICAST || info->rtm_type == RTN_UNREACHABLE ||
	       info->rtm_type == RTN_BLACKHOLE || info->rtm_type == RTN_PROHIBIT;
}

static void read_route(const struct nlmsghdr *message)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[RTA_MAX + 1] = {0};
	bool add = message->nlmsg_type == RTM_NEWROUTE;
	struct way way = {0};

	message_attributes(message, sizeof(*info), attrs, RTA_MAX);
	if (!is_wanted(info, attrs, &way.prefix))
		return;
	read_u32(attrs[RTA_PRIORITY], &way.metric);
	if (add && !dumping && (message->nlmsg_flags & NLM_F_REPLACE) != 0)
		ways_remove_all(&way);
	change_route(&way, info, attrs, add);
	apply(&way.prefix);
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
			read_link(message);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (holds(message, sizeof(struct ifaddrmsg)))
			read_local(message);
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		if (holds(message, sizeof(struct ndmsg)))
			read_neighbour(message);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		if (holds(message, sizeof(struct rtmsg)))
			read_route(message);
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
	for (uint16_t i = 0; i < link_count; i++)
		links[i].seen = false;
	for (size_t i = 0; i < local_count; i++)
		locals[i].seen = false;
	for (uint32_t i = 0; i < BUCKETS; i++)
		for (struct way *way = ways[i]; way != NULL; way = way->next)
			way->seen = false;
	nexthop_mark_neighbours();
}

static int dump_all(void)
{
	int rc = dump(RTM_GETLINK, AF_UNSPEC);

	if (rc == 0)
		rc = dump(RTM_GETADDR, AF_INET6);
	if (rc == 0)
		rc = dump(RTM_GETNEIGH, AF_INET6);
	if (rc == 0)
		rc = dump(RTM_GETROUTE, AF_INET6);
	return rc;
}

static void sweep_ways(void)
{
	for (uint32_t i = 0; i < BUCKETS; i++) {
		struct way **at = &ways[i];

		while (*at != NULL) {
			const struct ip_prefix prefix = (*at)->prefix;

			if ((*at)->seen) {
				at = &(*at)->next;
				continue;
			}
			way_remove(at);
			apply(&prefix);
		}
	}
}

static void sweep(void)
{
	for (uint16_t i = 0; i < link_count; i++)
		if (!links[i].seen && links[i].ifindex != 0)
			link_gone(&links[i]);
	for (size_t i = local_count; i-- > 0;)
		if (!locals[i].seen)
			local_remove(&locals[i]);
	nexthop_sweep_neighbours();
	sweep_ways();
	for (uint32_t i = 0; i < BUCKETS; i++)
		for (const struct way *way = ways[i]; way != NULL; way = way->next)
			apply(&way->prefix);
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

static void choose_links(const struct config *config)
{
	link_count = 0;
	for (uint16_t i = 0; i < config->port_count; i++)
		if (config->ports[i].kind != PORT_VDEV)
			links[link_count++] = (struct link){
				.port = i,
				.config = &config->ports[i],
				.running = true,
			};
}

static int check_links(struct fault *fault)
{
	char where[64];

	for (uint16_t i = 0; i < link_count; i++) {
		if (links[i].ifindex != 0)
			continue;
		snprintf(where, sizeof(where), "/ports/%u/interface", links[i].port);
		fault_set(fault, where,
			  "there is no interface \"%s\" in this network namespace; create it, or "
			  "name one that \"ip -brief link\" shows",
			  links[i].config->interface);
		return -ENODEV;
	}
	return 0;
}

static int open_events(void)
{
	static const int groups[] = {RTNLGRP_LINK, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_ROUTE,
				     RTNLGRP_NEIGH};
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

	tell_address = address;
	choose_links(config);
	rc = open_events();
	if (rc == 0)
		rc = resync();
	if (rc == 0)
		rc = loop_add_poller(poll_resync, NULL);
	if (rc != 0)
		fault_set(fault, "", "the kernel's routes and neighbours could not be read: %s",
			  strerror(-rc));
	else
		rc = check_links(fault);
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
	for (uint32_t i = 0; i < BUCKETS; i++)
		while (ways[i] != NULL)
			way_remove(&ways[i]);
	free(locals);
	locals = NULL;
	local_count = 0;
	local_room = 0;
	link_count = 0;
	resync_wanted = false;
}
