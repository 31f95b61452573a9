/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/dad.h"

#include <stddef.h>

#include "counters.h"
#include "ha/ip_hash.h"
#include "ha/time.h"
#include "link/groups.h"
#include "link/link.h"
#include "link/nd.h"

enum { HEADS = 16384 };

static struct dad *heads[HEADS]; /* by interface identifier, which a link-local address shares */
static struct timer_wheel wheel;
static uint32_t running[PORTS_MAX]; /* by link */

void dad_start(void)
{
	timer_wheel_init(&wheel, monotonic_ms());
}

void dad_stop(void)
{
	for (unsigned int i = 0; i < HEADS; i++)
		while (heads[i] != NULL)
			dad_cancel(heads[i]);
}

static struct dad **chain_of(const struct ip_addr *address)
{
	return &heads[crc32c_word(ip_addr_word(address, 1), 0) % HEADS];
}

static void finish(struct dad *dad, enum dad_result result)
{
	struct dad **at = chain_of(&dad->home);
	const struct ip_addr home = dad->home;
	uint16_t link = dad->link;

	while (*at != dad)
		at = &(*at)->next;
	*at = dad->next;
	timer_cancel(&dad->timer);
	running[link]--;
	dad->done(dad, result);
	groups_leave(link, &home); /* who has the address now has joined already */
}

/* RFC 4862 §5.4.2: from the unspecified address to the target's solicited-node group. */
static void probe(uint16_t link, const struct ip_addr *target)
{
	static const struct ip_addr unspecified;
	struct ip_addr group = nd_solicited_node(target);
	uint8_t message[ND_SOLICITATION_OCTETS];

	nd_solicitation_encode(target, message);
	link_send_multicast(link, &unspecified, &group, message, sizeof(message));
}

static timer_fn nobody_objected;

static void probe_once(struct dad *dad, uint64_t now_ms)
{
	dad->probes_left--;
	timer_set(&wheel, &dad->timer, now_ms + DAD_RETRANS_TIMER_MS, nobody_objected);
	probe(dad->link, &dad->home);
	if (dad->with_link_local) {
		struct ip_addr local = nd_link_local(&dad->home);

		probe(dad->link, &local);
	}
}

static void nobody_objected(struct timer *timer, uint64_t now_ms)
{
	struct dad *dad = (struct dad *)((char *)timer - offsetof(struct dad, timer));

	if (dad->probes_left > 0)
		probe_once(dad, now_ms);
	else
		finish(dad, DAD_UNIQUE);
}

void dad_begin(struct dad *dad)
{
	struct dad **chain = chain_of(&dad->home);

	count(COUNT_DAD_STARTED);
	dad->next = *chain;
	*chain = dad;
	running[dad->link]++;
	dad->timer = (struct timer){0};
	groups_join(dad->link, &dad->home); /* RFC 4862 §5.4.2: or a switch keeps others' probes */
	probe_once(dad, monotonic_ms());
}

void dad_cancel(struct dad *dad)
{
	finish(dad, DAD_CANCELLED);
}

struct dad *dad_find(const struct ip_addr *home)
{
	struct dad *dad = *chain_of(home);

	while (dad != NULL && !ip_addr_equal(&dad->home, home))
		dad = dad->next;
	return dad;
}

uint32_t dad_count(void)
{
	uint32_t sum = 0;

	for (uint16_t i = 0; i < link_count(); i++)
		sum += running[i];
	return sum;
}

uint32_t dad_count_on(uint16_t link)
{
	return running[link];
}

static bool tests(const struct dad *dad, const struct ip_addr *address)
{
	struct ip_addr local = nd_link_local(&dad->home);

	return ip_addr_equal(&dad->home, address) ||
	       (dad->with_link_local && ip_addr_equal(&local, address));
}

void dad_heard(uint16_t link, const struct ip_addr *address)
{
	struct dad *next;

	for (struct dad *dad = *chain_of(address); dad != NULL; dad = next) {
		next = dad->next;
		if (dad->link != link || !tests(dad, address))
			continue;
		count(COUNT_DAD_DUPLICATE);
		finish(dad, DAD_DUPLICATE);
	}
}

unsigned int dad_poll(void *unused)
{
	(void)unused;
	return timer_wheel_advance(&wheel, monotonic_ms(), 0);
}
