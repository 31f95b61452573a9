/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/checksum.h"

uint16_t reference_checksum(const void *octets, size_t count)
{
	const uint8_t *at = octets;
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += i % 2 == 0 ? (uint64_t)at[i] * 256 : at[i];
	while (sum > 0xffff)
		sum = sum % 0x10000 + sum / 0x10000;
	return (uint16_t)(0xffff - sum);
}
