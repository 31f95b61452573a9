/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/api_fakes.h"

#include <errno.h>
#include <string.h>

#include "admission.h"
#include "config/config_load.h"
#include "ha/dataplane.h"
#include "ha/encap.h"
#include "ha/time.h"
#include "link/dad.h"
#include "link/link.h"
#include "link/proxy.h"
#include "mobile_node.h"
#include "multicast/listeners.h"
#include "multicast/membership.h"
#include "nexthop.h"
#include "retire.h"
#include "revocation/revocation.h"
#include "revocation/transfer.h"
#include "router/advertise.h"
#include "router/renumber.h"
#include "service.h"

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

bool registration_remove(const struct ip_addr *home)
{
	struct registration *r = find(home);

	if (r == NULL || r->state != REGISTRATION_VALID)
		return false;
	r->state = REGISTRATION_NONE;
	in_force--;
	return true;
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

uint32_t revocation_count(void)
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
	static const uint64_t counters[LINK_COUNTER_COUNT];

	(void)link;
	return counters;
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
