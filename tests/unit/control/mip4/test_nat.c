/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The first keepalive of a tunnel in UDP whose port is not known yet.
 */
#include "mip4/nat.h"

#include <rte_mbuf.h>

#include "ha/encap.h"
#include "ha/exchange.h"
#include "registration/registration.h"
#include "support/unit.h"

static struct binding bindings[2];
static struct registration registrations[2];

static struct {
	unsigned int count;
	uint32_t slot;
	uint16_t port;
} bound;

const struct registration *registration_find(const struct ip_addr *home)
{
	return &registrations[0];
}

void registration_bind_port(uint32_t slot, uint16_t udp_port)
{
	bound.count++;
	bound.slot = slot;
	bound.port = udp_port;
}

static void begin(uint16_t first_port, uint16_t second_port, enum encap_kind kind)
{
	bindings[0].udp_port = first_port;
	bindings[1].udp_port = second_port;
	for (unsigned int i = 0; i < 2; i++) {
		bindings[i].care_of = ip4_mapped((const uint8_t[4]){192, 0, 2, 9});
		registrations[i] = (struct registration){
			.binding = &bindings[i],
			.slot = 40 + i,
			.tunnel = tunnel4_number(0, kind),
			.also = i == 0 ? &registrations[1] : NULL,
		};
	}
	memset(&bound, 0, sizeof(bound));
}

/* The headers of a tunnel in UDP lie in front of the packet: from 192.0.2.9, port 0x1234. */
static uint8_t octets[64] = {
	[0] = 0x45, [9] = 17, [12] = 192, 0, 2, 9, [20] = 0x12, 0x34, 0x01, 0xb2, [28] = 4, 4};

static void keepalive(uint16_t headroom)
{
	struct rte_mbuf m = {.buf_addr = octets + 32 - headroom, .data_off = headroom};
	const struct punt punt = {.packet = &m, .tunnelled = 1};
	const struct ip4_packet packet = {.arrival = &punt};

	nat_keepalive(&packet);
}

static void it_shows_the_port_of_a_half_bound_tunnel(void)
{
	begin(0, 700, ENCAP_UDP);
	keepalive(32);
	CU_ASSERT_EQUAL(bound.count, 1);
	CU_ASSERT_EQUAL(bound.slot, 40);
	CU_ASSERT_EQUAL(bound.port, 0x1234);
	begin(700, 0, ENCAP_UDP);
	keepalive(32);
	CU_ASSERT_EQUAL(bound.slot, 41);
}

/* RFC 3519 §4.7: only a registration changes it. */
static void it_does_not_change_a_port_that_is_known(void)
{
	begin(700, 701, ENCAP_UDP);
	keepalive(32);
	CU_ASSERT_EQUAL(bound.count, 0);
}

static void another_tunnel_has_no_port(void)
{
	begin(0, 0, ENCAP_IP4_IN_IP4);
	keepalive(32);
	CU_ASSERT_EQUAL(bound.count, 0);
}

static void without_headers_in_front_there_is_nothing_to_read(void)
{
	begin(0, 0, ENCAP_UDP);
	keepalive(31);
	CU_ASSERT_EQUAL(bound.count, 0);
}

/* Of simultaneous bindings that which is there. */
static void it_is_about_the_binding_at_the_address_it_came_from(void)
{
	begin(0, 0, ENCAP_UDP);
	bindings[0].care_of.bytes[15] = 8;
	keepalive(32);
	CU_ASSERT_EQUAL(bound.count, 1);
	CU_ASSERT_EQUAL(bound.slot, 41);
	begin(0, 0, ENCAP_UDP);
	bindings[0].care_of.bytes[15] = 8;
	bindings[1].care_of.bytes[15] = 8;
	keepalive(32);
	CU_ASSERT_EQUAL(bound.count, 0);
}

/* One of the simultaneous bindings may have another tunnel, and what is in front of its packets is no port. */
static void what_came_by_another_tunnel_shows_no_port(void)
{
	static const uint8_t places[] = {0, 9, 23, 28};

	for (unsigned int i = 0; i < UNIT_COUNT(places); i++) {
		begin(0, 0, ENCAP_UDP);
		octets[places[i]] ^= 1;
		keepalive(32);
		octets[places[i]] ^= 1;
		CU_ASSERT_EQUAL(bound.count, 0);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(it_shows_the_port_of_a_half_bound_tunnel),
		UNIT(it_does_not_change_a_port_that_is_known),
		UNIT(another_tunnel_has_no_port),
		UNIT(without_headers_in_front_there_is_nothing_to_read),
		UNIT(it_is_about_the_binding_at_the_address_it_came_from),
		UNIT(what_came_by_another_tunnel_shows_no_port),
	};

	return unit_run("mip4/nat", cases, UNIT_COUNT(cases));
}
