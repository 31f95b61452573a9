/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/json_where.h"

#include <string.h>

#include "support/unit.h"

static char pointer[64];

/* Where text ends. */
static const char *where(const char *text)
{
	json_where(text, strlen(text), pointer, sizeof(pointer));
	return pointer;
}

static void a_member_is_named_from_its_key_on(void)
{
	CU_ASSERT_STRING_EQUAL(where("{\"log\": {}, \"log\""), "/log");
	CU_ASSERT_STRING_EQUAL(where("{\"log\": "), "/log");
	CU_ASSERT_STRING_EQUAL(where("{\"log\": \"a\\\"b\""), "/log");
	CU_ASSERT_STRING_EQUAL(where("{\"log\": {\"level\": \"in"), "/log/level");
	CU_ASSERT_STRING_EQUAL(where("{\"log\": 1, "), "");
	CU_ASSERT_STRING_EQUAL(where("{\"log\": {}, \"lo"), "");
}

static void an_item_is_named_by_its_number(void)
{
	CU_ASSERT_STRING_EQUAL(where("{\"ports\": ["), "/ports/0");
	CU_ASSERT_STRING_EQUAL(where("{\"ports\": [{}, {\"name\": \"[{,\", \"mtu\":"),
			       "/ports/1/mtu");
	CU_ASSERT_STRING_EQUAL(where("{\"ports\": [1, 2]"), "/ports");
}

static void outside_everything_it_is_the_whole_document(void)
{
	CU_ASSERT_STRING_EQUAL(where(""), "");
	CU_ASSERT_STRING_EQUAL(where("{}}}]]"), "");
	CU_ASSERT_STRING_EQUAL(where(",,:\"a\":"), "");
}

static void special_octets_of_a_key_are_escaped(void)
{
	CU_ASSERT_STRING_EQUAL(where("{\"a/b~c\033d\": "), "/a~1b~0c?d");
}

static void what_does_not_fit_is_left_out(void)
{
	char text[8192] = "{\"a\": {\"";

	memset(text + strlen(text), 'x', 100);
	strcat(text, "\": ");
	CU_ASSERT_STRING_EQUAL(where(text), "/a");
	memset(text, '[', 500);
	text[500] = '\0';
	CU_ASSERT(strlen(where(text)) < sizeof(pointer));
	memset(text, '{', 500);
	CU_ASSERT_STRING_EQUAL(where(text), "");
	strcpy(text, "{\"k\\");
	CU_ASSERT_STRING_EQUAL(where(text), "");
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_member_is_named_from_its_key_on),
		UNIT(an_item_is_named_by_its_number),
		UNIT(outside_everything_it_is_the_whole_document),
		UNIT(special_octets_of_a_key_are_escaped),
		UNIT(what_does_not_fit_is_left_out),
	};

	return unit_run("json_where", cases, UNIT_COUNT(cases));
}
