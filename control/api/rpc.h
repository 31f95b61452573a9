/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rpc: the JSON-RPC 2.0 envelope. Checks a line's limits, parses it, checks the envelope, who asks,
 * and the parameters against the method's table row; then calls its handler.
 *
 * Shape      handlers see values, never JSON from outside.
 * Threads    the control thread.
 */
#ifndef CONTROL_API_RPC_H
#define CONTROL_API_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "api/context.h"
#include "ha/ip.h"

enum { RPC_PARAMS_MAX = 4, RPC_ADDRESSES_MAX = 16 };

enum rpc_type {
	RPC_INTEGER,
	RPC_BOOLEAN,
	RPC_ADDRESS,   /* of either family, as text */
	RPC_PREFIX,    /* ADDRESS/LENGTH of either family, as text */
	RPC_ADDRESSES, /* a list of IPv6 addresses, RPC_ADDRESSES_MAX at most */
};

struct rpc_param {
	const char *name;
	enum rpc_type type;
	bool required;
	int64_t minimum; /* RPC_INTEGER */
	int64_t maximum;
	const char *text;
};

struct rpc_value {
	bool given;
	bool boolean;
	int64_t integer;
	struct ip_addr address;
	struct ip_prefix prefix;
	struct ip_addr addresses[RPC_ADDRESSES_MAX];
	uint16_t address_count;
};

struct rpc_error {
	int code; /* 0: none */
	char message[256];
};

struct rpc_method;

struct rpc_call {
	const struct api_context *context;
	const struct rpc_method *method;
	struct rpc_value values[RPC_PARAMS_MAX]; /* in the order of the method's parameters */
};

/* The result, or NULL with the error filled in; NULL without one means that memory ran out. */
typedef json_t *rpc_handler_fn(const struct rpc_call *call, struct rpc_error *error);

struct rpc_method {
	const char *name;
	rpc_handler_fn *handle;
	bool changes; /* something; only for root and the daemon's own user */
	struct rpc_param params[RPC_PARAMS_MAX];
	const char *text;
	const char *result;
	int errors[4]; /* of its own, beyond those of every method; 0 ends */
};

struct rpc_caller {
	uid_t uid;
};

/* methods.c */
extern const struct rpc_method rpc_methods[];
extern const size_t rpc_method_count;

/* What handlers are given; must outlive their calls. */
void rpc_set_context(const struct api_context *context);

/* As api_handle_line, for that caller. */
char *rpc_handle_line(const struct rpc_caller *caller, const char *line, size_t length);

/* A response with an error and the id null, for what never became a request. Freed by the caller;
 * NULL without memory. */
__attribute__((format(printf, 2, 3))) char *rpc_error_line(int code, const char *format, ...);

__attribute__((format(printf, 3, 4))) void rpc_fail(struct rpc_error *error, int code,
						    const char *format, ...);

/* The parameter of that name, which the method's row must have. */
const struct rpc_value *rpc_value(const struct rpc_call *call, const char *name);

#endif
