/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of a configuration: a string, a file, or a stream whose commands
 * take effect as they arrive.  Places in it are offsets; lines and columns are
 * worked out only for messages.  So a large file need not be kept: the piece
 * with the statement at hand is, and who has something to say about others
 * reads the file again.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform.h"
#include "setkey.h"

#define SOURCE_MAX	((size_t)1 << 30)
#define CHUNK		((size_t)64 * 1024)
#define SPARE		8	/* zeros behind the text: the lexer's two, and
				   those of what is read in eights */

static void
source_init(struct source *source, const char *name, int fd)
{
	memset(source, 0, sizeof(*source));
	source->name = name;
	source->fd = fd;
	source->first_line = 1;
	source->known_line = 1;
}

/* The octets that may hold text; behind it, some that was moved forward. */
static size_t
used(const struct source *source)
{
	return source->by_pieces ? source->size : source->len;
}

/*
 * Makes room for n more octets.  The old text may hold keys, so it is moved by
 * hand and wiped, where realloc() would leave it behind.
 */
static int
reserve(struct source *source, size_t n)
{
	size_t size = source->size;
	char *text;

	n += SPARE;
	if (source->base + source->len + n > SOURCE_MAX) {
		errno = EFBIG;
		return -1;
	}
	if (source->len + n <= size)
		return 0;
	size = size * 2 > source->len + n ? size * 2 : source->len + n;
	text = malloc(size);
	if (text == NULL)
		return -1;
	if (source->len != 0) {
		memcpy(text, source->text, source->len);
		wipe(source->text, used(source));
	}
	free(source->text);
	source->text = text;
	source->size = size;
	return 0;
}

/* Some editors begin a file of UTF-8 with a byte order mark. */
static size_t
mark_octets(const char *text, size_t len)
{
	static const char mark[] = "\357\273\277";
	size_t n = sizeof(mark) - 1;

	return len >= n && memcmp(text, mark, n) == 0 ? n : 0;
}

static void
skip_mark(struct source *source)
{
	size_t n = mark_octets(source->text, source->len);

	source->len -= n;
	memmove(source->text, source->text + n, source->len);
	wipe(source->text + source->len, n);
}

/* One read of what is there.  Returns the octets, 0 at the end, or -1. */
static ssize_t
read_more(struct source *source)
{
	ssize_t n;

	if (reserve(source, CHUNK) != 0)
		return -1;
	do
		n = read(source->fd, source->text + source->len,
		    source->size - source->len - SPARE);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		source->len += (size_t)n;
	if (n > 0 && source->len == (size_t)n && source->base == 0)
		skip_mark(source);
	memset(source->text + source->len, 0, SPARE);
	return n;
}

int
source_open_file(struct source *source, const char *path)
{
	struct stat st;
	int error;

	source_init(source, path, open(path, O_RDONLY | O_CLOEXEC));
	if (source->fd < 0)
		return -1;
	if (fstat(source->fd, &st) != 0)
		goto fail;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		goto fail;
	}
	if (S_ISREG(st.st_mode) && st.st_size > (off_t)SOURCE_MAX) {
		errno = EFBIG;
		goto fail;
	}
	/* One allocation for a small file, and an end to notice. */
	if (S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <=
	    (off_t)CHUNK && reserve(source, (size_t)st.st_size + CHUNK) != 0)
		goto fail;
	/* Not a /dev/fd/N that somebody has read from: it begins there. */
	source->by_pieces = S_ISREG(st.st_mode) && st.st_size > (off_t)CHUNK &&
	    lseek(source->fd, 0, SEEK_CUR) == 0;
	source->file_size = st.st_size;
	source->file_time = st.st_mtim;
	if (source->by_pieces ? source_more(source, 0) < 0 :
	    source_read_all(source) != 0)
		goto fail;
	return 0;
fail:
	error = errno;
	if (!source->by_pieces)
		close(source->fd);
	source_close(source);
	errno = error;
	return -1;
}

int
source_read_all(struct source *source)
{
	ssize_t n;

	while ((n = read_more(source)) > 0)
		continue;
	if (n < 0)
		return -1;
	close(source->fd);
	source->fd = -1;
	source->ready = source->len;
	return 0;
}

int
source_open_string(struct source *source, const char *name, const char *text)
{
	source_init(source, name, -1);
	if (reserve(source, strlen(text)) != 0)
		return -1;
	source->len = strlen(text);
	memcpy(source->text, text, source->len);
	memset(source->text + source->len, 0, SPARE);
	skip_mark(source);
	source->ready = source->len;
	return 0;
}

int
source_open_stream(struct source *source, const char *name, int fd)
{
	source_init(source, name, fd);
	source->streaming = true;
	return reserve(source, CHUNK);
}

void
source_close(struct source *source)
{
	if (source->by_pieces && source->fd >= 0)
		close(source->fd);
	if (source->text != NULL)
		wipe(source->text, used(source));
	if (source->whole != NULL)
		wipe(source->whole, source->whole_len);
	free(source->text);
	free(source->whole);
	source->text = source->whole = NULL;
	source->fd = -1;
	source->len = source->ready = source->size = 0;
}

/* ---- piece by piece ---- */

/*
 * The end of what can be lexed: a token does not go over a blank, a newline or
 * a ';' (a quoted string or a comment does, but the lexer remembers that it is
 * in one).
 */
static size_t
safe_end(const struct source *source)
{
	size_t end = source->len;

	while (end > source->ready && strchr(" \t\n;", source->text[end - 1]) ==
	    NULL)
		end--;
	return end;
}

/* What is moved over may stay behind the text: used() is more than that. */
static void
give_up(struct source *source, uint32_t keep)
{
	size_t n = keep - source->base;

	source->len -= n;
	source->ready -= n;
	memmove(source->text, source->text + n, source->len);
	memset(source->text + source->len, 0, SPARE);
	source->base = keep;
}

ssize_t
source_more(struct source *source, uint32_t keep)
{
	size_t before;
	ssize_t n;

	if (source->fd < 0)
		return 0;
	if (source->by_pieces && keep > source->base)
		give_up(source, keep);
	before = source->ready;
	do {
		if (source->prompt != NULL && source->ready == source->len)
			source->prompt(source->prompt_ctx);
		n = read_more(source);
		if (n < 0) {
			source->error = errno;
			return -1;
		}
		source->ready = n == 0 ? source->len : safe_end(source);
	} while (n > 0 && source->ready == before);
	return (ssize_t)(source->ready - before);
}

bool
source_changed(const struct source *source)
{
	struct stat st;

	return source->by_pieces && (fstat(source->fd, &st) != 0 ||
	    st.st_size != source->file_size ||
	    st.st_mtim.tv_sec != source->file_time.tv_sec ||
	    st.st_mtim.tv_nsec != source->file_time.tv_nsec);
}

/* Reads all of a file again.  False, with nothing kept, if it cannot be. */
static bool
read_again(struct source *source)
{
	size_t len = (size_t)source->file_size, done = 0, mark;
	ssize_t n = 1;
	char *text;

	if (source_changed(source) || (text = malloc(len + SPARE)) == NULL)
		return false;
	while (done < len && (n > 0 || (n < 0 && errno == EINTR))) {
		n = pread(source->fd, text + done, len - done, (off_t)done);
		done += n > 0 ? (size_t)n : 0;
	}
	if (done < len || source_changed(source)) {
		wipe(text, done);
		free(text);
		return false;
	}
	mark = mark_octets(text, len);
	memmove(text, text + mark, len - mark);
	memset(text + len - mark, 0, mark + SPARE);
	source->whole = text;
	source->whole_len = len - mark;
	return true;
}

char *
source_whole(struct source *source, size_t *len)
{
	*len = source->len;
	if (!source->by_pieces)
		return source->text;
	*len = 0;
	if (source->whole == NULL && !read_again(source))
		return NULL;
	*len = source->whole_len;
	return source->whole;
}

bool
source_restore(struct source *source)
{
	struct source all = *source;

	all.text = source_whole(source, &all.len);
	if (!source->by_pieces || all.text == NULL)
		return all.text != NULL;
	source->whole = NULL;
	source_close(source);
	all.by_pieces = false;
	all.fd = -1;
	all.whole = NULL;
	all.base = 0;
	all.ready = all.size = all.len;
	*source = all;
	return true;
}

uint32_t
source_forget(struct source *source, uint32_t offset)
{
	unsigned line, column;
	size_t n;

	/* The line may be shown: keep it, and what tells where its keys are. */
	source_position(source, offset, &line, &column);
	n = diag_statement_before(source, offset - (column - 1));
	if (n == 0)
		return offset;
	source_position(source, (uint32_t)n, &line, &column);
	memmove(source->text, source->text + n, source->len - n);
	wipe(source->text + source->len - n, n);
	source->len -= n;
	source->ready -= n;
	source->first_line = source->known_line = line;
	source->known_begin = 0;
	source->statement = 0;
	return offset - (uint32_t)n;
}

void
source_position(struct source *source, uint32_t offset, unsigned *line,
    unsigned *column)
{
	size_t len;
	const char *text = source_whole(source, &len), *newline;
	uint32_t begin = source->known_begin;

	*line = *column = 0;
	if (text == NULL || offset > len)
		return;
	if (offset < begin) {
		begin = 0;
		source->known_line = source->first_line;
	}
	while (begin < offset && (newline = memchr(text + begin, '\n',
	    offset - begin)) != NULL) {
		begin = (uint32_t)(newline + 1 - text);
		source->known_line++;
	}
	source->known_begin = begin;
	*line = source->known_line;
	*column = offset - source->known_begin + 1;
}

struct loc
source_line(struct source *source, uint32_t offset)
{
	size_t len;
	const char *text = source_whole(source, &len);
	struct loc line = { offset, offset };

	while (line.begin > 0 && text[line.begin - 1] != '\n')
		line.begin--;
	while (line.end < len && text[line.end] != '\n')
		line.end++;
	if (line.end > line.begin && text[line.end - 1] == '\r')
		line.end--;
	return line;
}
