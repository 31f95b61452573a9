/* SPDX-License-Identifier: BSD-3-Clause */
#include "netlink/links.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "log.h"
#include "netlink/mirror.h"
#include "nexthop.h"

static struct link links[PORTS_MAX];
static uint16_t link_count;

static struct link *find(uint32_t ifindex)
{
	for (uint16_t i = 0; i < link_count; i++)
		if (ifindex != 0 && links[i].ifindex == ifindex)
			return &links[i];
	return NULL;
}

const struct link *links_of(uint32_t ifindex)
{
	return find(ifindex);
}

const struct link *links_of_port(uint16_t port)
{
	for (uint16_t i = 0; i < link_count; i++)
		if (links[i].port == port)
			return &links[i];
	return NULL;
}

/* The interface by that name, which may have been made anew. */
static struct link *find_by_name(const struct nlattr *name)
{
	if (name == NULL || mnl_attr_validate(name, MNL_TYPE_NUL_STRING) < 0)
		return NULL;
	for (uint16_t i = 0; i < link_count; i++)
		if (strcmp(links[i].config->interface, mnl_attr_get_str(name)) == 0)
			return &links[i];
	return NULL;
}

static void set_running(struct link *link, bool running)
{
	if (link->running == running)
		return;
	link->running = running;
	if (running)
		log_info("port %s: interface %s is up", link->config->name,
			 link->config->interface);
	else
		log_warning("port %s: interface %s is down", link->config->name,
			    link->config->interface);
	mirror_want_resync();
}

static void gone(struct link *link)
{
	log_warning("port %s: interface %s is gone", link->config->name, link->config->interface);
	link->ifindex = 0;
	link->running = false;
	mirror_want_resync();
}

static void take(struct link *link, const struct ifinfomsg *info,
		 const struct nlattr *const attrs[])
{
	uint32_t ifindex = (uint32_t)info->ifi_index;
	uint32_t mtu;

	link->seen = true;
	if (link->ifindex != ifindex) {
		link->ifindex = ifindex;
		mirror_want_resync();
	}
	if (attrs[IFLA_ADDRESS] != NULL && mnl_attr_get_payload_len(attrs[IFLA_ADDRESS]) == 6 &&
	    mirror_u32(attrs[IFLA_MTU], &mtu))
		nexthop_set_port(link->port, mnl_attr_get_payload(attrs[IFLA_ADDRESS]),
				 (uint16_t)(mtu < UINT16_MAX ? mtu : UINT16_MAX));
	set_running(link, (info->ifi_flags & IFF_UP) != 0 && (info->ifi_flags & IFF_RUNNING) != 0);
}

/* With an interface that goes or goes down the kernel takes the IPv4 routes through it away, and does not say so. */
void links_read(const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[IFLA_MAX + 1] = {0};
	struct link *link;

	if (info->ifi_family != AF_UNSPEC)
		return;
	link = find((uint32_t)info->ifi_index);
	if (message->nlmsg_type == RTM_DELLINK) {
		if (link != NULL)
			gone(link);
		else
			mirror_want_resync();
		return;
	}
	mirror_attributes(message, sizeof(*info), attrs, IFLA_MAX);
	if (link == NULL)
		link = find_by_name(attrs[IFLA_IFNAME]);
	if (link != NULL)
		take(link, info, attrs);
	else if ((info->ifi_flags & IFF_UP) == 0)
		mirror_want_resync();
}

void links_mark(void)
{
	for (uint16_t i = 0; i < link_count; i++)
		links[i].seen = false;
}

void links_sweep(void)
{
	for (uint16_t i = 0; i < link_count; i++)
		if (!links[i].seen && links[i].ifindex != 0)
			gone(&links[i]);
}

void links_start(const struct config *config)
{
	link_count = 0;
	for (uint16_t i = 0; i < config->port_count; i++)
		if (config->ports[i].kind != PORT_VDEV)
			links[link_count++] = (struct link){
				.port = i,
				.config = &config->ports[i],
				.running = true,
			};
}

void links_stop(void)
{
	link_count = 0;
}

int links_check(struct fault *fault)
{
	char where[64];

	for (uint16_t i = 0; i < link_count; i++) {
		if (links[i].ifindex != 0)
			continue;
		snprintf(where, sizeof(where), "/ports/%u/interface", links[i].port);
		fault_set(fault, where,
			  "there is no interface \"%s\" in this network namespace; create it, or "
			  "name one that \"ip -brief link\" shows",
			  links[i].config->interface);
		return -ENODEV;
	}
	return 0;
}
