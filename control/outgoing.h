/* SPDX-License-Identifier: BSD-3-Clause
 *
 * outgoing: packets of the control thread on their way to a worker, whatever is in them.
 *
 * Threads    the control thread.
 */
#ifndef CONTROL_OUTGOING_H
#define CONTROL_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rte_mbuf;

/* A buffer with that many octets in it, to be written from *at on; NULL when there is none, or nowhere to send it. */
struct rte_mbuf *outgoing_make(uint32_t next_hop, size_t octets, uint8_t **at);

/* The packet, an IP header first, belongs to the worker then, or is freed and counted. NULL is counted as well. */
bool outgoing_send(uint16_t worker, struct rte_mbuf *packet, uint32_t next_hop);

#endif
