/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/traffic.h"

#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_cycles.h>

#include "load/link.h"
#include "load/protocol.h"

enum {
	MAGIC = 0x6d6e6c64,
	HOP_LIMIT = 64,
	POLL_MAX = 32,
	SEARCH_MAX = 64,	/* nodes looked at for one that may get a packet */
	STRIDE = 7919,		/* from one node to the next */
	SEEN_PACKETS = 1 << 22, /* how far back a repeated packet is noticed */
	BACKLOG_MS = 10,	/* what was missed before that is not made up for */
};

static const struct options *options;
static const struct protocol *protocol;
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
	protocol = options->protocol;
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

static void write_data(uint8_t *packet, uint32_t node, uint64_t packet_number, bool reverse,
		       uint8_t hop_limit)
{
	struct ip_addr home = node_home(options, node);
	struct data_trailer trailer = {
		.magic_be = rte_cpu_to_be_32(MAGIC),
		.node_be = rte_cpu_to_be_32(node),
		.number_be = rte_cpu_to_be_64(packet_number),
	};

	protocol->write_data(packet, reverse ? &home : &options->correspondent,
			     reverse ? &options->correspondent : &home, hop_limit, &trailer);
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
	uint8_t *packet = link_begin();

	if (packet == NULL)
		return false;
	write_data(packet, node, take_number(), false, HOP_LIMIT);
	link_end(protocol->data_octets);
	return true;
}

static bool send_reverse(uint32_t node)
{
	struct ip_addr care_of = node_care_of(options, node, nodes[node].care_of);
	uint8_t *outer = link_begin();

	if (outer == NULL)
		return false;
	protocol->write_outer(outer, &care_of, &options->home_agent);
	write_data(outer + protocol->outer_octets, node, take_number(), true, HOP_LIMIT);
	link_end((uint16_t)(protocol->outer_octets + protocol->data_octets));
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
	struct data_trailer trailer;
	uint8_t expected[DATA_OCTETS_MAX];

	if (length != protocol->data_octets)
		return WRONG_DATA_INNER;
	memcpy(&trailer, bytes + length - sizeof(trailer), sizeof(trailer));
	*node = rte_be_to_cpu_32(trailer.node_be);
	*packet_number = rte_be_to_cpu_64(trailer.number_be);
	if (*node >= options->count || *packet_number >= number)
		return WRONG_DATA_INNER;
	write_data(expected, *node, *packet_number, reverse, HOP_LIMIT - 1);
	if (memcmp(expected, bytes, length) != 0)
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

enum wrong traffic_receive_tunnelled(const uint8_t *packet, uint32_t length)
{
	struct ip_addr destination;
	uint64_t packet_number;
	uint32_t care_of = 0;
	uint32_t node;
	enum wrong wrong;

	if (length < protocol->outer_octets)
		return WRONG_DATA_OUTER;
	wrong = protocol->check_outer(packet, &options->home_agent, &destination);
	if (wrong == WRONG_NOTHING)
		wrong = check_data(packet + protocol->outer_octets, length - protocol->outer_octets,
				   false, &node, &packet_number);
	if (wrong != WRONG_NOTHING)
		return wrong;
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
