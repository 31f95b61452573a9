/* SPDX-License-Identifier: BSD-3-Clause
 *
 * extension: the extensions of Mobile IPv4 messages, decoded into one plain struct and written; one
 * table row each.
 *
 * Shape      authentication extensions cut a message into parts. What stands in front of the last
 *            one that authorises (MN-HA, MN-AAA) is the mobile node's, or for it; what stands behind
 *            is between the agents, or between mobile node and foreign agent.
 * Bytes      host order; addresses v4-mapped.
 * Ownership  pointers point into the message that was decoded.
 * Threads    any; pure: no log, no allocation, no table, no cryptography.
 * RFC        5944 §1.8 to §1.11, §3.5, §3.6.1.3, §3.8.3.3; 2794 §2; 3024 §5.4; 3115; 3519 §3.1, §3.2;
 *            3543 §3.2; 4433 §4; 4721 §4, §5.
 */
#ifndef CONTROL_MIP4_EXTENSION_H
#define CONTROL_MIP4_EXTENSION_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/wire/mip4.h"

/* The worst that was found in a message. All but the last three are for silence: nothing behind the
 * fault was looked at. The last three leave a list that was read to its end, so that who sent it can
 * be known, and told (134, 70 or 71). */
enum mip4_decoded {
	MIP4_DECODED,
	MIP4_DECODE_SHORT,   /* the message is shorter than its fixed part, or of another type */
	MIP4_DECODE_UNKNOWN, /* an extension below 128 that is not known: silent, RFC 5944 §1.8 */
	MIP4_DECODE_CUT,     /* an extension runs past the end */
	MIP4_DECODE_LENGTH,  /* a known extension with a wrong length */
	MIP4_DECODE_PLACE,   /* a known one where, or in a message in which, it may not stand */
	MIP4_DECODE_TWICE,   /* one that may be there once only */
};

/* Where in a message an extension stands. */
enum mip4_place {
	MIP4_BEFORE, /* of or for the mobile node: in front of MN-HA and MN-AAA, which cover it */
	MIP4_BEHIND, /* behind the first of those: only MN-FA or FA-HA is sure to cover it */
	MIP4_PLACES,
};

/* An authentication extension. Of several of one kind count says how many; the rest is of the first. */
struct mip4_auth_extension {
	uint8_t count;
	uint16_t octets; /* of the authenticator, at least one */
	uint16_t at;	 /* offset of its type octet */
	uint16_t
		covered; /* octets of the message that the authenticator is about: up to and with the SPI */
	uint32_t spi;
	const uint8_t *authenticator;
};

/* RFC 3519 §3.1. */
struct mip4_udp_request {
	bool forced;	    /* F */
	bool through_agent; /* R: registered through a foreign agent, with a co-located address */
	uint8_t encapsulation; /* inside UDP: 0 (M and G say), PROTO_IPIP, PROTO_GRE, PROTO_MINIMAL */
};

enum {
	MIP4_UDP_ACCEPTED = 0, /* up to 63 */
	MIP4_UDP_REFUSED = 64,
};

/* RFC 3519 §3.2. */
struct mip4_udp_reply {
	bool forced;
	uint8_t code; /* MIP4_UDP_ */
	uint16_t keepalive_s;
};

/* RFC 3543 §3.2. */
struct mip4_revocation_support {
	bool inform; /* I */
	uint32_t timestamp;
};

/* RFC 4433 §4. */
enum mip4_dynamic_ha {
	MIP4_DYNAMIC_HA_NONE = 0,
	MIP4_DYNAMIC_HA_REQUESTED = 1,
	MIP4_DYNAMIC_HA_REDIRECT = 2,
};

struct mip4_extensions {
	struct mip4_auth_extension mn_ha;
	struct mip4_auth_extension mn_aaa; /* generalised authentication, subtype 1 */
	struct mip4_auth_extension mn_fa;
	struct mip4_auth_extension fa_ha;
	/* Up to the end of the last extension that authorises; the whole message when there is none.
	 * What a foreign agent passes on is this much (RFC 5944 §3.7.2.2, §3.7.3.2). */
	uint16_t authorised_octets;

	const uint8_t *nai; /* NULL: none */
	const uint8_t *challenge;
	uint8_t nai_octets;
	uint8_t challenge_octets;
	bool nai_behind; /* not covered by the mobile node's authenticator */
	bool challenge_behind;

	bool has_delivery_style; /* RFC 3024 §5.4 */
	bool has_udp_request;
	bool has_udp_reply;
	enum mip4_place udp_request_place; /* behind: the foreign agent's */
	struct mip4_udp_request udp_request;
	struct mip4_udp_reply udp_reply;

	bool has_revocation_support[MIP4_PLACES];
	struct mip4_revocation_support revocation_support[MIP4_PLACES];

	uint8_t dynamic_ha; /* enum mip4_dynamic_ha; in front of the authenticator */
	struct ip_addr dynamic_ha_address;

	/* Critical vendor extensions: all are unknown here (140 or 100, and 141 or 101). */
	bool has_critical_vendor[MIP4_PLACES];
};

/* first: offset of the first extension in message, which ends with the UDP payload. */
enum mip4_decoded mip4_extensions_decode(struct cursor message, uint16_t first,
					 struct mip4_extensions *extensions);

/* Writers: false, and nothing written, when there is no room. Authentication extensions are written
 * by mip4/auth. */
bool mip4_nai_append(const uint8_t *nai, uint8_t octets, struct writer *w);
bool mip4_challenge_append(const uint8_t *challenge, uint8_t octets, struct writer *w);
bool mip4_delivery_style_append(struct writer *w);
bool mip4_udp_request_append(const struct mip4_udp_request *request, struct writer *w);
bool mip4_udp_reply_append(const struct mip4_udp_reply *reply, struct writer *w);
bool mip4_revocation_support_append(const struct mip4_revocation_support *support,
				    struct writer *w);
/* In the short format. */
bool mip4_dynamic_ha_append(enum mip4_dynamic_ha subtype, const struct ip_addr *address,
			    struct writer *w);

#endif
