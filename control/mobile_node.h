/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mobile_node: who may register, and with which security association.
 *
 * Shape      one struct per mobile node, by home address; loaded from the mobile nodes file (JSON
 *            Lines). Those of Mobile IPv4 have a second one, and may be found by their identifier; one without a home address of
 *            its own is found by home address while it has one assigned.
 * Ownership  the table's; keys are wiped when it is freed and never printed.
 * Threads    the control thread.
 * RFC        4285 §5.1 (what a security association holds), 4283; 2526, 4291 §2.6.1 (addresses that no node has); 5944 §1.7, §5.1,
 *            §5.7, 2794, 2890 §2.1 (Mobile IPv4).
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
	AUTH_MIP4, /* a mobile node of Mobile IPv4, by its mobility security association (RFC 5944 §3.5.2) */
};

enum replay_method {
	REPLAY_SEQUENCE,
	REPLAY_TIMESTAMP, /* RFC 4285 §6; the message-ID option is required. RFC 5944 §5.7.1 */
	REPLAY_NONCE,	  /* Mobile IPv4 only, RFC 5944 §5.7.2 */
};

enum {
	MN_KEY_OCTETS = 16,
	MN_IDENTIFIER_MAX = 253, /* octets of a NAI that fit the option */
};

/* What only a mobile node of Mobile IPv4 has. */
struct mobile_node4 {
	struct mip4_association association;
	uint32_t nonce;	  /* high half of the identification in our last reply, RFC 5944 §5.7.2 */
	bool has_nonce;	  /* such a reply was sent */
	bool is_assigned; /* the home address is one of a pool's */
	bool has_gre_key;
	uint32_t gre_key; /* of its tunnels in GRE, both ways; with has_gre_key, as 0 is one, too */
};

/* One cache line. */
struct mobile_node {
	struct ip_addr home; /* unspecified: of Mobile IPv4, and none is assigned now */
	union {
		uint8_t key[MN_KEY_OCTETS]; /* with AUTH_MN_HA */
		struct mobile_node4 *ip4;   /* with AUTH_MIP4; the table's */
	};
	uint32_t spi;		     /* with AUTH_MN_HA */
	uint32_t timestamp_window_s; /* 0: the configuration's */
	uint64_t last_timestamp_ntp; /* greatest accepted; outlives the binding */
	char *identifier;	     /* NAI, or NULL when any is taken */
	uint8_t identifier_length;   /* octets */
	uint8_t auth;		     /* enum auth_method */
	uint8_t replay;		     /* enum replay_method */
	bool prohibited;	     /* answered 129 */
	bool takes_revocation;	     /* understands RFC 5846, which has no way to say so */
};

static inline bool mobile_node_is_ip4(const struct mobile_node *node)
{
	return node->auth == AUTH_MIP4;
}

struct mobile_nodes;

typedef void mobile_nodes_problem_fn(void *context, const struct fault *problem);

/* Reads and checks the whole file, home addresses against the configuration's home prefixes. Every problem is reported, as FILE:LINE and with the mend, but for those of a very wrong
 * file: then the last report says how many are left. NULL when there was one. */
/* Without a path there are none, as for a foreign agent alone. */
struct mobile_nodes *mobile_nodes_read(const char *path, const struct config *config,
				       mobile_nodes_problem_fn *report, void *context);
/* The same for who wants to know the first problem only, and has no configuration. */
struct mobile_nodes *mobile_nodes_load(const char *path, struct fault *fault);
void mobile_nodes_free(struct mobile_nodes *nodes);
/* Reads the file again, into the same table: as a whole, or, false and with every problem reported, not at all. The greatest
 * timestamp accepted from a node that stays is kept, and so are its nonce and its assigned home address unless that is another
 * node's now. Pointers to single nodes are good no longer. */
bool mobile_nodes_reload(struct mobile_nodes *nodes, const char *path, const struct config *config,
			 mobile_nodes_problem_fn *report, void *context);

/* NULL when nobody has that home address, of its own or assigned. */
struct mobile_node *mobile_nodes_find(const struct mobile_nodes *nodes, const struct ip_addr *home);
/* Of Mobile IPv4: the node with that NAI (RFC 2794), octet for octet; NULL when there is none. */
struct mobile_node *mobile_nodes_find_identifier(const struct mobile_nodes *nodes,
						 const uint8_t *identifier, size_t length);
/* Gives an address of a pool to a node of Mobile IPv4 without one; it is found by it from now on. False when another node has that
 * address. */
bool mobile_nodes_assign(struct mobile_nodes *nodes, struct mobile_node *node,
			 const struct ip_addr *home);
/* Takes an assigned address back; nothing happens to a node that has none, or one of its own. */
void mobile_nodes_release(struct mobile_nodes *nodes, struct mobile_node *node);
/* Asks the memory for what finding and reading the node will need, one dependent step a call: 0, 1,
 * 2. Between the steps of one node there is time for those of others. A hint: it may miss. */
void mobile_nodes_fetch(const struct mobile_nodes *nodes, const struct ip_addr *home,
			unsigned int step);
size_t mobile_nodes_count(const struct mobile_nodes *nodes);
size_t mobile_nodes_count_ip4(const struct mobile_nodes *nodes); /* of them */
/* Those with an assigned address, in that home network of the configuration. */
size_t mobile_nodes_count_assigned(const struct mobile_nodes *nodes, uint16_t network);
size_t mobile_nodes_count_unauthenticated(const struct mobile_nodes *nodes);

#endif
