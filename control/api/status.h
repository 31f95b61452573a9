/* SPDX-License-Identifier: BSD-3-Clause
 *
 * status: parts of status.get that other methods answer, too.
 */
#ifndef CONTROL_API_STATUS_H
#define CONTROL_API_STATUS_H

#include <jansson.h>

/* null when it does not drain. */
json_t *status_drain(void);

#endif
