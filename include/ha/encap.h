/* SPDX-License-Identifier: BSD-3-Clause
 *
 * encap: the list of encapsulations, and the ready-made outer headers made from it.
 *
 * Shape      a tunnel class is everything that many bindings share: home agent address, kind, hop
 *            limit. A binding names one by index. Pushing copies the class's header and patches
 *            what differs.
 * Threads    any; immutable while workers run.
 * RFC        2473 §3.1; 6275 §10.4.2.
 */
#ifndef HA_ENCAP_H
#define HA_ENCAP_H

#include <stdint.h>

#include "ha/ip.h"
#include "ha/wire/ip6.h"

/* upper, lower, octets of overhead, RFC */
#define ENCAPS(X) X(IP6_IN_IP6, ip6_in_ip6, 40, "RFC 2473")

enum encap_kind {
#define X(upper, lower, overhead, rfc) ENCAP_##upper,
	ENCAPS(X)
#undef X
		ENCAP_KIND_COUNT,
};

enum {
#define X(upper, lower, overhead, rfc) ENCAP_##upper##_OVERHEAD = overhead,
	ENCAPS(X)
#undef X
};

struct tunnel_class {
	struct ip6_hdr_wire header; /* source, next header and hop limit are final */
	uint8_t kind;		    /* enum encap_kind */
	struct ip_addr home_agent;
} __attribute__((aligned(64)));

#endif
