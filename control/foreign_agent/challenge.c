/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/challenge.h"

#include <string.h>

void challenge_advance(struct challenge_window *window,
		       const uint8_t random[static CHALLENGE_OCTETS])
{
	if (window->count == CHALLENGE_WINDOW)
		memmove(window->values[0], window->values[1],
			(CHALLENGE_WINDOW - 1) * sizeof(window->values[0]));
	else
		window->count++;
	memcpy(window->values[window->count - 1], random, CHALLENGE_OCTETS);
}

const uint8_t *challenge_newest(const struct challenge_window *window)
{
	return window->count > 0 ? window->values[window->count - 1] : NULL;
}

static bool is_same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, CHALLENGE_OCTETS) == 0;
}

/* -1: not one that was advertised lately. */
static int place_of(const struct challenge_window *window, const uint8_t *value)
{
	for (int i = 0; i < window->count; i++)
		if (is_same(window->values[i], value))
			return i;
	return -1;
}

enum challenge_verdict challenge_judge(const struct challenge_window *window,
				       const struct challenge_record *record, const uint8_t *value,
				       unsigned int octets)
{
	int at;

	if (octets != CHALLENGE_OCTETS)
		return CHALLENGE_UNKNOWN;
	if (record != NULL && record->has_used && is_same(record->used, value))
		return CHALLENGE_STALE;
	if (record != NULL && record->has_offered && is_same(record->offered, value))
		return CHALLENGE_GOOD;
	at = place_of(window, value);
	if (at < 0)
		return CHALLENGE_UNKNOWN;
	if (record != NULL && record->has_used && at < place_of(window, record->used))
		return CHALLENGE_STALE;
	return CHALLENGE_GOOD;
}

void challenge_use(struct challenge_record *record, const uint8_t value[static CHALLENGE_OCTETS])
{
	if (record->has_offered && is_same(record->offered, value))
		record->has_offered = false;
	memcpy(record->used, value, CHALLENGE_OCTETS);
	record->has_used = true;
}

const uint8_t *challenge_next(const struct challenge_window *window,
			      struct challenge_record *record,
			      const uint8_t random[static CHALLENGE_OCTETS])
{
	const uint8_t *newest = challenge_newest(window);

	if (newest == NULL || record == NULL || !record->has_used || !is_same(record->used, newest))
		return newest;
	if (!record->has_offered) {
		memcpy(record->offered, random, CHALLENGE_OCTETS);
		record->has_offered = true;
	}
	return record->offered;
}
