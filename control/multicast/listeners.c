/* SPDX-License-Identifier: BSD-3-Clause */
#include "multicast/listeners.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_common.h>

#include "counters.h"
#include "ha/ip_hash.h"
#include "ha/multicast.h"
#include "ha/time.h"
#include "ha/wire/ip6.h"
#include "ip6_packet.h"
#include "link/frame.h"
#include "link/mld.h"
#include "multicast/membership.h"
#include "registration/registration.h"
#include "send.h"
#include "service.h"

enum {
	FIRST_QUERY_MS = 1000, /* when the node has its acknowledgement */
	PATIENCE_MS =
		1000, /* beyond the time to answer, before a node without groups is forgotten */
	TIMERS_A_TURN = 256,
	ISSUERS_MAX = 64,    /* registrations with one care-of address that are looked at */
	PACKET_OCTETS = 128, /* a query with all its headers */
	NONE = 0,
};

/* Of a registration, by slot: its chain by care-of address, and what it listens to. */
struct place {
	struct listener *listener;
	uint32_t next;	/* a slot plus 1; 0: none */
	uint32_t prev;	/* the same */
	uint32_t chain; /* its number plus 1; 0: in none */
};

static struct place *places; /* NULL: multicast is off */
static uint32_t *chains;
static uint32_t mask;
static uint32_t secret;
static uint32_t groups_max; /* of one node */
static uint32_t interval_ms;
static uint32_t response_ms;
static struct timer_wheel wheel;

static void registered(const struct registration *r, bool is_new);
static void ended(const struct registration *r, bool is_last);

/* What listeners and their groups take is small beside it: only some nodes have any. */
uint64_t listeners_octets(const struct config *config, uint32_t slots)
{
	if (!config->multicast_enabled)
		return 0;
	return slots * sizeof(*places) + rte_align64pow2(slots) * sizeof(*chains);
}

int listeners_start(const struct config *config, struct fault *fault)
{
	static const struct registration_watcher watcher = {registered, ended, REGISTRATION_MIP6};
	uint32_t slots = registration_slots();

	if (!config->multicast_enabled)
		return 0;
	groups_max = config->multicast_groups_per_node;
	interval_ms = config->multicast_query_interval_s * 1000;
	response_ms = config->multicast_query_response_ms;
	mask = rte_align32pow2(slots) - 1;
	secret = (uint32_t)membership_table()->secret;
	places = calloc(slots, sizeof(*places));
	chains = calloc(mask + 1, sizeof(*chains));
	if (places == NULL || chains == NULL) {
		listeners_stop();
		fault_set(fault, "/bindings/capacity", "no memory for multicast listeners");
		return -ENOMEM;
	}
	timer_wheel_init(&wheel, monotonic_ms());
	registration_watch(&watcher);
	return 0;
}

static void forget_all(struct listener *listener)
{
	struct joined_group *next;

	for (struct joined_group *g = listener->groups; g != NULL; g = next) {
		next = g->next;
		free(g);
	}
	free(listener);
}

void listeners_stop(void)
{
	for (uint32_t i = 0; places != NULL && i < registration_slots(); i++)
		if (places[i].listener != NULL)
			forget_all(places[i].listener);
	free(places);
	free(chains);
	places = NULL;
	chains = NULL;
}

const struct listener *listeners_at(uint32_t slot)
{
	return places != NULL ? places[slot].listener : NULL;
}

/* --- Which registration --- */

static uint32_t chain_of(const struct ip_addr *care_of)
{
	return ip_addr_hash(care_of, sizeof(*care_of), secret) & mask;
}

static void unlink_place(uint32_t slot)
{
	struct place *place = &places[slot];

	if (place->chain == NONE)
		return;
	if (place->prev != NONE)
		places[place->prev - 1].next = place->next;
	else
		chains[place->chain - 1] = place->next;
	if (place->next != NONE)
		places[place->next - 1].prev = place->prev;
	place->chain = NONE;
}

static void link_place(uint32_t slot, uint32_t chain)
{
	struct place *place = &places[slot];

	place->next = chains[chain];
	place->prev = NONE;
	place->chain = chain + 1;
	if (place->next != NONE)
		places[place->next - 1].prev = slot + 1;
	chains[chain] = slot + 1;
}

static bool is_in_tunnel(const struct registration *r, const struct ip6_packet *tunnel)
{
	return ip_addr_equal(&r->care_of, &tunnel->source) &&
	       r->tunnel == service_tunnel_of(&tunnel->destination);
}

/* The last one unless the interface identifier says which: whichever it is, the same node has the tunnel. */
static const struct registration *in_tunnel(const struct ip6_packet *tunnel,
					    const struct ip_addr *source)
{
	const struct registration *found = NULL;
	uint32_t at = chains[chain_of(&tunnel->source)];

	for (unsigned int i = 0; at != NONE && i < ISSUERS_MAX; i++, at = places[at - 1].next) {
		const struct registration *r = registration_at(at - 1);

		if (r == NULL || !is_in_tunnel(r, tunnel))
			continue;
		found = r;
		if (ip_addr_word(&r->home, 1) == ip_addr_word(source, 1))
			break;
	}
	return found;
}

/* RFC 6275 §10.4.3: the tunnel says whose it is. */
static const struct registration *issuer(const struct ip6_packet *tunnel,
					 const struct ip_addr *source)
{
	const struct registration *r;

	if (ip_addr_is_link_local(source))
		return in_tunnel(tunnel, source);
	r = registration_find(source);
	return r != NULL && r->state == REGISTRATION_VALID && is_in_tunnel(r, tunnel) ? r : NULL;
}

/* --- Groups of a listener --- */

static void query_is_due(struct timer *timer, uint64_t now_ms);
static void report_is_overdue(struct timer *timer, uint64_t now_ms);

static struct listener *listener_of(const struct registration *r, uint64_t query_ms)
{
	struct listener *listener = places[r->slot].listener;

	if (listener != NULL)
		return listener;
	listener = calloc(1, sizeof(*listener));
	if (listener == NULL)
		return NULL;
	listener->home = r->home;
	listener->slot = r->slot;
	timer_set(&wheel, &listener->query, query_ms, query_is_due);
	places[r->slot].listener = listener;
	return listener;
}

static void forget(struct listener *listener)
{
	timer_cancel(&listener->query);
	places[listener->slot].listener = NULL;
	free(listener);
}

/* The pointer that leads to the group, or to NULL. */
static struct joined_group **find(struct listener *listener, const struct ip_addr *group)
{
	struct joined_group **at = &listener->groups;

	while (*at != NULL && !ip_addr_equal(&(*at)->address, group))
		at = &(*at)->next;
	return at;
}

static void leave(struct joined_group **at, enum control_counter why)
{
	struct joined_group *g = *at;

	*at = g->next;
	g->listener->count--;
	timer_cancel(&g->expiry);
	membership_remove(&g->address, &g->listener->home);
	count(why);
	free(g);
}

static struct joined_group *join(struct listener *listener, const struct ip_addr *group)
{
	struct joined_group *g;

	if (listener->count == groups_max)
		return NULL;
	g = calloc(1, sizeof(*g));
	if (g == NULL || membership_add(group, &listener->home) != 0) {
		free(g);
		return NULL;
	}
	g->address = *group;
	g->listener = listener;
	g->next = listener->groups;
	listener->groups = g;
	listener->count++;
	count(COUNT_MULTICAST_JOINED);
	return g;
}

/* RFC 3810 §9.4: the Multicast Address Listening Interval. */
static uint64_t listening_ms(void)
{
	return (uint64_t)MLD_ROBUSTNESS * interval_ms + response_ms;
}

static void wants(const struct registration *r, const struct ip_addr *group, uint64_t now_ms)
{
	struct listener *listener = listener_of(r, now_ms + interval_ms);
	struct joined_group *g = listener != NULL ? *find(listener, group) : NULL;

	if (listener != NULL && g == NULL)
		g = join(listener, group);
	if (g == NULL)
		count(COUNT_MULTICAST_REFUSED);
	else
		timer_set(&wheel, &g->expiry, now_ms + listening_ms(), report_is_overdue);
}

static void wants_no_more(const struct registration *r, const struct ip_addr *group)
{
	struct listener *listener = places[r->slot].listener;
	struct joined_group **at = listener != NULL ? find(listener, group) : NULL;

	if (at != NULL && *at != NULL)
		leave(at, COUNT_MULTICAST_LEFT);
}

static void report_is_overdue(struct timer *timer, uint64_t now_ms)
{
	struct joined_group *g =
		(struct joined_group *)((char *)timer - offsetof(struct joined_group, expiry));

	(void)now_ms;
	leave(find(g->listener, &g->address), COUNT_MULTICAST_EXPIRED);
}

/* --- What registrations do --- */

static void registered(const struct registration *r, bool is_new)
{
	uint32_t chain = chain_of(&r->care_of);

	if (places[r->slot].chain != chain + 1) {
		unlink_place(r->slot);
		link_place(r->slot, chain);
	}
	if (is_new)
		listener_of(r, monotonic_ms() + FIRST_QUERY_MS);
}

static void ended(const struct registration *r, bool is_last)
{
	struct listener *listener = places[r->slot].listener;

	(void)is_last;
	unlink_place(r->slot);
	if (listener == NULL)
		return;
	while (listener->groups != NULL)
		leave(&listener->groups, COUNT_MULTICAST_EXPIRED);
	forget(listener);
}

/* --- What is asked --- */

/* RFC 3810 §5.1.14 wants a link-local source; nothing depends on it (RFC 6275 §10.4.3). This one has the interface identifier of
 * the home agent address. */
static struct ip_addr link_local_of(const struct ip_addr *home_agent)
{
	struct ip_addr local = {.bytes = {0xfe, 0x80}};

	memcpy(local.bytes + 8, home_agent->bytes + 8, 8);
	return local;
}

static void send_query(const struct registration *r)
{
	static const struct ip_addr all_nodes = {.bytes = {0xff, 0x02, [15] = 1}};
	const struct ip_addr source = link_local_of(service_tunnel_address(r->tunnel));
	const struct frame_headers headers = {
		.source = &source,
		.destination = &all_nodes,
		.hop_limit = FRAME_HOP_LIMIT_MLD,
		.router_alert = true,
	};
	uint8_t message[MLD_QUERY_OCTETS];
	uint8_t packet[PACKET_OCTETS];

	mld_query_encode((uint16_t)response_ms, interval_ms / 1000, message);
	if (send_in_tunnel(0, r, packet,
			   frame_write_packet(packet, &headers, message, sizeof(message))))
		count(COUNT_MULTICAST_QUERIES);
}

/* One that is new is asked once, and forgotten when it says nothing. */
static void query_is_due(struct timer *timer, uint64_t now_ms)
{
	struct listener *listener =
		(struct listener *)((char *)timer - offsetof(struct listener, query));
	uint64_t next_ms = interval_ms;

	if (listener->count == 0 && listener->is_asked) {
		forget(listener);
		return;
	}
	if (listener->count == 0)
		next_ms = response_ms + PATIENCE_MS;
	listener->is_asked = true;
	send_query(registration_at(listener->slot));
	timer_set(&wheel, timer, now_ms + next_ms, query_is_due);
}

unsigned int listeners_poll(void *unused)
{
	(void)unused;
	return places != NULL ? timer_wheel_advance(&wheel, monotonic_ms(), TIMERS_A_TURN) : 0;
}

/* --- What is said --- */

static void act_on(const struct registration *r, struct mld_report report)
{
	uint64_t now_ms = monotonic_ms();
	struct ip_addr group;
	enum mld_wish wish;

	while (mld_report_next(&report, &group, &wish)) {
		if (!multicast_is_global(&group))
			continue;
		if (wish == MLD_WISH_LISTEN)
			wants(r, &group, now_ms);
		else if (wish == MLD_WISH_LEAVE)
			wants_no_more(r, &group);
	}
}

void listeners_receive(struct cursor bytes)
{
	const struct registration *r;
	struct link_message message;
	struct ip6_packet tunnel;
	struct mld_report report;
	uint16_t error_offset;

	if (places == NULL ||
	    ip6_packet_decode(bytes.at, cursor_left(&bytes), &tunnel, &error_offset) !=
		    IP6_PACKET_GOOD ||
	    tunnel.protocol != PROTO_IPV6 || !frame_read_tunnelled(tunnel.payload, &message) ||
	    !mld_report_decode(message.icmp6, &report)) {
		count(COUNT_LISTENER_INVALID);
		return;
	}
	r = issuer(&tunnel, &message.source);
	if (r == NULL) {
		count(COUNT_LISTENER_UNKNOWN);
		return;
	}
	act_on(r, report);
	count(COUNT_LISTENER_HEARD);
}
