/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/json_where.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* An object or list that has begun and not ended. */
struct level {
	bool is_list;
	size_t index;	 /* list: of the current item */
	const char *key; /* object: of the current member; NULL before the first */
	size_t length;
};

struct walk {
	struct level levels[JSON_WHERE_DEPTH_MAX];
	size_t depth;
};

static void open_level(struct walk *w, bool is_list)
{
	if (w->depth < JSON_WHERE_DEPTH_MAX)
		w->levels[w->depth++] = (struct level){.is_list = is_list};
}

static void punctuate(struct walk *w, char c)
{
	struct level *level = w->depth > 0 ? &w->levels[w->depth - 1] : NULL;

	if (c == '{' || c == '[')
		open_level(w, c == '[');
	else if ((c == '}' || c == ']') && level != NULL)
		w->depth--;
	else if (c == ',' && level != NULL && level->is_list)
		level->index++;
	else if (c == ',' && level != NULL)
		level->key = NULL;
}

/* The first string of a member is its key. */
static void end_string(struct walk *w, const char *string, size_t length)
{
	struct level *level = w->depth > 0 ? &w->levels[w->depth - 1] : NULL;

	if (level == NULL || level->is_list || level->key != NULL)
		return;
	level->key = string;
	level->length = length;
}

/* The octet behind the string that begins at text[at], or position when it does not end before. */
static size_t skip_string(struct walk *w, const char *text, size_t at, size_t position)
{
	size_t begin = at + 1;

	for (at = begin; at < position && text[at] != '"'; at++)
		if (text[at] == '\\')
			at++;
	if (at >= position)
		return position;
	end_string(w, text + begin, at - begin);
	return at + 1;
}

/* RFC 6901 §3: '~' and '/' inside a key. Nothing that a terminal would obey. */
static size_t write_key(const struct level *level, char *out, size_t room)
{
	size_t used = 0;

	for (size_t i = 0; i < level->length && used + 2 < room; i++) {
		char c = level->key[i];

		if (c == '~' || c == '/')
			out[used++] = '~';
		out[used++] = c == '~'				   ? '0'
			      : c == '/'			   ? '1'
			      : (unsigned char)c < ' ' || c == 127 ? '?'
								   : c;
	}
	return used;
}

static size_t write_step(const struct level *level, char *out, size_t room)
{
	char step[256];
	size_t used = 0;

	step[used++] = '/';
	if (level->is_list)
		used += (size_t)snprintf(step + used, sizeof(step) - used, "%zu", level->index);
	else
		used += write_key(level, step + used, sizeof(step) - used);
	if (used >= room)
		return 0;
	memcpy(out, step, used);
	return used;
}

void json_where(const char *text, size_t position, char *pointer, size_t size)
{
	struct walk w = {0};
	size_t used = 0;

	for (size_t at = 0; at < position;) {
		if (text[at] == '"')
			at = skip_string(&w, text, at, position);
		else
			punctuate(&w, text[at++]);
	}
	for (size_t i = 0; i < w.depth; i++) {
		const struct level *level = &w.levels[i];
		size_t written = 0;

		if (level->is_list || level->key != NULL)
			written = write_step(level, pointer + used, size - used);
		if (written == 0)
			break;
		used += written;
	}
	pointer[used] = '\0';
}
