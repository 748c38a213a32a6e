/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The channel that is made of two: which of them gets a request, and in what
 * order requests and answers pass.  The two are made up here: the one in the
 * place of PF_KEY answers at once, the other at finish().
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../channel.h"
#include "tap.h"

/* What happened, as words: see the functions that write it. */
static char said[512];

static void say(const char *, ...) __attribute__((format(printf, 1, 2)));

static void
say(const char *fmt, ...)
{
	size_t n = strlen(said);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said + n, sizeof(said) - n, fmt, ap);
	va_end(ap);
}

static bool
was_said(const char *expected)
{
	bool same = strcmp(said, expected) == 0;

	if (!same)
		printf("# expected: %s\n# got:      %s\n", expected, said);
	said[0] = '\0';
	return same;
}

/* ---- two channels ---- */

static struct fake {
	struct channel base;
	uint32_t tags[8];		/* of requests without an answer */
	unsigned ntags;
	int broken;			/* what finish() says */
	bool open;
} fakes[2];

#define PFKEY	(&fakes[0])
#define XFRM	(&fakes[1])

static void
answer(struct fake *fake, uint32_t tag)
{
	struct reply reply = { .error = 0 };

	fake->base.reply(fake->base.reply_ctx, tag, &reply);
}

/* "p1" or "x1" is a request, by the number that the channel gives it. */
static int
fake_submit(struct channel *base, struct view *view, uint32_t tag)
{
	struct fake *fake = (struct fake *)base;

	say("%c%u ", *base->ops->name, ++base->seq);
	if (base->trace != NULL)
		base->trace(base->trace_ctx, true, view->msg, view->len);
	if (fake == PFKEY)
		answer(fake, tag);
	else
		fake->tags[fake->ntags++ % 8] = tag;
	return 0;
}

static int
fake_finish(struct channel *base)
{
	struct fake *fake = (struct fake *)base;
	unsigned i;

	for (i = 0; i < fake->ntags; i++)
		answer(fake, fake->tags[i]);
	fake->ntags = 0;
	return fake->broken;
}

static int
fake_watch(struct channel *base)
{
	say("watch-%c ", *base->ops->name);
	return 0;
}

static int
fake_next_event(struct channel *base, int timeout, unsigned *lost)
{
	(void)timeout;
	*lost = 0;
	base->trace(base->trace_ctx, false, "0123456789abcdef", 16);
	return 1;
}

static void
fake_close(struct channel *base)
{
	((struct fake *)base)->open = false;
	say("close-%c ", *base->ops->name);
}

static const struct channel_ops fake_ops[2] = {
	{ "pfkey", fake_submit, fake_finish, fake_watch, fake_next_event,
	    fake_close },
	{ "xfrm", fake_submit, fake_finish, fake_watch, fake_next_event,
	    fake_close },
};

static int xfrm_error;

static struct channel *
open_fake(struct fake *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->base.ops = &fake_ops[fake - fakes];
	fake->base.dialect = &dialects[DIALECT_LINUX];
	fake->open = true;
	return &fake->base;
}

static struct channel *
open_fake_xfrm(void)
{
	if (xfrm_error == 0)
		return open_fake(XFRM);
	errno = xfrm_error;
	return NULL;
}

/* ---- what is above them ---- */

/* "=3" is the answer to the request with that tag, "!3" a refusal. */
static void
on_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	(void)ctx;
	say("%c%u ", reply->error != 0 ? '!' : '=', tag);
	if (reply->reason != NULL)
		say("(%s) ", reply->reason);
}

static void
on_choice(void *ctx, const char *name, const char *why)
{
	(void)ctx;
	say("[%s: %s] ", name, why);
}

static void
on_trace(void *ctx, bool sent, const void *msg, size_t len)
{
	(void)ctx;
	(void)msg;
	say("%s%u ", sent ? ">" : "<", (unsigned)len);
}

static struct channel *
open_both(int error)
{
	struct channel *c;

	xfrm_error = error;
	memset(XFRM, 0, sizeof(*XFRM));
	said[0] = '\0';
	c = channel_combine(open_fake(PFKEY), open_fake_xfrm);
	if (c == NULL)
		exit(1);
	c->reply = on_reply;
	return c;
}

static void
close_both(struct channel *c)
{
	c->ops->close(c);
	ok(!PFKEY->open && !XFRM->open, "closed");
}

/* A flush may go by PF_KEY, a dump by NETLINK_XFRM. */
static int
submit(struct channel *c, uint8_t type, uint32_t tag)
{
	struct msgbuf m;

	msg_begin(&m, c->dialect, type, SADB_SATYPE_ESP);
	return channel_request(c, &m, tag);
}

#define BY_PFKEY(c, tag)	submit(c, SADB_FLUSH, tag)
#define BY_XFRM(c, tag)		submit(c, SADB_DUMP, tag)

/* ---- the tests ---- */

static void
test_order(void)
{
	struct channel *c = open_both(0);

	BY_PFKEY(c, 1);
	ok(!XFRM->open, "NETLINK_XFRM is opened when it is needed");
	BY_XFRM(c, 2);
	BY_XFRM(c, 3);
	BY_PFKEY(c, 4);
	BY_XFRM(c, 5);
	ok(c->ops->finish(c) == 0 &&
	    was_said("p1 =1 x2 x3 =2 =3 p4 =4 x5 =5 "),
	    "one order, one count; batches stay whole");
	ok(c->seq == 5, "the count is the channel's own");
	BY_XFRM(c, 6);
	XFRM->broken = EPIPE;
	ok(BY_PFKEY(c, 7) == EPIPE && was_said("x6 =6 "),
	    "when one is broken the other does not go on");
	close_both(c);
}

static void
test_choice(void)
{
	struct channel *c = open_both(0);

	c->choice = on_choice;
	BY_PFKEY(c, 1);
	BY_PFKEY(c, 2);
	ok(was_said("[pfkey: it can carry the request] p1 =1 p2 =2 "),
	    "the choice is told, once");
	BY_XFRM(c, 3);
	ok(strstr(said, "[xfrm: PF_KEY ") == said,
	    "and when it is another, with what PF_KEY would do");
	close_both(c);
}

static void
test_without_xfrm(void)
{
	static const int absent[] = { EAFNOSUPPORT, EPROTONOSUPPORT,
	    EOPNOTSUPP };
	struct channel *c;
	unsigned i;

	for (i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		c = open_both(absent[i]);
		c->choice = on_choice;
		BY_XFRM(c, 1);
		xfrm_error = 0;
		BY_XFRM(c, 2);
		BY_PFKEY(c, 3);
		ok(was_said("[pfkey: there is no NETLINK_XFRM] p1 =1 p2 =2 "
		    "p3 =3 "), "no NETLINK_XFRM: PF_KEY has all");
		close_both(c);
	}
	c = open_both(EMFILE);
	BY_PFKEY(c, 1);
	BY_XFRM(c, 2);
	ok(strstr(said, "p1 =1 !2 (NETLINK_XFRM cannot be used: ") == said,
	    "one that cannot be opened: a refusal, and why");
	said[0] = '\0';
	xfrm_error = 0;
	BY_XFRM(c, 3);
	c->ops->finish(c);
	ok(was_said("x2 =3 "), "but the next request may do better");
	close_both(c);
}

/* A message on one of them, as if from there. */
static void
hear(struct fake *fake, uint32_t pid)
{
	_Alignas(8) struct wire_msg head = { .pid = pid };

	fake->base.trace(fake->base.trace_ctx, false, &head, sizeof(head));
}

static void
test_trace(void)
{
	struct channel *c = open_both(0);
	unsigned lost;

	c->trace = on_trace;
	BY_PFKEY(c, 1);
	BY_XFRM(c, 2);
	ok(was_said("p1 >16 =1 x2 >16 "), "both can be watched");
	hear(PFKEY, 1);
	hear(XFRM, 1);
	hear(PFKEY, (uint32_t)getpid());
	ok(was_said("<16 <16 "), "what others do shows once");
	hear(XFRM, (uint32_t)getpid());
	ok(was_said("<16 "), "but all answers do");
	close_both(c);

	c = open_both(0);
	c->trace = on_trace;
	ok(c->ops->watch(c) == 0 && c->ops->next_event(c, -1, &lost) == 1 &&
	    was_said("watch-p <16 ") && !XFRM->open, "a monitor has PF_KEY");
	close_both(c);
}

int
main(void)
{
	test_order();
	test_choice();
	test_without_xfrm();
	test_trace();
	return done();
}
