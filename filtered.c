/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests with a filter.  A dump comes from a channel with all that the kernel
 * could not leave out; a flush is a dump, and each entry that fits is deleted
 * by its name.
 */
#include <errno.h>

#include "channel.h"
#include "deletion.h"
#include "filter.h"
#include "plan.h"
#include "signals.h"

struct filtered {
	struct channel *ch;
	struct filter filter;
	uint32_t tag;
	reply_fn *reply;		/* of who made the request */
	void *reply_ctx;
	struct plan deletions;
	bool changed;			/* there may be more */
	int error;			/* the first */
	char reason[REASON_OCTETS];	/* "": there is none */
};

static void
pass(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct filtered *f = ctx;

	(void)tag;
	if (reply->view == NULL || filter_matches(&f->filter, reply->view))
		f->reply(f->reply_ctx, f->tag, reply);
}

static void
note_failure(struct filtered *f, int error, const char *reason)
{
	if (f->error == 0) {
		f->error = error;
		reason_copy(f->reason, reason);
	}
}

/*
 * SAs that wait for their SPI and policies of sockets have no name, and a
 * flush of all leaves the latter as well.
 */
static bool
has_name(const struct view *record)
{
	const struct wire_policy *policy = record->ext[EXT_POLICY];
	const struct wire_sa *sa = record->ext[EXT_SA];

	return policy != NULL ? record->ext[EXT_ADDRESS_SRC] != NULL &&
	    policy->dir < IPSEC_DIR_SOCKET_IN : sa != NULL &&
	    (sa->spi != 0 || is_mobile(record->msg->satype)) &&
	    sa->state != SADB_SASTATE_DEAD;
}

static void
collect(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct filtered *f = ctx;
	struct planned none = { .type = 0 };
	struct msgbuf m;

	(void)tag;
	if (reply->view == NULL) {
		f->changed = reply->error == EAGAIN;
		/* An empty table is no failure. */
		if (reply->error != 0 && reply->error != ENOENT && !f->changed)
			note_failure(f, reply->error, reply->reason);
		return;
	}
	if (!has_name(reply->view) ||
	    !filter_matches(&f->filter, reply->view))
		return;
	deletion_encode(&m, reply->view);
	if (plan_add(&f->deletions, &none, m.space, m.len) != 0)
		note_failure(f, ENOMEM, NULL);
}

static void
take_deletion(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct filtered *f = ctx;

	(void)tag;
	if (reply->view != NULL)
		return;
	/* One that went by itself meanwhile is gone all the same. */
	if (reply->error == 0)
		f->ch->removed++;
	else if (reply->error != ESRCH && reply->error != ENOENT)
		note_failure(f, reply->error, reply->reason);
}

static int
send_deletion(void *ctx, uint32_t number, const void *msg, size_t len)
{
	struct channel *ch = ctx;
	struct view view;

	(void)len;
	if (signals_stop())
		return EINTR;
	view_built(&view, ch->dialect, msg);
	return ch->ops->submit(ch, &view, number);
}

/* Deletes what one dump finds.  An errno value if the channel broke. */
static int
delete_found(struct filtered *f)
{
	struct channel *ch = f->ch;
	bool policies = f->filter.policies;
	struct view view;
	struct msgbuf m;
	int error, rest;

	msg_begin(&m, ch->dialect, policies ? SADB_X_SPDDUMP : SADB_DUMP,
	    f->filter.satype);
	filter_encode(&m, &f->filter);
	msg_end(&m);
	view_built(&view, ch->dialect, m.space);
	ch->reply = collect;
	error = ch->ops->submit(ch, &view, 0);
	if (error != 0 || f->error != 0)
		return error;
	ch->reply = take_deletion;
	error = plan_run(&f->deletions, send_deletion, ch);
	rest = ch->ops->finish(ch);
	plan_free(&f->deletions);
	return error != 0 ? error : rest;
}

#define TRIES	3

static int
flush(struct filtered *f)
{
	struct reply end = { 0, NULL, NULL };
	unsigned tries = 0;
	int error;

	f->ch->removed = 0;
	do
		error = delete_found(f);
	while (error == 0 && f->error == 0 && f->changed && ++tries < TRIES);
	plan_free(&f->deletions);
	if (error != 0 && f->error == 0)
		return error;
	if (f->changed)
		note_failure(f, EAGAIN, "the database changed meanwhile: there "
		    "may be more to delete");
	end.error = f->error;
	end.reason = f->reason[0] != '\0' ? f->reason : NULL;
	f->reply(f->reply_ctx, f->tag, &end);
	return error;
}

int
channel_submit(struct channel *ch, struct view *view, uint32_t tag)
{
	uint8_t type = view->msg->type;
	struct filtered f;
	int error;

	if (view->ext[EXT_X_SELECTION] == NULL)
		return ch->ops->submit(ch, view, tag);
	f = (struct filtered){ .ch = ch, .tag = tag, .reply = ch->reply,
	    .reply_ctx = ch->reply_ctx };
	filter_decode(view, &f.filter);
	/* What was asked for before is answered to who asked for it. */
	error = ch->ops->finish(ch);
	if (error != 0)
		return error;
	ch->reply = pass;
	ch->reply_ctx = &f;
	error = type == SADB_FLUSH || type == SADB_X_SPDFLUSH ? flush(&f) :
	    ch->ops->submit(ch, view, tag);
	ch->reply = f.reply;
	ch->reply_ctx = f.reply_ctx;
	return error;
}
