/* SPDX-License-Identifier: BSD-3-Clause
 *
 * counters: what the control thread did, counted. One list makes the enum and the names in JSON.
 *
 * Shape      every punted packet ends in exactly one counter of PUNT_OUTCOMES.
 * Threads    the control thread.
 */
#ifndef CONTROL_COUNTERS_H
#define CONTROL_COUNTERS_H

#include <stdint.h>

#define PUNT_OUTCOMES(X)                                                                           \
	X(BU_ACCEPTED, binding_update_accepted, "registered or refreshed")                         \
	X(BU_DEREGISTERED, binding_update_deregistered, "de-registered")                           \
	X(BU_REFUSED, binding_update_refused, "answered with a status of 128 or more")             \
	X(BU_SILENT, binding_update_silent, "dropped without an answer, see silent reasons")       \
	X(BU_MALFORMED, binding_update_malformed, "option malformed, misaligned or out of order")  \
	X(MH_SHORT, mh_short, "Mobility Header longer than the packet")                            \
	X(MH_CHECKSUM, mh_checksum, "wrong checksum")                                              \
	X(MH_UNKNOWN_TYPE, mh_unknown_type, "unknown Mobility Header type")                        \
	X(MH_PAYLOAD_PROTO, mh_payload_proto, "Payload Proto is not 59")                           \
	X(MH_HEADER_LENGTH, mh_header_length, "Header Len below the minimum of the type")          \
	X(MH_UNEXPECTED, mh_unexpected, "message that a home agent does not act on")               \
	X(PACKET_MALFORMED, packet_malformed,                                                      \
	  "extension headers malformed, repeated or misplaced")                                    \
	X(PACKET_FRAGMENT, packet_fragment, "fragment")                                            \
	X(SOURCE_IS_OURS, source_is_ours, "from an address of this host: forged")                  \
	X(HOME_ADDRESS_INVALID, home_address_invalid,                                              \
	  "home address not unicast routable, or multicast source")                                \
	X(HOME_ADDRESS_UNKNOWN, home_address_unknown, "Home Address option without a binding")     \
	X(ECHO_ANSWERED, echo_answered, "echo request answered")                                   \
	X(DHAAD_REQUEST, home_agent_discovery_requests,                                            \
	  "Home Agent Address Discovery Request, answered within the rate limit")                  \
	X(PREFIX_SOLICITATION, mobile_prefix_solicitations,                                        \
	  "Mobile Prefix Solicitation, answered at most once a second")                            \
	X(DISCOVERY_INVALID, discovery_invalid,                                                    \
	  "discovery or solicitation with a wrong checksum, code, length or no home address")      \
	X(LOCAL_UNKNOWN, local_unknown, "for the home agent itself, but nothing here takes it")    \
	X(ERROR_CONSIDERED, error_considered, "an ICMPv6 error was sent or was not called for")    \
	X(HELD, held, "held until the next hop is resolved, then sent or given up")                \
	X(HELD_OVERFLOW, held_overflow, "next hop unresolved and enough packets held already")     \
	X(NO_ROUTE, no_route, "no way to the destination")

#define CONTROL_COUNTERS(X)                                                                        \
	X(ACKS_SENT, binding_acks_sent, "Binding Acknowledgements sent")                           \
	X(ERRORS_SENT, binding_errors_sent, "Binding Errors sent")                                 \
	X(ICMP_SENT, icmp6_errors_sent, "ICMPv6 errors sent")                                      \
	X(DHAAD_SENT, home_agent_discovery_replies, "Home Agent Address Discovery Replies sent")   \
	X(PREFIX_ADVERTISED, mobile_prefix_advertisements, "Mobile Prefix Advertisements sent")    \
	X(PREFIX_LIMITED, mobile_prefix_limited,                                                   \
	  "Mobile Prefix Solicitations not answered: another one was within this second")          \
	X(RA_SENT, router_advertisements_sent, "Router Advertisements sent")                       \
	X(RA_RECEIVED, router_advertisements, "Router Advertisements of others received")          \
	X(RS_RECEIVED, router_solicitations, "Router Solicitations received")                      \
	X(RA_INVALID, router_discovery_invalid,                                                    \
	  "Router Advertisements and Solicitations that are malformed or from a wrong source")     \
	X(HOME_AGENTS_FULL, home_agents_full,                                                      \
	  "Router Advertisements of which something found no place on a Home Agents List")         \
	X(ANSWERS_LIMITED, answers_limited, "answers held back by the rate limit")                 \
	X(REPLY_FAILED, replies_failed, "answers not sent: no route, buffer or ring space")        \
	X(EXPIRED, bindings_expired, "bindings whose lifetime ended")                              \
	X(REMOVED, bindings_removed, "bindings removed over the control socket")                   \
	X(HELD_SENT, held_sent, "held packets sent after resolution")                              \
	X(HELD_DROPPED, held_dropped, "held packets given up")                                     \
	X(API_IDLE, control_connections_idle,                                                      \
	  "control socket connections closed because they asked nothing for too long")             \
	X(NETLINK_RESYNC, netlink_resyncs,                                                         \
	  "times the kernel's state was read anew after an overrun")

enum control_counter {
#define X(upper, lower, text) COUNT_##upper,
	PUNT_OUTCOMES(X) CONTROL_COUNTERS(X)
#undef X
		CONTROL_COUNTER_COUNT,
};

struct counter_text {
	const char *name;
	const char *text;
};

extern uint64_t counters[CONTROL_COUNTER_COUNT];
extern const struct counter_text counter_texts[CONTROL_COUNTER_COUNT];

/* Binding Updates dropped without an answer, by enum silent_reason. */
extern uint64_t silent_counters[];
extern const struct counter_text silent_texts[];

static inline void count(enum control_counter which)
{
	counters[which]++;
}

#endif
