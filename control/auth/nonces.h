/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nonces: the secrets that keygen tokens are made from, so that nothing need be remembered of whom
 * a token was given to.
 *
 * Shape      a ring. Every nonce has a number of 16 bits, counted on from a random first one, and a
 *            Kcn of its own that is made and forgotten with it. A nonce is given out for
 *            NONCE_PERIOD_S, the next is made when somebody asks after that, and each is known for
 *            MAX_NONCE_LIFETIME_S: a token is good for 210 s after it was given out at least
 *            (MAX_TOKEN_LIFETIME).
 * Units      milliseconds; the clock is an argument.
 * Threads    the control thread.
 * RFC        6275 §5.2.1, §5.2.2, §5.2.7, §9.4.1.
 */
#ifndef CONTROL_AUTH_NONCES_H
#define CONTROL_AUTH_NONCES_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/return_routability.h"

enum { NONCE_PERIOD_S = 30 };

/* Forgets every nonce and wipes it. */
void nonces_forget(void);

/* The number of the nonce to give out now, made when there is none that is fresh enough. False only
 * when the system gives no random numbers. */
bool nonces_current(uint64_t now_ms, uint16_t *index);

bool nonces_is_known(uint16_t index, uint64_t now_ms);

/* Until when the nonce is known; 0 for one that is not. */
uint64_t nonces_known_until_ms(uint16_t index, uint64_t now_ms);

/* False when the nonce is not known. */
bool nonces_token(uint16_t index, uint64_t now_ms, enum keygen_kind kind,
		  const struct ip_addr *address, uint8_t token[static KEYGEN_TOKEN_OCTETS]);

/* Of two nonces that are known, whether a was made after b. */
static inline bool nonces_is_newer(uint16_t a, uint16_t b)
{
	return (int16_t)(uint16_t)(a - b) > 0;
}

#endif
