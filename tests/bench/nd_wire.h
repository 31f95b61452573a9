/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 *
 * nd_wire: what nd_source.bpf.c and bench_nd.c agree on.
 */
#ifndef TESTS_BENCH_ND_WIRE_H
#define TESTS_BENCH_ND_WIRE_H

/* Link-layer address of who asks: nobody's. */
#define ND_WIRE_ASKER                                                                              \
	{                                                                                          \
		2, 0, 0, 0, 0xbe, 0xef                                                             \
	}

enum {
	ND_WIRE_ICMP6 = 58,
	ND_WIRE_SOLICITATION = 135,
	ND_WIRE_ADVERTISEMENT = 136,
	ND_WIRE_SOURCE_OPTION = 1,
};

#endif
