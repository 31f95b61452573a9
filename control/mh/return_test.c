/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/return_test.h"

#include "ha/wire/ip6.h"

enum decode_result test_init_decode(struct cursor message, struct test_init *init,
				    uint16_t *error_offset)
{
	struct mobility_options options;
	struct cursor body = message;

	if (!cursor_skip(&body, MH_FIXED_OCTETS) || !cursor_skip(&body, 2) ||
	    !cursor_bytes(&body, init->cookie, sizeof(init->cookie)))
		return DECODE_SHORT;
	return mobility_options_decode(message, TEST_INIT_OCTETS, &options, error_offset);
}

enum decode_result return_test_decode(struct cursor message, struct return_test *test,
				      uint16_t *error_offset)
{
	struct mobility_options options;
	struct cursor body = message;

	if (!cursor_skip(&body, MH_FIXED_OCTETS) || !cursor_u16(&body, &test->nonce_index) ||
	    !cursor_bytes(&body, test->cookie, sizeof(test->cookie)) ||
	    !cursor_bytes(&body, test->token, sizeof(test->token)))
		return DECODE_SHORT;
	return mobility_options_decode(message, RETURN_TEST_OCTETS, &options, error_offset);
}

void return_test_encode(enum mh_type type, const struct return_test *test,
			uint8_t out[static RETURN_TEST_OCTETS])
{
	struct writer w = writer_of(out, RETURN_TEST_OCTETS);

	writer_u8(&w, PROTO_NONE);
	writer_u8(&w, RETURN_TEST_OCTETS / 8 - 1);
	writer_u8(&w, (uint8_t)type);
	writer_u8(&w, 0);
	writer_u16(&w, 0); /* checksum */
	writer_u16(&w, test->nonce_index);
	writer_bytes(&w, test->cookie, sizeof(test->cookie));
	writer_bytes(&w, test->token, sizeof(test->token));
}
