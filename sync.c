/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From two sets of entries to the requests that make one of the other.
 *
 * What is wanted is kept in a hash table by name.  A dump passes by as a
 * stream: of it only what is to be removed, or to be changed, is remembered.
 *
 * Why nothing leaks on the way (Linux, where the priority decides which policy
 * counts): before the last protector steps back, every old one is where it was
 * or better, and no exemption is stronger than it was.  From then on every new
 * one is in place, and no exemption is stronger than in the file.
 */
#include <stdlib.h>
#include <string.h>

#include "deletion.h"
#include "list.h"
#include "names.h"
#include "platform.h"
#include "print.h"
#include "same.h"
#include "sync.h"

/* How an entry is to be changed. */
struct change {
	enum sync_step step;
	bool replace;			/* not in place */
	bool refused;
	struct wire_msg *old;		/* replace: the request to delete it */
	char why[sizeof(((struct difference *)NULL)->what)];
};

/* What is wanted, or (-O) was made by an earlier run. */
struct entry {
	struct wire_msg *msg;
	struct change *change;		/* NULL: equal, or not seen */
	uint64_t hash;
	uint32_t number;		/* SYNC_NONE: not wanted */
	uint32_t position;		/* in the kernel's order */
	bool seen;			/* the kernel has it */
	bool move;			/* but before others that it is behind */
};

/* What is not wanted any more: the request that deletes it. */
struct removal {
	struct wire_msg *msg;
	enum sync_step step;
	uint8_t dir;
};

struct sync {
	const struct dialect *dialect;
	struct entry *entries;
	struct removal *removals;
	size_t n, room, nremovals;
	uint32_t *slots;		/* a hash table: index of entry + 1 */
	size_t nslots;
	uint32_t position;		/* of the next policy */
	bool only_ours, leave[SYNC_DBS];
	struct sync_counts counts[SYNC_DBS];
};

struct sync *
sync_new(const struct dialect *dialect)
{
	struct sync *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->dialect = dialect;
	return s;
}

static void
free_change(struct entry *e)
{
	if (e->change == NULL)
		return;
	msg_free(e->change->old);
	free(e->change);
	e->change = NULL;
}

void
sync_begin(struct sync *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free_change(&s->entries[i]);
		s->entries[i].seen = s->entries[i].move = false;
	}
	for (i = 0; i < s->nremovals; i++)
		msg_free(s->removals[i].msg);
	s->nremovals = 0;
	s->position = 0;
	memset(s->counts, 0, sizeof(s->counts));
}

void
sync_free(struct sync *s)
{
	size_t i;

	if (s == NULL)
		return;
	sync_begin(s);
	for (i = 0; i < s->n; i++)
		msg_free(s->entries[i].msg);
	free(s->entries);
	free(s->removals);
	free(s->slots);
	free(s);
}

void
sync_only_ours(struct sync *s)
{
	s->only_ours = true;
}

void
sync_leave(struct sync *s, enum sync_db db)
{
	s->leave[db] = true;
}

const struct sync_counts *
sync_counts(const struct sync *s, enum sync_db db)
{
	return &s->counts[db];
}

void
sync_set_counts(struct sync *s, const struct sync_counts counts[SYNC_DBS])
{
	memcpy(s->counts, counts, sizeof(s->counts));
}

/* ---- names ---- */

static enum sync_db
db_of(const struct view *view)
{
	return view->ext[EXT_POLICY] != NULL ? SYNC_SPD : SYNC_SAD;
}

static uint64_t
hash_of(const struct sync *s, const struct view *view)
{
	struct policy policy;
	struct sa sa;

	if (db_of(view) == SYNC_SPD) {
		policy_decode(view, &policy);
		return policy_name_hash(&policy);
	}
	sa_decode(view, &sa);
	return ~sa_name_hash(s->dialect, &sa);
}

static bool
same_name(const struct sync *s, const struct view *a, const struct view *b)
{
	struct policy policies[2];
	struct sa sas[2];

	if (db_of(a) != db_of(b))
		return false;
	if (db_of(a) == SYNC_SPD) {
		policy_decode(a, &policies[0]);
		policy_decode(b, &policies[1]);
		return policy_same_name(&policies[0], &policies[1]);
	}
	sa_decode(a, &sas[0]);
	sa_decode(b, &sas[1]);
	return sa_same_name(s->dialect, &sas[0], &sas[1]);
}

/* The slot of a name: with its entry, or the free one where it belongs. */
static size_t
find_slot(const struct sync *s, const struct view *view, uint64_t hash)
{
	size_t at = (size_t)hash & (s->nslots - 1);
	const struct entry *e;
	struct view other;

	for (; s->slots[at] != 0; at = (at + 1) & (s->nslots - 1)) {
		e = &s->entries[s->slots[at] - 1];
		if (e->hash != hash)
			continue;
		view_built(&other, s->dialect, e->msg);
		if (same_name(s, view, &other))
			break;
	}
	return at;
}

static struct entry *
find(const struct sync *s, const struct view *view)
{
	size_t at;

	if (s->nslots == 0)
		return NULL;
	at = find_slot(s, view, hash_of(s, view));
	return s->slots[at] == 0 ? NULL : &s->entries[s->slots[at] - 1];
}

/* ---- what is wanted ---- */

#define FIRST_SLOTS	1024

/* Room for one more entry, and a table that is at most half full. */
static bool
make_room(struct sync *s)
{
	size_t slots = s->nslots == 0 ? FIRST_SLOTS : s->nslots * 2, i, at;
	struct entry *entries;
	uint32_t *grown;

	if (s->n < s->room)
		return true;
	entries = realloc(s->entries, slots / 2 * sizeof(*entries));
	if (entries == NULL)
		return false;
	s->entries = entries;
	grown = calloc(slots, sizeof(*grown));
	if (grown == NULL)
		return false;
	for (i = 0; i < s->n; i++) {
		at = (size_t)entries[i].hash & (slots - 1);
		while (grown[at] != 0)
			at = (at + 1) & (slots - 1);
		grown[at] = (uint32_t)i + 1;
	}
	free(s->slots);
	s->slots = grown;
	s->nslots = slots;
	s->room = slots / 2;
	return true;
}

static bool
is_equal(const struct sync *s, const struct view *want,
    const struct view *have, struct difference *d)
{
	struct policy policies[2];
	struct sa sas[2];

	if (db_of(want) == SYNC_SPD) {
		policy_decode(want, &policies[0]);
		policy_decode(have, &policies[1]);
		policy_compare(s->dialect, &policies[0], &policies[1], d);
	} else {
		sa_decode(want, &sas[0]);
		sa_decode(have, &sas[1]);
		sa_compare(s->dialect, &sas[0], &sas[1], d);
	}
	return !d->found;
}

/* Of two of one name: an entry of an earlier run, or one that is wanted. */
static enum sync_result
meet(struct sync *s, struct entry *e, const struct view *view,
    uint32_t number, uint32_t *earlier)
{
	struct wire_msg *copy;
	struct difference d;
	struct view other;

	if (number == SYNC_NONE)
		return SYNC_AGAIN;
	if (e->number != SYNC_NONE) {
		*earlier = e->number;
		view_built(&other, s->dialect, e->msg);
		return is_equal(s, view, &other, &d) ? SYNC_AGAIN :
		    SYNC_CONFLICT;
	}
	copy = msg_copy(view->msg);
	if (copy == NULL)
		return SYNC_NO_MEMORY;
	msg_free(e->msg);
	e->msg = copy;
	e->number = number;
	return SYNC_OK;
}

static enum sync_result
add_entry(struct sync *s, const struct view *view, uint32_t number,
    uint32_t *earlier)
{
	struct entry *e;
	uint64_t hash;
	size_t at;

	if (!make_room(s))
		return SYNC_NO_MEMORY;
	hash = hash_of(s, view);
	at = find_slot(s, view, hash);
	if (s->slots[at] != 0)
		return meet(s, &s->entries[s->slots[at] - 1], view, number,
		    earlier);
	e = &s->entries[s->n];
	memset(e, 0, sizeof(*e));
	e->msg = msg_copy(view->msg);
	if (e->msg == NULL)
		return SYNC_NO_MEMORY;
	e->hash = hash;
	e->number = number;
	s->slots[at] = (uint32_t)++s->n;
	return SYNC_OK;
}

enum sync_result
sync_want(struct sync *s, const struct view *view, uint32_t number,
    uint32_t *earlier)
{
	return add_entry(s, view, number, earlier);
}

enum sync_result
sync_own(struct sync *s, const struct view *view)
{
	return add_entry(s, view, SYNC_NONE, NULL);
}

/* ---- requests about one entry ---- */

/* The request for an entry as another type than it came. */
static void
encode_as(struct msgbuf *m, const struct view *view, uint8_t type)
{
	struct policy policy;
	struct sa sa;

	msg_begin(m, view->dialect, type, view->msg->satype);
	if (db_of(view) == SYNC_SPD) {
		policy_decode(view, &policy);
		policy_encode(m, &policy);
	} else {
		sa_decode(view, &sa);
		/* An UPDATE with a device makes, and offloads, a second SA. */
		if (type == SADB_UPDATE)
			sa.hwif = NULL;
		sa_encode(m, &sa);
	}
	msg_end(m);
}

/* ---- what the kernel has ---- */

/*
 * What no command can name, and what is not kept for good: SAs that are being
 * made or are gone, policies of sockets and of interfaces.
 */
static bool
is_nameless_sa(const struct sync *s, const struct sa *sa)
{
	return sa->state == SADB_SASTATE_LARVAL ||
	    sa->state == SADB_SASTATE_DEAD ||
	    mode_name(s->dialect, sa->mode) == NULL ||
	    (sa->spi == 0 && !is_mobile(sa->satype)) ||
	    (!is_mobile(sa->satype) && sa->satype != SADB_SATYPE_ESP && sa->satype != SADB_SATYPE_AH &&
	    sa->satype != SADB_X_SATYPE_IPCOMP &&
	    sa->satype != SADB_X_SATYPE_TCPSIGNATURE);
}

static bool
is_nameless_policy(const struct sync *s, const struct policy *policy)
{
	unsigned i;

	if (!policy->has_selector || policy->malformed ||
	    policy->dir >= IPSEC_DIR_SOCKET_IN ||
	    (s->dialect->interface_manual != NULL &&
	    policy->scope != IPSEC_SCOPE_ANY &&
	    policy->scope != IPSEC_SCOPE_GLOBAL))
		return true;
	for (i = 0; i < policy->nrules; i++)
		if (mode_name(s->dialect, policy->rules[i].mode) == NULL ||
		    name_of(rule_proto_names, policy->rules[i].proto) == NULL)
			return true;
	return false;
}

static bool
protects(uint8_t action)
{
	return action == IPSEC_POLICY_IPSEC || action == IPSEC_POLICY_DISCARD;
}

/* A smaller number is looked at sooner. */
static enum sync_step
policy_step(const struct policy *want, const struct policy *have)
{
	bool sooner = want->priority < have->priority;

	if (protects(want->action))
		return protects(have->action) &&
		    want->priority > have->priority ? SYNC_PROTECT_LATER :
		    SYNC_PROTECT;
	return protects(have->action) || sooner ? SYNC_EXEMPT :
	    SYNC_EXEMPT_LESS;
}

static struct change *
new_change(struct entry *e, const struct difference *d, enum sync_step step)
{
	struct change *change = calloc(1, sizeof(*change));

	if (change == NULL)
		return NULL;
	change->step = step;
	memcpy(change->why, d->what, sizeof(change->why));
	e->change = change;
	return change;
}

static bool
is_used(const struct sa *sa)
{
	return sa->current.bytes != 0 || sa->current.allocations != 0 ||
	    sa->current.usetime != 0;
}

static enum sync_result
have_sa(struct sync *s, struct entry *e, const struct view *have,
    const struct view *want)
{
	struct difference d;
	struct change *change;
	struct sa wanted, sa;
	struct msgbuf m;

	sa_decode(want, &wanted);
	sa_decode(have, &sa);
	sa_compare(s->dialect, &wanted, &sa, &d);
	s->counts[SYNC_SAD].unknown += d.unknown;
	s->counts[SYNC_SAD].uncured += d.uncured;
	if (!d.found)
		return SYNC_OK;
	change = new_change(e, &d, SYNC_SA_CHANGE);
	if (change == NULL)
		return SYNC_NO_MEMORY;
	change->replace = !d.in_place;
	change->refused = change->replace && d.same_keys && is_used(&sa) &&
	    sa.satype != SADB_X_SATYPE_IPCOMP;
	if (!change->replace)
		return SYNC_OK;
	deletion_encode(&m, have);
	change->old = msg_copy(m.space);
	return change->old == NULL ? SYNC_NO_MEMORY : SYNC_OK;
}

static enum sync_result
have_policy(struct sync *s, struct entry *e, const struct view *have,
    const struct view *want)
{
	struct policy wanted, policy;
	struct difference d;

	policy_decode(want, &wanted);
	policy_decode(have, &policy);
	policy_compare(s->dialect, &wanted, &policy, &d);
	s->counts[SYNC_SPD].uncured += d.uncured;
	if (!d.found)
		return SYNC_OK;
	return new_change(e, &d, policy_step(&wanted, &policy)) == NULL ?
	    SYNC_NO_MEMORY : SYNC_OK;
}

/* Something that nobody wants. */
static enum sync_result
have_other(struct sync *s, const struct view *view)
{
	struct removal *r;
	struct policy policy;
	struct msgbuf m;

	if (!list_room(&s->removals, s->nremovals, sizeof(*r)))
		return SYNC_NO_MEMORY;
	r = &s->removals[s->nremovals];
	if (db_of(view) == SYNC_SPD) {
		policy_decode(view, &policy);
		r->step = protects(policy.action) ? SYNC_UNPROTECT :
		    SYNC_EXEMPT_LESS;
		r->dir = policy.dir;
	} else {
		r->step = SYNC_SA_REMOVE;
		r->dir = 0;
	}
	deletion_encode(&m, view);
	r->msg = msg_copy(m.space);
	if (r->msg == NULL)
		return SYNC_NO_MEMORY;
	s->nremovals++;
	return SYNC_OK;
}

static bool
is_nameless(const struct sync *s, const struct view *view)
{
	struct policy policy;
	struct sa sa;

	if (db_of(view) == SYNC_SPD) {
		policy_decode(view, &policy);
		return is_nameless_policy(s, &policy);
	}
	sa_decode(view, &sa);
	return is_nameless_sa(s, &sa);
}

/* Whether no command makes an entry, so that it cannot be an earlier file's. */
static bool
is_unsaid(const struct view *view)
{
	struct policy policy;
	struct sa sa;

	if (db_of(view) == SYNC_SPD) {
		policy_decode(view, &policy);
		return policy_inexpressible(&policy) != NULL;
	}
	sa_decode(view, &sa);
	return sa_inexpressible(&sa) != NULL;
}

enum sync_result
sync_have(struct sync *s, const struct view *have)
{
	enum sync_db db = db_of(have);
	struct entry *e = find(s, have);
	struct view want;

	if (is_nameless(s, have))
		e = NULL;
	else if (e != NULL && e->number == SYNC_NONE)
		return have_other(s, have);
	else if (e == NULL && !s->only_ours && !s->leave[db]) {
		if (!is_unsaid(have))
			return have_other(s, have);
		s->counts[db].unsaid++;
	}
	if (e == NULL) {
		s->counts[db].foreign++;
		return SYNC_OK;
	}
	/* NetBSD shows an SA twice that is there twice. */
	if (e->seen)
		return SYNC_OK;
	e->seen = true;
	e->position = s->position++;
	view_built(&want, s->dialect, e->msg);
	return db == SYNC_SPD ? have_policy(s, e, have, &want) :
	    have_sa(s, e, have, &want);
}

/* ---- order where the first policy that fits counts (BSD) ---- */

/* What decides which packets two policies share. */
struct reach {
	struct addr src, dst;
	uint8_t upper, dir;
	uint32_t position;
};

static bool
ranges_meet(const struct addr *a, const struct addr *b)
{
	unsigned bits = a->prefix < b->prefix ? a->prefix : b->prefix, i;

	if (a->family != b->family ||
	    (a->port != b->port && a->port != 0 && b->port != 0))
		return false;
	for (i = 0; bits >= 8; i++, bits -= 8)
		if (a->octets[i] != b->octets[i])
			return false;
	return bits == 0 ||
	    ((a->octets[i] ^ b->octets[i]) >> (8 - bits)) == 0;
}

static bool
reaches_meet(const struct reach *a, const struct reach *b)
{
	return a->dir == b->dir && (a->upper == b->upper ||
	    a->upper == IPSEC_ULPROTO_ANY || b->upper == IPSEC_ULPROTO_ANY) &&
	    ranges_meet(&a->src, &b->src) && ranges_meet(&a->dst, &b->dst);
}

static bool
meets_any(const struct reach *r, const struct reach *list, size_t n,
    uint32_t after)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i].position > after && reaches_meet(r, &list[i]))
			return true;
	return false;
}

/*
 * A new policy is appended, an update moves behind all others.  So what the
 * file has behind one of these, or before in the kernel what it has behind in
 * the file, has to move, too, if a packet can fit both.  Returns false when
 * memory is out.
 */
static bool
mark_moves(struct sync *s)
{
	struct reach *earlier = malloc((s->n + 1) * sizeof(*earlier));
	struct policy policy;
	uint32_t last = 0;
	struct view view;
	struct entry *e;
	struct reach *r;
	size_t i, n = 0;

	if (earlier == NULL)
		return false;
	for (i = 0; i < s->n; i++) {
		e = &s->entries[i];
		view_built(&view, s->dialect, e->msg);
		if (e->number == SYNC_NONE || db_of(&view) != SYNC_SPD)
			continue;
		policy_decode(&view, &policy);
		r = &earlier[n];
		*r = (struct reach){ policy.src, policy.dst, policy.upper,
		    policy.dir, e->position };
		if (e->seen && e->change == NULL && last > e->position)
			e->move = meets_any(r, earlier, n, e->position);
		if (!e->seen || e->change != NULL || e->move)
			r->position = UINT32_MAX;
		if (r->position > last)
			last = r->position;
		n++;
	}
	free(earlier);
	return true;
}

/* ---- the plan ---- */

/* A request to come; which of its sources is not NULL says what it is. */
struct item {
	enum sync_step step;
	uint32_t order;
	const struct entry *entry;
	const struct removal *removal;
};

static int
by_order(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/*
 * The fwd policy first where something begins to be protected, and last where
 * it ends; SAs and, on a BSD, policies as the file has them.
 */
static uint32_t
order_of(const struct sync *s, const struct view *view, uint32_t number)
{
	const struct wire_policy *policy = view->ext[EXT_POLICY];

	if (policy == NULL || !s->dialect->has_fwd)
		return number;
	return policy->dir == IPSEC_DIR_FWD ? number : number + (1u << 31);
}

/*
 * Whether an entry needs a request, and in which step.  On a BSD all that is
 * wanted of policies is one step, in the order of the file.
 */
static bool
entry_step(const struct sync *s, const struct entry *e, enum sync_step *step)
{
	struct policy policy;
	struct view view;

	view_built(&view, s->dialect, e->msg);
	if (e->number == SYNC_NONE || s->leave[db_of(&view)] ||
	    (e->seen && e->change == NULL && !e->move) ||
	    (e->change != NULL && e->change->refused))
		return false;
	if (db_of(&view) == SYNC_SAD) {
		*step = e->seen ? SYNC_SA_CHANGE : SYNC_SA_ADD;
		return true;
	}
	policy_decode(&view, &policy);
	*step = !s->dialect->has_priority ? SYNC_PROTECT :
	    e->change != NULL ? e->change->step :
	    protects(policy.action) ? SYNC_PROTECT : SYNC_EXEMPT;
	return true;
}

static void
count_entry(struct sync *s, const struct entry *e)
{
	struct sync_counts *counts;
	struct view view;

	view_built(&view, s->dialect, e->msg);
	counts = &s->counts[db_of(&view)];
	if (e->number == SYNC_NONE)
		return;
	if (!e->seen)
		counts->added++;
	else if (e->change != NULL && e->change->replace)
		counts->replaced += !e->change->refused;
	else if (e->change != NULL || e->move)
		counts->updated++;
	else
		counts->kept++;
}

/* The items in order; NULL when memory is out. */
static struct item *
collect_items(struct sync *s, size_t *n)
{
	struct item *items = malloc((s->n + s->nremovals + 1) *
	    sizeof(*items));
	struct view view;
	size_t i;

	*n = 0;
	if (items == NULL)
		return NULL;
	for (i = 0; i < s->n; i++) {
		struct item item = { .entry = &s->entries[i] };

		count_entry(s, item.entry);
		if (!entry_step(s, item.entry, &item.step))
			continue;
		view_built(&view, s->dialect, item.entry->msg);
		item.order = order_of(s, &view, (uint32_t)i);
		items[(*n)++] = item;
	}
	for (i = 0; i < s->nremovals; i++) {
		const struct removal *r = &s->removals[i];

		view_built(&view, s->dialect, r->msg);
		s->counts[db_of(&view)].removed++;
		items[(*n)++] = (struct item){ .step = r->step,
		    .order = (r->dir == IPSEC_DIR_FWD ? 3u << 30 : 1u << 30) +
		    (uint32_t)i, .removal = r };
	}
	qsort(items, *n, sizeof(*items), by_order);
	return items;
}

static int
emit_entry(const struct sync *s, const struct item *item,
    int (*each)(void *, const struct sync_request *), void *ctx)
{
	const struct entry *e = item->entry;
	const struct change *change = e->change;
	struct sync_request r = { .step = item->step, .number = e->number,
	    .why = change == NULL ? e->move ? "order" : NULL : change->why };
	struct msgbuf m;
	struct view view;
	int rc = 0;

	view_built(&view, s->dialect, e->msg);
	if (db_of(&view) == SYNC_SPD)
		encode_as(&m, &view, e->seen ? SADB_X_SPDUPDATE :
		    SADB_X_SPDADD);
	else
		encode_as(&m, &view, e->seen && (change == NULL ||
		    !change->replace) ? SADB_UPDATE : SADB_ADD);
	if (change != NULL && change->replace) {
		r.msg = change->old;
		r.next = (const void *)m.space;
		r.with_next = true;
		rc = each(ctx, &r);
		r.with_next = false;
	}
	r.msg = (const void *)m.space;
	r.next = NULL;
	if (rc == 0)
		rc = each(ctx, &r);
	wipe(m.space, m.len);
	return rc;
}

int
sync_plan(struct sync *s, int (*each)(void *, const struct sync_request *),
    void *ctx)
{
	struct sync_request r = { .number = SYNC_NONE };
	struct item *items;
	size_t i, n;
	int rc = 0;

	if (!s->dialect->has_priority && !mark_moves(s))
		return -1;
	items = collect_items(s, &n);
	if (items == NULL)
		return -1;
	for (i = 0; i < n && rc == 0; i++) {
		if (items[i].entry != NULL) {
			rc = emit_entry(s, &items[i], each, ctx);
			continue;
		}
		r.step = items[i].step;
		r.msg = items[i].removal->msg;
		rc = each(ctx, &r);
	}
	free(items);
	return rc;
}

void
sync_refused(const struct sync *s, void (*each)(void *, uint32_t number,
    const char *why), void *ctx)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->entries[i].change != NULL &&
		    s->entries[i].change->refused)
			each(ctx, s->entries[i].number,
			    s->entries[i].change->why);
}
