/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_link4: what anybody on a home link can send of IPv4, for proxy ARP: who is away is answered for and nobody else, once, to whoever asked;
 * what is announced is what is true at that time; and it comes to an end.
 *
 * Input      steps of one octet and what it takes: STEP_FRAME an Ethernet frame as it is, STEP_ASK the operation and two numbers of addresses, which make
 *            an ARP message; STEP_AWAY, STEP_END and STEP_HOME the number of an address; STEP_PASS a time in units of 10 ms. A frame ends with the
 *            marker. Any other octet: STEP_FRAME.
 */
#include <stdlib.h>
#include <string.h>

#include "ha/ip.h"
#include "link/arp.h"
#include "link/arp_proxy.h"
#include "link/frame.h"
#include "link/frame4.h"
#include "service.h"
#include "support/link_fake.h"

enum {
	STEP_ASK = 'q',
	STEP_AWAY = 'a',
	STEP_END = 'e',
	STEP_HOME = 'h',
	STEP_PASS = 'p',
	STEPS_MAX = 64,
	ADDRESSES = 16,
	ETHER_OCTETS = 14,
	ANNOUNCED_IN_ALL = 2 * ARP_ANNOUNCEMENTS,
};

static const uint8_t marker[4] = {0xf7, 0xa6, 0x3e, 0x27};
static const uint8_t stranger_mac[6] = {0x02, 0, 0, 0, 0xbe, 0xef};
static const uint8_t node_mac[6] = {0x02, 0, 0, 0, 0, 0x10};
static const uint8_t all_stations[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static const struct config config = {
	.mip4 = {.networks = {{.prefix = {{{[10] = 0xff, [11] = 0xff, 10, 1}}, 96 + 16},
			       .home_agent = {{[10] = 0xff, [11] = 0xff, 10, 1, 0, 1}},
			       .home_link = {.kind = HOME_LINK_INTERFACE}}},
		 .network_count = 1},
};

static struct {
	bool is_away;
	unsigned int announced; /* since it came or went */
} nodes[ADDRESSES];
static unsigned int answers;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static struct ip_addr address_of(unsigned int number)
{
	return ip4_mapped((const uint8_t[4]){10, 1, (uint8_t)(number % 2), (uint8_t)(16 + number)});
}

static unsigned int number_of(const struct ip_addr *address)
{
	unsigned int number = 0;

	for (; number < ADDRESSES; number++) {
		const struct ip_addr a = address_of(number);

		if (ip_addr_equal(&a, address))
			break;
	}
	require(number < ADDRESSES);
	return number;
}

/* --- What leaves --- */

static void leaves(const uint8_t *frame, size_t octets)
{
	struct arp_message m;
	struct cursor bytes;
	unsigned int number;
	bool is_ours;

	require(frame4_read_arp(frame, octets, &bytes) && arp_decode(bytes, &m));
	number = number_of(&m.sender);
	is_ours = memcmp(m.sender_mac, link_mac(0), 6) == 0;
	if (memcmp(frame, all_stations, 6) == 0) {
		require(arp_is_gratuitous(&m) && is_ours == nodes[number].is_away);
		require(is_ours || memcmp(m.sender_mac, node_mac, 6) == 0);
		require(++nodes[number].announced <= ANNOUNCED_IN_ALL);
		return;
	}
	answers++;
	require(!frame_mac_is_group(frame) && memcmp(frame, m.target_mac, 6) == 0);
	require(m.operation == ARP_REPLY && is_ours && nodes[number].is_away);
}

/* --- What happens --- */

static void turn(void)
{
	while (arp_proxy_poll(NULL) > 0)
		;
	for (unsigned int i = 0; i < ADDRESSES; i++) {
		const struct ip_addr home = address_of(i);

		require(arp_proxy_defends(0, &home) == nodes[i].is_away);
	}
}

static void hear(const uint8_t *frame, size_t octets)
{
	struct link_message4 message;

	answers = 0;
	link_fake_hear(frame, octets);
	require(answers <= 1);
	if (frame4_read(frame, octets, &message))
		require(message.icmp.at >= frame && message.icmp.end <= frame + octets);
}

static void ask(uint8_t operation, uint8_t from, uint8_t to)
{
	struct arp_message m = {
		.operation = operation,
		.sender = address_of(from % ADDRESSES),
		.target = address_of(to % ADDRESSES),
	};
	uint8_t frame[ETHER_OCTETS + ARP_OCTETS] = {[12] = 0x08, [13] = 0x06};
	bool wants_answer = operation == ARP_REQUEST && from % ADDRESSES != to % ADDRESSES;

	memcpy(frame, all_stations, 6);
	memcpy(frame + 6, stranger_mac, 6);
	memcpy(m.sender_mac, stranger_mac, 6);
	arp_encode(&m, frame + ETHER_OCTETS);
	hear(frame, sizeof(frame));
	require(answers == (wants_answer && nodes[to % ADDRESSES].is_away ? 1 : 0));
}

static void step_on_node(uint8_t kind, unsigned int number)
{
	const struct ip_addr home = address_of(number);
	bool was_away = nodes[number].is_away;

	nodes[number].is_away = kind == STEP_AWAY;
	if (kind == STEP_HOME || nodes[number].is_away != was_away)
		nodes[number].announced = 0;
	if (kind == STEP_AWAY)
		arp_proxy_begin(&home);
	else if (kind == STEP_END)
		arp_proxy_end(&home);
	else
		arp_node_home(&home, node_mac);
}

/* --- Steps --- */

static void step_with_frame(struct cursor *input)
{
	size_t left = cursor_left(input);
	const uint8_t *end = memmem(input->at, left, marker, sizeof(marker));
	size_t octets = end != NULL ? (size_t)(end - input->at) : left;
	uint8_t *exact = malloc(octets + 1); /* of its own, so that one octet past it is caught */

	require(exact != NULL);
	memcpy(exact + 1, input->at, octets);
	hear(exact + 1, octets);
	free(exact);
	cursor_skip(input, octets + (end != NULL ? sizeof(marker) : 0));
}

static void step(uint8_t kind, struct cursor *input)
{
	uint8_t octets[3];

	switch (kind) {
	case STEP_AWAY:
	case STEP_END:
	case STEP_HOME:
		if (cursor_u8(input, octets))
			step_on_node(kind, octets[0] % ADDRESSES);
		break;
	case STEP_ASK:
		if (cursor_bytes(input, octets, sizeof(octets)))
			ask(octets[0], octets[1], octets[2]);
		break;
	case STEP_PASS:
		if (cursor_u8(input, octets))
			link_fake_pass(10 * (uint64_t)octets[0]);
		break;
	default:
		step_with_frame(input);
	}
	turn();
}

/* Who is away was announced as often as it is to be. */
static void check_in_the_end(void)
{
	for (int i = 0; i < ARP_ANNOUNCEMENTS; i++) {
		link_fake_pass(1000);
		turn();
	}
	for (unsigned int i = 0; i < ADDRESSES; i++)
		require(!nodes[i].is_away || nodes[i].announced == ANNOUNCED_IN_ALL);
	link_fake_pass(60000);
	require(arp_proxy_poll(NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor input = cursor_of(data, size);
	uint8_t kind;

	memset(nodes, 0, sizeof(nodes));
	link_fake_start(&config, leaves);
	service_start(&config);
	require(arp_proxy_start(ADDRESSES) == 0);
	for (int i = 0; i < STEPS_MAX && cursor_u8(&input, &kind); i++)
		step(kind, &input);
	check_in_the_end();
	arp_proxy_stop();
	return 0;
}
