/* SPDX-License-Identifier: BSD-3-Clause
 *
 * send4: room in front of an IPv4 packet for what stage/send.h and the tunnels put there.
 */
#ifndef DATAPLANE_IP4_SEND4_H
#define DATAPLANE_IP4_SEND4_H

#include "ha/encap.h"
#include "stage/send.h"

enum {
	/* What goes in front of a packet to a mobile node at most: the tunnel's headers and the link's. */
	HEADROOM4_OCTETS = TUNNEL4_HEADER_MAX + RTE_ETHER_HDR_LEN,
};

#endif
