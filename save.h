/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -o script: a dump as the commands that make it again.  Kernels dump the
 * newest entry first (Linux), so records wait until all are there.
 */
#ifndef SAVE_H
#define SAVE_H

#include "run.h"

struct save;

/* NULL when memory is out; save_record() then returns -1. */
struct save *save_new(const struct session *);
int save_record(struct save *, const struct view *);

/* Drops the records, for another dump. */
void save_forget(struct save *);

/* Writes the commands to the session's text, and frees. */
void save_print(struct save *, struct session *);

#endif
