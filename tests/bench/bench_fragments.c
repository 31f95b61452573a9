/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bench_fragments: TSC cycles of a worker's stages for packets in two fragments: tunnelled ones that are put together, and ones
 * to a mobile node that are split. Each next to the same octets as one packet. What makes and frees the frames is measured
 * alone and taken off.
 */
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include "support/eal.h"
#include "support/packets.h"

enum {
	BURSTS = 100, /* few, so that most rounds are not interrupted */
	ROUNDS = 400,
	EACH = 14,	  /* packets of a burst */
	TUNNELLED = 1400, /* octets of an inner packet that comes in a tunnel, */
	FIRST = 1232,	  /* of which the first fragment has so many */
	LIMIT = 1280,	  /* octets of one to a mobile node */
	NARROW_NODE = 1,
	NARROW_MTU = 1240,
	FRAME_OCTETS_MAX = 1514,
};

struct template
{
	uint8_t octets[FRAME_OCTETS_MAX];
	uint16_t length;
	bool is_numbered; /* it has a fragment header behind the first one */
};

static struct plane plane;
static struct template first, second, tunnel, narrow, wide;

static void keep(struct template *t, struct rte_mbuf *m, bool is_numbered)
{
	t->length = m->data_len;
	t->is_numbered = is_numbered;
	memcpy(t->octets, rte_pktmbuf_mtod(m, void *), t->length);
	rte_pktmbuf_free(m);
}

static void keep_fragment(struct template *t, const uint8_t *inner, uint16_t at, uint16_t octets,
			  bool more)
{
	struct ip_addr from = plane_care_of(0);
	struct ip_addr to = plane_home_agent();
	uint8_t body[8 + TUNNELLED] = {PROTO_IPV6, 0, (uint8_t)(at >> 8), (uint8_t)(at | more)};

	memcpy(body + 8, inner + at, octets);
	keep(t, packet_make(&plane, &from, &to, PROTO_FRAGMENT, body, (uint16_t)(8 + octets)),
	     true);
}

static void make_templates(void)
{
	struct ip_addr correspondent = plane_correspondent();
	struct ip_addr home = plane_home(0);
	struct ip_addr narrow_home = plane_home(NARROW_NODE);
	struct ip_addr care_of = plane_care_of(0);
	struct ip_addr agent = plane_home_agent();
	uint8_t inner[TUNNELLED];
	struct rte_mbuf *m =
		packet_make(&plane, &home, &correspondent, PROTO_UDP, NULL, TUNNELLED - IP6);

	memcpy(inner, packet_ip(m), TUNNELLED);
	rte_pktmbuf_free(m);
	keep_fragment(&first, inner, 0, FIRST, true);
	keep_fragment(&second, inner, FIRST, TUNNELLED - FIRST, false);
	keep(&tunnel, packet_make(&plane, &care_of, &agent, PROTO_IPV6, inner, TUNNELLED), false);
	keep(&wide, packet_make(&plane, &correspondent, &home, PROTO_UDP, NULL, LIMIT - IP6),
	     false);
	keep(&narrow,
	     packet_make(&plane, &correspondent, &narrow_home, PROTO_UDP, NULL, LIMIT - IP6),
	     false);
}

static struct rte_mbuf *make(const struct template *t, uint32_t number)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(plane.pool);
	uint8_t *at = (uint8_t *)rte_pktmbuf_append(m, t->length);

	memcpy(at, t->octets, t->length);
	if (t->is_numbered)
		memcpy(at + ETHER + IP6 + 4, &number, sizeof(number));
	return m;
}

/* Frames of a packet are one of a, and one of b if there is any. Returns cycles for a packet. */
static double run(const struct template *a, const struct template *b, bool with_stages)
{
	struct tx_queue *tx = &plane.worker->tx[0];
	static uint32_t number;
	uint64_t begin = rte_rdtsc();

	for (unsigned int burst = 0; burst < BURSTS; burst++) {
		struct rte_mbuf *frames[2 * EACH];
		uint16_t n = 0;

		for (unsigned int i = 0; i < EACH; i++) {
			frames[n++] = make(a, ++number);
			if (b != NULL)
				frames[n++] = make(b, number);
		}
		if (with_stages) {
			worker_burst(plane.worker, frames, n, 0);
			rte_pktmbuf_free_bulk(tx->buffer, tx_queue_count(tx));
			tx_queue_clear(tx);
		} else {
			rte_pktmbuf_free_bulk(frames, n);
		}
	}
	return (double)(rte_rdtsc() - begin) / ((double)BURSTS * EACH);
}

/* The least of all rounds: whatever disturbs adds. */
static void measure(const char *name, const struct template *a, const struct template *b)
{
	double bare = 1e12;
	double whole = 1e12;

	for (int i = 0; i < ROUNDS; i++) {
		bare = RTE_MIN(bare, run(a, b, false));
		whole = RTE_MIN(whole, run(a, b, true));
	}
	printf("%-12s %8.1f cycles/packet, %8.1f without making and freeing frames\n", name, whole,
	       whole - bare);
}

int main(void)
{
	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	plane.bindings[NARROW_NODE]->inner_mtu = NARROW_MTU;
	make_templates();
	measure("decap", &tunnel, NULL);
	measure("reassemble", &first, &second);
	measure("encap", &wide, NULL);
	measure("fragment", &narrow, NULL);
	return plane.worker->stats.fragments_joined != 0 &&
			       plane.worker->stats.fragments_created != 0
		       ? EXIT_SUCCESS
		       : EXIT_FAILURE;
}
