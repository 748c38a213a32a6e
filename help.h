/* SPDX-License-Identifier: BSD-2-Clause */
/* The command help: what each command takes. */
#ifndef HELP_H
#define HELP_H

#include "command.h"
#include "text.h"

/* All commands on a line each, or one (not NULL) with its options. */
void print_help(struct text *, const struct dialect *,
    const struct command_word *topic);

#endif
