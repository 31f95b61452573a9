/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "mobile_node_key.h"

#define bad(row, ...) node_problem((row)->reading, __VA_ARGS__)

static bool is_known(const char *name)
{
	for (unsigned int i = 0; i < NODE_KEY_COUNT; i++)
		if (strcmp(node_key_names[i], name) == 0)
			return true;
	return false;
}

static bool report_unknown(struct node_row *row, json_t *object)
{
	char said[NODE_WORDS_MAX];
	bool is_good = true;
	const char *name;
	json_t *unused;

	json_object_foreach (object, name, unused)
		if (!is_known(name))
			is_good = bad(row,
				      "unknown key \"%s\"; the keys are home_address, identifier, "
				      "spi, algorithm, key, replay, timestamp_window_s, "
				      "prohibited, auth, revocation and gre_key",
				      node_words(name, said));
	return is_good;
}

/* The line as a whole */

static bool report_forbidden(struct node_row *row, unsigned int forbidden, const char *why)
{
	bool is_good = true;

	for (unsigned int i = 0; i < NODE_KEY_COUNT; i++)
		if ((forbidden & row->given & 1u << i) != 0)
			is_good = bad(row, "%s means nothing %s", node_key_names[i], why);
	return is_good;
}

static bool report_missing(struct node_row *row, unsigned int needed, const char *otherwise)
{
	bool is_good = true;

	for (unsigned int i = 0; i < NODE_KEY_COUNT; i++)
		if ((needed & ~row->given & 1u << i) != 0)
			is_good = bad(row, "%s is missing; add it%s", node_key_names[i],
				      i == NODE_HOME_ADDRESS ? "" : otherwise);
	return is_good;
}

/* What must be there, and what must not, depends on how the node proves itself. */
static bool check_keys6(struct node_row *row)
{
	static const unsigned int association = HAS_IDENTIFIER | HAS_SPI | HAS_KEY;
	bool is_open = row->node->auth == AUTH_NONE;
	unsigned int needed = HAS_HOME_ADDRESS;
	bool is_good;

	if ((row->wrong & HAS_AUTH) == 0 && !is_open)
		needed |= association;
	is_good = report_missing(row, needed,
				 ", or set \"auth\": \"none\" if anyone may move this node");
	if (is_open)
		is_good = report_forbidden(row, association | HAS_REPLAY | HAS_WINDOW,
					   "with \"auth\": \"none\"; remove one of them") &&
			  is_good;
	return report_forbidden(row, HAS_ALGORITHM | HAS_GRE_KEY,
				"for a mobile node of Mobile IPv6; remove it") &&
	       is_good;
}

static bool has_pool(const struct config *config)
{
	if (config == NULL)
		return true;
	for (uint16_t i = 0; i < config->mip4.network_count; i++)
		if (!ip_addr_is_unspecified(&config->mip4.networks[i].pool_first))
			return true;
	return false;
}

/* RFC 2794 §3: who has no home address is known by its identifier, and gets one of a pool. */
static bool check_keys4(struct node_row *row)
{
	bool is_good = report_missing(row, HAS_SPI | HAS_KEY, "");

	if ((row->given & (HAS_HOME_ADDRESS | HAS_IDENTIFIER)) == 0)
		is_good = bad(row, "home_address is missing; add it, or the \"identifier\" of a "
				   "mobile node that is given one");
	else if ((row->given & HAS_HOME_ADDRESS) == 0 && !has_pool(row->reading->config))
		is_good = bad(row, "home_address is missing; add it, or a \"pool\" to one of "
				   "/mobile_ipv4/networks in the configuration");
	return report_forbidden(row, HAS_AUTH | HAS_REVOCATION,
				"for a mobile node of Mobile IPv4; remove it") &&
	       is_good;
}

/* A value that could not be read is no reason to complain of another. */
static bool check_keys(struct node_row *row)
{
	const struct mobile_node *node = row->node;
	bool is_good = row->is_ip4 ? check_keys4(row) : check_keys6(row);

	if (node->auth != AUTH_NONE && (row->wrong & HAS_REPLAY) == 0 &&
	    node->timestamp_window_s != 0 && node->replay != REPLAY_TIMESTAMP)
		is_good = bad(row, "timestamp_window_s means nothing without \"replay\": "
				   "\"timestamp\"; add that, or remove it");
	return is_good;
}

static bool read_value(struct node_row *row, enum node_key key, const json_t *value)
{
	if (value == NULL)
		return true;
	row->given |= 1u << key;
	if (node_key_read(row, key, value))
		return true;
	row->wrong |= 1u << key;
	return false;
}

/* Without a home address only a mobile node of Mobile IPv4 can be meant, unless it has what only one of Mobile IPv6 has. */
static void guess_family(struct node_row *row, const json_t *object)
{
	row->is_ip4 = json_object_get(object, "home_address") == NULL &&
		      json_object_get(object, "auth") == NULL;
}

static bool read_values(struct node_row *row, const json_t *object)
{
	bool is_good = true;

	guess_family(row, object);
	for (unsigned int i = 0; i < NODE_KEY_COUNT; i++) {
		is_good = read_value(row, i, json_object_get(object, node_key_names[i])) && is_good;
		if (i == NODE_HOME_ADDRESS && row->is_ip4)
			row->node->replay = REPLAY_TIMESTAMP;
	}
	return is_good;
}

/* Mobile IPv6 has the association inside the node. */
static bool put_association(struct node_row *row)
{
	struct mobile_node *node = row->node;

	if (!row->is_ip4) {
		node->spi = row->association.spi;
		memcpy(node->key, row->association.key, sizeof(node->key));
		return true;
	}
	node->ip4 = calloc(1, sizeof(*node->ip4));
	if (node->ip4 == NULL)
		return bad(row, "no memory for this mobile node");
	node->auth = AUTH_MIP4;
	node->ip4->association = row->association;
	node->ip4->has_gre_key = (row->given & HAS_GRE_KEY) != 0;
	node->ip4->gre_key = row->gre_key;
	return true;
}

static bool read_object(struct node_reading *reading, json_t *object, struct mobile_node *node)
{
	struct node_row row = {.reading = reading, .node = node};
	bool is_good;

	if (!json_is_object(object))
		return node_problem(reading, "not an object; use one object a line: "
					     "{\"home_address\": ... }");
	is_good = report_unknown(&row, object);
	is_good = read_values(&row, object) && is_good;
	is_good = check_keys(&row) && is_good;
	is_good = put_association(&row) && is_good;
	OPENSSL_cleanse(&row, sizeof(row));
	return is_good;
}

/* The parser repeats the text it stumbled over, which may be a key. Only the name of a repeated one is told. */
static bool bad_json(struct node_reading *reading, json_error_t *error)
{
	char *near = strstr(error->text, " near ");

	if (json_error_code(error) == json_error_duplicate_key)
		return node_problem(reading, "column %d: %s; keep one of the two", error->column,
				    error->text);
	if (near != NULL)
		*near = '\0';
	return node_problem(reading,
			    "column %d: not JSON: %s; look there, and just before, for a comma, "
			    "quote or bracket that is missing or too many",
			    error->column, error->text);
}

bool node_line_parse(struct node_reading *reading, const char *text, size_t length,
		     struct mobile_node *node)
{
	json_error_t error;
	json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	bool is_good;

	if (object == NULL)
		return bad_json(reading, &error);
	is_good = read_object(reading, object, node);
	json_decref(object);
	return is_good;
}

void mobile_node_clear(struct mobile_node *node)
{
	if (mobile_node_is_ip4(node) && node->ip4 != NULL) {
		OPENSSL_cleanse(node->ip4, sizeof(*node->ip4));
		free(node->ip4);
	}
	free(node->identifier);
	OPENSSL_cleanse(node, sizeof(*node));
}
