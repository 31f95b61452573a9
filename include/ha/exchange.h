/* SPDX-License-Identifier: BSD-3-Clause
 *
 * exchange: what travels on the rings between workers and the control thread.
 *
 * Ownership  the mbuf belongs to whoever took the message off the ring.
 * Threads    one ring each way per worker: single producer, single consumer.
 */
#ifndef HA_EXCHANGE_H
#define HA_EXCHANGE_H

#include <stdint.h>

struct rte_mbuf;

/* Why a packet is handed to the control thread. */
#define PUNT_CLASSES(X)                                                                            \
	X(SIGNALLING_KNOWN, signalling_known,                                                      \
	  "Mobility Header about a home address with a binding")                                   \
	X(SIGNALLING_NEW, signalling_new, "Mobility Header about a home address without one")      \
	X(LOCAL, local,                                                                            \
	  "packet for the home agent itself, with a Home Address option or out of a tunnel")       \
	X(ERROR, error, "packet that an ICMPv6 error may answer")                                  \
	X(TUNNEL_ERROR, tunnel_error,                                                              \
	  "ICMPv6 error about a tunnel packet or a message of the home agent's")                   \
	X(LISTENER, listener, "tunnelled packet with multicast listener discovery inside")         \
	X(RESOLVE, resolve, "packet whose next hop is not resolved yet")

enum punt_class {
#define X(upper, lower, text) PUNT_##upper,
	PUNT_CLASSES(X)
#undef X
		PUNT_CLASS_COUNT,
};

extern const char *const punt_class_names[PUNT_CLASS_COUNT];

/* Worker to control. The mbuf starts at the IP header; Ethernet and tunnel headers are gone, but what
 * says its port and did not come out of a tunnel has its Ethernet header in the room in front; and PUNT_LISTENER starts at the
 * header of the tunnel, since only that says whose it is. */
struct punt {
	struct rte_mbuf *packet;
	union {
		uint32_t next_hop; /* PUNT_RESOLVE: what to resolve */
		uint32_t pointer;  /* PUNT_ERROR: where a Parameter Problem points */
		uint32_t mtu;	   /* DROP_TOO_BIG of a multicast packet: what is to be told */
		uint32_t port;	   /* signalling, PUNT_LOCAL, DROP_LINK_LOCAL: what it came by */
	};
	uint8_t class;	   /* enum punt_class */
	uint8_t reason;	   /* PUNT_ERROR: the enum drop_reason to answer */
	uint8_t tunnelled; /* came out of a tunnel whose outer source was the registered care-of
			      address */
	uint8_t worker;	   /* which one sent it; on the ring, the ring's own */
};

_Static_assert(sizeof(struct punt) == 16, "a message of a ring");

/* Of a punted packet with its Ethernet header in front: from where. */
static inline const uint8_t *punt_source_mac(const uint8_t *ip)
{
	return ip - 8;
}

/* Control to worker. The mbuf starts at the IP header; the worker adds Ethernet. */
struct inject {
	struct rte_mbuf *packet;
	uint32_t next_hop;
	uint32_t reserved; /* the last octet is the ring's own */
};

_Static_assert(sizeof(struct inject) == 16, "a message of a ring");

#endif
