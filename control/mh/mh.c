/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/mh.h"

#include "checksum.h"
#include "ha/wire/ip6.h"

enum {
	OFFSET_PAYLOAD_PROTO = 0,
	OFFSET_HEADER_LENGTH = 1,
	OCTETS_MIN = 8,
};

/* The least Header Len of each known message (RFC 6275 §6.1.2 to §6.1.9). */
static const uint8_t header_length_min[] = {
	[MH_BINDING_REFRESH_REQUEST] = 0,
	[MH_HOME_TEST_INIT] = 1,
	[MH_CARE_OF_TEST_INIT] = 1,
	[MH_HOME_TEST] = 2,
	[MH_CARE_OF_TEST] = 2,
	[MH_BINDING_UPDATE] = 1,
	[MH_BINDING_ACK] = 1,
	[MH_BINDING_ERROR] = 2,
};

/* The messages of extensions are few and far apart. False for a type that is not known. */
static bool find_minimum(uint8_t type, uint8_t *minimum)
{
	if (type < sizeof(header_length_min)) {
		*minimum = header_length_min[type];
		return true;
	}
	*minimum = 1; /* RFC 5846 §5 */
	return type == MH_BINDING_REVOCATION;
}

/* Splits the message off; false when the packet does not hold all that its Header Len claims. */
static bool read_header(struct cursor packet, struct mh_header *header, struct cursor *message)
{
	struct cursor at = packet;
	uint8_t header_length;

	*header = (struct mh_header){0};
	if (cursor_left(&packet) < OCTETS_MIN || !cursor_u8(&at, &header->payload_proto) ||
	    !cursor_u8(&at, &header_length) || !cursor_u8(&at, &header->type))
		return false;
	header->octets = (uint16_t)(8 * (header_length + 1));
	return cursor_take(&packet, header->octets, message);
}

/* RFC 6275 §9.2, in its order. The checksum is over the message alone (§6.1.1), not what may follow
 * it. */
enum mh_verdict mh_check(struct cursor packet, const struct ip_addr *source,
			 const struct ip_addr *destination, struct mh_header *header)
{
	struct cursor message;
	uint8_t minimum;

	if (!read_header(packet, header, &message))
		return MH_SHORT;
	if (ip6_checksum(source, destination, PROTO_MOBILITY, message.at, header->octets) != 0)
		return MH_CHECKSUM;
	if (!find_minimum(header->type, &minimum))
		return MH_UNKNOWN_TYPE;
	if (header->payload_proto != PROTO_NONE) {
		header->error_offset = OFFSET_PAYLOAD_PROTO;
		return MH_PAYLOAD_PROTO;
	}
	if (header->octets / 8 - 1 < minimum) {
		header->error_offset = OFFSET_HEADER_LENGTH;
		return MH_HEADER_LENGTH;
	}
	return MH_GOOD;
}

uint16_t mh_finish(uint8_t *message, struct writer *w)
{
	size_t octets = (size_t)(w->at - message);

	if (!mobility_padding_encode(w, (8 - octets % 8) % 8))
		return 0;
	octets = (size_t)(w->at - message);
	if (octets < OCTETS_MIN || octets > MH_OCTETS_MAX)
		return 0;
	message[OFFSET_HEADER_LENGTH] = (uint8_t)(octets / 8 - 1);
	return (uint16_t)octets;
}
