/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From text to commands: the scanner (token.l) makes tokens, the grammar
 * (parse.y) calls fields.h's functions, which fill in the parser's command.
 */
#ifndef PARSER_H
#define PARSER_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "diag.h"
#include "hosts.h"
#include "source.h"

/* The scanner's part of a parser. */
struct scanner {
	void *flex;			/* flex's own state */
	jmp_buf give_up;		/* when flex has no memory */
	uint32_t next, end;		/* the text that flex has not yet */
	/* What flex matched last, which then is a token; and the one before. */
	struct loc at, before;
	int kind, kind_before;		/* their numbers in the grammar */
	const struct option *read;	/* the last token, if it is an option */
	const struct option *option;	/* the last one before it, or NULL */
	uint32_t quote;			/* where the last string began */
	/* flex's start condition before that string, or before a comment */
	int state;
	uint32_t statement;		/* where the statement began */
	uint32_t keep;			/* from here text may yet be shown */
	bool pausing;			/* for more of a stream */
	bool interrupted;		/* what was typed is to be dropped */
	bool in_statement;		/* some of it was read */
	bool skipping;			/* up to the end of a wrong statement */
	/* A command that begins a line inside another command, and the end of
	 * the token before it; any other word that does so, the last one. */
	struct loc stray, line;
	uint32_t stray_after, line_after;
	bool lost;			/* the ';' before it: reported */
	/* A command before which a ';' was forgotten, to be scanned again. */
	struct loc go_back;
};

/* For a statement, more of one, or nothing more: the line ends there. */
enum prompt { PROMPT_STATEMENT, PROMPT_MORE, PROMPT_END };

struct parser {
	struct source *source;
	struct diag *diag;
	const struct dialect *dialect;
	/* Takes each whole command; NULL for none. */
	void (*sink)(void *ctx, struct command *);
	void *sink_ctx;
	bool names_only;		/* keys may be "(hidden)" */
	struct hosts *hosts;		/* names that were looked up, or NULL */
	/* Before a read and at the end, when a person types; else NULL. */
	void (*prompt)(void *ctx, enum prompt);
	struct command cmd;		/* the one being parsed */
	unsigned commands, errors;	/* all that ended; wrong ones */
	bool exiting;			/* "exit" was read */
	bool reserves;			/* there was a getspi */
	bool keys;			/* or a key, right or wrong */
	uint64_t weak_said;		/* obsolete algorithms warned of */
	unsigned said;			/* what is said once: enum said */
	struct scanner scanner;
};

/*
 * Parses a range of the source's text, or a stream to its end, up to "exit;".
 * Each command without an error goes to the sink; errors are reported, and
 * parsing goes on at the next command.  Returns 0, or -1 when there were errors
 * (p->errors counts them over all calls).
 */
int parser_run(struct parser *, struct loc);

/* The text of a place; not terminated. */
static inline const char *
parser_text(const struct parser *p, struct loc loc)
{
	return source_at(p->source, loc.begin);
}

/*
 * ---- token.l ----
 *
 * token_open() makes a scanner for a range of the text, false when memory is
 * out, and token_close() ends it.  token_next() reads a token: its number in
 * the grammar, 0 at the end; its value, and its place.  When memory is out it
 * jumps to give_up.  token_drop() forgets all that was read.
 */
union YYSTYPE;
bool token_open(struct parser *, struct loc);
int token_next(struct parser *, union YYSTYPE *, struct loc *);
void token_drop(struct parser *);
void token_close(struct parser *);

#endif
