/* SPDX-License-Identifier: BSD-3-Clause */
#include "limiter.h"

#include "support/unit.h"

static struct ip_addr source(unsigned int network, uint8_t host)
{
	return (struct ip_addr){
		.bytes = {0x20, 0x01, (uint8_t)(network >> 8), (uint8_t)network, [15] = host}};
}

static unsigned int allowed(unsigned int network, unsigned int tries, uint64_t now_ms)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < tries; i++) {
		struct ip_addr from = source(network, (uint8_t)i);

		count += limiter_allows(&from, now_ms);
	}
	return count;
}

static void start(uint32_t rate, uint32_t burst, uint32_t total)
{
	const struct token_bucket_config per_source = {rate, burst};
	const struct token_bucket_config all = {total, total};

	limiter_start(&per_source, &all, 42);
}

static void a_source_gets_its_burst_and_then_its_rate(void)
{
	start(10, 20, 1000);
	CU_ASSERT_EQUAL(allowed(1, 100, 5000), 20);
	CU_ASSERT_EQUAL(allowed(1, 100, 5099), 0);
	CU_ASSERT_EQUAL(allowed(1, 100, 5100), 1);
	CU_ASSERT_EQUAL(allowed(1, 100, 6100), 10);
	CU_ASSERT_EQUAL(allowed(1, 100, 3600000), 20);
}

static void addresses_of_one_prefix_share_a_bucket_and_prefixes_do_not(void)
{
	start(10, 20, 1000);
	CU_ASSERT_EQUAL(allowed(1, 100, 5000), 20);
	CU_ASSERT_EQUAL(allowed(2, 100, 5000), 20);
}

static void ip4_addresses_do_not_share_a_bucket(void)
{
	unsigned int count = 0;

	start(10, 20, 1000);
	for (uint8_t host = 1; host <= 2; host++) {
		struct ip_addr from = ip4_mapped((const uint8_t[4]){192, 0, 2, host});

		for (unsigned int i = 0; i < 100; i++)
			count += limiter_allows(&from, 5000);
	}
	CU_ASSERT_EQUAL(count, 40);
}

static void all_sources_together_stay_within_the_total(void)
{
	unsigned int count = 0;

	start(10, 20, 100);
	for (unsigned int network = 0; network < 1000; network++)
		count += allowed(network, 20, 5000);
	CU_ASSERT_EQUAL(count, 100);
}

static void a_rate_of_zero_lets_only_the_burst_through(void)
{
	start(0, 3, 1000);
	CU_ASSERT_EQUAL(allowed(1, 10, 5000), 3);
	CU_ASSERT_EQUAL(allowed(1, 10, 3600000), 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_source_gets_its_burst_and_then_its_rate),
		UNIT(addresses_of_one_prefix_share_a_bucket_and_prefixes_do_not),
		UNIT(ip4_addresses_do_not_share_a_bucket),
		UNIT(all_sources_together_stay_within_the_total),
		UNIT(a_rate_of_zero_lets_only_the_burst_through),
	};

	return unit_run("limiter", cases, UNIT_COUNT(cases));
}
