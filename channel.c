/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which way to the kernel.  On Linux "auto" decides for each request: the
 * PF_KEY socket where the kernel has it and it can carry the request whole,
 * NETLINK_XFRM for what xfrm_reason() names, and either for all if there is
 * no other.
 *
 * Requests keep their order, in effect and in their answers: before one takes
 * over, what the other has outstanding is finished.  Both count requests by
 * one number, so that neither takes what it hears of the other's for its own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "pfkey_limits.h"

#define PHRASE	160		/* octets of a reason */

struct auto_channel {
	struct channel base;
	struct channel *pfkey;
	struct channel *xfrm;		/* NULL: not needed yet, or not there */
	struct channel *(*open_xfrm)(void);
	bool no_xfrm;			/* the kernel has none */
	struct channel *using;		/* had the last request */
};

/* Whether an errno value says that the kernel has no such socket. */
static bool
is_absent(int error)
{
	return error == EAFNOSUPPORT || error == EPROTONOSUPPORT ||
	    error == ESOCKTNOSUPPORT;
}

/* ---- one of the two ---- */

/* What others do shows on the PF_KEY socket, too: once is enough. */
static void
trace_own(void *ctx, bool sent, const void *msg, size_t len)
{
	struct auto_channel *a = ctx;
	const struct wire_msg *head = msg;

	if (sent || head->pid == a->base.pid)
		a->base.trace(a->base.trace_ctx, sent, msg, len);
}

/* Whoever is above may have changed where answers go. */
static void
lend(struct auto_channel *a, struct channel *ch)
{
	bool all = ch == a->pfkey;

	ch->reply = a->base.reply;
	ch->reply_ctx = a->base.reply_ctx;
	ch->trace = a->base.trace == NULL || all ? a->base.trace : trace_own;
	ch->trace_ctx = all ? a->base.trace_ctx : a;
	ch->seq = a->base.seq;
}

static int
finish_one(struct auto_channel *a, struct channel *ch)
{
	lend(a, ch);
	return ch->ops->finish(ch);
}

static int
auto_finish(struct channel *base)
{
	struct auto_channel *a = (struct auto_channel *)base;
	int error = a->xfrm != NULL ? finish_one(a, a->xfrm) : 0;

	return error != 0 ? error : finish_one(a, a->pfkey);
}

/* ---- the rule ---- */

/*
 * The channel for a request, and what PF_KEY does with it if that is not
 * PF_KEY; NULL with errno if it is one that cannot be opened.  (To a 32-bit
 * program on a 64-bit kernel EOPNOTSUPP says that there is no NETLINK_XFRM for
 * it.)
 */
static struct channel *
choose(struct auto_channel *a, const struct view *view, const char **reason)
{
	*reason = xfrm_reason(view);
	if (*reason == NULL || a->no_xfrm)
		return a->pfkey;
	if (a->xfrm == NULL) {
		a->xfrm = a->open_xfrm();
		a->no_xfrm = a->xfrm == NULL &&
		    (is_absent(errno) || errno == EOPNOTSUPP);
	}
	return a->no_xfrm ? a->pfkey : a->xfrm;
}

static int
take_over(struct auto_channel *a, struct channel *ch, const char *reason)
{
	char why[PHRASE];
	int error;

	if (ch == a->using)
		return 0;
	error = auto_finish(&a->base);
	if (error != 0)
		return error;
	a->using = ch;
	if (ch == a->xfrm)
		snprintf(why, sizeof(why), "PF_KEY %s", reason);
	else
		snprintf(why, sizeof(why), a->no_xfrm ?
		    "there is no NETLINK_XFRM" : "it can carry the request");
	if (a->base.choice != NULL)
		a->base.choice(a->base.choice_ctx, ch->ops->name, why);
	return 0;
}

/*
 * A request that wants NETLINK_XFRM, which is there, but not for us.  What was
 * before it went by PF_KEY, and is answered.
 */
static int
refuse(struct auto_channel *a, uint32_t tag, int error)
{
	char reason[PHRASE];
	struct reply reply = { .error = EIO, .reason = reason };

	snprintf(reason, sizeof(reason), "NETLINK_XFRM cannot be used: %s",
	    strerror(error));
	a->base.reply(a->base.reply_ctx, tag, &reply);
	return 0;
}

static int
auto_submit(struct channel *base, struct view *view, uint32_t tag)
{
	struct auto_channel *a = (struct auto_channel *)base;
	const char *reason;
	struct channel *ch;
	int error;

	ch = choose(a, view, &reason);
	if (ch == NULL)
		return refuse(a, tag, errno);
	error = take_over(a, ch, reason);
	if (error != 0)
		return error;
	lend(a, ch);
	error = ch->ops->submit(ch, view, tag);
	base->seq = ch->seq;
	/* What others did meanwhile. */
	if (error == 0 && base->trace != NULL && ch != a->pfkey)
		error = finish_one(a, a->pfkey);
	return error;
}

/*
 * PF_KEY shows more than NETLINK_XFRM does: what other programs ask and are
 * answered, not only what changes.
 */
static int
auto_watch(struct channel *base)
{
	struct auto_channel *a = (struct auto_channel *)base;

	lend(a, a->pfkey);
	return a->pfkey->ops->watch(a->pfkey);
}

static int
auto_next_event(struct channel *base, int timeout, unsigned *lost)
{
	struct auto_channel *a = (struct auto_channel *)base;

	return a->pfkey->ops->next_event(a->pfkey, timeout, lost);
}

static void
auto_close(struct channel *base)
{
	struct auto_channel *a = (struct auto_channel *)base;

	if (a->xfrm != NULL)
		a->xfrm->ops->close(a->xfrm);
	a->pfkey->ops->close(a->pfkey);
	free(a);
}

static const struct channel_ops auto_ops = {
	.name = "auto",
	.submit = auto_submit,
	.finish = auto_finish,
	.watch = auto_watch,
	.next_event = auto_next_event,
	.close = auto_close,
};

struct channel *
channel_combine(struct channel *pfkey, struct channel *(*open_xfrm)(void))
{
	struct auto_channel *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->base.ops = &auto_ops;
	a->base.dialect = pfkey->dialect;
	a->base.pid = (uint32_t)getpid();
	a->pfkey = pfkey;
	a->open_xfrm = open_xfrm;
	return &a->base;
}

/* ---- opening ---- */

static struct channel *
open_auto(void)
{
	struct channel *pfkey = pfkey_open(), *ch;
	int error = errno;

	if (pfkey == NULL) {
		ch = xfrm_open();
		/* What stopped us where there is something says more. */
		if (ch == NULL && (!is_absent(error) || is_absent(errno)))
			errno = error;
		return ch;
	}
	if (pfkey->dialect->index != DIALECT_LINUX)
		return pfkey;
	ch = channel_combine(pfkey, xfrm_open);
	if (ch == NULL)
		pfkey->ops->close(pfkey);
	return ch;
}

int
channel_request(struct channel *ch, struct msgbuf *m, uint32_t tag)
{
	struct view view;

	if (msg_end(m) == 0)
		return EMSGSIZE;
	view_built(&view, m->dialect, m->space);
	return ch->ops->submit(ch, &view, tag);
}

struct channel *
channel_open(const char *name)
{
	if (strcmp(name, "pfkey") == 0)
		return pfkey_open();
	if (strcmp(name, "xfrm") == 0)
		return xfrm_open();
	if (strcmp(name, "auto") == 0)
		return open_auto();
	errno = EINVAL;
	return NULL;
}
