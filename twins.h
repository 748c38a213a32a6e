/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fwd twins whose in policy was refused: the pair is treated alike, so such a
 * twin is taken away again.
 */
#ifndef TWINS_H
#define TWINS_H

#include "plan.h"

struct twin;

struct twins {
	const struct dialect *dialect;
	/* Not answered yet; made, but without their in policy. */
	struct twin_list {
		struct twin *first, *last;
	} sent, orphans;
};

/* Whether the request makes a twin, or may take the place of one. */
static inline bool
twins_concern(const struct planned *request)
{
	return (request->type == SADB_X_SPDADD && request->twin) ||
	    request->type == SADB_X_SPDUPDATE ||
	    request->type == SADB_X_SPDDELETE ||
	    request->type == SADB_X_SPDFLUSH;
}

/* Such a request is about to be sent.  Returns an errno value. */
int twins_sent(struct twins *, const struct planned *, uint32_t number,
    const void *msg, size_t len);

/*
 * The end of such a request; answers come in the order of the requests.  alone:
 * this is a twin, and nothing came of its in policy.
 */
void twins_answered(struct twins *, const struct planned *, uint32_t number,
    bool done, bool alone);

/*
 * Calls each with the request that deletes a twin without an in policy, and
 * the number of the request that made it, until one returns non-zero; returns
 * that, or 0.
 */
int twins_orphaned(const struct twins *, int (*each)(void *, uint32_t number,
    const void *msg, size_t len), void *ctx);

void twins_free(struct twins *);

#endif
