/* SPDX-License-Identifier: BSD-3-Clause
 *
 * cursor: bounded reader and writer. Nothing else moves a pointer over bytes that a peer sent.
 *
 * Shape      two pointers each. A read or write either advances and is true, or leaves the cursor
 *            alone and is false.
 * Bytes      numbers are big-endian on the wire and host order in C. Threads any; pure.
 */
#ifndef HA_CURSOR_H
#define HA_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ha/ip.h"

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
};

struct writer {
	uint8_t *at;
	uint8_t *end;
};

static inline struct cursor cursor_of(const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	return (struct cursor){.at = at, .end = at + length};
}

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

static inline bool cursor_skip(struct cursor *c, size_t length)
{
	if (cursor_left(c) < length)
		return false;
	c->at += length;
	return true;
}

/* Splits the next length octets off into a cursor of their own. */
static inline bool cursor_take(struct cursor *c, size_t length, struct cursor *part)
{
	if (cursor_left(c) < length)
		return false;
	*part = (struct cursor){.at = c->at, .end = c->at + length};
	c->at += length;
	return true;
}

static inline bool cursor_bytes(struct cursor *c, void *out, size_t length)
{
	if (cursor_left(c) < length)
		return false;
	memcpy(out, c->at, length);
	c->at += length;
	return true;
}

static inline bool cursor_u8(struct cursor *c, uint8_t *out)
{
	if (cursor_left(c) < 1)
		return false;
	*out = *c->at++;
	return true;
}

static inline bool cursor_u16(struct cursor *c, uint16_t *out)
{
	if (cursor_left(c) < 2)
		return false;
	*out = (uint16_t)(c->at[0] << 8 | c->at[1]);
	c->at += 2;
	return true;
}

static inline bool cursor_u32(struct cursor *c, uint32_t *out)
{
	if (cursor_left(c) < 4)
		return false;
	*out = (uint32_t)c->at[0] << 24 | (uint32_t)c->at[1] << 16 | (uint32_t)c->at[2] << 8 |
	       c->at[3];
	c->at += 4;
	return true;
}

static inline bool cursor_u64(struct cursor *c, uint64_t *out)
{
	struct cursor probe = *c;
	uint32_t high;
	uint32_t low;

	if (!cursor_u32(&probe, &high) || !cursor_u32(&probe, &low))
		return false;
	*out = (uint64_t)high << 32 | low;
	*c = probe;
	return true;
}

static inline bool cursor_addr(struct cursor *c, struct ip_addr *out)
{
	return cursor_bytes(c, out->bytes, sizeof(out->bytes));
}

/* An IPv4 address, v4-mapped. */
static inline bool cursor_ip4(struct cursor *c, struct ip_addr *out)
{
	if (cursor_left(c) < 4)
		return false;
	*out = ip4_mapped(c->at);
	c->at += 4;
	return true;
}

static inline struct writer writer_of(void *bytes, size_t length)
{
	uint8_t *at = bytes;

	return (struct writer){.at = at, .end = at + length};
}

static inline size_t writer_left(const struct writer *w)
{
	return (size_t)(w->end - w->at);
}

static inline bool writer_bytes(struct writer *w, const void *bytes, size_t length)
{
	if (writer_left(w) < length)
		return false;
	memcpy(w->at, bytes, length);
	w->at += length;
	return true;
}

static inline bool writer_zero(struct writer *w, size_t length)
{
	if (writer_left(w) < length)
		return false;
	memset(w->at, 0, length);
	w->at += length;
	return true;
}

static inline bool writer_u8(struct writer *w, uint8_t value)
{
	return writer_bytes(w, &value, 1);
}

static inline bool writer_u16(struct writer *w, uint16_t value)
{
	const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};

	return writer_bytes(w, bytes, sizeof(bytes));
}

static inline bool writer_u32(struct writer *w, uint32_t value)
{
	const uint8_t bytes[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16),
				 (uint8_t)(value >> 8), (uint8_t)value};

	return writer_bytes(w, bytes, sizeof(bytes));
}

static inline bool writer_u64(struct writer *w, uint64_t value)
{
	if (writer_left(w) < 8)
		return false;
	return writer_u32(w, (uint32_t)(value >> 32)) && writer_u32(w, (uint32_t)value);
}

static inline bool writer_addr(struct writer *w, const struct ip_addr *addr)
{
	return writer_bytes(w, addr->bytes, sizeof(addr->bytes));
}

static inline bool writer_ip4(struct writer *w, const struct ip_addr *mapped)
{
	return writer_bytes(w, ip4_octets(mapped), 4);
}

#endif
