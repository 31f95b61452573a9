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

/* Of the foreign agents. */
#define FOREIGN_OUTCOMES(X)                                                                        \
	X(VISIT_RELAYED, visit_request_relayed,                                                    \
	  "registration request of a visitor, relayed to its home agent")                          \
	X(VISIT_REFUSED, visit_request_refused,                                                    \
	  "the same, answered with a code of the foreign agent")                                   \
	X(VISIT_LIMITED, visit_request_limited,                                                    \
	  "the same, but the node was refused less than a second ago, or many were")               \
	X(VISIT_SILENT, visit_request_silent,                                                      \
	  "the same, dropped without an answer, see silent reasons")                               \
	X(VISIT_MALFORMED, visit_request_malformed, "the same, shorter than its fixed part")       \
	X(VISIT_REPLY_RELAYED, visit_reply_relayed,                                                \
	  "registration reply of a home agent, passed on to its visitor")                          \
	X(VISIT_REPLY_REFUSED, visit_reply_refused,                                                \
	  "the same, but the visitor got a code of the foreign agent in its place")                \
	X(VISIT_REPLY_UNKNOWN, visit_reply_unknown,                                                \
	  "registration reply that belongs to no pending request")                                 \
	X(VISIT_REPLY_MALFORMED, visit_reply_malformed,                                            \
	  "registration reply shorter than its fixed part, or with an unknown extension")

#define FOREIGN_COUNTERS(X)                                                                        \
	X(VISITS_TIMED_OUT, visit_requests_timed_out,                                              \
	  "requests of visitors that their home agents did not answer")                            \
	X(VISITS_UNREACHABLE, visit_requests_unreachable,                                          \
	  "the same, refused because of an ICMP error about them")                                 \
	X(VISITORS_LEFT, visitors_left, "visitors that de-registered")                             \
	X(VISITOR_NOT_STEERED, visitors_not_steered,                                               \
	  "visitors whose reverse tunnel is not used: no room in the steering program")            \
	X(AGENT_ADVERTISEMENTS_SENT, agent_advertisements_sent, "agent advertisements sent")       \
	X(AGENT_SOLICITATIONS, agent_solicitations, "agent solicitations received")                \
	X(AGENT_DISCOVERY_INVALID, agent_discovery_invalid,                                        \
	  "agent solicitations and advertisements that are malformed or from a wrong source")      \
	X(AGENT_ADVERTISEMENTS_OTHERS, agent_advertisements_others,                                \
	  "agent and router advertisements of others heard: nothing follows")                      \
	X(AGENT_ADVERTISEMENTS_FORGED, agent_advertisements_forged,                                \
	  "the same in the name of this agent")

#define PUNT_OUTCOMES(X)                                                                           \
	FOREIGN_OUTCOMES(X)                                                                        \
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
	X(REVOCATION_ACKNOWLEDGED, binding_revocation_acknowledged,                                \
	  "acknowledgement of a binding's revocation")                                             \
	X(REVOCATION_IGNORED, binding_revocation_ignored,                                          \
	  "Binding Revocation message without proof, about nothing outstanding, or an "            \
	  "indication: not acted on")                                                              \
	X(REVOCATION_MALFORMED, binding_revocation_malformed,                                      \
	  "Binding Revocation message with a malformed, misaligned or repeated option")            \
	X(MH_UNEXPECTED, mh_unexpected,                                                            \
	  "Home or Care-of Test Init while the correspondent function is off")                     \
	X(MH_MALFORMED, mh_malformed,                                                              \
	  "message other than a Binding Update, option malformed or misaligned")                   \
	X(MH_REFRESH_REQUEST, mh_binding_refresh_request,                                          \
	  "Binding Refresh Request: not for a home agent")                                         \
	X(MH_HOME_TEST, mh_home_test, "Home Test: not for a home agent")                           \
	X(MH_CARE_OF_TEST, mh_care_of_test, "Care-of Test: not for a home agent")                  \
	X(MH_BINDING_ACK, mh_binding_ack, "Binding Acknowledgement: not for a home agent")         \
	X(MH_BINDING_ERROR, mh_binding_error, "Binding Error: read, nothing follows")              \
	X(REGISTRATION_ACCEPTED, registration_request_accepted,                                    \
	  "Mobile IPv4: registered or refreshed")                                                  \
	X(REGISTRATION_DEREGISTERED, registration_request_deregistered,                            \
	  "Mobile IPv4: de-registered")                                                            \
	X(REGISTRATION_REFUSED, registration_request_refused,                                      \
	  "Mobile IPv4: answered with a code of 128 or more")                                      \
	X(REGISTRATION_SILENT, registration_request_silent,                                        \
	  "Mobile IPv4: dropped without an answer, see silent reasons")                            \
	X(REGISTRATION_MALFORMED, registration_request_malformed,                                  \
	  "Mobile IPv4: registration request that is too short, or an extension of which is cut")  \
	X(REGISTRATION_UNKNOWN_EXTENSION, registration_request_unknown_extension,                  \
	  "Mobile IPv4: registration request with an unknown extension that may not be skipped")   \
	X(MIP4_REVOKED, registration_revoked,                                                      \
	  "Mobile IPv4: binding or visit ended by a revocation of the other agent")                \
	X(MIP4_REVOCATION_REPEATED, registration_revocation_repeated,                              \
	  "Mobile IPv4: the same again, acknowledged again")                                       \
	X(MIP4_REVOCATION_ACKNOWLEDGED, registration_revocation_acknowledged,                      \
	  "Mobile IPv4: acknowledgement of a revocation of ours")                                  \
	X(MIP4_REVOCATION_IGNORED, registration_revocation_ignored,                                \
	  "Mobile IPv4: revocation or acknowledgement without proof, too old, or about nothing "   \
	  "that is known: not acted on")                                                           \
	X(MIP4_REVOCATION_MALFORMED, registration_revocation_malformed,                            \
	  "Mobile IPv4: revocation or acknowledgement that is too short, or with an extension "    \
	  "that is malformed, misplaced, repeated or unknown")                                     \
	X(TEST_INIT_ANSWERED, test_init_answered, "Home or Care-of Test Init answered")            \
	X(TEST_INIT_SILENT, test_init_silent,                                                      \
	  "Home or Care-of Test Init with a Home Address option, from no unicast address or over " \
	  "the rate limit")                                                                        \
	X(CORRESPONDENT_ACCEPTED, correspondent_update_accepted,                                   \
	  "binding of the correspondent function made or refreshed")                               \
	X(CORRESPONDENT_DELETED, correspondent_update_deleted,                                     \
	  "binding of the correspondent function deleted by its node")                             \
	X(PACKET_MALFORMED, packet_malformed,                                                      \
	  "headers malformed, repeated or misplaced, or with a wrong checksum")                    \
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
	X(ERROR_CONSIDERED, error_considered, "an ICMP error was sent or was not called for")      \
	X(TUNNEL_ERROR_RELAYED, tunnel_error_relayed,                                              \
	  "ICMP error from inside a tunnel, told to the source of the inner packet")               \
	X(TUNNEL_ERROR_NOT_TOLD, tunnel_error_not_told,                                            \
	  "the same, but its source is not to be told, or not now")                                \
	X(TUNNEL_ERROR_IGNORED, tunnel_error_ignored,                                              \
	  "the same, but of a kind that its source could not use")                                 \
	X(TUNNEL_ERROR_MTU, tunnel_error_mtu,                                                      \
	  "Packet Too Big with an MTU below 1280, in IPv4 below 68")                               \
	X(TUNNEL_ERROR_UNKNOWN, tunnel_error_unknown,                                              \
	  "ICMP error that quotes no tunnel packet of a binding in force")                         \
	X(TUNNEL_ERROR_OWN, tunnel_error_own,                                                      \
	  "ICMP error about a message of the home agent itself")                                   \
	X(TUNNEL_ERROR_MALFORMED, tunnel_error_malformed,                                          \
	  "ICMP error with a wrong checksum, or that quotes too little")                           \
	X(LISTENER_HEARD, listener_heard,                                                          \
	  "multicast listener discovery of a mobile node, acted on")                               \
	X(LISTENER_UNKNOWN, listener_unknown,                                                      \
	  "the same, but not from the care-of address of a binding")                               \
	X(LISTENER_INVALID, listener_invalid,                                                      \
	  "the same, but malformed, or with a wrong checksum, hop limit, router alert or source")  \
	X(HELD, held, "held until the next hop is resolved, then sent or given up")                \
	X(HELD_OVERFLOW, held_overflow, "next hop unresolved and enough packets held already")     \
	X(NO_ROUTE, no_route, "no way to the destination")

#define CONTROL_COUNTERS(X)                                                                        \
	FOREIGN_COUNTERS(X)                                                                        \
	X(ACKS_SENT, binding_acks_sent, "Binding Acknowledgements sent")                           \
	X(ERRORS_SENT, binding_errors_sent, "Binding Errors sent")                                 \
	X(HOME_TESTS_SENT, home_tests_sent, "Home Tests sent")                                     \
	X(CARE_OF_TESTS_SENT, care_of_tests_sent, "Care-of Tests sent")                            \
	X(REFRESH_REQUESTS_SENT, binding_refresh_requests_sent, "Binding Refresh Requests sent")   \
	X(CORRESPONDENT_EXPIRED, correspondent_bindings_expired,                                   \
	  "bindings of the correspondent function whose lifetime ended")                           \
	X(CORRESPONDENT_UNREACHABLE, correspondent_bindings_unreachable,                           \
	  "bindings of the correspondent function ended by persistent Destination Unreachable")    \
	X(ICMP_SENT, icmp6_errors_sent, "ICMPv6 errors sent")                                      \
	X(ICMP4_SENT, icmp4_errors_sent, "ICMP errors sent about IPv4 packets")                    \
	X(REPLIES_SENT, registration_replies_sent, "Mobile IPv4: Registration Replies sent")       \
	X(BROADCAST_REFUSED, broadcast_refused,                                                    \
	  "mobile nodes that get no broadcasts though they asked for them: a limit was reached")   \
	X(DHAAD_SENT, home_agent_discovery_replies, "Home Agent Address Discovery Replies sent")   \
	X(PREFIX_ADVERTISED, mobile_prefix_advertisements, "Mobile Prefix Advertisements sent")    \
	X(PREFIX_LIMITED, mobile_prefix_limited,                                                   \
	  "Mobile Prefix Solicitations not answered: another one was within this second")          \
	X(RA_SENT, router_advertisements_sent, "Router Advertisements sent")                       \
	X(RA_RECEIVED, router_advertisements, "Router Advertisements of others received")          \
	X(RS_RECEIVED, router_solicitations, "Router Solicitations received")                      \
	X(RA_INVALID, router_discovery_invalid,                                                    \
	  "Router Advertisements and Solicitations that are malformed or from a wrong source")     \
	X(RA_INCONSISTENT, router_advertisements_inconsistent,                                     \
	  "Router Advertisements of others that contradict ours or tell an unknown prefix")        \
	X(HOME_AGENTS_FULL, home_agents_full,                                                      \
	  "Router Advertisements of which something found no place on a Home Agents List")         \
	X(ANSWERS_LIMITED, answers_limited, "answers held back by the rate limit")                 \
	X(REPLY_FAILED, replies_failed, "answers not sent: no route, buffer or ring space")        \
	X(PATH_MTU_LEARNT, path_mtus_learnt, "path MTUs learnt or lowered")                        \
	X(PATH_MTU_AGED, path_mtus_aged, "path MTUs forgotten after their time")                   \
	X(EXPIRED, bindings_expired, "bindings whose lifetime ended")                              \
	X(REMOVED, bindings_removed, "bindings removed over the control socket")                   \
	X(REVOCATIONS_SENT, revocations_sent,                                                      \
	  "Binding Revocation Indications and Registration Revocations sent, repeated ones too")   \
	X(REVOCATION_ACKS_SENT, revocation_acks_sent,                                              \
	  "Mobile IPv4: acknowledgements of revocations sent")                                     \
	X(REVOCATIONS_DONE, revocations_done,                                                      \
	  "bindings removed after the revocation was acknowledged")                                \
	X(REVOCATIONS_REFUSED, revocations_refused,                                                \
	  "bindings removed though the mobile node refused")                                       \
	X(REVOCATIONS_UNANSWERED, revocations_unanswered,                                          \
	  "bindings removed after nobody answered the revocation")                                 \
	X(SWITCHES_SENT, home_agent_switches_sent,                                                 \
	  "Home Agent Switch messages sent, repeated ones too")                                    \
	X(SWITCHES_ANSWERED, home_agent_switches_answered,                                         \
	  "mobile nodes that de-registered after they were told to switch")                        \
	X(MULTICAST_JOINED, multicast_joined, "groups joined by mobile nodes")                     \
	X(MULTICAST_LEFT, multicast_left, "groups left by mobile nodes")                           \
	X(MULTICAST_EXPIRED, multicast_expired,                                                    \
	  "groups that mobile nodes no longer reported, or whose binding ended")                   \
	X(MULTICAST_REFUSED, multicast_refused, "groups not joined: a limit was reached")          \
	X(MULTICAST_QUERIES, multicast_queries_sent,                                               \
	  "multicast listener queries sent to mobile nodes")                                       \
	X(MULTICAST_LINK_FAILED, multicast_link_failed,                                            \
	  "groups that could not be joined on the port: the kernel or the steering refused")       \
	X(HELD_SENT, held_sent, "held packets sent after resolution")                              \
	X(HELD_DROPPED, held_dropped, "held packets given up")                                     \
	X(API_IDLE, control_connections_idle,                                                      \
	  "control socket connections closed because they asked nothing for too long")             \
	X(DAD_STARTED, dad_started, "home addresses tested for duplicates on a home link")         \
	X(DAD_DUPLICATE, dad_duplicate, "of those, had by another node: answered 134")             \
	X(ND_ANSWERED, nd_answered, "neighbour solicitations answered for mobile nodes")           \
	X(ND_CONTENDED, nd_contended,                                                              \
	  "advertisements of another node for the address of a mobile node that is away")          \
	X(ND_INVALID, nd_invalid, "neighbour solicitations and advertisements not valid")          \
	X(ARP_ANSWERED, arp_requests_answered, "ARP requests answered for mobile nodes")           \
	X(ARP_GRATUITOUS, gratuitous_arps,                                                         \
	  "gratuitous ARP messages sent for mobile nodes that left or came home")                  \
	X(ARP_CONTENDED, arp_contended,                                                            \
	  "ARP messages of another node with the address of a mobile node that is away")           \
	X(ARP_INVALID, arp_invalid, "ARP messages not valid")                                      \
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

/* Binding Updates and Registration Requests dropped without an answer, by enum silent_reason. */
extern uint64_t silent_counters[];
extern const struct counter_text silent_texts[];

/* Registration Requests answered, by the code of the reply. */
enum { REGISTRATION_CODES = 256 };
extern uint64_t registration_codes[REGISTRATION_CODES];

static inline void count(enum control_counter which)
{
	counters[which]++;
}

#endif
