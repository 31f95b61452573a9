/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "config/parts.h"

#define CPU_MAX 1023

static void check_cpu_is_new(struct reader *reader, const int cpus[], size_t k)
{
	char where[64];

	for (size_t i = 0; i < k; i++) {
		if (cpus[k] < 0 || cpus[i] != cpus[k])
			continue;
		snprintf(where, sizeof(where), "/cpus/%zu", k);
		reader_problem_at(reader, where,
				  "CPU %d is named before; a worker needs one of its own", cpus[k]);
		return;
	}
}

static void check_workers(struct reader *reader, const json_t *object, void *at)
{
	const struct config *config = at;
	size_t count = json_array_size(json_object_get(object, "cpus"));

	if (count == 0 || count > WORKERS_MAX)
		return;
	if (type_number_was_read(object, "count", config->worker_count) &&
	    count != config->worker_count)
		reader_problem_at(reader, "/cpus",
				  "names %zu CPUs for %u workers; name one for each, or set "
				  "/workers/count to %zu",
				  count, config->worker_count, count);
	for (size_t k = 0; k < count; k++)
		check_cpu_is_new(reader, config->worker_cpus, k);
}

static const struct field worker_cpu = {KEY("", cpu), .size = sizeof(int), RANGE(0, CPU_MAX)};

static const struct field worker_fields[] = {
	{KEY("count", number), IN(struct config, worker_count), RANGE(1, WORKERS_MAX)},
	{KEY("cpus", list), IN(struct config, worker_cpus), RANGE(1, WORKERS_MAX),
	 .item = &worker_cpu},
	{KEY("control_cpu", cpu), IN(struct config, control_cpu), RANGE(0, CPU_MAX)},
	{KEY("spread_tunnels", boolean), IN(struct config, spread_tunnels)},
};
const struct shape worker_shape = {FIELDS(worker_fields), .check = check_workers};

static const struct field memory_fields[] = {
	{KEY("hugepages", boolean), IN(struct config, hugepages)},
	{KEY("megabytes", number), IN(struct config, memory_mb), RANGE(0, 1048576)},
	{KEY("mbufs_per_queue", number), IN(struct config, mbufs_per_queue), RANGE(2048, 1048576)},
	{KEY("reassembly_packets", number), IN(struct config, reassembly_packets),
	 RANGE(16, 1048576)},
};
const struct shape memory_shape = {FIELDS(memory_fields)};

static const struct field control_fields[] = {
	{KEY("socket", text), IN(struct config, socket_path),
	 TEXT("^/[^[:cntrl:]]+$", "an absolute path")},
	{KEY("mode", octal), IN(struct config, socket_mode),
	 TEXT("^0?[0-7]{3}$", "an octal file mode in quotes, such as \"0660\"")},
	{KEY("group", text), IN(struct config, socket_group),
	 TEXT("^([A-Za-z_][A-Za-z0-9_.-]*)?$",
	      "the name of a group, or \"\" for the daemon's own")},
	{KEY("idle_timeout_s", number), IN(struct config, socket_idle_timeout_s), RANGE(1, 86400)},
};
const struct shape control_shape = {FIELDS(control_fields)};

static const struct field log_fields[] = {
	{KEY("level", text), IN(struct config, log_level),
	 TEXT("^(error|warning|info|debug)$", "\"error\", \"warning\", \"info\" or \"debug\"")},
};
const struct shape log_shape = {FIELDS(log_fields)};
