/* SPDX-License-Identifier: BSD-3-Clause
 *
 * links: the kernel interfaces of ports.
 *
 * Threads    the control thread.
 */
#ifndef CONTROL_NETLINK_LINKS_H
#define CONTROL_NETLINK_LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/fault.h"

struct nlmsghdr;

/* The kernel interface of a port. */
struct link {
	uint16_t port;
	const struct port_config *config;
	uint32_t ifindex; /* 0: there is none now */
	bool running;
	bool seen; /* told since the last mark */
};

void links_start(const struct config *config);
void links_stop(void);
/* All are there; else -ENODEV with the fault filled. */
int links_check(struct fault *fault);

/* NULL when it is no port's. */
const struct link *links_of(uint32_t ifindex);
const struct link *links_of_port(uint16_t port);

void links_read(const struct nlmsghdr *message);
void links_mark(void);
void links_sweep(void);

#endif
