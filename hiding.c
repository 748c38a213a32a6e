/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which policy is hidden by another one.  Each is noted under what its selector
 * says.  One that is asked about is looked up under what it says itself, and
 * with every choice of that left out: who says less is for all of its packets.
 */
#include <stdlib.h>
#include <string.h>

#include "hiding.h"
#include "list.h"
#include "order.h"

/* What a selector may say, beside its ranges. */
#define SAYS_UPPER	0x01
#define SAYS_SRC_PORT	0x02
#define SAYS_DST_PORT	0x04
#define SAYS_MARK	0x08
#define SAYS_DEVICE	0x10

/* Ports with masks may be several, as none. */
static unsigned
said_by(const struct policy *policy)
{
	unsigned said = 0;

	if (policy->upper != 0 && policy->upper != IPSEC_ULPROTO_ANY)
		said |= SAYS_UPPER;
	if (policy->src.port != 0 && !policy->masks.given)
		said |= SAYS_SRC_PORT;
	if (policy->dst.port != 0 && !policy->masks.given)
		said |= SAYS_DST_PORT;
	if (mark_counts(&policy->mark))
		said |= SAYS_MARK;
	if (policy->device.index != 0)
		said |= SAYS_DEVICE;
	return said;
}

/*
 * The tag for what a policy says, as far as that is in `said`.  Policies that
 * differ in the first line never meet.
 */
static uint64_t
tag_of(const struct policy *policy, unsigned said)
{
	uint32_t words[] = {
		policy->dir, policy->if_id, policy->src.scope,
		policy->dst.scope,
		setting_value(&policy->settings, EXT_X_POLICY_TYPE),
		said,
		(said & SAYS_UPPER) != 0 ? policy->upper : 0,
		(said & SAYS_SRC_PORT) != 0 ? policy->src.port : 0,
		(said & SAYS_DST_PORT) != 0 ? policy->dst.port : 0,
		(said & SAYS_MARK) != 0 ? policy->mark.value : 0,
		(said & SAYS_MARK) != 0 ? policy->mark.mask : 0,
		(said & SAYS_DEVICE) != 0 ? policy->device.index : 0,
	};

	return table_hash(TABLE_HASH_START, words, sizeof(words));
}

static bool
is_before(const struct hider *a, const struct hider *b)
{
	return a->priority != b->priority ? a->priority < b->priority :
	    a->age < b->age;
}

void
hiding_note(struct hiding *h, const struct policy *policy, uint32_t number,
    uint32_t age)
{
	struct hider hider = { policy->priority, age, number,
	    order_is_hosts(policy) };
	uint32_t *at = NULL;

	/* What packets of its selector these are for is not known here. */
	if (policy->label.len != 0 || policy->masks.given)
		return;
	if (list_room(&h->hiders, h->nhiders, sizeof(hider)))
		at = ranges_add(&h->ranges, tag_of(policy, said_by(policy)),
		    &policy->src, &policy->dst, h->nhiders);
	if (at == NULL)
		h->incomplete = true;
	else if (*at == h->nhiders)
		h->hiders[h->nhiders++] = hider;
	else if (is_before(&hider, &h->hiders[*at]))
		h->hiders[*at] = hider;
}

struct search {
	const struct hiding *hiding;
	struct hider self;
	const struct hider *first;	/* that hides it; NULL: none yet */
};

/*
 * With equal priorities Linux looks at the older policy first, but one between
 * two hosts is kept apart from the others before 6.12, and which of the two
 * comes first there depends on further policies.
 */
static void
meet(void *ctx, uint32_t index)
{
	struct search *search = ctx;
	const struct hider *self = &search->self,
	    *hider = &search->hiding->hiders[index];

	if (hider->priority == self->priority && hider->hosts != self->hosts &&
	    search->hiding->dialect->has_priority)
		return;
	if (is_before(hider, self) &&
	    (search->first == NULL || is_before(hider, search->first)))
		search->first = hider;
}

uint32_t
hiding_find(const struct hiding *h, const struct policy *policy,
    uint32_t age)
{
	struct search search = { h, { policy->priority, age, HIDING_NONE,
	    order_is_hosts(policy) }, NULL };
	const struct addr *pair[2] = { &policy->src, &policy->dst };
	unsigned own = said_by(policy), said;

	for (said = 0; said <= own; said++)
		if ((said & ~own) == 0)
			ranges_around(&h->ranges, tag_of(policy, said), pair,
			    meet, &search);
	return search.first == NULL ? HIDING_NONE : search.first->number;
}

void
hiding_free(struct hiding *h)
{
	ranges_free(&h->ranges);
	free(h->hiders);
	memset(h, 0, sizeof(*h));
}
