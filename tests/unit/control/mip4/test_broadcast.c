/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which home addresses are members of a network's broadcasts, over stand-ins for registrations and membership.
 */
#include "mip4/broadcast.h"

#include "multicast/membership.h"
#include "registration/registration.h"
#include "service4.h"
#include "support/unit.h"

static const struct config config = {.binding_capacity = 4, .mip4 = {.broadcasts = true}};
static const struct registration_watcher *watcher;
static struct registration slots[4];
static struct binding bindings[4];
static unsigned int members;
static int refuses;

void registration_watch(const struct registration_watcher *w)
{
	watcher = w;
}

uint32_t registration_slots(void)
{
	return 4;
}

const struct registration *registration_find(const struct ip_addr *home)
{
	return &slots[0];
}

int service4_network_of(const struct ip_addr *home)
{
	return 0;
}

struct ip_addr service4_broadcast_of(uint16_t network)
{
	return ip4_mapped((const uint8_t[4]){10, 1, 255, 255});
}

int membership_add(const struct ip_addr *group, const struct ip_addr *home)
{
	CU_ASSERT_EQUAL(members, 0);
	members += refuses == 0;
	return refuses;
}

void membership_remove(const struct ip_addr *group, const struct ip_addr *home)
{
	CU_ASSERT_EQUAL(members, 1);
	members = 0;
}

/* Registrations of one home address that hang on the first. */
static void chain(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		slots[i] = (struct registration){
			.slot = i,
			.binding = &bindings[i],
			.also = i + 1 < count ? &slots[i + 1] : NULL,
		};
}

static void put(unsigned int slot, bool with_broadcasts)
{
	bindings[slot].flags = with_broadcasts ? BINDING_BROADCASTS : 0;
	watcher->registered(&slots[slot], false);
}

static void a_node_is_a_member_while_one_of_its_bindings_asks_for_it(void)
{
	chain(2);
	put(0, false);
	CU_ASSERT_EQUAL(members, 0);
	put(0, true);
	put(0, true);
	CU_ASSERT_EQUAL(members, 1);
	put(1, true);
	put(0, false);
	CU_ASSERT_EQUAL(members, 1);
	watcher->ended(&slots[0], false);
	CU_ASSERT_EQUAL(members, 1);
	slots[0].also = NULL;
	watcher->ended(&slots[1], true);
	CU_ASSERT_EQUAL(members, 0);
}

static void one_for_whom_there_is_no_room_is_asked_again_at_the_next_refresh(void)
{
	chain(1);
	refuses = -1;
	put(0, true);
	refuses = 0;
	put(0, true);
	CU_ASSERT_EQUAL(members, 1);
	watcher->ended(&slots[0], true);
	CU_ASSERT_EQUAL(members, 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_node_is_a_member_while_one_of_its_bindings_asks_for_it),
		UNIT(one_for_whom_there_is_no_room_is_asked_again_at_the_next_refresh),
	};
	struct fault fault;
	int status;

	if (broadcast_start(&config, &fault) != 0)
		return 1;
	status = unit_run("mip4/broadcast", cases, UNIT_COUNT(cases));
	broadcast_stop();
	return status;
}
