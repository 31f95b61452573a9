/* SPDX-License-Identifier: BSD-3-Clause
 *
 * api: JSON-RPC 2.0 on a Unix stream socket, one message a line.
 *
 * Shape      a method is one row in the table of methods.c: name, parameters, text, handler.
 *            docs/control-api.md has each with an example.
 * Limits     API_LINE_MAX octets a line, API_DEPTH_MAX levels (both checked before the JSON parser
 *            runs), API_BATCH_MAX requests a batch, API_CONNECTIONS_MAX, API_OUTPUT_MAX octets
 *            waiting for a client that does not read; who has asked nothing for the idle timeout of
 *            the configuration is disconnected. One line is answered a turn of the loop, so
 *            that signalling gets its turn between two of them. Access whoever may open the socket
 *            may read; only root and the daemon's own user may change something.
 * Threads    the control thread, by the loop; no call blocks.
 */
#ifndef CONTROL_API_API_H
#define CONTROL_API_API_H

#include <stddef.h>

#include "api/context.h"
#include "ha/fault.h"

enum {
	API_VERSION = 1,
	API_LINE_MAX = 65536,
	API_DEPTH_MAX = 16,
	API_BATCH_MAX = 64,
	API_BATCH_OUTPUT_MAX = 1 << 20, /* octets after which the rest of a batch is refused */
	API_CONNECTIONS_MAX = 64,
	API_OUTPUT_MAX = 4 << 20,
	API_PAGE_MAX = 1000,  /* rows of one binding.list */
	API_SCAN_MAX = 16384, /* slots that one binding.list looks at */
};

/* JSON-RPC 2.0 §5.1, and ours. */
enum {
	API_PARSE_ERROR = -32700,
	API_INVALID_REQUEST = -32600,
	API_METHOD_NOT_FOUND = -32601,
	API_INVALID_PARAMS = -32602,
	API_INTERNAL_ERROR = -32603,
	API_NOT_FOUND = 1, /* no such binding */
	API_TOO_LARGE = 2, /* the line, its nesting, or the answer to a batch is over the limit */
	API_FORBIDDEN = 3, /* the method changes something, and the caller may not */
	API_BUSY = 4,	   /* as many connections as there may be */
	API_REFUSED = 5,   /* it cannot be done as things are; nothing was changed */
};

/* Makes the socket (a stale one left by a dead daemon is replaced, one in use is an error). 0 or a
 * negative errno. After loop_start. */
int api_start(const struct api_context *context, struct fault *fault);
/* Closes connections and removes the socket. Before loop_close. */
void api_stop(void);

/* One request line without its newline to one response without its newline; NULL for a
 * notification. Freed by the caller. Separate from the socket so that tests and the fuzzer reach
 * it; the caller is taken to be the daemon's own user. */
char *api_handle_line(const char *line, size_t length);

#endif
