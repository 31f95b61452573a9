/* SPDX-License-Identifier: BSD-3-Clause
 *
 * json_where: which value an octet of a JSON text belongs to, for a text that the parser refused.
 *
 * Threads    any; pure.
 * RFC        6901 (JSON Pointer).
 */
#ifndef CONTROL_CONFIG_JSON_WHERE_H
#define CONTROL_CONFIG_JSON_WHERE_H

#include <stddef.h>

enum { JSON_WHERE_DEPTH_MAX = 32 };

/* Writes the JSON Pointer of what is being read at text[position]: the member whose key or the item whose place has begun, else
 * what contains it; empty for the whole document. Escapes inside a key are kept as they are written. What does not fit is
 * left out from a whole step on. */
void json_where(const char *text, size_t position, char *pointer, size_t size);

#endif
