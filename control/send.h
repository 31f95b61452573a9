/* SPDX-License-Identifier: BSD-3-Clause
 *
 * send: puts headers around a message and hands it to a worker.
 *
 * Threads    the control thread.
 * RFC        8200 §8.1 (checksum); 6275 §6.4 (type 2 routing header), §9.3.2, §9.5.4, §10.4.2.
 */
#ifndef CONTROL_SEND_H
#define CONTROL_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"

struct registration;

/* Who the message is for. With a home address it goes to the care-of address in to, with a type 2
 * routing header. */
struct recipient {
	struct ip_addr to;
	struct ip_addr home;
	bool has_home;
};

/* A node by its address: by way of its care-of address when it is a mobile node of ours that is
 * away (RFC 6275 §10.4.2), or one that the correspondent function has a binding of (§9.3.2). */
struct recipient recipient_of(const struct ip_addr *address);

/* message is the upper-layer header and data of that protocol (Mobility Header or ICMPv6) with
 * checksum 0; it is copied and its checksum set. worker: the one that brought the question. With a
 * routing header to the home address of another mobile node that is away: through that one's tunnel.
 * False, counted, when it could not be sent. */
bool send_message(uint16_t worker, const struct ip_addr *from, const struct recipient *recipient,
		  uint8_t protocol, const uint8_t *message, uint16_t octets);

/* To that address, never by routing header: Mobility Header messages other than acknowledgements do
 * not look at bindings (RFC 6275 §6.1). To a mobile node of ours that is away it goes as anybody's
 * packet would, through its tunnel. */
bool send_to_address(uint16_t worker, const struct ip_addr *from, const struct ip_addr *to,
		     uint8_t protocol, const uint8_t *message, uint16_t octets);

/* The same as a whole packet on a home link, to a link-layer address there: for a mobile node at home,
 * whose address the home agent may have been defending until now. */
bool send_message_on_link(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *from,
			  const struct recipient *recipient, uint8_t protocol,
			  const uint8_t *message, uint16_t octets);

/* A whole packet, headers and all, through the tunnel of a mobile node that is away. */
bool send_in_tunnel(uint16_t worker, const struct registration *r, const uint8_t *inner,
		    uint16_t octets);

#endif
