/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stages: the steps of a packet's walk, in order. Each takes what the one before left on a list of
 * the burst and moves every packet to a later list, or ends it with a named reason.
 *
 * Threads    one worker; no allocation, lock, system call or log.
 */
#ifndef DATAPLANE_STAGE_STAGES_H
#define DATAPLANE_STAGE_STAGES_H

#include "reassembly.h"
#include "worker.h"

/* Frame to IPv6 packet: checks the headers and sorts by destination into tunnel, data (already put to
 * the binding cache), local, kernel. */
void parse_burst(struct worker *w, struct burst *b, struct rte_mbuf *received[], uint16_t n);

/* Any frame that is not what nearly every frame is, with m and ip noted: for mobile nodes in a group, the kernel's, or dropped. True for
 * IPv4 in one buffer to our link-layer address, whose headers are still to be looked at. */
bool parse_oddly(struct worker *w, struct burst *b, struct packet *p);

/* Only of a worker with peers: of tunnel, leaves what is the worker's own and hands all else, as it was received, to the worker
 * that owns its inner flow. */
void spread_burst(struct worker *w, struct burst *b);

/* Out of the tunnel, RFC 6275 §10.4.5: tunnel to data or plain (the inner packet), or local. */
void reverse_burst(struct worker *w, struct burst *b);

/* To the mobile node, RFC 6275 §10.4.2: data is encapsulated and sent; or plain, or kernel. */
void intercept_burst(struct worker *w, struct burst *b);

/* Finds the next hop of plain packets and sends them. */
void route_burst(struct worker *w, struct burst *b);

/* To an address without a binding on the real home link of that port: forwarded like any packet, but
 * its next hop is not remembered, since the address may be registered the next moment. */
void route_to_home_link(struct worker *w, struct packet *p, uint16_t port);

/* Hands local packets to the control thread. */
void local_burst(struct worker *w, struct burst *b);

/* Gives the kernel its share. */
void kernel_burst(struct worker *w, struct burst *b);

/* One fragment to a home agent address, of a packet in which local_classify found it. True when it completed its packet, which
 * p then is: a frame like one that was received. Else it ended here: kept, answered or dropped. */
bool reassemble(struct worker *w, struct packet *p, uint16_t agent);
/* Whether a fragment may carry something of ours, as the steering program says it; else it is the kernel's. */
bool fragment_is_ours(const struct ip6_hdr_wire *ip, const struct ip_addr *home);
/* The same for any fragment that was found good, after reassemble_forget. */
bool reassemble_one(struct worker *w, struct packet *p, const struct reassembly_key *key,
		    const struct fragment *f);
/* Amid a burst: what is over must not be added to. */
void reassemble_forget(struct worker *w);
/* Between bursts: ends what was not whole in time. */
void reassemble_expire(struct worker *w);

/* Puts a packet that may enter it into the tunnel of that binding and sends it, with a Tunnel Encapsulation Limit unless that is
 * negative; in two fragments where the path carries no more. */
void tunnel_slowly(struct worker *w, struct packet *p, const struct binding *binding, int limit);
/* The limit that a packet has in a tunnel, -1 for none. False when it may enter none; *at, where not 0, is where its own stands. */
bool limit_in_tunnel(const struct packet *p, const struct tunnel_class *class, uint16_t *at,
		     int *limit);

/* A multicast frame, whole: true when it is for mobile nodes, and dealt with. Else nothing was done. */
bool multicast_receive(struct worker *w, struct burst *b, struct packet *p);
/* To a multicast address, out of the tunnel of a mobile node. */
void multicast_from_node(struct worker *w, struct packet *p);
/* Whether a tunnel packet has multicast listener discovery inside, and a control thread that wants it. */
bool multicast_is_listener(const struct worker *w, const struct packet *p);

/* Sends a packet of this home agent's in two fragments of at most mtu octets each, to a next hop that is resolved. */
void fragment_send(struct worker *w, struct packet *p, uint16_t mtu, const struct nexthop *hop);

/* Sends what the control thread built, a turn after it came. Returns 0 when there is nothing. */
unsigned int inject_poll(struct worker *w);
/* Some time before inject_poll: fetches what that reads first. */
void inject_expect(const struct worker *w);

/* A packet of the burst will be punted: fetches what that writes. */
void punt_expect(const struct worker *w);

/* Walks what peers handed over, at most BURST_MAX of each. Returns how many. */
unsigned int spread_poll(struct worker *w);

/* One packet to the control thread, within the budget of its class; over it, dropped as otherwise.
 */
void punt(struct worker *w, struct packet *p, enum punt_class class, enum drop_reason reason,
	  enum drop_reason otherwise);
void punt_buckets_init(struct worker *w, const struct config *config);

/* What a packet for a home agent address is, behind its extension headers. */
enum local_kind {
	LOCAL_MOBILITY,	   /* Mobility Header */
	LOCAL_HOME_OPTION, /* something else with a Home Address option */
	LOCAL_TUNNEL,	   /* IPv6: *offset is where */
	LOCAL_ERROR,	   /* ICMPv6 error about a packet that left from here */
	LOCAL_OTHER,	   /* nothing of ours */
	LOCAL_FRAGMENT,
	LOCAL_MALFORMED,
};

/* Walks at most EXTENSION_HEADERS_MAX headers of a packet whose length was checked. *home points at
 * the address in the Home Address option, or is NULL. */
enum local_kind local_classify(const struct ip6_hdr_wire *ip, uint16_t *offset,
			       const struct ip_addr **home);

#endif
