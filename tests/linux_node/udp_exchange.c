/* SPDX-License-Identifier: BSD-3-Clause */
/* udp_exchange: sends one UDP datagram from an address and shows the answer.
 *
 *   udp_exchange SOURCE DESTINATION PORT MESSAGE WAIT-MS
 *
 * MESSAGE and the answer are in hexadecimal. Exit status 1: no answer from there in that time.
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

#define MESSAGE_MAX 2048

static struct sockaddr_in address(const char *text, const char *port)
{
	struct sockaddr_in found = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};

	if (inet_pton(AF_INET, text, &found.sin_addr) != 1)
		errx(2, "%s is no IPv4 address", text);
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

/* Only what comes from where it was sent to is received. */
static int open_socket(const char *source, struct sockaddr_in *to)
{
	struct sockaddr_in own = address(source, "0");
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		err(2, "socket");
	if (bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0)
		err(2, "bind to %s", source);
	if (connect(fd, (struct sockaddr *)to, sizeof(*to)) < 0)
		err(2, "connect");
	return fd;
}

int main(int argc, char **argv)
{
	uint8_t message[MESSAGE_MAX];

	if (argc != 6)
		errx(2, "usage: udp_exchange SOURCE DESTINATION PORT MESSAGE WAIT-MS");
	struct sockaddr_in to = address(argv[2], argv[3]);
	int fd = open_socket(argv[1], &to);
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	size_t n = read_hex(argv[4], message, sizeof(message));

	if (send(fd, message, n, 0) < 0)
		err(2, "send");
	if (poll(&wait, 1, atoi(argv[5])) <= 0)
		return 1;
	ssize_t got = recv(fd, message, sizeof(message), 0);
	if (got < 0)
		err(2, "recv");
	for (ssize_t i = 0; i < got; i++)
		printf("%02x", message[i]);
	printf("\n");
	return 0;
}
