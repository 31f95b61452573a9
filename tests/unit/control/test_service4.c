/* SPDX-License-Identifier: BSD-3-Clause */
#include "service4.h"

#include "service.h"
#include "support/unit.h"

static const struct config config = {
	.ports = {{.name = "core"},
		  {.name = "visitors",
		   .foreign_agent = {.enabled = true,
				     .address = {{[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}},
				     .care_of = {{{[10] = 0xff, [11] = 0xff, 198, 51, 100, 1}},
						 {{[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}}},
				     .care_of_count = 2}}},
	.port_count = 2,
	.mip4 = {.networks = {{.prefix = {{{[10] = 0xff, [11] = 0xff, 10, 1}}, 96 + 16},
			       .home_agent = {{[10] = 0xff, [11] = 0xff, 203, 0, 113, 1}},
			       .home_link = {.kind = HOME_LINK_INTERFACE, .port = 0}},
			      {.prefix = {{{[10] = 0xff, [11] = 0xff, 10, 2}}, 96 + 24},
			       .home_agent = {{[10] = 0xff, [11] = 0xff, 203, 0, 113, 1}}},
			      {.prefix = {{{[10] = 0xff, [11] = 0xff, 10, 3}}, 96 + 31},
			       .home_agent = {{[10] = 0xff, [11] = 0xff, 10, 3, 0, 1}}}},
		 .network_count = 3,
		 .tunnel_ttl = 77},
};

static struct ip_addr at(const char *text)
{
	struct ip_addr a;

	CU_ASSERT_TRUE_FATAL(ip4_addr_parse(text, &a));
	return a;
}

static int agent_of(const char *text)
{
	const struct ip_addr a = at(text);

	return service4_agent_of(&a);
}

static int home_agent_of(const char *text)
{
	const struct ip_addr a = at(text);

	return service4_home_agent_of(&a);
}

static int network_of(const char *text)
{
	const struct ip_addr a = at(text);

	return service4_network_of(&a);
}

static bool is_broadcast(const char *text)
{
	const struct ip_addr a = at(text);

	return service4_is_broadcast(&a);
}

static bool is_ours(const char *text)
{
	const struct ip_addr a = at(text);

	return service_is_ours(&a);
}

static void each_address_is_one_agent(void)
{
	uint16_t count;
	const struct agent4 *agents = service4_agents(&count);

	CU_ASSERT_EQUAL(count, 4);
	CU_ASSERT_EQUAL(agent_of("203.0.113.1"), 0);
	CU_ASSERT_EQUAL(agent_of("10.3.0.1"), 1);
	CU_ASSERT_EQUAL(agent_of("198.51.100.1"), 2);
	CU_ASSERT_EQUAL(agent_of("192.0.2.1"), 3);
	CU_ASSERT_EQUAL(agent_of("192.0.2.2"), -1);
	for (uint16_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(agents[i].is_care_of, i >= 2);
	CU_ASSERT_EQUAL(home_agent_of("10.3.0.1"), 1);
	CU_ASSERT_EQUAL(home_agent_of("198.51.100.1"), -1);
	CU_ASSERT_EQUAL(home_agent_of("192.0.2.2"), -1);
	CU_ASSERT_TRUE(is_ours("203.0.113.1"));
	CU_ASSERT_TRUE(is_ours("198.51.100.1"));
	CU_ASSERT_FALSE(is_ours("10.1.0.5"));
}

static void each_agent_has_a_class_for_each_encapsulation(void)
{
	for (unsigned int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++) {
		const struct tunnel4_class *class = service4_tunnel_class(service4_tunnel(2, kind));
		const struct ip_addr local = at("198.51.100.1");

		CU_ASSERT_EQUAL(class->kind, kind);
		CU_ASSERT_TRUE(ip_addr_equal(&class->local, &local));
		CU_ASSERT_EQUAL(class->header[8], 77);
	}
	CU_ASSERT_EQUAL(service4_tunnel_overhead(service4_tunnel(0, ENCAP_IP4_IN_IP4), false), 20);
	CU_ASSERT_EQUAL(service4_tunnel_overhead(service4_tunnel(0, ENCAP_GRE), false), 24);
	CU_ASSERT_EQUAL(service4_tunnel_overhead(service4_tunnel(0, ENCAP_GRE), true), 28);
	CU_ASSERT_EQUAL(service4_tunnel_overhead(service4_tunnel(1, ENCAP_UDP), false), 32);
}

static void workers_are_told_of_all(void)
{
	struct dataplane_tables tables = {0};
	uint16_t count;

	service_tables(&tables);
	CU_ASSERT_EQUAL(tables.agent4_count, 4);
	CU_ASSERT_PTR_EQUAL(tables.agents4, service4_agents(&count));
	CU_ASSERT_PTR_EQUAL(&tables.tunnels4[7], service4_tunnel_class(TUNNEL4_FIRST + 7));
	CU_ASSERT_EQUAL(tables.foreign_ports, 2);
	CU_ASSERT_EQUAL(tables.home_network_count, 3);
	CU_ASSERT_EQUAL(tables.home_networks[0].port, 0);
	CU_ASSERT_EQUAL(tables.home_networks[1].port, HOME_PORT_NONE);
}

static void home_addresses_lie_in_their_networks(void)
{
	CU_ASSERT_EQUAL(network_of("10.1.200.5"), 0);
	CU_ASSERT_EQUAL(network_of("10.2.0.5"), 1);
	CU_ASSERT_EQUAL(network_of("10.2.1.5"), -1);
	CU_ASSERT_EQUAL(service4_network_count(), 3);
	CU_ASSERT_EQUAL(service4_network_at(1)->prefix.length, 120);
}

static void networks_have_the_broadcast_addresses_that_nodes_use(void)
{
	const struct ip_addr first = service4_broadcast_of(0);
	const struct ip_addr second = service4_broadcast_of(1);
	const struct ip_addr third = service4_broadcast_of(2);
	char text[IP_ADDR_TEXT];

	CU_ASSERT_STRING_EQUAL(ip_addr_format(&first, text), "10.1.255.255");
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&second, text), "10.2.0.255");
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&third, text), "255.255.255.255");
	CU_ASSERT_TRUE(is_broadcast("255.255.255.255"));
	CU_ASSERT_TRUE(is_broadcast("10.1.255.255"));
	CU_ASSERT_TRUE(is_broadcast("10.1.0.0")); /* of old, RFC 1122 §3.3.6 */
	CU_ASSERT_TRUE(is_broadcast("10.2.0.255"));
	CU_ASSERT_FALSE(is_broadcast("10.1.0.255"));
	CU_ASSERT_FALSE(is_broadcast("10.2.1.255"));
	CU_ASSERT_FALSE(is_broadcast("10.3.0.0")); /* RFC 3021: both are nodes */
	CU_ASSERT_FALSE(is_broadcast("10.3.0.1"));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(each_address_is_one_agent),
		UNIT(each_agent_has_a_class_for_each_encapsulation),
		UNIT(workers_are_told_of_all),
		UNIT(home_addresses_lie_in_their_networks),
		UNIT(networks_have_the_broadcast_addresses_that_nodes_use),
	};

	service_start(&config);
	return unit_run("service4", cases, UNIT_COUNT(cases));
}
