/* SPDX-License-Identifier: BSD-3-Clause
 *
 * return_test: the four messages of the return routability procedure: Home Test Init and Care-of
 * Test Init, which share one layout, and Home Test and Care-of Test, which share another.
 *
 * Threads    any; pure.
 * RFC        6275 §6.1.3 to §6.1.6.
 */
#ifndef CONTROL_MH_RETURN_TEST_H
#define CONTROL_MH_RETURN_TEST_H

#include "mh/mh.h"

enum {
	TEST_INIT_OCTETS = 16,
	RETURN_TEST_OCTETS = 24,
};

struct test_init {
	uint8_t cookie[TEST_COOKIE_OCTETS];
};

struct return_test {
	uint16_t nonce_index;
	uint8_t cookie[TEST_COOKIE_OCTETS]; /* of the init message */
	uint8_t token[KEYGEN_TOKEN_OCTETS];
};

/* message: exactly the octets of the Mobility Header, as mh_check found them. Options are passed
 * over: the RFC defines none for these messages. */
enum decode_result test_init_decode(struct cursor message, struct test_init *init,
				    uint16_t *error_offset);
enum decode_result return_test_decode(struct cursor message, struct return_test *test,
				      uint16_t *error_offset);

/* type: MH_HOME_TEST or MH_CARE_OF_TEST. Checksum 0. */
void return_test_encode(enum mh_type type, const struct return_test *test,
			uint8_t out[static RETURN_TEST_OCTETS]);

#endif
