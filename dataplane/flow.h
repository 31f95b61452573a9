/* SPDX-License-Identifier: BSD-3-Clause
 *
 * flow: which flow a packet belongs to: the same number for every packet of it, spread evenly over
 * flows.
 *
 * Bytes      host order.
 * Threads    any; pure.
 * RFC        6437 §2, 6438 §3.
 */
#ifndef DATAPLANE_FLOW_H
#define DATAPLANE_FLOW_H

#include "ha/fold.h"
#include "packet.h"

/* Odd constants without pattern. */
#define FLOW_SOURCE UINT64_C(0x9e3779b97f4a7c15)
#define FLOW_ENDS   UINT64_C(0xbf58476d1ce4e5b9)

/* Label and next header in the first word of the header, as it lies. */
#define FLOW_WORD_MASK_BE htobe64(UINT64_C(0x000fffff0000ff00))

/* Whether ports stand behind the header at once. */
static inline bool flow_has_ports(const struct ip6_hdr_wire *ip)
{
	return ip->next_header == PROTO_TCP || ip->next_header == PROTO_UDP;
}

/* Both ports of a packet that has them and is that long, as they lie there. */
static inline uint32_t flow_ports(const struct ip6_hdr_wire *ip, uint16_t octets)
{
	uint32_t ports = 0;

	if (octets >= sizeof(*ip) + sizeof(ports))
		memcpy(&ports, ip + 1, sizeof(ports));
	return ports;
}

/* Any number made of the destination that spreads evenly does for it: who looked the destination up has one. */
static inline uint64_t flow_hash_of(const struct ip6_hdr_wire *ip, uint32_t destination,
				    uint32_t ports)
{
	const struct ip_addr *from = ip6_source(ip);
	uint64_t ends = (uint64_t)ports << 32 | destination;
	uint64_t flow = ip6_first_word_be(ip) & FLOW_WORD_MASK_BE;

	return fold((ip_addr_word(from, 1) ^ ends) + flow, ip_addr_word(from, 0) ^ FLOW_SOURCE);
}

static inline uint32_t flow_destination(const struct ip6_hdr_wire *ip)
{
	const struct ip_addr *to = ip6_destination(ip);

	return (uint32_t)fold(ip_addr_word(to, 0) ^ FLOW_SOURCE, ip_addr_word(to, 1) ^ FLOW_ENDS);
}

/* From addresses, label, protocol, and the ports where no extension header hides them; octets is how long
 * the packet is. */
static inline uint64_t flow_hash(const struct ip6_hdr_wire *ip, uint16_t octets,
				 uint32_t destination)
{
	return flow_hash_of(ip, destination, flow_has_ports(ip) ? flow_ports(ip, octets) : 0);
}

/* Never 0, which would say "no label". */
static inline uint32_t flow_label(uint64_t hash)
{
	uint32_t label = (uint32_t)(hash >> 44);

	return label + (label == 0);
}

/* Which of count parts a flow belongs to. Of the hash's other half than the label: flows of one part
 * have labels of all kinds. */
static inline uint16_t flow_part(uint64_t hash, uint16_t count)
{
	return (uint16_t)((hash & UINT32_MAX) * count >> 32);
}

#endif
