/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/unit.h"

#include <stdio.h>

#include <CUnit/TestRun.h>

static void print_failures(const char *suite)
{
	for (CU_pFailureRecord f = CU_get_failure_list(); f != NULL; f = f->pNext)
		printf("FAIL %s: %s (%s:%u)\n", f->pTest ? f->pTest->pName : suite, f->strCondition,
		       f->strFileName, f->uiLineNumber);
}

int unit_run(const char *suite, const struct unit_case cases[], size_t count)
{
	CU_pSuite s;
	unsigned int failed;
	unsigned int run;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 2;
	s = CU_add_suite(suite, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		CU_add_test(s, cases[i].name, cases[i].run);
	CU_run_all_tests();
	print_failures(suite);
	run = CU_get_number_of_tests_run();
	failed = CU_get_number_of_tests_failed();
	printf("%s: %u passed, %u failed\n", suite, run - failed, failed);
	CU_cleanup_registry();
	return failed == 0 && run == count ? 0 : 1;
}
