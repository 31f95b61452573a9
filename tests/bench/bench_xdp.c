/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bench_xdp: nanoseconds per packet of an XDP encapsulator (xdp_encap.bpf.c), by BPF_PROG_TEST_RUN.
 * No interface and no traffic is needed. Baseline and encapsulation take turns.
 *
 * Exit status 0; 2 when it could not start or the program does not encapsulate as it should.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "bench/xdp_wire.h"
#include "load/values.h"

enum {
	ROUNDS_MAX = 256,
	FRAME = XDP_WIRE_ETHERNET + XDP_WIRE_INNER,
	FRAME_MAX = 2048,
	AT_OUTER_DESTINATION = XDP_WIRE_ETHERNET + 24,
	AT_INNER = XDP_WIRE_ETHERNET + XDP_WIRE_IP6,
	AT_INNER_DESTINATION = AT_INNER + 24,
	HOP_LIMIT = 64,
	IPV6_IN = 41,
};

struct options {
	uint32_t bindings;
	uint32_t rounds;
	uint32_t repeat;
	bool json;
};

static struct bpf_object *object;
static uint8_t frame[FRAME] = {
	[12] = 0x86,
	[13] = 0xdd,
	[XDP_WIRE_ETHERNET] = 0x60,
	[XDP_WIRE_ETHERNET + 5] = XDP_WIRE_INNER - XDP_WIRE_IP6,
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_xdp: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* Root, or CAP_BPF, is all that is needed. */
static void load(uint32_t count)
{
	struct bpf_map *bindings;

	object = bpf_object__open_file(BPF_OBJECT, NULL);
	if (object == NULL)
		fail(BPF_OBJECT);
	bindings = bpf_object__find_map_by_name(object, "bindings");
	bpf_map__set_max_entries(bindings, count);
	if (bpf_map__set_initial_value(bpf_object__find_map_by_name(object, ".rodata"), &count,
				       sizeof(count)) != 0)
		fail("constants of " BPF_OBJECT);
	if (bpf_object__load(object) != 0)
		fail("the kernel takes no BPF program; run as root");
	for (uint32_t i = 0; i < count; i++) {
		struct xdp_wire_address home = xdp_wire_home(i);
		struct xdp_wire_address care_of = xdp_wire_care_of(i);

		if (bpf_map__update_elem(bindings, &home, sizeof(home), &care_of, sizeof(care_of),
					 BPF_ANY) != 0)
			fail("binding");
	}
}

static int program(const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

/* Returns the length of what came out. */
static uint32_t test_run(int fd, uint32_t repeat, uint8_t out[static FRAME_MAX])
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = sizeof(frame),
		    .data_out = out, .data_size_out = FRAME_MAX, .repeat = (int)repeat);

	if (bpf_prog_test_run_opts(fd, &run) != 0)
		fail("BPF_PROG_TEST_RUN");
	if (run.retval != XDP_TX) {
		fprintf(stderr, "bench_xdp: the program said %u, not XDP_TX\n", run.retval);
		exit(2);
	}
	return run.data_size_out;
}

/* Nobody should be compared with a program that does something else. */
static void check_encapsulation(void)
{
	uint8_t out[FRAME_MAX];
	uint32_t length = test_run(program("encap"), 1, out);
	struct xdp_wire_address care_of;
	uint32_t node;

	memcpy(&node, &out[AT_INNER_DESTINATION + 12], sizeof(node));
	care_of = xdp_wire_care_of(be32toh(node));
	if (length == FRAME + XDP_WIRE_IP6 && out[XDP_WIRE_ETHERNET] == 0x60 &&
	    out[XDP_WIRE_ETHERNET + 5] == XDP_WIRE_INNER && out[XDP_WIRE_ETHERNET + 6] == IPV6_IN &&
	    out[AT_INNER + 7] == HOP_LIMIT - 1 &&
	    memcmp(&out[AT_OUTER_DESTINATION], &care_of, sizeof(care_of)) == 0)
		return;
	fputs("bench_xdp: the packet that came out is not the one that went in, tunnelled\n",
	      stderr);
	exit(2);
}

static double time_ns(int fd, uint32_t repeat)
{
	struct timespec begin;
	struct timespec end;
	uint8_t out[FRAME_MAX];

	clock_gettime(CLOCK_MONOTONIC, &begin);
	test_run(fd, repeat, out);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) /
	       repeat;
}

static void print_samples(const char *name, const double samples[], uint32_t rounds, bool json)
{
	printf(json ? "\"%s\": [" : "%-12s", name);
	for (uint32_t i = 0; i < rounds; i++)
		printf("%s%.2f", json && i > 0 ? ", " : json ? "" : " ", samples[i]);
	printf(json ? "]" : "\n");
}

static void measure(const struct options *o)
{
	static double baseline[ROUNDS_MAX];
	static double encap[ROUNDS_MAX];

	for (uint32_t i = 0; i < o->rounds; i++) {
		baseline[i] = time_ns(program("baseline"), o->repeat);
		encap[i] = time_ns(program("encap_undo"), o->repeat);
	}
	if (o->json)
		printf("{\"bindings\": %u, \"inner\": %d, \"samples\": {", o->bindings,
		       XDP_WIRE_INNER);
	print_samples("baseline_ns", baseline, o->rounds, o->json);
	if (o->json)
		printf(", ");
	print_samples("encap_ns", encap, o->rounds, o->json);
	if (o->json)
		puts("}}");
}

static bool read_number(const char *text, uint32_t max, uint32_t *out)
{
	if (value_number(text, max, out) && *out > 0)
		return true;
	fprintf(stderr, "bench_xdp: %s is not a number from 1 to %u\n", text, max);
	return false;
}

static bool read_options(struct options *o, int argc, char *argv[])
{
	static const struct option names[] = {
		{"bindings", required_argument, NULL, 'b'},
		{"rounds", required_argument, NULL, 'r'},
		{"repeat", required_argument, NULL, 'n'},
		{"json", no_argument, NULL, 'j'},
		{NULL, 0, NULL, 0},
	};
	bool good = true;
	int name;

	while (good && (name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (name == 'b')
			good = read_number(optarg, XDP_WIRE_BINDINGS_MAX, &o->bindings);
		else if (name == 'r')
			good = read_number(optarg, ROUNDS_MAX, &o->rounds);
		else if (name == 'n')
			good = read_number(optarg, 100000000, &o->repeat);
		else if (name == 'j')
			o->json = true;
		else
			good = false;
	}
	if (good && optind == argc)
		return true;
	fputs("usage: bench_xdp [--bindings N] [--rounds N] [--repeat PACKETS] [--json]\n", stderr);
	return false;
}

int main(int argc, char *argv[])
{
	struct options options = {.bindings = 65536, .rounds = 15, .repeat = 500000};

	if (!read_options(&options, argc, argv))
		return 2;
	load(options.bindings);
	check_encapsulation();
	measure(&options);
	bpf_object__close(object);
	return 0;
}
