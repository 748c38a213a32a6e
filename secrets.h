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

struct secrets {
	const struct source *source;
	uint32_t statement;		/* one begins there: where to begin */
	uint32_t recent;		/* another one, behind it */
};

/*
 * Notes that a statement begins at an offset, so that the search need not begin
 * far before it; and that offsets have changed, of a stream.
 */
void secrets_begin_statement(struct secrets *, uint32_t offset);
void secrets_forget(struct secrets *);

/*
 * Calls mark with each run of octets that is, or may be, a key, from some place
 * at or before the offset from, up to end.
 */
void secrets_find(struct secrets *, uint32_t from, uint32_t end,
    void (*mark)(void *ctx, struct loc), void *ctx);

/* Whether any octet of a place is, or may be, one of a key. */
bool secrets_overlap(struct secrets *, struct loc);

#endif
