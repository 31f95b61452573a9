/* SPDX-License-Identifier: BSD-3-Clause
 *
 * options: what the load generator was asked to do.
 *
 * Shape      filled once from the command line, then read-only.
 */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"

enum {
	COUNT_MAX = 1000000,
	PHASES_MAX = 16,
};

#define PHASES(X)                                                                                  \
	X(REGISTER, register)                                                                      \
	X(REFRESH, refresh)                                                                        \
	X(MOVE, move)                                                                              \
	X(REMOVE, remove)                                                                          \
	X(TRAFFIC, traffic)

enum phase_kind {
#define X(upper, lower) PHASE_##upper,
	PHASES(X)
#undef X
		PHASE_NONE,
};

struct protocol;

struct options {
	const struct protocol *protocol;
	const char *node_fields; /* more of each line of the mobile nodes file; NULL: none */
	const char *vdev;
	const char *write_mobile_nodes;
	uint32_t count;
	uint32_t rate_per_s; /* 0: as fast as acknowledged */
	uint32_t window;     /* updates not yet answered, with rate 0 */
	uint32_t traffic_pps;
	uint32_t seconds; /* of the phase traffic */
	uint32_t lifetime_s;
	enum phase_kind phases[PHASES_MAX];
	uint8_t phase_count;
	struct ip_prefix home_prefix;
	struct ip_prefix care_of_prefix;
	struct ip_addr home_agent;
	struct ip_addr correspondent;
	uint8_t dst_mac[6];
	uint8_t src_mac[6];
	bool timestamps;
	bool busy; /* never sleep between polls */
	int cpu;
};

/* The options that pktsource has, too: their codes, their rows for getopt_long, their values. */
enum {
	OPT_VDEV = 1000,
	OPT_COUNT,
	OPT_LIFETIME,
	OPT_WINDOW,
	OPT_HOME_PREFIX,
	OPT_HOME_AGENT,
	OPT_CARE_OF_PREFIX,
	OPT_CORRESPONDENT,
	OPT_DST_MAC,
	OPT_SRC_MAC,
	OPT_CPU,
	OPT_HELP,
	OPT_OWN, /* a program's own begin here */
};

#define OPTIONS_SHARED                                                                             \
	{"vdev", required_argument, NULL, OPT_VDEV},                                               \
		{"count", required_argument, NULL, OPT_COUNT},                                     \
		{"lifetime", required_argument, NULL, OPT_LIFETIME},                               \
		{"window", required_argument, NULL, OPT_WINDOW},                                   \
		{"home-prefix", required_argument, NULL, OPT_HOME_PREFIX},                         \
		{"home-agent", required_argument, NULL, OPT_HOME_AGENT},                           \
		{"care-of-prefix", required_argument, NULL, OPT_CARE_OF_PREFIX},                   \
		{"correspondent", required_argument, NULL, OPT_CORRESPONDENT},                     \
		{"dst-mac", required_argument, NULL, OPT_DST_MAC},                                 \
		{"src-mac", required_argument, NULL, OPT_SRC_MAC},                                 \
		{"cpu", required_argument, NULL, OPT_CPU},                                         \
	{                                                                                          \
		"help", no_argument, NULL, OPT_HELP                                                \
	}

/* One option's value; false when it is bad. */
typedef bool option_read_fn(void *context, int name, const char *value);

struct option;

/* Each option of the command line to read, --help to stdout and exit. False after a complaint on stderr. What is behind the
 * options is left to the caller. */
bool options_each(int argc, char **argv, const struct option *names, const char *usage,
		  option_read_fn *read, void *context);

/* False when the value is bad, or the option is none of these. */
bool options_read_shared(struct options *options, int name, const char *value);

void options_set_defaults(struct options *options);
/* False after a complaint on stderr; exits by itself for --help. */
bool options_read(struct options *options, int argc, char **argv);

const char *phase_name(enum phase_kind kind);

#endif
