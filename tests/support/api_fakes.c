/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/api_fakes.h"

#include <errno.h>
#include <string.h>

#include "admission.h"
#include "config/config_load.h"
#include "foreign_agent/discovery.h"
#include "foreign_agent/foreign_agent.h"
#include "foreign_agent/pending.h"
#include "foreign_agent/revoke.h"
#include "foreign_agent/visitor.h"
#include "ha/dataplane.h"
#include "ha/encap.h"
#include "ha/time.h"
#include "ha/wire/mip4.h"
#include "link/arp_proxy.h"
#include "link/dad.h"
#include "link/link.h"
#include "link/proxy.h"
#include "mip4/revocation.h"
#include "mobile_node.h"
#include "multicast/listeners.h"
#include "multicast/membership.h"
#include "nexthop.h"
#include "retire.h"
#include "revocation/outstanding.h"
#include "revocation/revocation.h"
#include "revocation/transfer.h"
#include "router/advertise.h"
#include "router/renumber.h"
#include "service.h"
#include "service4.h"

static struct registration registrations[FAKE_SLOTS];
static struct binding published;
static uint32_t in_force;
static struct config config;
static struct tunnel_class tunnels[1];
static struct api_context context;
static bool moves;
static bool nodes_are_good;
static struct ip_addr where[SWITCH_ADDRESSES_MAX];
static uint16_t where_count;
static uint32_t valid_s;
static uint32_t preferred_s;
static struct home_agents_list others;

static struct ip_addr parsed(const char *text)
{
	struct ip_addr a = {0};

	if (!ip4_addr_parse(text, &a))
		ip_addr_parse(text, &a);
	return a;
}

static void add(uint32_t slot, const char *home, const char *care_of, uint8_t state)
{
	uint64_t now_ms = monotonic_ms();

	registrations[slot] = (struct registration){
		.home = parsed(home),
		.care_of = parsed(care_of),
		.source = parsed(care_of),
		.binding = state == REGISTRATION_VALID ? &published : NULL,
		.registered_ms = now_ms - 7500,
		.updated_ms = now_ms - 2500,
		.expiry_ms = now_ms + 400500,
		.slot = slot,
		.lifetime_s = 420,
		.spi = 256,
		.updates = 4,
		.moves = 2,
		.sequence = 65535,
		.flags = BU_FLAG_ACK | BU_FLAG_HOME,
		.state = state,
	};
	in_force += state == REGISTRATION_VALID;
}

void api_fakes_start(void)
{
	memset(registrations, 0, sizeof(registrations));
	in_force = 0;
	moves = false;
	nodes_are_good = false;
	admission_start(&(struct config){.accept_registrations = true});
	valid_s = LIFETIME_INFINITE_S;
	preferred_s = 7000;
	published = (struct binding){.inner_mtu = 1460, .next_hop = 7};
	config = (struct config){
		.ports = {{.name = "core", .kind = PORT_AF_XDP},
			  {.name = "test", .kind = PORT_VDEV}},
		.port_count = 2,
		.home_prefixes = {{.prefix = {parsed("2001:db8:1::"), 64},
				   .home_agent = parsed("2001:db8:ff::1")}},
		.home_prefix_count = 1,
		.accept_registrations = true,
	};
	tunnels[0] = (struct tunnel_class){.home_agent = parsed("2001:db8:ff::1")};
	context = (struct api_context){
		.config = &config,
		.started_ms = monotonic_ms() - 61500,
		.tunnels = tunnels,
		.tunnel_count = 1,
	};
	add(3, "2001:db8:1::10", "2001:db8:c::1", REGISTRATION_VALID);
	add(5, "2001:db8:1::30", "2001:db8:c::3", REGISTRATION_INVALID);
	add(69000, "2001:db8:1::20", "2001:db8:c::2", REGISTRATION_VALID);
}

const struct api_context *api_fakes_context(void)
{
	return &context;
}

void api_fakes_add(uint32_t count)
{
	for (uint32_t slot = 10; slot < 10 + count; slot++) {
		add(slot, "2001:db8:2::", "2001:db8:c::2", REGISTRATION_VALID);
		registrations[slot].home.bytes[14] = (uint8_t)(slot >> 8);
		registrations[slot].home.bytes[15] = (uint8_t)slot;
	}
}

enum { SLOT4 = 300, SLOT4_ALSO, SLOT4_NAT, SLOT4_VISITOR };

static struct registration *add4(uint32_t slot, const char *home, const char *care_of)
{
	struct registration *r = &registrations[slot];

	add(slot, home, care_of, REGISTRATION_VALID);
	r->protocol = REGISTRATION_MIP4;
	r->flags = MIP4_FLAG_REVERSE | MIP4_FLAG_SIMULTANEOUS;
	r->source_port = 434;
	return r;
}

void api_fakes_add_ip4(void)
{
	static struct binding with_key = {.key = 7, .flags = BINDING_GRE_KEY, .inner_mtu = 1472};
	static struct binding in_udp = {.udp_port = 50000, .inner_mtu = 1468};
	struct registration *r = add4(SLOT4, "10.1.0.5", "192.0.2.5");

	published.inner_mtu = 1480;
	r->also = add4(SLOT4_ALSO, "10.1.0.5", "192.0.2.6");
	r->also->tunnel = ENCAP_GRE - ENCAP_IP4_IN_IP4;
	r->also->binding = &with_key;
	r->also->revocation = REVOCATION_AGREED;
	r = add4(SLOT4_NAT, "10.1.0.6", "10.9.9.9");
	in_udp.care_of = parsed("203.0.113.99");
	r->flags = MIP4_FLAG_COLOCATED | MIP4_FLAG_BROADCAST;
	r->tunnel = ENCAP_UDP - ENCAP_IP4_IN_IP4;
	r->binding = &in_udp;
	r->source_port = 50000;
	r->lifetime_s = LIFETIME_INFINITE_S;
	r->expiry_ms = REGISTRATION_FOREVER;
	r = add4(SLOT4_VISITOR, "::fffe:a01:9", "192.0.2.1");
	r->protocol = REGISTRATION_VISITOR;
	config.mip4.networks[0] = (struct home_network_config){
		.prefix = {parsed("10.1.0.0"), IP4_PREFIX_BITS + 16},
		.home_agent = parsed("10.1.0.1"),
		.pool_first = parsed("10.1.128.1"),
		.pool_last = parsed("10.1.128.100"),
	};
	config.mip4.network_count = 1;
}

/* The one visitor, in place 2 while its registration is there. */
static struct visitor visitor;

bool foreign_agent_is_on(void)
{
	return registrations[SLOT4_VISITOR].state == REGISTRATION_VALID;
}

uint16_t discovery_sequence(uint16_t port)
{
	(void)port;
	return 17;
}

uint32_t pending_count(void)
{
	return 2;
}

uint32_t visitor_places(void)
{
	return 1024;
}

uint32_t visitor_count(void)
{
	return foreign_agent_is_on() ? 1 : 0;
}

bool visitor_is_full(void)
{
	return false;
}

const struct visitor *visitor_at(uint32_t place)
{
	static const char nai[] = "alice@example.com";

	if (place != 2 || !foreign_agent_is_on())
		return NULL;
	visitor = (struct visitor){
		.home = parsed("10.1.0.9"),
		.home_agent = parsed("10.1.0.1"),
		.care_of = parsed("192.0.2.1"),
		.lifetime_s = 600,
		.port = 1,
		.mac = {2, 0, 0, 0, 0, 9},
		.flags = MIP4_FLAG_REVERSE,
		.nai_octets = sizeof(nai) - 1,
	};
	memcpy(visitor.nai, nai, sizeof(nai) - 1);
	return &visitor;
}

const struct visitor *visitor_find(const struct ip_addr *home)
{
	const struct visitor *found = visitor_at(2);

	return found != NULL && ip_addr_equal(&found->home, home) ? found : NULL;
}

const struct registration *visitor_registration(const struct visitor *v)
{
	(void)v;
	return &registrations[SLOT4_VISITOR];
}

bool visitor_remove(const struct ip_addr *home)
{
	(void)home;
	registrations[SLOT4_VISITOR].state = REGISTRATION_NONE;
	return true;
}

int revoke_begin(const struct visitor *v)
{
	(void)v;
	return -ENOTSUP;
}

const struct registration *registration_find_at(const struct ip_addr *home,
						const struct ip_addr *care_of)
{
	for (uint32_t i = 0; i < FAKE_SLOTS; i++)
		if (registrations[i].state == REGISTRATION_VALID &&
		    ip_addr_equal(&registrations[i].home, home) &&
		    ip_addr_equal(&registrations[i].care_of, care_of))
			return &registrations[i];
	return NULL;
}

uint32_t registration_count_of(enum registration_protocol protocol)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < FAKE_SLOTS; i++)
		count += registrations[i].state == REGISTRATION_VALID &&
			 registrations[i].protocol == protocol;
	return count;
}

const struct tunnel4_class *service4_tunnel_class(uint16_t tunnel)
{
	static struct tunnel4_class class;

	class.local = parsed("10.1.0.1");
	class.kind = (uint8_t)(ENCAP_IP4_IN_IP4 + tunnel);
	return &class;
}

uint16_t service4_tunnel_overhead(uint16_t tunnel, bool has_key)
{
	static const uint16_t overheads[] = {20, 12, 24, 32};

	return (uint16_t)(overheads[tunnel] + (has_key ? ENCAP_GRE_KEY_OCTETS : 0));
}

void api_fakes_mend_nodes(void)
{
	nodes_are_good = true;
}

static struct registration *find(const struct ip_addr *home)
{
	for (uint32_t i = 0; i < FAKE_SLOTS; i++)
		if (registrations[i].state != REGISTRATION_NONE &&
		    ip_addr_equal(&registrations[i].home, home))
			return &registrations[i];
	return NULL;
}

const struct registration *registration_find(const struct ip_addr *home)
{
	return find(home);
}

uint32_t registration_count(void)
{
	return in_force;
}

uint32_t registration_count_invalid(void)
{
	return 1;
}

uint32_t registration_capacity(void)
{
	return FAKE_SLOTS - 100;
}

uint32_t registration_slots(void)
{
	return FAKE_SLOTS;
}

const struct registration *registration_at(uint32_t slot)
{
	return registrations[slot].state == REGISTRATION_VALID ? &registrations[slot] : NULL;
}

unsigned int registration_withdraw(const struct ip_addr *home, const struct ip_addr *care_of)
{
	unsigned int removed = 0;

	for (uint32_t i = 0; i < FAKE_SLOTS; i++) {
		struct registration *r = &registrations[i];

		if (r->state != REGISTRATION_VALID || !ip_addr_equal(&r->home, home) ||
		    (care_of != NULL && !ip_addr_equal(&r->care_of, care_of)))
			continue;
		r->state = REGISTRATION_NONE;
		removed++;
	}
	in_force -= removed;
	return removed;
}

void registration_routes_changed(void)
{
}

/* Slot 11 takes revocation, slot 10 finds too many of them, others do not. */
int revocation_begin(const struct registration *r)
{
	if (r->slot == 11)
		registrations[11].is_revoked = true;
	return r->slot == 11 ? 0 : r->slot == 10 ? -EBUSY : -ENOTSUP;
}

int mip4_revocation_begin_one(const struct registration *r)
{
	return revocation_begin(r);
}

uint32_t outstanding_count(void)
{
	return registrations[11].is_revoked;
}

int transfer_begin(const struct ip_addr addresses[], uint16_t count)
{
	moves = true;
	where_count = count;
	memcpy(where, addresses, count * sizeof(where[0]));
	return 0;
}

void transfer_end(void)
{
	moves = false;
}

bool transfer_describe(struct transfer_status *status)
{
	*status = (struct transfer_status){
		.addresses = where, .address_count = where_count, .told = 2, .answered = 1};
	return moves;
}

uint32_t transfer_lifetime_s(const struct registration *r)
{
	return moves && r->slot == 3 ? 40 : TRANSFER_UNLIMITED;
}

bool mobile_nodes_reload(struct mobile_nodes *nodes, const char *path, const struct config *running,
			 mobile_nodes_problem_fn *report, void *context_of_report)
{
	struct fault fault;

	(void)nodes;
	(void)path;
	(void)running;
	if (nodes_are_good)
		return true;
	fault_set(&fault, "file:7", "key: use 32 hexadecimal digits");
	report(context_of_report, &fault);
	return false;
}

uint16_t dataplane_worker_count(void)
{
	return 2;
}

void dataplane_port_info(uint16_t port, struct port_info *info)
{
	*info = (struct port_info){
		.mac = {2, 0, 0, 0, 0, (uint8_t)port},
		.mtu = 1500,
		.link_up = port == 0,
		.rx_queues = 2,
		.driver = "net_af_xdp",
	};
}

void dataplane_port_stats(uint16_t port, struct port_stats *stats)
{
	*stats = (struct port_stats){
		.rx_pkts = 1000u + port,
		.rx_missed = 3,
		.buffers = 8192,
		.buffers_free = 6144u - port,
	};
}

void dataplane_buffers(uint64_t *total, uint64_t *available)
{
	*total = 8192;
	*available = 8184;
}

/* In balance: 100 in, 100 out. */
void dataplane_worker_stats(uint16_t worker, struct worker_stats *stats)
{
	*stats = (struct worker_stats){
		.received = 90,
		.injected = 10,
		.taken_over = worker == 1 ? 7 : 0,
		.handed_over = worker == 0 ? 7 : 0,
		.sent = 60,
		.to_kernel = 20,
		.encapsulated = 30u + worker,
	};
	stats->dropped[DROP_NO_BINDING] = 15;
	stats->punted[PUNT_SIGNALLING_NEW] = 5;
}

uint64_t dataplane_inject_failures(void)
{
	return 2;
}

void dataplane_binding_stats(uint32_t slot, struct binding_stats *stats)
{
	*stats = (struct binding_stats){.to_pkts = slot, .to_bytes = 1000, .from_pkts = 1};
}

uint32_t nexthop_count(void)
{
	return 9;
}

uint32_t nexthop_route_count(void)
{
	return 4;
}

bool nexthop_is_resolved(uint32_t index)
{
	return index == 7;
}

uint32_t retire_pending(void)
{
	return 6;
}

size_t mobile_nodes_count(const struct mobile_nodes *nodes)
{
	(void)nodes;
	return 12;
}

size_t mobile_nodes_count_ip4(const struct mobile_nodes *nodes)
{
	(void)nodes;
	return 5;
}

size_t mobile_nodes_count_assigned(const struct mobile_nodes *nodes, uint16_t network)
{
	(void)nodes;
	return network == 0 ? 3 : 0;
}

size_t mobile_nodes_count_unauthenticated(const struct mobile_nodes *nodes)
{
	(void)nodes;
	return 1;
}

json_t *config_to_json(const struct config *c)
{
	return json_pack("{s:i, s:[{s:s}]}", "version", 1, "ports", "name", c->ports[0].name);
}

uint16_t service_prefix_count(void)
{
	return config.home_prefix_count;
}

const struct home_prefix_config *service_prefix_at(uint16_t index)
{
	return &config.home_prefixes[index];
}

void service_lifetimes(uint16_t index, uint32_t *valid, uint32_t *preferred)
{
	(void)index;
	*valid = valid_s;
	*preferred = preferred_s;
}

void renumber(uint16_t index, uint32_t valid, uint32_t preferred)
{
	(void)index;
	valid_s = valid;
	preferred_s = preferred;
}

uint16_t link_count(void)
{
	return 1;
}

int link_of_prefix(uint16_t prefix)
{
	return prefix == 0 ? 0 : LINK_NONE;
}

int link_of_network(uint16_t network)
{
	(void)network;
	return LINK_NONE;
}

int link_of_address(const struct ip_addr *address)
{
	(void)address;
	return LINK_NONE;
}

const uint8_t *link_mac(uint16_t link)
{
	static const uint8_t mac[] = {0x02, 0, 0, 0, 0, 0x07};

	(void)link;
	return mac;
}

const struct ip_addr *link_local(uint16_t link)
{
	(void)link;
	return NULL;
}

const uint64_t *link_counters(uint16_t link)
{
	static const uint64_t values[LINK_COUNTER_COUNT];

	(void)link;
	return values;
}

uint32_t arp_proxy_count(uint16_t link)
{
	(void)link;
	return 0;
}

uint32_t proxy_count(uint16_t link)
{
	(void)link;
	return 0;
}

uint32_t dad_count_on(uint16_t link)
{
	(void)link;
	return 0;
}

struct dad *dad_find(const struct ip_addr *home)
{
	(void)home;
	return NULL;
}

uint16_t service_tunnel_overhead(void)
{
	return ENCAP_IP6_IN_IP6_OVERHEAD;
}

const char *link_interface(uint16_t link)
{
	(void)link;
	return "eth1";
}

const struct home_agents_list *advertise_others_on(uint16_t link)
{
	(void)link;
	others.count = 1;
	others.agents[0] = (struct home_agent){
		.link_local = parsed("fe80::2"),
		.expiry_ms = monotonic_ms() + 60500,
		.preference = 9,
		.address_count = 1,
		.addresses = {{parsed("2001:db8:1::2"), UINT64_MAX}},
	};
	return &others;
}

const struct listener *listeners_at(uint32_t slot)
{
	static struct joined_group group = {.address = {{0xff, 0x1e, [15] = 0x42}}};
	static const struct listener listener = {.count = 1, .groups = &group};

	group.expiry.due_ms = monotonic_ms() + 259500;
	return slot % 2 == 0 ? &listener : NULL;
}

uint32_t membership_groups(void)
{
	return 1;
}
