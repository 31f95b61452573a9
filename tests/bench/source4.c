/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/source4.h"

#include <string.h>

#include "ha/tunnel4.h"
#include "support/plane.h"

enum {
	ETHER_OCTETS = 14,
	IP4_OCTETS = sizeof(struct ip4_hdr_wire),
	COPY_PLAIN = 64,
	COPY_TUNNELLED = 104,
	CHECKSUM_AT = 10,
	SOURCE_AT = 12,
	DESTINATION_AT = 16,
	LAST = 3,
	HAIRPIN_STEPS = 7,
	MINIMAL_CHECKSUM_AT = 2,
	MINIMAL_DESTINATION_AT = 4,
	MINIMAL_SOURCE_AT = 8,
};

static inline void put(uint8_t *at, const struct ip_addr *address)
{
	memcpy(at, ip4_octets(address), 4);
}

static inline void put16(uint8_t *at, uint16_t number)
{
	uint16_t number_be = rte_cpu_to_be_16(number);

	memcpy(at, &number_be, sizeof(number_be));
}

/* Sums are of words as they lie. */
static inline void put_checksum(uint8_t *at, uint64_t sum)
{
	uint32_t half = (uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32);
	uint16_t checksum = (uint16_t) ~((half + (half << 16 | half >> 16)) >> 16);

	memcpy(at, &checksum, sizeof(checksum));
}

static inline uint64_t sum_of_address(const struct ip_addr *address)
{
	uint32_t raw;

	memcpy(&raw, ip4_octets(address), sizeof(raw));
	return raw;
}

static inline uint64_t sum_of_last(uint8_t octet)
{
	return rte_cpu_to_be_16(octet);
}

static inline const struct ip_addr *home_after(const struct source *s, uint32_t steps)
{
	uint32_t at = s->at + steps;

	return &s->stream->homes[at < s->stream->length ? at : at - s->stream->length];
}

static inline void write_plain(const struct source *s, uint8_t *start)
{
	const struct ip_addr *home = &s->stream->homes[s->at];
	uint8_t *ip = start + ETHER_OCTETS;

	memcpy(start, s->template, COPY_PLAIN);
	ip[SOURCE_AT + LAST] = (uint8_t)s->at;
	put(ip + DESTINATION_AT, home);
	put_checksum(ip + CHECKSUM_AT,
		     s->inner_sum + sum_of_last((uint8_t)s->at) + sum_of_address(home));
}

/* Both headers, whose fields of the same name are at other places with minimal encapsulation. */
static inline void write_tunnelled(const struct source *s, uint8_t *start)
{
	const struct ip_addr *home = &s->stream->homes[s->at];
	const struct ip_addr *care_of = &s->stream->care_ofs[s->at];
	bool is_minimal = s->encap == ENCAP_MINIMAL;
	uint8_t *outer = start + ETHER_OCTETS;
	uint8_t *inner = start + s->inner_at;
	uint8_t *destination = inner + (is_minimal ? MINIMAL_DESTINATION_AT : DESTINATION_AT);
	uint64_t sum = s->inner_sum + sum_of_address(home);

	memcpy(start, s->template, COPY_TUNNELLED);
	put(outer + SOURCE_AT, care_of);
	put_checksum(outer + CHECKSUM_AT, s->outer_sum + sum_of_address(care_of));
	put(inner + (is_minimal ? MINIMAL_SOURCE_AT : SOURCE_AT), home);
	if (s->kind == SOURCE_HAIRPIN) {
		put(destination, home_after(s, HAIRPIN_STEPS));
		sum += sum_of_address(home_after(s, HAIRPIN_STEPS));
	} else {
		destination[LAST] = (uint8_t)s->at;
		sum += sum_of_last((uint8_t)s->at);
	}
	put_checksum(inner + (is_minimal ? MINIMAL_CHECKSUM_AT : CHECKSUM_AT), sum);
}

void source4_write(struct source *s, struct rte_mbuf *packets[], uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *m = packets[i];
		uint8_t *start = rte_pktmbuf_mtod(m, uint8_t *);

		if (s->kind == SOURCE_PLAIN)
			write_plain(s, start);
		else
			write_tunnelled(s, start);
		m->data_len = s->octets;
		m->pkt_len = s->octets;
		s->at = s->at + 1 < s->stream->length ? s->at + 1 : 0;
	}
}

/* Returns the header's sum, without what is written later. */
static uint32_t write_header(uint8_t *at, uint16_t octets, uint8_t protocol,
			     const struct ip_addr *from, const struct ip_addr *to)
{
	struct ip4_hdr_wire ip = {
		.version_ihl = IP4_VERSION_IHL,
		.total_length_be = rte_cpu_to_be_16(octets),
		.ttl = 64,
		.protocol = protocol,
	};

	if (from != NULL)
		put(ip.source, from);
	if (to != NULL)
		put(ip.destination, to);
	memcpy(at, &ip, sizeof(ip));
	return ip4_words_sum(at, sizeof(ip));
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

static uint32_t write_minimal(uint8_t *at, const struct ip_addr *to)
{
	memset(at, 0, sizeof(struct minimal_hdr_wire));
	at[0] = PROTO_UDP;
	at[1] = MINIMAL_SOURCE;
	if (to != NULL)
		put(at + MINIMAL_DESTINATION_AT, to);
	return ip4_words_sum(at, sizeof(struct minimal_hdr_wire));
}

static void set_tunnelled(struct source *s, uint16_t inner_octets, const struct ip_addr *to)
{
	uint16_t octets = (uint16_t)(inner_octets + tunnel4_overhead(s->encap, false));
	uint8_t *at = s->template + ETHER_OCTETS;
	struct ip_addr agent = plane_agent4();

	s->outer_sum = write_header(at, octets, tunnel4_protocol(s->encap), NULL, &agent);
	at += IP4_OCTETS;
	at += write_between(s, at, inner_octets);
	s->inner_at = (uint16_t)(at - s->template);
	s->inner_sum = s->encap == ENCAP_MINIMAL
			       ? write_minimal(at, to)
			       : write_header(at, inner_octets, PROTO_UDP, NULL, to);
	s->octets = (uint16_t)(ETHER_OCTETS + octets);
}

/* The last octet of the correspondent's address is written later. */
void source4_set(struct source *s, uint16_t inner_octets)
{
	static const uint8_t ether[ETHER_OCTETS] = {0x02, 0, 0, 0, 0, 1,    0x02,
						    0,	  0, 0, 0, 2, 0x08, 0x00};
	struct ip_addr correspondent = plane_correspondent4();

	correspondent.bytes[15] = 0;
	memset(s->template, 0, sizeof(s->template));
	memcpy(s->template, ether, sizeof(ether));
	if (s->kind != SOURCE_PLAIN) {
		set_tunnelled(s, inner_octets, s->kind == SOURCE_HAIRPIN ? NULL : &correspondent);
		return;
	}
	s->inner_sum = write_header(s->template + ETHER_OCTETS, inner_octets, PROTO_UDP,
				    &correspondent, NULL);
	s->octets = (uint16_t)(ETHER_OCTETS + inner_octets);
}
