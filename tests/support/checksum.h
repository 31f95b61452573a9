/* SPDX-License-Identifier: BSD-3-Clause
 *
 * checksum: the internet checksum, computed apart from the code under test.
 *
 * RFC        1071 §1.
 */
#ifndef TESTS_SUPPORT_CHECKSUM_H
#define TESTS_SUPPORT_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* By RFC 1071's own words, octet by octet; in host order. */
uint16_t reference_checksum(const void *octets, size_t count);

#endif
