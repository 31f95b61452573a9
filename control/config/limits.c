/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/parts.h"

#define RATE_MAX 1000000000

static const struct field bucket_fields[] = {
	{KEY("rate_per_s", number), IN(struct token_bucket_config, rate_per_s), RANGE(1, RATE_MAX)},
	{KEY("burst", number), IN(struct token_bucket_config, burst), RANGE(1, RATE_MAX)},
};
static const struct shape bucket_shape = {FIELDS(bucket_fields)};

#define BUCKET(name, member)                                                                       \
	{                                                                                          \
		KEY(name, object), IN(struct config, member), .shape = &bucket_shape               \
	}

static const struct field limit_fields[] = {
	BUCKET("signalling_known", punt_signalling_known),
	BUCKET("signalling_new", punt_signalling_new),
	BUCKET("local", punt_local),
	BUCKET("error", punt_error),
	BUCKET("tunnel_error", punt_tunnel_error),
	BUCKET("listener", punt_listener),
	BUCKET("resolve", punt_resolve),
	BUCKET("errors_per_source", errors_per_source),
	BUCKET("errors_total", errors_total),
};
const struct shape limit_shape = {FIELDS(limit_fields)};
