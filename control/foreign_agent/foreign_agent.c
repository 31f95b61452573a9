/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/foreign_agent.h"

#include <errno.h>
#include <sys/random.h>

#include "foreign_agent/discovery.h"
#include "foreign_agent/node_record.h"
#include "foreign_agent/pending.h"
#include "foreign_agent/revoke.h"
#include "foreign_agent/visit.h"
#include "foreign_agent/visitor.h"
#include "ha/time.h"

static const struct config *config;
static bool is_on;

static bool has_foreign_agent(const struct config *c)
{
	for (uint16_t i = 0; i < c->port_count; i++)
		if (c->ports[i].foreign_agent.enabled)
			return true;
	return false;
}

uint64_t foreign_agent_octets(const struct config *c)
{
	if (!has_foreign_agent(c))
		return 0;
	return visitor_octets(c->visiting.visitors) + pending_octets(c->visiting.pending) +
	       node_record_octets(c->visiting.visitors);
}

static int start_tables(const struct config *c, struct fault *fault)
{
	uint64_t secret;

	if (getrandom(&secret, sizeof(secret), 0) != (ssize_t)sizeof(secret)) {
		fault_set(fault, "", "no random numbers: %s", strerror(errno));
		return -EIO;
	}
	if (node_record_start(c->visiting.visitors, secret) != 0 ||
	    pending_start(c->visiting.pending, visit_expired, monotonic_ms()) != 0) {
		fault_set(fault, "/foreign_agent/visitors",
			  "not enough memory for %u visitors and %u pending requests; make them "
			  "fewer",
			  c->visiting.visitors, c->visiting.pending);
		return -ENOMEM;
	}
	return visitor_start(c, fault);
}

int foreign_agent_start(const struct config *c, struct fault *fault)
{
	int rc = 0;

	config = c;
	is_on = has_foreign_agent(c);
	if (is_on)
		rc = start_tables(c, fault);
	if (rc != 0) {
		foreign_agent_stop();
		return rc;
	}
	if (is_on)
		revoke_start(c);
	visit_start(c);
	discovery_start(c);
	return 0;
}

void foreign_agent_stop(void)
{
	discovery_stop();
	visitor_stop();
	pending_stop();
	node_record_stop();
	is_on = false;
}

bool foreign_agent_is_on(void)
{
	return is_on;
}

bool foreign_agent_is_on_port(uint16_t port)
{
	return is_on && port < config->port_count && config->ports[port].foreign_agent.enabled;
}

unsigned int foreign_agent_poll(void *unused)
{
	return discovery_poll(unused) + (is_on ? pending_advance(monotonic_ms()) : 0);
}
