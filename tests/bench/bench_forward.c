/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bench_forward: TSC cycles per packet of the workers' own path, over net_null with a receive
 * callback that writes the packets. Every check of the path is on; nothing is left out. Variants
 * take turns, so that a noisy machine disturbs all alike.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>

#include "support/eal.h"
#include "support/plane.h"

enum {
	STREAM = 1 << 16, /* destinations, walked in order; their choice is random */
	ROUNDS_DEFAULT = 15,
	PACKETS_PER_ROUND = 640000,
	INNER_OCTETS = 78,
};

enum variant { IO_FILL_ENCAP, ENCAP, IO_FILL_DECAP, DECAP, HAIRPIN, VARIANTS };

static const char *const names[VARIANTS] = {"io_fill", "encap", "io_fill_decap", "decap",
					    "hairpin"};

static struct plane plane;
static uint16_t ethdev;
static uint32_t stream[STREAM]; /* node numbers */
static struct ip_addr *homes;	/* STREAM addresses each, read in order */
static struct ip_addr *care_ofs;
static uint32_t at;
static enum variant filling;

static void write_header(struct ip6_hdr_wire *ip, uint16_t payload, uint8_t next,
			 const struct ip_addr *from, const struct ip_addr *to)
{
	ip->version_class_flow_be = RTE_BE32(0x60000000);
	ip->payload_length_be = rte_cpu_to_be_16(payload);
	ip->next_header = next;
	ip->hop_limit = 64;
	memcpy(ip->source, from->bytes, 16);
	memcpy(ip->destination, to->bytes, 16);
}

static struct ip_addr correspondent;
static struct ip_addr home_agent;

static void write_packet(struct rte_mbuf *m, uint32_t i)
{
	static const uint8_t ether[14] = {0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x86, 0xdd};
	uint8_t *start = rte_pktmbuf_mtod(m, uint8_t *);
	struct ip6_hdr_wire *ip = (struct ip6_hdr_wire *)(start + sizeof(ether));
	uint16_t octets = INNER_OCTETS;

	memcpy(start, ether, sizeof(ether));
	if (filling == IO_FILL_ENCAP || filling == ENCAP) {
		write_header(ip, INNER_OCTETS - sizeof(*ip), PROTO_UDP, &correspondent, &homes[i]);
	} else {
		write_header(ip, INNER_OCTETS, PROTO_IPV6, &care_ofs[i], &home_agent);
		write_header(ip + 1, INNER_OCTETS - sizeof(*ip), PROTO_UDP, &homes[i],
			     filling == HAIRPIN ? &homes[(i + 7) % STREAM] : &correspondent);
		octets += sizeof(*ip);
	}
	m->data_len = (uint16_t)(octets + sizeof(ether));
	m->pkt_len = m->data_len;
}

static uint16_t fill(uint16_t port, uint16_t queue, struct rte_mbuf *packets[], uint16_t n,
		     uint16_t max, void *unused)
{
	for (uint16_t i = 0; i < n; i++) {
		write_packet(packets[i], at);
		at = (at + 1) % STREAM;
	}
	return n;
}

static double run(enum variant variant)
{
	bool work = variant == ENCAP || variant == DECAP || variant == HAIRPIN;
	struct rte_mbuf *burst[BURST_MAX];
	uint64_t begin = rte_rdtsc();
	uint32_t done = 0;

	filling = variant;
	while (done < PACKETS_PER_ROUND) {
		uint16_t n = rte_eth_rx_burst(ethdev, 0, burst, BURST_MAX);

		if (work) {
			plane.worker->now_tsc = rte_rdtsc();
			worker_burst(plane.worker, burst, n, 0);
			worker_flush(plane.worker);
		} else {
			rte_eth_tx_burst(ethdev, 0, burst, n);
		}
		done += n;
	}
	return (double)(rte_rdtsc() - begin) / done;
}

static void open_port(void)
{
	struct rte_eth_conf conf = {0};

	if (rte_eal_hotplug_add("vdev", "net_null0", "size=64") != 0 ||
	    rte_eth_dev_get_port_by_name("net_null0", &ethdev) != 0 ||
	    rte_eth_dev_configure(ethdev, 1, 1, &conf) != 0 ||
	    rte_eth_rx_queue_setup(ethdev, 0, 512, SOCKET_ID_ANY, NULL, plane.pool) != 0 ||
	    rte_eth_tx_queue_setup(ethdev, 0, 512, SOCKET_ID_ANY, NULL) != 0 ||
	    rte_eth_dev_start(ethdev) != 0) {
		fprintf(stderr, "net_null could not be started\n");
		exit(2);
	}
	rte_eth_add_rx_callback(ethdev, 0, fill, NULL);
}

static void make_stream(uint32_t bindings)
{
	homes = rte_malloc("homes", STREAM * sizeof(*homes), 64);
	care_ofs = rte_malloc("care_ofs", STREAM * sizeof(*care_ofs), 64);
	srandom(1);
	for (uint32_t i = 0; i < STREAM; i++) {
		stream[i] = (uint32_t)random() % bindings;
		homes[i] = plane_home(stream[i]);
		care_ofs[i] = plane_care_of(stream[i]);
	}
	correspondent = plane_correspondent();
	home_agent = plane_home_agent();
}

static int by_value(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static void print(double samples[VARIANTS][256], unsigned int rounds, uint32_t bindings, bool json)
{
	const struct worker_stats *s = &plane.worker->stats;
	uint64_t dropped = 0;

	for (int i = 0; i < DROP_REASON_COUNT; i++)
		dropped += s->dropped[i];
	if (json)
		printf("{\"bindings\": %" PRIu32 ", \"dropped\": %" PRIu64 ", \"punted\": %" PRIu64,
		       bindings, dropped, s->punted[PUNT_ERROR] + s->punted[PUNT_RESOLVE]);
	for (int v = 0; v < VARIANTS; v++) {
		qsort(samples[v], rounds, sizeof(double), by_value);
		if (json)
			printf(", \"%s\": {\"median\": %.2f, \"p10\": %.2f, \"p90\": %.2f}",
			       names[v], samples[v][rounds / 2], samples[v][rounds / 10],
			       samples[v][rounds * 9 / 10]);
		else
			printf("%-14s %7.1f cycles/packet  [%.1f-%.1f]\n", names[v],
			       samples[v][rounds / 2], samples[v][rounds / 10],
			       samples[v][rounds * 9 / 10]);
	}
	printf("%s", json ? "}\n" : "");
	if (dropped != 0)
		fprintf(stderr, "bench_forward: %" PRIu64 " packets were dropped\n", dropped);
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{"bindings", required_argument, NULL, 'b'},
		{"rounds", required_argument, NULL, 'r'},
		{"json", no_argument, NULL, 'j'},
		{NULL, 0, NULL, 0},
	};
	static double samples[VARIANTS][256];
	unsigned int rounds = ROUNDS_DEFAULT;
	uint32_t bindings = 65536;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "b:r:j", options, NULL)) != -1) {
		if (option == 'b')
			bindings = (uint32_t)strtoul(optarg, NULL, 0);
		else if (option == 'r')
			rounds = (unsigned int)strtoul(optarg, NULL, 0);
		else if (option == 'j')
			json = true;
		else
			return 2;
	}
	if (bindings == 0 || rounds == 0 || rounds > 256) {
		fprintf(stderr, "bench_forward: --bindings from 1, --rounds from 1 to 256\n");
		return 2;
	}
	test_eal_start(192 + bindings / 2048);
	plane_make(&plane, bindings, 0);
	open_port();
	plane.worker->tx[0].ethdev = ethdev;
	make_stream(bindings);
	for (int v = 0; v < VARIANTS; v++)
		run((enum variant)v);
	for (unsigned int r = 0; r < rounds; r++)
		for (int v = 0; v < VARIANTS; v++)
			samples[v][r] = run((enum variant)v);
	print(samples, rounds, bindings, json);
	return 0;
}
