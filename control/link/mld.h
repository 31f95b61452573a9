/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mld: Multicast Listener Discovery messages, of both sides: a listener's (Queries decoded, Reports and Done encoded) and a
 * querier's (the other way round).
 *
 * Bytes      an encoded message has checksum 0.
 * Threads    any; pure.
 * RFC        3810 §5.1, §5.2, §8.1; 2710 §3.
 */
#ifndef CONTROL_LINK_MLD_H
#define CONTROL_LINK_MLD_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/ip.h"

enum mld_record_type {
	MLD_MODE_IS_INCLUDE = 1,
	MLD_MODE_IS_EXCLUDE = 2,
	MLD_CHANGE_TO_INCLUDE = 3, /* of nothing: the group is left */
	MLD_CHANGE_TO_EXCLUDE = 4, /* nothing: the group is joined */
	MLD_ALLOW_NEW_SOURCES = 5,
	MLD_BLOCK_OLD_SOURCES = 6,
};

enum {
	MLD_RECORDS_MAX = 61, /* in a report that fits any link: in a packet of 1280 octets */
	MLD_REPORT_HEADER_OCTETS = 8,
	MLD_RECORD_OCTETS = 20,
	MLD_REPORT_OCTETS_MAX = MLD_REPORT_HEADER_OCTETS + MLD_RECORDS_MAX * MLD_RECORD_OCTETS,
	MLD1_OCTETS = 24,
	MLD_QUERY_OCTETS = 28, /* without sources */
	MLD_QUERY_DELAY_MAX_MS = 32767,
	MLD_ROBUSTNESS = 2, /* RFC 3810 §9.1 */
};

struct mld_query {
	struct ip_addr group; /* unspecified: a general query */
	uint32_t max_delay_ms;
	bool is_version_1;
};

struct mld_record {
	struct ip_addr group;
	uint8_t type; /* enum mld_record_type */
};

bool mld_query_decode(struct cursor icmp6, struct mld_query *out);

/* What a listener wants of a group. Lists of sources are not looked into: who wants some of them is taken to want all. */
enum mld_wish {
	MLD_WISH_NONE, /* it said nothing of whether it listens */
	MLD_WISH_LISTEN,
	MLD_WISH_LEAVE,
};

/* A Report or Done of either version, record by record. */
struct mld_report {
	struct cursor records;
	uint16_t left;
	uint8_t type; /* of the message */
};

/* False for what is none, or has a record that is not whole. */
bool mld_report_decode(struct cursor icmp6, struct mld_report *out);
/* False when there are no more. */
bool mld_report_next(struct mld_report *report, struct ip_addr *group, enum mld_wish *wish);

/* A General Query of version 2, which one of version 1 understands, too. max_delay_ms: MLD_QUERY_DELAY_MAX_MS at most. */
void mld_query_encode(uint16_t max_delay_ms, uint32_t interval_s,
		      uint8_t out[static MLD_QUERY_OCTETS]);

/* Records without sources. Returns the octets written. */
uint16_t mld_report_encode(const struct mld_record records[], uint16_t count,
			   uint8_t out[static MLD_REPORT_OCTETS_MAX]);
/* Version 1: a Report, or a Done. */
void mld1_encode(uint8_t type, const struct ip_addr *group, uint8_t out[static MLD1_OCTETS]);

#endif
