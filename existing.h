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

/*
 * Which settings of a command that made an SA, a bit each (setting.h), the SA
 * of the kernel does not have.  The channel must be idle.
 */
uint32_t existing_lacks(struct session *, const struct parser *,
    const struct command *);

#endif
