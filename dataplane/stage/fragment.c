/* SPDX-License-Identifier: BSD-3-Clause */
#include "fragment_ids.h"
#include "reassembly.h"
#include "stage/send.h"

enum { FRAGMENT_MORE = 1 };

/* The headers that every fragment has, RFC 8200 §4.5. Of what this home agent builds only a type 2 routing header is one;
 * *last: where the last of them announces what comes next. */
static uint16_t repeated_headers(struct ip6_hdr_wire *ip, uint8_t **last)
{
	uint8_t *routing = (uint8_t *)(ip + 1);

	*last = &ip->next_header;
	if (ip->next_header != PROTO_ROUTING)
		return sizeof(*ip);
	*last = routing;
	return sizeof(*ip) + ROUTING_TYPE_2_OCTETS;
}

static void write_fragment_header(uint8_t *at, uint8_t next, uint16_t offset_and_more,
				  uint32_t identification)
{
	uint16_t offset_and_more_be = htobe16(offset_and_more);

	at[0] = next;
	at[1] = 0;
	memcpy(at + 2, &offset_and_more_be, sizeof(offset_and_more_be));
	memcpy(at + 4, &identification, sizeof(identification));
}

static void set_octets(struct ip6_hdr_wire *ip, uint16_t octets)
{
	ip->payload_length_be = htobe16((uint16_t)(octets - sizeof(*ip)));
}

/* How a packet is split. */
struct split {
	uint16_t headers; /* octets of those that both have */
	uint16_t first;	  /* octets of what can be split in the first fragment, */
	uint16_t second;  /* and in the other one */
	uint8_t next;	  /* kind of what it begins with */
	uint32_t identification;
};

static struct rte_mbuf *make_second(const struct packet *p, const struct split *s)
{
	uint16_t octets = (uint16_t)(s->headers + FRAGMENT_HEADER_OCTETS + s->second);
	struct rte_mbuf *m = rte_pktmbuf_alloc(p->m->pool);
	const uint8_t *from = (const uint8_t *)p->ip;
	uint8_t *to;

	if (m == NULL || octets > rte_pktmbuf_tailroom(m)) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	to = rte_pktmbuf_mtod(m, uint8_t *);
	memcpy(to, from, s->headers);
	write_fragment_header(to + s->headers, s->next, s->first, s->identification);
	memcpy(to + s->headers + FRAGMENT_HEADER_OCTETS, from + s->headers + s->first, s->second);
	set_octets((struct ip6_hdr_wire *)to, octets);
	return m;
}

/* In place: the headers make room for one more behind them. */
static struct ip6_hdr_wire *cut_first(const struct packet *p, const struct split *s)
{
	uint8_t *from = (uint8_t *)p->ip;
	uint8_t *to = from - FRAGMENT_HEADER_OCTETS;

	memmove(to, from, s->headers);
	write_fragment_header(to + s->headers, s->next, FRAGMENT_MORE, s->identification);
	set_octets((struct ip6_hdr_wire *)to,
		   (uint16_t)(s->headers + FRAGMENT_HEADER_OCTETS + s->first));
	return (struct ip6_hdr_wire *)to;
}

static void send_both(struct worker *w, const struct packet *p, const struct split *s,
		      struct rte_mbuf *second, const struct nexthop *hop)
{
	struct ip6_hdr_wire *first = cut_first(p, s);
	uint16_t around = (uint16_t)(s->headers + FRAGMENT_HEADER_OCTETS);

	make_room_for_more(w, hop->port);
	send_frame(w, p->m, first, (uint16_t)(around + s->first), hop);
	send_frame(w, second, rte_pktmbuf_mtod(second, struct ip6_hdr_wire *),
		   (uint16_t)(around + s->second), hop);
	w->stats.fragments_created++;
}

/* Two are enough: no link carries less than 1280 octets, and nothing that comes here is twice as long as that. */
void fragment_send(struct worker *w, struct packet *p, uint16_t mtu, const struct nexthop *hop)
{
	uint8_t *last;
	uint16_t headers = repeated_headers(p->ip, &last);
	unsigned int room = mtu - headers - FRAGMENT_HEADER_OCTETS;
	struct rte_mbuf *second;
	struct split s = {
		.headers = headers,
		.first = (uint16_t)(room & ~7u),
		.next = *last,
		.identification = fragment_id(w->fragment_ids, w->index, ip6_source(p->ip),
					      ip6_destination(p->ip)),
	};

	s.second = (uint16_t)(p->octets - headers - s.first);
	if (s.second > room) {
		drop(w, p, DROP_TOO_BIG);
		return;
	}
	if (packet_headroom(p) < FRAGMENT_HEADER_OCTETS + RTE_ETHER_HDR_LEN) {
		drop(w, p, DROP_NO_HEADROOM);
		return;
	}
	*last = PROTO_FRAGMENT;
	second = make_second(p, &s);
	if (second == NULL)
		drop(w, p, DROP_NO_BUFFER);
	else
		send_both(w, p, &s, second, hop);
}
