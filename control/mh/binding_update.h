/* SPDX-License-Identifier: BSD-3-Clause
 *
 * binding_update: decode a Binding Update (RFC 6275 §6.1.7). Threads: any; pure.
 */
#ifndef CONTROL_MH_BINDING_UPDATE_H
#define CONTROL_MH_BINDING_UPDATE_H

#include "mh/mh.h"

struct binding_update {
	uint16_t sequence;
	uint16_t flags;	     /* BU_FLAG_ */
	uint32_t lifetime_s; /* wire units times four */
	struct mobility_options options;
};

/* message: exactly the octets of the Mobility Header, as mh_check found them. */
enum decode_result binding_update_decode(struct cursor message, struct binding_update *update,
					 uint16_t *error_offset);

#endif
