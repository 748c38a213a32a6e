/* SPDX-License-Identifier: BSD-2-Clause */
/* From a command to the messages it stands for. */
#ifndef EXPAND_H
#define EXPAND_H

#include "parser.h"

/*
 * Looks up the hosts of the parser's command and calls each for every
 * combination of one family, with a message ready to send.  Errors are
 * reported; then nothing is called.  Returns 0, or -1 (also when a call
 * returned non-zero).
 */
typedef int message_fn(void *ctx, const struct command *, struct msgbuf *);
int command_expand(struct parser *, message_fn *, void *ctx);

/* Reports what is wrong with the addresses of a command that is wrong. */
void command_check_hosts(struct parser *);

#endif
