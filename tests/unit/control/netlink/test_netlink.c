/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The kernel's side is real: a network namespace of our own, changed with ip(8), and neighbours
 * in a second one.
 */
#include "netlink/netlink.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counters.h"
#include "ha/dataplane.h"
#include "ha/time.h"
#include "loop.h"
#include "nexthop.h"
#include "support/eal.h"
#include "support/unit.h"

enum { MANY = 3000, LOCALS_MAX = 32 };

static struct config config;
static pid_t peer;

static int events_fd = -1;
static loop_fd_fn *events_ready;
static loop_poll_fn *poller;

static unsigned int changes;
static unsigned int failures;
static struct ip_addr locals[LOCALS_MAX];
static unsigned int local_count;
static unsigned int local_mistakes;

struct rte_rcu_qsbr *dataplane_rcu(void)
{
	return NULL;
}

int loop_add_fd(int fd, uint32_t epoll_events, loop_fd_fn *ready, void *context)
{
	(void)epoll_events;
	(void)context;
	events_fd = fd;
	events_ready = ready;
	return 0;
}

void loop_remove_fd(int fd)
{
	CU_ASSERT_EQUAL(fd, events_fd);
	events_fd = -1;
}

int loop_add_poller(loop_poll_fn *poll_fn, void *context)
{
	(void)context;
	poller = poll_fn;
	return 0;
}

static void turn(int wait_ms)
{
	struct pollfd p = {.fd = events_fd, .events = POLLIN};

	if (poll(&p, 1, wait_ms) > 0)
		events_ready(NULL, 1);
	poller(NULL);
}

/* Runs the loop until the condition holds, 5 seconds at most; then says whether it does. */
#define COMES_TRUE(condition)                                                                      \
	({                                                                                         \
		uint64_t until_ms = monotonic_ms() + 5000;                                         \
		while (!(condition) && monotonic_ms() < until_ms)                                  \
			turn(10);                                                                  \
		(condition);                                                                       \
	})

static void changed(void)
{
	changes++;
}

static void resolved(uint32_t index, bool good)
{
	(void)index;
	failures += !good;
}

static struct ip_addr parse(const char *text)
{
	struct ip_addr a = {0};

	CU_ASSERT_TRUE(ip_addr_parse(text, &a) || ip4_addr_parse(text, &a));
	return a;
}

static bool is_local(const char *text)
{
	const struct ip_addr a = parse(text);

	for (unsigned int i = 0; i < local_count; i++)
		if (ip_addr_equal(&locals[i], &a))
			return true;
	return false;
}

static void local_changed(const struct ip_addr *address, bool present)
{
	char text[IP_ADDR_TEXT];
	bool known = is_local(ip_addr_format(address, text));

	local_mistakes += known == present;
	if (present && local_count < LOCALS_MAX)
		locals[local_count++] = *address;
	for (unsigned int i = 0; i < local_count && !present; i++)
		if (ip_addr_equal(&locals[i], address))
			locals[i] = locals[--local_count];
}

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) != 0) {
		fprintf(stderr, "failed: %s\n", command);
		CU_FAIL("command failed");
	}
}

#define PEER "nsenter -t %d -n "

static void make_links(void)
{
	run("ip link set lo up");
	for (int i = 0; i < 2; i++) {
		run("ip link add hwa%d address 02:00:00:00:0a:0%d type veth peer name hwp%d "
		    "address "
		    "02:00:00:00:0b:0%d netns %d",
		    i, i, i, i, peer);
		run("ip link set hwa%d addrgenmode none && ip link set hwa%d up", i, i);
		run(PEER "ip link set hwp%d addrgenmode none", peer, i);
		run(PEER "ip link set hwp%d up", peer, i);
		run("ip addr add 2001:db8:%d::1/64 dev hwa%d nodad", i, i);
		run("ip addr add fe80::a/64 dev hwa%d nodad", i);
		run(PEER "ip addr add 2001:db8:%d::2/64 dev hwp%d nodad", peer, i, i);
		run(PEER "ip addr add fe80::1/64 dev hwp%d nodad", peer, i);
		run("ip addr add 10.0.%d.1/24 brd + dev hwa%d", i, i);
		run(PEER "ip addr add 10.0.%d.2/24 brd + dev hwp%d", peer, i, i);
	}
	run("ip link add hwx type veth peer name hwy netns %d && ip link set hwx up", peer);
	run(PEER "ip link set hwy up", peer);
	run("ip addr add 2001:db8:f::1/64 dev hwx nodad");
	run("ip addr add 10.0.15.1/24 dev hwx");
}

static void remove_links(void)
{
	run("ip link del hwa0; ip link del hwa1; ip link del hwx; ip -6 route flush table main; ip "
	    "route flush table main");
}

static void start_mirror(void)
{
	static const struct nexthop_callbacks callbacks = {netlink_resolve, changed, resolved};
	struct fault fault;

	changes = failures = local_count = local_mistakes = 0;
	CU_ASSERT_EQUAL_FATAL(nexthop_start(&callbacks, &fault), 0);
	CU_ASSERT_EQUAL_FATAL(netlink_start(&config, local_changed, &fault), 0);
}

static void begin(void)
{
	make_links();
	start_mirror();
}

static void end(void)
{
	CU_ASSERT_EQUAL(local_mistakes, 0);
	netlink_stop();
	nexthop_stop();
	remove_links();
}

static uint32_t route_of(const char *text)
{
	const struct ip_addr a = parse(text);
	uint8_t ips[1][16];
	uint64_t index;

	memcpy(ips[0], a.bytes, sizeof(ips[0]));
	rte_fib6_lookup_bulk(nexthop_table()->routes, ips, &index, 1);
	return (uint32_t)index;
}

static uint32_t towards(const char *text)
{
	const struct ip_addr a = parse(text);

	return nexthop_towards(&a);
}

static const struct nexthop *entry(uint32_t index)
{
	return nexthop_find(nexthop_table(), index);
}

/* -1: no route; 0 and 1: the port of a resolved gateway. */
static int port_towards(const char *text)
{
	const struct nexthop *hop = entry(towards(text));

	return hop != NULL ? hop->port : -1;
}

static void missing_interface_is_told_with_its_place_and_the_mend(void)
{
	static const struct nexthop_callbacks callbacks = {netlink_resolve, changed, resolved};
	struct config other = config;
	struct fault fault = {0};

	make_links();
	strcpy(other.ports[1].interface, "hwnone");
	CU_ASSERT_EQUAL_FATAL(nexthop_start(&callbacks, &fault), 0);
	CU_ASSERT_NOT_EQUAL(netlink_start(&other, local_changed, &fault), 0);
	CU_ASSERT_STRING_EQUAL(fault.where, "/ports/1/interface");
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "hwnone"));
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "create it"));
	CU_ASSERT_EQUAL(events_fd, -1);
	nexthop_stop();
	remove_links();
}

static void connected_prefixes_and_links_are_known_from_the_start(void)
{
	const struct nexthop *link;

	begin();
	link = entry(route_of("2001:db8:1::77"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(link);
	CU_ASSERT_TRUE(link->on_link);
	CU_ASSERT_EQUAL(link->port, 1);
	CU_ASSERT_EQUAL(link->mtu, 1500);
	CU_ASSERT_EQUAL(link->ether[6], 2);
	CU_ASSERT_EQUAL(link->ether[10], 0x0a);
	CU_ASSERT_EQUAL(link->ether[11], 1);
	CU_ASSERT_EQUAL(route_of("2001:db8:f::2"), NEXTHOP_NONE);
	CU_ASSERT_EQUAL(route_of("fe80::1"), NEXTHOP_NONE);
	end();
}

static void kernel_resolves_a_neighbour_when_asked(void)
{
	uint32_t index;

	begin();
	index = towards("2001:db8:0::2");
	CU_ASSERT_NOT_EQUAL_FATAL(index, NEXTHOP_NONE);
	CU_ASSERT_TRUE(COMES_TRUE(nexthop_is_resolved(index)));
	CU_ASSERT_EQUAL_FATAL(nexthop_is_resolved(index), true);
	CU_ASSERT_EQUAL(entry(index)->ether[4], 0x0b);
	CU_ASSERT_EQUAL(failures, 0);
	end();
}

static void neighbour_that_failed_is_told_and_may_be_asked_for_again(void)
{
	uint32_t index;

	begin();
	index = towards("2001:db8:0::99");
	CU_ASSERT_TRUE(COMES_TRUE(failures != 0));
	CU_ASSERT_FALSE(nexthop_is_resolved(index));
	run(PEER "ip addr add 2001:db8:0::99/64 dev hwp0 nodad", peer);
	nexthop_resolve(index);
	CU_ASSERT_TRUE(COMES_TRUE(nexthop_is_resolved(index)));
	end();
}

static void stale_neighbour_is_probed_when_refreshed(void)
{
	uint32_t index;

	begin();
	index = towards("2001:db8:0::2");
	CU_ASSERT_TRUE(COMES_TRUE(nexthop_is_resolved(index)));
	run("ip neigh replace 2001:db8:0::2 dev hwa0 lladdr 02:00:00:00:0b:00 nud stale");
	turn(100);
	run("sysctl -qw net.ipv6.neigh.hwa0.delay_first_probe_time=0");
	nexthop_refresh(monotonic_ms() + 60000);
	usleep(300000);
	CU_ASSERT_EQUAL(system("ip neigh show 2001:db8:0::2 dev hwa0 | grep -q REACHABLE"), 0);
	end();
}

static void changed_neighbour_changes_the_entry(void)
{
	uint32_t index;

	begin();
	index = towards("2001:db8:0::2");
	CU_ASSERT_TRUE(COMES_TRUE(nexthop_is_resolved(index)));
	run("ip neigh replace 2001:db8:0::2 dev hwa0 lladdr 02:00:00:00:0c:55 nud permanent");
	CU_ASSERT_TRUE(COMES_TRUE(entry(index)->ether[5] == 0x55));
	run("ip neigh del 2001:db8:0::2 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(entry(index) == NULL));
	end();
}

static void default_route_comes_changes_and_goes(void)
{
	begin();
	CU_ASSERT_EQUAL(towards("2001:dead::1"), NEXTHOP_NONE);
	run("ip route add default via fe80::1 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	run("ip -6 route replace default via fe80::1 dev hwa1");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 1));
	run("ip -6 route replace default via 2001:db8:0::2");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	CU_ASSERT_EQUAL(towards("2001:dead::1"), towards("2001:db8:0::2"));
	run("ip -6 route del default");
	CU_ASSERT_TRUE(COMES_TRUE(towards("2001:dead::1") == NEXTHOP_NONE));
	end();
}

static void lowest_metric_wins_and_the_next_one_takes_over(void)
{
	begin();
	run("ip route add 2001:dead::/32 via fe80::1 dev hwa0 metric 200");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	run("ip route add 2001:dead::/32 via fe80::1 dev hwa1 metric 100");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 1));
	run("ip route del 2001:dead::/32 metric 100");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	run("ip route del 2001:dead::/32 metric 200");
	CU_ASSERT_TRUE(COMES_TRUE(towards("2001:dead::1") == NEXTHOP_NONE));
	end();
}

static void multipath_route_takes_the_first_way_through_our_ports(void)
{
	begin();
	run("ip -6 route add 2001:dead::/32 nexthop via 2001:db8:f::9 dev hwx "
	    "nexthop via fe80::1 dev hwa1 nexthop via fe80::1 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 1));
	run("ip -6 route del 2001:dead::/32 via fe80::1 dev hwa1");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	run("ip -6 route append 2001:dead::/32 via 2001:db8:1::2 dev hwa1");
	run("ip -6 route del 2001:dead::/32 via fe80::1 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 1));
	run("ip -6 route replace 2001:dead::/32 nexthop via fe80::1 dev hwa0 "
	    "nexthop via 2001:db8:f::9 dev hwx");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	run("ip -6 route del 2001:dead::/32");
	CU_ASSERT_TRUE(COMES_TRUE(towards("2001:dead::1") == NEXTHOP_NONE));
	end();
}

static void prefix_that_leads_elsewhere_does_not_take_our_default(void)
{
	begin();
	run("ip route add default via fe80::1 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	run("ip route add 2001:dead::/32 via 2001:db8:f::9 dev hwx");
	CU_ASSERT_TRUE(COMES_TRUE(towards("2001:dead::1") == NEXTHOP_NONE));
	run("ip route add unreachable 2001:beef::/32");
	CU_ASSERT_TRUE(COMES_TRUE(towards("2001:beef::1") == NEXTHOP_NONE));
	run("ip route add blackhole 2001:cafe::/32");
	CU_ASSERT_TRUE(COMES_TRUE(towards("2001:cafe::1") == NEXTHOP_NONE));
	run("ip route del 2001:dead::/32; ip route del unreachable 2001:beef::/32");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:beef::1") == 0));
	end();
}

static void routes_of_other_tables_are_not_taken(void)
{
	uint32_t before;

	begin();
	before = nexthop_route_count();
	run("ip -6 route add 2001:dead::/32 via fe80::1 dev hwa0 table 100");
	run("ip -6 route add 2001:dead::/32 from 2001:db8::/64 via fe80::1 dev hwa0");
	run("ip -6 route add 2001:beef::/32 via fe80::1 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(towards("2001:beef::1") != NEXTHOP_NONE));
	CU_ASSERT_EQUAL(towards("2001:dead::1"), NEXTHOP_NONE);
	CU_ASSERT_EQUAL(nexthop_route_count(), before + 1);
	run("ip -6 route flush table 100");
	end();
}

static void changed_mtu_and_link_layer_address_of_a_port_are_taken_over(void)
{
	uint32_t link;

	begin();
	link = route_of("2001:db8:0::77");
	run("ip link set hwa0 mtu 1400");
	CU_ASSERT_TRUE(COMES_TRUE(entry(link)->mtu == 1400));
	CU_ASSERT_EQUAL(nexthop_mtu(link), 1400);
	run("ip link set hwa0 address 02:00:00:00:0a:77");
	CU_ASSERT_TRUE(COMES_TRUE(entry(link)->ether[11] == 0x77));
	end();
}

static void interface_that_goes_down_loses_its_routes_and_gets_them_back(void)
{
	begin();
	run("ip route add default via fe80::1 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	run("ip link set hwa0 down");
	CU_ASSERT_TRUE(COMES_TRUE(towards("2001:dead::1") == NEXTHOP_NONE));
	CU_ASSERT_TRUE(COMES_TRUE(!is_local("2001:db8:0::1")));
	run("ip link set hwa0 up && ip addr replace 2001:db8:0::1/64 dev hwa0 nodad && "
	    "ip addr replace fe80::a/64 dev hwa0 nodad && "
	    "ip route add default via 2001:db8:0::2 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	end();
}

static void interface_made_anew_is_the_same_port(void)
{
	begin();
	run("ip link del hwa1");
	CU_ASSERT_TRUE(COMES_TRUE(route_of("2001:db8:1::2") == NEXTHOP_NONE));
	run("ip link add hwa1 address 02:00:00:00:0d:01 mtu 1300 type veth peer name hwp1 netns %d",
	    peer);
	run("ip link set hwa1 up && ip addr add 2001:db8:1::1/64 dev hwa1 nodad");
	run(PEER "ip link set hwp1 up", peer);
	run(PEER "ip addr add 2001:db8:1::2/64 dev hwp1 nodad", peer);
	CU_ASSERT_TRUE(COMES_TRUE(route_of("2001:db8:1::2") != NEXTHOP_NONE));
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:db8:1::2") == 1));
	CU_ASSERT_EQUAL(entry(towards("2001:db8:1::2"))->mtu, 1300);
	CU_ASSERT_EQUAL(entry(towards("2001:db8:1::2"))->ether[10], 0x0d);
	end();
}

static void addresses_of_this_host_are_told_once_each(void)
{
	begin();
	CU_ASSERT_TRUE(is_local("2001:db8:0::1"));
	CU_ASSERT_TRUE(is_local("2001:db8:f::1"));
	CU_ASSERT_TRUE(is_local("fe80::a"));
	CU_ASSERT_FALSE(is_local("::1"));
	run("ip addr add 2001:db8:a::1/128 dev lo nodad");
	CU_ASSERT_TRUE(COMES_TRUE(is_local("2001:db8:a::1")));
	run("ip addr add 2001:db8:a::1/128 dev hwx nodad");
	run("ip addr del 2001:db8:a::1/128 dev lo");
	run("ip addr add 2001:db8:a::2/128 dev hwx nodad");
	CU_ASSERT_TRUE(COMES_TRUE(is_local("2001:db8:a::2")));
	CU_ASSERT_TRUE(is_local("2001:db8:a::1"));
	run("ip addr del 2001:db8:a::1/128 dev hwx");
	CU_ASSERT_TRUE(COMES_TRUE(!is_local("2001:db8:a::1")));
	end();
}

static void many_routes(const char *verb, const char *gateway)
{
	FILE *ip = popen("ip -6 -batch -", "w");

	for (unsigned int i = 0; i < MANY; i++)
		fprintf(ip, "route %s 2001:1000:%x::/48 via %s dev hwa0\n", verb, i, gateway);
	CU_ASSERT_EQUAL(pclose(ip), 0);
}

static void after_an_overrun_everything_is_right_again(void)
{
	const int octets = 4096;
	uint64_t before;
	uint32_t routes;

	begin();
	routes = nexthop_route_count();
	run("ip route add 2001:dead::/32 via fe80::1 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	CU_ASSERT_EQUAL(setsockopt(events_fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)),
			0);
	before = counters[COUNT_NETLINK_RESYNC];
	many_routes("add", "fe80::1");
	run("ip route del 2001:dead::/32; ip neigh flush dev hwa0");
	run("ip addr del 2001:db8:f::1/64 dev hwx; ip addr add 2001:db8:a::9/128 dev hwx nodad");
	CU_ASSERT_TRUE(COMES_TRUE(nexthop_route_count() >= routes + MANY - 1));
	CU_ASSERT_TRUE(counters[COUNT_NETLINK_RESYNC] > before);
	CU_ASSERT_EQUAL(towards("2001:dead::1"), NEXTHOP_NONE);
	CU_ASSERT_NOT_EQUAL(towards("2001:1000:1::1"), NEXTHOP_NONE);
	CU_ASSERT_FALSE(is_local("2001:db8:f::1"));
	CU_ASSERT_TRUE(is_local("2001:db8:a::9"));
	many_routes("del", "fe80::1");
	CU_ASSERT_TRUE(COMES_TRUE(nexthop_route_count() < routes + 10));
	end();
}

static void many_routes_are_there_after_the_start(void)
{
	make_links();
	many_routes("add", "fe80::1");
	start_mirror();
	CU_ASSERT_TRUE(nexthop_route_count() > MANY);
	CU_ASSERT_NOT_EQUAL(towards("2001:1000:bb7::1"), NEXTHOP_NONE);
	many_routes("replace", "2001:db8:0::2");
	CU_ASSERT_TRUE(COMES_TRUE(towards("2001:1000:bb7::1") == towards("2001:db8:0::2")));
	CU_ASSERT_EQUAL(towards("2001:1000::1"), towards("2001:db8:0::2"));
	end();
}

/* --- IPv4 --- */

static void ipv4_link_and_its_neighbours_are_known(void)
{
	const struct nexthop *hop;
	uint32_t index;

	begin();
	hop = entry(route_of("10.0.1.77"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(hop);
	CU_ASSERT_TRUE(hop->on_link);
	CU_ASSERT_EQUAL(hop->port, 1);
	CU_ASSERT_EQUAL(route_of("10.0.15.2"), NEXTHOP_NONE);
	index = towards("10.0.0.2");
	CU_ASSERT_NOT_EQUAL_FATAL(index, NEXTHOP_NONE);
	CU_ASSERT_TRUE(COMES_TRUE(nexthop_is_resolved(index)));
	CU_ASSERT_EQUAL(entry(index)->ether[4], 0x0b);
	CU_ASSERT_EQUAL(entry(index)->ether[12], 0x08);
	CU_ASSERT_EQUAL(entry(index)->ether[13], 0x00);
	end();
}

static void ipv4_neighbour_that_does_not_answer_fails(void)
{
	begin();
	towards("10.0.0.99");
	CU_ASSERT_TRUE(COMES_TRUE(failures != 0));
	end();
}

/* RFC 2644: the kernel would name all stations of the link. */
static void broadcast_address_of_a_link_is_no_neighbour(void)
{
	uint32_t index;

	begin();
	index = towards("10.0.0.255");
	CU_ASSERT_NOT_EQUAL_FATAL(index, NEXTHOP_NONE);
	run("ip neigh show nud noarp 10.0.0.255 dev hwa0 | grep -q ff:ff:ff:ff:ff:ff");
	run("ip link set hwx down"); /* all is read anew */
	CU_ASSERT_TRUE(COMES_TRUE(failures != 0));
	CU_ASSERT_FALSE(nexthop_is_resolved(index));
	end();
}

static void default_routes_of_both_families_do_not_know_each_other(void)
{
	begin();
	run("ip -6 route add default via fe80::1 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("2001:dead::1") == 0));
	CU_ASSERT_EQUAL(towards("192.0.2.1"), NEXTHOP_NONE);
	run("ip route add default via 10.0.1.2");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("192.0.2.1") == 1));
	CU_ASSERT_EQUAL(port_towards("2001:dead::1"), 0);
	run("ip route replace default via 10.0.0.2");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("192.0.2.1") == 0));
	run("ip route del default");
	CU_ASSERT_TRUE(COMES_TRUE(towards("192.0.2.1") == NEXTHOP_NONE));
	CU_ASSERT_EQUAL(port_towards("2001:dead::1"), 0);
	end();
}

static void ipv6_route_to_the_place_of_ipv4_is_not_taken(void)
{
	uint32_t before;

	begin();
	run("ip route add default via 10.0.1.2");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("192.0.2.1") == 1));
	before = nexthop_route_count();
	run("ip -6 route add ::ffff:192.0.2.0/120 via fe80::1 dev hwa0");
	run("ip -6 route add 2001:beef::/32 via fe80::1 dev hwa0");
	CU_ASSERT_TRUE(COMES_TRUE(towards("2001:beef::1") != NEXTHOP_NONE));
	CU_ASSERT_EQUAL(port_towards("192.0.2.1"), 1);
	CU_ASSERT_EQUAL(nexthop_route_count(), before + 1);
	end();
}

static void ipv4_routes_of_every_kind_lead_where_the_kernel_goes(void)
{
	begin();
	run("ip route add default via 10.0.0.2");
	run("ip route add unreachable 203.0.113.0/25");
	run("ip route add blackhole 203.0.113.128/25");
	run("ip route add 192.0.2.128/25 via 10.0.1.2 metric 50");
	run("ip route add 192.0.2.128/25 via 10.0.0.2 metric 10");
	run("ip route add 192.0.2.0/25 via 10.0.1.2 table 100");
	run("ip route add 192.0.2.0/25 tos 0x10 via 10.0.1.2");
	run("ip route add 100.64.0.0/10 via inet6 fe80::1 dev hwa1");
	run("ip route add 198.51.100.0/24 nexthop via 10.0.15.9 dev hwx nexthop via 10.0.1.2 dev "
	    "hwa1");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("198.51.100.1") == 1));
	CU_ASSERT_EQUAL(towards("100.64.0.1"), NEXTHOP_NONE);
	CU_ASSERT_EQUAL(towards("203.0.113.1"), NEXTHOP_NONE);
	CU_ASSERT_EQUAL(towards("203.0.113.200"), NEXTHOP_NONE);
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("192.0.2.1") == 0));
	CU_ASSERT_EQUAL(port_towards("192.0.2.200"), 0);
	run("ip route del 192.0.2.128/25 metric 10");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("192.0.2.200") == 1));
	run("ip route flush table 100");
	end();
}

/* The kernel takes IPv4 routes away without a word. */
static void ipv4_routes_that_go_with_an_interface_or_an_address_go_here_too(void)
{
	begin();
	run("ip route add default via 10.0.0.2");
	run("ip route add 198.51.100.0/24 via 10.0.15.9 dev hwx");
	run("ip addr add 10.0.77.1/24 dev hwa1");
	run("ip route add 203.0.113.0/24 via 10.0.1.2 src 10.0.77.1");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("203.0.113.1") == 1));
	CU_ASSERT_EQUAL(towards("198.51.100.1"), NEXTHOP_NONE);
	run("ip link set hwx down");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("198.51.100.1") == 0));
	run("ip addr del 10.0.77.1/24 dev hwa1");
	CU_ASSERT_TRUE(COMES_TRUE(port_towards("203.0.113.1") == 0));
	end();
}

static void ipv4_addresses_of_this_host_are_told(void)
{
	begin();
	CU_ASSERT_TRUE(is_local("10.0.0.1"));
	CU_ASSERT_TRUE(is_local("10.0.15.1"));
	CU_ASSERT_FALSE(is_local("127.0.0.1"));
	run("ip addr add 192.0.2.1 peer 192.0.2.2/32 dev hwx");
	CU_ASSERT_TRUE(COMES_TRUE(is_local("192.0.2.1")));
	CU_ASSERT_FALSE(is_local("192.0.2.2"));
	run("ip addr del 192.0.2.1 peer 192.0.2.2/32 dev hwx");
	CU_ASSERT_TRUE(COMES_TRUE(!is_local("192.0.2.1")));
	end();
}

/* A namespace for the neighbours lives as long as the process that sleeps in it. */
static pid_t start_peer(void)
{
	int ready[2];
	char octet;
	pid_t pid;

	if (pipe(ready) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		octet = unshare(CLONE_NEWNET) == 0;
		if (write(ready[1], &octet, 1) == 1)
			pause();
		_exit(1);
	}
	if (pid < 0 || read(ready[0], &octet, 1) != 1 || octet != 1)
		return -1;
	return pid;
}

static int skip(const char *why, size_t cases)
{
	printf("skip netlink: %s\n", why);
	printf("netlink: 0 passed, 0 failed, %zu skipped\n", cases);
	return 0;
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(missing_interface_is_told_with_its_place_and_the_mend),
		UNIT(connected_prefixes_and_links_are_known_from_the_start),
		UNIT(kernel_resolves_a_neighbour_when_asked),
		UNIT(neighbour_that_failed_is_told_and_may_be_asked_for_again),
		UNIT(stale_neighbour_is_probed_when_refreshed),
		UNIT(changed_neighbour_changes_the_entry),
		UNIT(default_route_comes_changes_and_goes),
		UNIT(lowest_metric_wins_and_the_next_one_takes_over),
		UNIT(multipath_route_takes_the_first_way_through_our_ports),
		UNIT(prefix_that_leads_elsewhere_does_not_take_our_default),
		UNIT(routes_of_other_tables_are_not_taken),
		UNIT(changed_mtu_and_link_layer_address_of_a_port_are_taken_over),
		UNIT(interface_that_goes_down_loses_its_routes_and_gets_them_back),
		UNIT(interface_made_anew_is_the_same_port),
		UNIT(addresses_of_this_host_are_told_once_each),
		UNIT(after_an_overrun_everything_is_right_again),
		UNIT(many_routes_are_there_after_the_start),
		UNIT(ipv4_link_and_its_neighbours_are_known),
		UNIT(ipv4_neighbour_that_does_not_answer_fails),
		UNIT(broadcast_address_of_a_link_is_no_neighbour),
		UNIT(default_routes_of_both_families_do_not_know_each_other),
		UNIT(ipv6_route_to_the_place_of_ipv4_is_not_taken),
		UNIT(ipv4_routes_of_every_kind_lead_where_the_kernel_goes),
		UNIT(ipv4_routes_that_go_with_an_interface_or_an_address_go_here_too),
		UNIT(ipv4_addresses_of_this_host_are_told),
	};
	int rc;

	if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0)
		return skip("it makes a network namespace, which takes root", UNIT_COUNT(cases));
	peer = start_peer();
	if (peer < 0)
		return skip("no second network namespace could be made", UNIT_COUNT(cases));
	config.port_count = 2;
	for (int i = 0; i < 2; i++) {
		config.ports[i].kind = PORT_AF_XDP;
		snprintf(config.ports[i].name, PORT_NAME_MAX, "port%d", i);
		snprintf(config.ports[i].interface, INTERFACE_NAME_MAX, "hwa%d", i);
	}
	test_eal_start(256);
	rc = unit_run("netlink", cases, UNIT_COUNT(cases));
	kill(peer, SIGKILL);
	waitpid(peer, NULL, 0);
	return rc;
}
