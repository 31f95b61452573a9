/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

#include "encap/gre.h"
#include "encap/ip4_in_ip4.h"
#include "encap/minimal.h"
#include "encap/udp4.h"
#include "ip4/agents4.h"

enum {
	ICMP4_UNREACHABLE = 3,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAMETER_PROBLEM = 12,
	ICMP4_ERROR_OCTETS = 8,	 /* in front of what an error quotes */
	HOME_ADDRESS_AT = 4,	 /* in every message, RFC 5944 §3.3, §3.4 and 3543 §3.3, §3.4 */
	TUNNEL_DATA_NEXT_AT = 1, /* RFC 3519 §4.1 */
};

static const uint8_t *behind_header(const struct ip4_hdr_wire *ip)
{
	return (const uint8_t *)ip + ip4_header_octets(ip);
}

static uint16_t port_at(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* Its length if it is a whole UDP datagram in a packet that is no fragment, else 0. */
static uint16_t udp_octets(const struct packet *p)
{
	unsigned int room = p->octets - (unsigned int)ip4_header_octets(p->ip4);
	uint16_t octets;

	if (p->ip4->protocol != PROTO_UDP || ip4_is_fragment(p->ip4) ||
	    room < sizeof(struct udp_hdr_wire))
		return 0;
	octets = port_at(behind_header(p->ip4) + 4);
	return octets >= sizeof(struct udp_hdr_wire) && octets <= room ? octets : 0;
}

bool local4_is_signalling(const struct packet *p)
{
	return udp_octets(p) != 0 && port_at(behind_header(p->ip4) + 2) == MIP4_PORT;
}

/* A flood of requests for unknown nodes must not starve the refresh of a known one: they have separate budgets. */
void local4_punt_signalling(struct worker *w, struct packet *p, uint16_t port)
{
	const uint8_t *message = behind_header(p->ip4) + sizeof(struct udp_hdr_wire);
	enum punt_class class = PUNT_SIGNALLING_NEW;

	if (udp_octets(p) >= sizeof(struct udp_hdr_wire) + HOME_ADDRESS_AT + 4) {
		const uint8_t *home = message + HOME_ADDRESS_AT;
		struct ip_addr key = ip4_mapped(home);
		struct ip_addr visitor = visitor_key(home);

		if (bcache_find(w->tables->bcache, &key) != NULL ||
		    bcache_find(w->tables->bcache, &visitor) != NULL)
			class = PUNT_SIGNALLING_KNOWN;
	}
	p->next_hop = port; /* as struct punt says */
	punt(w, p, class, 0, DROP_PUNT_LIMIT);
}

/* Whether the packet quoted in an ICMP error left from here and not from the kernel: a tunnel, or a message of ours. */
static bool quotes_ours(const struct dataplane_tables *tables, const struct packet *p)
{
	uint16_t header = ip4_header_octets(p->ip4);
	const uint8_t *icmp = behind_header(p->ip4);
	const struct ip4_hdr_wire *quoted = (const void *)(icmp + ICMP4_ERROR_OCTETS);
	unsigned int room = p->octets - (unsigned int)header;

	if (room < ICMP4_ERROR_OCTETS + sizeof(*quoted) + 4 || ip4_is_fragment(p->ip4) ||
	    (icmp[0] != ICMP4_UNREACHABLE && icmp[0] != ICMP4_TIME_EXCEEDED &&
	     icmp[0] != ICMP4_PARAMETER_PROBLEM) ||
	    quoted->version_ihl != IP4_VERSION_IHL ||
	    agent4_find(tables, quoted->source) == AGENT4_NONE)
		return false;
	if (quoted->protocol == PROTO_UDP)
		return port_at(behind_header(quoted)) == MIP4_PORT ||
		       port_at(behind_header(quoted) + 2) == MIP4_PORT;
	return quoted->protocol == PROTO_IPIP || quoted->protocol == PROTO_GRE ||
	       quoted->protocol == PROTO_MINIMAL;
}

/* The rest of what is to us: the control thread's or the kernel's; out of a tunnel the kernel has no part in it. */
static __rte_noinline __rte_cold void sort_other(struct worker *w, struct burst4 *b,
						 struct packet *p)
{
	if (local4_is_signalling(p)) {
		local4_punt_signalling(w, p, b->all->port);
		return;
	}
	if (p->ip4->protocol == PROTO_ICMP && quotes_ours(w->tables, p)) {
		p->next_hop = b->all->port;
		punt(w, p, PUNT_TUNNEL_ERROR, 0, DROP_PUNT_LIMIT);
	} else if (p->tunnelled) {
		p->next_hop = b->all->port;
		punt(w, p, PUNT_LOCAL, 0, DROP_PUNT_LIMIT);
	} else {
		packet_list_add(&b->all->kernel, p);
	}
}

static __rte_noinline __rte_cold bool sort_minimal(struct worker *w, const struct burst4 *b,
						   struct packet *p)
{
	uint16_t kept = minimal_octets(p->ip4, p->octets);

	if (kept == 0) {
		drop(w, p, DROP_MINIMAL_HEADER);
		return false;
	}
	visitor_keep_frame(w, b, p);
	p->octets = (uint16_t)(p->octets - kept + sizeof(*p->ip4));
	p->ip4 = minimal_restore(p->ip4, kept);
	p->outer_octets = sizeof(*p->ip4);
	return true;
}

static bool sort_gre(struct worker *w, struct packet *p)
{
	enum drop_reason reason;

	if (gre_measure(p->ip4, p->octets, &p->outer_octets, &reason))
		return true;
	drop(w, p, reason);
	return false;
}

/* RFC 3519 §4.1: of what may be inside, bindings here have IPv4 only. */
static enum drop_reason check_tunnel_data(const struct packet *p, const uint8_t *udp,
					  uint16_t octets)
{
	if (octets < UDP4_BEHIND ||
	    (port_at(udp + 6) != 0 && !udp4_checksum_is_good(p->ip4, udp, octets)))
		return DROP_TUNNEL_DATA;
	if (udp[sizeof(struct udp_hdr_wire) + TUNNEL_DATA_NEXT_AT] != PROTO_IPIP)
		return DROP_TUNNEL_ENCAPSULATION;
	return DROP_REASON_COUNT;
}

static bool sort_udp(struct worker *w, struct burst4 *b, struct packet *p)
{
	const uint8_t *udp = behind_header(p->ip4);
	uint16_t octets = udp_octets(p);
	enum drop_reason reason;

	if (unlikely(octets <= sizeof(struct udp_hdr_wire) || port_at(udp + 2) != MIP4_PORT ||
		     udp[sizeof(struct udp_hdr_wire)] != MIP4_TUNNEL_DATA)) {
		sort_other(w, b, p);
		return false;
	}
	reason = check_tunnel_data(p, udp, octets);
	if (unlikely(reason != DROP_REASON_COUNT)) {
		drop(w, p, reason);
		return false;
	}
	p->outer_octets = (uint16_t)(udp + UDP4_BEHIND - (const uint8_t *)p->ip4);
	return true;
}

static bool sort_whole(struct worker *w, struct burst4 *b, struct packet *p, uint16_t agent)
{
	switch (p->ip4->protocol) {
	case PROTO_IPIP:
		p->agent = tunnel4_number(agent, ENCAP_IP4_IN_IP4);
		p->outer_octets = ip4_header_octets(p->ip4);
		return true;
	case PROTO_GRE:
		p->agent = tunnel4_number(agent, ENCAP_GRE);
		return sort_gre(w, p);
	case PROTO_UDP:
		p->agent = tunnel4_number(agent, ENCAP_UDP);
		return sort_udp(w, b, p);
	case PROTO_MINIMAL:
		p->agent = tunnel4_number(agent, ENCAP_MINIMAL);
		return sort_minimal(w, b, p);
	default:
		sort_other(w, b, p);
		return false;
	}
}

/* What may be ours is put together, and so is all that comes out of a tunnel; the rest is the kernel's in pieces. */
static bool is_worth_joining(const struct packet *p)
{
	uint8_t protocol = p->ip4->protocol;

	return p->tunnelled || protocol == PROTO_IPIP || protocol == PROTO_GRE ||
	       protocol == PROTO_MINIMAL || protocol == PROTO_UDP;
}

static __rte_noinline __rte_cold bool sort_fragment(struct worker *w, struct burst4 *b,
						    struct packet *p, uint16_t agent)
{
	if (is_worth_joining(p))
		return reassemble4(w, p, agent) && sort_whole(w, b, p, agent);
	packet_list_add(&b->all->kernel, p);
	return false;
}

bool local4_sort(struct worker *w, struct burst4 *b, struct packet *p, uint16_t agent)
{
	if (unlikely(ip4_is_fragment(p->ip4)))
		return sort_fragment(w, b, p, agent);
	return sort_whole(w, b, p, agent);
}
