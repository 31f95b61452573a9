/* SPDX-License-Identifier: BSD-3-Clause
 *
 * reader: one reading of one configuration file: where it stands, and the problems it has found.
 *
 * A problem is reported at the JSON Pointer (RFC 6901) of the value being read, or of one below it. Nothing of the file's is
 * repeated that a terminal would obey.
 *
 * Threads    the control thread, before any worker runs.
 */
#ifndef CONTROL_CONFIG_READER_H
#define CONTROL_CONFIG_READER_H

#include "config/config_load.h"

enum {
	QUOTE_MAX = 68, /* of the operator's own words, repeated in a problem */
};

struct reader {
	struct config *config;
	config_problem_fn *report;
	void *context;
	unsigned int problems;
	size_t length;	    /* of pointer */
	char pointer[1024]; /* to the value being read */
};

/* The operator's own words inside a problem: short, and nothing that a terminal would obey. */
const char *reader_quote(const char *text, char out[static QUOTE_MAX]);

/* below: a pointer from the value being read. False, for a caller to return. */
__attribute__((format(printf, 3, 4))) bool
reader_problem_at(struct reader *reader, const char *below, const char *format, ...);
#define reader_problem(reader, ...) reader_problem_at(reader, "", __VA_ARGS__)

/* The problem of a value that is no string, number and so on; what follows the format says what to use. */
__attribute__((format(printf, 3, 4))) void
reader_wrong_type(struct reader *reader, const json_t *value, const char *format, ...);

/* Adds a key to the pointer (RFC 6901 §3). Returns what leave needs. */
size_t reader_enter(struct reader *reader, const char *key);
size_t reader_enter_item(struct reader *reader, size_t index);
void reader_leave(struct reader *reader, size_t before);

#endif
