/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands behind the options of -D, -F and -x: which entries. */
#ifndef OPERANDS_H
#define OPERANDS_H

#include "plan.h"
#include "run.h"

/*
 * The requests of the command (OP_DUMP, OP_SPDFLUSH ...) with the operands of
 * the options behind it; without any, one for all entries.  They are several
 * where a name has several addresses.  False, and reported, if the operands are
 * no such thing.
 */
bool operands_read(struct session *, enum op, struct plan *);

#endif
