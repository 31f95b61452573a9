/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include "ha/cursor.h"
#include "reassembly.h"

enum {
	PAYLOAD_LENGTH_AT = 4,
	FRAGMENT_OFFSET_AT = 2,	  /* in its header */
	FRAGMENT_OFFSET = 0xfff8, /* in units of eight octets, which reads as octets */
	FRAGMENT_MORE = 0x0001,
	UPPER_OCTETS_MIN = 8,
	FRAME_HEAD = RTE_PKTMBUF_HEADROOM + RTE_ETHER_HDR_LEN, /* of a whole packet in its buffer */
	EXPIRED_MAX = 8,				       /* at a time */
};

static bool is_extension(uint8_t kind)
{
	return kind == PROTO_HOP_BY_HOP || kind == PROTO_ROUTING || kind == PROTO_DEST_OPTIONS;
}

/* Takes the fragment header off; false when this one says that the packet is whole (RFC 6946 §4). */
static bool read_fragment_header(struct cursor *at, struct fragment *f, bool *more)
{
	uint16_t offset_and_more = 0;

	cursor_u8(at, &f->next);
	cursor_skip(at, 1);
	cursor_u16(at, &offset_and_more);
	cursor_u32(at, &f->identification);
	f->offset = offset_and_more & FRAGMENT_OFFSET;
	*more = (offset_and_more & FRAGMENT_MORE) != 0;
	return f->offset != 0 || *more;
}

/* The fragment in a packet in which local_classify saw one: all lengths up to its header were checked. */
static void find_fragment(const struct packet *p, struct fragment *f)
{
	const uint8_t *start = (const uint8_t *)p->ip;
	struct cursor at = cursor_of(p->ip + 1, be16toh(p->ip->payload_length_be));
	uint16_t next_at = offsetof(struct ip6_hdr_wire, next_header);
	bool more = false;

	*f = (struct fragment){.headers = start, .ecn = ip6_traffic_class(p->ip) & 0x03};
	for (uint8_t kind = p->ip->next_header;; kind = start[next_at]) {
		uint8_t units = 0;

		f->next_at = next_at;
		next_at = (uint16_t)(at.at - start);
		if (kind == PROTO_FRAGMENT) {
			if (read_fragment_header(&at, f, &more))
				break;
			continue;
		}
		cursor_skip(&at, 1);
		cursor_u8(&at, &units);
		cursor_skip(&at, (size_t)units * 8 + 6);
	}
	f->is_last = !more;
	f->data = at.at;
	f->octets = (uint16_t)cursor_left(&at);
	f->header_octets = (uint16_t)(at.at - start);
}

/* RFC 8200 §4.5, RFC 7112 §5: the first fragment has all headers up to the one that is no extension, and what that begins
 * with. */
static bool has_all_headers(const struct fragment *f)
{
	struct cursor at = cursor_of(f->data, f->octets);
	uint8_t kind = f->next;

	for (int headers = 0; is_extension(kind) && headers < EXTENSION_HEADERS_MAX; headers++) {
		uint8_t units;

		if (!cursor_u8(&at, &kind) || !cursor_u8(&at, &units) ||
		    !cursor_skip(&at, (size_t)units * 8 + 6))
			return false;
	}
	return cursor_left(&at) >=
	       (kind == PROTO_IPV6 ? sizeof(struct ip6_hdr_wire) : UPPER_OCTETS_MIN);
}

/* An ICMP message may be an error, which is never answered with one (RFC 4443 §2.4, RFC 1122 §3.2.2); in pieces it does not say. */
static bool may_answer(uint8_t next)
{
	return next != PROTO_ICMP6 && next != PROTO_ICMP;
}

static void answer(struct worker *w, struct packet *p, const struct fragment *f,
		   enum drop_reason reason, uint32_t pointer)
{
	p->next_hop = pointer;
	if (may_answer(f->next))
		punt(w, p, PUNT_ERROR, reason, reason);
	else
		drop(w, p, reason);
}

/* Ends the packet when the fragment is none that RFC 8200 §4.5 lets pass. */
static bool is_good(struct worker *w, struct packet *p, const struct fragment *f)
{
	uint32_t payload = f->header_octets - FRAGMENT_HEADER_OCTETS -
			   (uint32_t)sizeof(struct ip6_hdr_wire) + f->offset + f->octets;

	if (!f->is_last && f->octets % 8 != 0)
		answer(w, p, f, DROP_FRAGMENT_LENGTH, PAYLOAD_LENGTH_AT);
	else if (payload > UINT16_MAX)
		answer(w, p, f, DROP_FRAGMENT_LENGTH,
		       f->header_octets - FRAGMENT_HEADER_OCTETS + FRAGMENT_OFFSET_AT);
	else if (f->octets == 0)
		drop(w, p, DROP_FRAGMENT_LENGTH);
	else if (f->offset == 0 && !has_all_headers(f))
		answer(w, p, f, DROP_FRAGMENT_HEADERS, 0);
	else if (f->header_octets > REASSEMBLY_HEADERS_MAX)
		drop(w, p, DROP_EXTENSION_HEADERS);
	else
		return true;
	return false;
}

/* The fragments that were taken in so far go no further. */
static void give_up(struct worker *w, uint16_t fragments, enum drop_reason reason)
{
	w->stats.fragments_waiting -= fragments;
	w->stats.dropped[reason] += fragments;
}

/* Not a drop: the buffer goes, what it carried stays. */
static void keep(struct worker *w, struct packet *p)
{
	w->stats.fragments_waiting++;
	w->dropped[w->dropped_count++] = p->m;
}

/* The whole packet takes the place of its last fragment: a frame from the same neighbour, in one buffer with room in front.
 * False when it does not fit. */
static bool put_together(struct worker *w, struct packet *p, const struct partial *partial)
{
	uint32_t octets = reassembly_octets(partial);
	uint8_t *frame = (uint8_t *)p->m->buf_addr + RTE_PKTMBUF_HEADROOM;

	if (octets + FRAME_HEAD > p->m->buf_len)
		return false;
	memmove(frame, rte_pktmbuf_mtod(p->m, const void *), RTE_ETHER_HDR_LEN);
	p->ip = (struct ip6_hdr_wire *)(frame + RTE_ETHER_HDR_LEN);
	p->octets = (uint16_t)octets;
	reassembly_write(partial, (uint8_t *)p->ip);
	packet_settle(p->m, frame, (uint16_t)(octets + RTE_ETHER_HDR_LEN));
	w->stats.fragments_waiting -= partial->fragments - 1u;
	w->stats.fragments_joined += partial->fragments - 1u;
	return true;
}

static bool complete(struct worker *w, struct packet *p, struct partial *partial)
{
	bool fits = put_together(w, p, partial);

	if (!fits) {
		give_up(w, (uint16_t)(partial->fragments - 1), DROP_REASSEMBLY_SIZE);
		drop(w, p, DROP_REASSEMBLY_SIZE);
	}
	reassembly_end(w->reassembly, partial);
	return fits;
}

/* What is broken stays as a note of that until its time is over: RFC 5722 §4 has the fragments still to come dropped, too. */
static void break_up(struct worker *w, struct packet *p, struct partial *partial)
{
	give_up(w, partial->fragments, (enum drop_reason)partial->broken);
	partial->fragments = 0;
	drop(w, p, (enum drop_reason)partial->broken);
}

static bool add(struct worker *w, struct packet *p, struct partial *partial,
		const struct fragment *f)
{
	if (f->offset == 0)
		partial->pool = p->m->pool;
	switch (reassembly_add(partial, f)) {
	case FRAGMENT_COMPLETES:
		return complete(w, p, partial);
	case FRAGMENT_TAKEN:
		keep(w, p);
		break;
	case FRAGMENT_REPEATED:
		drop(w, p, DROP_FRAGMENT_REPEATED);
		break;
	case FRAGMENT_BREAKS:
		break_up(w, p, partial);
		break;
	}
	return false;
}

/* Amid a burst there is no room to tell anybody (reassemble_expire does); what is over only must not be added to. */
void reassemble_forget(struct worker *w)
{
	struct partial *partial;

	for (int i = 0; i < EXPIRED_MAX; i++) {
		partial = reassembly_expired(w->reassembly, w->now_tsc);
		if (partial == NULL)
			return;
		give_up(w, partial->fragments, DROP_REASSEMBLY_TIMEOUT);
		reassembly_end(w->reassembly, partial);
	}
}

bool reassemble_one(struct worker *w, struct packet *p, const struct reassembly_key *key,
		    const struct fragment *f)
{
	struct partial *partial;
	uint16_t lost;

	partial = reassembly_find(w->reassembly, key, w->now_tsc, &lost);
	give_up(w, lost, DROP_REASSEMBLY_FULL);
	return add(w, p, partial, f);
}

bool reassemble(struct worker *w, struct packet *p, uint16_t agent)
{
	struct reassembly_key key;
	struct fragment f;

	reassemble_forget(w);
	find_fragment(p, &f);
	if (!is_good(w, p, &f))
		return false;
	key = (struct reassembly_key){
		.source = *ip6_source(p->ip),
		.identification = f.identification,
		.agent = agent,
		.tunnelled = p->tunnelled,
		.version = 6,
	};
	return reassemble_one(w, p, &key, &f);
}

bool fragment_is_ours(const struct ip6_hdr_wire *ip, const struct ip_addr *home)
{
	const struct packet p = {.ip = (struct ip6_hdr_wire *)(uintptr_t)ip};
	struct fragment f;

	find_fragment(&p, &f);
	return home != NULL || f.next == PROTO_IPV6 || f.next == PROTO_MOBILITY ||
	       f.next == PROTO_DEST_OPTIONS;
}

/* RFC 8200 §4.5, RFC 4443 §3.3: whoever sent the first fragment is told. It is made anew from what was kept. */
static void report(struct worker *w, const struct partial *partial)
{
	struct packet p = {.m = rte_pktmbuf_alloc(partial->pool),
			   .tunnelled = partial->key.tunnelled};
	uint16_t octets = (uint16_t)(partial->header_octets + partial->first_octets);

	if (p.m == NULL || octets > rte_pktmbuf_tailroom(p.m)) {
		rte_pktmbuf_free(p.m);
		give_up(w, 1, DROP_REASSEMBLY_TIMEOUT);
		return;
	}
	p.ip = rte_pktmbuf_mtod(p.m, struct ip6_hdr_wire *);
	p.octets = octets;
	memcpy(p.ip, partial->headers, partial->header_octets);
	memcpy((uint8_t *)p.ip + partial->header_octets, partial->data, partial->first_octets);
	w->stats.fragments_waiting--;
	punt(w, &p, PUNT_ERROR, DROP_REASSEMBLY_TIMEOUT, DROP_REASSEMBLY_TIMEOUT);
}

static void expire(struct worker *w, struct partial *partial)
{
	bool is_told = partial->header_octets != 0 && !partial->is_broken &&
		       may_answer(reassembly_carries(partial));

	give_up(w, (uint16_t)(partial->fragments - is_told), DROP_REASSEMBLY_TIMEOUT);
	if (is_told)
		report(w, partial);
	reassembly_end(w->reassembly, partial);
}

void reassemble_expire(struct worker *w)
{
	struct partial *partial;

	for (int i = 0; i < EXPIRED_MAX; i++) {
		partial = reassembly_expired(w->reassembly, w->now_tsc);
		if (partial == NULL)
			break;
		expire(w, partial);
	}
	worker_free_dropped(w);
}
