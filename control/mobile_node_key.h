/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mobile_node_key: the keys of a line of the mobile nodes file, each read by itself.
 *
 * Order      as in enum node_key: the home address comes first, since it says which protocol the others are for.
 * Threads    the control thread.
 */
#ifndef CONTROL_MOBILE_NODE_KEY_H
#define CONTROL_MOBILE_NODE_KEY_H

#include <jansson.h>

#include "mobile_node_read.h"

enum node_key {
	NODE_HOME_ADDRESS,
	NODE_AUTH,
	NODE_IDENTIFIER,
	NODE_SPI,
	NODE_ALGORITHM,
	NODE_KEY,
	NODE_REPLAY,
	NODE_WINDOW,
	NODE_PROHIBITED,
	NODE_REVOCATION,
	NODE_GRE_KEY,
	NODE_KEY_COUNT
};

enum node_key_bit {
	HAS_HOME_ADDRESS = 1 << NODE_HOME_ADDRESS,
	HAS_AUTH = 1 << NODE_AUTH,
	HAS_IDENTIFIER = 1 << NODE_IDENTIFIER,
	HAS_SPI = 1 << NODE_SPI,
	HAS_ALGORITHM = 1 << NODE_ALGORITHM,
	HAS_KEY = 1 << NODE_KEY,
	HAS_REPLAY = 1 << NODE_REPLAY,
	HAS_WINDOW = 1 << NODE_WINDOW,
	HAS_REVOCATION = 1 << NODE_REVOCATION,
	HAS_GRE_KEY = 1 << NODE_GRE_KEY,
};

/* One line, before it is known which protocol it is of. */
struct node_row {
	struct node_reading *reading;
	struct mobile_node *node;
	struct mip4_association association; /* of either protocol */
	uint32_t gre_key;
	bool is_ip4;
	unsigned int given; /* bits of enum node_key */
	unsigned int wrong; /* those of them whose value could not be read */
};

extern const char *const node_key_names[NODE_KEY_COUNT];

/* False after a problem. */
bool node_key_read(struct node_row *row, enum node_key key, const json_t *value);

#endif
