/* SPDX-License-Identifier: BSD-3-Clause
 *
 * type: what may stand in the configuration file, said in tables: a row of struct field for each key.
 *
 * A struct type says how a kind of value is read and written, a struct shape which fields an object has. type_value.c has the
 * types of numbers and text, type_address.c those of addresses, type_object.c lists and objects.
 *
 * A field that could not be read still has its default, or nothing; checks do not complain about it twice.
 *
 * Threads    the control thread; the tables are constant.
 */
#ifndef CONTROL_CONFIG_TYPE_H
#define CONTROL_CONFIG_TYPE_H

#include <stddef.h>

#include "config/reader.h"
#include "ha/ip.h"

enum {
	LIFETIME_UNIT_S = 4, /* RFC 6275 §6.1.7: a lifetime travels in units of four seconds */
	ALL_VARIANTS = 0,
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

extern const struct type type_boolean;
extern const struct type type_number;
extern const struct type type_cpu; /* a number; -1 in an int says that the file did not name it */
extern const struct type type_optional; /* likewise */
extern const struct type type_version;
extern const struct type type_lifetime;
extern const struct type type_text;
extern const struct type type_path; /* relative to the folder of the file */
extern const struct type type_octal;
extern const struct type type_choice;
extern const struct type type_address; /* of home agents, this one or others */
extern const struct type type_prefix;
extern const struct type type_address4;	  /* v4-mapped; left out when unspecified */
extern const struct type type_prefix4;	  /* v4-mapped; its least and greatest length as in IPv4 */
extern const struct type type_prefix_any; /* of either family */
/* Into a struct mip4_association: fills key and key_octets. It is never written. */
extern const struct type type_association_key;
extern const struct type type_mac;
extern const struct type type_list;
extern const struct type type_object;

/* The rows of a table. */
#define KEY(name, kind)	    .key = name, .type = &type_##kind
#define IN(what, member)    .offset = offsetof(what, member), .size = sizeof(((what *)0)->member)
#define RANGE(least, most)  .min = (least), .max = (most)
#define TEXT(regular, word) .pattern = (regular), .mend = (word)
#define ONLY(kinds)	    .variants = (kinds)
#define FIELDS(table)	    .fields = (table), .count = sizeof(table) / sizeof((table)[0])

/* TEXT of a port's or an interface's name. */
#define NAME_PATTERN "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"
#define NAME_WORDS                                                                                 \
	"letters, digits, dots, hyphens and underscores, not starting with a dot or hyphen"

void type_object_read(struct reader *reader, const struct field *field, const json_t *value,
		      void *at);
json_t *type_object_write(const struct field *field, const void *at);

/* Whether the number has its default or is what the file says. */
bool type_number_was_read(const json_t *object, const char *key, uint32_t number);

bool type_text_matches(const char *text, const char *pattern);
/* The text of a value that must be one and must match the field's pattern; NULL after a problem. */
const char *type_text_checked(struct reader *reader, const struct field *field,
			      const json_t *value);

/* Neither that could not be read. */
bool type_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b);

#endif
