/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Runs in the top folder of the tree: the samples are in tests/vectors/mobile_nodes. A bad one has beside it NAME.expect,
 * "LINE part of the text" for each problem. They are copied first, because a checkout gives them a mode that the loader refuses.
 */
#include "mobile_node.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/unit.h"

#define KEY_TEXT "000102030405060708090a0b0c0d0e0f"

enum { PROBLEMS_MAX = 128 };

static char path[64];
static struct config config; /* without home prefixes, unless a test gives it some */
static struct fault fault;
static struct fault problems[PROBLEMS_MAX];
static unsigned int problem_count;

static void remember(void *unused, const struct fault *problem)
{
	(void)unused;
	if (problem_count < PROBLEMS_MAX)
		problems[problem_count] = *problem;
	problem_count++;
}

static struct mobile_nodes *load_octets(const char *text, size_t length)
{
	int fd;
	struct mobile_nodes *nodes;

	strcpy(path, "/tmp/test_mobile_node.XXXXXX");
	fd = mkstemp(path);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, length), (ssize_t)length);
	close(fd);
	problem_count = 0;
	nodes = mobile_nodes_read(path, &config, remember, NULL);
	unlink(path);
	return nodes;
}

static struct mobile_nodes *load_text(const char *text)
{
	return load_octets(text, strlen(text));
}

static struct mobile_nodes *load_sample(const char *sample)
{
	char text[16384];
	FILE *file = fopen(sample, "r");
	size_t length;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	return load_octets(text, length);
}

/* Every expected problem, in order, and no other. */
static bool is_as_expected(const char *sample)
{
	char expect[256];
	char where[640];
	char line[512];
	unsigned int expected = 0;
	bool good = true;
	FILE *file;

	snprintf(expect, sizeof(expect), "%.*s.expect", (int)(strlen(sample) - strlen(".jsonl")),
		 sample);
	file = fopen(expect, "r");
	if (file == NULL)
		return false;
	for (; fgets(line, sizeof(line), file) != NULL; expected++) {
		char *text = strchr(line, ' ');

		line[strcspn(line, "\n")] = '\0';
		if (text == NULL || expected >= problem_count)
			good = false;
		if (!good)
			break;
		*text++ = '\0';
		snprintf(where, sizeof(where), "%s:%s", path, line);
		good = strcmp(problems[expected].where, where) == 0 &&
		       strstr(problems[expected].text, text) != NULL;
	}
	fclose(file);
	return good && expected == problem_count;
}

static void print_problems(const char *sample)
{
	for (unsigned int i = 0; i < problem_count && i < PROBLEMS_MAX; i++)
		printf("%s: %s: %s\n", sample, problems[i].where, problems[i].text);
}

static void every_bad_sample_tells_each_line_and_what_is_wrong(void)
{
	glob_t found;

	CU_ASSERT_EQUAL_FATAL(glob("tests/vectors/mobile_nodes/bad/*.jsonl", 0, NULL, &found), 0);
	CU_ASSERT(found.gl_pathc > 20);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct mobile_nodes *nodes = load_sample(found.gl_pathv[i]);
		bool good = nodes == NULL && is_as_expected(found.gl_pathv[i]);

		CU_ASSERT(good);
		for (unsigned int k = 0; k < problem_count; k++)
			CU_ASSERT_PTR_NULL(strstr(problems[k].text, "0001020304"));
		if (!good)
			print_problems(found.gl_pathv[i]);
		mobile_nodes_free(nodes);
	}
	globfree(&found);
}

static struct mobile_node *find(const struct mobile_nodes *nodes, const char *home)
{
	struct ip_addr address;

	CU_ASSERT(ip_addr_parse(home, &address) || ip4_addr_parse(home, &address));
	return mobile_nodes_find(nodes, &address);
}

static void each_key_reaches_its_field(void)
{
	static const uint8_t key[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	struct mobile_nodes *nodes = load_sample("tests/vectors/mobile_nodes/good/every_key.jsonl");
	const struct mobile_node *node;

	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	CU_ASSERT_EQUAL(mobile_nodes_count(nodes), 4);
	CU_ASSERT_EQUAL(mobile_nodes_count_unauthenticated(nodes), 1);
	node = find(nodes, "2001:db8:1::10");
	CU_ASSERT_PTR_NOT_NULL_FATAL(node);
	CU_ASSERT_EQUAL(node->home.bytes[15], 0x10);
	CU_ASSERT_STRING_EQUAL(node->identifier, "mn10@example.com");
	CU_ASSERT_EQUAL(node->spi, 256);
	CU_ASSERT_EQUAL(memcmp(node->key, key, sizeof(key)), 0);
	CU_ASSERT_EQUAL(node->auth, AUTH_MN_HA);
	CU_ASSERT_EQUAL(node->replay, REPLAY_TIMESTAMP);
	CU_ASSERT_EQUAL(node->timestamp_window_s, 30);
	CU_ASSERT_EQUAL(node->last_timestamp_ntp, 0);
	CU_ASSERT_FALSE(node->prohibited);
	CU_ASSERT_TRUE(node->takes_revocation);
	node = find(nodes, "2001:db8:1::11");
	CU_ASSERT_PTR_NOT_NULL_FATAL(node);
	CU_ASSERT_EQUAL(node->spi, UINT32_MAX);
	CU_ASSERT_EQUAL(node->key[0], 0xab);
	CU_ASSERT_EQUAL(node->key[5], 0xef);
	CU_ASSERT_EQUAL(node->replay, REPLAY_SEQUENCE);
	CU_ASSERT_EQUAL(node->timestamp_window_s, 0);
	CU_ASSERT_TRUE(node->prohibited);
	CU_ASSERT_FALSE(node->takes_revocation);
	mobile_nodes_free(nodes);
}

static void a_node_without_authentication_has_no_association(void)
{
	struct mobile_nodes *nodes = load_sample("tests/vectors/mobile_nodes/good/every_key.jsonl");
	const struct mobile_node *node;

	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	node = find(nodes, "2001:db8:1::12");
	CU_ASSERT_PTR_NOT_NULL_FATAL(node);
	CU_ASSERT_EQUAL(node->auth, AUTH_NONE);
	CU_ASSERT_EQUAL(node->spi, 0);
	CU_ASSERT_PTR_NULL(node->identifier);
	mobile_nodes_free(nodes);
}

static void the_last_line_needs_no_end(void)
{
	struct mobile_nodes *nodes = load_sample("tests/vectors/mobile_nodes/good/every_key.jsonl");
	const struct mobile_node *node;

	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	node = find(nodes, "2001:db8:1::13");
	CU_ASSERT_PTR_NOT_NULL_FATAL(node);
	CU_ASSERT_EQUAL(strlen(node->identifier), 253);
	mobile_nodes_free(nodes);
}

static void a_home_address_that_nobody_has_is_not_found(void)
{
	struct mobile_nodes *nodes = load_sample("tests/vectors/mobile_nodes/good/every_key.jsonl");

	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	CU_ASSERT_PTR_NULL(find(nodes, "2001:db8:1::14"));
	CU_ASSERT_PTR_NULL(find(nodes, "::"));
	mobile_nodes_free(nodes);
}

static void files_without_mobile_nodes_are_empty_tables(void)
{
	static const char *const samples[] = {
		"tests/vectors/mobile_nodes/good/empty.jsonl",
		"tests/vectors/mobile_nodes/good/comments_only.jsonl",
	};

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct mobile_nodes *nodes = load_sample(samples[i]);

		CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
		CU_ASSERT_EQUAL(mobile_nodes_count(nodes), 0);
		CU_ASSERT_PTR_NULL(find(nodes, "2001:db8:1::10"));
		mobile_nodes_free(nodes);
	}
}

static void the_shipped_example_loads(void)
{
	struct mobile_nodes *nodes = load_sample("docs/examples/mobile_nodes.jsonl");

	CU_ASSERT_PTR_NOT_NULL(nodes);
	print_problems("docs/examples/mobile_nodes.jsonl");
	mobile_nodes_free(nodes);
}

static void give_a_pool(bool is_there)
{
	struct home_network_config *network = &config.mip4.networks[0];

	config.mip4.network_count = is_there;
	ip4_addr_parse("10.1.0.0", &network->prefix.addr);
	network->prefix.length = IP4_PREFIX_BITS + 16;
	ip4_addr_parse("10.1.0.1", &network->home_agent);
	ip4_addr_parse("10.1.128.1", &network->pool_first);
	ip4_addr_parse("10.1.255.254", &network->pool_last);
}

static void the_shipped_example_of_mobile_ipv4_loads(void)
{
	struct mobile_nodes *nodes;

	give_a_pool(true);
	nodes = load_sample("docs/examples/mip4_mobile_nodes.jsonl");
	give_a_pool(false);
	print_problems("docs/examples/mip4_mobile_nodes.jsonl");
	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	CU_ASSERT_EQUAL(mobile_nodes_count_ip4(nodes), 4);
	mobile_nodes_free(nodes);
}

static char *many_nodes(unsigned int count)
{
	char *text = malloc((size_t)count * 160);
	int used = 0;

	for (unsigned int i = 0; i < count; i++)
		used += sprintf(text + used,
				"{\"home_address\":\"2001:db8:1::%x\",\"identifier\":\"mn%u@x\","
				"\"spi\":%u,\"key\":\"" KEY_TEXT "\"}\n",
				i * 17 + 2, i, 256 + i);
	return text;
}

static void each_of_many_nodes_is_found(void)
{
	enum { NODES = 3000 };
	char *text = many_nodes(NODES);
	struct mobile_nodes *nodes = load_text(text);

	free(text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	CU_ASSERT_EQUAL(mobile_nodes_count(nodes), NODES);
	for (unsigned int i = 0; i < NODES; i++) {
		struct ip_addr home = {.bytes = {0x20, 1, 0xd, 0xb8, 0, 1}};
		const struct mobile_node *node;

		home.bytes[14] = (uint8_t)((i * 17 + 2) >> 8);
		home.bytes[15] = (uint8_t)(i * 17 + 2);
		node = mobile_nodes_find(nodes, &home);
		CU_ASSERT_PTR_NOT_NULL_FATAL(node);
		CU_ASSERT_EQUAL(node->spi, 256 + i);
		home.bytes[13] = 1;
		CU_ASSERT_PTR_NULL(mobile_nodes_find(nodes, &home));
	}
	mobile_nodes_free(nodes);
}

static void refuse_mode(mode_t mode, const char *part)
{
	struct mobile_nodes *nodes;
	int fd;

	strcpy(path, "/tmp/test_mobile_node.XXXXXX");
	fd = mkstemp(path);
	CU_ASSERT_EQUAL(fchmod(fd, mode), 0);
	close(fd);
	nodes = mobile_nodes_load(path, &fault);
	CU_ASSERT_PTR_NULL(nodes);
	CU_ASSERT_STRING_EQUAL(fault.where, path);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, part));
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "run chmod 600 /tmp/test_mobile_node."));
	mobile_nodes_free(nodes);
	unlink(path);
}

static void a_file_that_others_may_touch_is_refused(void)
{
	refuse_mode(0640, "mode 0640");
	refuse_mode(0604, "mode 0604");
	refuse_mode(0620, "mode 0620");
	refuse_mode(0601, "mode 0601");
}

static void a_file_that_only_its_owner_may_read_is_taken(void)
{
	struct mobile_nodes *nodes;
	int fd;

	strcpy(path, "/tmp/test_mobile_node.XXXXXX");
	fd = mkstemp(path);
	CU_ASSERT_EQUAL(fchmod(fd, 0400), 0);
	close(fd);
	nodes = mobile_nodes_load(path, &fault);
	CU_ASSERT_PTR_NOT_NULL(nodes);
	mobile_nodes_free(nodes);
	unlink(path);
}

/* Only root can give a file away. */
static void a_file_of_another_user_is_refused(void)
{
	struct mobile_nodes *nodes;
	int fd;

	strcpy(path, "/tmp/test_mobile_node.XXXXXX");
	fd = mkstemp(path);
	if (fchown(fd, 12345, (gid_t)-1) == 0) {
		nodes = mobile_nodes_load(path, &fault);
		CU_ASSERT_PTR_NULL(nodes);
		CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "user 12345"));
		mobile_nodes_free(nodes);
	}
	close(fd);
	unlink(path);
}

static void what_is_not_a_file_is_refused(void)
{
	CU_ASSERT_PTR_NULL(mobile_nodes_load("/dev/null", &fault));
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "not a file"));
	CU_ASSERT_PTR_NULL(mobile_nodes_load("/tmp/none/none.jsonl", &fault));
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "No such file or directory"));
	CU_ASSERT_STRING_EQUAL(fault.where, "/tmp/none/none.jsonl");
}

static void of_a_file_that_is_all_wrong_the_number_of_the_rest_is_told(void)
{
	enum { TOLD = 100, LINES = 150 };
	char text[2 * LINES + 1];

	for (int i = 0; i < LINES; i++)
		memcpy(&text[2 * i], "7\n", 3);
	CU_ASSERT_PTR_NULL(load_text(text));
	CU_ASSERT_EQUAL_FATAL(problem_count, TOLD + 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(problems[TOLD - 1].where, ":100"));
	CU_ASSERT_STRING_EQUAL(problems[TOLD].where, path);
	CU_ASSERT_STRING_EQUAL(problems[TOLD].text, "50 problems more; mend these first");
}

static void who_asks_for_the_first_problem_gets_that(void)
{
	const char text[] = "7\n{}\n";
	int fd;

	strcpy(path, "/tmp/test_mobile_node.XXXXXX");
	fd = mkstemp(path);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	CU_ASSERT_PTR_NULL(mobile_nodes_load(path, &fault));
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.where, ":1"));
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "not JSON"));
	unlink(path);
}

/* What is in the file now, with the mode that it must have. */
static bool reload(struct mobile_nodes *nodes, const char *text)
{
	bool is_good;
	int fd;

	strcpy(path, "/tmp/test_mobile_node.XXXXXX");
	fd = mkstemp(path);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	problem_count = 0;
	is_good = mobile_nodes_reload(nodes, path, &config, remember, NULL);
	unlink(path);
	return is_good;
}

static void a_reload_takes_the_whole_file_and_keeps_timestamps(void)
{
	struct mobile_nodes *nodes =
		load_text("{\"home_address\": \"2001:db8:1::1\", \"auth\": \"none\"}\n"
			  "{\"home_address\": \"2001:db8:1::2\", \"auth\": \"none\"}\n");

	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	find(nodes, "2001:db8:1::2")->last_timestamp_ntp = 77;
	CU_ASSERT_TRUE(reload(
		nodes,
		"{\"home_address\": \"2001:db8:1::2\", \"auth\": \"none\", \"prohibited\": true}\n"
		"{\"home_address\": \"2001:db8:1::3\", \"identifier\": \"c\", \"spi\": 256, "
		"\"key\": \"" KEY_TEXT "\"}\n"
		"{\"home_address\": \"2001:db8:1::4\", \"auth\": \"none\"}\n"));
	CU_ASSERT_EQUAL(mobile_nodes_count(nodes), 3);
	CU_ASSERT_EQUAL(mobile_nodes_count_unauthenticated(nodes), 2);
	CU_ASSERT_PTR_NULL(find(nodes, "2001:db8:1::1"));
	CU_ASSERT_TRUE(find(nodes, "2001:db8:1::2")->prohibited);
	CU_ASSERT_EQUAL(find(nodes, "2001:db8:1::2")->last_timestamp_ntp, 77);
	CU_ASSERT_EQUAL(find(nodes, "2001:db8:1::3")->last_timestamp_ntp, 0);
	mobile_nodes_free(nodes);
}

static void a_reload_of_a_file_with_a_problem_changes_nothing(void)
{
	struct mobile_nodes *nodes =
		load_text("{\"home_address\": \"2001:db8:1::1\", \"auth\": \"none\"}\n");

	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	CU_ASSERT_FALSE(reload(nodes,
			       "{\"home_address\": \"2001:db8:1::2\", \"auth\": \"none\"}\n"
			       "{\"home_address\": \"2001:db8:1::2\", \"auth\": \"none\"}\n"));
	CU_ASSERT_EQUAL(problem_count, 1);
	CU_ASSERT_FALSE(mobile_nodes_reload(nodes, "/nonexistent", &config, remember, NULL));
	CU_ASSERT_EQUAL(mobile_nodes_count(nodes), 1);
	CU_ASSERT_PTR_NOT_NULL(find(nodes, "2001:db8:1::1"));
	CU_ASSERT_PTR_NULL(find(nodes, "2001:db8:1::2"));
	mobile_nodes_free(nodes);
}

static bool is_home_address_taken(const char *address, uint8_t length)
{
	char line[128];
	struct mobile_nodes *nodes;

	config.home_prefix_count = 1;
	config.home_prefixes[0].prefix.length = length;
	ip_addr_parse("2001:db8:1::", &config.home_prefixes[0].prefix.addr);
	ip_addr_parse("2001:db8:1::1", &config.home_prefixes[0].home_agent);
	snprintf(line, sizeof(line), "{\"home_address\": \"%s\", \"auth\": \"none\"}\n", address);
	nodes = load_text(line);
	mobile_nodes_free(nodes);
	config.home_prefix_count = 0;
	CU_ASSERT_EQUAL(problem_count, nodes == NULL);
	return nodes != NULL;
}

/* RFC 2526 §2, 4291 §2.6.1. */
static void an_address_of_the_home_agent_or_of_all_routers_is_nobodys_home_address(void)
{
	CU_ASSERT_TRUE(is_home_address_taken("2001:db8:1::2", 64));
	CU_ASSERT_FALSE(is_home_address_taken("2001:db8:1::1", 64));
	CU_ASSERT_NOT_EQUAL(strstr(problems[0].text, "home agent's own"), NULL);
	CU_ASSERT_FALSE(is_home_address_taken("2001:db8:1:0:fdff:ffff:ffff:fffe", 64));
	CU_ASSERT_NOT_EQUAL(strstr(problems[0].text, "Home-Agents anycast"), NULL);
	CU_ASSERT_TRUE(is_home_address_taken("2001:db8:1:0:fdff:ffff:ffff:fffe", 80));
	CU_ASSERT_FALSE(is_home_address_taken("2001:db8:1::", 64));
	CU_ASSERT_NOT_EQUAL(strstr(problems[0].text, "Subnet-Router anycast"), NULL);
	CU_ASSERT_FALSE(is_home_address_taken("2001:db8:1::", 126));
	CU_ASSERT_TRUE(is_home_address_taken("2001:db8:1::", 127));
	CU_ASSERT_TRUE(is_home_address_taken("2001:db8:1::", 128));
}

static struct mobile_node *find_identifier(const struct mobile_nodes *nodes, const char *identifier)
{
	return mobile_nodes_find_identifier(nodes, (const uint8_t *)identifier, strlen(identifier));
}

static struct mobile_nodes *load_ip4_sample(void)
{
	struct mobile_nodes *nodes;

	give_a_pool(true);
	nodes = load_sample("tests/vectors/mobile_nodes/good/mobile_ipv4.jsonl");
	give_a_pool(false);
	print_problems("good/mobile_ipv4.jsonl");
	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	return nodes;
}

static void each_key_of_mobile_ipv4_reaches_its_field(void)
{
	struct mobile_nodes *nodes = load_ip4_sample();
	const struct mobile_node *node = find(nodes, "10.1.0.5");

	CU_ASSERT_EQUAL(mobile_nodes_count(nodes), 6);
	CU_ASSERT_EQUAL(mobile_nodes_count_ip4(nodes), 5);
	CU_ASSERT_EQUAL(mobile_nodes_count_unauthenticated(nodes), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(node);
	CU_ASSERT_TRUE_FATAL(mobile_node_is_ip4(node));
	CU_ASSERT_STRING_EQUAL(node->identifier, "alice@example.com");
	CU_ASSERT_EQUAL(node->replay, REPLAY_NONCE);
	CU_ASSERT_EQUAL(node->ip4->association.spi, 256);
	CU_ASSERT_EQUAL(node->ip4->association.algorithm, MIP4_HMAC_SHA256);
	CU_ASSERT_EQUAL(node->ip4->association.key_octets, 32);
	CU_ASSERT_EQUAL(node->ip4->association.key[31], 0x1f);
	CU_ASSERT_FALSE(node->ip4->is_assigned);
	CU_ASSERT_FALSE(node->ip4->has_nonce);
	CU_ASSERT_FALSE(node->ip4->has_gre_key);
	node = find(nodes, "10.1.0.6");
	CU_ASSERT_PTR_NOT_NULL_FATAL(node);
	CU_ASSERT_PTR_NULL(node->identifier);
	CU_ASSERT_EQUAL(node->replay, REPLAY_TIMESTAMP);
	CU_ASSERT_EQUAL(node->timestamp_window_s, 30);
	CU_ASSERT_TRUE(node->prohibited);
	CU_ASSERT_EQUAL(node->ip4->association.spi, UINT32_MAX);
	CU_ASSERT_EQUAL(node->ip4->association.algorithm, MIP4_HMAC_MD5);
	CU_ASSERT_EQUAL(node->ip4->association.key_octets, 8);
	CU_ASSERT_TRUE(node->ip4->has_gre_key);
	CU_ASSERT_EQUAL(node->ip4->gre_key, UINT32_MAX);
	CU_ASSERT_EQUAL(find(nodes, "10.1.0.7")->ip4->association.key_octets, 64);
	CU_ASSERT_EQUAL(find_identifier(nodes, "bob@example.com")->ip4->association.algorithm,
			MIP4_KEYED_MD5);
	CU_ASSERT_TRUE(find_identifier(nodes, "bob@example.com")->ip4->has_gre_key);
	CU_ASSERT_EQUAL(find_identifier(nodes, "bob@example.com")->ip4->gre_key, 0);
	CU_ASSERT_FALSE(mobile_node_is_ip4(find(nodes, "2001:db8:1::10")));
	mobile_nodes_free(nodes);
}

static void an_identifier_finds_the_node_of_mobile_ipv4_only(void)
{
	struct mobile_nodes *nodes = load_ip4_sample();

	CU_ASSERT_PTR_EQUAL(find_identifier(nodes, "alice@example.com"), find(nodes, "10.1.0.5"));
	CU_ASSERT_PTR_NOT_NULL(find_identifier(nodes, "carol@example.com"));
	CU_ASSERT_PTR_NULL(find_identifier(nodes, "carol@example.co"));
	CU_ASSERT_PTR_NULL(find_identifier(nodes, "Carol@example.com"));
	CU_ASSERT_PTR_NULL(find_identifier(nodes, ""));
	CU_ASSERT_PTR_NULL(find(nodes, "::"));
	mobile_nodes_free(nodes);
	nodes = load_sample("tests/vectors/mobile_nodes/good/every_key.jsonl");
	CU_ASSERT_PTR_NULL(find_identifier(nodes, "mn10@example.com"));
	mobile_nodes_free(nodes);
}

static struct ip_addr address4(unsigned int number)
{
	const uint8_t octets[] = {10, 1, (uint8_t)(number >> 8), (uint8_t)number};

	return ip4_mapped(octets);
}

static void an_assigned_address_finds_its_node_until_it_is_taken_back(void)
{
	struct mobile_nodes *nodes = load_ip4_sample();
	struct mobile_node *bob = find_identifier(nodes, "bob@example.com");
	struct mobile_node *carol = find_identifier(nodes, "carol@example.com");
	const struct ip_addr first = address4(0x8001);
	const struct ip_addr static_one = address4(5);

	CU_ASSERT_TRUE(mobile_nodes_assign(nodes, bob, &first));
	CU_ASSERT_PTR_EQUAL(find(nodes, "10.1.128.1"), bob);
	CU_ASSERT_TRUE(bob->ip4->is_assigned);
	CU_ASSERT_FALSE(mobile_nodes_assign(nodes, carol, &first));
	CU_ASSERT_FALSE(mobile_nodes_assign(nodes, carol, &static_one));
	mobile_nodes_release(nodes, bob);
	CU_ASSERT_PTR_NULL(find(nodes, "10.1.128.1"));
	CU_ASSERT_TRUE(ip_addr_is_unspecified(&bob->home));
	CU_ASSERT_TRUE(mobile_nodes_assign(nodes, carol, &first));
	CU_ASSERT_PTR_EQUAL(find(nodes, "10.1.128.1"), carol);
	mobile_nodes_release(nodes, find(nodes, "10.1.0.5"));
	CU_ASSERT_PTR_NOT_NULL(find(nodes, "10.1.0.5"));
	mobile_nodes_free(nodes);
}

static char *many_guests(unsigned int count)
{
	char *text = malloc((size_t)count * 120);
	int used = 0;

	for (unsigned int i = 0; i < count; i++)
		used += sprintf(
			text + used,
			"{\"identifier\":\"guest%u@x\",\"spi\":256,\"key\":\"" KEY_TEXT "\"}\n", i);
	return text;
}

/* Taking one out moves others: all the rest must still be found, whatever the order. */
static void addresses_come_and_go_in_any_order(void)
{
	enum { GUESTS = 1000, TURNS = 20000 };
	char *text = many_guests(GUESTS);
	struct mobile_nodes *nodes;
	struct mobile_node *guests[GUESTS];
	unsigned int wrong = 0;
	char name[32];

	give_a_pool(true);
	nodes = load_text(text);
	give_a_pool(false);
	free(text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	for (unsigned int i = 0; i < GUESTS; i++) {
		snprintf(name, sizeof(name), "guest%u@x", i);
		guests[i] = find_identifier(nodes, name);
		CU_ASSERT_PTR_NOT_NULL_FATAL(guests[i]);
	}
	srand(1);
	for (unsigned int turn = 0; turn < TURNS; turn++) {
		unsigned int i = (unsigned int)rand() % GUESTS;
		const struct ip_addr home = address4(i * 7);

		if (guests[i]->ip4->is_assigned)
			mobile_nodes_release(nodes, guests[i]);
		else
			wrong += !mobile_nodes_assign(nodes, guests[i], &home);
		wrong += mobile_nodes_find(nodes, &home) !=
			 (guests[i]->ip4->is_assigned ? guests[i] : NULL);
	}
	for (unsigned int i = 0; i < GUESTS; i++) {
		const struct ip_addr home = address4(i * 7);

		wrong += mobile_nodes_find(nodes, &home) !=
			 (guests[i]->ip4->is_assigned ? guests[i] : NULL);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	mobile_nodes_free(nodes);
}

#define GUEST(name) "{\"identifier\": \"" name "\", \"spi\": 256, \"key\": \"" KEY_TEXT "\"}\n"
#define OWNER(address, name)                                                                       \
	"{\"home_address\": \"" address "\", \"identifier\": \"" name                              \
	"\", \"spi\": 256, \"key\": \"" KEY_TEXT "\", \"replay\": \"nonce\"}\n"

static void a_reload_keeps_nonces_and_assigned_addresses(void)
{
	const struct ip_addr first = address4(0x8001);
	const struct ip_addr second = address4(0x8002);
	struct mobile_nodes *nodes;

	give_a_pool(true);
	nodes = load_text(GUEST("bob@x") GUEST("carol@x") OWNER("10.1.0.5", "alice@x")
				  GUEST("dave@x"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	CU_ASSERT_TRUE(mobile_nodes_assign(nodes, find_identifier(nodes, "bob@x"), &first));
	CU_ASSERT_TRUE(mobile_nodes_assign(nodes, find_identifier(nodes, "carol@x"), &second));
	find_identifier(nodes, "bob@x")->last_timestamp_ntp = 55;
	find_identifier(nodes, "dave@x")->last_timestamp_ntp = 66;
	find(nodes, "10.1.0.5")->ip4->nonce = 77;
	find(nodes, "10.1.0.5")->ip4->has_nonce = true;
	/* Carol's address is Eve's own now, and Dave has one of his own. */
	CU_ASSERT_TRUE(reload(nodes,
			      GUEST("carol@x") OWNER("10.1.128.2", "eve@x") GUEST("bob@x")
				      OWNER("10.1.0.5", "alice@x") OWNER("10.1.0.9", "dave@x")));
	give_a_pool(false);
	CU_ASSERT_PTR_EQUAL(find(nodes, "10.1.128.1"), find_identifier(nodes, "bob@x"));
	CU_ASSERT_TRUE(find(nodes, "10.1.128.1")->ip4->is_assigned);
	CU_ASSERT_EQUAL(find(nodes, "10.1.128.1")->last_timestamp_ntp, 55);
	CU_ASSERT_PTR_EQUAL(find(nodes, "10.1.128.2"), find_identifier(nodes, "eve@x"));
	CU_ASSERT_FALSE(find(nodes, "10.1.128.2")->ip4->has_nonce);
	CU_ASSERT_TRUE(ip_addr_is_unspecified(&find_identifier(nodes, "carol@x")->home));
	CU_ASSERT_TRUE(find(nodes, "10.1.0.5")->ip4->has_nonce);
	CU_ASSERT_EQUAL(find(nodes, "10.1.0.5")->ip4->nonce, 77);
	CU_ASSERT_EQUAL(find(nodes, "10.1.0.9")->last_timestamp_ntp, 66);
	mobile_nodes_free(nodes);
}

#define KEYED(more)                                                                                \
	"{\"home_address\": \"10.1.0.5\", \"spi\": 256, \"key\": \"" KEY_TEXT "\"" more "}\n"

static void a_reload_sets_changes_and_takes_away_a_gre_key(void)
{
	struct mobile_nodes *nodes = load_text(KEYED(""));

	CU_ASSERT_PTR_NOT_NULL_FATAL(nodes);
	CU_ASSERT_TRUE(reload(nodes, KEYED(", \"gre_key\": 7")));
	CU_ASSERT_TRUE(find(nodes, "10.1.0.5")->ip4->has_gre_key);
	CU_ASSERT_EQUAL(find(nodes, "10.1.0.5")->ip4->gre_key, 7);
	CU_ASSERT_TRUE(reload(nodes, KEYED(", \"gre_key\": 8")));
	CU_ASSERT_EQUAL(find(nodes, "10.1.0.5")->ip4->gre_key, 8);
	CU_ASSERT_TRUE(reload(nodes, KEYED("")));
	CU_ASSERT_FALSE(find(nodes, "10.1.0.5")->ip4->has_gre_key);
	mobile_nodes_free(nodes);
}

static bool is_ip4_home_address_taken(const char *address)
{
	char line[160];
	struct mobile_nodes *nodes;

	give_a_pool(true);
	snprintf(line, sizeof(line),
		 "{\"home_address\": \"%s\", \"spi\": 256, \"key\": \"" KEY_TEXT "\"}\n", address);
	nodes = load_text(line);
	mobile_nodes_free(nodes);
	give_a_pool(false);
	CU_ASSERT_EQUAL(problem_count, nodes == NULL);
	return nodes != NULL;
}

static void an_address_of_the_home_agent_or_of_all_hosts_is_nobodys_home_address(void)
{
	CU_ASSERT_TRUE(is_ip4_home_address_taken("10.1.0.2"));
	CU_ASSERT_TRUE(is_ip4_home_address_taken("10.1.128.1"));
	CU_ASSERT_TRUE(is_ip4_home_address_taken("10.2.255.255"));
	CU_ASSERT_FALSE(is_ip4_home_address_taken("10.1.0.1"));
	CU_ASSERT_NOT_EQUAL(strstr(problems[0].text, "home agent's own"), NULL);
	CU_ASSERT_FALSE(is_ip4_home_address_taken("10.1.0.0"));
	CU_ASSERT_NOT_EQUAL(strstr(problems[0].text, "address of its network"), NULL);
	CU_ASSERT_FALSE(is_ip4_home_address_taken("10.1.255.255"));
	CU_ASSERT_NOT_EQUAL(strstr(problems[0].text, "broadcast address"), NULL);
}

static void a_long_path_keeps_its_end(void)
{
	char longer[400];

	memset(longer, 'a', sizeof(longer));
	memcpy(longer + sizeof(longer) - 7, "/n.txt", 7);
	CU_ASSERT_PTR_NULL(mobile_nodes_load(longer, &fault));
	CU_ASSERT_EQUAL(strncmp(fault.where, "...", 3), 0);
	CU_ASSERT_STRING_EQUAL(fault.where + strlen(fault.where) - 6, "/n.txt");
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(every_bad_sample_tells_each_line_and_what_is_wrong),
		UNIT(each_key_reaches_its_field),
		UNIT(a_node_without_authentication_has_no_association),
		UNIT(the_last_line_needs_no_end),
		UNIT(a_home_address_that_nobody_has_is_not_found),
		UNIT(files_without_mobile_nodes_are_empty_tables),
		UNIT(the_shipped_example_loads),
		UNIT(the_shipped_example_of_mobile_ipv4_loads),
		UNIT(each_of_many_nodes_is_found),
		UNIT(a_file_that_others_may_touch_is_refused),
		UNIT(a_file_that_only_its_owner_may_read_is_taken),
		UNIT(a_file_of_another_user_is_refused),
		UNIT(what_is_not_a_file_is_refused),
		UNIT(of_a_file_that_is_all_wrong_the_number_of_the_rest_is_told),
		UNIT(who_asks_for_the_first_problem_gets_that),
		UNIT(a_reload_takes_the_whole_file_and_keeps_timestamps),
		UNIT(a_reload_of_a_file_with_a_problem_changes_nothing),
		UNIT(an_address_of_the_home_agent_or_of_all_routers_is_nobodys_home_address),
		UNIT(each_key_of_mobile_ipv4_reaches_its_field),
		UNIT(an_identifier_finds_the_node_of_mobile_ipv4_only),
		UNIT(an_assigned_address_finds_its_node_until_it_is_taken_back),
		UNIT(addresses_come_and_go_in_any_order),
		UNIT(a_reload_keeps_nonces_and_assigned_addresses),
		UNIT(a_reload_sets_changes_and_takes_away_a_gre_key),
		UNIT(an_address_of_the_home_agent_or_of_all_hosts_is_nobodys_home_address),
		UNIT(a_long_path_keeps_its_end),
	};

	return unit_run("mobile_node", cases, UNIT_COUNT(cases));
}
