/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bench_signalling: registrations per second through the whole path of the home agent, in one
 * process: a worker punts Binding Updates, the control thread authenticates, decides, publishes and
 * answers, the worker sends the acknowledgement. Against the limit that the same run's authenticator
 * and table timings allow; and what registrations do to forwarding. With --floods instead: what
 * floods of messages that anybody can send do to the time a registration takes.
 *
 * Shape      both planes as homewardd starts them, one worker on a net_null port; callbacks on the
 *            port write what comes in and look at what goes out (signalling_source). Measures take
 *            turns, so that a noisy machine disturbs all alike.
 */
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>

#include "agent.h"
#include "bench/signalling_costs.h"
#include "bench/signalling_source.h"
#include "bench/signalling_updates.h"
#include "config/config_load.h"
#include "counters.h"
#include "loop.h"

enum {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	ROUNDS_DEFAULT = 9,
	ROUNDS_MAX = 256,
	DATA_SLICES = 5, /* of forwarding, in a round */
	SAMPLES_MAX = ROUNDS_MAX * DATA_SLICES,
	UPDATES = 65536, /* in a round */
	UPDATE_SLICES =
		8, /* of them: what else the machine does comes and goes, and is to meet all that is compared */
	WINDOW = 512, /* updates on their way; a paced run may fall behind by WINDOW_PACED */
	WINDOW_PACED = 4096,
	RATE_PER_S = 100000,	  /* of registrations while data is forwarded */
	DATA_MS = 60,		  /* a slice: what else the machine does comes and goes */
	FLOOD_RATE_PER_S = 50000, /* of registrations beside a flood */
	FLOOD_MS = 60,		  /* short: most rounds are free of what else the machine does */
	WINDOW_FLOOD = 512,
	PATIENCE_S = 10,
};

#define DEVICE "net_null0"

enum measure {
	HMAC_CYCLES,
	TABLE_CYCLES,
	UPDATE_CYCLES,
	UPDATES_PER_S,
	LIMIT_PER_S,
	WITHOUT_PPS,
	WITH_PPS,
	WITH_UPDATES_PER_S,
	ALONE_P99_US,
	BESIDE_DATA_P99_US,
	BESIDE_DISCOVERY_P99_US,
	BESIDE_SOLICITATIONS_P99_US,
	MEASURES,
};

static const char *const names[MEASURES] = {
	"hmac_cycles",
	"table_cycles",
	"update_cycles",
	"updates_per_s",
	"limit_per_s",
	"without_pps",
	"with_pps",
	"updates_per_s",
	"alone_p99_us",
	"beside_data_p99_us",
	"beside_discovery_p99_us",
	"beside_solicitations_p99_us",
};

static struct config config;
static struct mobile_nodes *mobile_nodes;
static struct options load = {.count = 65536}; /* the nodes, as mnload has them */
static unsigned int rounds = ROUNDS_DEFAULT;
static bool hugepages;
static bool json;
static bool floods;

static double samples[MEASURES][SAMPLES_MAX];
static struct histogram latency;       /* with updates as fast as acknowledged */
static struct histogram paced_latency; /* at RATE_PER_S, beside data at full speed */
static int64_t lost;
static uint64_t to_old_address;

/* Setting up */

static void print_problem(void *unused, const struct fault *problem)
{
	(void)unused;
	fprintf(stderr, "bench_signalling: %s: %s\n", problem->where, problem->text);
}

static bool write_config(const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return false;
	fprintf(file,
		"{\"version\": 1,"
		" \"ports\": [{\"name\": \"bench\", \"kind\": \"vdev\","
		"  \"device\": \"" DEVICE ",size=64\", \"mtu\": 1500,"
		"  \"routes\": [{\"prefix\": \"::/0\", \"next_hop_mac\": \"02:00:00:00:00:02\"}]}],"
		" \"workers\": {\"count\": 1},"
		" \"memory\": {\"hugepages\": %s},"
		" \"home_agent\": {\"prefixes\": [{\"prefix\": \"2001:db8:1::/64\","
		"  \"address\": \"2001:db8:ff::1\", \"home_link\": \"virtual\"}]},"
		" \"bindings\": {\"capacity\": %" PRIu32 "},"
		" \"mobile_nodes\": {\"file\": \"nodes\"},"
		" \"limits\": {"
		"  \"signalling_known\": {\"rate_per_s\": 10000000, \"burst\": 100000},"
		"  \"signalling_new\": {\"rate_per_s\": 10000000, \"burst\": 100000}}}\n",
		hugepages ? "true" : "false", load.count);
	return fclose(file) == 0;
}

static void choose_addresses(void)
{
	static const uint8_t mac[] = {0x02, 0, 0, 0, 0, 0x02};

	ip_addr_parse("2001:db8:1::", &load.home_prefix.addr);
	ip_addr_parse("2001:db8:c::", &load.care_of_prefix.addr);
	ip_addr_parse("2001:db8:ff::1", &load.home_agent);
	ip_addr_parse("2001:db8:cc::1", &load.correspondent);
	memcpy(load.src_mac, mac, sizeof(mac));
}

/* The configuration and the nodes go through files, as they do for the daemon. */
static bool load_files(void)
{
	char directory[] = "/tmp/homeward-bench.XXXXXX";
	char config_path[sizeof(directory) + 8];
	char nodes_path[sizeof(directory) + 8];
	struct fault fault = {0};

	if (mkdtemp(directory) == NULL) {
		perror("bench_signalling: /tmp");
		return false;
	}
	snprintf(config_path, sizeof(config_path), "%s/config", directory);
	snprintf(nodes_path, sizeof(nodes_path), "%s/nodes", directory);
	load.write_mobile_nodes = nodes_path;
	if (write_config(config_path) && nodes_write(&load) == 0 &&
	    config_load(config_path, &config, print_problem, NULL) == 0) {
		mobile_nodes = mobile_nodes_load(config.mobile_nodes_path, &fault);
		if (mobile_nodes == NULL)
			print_problem(NULL, &fault);
	} else {
		fprintf(stderr, "bench_signalling: files in %s could not be made\n", directory);
	}
	unlink(config_path);
	unlink(nodes_path);
	rmdir(directory);
	return mobile_nodes != NULL;
}

static bool start(void)
{
	struct fault fault = {0};
	struct port_info info;
	uint16_t ethdev;

	choose_addresses();
	if (!load_files())
		return false;
	if (agent_open(&config, mobile_nodes, NULL, &fault) != 0) {
		print_problem(NULL, &fault);
		return false;
	}
	dataplane_port_info(0, &info);
	if (rte_eth_dev_get_port_by_name(DEVICE, &ethdev) != 0 || !updates_start(&load, UPDATES) ||
	    !source_start(&load, ethdev, info.mac)) {
		fprintf(stderr, "bench_signalling: no memory for the source of packets\n");
		return false;
	}
	if (agent_start_workers(&fault) != 0) {
		print_problem(NULL, &fault);
		return false;
	}
	return true;
}

static void stop(void)
{
	agent_stop_workers();
	agent_close();
	updates_stop();
	source_stop();
	mobile_nodes_free(mobile_nodes);
}

/* Measuring */

static void complain(const struct source_result *r, uint32_t wanted)
{
	struct worker_stats stats;

	dataplane_worker_stats(0, &stats);
	fprintf(stderr,
		"bench_signalling: of %" PRIu32 " updates %" PRIu32 " were sent, %" PRIu32
		" acknowledged, %" PRIu32 " wrongly; dropped at the budget %" PRIu64
		", at the ring %" PRIu64 "\n",
		wanted, r->sent, r->acked, r->wrong, stats.dropped[DROP_PUNT_LIMIT],
		stats.dropped[DROP_PUNT_RING_FULL]);
}

/* A machine that is busy with other things makes it slow, not wrong: only when nothing at all came in
 * all the time is it given up. The worker's counter is left alone until then. */
static bool goes_on(uint64_t now_tsc, uint64_t *deadline_tsc, uint64_t patience_tsc,
		    uint32_t *acked)
{
	uint32_t before = *acked;

	if (now_tsc < *deadline_tsc)
		return true;
	*deadline_tsc = now_tsc + patience_tsc;
	*acked = __atomic_load_n(&source_result()->acked, __ATOMIC_RELAXED);
	return *acked != before;
}

/* Runs the control thread's own loop until the source is through. busy_tsc, unless NULL: how long
 * the loop had work. NULL when an update was not acknowledged as it must be. */
static const struct source_result *run(const struct source_plan *plan, uint64_t *busy_tsc)
{
	const uint64_t patience_tsc = plan->data_tsc + PATIENCE_S * rte_get_tsc_hz();
	const struct source_result *r = source_result();
	uint64_t now_tsc = rte_rdtsc();
	uint64_t deadline_tsc = now_tsc + patience_tsc;
	uint32_t acked = 0;

	source_begin(plan);
	while (source_is_running() && goes_on(now_tsc, &deadline_tsc, patience_tsc, &acked)) {
		uint64_t before_tsc = now_tsc;
		bool worked = loop_turn() != 0;

		now_tsc = rte_rdtsc();
		if (worked && busy_tsc != NULL)
			*busy_tsc += now_tsc - before_tsc;
	}
	if (!source_is_running() && r->acked == plan->update_count)
		return r;
	complain(r, plan->update_count);
	return NULL;
}

static void merge(struct histogram *into, const struct histogram *from)
{
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
	into->total += from->total;
	into->max = RTE_MAX(into->max, from->max);
}

static double per_s(uint64_t count, uint64_t tsc)
{
	return tsc != 0 ? (double)count * (double)rte_get_tsc_hz() / (double)tsc : 0;
}

static bool register_all(void)
{
	struct source_plan plan = {.window = RTE_MIN(load.count, WINDOW)};

	for (uint32_t done = 0; done < load.count; done += plan.update_count) {
		plan.update_count = RTE_MIN(load.count - done, UPDATES);
		plan.updates = updates_prepare(plan.update_count, true);
		if (plan.updates == NULL || run(&plan, NULL) == NULL)
			return false;
	}
	return true;
}

struct refreshing {
	double hmac;
	double table;
	uint64_t busy_tsc;
	uint64_t took_tsc;
};

/* Refreshes, as fast as they are acknowledged, and right before what they cannot do without. */
static bool refresh_some(struct refreshing *sum)
{
	struct source_plan plan = {
		.updates = updates_prepare(UPDATES / UPDATE_SLICES, false),
		.update_count = UPDATES / UPDATE_SLICES,
		.window = RTE_MIN(load.count, WINDOW),
	};
	double hmac = plan.updates != NULL ? costs_hmac(plan.updates, load.count) : 0;
	const struct source_result *r;

	sum->hmac += hmac;
	sum->table += costs_table(&load);
	r = hmac != 0 ? run(&plan, &sum->busy_tsc) : NULL;
	if (r == NULL)
		return false;
	sum->took_tsc += r->acked_tsc - r->window_tsc;
	merge(&latency, &r->latency);
	return true;
}

static bool measure_updates(unsigned int round)
{
	const uint32_t after_window = UPDATES - UPDATE_SLICES * RTE_MIN(load.count, WINDOW);
	struct refreshing sum = {0};

	for (int i = 0; i < UPDATE_SLICES; i++)
		if (!refresh_some(&sum))
			return false;
	samples[HMAC_CYCLES][round] = sum.hmac / UPDATE_SLICES;
	samples[TABLE_CYCLES][round] = sum.table / UPDATE_SLICES;
	samples[LIMIT_PER_S][round] =
		UPDATE_SLICES * (double)rte_get_tsc_hz() / (2 * sum.hmac + sum.table);
	samples[UPDATE_CYCLES][round] = (double)sum.busy_tsc / UPDATES;
	samples[UPDATES_PER_S][round] = per_s(after_window, sum.took_tsc);
	return true;
}

static uint64_t drops(void)
{
	struct worker_stats stats;
	uint64_t sum = 0;

	dataplane_worker_stats(0, &stats);
	for (int i = 0; i < DROP_REASON_COUNT; i++)
		sum += stats.dropped[i];
	return sum;
}

/* Data packets to random nodes at full speed; with moves, beside RATE_PER_S of them. The worker shares its
 * CPU with the source: what that takes for the moves is no time of the worker's. */
static const struct source_result *forward(struct source_plan *plan, double *pps)
{
	uint64_t drops_before = drops();
	const struct source_result *r;

	plan->data_tsc = rte_get_tsc_hz() * DATA_MS / 1000;
	r = run(plan, NULL);
	if (r == NULL)
		return NULL;
	*pps = per_s(r->data_out, r->data_end_tsc - r->begin_tsc - r->source_tsc);
	lost += (int64_t)(r->data_in - r->data_out - (drops() - drops_before));
	to_old_address += r->to_old_address;
	return r;
}

static bool measure_with(unsigned int slice)
{
	struct source_plan with = {
		.update_count = RATE_PER_S / 1000 * DATA_MS,
		.rate_per_s = RATE_PER_S,
		.window = RTE_MIN(load.count, WINDOW_PACED),
	};
	const struct source_result *r;

	with.updates = updates_prepare(with.update_count, true);
	r = with.updates != NULL ? forward(&with, &samples[WITH_PPS][slice]) : NULL;
	if (r == NULL)
		return false;
	samples[WITH_UPDATES_PER_S][slice] = per_s(r->acked, r->acked_tsc - r->begin_tsc);
	merge(&paced_latency, &r->latency);
	return true;
}

/* Each slice with registrations stands between two without, of which the mean counts. */
static bool measure_forwarding(unsigned int round)
{
	struct source_plan without = {0};
	double before;
	double after;

	if (forward(&without, &before) == NULL)
		return false;
	for (unsigned int i = 0; i < DATA_SLICES; i++) {
		unsigned int slice = round * DATA_SLICES + i;

		if (!measure_with(slice) || forward(&without, &after) == NULL)
			return false;
		samples[WITHOUT_PPS][slice] = (before + after) / 2;
		before = after;
	}
	return true;
}

static double quantile_us(const struct histogram *h, double share)
{
	return (double)histogram_quantile(h, share) * 1e6 / (double)rte_get_tsc_hz();
}

/* Paced refreshes, beside what the plan says. */
static const struct source_result *refresh(struct source_plan *plan, enum measure p99_us,
					   unsigned int round)
{
	const struct source_result *r;

	plan->update_count = FLOOD_RATE_PER_S / 1000 * FLOOD_MS;
	plan->rate_per_s = FLOOD_RATE_PER_S;
	plan->window = RTE_MIN(load.count, WINDOW_FLOOD);
	plan->updates = updates_prepare(plan->update_count, false);
	r = plan->updates != NULL ? run(plan, NULL) : NULL;
	if (r != NULL)
		samples[p99_us][round] = quantile_us(&r->latency, 0.99);
	return r;
}

/* Of the packets of a flood: each is over its budget, or goes to the control thread. */
static uint64_t flood_seen(void)
{
	struct worker_stats stats;

	dataplane_worker_stats(0, &stats);
	return stats.dropped[DROP_PUNT_LIMIT] + stats.dropped[DROP_PUNT_RING_FULL] +
	       stats.punted[PUNT_LOCAL];
}

static bool measure_flood(enum flood_kind kind, enum measure p99_us, unsigned int round)
{
	struct source_plan plan = {
		.data_tsc = rte_get_tsc_hz() * FLOOD_MS / 1000,
		.flood = flood_prepare(&load, kind),
	};
	uint64_t before = flood_seen();
	const struct source_result *r = refresh(&plan, p99_us, round);

	if (r == NULL)
		return false;
	lost += (int64_t)(r->flood_in - (flood_seen() - before));
	if (r->flood_answers == 0)
		fprintf(stderr, "bench_signalling: nothing of a flood was answered\n");
	return r->flood_answers != 0;
}

static bool measure_floods(unsigned int round)
{
	struct source_plan alone = {0};
	struct source_plan data = {.data_tsc = rte_get_tsc_hz() * FLOOD_MS / 1000};

	return refresh(&alone, ALONE_P99_US, round) != NULL &&
	       measure_flood(FLOOD_DISCOVERY, BESIDE_DISCOVERY_P99_US, round) &&
	       refresh(&data, BESIDE_DATA_P99_US, round) != NULL &&
	       measure_flood(FLOOD_SOLICITATIONS, BESIDE_SOLICITATIONS_P99_US, round);
}

static bool measure_all(unsigned int round)
{
	if (floods)
		return measure_floods(round);
	return measure_updates(round) && measure_forwarding(round);
}

static bool measure(void)
{
	if (!register_all() || !measure_all(0))
		return false;
	memset(&latency, 0, sizeof(latency));
	memset(&paced_latency, 0, sizeof(paced_latency));
	for (unsigned int round = 0; round < rounds; round++)
		if (!measure_all(round))
			return false;
	return true;
}

/* Printing */

static unsigned int count_of(enum measure m)
{
	bool is_forwarding = m >= WITHOUT_PPS && m <= WITH_UPDATES_PER_S;

	return is_forwarding ? rounds * DATA_SLICES : rounds;
}

static void print_samples(enum measure from, enum measure to)
{
	for (enum measure m = from; m <= to; m++) {
		printf("%s\"%s\": [", m != from ? ", " : "", names[m]);
		for (unsigned int i = 0; i < count_of(m); i++)
			printf("%s%.1f", i != 0 ? ", " : "", samples[m][i]);
		printf("]");
	}
}

static void print_latency(const struct histogram *h)
{
	printf("\"latency_us\": {\"p50\": %.1f, \"p99\": %.1f, \"p999\": %.1f}",
	       quantile_us(h, 0.5), quantile_us(h, 0.99), quantile_us(h, 0.999));
}

static void print_json(void)
{
	printf("{\"nodes\": %" PRIu32 ", \"window\": %u, \"hugepages\": %s, \"tsc_hz\": %" PRIu64
	       ", \"samples\": {",
	       load.count, RTE_MIN(load.count, WINDOW), hugepages ? "true" : "false",
	       rte_get_tsc_hz());
	print_samples(HMAC_CYCLES, LIMIT_PER_S);
	printf("}, ");
	print_latency(&latency);
	printf(", \"forwarding\": {");
	print_samples(WITHOUT_PPS, WITH_UPDATES_PER_S);
	printf(", ");
	print_latency(&paced_latency);
	printf(", \"lost\": %" PRId64 ", \"to_old_address\": %" PRIu64 "}}\n", lost,
	       to_old_address);
}

static void print_floods_json(void)
{
	printf("{\"nodes\": %" PRIu32 ", \"updates_per_s\": %u, \"samples\": {", load.count,
	       FLOOD_RATE_PER_S);
	print_samples(ALONE_P99_US, BESIDE_SOLICITATIONS_P99_US);
	printf("}, \"lost\": %" PRId64 "}\n", lost);
}

static int by_value(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static double median_of(const double from[], unsigned int count)
{
	double sorted[SAMPLES_MAX];

	memcpy(sorted, from, count * sizeof(sorted[0]));
	qsort(sorted, count, sizeof(sorted[0]), by_value);
	return sorted[count / 2];
}

static double median(enum measure m)
{
	return median_of(samples[m], count_of(m));
}

/* Of the ratios within each round. */
static double median_ratio(enum measure of, enum measure to)
{
	double ratios[SAMPLES_MAX];

	for (unsigned int i = 0; i < count_of(of); i++)
		ratios[i] = samples[of][i] / samples[to][i];
	return median_of(ratios, count_of(of));
}

static void print_text(void)
{
	printf("%" PRIu32 " mobile nodes, medians of %u rounds\n", load.count, rounds);
	printf("authenticator        %9.0f cycles\n", median(HMAC_CYCLES));
	printf("table                %9.0f cycles\n", median(TABLE_CYCLES));
	printf("whole update         %9.0f cycles of the control thread\n", median(UPDATE_CYCLES));
	printf("registrations        %9.0f a second, %.2f of the limit of %.0f\n",
	       median(UPDATES_PER_S), median_ratio(UPDATES_PER_S, LIMIT_PER_S),
	       median(LIMIT_PER_S));
	printf("update to answer     p50 %.0f, p99 %.0f, p99.9 %.0f us with %u on their way\n",
	       quantile_us(&latency, 0.5), quantile_us(&latency, 0.99),
	       quantile_us(&latency, 0.999), RTE_MIN(load.count, WINDOW));
	printf("forwarding           %9.0f packets a second\n", median(WITHOUT_PPS));
	printf("  beside updates     %9.0f, %.3f of that; %.0f updates a second\n",
	       median(WITH_PPS), median_ratio(WITH_PPS, WITHOUT_PPS), median(WITH_UPDATES_PER_S));
	printf("  update to answer   p50 %.0f, p99 %.0f, p99.9 %.0f us\n",
	       quantile_us(&paced_latency, 0.5), quantile_us(&paced_latency, 0.99),
	       quantile_us(&paced_latency, 0.999));
	printf("  lost %" PRId64 ", to an old address after its acknowledgement %" PRIu64 "\n",
	       lost, to_old_address);
}

static void print_floods_text(void)
{
	static const char *const beside[] = {
		[ALONE_P99_US] = "alone",
		[BESIDE_DATA_P99_US] = "beside data",
		[BESIDE_DISCOVERY_P99_US] = "beside home agent discovery",
		[BESIDE_SOLICITATIONS_P99_US] = "beside mobile prefix solicitations",
	};

	printf("%" PRIu32 " mobile nodes, %u updates a second, medians of %u rounds\n", load.count,
	       FLOOD_RATE_PER_S, rounds);
	for (enum measure m = ALONE_P99_US; m <= BESIDE_SOLICITATIONS_P99_US; m++)
		printf("update to answer, p99  %7.1f us, %.3f of beside data: %s\n", median(m),
		       median_ratio(m, BESIDE_DATA_P99_US), beside[m]);
	printf("uncounted packets %" PRId64 "\n", lost);
}

static void print_results(void)
{
	if (json && floods)
		print_floods_json();
	else if (json)
		print_json();
	else if (floods)
		print_floods_text();
	else
		print_text();
}

/* Options */

static int usage(FILE *out, int status)
{
	fprintf(out,
		"usage: bench_signalling [--nodes N] [--rounds R] [--floods] [--hugepages] "
		"[--json]\n"
		"  --nodes N     registered mobile nodes, 1 to %d (65536)\n"
		"  --rounds R    1 to %d (%d)\n"
		"  --floods      latency beside floods of discovery, nothing else\n"
		"  --hugepages   memory of both planes in hugepages\n"
		"  --json        raw samples of each round on one line\n"
		"Needs two CPUs: one for the control thread, one for the worker.\n",
		COUNT_MAX, ROUNDS_MAX, ROUNDS_DEFAULT);
	return status;
}

static bool read_number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	*out = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && *out >= 1 && *out <= max;
}

/* -1: go on; else the exit status. */
static int read_options(int argc, char *argv[])
{
	static const struct option options[] = {
		{"nodes", required_argument, NULL, 'n'},
		{"rounds", required_argument, NULL, 'r'},
		{"floods", no_argument, NULL, 'f'},
		{"hugepages", no_argument, NULL, 'H'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	unsigned long number;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			if (!read_number(optarg, COUNT_MAX, &number))
				return usage(stderr, EXIT_USAGE);
			load.count = (uint32_t)number;
			break;
		case 'r':
			if (!read_number(optarg, ROUNDS_MAX, &number))
				return usage(stderr, EXIT_USAGE);
			rounds = (unsigned int)number;
			break;
		case 'f':
			floods = true;
			break;
		case 'H':
			hugepages = true;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			return usage(stdout, EXIT_SUCCESS);
		default:
			return usage(stderr, EXIT_USAGE);
		}
	}
	return optind == argc ? -1 : usage(stderr, EXIT_USAGE);
}

static bool has_two_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) >= 2)
		return true;
	fprintf(stderr, "bench_signalling: one CPU is available to this process; it needs two\n");
	return false;
}

int main(int argc, char *argv[])
{
	int status = read_options(argc, argv);
	bool good;

	if (status >= 0)
		return status;
	if (!has_two_cpus() || !start())
		return EXIT_FAILED;
	good = measure();
	if (good)
		print_results();
	stop();
	return good && lost == 0 && to_old_address == 0 ? EXIT_SUCCESS : EXIT_FAILED;
}
