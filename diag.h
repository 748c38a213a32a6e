/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages about the text: "FILE:LINE:COL: error: TEXT", the line, a mark under
 * the place, and perhaps a hint; never a key.
 */
#ifndef DIAG_H
#define DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "secrets.h"
#include "source.h"

/*
 * A warning says that the kernel will hold something else than was written.
 * Advice is about what is as it was written, but looks as if it was not meant;
 * it is shown as a warning to who asks for it (-n, -v).
 */
enum severity { DIAG_ERROR, DIAG_WARNING, DIAG_ADVICE, DIAG_NOTE };

struct diag {
	FILE *out;			/* NULL: count only */
	struct source *source;
	bool colour;
	bool advice;			/* show it */
	unsigned max_errors;		/* shown; the rest is counted. 0: all */
	unsigned errors;
	bool quiet;			/* the last message was not shown */
	struct secrets secrets;
};

/* Messages about a text, to a stream (NULL: count only), all of them. */
void diag_init(struct diag *, struct source *, FILE *out);

/*
 * Reports something about a place.  One of end 0 gives "FILE: error: TEXT"
 * alone.  Keys in the line are masked; the caller sees to it that there is none
 * in its own words.
 */
void diag(struct diag *, enum severity, struct loc, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* A line "hint: TEXT" that belongs to the message before it. */
void diag_hint(struct diag *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Puts out what there is: a message and its hint are one write, which is made
 * at the next message or here.
 */
void diag_flush(struct diag *);

/* Says how many errors were not shown, if any, and puts everything out. */
void diag_finish(struct diag *);

/*
 * The word in quotes, fit for a message: cut if long, what is no text as \\xNN.
 * Returns buf; size is at least 32.
 */
char *diag_quote(char *buf, size_t size, const char *word, size_t len);

/* The word at a place in quotes; stars when it is a key, or part of one. */
char *diag_quote_at(struct diag *, struct loc, char *buf, size_t size);

#endif
