/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

__rte_noinline void ip4_burst(struct worker *w, struct burst4 *b)
{
	reverse4_burst(w, b);
	visitor_burst(w, b);
	intercept4_burst(w, b);
	route4_burst(w, b);
}
