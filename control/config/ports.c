/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/parts.h"

#define MAC_PATTERN    "^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$"
#define PCI_PATTERN    "^[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\\.[0-7]$"
#define DEVICE_PATTERN "^(net|eth)_[A-Za-z0-9_]{1,59}(,[^[:cntrl:]]*)?$"

enum {
	PORT_KIND_UNREAD = 31,
	ON_AF_XDP = 1 << PORT_AF_XDP,
	ON_VDEV = 1 << PORT_VDEV,
	ON_PCI = 1 << PORT_PCI,
};

static unsigned int port_variant(const void *at)
{
	const struct port_config *port = at;

	return (int)port->kind == PORT_KIND_UNREAD ? ALL_VARIANTS : 1u << port->kind;
}

static void check_port(struct reader *reader, const json_t *object, void *at)
{
	const struct port_config *port = at;
	char where[64];

	for (uint16_t k = 0; k < port->route_count; k++) {
		const json_t *written = json_array_get(json_object_get(object, "routes"), k);

		/* ::/0 is also what a prefix that could not be read looks like. */
		if (!json_is_string(json_object_get(written, "prefix")))
			continue;
		for (uint16_t i = 0; i < k; i++) {
			if (!ip_prefix_equal(&port->routes[i].prefix, &port->routes[k].prefix))
				continue;
			snprintf(where, sizeof(where), "/routes/%u/prefix", k);
			reader_problem_at(reader, where,
					  "is the prefix of /routes/%u too; keep one", i);
			break;
		}
	}
}

static const char *const port_kinds[] = {
	[PORT_AF_XDP] = "af_xdp",
	[PORT_VDEV] = "vdev",
	[PORT_PCI] = "pci",
	[PORT_PCI + 1] = NULL,
};

static const struct field route_fields[] = {
	{KEY("prefix", prefix_any), IN(struct static_route, prefix), RANGE(0, 128),
	 .example = "\"::/0\""},
	{KEY("next_hop_mac", mac), IN(struct static_route, next_hop_mac),
	 TEXT(MAC_PATTERN, "six octets such as 02:00:00:00:00:01"),
	 .example = "\"02:00:00:00:00:01\""},
};

static const struct shape route_shape = {FIELDS(route_fields)};
static const struct field route = {KEY("", object), .size = sizeof(struct static_route),
				   .shape = &route_shape};

/* name and kind first: kind says which of the others there are. */
static const struct field port_fields[] = {
	{KEY("name", text), IN(struct port_config, name), TEXT(NAME_PATTERN, NAME_WORDS),
	 .example = "\"core\""},
	{KEY("kind", choice), IN(struct port_config, kind), .choices = port_kinds,
	 .example = "\"af_xdp\""},
	{KEY("interface", text), IN(struct port_config, interface), ONLY(ON_AF_XDP),
	 TEXT(NAME_PATTERN, NAME_WORDS), .example = "\"eth1\""},
	{KEY("device", text), IN(struct port_config, device), ONLY(ON_VDEV),
	 TEXT(DEVICE_PATTERN, "a DPDK driver and a number, then its arguments after commas, such "
			      "as net_memif0,role=server"),
	 .example = "\"net_memif0,role=server\""},
	{KEY("device", text), IN(struct port_config, device), ONLY(ON_PCI),
	 TEXT(PCI_PATTERN, "a full PCI address such as 0000:3b:00.0, as lspci -D prints it"),
	 .example = "\"0000:3b:00.0\""},
	{KEY("tap", text), IN(struct port_config, interface), ONLY(ON_PCI),
	 TEXT(NAME_PATTERN, NAME_WORDS), .example = "\"hw-wan\""},
	{KEY("mtu", number), IN(struct port_config, mtu), ONLY(ON_VDEV), RANGE(1280, 9216)},
	{KEY("queues", number), IN(struct port_config, queues), ONLY(ON_VDEV | ON_PCI),
	 RANGE(0, 64)},
	{KEY("role", role), IN(struct port_config, foreign_agent.enabled),
	 ONLY(ON_AF_XDP | ON_PCI)},
	{KEY("foreign_agent", foreign_agent), IN(struct port_config, foreign_agent),
	 ONLY(ON_AF_XDP | ON_PCI), .shape = &foreign_agent_shape},
	{KEY("routes", list), IN(struct port_config, routes), ONLY(ON_VDEV),
	 RANGE(0, STATIC_ROUTES_MAX), .item = &route,
	 .count_offset = offsetof(struct port_config, route_count)},
};

static const struct port_config blank_port = {
	.kind = (enum port_kind)PORT_KIND_UNREAD,
	.mtu = 1500,
};

static const struct shape port_shape = {
	FIELDS(port_fields),	 .blank = &blank_port,	      .blank_size = sizeof(blank_port),
	.variant = port_variant, .variant_names = port_kinds, .check = check_port,
};

const struct field port_item = {KEY("", object), .size = sizeof(struct port_config),
				.shape = &port_shape};

static const char *interface_key(const struct port_config *port)
{
	return port->kind == PORT_AF_XDP ? "interface" : "tap";
}

/* DPDK knows a software device by what is before the first comma. */
static bool is_same_device(const struct port_config *a, const struct port_config *b)
{
	size_t length = strcspn(a->device, ",");

	return a->kind == b->kind && length != 0 && length == strcspn(b->device, ",") &&
	       strncasecmp(a->device, b->device, length) == 0;
}

static void check_port_pair(struct reader *reader, uint16_t i, uint16_t k)
{
	const struct port_config *first = &reader->config->ports[i];
	const struct port_config *second = &reader->config->ports[k];
	char where[64];

	snprintf(where, sizeof(where), "/ports/%u/name", k);
	if (second->name[0] != '\0' && strcmp(first->name, second->name) == 0)
		reader_problem_at(reader, where, "\"%s\" is the name of /ports/%u too; use another",
				  second->name, i);
	snprintf(where, sizeof(where), "/ports/%u/%s", k, interface_key(second));
	if (second->interface[0] != '\0' && strcmp(first->interface, second->interface) == 0)
		reader_problem_at(reader, where, "\"%s\" is used by /ports/%u too; use another",
				  second->interface, i);
	snprintf(where, sizeof(where), "/ports/%u/device", k);
	if (is_same_device(first, second))
		reader_problem_at(reader, where, "\"%.*s\" is used by /ports/%u too; use another",
				  (int)strcspn(second->device, ","), second->device, i);
}

void ports_check(struct reader *reader, const struct config *config)
{
	char where[64];

	for (uint16_t k = 0; k < config->port_count; k++) {
		uint16_t queues = config->ports[k].queues;

		for (uint16_t i = 0; i < k; i++)
			check_port_pair(reader, i, k);
		snprintf(where, sizeof(where), "/ports/%u/queues", k);
		if (queues != 0 && queues < config->worker_count)
			reader_problem_at(
				reader, where,
				"%u is too few for %u workers, each needs one; use 0 for as "
				"many as workers, or at least %u",
				queues, config->worker_count, config->worker_count);
	}
}
