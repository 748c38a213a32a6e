/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of a configuration: files, strings or a stream, one behind the
 * other in memory from the first octet that is read to the end of the run.  A
 * place in it is a pair of offsets; which file, line and column that is, is
 * worked out only for messages.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place: octets [begin, end) of the text; end 0: nowhere. */
struct loc {
	uint32_t begin, end;
};

static inline uint32_t
loc_length(struct loc loc)
{
	return loc.end - loc.begin;
}

/*
 * Who can read a file, write it, or have its name mean another one.  A user is
 * another one if he is neither root nor who runs the program.
 */
struct source_access {
	bool known;			/* a regular file was opened by name */
	bool readable, writable;	/* everybody can; others can */
	bool foreign;			/* it belongs to another user */
	/* Of its directory, and of symbolic links that led to it: */
	bool linked;			/* there are some */
	bool shared_dir;		/* others can replace what is there */
	bool foreign_dir;		/* it, or a link, is another user's */
};

/* A file, string or stream, as messages name it, and where its text is. */
struct source_file {
	const char *name;
	struct loc loc;
	struct source_access access;
	bool keys;			/* some were read from it */
};

struct source {
	char *text;
	size_t len, size;		/* octets of it; octets allocated */
	struct source_file *files;
	unsigned nfiles;
	int fd;				/* a stream's while it is open; -1 */
	int error;			/* errno, when reading it failed */
	bool (*wait)(int fd);		/* before a read; false: do not read */
	uint32_t *lines;		/* offsets of their beginnings */
	size_t nlines;
	size_t counted;			/* octets in which they were found */
	unsigned forgotten;		/* lines of a stream before the text */
};

/* An empty text. */
void source_init(struct source *);

/*
 * Appends a file, an open descriptor read to its end (and closed), or a string.
 * The name is kept, not copied.  Return 0, or -1 with errno (EFBIG: the text
 * would have more than 1 GiB, of which the offsets are made); then the text is
 * as before.
 */
int source_add_file(struct source *, const char *path);
int source_add_fd(struct source *, const char *name, int fd);
int source_add_string(struct source *, const char *name, const char *text);

/*
 * Makes the text that of a stream, of which nothing is read yet.  The caller
 * keeps the descriptor.  Returns 0, or -1 with errno.
 */
int source_add_stream(struct source *, const char *name, int fd);

/*
 * Reads what a stream has, and waits for it.  Returns the octets, 0 at the end
 * or, with source->error set, on failure; also 0, and source->fd is still open,
 * when source->wait (NULL for none) was false.
 */
size_t source_more(struct source *);

/* Wipes and forgets the first n octets of a stream's text. */
void source_forget(struct source *, size_t n);

/* Wipes the text, keys and all, and frees it. */
void source_close(struct source *);

/* The text at an offset; at the end of the text there is a NUL. */
static inline const char *
source_at(const struct source *source, uint32_t offset)
{
	return source->text + offset;
}

/*
 * The octets of the character that len octets begin with, if it is one that
 * looks like a blank and is none, and its name; else 0.
 */
size_t source_false_blank(const char *text, size_t len, const char **name);

/* The same for what looks like a quote, and like the dash of an option. */
size_t source_false_quote(const char *text, size_t len);
size_t source_false_dash(const char *text, size_t len);

/* The file that an offset is in; an offset behind all text is in the last. */
const struct source_file *source_file_at(const struct source *,
    uint32_t offset);

/* Line and column of an offset in its file; octets are counted, from 1. */
void source_position(struct source *, uint32_t offset, unsigned *line,
    unsigned *column);

/* The line around an offset, without its end. */
struct loc source_line(struct source *, uint32_t offset);

/*
 * Whether nothing but blanks stands between the beginning of the line and an
 * offset.
 */
bool source_begins_line(const struct source *, uint32_t offset);

#endif
