/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/extension.h"

#include "ha/wire/ip4.h"

enum {
	SPI_OCTETS = 4,
	AAA_OCTETS_MIN = SPI_OCTETS + 16, /* RFC 4721 §5 */
	VENDOR_OCTETS_MIN = 4 + 2,	  /* vendor, type (RFC 3115 §2) */
	AAA_SUBTYPE = 1,
};

enum format {
	SIMPLE, /* type, length 8, data (RFC 5944 §1.9); short ones, too: the subtype begins the data */
	LONG,	    /* type, subtype, length 16, data (§1.10) */
	DYNAMIC_HA, /* either, RFC 4433 §4 leaves it open */
};

/* Messages in which an extension may stand, by their type. */
enum {
	IN_REQUEST = 1,
	IN_REPLY = 2,
	IN_REVOCATION = 4, /* and in its acknowledgement */
	IN_BOTH = IN_REQUEST | IN_REPLY,
	IN_ALL = IN_BOTH | IN_REVOCATION,
};

enum {
	BEFORE = 1 << MIP4_BEFORE,
	BEHIND = 1 << MIP4_BEHIND,
	ANYWHERE = BEFORE | BEHIND,
};

/* One pass over the extensions of a message. */
struct walk {
	struct mip4_extensions *extensions;
	const uint8_t *start; /* of the message */
	uint8_t message;      /* IN_ */
	enum mip4_place place;
	bool is_closed;		   /* FA-HA was there: it is the last one */
	struct cursor extension;   /* that is being decoded, with its header */
	uint8_t subtype;	   /* of the long format */
	enum mip4_decoded problem; /* the first that did not end the walk */
};

typedef enum mip4_decoded extension_decoder(struct walk *walk, struct cursor data);

struct extension_rule {
	uint8_t type;
	uint8_t format;
	uint16_t octets_min; /* of the data */
	uint16_t octets_max;
	uint8_t messages; /* IN_ */
	uint8_t places;
	extension_decoder *decode;
};

static extension_decoder mn_ha, mn_fa, fa_ha, generalised_auth, critical_vendor, udp_reply,
	delivery_style, nai, challenge, revocation_support, dynamic_ha, udp_request;

/* Vendor extensions that may be skipped (133, 134) are: none is known here. */
static const struct extension_rule rules[] = {
	{MIP4_EXT_MN_HA, SIMPLE, SPI_OCTETS + 1, 255, IN_ALL, ANYWHERE, mn_ha},
	{MIP4_EXT_MN_FA, SIMPLE, SPI_OCTETS + 1, 255, IN_BOTH, ANYWHERE, mn_fa},
	{MIP4_EXT_FA_HA, SIMPLE, SPI_OCTETS + 1, 255, IN_ALL, ANYWHERE, fa_ha},
	{MIP4_EXT_GENERALISED_AUTH, LONG, AAA_OCTETS_MIN, UINT16_MAX, IN_REQUEST, ANYWHERE,
	 generalised_auth},
	{MIP4_EXT_CRITICAL_VENDOR, LONG, VENDOR_OCTETS_MIN, UINT16_MAX, IN_ALL, ANYWHERE,
	 critical_vendor},
	{MIP4_EXT_UDP_TUNNEL_REPLY, SIMPLE, MIP4_UDP_OCTETS, MIP4_UDP_OCTETS, IN_REPLY, ANYWHERE,
	 udp_reply},
	{MIP4_EXT_DELIVERY_STYLE, SIMPLE, 0, 0, IN_REQUEST, BEHIND, delivery_style},
	{MIP4_EXT_NAI, SIMPLE, 1, MIP4_NAI_MAX, IN_BOTH, ANYWHERE, nai},
	{MIP4_EXT_CHALLENGE, SIMPLE, 1, 255, IN_BOTH, ANYWHERE, challenge},
	{MIP4_EXT_REVOCATION_SUPPORT, SIMPLE, MIP4_SUPPORT_OCTETS, 255, IN_BOTH, ANYWHERE,
	 revocation_support},
	{MIP4_EXT_DYNAMIC_HA, DYNAMIC_HA, MIP4_DYNAMIC_HA_OCTETS, MIP4_DYNAMIC_HA_OCTETS, IN_BOTH,
	 ANYWHERE, dynamic_ha},
	{MIP4_EXT_UDP_TUNNEL_REQUEST, SIMPLE, MIP4_UDP_OCTETS, MIP4_UDP_OCTETS, IN_REQUEST,
	 ANYWHERE, udp_request},
};

static const struct extension_rule *find_rule(uint8_t type)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].type == type)
			return &rules[i];
	return NULL;
}

static bool take_simple(struct cursor *left, struct cursor *data)
{
	uint8_t octets;

	return cursor_skip(left, 1) && cursor_u8(left, &octets) && cursor_take(left, octets, data);
}

static bool take_long(struct cursor *left, uint8_t *subtype, struct cursor *data)
{
	uint16_t octets;

	return cursor_skip(left, 1) && cursor_u8(left, subtype) && cursor_u16(left, &octets) &&
	       cursor_take(left, octets, data);
}

/* In the long format the second octet is a subtype, and the length behind it always 4. In the short
 * one it is the length, and the subtype stands behind it. */
static bool take_dynamic_ha(struct cursor *left, uint8_t *subtype, struct cursor *data)
{
	struct cursor probe = *left;

	if (take_long(&probe, subtype, data) && cursor_left(data) == MIP4_DYNAMIC_HA_OCTETS &&
	    (*subtype == MIP4_DYNAMIC_HA_REQUESTED || *subtype == MIP4_DYNAMIC_HA_REDIRECT)) {
		*left = probe;
		return true;
	}
	if (!take_simple(left, data))
		return false;
	return cursor_left(data) != MIP4_DYNAMIC_HA_OCTETS + 1 || cursor_u8(data, subtype);
}

/* The data of the next extension; false when it runs past the end. */
static bool take(struct cursor *left, uint8_t format, uint8_t *subtype, struct cursor *data)
{
	if (format == LONG)
		return take_long(left, subtype, data);
	if (format == DYNAMIC_HA)
		return take_dynamic_ha(left, subtype, data);
	return take_simple(left, data);
}

/* RFC 3543, 3519, 4433: what a message has no use for is skipped when that is allowed. */
static enum mip4_decoded misplaced(const struct extension_rule *rule)
{
	return rule->type >= MIP4_EXT_SKIPPABLE ? MIP4_DECODED : MIP4_DECODE_PLACE;
}

static enum mip4_decoded decode_known(const struct extension_rule *rule, struct walk *walk,
				      struct cursor data)
{
	size_t octets = cursor_left(&data);

	if ((rule->messages & walk->message) == 0)
		return misplaced(rule);
	if (octets < rule->octets_min || octets > rule->octets_max)
		return MIP4_DECODE_LENGTH;
	/* RFC 5944 §3.6.1.3, §3.7.2.2, §3.8.3.3: nothing covers what stands behind FA-HA. */
	if ((rule->places & 1 << walk->place) == 0 ||
	    (walk->is_closed && rule->type != MIP4_EXT_FA_HA))
		return MIP4_DECODE_PLACE;
	return rule->decode(walk, data);
}

static enum mip4_decoded decode_next(struct cursor *left, struct walk *walk)
{
	uint8_t type = left->at[0];
	const struct extension_rule *rule = find_rule(type);
	const uint8_t *at = left->at;
	struct cursor data;
	enum mip4_decoded result;

	if (type == MIP4_EXT_PAD) {
		cursor_skip(left, 1);
		return MIP4_DECODED;
	}
	if (rule == NULL && type < MIP4_EXT_SKIPPABLE)
		return MIP4_DECODE_UNKNOWN;
	walk->subtype = 0;
	if (!take(left, rule != NULL ? rule->format : SIMPLE, &walk->subtype, &data))
		return MIP4_DECODE_CUT;
	if (rule == NULL)
		return MIP4_DECODED;
	walk->extension = (struct cursor){.at = at, .end = left->at};
	result = decode_known(rule, walk, data);
	if (result == MIP4_DECODE_UNKNOWN)
		return result;
	if (walk->problem == MIP4_DECODED)
		walk->problem = result;
	return MIP4_DECODED;
}

static uint8_t message_bit(uint8_t type)
{
	if (type == MIP4_REGISTRATION_REQUEST)
		return IN_REQUEST;
	if (type == MIP4_REGISTRATION_REPLY)
		return IN_REPLY;
	return IN_REVOCATION;
}

enum mip4_decoded mip4_extensions_decode(struct cursor message, uint16_t first,
					 struct mip4_extensions *extensions)
{
	struct walk walk = {.extensions = extensions, .start = message.at};
	struct cursor left = message;
	enum mip4_decoded result = MIP4_DECODED;

	*extensions = (struct mip4_extensions){0};
	/* Every offset is 16 bits, and so is the length of UDP. */
	if (cursor_left(&message) > UINT16_MAX || first == 0 || !cursor_skip(&left, first))
		return MIP4_DECODE_SHORT;
	walk.message = message_bit(message.at[0]);
	while (result == MIP4_DECODED && cursor_left(&left) > 0)
		result = decode_next(&left, &walk);
	if (extensions->authorised_octets == 0)
		extensions->authorised_octets = (uint16_t)cursor_left(&message);
	return result != MIP4_DECODED ? result : walk.problem;
}

static void keep_auth(const struct walk *walk, struct cursor spi_and_authenticator,
		      struct mip4_auth_extension *auth)
{
	if (auth->count < UINT8_MAX)
		auth->count++;
	if (auth->count > 1)
		return;
	cursor_u32(&spi_and_authenticator, &auth->spi);
	auth->authenticator = spi_and_authenticator.at;
	auth->octets = (uint16_t)cursor_left(&spi_and_authenticator);
	auth->at = (uint16_t)(walk->extension.at - walk->start);
	auth->covered = (uint16_t)(auth->authenticator - walk->start);
}

/* The mobile node's part ends here at the earliest. */
static void authorised(struct walk *walk)
{
	walk->place = MIP4_BEHIND;
	walk->extensions->authorised_octets = (uint16_t)(walk->extension.end - walk->start);
}

static enum mip4_decoded mn_ha(struct walk *walk, struct cursor data)
{
	struct mip4_auth_extension *auth = &walk->extensions->mn_ha;

	keep_auth(walk, data, auth);
	if (auth->count > 1)
		return MIP4_DECODE_TWICE;
	authorised(walk);
	return MIP4_DECODED;
}

/* RFC 5944 §3.5.3; between mobile node and foreign agent. */
static enum mip4_decoded mn_fa(struct walk *walk, struct cursor data)
{
	keep_auth(walk, data, &walk->extensions->mn_fa);
	return walk->extensions->mn_fa.count > 1 ? MIP4_DECODE_TWICE : MIP4_DECODED;
}

/* RFC 5944 §3.8.2.1 c has a code of its own for more than one. */
static enum mip4_decoded fa_ha(struct walk *walk, struct cursor data)
{
	keep_auth(walk, data, &walk->extensions->fa_ha);
	walk->is_closed = true;
	return MIP4_DECODED;
}

static enum mip4_decoded generalised_auth(struct walk *walk, struct cursor data)
{
	struct mip4_auth_extension *auth = &walk->extensions->mn_aaa;

	if (walk->subtype != AAA_SUBTYPE)
		return MIP4_DECODE_UNKNOWN;
	keep_auth(walk, data, auth);
	if (auth->count > 1)
		return MIP4_DECODE_TWICE;
	authorised(walk);
	return MIP4_DECODED;
}

static enum mip4_decoded critical_vendor(struct walk *walk, struct cursor data)
{
	(void)data;
	walk->extensions->has_critical_vendor[walk->place] = true;
	return MIP4_DECODED;
}

/* RFC 3024 §3.3. */
static enum mip4_decoded delivery_style(struct walk *walk, struct cursor data)
{
	(void)data;
	walk->extensions->has_delivery_style = true;
	return MIP4_DECODED;
}

static enum mip4_decoded nai(struct walk *walk, struct cursor data)
{
	struct mip4_extensions *e = walk->extensions;

	if (e->nai != NULL)
		return MIP4_DECODE_TWICE;
	e->nai = data.at;
	e->nai_octets = (uint8_t)cursor_left(&data);
	e->nai_behind = walk->place == MIP4_BEHIND;
	return MIP4_DECODED;
}

static enum mip4_decoded challenge(struct walk *walk, struct cursor data)
{
	struct mip4_extensions *e = walk->extensions;

	if (e->challenge != NULL)
		return MIP4_DECODE_TWICE;
	e->challenge = data.at;
	e->challenge_octets = (uint8_t)cursor_left(&data);
	e->challenge_behind = walk->place == MIP4_BEHIND;
	return MIP4_DECODED;
}

/* RFC 3519 §3.1: other subtypes, and what has Reserved 3 set, are skipped. */
static enum mip4_decoded udp_request(struct walk *walk, struct cursor data)
{
	struct mip4_extensions *e = walk->extensions;
	struct mip4_udp_request request = {0};
	uint16_t reserved3;
	uint8_t subtype;
	uint8_t flags;

	if (!cursor_u8(&data, &subtype) || !cursor_skip(&data, 1) || !cursor_u8(&data, &flags) ||
	    !cursor_u8(&data, &request.encapsulation) || !cursor_u16(&data, &reserved3))
		return MIP4_DECODE_LENGTH;
	if (subtype != 0 || reserved3 != 0)
		return MIP4_DECODED;
	if (e->has_udp_request)
		return MIP4_DECODE_TWICE;
	request.forced = (flags & MIP4_UDP_REQUEST_F) != 0;
	request.through_agent = (flags & MIP4_UDP_REQUEST_R) != 0;
	e->has_udp_request = true;
	e->udp_request = request;
	e->udp_request_place = walk->place;
	return MIP4_DECODED;
}

static enum mip4_decoded udp_reply(struct walk *walk, struct cursor data)
{
	struct mip4_extensions *e = walk->extensions;
	uint16_t flags;
	uint8_t subtype;

	if (e->has_udp_reply)
		return MIP4_DECODE_TWICE;
	if (!cursor_u8(&data, &subtype) || !cursor_u8(&data, &e->udp_reply.code) ||
	    !cursor_u16(&data, &flags) || !cursor_u16(&data, &e->udp_reply.keepalive_s))
		return MIP4_DECODE_LENGTH;
	if (subtype != 0)
		return MIP4_DECODE_UNKNOWN;
	e->udp_reply.forced = (flags & MIP4_UDP_REPLY_F) != 0;
	e->has_udp_reply = true;
	return MIP4_DECODED;
}

/* RFC 3543 §3.2: one of the mobile node, one of the foreign agent; a longer one is of the future. */
static enum mip4_decoded revocation_support(struct walk *walk, struct cursor data)
{
	struct mip4_revocation_support *support =
		&walk->extensions->revocation_support[walk->place];
	uint16_t flags;

	if (walk->extensions->has_revocation_support[walk->place])
		return MIP4_DECODE_TWICE;
	if (!cursor_u16(&data, &flags) || !cursor_u32(&data, &support->timestamp))
		return MIP4_DECODE_LENGTH;
	support->inform = (flags & MIP4_SUPPORT_I) != 0;
	walk->extensions->has_revocation_support[walk->place] = true;
	return MIP4_DECODED;
}

/* RFC 4433 §4.1, §4.2. Each message has use for one of the subtypes only. */
static enum mip4_decoded dynamic_ha(struct walk *walk, struct cursor data)
{
	struct mip4_extensions *e = walk->extensions;
	uint8_t expected =
		walk->message == IN_REQUEST ? MIP4_DYNAMIC_HA_REQUESTED : MIP4_DYNAMIC_HA_REDIRECT;

	if (walk->subtype != expected || walk->place == MIP4_BEHIND)
		return MIP4_DECODED;
	if (e->dynamic_ha != MIP4_DYNAMIC_HA_NONE)
		return MIP4_DECODE_TWICE;
	e->dynamic_ha = walk->subtype;
	cursor_ip4(&data, &e->dynamic_ha_address);
	return MIP4_DECODED;
}
