/* SPDX-License-Identifier: BSD-3-Clause
 *
 * relay4: ICMP errors from inside a tunnel of IPv4 packets become what the source of the inner packet can use, and path MTUs.
 *
 * Only an error that quotes a tunnel packet from an end of ours to the other end of a binding in force counts, for that binding's
 * home address. A router that quotes so little that this cannot be seen is not heard: anybody could say the same.
 *
 * Threads    the control thread.
 * RFC        2003 §4, §5.1; 1191 §3, §6; 3024 §4 (the reverse tunnels of visitors).
 */
#ifndef CONTROL_TUNNEL_RELAY4_H
#define CONTROL_TUNNEL_RELAY4_H

#include <stdint.h>

#include "ip4_packet.h"

/* One error (PUNT_TUNNEL_ERROR); counts its outcome. */
void relay4_error(uint16_t worker, const struct ip4_packet *packet);

#endif
