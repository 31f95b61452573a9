/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/type.h"

#include <limits.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

static void read_boolean(struct reader *reader, const struct field *field, const json_t *value,
			 void *at)
{
	(void)field;
	if (json_is_boolean(value))
		*(bool *)at = json_is_true(value);
	else
		reader_wrong_type(reader, value, "true or false");
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
		reader_wrong_type(reader, value, "a whole number from %u to %u", field->min,
				  field->max);
	else if (number < field->min || number > field->max)
		reader_problem(reader, "%" JSON_INTEGER_FORMAT " is out of range; use %u to %u",
			       number, field->min, field->max);
	else
		store_number(field, (uint32_t)number, at);
}

bool type_number_was_read(const json_t *object, const char *key, uint32_t number)
{
	const json_t *value = json_object_get(object, key);

	return value == NULL || (json_is_integer(value) && json_integer_value(value) == number);
}

static uint32_t load_number(const struct field *field, const void *at)
{
	switch (field->size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	default:
		return *(const uint32_t *)at;
	}
}

static json_t *write_number(const struct field *field, const void *at)
{
	return json_integer(load_number(field, at));
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
		reader_problem(reader, "this homewardd reads version %d of the file; use %d",
			       VERSION, VERSION);
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
		reader_problem(reader,
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

bool type_text_matches(const char *text, const char *pattern)
{
	regex_t compiled;
	bool found;

	if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	found = regexec(&compiled, text, 0, NULL, 0) == 0;
	regfree(&compiled);
	return found;
}

const char *type_text_checked(struct reader *reader, const struct field *field, const json_t *value)
{
	const char *text = json_string_value(value);
	char quoted[QUOTE_MAX];

	if (text == NULL)
		reader_wrong_type(reader, value, "a string: %s", field->mend);
	else if (!type_text_matches(text, field->pattern))
		reader_problem(reader, "%s is not allowed; use %s", reader_quote(text, quoted),
			       field->mend);
	else
		return text;
	return NULL;
}

static void store_text(struct reader *reader, const struct field *field, const char *text, void *at)
{
	size_t length = strlen(text);

	if (length >= field->size)
		reader_problem(reader, "is %zu octets long; use at most %zu", length,
			       field->size - 1);
	else
		memcpy(at, text, length + 1);
}

static void read_text(struct reader *reader, const struct field *field, const json_t *value,
		      void *at)
{
	const char *text = type_text_checked(reader, field, value);

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
	const char *text = type_text_checked(reader, field, value);
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
	const char *text = type_text_checked(reader, field, value);

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
		reader_wrong_type(reader, value, "%s", names);
	else
		reader_problem(reader, "%s is not known; use %s", reader_quote(text, quoted),
			       names);
}

static json_t *write_choice(const struct field *field, const void *at)
{
	return json_string(field->choices[load_number(field, at)]);
}

const struct type type_boolean = {read_boolean, write_boolean};
const struct type type_number = {read_number, write_number};
const struct type type_cpu = {read_number, write_cpu};
const struct type type_optional = {read_number, write_cpu};
const struct type type_version = {read_version, write_version};
const struct type type_lifetime = {read_lifetime, write_lifetime};
const struct type type_text = {read_text, write_text};
const struct type type_path = {read_path, write_text};
const struct type type_octal = {read_octal, write_octal};
const struct type type_choice = {read_choice, write_choice};
