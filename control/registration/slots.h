/* SPDX-License-Identifier: BSD-3-Clause
 *
 * slots: the memory of registrations: an array of slots, found by home address. Of simultaneous bindings only the first is linked here.
 *
 * Shape      more slots than bindings may be in force: de-registered nodes keep theirs for a while. A slot comes back when no worker can
 *            count on it any more.
 * Ownership  registration/registration only.
 * Threads    the control thread.
 */
#ifndef CONTROL_REGISTRATION_SLOTS_H
#define CONTROL_REGISTRATION_SLOTS_H

#include "registration/registration.h"

/* That many slots. 0 or -ENOMEM: nothing is left behind. */
int slots_start(uint32_t count);
void slots_stop(void);
uint64_t slots_octets(uint32_t count);

uint32_t slots_count(void);
bool slots_are_free(void);
struct registration *slots_at(uint32_t slot);
struct registration *slots_find(const struct ip_addr *home);
/* As mobile_nodes_fetch. */
void slots_fetch(const struct ip_addr *home, unsigned int step);

/* A new registration, not linked yet; NULL when no slot is left. */
struct registration *slots_make(const struct ip_addr *home, uint64_t now_ms);
/* One that no worker ever saw. */
void slots_unmake(struct registration *r);
/* One that is not linked any more. */
void slots_forget(struct registration *r);

void slots_link(struct registration *r);
void slots_unlink(const struct registration *r);

#endif
