/* SPDX-License-Identifier: BSD-3-Clause
 *
 * context: what the control socket may look at that is not a module's own state.
 *
 * Ownership  the caller of api_start; unchanged until api_stop.
 */
#ifndef CONTROL_API_CONTEXT_H
#define CONTROL_API_CONTEXT_H

#include <stdint.h>

struct config;
struct mobile_nodes;
struct tunnel_class;

struct api_context {
	const struct config *config;
	struct mobile_nodes *nodes;
	uint64_t started_ms;
	const struct tunnel_class *tunnels;
	uint16_t tunnel_count;
};

#endif
