/* SPDX-License-Identifier: BSD-3-Clause
 *
 * To whom a punted IPv4 packet is handed; those who take it are stand-ins.
 */
#include "receive4.h"

#include "checksum.h"
#include "counters.h"
#include "foreign_agent/foreign_agent.h"
#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"
#include "ha/wire/mip4.h"
#include "icmp4.h"
#include "mip4/home_agent.h"
#include "mip4/nat.h"
#include "mip4/revocation.h"
#include "service.h"
#include "service4.h"
#include "support/unit.h"
#include "tunnel/relay4.h"

enum taker {
	NOBODY,
	HOME_AGENT,
	FOREIGN_REQUEST,
	FOREIGN_REPLY,
	REVOCATION,
	REVOCATION_ACK,
	TUNNEL_ERROR,
	ECHO,
	DROP,
};

enum { FOREIGN_PORT = 1 };

static enum taker taken;
static unsigned int keepalives;
static bool has_foreign_agent;
static uint16_t networks;

static struct ip_addr address(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return ip4_mapped((const uint8_t[4]){a, b, c, d});
}

static void take(enum taker by)
{
	CU_ASSERT_EQUAL(taken, NOBODY);
	taken = by;
}

void home_agent_request(uint16_t worker, const struct ip4_packet *packet,
			const struct udp_datagram *datagram)
{
	CU_ASSERT_EQUAL(datagram->source_port, 5000);
	take(HOME_AGENT);
}

void foreign_agent_request(uint16_t worker, const struct ip4_packet *packet,
			   const struct udp_datagram *datagram)
{
	take(FOREIGN_REQUEST);
}

void foreign_agent_reply(uint16_t worker, const struct ip4_packet *packet,
			 const struct udp_datagram *datagram)
{
	take(FOREIGN_REPLY);
}

bool foreign_agent_is_on(void)
{
	return has_foreign_agent;
}

bool foreign_agent_is_on_port(uint16_t port)
{
	return has_foreign_agent && port == FOREIGN_PORT;
}

void mip4_revocation_receive(uint16_t worker, const struct ip4_packet *packet,
			     const struct udp_datagram *datagram)
{
	take(REVOCATION);
}

void mip4_revocation_receive_ack(const struct ip4_packet *packet,
				 const struct udp_datagram *datagram)
{
	take(REVOCATION_ACK);
}

void relay4_error(uint16_t worker, const struct ip4_packet *packet)
{
	take(TUNNEL_ERROR);
}

void icmp4_answer_drop(const struct punt *p, struct cursor packet)
{
	take(DROP);
}

bool icmp4_is_echo_request(const struct ip4_packet *packet)
{
	return packet->protocol == PROTO_ICMP && packet->payload.at[0] == ICMP4_ECHO_REQUEST;
}

void icmp4_answer_echo(uint16_t worker, const struct ip4_packet *packet)
{
	take(ECHO);
}

void nat_keepalive(const struct ip4_packet *packet)
{
	keepalives++;
}

bool service_is_ours(const struct ip_addr *a)
{
	return a->bytes[12] == 192;
}

int service4_home_agent_of(const struct ip_addr *a)
{
	return a->bytes[12] == 192 ? 0 : -1;
}

uint16_t service4_network_count(void)
{
	return networks;
}

struct packet {
	uint8_t octets[64];
	uint16_t length;
};

static struct packet make(const struct ip_addr *from, uint8_t protocol, const uint8_t *payload,
			  uint16_t octets)
{
	struct packet p = {.length = (uint16_t)(sizeof(struct ip4_hdr_wire) + octets)};
	struct ip4_hdr_wire *ip = (struct ip4_hdr_wire *)p.octets;
	static const uint8_t to[4] = {192, 0, 2, 1};

	*ip = (struct ip4_hdr_wire){.version_ihl = IP4_VERSION_IHL,
				    .total_length_be = htobe16(p.length),
				    .ttl = 60,
				    .protocol = protocol};
	memcpy(ip->source, ip4_octets(from), 4);
	memcpy(ip->destination, to, 4);
	ip->checksum_be = htobe16(plain_checksum(p.octets, sizeof(*ip)));
	memcpy(p.octets + sizeof(*ip), payload, octets);
	return p;
}

/* A message of that type to a port, its home agent field as given. */
static struct packet message(uint8_t type, uint16_t port, const struct ip_addr *home_agent)
{
	struct ip_addr from = address(203, 0, 113, 9);
	uint8_t udp[8 + 24] = {
		5000 >> 8, 5000 & 0xff, (uint8_t)(port >> 8), (uint8_t)port, 0, 8 + 24, 0, 0, type};

	memcpy(udp + 8 + 8, ip4_octets(home_agent), 4);
	return make(&from, PROTO_UDP, udp, sizeof(udp));
}

static enum taker receive(const struct packet *p, struct punt punt)
{
	taken = NOBODY;
	memset(counters, 0, sizeof(uint64_t) * CONTROL_COUNTER_COUNT);
	receive4(&punt, cursor_of(p->octets, p->length));
	return taken;
}

static void messages_go_by_their_type(void)
{
	static const struct {
		uint8_t type;
		enum taker taker;
	} cases[] = {
		{MIP4_REGISTRATION_REQUEST, HOME_AGENT},
		{MIP4_REGISTRATION_REPLY, FOREIGN_REPLY},
		{MIP4_REVOCATION, REVOCATION},
		{MIP4_REVOCATION_ACK, REVOCATION_ACK},
		{MIP4_TUNNEL_DATA, NOBODY},
		{16, NOBODY},
	};
	struct ip_addr ours = address(192, 0, 2, 1);

	has_foreign_agent = true;
	networks = 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet p = message(cases[i].type, MIP4_PORT, &ours);

		CU_ASSERT_EQUAL(receive(&p, (struct punt){0}), cases[i].taker);
		CU_ASSERT_EQUAL(counters[COUNT_LOCAL_UNKNOWN], cases[i].taker == NOBODY);
	}
	has_foreign_agent = false;
}

static void a_visitors_request_is_the_foreign_agents(void)
{
	struct ip_addr ours = address(192, 0, 2, 1);
	struct ip_addr elsewhere = address(198, 51, 100, 1);
	struct packet to_us = message(MIP4_REGISTRATION_REQUEST, MIP4_PORT, &ours);
	struct packet to_other = message(MIP4_REGISTRATION_REQUEST, MIP4_PORT, &elsewhere);

	has_foreign_agent = true;
	networks = 1;
	CU_ASSERT_EQUAL(receive(&to_other, (struct punt){.port = FOREIGN_PORT}), FOREIGN_REQUEST);
	CU_ASSERT_EQUAL(receive(&to_us, (struct punt){.port = FOREIGN_PORT}), HOME_AGENT);
	CU_ASSERT_EQUAL(receive(&to_other, (struct punt){.port = 0}), HOME_AGENT);
	CU_ASSERT_EQUAL(receive(&to_other, (struct punt){.port = FOREIGN_PORT, .tunnelled = 1}),
			HOME_AGENT);
	/* A foreign agent alone. */
	networks = 0;
	CU_ASSERT_EQUAL(receive(&to_other, (struct punt){.port = 0}), NOBODY);
	CU_ASSERT_EQUAL(counters[COUNT_LOCAL_UNKNOWN], 1);
	has_foreign_agent = false;
}

static void another_port_is_nobodys(void)
{
	struct ip_addr ours = address(192, 0, 2, 1);
	struct packet p = message(MIP4_REGISTRATION_REQUEST, 435, &ours);

	networks = 1;
	CU_ASSERT_EQUAL(receive(&p, (struct punt){0}), NOBODY);
	CU_ASSERT_EQUAL(counters[COUNT_LOCAL_UNKNOWN], 1);
}

static void only_what_came_out_of_a_tunnel_is_a_keepalive(void)
{
	static const uint8_t echo[8] = {ICMP4_ECHO_REQUEST};
	static const uint8_t reply[8] = {ICMP4_ECHO_REPLY};
	struct ip_addr from = address(10, 1, 0, 5);
	struct packet p = make(&from, PROTO_ICMP, echo, sizeof(echo));

	keepalives = 0;
	CU_ASSERT_EQUAL(receive(&p, (struct punt){0}), ECHO);
	CU_ASSERT_EQUAL(keepalives, 0);
	CU_ASSERT_EQUAL(receive(&p, (struct punt){.tunnelled = 1}), ECHO);
	CU_ASSERT_EQUAL(keepalives, 1);
	p = make(&from, PROTO_ICMP, reply, sizeof(reply));
	CU_ASSERT_EQUAL(receive(&p, (struct punt){.tunnelled = 1}), NOBODY);
	CU_ASSERT_EQUAL(counters[COUNT_LOCAL_UNKNOWN], 1);
}

static void each_class_has_its_own_way(void)
{
	static const uint8_t error[8] = {ICMP4_UNREACHABLE};
	struct ip_addr from = address(203, 0, 113, 1);
	struct packet p = make(&from, PROTO_ICMP, error, sizeof(error));

	CU_ASSERT_EQUAL(receive(&p, (struct punt){.class = PUNT_TUNNEL_ERROR}), TUNNEL_ERROR);
	CU_ASSERT_EQUAL(receive(&p, (struct punt){.class = PUNT_ERROR}), DROP);
	CU_ASSERT_EQUAL(counters[COUNT_ERROR_CONSIDERED], 1);
}

static void what_is_not_whole_or_forged_ends_by_name(void)
{
	struct ip_addr ours = address(192, 0, 2, 1);
	struct packet good = message(MIP4_REGISTRATION_REQUEST, MIP4_PORT, &ours);
	struct packet p = good;

	networks = 1;
	p.octets[8]--;
	CU_ASSERT_EQUAL(receive(&p, (struct punt){0}), NOBODY);
	CU_ASSERT_EQUAL(counters[COUNT_PACKET_MALFORMED], 1);
	p = good;
	p.octets[25] = 200; /* the UDP length */
	CU_ASSERT_EQUAL(receive(&p, (struct punt){0}), NOBODY);
	CU_ASSERT_EQUAL(counters[COUNT_PACKET_MALFORMED], 1);
	p = good;
	p.octets[6] = IP4_MF >> 8;
	p.octets[10] = 0;
	p.octets[11] = 0;
	*(uint16_t *)&p.octets[10] = htobe16(plain_checksum(p.octets, 20));
	CU_ASSERT_EQUAL(receive(&p, (struct punt){0}), NOBODY);
	CU_ASSERT_EQUAL(counters[COUNT_PACKET_FRAGMENT], 1);
	p = make(&ours, PROTO_UDP, good.octets + 20, 32);
	CU_ASSERT_EQUAL(receive(&p, (struct punt){0}), NOBODY);
	CU_ASSERT_EQUAL(counters[COUNT_SOURCE_IS_OURS], 1);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(messages_go_by_their_type),
		UNIT(a_visitors_request_is_the_foreign_agents),
		UNIT(another_port_is_nobodys),
		UNIT(only_what_came_out_of_a_tunnel_is_a_keepalive),
		UNIT(each_class_has_its_own_way),
		UNIT(what_is_not_whole_or_forged_ends_by_name),
	};

	return unit_run("receive4", cases, UNIT_COUNT(cases));
}
