/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stages4: the steps of an IPv4 packet's walk, in order, as stage/stages.h has them for IPv6. What both have in common (punting, the
 * kernel's share, fragments that wait, drops) is there.
 *
 * Shape      a burst that has IPv4 packets has a struct burst4 as well. The binding cache knows v4-mapped addresses, so what stands for
 *            them there is written down beside the packets: the keys are by words.
 * Threads    one worker; no allocation but of copies and fragments, no lock, system call or log.
 */
#ifndef DATAPLANE_IP4_STAGES4_H
#define DATAPLANE_IP4_STAGES4_H

#include "ip4/ip4.h"
#include "stage/stages.h"

struct burst4 {
	struct burst *all;
	struct packet_keys visitors; /* on the port of a foreign agent: by source */
	struct packet_keys data;     /* by destination */
	struct packet_keys tunnel;   /* to a local end of tunnels: as inner4_check() leaves them */
	struct packet_routes plain;  /* out of a tunnel, to an address that is no mobile node's */
	bool may_visit;		     /* some local ends are care-of addresses */
};

static inline bool is_foreign_port(const struct dataplane_tables *tables, uint16_t port)
{
	return (tables->foreign_ports >> port & 1) != 0;
}

/* The home network that has that address; NULL: none. */
static inline const struct home_network *home_network_find(const struct dataplane_tables *tables,
							   const struct ip_addr *address)
{
	for (uint16_t i = 0; i < tables->home_network_count; i++)
		if (ip_prefix_contains(&tables->home_networks[i].prefix, address))
			return &tables->home_networks[i];
	return NULL;
}

/* The word of a v4-mapped address as a key, or, with that tag before the address, of visitor_key(). */
enum { KEY4_HOME = 0xffff, KEY4_VISITOR = 0xfffe };

static inline uint64_t key4(uint32_t tag, uint32_t raw)
{
	return raw_word(htobe32(tag), raw);
}

static inline void key4_add(struct packet_keys *keys, const struct bcache *cache, struct packet *p,
			    uint64_t key)
{
	bcache_words_put(cache, &keys->keys, keys->count, key);
	keys->at[keys->count++] = p;
}

static inline void plain4_add(struct burst4 *b, struct packet *p)
{
	const struct ip_addr to = ip4_mapped(p->ip4->destination);

	memcpy(b->plain.to[b->plain.count], to.bytes, sizeof(to.bytes));
	b->plain.at[b->plain.count++] = p;
}

/* Frames of a burst from the one at that index on, as far as they are IPv4: checks the headers and sorts by destination into tunnel,
 * visitors, data; or ends the packet. Returns the index of the first one that is something else. */
size_t parse4_run(struct worker *w, struct burst *b, struct rte_mbuf *received[], size_t at,
		  size_t n);

/* All steps behind that, of a burst with IPv4 packets. */
void ip4_burst(struct worker *w, struct burst4 *b);

/* A frame to a broadcast or multicast address: true when it is for mobile nodes or the control thread, and dealt with. Else nothing was
 * done. */
bool ip4_broadcast_receive(struct worker *w, struct burst *b, struct packet *p);

/* To a local end of tunnels. True when it is a tunnel, which is then measured (the inner packet is at outer_octets, agent is the tunnel
 * class) and checked but for its inner packet; else it ended here: punted, the kernel's, or dropped. */
bool local4_sort(struct worker *w, struct burst4 *b, struct packet *p, uint16_t agent);
/* To one of the control thread's UDP ports, in one piece. */
bool local4_is_signalling(const struct packet *p);
void local4_punt_signalling(struct worker *w, struct packet *p, uint16_t port);

/* One fragment to a local end. True when it completed its packet, which p then is. */
bool reassemble4(struct worker *w, struct packet *p, uint16_t agent);

/* Out of the tunnel: tunnel to data or plain, or sent; to a visitor, or punted. */
void reverse4_burst(struct worker *w, struct burst4 *b);

/* From a visitor into the tunnel to its home agent; the rest of visitors to data. */
void visitor_burst(struct worker *w, struct burst4 *b);
/* Whether a tunnel packet is a visitor's, for its reverse tunnel (RFC 3024 §5.2), and not its home agent's. */
bool visitor_is_delivery(const struct worker *w, const struct burst4 *b, const struct packet *p);
/* Sends it home, or ends it; binding is that of its inner source. */
void visitor_open(struct worker *w, struct burst4 *b, struct packet *p,
		  const struct binding *binding);
/* What looks like it may be a home agent's own word to a visitor: its binding, or NULL. */
const struct binding *visitor_of_home_agent(const struct worker *w, const struct burst4 *b,
					    const struct packet *p);
/* Out of the way of what minimal encapsulation is about to put in its place, where a visitor may have sent it. */
void visitor_keep_frame(const struct worker *w, const struct burst4 *b, struct packet *p);
/* To a visitor, out of the tunnel of its home agent; inner is the packet. */
void visitor_deliver(struct worker *w, struct packet *p, const struct binding *binding);

/* To the mobile node: data is encapsulated and sent; or the kernel's. */
void intercept4_burst(struct worker *w, struct burst4 *b);

/* Any packet to a mobile node, by all the rules, to each of its bindings. */
void tunnel4_oddly(struct worker *w, struct packet *p, const struct binding *binding);
/* Into one tunnel and on to that next hop, in fragments if it must be and may be. The time to live is more than 1. */
void tunnel4_enter(struct worker *w, struct packet *p, const struct binding *binding,
		   uint32_t next_hop, const struct node_counters *nodes);
/* A copy of a packet that nothing was changed in yet; false, counted, without a buffer. */
bool copy4(struct worker *w, const struct packet *p, struct packet *copy);

/* To the broadcast address of a home network, as a packet for it that was not a broadcast frame. */
void broadcast4_forward(struct worker *w, struct packet *p, const struct home_network *network);
bool is_broadcast_of(const struct home_network *network, const struct ip_addr *to);

/* Finds the next hop of plain packets and sends them. */
void route4_burst(struct worker *w, struct burst4 *b);
/* To an address without a binding on the real home link of that port. */
void route4_to_home_link(struct worker *w, struct packet *p, uint16_t port);
/* The neighbour to which packets to that address go; the link when it is not known yet; or NEXTHOP_NONE. */
uint32_t route4_find(struct worker *w, const struct ip_addr *to);
/* Forwards a packet to that next hop, in fragments if it must be and may be. */
void forward4(struct worker *w, struct packet *p, const struct nexthop *hop);

/* Cuts a packet into fragments of at most mtu octets and has each sent, the last in the packet's own buffer. Each send may drop one packet
 * and put one frame into a transmit buffer. */
typedef void fragment4_send(struct worker *w, struct packet *piece, const void *how);
void fragment4(struct worker *w, struct packet *p, uint16_t mtu, fragment4_send *send,
	       const void *how);

#endif
