/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/signalling_flood.h"

#include <rte_ip.h>

#include "bench/signalling_updates.h"
#include "ha/cursor.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"

enum {
	MESSAGE_OCTETS = 8,
	CHECKSUM_OFFSET = 2,
};

static struct flood_packet packets[FLOOD_PACKETS];

static void put_checksum(uint8_t *message, const struct ip_addr *source,
			 const struct ip_addr *destination)
{
	const struct {
		struct ip_addr source;
		struct ip_addr destination;
		uint32_t length_be;
		uint8_t zero_next[4];
	} pseudo = {*source, *destination, RTE_BE32(MESSAGE_OCTETS), {0, 0, 0, PROTO_ICMP6}};
	uint32_t sum = rte_raw_cksum(&pseudo, sizeof(pseudo));
	uint16_t folded;

	sum += rte_raw_cksum(message, MESSAGE_OCTETS);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	folded = (uint16_t)~sum;
	memcpy(message + CHECKSUM_OFFSET, &folded, sizeof(folded));
}

static void write_header(struct writer *w, uint16_t payload, uint8_t next,
			 const struct ip_addr *source, const struct ip_addr *destination)
{
	writer_u32(w, 0x60000000);
	writer_u16(w, payload);
	writer_u8(w, next);
	writer_u8(w, 64);
	writer_addr(w, source);
	writer_addr(w, destination);
}

/* The checksum is of the addresses that the packet has at its end (RFC 6275 §11.3.1). */
static void write_message(struct writer *w, uint8_t type, uint16_t identifier,
			  const struct ip_addr *source, const struct ip_addr *destination)
{
	uint8_t *message = w->at;

	writer_u8(w, type);
	writer_zero(w, 3); /* code, checksum */
	writer_u16(w, identifier);
	writer_u16(w, 0);
	put_checksum(message, source, destination);
}

static void write_discovery(const struct options *options, uint32_t i, struct writer *w)
{
	struct ip_addr anycast = options->home_prefix.addr;
	struct ip_addr source = options->correspondent;

	memcpy(anycast.bytes + 8, "\xfd\xff\xff\xff\xff\xff\xff\xfe", 8); /* RFC 2526 §2 */
	source.bytes[6] = (uint8_t)(i >> 8);
	source.bytes[7] = (uint8_t)i;
	write_header(w, MESSAGE_OCTETS, PROTO_ICMP6, &source, &anycast);
	write_message(w, ICMP6_DHAAD_REQUEST, (uint16_t)i, &source, &anycast);
}

static void write_solicitation(const struct options *options, uint32_t i, struct writer *w)
{
	static const uint8_t home_address_header[] = {
		PROTO_ICMP6, 2, OPTION_PADN, 2, 0, 0, OPTION_HOME_ADDRESS, 16,
	};
	uint32_t node = (uint32_t)((uint64_t)i * options->count / FLOOD_PACKETS);
	struct ip_addr home = node_home(options, node);
	struct ip_addr care_of = node_care_of(options, node, updates_node(node)->care_of);

	write_header(w, sizeof(home_address_header) + sizeof(home) + MESSAGE_OCTETS,
		     PROTO_DEST_OPTIONS, &care_of, &options->home_agent);
	writer_bytes(w, home_address_header, sizeof(home_address_header));
	writer_addr(w, &home);
	write_message(w, ICMP6_MOBILE_PREFIX_SOLICITATION, (uint16_t)i, &home,
		      &options->home_agent);
}

const struct flood_packet *flood_prepare(const struct options *options, enum flood_kind kind)
{
	for (uint32_t i = 0; i < FLOOD_PACKETS; i++) {
		struct writer w = writer_of(packets[i].packet, sizeof(packets[i].packet));

		if (kind == FLOOD_DISCOVERY)
			write_discovery(options, i, &w);
		else
			write_solicitation(options, i, &w);
		packets[i].octets = (uint16_t)(w.at - packets[i].packet);
	}
	return packets;
}
