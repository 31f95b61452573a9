/* SPDX-License-Identifier: BSD-3-Clause
 *
 * admission: whom the home agent takes in at all, as the operator has it at the moment.
 *
 * Shape      begins as configured; the control socket changes it, until the daemon ends.
 * Threads    the control thread.
 * RFC        6275 §10.3.1 (131, "any other reason").
 */
#ifndef CONTROL_ADMISSION_H
#define CONTROL_ADMISSION_H

#include <stdbool.h>

#include "ha/config.h"

void admission_start(const struct config *config);

/* Else every registration is answered 131. */
bool admission_accepts_registrations(void);
void admission_accept_registrations(bool accept);

/* Newcomers are answered 130: there is no room for them here, there may be elsewhere. Those who are registered stay. */
bool admission_is_draining(void);
void admission_drain(bool drain);

#endif
