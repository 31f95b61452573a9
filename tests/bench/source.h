/* SPDX-License-Identifier: BSD-3-Clause
 *
 * source: a net_null port whose receive callback writes the packets, so that the workers' own code
 * has something to do at the speed of memory.
 *
 * Shape      a packet is a copy of a template of constant length, and an address or two from the
 *            stream.
 * Threads    one worker a source.
 */
#ifndef TESTS_BENCH_SOURCE_H
#define TESTS_BENCH_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mempool.h>

#include "bench/stream.h"
#include "dataplane/worker.h"

enum source_kind {
	SOURCE_PLAIN,	  /* from the correspondent to a mobile node */
	SOURCE_TUNNELLED, /* out of a mobile node's tunnel, to the correspondent */
	SOURCE_HAIRPIN,	  /* out of a mobile node's tunnel, to another mobile node */
	SOURCE_FAT,	  /* all out of one mobile node's tunnel, in 256 flows */
};

enum { SOURCE_TEMPLATE_OCTETS = 128 };

struct source {
	const struct stream *stream;
	struct worker *worker; /* stopped when the packets have been written */
	uint32_t at;
	uint64_t left; /* packets to write */
	enum source_kind kind;
	uint16_t ethdev;
	uint16_t octets; /* of a frame */
	uint8_t template[SOURCE_TEMPLATE_OCTETS];
	/* Of IPv4 frames, see bench/source4.h. */
	enum encap_kind encap; /* ENCAP_IP6_IN_IP6: of IPv6 */
	bool is_minimal;
	uint16_t inner_at;
	uint16_t checksum_at; /* of the inner packet's header */
	uint16_t addresses_at;
	const struct source4_flow *flows;
};

/* Makes port net_null<number>, one queue. The program ends with a message on failure. */
void source_open(struct source *source, unsigned int number, struct rte_mempool *pool);

/* What it writes from now on: that many packets, with an inner packet of inner_octets. */
void source_set(struct source *source, enum source_kind kind, uint16_t inner_octets,
		uint64_t packets);

#endif
