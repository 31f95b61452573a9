/* SPDX-License-Identifier: BSD-3-Clause
 *
 * server: the Unix socket: connections, framing, limits.
 *
 * A descriptor's callback only moves octets. Lines are answered by a poller, one line a turn of the
 * loop, connections in turn: between two answers the punt rings get theirs.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/api.h"
#include "api/rpc.h"
#include "counters.h"
#include "ha/config.h"
#include "ha/time.h"
#include "log.h"
#include "loop.h"

enum {
	BACKLOG = 16,
	OUTPUT_KEPT_MAX = 65536, /* a larger buffer is freed once it is empty */
	GROUP_BUFFER_MAX = 16384,
	IDLE_LOOK_MS = 250,
};

struct connection {
	int fd; /* -1: free */
	struct rpc_caller caller;
	uint64_t asked_ms; /* opened, or last answered */
	uint32_t events;   /* what epoll is asked for */
	bool ended;	   /* the peer sends no more */
	bool broken;	   /* to be closed at once */
	bool skipping;	   /* the rest of a line that was too long */

	char *input; /* API_LINE_MAX + 1 octets */
	size_t line; /* where the next line begins */
	size_t scanned;
	size_t filled;
	size_t line_end; /* its newline; valid while has_line */
	bool has_line;

	char *output;
	size_t sent;
	size_t queued; /* octets in output, sent ones included */
	size_t output_size;
};

static struct connection connections[API_CONNECTIONS_MAX];
static unsigned int connection_count;
static unsigned int next_turn;
static uint64_t idle_timeout_ms;
static int listen_fd = -1;
static struct stat made; /* our socket: another's by the same name is not ours to remove */
static char path[sizeof(((struct sockaddr_un *)0)->sun_path)];

static void close_connection(struct connection *c)
{
	loop_remove_fd(c->fd);
	close(c->fd);
	free(c->input);
	free(c->output);
	*c = (struct connection){.fd = -1};
	connection_count--;
}

static bool reserve_output(struct connection *c, size_t more)
{
	size_t size = c->queued + more;
	char *grown;

	if (size <= c->output_size)
		return true;
	size = size < 2 * c->output_size ? 2 * c->output_size : size;
	grown = realloc(c->output, size);
	if (grown == NULL)
		return false;
	c->output = grown;
	c->output_size = size;
	return true;
}

static void queue_line(struct connection *c, const char *line)
{
	size_t length = strlen(line);

	if (c->queued - c->sent + length + 1 > API_OUTPUT_MAX) {
		log_debug("control socket: a client of user %u does not read; disconnected",
			  c->caller.uid);
		c->broken = true;
		return;
	}
	if (c->sent > 0) {
		memmove(c->output, c->output + c->sent, c->queued - c->sent);
		c->queued -= c->sent;
		c->sent = 0;
	}
	if (!reserve_output(c, length + 1)) {
		c->broken = true;
		return;
	}
	memcpy(c->output + c->queued, line, length);
	c->output[c->queued + length] = '\n';
	c->queued += length + 1;
}

static void flush(struct connection *c)
{
	while (!c->broken && c->sent < c->queued) {
		ssize_t n = send(c->fd, c->output + c->sent, c->queued - c->sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			c->sent += (size_t)n;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			c->broken = true;
	}
	c->sent = 0;
	c->queued = 0;
	if (c->output_size > OUTPUT_KEPT_MAX) {
		free(c->output);
		c->output = NULL;
		c->output_size = 0;
	}
}

/* Finds the end of the next line, or, when no line is that long, begins to skip. */
static void scan(struct connection *c)
{
	const char *newline;

	if (c->has_line)
		return;
	newline = memchr(c->input + c->scanned, '\n', c->filled - c->scanned);
	if (newline != NULL) {
		c->has_line = true;
		c->line_end = (size_t)(newline - c->input);
		return;
	}
	c->scanned = c->filled;
	if (!c->skipping && c->filled - c->line <= API_LINE_MAX)
		return;
	c->skipping = true;
	c->line = c->scanned = c->filled = 0;
}

static void make_room(struct connection *c)
{
	if (c->line == 0)
		return;
	memmove(c->input, c->input + c->line, c->filled - c->line);
	c->filled -= c->line;
	c->scanned -= c->line;
	c->line_end -= c->has_line ? c->line : 0;
	c->line = 0;
}

static void receive(struct connection *c)
{
	ssize_t n;

	if (c->ended)
		return;
	make_room(c);
	if (c->filled == API_LINE_MAX + 1)
		return;
	n = recv(c->fd, c->input + c->filled, API_LINE_MAX + 1 - c->filled, MSG_DONTWAIT);
	if (n > 0)
		c->filled += (size_t)n;
	else if (n == 0)
		c->ended = true;
	else if (errno != EAGAIN && errno != EINTR)
		c->broken = true;
	scan(c);
}

static char *answer(struct connection *c, const char *line, size_t length)
{
	if (!c->skipping)
		return rpc_handle_line(&c->caller, line, length);
	c->skipping = false;
	return rpc_error_line(API_TOO_LARGE, "the line is longer than %d octets", API_LINE_MAX);
}

static void answer_line(struct connection *c)
{
	char *response = answer(c, c->input + c->line, c->line_end - c->line);

	c->line = c->scanned = c->line_end + 1;
	c->has_line = false;
	c->asked_ms = monotonic_ms();
	if (response != NULL)
		queue_line(c, response);
	free(response);
	scan(c);
}

/* Closes what is finished; else asks epoll for what is of use now. */
static void settle(struct connection *c)
{
	bool has_output = c->sent < c->queued;
	uint32_t events = (has_output ? EPOLLOUT : 0u) | (c->ended ? 0u : EPOLLIN);

	if (c->broken || (c->ended && !c->has_line && !has_output)) {
		close_connection(c);
		return;
	}
	if (events != c->events && loop_change_fd(c->fd, events) == 0)
		c->events = events;
}

static void ready(void *context, uint32_t events)
{
	struct connection *c = context;

	/* A peer that is gone still has what it sent carried out; writing to it then ends the
	 * connection. */
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		receive(c);
	flush(c);
	settle(c);
}

/* One line of one connection. */
static unsigned int serve(void *unused)
{
	(void)unused;
	for (unsigned int i = 0; connection_count > 0 && i < API_CONNECTIONS_MAX; i++) {
		struct connection *c = &connections[(next_turn + i) % API_CONNECTIONS_MAX];

		if (c->fd < 0 || !c->has_line)
			continue;
		next_turn = (unsigned int)(c - connections) + 1;
		answer_line(c);
		flush(c);
		settle(c);
		return 1;
	}
	return 0;
}

/* Connections are few: those who open them and ask nothing, or do not take the answers, must not
 * keep others out. */
static unsigned int close_idle(void *unused)
{
	static uint64_t next_ms;
	uint64_t now_ms = monotonic_ms();

	(void)unused;
	if (connection_count == 0 || now_ms < next_ms)
		return 0;
	next_ms = now_ms + IDLE_LOOK_MS;
	for (unsigned int i = 0; i < API_CONNECTIONS_MAX; i++) {
		struct connection *c = &connections[i];

		if (c->fd < 0 || c->has_line || c->asked_ms + idle_timeout_ms > now_ms)
			continue;
		log_debug("control socket: a client of user %u is idle; disconnected",
			  c->caller.uid);
		count(COUNT_API_IDLE);
		close_connection(c);
	}
	return 0;
}

static struct connection *free_connection(void)
{
	for (unsigned int i = 0; i < API_CONNECTIONS_MAX; i++)
		if (connections[i].fd < 0)
			return &connections[i];
	return NULL;
}

static void refuse(int fd)
{
	static const char text[] = "as many connections as there may be; close one, or try later";
	char *line = rpc_error_line(API_BUSY, "%s", text);

	if (line != NULL) {
		send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
		send(fd, "\n", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	free(line);
	close(fd);
}

static bool open_connection(struct connection *c, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return false;
	*c = (struct connection){
		.fd = fd,
		.caller.uid = peer.uid,
		.asked_ms = monotonic_ms(),
		.events = EPOLLIN,
	};
	c->input = malloc(API_LINE_MAX + 1);
	if (c->input != NULL && loop_add_fd(fd, EPOLLIN, ready, c) == 0)
		return true;
	free(c->input);
	*c = (struct connection){.fd = -1};
	return false;
}

static void accept_one(void *unused, uint32_t events)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct connection *c = free_connection();

	(void)unused;
	(void)events;
	if (fd < 0)
		return;
	if (c == NULL) {
		refuse(fd);
		return;
	}
	if (open_connection(c, fd))
		connection_count++;
	else
		close(fd);
}

static int make_directory(struct fault *fault)
{
	char directory[sizeof(path)];
	char *slash;
	int rc;

	memcpy(directory, path, sizeof(path));
	slash = strrchr(directory, '/');
	if (slash == NULL || slash == directory)
		return 0;
	*slash = '\0';
	if (mkdir(directory, 0755) == 0) {
		/* As documented, whatever the umask of the service is. */
		chmod(directory, 0755);
		return 0;
	}
	rc = -errno;
	if (rc == -EEXIST)
		return 0;
	fault_set(fault, "/control/socket",
		  "directory %s could not be made: %s; make it, or choose another path", directory,
		  strerror(-rc));
	return rc;
}

static struct sockaddr_un socket_address(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, path, sizeof(path));
	return address;
}

/* 0 when nobody listens there. A full backlog is somebody, too. */
static bool is_answered(void)
{
	struct sockaddr_un address = socket_address();
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answered;

	if (fd < 0)
		return true;
	answered =
		connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN;
	close(fd);
	return answered;
}

/* A socket that a dead daemon left is removed; anything else by that name is left alone. */
static int clear_path(struct fault *fault)
{
	struct stat there;
	int rc;

	if (lstat(path, &there) != 0)
		return 0;
	if (!S_ISSOCK(there.st_mode)) {
		fault_set(fault, "/control/socket",
			  "%s exists and is not a socket; remove it or choose another path", path);
		return -EEXIST;
	}
	if (is_answered()) {
		fault_set(fault, "/control/socket",
			  "another homewardd is running and answers on %s; stop it first", path);
		return -EADDRINUSE;
	}
	if (unlink(path) == 0)
		return 0;
	rc = -errno;
	fault_set(fault, "/control/socket", "stale socket %s could not be removed: %s", path,
		  strerror(-rc));
	return rc;
}

static int find_group(const char *name, gid_t *gid, struct fault *fault)
{
	static char buffer[GROUP_BUFFER_MAX];
	struct group group;
	struct group *found = NULL;

	getgrnam_r(name, &group, buffer, sizeof(buffer), &found);
	if (found == NULL) {
		fault_set(fault, "/control/group", "there is no group \"%s\"; groupadd makes one",
			  name);
		return -ENOENT;
	}
	*gid = found->gr_gid;
	return 0;
}

static int set_access(const struct config *config, struct fault *fault)
{
	gid_t gid = (gid_t)-1;
	int rc =
		config->socket_group[0] == '\0' ? 0 : find_group(config->socket_group, &gid, fault);

	if (rc != 0)
		return rc;
	if (chown(path, (uid_t)-1, gid) == 0 && chmod(path, config->socket_mode) == 0)
		return 0;
	rc = -errno;
	fault_set(fault, "/control/group", "owner or mode of %s could not be set: %s", path,
		  strerror(-rc));
	return rc;
}

/* Nobody may connect before set_access has said who. */
static int bind_closed(void)
{
	struct sockaddr_un address = socket_address();
	mode_t before = umask(0777);
	int rc = bind(listen_fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : -errno;

	umask(before);
	return rc != 0 ? rc : lstat(path, &made) == 0 ? 0 : -errno;
}

static int listen_on_path(const struct config *config, struct fault *fault)
{
	int rc;

	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = listen_fd >= 0 ? bind_closed() : -errno;
	if (rc != 0) {
		fault_set(fault, "/control/socket", "%s could not be made: %s", path,
			  strerror(-rc));
		return rc;
	}
	rc = set_access(config, fault);
	if (rc != 0)
		return rc;
	rc = listen(listen_fd, BACKLOG) == 0 ? 0 : -errno;
	if (rc == 0)
		rc = loop_add_fd(listen_fd, EPOLLIN, accept_one, NULL);
	if (rc == 0)
		rc = loop_add_poller(serve, NULL);
	if (rc == 0)
		rc = loop_add_poller(close_idle, NULL);
	if (rc != 0)
		fault_set(fault, "/control/socket", "%s cannot be served: %s", path, strerror(-rc));
	return rc;
}

int api_start(const struct api_context *context, struct fault *fault)
{
	int rc;

	_Static_assert(sizeof(path) == sizeof(context->config->socket_path), "both 108 octets");
	memcpy(path, context->config->socket_path, sizeof(path));
	path[sizeof(path) - 1] = '\0';
	idle_timeout_ms = context->config->socket_idle_timeout_s * UINT64_C(1000);
	made = (struct stat){0};
	for (unsigned int i = 0; i < API_CONNECTIONS_MAX; i++)
		connections[i] = (struct connection){.fd = -1};
	rpc_set_context(context);
	rc = make_directory(fault);
	if (rc == 0)
		rc = clear_path(fault);
	if (rc == 0)
		rc = listen_on_path(context->config, fault);
	if (rc != 0)
		api_stop();
	return rc;
}

void api_stop(void)
{
	struct stat there;

	for (unsigned int i = 0; i < API_CONNECTIONS_MAX; i++)
		if (connections[i].fd >= 0)
			close_connection(&connections[i]);
	if (listen_fd >= 0) {
		loop_remove_fd(listen_fd);
		close(listen_fd);
	}
	listen_fd = -1;
	if (lstat(path, &there) == 0 && there.st_ino == made.st_ino && there.st_dev == made.st_dev)
		unlink(path);
}
