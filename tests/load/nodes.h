/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nodes: the mobile nodes that are played: their addresses, keys and what they wait for.
 *
 * Shape      node i of 0 .. count-1 is called number i + 1 in addresses and identifier: home
 *            address home-prefix | number, care-of address care-of-prefix | number | how many
 *            care-of addresses it has had. So every address that comes back tells whose it is and
 *            since when, without a table. In IPv4 the two numbers share what is behind the prefix.
 */
#ifndef LOAD_NODES_H
#define LOAD_NODES_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"
#include "load/options.h"

enum {
	NODE_KEY_OCTETS = 16,
	NODE_IDENTIFIER_TEXT = 24,
	NODE_SPI = 1000,
	NODE_CARE_OF_BITS4 = 8, /* of an IPv4 care-of address, for how many there were */
};

#define NODE_NONE UINT32_MAX

struct node {
	uint8_t key[NODE_KEY_OCTETS];
	uint64_t first_sent_tsc; /* of the update that waits for its acknowledgement */
	uint64_t due_tsc;	 /* when it is sent again */
	uint64_t message_id_ntp;
	uint64_t changed_at; /* data packets before this number may show what was before the last
				acknowledgement */
	uint32_t next;	     /* in the list of those that wait equally long */
	uint32_t prev;
	uint32_t care_of;	 /* number of the acknowledged care-of address; 0: never had one */
	uint32_t care_of_asked;	 /* by the update that waits; else as care_of */
	uint16_t sequence;	 /* last used */
	uint16_t first_sequence; /* of the first transmission of the same update */
	uint8_t waits_for;	 /* enum phase_kind; PHASE_NONE */
	uint8_t tries;
	bool registered;
	bool uncertain; /* an update was never answered: the home agent may hold either state */
};

/* NULL when out of memory. */
struct node *nodes_make(const struct options *options);
void nodes_free(struct node *nodes, uint32_t count);

struct ip_addr node_home(const struct options *options, uint32_t i);
struct ip_addr node_care_of(const struct options *options, uint32_t i, uint32_t number);
/* Returns its length. */
uint8_t node_identifier(uint32_t i, char text[static NODE_IDENTIFIER_TEXT]);

/* NODE_NONE when it is nobody's. */
uint32_t node_by_home(const struct options *options, const struct ip_addr *home);
uint32_t node_by_care_of(const struct options *options, const struct ip_addr *care_of,
			 uint32_t *number);

/* The JSON Lines file for homewardd, mode 0600. 0 or a negative errno. */
int nodes_write(const struct options *options);

#endif
