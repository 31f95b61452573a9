/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/vectors.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/unit.h"

enum { PATH_OCTETS_MAX = 1024 };

static bool read_vector(const char *path, struct vector *v)
{
	char line[512];
	FILE *file = fopen(path, "r");

	*v = (struct vector){0};
	if (file == NULL)
		return false;
	while (fgets(line, sizeof(line), file) != NULL) {
		unsigned int octet;
		int used;

		if (line[0] == '#') {
			sscanf(line, "# expect: %255[^\n]", v->expect);
			continue;
		}
		for (const char *at = line; sscanf(at, " %2x%n", &octet, &used) == 1; at += used)
			if (v->length < sizeof(v->bytes))
				v->bytes[v->length++] = (uint8_t)octet;
	}
	fclose(file);
	return v->length > 0 && v->expect[0] != '\0';
}

/* In VECTORS_DIR, in the tree when run from its top, or beside this file when run where it was
 * built. */
static DIR *open_folder(const char *rfc, char path[static PATH_OCTETS_MAX])
{
	static const char here[] = "support/vectors.c";
	const char *given = getenv("VECTORS_DIR");
	DIR *dir;

	snprintf(path, PATH_OCTETS_MAX, "%s/%s", given != NULL ? given : "tests/vectors", rfc);
	dir = opendir(path);
	if (dir != NULL || given != NULL)
		return dir;
	snprintf(path, PATH_OCTETS_MAX, "%.*svectors/%s", (int)(sizeof(__FILE__) - sizeof(here)),
		 __FILE__, rfc);
	return opendir(path);
}

static void check(const char *path, vector_outcome *outcome_of)
{
	char text[VECTOR_OUTCOME_MAX];
	char outcome[VECTOR_OUTCOME_MAX];
	struct vector v;

	if (!read_vector(path, &v)) {
		CU_FAIL("unreadable vector");
		return;
	}
	snprintf(outcome, sizeof(outcome), "%s", outcome_of(&v, text));
	if (strcmp(outcome, v.expect) != 0)
		printf("%s: expected \"%s\", got \"%s\"\n", path, v.expect, outcome);
	CU_ASSERT_STRING_EQUAL(outcome, v.expect);
}

unsigned int vectors_check(const char *rfc, vector_outcome *outcome)
{
	char folder[PATH_OCTETS_MAX];
	unsigned int count = 0;
	struct dirent *entry;
	DIR *dir = open_folder(rfc, folder);

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	while ((entry = readdir(dir)) != NULL) {
		char path[PATH_OCTETS_MAX + 256];

		if (strstr(entry->d_name, ".hex") == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		count++;
		check(path, outcome);
	}
	closedir(dir);
	return count;
}

void vectors_read(const char *rfc, const char *name, struct vector *v)
{
	char folder[PATH_OCTETS_MAX];
	char path[PATH_OCTETS_MAX + 256];
	DIR *dir = open_folder(rfc, folder);

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	closedir(dir);
	snprintf(path, sizeof(path), "%s/%s.hex", folder, name);
	CU_ASSERT_TRUE_FATAL(read_vector(path, v));
}
