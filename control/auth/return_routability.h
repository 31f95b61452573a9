/* SPDX-License-Identifier: BSD-3-Clause
 *
 * return_routability: the computations of the return routability procedure.
 *
 * Shape      home keygen token     first 64 bits of HMAC_SHA1(Kcn, home address | nonce | 0)
 *            care-of keygen token  first 64 bits of HMAC_SHA1(Kcn, care-of address | nonce | 1)
 *            Kbm                   SHA1(home token | care-of token), of a deletion SHA1(home token)
 *            authenticator         first 96 bits of HMAC_SHA1(Kbm, care-of address | correspondent |
 *                                  Mobility Header before the authenticator, with Checksum 0)
 * Threads    the control thread, between keyed_hash_start and keyed_hash_stop.
 * Errors     false only when the library fails.
 * RFC        6275 §5.2.5, §6.2.7.
 */
#ifndef CONTROL_AUTH_RETURN_ROUTABILITY_H
#define CONTROL_AUTH_RETURN_ROUTABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"
#include "ha/wire/mobility.h"

enum {
	KCN_OCTETS = 20,
	NONCE_OCTETS = 8,
	KBM_OCTETS = 20,
};

enum keygen_kind {
	KEYGEN_HOME = 0,
	KEYGEN_CARE_OF = 1,
};

bool return_routability_token(const uint8_t kcn[static KCN_OCTETS],
			      const uint8_t nonce[static NONCE_OCTETS], enum keygen_kind kind,
			      const struct ip_addr *address,
			      uint8_t token[static KEYGEN_TOKEN_OCTETS]);

/* care_of_token: NULL for the deletion of a binding. */
bool return_routability_kbm(const uint8_t home_token[static KEYGEN_TOKEN_OCTETS],
			    const uint8_t *care_of_token, uint8_t kbm[static KBM_OCTETS]);

/* care_of: of a deletion, the home address. covered: octets of message before the authenticator. */
bool return_routability_compute(const uint8_t kbm[static KBM_OCTETS], const struct ip_addr *care_of,
				const struct ip_addr *correspondent, const uint8_t *message,
				uint16_t covered, uint8_t out[static AUTHORIZATION_DATA_OCTETS]);

/* Constant-time comparison with data. */
bool return_routability_verify(const uint8_t kbm[static KBM_OCTETS], const struct ip_addr *care_of,
			       const struct ip_addr *correspondent, const uint8_t *message,
			       uint16_t covered,
			       const uint8_t data[static AUTHORIZATION_DATA_OCTETS]);

#endif
