/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a configuration.  A file (-f, -e) is parsed and checked whole, and
 * nothing is sent if anything is wrong with it; a stream (-c) takes effect
 * command by command.
 */
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expand.h"
#include "fields.h"
#include "help.h"
#include "filter.h"
#include "list.h"
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

/* A command as -n -v shows it: what was understood, in one form for all. */
static void
print_command(struct text *t, const struct view *view, const char *verb,
    unsigned flags, const struct print_style *style)
{
	struct defaults defaults = { 0 };
	struct filter filter;
	struct policy policy;
	struct sa sa;

	if (view->ext[EXT_X_DEFAULTS] != NULL ||
	    view->ext[EXT_X_THRESHOLDS] != NULL) {
		defaults_decode(view, &defaults);
		print_defaults_command(t, verb, &defaults);
	} else if (view->ext[EXT_POLICY] != NULL) {
		policy_decode(view, &policy);
		print_policy_command(t, view->dialect, verb, &policy, flags);
	} else if (view->ext[EXT_ADDRESS_DST] != NULL) {
		sa_decode(view, &sa);
		print_sa_command(t, view->dialect, verb, &sa, style);
	} else {
		filter_decode(view, &filter);
		text_str(t, verb);
		print_filter(t, &filter);
		text_str(t, ";\n");
	}
}

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
	print_command(&sc->session.text, &view, command_of(request->op)->name,
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

/* -c: a command takes effect at its end. */
static void
finish_command(struct script *sc, const struct command *cmd)
{
	bool check_only = sc->session.opt->check_only;

	if (cmd->bad || (is_only_checked(sc) && !check_only)) {
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

	if (is_given(cmd, F_ENC_KEY) || is_given(cmd, F_AUTH_KEY))
		sc->keys = true;
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
		command_expand(&sc->parser, take_message, sc);
	if (sc->streaming) {
		finish_command(sc, cmd);
		text_flush(&sc->session.text);
	}
	if (signals_end()) {
		session_error(&sc->session, "a signal came: what follows is "
		    "not read");
		sc->parser.exiting = true;
	}
}

/* ---- the input ---- */

static void
prompt(void *ctx, enum prompt what)
{
	static const char *const texts[] = {
		[PROMPT_STATEMENT] = "setkey> ", [PROMPT_MORE] = "      > ",
		[PROMPT_END] = "\n",
	};
	struct script *sc = ctx;

	text_flush(&sc->session.text);
	fputs(texts[what], stdout);
	fflush(stdout);
}

/* DIR/NAME, which the script keeps; NULL when memory is out. */
static const char *
path_in(struct script *sc, const char *dir, const char *name)
{
	size_t len = strlen(dir) + strlen(name) + 2;

	if (!list_room(&sc->paths, sc->npaths, sizeof(*sc->paths)))
		return NULL;
	sc->paths[sc->npaths] = malloc(len);
	if (sc->paths[sc->npaths] == NULL)
		return NULL;
	snprintf(sc->paths[sc->npaths], len, "%s/%s", dir, name);
	return sc->paths[sc->npaths++];
}

static int
is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	    strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Reads the files NAME.conf of a directory, in the order of their octets. */
static int
add_directory(struct script *sc, const char *dir)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_conf, by_name), i, rc = 0;

	if (n < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (rc == 0) {
			sc->input = path_in(sc, dir, entries[i]->d_name);
			rc = sc->input == NULL ? -1 :
			    source_add_file(&sc->source, sc->input);
		}
		free(entries[i]);
	}
	free(entries);
	/* A directory without such files is no configuration. */
	if (n == 0) {
		errno = EISDIR;
		return -1;
	}
	return rc;
}

/* Reads a file, the files of a directory, or all of standard input. */
static int
add_input(struct script *sc, const char *path)
{
	struct stat st;

	sc->input = path;
	if (strcmp(path, "-") == 0)
		return source_add_fd(&sc->source, "stdin", STDIN_FILENO);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_directory(sc, path);
	return source_add_file(&sc->source, path);
}

/* A prompt, and an interrupt drops what was typed. */
static void
hear_person(struct script *sc)
{
	sc->parser.prompt = prompt;
	sc->source.wait = signals_wait;
	signals_hear_person();
}

static int
open_source(struct script *sc)
{
	const struct options *opt = sc->session.opt;
	struct source *source = &sc->source;
	unsigned i;

	source_init(source);
	sc->input = "input";
	if (opt->mode == MODE_TEXT)
		return source_add_string(source, "-e", opt->input);
	if (opt->mode == MODE_FILE || opt->mode == MODE_SYNC) {
		for (i = 0; i < opt->nfiles; i++)
			if (add_input(sc, opt->files[i]) != 0)
				return -1;
		return 0;
	}
	sc->streaming = true;
	sc->terminal = isatty(STDIN_FILENO) != 0;
	sc->hosts.ask_again = sc->terminal;
	if (sc->terminal && isatty(STDOUT_FILENO))
		hear_person(sc);
	return source_add_stream(source, "stdin", STDIN_FILENO);
}

static bool
is_trusted(uid_t owner)
{
	return owner == 0 || owner == geteuid();
}

#define OTHERS_WRITE	(S_IWGRP | S_IWOTH)

/* Who else could change a file, or put another one in its place. */
static const char *
who_writes(const struct source_access *access)
{
	if ((access->mode & OTHERS_WRITE) != 0)
		return "others than its owner can write this file";
	if (!is_trusted(access->owner))
		return "this file belongs to another user, who can change it";
	if (!access->has_dir)
		return NULL;
	/* In a directory as /tmp, each can remove files of his own only. */
	if ((access->dir_mode & OTHERS_WRITE) != 0 &&
	    (access->dir_mode & S_ISVTX) == 0)
		return "others can replace this file: they can write to its "
		    "directory";
	return is_trusted(access->dir_owner) ? NULL :
	    "the directory of this file belongs to another user, who can "
	    "replace it";
}

/* A configuration is as secret as the keys in it. */
static void
warn_permissions(struct script *sc, const struct source_file *file)
{
	struct loc at = { file->loc.begin, 0 };
	const char *writer;

	if (!file->access.known)
		return;
	writer = who_writes(&file->access);
	if (writer != NULL)
		diag(&sc->diag, DIAG_ADVICE, at, "%s", writer);
	if (sc->keys && (file->access.mode & S_IROTH) != 0)
		diag(&sc->diag, DIAG_ADVICE, at, "this file holds keys, and "
		    "everybody can read it");
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
	/* Theirs has no strings there. */
	for (i = n; i < source->len && strchr(" \t", source->text[i]); i++)
		;
	if (i < source->len && source->text[i] == '"')
		return false;
	i = at->begin;
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

/* A file without a command was cut, or is behind a '#' altogether. */
static void
advise_empty(struct script *sc, const struct source_file *file)
{
	const char *text = source_at(&sc->source, file->loc.begin);
	size_t len = loc_length(file->loc);
	struct loc at = { file->loc.begin, 0 };

	diag(&sc->diag, DIAG_ADVICE, at, "there is no command in it");
	while (len > 0 && strchr("\r\n", text[len - 1]) != NULL)
		len--;
	if (len > 0 && *text == '#' && memchr(text, '\n', len) == NULL &&
	    memchr(text, '\r', len) == NULL)
		diag_hint(&sc->diag, "all of it is one line, a comment");
}

/* All files one after the other; false when anything is wrong with them. */
static bool
parse(struct script *sc)
{
	unsigned i, commands;

	if (!check_text(sc))
		return false;
	for (i = 0; i < sc->source.nfiles && !sc->parser.exiting; i++) {
		commands = sc->parser.commands;
		parser_run(&sc->parser, sc->source.files[i].loc);
		if (sc->parser.commands == commands && !sc->streaming &&
		    !script_is_sync(sc))
			advise_empty(sc, &sc->source.files[i]);
	}
	return sc->parser.errors == 0;
}

int
run_script(const struct options *opt)
{
	static struct script sc;	/* large */
	unsigned i;

	setup(&sc, opt);
	if (open_source(&sc) != 0) {
		session_error(&sc.session, "%s: %s", sc.input != NULL ?
		    sc.input : "input", strerror(errno));
		return session_end(&sc.session);
	}
	if (!parse(&sc))
		sc.session.failed = true;
	for (i = 0; i < sc.source.nfiles; i++)
		warn_permissions(&sc, &sc.source.files[i]);
	if (sc.source.error != 0)
		session_error(&sc.session, "%s: %s", sc.source.files[0].name,
		    strerror(sc.source.error));
	else if (!sc.streaming && script_check_whole(&sc) == 0)
		finish_plan(&sc);
	else
		show_plan(&sc);
	text_flush(&sc.session.text);
	diag_finish(&sc.diag);
	plan_free(&sc.plan);
	lint_free(&sc.lint);
	hosts_free(&sc.hosts);
	serving_free(&sc.serving);
	twins_free(&sc.twins);
	wipe(&sc.parser.cmd, sizeof(sc.parser.cmd));
	source_close(&sc.source);
	while (sc.npaths > 0)
		free(sc.paths[--sc.npaths]);
	free(sc.paths);
	return session_end(&sc.session);
}
