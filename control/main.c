/* SPDX-License-Identifier: BSD-3-Clause
 *
 * homewardd: starts the parts in order, runs the loop, and takes the parts down again in reverse
 * order.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "agent.h"
#include "api/api.h"
#include "api/context.h"
#include "config/config_load.h"
#include "counters.h"
#include "ha/dataplane.h"
#include "ha/time.h"
#include "link/link.h"
#include "log.h"
#include "loop.h"
#include "mobile_node.h"
#include "multicast/membership.h"
#include "multicast/upstream.h"
#include "netlink/netlink.h"
#include "nexthop.h"
#include "service.h"
#include "steer.h"

enum {
	EXIT_START_FAILED = 1,
	EXIT_USAGE = 2,
	TICK_MS = 1000,
};

#define DEFAULT_CONFIG "/etc/homeward/homeward.json"

static struct config config;
static struct mobile_nodes *nodes;
static int signal_fd = -1;
static uint64_t started_ms;

static void print_problem(void *unused, const struct fault *problem)
{
	(void)unused;
	fprintf(stderr, "%s: %s%s%s\n", config.path, problem->where,
		problem->where[0] != '\0' ? ": " : "", problem->text);
}

static void print_fault(const struct fault *fault)
{
	log_error("%s%s%s", fault->where, fault->where[0] != '\0' ? ": " : "", fault->text);
}

static void log_problem(void *unused, const struct fault *problem)
{
	(void)unused;
	print_fault(problem);
}

/* A mobile nodes file that is not there, or open to others, keeps the daemon from starting on this
 * host, but is no fault of the configuration: it may be checked on another one. */
static bool is_private_file(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && (file.st_mode & 077) == 0;
}

static void print_nodes_problem(void *severity, const struct fault *problem)
{
	fprintf(stderr, "%s: %s%s\n", problem->where, (const char *)severity, problem->text);
}

#define OPEN_KEYS "holds keys, and its mode opens them to others; run chmod 600"

/* The same for keys in the configuration itself. */
static bool are_keys_open(void)
{
	return config.has_keys && !is_private_file(config.path);
}

/* EXIT_START_FAILED when something is wrong in the mobile nodes file. */
static int check_nodes(void)
{
	static char error[] = "";
	static char warning[] = "warning: ";
	bool is_private = is_private_file(config.mobile_nodes_path);

	nodes = mobile_nodes_read(config.mobile_nodes_path, &config, print_nodes_problem,
				  is_private ? error : warning);
	if (nodes == NULL)
		return is_private ? EXIT_START_FAILED : EXIT_SUCCESS;
	printf("%s: good, %zu mobile nodes\n", config.mobile_nodes_path, mobile_nodes_count(nodes));
	mobile_nodes_free(nodes);
	return EXIT_SUCCESS;
}

/* Both files, whatever is wrong with the first: as much as can be mended at once. */
static int check(const char *path)
{
	unsigned int problems = config_load(path, &config, print_problem, NULL);
	int status = EXIT_SUCCESS;

	if (config.mobile_nodes_path[0] != '\0')
		status = check_nodes();
	if (are_keys_open())
		fprintf(stderr, "%s: warning: " OPEN_KEYS " %s\n", path, path);
	if (problems != 0)
		return EXIT_START_FAILED;
	printf("%s: good\n", path);
	return status;
}

static void stop_on_signal(void *unused, uint32_t events)
{
	struct signalfd_siginfo info;

	(void)unused;
	(void)events;
	if (read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		log_info("stopping on signal %u", info.ssi_signo);
		loop_stop();
	}
}

/* Blocked before any other thread exists, so that no worker is ever interrupted. */
static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return signal_fd >= 0 ? 0 : -errno;
}

static void local_address(const struct ip_addr *address, bool present)
{
	service_set_local(address, present);
	steer_set_address(address, present);
	link_addresses_changed();
}

/* On an af_xdp port the steering program brings what the kernel's membership lets in. */
static void group_changed(const struct ip_addr *group, bool wanted)
{
	int rc = 0;

	if (!ip_addr_is_multicast(group)) /* a broadcast address: it is heard whoever wants it */
		return;
	if (!wanted)
		upstream_leave(group);
	else
		rc = upstream_join(group);
	if (rc == 0)
		rc = steer_set_group(config.multicast_port, group, wanted);
	if (rc != 0 && wanted)
		count(COUNT_MULTICAST_LINK_FAILED);
}

static bool has_kernel_interface(void)
{
	for (uint16_t i = 0; i < config.port_count; i++)
		if (config.ports[i].kind != PORT_VDEV)
			return true;
	return false;
}

static unsigned int tick(void *unused)
{
	static uint64_t next_ms;
	uint64_t now_ms = monotonic_ms();

	(void)unused;
	if (now_ms < next_ms)
		return 0;
	next_ms = now_ms + TICK_MS;
	nexthop_refresh(now_ms);
#ifdef HAVE_LIBSYSTEMD
	sd_notify(0, "WATCHDOG=1");
#endif
	return 0;
}

static int watch_host(struct fault *fault)
{
	int rc = loop_add_fd(signal_fd, EPOLLIN, stop_on_signal, NULL);

	if (rc == 0)
		rc = loop_add_poller(tick, NULL);
	if (rc != 0)
		fault_set(fault, "", "the event loop could not be started: %s", strerror(-rc));
	return rc;
}

static int start_api(struct fault *fault)
{
	static struct api_context context;

	context = (struct api_context){
		.config = &config,
		.nodes = nodes,
		.started_ms = started_ms,
	};
	context.tunnels = service_tunnels(&context.tunnel_count);
	return api_start(&context, fault);
}

static void announce(void)
{
	size_t open_nodes = mobile_nodes_count_unauthenticated(nodes);

	if (open_nodes != 0)
		log_warning("mobile nodes with \"auth\": \"none\", which anyone may move: %zu",
			    open_nodes);
	log_info("ready: %u ports, %u workers, %zu mobile nodes, socket %s", config.port_count,
		 dataplane_worker_count(), mobile_nodes_count(nodes), config.socket_path);
#ifdef HAVE_LIBSYSTEMD
	sd_notify(0, "READY=1");
#endif
}

/* Runs until a signal asks to stop. Labels name what they undo. */
static int serve(struct fault *fault)
{
	int rc;

	rc = steer_check(&config, fault);
	if (rc != 0)
		return rc;
	rc = agent_open(&config, nodes, steer_release, fault);
	if (rc != 0)
		return rc;
	rc = watch_host(fault);
	if (rc == 0 && has_kernel_interface())
		rc = netlink_start(&config, local_address, fault);
	if (rc != 0)
		goto close_agent;
	rc = agent_start_workers(fault);
	if (rc != 0)
		goto stop_netlink;
	rc = steer_start(&config, fault);
	if (rc != 0)
		goto stop_workers;
	upstream_start(&config);
	membership_watch(group_changed);
	rc = start_api(fault);
	if (rc != 0)
		goto stop_steering;

	announce();
	loop_run();

	api_stop();
stop_steering:
	upstream_stop();
	steer_stop();
stop_workers:
	agent_stop_workers();
stop_netlink:
	if (has_kernel_interface())
		netlink_stop();
close_agent:
	agent_close();
	return rc;
}

static int run(const char *path)
{
	struct fault fault = {0};
	int rc;

	started_ms = monotonic_ms();
	if (config_load(path, &config, print_problem, NULL) != 0)
		return EXIT_START_FAILED;
	if (are_keys_open()) {
		fprintf(stderr, "%s: " OPEN_KEYS " %s\n", path, path);
		return EXIT_START_FAILED;
	}
	log_set_level(config.log_level);
	nodes = mobile_nodes_read(config.mobile_nodes_path, &config, log_problem, NULL);
	if (nodes == NULL)
		return EXIT_START_FAILED;
	rc = catch_signals();
	if (rc == 0)
		rc = serve(&fault);
	mobile_nodes_free(nodes);
	if (rc != 0) {
		print_fault(&fault);
		return EXIT_START_FAILED;
	}
	log_info("stopped");
	return EXIT_SUCCESS;
}

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: homewardd [--config FILE]\n"
		     "       homewardd --check FILE\n"
		     "       homewardd --version | --help\n"
		     "Home agent of Mobile IPv6 and Mobile IPv4. FILE is " DEFAULT_CONFIG
		     " unless given.\n");
	return status;
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", required_argument, NULL, 'k'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *path = DEFAULT_CONFIG;
	const char *checked = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case 'k':
			checked = optarg;
			break;
		case 'V':
			printf("homewardd %s\n", HOMEWARD_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			return usage(stdout, EXIT_SUCCESS);
		default:
			return usage(stderr, EXIT_USAGE);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "homewardd: unexpected argument %s\n", argv[optind]);
		return usage(stderr, EXIT_USAGE);
	}
	return checked != NULL ? check(checked) : run(path);
}
