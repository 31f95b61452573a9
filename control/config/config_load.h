/* SPDX-License-Identifier: BSD-3-Clause
 *
 * config_load: one JSON file to struct config.
 *
 * Every problem is reported, not only the first: where is a JSON Pointer into the file, text says what is wrong and what
 * would mend it. Nothing is half applied: the configuration is whole or there is none.
 *
 * Threads    the control thread, before any worker runs.
 */
#ifndef CONTROL_CONFIG_CONFIG_LOAD_H
#define CONTROL_CONFIG_CONFIG_LOAD_H

#include <jansson.h>

#include "ha/config.h"
#include "ha/fault.h"

typedef void config_problem_fn(void *context, const struct fault *problem);

/* Fills config with defaults, then with what the file says. Returns the number of problems reported. */
unsigned int config_load(const char *path, struct config *config, config_problem_fn *report,
			 void *context);

/* The configuration as JSON, defaults filled in, without any secret. The caller owns it. */
json_t *config_to_json(const struct config *config);

#endif
