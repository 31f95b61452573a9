/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/type.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static json_t *write_address(const struct field *field, const void *at)
{
	char text[IP_ADDR_TEXT];

	(void)field;
	return json_string(ip_addr_format(at, text));
}

static bool parse_prefix(const char *text, struct ip_prefix *prefix)
{
	const char *slash = strchr(text, '/');
	char address[IP_ADDR_TEXT];
	unsigned long length;

	if (slash == NULL || slash - text >= (ptrdiff_t)sizeof(address) ||
	    !type_text_matches(slash, "^/(0|[1-9][0-9]{0,2})$"))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	length = strtoul(slash + 1, NULL, 10);
	prefix->length = (uint8_t)length;
	return length <= 128 && ip_addr_parse(address, &prefix->addr);
}

static struct ip_prefix without_host_bits(const struct ip_prefix *prefix)
{
	struct ip_prefix masked = *prefix;

	for (unsigned int bit = prefix->length; bit < 128; bit++)
		masked.addr.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return masked;
}

const char *type_prefix_format(const struct ip_prefix *prefix, char out[static IP_PREFIX_TEXT])
{
	char address[IP_ADDR_TEXT];

	snprintf(out, IP_PREFIX_TEXT, "%s/%u", ip_addr_format(&prefix->addr, address),
		 prefix->length);
	return out;
}

static void read_prefix(struct reader *reader, const struct field *field, const json_t *value,
			void *at)
{
	const char *text = json_string_value(value);
	struct ip_prefix masked;
	struct ip_prefix prefix;
	char quoted[QUOTE_MAX];
	char mended[IP_PREFIX_TEXT];

	if (text == NULL) {
		reader_wrong_type(reader, value, "an IPv6 prefix such as \"2001:db8:1::/64\"");
		return;
	}
	if (!parse_prefix(text, &prefix)) {
		reader_problem(reader,
			       "%s is not an IPv6 prefix; use one such as \"2001:db8:1::/64\"",
			       reader_quote(text, quoted));
		return;
	}
	masked = without_host_bits(&prefix);
	if (prefix.length < field->min || prefix.length > field->max)
		reader_problem(reader, "a length of %u is out of range; use /%u to /%u",
			       prefix.length, field->min, field->max);
	else if (!ip_prefix_equal(&masked, &prefix))
		reader_problem(reader, "%s has bits set behind its length; use \"%s\"",
			       reader_quote(text, quoted), type_prefix_format(&masked, mended));
	else
		*(struct ip_prefix *)at = prefix;
}

static json_t *write_prefix(const struct field *field, const void *at)
{
	char text[IP_PREFIX_TEXT];

	(void)field;
	return json_string(type_prefix_format(at, text));
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
const struct type type_prefix = {read_prefix, write_prefix};
const struct type type_mac = {read_mac, write_mac};
