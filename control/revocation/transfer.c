/* SPDX-License-Identifier: BSD-3-Clause */
#include "revocation/transfer.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_random.h>

#include "counters.h"
#include "ha/time.h"
#include "ha/wire/ip6.h"
#include "mh/home_agent_switch.h"
#include "node_auth.h"
#include "revocation/revocation.h"
#include "send.h"
#include "service.h"

_Static_assert((int)SWITCH_ADDRESSES_MAX <= (int)HOME_AGENT_SWITCH_ADDRESSES_MAX,
	       "all addresses fit the message");

enum {
	TICK_MS = 50,
	SCAN_SLOTS = 4096, /* looked at in one tick */
	TOKEN = 1000,	   /* a message; a tick earns a fraction of one at a slow pace */
	INITIAL_TIMEOUT_S = 5,
	TIMEOUT_MAX_S = 20,
};

/* What was said to the registration in a slot. */
struct told {
	uint64_t registered_ms; /* tells it from another one in the same slot */
	uint64_t due_ms;	/* of the next message */
	uint32_t timeout_s;
};

static const struct config *config;
static struct mobile_nodes *nodes;
static struct told *told; /* by slot; NULL: no transfer */
static struct ip_addr addresses[SWITCH_ADDRESSES_MAX];
static struct transfer_status state;
static uint32_t at; /* next slot to look at */
static uint64_t tokens;
static uint64_t last_ms; /* when tokens were added */

void transfer_start(const struct config *c, struct mobile_nodes *n)
{
	config = c;
	nodes = n;
	transfer_end();
}

int transfer_begin(const struct ip_addr to[], uint16_t count)
{
	if (told == NULL) {
		told = calloc(registration_slots(), sizeof(*told));
		if (told == NULL)
			return -ENOMEM;
		state = (struct transfer_status){.addresses = addresses};
		at = 0;
		tokens = TOKEN;
		last_ms = monotonic_ms();
	}
	if (count != 0)
		memcpy(addresses, to, count * sizeof(addresses[0]));
	state.address_count = count;
	return 0;
}

void transfer_end(void)
{
	free(told);
	told = NULL;
}

bool transfer_describe(struct transfer_status *status)
{
	*status = state;
	return told != NULL;
}

static bool was_told(const struct registration *r)
{
	return told != NULL && told[r->slot].registered_ms == r->registered_ms;
}

uint32_t transfer_lifetime_s(const struct registration *r)
{
	uint64_t now_ms;

	if (!was_told(r))
		return TRANSFER_UNLIMITED;
	now_ms = monotonic_ms();
	return r->expiry_ms > now_ms ? (uint32_t)((r->expiry_ms - now_ms) / 1000) : 0;
}

void transfer_deregistered(const struct ip_addr *home)
{
	const struct registration *r = told != NULL ? registration_find(home) : NULL;

	if (r == NULL || r->state != REGISTRATION_VALID || !was_told(r))
		return;
	state.answered++;
	count(COUNT_SWITCHES_ANSWERED);
}

/* RFC 6275 §10.5.1: in random order, where all are equally good. */
static void list_addresses(struct ip_addr list[static SWITCH_ADDRESSES_MAX])
{
	memcpy(list, addresses, sizeof(addresses));
	if (!config->switch_random_order)
		return;
	for (uint32_t i = state.address_count; i > 1; i--) {
		uint32_t other = (uint32_t)rte_rand_max(i);
		struct ip_addr moved = list[other];

		list[other] = list[i - 1];
		list[i - 1] = moved;
	}
}

/* RFC 6275 §6.1: no type 2 routing header but with a Binding Acknowledgement. So it goes to the home
 * address, and as all that does, through the tunnel. */
static bool send_switch(const struct registration *r, const struct mobile_node *node)
{
	struct ip_addr list[SWITCH_ADDRESSES_MAX];
	const struct home_agent_switch message = {
		.addresses = list,
		.address_count = (uint8_t)state.address_count,
		.refresh_advice_s = transfer_lifetime_s(r),
		.proof = node_auth_proof(node),
	};
	uint8_t octets[HOME_AGENT_SWITCH_OCTETS_MAX];
	uint8_t *auth_data = NULL;
	uint16_t covered = 0;
	uint16_t length;

	list_addresses(list);
	length = home_agent_switch_encode(&message, octets, sizeof(octets), &auth_data, &covered);
	if (length == 0 || !node_auth_sign(node, &r->care_of, octets, covered, auth_data)) {
		count(COUNT_REPLY_FAILED);
		return false;
	}
	return send_to_address(0, service_tunnel_address(r->tunnel), &r->home, PROTO_MOBILITY,
			       octets, length);
}

/* RFC 5142 §5.2. */
static void note(struct told *t, const struct registration *r, uint64_t now_ms)
{
	if (t->registered_ms != r->registered_ms) {
		state.told++;
		t->timeout_s = INITIAL_TIMEOUT_S;
	} else {
		t->timeout_s = 2 * t->timeout_s < TIMEOUT_MAX_S ? 2 * t->timeout_s : TIMEOUT_MAX_S;
	}
	t->registered_ms = r->registered_ms;
	t->due_ms = now_ms + UINT64_C(1000) * t->timeout_s;
}

/* Mobile IPv4 knows no word for another home agent: what ends is all that can be said, where that was agreed on. */
static bool visit4(const struct registration *r)
{
	if ((r->revocation & REVOCATION_AGREED) == 0 || revocation_begin(r) != 0)
		return false;
	state.told++;
	return true;
}

/* A node without an association left cannot be told anything; one that is being revoked need not
 * be. Mobile IPv4 has no such message. True when one was sent. */
static bool visit(uint32_t slot, uint64_t now_ms)
{
	const struct registration *r = registration_at(slot);
	const struct mobile_node *node;

	if (r == NULL || r->is_revoked || (was_told(r) && now_ms < told[slot].due_ms))
		return false;
	if (r->protocol == REGISTRATION_MIP4)
		return visit4(r);
	if (r->protocol != REGISTRATION_MIP6)
		return false;
	node = mobile_nodes_find(nodes, &r->home);
	if (node == NULL)
		return false;
	note(&told[slot], r, now_ms);
	if (send_switch(r, node))
		count(COUNT_SWITCHES_SENT);
	return true;
}

/* RFC 5142 §7. No more saved up than a tick needs. */
static void earn_tokens(uint64_t now_ms)
{
	uint64_t most = (uint64_t)config->switch_rate_per_s * TICK_MS * 2;

	if (most < TOKEN)
		most = TOKEN;
	tokens += (now_ms - last_ms) * config->switch_rate_per_s;
	if (tokens > most)
		tokens = most;
	last_ms = now_ms;
}

/* In one order for first messages and repeated ones: each node is told once before any is told
 * again, and none waits for ever. */
unsigned int transfer_poll(void *unused)
{
	uint32_t slots;
	uint64_t now_ms;

	(void)unused;
	if (told == NULL)
		return 0;
	now_ms = monotonic_ms();
	if (now_ms < last_ms + TICK_MS)
		return 0;
	earn_tokens(now_ms);
	slots = registration_slots();
	for (uint32_t i = 0; i < SCAN_SLOTS && i < slots && tokens >= TOKEN; i++) {
		if (visit(at, now_ms))
			tokens -= TOKEN;
		at = at + 1 < slots ? at + 1 : 0;
	}
	return 0;
}
