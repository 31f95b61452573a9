/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/frame.h"

#include "ha/wire/icmp6.h"
#include "link/nd.h"
#include "support/unit.h"

enum {
	IP = 14,
	ICMP = 54,
};

static const uint8_t own[6] = {2, 0, 0, 0, 0, 1};
static const struct ip_addr node = {{0xfe, 0x80, [15] = 9}};
static const struct ip_addr target = {{0x20, 1, 0xd, 0xb8, [15] = 3}};

static size_t make(uint8_t out[128], const struct ip_addr *source, uint8_t type, uint8_t hop_limit,
		   bool router_alert)
{
	struct ip_addr group = nd_solicited_node(&target);
	uint8_t mac[6];
	const struct frame_headers headers = {
		.mac = mac,
		.source = source,
		.destination = &group,
		.hop_limit = hop_limit,
		.router_alert = router_alert,
	};
	uint8_t message[ND_SOLICITATION_OCTETS];

	memset(out, 0xee, 128);
	frame_multicast_mac(&group, mac);
	nd_solicitation_encode(&target, message);
	message[0] = type;
	return frame_write(out, own, &headers, message, sizeof(message));
}

static void what_is_written_is_read(void)
{
	static const uint8_t start[] = {0x33, 0x33, 0xff, 0,	0, 3, 2, 0, 0,	0,  0,
					1,    0x86, 0xdd, 0x60, 0, 0, 0, 0, 24, 58, 255};
	struct link_message message = {0};
	uint8_t frame[128];
	size_t octets = make(frame, &node, ICMP6_NEIGHBOUR_SOLICITATION, 255, false);

	CU_ASSERT_EQUAL(octets, ICMP + 24);
	CU_ASSERT_EQUAL(memcmp(frame, start, sizeof(start)), 0);
	CU_ASSERT_TRUE_FATAL(frame_read(frame, octets, &message));
	CU_ASSERT_EQUAL(message.type, ICMP6_NEIGHBOUR_SOLICITATION);
	CU_ASSERT_EQUAL(memcmp(message.source_mac, own, 6), 0);
	CU_ASSERT_TRUE(ip_addr_equal(&message.source, &node));
	CU_ASSERT_EQUAL(cursor_left(&message.icmp6), 24);
	CU_ASSERT_PTR_EQUAL(message.icmp6.at, frame + ICMP);
	CU_ASSERT_TRUE(frame_read(frame, octets + 20, &message)); /* padding of the link */
	CU_ASSERT_EQUAL(cursor_left(&message.icmp6), 24);
}

static void every_shorter_frame_is_refused(void)
{
	struct link_message message;
	uint8_t frame[128];
	size_t octets = make(frame, &node, ICMP6_NEIGHBOUR_SOLICITATION, 255, false);

	for (size_t cut = 0; cut < octets; cut++)
		CU_ASSERT_FALSE(frame_read(frame, cut, &message));
}

static void one_wrong_octet_anywhere_in_the_message_is_refused(void)
{
	struct link_message message;
	uint8_t frame[128];
	size_t octets = make(frame, &node, ICMP6_NEIGHBOUR_SOLICITATION, 255, false);

	for (size_t at = ICMP; at < octets; at++) {
		frame[at] ^= 0x10;
		CU_ASSERT_FALSE(frame_read(frame, octets, &message));
		frame[at] ^= 0x10;
	}
	frame[IP + 7] = 254;
	CU_ASSERT_FALSE(frame_read(frame, octets, &message));
	frame[IP + 7] = 255;
	frame[IP] = 0x40;
	CU_ASSERT_FALSE(frame_read(frame, octets, &message));
}

static void listener_discovery_has_hop_limit_1_and_a_router_alert(void)
{
	static const struct ip_addr none;
	struct link_message message;
	uint8_t frame[128];

	CU_ASSERT_TRUE(frame_read(frame, make(frame, &node, ICMP6_MLD_QUERY, 1, true), &message));
	CU_ASSERT_EQUAL(cursor_left(&message.icmp6), 24);
	CU_ASSERT_TRUE(frame_read(frame, make(frame, &none, ICMP6_MLD2_REPORT, 1, true), &message));
	CU_ASSERT_FALSE(frame_read(frame, make(frame, &node, ICMP6_MLD_QUERY, 1, false), &message));
	CU_ASSERT_FALSE(
		frame_read(frame, make(frame, &node, ICMP6_MLD_QUERY, 255, true), &message));
	CU_ASSERT_FALSE(
		frame_read(frame, make(frame, &target, ICMP6_MLD_QUERY, 1, true), &message));
	CU_ASSERT_FALSE(
		frame_read(frame, make(frame, &node, ICMP6_ECHO_REQUEST, 255, false), &message));
}

static void a_multicast_source_is_refused(void)
{
	struct ip_addr all = nd_all_nodes();
	struct link_message message;
	uint8_t frame[128];
	size_t octets = make(frame, &all, ICMP6_NEIGHBOUR_SOLICITATION, 255, false);

	CU_ASSERT_FALSE(frame_read(frame, octets, &message));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(what_is_written_is_read),
		UNIT(every_shorter_frame_is_refused),
		UNIT(one_wrong_octet_anywhere_in_the_message_is_refused),
		UNIT(listener_discovery_has_hop_limit_1_and_a_router_alert),
		UNIT(a_multicast_source_is_refused),
	};

	return unit_run("link/frame", cases, UNIT_COUNT(cases));
}
