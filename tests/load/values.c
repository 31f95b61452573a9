/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool value_number(const char *text, uint32_t max, uint32_t *out)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || value > max)
		return false;
	*out = (uint32_t)value;
	return true;
}

bool value_mac(const char *text, uint8_t mac[static 6])
{
	unsigned int b[6];
	char rest;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5],
		   &rest) != 6)
		return false;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)b[i];
	return true;
}

bool value_address(const char *text, struct ip_addr *address)
{
	return ip_addr_parse(text, address) || ip4_addr_parse(text, address);
}

static bool rest_is_zero(const struct ip_prefix *prefix)
{
	uint8_t rest = 0;

	if (prefix->length % 8 != 0)
		rest = prefix->addr.bytes[prefix->length / 8] & (0xff >> prefix->length % 8);
	for (int i = (prefix->length + 7) / 8; i < 16; i++)
		rest |= prefix->addr.bytes[i];
	return rest == 0;
}

bool value_prefix(const char *text, struct ip_prefix *prefix)
{
	char copy[IP_PREFIX_TEXT];
	uint32_t length;
	char *slash;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	if (slash == NULL || !value_number(slash + 1, 64, &length))
		return false;
	*slash = '\0';
	if (!value_address(copy, &prefix->addr))
		return false;
	if (ip_addr_is_v4_mapped(&prefix->addr)) {
		if (length > 32)
			return false;
		length += IP4_PREFIX_BITS;
	}
	prefix->length = (uint8_t)length;
	return rest_is_zero(prefix);
}
