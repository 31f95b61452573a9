/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/json_where.h"

enum {
	FILE_OCTETS_MAX = 1 << 20,
	NESTING_MAX = 16,
};

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
		return reader_problem(
			reader,
			"cannot be read: %s; check the path, and that this user may read it",
			strerror(error));
	if (*length > FILE_OCTETS_MAX)
		return reader_problem(reader,
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
			return reader_problem(
				reader,
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
	size_t position = 0;

	if (json != NULL)
		return json;
	for (char *c = error.text; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	if (error.position > 0)
		position = (size_t)error.position < length ? (size_t)error.position : length;
	json_where(text, position, reader->pointer, sizeof(reader->pointer));
	if (json_error_code(&error) == json_error_duplicate_key)
		reader_problem(reader, "line %d, column %d: %s; keep one of the two", error.line,
			       error.column, error.text);
	else
		reader_problem(
			reader,
			"line %d, column %d: not JSON: %s; look there, and just before, for a "
			"comma, quote or bracket that is missing or too many",
			error.line, error.column, error.text);
	return NULL;
}

json_t *file_parse(struct reader *reader)
{
	char *text = malloc(FILE_OCTETS_MAX + 1);
	json_t *json = NULL;
	size_t length;

	if (text == NULL)
		reader_problem(reader, "no memory to read it");
	else if (read_file(reader, text, &length) && is_shallow(reader, text, length))
		json = parse(reader, text, length);
	free(text);
	return json;
}
