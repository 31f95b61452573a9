/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Registration requests through the real decoder, authenticators, decision and encoder, over stand-ins for tables and for sending.
 */
#include "mip4/home_agent.h"

#include <errno.h>

#include "admission.h"
#include "auth/keyed_hash.h"
#include "counters.h"
#include "ha/encap.h"
#include "ha/exchange.h"
#include "ha/time.h"
#include "limiter.h"
#include "link/arp_proxy.h"
#include "link/link.h"
#include "mip4/assign.h"
#include "mip4/auth.h"
#include "mip4/home_agent_reply.h"
#include "mip4/message.h"
#include "mip4/revocation.h"
#include "registration/registration.h"
#include "send4.h"
#include "service.h"
#include "service4.h"
#include "support/unit.h"

static struct config config;
static struct mobile_node node;
static struct mobile_node4 node4;
static struct mobile_node other; /* of Mobile IPv6, with the same table */
static char nai[] = "alice@example.com";
static struct home_network_config network;
static struct registration existing;
static bool exists;
static bool is_limited;
static bool has_home_link;
static int apply_result;
static unsigned int proposed;

static struct {
	unsigned int applied;
	unsigned int withdrawn;
	unsigned int assigned;
	unsigned int came_home;
	bool withdrawn_all;
	struct registration_order order;
} did;

static struct {
	unsigned int count;
	bool on_link;
	uint8_t mac[6];
	struct ip_addr from;
	struct ip_addr to;
	uint16_t from_port;
	uint16_t to_port;
	uint8_t octets[MIP4_MESSAGE_MAX];
	uint16_t length;
	struct mip4_reply reply;
} sent;

static struct ip_addr address(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return ip4_mapped((const uint8_t[4]){a, b, c, d});
}

struct mobile_node *mobile_nodes_find(const struct mobile_nodes *unused, const struct ip_addr *home)
{
	if (ip_addr_equal(home, &node.home))
		return &node;
	return ip_addr_equal(home, &other.home) ? &other : NULL;
}

struct mobile_node *mobile_nodes_find_identifier(const struct mobile_nodes *unused,
						 const uint8_t *identifier, size_t length)
{
	return length == strlen(nai) && memcmp(identifier, nai, length) == 0 ? &node : NULL;
}

const struct registration *registration_find(const struct ip_addr *home)
{
	return exists && ip_addr_equal(home, &existing.home) ? &existing : NULL;
}

const struct registration *registration_find_at(const struct ip_addr *home,
						const struct ip_addr *care_of)
{
	return registration_find(home) != NULL && ip_addr_equal(care_of, &existing.care_of)
		       ? &existing
		       : NULL;
}

bool registration_is_full(void)
{
	return false;
}

int registration_apply(const struct registration_order *order)
{
	did.applied++;
	did.order = *order;
	return apply_result;
}

unsigned int registration_withdraw(const struct ip_addr *home, const struct ip_addr *care_of)
{
	did.withdrawn++;
	did.withdrawn_all = care_of == NULL;
	return 1;
}

bool assign_propose(const struct mobile_nodes *unused, const struct mobile_node *n,
		    const struct ip_addr *home_agent, struct ip_addr *home)
{
	proposed++;
	*home = address(10, 1, 0, 77);
	return true;
}

bool assign_is_free(const struct mobile_nodes *unused, const struct ip_addr *home)
{
	return false;
}

void assign_take(struct mobile_nodes *unused, struct mobile_node *n, const struct ip_addr *home)
{
	did.assigned += home->bytes[15] == 77;
}

void arp_node_home(const struct ip_addr *home, const uint8_t mac[static 6])
{
	did.came_home++;
}

uint32_t mip4_revocation_clock(void)
{
	return 1000;
}

bool limiter_allows(const struct ip_addr *source, uint64_t now_ms)
{
	return !is_limited;
}

int link_of_network(uint16_t index)
{
	return has_home_link ? 0 : LINK_NONE;
}

int link_of_port(uint16_t port)
{
	return port == 0 ? 0 : LINK_NONE;
}

bool service_is_ours(const struct ip_addr *a)
{
	return ip_addr_equal(a, &network.home_agent);
}

int service4_home_agent_of(const struct ip_addr *a)
{
	return ip_addr_equal(a, &network.home_agent) ? 0 : -1;
}

const struct ip_addr *service4_agent_address(uint16_t agent)
{
	return &network.home_agent;
}

uint16_t service4_tunnel(uint16_t agent, enum encap_kind kind)
{
	return tunnel4_number(agent, kind);
}

int service4_network_of(const struct ip_addr *home)
{
	return home->bytes[12] == 10 ? 0 : -1;
}

const struct home_network_config *service4_network_at(uint16_t index)
{
	return &network;
}

bool service4_is_broadcast(const struct ip_addr *a)
{
	return a->bytes[15] == 255;
}

static void note_sent(const struct ip_addr *from, uint16_t from_port, const struct ip_addr *to,
		      uint16_t to_port, const uint8_t *payload, uint16_t octets)
{
	sent.count++;
	sent.from = *from;
	sent.to = *to;
	sent.from_port = from_port;
	sent.to_port = to_port;
	sent.length = octets;
	memcpy(sent.octets, payload, octets);
	CU_ASSERT_EQUAL(mip4_reply_decode(cursor_of(sent.octets, octets), &sent.reply),
			MIP4_DECODED);
}

bool send4_udp(uint16_t worker, const struct ip_addr *from, uint16_t from_port,
	       const struct ip_addr *to, uint16_t to_port, const uint8_t *payload, uint16_t octets)
{
	note_sent(from, from_port, to, to_port, payload, octets);
	return true;
}

bool send4_udp_on_link(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *from,
		       uint16_t from_port, const struct ip_addr *to, uint16_t to_port,
		       const uint8_t *payload, uint16_t octets)
{
	note_sent(from, from_port, to, to_port, payload, octets);
	sent.on_link = true;
	memcpy(sent.mac, mac, sizeof(sent.mac));
	return true;
}

static const struct mip4_association foreign = {
	.spi = 700,
	.algorithm = MIP4_HMAC_SHA256,
	.key_octets = 16,
	.key = "foreign agent   ",
};

static void begin(void)
{
	config = (struct config){
		.timestamp_window_s = 7,
		.mip4 =
			{
				.network_count = 1,
				.max_lifetime_s = 1800,
				.gre = true,
				.simultaneous_bindings = 2,
				.broadcasts = true,
				.answer_wrong_authentication = true,
				.nat_traversal = true,
				.nat_keepalive_s = 30,
				.nat_max_lifetime_s = 60,
				.revocation = true,
				.foreign_agent_count = 1,
			},
		.accept_registrations = true,
	};
	config.mip4.foreign_agents[0] =
		(struct mip4_peer_config){address(198, 51, 100, 1), foreign};
	network = (struct home_network_config){.home_agent = address(192, 0, 2, 1)};
	network.home_link.kind = HOME_LINK_VIRTUAL;
	node4 = (struct mobile_node4){
		.association = {.spi = 256, .key_octets = 16, .key = "mobile node key "}};
	node = (struct mobile_node){
		.home = address(10, 1, 0, 5),
		.ip4 = &node4,
		.identifier = nai,
		.identifier_length = (uint8_t)strlen(nai),
		.auth = AUTH_MIP4,
		.replay = REPLAY_TIMESTAMP,
	};
	other = (struct mobile_node){.home = {{0x20, 1}}};
	exists = false;
	is_limited = false;
	has_home_link = false;
	apply_result = 0;
	proposed = 0;
	memset(&did, 0, sizeof(did));
	memset(&sent, 0, sizeof(sent));
	memset(counters, 0, sizeof(uint64_t) * CONTROL_COUNTER_COUNT);
	memset(registration_codes, 0, sizeof(uint64_t) * REGISTRATION_CODES);
	admission_start(&config);
	home_agent_start(&config, NULL);
	home_agent_reply_start(&config);
}

/* A request that is right; fields and what is behind it change it. */
struct asked {
	struct mip4_request request;
	struct ip_addr source;
	struct ip_addr destination;
	const struct mip4_association *mn_ha;
	const struct mip4_association *fa_ha;
	bool with_nai;
	bool with_udp;
	bool with_support;
	bool is_changed;
};

static struct asked ask(void)
{
	return (struct asked){
		.request =
			{
				.flags = MIP4_FLAG_COLOCATED,
				.lifetime_s = 600,
				.home = address(10, 1, 0, 5),
				.home_agent = address(192, 0, 2, 1),
				.care_of = address(203, 0, 113, 9),
				.identification = time_of_day_ntp(),
			},
		.source = address(203, 0, 113, 9),
		.destination = address(192, 0, 2, 1),
		.mn_ha = &node4.association,
	};
}

static size_t write_request(const struct asked *a, uint8_t message[static MIP4_MESSAGE_MAX])
{
	const struct mip4_revocation_support support = {.inform = true, .timestamp = 77};
	const struct mip4_udp_request udp = {0};
	struct writer w = writer_of(message, MIP4_MESSAGE_MAX);

	mip4_request_encode(&a->request, &w);
	if (a->with_nai)
		mip4_nai_append((const uint8_t *)nai, (uint8_t)strlen(nai), &w);
	if (a->with_udp)
		mip4_udp_request_append(&udp, &w);
	if (a->with_support && a->fa_ha == NULL)
		mip4_revocation_support_append(&support, &w);
	if (a->mn_ha != NULL)
		mip4_auth_append(MIP4_EXT_MN_HA, a->mn_ha, message, &w);
	if (a->with_support && a->fa_ha != NULL)
		mip4_revocation_support_append(&support, &w);
	if (a->fa_ha != NULL)
		mip4_auth_append(MIP4_EXT_FA_HA, a->fa_ha, message, &w);
	return (size_t)(w.at - message);
}

/* The frame it came in lies in front of it. */
static void request(const struct asked *a)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
	struct {
		uint8_t frame[14];
		uint8_t ip[20];
	} arrived = {0};
	uint8_t message[MIP4_MESSAGE_MAX];
	size_t octets = write_request(a, message);
	const struct punt punt = {.port = 0};
	const struct ip4_packet packet = {
		.arrival = &punt,
		.source = a->source,
		.destination = a->destination,
		.whole = cursor_of(arrived.ip, sizeof(arrived.ip)),
	};
	const struct udp_datagram datagram = {5000, MIP4_PORT, cursor_of(message, octets)};

	if (a->is_changed)
		message[2] ^= 1;
	memcpy(arrived.frame + 6, mac, sizeof(mac));
	home_agent_request(3, &packet, &datagram);
}

/* The reply is proved by the mobile node's association, whatever it says. */
static void expect_reply(uint8_t code)
{
	CU_ASSERT_EQUAL_FATAL(sent.count, 1);
	CU_ASSERT_EQUAL(sent.reply.code, code);
	CU_ASSERT_EQUAL(registration_codes[code], 1);
	CU_ASSERT_TRUE(mip4_auth_verify(&node4.association, cursor_of(sent.octets, sent.length),
					&sent.reply.extensions.mn_ha));
	CU_ASSERT_EQUAL(sent.from_port, MIP4_PORT);
	CU_ASSERT_EQUAL(sent.to_port, 5000);
}

static void a_right_request_is_put_in_force_and_answered(void)
{
	struct asked a = ask();

	begin();
	a.request.flags |=
		MIP4_FLAG_SIMULTANEOUS | MIP4_FLAG_BROADCAST | MIP4_FLAG_REVERSE | MIP4_FLAG_GRE;
	request(&a);
	expect_reply(MIP4_ACCEPTED);
	CU_ASSERT_TRUE(ip_addr_equal(&sent.from, &a.destination));
	CU_ASSERT_TRUE(ip_addr_equal(&sent.to, &a.source));
	CU_ASSERT_TRUE(ip_addr_equal(&sent.reply.home, &a.request.home));
	CU_ASSERT_TRUE(ip_addr_equal(&sent.reply.home_agent, &a.request.home_agent));
	CU_ASSERT_EQUAL(sent.reply.lifetime_s, 600);
	CU_ASSERT_EQUAL(sent.reply.identification, a.request.identification);
	CU_ASSERT_EQUAL(did.applied, 1);
	CU_ASSERT_EQUAL(did.order.protocol, REGISTRATION_MIP4);
	CU_ASSERT_EQUAL(did.order.tunnel, tunnel4_number(0, ENCAP_GRE));
	CU_ASSERT_EQUAL(did.order.binding_flags,
			BINDING_BROADCASTS | BINDING_REVERSE | BINDING_COLOCATED);
	CU_ASSERT_TRUE(did.order.keep_others);
	CU_ASSERT_EQUAL(did.order.lifetime_s, 600);
	CU_ASSERT_EQUAL(did.order.spi, 256);
	CU_ASSERT_EQUAL(did.order.source_port, 5000);
	CU_ASSERT_EQUAL(did.order.identification, a.request.identification);
	CU_ASSERT_EQUAL(counters[COUNT_REGISTRATION_ACCEPTED], 1);
	CU_ASSERT_EQUAL(node.last_timestamp_ntp, a.request.identification);
}

/* RFC 2890 §2.1: 0 is a key like any other. */
static void a_tunnel_in_gre_has_the_key_of_its_node(void)
{
	static const uint32_t keys[] = {0, 0x12345678, UINT32_MAX};
	struct asked a = ask();

	a.request.flags |= MIP4_FLAG_GRE | MIP4_FLAG_REVERSE;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		begin();
		node4.has_gre_key = true;
		node4.gre_key = keys[i];
		request(&a);
		expect_reply(MIP4_ACCEPTED);
		CU_ASSERT_EQUAL(did.order.tunnel, tunnel4_number(0, ENCAP_GRE));
		CU_ASSERT_EQUAL(did.order.binding_flags,
				BINDING_GRE_KEY | BINDING_REVERSE | BINDING_COLOCATED);
		CU_ASSERT_EQUAL(did.order.key, keys[i]);
	}
}

static void other_tunnels_of_a_node_with_a_gre_key_have_none(void)
{
	static const uint8_t flags[] = {0, MIP4_FLAG_MINIMAL};
	struct asked a = ask();

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		begin();
		config.mip4.minimal_encapsulation = true;
		node4.has_gre_key = true;
		node4.gre_key = 7;
		a.request.flags = MIP4_FLAG_COLOCATED | flags[i];
		request(&a);
		expect_reply(MIP4_ACCEPTED);
		CU_ASSERT_EQUAL(did.order.binding_flags, BINDING_COLOCATED);
		CU_ASSERT_EQUAL(did.order.key, 0);
	}
}

static void a_request_sent_again_is_refused_with_our_time(void)
{
	struct asked a = ask();

	begin();
	request(&a);
	memset(&sent, 0, sizeof(sent));
	request(&a);
	expect_reply(MIP4_IDENTIFICATION);
	CU_ASSERT_EQUAL((uint32_t)sent.reply.identification, (uint32_t)a.request.identification);
	CU_ASSERT(sent.reply.identification >> 32 >= a.request.identification >> 32);
	CU_ASSERT_EQUAL(did.applied, 1);
}

static void a_duplicate_of_the_binding_in_force_changes_nothing(void)
{
	struct asked a = ask();

	begin();
	exists = true;
	existing = (struct registration){
		.home = a.request.home,
		.care_of = a.request.care_of,
		.identification = a.request.identification,
		.expiry_ms = monotonic_ms() + 100500,
	};
	node.last_timestamp_ntp = a.request.identification;
	request(&a);
	expect_reply(MIP4_ACCEPTED);
	CU_ASSERT_EQUAL(sent.reply.identification, a.request.identification);
	CU_ASSERT(sent.reply.lifetime_s == 100 || sent.reply.lifetime_s == 99);
	CU_ASSERT_EQUAL(did.applied, 0);
}

static void who_cannot_be_known_is_not_answered(void)
{
	static const struct mip4_association stranger = {.spi = 257, .key_octets = 16};
	struct asked a = ask();

	begin();
	a.mn_ha = NULL;
	request(&a);
	CU_ASSERT_EQUAL(silent_counters[SILENT_AUTH_MISSING], 1);
	a.mn_ha = &stranger;
	request(&a);
	CU_ASSERT_EQUAL(silent_counters[SILENT_AUTH_NO_ASSOCIATION], 1);
	a = ask();
	a.request.home = address(10, 1, 0, 6);
	request(&a);
	CU_ASSERT_EQUAL(silent_counters[SILENT_AUTH_NO_ASSOCIATION], 2);
	/* A node of Mobile IPv6 has no association of this kind. */
	other.home = address(10, 1, 0, 6);
	request(&a);
	CU_ASSERT_EQUAL(silent_counters[SILENT_AUTH_NO_ASSOCIATION], 3);
	CU_ASSERT_EQUAL(counters[COUNT_REGISTRATION_SILENT], 4);
	CU_ASSERT_EQUAL(sent.count, 0);
	CU_ASSERT_EQUAL(did.applied, 0);
}

static void a_wrong_authenticator_is_answered_within_the_limit(void)
{
	struct asked a = ask();

	begin();
	a.is_changed = true;
	request(&a);
	expect_reply(MIP4_MN_AUTHENTICATION);
	CU_ASSERT((sent.reply.identification >> 32) - (a.request.identification >> 32) <= 1);
	CU_ASSERT_EQUAL(did.applied, 0);
	CU_ASSERT_EQUAL(node.last_timestamp_ntp, 0);
	is_limited = true;
	request(&a);
	CU_ASSERT_EQUAL(sent.count, 1);
	CU_ASSERT_EQUAL(counters[COUNT_ANSWERS_LIMITED], 1);
}

static void a_forger_does_not_change_the_nonce(void)
{
	struct asked a = ask();

	begin();
	node.replay = REPLAY_NONCE;
	node4.nonce = 5;
	node4.has_nonce = true;
	a.is_changed = true;
	request(&a);
	CU_ASSERT_EQUAL(node4.nonce, 5);
}

static void each_reply_has_the_nonce_of_the_next_request(void)
{
	struct asked a = ask();
	uint32_t nonce;

	begin();
	node.replay = REPLAY_NONCE;
	request(&a);
	expect_reply(MIP4_IDENTIFICATION);
	nonce = (uint32_t)(sent.reply.identification >> 32);
	CU_ASSERT_EQUAL((uint32_t)sent.reply.identification, (uint32_t)a.request.identification);
	memset(&sent, 0, sizeof(sent));
	a.request.identification = (uint64_t)nonce << 32 | 42;
	request(&a);
	expect_reply(MIP4_ACCEPTED);
	CU_ASSERT_EQUAL((uint32_t)sent.reply.identification, 42);
	CU_ASSERT_EQUAL(sent.reply.identification >> 32, node4.nonce);
	CU_ASSERT_NOT_EQUAL(node4.nonce, nonce);
}

/* RFC 5944 §3.8.3.3 e: in every reply, also to one that has proved nothing. */
static void expect_proved_to_foreign_agent(void)
{
	CU_ASSERT_TRUE(mip4_auth_verify(&foreign, cursor_of(sent.octets, sent.length),
					&sent.reply.extensions.fa_ha));
}

static void a_foreign_agent_with_an_association_must_prove_itself(void)
{
	static const struct mip4_association wrong = {
		.spi = 700, .algorithm = MIP4_HMAC_SHA256, .key_octets = 16};
	struct asked a = ask();

	begin();
	a.source = address(198, 51, 100, 1);
	a.request.care_of = a.source;
	a.request.flags = 0;
	request(&a);
	expect_reply(MIP4_FOREIGN_AUTHENTICATION);
	expect_proved_to_foreign_agent();
	memset(&sent, 0, sizeof(sent));
	memset(registration_codes, 0, sizeof(uint64_t) * REGISTRATION_CODES);
	a.request.identification++;
	a.fa_ha = &wrong;
	a.with_support = true;
	request(&a);
	expect_reply(MIP4_FOREIGN_AUTHENTICATION);
	expect_proved_to_foreign_agent();
	CU_ASSERT_FALSE(sent.reply.extensions.has_revocation_support[MIP4_BEHIND]);
	CU_ASSERT_EQUAL(did.applied, 0);
	memset(&sent, 0, sizeof(sent));
	a.request.identification++;
	a.fa_ha = &foreign;
	a.with_support = true;
	request(&a);
	expect_reply(MIP4_ACCEPTED);
	expect_proved_to_foreign_agent();
	CU_ASSERT_TRUE(sent.reply.extensions.has_revocation_support[MIP4_BEHIND]);
	CU_ASSERT_FALSE(sent.reply.extensions.has_revocation_support[MIP4_BEFORE]);
	CU_ASSERT_EQUAL(did.order.revocation,
			REVOCATION_AGREED | REVOCATION_INFORM | REVOCATION_BY_AGENT);
	CU_ASSERT_EQUAL(did.order.revocation_timestamp, 77);
	CU_ASSERT_EQUAL(did.order.binding_flags, 0);
}

static void revocation_is_agreed_with_a_node_only_when_no_agent_stands_in_for_it(void)
{
	struct asked a = ask();

	begin();
	a.with_support = true;
	request(&a);
	expect_reply(MIP4_ACCEPTED);
	CU_ASSERT_TRUE(sent.reply.extensions.has_revocation_support[MIP4_BEFORE]);
	CU_ASSERT_EQUAL(did.order.revocation, REVOCATION_AGREED | REVOCATION_INFORM);
	begin();
	a.request.flags = 0;
	request(&a);
	expect_reply(MIP4_ACCEPTED);
	CU_ASSERT_FALSE(sent.reply.extensions.has_revocation_support[MIP4_BEFORE]);
	CU_ASSERT_EQUAL(did.order.revocation, 0);
}

static void a_node_without_address_gets_one_by_its_nai(void)
{
	struct asked a = ask();

	begin();
	node.home = (struct ip_addr){0};
	a.request.home = address(0, 0, 0, 0);
	a.with_nai = true;
	request(&a);
	expect_reply(MIP4_ACCEPTED);
	CU_ASSERT_EQUAL(sent.reply.home.bytes[15], 77);
	CU_ASSERT_EQUAL(sent.reply.extensions.nai_octets, strlen(nai));
	CU_ASSERT_EQUAL(did.assigned, 1);
	CU_ASSERT_EQUAL(did.order.home.bytes[15], 77);
	/* Who only repeats what it heard gets no pool searched. */
	CU_ASSERT_EQUAL(proposed, 1);
	memset(&sent, 0, sizeof(sent));
	request(&a);
	expect_reply(MIP4_IDENTIFICATION);
	CU_ASSERT_EQUAL(proposed, 1);
}

static void behind_a_nat_the_tunnel_goes_to_the_source_in_udp(void)
{
	struct asked a = ask();

	begin();
	a.request.care_of = address(172, 16, 0, 9);
	a.with_udp = true;
	request(&a);
	expect_reply(MIP4_ACCEPTED);
	CU_ASSERT_TRUE(sent.reply.extensions.has_udp_reply);
	CU_ASSERT_EQUAL(sent.reply.extensions.udp_reply.code, MIP4_UDP_ACCEPTED);
	CU_ASSERT_EQUAL(sent.reply.extensions.udp_reply.keepalive_s, 30);
	CU_ASSERT_EQUAL(sent.reply.lifetime_s, 60);
	CU_ASSERT_EQUAL(did.order.tunnel, tunnel4_number(0, ENCAP_UDP));
	CU_ASSERT_EQUAL(did.order.udp_port, 5000);
	CU_ASSERT_TRUE(ip_addr_equal(&did.order.source, &a.source));
}

static void a_deregistration_takes_one_or_all_out(void)
{
	struct asked a = ask();

	begin();
	a.request.lifetime_s = 0;
	request(&a);
	expect_reply(MIP4_ACCEPTED);
	CU_ASSERT_EQUAL(did.withdrawn, 1);
	CU_ASSERT_FALSE(did.withdrawn_all);
	CU_ASSERT_EQUAL(did.came_home, 0);
	a.request.identification++;
	a.request.care_of = a.request.home;
	request(&a);
	CU_ASSERT_TRUE(did.withdrawn_all);
	CU_ASSERT_EQUAL(did.came_home, 0);
	CU_ASSERT_EQUAL(counters[COUNT_REGISTRATION_DEREGISTERED], 2);
}

static void at_home_on_a_real_link_the_answer_goes_to_the_frame_it_came_from(void)
{
	struct asked a = ask();

	begin();
	has_home_link = true;
	network.home_link.kind = HOME_LINK_INTERFACE;
	a.request.lifetime_s = 0;
	a.request.care_of = a.request.home;
	a.source = a.request.home;
	request(&a);
	expect_reply(MIP4_ACCEPTED);
	CU_ASSERT_TRUE(sent.on_link);
	CU_ASSERT_EQUAL(sent.mac[5], 9);
	CU_ASSERT_EQUAL(did.came_home, 1);
	/* Also when it is refused, and then nothing else happens. */
	memset(&sent, 0, sizeof(sent));
	request(&a);
	expect_reply(MIP4_IDENTIFICATION);
	CU_ASSERT_TRUE(sent.on_link);
	CU_ASSERT_EQUAL(did.came_home, 1);
}

static void a_broadcast_is_answered_from_our_own_address(void)
{
	struct asked a = ask();

	begin();
	a.destination = address(10, 1, 255, 255);
	a.request.home_agent = a.destination;
	request(&a);
	expect_reply(MIP4_UNKNOWN_HOME_AGENT);
	CU_ASSERT_TRUE(ip_addr_equal(&sent.from, &network.home_agent));
	CU_ASSERT_TRUE(ip_addr_equal(&sent.reply.home_agent, &network.home_agent));
}

static void what_finds_no_room_is_refused(void)
{
	struct asked a = ask();

	begin();
	apply_result = -ENOSPC;
	request(&a);
	expect_reply(MIP4_RESOURCES);
	CU_ASSERT_EQUAL(counters[COUNT_REGISTRATION_REFUSED], 1);
}

static void the_operator_decides_whom_to_take_in(void)
{
	struct asked a = ask();

	begin();
	node.prohibited = true;
	request(&a);
	expect_reply(MIP4_PROHIBITED);
	begin();
	admission_drain(true);
	request(&a);
	expect_reply(MIP4_RESOURCES);
	begin();
	admission_accept_registrations(false);
	request(&a);
	expect_reply(MIP4_PROHIBITED);
	begin();
	exists = true;
	existing = (struct registration){.home = a.request.home, .is_revoked = true};
	request(&a);
	expect_reply(MIP4_PROHIBITED);
	CU_ASSERT_EQUAL(did.applied, 0);
}

static void a_cut_or_unknown_extension_ends_silently(void)
{
	const struct punt punt = {.port = 0};
	const struct ip4_packet packet = {.arrival = &punt,
					  .source = address(203, 0, 113, 9),
					  .destination = address(192, 0, 2, 1)};
	struct asked a = ask();
	uint8_t message[MIP4_MESSAGE_MAX];
	size_t octets;

	begin();
	octets = write_request(&a, message);
	for (size_t length = 0; length < octets; length++) {
		const struct udp_datagram cut = {5000, MIP4_PORT, cursor_of(message, length)};

		home_agent_request(3, &packet, &cut);
	}
	/* At 24 octets there is a whole request, without an authenticator. */
	CU_ASSERT_EQUAL(counters[COUNT_REGISTRATION_MALFORMED], octets - 1);
	CU_ASSERT_EQUAL(counters[COUNT_REGISTRATION_SILENT], 1);
	message[MIP4_REQUEST_OCTETS] = 99;
	home_agent_request(3, &packet,
			   &(struct udp_datagram){5000, MIP4_PORT, cursor_of(message, octets)});
	CU_ASSERT_EQUAL(counters[COUNT_REGISTRATION_UNKNOWN_EXTENSION], 1);
	CU_ASSERT_EQUAL(sent.count, 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_right_request_is_put_in_force_and_answered),
		UNIT(a_tunnel_in_gre_has_the_key_of_its_node),
		UNIT(other_tunnels_of_a_node_with_a_gre_key_have_none),
		UNIT(a_request_sent_again_is_refused_with_our_time),
		UNIT(a_duplicate_of_the_binding_in_force_changes_nothing),
		UNIT(who_cannot_be_known_is_not_answered),
		UNIT(a_wrong_authenticator_is_answered_within_the_limit),
		UNIT(a_forger_does_not_change_the_nonce),
		UNIT(each_reply_has_the_nonce_of_the_next_request),
		UNIT(a_foreign_agent_with_an_association_must_prove_itself),
		UNIT(revocation_is_agreed_with_a_node_only_when_no_agent_stands_in_for_it),
		UNIT(a_node_without_address_gets_one_by_its_nai),
		UNIT(behind_a_nat_the_tunnel_goes_to_the_source_in_udp),
		UNIT(a_deregistration_takes_one_or_all_out),
		UNIT(at_home_on_a_real_link_the_answer_goes_to_the_frame_it_came_from),
		UNIT(a_broadcast_is_answered_from_our_own_address),
		UNIT(what_finds_no_room_is_refused),
		UNIT(the_operator_decides_whom_to_take_in),
		UNIT(a_cut_or_unknown_extension_ends_silently),
	};
	int status;

	if (keyed_hash_start() != 0)
		return 1;
	status = unit_run("mip4/home_agent", cases, UNIT_COUNT(cases));
	keyed_hash_stop();
	return status;
}
