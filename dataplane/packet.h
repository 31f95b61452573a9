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

#include "ha/bcache.h"
#include "ha/binding.h"
#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"

enum { BURST_MAX = 32 };

/* The mbuf says what was received until packet_settle makes it say what these notes do: headers come
 * and go without touching it. */
struct packet {
	struct rte_mbuf *m;
	union { /* the packet being forwarded */
		struct ip6_hdr_wire *ip;
		struct ip4_hdr_wire *ip4;
	};
	uint32_t next_hop;
	uint16_t octets;       /* of the packet being forwarded */
	uint16_t outer_octets; /* of a tunnelled packet: up to the inner header */
	uint16_t
		agent; /* of a tunnelled packet: the tunnel class it came by; else of IPv4: the local end it is to */
	bool tunnelled; /* it came out of a tunnel that was ours to open */
};

/* A list of packets of the burst, in order of arrival. */
struct packet_list {
	struct packet *at[BURST_MAX];
	uint16_t count;
};

/* One whose packets are looked up by a home address. */
struct packet_keys {
	struct packet *at[BURST_MAX];
	struct bcache_keys keys;
	uint16_t count;
};

/* One whose packets are routed by their destination. */
struct packet_routes {
	struct packet *at[BURST_MAX];
	uint8_t to[BURST_MAX][16];
	uint16_t count;
};

static inline void packet_list_add(struct packet_list *list, struct packet *packet)
{
	list->at[list->count++] = packet;
}

struct burst4;

struct burst {
	struct packet packets[BURST_MAX];
	uint16_t port;		   /* they came in by */
	struct packet_keys tunnel; /* to a home agent address, carrying whole IPv6: by its source */
	struct packet_keys data;   /* to any other address: by destination */
	struct packet_list local;  /* to a home agent address, with something that may be ours */
	struct packet_routes plain; /* out of a tunnel, to an address that is no mobile node's */
	struct packet_list kernel;  /* Ethernet header still in front */
	bool has_ip4;
	struct burst4 *ip4; /* packets of IPv4, with has_ip4 */
};

static inline void packet_keys_add(struct packet_keys *keys, const struct bcache *cache,
				   struct packet *packet, const struct ip_addr *home)
{
	bcache_keys_put(cache, &keys->keys, keys->count, home);
	keys->at[keys->count++] = packet;
}

static inline void packet_routes_add(struct packet_routes *routes, struct packet *packet)
{
	memcpy(routes->to[routes->count], packet->ip->destination, sizeof(routes->to[0]));
	routes->at[routes->count++] = packet;
}

/* Room in front of the packet. */
static inline size_t packet_headroom(const struct packet *p)
{
	return (size_t)((const uint8_t *)p->ip - (const uint8_t *)p->m->buf_addr);
}

enum {
	OWN_FRAME_FETCHED = 128
}; /* octets of a frame of our own that are fetched ahead of their use; most are shorter */

/* Where a frame of our own starts (dataplane_alloc): at a cache line of its own. */
static inline uint8_t *own_frame(struct rte_mbuf *m)
{
	return (uint8_t *)(m + 1) + RTE_PKTMBUF_HEADROOM;
}

/* Leaves the mbuf with exactly the octets that start there. */
static inline void packet_settle(struct rte_mbuf *m, const void *start, uint16_t octets)
{
	m->data_off = (uint16_t)((const uint8_t *)start - (const uint8_t *)m->buf_addr);
	m->data_len = octets;
	m->pkt_len = octets;
}

static inline uint16_t ip6_octets(const struct ip6_hdr_wire *ip)
{
	return (uint16_t)(sizeof(*ip) + be16toh(ip->payload_length_be));
}

static inline const struct ip_addr *ip6_source(const struct ip6_hdr_wire *ip)
{
	return (const struct ip_addr *)(const void *)ip->source;
}

static inline const struct ip_addr *ip6_destination(const struct ip6_hdr_wire *ip)
{
	return (const struct ip_addr *)(const void *)ip->destination;
}

/* Eight octets of a packet as one number. */
static inline uint64_t packet_word(const void *octets)
{
	uint64_t word_be;

	memcpy(&word_be, octets, sizeof(word_be));
	return be64toh(word_be);
}

/* The first eight octets of the header: 4 bits version, 8 traffic class, 20 flow label, 16 payload
 * length, 8 next header, 8 hop limit. */
static inline uint64_t ip6_first_word(const struct ip6_hdr_wire *ip)
{
	return packet_word(ip);
}

/* As they lie there. */
static inline uint64_t ip6_first_word_be(const struct ip6_hdr_wire *ip)
{
	uint64_t word_be;

	memcpy(&word_be, ip, sizeof(word_be));
	return word_be;
}

enum {
	IP6_CLASS_SHIFT = 52,
	IP6_LABEL_SHIFT = 32,
	IP6_LENGTH_SHIFT = 16,
};

static inline uint8_t ip6_traffic_class(const struct ip6_hdr_wire *ip)
{
	return (uint8_t)(be32toh(ip->version_class_flow_be) >> 20);
}

#endif
