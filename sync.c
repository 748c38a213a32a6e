/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From two sets of entries to the requests that make one of the other.
 *
 * What is wanted is found by its name.  A dump passes by as a stream: of it
 * only what is to be removed, or to be changed, is remembered.
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
#include "table.h"

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
	enum sync_db db;
	uint8_t dir, action;		/* of a policy */
	struct change *change;		/* NULL: equal, or not seen */
	uint32_t number;		/* SYNC_NONE: not wanted */
	uint32_t position;		/* in the kernel's order */
	bool seen;			/* the kernel has it */
	bool move;			/* but before what it is behind here */
};

/* What is not wanted any more: the request that deletes it. */
struct removal {
	struct wire_msg *msg;
	enum sync_db db;
	enum sync_step step;
	uint8_t dir;
};

struct sync {
	const struct dialect *dialect;
	struct table by_name;		/* the index of an entry */
	struct entry *entries;
	struct removal *removals;
	uint32_t n, nremovals;
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
	uint32_t i;

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
	uint32_t i;

	if (s == NULL)
		return;
	sync_begin(s);
	for (i = 0; i < s->n; i++)
		msg_free(s->entries[i].msg);
	free(s->entries);
	free(s->removals);
	table_free(&s->by_name);
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

/* ---- what is wanted ---- */

/* What a message is about. */
struct record {
	enum sync_db db;
	struct sa sa;
	struct policy policy;
};

static void
read_record(const struct view *view, struct record *r)
{
	r->db = view->ext[EXT_POLICY] != NULL ? SYNC_SPD : SYNC_SAD;
	if (r->db == SYNC_SPD)
		policy_decode(view, &r->policy);
	else
		sa_decode(view, &r->sa);
}

static void
read_message(const struct sync *s, const void *msg, struct record *r)
{
	struct view view;

	view_built(&view, s->dialect, msg);
	read_record(&view, r);
}

static uint64_t
name_of_record(const struct sync *s, const struct record *r)
{
	return r->db == SYNC_SPD ? policy_name_hash(&r->policy) :
	    ~sa_name_hash(s->dialect, &r->sa);
}

static void
compare(const struct sync *s, const struct record *want,
    const struct record *have, struct difference *d)
{
	if (want->db == SYNC_SPD)
		policy_compare(s->dialect, &want->policy, &have->policy, d);
	else
		sa_compare(s->dialect, &want->sa, &have->sa, d);
}

/* Whether a record is as an entry of its name wants it. */
static bool
is_equal(const struct sync *s, const struct record *r, const struct entry *e)
{
	struct difference d;
	struct record other;

	read_message(s, e->msg, &other);
	compare(s, r, &other, &d);
	return !d.found;
}

/*
 * Makes, or makes anew, an entry of a message, which is its own then.  It
 * changes nothing about what the kernel has: that is not known yet.
 */
static void
set_entry(struct entry *e, const struct record *r, struct wire_msg *msg,
    uint32_t number)
{
	memset(e, 0, sizeof(*e));
	e->msg = msg;
	e->db = r->db;
	e->number = number;
	if (r->db == SYNC_SPD) {
		e->dir = r->policy.dir;
		e->action = r->policy.action;
	}
}

/* Of two of one name one is wanted; the other may be an earlier run's. */
static enum sync_result
add_entry(struct sync *s, const struct view *view, uint32_t number,
    uint32_t *earlier)
{
	struct wire_msg *copy = msg_copy(view->msg);
	uint32_t *at = NULL;
	struct record record;
	struct entry *e;
	bool is_new;

	read_record(view, &record);
	if (copy != NULL && list_room(&s->entries, s->n, sizeof(*s->entries)))
		at = table_add(&s->by_name, name_of_record(s, &record), s->n,
		    &is_new);
	if (at == NULL) {
		msg_free(copy);
		return SYNC_NO_MEMORY;
	}
	e = &s->entries[*at];
	if (is_new) {
		set_entry(e, &record, copy, number);
		s->n++;
		return SYNC_OK;
	}
	if (number != SYNC_NONE && e->number == SYNC_NONE) {
		msg_free(e->msg);
		set_entry(e, &record, copy, number);
		return SYNC_OK;
	}
	msg_free(copy);
	if (number == SYNC_NONE)
		return SYNC_AGAIN;
	*earlier = e->number;
	return is_equal(s, &record, e) ? SYNC_AGAIN : SYNC_CONFLICT;
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
	    (!is_mobile(sa->satype) && sa->satype != SADB_SATYPE_ESP &&
	    sa->satype != SADB_SATYPE_AH &&
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

/* The step of a policy that is changed.  A smaller priority counts sooner. */
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

static bool
is_used(const struct sa *sa)
{
	return sa->current.bytes != 0 || sa->current.allocations != 0 ||
	    sa->current.usetime != 0;
}

/* Fills in what to do about an SA of the kernel that differs in d. */
static bool
change_sa(struct change *change, const struct view *view,
    const struct record *have, const struct difference *d)
{
	struct msgbuf m;

	change->step = SYNC_SA_CHANGE;
	change->replace = !d->in_place;
	change->refused = change->replace && d->same_keys &&
	    is_used(&have->sa) && have->sa.satype != SADB_X_SATYPE_IPCOMP;
	if (!change->replace)
		return true;
	deletion_encode(&m, view);
	change->old = msg_copy(m.space);
	return change->old != NULL;
}

/* Something that is there under a name that is wanted. */
static enum sync_result
have_wanted(struct sync *s, struct entry *e, const struct view *view,
    const struct record *have)
{
	struct difference d;
	struct record want;

	read_message(s, e->msg, &want);
	compare(s, &want, have, &d);
	s->counts[e->db].unknown += d.unknown;
	s->counts[e->db].uncured += d.uncured;
	if (!d.found)
		return SYNC_OK;
	e->change = calloc(1, sizeof(*e->change));
	if (e->change == NULL)
		return SYNC_NO_MEMORY;
	memcpy(e->change->why, d.what, sizeof(d.what));
	if (e->db == SYNC_SPD)
		e->change->step = policy_step(&want.policy, &have->policy);
	else if (!change_sa(e->change, view, have, &d))
		return SYNC_NO_MEMORY;
	return SYNC_OK;
}

/* Something that nobody wants. */
static enum sync_result
have_other(struct sync *s, const struct view *view, const struct record *have)
{
	struct removal r = { .db = have->db, .step = SYNC_SA_REMOVE };
	struct msgbuf m;

	if (have->db == SYNC_SPD) {
		r.step = protects(have->policy.action) ? SYNC_UNPROTECT :
		    SYNC_EXEMPT_LESS;
		r.dir = have->policy.dir;
	}
	deletion_encode(&m, view);
	r.msg = msg_copy(m.space);
	if (r.msg == NULL || !list_room(&s->removals, s->nremovals,
	    sizeof(r))) {
		msg_free(r.msg);
		return SYNC_NO_MEMORY;
	}
	s->removals[s->nremovals++] = r;
	return SYNC_OK;
}

static bool
is_nameless(const struct sync *s, const struct record *r)
{
	return r->db == SYNC_SPD ? is_nameless_policy(s, &r->policy) :
	    is_nameless_sa(s, &r->sa);
}

/* Whether no command makes an entry, so that it cannot be an earlier file's. */
static bool
is_unsaid(const struct record *r)
{
	return r->db == SYNC_SPD ? policy_inexpressible(&r->policy) != NULL :
	    sa_inexpressible(&r->sa) != NULL;
}

enum sync_result
sync_have(struct sync *s, const struct view *view)
{
	struct entry *e = NULL;
	struct record have;
	const uint32_t *at;

	read_record(view, &have);
	if (!is_nameless(s, &have)) {
		at = table_find(&s->by_name, name_of_record(s, &have));
		if (at != NULL)
			e = &s->entries[*at];
		if (e != NULL && e->number == SYNC_NONE)
			return have_other(s, view, &have);
		if (e == NULL && !s->only_ours && !s->leave[have.db]) {
			if (!is_unsaid(&have))
				return have_other(s, view, &have);
			s->counts[have.db].unsaid++;
		}
	}
	if (e == NULL) {
		s->counts[have.db].foreign++;
		return SYNC_OK;
	}
	/* NetBSD shows an SA twice that is there twice. */
	if (e->seen)
		return SYNC_OK;
	e->seen = true;
	e->position = s->position++;
	return have_wanted(s, e, view, &have);
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
	return addr_meet(a, b) &&
	    (a->port == b->port || a->port == 0 || b->port == 0);
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
 * Marks the policies that have to move.  A new one is appended, and an updated
 * one moves behind all others.  So what the file has behind one of these, or
 * the kernel has before what it is behind in the file, has to move, too, if a
 * packet can fit both.  Returns false when memory is out.
 */
static bool
mark_moves(struct sync *s)
{
	struct reach *earlier = malloc(((size_t)s->n + 1) * sizeof(*earlier));
	uint32_t last = 0, i, n = 0;
	struct record record;
	struct entry *e;
	struct reach *r;

	if (earlier == NULL)
		return false;
	for (i = 0; i < s->n; i++) {
		e = &s->entries[i];
		if (e->number == SYNC_NONE || e->db != SYNC_SPD)
			continue;
		read_message(s, e->msg, &record);
		r = &earlier[n];
		*r = (struct reach){ record.policy.src, record.policy.dst,
		    record.policy.upper, e->dir, e->position };
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
 * Orders requests of one step: the fwd policy first where something begins to
 * be protected, and last where it ends; SAs and, on a BSD, policies as the file
 * has them.
 */
static uint32_t
order_of(const struct sync *s, const struct entry *e, uint32_t number)
{
	return e->db == SYNC_SAD || !s->dialect->has_fwd ||
	    e->dir == IPSEC_DIR_FWD ? number : number + (1u << 31);
}

/*
 * Whether an entry needs a request, and in which step.  On a BSD all that is
 * wanted of policies is one step, in the order of the file.
 */
static bool
entry_step(const struct sync *s, const struct entry *e, enum sync_step *step)
{
	if (e->number == SYNC_NONE || s->leave[e->db] ||
	    (e->seen && e->change == NULL && !e->move) ||
	    (e->change != NULL && e->change->refused))
		return false;
	if (e->db == SYNC_SAD)
		*step = e->seen ? SYNC_SA_CHANGE : SYNC_SA_ADD;
	else
		*step = !s->dialect->has_priority ? SYNC_PROTECT :
		    e->change != NULL ? e->change->step :
		    protects(e->action) ? SYNC_PROTECT : SYNC_EXEMPT;
	return true;
}

static void
count_entry(struct sync_counts *counts, const struct entry *e)
{
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

/* Counts anew what sync_plan() finds. */
static void
count_all(struct sync *s)
{
	struct sync_counts *c;
	uint32_t i;

	for (c = s->counts; c < s->counts + SYNC_DBS; c++)
		c->added = c->updated = c->replaced = c->removed = c->kept = 0;
	for (i = 0; i < s->n; i++)
		count_entry(&s->counts[s->entries[i].db], &s->entries[i]);
	for (i = 0; i < s->nremovals; i++)
		s->counts[s->removals[i].db].removed++;
}

/* The items in order; NULL when memory is out. */
static struct item *
collect_items(const struct sync *s, size_t *n)
{
	struct item *items = malloc(((size_t)s->n + s->nremovals + 1) *
	    sizeof(*items));
	uint32_t i;

	*n = 0;
	if (items == NULL)
		return NULL;
	for (i = 0; i < s->n; i++) {
		struct item item = { .entry = &s->entries[i] };

		if (!entry_step(s, item.entry, &item.step))
			continue;
		item.order = order_of(s, item.entry, i);
		items[(*n)++] = item;
	}
	for (i = 0; i < s->nremovals; i++) {
		const struct removal *r = &s->removals[i];

		items[(*n)++] = (struct item){ .step = r->step,
		    .order = (r->dir == IPSEC_DIR_FWD ? 3u << 30 : 1u << 30) +
		    i, .removal = r };
	}
	qsort(items, *n, sizeof(*items), by_order);
	return items;
}

/* The request that makes an entry, or makes of it what is wanted. */
static void
encode_entry(const struct sync *s, const struct entry *e, struct msgbuf *m)
{
	bool update = e->seen && (e->change == NULL || !e->change->replace);
	struct record r;

	read_message(s, e->msg, &r);
	if (r.db == SYNC_SPD) {
		msg_begin(m, s->dialect, update ? SADB_X_SPDUPDATE :
		    SADB_X_SPDADD, 0);
		policy_encode(m, &r.policy);
	} else {
		msg_begin(m, s->dialect, update ? SADB_UPDATE : SADB_ADD,
		    r.sa.satype);
		/* An UPDATE with a device makes, and offloads, a second SA. */
		if (update)
			r.sa.hwif = NULL;
		sa_encode(m, &r.sa);
	}
	msg_end(m);
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
	int rc = 0;

	encode_entry(s, e, &m);
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
	count_all(s);
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
	uint32_t i;

	for (i = 0; i < s->n; i++)
		if (s->entries[i].change != NULL &&
		    s->entries[i].change->refused)
			each(ctx, s->entries[i].number,
			    s->entries[i].change->why);
}
