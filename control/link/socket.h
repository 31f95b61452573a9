/* SPDX-License-Identifier: BSD-3-Clause
 *
 * socket: AF_PACKET sockets on a link's interface, one a protocol, which take in nothing but the messages of the link.
 *
 * Threads    the control thread.
 */
#ifndef CONTROL_LINK_SOCKET_H
#define CONTROL_LINK_SOCKET_H

/* What a link may hear; each has a socket of its own. */
enum link_protocol {
	LINK_IP6, /* neighbour, router and listener discovery */
	LINK_IP4, /* ICMP router discovery */
	LINK_ARP,
	LINK_PROTOCOLS,
};

/* Not blocking. A descriptor, or a negative errno. */
int socket_open(enum link_protocol protocol, unsigned int ifindex);

#endif
