/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/report.h"

#include <inttypes.h>
#include <stdio.h>

#include <rte_cycles.h>

#include "load/protocol.h"

static const char *const wrong_names[] = {
#define X(upper, lower, text) #lower,
	WRONGS(X)
#undef X
};

static uint64_t total(const uint64_t counts[], unsigned int count)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < count; i++)
		sum += counts[i];
	return sum;
}

bool report_is_good(const struct results *results)
{
	for (uint8_t i = 0; i < results->phase_count; i++) {
		const struct phase_result *phase = &results->phases[i];

		if (phase->unanswered != 0 || total(phase->refused, 256) != 0)
			return false;
	}
	return !results->peer_lost && total(results->wrong, WRONG_COUNT) == 0;
}

/* {"3": 7}: only what was counted. */
static void print_by_number(const char *name, const uint64_t counts[256])
{
	const char *comma = "";

	printf("\"%s\": {", name);
	for (int i = 0; i < 256; i++) {
		if (counts[i] == 0)
			continue;
		printf("%s\"%d\": %" PRIu64, comma, i, counts[i]);
		comma = ", ";
	}
	printf("}");
}

static double quantile_us(const struct histogram *h, double share)
{
	return (double)histogram_quantile(h, share) / (double)rte_get_tsc_hz() * 1e6;
}

static void print_phase(const struct phase_result *phase)
{
	double seconds = (double)(phase->end_tsc - phase->begin_tsc) / (double)rte_get_tsc_hz();
	const struct histogram *h = &phase->latency;

	printf("    {\"phase\": \"%s\", \"sent\": %" PRIu64 ", \"acknowledged\": %" PRIu64
	       ", \"retransmitted\": %" PRIu64 ", ",
	       phase_name(phase->kind), phase->sent, phase->acknowledged, phase->retransmitted);
	print_by_number("refused", phase->refused);
	printf(", \"late\": %" PRIu64 ", \"unanswered\": %" PRIu64 ", \"wrong\": %" PRIu64
	       ",\n     \"seconds\": %.6f, \"rate_per_s\": %.0f,\n     \"latency_us\": ",
	       phase->late, phase->unanswered, phase->wrong, seconds,
	       seconds > 0 ? (double)phase->acknowledged / seconds : 0);
	printf("{\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p99.9\": %.1f, \"max\": %.1f}}",
	       quantile_us(h, 0.5), quantile_us(h, 0.9), quantile_us(h, 0.99),
	       quantile_us(h, 0.999), quantile_us(h, 1.0));
}

/* A packet that was counted as sent and never came back, right or wrong. */
static uint64_t lost(uint64_t sent, uint64_t received)
{
	return sent > received ? sent - received : 0;
}

static void print_traffic(const struct traffic_result *t)
{
	printf("  \"traffic\": {\"sent\": %" PRIu64 ", \"received\": %" PRIu64
	       ", \"lost\": %" PRIu64 ",\n    \"to_right_care_of\": %" PRIu64
	       ", \"to_asked_care_of\": %" PRIu64 ", \"to_old_care_of\": %" PRIu64
	       ", \"before_removal\": %" PRIu64,
	       t->sent, t->received, lost(t->sent, t->received), t->to_right_care_of,
	       t->to_asked_care_of, t->to_old_care_of, t->before_removal);
	printf(",\n    \"reverse_sent\": %" PRIu64 ", \"reverse_received\": %" PRIu64
	       ", \"reverse_lost\": %" PRIu64 ", \"removed_probes\": %" PRIu64 "},\n",
	       t->reverse_sent, t->reverse_received, lost(t->reverse_sent, t->reverse_received),
	       t->probes);
}

static void print_wrong(const uint64_t counts[])
{
	printf("  \"wrong\": {\"total\": %" PRIu64, total(counts, WRONG_COUNT));
	for (int i = 0; i < WRONG_COUNT; i++)
		if (counts[i] != 0)
			printf(", \"%s\": %" PRIu64, wrong_names[i], counts[i]);
	printf("},\n");
}

void report_print(const struct options *options, const struct results *results)
{
	printf("{\n  \"version\": 1, \"protocol\": \"%s\", \"count\": %u, \"rate_per_s\": %u, "
	       "\"window\": %u, "
	       "\"traffic_pps\": %u, \"timestamps\": %s,\n  \"phases\": [\n",
	       options->protocol->name, options->count, options->rate_per_s, options->window,
	       options->traffic_pps, options->timestamps ? "true" : "false");
	for (uint8_t i = 0; i < results->phase_count; i++) {
		print_phase(&results->phases[i]);
		printf("%s\n", i + 1 < results->phase_count ? "," : "");
	}
	printf("  ],\n");
	print_traffic(&results->traffic);
	print_wrong(results->wrong);
	printf("  ");
	print_by_number(options->protocol->errors, results->errors);
	printf(", \"binding_errors\": %" PRIu64 ", \"port_full\": %" PRIu64
	       ",\n  \"peer_lost\": %s, \"good\": %s\n}\n",
	       results->binding_errors, results->port_full, results->peer_lost ? "true" : "false",
	       report_is_good(results) ? "true" : "false");
}
