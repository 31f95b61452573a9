/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mn_ha: the mobile node - home agent authenticator of RFC 4285 §5.1.
 *
 * Shape      first 96 bits of HMAC_SHA1(key, care-of address | home address | Mobility Header up
 *            to and including the SPI, with Checksum 0).
 * Threads    the control thread, between keyed_hash_start and keyed_hash_stop.
 */
#ifndef CONTROL_AUTH_MN_HA_H
#define CONTROL_AUTH_MN_HA_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"
#include "ha/wire/mobility.h"

/* covered: octets of message up to and including the SPI. The checksum field inside message is taken as 0 and not written.
 * False only when the library fails. */
bool mn_ha_compute(const uint8_t key[static 16], const struct ip_addr *care_of,
		   const struct ip_addr *home, const uint8_t *message, uint16_t covered,
		   uint8_t out[static AUTH_MN_HA_DATA_OCTETS]);

/* Constant-time comparison with data. */
bool mn_ha_verify(const uint8_t key[static 16], const struct ip_addr *care_of,
		  const struct ip_addr *home, const uint8_t *message, uint16_t covered,
		  const uint8_t data[static AUTH_MN_HA_DATA_OCTETS]);

#endif
