/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/parts.h"

enum {
	LIFETIME_MAX_S = 65535 * LIFETIME_UNIT_S,
	PATH_MTU_LIFETIME_MIN_S = 300, /* RFC 8201 §4 */
};

static void check_bindings(struct reader *reader, const json_t *object, void *at)
{
	const struct config *config = at;
	uint32_t advice_s = config->refresh_advice_s;

	if (advice_s != 0 && advice_s < LIFETIME_UNIT_S)
		reader_problem_at(
			reader, "/refresh_advice_s",
			"%u is less than the unit of four seconds it travels in; use 0 for no "
			"advice, or at least %d",
			advice_s, LIFETIME_UNIT_S);
	else if (advice_s >= config->max_lifetime_s &&
		 type_number_was_read(object, "max_lifetime_s", config->max_lifetime_s))
		reader_problem_at(
			reader, "/refresh_advice_s",
			"%u is not shorter than max_lifetime_s, which is %u; use less, or 0 to "
			"give no advice",
			advice_s, config->max_lifetime_s);
}

static const struct field binding_fields[] = {
	{KEY("capacity", number), IN(struct config, binding_capacity), RANGE(1, BINDINGS_MAX)},
	{KEY("max_lifetime_s", number), IN(struct config, max_lifetime_s),
	 RANGE(1, LIFETIME_MAX_S)},
	{KEY("refresh_advice_s", number), IN(struct config, refresh_advice_s),
	 RANGE(0, LIFETIME_MAX_S)},
};
const struct shape binding_shape = {FIELDS(binding_fields), .check = check_bindings};

static const struct field revocation_fields[] = {
	{KEY("retransmissions", number), IN(struct config, revocation_retransmissions),
	 RANGE(0, 10)},
	{KEY("initial_delay_ms", number), IN(struct config, revocation_initial_delay_ms),
	 RANGE(500, 60000)},
	{KEY("max_delay_ms", number), IN(struct config, revocation_max_delay_ms),
	 RANGE(500, 60000)},
};
const struct shape revocation_shape = {FIELDS(revocation_fields)};

static const struct field switch_address = {KEY("", address), .size = sizeof(struct ip_addr)};

static const struct field switch_fields[] = {
	{KEY("addresses", list), IN(struct config, switch_addresses),
	 RANGE(0, SWITCH_ADDRESSES_MAX), .item = &switch_address,
	 .count_offset = offsetof(struct config, switch_address_count)},
	{KEY("random_order", boolean), IN(struct config, switch_random_order)},
	{KEY("rate_per_s", number), IN(struct config, switch_rate_per_s), RANGE(1, 100000)},
};
const struct shape switch_shape = {FIELDS(switch_fields)};

static const struct field tunnel_fields[] = {
	{KEY("hop_limit", number), IN(struct config, tunnel_hop_limit), RANGE(1, 255)},
	{KEY("path_mtu_lifetime_s", lifetime), IN(struct config, path_mtu_lifetime_s),
	 RANGE(PATH_MTU_LIFETIME_MIN_S, LIFETIME_INFINITE_S - 1)},
	{KEY("encapsulation_limit", optional), IN(struct config, tunnel_encapsulation_limit),
	 RANGE(0, 255)},
};
const struct shape tunnel_shape = {FIELDS(tunnel_fields)};

static const struct field correspondent_fields[] = {
	{KEY("enabled", boolean), IN(struct config, correspondent_enabled)},
	{KEY("bindings", number), IN(struct config, correspondent_bindings),
	 RANGE(1, CORRESPONDENT_BINDINGS_MAX)},
};
const struct shape correspondent_shape = {FIELDS(correspondent_fields)};

static const struct field mobile_node_fields[] = {
	{KEY("file", path), IN(struct config, mobile_nodes_path),
	 TEXT("^[^[:cntrl:]]+$", "the path of the mobile nodes file"),
	 .example = "\"/etc/homeward/mobile_nodes.jsonl\""},
	{KEY("timestamp_window_s", number), IN(struct config, timestamp_window_s), RANGE(1, 3600)},
};
const struct shape mobile_node_shape = {FIELDS(mobile_node_fields)};

/* Left out where there is only a foreign agent. */
static json_t *write_mobile_nodes(const struct field *field, const void *at)
{
	const struct config *config = at;

	return config->mobile_nodes_path[0] != '\0' ? type_object_write(field, at) : NULL;
}

const struct type type_mobile_nodes = {type_object_read, write_mobile_nodes};
