/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/protocol.h"
#include "load/values.h"

static const char usage[] =
	"mnload plays many mobile nodes towards a home agent, on one DPDK software port.\n"
	"\n"
	"  mnload --vdev ARGS [options]               run the phases, report as JSON on stdout\n"
	"  mnload --write-mobile-nodes FILE --count N  write the nodes and keys for homewardd\n"
	"\n"
	"  --protocol P         mip6 or mip4; stands before the addresses (mip6)\n"
	"  --count N            mobile nodes, up to 1000000 (1000)\n"
	"  --phases LIST        of register, refresh, move, remove, traffic, in this order\n"
	"                       (register,refresh,move,remove)\n"
	"  --rate R             updates per second; 0: as fast as acknowledged (0)\n"
	"  --window W           with rate 0: updates not yet answered (512)\n"
	"  --lifetime S         lifetime asked for, seconds (3600)\n"
	"  --traffic PPS        data packets per second while the phases run (0)\n"
	"  --seconds S          length of the phase traffic; without one in the list it is put\n"
	"                       before remove, or last\n"
	"  --home-prefix P      (2001:db8:1::/64; 10.0.0.0/8)\n"
	"  --home-agent A       (2001:db8:ff::1; 192.0.2.1)\n"
	"  --care-of-prefix P   (2001:db8:c::/48; 64.0.0.0/4)\n"
	"  --correspondent A    (2001:db8:cc::1; 198.51.100.10)\n"
	"  --dst-mac M          of the home agent's port (02:00:00:00:00:01)\n"
	"  --src-mac M          ours (02:00:00:00:00:02)\n"
	"  --timestamps         replay protection by timestamp (RFC 4285 section 6); mip4 always\n"
	"  --cpu N              (0)\n"
	"  --busy               never sleep between polls: for a CPU of its own\n"
	"\n"
	"Exit status: 0 all acknowledged and right; 1 something was wrong, refused or never\n"
	"answered; 2 it could not start.\n";

static const char *const phase_names[] = {
#define X(upper, lower) #lower,
	PHASES(X)
#undef X
};

const char *phase_name(enum phase_kind kind)
{
	return phase_names[kind];
}

static bool read_phases(const char *text, struct options *options)
{
	char copy[256];
	char *rest = copy;
	char *word;

	snprintf(copy, sizeof(copy), "%s", text);
	options->phase_count = 0;
	while ((word = strsep(&rest, ",")) != NULL) {
		enum phase_kind kind = PHASE_REGISTER;

		while (kind < PHASE_NONE && strcmp(word, phase_names[kind]) != 0)
			kind++;
		if (kind == PHASE_NONE || options->phase_count == PHASES_MAX)
			return false;
		options->phases[options->phase_count++] = kind;
	}
	return true;
}

/* --seconds alone asks for a phase traffic: before the first remove, or last. */
static void place_traffic_phase(struct options *options)
{
	uint8_t at = 0;

	for (uint8_t i = 0; i < options->phase_count; i++)
		if (options->phases[i] == PHASE_TRAFFIC)
			return;
	if (options->seconds == 0 || options->phase_count == PHASES_MAX)
		return;
	while (at < options->phase_count && options->phases[at] != PHASE_REMOVE)
		at++;
	memmove(&options->phases[at + 1], &options->phases[at],
		(size_t)(options->phase_count - at) * sizeof(options->phases[0]));
	options->phases[at] = PHASE_TRAFFIC;
	options->phase_count++;
}

static bool use_protocol(struct options *options, const struct protocol *protocol)
{
	if (protocol == NULL)
		return false;
	options->protocol = protocol;
	options->node_fields = protocol->node_fields;
	options->timestamps |= protocol->timestamps;
	return value_prefix(protocol->home_prefix, &options->home_prefix) &&
	       value_prefix(protocol->care_of_prefix, &options->care_of_prefix) &&
	       value_address(protocol->home_agent, &options->home_agent) &&
	       value_address(protocol->correspondent, &options->correspondent);
}

void options_set_defaults(struct options *options)
{
	*options = (struct options){
		.count = 1000,
		.window = 512,
		.lifetime_s = 3600,
		.dst_mac = {2, 0, 0, 0, 0, 1},
		.src_mac = {2, 0, 0, 0, 0, 2},
	};
	use_protocol(options, &protocol_mip6);
	read_phases("register,refresh,move,remove", options);
}

enum {
	OPT_WRITE = OPT_OWN,
	OPT_PROTOCOL,
	OPT_PHASES,
	OPT_RATE,
	OPT_TRAFFIC,
	OPT_SECONDS,
	OPT_TIMESTAMPS,
	OPT_BUSY,
};

static const struct option names[] = {
	OPTIONS_SHARED,
	{"write-mobile-nodes", required_argument, NULL, OPT_WRITE},
	{"protocol", required_argument, NULL, OPT_PROTOCOL},
	{"phases", required_argument, NULL, OPT_PHASES},
	{"rate", required_argument, NULL, OPT_RATE},
	{"traffic", required_argument, NULL, OPT_TRAFFIC},
	{"seconds", required_argument, NULL, OPT_SECONDS},
	{"timestamps", no_argument, NULL, OPT_TIMESTAMPS},
	{"busy", no_argument, NULL, OPT_BUSY},
	{NULL, 0, NULL, 0},
};

bool options_each(int argc, char **argv, const struct option *of, const char *text,
		  option_read_fn *read, void *context)
{
	int index = 0;
	int name;

	while ((name = getopt_long(argc, argv, "", of, &index)) != -1) {
		if (name == OPT_HELP) {
			fputs(text, stdout);
			exit(0);
		}
		if (name == '?')
			return false; /* getopt has complained */
		if (!read(context, name, optarg)) {
			fprintf(stderr, "%s: bad value for --%s: %s\n",
				program_invocation_short_name, of[index].name, optarg);
			return false;
		}
	}
	return true;
}

bool options_read_shared(struct options *o, int name, const char *value)
{
	uint32_t cpu = 0;

	switch (name) {
	case OPT_VDEV:
		o->vdev = value;
		return true;
	case OPT_COUNT:
		return value_number(value, COUNT_MAX, &o->count) && o->count > 0;
	case OPT_LIFETIME:
		return value_number(value, 262140, &o->lifetime_s) && o->lifetime_s >= 4;
	case OPT_WINDOW:
		return value_number(value, COUNT_MAX, &o->window) && o->window > 0;
	case OPT_HOME_PREFIX:
		return value_prefix(value, &o->home_prefix);
	case OPT_HOME_AGENT:
		return value_address(value, &o->home_agent);
	case OPT_CARE_OF_PREFIX:
		return value_prefix(value, &o->care_of_prefix);
	case OPT_CORRESPONDENT:
		return value_address(value, &o->correspondent);
	case OPT_DST_MAC:
		return value_mac(value, o->dst_mac);
	case OPT_SRC_MAC:
		return value_mac(value, o->src_mac);
	case OPT_CPU:
		if (!value_number(value, 1023, &cpu))
			return false;
		o->cpu = (int)cpu;
		return true;
	default:
		return false;
	}
}

static bool read_one(void *options, int name, const char *value)
{
	struct options *o = options;

	switch (name) {
	case OPT_WRITE:
		o->write_mobile_nodes = value;
		return true;
	case OPT_PROTOCOL:
		return use_protocol(o, protocol_find(value));
	case OPT_PHASES:
		return read_phases(value, o);
	case OPT_RATE:
		return value_number(value, 10000000, &o->rate_per_s);
	case OPT_TRAFFIC:
		return value_number(value, 100000000, &o->traffic_pps);
	case OPT_SECONDS:
		return value_number(value, 1000000, &o->seconds);
	case OPT_TIMESTAMPS:
		o->timestamps = true;
		return true;
	case OPT_BUSY:
		o->busy = true;
		return true;
	default:
		return options_read_shared(o, name, value);
	}
}

/* Numbers of nodes go behind the prefixes; all addresses are of one family. */
static bool addresses_fit(const struct options *o)
{
	bool is_ip4 = ip_addr_is_v4_mapped(&o->home_agent);

	return ip_addr_is_v4_mapped(&o->correspondent) == is_ip4 &&
	       ip_addr_is_v4_mapped(&o->home_prefix.addr) == is_ip4 &&
	       ip_addr_is_v4_mapped(&o->care_of_prefix.addr) == is_ip4 &&
	       (o->protocol == &protocol_mip4) == is_ip4 &&
	       128 - o->home_prefix.length >= o->protocol->home_bits &&
	       128 - o->care_of_prefix.length >= o->protocol->care_of_bits;
}

bool options_read(struct options *options, int argc, char **argv)
{
	options_set_defaults(options);
	if (!options_each(argc, argv, names, usage, read_one, options))
		return false;
	if (optind != argc || (options->vdev == NULL && options->write_mobile_nodes == NULL)) {
		fputs("mnload: --vdev or --write-mobile-nodes is needed; see --help\n", stderr);
		return false;
	}
	if (!addresses_fit(options)) {
		fputs("mnload: addresses of another protocol, or prefixes that are too long; see "
		      "--help\n",
		      stderr);
		return false;
	}
	place_traffic_phase(options);
	return true;
}
