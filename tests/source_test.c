/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of a configuration: several files one behind the other, places in
 * them, a stream of which nothing is kept that was done.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parser.h"
#include "tap.h"

static char path[] = "source.XXXXXX";

static void
write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

/* Whether the nth octet 'x' of the text is there. */
static void
is_at(struct source *source, unsigned n, const char *file, unsigned line,
    unsigned column)
{
	const char *c = source->text;
	uint32_t offset;
	unsigned got_line, got_column, i;

	for (i = 0; c != NULL && i <= n; i++)
		c = strchr(i == 0 ? c : c + 1, 'x');
	if (c == NULL)
		abort();
	offset = (uint32_t)(c - source->text);
	source_position(source, offset, &got_line, &got_column);
	if (!ok(strcmp(source_file_at(source, offset)->name, file) == 0 &&
	    got_line == line && got_column == column, "%s:%u:%u", file, line,
	    column))
		printf("# got %s:%u:%u\n", source_file_at(source, offset)->name,
		    got_line, got_column);
}

static void
positions(void)
{
	struct source source;

	source_init(&source);
	write_file("\xef\xbb\xbfx\n  x");
	source_add_string(&source, "a", "x\n x\r\nx\rx");
	source_add_string(&source, "empty", "");
	source_add_file(&source, path);
	source_add_string(&source, "z", "\n\nx\n");
	is_at(&source, 0, "a", 1, 1);
	is_at(&source, 1, "a", 2, 2);
	is_at(&source, 2, "a", 3, 1);
	is_at(&source, 3, "a", 4, 1);
	is_at(&source, 4, path, 1, 1);
	is_at(&source, 5, path, 2, 3);
	is_at(&source, 6, "z", 3, 1);
	is_at(&source, 3, "a", 4, 1);
	ok(source.nfiles == 4 &&
	    loc_length(source.files[0].loc) == strlen("x\n x\r\nx\rx") &&
	    loc_length(source.files[1].loc) == 0 &&
	    loc_length(source.files[2].loc) == strlen("x\n  x"),
	    "each file has its text, and a mark is not of it");
	source_close(&source);
}

static void
lines(void)
{
	static const char text[] = "first\r\n\nthird\rlast";
	static const struct {
		uint32_t offset;
		const char *line;
	} want[] = {
		{ 0, "first" }, { 5, "first" }, { 7, "" }, { 8, "third" },
		{ 12, "third" }, { 14, "last" }, { 18, "last" },
	};
	struct source source;
	struct loc line;
	size_t i;

	source_init(&source);
	source_add_string(&source, "t", text);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		line = source_line(&source, want[i].offset);
		ok(loc_length(line) == strlen(want[i].line) &&
		    memcmp(source_at(&source, line.begin), want[i].line,
		    loc_length(line)) == 0, "the line at offset %u: '%s'",
		    (unsigned)want[i].offset, want[i].line);
	}
	source_close(&source);
}

static void
read_failures(void)
{
	struct source source;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	source_init(&source);
	source_add_string(&source, "t", "flush;");
	ok(source_add_file(&source, "/nonexistent") != 0 && errno == ENOENT &&
	    source.nfiles == 1,
	    "a file that is not there leaves all as it was");
	ok(source_add_file(&source, "/") != 0 && errno == EISDIR &&
	    source.nfiles == 1 && strcmp(source.text, "flush;\n") == 0,
	    "a directory likewise");
	if (ftruncate(open(path, O_WRONLY), ((off_t)1 << 30) + 1) != 0)
		abort();
	ok(source_add_fd(&source, path, fd) != 0 && errno == EFBIG &&
	    source.nfiles == 1, "a file of more than 1 GiB");
	ok(fcntl(fd, F_GETFD) < 0, "the descriptor is closed all the same");
	source_close(&source);
}

/* ---- whose a file is ---- */

#ifdef AT_EMPTY_PATH

#define GIVEN	"given"
#define OTHER	"other"

static bool swapping, swapped;

static void
swap(void)
{
	swapping = false;
	swapped = rename(GIVEN, "old") == 0 &&
	    rename(OTHER, GIVEN) == 0;
}

/* In place of libc's: somebody changes directories meanwhile. */
int
fstat(int fd, struct stat *st)
{
	int rc = fstatat(fd, "", st, AT_EMPTY_PATH);

	if (swapping)
		swap();
	return rc;
}

static void
make_directory(const char *name, mode_t mode, const char *text)
{
	char file[64];
	FILE *f;

	snprintf(file, sizeof(file), "%s/x", name);
	if (mkdir(name, 0700) != 0 || (f = fopen(file, "w")) == NULL ||
	    fputs(text, f) < 0 || fclose(f) != 0 || chmod(name, mode) != 0)
		abort();
}

static void
directory(void)
{
	const struct source_access *access;
	char work[] = "source-test.XXXXXX";
	struct source source;

	if (mkdtemp(work) == NULL || chdir(work) != 0)
		abort();
	source_init(&source);
	make_directory(GIVEN, 0777, "given");
	make_directory(OTHER, 0700, "other");
	swapping = true;
	ok(source_add_file(&source, GIVEN "/x") == 0 &&
	    strcmp(source.text, "given") == 0, "a file of a directory");
	access = &source.files[0].access;
	ok(access->known && access->shared_dir,
	    "its directory, though another one has that name by now%s",
	    swapped ? "" : " # SKIP this libc's fstat() is not a function");
	source_close(&source);
	unlink(GIVEN "/x");
	unlink(OTHER "/x");
	unlink("old/x");
	rmdir(GIVEN);
	rmdir(OTHER);
	rmdir("old");
	if (chdir("..") != 0 || rmdir(work) != 0)
		abort();
}

#else

static void
directory(void)
{
	ok(true, "whose a directory is # SKIP fstat() cannot be replaced");
}

#endif

/* ---- a stream ---- */

#define STATEMENTS	5000
#define SECRET		"c0ffee00c0ffee00c0ffee00c0ffee00"

struct stream {
	struct source source;
	struct diag diag;
	struct parser parser;
	int in, out;
	unsigned written, taken;
	size_t most;			/* octets of text kept */
};

/* Writes one more line whenever one was taken. */
static void
feed(struct stream *s)
{
	char line[128];
	int n;

	if (s->written == STATEMENTS) {
		close(s->out);
		return;
	}
	n = snprintf(line, sizeof(line), "add 10.0.0.1 10.0.0.2 esp %u -E "
	    "aes-cbc 0x%s;\n", s->written + 1 == STATEMENTS ? 1 :
	    1000 + s->written, SECRET);
	s->written++;
	if (write(s->out, line, (size_t)n) != n)
		abort();
}

static void
take(void *ctx, struct command *cmd)
{
	struct stream *s = ctx;

	if (cmd->sa.spi == 1000 + s->taken)
		s->taken++;
	if (s->source.len > s->most)
		s->most = s->source.len;
	feed(s);
}

static void
stream(void)
{
	static struct stream s;
	char *said = NULL;
	size_t size;
	int ends[2];

	if (pipe(ends) != 0)
		abort();
	s.out = ends[1];
	source_init(&s.source);
	diag_init(&s.diag, &s.source, open_memstream(&said, &size));
	s.parser.source = &s.source;
	s.parser.diag = &s.diag;
	s.parser.dialect = &dialects[DIALECT_LINUX];
	s.parser.sink = take;
	s.parser.sink_ctx = &s;
	if (source_add_stream(&s.source, "stdin", ends[0]) != 0)
		abort();
	feed(&s);
	feed(&s);
	parser_run(&s.parser, s.source.files[0].loc);
	fclose(s.diag.out);
	ok(s.taken == STATEMENTS - 1, "a command acts at its ';' (%u)",
	    s.taken);
	ok(s.most < 1000, "what was done is forgotten: at most %zu octets are "
	    "kept", s.most);
	if (!ok(strncmp(said, "stdin:5000:27: error:", 21) == 0 &&
	    strstr(said, "c0ffee") == NULL, "lines are counted on"))
		printf("# %s\n", said);
	free(said);
	close(ends[0]);
	source_close(&s.source);
}

int
main(void)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	if (chdir(dir == NULL ? "/tmp" : dir) != 0)
		abort();
	fd = mkstemp(path);
	if (fd < 0 || close(fd) != 0)
		abort();
	positions();
	lines();
	read_failures();
	directory();
	stream();
	unlink(path);
	return done();
}
