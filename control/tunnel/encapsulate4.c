/* SPDX-License-Identifier: BSD-3-Clause */
#include "tunnel/encapsulate4.h"

#include <string.h>

#include "checksum.h"
#include "ha/tunnel4.h"

static void put_checksum(struct ip4_hdr_wire *ip)
{
	ip->checksum_be = 0;
	ip->checksum_be = htobe16(plain_checksum((const uint8_t *)ip, sizeof(*ip)));
}

/* RFC 2004 §3.1: the inner header becomes the outer one, and what it said stands behind it. */
static size_t minimal(const struct binding *binding, const struct tunnel4_class *class,
		      const uint8_t *inner, size_t octets, uint8_t *out)
{
	struct ip4_hdr_wire *ip = (struct ip4_hdr_wire *)out;
	struct minimal_hdr_wire *hdr = (struct minimal_hdr_wire *)(out + sizeof(*ip));
	size_t payload = octets - sizeof(*ip);

	memcpy(ip, inner, sizeof(*ip));
	*hdr = (struct minimal_hdr_wire){.protocol = ip->protocol, .flags = MINIMAL_SOURCE};
	memcpy(hdr->destination, ip->destination, sizeof(hdr->destination));
	memcpy(hdr->source, ip->source, sizeof(hdr->source));
	hdr->checksum_be = htobe16(plain_checksum((const uint8_t *)hdr, sizeof(*hdr)));
	ip->protocol = PROTO_MINIMAL;
	ip->total_length_be = htobe16((uint16_t)(octets + sizeof(*hdr)));
	memcpy(ip->source, ip4_octets(&class->local), sizeof(ip->source));
	memcpy(ip->destination, ip4_octets(&binding->care_of), sizeof(ip->destination));
	put_checksum(ip);
	memcpy(out + sizeof(*ip) + sizeof(*hdr), inner + sizeof(*ip), payload);
	return octets + sizeof(*hdr);
}

/* RFC 2890 §2.1. Returns the octets of the key. */
static size_t add_key(const struct binding *binding, uint8_t *header, size_t octets)
{
	struct gre_hdr_wire *gre = (struct gre_hdr_wire *)(header + sizeof(struct ip4_hdr_wire));
	uint32_t key_be = htobe32(binding->key);

	if ((binding->flags & BINDING_GRE_KEY) == 0)
		return 0;
	gre->flags_be |= htobe16(GRE_KEY);
	memcpy(header + octets, &key_be, sizeof(key_be));
	return sizeof(key_be);
}

static void complete_udp(const struct binding *binding, uint8_t *header, size_t octets)
{
	struct udp_hdr_wire *udp = (struct udp_hdr_wire *)(header + sizeof(struct ip4_hdr_wire));

	udp->destination_be = htobe16(binding->udp_port);
	udp->length_be = htobe16((uint16_t)(octets - sizeof(struct ip4_hdr_wire)));
}

size_t encapsulate4(const struct binding *binding, const struct tunnel4_class *class, uint16_t id,
		    const uint8_t *inner, size_t octets, uint8_t *out)
{
	const struct ip4_hdr_wire *inside = (const struct ip4_hdr_wire *)inner;
	struct ip4_hdr_wire *ip = (struct ip4_hdr_wire *)out;
	size_t header = class->octets;
	size_t total;

	if (class->kind == ENCAP_MINIMAL)
		return minimal(binding, class, inner, octets, out);
	memcpy(out, class->header, header);
	if (class->kind == ENCAP_GRE)
		header += add_key(binding, out, header);
	total = header + octets;
	if (class->kind == ENCAP_UDP)
		complete_udp(binding, out, total);
	ip->tos = inside->tos;
	ip->total_length_be = htobe16((uint16_t)total);
	ip->id_be = htobe16(id);
	memcpy(ip->destination, ip4_octets(&binding->care_of), sizeof(ip->destination));
	put_checksum(ip);
	memcpy(out + header, inner, octets);
	return total;
}
