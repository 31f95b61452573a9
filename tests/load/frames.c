/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/frames.h"

#include <string.h>

#include <rte_byteorder.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_udp.h>

#include "ha/wire/ip6.h"
#include "load/link.h"
#include "load/nodes.h"

enum {
	MAGIC = 0x70737200, /* the last octet is the kind */
	UDP_PORT = 4660,
	HOP_LIMIT = 64,
	BUFFERS = 4095,
	CACHE = 128,
};

struct payload {
	uint32_t magic_be;
	uint32_t node_be;
	uint64_t number;
	uint64_t sent_tsc;
} __attribute__((packed));

struct inner {
	struct ip6_hdr_wire ip;
	struct rte_udp_hdr udp;
	struct payload payload;
} __attribute__((packed));

_Static_assert(sizeof(struct inner) == INNER_OCTETS_MIN, "--inner");

static const struct options *load;
static bool echo;
static uint32_t care_of_number_be;
static uint16_t inner_octets;
static struct rte_mempool *pools[FRAME_KINDS];
static uint8_t templates[FRAME_KINDS][LINK_PACKET_MAX * 2];
static uint32_t sums[FRAME_KINDS]; /* of the template's UDP datagram and pseudo-header */
static uint64_t random_state = 88172645463325252;
static uint64_t number;

static unsigned int inner_offset(bool tunnelled)
{
	return LINK_HEADER_OCTETS + (tunnelled ? (unsigned int)sizeof(struct ip6_hdr_wire) : 0);
}

static uint16_t frame_octets(bool tunnelled)
{
	return (uint16_t)(inner_offset(tunnelled) + inner_octets);
}

static void write_ip6(struct ip6_hdr_wire *ip, uint8_t next_header, uint16_t payload_octets,
		      const struct ip_addr *source, const struct ip_addr *destination)
{
	*ip = (struct ip6_hdr_wire){
		.version_class_flow_be = rte_cpu_to_be_32(0x60000000),
		.payload_length_be = rte_cpu_to_be_16(payload_octets),
		.next_header = next_header,
		.hop_limit = HOP_LIMIT,
	};
	memcpy(ip->source, source->bytes, sizeof(ip->source));
	memcpy(ip->destination, destination->bytes, sizeof(ip->destination));
}

/* A frame of no node: where its number goes is 0. */
static void write_template(enum frame_kind kind)
{
	uint8_t *frame = templates[kind];
	struct inner *inner = (void *)(frame + inner_offset(kind == FRAME_DECAP));
	const struct ip_addr *home = &load->home_prefix.addr;
	uint16_t udp_octets = (uint16_t)(inner_octets - sizeof(inner->ip));

	memcpy(frame, load->dst_mac, 6);
	memcpy(frame + 6, load->src_mac, 6);
	frame[12] = 0x86;
	frame[13] = 0xdd;
	if (kind == FRAME_DECAP)
		write_ip6((void *)(frame + LINK_HEADER_OCTETS), PROTO_IPV6, inner_octets,
			  &load->care_of_prefix.addr, &load->home_agent);
	write_ip6(&inner->ip, PROTO_UDP, udp_octets,
		  kind == FRAME_DECAP ? home : &load->correspondent,
		  kind == FRAME_DECAP ? &load->correspondent : home);
	inner->udp.src_port = rte_cpu_to_be_16(UDP_PORT);
	inner->udp.dst_port = rte_cpu_to_be_16(UDP_PORT);
	inner->udp.dgram_len = rte_cpu_to_be_16(udp_octets);
	inner->payload.magic_be = rte_cpu_to_be_32(MAGIC | (uint32_t)kind);
	/* The one's complement of what the checksum would be is the sum itself. */
	sums[kind] = (uint16_t)~rte_ipv6_udptcp_cksum((const void *)&inner->ip, &inner->udp);
}

static void fill(struct rte_mempool *pool, void *kind, void *object, unsigned int index)
{
	struct rte_mbuf *frame = object;
	enum frame_kind of = *(const enum frame_kind *)kind;

	memcpy((char *)frame->buf_addr + RTE_PKTMBUF_HEADROOM, templates[of],
	       frame_octets(of == FRAME_DECAP));
}

bool frames_start(const struct source_options *options)
{
	static const char *const names[FRAME_KINDS] = {"encap", "decap"};

	load = &options->load;
	echo = options->expect == EXPECT_ECHO;
	care_of_number_be = rte_cpu_to_be_32(options->care_of_number);
	inner_octets = options->inner_octets;
	for (enum frame_kind kind = 0; kind < FRAME_KINDS; kind++) {
		write_template(kind);
		pools[kind] = rte_pktmbuf_pool_create(names[kind], BUFFERS, CACHE, 0,
						      RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
		if (pools[kind] == NULL)
			return false;
		rte_mempool_obj_iter(pools[kind], fill, &kind);
	}
	return true;
}

/* xorshift; the upper half scaled to 0 .. count - 1. */
static uint32_t random_node(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)((random_state >> 32) * load->count >> 32);
}

/* RFC 1071: the sum does not mind the order of the octets, as long as it is the same throughout. */
static uint16_t checksum(uint32_t sum, uint32_t home_be, const struct payload *payload)
{
	uint64_t total = (uint64_t)sum + home_be + payload->node_be;

	total += (uint32_t)payload->number + (payload->number >> 32);
	total += (uint32_t)payload->sent_tsc + (payload->sent_tsc >> 32);
	total = (total & 0xffffffff) + (total >> 32);
	total = (total & 0xffff) + (total >> 16);
	total = (total & 0xffff) + (total >> 16);
	total = (total & 0xffff) + (total >> 16);
	return total == 0xffff ? 0xffff : (uint16_t)~total; /* 0 would mean none */
}

static void write_frame(enum frame_kind kind, uint8_t *frame, uint64_t sent_tsc)
{
	struct inner *inner = (void *)(frame + inner_offset(kind == FRAME_DECAP));
	uint32_t node = random_node();
	uint32_t home_be = rte_cpu_to_be_32(node + 1);
	uint8_t *home = kind == FRAME_DECAP ? inner->ip.source : inner->ip.destination;

	if (kind == FRAME_DECAP) {
		struct ip6_hdr_wire *outer = (void *)(frame + LINK_HEADER_OCTETS);

		memcpy(&outer->source[8], &home_be, sizeof(home_be));
		memcpy(&outer->source[12], &care_of_number_be, sizeof(care_of_number_be));
	}
	memcpy(&home[12], &home_be, sizeof(home_be));
	inner->payload.node_be = rte_cpu_to_be_32(node);
	inner->payload.number = number++;
	inner->payload.sent_tsc = sent_tsc;
	inner->udp.dgram_cksum = checksum(sums[kind], home_be, &inner->payload);
}

bool frames_make(enum frame_kind kind, struct rte_mbuf *frames[], unsigned int count,
		 uint64_t sent_tsc)
{
	uint16_t octets = frame_octets(kind == FRAME_DECAP);

	if (rte_pktmbuf_alloc_bulk(pools[kind], frames, count) != 0)
		return false;
	for (unsigned int i = 0; i < count; i++) {
		frames[i]->data_len = octets;
		frames[i]->pkt_len = octets;
		write_frame(kind, rte_pktmbuf_mtod(frames[i], uint8_t *), sent_tsc);
	}
	return true;
}

/* From the home agent to a care-of address of this node, or from there to the home agent. */
static bool check_outer(const struct ip6_hdr_wire *outer, enum frame_kind kind, uint32_t home_be)
{
	const uint8_t *care_of = kind == FRAME_ENCAP ? outer->destination : outer->source;
	const uint8_t *agent = kind == FRAME_ENCAP ? outer->source : outer->destination;

	return outer->next_header == PROTO_IPV6 &&
	       rte_be_to_cpu_16(outer->payload_length_be) == inner_octets &&
	       memcmp(care_of, load->care_of_prefix.addr.bytes, 8) == 0 &&
	       memcmp(&care_of[8], &home_be, sizeof(home_be)) == 0 &&
	       memcmp(agent, load->home_agent.bytes, sizeof(load->home_agent.bytes)) == 0;
}

static bool check_inner(const struct inner *inner, enum frame_kind kind, uint32_t home_be)
{
	const uint8_t *home = kind == FRAME_ENCAP ? inner->ip.destination : inner->ip.source;

	return inner->ip.next_header == PROTO_UDP &&
	       inner->ip.hop_limit == (echo ? HOP_LIMIT : HOP_LIMIT - 1) &&
	       memcmp(home, load->home_prefix.addr.bytes, 8) == 0 &&
	       memcmp(&home[12], &home_be, sizeof(home_be)) == 0 &&
	       inner->udp.dgram_cksum == checksum(sums[kind], home_be, &inner->payload);
}

bool frames_check(const struct rte_mbuf *frame, enum frame_kind *kind, uint64_t *sent_tsc)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(frame, const uint8_t *);
	uint16_t octets = rte_pktmbuf_data_len(frame);
	bool tunnelled = octets == frame_octets(true);
	const struct inner *inner = (const void *)(bytes + inner_offset(tunnelled));
	uint32_t magic;
	uint32_t home_be;

	if ((!tunnelled && octets != frame_octets(false)) || bytes[12] != 0x86 ||
	    bytes[13] != 0xdd || memcmp(bytes, load->src_mac, 6) != 0)
		return false;
	magic = rte_be_to_cpu_32(inner->payload.magic_be);
	*kind = magic & 0xff;
	*sent_tsc = inner->payload.sent_tsc;
	if ((magic & ~0xffu) != MAGIC || *kind >= FRAME_KINDS ||
	    tunnelled != ((*kind == FRAME_DECAP) == echo))
		return false;
	home_be = rte_cpu_to_be_32(rte_be_to_cpu_32(inner->payload.node_be) + 1);
	return (!tunnelled ||
		check_outer((const void *)(bytes + LINK_HEADER_OCTETS), *kind, home_be)) &&
	       check_inner(inner, *kind, home_be);
}
