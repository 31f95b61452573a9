/* SPDX-License-Identifier: BSD-3-Clause
 *
 * format: results of the control socket as text for people, on standard output.
 *
 * A field that the daemon does not send is shown as "-", so that an older one can be asked.
 */
#ifndef CONTROL_CLI_FORMAT_H
#define CONTROL_CLI_FORMAT_H

#include <jansson.h>

typedef void format_fn(json_t *result);

format_fn format_json; /* indented, as it came */
format_fn format_hello;
format_fn format_status;
format_fn format_bindings; /* one page of a list; the heading only before the first */
format_fn format_binding;
format_fn format_correspondents; /* one page, as format_bindings */
format_fn format_listeners;	 /* the same */
format_fn format_visitors;	 /* the same */
format_fn format_home_agents;
format_fn format_prefix;
format_fn format_prefixes;
format_fn format_removed;
format_fn format_path_mtus;
format_fn format_cleared;
format_fn format_reloaded;
format_fn format_service;
format_fn format_drain;
format_fn format_links;
format_fn format_stats;
format_fn format_stats_drops;
format_fn format_stats_ports;
format_fn format_stats_workers;
format_fn format_stats_control;
format_fn format_discover;

#endif
