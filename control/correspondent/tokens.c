/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/tokens.h"

#include "auth/keyed_hash.h"
#include "auth/nonces.h"
#include "counters.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "icmp6.h"
#include "limiter.h"
#include "mh/return_test.h"
#include "send.h"

static bool decode(uint16_t worker, const struct ip6_packet *packet, struct cursor message,
		   struct test_init *init)
{
	uint16_t error_offset = 0;
	enum decode_result result = test_init_decode(message, init, &error_offset);

	if (result == DECODE_GOOD)
		return true;
	count(COUNT_MH_MALFORMED);
	if (result == DECODE_OPTION_LENGTH)
		icmp6_error_directly(worker, packet->whole, &packet->destination,
				     ICMP6_PARAMETER_PROBLEM, ICMP6_PROBLEM_FIELD,
				     (uint32_t)(packet->payload_offset + error_offset));
	return false;
}

/* RFC 6275 §9.4.1, §9.4.2: the source is the address to be tested, so it has to be the packet's
 * own. An answer costs a hash and is larger than what was asked: strangers are limited. */
static bool may_answer(const struct ip6_packet *packet)
{
	if (packet->has_home_address || !ip_addr_is_unicast_routable(&packet->source))
		return false;
	if (limiter_allows(&packet->source, monotonic_ms()))
		return true;
	count(COUNT_ANSWERS_LIMITED);
	return false;
}

static bool make_test(const struct ip6_packet *packet, enum keygen_kind kind,
		      const struct test_init *init, struct return_test *test)
{
	uint64_t now_ms = monotonic_ms();

	memcpy(test->cookie, init->cookie, sizeof(test->cookie));
	return nonces_current(now_ms, &test->nonce_index) &&
	       nonces_token(test->nonce_index, now_ms, kind, &packet->source, test->token);
}

static void answer(uint16_t worker, const struct ip6_packet *packet, bool is_home_test,
		   const struct return_test *test)
{
	uint8_t message[RETURN_TEST_OCTETS];

	return_test_encode(is_home_test ? MH_HOME_TEST : MH_CARE_OF_TEST, test, message);
	if (send_to_address(worker, &packet->destination, &packet->source, PROTO_MOBILITY, message,
			    sizeof(message)))
		count(is_home_test ? COUNT_HOME_TESTS_SENT : COUNT_CARE_OF_TESTS_SENT);
}

void tokens_answer(uint16_t worker, const struct ip6_packet *packet, enum mh_type type,
		   struct cursor message)
{
	bool is_home_test = type == MH_HOME_TEST_INIT;
	struct return_test test;
	struct test_init init;

	if (!may_answer(packet)) {
		count(COUNT_TEST_INIT_SILENT);
		return;
	}
	if (!decode(worker, packet, message, &init))
		return;
	if (!make_test(packet, is_home_test ? KEYGEN_HOME : KEYGEN_CARE_OF, &init, &test)) {
		count(COUNT_TEST_INIT_SILENT);
		return;
	}
	count(COUNT_TEST_INIT_ANSWERED);
	answer(worker, packet, is_home_test, &test);
	keyed_hash_wipe(&test, sizeof(test));
}
