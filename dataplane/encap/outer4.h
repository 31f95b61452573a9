/* SPDX-License-Identifier: BSD-3-Clause
 *
 * outer4: the outer IPv4 header of a tunnel.
 *
 * Shape      inline, so that a stage's loop over a burst contains it.
 * Threads    one worker a packet.
 * RFC        2003 §3.1, 6040 §4.1, 6864 §4.1.
 */
#ifndef DATAPLANE_ENCAP_OUTER4_H
#define DATAPLANE_ENCAP_OUTER4_H

#include "ha/encap.h"
#include "ip4/ip4.h"

/* What of an inner header's first word the outer one repeats: the type of service whole, as ip6_in_ip6 does, and the identification. No
 * packet with Don't Fragment needs one, but some devices on the way look at it. */
#define OUTER4_COPIED (UINT64_C(0xff) << IP4_TOS_SHIFT | UINT64_C(0xffff) << IP4_ID_SHIFT)

/* octets: of the whole tunnel packet; inner: its header, which is read before anything is written. The word of its own has no version and
 * no offset, so that the sum stays in 64 bits. */
static inline void outer4_put(uint8_t *at, const struct tunnel4_class *class,
			      const struct ip4_hdr_wire *inner, uint16_t octets,
			      const struct ip_addr *to)
{
	uint32_t destination = packet_raw_number(ip4_octets(to));
	uint64_t own = (packet_raw_word(inner) & htobe64(OUTER4_COPIED)) |
		       htobe64((uint64_t)octets << IP4_LENGTH_SHIFT);
	uint16_t checksum = checksum_of(own + class->sum + destination);

	own |= packet_raw_word(class->header);
	memcpy(at, &own, sizeof(own));
	memcpy(at + 8, class->header + 8, 8);
	memcpy(at + 10, &checksum, sizeof(checksum));
	memcpy(at + 16, &destination, sizeof(destination));
}

#endif
