/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "admission.h"
#include "auth/keyed_hash.h"
#include "bcache.h"
#include "correspondent/correspondent.h"
#include "foreign_agent/foreign_agent.h"
#include "hold.h"
#include "limiter.h"
#include "ha/wire/mobility.h"
#include "link/arp_proxy.h"
#include "link/dad.h"
#include "link/groups.h"
#include "link/link.h"
#include "link/neighbour.h"
#include "link/proxy.h"
#include "loop.h"
#include "mip4/broadcast.h"
#include "mip4/home_agent.h"
#include "mip4/home_agent_reply.h"
#include "mip4/revocation.h"
#include "multicast/listeners.h"
#include "multicast/membership.h"
#include "netlink/netlink.h"
#include "nexthop.h"
#include "receive.h"
#include "registration/registration.h"
#include "retire.h"
#include "revocation/outstanding.h"
#include "revocation/revocation.h"
#include "revocation/transfer.h"
#include "router/advertise.h"
#include "router/prefix_delivery.h"
#include "router/renumber.h"
#include "service.h"
#include "tunnel/path_mtu.h"
#include "tunnel/relay.h"
#include "update.h"

static struct dataplane_tables tables;

static int start_signalling(const struct config *config, struct mobile_nodes *nodes,
			    struct fault *fault)
{
	uint64_t secret;

	if (getrandom(&secret, sizeof(secret), 0) != (ssize_t)sizeof(secret) ||
	    keyed_hash_start() != 0) {
		fault_set(fault, "", "libcrypto could not be started");
		return -EIO;
	}
	limiter_start(&config->errors_per_source, &config->errors_total, secret);
	path_mtu_start(config->path_mtu_lifetime_s == LIFETIME_INFINITE_S
			       ? PATH_MTU_FOREVER
			       : (uint64_t)config->path_mtu_lifetime_s * 1000,
		       secret);
	admission_start(config);
	update_start(config, nodes);
	home_agent_start(config, nodes);
	home_agent_reply_start(config);
	revocation_start(config, nodes);
	mip4_revocation_start(config, nodes);
	transfer_start(config, nodes);
	return correspondent_start(config, secret, fault);
}

static int start_loop(struct fault *fault)
{
	static loop_poll_fn *const pollers[] = {
		receive_poll,	    registration_poll,	  correspondent_poll,
		renumber_poll,	    prefix_delivery_poll, advertise_poll,
		outstanding_poll,   transfer_poll,	  relay_poll,
		dad_poll,	    groups_poll,	  retire_poll_sparingly,
		hold_poll,	    listeners_poll,	  arp_proxy_poll,
		foreign_agent_poll,
	};
	int rc = loop_start();

	for (size_t i = 0; rc == 0 && i < sizeof(pollers) / sizeof(pollers[0]); i++)
		rc = loop_add_poller(pollers[i], NULL);
	if (rc != 0)
		fault_set(fault, "", "the event loop could not be started: %s", strerror(-rc));
	return rc;
}

/* What is registered is defended on its home link. */
static void defend(const struct registration *r, bool is_new)
{
	(void)is_new;
	proxy_begin(&r->home, (r->flags & BU_FLAG_LINK_LOCAL) != 0,
		    (r->flags & BU_FLAG_MOBILE_ROUTER) != 0);
}

static void defend_no_more(const struct registration *r, bool is_last)
{
	(void)is_last;
	proxy_end(&r->home);
}

static void defend4(const struct registration *r, bool is_new)
{
	(void)is_new;
	arp_proxy_begin(&r->home);
}

static void defend4_no_more(const struct registration *r, bool is_last)
{
	if (is_last)
		arp_proxy_end(&r->home);
}

static int start_links(const struct config *config, struct fault *fault)
{
	static const struct registration_watcher defender = {defend, defend_no_more,
							     REGISTRATION_MIP6};
	static const struct registration_watcher defender4 = {defend4, defend4_no_more,
							      REGISTRATION_MIP4};
	int rc = link_start(config, fault);

	if (rc != 0)
		return rc;
	dad_start();
	neighbour_start();
	registration_watch(&defender);
	registration_watch(&defender4);
	rc = proxy_start(config->binding_capacity);
	if (rc == 0)
		rc = groups_start(config->binding_capacity);
	if (rc == 0)
		rc = arp_proxy_start(config->binding_capacity);
	if (rc != 0)
		fault_set(fault, "/bindings/capacity",
			  "no memory for proxy neighbour discovery and proxy ARP");
	return rc;
}

/* Behind the defence of home addresses: watchers are told in that order. */
static int start_multicast(const struct config *config, struct fault *fault)
{
	int rc = membership_start(config, fault);

	if (rc == 0)
		rc = listeners_start(config, fault);
	return rc == 0 ? broadcast_start(config, fault) : rc;
}

/* A port without a kernel interface brings its routes in the configuration. */
static int add_static_routes(const struct config *config, struct fault *fault)
{
	for (uint16_t i = 0; i < config->port_count; i++) {
		const struct port_config *port = &config->ports[i];
		struct port_info info;

		dataplane_port_info(i, &info);
		nexthop_set_port(i, info.mac, info.mtu);
		for (uint16_t k = 0; k < port->route_count; k++) {
			const struct static_route *route = &port->routes[k];
			char where[64];
			int rc = nexthop_set_static_route(&route->prefix, i, route->next_hop_mac);

			if (rc != 0) {
				snprintf(where, sizeof(where), "/ports/%u/routes/%u", i, k);
				fault_set(fault, where, "route could not be added: %s",
					  strerror(-rc));
				return rc;
			}
		}
	}
	return 0;
}

/* Labels name what they undo. */
int agent_open(const struct config *config, struct mobile_nodes *nodes,
	       dataplane_release_fn *release, struct fault *fault)
{
	static const struct nexthop_callbacks callbacks = {
		.resolve = netlink_resolve,
		.routes_changed = registration_routes_changed,
		.resolved = hold_resolved,
	};
	const struct dataplane_demand demand = {
		.binding_slots = registration_slots_for(config->binding_capacity),
		.binding_octets = registration_octets(config->binding_capacity),
		.other_octets = nexthop_octets(config->hugepages),
		.heap_octets =
			registration_heap_octets(config->binding_capacity) +
			prefix_delivery_octets(config,
					       registration_slots_for(config->binding_capacity)) +
			listeners_octets(config, registration_slots_for(config->binding_capacity)) +
			broadcast_octets(config, registration_slots_for(config->binding_capacity)) +
			foreign_agent_octets(config),
	};
	int rc = dataplane_open(config, &demand, release, fault);

	if (rc != 0)
		return rc;
	service_start(config);
	rc = start_signalling(config, nodes, fault);
	if (rc != 0)
		goto stop_signalling;
	rc = nexthop_start(&callbacks, fault);
	if (rc != 0)
		goto stop_signalling;
	rc = registration_start(config, fault);
	if (rc != 0)
		goto stop_nexthop;
	rc = prefix_delivery_start(config, fault);
	if (rc == 0)
		rc = start_loop(fault);
	if (rc == 0)
		rc = add_static_routes(config, fault);
	if (rc == 0)
		rc = start_links(config, fault);
	if (rc == 0)
		rc = start_multicast(config, fault);
	if (rc == 0)
		rc = foreign_agent_start(config, fault);
	if (rc == 0)
		advertise_start(config);
	if (rc != 0)
		agent_close();
	return rc;

stop_nexthop:
	nexthop_stop();
	retire_drain();
stop_signalling:
	correspondent_stop();
	keyed_hash_stop();
	dataplane_close();
	return rc;
}

int agent_start_workers(struct fault *fault)
{
	tables.bcache = bcache_table();
	tables.nexthops = nexthop_table();
	tables.binding_slots = registration_slots();
	service_tables(&tables);
	tables.multicast = membership_table();
	return dataplane_start(&tables, fault);
}

void agent_stop_workers(void)
{
	dataplane_stop();
	hold_stop();
	retire_drain();
}

void agent_close(void)
{
	dad_stop();
	foreign_agent_stop();
	registration_unwatch();
	listeners_stop();
	broadcast_stop();
	proxy_stop();
	arp_proxy_stop();
	groups_stop();
	advertise_stop();
	link_stop();
	loop_close();
	transfer_end();
	retire_drain();
	membership_stop();
	prefix_delivery_stop();
	registration_stop();
	nexthop_stop();
	retire_drain();
	correspondent_stop();
	keyed_hash_stop();
	dataplane_close();
}
