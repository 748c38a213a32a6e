/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of a configuration: read whole from a file, or piece by piece from
 * a stream whose commands take effect as they arrive.  Places in it are
 * offsets; lines and columns are worked out only for messages.
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
	if (source->len + n <= size)
		return 0;
	if (source->len + n > SOURCE_MAX) {
		errno = EFBIG;
		return -1;
	}
	size = size * 2 > source->len + n ? size * 2 : source->len + n;
	text = malloc(size);
	if (text == NULL)
		return -1;
	if (source->len != 0) {
		memcpy(text, source->text, source->len);
		wipe(source->text, source->len);
	}
	free(source->text);
	source->text = text;
	source->size = size;
	return 0;
}

/* Some editors begin a file of UTF-8 with a byte order mark. */
static void
skip_mark(struct source *source)
{
	static const char mark[] = "\357\273\277";
	size_t n = sizeof(mark) - 1;

	if (source->len < n || memcmp(source->text, mark, n) != 0)
		return;
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
	if (n > 0 && source->len == (size_t)n)
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
	/* One allocation for a regular file, and an end to notice. */
	if (S_ISREG(st.st_mode) && st.st_size > 0 &&
	    reserve(source, (size_t)st.st_size + CHUNK) != 0)
		goto fail;
	if (source_read_all(source) != 0)
		goto fail;
	return 0;
fail:
	error = errno;
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
	if (source->text != NULL)
		wipe(source->text, source->len);
	free(source->text);
	source->text = NULL;
	source->len = source->ready = source->size = 0;
}

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

ssize_t
source_more(struct source *source)
{
	size_t before = source->ready;
	ssize_t n;

	if (source->fd < 0)
		return 0;
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
	const char *text = source->text, *newline;
	uint32_t begin = source->known_begin;

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
source_line(const struct source *source, uint32_t offset)
{
	struct loc line = { offset, offset };

	while (line.begin > 0 && source->text[line.begin - 1] != '\n')
		line.begin--;
	while (line.end < source->len && source->text[line.end] != '\n')
		line.end++;
	if (line.end > line.begin && source->text[line.end - 1] == '\r')
		line.end--;
	return line;
}
