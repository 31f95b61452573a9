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
	HOME_NETWORKS_MAX = 32,
	MIP4_PEERS_MAX = 256,
	MIP4_KEY_OCTETS_MAX = 64,
	SIMULTANEOUS_BINDINGS_MAX = 8,
	FOREIGN_CARE_OF_MAX = 8, /* care-of addresses of one port */
	VISITORS_MAX = 65536,
	FOREIGN_PENDING_MAX = 4096,
	VISITOR_NODES_MAX = 256,
	VISITOR_IDENTIFIER_MAX = 255,
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

/* RFC 5944 §5.1; the last one is what it once had as a default. */
enum mip4_algorithm {
	MIP4_HMAC_MD5,
	MIP4_HMAC_SHA1,
	MIP4_HMAC_SHA256,
	MIP4_KEYED_MD5, /* prefix and suffix */
};

/* A mobility security association. */
struct mip4_association {
	uint32_t spi;	   /* above MIP4_SPI_RESERVED */
	uint8_t algorithm; /* enum mip4_algorithm */
	uint8_t key_octets;
	uint8_t key[MIP4_KEY_OCTETS_MAX];
};

/* Of the home agent with a foreign agent, or the other way round. */
struct mip4_peer_config {
	struct ip_addr address;
	struct mip4_association association;
};

enum reverse_tunnel {
	REVERSE_TUNNEL_OPTIONAL,
	REVERSE_TUNNEL_MANDATORY,
	REVERSE_TUNNEL_OFF,
};

/* How a mobility agent advertises itself on a link (RFC 5944 §2.3, RFC 1256 §4.1). */
struct agent_advertisement_config {
	bool enabled;	     /* else it only answers solicitations */
	bool default_router; /* ICMP code 0 and our address among the routers; else code 16 and none */
	uint32_t max_interval_ms;
	uint32_t min_interval_ms; /* 0: three quarters of max_interval_ms */
	uint32_t lifetime_s;	  /* 0: three times max_interval_ms */
	uint32_t prefix_length;	  /* of our address, in the Prefix-Lengths extension; 0: not told */
};

/* The foreign agent on a port (RFC 5944 §3.7): what it serves on the link. */
struct foreign_agent_config {
	bool enabled;	   /* the port's role */
	bool is_described; /* in the file */
	struct ip_addr
		address; /* of this host on the link: where advertisements come from and requests go to */
	struct ip_addr care_of[FOREIGN_CARE_OF_MAX];
	uint16_t care_of_count;
	struct agent_advertisement_config advertisements;
	uint32_t max_lifetime_s;     /* of a registration; LIFETIME_INFINITE_S */
	bool registration_required;  /* R */
	bool minimal_encapsulation;  /* M */
	bool gre;		     /* G */
	int reverse_tunnel;	     /* enum reverse_tunnel; T */
	bool encapsulating_delivery; /* RFC 3024 §5.2 */
	bool challenge;		     /* RFC 4721: advertised, and asked for */
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
	struct foreign_agent_config foreign_agent;
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
	struct agent_advertisement_config agent_advertisements; /* of Mobile IPv4 */
};

struct home_prefix_config {
	struct ip_prefix prefix;
	struct ip_addr home_agent; /* source of tunnels and acknowledgements */
	struct home_link_config home_link;
	uint32_t valid_lifetime_s; /* counted from the start of the daemon; LIFETIME_INFINITE_S */
	uint32_t preferred_lifetime_s;
};

/* A home network of Mobile IPv4. */
struct home_network_config {
	struct ip_prefix prefix; /* v4-mapped, as all addresses here */
	struct ip_addr home_agent;
	struct home_link_config home_link; /* kind, interface, port and agent_advertisements only */
	struct ip_addr pool_first;	   /* home addresses to assign; unspecified: none */
	struct ip_addr pool_last;
};

struct mip4_config {
	struct home_network_config networks[HOME_NETWORKS_MAX];
	uint16_t network_count;	 /* 0: no Mobile IPv4 home agent */
	uint32_t max_lifetime_s; /* LIFETIME_INFINITE_S: none is too long */
	uint8_t tunnel_ttl;
	bool minimal_encapsulation;
	bool gre;
	int reverse_tunnel;		/* enum reverse_tunnel */
	uint32_t simultaneous_bindings; /* of one mobile node; 1: S is answered with code 1 */
	bool broadcasts;
	bool answer_wrong_authentication; /* 131 also without a foreign agent that proved itself */
	bool nat_traversal;
	bool nat_forced;	     /* F may be granted */
	uint32_t nat_keepalive_s;    /* told to the mobile node; 0: its own default */
	uint32_t nat_max_lifetime_s; /* of a binding behind a NAT */
	bool revocation;	     /* RFC 3543 */
	struct ip_addr
		redirect; /* RFC 4433: newcomers are sent there (143); unspecified: nowhere */
	struct mip4_peer_config
		foreign_agents[MIP4_PEERS_MAX]; /* with which there is an association */
	uint16_t foreign_agent_count;
};

/* A visiting mobile node with which the foreign agent shares an association (MN-FA): known by its home address, its identifier, or
 * both. */
struct visitor_node_config {
	struct ip_addr home; /* unspecified: by its identifier only */
	char identifier[VISITOR_IDENTIFIER_MAX + 1];
	struct mip4_association association;
};

/* What the foreign agents on all ports share. */
struct visiting_config {
	bool is_used;		     /* in the file */
	uint32_t visitors;	     /* at most; B is set when there are so many */
	uint32_t pending;	     /* requests at most that wait for their home agents */
	uint32_t request_timeout_s;  /* then the node is answered with code 78 */
	bool revocation;	     /* RFC 3543; X */
	bool known_home_agents_only; /* others are answered with code 65 */
	struct mip4_peer_config
		home_agents[MIP4_PEERS_MAX]; /* with which there is an association */
	uint16_t home_agent_count;
	struct visitor_node_config nodes[VISITOR_NODES_MAX];
	uint16_t node_count;
};

struct token_bucket_config {
	uint32_t rate_per_s;
	uint32_t burst;
};

struct config {
	char path[PATH_MAX];
	bool has_keys; /* in the file, which must then be closed to others */

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

	struct mip4_config mip4;
	struct visiting_config visiting; /* of the foreign agents on ports */

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
