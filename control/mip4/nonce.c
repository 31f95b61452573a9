/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/nonce.h"

#include <stdlib.h>
#include <sys/random.h>

enum { STOCK = 64 }; /* 256 octets, which getrandom gives whole or not at all */

/* A system call for each would cost more than the rest of a reply. */
uint32_t nonce_fresh(void)
{
	static uint32_t stock[STOCK];
	static unsigned int left;

	if (left == 0) {
		/* Only a kernel without random numbers fails, and then nothing here is safe. */
		if (getrandom(stock, sizeof(stock), 0) != (ssize_t)sizeof(stock))
			abort();
		left = STOCK;
	}
	return stock[--left];
}
