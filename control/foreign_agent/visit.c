/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/visit.h"

#include "counters.h"
#include "foreign_agent/association.h"
#include "foreign_agent/visitor.h"
#include "ha/time.h"
#include "log.h"

enum { LOG_INTERVAL_MS = 1000 };

const struct config *visit_config;

void visit_start(const struct config *c)
{
	visit_config = c;
}

/* RFC 5944 §3.7.2.1, §3.7.3.1: a security exception; at a limited rate, anybody can cause one. */
void visit_log_exception(const struct ip_addr *home, const struct ip_addr *from, const char *what)
{
	static uint64_t next_ms;
	char home_text[IP_ADDR_TEXT];
	char from_text[IP_ADDR_TEXT];
	uint64_t now_ms = monotonic_ms();

	if (now_ms < next_ms)
		return;
	next_ms = now_ms + LOG_INTERVAL_MS;
	log_warning("visitor %s: %s from %s", ip_addr_format(home, home_text), what,
		    ip_addr_format(from, from_text));
}

bool visit_is_held(const struct ip_addr *home, const struct ip_addr *home_agent)
{
	const struct visitor *visitor = visitor_find(home);

	return visitor != NULL && !ip_addr_equal(&visitor->home_agent, home_agent) &&
	       association_for_home_agent(&visit_config->visiting, &visitor->home_agent) != NULL;
}

bool visit_refuse(const struct answer_to *to, uint8_t code, uint16_t lifetime)
{
	registration_codes[code]++;
	return answer_refuse(to, code, lifetime);
}
