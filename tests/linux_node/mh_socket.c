/* SPDX-License-Identifier: BSD-3-Clause */
/* mh_socket: sends one Mobility Header message from a home address and shows the answer.
 *
 *   mh_socket HOME-ADDRESS HOME-AGENT MESSAGE WAIT-MS
 *
 * MESSAGE is in hexadecimal, from Payload Proto on. The kernel of the mobile node fills the checksum in, puts the Home Address option
 * in front as its policies say, tests the checksum and the type 2 routing header of the answer. The answer is shown as
 * "SOURCE ROUTING-HEADER MESSAGE", "-" in place of a routing header that was not there. Exit status 1: no answer in that time.
 *
 * RFC 6275 6.1, 6.4; RFC 3542 (ancillary data).
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MOBILITY_HEADER 135
#define MESSAGE_MAX	2048

static struct sockaddr_in6 address(const char *text)
{
	struct sockaddr_in6 found = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET6, text, &found.sin6_addr) != 1)
		errx(2, "%s is no IPv6 address", text);
	return found;
}

static size_t read_hex(const char *text, uint8_t *octets, size_t room)
{
	size_t n = 0;
	int used = 0;

	while (n < room && sscanf(text, "%2hhx%n", &octets[n], &used) == 1 && used == 2) {
		text += 2;
		n++;
	}
	if (*text != '\0')
		errx(2, "the message is not in hexadecimal, or too long");
	return n;
}

static void show_hex(const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", octets[i]);
}

static int open_socket(const char *home)
{
	const int on = 1;
	struct sockaddr_in6 own = address(home);
	int fd = socket(AF_INET6, SOCK_RAW, MOBILITY_HEADER);

	if (fd < 0)
		err(2, "socket");
	if (bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0)
		err(2, "bind to %s", home);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_RECVRTHDR, &on, sizeof(on)) < 0)
		err(2, "IPV6_RECVRTHDR");
	return fd;
}

static void show_routing_header(struct msghdr *msg)
{
	for (struct cmsghdr *at = CMSG_FIRSTHDR(msg); at != NULL; at = CMSG_NXTHDR(msg, at)) {
		if (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_RTHDR) {
			show_hex(CMSG_DATA(at), at->cmsg_len - CMSG_LEN(0));
			return;
		}
	}
	printf("-");
}

static void show_answer(int fd)
{
	uint8_t message[MESSAGE_MAX];
	_Alignas(struct cmsghdr) uint8_t control[512];
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in6 from;
	struct iovec part = {.iov_base = message, .iov_len = sizeof(message)};
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &msg, 0);

	if (n < 0)
		err(2, "recvmsg");
	printf("%s ", inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text)));
	show_routing_header(&msg);
	printf(" ");
	show_hex(message, (size_t)n);
	printf("\n");
}

int main(int argc, char **argv)
{
	uint8_t message[MESSAGE_MAX];

	if (argc != 5)
		errx(2, "usage: mh_socket HOME-ADDRESS HOME-AGENT MESSAGE WAIT-MS");
	int fd = open_socket(argv[1]);
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	struct sockaddr_in6 home_agent = address(argv[2]);
	size_t n = read_hex(argv[3], message, sizeof(message));

	if (sendto(fd, message, n, 0, (struct sockaddr *)&home_agent, sizeof(home_agent)) < 0)
		err(2, "sendto");
	if (poll(&wait, 1, atoi(argv[4])) <= 0)
		return 1;
	show_answer(fd);
	return 0;
}
