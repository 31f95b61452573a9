/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bench_nd: asks for the link-layer addresses of mobile nodes that are away, as fast as the answers come, and prints how many came in a second.
 * It asks WINDOW times; each answer is made the next question by nd_source.bpf.c, on the interface where it arrives.
 *
 * usage: bench_nd INTERFACE HOME-AGENT-MAC FIRST-ADDRESS COUNT SECONDS
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench/nd_wire.h"

enum {
	BATCH = 64,
	WINDOW = 2048, /* questions without an answer */
	FRAME = 14 + 40 + 24,
	TYPE_AT = 54,
	LOOK_MS = 1,
	PATIENCE_MS = 20,
};

static uint8_t frames[BATCH][FRAME];
static int sock;
static int answered_fd;

static void fail(const char *what)
{
	fprintf(stderr, "bench_nd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint16_t checksum(const uint8_t *frame)
{
	uint32_t sum = 24 + ND_WIRE_ICMP6;

	for (unsigned int at = 22; at < FRAME; at += 2)
		sum += (uint32_t)(frame[at] << 8 | frame[at + 1]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* From an address of the link that nobody has. */
static void make(uint8_t *frame, const uint8_t mac[6], const uint8_t target[16])
{
	static const uint8_t asker[] = ND_WIRE_ASKER;
	static const uint8_t head[] = {0x86, 0xdd, 0x60, 0, 0, 0, 0, 24, ND_WIRE_ICMP6, 255};
	uint16_t sum;

	memset(frame, 0, FRAME);
	memcpy(frame, mac, 6);
	memcpy(frame + 6, asker, sizeof(asker));
	memcpy(frame + 12, head, sizeof(head));
	memcpy(frame + 22, target, 8);
	frame[36] = 0xbe;
	frame[37] = 0xef;
	memcpy(frame + 38, target, 16);
	frame[TYPE_AT] = ND_WIRE_SOLICITATION;
	memcpy(frame + TYPE_AT + 8, target, 16);
	sum = checksum(frame);
	frame[TYPE_AT + 2] = (uint8_t)(sum >> 8);
	frame[TYPE_AT + 3] = (uint8_t)sum;
}

static void open_socket(int device)
{
	const struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = device};

	sock = socket(AF_PACKET, SOCK_RAW, 0);
	if (sock < 0 || bind(sock, (const struct sockaddr *)&address, sizeof(address)) < 0)
		fail("packet socket");
}

/* It leaves the interface with this program. */
static void attach(int device)
{
	struct bpf_object *object = bpf_object__open_file(BPF_OBJECT, NULL);
	struct bpf_program *program;

	if (object == NULL || bpf_object__load(object) != 0)
		fail("the kernel takes no BPF program; run as root");
	program = bpf_object__find_program_by_name(object, "ask_again");
	if (bpf_program__attach_xdp(program, device) == NULL)
		fail("the interface takes no XDP program");
	answered_fd = bpf_map__fd(bpf_object__find_map_by_name(object, ".bss"));
}

static uint64_t count_answered(void)
{
	const uint32_t first = 0;
	uint64_t answered;

	if (bpf_map_lookup_elem(answered_fd, &first, &answered) != 0)
		fail("counter of " BPF_OBJECT);
	return answered;
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

static unsigned int ask_all(void)
{
	unsigned int asked = 0;

	for (unsigned int i = 0; i < WINDOW / BATCH; i++)
		asked += ask();
	return asked;
}

/* When nothing comes any more the questions were lost: they are asked again. */
static void run(double seconds)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
	double began = now_s();
	uint64_t asked = ask_all();
	uint64_t answered = 0;
	unsigned int idle_ms = 0;
	double took;

	while (now_s() - began < seconds) {
		uint64_t now_answered;

		nanosleep(&pause, NULL);
		now_answered = count_answered();
		idle_ms = now_answered == answered ? idle_ms + LOOK_MS : 0;
		answered = now_answered;
		if (idle_ms < PATIENCE_MS)
			continue;
		asked += ask_all();
		idle_ms = 0;
	}
	took = now_s() - began;
	asked += answered;
	printf("%.0f solicitations answered a second (%" PRIu64 " of %" PRIu64
	       " asked in %.1f s)\n",
	       (double)answered / took, answered, asked, took);
}

int main(int argc, char *argv[])
{
	unsigned int mac[6];
	uint8_t octets[6];
	uint8_t target[16];
	unsigned int count;
	int device;

	if (argc != 6 || (device = (int)if_nametoindex(argv[1])) == 0 ||
	    inet_pton(AF_INET6, argv[3], target) != 1 ||
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
	open_socket(device);
	attach(device);
	run(atof(argv[5]));
	return 0;
}
