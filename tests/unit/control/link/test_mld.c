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

/* Bytes as RFC 3810 §5.1 draws them. */
static void a_query_of_ours_has_the_layout_of_the_rfc(void)
{
	static const uint8_t expected[28] = {130, 0, 0, 0, 0x27, 0x10, [24] = 2, 125};
	uint8_t out[MLD_QUERY_OCTETS];

	memset(out, 0xee, sizeof(out));
	mld_query_encode(10000, 125, out);
	CU_ASSERT_EQUAL(memcmp(out, expected, sizeof(out)), 0);
}

/* RFC 3810 §5.1.9: (mantissa | 0x10) << (exponent + 3). */
static void a_long_interval_is_a_floating_point_number(void)
{
	static const uint32_t intervals[] = {127, 128, 135, 136, 255, 256, 1000, 31744, 99999};
	uint8_t out[MLD_QUERY_OCTETS];

	for (size_t i = 0; i < sizeof(intervals) / sizeof(intervals[0]); i++) {
		uint32_t code;
		uint32_t said;
		uint32_t meant = intervals[i] < 31744 ? intervals[i] : 31744;

		mld_query_encode(1, intervals[i], out);
		code = out[25];
		said = code < 128 ? code : ((code & 0x0f) | 0x10) << (((code >> 4) & 7) + 3);
		CU_ASSERT_TRUE(said <= meant && meant - said <= meant / 16);
	}
}

static struct cursor report_of(uint8_t *bytes, uint8_t type, uint16_t sources, uint8_t auxiliary)
{
	const uint8_t start[] = {143,  0,   0, 0, 0, 0, 0, 1, type, auxiliary, 0, (uint8_t)sources,
				 0xff, 0x1e};

	memset(bytes, 0, 256);
	memcpy(bytes, start, sizeof(start));
	bytes[27] = 9;
	return cursor_of(bytes, 28u + 16u * sources + 4u * auxiliary);
}

static enum mld_wish wish_of(uint8_t type, uint16_t sources)
{
	static const struct ip_addr expected = {{0xff, 0x1e, [15] = 9}};
	enum mld_wish wish = MLD_WISH_NONE;
	struct mld_report report;
	struct ip_addr group;
	uint8_t bytes[256];

	CU_ASSERT_TRUE_FATAL(mld_report_decode(report_of(bytes, type, sources, 1), &report));
	CU_ASSERT_TRUE(mld_report_next(&report, &group, &wish));
	CU_ASSERT_TRUE(ip_addr_equal(&group, &expected));
	CU_ASSERT_FALSE(mld_report_next(&report, &group, &wish));
	return wish;
}

static void a_record_says_whether_its_group_is_wanted(void)
{
	CU_ASSERT_EQUAL(wish_of(MLD_MODE_IS_INCLUDE, 1), MLD_WISH_LISTEN);
	CU_ASSERT_EQUAL(wish_of(MLD_MODE_IS_INCLUDE, 0), MLD_WISH_LEAVE);
	CU_ASSERT_EQUAL(wish_of(MLD_MODE_IS_EXCLUDE, 0), MLD_WISH_LISTEN);
	CU_ASSERT_EQUAL(wish_of(MLD_MODE_IS_EXCLUDE, 3), MLD_WISH_LISTEN);
	CU_ASSERT_EQUAL(wish_of(MLD_CHANGE_TO_INCLUDE, 0), MLD_WISH_LEAVE);
	CU_ASSERT_EQUAL(wish_of(MLD_CHANGE_TO_INCLUDE, 2), MLD_WISH_LISTEN);
	CU_ASSERT_EQUAL(wish_of(MLD_CHANGE_TO_EXCLUDE, 0), MLD_WISH_LISTEN);
	CU_ASSERT_EQUAL(wish_of(MLD_ALLOW_NEW_SOURCES, 1), MLD_WISH_LISTEN);
	CU_ASSERT_EQUAL(wish_of(MLD_BLOCK_OLD_SOURCES, 1), MLD_WISH_NONE);
	CU_ASSERT_EQUAL(wish_of(99, 1), MLD_WISH_NONE);
}

static void a_report_with_a_record_that_is_not_whole_is_none(void)
{
	struct mld_report report;
	uint8_t bytes[256];
	struct cursor whole = report_of(bytes, MLD_CHANGE_TO_EXCLUDE, 2, 3);
	size_t octets = cursor_left(&whole);

	for (size_t cut = 0; cut < octets; cut++)
		CU_ASSERT_FALSE(mld_report_decode(cursor_of(bytes, cut), &report));
	CU_ASSERT_TRUE(mld_report_decode(whole, &report));
	bytes[7] = 2;
	CU_ASSERT_FALSE(mld_report_decode(whole, &report));
}

static void version_1_joins_by_report_and_leaves_by_done(void)
{
	struct ip_addr group = {{0xff, 0x1e, [15] = 7}};
	struct ip_addr read;
	struct mld_report report;
	enum mld_wish wish;
	uint8_t bytes[24] = {131, [8] = 0xff, 0x1e, [23] = 7};

	for (size_t octets = 0; octets < sizeof(bytes); octets++)
		CU_ASSERT_FALSE(mld_report_decode(cursor_of(bytes, octets), &report));
	CU_ASSERT_TRUE_FATAL(mld_report_decode(cursor_of(bytes, 24), &report));
	CU_ASSERT_TRUE(mld_report_next(&report, &read, &wish));
	CU_ASSERT_EQUAL(wish, MLD_WISH_LISTEN);
	CU_ASSERT_TRUE(ip_addr_equal(&group, &read));
	CU_ASSERT_FALSE(mld_report_next(&report, &read, &wish));
	bytes[0] = 132;
	CU_ASSERT_TRUE_FATAL(mld_report_decode(cursor_of(bytes, 24), &report));
	CU_ASSERT_TRUE(mld_report_next(&report, &read, &wish));
	CU_ASSERT_EQUAL(wish, MLD_WISH_LEAVE);
	bytes[0] = 130;
	CU_ASSERT_FALSE(mld_report_decode(cursor_of(bytes, 24), &report));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(the_length_of_a_query_tells_its_version),
		UNIT(a_long_delay_is_a_floating_point_number),
		UNIT(a_report_has_the_layout_of_the_rfc),
		UNIT(a_report_of_version_1_names_its_group),
		UNIT(a_query_of_ours_has_the_layout_of_the_rfc),
		UNIT(a_long_interval_is_a_floating_point_number),
		UNIT(a_record_says_whether_its_group_is_wanted),
		UNIT(a_report_with_a_record_that_is_not_whole_is_none),
		UNIT(version_1_joins_by_report_and_leaves_by_done),
	};

	return unit_run("link/mld", cases, UNIT_COUNT(cases));
}
