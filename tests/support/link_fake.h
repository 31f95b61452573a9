/* SPDX-License-Identifier: BSD-3-Clause
 *
 * link_fake: one home link without an interface, in the place of control/link/link.c: frames in, frames out, and a clock that
 * only the test moves. A program that uses it wraps clock_gettime (tests/meson.build).
 */
#ifndef TESTS_SUPPORT_LINK_FAKE_H
#define TESTS_SUPPORT_LINK_FAKE_H

#include <stddef.h>
#include <stdint.h>

#include "ha/config.h"
#include "link/link.h"

/* What is sent, as it would leave by the interface. */
typedef void link_fake_sent_fn(const uint8_t *frame, size_t octets);

/* All home prefixes of the configuration lie on the link. */
void link_fake_start(const struct config *config, link_fake_sent_fn *sent);

/* A frame comes in. False when it is none that a handler may see. */
bool link_fake_hear(const uint8_t *frame, size_t octets);

void link_fake_pass(uint64_t ms);
/* The link was down for a moment. */
void link_fake_come_up(void);

#endif
