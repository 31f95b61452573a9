/* SPDX-License-Identifier: BSD-3-Clause
 *
 * unit: one CUnit suite a program; prints a line for each case that fails and, last, "N passed, N
 * failed".
 */
#ifndef TESTS_SUPPORT_UNIT_H
#define TESTS_SUPPORT_UNIT_H

#include <stddef.h>

#include <CUnit/CUnit.h>

struct unit_case {
	const char *name;
	void (*run)(void);
};

#define UNIT(function)                                                                             \
	{                                                                                          \
#function, function                                                                \
	}
#define UNIT_COUNT(cases) (sizeof(cases) / sizeof((cases)[0]))

/* Exit status for main: 0 when every case passed. */
int unit_run(const char *suite, const struct unit_case cases[], size_t count);

#endif
