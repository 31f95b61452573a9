/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Errors from inside tunnels of IPv4 packets, made with scapy, over stand-ins for the table of registrations and for sending.
 */
#include "tunnel/relay4.h"

#include <stdlib.h>

#include "checksum.h"
#include "counters.h"
#include "foreign_agent/foreign_agent.h"
#include "ha/encap.h"
#include "icmp4.h"
#include "registration/registration.h"
#include "service4.h"
#include "support/unit.h"
#include "tunnel/error4.h"
#include "tunnel/relay.h"

/* The beginning of a packet of 1400 octets with Don't Fragment from 203.0.113.50 to 10.1.0.5. */
static const uint8_t original[] = {
	0x45, 0x00, 0x05, 0x78, 0x00, 0x09, 0x40, 0x00, 0x3f, 0x11, 0xf0, 0x33,
	0xcb, 0x00, 0x71, 0x32, 0x0a, 0x01, 0x00, 0x05, 0x03, 0xe8, 0x07, 0xd0,
	0x05, 0x64, 0xd0, 0x62, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
	0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
};

/* A router says that 1300 octets get through, about that packet in a tunnel from 192.0.2.1 to 198.51.100.9. */
static const uint8_t too_big_ip[] = {
	0x03, 0x04, 0x8e, 0xe1, 0x00, 0x00, 0x05, 0x14, 0x45, 0x00, 0x05, 0x8c, 0x00, 0x01, 0x40,
	0x00, 0x40, 0x04, 0x49, 0x2f, 0xc0, 0x00, 0x02, 0x01, 0xc6, 0x33, 0x64, 0x09, 0x45, 0x00,
	0x05, 0x78, 0x00, 0x09, 0x40, 0x00, 0x3f, 0x11, 0xf0, 0x33, 0xcb, 0x00, 0x71, 0x32, 0x0a,
	0x01, 0x00, 0x05, 0x03, 0xe8, 0x07, 0xd0, 0x05, 0x64, 0xd0, 0x62, 0x78, 0x78, 0x78, 0x78,
	0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
	0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
};

static const uint8_t too_big_gre[] = {
	0x03, 0x04, 0x48, 0xbe, 0x00, 0x00, 0x05, 0x14, 0x45, 0x00, 0x05, 0x94, 0x00, 0x01, 0x40,
	0x00, 0x40, 0x2f, 0x48, 0xfc, 0xc0, 0x00, 0x02, 0x01, 0xc6, 0x33, 0x64, 0x09, 0x20, 0x00,
	0x08, 0x00, 0x00, 0x00, 0x00, 0x05, 0x45, 0x00, 0x05, 0x78, 0x00, 0x09, 0x40, 0x00, 0x3f,
	0x11, 0xf0, 0x33, 0xcb, 0x00, 0x71, 0x32, 0x0a, 0x01, 0x00, 0x05, 0x03, 0xe8, 0x07, 0xd0,
	0x05, 0x64, 0xd0, 0x62, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
	0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
};

static const uint8_t too_big_udp[] = {
	0x03, 0x04, 0x46, 0xda, 0x00, 0x00, 0x05, 0x14, 0x45, 0x00, 0x05, 0x98, 0x00, 0x01, 0x40,
	0x00, 0x40, 0x11, 0x49, 0x16, 0xc0, 0x00, 0x02, 0x01, 0xc6, 0x33, 0x64, 0x09, 0x01, 0xb2,
	0x0f, 0xa0, 0x05, 0x84, 0x00, 0x00, 0x04, 0x04, 0x00, 0x00, 0x45, 0x00, 0x05, 0x78, 0x00,
	0x09, 0x40, 0x00, 0x3f, 0x11, 0xf0, 0x33, 0xcb, 0x00, 0x71, 0x32, 0x0a, 0x01, 0x00, 0x05,
	0x03, 0xe8, 0x07, 0xd0, 0x05, 0x64, 0xd0, 0x62, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
	0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
};

static const uint8_t too_big_minimal[] = {
	0x03, 0x04, 0xac, 0xff, 0x00, 0x00, 0x05, 0x14, 0x45, 0x00, 0x05, 0x84, 0x00, 0x09, 0x40,
	0x00, 0x3f, 0x37, 0x49, 0xfc, 0xc0, 0x00, 0x02, 0x01, 0xc6, 0x33, 0x64, 0x09, 0x11, 0x80,
	0xa8, 0x46, 0x0a, 0x01, 0x00, 0x05, 0xcb, 0x00, 0x71, 0x32, 0x03, 0xe8, 0x07, 0xd0, 0x05,
	0x64, 0xd0, 0x62, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
	0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
	0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78, 0x78,
};

/* Stand-ins for the parts around it. */
static struct binding published;
static struct registration registered;
static uint16_t learnt;
static bool is_real_link;

static struct {
	unsigned int count;
	uint8_t type;
	uint8_t code;
	uint32_t value;
	uint8_t quoted[48];
} told;

static struct {
	unsigned int count;
	uint8_t code;
} unreachable;

static struct ip_addr address(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return ip4_mapped((const uint8_t[4]){a, b, c, d});
}

const struct registration *registration_find(const struct ip_addr *home)
{
	return ip_addr_equal(home, &registered.home) ? &registered : NULL;
}

void relay_learn(const struct registration *r, uint16_t mtu)
{
	learnt = mtu;
	published.inner_mtu = (uint16_t)(mtu - 20);
}

int service4_agent_of(const struct ip_addr *agent)
{
	struct ip_addr ours = address(192, 0, 2, 1);

	return ip_addr_equal(agent, &ours) ? 0 : -1;
}

int service4_network_of(const struct ip_addr *home)
{
	return home->bytes[12] == 10 ? 0 : -1;
}

const struct home_network_config *service4_network_at(uint16_t index)
{
	static struct home_network_config network;

	network.home_link.kind = is_real_link ? HOME_LINK_INTERFACE : HOME_LINK_VIRTUAL;
	return &network;
}

bool icmp4_error(uint16_t worker, struct cursor offending, const struct ip_addr *from, uint8_t type,
		 uint8_t code, uint32_t value)
{
	told.count++;
	told.type = type;
	told.code = code;
	told.value = value;
	memset(told.quoted, 0, sizeof(told.quoted));
	cursor_bytes(&offending, told.quoted,
		     cursor_left(&offending) < sizeof(told.quoted) ? cursor_left(&offending)
								   : sizeof(told.quoted));
	return true;
}

bool foreign_agent_is_on(void)
{
	return true;
}

void foreign_agent_unreachable(uint16_t worker, const struct ip_addr *care_of,
			       const struct ip_addr *home_agent, uint8_t icmp_code,
			       struct cursor quoted)
{
	unreachable.count++;
	unreachable.code = icmp_code;
}

static void begin(enum encap_kind kind)
{
	published = (struct binding){.care_of = address(198, 51, 100, 9), .inner_mtu = 1480};
	registered = (struct registration){
		.home = address(10, 1, 0, 5),
		.care_of = address(198, 51, 100, 9),
		.binding = &published,
		.tunnel = tunnel4_number(0, kind),
	};
	memset(&told, 0, sizeof(told));
	memset(&unreachable, 0, sizeof(unreachable));
	memset(counters, 0, sizeof(uint64_t) * CONTROL_COUNTER_COUNT);
	learnt = 0;
	is_real_link = false;
}

/* An error with that beginning in place of its own, in a buffer as long as it is. */
static void receive(const uint8_t *error, size_t octets, uint8_t type, uint8_t code, uint32_t value,
		    enum control_counter outcome)
{
	struct ip4_packet packet = {
		.source = address(203, 0, 113, 1),
		.destination = address(192, 0, 2, 1),
		.protocol = 1,
	};
	uint8_t *message = malloc(octets);
	uint16_t sum;

	memcpy(message, error, octets);
	message[0] = type;
	message[1] = code;
	message[2] = 0;
	message[3] = 0;
	for (unsigned int i = 0; i < 4; i++)
		message[4 + i] = (uint8_t)(value >> (24 - 8 * i));
	sum = plain_checksum(message, (uint32_t)octets);
	message[2] = (uint8_t)(sum >> 8);
	message[3] = (uint8_t)sum;
	packet.payload = cursor_of(message, octets);
	relay4_error(3, &packet);
	CU_ASSERT_EQUAL(counters[outcome], 1);
	free(message);
}

static void expect_told(uint8_t type, uint8_t code, uint32_t value)
{
	CU_ASSERT_EQUAL(told.count, 1);
	CU_ASSERT_EQUAL(told.type, type);
	CU_ASSERT_EQUAL(told.code, code);
	CU_ASSERT_EQUAL(told.value, value);
}

static void too_big_from_each_kind_of_tunnel_is_learnt_and_told(void)
{
	static const struct {
		enum encap_kind kind;
		const uint8_t *error;
		size_t octets;
	} tunnels[] = {
		{ENCAP_IP4_IN_IP4, too_big_ip, sizeof(too_big_ip)},
		{ENCAP_GRE, too_big_gre, sizeof(too_big_gre)},
		{ENCAP_UDP, too_big_udp, sizeof(too_big_udp)},
		{ENCAP_MINIMAL, too_big_minimal, sizeof(too_big_minimal)},
	};

	for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++) {
		begin(tunnels[i].kind);
		receive(tunnels[i].error, tunnels[i].octets, 3, 4, 1300,
			COUNT_TUNNEL_ERROR_RELAYED);
		CU_ASSERT_EQUAL(learnt, 1300);
		expect_told(3, 4, 1280);
		CU_ASSERT_EQUAL(memcmp(told.quoted, original, sizeof(told.quoted)), 0);
	}
}

static void an_old_router_says_no_size_and_the_next_plateau_counts(void)
{
	begin(ENCAP_IP4_IN_IP4);
	receive(too_big_ip, sizeof(too_big_ip), 3, 4, 0, COUNT_TUNNEL_ERROR_RELAYED);
	CU_ASSERT_EQUAL(learnt, 1006);
}

static void a_size_below_68_is_not_believed_and_68_is(void)
{
	begin(ENCAP_IP4_IN_IP4);
	receive(too_big_ip, sizeof(too_big_ip), 3, 4, 67, COUNT_TUNNEL_ERROR_MTU);
	CU_ASSERT_EQUAL(learnt, 0);
	begin(ENCAP_IP4_IN_IP4);
	receive(too_big_ip, sizeof(too_big_ip), 3, 4, 68, COUNT_TUNNEL_ERROR_RELAYED);
	CU_ASSERT_EQUAL(learnt, 68);
	expect_told(3, 4, 68);
}

/* RFC 2003 §4: type and code as they come, and what is told. */
static void each_error_becomes_what_the_source_can_use(void)
{
	static const struct {
		uint8_t type;
		uint8_t code;
		uint32_t value;
		enum control_counter outcome;
		uint8_t told_code;
	} cases[] = {
		{3, 0, 0, COUNT_TUNNEL_ERROR_RELAYED, 0},
		{3, 1, 0, COUNT_TUNNEL_ERROR_RELAYED, 1},
		{3, 2, 0, COUNT_TUNNEL_ERROR_RELAYED, 0},
		{3, 3, 0, COUNT_TUNNEL_ERROR_IGNORED, 0},
		{3, 5, 0, COUNT_TUNNEL_ERROR_IGNORED, 0},
		{3, 13, 0, COUNT_TUNNEL_ERROR_RELAYED, 1},
		{3, 16, 0, COUNT_TUNNEL_ERROR_IGNORED, 0},
		{4, 0, 0, COUNT_TUNNEL_ERROR_IGNORED, 0},
		{5, 1, 0, COUNT_TUNNEL_ERROR_IGNORED, 0},
		{11, 0, 0, COUNT_TUNNEL_ERROR_RELAYED, 1},
		{11, 1, 0, COUNT_TUNNEL_ERROR_IGNORED, 0},
		{12, 0, 20u << 24, COUNT_TUNNEL_ERROR_IGNORED, 0},
		{8, 0, 0, COUNT_TUNNEL_ERROR_MALFORMED, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(ENCAP_IP4_IN_IP4);
		receive(too_big_ip, sizeof(too_big_ip), cases[i].type, cases[i].code,
			cases[i].value, cases[i].outcome);
		if (cases[i].outcome == COUNT_TUNNEL_ERROR_RELAYED)
			expect_told(3, cases[i].told_code, 0);
		else
			CU_ASSERT_EQUAL(told.count, 0);
	}
	begin(ENCAP_IP4_IN_IP4);
	receive(too_big_ip, sizeof(too_big_ip), 12, 0, 1u << 24, COUNT_TUNNEL_ERROR_RELAYED);
	expect_told(12, 0, 1u << 24);
	/* On a real home link the network of the home address is where we are. */
	begin(ENCAP_IP4_IN_IP4);
	is_real_link = true;
	receive(too_big_ip, sizeof(too_big_ip), 3, 0, 0, COUNT_TUNNEL_ERROR_RELAYED);
	expect_told(3, 1, 0);
}

static void what_quotes_no_tunnel_of_a_binding_is_not_heard(void)
{
	begin(ENCAP_IP4_IN_IP4);
	published.care_of = address(198, 51, 100, 10);
	receive(too_big_ip, sizeof(too_big_ip), 3, 4, 1300, COUNT_TUNNEL_ERROR_UNKNOWN);
	begin(ENCAP_IP4_IN_IP4);
	registered.home = address(10, 1, 0, 6);
	receive(too_big_ip, sizeof(too_big_ip), 3, 4, 1300, COUNT_TUNNEL_ERROR_UNKNOWN);
	begin(ENCAP_IP4_IN_IP4);
	registered.tunnel = tunnel4_number(1, ENCAP_IP4_IN_IP4);
	receive(too_big_ip, sizeof(too_big_ip), 3, 4, 1300, COUNT_TUNNEL_ERROR_UNKNOWN);
	CU_ASSERT_EQUAL(learnt, 0);
	CU_ASSERT_EQUAL(told.count, 0);
}

static void a_visitors_reverse_tunnel_is_known_by_the_inner_source(void)
{
	begin(ENCAP_IP4_IN_IP4);
	registered.home = visitor_key((const uint8_t[4]){203, 0, 113, 50});
	receive(too_big_ip, sizeof(too_big_ip), 3, 4, 1300, COUNT_TUNNEL_ERROR_RELAYED);
	CU_ASSERT_EQUAL(learnt, 1300);
}

/* Headers may be cut anywhere: what is not there is not read, and nothing is told that is not known. */
static void every_shorter_quote_is_survived(void)
{
	for (size_t octets = 8; octets < sizeof(too_big_minimal); octets++) {
		begin(ENCAP_MINIMAL);
		receive(too_big_minimal, octets, 3, 4, 1300,
			octets < 8 + 20	       ? COUNT_TUNNEL_ERROR_MALFORMED
			: octets < 8 + 20 + 12 ? COUNT_TUNNEL_ERROR_UNKNOWN
					       : COUNT_TUNNEL_ERROR_RELAYED);
	}
	for (size_t octets = 8; octets < sizeof(too_big_gre); octets++) {
		begin(ENCAP_GRE);
		receive(too_big_gre, octets, 3, 4, 1300,
			octets < 8 + 20		   ? COUNT_TUNNEL_ERROR_MALFORMED
			: octets < 8 + 20 + 8 + 20 ? COUNT_TUNNEL_ERROR_UNKNOWN
						   : COUNT_TUNNEL_ERROR_RELAYED);
	}
}

/* The outer header says that there is less than what is quoted. */
static void a_tunnel_packet_shorter_than_its_headers_is_not_believed(void)
{
	uint8_t error[sizeof(too_big_minimal)];

	begin(ENCAP_MINIMAL);
	memcpy(error, too_big_minimal, sizeof(error));
	error[8 + 2] = 0;
	error[8 + 3] = 31;
	receive(error, sizeof(error), 3, 4, 1300, COUNT_TUNNEL_ERROR_UNKNOWN);
	CU_ASSERT_EQUAL(learnt, 0);
}

static void an_error_about_a_request_is_the_foreign_agents(void)
{
	/* 192.0.2.1 port 434 to 198.51.100.9 port 434, a registration request of which eight octets are quoted. */
	static const uint8_t error[] = {
		0x03, 0x03, 0,	0,  0, 0,   0, 0, 0x45, 0,   0,	 52,  0, 1,    0,
		0,    64,   17, 0,  0, 192, 0, 2, 1,	198, 51, 100, 9, 0x01, 0xb2,
		0x01, 0xb2, 0,	32, 0, 0,   1, 0, 0,	60,  10, 1,   0, 5,
	};

	begin(ENCAP_IP4_IN_IP4);
	receive(error, sizeof(error), 3, 3, 0, COUNT_TUNNEL_ERROR_OWN);
	CU_ASSERT_EQUAL(unreachable.count, 1);
	CU_ASSERT_EQUAL(unreachable.code, 3);
	begin(ENCAP_IP4_IN_IP4);
	receive(error, sizeof(error), 11, 0, 0, COUNT_TUNNEL_ERROR_OWN);
	CU_ASSERT_EQUAL(unreachable.count, 0);
}

static void a_wrong_checksum_or_another_destination_is_malformed(void)
{
	struct ip4_packet packet = {
		.destination = address(192, 0, 2, 1),
		.payload = cursor_of(too_big_ip, sizeof(too_big_ip)),
	};
	uint8_t changed[sizeof(too_big_ip)];

	begin(ENCAP_IP4_IN_IP4);
	memcpy(changed, too_big_ip, sizeof(changed));
	changed[50] ^= 1;
	packet.payload = cursor_of(changed, sizeof(changed));
	relay4_error(3, &packet);
	CU_ASSERT_EQUAL(counters[COUNT_TUNNEL_ERROR_MALFORMED], 1);
	packet.payload = cursor_of(too_big_ip, sizeof(too_big_ip));
	packet.destination = address(192, 0, 2, 2);
	relay4_error(3, &packet);
	CU_ASSERT_EQUAL(counters[COUNT_TUNNEL_ERROR_MALFORMED], 2);
	packet.destination = address(192, 0, 2, 1);
	relay4_error(3, &packet);
	CU_ASSERT_EQUAL(counters[COUNT_TUNNEL_ERROR_RELAYED], 1);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(too_big_from_each_kind_of_tunnel_is_learnt_and_told),
		UNIT(an_old_router_says_no_size_and_the_next_plateau_counts),
		UNIT(a_size_below_68_is_not_believed_and_68_is),
		UNIT(each_error_becomes_what_the_source_can_use),
		UNIT(what_quotes_no_tunnel_of_a_binding_is_not_heard),
		UNIT(a_visitors_reverse_tunnel_is_known_by_the_inner_source),
		UNIT(every_shorter_quote_is_survived),
		UNIT(a_tunnel_packet_shorter_than_its_headers_is_not_believed),
		UNIT(an_error_about_a_request_is_the_foreign_agents),
		UNIT(a_wrong_checksum_or_another_destination_is_malformed),
	};

	return unit_run("tunnel/relay4", cases, UNIT_COUNT(cases));
}
