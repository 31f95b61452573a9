/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/advertisement.h"

#include "checksum.h"

enum {
	EXTENSION_AGENT = 16,
	EXTENSION_PREFIX_LENGTHS = 19,
	EXTENSION_CHALLENGE = 24,
	EXTENSION_PAD = 0,
	AGENT_OCTETS = 6, /* of that extension, before its care-of addresses */
	ENTRY_WORDS = 2,  /* an address and its preference */
	CHECKSUM_OFFSET = 2,
	SOLICITATION_OCTETS = 8,
};

static void write_ip4(struct writer *w, const struct ip_addr *address)
{
	writer_bytes(w, ip4_octets(address), 4);
}

static void write_router(struct writer *w, const struct advertisement *a)
{
	bool has_router = !ip_addr_is_unspecified(&a->router);

	writer_u8(w, ICMP_ROUTER_ADVERTISEMENT);
	writer_u8(w, has_router ? ADVERTISEMENT_CODE_ROUTES : ADVERTISEMENT_CODE_MOBILE_ONLY);
	writer_u16(w, 0);
	writer_u8(w, has_router ? 1 : 0);
	writer_u8(w, ENTRY_WORDS);
	writer_u16(w, a->lifetime_s);
	if (!has_router)
		return;
	write_ip4(w, &a->router);
	writer_u32(w, 0);
}

static void write_agent(struct writer *w, const struct advertisement *a)
{
	writer_u8(w, EXTENSION_AGENT);
	writer_u8(w, (uint8_t)(AGENT_OCTETS + 4 * a->care_of_count));
	writer_u16(w, a->sequence);
	writer_u16(w, a->registration_lifetime_s);
	writer_u16(w, a->flags);
	for (uint16_t i = 0; i < a->care_of_count; i++)
		write_ip4(w, &a->care_of[i]);
}

/* RFC 5944 §2.1.2: one octet for each router address. */
static void write_prefix_lengths(struct writer *w, const struct advertisement *a)
{
	if (a->prefix_length == 0 || ip_addr_is_unspecified(&a->router))
		return;
	writer_u8(w, EXTENSION_PREFIX_LENGTHS);
	writer_u8(w, 1);
	writer_u8(w, a->prefix_length);
}

static void write_challenge(struct writer *w, const struct advertisement *a)
{
	if (a->challenge == NULL)
		return;
	writer_u8(w, EXTENSION_CHALLENGE);
	writer_u8(w, CHALLENGE_OCTETS);
	writer_bytes(w, a->challenge, CHALLENGE_OCTETS);
}

uint16_t advertisement_encode(const struct advertisement *a,
			      uint8_t out[static ADVERTISEMENT_OCTETS_MAX])
{
	struct writer w = writer_of(out, ADVERTISEMENT_OCTETS_MAX);
	uint16_t octets;
	uint16_t sum;

	write_router(&w, a);
	write_agent(&w, a);
	write_prefix_lengths(&w, a);
	write_challenge(&w, a);
	if ((w.at - out) % 2 != 0)
		writer_u8(&w, EXTENSION_PAD);
	octets = (uint16_t)(w.at - out);
	sum = plain_checksum(out, octets);
	out[CHECKSUM_OFFSET] = (uint8_t)(sum >> 8);
	out[CHECKSUM_OFFSET + 1] = (uint8_t)sum;
	return octets;
}

bool solicitation_is_valid(struct cursor icmp, const struct ip_addr *source)
{
	uint8_t type;
	uint8_t code;

	if (cursor_left(&icmp) < SOLICITATION_OCTETS || !cursor_u8(&icmp, &type) ||
	    !cursor_u8(&icmp, &code))
		return false;
	return type == ICMP_ROUTER_SOLICITATION && code == 0 &&
	       (ip4_number(source) == 0 || ip4_is_unicast(ip4_number(source)));
}
