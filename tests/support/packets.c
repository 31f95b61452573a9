/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/packets.h"

#include <string.h>

#include "dataplane/reassembly.h"

static void write_header(struct ip6_hdr_wire *ip, const struct ip_addr *from,
			 const struct ip_addr *to, uint8_t next, uint16_t payload)
{
	*ip = (struct ip6_hdr_wire){
		.version_class_flow_be = RTE_BE32(0x60000000),
		.payload_length_be = rte_cpu_to_be_16(payload),
		.next_header = next,
		.hop_limit = 64,
	};
	memcpy(ip->source, from->bytes, 16);
	memcpy(ip->destination, to->bytes, 16);
}

struct rte_mbuf *packet_make(struct plane *plane, const struct ip_addr *from,
			     const struct ip_addr *to, uint8_t next, const void *bytes,
			     uint16_t length)
{
	static const uint8_t ether[ETHER] = {0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 9, 0x86, 0xdd};
	struct rte_mbuf *m = rte_pktmbuf_alloc(plane->pool);
	uint8_t *at = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(ETHER + IP6 + length));

	memcpy(at, ether, ETHER);
	write_header((struct ip6_hdr_wire *)(at + ETHER), from, to, next, length);
	if (bytes != NULL)
		memcpy(at + ETHER + IP6, bytes, length);
	else
		memset(at + ETHER + IP6, 0, length);
	return m;
}

struct rte_mbuf *packet_make_tunnelled(struct plane *plane, const struct ip_addr *outer_from,
				       const struct ip_addr *outer_to, const struct ip_addr *from,
				       const struct ip_addr *to)
{
	uint8_t inner[IP6 + 8] = {0};

	write_header((struct ip6_hdr_wire *)inner, from, to, PROTO_UDP, 8);
	return packet_make(plane, outer_from, outer_to, PROTO_IPV6, inner, sizeof(inner));
}

struct ip6_hdr_wire *packet_ip(struct rte_mbuf *frame)
{
	return rte_pktmbuf_mtod_offset(frame, struct ip6_hdr_wire *, ETHER);
}

void packet_run(struct plane *plane, struct rte_mbuf *frame)
{
	worker_burst(plane->worker, &frame, 1, 0);
}

struct rte_mbuf *packet_sent(struct plane *plane)
{
	return tx_queue_count(&plane->worker->tx[0]) == 1 ? plane->worker->tx[0].buffer[0] : NULL;
}

bool packet_punted(struct plane *plane, struct punt *out)
{
	return ring_take(plane->worker->punt_ring, out);
}

static void clear(struct worker *w, uint32_t bindings)
{
	struct partial *partial;
	struct punt punted;

	while ((partial = reassembly_expired(w->reassembly, UINT64_MAX)) != NULL)
		reassembly_end(w->reassembly, partial);

	rte_pktmbuf_free_bulk(w->tx[0].buffer, tx_queue_count(&w->tx[0]));
	tx_queue_clear(&w->tx[0]);
	while (ring_take(w->punt_ring, &punted))
		rte_pktmbuf_free(punted.packet);
	peers_empty(w);
	w->stats = (struct worker_stats){0};
	for (uint32_t i = 0; i < bindings; i++) {
		node_counters_clear(&w->to_nodes, i);
		node_counters_clear(&w->from_nodes, i);
	}
}

void packets_clear(struct plane *plane)
{
	for (uint16_t i = 0; i < plane->worker_count; i++)
		clear(plane->workers[i], plane->binding_count);
}

static bool balances(const struct worker *w)
{
	uint64_t out = tx_queue_count(&w->tx[0]) + w->stats.sent + w->stats.handed_over +
		       w->stats.fragments_joined + w->stats.fragments_waiting;

	for (int i = 0; i < DROP_REASON_COUNT; i++)
		out += w->stats.dropped[i];
	for (int i = 0; i < PUNT_CLASS_COUNT; i++)
		out += w->stats.punted[i];
	return out == w->stats.received + w->stats.taken_over + w->stats.fragments_created +
			      w->stats.copies_created;
}

bool packets_balance(struct plane *plane)
{
	for (uint16_t i = 0; i < plane->worker_count; i++)
		if (!balances(plane->workers[i]))
			return false;
	return true;
}
