/* SPDX-License-Identifier: BSD-3-Clause
 *
 * eal: DPDK's environment for a test or benchmark: one lcore, no hugepages, nothing left behind.
 */
#ifndef TESTS_SUPPORT_EAL_H
#define TESTS_SUPPORT_EAL_H

/* Ends the program with a message when it cannot start. */
void test_eal_start(unsigned int memory_mb);

#endif
