/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include "bench/source4.h"
#include "support/plane.h"

enum {
	ETHER_OCTETS = 14,
	DESCRIPTORS = 512,
	COPY_PLAIN = 64, /* Ethernet, IPv6, UDP */
	COPY_TUNNELLED = 104,
	SOURCE_AT = ETHER_OCTETS + 8, /* of the IPv6 header's addresses */
	DESTINATION_AT = ETHER_OCTETS + 24,
	IP6_OCTETS = sizeof(struct ip6_hdr_wire),
	LAST = 15, /* octet of an address: there are 256 correspondents */
};

static inline void put(uint8_t *at, const struct ip_addr *address)
{
	memcpy(at, address->bytes, sizeof(address->bytes));
}

static inline uint32_t after(const struct stream *stream, uint32_t at, uint32_t steps)
{
	return at + steps < stream->length ? at + steps : at + steps - stream->length;
}

/* The copies have constant lengths, longer than the headers: they are a few wide stores. */
static inline void write_packet(struct source *s, struct rte_mbuf *m)
{
	uint8_t *start = rte_pktmbuf_mtod(m, uint8_t *);
	const struct stream *stream = s->stream;

	if (s->kind == SOURCE_PLAIN) {
		memcpy(start, s->template, COPY_PLAIN);
		start[SOURCE_AT + LAST] = (uint8_t)s->at;
		put(start + DESTINATION_AT, &stream->homes[s->at]);
	} else if (s->kind == SOURCE_FAT) {
		memcpy(start, s->template, COPY_TUNNELLED);
		start[IP6_OCTETS + DESTINATION_AT + LAST] = (uint8_t)s->at;
	} else {
		memcpy(start, s->template, COPY_TUNNELLED);
		put(start + SOURCE_AT, &stream->care_ofs[s->at]);
		put(start + IP6_OCTETS + SOURCE_AT, &stream->homes[s->at]);
		start[IP6_OCTETS + DESTINATION_AT + LAST] = (uint8_t)s->at;
		if (s->kind == SOURCE_HAIRPIN)
			put(start + IP6_OCTETS + DESTINATION_AT,
			    &stream->homes[after(stream, s->at, 7)]);
	}
	m->data_len = s->octets;
	m->pkt_len = s->octets;
	s->at = after(stream, s->at, 1);
}

static uint16_t fill(uint16_t port, uint16_t queue, struct rte_mbuf *packets[], uint16_t n,
		     uint16_t max, void *source)
{
	struct source *s = source;

	(void)port;
	(void)queue;
	(void)max;
	if (s->encap != ENCAP_IP6_IN_IP6)
		source4_write(s, packets, n);
	else
		for (uint16_t i = 0; i < n; i++)
			write_packet(s, packets[i]);
	if (s->left > n) {
		s->left -= n;
	} else {
		s->left = 0;
		s->worker->running = false;
	}
	return n;
}

void source_open(struct source *source, unsigned int number, struct rte_mempool *pool)
{
	struct rte_eth_conf conf = {0};
	char name[32];

	snprintf(name, sizeof(name), "net_null%u", number);
	if (rte_eal_hotplug_add("vdev", name, "size=64") != 0 ||
	    rte_eth_dev_get_port_by_name(name, &source->ethdev) != 0 ||
	    rte_eth_dev_configure(source->ethdev, 1, 1, &conf) != 0 ||
	    rte_eth_rx_queue_setup(source->ethdev, 0, DESCRIPTORS, SOCKET_ID_ANY, NULL, pool) !=
		    0 ||
	    rte_eth_tx_queue_setup(source->ethdev, 0, DESCRIPTORS, SOCKET_ID_ANY, NULL) != 0 ||
	    rte_eth_dev_start(source->ethdev) != 0 ||
	    rte_eth_add_rx_callback(source->ethdev, 0, fill, source) == NULL) {
		fprintf(stderr, "%s could not be started\n", name);
		exit(2);
	}
}

static void write_header(uint8_t *at, uint16_t payload, uint8_t next, struct ip_addr from,
			 struct ip_addr to)
{
	struct ip6_hdr_wire header = {
		.version_class_flow_be = RTE_BE32(0x60000000),
		.payload_length_be = rte_cpu_to_be_16(payload),
		.next_header = next,
		.hop_limit = 64,
	};

	memcpy(header.source, from.bytes, sizeof(header.source));
	memcpy(header.destination, to.bytes, sizeof(header.destination));
	memcpy(at, &header, sizeof(header));
}

void source_set(struct source *source, enum source_kind kind, uint16_t inner_octets,
		uint64_t packets)
{
	static const uint8_t ether[ETHER_OCTETS] = {0x02, 0, 0, 0, 0, 1,    0x02,
						    0,	  0, 0, 0, 2, 0x86, 0xdd};
	struct ip_addr correspondent = plane_correspondent();
	struct ip_addr agent = plane_home_agent();
	uint8_t *at = source->template;

	source->kind = kind;
	source->left = packets;
	if (source->encap != ENCAP_IP6_IN_IP6) {
		source4_set(source, inner_octets);
		return;
	}
	memcpy(at, ether, sizeof(ether));
	at += sizeof(ether);
	if (kind != SOURCE_PLAIN) {
		write_header(at, inner_octets, PROTO_IPV6, plane_care_of(0), agent);
		at += IP6_OCTETS;
		write_header(at, (uint16_t)(inner_octets - IP6_OCTETS), PROTO_UDP, plane_home(0),
			     correspondent);
	} else {
		write_header(at, (uint16_t)(inner_octets - IP6_OCTETS), PROTO_UDP, correspondent,
			     plane_home(0));
	}
	source->octets = (uint16_t)(at - source->template + inner_octets);
}
