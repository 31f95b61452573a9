/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "ha/time.h"
#include "load/protocol.h"

enum {
	DESCRIPTORS = 1024,
	MBUFS = 16383,
	MBUF_CACHE = 256,
	WAIT_FOR_PEER_MS = 10000,
};

static struct rte_mempool *pool;
static struct rte_mbuf *queue[LINK_QUEUE];
static struct rte_mbuf *begun;
static unsigned int queued;
static uint64_t full;
static uint64_t progress_tsc; /* when a packet last left the queue, or was the first in it */
static uint8_t header[LINK_HEADER_OCTETS];

static bool start_eal(const struct options *options)
{
	static char vdev[512];
	static char lcores[32];
	static char *args[] = {
		(char *)"load",
		(char *)"--no-huge",
		(char *)"-m",
		(char *)"256",
		(char *)"--no-pci",
		(char *)"--no-telemetry",
		(char *)"--no-shconf",
		(char *)"--log-level=error",
		(char *)"--file-prefix=load",
		(char *)"--lcores",
		lcores,
		(char *)"--vdev",
		vdev,
		NULL,
	};

	snprintf(vdev, sizeof(vdev), "%s", options->vdev);
	snprintf(lcores, sizeof(lcores), "0@%d", options->cpu);
	rte_openlog_stream(stderr); /* stdout is for the report */
	if (rte_eal_init((int)(sizeof(args) / sizeof(args[0])) - 1, args) >= 0)
		return true;
	fprintf(stderr, "%s: DPDK did not start: %s\n", program_invocation_short_name,
		rte_strerror(rte_errno));
	return false;
}

static bool start_port(void)
{
	struct rte_eth_conf conf = {0};

	if (rte_eth_dev_count_avail() != 1) {
		fprintf(stderr, "%s: --vdev made %u ports, not 1\n", program_invocation_short_name,
			rte_eth_dev_count_avail());
		return false;
	}
	pool = rte_pktmbuf_pool_create("link", MBUFS, MBUF_CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
				       SOCKET_ID_ANY);
	if (pool == NULL || rte_eth_dev_configure(0, 1, 1, &conf) != 0 ||
	    rte_eth_rx_queue_setup(0, 0, DESCRIPTORS, SOCKET_ID_ANY, NULL, pool) != 0 ||
	    rte_eth_tx_queue_setup(0, 0, DESCRIPTORS, SOCKET_ID_ANY, NULL) != 0 ||
	    rte_eth_dev_start(0) != 0) {
		fprintf(stderr, "%s: the port could not be set up\n",
			program_invocation_short_name);
		return false;
	}
	return true;
}

static bool is_up(void)
{
	struct rte_eth_link link;

	return rte_eth_link_get_nowait(0, &link) == 0 && link.link_status != 0;
}

static bool wait_for_peer(void)
{
	for (int ms = 0; ms < WAIT_FOR_PEER_MS; ms += 10) {
		if (is_up())
			return true;
		usleep(10000);
	}
	fprintf(stderr, "%s: nobody at the other end of the port\n", program_invocation_short_name);
	return false;
}

bool link_start(const struct options *options)
{
	memcpy(&header[0], options->dst_mac, 6);
	memcpy(&header[6], options->src_mac, 6);
	header[12] = (uint8_t)(options->protocol->ether_type >> 8);
	header[13] = (uint8_t)options->protocol->ether_type;
	return start_eal(options) && start_port() && wait_for_peer();
}

void link_stop(void)
{
	rte_eth_dev_stop(0);
	rte_eth_dev_close(0);
	rte_eal_cleanup();
}

static bool is_stalled(void)
{
	return queued > 0 && rte_rdtsc() - progress_tsc > LINK_STALL_S * rte_get_tsc_hz();
}

bool link_is_dead(void)
{
	static bool told;
	const char *why = !is_up() ? "has gone" : is_stalled() ? "takes no packets" : NULL;

	if (why != NULL && !told)
		fprintf(stderr, "%s: the other end of the port %s\n", program_invocation_short_name,
			why);
	told |= why != NULL;
	return told;
}

uint64_t link_full(void)
{
	return full;
}

void *link_begin(void)
{
	if (queued == LINK_QUEUE)
		return NULL;
	if (begun == NULL)
		begun = rte_pktmbuf_alloc(pool);
	return begun != NULL ? rte_pktmbuf_mtod_offset(begun, void *, LINK_HEADER_OCTETS) : NULL;
}

void link_end(uint16_t length)
{
	char *at = rte_pktmbuf_append(begun, (uint16_t)(LINK_HEADER_OCTETS + length));

	memcpy(at, header, LINK_HEADER_OCTETS);
	if (queued == 0)
		progress_tsc = rte_rdtsc();
	queue[queued++] = begun;
	begun = NULL;
}

void link_flush(void)
{
	unsigned int sent = 0;

	if (queued == 0)
		return;
	while (sent < queued) {
		uint16_t n = rte_eth_tx_burst(0, 0, &queue[sent], (uint16_t)(queued - sent));

		if (n == 0) {
			full++;
			break;
		}
		sent += n;
	}
	if (sent > 0)
		progress_tsc = rte_rdtsc();
	queued -= sent;
	memmove(queue, &queue[sent], queued * sizeof(queue[0]));
}

unsigned int link_receive(struct rte_mbuf *frames[static LINK_BURST])
{
	return rte_eth_rx_burst(0, 0, frames, LINK_BURST);
}

void link_release(struct rte_mbuf *frames[], unsigned int count)
{
	rte_pktmbuf_free_bulk(frames, count);
}

void link_drain(unsigned int (*turn)(void), unsigned int silence_ms, unsigned int most_ms)
{
	uint64_t begin_tsc = rte_rdtsc();
	uint64_t last_tsc = begin_tsc;
	uint64_t now_tsc = begin_tsc;

	while (now_tsc - last_tsc < tsc_from_ms(silence_ms) &&
	       now_tsc - begin_tsc < tsc_from_ms(most_ms)) {
		unsigned int taken = turn();

		now_tsc = rte_rdtsc();
		if (taken > 0)
			last_tsc = now_tsc;
	}
}
