/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is answered with an ICMP error, over stand-ins for tables and for sending.
 */
#include "icmp4.h"

#include "checksum.h"
#include "counters.h"
#include "ha/drop.h"
#include "ha/encap.h"
#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"
#include "limiter.h"
#include "nexthop.h"
#include "registration/registration.h"
#include "send4.h"
#include "service.h"
#include "service4.h"
#include "support/unit.h"

static struct binding published[2];
static struct registration registered[2];
static struct home_network_config network;
static bool is_limited;

static struct {
	unsigned int count;
	struct ip_addr from;
	struct ip_addr to;
	uint8_t message[2000];
	uint16_t octets;
} sent;

static struct ip_addr address(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return ip4_mapped((const uint8_t[4]){a, b, c, d});
}

bool send4_icmp(uint16_t worker, const struct ip_addr *from, const struct ip_addr *to,
		const uint8_t *message, uint16_t octets)
{
	sent.count++;
	sent.from = *from;
	sent.to = *to;
	sent.octets = octets;
	memcpy(sent.message, message, octets);
	return true;
}

bool limiter_allows(const struct ip_addr *source, uint64_t now_ms)
{
	return !is_limited;
}

const struct registration *registration_find(const struct ip_addr *home)
{
	return ip_addr_equal(home, &registered[0].home) ? &registered[0] : NULL;
}

uint32_t nexthop_towards(const struct ip_addr *to)
{
	return 1;
}

uint16_t nexthop_mtu(uint32_t index)
{
	return 1400;
}

bool service_is_ours(const struct ip_addr *a)
{
	return a->bytes[12] == 192;
}

bool service4_is_broadcast(const struct ip_addr *a)
{
	return a->bytes[15] == 255;
}

int service4_network_of(const struct ip_addr *home)
{
	return home->bytes[12] == 10 ? 0 : -1;
}

const struct home_network_config *service4_network_at(uint16_t index)
{
	return &network;
}

const struct agent4 *service4_agents(uint16_t *count)
{
	static struct agent4 agent;

	agent.address = address(192, 0, 2, 9);
	*count = 1;
	return &agent;
}

static void begin(void)
{
	network.home_agent = address(192, 0, 2, 1);
	published[0].inner_mtu = 1480;
	published[1].inner_mtu = 1300;
	registered[0] = (struct registration){
		.home = address(10, 1, 0, 5), .binding = &published[0], .also = &registered[1]};
	registered[1] =
		(struct registration){.home = address(10, 1, 0, 5), .binding = &published[1]};
	is_limited = false;
	memset(&sent, 0, sizeof(sent));
}

struct packet {
	uint8_t octets[1500];
	uint16_t length;
};

static struct packet packet_of(const struct ip_addr *from, const struct ip_addr *to,
			       uint8_t protocol, uint16_t payload)
{
	struct packet p = {.length = (uint16_t)(sizeof(struct ip4_hdr_wire) + payload)};
	struct ip4_hdr_wire *ip = (struct ip4_hdr_wire *)p.octets;

	*ip = (struct ip4_hdr_wire){.version_ihl = IP4_VERSION_IHL,
				    .total_length_be = htobe16(p.length),
				    .ttl = 1,
				    .protocol = protocol};
	memcpy(ip->source, ip4_octets(from), 4);
	memcpy(ip->destination, ip4_octets(to), 4);
	return p;
}

static void drop_answered(const struct packet *p, enum drop_reason reason, bool tunnelled)
{
	const struct punt punt = {.reason = (uint8_t)reason, .tunnelled = tunnelled};

	icmp4_answer_drop(&punt, cursor_of(p->octets, p->length));
}

static void each_reason_has_its_type_and_code(void)
{
	static const struct {
		enum drop_reason reason;
		uint8_t type;
		uint8_t code;
	} cases[] = {
		{DROP_HOP_LIMIT, 11, 0}, {DROP_REASSEMBLY_TIMEOUT, 11, 1},
		{DROP_NO_ROUTE, 3, 0},	 {DROP_NO_BINDING, 3, 1},
		{DROP_TOO_BIG, 3, 4},
	};
	struct ip_addr from = address(203, 0, 113, 5);
	struct ip_addr to = address(10, 1, 0, 5);
	struct packet p = packet_of(&from, &to, PROTO_UDP, 1000);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin();
		drop_answered(&p, cases[i].reason, false);
		CU_ASSERT_EQUAL(sent.count, 1);
		CU_ASSERT_EQUAL(sent.message[0], cases[i].type);
		CU_ASSERT_EQUAL(sent.message[1], cases[i].code);
		CU_ASSERT_TRUE(ip_addr_equal(&sent.to, &from));
		CU_ASSERT_TRUE(ip_addr_equal(&sent.from, &network.home_agent));
		/* With its IP header 576 octets, and the packet's beginning in it. */
		CU_ASSERT_EQUAL(sent.octets, 556);
		CU_ASSERT_EQUAL(memcmp(sent.message + 8, p.octets, 548), 0);
	}
	begin();
	drop_answered(&p, DROP_RUNT, false);
	CU_ASSERT_EQUAL(sent.count, 0);
}

static void the_least_of_simultaneous_tunnels_is_told(void)
{
	struct ip_addr from = address(203, 0, 113, 5);
	struct ip_addr to = address(10, 1, 0, 5);
	struct packet p = packet_of(&from, &to, PROTO_UDP, 1400);

	begin();
	drop_answered(&p, DROP_TOO_BIG, false);
	CU_ASSERT_EQUAL(sent.message[6] << 8 | sent.message[7], 1300);
	/* By the way to anybody else. */
	to = address(198, 51, 100, 1);
	p = packet_of(&from, &to, PROTO_UDP, 1480);
	drop_answered(&p, DROP_TOO_BIG, true);
	CU_ASSERT_EQUAL(sent.message[6] << 8 | sent.message[7], 1400);
}

static void a_mobile_node_hears_from_its_own_home_agent(void)
{
	struct ip_addr from = address(10, 1, 0, 5);
	struct ip_addr to = address(198, 51, 100, 1);
	struct packet p = packet_of(&from, &to, PROTO_UDP, 10);

	begin();
	drop_answered(&p, DROP_NO_ROUTE, true);
	CU_ASSERT_TRUE(ip_addr_equal(&sent.from, &network.home_agent));
	/* In no home network: any address of ours. */
	from = address(203, 0, 113, 9);
	p = packet_of(&from, &to, PROTO_UDP, 10);
	drop_answered(&p, DROP_NO_ROUTE, false);
	CU_ASSERT_EQUAL(sent.from.bytes[15], 9);
}

/* RFC 1812 §4.3.2.7. */
static void some_are_never_answered(void)
{
	const struct ip_addr good = address(203, 0, 113, 5);
	const struct ip_addr home = address(10, 1, 0, 5);
	const struct ip_addr from[] = {address(0, 0, 0, 0),	 address(127, 0, 0, 1),
				       address(224, 0, 0, 1),	 address(255, 255, 255, 255),
				       address(10, 1, 255, 255), address(192, 0, 2, 1)};
	const struct ip_addr to[] = {address(10, 1, 255, 255), address(224, 0, 0, 9)};
	struct packet p;

	begin();
	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		p = packet_of(&from[i], &home, PROTO_UDP, 10);
		drop_answered(&p, DROP_NO_BINDING, false);
	}
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		p = packet_of(&good, &to[i], PROTO_UDP, 10);
		drop_answered(&p, DROP_NO_BINDING, false);
	}
	p = packet_of(&good, &home, PROTO_UDP, 10);
	((struct ip4_hdr_wire *)p.octets)->fragment_be = htobe16(7);
	drop_answered(&p, DROP_NO_BINDING, false);
	is_limited = true;
	((struct ip4_hdr_wire *)p.octets)->fragment_be = htobe16(IP4_MF);
	drop_answered(&p, DROP_NO_BINDING, false);
	CU_ASSERT_EQUAL(sent.count, 0);
	is_limited = false;
	drop_answered(&p, DROP_NO_BINDING, false);
	CU_ASSERT_EQUAL(sent.count, 1);
}

static void no_error_is_sent_about_an_error(void)
{
	static const uint8_t errors[] = {3, 4, 5, 11, 12};
	static const uint8_t questions[] = {0, 8, 13};
	struct ip_addr from = address(203, 0, 113, 5);
	struct ip_addr to = address(10, 1, 0, 5);
	struct packet p = packet_of(&from, &to, PROTO_ICMP, 8);

	begin();
	for (size_t i = 0; i < sizeof(errors); i++) {
		p.octets[20] = errors[i];
		drop_answered(&p, DROP_NO_BINDING, false);
	}
	CU_ASSERT_EQUAL(sent.count, 0);
	for (size_t i = 0; i < sizeof(questions); i++) {
		p.octets[20] = questions[i];
		drop_answered(&p, DROP_NO_BINDING, false);
	}
	CU_ASSERT_EQUAL(sent.count, sizeof(questions));
}

static void an_echo_request_is_turned_round(void)
{
	static const uint8_t request[] = {8, 0, 0, 0, 0x12, 0x34, 0, 1, 'a', 'b', 'c'};
	struct ip4_packet packet = {
		.source = address(10, 1, 0, 5),
		.destination = address(192, 0, 2, 1),
		.protocol = PROTO_ICMP,
	};
	uint8_t message[sizeof(request)];
	uint16_t sum = plain_checksum(request, sizeof(request));

	begin();
	memcpy(message, request, sizeof(message));
	message[2] = (uint8_t)(sum >> 8);
	message[3] = (uint8_t)sum;
	packet.payload = cursor_of(message, sizeof(message));
	CU_ASSERT_TRUE(icmp4_is_echo_request(&packet));
	icmp4_answer_echo(0, &packet);
	CU_ASSERT_TRUE(ip_addr_equal(&sent.from, &packet.destination));
	CU_ASSERT_TRUE(ip_addr_equal(&sent.to, &packet.source));
	CU_ASSERT_EQUAL(sent.message[0], 0);
	CU_ASSERT_EQUAL(memcmp(sent.message + 4, request + 4, sizeof(request) - 4), 0);
	message[3] ^= 1;
	CU_ASSERT_FALSE(icmp4_is_echo_request(&packet));
	message[3] ^= 1;
	packet.payload = cursor_of(message, 7);
	CU_ASSERT_FALSE(icmp4_is_echo_request(&packet));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(each_reason_has_its_type_and_code),
		UNIT(the_least_of_simultaneous_tunnels_is_told),
		UNIT(a_mobile_node_hears_from_its_own_home_agent),
		UNIT(some_are_never_answered),
		UNIT(no_error_is_sent_about_an_error),
		UNIT(an_echo_request_is_turned_round),
	};

	return unit_run("icmp4", cases, UNIT_COUNT(cases));
}
