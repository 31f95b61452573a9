/* SPDX-License-Identifier: BSD-3-Clause */
#include "netlink/routes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "ha/time.h"
#include "log.h"
#include "netlink/links.h"
#include "netlink/mirror.h"
#include "nexthop.h"

enum {
	BUCKETS = 65536,
	LOG_INTERVAL_MS = 10000,
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

static struct way *ways[BUCKETS];

static uint8_t family_of(const struct ip_prefix *prefix)
{
	return prefix->length >= IP4_PREFIX_BITS && ip_addr_is_v4_mapped(&prefix->addr) ? AF_INET
											: AF_INET6;
}

static struct way **bucket_of(const struct ip_prefix *prefix)
{
	uint64_t h = ip_addr_word(&prefix->addr, 0) * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 32 ^ ip_addr_word(&prefix->addr, 1) ^ prefix->length) *
	    UINT64_C(0xbf58476d1ce4e5b9);
	return &ways[(h >> 48) % BUCKETS];
}

/* NULL: workers cannot go that way. */
static const struct link *link_of(const struct way *way)
{
	return way->usable ? links_of(way->ifindex) : NULL;
}

/* The lowest metric wins; of several ways with that metric the first that leaves through a port
 * of ours. */
static bool is_better(const struct way *way, const struct way *than)
{
	if (than == NULL || way->metric != than->metric)
		return than == NULL || way->metric < than->metric;
	return link_of(than) == NULL && link_of(way) != NULL;
}

/* What leaves through an interface that is not ours is unreachable for workers, and must not
 * take our default instead. */
static void apply(const struct ip_prefix *prefix)
{
	static uint64_t next_log_ms;
	const struct way *best = NULL;
	const struct link *link;
	int rc = 0;

	if (mirror_is_dumping())
		return;
	for (const struct way *way = *bucket_of(prefix); way != NULL; way = way->next)
		if (ip_prefix_equal(&way->prefix, prefix) && is_better(way, best))
			best = way;
	link = best != NULL ? link_of(best) : NULL;
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
			mirror_incomplete();
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

/* An encapsulation that only the kernel can do makes the way none of ours, and so do an
 * interface that is down and a gateway of another family (RFC 5549). */
static void set_hop(struct way *way, uint32_t ifindex, unsigned int flags,
		    const struct nlattr *const attrs[])
{
	way->ifindex = ifindex;
	way->usable =
		(flags & RTNH_F_DEAD) == 0 && attrs[RTA_ENCAP] == NULL && attrs[RTA_VIA] == NULL;
	way->gateway = (struct ip_addr){0};
	mirror_address(attrs[RTA_GATEWAY], family_of(&way->prefix), &way->gateway);
}

static void change_multipath(struct way *way, const struct nlattr *paths, bool add)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(paths);
	int left = mnl_attr_get_payload_len(paths);

	for (; left >= (int)sizeof(*hop) && RTNH_OK(hop, left); hop = RTNH_NEXT(hop)) {
		const struct nlattr *attrs[RTA_MAX + 1] = {0};

		mirror_index(RTNH_DATA(hop), hop->rtnh_len - RTNH_LENGTH(0), attrs, RTA_MAX);
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
	mirror_u32(attrs[RTA_OIF], &ifindex);
	set_hop(way, ifindex, info->rtm_flags, attrs);
	way->usable &= info->rtm_type == RTN_UNICAST;
	change_way(way, add);
}

/* False for what is never forwarded, and for what is no address. */
static bool read_prefix(const struct rtmsg *info, const struct nlattr *destination,
			struct ip_prefix *prefix)
{
	static const uint8_t any4[4];
	uint8_t base = info->rtm_family == AF_INET ? IP4_PREFIX_BITS : 0;

	if (info->rtm_dst_len > 128 - base)
		return false;
	*prefix = (struct ip_prefix){.length = (uint8_t)(base + info->rtm_dst_len)};
	if (base != 0)
		prefix->addr = ip4_mapped(any4);
	if (!mirror_address(destination, info->rtm_family, &prefix->addr) && info->rtm_dst_len != 0)
		return false;
	if (base != 0)
		return info->rtm_dst_len == 0 || ip4_number(&prefix->addr) >> 28 != 0xe;
	/* Of IPv6 nothing is under ::ffff:0:0/96, where IPv4 has its place here. */
	return !ip_addr_is_link_local(&prefix->addr) && !ip_addr_is_multicast(&prefix->addr) &&
	       family_of(prefix) == AF_INET6;
}

/* Routes of the main table that say where a packet goes by its destination alone. */
static bool is_wanted(const struct rtmsg *info, const struct nlattr *const attrs[],
		      struct ip_prefix *prefix)
{
	uint32_t number;

	if (!mirror_u32(attrs[RTA_TABLE], &number))
		number = info->rtm_table;
	if (!mirror_is_family(info->rtm_family) || number != RT_TABLE_MAIN ||
	    info->rtm_src_len != 0 || info->rtm_tos != 0 || (info->rtm_flags & RTM_F_CLONED) != 0 ||
	    !read_prefix(info, attrs[RTA_DST], prefix))
		return false;
	return info->rtm_type == RTN_UNICAST || info->rtm_type == RTN_UNREACHABLE ||
	       info->rtm_type == RTN_BLACKHOLE || info->rtm_type == RTN_PROHIBIT;
}

void routes_read(const struct nlmsghdr *message)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[RTA_MAX + 1] = {0};
	bool add = message->nlmsg_type == RTM_NEWROUTE;
	struct way way = {0};

	mirror_attributes(message, sizeof(*info), attrs, RTA_MAX);
	if (!is_wanted(info, attrs, &way.prefix))
		return;
	mirror_u32(attrs[RTA_PRIORITY], &way.metric);
	if (add && !mirror_is_dumping() && (message->nlmsg_flags & NLM_F_REPLACE) != 0)
		ways_remove_all(&way);
	change_route(&way, info, attrs, add);
	apply(&way.prefix);
}

void routes_mark(void)
{
	for (uint32_t i = 0; i < BUCKETS; i++)
		for (struct way *way = ways[i]; way != NULL; way = way->next)
			way->seen = false;
}

static void remove_unseen(void)
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

void routes_sweep(void)
{
	remove_unseen();
	for (uint32_t i = 0; i < BUCKETS; i++)
		for (const struct way *way = ways[i]; way != NULL; way = way->next)
			apply(&way->prefix);
}

void routes_stop(void)
{
	for (uint32_t i = 0; i < BUCKETS; i++)
		while (ways[i] != NULL)
			way_remove(&ways[i]);
}
