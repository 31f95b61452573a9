/* SPDX-License-Identifier: BSD-3-Clause */
#include "association_text.h"

#include <stdio.h>

#include "config/parts.h"
#include "ha/wire/mip4.h"

static void read_association_key(struct reader *reader, const struct field *field,
				 const json_t *value, void *at)
{
	const char *text = json_string_value(value);

	(void)field;
	reader->config->has_keys = true;
	if (text == NULL)
		reader_wrong_type(reader, value, "a string of %d to %d hexadecimal digits",
				  2 * MIP4_KEY_OCTETS_MIN, 2 * MIP4_KEY_OCTETS_MAX);
	else if (!association_set_key(at, text))
		reader_problem(reader,
			       "is not a key; use %d to %d hexadecimal digits, an even number",
			       2 * MIP4_KEY_OCTETS_MIN, 2 * MIP4_KEY_OCTETS_MAX);
}

/* Never shown again. */
static json_t *write_association_key(const struct field *field, const void *at)
{
	(void)field;
	(void)at;
	return NULL;
}

const struct type type_association_key = {read_association_key, write_association_key};

static const struct field peer_fields[] = {
	{KEY("address", address4), IN(struct mip4_peer_config, address),
	 .example = "\"192.0.2.1\""},
	{KEY("spi", number), IN(struct mip4_peer_config, association.spi),
	 RANGE(MIP4_SPI_RESERVED + 1, UINT32_MAX), .example = "256"},
	{KEY("algorithm", choice), IN(struct mip4_peer_config, association.algorithm),
	 .choices = association_algorithms},
	{KEY("key", association_key), IN(struct mip4_peer_config, association),
	 .example = "\"000102030405060708090a0b0c0d0e0f\""},
};

static const struct mip4_peer_config blank_peer;

static const struct shape peer_shape = {
	FIELDS(peer_fields),
	.blank = &blank_peer,
	.blank_size = sizeof(blank_peer),
};
const struct field mip4_peer_item = {KEY("", object), .size = sizeof(struct mip4_peer_config),
				     .shape = &peer_shape};

void mip4_peers_check(struct reader *reader, const char *list,
		      const struct mip4_peer_config peers[], uint16_t count)
{
	char where[128];

	for (uint16_t k = 0; k < count; k++) {
		for (uint16_t i = 0; i < k && peers[k].association.spi != 0; i++) {
			if (ip_addr_is_unspecified(&peers[i].address) ||
			    !ip_addr_equal(&peers[i].address, &peers[k].address) ||
			    peers[i].association.spi != peers[k].association.spi)
				continue;
			snprintf(where, sizeof(where), "%s/%u/spi", list, k);
			reader_problem_at(reader, where,
					  "is that of the same address in item %u; use another, or "
					  "keep one of the two",
					  i);
		}
	}
}
