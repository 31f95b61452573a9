/* SPDX-License-Identifier: BSD-3-Clause
 *
 * wrong: what can be wrong with a packet that came back. One list makes the enum and the names in
 * the report.
 */
#ifndef LOAD_WRONG_H
#define LOAD_WRONG_H

#define WRONGS(X)                                                                                  \
	X(ETHERNET, ethernet, "Ethernet addresses or type")                                        \
	X(IP, ip, "IP header or length")                                                           \
	X(SOURCE, source, "not from the home agent's address")                                     \
	X(UNKNOWN, unknown, "neither acknowledgement, tunnel, our data nor ICMP")                  \
	X(ROUTING_HEADER, routing_header, "type 2 routing header missing or malformed")            \
	X(HOME, home,                                                                              \
	  "home address is nobody's, or not of the node whose care-of address it went to")         \
	X(CARE_OF, care_of, "acknowledgement not sent to where its update came from")              \
	X(MESSAGE, message, "Mobility Header type or length")                                      \
	X(CHECKSUM, checksum, "Mobility Header checksum")                                          \
	X(OPTIONS, options, "mobility options malformed")                                          \
	X(IDENTIFIER, identifier, "identifier missing or another node's")                          \
	X(AUTHENTICATOR, authenticator, "MN-HA authentication missing or wrong")                   \
	X(MESSAGE_ID, message_id, "timestamp missing or not the one sent")                         \
	X(SEQUENCE, sequence, "sequence number that was not sent")                                 \
	X(TWICE, twice, "second acknowledgement of one update")                                    \
	X(LIFETIME, lifetime,                                                                      \
	  "lifetime of 0 for a binding, more than asked, or not 0 for a removal")                  \
	X(DATA_INNER, data_inner, "data packet changed on the way, or hop limit not one less")     \
	X(DATA_OUTER, data_outer, "tunnel header: traffic class, hop limit or length")             \
	X(DATA_NODE, data_node, "data packet tunnelled to another node's care-of address")         \
	X(DATA_STALE, data_stale,                                                                  \
	  "data packet sent after the move was acknowledged went to the old care-of address")      \
	X(DATA_CARE_OF, data_care_of, "data packet to a care-of address never registered")         \
	X(DATA_REMOVED, data_removed,                                                              \
	  "data packet sent after the removal was acknowledged was tunnelled")                     \
	X(DATA_TWICE, data_twice, "data packet came back twice")

enum wrong {
#define X(upper, lower, text) WRONG_##upper,
	WRONGS(X)
#undef X
		WRONG_COUNT,
	WRONG_NOTHING = WRONG_COUNT,
};

#endif
