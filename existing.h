/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EXISTING_H
#define EXISTING_H

#include "run.h"
#include "parser.h"

/*
 * Notes under a command that the kernel refused with EEXIST which entry stands
 * in its way.  The channel must be idle.
 */
void existing_note(struct session *, const struct parser *,
    const struct command *);

#endif
