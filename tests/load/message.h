/* SPDX-License-Identifier: BSD-3-Clause
 *
 * message: Binding Updates out, Binding Acknowledgements in. Written apart from the home agent's
 * own code on purpose: a mistake there must not hide itself here.
 *
 * Bytes      packets start at the IPv6 header.
 * Threads    one; a keyed HMAC context is kept.
 * RFC        6275 §6.1.7, §6.1.8, §6.3, §6.4; 4283; 4285 §5, §6.
 */
#ifndef LOAD_MESSAGE_H
#define LOAD_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/ip.h"
#include "load/nodes.h"
#include "load/options.h"
#include "load/wrong.h"

enum {
	UPDATE_OCTETS_MAX = 256,
	AUTHENTICATOR_OCTETS = 12,
};

struct update {
	uint32_t node;
	uint32_t care_of; /* number of the care-of address */
	uint16_t sequence;
	uint32_t lifetime_s;	 /* 0 removes */
	uint64_t message_id_ntp; /* with timestamps */
};

struct ack {
	struct ip_addr care_of; /* where it was sent */
	struct ip_addr home;
	uint8_t status;
	uint16_t sequence;
	uint32_t lifetime_s;
	struct cursor identifier;
	bool has_message_id;
	uint64_t message_id_ntp;
	const uint8_t *message;
	uint16_t covered; /* octets under the authenticator; 0: there is none */
	const uint8_t *authenticator;
};

/* False when libcrypto lacks HMAC-SHA1. */
bool message_start(void);
void message_stop(void);

/* Writes the packet. Returns its length; 0 when libcrypto fails. */
uint16_t message_write_update(const struct options *options, const struct node *node,
			      const struct update *update, uint8_t out[static UPDATE_OCTETS_MAX]);

/* Bytes only; what it says is for the caller to compare. The authenticator is checked by the next
 * one. */
enum wrong message_read_ack(const uint8_t *packet, uint32_t length, struct ack *ack);
bool message_ack_is_authentic(const struct ack *ack, const struct node *node);

#endif
