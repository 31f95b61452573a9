/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/ra_conflict.h"

#include "ha/config.h"

enum { SKEW_S = 10 };

const char *const ra_conflict_texts[RA_CONFLICT_COUNT] = {
	[RA_CONFLICT_NONE] = "nothing",
	[RA_CONFLICT_HOP_LIMIT] = "another Cur Hop Limit",
	[RA_CONFLICT_FLAGS] = "other M or O flags",
	[RA_CONFLICT_REACHABLE] = "another Reachable Time",
	[RA_CONFLICT_RETRANSMIT] = "another Retrans Timer",
	[RA_CONFLICT_MTU] = "another MTU",
	[RA_CONFLICT_LIFETIME] = "other lifetimes of a home prefix",
	[RA_CONFLICT_UNKNOWN_PREFIX] = "a prefix that this home agent does not have",
};

static bool differ(uint32_t ours, uint32_t theirs)
{
	return ours != 0 && theirs != 0 && ours != theirs;
}

static bool lifetimes_differ(uint32_t ours_s, uint32_t theirs_s)
{
	uint32_t apart_s = ours_s > theirs_s ? ours_s - theirs_s : theirs_s - ours_s;
	bool one_is_infinite = ours_s == LIFETIME_INFINITE_S || theirs_s == LIFETIME_INFINITE_S;

	return one_is_infinite ? apart_s != 0 : apart_s > SKEW_S;
}

static const struct nd_prefix *find(const struct router_advertisement *ra,
				    const struct nd_prefix *prefix)
{
	const struct ip_prefix wanted = {.addr = prefix->address, .length = prefix->length};

	for (uint16_t i = 0; i < ra->prefix_count; i++)
		if (ra->prefixes[i].length == prefix->length &&
		    ip_prefix_contains(&wanted, &ra->prefixes[i].address))
			return &ra->prefixes[i];
	return NULL;
}

static enum ra_conflict find_in_prefixes(const struct router_advertisement *ours,
					 const struct router_advertisement *theirs)
{
	enum ra_conflict found = RA_CONFLICT_NONE;

	for (uint16_t i = 0; i < theirs->prefix_count; i++) {
		const struct nd_prefix *told = &theirs->prefixes[i];
		const struct nd_prefix *own = find(ours, told);

		if (own != NULL && (lifetimes_differ(own->valid_s, told->valid_s) ||
				    lifetimes_differ(own->preferred_s, told->preferred_s)))
			return RA_CONFLICT_LIFETIME;
		if (own == NULL && told->valid_s != 0 && (theirs->flags & RA_FLAG_HOME_AGENT) != 0)
			found = RA_CONFLICT_UNKNOWN_PREFIX;
	}
	return found;
}

enum ra_conflict ra_conflict_find(const struct router_advertisement *ours, bool is_sent,
				  const struct router_advertisement *theirs)
{
	static const uint8_t managed_or_other = RA_FLAG_MANAGED | RA_FLAG_OTHER;

	if (!is_sent)
		return find_in_prefixes(ours, theirs);
	if (differ(ours->hop_limit, theirs->hop_limit))
		return RA_CONFLICT_HOP_LIMIT;
	if (((ours->flags ^ theirs->flags) & managed_or_other) != 0)
		return RA_CONFLICT_FLAGS;
	if (differ(ours->reachable_ms, theirs->reachable_ms))
		return RA_CONFLICT_REACHABLE;
	if (differ(ours->retransmit_ms, theirs->retransmit_ms))
		return RA_CONFLICT_RETRANSMIT;
	if (differ(ours->mtu, theirs->mtu))
		return RA_CONFLICT_MTU;
	return find_in_prefixes(ours, theirs);
}
