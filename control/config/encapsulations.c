/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "config/parts.h"

/* Of tunnels of Mobile IPv4: a list of names. */

enum encapsulation {
	IP_IN_IP,
	MINIMAL,
	GRE,
	ENCAPSULATION_COUNT,
};

static const char *const encapsulation_names[] = {
	[IP_IN_IP] = "ip_in_ip",
	[MINIMAL] = "minimal",
	[GRE] = "gre",
};

#define ENCAPSULATION_WORDS "\"ip_in_ip\", \"minimal\" or \"gre\""

static void read_encapsulation(struct reader *reader, const json_t *value,
			       bool named[static ENCAPSULATION_COUNT])
{
	const char *text = json_string_value(value);
	char quoted[QUOTE_MAX];

	if (text == NULL) {
		reader_wrong_type(reader, value, ENCAPSULATION_WORDS);
		return;
	}
	for (int i = 0; i < ENCAPSULATION_COUNT; i++) {
		if (strcmp(text, encapsulation_names[i]) != 0)
			continue;
		if (named[i])
			reader_problem(reader, "%s is named before; keep one",
				       reader_quote(text, quoted));
		named[i] = true;
		return;
	}
	reader_problem(reader, "%s is not known; use " ENCAPSULATION_WORDS,
		       reader_quote(text, quoted));
}

static bool *offer_at(uint32_t offset, void *at)
{
	return (bool *)((char *)at + offset);
}

/* RFC 5944 §3.8.3: IP in IP is what no request has to ask for. */
static void read_encapsulations(struct reader *reader, const struct field *field,
				const json_t *value, void *at)
{
	bool named[ENCAPSULATION_COUNT] = {false};
	unsigned int before = reader->problems;
	const json_t *item;
	size_t i;

	if (!json_is_array(value)) {
		reader_wrong_type(reader, value, "a list of " ENCAPSULATION_WORDS);
		return;
	}
	json_array_foreach (value, i, item) {
		size_t entered = reader_enter_item(reader, i);

		read_encapsulation(reader, item, named);
		reader_leave(reader, entered);
	}
	if (!named[IP_IN_IP] && reader->problems == before)
		reader_problem(reader, "has no \"ip_in_ip\", which every agent must do "
				       "(RFC 5944); add it");
	*offer_at(field->min, at) = named[MINIMAL];
	*offer_at(field->max, at) = named[GRE];
}

static json_t *write_encapsulations(const struct field *field, const void *at)
{
	json_t *list = json_pack("[s]", encapsulation_names[IP_IN_IP]);

	if (*(const bool *)((const char *)at + field->min))
		json_array_append_new(list, json_string(encapsulation_names[MINIMAL]));
	if (*(const bool *)((const char *)at + field->max))
		json_array_append_new(list, json_string(encapsulation_names[GRE]));
	return list;
}

const struct type type_encapsulations = {read_encapsulations, write_encapsulations};

const char *const reverse_tunnel_names[] = {
	[REVERSE_TUNNEL_OPTIONAL] = "optional",
	[REVERSE_TUNNEL_MANDATORY] = "mandatory",
	[REVERSE_TUNNEL_OFF] = "off",
	[REVERSE_TUNNEL_OFF + 1] = NULL,
};
