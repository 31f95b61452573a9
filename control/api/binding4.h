/* SPDX-License-Identifier: BSD-3-Clause
 *
 * binding4: what is shown of a binding of Mobile IPv4 beside what all bindings have.
 *
 * Threads    the control thread.
 * RFC        5944 §3.3 (flags), 3519 (udp_port), 2890 (gre_key), 3543 (revocation).
 */
#ifndef CONTROL_API_BINDING4_H
#define CONTROL_API_BINDING4_H

#include <jansson.h>

#include "registration/registration.h"

/* Adds to its row in a list. */
void binding4_add(json_t *row, const struct registration *r);
/* Adds what binding.get shows more. */
void binding4_add_all(json_t *all, const struct registration *r);

#endif
