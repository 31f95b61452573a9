/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 *
 * steer4: the steering program's part for IPv4.
 *
 * Shape      shares the maps of steer.bpf.c; addresses in them are v4-mapped.
 * RFC        5944 §3.3, §4.2, §4.3; 2003, 2004, 2784 (protocols 4, 55, 47); 3519 §4.1 (tunnel data, UDP port 434); 3024 (reverse tunnels);
 *            792 (errors).
 */
#include <linux/in.h>
#include <linux/ip.h>

#define MOBILITY_PORT 434

enum {
	IPV4_IN = 4,
	GRE = 47,
	MINIMAL = 55,
};

enum {
	UNREACHABLE = 3,
	AGENT_ADVERTISEMENT = 9,
	AGENT_SOLICITATION = 10,
	TIME_EXCEEDED = 11,
	PARAMETER_PROBLEM = 12,
};

enum {
	MORE_FRAGMENTS = 0x2000,
	FRAGMENT_OFFSET = 0x1fff,
	DHCP_SERVER = 67,
	DHCP_CLIENT = 68,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_VISITORS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct steer_address);
	__type(value, __u32);
} visitors SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, STEER_DATAGRAMS_MAX);
	__type(key, struct steer_datagram);
	__type(value, __u32);
} datagrams SEC(".maps");

struct ports {
	__be16 source;
	__be16 destination;
};

struct icmp_error {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__u32 value;
	struct iphdr quoted;
};

static __always_inline void mapped(struct steer_address *address, __be32 octets)
{
	__builtin_memset(address->bytes, 0, 10);
	address->bytes[10] = 0xff;
	address->bytes[11] = 0xff;
	__builtin_memcpy(&address->bytes[12], &octets, 4);
}

static __always_inline int is_tunnel4(__u8 protocol)
{
	return protocol == IPV4_IN || protocol == GRE || protocol == MINIMAL;
}

/* Behind options, too. */
static __always_inline void *behind4(struct iphdr *ip)
{
	return (void *)ip + ip->ihl * 4;
}

/* What is for UDP port 434. Of a datagram in fragments only the first one says so, and is remembered for the others. */
static __always_inline int is_signalling4(struct iphdr *ip, void *end)
{
	__u16 fragment = bpf_ntohs(ip->frag_off) & (MORE_FRAGMENTS | FRAGMENT_OFFSET);
	struct steer_datagram key = {.source = ip->saddr, .destination = ip->daddr, .id = ip->id};
	struct ports *ports = behind4(ip);
	__u32 is_first = 1;

	if (ip->protocol != IPPROTO_UDP)
		return 0;
	if (fragment & FRAGMENT_OFFSET)
		return bpf_map_lookup_elem(&datagrams, &key) != 0;
	if ((void *)(ports + 1) > end || ports->destination != bpf_htons(MOBILITY_PORT))
		return 0;
	if (fragment)
		bpf_map_update_elem(&datagrams, &key, &is_first, BPF_ANY);
	return 1;
}

/* Whether an error is about a packet that left from here past the kernel: a tunnel, or a message of UDP port 434. */
static __always_inline int is_our_error4(struct iphdr *ip, void *end)
{
	struct icmp_error *error = behind4(ip);
	struct ports *ports;

	if (ip->protocol != IPPROTO_ICMP || (void *)(error + 1) > end ||
	    (ip->frag_off & bpf_htons(MORE_FRAGMENTS | FRAGMENT_OFFSET)))
		return 0;
	if (error->type != UNREACHABLE && error->type != TIME_EXCEEDED &&
	    error->type != PARAMETER_PROBLEM)
		return 0;
	if (is_tunnel4(error->quoted.protocol))
		return 1;
	ports = behind4(&error->quoted);
	return error->quoted.protocol == IPPROTO_UDP && (void *)(ports + 1) <= end &&
	       ports->source == bpf_htons(MOBILITY_PORT);
}

static __always_inline int is_ours4(struct iphdr *ip, void *end)
{
	struct steer_address address;
	struct steer_prefix prefix = {.length = 128};
	__u32 *role;

	mapped(&address, ip->daddr);
	role = bpf_map_lookup_elem(&addresses, &address);
	if (role)
		return *role == STEER_HOME_AGENT &&
		       (is_tunnel4(ip->protocol) || is_signalling4(ip, end) ||
			is_our_error4(ip, end));
	__builtin_memcpy(prefix.bytes, address.bytes, sizeof(prefix.bytes));
	if (bpf_map_lookup_elem(&home_prefixes, &prefix))
		return 1;
	mapped(&address, ip->saddr);
	return bpf_map_lookup_elem(&visitors, &address) != 0;
}

/* Of the link itself: the kernel's, and what listens on it there. */
static __always_inline int is_of_link4(struct iphdr *ip, void *end)
{
	struct ports *ports = behind4(ip);
	__u8 *type = behind4(ip);

	if (ip->protocol == IPPROTO_ICMP)
		return (void *)(type + 1) > end || *type == AGENT_ADVERTISEMENT ||
		       *type == AGENT_SOLICITATION;
	if (ip->protocol != IPPROTO_UDP)
		return 0;
	return (void *)(ports + 1) > end || ports->destination == bpf_htons(DHCP_SERVER) ||
	       ports->destination == bpf_htons(DHCP_CLIENT);
}

/* Of multicast and broadcast frames. */
static __always_inline int is_wanted4(struct iphdr *ip, void *end)
{
	struct steer_address to;
	__u32 *what;

	mapped(&to, ip->daddr);
	what = bpf_map_lookup_elem(&groups, &to);
	if (!what)
		return 0;
	if (*what == STEER_BROADCAST)
		return !is_of_link4(ip, end);
	return *what == STEER_ALL || is_signalling4(ip, end);
}
