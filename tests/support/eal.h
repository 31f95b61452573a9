/* SPDX-License-Identifier: BSD-3-Clause
 *
 * eal: DPDK's environment for a test or benchmark: nothing is left behind.
 *
 * Errors     each ends the program with a message when it cannot start.
 */
#ifndef TESTS_SUPPORT_EAL_H
#define TESTS_SUPPORT_EAL_H

#include <stdbool.h>
#include <stdint.h>

/* One lcore on CPU 0, no hugepages. */
void test_eal_start(unsigned int memory_mb);

/* lcores as DPDK's option --lcores wants it. */
void test_eal_start_on(const char *lcores, unsigned int memory_mb, bool hugepages);

/* A port that takes and frees whatever is sent, by one queue. */
uint16_t test_null_port(void);

#endif
