/* SPDX-License-Identifier: BSD-3-Clause
 *
 * message: the messages of Mobile IPv4: registration request and reply, revocation and its
 * acknowledgement.
 *
 * Shape      decoding takes a whole UDP payload. Encoding writes the fixed part; then come
 *            extensions (mip4/extension) and authenticators (mip4/auth), in the order of RFC 5944
 *            §3.6.1.3 and §3.8.3.3.
 * Bytes      host order; addresses v4-mapped, 0.0.0.0 is ::ffff:0.0.0.0.
 * Ownership  extensions point into the message that was decoded.
 * Threads    any; pure.
 * RFC        5944 §3.3, §3.4; 3543 §3.3, §3.4.
 */
#ifndef CONTROL_MIP4_MESSAGE_H
#define CONTROL_MIP4_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/ip.h"
#include "ha/wire/mip4.h"
#include "mip4/extension.h"

/* Octets that are enough for any message of ours: fixed part, NAI, challenge, a few small extensions
 * and three authenticators. */
enum { MIP4_MESSAGE_MAX = 1024 };

struct mip4_request {
	uint8_t flags;	     /* MIP4_FLAG_ */
	uint16_t lifetime_s; /* 0: de-registration; MIP4_LIFETIME_INFINITE */
	struct ip_addr home;
	struct ip_addr home_agent;
	struct ip_addr care_of;
	uint64_t identification;
	struct mip4_extensions extensions;
};

struct mip4_reply {
	uint8_t code; /* enum mip4_code */
	uint16_t lifetime_s;
	struct ip_addr home;
	struct ip_addr home_agent;
	uint64_t identification;
	struct mip4_extensions extensions;
};

/* RFC 3543 §3.3. */
struct mip4_revocation {
	bool from_home_agent; /* A */
	bool inform;	      /* I */
	struct ip_addr home;
	struct ip_addr home_domain;    /* the home agent */
	struct ip_addr foreign_domain; /* the foreign agent, or a co-located care-of address */
	uint32_t identifier;	       /* timestamp of the sender */
	struct mip4_extensions extensions;
};

/* RFC 3543 §3.4. */
struct mip4_revocation_ack {
	bool inform;
	struct ip_addr home;
	uint32_t identifier;
	struct mip4_extensions extensions;
};

/* The type octet of a message; -1 when there is none. */
int mip4_message_type(struct cursor message);

/* After MIP4_DECODE_SHORT nothing was filled in. After MIP4_DECODE_UNKNOWN and MIP4_DECODE_CUT the
 * fixed part was, and the extensions before the fault. */
enum mip4_decoded mip4_request_decode(struct cursor message, struct mip4_request *request);
enum mip4_decoded mip4_reply_decode(struct cursor message, struct mip4_reply *reply);
enum mip4_decoded mip4_revocation_decode(struct cursor message, struct mip4_revocation *revocation);
enum mip4_decoded mip4_revocation_ack_decode(struct cursor message,
					     struct mip4_revocation_ack *ack);

/* The fixed part only; extensions of the struct are not looked at. False when there is no room. */
bool mip4_request_encode(const struct mip4_request *request, struct writer *w);
bool mip4_reply_encode(const struct mip4_reply *reply, struct writer *w);
bool mip4_revocation_encode(const struct mip4_revocation *revocation, struct writer *w);
bool mip4_revocation_ack_encode(const struct mip4_revocation_ack *ack, struct writer *w);

/* The wire's lifetime for a number of seconds: LIFETIME_INFINITE_S is MIP4_LIFETIME_INFINITE, and
 * other ones are cut to what is less. */
uint16_t mip4_lifetime(uint32_t seconds);
/* And back. */
uint32_t mip4_lifetime_s(uint16_t lifetime);

#endif
