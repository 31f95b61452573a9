/* SPDX-License-Identifier: BSD-3-Clause */
#include "checksum.h"

static uint64_t sum_words(const uint8_t *bytes, uint32_t length)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (length % 2 != 0)
		sum += (uint32_t)bytes[length - 1] << 8;
	return sum;
}

uint16_t ip6_checksum(const struct ip_addr *source, const struct ip_addr *destination,
		      uint8_t protocol, const uint8_t *message, uint32_t length)
{
	uint64_t sum = sum_words(source->bytes, sizeof(source->bytes)) +
		       sum_words(destination->bytes, sizeof(destination->bytes)) +
		       sum_words(message, length) + (length >> 16) + (length & 0xffff) + protocol;

	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
