/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fwd twins of in policies (twins.c).  Linux keeps policies for packets
 * that are forwarded apart from "in"; to the language "in" covers both, so an
 * in policy is followed by the same one for fwd.  The twin is ours to manage:
 * a fwd policy that was written counts before it, and nobody should have to
 * know of it.
 */
#ifndef TWINS_H
#define TWINS_H

#include "channel.h"
#include "plan.h"
#include "table.h"

struct twin;

struct twin_list {
	struct twin *first, *last;
};

struct twins {
	const struct dialect *dialect;
	/* Names of fwd policies that the text is about, see twins.c. */
	struct table by_name;
	struct fwd_name *names;
	uint32_t nnames;
	/* Requests: not answered yet; made, but without their in policy; */
	struct twin_list sent, orphans;
	/* refused since there is a policy of that name. */
	struct twin_list standing;
	struct twin *spare;		/* memory for when there is no more */
	bool spare_used;
};

/*
 * Drops the twins from a plan for which the text has a fwd policy of its own,
 * before them or behind them: up to the next spdflush of it one that was added
 * or updated counts for good, and one that is deleted later is left for that.
 * What is known of names stays for the next plan (-c).  False when memory is
 * out.
 */
bool twins_drop(struct twins *, struct plan *);

/* Whether the request makes a fwd policy, or may take the place of one. */
static inline bool
twins_concern(const struct planned *request)
{
	return (request->type == SADB_X_SPDADD &&
	    (request->twin || request->fwd)) ||
	    request->type == SADB_X_SPDUPDATE ||
	    request->type == SADB_X_SPDDELETE ||
	    request->type == SADB_X_SPDFLUSH;
}

/*
 * Before anything is sent: so that lack of memory does not come between an in
 * policy and its twin, there is room for one request.  Returns an errno value.
 */
int twins_reserve(struct twins *);

/*
 * Such a request is about to be sent.  Returns an errno value; with ENOMEM it
 * may be tried again once what was sent before is answered.
 */
int twins_sent(struct twins *, const struct planned *, uint32_t number,
    const void *msg, size_t len);

/*
 * The end of such a request with an errno value, 0 if it was done; answers come
 * in the order of the requests.  alone: this is a twin, and nothing came of its
 * in policy.
 */
void twins_answered(struct twins *, const struct planned *, uint32_t number,
    int error, bool alone);

/*
 * Calls each with the request that deletes a twin without an in policy, and
 * the number of the request that made it, until one returns non-zero; returns
 * that, or 0.
 */
int twins_orphaned(const struct twins *, int (*each)(void *, uint32_t number,
    const void *msg, size_t len), void *ctx);

/*
 * Looks at the fwd policies that stood in the way of others.  One that is equal
 * to the twin that was wanted is no error, nor is one that is itself the twin
 * of an in policy and gives way to one that was written.  The numbers of the
 * requests that stay refused go to each(), with an errno value.  The channel
 * must be idle; NULL if it broke: then all of them stay refused.
 */
void twins_settle(struct twins *, struct channel *,
    void (*each)(void *, uint32_t number, int error), void *ctx);

/* Forgets requests, but not names; the other one forgets all. */
void twins_done(struct twins *);
void twins_free(struct twins *);

#endif
