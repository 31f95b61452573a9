/* SPDX-License-Identifier: BSD-3-Clause
 *
 * values: reads the value of an option, for both load programs.
 *
 * Errors     false when the text is not such a value; then nothing of *out is meant.
 */
#ifndef LOAD_VALUES_H
#define LOAD_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"

bool value_number(const char *text, uint32_t max, uint32_t *out);
bool value_mac(const char *text, uint8_t mac[static 6]);
/* IPv6 or IPv4. */
bool value_address(const char *text, struct ip_addr *address);
/* IPv6 up to 64 bits, or IPv4. What is behind it must be 0: node and care-of numbers go there. */
bool value_prefix(const char *text, struct ip_prefix *prefix);

#endif
