/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/nat.h"

#include <endian.h>
#include <string.h>

#include <rte_mbuf.h>

#include "ha/encap.h"
#include "ha/exchange.h"
#include "ha/wire/ip4.h"
#include "ha/wire/mip4.h"
#include "registration/registration.h"

/* What lies in front of a packet out of a tunnel in UDP. */
struct outer {
	struct ip4_hdr_wire ip;
	struct udp_hdr_wire udp;
	uint8_t data[MIP4_TUNNEL_DATA_OCTETS];
} __attribute__((packed));

/* The other end of the tunnel. False when it was no tunnel in UDP. */
static bool read_end(const struct rte_mbuf *packet, struct ip_addr *address, uint16_t *port)
{
	struct outer outer;

	if (rte_pktmbuf_headroom(packet) < sizeof(outer))
		return false;
	memcpy(&outer, rte_pktmbuf_mtod(packet, const uint8_t *) - sizeof(outer), sizeof(outer));
	*address = ip4_mapped(outer.ip.source);
	*port = be16toh(outer.udp.source_be);
	return outer.ip.version_ihl == IP4_VERSION_IHL && outer.ip.protocol == PROTO_UDP &&
	       outer.udp.destination_be == htobe16(MIP4_PORT) && outer.data[0] == MIP4_TUNNEL_DATA;
}

/* RFC 3519 §6.1.2: from the address of the registration, and no other. */
static bool is_half_bound(const struct registration *r, const struct ip_addr *end)
{
	return tunnel4_kind(r->tunnel) == ENCAP_UDP && r->binding->udp_port == 0 &&
	       ip_addr_equal(&r->binding->care_of, end);
}

/* Workers let a packet out of a half bound tunnel only when it is the first keepalive. Of simultaneous bindings another one may have
 * let this out. */
void nat_keepalive(const struct ip4_packet *packet)
{
	const struct registration *r = registration_find(&packet->source);
	struct ip_addr end;
	uint16_t port;

	if (r == NULL || !read_end(packet->arrival->packet, &end, &port) || port == 0)
		return;
	while (r != NULL && !is_half_bound(r, &end))
		r = r->also;
	if (r != NULL)
		registration_bind_port(r->slot, port);
}
