/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The language: text to requests and back.  In each dialect what is understood
 * must print as commands that are understood as the same; and it must not
 * matter whether the text comes at once or as a stream.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define TEXT_MAX	32768		/* a pipe takes it in one go */

static void
print_each(void *ctx, const struct view *view)
{
	struct print_style style = { .now = 1 };
	struct capture scrap, *commands = ctx;

	print_request(&commands->text, view);
	capture_begin(&scrap);
	print_records(&scrap.text, view, &style);
	capture_end(&scrap);
	free(scrap.buf);
}

static bool
same(const struct requests *a, const struct requests *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->octets, b->octets, a->len) == 0);
}

static void
one_dialect(const struct dialect *dialect, const char *text, size_t len)
{
	struct requests first, again, stream;
	struct capture commands;

	capture_begin(&commands);
	parse(&first, dialect, text, len, false, print_each, &commands);
	capture_end(&commands);
	if (!first.inexact && commands.len <= TEXT_MAX) {
		parse(&again, dialect, commands.buf, commands.len, false,
		    NULL, NULL);
		must(again.errors == 0, "canonical commands are accepted");
		must(same(&first, &again), "canonical commands mean the same");
		requests_free(&again);
	}
	parse(&stream, dialect, text, len, true, NULL, NULL);
	must(same(&first, &stream), "a stream means what a file means");
	must(first.errors == stream.errors, "and has the same errors");
	free(commands.buf);
	requests_free(&first);
	requests_free(&stream);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;
	int i;

	if (size > TEXT_MAX)
		return 0;
	text = octets_copy(data, size);
	for (i = 0; i < DIALECTS; i++)
		one_dialect(&dialects[i], text, size);
	free(text);
	return 0;
}
