/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that is larger than what is kept of it: what messages can still say,
 * also when the file is no longer what it was.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "setkey.h"
#include "tap.h"

#define STATEMENTS	3000
#define SECRET		"c0ffee00c0ffee00c0ffee00c0ffee00"

static char path[] = "source.XXXXXX";

/* Each on a line of its own, the last one with a host that has no address. */
static void
write_file(void)
{
	FILE *f = fopen(path, "w");
	int i;

	if (f == NULL)
		abort();
	for (i = 1; i < STATEMENTS; i++)
		fprintf(f, "add 10.0.0.1 10.0.%d.%d esp %d -E aes-cbc 0x%s;\n",
		    i / 256, i % 256, 1000 + i, SECRET);
	fprintf(f, "add 10.0.0.1 10.0.0.2 esp 1 -E aes-cbc 0x%s;\n", SECRET);
	if (fclose(f) != 0)
		abort();
}

/* ---- what is done to the file meanwhile ---- */

static void
leave(void)
{
}

static void
append(void)
{
	FILE *f = fopen(path, "a");

	if (f == NULL || fputs("flush;\n", f) < 0 || fclose(f) != 0)
		abort();
}

static void
cut(void)
{
	if (truncate(path, 100000) != 0)
		abort();
}

/* As editors do it: the old file stays as it was, without a name. */
static void
replace(void)
{
	if (unlink(path) != 0)
		abort();
	write_file();
}

/* Of the same length, and later. */
static void
overwrite(void)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_NOW },
	    { .tv_sec = 1000000000 } };
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, "get", 3) != 3 || futimens(fd, times) != 0 ||
	    close(fd) != 0)
		abort();
}

static const struct way {
	const char *name;
	void (*change)(void);
	bool changes;
} ways[] = {
	{ "left alone", leave, false },
	{ "longer", append, true },
	{ "shorter", cut, true },
	{ "another file of that name", replace, false },
	{ "other text", overwrite, true },
};

/* ---- parsing ---- */

struct reader {
	struct source source;
	struct diag diag;
	struct parser parser;
	const struct way *way;
	unsigned commands;
	struct loc first;	/* of the first command's SPI */
};

static void
take(void *ctx, struct command *cmd)
{
	struct reader *r = ctx;

	if (r->commands++ == 0)
		r->first = cmd->at[F_SPI];
	if (r->commands == STATEMENTS / 2)
		r->way->change();
}

static void
check(const struct way *way)
{
	static struct reader r;
	char *said = NULL, want[256], *of_first;
	size_t size, len;
	bool restored;

	write_file();
	memset(&r, 0, sizeof(r));
	r.way = way;
	r.diag.source = r.parser.source = &r.source;
	r.diag.out = open_memstream(&said, &size);
	r.parser.diag = &r.diag;
	r.parser.dialect = &dialects[DIALECT_LINUX];
	r.parser.sink = take;
	r.parser.sink_ctx = &r;
	if (r.diag.out == NULL || source_open_file(&r.source, path) != 0)
		abort();
	ok(r.source.by_pieces && r.source.size < 400000, "%s: a piece of it "
	    "is kept: %zu octets", way->name, r.source.size);
	parser_run(&r.parser);
	fflush(r.diag.out);

	snprintf(want, sizeof(want), "%s:%d:27: error: SPIs from 0 to 255 are "
	    "reserved\n    add 10.0.0.1 10.0.0.2 esp 1 -E aes-cbc "
	    "**********************************;\n", path, STATEMENTS);
	if (way->changes)
		snprintf(want, sizeof(want), "%s: error: ", path);
	ok(strncmp(said, want, strlen(want)) == 0, "%s: what is said of the "
	    "last command", way->name);
	ok(source_changed(&r.source) == way->changes, "%s: is it noticed",
	    way->name);

	len = size;
	diag(&r.diag, DIAG_NOTE, r.first, "here");
	fflush(r.diag.out);
	of_first = said + len;
	snprintf(want, sizeof(want), "%s:1:27: note: here\n    add 10.0.0.1 "
	    "10.0.0.1 esp 1001 -E aes-cbc "
	    "**********************************;\n", path);
	if (way->changes)
		snprintf(want, sizeof(want), "%s: note: here\n", path);
	ok(strncmp(of_first, want, strlen(want)) == 0, "%s: what is said of "
	    "the first one", way->name);
	ok(strstr(said, "c0ffee") == NULL, "%s: no key is shown", way->name);

	restored = source_restore(&r.source);
	ok(restored == !way->changes && (!restored ||
	    memcmp(source_at(&r.source, r.first.begin), "1001", 4) == 0),
	    "%s: can all of it be had", way->name);
	fclose(r.diag.out);
	free(said);
	source_close(&r.source);
	unlink(path);
}

int
main(void)
{
	const char *dir = getenv("TMPDIR");
	size_t i;
	int fd;

	if (chdir(dir == NULL ? "/tmp" : dir) != 0)
		abort();
	fd = mkstemp(path);
	if (fd < 0 || close(fd) != 0)
		abort();
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		check(&ways[i]);
	return done();
}
