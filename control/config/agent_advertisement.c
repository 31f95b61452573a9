/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/parts.h"

/* RFC 1256 §4.1. */
const struct agent_advertisement_config agent_advertisement_defaults = {
	.enabled = true,
	.default_router = true,
	.max_interval_ms = 600000,
};

/* RFC 5944 §2.1: three times the interval at least, so that a mobile node may miss two; what is kept for shorter than the interval
 * would be forgotten between any two. */
static void check_advertisements(struct reader *reader, const json_t *object, void *at)
{
	const struct agent_advertisement_config *c = at;

	if (!type_number_was_read(object, "max_interval_ms", c->max_interval_ms))
		return;
	if (c->min_interval_ms > c->max_interval_ms)
		reader_problem_at(
			reader, "/min_interval_ms",
			"%u is longer than max_interval_ms, which is %u; use less, or 0 for the "
			"default",
			c->min_interval_ms, c->max_interval_ms);
	if (c->lifetime_s != 0 && (uint64_t)c->lifetime_s * 1000 < c->max_interval_ms)
		reader_problem_at(
			reader, "/lifetime_s",
			"%u is shorter than max_interval_ms; use more, or 0 for the default",
			c->lifetime_s);
}

static const struct field advertisement_fields[] = {
	{KEY("enabled", boolean), IN(struct agent_advertisement_config, enabled)},
	{KEY("default_router", boolean), IN(struct agent_advertisement_config, default_router)},
	{KEY("max_interval_ms", number), IN(struct agent_advertisement_config, max_interval_ms),
	 RANGE(100, 1800000)},
	{KEY("min_interval_ms", number), IN(struct agent_advertisement_config, min_interval_ms),
	 RANGE(0, 1800000)},
	{KEY("lifetime_s", number), IN(struct agent_advertisement_config, lifetime_s),
	 RANGE(0, 9000)},
	{KEY("prefix_length", number), IN(struct agent_advertisement_config, prefix_length),
	 RANGE(0, 32)},
};
const struct shape agent_advertisement_shape = {FIELDS(advertisement_fields),
						.check = check_advertisements};
