/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -S: two texts, with an octet 0 between them: what is wanted, and what there
 * is.  A kernel that does as it is told refuses none of the requests, and then
 * there is no difference any more.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "same.h"
#include "sync.h"

#define ENTRIES		256

struct kernel {
	const struct dialect *dialect;
	struct wire_msg *entries[ENTRIES];
	unsigned n;
	struct sync *sync;
	unsigned requests, refused;
};

static struct view
view_of(const struct kernel *k, const struct wire_msg *msg)
{
	struct view view;

	view_built(&view, k->dialect, msg);
	return view;
}

static bool
is_policy(const struct view *view)
{
	return view->ext[EXT_POLICY] != NULL;
}

static bool
same_name(const struct kernel *k, const struct wire_msg *a,
    const struct wire_msg *b)
{
	struct view x = view_of(k, a), y = view_of(k, b);
	struct policy p, q;
	struct sa s, t;

	if (is_policy(&x) != is_policy(&y))
		return false;
	if (is_policy(&x)) {
		policy_decode(&x, &p);
		policy_decode(&y, &q);
		return policy_same_name(&p, &q);
	}
	sa_decode(&x, &s);
	sa_decode(&y, &t);
	return sa_name_hash(k->dialect, &s) ==
	    sa_name_hash(k->dialect, &t);
}

static unsigned
find(const struct kernel *k, const struct wire_msg *msg)
{
	unsigned i;

	for (i = 0; i < k->n; i++)
		if (same_name(k, k->entries[i], msg))
			break;
	return i;
}

/* A record is the request but for what the kernel says by itself. */
static void
settle(const struct kernel *k, struct wire_msg *msg)
{
	struct view view = view_of(k, msg);
	struct wire_sa *sa = (void *)(uintptr_t)view.ext[EXT_SA];
	struct wire_sa2 *sa2 = (void *)(uintptr_t)view.ext[EXT_SA2];

	if (sa != NULL)
		sa->state = SADB_SASTATE_MATURE;
	if (sa2 != NULL && sa2->mode == IPSEC_MODE_ANY && !k->dialect->any_mode)
		sa2->mode = IPSEC_MODE_TRANSPORT;
}

static void
put(struct kernel *k, unsigned at, const struct wire_msg *msg)
{
	struct view view = view_of(k, msg);

	if (at == ENTRIES)
		return;
	if (at < k->n)
		free(k->entries[at]);
	else
		k->n++;
	k->entries[at] = octets_copy((const void *)msg,
	    (size_t)msg->len * 8);
	k->entries[at]->type = is_policy(&view) ? SADB_X_SPDDUMP : SADB_DUMP;
	settle(k, k->entries[at]);
}

static void
drop(struct kernel *k, unsigned at)
{
	free(k->entries[at]);
	k->entries[at] = k->entries[--k->n];
}

/* What the kernel makes of a request. */
static int
carry_out(void *ctx, const struct sync_request *r)
{
	struct kernel *k = ctx;
	unsigned at = find(k, r->msg);
	bool there = at < k->n;

	k->requests++;
	switch (r->msg->type) {
	case SADB_ADD:
	case SADB_X_SPDADD:
		must(!there, "what is added is not there");
		break;
	case SADB_UPDATE:
		must(there, "what is updated is there");
		break;
	case SADB_DELETE:
	case SADB_X_SPDDELETE:
		must(there, "what is deleted is there");
		drop(k, at);
		return 0;
	default:
		break;
	}
	put(k, at, r->msg);
	return 0;
}

static void
note_refused(void *ctx, uint32_t number, const char *why)
{
	struct kernel *k = ctx;

	(void)number;
	(void)why;
	k->refused++;
}

static void
read_kernel(struct kernel *k)
{
	struct view view;
	unsigned i;

	sync_begin(k->sync);
	for (i = 0; i < k->n; i++) {
		view = view_of(k, k->entries[i]);
		sync_have(k->sync, &view);
	}
}

static void
have(void *ctx, const struct view *view)
{
	struct kernel *k = ctx;
	uint8_t type = view->msg->type;

	if ((type == SADB_ADD || type == SADB_X_SPDADD) &&
	    find(k, view->msg) == k->n)
		put(k, k->n, view->msg);
}

static void
want(void *ctx, const struct view *view)
{
	struct kernel *k = ctx;
	uint8_t type = view->msg->type;
	uint32_t earlier;

	if (type == SADB_ADD || type == SADB_X_SPDADD)
		sync_want(k->sync, view, 0, &earlier);
}

static void
synchronize(struct kernel *k)
{
	unsigned pass;

	for (pass = 0; pass < 2; pass++) {
		k->requests = 0;
		read_kernel(k);
		must(sync_plan(k->sync, carry_out, k) == 0, "memory");
		sync_refused(k->sync, note_refused, k);
		if (k->refused != 0)
			return;
	}
	must(k->requests == 0, "then there is no difference any more");
}

static void
one_dialect(const struct dialect *dialect, const char *text, size_t len)
{
	const char *second = memchr(text, '\0', len);
	size_t first_len = second == NULL ? len : (size_t)(second - text);
	struct kernel k = { .dialect = dialect, .sync = sync_new(dialect) };
	struct requests requests;

	must(k.sync != NULL, "memory");
	parse(&requests, dialect, text, first_len, false, want, &k);
	requests_free(&requests);
	if (second != NULL) {
		parse(&requests, dialect, second + 1, len - first_len - 1,
		    false, have, &k);
		requests_free(&requests);
	}
	synchronize(&k);
	while (k.n > 0)
		drop(&k, k.n - 1);
	sync_free(k.sync);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;
	int i;

	if (size > 32768)
		return 0;
	text = octets_copy(data, size);
	for (i = 0; i < DIALECTS; i++)
		one_dialect(&dialects[i], text, size);
	free(text);
	return 0;
}
