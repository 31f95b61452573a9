/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/source4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ha/tunnel4.h"
#include "support/checksum.h"
#include "support/plane.h"

enum {
	ETHER_OCTETS = 14,
	IP4_OCTETS = sizeof(struct ip4_hdr_wire),
	COPY_PLAIN = 64,
	COPY_TUNNELLED = 104,
	CHECKSUM_AT = 10,
	ADDRESSES_AT = 12, /* source, destination */
	LAST = 3,	   /* octet of an address: there are 256 correspondents */
	HAIRPIN_STEPS = 7,
	MINIMAL_CHECKSUM_AT = 2,
	MINIMAL_ADDRESSES_AT = 4, /* destination, source */
};

/* What differs between packets, written down beforehand, so that the source does not add up checksums while it is measured. */
struct source4_flow {
	uint8_t care_of[4];
	uint8_t addresses[8]; /* of the inner packet, as they lie in its header */
	uint16_t outer_checksum;
	uint16_t inner_checksum;
};

_Static_assert(sizeof(struct source4_flow) == 16, "one is in one cache line");

static inline void put(uint8_t *at, const struct ip_addr *address)
{
	memcpy(at, ip4_octets(address), 4);
}

static inline void put16(uint8_t *at, uint16_t number)
{
	uint16_t number_be = rte_cpu_to_be_16(number);

	memcpy(at, &number_be, sizeof(number_be));
}

static inline void write_packet(const struct source *s, const struct source4_flow *flow,
				uint8_t *start)
{
	uint8_t *outer = start + ETHER_OCTETS;

	if (s->kind == SOURCE_PLAIN) {
		memcpy(start, s->template, COPY_PLAIN);
	} else {
		memcpy(start, s->template, COPY_TUNNELLED);
		memcpy(outer + CHECKSUM_AT, &flow->outer_checksum, sizeof(flow->outer_checksum));
		memcpy(outer + ADDRESSES_AT, flow->care_of, sizeof(flow->care_of));
	}
	memcpy(start + s->checksum_at, &flow->inner_checksum, sizeof(flow->inner_checksum));
	memcpy(start + s->addresses_at, flow->addresses, sizeof(flow->addresses));
}

void source4_write(struct source *s, struct rte_mbuf *packets[], uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *m = packets[i];

		write_packet(s, &s->flows[s->at], rte_pktmbuf_mtod(m, uint8_t *));
		m->data_len = s->octets;
		m->pkt_len = s->octets;
		s->at = s->at + 1 < s->stream->length ? s->at + 1 : 0;
	}
}

static void write_header(uint8_t *at, uint16_t octets, uint8_t protocol)
{
	const struct ip4_hdr_wire ip = {
		.version_ihl = IP4_VERSION_IHL,
		.total_length_be = rte_cpu_to_be_16(octets),
		.ttl = 64,
		.protocol = protocol,
	};

	memcpy(at, &ip, sizeof(ip));
}

/* What stands between the two headers. Returns its octets. */
static uint16_t write_between(struct source *s, uint8_t *at, uint16_t inner_octets)
{
	memset(at, 0, TUNNEL4_HEADER_MAX);
	if (s->encap == ENCAP_GRE) {
		put16(at + 2, GRE_PROTOCOL_IP4);
		return sizeof(struct gre_hdr_wire);
	}
	if (s->encap != ENCAP_UDP)
		return 0;
	put16(at, SOURCE4_PORT);
	put16(at + 2, MIP4_PORT);
	put16(at + 4, (uint16_t)(inner_octets + ENCAP_UDP_OVERHEAD - IP4_OCTETS));
	at[8] = MIP4_TUNNEL_DATA;
	at[9] = PROTO_IPIP;
	return ENCAP_UDP_OVERHEAD - IP4_OCTETS;
}

/* Ethernet, and the tunnel's headers without what a flow has of its own. Returns where the inner packet begins. */
static uint8_t *write_outer(struct source *s, uint16_t inner_octets)
{
	static const uint8_t ether[ETHER_OCTETS] = {0x02, 0, 0, 0, 0, 1,    0x02,
						    0,	  0, 0, 0, 2, 0x08, 0x00};
	uint16_t octets = (uint16_t)(inner_octets + tunnel4_overhead(s->encap, false));
	struct ip_addr agent = plane_agent4();
	uint8_t *at = s->template + ETHER_OCTETS;

	memset(s->template, 0, sizeof(s->template));
	memcpy(s->template, ether, sizeof(ether));
	s->octets = (uint16_t)(ETHER_OCTETS + inner_octets);
	if (s->kind == SOURCE_PLAIN)
		return at;
	s->octets = (uint16_t)(ETHER_OCTETS + octets);
	write_header(at, octets, tunnel4_protocol(s->encap));
	put(at + ADDRESSES_AT + 4, &agent);
	return at + IP4_OCTETS + write_between(s, at + IP4_OCTETS, inner_octets);
}

static void write_inner(struct source *s, uint8_t *at, uint16_t octets)
{
	s->inner_at = (uint16_t)(at - s->template);
	s->is_minimal = s->kind != SOURCE_PLAIN && s->encap == ENCAP_MINIMAL;
	if (s->is_minimal) {
		at[0] = PROTO_UDP;
		at[1] = MINIMAL_SOURCE;
	} else {
		write_header(at, octets, PROTO_UDP);
	}
	s->checksum_at =
		(uint16_t)(s->inner_at + (s->is_minimal ? MINIMAL_CHECKSUM_AT : CHECKSUM_AT));
	s->addresses_at =
		(uint16_t)(s->inner_at + (s->is_minimal ? MINIMAL_ADDRESSES_AT : ADDRESSES_AT));
}

/* The inner packet's addresses: of the node at that place in the stream, and of who it talks with. */
static void draw_addresses(const struct source *s, uint32_t at, uint8_t addresses[static 8])
{
	const struct stream *stream = s->stream;
	struct ip_addr other = plane_correspondent4();
	bool is_home_first = (s->kind != SOURCE_PLAIN) != s->is_minimal;

	other.bytes[15] = (uint8_t)at;
	if (s->kind == SOURCE_HAIRPIN)
		other = stream->homes[(at + HAIRPIN_STEPS) % stream->length];
	put(addresses + (is_home_first ? 0 : 4), &stream->homes[at]);
	put(addresses + (is_home_first ? 4 : 0), &other);
}

/* The checksums are of what is written without them. */
static void make_flow(const struct source *s, uint32_t at, struct source4_flow *flow)
{
	size_t header = s->is_minimal ? sizeof(struct minimal_hdr_wire) : IP4_OCTETS;
	uint8_t frame[COPY_TUNNELLED];

	memset(flow, 0, sizeof(*flow));
	put(flow->care_of, &s->stream->care_ofs[at]);
	draw_addresses(s, at, flow->addresses);
	write_packet(s, flow, frame);
	flow->outer_checksum =
		rte_cpu_to_be_16(reference_checksum(frame + ETHER_OCTETS, IP4_OCTETS));
	flow->inner_checksum = rte_cpu_to_be_16(reference_checksum(frame + s->inner_at, header));
}

/* All of a kind; they are the same for each source of a program. */
static const struct source4_flow *flows_of(const struct source *s)
{
	static struct source4_flow *flows[SOURCE_FAT];
	uint32_t length = s->stream->length;

	if (flows[s->kind] != NULL)
		return flows[s->kind];
	flows[s->kind] = malloc(length * sizeof(*flows[0]));
	if (flows[s->kind] == NULL) {
		fprintf(stderr, "not enough memory for the packets' addresses\n");
		exit(2);
	}
	for (uint32_t at = 0; at < length; at++)
		make_flow(s, at, &flows[s->kind][at]);
	return flows[s->kind];
}

void source4_set(struct source *s, uint16_t inner_octets)
{
	write_inner(s, write_outer(s, inner_octets), inner_octets);
	s->flows = flows_of(s);
}
