/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/ip4.h"

#include "support/checksum.h"
#include "support/packets4.h"
#include "support/unit.h"

/* As the identification runs through all numbers, so does the checksum. */
static struct ip4_hdr_wire header(uint16_t identification)
{
	struct ip4_hdr_wire ip = {
		.version_ihl = IP4_VERSION_IHL,
		.total_length_be = RTE_BE16(60),
		.id_be = rte_cpu_to_be_16(identification),
		.ttl = 64,
		.protocol = PROTO_UDP,
		.source = {10, 1, 0, 1},
		.destination = {255, 255, 255, 255},
	};

	reference_renew(&ip);
	return ip;
}

static void counting_down_amends_each_checksum_as_if_it_were_made_anew(void)
{
	for (unsigned int i = 0; i <= UINT16_MAX; i++) {
		struct ip4_hdr_wire ip = header((uint16_t)i);
		struct ip4_hdr_wire expected = ip;

		expected.ttl = 63;
		reference_renew(&expected);
		ip4_count_down(&ip);
		CU_ASSERT_EQUAL(ip.ttl, 63);
		CU_ASSERT_EQUAL(ip.checksum_be, expected.checksum_be);
	}
}

/* 0 and 65535 are the same number, RFC 1071 §1. */
static void of_all_checksums_one_number_is_good(void)
{
	for (unsigned int i = 0; i <= UINT16_MAX; i += 4099) {
		struct ip4_hdr_wire ip = header((uint16_t)i);
		uint16_t right = ip.checksum_be;

		for (unsigned int checksum = 0; checksum <= UINT16_MAX; checksum++) {
			ip.checksum_be = (uint16_t)checksum;
			CU_ASSERT_EQUAL(ip4_checksum_is_good(&ip),
					checksum % UINT16_MAX == right % UINT16_MAX);
		}
	}
}

static void each_checksum_of_a_header_is_good(void)
{
	for (unsigned int i = 0; i <= UINT16_MAX; i++) {
		struct ip4_hdr_wire ip = header((uint16_t)i);

		CU_ASSERT_TRUE(ip4_checksum_is_good(&ip));
		ip.source[3] ^= 1;
		CU_ASSERT_FALSE(ip4_checksum_is_good(&ip));
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(counting_down_amends_each_checksum_as_if_it_were_made_anew),
		UNIT(of_all_checksums_one_number_is_good),
		UNIT(each_checksum_of_a_header_is_good),
	};

	return unit_run("ip4/ip4", cases, UNIT_COUNT(cases));
}
