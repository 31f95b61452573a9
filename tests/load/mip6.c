/* SPDX-License-Identifier: BSD-3-Clause */
/* mip6: mobile nodes of Mobile IPv6, with IPv6-in-IPv6 tunnels. The messages are in message.c.
 *
 * RFC 6275 §10.4.2, §10.4.5; 2473 §3.1. */
#include <string.h>

#include <netinet/in.h>
#include <rte_byteorder.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "ha/wire/ip6.h"
#include "ha/wire/mobility.h"
#include "load/protocol.h"
#include "load/report.h"
#include "load/traffic.h"
#include "load/updates.h"

enum {
	ETHER_TYPE = 0x86dd,
	HOP_LIMIT = 64,
};

struct data_packet {
	struct rte_ipv6_hdr ip;
	struct rte_udp_hdr udp;
	struct data_trailer trailer;
} __attribute__((packed));

_Static_assert(sizeof(struct data_packet) == 64, "78 octets with Ethernet");

static void write_data(uint8_t *out, const struct ip_addr *source,
		       const struct ip_addr *destination, uint8_t hop_limit,
		       const struct data_trailer *trailer)
{
	struct data_packet *packet = (void *)out;
	uint16_t udp_octets = sizeof(*packet) - sizeof(packet->ip);

	memset(packet, 0, sizeof(*packet));
	packet->ip.vtc_flow = rte_cpu_to_be_32(0x60000000);
	packet->ip.payload_len = rte_cpu_to_be_16(udp_octets);
	packet->ip.proto = PROTO_UDP;
	packet->ip.hop_limits = hop_limit;
	memcpy(packet->ip.src_addr, source->bytes, 16);
	memcpy(packet->ip.dst_addr, destination->bytes, 16);
	packet->udp.src_port = rte_cpu_to_be_16(DATA_UDP_PORT);
	packet->udp.dst_port = rte_cpu_to_be_16(DATA_UDP_PORT);
	packet->udp.dgram_len = rte_cpu_to_be_16(udp_octets);
	packet->trailer = *trailer;
	packet->udp.dgram_cksum = rte_ipv6_udptcp_cksum(&packet->ip, &packet->udp);
}

static void write_outer(uint8_t *out, const struct ip_addr *care_of,
			const struct ip_addr *home_agent)
{
	struct ip6_hdr_wire *outer = (void *)out;

	*outer = (struct ip6_hdr_wire){
		.version_class_flow_be = rte_cpu_to_be_32(0x60000000),
		.payload_length_be = rte_cpu_to_be_16(sizeof(struct data_packet)),
		.next_header = PROTO_IPV6,
		.hop_limit = HOP_LIMIT,
	};
	memcpy(outer->source, care_of->bytes, sizeof(outer->source));
	memcpy(outer->destination, home_agent->bytes, sizeof(outer->destination));
}

static enum wrong check_outer(const uint8_t *packet, const struct ip_addr *home_agent,
			      struct ip_addr *care_of)
{
	const struct ip6_hdr_wire *outer = (const void *)packet;
	uint32_t first = rte_be_to_cpu_32(outer->version_class_flow_be);

	/* The traffic class is that of the inner packet, 0. */
	if ((first & 0x0ff00000) != 0 || outer->hop_limit == 0 ||
	    rte_be_to_cpu_16(outer->payload_length_be) != sizeof(struct data_packet))
		return WRONG_DATA_OUTER;
	if (memcmp(outer->source, home_agent->bytes, sizeof(outer->source)) != 0)
		return WRONG_SOURCE;
	memcpy(care_of, outer->destination, sizeof(*care_of));
	return WRONG_NOTHING;
}

static uint32_t packet_octets(const uint8_t *packet, uint32_t length)
{
	const struct ip6_hdr_wire *ip = (const void *)packet;
	uint32_t octets;

	if (length < sizeof(*ip) || packet[0] >> 4 != 6)
		return 0;
	octets = (uint32_t)sizeof(*ip) + ntohs(ip->payload_length_be);
	return octets <= length ? octets : 0;
}

static enum wrong take_mobility(const uint8_t *packet, uint32_t length, struct results *results)
{
	if (length < sizeof(struct ip6_hdr_wire) + MH_FIXED_OCTETS)
		return WRONG_MESSAGE;
	if (packet[sizeof(struct ip6_hdr_wire) + 2] != MH_BINDING_ERROR)
		return WRONG_ROUTING_HEADER; /* to one of our nodes away from home */
	results->binding_errors++;
	return WRONG_NOTHING;
}

static enum wrong take(const struct options *options, const uint8_t *packet, uint32_t length,
		       uint64_t now_tsc, struct results *results)
{
	const struct ip6_hdr_wire *ip = (const void *)packet;

	switch (ip->next_header) {
	case PROTO_ROUTING:
		if (memcmp(ip->source, options->home_agent.bytes, sizeof(ip->source)) != 0)
			return WRONG_SOURCE;
		return updates_receive(packet, length, now_tsc);
	case PROTO_IPV6:
		return traffic_receive_tunnelled(packet, length);
	case PROTO_UDP:
		return traffic_receive_plain(packet, length);
	case PROTO_MOBILITY:
		return take_mobility(packet, length, results);
	case PROTO_ICMP6:
		results->errors[length > sizeof(*ip) ? packet[sizeof(*ip)] : 0]++;
		return WRONG_NOTHING;
	default:
		return WRONG_UNKNOWN;
	}
}

const struct protocol protocol_mip6 = {
	.name = "mip6",
	.home_prefix = "2001:db8:1::/64",
	.care_of_prefix = "2001:db8:c::/48",
	.home_agent = "2001:db8:ff::1",
	.correspondent = "2001:db8:cc::1",
	.home_bits = 64,
	.care_of_bits = 64,
	.ether_type = ETHER_TYPE,
	.node_fields = "",
	.errors = "icmp6",
	.data_octets = sizeof(struct data_packet),
	.outer_octets = sizeof(struct ip6_hdr_wire),
	.status_gone = STATUS_NOT_HOME_AGENT_FOR_NODE, /* RFC 6275 §10.3.2 */
	.start = message_start,
	.stop = message_stop,
	.write_update = message_write_update,
	.read_ack = message_read_ack,
	.is_authentic = message_ack_is_authentic,
	.write_data = write_data,
	.write_outer = write_outer,
	.check_outer = check_outer,
	.packet_octets = packet_octets,
	.take = take,
};
