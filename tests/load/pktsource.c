/* SPDX-License-Identifier: BSD-3-Clause
 *
 * pktsource: a source of data packets for a home agent, or for testpmd, in another process.
 *
 * Order      options, link, registration when asked for, warm-up, the measured time, what is still
 *            on its way, the report.
 * Rates      counted over the measured time; losses over everything, from the first packet sent to
 *            silence at the end. A full port holds the source back, so what is lost was lost by
 *            the other side.
 * Latency    from writing the packet, just before the send call, to the return of the receive call
 *            that brought it. With two CPUs the home agent's worker has one and shares it with
 *            nobody, and the source shares the other with the home agent's control thread. While
 *            the source is off its CPU it cannot see what has arrived, and its own absence would
 *            be taken for latency. So the clock is read twice a turn, two readings farther
 *            apart than --gap-us are a gap, and a packet that was under way in a gap is
 *            left out and counted. That could hide packets that were late anyway; therefore the
 *            time that each of them had been under way when the (last) gap began, during which the
 *            source did look and the packet had not come, is reported as waited.
 * Threads    one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "ha/time.h"
#include "ha/wire/ip6.h"
#include "load/frames.h"
#include "load/histogram.h"
#include "load/link.h"
#include "load/message.h"
#include "load/nodes.h"
#include "load/source_options.h"
#include "load/updates.h"

enum {
	EXIT_WRONG = 1,
	EXIT_SETUP = 2,
	SILENCE_MS = 50,
	SILENCE_WAIT_MAX_MS = 2000,
	LOOK_EVERY = 4096, /* turns of a loop */
};

struct counts {
	uint64_t sent;
	uint64_t received;
	uint64_t tsc;
};

static struct source_options options;
static struct phase_result registration;
static uint64_t sent[FRAME_KINDS];
static uint64_t received[FRAME_KINDS];
static uint64_t wrong;
static uint64_t port_full;
static bool peer_lost;

static struct rte_mbuf *held[LINK_BURST]; /* made, and not yet taken by the port */
static unsigned int held_count;
static unsigned int held_at;
static enum frame_kind held_kind;

static bool samples_latency; /* within the measured time of that mode */
static struct histogram latency;
static struct histogram waited;
static uint64_t last_look_tsc;
static uint64_t gap_tsc; /* longer than this is a gap */
static uint64_t gap_begin_tsc;
static uint64_t gap_end_tsc;
static uint64_t gaps;
static uint64_t off_cpu_tsc;

static struct counts begin;
static struct counts end;

/* Reads the clock, and notices a gap. */
static uint64_t look(void)
{
	uint64_t now_tsc = rte_rdtsc();

	if (now_tsc - last_look_tsc > gap_tsc) {
		gap_begin_tsc = last_look_tsc;
		gap_end_tsc = now_tsc;
		if (samples_latency) {
			gaps++;
			off_cpu_tsc += now_tsc - last_look_tsc;
		}
	}
	last_look_tsc = now_tsc;
	return now_tsc;
}

static void take_sample(uint64_t sent_tsc, uint64_t now_tsc)
{
	if (sent_tsc < begin.tsc)
		return; /* of the warm-up */
	if (sent_tsc >= gap_end_tsc)
		histogram_add(&latency, now_tsc - sent_tsc);
	else
		histogram_add(&waited, sent_tsc < gap_begin_tsc ? gap_begin_tsc - sent_tsc : 0);
}

static unsigned int receive(void)
{
	struct rte_mbuf *frames[LINK_BURST];
	unsigned int count = link_receive(frames);
	uint64_t now_tsc = look();

	for (unsigned int i = 0; i < count; i++) {
		enum frame_kind kind;
		uint64_t sent_tsc;

		if (!frames_check(frames[i], &kind, &sent_tsc)) {
			wrong++;
			continue;
		}
		received[kind]++;
		if (samples_latency)
			take_sample(sent_tsc, now_tsc);
	}
	link_release(frames, count);
	return count;
}

static void send_held(void)
{
	uint16_t wanted = (uint16_t)(held_count - held_at);
	uint16_t count = rte_eth_tx_burst(0, 0, &held[held_at], wanted);

	sent[held_kind] += count;
	held_at += count;
	port_full += count < wanted;
	if (held_at == held_count)
		held_at = held_count = 0;
}

/* How many frames the rate asks for now. What was missed in a gap is not made up for: that would be
 * a burst at a rate that nobody asked for. */
static unsigned int due(uint64_t now_tsc)
{
	static uint64_t since_tsc;
	static uint64_t paced;
	uint64_t total;

	if (options.rate_pps == 0)
		return LINK_BURST;
	if (since_tsc == 0 || since_tsc < gap_end_tsc) {
		since_tsc = now_tsc;
		paced = 0;
	}
	total = (uint64_t)((double)(now_tsc - since_tsc) / (double)rte_get_tsc_hz() *
			   options.rate_pps);
	if (total - paced > LINK_BURST)
		paced = total - LINK_BURST;
	total -= paced;
	paced += total;
	return (unsigned int)total;
}

static void send_due(uint64_t now_tsc)
{
	unsigned int count;

	if (held_count == 0) {
		count = due(now_tsc);
		if (options.frames == FRAMES_BOTH)
			held_kind = held_kind == FRAME_ENCAP ? FRAME_DECAP : FRAME_ENCAP;
		if (count == 0 || !frames_make(held_kind, held, count, now_tsc))
			return;
		held_count = count;
	}
	send_held();
}

/* False when the other side is dead; looks now and then. */
static bool may_go_on(void)
{
	static unsigned int turn;

	if (++turn % LOOK_EVERY == 0)
		peer_lost |= link_is_dead();
	return !peer_lost;
}

static uint64_t total(const uint64_t counts[FRAME_KINDS])
{
	return counts[FRAME_ENCAP] + counts[FRAME_DECAP];
}

static struct counts count_now(void)
{
	return (struct counts){total(sent), total(received), rte_rdtsc()};
}

static void exchange_for(uint64_t tsc)
{
	uint64_t begin_tsc = look();
	uint64_t now_tsc = begin_tsc;

	while (now_tsc - begin_tsc < tsc && may_go_on()) {
		send_due(now_tsc);
		receive();
		now_tsc = look();
	}
}

static unsigned int drain_turn(void)
{
	if (held_count > 0)
		send_held();
	return receive();
}

static void measure(void)
{
	exchange_for(tsc_from_ms(options.warm_up_ms));
	begin = count_now();
	samples_latency = options.mode == MODE_LATENCY;
	exchange_for(tsc_from_ms(options.seconds_ms));
	end = count_now();
	link_drain(drain_turn, SILENCE_MS, SILENCE_WAIT_MAX_MS);
}

static void take_answers(void)
{
	struct rte_mbuf *frames[LINK_BURST];
	unsigned int count = link_receive(frames);
	uint64_t now_tsc = rte_rdtsc();

	for (unsigned int i = 0; i < count; i++) {
		const uint8_t *packet =
			rte_pktmbuf_mtod_offset(frames[i], const uint8_t *, LINK_HEADER_OCTETS);
		uint32_t length = rte_pktmbuf_data_len(frames[i]);
		const struct ip6_hdr_wire *ip = (const void *)packet;
		uint32_t octets = 0;

		if (length >= LINK_HEADER_OCTETS + sizeof(*ip))
			octets = (uint32_t)sizeof(*ip) + rte_be_to_cpu_16(ip->payload_length_be);
		if (octets == 0 || octets > length - LINK_HEADER_OCTETS ||
		    updates_receive(packet, octets, now_tsc) != WRONG_NOTHING)
			wrong++;
	}
	link_release(frames, count);
}

/* As mnload's phase register. False after a complaint on stderr. */
static bool register_nodes(void)
{
	struct node *nodes = nodes_make(&options.load);
	bool good = nodes != NULL && message_start();

	if (good) {
		updates_start(&options.load, nodes);
		updates_begin(&registration, PHASE_REGISTER, rte_rdtsc());
		while (!updates_are_done() && may_go_on()) {
			updates_poll(rte_rdtsc());
			link_flush();
			take_answers();
		}
		message_stop();
	}
	nodes_free(nodes, options.load.count);
	if (!good)
		fputs("pktsource: out of memory, or libcrypto without HMAC-SHA1\n", stderr);
	return good;
}

static double us(uint64_t tsc)
{
	return (double)tsc / (double)rte_get_tsc_hz() * 1e6;
}

static double per_second(uint64_t first, uint64_t last)
{
	double seconds = (double)(end.tsc - begin.tsc) / (double)rte_get_tsc_hz();

	return seconds > 0 ? (double)(last - first) / seconds : 0;
}

static uint64_t lost(void)
{
	return total(sent) > total(received) ? total(sent) - total(received) : 0;
}

static bool is_good(void)
{
	uint32_t expected = options.registers ? options.load.count : 0;

	return wrong == 0 && !peer_lost && registration.acknowledged == expected;
}

static void print_latency(void)
{
	double seconds_us = us(end.tsc - begin.tsc);

	printf("  \"latency_us\": {\"samples\": %" PRIu64 ", \"p50\": %.2f, \"p90\": %.2f, "
	       "\"p99\": %.2f, \"p999\": %.2f, \"max\": %.2f},\n",
	       latency.total, us(histogram_quantile(&latency, 0.5)),
	       us(histogram_quantile(&latency, 0.9)), us(histogram_quantile(&latency, 0.99)),
	       us(histogram_quantile(&latency, 0.999)), us(latency.max));
	printf("  \"excluded\": {\"samples\": %" PRIu64 ", \"gap_bound_us\": %u, \"gaps\": %" PRIu64
	       ", \"off_cpu_share\": %.4f, \"waited_us\": {\"p50\": %.2f, \"p99\": %.2f, \"max\": "
	       "%.2f}},\n",
	       waited.total, options.gap_us, gaps,
	       seconds_us > 0 ? us(off_cpu_tsc) / seconds_us : 0,
	       us(histogram_quantile(&waited, 0.5)), us(histogram_quantile(&waited, 0.99)),
	       us(waited.max));
}

static void print_json(void)
{
	printf("{\"version\": 1, \"mode\": \"%s\", \"frames\": \"%s\", \"expect\": \"%s\", "
	       "\"count\": %u, \"inner\": %u, \"rate_pps\": %u, \"seconds\": %.3f,\n",
	       source_mode_name(options.mode), source_frames_name(options.frames),
	       source_expect_name(options.expect), options.load.count, options.inner_octets,
	       options.rate_pps, us(end.tsc - begin.tsc) / 1e6);
	printf("  \"registered\": %" PRIu64 ", \"sent\": %" PRIu64 ", \"received\": %" PRIu64
	       ", \"lost\": %" PRIu64 ", \"wrong\": %" PRIu64 ",\n",
	       registration.acknowledged, total(sent), total(received), lost(), wrong);
	printf("  \"encap\": {\"sent\": %" PRIu64 ", \"received\": %" PRIu64
	       "}, \"decap\": {\"sent\": %" PRIu64 ", \"received\": %" PRIu64 "},\n",
	       sent[FRAME_ENCAP], received[FRAME_ENCAP], sent[FRAME_DECAP], received[FRAME_DECAP]);
	printf("  \"tx_pps\": %.0f, \"rx_pps\": %.0f, \"port_full\": %" PRIu64 ",\n",
	       per_second(begin.sent, end.sent), per_second(begin.received, end.received),
	       port_full);
	if (options.mode == MODE_LATENCY)
		print_latency();
	printf("  \"peer_lost\": %s, \"good\": %s}\n", peer_lost ? "true" : "false",
	       is_good() ? "true" : "false");
}

static void print_text(void)
{
	if (options.registers)
		printf("registered  %" PRIu64 " of %u nodes\n", registration.acknowledged,
		       options.load.count);
	printf("rate        %.0f packets/s out, %.0f back, over %.1f s\n",
	       per_second(begin.sent, end.sent), per_second(begin.received, end.received),
	       us(end.tsc - begin.tsc) / 1e6);
	printf("packets     %" PRIu64 " sent, %" PRIu64 " received, %" PRIu64 " lost, %" PRIu64
	       " wrong\n",
	       total(sent), total(received), lost(), wrong);
	if (options.mode == MODE_LATENCY)
		printf("latency     median %.1f us, 99 %% %.1f us, 99.9 %% %.1f us, most %.1f us; "
		       "%" PRIu64 " samples, %" PRIu64 " left out\n",
		       us(histogram_quantile(&latency, 0.5)),
		       us(histogram_quantile(&latency, 0.99)),
		       us(histogram_quantile(&latency, 0.999)), us(latency.max), latency.total,
		       waited.total);
	if (peer_lost)
		puts("the other side went away");
}

static int run(void)
{
	if (!frames_start(&options)) {
		fputs("pktsource: no memory for its packets\n", stderr);
		return EXIT_SETUP;
	}
	gap_tsc = tsc_from_ms(options.gap_us) / 1000;
	last_look_tsc = rte_rdtsc();
	held_kind = options.frames == FRAMES_DECAP ? FRAME_DECAP : FRAME_ENCAP;
	if (options.registers && !register_nodes())
		return EXIT_SETUP;
	if (is_good())
		measure();
	if (options.json)
		print_json();
	else
		print_text();
	return is_good() ? EXIT_SUCCESS : EXIT_WRONG;
}

int main(int argc, char **argv)
{
	int status = EXIT_SETUP;

	if (!source_options_read(&options, argc, argv))
		return EXIT_SETUP;
	if (link_start(&options.load)) {
		status = run();
		link_stop();
	}
	return status;
}
