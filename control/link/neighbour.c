/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/neighbour.h"

#include "counters.h"
#include "ha/wire/icmp6.h"
#include "link/dad.h"
#include "link/link.h"
#include "link/proxy.h"

/* A switch may bring back what was sent. */
static bool is_own(const struct link_message *message)
{
	return memcmp(message->source_mac, link_mac(message->link), sizeof(message->source_mac)) ==
	       0;
}

/* RFC 4862 §5.4.3: a solicitation from the unspecified address is a node that tests the address,
 * too; from any other one it is just a question. */
static void solicited(const struct link_message *message)
{
	struct nd_solicitation ns;

	if (!nd_solicitation_decode(message->icmp6, &message->source, &message->destination, &ns)) {
		count(COUNT_ND_INVALID);
		return;
	}
	if (is_own(message))
		return;
	if (ip_addr_is_unspecified(&message->source))
		dad_heard(message->link, &ns.target);
	proxy_solicited(message, &ns);
}

static void advertised(const struct link_message *message)
{
	struct nd_advertisement na;

	if (!nd_advertisement_decode(message->icmp6, &message->destination, &na)) {
		count(COUNT_ND_INVALID);
		return;
	}
	if (is_own(message))
		return;
	dad_heard(message->link, &na.target);
	proxy_contended(message, &na);
}

void neighbour_start(void)
{
	link_handle(ICMP6_NEIGHBOUR_SOLICITATION, solicited);
	link_handle(ICMP6_NEIGHBOUR_ADVERTISEMENT, advertised);
}
