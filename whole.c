/* SPDX-License-Identifier: BSD-2-Clause */
/* What only shows when all of a file is there. */
#include "mode_any.h"
#include "order.h"
#include "script.h"

static bool
is_made(const struct planned *request, uint8_t add, uint8_t update)
{
	return (request->type == add || request->type == update) &&
	    !request->twin;
}

/* The policy that a request makes, as it is written. */
static bool
get_policy(const struct script *sc, uint32_t number, const void *msg,
    struct policy *policy)
{
	struct view view;

	if (!is_made(&sc->plan.requests[number], SADB_X_SPDADD,
	    SADB_X_SPDUPDATE))
		return false;
	view_built(&view, sc->session.dialect, msg);
	policy_decode(&view, policy);
	return true;
}

static void
note_rules(void *ctx, uint32_t number, void *msg)
{
	struct script *sc = ctx;
	struct policy policy;

	if (!get_policy(sc, number, msg, &policy))
		return;
	serving_policy(&sc->serving, &policy, number);
	if (order_is_hosts(&policy))
		sc->single_hosts = true;
	else
		sc->networks = true;
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

/* What an SA has that is not for the mode that was chosen. */
static void
report_transport(struct script *sc, uint32_t number, enum field field)
{
	struct loc loc = sc->plan.requests[number].loc;
	struct command cmd;

	if (script_command_at(sc, loc, &cmd))
		loc = cmd.at[field];
	diag(&sc->diag, DIAG_ERROR, loc, "this is for mode tunnel, and no "
	    "policy of the file wants this SA in it");
	diag_hint(&sc->diag, "say so: -m tunnel");
	sc->session.failed = true;
}

static void
check_transport(struct script *sc, uint32_t number, const struct sa *sa)
{
	if (setting_given(&sa->settings, EXT_X_TFCPAD))
		report_transport(sc, number, F_SETTING);
	if (sa->selector.given && sa->selector.dst.family != sa->dst.family)
		report_transport(sc, number, F_SELECTOR);
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
	if (sa.mode == IPSEC_MODE_TRANSPORT)
		check_transport(sc, number, &sa);
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

/* ---- policies whose order is not kept ---- */

#define ORDER_TOLD	10	/* of so many each; the others are counted */

struct ordering {
	struct script *sc;
	struct order order;
	uint32_t from;			/* the request; all before is removed */
	bool incomplete;		/* memory was out */
	unsigned told;
};

static void
note_order(void *ctx, uint32_t number, void *msg)
{
	struct ordering *o = ctx;
	struct policy policy;

	if (number >= o->from && get_policy(o->sc, number, msg, &policy) &&
	    !order_is_hosts(&policy) &&
	    !order_note(&o->order, &policy, number))
		o->incomplete = true;
}

static void
check_order(void *ctx, uint32_t number, void *msg)
{
	struct ordering *o = ctx;
	struct script *sc = o->sc;
	uint32_t rival, here, there;
	struct policy policy;
	struct command cmd;
	struct loc at;
	char line[LINT_LINE];

	if (number < o->from || !get_policy(sc, number, msg, &policy) ||
	    !order_is_hosts(&policy))
		return;
	rival = order_rival(&o->order, &policy);
	if (rival == UINT32_MAX || o->told++ >= ORDER_TOLD)
		return;
	here = number > rival ? number : rival;
	there = number > rival ? rival : number;
	at = sc->plan.requests[here].loc;
	if (script_command_at(sc, at, &cmd))
		at = cmd.at[F_VERB];
	diag(&sc->diag, DIAG_ADVICE, at, "%s is for some of these packets, "
	    "too, with the same priority: Linux before 6.12 may take either",
	    lint_line(&sc->source, at.begin,
	    sc->plan.requests[there].loc.begin, line));
	diag_hint(&sc->diag, "give one of them another priority: prio");
}

/* Among single hosts, or among networks, the older policy counts. */
static void
warn_order(struct script *sc)
{
	const struct planned *requests = sc->plan.requests;
	struct ordering o = { .sc = sc, .from = sc->plan.count };
	struct loc nowhere = { 0, 0 };

	while (o.from > 0 && requests[o.from - 1].type != SADB_X_SPDDELETE &&
	    requests[o.from - 1].type != SADB_X_SPDFLUSH)
		o.from--;
	plan_each(&sc->plan, note_order, &o);
	if (!o.incomplete)
		plan_each(&sc->plan, check_order, &o);
	if (o.told > ORDER_TOLD)
		diag(&sc->diag, DIAG_ADVICE, nowhere, "so it is with %u "
		    "policies more", o.told - ORDER_TOLD);
	order_free(&o.order);
}

int
script_check_whole(struct script *sc)
{
	if (sc->wants_modes || sc->diag.advice) {
		plan_each(&sc->plan, note_rules, sc);
		if (sc->serving.nkinds != 0)
			plan_each(&sc->plan, note_sa, sc);
	}
	if (sc->wants_modes)
		plan_each(&sc->plan, choose_mode, sc);
	if (sc->session.failed)
		return -1;
	if (sc->diag.advice)
		serving_unserved(&sc->serving, warn_unserved, sc);
	if (sc->diag.advice && sc->single_hosts && sc->networks &&
	    sc->session.dialect->forgets_order)
		warn_order(sc);
	if (!twins_drop(&sc->twins, &sc->plan)) {
		session_error(&sc->session, "out of memory");
		return -1;
	}
	return 0;
}
