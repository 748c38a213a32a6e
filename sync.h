/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The difference between what a file wants and what a kernel has, as requests
 * in an order in which no packet that both protect leaves in the clear.  Only
 * messages go in and come out; reload.c speaks to the kernel.
 */
#ifndef SYNC_H
#define SYNC_H

#include "pfkey.h"

struct sync;

enum sync_db { SYNC_SAD, SYNC_SPD, SYNC_DBS };

#define SYNC_NONE	UINT32_MAX	/* of no command of the file */

/* NULL when memory is out.  sync_free() wipes keys. */
struct sync *sync_new(const struct dialect *);
void sync_free(struct sync *);

/*
 * An entry that is wanted: a message ADD, UPDATE, SPDADD or SPDUPDATE; number
 * is the caller's, and comes back with what is made of it.  One that is there
 * already, and the same, counts once; *earlier is that one's number.
 */
enum sync_result { SYNC_OK, SYNC_AGAIN, SYNC_CONFLICT, SYNC_NO_MEMORY };
enum sync_result sync_want(struct sync *, const struct view *,
    uint32_t number, uint32_t *earlier);

/*
 * -O: an entry that an earlier run made.  Once sync_only_ours() was called,
 * what is neither this nor wanted is left alone.
 */
enum sync_result sync_own(struct sync *, const struct view *);
void sync_only_ours(struct sync *);

/* A table of which the file says nothing: it is left alone. */
void sync_leave(struct sync *, enum sync_db);

/*
 * What the kernel has: forget what was told before, then each record of both
 * dumps, in their order.
 */
void sync_begin(struct sync *);
enum sync_result sync_have(struct sync *, const struct view *);

/* The requests come in this order; a step is complete before the next. */
enum sync_step {
	SYNC_SA_ADD,
	SYNC_SA_CHANGE,			/* limits in place, or by a new one */
	SYNC_PROTECT,			/* policies that protect, and */
					/* do not step back behind others */
	SYNC_EXEMPT_LESS,		/* policies that let pass: */
					/* fewer, later */
	SYNC_PROTECT_LATER,		/* those that step back */
	SYNC_EXEMPT,			/* the same: new, sooner */
	SYNC_UNPROTECT,			/* what protects, and is gone */
	SYNC_SA_REMOVE,
};

struct sync_request {
	enum sync_step step;
	const struct wire_msg *msg;
	uint32_t number;		/* of what is wanted, or SYNC_NONE */
	bool with_next;			/* the two are one change */
	const struct wire_msg *next;	/* then the other one */
	const char *why;		/* the difference, or NULL */
};

/*
 * Calls each with the requests, in order, until one returns non-zero; returns
 * that, 0, or -1 when memory is out.  It may be called again, after
 * sync_begin() and what the kernel has then.
 */
int sync_plan(struct sync *, int (*each)(void *, const struct sync_request *),
    void *ctx);

/*
 * Changes that would do harm, found by sync_plan(), which leaves them out: an
 * SA that must be made anew with the keys that it has (RFC 4303 3.3.3, RFC 4106
 * 2: a sequence number and a nonce are used once).  Calls each with the number
 * and the difference.
 */
void sync_refused(const struct sync *, void (*each)(void *, uint32_t number,
    const char *why), void *ctx);

/* What sync_plan() found. */
struct sync_counts {
	unsigned added, updated, replaced, removed, kept, foreign;
	unsigned unsaid;		/* foreign ones that no command makes */
	unsigned unknown;		/* kept, but their keys are not told */
	unsigned uncured;		/* kept, though the kernel did not do */
					/* all that was asked for */
};
const struct sync_counts *sync_counts(const struct sync *, enum sync_db);

#endif
