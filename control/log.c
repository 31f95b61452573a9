/* SPDX-License-Identifier: BSD-3-Clause */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const names[] = {"error", "warning", "info", "debug"};
static enum log_level threshold = LOG_LEVEL_INFO;

bool log_set_level(const char *name)
{
	for (enum log_level i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++)
		if (strcmp(names[i], name) == 0) {
			threshold = i;
			return true;
		}
	return false;
}

/* sd-daemon(3): "<N>" in front of a line tells the journal its priority. */
static void print_prefix(enum log_level level)
{
	static const int priorities[] = {3, 4, 6, 7};
	char stamp[32];
	struct timespec now;
	struct tm parts;

	if (getenv("JOURNAL_STREAM") != NULL) {
		fprintf(stderr, "<%d>", priorities[level]);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &parts);
	fprintf(stderr, "%s.%03ldZ %s: ", stamp, now.tv_nsec / 1000000, names[level]);
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	if (level > threshold)
		return;
	flockfile(stderr);
	print_prefix(level);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	funlockfile(stderr);
}
