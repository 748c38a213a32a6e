/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sync: the difference of two sets, in all three dialects.  A kernel is played
 * here by a list of messages that takes the requests one by one; after each it
 * is looked whether a packet would leave in the clear.
 */
#include <stdlib.h>
#include <string.h>

#include "dialect.h"
#include "names.h"
#include "sync.h"
#include "tap.h"

static const struct dialect *dialect;

/* ---- entries ---- */

static struct addr
host(unsigned a, unsigned b, unsigned c, unsigned d)
{
	return (struct addr){ .family = 4, .prefix = 32,
	    .octets = { (uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d } };
}

static const uint8_t aes_key[16] = "0123456789abcdef",
    other_key[16] = "0123456789abcdeF", sha_key[20] = "0123456789abcdefghij",
    no_key[16];

static uint8_t
number_of(enum alg_kind kind, const char *name)
{
	return algorithm_named(kind, name, strlen(name))->id[dialect->index];
}

static struct sa
an_sa(uint32_t spi)
{
	return (struct sa){
		.satype = SADB_SATYPE_ESP, .mode = IPSEC_MODE_TUNNEL,
		.state = SADB_SASTATE_MATURE, .has_sa = true, .has_sa2 = true,
		.encrypt = number_of(ALG_ENC, "aes-cbc"),
		.auth = number_of(ALG_AUTH, "hmac-sha1"), .spi = spi,
		.reqid = 7, .replay = 32,
		.src = host(192, 0, 2, 1), .dst = host(192, 0, 2, 2),
		.enc_key = { aes_key, 128, true },
		.auth_key = { sha_key, 160, true },
		.current = { .given = true },
	};
}

static struct policy
a_policy(unsigned net, uint8_t dir, uint8_t action)
{
	struct policy policy = {
		.src = host(10, 1, 0, 0), .dst = host(10, net, 0, 0),
		.upper = IPSEC_ULPROTO_ANY, .dir = dir, .action = action,
		.priority = dialect->default_priority,
	};

	policy.src.prefix = policy.dst.prefix = 16;
	if (action != IPSEC_POLICY_IPSEC)
		return policy;
	policy.nrules = 1;
	policy.rules[0] = (struct rule){ .proto = 50,
	    .mode = IPSEC_MODE_TUNNEL, .level = IPSEC_LEVEL_REQUIRE,
	    .src = host(192, 0, 2, 1), .dst = host(192, 0, 2, 2) };
	return policy;
}

static void
encode_sa(struct msgbuf *m, uint8_t type, const struct sa *sa)
{
	struct wire_lifetime *life;

	msg_begin(m, dialect, type == SADB_DUMP ? SADB_ADD : type, sa->satype);
	sa_encode(m, sa);
	if (type == SADB_DUMP) {
		life = msg_ext(m, EXT_LIFETIME_CURRENT, sizeof(*life));
		life->bytes = sa->current.bytes;
		life->addtime = 1795730400;
	}
	if (msg_end(m) == 0)
		abort();
	((struct wire_msg *)(void *)m->space)->type = type;
}

static void
encode_policy(struct msgbuf *m, uint8_t type, const struct policy *policy)
{
	msg_begin(m, dialect, type, 0);
	policy_encode(m, policy);
	if (msg_end(m) == 0)
		abort();
}

/* ---- a kernel ---- */

#define KERNEL	64

/* The messages of its entries, as a dump shows them. */
static struct {
	struct wire_msg *entries[KERNEL];
	unsigned n;
} kernel;

static struct view
view_of(const void *msg)
{
	struct view view;

	view_built(&view, dialect, msg);
	return view;
}

static bool
is_policy(const struct wire_msg *msg)
{
	return view_of(msg).ext[EXT_POLICY] != NULL;
}

/* The kernel's idea of a name, said once more in other words. */
static bool
same_entry(const struct wire_msg *a, const struct wire_msg *b)
{
	struct view x = view_of(a), y = view_of(b);
	struct policy p, q;
	struct sa s, t;

	if (is_policy(a) != is_policy(b))
		return false;
	if (is_policy(a)) {
		policy_decode(&x, &p);
		policy_decode(&y, &q);
		return memcmp(&p.src, &q.src, sizeof(p.src)) == 0 &&
		    memcmp(&p.dst, &q.dst, sizeof(p.dst)) == 0 &&
		    p.dir == q.dir && p.upper == q.upper &&
		    p.mark.value == q.mark.value && p.if_id == q.if_id;
	}
	sa_decode(&x, &s);
	sa_decode(&y, &t);
	return s.spi == t.spi && (dialect->spi_is_name ||
	    (s.satype == t.satype &&
	    memcmp(&s.dst, &t.dst, sizeof(s.dst)) == 0 &&
	    s.mark.value == t.mark.value));
}

static void
kernel_clear(void)
{
	while (kernel.n > 0)
		free(kernel.entries[--kernel.n]);
}

static void
kernel_put(const void *msg, size_t len, uint8_t type)
{
	struct wire_msg *copy = malloc(len);

	if (copy == NULL || kernel.n == KERNEL)
		abort();
	memcpy(copy, msg, len);
	copy->type = type;
	kernel.entries[kernel.n++] = copy;
}

static void
kernel_sa(const struct sa *sa)
{
	struct msgbuf m;

	encode_sa(&m, SADB_DUMP, sa);
	kernel_put(m.space, m.len, SADB_DUMP);
}

static void
kernel_policy(const struct policy *policy)
{
	struct msgbuf m;

	encode_policy(&m, SADB_X_SPDDUMP, policy);
	kernel_put(m.space, m.len, SADB_X_SPDDUMP);
}

static unsigned
kernel_find(const struct wire_msg *msg)
{
	unsigned i;

	for (i = 0; i < kernel.n; i++)
		if (same_entry(kernel.entries[i], msg))
			break;
	return i;
}

static void
kernel_remove(unsigned i)
{
	free(kernel.entries[i]);
	memmove(&kernel.entries[i], &kernel.entries[i + 1],
	    (--kernel.n - i) * sizeof(kernel.entries[0]));
}

/* Carries out a request; false if a kernel would refuse it. */
static bool
kernel_take(const struct wire_msg *msg)
{
	unsigned at = kernel_find(msg);
	bool there = at < kernel.n;
	uint8_t shown = is_policy(msg) ? SADB_X_SPDDUMP : SADB_DUMP;

	switch (msg->type) {
	case SADB_ADD:
	case SADB_X_SPDADD:
		if (there)
			return false;
		break;
	case SADB_UPDATE:
		if (!there)
			return false;
		kernel_remove(at);
		break;
	case SADB_X_SPDUPDATE:
		if (there)
			kernel_remove(at);
		break;
	case SADB_DELETE:
	case SADB_X_SPDDELETE:
		if (there)
			kernel_remove(at);
		return there;
	default:
		return false;
	}
	kernel_put(msg, (size_t)msg->len * 8, shown);
	return true;
}

/* ---- a run ---- */

struct run {
	char log[2048];			/* a letter for each request */
	unsigned requests;
	bool refused;
	bool (*watch)(void);		/* after each; false: it is bad */
	bool bad;
	bool split;			/* a change of two was not one */
	bool pending;
};

/* A letter for the request, the last octet of what it is about behind it. */
static void
note(struct run *run, const struct sync_request *r)
{
	static const char letters[] = { [SADB_ADD] = 'A', [SADB_UPDATE] = 'U',
	    [SADB_DELETE] = 'D', [SADB_X_SPDADD] = 'a',
	    [SADB_X_SPDUPDATE] = 'u', [SADB_X_SPDDELETE] = 'd' };
	struct view view = view_of(r->msg);
	char *end = run->log + strlen(run->log);
	struct policy policy;
	struct sa sa;

	if (strlen(run->log) + 16 > sizeof(run->log))
		return;
	if (is_policy(r->msg)) {
		policy_decode(&view, &policy);
		sprintf(end, " %c%u%s", letters[r->msg->type],
		    policy.dst.octets[1], policy.dir == IPSEC_DIR_FWD ? "f" :
		    policy.dir == IPSEC_DIR_INBOUND ? "i" : "");
	} else {
		sa_decode(&view, &sa);
		sprintf(end, " %c%u", letters[r->msg->type],
		    (unsigned)sa.spi & 0xff);
	}
}

static int
carry_out(void *ctx, const struct sync_request *r)
{
	struct run *run = ctx;

	note(run, r);
	run->requests++;
	run->split |= run->pending && r->msg->type != SADB_ADD;
	run->pending = r->with_next;
	run->refused |= !kernel_take(r->msg);
	if (run->watch != NULL && !run->watch())
		run->bad = true;
	return 0;
}

static int
only_note(void *ctx, const struct sync_request *r)
{
	note(ctx, r);
	return 0;
}

static struct sync *
begin(void)
{
	struct sync *s = sync_new(dialect);

	if (s == NULL)
		abort();
	return s;
}

static uint32_t wanted;

static enum sync_result
want_sa(struct sync *s, const struct sa *sa)
{
	struct msgbuf m;
	struct view view;
	uint32_t earlier;

	encode_sa(&m, SADB_ADD, sa);
	view = view_of(m.space);
	return sync_want(s, &view, wanted++, &earlier);
}

static enum sync_result
want_policy(struct sync *s, const struct policy *policy)
{
	struct msgbuf m;
	struct view view;
	uint32_t earlier;

	encode_policy(&m, SADB_X_SPDADD, policy);
	view = view_of(m.space);
	return sync_want(s, &view, wanted++, &earlier);
}

static void
own_sa(struct sync *s, const struct sa *sa)
{
	struct msgbuf m;
	struct view view;

	encode_sa(&m, SADB_ADD, sa);
	view = view_of(m.space);
	sync_own(s, &view);
}

static void
look(struct sync *s)
{
	struct view view;
	unsigned i;

	sync_begin(s);
	for (i = 0; i < kernel.n; i++) {
		view = view_of(kernel.entries[i]);
		sync_have(s, &view);
	}
}

/* Makes the kernel as it is wanted, and looks again: nothing is left to do. */
static void
synchronize(struct sync *s, struct run *run, const char *name)
{
	struct run again = { .requests = 0 };

	look(s);
	sync_plan(s, carry_out, run);
	look(s);
	sync_plan(s, only_note, &again);
	ok(!run->refused && !run->split && again.log[0] == '\0',
	    "%s: %s: carried out, and nothing is left:%s, then%s",
	    dialect->name, name, run->log, again.log);
	look(s);
}

/* ---- tests ---- */

static void
test_equal(void)
{
	struct sa sa = an_sa(1);
	struct policy policy = a_policy(2, IPSEC_DIR_OUTBOUND,
	    IPSEC_POLICY_IPSEC);
	struct sync *s = begin();
	struct run run = { .requests = 0 };

	want_sa(s, &sa);
	want_policy(s, &policy);
	sa.current.bytes = 4096;
	sa.sequence = 77;
	sa.state = SADB_SASTATE_DYING;
	kernel_sa(&sa);
	policy.id = 99;
	kernel_policy(&policy);
	look(s);
	sync_plan(s, only_note, &run);
	ok(run.log[0] == '\0' && sync_counts(s, SYNC_SAD)->kept == 1 &&
	    sync_counts(s, SYNC_SPD)->kept == 1,
	    "%s: counters, ages and ids are no difference:%s", dialect->name,
	    run.log);
	sync_free(s);
	kernel_clear();
}

/* How one field of an SA is changed, and what that comes to. */
static const struct {
	const char *field, *log;
	bool same_keys;			/* refused, once it was used */
} sa_cases[] = {
	{ "window", " D1 A1", true },
	{ "mode", " D1 A1", true },
	{ "reqid", " D1 A1", true },
	{ "key", " D1 A1", false },
	{ "algorithm", " D1 A1", false },
	{ "limit", " U1", true },
	{ "source", " D1 A1", true },
};

static void
change_field(struct sa *sa, unsigned i)
{
	switch (i) {
	case 0: sa->replay = 64; break;
	case 1: sa->mode = IPSEC_MODE_TRANSPORT; break;
	case 2: sa->reqid = 8; break;
	case 3: sa->enc_key.data = other_key; break;
	case 4:
		sa->auth = number_of(ALG_AUTH, "aes-xcbc-mac");
		sa->auth_key = (struct key){ other_key, 128, true };
		break;
	case 5:
		sa->hard = (struct lifetime){ .given = true, .addtime = 60 };
		sa->soft = (struct lifetime){ .given = true, .addtime = 50 };
		break;
	case 6: sa->src = host(192, 0, 2, 3); break;
	}
}

static void
count_refused(void *ctx, uint32_t number, const char *why)
{
	unsigned *n = ctx;

	(void)number;
	*n += *why != '\0';
}

static void
test_sa_changes(bool used)
{
	bool in_place, refused;
	unsigned i, n;

	for (i = 0; i < sizeof(sa_cases) / sizeof(sa_cases[0]); i++) {
		struct run run = { .requests = 0 };
		struct sync *s = begin();
		struct sa sa = an_sa(1);

		sa.current.bytes = used ? 4096 : 0;
		kernel_sa(&sa);
		change_field(&sa, i);
		want_sa(s, &sa);
		in_place = sa_cases[i].log[1] == 'U' &&
		    dialect->updates_limits_only;
		refused = used && sa_cases[i].same_keys && !in_place;
		look(s);
		n = 0;
		sync_plan(s, carry_out, &run);
		sync_refused(s, count_refused, &n);
		ok(n == refused && !run.refused && !run.split &&
		    strcmp(run.log, refused ? "" : in_place ? " U1" :
		    " D1 A1") == 0, "%s: %s of %s SA: %s%s", dialect->name,
		    sa_cases[i].field, used ? "a used" : "an unused",
		    refused ? "refused" : "", run.log);
		sync_free(s);
		kernel_clear();
	}
}

static void
test_unknown_keys(void)
{
	struct sync *s = begin();
	struct run run = { .requests = 0 };
	struct sa sa = an_sa(1);

	want_sa(s, &sa);
	sa.enc_key.data = no_key;
	sa.auth_key = (struct key){ NULL, 0, false };
	sa.auth = 0;
	kernel_sa(&sa);
	look(s);
	sync_plan(s, only_note, &run);
	ok(run.log[0] == '\0' && sync_counts(s, SYNC_SAD)->unknown == 1,
	    "%s: keys that are not told are no difference:%s", dialect->name,
	    run.log);
	sync_free(s);
	kernel_clear();
}

/* New ones, then policies, then removals: policies before SAs. */
static void
test_order(void)
{
	struct sa sa1 = an_sa(1), sa2 = an_sa(2);
	struct policy old = a_policy(2, IPSEC_DIR_OUTBOUND,
	    IPSEC_POLICY_IPSEC), new = a_policy(3, IPSEC_DIR_OUTBOUND,
	    IPSEC_POLICY_IPSEC), changed = a_policy(4, IPSEC_DIR_OUTBOUND,
	    IPSEC_POLICY_IPSEC);
	struct sync *s = begin();
	struct run run = { .requests = 0 };

	kernel_sa(&sa1);
	kernel_policy(&old);
	kernel_policy(&changed);
	changed.rules[0].level = IPSEC_LEVEL_USE;
	want_sa(s, &sa2);
	want_policy(s, &new);
	want_policy(s, &changed);
	synchronize(s, &run, "order");
	ok(strcmp(run.log, " A2 a3 u4 d2 D1") == 0,
	    "%s: what protects comes before what goes:%s", dialect->name,
	    run.log);
	ok(sync_counts(s, SYNC_SAD)->kept == 0 && kernel.n == 3,
	    "%s: three entries", dialect->name);
	sync_free(s);
	kernel_clear();
}

static void
test_twins(void)
{
	struct policy in = a_policy(2, IPSEC_DIR_INBOUND, IPSEC_POLICY_IPSEC),
	    fwd = a_policy(2, IPSEC_DIR_FWD, IPSEC_POLICY_IPSEC);
	struct sync *s = begin();
	struct run run = { .requests = 0 };

	if (dialect->has_fwd) {
		want_policy(s, &in);
		want_policy(s, &fwd);
		synchronize(s, &run, "an in policy and its twin");
		ok(strcmp(run.log, " a2f a2i") == 0,
		    "%s: fwd begins first:%s", dialect->name, run.log);
		sync_free(s);
		s = begin();
		run = (struct run){ .requests = 0 };
		synchronize(s, &run, "both go");
		ok(strcmp(run.log, " d2i d2f") == 0,
		    "%s: and ends last:%s", dialect->name, run.log);
	}
	sync_free(s);
	kernel_clear();
}

static void
test_ours(void)
{
	struct sa ours = an_sa(1), theirs = an_sa(2), new = an_sa(3),
	    larval = an_sa(4);
	struct sync *s = begin();
	struct run run = { .requests = 0 };

	larval.state = SADB_SASTATE_LARVAL;
	kernel_sa(&ours);
	kernel_sa(&theirs);
	kernel_sa(&larval);
	sync_only_ours(s);
	want_sa(s, &new);
	/* Its key was not kept; the name is enough. */
	ours.enc_key = ours.auth_key = (struct key){ NULL, 0, true };
	own_sa(s, &ours);
	synchronize(s, &run, "only ours");
	ok(strcmp(run.log, " A3 D1") == 0 && kernel.n == 3,
	    "%s: others are left alone:%s", dialect->name, run.log);
	sync_free(s);
	s = begin();
	run = (struct run){ .requests = 0 };
	synchronize(s, &run, "all");
	ok(strcmp(run.log, " D2 D3") == 0 && kernel.n == 1,
	    "%s: but not larval ones:%s", dialect->name, run.log);
	kernel_clear();
	sync_free(s);
	s = begin();
	run = (struct run){ .requests = 0 };
	kernel_sa(&theirs);
	sync_leave(s, SYNC_SAD);
	synchronize(s, &run, "a file without SAs");
	ok(run.log[0] == '\0', "%s: a table that is not mentioned is left "
	    "alone", dialect->name);
	sync_free(s);
	kernel_clear();
}

static void
test_duplicates(void)
{
	struct sync *s = begin();
	struct sa sa = an_sa(1);
	struct policy policy = a_policy(2, IPSEC_DIR_OUTBOUND,
	    IPSEC_POLICY_IPSEC);

	ok(want_sa(s, &sa) == SYNC_OK && want_sa(s, &sa) == SYNC_AGAIN,
	    "%s: the same SA twice is one", dialect->name);
	sa.reqid = 9;
	ok(want_sa(s, &sa) == SYNC_CONFLICT, "%s: two SAs of one name are a "
	    "conflict", dialect->name);
	sa.dst = host(192, 0, 2, 9);
	ok(want_sa(s, &sa) == (dialect->spi_is_name ? SYNC_CONFLICT : SYNC_OK),
	    "%s: of the same SPI to another host, where that names it",
	    dialect->name);
	ok(want_policy(s, &policy) == SYNC_OK &&
	    want_policy(s, &policy) == SYNC_AGAIN,
	    "%s: the same policy twice is one", dialect->name);
	policy.action = IPSEC_POLICY_DISCARD;
	policy.nrules = 0;
	ok(want_policy(s, &policy) == SYNC_CONFLICT,
	    "%s: two policies of one name are a conflict", dialect->name);
	if (dialect->has_fwd) {
		policy.mark = (struct mark){ true, 1, 1 };
		ok(want_policy(s, &policy) == SYNC_OK,
		    "%s: another mark is another name", dialect->name);
		policy.label = (struct label){ "a:b:c", 5, 1, 1 };
		ok(want_policy(s, &policy) == SYNC_OK,
		    "%s: so is another context", dialect->name);
	}
	sync_free(s);
}

/* BSD: the first that fits counts, so the order of those that meet matters. */
static void
test_insertion_order(void)
{
	struct policy all = a_policy(0, IPSEC_DIR_OUTBOUND,
	    IPSEC_POLICY_IPSEC), one = a_policy(2, IPSEC_DIR_OUTBOUND,
	    IPSEC_POLICY_NONE), other = a_policy(3, IPSEC_DIR_INBOUND,
	    IPSEC_POLICY_NONE);
	struct sync *s = begin();
	struct run run = { .requests = 0 };

	if (dialect->has_priority) {
		sync_free(s);
		return;
	}
	all.dst.prefix = 0;
	kernel_policy(&all);
	kernel_policy(&other);
	want_policy(s, &one);
	want_policy(s, &all);
	want_policy(s, &other);
	synchronize(s, &run, "an exemption before a wider policy");
	ok(strcmp(run.log, " a2 u0") == 0, "%s: the wider one moves behind "
	    "it:%s", dialect->name, run.log);
	sync_free(s);
	s = begin();
	run = (struct run){ .requests = 0 };
	want_policy(s, &all);
	want_policy(s, &one);
	want_policy(s, &other);
	synchronize(s, &run, "the other way round");
	ok(strcmp(run.log, " u2") == 0, "%s: and what was before it:%s",
	    dialect->name, run.log);
	sync_free(s);
	kernel_clear();
}

/* ---- at no moment in the clear (Linux) ---- */

#define PACKETS	4

/* Whether policies of the kernel protect a packet to 10.N.0.0. */
static bool
is_protected(unsigned packet)
{
	static const unsigned prefixes[] = { 0, 8, 16 };
	uint32_t best = UINT32_MAX;
	struct policy policy;
	struct view view;
	bool safe = false, fits;
	unsigned i;

	for (i = 0; i < kernel.n; i++) {
		view = view_of(kernel.entries[i]);
		policy_decode(&view, &policy);
		fits = policy.dst.prefix == prefixes[0] ||
		    policy.dst.prefix == prefixes[1] ||
		    policy.dst.octets[1] == packet;
		if (!fits || policy.priority > best)
			continue;
		best = policy.priority;
		safe = policy.action != IPSEC_POLICY_NONE;
	}
	return safe;
}

static bool both_protect[PACKETS];

static bool
nothing_in_clear(void)
{
	unsigned i;

	for (i = 0; i < PACKETS; i++)
		if (both_protect[i] && !is_protected(i))
			return false;
	return true;
}

static uint32_t random_state = 1;

static unsigned
pick(unsigned n)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 16) % n;
}

/*
 * A policy by chance.  Priorities of what protects are even, the others odd,
 * since which of two equal ones counts nobody knows.
 */
static struct policy
some_policy(void)
{
	static const uint8_t prefixes[] = { 0, 8, 16, 16, 16, 16 };
	unsigned i = pick(6);
	uint8_t action = (uint8_t)pick(3);	/* discard, none, ipsec */
	struct policy policy = a_policy(i < 2 ? 0 : i - 2,
	    IPSEC_DIR_OUTBOUND, action);

	policy.dst.prefix = prefixes[i];
	if (i == 0)
		policy.dst.octets[0] = 0;
	policy.priority = 2 * pick(8) + (action == IPSEC_POLICY_NONE);
	return policy;
}

#define ROUNDS	3000

static void
test_no_leak(void)
{
	unsigned round, i, bad = 0, n;
	struct policy policy;
	struct run run;
	struct sync *old, *new;

	for (round = 0; round < ROUNDS; round++) {
		old = begin();
		new = begin();
		n = pick(6);
		for (i = 0; i < n; i++) {
			policy = some_policy();
			want_policy(old, &policy);
		}
		n = pick(6);
		for (i = 0; i < n; i++) {
			policy = some_policy();
			want_policy(new, &policy);
		}
		/* What the new ones protect; then what the old do, too. */
		run = (struct run){ .requests = 0 };
		look(new);
		sync_plan(new, carry_out, &run);
		for (i = 0; i < PACKETS; i++)
			both_protect[i] = is_protected(i);
		kernel_clear();
		look(old);
		sync_plan(old, carry_out, &run);
		for (i = 0; i < PACKETS; i++)
			both_protect[i] &= is_protected(i);
		run = (struct run){ .watch = nothing_in_clear };
		look(new);
		sync_plan(new, carry_out, &run);
		bad += run.bad || run.refused;
		look(new);
		run.log[0] = '\0';
		sync_plan(new, only_note, &run);
		bad += run.log[0] != '\0';
		sync_free(old);
		sync_free(new);
		kernel_clear();
	}
	ok(bad == 0, "%s: in %d changes by chance nothing leaves in the clear "
	    "(%u)", dialect->name, ROUNDS, bad);
}

int
main(void)
{
	int i;

	for (i = 0; i < DIALECTS; i++) {
		dialect = &dialects[i];
		test_equal();
		test_sa_changes(false);
		test_sa_changes(true);
		test_unknown_keys();
		test_order();
		test_twins();
		test_ours();
		test_duplicates();
		test_insertion_order();
	}
	dialect = &dialects[DIALECT_LINUX];
	test_no_leak();
	return done();
}
