/* SPDX-License-Identifier: BSD-3-Clause */
#include "prefix_text.h"

#include <stdio.h>
#include <stdlib.h>

enum { LENGTH_DIGITS_MAX = 3 };

bool address_parse(const char *text, struct ip_addr *address)
{
	if (ip4_addr_parse(text, address))
		return true;
	return ip_addr_parse(text, address) && !ip_addr_is_v4_mapped(address);
}

static bool parse_length(const char *text, unsigned int max, unsigned int *length)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > LENGTH_DIGITS_MAX || text[digits] != '\0' ||
	    (text[0] == '0' && digits > 1))
		return false;
	*length = (unsigned int)strtoul(text, NULL, 10);
	return *length <= max;
}

bool prefix_parse(const char *text, struct ip_prefix *prefix)
{
	size_t address_length = strcspn(text, "/");
	char address[IP_ADDR_TEXT];
	unsigned int base;
	unsigned int length;

	if (text[address_length] != '/' || address_length >= sizeof(address))
		return false;
	memcpy(address, text, address_length);
	address[address_length] = '\0';
	if (!address_parse(address, &prefix->addr))
		return false;
	base = ip_addr_is_v4_mapped(&prefix->addr) ? IP4_PREFIX_BITS : 0;
	if (!parse_length(text + address_length + 1, 128 - base, &length))
		return false;
	prefix->length = (uint8_t)(base + length);
	return true;
}

struct ip_prefix prefix_masked(const struct ip_prefix *prefix)
{
	struct ip_prefix masked = *prefix;

	for (unsigned int bit = prefix->length; bit < 128; bit++)
		masked.addr.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return masked;
}

unsigned int prefix_length(const struct ip_prefix *prefix)
{
	return prefix->length - (ip_addr_is_v4_mapped(&prefix->addr) ? IP4_PREFIX_BITS : 0);
}

const char *prefix_format(const struct ip_prefix *prefix, char text[static IP_PREFIX_TEXT])
{
	char address[IP_ADDR_TEXT];

	snprintf(text, IP_PREFIX_TEXT, "%s/%u", ip_addr_format(&prefix->addr, address),
		 prefix_length(prefix));
	return text;
}
