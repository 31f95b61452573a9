/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/advertise.h"

#include <rte_random.h>

#include "counters.h"
#include "ha/time.h"
#include "link/link.h"
#include "log.h"
#include "router/home_link.h"
#include "router/ra_conflict.h"
#include "router/ra_schedule.h"
#include "service.h"

enum {
	SHORT_INTERVAL_MS = 200, /* RFC 6275 §7.5: below it mobile nodes are given some slack */
	INTERVAL_SLACK_MS = 20,
	DEFAULT_LIFETIME_FACTOR = 3, /* RFC 4861 §6.2.1 */
	DEFAULT_LIFETIME_MAX_S = 9000,
	LONG_INTERVAL_MS = 9000,
	LOG_INTERVAL_MS = 10000, /* of conflicts on one link */
};

static const struct ip_addr all_nodes = {.bytes = {0xff, 0x02, [15] = 1}};

struct advertiser {
	const struct home_link_config *config; /* of the prefix that says how; NULL: link unused */
	const struct home_prefix_config *prefix;
	bool sends;
	struct ra_schedule schedule;
	struct home_agents_list others;
	uint64_t log_after_ms;
};

static struct advertiser advertisers[PORTS_MAX]; /* by link */

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* RFC 4861 §6.2.1; with short intervals three quarters, the most it allows. */
static uint32_t min_interval_ms(const struct router_advertisement_config *c)
{
	if (c->min_interval_ms != 0)
		return c->min_interval_ms;
	return c->max_interval_ms >= LONG_INTERVAL_MS ? c->max_interval_ms / 3
						      : c->max_interval_ms * 3 / 4;
}

static uint16_t router_lifetime_s(const struct router_advertisement_config *c)
{
	uint32_t lifetime_s = DEFAULT_LIFETIME_FACTOR * c->max_interval_ms / 1000;

	if (!c->default_router)
		return 0;
	if (c->lifetime_s != 0)
		return (uint16_t)c->lifetime_s;
	return (uint16_t)least(lifetime_s == 0 ? 1 : lifetime_s, DEFAULT_LIFETIME_MAX_S);
}

static uint16_t home_agent_lifetime_s(const struct home_link_config *c)
{
	if (c->home_agent_lifetime_s != 0)
		return (uint16_t)c->home_agent_lifetime_s;
	return router_lifetime_s(&c->advertisements);
}

static void describe(uint16_t link, const struct advertiser *a, struct router_advertisement *ra)
{
	const struct router_advertisement_config *c = &a->config->advertisements;
	uint32_t max_ms = c->max_interval_ms;

	*ra = (struct router_advertisement){
		.hop_limit = (uint8_t)c->hop_limit,
		.flags = RA_FLAG_HOME_AGENT,
		.lifetime_s = router_lifetime_s(c),
		.reachable_ms = c->reachable_ms,
		.retransmit_ms = c->retransmit_ms,
		.mtu = c->mtu,
		.interval_ms = max_ms < SHORT_INTERVAL_MS ? max_ms + INTERVAL_SLACK_MS : max_ms,
		.has_link_layer = true,
		.preference = (uint16_t)a->config->preference,
		.home_agent_lifetime_s = home_agent_lifetime_s(a->config),
	};
	memcpy(ra->link_layer, link_mac(link), sizeof(ra->link_layer));
	/* RFC 6275 §7.4: not when it says nothing. */
	ra->has_home_agent = ra->preference != 0 || ra->home_agent_lifetime_s != ra->lifetime_s;
	ra->prefix_count = home_link_prefixes(&a->prefix->prefix.addr, ra->prefixes);
}

static bool send_to_all(uint16_t link, const struct router_advertisement *ra)
{
	const struct ip_addr *from = link_local(link);
	uint8_t message[RA_OCTETS_MAX];
	uint16_t octets = ra_encode(ra, message);

	if (from == NULL || !link_send_multicast(link, from, &all_nodes, message, octets))
		return false;
	count(COUNT_RA_SENT);
	return true;
}

/* While the interface has no link-local address, it is tried again at the next interval. */
static void send_due(uint16_t link, struct advertiser *a, uint64_t now_ms)
{
	struct router_advertisement ra;

	describe(link, a, &ra);
	send_to_all(link, &ra);
	ra_schedule_sent(&a->schedule, now_ms, rte_rand());
}

static void solicitation(const struct link_message *message)
{
	struct advertiser *a = &advertisers[message->link];

	if (!rs_is_valid(message->icmp6, ip_addr_is_unspecified(&message->source))) {
		count(COUNT_RA_INVALID);
		return;
	}
	count(COUNT_RS_RECEIVED);
	if (a->sends)
		ra_schedule_solicited(&a->schedule, monotonic_ms(), rte_rand());
}

/* RFC 4861 §6.2.7; 6275 §10.6.1: mobile nodes are told the prefixes of one home agent only. */
static void compare(const struct link_message *message, struct advertiser *a,
		    const struct router_advertisement *theirs)
{
	uint64_t now_ms = monotonic_ms();
	struct router_advertisement ours;
	enum ra_conflict conflict;
	char text[IP_ADDR_TEXT];

	describe(message->link, a, &ours);
	conflict = ra_conflict_find(&ours, a->sends, theirs);
	if (conflict == RA_CONFLICT_NONE)
		return;
	count(COUNT_RA_INCONSISTENT);
	if (now_ms < a->log_after_ms)
		return;
	a->log_after_ms = now_ms + LOG_INTERVAL_MS;
	log_warning("home link %s: router %s advertises %s; have all home agents of a link "
		    "configured alike",
		    link_interface(message->link), ip_addr_format(&message->source, text),
		    ra_conflict_texts[conflict]);
}

/* A switch may bring back what was sent, and somebody else may say it: this home agent is no other one. */
static bool is_own(const struct link_message *message)
{
	const struct ip_addr *own = link_local(message->link);

	return own != NULL && ip_addr_equal(&message->source, own);
}

static void advertisement(const struct link_message *message)
{
	struct advertiser *a = &advertisers[message->link];
	struct router_advertisement ra;

	if (!ip_addr_is_link_local(&message->source) || !ra_decode(message->icmp6, &ra)) {
		count(COUNT_RA_INVALID);
		return;
	}
	count(COUNT_RA_RECEIVED);
	if (is_own(message))
		return;
	if (!home_agents_learn(&a->others, &message->source, &ra, monotonic_ms()))
		count(COUNT_HOME_AGENTS_FULL);
	compare(message, a, &ra);
}

/* The first prefix of a link that has advertisements enabled says how; else the first one. */
static void take_config(struct advertiser *a, const struct home_prefix_config *prefix)
{
	if (a->config != NULL && (a->sends || !prefix->home_link.advertisements.enabled))
		return;
	a->config = &prefix->home_link;
	a->prefix = prefix;
	a->sends = prefix->home_link.advertisements.enabled;
}

void advertise_start(const struct config *config)
{
	uint64_t now_ms = monotonic_ms();

	memset(advertisers, 0, sizeof(advertisers));
	for (uint16_t i = 0; i < config->home_prefix_count; i++)
		if (link_of_prefix(i) != LINK_NONE)
			take_config(&advertisers[link_of_prefix(i)], &config->home_prefixes[i]);
	for (uint16_t i = 0; i < link_count(); i++) {
		const struct router_advertisement_config *c;

		if (!advertisers[i].sends)
			continue;
		c = &advertisers[i].config->advertisements;
		ra_schedule_start(&advertisers[i].schedule, min_interval_ms(c), c->max_interval_ms,
				  c->min_delay_ms, now_ms);
	}
	link_handle(ICMP6_ROUTER_SOLICITATION, solicitation);
	link_handle(ICMP6_ROUTER_ADVERTISEMENT, advertisement);
}

/* RFC 4861 §6.2.5: neither a default router nor a home agent any more. */
void advertise_stop(void)
{
	for (uint16_t i = 0; i < link_count(); i++) {
		struct router_advertisement ra;

		if (!advertisers[i].sends)
			continue;
		describe(i, &advertisers[i], &ra);
		ra.flags &= (uint8_t)~RA_FLAG_HOME_AGENT;
		ra.has_home_agent = false;
		ra.lifetime_s = 0;
		send_to_all(i, &ra);
	}
	link_handle(ICMP6_ROUTER_SOLICITATION, NULL);
	link_handle(ICMP6_ROUTER_ADVERTISEMENT, NULL);
	memset(advertisers, 0, sizeof(advertisers));
}

void advertise_soon(void)
{
	for (uint16_t i = 0; i < link_count(); i++)
		if (advertisers[i].sends)
			ra_schedule_solicited(&advertisers[i].schedule, monotonic_ms(), rte_rand());
}

const struct home_agents_list *advertise_others_on(uint16_t link)
{
	home_agents_expire(&advertisers[link].others, monotonic_ms());
	return &advertisers[link].others;
}

const struct home_agents_list *advertise_others(const struct ip_addr *home)
{
	static const struct home_agents_list nobody;
	int link = link_of_address(home);

	return link != LINK_NONE ? advertise_others_on((uint16_t)link) : &nobody;
}

uint16_t advertise_preference(const struct ip_addr *home)
{
	int link = link_of_address(home);

	return link != LINK_NONE ? (uint16_t)advertisers[link].config->preference : 0;
}

unsigned int advertise_poll(void *unused)
{
	uint64_t now_ms = monotonic_ms();
	unsigned int sent = 0;

	(void)unused;
	for (uint16_t i = 0; i < link_count(); i++)
		if (advertisers[i].sends && ra_schedule_is_due(&advertisers[i].schedule, now_ms)) {
			send_due(i, &advertisers[i], now_ms);
			sent++;
		}
	return sent;
}
