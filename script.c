/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a configuration.  A file (-f, -e) is parsed and checked whole, and
 * nothing is sent if anything is wrong with it; a stream (-c) takes effect
 * command by command.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expand.h"
#include "fields.h"
#include "help.h"
#include "mode_any.h"
#include "pfkey_limits.h"
#include "platform.h"
#include "script.h"
#include "signals.h"

/* ---- planning ---- */

static bool
is_about_policy(const struct command *cmd, uint8_t dir)
{
	return names_policy(cmd) && cmd->policy.dir == dir;
}

/* Whether a command is about an in policy and -k leaves its twin out. */
static bool
has_no_twin(const struct script *sc, const struct command *cmd)
{
	return is_about_policy(cmd, IPSEC_DIR_INBOUND) &&
	    (sc->session.opt->kernel_semantics || cmd->no_twin);
}

/* Whether an in policy is followed by the same one for fwd, see twins.h. */
bool
script_has_twin(const struct script *sc, const struct command *cmd)
{
	return sc->session.dialect->has_fwd && !has_no_twin(sc, cmd) &&
	    is_about_policy(cmd, IPSEC_DIR_INBOUND);
}

static int
plan_message(struct script *sc, const struct command *cmd, bool twin,
    const struct msgbuf *m)
{
	const struct wire_msg *msg = (const void *)m->space;
	struct planned request = {
		.loc = cmd->loc, .type = msg->type, .op = (uint8_t)cmd->op,
		.no_twin = has_no_twin(sc, cmd),
		.twin = twin,
		.fwd = is_about_policy(cmd, IPSEC_DIR_FWD),
	};

	/* But for a filter these are bare headers. */
	request.filtered = takes_filter(cmd) && m->len > sizeof(*msg);
	if (cmd->op == OP_ADD || cmd->op == OP_UPDATE)
		request.newer = settings_newer(&cmd->sa.settings);

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

/* ---- -n -v ---- */

/* A command as it was understood, in one form for all. */
static void
print_planned(void *ctx, uint32_t number, void *msg)
{
	struct script *sc = ctx;
	const struct planned *request = &sc->plan.requests[number];
	struct print_style style = sc->session.style;
	struct view view;

	if (request->twin)
		return;
	if (sc->session.opt->verbose < 2)
		style.hide_keys = true;
	view_built(&view, sc->session.dialect, msg);
	session_print_command(&sc->session, &view,
	    command_of(request->op)->name,
	    request->no_twin ? SCRIPT_NO_TWIN : 0, &style);
}

/* -n -v: shows what is planned. */
static void
show_plan(struct script *sc)
{
	if (sc->session.opt->check_only && sc->session.opt->verbose != 0 &&
	    !script_is_sync(sc))
		plan_each(&sc->plan, print_planned, sc);
}

/* All is well: carries out what is planned, or shows it. */
static void
finish_plan(struct script *sc)
{
	if (script_is_sync(sc))
		script_synchronize(sc);
	else if (!sc->session.opt->check_only)
		script_execute(sc);
	else
		show_plan(sc);
	plan_free(&sc->plan);
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
	script_open(sc);
	return sc->session.channel_name;
}

/* Whether the channel can carry a request; what it cannot is reported. */
static bool
check_limits(struct script *sc, const struct command *cmd,
    const struct msgbuf *m)
{
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
	diag_hint(&sc->diag, "%s",
	    strcmp(sc->session.opt->channel, "pfkey") == 0 ?
	    "NETLINK_XFRM can: without -T pfkey (and SETKEY_CHANNEL) it is "
	    "used, if there is one" :
	    "NETLINK_XFRM can: load its module, modprobe xfrm_user");
	return false;
}

/* ---- commands from the parser ---- */

static int
take_message(void *ctx, const struct command *cmd, struct msgbuf *m)
{
	struct script *sc = ctx;
	const struct wire_msg *msg = (const void *)m->space;
	int rc;

	if (!check_limits(sc, cmd, m))
		return -1;
	if ((cmd->op == OP_ADD || cmd->op == OP_UPDATE) &&
	    cmd->sa.mode == IPSEC_MODE_ANY)
		sc->wants_modes = !sc->session.dialect->any_mode;
	if (sc->diag.advice && !sc->streaming)
		lint_request(&sc->lint, &sc->parser, cmd, msg->type);
	rc = plan_message(sc, cmd, false, m);
	if (rc == 0 && script_has_twin(sc, cmd))
		rc = plan_twin(sc, cmd, m);
	return rc;
}

/* Keeps what is known of the kernel's policies in step with a command. */
static void
follow_policies(struct script *sc, const struct command *cmd)
{
	if (cmd->op == OP_SPDADD || cmd->op == OP_SPDUPDATE)
		serving_policy(&sc->serving, &cmd->policy, 0);
	else if (cmd->op == OP_SPDDELETE || cmd->op == OP_SPDFLUSH) {
		serving_free(&sc->serving);
		sc->serving_kernel = false;
	}
}

/*
 * With -c an SA without a mode gets that of transport, where there is no mode
 * for both; if the kernel has a policy that wants a tunnel, no packet will ever
 * use it.
 */
static void
warn_mode(struct script *sc, const struct command *cmd)
{
	struct sa_uses uses;

	if (cmd->op != OP_ADD || cmd->sa.mode != IPSEC_MODE_ANY ||
	    sc->session.dialect->any_mode)
		return;
	if (!sc->serving_kernel)
		mode_any_read_kernel(&sc->serving, sc->session.channel);
	sc->serving_kernel = true;
	if (mode_any_choice(&sc->serving, &cmd->sa, &uses) !=
	    IPSEC_MODE_TUNNEL)
		return;
	diag(&sc->diag, DIAG_WARNING, cmd->at[F_SPI], "without -m this is an "
	    "SA of transport mode, and the kernel's policies want a tunnel");
	diag_hint(&sc->diag, "give it -m tunnel");
}

/* -c: a command takes effect at its end, if all its requests are planned. */
static void
finish_command(struct script *sc, const struct command *cmd, bool whole)
{
	bool check_only = sc->session.opt->check_only;

	if (!whole || (is_only_checked(sc) && !check_only)) {
		plan_free(&sc->plan);
		return;
	}
	if (!twins_drop(&sc->twins, &sc->plan)) {
		plan_free(&sc->plan);
		session_error(&sc->session, "out of memory");
		return;
	}
	finish_plan(sc);
	if (!check_only && sc->serving_kernel)
		follow_policies(sc, cmd);
	if (!check_only && sc->session.channel != NULL)
		warn_mode(sc, cmd);
}

static void
take_command(void *ctx, struct command *cmd)
{
	struct script *sc = ctx;
	const struct options *opt = sc->session.opt;
	bool whole = true;

	if (cmd->op == OP_GET || cmd->op == OP_DUMP || cmd->op == OP_SPDDUMP ||
	    is_given(cmd, F_HWIF))
		sc->shows = true;
	if (script_is_sync(sc) && !script_sync_takes(sc, cmd))
		return;
	if (cmd->op == OP_HELP) {
		if (!opt->check_only || sc->terminal)
			print_help(&sc->session.text, sc->session.dialect,
			    cmd->topic);
	} else
		whole = command_expand(&sc->parser, take_message, sc) == 0;
	if (sc->streaming) {
		finish_command(sc, cmd, whole);
		/* For the next command it is tried again. */
		sc->open_error = 0;
		text_flush(&sc->session.text);
	}
	if (signals_end()) {
		session_error(&sc->session, "a signal came: what follows is "
		    "not read");
		sc->parser.exiting = true;
	}
}

static void
setup(struct script *sc, const struct options *opt)
{
	const char *no_colour = getenv("NO_COLOR");

	memset(sc, 0, sizeof(*sc));
	platform_lock(sc, sizeof(*sc));
	session_init(&sc->session, opt);
	sc->twins.dialect = sc->session.dialect;
	diag_init(&sc->diag, &sc->source, stderr);
	/* A message is one write. */
	setvbuf(stderr, NULL, _IOFBF, BUFSIZ);
	sc->diag.max_errors = opt->mode == MODE_STREAM ? 0 : opt->max_errors;
	sc->diag.advice = opt->check_only || opt->verbose != 0;
	/* By no-color.org an empty variable does not count. */
	sc->diag.colour = isatty(STDERR_FILENO) &&
	    (no_colour == NULL || *no_colour == '\0');
	sc->parser.source = &sc->source;
	sc->parser.diag = &sc->diag;
	sc->parser.dialect = sc->session.dialect;
	sc->parser.sink = take_command;
	sc->parser.sink_ctx = sc;
	sc->parser.hosts = &sc->hosts;
}

/* All files one after the other; false when anything is wrong with them. */
static bool
parse(struct script *sc)
{
	unsigned i, commands;

	if (!script_check_text(sc))
		return false;
	for (i = 0; i < sc->source.nfiles && !sc->parser.exiting; i++) {
		commands = sc->parser.commands;
		sc->parser.keys = false;
		parser_run(&sc->parser, sc->source.files[i].loc);
		sc->source.files[i].keys = sc->parser.keys;
		if (sc->parser.commands == commands && !sc->streaming &&
		    !script_is_sync(sc))
			script_advise_empty(sc, &sc->source.files[i]);
	}
	return sc->parser.errors == 0;
}

/* What was read becomes a plan, which is carried out if all is well. */
static void
run_input(struct script *sc)
{
	unsigned i;

	if (!parse(sc))
		sc->session.failed = true;
	for (i = 0; i < sc->source.nfiles; i++)
		script_advise_access(sc, &sc->source.files[i]);
	if (sc->source.error != 0)
		session_error(&sc->session, "%s: %s", sc->source.files[0].name,
		    strerror(sc->source.error));
	else if (!sc->streaming && script_check_whole(sc) == 0)
		finish_plan(sc);
	else
		show_plan(sc);
	text_flush(&sc->session.text);
}

int
run_script(const struct options *opt)
{
	static struct script sc;	/* large */

	setup(&sc, opt);
	if (script_open_input(&sc) == 0)
		run_input(&sc);
	else
		session_error(&sc.session, "%s: %s", sc.input != NULL ?
		    sc.input : "input", strerror(errno));
	diag_finish(&sc.diag);
	plan_free(&sc.plan);
	lint_free(&sc.lint);
	hosts_free(&sc.hosts);
	serving_free(&sc.serving);
	twins_free(&sc.twins);
	wipe(&sc.parser.cmd, sizeof(sc.parser.cmd));
	script_close_input(&sc);
	return session_end(&sc.session);
}
