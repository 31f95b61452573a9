/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/mld.h"

#include "ha/wire/icmp6.h"

enum {
	HEADER_OCTETS = 4, /* type, code, checksum */
	VERSION_1_QUERY_OCTETS = 24,
	VERSION_2_QUERY_OCTETS = MLD_QUERY_OCTETS,
	INTERVAL_DIRECT_MAX_S = 127, /* RFC 3810 §5.1.9 */
	INTERVAL_MAX_S = 31744,
};

/* RFC 3810 §5.1.3: from 0x8000 on a floating-point number. */
static uint32_t delay_of(uint16_t code)
{
	if (code < 0x8000)
		return code;
	return (uint32_t)((code & 0x0fff) | 0x1000) << (((code >> 12) & 7) + 3);
}

bool mld_query_decode(struct cursor icmp6, struct mld_query *out)
{
	size_t octets = cursor_left(&icmp6);
	uint16_t code;

	if (octets != VERSION_1_QUERY_OCTETS && octets < VERSION_2_QUERY_OCTETS)
		return false;
	if (!cursor_skip(&icmp6, HEADER_OCTETS) || !cursor_u16(&icmp6, &code) ||
	    !cursor_skip(&icmp6, 2) || !cursor_addr(&icmp6, &out->group))
		return false;
	out->is_version_1 = octets == VERSION_1_QUERY_OCTETS;
	out->max_delay_ms = out->is_version_1 ? code : delay_of(code);
	return true;
}

uint16_t mld_report_encode(const struct mld_record records[], uint16_t count,
			   uint8_t out[static MLD_REPORT_OCTETS_MAX])
{
	struct writer w = writer_of(out, MLD_REPORT_OCTETS_MAX);

	writer_u8(&w, ICMP6_MLD2_REPORT);
	writer_zero(&w, 5);
	writer_u16(&w, count);
	for (uint16_t i = 0; i < count; i++) {
		writer_u8(&w, records[i].type);
		writer_zero(&w, 3);
		writer_addr(&w, &records[i].group);
	}
	return (uint16_t)(w.at - out);
}

void mld1_encode(uint8_t type, const struct ip_addr *group, uint8_t out[static MLD1_OCTETS])
{
	struct writer w = writer_of(out, MLD1_OCTETS);

	writer_u8(&w, type);
	writer_zero(&w, 7);
	writer_addr(&w, group);
}

/* A record of version 2 takes itself off. False when it is not whole. */
static bool take_record(struct cursor *records, struct ip_addr *group, enum mld_wish *wish)
{
	uint8_t type;
	uint8_t auxiliary_units;
	uint16_t sources;

	if (!cursor_u8(records, &type) || !cursor_u8(records, &auxiliary_units) ||
	    !cursor_u16(records, &sources) || !cursor_addr(records, group) ||
	    !cursor_skip(records, sources * sizeof(struct ip_addr) + 4u * auxiliary_units))
		return false;
	switch (type) {
	case MLD_MODE_IS_EXCLUDE:
	case MLD_CHANGE_TO_EXCLUDE:
		*wish = MLD_WISH_LISTEN;
		break;
	case MLD_MODE_IS_INCLUDE:
	case MLD_CHANGE_TO_INCLUDE:
		*wish = sources > 0 ? MLD_WISH_LISTEN : MLD_WISH_LEAVE;
		break;
	case MLD_ALLOW_NEW_SOURCES:
		*wish = sources > 0 ? MLD_WISH_LISTEN : MLD_WISH_NONE;
		break;
	default: /* RFC 3810 §5.2.12: others are ignored */
		*wish = MLD_WISH_NONE;
		break;
	}
	return true;
}

static bool are_whole(struct mld_report report)
{
	struct ip_addr group;
	enum mld_wish wish;

	for (; report.left > 0; report.left--)
		if (!take_record(&report.records, &group, &wish))
			return false;
	return true;
}

bool mld_report_decode(struct cursor icmp6, struct mld_report *out)
{
	*out = (struct mld_report){.left = 1};
	if (!cursor_u8(&icmp6, &out->type))
		return false;
	if (out->type == ICMP6_MLD_REPORT || out->type == ICMP6_MLD_DONE) {
		out->records = icmp6;
		return cursor_skip(&out->records, MLD_REPORT_HEADER_OCTETS - 1) &&
		       cursor_left(&out->records) >= sizeof(struct ip_addr);
	}
	if (out->type != ICMP6_MLD2_REPORT || !cursor_skip(&icmp6, 5) ||
	    !cursor_u16(&icmp6, &out->left))
		return false;
	out->records = icmp6;
	return are_whole(*out);
}

bool mld_report_next(struct mld_report *report, struct ip_addr *group, enum mld_wish *wish)
{
	if (report->left == 0)
		return false;
	report->left--;
	if (report->type == ICMP6_MLD2_REPORT)
		return take_record(&report->records, group, wish);
	*wish = report->type == ICMP6_MLD_DONE ? MLD_WISH_LEAVE : MLD_WISH_LISTEN;
	return cursor_addr(&report->records, group);
}

/* RFC 3810 §5.1.9: from 128 on a floating-point number, rounded down. */
static uint8_t code_of_interval(uint32_t interval_s)
{
	uint32_t exponent = 0;

	if (interval_s <= INTERVAL_DIRECT_MAX_S)
		return (uint8_t)interval_s;
	if (interval_s > INTERVAL_MAX_S)
		interval_s = INTERVAL_MAX_S;
	while (interval_s >> (exponent + 3) > 0x1f)
		exponent++;
	return (uint8_t)(0x80 | exponent << 4 | (interval_s >> (exponent + 3) & 0x0f));
}

void mld_query_encode(uint16_t max_delay_ms, uint32_t interval_s,
		      uint8_t out[static MLD_QUERY_OCTETS])
{
	struct writer w = writer_of(out, MLD_QUERY_OCTETS);

	writer_u8(&w, ICMP6_MLD_QUERY);
	writer_zero(&w, 3);
	writer_u16(&w, max_delay_ms);
	writer_zero(&w, 2 + sizeof(struct ip_addr)); /* no group: a general one */
	writer_u8(&w, MLD_ROBUSTNESS);
	writer_u8(&w, code_of_interval(interval_s));
	writer_zero(&w, 2);
}
