/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors: packets as text in tests/vectors, each with the outcome it expects: lines are "# text", "# expect: outcome" or pairs of
 * hex digits.
 */
#ifndef TESTS_SUPPORT_VECTORS_H
#define TESTS_SUPPORT_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VECTOR_OUTCOME_MAX = 256 };

struct vector {
	uint8_t bytes[4096];
	size_t length;
	char expect[VECTOR_OUTCOME_MAX];
};

/* What became of the packet, in text or elsewhere. */
typedef const char *vector_outcome(const struct vector *v, char text[static VECTOR_OUTCOME_MAX]);

/* Asserts that every vector of the folder ends as it expects; how many there are. */
unsigned int vectors_check(const char *rfc, vector_outcome *outcome);

/* One of them. Asserts that it is there. */
void vectors_read(const char *rfc, const char *name, struct vector *v);

#endif
