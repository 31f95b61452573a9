/* SPDX-License-Identifier: BSD-3-Clause
 *
 * auth: authentication extensions of Mobile IPv4 (MN-HA, MN-FA, FA-HA), computed and verified with a
 * mobility security association.
 *
 * Shape      the authenticator is the whole output of the association's algorithm over the UDP
 *            payload up to and with the SPI of its extension.
 * Threads    the control thread, between keyed_hash_start and keyed_hash_stop.
 * RFC        5944 §3.5, §5.1. Authentication by AAA (RFC 4721 §5 to §8) is not done here: an MN-AAA
 *            extension is decoded, and whoever could check it is elsewhere.
 */
#ifndef CONTROL_MIP4_AUTH_H
#define CONTROL_MIP4_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/keyed_hash.h"
#include "ha/config.h"
#include "ha/cursor.h"
#include "mip4/extension.h"

enum { MIP4_AUTHENTICATOR_MAX = KEYED_HASH_OCTETS_MAX };

/* Octets of an authenticator, and of a whole authentication extension. */
size_t mip4_auth_octets(const struct mip4_association *association);
size_t mip4_auth_extension_octets(const struct mip4_association *association);

/* How many octets were written; 0 only when the library fails. */
size_t mip4_auth_compute(const struct mip4_association *association, const uint8_t *data,
			 size_t octets, uint8_t out[static MIP4_AUTHENTICATOR_MAX]);

/* Whether an extension of message was made with that association: SPI, length and, in constant time,
 * the authenticator. */
bool mip4_auth_verify(const struct mip4_association *association, struct cursor message,
		      const struct mip4_auth_extension *extension);

/* Appends an authentication extension to the message from start to the writer's place. False when
 * there is no room or the library fails: the message is then not to be used. */
bool mip4_auth_append(enum mip4_extension_type type, const struct mip4_association *association,
		      const uint8_t *start, struct writer *w);

#endif
