/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the parts of a whole command fit each other. */
#ifndef CHECK_H
#define CHECK_H

#include "parser.h"

/*
 * Whether the parts of the parser's command fit each other and the dialect.
 * Reports and marks it bad if not; warnings leave it good.  It sets what is for
 * the command as a whole to say: the numbers of algorithms, lifetimes, windows.
 */
void command_check(struct parser *);

#endif
