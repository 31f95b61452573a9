/* SPDX-License-Identifier: BSD-3-Clause */
#include "multicast/membership.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include <rte_common.h>

#include "retire.h"

static struct multicast_table table;
static uint32_t groups_max;
static uint32_t members_max;
static uint32_t group_count;
static membership_changed_fn *watcher;

static void note_port(const struct config *config)
{
	struct port_info port;

	table.port = MULTICAST_PORT_NONE;
	if (!config->multicast_enabled)
		return;
	dataplane_port_info(config->multicast_port, &port);
	table.port = config->multicast_port;
	table.mtu = port.mtu;
}

/* Home networks whose broadcasts are forwarded are groups beside those of multicast, which are not to lack for them. */
int membership_start(const struct config *config, struct fault *fault)
{
	table = (struct multicast_table){0};
	group_count = 0;
	groups_max = 0;
	if (config->multicast_enabled)
		groups_max += config->multicast_groups;
	if (config->mip4.broadcasts)
		groups_max += config->mip4.network_count;
	if (groups_max == 0)
		return 0;
	members_max = config->multicast_members;
	note_port(config);
	table.mask = rte_align32pow2(groups_max) - 1;
	table.chains = calloc(table.mask + 1, sizeof(struct multicast_group *));
	if (table.chains == NULL) {
		fault_set(fault, "/multicast/groups", "not enough memory");
		return -ENOMEM;
	}
	if (getrandom(&table.secret, sizeof(table.secret), 0) != (ssize_t)sizeof(table.secret)) {
		fault_set(fault, "", "no random numbers");
		return -EIO;
	}
	return 0;
}

void membership_stop(void)
{
	for (uint32_t i = 0; table.chains != NULL && i <= table.mask; i++) {
		struct multicast_group *next;

		for (struct multicast_group *g = table.chains[i]; g != NULL; g = next) {
			next = g->next;
			free(g);
		}
	}
	free(table.chains);
	table.chains = NULL;
	watcher = NULL;
}

void membership_watch(membership_changed_fn *changed)
{
	watcher = changed;
}

const struct multicast_table *membership_table(void)
{
	return table.chains != NULL ? &table : NULL;
}

uint32_t membership_groups(void)
{
	return group_count;
}

/* The pointer that leads to the group, or to the end of its chain. */
static struct multicast_group **place_of(const struct ip_addr *group)
{
	struct multicast_group **at = multicast_chain(&table, group);

	while (*at != NULL && !ip_addr_equal(&(*at)->address, group))
		at = &(*at)->next;
	return at;
}

static struct multicast_group *make(const struct ip_addr *group, uint32_t count)
{
	struct multicast_group *made =
		malloc(sizeof(*made) + (size_t)count * sizeof(made->members[0]));

	if (made == NULL)
		return NULL;
	made->next = NULL;
	made->address = *group;
	made->count = count;
	return made;
}

static void free_group(void *unused, uintptr_t group)
{
	(void)unused;
	free((void *)group);
}

/* next, which leads to what is behind old, takes its place. */
static void replace(struct multicast_group **at, struct multicast_group *old,
		    struct multicast_group *next)
{
	__atomic_store_n(at, next, __ATOMIC_RELEASE);
	if (old != NULL)
		retire(free_group, NULL, (uintptr_t)old);
}

static void tell(const struct ip_addr *group, bool wanted)
{
	if (watcher != NULL)
		watcher(group, wanted);
}

int membership_add(const struct ip_addr *group, const struct ip_addr *home)
{
	struct multicast_group **at = table.chains != NULL ? place_of(group) : NULL;
	struct multicast_group *old = at != NULL ? *at : NULL;
	uint32_t before = old != NULL ? old->count : 0;
	struct multicast_group *next;

	if (at == NULL || before == members_max || (old == NULL && group_count == groups_max))
		return -ENOSPC;
	next = make(group, before + 1);
	if (next == NULL)
		return -ENOMEM;
	if (old != NULL) {
		memcpy(next->members, old->members, before * sizeof(old->members[0]));
		next->next = old->next;
	}
	next->members[before] = *home;
	replace(at, old, next);
	if (old != NULL)
		return 0;
	group_count++;
	tell(group, true);
	return 0;
}

static uint32_t index_of(const struct multicast_group *group, const struct ip_addr *home)
{
	uint32_t i = 0;

	while (i < group->count && !ip_addr_equal(&group->members[i], home))
		i++;
	return i;
}

/* Without memory the last member takes the place in front of workers: one of them may miss a packet meanwhile. */
static void remove_in_place(struct multicast_group *group, uint32_t which)
{
	group->members[which] = group->members[group->count - 1];
	group->count--;
}

void membership_remove(const struct ip_addr *group, const struct ip_addr *home)
{
	struct multicast_group **at = place_of(group);
	struct multicast_group *old = *at;
	uint32_t which = old != NULL ? index_of(old, home) : 0;
	struct multicast_group *next;

	if (old == NULL || which == old->count)
		return;
	if (old->count == 1) {
		const struct ip_addr gone = *group;

		replace(at, old, old->next);
		group_count--;
		tell(&gone, false);
		return;
	}
	next = make(group, old->count - 1);
	if (next == NULL) {
		remove_in_place(old, which);
		return;
	}
	memcpy(next->members, old->members, next->count * sizeof(next->members[0]));
	if (which < next->count)
		next->members[which] = old->members[next->count];
	next->next = old->next;
	replace(at, old, next);
}
