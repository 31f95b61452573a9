/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/reader.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *reader_quote(const char *text, char out[static QUOTE_MAX])
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

bool reader_problem_at(struct reader *reader, const char *below, const char *format, ...)
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

size_t reader_enter(struct reader *reader, const char *key)
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

size_t reader_enter_item(struct reader *reader, size_t index)
{
	char key[24];

	snprintf(key, sizeof(key), "%zu", index);
	return reader_enter(reader, key);
}

void reader_leave(struct reader *reader, size_t before)
{
	reader->pointer[before] = '\0';
	reader->length = before;
}

void reader_wrong_type(struct reader *reader, const json_t *value, const char *format, ...)
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
	reader_problem(reader, "is %s; use %s", names[json_typeof(value)], expected);
}
