/* SPDX-License-Identifier: BSD-3-Clause */
#include "steer.h"

#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ha/dataplane.h"
#include "ha/steer_map.h"
#include "ha/steer_object.h"
#include "log.h"
#include "service.h"
#include "service4.h"

struct steered {
	struct bpf_object *object;
	struct bpf_link *link;
	int prefixes;
	int addresses;
	int xsks;
	int groups;
	int visitors;
};

static struct steered steered[PORTS_MAX];
static const struct config *config;
static char complaint[256];

/* libbpf explains itself in lines; the first warning is kept for the one clear error. */
static int keep_complaint(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_WARN || complaint[0] != '\0')
		return 0;
	vsnprintf(complaint, sizeof(complaint), format, args);
	complaint[strcspn(complaint, "\n")] = '\0';
	return 0;
}

static void where_of(uint16_t port, char where[64])
{
	snprintf(where, 64, "/ports/%u/interface", port);
}

/* Those in effect for this process, as bits by number. */
static uint64_t capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, sets) != 0)
		return 0;
	return (uint64_t)sets[1].effective << 32 | sets[0].effective;
}

/* Without them the driver fails half way, and not with a word about rights. CAP_SYS_ADMIN includes CAP_BPF. */
static bool has_rights(void)
{
	const uint64_t network = UINT64_C(1) << CAP_NET_ADMIN | UINT64_C(1) << CAP_NET_RAW;
	const uint64_t bpf = UINT64_C(1) << CAP_BPF | UINT64_C(1) << CAP_SYS_ADMIN;
	uint64_t mine = capabilities();

	return (mine & network) == network && (mine & bpf) != 0;
}

int steer_check(const struct config *c, struct fault *fault)
{
	bool may_steer = has_rights();
	char where[64];

	libbpf_set_print(keep_complaint);
	for (uint16_t i = 0; i < c->port_count; i++) {
		const struct port_config *port = &c->ports[i];
		unsigned int ifindex = if_nametoindex(port->interface);
		uint32_t id = 0;

		if (port->kind != PORT_AF_XDP || ifindex == 0)
			continue;
		if (!may_steer) {
			where_of(i, where);
			fault_set(fault, where,
				  "a port of kind af_xdp needs CAP_NET_ADMIN, CAP_NET_RAW and "
				  "CAP_BPF; run "
				  "homewardd as root, or give them to it");
			return -EPERM;
		}
		if (bpf_xdp_query_id((int)ifindex, 0, &id) == 0 && id != 0) {
			where_of(i, where);
			fault_set(
				fault, where,
				"%s already carries an XDP program (id %u); stop the program that "
				"uses it, or ip link set dev %s xdp off",
				port->interface, id, port->interface);
			return -EBUSY;
		}
	}
	return 0;
}

void steer_release(const char *interface)
{
	unsigned int ifindex = if_nametoindex(interface);

	if (ifindex != 0)
		bpf_xdp_detach((int)ifindex, 0, NULL);
}

static int load(struct steered *s)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "homeward_steer");

	s->object = bpf_object__open_mem(steer_object, steer_object_size, &options);
	if (s->object == NULL)
		return -errno;
	if (bpf_object__load(s->object) != 0)
		return -errno;
	s->prefixes = bpf_object__find_map_fd_by_name(s->object, "home_prefixes");
	s->addresses = bpf_object__find_map_fd_by_name(s->object, "addresses");
	s->xsks = bpf_object__find_map_fd_by_name(s->object, "xsks_map");
	s->groups = bpf_object__find_map_fd_by_name(s->object, "groups");
	s->visitors = bpf_object__find_map_fd_by_name(s->object, "visitors");
	return 0;
}

static int set_role(const struct steered *s, const struct ip_addr *address, uint32_t role)
{
	struct steer_address key;

	memcpy(key.bytes, address->bytes, sizeof(key.bytes));
	return bpf_map_update_elem(s->addresses, &key, &role, BPF_ANY);
}

/* An address of this host inside a home prefix stays the kernel's; a home agent address is what the
 * tunnels end at. */
static int fill_addresses(const struct steered *s)
{
	uint16_t count;
	const struct ip_addr *locals = service_locals(&count);
	const struct agent4 *agents;
	int rc = 0;

	for (uint16_t i = 0; i < count && rc == 0; i++)
		rc = set_role(s, &locals[i], STEER_KERNEL);
	for (uint16_t i = 0; i < config->home_prefix_count && rc == 0; i++)
		rc = set_role(s, &config->home_prefixes[i].home_agent, STEER_HOME_AGENT);
	agents = service4_agents(&count);
	for (uint16_t i = 0; i < count && rc == 0; i++)
		rc = set_role(s, &agents[i].address, STEER_HOME_AGENT);
	return rc;
}

static int set_group(const struct steered *s, const struct ip_addr *group, uint32_t what)
{
	struct steer_address key;

	memcpy(key.bytes, group->bytes, sizeof(key.bytes));
	return bpf_map_update_elem(s->groups, &key, &what, BPF_ANY);
}

static bool is_home_link4(uint16_t port)
{
	for (uint16_t i = 0; i < config->mip4.network_count; i++)
		if (config->mip4.networks[i].home_link.kind == HOME_LINK_INTERFACE &&
		    config->mip4.networks[i].home_link.port == port)
			return true;
	return false;
}

/* Broadcasts of a home network come by its own link; elsewhere only messages for any mobility agent are wanted. */
static int fill_groups4(const struct steered *s, uint16_t port)
{
	static const uint8_t all_agents[4] = {224, 0, 0, 11};
	static const uint8_t all_nodes[4] = {255, 255, 255, 255};
	const struct ip_addr agents = ip4_mapped(all_agents);
	const struct ip_addr nodes = ip4_mapped(all_nodes);
	bool takes_all = config->mip4.broadcasts && is_home_link4(port);
	uint32_t broadcast = takes_all ? STEER_BROADCAST : STEER_SIGNALLING;
	uint16_t count;
	int rc = 0;

	service4_agents(&count);
	if (count == 0)
		return 0;
	for (uint16_t i = 0; i < service4_network_count() && rc == 0; i++) {
		const struct ip_addr of_network = service4_broadcast_of(i);

		rc = set_group(s, &of_network, broadcast);
	}
	if (rc == 0)
		rc = set_group(s, &nodes, broadcast);
	return rc == 0 ? set_group(s, &agents, STEER_SIGNALLING) : rc;
}

static int set_kind(const struct steered *s, const struct steer_prefix *prefix, uint32_t kind)
{
	return bpf_map_update_elem(s->prefixes, prefix, &kind, BPF_ANY);
}

static int fill_networks4(const struct steered *s)
{
	int rc = 0;

	for (uint16_t i = 0; i < service4_network_count() && rc == 0; i++) {
		const struct ip_prefix *prefix = &service4_network_at(i)->prefix;
		struct steer_prefix key = {.length = prefix->length};

		memcpy(key.bytes, prefix->addr.bytes, sizeof(key.bytes));
		rc = set_kind(s, &key, STEER_VIRTUAL);
	}
	return rc;
}

/* What is for a mobile node's link-local address is to be refused, so all of these that are not the
 * kernel's come here. */
static int fill(const struct steered *s, uint16_t port)
{
	static const struct steer_prefix link_local = {.length = 10, .bytes = {0xfe, 0x80}};
	struct port_info info;
	int rc = fill_addresses(s);

	for (uint16_t i = 0; i < config->home_prefix_count && rc == 0; i++) {
		const struct home_prefix_config *home = &config->home_prefixes[i];
		struct steer_prefix key = {.length = home->prefix.length};
		bool is_real = home->home_link.kind == HOME_LINK_INTERFACE;

		memcpy(key.bytes, home->prefix.addr.bytes, sizeof(key.bytes));
		rc = set_kind(s, &key, is_real ? STEER_LINK : STEER_VIRTUAL);
		if (rc == 0 && is_real && home->home_link.port == port)
			rc = set_kind(s, &link_local, STEER_LINK);
	}
	if (rc == 0)
		rc = fill_networks4(s);
	if (rc == 0)
		rc = fill_groups4(s, port);
	dataplane_port_info(port, &info);
	for (uint32_t q = 0; q < info.rx_queues && rc == 0; q++) {
		int xsk = dataplane_port_xsk(port, (uint16_t)q);

		rc = xsk < 0 ? -ENOTSOCK : bpf_map_update_elem(s->xsks, &q, &xsk, BPF_ANY);
	}
	return rc;
}

static int attach(struct steered *s, const char *interface)
{
	struct bpf_program *program = bpf_object__find_program_by_name(s->object, "homeward_steer");

	s->link = bpf_program__attach_xdp(program, (int)if_nametoindex(interface));
	return s->link != NULL ? 0 : -errno;
}

int steer_start(const struct config *c, struct fault *fault)
{
	config = c;
	for (uint16_t i = 0; i < c->port_count; i++) {
		struct steered *s = &steered[i];
		char where[64];
		int rc;

		if (c->ports[i].kind != PORT_AF_XDP)
			continue;
		complaint[0] = '\0';
		rc = load(s);
		if (rc == 0)
			rc = fill(s, i);
		if (rc == 0)
			rc = attach(s, c->ports[i].interface);
		if (rc != 0) {
			where_of(i, where);
			fault_set(fault, where,
				  "the steering program could not be put on %s: %s%s%s",
				  c->ports[i].interface, strerror(-rc),
				  complaint[0] != '\0' ? ", " : "", complaint);
			steer_stop();
			return rc;
		}
	}
	return 0;
}

void steer_stop(void)
{
	for (uint16_t i = 0; i < PORTS_MAX; i++) {
		bpf_link__destroy(steered[i].link);
		bpf_object__close(steered[i].object);
		steered[i] = (struct steered){0};
	}
}

void steer_set_address(const struct ip_addr *address, bool present)
{
	struct steer_address key;

	if (service_tunnel_of(address) >= 0 || service4_agent_of(address) >= 0)
		return;
	memcpy(key.bytes, address->bytes, sizeof(key.bytes));
	for (uint16_t i = 0; i < PORTS_MAX; i++) {
		if (steered[i].object == NULL)
			continue;
		if (!present)
			bpf_map_delete_elem(steered[i].addresses, &key);
		else if (set_role(&steered[i], address, STEER_KERNEL) != 0)
			log_warning("steering: no room for another address of this host");
	}
}

int steer_set_group(uint16_t port, const struct ip_addr *group, bool wanted)
{
	const struct steered *s = &steered[port];
	struct steer_address key;

	if (s->object == NULL)
		return 0;
	memcpy(key.bytes, group->bytes, sizeof(key.bytes));
	return wanted ? set_group(s, group, STEER_ALL) : bpf_map_delete_elem(s->groups, &key);
}

int steer_set_visitor(uint16_t port, const struct ip_addr *home, bool present)
{
	const struct steered *s = &steered[port];
	struct steer_address key;
	uint32_t value = 1;

	if (s->object == NULL)
		return 0;
	memcpy(key.bytes, home->bytes, sizeof(key.bytes));
	return present ? bpf_map_update_elem(s->visitors, &key, &value, BPF_ANY)
		       : bpf_map_delete_elem(s->visitors, &key);
}
