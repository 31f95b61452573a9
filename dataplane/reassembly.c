/* SPDX-License-Identifier: BSD-3-Clause */
#include "reassembly.h"

#include <stddef.h>
#include <string.h>
#include <sys/random.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_malloc.h>

#include "encap/ip6_in_ip6.h"
#include "ha/fold.h"
#include "ha/memory.h"
#include "ha/time.h"
#include "ip4/ip4.h"

enum { UNIT = 8, UNITS_A_WORD = 64 };

LIST_HEAD(bucket, partial);
TAILQ_HEAD(age_list, partial);

struct reassembly {
	uint64_t secrets[2]; /* nobody can choose fragments that fall into one bucket */
	uint64_t timeout_tsc;
	struct age_list waiting; /* the oldest first */
	struct age_list unused;
	uint32_t bucket_mask;
	struct bucket *buckets;
	struct partial *partials;
};

static uint32_t bucket_count(uint32_t packets)
{
	return rte_align32pow2(packets);
}

uint64_t reassembly_memory(uint32_t packets)
{
	return memory_of_block(sizeof(struct reassembly)) +
	       memory_of_block(bucket_count(packets) * sizeof(struct bucket)) +
	       memory_of_block(packets * sizeof(struct partial));
}

struct reassembly *reassembly_make(uint32_t packets, int socket)
{
	uint32_t buckets = bucket_count(packets);
	struct reassembly *r = rte_zmalloc_socket("reassembly", sizeof(*r), 0, socket);

	if (r == NULL)
		return NULL;
	r->buckets = rte_zmalloc_socket("buckets", buckets * sizeof(*r->buckets), 0, socket);
	r->partials = rte_zmalloc_socket("partials", packets * sizeof(*r->partials), 0, socket);
	if (r->buckets == NULL || r->partials == NULL ||
	    getrandom(r->secrets, sizeof(r->secrets), 0) != sizeof(r->secrets)) {
		rte_free(r->partials);
		rte_free(r->buckets);
		rte_free(r);
		return NULL;
	}
	r->timeout_tsc = tsc_from_ms(REASSEMBLY_TIMEOUT_MS);
	r->bucket_mask = buckets - 1;
	TAILQ_INIT(&r->waiting);
	TAILQ_INIT(&r->unused);
	for (uint32_t i = 0; i < packets; i++)
		TAILQ_INSERT_TAIL(&r->unused, &r->partials[i], by_age);
	return r;
}

static struct bucket *bucket_of(const struct reassembly *r, const struct reassembly_key *key)
{
	uint64_t rest =
		(uint64_t)key->identification << 32 | (uint32_t)key->agent << 1 | key->tunnelled;
	uint64_t source = fold(ip_addr_word(&key->source, 0) ^ r->secrets[0],
			       ip_addr_word(&key->source, 1) ^ r->secrets[1]);

	return &r->buckets[fold(source ^ rest, r->secrets[0] | 1) & r->bucket_mask];
}

static bool is_key(const struct reassembly_key *a, const struct reassembly_key *b)
{
	return a->identification == b->identification && a->agent == b->agent &&
	       a->tunnelled == b->tunnelled && a->version == b->version &&
	       ip_addr_equal(&a->source, &b->source);
}

/* Everything but the octets, which are not read before they were written. */
static void begin(struct reassembly *r, struct partial *partial, const struct reassembly_key *key,
		  uint64_t now_tsc)
{
	memset(partial, 0, offsetof(struct partial, headers));
	partial->key = *key;
	partial->expiry_tsc = now_tsc + r->timeout_tsc;
	TAILQ_INSERT_TAIL(&r->waiting, partial, by_age);
	LIST_INSERT_HEAD(bucket_of(r, key), partial, in_bucket);
}

struct partial *reassembly_find(struct reassembly *r, const struct reassembly_key *key,
				uint64_t now_tsc, uint16_t *lost)
{
	struct partial *partial;

	*lost = 0;
	LIST_FOREACH(partial, bucket_of(r, key), in_bucket)
	if (is_key(&partial->key, key))
		return partial;
	partial = TAILQ_FIRST(&r->unused);
	if (partial == NULL) {
		partial = TAILQ_FIRST(&r->waiting);
		*lost = partial->fragments;
		reassembly_end(r, partial);
	}
	TAILQ_REMOVE(&r->unused, partial, by_age);
	begin(r, partial, key, now_tsc);
	return partial;
}

struct partial *reassembly_expired(struct reassembly *r, uint64_t now_tsc)
{
	struct partial *oldest = TAILQ_FIRST(&r->waiting);

	return oldest != NULL && oldest->expiry_tsc <= now_tsc ? oldest : NULL;
}

void reassembly_end(struct reassembly *r, struct partial *partial)
{
	LIST_REMOVE(partial, in_bucket);
	TAILQ_REMOVE(&r->waiting, partial, by_age);
	TAILQ_INSERT_HEAD(&r->unused, partial, by_age);
}

/* A run of units. */
struct units {
	unsigned int first;
	unsigned int end; /* the one behind the last */
};

static struct units units_of(const struct fragment *f)
{
	unsigned int first = f->offset / UNIT;

	return (struct units){first, first + (f->octets + UNIT - 1u) / UNIT};
}

/* The bits of that word of a map that lie in the run. */
static uint64_t mask(struct units units, unsigned int word)
{
	unsigned int begin = word * UNITS_A_WORD;
	unsigned int low = RTE_MAX(units.first, begin);
	unsigned int high = RTE_MIN(units.end, begin + UNITS_A_WORD);

	if (low >= high)
		return 0;
	return UINT64_MAX >> (UNITS_A_WORD - (high - low)) << (low - begin);
}

static bool has_any(const uint64_t map[], struct units units)
{
	uint64_t found = 0;

	for (unsigned int i = 0; i < REASSEMBLY_WORDS; i++)
		found |= map[i] & mask(units, i);
	return found != 0;
}

static bool has_all(const uint64_t map[], struct units units)
{
	uint64_t missing = 0;

	for (unsigned int i = 0; i < REASSEMBLY_WORDS; i++)
		missing |= ~map[i] & mask(units, i);
	return missing == 0;
}

static bool has_one(const uint64_t map[], unsigned int at)
{
	return has_any(map, (struct units){at, at + 1});
}

static void set(uint64_t map[], struct units units)
{
	for (unsigned int i = 0; i < REASSEMBLY_WORDS; i++)
		map[i] |= mask(units, i);
}

/* RFC 8200 §4.5 lets the network repeat a fragment. Then one begins at the same place and at none inside, it ends where this
 * one does, and all octets are the same. */
static bool is_repeated(const struct partial *partial, const struct fragment *f)
{
	struct units units = units_of(f);
	struct units inside = {units.first + 1, units.end};
	bool ends_alike = f->is_last ? partial->has_last && partial->end == f->offset + f->octets
				     : !has_one(partial->have, units.end) ||
					       has_one(partial->begins, units.end);

	return has_one(partial->begins, units.first) && has_all(partial->have, units) &&
	       !has_any(partial->begins, inside) && ends_alike &&
	       memcmp(partial->data + f->offset, f->data, f->octets) == 0;
}

static enum fragment_verdict break_up(struct partial *partial, enum drop_reason reason)
{
	partial->is_broken = true;
	partial->broken = (uint8_t)reason;
	return FRAGMENT_BREAKS;
}

/* RFC 5722 §4, RFC 8200 §4.5: nothing may overlap. Nor may anything lie behind what says that it is the end. */
static bool contradicts(const struct partial *partial, const struct fragment *f)
{
	unsigned int end = f->offset + (unsigned int)f->octets;

	if (partial->has_last && (f->is_last || end > partial->end))
		return true;
	return (f->is_last && end < partial->end) || has_any(partial->have, units_of(f));
}

/* RFC 3168 §5.3. */
static bool ecn_contradicts(const struct partial *partial)
{
	return (partial->ecn & (1 << ECN_CE)) != 0 && (partial->ecn & (1 << ECN_NOT_ECT)) != 0;
}

static void keep_headers(struct partial *partial, const struct fragment *f)
{
	memcpy(partial->headers, f->headers, f->header_octets);
	partial->header_octets = f->header_octets;
	partial->next_at = f->next_at;
	partial->first_octets = f->octets;
}

static void take(struct partial *partial, const struct fragment *f)
{
	uint16_t end = (uint16_t)(f->offset + f->octets);

	memcpy(partial->data + f->offset, f->data, f->octets);
	set(partial->begins, (struct units){f->offset / UNIT, f->offset / UNIT + 1});
	set(partial->have, units_of(f));
	if (f->offset == 0)
		keep_headers(partial, f);
	if (end > partial->end)
		partial->end = end;
	partial->has_last |= f->is_last;
	partial->received = (uint16_t)(partial->received + f->octets);
	partial->ecn |= (uint8_t)(1 << f->ecn);
	partial->fragments++;
}

enum fragment_verdict reassembly_add(struct partial *partial, const struct fragment *f)
{
	if (partial->is_broken)
		return FRAGMENT_BREAKS;
	if (f->offset + (unsigned int)f->octets > REASSEMBLY_OCTETS_MAX)
		return break_up(partial, DROP_REASSEMBLY_SIZE);
	if (is_repeated(partial, f))
		return FRAGMENT_REPEATED;
	if (contradicts(partial, f))
		return break_up(partial, DROP_FRAGMENT_OVERLAP);
	take(partial, f);
	if (!partial->has_last || partial->received != partial->end)
		return FRAGMENT_TAKEN;
	if (ecn_contradicts(partial)) {
		partial->fragments--; /* the caller still has this one */
		return break_up(partial, DROP_FRAGMENT_ECN);
	}
	return FRAGMENT_COMPLETES;
}

static bool is_ip4(const struct partial *partial)
{
	return partial->key.version == 4;
}

/* Of the headers that were kept, those that the whole packet has. */
static uint16_t whole_headers(const struct partial *partial)
{
	return (uint16_t)(partial->header_octets - (is_ip4(partial) ? 0 : FRAGMENT_HEADER_OCTETS));
}

uint8_t reassembly_carries(const struct partial *partial)
{
	return partial->headers[is_ip4(partial) ? partial->next_at : whole_headers(partial)];
}

uint32_t reassembly_octets(const struct partial *partial)
{
	return (uint32_t)whole_headers(partial) + partial->end;
}

static void amend_ip6(const struct partial *partial, struct ip6_hdr_wire *ip, uint8_t ecn)
{
	((uint8_t *)ip)[partial->next_at] = reassembly_carries(partial);
	ip->payload_length_be = htobe16((uint16_t)(reassembly_octets(partial) - sizeof(*ip)));
	ip->version_class_flow_be |= htobe32((uint32_t)ecn << ECN_SHIFT);
}

static void amend_ip4(const struct partial *partial, struct ip4_hdr_wire *ip, uint8_t ecn)
{
	ip->total_length_be = htobe16((uint16_t)reassembly_octets(partial));
	ip->fragment_be = 0;
	ip->tos |= ecn;
	ip4_put_checksum(ip);
}

/* RFC 8200 §4.5: the headers of the first fragment without the fragment header, then what all carried. */
void reassembly_write(const struct partial *partial, uint8_t *to)
{
	uint8_t ecn = (partial->ecn & (1 << ECN_CE)) != 0 ? ECN_CE : 0;
	uint16_t headers = whole_headers(partial);

	memcpy(to, partial->headers, headers);
	memcpy(to + headers, partial->data, partial->end);
	if (is_ip4(partial))
		amend_ip4(partial, (struct ip4_hdr_wire *)to, ecn);
	else
		amend_ip6(partial, (struct ip6_hdr_wire *)to, ecn);
}
