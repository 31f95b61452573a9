/* SPDX-License-Identifier: BSD-3-Clause
 *
 * icmp6: ICMPv6 types and codes.
 *
 * RFC        4443; 4861 §4; 6275 §6.5–6.8, §7 (home agent discovery, prefix discovery, what they add
 *            to neighbour discovery); 3963 §7 (mobile router flags).
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
	ICMP6_ROUTER_SOLICITATION = 133,
	ICMP6_ROUTER_ADVERTISEMENT = 134,
	ICMP6_REDIRECT = 137,
	ICMP6_DHAAD_REQUEST = 144,
	ICMP6_DHAAD_REPLY = 145,
	ICMP6_MOBILE_PREFIX_SOLICITATION = 146,
	ICMP6_MOBILE_PREFIX_ADVERTISEMENT = 147,
};

enum {
	ICMP6_UNREACHABLE_NO_ROUTE = 0,
	ICMP6_UNREACHABLE_ADDRESS = 3,
	ICMP6_PROBLEM_FIELD = 0,
	ICMP6_PROBLEM_OPTION = 2,
};

enum {
	IP6_MTU_MIN = 1280,
	ICMP6_ERROR_OCTETS = 8, /* in front of the quoted packet */
	DISCOVERY_OCTETS = 8,	/* types 144 to 147 up to their addresses or options */
};

/* The 16 bits behind the identifier of types 144 and 145. */
enum { DHAAD_FLAG_MOBILE_ROUTER = 0x8000 };

enum nd_option {
	ND_SOURCE_LINK_LAYER = 1,
	ND_PREFIX = 3,
	ND_MTU = 5,
	ND_ADVERTISEMENT_INTERVAL = 7,
	ND_HOME_AGENT = 8,
};

enum {
	ND_OPTION_UNIT = 8, /* octets that one of its length stands for */
	ND_PREFIX_OCTETS = 32,
	ND_PREFIX_FLAG_ON_LINK = 0x80,
	ND_PREFIX_FLAG_AUTONOMOUS = 0x40,
	ND_PREFIX_FLAG_ROUTER_ADDRESS = 0x20,
	ND_HOME_AGENT_FLAG_MOBILE_ROUTER = 0x8000,
	RA_FLAG_MANAGED = 0x80,
	RA_FLAG_OTHER = 0x40,
	RA_FLAG_HOME_AGENT = 0x20,
	RA_FIXED_OCTETS = 16,
};

#endif
