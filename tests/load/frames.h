/* SPDX-License-Identifier: BSD-3-Clause
 *
 * frames: the data packets of pktsource, made from templates and checked when they come back.
 *
 * Shape      one pool for each kind. Its buffers hold the whole frame from the start, and a driver
 *            that copies leaves it there, so that only what differs is written: node, number, time
 *            stamp, and the UDP checksum that follows from them. Nodes are taken at random, evenly.
 * Bytes      UDP payload: magic and kind, node, number, time stamp; the rest is 0.
 * Threads    one.
 */
#ifndef LOAD_FRAMES_H
#define LOAD_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "load/source_options.h"

struct rte_mbuf;

enum frame_kind {
	FRAME_ENCAP, /* from the correspondent to a home address */
	FRAME_DECAP, /* out of the node's tunnel, to the correspondent */
	FRAME_KINDS,
};

/* False when there is no memory. */
bool frames_start(const struct source_options *options);

/* Makes count frames. False, and none is made, when there are not so many buffers. */
bool frames_make(enum frame_kind kind, struct rte_mbuf *frames[], unsigned int count,
		 uint64_t sent_tsc);

/* True for a frame of ours, with the right headers around it, that went to the right place. */
bool frames_check(const struct rte_mbuf *frame, enum frame_kind *kind, uint64_t *sent_tsc);

#endif
