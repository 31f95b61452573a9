/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/socket.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ha/wire/icmp6.h"
#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"

enum { RECEIVE_BUFFER_OCTETS = 4 << 20 };

#define PACKET_TYPE (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)

/* Neighbour and router discovery behind the IPv6 header; multicast listener discovery behind
 * hop-by-hop options of eight octets; and nothing that was sent to somebody else's link-layer
 * address. */
enum { NEXT = 20, FIRST = 54, BEHIND_OPTIONS = 62 };

static struct sock_filter ip6[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, PACKET_TYPE),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OTHERHOST, 15, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NEXT),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTO_HOP_BY_HOP, 4, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTO_ICMP6, 0, 12),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FIRST),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ICMP6_ROUTER_SOLICITATION, 0, 10),
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, ICMP6_REDIRECT, 9, 8),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FIRST),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTO_ICMP6, 0, 7),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FIRST + 1),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, BEHIND_OPTIONS),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP6_MLD2_REPORT, 2, 0),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ICMP6_MLD_QUERY, 0, 2),
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, ICMP6_MLD_DONE, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

/* ICMP router discovery behind an IPv4 header of any length, but no fragments. */
enum { FRAGMENT = 20, PROTOCOL = 23, ADVERTISEMENT = 9, SOLICITATION = 10 };

static struct sock_filter ip4[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, PACKET_TYPE),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OTHERHOST, 9, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, PROTOCOL),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTO_ICMP, 0, 7),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, FRAGMENT),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IP4_MF | IP4_OFFSET, 5, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, ETH_HLEN),
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, ETH_HLEN),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ADVERTISEMENT, 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOLICITATION, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static struct sock_filter arp[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, PACKET_TYPE),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OTHERHOST, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

#define FILTER(code)                                                                               \
	{                                                                                          \
		sizeof(code) / sizeof((code)[0]), (code)                                           \
	}

static const struct {
	uint16_t ether_type;
	struct sock_fprog filter;
} protocols[LINK_PROTOCOLS] = {
	[LINK_IP6] = {ETH_P_IPV6, FILTER(ip6)},
	[LINK_IP4] = {ETH_P_IP, FILTER(ip4)},
	[LINK_ARP] = {ETH_P_ARP, FILTER(arp)},
};

/* The filter is there before the interface: nothing else is ever queued. All multicast is let in,
 * since solicited-node groups are as many as mobile nodes. */
int socket_open(enum link_protocol protocol, unsigned int ifindex)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocols[protocol].ether_type),
		.sll_ifindex = (int)ifindex,
	};
	const struct sock_fprog *filter = &protocols[protocol].filter;
	const struct packet_mreq all = {.mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_ALLMULTI};
	const int on = 1;
	const int octets = RECEIVE_BUFFER_OCTETS;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter, sizeof(*filter)) == 0 &&
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) == 0 &&
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) == 0 &&
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}
