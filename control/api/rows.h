/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rows: what the lists of bindings and the like have in common.
 *
 * Paging is by slot: what stays is shown exactly once, however others come and go between the pages. A page ends when it is
 * full, or when API_SCAN_MAX slots were looked at: the control thread has other work.
 *
 * Threads    the control thread.
 */
#ifndef CONTROL_API_ROWS_H
#define CONTROL_API_ROWS_H

#include <jansson.h>

#include "api/rpc.h"
#include "ha/ip.h"

/* The row of a slot; NULL: it is not shown. */
typedef json_t *rows_row_fn(const void *context, uint32_t slot, uint64_t now_ms);

/* One page as the parameters limit and after of the call ask for it; *next: where the next one begins, or null at the end. */
json_t *rows_page(const struct rpc_call *call, uint32_t slots, rows_row_fn *row,
		  const void *context, json_t **next);

json_t *rows_address(const struct ip_addr *address);
json_t *rows_prefix(const struct ip_prefix *prefix);

#endif
