/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/message.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <rte_ip.h>

#include "ha/wire/ip6.h"
#include "ha/wire/mobility.h"

static EVP_MAC_CTX *hmac;

bool message_start(void)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA1", 0),
		OSSL_PARAM_construct_end(),
	};

	if (mac != NULL)
		hmac = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	return hmac != NULL && EVP_MAC_CTX_set_params(hmac, params) == 1;
}

void message_stop(void)
{
	EVP_MAC_CTX_free(hmac);
	hmac = NULL;
}

/* RFC 4285 §5.1: care-of address | home address | message up to and including the SPI, its checksum
 * taken as 0. */
static bool authenticate(const uint8_t *key, const struct ip_addr *care_of,
			 const struct ip_addr *home, const uint8_t *message, uint16_t covered,
			 uint8_t out[static AUTHENTICATOR_OCTETS])
{
	static const uint8_t no_checksum[2];
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t length = 0;

	if (EVP_MAC_init(hmac, key, NODE_KEY_OCTETS, NULL) != 1 ||
	    EVP_MAC_update(hmac, care_of->bytes, sizeof(care_of->bytes)) != 1 ||
	    EVP_MAC_update(hmac, home->bytes, sizeof(home->bytes)) != 1 ||
	    EVP_MAC_update(hmac, message, 4) != 1 ||
	    EVP_MAC_update(hmac, no_checksum, sizeof(no_checksum)) != 1 ||
	    EVP_MAC_update(hmac, message + 6, covered - 6u) != 1 ||
	    EVP_MAC_final(hmac, digest, &length, sizeof(digest)) != 1)
		return false;
	memcpy(out, digest, AUTHENTICATOR_OCTETS);
	return true;
}

/* Over the pseudo-header (RFC 6275 §6.1.1) and the message; 0 for a message whose checksum is
 * right. */
static uint16_t checksum(const struct ip_addr *source, const struct ip_addr *destination,
			 const uint8_t *message, uint16_t length)
{
	const struct {
		struct ip_addr source;
		struct ip_addr destination;
		uint32_t length_be;
		uint8_t zero_next[4];
	} pseudo = {*source, *destination, htonl(length), {0, 0, 0, PROTO_MOBILITY}};
	uint32_t sum = rte_raw_cksum(&pseudo, sizeof(pseudo));

	sum += rte_raw_cksum(message, length);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void write_headers(struct writer *w, const struct options *options,
			  const struct ip_addr *care_of, const struct ip_addr *home)
{
	static const uint8_t home_address_header[] = {
		PROTO_MOBILITY, 2, OPTION_PADN, 2, 0, 0, OPTION_HOME_ADDRESS, 16,
	};

	writer_u32(w, 0x60000000);
	writer_u16(w, 0); /* payload length: known at the end */
	writer_u8(w, PROTO_DEST_OPTIONS);
	writer_u8(w, 64);
	writer_addr(w, care_of);
	writer_addr(w, &options->home_agent);
	writer_bytes(w, home_address_header, sizeof(home_address_header));
	writer_addr(w, home);
}

/* PadN or Pad1 until the offset from message is want modulo 8. */
static void pad_to(struct writer *w, const uint8_t *message, unsigned int want)
{
	unsigned int octets = (want - (unsigned int)(w->at - message)) & 7;

	if (octets == 1)
		writer_u8(w, MOPT_PAD1);
	if (octets < 2)
		return;
	writer_u8(w, MOPT_PADN);
	writer_u8(w, (uint8_t)(octets - 2));
	writer_zero(w, octets - 2);
}

static void write_options(struct writer *w, const uint8_t *message, const struct options *options,
			  const struct update *update, const struct ip_addr *care_of)
{
	char identifier[NODE_IDENTIFIER_TEXT];
	uint8_t length = node_identifier(update->node, identifier);

	pad_to(w, message, 6);
	writer_u8(w, MOPT_ALTERNATE_CARE_OF);
	writer_u8(w, 16);
	writer_addr(w, care_of);
	if (options->timestamps) {
		pad_to(w, message, 2);
		writer_u8(w, MOPT_MESSAGE_ID);
		writer_u8(w, 8);
		writer_u64(w, update->message_id_ntp);
	}
	writer_u8(w, MOPT_MN_IDENTIFIER);
	writer_u8(w, (uint8_t)(1 + length));
	writer_u8(w, MN_IDENTIFIER_NAI);
	writer_bytes(w, identifier, length);
	/* Last, and ending on eight octets. */
	pad_to(w, message, 5);
	writer_u8(w, MOPT_AUTHENTICATION);
	writer_u8(w, AUTH_MN_HA_OPTION_OCTETS - 2);
	writer_u8(w, AUTH_SUBTYPE_MN_HA);
	writer_u32(w, NODE_SPI);
}

uint16_t message_write_update(const struct options *options, const struct node *node,
			      const struct update *update, uint8_t out[static UPDATE_OCTETS_MAX])
{
	struct writer w = writer_of(out, UPDATE_OCTETS_MAX);
	struct ip_addr care_of = node_care_of(options, update->node, update->care_of);
	struct ip_addr home = node_home(options, update->node);
	struct writer field;
	uint8_t *message;
	uint16_t octets;

	write_headers(&w, options, &care_of, &home);
	message = w.at;
	writer_u8(&w, PROTO_NONE);
	writer_u8(&w, 0); /* header length: below */
	writer_u8(&w, MH_BINDING_UPDATE);
	writer_zero(&w, 3);
	writer_u16(&w, update->sequence);
	writer_u16(&w, BU_FLAG_ACK | BU_FLAG_HOME);
	writer_u16(&w, (uint16_t)(update->lifetime_s / LIFETIME_UNIT_S));
	write_options(&w, message, options, update, &care_of);
	octets = (uint16_t)(w.at - message + AUTHENTICATOR_OCTETS);
	message[1] = (uint8_t)(octets / 8 - 1);
	if (!authenticate(node->key, &care_of, &home, message, (uint16_t)(w.at - message), w.at))
		return 0;
	field = writer_of(&message[4], 2);
	writer_u16(&field, ntohs(checksum(&home, &options->home_agent, message, octets)));
	field = writer_of(&out[4], 2);
	writer_u16(&field, (uint16_t)(octets + HOME_ADDRESS_HEADER_OCTETS));
	return (uint16_t)(message - out + octets);
}

static enum wrong read_option(uint8_t type, struct cursor data, const uint8_t *message,
			      struct ack *ack)
{
	uint8_t subtype;
	uint32_t spi;

	switch (type) {
	case MOPT_MN_IDENTIFIER:
		if (!cursor_u8(&data, &subtype) || subtype != MN_IDENTIFIER_NAI)
			return WRONG_IDENTIFIER;
		ack->identifier = data;
		return WRONG_NOTHING;
	case MOPT_MESSAGE_ID:
		ack->has_message_id = true;
		return cursor_u64(&data, &ack->message_id_ntp) && cursor_left(&data) == 0
			       ? WRONG_NOTHING
			       : WRONG_OPTIONS;
	case MOPT_AUTHENTICATION:
		if (!cursor_u8(&data, &subtype) || !cursor_u32(&data, &spi) ||
		    subtype != AUTH_SUBTYPE_MN_HA || spi != NODE_SPI ||
		    cursor_left(&data) != AUTHENTICATOR_OCTETS || ack->covered != 0)
			return WRONG_AUTHENTICATOR;
		ack->covered = (uint16_t)(data.at - message);
		ack->authenticator = data.at;
		return WRONG_NOTHING;
	default:
		return WRONG_NOTHING;
	}
}

static enum wrong read_options(struct cursor options, const uint8_t *message, struct ack *ack)
{
	while (cursor_left(&options) > 0) {
		struct cursor data;
		enum wrong wrong;
		uint8_t type;
		uint8_t length;

		cursor_u8(&options, &type);
		if (type == MOPT_PAD1)
			continue;
		/* RFC 4285 §5.1: nothing but padding after the authentication. */
		if (type != MOPT_PADN && ack->covered != 0)
			return WRONG_OPTIONS;
		if (!cursor_u8(&options, &length) || !cursor_take(&options, length, &data))
			return WRONG_OPTIONS;
		wrong = read_option(type, data, message, ack);
		if (wrong != WRONG_NOTHING)
			return wrong;
	}
	return WRONG_NOTHING;
}

static enum wrong read_message(struct cursor message, const struct ip_addr *source, struct ack *ack)
{
	const uint8_t *start = message.at;
	size_t octets = cursor_left(&message);
	uint16_t lifetime_units;
	uint8_t proto;
	uint8_t length;
	uint8_t type;

	ack->message = start;
	if (octets > MH_OCTETS_MAX || !cursor_u8(&message, &proto) ||
	    !cursor_u8(&message, &length) || !cursor_u8(&message, &type))
		return WRONG_MESSAGE;
	if (proto != PROTO_NONE || type != MH_BINDING_ACK || octets != 8u * (length + 1u))
		return WRONG_MESSAGE;
	if (checksum(source, &ack->home, start, (uint16_t)octets) != 0)
		return WRONG_CHECKSUM;
	if (!cursor_skip(&message, 3) || !cursor_u8(&message, &ack->status) ||
	    !cursor_skip(&message, 1) || !cursor_u16(&message, &ack->sequence) ||
	    !cursor_u16(&message, &lifetime_units))
		return WRONG_MESSAGE;
	ack->lifetime_s = LIFETIME_UNIT_S * (uint32_t)lifetime_units;
	return read_options(message, start, ack);
}

enum wrong message_read_ack(const uint8_t *packet, uint32_t length, struct ack *ack)
{
	static const uint8_t routing[] = {PROTO_MOBILITY, 2, ROUTING_TYPE_2, 1, 0, 0, 0, 0};
	const struct ip6_hdr_wire *ip = (const void *)packet;
	struct cursor rest;
	struct ip_addr source;

	memset(ack, 0, sizeof(*ack));
	if (length < sizeof(*ip) + ROUTING_TYPE_2_OCTETS || ip->next_header != PROTO_ROUTING)
		return WRONG_ROUTING_HEADER;
	memcpy(&source, ip->source, sizeof(source));
	memcpy(&ack->care_of, ip->destination, sizeof(ack->care_of));
	rest = cursor_of(packet + sizeof(*ip), length - sizeof(*ip));
	if (memcmp(rest.at, routing, sizeof(routing)) != 0)
		return WRONG_ROUTING_HEADER;
	cursor_skip(&rest, sizeof(routing));
	cursor_addr(&rest, &ack->home);
	return read_message(rest, &source, ack);
}

bool message_ack_is_authentic(const struct ack *ack, const struct node *node)
{
	uint8_t expected[AUTHENTICATOR_OCTETS];

	return ack->covered != 0 &&
	       authenticate(node->key, &ack->care_of, &ack->home, ack->message, ack->covered,
			    expected) &&
	       memcmp(expected, ack->authenticator, sizeof(expected)) == 0;
}
