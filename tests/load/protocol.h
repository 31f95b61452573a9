/* SPDX-License-Identifier: BSD-3-Clause
 *
 * protocol: what differs between the protocols whose mobile nodes are played: addresses, messages and
 * the headers of data packets. Everything else asks the table.
 *
 * Bytes      packets start at the IP header. A data packet ends with struct data_trailer.
 * Threads    one.
 */
#ifndef LOAD_PROTOCOL_H
#define LOAD_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"
#include "load/message.h"
#include "load/nodes.h"
#include "load/options.h"
#include "load/wrong.h"

struct results;

enum {
	DATA_OCTETS_MAX = 64,
	DATA_UDP_PORT = 4660,
};

struct data_trailer {
	uint32_t magic_be;
	uint32_t node_be;
	uint64_t number_be;
} __attribute__((packed));

struct protocol {
	const char *name;
	/* Addresses that are used unless others are given. */
	const char *home_prefix;
	const char *care_of_prefix;
	const char *home_agent;
	const char *correspondent;
	uint8_t home_bits; /* behind the prefix, for the numbers of nodes */
	uint8_t care_of_bits;
	uint16_t ether_type;
	bool timestamps;	 /* always, not by --timestamps */
	const char *node_fields; /* more of a line of the mobile nodes file */
	const char *errors;	 /* name of the ICMP messages in the report */
	uint16_t data_octets;	 /* of a data packet, without tunnel */
	uint16_t outer_octets;	 /* of the header around it in a tunnel */
	uint8_t status_gone;	 /* of a removal that was sent again; STATUS_NONE: there is none */

	/* False when libcrypto lacks what is needed. */
	bool (*start)(void);
	void (*stop)(void);
	/* Returns the length of the packet; 0 when libcrypto fails. */
	uint16_t (*write_update)(const struct options *options, const struct node *node,
				 const struct update *update,
				 uint8_t out[static UPDATE_OCTETS_MAX]);
	enum wrong (*read_ack)(const uint8_t *packet, uint32_t length, struct ack *ack);
	bool (*is_authentic)(const struct ack *ack, const struct node *node);
	/* The whole packet, by what its trailer says. */
	void (*write_data)(uint8_t *out, const struct ip_addr *source,
			   const struct ip_addr *destination, uint8_t hop_limit,
			   const struct data_trailer *trailer);
	void (*write_outer)(uint8_t *out, const struct ip_addr *care_of,
			    const struct ip_addr *home_agent);
	/* Of a tunnel from the home agent; says where it leads. */
	enum wrong (*check_outer)(const uint8_t *packet, const struct ip_addr *home_agent,
				  struct ip_addr *care_of);
	/* Octets of the packet by its own header; 0 when that is not whole. */
	uint32_t (*packet_octets)(const uint8_t *packet, uint32_t length);
	/* Hands the packet on to those who wait for such. */
	enum wrong (*take)(const struct options *options, const uint8_t *packet, uint32_t length,
			   uint64_t now_tsc, struct results *results);
};

enum { STATUS_NONE = 0 };

extern const struct protocol protocol_mip6;
extern const struct protocol protocol_mip4;

/* NULL when there is none of that name. */
const struct protocol *protocol_find(const char *name);

#endif
