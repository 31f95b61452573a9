/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mobile_node: who may register, and with which security association.
 *
 * Shape      one struct per mobile node, by home address; loaded from the mobile nodes file (JSON
 *            Lines).
 * Ownership  the table's; keys are wiped when it is freed and never printed.
 * Threads    the control thread.
 * RFC        4285 §5.1 (what a security association holds), 4283; 2526, 4291 §2.6.1 (addresses that no node has).
 */
#ifndef CONTROL_MOBILE_NODE_H
#define CONTROL_MOBILE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/fault.h"
#include "ha/ip.h"

enum auth_method {
	AUTH_MN_HA, /* RFC 4285 mobile node - home agent authentication option */
	AUTH_NONE,  /* anyone may move this node; only by explicit configuration */
};

enum replay_method {
	REPLAY_SEQUENCE,
	REPLAY_TIMESTAMP, /* RFC 4285 §6; the message-ID option is required */
};

enum {
	MN_KEY_OCTETS = 16,
	MN_IDENTIFIER_MAX = 253, /* octets of a NAI that fit the option */
};

/* One cache line. */
struct mobile_node {
	struct ip_addr home;
	uint32_t spi;
	uint8_t key[MN_KEY_OCTETS];
	uint8_t auth;		     /* enum auth_method */
	uint8_t replay;		     /* enum replay_method */
	bool prohibited;	     /* answered 129 */
	uint8_t identifier_length;   /* octets */
	uint32_t timestamp_window_s; /* 0: the configuration's */
	bool takes_revocation;	     /* understands RFC 5846, which has no way to say so */
	uint64_t last_timestamp_ntp; /* greatest accepted; outlives the binding */
	char *identifier;	     /* NAI, or NULL when any is taken */
};

struct mobile_nodes;

typedef void mobile_nodes_problem_fn(void *context, const struct fault *problem);

/* Reads and checks the whole file, home addresses against the configuration's home prefixes. Every problem is reported, as FILE:LINE and with the mend, but for those of a very wrong
 * file: then the last report says how many are left. NULL when there was one. */
struct mobile_nodes *mobile_nodes_read(const char *path, const struct config *config,
				       mobile_nodes_problem_fn *report, void *context);
/* The same for who wants to know the first problem only, and has no configuration. */
struct mobile_nodes *mobile_nodes_load(const char *path, struct fault *fault);
void mobile_nodes_free(struct mobile_nodes *nodes);
/* Reads the file again, into the same table: as a whole, or, false and with every problem reported, not at all. The greatest
 * timestamp accepted from a node that stays is kept. Pointers to single nodes are good no longer. */
bool mobile_nodes_reload(struct mobile_nodes *nodes, const char *path, const struct config *config,
			 mobile_nodes_problem_fn *report, void *context);

/* NULL when nobody has that home address. */
struct mobile_node *mobile_nodes_find(const struct mobile_nodes *nodes, const struct ip_addr *home);
/* Asks the memory for what finding and reading the node will need, one dependent step a call: 0, 1,
 * 2. Between the steps of one node there is time for those of others. A hint: it may miss. */
void mobile_nodes_fetch(const struct mobile_nodes *nodes, const struct ip_addr *home,
			unsigned int step);
size_t mobile_nodes_count(const struct mobile_nodes *nodes);
size_t mobile_nodes_count_unauthenticated(const struct mobile_nodes *nodes);

#endif
