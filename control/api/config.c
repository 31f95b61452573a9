/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/config_load.h"

#include "api/methods.h"

/* Keys are in the mobile nodes file, which is not part of this. */
json_t *config_get(const struct rpc_call *call, struct rpc_error *error)
{
	(void)error;
	return config_to_json(call->context->config);
}
