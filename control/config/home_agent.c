/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "config/parts.h"
#include "prefix_text.h"

enum { PREFIX_LENGTH_MIN = 16 };

/* Left out, the preferred lifetime is as long as the valid one. */
static void check_lifetimes(struct reader *reader, const json_t *object,
			    struct home_prefix_config *home)
{
	const char *written = json_string_value(json_object_get(object, "preferred_lifetime_s"));

	if (home->preferred_lifetime_s == LIFETIME_INFINITE_S &&
	    (written == NULL || strcmp(written, "infinite") != 0))
		home->preferred_lifetime_s = home->valid_lifetime_s;
	if (home->preferred_lifetime_s > home->valid_lifetime_s)
		reader_problem_at(reader, "/preferred_lifetime_s",
				  "is longer than valid_lifetime_s; use at most %u",
				  home->valid_lifetime_s);
}

static void check_home_prefix(struct reader *reader, const json_t *object, void *at)
{
	struct home_prefix_config *home = at;
	char text[IP_PREFIX_TEXT];

	if (home->prefix.length != 0 && !ip_addr_is_unicast_routable(&home->prefix.addr))
		reader_problem_at(reader, "/prefix",
				  "%s cannot hold home addresses; use a global unicast prefix",
				  prefix_format(&home->prefix, text));
	check_lifetimes(reader, object, home);
}

static const struct field prefix_fields[] = {
	{KEY("prefix", prefix), IN(struct home_prefix_config, prefix),
	 RANGE(PREFIX_LENGTH_MIN, 128), .example = "\"2001:db8:1::/64\""},
	{KEY("address", address), IN(struct home_prefix_config, home_agent),
	 .example = "\"2001:db8:1::1\""},
	{KEY("home_link", home_link), IN(struct home_prefix_config, home_link),
	 .shape = &home_link_shape},
	{KEY("valid_lifetime_s", lifetime), IN(struct home_prefix_config, valid_lifetime_s),
	 RANGE(LIFETIME_UNIT_S, LIFETIME_INFINITE_S - 1)},
	{KEY("preferred_lifetime_s", lifetime), IN(struct home_prefix_config, preferred_lifetime_s),
	 RANGE(0, LIFETIME_INFINITE_S - 1)},
};

static const struct home_prefix_config blank_prefix = {
	.home_link = {.kind = HOME_LINK_VIRTUAL, .dad_transmits = 1},
	.valid_lifetime_s = LIFETIME_INFINITE_S,
	.preferred_lifetime_s = LIFETIME_INFINITE_S,
};

static const struct shape prefix_shape = {
	FIELDS(prefix_fields),
	.blank = &blank_prefix,
	.blank_size = sizeof(blank_prefix),
	.check = check_home_prefix,
};
static const struct field home_prefix = {KEY("", object), .size = sizeof(struct home_prefix_config),
					 .shape = &prefix_shape};

static void check_prefix_advertisements(struct reader *reader, const json_t *object, void *at)
{
	const struct config *config = at;

	if (config->prefix_min_interval_s > config->prefix_max_interval_s &&
	    type_number_was_read(object, "max_interval_s", config->prefix_max_interval_s))
		reader_problem_at(reader, "/min_interval_s",
				  "%u is longer than max_interval_s, which is %u; use less",
				  config->prefix_min_interval_s, config->prefix_max_interval_s);
}

static const struct field prefix_advertisement_fields[] = {
	{KEY("enabled", boolean), IN(struct config, advertise_prefixes)},
	{KEY("min_interval_s", number), IN(struct config, prefix_min_interval_s), RANGE(1, 604800)},
	{KEY("max_interval_s", number), IN(struct config, prefix_max_interval_s), RANGE(1, 604800)},
};
static const struct shape prefix_advertisement_shape = {FIELDS(prefix_advertisement_fields),
							.check = check_prefix_advertisements};

static void check_home_agent(struct reader *reader, const json_t *object, void *at)
{
	const struct config *config = at;
	char text[IP_PREFIX_TEXT];
	char where[64];

	(void)object;
	for (uint16_t k = 0; k < config->home_prefix_count; k++) {
		for (uint16_t i = 0; i < k; i++) {
			const struct ip_prefix *first = &config->home_prefixes[i].prefix;

			if (!type_prefix_overlaps(first, &config->home_prefixes[k].prefix))
				continue;
			snprintf(where, sizeof(where), "/prefixes/%u/prefix", k);
			reader_problem_at(
				reader, where,
				"overlaps %s of /home_agent/prefixes/%u; keep one, or make them "
				"disjoint",
				prefix_format(first, text), i);
		}
	}
}

static const struct field home_agent_fields[] = {
	{KEY("accept_registrations", boolean), IN(struct config, accept_registrations)},
	{KEY("answer_foreign_home_address", boolean),
	 IN(struct config, answer_foreign_home_address)},
	{KEY("mobile_prefix_advertisements", object), .shape = &prefix_advertisement_shape},
	{KEY("prefixes", list), IN(struct config, home_prefixes), RANGE(0, HOME_PREFIXES_MAX),
	 .item = &home_prefix, .count_offset = offsetof(struct config, home_prefix_count)},
};
const struct shape home_agent_shape = {FIELDS(home_agent_fields), .check = check_home_agent};
