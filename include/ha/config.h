/* SPDX-License-Identifier: BSD-3-Clause
 *
 * config: the running configuration, immutable once loaded.
 *
 * Shape      made from one JSON file by control/config/config_load.c; docs/configuration.md explains each
 *            field.
 * Units      in the names.
 * Ownership  the control thread; workers get what they need when they start and through RCU.
 * Threads    any; read-only.
 */
#ifndef HA_CONFIG_H
#define HA_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"

enum {
	PORTS_MAX = 8,
	WORKERS_MAX = 32,
	HOME_PREFIXES_MAX = 32,
	HOME_AGENTS_MAX = 32,
	STATIC_ROUTES_MAX = 8,
	PORT_NAME_MAX = 32,
	PORT_DEVICE_MAX = 256,
	INTERFACE_NAME_MAX = 16,
	SWITCH_ADDRESSES_MAX = 16,
	BINDINGS_MAX = 16777216,
	CORRESPONDENT_BINDINGS_MAX = 65536,
	MULTICAST_GROUPS_MAX = 4096,
	MULTICAST_MEMBERS_MAX = 4096, /* copies of one packet */
};

#define LIFETIME_INFINITE_S UINT32_MAX

enum port_kind {
	PORT_AF_XDP, /* a kernel interface; the kernel keeps what is not ours */
	PORT_VDEV,   /* a DPDK software device; no kernel behind it, so its routes are in the
			configuration */
	PORT_PCI,    /* a NIC bound to vfio-pci; a TAP twin carries the kernel's share */
};

/* A route out of a vdev port: everything for the prefix goes to one link-layer address. */
struct static_route {
	struct ip_prefix prefix;
	uint8_t next_hop_mac[6];
};

struct port_config {
	char name[PORT_NAME_MAX];
	enum port_kind kind;
	char interface[INTERFACE_NAME_MAX]; /* af_xdp: the interface; pci: the name of the TAP twin
					     */
	char device[PORT_DEVICE_MAX];	    /* vdev: driver and arguments; pci: the address */
	uint16_t mtu;			    /* vdev only: octets of an IP packet */
	uint16_t queues;		    /* vdev and pci: 0 for one a worker */
	struct static_route routes[STATIC_ROUTES_MAX];
	uint16_t route_count;
};

enum home_link {
	HOME_LINK_VIRTUAL,   /* no link behind the prefix: the home agent is the only one who has it
			    */
	HOME_LINK_INTERFACE, /* the link of a port's kernel interface */
};

/* How a router advertises itself on a home link (RFC 4861 §6.2.1, RFC 6275 §7.5). Without the
 * object in the configuration nothing is enabled and all is 0. */
struct router_advertisement_config {
	bool enabled;
	bool default_router;
	uint32_t max_interval_ms;
	uint32_t min_interval_ms; /* 0: a third of max_interval_ms, or what short ones allow */
	uint32_t min_delay_ms; /* MinDelayBetweenRAs; not more than min_interval_ms is in force */
	uint32_t lifetime_s;   /* 0: three times max_interval_ms */
	uint32_t hop_limit;
	uint32_t reachable_ms;
	uint32_t retransmit_ms;
	uint32_t mtu; /* 0: not said */
};

struct home_link_config {
	enum home_link kind;
	char interface[INTERFACE_NAME_MAX];
	uint16_t port;			/* whose interface that is: index in ports */
	uint32_t preference;		/* among the home agents of the link */
	uint32_t home_agent_lifetime_s; /* 0: as the router's lifetime */
	uint32_t dad_transmits;		/* DupAddrDetectTransmits, a second each */
	struct router_advertisement_config advertisements;
};

struct home_prefix_config {
	struct ip_prefix prefix;
	struct ip_addr home_agent; /* source of tunnels and acknowledgements */
	struct home_link_config home_link;
	uint32_t valid_lifetime_s; /* counted from the start of the daemon; LIFETIME_INFINITE_S */
	uint32_t preferred_lifetime_s;
};

struct token_bucket_config {
	uint32_t rate_per_s;
	uint32_t burst;
};

struct config {
	char path[PATH_MAX];

	struct port_config ports[PORTS_MAX];
	uint16_t port_count;

	uint16_t worker_count;
	int worker_cpus[WORKERS_MAX]; /* -1: chosen at start */
	int control_cpu;	      /* -1: chosen at start */
	bool spread_tunnels;	      /* workers share the flows of each tunnel */

	bool hugepages;
	uint32_t memory_mb; /* 0: computed from the capacity */
	uint32_t mbufs_per_queue;
	uint32_t reassembly_packets; /* that may wait for fragments, of each worker */

	struct home_prefix_config home_prefixes[HOME_PREFIXES_MAX];
	uint16_t home_prefix_count;
	bool accept_registrations;	  /* false: every registration is answered 131 */
	bool answer_foreign_home_address; /* 132 before authentication for an address outside every
					     prefix */

	bool advertise_prefixes;	/* to mobile nodes that are away, RFC 6275 §10.6 */
	uint32_t prefix_min_interval_s; /* MinMobPfxAdvInterval */
	uint32_t prefix_max_interval_s; /* MaxMobPfxAdvInterval */

	uint32_t binding_capacity;
	uint32_t max_lifetime_s;
	uint32_t refresh_advice_s; /* 0: no Binding Refresh Advice option */

	uint32_t revocation_retransmissions;  /* RFC 5846 §11: BRIMaxRetriesNumber */
	uint32_t revocation_initial_delay_ms; /* InitMINDelayBRIs */
	uint32_t revocation_max_delay_ms;     /* MAX_BRACK_TIMEOUT */
	struct ip_addr switch_addresses[SWITCH_ADDRESSES_MAX]; /* RFC 5142; best first */
	uint16_t switch_address_count;
	bool switch_random_order; /* all of them are equally good */
	uint32_t switch_rate_per_s;

	uint8_t tunnel_hop_limit;
	uint32_t path_mtu_lifetime_s;	/* a path MTU that was learnt is forgotten after it */
	int tunnel_encapsulation_limit; /* -1: outer headers carry none */

	bool correspondent_enabled;	 /* return routability and bindings without H */
	uint32_t correspondent_bindings; /* of them at most */

	bool multicast_enabled; /* groups of mobile nodes, RFC 6275 §10.4.3 */
	char multicast_port_name[PORT_NAME_MAX];
	uint16_t multicast_port;	    /* index in ports */
	uint32_t multicast_groups;	    /* of all mobile nodes at most */
	uint32_t multicast_groups_per_node; /* of one of them */
	uint32_t multicast_members;	    /* of one group: copies of each packet */
	uint32_t multicast_query_interval_s;
	uint32_t multicast_query_response_ms; /* how long a mobile node may take */

	char mobile_nodes_path[PATH_MAX];
	uint32_t timestamp_window_s; /* of a mobile node that does not set its own */

	struct token_bucket_config punt_signalling_known; /* a worker's budget, per second */
	struct token_bucket_config punt_signalling_new;
	struct token_bucket_config punt_local;
	struct token_bucket_config punt_error;
	struct token_bucket_config punt_tunnel_error;
	struct token_bucket_config punt_listener;
	struct token_bucket_config punt_resolve;
	struct token_bucket_config
		errors_per_source; /* ICMPv6 errors, Binding Errors, status 146: per /64 */
	struct token_bucket_config errors_total;

	char socket_path[108];
	uint32_t socket_mode;
	char socket_group[32]; /* empty: the daemon's own */
	uint32_t socket_idle_timeout_s;

	char log_level[8]; /* error, warning, info, debug */
};

#endif
