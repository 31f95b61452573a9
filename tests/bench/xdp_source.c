/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xdp_source: sends packets to home addresses into a network interface as fast as the receiver
 * lets it, by a live test run of xdp_source.bpf.c, and says how many in what time. All of it, the
 * receiver too, runs on the CPU that this program is bound to: bind it with taskset.
 *
 * Exit status 0; 2 when it could not start.
 */
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
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

enum { FRAME = XDP_WIRE_ETHERNET + XDP_WIRE_INNER, FRAMES_A_CALL = 1 << 14 };

struct options {
	uint32_t device;
	uint32_t nodes;
	double seconds;
	uint8_t far_mac[6];
};

static void fail(const char *what)
{
	fprintf(stderr, "xdp_source: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int load(const struct options *o)
{
	struct xdp_source_constants constants = {.node_count = o->nodes, .device = o->device};
	struct bpf_object *object = bpf_object__open_file(BPF_OBJECT, NULL);

	if (object == NULL)
		fail(BPF_OBJECT);
	memcpy(constants.far_mac, o->far_mac, sizeof(constants.far_mac));
	if (bpf_map__set_initial_value(bpf_object__find_map_by_name(object, ".rodata"), &constants,
				       sizeof(constants)) != 0)
		fail("constants of " BPF_OBJECT);
	bpf_program__set_autoload(bpf_object__find_program_by_name(object, "drop"), false);
	bpf_program__set_autoload(bpf_object__find_program_by_name(object, "pass"), false);
	if (bpf_object__load(object) != 0)
		fail("the kernel takes no BPF program; run as root");
	return bpf_program__fd(bpf_object__find_program_by_name(object, "source"));
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void send_for(int fd, double seconds)
{
	uint8_t frame[FRAME] = {0};
	double begin = now_s();
	uint64_t frames = 0;

	while (now_s() - begin < seconds) {
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = sizeof(frame),
			    .repeat = FRAMES_A_CALL, .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

		if (bpf_prog_test_run_opts(fd, &run) != 0)
			fail("live test run (Linux 5.18 or later has it)");
		frames += FRAMES_A_CALL;
	}
	printf("{\"frames\": %llu, \"seconds\": %.6f}\n", (unsigned long long)frames,
	       now_s() - begin);
}

static bool read_positive(const char *text, double max, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return *end == '\0' && *out > 0 && *out <= max;
}

static bool read_options(struct options *o, int argc, char *argv[])
{
	static const struct option names[] = {
		{"device", required_argument, NULL, 'd'},
		{"nodes", required_argument, NULL, 'n'},
		{"seconds", required_argument, NULL, 's'},
		{"far-mac", required_argument, NULL, 'm'},
		{"json", no_argument, NULL, 'j'}, /* there is no other output */
		{NULL, 0, NULL, 0},
	};
	bool good = true;
	double nodes = 1024;
	int name;

	while (good && (name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (name == 'd')
			good = (o->device = if_nametoindex(optarg)) != 0;
		else if (name == 'n')
			good = read_positive(optarg, UINT32_MAX, &nodes);
		else if (name == 's')
			good = read_positive(optarg, 3600, &o->seconds);
		else if (name == 'm')
			good = value_mac(optarg, o->far_mac);
		else if (name != 'j')
			good = false;
	}
	o->nodes = (uint32_t)nodes;
	if (good && optind == argc && o->device != 0)
		return true;
	fputs("usage: xdp_source --device INTERFACE [--nodes N] [--seconds S] [--far-mac M] "
	      "[--json]\n",
	      stderr);
	return false;
}

int main(int argc, char *argv[])
{
	struct options options = {.seconds = 1, .nodes = 1024, .far_mac = {2, 0, 0, 0, 0, 1}};

	if (!read_options(&options, argc, argv))
		return 2;
	send_for(load(&options), options.seconds);
	return 0;
}
