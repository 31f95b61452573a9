/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bench_forward: TSC cycles per packet of a worker's own loop (worker_run), over net_null with a
 * receive callback that writes the packets. Every check of the path is on; nothing is left out. One
 * process measures one table: a number of bindings, a size of packets, a distribution. Variants take
 * turns, and within a round they take slices: the noise of a virtual machine comes and goes in
 * some tens of milliseconds, and so disturbs all variants of a round alike.
 *
 * It is built three times: as it is, on rte_hash for look-up, and without counters for bindings.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_launch.h>

#include "bcache.h"
#include "bench/source.h"
#include "bench/source4.h"
#include "bench/stream.h"
#include "count.h"
#include "registration/registration.h"
#include "support/eal.h"
#include "support/plane.h"

enum {
	ROUNDS_MAX = 256,
	PACKETS_A_SLICE = 80000, /* one to three milliseconds */
	SLICES = 8,		 /* in a round */
	BINDINGS_LIMIT = 4 << 20,
	INNER_MIN = 64,
	INNER_LIMIT = 1460,
	WORKER_OCTETS = 160 << 20, /* routes, buffers, rings */
};

#ifndef BCACHE_NAME
#define BCACHE_NAME "bcache"
#endif

#ifdef COUNT_IS_OFF
#define COUNTERS false
#else
#define COUNTERS true
#endif

#ifdef __AVX512F__
#define MACHINE "avx512"
#elif defined(__AVX2__)
#define MACHINE "avx2"
#else
#define MACHINE "baseline"
#endif

enum variant {
	IO_FILL,
	ENCAP,
	IO_FILL_DECAP,
	DECAP,
	HAIRPIN,
	ENCAP_ALONE,	/* the other worker rests */
	ENCAP_TOGETHER, /* the other worker does the same */
	FAT_ALONE,	/* one tunnel, and one worker that opens it */
	FAT_SPREAD,	/* two workers share it */
	VARIANTS,
};

static const char *const names[VARIANTS] = {
	"io_fill",     "encap",		 "io_fill_decap", "decap",	"hairpin",
	"encap_alone", "encap_together", "fat_alone",	  "fat_spread",
};

static const enum source_kind kinds[VARIANTS] = {
	[IO_FILL_DECAP] = SOURCE_TUNNELLED, [DECAP] = SOURCE_TUNNELLED, [HAIRPIN] = SOURCE_HAIRPIN,
	[FAT_ALONE] = SOURCE_FAT,	    [FAT_SPREAD] = SOURCE_FAT,
};

static struct options {
	uint32_t bindings;
	unsigned int rounds;
	uint16_t inner;
	uint16_t workers;
	bool spread;
	int cpu;
	bool zipf;
	bool hugepages;
	bool json;
	enum encap_kind encap;
	enum variant only; /* VARIANTS: all */
} options = {
	.bindings = 65536, .rounds = 15, .inner = 78, .workers = 1, .cpu = -1, .only = VARIANTS};

static struct plane plane;
static struct stream stream;
static struct source sources[PLANE_WORKERS_MAX];
static double samples[VARIANTS][ROUNDS_MAX];
static double load_ms;

static const char usage[] =
	"bench_forward: cycles per packet of a worker's whole path, over net_null\n"
	"  --bindings N     from 1 to 4194304 (65536)\n"
	"  --inner OCTETS   of the inner packet, from 64 to 1460 (78)\n"
	"  --encap KIND     ip6_in_ip6, ip4_in_ip4, minimal, gre or udp (ip6_in_ip6)\n"
	"  --zipf           nodes are asked for by Zipf's law, not all alike\n"
	"  --rounds N       of 640000 packets each, from 1 to 256 (15)\n"
	"  --workers N      1, or 2: also a second worker at the same time (1)\n"
	"  --only VARIANT   io_fill, encap, io_fill_decap, decap or hairpin, for a profile\n"
	"  --spread         two workers: one tunnel, opened by one of them and by both\n"
	"  --cpu N          where the worker runs (the last CPU)\n"
	"  --hugepages      memory in reserved huge pages\n"
	"  --json           every sample, as one JSON object\n";

static unsigned long number(const char *option, const char *text, unsigned long least,
			    unsigned long most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text != '\0' && *end == '\0' && value >= least && value <= most)
		return value;
	fprintf(stderr, "bench_forward: --%s is %s, but must be from %lu to %lu\n", option, text,
		least, most);
	exit(2);
}

static const char *const encaps[ENCAP_KIND_COUNT] = {
#define X(upper, lower, overhead, rfc) [ENCAP_##upper] = #lower,
	ENCAPS(X)
#undef X
};

static enum encap_kind encap_named(const char *text)
{
	for (int kind = 0; kind < ENCAP_KIND_COUNT; kind++)
		if (strcmp(encaps[kind], text) == 0)
			return (enum encap_kind)kind;
	fprintf(stderr, "bench_forward: --encap is %s, which is no encapsulation\n%s", text, usage);
	exit(2);
}

static enum variant variant_named(const char *text)
{
	for (int v = 0; v <= HAIRPIN; v++)
		if (strcmp(names[v], text) == 0)
			return (enum variant)v;
	fprintf(stderr, "bench_forward: --only is %s, which no worker measures alone\n%s", text,
		usage);
	exit(2);
}

static void read_options(int argc, char *argv[])
{
	static const struct option known[] = {
		{"bindings", required_argument, NULL, 'b'},
		{"inner", required_argument, NULL, 'i'},
		{"encap", required_argument, NULL, 'e'},
		{"zipf", no_argument, NULL, 'z'},
		{"rounds", required_argument, NULL, 'r'},
		{"workers", required_argument, NULL, 'w'},
		{"spread", no_argument, NULL, 's'},
		{"only", required_argument, NULL, 'o'},
		{"cpu", required_argument, NULL, 'c'},
		{"hugepages", no_argument, NULL, 'p'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct options *o = &options;
	int option;

	while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		if (option == 'b')
			o->bindings = (uint32_t)number("bindings", optarg, 1, BINDINGS_LIMIT);
		else if (option == 'i')
			o->inner = (uint16_t)number("inner", optarg, INNER_MIN, INNER_LIMIT);
		else if (option == 'e')
			o->encap = encap_named(optarg);
		else if (option == 'z')
			o->zipf = true;
		else if (option == 'r')
			o->rounds = (unsigned int)number("rounds", optarg, 1, ROUNDS_MAX);
		else if (option == 'w')
			o->workers = (uint16_t)number("workers", optarg, 1, PLANE_WORKERS_MAX);
		else if (option == 's')
			o->spread = true;
		else if (option == 'o')
			o->only = variant_named(optarg);
		else if (option == 'c')
			o->cpu = (int)number("cpu", optarg, 0, 1023);
		else if (option == 'p')
			o->hugepages = true;
		else if (option == 'j')
			o->json = true;
		else {
			fputs(usage, option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 2);
		}
	}
	if (o->spread)
		o->workers = 2;
	if (o->spread && o->encap != ENCAP_IP6_IN_IP6) {
		fprintf(stderr, "bench_forward: --spread is for ip6_in_ip6\n");
		exit(2);
	}
	if (optind < argc) {
		fprintf(stderr, "bench_forward: unexpected argument %s\n%s", argv[optind], usage);
		exit(2);
	}
}

/* The first lcore does the measuring; the second one is there for two workers. */
static void start_eal(void)
{
	uint64_t octets = WORKER_OCTETS + options.bindings * UINT64_C(224);
	int last = (int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
	int cpu = options.cpu >= 0 ? options.cpu : last;
	char lcores[32];

	if (options.workers == 1)
		snprintf(lcores, sizeof(lcores), "0@%d", cpu);
	else
		snprintf(lcores, sizeof(lcores), "0@%d,1@%d", cpu, cpu == 0 ? last : cpu - 1);
	test_eal_start_on(lcores, (unsigned int)(octets >> 20), options.hugepages);
}

/* One home agent address, as with IPv6. */
static void make_tunnels(void)
{
	if (options.encap == ENCAP_IP6_IN_IP6)
		return;
	plane.tables.agent4_count = 1;
	for (uint32_t i = 0; i < options.bindings; i++) {
		plane.bindings[i]->tunnel = tunnel4_number(0, options.encap);
		plane.bindings[i]->udp_port = SOURCE4_PORT;
	}
}

static void make_tables(void)
{
	uint64_t begin;

	plane_scatter_homes();
	if (options.encap != ENCAP_IP6_IN_IP6)
		plane_use_ip4(0);
	begin = rte_rdtsc();
	plane_make(&plane, options.bindings, 0);
	make_tunnels();
	load_ms = (double)(rte_rdtsc() - begin) * 1e3 / (double)rte_get_tsc_hz();
	if (!stream_make(&stream, options.bindings, options.zipf)) {
		fprintf(stderr, "bench_forward: not enough memory for the addresses\n");
		exit(2);
	}
}

static void make_workers(void)
{
	for (uint16_t i = 0; i < options.workers; i++) {
		struct source *s = &sources[i];

		s->stream = &stream;
		s->encap = options.encap;
		s->worker = i == 0 ? plane.worker : plane_make_worker(&plane, i, 0);
		source_open(s, i, plane.pool);
		s->worker->rx[0].ethdev = s->ethdev;
		s->worker->rx_count = 1;
		s->worker->tx[0].ethdev = s->ethdev;
	}
	if (options.spread && peers_make(plane.workers, options.workers) != 0) {
		fprintf(stderr, "bench_forward: not enough memory for the rings\n");
		exit(2);
	}
	plane.worker->peer_count = 0; /* until it shares */
}

/* The baseline: the same packets are received, written and sent. */
static void run_io(struct source *s)
{
	struct rte_mbuf *burst[BURST_MAX];

	while (s->left != 0) {
		uint16_t n = rte_eth_rx_burst(s->ethdev, 0, burst, BURST_MAX);

		rte_eth_tx_burst(s->ethdev, 0, burst, n);
	}
}

static double run(enum variant variant)
{
	struct source *s = &sources[0];
	uint64_t begin;

	source_set(s, kinds[variant], options.inner, PACKETS_A_SLICE);
	s->worker->running = true;
	begin = rte_rdtsc();
	if (variant == IO_FILL || variant == IO_FILL_DECAP)
		run_io(s);
	else
		worker_run(s->worker);
	return (double)(rte_rdtsc() - begin) / PACKETS_A_SLICE;
}

static double run_with_other(void)
{
	struct source *other = &sources[1];
	double cycles;

	source_set(other, SOURCE_PLAIN, options.inner, UINT64_MAX);
	other->worker->running = true;
	rte_eal_remote_launch(worker_run, other->worker, 1);
	rte_delay_us_block(1000);
	cycles = run(ENCAP_TOGETHER);
	__atomic_store_n(&other->worker->running, false, __ATOMIC_RELAXED);
	rte_eal_wait_lcore(1);
	return cycles;
}

static uint64_t count_sent(void)
{
	return sources[0].worker->stats.sent + sources[1].worker->stats.sent;
}

/* Wall time of both workers for a packet that was sent: until the second has taken over the last one. It receives nothing by
 * itself. */
static double run_spread(void)
{
	struct worker *first = sources[0].worker;
	struct worker *second = sources[1].worker;
	uint64_t sent = count_sent();
	uint64_t begin;
	uint64_t cycles;

	first->peer_count = 2;
	second->rx_count = 0;
	second->running = true;
	rte_eal_remote_launch(worker_run, second, 1);
	rte_delay_us_block(1000);
	begin = rte_rdtsc();
	run(FAT_SPREAD);
	while (__atomic_load_n(&second->stats.taken_over, __ATOMIC_RELAXED) !=
	       first->stats.handed_over)
		rte_pause();
	cycles = rte_rdtsc() - begin;
	__atomic_store_n(&second->running, false, __ATOMIC_RELAXED);
	rte_eal_wait_lcore(1);
	first->peer_count = 0;
	return (double)cycles / (double)(count_sent() - sent);
}

static double run_variant(enum variant variant)
{
	switch (variant) {
	case ENCAP_TOGETHER:
		return run_with_other();
	case FAT_SPREAD:
		return run_spread();
	default:
		return run(variant);
	}
}

static bool is_wanted(enum variant variant)
{
	bool is_fat = variant == FAT_ALONE || variant == FAT_SPREAD;
	bool for_two = variant == ENCAP_ALONE || variant == ENCAP_TOGETHER;

	if (options.only != VARIANTS)
		return variant == options.only;
	return options.spread ? is_fat : !is_fat && for_two == (options.workers == 2);
}

static void measure(void)
{
	for (int v = 0; v < VARIANTS; v++)
		if (is_wanted((enum variant)v) && v != ENCAP_TOGETHER)
			run_variant((enum variant)v);
	for (unsigned int slice = 0; slice < options.rounds * SLICES; slice++)
		for (int v = 0; v < VARIANTS; v++)
			if (is_wanted((enum variant)v))
				samples[v][slice / SLICES] += run_variant((enum variant)v) / SLICES;
}

/* On the ring between two workers, while the second one had to pause: no figure counts such packets. */
static uint64_t count_lost(void)
{
	return plane.worker->stats.dropped[DROP_PEER_RING_FULL];
}

static uint64_t count_dropped(void)
{
	uint64_t dropped = 0;

	for (uint16_t w = 0; w < plane.worker_count; w++)
		for (int i = 0; i < DROP_REASON_COUNT; i++)
			dropped += plane.workers[w]->stats.dropped[i];
	return dropped - count_lost();
}

static uint64_t count_punted(void)
{
	uint64_t punted = 0;

	for (int i = 0; i < PUNT_CLASS_COUNT; i++)
		punted += plane.worker->stats.punted[i];
	return punted;
}

/* What a daemon with that capacity keeps for one worker to read and write. */
static double octets_per_binding(void)
{
	uint32_t slots = registration_slots_for(options.bindings);
	double octets = (double)bcache_octets(slots) + 2 * (double)node_counters_octets(slots);

	return octets / options.bindings;
}

static void print_json(void)
{
	const char *separator = "";

	printf("{\"bindings\": %" PRIu32
	       ", \"inner\": %u, \"encap\": \"%s\", \"distribution\": \"%s\", "
	       "\"lookup\": \"%s\", \"counters\": %s, \"workers\": %u, \"hugepages\": %s, "
	       "\"machine\": \"%s\", \"tsc_hz\": %" PRIu64 ", \"load_ms\": %.1f, "
	       "\"octets_per_binding\": %.1f, \"dropped\": %" PRIu64 ", \"punted\": %" PRIu64
	       ", \"lost\": %" PRIu64 ", \"samples\": {",
	       options.bindings, options.inner, encaps[options.encap],
	       options.zipf ? "zipf" : "uniform", BCACHE_NAME, COUNTERS ? "true" : "false",
	       options.workers, options.hugepages ? "true" : "false", MACHINE, rte_get_tsc_hz(),
	       load_ms, octets_per_binding(), count_dropped(), count_punted(), count_lost());
	for (int v = 0; v < VARIANTS; v++) {
		if (!is_wanted((enum variant)v))
			continue;
		printf("%s\"%s\": [", separator, names[v]);
		for (unsigned int r = 0; r < options.rounds; r++)
			printf("%s%.2f", r == 0 ? "" : ", ", samples[v][r]);
		printf("]");
		separator = ", ";
	}
	printf("}}\n");
}

static int by_value(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static void print_text(void)
{
	unsigned int rounds = options.rounds;

	printf("%" PRIu32 " bindings in %s, inner packets of %u octets in %s, %s, %s\n",
	       options.bindings, BCACHE_NAME, options.inner, encaps[options.encap],
	       options.zipf ? "Zipf" : "uniform", MACHINE);
	for (int v = 0; v < VARIANTS; v++) {
		if (!is_wanted((enum variant)v))
			continue;
		qsort(samples[v], rounds, sizeof(double), by_value);
		printf("%-14s %7.1f cycles/packet  [%.1f-%.1f]\n", names[v], samples[v][rounds / 2],
		       samples[v][rounds / 10], samples[v][rounds * 9 / 10]);
	}
	printf("loaded in %.1f ms; %.0f octets a binding; %" PRIu64 " dropped, %" PRIu64
	       " punted\n",
	       load_ms, octets_per_binding(), count_dropped(), count_punted());
	if (options.spread)
		printf("%" PRIu64 " lost between the workers\n", count_lost());
}

int main(int argc, char *argv[])
{
	read_options(argc, argv);
	start_eal();
	make_tables();
	make_workers();
	measure();
	if (options.json)
		print_json();
	else
		print_text();
	if (count_dropped() == 0)
		return 0;
	fprintf(stderr, "bench_forward: packets were dropped: the figures do not count\n");
	return 1;
}
