/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/arp_proxy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "counters.h"
#include "ha/ip_hash.h"
#include "ha/time.h"
#include "link/arp.h"
#include "link/frame.h"
#include "link/link.h"
#include "log.h"
#include "service4.h"

enum {
	ANNOUNCE_INTERVAL_MS = 1000,
	ANNOUNCED_A_TURN = 64, /* at most, in one turn of the loop */
	LOG_INTERVAL_MS = 1000,
};

/* A mobile node that is away, or one that came home a moment ago. */
struct entry {
	struct entry *next; /* in its chain */
	TAILQ_ENTRY(entry) waits;
	struct ip_addr home;
	uint64_t due_ms; /* of the next gratuitous ARP */
	uint16_t link;
	uint8_t left; /* gratuitous ARPs to come; then it waits no longer */
	bool is_away;
	uint8_t mac[6]; /* the node's own, while it is not away */
};

static struct entry **heads; /* NULL: there is no real home link of IPv4 */
static uint32_t mask;
static uint32_t counts[PORTS_MAX];  /* away, by link */
static TAILQ_HEAD(, entry) waiting; /* all with the same interval, so in the order of their times */
static uint64_t log_after_ms;

static struct entry **place_of(const struct ip_addr *home)
{
	struct entry **at = &heads[crc32c_word(ip_addr_word(home, 1), 0) & mask];

	while (*at != NULL && !ip_addr_equal(&(*at)->home, home))
		at = &(*at)->next;
	return at;
}

static struct entry *find(const struct ip_addr *home)
{
	return heads != NULL ? *place_of(home) : NULL;
}

/* LINK_NONE: nothing to do with ARP. */
static int link_of(const struct ip_addr *home)
{
	int network = heads != NULL ? service4_network_of(home) : -1;

	return network >= 0 ? link_of_network((uint16_t)network) : LINK_NONE;
}

static void forget(struct entry *e)
{
	if (e->left > 0)
		TAILQ_REMOVE(&waiting, e, waits);
	*place_of(&e->home) = e->next;
	free(e);
}

static struct entry *find_or_add(const struct ip_addr *home, int link)
{
	struct entry **at = place_of(home);

	if (*at != NULL)
		return *at;
	*at = calloc(1, sizeof(**at));
	if (*at == NULL) {
		log_error("no memory to defend one more home address");
		return NULL;
	}
	(*at)->home = *home;
	(*at)->link = (uint16_t)link;
	return *at;
}

/* --- Gratuitous ARP --- */

/* Both forms: there are nodes that heed only the one, and such that heed only the other. */
static void announce(const struct entry *e)
{
	static const uint16_t forms[] = {ARP_REQUEST, ARP_REPLY};
	const uint8_t *mac = e->is_away ? link_mac(e->link) : e->mac;
	uint8_t bytes[ARP_OCTETS];

	for (unsigned int i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct arp_message message = arp_gratuitous(forms[i], &e->home, mac);

		arp_encode(&message, bytes);
		if (link_send_arp(e->link, NULL, bytes))
			count(COUNT_ARP_GRATUITOUS);
	}
}

static void announce_next(struct entry *e, uint64_t now_ms)
{
	announce(e);
	if (--e->left == 0)
		return;
	e->due_ms = now_ms + ANNOUNCE_INTERVAL_MS;
	TAILQ_INSERT_TAIL(&waiting, e, waits);
}

/* The first one at once; what was still to be said before is said no more. */
static void announce_anew(struct entry *e)
{
	if (e->left > 0)
		TAILQ_REMOVE(&waiting, e, waits);
	e->left = ARP_ANNOUNCEMENTS;
	announce_next(e, monotonic_ms());
}

unsigned int arp_proxy_poll(void *unused)
{
	uint64_t now_ms;
	unsigned int done = 0;

	(void)unused;
	if (heads == NULL || TAILQ_EMPTY(&waiting))
		return 0;
	now_ms = monotonic_ms();
	while (done < ANNOUNCED_A_TURN && !TAILQ_EMPTY(&waiting)) {
		struct entry *e = TAILQ_FIRST(&waiting);

		if (e->due_ms > now_ms)
			break;
		TAILQ_REMOVE(&waiting, e, waits);
		announce_next(e, now_ms);
		if (e->left == 0 && !e->is_away)
			forget(e);
		done++;
	}
	return done;
}

/* --- Who is away --- */

static void set_away(struct entry *e, bool is_away)
{
	if (e->is_away == is_away)
		return;
	e->is_away = is_away;
	counts[e->link] += is_away ? 1 : UINT32_MAX;
}

void arp_proxy_begin(const struct ip_addr *home)
{
	int link = link_of(home);
	struct entry *e = link != LINK_NONE ? find_or_add(home, link) : NULL;

	if (e == NULL || e->is_away)
		return;
	set_away(e, true);
	announce_anew(e);
}

void arp_proxy_end(const struct ip_addr *home)
{
	struct entry *e = find(home);

	if (e == NULL || !e->is_away)
		return;
	set_away(e, false);
	forget(e);
}

void arp_node_home(const struct ip_addr *home, const uint8_t mac[static 6])
{
	int link = frame_mac_is_group(mac) ? LINK_NONE : link_of(home);
	struct entry *e = link != LINK_NONE ? find_or_add(home, link) : NULL;

	if (e == NULL)
		return;
	set_away(e, false);
	memcpy(e->mac, mac, sizeof(e->mac));
	announce_anew(e);
}

bool arp_proxy_defends(uint16_t link, const struct ip_addr *address)
{
	const struct entry *e = find(address);

	return e != NULL && e->is_away && e->link == link;
}

uint32_t arp_proxy_count(uint16_t link)
{
	return counts[link];
}

/* --- What is heard --- */

static void answer(uint16_t link, const struct arp_message *request)
{
	const struct arp_message reply = arp_answer(request, link_mac(link));
	uint8_t bytes[ARP_OCTETS];

	arp_encode(&reply, bytes);
	if (link_send_arp(link, request->sender_mac, bytes))
		count(COUNT_ARP_ANSWERED);
}

/* The mobile node itself before it has de-registered, or somebody who is not. The binding stays: only who proves to be the mobile node ends it. */
static void contended(uint16_t link, const struct arp_message *message)
{
	const uint8_t *mac = message->sender_mac;
	uint64_t now_ms = monotonic_ms();
	char text[IP_ADDR_TEXT];

	count(COUNT_ARP_CONTENDED);
	if (now_ms < log_after_ms)
		return;
	log_after_ms = now_ms + LOG_INTERVAL_MS;
	log_warning("home link %s: %02x:%02x:%02x:%02x:%02x:%02x says that it has %s, which a "
		    "mobile node that is away has registered",
		    link_interface(link), mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
		    ip_addr_format(&message->sender, text));
}

/* What asks for its own address wants no answer: it tells that it has it. A request from 0.0.0.0 (RFC 5227 §1.1) tests whether
 * the address is free, which it is not. */
static void hear(uint16_t link, struct cursor bytes)
{
	struct arp_message message;

	if (!arp_decode(bytes, &message)) {
		count(COUNT_ARP_INVALID);
		return;
	}
	if (arp_proxy_defends(link, &message.sender))
		contended(link, &message);
	if (message.operation == ARP_REQUEST && !arp_is_gratuitous(&message) &&
	    arp_proxy_defends(link, &message.target))
		answer(link, &message);
}

/* --- Start and stop --- */

static bool any_link(void)
{
	for (uint16_t i = 0; i < service4_network_count(); i++)
		if (link_of_network(i) != LINK_NONE)
			return true;
	return false;
}

int arp_proxy_start(uint32_t nodes)
{
	uint32_t size = 1;

	TAILQ_INIT(&waiting);
	if (!any_link())
		return 0;
	while (size < nodes)
		size *= 2;
	heads = calloc(size, sizeof(struct entry *));
	mask = size - 1;
	link_handle_arp(hear);
	return heads != NULL ? 0 : -ENOMEM;
}

void arp_proxy_stop(void)
{
	link_handle_arp(NULL);
	for (uint32_t i = 0; heads != NULL && i <= mask; i++) {
		struct entry *next;

		for (struct entry *e = heads[i]; e != NULL; e = next) {
			next = e->next;
			free(e);
		}
	}
	free(heads);
	heads = NULL;
	memset(counts, 0, sizeof(counts));
}
