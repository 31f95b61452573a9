/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Errors from inside a tunnel over stand-ins for the table of registrations and for sending.
 */
#include "tunnel/relay.h"

#include "checksum.h"
#include "counters.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "icmp6.h"
#include "nexthop.h"
#include "registration/registration.h"
#include "service.h"
#include "support/unit.h"
#include "tunnel/path_mtu.h"

static const struct ip_addr home_agent = {{0x20, 1, 0xd, 0xb8, 0, 0xff, [15] = 1}};
static const struct ip_addr other_agent = {{0x20, 1, 0xd, 0xb8, 0, 0xff, [15] = 2}};
static const struct ip_addr care_of = {{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 1}};
static const struct ip_addr home = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
static const struct ip_addr correspondent = {{0x20, 1, 0xd, 0xb8, 0, 0xc, [15] = 1}};
static const struct ip_addr router = {{0x20, 1, 0xd, 0xb8, 0, 0xe, [15] = 1}};

/* Stand-ins for the parts around it. */
static struct binding published;
static struct registration registered;

static struct {
	unsigned int count;
	uint8_t type;
	uint8_t code;
	uint32_t value;
	struct ip_addr from;
	struct cursor offending;
} told;

static unsigned int rounds;
static unsigned int follows;

const struct registration *registration_find(const struct ip_addr *address)
{
	return ip_addr_equal(address, &home) ? &registered : NULL;
}

void registration_path_changed(const struct ip_addr *address)
{
	uint16_t mtu = path_mtu_towards(&registered.care_of, 1500);

	CU_ASSERT_TRUE(ip_addr_equal(address, &home));
	published.inner_mtu = (uint16_t)(mtu - 40);
	follows++;
}

void registration_routes_changed(void)
{
	rounds++;
}

uint32_t nexthop_towards(const struct ip_addr *to)
{
	return 1;
}

uint16_t nexthop_mtu(uint32_t index)
{
	return 1500;
}

int service_tunnel_of(const struct ip_addr *address)
{
	return ip_addr_equal(address, &home_agent)    ? 0
	       : ip_addr_equal(address, &other_agent) ? 1
						      : -1;
}

bool icmp6_error(uint16_t worker, struct cursor offending, const struct ip_addr *from, uint8_t type,
		 uint8_t code, uint32_t value)
{
	CU_ASSERT_EQUAL(worker, 3);
	told.count++;
	told.type = type;
	told.code = code;
	told.value = value;
	told.from = *from;
	told.offending = offending;
	return true;
}

/* What the next error is made of. */
static struct {
	uint8_t type;
	uint8_t code;
	uint32_t value;
	struct ip_addr to;
	struct ip_addr outer_source;
	struct ip_addr outer_destination;
	struct ip_addr inner_destination;
	uint16_t inner_octets;
	uint8_t outer_next;
	bool spoilt;
} e;

static uint8_t message[256];

static void begin(uint8_t type, uint32_t value)
{
	memset(&e, 0, sizeof(e));
	e.type = type;
	e.value = value;
	e.to = e.outer_source = home_agent;
	e.outer_destination = care_of;
	e.inner_destination = home;
	e.inner_octets = 1460;
	e.outer_next = PROTO_IPV6;
	memset(&told, 0, sizeof(told));
	memset(counters, 0, sizeof(counters));
	follows = 0;
	path_mtu_start(600000, 7);
	published = (struct binding){.inner_mtu = 1460, .next_hop = 1, .care_of = care_of};
	registered = (struct registration){.home = home,
					   .care_of = care_of,
					   .binding = &published,
					   .state = REGISTRATION_VALID};
}

static void add_ip(struct writer *w, uint16_t octets, uint8_t next, const struct ip_addr *from,
		   const struct ip_addr *to)
{
	writer_u32(w, 0x60000000);
	writer_u16(w, (uint16_t)(octets - 40));
	writer_u8(w, next);
	writer_u8(w, 64);
	writer_addr(w, from);
	writer_addr(w, to);
}

static void arrives(void)
{
	struct writer w = writer_of(message, sizeof(message));
	struct ip6_packet packet = {.source = router, .destination = e.to, .protocol = PROTO_ICMP6};
	uint16_t checksum;

	writer_u8(&w, e.type);
	writer_u8(&w, e.code);
	writer_u16(&w, 0);
	writer_u32(&w, e.value);
	add_ip(&w, (uint16_t)(e.inner_octets + 40), e.outer_next, &e.outer_source,
	       &e.outer_destination);
	add_ip(&w, e.inner_octets, PROTO_UDP, &correspondent, &e.inner_destination);
	writer_zero(&w, 64);
	packet.payload = cursor_of(message, (size_t)(w.at - message));
	checksum = ip6_checksum(&router, &e.to, PROTO_ICMP6, message,
				(uint32_t)cursor_left(&packet.payload));
	message[2] = (uint8_t)(checksum >> 8);
	message[3] = (uint8_t)(checksum + e.spoilt);
	relay_error(3, &packet);
}

static void expect(enum control_counter outcome, unsigned int answers)
{
	uint64_t sum = 0;

	arrives();
	for (int i = COUNT_TUNNEL_ERROR_RELAYED; i <= COUNT_TUNNEL_ERROR_MALFORMED; i++)
		sum += counters[i];
	CU_ASSERT_EQUAL(sum, 1);
	CU_ASSERT_EQUAL(counters[outcome], 1);
	CU_ASSERT_EQUAL(told.count, answers);
}

static void expect_unknown(void)
{
	expect(COUNT_TUNNEL_ERROR_UNKNOWN, 0);
	CU_ASSERT_EQUAL(path_mtu_towards(&care_of, 1500), 1500);
	CU_ASSERT_EQUAL(path_mtu_forget(NULL), 0);
}

static void too_big_is_learnt_followed_and_told(void)
{
	begin(ICMP6_PACKET_TOO_BIG, 1400);
	expect(COUNT_TUNNEL_ERROR_RELAYED, 1);
	CU_ASSERT_EQUAL(path_mtu_towards(&care_of, 1500), 1400);
	CU_ASSERT_EQUAL(follows, 1);
	CU_ASSERT_EQUAL(counters[COUNT_PATH_MTU_LEARNT], 1);
	CU_ASSERT_EQUAL(told.type, ICMP6_PACKET_TOO_BIG);
	CU_ASSERT_EQUAL(told.code, 0);
	CU_ASSERT_EQUAL(told.value, 1360);
	CU_ASSERT_TRUE(ip_addr_equal(&told.from, &home_agent));
	CU_ASSERT_PTR_EQUAL(told.offending.at, message + 48);
	CU_ASSERT_EQUAL(cursor_left(&told.offending), 40 + 64);
}

/* RFC 2473 §7.1: never less than every IPv6 link carries, and only of packets larger than it. */
static void no_source_hears_of_less_than_1280(void)
{
	begin(ICMP6_PACKET_TOO_BIG, 1300);
	expect(COUNT_TUNNEL_ERROR_RELAYED, 1);
	CU_ASSERT_EQUAL(told.value, 1280);
	begin(ICMP6_PACKET_TOO_BIG, 1300);
	e.inner_octets = 1280;
	expect(COUNT_TUNNEL_ERROR_NOT_TOLD, 0);
	CU_ASSERT_EQUAL(path_mtu_towards(&care_of, 1500), 1300);
	CU_ASSERT_EQUAL(follows, 1);
}

static void an_mtu_below_1280_is_not_believed_and_1280_is(void)
{
	static const uint32_t values[] = {0, 1, 68, 1279};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		begin(ICMP6_PACKET_TOO_BIG, values[i]);
		expect(COUNT_TUNNEL_ERROR_MTU, 0);
		CU_ASSERT_EQUAL(path_mtu_towards(&care_of, 1500), 1500);
	}
	begin(ICMP6_PACKET_TOO_BIG, 1280);
	expect(COUNT_TUNNEL_ERROR_RELAYED, 1);
	CU_ASSERT_EQUAL(path_mtu_towards(&care_of, 1500), 1280);
}

static void an_mtu_no_smaller_than_the_link_takes_no_place(void)
{
	static const uint32_t values[] = {1500, 1501, 65535, 65536 + 1300, UINT32_MAX};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		begin(ICMP6_PACKET_TOO_BIG, values[i]);
		expect(COUNT_TUNNEL_ERROR_NOT_TOLD, 0);
		CU_ASSERT_EQUAL(path_mtu_forget(NULL), 0);
		CU_ASSERT_EQUAL(follows, 0);
	}
}

static void a_larger_mtu_later_tells_what_still_holds(void)
{
	begin(ICMP6_PACKET_TOO_BIG, 1400);
	arrives();
	e.value = 1450;
	arrives();
	CU_ASSERT_EQUAL(path_mtu_towards(&care_of, 1500), 1400);
	CU_ASSERT_EQUAL(told.count, 2);
	CU_ASSERT_EQUAL(told.value, 1360);
}

static void a_dead_end_is_told_as_unreachable_code_3(void)
{
	static const uint8_t types[] = {ICMP6_UNREACHABLE, ICMP6_TIME_EXCEEDED};

	for (size_t i = 0; i < sizeof(types); i++) {
		begin(types[i], 0);
		expect(COUNT_TUNNEL_ERROR_RELAYED, 1);
		CU_ASSERT_EQUAL(told.type, ICMP6_UNREACHABLE);
		CU_ASSERT_EQUAL(told.code, ICMP6_UNREACHABLE_ADDRESS);
		CU_ASSERT_EQUAL(told.value, 0);
	}
}

static void a_parameter_problem_is_not_told(void)
{
	begin(ICMP6_PARAMETER_PROBLEM, 6);
	expect(COUNT_TUNNEL_ERROR_IGNORED, 0);
}

static void what_quotes_no_binding_in_force_is_ignored(void)
{
	begin(ICMP6_PACKET_TOO_BIG, 1400);
	e.outer_destination.bytes[15]++;
	expect_unknown();
	begin(ICMP6_PACKET_TOO_BIG, 1400);
	e.inner_destination.bytes[15]++;
	expect_unknown();
	begin(ICMP6_PACKET_TOO_BIG, 1400);
	e.outer_source = other_agent;
	expect_unknown();
	begin(ICMP6_PACKET_TOO_BIG, 1400);
	e.to = other_agent;
	expect_unknown();
	/* Both alike, but the binding is of another home agent address. */
	begin(ICMP6_PACKET_TOO_BIG, 1400);
	e.to = e.outer_source = other_agent;
	expect_unknown();
	begin(ICMP6_PACKET_TOO_BIG, 1400);
	registered.state = REGISTRATION_INVALID;
	registered.binding = NULL;
	expect_unknown();
	begin(ICMP6_UNREACHABLE, 0);
	e.outer_next = PROTO_UDP;
	expect_unknown();
}

static void an_error_about_a_message_of_ours_is_ignored(void)
{
	begin(ICMP6_UNREACHABLE, 0);
	e.outer_next = PROTO_MOBILITY;
	expect(COUNT_TUNNEL_ERROR_OWN, 0);
}

static void a_wrong_checksum_is_malformed(void)
{
	begin(ICMP6_PACKET_TOO_BIG, 1400);
	e.spoilt = true;
	expect(COUNT_TUNNEL_ERROR_MALFORMED, 0);
	CU_ASSERT_EQUAL(path_mtu_towards(&care_of, 1500), 1500);
}

static void bindings_are_looked_through_once_for_many_changes(void)
{
	begin(ICMP6_PACKET_TOO_BIG, 1400);
	rounds = 0;
	for (e.value = 1499; e.value > 1400; e.value--)
		arrives();
	relay_poll(NULL);
	relay_poll(NULL);
	CU_ASSERT_EQUAL(rounds, 1);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(bindings_are_looked_through_once_for_many_changes),
		UNIT(too_big_is_learnt_followed_and_told),
		UNIT(no_source_hears_of_less_than_1280),
		UNIT(an_mtu_below_1280_is_not_believed_and_1280_is),
		UNIT(an_mtu_no_smaller_than_the_link_takes_no_place),
		UNIT(a_larger_mtu_later_tells_what_still_holds),
		UNIT(a_dead_end_is_told_as_unreachable_code_3),
		UNIT(a_parameter_problem_is_not_told),
		UNIT(what_quotes_no_binding_in_force_is_ignored),
		UNIT(an_error_about_a_message_of_ours_is_ignored),
		UNIT(a_wrong_checksum_is_malformed),
	};

	return unit_run("tunnel/relay", cases, UNIT_COUNT(cases));
}
