/* SPDX-License-Identifier: BSD-3-Clause */
#include "mobile_node_read.h"

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

enum {
	LINE_OCTETS_MAX = 4096,
	BUFFER_OCTETS = 65536,
	PROBLEMS_MAX = 100, /* told one by one */
};

bool node_problem_at(struct node_reading *reading, unsigned int line, const char *format, ...)
{
	size_t length = strlen(reading->path);
	size_t room = sizeof(((struct fault *)0)->where) - 16; /* for "..." and the line */
	const char *path = length > room ? reading->path + length - room : reading->path;
	const char *cut = length > room ? "..." : "";
	struct fault fault;
	va_list args;

	if (reading->problems++ >= PROBLEMS_MAX)
		return false;
	if (line != 0)
		snprintf(fault.where, sizeof(fault.where), "%s%s:%u", cut, path, line);
	else
		snprintf(fault.where, sizeof(fault.where), "%s%s", cut, path);
	va_start(args, format);
	vsnprintf(fault.text, sizeof(fault.text), format, args);
	va_end(args);
	reading->report(reading->context, &fault);
	return false;
}

void node_problems_rest(const struct node_reading *reading)
{
	struct node_reading last = *reading;

	last.problems = 0;
	if (reading->problems > PROBLEMS_MAX)
		node_problem_at(&last, 0, "%u problems more; mend these first",
				reading->problems - PROBLEMS_MAX);
}

const char *node_words(const char *text, char out[static NODE_WORDS_MAX])
{
	snprintf(out, NODE_WORDS_MAX, "%s", text);
	for (char *c = out; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	return out;
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

static bool read_lines(struct node_reading *reading, FILE *file, char line[static LINE_OCTETS_MAX],
		       node_line_fn *read, void *context)
{
	size_t length;
	bool is_text;

	while (next_line(file, line, &length, &is_text)) {
		reading->line++;
		if (!is_text)
			node_problem(
				reading,
				"longer than %d octets, or a NUL octet in it; use one line of text "
				"for each mobile node",
				LINE_OCTETS_MAX - 2);
		else if (!is_skipped(line))
			read(context, line, length);
	}
	return !ferror(file) || node_problem_at(reading, 0, "cannot be read: %s", strerror(errno));
}

static void wipe_and_free(void *memory, size_t octets)
{
	if (memory != NULL)
		OPENSSL_cleanse(memory, octets);
	free(memory);
}

/* The parser gives its memory back through this, keys and all. */
static void wiping_free(void *memory)
{
	if (memory != NULL)
		wipe_and_free(memory, malloc_usable_size(memory));
}

static bool read_file(struct node_reading *reading, FILE *file, node_line_fn *read, void *context)
{
	char *buffer = malloc(BUFFER_OCTETS);
	char *line = malloc(LINE_OCTETS_MAX);
	json_free_t parser_free;
	json_malloc_t parser_malloc;
	bool is_good;

	if (buffer == NULL || line == NULL) {
		is_good = node_problem_at(reading, 0, "no memory to read it");
	} else {
		json_get_alloc_funcs(&parser_malloc, &parser_free);
		json_set_alloc_funcs(parser_malloc, wiping_free);
		setvbuf(file, buffer, _IOFBF, BUFFER_OCTETS);
		is_good = read_lines(reading, file, line, read, context);
		json_set_alloc_funcs(parser_malloc, parser_free);
	}
	fclose(file);
	wipe_and_free(buffer, BUFFER_OCTETS);
	wipe_and_free(line, LINE_OCTETS_MAX);
	return is_good;
}

/* Whoever can read the file can be any of the mobile nodes; whoever owns it can make it so. */
static bool check_access(struct node_reading *reading, int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return node_problem_at(reading, 0, "cannot be looked at: %s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return node_problem_at(reading, 0,
				       "not a file; use the path of a mobile nodes file");
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return node_problem_at(reading, 0,
				       "belongs to user %u, who could change the keys in it; run "
				       "chown root %s",
				       status.st_uid, reading->path);
	if ((status.st_mode & 077) != 0)
		return node_problem_at(reading, 0,
				       "mode %04o opens the keys in it to others; run chmod 600 %s",
				       status.st_mode & 07777, reading->path);
	return true;
}

/* Not blocking: a pipe would have us wait for its writer before we can see what it is. */
static FILE *open_file(struct node_reading *reading)
{
	int fd = open(reading->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = NULL;

	if (fd < 0)
		node_problem_at(reading, 0,
				"cannot be read: %s; check /mobile_nodes/file in the configuration",
				strerror(errno));
	else if (check_access(reading, fd)) {
		file = fdopen(fd, "r");
		if (file == NULL)
			node_problem_at(reading, 0, "no memory to read it");
	}
	if (fd >= 0 && file == NULL)
		close(fd);
	return file;
}

bool node_lines_read(struct node_reading *reading, node_line_fn *read, void *context)
{
	FILE *file = open_file(reading);

	return file != NULL && read_file(reading, file, read, context);
}
