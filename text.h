/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text on its way to a stream (text.c): numbers, addresses and dates without
 * stdio, so that a dump of 100,000 entries costs little more than the kernel's
 * part of it.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "names.h"

/*
 * Text on its way to a stream.  It grows no further than its buffer: what does
 * not fit is written out first.
 */
#define TEXT_OCTETS	16384

/*
 * A minute of UNIX time as a local date: asking libc once a minute, not once a
 * line, halves the cost of a dump.  len 0: an empty place.
 */
struct text_minute {
	int64_t minute;
	uint8_t len;
	char date[35];			/* "Feb  2 17:29:00 2019" */
};
#define TEXT_MINUTES	8

struct text {
	FILE *out;
	int error;			/* errno of the first failed write */
	size_t len;
	struct text_minute minutes[TEXT_MINUTES][2];
	const struct algorithm *recent[ALG_COMP + 1]; /* shown last, or NULL */
	char buf[TEXT_OCTETS];
};

void text_init(struct text *, FILE *);
void text_flush(struct text *);		/* to the stream, and fflush it */
/* What text_bytes() does where the buffer's room is not enough. */
void text_overflow(struct text *, const void *, size_t);

/*
 * Inline, for a record is made of a hundred pieces, most of them constants
 * whose length the compiler knows.
 */
static inline void
text_bytes(struct text *t, const void *octets, size_t n)
{
	if (n <= sizeof(t->buf) - t->len) {
		memcpy(t->buf + t->len, octets, n);
		t->len += n;
	} else
		text_overflow(t, octets, n);
}

static inline void
text_str(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

static inline void
text_char(struct text *t, char c)
{
	text_bytes(t, &c, 1);
}

/*
 * A line of a record is put down without a look at the room for each piece:
 * text_room() has TEXT_ROOM octets for it, and text_end() takes it.  What is
 * called fmt_...() returns where to go on.
 */
#define TEXT_ROOM	1024

void text_make_room(struct text *);

static inline char *
text_room(struct text *t)
{
	if (t->len > sizeof(t->buf) - TEXT_ROOM)
		text_make_room(t);
	return t->buf + t->len;
}

static inline void
text_end(struct text *t, const char *end)
{
	t->len = (size_t)(end - t->buf);
}

/* A constant, for which the compiler knows its length; a name. */
static inline char *
fmt_str(char *p, const char *s)
{
	return (char *)memcpy(p, s, strlen(s)) + strlen(s);
}

static inline char *
fmt_word(char *p, const char *s)
{
	return stpcpy(p, s);
}

char *fmt_decimal(char *, uint64_t);	/* as fmt_dec() */

static inline char *
fmt_dec(char *p, uint64_t n)
{
	if (n >= 10)
		return fmt_decimal(p, n);
	*p = (char)('0' + n);		/* most are 0 */
	return p + 1;
}

char *fmt_hex8(char *, uint32_t);	/* lower case, all eight digits */
char *fmt_addr(char *, const struct addr *);	/* at most ADDR_TEXT */
char *fmt_time(struct text *, char *, uint64_t);

/* The same pieces by themselves. */
static inline void
text_dec(struct text *t, uint64_t n)
{
	text_end(t, fmt_dec(text_room(t), n));
}

void text_hex(struct text *, uint32_t, int digits);	/* lower case, no 0x */
/* "0x1/0xff", as the language has marks and masks of ports. */
void text_pair(struct text *, uint32_t first, uint32_t second);
void text_addr(struct text *, const struct addr *);	/* numeric, %zone */
/* "Feb  2 17:29:42 2019", local time; as many blanks for 0, which is "never" */
void text_time(struct text *, uint64_t);
/* Octets of a key: a blank and 8 hexadecimal digits for every 4. */
void text_groups(struct text *, const uint8_t *, size_t);
void text_printf(struct text *, const char *, ...)
    __attribute__((format(printf, 2, 3)));	/* for what is rare; < 512 */
/* A string of a message: octets of what is MESSAGE_UNSEEN as \ooo. */
void text_escaped(struct text *, const char *, size_t);
/* The same in quotes, without the NULs that pad it. */
void text_quoted(struct text *, const char *, size_t);

#endif
