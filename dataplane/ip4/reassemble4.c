/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

#include "encap/ip6_in_ip6.h"
#include "reassembly.h"

enum { UNIT = 8 }; /* octets of what an offset counts */

static struct fragment fragment_of(const struct packet *p)
{
	const struct ip4_hdr_wire *ip = p->ip4;
	uint16_t header = ip4_header_octets(ip);
	uint16_t fragment = be16toh(ip->fragment_be);

	return (struct fragment){
		.headers = (const uint8_t *)ip,
		.data = (const uint8_t *)ip + header,
		.identification = (uint32_t)ip->protocol << 16 | be16toh(ip->id_be),
		.header_octets = header,
		.next_at = offsetof(struct ip4_hdr_wire, protocol),
		.offset = (uint16_t)((fragment & IP4_OFFSET) * UNIT),
		.octets = (uint16_t)(p->octets - header),
		.next = ip->protocol,
		.ecn = ip->tos & ECN_MASK,
		.is_last = (fragment & IP4_MF) == 0,
	};
}

/* RFC 791 §3.2. */
static bool is_good(const struct fragment *f)
{
	return f->octets != 0 && (f->is_last || f->octets % UNIT == 0) &&
	       f->header_octets + f->offset + (unsigned int)f->octets <= UINT16_MAX;
}

__rte_noinline __rte_cold bool reassemble4(struct worker *w, struct packet *p, uint16_t agent)
{
	struct fragment f = fragment_of(p);
	const struct reassembly_key key = {
		.source = ip4_mapped(p->ip4->source),
		.identification = f.identification,
		.agent = agent,
		.tunnelled = p->tunnelled,
		.version = 4,
	};

	reassemble_forget(w);
	if (is_good(&f))
		return reassemble_one(w, p, &key, &f);
	drop(w, p, DROP_FRAGMENT_LENGTH);
	return false;
}
