/* SPDX-License-Identifier: BSD-3-Clause */
#include "mobile_node_key.h"

#include <ctype.h>
#include <string.h>

#include "association_text.h"
#include "ha/home_anycast.h"
#include "ha/wire/mip4.h"
#include "prefix_text.h"

enum {
	SPI_MIN = 256, /* RFC 4285 §5, 5944 §1.7: 0 to 255 are reserved */
	WINDOW_MAX_S = 3600,
	ROUTERS_ANYCAST_PREFIX_MAX = 126, /* behind a longer one it is a host's (RFC 6164) */
	BROADCAST_PREFIX_MAX =
		IP4_PREFIX_BITS + 30, /* behind a longer one it is a host's (RFC 3021) */
};

_Static_assert((int)SPI_MIN == MIP4_SPI_RESERVED + 1, "one limit for both");

const char *const node_key_names[NODE_KEY_COUNT] = {
	[NODE_HOME_ADDRESS] = "home_address",
	[NODE_AUTH] = "auth",
	[NODE_IDENTIFIER] = "identifier",
	[NODE_SPI] = "spi",
	[NODE_ALGORITHM] = "algorithm",
	[NODE_KEY] = "key",
	[NODE_REPLAY] = "replay",
	[NODE_WINDOW] = "timestamp_window_s",
	[NODE_PROHIBITED] = "prohibited",
	[NODE_REVOCATION] = "revocation",
	[NODE_GRE_KEY] = "gre_key",
};

#define bad(row, ...) node_problem((row)->reading, __VA_ARGS__)

/* Whose an address is that no mobile node can have; NULL when nobody's. */
static const char *owner_of(const struct config *config, const struct ip_addr *address)
{
	for (uint16_t i = 0; i < config->home_prefix_count; i++) {
		const struct home_prefix_config *home = &config->home_prefixes[i];

		if (ip_addr_equal(&home->home_agent, address))
			return "the home agent's own address";
		if (is_home_anycast(&home->prefix, address))
			return "the Home-Agents anycast address of its prefix (RFC 2526)";
		if (home->prefix.length <= ROUTERS_ANYCAST_PREFIX_MAX &&
		    ip_addr_equal(&home->prefix.addr, address))
			return "the Subnet-Router anycast address of its prefix (RFC 4291)";
	}
	return NULL;
}

static const char *owner4_of(const struct config *config, const struct ip_addr *address)
{
	for (uint16_t i = 0; i < config->mip4.network_count; i++) {
		const struct home_network_config *network = &config->mip4.networks[i];
		uint32_t host_bits =
			(uint32_t)((UINT64_C(1) << (128 - network->prefix.length)) - 1);

		if (ip_addr_equal(&network->home_agent, address))
			return "the home agent's own address";
		if (network->prefix.length > BROADCAST_PREFIX_MAX ||
		    !ip_prefix_contains(&network->prefix, address))
			continue;
		if ((ip4_number(address) & host_bits) == 0)
			return "the address of its network";
		if ((ip4_number(address) & host_bits) == host_bits)
			return "the broadcast address of its network";
	}
	return NULL;
}

static bool is_unicast(const struct ip_addr *address)
{
	return ip_addr_is_v4_mapped(address) ? ip4_is_unicast(ip4_number(address))
					     : ip_addr_is_unicast_routable(address);
}

/* What could not be read is taken for what it looks like. */
static bool read_home_address(struct node_row *row, const json_t *value)
{
	const char *text = json_string_value(value);
	const struct config *config = row->reading->config;
	struct ip_addr home;
	const char *owner = NULL;
	char said[NODE_WORDS_MAX];

	if (text == NULL || !address_parse(text, &home)) {
		row->is_ip4 =
			text != NULL && strchr(text, '.') != NULL && strchr(text, ':') == NULL;
		return bad(row,
			   "home_address: %s is neither an IPv6 nor an IPv4 address; use one such "
			   "as \"2001:db8:1::10\" or \"10.1.0.10\"",
			   text != NULL ? node_words(text, said) : "what is there");
	}
	row->is_ip4 = ip_addr_is_v4_mapped(&home);
	if (!is_unicast(&home))
		return bad(row,
			   "home_address: %s is not a unicast address that packets can be routed "
			   "to; use one of a home prefix",
			   node_words(text, said));
	if (config != NULL)
		owner = row->is_ip4 ? owner4_of(config, &home) : owner_of(config, &home);
	if (owner != NULL)
		return bad(row, "home_address: %s is %s; give the mobile node another one",
			   node_words(text, said), owner);
	row->node->home = home;
	return true;
}

/* RFC 4282 §2.1 without its finer points: printable, no spaces. */
static bool is_identifier(const char *text)
{
	size_t length = text != NULL ? strlen(text) : 0;

	for (size_t i = 0; i < length; i++)
		if (iscntrl((unsigned char)text[i]) || text[i] == ' ')
			return false;
	return length > 0 && length <= MN_IDENTIFIER_MAX;
}

static bool read_identifier(struct node_row *row, const json_t *value)
{
	const char *text = json_string_value(value);

	if (!is_identifier(text))
		return bad(row,
			   "identifier: not a network access identifier; use 1 to %d octets "
			   "without spaces, such as \"mn10@example.com\"",
			   MN_IDENTIFIER_MAX);
	row->node->identifier_length = (uint8_t)strlen(text);
	row->node->identifier = strdup(text);
	return row->node->identifier != NULL || bad(row, "no memory for this mobile node");
}

static bool read_spi(struct node_row *row, const json_t *value)
{
	json_int_t spi = json_integer_value(value);

	if (!json_is_integer(value) || spi < SPI_MIN || spi > UINT32_MAX)
		return bad(row, "spi: use a whole number from %d to %u", SPI_MIN, UINT32_MAX);
	row->association.spi = (uint32_t)spi;
	return true;
}

static bool is_word(const json_t *value, const char *word)
{
	return json_is_string(value) && strcmp(json_string_value(value), word) == 0;
}

static bool read_algorithm(struct node_row *row, const json_t *value)
{
	for (uint8_t i = 0; association_algorithms[i] != NULL; i++) {
		if (!is_word(value, association_algorithms[i]))
			continue;
		row->association.algorithm = i;
		return true;
	}
	return bad(row, "algorithm: use \"hmac-md5\", \"hmac-sha1\", \"hmac-sha256\" or "
			"\"keyed-md5\"");
}

static bool read_key4(struct node_row *row, const char *text)
{
	return (text != NULL && association_set_key(&row->association, text)) ||
	       bad(row, "key: use %d to %d hexadecimal digits, an even number, such as 32",
		   2 * MIP4_KEY_OCTETS_MIN, 2 * MIP4_KEY_OCTETS_MAX);
}

static bool read_key(struct node_row *row, const json_t *value)
{
	const char *text = json_string_value(value);

	if (row->is_ip4)
		return read_key4(row, text);
	if (text == NULL || strlen(text) != 2 * MN_KEY_OCTETS)
		return bad(row, "key: use %d hexadecimal digits", 2 * MN_KEY_OCTETS);
	return hex_decode(text, row->association.key, MN_KEY_OCTETS) != 0 ||
	       bad(row, "key: something in it is not a hexadecimal digit; use %d of 0-9 and a-f",
		   2 * MN_KEY_OCTETS);
}

static bool read_replay(struct node_row *row, const json_t *value)
{
	if (is_word(value, "timestamp"))
		row->node->replay = REPLAY_TIMESTAMP;
	else if (row->is_ip4 && is_word(value, "nonce"))
		row->node->replay = REPLAY_NONCE;
	else if (row->is_ip4)
		return bad(row, "replay: use \"timestamp\" or \"nonce\"");
	else if (is_word(value, "sequence"))
		row->node->replay = REPLAY_SEQUENCE;
	else
		return bad(row, "replay: use \"sequence\" or \"timestamp\"");
	return true;
}

static bool read_window(struct node_row *row, const json_t *value)
{
	json_int_t window_s = json_integer_value(value);

	if (!json_is_integer(value) || window_s < 1 || window_s > WINDOW_MAX_S)
		return bad(row, "timestamp_window_s: use a whole number from 1 to %d",
			   WINDOW_MAX_S);
	row->node->timestamp_window_s = (uint32_t)window_s;
	return true;
}

static bool read_prohibited(struct node_row *row, const json_t *value)
{
	if (!json_is_boolean(value))
		return bad(row, "prohibited: use true or false");
	row->node->prohibited = json_is_true(value);
	return true;
}

static bool read_auth(struct node_row *row, const json_t *value)
{
	if (is_word(value, "none"))
		row->node->auth = AUTH_NONE;
	else if (!is_word(value, "mn-ha"))
		return bad(row, "auth: use \"mn-ha\" or \"none\"");
	return true;
}

static bool read_revocation(struct node_row *row, const json_t *value)
{
	if (!json_is_boolean(value))
		return bad(row, "revocation: use true or false");
	row->node->takes_revocation = json_is_true(value);
	return true;
}

static bool read_gre_key(struct node_row *row, const json_t *value)
{
	json_int_t gre_key = json_integer_value(value);

	if (!json_is_integer(value) || gre_key < 0 || gre_key > UINT32_MAX)
		return bad(row, "gre_key: use a whole number from 0 to %u", UINT32_MAX);
	row->gre_key = (uint32_t)gre_key;
	return true;
}

bool node_key_read(struct node_row *row, enum node_key key, const json_t *value)
{
	static bool (*const readers[NODE_KEY_COUNT])(struct node_row *, const json_t *) = {
		[NODE_HOME_ADDRESS] = read_home_address,
		[NODE_AUTH] = read_auth,
		[NODE_IDENTIFIER] = read_identifier,
		[NODE_SPI] = read_spi,
		[NODE_ALGORITHM] = read_algorithm,
		[NODE_KEY] = read_key,
		[NODE_REPLAY] = read_replay,
		[NODE_WINDOW] = read_window,
		[NODE_PROHIBITED] = read_prohibited,
		[NODE_REVOCATION] = read_revocation,
		[NODE_GRE_KEY] = read_gre_key,
	};

	return readers[key](row, value);
}
