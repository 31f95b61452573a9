/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_replay: runs a fuzz target over files instead of a fuzzer, so that a corpus is part of the
 * ordinary tests.
 *
 * Usage      PROGRAM FILE-OR-FOLDER... A file called *.hex is text: lines of hex digits, comments
 * after #. Output     how many inputs, then "N passed, N failed": the whole replay counts as one
 * test.
 * Errors     exit status 1 when a file cannot be read or there was none at all; a broken invariant
 *            aborts.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	FILE_OCTETS_MAX = 1 << 20,
	PATH_OCTETS_MAX = 1024,
};

static unsigned int replayed;
static unsigned int failed;

/* Reads a whole file; NULL when it cannot. Freed by the caller. */
static uint8_t *read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;

	if (file == NULL)
		return NULL;
	bytes = malloc(FILE_OCTETS_MAX);
	if (bytes != NULL)
		*length = fread(bytes, 1, FILE_OCTETS_MAX, file);
	fclose(file);
	return bytes;
}

static int digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Turns hex text into octets, in place; the octets never overtake the text. */
static size_t hex_to_octets(uint8_t *text, size_t length)
{
	bool is_comment = false;
	size_t digits = 0;

	for (size_t i = 0; i < length; i++) {
		int digit = digit_of(text[i]);

		if (text[i] == '#' || text[i] == '\n')
			is_comment = text[i] == '#';
		if (is_comment || digit < 0)
			continue;
		if (digits % 2 == 0)
			text[digits / 2] = (uint8_t)(digit << 4);
		else
			text[digits / 2] = (uint8_t)(text[digits / 2] | digit);
		digits++;
	}
	return digits / 2;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text);

	return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static void replay_file(const char *path)
{
	size_t length = 0;
	uint8_t *bytes = read_file(path, &length);
	uint8_t *exact;

	if (ends_with(path, ".hex") && bytes != NULL)
		length = hex_to_octets(bytes, length);
	exact = bytes != NULL ? realloc(bytes, length + 1) : NULL;
	if (exact == NULL) {
		fprintf(stderr, "%s: cannot be read\n", path);
		free(bytes);
		failed++;
		return;
	}
	LLVMFuzzerTestOneInput(exact, length);
	free(exact);
	replayed++;
}

static void replay_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);

	if (count < 0) {
		fprintf(stderr, "%s: cannot be listed\n", path);
		failed++;
		return;
	}
	for (int i = 0; i < count; i++) {
		char child[PATH_OCTETS_MAX];

		snprintf(child, sizeof(child), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			replay_file(child);
		free(entries[i]);
	}
	free(entries);
}

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (is_folder(argv[i]))
			replay_folder(argv[i]);
		else
			replay_file(argv[i]);
	if (replayed == 0)
		failed++;
	printf("%s: %u inputs replayed\n", name_of(argv[0]), replayed);
	printf("%s: %u passed, %u failed\n", name_of(argv[0]), failed == 0 ? 1 : 0, failed);
	return failed == 0 ? 0 : 1;
}
