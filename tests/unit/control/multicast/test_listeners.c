/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Listeners over stand-ins for the table of registrations, the groups and for sending.
 */
#include "multicast/listeners.h"

#include <errno.h>

#include "checksum.h"
#include "counters.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "multicast/membership.h"
#include "registration/registration.h"
#include "send.h"
#include "service.h"
#include "support/unit.h"

enum { SLOTS = 8 };

static const struct ip_addr agents[2] = {{{0x20, 1, 0xd, 0xb8, 0, 0xff, [15] = 1}},
					 {{0x20, 1, 0xd, 0xb8, 0, 0xff, [15] = 2}}};
static const struct ip_addr router_group = {{0xff, 2, [15] = 0x16}};
static const struct config config = {
	.multicast_enabled = true,
	.multicast_groups_per_node = 2,
	.multicast_query_interval_s = 125,
	.multicast_query_response_ms = 10000,
};

/* Stand-ins. */
static struct registration registrations[SLOTS];
static const struct registration_watcher *watcher;
static struct multicast_table table = {.secret = 7};
static uint32_t member_count;
static struct ip_addr last_added;
static bool groups_are_full;
static struct {
	unsigned int count;
	const struct registration *to;
	uint8_t packet[256];
	uint16_t octets;
} sent;
static struct timespec now;

/* Time stands still but for the test. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	*time = now;
	return clock < 0;
}

uint32_t registration_slots(void)
{
	return SLOTS;
}

const struct registration *registration_at(uint32_t slot)
{
	return registrations[slot].state == REGISTRATION_VALID ? &registrations[slot] : NULL;
}

const struct registration *registration_find(const struct ip_addr *home)
{
	for (uint32_t i = 0; i < SLOTS; i++)
		if (ip_addr_equal(&registrations[i].home, home))
			return &registrations[i];
	return NULL;
}

void registration_watch(const struct registration_watcher *w)
{
	watcher = w;
}

const struct multicast_table *membership_table(void)
{
	return &table;
}

int membership_add(const struct ip_addr *group, const struct ip_addr *home)
{
	if (groups_are_full)
		return -ENOSPC;
	member_count++;
	last_added = *home;
	return 0;
}

void membership_remove(const struct ip_addr *group, const struct ip_addr *home)
{
	member_count--;
}

int service_tunnel_of(const struct ip_addr *address)
{
	for (int i = 0; i < 2; i++)
		if (ip_addr_equal(address, &agents[i]))
			return i;
	return -1;
}

const struct ip_addr *service_tunnel_address(uint16_t tunnel)
{
	return &agents[tunnel];
}

bool send_in_tunnel(uint16_t worker, const struct registration *r, const uint8_t *inner,
		    uint16_t octets)
{
	sent.count++;
	sent.to = r;
	memcpy(sent.packet, inner, octets);
	sent.octets = octets;
	return true;
}

static struct ip_addr home_of(uint32_t slot)
{
	return (struct ip_addr){{0x20, 1, 0xd, 0xb8, 0, 1, [15] = (uint8_t)(slot + 1)}};
}

static struct ip_addr care_of_number(uint8_t number)
{
	return (struct ip_addr){{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = number}};
}

static struct ip_addr group_of(uint8_t number)
{
	return (struct ip_addr){{0xff, 0x1e, [15] = number}};
}

static void put(uint32_t slot, uint8_t care_of)
{
	struct registration *r = &registrations[slot];
	bool is_new = r->state != REGISTRATION_VALID;

	r->home = home_of(slot);
	r->care_of = care_of_number(care_of);
	r->slot = slot;
	r->state = REGISTRATION_VALID;
	watcher->registered(r, is_new);
}

static void end_of(uint32_t slot)
{
	watcher->ended(&registrations[slot], true);
	registrations[slot].state = REGISTRATION_NONE;
}

static void begin(void)
{
	struct fault fault;

	memset(registrations, 0, sizeof(registrations));
	memset(counters, 0, sizeof(counters));
	memset(&sent, 0, sizeof(sent));
	member_count = 0;
	groups_are_full = false;
	now.tv_sec = 1000;
	CU_ASSERT_EQUAL_FATAL(listeners_start(&config, &fault), 0);
}

static void pass_ms(uint64_t ms)
{
	uint64_t until = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + ms;

	now.tv_sec = (time_t)(until / 1000);
	now.tv_nsec = (long)(until % 1000 * 1000000);
	listeners_poll(NULL);
}

/* What the next report is made of. */
static struct {
	struct ip_addr care_of;
	struct ip_addr agent;
	struct ip_addr source;
	uint8_t hop_limit;
	uint8_t option; /* in the hop-by-hop header */
	uint8_t type;	/* of the record */
	uint8_t spoilt;
	uint8_t message;
} e;

static void describe(uint8_t care_of, uint8_t type)
{
	memset(&e, 0, sizeof(e));
	e.care_of = care_of_number(care_of);
	e.agent = agents[0];
	e.source = (struct ip_addr){{0xfe, 0x80, [15] = 99}};
	e.hop_limit = 1;
	e.option = 5;
	e.type = type;
	e.message = ICMP6_MLD2_REPORT;
}

static void add_ip(struct writer *w, uint16_t octets, uint8_t next, uint8_t hop_limit,
		   const struct ip_addr *from, const struct ip_addr *to)
{
	writer_u32(w, 0x60000000);
	writer_u16(w, octets);
	writer_u8(w, next);
	writer_u8(w, hop_limit);
	writer_addr(w, from);
	writer_addr(w, to);
}

/* One record about that group. */
static void report(const struct ip_addr *group)
{
	uint8_t bytes[256];
	struct writer w = writer_of(bytes, sizeof(bytes));
	uint8_t *body;
	uint16_t sum;

	add_ip(&w, 40 + 8 + 28, PROTO_IPV6, 64, &e.care_of, &e.agent);
	add_ip(&w, 8 + 28, PROTO_HOP_BY_HOP, e.hop_limit, &e.source, &router_group);
	writer_bytes(&w, (const uint8_t[]){PROTO_ICMP6, 0, e.option, 2, 0, 0, OPTION_PADN, 0}, 8);
	body = w.at;
	writer_bytes(&w, (const uint8_t[]){e.message, 0, 0, 0, 0, 0, 0, 1, e.type, 0, 0, 0}, 12);
	writer_addr(&w, group);
	sum = ip6_checksum(&e.source, &router_group, PROTO_ICMP6, body, 28);
	body[2] = (uint8_t)(sum >> 8);
	body[3] = (uint8_t)(sum + e.spoilt);
	listeners_receive(cursor_of(bytes, (size_t)(w.at - bytes)));
}

static void expect(uint8_t group, enum control_counter outcome, uint32_t members)
{
	uint64_t before = counters[outcome];
	struct ip_addr address = group_of(group);

	report(&address);
	CU_ASSERT_EQUAL(counters[outcome] - before, 1);
	CU_ASSERT_EQUAL(member_count, members);
}

static void a_node_joins_and_leaves_by_report(void)
{
	begin();
	put(1, 1);
	describe(1, 4);
	expect(7, COUNT_LISTENER_HEARD, 1);
	expect(7, COUNT_LISTENER_HEARD, 1);
	CU_ASSERT_EQUAL(counters[COUNT_MULTICAST_JOINED], 1);
	expect(8, COUNT_LISTENER_HEARD, 2);
	CU_ASSERT_EQUAL(listeners_at(1)->count, 2);
	describe(1, 3);
	expect(7, COUNT_LISTENER_HEARD, 1);
	expect(7, COUNT_LISTENER_HEARD, 1);
	CU_ASSERT_EQUAL(counters[COUNT_MULTICAST_LEFT], 1);
	listeners_stop();
}

static void nothing_changes_but_from_the_tunnel_of_a_binding(void)
{
	begin();
	put(1, 1);
	describe(2, 4);
	expect(7, COUNT_LISTENER_UNKNOWN, 0);
	describe(1, 4);
	e.agent = agents[1];
	expect(7, COUNT_LISTENER_UNKNOWN, 0);
	describe(1, 4);
	e.source = home_of(2);
	expect(7, COUNT_LISTENER_UNKNOWN, 0);
	e.source = home_of(1);
	expect(7, COUNT_LISTENER_HEARD, 1);
	end_of(1);
	expect(7, COUNT_LISTENER_UNKNOWN, 0);
	describe(1, 4);
	expect(7, COUNT_LISTENER_UNKNOWN, 0);
	listeners_stop();
}

/* RFC 3810 §5, §5.2.13. */
static void a_report_that_is_not_as_the_rfc_asks_is_none(void)
{
	begin();
	put(1, 1);
	describe(1, 4);
	e.hop_limit = 2;
	expect(7, COUNT_LISTENER_INVALID, 0);
	describe(1, 4);
	e.option = OPTION_PADN;
	expect(7, COUNT_LISTENER_INVALID, 0);
	describe(1, 4);
	e.spoilt = 1;
	expect(7, COUNT_LISTENER_INVALID, 0);
	describe(1, 4);
	e.message = ICMP6_MLD_QUERY;
	expect(7, COUNT_LISTENER_INVALID, 0);
	describe(1, 4);
	e.source = (struct ip_addr){{0}};
	expect(7, COUNT_LISTENER_UNKNOWN, 0);
	listeners_stop();
}

/* RFC 6275 §10.4.2. */
static void only_global_groups_are_joined(void)
{
	begin();
	put(1, 1);
	describe(1, 4);
	for (unsigned int scope = 0; scope < 16; scope++) {
		struct ip_addr group = group_of(7);

		if (scope == 14)
			continue;
		group.bytes[1] = (uint8_t)(0x10 | scope);
		report(&group);
	}
	CU_ASSERT_EQUAL(member_count, 0);
	CU_ASSERT_EQUAL(counters[COUNT_LISTENER_HEARD], 15);
	CU_ASSERT_EQUAL(counters[COUNT_MULTICAST_REFUSED], 0);
	listeners_stop();
}

static void groups_beyond_a_limit_are_refused(void)
{
	begin();
	put(1, 1);
	put(2, 2);
	describe(1, 4);
	expect(1, COUNT_LISTENER_HEARD, 1);
	expect(2, COUNT_LISTENER_HEARD, 2);
	expect(3, COUNT_MULTICAST_REFUSED, 2);
	groups_are_full = true;
	describe(2, 4);
	expect(1, COUNT_MULTICAST_REFUSED, 2);
	groups_are_full = false;
	expect(1, COUNT_LISTENER_HEARD, 3);
	listeners_stop();
}

static void what_is_not_reported_expires(void)
{
	begin();
	put(1, 1);
	describe(1, 4);
	expect(1, COUNT_LISTENER_HEARD, 1);
	pass_ms(200000);
	describe(1, 2);
	expect(2, COUNT_LISTENER_HEARD, 2);
	pass_ms(59000);
	CU_ASSERT_EQUAL(member_count, 2);
	pass_ms(1100);
	CU_ASSERT_EQUAL(member_count, 1);
	CU_ASSERT_EQUAL(counters[COUNT_MULTICAST_EXPIRED], 1);
	expect(2, COUNT_LISTENER_HEARD, 1);
	pass_ms(259900);
	CU_ASSERT_EQUAL(member_count, 1);
	pass_ms(200);
	CU_ASSERT_EQUAL(member_count, 0);
	listeners_stop();
}

static void groups_follow_a_move_and_end_with_the_binding(void)
{
	begin();
	put(1, 1);
	put(2, 1);
	describe(1, 4);
	e.source = home_of(1);
	expect(1, COUNT_LISTENER_HEARD, 1);
	put(1, 5);
	CU_ASSERT_EQUAL(member_count, 1);
	describe(1, 3);
	expect(1, COUNT_LISTENER_HEARD, 1);
	describe(5, 4);
	expect(2, COUNT_LISTENER_HEARD, 2);
	put(1, 5);
	expect(2, COUNT_LISTENER_HEARD, 2);
	end_of(1);
	CU_ASSERT_EQUAL(member_count, 0);
	CU_ASSERT_PTR_NULL(listeners_at(1));
	end_of(2);
	listeners_stop();
}

static void nodes_that_share_a_care_of_address_are_told_apart(void)
{
	struct ip_addr expected = home_of(3);

	begin();
	for (uint32_t slot = 1; slot <= 5; slot++)
		put(slot, 1);
	describe(1, 4);
	e.source.bytes[15] = 4;
	expect(1, COUNT_LISTENER_HEARD, 1);
	CU_ASSERT_TRUE(ip_addr_equal(&last_added, &expected));
	CU_ASSERT_EQUAL(listeners_at(3)->count, 1);
	end_of(3);
	end_of(5);
	end_of(1);
	expect(1, COUNT_LISTENER_HEARD, 1);
	put(4, 2);
	expect(2, COUNT_LISTENER_HEARD, 2);
	expected = home_of(2);
	CU_ASSERT_TRUE(ip_addr_equal(&last_added, &expected));
	put(2, 2);
	expect(3, COUNT_LISTENER_UNKNOWN, 2);
	listeners_stop();
}

/* RFC 6275 §10.4.3: those who listen are asked for as long as they do; one that is new, once. */
static void nodes_are_asked(void)
{
	begin();
	put(1, 1);
	pass_ms(900);
	CU_ASSERT_EQUAL(sent.count, 0);
	pass_ms(200);
	CU_ASSERT_EQUAL(sent.count, 1);
	CU_ASSERT_PTR_EQUAL(sent.to, &registrations[1]);
	CU_ASSERT_EQUAL(sent.octets, 40 + 8 + 28);
	CU_ASSERT_EQUAL(sent.packet[7], 1);
	CU_ASSERT_EQUAL(sent.packet[8], 0xfe);
	CU_ASSERT_EQUAL(sent.packet[24], 0xff);
	CU_ASSERT_EQUAL(sent.packet[48], ICMP6_MLD_QUERY);
	pass_ms(11100);
	CU_ASSERT_PTR_NULL(listeners_at(1));
	pass_ms(600000);
	CU_ASSERT_EQUAL(sent.count, 1);
	describe(1, 4);
	expect(1, COUNT_LISTENER_HEARD, 1);
	pass_ms(124000);
	CU_ASSERT_EQUAL(sent.count, 1);
	pass_ms(1100);
	CU_ASSERT_EQUAL(sent.count, 2);
	expect(1, COUNT_LISTENER_HEARD, 1);
	pass_ms(125100);
	CU_ASSERT_EQUAL(sent.count, 3);
	describe(1, 3);
	expect(1, COUNT_LISTENER_HEARD, 0);
	pass_ms(125100);
	CU_ASSERT_EQUAL(sent.count, 3);
	CU_ASSERT_PTR_NULL(listeners_at(1));
	CU_ASSERT_EQUAL(counters[COUNT_MULTICAST_QUERIES], 3);
	listeners_stop();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_node_joins_and_leaves_by_report),
		UNIT(nothing_changes_but_from_the_tunnel_of_a_binding),
		UNIT(a_report_that_is_not_as_the_rfc_asks_is_none),
		UNIT(only_global_groups_are_joined),
		UNIT(groups_beyond_a_limit_are_refused),
		UNIT(what_is_not_reported_expires),
		UNIT(groups_follow_a_move_and_end_with_the_binding),
		UNIT(nodes_that_share_a_care_of_address_are_told_apart),
		UNIT(nodes_are_asked),
	};

	return unit_run("multicast/listeners", cases, UNIT_COUNT(cases));
}
