/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/nd.h"

#include "support/unit.h"

static const struct ip_addr target = {{0x20, 1, 0xd, 0xb8, 0, 1, [13] = 1, 2, 3}};
static const struct ip_addr unspecified;
static const struct ip_addr node = {{0xfe, 0x80, [15] = 9}};
static const uint8_t mac[6] = {2, 0, 0, 0, 0, 7};

/* A solicitation with a source link-layer option. */
static size_t solicitation(uint8_t out[64])
{
	memset(out, 0, 64);
	nd_solicitation_encode(&target, out);
	out[24] = 1;
	out[25] = 1;
	memcpy(out + 26, mac, 6);
	return 32;
}

static bool solicits(const uint8_t *bytes, size_t octets, const struct ip_addr *source,
		     const struct ip_addr *destination, struct nd_solicitation *ns)
{
	return nd_solicitation_decode(cursor_of(bytes, octets), source, destination, ns);
}

static void a_probe_has_the_layout_of_the_rfc(void)
{
	static const uint8_t start[8] = {135};
	uint8_t out[ND_SOLICITATION_OCTETS];

	memset(out, 0xee, sizeof(out));
	nd_solicitation_encode(&target, out);
	CU_ASSERT_EQUAL(memcmp(out, start, sizeof(start)), 0);
	CU_ASSERT_EQUAL(memcmp(out + 8, target.bytes, 16), 0);
}

static void an_advertisement_has_the_layout_of_the_rfc(void)
{
	static const uint8_t flags[] = {0, 0x80, 0x40, 0x20};
	uint8_t out[ND_ADVERTISEMENT_OCTETS];

	for (unsigned int i = 0; i < sizeof(flags); i++) {
		struct nd_advertisement na = {
			.target = target,
			.router = i == 1,
			.solicited = i == 2,
			.override = i == 3,
		};

		memcpy(na.link_layer, mac, sizeof(mac));
		memset(out, 0xee, sizeof(out));
		nd_advertisement_encode(&na, out);
		CU_ASSERT_EQUAL(out[0], 136);
		CU_ASSERT_EQUAL(out[1], 0);
		CU_ASSERT_EQUAL(out[4], flags[i]);
		CU_ASSERT_EQUAL(memcmp(out + 8, target.bytes, 16), 0);
		CU_ASSERT_EQUAL(out[24], 2);
		CU_ASSERT_EQUAL(out[25], 1);
		CU_ASSERT_EQUAL(memcmp(out + 26, mac, 6), 0);
	}
}

static void a_good_solicitation_is_read(void)
{
	struct ip_addr group = nd_solicited_node(&target);
	struct nd_solicitation ns;
	uint8_t bytes[64];
	size_t octets = solicitation(bytes);

	CU_ASSERT_TRUE_FATAL(solicits(bytes, octets, &node, &group, &ns));
	CU_ASSERT_TRUE(ip_addr_equal(&ns.target, &target));
	CU_ASSERT_TRUE(ns.has_link_layer);
	CU_ASSERT_EQUAL(memcmp(ns.link_layer, mac, 6), 0);
	CU_ASSERT_TRUE(solicits(bytes, 24, &node, &target, &ns));
	CU_ASSERT_FALSE(ns.has_link_layer);
	CU_ASSERT_TRUE(solicits(bytes, 24, &unspecified, &group, &ns));
}

static void every_shorter_solicitation_is_refused_but_the_one_without_options(void)
{
	struct nd_solicitation ns;
	uint8_t bytes[64];
	size_t octets = solicitation(bytes);

	for (size_t cut = 0; cut <= octets; cut++)
		CU_ASSERT_EQUAL(solicits(bytes, cut, &node, &target, &ns),
				cut == 24 || cut == octets);
}

static void what_the_rfc_calls_invalid_is_refused(void)
{
	struct ip_addr group = nd_solicited_node(&target);
	struct ip_addr all = nd_all_nodes();
	struct nd_solicitation ns;
	uint8_t bytes[64];
	size_t octets = solicitation(bytes);

	CU_ASSERT_FALSE(solicits(bytes, octets, &unspecified, &group, &ns));
	CU_ASSERT_FALSE(solicits(bytes, 24, &unspecified, &all, &ns));
	CU_ASSERT_FALSE(solicits(bytes, 24, &unspecified, &target, &ns));
	bytes[25] = 0;
	CU_ASSERT_FALSE(solicits(bytes, octets, &node, &group, &ns));
	bytes[25] = 2;
	CU_ASSERT_FALSE(solicits(bytes, octets, &node, &group, &ns));
	solicitation(bytes);
	bytes[8] = 0xff;
	CU_ASSERT_FALSE(solicits(bytes, octets, &node, &group, &ns));
}

static void unknown_and_longer_options_are_passed_over(void)
{
	struct nd_solicitation ns;
	uint8_t bytes[64];

	solicitation(bytes);
	memmove(bytes + 48, bytes + 24, 8);
	memset(bytes + 24, 0, 24);
	bytes[24] = 253;
	bytes[25] = 1;
	bytes[32] = 1; /* a link-layer address of another kind of link */
	bytes[33] = 2;
	CU_ASSERT_TRUE(solicits(bytes, 48, &node, &target, &ns));
	CU_ASSERT_FALSE(ns.has_link_layer);
	CU_ASSERT_TRUE(solicits(bytes, 56, &node, &target, &ns));
	CU_ASSERT_TRUE(ns.has_link_layer);
}

static void a_multicast_advertisement_is_not_solicited(void)
{
	struct ip_addr all = nd_all_nodes();
	struct nd_advertisement na = {.target = target, .solicited = true, .router = true};
	uint8_t bytes[ND_ADVERTISEMENT_OCTETS];
	struct nd_advertisement out;

	nd_advertisement_encode(&na, bytes);
	CU_ASSERT_FALSE(nd_advertisement_decode(cursor_of(bytes, sizeof(bytes)), &all, &out));
	CU_ASSERT_TRUE(nd_advertisement_decode(cursor_of(bytes, sizeof(bytes)), &node, &out));
	CU_ASSERT_TRUE(out.solicited && out.router && !out.override && out.has_link_layer);
	bytes[4] = 0x20;
	CU_ASSERT_TRUE(nd_advertisement_decode(cursor_of(bytes, sizeof(bytes)), &all, &out));
	CU_ASSERT_TRUE(!out.solicited && !out.router && out.override);
	for (size_t cut = 0; cut < sizeof(bytes); cut++)
		CU_ASSERT_EQUAL(nd_advertisement_decode(cursor_of(bytes, cut), &all, &out),
				cut == 24);
	bytes[8] = 0xff;
	CU_ASSERT_FALSE(nd_advertisement_decode(cursor_of(bytes, sizeof(bytes)), &all, &out));
}

static void groups_and_link_local_addresses_are_those_of_the_rfc(void)
{
	struct ip_addr group = nd_solicited_node(&target);
	struct ip_addr local = nd_link_local(&target);
	struct ip_addr expected;

	ip_addr_parse("ff02::1:ff01:203", &expected);
	CU_ASSERT_TRUE(ip_addr_equal(&group, &expected));
	ip_addr_parse("fe80::1:203", &expected);
	CU_ASSERT_TRUE(ip_addr_equal(&local, &expected));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_probe_has_the_layout_of_the_rfc),
		UNIT(an_advertisement_has_the_layout_of_the_rfc),
		UNIT(a_good_solicitation_is_read),
		UNIT(every_shorter_solicitation_is_refused_but_the_one_without_options),
		UNIT(what_the_rfc_calls_invalid_is_refused),
		UNIT(unknown_and_longer_options_are_passed_over),
		UNIT(a_multicast_advertisement_is_not_solicited),
		UNIT(groups_and_link_local_addresses_are_those_of_the_rfc),
	};

	return unit_run("link/nd", cases, UNIT_COUNT(cases));
}
