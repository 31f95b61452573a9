/* SPDX-License-Identifier: BSD-3-Clause
 *
 * methods: the handlers that the table in methods.c names, by the file they are in.
 */
#ifndef CONTROL_API_METHODS_H
#define CONTROL_API_METHODS_H

#include "api/rpc.h"

/* binding.c */
rpc_handler_fn binding_get;
rpc_handler_fn binding_list;
rpc_handler_fn binding_remove;

/* config.c */
rpc_handler_fn config_get;

/* path_mtu.c */
rpc_handler_fn path_mtu_clear;
rpc_handler_fn path_mtu_list;

/* service.c */
rpc_handler_fn drain_set;
rpc_handler_fn mobile_nodes_reread;
rpc_handler_fn service_set;

/* correspondent.c */
rpc_handler_fn correspondent_list;

/* link.c */
rpc_handler_fn link_list;

/* multicast.c */
rpc_handler_fn multicast_list;

/* home_agents.c */
rpc_handler_fn home_agents_list;

/* prefix.c */
rpc_handler_fn prefix_list;
rpc_handler_fn prefix_set;

/* stats.c */
rpc_handler_fn stats_get;

/* status.c */
rpc_handler_fn rpc_discover;
rpc_handler_fn server_hello;
rpc_handler_fn status_get;

/* visitor.c */
rpc_handler_fn visitor_list;
rpc_handler_fn visitor_take_out;

#endif
