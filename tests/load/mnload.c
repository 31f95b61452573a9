/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mnload: plays many mobile nodes towards a home agent, over one DPDK software port, and checks
 * every packet that comes back.
 *
 * Order      options, link, the phases in turn, silence, probes of removed nodes, the report.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "ha/time.h"
#include "load/link.h"
#include "load/nodes.h"
#include "load/options.h"
#include "load/protocol.h"
#include "load/report.h"
#include "load/traffic.h"
#include "load/updates.h"
#include "load/wrong.h"

enum {
	EXIT_WRONG = 1,
	EXIT_SETUP = 2,
	SHOWN_MAX = 5, /* wrong packets printed in full */
	REST_MIN_NS = 5000,
	REST_MAX_NS = 160000,
	SILENCE_MS = 200,
	SILENCE_WAIT_MAX_MS = 3000,
	PROBES_MAX = 10000,
	LOOK_EVERY = 1024, /* turns of a loop */
};

static struct options options;
static struct results results;
static struct phase_result phases[PHASES_MAX];
static struct phase_result *phase;

static void show(const uint8_t *bytes, uint32_t length, enum wrong wrong)
{
	static const char *const texts[] = {
#define X(upper, lower, text) text,
		WRONGS(X)
#undef X
	};
	static int shown;

	if (shown++ >= SHOWN_MAX)
		return;
	fprintf(stderr, "mnload: wrong packet: %s\n", texts[wrong]);
	for (uint32_t i = 0; i < length && i < 256; i++)
		fprintf(stderr, "%s%02x", i % 32 == 0 ? "  " : "", bytes[i]),
			i % 32 == 31 || i + 1 == length ? fputc('\n', stderr) : 0;
}

static enum wrong take_frame(const uint8_t *frame, uint32_t length, uint64_t now_tsc)
{
	const struct protocol *protocol = options.protocol;
	const uint8_t *packet = frame + LINK_HEADER_OCTETS;
	uint32_t octets;

	if (length < LINK_HEADER_OCTETS || memcmp(&frame[0], options.src_mac, 6) != 0 ||
	    memcmp(&frame[6], options.dst_mac, 6) != 0 ||
	    (frame[12] << 8 | frame[13]) != protocol->ether_type)
		return WRONG_ETHERNET;
	octets = protocol->packet_octets(packet, length - LINK_HEADER_OCTETS);
	return octets == 0 ? WRONG_IP : protocol->take(&options, packet, octets, now_tsc, &results);
}

static unsigned int receive(void)
{
	struct rte_mbuf *frames[LINK_BURST];
	unsigned int count = link_receive(frames);
	uint64_t now_tsc = rte_rdtsc();

	for (unsigned int i = 0; i < count; i++) {
		const uint8_t *bytes = rte_pktmbuf_mtod(frames[i], const uint8_t *);
		uint32_t length = rte_pktmbuf_data_len(frames[i]);
		enum wrong wrong = take_frame(bytes, length, now_tsc);

		if (wrong == WRONG_NOTHING)
			continue;
		results.wrong[wrong]++;
		phase->wrong++;
		show(bytes, length, wrong);
	}
	link_release(frames, count);
	return count;
}

/* Sleeps when there is nothing to do, longer the longer that lasts: the home agent's control thread
 * may share our CPU. */
static void rest(unsigned int work)
{
	static struct timespec moment = {.tv_nsec = REST_MIN_NS};

	if (options.busy)
		return;
	if (work > 0) {
		moment.tv_nsec = REST_MIN_NS;
		return;
	}
	nanosleep(&moment, NULL);
	if (moment.tv_nsec < REST_MAX_NS)
		moment.tv_nsec *= 2;
}

/* False when the other side is dead; looks now and then. */
static bool may_go_on(void)
{
	static unsigned int turn;

	if (++turn % LOOK_EVERY == 0)
		results.peer_lost = link_is_dead();
	return !results.peer_lost;
}

static void run_phase(enum phase_kind kind)
{
	uint64_t begin_tsc = rte_rdtsc();
	uint64_t at_least_tsc = kind == PHASE_TRAFFIC ? tsc_from_ms(options.seconds * 1000ull) : 0;
	uint64_t now_tsc = begin_tsc;

	updates_begin(phase, kind, begin_tsc);
	while (may_go_on() && (!updates_are_done() || now_tsc - begin_tsc < at_least_tsc)) {
		unsigned int work;

		work = updates_poll(now_tsc) + traffic_poll(now_tsc);
		link_flush();
		work += receive();
		rest(work);
		now_tsc = rte_rdtsc();
	}
	if (kind == PHASE_TRAFFIC)
		phase->end_tsc = now_tsc;
}

static unsigned int drain_turn(void)
{
	unsigned int taken;

	link_flush();
	taken = receive();
	rest(taken);
	return taken;
}

/* A removed node's packets must not be tunnelled any more (RFC 6275 §10.3.2, 5944 §3.8.2.2). */
static void probe_removed(const struct node *nodes)
{
	uint32_t probes = 0;

	for (uint32_t i = 0; i < options.count && probes < PROBES_MAX && may_go_on(); i++) {
		if (nodes[i].registered || nodes[i].uncertain || nodes[i].care_of == 0)
			continue;
		while (may_go_on() && !traffic_probe(i)) {
			link_flush();
			receive();
		}
		probes++;
		if (probes % LINK_BURST == 0) {
			link_flush();
			rest(receive());
		}
	}
	if (probes > 0)
		link_drain(drain_turn, SILENCE_MS, SILENCE_WAIT_MAX_MS);
}

static int run(struct node *nodes)
{
	updates_start(&options, nodes);
	if (!traffic_start(&options, nodes, &results.traffic))
		return EXIT_SETUP;
	for (uint8_t i = 0; i < options.phase_count; i++) {
		phase = &phases[i];
		run_phase(options.phases[i]);
	}
	link_drain(drain_turn, SILENCE_MS, SILENCE_WAIT_MAX_MS);
	probe_removed(nodes);
	results.phases = phases;
	results.phase_count = options.phase_count;
	results.port_full = link_full();
	report_print(&options, &results);
	traffic_stop();
	return report_is_good(&results) ? EXIT_SUCCESS : EXIT_WRONG;
}

static int write_mobile_nodes(void)
{
	int rc = nodes_write(&options);

	if (rc == 0)
		return EXIT_SUCCESS;
	fprintf(stderr, "mnload: %s: %s\n", options.write_mobile_nodes, strerror(-rc));
	return EXIT_SETUP;
}

int main(int argc, char **argv)
{
	struct node *nodes;
	int status;

	if (!options_read(&options, argc, argv))
		return EXIT_SETUP;
	if (options.write_mobile_nodes != NULL)
		return write_mobile_nodes();
	nodes = nodes_make(&options);
	if (nodes == NULL || !options.protocol->start()) {
		fputs("mnload: out of memory, or libcrypto without HMAC\n", stderr);
		nodes_free(nodes, options.count);
		return EXIT_SETUP;
	}
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); /* short sleeps stay short */
	status = EXIT_SETUP;
	if (link_start(&options)) {
		status = run(nodes);
		link_stop();
	}
	options.protocol->stop();
	nodes_free(nodes, options.count);
	return status;
}
