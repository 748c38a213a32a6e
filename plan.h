/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The requests of a configuration, checked and in order, waiting until all of
 * it is known to be good.
 */
#ifndef PLAN_H
#define PLAN_H

#include "command.h"

struct plan_block;

/* What is known of a request when its reply comes. */
struct planned {
	struct loc loc;			/* the command's */
	uint8_t type;			/* SADB_* */
	uint8_t op;			/* enum op, of the command */
	bool no_twin;			/* -k: of an in policy */
	bool twin;			/* the fwd twin of the one before it */
	bool fwd;			/* a fwd policy that was written */
	bool dropped;			/* is not to be sent */
	bool filtered;			/* a flush of some */
	uint32_t newer;			/* settings not in all kernels */
};

struct plan {
	struct plan_block *first, *last;
	struct planned *requests;
	uint32_t count;
};

/*
 * Adds a request: a whole message, whose header has its length (len is the
 * same in octets).  Returns 0, or -1 when memory is out.
 */
int plan_add(struct plan *, const struct planned *, const void *msg,
    size_t len);

/*
 * Calls each with every message (aligned to 8) and its number, in order; the
 * message may be changed, but not its length.
 */
void plan_each(struct plan *, void (*each)(void *, uint32_t number,
    void *msg), void *ctx);

/*
 * Calls each with every message that was not dropped, and its number, in order,
 * until one returns non-zero; returns that, or 0.  What was handed out is wiped
 * and freed; what is known of the requests stays.
 */
int plan_run(struct plan *, int (*each)(void *, uint32_t number,
    const void *msg, size_t len), void *ctx);

/* Wipes and frees what is left. */
void plan_free(struct plan *);

#endif
