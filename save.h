/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -o script: a dump as the commands that make it again (save.c).  Kernels dump
 * the newest entry first (Linux), so records wait until all are there.
 */
#ifndef SAVE_H
#define SAVE_H

#include "pfkey.h"
#include "print.h"

struct save;

/* NULL when memory is out; save_record() then returns -1. */
struct save *save_new(const struct dialect *);
int save_record(struct save *, const struct view *);

/* Drops the records, for another dump. */
void save_forget(struct save *);

/* Where the commands go, and what is to be known for them. */
struct save_output {
	struct text *text;
	const struct print_style *style;
	bool policies;			/* the records are of these */
	struct defaults defaults;	/* with policies */
	bool by_pfkey;			/* and come from a PF_KEY socket */
	/* Is told of each entry that cannot be saved, in words, and why. */
	void (*lost)(void *, const char *what, const char *why);
	void *lost_ctx;
};

/* Writes the commands, and frees. */
void save_print(struct save *, const struct save_output *);

#endif
