/* SPDX-License-Identifier: BSD-3-Clause */
#include "netlink/mirror.h"

#include <sys/socket.h>

#include <libmnl/libmnl.h>

void mirror_index(const void *from, size_t octets, const struct nlattr *table[], uint16_t max)
{
	const char *end = (const char *)from + octets;
	const struct nlattr *attr = from;

	for (; mnl_attr_ok(attr, (int)(end - (const char *)attr)); attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) <= max)
			table[mnl_attr_get_type(attr)] = attr;
}

void mirror_attributes(const struct nlmsghdr *message, size_t header, const struct nlattr *table[],
		       uint16_t max)
{
	mirror_index(mnl_nlmsg_get_payload_offset(message, header),
		     mnl_nlmsg_get_payload_len(message) - header, table, max);
}

bool mirror_address(const struct nlattr *attr, uint8_t family, struct ip_addr *address)
{
	uint16_t octets = family == AF_INET ? 4 : sizeof(address->bytes);

	if (attr == NULL || mnl_attr_get_payload_len(attr) != octets)
		return false;
	if (family == AF_INET)
		*address = ip4_mapped(mnl_attr_get_payload(attr));
	else
		memcpy(address->bytes, mnl_attr_get_payload(attr), octets);
	return true;
}

bool mirror_u32(const struct nlattr *attr, uint32_t *value)
{
	if (attr == NULL || mnl_attr_get_payload_len(attr) != sizeof(*value))
		return false;
	memcpy(value, mnl_attr_get_payload(attr), sizeof(*value));
	return true;
}
