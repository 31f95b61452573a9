/* SPDX-License-Identifier: BSD-3-Clause
 *
 * association_text: what a security association is written as in the configuration and the mobile nodes file.
 *
 * Threads    any; pure.
 * RFC        5944 §5.1.
 */
#ifndef CONTROL_ASSOCIATION_TEXT_H
#define CONTROL_ASSOCIATION_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "ha/config.h"

enum { MIP4_KEY_OCTETS_MIN = 8 };

/* By enum mip4_algorithm; NULL ends. */
extern const char *const association_algorithms[];

/* Octets of hexadecimal digits; 0 when there is something else in text, half an octet, none, or more than fit. */
size_t hex_decode(const char *text, uint8_t *octets, size_t room);

/* False when text is not MIP4_KEY_OCTETS_MIN to MIP4_KEY_OCTETS_MAX octets of hexadecimal digits. */
bool association_set_key(struct mip4_association *association, const char *text);

#endif
