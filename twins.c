/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fwd twins of in policies: which of them are to be made, which were made
 * though their in policy was refused, and what it means that there is one
 * already.
 *
 * An orphan comes of spdadd alone: it succeeds only where there was nothing, so
 * that to delete undoes it.  spdupdate may have replaced a policy that nobody
 * has kept, and is refused for what is wrong with it, which is wrong with both.
 * spddelete of a twin that was left over has done what it was asked for.
 *
 * Requests go out in batches, so when a refusal is heard of, later requests
 * may have been carried out already.  What they left in a twin's place is not
 * that spdadd's any more: a copy of each is kept until its answer is here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "deletion.h"
#include "filter.h"
#include "list.h"
#include "same.h"
#include "twins.h"

struct twin {
	struct twin *next;
	uint32_t number;		/* of the request */
	bool is_twin;			/* not a fwd policy that was written */
	_Alignas(8) uint8_t msg[];
};

static void
append(struct twin_list *list, struct twin *twin)
{
	twin->next = NULL;
	if (list->first == NULL)
		list->first = twin;
	else
		list->last->next = twin;
	list->last = twin;
}

static struct twin *
take_first(struct twin_list *list)
{
	struct twin *twin = list->first;

	if (twin != NULL)
		list->first = twin->next;
	return twin;
}

static void
release(struct twins *twins, struct twin *twin)
{
	if (twin == twins->spare)
		twins->spare_used = false;
	else
		free(twin);
}

static void
release_list(struct twins *twins, struct twin_list *list)
{
	struct twin *twin;

	while ((twin = take_first(list)) != NULL)
		release(twins, twin);
}

static struct twin *
room_for(size_t len)
{
	return malloc(sizeof(struct twin) + len);
}

/* A copy of a message there; NULL if there is no room. */
static struct twin *
copy_to(struct twin *room, uint32_t number, const void *msg, size_t len)
{
	if (room == NULL)
		return NULL;
	room->number = number;
	room->is_twin = false;
	memcpy(room->msg, msg, len);
	return room;
}

/* A copy of a message, for itself; or NULL. */
static struct twin *
new_copy(const void *msg)
{
	size_t len = (size_t)((const struct wire_msg *)msg)->len * 8;

	return copy_to(room_for(len), 0, msg, len);
}

static void
decode(const struct twins *twins, const void *msg, struct policy *policy)
{
	struct view view;

	view_built(&view, twins->dialect, msg);
	policy_decode(&view, policy);
}

/* ---- which of them are to be made ---- */

/* What the text has said of a name up to the request at hand. */
struct fwd_name {
	struct twin *written;		/* the one that it has added or */
					/* updated last, or NULL */
	uint32_t pending;		/* a twin's number plus 1, see below */
};

struct dropping {
	struct twins *twins;
	struct plan *plan;
	uint32_t *earlier;		/* the twin before one, plus 1 */
	bool no_memory;
};

/* What is known of the name of a fwd policy; NULL when memory is out. */
static struct fwd_name *
name_of_fwd(struct twins *twins, const void *msg)
{
	struct policy policy;
	uint32_t *at;
	bool is_new;

	decode(twins, msg, &policy);
	if (!list_room(&twins->names, twins->nnames, sizeof(*twins->names)))
		return NULL;
	at = table_add(&twins->by_name, policy_name_hash(&policy),
	    twins->nnames, &is_new);
	if (at == NULL)
		return NULL;
	if (is_new)
		twins->names[twins->nnames++] = (struct fwd_name){ NULL, 0 };
	return &twins->names[*at];
}

static void
forget_names(struct twins *twins)
{
	uint32_t i;

	for (i = 0; i < twins->nnames; i++)
		free(twins->names[i].written);
	table_free(&twins->by_name);
	free(twins->names);
	twins->names = NULL;
	twins->nnames = 0;
}

/* Forgets what a flush takes away: all, or what fits its filter. */
static void
forget_flushed(struct twins *twins, const void *flush)
{
	struct fwd_name *name = twins->names;
	struct filter filter;
	struct view view;
	uint32_t i;

	view_built(&view, twins->dialect, flush);
	if (!filter_decode(&view, &filter)) {
		forget_names(twins);
		return;
	}
	for (i = 0; i < twins->nnames; i++, name++) {
		if (name->written == NULL)
			continue;
		view_built(&view, twins->dialect, name->written->msg);
		if (!filter_matches(&filter, &view))
			continue;
		free(name->written);
		name->written = NULL;
	}
}

/*
 * Drops the twins that would be in the way of a fwd policy of the text: those
 * since the last such policy that make what it makes or delete what it deletes.
 */
static void
drop_pending(struct dropping *d, struct fwd_name *name, const void *msg,
    bool adds)
{
	struct planned *requests = d->plan->requests;
	uint32_t n;

	for (n = name->pending; n != 0; n = d->earlier[n - 1])
		if ((requests[n - 1].type != SADB_X_SPDDELETE) == adds)
			requests[n - 1].dropped = true;
	name->pending = 0;
	free(name->written);
	name->written = adds ? new_copy(msg) : NULL;
	d->no_memory = adds && name->written == NULL;
}

static void
drop_one(void *ctx, uint32_t number, void *msg)
{
	struct dropping *d = ctx;
	struct planned *request = &d->plan->requests[number];
	struct fwd_name *name;

	if (d->no_memory)
		return;
	if (request->type == SADB_X_SPDFLUSH)
		forget_flushed(d->twins, msg);
	if (!request->twin && !request->fwd)
		return;
	name = name_of_fwd(d->twins, msg);
	if (name == NULL) {
		d->no_memory = true;
		return;
	}
	if (request->fwd)
		drop_pending(d, name, msg, request->type != SADB_X_SPDDELETE);
	else if (name->written != NULL)
		request->dropped = true;
	else {
		d->earlier[number] = name->pending;
		name->pending = number + 1;
	}
}

bool
twins_drop(struct twins *twins, struct plan *plan)
{
	struct dropping d = { twins, plan, NULL, false };
	uint32_t i;

	/* These are numbers of an earlier plan. */
	for (i = 0; i < twins->nnames; i++)
		twins->names[i].pending = 0;
	d.earlier = calloc(plan->count + 1, sizeof(*d.earlier));
	if (d.earlier == NULL)
		return false;
	plan_each(plan, drop_one, &d);
	free(d.earlier);
	return !d.no_memory;
}

/* ---- what was sent ---- */

int
twins_reserve(struct twins *twins)
{
	if (twins->spare == NULL)
		twins->spare = room_for(MSGBUF_OCTETS);
	return twins->spare != NULL ? 0 : ENOMEM;
}

int
twins_sent(struct twins *twins, const struct planned *request,
    uint32_t number, const void *msg, size_t len)
{
	struct twin *room, *twin;

	if (request->type == SADB_X_SPDFLUSH)
		return 0;
	room = room_for(len);
	if (room == NULL && !twins->spare_used) {
		room = twins->spare;
		twins->spare_used = true;
	}
	twin = copy_to(room, number, msg, len);
	if (twin == NULL)
		return ENOMEM;
	twin->is_twin = request->twin;
	append(&twins->sent, twin);
	return 0;
}

/* A later request has replaced or deleted this policy. */
static void
forget(struct twins *twins, const struct twin *later)
{
	struct twin_list left = { NULL, NULL };
	struct policy policy, orphan;
	struct twin *twin;

	if (twins->orphans.first == NULL)
		return;
	decode(twins, later->msg, &policy);
	while ((twin = take_first(&twins->orphans)) != NULL) {
		decode(twins, twin->msg, &orphan);
		if (policy_same_name(&policy, &orphan))
			release(twins, twin);
		else
			append(&left, twin);
	}
	twins->orphans = left;
}

void
twins_answered(struct twins *twins, const struct planned *request,
    uint32_t number, int error, bool alone)
{
	struct twin *twin = twins->sent.first;
	bool adds = request->type == SADB_X_SPDADD;

	if (request->type == SADB_X_SPDFLUSH && !request->filtered)
		release_list(twins, &twins->orphans);
	if (twin == NULL || twin->number != number)
		return;
	take_first(&twins->sent);
	if (error == 0 && alone && adds)
		append(&twins->orphans, twin);
	else if (error == EEXIST && !alone && adds)
		append(&twins->standing, twin);
	else {
		if (error == 0 && !adds)
			forget(twins, twin);
		release(twins, twin);
	}
}

int
twins_orphaned(const struct twins *twins, int (*each)(void *, uint32_t number,
    const void *msg, size_t len), void *ctx)
{
	const struct twin *twin;
	struct msgbuf m;
	struct view view;
	int rc;

	for (twin = twins->orphans.first; twin != NULL; twin = twin->next) {
		view_built(&view, twins->dialect, twin->msg);
		deletion_encode(&m, &view);
		rc = each(ctx, twin->number, m.space, m.len);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* ---- what was there already ---- */

/* The in and the fwd policy of a name in the kernel; NULL: none. */
struct pair {
	struct twin *in, *fwd;
};

struct settling {
	struct twins *twins;
	struct table by_name;		/* the index of a pair */
	struct pair *pairs;
	int error;			/* errno, of the request at hand */
};

static uint64_t
hash_as_fwd(const struct policy *policy)
{
	struct policy fwd = *policy;

	fwd.dir = IPSEC_DIR_FWD;
	return policy_name_hash(&fwd);
}

/* Keeps the policies of the kernel that stood in the way, and their like. */
static void
take_record(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct settling *s = ctx;
	struct policy policy;
	struct twin **place;
	const uint32_t *at;

	(void)tag;
	if (reply->view == NULL) {
		s->error = reply->error;
		return;
	}
	policy_decode(reply->view, &policy);
	if (!policy.has_selector || (policy.dir != IPSEC_DIR_INBOUND &&
	    policy.dir != IPSEC_DIR_FWD))
		return;
	at = table_find(&s->by_name, hash_as_fwd(&policy));
	if (at == NULL)
		return;
	place = policy.dir == IPSEC_DIR_FWD ? &s->pairs[*at].fwd :
	    &s->pairs[*at].in;
	free(*place);
	*place = new_copy(reply->view->msg);
}

/* Whether loading the in policy would have made this fwd policy. */
static bool
is_twin_of(const struct twins *twins, const struct policy *in,
    const struct policy *fwd)
{
	struct policy twin;
	unsigned i;

	policy_twin(in, &twin);
	if (policy_is_as_wanted(twins->dialect, &twin, fwd))
		return true;
	/* The number may be the kernel's choice, which a twin does not have. */
	for (i = 0; i < twin.nrules; i++)
		if (twin.rules[i].level == IPSEC_LEVEL_UNIQUE) {
			twin.rules[i].level = IPSEC_LEVEL_REQUIRE;
			twin.rules[i].reqid = 0;
		}
	return policy_is_as_wanted(twins->dialect, &twin, fwd);
}

enum settlement { IS_FINE, GIVES_WAY, STAYS_REFUSED };

/* What to do about a request that found a policy in its place. */
static enum settlement
judge(const struct twins *twins, const struct twin *request,
    const struct pair *pair)
{
	struct policy wanted, fwd, in;

	if (pair->fwd == NULL)
		return STAYS_REFUSED;
	decode(twins, request->msg, &wanted);
	decode(twins, pair->fwd->msg, &fwd);
	if (request->is_twin)
		return policy_is_as_wanted(twins->dialect, &wanted, &fwd) ?
		    IS_FINE : STAYS_REFUSED;
	if (pair->in == NULL)
		return STAYS_REFUSED;
	decode(twins, pair->in->msg, &in);
	if (!is_twin_of(twins, &in, &fwd))
		return STAYS_REFUSED;
	return policy_is_as_wanted(twins->dialect, &wanted, &fwd) ? IS_FINE :
	    GIVES_WAY;
}

/* Sends a message of its own and waits for the answer; an errno value. */
static int
ask(struct settling *s, struct channel *ch, struct msgbuf *m)
{
	int error;

	s->error = 0;
	error = channel_ask(ch, m, take_record, s);
	return error != 0 ? error : s->error;
}

/*
 * Reads what stood in the way of each request; *n becomes the number of pairs.
 * Returns an errno value.
 */
static int
find_standing(struct settling *s, struct channel *ch, uint32_t *n)
{
	struct twin *twin;
	struct policy policy;
	struct msgbuf m;
	uint32_t count = 0;
	bool is_new;

	for (twin = s->twins->standing.first; twin != NULL; twin = twin->next)
		count++;
	s->pairs = calloc(count, sizeof(*s->pairs));
	if (s->pairs == NULL)
		return ENOMEM;
	for (twin = s->twins->standing.first; twin != NULL;
	    twin = twin->next) {
		decode(s->twins, twin->msg, &policy);
		if (table_add(&s->by_name, hash_as_fwd(&policy),
		    (*n)++, &is_new) == NULL)
			return ENOMEM;
	}
	msg_begin(&m, s->twins->dialect, SADB_X_SPDDUMP, 0);
	return ask(s, ch, &m);
}

/*
 * Whether a request stays refused in the end: an errno value, or 0.  What gave
 * way is not there any more for the next request of that name.
 */
static int
settle_one(struct settling *s, struct channel *ch, const struct twin *twin)
{
	struct pair *pair;
	struct policy policy;
	struct msgbuf m;

	decode(s->twins, twin->msg, &policy);
	pair = &s->pairs[*table_find(&s->by_name, hash_as_fwd(&policy))];
	switch (judge(s->twins, twin, pair)) {
	case IS_FINE:
		return 0;
	case STAYS_REFUSED:
		return EEXIST;
	case GIVES_WAY:
		break;
	}
	free(pair->fwd);
	pair->fwd = new_copy(twin->msg);
	msg_begin(&m, s->twins->dialect, SADB_X_SPDUPDATE, 0);
	policy_encode(&m, &policy);
	return ask(s, ch, &m);
}

void
twins_settle(struct twins *twins, struct channel *ch,
    void (*each)(void *, uint32_t number, int error), void *ctx)
{
	struct settling s = { .twins = twins };
	struct twin *twin;
	uint32_t i, n = 0;
	int error, refused;

	if (twins->standing.first == NULL)
		return;
	error = ch == NULL ? EPIPE : find_standing(&s, ch, &n);
	for (twin = twins->standing.first; twin != NULL; twin = twin->next) {
		/* If the kernel's policies cannot be read it stays refused. */
		refused = error != 0 ? EEXIST : settle_one(&s, ch, twin);
		/* A kernel that is silent is not asked again. */
		if (refused == ETIMEDOUT)
			error = refused;
		if (refused != 0)
			each(ctx, twin->number, refused);
	}
	for (i = 0; i < n; i++) {
		free(s.pairs[i].in);
		free(s.pairs[i].fwd);
	}
	free(s.pairs);
	table_free(&s.by_name);
}

/* ---- the end ---- */

void
twins_done(struct twins *twins)
{
	release_list(twins, &twins->sent);
	release_list(twins, &twins->orphans);
	release_list(twins, &twins->standing);
}

void
twins_free(struct twins *twins)
{
	twins_done(twins);
	forget_names(twins);
	free(twins->spare);
}
