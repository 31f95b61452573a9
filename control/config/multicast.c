/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "config/parts.h"

/* RFC 3810 §9.3. */
static void check_multicast(struct reader *reader, const json_t *object, void *at)
{
	const struct config *config = at;

	(void)object;
	if (config->multicast_query_response_ms >= config->multicast_query_interval_s * 1000)
		reader_problem_at(reader, "/query_response_ms",
				  "%u is not less than query_interval_s, which is %u s; use less",
				  config->multicast_query_response_ms,
				  config->multicast_query_interval_s);
}

static const struct field multicast_fields[] = {
	{KEY("enabled", boolean), IN(struct config, multicast_enabled)},
	{KEY("port", text), IN(struct config, multicast_port_name),
	 TEXT("^([A-Za-z0-9_][A-Za-z0-9_.-]*)?$", "the name of a port, or \"\" for the first one")},
	{KEY("groups", number), IN(struct config, multicast_groups),
	 RANGE(1, MULTICAST_GROUPS_MAX)},
	{KEY("groups_per_node", number), IN(struct config, multicast_groups_per_node),
	 RANGE(1, 1024)},
	{KEY("members", number), IN(struct config, multicast_members),
	 RANGE(1, MULTICAST_MEMBERS_MAX)},
	{KEY("query_interval_s", number), IN(struct config, multicast_query_interval_s),
	 RANGE(2, 31744)},
	{KEY("query_response_ms", number), IN(struct config, multicast_query_response_ms),
	 RANGE(1, 32767)},
};
const struct shape multicast_shape = {FIELDS(multicast_fields), .check = check_multicast};

void multicast_port_find(struct reader *reader, struct config *config)
{
	const char *name = config->multicast_port_name;
	uint16_t i = 0;

	while (name[0] != '\0' && i < config->port_count &&
	       strcmp(config->ports[i].name, name) != 0)
		i++;
	if (i < config->port_count)
		config->multicast_port = i;
	else if (name[0] != '\0')
		reader_problem_at(
			reader, "/multicast/port",
			"\"%s\" is no port's name; use one of /ports, or \"\" for the first", name);
}
