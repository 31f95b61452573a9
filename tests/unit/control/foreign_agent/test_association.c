/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/association.h"

#include <string.h>

#include "auth/keyed_hash.h"
#include "mip4/auth.h"
#include "support/unit.h"

static struct visiting_config config;
static uint8_t octets[MIP4_MESSAGE_MAX];
static struct cursor bytes;
static struct mip4_request request;

static struct ip_addr ip4(const char *text)
{
	struct ip_addr address = {0};

	CU_ASSERT_TRUE_FATAL(ip4_addr_parse(text, &address));
	return address;
}

static struct mip4_association association(uint32_t spi, uint8_t octet)
{
	struct mip4_association a = {.spi = spi, .key_octets = 16};

	memset(a.key, octet, a.key_octets);
	return a;
}

static void begin(void)
{
	config = (struct visiting_config){
		.nodes = {{.home = ip4("10.1.0.5"), .association = association(256, 1)},
			  {.home = ip4("10.1.0.5"), .association = association(257, 2)},
			  {.identifier = "alice@example.com", .association = association(300, 3)}},
		.node_count = 3,
		.home_agents = {{ip4("192.0.2.1"), association(400, 4)},
				{ip4("192.0.2.1"), association(401, 5)}},
		.home_agent_count = 2,
	};
}

/* A request of that node, authenticated for the foreign agent as often as times says. */
static void make(const char *home, const char *nai, const struct mip4_association *by, int times)
{
	const struct mip4_association mn_ha = association(999, 9);
	struct writer w = writer_of(octets, sizeof(octets));

	request = (struct mip4_request){.home = ip4(home), .home_agent = ip4("192.0.2.1")};
	CU_ASSERT_TRUE_FATAL(mip4_request_encode(&request, &w));
	if (nai != NULL)
		mip4_nai_append((const uint8_t *)nai, (uint8_t)strlen(nai), &w);
	CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_MN_HA, &mn_ha, octets, &w));
	for (int i = 0; i < times; i++)
		CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_MN_FA, by, octets, &w));
	bytes = cursor_of(octets, (size_t)(w.at - octets));
	mip4_request_decode(bytes, &request);
}

static enum peer_outcome outcome(uint32_t *spi)
{
	const struct mip4_association *found;
	enum peer_outcome result = association_of_node(&config, bytes, &request, &found);

	*spi = found != NULL ? found->spi : 0;
	return result;
}

static void a_node_is_checked_by_the_association_it_names(void)
{
	const struct mip4_association first = association(256, 1);
	const struct mip4_association second = association(257, 2);
	const struct mip4_association wrong = association(257, 7);
	const struct mip4_association unknown = association(258, 1);
	uint32_t spi;

	begin();
	make("10.1.0.5", NULL, &first, 1);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_RIGHT);
	CU_ASSERT_EQUAL(spi, 256);
	make("10.1.0.5", NULL, &second, 1);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_RIGHT);
	CU_ASSERT_EQUAL(spi, 257);
	make("10.1.0.5", NULL, &wrong, 1);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_WRONG);
	CU_ASSERT_EQUAL(spi, 257);
	make("10.1.0.5", NULL, &unknown, 1);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_WRONG);
	CU_ASSERT_EQUAL(spi, 256);
	make("10.1.0.5", NULL, NULL, 0);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_MISSING);
	CU_ASSERT_EQUAL(spi, 256);
}

static void who_has_no_association_is_not_asked(void)
{
	const struct mip4_association first = association(256, 1);
	uint32_t spi;

	begin();
	make("10.1.0.6", NULL, NULL, 0);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_NONE);
	make("10.1.0.6", NULL, &first, 1);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_NONE);
	CU_ASSERT_EQUAL(spi, 0);
}

static void a_node_may_be_known_by_its_identifier(void)
{
	const struct mip4_association alice = association(300, 3);
	uint32_t spi;

	begin();
	make("0.0.0.0", "alice@example.com", &alice, 1);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_RIGHT);
	make("10.1.0.9", "alice@example.com", NULL, 0);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_MISSING);
	make("0.0.0.0", "alice@example.org", NULL, 0);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_NONE);
	make("0.0.0.0", "alice@example.co", NULL, 0);
	CU_ASSERT_EQUAL(outcome(&spi), PEER_NONE);
}

static void a_home_agent_has_those_of_its_address(void)
{
	const struct ip_addr known = ip4("192.0.2.1");
	const struct ip_addr unknown = ip4("192.0.2.2");

	begin();
	CU_ASSERT_EQUAL(association_for_home_agent(&config, &known)->spi, 400);
	CU_ASSERT_EQUAL(association_with_home_agent(&config, &known, 401)->spi, 401);
	CU_ASSERT_PTR_NULL(association_with_home_agent(&config, &known, 402));
	CU_ASSERT_PTR_NULL(association_for_home_agent(&config, &unknown));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_node_is_checked_by_the_association_it_names),
		UNIT(who_has_no_association_is_not_asked),
		UNIT(a_node_may_be_known_by_its_identifier),
		UNIT(a_home_agent_has_those_of_its_address),
	};
	int status = 1;

	if (keyed_hash_start() == 0)
		status = unit_run("association", cases, UNIT_COUNT(cases));
	keyed_hash_stop();
	return status;
}
