/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

enum {
	OPTION_END = 0,
	OPTION_NOTHING = 1,
	OPTION_COPIED = 0x80, /* of its type: it is in every fragment */
	UNIT = 8,	      /* octets of what an offset counts */
};

/* A packet on its way into fragments. */
struct cut {
	uint8_t header[IP4_HEADER_MAX];
	uint16_t header_octets;
	uint16_t fragment; /* flags and offset of the packet itself */
	uint16_t payload;  /* octets */
	uint16_t room;	   /* octets of payload in all fragments but the last */
};

/* RFC 791 §3.1: only some options are in fragments behind the first. In place of the others the header does nothing, and is as long. */
static void keep_copied_options(struct ip4_hdr_wire *ip, uint16_t header_octets)
{
	uint8_t *at = (uint8_t *)(ip + 1);
	uint8_t *end = (uint8_t *)ip + header_octets;

	while (at < end && *at != OPTION_END) {
		unsigned int octets = 1;

		if (*at != OPTION_NOTHING)
			octets = at + 1 < end && at[1] >= 2 ? at[1] : (unsigned int)(end - at);
		if (octets > (unsigned int)(end - at))
			octets = (unsigned int)(end - at);
		if ((*at & OPTION_COPIED) == 0)
			memset(at, OPTION_NOTHING, octets);
		at += octets;
	}
}

/* Writes the header of the piece that begins at that octet of the payload. */
static void put_header(struct ip4_hdr_wire *ip, const struct cut *cut, uint16_t from,
		       uint16_t octets)
{
	bool is_last = from + octets == cut->payload;
	uint16_t more = is_last ? cut->fragment & IP4_MF : IP4_MF;
	uint16_t offset = (uint16_t)((cut->fragment & IP4_OFFSET) + from / UNIT);

	memcpy(ip, cut->header, cut->header_octets);
	ip->total_length_be = htobe16((uint16_t)(cut->header_octets + octets));
	ip->fragment_be = htobe16((uint16_t)(more | offset));
	if (from != 0)
		keep_copied_options(ip, cut->header_octets);
	ip4_put_checksum(ip);
}

/* False, counted, without a buffer. */
static bool make_piece(struct worker *w, const struct packet *p, const struct cut *cut,
		       uint16_t from, struct packet *piece)
{
	uint16_t octets = (uint16_t)(cut->header_octets + cut->room);
	struct rte_mbuf *m = rte_pktmbuf_alloc(p->m->pool);
	uint8_t *at = m != NULL ? (uint8_t *)rte_pktmbuf_append(m, octets) : NULL;

	w->stats.fragments_created++;
	if (at == NULL) {
		rte_pktmbuf_free(m);
		w->stats.dropped[DROP_NO_BUFFER]++;
		return false;
	}
	put_header((struct ip4_hdr_wire *)at, cut, from, cut->room);
	memcpy(at + cut->header_octets, (const uint8_t *)p->ip4 + cut->header_octets + from,
	       cut->room);
	*piece = *p;
	piece->m = m;
	piece->ip4 = (struct ip4_hdr_wire *)at;
	piece->octets = octets;
	return true;
}

/* The last piece stays where it is, with the header in front of it, over what the piece before had copied. */
static void cut_last(struct packet *p, const struct cut *cut, uint16_t from)
{
	p->ip4 = (struct ip4_hdr_wire *)((uint8_t *)p->ip4 + from);
	p->octets = (uint16_t)(cut->header_octets + cut->payload - from);
	put_header(p->ip4, cut, from, (uint16_t)(cut->payload - from));
}

/* RFC 791 §3.1: nothing lies behind 65535 octets; a piece there would say that it lies at the beginning. */
static bool is_too_far(const struct cut *cut)
{
	unsigned int offset = (cut->fragment & IP4_OFFSET) * (unsigned int)UNIT;

	return cut->header_octets + offset + cut->payload > UINT16_MAX;
}

/* Without one of them the rest is of no use. */
__rte_noinline __rte_cold void fragment4(struct worker *w, struct packet *p, uint16_t mtu,
					 fragment4_send *send, const void *how)
{
	struct cut cut = {
		.header_octets = ip4_header_octets(p->ip4),
		.fragment = be16toh(p->ip4->fragment_be),
	};
	uint16_t from = 0;

	cut.payload = (uint16_t)(p->octets - cut.header_octets);
	if (mtu < cut.header_octets + UNIT || is_too_far(&cut)) {
		worker_free_dropped(w);
		drop(w, p, is_too_far(&cut) ? DROP_FRAGMENT_LENGTH : DROP_TOO_BIG);
		return;
	}
	cut.room = (uint16_t)((mtu - cut.header_octets) & ~(UNIT - 1));
	memcpy(cut.header, p->ip4, cut.header_octets);
	for (; cut.payload - from > mtu - cut.header_octets; from = (uint16_t)(from + cut.room)) {
		struct packet piece;

		worker_free_dropped(w);
		if (!make_piece(w, p, &cut, from, &piece)) {
			drop(w, p, DROP_NO_BUFFER);
			return;
		}
		send(w, &piece, how);
	}
	worker_free_dropped(w);
	cut_last(p, &cut, from);
	send(w, p, how);
}
