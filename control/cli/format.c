/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/format.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	COLUMNS_MAX = 16,
	CELL_MAX = 256,
};

/* Widths grow with what was printed, so that pages of one list line up. */
struct table {
	const char *heads[COLUMNS_MAX]; /* NULL ends */
	const char *fields[COLUMNS_MAX];
	int widths[COLUMNS_MAX];
	bool has_heading;
};

static void cell_text(json_t *value, char text[static CELL_MAX]);

/* "a, b, c" */
static void list_text(json_t *list, char text[static CELL_MAX])
{
	size_t used = 0;
	size_t i;
	json_t *value;

	text[0] = '\0';
	json_array_foreach (list, i, value) {
		char item[CELL_MAX];

		cell_text(value, item);
		if (used + strlen(item) + 3 > CELL_MAX)
			return;
		used += (size_t)snprintf(text + used, CELL_MAX - used, "%s%s", i > 0 ? ", " : "",
					 item);
	}
}

static void cell_text(json_t *value, char text[static CELL_MAX])
{
	if (json_is_integer(value))
		snprintf(text, CELL_MAX, "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value))
		snprintf(text, CELL_MAX, "%s", json_string_value(value));
	else if (json_is_boolean(value))
		snprintf(text, CELL_MAX, "%s", json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		list_text(value, text);
	else
		snprintf(text, CELL_MAX, "-");
}

/* The value at "a.b.c"; NULL when there is none. */
static json_t *at(json_t *value, const char *path)
{
	char name[64];

	while (value != NULL && *path != '\0') {
		size_t length = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		value = json_object_get(value, name);
		path += length + (path[length] == '.');
	}
	return value;
}

static void print_value(const char *label, json_t *object, const char *path)
{
	char text[CELL_MAX];

	cell_text(at(object, path), text);
	printf("%-18s %s\n", label, text);
}

static void widen(struct table *table, int column, const char *text)
{
	int width = (int)strlen(text);

	if (width > table->widths[column])
		table->widths[column] = width;
}

static void measure(struct table *table, json_t *rows)
{
	char text[CELL_MAX];
	json_t *row;
	size_t r;

	for (int i = 0; i < COLUMNS_MAX && table->heads[i] != NULL; i++) {
		widen(table, i, table->heads[i]);
		json_array_foreach (rows, r, row) {
			cell_text(at(row, table->fields[i]), text);
			widen(table, i, text);
		}
	}
}

/* Text stands left, numbers right; nothing is padded at the end of a line. */
static void print_cell(const struct table *table, int column, const char *text, bool right)
{
	bool last = column + 1 == COLUMNS_MAX || table->heads[column + 1] == NULL;

	printf("%*s%s",
	       right  ? table->widths[column]
	       : last ? 0
		      : -table->widths[column],
	       text, last ? "\n" : "  ");
}

static void print_row(const struct table *table, json_t *row)
{
	char text[CELL_MAX];

	for (int i = 0; i < COLUMNS_MAX && table->heads[i] != NULL; i++) {
		json_t *value = at(row, table->fields[i]);

		cell_text(value, text);
		print_cell(table, i, text, json_is_integer(value));
	}
}

static void print_heading(struct table *table, json_t *rows)
{
	json_t *first = json_array_get(rows, 0);

	if (table->has_heading)
		return;
	table->has_heading = true;
	for (int i = 0; i < COLUMNS_MAX && table->heads[i] != NULL; i++)
		print_cell(table, i, table->heads[i], json_is_integer(at(first, table->fields[i])));
}

static void print_table(struct table *table, json_t *rows)
{
	json_t *row;
	size_t r;

	if (json_array_size(rows) == 0)
		return;
	measure(table, rows);
	print_heading(table, rows);
	json_array_foreach (rows, r, row)
		print_row(table, row);
}

/* After an empty line, when there is anything. */
static void print_section(struct table *table, json_t *rows)
{
	if (json_array_size(rows) == 0)
		return;
	putchar('\n');
	print_table(table, rows);
}

void format_json(json_t *result)
{
	json_dumpf(result, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	putchar('\n');
}

void format_hello(json_t *result)
{
	print_value("product", result, "product");
	print_value("version", result, "version");
	print_value("api version", result, "api_version");
	print_value("pid", result, "pid");
	print_value("roles", result, "roles");
}

static void format_foreign_agent(json_t *foreign_agent)
{
	struct table links = {
		.heads = {"FOREIGN AGENT", "ADDRESS", "CARE-OF ADDRESSES"},
		.fields = {"port", "address", "care_of"},
	};

	print_section(&links, at(foreign_agent, "links"));
	print_value("visitors", foreign_agent, "visitors");
	print_value("  capacity", foreign_agent, "capacity");
	print_value("requests waiting", foreign_agent, "pending");
}

void format_status(json_t *result)
{
	struct table ports = {
		.heads = {"PORT", "KIND", "LINK", "DRIVER", "MAC", "MTU", "QUEUES"},
		.fields = {"name", "kind", "link", "driver", "mac", "mtu", "queues"},
	};
	struct table prefixes = {
		.heads = {"HOME PREFIX", "HOME AGENT"},
		.fields = {"prefix", "address"},
	};
	struct table networks = {
		.heads = {"HOME NETWORK", "HOME AGENT", "HOME LINK", "POOL", "ASSIGNED"},
		.fields = {"prefix", "address", "home_link", "pool.size", "pool.assigned"},
	};
	static struct table foreign = {
		.heads = {"FOREIGN AGENT ON", "ADDRESS", "CARE-OF ADDRESSES", "SEQUENCE"},
		.fields = {"port", "address", "care_of", "sequence"},
	};

	print_value("version", result, "version");
	print_value("started", result, "started");
	print_value("uptime, s", result, "uptime_s");
	print_value("registrations", result, "service");
	format_drain(result);
	print_value("workers", result, "workers");
	print_value("bindings", result, "bindings.in_force");
	print_value("  Mobile IPv6", result, "bindings.mip6");
	print_value("  Mobile IPv4", result, "bindings.mip4");
	print_value("  visitors", result, "bindings.visitors");
	print_value("  invalid", result, "bindings.invalid");
	print_value("  capacity", result, "bindings.capacity");
	print_value("mobile nodes", result, "mobile_nodes.configured");
	print_value("  Mobile IPv6", result, "mobile_nodes.mip6");
	print_value("  Mobile IPv4", result, "mobile_nodes.mip4");
	print_value("  without auth", result, "mobile_nodes.unauthenticated");
	print_value("next hops", result, "next_hops");
	print_value("routes", result, "routes");
	print_value("waiting for rcu", result, "rcu.pending");
	putchar('\n');
	print_table(&ports, at(result, "ports"));
	print_section(&prefixes, at(result, "home_agent.prefixes"));
	print_section(&networks, at(result, "mobile_ipv4.networks"));
	if (json_is_object(at(result, "foreign_agent")))
		format_foreign_agent(at(result, "foreign_agent"));
	print_section(&foreign, at(result, "foreign_agent.links"));
}

/* The number that stands for ever, in words. */
static void put_infinite(json_t *row)
{
	static const char *const lifetimes[] = {"valid_lifetime_s", "preferred_lifetime_s",
						"lifetime_s", "remaining_s"};

	for (size_t i = 0; i < sizeof(lifetimes) / sizeof(lifetimes[0]); i++)
		if (json_integer_value(json_object_get(row, lifetimes[i])) == UINT32_MAX)
			json_object_set_new(row, lifetimes[i], json_string("infinite"));
}

void format_bindings(json_t *result)
{
	static struct table bindings = {
		.heads = {"HOME ADDRESS", "CARE-OF ADDRESS", "HOME AGENT", "TUNNEL", "SEQUENCE",
			  "LIFETIME", "REMAINING"},
		.fields = {"home_address", "care_of", "home_agent", "encapsulation", "sequence",
			   "lifetime_s", "remaining_s"},
	};
	json_t *binding;
	size_t i;

	json_array_foreach (at(result, "bindings"), i, binding)
		put_infinite(binding);
	print_table(&bindings, at(result, "bindings"));
}

void format_correspondents(json_t *result)
{
	static struct table bindings = {
		.heads = {"HOME ADDRESS", "CARE-OF ADDRESS", "CORRESPONDENT", "SEQUENCE",
			  "LIFETIME", "REMAINING"},
		.fields = {"home_address", "care_of", "correspondent", "sequence", "lifetime_s",
			   "remaining_s"},
	};

	print_table(&bindings, at(result, "bindings"));
}

/* A line for each group. */
void format_listeners(json_t *result)
{
	static struct table listeners = {
		.heads = {"GROUP", "HOME ADDRESS", "CARE-OF ADDRESS", "REMAINING"},
		.fields = {"group", "home_address", "care_of", "remaining_s"},
	};
	json_t *rows = json_array();
	json_t *listener;
	json_t *group;
	size_t i;
	size_t k;

	json_array_foreach (at(result, "listeners"), i, listener)
		json_array_foreach (at(listener, "groups"), k, group)
			json_array_append_new(rows,
					      json_pack("{s:O*, s:O*, s:O*, s:O*}", "group",
							at(group, "group"), "home_address",
							at(listener, "home_address"), "care_of",
							at(listener, "care_of"), "remaining_s",
							at(group, "remaining_s")));
	print_table(&listeners, rows);
	json_decref(rows);
}

void format_visitors(json_t *result)
{
	static struct table visitors = {
		.heads = {"HOME ADDRESS", "HOME AGENT", "CARE-OF ADDRESS", "PORT", "MAC", "TUNNEL",
			  "REVERSE", "REMAINING"},
		.fields = {"home_address", "home_agent", "care_of", "port", "mac", "encapsulation",
			   "reverse_tunnel", "remaining_s"},
	};
	json_t *visitor;
	size_t i;

	json_array_foreach (at(result, "visitors"), i, visitor)
		put_infinite(visitor);
	print_table(&visitors, at(result, "visitors"));
}

/* What only bindings of Mobile IPv4 have. */
static void format_binding4(json_t *result)
{
	print_value("source port", result, "source_port");
	print_value("tunnel end", result, "tunnel_end");
	print_value("udp port", result, "udp_port");
	print_value("gre key", result, "gre_key");
	print_value("also at", result, "simultaneous");
	print_value("revocation", result, "revocation_agreed");
}

void format_binding(json_t *result)
{
	put_infinite(result);
	print_value("home address", result, "home_address");
	print_value("protocol", result, "protocol");
	print_value("state", result, "state");
	print_value("care-of address", result, "care_of");
	print_value("source", result, "source");
	print_value("home agent", result, "home_agent");
	print_value("home link", result, "home_link");
	print_value("tunnel", result, "encapsulation");
	print_value("flags", result, "flags");
	if (at(result, "udp_port") != NULL)
		format_binding4(result);
	print_value("sequence", result, "sequence");
	print_value("spi", result, "spi");
	print_value("lifetime, s", result, "lifetime_s");
	print_value("remaining, s", result, "remaining_s");
	print_value("registered, s ago", result, "registered_ago_s");
	print_value("updated, s ago", result, "updated_ago_s");
	print_value("updates", result, "updates");
	print_value("moves", result, "moves");
	print_value("revoking", result, "revoking");
	print_value("told to switch", result, "told_to_switch");
	print_value("next hop", result, "next_hop.state");
	print_value("inner mtu", result, "inner_mtu");
	print_value("path mtu", result, "path_mtu.octets");
	print_value("  told, s ago", result, "path_mtu.told_ago_s");
	print_value("to node, packets", result, "traffic.to_pkts");
	print_value("         octets", result, "traffic.to_bytes");
	print_value("from node, packets", result, "traffic.from_pkts");
	print_value("           octets", result, "traffic.from_bytes");
}

void format_removed(json_t *result)
{
	char text[CELL_MAX];

	if (at(result, "revoking") != NULL) {
		cell_text(at(result, "revoking"), text);
		printf("%s is told, and removed in a few seconds at the latest\n", text);
		return;
	}
	cell_text(at(result, "removed"), text);
	printf("%s removed\n", text);
}

void format_path_mtus(json_t *result)
{
	struct table paths = {
		.heads = {"CARE-OF ADDRESS", "PATH MTU", "TOLD AGO", "AGES IN"},
		.fields = {"care_of", "path_mtu", "told_ago_s", "ages_in_s"},
	};

	print_table(&paths, at(result, "path_mtus"));
	printf("%zu learnt\n", json_array_size(at(result, "path_mtus")));
}

void format_cleared(json_t *result)
{
	char text[CELL_MAX];

	cell_text(at(result, "cleared"), text);
	printf("%s cleared\n", text);
}

void format_reloaded(json_t *result)
{
	print_value("mobile nodes", result, "configured");
	print_value("  Mobile IPv6", result, "mip6");
	print_value("  Mobile IPv4", result, "mip4");
	print_value("  without auth", result, "unauthenticated");
}

void format_service(json_t *result)
{
	print_value("registrations", result, "service");
}

void format_drain(json_t *result)
{
	json_t *drain = at(result, "drain");
	json_t *moving = at(drain, "switch");

	printf("%-18s %s\n", "draining",
	       !json_is_object(drain)	 ? "no"
	       : !json_is_object(moving) ? "yes"
					 : "yes, to other home agents");
	if (!json_is_object(moving))
		return;
	print_value("  to", moving, "addresses");
	print_value("  told", moving, "told");
	print_value("  answered", moving, "answered");
}

void format_links(json_t *result)
{
	struct table links = {
		.heads = {"INTERFACE", "LINK LOCAL", "PREFIXES", "DEFENDED", "TESTED", "RECEIVED",
			  "INVALID", "SENT", "SEND FAILED"},
		.fields = {"interface", "link_local", "prefixes", "defended", "tested",
			   "counters.received", "counters.invalid", "counters.sent",
			   "counters.send_failed"},
	};

	if (json_array_size(at(result, "links")) == 0)
		puts("every home link is virtual");
	else
		print_table(&links, at(result, "links"));
}

void format_home_agents(json_t *result)
{
	struct table agents = {
		.heads = {"INTERFACE", "LINK-LOCAL ADDRESS", "PREFERENCE", "MOBILE ROUTERS",
			  "REMAINING", "ADDRESSES"},
		.fields = {"interface", "link_local", "preference", "mobile_router", "remaining_s",
			   "addresses"},
	};

	print_table(&agents, at(result, "home_agents"));
}

void format_prefixes(json_t *result)
{
	struct table prefixes = {
		.heads = {"HOME PREFIX", "HOME AGENT", "VALID", "PREFERRED"},
		.fields = {"prefix", "address", "valid_lifetime_s", "preferred_lifetime_s"},
	};
	json_t *prefix;
	size_t i;

	json_array_foreach (at(result, "prefixes"), i, prefix)
		put_infinite(prefix);
	print_table(&prefixes, at(result, "prefixes"));
}

void format_prefix(json_t *result)
{
	put_infinite(result);
	print_value("prefix", result, "prefix");
	print_value("home agent", result, "address");
	print_value("valid, s", result, "valid_lifetime_s");
	print_value("preferred, s", result, "preferred_lifetime_s");
}

void format_stats(json_t *result)
{
	json_int_t in = json_integer_value(at(result, "balance.in"));
	json_int_t out = json_integer_value(at(result, "balance.out"));

	print_value("received", result, "totals.received");
	print_value("injected", result, "totals.injected");
	print_value("sent", result, "totals.sent");
	print_value("  encapsulated", result, "totals.encapsulated");
	print_value("decapsulated", result, "totals.decapsulated");
	print_value("to the kernel", result, "totals.to_kernel");
	printf("%-18s %lld\n", "dropped, punted",
	       (long long)(out - json_integer_value(at(result, "totals.sent")) -
			   json_integer_value(at(result, "totals.to_kernel"))));
	printf("%-18s %lld in, %lld out, %lld on the way\n", "balance", (long long)in,
	       (long long)out, (long long)(in - out));
	putchar('\n');
	format_stats_ports(result);
}

/* Rows {name, count, text} of the counters in a group that are not 0. */
static void add_counters(json_t *rows, json_t *counters, json_t *texts)
{
	const char *name;
	json_t *value;

	json_object_foreach (counters, name, value) {
		json_t *text = json_object_get(texts, name);

		if (json_integer_value(value) != 0)
			json_array_append_new(
				rows,
				json_pack("{s:s, s:O, s:s}", "name", name, "count", value, "text",
					  text != NULL ? json_string_value(text) : "-"));
	}
}

static void print_counters(const char *head, json_t *counters, json_t *texts)
{
	struct table table = {
		.heads = {head, "COUNT", "MEANING"},
		.fields = {"name", "count", "text"},
	};
	json_t *rows = json_array();

	add_counters(rows, counters, texts);
	if (json_array_size(rows) == 0)
		printf("%s: all 0\n", head);
	print_table(&table, rows);
	json_decref(rows);
}

void format_stats_drops(json_t *result)
{
	print_counters("DROPPED", at(result, "totals.dropped"), at(result, "texts.dropped"));
}

void format_stats_control(json_t *result)
{
	print_counters("PUNTED", at(result, "totals.punted"), at(result, "texts.punted"));
	putchar('\n');
	print_counters("OUTCOME", at(result, "control.outcomes"), at(result, "texts.outcomes"));
	putchar('\n');
	print_counters("SILENT", at(result, "control.silent"), at(result, "texts.silent"));
	putchar('\n');
	print_counters("REPLY CODE", at(result, "control.registration_codes"),
		       at(result, "texts.registration_codes"));
	putchar('\n');
	print_counters("OTHER", at(result, "control.others"), at(result, "texts.others"));
}

void format_stats_ports(json_t *result)
{
	struct table ports = {
		.heads = {"PORT", "RX PKTS", "RX BYTES", "TX PKTS", "TX BYTES", "RX MISSED",
			  "RX ERRORS", "TX ERRORS", "RX NO BUFFER", "BUFFERS", "FREE"},
		.fields = {"name", "rx_pkts", "rx_bytes", "tx_pkts", "tx_bytes", "rx_missed",
			   "rx_errors", "tx_errors", "rx_no_buffer", "buffers", "buffers_free"},
	};

	print_table(&ports, at(result, "ports"));
	print_value("control buffers", result, "buffers");
	print_value("           free", result, "buffers_free");
}

void format_stats_workers(json_t *result)
{
	struct table workers = {
		.heads = {"WORKER", "RECEIVED", "INJECTED", "SENT", "TO KERNEL", "ENCAPSULATED",
			  "DECAPSULATED", "FRAGMENTED", "JOINED", "WAITING", "COPIED",
			  "HANDED OVER", "TAKEN OVER", "POLLS", "IDLE POLLS"},
		.fields = {"worker", "received", "injected", "sent", "to_kernel", "encapsulated",
			   "decapsulated", "fragments_created", "fragments_joined",
			   "fragments_waiting", "copies_created", "handed_over", "taken_over",
			   "polls", "polls_idle"},
	};
	json_t *rows = json_deep_copy(at(result, "workers"));
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		json_object_set_new(row, "worker", json_integer((json_int_t)i));
	print_table(&workers, rows);
	json_decref(rows);
}

static void print_params(json_t *params)
{
	json_t *param;
	size_t i;

	json_array_foreach (params, i, param) {
		char name[CELL_MAX];
		char type[CELL_MAX];
		char text[CELL_MAX];

		cell_text(at(param, "name"), name);
		cell_text(at(param, "type"), type);
		cell_text(at(param, "text"), text);
		printf("    %s (%s%s): %s\n", name, type,
		       json_is_true(at(param, "required")) ? ", required" : "", text);
	}
}

void format_discover(json_t *result)
{
	json_t *method;
	size_t i;

	json_array_foreach (at(result, "methods"), i, method) {
		char name[CELL_MAX];
		char text[CELL_MAX];

		cell_text(at(method, "name"), name);
		cell_text(at(method, "text"), text);
		printf("%s%s\n  %s\n", i > 0 ? "\n" : "", name, text);
		print_params(at(method, "params"));
	}
}
