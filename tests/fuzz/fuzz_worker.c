/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Frames of any bytes through all the stages of a worker, and of a second one that shares its tunnels: nothing is read past
 * its end, each counts every frame exactly once, and after a minute no fragment waits. A marker ends one frame and begins the next.
 * IPv4 headers whose checksum is 0 get the right one, so that what is behind them is reached.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "dataplane/stage/stages.h"
#include "support/eal.h"
#include "bcache.h"
#include "support/packets4.h"

enum {
	FRAMES_MAX = 16,
	FRAME_OCTETS_MAX = 1514,
	NARROW_NODE = 1,
	NARROW_MTU = 1240,
	MEMBERS = 3,
	FIRST4 = 32, /* of the nodes with IPv4 */
	PORT4 = 4711,
	KEY4 = 0x01020304,
	NARROW_MTU4 = 600,
	LAYERS_MAX = 4,
};

static const uint8_t marker[4] = {0xf7, 0xa6, 0x3e, 0x27};

static struct plane plane;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first three nodes of a protocol, the narrow one among them. */
static struct multicast_group *make_group(struct ip_addr address, uint32_t first,
					  struct multicast_group *next)
{
	struct multicast_group *group =
		calloc(1, sizeof(*group) + MEMBERS * sizeof(group->members[0]));

	if (group == NULL)
		abort();
	group->address = address;
	group->next = next;
	while (group->count < MEMBERS) {
		group->members[group->count] = plane_home(first + group->count);
		group->count++;
	}
	return group;
}

static void make_groups(void)
{
	static struct multicast_group *chain;
	static struct multicast_table table = {.chains = &chain, .mtu = 1500};
	struct ip_addr group;
	struct ip_addr broadcast;

	ip_addr_parse("ff1e::42", &group);
	ip4_addr_parse("10.255.255.255", &broadcast);
	chain = make_group(group, 0, make_group(broadcast, FIRST4, NULL));
	plane.tables.multicast = &table;
}

/* Two nodes of each encapsulation, all others in IP in IP; a narrow tunnel, two bindings of one node, one without reverse tunnel. */
static void make_nodes4(void)
{
	struct binding **nodes = &plane.bindings[FIRST4];

	for (uint16_t i = 0; i < 2 * TUNNEL4_KINDS; i++) {
		nodes[i]->tunnel = tunnel4_number(0, (enum encap_kind)(ENCAP_IP4_IN_IP4 + i / 2));
		nodes[i]->udp_port = PORT4;
		nodes[i]->flags |= BINDING_BROADCASTS;
		nodes[i]->flags |= i % 2 == 0 ? BINDING_COLOCATED : 0;
	}
	nodes[2 * (ENCAP_GRE - ENCAP_IP4_IN_IP4)]->flags |= BINDING_GRE_KEY;
	nodes[2 * (ENCAP_GRE - ENCAP_IP4_IN_IP4)]->key = KEY4;
	nodes[1]->inner_mtu = NARROW_MTU4;
	nodes[2]->also = 1 + (uint32_t)(nodes[3] - plane.tables.bcache->bindings);
	nodes[8]->flags = 0;
}

/* At 192.168.0.1, of the home agent 198.18.0.1. Its link is also the home link. */
static void make_visitor(void)
{
	static const uint8_t home[4] = {192, 168, 0, 1};
	struct binding *visitor = bcache_make();

	if (visitor == NULL)
		abort();
	*visitor = (struct binding){
		.home = visitor_key(home),
		.expiry_tsc = UINT64_MAX,
		.slot = 63,
		.next_hop = PLANE_NEXT_HOP4,
		.tunnel = tunnel4_number(1, ENCAP_IP4_IN_IP4),
		.inner_mtu = 1460,
		.flags = BINDING_VISITOR | BINDING_REVERSE,
	};
	ip4_addr_parse("198.18.0.1", &visitor->care_of);
	if (bcache_publish(NULL, visitor) != 0)
		abort();
	plane.tables.foreign_ports = 1;
	plane.home_network.port = 0;
}

static void start_once(void)
{
	uint16_t port;

	if (plane.worker != NULL)
		return;
	test_eal_start(192);
	port = test_null_port();
	plane_use_ip4(FIRST4);
	plane_make(&plane, 64, port);
	plane_make_worker(&plane, 1, port);
	plane.bindings[NARROW_NODE]->inner_mtu = NARROW_MTU;
	make_groups();
	make_nodes4();
	make_visitor();
	if (peers_make(plane.workers, plane.worker_count) != 0)
		abort();
}

/* Octets from a header to the one inside it, 0: none. */
static size_t to_inner(const struct ip4_hdr_wire *ip)
{
	static const size_t behind[256] = {[PROTO_IPIP] = 0, [PROTO_GRE] = 4, [PROTO_UDP] = 12};
	bool is_tunnel = ip->protocol == PROTO_IPIP || ip->protocol == PROTO_GRE ||
			 ip->protocol == PROTO_UDP;

	return is_tunnel ? (ip->version_ihl & 0x0f) * 4u + behind[ip->protocol] : 0;
}

static void mend_checksums(uint8_t *at, size_t octets)
{
	for (int i = 0; i < LAYERS_MAX && octets >= IP4; i++) {
		struct ip4_hdr_wire *ip = (struct ip4_hdr_wire *)at;
		size_t step = to_inner(ip);

		if (ip->version_ihl >> 4 != 4 || (ip->version_ihl & 0x0f) * 4u > octets)
			return;
		if (ip->checksum_be == 0)
			reference_renew(ip);
		if (step == 0 || step > octets)
			return;
		at += step;
		octets -= step;
	}
}

static void run_frame(const uint8_t *data, size_t size)
{
	struct rte_mbuf *frame = rte_pktmbuf_alloc(plane.pool);

	if (frame == NULL)
		abort();
	size = size < FRAME_OCTETS_MAX ? size : FRAME_OCTETS_MAX;
	memcpy(rte_pktmbuf_append(frame, (uint16_t)size), data, size);
	if (size > ETHER)
		mend_checksums(rte_pktmbuf_mtod_offset(frame, uint8_t *, ETHER), size - ETHER);
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
