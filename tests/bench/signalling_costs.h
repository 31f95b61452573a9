/* SPDX-License-Identifier: BSD-3-Clause
 *
 * signalling_costs: what a registration cannot do without, timed alone: an authenticator with a new
 * key, and one binding taking the place of another. They make the limit that registrations through
 * the whole path are compared with.
 *
 * Threads    the control thread, while nothing comes in. The nodes of the bench are registered.
 */
#ifndef BENCH_SIGNALLING_COSTS_H
#define BENCH_SIGNALLING_COSTS_H

#include <stdint.h>

#include "bench/signalling_updates.h"

/* Cycles of one mn_ha_compute over an update as long as that one. */
double costs_hmac(const struct prepared *update, uint32_t nodes);
/* Cycles of making, publishing and retiring one binding, of random nodes. */
double costs_table(const struct options *options);

#endif
