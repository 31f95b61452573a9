/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/ra_conflict.h"

#include "ha/config.h"
#include "support/unit.h"

static struct router_advertisement ours;
static struct router_advertisement theirs;

/* Theirs names its own address in the prefix. */
static void alike(void)
{
	ours = (struct router_advertisement){
		.hop_limit = 64,
		.flags = RA_FLAG_HOME_AGENT,
		.reachable_ms = 30000,
		.retransmit_ms = 1000,
		.mtu = 1500,
		.prefix_count = 1,
		.prefixes[0] = {.length = 64, .valid_s = 3000, .preferred_s = 2000},
	};
	ip_addr_parse("2001:db8:1::1", &ours.prefixes[0].address);
	theirs = ours;
	ip_addr_parse("2001:db8:1::2", &theirs.prefixes[0].address);
}

static bool is_conflict(enum ra_conflict conflict)
{
	return ra_conflict_find(&ours, true, &theirs) == conflict;
}

static void what_is_alike_is_no_conflict(void)
{
	alike();
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_NONE));
	theirs.flags = 0; /* a router need not be a home agent */
	theirs.lifetime_s = 99;
	theirs.interval_ms = 7;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_NONE));
}

static void each_value_that_hosts_would_switch_between_is_one(void)
{
	alike();
	theirs.hop_limit = 63;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_HOP_LIMIT));
	alike();
	theirs.flags |= RA_FLAG_MANAGED;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_FLAGS));
	alike();
	theirs.flags |= RA_FLAG_OTHER;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_FLAGS));
	alike();
	theirs.reachable_ms = 1;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_REACHABLE));
	alike();
	theirs.retransmit_ms = 1;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_RETRANSMIT));
	alike();
	theirs.mtu = 1280;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_MTU));
}

static void what_one_of_them_leaves_open_is_none(void)
{
	alike();
	theirs.hop_limit = 0;
	theirs.reachable_ms = 0;
	theirs.retransmit_ms = 0;
	theirs.mtu = 0;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_NONE));
	alike();
	ours.hop_limit = 0;
	ours.reachable_ms = 0;
	ours.retransmit_ms = 0;
	ours.mtu = 0;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_NONE));
}

static void lifetimes_may_be_ten_seconds_apart(void)
{
	alike();
	theirs.prefixes[0].valid_s = 3010;
	theirs.prefixes[0].preferred_s = 1990;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_NONE));
	theirs.prefixes[0].valid_s = 3011;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_LIFETIME));
	alike();
	theirs.prefixes[0].preferred_s = 1989;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_LIFETIME));
	alike();
	ours.prefixes[0].valid_s = LIFETIME_INFINITE_S;
	theirs.prefixes[0].valid_s = LIFETIME_INFINITE_S;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_NONE));
	theirs.prefixes[0].valid_s = LIFETIME_INFINITE_S - 1;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_LIFETIME));
}

/* RFC 4861 §6.2.7: routers may tell different prefixes. RFC 6275 §10.6.1: home agents should not. */
static void only_a_home_agents_unknown_prefix_is_one(void)
{
	alike();
	ip_addr_parse("2001:db8:2::2", &theirs.prefixes[0].address);
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_UNKNOWN_PREFIX));
	theirs.flags = 0;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_NONE));
	alike();
	theirs.prefixes[0].length = 65;
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_UNKNOWN_PREFIX));
	theirs.prefixes[0].valid_s = 0; /* it takes it back */
	CU_ASSERT_TRUE(is_conflict(RA_CONFLICT_NONE));
}

static void of_one_that_is_not_sent_only_prefixes_count(void)
{
	alike();
	theirs.hop_limit = 63;
	theirs.flags |= RA_FLAG_MANAGED;
	theirs.mtu = 1280;
	CU_ASSERT_EQUAL(ra_conflict_find(&ours, false, &theirs), RA_CONFLICT_NONE);
	theirs.prefixes[0].valid_s = 4000;
	CU_ASSERT_EQUAL(ra_conflict_find(&ours, false, &theirs), RA_CONFLICT_LIFETIME);
}

static void every_conflict_has_its_words(void)
{
	for (unsigned int i = 0; i < RA_CONFLICT_COUNT; i++)
		CU_ASSERT_PTR_NOT_NULL(ra_conflict_texts[i]);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(what_is_alike_is_no_conflict),
		UNIT(each_value_that_hosts_would_switch_between_is_one),
		UNIT(what_one_of_them_leaves_open_is_none),
		UNIT(lifetimes_may_be_ten_seconds_apart),
		UNIT(only_a_home_agents_unknown_prefix_is_one),
		UNIT(of_one_that_is_not_sent_only_prefixes_count),
		UNIT(every_conflict_has_its_words),
	};

	return unit_run("router/ra_conflict", cases, UNIT_COUNT(cases));
}
