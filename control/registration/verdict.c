/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/verdict.h"

#include "ha/wire/mip4.h"
#include "ha/wire/mobility.h"

/* RFC 3775 took over the numbers of RFC 2002. */
_Static_assert((int)STATUS_PROHIBITED == (int)MIP4_PROHIBITED &&
		       (int)STATUS_NO_RESOURCES == (int)MIP4_RESOURCES,
	       "verdict_admission answers both protocols");

void verdict_reach(decision_step *const steps[], size_t count, const struct question *q,
		   struct binding_verdict *verdict)
{
	for (size_t i = 0; i < count; i++)
		if (steps[i](q, verdict))
			return;
}

bool verdict_silent(struct binding_verdict *verdict, enum silent_reason reason)
{
	verdict->action = ACTION_SILENT;
	verdict->reason = reason;
	return true;
}

bool verdict_refuse(struct binding_verdict *verdict, uint8_t status)
{
	verdict->action = ACTION_REFUSE;
	verdict->status = status;
	return true;
}

bool verdict_admission(const struct admission_policy *policy, bool is_registered,
		       struct binding_verdict *verdict)
{
	if (policy->node_prohibited || (policy->may_not_prolong && is_registered))
		return verdict_refuse(verdict, STATUS_PROHIBITED);
	if ((policy->table_full || policy->draining) && !is_registered)
		return verdict_refuse(verdict, STATUS_NO_RESOURCES);
	return false;
}
