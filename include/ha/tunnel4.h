/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tunnel4: making the classes of IPv4 tunnels that ha/encap.h describes.
 *
 * Shape      what all packets of a class have alike is written beforehand: the outer IPv4 header, and for GRE and UDP what stands
 *            behind it. A worker copies it and adds what differs: type of service, lengths, identification, destination, ports,
 *            key; and to the header's checksum, of which sum is the ready-made part. Of minimal encapsulation only the addresses,
 *            since the rest is the packet's own header.
 * Bytes      the header as on the wire; sum of its words as they lie there.
 * Threads    any; pure.
 * RFC        2003 §3.1, 2004 §3.1, 2784 §2.1, 2890 §2.1, 3519 §4.1, §4.2.
 */
#ifndef HA_TUNNEL4_H
#define HA_TUNNEL4_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "ha/encap.h"
#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"
#include "ha/wire/mip4.h"

static inline uint8_t tunnel4_protocol(enum encap_kind kind)
{
	switch (kind) {
	case ENCAP_MINIMAL:
		return PROTO_MINIMAL;
	case ENCAP_GRE:
		return PROTO_GRE;
	case ENCAP_UDP:
		return PROTO_UDP;
	default:
		return PROTO_IPIP;
	}
}

/* The sum of a header's 16-bit words as they lie, not folded (RFC 1071 §2). */
static inline uint32_t ip4_words_sum(const uint8_t *octets, unsigned int count)
{
	uint32_t sum = 0;

	for (unsigned int i = 0; i + 1 < count; i += 2) {
		uint16_t word;

		memcpy(&word, octets + i, sizeof(word));
		sum += word;
	}
	return sum;
}

/* The class of tunnels of that kind from a home agent or care-of address. Don't Fragment is set in all outer headers (RFC 2003
 * §3.1, §5.1): the path MTU of each tunnel is known, and a packet that may be fragmented is fragmented before it enters. */
static inline struct tunnel4_class tunnel4_class_make(const struct ip_addr *local,
						      enum encap_kind kind, uint8_t ttl)
{
	const struct gre_hdr_wire gre = {.protocol_be = htobe16(GRE_PROTOCOL_IP4)};
	const struct udp_hdr_wire udp = {.source_be = htobe16(MIP4_PORT)};
	const uint8_t data[MIP4_TUNNEL_DATA_OCTETS] = {MIP4_TUNNEL_DATA, PROTO_IPIP};
	struct tunnel4_class class = {.local = *local, .kind = (uint8_t)kind};
	struct ip4_hdr_wire ip = {
		.version_ihl = IP4_VERSION_IHL,
		.fragment_be = htobe16(IP4_DF),
		.ttl = ttl,
		.protocol = tunnel4_protocol(kind),
	};
	uint8_t *at = class.header;

	memcpy(ip.source, ip4_octets(local), sizeof(ip.source));
	memcpy(at, &ip, sizeof(ip));
	at += sizeof(ip);
	if (kind == ENCAP_GRE) {
		memcpy(at, &gre, sizeof(gre));
		at += sizeof(gre);
	} else if (kind == ENCAP_UDP) {
		memcpy(at, &udp, sizeof(udp));
		memcpy(at + sizeof(udp), data, sizeof(data));
		at += sizeof(udp) + sizeof(data);
	}
	class.octets = (uint8_t)(at - class.header);
	class.sum = ip4_words_sum(class.header, sizeof(ip));
	return class;
}

/* Octets in front of an inner packet. */
static inline uint16_t tunnel4_overhead(enum encap_kind kind, bool has_key)
{
	static const uint8_t overheads[ENCAP_KIND_COUNT] = {
#define X(upper, lower, overhead, rfc) [ENCAP_##upper] = (overhead),
		ENCAPS(X)
#undef X
	};

	return (uint16_t)(overheads[kind] + (has_key ? ENCAP_GRE_KEY_OCTETS : 0));
}

#endif
