/* SPDX-License-Identifier: BSD-3-Clause
 *
 * packet: notes kept with an mbuf while it walks through the stages, and the burst they walk in.
 *
 * Shape      a burst is read once and every packet of it ends on exactly one list: sent, punted,
 *            to the kernel, or dropped.
 * Ownership  the worker's; nothing here outlives a turn of its loop.
 * Threads    one worker.
 */
#ifndef DATAPLANE_PACKET_H
#define DATAPLANE_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "ha/binding.h"
#include "ha/wire/ip6.h"

enum { BURST_MAX = 32 };

struct packet {
	struct rte_mbuf *m;
	struct ip6_hdr_wire *ip;       /* start of the mbuf's data: the packet being forwarded */
	const struct binding *binding; /* of the destination */
	uint32_t next_hop;
	uint16_t outer_octets; /* of a tunnelled packet: up to the inner header */
	uint16_t port;	       /* it came in by */
	bool tunnelled;	       /* it came out of a tunnel that was ours to open */
};

/* A list of packets of the burst, in order of arrival. */
struct packet_list {
	struct packet *at[BURST_MAX];
	uint16_t count;
};

static inline void packet_list_add(struct packet_list *list, struct packet *packet)
{
	list->at[list->count++] = packet;
}

struct burst {
	struct packet packets[BURST_MAX];
	struct packet_list tunnel; /* to a home agent address, carrying IPv6 */
	struct packet_list data;   /* to any other address */
	struct packet_list local;  /* to a home agent address, with something that may be ours */
	struct packet_list plain;  /* out of a tunnel, to an address that is no mobile node's */
	struct packet_list out;	   /* has a next hop */
	struct packet_list kernel; /* Ethernet header still in front */
};

static inline uint16_t ip6_octets(const struct ip6_hdr_wire *ip)
{
	return (uint16_t)(sizeof(*ip) + rte_be_to_cpu_16(ip->payload_length_be));
}

static inline const struct ip_addr *ip6_source(const struct ip6_hdr_wire *ip)
{
	return (const struct ip_addr *)(const void *)ip->source;
}

static inline const struct ip_addr *ip6_destination(const struct ip6_hdr_wire *ip)
{
	return (const struct ip_addr *)(const void *)ip->destination;
}

static inline uint8_t ip6_traffic_class(const struct ip6_hdr_wire *ip)
{
	return (uint8_t)(rte_be_to_cpu_32(ip->version_class_flow_be) >> 20);
}

#endif
