/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Frames of any bytes through all the stages of a worker, and of a second one that shares its tunnels: nothing is read past
 * its end, each counts every frame exactly once, and after a minute no fragment waits. A marker ends one frame and begins the next.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "dataplane/stage/stages.h"
#include "support/eal.h"
#include "support/packets.h"

enum { FRAMES_MAX = 16, FRAME_OCTETS_MAX = 1514, NARROW_NODE = 1, NARROW_MTU = 1240, MEMBERS = 3 };

static const uint8_t marker[4] = {0xf7, 0xa6, 0x3e, 0x27};

static struct plane plane;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first three nodes listen to ff1e::42, the narrow one among them. */
static void make_group(void)
{
	static struct multicast_group *chain;
	static struct multicast_table table = {.chains = &chain, .mtu = 1500};

	chain = calloc(1, sizeof(*chain) + MEMBERS * sizeof(chain->members[0]));
	if (chain == NULL)
		abort();
	ip_addr_parse("ff1e::42", &chain->address);
	while (chain->count < MEMBERS) {
		chain->members[chain->count] = plane_home(chain->count);
		chain->count++;
	}
	plane.tables.multicast = &table;
}

static void start_once(void)
{
	if (plane.worker != NULL)
		return;
	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	plane_make_worker(&plane, 1, RTE_MAX_ETHPORTS);
	plane.bindings[NARROW_NODE]->inner_mtu = NARROW_MTU;
	make_group();
	if (peers_make(plane.workers, plane.worker_count) != 0)
		abort();
}

static void run_frame(const uint8_t *data, size_t size)
{
	struct rte_mbuf *frame = rte_pktmbuf_alloc(plane.pool);

	if (frame == NULL)
		abort();
	size = size < FRAME_OCTETS_MAX ? size : FRAME_OCTETS_MAX;
	memcpy(rte_pktmbuf_append(frame, (uint16_t)size), data, size);
	packet_run(&plane, frame);
}

static unsigned int run_frames(const uint8_t *data, size_t size)
{
	unsigned int frames = 0;
	bool is_last = false;

	while (!is_last && frames < FRAMES_MAX) {
		const uint8_t *end = memmem(data, size, marker, sizeof(marker));

		is_last = end == NULL;
		run_frame(data, is_last ? size : (size_t)(end - data));
		frames++;
		if (!is_last) {
			size -= (size_t)(end - data) + sizeof(marker);
			data = end + sizeof(marker);
		}
	}
	return frames;
}

static void after_a_minute(struct worker *w)
{
	w->now_tsc += 61 * rte_get_tsc_hz();
	for (int i = 0; i < 2; i++) /* eight at a time */
		reassemble_expire(w);
	if (w->stats.fragments_waiting != 0)
		abort();
}

/* Every buffer goes back to the pool: what is neither sent, punted nor dropped would be missing there. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int frames;

	start_once();
	frames = run_frames(data, size);
	if (spread_poll(plane.workers[1]) != plane.worker->stats.handed_over)
		abort();
	if (!packets_balance(&plane) || plane.worker->stats.received != frames)
		abort();
	for (uint16_t i = 0; i < plane.worker_count; i++)
		after_a_minute(plane.workers[i]);
	if (!packets_balance(&plane))
		abort();
	packets_clear(&plane);
	if (rte_mempool_in_use_count(plane.pool) != 0)
		abort();
	return 0;
}
