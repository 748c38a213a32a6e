/* SPDX-License-Identifier: BSD-2-Clause */
/* What no kernel of a system takes, or does anything with (impossible.c). */
#ifndef IMPOSSIBLE_H
#define IMPOSSIBLE_H

#include "fields.h"

/*
 * Reports the first such thing in a command that is right otherwise, so that a
 * check finds what a load would be refused for.
 */
void check_possible(struct parser *, const struct command *);

#endif
