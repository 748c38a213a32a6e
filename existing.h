/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EXISTING_H
#define EXISTING_H

#include "run.h"
#include "parser.h"

/*
 * Notes under a command that the kernel refused with EEXIST which entry stands
 * in its way.  The channel must be idle; the command is looked up again, and
 * its operation changed.
 */
void existing_note(struct session *, struct parser *, struct command *);

#endif
