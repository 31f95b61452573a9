/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/mld.h"

#include "support/unit.h"

static bool decode(const uint8_t *bytes, size_t octets, struct mld_query *query)
{
	return mld_query_decode(cursor_of(bytes, octets), query);
}

static void the_length_of_a_query_tells_its_version(void)
{
	uint8_t bytes[48] = {130, 0, 0, 0, 0x27, 0x10};
	struct mld_query query;

	for (size_t octets = 0; octets <= sizeof(bytes); octets++)
		CU_ASSERT_EQUAL(decode(bytes, octets, &query), octets == 24 || octets >= 28);
	CU_ASSERT_TRUE(decode(bytes, 24, &query));
	CU_ASSERT_TRUE(query.is_version_1);
	CU_ASSERT_EQUAL(query.max_delay_ms, 10000);
	CU_ASSERT_TRUE(ip_addr_is_unspecified(&query.group));
	CU_ASSERT_TRUE(decode(bytes, 28, &query));
	CU_ASSERT_FALSE(query.is_version_1);
}

static void a_long_delay_is_a_floating_point_number(void)
{
	uint8_t bytes[28] = {130, 0, 0, 0, 0x80, 0x00};
	struct mld_query query;

	CU_ASSERT_TRUE(decode(bytes, 28, &query));
	CU_ASSERT_EQUAL(query.max_delay_ms, 0x1000 << 3);
	bytes[4] = 0xff;
	bytes[5] = 0xff;
	CU_ASSERT_TRUE(decode(bytes, 28, &query));
	CU_ASSERT_EQUAL(query.max_delay_ms, 0x1fff << 10);
}

static void a_report_has_the_layout_of_the_rfc(void)
{
	static const uint8_t start[] = {143, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0xff, 2};
	struct mld_record records[MLD_RECORDS_MAX] = {
		{{{0xff, 2, [15] = 7}}, MLD_CHANGE_TO_EXCLUDE},
		{{{0xff, 2, [15] = 8}}, MLD_CHANGE_TO_INCLUDE},
	};
	uint8_t out[MLD_REPORT_OCTETS_MAX];

	memset(out, 0xee, sizeof(out));
	CU_ASSERT_EQUAL(mld_report_encode(records, 2, out), 48);
	CU_ASSERT_EQUAL(memcmp(out, start, sizeof(start)), 0);
	CU_ASSERT_EQUAL(out[27], 7);
	CU_ASSERT_EQUAL(out[28], 3);
	CU_ASSERT_EQUAL(out[47], 8);
	CU_ASSERT_EQUAL(out[48], 0xee);
	CU_ASSERT_EQUAL(mld_report_encode(records, MLD_RECORDS_MAX, out), MLD_REPORT_OCTETS_MAX);
}

static void a_report_of_version_1_names_its_group(void)
{
	static const uint8_t start[8] = {131};
	struct ip_addr group = {{0xff, 2, [15] = 7}};
	uint8_t out[MLD1_OCTETS];

	memset(out, 0xee, sizeof(out));
	mld1_encode(131, &group, out);
	CU_ASSERT_EQUAL(memcmp(out, start, sizeof(start)), 0);
	CU_ASSERT_EQUAL(memcmp(out + 8, group.bytes, 16), 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(the_length_of_a_query_tells_its_version),
		UNIT(a_long_delay_is_a_floating_point_number),
		UNIT(a_report_has_the_layout_of_the_rfc),
		UNIT(a_report_of_version_1_names_its_group),
	};

	return unit_run("link/mld", cases, UNIT_COUNT(cases));
}
