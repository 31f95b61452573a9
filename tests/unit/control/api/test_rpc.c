/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The envelope (rpc.c) and every method, over the fakes of tests/support/api_fakes.c.
 */
#include "control/api/rpc.c"

#include "admission.h"
#include "api/methods.h"
#include "support/api_fakes.h"
#include "support/unit.h"
#include "counters.h"
#include "ha/time.h"
#include "ha/wire/mip4.h"
#include "tunnel/path_mtu.h"

static json_t *ask_as(uid_t uid, const char *line)
{
	struct rpc_caller caller = {.uid = uid};
	char *response = rpc_handle_line(&caller, line, strlen(line));
	json_t *json;

	if (response == NULL)
		return NULL;
	CU_ASSERT_PTR_NULL(strchr(response, '\n'));
	json = json_loads(response, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL(json);
	free(response);
	return json;
}

static json_t *ask(const char *line)
{
	return ask_as(geteuid(), line);
}

static int error_code(json_t *response)
{
	int code = (int)json_integer_value(
		json_object_get(json_object_get(response, "error"), "code"));

	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(response, "jsonrpc")), "2.0");
	CU_ASSERT_PTR_NOT_NULL(json_object_get(response, "id"));
	CU_ASSERT_PTR_NULL(json_object_get(response, "result"));
	json_decref(response);
	return code;
}

static bool is_good(json_t *response)
{
	bool good = json_object_get(response, "result") != NULL &&
		    json_object_get(response, "error") == NULL;

	json_decref(response);
	return good;
}

/* The result of a good call; the caller frees it. */
static json_t *call(const char *method, const char *params)
{
	char line[512];
	json_t *response;
	json_t *result;

	snprintf(line, sizeof(line),
		 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", method, params);
	response = ask(line);
	CU_ASSERT_PTR_NULL(json_object_get(response, "error"));
	result = json_incref(json_object_get(response, "result"));
	json_decref(response);
	return result;
}

static int call_fails(const char *method, const char *params)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", method, params);
	return error_code(ask(line));
}

static json_int_t integer_at(const json_t *object, const char *name)
{
	CU_ASSERT(json_is_integer(json_object_get(object, name)));
	return json_integer_value(json_object_get(object, name));
}

static const char *text_at(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	CU_ASSERT_PTR_NOT_NULL(text);
	return text != NULL ? text : "";
}

#define HELLO "\"jsonrpc\":\"2.0\",\"method\":\"server.hello\""

static void hello_says_product_and_version(void)
{
	json_t *r = call("server.hello", "{}");

	CU_ASSERT_STRING_EQUAL(text_at(r, "product"), "homeward");
	CU_ASSERT_STRING_EQUAL(text_at(r, "version"), HOMEWARD_VERSION);
	CU_ASSERT_EQUAL(integer_at(r, "api_version"), 1);
	CU_ASSERT_EQUAL(integer_at(r, "pid"), getpid());
	CU_ASSERT_EQUAL(json_array_size(json_object_get(r, "roles")), 1);
	json_decref(r);
}

static void id_comes_back_as_it_was(void)
{
	static const char *const ids[] = {"1", "-7", "1.5", "\"a b\"", "null", "\"\\n\""};

	for (size_t i = 0; i < UNIT_COUNT(ids); i++) {
		char line[128];
		json_t *id = json_loads(ids[i], JSON_DECODE_ANY, NULL);
		json_t *response;

		snprintf(line, sizeof(line), "{" HELLO ",\"id\":%s}", ids[i]);
		response = ask(line);
		CU_ASSERT(json_equal(json_object_get(response, "id"), id));
		CU_ASSERT_PTR_NOT_NULL(json_object_get(response, "result"));
		json_decref(response);
		json_decref(id);
	}
}

static void notification_is_not_answered(void)
{
	CU_ASSERT_PTR_NULL(ask("{" HELLO "}"));
	CU_ASSERT_PTR_NULL(ask("{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"}"));
	CU_ASSERT_PTR_NULL(ask("{\"jsonrpc\":\"2.0\",\"method\":\"binding.get\"}"));
}

static void notification_that_changes_something_is_carried_out(void)
{
	api_fakes_start();
	CU_ASSERT_PTR_NULL(ask("{\"jsonrpc\":\"2.0\",\"method\":\"binding.remove\","
			       "\"params\":{\"home_address\":\"2001:db8:1::10\"}}"));
	CU_ASSERT_EQUAL(registration_count(), 1);
	api_fakes_start();
}

static void what_is_not_json_is_a_parse_error(void)
{
	static const char *const lines[] = {
		"",
		" ",
		"{",
		"}",
		"[",
		"nonsense",
		"{\"a\":1",
		"{} {}",
		"\"\\u0000\"",
		"\xff\xfe",
		"{\"a\":1,\"a\":2}",
		"[1,]",
		"\"unterminated",
		"1e999",
	};

	for (size_t i = 0; i < UNIT_COUNT(lines); i++)
		CU_ASSERT_EQUAL(error_code(ask(lines[i])), API_PARSE_ERROR);
}

static void octet_zero_inside_a_line_is_a_parse_error(void)
{
	static const char line[] = "{" HELLO ",\"id\":1}\0{}";
	char *response = api_handle_line(line, sizeof(line) - 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(response);
	CU_ASSERT_PTR_NOT_NULL(strstr(response, "-32700"));
	free(response);
}

static void wrong_envelope_is_an_invalid_request(void)
{
	static const char *const lines[] = {
		"1",
		"null",
		"\"text\"",
		"true",
		"{}",
		"{\"jsonrpc\":\"1.0\",\"method\":\"server.hello\",\"id\":1}",
		"{\"jsonrpc\":2.0,\"method\":\"server.hello\",\"id\":1}",
		"{\"method\":\"server.hello\",\"id\":1}",
		"{\"jsonrpc\":\"2.0\",\"id\":1}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}",
		"{" HELLO ",\"id\":{}}",
		"{" HELLO ",\"id\":[1]}",
		"{" HELLO ",\"id\":true}",
		"[]",
	};

	for (size_t i = 0; i < UNIT_COUNT(lines); i++)
		CU_ASSERT_EQUAL(error_code(ask(lines[i])), API_INVALID_REQUEST);
}

static void unknown_method_is_named_in_the_error(void)
{
	json_t *response = ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no.such\"}");

	CU_ASSERT_PTR_NOT_NULL(
		strstr(text_at(json_object_get(response, "error"), "message"), "no.such"));
	CU_ASSERT_EQUAL(error_code(response), API_METHOD_NOT_FOUND);
}

static void long_names_are_not_repeated(void)
{
	char line[512];
	char name[300];

	for (size_t i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(&name[i], "\xc3\xa9", 2);
	name[298] = '\0';
	snprintf(line, sizeof(line), "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"}", name);
	CU_ASSERT_EQUAL(error_code(ask(line)), API_METHOD_NOT_FOUND);
	snprintf(line, sizeof(line), "{" HELLO ",\"id\":1,\"params\":{\"%s\":1}}", name);
	CU_ASSERT_EQUAL(error_code(ask(line)), API_INVALID_PARAMS);
}

static void line_at_the_limit_is_read_and_one_longer_is_not(void)
{
	static char line[API_LINE_MAX + 2];
	size_t used = strlen(strcpy(line, "{" HELLO ",\"id\":1}"));

	memset(line + used, ' ', API_LINE_MAX + 1 - used);
	line[API_LINE_MAX] = '\0';
	CU_ASSERT(is_good(ask(line)));
	line[API_LINE_MAX] = ' ';
	CU_ASSERT_EQUAL(error_code(ask(line)), API_TOO_LARGE);
}

static void nest(char *line, unsigned int depth)
{
	char *at = line + sprintf(line, "{" HELLO ",\"id\":1,\"x\":");

	for (unsigned int i = 1; i < depth; i++)
		*at++ = '[';
	for (unsigned int i = 1; i < depth; i++)
		*at++ = ']';
	strcpy(at, "}");
}

static void nesting_at_the_limit_is_read_and_one_deeper_is_not(void)
{
	char line[256];

	nest(line, API_DEPTH_MAX);
	CU_ASSERT(is_good(ask(line)));
	nest(line, API_DEPTH_MAX + 1);
	CU_ASSERT_EQUAL(error_code(ask(line)), API_TOO_LARGE);
}

static void brackets_inside_strings_do_not_nest(void)
{
	CU_ASSERT(is_good(ask("{" HELLO ",\"id\":\"[[[[[[[[[[[[[[[[[[[[{{{{{{\"}")));
	CU_ASSERT(is_good(ask("{" HELLO ",\"id\":\"\\\"[[[[[[[[[[[[[[[[[[[[{\"}")));
	CU_ASSERT_EQUAL(error_code(ask("{" HELLO
				       ",\"id\":\"\\\\\",\"x\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}")),
			API_TOO_LARGE);
	/* A closing bracket in a string must not make room for deeper nesting. */
	CU_ASSERT_EQUAL(
		error_code(ask("{\"x\":\"]]]]]]]]\",\"y\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}")),
		API_TOO_LARGE);
}

static void many_levels_do_not_reach_the_parser(void)
{
	static char line[API_LINE_MAX + 1];

	memset(line, '[', API_LINE_MAX);
	CU_ASSERT_EQUAL(error_code(ask(line)), API_TOO_LARGE);
}

static void batch_is_answered_in_order_without_its_notifications(void)
{
	json_t *r = ask("[{" HELLO ",\"id\":1},{" HELLO "},7,{" HELLO ",\"id\":\"b\"}]");

	CU_ASSERT_EQUAL_FATAL(json_array_size(r), 3);
	CU_ASSERT_EQUAL(integer_at(json_array_get(r, 0), "id"), 1);
	CU_ASSERT_EQUAL(error_code(json_incref(json_array_get(r, 1))), API_INVALID_REQUEST);
	CU_ASSERT_STRING_EQUAL(text_at(json_array_get(r, 2), "id"), "b");
	json_decref(r);
}

static void batch_of_notifications_is_not_answered(void)
{
	CU_ASSERT_PTR_NULL(ask("[{" HELLO "},{" HELLO "}]"));
}

static void make_batch(char *line, unsigned int count, const char *request)
{
	char *at = line;

	*at++ = '[';
	for (unsigned int i = 0; i < count; i++)
		at += sprintf(at, "%s%s", i > 0 ? "," : "", request);
	strcpy(at, "]");
}

static void batch_over_the_limit_is_refused_whole(void)
{
	static char line[API_LINE_MAX];
	json_t *r;

	make_batch(line, API_BATCH_MAX, "{" HELLO ",\"id\":1}");
	r = ask(line);
	CU_ASSERT_EQUAL(json_array_size(r), API_BATCH_MAX);
	json_decref(r);
	make_batch(line, API_BATCH_MAX + 1, "{" HELLO ",\"id\":1}");
	CU_ASSERT_EQUAL(error_code(ask(line)), API_TOO_LARGE);
}

static void batch_with_a_huge_answer_is_cut_short(void)
{
	static char line[API_LINE_MAX];
	json_t *r;

	api_fakes_add(1100);
	make_batch(line, API_BATCH_MAX,
		   "{\"jsonrpc\":\"2.0\",\"method\":\"binding.list\",\"params\":{\"limit\":1000},"
		   "\"id\":1}");
	r = ask(line);
	CU_ASSERT_EQUAL(json_array_size(r), API_BATCH_MAX);
	CU_ASSERT_PTR_NOT_NULL(json_object_get(json_array_get(r, 0), "result"));
	CU_ASSERT_EQUAL(error_code(json_incref(json_array_get(r, API_BATCH_MAX - 1))),
			API_TOO_LARGE);
	json_decref(r);
	api_fakes_start();
}

static void wrong_params_are_refused(void)
{
	static const struct {
		const char *method;
		const char *params;
	} wrong[] = {
		{"server.hello", "[]"},
		{"server.hello", "1"},
		{"server.hello", "{\"x\":1}"},
		{"binding.get", "{}"},
		{"binding.get", "[\"2001:db8:1::10\"]"},
		{"binding.get", "{\"home_address\":1}"},
		{"binding.get", "{\"home_address\":null}"},
		{"binding.get", "{\"home_address\":\"\"}"},
		{"binding.get", "{\"home_address\":\"192.0.2\"}"},
		{"binding.get", "{\"home_address\":\"192.0.2.1/24\"}"},
		{"binding.get", "{\"home_address\":\"::ffff:192.0.2.1\"}"},
		{"binding.list", "{\"prefix\":\"10.1.0.0/33\"}"},
		{"binding.list", "{\"prefix\":\"10.1.0.1/16\"}"},
		{"binding.list", "{\"prefix\":\"10.1.0.0/016\"}"},
		{"binding.get", "{\"home_address\":\"2001:db8:1::10/64\"}"},
		{"binding.get", "{\"home_address\":\"2001:db8:1::10%lo\"}"},
		{"binding.list", "{\"limit\":0}"},
		{"binding.list", "{\"limit\":1001}"},
		{"binding.list", "{\"limit\":1.0}"},
		{"binding.list", "{\"limit\":\"10\"}"},
		{"binding.list", "{\"after\":-1}"},
		{"binding.list", "{\"after\":4294967296}"},
		{"binding.list", "{\"care_of\":\"x\"}"},
		{"binding.list", "{\"prefix\":\"2001:db8:1::\"}"},
		{"binding.list", "{\"prefix\":\"2001:db8:1::/\"}"},
		{"binding.list", "{\"prefix\":\"2001:db8:1::/129\"}"},
		{"binding.list", "{\"prefix\":\"2001:db8:1::/-1\"}"},
		{"binding.list", "{\"prefix\":\"2001:db8:1::/64x\"}"},
		{"binding.list", "{\"prefix\":\"2001:db8:1::/0064\"}"},
		{"binding.list", "{\"prefix\":\"/64\"}"},
		{"binding.list", "{\"prefix\":\"2001:db8:1::1/64\"}"},
		{"binding.list", "{\"prefix\":\"8000::/0\"}"},
		{"stats.get", "{\"texts\":1}"},
		{"service.set", "{}"},
		{"drain.set", "{\"on\":false,\"switch\":true}"},
		{"drain.set", "{\"on\":true,\"addresses\":[]}"},
		{"drain.set", "{\"on\":true,\"switch\":true,\"addresses\":\"2001:db8::1\"}"},
		{"drain.set", "{\"on\":true,\"switch\":true,\"addresses\":[1]}"},
		{"drain.set", "{\"on\":true,\"switch\":true,\"addresses\":[\"ff02::1\"]}"},
		{"drain.set",
		 "{\"on\":true,\"switch\":true,\"addresses\":[\"1::\",\"1::\",\"1::\",\"1::\",\"1::"
		 "\","
		 "\"1::\",\"1::\",\"1::\",\"1::\",\"1::\",\"1::\",\"1::\",\"1::\",\"1::\",\"1::\","
		 "\"1::\",\"1::\"]}"},
	};

	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		int code = call_fails(wrong[i].method, wrong[i].params);

		if (code != API_INVALID_PARAMS)
			printf("%s %s: %d\n", wrong[i].method, wrong[i].params, code);
		CU_ASSERT_EQUAL(code, API_INVALID_PARAMS);
	}
}

static void status_tells_what_the_parts_tell(void)
{
	json_t *r = call("status.get", "{}");
	json_t *port = json_array_get(json_object_get(r, "ports"), 1);

	CU_ASSERT_EQUAL(integer_at(r, "uptime_s"), 61);
	CU_ASSERT_STRING_EQUAL(text_at(r, "service"), "accepting");
	CU_ASSERT_EQUAL(integer_at(r, "workers"), 2);
	CU_ASSERT_STRING_EQUAL(text_at(port, "kind"), "vdev");
	CU_ASSERT_STRING_EQUAL(text_at(port, "link"), "down");
	CU_ASSERT_STRING_EQUAL(text_at(port, "mac"), "02:00:00:00:00:01");
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "bindings"), "in_force"), 2);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "bindings"), "invalid"), 1);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "bindings"), "mip6"), 2);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "bindings"), "mip4"), 0);
	CU_ASSERT(json_is_null(json_object_get(r, "mobile_ipv4")));
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "mobile_nodes"), "mip6"), 7);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "mobile_nodes"), "mip4"), 5);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "mobile_nodes"), "unauthenticated"), 1);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "rcu"), "pending"), 6);
	CU_ASSERT_EQUAL(integer_at(r, "next_hops"), 9);
	CU_ASSERT_EQUAL(integer_at(r, "routes"), 4);
	json_decref(r);
}

static void list_shows_bindings_in_force_only(void)
{
	json_t *r = call("binding.list", "{}");
	json_t *first = json_array_get(json_object_get(r, "bindings"), 0);

	CU_ASSERT_EQUAL(json_array_size(json_object_get(r, "bindings")), 1);
	CU_ASSERT_STRING_EQUAL(text_at(first, "home_address"), "2001:db8:1::10");
	CU_ASSERT_STRING_EQUAL(text_at(first, "care_of"), "2001:db8:c::1");
	CU_ASSERT_STRING_EQUAL(text_at(first, "home_agent"), "2001:db8:ff::1");
	CU_ASSERT_EQUAL(integer_at(first, "remaining_s"), 400);
	/* The other one is further away than one call looks. */
	CU_ASSERT_EQUAL(integer_at(r, "next"), API_SCAN_MAX);
	json_decref(r);
	r = call("binding.list", "{\"after\":69000}");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(r, "bindings")), 1);
	CU_ASSERT(json_is_null(json_object_get(r, "next")));
	json_decref(r);
}

static unsigned int walk(const char *filter, unsigned int *calls)
{
	json_int_t after = 0;
	unsigned int rows = 0;
	bool more = true;

	for (*calls = 0; more && *calls < 1000; (*calls)++) {
		char params[128];
		json_t *r;

		snprintf(params, sizeof(params), "{\"after\":%lld%s}", (long long)after, filter);
		r = call("binding.list", params);
		rows += (unsigned int)json_array_size(json_object_get(r, "bindings"));
		more = !json_is_null(json_object_get(r, "next"));
		if (more) {
			CU_ASSERT(integer_at(r, "next") > after);
			after = integer_at(r, "next");
		}
		json_decref(r);
	}
	return rows;
}

static void pages_together_show_each_binding_once(void)
{
	unsigned int calls;

	api_fakes_add(250);
	CU_ASSERT_EQUAL(walk("", &calls), 252);
	CU_ASSERT_EQUAL(walk(",\"limit\":1", &calls), 252);
	/* The last page knows that it is the last; the wide gap before it takes calls of its own. */
	CU_ASSERT_EQUAL(calls, 251 + (69000 - 259) / API_SCAN_MAX);
	CU_ASSERT_EQUAL(walk(",\"limit\":126", &calls), 252);
	api_fakes_start();
}

static void filters_select(void)
{
	unsigned int calls;

	api_fakes_add(250);
	CU_ASSERT_EQUAL(walk(",\"care_of\":\"2001:db8:c::2\"", &calls), 251);
	CU_ASSERT_EQUAL(walk(",\"care_of\":\"2001:db8:c::9\"", &calls), 0);
	CU_ASSERT_EQUAL(walk(",\"prefix\":\"2001:db8:1::/64\"", &calls), 2);
	CU_ASSERT_EQUAL(walk(",\"prefix\":\"::/0\"", &calls), 252);
	CU_ASSERT_EQUAL(walk(",\"prefix\":\"2001:db8:1::10/128\"", &calls), 1);
	CU_ASSERT_EQUAL(
		walk(",\"prefix\":\"2001:db8:1::/64\",\"care_of\":\"2001:db8:c::2\"", &calls), 1);
	api_fakes_start();
}

static void one_call_looks_at_a_bounded_number_of_slots(void)
{
	json_t *r;

	api_fakes_add(60000);
	r = call("binding.list", "{\"care_of\":\"2001:db8:c::9\"}");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(r, "bindings")), 0);
	CU_ASSERT_EQUAL(integer_at(r, "next"), API_SCAN_MAX);
	json_decref(r);
	api_fakes_start();
}

static void get_shows_everything(void)
{
	json_t *r = call("binding.get", "{\"home_address\":\"2001:DB8:1:0::10\"}");
	json_t *traffic = json_object_get(r, "traffic");

	CU_ASSERT_STRING_EQUAL(text_at(r, "home_address"), "2001:db8:1::10");
	CU_ASSERT_STRING_EQUAL(text_at(r, "state"), "in_force");
	CU_ASSERT_EQUAL(integer_at(r, "sequence"), 65535);
	CU_ASSERT_EQUAL(integer_at(r, "lifetime_s"), 420);
	CU_ASSERT_EQUAL(integer_at(r, "registered_ago_s"), 7);
	CU_ASSERT_EQUAL(integer_at(r, "updated_ago_s"), 2);
	CU_ASSERT_EQUAL(integer_at(r, "updates"), 4);
	CU_ASSERT_EQUAL(integer_at(r, "moves"), 2);
	CU_ASSERT_EQUAL(integer_at(r, "spi"), 256);
	CU_ASSERT_EQUAL(integer_at(r, "inner_mtu"), 1460);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "path_mtu"), "octets"), 1500);
	CU_ASSERT(json_is_null(json_object_get(json_object_get(r, "path_mtu"), "told_ago_s")));
	CU_ASSERT_EQUAL(integer_at(traffic, "to_pkts"), 3);
	CU_ASSERT_STRING_EQUAL(text_at(json_object_get(r, "next_hop"), "state"), "resolved");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(r, "flags")), 2);
	json_decref(r);
}

static void get_tells_an_invalid_one_apart(void)
{
	json_t *r = call("binding.get", "{\"home_address\":\"2001:db8:1::30\"}");

	CU_ASSERT_STRING_EQUAL(text_at(r, "state"), "invalid");
	CU_ASSERT_EQUAL(integer_at(r, "remaining_s"), 0);
	CU_ASSERT_PTR_NULL(json_object_get(r, "next_hop"));
	json_decref(r);
	CU_ASSERT_EQUAL(call_fails("binding.get", "{\"home_address\":\"2001:db8:1::99\"}"),
			API_NOT_FOUND);
}

static void removed_binding_is_gone(void)
{
	static const char params[] = "{\"home_address\":\"2001:db8:1::20\"}";
	json_t *r = call("binding.remove", params);

	CU_ASSERT_STRING_EQUAL(text_at(r, "removed"), "2001:db8:1::20");
	json_decref(r);
	CU_ASSERT_EQUAL(registration_count(), 1);
	CU_ASSERT_EQUAL(call_fails("binding.remove", params), API_NOT_FOUND);
	CU_ASSERT_EQUAL(call_fails("binding.get", params), API_NOT_FOUND);
	api_fakes_start();
}

static void removal_says_what_became_of_the_binding(void)
{
	json_t *r;

	api_fakes_add(3);
	r = call("binding.remove", "{\"home_address\":\"2001:db8:2::b\"}");
	CU_ASSERT_STRING_EQUAL(text_at(r, "revoking"), "2001:db8:2::b");
	json_decref(r);
	CU_ASSERT_EQUAL(registration_count(), 5);
	r = call("binding.get", "{\"home_address\":\"2001:db8:2::b\"}");
	CU_ASSERT(json_is_true(json_object_get(r, "revoking")));
	json_decref(r);
	r = call("status.get", "{}");
	CU_ASSERT_EQUAL(integer_at(r, "revocations"), 1);
	json_decref(r);
	CU_ASSERT_EQUAL(call_fails("binding.remove", "{\"home_address\":\"2001:db8:2::a\"}"),
			API_REFUSED);
	CU_ASSERT_EQUAL(registration_count(), 5);
	r = call("binding.remove", "{\"home_address\":\"2001:db8:2::a\",\"tell\":false}");
	CU_ASSERT_STRING_EQUAL(text_at(r, "removed"), "2001:db8:2::a");
	json_decref(r);
	CU_ASSERT_EQUAL(registration_count(), 4);
	api_fakes_start();
}

static bool is_text(const json_t *row, const char *name, const char *expected)
{
	return strcmp(text_at(row, name), expected) == 0;
}

/* "S,T" */
static bool has_flags(const json_t *row, const char *expected)
{
	char text[32] = "";
	json_t *flag;
	size_t i;

	json_array_foreach (json_object_get(row, "flags"), i, flag) {
		strcat(text, i > 0 ? "," : "");
		strcat(text, json_string_value(flag));
	}
	return strcmp(text, expected) == 0;
}

static void bindings_of_mobile_ipv4_are_rows_of_their_own(void)
{
	json_t *r;
	json_t *rows;
	json_t *row;

	api_fakes_add_ip4();
	r = call("binding.list", "{\"prefix\":\"10.1.0.0/16\"}");
	rows = json_object_get(r, "bindings");
	CU_ASSERT_EQUAL_FATAL(json_array_size(rows), 3);
	row = json_array_get(rows, 0);
	CU_ASSERT(is_text(row, "protocol", "mip4"));
	CU_ASSERT(is_text(row, "home_address", "10.1.0.5"));
	CU_ASSERT(is_text(row, "care_of", "192.0.2.5"));
	CU_ASSERT(is_text(row, "home_agent", "10.1.0.1"));
	CU_ASSERT(is_text(row, "encapsulation", "ip_in_ip"));
	CU_ASSERT(has_flags(row, "S,T"));
	CU_ASSERT(json_is_null(json_object_get(row, "gre_key")));
	CU_ASSERT_PTR_NULL(json_object_get(row, "sequence"));
	row = json_array_get(rows, 1);
	CU_ASSERT(is_text(row, "home_address", "10.1.0.5"));
	CU_ASSERT(is_text(row, "encapsulation", "gre"));
	CU_ASSERT_EQUAL(integer_at(row, "gre_key"), 7);
	CU_ASSERT(json_is_null(json_object_get(row, "udp_port")));
	row = json_array_get(rows, 2);
	CU_ASSERT(is_text(row, "encapsulation", "udp"));
	CU_ASSERT(has_flags(row, "B,D"));
	CU_ASSERT_EQUAL(integer_at(row, "udp_port"), 50000);
	CU_ASSERT(is_text(row, "care_of", "10.9.9.9"));
	CU_ASSERT(is_text(row, "tunnel_end", "203.0.113.99"));
	CU_ASSERT_EQUAL(integer_at(row, "lifetime_s"), UINT32_MAX);
	CU_ASSERT_EQUAL(integer_at(row, "remaining_s"), UINT32_MAX);
	json_decref(r);
	api_fakes_start();
}

static void filters_keep_the_protocols_apart_and_visitors_out(void)
{
	unsigned int calls;

	api_fakes_add_ip4();
	CU_ASSERT_EQUAL(walk("", &calls), 5);
	CU_ASSERT_EQUAL(walk(",\"prefix\":\"::/0\"", &calls), 2);
	CU_ASSERT_EQUAL(walk(",\"prefix\":\"0.0.0.0/0\"", &calls), 3);
	CU_ASSERT_EQUAL(walk(",\"prefix\":\"10.1.0.6/32\"", &calls), 1);
	CU_ASSERT_EQUAL(walk(",\"care_of\":\"192.0.2.6\"", &calls), 1);
	api_fakes_start();
}

static void one_of_several_bindings_is_shown_and_removed(void)
{
	json_t *r;
	json_t *others;

	api_fakes_add_ip4();
	r = call("binding.get", "{\"home_address\":\"10.1.0.5\",\"care_of\":\"192.0.2.6\"}");
	others = json_object_get(r, "simultaneous");
	CU_ASSERT(is_text(r, "care_of", "192.0.2.6"));
	CU_ASSERT_EQUAL(json_array_size(others), 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(others, 0)), "192.0.2.5");
	CU_ASSERT(json_is_true(json_object_get(r, "revocation_agreed")));
	CU_ASSERT_EQUAL(integer_at(r, "source_port"), 434);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "path_mtu"), "octets"), 1500);
	json_decref(r);
	CU_ASSERT_EQUAL(call_fails("binding.get", "{\"home_address\":\"10.1.0.5\","
						  "\"care_of\":\"192.0.2.7\"}"),
			API_NOT_FOUND);
	json_decref(call("binding.remove",
			 "{\"home_address\":\"10.1.0.5\",\"care_of\":\"192.0.2.6\"}"));
	CU_ASSERT_EQUAL(registration_count_of(REGISTRATION_MIP4), 2);
	api_fakes_start();
	api_fakes_add_ip4();
	json_decref(call("binding.remove", "{\"home_address\":\"10.1.0.5\"}"));
	CU_ASSERT_EQUAL(registration_count_of(REGISTRATION_MIP4), 1);
	api_fakes_start();
}

static void status_tells_of_home_networks(void)
{
	json_t *r;
	json_t *network;

	api_fakes_add_ip4();
	r = call("status.get", "{}");
	network = json_array_get(json_object_get(json_object_get(r, "mobile_ipv4"), "networks"), 0);
	CU_ASSERT(is_text(network, "prefix", "10.1.0.0/16"));
	CU_ASSERT(is_text(network, "address", "10.1.0.1"));
	CU_ASSERT(is_text(network, "home_link", "virtual"));
	CU_ASSERT_EQUAL(integer_at(json_object_get(network, "pool"), "size"), 100);
	CU_ASSERT_EQUAL(integer_at(json_object_get(network, "pool"), "assigned"), 3);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "bindings"), "mip4"), 3);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "bindings"), "visitors"), 1);
	json_decref(r);
	api_fakes_start();
}

static void visitors_are_listed_and_removed(void)
{
	static const char params[] = "{\"home_address\":\"10.1.0.9\"}";
	json_t *r;
	json_t *row;

	CU_ASSERT_EQUAL(call_fails("visitor.remove", params), API_NOT_FOUND);
	api_fakes_add_ip4();
	r = call("visitor.list", "{}");
	CU_ASSERT_EQUAL_FATAL(json_array_size(json_object_get(r, "visitors")), 1);
	row = json_array_get(json_object_get(r, "visitors"), 0);
	CU_ASSERT(is_text(row, "home_address", "10.1.0.9"));
	CU_ASSERT(is_text(row, "identifier", "alice@example.com"));
	CU_ASSERT(is_text(row, "home_agent", "10.1.0.1"));
	CU_ASSERT(is_text(row, "port", "test"));
	CU_ASSERT(is_text(row, "mac", "02:00:00:00:00:09"));
	CU_ASSERT(is_text(row, "reverse_tunnel", "direct"));
	CU_ASSERT_EQUAL(integer_at(row, "remaining_s"), 400);
	CU_ASSERT(json_is_null(json_object_get(r, "next")));
	json_decref(r);
	r = call("status.get", "{}");
	row = json_object_get(r, "foreign_agent");
	CU_ASSERT_EQUAL(integer_at(row, "visitors"), 1);
	CU_ASSERT_EQUAL(integer_at(row, "pending"), 2);
	json_decref(r);
	r = call("visitor.remove", params);
	CU_ASSERT(is_text(r, "removed", "10.1.0.9"));
	json_decref(r);
	CU_ASSERT_EQUAL(call_fails("visitor.remove", params), API_NOT_FOUND);
	api_fakes_start();
}

static void service_is_closed_and_opened(void)
{
	json_decref(call("service.set", "{\"accept_registrations\":false}"));
	json_t *r = call("status.get", "{}");

	CU_ASSERT_STRING_EQUAL(text_at(r, "service"), "not accepting");
	CU_ASSERT(json_is_null(json_object_get(r, "drain")));
	json_decref(r);
	json_decref(call("service.set", "{\"accept_registrations\":true}"));
	CU_ASSERT_TRUE(admission_accepts_registrations());
}

static void drain_is_told_as_it_is(void)
{
	json_t *r = call("drain.set", "{\"on\":true}");
	json_t *moving;

	CU_ASSERT(json_is_null(json_object_get(json_object_get(r, "drain"), "switch")));
	json_decref(r);
	r = call("drain.set",
		 "{\"on\":true,\"switch\":true,\"addresses\":[\"2001:db8::2\",\"2001:db8::1\"]}");
	moving = json_object_get(json_object_get(r, "drain"), "switch");
	CU_ASSERT_EQUAL(integer_at(moving, "told"), 2);
	CU_ASSERT_EQUAL(integer_at(moving, "answered"), 1);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_array_get(json_object_get(moving, "addresses"), 0)),
		"2001:db8::2");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(moving, "addresses")), 2);
	json_decref(r);
	r = call("binding.get", "{\"home_address\":\"2001:db8:1::10\"}");
	CU_ASSERT(json_is_true(json_object_get(r, "told_to_switch")));
	json_decref(r);
	r = call("drain.set", "{\"on\":false}");
	CU_ASSERT(json_is_null(json_object_get(r, "drain")));
	json_decref(r);
	CU_ASSERT_FALSE(admission_is_draining());
}

static void mobile_nodes_are_read_again_as_a_whole_or_not_at_all(void)
{
	static const char again[] =
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"mobile_nodes.reload\"}";
	json_t *r = ask(again);
	const char *message =
		json_string_value(json_object_get(json_object_get(r, "error"), "message"));

	CU_ASSERT_STRING_EQUAL(message,
			       "nothing was changed: file:7: key: use 32 hexadecimal digits");
	CU_ASSERT_EQUAL(error_code(r), API_REFUSED);
	api_fakes_mend_nodes();
	CU_ASSERT(is_good(ask(again)));
	api_fakes_start();
}

static json_int_t first_number(json_t *result, const char *list, const char *name)
{
	json_t *row = json_array_get(json_object_get(result, list), 0);

	return json_integer_value(json_object_get(row, name));
}

static void a_prefix_is_renumbered(void)
{
	json_t *r = call("prefix.list", "{}");

	CU_ASSERT_EQUAL(first_number(r, "prefixes", "valid_lifetime_s"), UINT32_MAX);
	CU_ASSERT_EQUAL(first_number(r, "prefixes", "preferred_lifetime_s"), 7000);
	json_decref(r);
	r = call("prefix.set", "{\"prefix\":\"2001:db8:1::/64\",\"valid_lifetime_s\":9,"
			       "\"preferred_lifetime_s\":9}");
	CU_ASSERT_STRING_EQUAL(text_at(r, "prefix"), "2001:db8:1::/64");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(r, "valid_lifetime_s")), 9);
	json_decref(r);
	CU_ASSERT_EQUAL(call_fails("prefix.set", "{\"prefix\":\"2001:db8:1::/64\","
						 "\"valid_lifetime_s\":9,"
						 "\"preferred_lifetime_s\":10}"),
			API_INVALID_PARAMS);
	CU_ASSERT_EQUAL(call_fails("prefix.set", "{\"prefix\":\"2001:db8:1::/63\","
						 "\"valid_lifetime_s\":9,"
						 "\"preferred_lifetime_s\":9}"),
			API_NOT_FOUND);
	api_fakes_start();
}

static void other_home_agents_are_listed(void)
{
	json_t *r = call("home_agents.list", "{}");

	CU_ASSERT_EQUAL(first_number(r, "home_agents", "preference"), 9);
	CU_ASSERT_EQUAL(first_number(r, "home_agents", "remaining_s"), 60);
	json_decref(r);
}

static void changes_are_only_for_root_and_the_daemons_user(void)
{
	static const char remove[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"binding.remove\","
				     "\"params\":{\"home_address\":\"2001:db8:1::10\"}}";
	uid_t other = geteuid() + 12345;

	CU_ASSERT_EQUAL(error_code(ask_as(other, remove)), API_FORBIDDEN);
	CU_ASSERT_EQUAL(registration_count(), 2);
	CU_ASSERT_PTR_NULL(ask_as(other, "{\"jsonrpc\":\"2.0\",\"method\":\"binding.remove\","
					 "\"params\":{\"home_address\":\"2001:db8:1::10\"}}"));
	CU_ASSERT_EQUAL(registration_count(), 2);
	CU_ASSERT(is_good(ask_as(other, "{" HELLO ",\"id\":1}")));
	CU_ASSERT(is_good(ask_as(0, remove)));
	CU_ASSERT_EQUAL(registration_count(), 1);
	api_fakes_start();
}

static void learn_paths(unsigned int count)
{
	struct ip_addr to = {{0x20, 1, 0xd, 0xb8, 0, 0xc}};

	path_mtu_start(600000, 1);
	for (unsigned int i = 1; i <= count; i++) {
		to.bytes[14] = (uint8_t)(i >> 8);
		to.bytes[15] = (uint8_t)i;
		path_mtu_learn(&to, (uint16_t)(1280 + i), monotonic_ms() - 2500);
	}
}

static void path_mtus_are_listed_and_cleared(void)
{
	json_t *rows;
	json_t *r;

	learn_paths(1);
	r = call("path_mtu.list", "{}");
	rows = json_object_get(r, "path_mtus");
	CU_ASSERT_EQUAL_FATAL(json_array_size(rows), 1);
	CU_ASSERT_STRING_EQUAL(text_at(json_array_get(rows, 0), "care_of"), "2001:db8:c::1");
	CU_ASSERT_EQUAL(integer_at(json_array_get(rows, 0), "path_mtu"), 1281);
	CU_ASSERT_EQUAL(integer_at(json_array_get(rows, 0), "told_ago_s"), 2);
	CU_ASSERT_EQUAL(integer_at(json_array_get(rows, 0), "ages_in_s"), 597);
	CU_ASSERT(json_is_null(json_object_get(r, "next")));
	json_decref(r);
	r = call("binding.get", "{\"home_address\":\"2001:db8:1::10\"}");
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "path_mtu"), "told_ago_s"), 2);
	json_decref(r);
	r = call("path_mtu.clear", "{\"care_of\":\"2001:db8:c::2\"}");
	CU_ASSERT_EQUAL(integer_at(r, "cleared"), 0);
	json_decref(r);
	r = call("path_mtu.clear", "{\"care_of\":\"2001:db8:c::1\"}");
	CU_ASSERT_EQUAL(integer_at(r, "cleared"), 1);
	json_decref(r);
	learn_paths(9);
	r = call("path_mtu.clear", "{}");
	CU_ASSERT_EQUAL(integer_at(r, "cleared"), 9);
	json_decref(r);
}

static void pages_of_path_mtus_show_each_once(void)
{
	char params[64] = "{\"limit\":7}";
	size_t shown = 0;
	bool is_last = false;

	learn_paths(500);
	while (!is_last && shown <= 500) {
		json_t *r = call("path_mtu.list", params);

		shown += json_array_size(json_object_get(r, "path_mtus"));
		is_last = json_is_null(json_object_get(r, "next"));
		snprintf(params, sizeof(params), "{\"limit\":7,\"after\":%lld}",
			 (long long)json_integer_value(json_object_get(r, "next")));
		json_decref(r);
	}
	CU_ASSERT_EQUAL(shown, 500);
	json_decref(call("path_mtu.list", "{\"after\":4294967295}"));
	path_mtu_forget(NULL);
}

/* By number, with a meaning for each that this home agent says. */
static void replies_are_counted_by_their_code(void)
{
	json_t *r;
	json_t *codes;

	registration_codes[MIP4_ACCEPTED] = 12;
	registration_codes[MIP4_IDENTIFICATION] = 3;
	r = call("stats.get", "{\"texts\":true}");
	codes = json_object_get(json_object_get(r, "control"), "registration_codes");
	CU_ASSERT_EQUAL(json_object_size(codes), 2);
	CU_ASSERT_EQUAL(integer_at(codes, "0"), 12);
	CU_ASSERT_EQUAL(integer_at(codes, "133"), 3);
	codes = json_object_get(json_object_get(r, "texts"), "registration_codes");
	for (unsigned int i = MIP4_UNSPECIFIED; i <= MIP4_AAA_REFUSED; i++) {
		char number[8];

		snprintf(number, sizeof(number), "%u", i);
		CU_ASSERT(strlen(text_at(codes, number)) > 0);
	}
	registration_codes[MIP4_ACCEPTED] = 0;
	registration_codes[MIP4_IDENTIFICATION] = 0;
	json_decref(r);
}

static void stats_add_up(void)
{
	json_t *r = call("stats.get", "{}");
	json_t *totals = json_object_get(r, "totals");
	json_t *control = json_object_get(r, "control");
	json_t *port = json_array_get(json_object_get(r, "ports"), 1);

	CU_ASSERT_EQUAL(json_array_size(json_object_get(r, "workers")), 2);
	CU_ASSERT_EQUAL(integer_at(totals, "received"), 180);
	CU_ASSERT_EQUAL(integer_at(totals, "encapsulated"), 61);
	CU_ASSERT_EQUAL(integer_at(totals, "handed_over"), 7);
	CU_ASSERT_EQUAL(integer_at(totals, "taken_over"), 7);
	CU_ASSERT_EQUAL(integer_at(json_object_get(totals, "dropped"), "no_binding"), 30);
	CU_ASSERT_EQUAL(integer_at(json_object_get(totals, "punted"), "signalling_new"), 10);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "balance"), "in"), 200);
	CU_ASSERT_EQUAL(integer_at(json_object_get(r, "balance"), "out"), 200);
	CU_ASSERT_EQUAL(integer_at(r, "inject_failures"), 2);
	CU_ASSERT_EQUAL(integer_at(port, "rx_pkts"), 1001);
	CU_ASSERT_EQUAL(integer_at(port, "buffers"), 8192);
	CU_ASSERT_EQUAL(integer_at(port, "buffers_free"), 6143);
	CU_ASSERT_EQUAL(integer_at(r, "buffers"), 8192);
	CU_ASSERT_EQUAL(integer_at(r, "buffers_free"), 8184);
	integer_at(json_object_get(control, "outcomes"), "no_route");
	integer_at(json_object_get(control, "others"), "binding_acks_sent");
	integer_at(json_object_get(control, "silent"), "address");
	CU_ASSERT_PTR_NULL(json_object_get(json_object_get(control, "others"), "no_route"));
	CU_ASSERT_PTR_NULL(json_object_get(r, "texts"));
	json_decref(r);
}

/* Every counter shown has a text, and no text is for nothing. */
static void texts_explain_each_counter(void)
{
	json_t *r = call("stats.get", "{\"texts\":true}");
	json_t *texts = json_object_get(r, "texts");
	json_t *totals = json_object_get(r, "totals");
	json_t *control = json_object_get(r, "control");
	static const char *const groups[] = {"dropped", "punted", "outcomes", "others", "silent"};

	for (size_t i = 0; i < UNIT_COUNT(groups); i++) {
		json_t *values = json_object_get(i < 2 ? totals : control, groups[i]);
		json_t *group = json_object_get(texts, groups[i]);
		const char *name;
		json_t *value;

		CU_ASSERT_EQUAL(json_object_size(group), json_object_size(values));
		json_object_foreach (values, name, value)
			CU_ASSERT(strlen(text_at(group, name)) > 0);
	}
	json_decref(r);
}

static void config_comes_from_the_loader(void)
{
	json_t *r = call("config.get", "{}");

	CU_ASSERT_EQUAL(integer_at(r, "version"), 1);
	json_decref(r);
}

static void discover_describes_each_method(void)
{
	json_t *r = call("rpc.discover", "{}");
	json_t *methods = json_object_get(r, "methods");
	json_t *method;
	size_t i;

	CU_ASSERT_EQUAL(json_array_size(methods), rpc_method_count);
	json_array_foreach (methods, i, method) {
		json_t *error;
		size_t k;

		CU_ASSERT(strlen(text_at(method, "text")) > 0);
		CU_ASSERT(strlen(text_at(method, "result")) > 0);
		json_array_foreach (json_object_get(method, "errors"), k, error)
			CU_ASSERT(strlen(text_at(error, "text")) > 0);
	}
	json_decref(r);
}

/* Filled in by hand, so looked over here. */
static void every_row_of_the_table_is_complete(void)
{
	for (size_t i = 0; i < rpc_method_count; i++) {
		CU_ASSERT_PTR_NOT_NULL(rpc_methods[i].handle);
		CU_ASSERT_PTR_NOT_NULL(rpc_methods[i].text);
		CU_ASSERT_PTR_EQUAL(find_method(rpc_methods[i].name), &rpc_methods[i]);
		for (int k = 0; k < RPC_PARAMS_MAX && rpc_methods[i].params[k].name; k++)
			CU_ASSERT_PTR_NOT_NULL(rpc_methods[i].params[k].text);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(hello_says_product_and_version),
		UNIT(id_comes_back_as_it_was),
		UNIT(notification_is_not_answered),
		UNIT(notification_that_changes_something_is_carried_out),
		UNIT(what_is_not_json_is_a_parse_error),
		UNIT(octet_zero_inside_a_line_is_a_parse_error),
		UNIT(wrong_envelope_is_an_invalid_request),
		UNIT(unknown_method_is_named_in_the_error),
		UNIT(long_names_are_not_repeated),
		UNIT(line_at_the_limit_is_read_and_one_longer_is_not),
		UNIT(nesting_at_the_limit_is_read_and_one_deeper_is_not),
		UNIT(brackets_inside_strings_do_not_nest),
		UNIT(many_levels_do_not_reach_the_parser),
		UNIT(batch_is_answered_in_order_without_its_notifications),
		UNIT(batch_of_notifications_is_not_answered),
		UNIT(batch_over_the_limit_is_refused_whole),
		UNIT(batch_with_a_huge_answer_is_cut_short),
		UNIT(wrong_params_are_refused),
		UNIT(status_tells_what_the_parts_tell),
		UNIT(list_shows_bindings_in_force_only),
		UNIT(pages_together_show_each_binding_once),
		UNIT(filters_select),
		UNIT(one_call_looks_at_a_bounded_number_of_slots),
		UNIT(get_shows_everything),
		UNIT(get_tells_an_invalid_one_apart),
		UNIT(removed_binding_is_gone),
		UNIT(removal_says_what_became_of_the_binding),
		UNIT(bindings_of_mobile_ipv4_are_rows_of_their_own),
		UNIT(filters_keep_the_protocols_apart_and_visitors_out),
		UNIT(one_of_several_bindings_is_shown_and_removed),
		UNIT(status_tells_of_home_networks),
		UNIT(visitors_are_listed_and_removed),
		UNIT(service_is_closed_and_opened),
		UNIT(drain_is_told_as_it_is),
		UNIT(mobile_nodes_are_read_again_as_a_whole_or_not_at_all),
		UNIT(a_prefix_is_renumbered),
		UNIT(other_home_agents_are_listed),
		UNIT(changes_are_only_for_root_and_the_daemons_user),
		UNIT(path_mtus_are_listed_and_cleared),
		UNIT(pages_of_path_mtus_show_each_once),
		UNIT(replies_are_counted_by_their_code),
		UNIT(stats_add_up),
		UNIT(texts_explain_each_counter),
		UNIT(config_comes_from_the_loader),
		UNIT(discover_describes_each_method),
		UNIT(every_row_of_the_table_is_complete),
	};

	api_fakes_start();
	rpc_set_context(api_fakes_context());
	return unit_run("control/api/rpc", cases, UNIT_COUNT(cases));
}
