/* SPDX-License-Identifier: BSD-3-Clause
 *
 * traffic: data packets to and from registered nodes, each checked when it comes back.
 *
 * Shape      a packet carries its node and a number that counts up, so that whatever comes back
 *            can be rebuilt and compared, and told to have been sent before or after an
 *            acknowledgement arrived. Every REVERSE_EVERYth packet goes from the node through its
 *            tunnel, the others from the correspondent to the home address.
 * Threads    one.
 * RFC        6275 §10.4.1, §10.4.2, §10.4.5; 2473 §3.1 (hop limit of the inner packet one less).
 */
#ifndef LOAD_TRAFFIC_H
#define LOAD_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include "load/nodes.h"
#include "load/options.h"
#include "load/wrong.h"

enum { REVERSE_EVERY = 4 };

struct traffic_result {
	uint64_t sent; /* to home addresses */
	uint64_t received;
	uint64_t to_right_care_of;
	uint64_t to_asked_care_of; /* of an update that was not acknowledged yet */
	uint64_t to_old_care_of; /* sent before the acknowledgement of the move arrived: allowed */
	uint64_t before_removal; /* likewise of the removal */
	uint64_t reverse_sent;
	uint64_t reverse_received;
	uint64_t probes; /* sent to removed nodes: none may come back */
};

/* False when out of memory. */
bool traffic_start(const struct options *options, struct node *nodes,
		   struct traffic_result *result);
void traffic_stop(void);

/* What the next packet will be numbered. */
uint64_t traffic_next_number(void);

/* Queues what is due at the rate asked for. Returns how many. */
unsigned int traffic_poll(uint64_t now_tsc);
/* One packet to a removed node's home address. False when there is no room: try again. */
bool traffic_probe(uint32_t node);

/* A packet in a tunnel, and a bare one of ours. */
enum wrong traffic_receive_tunnelled(const uint8_t *packet, uint32_t length);
enum wrong traffic_receive_plain(const uint8_t *packet, uint32_t length);

#endif
