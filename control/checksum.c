/* SPDX-License-Identifier: BSD-3-Clause */
#include "checksum.h"

#include <arpa/inet.h>
#include <string.h>

/* In whatever byte order: swapping the bytes of all words swaps those of their sum (RFC 1071 §2). A
 * word of 32 bits counts for the two halves that are folded together in the end. */
static uint64_t sum_words(const uint8_t *bytes, uint32_t length)
{
	uint64_t sum = 0;
	uint32_t word;
	uint32_t at = 0;

	for (; length - at >= sizeof(word); at += (uint32_t)sizeof(word)) {
		memcpy(&word, bytes + at, sizeof(word));
		sum += word;
	}
	word = 0;
	memcpy(&word, bytes + at, length - at);
	return sum + word;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~ntohs((uint16_t)sum);
}

uint16_t ip6_checksum(const struct ip_addr *source, const struct ip_addr *destination,
		      uint8_t protocol, const uint8_t *message, uint32_t length)
{
	return fold(sum_words(source->bytes, sizeof(source->bytes)) +
		    sum_words(destination->bytes, sizeof(destination->bytes)) +
		    sum_words(message, length) + htonl(length) + htonl(protocol));
}

uint16_t ip4_checksum(const struct ip_addr *source, const struct ip_addr *destination,
		      uint8_t protocol, const uint8_t *message, uint32_t length)
{
	return fold(sum_words(ip4_octets(source), 4) + sum_words(ip4_octets(destination), 4) +
		    sum_words(message, length) + htonl(length) + htonl(protocol));
}

uint16_t plain_checksum(const uint8_t *message, uint32_t length)
{
	return fold(sum_words(message, length));
}
