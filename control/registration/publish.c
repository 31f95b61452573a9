/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/publish.h"

#include <errno.h>

#include "bcache.h"
#include "ha/encap.h"
#include "ha/tunnel4.h"
#include "nexthop.h"
#include "service.h"
#include "tunnel/path_mtu.h"

/* Octets that a tunnel puts in front. */
static uint16_t overhead_of(uint8_t protocol, const struct binding *binding)
{
	if (protocol == REGISTRATION_MIP6)
		return service_tunnel_overhead();
	return tunnel4_overhead(tunnel4_kind(binding->tunnel),
				(binding->flags & BINDING_GRE_KEY) != 0);
}

/* Largest inner packet the way to the care-of address carries in its tunnel, RFC 2473 §6.7. */
static uint16_t inner_mtu(uint8_t protocol, const struct binding *binding, uint32_t towards)
{
	uint16_t mtu = path_mtu_towards(&binding->care_of, nexthop_mtu(towards));
	uint16_t overhead = overhead_of(protocol, binding);

	return mtu > overhead ? (uint16_t)(mtu - overhead) : (uint16_t)(1500 - overhead);
}

/* RFC 3519 §4.1: a tunnel in UDP ends where the request came from, which is the outside of a NAT. */
static bool ends_at_source(const struct registration_order *order)
{
	return order->protocol == REGISTRATION_MIP4 && tunnel4_kind(order->tunnel) == ENCAP_UDP;
}

struct binding publish_binding_of(const struct registration_order *order)
{
	struct binding binding = {
		.home = order->home,
		.care_of = ends_at_source(order) ? order->source : order->care_of,
		.tunnel = order->tunnel,
		.key = order->key,
		.udp_port = order->udp_port,
		.flags = order->binding_flags,
	};
	uint32_t towards = nexthop_towards(&binding.care_of);

	binding.next_hop = order->protocol == REGISTRATION_VISITOR ? order->next_hop : towards;
	binding.inner_mtu = inner_mtu(order->protocol, &binding, towards);
	return binding;
}

bool publish_follow(const struct registration *r, struct binding *binding)
{
	uint32_t towards = nexthop_towards(&r->binding->care_of);

	*binding = *r->binding;
	if (r->protocol != REGISTRATION_VISITOR)
		binding->next_hop = towards;
	binding->inner_mtu = inner_mtu(r->protocol, binding, towards);
	return binding->next_hop != r->binding->next_hop ||
	       binding->inner_mtu != r->binding->inner_mtu;
}

/* What workers are led to by others, or saw until now. */
struct before {
	const struct binding *binding;
	uint32_t next_hop;
};

static struct before before_of(const struct registration *r)
{
	if (r->binding == NULL)
		return (struct before){.next_hop = NEXTHOP_NONE};
	return (struct before){r->binding, r->binding->next_hop};
}

/* From the last to the first, so that each leads to a finished one. */
static bool make_all(struct binding *made[], const struct publication *p)
{
	for (unsigned int i = p->stay.count; i-- != 0;) {
		const struct registration *r = p->stay.members[i];

		made[i] = bcache_make();
		if (made[i] == NULL) {
			for (i++; i < p->stay.count; i++)
				bcache_discard(made[i]);
			return false;
		}
		*made[i] = r == p->changed ? *p->as : *r->binding;
		made[i]->also = i + 1 < p->stay.count ? bcache_also(made[i + 1]) : 0;
	}
	return true;
}

/* The first of the old ones is retired by the cache. */
static void take_place(struct registration *r, const struct binding *made,
		       const struct before *before, const struct binding *old)
{
	if (made != NULL)
		nexthop_hold(made->next_hop);
	nexthop_release(before->next_hop);
	if (before->binding != NULL && before->binding != old)
		bcache_retire(before->binding);
	r->binding = made;
}

static int swap(const struct binding *old, struct binding *first)
{
	if (first != NULL)
		return bcache_publish(old, first);
	bcache_remove(old);
	return 0;
}

int publish(const struct publication *p)
{
	struct binding *made[SIMULTANEOUS_BINDINGS_MAX] = {NULL};
	struct before stay[SIMULTANEOUS_BINDINGS_MAX];
	struct before gone[SIMULTANEOUS_BINDINGS_MAX];
	int rc;

	if (!make_all(made, p))
		return -ENOSPC;
	/* Old ones may be free as soon as others are in their place. */
	for (unsigned int i = 0; i < p->stay.count; i++)
		stay[i] = before_of(p->stay.members[i]);
	for (unsigned int i = 0; i < p->gone.count; i++)
		gone[i] = before_of(p->gone.members[i]);
	rc = swap(p->old, made[0]);
	if (rc != 0) {
		for (unsigned int i = 1; i < p->stay.count; i++)
			bcache_discard(made[i]);
		return rc;
	}
	for (unsigned int i = 0; i < p->stay.count; i++)
		take_place(p->stay.members[i], made[i], &stay[i], p->old);
	for (unsigned int i = 0; i < p->gone.count; i++)
		take_place(p->gone.members[i], NULL, &gone[i], p->old);
	return 0;
}
