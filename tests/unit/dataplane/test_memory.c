/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/memory.h"

#include <errno.h>
#include <string.h>

#include "support/unit.h"

#define MIB (UINT64_C(1) << 20)

static struct config config;
static struct fault fault;

static int check(const struct memory_needs *needs, uint64_t available_mb)
{
	fault = (struct fault){0};
	return memory_check(&config, needs, available_mb, &fault);
}

static void what_is_there_may_be_taken(void)
{
	const struct memory_needs needs = {.bindings = 100 * MIB, .heap = 50 * MIB};
	uint32_t asked_mb = memory_megabytes(&config, &needs);

	config = (struct config){0};
	CU_ASSERT(asked_mb > 100 && asked_mb < 150);
	CU_ASSERT_EQUAL(check(&needs, asked_mb + 51), 0);
	CU_ASSERT_EQUAL(check(&needs, asked_mb + 50), -ENOMEM);
}

static void the_largest_part_is_named(void)
{
	const struct memory_needs bindings = {
		.bindings = 100 * MIB, .packets = 110 * MIB, .heap = 20 * MIB};
	const struct memory_needs packets = {
		.bindings = 100 * MIB, .packets = 130 * MIB, .heap = 20 * MIB};

	config = (struct config){0};
	CU_ASSERT_EQUAL(check(&bindings, 100), -ENOMEM);
	CU_ASSERT_STRING_EQUAL(fault.where, "/bindings/capacity");
	CU_ASSERT_EQUAL(check(&packets, 100), -ENOMEM);
	CU_ASSERT_STRING_EQUAL(fault.where, "/memory/mbufs_per_queue");
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "only 100 MiB available; make it smaller"));
}

static void a_configured_amount_is_what_counts(void)
{
	const struct memory_needs needs = {.bindings = 100 * MIB};

	config = (struct config){.memory_mb = 1000};
	CU_ASSERT_EQUAL(memory_megabytes(&config, &needs), 1000);
	CU_ASSERT_EQUAL(check(&needs, 1001), 0);
	CU_ASSERT_EQUAL(check(&needs, 1000), -ENOMEM);
	CU_ASSERT_STRING_EQUAL(fault.where, "/memory/megabytes");
}

static void hugepages_are_not_counted_here(void)
{
	const struct memory_needs needs = {.bindings = 100 * MIB};

	config = (struct config){.hugepages = true};
	CU_ASSERT_EQUAL(check(&needs, 10), 0);
}

static void a_host_that_does_not_say_has_enough(void)
{
	const struct memory_needs needs = {.bindings = 100 * MIB};

	config = (struct config){0};
	CU_ASSERT_EQUAL(check(&needs, UINT64_MAX), 0);
}

static void this_host_says_what_it_has(void)
{
	uint64_t available_mb = memory_available_mb();

	CU_ASSERT(available_mb > 10);
	CU_ASSERT(available_mb < UINT64_C(1) << 30);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(what_is_there_may_be_taken),	   UNIT(the_largest_part_is_named),
		UNIT(a_configured_amount_is_what_counts),  UNIT(hugepages_are_not_counted_here),
		UNIT(a_host_that_does_not_say_has_enough), UNIT(this_host_says_what_it_has),
	};

	return unit_run("memory", cases, UNIT_COUNT(cases));
}
