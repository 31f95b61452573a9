/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the steering program takes for the workers, frame by frame: it runs in the kernel (BPF_PROG_TEST_RUN) with the maps that steer_start fills,
 * on two interfaces of a network namespace of our own. Sockets that are bound to nothing stand for those of the driver.
 */
#include "steer.c"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"
#include "support/unit.h"

enum { ETHER = 14, FRAME_MAX = 256, PORT_HOME = 0, PORT_VISITORS = 1 };

static const struct config lab = {
	.ports = {{.name = "home", .kind = PORT_AF_XDP, .interface = "hws0"},
		  {.name = "visitors",
		   .kind = PORT_AF_XDP,
		   .interface = "hws1",
		   .foreign_agent = {.enabled = true,
				     .address = {{[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}},
				     .care_of = {{{[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}}},
				     .care_of_count = 1}}},
	.port_count = 2,
	.home_prefixes = {{.prefix = {{{0x20, 1, 0x0d, 0xb8, 0, 1}}, 64},
			   .home_agent = {{0x20, 1, 0x0d, 0xb8, 0, 0xff, [15] = 1}},
			   .home_link = {.kind = HOME_LINK_INTERFACE, .port = PORT_HOME}}},
	.home_prefix_count = 1,
	.mip4 = {.networks = {{.prefix = {{{[10] = 0xff, [11] = 0xff, 10, 1}}, 96 + 16},
			       .home_agent = {{[10] = 0xff, [11] = 0xff, 10, 1, 0, 1}},
			       .home_link = {.kind = HOME_LINK_INTERFACE, .port = PORT_HOME}}},
		 .network_count = 1},
};

static int xsk = -1;
static struct config config_now;
static uint8_t frame[FRAME_MAX];
static unsigned int octets;

void dataplane_port_info(uint16_t port, struct port_info *info)
{
	(void)port;
	*info = (struct port_info){.rx_queues = 1};
}

int dataplane_port_xsk(uint16_t port, uint16_t queue)
{
	(void)port;
	(void)queue;
	return xsk;
}

static void start(bool broadcasts)
{
	struct fault fault = {0};

	config_now = lab;
	config_now.mip4.broadcasts = broadcasts;
	service_start(&config_now);
	CU_ASSERT_EQUAL_FATAL(steer_start(&config_now, &fault), 0);
}

/* Whether what is in frame goes to the workers of a port. */
static bool is_taken(uint16_t port)
{
	struct bpf_program *program =
		bpf_object__find_program_by_name(steered[port].object, "homeward_steer");
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = octets);

	CU_ASSERT_EQUAL_FATAL(bpf_prog_test_run_opts(bpf_program__fd(program), &options), 0);
	CU_ASSERT_TRUE(options.retval == XDP_PASS || options.retval == XDP_REDIRECT);
	return options.retval == XDP_REDIRECT;
}

static void begin_frame(const char *mac, uint16_t type)
{
	memset(frame, 0, sizeof(frame));
	memcpy(frame, mac, 6);
	frame[6] = 2;
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	octets = ETHER;
}

static struct ip4_hdr_wire *begin(const char *from, const char *to, uint8_t protocol)
{
	struct ip4_hdr_wire *ip = (void *)(frame + ETHER);

	begin_frame("\2\0\0\0\0\1", 0x0800);
	ip->version_ihl = IP4_VERSION_IHL;
	ip->protocol = protocol;
	CU_ASSERT_EQUAL(inet_pton(AF_INET, from, ip->source), 1);
	CU_ASSERT_EQUAL(inet_pton(AF_INET, to, ip->destination), 1);
	octets += sizeof(*ip);
	return ip;
}

static void put(const void *bytes, unsigned int count)
{
	memcpy(frame + octets, bytes, count);
	octets += count;
}

static void put_ports(uint16_t source, uint16_t destination)
{
	const struct udp_hdr_wire udp = {htons(source), htons(destination), htons(8), 0};

	put(&udp, sizeof(udp));
}

static bool takes(const char *to, uint8_t protocol)
{
	begin("198.51.100.9", to, protocol);
	put_ports(434, 434);
	return is_taken(PORT_HOME);
}

static bool takes_udp(const char *to, uint16_t source, uint16_t destination)
{
	begin("198.51.100.9", to, PROTO_UDP);
	put_ports(source, destination);
	return is_taken(PORT_HOME);
}

static void home_network_is_taken_but_for_addresses_of_this_host(void)
{
	struct ip_addr local = {0};

	start(false);
	CU_ASSERT_TRUE(takes("10.1.0.5", PROTO_ICMP));
	CU_ASSERT_TRUE(takes("10.1.255.254", 6));
	CU_ASSERT_FALSE(takes("10.2.0.5", 6));
	CU_ASSERT_FALSE(takes("198.51.100.1", PROTO_IPIP));
	CU_ASSERT_TRUE(ip4_addr_parse("10.1.0.7", &local));
	CU_ASSERT_TRUE(takes("10.1.0.7", 6));
	steer_set_address(&local, true);
	CU_ASSERT_FALSE(takes("10.1.0.7", 6));
	CU_ASSERT_FALSE(takes("10.1.0.7", PROTO_IPIP));
	CU_ASSERT_FALSE(takes_udp("10.1.0.7", 40000, 434));
	steer_set_address(&local, false);
	CU_ASSERT_TRUE(takes("10.1.0.7", 6));
	steer_stop();
}

/* Though the home agent address is also one of this host. */
static void agents_have_their_tunnels_and_signalling_only(void)
{
	static const char *const agents[] = {"10.1.0.1", "192.0.2.1"};
	struct ip_addr local = {0};

	start(false);
	CU_ASSERT_TRUE(ip4_addr_parse("10.1.0.1", &local));
	steer_set_address(&local, true);
	for (unsigned int i = 0; i < 2; i++) {
		CU_ASSERT_TRUE(takes(agents[i], PROTO_IPIP));
		CU_ASSERT_TRUE(takes(agents[i], PROTO_GRE));
		CU_ASSERT_TRUE(takes(agents[i], PROTO_MINIMAL));
		CU_ASSERT_TRUE(takes_udp(agents[i], 40000, 434));
		CU_ASSERT_FALSE(takes_udp(agents[i], 434, 40000));
		CU_ASSERT_FALSE(takes(agents[i], 6));
		CU_ASSERT_FALSE(takes(agents[i], PROTO_ICMP));
		CU_ASSERT_FALSE(takes(agents[i], 50));
	}
	steer_stop();
}

static void options_in_front_of_the_ports_are_passed_over(void)
{
	static const uint8_t options[40] = {[2] = 434 >> 8, [3] = 434 & 0xff};

	start(false);
	for (unsigned int words = 0; words <= 10; words++) {
		struct ip4_hdr_wire *ip = begin("198.51.100.9", "10.1.0.1", PROTO_UDP);

		ip->version_ihl = (uint8_t)(0x40 | (5 + words));
		put(options, words * 4);
		put_ports(40000, 434);
		CU_ASSERT_TRUE(is_taken(PORT_HOME));
		octets -= 6;
		CU_ASSERT_FALSE(is_taken(PORT_HOME));
		octets -= 2;
		put_ports(434, 40000);
		CU_ASSERT_FALSE(is_taken(PORT_HOME));
	}
	steer_stop();
}

static bool takes_error(uint8_t type, uint8_t protocol, uint16_t source_port,
			unsigned int option_words)
{
	const uint8_t error[8] = {type};
	static const uint8_t options[40];
	struct ip4_hdr_wire quoted = {
		.version_ihl = (uint8_t)(0x40 | (5 + option_words)),
		.protocol = protocol,
	};

	begin("198.51.100.9", "10.1.0.1", PROTO_ICMP);
	put(error, sizeof(error));
	put(&quoted, sizeof(quoted));
	put(options, option_words * 4);
	put_ports(source_port, 40000);
	return is_taken(PORT_HOME);
}

static void errors_about_what_left_from_here_are_taken(void)
{
	static const uint8_t types[] = {3, 11, 12};

	start(false);
	for (unsigned int i = 0; i < sizeof(types); i++) {
		CU_ASSERT_TRUE(takes_error(types[i], PROTO_IPIP, 0, 0));
		CU_ASSERT_TRUE(takes_error(types[i], PROTO_GRE, 0, 0));
		CU_ASSERT_TRUE(takes_error(types[i], PROTO_MINIMAL, 0, 0));
		CU_ASSERT_TRUE(takes_error(types[i], PROTO_UDP, 434, 0));
		CU_ASSERT_TRUE(takes_error(types[i], PROTO_UDP, 434, 3));
		CU_ASSERT_FALSE(takes_error(types[i], PROTO_UDP, 53, 0));
		CU_ASSERT_FALSE(takes_error(types[i], 6, 434, 0));
	}
	CU_ASSERT_FALSE(takes_error(5, PROTO_IPIP, 0, 0)); /* redirect */
	CU_ASSERT_FALSE(takes_error(8, PROTO_IPIP, 0, 0));
	takes_error(3, PROTO_IPIP, 0, 0);
	((struct ip4_hdr_wire *)(void *)(frame + ETHER))->fragment_be = htons(1);
	CU_ASSERT_FALSE(is_taken(PORT_HOME));
	steer_stop();
}

static bool takes_fragment(uint8_t protocol, uint16_t id, uint16_t fragment, uint16_t port)
{
	struct ip4_hdr_wire *ip = begin("198.51.100.9", "10.1.0.1", protocol);

	ip->id_be = htons(id);
	ip->fragment_be = htons(fragment);
	put_ports(40000, port);
	return is_taken(PORT_HOME);
}

static void fragments_follow_the_first_one_of_their_datagram(void)
{
	start(false);
	CU_ASSERT_TRUE(takes_fragment(PROTO_IPIP, 1, IP4_MF, 0));
	CU_ASSERT_TRUE(takes_fragment(PROTO_IPIP, 1, 185, 0));
	CU_ASSERT_FALSE(takes_fragment(PROTO_UDP, 2, 185, 434));
	CU_ASSERT_FALSE(takes_fragment(PROTO_UDP, 2, IP4_MF, 53));
	CU_ASSERT_FALSE(takes_fragment(PROTO_UDP, 2, 185, 434));
	CU_ASSERT_TRUE(takes_fragment(PROTO_UDP, 3, IP4_MF, 434));
	CU_ASSERT_TRUE(takes_fragment(PROTO_UDP, 3, IP4_MF | 100, 0));
	CU_ASSERT_TRUE(takes_fragment(PROTO_UDP, 3, 185, 0));
	CU_ASSERT_FALSE(takes_fragment(PROTO_UDP, 4, 185, 434));
	CU_ASSERT_TRUE(takes_fragment(PROTO_UDP, 5, IP4_DF, 434));
	CU_ASSERT_FALSE(takes_fragment(PROTO_UDP, 5, 185, 0)); /* the other one was whole */
	steer_stop();
}

static bool takes_group(uint16_t port, const char *to, uint8_t protocol, uint16_t udp_port)
{
	begin("10.1.0.9", to, protocol);
	put_ports(udp_port == 68 ? 67 : 40000, udp_port);
	frame[0] = 0xff;
	return is_taken(port);
}

static void messages_to_any_agent_are_taken(void)
{
	static const char *const groups[] = {"255.255.255.255", "10.1.255.255", "224.0.0.11"};

	start(false);
	for (unsigned int i = 0; i < 3; i++)
		for (uint16_t port = PORT_HOME; port <= PORT_VISITORS; port++) {
			CU_ASSERT_TRUE(takes_group(port, groups[i], PROTO_UDP, 434));
			CU_ASSERT_FALSE(takes_group(port, groups[i], PROTO_UDP, 137));
			CU_ASSERT_FALSE(takes_group(port, groups[i], PROTO_ICMP, 0));
		}
	CU_ASSERT_FALSE(takes_group(PORT_HOME, "224.0.0.1", PROTO_UDP, 434));
	CU_ASSERT_FALSE(takes_group(PORT_HOME, "10.1.0.5", PROTO_UDP, 434));
	steer_stop();
}

static void broadcasts_of_a_home_network_are_taken_when_they_are_on(void)
{
	static const uint8_t solicitation[8] = {10};
	static const uint8_t echo[8] = {8};

	start(true);
	CU_ASSERT_TRUE(takes_group(PORT_HOME, "10.1.255.255", PROTO_UDP, 137));
	CU_ASSERT_TRUE(takes_group(PORT_HOME, "255.255.255.255", PROTO_UDP, 137));
	CU_ASSERT_TRUE(takes_group(PORT_HOME, "255.255.255.255", PROTO_UDP, 434));
	CU_ASSERT_FALSE(takes_group(PORT_HOME, "255.255.255.255", PROTO_UDP, 67));
	CU_ASSERT_FALSE(takes_group(PORT_HOME, "255.255.255.255", PROTO_UDP, 68));
	CU_ASSERT_FALSE(takes_group(PORT_HOME, "224.0.0.11", PROTO_UDP, 137));
	CU_ASSERT_FALSE(takes_group(PORT_VISITORS, "10.1.255.255", PROTO_UDP, 137));
	CU_ASSERT_TRUE(takes_group(PORT_VISITORS, "255.255.255.255", PROTO_UDP, 434));
	begin("10.1.0.9", "255.255.255.255", PROTO_ICMP);
	put(solicitation, sizeof(solicitation));
	frame[0] = 0xff;
	CU_ASSERT_FALSE(is_taken(PORT_HOME));
	begin("10.1.0.9", "255.255.255.255", PROTO_ICMP);
	put(echo, sizeof(echo));
	frame[0] = 0xff;
	CU_ASSERT_TRUE(is_taken(PORT_HOME));
	steer_stop();
}

static bool takes_from(uint16_t port, const char *from, const char *to)
{
	begin(from, to, 6);
	put_ports(1, 2);
	return is_taken(port);
}

static void visitors_with_a_reverse_tunnel_are_taken_but_not_what_they_say_to_this_host(void)
{
	struct ip_addr visitor = {0};
	struct ip_addr local = {0};

	start(false);
	CU_ASSERT_TRUE(ip4_addr_parse("10.9.0.5", &visitor));
	CU_ASSERT_TRUE(ip4_addr_parse("192.0.2.7", &local));
	steer_set_address(&local, true);
	CU_ASSERT_FALSE(takes_from(PORT_VISITORS, "10.9.0.5", "203.0.113.1"));
	CU_ASSERT_EQUAL(steer_set_visitor(PORT_VISITORS, &visitor, true), 0);
	CU_ASSERT_TRUE(takes_from(PORT_VISITORS, "10.9.0.5", "203.0.113.1"));
	CU_ASSERT_FALSE(takes_from(PORT_VISITORS, "10.9.0.6", "203.0.113.1"));
	CU_ASSERT_FALSE(takes_from(PORT_HOME, "10.9.0.5", "203.0.113.1"));
	CU_ASSERT_FALSE(takes_from(PORT_VISITORS, "10.9.0.5", "192.0.2.7"));
	CU_ASSERT_FALSE(takes_from(PORT_VISITORS, "10.9.0.5", "192.0.2.1"));
	CU_ASSERT_EQUAL(steer_set_visitor(PORT_VISITORS, &visitor, false), 0);
	CU_ASSERT_FALSE(takes_from(PORT_VISITORS, "10.9.0.5", "203.0.113.1"));
	steer_stop();
}

static void begin6(const char *to, uint8_t next)
{
	struct ip6_hdr_wire *ip = (void *)(frame + ETHER);

	begin_frame("\2\0\0\0\0\1", 0x86dd);
	frame[ETHER] = 0x60;
	ip->next_header = next;
	ip->hop_limit = 255;
	CU_ASSERT_EQUAL(inet_pton(AF_INET6, "2001:db8:cc::1", ip->source), 1);
	CU_ASSERT_EQUAL(inet_pton(AF_INET6, to, ip->destination), 1);
	octets += sizeof(*ip);
	put_ports(0x8700, 0); /* a Neighbor Solicitation, to who takes it for that */
}

static bool takes6(const char *to, uint8_t next)
{
	begin6(to, next);
	return is_taken(PORT_HOME);
}

static void ipv6_is_as_it_ever_was(void)
{
	struct ip_addr group = {{0xff, 0x0e, [15] = 9}};

	start(true);
	CU_ASSERT_TRUE(takes6("2001:db8:1::5", 6));
	CU_ASSERT_FALSE(takes6("2001:db8:1::5", 58)); /* neighbour discovery, of the link */
	CU_ASSERT_FALSE(takes6("2001:db8:2::5", 6));
	CU_ASSERT_TRUE(takes6("2001:db8:ff::1", 41));
	CU_ASSERT_TRUE(takes6("2001:db8:ff::1", 135));
	CU_ASSERT_FALSE(takes6("2001:db8:ff::1", 6));
	CU_ASSERT_FALSE(takes6("2001:db8:ff::1", PROTO_IPIP));
	CU_ASSERT_TRUE(takes6("fe80::5", 6));
	begin6("ff0e::9", 6);
	frame[0] = 0x33;
	CU_ASSERT_FALSE(is_taken(PORT_HOME));
	CU_ASSERT_EQUAL(steer_set_group(PORT_HOME, &group, true), 0);
	CU_ASSERT_TRUE(is_taken(PORT_HOME));
	CU_ASSERT_EQUAL(steer_set_group(PORT_HOME, &group, false), 0);
	CU_ASSERT_FALSE(is_taken(PORT_HOME));
	steer_stop();
}

static void ipv6_packets_to_the_place_of_ipv4_are_not_taken(void)
{
	start(true);
	CU_ASSERT_FALSE(takes6("::ffff:10.1.0.5", 6));
	CU_ASSERT_FALSE(takes6("::ffff:10.1.0.1", 41));
	begin6("::ffff:255.255.255.255", 6);
	frame[0] = 0x33;
	CU_ASSERT_FALSE(is_taken(PORT_HOME));
	steer_stop();
}

static void what_is_cut_short_or_of_another_protocol_is_the_kernels(void)
{
	unsigned int whole;

	start(true);
	takes_error(3, PROTO_UDP, 434, 0);
	CU_ASSERT_TRUE(is_taken(PORT_HOME));
	whole = octets;
	for (octets = ETHER; octets < whole - 4; octets++)
		CU_ASSERT_FALSE(is_taken(PORT_HOME));
	takes("10.1.0.5", 6);
	for (octets = ETHER; octets < ETHER + sizeof(struct ip4_hdr_wire); octets++)
		CU_ASSERT_FALSE(is_taken(PORT_HOME));
	takes("10.1.0.5", 6);
	frame[13] = 0x06; /* ARP */
	CU_ASSERT_FALSE(is_taken(PORT_HOME));
	steer_stop();
}

static bool make_interfaces(void)
{
	return system("ip link add hws0 type veth peer name hwt0 && "
		      "ip link add hws1 type veth peer name hwt1") == 0;
}

static int skip(const char *why, size_t cases)
{
	printf("skip steer: %s\n", why);
	printf("steer: 0 passed, 0 failed, %zu skipped\n", cases);
	return 0;
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(home_network_is_taken_but_for_addresses_of_this_host),
		UNIT(agents_have_their_tunnels_and_signalling_only),
		UNIT(options_in_front_of_the_ports_are_passed_over),
		UNIT(errors_about_what_left_from_here_are_taken),
		UNIT(fragments_follow_the_first_one_of_their_datagram),
		UNIT(messages_to_any_agent_are_taken),
		UNIT(broadcasts_of_a_home_network_are_taken_when_they_are_on),
		UNIT(visitors_with_a_reverse_tunnel_are_taken_but_not_what_they_say_to_this_host),
		UNIT(ipv6_is_as_it_ever_was),
		UNIT(ipv6_packets_to_the_place_of_ipv4_are_not_taken),
		UNIT(what_is_cut_short_or_of_another_protocol_is_the_kernels),
	};
	int rc;

	if (!has_rights() || unshare(CLONE_NEWNET) != 0)
		return skip("it loads a BPF program, which takes root", UNIT_COUNT(cases));
	xsk = socket(AF_XDP, SOCK_RAW, 0);
	if (xsk < 0 || !make_interfaces())
		return skip("no AF_XDP socket or interface could be made", UNIT_COUNT(cases));
	rc = unit_run("steer", cases, UNIT_COUNT(cases));
	close(xsk);
	return rc;
}
