/* SPDX-License-Identifier: BSD-3-Clause */
#include "fragment_ids.h"

#include <sys/random.h>

#include <rte_malloc.h>

/* All of it is random to begin with. getrandom gives up to 256 octets at once, or fails. */
struct fragment_ids *fragment_ids_make(int socket)
{
	struct fragment_ids *ids = rte_zmalloc_socket("fragment_ids", sizeof(*ids), 0, socket);
	uint8_t *octets = (uint8_t *)ids;

	if (ids == NULL)
		return NULL;
	for (size_t at = 0; at < sizeof(*ids); at += 256) {
		size_t n = sizeof(*ids) - at < 256 ? sizeof(*ids) - at : 256;

		if (getrandom(octets + at, n, 0) != (ssize_t)n) {
			rte_free(ids);
			return NULL;
		}
	}
	return ids;
}
