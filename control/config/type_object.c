/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/type.h"

#include <stdio.h>
#include <string.h>

enum { KEY_MAX = 32 }; /* longer than any key there is */

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
		reader_wrong_type(reader, value, "a list: [ ... ]");
		return;
	}
	if (count < field->min || count > field->max)
		reader_problem(reader, "has %zu items; use %u to %u", count, field->min,
			       field->max);
	for (size_t i = 0; i < count && i < field->max; i++) {
		size_t before = reader_enter_item(reader, i);

		field->item->type->read(reader, field->item, json_array_get(value, i),
					(uint8_t *)at + i * field->item->size);
		reader_leave(reader, before);
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
	size_t before = reader_enter(reader, field->key);

	if (value != NULL)
		field->type->read(reader, field, value, (uint8_t *)at + field->offset);
	else if (field->example != NULL)
		reader_problem(reader, "is missing; add \"%s\": %s", field->key, field->example);
	reader_leave(reader, before);
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

	reader_quote(key, quoted);
	if (nearest != NULL) {
		reader_problem(reader, "unknown key %s; did you mean \"%s\"?", quoted, nearest);
		return;
	}
	list_keys(shape, variant, keys, sizeof(keys));
	reader_problem(reader, "unknown key %s; remove it, the keys here are %s", quoted, keys);
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
	reader_problem(reader, "is not for kind %s, only for %s; remove it",
		       shape->variant_names[which], names);
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
	before = reader_enter(reader, key);
	if (others != 0)
		report_misplaced(reader, shape, variant, others);
	else
		report_unknown(reader, shape, variant, key);
	reader_leave(reader, before);
}

void type_object_read(struct reader *reader, const struct field *field, const json_t *value,
		      void *at)
{
	const struct shape *shape = field->shape;
	const char *key;
	json_t *unused;

	if (shape->blank != NULL)
		memcpy(at, shape->blank, shape->blank_size);
	if (!json_is_object(value)) {
		reader_wrong_type(reader, value, "an object: { ... }");
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

json_t *type_object_write(const struct field *field, const void *at)
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

const struct type type_list = {read_list, write_list};
const struct type type_object = {type_object_read, type_object_write};
