/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/rpc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "prefix_text.h"

enum { ECHO_MAX = 64 }; /* octets of a name from outside that an error message repeats */

static const struct api_context *context;

void rpc_set_context(const struct api_context *c)
{
	context = c;
}

static void fail(struct rpc_error *error, int code, const char *format, va_list args)
{
	error->code = code;
	vsnprintf(error->message, sizeof(error->message), format, args);
}

void rpc_fail(struct rpc_error *error, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(error, code, format, args);
	va_end(args);
}

/* Too long a name is left out, for cut in the middle it might no longer be UTF-8. */
static const char *echo(const char *name)
{
	return strlen(name) <= ECHO_MAX ? name : "(a long name)";
}

const struct rpc_value *rpc_value(const struct rpc_call *call, const char *name)
{
	for (int i = 0; i < RPC_PARAMS_MAX && call->method->params[i].name != NULL; i++)
		if (strcmp(call->method->params[i].name, name) == 0)
			return &call->values[i];
	assert(!"the method's row has no such parameter");
	abort();
}

/* True when the line nests deeper than allowed. Brackets inside strings do not nest. Whether they
 * match is the parser's question; here only the parser's stack is at stake. */
static bool is_too_deep(const char *line, size_t length)
{
	unsigned int depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < length; i++) {
		char c = line[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '[' || c == '{') && ++depth > API_DEPTH_MAX)
			return true;
		else if (!in_string && (c == ']' || c == '}') && depth > 0)
			depth--;
	}
	return false;
}

static json_t *parse(const char *line, size_t length, struct rpc_error *error)
{
	json_error_t where;
	json_t *message;

	if (length > API_LINE_MAX) {
		rpc_fail(error, API_TOO_LARGE, "the line is longer than %d octets", API_LINE_MAX);
		return NULL;
	}
	if (is_too_deep(line, length)) {
		rpc_fail(error, API_TOO_LARGE, "the line nests deeper than %d levels",
			 API_DEPTH_MAX);
		return NULL;
	}
	message = json_loadb(line, length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &where);
	if (message == NULL)
		rpc_fail(error, API_PARSE_ERROR, "not JSON, at octet %d of the line",
			 where.position);
	return message;
}

static json_t *make_error(json_t *id, const struct rpc_error *error)
{
	return json_pack("{s:s, s:{s:i, s:s}, s:O}", "jsonrpc", "2.0", "error", "code", error->code,
			 "message", error->message, "id", id);
}

static const struct rpc_method *find_method(const char *name)
{
	for (size_t i = 0; i < rpc_method_count; i++)
		if (strcmp(rpc_methods[i].name, name) == 0)
			return &rpc_methods[i];
	return NULL;
}

static bool read_integer(const json_t *json, const struct rpc_param *param, struct rpc_value *value,
			 struct rpc_error *error)
{
	value->integer = json_integer_value(json);
	if (json_is_integer(json) && value->integer >= param->minimum &&
	    value->integer <= param->maximum)
		return true;
	rpc_fail(error, API_INVALID_PARAMS, "\"%s\" must be an integer from %lld to %lld",
		 param->name, (long long)param->minimum, (long long)param->maximum);
	return false;
}

static bool read_address(const json_t *json, const struct rpc_param *param, struct rpc_value *value,
			 struct rpc_error *error)
{
	if (json_is_string(json) && address_parse(json_string_value(json), &value->address))
		return true;
	rpc_fail(error, API_INVALID_PARAMS,
		 "\"%s\" must be an IP address, like \"2001:db8:1::10\" or \"10.1.0.10\"",
		 param->name);
	return false;
}

static bool read_addresses(const json_t *json, const struct rpc_param *param,
			   struct rpc_value *value, struct rpc_error *error)
{
	size_t count = json_array_size(json);
	bool is_good = json_is_array(json) && count <= RPC_ADDRESSES_MAX;

	for (size_t i = 0; is_good && i < count; i++) {
		const json_t *item = json_array_get(json, i);

		is_good = json_is_string(item) &&
			  ip_addr_parse(json_string_value(item), &value->addresses[i]) &&
			  ip_addr_is_unicast_routable(&value->addresses[i]);
	}
	value->address_count = (uint16_t)count;
	if (!is_good)
		rpc_fail(error, API_INVALID_PARAMS,
			 "\"%s\" must be a list of at most %d unicast IPv6 addresses, like "
			 "[\"2001:db8:1::2\"]",
			 param->name, RPC_ADDRESSES_MAX);
	return is_good;
}

static bool read_prefix(const json_t *json, const struct rpc_param *param, struct rpc_value *value,
			struct rpc_error *error)
{
	struct ip_prefix masked;

	if (!json_is_string(json) || !prefix_parse(json_string_value(json), &value->prefix)) {
		rpc_fail(error, API_INVALID_PARAMS,
			 "\"%s\" must be a prefix, like \"2001:db8:1::/64\" or \"10.1.0.0/16\"",
			 param->name);
		return false;
	}
	masked = prefix_masked(&value->prefix);
	if (ip_prefix_equal(&masked, &value->prefix))
		return true;
	rpc_fail(error, API_INVALID_PARAMS,
		 "\"%s\" has bits set after its first %u; clear them, or make it longer",
		 param->name, prefix_length(&value->prefix));
	return false;
}

static bool read_boolean(const json_t *json, const struct rpc_param *param, struct rpc_value *value,
			 struct rpc_error *error)
{
	value->boolean = json_is_true(json);
	if (json_is_boolean(json))
		return true;
	rpc_fail(error, API_INVALID_PARAMS, "\"%s\" must be true or false", param->name);
	return false;
}

static bool read_value(const json_t *json, const struct rpc_param *param, struct rpc_value *value,
		       struct rpc_error *error)
{
	static bool (*const readers[])(const json_t *, const struct rpc_param *, struct rpc_value *,
				       struct rpc_error *) = {
		[RPC_INTEGER] = read_integer,	  [RPC_BOOLEAN] = read_boolean,
		[RPC_ADDRESS] = read_address,	  [RPC_PREFIX] = read_prefix,
		[RPC_ADDRESSES] = read_addresses,
	};

	value->given = true;
	return readers[param->type](json, param, value, error);
}

static bool has_param(const struct rpc_method *method, const char *name)
{
	for (int i = 0; i < RPC_PARAMS_MAX && method->params[i].name != NULL; i++)
		if (strcmp(method->params[i].name, name) == 0)
			return true;
	return false;
}

static bool only_known_params(const struct rpc_method *method, json_t *params,
			      struct rpc_error *error)
{
	const char *name;
	json_t *value;

	json_object_foreach (params, name, value) {
		if (has_param(method, name))
			continue;
		rpc_fail(error, API_INVALID_PARAMS,
			 "%s has no parameter \"%s\"; rpc.discover lists those it has",
			 method->name, echo(name));
		return false;
	}
	return true;
}

static bool read_params(struct rpc_call *call, json_t *params, struct rpc_error *error)
{
	const struct rpc_method *method = call->method;

	if (params != NULL && !json_is_object(params)) {
		rpc_fail(error, API_INVALID_PARAMS,
			 "parameters are given by name: \"params\" must be an object");
		return false;
	}
	if (!only_known_params(method, params, error))
		return false;
	for (int i = 0; i < RPC_PARAMS_MAX && method->params[i].name != NULL; i++) {
		const struct rpc_param *param = &method->params[i];
		json_t *given = json_object_get(params, param->name);

		if (given == NULL && param->required) {
			rpc_fail(error, API_INVALID_PARAMS, "%s needs the parameter \"%s\"",
				 method->name, param->name);
			return false;
		}
		if (given != NULL && !read_value(given, param, &call->values[i], error))
			return false;
	}
	return true;
}

static bool may_change(const struct rpc_caller *caller)
{
	return caller->uid == 0 || caller->uid == geteuid();
}

static json_t *call_method(const struct rpc_caller *caller, json_t *request, bool is_notification,
			   struct rpc_error *error)
{
	const char *name = json_string_value(json_object_get(request, "method"));
	struct rpc_call call = {.context = context, .method = find_method(name)};

	if (call.method == NULL) {
		rpc_fail(error, API_METHOD_NOT_FOUND,
			 "there is no method \"%s\"; rpc.discover lists those there are",
			 echo(name));
		return NULL;
	}
	if (call.method->changes && !may_change(caller)) {
		rpc_fail(error, API_FORBIDDEN, "%s is only for root and the daemon's own user",
			 name);
		return NULL;
	}
	if (!read_params(&call, json_object_get(request, "params"), error))
		return NULL;
	/* What nobody will see the result of, and changes nothing, need not be worked out. */
	return is_notification && !call.method->changes ? NULL : call.method->handle(&call, error);
}

/* JSON-RPC 2.0 §4: an id is a string, a number or null. */
static bool is_id(const json_t *id)
{
	return json_is_string(id) || json_is_number(id) || json_is_null(id);
}

static bool check_envelope(const json_t *request, const json_t *id, struct rpc_error *error)
{
	const char *version = json_string_value(json_object_get(request, "jsonrpc"));

	if (!json_is_object(request))
		rpc_fail(error, API_INVALID_REQUEST, "a request must be an object");
	else if (version == NULL || strcmp(version, "2.0") != 0)
		rpc_fail(error, API_INVALID_REQUEST, "\"jsonrpc\" must be \"2.0\"");
	else if (!json_is_string(json_object_get(request, "method")))
		rpc_fail(error, API_INVALID_REQUEST, "\"method\" must be a string");
	else if (id != NULL && !is_id(id))
		rpc_fail(error, API_INVALID_REQUEST, "\"id\" must be a string, a number or null");
	return error->code == 0;
}

/* NULL for a notification. */
static json_t *answer(const struct rpc_caller *caller, json_t *request)
{
	json_t *id = json_object_get(request, "id");
	bool is_notification = id == NULL;
	struct rpc_error error = {0};
	json_t *result = NULL;

	if (check_envelope(request, id, &error))
		result = call_method(caller, request, is_notification, &error);
	else
		is_notification = false;
	if (is_notification) {
		json_decref(result);
		return NULL;
	}
	if (result != NULL)
		return json_pack("{s:s, s:o, s:O}", "jsonrpc", "2.0", "result", result, "id", id);
	if (error.code == 0)
		rpc_fail(&error, API_INTERNAL_ERROR, "out of memory");
	return make_error(id != NULL && is_id(id) ? id : json_null(), &error);
}

static char *dump(json_t *response)
{
	char *line = json_dumps(response, JSON_COMPACT);

	json_decref(response);
	return line;
}

char *rpc_error_line(int code, const char *format, ...)
{
	struct rpc_error error;
	va_list args;

	va_start(args, format);
	fail(&error, code, format, args);
	va_end(args);
	return dump(make_error(json_null(), &error));
}

/* A batch that has been answered at length already is not worked on any more: what is left gets an
 * error each. */
static json_t *answer_entry(const struct rpc_caller *caller, json_t *request, size_t written)
{
	struct rpc_error error;
	json_t *id = json_object_get(request, "id");

	if (written <= API_BATCH_OUTPUT_MAX)
		return answer(caller, request);
	if (json_is_object(request) && id == NULL)
		return NULL;
	rpc_fail(&error, API_TOO_LARGE,
		 "the answer to this batch is too large; ask in smaller ones");
	return make_error(id != NULL && is_id(id) ? id : json_null(), &error);
}

static char *answer_batch(const struct rpc_caller *caller, const json_t *batch)
{
	char *line = NULL;
	size_t written = 0;
	FILE *out = open_memstream(&line, &written);
	unsigned int answers = 0;
	json_t *request;
	size_t i;

	if (out == NULL)
		return NULL;
	json_array_foreach (batch, i, request) {
		json_t *response;

		fflush(out);
		response = answer_entry(caller, request, written);
		if (response == NULL)
			continue;
		fputc(answers++ == 0 ? '[' : ',', out);
		json_dumpf(response, out, JSON_COMPACT);
		json_decref(response);
	}
	fputc(']', out);
	if (fclose(out) == 0 && answers > 0)
		return line;
	free(line);
	return NULL;
}

static char *answer_message(const struct rpc_caller *caller, json_t *message)
{
	if (!json_is_array(message))
		return dump(answer(caller, message));
	if (json_array_size(message) == 0)
		return rpc_error_line(API_INVALID_REQUEST, "a batch must not be empty");
	if (json_array_size(message) > API_BATCH_MAX)
		return rpc_error_line(API_TOO_LARGE, "a batch holds at most %d requests",
				      API_BATCH_MAX);
	return answer_batch(caller, message);
}

char *rpc_handle_line(const struct rpc_caller *caller, const char *line, size_t length)
{
	struct rpc_error error = {0};
	json_t *message = parse(line, length, &error);
	char *response;

	if (message == NULL)
		return dump(make_error(json_null(), &error));
	response = answer_message(caller, message);
	json_decref(message);
	return response;
}

char *api_handle_line(const char *line, size_t length)
{
	struct rpc_caller self = {.uid = geteuid()};

	return rpc_handle_line(&self, line, length);
}
