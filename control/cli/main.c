/* SPDX-License-Identifier: BSD-3-Clause
 *
 * homewardctl: arguments to JSON, JSON to text. What a command means is the daemon's business.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/format.h"

#define DEFAULT_SOCKET "/run/homeward/control.sock"

enum {
	EXIT_ERROR_ANSWER = 1,
	EXIT_USAGE = 2,
	EXIT_UNREACHABLE = 3,
	ANSWER_TIMEOUT_S = 10,
	PAGE_ROWS = 1000,
	SWITCH_ADDRESSES_MAX = 16,
};

struct arguments {
	const char *socket;
	bool json;
	const char *care_of;
	const char *prefix;
	long long limit; /* 0: all */
	char **rest;	 /* after the command's words */
	int rest_count;
};

struct command {
	const char *words; /* as typed */
	const char *method;
	format_fn *format;
	int rest_min;
	int rest_max;
	int (*run)(const struct command *command, const struct arguments *arguments);
	const char *usage; /* what follows the words */
	const char *text;
};

static FILE *daemon_in;
static FILE *daemon_out;

static const char *mend_of(int error)
{
	if (error == EACCES || error == EPERM)
		return "run as root, or as a member of the socket's group";
	return "is homewardd running? start it with systemctl start homewardd, or name its "
	       "socket with --socket";
}

static int unreachable(const char *path, int error)
{
	fprintf(stderr, "homewardctl: %s: %s; %s\n", path, strerror(error), mend_of(error));
	return EXIT_UNREACHABLE;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval timeout = {.tv_sec = ANSWER_TIMEOUT_S};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return unreachable(path, ENAMETOOLONG);
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		return unreachable(path, errno);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	daemon_in = fdopen(fd, "r");
	daemon_out = fdopen(dup(fd), "w");
	return daemon_in != NULL && daemon_out != NULL ? 0 : unreachable(path, errno);
}

/* The next line of the daemon, parsed; NULL when none comes. */
static json_t *read_response(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length = getline(&line, &size, daemon_in);
	json_t *response = length > 0 ? json_loadb(line, (size_t)length, 0, NULL) : NULL;

	free(line);
	return response;
}

/* Gives up params. *result belongs to the caller when 0 is returned, the exit status otherwise. */
static int ask(const char *method, json_t *params, json_t **result)
{
	json_t *request = json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", 1, "method",
				    method, "params", params);
	const char *message;
	json_t *response;

	json_dumpf(request, daemon_out, JSON_COMPACT);
	json_decref(request);
	fputc('\n', daemon_out);
	response = fflush(daemon_out) == 0 ? read_response() : NULL;
	if (response == NULL) {
		fprintf(stderr,
			"homewardctl: homewardd closed the connection or did not answer "
			"within %d s; look at its log\n",
			ANSWER_TIMEOUT_S);
		return EXIT_UNREACHABLE;
	}
	*result = json_incref(json_object_get(response, "result"));
	message = json_string_value(json_object_get(json_object_get(response, "error"), "message"));
	if (*result == NULL)
		fprintf(stderr, "homewardctl: %s\n", message != NULL ? message : "no result");
	json_decref(response);
	return *result != NULL ? 0 : EXIT_ERROR_ANSWER;
}

static int ask_and_show(const struct command *command, const struct arguments *arguments,
			const char *method, json_t *params)
{
	json_t *result;
	int status = ask(method, params, &result);

	if (status != 0)
		return status;
	(arguments->json ? format_json : command->format)(result);
	json_decref(result);
	return 0;
}

static int run_plain(const struct command *command, const struct arguments *arguments)
{
	return ask_and_show(command, arguments, command->method, json_object());
}

static int run_with_address(const struct command *command, const struct arguments *arguments)
{
	json_t *params = json_pack("{s:s}", "home_address", arguments->rest[0]);

	if (arguments->rest_count == 2)
		json_object_set_new(params, "care_of", json_string(arguments->rest[1]));
	return ask_and_show(command, arguments, command->method, params);
}

/* The last word of the command says on or off, or the like. */
static int run_service(const struct command *command, const struct arguments *arguments)
{
	return ask_and_show(command, arguments, command->method,
			    json_pack("{s:b}", "accept_registrations",
				      strcmp(command->words, "service open") == 0));
}

static int run_drain(const struct command *command, const struct arguments *arguments)
{
	return ask_and_show(command, arguments, command->method,
			    json_pack("{s:b}", "on", strcmp(command->words, "drain on") == 0));
}

static int run_drain_switch(const struct command *command, const struct arguments *arguments)
{
	json_t *params = json_pack("{s:b, s:b}", "on", 1, "switch", 1);
	json_t *addresses = json_array();

	for (int i = 0; i < arguments->rest_count; i++)
		json_array_append_new(addresses, json_string(arguments->rest[i]));
	if (arguments->rest_count > 0)
		json_object_set(params, "addresses", addresses);
	json_decref(addresses);
	return ask_and_show(command, arguments, command->method, params);
}

/* A lifetime as the configuration has it; NULL when it is none. */
static json_t *lifetime(const char *text)
{
	char *end;
	unsigned long long seconds;

	if (strcmp(text, "infinite") == 0)
		return json_integer(UINT32_MAX);
	errno = 0;
	seconds = strtoull(text, &end, 10);
	if (errno == 0 && *end == '\0' && end != text && *text != '-' && seconds < UINT32_MAX)
		return json_integer((json_int_t)seconds);
	fprintf(stderr, "homewardctl: %s is no lifetime; use seconds, or infinite\n", text);
	return NULL;
}

static int run_prefix_set(const struct command *command, const struct arguments *arguments)
{
	json_t *valid = lifetime(arguments->rest[1]);
	json_t *preferred = lifetime(arguments->rest[2]);

	if (valid == NULL || preferred == NULL) {
		json_decref(valid);
		json_decref(preferred);
		return EXIT_USAGE;
	}
	return ask_and_show(command, arguments, command->method,
			    json_pack("{s:s, s:o, s:o}", "prefix", arguments->rest[0],
				      "valid_lifetime_s", valid, "preferred_lifetime_s",
				      preferred));
}

static int run_stats(const struct command *command, const struct arguments *arguments)
{
	return ask_and_show(command, arguments, command->method, json_pack("{s:b}", "texts", 1));
}

static int run_raw(const struct command *command, const struct arguments *arguments)
{
	json_error_t where;
	json_t *params = arguments->rest_count == 2 ? json_loads(arguments->rest[1], 0, &where)
						    : json_object();

	if (params == NULL) {
		fprintf(stderr, "homewardctl: the parameters are not JSON: %s at octet %d\n",
			where.text, where.position);
		return EXIT_USAGE;
	}
	return ask_and_show(command, arguments, arguments->rest[0], params);
}

static json_t *page_params(const struct arguments *arguments, json_t *after, long long rows)
{
	json_t *params = json_object();

	if (arguments->care_of != NULL)
		json_object_set_new(params, "care_of", json_string(arguments->care_of));
	if (arguments->prefix != NULL)
		json_object_set_new(params, "prefix", json_string(arguments->prefix));
	if (json_is_integer(after))
		json_object_set_new(params, "after", json_copy(after));
	json_object_set_new(params, "limit", json_integer(rows < PAGE_ROWS ? rows : PAGE_ROWS));
	return params;
}

/* The list in a page, in the plural. */
static const char *rows_of(const struct command *command)
{
	if (strcmp(command->method, "visitor.list") == 0)
		return "visitors";
	return strcmp(command->method, "multicast.list") == 0 ? "listeners" : "bindings";
}

/* Pages become one list, without holding more than one of them. */
static void show_page(const struct command *command, const struct arguments *arguments,
		      json_t *page, long long shown)
{
	json_t *row;
	size_t i;

	if (!arguments->json) {
		command->format(page);
		return;
	}
	json_array_foreach (json_object_get(page, rows_of(command)), i, row) {
		fputs(shown++ > 0 ? ",\n" : "\n", stdout);
		json_dumpf(row, stdout, JSON_COMPACT);
	}
}

/* Leaves in *rest what the last page has beside its rows. */
static int list_pages(const struct command *command, const struct arguments *arguments,
		      json_t **rest, long long *shown)
{
	long long limit = arguments->limit != 0 ? arguments->limit : LLONG_MAX;
	const char *rows = rows_of(command);

	do {
		json_t *page;
		json_t *next = json_object_get(*rest, "next");
		int status =
			ask(command->method, page_params(arguments, next, limit - *shown), &page);

		if (status != 0)
			return status;
		show_page(command, arguments, page, *shown);
		*shown += (long long)json_array_size(json_object_get(page, rows));
		json_object_del(page, rows);
		json_decref(*rest);
		*rest = page;
	} while (json_is_integer(json_object_get(*rest, "next")) && *shown < limit);
	return 0;
}

static void end_list(const char *rows, const struct arguments *arguments, json_t *rest,
		     long long shown)
{
	const char *key;
	json_t *value;

	if (!arguments->json) {
		printf("%s%lld %.*s%s\n", shown > 0 ? "\n" : "", shown,
		       (int)strlen(rows) - (shown == 1), rows,
		       json_is_integer(json_object_get(rest, "next")) ? ", and there may be more"
								      : "");
		return;
	}
	fputs("]", stdout);
	json_object_foreach (rest, key, value) {
		printf(",\"%s\":", key);
		json_dumpf(value, stdout, JSON_ENCODE_ANY);
	}
	fputs("}\n", stdout);
}

/* JSON that an error cuts off stays open, so that nobody takes it for the whole list. */
static int run_list(const struct command *command, const struct arguments *arguments)
{
	const char *rows = rows_of(command);
	json_t *rest = json_pack("{s:n}", "next");
	long long shown = 0;
	int status;

	if (arguments->json)
		printf("{\"%s\":[", rows);
	status = list_pages(command, arguments, &rest, &shown);
	if (status == 0)
		end_list(rows, arguments, rest, shown);
	json_decref(rest);
	return status;
}

/* At most as many as the daemon has places for: the pages become one answer. */
static int run_path_mtus(const struct command *command, const struct arguments *arguments)
{
	json_t *all = json_pack("{s:[], s:n}", "path_mtus", "next");
	json_t *next = json_null();
	int status;

	do {
		json_t *page;

		status = ask(command->method, page_params(arguments, next, PAGE_ROWS), &page);
		if (status != 0)
			break;
		json_array_extend(json_object_get(all, "path_mtus"),
				  json_object_get(page, "path_mtus"));
		json_decref(next);
		next = json_incref(json_object_get(page, "next"));
		json_decref(page);
	} while (json_is_integer(next));
	if (status == 0)
		(arguments->json ? format_json : command->format)(all);
	json_decref(next);
	json_decref(all);
	return status;
}

static int run_clear(const struct command *command, const struct arguments *arguments)
{
	json_t *params = json_object();

	if (arguments->rest_count == 1)
		json_object_set_new(params, "care_of", json_string(arguments->rest[0]));
	return ask_and_show(command, arguments, command->method, params);
}

/* Longer words first where one begins with another. */
static const struct command commands[] = {
	{"status", "status.get", format_status, 0, 0, run_plain, "",
	 "how the daemon is, and what it runs on"},
	{"binding list", "binding.list", format_bindings, 0, 0, run_list,
	 "[--care-of ADDRESS] [--prefix PREFIX] [--limit N]", "the bindings in force"},
	{"binding get", "binding.get", format_binding, 1, 2, run_with_address,
	 "HOME-ADDRESS [CARE-OF-ADDRESS]", "all about one binding"},
	{"binding remove", "binding.remove", format_removed, 1, 2, run_with_address,
	 "HOME-ADDRESS [CARE-OF-ADDRESS]",
	 "take bindings out: all of a home address, or one; only root and the daemon's user may"},
	{"path-mtu list", "path_mtu.list", format_path_mtus, 0, 0, run_path_mtus, "",
	 "path MTUs that routers have told of"},
	{"path-mtu clear", "path_mtu.clear", format_cleared, 0, 1, run_clear, "[CARE-OF-ADDRESS]",
	 "forget one path MTU, or all; only root and the daemon's user may"},
	{"drain on", "drain.set", format_drain, 0, 0, run_drain, "",
	 "take no mobile node in; those who are registered stay"},
	{"drain off", "drain.set", format_drain, 0, 0, run_drain, "", "take mobile nodes in again"},
	{"drain switch", "drain.set", format_drain, 0, SWITCH_ADDRESSES_MAX, run_drain_switch,
	 "[ADDRESS...]", "also tell those who are registered to go to another home agent"},
	{"service open", "service.set", format_service, 0, 0, run_service, "",
	 "answer registrations"},
	{"service close", "service.set", format_service, 0, 0, run_service, "",
	 "answer every registration with status 131"},
	{"mobile-nodes reload", "mobile_nodes.reload", format_reloaded, 0, 0, run_plain, "",
	 "read the mobile nodes file again"},
	{"correspondent list", "correspondent.list", format_correspondents, 0, 0, run_list,
	 "[--limit N]", "the bindings of the correspondent function"},
	{"multicast list", "multicast.list", format_listeners, 0, 0, run_list, "[--limit N]",
	 "the groups that mobile nodes listen to"},
	{"visitor list", "visitor.list", format_visitors, 0, 0, run_list, "[--limit N]",
	 "the mobile nodes that visit the foreign agents"},
	{"visitor remove", "visitor.remove", format_removed, 1, 1, run_with_address, "HOME-ADDRESS",
	 "end a visit; only root and the daemon's user may"},
	{"link list", "link.list", format_links, 0, 0, run_plain, "", "the real home links"},
	{"home-agents list", "home_agents.list", format_home_agents, 0, 0, run_plain, "",
	 "who else serves the home links"},
	{"prefix list", "prefix.list", format_prefixes, 0, 0, run_plain, "",
	 "the home prefixes, with what is left of their lifetimes"},
	{"prefix set", "prefix.set", format_prefix, 3, 3, run_prefix_set, "PREFIX VALID PREFERRED",
	 "change the lifetimes of a home prefix; seconds, or infinite; only root and the daemon's "
	 "user may"},
	{"stats drops", "stats.get", format_stats_drops, 0, 0, run_stats, "",
	 "why packets were dropped"},
	{"stats ports", "stats.get", format_stats_ports, 0, 0, run_stats, "",
	 "the counters of each port"},
	{"stats workers", "stats.get", format_stats_workers, 0, 0, run_stats, "",
	 "the counters of each worker"},
	{"stats control", "stats.get", format_stats_control, 0, 0, run_stats, "",
	 "what became of signalling"},
	{"stats", "stats.get", format_stats, 0, 0, run_stats, "", "packets in and out"},
	{"config", "config.get", format_json, 0, 0, run_plain, "",
	 "the configuration in force, without secrets"},
	{"hello", "server.hello", format_hello, 0, 0, run_plain, "", "who answers"},
	{"discover", "rpc.discover", format_discover, 0, 0, run_plain, "",
	 "the methods of the control socket"},
	{"raw", NULL, format_json, 1, 2, run_raw, "METHOD [PARAMETERS]",
	 "any method; parameters as a JSON object"},
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static void print_command(FILE *out, const struct command *command)
{
	fprintf(out, "  %s%s%s\n", command->words, *command->usage != '\0' ? " " : "",
		command->usage);
}

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: homewardctl [--socket PATH] [--json] COMMAND\n"
		     "       homewardctl --version | --help\n"
		     "The socket is " DEFAULT_SOCKET " unless given.\n\n");
	for (int i = 0; i < COMMAND_COUNT; i++) {
		print_command(out, &commands[i]);
		fprintf(out, "        %s\n", commands[i].text);
	}
	return status;
}

/* How many of the words given the command's are; 0 when they differ. */
static int match(const char *words, char *given[], int count)
{
	int matched = 0;

	while (*words != '\0') {
		size_t length = strcspn(words, " ");

		if (matched == count || strlen(given[matched]) != length ||
		    strncmp(words, given[matched], length) != 0)
			return 0;
		matched++;
		words += length + (words[length] == ' ');
	}
	return matched;
}

static const struct command *find_command(struct arguments *arguments)
{
	for (int i = 0; i < COMMAND_COUNT; i++) {
		int words = match(commands[i].words, arguments->rest, arguments->rest_count);

		if (words == 0)
			continue;
		arguments->rest += words;
		arguments->rest_count -= words;
		return &commands[i];
	}
	return NULL;
}

/* Of a first word that is right, what may follow; else where to look. */
static void report_no_command(const struct arguments *arguments)
{
	const char *word = arguments->rest_count > 0 ? arguments->rest[0] : "";
	size_t length = strlen(word);
	bool known = false;

	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (length == 0 || strncmp(commands[i].words, word, length) != 0 ||
		    commands[i].words[length] != ' ')
			continue;
		if (!known)
			fprintf(stderr, "homewardctl: \"%s\" needs one of these:\n", word);
		known = true;
		print_command(stderr, &commands[i]);
	}
	if (!known)
		fprintf(stderr, "homewardctl: %s; homewardctl --help lists the commands\n",
			length > 0 ? "no such command" : "a command is missing");
}

/* Whether each option given is one that the command takes, by its usage. */
static bool takes_options(const struct command *command, const struct arguments *arguments)
{
	const char *wrong = NULL;

	if (arguments->care_of != NULL && strstr(command->usage, "--care-of") == NULL)
		wrong = "--care-of";
	else if (arguments->prefix != NULL && strstr(command->usage, "--prefix") == NULL)
		wrong = "--prefix";
	else if (arguments->limit != 0 && strstr(command->usage, "--limit") == NULL)
		wrong = "--limit";
	if (wrong != NULL)
		fprintf(stderr, "homewardctl: %s does not take %s; leave it out\n", command->words,
			wrong);
	return wrong == NULL;
}

static bool is_usable(const struct command *command, const struct arguments *arguments)
{
	if (command == NULL) {
		report_no_command(arguments);
		return false;
	}
	if (arguments->rest_count < command->rest_min ||
	    arguments->rest_count > command->rest_max) {
		fputs("homewardctl: wrong number of arguments; use\n", stderr);
		print_command(stderr, command);
		return false;
	}
	return takes_options(command, arguments);
}

static bool read_limit(const char *text, struct arguments *arguments)
{
	char *end;

	errno = 0;
	arguments->limit = strtoll(text, &end, 10);
	if (errno == 0 && *end == '\0' && arguments->limit > 0)
		return true;
	fprintf(stderr, "homewardctl: --limit must be a number from 1 on\n");
	return false;
}

/* False when the program is to end with *status. */
static bool read_options(int argc, char *argv[], struct arguments *arguments, int *status)
{
	static const struct option options[] = {
		{"socket", required_argument, NULL, 's'},  {"json", no_argument, NULL, 'j'},
		{"care-of", required_argument, NULL, 'c'}, {"prefix", required_argument, NULL, 'p'},
		{"limit", required_argument, NULL, 'l'},   {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},	   {NULL, 0, NULL, 0},
	};
	int option;

	*status = EXIT_SUCCESS;
	while ((option = getopt_long(argc, argv, "s:jhV", options, NULL)) != -1) {
		switch (option) {
		case 's':
			arguments->socket = optarg;
			break;
		case 'j':
			arguments->json = true;
			break;
		case 'c':
			arguments->care_of = optarg;
			break;
		case 'p':
			arguments->prefix = optarg;
			break;
		case 'l':
			if (read_limit(optarg, arguments))
				break;
			*status = EXIT_USAGE;
			return false;
		case 'h':
			usage(stdout, 0);
			return false;
		case 'V':
			printf("homewardctl %s\n", HOMEWARD_VERSION);
			return false;
		default:
			*status = EXIT_USAGE;
			return false;
		}
	}
	arguments->rest = argv + optind;
	arguments->rest_count = argc - optind;
	return true;
}

int main(int argc, char *argv[])
{
	struct arguments arguments = {.socket = DEFAULT_SOCKET};
	const struct command *command;
	int status;

	if (!read_options(argc, argv, &arguments, &status))
		return status;
	command = find_command(&arguments);
	if (!is_usable(command, &arguments))
		return EXIT_USAGE;
	status = connect_to(arguments.socket);
	if (status == 0)
		status = command->run(command, &arguments);
	if (daemon_out != NULL)
		fclose(daemon_out);
	if (daemon_in != NULL)
		fclose(daemon_in);
	return status;
}
