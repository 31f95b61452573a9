/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nd: Neighbor Solicitations and Advertisements, decoded and encoded.
 *
 * Bytes      an encoded message has checksum 0.
 * Threads    any; pure.
 * RFC        4861 §4.3, §4.4, §4.6.1, §7.1.1, §7.1.2; 4291 §2.7.1 (solicited-node groups).
 */
#ifndef CONTROL_LINK_ND_H
#define CONTROL_LINK_ND_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/ip.h"

enum {
	ND_SOLICITATION_OCTETS = 24, /* a link-layer address option not among them */
	ND_ADVERTISEMENT_OCTETS = 32,
};

struct nd_solicitation {
	struct ip_addr target;
	bool has_link_layer;
	uint8_t link_layer[6]; /* of the sender */
};

struct nd_advertisement {
	struct ip_addr target;
	bool router;
	bool solicited;
	bool override;
	bool has_link_layer;
	uint8_t link_layer[6]; /* of the target */
};

/* icmp6: the message from its type on; its checksum, code and hop limit were checked. False when it
 * is not valid. */
bool nd_solicitation_decode(struct cursor icmp6, const struct ip_addr *source,
			    const struct ip_addr *destination, struct nd_solicitation *out);
bool nd_advertisement_decode(struct cursor icmp6, const struct ip_addr *destination,
			     struct nd_advertisement *out);

/* One for duplicate address detection: without a link-layer address. */
void nd_solicitation_encode(const struct ip_addr *target,
			    uint8_t out[static ND_SOLICITATION_OCTETS]);
/* Always with the link-layer address. */
void nd_advertisement_encode(const struct nd_advertisement *advertisement,
			     uint8_t out[static ND_ADVERTISEMENT_OCTETS]);

struct ip_addr nd_solicited_node(const struct ip_addr *address);
struct ip_addr nd_all_nodes(void);
/* fe80::/64 and the interface identifier of an address. */
struct ip_addr nd_link_local(const struct ip_addr *address);

#endif
