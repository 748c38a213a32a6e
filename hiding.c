/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which policy is hidden by another one.  A policy is looked up by its name,
 * cut to each shape that a selector has: whatever has that name is for all of
 * its packets.  So the work is linear in the policies.
 */
#include <stdlib.h>
#include <string.h>

#include "hiding.h"
#include "list.h"
#include "same.h"

static struct selector_shape
shape_of(const struct policy *policy)
{
	struct selector_shape shape;

	memset(&shape, 0, sizeof(shape));
	shape.family = policy->src.family;
	shape.src_prefix = policy->src.prefix;
	shape.dst_prefix = policy->dst.prefix;
	shape.upper = policy->upper != IPSEC_ULPROTO_ANY;
	shape.src_port = policy->src.port != 0;
	shape.dst_port = policy->dst.port != 0;
	shape.mark = policy->mark.given;
	shape.device = policy->device.index != 0;
	return shape;
}

static bool
is_hosts(const struct policy *policy)
{
	uint8_t bits = policy->src.family == 4 ? 32 : 128;

	return policy->src.prefix == bits && policy->dst.prefix == bits;
}

static void
cut(struct addr *addr, uint8_t prefix, bool port)
{
	struct addr whole = *addr;

	*addr = addr_cut(&whole, prefix);
	addr->scope = whole.scope;
	addr->port = port ? whole.port : 0;
}

/*
 * Makes a policy's name one of that shape, for all of its packets and perhaps
 * more.  False if it is not of such packets alone.  Its label and user say
 * nothing of packets; ports with masks may be several.
 */
static bool
widen(struct policy *policy, const struct selector_shape *shape)
{
	struct selector_shape own;

	if (policy->masks.given)
		policy->src.port = policy->dst.port = 0;
	own = shape_of(policy);
	if (own.family != shape->family ||
	    own.src_prefix < shape->src_prefix ||
	    own.dst_prefix < shape->dst_prefix ||
	    own.upper < shape->upper || own.src_port < shape->src_port ||
	    own.dst_port < shape->dst_port || own.mark < shape->mark ||
	    own.device < shape->device)
		return false;
	cut(&policy->src, shape->src_prefix, shape->src_port);
	cut(&policy->dst, shape->dst_prefix, shape->dst_port);
	if (!shape->upper)
		policy->upper = IPSEC_ULPROTO_ANY;
	if (!shape->mark)
		policy->mark = (struct mark){ false, 0, 0 };
	if (!shape->device)
		policy->device = (struct device){ 0, NULL };
	policy->masks = (struct port_masks){ false, 0, 0 };
	policy->label.len = 0;
	policy->settings.given &= ~(1u << (EXT_X_USER - EXT_X_SETTING));
	return true;
}

static bool
is_before(const struct hider *a, const struct hider *b)
{
	return a->priority != b->priority ? a->priority < b->priority :
	    a->age < b->age;
}

static bool
note_shape(struct hiding *h, const struct selector_shape *shape)
{
	unsigned i;

	for (i = 0; i < h->nshapes; i++)
		if (memcmp(&h->shapes[i], shape, sizeof(*shape)) == 0)
			return true;
	if (h->nshapes == SELECTOR_SHAPES)
		return false;
	h->shapes[h->nshapes++] = *shape;
	return true;
}

static bool
note_hider(struct hiding *h, uint64_t name, const struct hider *hider)
{
	uint32_t *at;
	bool is_new;

	if (!list_room(&h->hiders, h->nhiders, sizeof(*hider)))
		return false;
	at = table_add(&h->by_name, name, h->nhiders, &is_new);
	if (at == NULL)
		return false;
	if (is_new)
		h->hiders[h->nhiders++] = *hider;
	else if (is_before(hider, &h->hiders[*at]))
		h->hiders[*at] = *hider;
	return true;
}

void
hiding_note(struct hiding *h, const struct policy *policy, uint32_t number,
    uint32_t age)
{
	struct selector_shape shape = shape_of(policy);
	struct hider hider = { policy->priority, age, number,
	    is_hosts(policy) };
	struct policy name;

	/* One that is for some packets only in a way that is not seen here. */
	if (policy->label.len != 0 || policy->masks.given)
		return;
	name = *policy;
	if (!widen(&name, &shape) || !note_shape(h, &shape) ||
	    !note_hider(h, policy_name_hash(&name), &hider))
		h->incomplete = true;
}

/*
 * With equal priorities Linux looks at the older policy first, but one between
 * two hosts is kept apart from the others before 6.12, and which of the two
 * comes first there depends on further policies.
 */
static bool
hides(const struct hiding *h, const struct hider *a, const struct hider *b)
{
	return a->number != b->number && is_before(a, b) &&
	    (a->priority != b->priority || a->hosts == b->hosts ||
	    !h->dialect->has_priority);
}

uint32_t
hiding_find(const struct hiding *h, const struct policy *policy,
    uint32_t age)
{
	struct hider self = { policy->priority, age, HIDING_NONE,
	    is_hosts(policy) };
	const struct hider *found, *first = NULL;
	struct policy name;
	const uint32_t *at;
	unsigned i;

	for (i = 0; i < h->nshapes; i++) {
		name = *policy;
		if (!widen(&name, &h->shapes[i]))
			continue;
		at = table_find(&h->by_name, policy_name_hash(&name));
		if (at == NULL)
			continue;
		found = &h->hiders[*at];
		if (hides(h, found, &self) &&
		    (first == NULL || is_before(found, first)))
			first = found;
	}
	return first == NULL ? HIDING_NONE : first->number;
}

void
hiding_free(struct hiding *h)
{
	table_free(&h->by_name);
	free(h->hiders);
	memset(h, 0, sizeof(*h));
}
