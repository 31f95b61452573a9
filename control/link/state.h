/* SPDX-License-Identifier: BSD-3-Clause
 *
 * state: what a link is, for link.c, which hears, and send.c, which sends.
 *
 * Threads    the control thread.
 */
#ifndef CONTROL_LINK_STATE_H
#define CONTROL_LINK_STATE_H

#include <net/ethernet.h>

#include "link/link.h"
#include "link/socket.h"

enum {
	LINK_BATCH = 64,
	LINK_FRAME_MAX = 1514,
};

struct outgoing {
	uint8_t frame[LINK_FRAME_MAX];
	uint16_t octets;
};

struct link;

/* A socket of a link. */
struct ear {
	struct link *link;
	enum link_protocol protocol;
	bool wanted;
	int fd; /* -1: closed */
};

struct link {
	char interface[INTERFACE_NAME_MAX];
	uint16_t port;
	unsigned int ifindex; /* 0: there is none now */
	struct ear ears[LINK_PROTOCOLS];
	char where[64]; /* who named it first, in the configuration */
	uint8_t mac[ETH_ALEN];
	struct ip_addr local;
	bool has_local;
	bool is_up; /* as it was last seen */
	uint32_t times_up;
	struct outgoing waiting[LINK_BATCH];
	unsigned int waiting_count;
	uint64_t counters[LINK_COUNTER_COUNT];
};

/* By its index. */
struct link *link_state(uint16_t link);

/* What waits leaves now. */
void link_flush(struct link *link);

/* Any socket of a link's will do; -1 while there is none. */
static inline int link_fd(const struct link *link)
{
	for (unsigned int i = 0; i < LINK_PROTOCOLS; i++)
		if (link->ears[i].fd >= 0)
			return link->ears[i].fd;
	return -1;
}

#endif
