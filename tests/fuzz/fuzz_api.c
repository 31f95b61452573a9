/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_api: a line of the control socket, from its limits through the methods, over the fakes.
 *
 * Input      the line, without its newline.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/rpc.h"
#include "support/api_fakes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

/* One object with an id, and with either a result or an error. */
static void check_answer(json_t *answer)
{
	json_t *error = json_object_get(answer, "error");

	require(json_object_get(answer, "id") != NULL);
	require((json_object_get(answer, "result") != NULL) != (error != NULL));
	require(error == NULL || json_integer_value(json_object_get(error, "code")) != 0);
	require(error == NULL || json_is_string(json_object_get(error, "message")));
	require(json_integer_value(json_object_get(error, "code")) != API_INTERNAL_ERROR);
}

static void check_response(const char *response)
{
	json_t *json = json_loads(response, JSON_REJECT_DUPLICATES, NULL);
	json_t *answer;
	size_t i;

	require(strchr(response, '\n') == NULL);
	require(json_is_object(json) || json_array_size(json) > 0);
	if (json_is_object(json))
		check_answer(json);
	json_array_foreach (json, i, answer)
		check_answer(answer);
	json_decref(json);
}

enum { IN_FORCE = 6 }; /* bindings of both protocols, and a visitor */

/* What a request changed would make the next input mean something else. */
static void restore(void)
{
	static bool is_started;

	if (!is_started || registration_count() != IN_FORCE) {
		api_fakes_start();
		api_fakes_add_ip4();
	}
	is_started = true;
	rpc_set_context(api_fakes_context());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *response;

	restore();
	response = api_handle_line((const char *)data, size);
	if (response != NULL)
		check_response(response);
	free(response);
	return 0;
}
