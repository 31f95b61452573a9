/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/mld.h"

#include "ha/wire/icmp6.h"

enum {
	HEADER_OCTETS = 4, /* type, code, checksum */
	VERSION_1_QUERY_OCTETS = 24,
	VERSION_2_QUERY_OCTETS = 28,
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
