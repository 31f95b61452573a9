/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip4: reading and changing IPv4 headers in packets.
 *
 * Shape      a header is read as two words of eight octets and one of four.
 * Bytes      words and numbers are in host order, read from and written in network order. A raw one is as it lies in the packet:
 *            sums are the same in any order of octets (RFC 1071 §2), as long as all of one sum is of one kind.
 * Threads    any; pure.
 * RFC        791 §3.1, 1071, 1624.
 */
#ifndef DATAPLANE_IP4_IP4_H
#define DATAPLANE_IP4_IP4_H

#include <rte_branch_prediction.h>

#include "ha/wire/ip4.h"
#include "packet.h"

/* Where the fields are in the first two words: 4 bits version, 4 header length, 8 type of service, 16 total length, 16
 * identification, 16 flags and offset; then 8 time to live, 8 protocol, 16 checksum, 32 source. */
enum {
	IP4_TOS_SHIFT = 48,
	IP4_LENGTH_SHIFT = 32,
	IP4_ID_SHIFT = 16,
	IP4_TTL_SHIFT = 56,
	IP4_PROTOCOL_SHIFT = 48,
	IP4_CHECKSUM_SHIFT = 32,
};

static inline uint64_t ip4_first_word(const struct ip4_hdr_wire *ip)
{
	return packet_word(ip);
}

static inline uint64_t ip4_second_word(const struct ip4_hdr_wire *ip)
{
	return packet_word((const uint8_t *)ip + 8);
}

static inline uint64_t packet_raw_word(const void *octets)
{
	uint64_t word;

	memcpy(&word, octets, sizeof(word));
	return word;
}

static inline uint32_t packet_raw_number(const void *octets)
{
	uint32_t number;

	memcpy(&number, octets, sizeof(number));
	return number;
}

/* Of two raw numbers the word in which they lie one behind the other. */
static inline uint64_t raw_word(uint32_t first, uint32_t second)
{
#if RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN
	return (uint64_t)second << 32 | first;
#else
	return (uint64_t)first << 32 | second;
#endif
}

/* Four octets of a packet as one number. */
static inline uint32_t packet_number(const void *octets)
{
	uint32_t number_be;

	memcpy(&number_be, octets, sizeof(number_be));
	return be32toh(number_be);
}

static inline void packet_put_number(void *octets, uint32_t number)
{
	uint32_t number_be = htobe32(number);

	memcpy(octets, &number_be, sizeof(number_be));
}

static inline void packet_put_word(void *octets, uint64_t word)
{
	uint64_t word_be = htobe64(word);

	memcpy(octets, &word_be, sizeof(word_be));
}

static inline uint32_t ip4_source(const struct ip4_hdr_wire *ip)
{
	return packet_number(ip->source);
}

static inline uint32_t ip4_destination(const struct ip4_hdr_wire *ip)
{
	return packet_number(ip->destination);
}

static inline uint16_t ip4_octets_of(const struct ip4_hdr_wire *ip)
{
	return be16toh(ip->total_length_be);
}

static inline uint16_t ip4_header_octets(const struct ip4_hdr_wire *ip)
{
	return (uint16_t)((ip->version_ihl & 0x0f) * 4);
}

static inline bool ip4_is_fragment(const struct ip4_hdr_wire *ip)
{
	return (ip->fragment_be & RTE_BE16(IP4_MF | IP4_OFFSET)) != 0;
}

static inline bool ip4_may_fragment(const struct ip4_hdr_wire *ip)
{
	return (ip->fragment_be & RTE_BE16(IP4_DF)) == 0;
}

/* Both halves of a word, to be added to a sum. */
static inline uint64_t sum_of_word(uint64_t word)
{
	return (word >> 32) + (uint32_t)word;
}

/* The carry comes in again at the other end. */
static inline uint64_t sum_add(uint64_t sum, uint64_t word)
{
	sum += word;
	return sum + (sum < word);
}

/* Sixteen bits with the carries added: 0 only for a sum that is 0. Each step adds one half to the other; it does so in both orders, since
 * that brings the carry of the lower sum into the upper one. */
static inline uint16_t sum_fold(uint64_t sum)
{
	uint32_t half = (uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32);

	return (uint16_t)((half + (half << 16 | half >> 16)) >> 16);
}

/* Of any octets, an odd one at the end filled up with 0; raw. */
static inline uint64_t sum_of(const void *octets, unsigned int count)
{
	const uint8_t *at = octets;
	uint32_t last = 0;
	uint64_t sum = 0;

	for (; count >= 4; count -= 4, at += 4)
		sum += packet_raw_number(at);
	memcpy(&last, at, count);
	return sum + last;
}

static inline uint16_t checksum_of(uint64_t sum)
{
	return (uint16_t)~sum_fold(sum);
}

/* Writes the checksum of a header, with its options, anew. */
static inline void ip4_put_checksum(struct ip4_hdr_wire *ip)
{
	ip->checksum_be = 0;
	ip->checksum_be = checksum_of(sum_of(ip, ip4_header_octets(ip)));
}

/* The checksum after a word of the header changed (RFC 1624 §3, equation 3). */
static inline void ip4_amend_checksum(struct ip4_hdr_wire *ip, uint16_t before, uint16_t after)
{
	uint64_t sum = (uint16_t)~be16toh(ip->checksum_be) + (uint64_t)(uint16_t)~before + after;

	ip->checksum_be = htobe16(checksum_of(sum));
}

/* In any router the time to live counts down once: RFC 1141, with what RFC 1624 §3 has to say about it. It is more than 0. */
static inline void ip4_count_down(struct ip4_hdr_wire *ip)
{
	if (unlikely(ip->checksum_be >= UINT16_MAX - RTE_BE16(0x0100)))
		ip->checksum_be++;
	ip->checksum_be = (uint16_t)(ip->checksum_be + RTE_BE16(0x0100));
	ip->ttl--;
}

/* With options: a header of the length it says, whose checksum is right, in a packet that is at least as long. */
static __rte_noinline __rte_cold bool ip4_options_are_good(const struct ip4_hdr_wire *ip)
{
	uint16_t header = ip4_header_octets(ip);

	return ip->version_ihl >> 4 == 4 && header > sizeof(*ip) && header <= ip4_octets_of(ip) &&
	       sum_fold(sum_of(ip, header)) == UINT16_MAX;
}

/* Of a header without options. Carries that come in again at the other end make sums ones modulo 65535, and this one is never 0: the
 * compiler makes one multiplication of it. */
static inline bool ip4_checksum_is_good(const struct ip4_hdr_wire *ip)
{
	uint64_t sum = sum_add(packet_raw_word(ip), packet_raw_word((const uint8_t *)ip + 8));

	return sum_add(sum, packet_raw_number(ip->destination)) % UINT16_MAX == 0;
}

/* Whether a packet of the length it says is in that much room, which has a header's octets at least, and the header's checksum right. */
static inline bool ip4_is_whole(const struct ip4_hdr_wire *ip, unsigned int room)
{
	uint16_t octets = ip4_octets_of(ip);

	if (unlikely(octets - sizeof(*ip) > room - sizeof(*ip)))
		return false;
	if (unlikely(ip->version_ihl != IP4_VERSION_IHL))
		return ip4_options_are_good(ip);
	return likely(ip4_checksum_is_good(ip));
}

#endif
