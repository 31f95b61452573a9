/* SPDX-License-Identifier: BSD-3-Clause
 *
 * drop: why a packet went no further. One list makes the enum, the counter and the text an operator
 * reads.
 *
 * A name, once released, is never reused for something else.
 */
#ifndef HA_DROP_H
#define HA_DROP_H

#define DROP_REASONS(X)                                                                            \
	X(RUNT, runt, "frame shorter than its headers")                                            \
	X(SEGMENTED, segmented, "packet in several buffers")                                       \
	X(NOT_OUR_MAC, not_our_mac, "frame for another link-layer address")                        \
	X(VERSION, version, "IP version field is not that of the frame's type")                    \
	X(LENGTH, length, "IP length larger than the frame")                                       \
	X(SOURCE_ADDRESS, source_address, "source address that may not be forwarded")              \
	X(HOP_LIMIT, hop_limit, "hop limit exhausted")                                             \
	X(NO_BINDING, no_binding, "home address without a binding")                                \
	X(LINK_LOCAL, link_local,                                                                  \
	  "link-local destination on a home link: never forwarded, nor tunnelled")                 \
	X(BINDING_EXPIRED, binding_expired, "binding past its lifetime, control thread behind")    \
	X(TOO_BIG, too_big, "inner packet larger than the tunnel MTU")                             \
	X(NO_ROUTE, no_route, "no route to the destination through a port of ours")                \
	X(NEIGHBOUR_UNRESOLVED, neighbour_unresolved, "next hop has no link-layer address yet")    \
	X(TUNNEL_UNKNOWN, tunnel_unknown, "tunnelled packet whose inner source has no binding")    \
	X(TUNNEL_OUTER_SOURCE, tunnel_outer_source,                                                \
	  "tunnelled packet not from the registered care-of address")                              \
	X(TUNNEL_HOME_AGENT, tunnel_home_agent,                                                    \
	  "tunnelled packet to another home agent address than the binding's")                     \
	X(TUNNEL_INNER, tunnel_inner,                                                              \
	  "tunnelled packet whose inner packet is malformed or may not be forwarded")              \
	X(TUNNEL_ECN, tunnel_ecn,                                                                  \
	  "congestion marked tunnel around a packet without ECN (RFC 6040)")                       \
	X(TUNNEL_NESTED, tunnel_nested, "tunnel inside too many other tunnels")                    \
	X(TUNNEL_LIMIT, tunnel_limit, "packet that may not enter one more tunnel (RFC 2473)")      \
	X(EXTENSION_HEADERS, extension_headers, "extension header chain malformed or too long")    \
	X(FRAGMENT, fragment, "packet put together from fragments that is a fragment itself")      \
	X(FRAGMENT_LENGTH, fragment_length,                                                        \
	  "fragment of a length or at an offset that cannot be right")                             \
	X(FRAGMENT_HEADERS, fragment_headers, "first fragment without all of its headers")         \
	X(FRAGMENT_REPEATED, fragment_repeated, "fragment that was received before")               \
	X(FRAGMENT_OVERLAP, fragment_overlap,                                                      \
	  "fragments of a packet that overlap or contradict each other (RFC 5722)")                \
	X(FRAGMENT_ECN, fragment_ecn,                                                              \
	  "fragments of a packet, some congestion marked and some without ECN (RFC 3168)")         \
	X(REASSEMBLY_SIZE, reassembly_size,                                                        \
	  "fragments of a packet that is larger than a buffer when put together")                  \
	X(REASSEMBLY_FULL, reassembly_full,                                                        \
	  "fragments given up for those of newer packets: too many packets waited for fragments")  \
	X(REASSEMBLY_TIMEOUT, reassembly_timeout, "fragments whose packet was not whole in time")  \
	X(MULTICAST_SOURCE, multicast_source,                                                      \
	  "multicast packet on the link from a mobile node that is away: its own, or forged")      \
	X(NO_MEMBER, no_member, "multicast packet that no mobile node is to have")                 \
	X(NO_BUFFER, no_buffer, "no buffer for one more fragment or copy")                         \
	X(NO_KERNEL, no_kernel, "for the kernel, but the port has no kernel interface")            \
	X(PUNT_LIMIT, punt_limit, "over the worker's budget for the control thread")               \
	X(PUNT_RING_FULL, punt_ring_full, "control thread too far behind")                         \
	X(PEER_RING_FULL, peer_ring_full, "worker that owns the tunnelled flow too far behind")    \
	X(PORT_FULL, port_full, "port did not take the packet")                                    \
	X(NO_HEADROOM, no_headroom, "no room in the buffer for the outer header")                  \
	X(IP4_HEADER, ip4_header, "IPv4 header of an impossible length")                           \
	X(IP4_CHECKSUM, ip4_checksum, "IPv4 header with a wrong checksum")                         \
	X(TUNNEL_LOOP, tunnel_loop,                                                                \
	  "packet from the exit point of the tunnel that it would enter (RFC 2003)")               \
	X(TUNNEL_ENCAPSULATION, tunnel_encapsulation,                                              \
	  "tunnelled packet in another encapsulation than the registered one")                     \
	X(TUNNEL_REVERSE, tunnel_reverse,                                                          \
	  "tunnelled packet of a mobile node without a reverse tunnel (RFC 3024)")                 \
	X(VISITOR_STATION, visitor_station,                                                        \
	  "packet of a visitor from another link or link-layer address than it registered with")   \
	X(TUNNEL_PORT, tunnel_port,                                                                \
	  "tunnelled packet from another UDP port than the registered one (RFC 3519)")             \
	X(TUNNEL_DATA, tunnel_data,                                                                \
	  "tunnelled packet whose UDP header or tunnel data is malformed")                         \
	X(GRE_HEADER, gre_header, "GRE header malformed, or with what was not agreed on")          \
	X(GRE_CHECKSUM, gre_checksum, "GRE packet with a wrong checksum")                          \
	X(GRE_KEY, gre_key, "GRE packet whose key is not the registered one")                      \
	X(MINIMAL_HEADER, minimal_header,                                                          \
	  "minimal encapsulation header malformed, or its checksum wrong (RFC 2004)")

enum drop_reason {
#define X(upper, lower, text) DROP_##upper,
	DROP_REASONS(X)
#undef X
		DROP_REASON_COUNT,
};

/* In order of the enum: the name in JSON and the text for people. */
struct drop_reason_text {
	const char *name;
	const char *text;
};

extern const struct drop_reason_text drop_reason_texts[DROP_REASON_COUNT];

#endif
