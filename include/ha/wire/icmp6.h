/* SPDX-License-Identifier: BSD-3-Clause
 *
 * icmp6: ICMPv6 types and codes.
 *
 * RFC        4443.
 */
#ifndef HA_WIRE_ICMP6_H
#define HA_WIRE_ICMP6_H

enum {
	ICMP6_UNREACHABLE = 1,
	ICMP6_PACKET_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER_PROBLEM = 4,
	ICMP6_INFORMATIONAL = 128, /* from here on: not an error */
	ICMP6_ECHO_REQUEST = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP6_REDIRECT = 137,
};

enum {
	ICMP6_UNREACHABLE_NO_ROUTE = 0,
	ICMP6_UNREACHABLE_ADDRESS = 3,
	ICMP6_TIME_HOP_LIMIT = 0,
	ICMP6_PROBLEM_FIELD = 0,
	ICMP6_PROBLEM_OPTION = 2,
};

enum {
	IP6_MTU_MIN = 1280,
	ICMP6_ERROR_OCTETS = 8, /* in front of the quoted packet */
};

#endif
