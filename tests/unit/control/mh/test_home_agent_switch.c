/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Whole messages in octets are as tshark 4.0.17 reads them; system/revocation.py asks it again about what is sent.
 */
#include "mh/home_agent_switch.h"

#include "mh/mh.h"
#include "support/unit.h"

static uint8_t out[HOME_AGENT_SWITCH_OCTETS_MAX];
static uint8_t *auth_data;
static uint16_t covered;

static uint16_t encode(const struct home_agent_switch *message)
{
	memset(out, 0xee, sizeof(out));
	return home_agent_switch_encode(message, out, sizeof(out), &auth_data, &covered);
}

static void nothing_to_say_is_eight_octets_without_padding(void)
{
	static const uint8_t expected[] = {0x3b, 0, 12, 0, 0, 0, 0, 0};
	const struct home_agent_switch message = {0};

	CU_ASSERT_EQUAL(encode(&message), sizeof(expected));
	CU_ASSERT_EQUAL(memcmp(out, expected, sizeof(expected)), 0);
	CU_ASSERT_PTR_NULL(auth_data);
}

static void addresses_stand_in_their_order_and_the_advice_behind_them(void)
{
	static const uint8_t expected[] = {
		0x3b, 5, 12, 0, 0, 0, 2, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 0xff, 0, 0,
		0,    0, 0,  0, 0, 0, 0, 2, 0x20, 0x01, 0x0d, 0xb8, 0, 0xff, 0, 0,
		0,    0, 0,  0, 0, 0, 0, 3, 2,	  2,	0,    150,  1, 2,    0, 0,
	};
	struct ip_addr addresses[2];
	const struct home_agent_switch message = {
		.addresses = addresses,
		.address_count = 2,
		.refresh_advice_s = 603,
	};

	ip_addr_parse("2001:db8:ff::2", &addresses[0]);
	ip_addr_parse("2001:db8:ff::3", &addresses[1]);
	CU_ASSERT_EQUAL(encode(&message), sizeof(expected));
	CU_ASSERT_EQUAL(memcmp(out, expected, sizeof(expected)), 0);
}

/* As many addresses as there may be, with every length of identifier. */
static void the_authentication_option_ends_the_message(void)
{
	static const struct ip_addr addresses[HOME_AGENT_SWITCH_ADDRESSES_MAX];
	static const uint8_t identifier[254] = "mobile@example.net";
	struct mobility_options options;
	uint16_t error_offset;

	for (unsigned int length = 1; length <= sizeof(identifier); length++) {
		const struct home_agent_switch message = {
			.addresses = addresses,
			.address_count = HOME_AGENT_SWITCH_ADDRESSES_MAX,
			.refresh_advice_s = 40,
			.proof = {identifier, (uint8_t)length, true, 256},
		};
		uint16_t octets = encode(&message);
		uint16_t first = 8 + 16 * HOME_AGENT_SWITCH_ADDRESSES_MAX;

		CU_ASSERT_NOT_EQUAL_FATAL(octets, 0);
		CU_ASSERT_EQUAL(out[1], octets / 8 - 1);
		CU_ASSERT_EQUAL(mobility_options_decode(cursor_of(out, octets), first, &options,
							&error_offset),
				DECODE_GOOD);
		CU_ASSERT_EQUAL(options.refresh_advice_units, 10);
		CU_ASSERT_EQUAL(options.identifier_length, length);
		CU_ASSERT_TRUE(options.identifier_before_auth);
		CU_ASSERT_TRUE(options.mn_ha.is_last);
		CU_ASSERT_EQUAL(options.mn_ha.covered, covered);
		CU_ASSERT_PTR_EQUAL(auth_data + AUTH_MN_HA_DATA_OCTETS, out + octets);
	}
}

static void every_size_too_small_is_refused(void)
{
	static const struct ip_addr address;
	const struct home_agent_switch message = {
		.addresses = &address,
		.address_count = 1,
		.refresh_advice_s = 40,
		.proof = {(const uint8_t *)"a@b", 3, true, 256},
	};
	uint16_t octets = encode(&message);

	CU_ASSERT_NOT_EQUAL_FATAL(octets, 0);
	for (uint16_t size = 0; size < octets; size++) {
		CU_ASSERT_EQUAL(home_agent_switch_encode(&message, out, size, &auth_data, &covered),
				0);
		CU_ASSERT_PTR_NULL(auth_data);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(nothing_to_say_is_eight_octets_without_padding),
		UNIT(addresses_stand_in_their_order_and_the_advice_behind_them),
		UNIT(the_authentication_option_ends_the_message),
		UNIT(every_size_too_small_is_refused),
	};

	return unit_run("mh/home_agent_switch", cases, UNIT_COUNT(cases));
}
