/* SPDX-License-Identifier: BSD-3-Clause
 *
 * service.set, drain.set, mobile_nodes.reload: what an operator changes while the daemon runs.
 */
#include "admission.h"
#include "api/api.h"
#include "api/methods.h"
#include "api/status.h"
#include "ha/config.h"
#include "log.h"
#include "mobile_node.h"
#include "revocation/transfer.h"

_Static_assert((int)SWITCH_ADDRESSES_MAX == (int)RPC_ADDRESSES_MAX, "one limit for both");

json_t *service_set(const struct rpc_call *call, struct rpc_error *error)
{
	bool accept = rpc_value(call, "accept_registrations")->boolean;

	(void)error;
	if (accept != admission_accepts_registrations())
		log_info("registrations are %s", accept ? "accepted" : "no longer accepted");
	admission_accept_registrations(accept);
	return json_pack("{s:s}", "service", accept ? "accepting" : "not accepting");
}

static bool begin_transfer(const struct rpc_call *call, struct rpc_error *error)
{
	const struct config *config = call->context->config;
	const struct rpc_value *addresses = rpc_value(call, "addresses");
	int rc = addresses->given
			 ? transfer_begin(addresses->addresses, addresses->address_count)
			 : transfer_begin(config->switch_addresses, config->switch_address_count);

	if (rc != 0)
		rpc_fail(error, API_REFUSED, "no memory to tell every mobile node");
	return rc == 0;
}

static bool is_sensible(const struct rpc_call *call, struct rpc_error *error)
{
	bool on = rpc_value(call, "on")->boolean;
	bool switches = rpc_value(call, "switch")->boolean;

	if (switches && !on)
		rpc_fail(error, API_INVALID_PARAMS, "\"switch\" means nothing with \"on\" false");
	else if (rpc_value(call, "addresses")->given && !switches)
		rpc_fail(error, API_INVALID_PARAMS,
			 "\"addresses\" means nothing without \"switch\" true");
	return error->code == 0;
}

json_t *drain_set(const struct rpc_call *call, struct rpc_error *error)
{
	bool on = rpc_value(call, "on")->boolean;
	bool switches = rpc_value(call, "switch")->boolean;

	if (!is_sensible(call, error) || (switches && !begin_transfer(call, error)))
		return NULL;
	if (!switches)
		transfer_end();
	admission_drain(on);
	log_info("%s", !on	  ? "draining ended"
		       : switches ? "draining: mobile nodes are told to switch to another home "
				    "agent"
				  : "draining: no mobile node is taken in");
	return json_pack("{s:o}", "drain", status_drain());
}

struct problems {
	unsigned int count;
	struct fault first;
};

static void remember(void *context, const struct fault *problem)
{
	struct problems *problems = context;

	if (problems->count++ == 0)
		problems->first = *problem;
	log_warning("%s: %s", problem->where, problem->text);
}

json_t *mobile_nodes_reread(const struct rpc_call *call, struct rpc_error *error)
{
	struct mobile_nodes *nodes = call->context->nodes;
	const struct config *config = call->context->config;
	struct problems problems = {0};

	if (!mobile_nodes_reload(nodes, config->mobile_nodes_path, config, remember, &problems)) {
		rpc_fail(error, API_REFUSED, "nothing was changed: %s: %s%s", problems.first.where,
			 problems.first.text, problems.count > 1 ? "; the log has more" : "");
		return NULL;
	}
	log_info("%zu mobile nodes read", mobile_nodes_count(nodes));
	return status_mobile_nodes(nodes);
}
