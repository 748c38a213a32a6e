/* SPDX-License-Identifier: BSD-2-Clause */
/* -S: what the file says, and nothing else. */
#include <errno.h>
#include <string.h>

#include "expand.h"
#include "filter.h"
#include "platform.h"
#include "script.h"
#include "sync.h"

/*
 * Takes what says that something is to be there, and reports other commands.
 * That a table is emptied first is what -S comes to anyway, and stands at the
 * head of many files.
 */
bool
script_sync_takes(struct script *sc, const struct command *cmd)
{
	bool flush = cmd->op == OP_FLUSH || cmd->op == OP_SPDFLUSH;
	struct filter filter;

	if (cmd->op == OP_ADD || cmd->op == OP_SPDADD) {
		sc->adds = true;
		return true;
	}
	if (cmd->op == OP_SPDDEFAULT || cmd->op == OP_SPDHASH)
		return true;
	if (flush && cmd->sa.satype == SADB_SATYPE_UNSPEC && !sc->adds &&
	    !filter_of(cmd, &filter))
		return true;
	diag(&sc->diag, DIAG_ERROR, cmd->at[F_VERB], flush ? "with -S this can "
	    "only stand before all others, and for all entries" :
	    "-S takes add, spdadd, spddefault and spdhash");
	sc->session.failed = true;
	return false;
}

static void
report_conflict(struct script *sc, const struct planned *request,
    const struct planned *earlier)
{
	char line[LINT_LINE];

	diag(&sc->diag, DIAG_ERROR, request->loc, "%s makes another %s of this "
	    "name: only one of them can be", lint_line(&sc->source,
	    request->loc.begin, earlier->loc.begin, line),
	    request->type == SADB_ADD ? "SA" : "policy");
	sc->session.failed = true;
}

/* Collects what a file wants to be there. */
struct wanting {
	struct script *sc;
	struct sync *sync;
	bool mentioned[SYNC_DBS];
	struct defaults defaults, owned;
};

/* Adds what is said later, which counts. */
static void
merge_defaults(struct defaults *all, const struct defaults *more)
{
	unsigned i;

	if (more->in != DEFAULT_KEEP)
		all->in = more->in;
	if (more->out != DEFAULT_KEEP)
		all->out = more->out;
	if (more->fwd != DEFAULT_KEEP)
		all->fwd = more->fwd;
	for (i = 0; i < 2; i++)
		if (more->hash[i].given)
			all->hash[i] = more->hash[i];
}

/* Likewise of a threshold: back to where a kernel begins. */
static struct threshold
moved_back(const struct wanting *w, unsigned i)
{
	uint8_t bits = (uint8_t)HASH_BITS(i);

	return !w->defaults.hash[i].given && w->owned.hash[i].given ?
	    (struct threshold){ true, bits, bits } : w->defaults.hash[i];
}

/* Opens a direction that an earlier run closed and the file does not name. */
static uint8_t
opened(uint8_t wanted, uint8_t owned)
{
	return wanted == DEFAULT_KEEP && owned != DEFAULT_KEEP ?
	    DEFAULT_NONE : wanted;
}

static struct defaults
wanted_defaults(const struct wanting *w)
{
	return (struct defaults){ opened(w->defaults.in, w->owned.in),
	    opened(w->defaults.out, w->owned.out),
	    opened(w->defaults.fwd, w->owned.fwd),
	    { moved_back(w, 0), moved_back(w, 1) } };
}

static int
want_planned(void *ctx, uint32_t number, const void *msg, size_t len)
{
	struct wanting *w = ctx;
	const struct planned *requests = w->sc->plan.requests;
	uint8_t type = requests[number].type;
	enum sync_db db = type == SADB_ADD || type == SADB_FLUSH ? SYNC_SAD :
	    SYNC_SPD;
	struct defaults defaults = { 0 };
	struct view view;
	uint32_t earlier;

	(void)len;
	view_built(&view, w->sc->session.dialect, msg);
	if (type == SADB_X_SPDDEFAULT || type == SADB_X_SPDHASH) {
		defaults_decode(&view, &defaults);
		merge_defaults(&w->defaults, &defaults);
		return 0;
	}
	w->mentioned[db] = true;
	if (type == SADB_FLUSH || type == SADB_X_SPDFLUSH)
		return 0;
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
	if (!script_has_twin(w->sc, cmd))
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
		command_expand(owning->parser, own_message, owning->w);
	else if (cmd->op == OP_SPDDEFAULT || cmd->op == OP_SPDHASH)
		merge_defaults(&owning->w->owned, &cmd->defaults);
}

/*
 * Reads the file of -O, of which only names are wanted: what cannot be read
 * there, or is of another time, does not stand in the way.  A file that is not
 * there yet has none.
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
	parser.hosts = &w->sc->hosts;
	parser.sink = own_command;
	parser.sink_ctx = &owning;
	parser_run(&parser, source.files[0].loc);
	wipe(&parser.cmd, sizeof(parser.cmd));
	source_close(&source);
	return true;
}

/* Whether the text was right, and makes at least one entry. */
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

void
script_synchronize(struct script *sc)
{
	struct wanting w = { .sc = sc,
	    .sync = sync_new(sc->session.dialect) };

	sc->diag.max_errors = 0;
	if (w.sync == NULL)
		session_error(&sc->session, "out of memory");
	else if (gather(&w))
		script_reload(sc, w.sync, wanted_defaults(&w));
	sync_free(w.sync);
}
