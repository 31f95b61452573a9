/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_load.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "json_where.h"

/* What may stand in the file is in the tables at the foot of this one: a row of struct field for each key. A struct type
 * says how a kind of value is read and written, a struct shape which fields an object has. */

enum {
	FILE_OCTETS_MAX = 1 << 20,
	NESTING_MAX = 16,
	VERSION = 1,
	KEY_MAX = 32,	/* longer than any key there is */
	QUOTE_MAX = 68, /* of the operator's own words, repeated in a problem */
	PREFIX_LENGTH_MIN = 16,
	PATH_MTU_LIFETIME_MIN_S = 300, /* RFC 8201 §4 */
	LIFETIME_UNIT_S = 4, /* RFC 6275 §6.1.7: a lifetime travels in units of four seconds */
	LIFETIME_MAX_S = 65535 * LIFETIME_UNIT_S,
	ALL_VARIANTS = 0,
	PORT_KIND_UNREAD = 31,
};

/* One reading of one file. */
struct reader {
	struct config *config;
	config_problem_fn *report;
	void *context;
	unsigned int problems;
	size_t length;	    /* of pointer */
	char pointer[1024]; /* to the value being read */
};

struct field {
	const char *key;
	const struct type *type;
	size_t offset;
	size_t size;
	uint32_t min; /* numbers and lifetimes: the range; prefixes: their length; lists: items */
	uint32_t max;
	unsigned int variants;	    /* bits of those that have this key, or ALL_VARIANTS */
	const char *example;	    /* of a key that must be there: what to write */
	const char *pattern;	    /* text: what it must match */
	const char *mend;	    /* text: the pattern in words, after "use" */
	const char *const *choices; /* choice: names of the values, NULL last */
	const struct shape *shape;  /* object */
	const struct field *item;   /* list: one of its items */
	size_t count_offset;	    /* list: where a uint16_t counts the items; 0: nowhere */
};

struct type {
	void (*read)(struct reader *reader, const struct field *field, const json_t *value,
		     void *at);
	json_t *(*write)(const struct field *field, const void *at); /* NULL: left out */
};

struct shape {
	const struct field *fields;
	size_t count;
	const void *blank; /* an item before it is read: its defaults; NULL: they are there */
	size_t blank_size;
	/* A bit for what kind of object this is; ALL_VARIANTS: not known. It decides which keys
	 * there are. */
	unsigned int (*variant)(const void *at);
	const char *const *variant_names;
	/* What must be true between the fields. */
	void (*check)(struct reader *reader, const json_t *object, void *at);
};

static const struct field root;

#define HOME_LINK_WORDS "\"virtual\" or {\"interface\": \"eth1\"}"

static void read_object(struct reader *reader, const struct field *field, const json_t *value,
			void *at);
static json_t *write_object(const struct field *field, const void *at);

/* Problems and pointers */

/* The operator's own words inside a problem: short, and nothing that a terminal would obey. */
static const char *quote(const char *text, char out[static QUOTE_MAX])
{
	size_t length = strlen(text);
	size_t kept = length < QUOTE_MAX - 8 ? length : QUOTE_MAX - 8;

	while (kept < length && kept > 0 && ((uint8_t)text[kept] & 0xc0) == 0x80)
		kept--; /* not in the middle of a character */
	out[0] = '"';
	for (size_t i = 0; i < kept; i++)
		out[1 + i] = iscntrl((unsigned char)text[i]) ? '?' : text[i];
	strcpy(out + 1 + kept, kept < length ? "...\"" : "\"");
	return out;
}

/* below: a pointer from the value being read. False, for a caller to return. */
__attribute__((format(printf, 3, 4))) static bool
problem_at(struct reader *reader, const char *below, const char *format, ...)
{
	struct fault problem;
	va_list args;
	int n;

	n = snprintf(problem.where, sizeof(problem.where), "%s%s", reader->pointer, below);
	if (n >= (int)sizeof(problem.where))
		strcpy(problem.where + sizeof(problem.where) - 4, "...");
	va_start(args, format);
	vsnprintf(problem.text, sizeof(problem.text), format, args);
	va_end(args);
	reader->problems++;
	reader->report(reader->context, &problem);
	return false;
}

#define problem(reader, ...) problem_at(reader, "", __VA_ARGS__)

/* Adds a key to the pointer (RFC 6901 §3). Returns what leave needs. */
static size_t enter(struct reader *reader, const char *key)
{
	size_t before = reader->length;
	char *out = reader->pointer + before;
	char *end = reader->pointer + sizeof(reader->pointer) - 3;

	if (out < end)
		*out++ = '/';
	for (; *key != '\0' && out < end; key++) {
		bool is_special = *key == '~' || *key == '/';

		if (is_special)
			*out++ = '~';
		*out++ = *key == '~' ? '0' : *key == '/' ? '1' : *key;
		if (iscntrl((unsigned char)*key))
			out[-1] = '?';
	}
	*out = '\0';
	reader->length = (size_t)(out - reader->pointer);
	return before;
}

static size_t enter_item(struct reader *reader, size_t index)
{
	char key[24];

	snprintf(key, sizeof(key), "%zu", index);
	return enter(reader, key);
}

static void leave(struct reader *reader, size_t before)
{
	reader->pointer[before] = '\0';
	reader->length = before;
}

__attribute__((format(printf, 3, 4))) static void
wrong_type(struct reader *reader, const json_t *value, const char *format, ...)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number with a fraction",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};
	char expected[200];
	va_list args;

	va_start(args, format);
	vsnprintf(expected, sizeof(expected), format, args);
	va_end(args);
	problem(reader, "is %s; use %s", names[json_typeof(value)], expected);
}

/* Values: how each type is read and written */

static void read_boolean(struct reader *reader, const struct field *field, const json_t *value,
			 void *at)
{
	(void)field;
	if (json_is_boolean(value))
		*(bool *)at = json_is_true(value);
	else
		wrong_type(reader, value, "true or false");
}

static json_t *write_boolean(const struct field *field, const void *at)
{
	(void)field;
	return json_boolean(*(const bool *)at);
}

static void store_number(const struct field *field, uint32_t number, void *at)
{
	uint8_t octet = (uint8_t)number;
	uint16_t half = (uint16_t)number;

	memcpy(at,
	       field->size == 1	  ? (void *)&octet
	       : field->size == 2 ? (void *)&half
				  : (void *)&number,
	       field->size);
}

static void read_number(struct reader *reader, const struct field *field, const json_t *value,
			void *at)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value))
		wrong_type(reader, value, "a whole number from %u to %u", field->min, field->max);
	else if (number < field->min || number > field->max)
		problem(reader, "%" JSON_INTEGER_FORMAT " is out of range; use %u to %u", number,
			field->min, field->max);
	else
		store_number(field, (uint32_t)number, at);
}

/* -1 in an int says that the file did not name it. */
static json_t *write_number(const struct field *field, const void *at)
{
	switch (field->size) {
	case 1:
		return json_integer(*(const uint8_t *)at);
	case 2:
		return json_integer(*(const uint16_t *)at);
	default:
		return json_integer(*(const uint32_t *)at);
	}
}

static json_t *write_cpu(const struct field *field, const void *at)
{
	int cpu = *(const int *)at;

	(void)field;
	return cpu >= 0 ? json_integer(cpu) : NULL;
}

static void read_version(struct reader *reader, const struct field *field, const json_t *value,
			 void *at)
{
	(void)field;
	(void)at;
	if (!json_is_integer(value) || json_integer_value(value) != VERSION)
		problem(reader, "this homewardd reads version %d of the file; use %d", VERSION,
			VERSION);
}

static json_t *write_version(const struct field *field, const void *at)
{
	(void)field;
	(void)at;
	return json_integer(VERSION);
}

static void read_lifetime(struct reader *reader, const struct field *field, const json_t *value,
			  void *at)
{
	json_int_t seconds = json_integer_value(value);
	uint32_t lifetime = (uint32_t)seconds;

	if (json_is_string(value) && strcmp(json_string_value(value), "infinite") == 0) {
		lifetime = LIFETIME_INFINITE_S;
	} else if (!json_is_integer(value) || seconds < field->min || seconds > field->max) {
		problem(reader,
			"is not a lifetime; use a whole number of seconds from %u to %u, "
			"or \"infinite\"",
			field->min, field->max);
		return;
	}
	store_number(field, lifetime, at);
}

static json_t *write_lifetime(const struct field *field, const void *at)
{
	uint32_t lifetime = *(const uint32_t *)at;

	(void)field;
	return lifetime == LIFETIME_INFINITE_S ? json_string("infinite") : json_integer(lifetime);
}

static bool matches(const char *text, const char *pattern)
{
	regex_t compiled;
	bool found;

	if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	found = regexec(&compiled, text, 0, NULL, 0) == 0;
	regfree(&compiled);
	return found;
}

/* The text of a value that must be one and must match the field's pattern; NULL after a problem. */
static const char *checked_text(struct reader *reader, const struct field *field,
				const json_t *value)
{
	const char *text = json_string_value(value);
	char quoted[QUOTE_MAX];

	if (text == NULL)
		wrong_type(reader, value, "a string: %s", field->mend);
	else if (!matches(text, field->pattern))
		problem(reader, "%s is not allowed; use %s", quote(text, quoted), field->mend);
	else
		return text;
	return NULL;
}

static void store_text(struct reader *reader, const struct field *field, const char *text, void *at)
{
	size_t length = strlen(text);

	if (length >= field->size)
		problem(reader, "is %zu octets long; use at most %zu", length, field->size - 1);
	else
		memcpy(at, text, length + 1);
}

static void read_text(struct reader *reader, const struct field *field, const json_t *value,
		      void *at)
{
	const char *text = checked_text(reader, field, value);

	if (text != NULL)
		store_text(reader, field, text, at);
}

static json_t *write_text(const struct field *field, const void *at)
{
	(void)field;
	return json_string(at);
}

/* The folder of the configuration file, so that the path is good whatever the current folder is. */
static bool folder_of(const char *path, char folder[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	char name[PATH_MAX];

	if (slash == NULL)
		return realpath(".", folder) != NULL;
	snprintf(name, sizeof(name), "%.*s", (int)(slash - path) + 1, path);
	return realpath(name, folder) != NULL;
}

static void read_path(struct reader *reader, const struct field *field, const json_t *value,
		      void *at)
{
	const char *text = checked_text(reader, field, value);
	char absolute[2 * PATH_MAX];
	char folder[PATH_MAX];

	if (text == NULL)
		return;
	if (text[0] == '/' || !folder_of(reader->config->path, folder)) {
		store_text(reader, field, text, at);
		return;
	}
	snprintf(absolute, sizeof(absolute), "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, text);
	store_text(reader, field, absolute, at);
}

static void read_octal(struct reader *reader, const struct field *field, const json_t *value,
		       void *at)
{
	const char *text = checked_text(reader, field, value);

	if (text != NULL)
		store_number(field, (uint32_t)strtoul(text, NULL, 8), at);
}

static json_t *write_octal(const struct field *field, const void *at)
{
	(void)field;
	return json_sprintf("%04o", *(const uint32_t *)at);
}

/* "one, two or three" */
static void list_names(const char *const names[], char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; names[i] != NULL && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s\"%s\"",
					 i == 0			? ""
					 : names[i + 1] == NULL ? " or "
								: ", ",
					 names[i]);
}

static void read_choice(struct reader *reader, const struct field *field, const json_t *value,
			void *at)
{
	const char *text = json_string_value(value);
	char quoted[QUOTE_MAX];
	char names[120];

	for (uint32_t i = 0; text != NULL && field->choices[i] != NULL; i++) {
		if (strcmp(field->choices[i], text) != 0)
			continue;
		store_number(field, i, at);
		return;
	}
	list_names(field->choices, names, sizeof(names));
	if (text == NULL)
		wrong_type(reader, value, "%s", names);
	else
		problem(reader, "%s is not known; use %s", quote(text, quoted), names);
}

static json_t *write_choice(const struct field *field, const void *at)
{
	return json_string(field->choices[*(const uint32_t *)at]);
}

/* Left out unless it is there: what is there is enabled unless it says otherwise. */
static json_t *write_advertisements(const struct field *field, const void *at)
{
	const struct router_advertisement_config *c = at;

	return c->max_interval_ms != 0 ? write_object(field, at) : NULL;
}

/* "virtual", or an object that names an interface. */
static void read_home_link(struct reader *reader, const struct field *field, const json_t *value,
			   void *at)
{
	struct home_link_config *link = at;
	const char *text = json_string_value(value);
	char quoted[QUOTE_MAX];

	*link = (struct home_link_config){.kind = HOME_LINK_VIRTUAL, .dad_transmits = 1};
	if (json_is_object(value)) {
		link->kind = HOME_LINK_INTERFACE;
		read_object(reader, field, value, at);
	} else if (text == NULL) {
		wrong_type(reader, value, HOME_LINK_WORDS);
	} else if (strcmp(text, "virtual") != 0) {
		problem(reader, "%s is not known; use " HOME_LINK_WORDS, quote(text, quoted));
	}
}

static json_t *write_home_link(const struct field *field, const void *at)
{
	const struct home_link_config *link = at;

	if (link->kind == HOME_LINK_VIRTUAL)
		return json_string("virtual");
	return write_object(field, at);
}

/* Of home agents, this one or others. */
static void read_address(struct reader *reader, const struct field *field, const json_t *value,
			 void *at)
{
	const char *text = json_string_value(value);
	struct ip_addr address;
	char quoted[QUOTE_MAX];

	(void)field;
	if (text == NULL)
		wrong_type(reader, value, "an IPv6 address such as \"2001:db8:1::1\"");
	else if (!ip_addr_parse(text, &address))
		problem(reader, "%s is not an IPv6 address; use one such as \"2001:db8:1::1\"",
			quote(text, quoted));
	else if (!ip_addr_is_unicast_routable(&address))
		problem(reader,
			"%s is not a unicast address that packets can be routed to; use a global "
			"one",
			quote(text, quoted));
	else
		*(struct ip_addr *)at = address;
}

static json_t *write_address(const struct field *field, const void *at)
{
	char text[IP_ADDR_TEXT];

	(void)field;
	return json_string(ip_addr_format(at, text));
}

static bool parse_prefix(const char *text, struct ip_prefix *prefix)
{
	const char *slash = strchr(text, '/');
	char address[IP_ADDR_TEXT];
	unsigned long length;

	if (slash == NULL || slash - text >= (ptrdiff_t)sizeof(address) ||
	    !matches(slash, "^/(0|[1-9][0-9]{0,2})$"))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	length = strtoul(slash + 1, NULL, 10);
	prefix->length = (uint8_t)length;
	return length <= 128 && ip_addr_parse(address, &prefix->addr);
}

static struct ip_prefix without_host_bits(const struct ip_prefix *prefix)
{
	struct ip_prefix masked = *prefix;

	for (unsigned int bit = prefix->length; bit < 128; bit++)
		masked.addr.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return masked;
}

static const char *format_prefix(const struct ip_prefix *prefix, char out[static IP_PREFIX_TEXT])
{
	char address[IP_ADDR_TEXT];

	snprintf(out, IP_PREFIX_TEXT, "%s/%u", ip_addr_format(&prefix->addr, address),
		 prefix->length);
	return out;
}

static void read_prefix(struct reader *reader, const struct field *field, const json_t *value,
			void *at)
{
	const char *text = json_string_value(value);
	struct ip_prefix masked;
	struct ip_prefix prefix;
	char quoted[QUOTE_MAX];
	char mended[IP_PREFIX_TEXT];

	if (text == NULL) {
		wrong_type(reader, value, "an IPv6 prefix such as \"2001:db8:1::/64\"");
		return;
	}
	if (!parse_prefix(text, &prefix)) {
		problem(reader, "%s is not an IPv6 prefix; use one such as \"2001:db8:1::/64\"",
			quote(text, quoted));
		return;
	}
	masked = without_host_bits(&prefix);
	if (prefix.length < field->min || prefix.length > field->max)
		problem(reader, "a length of %u is out of range; use /%u to /%u", prefix.length,
			field->min, field->max);
	else if (!ip_prefix_equal(&masked, &prefix))
		problem(reader, "%s has bits set behind its length; use \"%s\"",
			quote(text, quoted), format_prefix(&masked, mended));
	else
		*(struct ip_prefix *)at = prefix;
}

static json_t *write_prefix(const struct field *field, const void *at)
{
	char text[IP_PREFIX_TEXT];

	(void)field;
	return json_string(format_prefix(at, text));
}

static void read_mac(struct reader *reader, const struct field *field, const json_t *value,
		     void *at)
{
	const char *text = checked_text(reader, field, value);
	static const uint8_t zero[6];
	char quoted[QUOTE_MAX];
	uint8_t mac[6];

	if (text == NULL)
		return;
	for (size_t i = 0; i < sizeof(mac); i++)
		mac[i] = (uint8_t)strtoul(text + 3 * i, NULL, 16);
	if ((mac[0] & 1) != 0 || memcmp(mac, zero, sizeof(mac)) == 0)
		problem(reader, "%s is not one station's; use a unicast link-layer address",
			quote(text, quoted));
	else
		memcpy(at, mac, sizeof(mac));
}

static json_t *write_mac(const struct field *field, const void *at)
{
	const uint8_t *mac = at;

	(void)field;
	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
			    mac[5]);
}

/* The count is in the same struct as the list. */
static uint16_t *item_count(const struct field *field, const void *at)
{
	return (uint16_t *)((uintptr_t)at - field->offset + field->count_offset);
}

static void read_list(struct reader *reader, const struct field *field, const json_t *value,
		      void *at)
{
	size_t count = json_array_size(value);

	if (!json_is_array(value)) {
		wrong_type(reader, value, "a list: [ ... ]");
		return;
	}
	if (count < field->min || count > field->max)
		problem(reader, "has %zu items; use %u to %u", count, field->min, field->max);
	for (size_t i = 0; i < count && i < field->max; i++) {
		size_t before = enter_item(reader, i);

		field->item->type->read(reader, field->item, json_array_get(value, i),
					(uint8_t *)at + i * field->item->size);
		leave(reader, before);
	}
	if (field->count_offset != 0)
		*item_count(field, at) = (uint16_t)(count < field->max ? count : field->max);
}

/* A list without a count ends at the first item that is left out; empty, it is left out itself. */
static json_t *write_list(const struct field *field, const void *at)
{
	size_t count = field->count_offset != 0 ? *item_count(field, at) : field->max;
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *item = field->item->type->write(field->item, (const uint8_t *)at +
									     i * field->item->size);

		if (item == NULL)
			break;
		json_array_append_new(list, item);
	}
	if (field->count_offset != 0 || json_array_size(list) != 0)
		return list;
	json_decref(list);
	return NULL;
}

/* Objects */

static unsigned int variant_of(const struct shape *shape, const void *at)
{
	return shape->variant != NULL ? shape->variant(at) : ALL_VARIANTS;
}

static bool is_in_variant(const struct field *field, unsigned int variant)
{
	return field->variants == ALL_VARIANTS || (field->variants & variant) != 0;
}

static void read_field(struct reader *reader, const struct field *field, const json_t *object,
		       void *at)
{
	const json_t *value = json_object_get(object, field->key);
	size_t before = enter(reader, field->key);

	if (value != NULL)
		field->type->read(reader, field, value, (uint8_t *)at + field->offset);
	else if (field->example != NULL)
		problem(reader, "is missing; add \"%s\": %s", field->key, field->example);
	leave(reader, before);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must change: put in, left out, replaced, or swapped with the next. */
static size_t distance(const char *a, const char *b)
{
	size_t d[KEY_MAX + 1][KEY_MAX + 1];
	size_t rows = strlen(a);
	size_t columns = strlen(b);

	if (rows > KEY_MAX || columns > KEY_MAX)
		return SIZE_MAX;
	for (size_t i = 0; i <= rows; i++) {
		for (size_t k = 0; k <= columns; k++) {
			if (i == 0 || k == 0) {
				d[i][k] = i + k;
				continue;
			}
			d[i][k] = least(d[i - 1][k - 1] + (a[i - 1] != b[k - 1]),
					least(d[i - 1][k], d[i][k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
		}
	}
	return d[rows][columns];
}

/* The key that was likely meant, or NULL. */
static const char *nearest_key(const struct shape *shape, unsigned int variant, const char *key)
{
	const char *nearest = NULL;
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < shape->count; i++) {
		const struct field *field = &shape->fields[i];
		size_t away = distance(key, field->key);

		if (is_in_variant(field, variant) && away < best &&
		    away <= (strlen(field->key) + 2) / 3) {
			nearest = field->key;
			best = away;
		}
	}
	return nearest;
}

static void list_keys(const struct shape *shape, unsigned int variant, char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < shape->count && used < size; i++)
		if (is_in_variant(&shape->fields[i], variant))
			used += (size_t)snprintf(out + used, size - used, "%s%s",
						 used == 0 ? "" : ", ", shape->fields[i].key);
}

static void report_unknown(struct reader *reader, const struct shape *shape, unsigned int variant,
			   const char *key)
{
	const char *nearest = nearest_key(shape, variant, key);
	char quoted[QUOTE_MAX];
	char keys[300];

	quote(key, quoted);
	if (nearest != NULL) {
		problem(reader, "unknown key %s; did you mean \"%s\"?", quoted, nearest);
		return;
	}
	list_keys(shape, variant, keys, sizeof(keys));
	problem(reader, "unknown key %s; remove it, the keys here are %s", quoted, keys);
}

/* A key of another kind of the same object. */
static void report_misplaced(struct reader *reader, const struct shape *shape, unsigned int variant,
			     unsigned int others)
{
	char names[80] = "";
	size_t used = 0;
	unsigned int which = 0;

	for (unsigned int i = 0; shape->variant_names[i] != NULL; i++) {
		if ((others & 1u << i) != 0 && used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 used == 0 ? "" : " and ", shape->variant_names[i]);
		if (variant == 1u << i)
			which = i;
	}
	problem(reader, "is not for kind %s, only for %s; remove it", shape->variant_names[which],
		names);
}

static void check_key(struct reader *reader, const struct shape *shape, unsigned int variant,
		      const char *key)
{
	unsigned int others = 0;
	size_t before;

	for (size_t i = 0; i < shape->count; i++) {
		const struct field *field = &shape->fields[i];

		if (strcmp(field->key, key) != 0)
			continue;
		/* Of a kind that is not known no key can be misplaced. */
		if (is_in_variant(field, variant) || variant == ALL_VARIANTS)
			return;
		others |= field->variants;
	}
	before = enter(reader, key);
	if (others != 0)
		report_misplaced(reader, shape, variant, others);
	else
		report_unknown(reader, shape, variant, key);
	leave(reader, before);
}

static void read_object(struct reader *reader, const struct field *field, const json_t *value,
			void *at)
{
	const struct shape *shape = field->shape;
	const char *key;
	json_t *unused;

	if (shape->blank != NULL)
		memcpy(at, shape->blank, shape->blank_size);
	if (!json_is_object(value)) {
		wrong_type(reader, value, "an object: { ... }");
		return;
	}
	/* The variant is asked for anew each time: one of the first fields settles it. */
	for (size_t i = 0; i < shape->count; i++)
		if (is_in_variant(&shape->fields[i], variant_of(shape, at)))
			read_field(reader, &shape->fields[i], value, at);
	json_object_foreach ((json_t *)(uintptr_t)value, key, unused) {
		check_key(reader, shape, variant_of(shape, at), key);
	}
	if (shape->check != NULL)
		shape->check(reader, value, at);
}

static json_t *write_object(const struct field *field, const void *at)
{
	const struct shape *shape = field->shape;
	json_t *object = json_object();

	for (size_t i = 0; i < shape->count; i++) {
		const struct field *f = &shape->fields[i];

		if (is_in_variant(f, variant_of(shape, at)))
			json_object_set_new(object, f->key,
					    f->type->write(f, (const uint8_t *)at + f->offset));
	}
	return object;
}

/* Relations between fields. A field that could not be read still has its default, or nothing, and
 * is not complained about twice. */

static unsigned int port_variant(const void *at)
{
	const struct port_config *port = at;

	return (int)port->kind == PORT_KIND_UNREAD ? ALL_VARIANTS : 1u << port->kind;
}

static const char *interface_key(const struct port_config *port)
{
	return port->kind == PORT_AF_XDP ? "interface" : "tap";
}

/* DPDK knows a software device by what is before the first comma. */
static bool is_same_device(const struct port_config *a, const struct port_config *b)
{
	size_t length = strcspn(a->device, ",");

	return a->kind == b->kind && length != 0 && length == strcspn(b->device, ",") &&
	       strncasecmp(a->device, b->device, length) == 0;
}

static void check_port_pair(struct reader *reader, uint16_t i, uint16_t k)
{
	const struct port_config *first = &reader->config->ports[i];
	const struct port_config *second = &reader->config->ports[k];
	char where[64];

	snprintf(where, sizeof(where), "/ports/%u/name", k);
	if (second->name[0] != '\0' && strcmp(first->name, second->name) == 0)
		problem_at(reader, where, "\"%s\" is the name of /ports/%u too; use another",
			   second->name, i);
	snprintf(where, sizeof(where), "/ports/%u/%s", k, interface_key(second));
	if (second->interface[0] != '\0' && strcmp(first->interface, second->interface) == 0)
		problem_at(reader, where, "\"%s\" is used by /ports/%u too; use another",
			   second->interface, i);
	snprintf(where, sizeof(where), "/ports/%u/device", k);
	if (is_same_device(first, second))
		problem_at(reader, where, "\"%.*s\" is used by /ports/%u too; use another",
			   (int)strcspn(second->device, ","), second->device, i);
}

static const struct port_config *port_by_interface(const struct config *config, const char *name)
{
	for (uint16_t i = 0; i < config->port_count; i++)
		if (strcmp(config->ports[i].interface, name) == 0)
			return &config->ports[i];
	return NULL;
}

/* Only a port with a kernel interface has a link that neighbour discovery can be heard on. */
static void check_home_links(struct reader *reader, struct config *config)
{
	for (uint16_t i = 0; i < config->home_prefix_count; i++) {
		struct home_link_config *link = &config->home_prefixes[i].home_link;
		const struct port_config *port = port_by_interface(config, link->interface);
		char where[64];

		if (link->kind != HOME_LINK_INTERFACE || link->interface[0] == '\0')
			continue;
		snprintf(where, sizeof(where), "/home_agent/prefixes/%u/home_link/interface", i);
		if (port == NULL)
			problem_at(reader, where,
				   "\"%s\" is no port's; use the interface of an af_xdp port or "
				   "the tap of a pci port",
				   link->interface);
		else
			link->port = (uint16_t)(port - config->ports);
	}
}

/* Whether Router Advertisements on the link of a prefix hold an address of this home agent: one that
 * lies in a prefix which they tell. */
static bool tells_an_address(const struct config *config, const char *interface)
{
	for (uint16_t i = 0; i < config->home_prefix_count; i++) {
		const struct home_prefix_config *home = &config->home_prefixes[i];

		if (home->home_link.kind == HOME_LINK_INTERFACE &&
		    strcmp(home->home_link.interface, interface) == 0 &&
		    ip_prefix_contains(&home->prefix, &home->home_agent))
			return true;
	}
	return false;
}

/* RFC 6275 §7.2: at least one prefix with the Router Address bit, so that others can list us. */
static void check_router_addresses(struct reader *reader, const struct config *config)
{
	for (uint16_t i = 0; i < config->home_prefix_count; i++) {
		const struct home_link_config *link = &config->home_prefixes[i].home_link;
		char where[64];

		if (link->kind != HOME_LINK_INTERFACE || !link->advertisements.enabled ||
		    link->interface[0] == '\0' || tells_an_address(config, link->interface))
			continue;
		snprintf(where, sizeof(where), "/home_agent/prefixes/%u/address", i);
		problem_at(reader, where,
			   "lies outside the prefix, as all addresses on \"%s\" do, and Router "
			   "Advertisements must tell one; use an address inside",
			   link->interface);
	}
}

/* The first port unless one is named. */
static void find_multicast_port(struct reader *reader, struct config *config)
{
	const char *name = config->multicast_port_name;
	uint16_t i = 0;

	while (name[0] != '\0' && i < config->port_count &&
	       strcmp(config->ports[i].name, name) != 0)
		i++;
	if (i < config->port_count)
		config->multicast_port = i;
	else if (name[0] != '\0')
		problem_at(reader, "/multicast/port",
			   "\"%s\" is no port's name; use one of /ports, or \"\" for the first",
			   name);
}

static void check_ports(struct reader *reader, const json_t *object, void *at)
{
	struct config *config = at;
	char where[64];

	(void)object;
	check_home_links(reader, config);
	check_router_addresses(reader, config);
	find_multicast_port(reader, config);
	for (uint16_t k = 0; k < config->port_count; k++) {
		uint16_t queues = config->ports[k].queues;

		for (uint16_t i = 0; i < k; i++)
			check_port_pair(reader, i, k);
		snprintf(where, sizeof(where), "/ports/%u/queues", k);
		if (queues != 0 && queues < config->worker_count)
			problem_at(reader, where,
				   "%u is too few for %u workers, each needs one; use 0 for as "
				   "many as workers, or at least %u",
				   queues, config->worker_count, config->worker_count);
	}
}

static void check_port(struct reader *reader, const json_t *object, void *at)
{
	const struct port_config *port = at;
	char where[64];

	for (uint16_t k = 0; k < port->route_count; k++) {
		const json_t *written = json_array_get(json_object_get(object, "routes"), k);

		/* ::/0 is also what a prefix that could not be read looks like. */
		if (!json_is_string(json_object_get(written, "prefix")))
			continue;
		for (uint16_t i = 0; i < k; i++) {
			if (!ip_prefix_equal(&port->routes[i].prefix, &port->routes[k].prefix))
				continue;
			snprintf(where, sizeof(where), "/routes/%u/prefix", k);
			problem_at(reader, where, "is the prefix of /routes/%u too; keep one", i);
			break;
		}
	}
}

/* Whether the number has its default or is what the file says. */
static bool was_read(const json_t *object, const char *key, uint32_t number)
{
	const json_t *value = json_object_get(object, key);

	return value == NULL || (json_is_integer(value) && json_integer_value(value) == number);
}

static void check_cpu_is_new(struct reader *reader, const int cpus[], size_t k)
{
	char where[64];

	for (size_t i = 0; i < k; i++) {
		if (cpus[k] < 0 || cpus[i] != cpus[k])
			continue;
		snprintf(where, sizeof(where), "/cpus/%zu", k);
		problem_at(reader, where, "CPU %d is named before; a worker needs one of its own",
			   cpus[k]);
		return;
	}
}

static void check_workers(struct reader *reader, const json_t *object, void *at)
{
	const struct config *config = at;
	size_t count = json_array_size(json_object_get(object, "cpus"));

	if (count == 0 || count > WORKERS_MAX)
		return;
	if (was_read(object, "count", config->worker_count) && count != config->worker_count)
		problem_at(reader, "/cpus",
			   "names %zu CPUs for %u workers; name one for each, or set "
			   "/workers/count to %zu",
			   count, config->worker_count, count);
	for (size_t k = 0; k < count; k++)
		check_cpu_is_new(reader, config->worker_cpus, k);
}

/* Left out, the preferred lifetime is as long as the valid one. */
static void check_lifetimes(struct reader *reader, const json_t *object,
			    struct home_prefix_config *home)
{
	const char *written = json_string_value(json_object_get(object, "preferred_lifetime_s"));

	if (home->preferred_lifetime_s == LIFETIME_INFINITE_S &&
	    (written == NULL || strcmp(written, "infinite") != 0))
		home->preferred_lifetime_s = home->valid_lifetime_s;
	if (home->preferred_lifetime_s > home->valid_lifetime_s)
		problem_at(reader, "/preferred_lifetime_s",
			   "is longer than valid_lifetime_s; use at most %u",
			   home->valid_lifetime_s);
}

static void check_home_prefix(struct reader *reader, const json_t *object, void *at)
{
	struct home_prefix_config *home = at;
	char text[IP_PREFIX_TEXT];

	if (home->prefix.length != 0 && !ip_addr_is_unicast_routable(&home->prefix.addr))
		problem_at(reader, "/prefix",
			   "%s cannot hold home addresses; use a global unicast prefix",
			   format_prefix(&home->prefix, text));
	check_lifetimes(reader, object, home);
}

static bool overlaps(const struct ip_prefix *a, const struct ip_prefix *b)
{
	const struct ip_prefix *shorter = a->length < b->length ? a : b;

	return shorter->length != 0 && ip_prefix_contains(shorter, &(shorter == a ? b : a)->addr);
}

static void check_home_agent(struct reader *reader, const json_t *object, void *at)
{
	const struct config *config = at;
	char text[IP_PREFIX_TEXT];
	char where[64];

	(void)object;
	for (uint16_t k = 0; k < config->home_prefix_count; k++) {
		for (uint16_t i = 0; i < k; i++) {
			const struct ip_prefix *first = &config->home_prefixes[i].prefix;

			if (!overlaps(first, &config->home_prefixes[k].prefix))
				continue;
			snprintf(where, sizeof(where), "/prefixes/%u/prefix", k);
			problem_at(reader, where,
				   "overlaps %s of /home_agent/prefixes/%u; keep one, or make them "
				   "disjoint",
				   format_prefix(first, text), i);
		}
	}
}

/* RFC 4861 §6.2.1: at most three quarters of the longest; RFC 6275 §7.5: 30 ms is the least. */
static void check_advertisements(struct reader *reader, const json_t *object, void *at)
{
	const struct router_advertisement_config *c = at;
	uint32_t most_ms = c->max_interval_ms * 3 / 4;

	if (c->min_interval_ms != 0 && (c->min_interval_ms < 30 || c->min_interval_ms > most_ms) &&
	    was_read(object, "max_interval_ms", c->max_interval_ms))
		problem_at(reader, "/min_interval_ms",
			   "%u does not fit a max_interval_ms of %u; use 30 to %u, or 0 for the "
			   "default",
			   c->min_interval_ms, c->max_interval_ms, most_ms);
	if (c->lifetime_s != 0 && (uint64_t)c->lifetime_s * 1000 < c->max_interval_ms)
		problem_at(reader, "/lifetime_s",
			   "%u is shorter than max_interval_ms; use more, or 0 for the default",
			   c->lifetime_s);
	if (c->mtu != 0 && c->mtu < 1280)
		problem_at(reader, "/mtu", "%u is less than IPv6 demands; use 1280 or more, or 0",
			   c->mtu);
}

/* RFC 6275 §7.4: a home agent lifetime of 0 is never sent, and that of a router that is none is 0. */
static void check_home_link(struct reader *reader, const json_t *object, void *at)
{
	const struct home_link_config *link = at;

	if (link->advertisements.enabled && !link->advertisements.default_router &&
	    link->home_agent_lifetime_s == 0)
		problem_at(reader, "/home_agent_lifetime_s",
			   "is needed where default_router is false; use 1 to 65535");
}

static void check_prefix_advertisements(struct reader *reader, const json_t *object, void *at)
{
	const struct config *config = at;

	if (config->prefix_min_interval_s > config->prefix_max_interval_s &&
	    was_read(object, "max_interval_s", config->prefix_max_interval_s))
		problem_at(reader, "/min_interval_s",
			   "%u is longer than max_interval_s, which is %u; use less",
			   config->prefix_min_interval_s, config->prefix_max_interval_s);
}

/* RFC 3810 §9.3. */
static void check_multicast(struct reader *reader, const json_t *object, void *at)
{
	const struct config *config = at;

	(void)object;
	if (config->multicast_query_response_ms >= config->multicast_query_interval_s * 1000)
		problem_at(reader, "/query_response_ms",
			   "%u is not less than query_interval_s, which is %u s; use less",
			   config->multicast_query_response_ms, config->multicast_query_interval_s);
}

static void check_bindings(struct reader *reader, const json_t *object, void *at)
{
	const struct config *config = at;
	uint32_t advice_s = config->refresh_advice_s;

	if (advice_s != 0 && advice_s < LIFETIME_UNIT_S)
		problem_at(reader, "/refresh_advice_s",
			   "%u is less than the unit of four seconds it travels in; use 0 for no "
			   "advice, or at least %d",
			   advice_s, LIFETIME_UNIT_S);
	else if (advice_s >= config->max_lifetime_s &&
		 was_read(object, "max_lifetime_s", config->max_lifetime_s))
		problem_at(reader, "/refresh_advice_s",
			   "%u is not shorter than max_lifetime_s, which is %u; use less, or 0 to "
			   "give no advice",
			   advice_s, config->max_lifetime_s);
}

/* The file */

/* Reads all of it; text has room for one octet more than is allowed, which tells a file that is too
 * long. */
static bool read_file(struct reader *reader, char *text, size_t *length)
{
	int fd = open(reader->config->path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;
	int error;

	*length = 0;
	while (fd >= 0 && n > 0 && *length <= FILE_OCTETS_MAX) {
		n = read(fd, text + *length, FILE_OCTETS_MAX + 1 - *length);
		*length += n > 0 ? (size_t)n : 0;
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	if (fd < 0 || n < 0)
		return problem(reader,
			       "cannot be read: %s; check the path, and that this user may read it",
			       strerror(error));
	if (*length > FILE_OCTETS_MAX)
		return problem(reader,
			       "is longer than 1 MiB; a configuration is far shorter, check "
			       "that this is the right file");
	return true;
}

/* Before the parser, which recurses. Brackets inside strings do not count. */
static bool is_shallow(struct reader *reader, const char *text, size_t length)
{
	unsigned int depth = 0;
	unsigned int line = 1;
	bool in_string = false;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		line += c == '\n';
		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '['))
			depth++;
		else if (!in_string && (c == '}' || c == ']') && depth > 0)
			depth--;
		if (depth > NESTING_MAX)
			return problem(reader,
				       "line %u: objects and lists are nested deeper than %d; look "
				       "for a bracket that is not closed",
				       line, NESTING_MAX);
	}
	return true;
}

static json_t *parse(struct reader *reader, const char *text, size_t length)
{
	json_error_t error;
	json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);

	if (json != NULL)
		return json;
	for (char *c = error.text; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	json_where(text, error.position > 0 ? least((size_t)error.position, length) : 0,
		   reader->pointer, sizeof(reader->pointer));
	if (json_error_code(&error) == json_error_duplicate_key)
		problem(reader, "line %d, column %d: %s; keep one of the two", error.line,
			error.column, error.text);
	else
		problem(reader,
			"line %d, column %d: not JSON: %s; look there, and just before, for a "
			"comma, quote or bracket that is missing or too many",
			error.line, error.column, error.text);
	return NULL;
}

static const struct config defaults = {
	.worker_count = 1,
	.worker_cpus = {[0 ... WORKERS_MAX - 1] = -1},
	.control_cpu = -1,
	.mbufs_per_queue = 8192,
	.reassembly_packets = 1024,
	.accept_registrations = true,
	.advertise_prefixes = true,
	.prefix_min_interval_s = 600, /* RFC 6275 §13 */
	.prefix_max_interval_s = 86400,
	.binding_capacity = 65536,
	.max_lifetime_s = 3600,
	.tunnel_hop_limit = 64,
	.revocation_retransmissions = 1,
	.revocation_initial_delay_ms = 1000,
	.revocation_max_delay_ms = 2000,
	.switch_rate_per_s = 1,
	.path_mtu_lifetime_s = 600, /* RFC 8201 §4 */
	.tunnel_encapsulation_limit = -1,
	.correspondent_bindings = 1024,
	.multicast_groups = 1024,
	.multicast_groups_per_node = 16,
	.multicast_members = 256,
	.multicast_query_interval_s = 125,    /* RFC 3810 §9.2 */
	.multicast_query_response_ms = 10000, /* §9.3 */
	.timestamp_window_s = 7,	      /* RFC 4285 §6 */
	.punt_signalling_known = {250000, 4096},
	.punt_signalling_new = {250000, 4096},
	.punt_local = {1000, 200},
	.punt_error = {1000, 200},
	.punt_tunnel_error = {1000, 200},
	.punt_listener = {10000, 2000},
	.punt_resolve = {1000, 200},
	.errors_per_source = {10, 20},
	.errors_total = {1000, 1000},
	.socket_path = "/run/homeward/control.sock",
	.socket_mode = 0660,
	.socket_idle_timeout_s = 60,
	.log_level = "info",
};

unsigned int config_load(const char *path, struct config *config, config_problem_fn *report,
			 void *context)
{
	struct reader reader = {.config = config, .report = report, .context = context};
	char *text = malloc(FILE_OCTETS_MAX + 1);
	json_t *json = NULL;
	size_t length;

	*config = defaults;
	if (snprintf(config->path, sizeof(config->path), "%s", path) >= (int)sizeof(config->path))
		problem(&reader, "the path is longer than %d octets", PATH_MAX - 1);
	else if (text == NULL)
		problem(&reader, "no memory to read it");
	else if (read_file(&reader, text, &length) && is_shallow(&reader, text, length))
		json = parse(&reader, text, length);
	if (json != NULL)
		read_object(&reader, &root, json, config);
	json_decref(json);
	free(text);
	return reader.problems;
}

json_t *config_to_json(const struct config *config)
{
	return write_object(&root, config);
}

/* The tables */

static const struct type type_boolean = {read_boolean, write_boolean};
static const struct type type_number = {read_number, write_number};
static const struct type type_cpu = {read_number, write_cpu};
static const struct type type_optional = {read_number, write_cpu};
static const struct type type_version = {read_version, write_version};
static const struct type type_lifetime = {read_lifetime, write_lifetime};
static const struct type type_text = {read_text, write_text};
static const struct type type_path = {read_path, write_text};
static const struct type type_octal = {read_octal, write_octal};
static const struct type type_choice = {read_choice, write_choice};
static const struct type type_address = {read_address, write_address};
static const struct type type_prefix = {read_prefix, write_prefix};
static const struct type type_advertisements = {read_object, write_advertisements};
static const struct type type_home_link = {read_home_link, write_home_link};
static const struct type type_mac = {read_mac, write_mac};
static const struct type type_list = {read_list, write_list};
static const struct type type_object = {read_object, write_object};

#define KEY(name, kind)	    .key = name, .type = &type_##kind
#define IN(what, member)    .offset = offsetof(what, member), .size = sizeof(((what *)0)->member)
#define RANGE(least, most)  .min = (least), .max = (most)
#define TEXT(regular, word) .pattern = (regular), .mend = (word)
#define ONLY(kinds)	    .variants = (kinds)
#define FIELDS(table)	    .fields = (table), .count = sizeof(table) / sizeof((table)[0])

#define NAME_WORDS                                                                                 \
	"letters, digits, dots, hyphens and underscores, not starting with a dot or hyphen"
#define RATE_MAX       1000000000
#define CPU_MAX	       1023
#define MAC_PATTERN    "^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$"
#define PCI_PATTERN    "^[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\\.[0-7]$"
#define NAME_PATTERN   "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"
#define DEVICE_PATTERN "^(net|eth)_[A-Za-z0-9_]{1,59}(,[^[:cntrl:]]*)?$"

enum {
	ON_AF_XDP = 1 << PORT_AF_XDP,
	ON_VDEV = 1 << PORT_VDEV,
	ON_PCI = 1 << PORT_PCI,
};

static const char *const port_kinds[] = {
	[PORT_AF_XDP] = "af_xdp",
	[PORT_VDEV] = "vdev",
	[PORT_PCI] = "pci",
	[PORT_PCI + 1] = NULL,
};

static const struct field route_fields[] = {
	{KEY("prefix", prefix), IN(struct static_route, prefix), RANGE(0, 128),
	 .example = "\"::/0\""},
	{KEY("next_hop_mac", mac), IN(struct static_route, next_hop_mac),
	 TEXT(MAC_PATTERN, "six octets such as 02:00:00:00:00:01"),
	 .example = "\"02:00:00:00:00:01\""},
};

static const struct shape route_shape = {FIELDS(route_fields)};
static const struct field route = {KEY("", object), .size = sizeof(struct static_route),
				   .shape = &route_shape};

/* name and kind first: kind says which of the others there are. */
static const struct field port_fields[] = {
	{KEY("name", text), IN(struct port_config, name), TEXT(NAME_PATTERN, NAME_WORDS),
	 .example = "\"core\""},
	{KEY("kind", choice), IN(struct port_config, kind), .choices = port_kinds,
	 .example = "\"af_xdp\""},
	{KEY("interface", text), IN(struct port_config, interface), ONLY(ON_AF_XDP),
	 TEXT(NAME_PATTERN, NAME_WORDS), .example = "\"eth1\""},
	{KEY("device", text), IN(struct port_config, device), ONLY(ON_VDEV),
	 TEXT(DEVICE_PATTERN, "a DPDK driver and a number, then its arguments after commas, such "
			      "as net_memif0,role=server"),
	 .example = "\"net_memif0,role=server\""},
	{KEY("device", text), IN(struct port_config, device), ONLY(ON_PCI),
	 TEXT(PCI_PATTERN, "a full PCI address such as 0000:3b:00.0, as lspci -D prints it"),
	 .example = "\"0000:3b:00.0\""},
	{KEY("tap", text), IN(struct port_config, interface), ONLY(ON_PCI),
	 TEXT(NAME_PATTERN, NAME_WORDS), .example = "\"hw-wan\""},
	{KEY("mtu", number), IN(struct port_config, mtu), ONLY(ON_VDEV), RANGE(1280, 9216)},
	{KEY("queues", number), IN(struct port_config, queues), ONLY(ON_VDEV | ON_PCI),
	 RANGE(0, 64)},
	{KEY("routes", list), IN(struct port_config, routes), ONLY(ON_VDEV),
	 RANGE(0, STATIC_ROUTES_MAX), .item = &route,
	 .count_offset = offsetof(struct port_config, route_count)},
};

static const struct port_config blank_port = {
	.kind = (enum port_kind)PORT_KIND_UNREAD,
	.mtu = 1500,
};

static const struct shape port_shape = {
	FIELDS(port_fields),	 .blank = &blank_port,	      .blank_size = sizeof(blank_port),
	.variant = port_variant, .variant_names = port_kinds, .check = check_port,
};
static const struct field port = {KEY("", object), .size = sizeof(struct port_config),
				  .shape = &port_shape};

static const struct field worker_cpu = {KEY("", cpu), .size = sizeof(int), RANGE(0, CPU_MAX)};

static const struct field worker_fields[] = {
	{KEY("count", number), IN(struct config, worker_count), RANGE(1, WORKERS_MAX)},
	{KEY("cpus", list), IN(struct config, worker_cpus), RANGE(1, WORKERS_MAX),
	 .item = &worker_cpu},
	{KEY("control_cpu", cpu), IN(struct config, control_cpu), RANGE(0, CPU_MAX)},
	{KEY("spread_tunnels", boolean), IN(struct config, spread_tunnels)},
};
static const struct shape worker_shape = {FIELDS(worker_fields), .check = check_workers};

static const struct field memory_fields[] = {
	{KEY("hugepages", boolean), IN(struct config, hugepages)},
	{KEY("megabytes", number), IN(struct config, memory_mb), RANGE(0, 1048576)},
	{KEY("mbufs_per_queue", number), IN(struct config, mbufs_per_queue), RANGE(2048, 1048576)},
	{KEY("reassembly_packets", number), IN(struct config, reassembly_packets),
	 RANGE(16, 1048576)},
};
static const struct shape memory_shape = {FIELDS(memory_fields)};

static const struct field advertisement_fields[] = {
	{KEY("enabled", boolean), IN(struct router_advertisement_config, enabled)},
	{KEY("default_router", boolean), IN(struct router_advertisement_config, default_router)},
	{KEY("max_interval_ms", number), IN(struct router_advertisement_config, max_interval_ms),
	 RANGE(70, 1800000)},
	{KEY("min_interval_ms", number), IN(struct router_advertisement_config, min_interval_ms),
	 RANGE(0, 1350000)},
	{KEY("min_delay_ms", number), IN(struct router_advertisement_config, min_delay_ms),
	 RANGE(30, 60000)},
	{KEY("lifetime_s", number), IN(struct router_advertisement_config, lifetime_s),
	 RANGE(0, 9000)},
	{KEY("hop_limit", number), IN(struct router_advertisement_config, hop_limit),
	 RANGE(0, 255)},
	{KEY("reachable_ms", number), IN(struct router_advertisement_config, reachable_ms),
	 RANGE(0, 3600000)},
	{KEY("retransmit_ms", number), IN(struct router_advertisement_config, retransmit_ms),
	 RANGE(0, 3600000)},
	{KEY("mtu", number), IN(struct router_advertisement_config, mtu), RANGE(0, 65535)},
};

static const struct router_advertisement_config blank_advertisements = {
	.enabled = true,
	.default_router = true,
	.max_interval_ms = 600000,
	.min_delay_ms = 3000,
	.hop_limit = 64,
};

static const struct shape advertisement_shape = {
	FIELDS(advertisement_fields),
	.blank = &blank_advertisements,
	.blank_size = sizeof(blank_advertisements),
	.check = check_advertisements,
};

static const struct field home_link_fields[] = {
	{KEY("interface", text), IN(struct home_link_config, interface),
	 TEXT(NAME_PATTERN, NAME_WORDS), .example = "\"eth1\""},
	{KEY("preference", number), IN(struct home_link_config, preference), RANGE(0, 65535)},
	{KEY("home_agent_lifetime_s", number), IN(struct home_link_config, home_agent_lifetime_s),
	 RANGE(0, 65535)},
	{KEY("dad_transmits", number), IN(struct home_link_config, dad_transmits), RANGE(1, 10)},
	{KEY("router_advertisements", advertisements), IN(struct home_link_config, advertisements),
	 .shape = &advertisement_shape},
};
static const struct shape home_link_shape = {FIELDS(home_link_fields), .check = check_home_link};

static const struct field prefix_fields[] = {
	{KEY("prefix", prefix), IN(struct home_prefix_config, prefix),
	 RANGE(PREFIX_LENGTH_MIN, 128), .example = "\"2001:db8:1::/64\""},
	{KEY("address", address), IN(struct home_prefix_config, home_agent),
	 .example = "\"2001:db8:1::1\""},
	{KEY("home_link", home_link), IN(struct home_prefix_config, home_link),
	 .shape = &home_link_shape},
	{KEY("valid_lifetime_s", lifetime), IN(struct home_prefix_config, valid_lifetime_s),
	 RANGE(LIFETIME_UNIT_S, LIFETIME_INFINITE_S - 1)},
	{KEY("preferred_lifetime_s", lifetime), IN(struct home_prefix_config, preferred_lifetime_s),
	 RANGE(0, LIFETIME_INFINITE_S - 1)},
};

static const struct home_prefix_config blank_prefix = {
	.home_link = {.kind = HOME_LINK_VIRTUAL, .dad_transmits = 1},
	.valid_lifetime_s = LIFETIME_INFINITE_S,
	.preferred_lifetime_s = LIFETIME_INFINITE_S,
};

static const struct shape prefix_shape = {
	FIELDS(prefix_fields),
	.blank = &blank_prefix,
	.blank_size = sizeof(blank_prefix),
	.check = check_home_prefix,
};
static const struct field home_prefix = {KEY("", object), .size = sizeof(struct home_prefix_config),
					 .shape = &prefix_shape};

static const struct field prefix_advertisement_fields[] = {
	{KEY("enabled", boolean), IN(struct config, advertise_prefixes)},
	{KEY("min_interval_s", number), IN(struct config, prefix_min_interval_s), RANGE(1, 604800)},
	{KEY("max_interval_s", number), IN(struct config, prefix_max_interval_s), RANGE(1, 604800)},
};
static const struct shape prefix_advertisement_shape = {FIELDS(prefix_advertisement_fields),
							.check = check_prefix_advertisements};

static const struct field home_agent_fields[] = {
	{KEY("accept_registrations", boolean), IN(struct config, accept_registrations)},
	{KEY("answer_foreign_home_address", boolean),
	 IN(struct config, answer_foreign_home_address)},
	{KEY("mobile_prefix_advertisements", object), .shape = &prefix_advertisement_shape},
	{KEY("prefixes", list), IN(struct config, home_prefixes), RANGE(1, HOME_PREFIXES_MAX),
	 .item = &home_prefix, .count_offset = offsetof(struct config, home_prefix_count),
	 .example = "[{\"prefix\": \"2001:db8:1::/64\", \"address\": \"2001:db8:1::1\"}]"},
};
static const struct shape home_agent_shape = {FIELDS(home_agent_fields), .check = check_home_agent};

static const struct field binding_fields[] = {
	{KEY("capacity", number), IN(struct config, binding_capacity), RANGE(1, BINDINGS_MAX)},
	{KEY("max_lifetime_s", number), IN(struct config, max_lifetime_s),
	 RANGE(1, LIFETIME_MAX_S)},
	{KEY("refresh_advice_s", number), IN(struct config, refresh_advice_s),
	 RANGE(0, LIFETIME_MAX_S)},
};
static const struct shape binding_shape = {FIELDS(binding_fields), .check = check_bindings};

static const struct field revocation_fields[] = {
	{KEY("retransmissions", number), IN(struct config, revocation_retransmissions),
	 RANGE(0, 10)},
	{KEY("initial_delay_ms", number), IN(struct config, revocation_initial_delay_ms),
	 RANGE(500, 60000)},
	{KEY("max_delay_ms", number), IN(struct config, revocation_max_delay_ms),
	 RANGE(500, 60000)},
};
static const struct shape revocation_shape = {FIELDS(revocation_fields)};

static const struct field switch_address = {KEY("", address), .size = sizeof(struct ip_addr)};

static const struct field switch_fields[] = {
	{KEY("addresses", list), IN(struct config, switch_addresses),
	 RANGE(0, SWITCH_ADDRESSES_MAX), .item = &switch_address,
	 .count_offset = offsetof(struct config, switch_address_count)},
	{KEY("random_order", boolean), IN(struct config, switch_random_order)},
	{KEY("rate_per_s", number), IN(struct config, switch_rate_per_s), RANGE(1, 100000)},
};
static const struct shape switch_shape = {FIELDS(switch_fields)};

static const struct field tunnel_fields[] = {
	{KEY("hop_limit", number), IN(struct config, tunnel_hop_limit), RANGE(1, 255)},
	{KEY("path_mtu_lifetime_s", lifetime), IN(struct config, path_mtu_lifetime_s),
	 RANGE(PATH_MTU_LIFETIME_MIN_S, LIFETIME_INFINITE_S - 1)},
	{KEY("encapsulation_limit", optional), IN(struct config, tunnel_encapsulation_limit),
	 RANGE(0, 255)},
};
static const struct shape tunnel_shape = {FIELDS(tunnel_fields)};

static const struct field correspondent_fields[] = {
	{KEY("enabled", boolean), IN(struct config, correspondent_enabled)},
	{KEY("bindings", number), IN(struct config, correspondent_bindings),
	 RANGE(1, CORRESPONDENT_BINDINGS_MAX)},
};
static const struct shape correspondent_shape = {FIELDS(correspondent_fields)};

static const struct field multicast_fields[] = {
	{KEY("enabled", boolean), IN(struct config, multicast_enabled)},
	{KEY("port", text), IN(struct config, multicast_port_name),
	 TEXT("^([A-Za-z0-9_][A-Za-z0-9_.-]*)?$", "the name of a port, or \"\" for the first one")},
	{KEY("groups", number), IN(struct config, multicast_groups),
	 RANGE(1, MULTICAST_GROUPS_MAX)},
	{KEY("groups_per_node", number), IN(struct config, multicast_groups_per_node),
	 RANGE(1, 1024)},
	{KEY("members", number), IN(struct config, multicast_members),
	 RANGE(1, MULTICAST_MEMBERS_MAX)},
	{KEY("query_interval_s", number), IN(struct config, multicast_query_interval_s),
	 RANGE(2, 31744)},
	{KEY("query_response_ms", number), IN(struct config, multicast_query_response_ms),
	 RANGE(1, 32767)},
};
static const struct shape multicast_shape = {FIELDS(multicast_fields), .check = check_multicast};

static const struct field mobile_node_fields[] = {
	{KEY("file", path), IN(struct config, mobile_nodes_path),
	 TEXT("^[^[:cntrl:]]+$", "the path of the mobile nodes file"),
	 .example = "\"/etc/homeward/mobile_nodes.jsonl\""},
	{KEY("timestamp_window_s", number), IN(struct config, timestamp_window_s), RANGE(1, 3600)},
};
static const struct shape mobile_node_shape = {FIELDS(mobile_node_fields)};

static const struct field bucket_fields[] = {
	{KEY("rate_per_s", number), IN(struct token_bucket_config, rate_per_s), RANGE(1, RATE_MAX)},
	{KEY("burst", number), IN(struct token_bucket_config, burst), RANGE(1, RATE_MAX)},
};
static const struct shape bucket_shape = {FIELDS(bucket_fields)};

#define BUCKET(name, member)                                                                       \
	{                                                                                          \
		KEY(name, object), IN(struct config, member), .shape = &bucket_shape               \
	}

static const struct field limit_fields[] = {
	BUCKET("signalling_known", punt_signalling_known),
	BUCKET("signalling_new", punt_signalling_new),
	BUCKET("local", punt_local),
	BUCKET("error", punt_error),
	BUCKET("tunnel_error", punt_tunnel_error),
	BUCKET("listener", punt_listener),
	BUCKET("resolve", punt_resolve),
	BUCKET("errors_per_source", errors_per_source),
	BUCKET("errors_total", errors_total),
};
static const struct shape limit_shape = {FIELDS(limit_fields)};

static const struct field control_fields[] = {
	{KEY("socket", text), IN(struct config, socket_path),
	 TEXT("^/[^[:cntrl:]]+$", "an absolute path")},
	{KEY("mode", octal), IN(struct config, socket_mode),
	 TEXT("^0?[0-7]{3}$", "an octal file mode in quotes, such as \"0660\"")},
	{KEY("group", text), IN(struct config, socket_group),
	 TEXT("^([A-Za-z_][A-Za-z0-9_.-]*)?$",
	      "the name of a group, or \"\" for the daemon's own")},
	{KEY("idle_timeout_s", number), IN(struct config, socket_idle_timeout_s), RANGE(1, 86400)},
};
static const struct shape control_shape = {FIELDS(control_fields)};

static const struct field log_fields[] = {
	{KEY("level", text), IN(struct config, log_level),
	 TEXT("^(error|warning|info|debug)$", "\"error\", \"warning\", \"info\" or \"debug\"")},
};
static const struct shape log_shape = {FIELDS(log_fields)};

#define PART(name, table)                                                                          \
	{                                                                                          \
		KEY(name, object), .shape = &(table)                                               \
	}

static const struct field root_fields[] = {
	{KEY("version", version)},
	{KEY("ports", list), IN(struct config, ports), RANGE(1, PORTS_MAX), .item = &port,
	 .count_offset = offsetof(struct config, port_count),
	 .example = "[{\"name\": \"core\", \"kind\": \"af_xdp\", \"interface\": \"eth1\"}]"},
	PART("workers", worker_shape),
	PART("memory", memory_shape),
	{KEY("home_agent", object), .shape = &home_agent_shape,
	 .example = "{\"prefixes\": [{\"prefix\": \"2001:db8:1::/64\", \"address\": "
		    "\"2001:db8:1::1\"}]}"},
	PART("bindings", binding_shape),
	PART("binding_revocation", revocation_shape),
	PART("home_agent_switch", switch_shape),
	PART("tunnel", tunnel_shape),
	PART("correspondent", correspondent_shape),
	PART("multicast", multicast_shape),
	{KEY("mobile_nodes", object), .shape = &mobile_node_shape,
	 .example = "{\"file\": \"/etc/homeward/mobile_nodes.jsonl\"}"},
	PART("limits", limit_shape),
	PART("control", control_shape),
	PART("log", log_shape),
};
static const struct shape root_shape = {FIELDS(root_fields), .check = check_ports};
static const struct field root = {KEY("", object), .shape = &root_shape};
