/* SPDX-License-Identifier: BSD-3-Clause */
#include "netlink/locals.h"

#include <stdlib.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "netlink/mirror.h"

struct local {
	struct ip_addr address;
	uint32_t ifindex;
	bool seen; /* told since the last mark */
};

static netlink_address_fn *tell;
static struct local *locals;
static size_t local_count;
static size_t local_room;

static bool is_local(const struct ip_addr *address)
{
	for (size_t i = 0; i < local_count; i++)
		if (ip_addr_equal(&locals[i].address, address))
			return true;
	return false;
}

static struct local *find(const struct ip_addr *address, uint32_t ifindex)
{
	for (size_t i = 0; i < local_count; i++)
		if (locals[i].ifindex == ifindex && ip_addr_equal(&locals[i].address, address))
			return &locals[i];
	return NULL;
}

static struct local *add(const struct ip_addr *address, uint32_t ifindex)
{
	size_t room = local_room != 0 ? 2 * local_room : 64;
	struct local *more;

	if (local_count == local_room) {
		more = reallocarray(locals, room, sizeof(*locals));
		if (more == NULL)
			return NULL;
		locals = more;
		local_room = room;
	}
	locals[local_count] = (struct local){.address = *address, .ifindex = ifindex};
	return &locals[local_count++];
}

/* An address may be on two interfaces: it is gone when it left both. With one of IPv4 go the routes that have it as their source, of which
 * not every kernel tells. */
static void drop(struct local *local)
{
	const struct ip_addr address = local->address;

	*local = locals[--local_count];
	if (!is_local(&address))
		tell(&address, false);
	if (ip_addr_is_v4_mapped(&address))
		mirror_want_resync();
}

static bool is_of_interest(const struct ip_addr *address)
{
	if (ip_addr_is_v4_mapped(address))
		return ip4_is_unicast(ip4_number(address));
	return ip_addr_is_unicast_routable(address) || ip_addr_is_link_local(address);
}

void locals_read(const struct nlmsghdr *message)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[IFA_MAX + 1] = {0};
	struct ip_addr address;
	struct local *local;
	uint32_t flags;
	bool is_new;

	mirror_attributes(message, sizeof(*info), attrs, IFA_MAX);
	if (!mirror_is_family(info->ifa_family) ||
	    (!mirror_address(attrs[IFA_LOCAL], info->ifa_family, &address) &&
	     !mirror_address(attrs[IFA_ADDRESS], info->ifa_family, &address)) ||
	    !is_of_interest(&address))
		return;
	if (!mirror_u32(attrs[IFA_FLAGS], &flags))
		flags = info->ifa_flags;
	local = find(&address, info->ifa_index);
	if (message->nlmsg_type == RTM_DELADDR || (flags & IFA_F_DADFAILED) != 0) {
		if (local != NULL)
			drop(local);
		return;
	}
	is_new = !is_local(&address);
	if (local == NULL)
		local = add(&address, info->ifa_index);
	if (local == NULL)
		return;
	local->seen = true;
	if (is_new)
		tell(&address, true);
}

void locals_mark(void)
{
	for (size_t i = 0; i < local_count; i++)
		locals[i].seen = false;
}

void locals_sweep(void)
{
	for (size_t i = local_count; i-- > 0;)
		if (!locals[i].seen)
			drop(&locals[i]);
}

void locals_start(netlink_address_fn *address)
{
	tell = address;
}

void locals_stop(void)
{
	free(locals);
	locals = NULL;
	local_count = 0;
	local_room = 0;
}
