/* SPDX-License-Identifier: BSD-3-Clause */
#include "mobile_node.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "ha/home_anycast.h"

/* Keys pass through the file's buffer, the line, the parser's memory and the table. Each is wiped before it is given back. */

enum {
	SPI_MIN = 256, /* RFC 4285 §5: 0 to 255 are reserved */
	WINDOW_MAX_S = 3600,
	LINE_OCTETS_MAX = 4096,
	BUFFER_OCTETS = 65536,
	WORDS_MAX = 48, /* of the file, repeated in a fault */
	NODE_ALIGN = 64,
	PROBLEMS_MAX = 100,		  /* told one by one */
	ROUTERS_ANYCAST_PREFIX_MAX = 126, /* behind a longer one it is a host's (RFC 6164) */
};

_Static_assert(sizeof(struct mobile_node) == NODE_ALIGN, "a mobile node is one cache line");

struct mobile_nodes {
	struct mobile_node *nodes; /* in the order of the file */
	size_t count;
	size_t room;
	size_t unauthenticated;
	uint32_t *index; /* open addressing by home address: 1 and up is a node, 0 is free */
	uint64_t mask;
};

/* One reading of one file. */
struct loader {
	const char *path;
	const struct config *config; /* NULL: home prefixes are not known */
	mobile_nodes_problem_fn *report;
	void *context;
	struct mobile_nodes *nodes;
	uint32_t *lines; /* of each node, as long as nodes->room */
	unsigned int problems;
	unsigned int line;
	unsigned int given; /* bits of enum key */
	unsigned int wrong; /* those of them whose value could not be read */
};

enum key {
	HOME_ADDRESS,
	IDENTIFIER,
	SPI,
	KEY,
	REPLAY,
	WINDOW,
	PROHIBITED,
	AUTH,
	REVOCATION,
	KEY_COUNT
};

struct key_reader {
	const char *name;
	bool (*read)(struct loader *loader, const json_t *value, struct mobile_node *node);
};

/* Faults */

/* line 0: about the file as a whole. Of a long path the end is kept. False, for a caller to return. */
__attribute__((format(printf, 3, 4))) static bool fault_at(struct loader *loader, unsigned int line,
							   const char *format, ...)
{
	size_t length = strlen(loader->path);
	size_t room = sizeof(((struct fault *)0)->where) - 16; /* for "..." and the line */
	const char *path = length > room ? loader->path + length - room : loader->path;
	const char *cut = length > room ? "..." : "";
	struct fault fault;
	va_list args;

	if (loader->problems++ >= PROBLEMS_MAX)
		return false;
	if (line != 0)
		snprintf(fault.where, sizeof(fault.where), "%s%s:%u", cut, path, line);
	else
		snprintf(fault.where, sizeof(fault.where), "%s%s", cut, path);
	va_start(args, format);
	vsnprintf(fault.text, sizeof(fault.text), format, args);
	va_end(args);
	loader->report(loader->context, &fault);
	return false;
}

#define bad(loader, ...) fault_at(loader, (loader)->line, __VA_ARGS__)

/* The operator's own words: short, and nothing that a terminal would obey. Never those of a key. */
static const char *words(const char *text, char out[static WORDS_MAX])
{
	snprintf(out, WORDS_MAX, "%s", text);
	for (char *c = out; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	return out;
}

/* One line: each key */

/* Whose an address is that no mobile node can have; NULL when nobody's. */
static const char *owner_of(const struct config *config, const struct ip_addr *address)
{
	for (uint16_t i = 0; config != NULL && i < config->home_prefix_count; i++) {
		const struct home_prefix_config *home = &config->home_prefixes[i];

		if (ip_addr_equal(&home->home_agent, address))
			return "the home agent's own address";
		if (is_home_anycast(&home->prefix, address))
			return "the Home-Agents anycast address of its prefix (RFC 2526)";
		if (home->prefix.length <= ROUTERS_ANYCAST_PREFIX_MAX &&
		    ip_addr_equal(&home->prefix.addr, address))
			return "the Subnet-Router anycast address of its prefix (RFC 4291)";
	}
	return NULL;
}

static bool read_home_address(struct loader *loader, const json_t *value, struct mobile_node *node)
{
	const char *text = json_string_value(value);
	const char *owner;
	char said[WORDS_MAX];

	if (text == NULL || !ip_addr_parse(text, &node->home))
		return bad(loader,
			   "home_address: %s is not an IPv6 address; use one such as "
			   "\"2001:db8:1::10\"",
			   text != NULL ? words(text, said) : "what is there");
	if (!ip_addr_is_unicast_routable(&node->home))
		return bad(loader,
			   "home_address: %s is not a unicast address that packets can be routed "
			   "to; use one of a home prefix",
			   words(text, said));
	owner = owner_of(loader->config, &node->home);
	if (owner != NULL)
		return bad(loader, "home_address: %s is %s; give the mobile node another one",
			   words(text, said), owner);
	return true;
}

/* RFC 4282 §2.1 without its finer points: printable, no spaces. */
static bool is_identifier(const char *text)
{
	size_t length = text != NULL ? strlen(text) : 0;

	for (size_t i = 0; i < length; i++)
		if (iscntrl((unsigned char)text[i]) || text[i] == ' ')
			return false;
	return length > 0 && length <= MN_IDENTIFIER_MAX;
}

static bool read_identifier(struct loader *loader, const json_t *value, struct mobile_node *node)
{
	const char *text = json_string_value(value);

	if (!is_identifier(text))
		return bad(loader,
			   "identifier: not a network access identifier; use 1 to %d octets "
			   "without spaces, such as \"mn10@example.com\"",
			   MN_IDENTIFIER_MAX);
	node->identifier_length = (uint8_t)strlen(text);
	node->identifier = strdup(text);
	return node->identifier != NULL || bad(loader, "no memory for this mobile node");
}

static bool read_spi(struct loader *loader, const json_t *value, struct mobile_node *node)
{
	json_int_t spi = json_integer_value(value);

	if (!json_is_integer(value) || spi < SPI_MIN || spi > UINT32_MAX)
		return bad(loader, "spi: use a whole number from %d to %u", SPI_MIN, UINT32_MAX);
	node->spi = (uint32_t)spi;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_key(struct loader *loader, const json_t *value, struct mobile_node *node)
{
	const char *text = json_string_value(value);

	if (text == NULL || strlen(text) != 2 * sizeof(node->key))
		return bad(loader, "key: use %zu hexadecimal digits", 2 * sizeof(node->key));
	for (size_t i = 0; i < sizeof(node->key); i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return bad(loader,
				   "key: something in it is not a hexadecimal digit; use %zu of "
				   "0-9 and a-f",
				   2 * sizeof(node->key));
		node->key[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool is_word(const json_t *value, const char *word)
{
	return json_is_string(value) && strcmp(json_string_value(value), word) == 0;
}

static bool read_replay(struct loader *loader, const json_t *value, struct mobile_node *node)
{
	if (is_word(value, "timestamp"))
		node->replay = REPLAY_TIMESTAMP;
	else if (!is_word(value, "sequence"))
		return bad(loader, "replay: use \"sequence\" or \"timestamp\"");
	return true;
}

static bool read_window(struct loader *loader, const json_t *value, struct mobile_node *node)
{
	json_int_t window_s = json_integer_value(value);

	if (!json_is_integer(value) || window_s < 1 || window_s > WINDOW_MAX_S)
		return bad(loader, "timestamp_window_s: use a whole number from 1 to %d",
			   WINDOW_MAX_S);
	node->timestamp_window_s = (uint32_t)window_s;
	return true;
}

static bool read_prohibited(struct loader *loader, const json_t *value, struct mobile_node *node)
{
	if (!json_is_boolean(value))
		return bad(loader, "prohibited: use true or false");
	node->prohibited = json_is_true(value);
	return true;
}

static bool read_auth(struct loader *loader, const json_t *value, struct mobile_node *node)
{
	if (is_word(value, "none"))
		node->auth = AUTH_NONE;
	else if (!is_word(value, "mn-ha"))
		return bad(loader, "auth: use \"mn-ha\" or \"none\"");
	return true;
}

static bool read_revocation(struct loader *loader, const json_t *value, struct mobile_node *node)
{
	if (!json_is_boolean(value))
		return bad(loader, "revocation: use true or false");
	node->takes_revocation = json_is_true(value);
	return true;
}

static const struct key_reader key_readers[KEY_COUNT] = {
	[HOME_ADDRESS] = {"home_address", read_home_address},
	[IDENTIFIER] = {"identifier", read_identifier},
	[SPI] = {"spi", read_spi},
	[KEY] = {"key", read_key},
	[REPLAY] = {"replay", read_replay},
	[WINDOW] = {"timestamp_window_s", read_window},
	[PROHIBITED] = {"prohibited", read_prohibited},
	[AUTH] = {"auth", read_auth},
	[REVOCATION] = {"revocation", read_revocation},
};

static bool read_pair(struct loader *loader, const char *name, const json_t *value,
		      struct mobile_node *node)
{
	char said[WORDS_MAX];

	for (unsigned int i = 0; i < KEY_COUNT; i++) {
		if (strcmp(key_readers[i].name, name) != 0)
			continue;
		loader->given |= 1u << i;
		if (key_readers[i].read(loader, value, node))
			return true;
		loader->wrong |= 1u << i;
		return false;
	}
	return bad(loader,
		   "unknown key \"%s\"; the keys are home_address, identifier, spi, key, replay, "
		   "timestamp_window_s, prohibited, auth and revocation",
		   words(name, said));
}

/* One line as a whole */

/* What must be there, and what must not, depends on how the node proves itself. A value that could not be read is no reason to
 * complain of another. */
static bool check_keys(struct loader *loader, const struct mobile_node *node)
{
	static const unsigned int association = 1u << IDENTIFIER | 1u << SPI | 1u << KEY;
	static const unsigned int only_mn_ha = association | 1u << REPLAY | 1u << WINDOW;
	unsigned int needed = 1u << HOME_ADDRESS;
	unsigned int forbidden = 0;
	bool is_good = true;

	if ((loader->wrong & 1u << AUTH) == 0 && node->auth == AUTH_MN_HA)
		needed |= association;
	else if ((loader->wrong & 1u << AUTH) == 0)
		forbidden = only_mn_ha;
	for (unsigned int i = 0; i < KEY_COUNT; i++) {
		if ((needed & ~loader->given & 1u << i) != 0)
			is_good = bad(loader, "%s is missing; add it%s", key_readers[i].name,
				      i == HOME_ADDRESS ? ""
							: ", or set \"auth\": \"none\" if anyone "
							  "may move this node");
		if ((forbidden & loader->given & 1u << i) != 0)
			is_good = bad(loader,
				      "%s means nothing with \"auth\": \"none\"; remove one of "
				      "them",
				      key_readers[i].name);
	}
	if ((forbidden & 1u << WINDOW) == 0 && (loader->wrong & 1u << REPLAY) == 0 &&
	    node->timestamp_window_s != 0 && node->replay != REPLAY_TIMESTAMP)
		is_good = bad(loader, "timestamp_window_s means nothing without \"replay\": "
				      "\"timestamp\"; add that, or remove it");
	return is_good;
}

static bool read_node(struct loader *loader, json_t *object, struct mobile_node *node)
{
	const char *name;
	json_t *value;
	bool is_good = true;

	loader->given = 0;
	loader->wrong = 0;
	if (!json_is_object(object))
		return bad(loader,
			   "not an object; use one object a line: {\"home_address\": ... }");
	json_object_foreach (object, name, value)
		is_good = read_pair(loader, name, value, node) && is_good;
	return check_keys(loader, node) && is_good;
}

/* The parser repeats the text it stumbled over, which may be a key. Only the name of a repeated one is told. */
static bool bad_json(struct loader *loader, json_error_t *error)
{
	char *near = strstr(error->text, " near ");

	if (json_error_code(error) == json_error_duplicate_key)
		return bad(loader, "column %d: %s; keep one of the two", error->column,
			   error->text);
	if (near != NULL)
		*near = '\0';
	return bad(loader,
		   "column %d: not JSON: %s; look there, and just before, for a comma, "
		   "quote or bracket that is missing or too many",
		   error->column, error->text);
}

/* The table */

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
		return bad(loader, "no memory for so many mobile nodes");
	}
	if (table->count != 0)
		memcpy(nodes, table->nodes, table->count * sizeof(*nodes));
	wipe_and_free(table->nodes, table->count * sizeof(*nodes));
	table->nodes = nodes;
	table->room = room;
	return true;
}

/* A wrong node whose home address is known stays, so that another with the same is found. */
static void keep(struct loader *loader, struct mobile_node *node)
{
	struct mobile_nodes *table = loader->nodes;

	if ((loader->given & ~loader->wrong & 1u << HOME_ADDRESS) == 0) {
		free(node->identifier);
		OPENSSL_cleanse(node, sizeof(*node));
		return;
	}
	loader->lines[table->count++] = loader->line;
	table->unauthenticated += node->auth == AUTH_NONE;
}

static bool read_line(struct loader *loader, const char *text, size_t length)
{
	struct mobile_nodes *table = loader->nodes;
	struct mobile_node *node;
	json_error_t error;
	json_t *object;
	bool is_good;

	if (table->count == table->room && !grow(loader))
		return false;
	object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (object == NULL)
		return bad_json(loader, &error);
	node = &table->nodes[table->count];
	*node = (struct mobile_node){.auth = AUTH_MN_HA, .replay = REPLAY_SEQUENCE};
	is_good = read_node(loader, object, node);
	json_decref(object);
	keep(loader, node);
	return is_good;
}

static bool is_skipped(const char *text)
{
	text += strspn(text, " \t\r\n");
	return *text == '\0' || *text == '#';
}

/* The next line without its newline, as much of it as there is room for; false at the end of the file. is_text: it was all
 * there, and no NUL octet in it. */
static bool next_line(FILE *file, char line[static LINE_OCTETS_MAX], size_t *length, bool *is_text)
{
	int c = getc_unlocked(file);
	bool is_there = c != EOF;

	*is_text = true;
	for (*length = 0; c != EOF && c != '\n'; c = getc_unlocked(file)) {
		*is_text = *is_text && c != '\0' && *length < LINE_OCTETS_MAX - 2;
		if (*is_text)
			line[(*length)++] = (char)c;
	}
	line[*length] = '\0';
	return is_there;
}

static bool read_lines(struct loader *loader, FILE *file, char line[static LINE_OCTETS_MAX])
{
	size_t length;
	bool is_text;

	while (next_line(file, line, &length, &is_text)) {
		loader->line++;
		if (!is_text)
			bad(loader,
			    "longer than %d octets, or a NUL octet in it; use one line of text for "
			    "each mobile node",
			    LINE_OCTETS_MAX - 2);
		else if (!is_skipped(line))
			read_line(loader, line, length);
	}
	return !ferror(file) || fault_at(loader, 0, "cannot be read: %s", strerror(errno));
}

/* The parser gives its memory back through this, keys and all. */
static void wiping_free(void *memory)
{
	if (memory != NULL)
		wipe_and_free(memory, malloc_usable_size(memory));
}

static bool read_file(struct loader *loader, FILE *file)
{
	char *buffer = malloc(BUFFER_OCTETS);
	char *line = malloc(LINE_OCTETS_MAX);
	json_free_t parser_free;
	json_malloc_t parser_malloc;
	bool is_good;

	if (buffer == NULL || line == NULL) {
		is_good = fault_at(loader, 0, "no memory to read it");
	} else {
		json_get_alloc_funcs(&parser_malloc, &parser_free);
		json_set_alloc_funcs(parser_malloc, wiping_free);
		setvbuf(file, buffer, _IOFBF, BUFFER_OCTETS);
		is_good = read_lines(loader, file, line);
		json_set_alloc_funcs(parser_malloc, parser_free);
	}
	fclose(file);
	wipe_and_free(buffer, BUFFER_OCTETS);
	wipe_and_free(line, LINE_OCTETS_MAX);
	return is_good;
}

/* Whoever can read the file can be any of the mobile nodes; whoever owns it can make it so. */
static bool check_access(struct loader *loader, int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return fault_at(loader, 0, "cannot be looked at: %s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return fault_at(loader, 0, "not a file; use the path of a mobile nodes file");
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return fault_at(loader, 0,
				"belongs to user %u, who could change the keys in it; run chown "
				"root %s",
				status.st_uid, loader->path);
	if ((status.st_mode & 077) != 0)
		return fault_at(loader, 0,
				"mode %04o opens the keys in it to others; run chmod 600 %s",
				status.st_mode & 07777, loader->path);
	return true;
}

/* Not blocking: a pipe would have us wait for its writer before we can see what it is. */
static FILE *open_file(struct loader *loader)
{
	int fd = open(loader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = NULL;

	if (fd < 0)
		fault_at(loader, 0,
			 "cannot be read: %s; check /mobile_nodes/file in the configuration",
			 strerror(errno));
	else if (check_access(loader, fd)) {
		file = fdopen(fd, "r");
		if (file == NULL)
			fault_at(loader, 0, "no memory to read it");
	}
	if (fd >= 0 && file == NULL)
		close(fd);
	return file;
}

static uint64_t slot_of(const struct mobile_nodes *nodes, const struct ip_addr *home)
{
	uint64_t hash = ip_addr_word(home, 0) * UINT64_C(0x9e3779b97f4a7c15);

	hash = ((hash ^ hash >> 32) + ip_addr_word(home, 1)) * UINT64_C(0xd6e8feb86659fd93);
	hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (hash ^ hash >> 32) & nodes->mask;
}

/* The slot that holds home, or the free one where it belongs. */
static uint64_t find_slot(const struct mobile_nodes *nodes, const struct ip_addr *home)
{
	uint64_t slot = slot_of(nodes, home);

	while (nodes->index[slot] != 0 &&
	       !ip_addr_equal(&nodes->nodes[nodes->index[slot] - 1].home, home))
		slot = (slot + 1) & nodes->mask;
	return slot;
}

/* At most half full, so that there is always a free slot to end a search. */
static bool build_index(struct loader *loader)
{
	struct mobile_nodes *table = loader->nodes;
	char text[IP_ADDR_TEXT];
	uint64_t slots = 2;

	while (slots < 2 * table->count)
		slots *= 2;
	table->mask = slots - 1;
	table->index = calloc(slots, sizeof(*table->index));
	if (table->index == NULL)
		return fault_at(loader, 0, "no memory for so many mobile nodes");
	for (size_t i = 0; i < table->count; i++) {
		const struct ip_addr *home = &table->nodes[i].home;
		uint64_t slot = find_slot(table, home);

		if (table->index[slot] == 0)
			table->index[slot] = (uint32_t)i + 1;
		else
			fault_at(
				loader, loader->lines[i],
				"home_address: %s is on line %u already; keep one of the two lines",
				ip_addr_format(home, text), loader->lines[table->index[slot] - 1]);
	}
	return true;
}

/* Of a file that is wrong all over, some problems say enough. */
static void report_rest(const struct loader *loader)
{
	struct loader last = *loader;

	last.problems = 0;
	if (loader->problems > PROBLEMS_MAX)
		fault_at(&last, 0, "%u problems more; mend these first",
			 loader->problems - PROBLEMS_MAX);
}

struct mobile_nodes *mobile_nodes_read(const char *path, const struct config *config,
				       mobile_nodes_problem_fn *report, void *context)
{
	struct mobile_nodes *nodes = calloc(1, sizeof(*nodes));
	struct loader loader = {.path = path,
				.config = config,
				.report = report,
				.context = context,
				.nodes = nodes};
	FILE *file;

	if (nodes == NULL) {
		fault_at(&loader, 0, "no memory to read it");
		return NULL;
	}
	file = open_file(&loader);
	if (file != NULL && read_file(&loader, file))
		build_index(&loader);
	free(loader.lines);
	report_rest(&loader);
	if (loader.problems == 0)
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
		free(nodes->nodes[i].identifier);
	wipe_and_free(nodes->nodes, nodes->count * sizeof(*nodes->nodes));
	free(nodes->index);
	free(nodes);
}

/* Of those who are in both. A timestamp seen before must not be good again. */
static void keep_timestamps(const struct mobile_nodes *old, struct mobile_nodes *fresh)
{
	for (size_t i = 0; i < fresh->count; i++) {
		const struct mobile_node *was = mobile_nodes_find(old, &fresh->nodes[i].home);

		if (was != NULL)
			fresh->nodes[i].last_timestamp_ntp = was->last_timestamp_ntp;
	}
}

bool mobile_nodes_reload(struct mobile_nodes *nodes, const char *path, const struct config *config,
			 mobile_nodes_problem_fn *report, void *context)
{
	struct mobile_nodes *fresh = mobile_nodes_read(path, config, report, context);
	struct mobile_nodes old = *nodes;

	if (fresh == NULL)
		return false;
	keep_timestamps(nodes, fresh);
	*nodes = *fresh;
	*fresh = old;
	mobile_nodes_free(fresh);
	return true;
}

struct mobile_node *mobile_nodes_find(const struct mobile_nodes *nodes, const struct ip_addr *home)
{
	uint32_t found = nodes->index[find_slot(nodes, home)];

	return found != 0 ? &nodes->nodes[found - 1] : NULL;
}

void mobile_nodes_fetch(const struct mobile_nodes *nodes, const struct ip_addr *home,
			unsigned int step)
{
	const uint32_t *place = &nodes->index[slot_of(nodes, home)];

	if (step == 0)
		__builtin_prefetch(place);
	else if (*place != 0 && step == 1)
		__builtin_prefetch(&nodes->nodes[*place - 1]);
	else if (*place != 0)
		__builtin_prefetch(nodes->nodes[*place - 1].identifier);
}

size_t mobile_nodes_count(const struct mobile_nodes *nodes)
{
	return nodes->count;
}

size_t mobile_nodes_count_unauthenticated(const struct mobile_nodes *nodes)
{
	return nodes->unauthenticated;
}
