/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A frame of any bytes through all the stages of a worker, and of a second one that shares its tunnels: nothing is read past
 * its end, and each counts it exactly once.
 */
#include <stdlib.h>
#include <string.h>

#include "dataplane/stage/stages.h"
#include "support/eal.h"
#include "support/packets.h"

static struct plane plane;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void start_once(void)
{
	if (plane.worker != NULL)
		return;
	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	plane_make_worker(&plane, 1, RTE_MAX_ETHPORTS);
	if (peers_make(plane.workers, plane.worker_count) != 0)
		abort();
}

/* Every buffer goes back to the pool: what is neither sent, punted nor dropped would be missing there. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rte_mbuf *frame;

	start_once();
	frame = rte_pktmbuf_alloc(plane.pool);
	if (frame == NULL)
		abort();
	size = size < 1514 ? size : 1514;
	memcpy(rte_pktmbuf_append(frame, (uint16_t)size), data, size);
	packet_run(&plane, frame);
	if (spread_poll(plane.workers[1]) != plane.worker->stats.handed_over)
		abort();
	if (!packets_balance(&plane) || plane.worker->stats.received != 1)
		abort();
	packets_clear(&plane);
	if (rte_mempool_in_use_count(plane.pool) != 0)
		abort();
	return 0;
}
