/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mobile_node_read: one reading of a mobile nodes file: its octets to lines, a line to a mobile node, and the problems of both.
 *
 * Keys pass through the file's buffer, the line, the parser's memory and the node. Each is wiped before it is given back.
 *
 * Threads    the control thread.
 */
#ifndef CONTROL_MOBILE_NODE_READ_H
#define CONTROL_MOBILE_NODE_READ_H

#include "mobile_node.h"

enum { NODE_WORDS_MAX = 48 }; /* of the file, repeated in a problem */

struct node_reading {
	const char *path;
	const struct config *config; /* NULL: home prefixes are not known */
	mobile_nodes_problem_fn *report;
	void *context; /* of report */
	unsigned int problems;
	unsigned int line;
};

/* line 0: about the file as a whole. Of a long path the end is kept. False, for a caller to return. */
__attribute__((format(printf, 3, 4))) bool
node_problem_at(struct node_reading *reading, unsigned int line, const char *format, ...);
#define node_problem(reading, ...) node_problem_at(reading, (reading)->line, __VA_ARGS__)
/* Of a file that is wrong all over: how many problems were not told. */
void node_problems_rest(const struct node_reading *reading);

/* The operator's own words: short, and nothing that a terminal would obey. Never those of a key. */
const char *node_words(const char *text, char out[static NODE_WORDS_MAX]);

/* Calls read for each line that is one, text ended by NUL; reading->line counts them. False when the file could not be read. */
typedef void node_line_fn(void *context, const char *text, size_t length);
bool node_lines_read(struct node_reading *reading, node_line_fn *read, void *context);

/* Fills a node that is all 0. False after a problem; its home address, if it is good, is there even so. What node points to is the
 * caller's, who clears it by mobile_node_clear. */
bool node_line_parse(struct node_reading *reading, const char *text, size_t length,
		     struct mobile_node *node);

/* Frees what the node points to and wipes it. */
void mobile_node_clear(struct mobile_node *node);

#endif
