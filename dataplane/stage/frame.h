/* SPDX-License-Identifier: BSD-3-Clause
 *
 * frame: what the first octets of a received frame say.
 *
 * Shape      two words of eight octets: the first holds the destination, the second, from octet FRAME_SECOND_AT on, type, version and
 *            lengths of what is inside. A buffer has room for them whatever was received.
 * Bytes      the first as it lies, the second in host order.
 * Threads    one worker.
 */
#ifndef DATAPLANE_STAGE_FRAME_H
#define DATAPLANE_STAGE_FRAME_H

#include <rte_ether.h>

#include "packet.h"

enum { FRAME_SECOND_AT = 12 };

static inline uint64_t frame_second_word(const uint8_t *frame)
{
	return packet_word(frame + FRAME_SECOND_AT);
}

/* Of the first word's octets the last two are not the destination's. */
static inline uint64_t frame_destination(const void *frame)
{
	uint64_t word;

	memcpy(&word, frame, sizeof(word));
	return word & htobe64(UINT64_C(0xffffffffffff0000));
}

static inline bool frame_is_ip4(uint64_t second)
{
	return second >> 48 == RTE_ETHER_TYPE_IPV4;
}

static inline const void *frame_packet(const uint8_t *frame)
{
	return frame + RTE_ETHER_HDR_LEN;
}

/* The notes that any packet begins with. Whoever wrote them just now has what they say at hand: to read it from them would be waiting. */
static inline void packet_note(struct packet *p, struct rte_mbuf *m, uint8_t *frame)
{
	p->m = m;
	p->ip = (struct ip6_hdr_wire *)(frame + RTE_ETHER_HDR_LEN);
	p->tunnelled = false;
}

#endif
