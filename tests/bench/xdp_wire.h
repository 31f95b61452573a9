/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 *
 * xdp_wire: what the BPF programs of the benchmark and the programs that load them agree on.
 *
 * Shape      node n has the home address 2001:db8:1::n and the care-of address 2001:db8:c0a::n.
 * Bytes      addresses in network order. Kernel integer types only: BPF has no libc.
 */
#ifndef TESTS_BENCH_XDP_WIRE_H
#define TESTS_BENCH_XDP_WIRE_H

#include <linux/types.h>

enum {
	XDP_WIRE_BINDINGS_MAX = 1 << 20,
	XDP_WIRE_ETHERNET = 14,
	XDP_WIRE_IP6 = 40,
	XDP_WIRE_INNER = 78, /* octets of an IPv6 packet, as in bench_forward */
};

struct xdp_wire_address {
	__u8 bytes[16];
};

/* All that xdp_source.bpf.c is told before it is loaded. */
struct xdp_source_constants {
	__u32 node_count;
	__u32 device; /* interface index */
	__u8 far_mac[6];
	__u8 unused[2];
};

static inline __attribute__((always_inline)) struct xdp_wire_address
xdp_wire_numbered(__u8 fifth, __u8 sixth, __u32 node)
{
	struct xdp_wire_address address = {{0x20, 0x01, 0x0d, 0xb8, fifth, sixth}};

	address.bytes[12] = (__u8)(node >> 24);
	address.bytes[13] = (__u8)(node >> 16);
	address.bytes[14] = (__u8)(node >> 8);
	address.bytes[15] = (__u8)node;
	return address;
}

static inline __attribute__((always_inline)) struct xdp_wire_address xdp_wire_home(__u32 node)
{
	return xdp_wire_numbered(0x00, 0x01, node);
}

static inline __attribute__((always_inline)) struct xdp_wire_address xdp_wire_care_of(__u32 node)
{
	return xdp_wire_numbered(0x0c, 0x0a, node);
}

#endif
