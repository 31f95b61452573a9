/* SPDX-License-Identifier: BSD-3-Clause
 *
 * handling: everything one registration request needs from the first step to the last.
 *
 * Ownership  points into the packet and into tables; good while the request is handled.
 * Threads    the control thread.
 */
#ifndef CONTROL_MIP4_HANDLING_H
#define CONTROL_MIP4_HANDLING_H

#include "ip4_packet.h"
#include "mip4/message.h"
#include "mobile_node.h"
#include "registration/decide4.h"

struct handling {
	uint16_t worker;
	const struct ip4_packet *packet;
	const struct udp_datagram *datagram;
	struct mip4_request decoded;
	struct request4 request;
	struct mobile_node *node; /* NULL when nobody is known by that home address or NAI */
	/* With where it came from, to be answered with, whether that has proved the request or not; NULL: there is none. */
	const struct mip4_association *foreign_agent;
	uint64_t now_ntp;
	int agent;	/* index of our own address in the reply */
	int home_link;	/* that it came from, when its source is at home there; or LINK_NONE */
	uint8_t mac[6]; /* of the frame it came in, then */
};

#endif
