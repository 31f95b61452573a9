/* SPDX-License-Identifier: BSD-3-Clause */
#include "hold.h"

#include <rte_mbuf.h>

#include "counters.h"
#include "ha/dataplane.h"
#include "ha/time.h"
#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"
#include "nexthop.h"

enum {
	HOPS_MAX = 256,	    /* next hops being resolved with packets waiting */
	PACKETS_MAX = 3,    /* for each */
	PATIENCE_MS = 4000, /* the kernel gives up after three solicitations a second apart */
};

struct waiting {
	uint32_t next_hop; /* NEXTHOP_NONE: free */
	uint64_t until_ms;
	struct punt packets[PACKETS_MAX];
	uint8_t count;
};

static struct waiting hops[HOPS_MAX];
static unsigned int hops_used;

static struct waiting *find(uint32_t next_hop)
{
	for (unsigned int i = 0; i < HOPS_MAX; i++)
		if (hops[i].next_hop == next_hop)
			return &hops[i];
	return NULL;
}

static struct ip_addr destination_of(struct rte_mbuf *packet)
{
	const struct ip6_hdr_wire *ip = rte_pktmbuf_mtod(packet, const struct ip6_hdr_wire *);
	const struct ip4_hdr_wire *ip4 = rte_pktmbuf_mtod(packet, const struct ip4_hdr_wire *);
	struct ip_addr to;

	if (*rte_pktmbuf_mtod(packet, const uint8_t *) >> 4 == 4)
		return ip4_mapped(ip4->destination);
	memcpy(to.bytes, ip->destination, sizeof(to.bytes));
	return to;
}

/* A directly connected destination is its own neighbour; the worker did not know it, so it named
 * the link. */
static uint32_t neighbour_of(const struct punt *p)
{
	const struct nexthop *hop = nexthop_find(nexthop_table(), p->next_hop);
	struct ip_addr to;

	if (hop == NULL || !hop->on_link)
		return p->next_hop;
	to = destination_of(p->packet);
	return nexthop_towards(&to);
}

static void give_up(const struct punt *p, enum control_counter why)
{
	rte_pktmbuf_free(p->packet);
	count(why);
}

static void keep(struct waiting *w, const struct punt *p, uint32_t next_hop)
{
	if (w->next_hop == NEXTHOP_NONE) {
		*w = (struct waiting){.next_hop = next_hop,
				      .until_ms = monotonic_ms() + PATIENCE_MS};
		nexthop_hold(next_hop);
		hops_used++;
	}
	w->packets[w->count++] = *p;
	count(COUNT_HELD);
}

void hold_packet(const struct punt *p)
{
	uint32_t next_hop = neighbour_of(p);
	struct waiting *w;

	if (next_hop == NEXTHOP_NONE) {
		give_up(p, COUNT_NO_ROUTE);
		return;
	}
	if (nexthop_is_resolved(next_hop)) {
		count(COUNT_HELD);
		if (dataplane_inject(p->worker, p->packet, next_hop) == 0)
			count(COUNT_HELD_SENT);
		else
			count(COUNT_HELD_DROPPED);
		return;
	}
	nexthop_resolve(next_hop);
	w = find(next_hop);
	if (w == NULL)
		w = find(NEXTHOP_NONE);
	if (w == NULL || w->count == PACKETS_MAX)
		give_up(p, COUNT_HELD_OVERFLOW);
	else
		keep(w, p, next_hop);
}

static void release(struct waiting *w, bool resolved)
{
	for (uint8_t i = 0; i < w->count; i++) {
		const struct punt *p = &w->packets[i];

		if (!resolved)
			give_up(p, COUNT_HELD_DROPPED);
		else if (dataplane_inject(p->worker, p->packet, w->next_hop) == 0)
			count(COUNT_HELD_SENT);
		else
			count(COUNT_HELD_DROPPED);
	}
	nexthop_release(w->next_hop);
	*w = (struct waiting){0};
	hops_used--;
}

void hold_resolved(uint32_t next_hop, bool resolved)
{
	struct waiting *w = hops_used != 0 ? find(next_hop) : NULL;

	if (w != NULL)
		release(w, resolved);
}

unsigned int hold_poll(void *unused)
{
	uint64_t now_ms;

	(void)unused;
	if (hops_used == 0)
		return 0;
	now_ms = monotonic_ms();
	for (unsigned int i = 0; i < HOPS_MAX; i++) {
		if (hops[i].next_hop == NEXTHOP_NONE)
			continue;
		if (hops[i].until_ms <= now_ms)
			release(&hops[i], false);
		else
			nexthop_resolve(hops[i].next_hop);
	}
	return 0;
}

void hold_stop(void)
{
	for (unsigned int i = 0; i < HOPS_MAX; i++)
		if (hops[i].next_hop != NEXTHOP_NONE)
			release(&hops[i], false);
}
