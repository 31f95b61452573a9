/* SPDX-License-Identifier: BSD-3-Clause
 *
 * source_options: what pktsource was asked to do.
 *
 * Shape      filled once from the command line, then read-only. load holds what it has in common
 *            with mnload: the port, the addresses, the nodes.
 */
#ifndef LOAD_SOURCE_OPTIONS_H
#define LOAD_SOURCE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "load/options.h"

enum {
	INNER_OCTETS_MIN = 72, /* IPv6, UDP and the stamp */
	INNER_OCTETS_MAX = 1400,
};

enum source_mode {
	MODE_RATE,
	MODE_LATENCY,
};

/* Which packets are sent: to home addresses, out of nodes' tunnels, or both in turns. */
enum source_frames {
	FRAMES_ENCAP,
	FRAMES_DECAP,
	FRAMES_BOTH,
};

/* What comes back: tunnelled and untunnelled by a home agent, or as sent but for swapped MACs. */
enum source_expect {
	EXPECT_HOME_AGENT,
	EXPECT_ECHO,
};

struct source_options {
	struct options load;
	enum source_mode mode;
	enum source_frames frames;
	enum source_expect expect;
	bool registers;		 /* the nodes, before anything is sent */
	uint32_t care_of_number; /* of the care-of addresses in tunnelled packets */
	uint32_t rate_pps;	 /* 0: as fast as the port takes them */
	uint32_t seconds_ms;
	uint32_t warm_up_ms;
	uint32_t gap_us; /* between two looks at the clock: more means we were off the CPU */
	uint16_t inner_octets;
	bool json;
};

const char *source_mode_name(enum source_mode mode);
const char *source_frames_name(enum source_frames frames);
const char *source_expect_name(enum source_expect expect);

/* False after a complaint on stderr; exits by itself for --help. */
bool source_options_read(struct source_options *options, int argc, char **argv);

#endif
