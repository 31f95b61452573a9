/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

__rte_noinline void ip4_burst(struct worker *w, struct burst *all)
{
	struct burst4 b;

	b.all = all;
	b.visitors.by.count = 0;
	b.plain.count = 0;
	parse4_burst(w, &b);
	reverse4_burst(w, &b);
	visitor_burst(w, &b);
	intercept4_burst(w, &b);
	route4_burst(w, &b);
}
