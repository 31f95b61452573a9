/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/options.h"

/* One pass over the options of a message. */
struct walk {
	struct mobility_options *options;
	uint16_t data_offset; /* of the option being decoded, from the start of the message */
	const uint8_t *end;   /* of the message */
	bool seen_auth;	      /* an authentication option of whatever subtype */
	bool mn_ha_was_last;  /* until the option being decoded */
};

typedef enum decode_result option_decoder(struct walk *walk, struct cursor data);

/* Known options: data length from minimum to maximum, type octet at align_n * x + align_y of the
 * message. */
struct option_rule {
	uint8_t type;
	const char *name;
	uint8_t length_min;
	uint8_t length_max;
	uint8_t align_n;
	uint8_t align_y;
	option_decoder *decode;
};

static option_decoder refresh_advice, alternate_care_of, nonce_indices, binding_authorization,
	network_prefix, mn_identifier, authentication, message_id;

/* RFC 6275 §6.2, 3963 §4.3, 4283 §3, 4285 §5, §6. The alignment of option 5 is a consequence of its
 * being last, and only a correspondent asks for that. */
static const struct option_rule rules[] = {
	{MOPT_BINDING_REFRESH_ADVICE, "binding refresh advice", 2, 2, 2, 0, refresh_advice},
	{MOPT_ALTERNATE_CARE_OF, "alternate care-of address", 16, 16, 8, 6, alternate_care_of},
	{MOPT_NONCE_INDICES, "nonce indices", 4, 4, 2, 0, nonce_indices},
	{MOPT_BINDING_AUTHORIZATION, "binding authorization data", 12, 12, 1, 0,
	 binding_authorization},
	{MOPT_NETWORK_PREFIX, "mobile network prefix", 18, 18, 8, 4, network_prefix},
	{MOPT_MN_IDENTIFIER, "mobile node identifier", 2, 255, 1, 0, mn_identifier},
	{MOPT_AUTHENTICATION, "authentication", 5, 255, 4, 1, authentication},
	{MOPT_MESSAGE_ID, "message-ID", 8, 8, 8, 2, message_id},
};

static const struct option_rule *find_rule(uint8_t type)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].type == type)
			return &rules[i];
	return NULL;
}

static enum decode_result decode_known(const struct option_rule *rule, struct walk *walk,
				       struct cursor data, uint16_t *error_offset)
{
	uint16_t type_offset = (uint16_t)(walk->data_offset - 2);
	size_t length = cursor_left(&data);
	enum decode_result result;

	if (length < rule->length_min || length > rule->length_max)
		result = DECODE_OPTION_LENGTH;
	else if (type_offset % rule->align_n != rule->align_y)
		result = DECODE_OPTION_ALIGNMENT;
	else
		result = rule->decode(walk, data);
	if (result == DECODE_OPTION_LENGTH)
		*error_offset = (uint16_t)(type_offset + 1);
	return result;
}

/* An option other than padding begins: whatever authenticates was not the last one. */
static void not_last(struct walk *walk)
{
	walk->mn_ha_was_last = walk->options->mn_ha.is_last;
	walk->options->mn_ha.is_last = false;
	walk->options->mn_aaa.is_last = false;
}

static enum decode_result decode_option(struct cursor *left, const uint8_t *start,
					struct walk *walk, uint16_t *error_offset)
{
	const struct option_rule *rule;
	struct cursor data;
	uint8_t length;
	uint8_t type;

	if (!cursor_u8(left, &type))
		return DECODE_SHORT;
	if (type == MOPT_PAD1)
		return DECODE_GOOD;
	if (!cursor_u8(left, &length) || !cursor_take(left, length, &data))
		return DECODE_SHORT;
	if (type == MOPT_PADN)
		return DECODE_GOOD;
	not_last(walk);
	rule = find_rule(type);
	if (rule == NULL)
		return DECODE_GOOD; /* RFC 6275 §6.2.1: ignored and skipped */
	walk->data_offset = (uint16_t)(data.at - start);
	return decode_known(rule, walk, data, error_offset);
}

enum decode_result mobility_options_decode(struct cursor message, uint16_t first,
					   struct mobility_options *options, uint16_t *error_offset)
{
	struct walk walk = {.options = options, .end = message.end};
	struct cursor left = message;
	enum decode_result result = DECODE_GOOD;

	*options = (struct mobility_options){0};
	/* Every offset below is 16 bits; the longest Mobility Header fits. */
	if (cursor_left(&message) > MH_OCTETS_MAX || !cursor_skip(&left, first))
		return DECODE_SHORT;
	while (result == DECODE_GOOD && cursor_left(&left) > 0)
		result = decode_option(&left, message.at, &walk, error_offset);
	return result;
}

bool mobility_padding_encode(struct writer *w, size_t octets)
{
	static const uint8_t pad1 = MOPT_PAD1;
	struct writer at = *w;

	if (octets == 0)
		return true;
	if (octets == 1)
		return writer_bytes(w, &pad1, 1);
	if (octets > 257 || !writer_u8(&at, MOPT_PADN) || !writer_u8(&at, (uint8_t)(octets - 2)) ||
	    !writer_zero(&at, octets - 2))
		return false;
	*w = at;
	return true;
}

/* Meaningless in what is sent to us, so nothing says what a second one would be. */
static enum decode_result refresh_advice(struct walk *walk, struct cursor data)
{
	walk->options->has_refresh_advice = true;
	cursor_u16(&data, &walk->options->refresh_advice_units);
	return DECODE_GOOD;
}

/* Two care-of addresses leave open which one the authenticator covers. */
static enum decode_result alternate_care_of(struct walk *walk, struct cursor data)
{
	if (walk->options->has_alternate_care_of)
		return DECODE_OPTION_ORDER;
	walk->options->has_alternate_care_of = true;
	cursor_addr(&data, &walk->options->alternate_care_of);
	return DECODE_GOOD;
}

static enum decode_result nonce_indices(struct walk *walk, struct cursor data)
{
	if (walk->options->has_nonce_indices)
		return DECODE_OPTION_ORDER;
	walk->options->has_nonce_indices = true;
	cursor_u16(&data, &walk->options->home_nonce_index);
	cursor_u16(&data, &walk->options->care_of_nonce_index);
	return DECODE_GOOD;
}

/* RFC 6275 §6.2.7. Of two, only the second could be the last option. */
static enum decode_result binding_authorization(struct walk *walk, struct cursor data)
{
	struct mobility_options *options = walk->options;

	options->has_binding_authorization = true;
	options->binding_authorization_is_last = data.end == walk->end;
	options->binding_authorization = data.at;
	options->binding_authorization_covered = walk->data_offset;
	return DECODE_GOOD;
}

static enum decode_result network_prefix(struct walk *walk, struct cursor data)
{
	(void)data;
	walk->options->network_prefix_count++;
	return DECODE_GOOD;
}

/* RFC 4283 §3.1. Identifiers of other subtypes are skipped and may stand beside the NAI (RFC 8371);
 * two NAIs may not: they leave open who is speaking. */
static enum decode_result mn_identifier(struct walk *walk, struct cursor data)
{
	struct mobility_options *options = walk->options;
	uint8_t subtype;

	if (!cursor_u8(&data, &subtype) || subtype != MN_IDENTIFIER_NAI)
		return DECODE_GOOD;
	if (options->identifier != NULL)
		return DECODE_OPTION_ORDER;
	options->identifier = data.at;
	options->identifier_length = (uint8_t)cursor_left(&data);
	options->identifier_before_auth = !walk->seen_auth;
	return DECODE_GOOD;
}

static enum decode_result keep_auth(struct walk *walk, struct cursor spi_and_data,
				    struct auth_option *auth)
{
	if (auth->present)
		return DECODE_OPTION_ORDER;
	auth->present = true;
	auth->is_last = true; /* until another option begins */
	cursor_u32(&spi_and_data, &auth->spi);
	auth->data = spi_and_data.at;
	auth->data_length = (uint8_t)cursor_left(&spi_and_data);
	auth->covered = (uint16_t)(walk->data_offset + 1 + 4);
	return DECODE_GOOD;
}

/* RFC 4285 §5.2: MN-AAA is the one option that may stand behind MN-HA. Whatever else did would be proved by nobody. */
static enum decode_result keep_mn_aaa(struct walk *walk, struct cursor spi_and_data)
{
	struct mobility_options *options = walk->options;

	options->mn_ha.is_last = walk->mn_ha_was_last;
	return keep_auth(walk, spi_and_data, &options->mn_aaa);
}

/* RFC 4285 §5: one of each subtype, MN-HA before MN-AAA. */
static enum decode_result authentication(struct walk *walk, struct cursor data)
{
	struct mobility_options *options = walk->options;
	uint8_t subtype;

	if (!cursor_u8(&data, &subtype))
		return DECODE_SHORT;
	walk->seen_auth = true;
	if (subtype == AUTH_SUBTYPE_MN_AAA)
		return keep_mn_aaa(walk, data);
	if (subtype != AUTH_SUBTYPE_MN_HA)
		return DECODE_GOOD; /* a method that this home agent does not know */
	if (cursor_left(&data) != 4 + AUTH_MN_HA_DATA_OCTETS)
		return DECODE_OPTION_LENGTH;
	if (options->mn_aaa.present)
		return DECODE_OPTION_ORDER;
	return keep_auth(walk, data, &options->mn_ha);
}

static enum decode_result message_id(struct walk *walk, struct cursor data)
{
	if (walk->options->has_message_id)
		return DECODE_OPTION_ORDER;
	walk->options->has_message_id = true;
	cursor_u64(&data, &walk->options->message_id_ntp);
	return DECODE_GOOD;
}
