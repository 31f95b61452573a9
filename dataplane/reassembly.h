/* SPDX-License-Identifier: BSD-3-Clause
 *
 * reassembly: the packets of which a worker has some fragments and not yet all.
 *
 * Knows octets and no buffers: what a fragment carries is copied, so that its buffer goes back at once and a flood of
 * fragments holds none of them.
 *
 * Shape      a fixed number of packets; a new one takes the place of the oldest when there is no other. All wait equally
 *            long, so they end in the order in which they began.
 * Bytes      as on the wire.
 * Units      octets, and units of eight octets in the two bit maps.
 * Threads    making: the control thread, while no worker runs; all else: one worker.
 * RFC        8200 §4.5, 5722; 791 §3.2, 815, of IPv4, for which overlaps are no better (RFC 1858).
 */
#ifndef DATAPLANE_REASSEMBLY_H
#define DATAPLANE_REASSEMBLY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "ha/drop.h"
#include "ha/ip.h"

struct rte_mempool;

enum {
	REASSEMBLY_OCTETS_MAX = 2048, /* behind the headers; a buffer holds no more */
	REASSEMBLY_HEADERS_MAX = 256, /* up to and with the fragment header */
	REASSEMBLY_WORDS = REASSEMBLY_OCTETS_MAX / 8 / 64,
	REASSEMBLY_TIMEOUT_MS = 60000,
	FRAGMENT_HEADER_OCTETS = 8,
};

/* Fragments with the same one belong together. What came out of a tunnel is proved to be the mobile node's; nothing from
 * outside may be mixed into it. */
struct reassembly_key {
	struct ip_addr source;
	uint32_t identification; /* of IPv4 with the protocol (RFC 791 §3.2) */
	uint16_t agent;		 /* which home agent address it is to */
	uint8_t tunnelled;
	uint8_t version; /* 4 or 6 */
};

/* One fragment, as it lies in a packet whose lengths were checked. */
struct fragment {
	const uint8_t *
		headers; /* from the IPv6 header up to and with the fragment header; or the IPv4 header */
	const uint8_t *data;	 /* what comes behind */
	uint32_t identification; /* as on the wire */
	uint16_t header_octets;
	uint16_t
		next_at; /* where in headers the fragment header is announced, or the IPv4 header has its protocol */
	uint16_t offset; /* of data in the whole */
	uint16_t octets; /* of data */
	uint8_t next;	 /* kind of header that data begins with, in the first fragment */
	uint8_t ecn;
	bool is_last;
};

struct partial {
	struct reassembly_key key;
	uint64_t expiry_tsc;
	struct rte_mempool *pool; /* of the first fragment's buffer */
	TAILQ_ENTRY(partial) by_age;
	LIST_ENTRY(partial) in_bucket;
	uint16_t fragments; /* taken in */
	uint16_t received;  /* octets of data */
	uint16_t end;	    /* the furthest octet so far; with has_last: how long the whole is */
	uint16_t first_octets;
	uint16_t header_octets; /* 0: the first fragment is not here */
	uint16_t next_at;
	bool has_last;
	bool is_broken; /* what is still to come of it is dropped, too */
	uint8_t broken; /* enum drop_reason: why */
	uint8_t ecn;	/* a bit for each codepoint seen */
	uint64_t have[REASSEMBLY_WORDS];
	uint64_t begins[REASSEMBLY_WORDS]; /* where a fragment begins */
	uint8_t headers[REASSEMBLY_HEADERS_MAX];
	uint8_t data[REASSEMBLY_OCTETS_MAX];
};

struct reassembly;

/* For that many packets at a time; NULL when there is no memory. */
struct reassembly *reassembly_make(uint32_t packets, int socket);
/* Octets of DPDK's memory that this takes. */
uint64_t reassembly_memory(uint32_t packets);

/* The packet that has that key; begun when there is none. *lost: how many fragments of another one had to go for it. */
struct partial *reassembly_find(struct reassembly *r, const struct reassembly_key *key,
				uint64_t now_tsc, uint16_t *lost);

/* The oldest packet, if its time is over; NULL: none. */
struct partial *reassembly_expired(struct reassembly *r, uint64_t now_tsc);

/* Forgets a packet. */
void reassembly_end(struct reassembly *r, struct partial *partial);

enum fragment_verdict {
	FRAGMENT_TAKEN, /* and others are to come */
	FRAGMENT_COMPLETES,
	FRAGMENT_REPEATED, /* the very same was here before */
	FRAGMENT_BREAKS,   /* the whole packet goes, partial->broken says why */
};

/* Takes what the fragment carries in. */
enum fragment_verdict reassembly_add(struct partial *partial, const struct fragment *fragment);

/* The kind of header that the data begins with, of one whose first fragment is here. */
uint8_t reassembly_carries(const struct partial *partial);
/* Octets of the packet put together. */
uint32_t reassembly_octets(const struct partial *partial);
/* Writes it, all of it having come. */
void reassembly_write(const struct partial *partial, uint8_t *to);

#endif
