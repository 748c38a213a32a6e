/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which octets of a configuration are keys, so that messages can hide them.
 * It makes sense of text that the grammar did not, since messages are mostly
 * about such text.
 */
#ifndef SECRETS_H
#define SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source.h"

/* What the search knows at a place of the text. */
struct secrets_state {
	int words;		/* since -E or -A, itself one; 0: none seen */
	int place;		/* words of the statement, options left out */
	bool next_line;		/* a key may go on, after a newline or ';' */
	bool bare;		/* a key has no quotes, and is not 0x... */
	bool cut;		/* a ';' or line's end may be part of it */
	bool doubt;		/* to the end of the line: all may be a key */
};

/* Where a search may begin. */
struct secrets_place {
	uint32_t offset;
	struct secrets_state state;	/* what is known there */
};

struct secrets {
	const struct source *source;
	uint32_t sound;			/* before it the text is right */
	uint32_t statement;		/* where the one at hand begins */
	/* Well before that statement, and well before what was asked last. */
	struct secrets_place before, last;
	bool carried;			/* they may be 0: a stream moved */
};

/*
 * Notes that the text up to an offset was read without an error: which quotes
 * go together is not in doubt there.
 */
void secrets_sound(struct secrets *, uint32_t offset);

/* Notes where a statement begins: most of what is asked is near it. */
void secrets_begin_statement(struct secrets *, uint32_t offset);

/* Notes that of a stream the first n octets are about to go. */
void secrets_forget(struct secrets *, uint32_t n);

/*
 * Calls mark with each run of octets that is, or may be, a key, from some place
 * at or before the offset from, up to end.
 */
void secrets_find(struct secrets *, uint32_t from, uint32_t end,
    void (*mark)(void *ctx, struct loc), void *ctx);

/* Whether any octet of a place is, or may be, one of a key. */
bool secrets_overlap(struct secrets *, struct loc);

#endif
