/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -S: from the difference (sync.c) to a kernel that has none.
 *
 * All is read before anything is sent, and what was read must be one moment's
 * truth.  Afterwards it is read once more: what is different then, the kernel
 * did not keep, or somebody else changed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "channel.h"
#include "command.h"
#include "list.h"
#include "script.h"
#include "signals.h"
#include "sync.h"
#include "table.h"

/* What a reply may need to know of its request. */
struct sent {
	enum sync_step step;
	uint32_t number;
	uint8_t type;
	bool second;			/* of two that are one change */
};

struct run {
	struct script *sc;
	struct session *s;		/* the script's */
	struct sync *sync;
	int read_error;			/* of the dump at hand */
	char read_reason[REASON_OCTETS];
	struct sent *sent;
	uint32_t nsent;
	enum sync_step step;		/* of the last request */
	unsigned nharmful;		/* changes that would do harm */
	bool failed;			/* one that others depend on */
	bool stopped;			/* for that nothing was removed */
	struct sync_counts found[SYNC_DBS], done[SYNC_DBS]; /* not refused */
	bool in_pair;			/* the next request belongs to it */
	bool trying;			/* to add what is there */
	bool hopeless;			/* that is refused */
	uint64_t digest;
};

/* ---- reading ---- */

static void
read_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct run *run = ctx;

	(void)tag;
	if (reply->view != NULL) {
		if (sync_have(run->sync, reply->view) ==
		    SYNC_NO_MEMORY)
			run->read_error = ENOMEM;
	} else if (reply->error != 0 && reply->error != ENOENT &&
	    run->read_error == 0) {
		run->read_error = reply->error;
		reason_copy(run->read_reason, reply->reason);
	}
}

/* A dump; an errno value. */
static int
read_one(struct run *run, uint8_t type)
{
	struct msgbuf m;
	int error;

	msg_begin(&m, run->s->dialect, type, 0);
	error = channel_ask(run->s->channel, &m, read_reply, run);
	return error != 0 ? error : run->read_error;
}

static int
read_both(struct run *run)
{
	int error, policies;

	run->read_error = 0;
	run->read_reason[0] = '\0';
	sync_begin(run->sync);
	error = read_one(run, SADB_DUMP);
	if (error == 0 || error == EAGAIN) {
		run->read_error = 0;
		policies = read_one(run, SADB_X_SPDDUMP);
		error = policies != 0 ? policies : error;
	}
	return error;
}

/* Makes a digest of what would be sent. */
static int
digest_request(void *ctx, const struct sync_request *r)
{
	struct run *run = ctx;

	run->digest = table_hash(run->digest, r->msg, (size_t)r->msg->len * 8);
	return 0;
}

#define READS	5

/*
 * Reads until it is one moment's truth for all that matters.  The NETLINK_XFRM
 * channel knows when nothing has changed at all; else two plans in a row must
 * be the same: where others never stand still, what they change is not ours.
 * Returns false if that cannot be had, reported.
 */
static bool
read_consistently(struct run *run)
{
	bool knows = strcmp(run->s->channel->ops->name, "pfkey") != 0;
	uint64_t before = 0;
	int i, error = EAGAIN;

	for (i = 0; i < READS; i++) {
		error = read_both(run);
		if (error == 0 && knows)
			return true;
		if (error != 0 && error != EAGAIN)
			break;
		run->digest = TABLE_HASH_START;
		if (sync_plan(run->sync, digest_request, run) != 0) {
			error = ENOMEM;
			break;
		}
		if (i > 0 && run->digest == before)
			return true;
		before = run->digest;
	}
	session_error(run->s, "%s: nothing was changed", error == 0 ||
	    error == EAGAIN ? "others change the databases faster than they "
	    "can be read" : run->read_reason[0] != '\0' ? run->read_reason :
	    strerror(error));
	return false;
}

/* ---- sending ---- */

static bool
is_delete(uint8_t type)
{
	return type == SADB_DELETE || type == SADB_X_SPDDELETE;
}

/*
 * Whether an answer is as good as success.  What another did meanwhile is done:
 * the second look sees whether it is what was wanted.
 */
static bool
is_harmless(uint8_t type, int error)
{
	return error == 0 || (is_delete(type) ?
	    error == ESRCH || error == ENOENT : error == EEXIST);
}

static void
count_done(struct run *run, const struct sent *sent)
{
	struct sync_counts *done = &run->done[sent->type < SADB_X_SPDUPDATE ?
	    SYNC_SAD : SYNC_SPD];

	if (sent->type == SADB_ADD || sent->type == SADB_X_SPDADD)
		++*(sent->second ? &done->replaced : &done->added);
	else if (!is_delete(sent->type))
		done->updated++;
	else if (sent->number == SYNC_NONE)
		done->removed++;
}

/* An entry that was refused, at the word of its command that it is about. */
static void
report_refusal(struct script *sc, const struct sent *sent,
    const struct reply *reply)
{
	struct planned request = sc->plan.requests[sent->number];

	request.type = sent->type;
	script_refused(sc, &request, reply);
}

static void
sent_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct run *run = ctx;
	const struct sent *sent = &run->sent[tag];

	if (reply->view != NULL)
		return;
	if (is_harmless(sent->type, reply->error)) {
		if (!run->trying)
			count_done(run, sent);
		return;
	}
	run->hopeless = run->trying;
	if (sent->step <= SYNC_PROTECT)
		run->failed = true;
	if (sent->number != SYNC_NONE)
		report_refusal(run->sc, sent, reply);
	else
		session_error(run->s, "an entry that is not in the file "
		    "cannot be removed: %s", reply->reason != NULL ?
		    reply->reason : strerror(reply->error));
	run->s->failed = true;
}

static bool
remember(struct run *run, const struct sync_request *r, bool second)
{
	if (!list_room(&run->sent, run->nsent, sizeof(*run->sent)))
		return false;
	run->sent[run->nsent++] = (struct sent){ r->step, r->number,
	    r->msg->type, second };
	return true;
}

static int
submit(struct run *run, const struct sync_request *r, bool second)
{
	struct channel *ch = run->s->channel;
	struct view view;

	if (!remember(run, r, second))
		return ENOMEM;
	view_built(&view, ch->dialect, r->msg);
	return ch->ops->submit(ch, &view, run->nsent - 1);
}

/*
 * Asks whether an SA would be taken, before another is deleted to make room for
 * it.  A kernel that looks at it first says so although the name is not free.
 */
static int
try_next(struct run *run, const struct sync_request *r)
{
	struct channel *ch = run->s->channel;
	struct sync_request next = *r;
	int error;

	run->hopeless = false;
	if (!ch->dialect->refuses_before_exists)
		return 0;
	next.msg = r->next;
	run->trying = true;
	error = submit(run, &next, true);
	if (error == 0)
		error = ch->ops->finish(ch);
	run->trying = false;
	run->nsent--;
	return error;
}

#define STOPPED	(-2)

/*
 * Sends a request.  A step begins when the one before is done; where what is
 * new could not be put in, what is old stays.  The two requests of one change
 * begin a batch, so that nothing comes between them.
 */
static int
send_one(void *ctx, const struct sync_request *r)
{
	struct run *run = ctx;
	struct channel *ch = run->s->channel;
	bool second = run->in_pair;
	int error = 0;

	if (!second && signals_stop())
		return EINTR;
	run->in_pair = r->with_next;
	if (r->step != run->step || r->with_next)
		error = ch->ops->finish(ch);
	if (run->failed && r->step > SYNC_PROTECT && error == 0) {
		run->stopped = true;
		return STOPPED;
	}
	run->step = r->step;
	if (error == 0 && r->with_next)
		error = try_next(run, r);
	if (error != 0 || ((r->with_next || second) && run->hopeless))
		return error;
	return submit(run, r, second);
}

static void
send_all(struct run *run)
{
	struct channel *ch = run->s->channel;
	int error, rest;

	signals_hold();
	error = sync_plan(run->sync, send_one, run);
	rest = ch->ops->finish(ch);
	signals_release();
	if (error == 0 || error == STOPPED)
		error = rest;
	else if (error == -1)
		error = ENOMEM;
	if (error != 0)
		session_error(run->s, "%s: after %u requests the rest was not "
		    "carried out", error == EINTR ? "a signal came" :
		    strerror(error), (unsigned)run->nsent);
	if (run->stopped)
		session_error(run->s, "nothing was removed, because not all "
		    "that is new could be put in");
}

/* A plan that is only looked at. */
static void
plan(struct run *run, int (*each)(void *, const struct sync_request *))
{
	if (sync_plan(run->sync, each, run) != 0)
		session_error(run->s, "%s", strerror(ENOMEM));
}

/* An entry cannot be, or was not, made what it is to be. */
static void
report_entry(struct script *sc, uint32_t number, const char *why)
{
	text_flush(&sc->session.text);
	diag(&sc->diag, DIAG_ERROR, sc->plan.requests[number].loc, "%s", why);
}

/* ---- the second look ---- */

static int
report_left(void *ctx, const struct sync_request *r)
{
	struct run *run = ctx;
	char text[200];

	run->s->failed = true;
	if (r->why != NULL)
		snprintf(text, sizeof(text), "the kernel has made this "
		    "otherwise, perhaps because it is too old: %s", r->why);
	if (r->number == SYNC_NONE)
		session_error(run->s, "an entry that is not in the file is "
		    "there all the same");
	else if (!r->with_next)
		report_entry(run->sc, r->number, r->why != NULL ? text :
		    "this is not there now");
	return 0;
}

static void
look_again(struct run *run)
{
	if (read_consistently(run))
		plan(run, report_left);
}

/* ---- what is said ---- */

static void
print_counts(const struct run *run)
{
	static const char *const names[] = { "SAs", "policies" };
	const struct sync_counts *c, *did;
	int i;

	for (i = 0; i < SYNC_DBS; i++) {
		c = &run->found[i];
		did = run->s->opt->check_only ? c : &run->done[i];
		fprintf(stderr, "setkey: %s: %u added, %u updated, "
		    "%u replaced, %u removed, %u kept, %u not ours\n",
		    names[i], did->added, did->updated, did->replaced,
		    did->removed, c->kept, c->foreign);
		if (c->unsaid != 0)
			fprintf(stderr, "setkey: of those that are not ours %u "
			    "cannot be said in commands: -o script -D%s names "
			    "them\n", c->unsaid, i == SYNC_SPD ? "P" : "");
		if (c->unknown != 0)
			fprintf(stderr, "setkey: of %u that are kept the "
			    "kernel does not tell the keys\n", c->unknown);
	}
}

/* A request as a command; of twins each is one of its own. */
static int
print_one(void *ctx, const struct sync_request *r)
{
	struct run *run = ctx;
	struct session *s = run->s;
	struct view view;

	if (r->why != NULL && (r->with_next || r->msg->type != SADB_ADD)) {
		text_str(&s->text, r->with_next ? "# replace: " :
		    "# change: ");
		text_str(&s->text, r->why);
		text_char(&s->text, '\n');
	}
	view_built(&view, s->dialect, r->msg);
	session_print_command(s, &view, command_sending(r->msg->type)->name,
	    SCRIPT_ALONE, &s->style);
	return 0;
}

/* ---- what no policy is for ---- */

static uint8_t
change(uint8_t wanted, uint8_t now)
{
	return wanted == now ? DEFAULT_KEEP : wanted;
}

static void
defaults_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	(void)tag;
	if (reply->error != 0)
		session_error(ctx, "what is said of the SPD as a whole cannot "
		    "be set: %s", strerror(reply->error));
}

static void
send_defaults(struct session *s, uint8_t type, const char *verb,
    const struct defaults *wanted)
{
	struct msgbuf m;

	if (s->opt->check_only) {
		print_defaults_command(&s->text, verb, wanted);
		return;
	}
	msg_begin(&m, s->dialect, type, 0);
	defaults_encode(&m, wanted);
	if (channel_ask(s->channel, &m, defaults_reply, s) != 0)
		session_error(s, "%s was not done", verb);
}

/* Last of all, when all policies are there. */
static void
set_defaults(struct session *s, struct defaults wanted)
{
	struct threshold *t = wanted.hash;
	struct defaults now;
	unsigned i;

	if ((wanted.in | wanted.out | wanted.fwd) == DEFAULT_KEEP &&
	    !t[0].given && !t[1].given)
		return;
	session_ask_defaults(s, &now);
	wanted.in = change(wanted.in, now.in);
	wanted.out = change(wanted.out, now.out);
	wanted.fwd = change(wanted.fwd, now.fwd);
	for (i = 0; i < 2; i++)
		if (t[i].local == now.hash[i].local &&
		    t[i].remote == now.hash[i].remote)
			t[i].given = false;
	if (t[0].given || t[1].given)
		send_defaults(s, SADB_X_SPDHASH, "spdhash",
		    &(struct defaults){ .hash = { t[0], t[1] } });
	t[0].given = t[1].given = false;
	if ((wanted.in | wanted.out | wanted.fwd) != DEFAULT_KEEP)
		send_defaults(s, SADB_X_SPDDEFAULT, "spddefault", &wanted);
}

static void
report_harm(void *ctx, uint32_t number, const char *why)
{
	struct run *run = ctx;
	char text[200];

	snprintf(text, sizeof(text), "this needs a new SA (%s), which with "
	    "the old key would use its sequence numbers again", why);
	report_entry(run->sc, number, text);
	run->nharmful++;
}

void
script_reload(struct script *sc, struct sync *sync, struct defaults wanted)
{
	struct session *s = &sc->session;
	struct run run = { .sc = sc, .s = s, .sync = sync };
	int i;

	signals_ignore_readers();
	if (session_open(s, sent_reply, &run) != 0)
		return;
	/* It may have been opened before, to know what it can carry. */
	s->channel->reply = sent_reply;
	s->channel->reply_ctx = &run;
	s->style.now = time(NULL);
	if (!read_consistently(&run))
		return;
	sync_refused(sync, report_harm, &run);
	if (run.nharmful != 0) {
		s->failed = true;
		session_error(s, "nothing was changed");
	} else if (s->opt->check_only)
		plan(&run, print_one);
	else
		send_all(&run);
	for (i = 0; i < SYNC_DBS; i++)
		run.found[i] = *sync_counts(sync, (enum sync_db)i);
	if (run.nsent != 0 && !s->failed)
		look_again(&run);
	if (!s->failed)
		set_defaults(s, wanted);
	/* When something went wrong it matters what was done. */
	if (run.nharmful == 0 && (s->opt->verbose != 0 ||
	    (s->failed && run.nsent != 0)))
		print_counts(&run);
	free(run.sent);
}
