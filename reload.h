/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -S: reads the kernel's databases, and has them changed to what sync.h's set
 * says.
 */
#ifndef RELOAD_H
#define RELOAD_H

#include "run.h"
#include "sync.h"

/*
 * What is told of, by the numbers that sync_want() was given.  The functions
 * report it as errors; ctx is theirs.
 */
struct reload {
	struct session *session;
	struct sync *sync;
	struct defaults defaults;	/* what is not given: left alone */
	/* The kernel refused the request for an entry. */
	void (*refused)(void *ctx, uint32_t number, uint8_t type,
	    const struct reply *);
	/* An entry cannot be, or was not, made what it is to be. */
	void (*cannot)(void *ctx, uint32_t number, const char *why);
	void *ctx;
};

/*
 * Does it, or with -n prints what would be done as a script.  What went wrong
 * is reported, and s->failed set.
 */
void reload_run(const struct reload *);

#endif
