/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dad: duplicate address detection for home addresses, before they are registered.
 *
 * Shape      probes, and a second of listening after each, for any number of addresses at once. The owner embeds struct dad and keeps it alive until done is called, which
 *            happens exactly once: from the loop, or from dad_cancel.
 * Threads    the control thread.
 * RFC        6275 §10.3.1; 4862 §5.4.
 */
#ifndef CONTROL_LINK_DAD_H
#define CONTROL_LINK_DAD_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"
#include "timer.h"

enum {
	DAD_RETRANS_TIMER_MS = 1000, /* RFC 4861 §10 */
};

enum dad_result {
	DAD_UNIQUE,
	DAD_DUPLICATE,
	DAD_CANCELLED,
};

struct dad;
typedef void dad_done_fn(struct dad *dad, enum dad_result result);

struct dad {
	struct dad *next; /* in its chain */
	struct ip_addr home;
	struct timer timer;
	dad_done_fn *done;
	uint16_t link;
	uint8_t probes_left; /* DupAddrDetectTransmits at the beginning */
	bool with_link_local;
};

/* Whoever was asked before is told DAD_CANCELLED. */
void dad_start(void);
void dad_stop(void);

/* home, link, probes_left, with_link_local and done are filled in. */
void dad_begin(struct dad *dad);
void dad_cancel(struct dad *dad);
/* The one that runs for a home address, or NULL. */
struct dad *dad_find(const struct ip_addr *home);
uint32_t dad_count(void);
uint32_t dad_count_on(uint16_t link);

/* Another node has or wants that address: what tests it ends with DAD_DUPLICATE. */
void dad_heard(uint16_t link, const struct ip_addr *address);

/* Ends what nobody objected to. A poller of the loop. */
unsigned int dad_poll(void *unused);

#endif
