/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/traffic.h"

#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_cycles.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "ha/wire/ip6.h"
#include "load/link.h"

enum {
	MAGIC = 0x6d6e6c64,
	UDP_PORT = 4660,
	HOP_LIMIT = 64,
	POLL_MAX = 32,
	SEARCH_MAX = 64,	/* nodes looked at for one that may get a packet */
	STRIDE = 7919,		/* from one node to the next */
	SEEN_PACKETS = 1 << 22, /* how far back a repeated packet is noticed */
	BACKLOG_MS = 10,	/* what was missed before that is not made up for */
};

struct data_packet {
	struct rte_ipv6_hdr ip;
	struct rte_udp_hdr udp;
	uint32_t magic_be;
	uint32_t node_be;
	uint64_t number_be;
} __attribute__((packed));

_Static_assert(sizeof(struct data_packet) == 64, "78 octets with Ethernet");

static const struct options *options;
static struct node *nodes;
static struct traffic_result *result;
static uint64_t *seen;
static uint64_t number;
static uint64_t begun_tsc;
static uint64_t paced; /* packets that were due since begun_tsc */
static uint32_t at_node;

bool traffic_start(const struct options *with_options, struct node *with_nodes,
		   struct traffic_result *with_result)
{
	options = with_options;
	nodes = with_nodes;
	result = with_result;
	begun_tsc = rte_rdtsc();
	seen = calloc(SEEN_PACKETS / 64, sizeof(*seen));
	return seen != NULL;
}

void traffic_stop(void)
{
	free(seen);
	seen = NULL;
}

uint64_t traffic_next_number(void)
{
	return number;
}

static void write_data(struct data_packet *packet, uint32_t node, uint64_t packet_number,
		       bool reverse, uint8_t hop_limit)
{
	struct ip_addr home = node_home(options, node);
	uint16_t udp_octets = sizeof(*packet) - sizeof(packet->ip);

	memset(packet, 0, sizeof(*packet));
	packet->ip.vtc_flow = rte_cpu_to_be_32(0x60000000);
	packet->ip.payload_len = rte_cpu_to_be_16(udp_octets);
	packet->ip.proto = PROTO_UDP;
	packet->ip.hop_limits = hop_limit;
	memcpy(packet->ip.src_addr, reverse ? home.bytes : options->correspondent.bytes, 16);
	memcpy(packet->ip.dst_addr, reverse ? options->correspondent.bytes : home.bytes, 16);
	packet->udp.src_port = rte_cpu_to_be_16(UDP_PORT);
	packet->udp.dst_port = rte_cpu_to_be_16(UDP_PORT);
	packet->udp.dgram_len = rte_cpu_to_be_16(udp_octets);
	packet->magic_be = rte_cpu_to_be_32(MAGIC);
	packet->node_be = rte_cpu_to_be_32(node);
	packet->number_be = rte_cpu_to_be_64(packet_number);
	packet->udp.dgram_cksum = rte_ipv6_udptcp_cksum(&packet->ip, &packet->udp);
}

static uint64_t *seen_word(uint64_t packet_number)
{
	return &seen[packet_number % SEEN_PACKETS / 64];
}

static uint64_t take_number(void)
{
	*seen_word(number) &= ~(UINT64_C(1) << (number % 64));
	return number++;
}

static bool send_forward(uint32_t node)
{
	struct data_packet *packet = link_begin();

	if (packet == NULL)
		return false;
	write_data(packet, node, take_number(), false, HOP_LIMIT);
	link_end(sizeof(*packet));
	return true;
}

static bool send_reverse(uint32_t node)
{
	struct ip_addr care_of = node_care_of(options, node, nodes[node].care_of);
	struct ip6_hdr_wire *outer = link_begin();

	if (outer == NULL)
		return false;
	*outer = (struct ip6_hdr_wire){
		.version_class_flow_be = rte_cpu_to_be_32(0x60000000),
		.payload_length_be = rte_cpu_to_be_16(sizeof(struct data_packet)),
		.next_header = PROTO_IPV6,
		.hop_limit = HOP_LIMIT,
	};
	memcpy(outer->source, care_of.bytes, sizeof(outer->source));
	memcpy(outer->destination, options->home_agent.bytes, sizeof(outer->destination));
	write_data((struct data_packet *)(void *)(outer + 1), node, take_number(), true, HOP_LIMIT);
	link_end(sizeof(*outer) + sizeof(struct data_packet));
	return true;
}

bool traffic_probe(uint32_t node)
{
	if (!send_forward(node))
		return false;
	result->probes++;
	return true;
}

/* A packet to a node whose removal is under way may or may not get there; one from a node that
 * moves would be dropped, rightly. */
static bool may_get(const struct node *node, bool reverse)
{
	if (!node->registered || node->uncertain || node->waits_for == PHASE_REMOVE)
		return false;
	return !reverse || node->waits_for == PHASE_NONE;
}

static uint32_t find_node(bool reverse)
{
	for (int i = 0; i < SEARCH_MAX; i++) {
		at_node = (at_node + STRIDE) % options->count;
		if (may_get(&nodes[at_node], reverse))
			return at_node;
	}
	return NODE_NONE;
}

static unsigned int due(uint64_t now_tsc)
{
	double per_tick = (double)options->traffic_pps / (double)rte_get_tsc_hz();
	uint64_t total = (uint64_t)((double)(now_tsc - begun_tsc) * per_tick);
	uint64_t backlog = (uint64_t)options->traffic_pps * BACKLOG_MS / 1000 + POLL_MAX;

	if (total - paced > backlog)
		paced = total - backlog;
	return total - paced < POLL_MAX ? (unsigned int)(total - paced) : POLL_MAX;
}

unsigned int traffic_poll(uint64_t now_tsc)
{
	unsigned int max = options->traffic_pps != 0 ? due(now_tsc) : 0;
	unsigned int count = 0;

	for (unsigned int i = 0; i < max; i++) {
		bool reverse = paced % REVERSE_EVERY == REVERSE_EVERY - 1;
		uint32_t node = find_node(reverse);

		if (node != NODE_NONE && (reverse ? !send_reverse(node) : !send_forward(node)))
			break;
		paced++;
		if (node == NODE_NONE)
			continue;
		count++;
		if (reverse)
			result->reverse_sent++;
		else
			result->sent++;
	}
	return count;
}

/* Rebuilds the packet that was sent from what it says of itself. */
static enum wrong check_data(const uint8_t *bytes, uint32_t length, bool reverse, uint32_t *node,
			     uint64_t *packet_number)
{
	const struct data_packet *packet = (const void *)bytes;
	struct data_packet expected;

	if (length != sizeof(*packet))
		return WRONG_DATA_INNER;
	*node = rte_be_to_cpu_32(packet->node_be);
	*packet_number = rte_be_to_cpu_64(packet->number_be);
	if (*node >= options->count || *packet_number >= number)
		return WRONG_DATA_INNER;
	write_data(&expected, *node, *packet_number, reverse, HOP_LIMIT - 1);
	if (memcmp(&expected, packet, sizeof(expected)) != 0)
		return WRONG_DATA_INNER;
	if ((*seen_word(*packet_number) >> (*packet_number % 64) & 1) != 0)
		return WRONG_DATA_TWICE;
	*seen_word(*packet_number) |= UINT64_C(1) << (*packet_number % 64);
	return WRONG_NOTHING;
}

/* Is care-of address number right for a packet that was sent before or after the last
 * acknowledgement? */
static enum wrong check_care_of(const struct node *node, uint32_t care_of, bool sent_before)
{
	bool asked = node->waits_for != PHASE_NONE || node->uncertain;

	if (asked && care_of == node->care_of_asked && care_of != node->care_of) {
		result->to_asked_care_of++;
		return WRONG_NOTHING;
	}
	if (care_of == 0 || care_of > node->care_of)
		return WRONG_DATA_CARE_OF;
	if (!node->registered && !sent_before)
		return WRONG_DATA_REMOVED;
	if (care_of == node->care_of) {
		if (node->registered)
			result->to_right_care_of++;
		else
			result->before_removal++;
		return WRONG_NOTHING;
	}
	if (!sent_before || care_of + 1 != node->care_of)
		return WRONG_DATA_STALE;
	result->to_old_care_of++;
	return WRONG_NOTHING;
}

static enum wrong check_outer(const struct ip6_hdr_wire *outer)
{
	uint32_t first = rte_be_to_cpu_32(outer->version_class_flow_be);

	/* The traffic class is that of the inner packet, 0. */
	if ((first & 0x0ff00000) != 0 || outer->hop_limit == 0 ||
	    rte_be_to_cpu_16(outer->payload_length_be) != sizeof(struct data_packet))
		return WRONG_DATA_OUTER;
	if (memcmp(outer->source, options->home_agent.bytes, sizeof(outer->source)) != 0)
		return WRONG_SOURCE;
	return WRONG_NOTHING;
}

enum wrong traffic_receive_tunnelled(const uint8_t *packet, uint32_t length)
{
	const struct ip6_hdr_wire *outer = (const void *)packet;
	enum wrong wrong = check_outer(outer);
	struct ip_addr destination;
	uint64_t packet_number;
	uint32_t care_of = 0;
	uint32_t node;

	if (wrong != WRONG_NOTHING)
		return wrong;
	wrong = check_data(packet + sizeof(*outer), length - (uint32_t)sizeof(*outer), false, &node,
			   &packet_number);
	if (wrong != WRONG_NOTHING)
		return wrong;
	memcpy(&destination, outer->destination, sizeof(destination));
	if (node_by_care_of(options, &destination, &care_of) != node)
		return WRONG_DATA_NODE;
	result->received++;
	return check_care_of(&nodes[node], care_of, packet_number < nodes[node].changed_at);
}

enum wrong traffic_receive_plain(const uint8_t *packet, uint32_t length)
{
	uint64_t packet_number;
	uint32_t node;
	enum wrong wrong = check_data(packet, length, true, &node, &packet_number);

	if (wrong == WRONG_NOTHING)
		result->reverse_received++;
	return wrong;
}
