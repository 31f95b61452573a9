/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bench_nd: asks for the link-layer addresses of mobile nodes that are away, as fast as the answers come, and prints how many came in a second.
 *
 * usage: bench_nd INTERFACE HOME-AGENT-MAC FIRST-ADDRESS COUNT SECONDS
 */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
	BATCH = 64,
	WINDOW = 2048, /* questions without an answer */
	FRAME = 14 + 40 + 24,
	TYPE_AT = 54,
	ADVERTISEMENT = 136,
};

static uint8_t frames[BATCH][FRAME];
static uint8_t received[BATCH][128];
static int sock;

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint16_t checksum(const uint8_t *frame)
{
	uint32_t sum = 24 + 58;

	for (unsigned int at = 22; at < FRAME; at += 2)
		sum += (uint32_t)(frame[at] << 8 | frame[at + 1]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* From an address of the link that nobody has. */
static void make(uint8_t *frame, const uint8_t mac[6], const uint8_t target[16])
{
	static const uint8_t head[] = {2,    0, 0, 0, 0xbe, 0xef, 0x86, 0xdd,
				       0x60, 0, 0, 0, 0,    24,	  58,	255};
	uint16_t sum;

	memset(frame, 0, FRAME);
	memcpy(frame, mac, 6);
	memcpy(frame + 6, head, sizeof(head));
	memcpy(frame + 22, target, 8);
	frame[36] = 0xbe;
	frame[37] = 0xef;
	memcpy(frame + 38, target, 16);
	frame[TYPE_AT] = 135;
	memcpy(frame + TYPE_AT + 8, target, 16);
	sum = checksum(frame);
	frame[TYPE_AT + 2] = (uint8_t)(sum >> 8);
	frame[TYPE_AT + 3] = (uint8_t)sum;
}

static int open_socket(const char *interface)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TYPE_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ADVERTISEMENT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 128),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {4, code};
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IPV6),
		.sll_ifindex = (int)if_nametoindex(interface),
	};
	const int on = 1;
	const int octets = 8 << 20;
	const struct packet_mreq all = {.mr_ifindex = address.sll_ifindex,
					.mr_type = PACKET_MR_PROMISC};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		perror(interface);
		exit(1);
	}
	return fd;
}

static unsigned int ask(void)
{
	struct mmsghdr headers[BATCH] = {0};
	struct iovec vectors[BATCH];
	int n;

	for (unsigned int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){frames[i], FRAME};
		headers[i].msg_hdr.msg_iov = &vectors[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	n = sendmmsg(sock, headers, BATCH, 0);
	return n > 0 ? (unsigned int)n : 0;
}

static unsigned int hear(int wait_ms)
{
	struct mmsghdr headers[BATCH] = {0};
	struct iovec vectors[BATCH];
	struct pollfd readable = {.fd = sock, .events = POLLIN};
	int n;

	if (poll(&readable, 1, wait_ms) <= 0)
		return 0;
	for (unsigned int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){received[i], sizeof(received[i])};
		headers[i].msg_hdr.msg_iov = &vectors[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(sock, headers, BATCH, MSG_DONTWAIT, NULL);
	return n > 0 ? (unsigned int)n : 0;
}

/* Questions that were lost are forgotten when nothing comes any more. */
static void run(double seconds)
{
	double began = now_s();
	uint64_t asked = 0;
	uint64_t answered = 0;
	uint64_t lost = 0;
	double took;

	while (now_s() - began < seconds) {
		unsigned int n;

		if (asked - answered - lost < WINDOW)
			asked += ask();
		n = hear(asked - answered - lost < WINDOW ? 0 : 20);
		answered += n;
		if (n == 0 && asked - answered - lost >= WINDOW)
			lost = asked - answered;
	}
	took = now_s() - began;
	printf("%.0f solicitations answered a second (%llu of %llu asked in %.1f s)\n",
	       (double)answered / took, (unsigned long long)answered, (unsigned long long)asked,
	       took);
}

int main(int argc, char *argv[])
{
	unsigned int mac[6];
	uint8_t octets[6];
	uint8_t target[16];
	unsigned int count;

	if (argc != 6 || inet_pton(AF_INET6, argv[3], target) != 1 ||
	    sscanf(argv[2], "%x:%x:%x:%x:%x:%x", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
		   &mac[5]) != 6 ||
	    (count = (unsigned int)atoi(argv[4])) == 0) {
		fprintf(stderr, "usage: bench_nd INTERFACE HOME-AGENT-MAC FIRST-ADDRESS COUNT "
				"SECONDS\n");
		return 2;
	}
	for (unsigned int i = 0; i < 6; i++)
		octets[i] = (uint8_t)mac[i];
	for (unsigned int i = 0; i < BATCH; i++) {
		uint8_t one[16];

		memcpy(one, target, sizeof(one));
		one[15] = (uint8_t)(one[15] + i % count);
		make(frames[i], octets, one);
	}
	sock = open_socket(argv[1]);
	run(atof(argv[5]));
	return 0;
}
