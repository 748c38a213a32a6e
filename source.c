/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a configuration, and places in it. */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "list.h"
#include "platform.h"
#include "source.h"

#define SOURCE_MAX	((size_t)1 << 30)
#define CHUNK		((size_t)64 * 1024)

void
source_init(struct source *source)
{
	memset(source, 0, sizeof(*source));
	source->fd = -1;
}

/*
 * Makes room for n more octets and a NUL.  The old text may hold keys, so it is
 * copied and wiped, where realloc() would leave it behind.
 */
static int
reserve(struct source *source, size_t n)
{
	size_t size = source->size * 2;
	char *text;

	if (n > SOURCE_MAX || source->len + n > SOURCE_MAX) {
		errno = EFBIG;
		return -1;
	}
	n += source->len + 1;
	if (n <= source->size)
		return 0;
	if (size < n)
		size = n;
	text = malloc(size);
	if (text == NULL)
		return -1;
	platform_lock(text, size);
	if (source->text != NULL) {
		memcpy(text, source->text, source->len + 1);
		wipe(source->text, source->len);
	}
	free(source->text);
	source->text = text;
	source->size = size;
	return 0;
}

/*
 * Appends a file whose text is yet to come; a line of its own begins there, so
 * that no two files begin at one offset, though one be empty.
 */
static int
begin_file(struct source *source, const char *name)
{
	struct source_file *file;

	if (!list_room(&source->files, source->nfiles, sizeof(*file)) ||
	    reserve(source, 1) != 0)
		return -1;
	if (source->nfiles > 0 &&
	    (source->len == source->files[source->nfiles - 1].loc.begin ||
	    source->text[source->len - 1] != '\n'))
		source->text[source->len++] = '\n';
	source->text[source->len] = '\0';
	file = &source->files[source->nfiles++];
	memset(file, 0, sizeof(*file));
	file->name = name;
	file->loc.begin = file->loc.end = (uint32_t)source->len;
	return 0;
}

static struct source_file *
last_file(const struct source *source)
{
	return &source->files[source->nfiles - 1];
}

/* Takes back a file that could not be read whole. */
static int
drop_file(struct source *source)
{
	size_t begin = last_file(source)->loc.begin;
	int error = errno;

	wipe(source->text + begin, source->len - begin);
	source->len = begin;
	source->nfiles--;
	errno = error;
	return -1;
}

/*
 * The last file's text has grown.  Some editors begin a file of UTF-8 with a
 * byte order mark, which is no part of it.
 */
static void
extend_file(struct source *source)
{
	static const char mark[] = "\357\273\277";
	struct source_file *file = last_file(source);
	char *begin = source->text + file->loc.begin;
	size_t n = sizeof(mark) - 1, len = source->len - file->loc.begin;

	if (file->loc.end == file->loc.begin && len >= n &&
	    memcmp(begin, mark, n) == 0) {
		memmove(begin, begin + n, len - n);
		wipe(begin + len - n, n);
		source->len -= n;
	}
	source->text[source->len] = '\0';
	file->loc.end = (uint32_t)source->len;
}

/* Reads up to `room` octets.  Returns them, 0 at the end, or -1. */
static ssize_t
read_some(struct source *source, int fd, size_t room)
{
	ssize_t n;

	if (reserve(source, room) != 0)
		return -1;
	do
		n = read(fd, source->text + source->len,
		    source->size - source->len - 1);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		source->len += (size_t)n;
	return n;
}

/* All of a descriptor's text, of which `expected` octets are likely. */
static int
read_to_end(struct source *source, int fd, size_t expected)
{
	ssize_t n = 0;

	if (reserve(source, expected) != 0)
		return -1;
	do
		n = read_some(source, fd, source->size - source->len > 1 ?
		    1 : CHUNK);
	while (n > 0);
	return n < 0 ? -1 : 0;
}

int
source_add_fd(struct source *source, const char *name, int fd)
{
	struct stat st;
	size_t expected = CHUNK;
	int rc = begin_file(source, name), error;

	if (rc == 0) {
		/* Room for a file, and one octet more: its end shows then. */
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_size >= 0)
			expected = (uint64_t)st.st_size > SOURCE_MAX ?
			    SOURCE_MAX + 1 : (size_t)st.st_size + 1;
		rc = read_to_end(source, fd, expected);
		if (rc != 0)
			drop_file(source);
		else
			extend_file(source);
	}
	error = errno;
	close(fd);
	errno = error;
	return rc;
}

/* To look at a directory and in it takes no right to list it. */
#if defined(O_PATH)
#define OPEN_DIRECTORY	(O_PATH | O_DIRECTORY | O_CLOEXEC)
#elif defined(O_SEARCH)
#define OPEN_DIRECTORY	(O_SEARCH | O_DIRECTORY | O_CLOEXEC)
#else
#define OPEN_DIRECTORY	(O_RDONLY | O_DIRECTORY | O_CLOEXEC)
#endif

/* The directory of len octets of a path that begins at another one. */
static int
open_directory(int at, const char *path, size_t len)
{
	char *dir = malloc(len + 2);
	int fd;

	if (dir == NULL)
		return -1;
	memcpy(dir, path, len);
	memcpy(dir + len, ".", 2);
	fd = openat(at, dir, OPEN_DIRECTORY);
	free(dir);
	return fd;
}

static const char *
last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

#define OTHERS_WRITE	(S_IWGRP | S_IWOTH)

static bool
is_foreign(uid_t owner)
{
	return owner != 0 && owner != geteuid();
}

static void
look_at_directory(int dir, struct source_access *access)
{
	struct stat st;

	if (fstat(dir, &st) != 0)
		return;
	/* In a directory as /tmp, each can remove files of his own only. */
	access->shared_dir |= (st.st_mode & OTHERS_WRITE) != 0 &&
	    (st.st_mode & S_ISVTX) == 0;
	access->foreign_dir |= is_foreign(st.st_uid);
}

/*
 * Looks at where the symbolic links lead by which a name of a directory was
 * opened; closes that.  What Linux shows of open descriptors as links may lead
 * nowhere.
 */
#define LINKS_MAX	40		/* no system follows more */

static void
follow_links(int dir, const char *name, struct source_access *access)
{
	char paths[2][PATH_MAX], *path;
	struct stat st;
	unsigned links;
	ssize_t n;
	int at;

	for (links = 0; dir >= 0 && links < LINKS_MAX &&
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(st.st_mode); links++) {
		path = paths[links % 2];
		n = readlinkat(dir, name, path, PATH_MAX - 1);
		if (n < 0)
			break;
		path[n] = '\0';
		access->linked = true;
		access->foreign_dir |= is_foreign(st.st_uid);
		name = last_name(path);
		at = dir;
		dir = open_directory(at, path, (size_t)(name - path));
		close(at);
		if (dir >= 0)
			look_at_directory(dir, access);
	}
	if (dir >= 0)
		close(dir);
}

/*
 * Opens a file from its directory, so that what is said of that is true of
 * where the file was found, whatever has its name by then.
 */
static int
open_file(const char *path, struct source_access *access)
{
	const char *name = last_name(path);
	int dir = open_directory(AT_FDCWD, path, (size_t)(name - path));
	int fd, error;

	if (dir < 0)
		return -1;
	look_at_directory(dir, access);
	/* A path that ends with a slash is the directory's. */
	fd = openat(dir, *name == '\0' && name > path ? "." : name,
	    O_RDONLY | O_CLOEXEC);
	error = errno;
	follow_links(dir, name, access);
	errno = error;
	return fd;
}

int
source_add_file(struct source *source, const char *path)
{
	struct source_access access = { .known = false };
	struct stat st;
	int fd = open_file(path, &access);

	if (fd < 0)
		return -1;
	/* Of what is read, whatever has that name by then. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		access.known = true;
		access.readable = (st.st_mode & S_IROTH) != 0;
		access.writable = (st.st_mode & OTHERS_WRITE) != 0;
		access.foreign = is_foreign(st.st_uid);
	}
	if (source_add_fd(source, path, fd) != 0)
		return -1;
	last_file(source)->access = access;
	return 0;
}

int
source_add_string(struct source *source, const char *name, const char *text)
{
	size_t len = strlen(text);

	if (begin_file(source, name) != 0)
		return -1;
	if (reserve(source, len) != 0)
		return drop_file(source);
	memcpy(source->text + source->len, text, len);
	source->len += len;
	extend_file(source);
	return 0;
}

int
source_add_stream(struct source *source, const char *name, int fd)
{
	source->fd = fd;
	return begin_file(source, name);
}

size_t
source_more(struct source *source)
{
	ssize_t n;

	if (source->fd < 0)
		return 0;
	if (source->wait != NULL && !source->wait(source->fd))
		return 0;
	n = read_some(source, source->fd, CHUNK);
	if (n < 0)
		source->error = errno;
	else
		extend_file(source);
	if (n <= 0)
		source->fd = -1;
	return n < 0 ? 0 : (size_t)n;
}

void
source_forget(struct source *source, size_t n)
{
	unsigned line, column;

	source_position(source, (uint32_t)n, &line, &column);
	source->forgotten = line - 1;
	source->len -= n;
	memmove(source->text, source->text + n, source->len + 1);
	wipe(source->text + source->len + 1, n);
	last_file(source)->loc.end = (uint32_t)source->len;
	source->nlines = source->counted = 0;
}

void
source_close(struct source *source)
{
	if (source->text != NULL)
		wipe(source->text, source->len);
	free(source->text);
	free(source->files);
	free(source->lines);
	source_init(source);
}

/* ---- places ---- */

const struct source_file *
source_file_at(const struct source *source, uint32_t offset)
{
	const struct source_file *file = last_file(source);

	while (file > source->files && offset < file->loc.begin)
		file--;
	return file;
}

static bool
add_line(struct source *source, size_t begin)
{
	if (!list_room(&source->lines, source->nlines,
	    sizeof(*source->lines)))
		return false;
	source->lines[source->nlines++] = (uint32_t)begin;
	return true;
}

/*
 * Notes where lines begin, in text that is new since the last time.  A line
 * ends with LF, with CR LF, or with a CR alone.
 */
static bool
count_lines(struct source *source)
{
	const char *text = source->text;
	size_t i = source->counted;

	if (source->nlines == 0 && !add_line(source, 0))
		return false;
	for (; i < source->len; i++) {
		i += strcspn(text + i, "\r\n");
		if (i >= source->len)
			break;
		if (text[i] == '\r' && text[i + 1] == '\n')
			continue;
		/* Behind a CR at the end of a stream a LF may yet come. */
		if (text[i] == '\r' && i + 1 == source->len)
			break;
		if (text[i] != '\0' && !add_line(source, i + 1))
			return false;
	}
	source->counted = i;
	return true;
}

/* The index of the line that an offset is in. */
static size_t
line_of(struct source *source, uint32_t offset)
{
	size_t first = 0, end, middle;

	if (!count_lines(source))
		return 0;
	end = source->nlines;
	while (end - first > 1) {
		middle = first + (end - first) / 2;
		if (source->lines[middle] <= offset)
			first = middle;
		else
			end = middle;
	}
	return first;
}

void
source_position(struct source *source, uint32_t offset, unsigned *line,
    unsigned *column)
{
	const struct source_file *file = source_file_at(source, offset);
	size_t first = line_of(source, file->loc.begin);
	size_t index = line_of(source, offset);

	*line = (unsigned)(index - first) + 1 + source->forgotten;
	*column = offset + 1 - (source->nlines == 0 ? 0 :
	    source->lines[index]);
}

struct loc
source_line(struct source *source, uint32_t offset)
{
	size_t i = line_of(source, offset);
	struct loc line = { 0, (uint32_t)source->len };

	if (source->nlines == 0)		/* no memory */
		return (struct loc){ offset, offset };
	line.begin = source->lines[i];
	if (i + 1 < source->nlines)
		line.end = source->lines[i + 1] - 1;
	if (line.end > line.begin && source->text[line.end - 1] == '\r')
		line.end--;
	return line;
}

bool
source_begins_line(const struct source *source, uint32_t offset)
{
	const char *begin = source->text, *c = begin + offset;

	while (c > begin && (c[-1] == ' ' || c[-1] == '\t'))
		c--;
	return c == begin || c[-1] == '\n' || c[-1] == '\r';
}

/* ---- characters that look like others ---- */

struct lookalike {
	const char *first, *last, *name;
};

/* Web pages have such blanks, and files that were glued together the last. */
static const struct lookalike false_blanks[] = {
	{ "\302\240", "\302\240", "a no-break space" },
	{ "\342\200\200", "\342\200\212", "a space of another width" },
	{ "\342\200\213", "\342\200\213", "a space without width" },
	{ "\342\200\257", "\342\200\257", "a narrow no-break space" },
	{ "\343\200\200", "\343\200\200", "an ideographic space" },
	{ "\357\273\277", "\357\273\277", "a byte order mark" },
	{ NULL, NULL, NULL }
};

/* Those of shells and of typography, primes, brackets and wide forms. */
static const struct lookalike false_quotes[] = {
	{ "'", "'", NULL }, { "`", "`", NULL },
	{ "\302\253", "\302\253", NULL }, { "\302\264", "\302\264", NULL },
	{ "\302\273", "\302\273", NULL },
	{ "\342\200\230", "\342\200\237", NULL },
	{ "\342\200\262", "\342\200\266", NULL },
	{ "\342\200\271", "\342\200\272", NULL },
	{ "\343\200\214", "\343\200\217", NULL },
	{ "\357\274\202", "\357\274\202", NULL },
	{ "\357\274\207", "\357\274\207", NULL },
	{ NULL, NULL, NULL }
};

static const struct lookalike false_dashes[] = {
	{ "\342\200\220", "\342\200\225", NULL },
	{ "\342\210\222", "\342\210\222", NULL },
	{ NULL, NULL, NULL }
};

/* The octets of the character that the text begins with, and its name. */
static size_t
lookalike(const struct lookalike *row, const char *text, size_t len,
    const char **name)
{
	size_t n;

	for (; row->first != NULL; row++) {
		n = strlen(row->first);
		if (n > len || memcmp(text, row->first, n) < 0 ||
		    memcmp(text, row->last, n) > 0)
			continue;
		*name = row->name;
		return n;
	}
	return 0;
}

size_t
source_false_blank(const char *text, size_t len, const char **name)
{
	return len == 0 || (unsigned char)*text < 0x80 ? 0 :
	    lookalike(false_blanks, text, len, name);
}

size_t
source_false_quote(const char *text, size_t len)
{
	const char *name;

	return len == 0 || ((unsigned char)*text < 0x80 && *text != '\'' &&
	    *text != '`') ? 0 : lookalike(false_quotes, text, len, &name);
}

size_t
source_false_dash(const char *text, size_t len)
{
	const char *name;

	return len == 0 || (unsigned char)*text < 0x80 ? 0 :
	    lookalike(false_dashes, text, len, &name);
}
