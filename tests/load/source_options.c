/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/source_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/values.h"

static const char usage[] =
	"pktsource sends data packets to and from many mobile nodes over one DPDK software port, "
	"as\n"
	"fast as the port takes them or at a rate, and checks what comes back.\n"
	"\n"
	"  pktsource --vdev ARGS [options]\n"
	"\n"
	"  --mode rate|latency  packets per second, or the time from sending to receiving (rate)\n"
	"  --rate PPS           0: as fast as the port takes them; needed for latency (0)\n"
	"  --frames encap|decap|both  to home addresses; out of tunnels; both in turns (encap)\n"
	"  --expect home-agent|echo   what comes back: a home agent's work, or the same packet "
	"with\n"
	"                       its MAC addresses swapped, as of testpmd's macswap (home-agent)\n"
	"  --register           first registers the nodes; without it they must be registered, or\n"
	"                       nobody must ask, as with echo\n"
	"  --count N            mobile nodes, up to 1000000 (1000)\n"
	"  --inner OCTETS       of the inner packet, 72 to 1400 (78)\n"
	"  --seconds S          of measuring, 0.1 to 3600 (2)\n"
	"  --warm-up S          before it (0.5)\n"
	"  --gap-us US          latency: samples that were under way while two looks at the clock "
	"were\n"
	"                       farther apart are left out and counted (20)\n"
	"  --care-of-number K   of the nodes' care-of addresses, when registered before (1)\n"
	"  --lifetime S         asked for with --register, seconds (3600)\n"
	"  --window W           updates not yet answered, with --register (512)\n"
	"  --home-prefix P      (2001:db8:1::/64)\n"
	"  --home-agent A       (2001:db8:ff::1)\n"
	"  --care-of-prefix P   (2001:db8:c::/48)\n"
	"  --correspondent A    (2001:db8:cc::1)\n"
	"  --dst-mac M          of the other side's port (02:00:00:00:00:01)\n"
	"  --src-mac M          ours (02:00:00:00:00:02)\n"
	"  --cpu N              (0)\n"
	"  --json               one JSON object on stdout instead of text\n"
	"\n"
	"Exit status: 0 measured; 1 a packet came back wrong, a node was refused or the other "
	"side\n"
	"went away; 2 it could not start.\n";

static const char *const mode_names[] = {"rate", "latency"};
static const char *const frames_names[] = {"encap", "decap", "both"};
static const char *const expect_names[] = {"home-agent", "echo"};

const char *source_mode_name(enum source_mode mode)
{
	return mode_names[mode];
}

const char *source_frames_name(enum source_frames frames)
{
	return frames_names[frames];
}

const char *source_expect_name(enum source_expect expect)
{
	return expect_names[expect];
}

/* Returns its place in the list, or -1. */
static int find_word(const char *text, const char *const words[], int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return -1;
}

static bool read_seconds(const char *text, double min, uint32_t *out_ms)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= min && value <= 3600))
		return false;
	*out_ms = (uint32_t)(value * 1000 + 0.5);
	return true;
}

enum {
	OPT_MODE = OPT_OWN,
	OPT_RATE,
	OPT_FRAMES,
	OPT_EXPECT,
	OPT_REGISTER,
	OPT_INNER,
	OPT_SECONDS,
	OPT_WARM_UP,
	OPT_GAP,
	OPT_CARE_OF_NUMBER,
	OPT_JSON,
};

static const struct option names[] = {
	OPTIONS_SHARED,
	{"mode", required_argument, NULL, OPT_MODE},
	{"rate", required_argument, NULL, OPT_RATE},
	{"frames", required_argument, NULL, OPT_FRAMES},
	{"expect", required_argument, NULL, OPT_EXPECT},
	{"register", no_argument, NULL, OPT_REGISTER},
	{"inner", required_argument, NULL, OPT_INNER},
	{"seconds", required_argument, NULL, OPT_SECONDS},
	{"warm-up", required_argument, NULL, OPT_WARM_UP},
	{"gap-us", required_argument, NULL, OPT_GAP},
	{"care-of-number", required_argument, NULL, OPT_CARE_OF_NUMBER},
	{"json", no_argument, NULL, OPT_JSON},
	{NULL, 0, NULL, 0},
};

/* What is packets and time. */
static bool read_measure(struct source_options *o, int name, const char *value)
{
	uint32_t number = 0;
	int word;

	switch (name) {
	case OPT_MODE:
		word = find_word(value, mode_names, 2);
		o->mode = (enum source_mode)word;
		return word >= 0;
	case OPT_FRAMES:
		word = find_word(value, frames_names, 3);
		o->frames = (enum source_frames)word;
		return word >= 0;
	case OPT_EXPECT:
		word = find_word(value, expect_names, 2);
		o->expect = (enum source_expect)word;
		return word >= 0;
	case OPT_REGISTER:
		o->registers = true;
		return true;
	case OPT_RATE:
		return value_number(value, 100000000, &o->rate_pps);
	case OPT_INNER:
		if (!value_number(value, INNER_OCTETS_MAX, &number) || number < INNER_OCTETS_MIN)
			return false;
		o->inner_octets = (uint16_t)number;
		return true;
	case OPT_SECONDS:
		return read_seconds(value, 0.1, &o->seconds_ms);
	case OPT_WARM_UP:
		return read_seconds(value, 0, &o->warm_up_ms);
	case OPT_GAP:
		return value_number(value, 1000000, &o->gap_us) && o->gap_us > 0;
	case OPT_CARE_OF_NUMBER:
		return value_number(value, UINT32_MAX, &o->care_of_number);
	case OPT_JSON:
		o->json = true;
		return true;
	default:
		return false;
	}
}

static bool read_one(void *options, int name, const char *value)
{
	struct source_options *o = options;

	return read_measure(o, name, value) || options_read_shared(&o->load, name, value);
}

/* NULL, or what is wrong with the options together. */
static const char *find_conflict(const struct source_options *o)
{
	if (o->load.vdev == NULL)
		return "--vdev is needed; see --help";
	if (o->mode == MODE_LATENCY && o->rate_pps == 0)
		return "--mode latency needs --rate: at full speed it measures queues";
	if (o->registers && o->expect == EXPECT_ECHO)
		return "--register needs a home agent; leave it out with --expect echo";
	if (o->registers && o->care_of_number != 1)
		return "--register makes care-of addresses number 1; leave --care-of-number out";
	return NULL;
}

bool source_options_read(struct source_options *options, int argc, char **argv)
{
	const char *conflict;

	*options = (struct source_options){
		.care_of_number = 1,
		.seconds_ms = 2000,
		.warm_up_ms = 500,
		.gap_us = 20,
		.inner_octets = 78,
	};
	options_set_defaults(&options->load);
	if (!options_each(argc, argv, names, usage, read_one, options))
		return false;
	conflict =
		optind != argc ? "arguments without an option; see --help" : find_conflict(options);
	if (conflict != NULL)
		fprintf(stderr, "pktsource: %s\n", conflict);
	return conflict == NULL;
}
