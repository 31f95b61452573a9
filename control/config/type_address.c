/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/type.h"

#include <stdlib.h>
#include <string.h>

#include "prefix_text.h"

static void read_address(struct reader *reader, const struct field *field, const json_t *value,
			 void *at)
{
	const char *text = json_string_value(value);
	struct ip_addr address;
	char quoted[QUOTE_MAX];

	(void)field;
	if (text == NULL)
		reader_wrong_type(reader, value, "an IPv6 address such as \"2001:db8:1::1\"");
	else if (!ip_addr_parse(text, &address))
		reader_problem(reader,
			       "%s is not an IPv6 address; use one such as \"2001:db8:1::1\"",
			       reader_quote(text, quoted));
	else if (!ip_addr_is_unicast_routable(&address))
		reader_problem(
			reader,
			"%s is not a unicast address that packets can be routed to; use a global "
			"one",
			reader_quote(text, quoted));
	else
		*(struct ip_addr *)at = address;
}

static void read_address4(struct reader *reader, const struct field *field, const json_t *value,
			  void *at)
{
	const char *text = json_string_value(value);
	struct ip_addr address;
	char quoted[QUOTE_MAX];

	(void)field;
	if (text == NULL)
		reader_wrong_type(reader, value, "an IPv4 address such as \"192.0.2.1\"");
	else if (!ip4_addr_parse(text, &address))
		reader_problem(reader, "%s is not an IPv4 address; use one such as \"192.0.2.1\"",
			       reader_quote(text, quoted));
	else if (!ip4_is_unicast(ip4_number(&address)))
		reader_problem(reader,
			       "%s is not a unicast address that packets can be routed to; use one "
			       "of a host",
			       reader_quote(text, quoted));
	else
		*(struct ip_addr *)at = address;
}

static json_t *write_address(const struct field *field, const void *at)
{
	char text[IP_ADDR_TEXT];

	(void)field;
	if (ip_addr_is_unspecified(at))
		return NULL;
	return json_string(ip_addr_format(at, text));
}

static void store_prefix(struct reader *reader, const struct field *field, const char *text,
			 const struct ip_prefix *prefix, void *at)
{
	struct ip_prefix masked = prefix_masked(prefix);
	unsigned int length = prefix_length(prefix);
	char quoted[QUOTE_MAX];
	char mended[IP_PREFIX_TEXT];

	if (length < field->min || length > field->max)
		reader_problem(reader, "a length of %u is out of range; use /%u to /%u", length,
			       field->min, field->max);
	else if (!ip_prefix_equal(&masked, prefix))
		reader_problem(reader, "%s has bits set behind its length; use \"%s\"",
			       reader_quote(text, quoted), prefix_format(&masked, mended));
	else
		*(struct ip_prefix *)at = *prefix;
}

enum family {
	IP6,
	IP4,
	EITHER,
};

static void read_family(struct reader *reader, const struct field *field, const json_t *value,
			enum family family, void *at)
{
	static const char *const names[] = {
		[IP6] = "an IPv6 prefix",
		[IP4] = "an IPv4 prefix",
		[EITHER] = "a prefix",
	};
	const char *example = family == IP4 ? "10.1.0.0/16" : "2001:db8:1::/64";
	const char *text = json_string_value(value);
	struct ip_prefix prefix;
	char quoted[QUOTE_MAX];

	if (text == NULL)
		reader_wrong_type(reader, value, "%s such as \"%s\"", names[family], example);
	else if (!prefix_parse(text, &prefix) ||
		 (family != EITHER && (family == IP4) != ip_addr_is_v4_mapped(&prefix.addr)))
		reader_problem(reader, "%s is not %s; use one such as \"%s\"",
			       reader_quote(text, quoted), names[family], example);
	else
		store_prefix(reader, field, text, &prefix, at);
}

static void read_prefix(struct reader *reader, const struct field *field, const json_t *value,
			void *at)
{
	read_family(reader, field, value, IP6, at);
}

static void read_prefix4(struct reader *reader, const struct field *field, const json_t *value,
			 void *at)
{
	read_family(reader, field, value, IP4, at);
}

/* An IPv4 one cannot be longer than 32 anyway. */
static void read_prefix_any(struct reader *reader, const struct field *field, const json_t *value,
			    void *at)
{
	read_family(reader, field, value, EITHER, at);
}

static json_t *write_prefix(const struct field *field, const void *at)
{
	char text[IP_PREFIX_TEXT];

	(void)field;
	return json_string(prefix_format(at, text));
}

bool type_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b)
{
	const struct ip_prefix *shorter = a->length < b->length ? a : b;

	return shorter->length != 0 && ip_prefix_contains(shorter, &(shorter == a ? b : a)->addr);
}

static void read_mac(struct reader *reader, const struct field *field, const json_t *value,
		     void *at)
{
	const char *text = type_text_checked(reader, field, value);
	static const uint8_t zero[6];
	char quoted[QUOTE_MAX];
	uint8_t mac[6];

	if (text == NULL)
		return;
	for (size_t i = 0; i < sizeof(mac); i++)
		mac[i] = (uint8_t)strtoul(text + 3 * i, NULL, 16);
	if ((mac[0] & 1) != 0 || memcmp(mac, zero, sizeof(mac)) == 0)
		reader_problem(reader, "%s is not one station's; use a unicast link-layer address",
			       reader_quote(text, quoted));
	else
		memcpy(at, mac, sizeof(mac));
}

static json_t *write_mac(const struct field *field, const void *at)
{
	const uint8_t *mac = at;

	(void)field;
	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
			    mac[5]);
}

const struct type type_address = {read_address, write_address};
const struct type type_address4 = {read_address4, write_address};
const struct type type_prefix = {read_prefix, write_prefix};
const struct type type_prefix4 = {read_prefix4, write_prefix};
const struct type type_prefix_any = {read_prefix_any, write_prefix};
const struct type type_mac = {read_mac, write_mac};
