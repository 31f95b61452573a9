/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/proxy.h"

#include <errno.h>
#include <stdlib.h>

#include "counters.h"
#include "ha/ip_hash.h"
#include "ha/time.h"
#include "link/frame.h"
#include "link/groups.h"
#include "log.h"
#include "service.h"

enum { LOG_INTERVAL_MS = 1000 };

/* One mobile node that is away. It is found by the interface identifier, which both of its addresses
 * have. */
struct proxied {
	struct proxied *next;
	struct ip_addr home;
	uint16_t link;
	bool with_link_local;
	bool is_router;
};

static struct proxied **heads; /* NULL: there is no real home link */
static uint32_t mask;
static uint32_t counts[PORTS_MAX]; /* by link */
static uint64_t log_after_ms;

int proxy_start(uint32_t nodes)
{
	uint32_t size = 1;

	if (!link_any_ip6())
		return 0;
	while (size < nodes)
		size *= 2;
	heads = calloc(size, sizeof(struct proxied *));
	mask = size - 1;
	return heads != NULL ? 0 : -ENOMEM;
}

void proxy_stop(void)
{
	for (uint32_t i = 0; heads != NULL && i <= mask; i++) {
		struct proxied *next;

		for (struct proxied *p = heads[i]; p != NULL; p = next) {
			next = p->next;
			free(p);
		}
	}
	free(heads);
	heads = NULL;
	for (uint16_t i = 0; i < PORTS_MAX; i++)
		counts[i] = 0;
}

static struct proxied **chain_of(const struct ip_addr *address)
{
	return &heads[crc32c_word(ip_addr_word(address, 1), 0) & mask];
}

static bool is_defended_as(const struct proxied *p, const struct ip_addr *address)
{
	struct ip_addr local = nd_link_local(&p->home);

	return ip_addr_equal(&p->home, address) ||
	       (p->with_link_local && ip_addr_equal(&local, address));
}

static const struct proxied *find(uint16_t link, const struct ip_addr *address)
{
	const struct proxied *p = heads != NULL ? *chain_of(address) : NULL;

	while (p != NULL && (p->link != link || !is_defended_as(p, address)))
		p = p->next;
	return p;
}

static struct proxied **place_of(const struct ip_addr *home)
{
	struct proxied **at = chain_of(home);

	while (*at != NULL && !ip_addr_equal(&(*at)->home, home))
		at = &(*at)->next;
	return at;
}

/* --- What is said --- */

/* An address of ours of the target's scope. */
static const struct ip_addr *source_for(uint16_t link, const struct ip_addr *target)
{
	const struct ip_addr *local = link_local(link);

	return ip_addr_is_link_local(target) && local != NULL ? local : service_address_for(target);
}

static struct nd_advertisement advertisement_of(const struct proxied *p,
						const struct ip_addr *target)
{
	struct nd_advertisement na = {.target = *target, .router = p->is_router};

	memcpy(na.link_layer, link_mac(p->link), sizeof(na.link_layer));
	return na;
}

static void advertise_to_all(const struct proxied *p, const struct nd_advertisement *na)
{
	struct ip_addr all = nd_all_nodes();
	const struct ip_addr *local = link_local(p->link);
	uint8_t message[ND_ADVERTISEMENT_OCTETS];

	nd_advertisement_encode(na, message);
	link_send_multicast(p->link, local != NULL ? local : service_address_for(&p->home), &all,
			    message, sizeof(message));
}

/* RFC 6275 §10.3.1: whoever remembers the mobile node's link-layer address is to forget it. */
static void announce(const struct proxied *p, const struct ip_addr *target)
{
	struct nd_advertisement na = advertisement_of(p, target);

	na.override = true;
	advertise_to_all(p, &na);
}

/* To where the solicitation says, else to where it came from; never to a group. */
static const uint8_t *mac_of_asker(const struct link_message *message,
				   const struct nd_solicitation *ns)
{
	return ns->has_link_layer && !frame_mac_is_group(ns->link_layer) ? ns->link_layer
									 : message->source_mac;
}

/* RFC 4861 §7.2.8: a proxy does not override. A node that has no address yet is answered by way of
 * all nodes (§7.2.4). */
void proxy_solicited(const struct link_message *message, const struct nd_solicitation *ns)
{
	const struct proxied *p = find(message->link, &ns->target);
	struct nd_advertisement na;
	uint8_t answer[ND_ADVERTISEMENT_OCTETS];

	if (p == NULL)
		return;
	count(COUNT_ND_ANSWERED);
	na = advertisement_of(p, &ns->target);
	if (ip_addr_is_unspecified(&message->source)) {
		advertise_to_all(p, &na);
		return;
	}
	na.solicited = true;
	nd_advertisement_encode(&na, answer);
	link_send(p->link, mac_of_asker(message, ns), source_for(p->link, &ns->target),
		  &message->source, answer, sizeof(answer));
}

/* The binding stays: the mobile node has proved who it is, the other one has not. */
void proxy_contended(const struct link_message *message, const struct nd_advertisement *na)
{
	const uint8_t *mac = message->source_mac;
	uint64_t now_ms = monotonic_ms();
	char text[IP_ADDR_TEXT];

	if (find(message->link, &na->target) == NULL)
		return;
	count(COUNT_ND_CONTENDED);
	if (now_ms < log_after_ms)
		return;
	log_after_ms = now_ms + LOG_INTERVAL_MS;
	log_warning("home link %s: %02x:%02x:%02x:%02x:%02x:%02x says that it has %s, which a "
		    "mobile node that is away has registered",
		    link_interface(message->link), mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
		    ip_addr_format(&na->target, text));
}

/* --- What is defended --- */

static struct proxied *add(const struct ip_addr *home, int link)
{
	struct proxied *p = calloc(1, sizeof(*p));
	struct proxied **chain = chain_of(home);

	if (p == NULL)
		return NULL;
	p->home = *home;
	p->link = (uint16_t)link;
	p->next = *chain;
	*chain = p;
	counts[link]++;
	groups_join(p->link, home);
	return p;
}

void proxy_begin(const struct ip_addr *home, bool with_link_local, bool is_router)
{
	int link = heads != NULL ? link_of_address(home) : LINK_NONE;
	struct proxied *p = link != LINK_NONE ? *place_of(home) : NULL;
	bool is_new = p == NULL;
	bool had_link_local = p != NULL && p->with_link_local;

	if (link == LINK_NONE)
		return;
	if (is_new)
		p = add(home, link);
	if (p == NULL) {
		log_error("no memory to defend one more home address");
		return;
	}
	p->is_router = is_router;
	p->with_link_local = with_link_local;
	if (is_new)
		announce(p, home);
	if (with_link_local && !had_link_local) {
		const struct ip_addr local = nd_link_local(home);

		announce(p, &local);
	}
}

void proxy_end(const struct ip_addr *home)
{
	struct proxied **at = heads != NULL ? place_of(home) : NULL;
	struct proxied *p = at != NULL ? *at : NULL;

	if (p == NULL)
		return;
	*at = p->next;
	counts[p->link]--;
	groups_leave(p->link, home);
	free(p);
}

bool proxy_defends(uint16_t link, const struct ip_addr *address)
{
	return find(link, address) != NULL;
}

uint32_t proxy_count(uint16_t link)
{
	return counts[link];
}
