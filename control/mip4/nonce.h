/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nonce: numbers that nobody outside can guess, for the replies to mobile nodes that use nonces.
 *
 * Threads    the control thread.
 * RFC        5944 §5.5, §5.7.2.
 */
#ifndef CONTROL_MIP4_NONCE_H
#define CONTROL_MIP4_NONCE_H

#include <stdint.h>

uint32_t nonce_fresh(void);

#endif
