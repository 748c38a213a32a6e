/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said where the grammar stumbles. */
#ifndef SYNTAX_H
#define SYNTAX_H

#include "parser.h"

/* Of more expected tokens than this nothing is said. */
#define SYNTAX_EXPECTED	2

struct syntax_error {
	int found;			/* the token, as parse.y numbers them */
	struct loc at;			/* its place */
	unsigned nexpected;		/* how many could stand there */
	int expected[SYNTAX_EXPECTED];
};

/* Reports it, and has the rest of the statement skipped. */
void syntax_report(struct parser *, const struct syntax_error *);

/*
 * Whether what is wrong at a place stands in or behind a command that begins a
 * line, perhaps misspelt; and reports the ';' that was forgotten before that.
 */
bool syntax_is_stray(struct parser *, struct loc);
void syntax_lost_semicolon(struct parser *);

/* What comes next in a command of which the fields so far are known. */
const char *syntax_next_field(const struct command *);

#endif
