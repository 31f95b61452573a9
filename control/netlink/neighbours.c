/* SPDX-License-Identifier: BSD-3-Clause */
#include "netlink/neighbours.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "log.h"
#include "netlink/links.h"
#include "netlink/mirror.h"
#include "nexthop.h"

static bool is_good_state(uint16_t state)
{
	return (state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT |
			 NUD_NOARP)) != 0;
}

/* The kernel's own entry for the broadcast address of a link has that of all stations: what comes from elsewhere is never sent there
 * (RFC 2644). */
static bool is_broadcast(const struct ndmsg *info, const uint8_t *mac)
{
	return (info->ndm_state & NUD_NOARP) != 0 && (mac[0] & 1) != 0;
}

static bool is_unicast(const struct ip_addr *address)
{
	return ip_addr_is_v4_mapped(address) ? ip4_is_unicast(ip4_number(address))
					     : !ip_addr_is_multicast(address);
}

/* While the kernel still asks (incomplete) there is nothing to tell; it comes to an end one way
 * or the other. */
void neighbours_read(const struct nlmsghdr *message)
{
	const struct ndmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[NDA_MAX + 1] = {0};
	const struct link *link = links_of((uint32_t)info->ndm_ifindex);
	const struct nlattr *mac;
	struct ip_addr address;

	mirror_attributes(message, sizeof(*info), attrs, NDA_MAX);
	if (!mirror_is_family(info->ndm_family) || link == NULL ||
	    (info->ndm_flags & NTF_PROXY) != 0 ||
	    !mirror_address(attrs[NDA_DST], info->ndm_family, &address) || !is_unicast(&address))
		return;
	mac = attrs[NDA_LLADDR];
	if (mac != NULL && mnl_attr_get_payload_len(mac) != 6)
		return;
	if (message->nlmsg_type == RTM_DELNEIGH || (info->ndm_state & NUD_FAILED) != 0 ||
	    (mac != NULL && is_broadcast(info, mnl_attr_get_payload(mac))))
		nexthop_set_neighbour(link->port, &address, NULL, false);
	else if (is_good_state(info->ndm_state) && mac != NULL)
		nexthop_set_neighbour(link->port, &address, mnl_attr_get_payload(mac),
				      (info->ndm_state & NUD_STALE) != 0);
}

static void put_address(struct nlmsghdr *message, const struct ip_addr *address)
{
	if (ip_addr_is_v4_mapped(address))
		mnl_attr_put(message, NDA_DST, 4, ip4_octets(address));
	else
		mnl_attr_put(message, NDA_DST, sizeof(address->bytes), address->bytes);
}

void neighbours_ask(struct mnl_socket *socket, uint32_t ifindex, const struct ip_addr *neighbour)
{
	char buffer[128] = {0};
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ndmsg *info;

	message->nlmsg_type = RTM_NEWNEIGH;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE;
	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ndm_family = ip_addr_is_v4_mapped(neighbour) ? AF_INET : AF_INET6;
	info->ndm_ifindex = (int)ifindex;
	info->ndm_state = NUD_NONE;
	info->ndm_flags = NTF_USE;
	put_address(message, neighbour);
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		log_debug("could not ask the kernel for a neighbour: %s", strerror(errno));
}
