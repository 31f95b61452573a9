/* SPDX-License-Identifier: BSD-3-Clause */
#include "eal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

enum { EAL_ARGS_MAX = 16, EAL_ARG_MAX = 512 };

static char complaint[256];

/* DPDK explains a failure on its log, in several lines; the first is kept to be told as part of one
 * clear error. Everything is printed only when someone asked for it. */
static ssize_t log_write(void *cookie, const char *text, size_t length)
{
	size_t n = length < sizeof(complaint) - 1 ? length : sizeof(complaint) - 1;

	(void)cookie;
	if (getenv("HOMEWARD_DPDK_LOG") != NULL)
		return (ssize_t)fwrite(text, 1, length, stderr);
	if (complaint[0] == '\0' && rte_log_cur_msg_loglevel() <= (int)RTE_LOG_ERR) {
		memcpy(complaint, text, n);
		complaint[n] = '\0';
		complaint[strcspn(complaint, "\n")] = '\0';
	}
	return (ssize_t)length;
}

const char *eal_last_complaint(void)
{
	return complaint;
}

void eal_forget_complaint(void)
{
	complaint[0] = '\0';
}

static void capture_log(void)
{
	static const cookie_io_functions_t functions = {.write = log_write};
	FILE *log = fopencookie(NULL, "w", functions);

	if (log != NULL) {
		setvbuf(log, NULL, _IOLBF, 512);
		rte_openlog_stream(log);
	}
}

/* The control thread takes the first CPU this process may use, workers the following ones, in turn
 * when there are fewer. */
static int choose_cpus(const struct config *config, struct cpu_plan *plan, struct fault *fault)
{
	int allowed[CPU_SETSIZE];
	int count = 0;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return -errno;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			allowed[count++] = cpu;
	plan->control = config->control_cpu >= 0 ? config->control_cpu : allowed[0];
	if (!CPU_ISSET(plan->control, &set)) {
		fault_set(fault, "/workers/control_cpu", "CPU %d is not available to this process",
			  plan->control);
		return -EINVAL;
	}
	for (uint16_t i = 0; i < config->worker_count; i++) {
		int cpu = config->worker_cpus[i];

		if (cpu < 0)
			cpu = count > 1 ? allowed[1 + i % (count - 1)] : allowed[0];
		if (!CPU_ISSET(cpu, &set)) {
			fault_set(fault, "/workers/cpus", "CPU %d is not available to this process",
				  cpu);
			return -EINVAL;
		}
		plan->workers[i] = cpu;
	}
	return 0;
}

static void add_arg(char *args[], int *count, char text[][EAL_ARG_MAX], const char *value)
{
	snprintf(text[*count], EAL_ARG_MAX, "%s", value);
	args[*count] = text[*count];
	++*count;
}

static int build_args(const struct config *config, uint32_t memory_mb, const struct cpu_plan *plan,
		      char *args[], char text[][EAL_ARG_MAX])
{
	char value[EAL_ARG_MAX];
	int used = 0;
	int n = 0;

	add_arg(args, &n, text, "homewardd");
	add_arg(args, &n, text, config->hugepages ? "--in-memory" : "--no-huge");
	if (!config->hugepages)
		add_arg(args, &n, text, "--no-shconf");
	add_arg(args, &n, text, "--no-telemetry");
	add_arg(args, &n, text, "--no-pci");
	add_arg(args, &n, text, "--iova-mode=va");
	add_arg(args, &n, text, "--file-prefix=homeward");
	add_arg(args, &n, text, "-m");
	snprintf(value, sizeof(value), "%u", memory_mb);
	add_arg(args, &n, text, value);
	used = snprintf(value, sizeof(value), "--lcores=0@%d", plan->control);
	for (uint16_t i = 0; i < config->worker_count; i++)
		used += snprintf(value + used, sizeof(value) - (size_t)used, ",%d@%d", i + 1,
				 plan->workers[i]);
	add_arg(args, &n, text, value);
	return n;
}

/* A pci port needs the bus to be scanned; probing is still one port at a time. */
static bool wants_pci(const struct config *config)
{
	for (uint16_t i = 0; i < config->port_count; i++)
		if (config->ports[i].kind == PORT_PCI)
			return true;
	return false;
}

/* A failing rte_eal_init prints to standard error by itself, beside its log: the one clear error is
 * ours to print. */
static int init_quietly(int count, char *args[])
{
	bool is_loud = getenv("HOMEWARD_DPDK_LOG") != NULL;
	int saved = is_loud ? -1 : dup(STDERR_FILENO);
	int nowhere = saved >= 0 ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
	int rc;

	if (nowhere >= 0)
		dup2(nowhere, STDERR_FILENO);
	rc = rte_eal_init(count, args);
	if (nowhere >= 0) {
		dup2(saved, STDERR_FILENO);
		close(nowhere);
	}
	if (saved >= 0)
		close(saved);
	return rc;
}

/* The control thread blocks the signals that stop the daemon, and takes them once it serves. Until
 * then nothing is there that must be taken down in order, and DPDK may be long about its memory:
 * whoever asks for an end gets it at once. */
static void *end_on_signal(void *unused)
{
	sigset_t set;
	int signal_number;

	pthread_sigmask(SIG_BLOCK, NULL, &set);
	if (sigwait(&set, &signal_number) != 0)
		return unused;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	rmdir(rte_eal_get_runtime_dir());
	signal(signal_number, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	raise(signal_number);
	return unused;
}

static int init_until_signal(int count, char *args[])
{
	pthread_t watcher;
	bool is_watched = pthread_create(&watcher, NULL, end_on_signal, NULL) == 0;
	int rc = init_quietly(count, args);

	if (is_watched) {
		pthread_cancel(watcher);
		pthread_join(watcher, NULL);
	}
	return rc;
}

int eal_start(const struct config *config, uint32_t memory_mb, struct cpu_plan *plan,
	      struct fault *fault)
{
	static char text[EAL_ARGS_MAX][EAL_ARG_MAX];
	char *args[EAL_ARGS_MAX + 1];
	int count;
	int rc;

	rc = choose_cpus(config, plan, fault);
	if (rc != 0)
		return rc;
	capture_log();
	count = build_args(config, memory_mb, plan, args, text);
	if (wants_pci(config))
		for (int i = 0; i < count; i++)
			if (strcmp(args[i], "--no-pci") == 0)
				snprintf(text[i], EAL_ARG_MAX, "--allow=ffff:ff:1f.7");
	args[count] = NULL;
	if (init_until_signal(count, args) >= 0)
		return 0;
	rmdir(rte_eal_get_runtime_dir());
	if (config->hugepages)
		fault_set(fault, "/memory/hugepages",
			  "DPDK could not start with hugepages (%s); reserve %u MiB, for instance "
			  "sysctl vm.nr_hugepages=%u, or set hugepages to false",
			  complaint, memory_mb, memory_mb / 2 + 1);
	else
		fault_set(fault, "/memory", "DPDK could not start (%s)",
			  complaint[0] != '\0' ? complaint : rte_strerror(rte_errno));
	return -EIO;
}

/* DPDK makes a folder for files that this process has none of, and leaves it. */
void eal_stop(void)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s", rte_eal_get_runtime_dir());
	rte_eal_cleanup();
	rmdir(folder);
}
