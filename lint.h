/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Advice about a file as a whole, for -n and -v: what it has twice (lint.c).
 */
#ifndef LINT_H
#define LINT_H

#include "parser.h"
#include "table.h"

struct lint {
	struct table seen;		/* where an entry was added */
};

/*
 * Warns if an earlier command adds the same SA or policy; remembers this one.
 * type is the request's (SADB_*).  Requests that delete or flush forget.
 */
void lint_request(struct lint *, struct parser *, const struct command *,
    uint8_t type);

/* Names the line of an offset, "line 5 of b.conf" if that is another file. */
#define LINT_LINE	512
const char *lint_line(struct source *, uint32_t here, uint32_t there,
    char buf[LINT_LINE]);

void lint_free(struct lint *);

#endif
