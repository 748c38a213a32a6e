/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which fwd twins were made though their in policy was refused.
 *
 * spdadd alone: it succeeds only where there was nothing, so that to delete
 * undoes it.  spdupdate may have replaced a policy that nobody has kept, and
 * is refused for what is wrong with it, which is wrong with both.  spddelete
 * of a twin that was left over has done what it was asked for.
 *
 * Requests go out in batches, so when a refusal is heard of, later requests
 * may have been carried out already.  What they left in a twin's place is not
 * that spdadd's any more: a copy of each is kept until its answer is here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "twins.h"

struct twin {
	struct twin *next;
	uint32_t number;
	size_t len;
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
free_list(struct twin_list *list)
{
	struct twin *twin;

	while ((twin = take_first(list)) != NULL)
		free(twin);
}

int
twins_sent(struct twins *twins, const struct planned *request,
    uint32_t number, const void *msg, size_t len)
{
	struct twin *twin;

	if (request->type == SADB_X_SPDFLUSH)
		return 0;
	twin = malloc(sizeof(*twin) + len);
	if (twin == NULL)
		return ENOMEM;
	twin->number = number;
	twin->len = len;
	memcpy(twin->msg, msg, len);
	append(&twins->sent, twin);
	return 0;
}

static void
decode(const struct twins *twins, const struct twin *twin,
    struct policy *policy)
{
	struct view view;

	memset(policy, 0, sizeof(*policy));
	if (view_init(&view, twins->dialect, twin->msg, twin->len) == VIEW_OK)
		policy_decode(&view, policy);
}

static bool
same_name(const struct policy *a, const struct policy *b)
{
	return a->dir == b->dir && a->upper == b->upper &&
	    a->mark == b->mark && a->mark_mask == b->mark_mask &&
	    a->if_id == b->if_id &&
	    memcmp(&a->src, &b->src, sizeof(a->src)) == 0 &&
	    memcmp(&a->dst, &b->dst, sizeof(a->dst)) == 0;
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
	decode(twins, later, &policy);
	while ((twin = take_first(&twins->orphans)) != NULL) {
		decode(twins, twin, &orphan);
		if (same_name(&policy, &orphan))
			free(twin);
		else
			append(&left, twin);
	}
	twins->orphans = left;
}

void
twins_answered(struct twins *twins, const struct planned *request,
    uint32_t number, bool done, bool alone)
{
	struct twin *twin = twins->sent.first;

	if (request->type == SADB_X_SPDFLUSH)
		free_list(&twins->orphans);
	if (twin == NULL || twin->number != number)
		return;
	take_first(&twins->sent);
	if (done && alone && request->type == SADB_X_SPDADD) {
		append(&twins->orphans, twin);
		return;
	}
	if (done && request->type != SADB_X_SPDADD)
		forget(twins, twin);
	free(twin);
}

int
twins_orphaned(const struct twins *twins, int (*each)(void *, uint32_t number,
    const void *msg, size_t len), void *ctx)
{
	const struct twin *twin;
	struct policy policy;
	struct msgbuf m;
	int rc;

	for (twin = twins->orphans.first; twin != NULL; twin = twin->next) {
		decode(twins, twin, &policy);
		/* What does not name it is left out. */
		policy.action = IPSEC_POLICY_DISCARD;
		policy.nrules = 0;
		policy.scope = 0;
		policy.hwif = NULL;
		memset(&policy.hard, 0, sizeof(policy.hard));
		memset(&policy.soft, 0, sizeof(policy.soft));
		msg_begin(&m, twins->dialect, SADB_X_SPDDELETE, 0);
		policy_encode(&m, &policy);
		rc = each(ctx, twin->number, m.space, msg_end(&m));
		if (rc != 0)
			return rc;
	}
	return 0;
}

void
twins_free(struct twins *twins)
{
	free_list(&twins->sent);
	free_list(&twins->orphans);
}
