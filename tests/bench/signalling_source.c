/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/signalling_source.h"

#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>

#include "ha/wire/ip6.h"
#include "ha/wire/mobility.h"

enum {
	STREAM =
		1 << 16, /* destinations of data packets, walked in order; their choice is random */
	ETHER_OCTETS = 14,
	INNER_OCTETS = 78,
	CHECK_WHOLE = 256, /* one acknowledgement in so many */
	HOME_OFFSET =
		48, /* in an update and in its acknowledgement: after eight octets of header */
	MESSAGE_OFFSET = 64,
	UPDATE_MBUFS = 16383,
	UPDATE_ROOM = RTE_PKTMBUF_HEADROOM + ETHER_OCTETS + UPDATE_OCTETS_MAX,
	AHEAD = 8,
};

static const struct options *options;
static struct ip_addr *homes; /* STREAM of them */
static uint32_t *acked;	      /* number of the care-of address last acknowledged, by node */
static uint8_t ether[ETHER_OCTETS];
static struct ip6_hdr_wire data_header;
static uint32_t at;

static struct rte_mempool *update_pool;
static struct rte_mbuf *ahead[AHEAD];
static unsigned int ahead_at;

static struct source_plan plan;
static struct source_result result;
/* Of a paced run: how many updates are due by now, and when the next one will be. */
static uint32_t paced;
static uint64_t paced_next_tsc;
static uint64_t paced_every_tsc;
/* Set by the control thread, cleared by the worker; alone in its cache line. */
static struct {
	bool running;
} __rte_cache_aligned run;

/* Only while there is data: nothing of the time after it may be taken off. */
static void take_time(uint64_t since_tsc)
{
	if (result.data_end_tsc == 0)
		result.source_tsc += rte_rdtsc() - since_tsc;
}

static void put_ether(uint8_t *start)
{
	memcpy(start, ether, sizeof(ether));
}

static void set_length(struct rte_mbuf *m, uint16_t octets)
{
	m->data_len = (uint16_t)(octets + ETHER_OCTETS);
	m->pkt_len = m->data_len;
}

static void write_data(struct rte_mbuf *m)
{
	uint8_t *start = rte_pktmbuf_mtod(m, uint8_t *);
	struct ip6_hdr_wire *ip = (struct ip6_hdr_wire *)(start + ETHER_OCTETS);

	put_ether(start);
	*ip = data_header;
	memcpy(ip->destination, homes[at].bytes, sizeof(ip->destination));
	at = (at + 1) % STREAM;
	set_length(m, INNER_OCTETS);
}

static void write_flood(struct rte_mbuf *m)
{
	const struct flood_packet *p = &plan.flood[at % FLOOD_PACKETS];
	uint8_t *start = rte_pktmbuf_mtod(m, uint8_t *);

	put_ether(start);
	memcpy(start + ETHER_OCTETS, p->packet, sizeof(p->packet));
	at = (at + 1) % STREAM;
	set_length(m, p->octets);
}

static void fetch(const void *from, size_t octets)
{
	for (size_t line = 0; line < octets; line += RTE_CACHE_LINE_SIZE)
		rte_prefetch0((const char *)from + line);
}

static void fetch_to_write(void *from, size_t octets)
{
	for (size_t line = 0; line < octets; line += RTE_CACHE_LINE_SIZE)
		__builtin_prefetch((char *)from + line, 1);
}

/* A NIC has written a packet into the cache before the worker sees it, but these buffers come back
 * from the control thread's CPU: some are fetched ahead of their use. */
static struct rte_mbuf *alloc_update(void)
{
	struct rte_mbuf **place = &ahead[ahead_at++ % AHEAD];
	struct rte_mbuf *m = *place;

	*place = rte_mbuf_raw_alloc(update_pool);
	if (*place != NULL) {
		fetch_to_write(*place, sizeof(**place));
		fetch_to_write((char *)(*place + 1) + RTE_PKTMBUF_HEADROOM,
			       ETHER_OCTETS + plan.updates[0].octets);
	}
	if (m != NULL)
		rte_pktmbuf_reset(m);
	return m;
}

static struct rte_mbuf *write_update(uint64_t now_tsc)
{
	struct rte_mbuf *m = alloc_update();
	struct prepared *p = &plan.updates[result.sent];
	uint8_t *start;

	if (m == NULL)
		return NULL;
	start = rte_pktmbuf_mtod(m, uint8_t *);
	result.sent++;
	fetch(p + 1, offsetof(struct prepared, packet) + p->octets);
	p->sent_tsc = now_tsc;
	put_ether(start);
	memcpy(start + ETHER_OCTETS, p->packet, p->octets);
	set_length(m, p->octets);
	return m;
}

/* The driver's buffers are for data: always the same few, with or without updates among them. */
static uint16_t write_updates(struct rte_mbuf *packets[], uint16_t n, uint32_t due,
			      uint64_t now_tsc)
{
	uint16_t used = 0;

	while (used < n && used < due) {
		struct rte_mbuf *m = write_update(now_tsc);

		if (m == NULL)
			break;
		rte_pktmbuf_free(packets[used]);
		packets[used++] = m;
	}
	return used;
}

static uint32_t paced_due(uint64_t now_tsc)
{
	while (now_tsc >= paced_next_tsc && paced < plan.update_count) {
		paced++;
		paced_next_tsc += paced_every_tsc;
	}
	return paced;
}

static uint32_t updates_due(uint64_t now_tsc)
{
	uint32_t due = plan.rate_per_s != 0 ? paced_due(now_tsc) : plan.update_count;

	due = RTE_MIN(due, result.acked + result.wrong + plan.window);
	return due > result.sent ? due - result.sent : 0;
}

static void fill(struct rte_mbuf *packets[], uint16_t n)
{
	if (plan.flood != NULL)
		result.flood_in += n;
	else
		result.data_in += n;
	for (uint16_t i = 0; i < n; i++)
		if (plan.flood != NULL)
			write_flood(packets[i]);
		else
			write_data(packets[i]);
}

/* What was received in the last turn has been sent by now. */
static bool is_over(bool data)
{
	return !data && (result.acked + result.wrong >= plan.update_count);
}

static uint16_t receive(uint16_t port, uint16_t queue, struct rte_mbuf *packets[], uint16_t n,
			uint16_t max, void *unused)
{
	uint64_t now_tsc = rte_rdtsc();
	uint16_t used;
	bool data;

	if (!__atomic_load_n(&run.running, __ATOMIC_ACQUIRE)) {
		rte_pktmbuf_free_bulk(packets, n);
		return 0;
	}
	if (result.begin_tsc == 0) {
		result.begin_tsc = now_tsc;
		paced_next_tsc = now_tsc;
	}
	data = now_tsc - result.begin_tsc < plan.data_tsc;
	if (!data && result.data_end_tsc == 0)
		result.data_end_tsc = now_tsc;
	if (is_over(data))
		__atomic_store_n(&run.running, false, __ATOMIC_RELEASE);
	used = write_updates(packets, n, updates_due(now_tsc), now_tsc);
	if (used != 0)
		take_time(now_tsc);
	if (data) {
		fill(&packets[used], (uint16_t)(n - used));
		used = n;
	}
	rte_pktmbuf_free_bulk(&packets[used], (unsigned int)(n - used));
	return used;
}

static bool is_right(const uint8_t *ip, uint32_t length, const struct prepared *p)
{
	const uint8_t *message = ip + MESSAGE_OFFSET;
	struct ack ack;

	if (memcmp(ip + HOME_OFFSET, p->packet + HOME_OFFSET, 16) != 0 ||
	    memcmp(ip + offsetof(struct ip6_hdr_wire, destination),
		   p->packet + offsetof(struct ip6_hdr_wire, source), 16) != 0 ||
	    message[2] != MH_BINDING_ACK || message[6] != 0 ||
	    (message[8] << 8 | message[9]) != p->sequence)
		return false;
	if (result.acked % CHECK_WHOLE != 0)
		return true;
	return message_read_ack(ip, length, &ack) == WRONG_NOTHING &&
	       message_ack_is_authentic(&ack, updates_node(p->node));
}

/* What the acknowledgements to come will be compared with. */
static void fetch_acked(void)
{
	const struct prepared *p = &plan.updates[result.acked];

	if (result.acked + AHEAD >= plan.update_count)
		return;
	fetch(p + AHEAD, offsetof(struct prepared, packet) + MESSAGE_OFFSET);
	__builtin_prefetch(&acked[p[AHEAD / 2].node], 1);
}

static void look_at_ack(const uint8_t *ip, uint32_t length, uint64_t now_tsc)
{
	const struct prepared *p = &plan.updates[result.acked];
	uint64_t begin_tsc = rte_rdtsc();

	if (result.acked == result.sent || !is_right(ip, length, p)) {
		result.wrong++;
		return;
	}
	acked[p->node] = p->care_of;
	result.acked++;
	fetch_acked();
	result.acked_tsc = now_tsc;
	if (result.acked == plan.window)
		result.window_tsc = now_tsc;
	else if (result.acked > plan.window)
		histogram_add(&result.latency, now_tsc - p->sent_tsc);
	take_time(begin_tsc);
}

static void look_at_data(const struct ip6_hdr_wire *ip)
{
	struct ip_addr care_of;
	uint32_t number;
	uint32_t node;

	memcpy(care_of.bytes, ip->destination, sizeof(care_of.bytes));
	node = node_by_care_of(options, &care_of, &number);
	result.data_out++;
	if (node == NODE_NONE || number < acked[node])
		result.to_old_address++;
}

/* An acknowledgement, and no answer to the flood: behind the routing header. */
static bool is_mobility(const uint8_t *ip)
{
	return ip[offsetof(struct ip6_hdr_wire, next_header)] == PROTO_ROUTING &&
	       ip[sizeof(struct ip6_hdr_wire)] == PROTO_MOBILITY;
}

static uint16_t look_at_sent(uint16_t port, uint16_t queue, struct rte_mbuf *packets[], uint16_t n,
			     void *unused)
{
	uint64_t now_tsc = rte_rdtsc();

	/* The acknowledgements were written on the other CPU; ours to pay, not the worker's. */
	for (uint16_t i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod_offset(packets[i], void *, RTE_CACHE_LINE_SIZE));
	for (uint16_t i = 0; i < n; i++) {
		const uint8_t *start = rte_pktmbuf_mtod(packets[i], const uint8_t *);
		const struct ip6_hdr_wire *ip = (const void *)(start + ETHER_OCTETS);

		if (ip->next_header == PROTO_IPV6)
			look_at_data(ip);
		else if (!is_mobility(start + ETHER_OCTETS))
			result.flood_answers++;
		else
			look_at_ack(start + ETHER_OCTETS,
				    rte_pktmbuf_data_len(packets[i]) - ETHER_OCTETS, now_tsc);
	}
	return n;
}

static void choose_homes(void)
{
	for (uint32_t i = 0; i < STREAM; i++)
		homes[i] = node_home(options, (uint32_t)random() % options->count);
}

bool source_start(const struct options *with_options, uint16_t ethdev, const uint8_t mac[static 6])
{
	options = with_options;
	homes = calloc(STREAM, sizeof(*homes));
	acked = calloc(options->count, sizeof(*acked));
	update_pool = rte_pktmbuf_pool_create("updates", UPDATE_MBUFS, 256, 0, UPDATE_ROOM,
					      SOCKET_ID_ANY);
	if (homes == NULL || acked == NULL || update_pool == NULL)
		return false;
	for (unsigned int i = 0; i < AHEAD; i++)
		ahead[i] = rte_mbuf_raw_alloc(update_pool);
	choose_homes();
	memcpy(ether, mac, 6);
	memcpy(ether + 6, options->src_mac, 6);
	ether[12] = 0x86;
	ether[13] = 0xdd;
	data_header = (struct ip6_hdr_wire){
		.version_class_flow_be = RTE_BE32(0x60000000),
		.payload_length_be = RTE_BE16(INNER_OCTETS - sizeof(data_header)),
		.next_header = PROTO_UDP,
		.hop_limit = 64,
	};
	memcpy(data_header.source, options->correspondent.bytes, sizeof(data_header.source));
	return rte_eth_add_rx_callback(ethdev, 0, receive, NULL) != NULL &&
	       rte_eth_add_tx_callback(ethdev, 0, look_at_sent, NULL) != NULL;
}

void source_stop(void)
{
	free(homes);
	free(acked);
}

void source_begin(const struct source_plan *with_plan)
{
	plan = *with_plan;
	memset(&result, 0, sizeof(result));
	paced = 0;
	paced_every_tsc = rte_get_tsc_hz() / RTE_MAX(plan.rate_per_s, 1U);
	__atomic_store_n(&run.running, true, __ATOMIC_RELEASE);
}

bool source_is_running(void)
{
	return __atomic_load_n(&run.running, __ATOMIC_ACQUIRE);
}

const struct source_result *source_result(void)
{
	return &result;
}
