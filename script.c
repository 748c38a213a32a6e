/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a configuration.  A file (-f, -e) is parsed and checked whole, and
 * nothing is sent if anything is wrong with it; a stream (-c) takes effect
 * command by command.
 */
#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "diag.h"
#include "existing.h"
#include "expand.h"
#include "ipsec_strerror.h"
#include "parser.h"
#include "fields.h"
#include "pfkey_limits.h"
#include "plan.h"
#include "platform.h"
#include "reload.h"
#include "run.h"
#include "signals.h"
#include "twins.h"

#define MAX_ERRORS	20	/* shown of one file */

#define EXISTING_NOTES	10	/* what is in the way is told of so many */

struct script {
	struct session session;
	struct source source;
	struct diag diag;
	struct parser parser;
	struct plan plan;
	struct seen seen;		/* entries that a file makes */
	struct needs needs;		/* and those that it requires */
	bool adds;			/* -S: the text makes entries */
	bool keys;			/* the text has some */
	bool streaming;			/* commands take effect as they come */
	bool terminal;			/* a person types */
	unsigned records;		/* printed for the request at hand */
	uint32_t answered;		/* requests of the plan */
	uint32_t refused;		/* the last request that was, plus 1 */
	uint32_t warned;		/* the last one with a warning, plus 1 */
	bool surely;			/* and nothing came of it */
	int open_error;			/* errno: there is no channel */
	struct twins twins;
	struct planned existing[EXISTING_NOTES]; /* refused as duplicates */
	unsigned nexisting;
};

/* ---- the fwd twin ---- */

/*
 * Linux keeps policies for packets that are forwarded apart from "in"; to the
 * language "in" covers both, so an in policy is followed by the same one for
 * fwd.
 */
static bool
has_twin(const struct script *sc, const struct command *cmd)
{
	return sc->session.dialect->has_fwd &&
	    !sc->session.opt->kernel_semantics && !cmd->no_twin &&
	    cmd->policy.dir == IPSEC_DIR_INBOUND &&
	    (cmd->op == OP_SPDADD || cmd->op == OP_SPDUPDATE ||
	    cmd->op == OP_SPDDELETE);
}

static int
plan_message(struct script *sc, const struct command *cmd, bool twin,
    const struct msgbuf *m)
{
	const struct wire_msg *msg = (const void *)m->space;
	struct planned request = { cmd->loc, msg->type, twin };

	if (plan_add(&sc->plan, &request, m->space, m->len) == 0)
		return 0;
	session_error(&sc->session, "out of memory");
	return -1;
}

static int
plan_twin(struct script *sc, const struct command *cmd,
    const struct msgbuf *of)
{
	const struct wire_msg *msg = (const void *)of->space;
	struct policy twin;
	struct msgbuf m;

	policy_twin(&cmd->policy, &twin);
	msg_begin(&m, of->dialect, msg->type, msg->satype);
	policy_encode(&m, &twin);
	return msg_end(&m) == 0 ? -1 : plan_message(sc, cmd, true, &m);
}

/* ---- replies ---- */

static void
keep_command(void *ctx, struct command *cmd)
{
	struct command *kept = ctx;

	*kept = *cmd;
	/* What leads into the parser ends with it. */
	kept->sa.enc_key.data = kept->sa.auth_key.data = NULL;
	kept->sa.hwif = kept->policy.hwif = NULL;
	kept->sa.label = kept->policy.label = (struct label){ .len = 0 };
}

/*
 * The command at a place of the text, parsed once more to know where its parts
 * are: that is cheaper than to keep them for every command that succeeds.
 * False if it cannot be had.  Keys, labels and devices are not in it.
 */
static bool
command_at(struct script *sc, struct loc loc, struct command *cmd)
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

/* Errors of the way to the kernel, whose reasons are not the kernel's. */
static bool
is_channels_own(int error)
{
	return error == EOPNOTSUPP || error == ETIMEDOUT || error == ENOBUFS ||
	    error == EIO || error == EBADMSG || error == EAGAIN ||
	    error == EMSGSIZE;
}

/* Errors that tell of an answer that is missing, or that makes no sense. */
static bool
may_be_done(int error)
{
	return error == ETIMEDOUT || error == ENOBUFS || error == EIO ||
	    error == EBADMSG;
}

static void
report_refusal(struct script *sc, const struct planned *request,
    const struct reply *reply)
{
	struct command cmd;
	bool known = command_at(sc, request->loc, &cmd);
	struct refusal r = ipsec_refusal(sc->session.dialect,
	    known ? &cmd : NULL, request->type, reply->error);
	struct loc at = known ? r.at : request->loc;
	/* The in policy itself may well be there now. */
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
		if (command_at(sc, sc->existing[i].loc, &cmd)) {
			if (sc->existing[i].twin)
				cmd.policy.dir = IPSEC_DIR_FWD;
			existing_note(&sc->session, &sc->parser, &cmd);
			wipe(&cmd, sizeof(cmd));
		}
	sc->nexisting = 0;
}

static void
script_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct script *sc = ctx;
	const struct planned *request = &sc->plan.requests[tag];
	bool dump = request->type == SADB_DUMP ||
	    request->type == SADB_X_SPDDUMP;

	if (reply->view != NULL) {
		sc->records += session_print_record(&sc->session, reply->view);
		return;
	}
	if (twins_concern(request))
		twins_answered(&sc->twins, request, tag, reply->error == 0,
		    sc->refused == tag && sc->surely);
	if (dump && (reply->error == 0 || reply->error == ENOENT)) {
		if (sc->records == 0)
			session_print_empty(&sc->session,
			    request->type == SADB_X_SPDDUMP);
	} else if (reply->error != 0 &&
	    !(request->twin && sc->refused == tag)) {
		/* A twin is refused for what its policy was refused for. */
		report_refusal(sc, request, reply);
		sc->refused = tag + 1;
		sc->surely = !may_be_done(reply->error);
	}
	if (reply->error == 0 && reply->reason != NULL) {
		/* What holds for a policy mostly holds for its twin. */
		if (!request->twin || sc->warned != tag)
			diag(&sc->diag, DIAG_WARNING, request->loc, "%s%s",
			    request->twin ? "its fwd policy: " : "",
			    reply->reason);
		sc->warned = tag + 1;
	}
	sc->records = 0;
	sc->answered = tag + 1;
}

/* ---- executing ---- */

/*
 * The way to the kernel broke: what comes after the last answer was not done.
 * An in policy and its fwd twin are one command.
 */
static void
report_break(struct script *sc, int error)
{
	const struct planned *requests = sc->plan.requests;
	uint32_t i, commands = 0;
	unsigned line, column;
	char from[32];

	for (i = sc->answered; i < sc->plan.count; i++)
		if (i == sc->answered || requests[i].loc.begin !=
		    requests[i - 1].loc.begin)
			commands++;
	if (commands == 0) {
		session_error(&sc->session, "%s", strerror(error));
		return;
	}
	source_position(&sc->source, requests[sc->answered].loc.begin, &line,
	    &column);
	snprintf(from, sizeof(from), " from line %u on", line);
	session_error(&sc->session, "%s: %u command%s%s %s not carried out",
	    error == EINTR ? "a signal came" : strerror(error),
	    (unsigned)commands, commands == 1 ? "" : "s",
	    from, commands == 1 ? "was" : "were");
}

static int
send_as_is(void *ctx, uint32_t number, const void *msg, size_t len)
{
	struct channel *ch = ctx;
	struct view view;

	if (len == 0)
		return EMSGSIZE;
	view_built(&view, ch->dialect, msg);
	return ch->ops->submit(ch, &view, number);
}

static int
send_planned(void *ctx, uint32_t number, const void *msg, size_t len)
{
	struct script *sc = ctx;
	const struct planned *request = &sc->plan.requests[number];
	int error = 0;

	/* An in policy and its twin are one command. */
	if (!request->twin && signals_stop())
		return EINTR;
	if (twins_concern(request))
		error = twins_sent(&sc->twins, request, number, msg, len);
	return error != 0 ? error :
	    send_as_is(sc->session.channel, number, msg, len);
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

/* Opens the channel, if that was not tried before.  Returns 0 or -1. */
static int
open_channel(struct script *sc)
{
	if (sc->open_error == 0)
		sc->open_error = session_try(&sc->session, script_reply, sc);
	if (sc->open_error == 0)
		return 0;
	session_no_channel(&sc->session, sc->open_error);
	return -1;
}

/* Sends what is planned, and waits until all of it is answered. */
static int
run_plan(struct script *sc)
{
	struct channel *ch = sc->session.channel;
	bool stopped;
	int error;

	sc->session.style.now = time(NULL);
	/* What the kernel refuses is told in full, however much. */
	sc->diag.max_errors = 0;
	session_drop_privileges(&sc->session);
	signals_ignore_readers();
	signals_hold();
	error = plan_run(&sc->plan, send_planned, sc);
	stopped = error == EINTR;
	if (error == 0 || stopped)
		error = ch->ops->finish(ch);
	if (error == 0)
		error = remove_orphans(sc);
	signals_release();
	if (error == 0 && stopped)
		error = EINTR;
	if (error != 0)
		report_break(sc, error);
	else
		note_existing(sc);
	return error == 0 ? 0 : -1;
}

/* Carries out what is planned, if it can; then the plan is empty. */
static int
execute(struct script *sc)
{
	int rc = 0;

	if (sc->plan.count != 0)
		rc = open_channel(sc) != 0 ? -1 : run_plan(sc);
	twins_free(&sc->twins);
	plan_free(&sc->plan);
	sc->refused = sc->warned = sc->answered = 0;
	sc->open_error = 0;
	return rc;
}

/* ---- -S: what the file says, and nothing else ---- */

static bool
is_sync(const struct script *sc)
{
	return sc->session.opt->mode == MODE_SYNC;
}

/*
 * Only what is to be there can be said.  That a table is emptied first is what
 * -S comes to anyway, and stands at the head of many a file.
 */
static bool
sync_takes(struct script *sc, const struct command *cmd)
{
	bool flush = cmd->op == OP_FLUSH || cmd->op == OP_SPDFLUSH;

	if (cmd->op == OP_ADD || cmd->op == OP_SPDADD) {
		sc->adds = true;
		return true;
	}
	if (flush && cmd->sa.satype == SADB_SATYPE_UNSPEC && !sc->adds)
		return true;
	diag(&sc->diag, DIAG_ERROR, cmd->at[F_VERB], flush ? "with -S this can "
	    "only stand before all others, and without a protocol" :
	    "-S takes add and spdadd");
	sc->session.failed = true;
	return false;
}

static void
report_conflict(struct script *sc, const struct planned *request,
    const struct planned *earlier)
{
	unsigned line, column;

	source_position(&sc->source, earlier->loc.begin, &line, &column);
	diag(&sc->diag, DIAG_ERROR, request->loc, "line %u makes another %s "
	    "of this name: only one of them can be", line,
	    request->type == SADB_ADD ? "SA" : "policy");
	sc->session.failed = true;
}

/* What a file says, for a set. */
struct wanting {
	struct script *sc;
	struct sync *sync;
	bool mentioned[SYNC_DBS];
};

static int
want_planned(void *ctx, uint32_t number, const void *msg, size_t len)
{
	struct wanting *w = ctx;
	const struct planned *requests = w->sc->plan.requests;
	uint8_t type = requests[number].type;
	enum sync_db db = type == SADB_ADD || type == SADB_FLUSH ? SYNC_SAD :
	    SYNC_SPD;
	struct view view;
	uint32_t earlier;

	(void)len;
	w->mentioned[db] = true;
	if (type == SADB_FLUSH || type == SADB_X_SPDFLUSH)
		return 0;
	view_built(&view, w->sc->session.dialect, msg);
	switch (sync_want(w->sync, &view, number, &earlier)) {
	case SYNC_CONFLICT:
		report_conflict(w->sc, &requests[number], &requests[earlier]);
		return 0;
	case SYNC_NO_MEMORY:
		return ENOMEM;
	default:
		return 0;
	}
}

/* -O: what an earlier run made, and its twins. */
static int
own_message(void *ctx, const struct command *cmd, struct msgbuf *m)
{
	struct wanting *w = ctx;
	struct policy twin;
	struct view view;

	view_built(&view, m->dialect, m->space);
	if (sync_own(w->sync, &view) == SYNC_NO_MEMORY)
		return -1;
	if (!has_twin(w->sc, cmd))
		return 0;
	policy_twin(&cmd->policy, &twin);
	msg_begin(m, m->dialect, SADB_X_SPDADD, 0);
	policy_encode(m, &twin);
	msg_end(m);
	view_built(&view, m->dialect, m->space);
	return sync_own(w->sync, &view) == SYNC_NO_MEMORY ? -1 : 0;
}

struct owning {
	struct wanting *w;
	struct parser *parser;
};

static void
own_command(void *ctx, struct command *cmd)
{
	struct owning *owning = ctx;

	if (cmd->op == OP_ADD || cmd->op == OP_SPDADD)
		command_expand(owning->parser, cmd, own_message, owning->w);
}

/*
 * Names are all that is wanted of it: what cannot be read there, or is of
 * another time, does not stand in the way.  A file that is not there yet has
 * none.
 */
static bool
read_old(struct wanting *w)
{
	static struct parser parser;	/* large */
	struct session *s = &w->sc->session;
	struct owning owning = { w, &parser };
	struct source source;
	struct diag silent;

	sync_only_ours(w->sync);
	source_init(&source);
	if (source_add_file(&source, s->opt->old) != 0) {
		if (errno == ENOENT)
			return true;
		session_error(s, "%s: %s", s->opt->old, strerror(errno));
		return false;
	}
	diag_init(&silent, &source, NULL);
	parser.source = &source;
	parser.diag = &silent;
	parser.dialect = s->dialect;
	parser.names_only = true;
	parser.sink = own_command;
	parser.sink_ctx = &owning;
	parser_run(&parser, source.files[0].loc);
	wipe(&parser.cmd, sizeof(parser.cmd));
	source_close(&source);
	return true;
}

static void
sync_refusal(void *ctx, uint32_t number, uint8_t type,
    const struct reply *reply)
{
	struct script *sc = ctx;
	struct planned request = sc->plan.requests[number];

	request.type = type;
	report_refusal(sc, &request, reply);
}

static void
sync_cannot(void *ctx, uint32_t number, const char *why)
{
	struct script *sc = ctx;

	text_flush(&sc->session.text);
	diag(&sc->diag, DIAG_ERROR, sc->plan.requests[number].loc, "%s",
	    why != NULL ? why : "it is not there");
}

/* Whether all that was said is clear, and says something. */
static bool
gather(struct wanting *w)
{
	struct script *sc = w->sc;
	struct loc at = { 0, 0 };
	int i;

	if (plan_run(&sc->plan, want_planned, w) != 0) {
		session_error(&sc->session, "out of memory");
		return false;
	}
	if (sc->session.opt->old != NULL &&
	    strcmp(sc->session.opt->input, "/dev/null") == 0)
		return read_old(w);
	if (!w->mentioned[SYNC_SAD] && !w->mentioned[SYNC_SPD]) {
		diag(&sc->diag, DIAG_ERROR, at, "nothing is to be there: this "
		    "would remove everything");
		diag_hint(&sc->diag, "if that is wanted: flush; spdflush;");
		sc->session.failed = true;
	}
	if (sc->session.opt->old != NULL)
		return !sc->session.failed && read_old(w);
	for (i = 0; i < SYNC_DBS; i++)
		if (!w->mentioned[i])
			sync_leave(w->sync, (enum sync_db)i);
	return !sc->session.failed;
}

static void
synchronize(struct script *sc)
{
	struct wanting w = { .sc = sc,
	    .sync = sync_new(sc->session.dialect) };
	struct reload reload = { .session = &sc->session, .sync = w.sync,
	    .refused = sync_refusal, .cannot = sync_cannot, .ctx = sc };

	sc->diag.max_errors = 0;
	if (w.sync == NULL)
		session_error(&sc->session, "out of memory");
	else if (gather(&w))
		reload_run(&reload);
	sync_free(w.sync);
}

/* ---- commands from the parser ---- */

static void
warn_duplicate(struct script *sc, const struct command *cmd, uint8_t type)
{
	unsigned line, column;
	uint32_t earlier;

	if (!seen_before(&sc->seen, type, cmd, &earlier))
		return;
	source_position(&sc->source, earlier, &line, &column);
	diag(&sc->diag, DIAG_ADVICE, cmd->at[F_VERB], "line %u adds the same "
	    "%s already", line, type == SADB_ADD ? "SA" : "policy");
}

/* The verb that a message came from, for its canonical form. */
static const char *
verb_of(const struct view *view)
{
	switch (view->msg->type) {
	case SADB_ADD: return "add";
	case SADB_UPDATE: return "update";
	case SADB_GET: return "get";
	case SADB_DELETE:
		return view->ext[EXT_SA] != NULL ? "delete" : "deleteall";
	case SADB_FLUSH: return "flush";
	case SADB_DUMP: return "dump";
	case SADB_X_SPDADD: return "spdadd";
	case SADB_X_SPDUPDATE: return "spdupdate";
	case SADB_X_SPDDELETE: return "spddelete";
	case SADB_X_SPDFLUSH: return "spdflush";
	default: return "spddump";
	}
}

/* A command as -n -v shows it: what was understood, in one form for all. */
static void
print_command(struct text *t, const struct view *view, unsigned flags,
    const struct print_style *style)
{
	const char *verb = verb_of(view), *protocol;
	struct policy policy;
	struct sa sa;

	if (view->ext[EXT_POLICY] != NULL) {
		policy_decode(view, &policy);
		print_policy_command(t, view->dialect, verb, &policy, flags);
	} else if (view->ext[EXT_ADDRESS_DST] != NULL) {
		sa_decode(view, &sa);
		print_sa_command(t, view->dialect, verb, &sa, style);
	} else {
		protocol = view->msg->satype == SADB_SATYPE_UNSPEC ? NULL :
		    name_of(satype_names, view->msg->satype);
		text_str(t, verb);
		if (protocol != NULL) {
			text_char(t, ' ');
			text_str(t, protocol);
		}
		text_str(t, ";\n");
	}
}

static void
print_checked(struct script *sc, const struct command *cmd,
    const struct msgbuf *m)
{
	struct print_style style = sc->session.style;
	struct view view;
	bool kernel = cmd->policy.dir == IPSEC_DIR_INBOUND &&
	    (cmd->no_twin || sc->session.opt->kernel_semantics);

	if (sc->session.opt->verbose < 2)
		style.hide_keys = true;
	view_built(&view, m->dialect, m->space);
	print_command(&sc->session.text, &view, kernel ? SCRIPT_KERNEL : 0,
	    &style);
}

/*
 * Whether what is read now will not be carried out: with -n, and after a
 * mistake, since a program that writes to us may be out of step.  A person just
 * tries again.
 */
static bool
is_only_checked(const struct script *sc)
{
	return sc->session.opt->check_only ||
	    (sc->streaming && !sc->terminal && sc->parser.errors != 0);
}

/* ---- what the channel cannot carry ---- */

/*
 * The channel that requests will have, by name: so that what it cannot carry is
 * an error of the text, "auto" is opened before anything is sent.  What is only
 * checked does without, and "auto" says no more than that it may be
 * NETLINK_XFRM.
 */
static const char *
channel_ahead(struct script *sc)
{
	const char *name = sc->session.opt->channel;

	if (strcmp(name, "auto") != 0 || is_only_checked(sc))
		return name;
	if (sc->open_error == 0)
		sc->open_error = session_try(&sc->session, script_reply, sc);
	return sc->session.channel_name;
}

/* Whether the channel can carry a request; what it cannot is reported. */
static bool
check_limits(struct script *sc, const struct command *cmd,
    const struct msgbuf *m)
{
	bool chosen = strcmp(sc->session.opt->channel, "pfkey") == 0;
	struct pfkey_limit limit;
	struct view view;
	struct loc at;

	if (strcmp(channel_ahead(sc), "pfkey") != 0)
		return true;
	view_built(&view, m->dialect, m->space);
	if (!pfkey_cannot(&view, &limit))
		return true;
	at = limit.rule >= 0 ? cmd->rule_at[limit.rule] : cmd->at[limit.field];
	field_error(&sc->parser, at.end != 0 ? at : cmd->at[F_VERB],
	    "PF_KEY on Linux %s", limit.reason);
	diag_hint(&sc->diag, "%s", chosen ?
	    "NETLINK_XFRM can: without -T pfkey (and SETKEY_CHANNEL) it is "
	    "used, if there is one" :
	    "NETLINK_XFRM can: load its module, modprobe xfrm_user");
	return false;
}

static int
take_message(void *ctx, const struct command *cmd, struct msgbuf *m)
{
	struct script *sc = ctx;
	const struct wire_msg *msg = (const void *)m->space;
	int rc;

	if (!check_limits(sc, cmd, m))
		return -1;
	if (!sc->streaming)
		warn_duplicate(sc, cmd, msg->type);
	if (sc->session.opt->check_only && !is_sync(sc)) {
		if (sc->session.opt->verbose == 0)
			return 0;
		if (!sc->streaming)
			needs_note(&sc->needs, msg->type, cmd);
		print_checked(sc, cmd, m);
		return 0;
	}
	rc = plan_message(sc, cmd, false, m);
	if (rc == 0 && has_twin(sc, cmd))
		rc = plan_twin(sc, cmd, m);
	return rc;
}

static void
warn_need(void *ctx, struct loc loc)
{
	struct script *sc = ctx;

	diag(&sc->diag, DIAG_ADVICE, loc, "no SA of this file serves this "
	    "rule: a key daemon must make it");
}

static void
print_synopsis(struct text *t, const struct command_word *row)
{
	text_str(t, row->name);
	if (row->synopsis[0] != '\0') {
		text_char(t, ' ');
		text_str(t, row->synopsis);
	}
	text_str(t, " ;\n");
}

static void
print_help(struct script *sc, const struct command_word *topic)
{
	const struct command_word *row;

	for (row = command_words; row->name != NULL; row++)
		if (topic == NULL || row == topic)
			print_synopsis(&sc->session.text, row);
}

static void
take_command(void *ctx, struct command *cmd)
{
	struct script *sc = ctx;

	if (is_given(cmd, F_ENC_KEY) || is_given(cmd, F_AUTH_KEY))
		sc->keys = true;
	if (is_sync(sc) && !sync_takes(sc, cmd))
		return;
	if (cmd->op == OP_HELP) {
		if (!sc->session.opt->check_only || sc->terminal)
			print_help(sc, cmd->topic);
	} else
		command_expand(&sc->parser, cmd, take_message, sc);
	if (!sc->streaming)
		return;
	if (cmd->bad || is_only_checked(sc))
		plan_free(&sc->plan);
	else
		execute(sc);
	text_flush(&sc->session.text);
}

/* ---- the input ---- */

static void
prompt(void *ctx, bool in_statement)
{
	struct script *sc = ctx;

	text_flush(&sc->session.text);
	fputs(in_statement ? "      > " : "setkey> ", stdout);
	fflush(stdout);
}

static int
open_source(struct script *sc)
{
	const struct options *opt = sc->session.opt;
	struct source *source = &sc->source;

	source_init(source);
	if (opt->mode == MODE_TEXT)
		return source_add_string(source, "-e", opt->input);
	if (opt->mode != MODE_STREAM && strcmp(opt->input, "-") != 0)
		return source_add_file(source, opt->input);
	if (opt->mode != MODE_STREAM)
		return source_add_fd(source, "stdin", STDIN_FILENO);
	sc->streaming = true;
	sc->terminal = isatty(STDIN_FILENO) != 0;
	if (sc->terminal && isatty(STDOUT_FILENO))
		sc->parser.prompt = prompt;
	return source_add_stream(source, "stdin", STDIN_FILENO);
}

/* A configuration is as secret as the keys in it. */
static void
warn_permissions(struct script *sc)
{
	const struct options *opt = sc->session.opt;
	struct loc nowhere = { 0, 0 };
	struct stat st;

	if (opt->mode != MODE_FILE || strcmp(opt->input, "-") == 0 ||
	    stat(opt->input, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		diag(&sc->diag, DIAG_ADVICE, nowhere, "others than its owner "
		    "can write this file");
	else if (sc->keys && (st.st_mode & S_IROTH) != 0)
		diag(&sc->diag, DIAG_ADVICE, nowhere, "this file holds keys, "
		    "and everybody can read it");
}

/*
 * Whether the first line that says something is of another program that keeps
 * its configuration in /etc/ipsec.conf; and where.
 */
static bool
is_foreign(const struct source *source, struct loc *at)
{
	static const char *const words[] = { "config", "conn", "ca",
	    "include" };
	size_t i = 0, n, w;

	while (i < source->len) {
		while (i < source->len && strchr(" \t\r\n", source->text[i]))
			i++;
		if (i == source->len || source->text[i] != '#')
			break;
		while (i < source->len && source->text[i] != '\n')
			i++;
	}
	for (n = i; n < source->len && !strchr(" \t\r\n;",
	    source->text[n]);)
		n++;
	*at = (struct loc){ (uint32_t)i, (uint32_t)n };
	for (w = 0; w < sizeof(words) / sizeof(words[0]); w++)
		if (strlen(words[w]) == n - i &&
		    memcmp(words[w], source->text + i, n - i) == 0)
			return true;
	return false;
}

/* Whether the input is text at all; else one error says so, not a hundred. */
static bool
check_text(struct script *sc)
{
	const struct source *source = &sc->source;
	struct loc at = { 0, 0 };
	const char *nul;

	if (source->len >= 2 && (memcmp(source->text, "\377\376", 2) == 0 ||
	    memcmp(source->text, "\376\377", 2) == 0)) {
		diag(&sc->diag, DIAG_ERROR, at, "this is text in UTF-16");
		diag_hint(&sc->diag, "iconv -f UTF-16 -t UTF-8 makes it one "
		    "that can be read");
		return false;
	}
	if (is_foreign(source, &at)) {
		diag(&sc->diag, DIAG_ERROR, at, "this is a configuration of "
		    "strongSwan or Libreswan, not of setkey");
		return false;
	}
	at = (struct loc){ 0, 0 };
	nul = source->len == 0 ? NULL :
	    memchr(source->text, '\0', source->len);
	if (nul == NULL)
		return true;
	at.begin = (uint32_t)(nul - source->text);
	at.end = at.begin + 1;
	diag(&sc->diag, DIAG_ERROR, at, "a NUL octet: this is no text");
	return false;
}

static void
setup(struct script *sc, const struct options *opt)
{
	const char *no_colour = getenv("NO_COLOR");

	memset(sc, 0, sizeof(*sc));
	session_init(&sc->session, opt);
	sc->twins.dialect = sc->session.dialect;
	diag_init(&sc->diag, &sc->source, stderr);
	/* A message is one write. */
	setvbuf(stderr, NULL, _IOFBF, BUFSIZ);
	sc->diag.max_errors = opt->mode == MODE_STREAM ? 0 : opt->max_errors;
	sc->diag.advice = opt->check_only || opt->verbose != 0;
	/* See no-color.org: an empty variable is none. */
	sc->diag.colour = isatty(STDERR_FILENO) &&
	    (no_colour == NULL || *no_colour == '\0');
	sc->parser.source = &sc->source;
	sc->parser.diag = &sc->diag;
	sc->parser.dialect = sc->session.dialect;
	sc->parser.sink = take_command;
	sc->parser.sink_ctx = sc;
}

/* All files one after the other; false when anything is wrong with them. */
static bool
parse(struct script *sc)
{
	unsigned i;

	if (!check_text(sc))
		return false;
	for (i = 0; i < sc->source.nfiles && !sc->parser.exiting; i++)
		parser_run(&sc->parser, sc->source.files[i].loc);
	return sc->parser.errors == 0;
}

int
run_script(const struct options *opt)
{
	static struct script sc;	/* large */

	setup(&sc, opt);
	if (open_source(&sc) != 0) {
		session_error(&sc.session, "%s: %s", opt->input != NULL &&
		    opt->mode == MODE_FILE ? opt->input : "input",
		    strerror(errno));
		return session_end(&sc.session);
	}
	if (!parse(&sc))
		sc.session.failed = true;
	warn_permissions(&sc);
	if (sc.source.error != 0)
		session_error(&sc.session, "%s: %s", sc.source.files[0].name,
		    strerror(sc.source.error));
	else if (!sc.session.failed) {
		needs_report(&sc.needs, warn_need, &sc);
		seen_free(&sc.seen);
		if (is_sync(&sc))
			synchronize(&sc);
		else
			execute(&sc);
	}
	text_flush(&sc.session.text);
	diag_finish(&sc.diag);
	plan_free(&sc.plan);
	seen_free(&sc.seen);
	needs_free(&sc.needs);
	wipe(&sc.parser.cmd, sizeof(sc.parser.cmd));
	source_close(&sc.source);
	return session_end(&sc.session);
}
