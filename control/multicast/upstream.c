/* SPDX-License-Identifier: BSD-3-Clause */
#include "multicast/upstream.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A socket has memory for a few hundred groups (net.core.optmem_max). */
enum {
	GROUPS_A_SOCKET = 64,
	SOCKETS_MAX = MULTICAST_GROUPS_MAX / GROUPS_A_SOCKET,
};

struct joined {
	int fd; /* -1: none */
	uint32_t count;
	struct ip_addr groups[GROUPS_A_SOCKET];
};

static struct joined *sockets[SOCKETS_MAX];
static unsigned int ifindex; /* 0: the port has no kernel interface */

void upstream_start(const struct config *config)
{
	const struct port_config *port = &config->ports[config->multicast_port];

	ifindex = 0;
	if (config->multicast_enabled && port->kind != PORT_VDEV)
		ifindex = if_nametoindex(port->interface);
}

void upstream_stop(void)
{
	for (unsigned int i = 0; i < SOCKETS_MAX; i++) {
		if (sockets[i] != NULL)
			close(sockets[i]->fd);
		free(sockets[i]);
		sockets[i] = NULL;
	}
	ifindex = 0;
}

static int set(int fd, int option, const struct ip_addr *group)
{
	struct ipv6_mreq request = {.ipv6mr_interface = ifindex};

	memcpy(&request.ipv6mr_multiaddr, group->bytes, sizeof(group->bytes));
	return setsockopt(fd, IPPROTO_IPV6, option, &request, sizeof(request)) == 0 ? 0 : -errno;
}

/* Nothing is received by it: it is bound to no port. */
static int open_socket(struct joined **place)
{
	struct joined *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return -ENOMEM;
	made->fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (made->fd < 0) {
		free(made);
		return -errno;
	}
	*place = made;
	return 0;
}

int upstream_join(const struct ip_addr *group)
{
	unsigned int at = 0;
	int rc = 0;

	if (ifindex == 0)
		return 0;
	while (at < SOCKETS_MAX && sockets[at] != NULL && sockets[at]->count == GROUPS_A_SOCKET)
		at++;
	if (at == SOCKETS_MAX)
		return -ENOSPC;
	if (sockets[at] == NULL)
		rc = open_socket(&sockets[at]);
	if (rc == 0)
		rc = set(sockets[at]->fd, IPV6_JOIN_GROUP, group);
	if (rc == 0)
		sockets[at]->groups[sockets[at]->count++] = *group;
	return rc;
}

static bool leave_by(struct joined *s, const struct ip_addr *group)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (!ip_addr_equal(&s->groups[i], group))
			continue;
		set(s->fd, IPV6_LEAVE_GROUP, group);
		s->groups[i] = s->groups[--s->count];
		return true;
	}
	return false;
}

void upstream_leave(const struct ip_addr *group)
{
	for (unsigned int i = 0; i < SOCKETS_MAX && sockets[i] != NULL; i++)
		if (leave_by(sockets[i], group))
			return;
}
