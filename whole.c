/* SPDX-License-Identifier: BSD-2-Clause */
/* What only shows when all of a file is there. */
#include "mode_any.h"
#include "script.h"

static bool
is_made(const struct planned *request, uint8_t add, uint8_t update)
{
	return (request->type == add || request->type == update) &&
	    !request->twin;
}

static void
note_rules(void *ctx, uint32_t number, void *msg)
{
	struct script *sc = ctx;
	struct policy policy;
	struct view view;

	if (!is_made(&sc->plan.requests[number], SADB_X_SPDADD,
	    SADB_X_SPDUPDATE))
		return;
	view_built(&view, sc->session.dialect, msg);
	policy_decode(&view, &policy);
	serving_policy(&sc->serving, &policy, number);
}

/* The SA that a request makes, if its mode is known or is not. */
static bool
get_sa(const struct script *sc, uint32_t number, const void *msg,
    bool without_mode, struct sa *sa)
{
	struct view view;

	if (!is_made(&sc->plan.requests[number], SADB_ADD, SADB_UPDATE))
		return false;
	view_built(&view, sc->session.dialect, msg);
	sa_decode(&view, sa);
	return (sa->mode == IPSEC_MODE_ANY &&
	    !sc->session.dialect->any_mode) == without_mode;
}

static void
note_sa(void *ctx, uint32_t number, void *msg)
{
	struct script *sc = ctx;
	struct sa sa;

	if (get_sa(sc, number, msg, false, &sa))
		serving_sa(&sc->serving, &sa);
}

/* The place of a rule, or of its command if it cannot be had. */
static struct loc
place_of(struct script *sc, struct rule_place place)
{
	struct loc loc = sc->plan.requests[place.request].loc;
	struct command cmd;

	return script_command_at(sc, loc, &cmd) ? cmd.rule_at[place.rule] :
	    loc;
}

static void
report_both_modes(struct script *sc, uint32_t number,
    const struct sa_uses *uses)
{
	struct loc loc = sc->plan.requests[number].loc;
	struct command cmd;

	if (script_command_at(sc, loc, &cmd))
		loc = cmd.at[F_SPI];
	diag(&sc->diag, DIAG_ERROR, loc, "this SA is needed in mode tunnel "
	    "and in mode transport, and %s wants one of them",
	    sc->session.dialect->system);
	diag_hint(&sc->diag, "say which with -m, and add another one");
	diag(&sc->diag, DIAG_NOTE, place_of(sc, uses->tunnel->first),
	    "in mode tunnel here");
	diag(&sc->diag, DIAG_NOTE, place_of(sc, uses->transport->first),
	    "in mode transport here");
	sc->session.failed = true;
}

/* Gives an SA without a mode the one that the file's rules want. */
static void
choose_mode(void *ctx, uint32_t number, void *msg)
{
	struct script *sc = ctx;
	struct sa_uses uses;
	struct sa sa;

	if (!get_sa(sc, number, msg, true, &sa))
		return;
	sa.mode = mode_any_choice(&sc->serving, &sa, &uses);
	if (sa.mode == IPSEC_MODE_ANY) {
		/* Of wrong commands we do not know what they would need. */
		if (sc->parser.errors == 0)
			report_both_modes(sc, number, &uses);
		return;
	}
	mode_any_set(sc->session.dialect, msg, sa.mode);
	serving_sa(&sc->serving, &sa);
}

/* Where all SAs are a key daemon's, the first rule is enough. */
static void
warn_unserved(void *ctx, struct rule_place place)
{
	struct script *sc = ctx;

	if (sc->serving.nsas == 0 && sc->warned_unserved)
		return;
	sc->warned_unserved = true;
	diag(&sc->diag, DIAG_ADVICE, place_of(sc, place), "no SA of this "
	    "file serves this rule: a key daemon must make it");
}

int
script_check_whole(struct script *sc)
{
	if (sc->wants_modes || sc->diag.advice) {
		plan_each(&sc->plan, note_rules, sc);
		plan_each(&sc->plan, note_sa, sc);
		plan_each(&sc->plan, choose_mode, sc);
	}
	if (sc->session.failed)
		return -1;
	if (sc->diag.advice)
		serving_unserved(&sc->serving, warn_unserved, sc);
	if (!twins_drop(&sc->twins, &sc->plan)) {
		session_error(&sc->session, "out of memory");
		return -1;
	}
	return 0;
}
