/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration being run: script.c reads it and plans requests, whole.c
 * looks at a file as a whole, execute.c sends what is planned and tells of the
 * answers.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "lint.h"
#include "parser.h"
#include "plan.h"
#include "run.h"
#include "serving.h"
#include "setting.h"
#include "twins.h"

struct sync;

#define EXISTING_NOTES	10	/* what is in the way is told of so many */

struct script {
	struct session session;
	struct source source;
	struct diag diag;
	struct parser parser;
	struct hosts hosts;
	struct plan plan;
	struct lint lint;
	struct serving serving;		/* rules of the file's policies, */
	bool serving_kernel;		/* or (-c) of those in the kernel */
	struct twins twins;
	bool wants_modes;		/* SAs have none, and must have one */
	bool warned_unserved;		/* of a rule without an SA */
	bool single_hosts, networks;	/* the text has policies for such */
	const char *input;		/* what is opened, for messages */
	char **paths;			/* of files in directories */
	size_t npaths;
	bool adds;			/* -S: the text makes entries */
	bool shows;			/* some command shows names */
	bool streaming;			/* commands take effect as they come */
	bool terminal;			/* a person types */
	/* execute.c's: */
	int open_error;			/* errno: there is no channel */
	unsigned records;		/* printed for the request at hand */
	uint32_t answered;		/* requests of the plan */
	uint32_t done;			/* the last that was, plus 1 */
	uint32_t refused;		/* the last one that was, plus 1 */
	bool not_done;			/* that was surely not carried out */
	uint32_t warned;		/* the last with a warning, plus 1 */
	struct planned existing[EXISTING_NOTES]; /* refused as duplicates */
	unsigned nexisting;
	/* The first SA that was made with each setting that is not in all */
	/* kernels; end 0: none. */
	struct loc newer[SETTINGS];
};

/*
 * The command at a place of the text, parsed once more to know where its parts
 * are: that is cheaper than to keep them for every command that succeeds.
 * False if it cannot be had.  Keys are not in it; what it points to is its own.
 */
bool script_command_at(struct script *, struct loc, struct command *);

/* Opens the channel, once for a plan.  Returns 0 or an errno value. */
int script_open(struct script *);

/* Carries out what is planned; then the plan is empty.  Returns 0 or -1. */
int script_execute(struct script *);

/*
 * Looks at the requests of a whole file, before any of them is sent: which
 * modes SAs get that have none, which twins are not wanted, and for -n and -v
 * what is missing.  Returns 0, or -1 when an error was reported, now or before.
 */
int script_check_whole(struct script *);

/* Whether an in policy is followed by the same one for fwd, see twins.h. */
bool script_has_twin(const struct script *, const struct command *);

/* Reports a refusal at the word of the command that it is about. */
void script_refused(struct script *, const struct planned *,
    const struct reply *);

/*
 * ---- input.c ----
 *
 * Reads the files, or gets ready to read a stream.  Returns 0, or -1 with errno
 * (sc->input names what it is about, NULL when memory is out).
 */
int script_open_input(struct script *);
void script_close_input(struct script *);

/* Whether it is text of ours at all; else one error says so, not a hundred. */
bool script_check_text(struct script *);

/*
 * Advice about a file: a configuration is as secret as the keys in it; one
 * without a command was cut, or is behind a '#' altogether.
 */
void script_advise_access(struct script *, const struct source_file *);
void script_advise_empty(struct script *, const struct source_file *);

/*
 * ---- resync.c ----
 *
 * -S: whether a command is one of those that say what is to be there, else an
 * error is reported; and makes the databases what is planned.
 */
static inline bool
script_is_sync(const struct script *sc)
{
	return sc->session.opt->mode == MODE_SYNC;
}
bool script_sync_takes(struct script *, const struct command *);
void script_synchronize(struct script *);

/*
 * ---- reload.c ----
 *
 * Makes the databases what the set says, or with -n prints what that takes as a
 * script; DEFAULT_KEEP in wanted leaves that alone.  What goes wrong is
 * reported, and the session has failed then.
 */
void script_reload(struct script *, struct sync *, struct defaults wanted);

#endif
