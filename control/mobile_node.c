/* SPDX-License-Identifier: BSD-3-Clause */
#include "mobile_node.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "mobile_node_read.h"

enum { NODE_ALIGN = 64 };

_Static_assert(sizeof(struct mobile_node) == NODE_ALIGN, "a mobile node is one cache line");

/* Open addressing; 1 and up is a node, 0 is free. At most half full, so that there is always a free slot to end a search. */
struct node_index {
	uint32_t *slots;
	uint64_t mask;
};

struct mobile_nodes {
	struct mobile_node *nodes; /* in the order of the file */
	size_t count;
	size_t room;
	size_t unauthenticated;
	size_t ip4;
	const struct config *config;	    /* as read with; may be NULL */
	size_t assigned[HOME_NETWORKS_MAX]; /* by home network */
	struct node_index by_home;
	struct node_index by_identifier; /* those of Mobile IPv4 that have one */
};

/* One reading of one file into one table. */
struct loader {
	struct node_reading reading;
	struct mobile_nodes *nodes;
	uint32_t *lines; /* of each node, as long as nodes->room */
};

/* Finding */

static uint64_t slot_of(const struct mobile_nodes *nodes, const struct ip_addr *home)
{
	uint64_t hash = ip_addr_word(home, 0) * UINT64_C(0x9e3779b97f4a7c15);

	hash = ((hash ^ hash >> 32) + ip_addr_word(home, 1)) * UINT64_C(0xd6e8feb86659fd93);
	hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (hash ^ hash >> 32) & nodes->by_home.mask;
}

/* The slot that holds home, or the free one where it belongs. */
static uint64_t find_slot(const struct mobile_nodes *nodes, const struct ip_addr *home)
{
	uint64_t slot = slot_of(nodes, home);

	while (nodes->by_home.slots[slot] != 0 &&
	       !ip_addr_equal(&nodes->nodes[nodes->by_home.slots[slot] - 1].home, home))
		slot = (slot + 1) & nodes->by_home.mask;
	return slot;
}

struct mobile_node *mobile_nodes_find(const struct mobile_nodes *nodes, const struct ip_addr *home)
{
	uint32_t found = nodes->by_home.slots[find_slot(nodes, home)];

	return found != 0 ? &nodes->nodes[found - 1] : NULL;
}

void mobile_nodes_fetch(const struct mobile_nodes *nodes, const struct ip_addr *home,
			unsigned int step)
{
	const uint32_t *place = &nodes->by_home.slots[slot_of(nodes, home)];

	if (step == 0)
		__builtin_prefetch(place);
	else if (*place != 0 && step == 1)
		__builtin_prefetch(&nodes->nodes[*place - 1]);
	else if (*place != 0)
		__builtin_prefetch(nodes->nodes[*place - 1].identifier);
}

/* FNV-1a. What is in the table is the operator's, so nobody else can make its chains longer. */
static uint64_t identifier_slot_of(const struct mobile_nodes *nodes, const uint8_t *identifier,
				   size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ identifier[i]) * UINT64_C(0x100000001b3);
	return (hash ^ hash >> 32) & nodes->by_identifier.mask;
}

static bool has_identifier(const struct mobile_node *node, const uint8_t *identifier, size_t length)
{
	return node->identifier_length == length &&
	       memcmp(node->identifier, identifier, length) == 0;
}

static uint64_t find_identifier_slot(const struct mobile_nodes *nodes, const uint8_t *identifier,
				     size_t length)
{
	const struct node_index *index = &nodes->by_identifier;
	uint64_t slot = identifier_slot_of(nodes, identifier, length);

	while (index->slots[slot] != 0 &&
	       !has_identifier(&nodes->nodes[index->slots[slot] - 1], identifier, length))
		slot = (slot + 1) & index->mask;
	return slot;
}

struct mobile_node *mobile_nodes_find_identifier(const struct mobile_nodes *nodes,
						 const uint8_t *identifier, size_t length)
{
	uint32_t found =
		nodes->by_identifier.slots[find_identifier_slot(nodes, identifier, length)];

	return found != 0 ? &nodes->nodes[found - 1] : NULL;
}

size_t mobile_nodes_count(const struct mobile_nodes *nodes)
{
	return nodes->count;
}

size_t mobile_nodes_count_ip4(const struct mobile_nodes *nodes)
{
	return nodes->ip4;
}

size_t mobile_nodes_count_unauthenticated(const struct mobile_nodes *nodes)
{
	return nodes->unauthenticated;
}

/* Home addresses that come and go */

size_t mobile_nodes_count_assigned(const struct mobile_nodes *nodes, uint16_t network)
{
	return nodes->assigned[network];
}

static void count_assigned(struct mobile_nodes *nodes, const struct ip_addr *home, int change)
{
	const struct config *config = nodes->config;

	for (uint16_t i = 0; config != NULL && i < config->mip4.network_count; i++)
		if (ip_prefix_contains(&config->mip4.networks[i].prefix, home))
			nodes->assigned[i] += (size_t)change;
}

bool mobile_nodes_assign(struct mobile_nodes *nodes, struct mobile_node *node,
			 const struct ip_addr *home)
{
	uint64_t slot = find_slot(nodes, home);

	if (nodes->by_home.slots[slot] != 0 || !ip_addr_is_unspecified(&node->home))
		return false;
	node->home = *home;
	node->ip4->is_assigned = true;
	count_assigned(nodes, home, 1);
	nodes->by_home.slots[slot] = (uint32_t)(node - nodes->nodes) + 1;
	return true;
}

/* Who stands behind a slot that becomes free moves into it, unless that is before where its own search begins. */
static void close_gap(struct mobile_nodes *nodes, uint64_t gap)
{
	uint32_t *slots = nodes->by_home.slots;
	uint64_t mask = nodes->by_home.mask;

	for (uint64_t at = (gap + 1) & mask; slots[at] != 0; at = (at + 1) & mask) {
		uint64_t wanted = slot_of(nodes, &nodes->nodes[slots[at] - 1].home);

		if (((at - wanted) & mask) < ((at - gap) & mask))
			continue;
		slots[gap] = slots[at];
		gap = at;
	}
	slots[gap] = 0;
}

void mobile_nodes_release(struct mobile_nodes *nodes, struct mobile_node *node)
{
	if (!mobile_node_is_ip4(node) || !node->ip4->is_assigned)
		return;
	close_gap(nodes, find_slot(nodes, &node->home));
	count_assigned(nodes, &node->home, -1);
	node->home = (struct ip_addr){0};
	node->ip4->is_assigned = false;
}

/* Making the table */

static void wipe_and_free(void *memory, size_t octets)
{
	if (memory != NULL)
		OPENSSL_cleanse(memory, octets);
	free(memory);
}

/* Not realloc, which would leave the old keys behind. */
static bool grow(struct loader *loader)
{
	struct mobile_nodes *table = loader->nodes;
	size_t room = table->room != 0 ? table->room * 2 : 64;
	struct mobile_node *nodes = aligned_alloc(NODE_ALIGN, room * sizeof(*nodes));
	uint32_t *lines = reallocarray(loader->lines, room, sizeof(*lines));

	if (lines != NULL)
		loader->lines = lines;
	if (nodes == NULL || lines == NULL) {
		free(nodes);
		return node_problem(&loader->reading, "no memory for so many mobile nodes");
	}
	if (table->count != 0)
		memcpy(nodes, table->nodes, table->count * sizeof(*nodes));
	wipe_and_free(table->nodes, table->count * sizeof(*nodes));
	table->nodes = nodes;
	table->room = room;
	return true;
}

/* A wrong node whose home address is known stays, so that another with the same is found. */
static void add_line(void *context, const char *text, size_t length)
{
	struct loader *loader = context;
	struct mobile_nodes *table = loader->nodes;
	struct mobile_node *node;
	bool is_good;

	if (table->count == table->room && !grow(loader))
		return;
	node = &table->nodes[table->count];
	*node = (struct mobile_node){0};
	is_good = node_line_parse(&loader->reading, text, length, node);
	if (!is_good && ip_addr_is_unspecified(&node->home)) {
		mobile_node_clear(node);
		return;
	}
	loader->lines[table->count++] = loader->reading.line;
	table->unauthenticated += node->auth == AUTH_NONE;
	table->ip4 += mobile_node_is_ip4(node);
}

static bool make_index(struct node_index *index, size_t count)
{
	uint64_t slots = 2;

	while (slots < 2 * count)
		slots *= 2;
	index->mask = slots - 1;
	index->slots = calloc(slots, sizeof(*index->slots));
	return index->slots != NULL;
}

static void add_home(struct loader *loader, size_t i)
{
	struct mobile_nodes *table = loader->nodes;
	const struct ip_addr *home = &table->nodes[i].home;
	uint32_t *slot = &table->by_home.slots[find_slot(table, home)];
	char text[IP_ADDR_TEXT];

	if (*slot == 0)
		*slot = (uint32_t)i + 1;
	else
		node_problem_at(&loader->reading, loader->lines[i],
				"home_address: %s is on line %u already; keep one of the two lines",
				ip_addr_format(home, text), loader->lines[*slot - 1]);
}

static void add_identifier(struct loader *loader, size_t i)
{
	struct mobile_nodes *table = loader->nodes;
	const struct mobile_node *node = &table->nodes[i];
	const uint8_t *identifier = (const uint8_t *)node->identifier;
	uint32_t *slot =
		&table->by_identifier
			 .slots[find_identifier_slot(table, identifier, node->identifier_length)];
	char said[NODE_WORDS_MAX];

	if (*slot == 0)
		*slot = (uint32_t)i + 1;
	else
		node_problem_at(
			&loader->reading, loader->lines[i],
			"identifier: %s is that of the mobile node on line %u already; give "
			"each of Mobile IPv4 one of its own",
			node_words(node->identifier, said), loader->lines[*slot - 1]);
}

/* There is room by home address for those who have none yet. */
static void build_indexes(struct loader *loader)
{
	struct mobile_nodes *table = loader->nodes;

	if (!make_index(&table->by_home, table->count) ||
	    !make_index(&table->by_identifier, table->ip4)) {
		node_problem_at(&loader->reading, 0, "no memory for so many mobile nodes");
		return;
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct mobile_node *node = &table->nodes[i];

		if (!ip_addr_is_unspecified(&node->home))
			add_home(loader, i);
		if (mobile_node_is_ip4(node) && node->identifier != NULL)
			add_identifier(loader, i);
	}
}

struct mobile_nodes *mobile_nodes_read(const char *path, const struct config *config,
				       mobile_nodes_problem_fn *report, void *context)
{
	struct mobile_nodes *nodes = calloc(1, sizeof(*nodes));
	struct loader loader = {
		.reading = {.path = path, .config = config, .report = report, .context = context},
		.nodes = nodes};

	if (nodes == NULL) {
		node_problem_at(&loader.reading, 0, "no memory to read it");
		return NULL;
	}
	nodes->config = config;
	if (path[0] == '\0' || node_lines_read(&loader.reading, add_line, &loader))
		build_indexes(&loader);
	free(loader.lines);
	node_problems_rest(&loader.reading);
	if (loader.reading.problems == 0)
		return nodes;
	mobile_nodes_free(nodes);
	return NULL;
}

/* where is never empty once a problem was told. */
static void remember_first(void *fault, const struct fault *problem)
{
	struct fault *first = fault;

	if (first->where[0] == '\0')
		*first = *problem;
}

struct mobile_nodes *mobile_nodes_load(const char *path, struct fault *fault)
{
	*fault = (struct fault){0};
	return mobile_nodes_read(path, NULL, remember_first, fault);
}

void mobile_nodes_free(struct mobile_nodes *nodes)
{
	if (nodes == NULL)
		return;
	for (size_t i = 0; i < nodes->count; i++)
		mobile_node_clear(&nodes->nodes[i]);
	free(nodes->nodes);
	free(nodes->by_home.slots);
	free(nodes->by_identifier.slots);
	free(nodes);
}

/* Reading the file again */

static const struct mobile_node *find_again(const struct mobile_nodes *old,
					    const struct mobile_node *node)
{
	if (mobile_node_is_ip4(node) && node->identifier != NULL)
		return mobile_nodes_find_identifier(old, (const uint8_t *)node->identifier,
						    node->identifier_length);
	return NULL;
}

/* The same mobile node in the table before: with the same home address of its own, or the same identifier. */
static const struct mobile_node *before_of(const struct mobile_nodes *old,
					   const struct mobile_node *node)
{
	const struct mobile_node *was = mobile_nodes_find(old, &node->home);

	if (was != NULL && !(mobile_node_is_ip4(was) && was->ip4->is_assigned))
		return was;
	return find_again(old, node);
}

/* Of those who are in both. A timestamp or nonce seen before must not be good again. */
static void keep_state(const struct mobile_nodes *old, struct mobile_nodes *fresh)
{
	for (size_t i = 0; i < fresh->count; i++) {
		struct mobile_node *node = &fresh->nodes[i];
		const struct mobile_node *was = before_of(old, node);

		if (was == NULL)
			continue;
		node->last_timestamp_ntp = was->last_timestamp_ntp;
		if (!mobile_node_is_ip4(node) || !mobile_node_is_ip4(was))
			continue;
		node->ip4->nonce = was->ip4->nonce;
		node->ip4->has_nonce = was->ip4->has_nonce;
		if (was->ip4->is_assigned)
			mobile_nodes_assign(fresh, node, &was->home);
	}
}

bool mobile_nodes_reload(struct mobile_nodes *nodes, const char *path, const struct config *config,
			 mobile_nodes_problem_fn *report, void *context)
{
	struct mobile_nodes *fresh = mobile_nodes_read(path, config, report, context);
	struct mobile_nodes old = *nodes;

	if (fresh == NULL)
		return false;
	keep_state(nodes, fresh);
	*nodes = *fresh;
	*fresh = old;
	mobile_nodes_free(fresh);
	return true;
}
