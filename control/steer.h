/* SPDX-License-Identifier: BSD-3-Clause
 *
 * steer: the XDP steering program on the interfaces of af_xdp ports. steer.c is the only file that
 * includes libbpf.
 *
 * Shape      one program and one set of maps an interface; attached by a BPF link, which the
 *            kernel takes off when the process is gone, however it went.
 * Threads    the control thread.
 */
#ifndef CONTROL_STEER_H
#define CONTROL_STEER_H

#include <stdbool.h>

#include "ha/config.h"
#include "ha/fault.h"

/* Before anything is opened: this process must have the rights (else -EPERM), and no interface may
 * carry an XDP program already (else -EBUSY). */
int steer_check(const struct config *config, struct fault *fault);

/* Takes off what net_af_xdp attached while it made a queue; see ha/dataplane.h. */
void steer_release(const char *interface);

/* Between dataplane_open and the first packet: home prefixes, home agent addresses and sockets go
 * into the maps, then the program onto the interfaces. */
int steer_start(const struct config *config, struct fault *fault);
void steer_stop(void);

/* An address of this host came or went: inside a home prefix the kernel keeps it. */
void steer_set_address(const struct ip_addr *address, bool present);

/* A group that mobile nodes want from a port, or want no more. 0, or a negative errno: the kernel keeps it. Nothing to do on a port
 * of another kind. */
int steer_set_group(uint16_t port, const struct ip_addr *group, bool wanted);

/* A mobile node that visits a port's link and whose packets are to go through its reverse tunnel: those it sends come to the workers, but for those to this host. 0, or a
 * negative errno: the kernel forwards them. Nothing to do on a port of another kind. */
int steer_set_visitor(uint16_t port, const struct ip_addr *home, bool present);

#endif
