/* SPDX-License-Identifier: BSD-3-Clause */
/* mip4: mobile nodes of Mobile IPv4 with co-located care-of addresses, HMAC-MD5 and timestamps, IP-in-IP tunnels both ways.
 * Written apart from the home agent's own code on purpose: a mistake there must not hide itself here.
 *
 * RFC 5944 §3.3, §3.4, §3.5, §5.1, §5.7.1; 2794 §2; 2003 §3.1; 3024. */
#include <string.h>

#include <netinet/in.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <rte_byteorder.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "ha/wire/ip4.h"
#include "ha/wire/mip4.h"
#include "load/protocol.h"
#include "load/report.h"
#include "load/traffic.h"
#include "load/updates.h"

enum {
	ETHER_TYPE = 0x0800,
	TTL = 64,
	UDP_PROTOCOL = 17,
	MD5_OCTETS = 16,
	HEADERS_OCTETS = sizeof(struct ip4_hdr_wire) + sizeof(struct udp_hdr_wire),
};

struct data_packet {
	struct ip4_hdr_wire ip;
	struct udp_hdr_wire udp;
	struct data_trailer trailer;
} __attribute__((packed));

static EVP_MAC_CTX *hmac;

static bool start(void)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"MD5", 0),
		OSSL_PARAM_construct_end(),
	};

	if (mac != NULL)
		hmac = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	return hmac != NULL && EVP_MAC_CTX_set_params(hmac, params) == 1;
}

static void stop(void)
{
	EVP_MAC_CTX_free(hmac);
	hmac = NULL;
}

/* RFC 5944 §3.5.1: everything from the type of the message to the SPI. */
static bool authenticate(const uint8_t *key, const uint8_t *message, size_t covered,
			 uint8_t out[static MD5_OCTETS])
{
	size_t length = 0;

	return EVP_MAC_init(hmac, key, NODE_KEY_OCTETS, NULL) == 1 &&
	       EVP_MAC_update(hmac, message, covered) == 1 &&
	       EVP_MAC_final(hmac, out, &length, MD5_OCTETS) == 1 && length == MD5_OCTETS;
}

static void write_ip(struct ip4_hdr_wire *ip, uint8_t protocol, uint8_t ttl, uint16_t octets,
		     const struct ip_addr *source, const struct ip_addr *destination)
{
	*ip = (struct ip4_hdr_wire){
		.version_ihl = IP4_VERSION_IHL,
		.total_length_be = rte_cpu_to_be_16(octets),
		.fragment_be = rte_cpu_to_be_16(IP4_DF),
		.ttl = ttl,
		.protocol = protocol,
	};
	memcpy(ip->source, ip4_octets(source), sizeof(ip->source));
	memcpy(ip->destination, ip4_octets(destination), sizeof(ip->destination));
	ip->checksum_be = rte_ipv4_cksum((const void *)ip);
}

/* Behind the IP header. */
static void write_udp(struct ip4_hdr_wire *ip, uint16_t source, uint16_t destination,
		      uint16_t octets)
{
	struct udp_hdr_wire *udp = (void *)(ip + 1);

	*udp = (struct udp_hdr_wire){
		.source_be = rte_cpu_to_be_16(source),
		.destination_be = rte_cpu_to_be_16(destination),
		.length_be = rte_cpu_to_be_16(octets),
	};
	udp->checksum_be = rte_ipv4_udptcp_cksum((const void *)ip, udp);
}

static void write_address(struct writer *w, const struct ip_addr *address)
{
	writer_bytes(w, ip4_octets(address), 4);
}

static void write_request(struct writer *w, const struct options *options,
			  const struct update *update, const struct ip_addr *care_of)
{
	struct ip_addr home = node_home(options, update->node);
	char identifier[NODE_IDENTIFIER_TEXT];
	uint8_t length = node_identifier(update->node, identifier);

	writer_u8(w, MIP4_REGISTRATION_REQUEST);
	writer_u8(w, MIP4_FLAG_COLOCATED | MIP4_FLAG_REVERSE);
	writer_u16(w, (uint16_t)update->lifetime_s);
	write_address(w, &home);
	write_address(w, &options->home_agent);
	write_address(w, update->lifetime_s == 0 ? &home : care_of);
	writer_u64(w, update->message_id_ntp);
	writer_u8(w, MIP4_EXT_NAI);
	writer_u8(w, length);
	writer_bytes(w, identifier, length);
	writer_u8(w, MIP4_EXT_MN_HA);
	writer_u8(w, 4 + MD5_OCTETS);
	writer_u32(w, NODE_SPI);
}

static uint16_t write_update(const struct options *options, const struct node *node,
			     const struct update *update, uint8_t out[static UPDATE_OCTETS_MAX])
{
	struct ip_addr care_of = node_care_of(options, update->node, update->care_of);
	uint8_t *message = out + HEADERS_OCTETS;
	struct writer w = writer_of(message, UPDATE_OCTETS_MAX - HEADERS_OCTETS);
	struct ip4_hdr_wire *ip = (void *)out;
	uint16_t octets;

	write_request(&w, options, update, &care_of);
	octets = (uint16_t)(w.at - out + MD5_OCTETS);
	if (!authenticate(node->key, message, (size_t)(w.at - message), w.at))
		return 0;
	write_ip(ip, UDP_PROTOCOL, TTL, octets, &care_of, &options->home_agent);
	write_udp(ip, MIP4_PORT, MIP4_PORT, (uint16_t)(octets - sizeof(*ip)));
	return octets;
}

static enum wrong read_authentication(struct cursor data, const uint8_t *message, struct ack *ack)
{
	uint32_t spi;

	if (!cursor_u32(&data, &spi) || spi != NODE_SPI || cursor_left(&data) != MD5_OCTETS)
		return WRONG_AUTHENTICATOR;
	ack->covered = (uint16_t)(data.at - message);
	ack->authenticator = data.at;
	return WRONG_NOTHING;
}

/* Simple ones only: we ask for nothing that is answered by another kind. */
static enum wrong read_extensions(struct cursor rest, const uint8_t *message, struct ack *ack)
{
	while (cursor_left(&rest) > 0) {
		struct cursor data;
		uint8_t type;
		uint8_t length;

		cursor_u8(&rest, &type);
		if (type == MIP4_EXT_PAD)
			continue;
		/* We are no foreign agent: nothing is for us behind our authentication. */
		if (ack->covered != 0 || !cursor_u8(&rest, &length) ||
		    !cursor_take(&rest, length, &data))
			return WRONG_OPTIONS;
		if (type == MIP4_EXT_NAI)
			ack->identifier = data;
		if (type == MIP4_EXT_MN_HA &&
		    read_authentication(data, message, ack) != WRONG_NOTHING)
			return WRONG_AUTHENTICATOR;
	}
	return WRONG_NOTHING;
}

static bool read_address(struct cursor *c, struct ip_addr *address)
{
	uint8_t octets[4];

	if (!cursor_bytes(c, octets, sizeof(octets)))
		return false;
	*address = ip4_mapped(octets);
	return true;
}

static enum wrong read_reply(struct cursor message, const struct ip_addr *source, struct ack *ack)
{
	struct ip_addr home_agent;
	uint16_t lifetime_s;
	uint8_t type;

	ack->message = message.at;
	if (!cursor_u8(&message, &type) || type != MIP4_REGISTRATION_REPLY ||
	    !cursor_u8(&message, &ack->status) || !cursor_u16(&message, &lifetime_s) ||
	    !read_address(&message, &ack->home) || !read_address(&message, &home_agent) ||
	    !cursor_u64(&message, &ack->message_id_ntp))
		return WRONG_MESSAGE;
	if (!ip_addr_equal(source, &home_agent))
		return WRONG_SOURCE;
	ack->lifetime_s = lifetime_s;
	ack->has_message_id = true;
	ack->sequence = (uint16_t)ack->message_id_ntp;
	return read_extensions(message, ack->message, ack);
}

static enum wrong read_ack(const uint8_t *packet, uint32_t length, struct ack *ack)
{
	const struct ip4_hdr_wire *ip = (const void *)packet;
	const struct udp_hdr_wire *udp = (const void *)(ip + 1);
	struct ip_addr source = ip4_mapped(ip->source);

	memset(ack, 0, sizeof(*ack));
	if (length < HEADERS_OCTETS || udp->destination_be != rte_cpu_to_be_16(MIP4_PORT) ||
	    rte_be_to_cpu_16(udp->length_be) != length - sizeof(*ip))
		return WRONG_MESSAGE;
	/* Over a right checksum the sum is 0, which UDP writes as 0xffff. */
	if (udp->checksum_be != 0 && rte_ipv4_udptcp_cksum((const void *)ip, udp) != 0xffff)
		return WRONG_CHECKSUM;
	ack->care_of = ip4_mapped(ip->destination);
	return read_reply(cursor_of(packet + HEADERS_OCTETS, length - HEADERS_OCTETS), &source,
			  ack);
}

static bool is_authentic(const struct ack *ack, const struct node *node)
{
	uint8_t expected[MD5_OCTETS];

	return ack->covered != 0 && authenticate(node->key, ack->message, ack->covered, expected) &&
	       CRYPTO_memcmp(expected, ack->authenticator, sizeof(expected)) == 0;
}

static void write_data(uint8_t *out, const struct ip_addr *source,
		       const struct ip_addr *destination, uint8_t hop_limit,
		       const struct data_trailer *trailer)
{
	struct data_packet *packet = (void *)out;

	write_ip(&packet->ip, UDP_PROTOCOL, hop_limit, sizeof(*packet), source, destination);
	packet->trailer = *trailer;
	write_udp(&packet->ip, DATA_UDP_PORT, DATA_UDP_PORT, sizeof(*packet) - sizeof(packet->ip));
}

static void write_outer(uint8_t *out, const struct ip_addr *care_of,
			const struct ip_addr *home_agent)
{
	write_ip((void *)out, PROTO_IPIP, TTL,
		 sizeof(struct ip4_hdr_wire) + sizeof(struct data_packet), care_of, home_agent);
}

static enum wrong check_outer(const uint8_t *packet, const struct ip_addr *home_agent,
			      struct ip_addr *care_of)
{
	const struct ip4_hdr_wire *outer = (const void *)packet;

	/* TOS and DF are those of the inner packet (RFC 2003 §3.1). */
	if (outer->tos != 0 || outer->ttl == 0 || outer->fragment_be != rte_cpu_to_be_16(IP4_DF) ||
	    rte_be_to_cpu_16(outer->total_length_be) != sizeof(*outer) + sizeof(struct data_packet))
		return WRONG_DATA_OUTER;
	if (memcmp(outer->source, ip4_octets(home_agent), sizeof(outer->source)) != 0)
		return WRONG_SOURCE;
	*care_of = ip4_mapped(outer->destination);
	return WRONG_NOTHING;
}

static uint32_t packet_octets(const uint8_t *packet, uint32_t length)
{
	const struct ip4_hdr_wire *ip = (const void *)packet;
	uint32_t octets;

	if (length < sizeof(*ip) || ip->version_ihl != IP4_VERSION_IHL ||
	    rte_raw_cksum(ip, sizeof(*ip)) != 0xffff)
		return 0;
	octets = rte_be_to_cpu_16(ip->total_length_be);
	return octets >= sizeof(*ip) && octets <= length ? octets : 0;
}

static enum wrong take(const struct options *options, const uint8_t *packet, uint32_t length,
		       uint64_t now_tsc, struct results *results)
{
	const struct ip4_hdr_wire *ip = (const void *)packet;

	switch (ip->protocol) {
	case PROTO_IPIP:
		return traffic_receive_tunnelled(packet, length);
	case PROTO_ICMP:
		results->errors[length > sizeof(*ip) ? packet[sizeof(*ip)] : 0]++;
		return WRONG_NOTHING;
	case UDP_PROTOCOL:
		if (memcmp(ip->source, ip4_octets(&options->home_agent), sizeof(ip->source)) == 0)
			return updates_receive(packet, length, now_tsc);
		return traffic_receive_plain(packet, length);
	default:
		return WRONG_UNKNOWN;
	}
}

const struct protocol protocol_mip4 = {
	.name = "mip4",
	.home_prefix = "10.0.0.0/8",
	.care_of_prefix = "64.0.0.0/4",
	.home_agent = "192.0.2.1",
	.correspondent = "198.51.100.10",
	.home_bits = 20,
	.care_of_bits = 28,
	.ether_type = ETHER_TYPE,
	.timestamps = true,
	.node_fields = ",\"algorithm\":\"hmac-md5\"",
	.errors = "icmp",
	.data_octets = sizeof(struct data_packet),
	.outer_octets = sizeof(struct ip4_hdr_wire),
	.status_gone = STATUS_NONE,
	.start = start,
	.stop = stop,
	.write_update = write_update,
	.read_ack = read_ack,
	.is_authentic = is_authentic,
	.write_data = write_data,
	.write_outer = write_outer,
	.check_outer = check_outer,
	.packet_octets = packet_octets,
	.take = take,
};
