/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_link: what anybody on a home link can send, for the state machines behind it: duplicate address detection, the proxy,
 * groups, Router Advertisements and the Home Agents List. What comes of a frame is bounded, right, and to nobody but who asked;
 * a router that hears every report knows at once which groups are listened to; and each detection ends once.
 *
 * Input      steps of one octet and what it takes: STEP_FRAME an Ethernet frame as it is, STEP_MESSAGE an octet of choices and an
 *            ICMPv6 message whose headers are made right, both up to the marker that ends them; STEP_TEST, STEP_DEFEND and
 *            STEP_END_DEFENCE the number of an address; STEP_PASS a time in units of 10 ms. Any other octet: STEP_MESSAGE.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_random.h>

#include "ha/ip.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "link/dad.h"
#include "link/frame.h"
#include "link/groups.h"
#include "link/nd.h"
#include "link/neighbour.h"
#include "link/proxy.h"
#include "router/advertise.h"
#include "service.h"
#include "support/link_fake.h"

enum {
	STEP_FRAME = 'f',
	STEP_TEST = 't',
	STEP_DEFEND = 'd',
	STEP_END_DEFENCE = 'e',
	STEP_PASS = 'p',
	STEPS_MAX = 64,
	PROBES_MAX = 2, /* of a duplicate address detection */
	ADDRESSES = 16, /* an odd one shares its group with the one before */
	FRAME_OCTETS_MAX = 1514,
	MESSAGE_OCTETS_MAX = LINK_MESSAGE_MAX - 16,
	ANSWERS_MAX = 4,     /* of one frame, but for what a query asks */
	ADDRESSES_MAX = 128, /* of a discovery */
	SOURCE_UNSPECIFIED = 1,
	SOURCE_GLOBAL = 2,
	TO_UNICAST = 4,
	NO_ALERT = 8,
	MAC_IS_OURS = 16,
};

static const uint8_t marker[4] = {0xf7, 0xa6, 0x3e, 0x27};
static const uint8_t stranger_mac[6] = {0x02, 0, 0, 0, 0xbe, 0xef};

static const struct config config = {
	.home_prefixes = {{
		.prefix = {{{0x20, 1, 0x0d, 0xb8, 0, 1}}, 64},
		.home_agent = {{0x20, 1, 0x0d, 0xb8, 0, 1, [15] = 1}},
		.home_link = {.kind = HOME_LINK_INTERFACE,
			      .interface = "rt",
			      .preference = 7,
			      .advertisements = {.enabled = true,
						 .default_router = true,
						 .max_interval_ms = 4000,
						 .min_interval_ms = 3000,
						 .min_delay_ms = 3000}},
		.valid_lifetime_s = LIFETIME_INFINITE_S,
		.preferred_lifetime_s = LIFETIME_INFINITE_S,
	}},
	.home_prefix_count = 1,
};

static struct tested {
	struct dad dad; /* first: a pointer to it is one to this */
	bool runs;
} tested[ADDRESSES];
static bool defended[ADDRESSES];
static bool listened[ADDRESSES / 2]; /* as a router knows it */
static unsigned int sent_count;
static unsigned int others_count; /* but for reports */
static uint64_t advertised_ms;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static struct ip_addr address_of(unsigned int number)
{
	struct ip_addr a = config.home_prefixes[0].prefix.addr;

	a.bytes[8] = (uint8_t)(number % 2);
	a.bytes[15] = (uint8_t)(16 + number / 2);
	return a;
}

/* --- What leaves --- */

static void note(const uint8_t group[16], bool is_listened)
{
	struct ip_addr known = address_of(0);
	struct ip_addr prefix = nd_solicited_node(&known);
	unsigned int number = group[15] - 16u;

	require(memcmp(group, prefix.bytes, 15) == 0 && number < ADDRESSES / 2);
	listened[number] = is_listened;
}

static void report_leaves(struct cursor message)
{
	uint16_t count = 0;
	struct cursor record;
	uint8_t type;

	cursor_skip(&message, 6);
	require(cursor_u16(&message, &count) && count > 0);
	while (cursor_take(&message, 20, &record)) {
		type = *record.at;
		require(type >= 2 && type <= 4 && count-- > 0);
		note(record.at + 4, type != 3);
	}
	require(count == 0 && cursor_left(&message) == 0);
}

static bool is_listener_message(uint8_t type)
{
	return type == ICMP6_MLD2_REPORT || type == ICMP6_MLD_REPORT || type == ICMP6_MLD_DONE;
}

static void leaves(const uint8_t *frame, size_t octets)
{
	struct link_message m = {0};
	struct nd_advertisement na;
	uint64_t now_ms = monotonic_ms();

	require(frame_read(frame, octets, &m) && octets - 14 <= IP6_MTU_MIN);
	require(!ip_addr_is_unspecified(&m.destination));
	require(ip_addr_is_multicast(&m.destination) == (frame[0] & 1));
	sent_count++;
	others_count += !is_listener_message(m.type);
	switch (m.type) {
	case ICMP6_NEIGHBOUR_ADVERTISEMENT:
		require(nd_advertisement_decode(m.icmp6, &m.destination, &na));
		require(proxy_defends(0, &na.target) && !ip_addr_is_unspecified(&m.source));
		break;
	case ICMP6_NEIGHBOUR_SOLICITATION:
		require(ip_addr_is_unspecified(&m.source));
		break;
	case ICMP6_ROUTER_ADVERTISEMENT:
		require(advertised_ms == 0 || now_ms - advertised_ms >= 3000);
		advertised_ms = now_ms;
		break;
	case ICMP6_MLD_REPORT:
	case ICMP6_MLD_DONE:
		note(m.icmp6.at + 8, m.type == ICMP6_MLD_REPORT);
		break;
	default:
		require(m.type == ICMP6_MLD2_REPORT);
		report_leaves(m.icmp6);
	}
}

/* --- What happens --- */

static void turn(void)
{
	for (int i = 0; i < 3; i++) {
		dad_poll(NULL);
		groups_poll(NULL);
		advertise_poll(NULL);
	}
	for (unsigned int i = 0; i < ADDRESSES; i++)
		require(listened[i / 2] || !(defended[i] || tested[i].runs));
}

static void done(struct dad *dad, enum dad_result result)
{
	struct tested *t = (struct tested *)dad;

	require(t->runs);
	t->runs = false;
	if (result != DAD_UNIQUE)
		return;
	defended[t - tested] = true;
	proxy_begin(&dad->home, dad->with_link_local, false);
}

static void test(unsigned int number, bool with_link_local)
{
	struct tested *t = &tested[number];

	if (t->runs || defended[number])
		return;
	*t = (struct tested){
		.dad = {.home = address_of(number),
			.probes_left = (uint8_t)(1 + number % PROBES_MAX),
			.with_link_local = with_link_local,
			.done = done},
		.runs = true,
	};
	dad_begin(&t->dad);
	require(dad_find(&t->dad.home) == &t->dad);
}

static void defend(unsigned int number, bool with_link_local)
{
	struct ip_addr home = address_of(number);

	defended[number] = true;
	proxy_begin(&home, with_link_local, with_link_local);
	require(proxy_defends(0, &home));
}

static void end_defence(unsigned int number)
{
	struct ip_addr home = address_of(number);

	defended[number] = false;
	proxy_end(&home);
	require(!proxy_defends(0, &home));
}

static void discover(void)
{
	const struct home_agents_list *others =
		advertise_others(&config.home_prefixes[0].home_agent);
	const struct home_agent_self self = {
		.addresses = &config.home_prefixes[0].home_agent, .count = 1, .preference = 7};
	struct ip_addr found[ADDRESSES_MAX];
	uint16_t count = home_agents_order(others, &self, false, rte_rand, found, ADDRESSES_MAX);

	require(others->count <= HOME_AGENTS_LIST_MAX && count >= 1 && count <= ADDRESSES_MAX);
	for (uint16_t i = 0; i < count; i++)
		require(ip_addr_is_unicast_routable(&found[i]));
	for (uint16_t i = 0; i < others->count; i++)
		require(!ip_addr_equal(&others->agents[i].link_local, link_local(0)));
}

static void hear(const uint8_t *frame, size_t octets)
{
	unsigned int before = others_count;

	link_fake_hear(frame, octets);
	require(others_count - before <= ANSWERS_MAX);
	discover();
}

/* The headers that its type asks for. */
static void hear_message(const uint8_t *data, size_t size)
{
	static const struct ip_addr unspecified;
	static const struct ip_addr local = {{0xfe, 0x80, [14] = 0xbe, 0xef}};
	struct ip_addr global = address_of(2 * 0x80);
	struct ip_addr to = nd_all_nodes();
	uint8_t frame[FRAME_OCTETS_MAX];
	struct frame_headers h = {.mac = link_mac(0), .source = &local, .destination = &to};
	uint8_t choices = size > 0 ? data[0] : 0;
	bool is_listener;

	if (size < 5 || size - 1 > MESSAGE_OCTETS_MAX)
		return;
	is_listener = data[1] == ICMP6_MLD_QUERY || is_listener_message(data[1]);
	if (choices & SOURCE_UNSPECIFIED)
		h.source = &unspecified;
	else if (choices & SOURCE_GLOBAL)
		h.source = &global;
	if (choices & TO_UNICAST)
		to = *link_local(0);
	else if (data[1] == ICMP6_NEIGHBOUR_SOLICITATION && size >= 25)
		to = nd_solicited_node((const struct ip_addr *)(const void *)(data + 9));
	h.hop_limit = is_listener ? FRAME_HOP_LIMIT_MLD : FRAME_HOP_LIMIT_ND;
	h.router_alert = is_listener && !(choices & NO_ALERT);
	hear(frame, frame_write(frame, choices & MAC_IS_OURS ? link_mac(0) : stranger_mac, &h,
				data + 1, (uint16_t)(size - 1)));
}

/* --- Steps --- */

static void step_on_address(uint8_t kind, uint8_t octet)
{
	unsigned int number = octet % ADDRESSES;
	bool with_link_local = octet & 0x80;

	if (kind == STEP_TEST)
		test(number, with_link_local);
	else if (kind == STEP_DEFEND)
		defend(number, with_link_local);
	else
		end_defence(number);
}

static void step_with_octets(uint8_t kind, struct cursor *input)
{
	size_t left = cursor_left(input);
	const uint8_t *end = memmem(input->at, left, marker, sizeof(marker));
	size_t octets = end != NULL ? (size_t)(end - input->at) : left;
	uint8_t *exact = malloc(octets + 1); /* of its own, so that one octet past it is caught */

	require(exact != NULL);
	memcpy(exact + 1, input->at, octets);
	if (kind == STEP_FRAME)
		hear(exact + 1, octets);
	else
		hear_message(exact + 1, octets);
	free(exact);
	cursor_skip(input, octets + (end != NULL ? sizeof(marker) : 0));
}

static void step(uint8_t kind, struct cursor *input)
{
	uint8_t octet;

	switch (kind) {
	case STEP_TEST:
	case STEP_DEFEND:
	case STEP_END_DEFENCE:
		if (cursor_u8(input, &octet))
			step_on_address(kind, octet);
		break;
	case STEP_PASS:
		if (cursor_u8(input, &octet))
			link_fake_pass(10 * (uint64_t)octet);
		break;
	default:
		step_with_octets(kind, input);
	}
	turn();
}

/* Every detection has ended by now, and every change was told. */
static void check_in_the_end(void)
{
	bool wanted[ADDRESSES / 2] = {0};

	for (int i = 0; i < PROBES_MAX; i++) {
		link_fake_pass(DAD_RETRANS_TIMER_MS + 10);
		turn();
	}
	link_fake_pass(1000);
	turn();
	require(dad_count() == 0);
	for (unsigned int i = 0; i < ADDRESSES; i++) {
		struct ip_addr home = address_of(i);

		require(!tested[i].runs && proxy_defends(0, &home) == defended[i]);
		wanted[i / 2] |= defended[i];
	}
	require(memcmp(wanted, listened, sizeof(wanted)) == 0);
}

static void start(void)
{
	memset(tested, 0, sizeof(tested));
	memset(defended, 0, sizeof(defended));
	memset(listened, 0, sizeof(listened));
	advertised_ms = 0;
	rte_srand(1);
	srand(1);
	link_fake_start(&config, leaves);
	service_start(&config);
	dad_start();
	neighbour_start();
	require(proxy_start(ADDRESSES) == 0 && groups_start(ADDRESSES) == 0);
	advertise_start(&config);
}

static void stop(void)
{
	dad_stop();
	advertised_ms = 0; /* the farewell does not wait */
	proxy_stop();
	groups_stop();
	advertise_stop();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor input = cursor_of(data, size);
	uint8_t kind;

	start();
	for (int i = 0; i < STEPS_MAX && cursor_u8(&input, &kind); i++)
		step(kind, &input);
	check_in_the_end();
	stop();
	return 0;
}
