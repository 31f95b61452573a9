/* SPDX-License-Identifier: BSD-3-Clause
 *
 * api_fakes: what the methods of the control socket ask, answered by hand: two ports, two workers,
 * three bindings, one of them no longer in force. For the tests of control/api and the fuzzer.
 */
#ifndef TESTS_SUPPORT_API_FAKES_H
#define TESTS_SUPPORT_API_FAKES_H

#include "api/context.h"
#include "registration/registration.h"

enum { FAKE_SLOTS = 70000 };

/* Two in force: slots 3 (2001:db8:1::10) and 69000 (2001:db8:1::20); not in force any more: slot 5
 * (2001:db8:1::30). */
void api_fakes_start(void);

const struct api_context *api_fakes_context(void);

/* Mobile IPv4, until api_fakes_start: a home network with a pool; 10.1.0.5 with two bindings at once, 10.1.0.6 behind a NAT for
 * ever; and a visitor of the foreign agent. */
void api_fakes_add_ip4(void);
/* Until api_fakes_start the mobile nodes file has a problem no longer. */
void api_fakes_mend_nodes(void);

/* More in force, count of them from slot 10 on, home 2001:db8:2::SLOT, care-of 2001:db8:c::2. */
void api_fakes_add(uint32_t count);

#endif
