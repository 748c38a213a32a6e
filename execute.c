/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending what a configuration planned, and what comes of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "existing.h"
#include "ipsec_strerror.h"
#include "options.h"
#include "platform.h"
#include "script.h"
#include "signals.h"

/* ---- replies ---- */

static void
keep_command(void *ctx, struct command *cmd)
{
	command_copy(ctx, cmd);
}

bool
script_command_at(struct script *sc, struct loc loc, struct command *cmd)
{
	struct diag silent;
	struct parser p = {
		.source = &sc->source, .diag = &silent,
		.dialect = sc->session.dialect,
		.sink = keep_command, .sink_ctx = cmd,
	};
	int stream = sc->source.fd;

	diag_init(&silent, &sc->source, NULL);
	cmd->op = OP_NONE;
	/* What is there is enough. */
	sc->source.fd = -1;
	parser_run(&p, loc);
	sc->source.fd = stream;
	return cmd->op != OP_NONE;
}

/* Tells errors of the channel itself from those that the kernel answers. */
static bool
is_channels_own(int error)
{
	return error == EOPNOTSUPP || error == ETIMEDOUT || error == ENOBUFS ||
	    error == EIO || error == EBADMSG || error == EAGAIN ||
	    error == EMSGSIZE;
}

/* Tells errors after which the request may have been carried out. */
static bool
may_be_done(int error)
{
	return error == ETIMEDOUT || error == ENOBUFS || error == EIO ||
	    error == EBADMSG;
}

void
script_refused(struct script *sc, const struct planned *request,
    const struct reply *reply)
{
	struct command cmd;
	bool known = script_command_at(sc, request->loc, &cmd);
	struct refusal r = ipsec_refusal(sc->session.dialect,
	    known ? &cmd : NULL, request->type, reply->error, reply->reason);
	struct loc at = known ? r.at : request->loc;
	/* The in policy itself may well be there now. */
	char modules[MODULES_TEXT];
	const char *of = request->twin ? "its fwd policy: " : "";

	text_flush(&sc->session.text);
	sc->session.failed = true;
	if (reply->reason == NULL)
		diag(&sc->diag, DIAG_ERROR, at, "%s%s", of, r.text);
	else if (is_channels_own(reply->error))
		diag(&sc->diag, DIAG_ERROR, at, "%s%s", of, reply->reason);
	else
		diag(&sc->diag, DIAG_ERROR, at, "%s%s (the kernel says: %s)",
		    of, r.text, reply->reason);
	if (r.hint != NULL)
		diag_hint(&sc->diag, "%s", r.hint);
	else if (known && sc->session.dialect->has_xfrm &&
	    ipsec_modules(&r, &cmd, reply->error, modules) != NULL)
		diag_hint(&sc->diag, "load its modules: modprobe -a %s",
		    modules);
	if (reply->error == EEXIST && sc->nexisting < EXISTING_NOTES)
		sc->existing[sc->nexisting++] = *request;
	wipe(&cmd, sizeof(cmd));
}

/* What stands in the way of commands whose entry "exists already". */
static void
note_existing(struct script *sc)
{
	struct command cmd;
	unsigned i;

	for (i = 0; i < sc->nexisting; i++)
		if (script_command_at(sc, sc->existing[i].loc, &cmd)) {
			if (sc->existing[i].twin)
				cmd.policy.dir = IPSEC_DIR_FWD;
			existing_note(&sc->session, &sc->parser, &cmd);
			wipe(&cmd, sizeof(cmd));
		}
}

/*
 * A refusal that is no error, or none yet: a fwd policy stands in the way, or
 * the twin of an in policy that was deleted is not there.
 */
static bool
is_twins_affair(const struct planned *request, int error)
{
	if (request->type == SADB_X_SPDADD)
		return error == EEXIST && (request->twin || request->fwd);
	return request->type == SADB_X_SPDDELETE && request->twin &&
	    (error == ENOENT || error == ESRCH);
}

static void
note_newer(struct script *sc, const struct planned *request)
{
	unsigned i;

	for (i = 0; request->newer >> i != 0; i++)
		if ((request->newer >> i & 1) != 0 && sc->newer[i].end == 0)
			sc->newer[i] = request->loc;
}

static void
report_newer(struct script *sc, const struct command *cmd, unsigned i)
{
	uint32_t given = cmd->sa.settings.given;
	const struct option *option =
	    option_of_setting((enum ext)(EXT_X_SETTING + i));

	/* The place is known of one setting only. */
	diag(&sc->diag, DIAG_ERROR, cmd->at[(given & (given - 1)) == 0 ?
	    F_SETTING : F_VERB], "this kernel has made the SA without %s: "
	    "Linux can have it since version %s", option->name,
	    settings[i].since);
	sc->session.failed = true;
}

/*
 * Reports the settings that the kernel dropped from an SA: none of the SAs that
 * were made with them has any.
 */
static void
check_newer(struct script *sc)
{
	struct command cmd;
	uint32_t lacks;
	unsigned i;

	for (i = 0; i < SETTINGS; i++) {
		if (sc->newer[i].end == 0 ||
		    !script_command_at(sc, sc->newer[i], &cmd))
			continue;
		lacks = existing_lacks(&sc->session, &sc->parser, &cmd);
		if ((lacks >> i & 1) != 0)
			report_newer(sc, &cmd, i);
	}
}

static void
script_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct script *sc = ctx;
	const struct planned *request = &sc->plan.requests[tag];
	bool dump = request->type == SADB_DUMP ||
	    request->type == SADB_X_SPDDUMP;
	/* A twin is refused for what its policy was refused for. */
	bool follows_refused = request->twin && sc->refused == tag;

	/* getspi gets the SPI that it named. */
	if (reply->view != NULL && request->type == SADB_GETSPI)
		return;
	if (reply->view != NULL) {
		sc->records += session_print_record(&sc->session, reply->view);
		return;
	}
	if (twins_concern(request))
		twins_answered(&sc->twins, request, tag, reply->error,
		    follows_refused && sc->not_done);
	if (dump && (reply->error == 0 || reply->error == ENOENT)) {
		if (sc->records == 0)
			session_print_empty(&sc->session,
			    request->type == SADB_X_SPDDUMP);
	} else if (reply->error != 0 && !follows_refused &&
	    !is_twins_affair(request, reply->error)) {
		script_refused(sc, request, reply);
		sc->refused = tag + 1;
		sc->not_done = !may_be_done(reply->error);
	}
	if (reply->error == 0) {
		note_newer(sc, request);
		sc->done = tag + 1;
	}
	if (reply->error == 0 && reply->reason != NULL) {
		/* What holds for a policy mostly holds for its twin. */
		if (!request->twin || sc->warned != tag)
			diag(&sc->diag, DIAG_WARNING, request->loc, "%s%s",
			    request->twin ? "its fwd policy: " : "",
			    reply->reason);
		sc->warned = tag + 1;
	}
	if (request->filtered) {
		session_print_removed(&sc->session, request->type);
		sc->session.channel->removed = 0;
	}
	sc->records = 0;
	sc->answered = tag + 1;
}

/* ---- executing ---- */

/*
 * How many commands were not carried out, or not in full, and the first request
 * of these.  An in policy and its fwd twin are one command.
 */
static unsigned
count_left(const struct script *sc, uint32_t *first)
{
	const struct planned *r, *counted = NULL;
	unsigned commands = 0;
	uint32_t i;

	for (i = sc->answered; i < sc->plan.count; i++) {
		r = &sc->plan.requests[i];
		if (r->dropped || (counted != NULL &&
		    r->loc.begin == counted->loc.begin))
			continue;
		/* What was said of an in policy is about its twin, too. */
		if (r->twin && i == sc->answered && sc->done != i)
			continue;
		if (commands++ == 0)
			*first = i;
		counted = r;
	}
	return commands;
}

/* The way to the kernel broke, or we stopped: what was not carried out. */
static void
report_break(struct script *sc, int error)
{
	const struct planned *requests = sc->plan.requests;
	uint32_t from, first = 0;
	unsigned commands = count_left(sc, &first), line, column;
	bool several = sc->source.nfiles > 1, one = commands == 1, in_part;

	/* The last command's answer did not come: that was said there. */
	if (commands == 0 && error == ETIMEDOUT && sc->session.failed)
		return;
	if (commands == 0) {
		session_error(&sc->session, "%s", strerror(error));
		return;
	}
	from = requests[first].loc.begin;
	in_part = requests[first].filtered ?
	    sc->session.channel->removed != 0 : sc->done != 0 &&
	    requests[sc->done - 1].loc.begin == from;
	source_position(&sc->source, from, &line, &column);
	session_error(&sc->session, "%s: %u command%s from line %u%s%s on %s "
	    "not carried out%s", error == EINTR ? "a signal came" :
	    error == ETIMEDOUT ? "the kernel does not answer" :
	    strerror(error), commands, one ? "" : "s", line,
	    several ? " of " : "",
	    several ? source_file_at(&sc->source, from)->name : "",
	    one ? "was" : "were", !in_part ? "" :
	    one ? ", but for a part of it" : ", but for a part of the first");
}

static int
send_as_is(void *ctx, uint32_t number, const void *msg, size_t len)
{
	struct channel *ch = ctx;
	struct view view;

	if (len == 0)
		return EMSGSIZE;
	view_built(&view, ch->dialect, msg);
	return channel_submit(ch, &view, number);
}

static int
send_planned(void *ctx, uint32_t number, const void *msg, size_t len)
{
	struct script *sc = ctx;
	struct channel *ch = sc->session.channel;
	const struct planned *request = &sc->plan.requests[number];
	int error = 0;

	/* An in policy and its twin are one command. */
	if (!request->twin && signals_stop())
		return EINTR;
	if (twins_concern(request))
		error = twins_sent(&sc->twins, request, number, msg, len);
	if (error == ENOMEM) {
		/* What was sent before takes memory until it is answered. */
		error = ch->ops->finish(ch);
		if (error == 0)
			error = twins_sent(&sc->twins, request, number, msg,
			    len);
	}
	return error != 0 ? error : send_as_is(ch, number, msg, len);
}

static void
orphan_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct script *sc = ctx;

	/* Somebody else may have been faster. */
	if (reply->error == 0 || reply->error == ENOENT)
		return;
	sc->session.failed = true;
	diag(&sc->diag, DIAG_ERROR, sc->plan.requests[tag].loc,
	    "its fwd policy was added, and cannot be removed: %s",
	    reply->reason != NULL ? reply->reason : strerror(reply->error));
}

/*
 * Takes away the fwd twins of in policies that were refused.  An errno value
 * if the channel broke.
 */
static int
remove_orphans(struct script *sc)
{
	struct channel *ch = sc->session.channel;
	int error;

	if (sc->twins.orphans.first == NULL)
		return 0;
	ch->reply = orphan_reply;
	error = twins_orphaned(&sc->twins, send_as_is, ch);
	if (error == 0)
		error = ch->ops->finish(ch);
	ch->reply = script_reply;
	return error;
}

int
script_open(struct script *sc)
{
	if (sc->open_error == 0)
		sc->open_error = session_try(&sc->session, script_reply, sc);
	return sc->open_error;
}

/* Reports a fwd policy that stays refused after a look at what is there. */
static void
stays_refused(void *ctx, uint32_t number, int error)
{
	struct script *sc = ctx;
	struct reply reply = { .error = error };

	script_refused(sc, &sc->plan.requests[number], &reply);
}

/* Sends what is planned, and waits until all of it is answered. */
static int
run_plan(struct script *sc)
{
	struct channel *ch = sc->session.channel;
	bool broken;
	int error, rest;

	sc->session.style.now = time(NULL);
	/* What the kernel refuses is told in full, however much. */
	sc->diag.max_errors = 0;
	sc->session.silent = !sc->shows;
	session_drop_privileges(&sc->session);
	signals_ignore_readers();
	signals_hold();
	error = twins_reserve(&sc->twins);
	if (error == 0)
		error = plan_run(&sc->plan, send_planned, sc);
	/* Whatever stopped us, what is under way comes to its end. */
	rest = ch->ops->finish(ch);
	if (rest != 0)
		error = rest;
	broken = error != 0 && error != EINTR && error != ENOMEM;
	rest = broken ? 0 : remove_orphans(sc);
	if (rest != 0) {
		error = rest;
		broken = true;
	}
	twins_settle(&sc->twins, broken ? NULL : ch, stays_refused, sc);
	signals_release();
	if (error != 0)
		report_break(sc, error);
	if (!broken) {
		note_existing(sc);
		check_newer(sc);
	}
	return error == 0 ? 0 : -1;
}

int
script_execute(struct script *sc)
{
	int rc = 0;

	if (sc->plan.count != 0 && script_open(sc) != 0) {
		session_no_channel(&sc->session, sc->open_error);
		rc = -1;
	} else if (sc->plan.count != 0)
		rc = run_plan(sc);
	twins_done(&sc->twins);
	plan_free(&sc->plan);
	sc->refused = sc->warned = sc->answered = sc->done = 0;
	sc->nexisting = 0;
	memset(sc->newer, 0, sizeof(sc->newer));
	return rc;
}
