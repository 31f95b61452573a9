/* SPDX-License-Identifier: BSD-3-Clause
 *
 * link: real home links, and the links that foreign agents serve. Hears link-scoped ICMPv6, ICMP router discovery and ARP on the kernel interface of a port and
 * hands each message to whoever asked for its type; sends there.
 *
 * Shape      a link for each interface that some home prefix, some home network or a foreign agent names, numbered from 0. Of each only those messages are heard that
 *            somebody there may need: link_serves_ip6, link_serves_ip4. The kernel sees the same messages and does with them what it always does.
 *            What is sent waits for the end of the loop's turn, so that many messages leave by one system call.
 * Order      link_start when ports are there and the loop is started; link_handle before or after. link_stop before loop_close.
 * Threads    the control thread.
 * RFC        4861 §6.1, §7.1 and 4443 §2.3 (what is true of every message that a handler sees), 3810 §5; 1256 §6.1.2, §6.2.1; 826.
 */
#ifndef CONTROL_LINK_LINK_H
#define CONTROL_LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/cursor.h"
#include "ha/fault.h"
#include "link/arp.h"

enum {
	LINK_NONE = -1,
	LINK_MESSAGE_MAX =
		1452, /* octets of an ICMPv6 message that is sent, behind a router alert */
};

/* A message from the link. Its length and checksum are right, its source is no multicast address, and its frame from none. Neighbour and router discovery (types 133 to 137): hop limit
 * 255, code 0. Multicast listener discovery (130 to 132, 143): hop limit 1, source link-local or unspecified; without a router alert it does not come. What this
 * host sent itself never comes. */
struct link_message {
	uint16_t link;
	uint8_t type;
	uint8_t source_mac[6]; /* of the frame */
	struct ip_addr source;
	struct ip_addr destination;
	struct cursor icmp6; /* from the type octet to the end of the payload */
};

typedef void link_handler_fn(const struct link_message *message);

/* 0, or a negative errno with the fault filled. Without a real home link nothing is opened. */
int link_start(const struct config *config, struct fault *fault);
void link_stop(void);

/* Who gets the messages of a type; the last one asked for it. NULL: nobody. */
void link_handle(uint8_t type, link_handler_fn *handler);

/* An ICMP message of router discovery (types 9 and 10), not in fragments. Header and ICMP checksum are right, code 0 of a solicitation; its source is no multicast or
 * broadcast address, but may be 0.0.0.0 or anything else: it is not proved to be on the link. */
struct link_message4 {
	uint16_t link;
	uint8_t type;
	uint8_t ttl;
	uint8_t source_mac[6]; /* of the frame; no group */
	struct ip_addr source; /* v4-mapped */
	struct ip_addr destination;
	struct cursor icmp; /* from the type octet to the end of the payload */
};

typedef void link_handler4_fn(const struct link_message4 *message);
void link_handle4(uint8_t type, link_handler4_fn *handler);

/* An ARP message, from behind the Ethernet header on, with the frame's padding; the frame is from no group. */
typedef void link_arp_fn(uint16_t link, struct cursor message);
void link_handle_arp(link_arp_fn *handler);

uint16_t link_count(void);
/* Whether there is a home prefix behind it, or a home network or a foreign agent. */
bool link_serves_ip6(uint16_t link);
bool link_serves_ip4(uint16_t link);
bool link_any_ip6(void);
/* Of the home network by its index in the configuration; LINK_NONE when it is virtual. */
int link_of_network(uint16_t network);
/* Of the home prefix of IPv6 by its index in the configuration, or of the one that holds an address; LINK_NONE when it is virtual or there is none. */
int link_of_prefix(uint16_t prefix);
int link_of_address(const struct ip_addr *address);
/* Of a port by its index; LINK_NONE. */
int link_of_port(uint16_t port);

const char *link_interface(uint16_t link);
const uint8_t *link_mac(uint16_t link); /* six octets */
/* The interface's link-local address: the source of what routers say. NULL while it has none. */
const struct ip_addr *link_local(uint16_t link);
/* How often it came up: whoever is at its other end may know nothing of what was said there before. */
uint32_t link_times_up(uint16_t link);
/* Addresses of this host changed. */
void link_addresses_changed(void);

/* Sends an ICMPv6 message with hop limit 255 to the link-layer address of one node; its checksum is set here. The message is copied. False, counted, when it cannot be
 * sent: also to the address of a group, which whoever is answered may have forged. */
bool link_send(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *source,
	       const struct ip_addr *destination, const uint8_t *message, uint16_t octets);
/* The same to a multicast address, with the link-layer address that belongs to it (RFC 2464 §7). */
bool link_send_multicast(uint16_t link, const struct ip_addr *source,
			 const struct ip_addr *destination, const uint8_t *message,
			 uint16_t octets);
/* The same with hop limit 1 and a router alert in front, as multicast listener discovery is sent (RFC 3810 §5). */
bool link_send_report(uint16_t link, const struct ip_addr *source,
		      const struct ip_addr *destination, const uint8_t *message, uint16_t octets);
/* Sends a whole IPv6 or IPv4 packet as it is, at once; else as link_send. */
bool link_send_packet(uint16_t link, const uint8_t mac[static 6], const uint8_t *packet,
		      uint16_t octets);
/* Sends a whole IPv4 packet to all nodes: its destination is a multicast address, else the frame goes to all stations. */
bool link_send_group4(uint16_t link, const uint8_t *packet, uint16_t octets);
/* Sends an ARP message to one station, or to all (NULL). */
bool link_send_arp(uint16_t link, const uint8_t *mac, const uint8_t message[static ARP_OCTETS]);

/* What a link did. */
#define LINK_COUNTERS(X)                                                                           \
	X(RECEIVED, received, "messages of the link heard: ICMPv6, router discovery, ARP")         \
	X(INVALID, invalid, "of those, with a wrong length, checksum, hop limit, code or source")  \
	X(UNHANDLED, unhandled, "of those, of a type that nobody takes")                           \
	X(SENT, sent, "messages sent")                                                             \
	X(SEND_FAILED, send_failed, "messages that the interface did not take")

enum link_counter {
#define X(upper, lower, text) LINK_##upper,
	LINK_COUNTERS(X)
#undef X
		LINK_COUNTER_COUNT,
};

const uint64_t *link_counters(uint16_t link); /* LINK_COUNTER_COUNT of them */

#endif
