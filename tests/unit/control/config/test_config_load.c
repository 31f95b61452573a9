/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Runs in the top folder of the tree: the samples are in tests/vectors/config. A bad one has beside it NAME.expect, a line
 * "POINTER part of the text" for each problem, in any order.
 */
#include "config/config_load.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/unit.h"

enum { PROBLEMS_MAX = 64 };

struct problems {
	struct fault list[PROBLEMS_MAX];
	unsigned int count;
};

static struct problems problems;
static struct config config;

static void remember(void *context, const struct fault *problem)
{
	struct problems *all = context;

	if (all->count < PROBLEMS_MAX)
		all->list[all->count] = *problem;
	all->count++;
}

static unsigned int load(const char *path)
{
	problems.count = 0;
	return config_load(path, &config, remember, &problems);
}

static void print_problems(const char *path)
{
	for (unsigned int i = 0; i < problems.count && i < PROBLEMS_MAX; i++)
		printf("%s: %s: %s\n", path, problems.list[i].where, problems.list[i].text);
}

static unsigned int load_text(const char *text)
{
	char path[] = "/tmp/test_config_load.XXXXXX";
	int fd = mkstemp(path);
	unsigned int count;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	count = load(path);
	unlink(path);
	return count;
}

static bool was_told(char *expected)
{
	char *text = strchr(expected, ' ');

	if (text == NULL)
		return false;
	*text++ = '\0';
	for (unsigned int i = 0; i < problems.count; i++)
		if (strcmp(problems.list[i].where, expected) == 0 &&
		    strstr(problems.list[i].text, text) != NULL)
			return true;
	printf("not told: %s: %s\n", expected, text);
	return false;
}

/* Every expected problem, and no other. */
static bool is_as_expected(const char *path)
{
	char expect[256];
	char line[1024];
	unsigned int expected = 0;
	bool good = true;
	FILE *file;

	snprintf(expect, sizeof(expect), "%.*s.expect", (int)(strlen(path) - strlen(".json")),
		 path);
	file = fopen(expect, "r");
	if (file == NULL)
		return false;
	for (; fgets(line, sizeof(line), file) != NULL; expected++) {
		line[strcspn(line, "\n")] = '\0';
		good = was_told(line) && good;
	}
	fclose(file);
	return good && expected == problems.count;
}

static void every_bad_sample_tells_exactly_the_expected_problems(void)
{
	glob_t found;

	CU_ASSERT_EQUAL_FATAL(glob("tests/vectors/config/bad/*.json", 0, NULL, &found), 0);
	CU_ASSERT(found.gl_pathc > 50);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		unsigned int count = load(found.gl_pathv[i]);
		bool good =
			count != 0 && count == problems.count && is_as_expected(found.gl_pathv[i]);

		CU_ASSERT(good);
		if (!good)
			print_problems(found.gl_pathv[i]);
	}
	globfree(&found);
}

/* Keys are not printed: as many digits as any other stand for them. */
static void put_key_back(json_t *item, struct mip4_association *association)
{
	CU_ASSERT_PTR_NULL(json_object_get(item, "key"));
	json_object_set_new(item, "key", json_string("0000000000000000"));
	memset(association->key, 0, sizeof(association->key));
	association->key_octets = 8;
}

static void put_keys_back(struct config *c, json_t *json)
{
	json_t *home_agent = json_object_get(json, "mobile_ipv4");
	json_t *foreign_agent = json_object_get(json, "foreign_agent");
	json_t *item;
	size_t i;

	json_array_foreach (json_object_get(home_agent, "foreign_agents"), i, item)
		put_key_back(item, &c->mip4.foreign_agents[i].association);
	json_array_foreach (json_object_get(foreign_agent, "home_agents"), i, item)
		put_key_back(item, &c->visiting.home_agents[i].association);
	json_array_foreach (json_object_get(foreign_agent, "mobile_nodes"), i, item)
		put_key_back(item, &c->visiting.nodes[i].association);
}

/* Loads what config_to_json printed, and compares everything but the path of the file, and keys. */
static bool survives_a_round_trip(void)
{
	static struct config first;
	json_t *json = config_to_json(&config);
	char *text;
	bool good;

	put_keys_back(&config, json);
	first = config;
	text = json_dumps(json, JSON_INDENT(2));
	json_decref(json);
	good = load_text(text) == 0;

	if (!good)
		print_problems(text);
	memset(first.path, 0, sizeof(first.path));
	memset(config.path, 0, sizeof(config.path));
	free(text);
	return good && memcmp(&first, &config, sizeof(config)) == 0;
}

static void check_good_samples(const char *pattern)
{
	glob_t found;

	CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		bool good = load(found.gl_pathv[i]) == 0;

		CU_ASSERT(good);
		print_problems(found.gl_pathv[i]);
		CU_ASSERT(survives_a_round_trip());
	}
	globfree(&found);
}

static void every_good_sample_loads_and_survives_a_round_trip(void)
{
	check_good_samples("tests/vectors/config/good/*.json");
}

static void every_shipped_example_loads_and_survives_a_round_trip(void)
{
	check_good_samples("docs/examples/*.json");
}

static void what_the_file_leaves_out_has_its_default(void)
{
	const struct home_prefix_config *home = &config.home_prefixes[0];

	CU_ASSERT_EQUAL_FATAL(load("tests/vectors/config/good/least.json"), 0);
	CU_ASSERT_STRING_EQUAL(config.path, "tests/vectors/config/good/least.json");
	CU_ASSERT_EQUAL(config.port_count, 1);
	CU_ASSERT_EQUAL(config.ports[0].kind, PORT_AF_XDP);
	CU_ASSERT_STRING_EQUAL(config.ports[0].name, "core");
	CU_ASSERT_STRING_EQUAL(config.ports[0].interface, "ha0");
	CU_ASSERT_EQUAL(config.ports[0].mtu, 1500);
	CU_ASSERT_EQUAL(config.worker_count, 1);
	CU_ASSERT_EQUAL(config.worker_cpus[0], -1);
	CU_ASSERT_EQUAL(config.worker_cpus[WORKERS_MAX - 1], -1);
	CU_ASSERT_EQUAL(config.control_cpu, -1);
	CU_ASSERT_FALSE(config.spread_tunnels);
	CU_ASSERT_FALSE(config.hugepages);
	CU_ASSERT_EQUAL(config.memory_mb, 0);
	CU_ASSERT_EQUAL(config.mbufs_per_queue, 8192);
	CU_ASSERT_EQUAL(config.reassembly_packets, 1024);
	CU_ASSERT_EQUAL(config.tunnel_encapsulation_limit, -1);
	CU_ASSERT_TRUE(config.accept_registrations);
	CU_ASSERT_FALSE(config.answer_foreign_home_address);
	CU_ASSERT_TRUE(config.advertise_prefixes);
	CU_ASSERT_EQUAL(config.prefix_min_interval_s, 600);
	CU_ASSERT_EQUAL(config.prefix_max_interval_s, 86400);
	CU_ASSERT_EQUAL(config.home_prefix_count, 1);
	CU_ASSERT_EQUAL(home->prefix.length, 64);
	CU_ASSERT_EQUAL(home->home_agent.bytes[15], 1);
	CU_ASSERT_EQUAL(home->home_link.kind, HOME_LINK_VIRTUAL);
	CU_ASSERT_EQUAL(home->valid_lifetime_s, LIFETIME_INFINITE_S);
	CU_ASSERT_EQUAL(home->preferred_lifetime_s, LIFETIME_INFINITE_S);
	CU_ASSERT_EQUAL(config.binding_capacity, 65536);
	CU_ASSERT_EQUAL(config.max_lifetime_s, 3600);
	CU_ASSERT_EQUAL(config.refresh_advice_s, 0);
	CU_ASSERT_EQUAL(config.tunnel_hop_limit, 64);
	CU_ASSERT_FALSE(config.correspondent_enabled);
	CU_ASSERT_EQUAL(config.correspondent_bindings, 1024);
	CU_ASSERT_EQUAL(config.timestamp_window_s, 7);
	CU_ASSERT_STRING_EQUAL(config.socket_path, "/run/homeward/control.sock");
	CU_ASSERT_EQUAL(config.socket_mode, 0660);
	CU_ASSERT_EQUAL(config.socket_idle_timeout_s, 60);
	CU_ASSERT_STRING_EQUAL(config.socket_group, "");
	CU_ASSERT_STRING_EQUAL(config.log_level, "info");
}

static bool is_bucket(const struct token_bucket_config *b, uint32_t rate_per_s, uint32_t burst)
{
	return b->rate_per_s == rate_per_s && b->burst == burst;
}

static void limits_that_are_left_out_have_their_defaults(void)
{
	CU_ASSERT_EQUAL_FATAL(load("tests/vectors/config/good/least.json"), 0);
	CU_ASSERT(is_bucket(&config.punt_signalling_known, 250000, 4096));
	CU_ASSERT(is_bucket(&config.punt_signalling_new, 250000, 4096));
	CU_ASSERT(is_bucket(&config.punt_local, 1000, 200));
	CU_ASSERT(is_bucket(&config.punt_error, 1000, 200));
	CU_ASSERT(is_bucket(&config.punt_tunnel_error, 1000, 200));
	CU_ASSERT(is_bucket(&config.punt_resolve, 1000, 200));
	CU_ASSERT(is_bucket(&config.errors_per_source, 10, 20));
	CU_ASSERT(is_bucket(&config.errors_total, 1000, 1000));
}

static void each_key_reaches_its_field(void)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	const struct port_config *vdev = &config.ports[1];
	const struct port_config *pci = &config.ports[2];

	CU_ASSERT_EQUAL_FATAL(load("tests/vectors/config/good/every_key.json"), 0);
	CU_ASSERT_EQUAL(config.port_count, 3);
	CU_ASSERT_EQUAL(vdev->kind, PORT_VDEV);
	CU_ASSERT_STRING_EQUAL(vdev->device, "net_memif0,role=server");
	CU_ASSERT_EQUAL(vdev->mtu, 9000);
	CU_ASSERT_EQUAL(vdev->queues, 2);
	CU_ASSERT_EQUAL(vdev->route_count, 1);
	CU_ASSERT_EQUAL(vdev->routes[0].prefix.length, 0);
	CU_ASSERT_EQUAL(memcmp(vdev->routes[0].next_hop_mac, mac, sizeof(mac)), 0);
	CU_ASSERT_EQUAL(pci->kind, PORT_PCI);
	CU_ASSERT_STRING_EQUAL(pci->device, "0000:3b:00.0");
	CU_ASSERT_STRING_EQUAL(pci->interface, "hw-wan");
	CU_ASSERT_EQUAL(pci->queues, 4);
	CU_ASSERT_EQUAL(config.worker_count, 2);
	CU_ASSERT_EQUAL(config.worker_cpus[1], 2);
	CU_ASSERT_EQUAL(config.worker_cpus[2], -1);
	CU_ASSERT_EQUAL(config.control_cpu, 0);
	CU_ASSERT_TRUE(config.spread_tunnels);
	CU_ASSERT_TRUE(config.hugepages);
	CU_ASSERT_EQUAL(config.memory_mb, 2048);
	CU_ASSERT_EQUAL(config.mbufs_per_queue, 16384);
	CU_ASSERT_EQUAL(config.reassembly_packets, 2048);
	CU_ASSERT_EQUAL(config.tunnel_encapsulation_limit, 4);
	CU_ASSERT_FALSE(config.accept_registrations);
	CU_ASSERT_TRUE(config.answer_foreign_home_address);
	CU_ASSERT_FALSE(config.advertise_prefixes);
	CU_ASSERT_EQUAL(config.prefix_min_interval_s, 30);
	CU_ASSERT_EQUAL(config.prefix_max_interval_s, 3000);
	CU_ASSERT_EQUAL(config.home_prefix_count, 2);
	CU_ASSERT_EQUAL(config.home_prefixes[0].valid_lifetime_s, 86400);
	CU_ASSERT_EQUAL(config.home_prefixes[0].preferred_lifetime_s, 43200);
	CU_ASSERT_EQUAL(config.home_prefixes[1].valid_lifetime_s, LIFETIME_INFINITE_S);
	CU_ASSERT_EQUAL(config.home_prefixes[1].preferred_lifetime_s, 0);
	CU_ASSERT_EQUAL(config.binding_capacity, 1000000);
	CU_ASSERT_EQUAL(config.max_lifetime_s, 7200);
	CU_ASSERT_EQUAL(config.refresh_advice_s, 3600);
	CU_ASSERT_EQUAL(config.revocation_retransmissions, 2);
	CU_ASSERT_EQUAL(config.revocation_initial_delay_ms, 700);
	CU_ASSERT_EQUAL(config.revocation_max_delay_ms, 2800);
	CU_ASSERT_EQUAL(config.switch_address_count, 2);
	CU_ASSERT_EQUAL(config.switch_addresses[0].bytes[15], 2);
	CU_ASSERT_EQUAL(config.switch_addresses[1].bytes[15], 1);
	CU_ASSERT_TRUE(config.switch_random_order);
	CU_ASSERT_EQUAL(config.switch_rate_per_s, 50);
	CU_ASSERT_EQUAL(config.tunnel_hop_limit, 255);
	CU_ASSERT_EQUAL(config.path_mtu_lifetime_s, 1200);
	CU_ASSERT_TRUE(config.correspondent_enabled);
	CU_ASSERT_EQUAL(config.correspondent_bindings, 4096);
	CU_ASSERT_STRING_EQUAL(config.mobile_nodes_path, "/srv/nodes.jsonl");
	CU_ASSERT_EQUAL(config.timestamp_window_s, 30);
	CU_ASSERT(is_bucket(&config.punt_signalling_known, 100, 10));
	CU_ASSERT(is_bucket(&config.punt_signalling_new, 101, 11));
	CU_ASSERT(is_bucket(&config.punt_local, 102, 12));
	CU_ASSERT(is_bucket(&config.punt_error, 103, 13));
	CU_ASSERT(is_bucket(&config.punt_tunnel_error, 107, 17));
	CU_ASSERT(is_bucket(&config.punt_resolve, 104, 14));
	CU_ASSERT(is_bucket(&config.errors_per_source, 105, 15));
	CU_ASSERT(is_bucket(&config.errors_total, 106, 16));
	CU_ASSERT_STRING_EQUAL(config.socket_path, "/run/other.sock");
	CU_ASSERT_EQUAL(config.socket_mode, 0600);
	CU_ASSERT_EQUAL(config.socket_idle_timeout_s, 5);
	CU_ASSERT_STRING_EQUAL(config.socket_group, "netops");
	CU_ASSERT_STRING_EQUAL(config.log_level, "debug");
}

static void the_json_says_what_the_file_said(void)
{
	json_t *file = json_load_file("tests/vectors/config/good/every_key.json", 0, NULL);
	json_t *json;

	CU_ASSERT_EQUAL_FATAL(load("tests/vectors/config/good/every_key.json"), 0);
	json = config_to_json(&config);
	CU_ASSERT(json_equal(file, json));
	json_decref(json);
	json_decref(file);
}

static bool is_address(const struct ip_addr *address, const char *expected)
{
	char text[IP_ADDR_TEXT];

	return strcmp(ip_addr_format(address, text), expected) == 0;
}

static void each_key_of_mobile_ipv4_reaches_its_field(void)
{
	const struct mip4_config *mip4 = &config.mip4;

	CU_ASSERT_EQUAL_FATAL(load("tests/vectors/config/good/ip4_every_key.json"), 0);
	CU_ASSERT_EQUAL(mip4->network_count, 2);
	CU_ASSERT_TRUE(is_address(&mip4->networks[0].prefix.addr, "10.1.0.0"));
	CU_ASSERT_EQUAL(mip4->networks[0].prefix.length, 96 + 16);
	CU_ASSERT_TRUE(is_address(&mip4->networks[0].home_agent, "10.1.0.1"));
	CU_ASSERT_EQUAL(mip4->networks[0].home_link.kind, HOME_LINK_INTERFACE);
	CU_ASSERT_STRING_EQUAL(mip4->networks[0].home_link.interface, "ha0");
	CU_ASSERT_TRUE(is_address(&mip4->networks[0].pool_first, "10.1.128.1"));
	CU_ASSERT_TRUE(is_address(&mip4->networks[0].pool_last, "10.1.255.254"));
	CU_ASSERT_EQUAL(mip4->networks[1].prefix.length, 128);
	CU_ASSERT_TRUE(ip_addr_is_unspecified(&mip4->networks[1].pool_first));
	CU_ASSERT_EQUAL(mip4->max_lifetime_s, 1800);
	CU_ASSERT_EQUAL(mip4->tunnel_ttl, 255);
	CU_ASSERT_FALSE(mip4->minimal_encapsulation);
	CU_ASSERT_TRUE(mip4->gre);
	CU_ASSERT_EQUAL(mip4->reverse_tunnel, REVERSE_TUNNEL_MANDATORY);
	CU_ASSERT_EQUAL(mip4->simultaneous_bindings, 4);
	CU_ASSERT_TRUE(mip4->broadcasts);
	CU_ASSERT_TRUE(mip4->answer_wrong_authentication);
	CU_ASSERT_TRUE(mip4->nat_traversal);
	CU_ASSERT_TRUE(mip4->nat_forced);
	CU_ASSERT_EQUAL(mip4->nat_keepalive_s, 10);
	CU_ASSERT_EQUAL(mip4->nat_max_lifetime_s, 120);
	CU_ASSERT_FALSE(mip4->revocation);
	CU_ASSERT_TRUE(is_address(&mip4->redirect, "203.0.113.9"));
	CU_ASSERT_EQUAL(mip4->foreign_agent_count, 3);
	CU_ASSERT_EQUAL(mip4->foreign_agents[0].association.algorithm, MIP4_HMAC_SHA256);
	CU_ASSERT_EQUAL(mip4->foreign_agents[0].association.key_octets, 32);
	CU_ASSERT_EQUAL(mip4->foreign_agents[0].association.key[17], 1);
	CU_ASSERT_EQUAL(mip4->foreign_agents[1].association.spi, UINT32_MAX);
	CU_ASSERT_EQUAL(mip4->foreign_agents[1].association.key_octets, 8);
	CU_ASSERT_TRUE(config.has_keys);
	CU_ASSERT_EQUAL(config.ports[1].routes[0].prefix.length, 96);
	CU_ASSERT_EQUAL(config.ports[1].routes[1].prefix.length, 0);
	CU_ASSERT_EQUAL(config.ports[1].routes[2].prefix.length, 96 + 24);
}

static void each_key_of_the_foreign_agent_reaches_its_field(void)
{
	const struct foreign_agent_config *agent = &config.ports[0].foreign_agent;
	const struct visiting_config *visiting = &config.visiting;

	CU_ASSERT_EQUAL_FATAL(load("tests/vectors/config/good/ip4_foreign_agent.json"), 0);
	CU_ASSERT_TRUE(agent->enabled);
	CU_ASSERT_TRUE(is_address(&agent->address, "10.9.0.1"));
	CU_ASSERT_EQUAL(agent->care_of_count, 2);
	CU_ASSERT_TRUE(is_address(&agent->care_of[1], "192.0.2.10"));
	CU_ASSERT_FALSE(agent->advertisements.enabled);
	CU_ASSERT_FALSE(agent->advertisements.default_router);
	CU_ASSERT_EQUAL(agent->advertisements.max_interval_ms, 1000);
	CU_ASSERT_EQUAL(agent->advertisements.min_interval_ms, 500);
	CU_ASSERT_EQUAL(agent->advertisements.lifetime_s, 3);
	CU_ASSERT_EQUAL(agent->advertisements.prefix_length, 24);
	CU_ASSERT_EQUAL(agent->max_lifetime_s, 600);
	CU_ASSERT_TRUE(agent->registration_required);
	CU_ASSERT_FALSE(agent->gre);
	CU_ASSERT_FALSE(agent->minimal_encapsulation);
	CU_ASSERT_EQUAL(agent->reverse_tunnel, REVERSE_TUNNEL_MANDATORY);
	CU_ASSERT_FALSE(agent->encapsulating_delivery);
	CU_ASSERT_TRUE(agent->challenge);
	CU_ASSERT_EQUAL(visiting->visitors, 4096);
	CU_ASSERT_EQUAL(visiting->pending, 64);
	CU_ASSERT_EQUAL(visiting->request_timeout_s, 3);
	CU_ASSERT_FALSE(visiting->revocation);
	CU_ASSERT_TRUE(visiting->known_home_agents_only);
	CU_ASSERT_EQUAL(visiting->home_agent_count, 1);
	CU_ASSERT_EQUAL(visiting->home_agents[0].association.key_octets, 16);
	CU_ASSERT_EQUAL(visiting->node_count, 3);
	CU_ASSERT_TRUE(is_address(&visiting->nodes[0].home, "10.1.0.5"));
	CU_ASSERT_STRING_EQUAL(visiting->nodes[1].identifier, "alice@example.com");
	CU_ASSERT_EQUAL(visiting->nodes[1].association.algorithm, MIP4_HMAC_SHA1);
	CU_ASSERT_TRUE(config.has_keys);
}

static void what_is_left_out_of_mobile_ipv4_has_its_default(void)
{
	const struct mip4_config *mip4 = &config.mip4;

	CU_ASSERT_EQUAL_FATAL(load("tests/vectors/config/good/ip4_least.json"), 0);
	CU_ASSERT_EQUAL(config.home_prefix_count, 0);
	CU_ASSERT_EQUAL(mip4->network_count, 1);
	CU_ASSERT_EQUAL(mip4->networks[0].home_link.kind, HOME_LINK_VIRTUAL);
	CU_ASSERT_EQUAL(mip4->max_lifetime_s, 3600);
	CU_ASSERT_EQUAL(mip4->tunnel_ttl, 64);
	CU_ASSERT_TRUE(mip4->minimal_encapsulation);
	CU_ASSERT_TRUE(mip4->gre);
	CU_ASSERT_EQUAL(mip4->reverse_tunnel, REVERSE_TUNNEL_OPTIONAL);
	CU_ASSERT_EQUAL(mip4->simultaneous_bindings, 1);
	CU_ASSERT_FALSE(mip4->broadcasts);
	CU_ASSERT_FALSE(mip4->answer_wrong_authentication);
	CU_ASSERT_FALSE(mip4->nat_traversal);
	CU_ASSERT_FALSE(mip4->nat_forced);
	CU_ASSERT_EQUAL(mip4->nat_keepalive_s, 110);
	CU_ASSERT_EQUAL(mip4->nat_max_lifetime_s, 60);
	CU_ASSERT_TRUE(mip4->revocation);
	CU_ASSERT_TRUE(ip_addr_is_unspecified(&mip4->redirect));
	CU_ASSERT_EQUAL(mip4->foreign_agent_count, 0);
	CU_ASSERT_FALSE(config.has_keys);
	CU_ASSERT_EQUAL_FATAL(load("tests/vectors/config/good/least.json"), 0);
	CU_ASSERT_EQUAL(config.mip4.network_count, 0);
}

static void a_preferred_lifetime_that_is_left_out_is_the_valid_one(void)
{
	CU_ASSERT_EQUAL_FATAL(load("tests/vectors/config/good/smallest_values.json"), 0);
	CU_ASSERT_EQUAL(config.home_prefixes[0].valid_lifetime_s, 4);
	CU_ASSERT_EQUAL(config.home_prefixes[0].preferred_lifetime_s, 4);
}

static void a_relative_path_starts_at_the_folder_of_the_file(void)
{
	char expected[PATH_MAX + 8];
	char folder[PATH_MAX];

	CU_ASSERT_EQUAL_FATAL(load("tests/vectors/config/good/smallest_values.json"), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(realpath("tests/vectors/config/good", folder));
	snprintf(expected, sizeof(expected), "%s/n", folder);
	CU_ASSERT_STRING_EQUAL(config.mobile_nodes_path, expected);
}

static void a_file_that_is_not_there_is_one_problem(void)
{
	CU_ASSERT_EQUAL(load("tests/vectors/config/none.json"), 1);
	CU_ASSERT_STRING_EQUAL(problems.list[0].where, "");
	CU_ASSERT_PTR_NOT_NULL(strstr(problems.list[0].text, "No such file or directory"));
	CU_ASSERT_STRING_EQUAL(config.path, "tests/vectors/config/none.json");
}

static void a_folder_is_one_problem(void)
{
	CU_ASSERT_EQUAL(load("tests"), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(problems.list[0].text, "Is a directory"));
}

/* Blanks in front keep it a good JSON text. */
static char *padded(size_t length)
{
	char *text = malloc(length + 1);

	memset(text, ' ', length);
	text[length] = '\0';
	text[length - 2] = '{';
	text[length - 1] = '}';
	return text;
}

static void a_file_over_one_mebibyte_is_refused_unread(void)
{
	char *text = padded((1 << 20) + 1);

	CU_ASSERT_EQUAL(load_text(text), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(problems.list[0].text, "longer than 1 MiB"));
	free(text);
}

static void a_file_of_one_mebibyte_is_read(void)
{
	char *text = padded(1 << 20);

	CU_ASSERT_EQUAL(load_text(text), 3);
	CU_ASSERT_STRING_EQUAL(problems.list[0].where, "/ports");
	free(text);
}

static void brackets_in_strings_do_not_nest(void)
{
	CU_ASSERT(load_text("{\"log\": {\"level\": \"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[\"}}") == 4);
	CU_ASSERT_STRING_EQUAL(problems.list[1].where, "/log/level");
}

/* A terminal that prints a problem must not be told what to do by the file. */
static void problems_hold_no_control_characters(void)
{
	load_text("{\"\\u001b[2J\\n\": 1, \"log\": {\"level\": \"\\u001b[2J\\r\"}}");
	CU_ASSERT_EQUAL(problems.count, 5);
	for (unsigned int i = 0; i < problems.count; i++) {
		CU_ASSERT_EQUAL(strcspn(problems.list[i].where, "\033\n\r"),
				strlen(problems.list[i].where));
		CU_ASSERT_EQUAL(strcspn(problems.list[i].text, "\033\n\r"),
				strlen(problems.list[i].text));
	}
}

/* Each truncation of a good file is a problem, and none of them a crash. */
static void no_part_of_a_good_file_is_taken_for_the_whole(void)
{
	char whole[4096];
	FILE *file = fopen("tests/vectors/config/good/least.json", "r");
	size_t length;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	length = fread(whole, 1, sizeof(whole) - 1, file);
	fclose(file);
	for (whole[length] = '\0'; length > 0 && whole[length - 1] != '}'; length--)
		whole[length - 1] = '\0';
	while (length-- > 0) {
		whole[length] = '\0';
		CU_ASSERT(load_text(whole) != 0);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(every_bad_sample_tells_exactly_the_expected_problems),
		UNIT(every_good_sample_loads_and_survives_a_round_trip),
		UNIT(every_shipped_example_loads_and_survives_a_round_trip),
		UNIT(what_the_file_leaves_out_has_its_default),
		UNIT(limits_that_are_left_out_have_their_defaults),
		UNIT(each_key_reaches_its_field),
		UNIT(the_json_says_what_the_file_said),
		UNIT(each_key_of_mobile_ipv4_reaches_its_field),
		UNIT(each_key_of_the_foreign_agent_reaches_its_field),
		UNIT(what_is_left_out_of_mobile_ipv4_has_its_default),
		UNIT(a_preferred_lifetime_that_is_left_out_is_the_valid_one),
		UNIT(a_relative_path_starts_at_the_folder_of_the_file),
		UNIT(a_file_that_is_not_there_is_one_problem),
		UNIT(a_folder_is_one_problem),
		UNIT(a_file_over_one_mebibyte_is_refused_unread),
		UNIT(a_file_of_one_mebibyte_is_read),
		UNIT(brackets_in_strings_do_not_nest),
		UNIT(problems_hold_no_control_characters),
		UNIT(no_part_of_a_good_file_is_taken_for_the_whole),
	};

	return unit_run("config_load", cases, UNIT_COUNT(cases));
}
