/* SPDX-License-Identifier: BSD-3-Clause
 *
 * encapsulate4: what the control thread itself sends into a tunnel of IPv4 packets, in the encapsulation of its binding. What
 * workers forward has functions of its own, in bursts.
 *
 * Threads    any; pure.
 * RFC        2003 §3.1; 2004 §3.1; 2784 §2.1; 2890 §2.1; 3519 §4.1.
 */
#ifndef CONTROL_TUNNEL_ENCAPSULATE4_H
#define CONTROL_TUNNEL_ENCAPSULATE4_H

#include <stddef.h>
#include <stdint.h>

#include "ha/binding.h"
#include "ha/encap.h"

/* Octets more than the inner packet has, at most. */
enum { ENCAPSULATE4_MAX = TUNNEL4_HEADER_MAX };

/* Writes the packet that carries inner, a whole IPv4 packet without options. id: of the outer header. Returns its octets. */
size_t encapsulate4(const struct binding *binding, const struct tunnel4_class *class, uint16_t id,
		    const uint8_t *inner, size_t octets, uint8_t *out);

#endif
