/* SPDX-License-Identifier: BSD-3-Clause */
#include "outgoing.h"

#include <rte_mbuf.h>

#include "counters.h"
#include "ha/dataplane.h"
#include "nexthop.h"

struct rte_mbuf *outgoing_make(uint32_t next_hop, size_t octets, uint8_t **at)
{
	struct rte_mbuf *packet = next_hop != NEXTHOP_NONE ? dataplane_alloc() : NULL;

	if (packet == NULL)
		return NULL;
	*at = (uint8_t *)rte_pktmbuf_append(packet, (uint16_t)octets);
	if (*at != NULL)
		return packet;
	rte_pktmbuf_free(packet);
	return NULL;
}

bool outgoing_send(uint16_t worker, struct rte_mbuf *packet, uint32_t next_hop)
{
	if (packet != NULL && dataplane_inject(worker, packet, next_hop) == 0)
		return true;
	count(COUNT_REPLY_FAILED);
	return false;
}
