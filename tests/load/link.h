/* SPDX-License-Identifier: BSD-3-Clause
 *
 * link: the one DPDK port, and the Ethernet header.
 *
 * Shape      packets are queued and go out with link_flush; what the port does not take waits for
 *            the next one, so nothing that was queued is lost on our side.
 * Threads    one.
 */
#ifndef LOAD_LINK_H
#define LOAD_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "load/options.h"

struct rte_mbuf;

enum {
	LINK_BURST = 32,
	LINK_QUEUE = 128,
	LINK_HEADER_OCTETS = 14,
	LINK_PACKET_MAX = 1024,
	LINK_STALL_S = 5,
};

/* Starts the EAL and the port, and waits for the other side. False after a complaint on stderr. */
bool link_start(const struct options *options);
void link_stop(void);

/* Where an IP packet of up to LINK_PACKET_MAX octets may be written; NULL when there is no room
 * or no buffer. Nothing is queued until link_end. */
void *link_begin(void);
void link_end(uint16_t length);
void link_flush(void);
/* The other side has gone, or has taken nothing for LINK_STALL_S: nothing more will come. Says so on stderr, once. */
bool link_is_dead(void);
/* Times that the port was full. */
uint64_t link_full(void);

/* Frames; the caller gives them back. */
unsigned int link_receive(struct rte_mbuf *frames[static LINK_BURST]);
void link_release(struct rte_mbuf *frames[], unsigned int count);

/* Lets come in what is still on its way: until nothing has come for silence_ms, for most_ms at most. turn sends what waits, takes
 * what is there, and returns how many frames it took. */
void link_drain(unsigned int (*turn)(void), unsigned int silence_ms, unsigned int most_ms);

#endif
