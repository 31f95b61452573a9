/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/discovery.h"

#include <sys/random.h>

#include <rte_random.h>

#include "checksum.h"
#include "counters.h"
#include "foreign_agent/advertisement.h"
#include "foreign_agent/challenge.h"
#include "foreign_agent/node_record.h"
#include "foreign_agent/visitor.h"
#include "ha/time.h"
#include "ha/wire/ip4.h"
#include "limiter.h"
#include "link/link.h"
#include "log.h"
#include "mip4/message.h"
#include "router/ra_schedule.h"

enum {
	ADVERTISEMENT_TTL = 1,
	LIFETIME_FACTOR = 3, /* RFC 1256 §4.1 */
	LIFETIME_MAX_S = 9000,
	SPACING_MS = 1000, /* between answers to everybody */
	LOG_INTERVAL_MS = 10000,
	PACKET_OCTETS_MAX = sizeof(struct ip4_hdr_wire) + ADVERTISEMENT_OCTETS_MAX,
};

static const struct ip_addr all_systems = {
	.bytes = {[10] = 0xff, [11] = 0xff, [12] = 224, [15] = 1}};

struct advertiser {
	const struct agent_advertisement_config *config; /* NULL: the link has no agent */
	const struct foreign_agent_config *foreign;	 /* NULL: none there */
	const struct home_network_config *home;		 /* the same */
	struct ip_addr address;
	struct ra_schedule schedule;
	bool solicited; /* what is due next answers somebody */
	uint16_t sequence;
	uint16_t last_sequence;
	struct challenge_window challenges;
	uint64_t log_after_ms;
};

static const struct config *config;
static struct advertiser advertisers[PORTS_MAX]; /* by link */

static struct advertiser *of_port(uint16_t port)
{
	int link = link_of_port(port);

	return link != LINK_NONE && advertisers[link].config != NULL ? &advertisers[link] : NULL;
}

static bool has_challenges(const struct advertiser *a)
{
	return a->foreign != NULL && a->foreign->challenge;
}

/* --- What is said --- */

static uint16_t flags_of(const struct advertiser *a)
{
	const struct foreign_agent_config *f = a->foreign;
	bool revocation = f != NULL ? config->visiting.revocation : config->mip4.revocation;
	uint16_t flags = a->home != NULL ? ADVERTISEMENT_HOME_AGENT : 0;

	if (revocation)
		flags |= ADVERTISEMENT_REVOCATION;
	if (f == NULL)
		return flags;
	flags |= ADVERTISEMENT_FOREIGN_AGENT;
	if (f->registration_required)
		flags |= ADVERTISEMENT_REGISTRATION_REQUIRED;
	if (visitor_is_full())
		flags |= ADVERTISEMENT_BUSY;
	if (f->minimal_encapsulation)
		flags |= ADVERTISEMENT_MINIMAL;
	if (f->gre)
		flags |= ADVERTISEMENT_GRE;
	if (f->reverse_tunnel != REVERSE_TUNNEL_OFF)
		flags |= ADVERTISEMENT_REVERSE_TUNNEL;
	return flags;
}

static uint16_t lifetime_s(const struct agent_advertisement_config *c)
{
	uint32_t most_s = LIFETIME_FACTOR * c->max_interval_ms / 1000;

	if (c->lifetime_s != 0)
		return (uint16_t)c->lifetime_s;
	if (most_s > LIFETIME_MAX_S)
		return LIFETIME_MAX_S;
	return most_s != 0 ? (uint16_t)most_s : 1;
}

static struct advertisement describe(const struct advertiser *a)
{
	struct advertisement said = {
		.prefix_length = (uint8_t)a->config->prefix_length,
		.lifetime_s = lifetime_s(a->config),
		.sequence = a->sequence,
		.registration_lifetime_s =
			mip4_lifetime(a->foreign != NULL ? a->foreign->max_lifetime_s
							 : config->mip4.max_lifetime_s),
		.flags = flags_of(a),
	};

	if (a->config->default_router)
		said.router = a->address;
	if (a->foreign != NULL) {
		said.care_of = a->foreign->care_of;
		said.care_of_count = a->foreign->care_of_count;
	}
	if (has_challenges(a))
		said.challenge = challenge_newest(&a->challenges);
	return said;
}

/* --- Sending --- */

/* RFC 5944 §2.1: the TTL is 1 in all of them. */
static uint16_t write_packet(const struct advertiser *a, const struct advertisement *said,
			     const struct ip_addr *to, uint8_t out[static PACKET_OCTETS_MAX])
{
	uint8_t message[ADVERTISEMENT_OCTETS_MAX];
	uint16_t octets = advertisement_encode(said, message);
	uint16_t total = (uint16_t)(sizeof(struct ip4_hdr_wire) + octets);
	struct ip4_hdr_wire header = {
		.version_ihl = IP4_VERSION_IHL,
		.total_length_be = htobe16(total),
		.ttl = ADVERTISEMENT_TTL,
		.protocol = PROTO_ICMP,
	};

	memcpy(header.source, ip4_octets(&a->address), sizeof(header.source));
	memcpy(header.destination, ip4_octets(to), sizeof(header.destination));
	header.checksum_be = htobe16(plain_checksum((const uint8_t *)&header, sizeof(header)));
	memcpy(out, &header, sizeof(header));
	memcpy(out + sizeof(header), message, octets);
	return total;
}

static void went_out(struct advertiser *a, bool sent)
{
	if (!sent)
		return;
	count(COUNT_AGENT_ADVERTISEMENTS_SENT);
	a->last_sequence = a->sequence;
	a->sequence = advertisement_sequence_after(a->sequence);
}

static void send_to_all(uint16_t link, struct advertiser *a, const struct advertisement *said)
{
	uint8_t packet[PACKET_OCTETS_MAX];
	uint16_t octets = write_packet(a, said, &all_systems, packet);

	went_out(a, link_send_group4(link, packet, octets));
}

/* RFC 5944 §2.1: to the link-layer address that asked. */
static bool send_to_one(uint16_t link, const struct advertiser *a, const struct advertisement *said,
			const uint8_t mac[static 6], const struct ip_addr *to)
{
	uint8_t packet[PACKET_OCTETS_MAX];
	uint16_t octets = write_packet(a, said, to, packet);

	return link_send_packet(link, mac, packet, octets);
}

/* RFC 4721 §2.1: an answer tells no new challenge. Without a random number the last one goes on. */
static void renew_challenge(struct advertiser *a)
{
	uint8_t random[CHALLENGE_OCTETS];

	if (has_challenges(a) && getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random))
		challenge_advance(&a->challenges, random);
}

static void send_due(uint16_t link, struct advertiser *a, uint64_t now_ms)
{
	struct advertisement said;

	if (!a->solicited)
		renew_challenge(a);
	a->solicited = false;
	said = describe(a);
	send_to_all(link, a, &said);
	ra_schedule_sent(&a->schedule, now_ms, rte_rand());
	if (!a->config->enabled)
		a->schedule.next_ms = UINT64_MAX;
}

/* --- Hearing --- */

const struct challenge_window *discovery_challenges(uint16_t port)
{
	const struct advertiser *a = of_port(port);

	return a != NULL && has_challenges(a) ? &a->challenges : NULL;
}

static const uint8_t *challenge_for(const struct advertiser *a, const struct ip_addr *key)
{
	uint8_t random[CHALLENGE_OCTETS];

	if (!has_challenges(a) || getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return NULL;
	return challenge_next(&a->challenges, node_record_find(key), random);
}

const uint8_t *discovery_challenge_for(uint16_t port, const struct ip_addr *key)
{
	const struct advertiser *a = of_port(port);

	return a != NULL ? challenge_for(a, key) : NULL;
}

/* Answers to one station are bounded by what one station may cause. */
static bool may_answer(const struct link_message4 *message, uint64_t now_ms)
{
	const struct ip_addr station = node_record_station(message->source_mac);

	return ip4_number(&message->source) != 0 && limiter_allows(&station, now_ms);
}

/* Who has an address is answered there, without delay: it may be between two links. The others, and what is over the limit, with
 * everybody else. */
static void solicitation(const struct link_message4 *message)
{
	struct advertiser *a = &advertisers[message->link];
	uint64_t now_ms = monotonic_ms();
	struct advertisement said;

	if (!solicitation_is_valid(message->icmp, &message->source)) {
		count(COUNT_AGENT_DISCOVERY_INVALID);
		return;
	}
	count(COUNT_AGENT_SOLICITATIONS);
	if (a->config == NULL)
		return;
	if (!may_answer(message, now_ms)) {
		if (!ra_schedule_is_due(&a->schedule, now_ms))
			a->solicited = true;
		ra_schedule_solicited(&a->schedule, now_ms, rte_rand());
		return;
	}
	said = describe(a);
	said.challenge = challenge_for(a, &message->source);
	went_out(a, send_to_one(message->link, a, &said, message->source_mac, &message->source));
}

/* RFC 5944 §3.7 knows no use of them for an agent. In our own name they are forged: mobile nodes may be led astray. */
static void others_advertisement(const struct link_message4 *message)
{
	struct advertiser *a = &advertisers[message->link];
	uint64_t now_ms = monotonic_ms();

	if (a->config == NULL || !ip_addr_equal(&message->source, &a->address)) {
		count(COUNT_AGENT_ADVERTISEMENTS_OTHERS);
		return;
	}
	count(COUNT_AGENT_ADVERTISEMENTS_FORGED);
	if (now_ms < a->log_after_ms)
		return;
	a->log_after_ms = now_ms + LOG_INTERVAL_MS;
	log_warning("%s: somebody else advertises in the name of this agent, from "
		    "%02x:%02x:%02x:%02x:%02x:%02x",
		    link_interface(message->link), message->source_mac[0], message->source_mac[1],
		    message->source_mac[2], message->source_mac[3], message->source_mac[4],
		    message->source_mac[5]);
}

void discovery_tell_revoked(uint16_t port, const uint8_t mac[static 6], const struct ip_addr *home)
{
	struct advertiser *a = of_port(port);
	struct advertisement said;

	if (a == NULL)
		return;
	said = describe(a);
	said.sequence = 0;
	if (send_to_one((uint16_t)(a - advertisers), a, &said, mac, home))
		count(COUNT_AGENT_ADVERTISEMENTS_SENT);
}

uint16_t discovery_sequence(uint16_t port)
{
	const struct advertiser *a = of_port(port);

	return a != NULL ? a->last_sequence : 0;
}

/* --- Start and stop --- */

static void start_one(struct advertiser *a, uint64_t now_ms)
{
	const struct agent_advertisement_config *c = a->config;
	uint32_t min_ms = c->min_interval_ms != 0 ? c->min_interval_ms : c->max_interval_ms / 4 * 3;

	ra_schedule_start(&a->schedule, min_ms, c->max_interval_ms, SPACING_MS, now_ms);
	renew_challenge(a);
	if (!c->enabled)
		a->schedule.next_ms = UINT64_MAX;
}

/* A foreign agent says how a link is told; the home agent of such a link adds its flag. */
static void find_agents(void)
{
	for (uint16_t i = 0; i < config->port_count; i++) {
		const struct foreign_agent_config *f = &config->ports[i].foreign_agent;
		int link = f->enabled ? link_of_port(i) : LINK_NONE;

		if (link != LINK_NONE)
			advertisers[link] = (struct advertiser){
				.config = &f->advertisements, .foreign = f, .address = f->address};
	}
	for (uint16_t i = 0; i < config->mip4.network_count; i++) {
		const struct home_network_config *home = &config->mip4.networks[i];
		int link = link_of_network(i);
		struct advertiser *a = link != LINK_NONE ? &advertisers[link] : NULL;

		if (a == NULL || a->home != NULL)
			continue;
		a->home = home;
		if (a->foreign != NULL)
			continue;
		a->config = &home->home_link.agent_advertisements;
		a->address = home->home_agent;
	}
}

void discovery_start(const struct config *c)
{
	uint64_t now_ms = monotonic_ms();

	config = c;
	memset(advertisers, 0, sizeof(advertisers));
	find_agents();
	for (uint16_t i = 0; i < link_count(); i++)
		if (advertisers[i].config != NULL)
			start_one(&advertisers[i], now_ms);
	link_handle4(ICMP_ROUTER_SOLICITATION, solicitation);
	link_handle4(ICMP_ROUTER_ADVERTISEMENT, others_advertisement);
}

/* RFC 1256 §4.1.2: an agent that stops says so. */
void discovery_stop(void)
{
	for (uint16_t i = 0; i < link_count(); i++) {
		struct advertisement said;

		if (advertisers[i].config == NULL || !advertisers[i].config->enabled)
			continue;
		said = describe(&advertisers[i]);
		said.lifetime_s = 0;
		send_to_all(i, &advertisers[i], &said);
	}
	link_handle4(ICMP_ROUTER_SOLICITATION, NULL);
	link_handle4(ICMP_ROUTER_ADVERTISEMENT, NULL);
	memset(advertisers, 0, sizeof(advertisers));
}

unsigned int discovery_poll(void *unused)
{
	uint64_t now_ms = monotonic_ms();
	unsigned int sent = 0;

	(void)unused;
	for (uint16_t i = 0; i < link_count(); i++) {
		if (advertisers[i].config == NULL ||
		    !ra_schedule_is_due(&advertisers[i].schedule, now_ms))
			continue;
		send_due(i, &advertisers[i], now_ms);
		sent++;
	}
	return sent;
}
