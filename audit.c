/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -n -D: what is worth a look in the kernel's databases.  Policies are read
 * first and kept, the SAs are looked at as they come.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hiding.h"
#include "ipsec_strerror.h"
#include "list.h"
#include "modules.h"
#include "platform.h"
#include "run.h"
#include "serving.h"

struct audit {
	struct session session;
	struct serving serving;
	struct hiding hiding;
	struct wire_msg **policies;	/* in their order */
	uint32_t npolicies;
	uint8_t type;			/* of the dump at hand */
	bool no_memory;
};

/* ---- what is said ---- */

/* "policy 10.0.0.0/8[any] ... -P in: " */
static void
name_policy(struct audit *a, const struct policy *policy)
{
	struct text *t = &a->session.text;

	print_policy_command(t, a->session.dialect, "policy", policy,
	    SCRIPT_NAME);
	t->len -= strlen(";\n");
}

/* "SA 192.0.2.1 192.0.2.2 esp 0x00001001: " */
static void
name_sa(struct audit *a, const struct sa *sa)
{
	struct text *t = &a->session.text;

	print_sa_command(t, a->session.dialect, "SA", sa, &a->session.style);
	t->len -= strlen(";\n");
	text_str(t, ": ");
}

/* ---- policies ---- */

static void
get_policy(const struct audit *a, uint32_t number, struct policy *policy)
{
	struct view view;

	view_built(&view, a->session.dialect, a->policies[number]);
	policy_decode(&view, policy);
}

/* Of policies with one priority, the one that was there first counts. */
static uint32_t
age_of(const struct audit *a, uint32_t number)
{
	return a->session.dialect->policies_come == NEWEST_FIRST ?
	    UINT32_MAX - number : number;
}

/* Whether a policy is for packets of all programs and interfaces. */
static bool
is_everybodys(const struct policy *policy)
{
	return policy->has_selector && policy->has_policy &&
	    !policy->malformed && policy->dir < IPSEC_DIR_SOCKET_IN &&
	    (policy->scope == IPSEC_SCOPE_ANY ||
	    policy->scope == IPSEC_SCOPE_GLOBAL || policy->if_id != 0);
}

static bool
keep_policy(struct audit *a, const struct view *view)
{
	struct wire_msg *copy = msg_copy(view->msg);

	if (copy == NULL || !list_room(&a->policies, a->npolicies,
	    sizeof(*a->policies))) {
		msg_free(copy);
		return false;
	}
	a->policies[a->npolicies++] = copy;
	return true;
}

static void
note_policy(struct audit *a, const struct view *view)
{
	struct policy policy;

	policy_decode(view, &policy);
	if (!is_everybodys(&policy))
		return;
	if (!keep_policy(a, view)) {
		a->no_memory = true;
		return;
	}
	serving_policy(&a->serving, &policy, a->npolicies - 1);
	hiding_note(&a->hiding, &policy, a->npolicies - 1,
	    age_of(a, a->npolicies - 1));
}

static void
tell_hidden(struct audit *a)
{
	struct policy policy, by;
	uint32_t i, number;

	for (i = 0; i < a->npolicies && !a->hiding.incomplete; i++) {
		get_policy(a, i, &policy);
		number = hiding_find(&a->hiding, &policy, age_of(a, i));
		if (number == HIDING_NONE)
			continue;
		get_policy(a, number, &by);
		name_policy(a, &policy);
		text_str(&a->session.text, ": hidden by ");
		name_policy(a, &by);
		text_char(&a->session.text, '\n');
	}
}

/* ---- rules ---- */

static void
tell_rule(struct audit *a, struct rule_place place, const char *what)
{
	struct text *t = &a->session.text;
	struct policy policy;

	get_policy(a, place.request, &policy);
	name_policy(a, &policy);
	text_printf(t, ": %s ", what);
	print_rule(t, a->session.dialect, &policy.rules[place.rule], true);
	text_char(t, '\n');
}

static void
tell_unserved(void *ctx, struct rule_place place)
{
	struct audit *a = ctx;
	const char *module;
	struct policy policy;
	const struct rule *rule;

	get_policy(a, place.request, &policy);
	rule = &policy.rules[place.rule];
	tell_rule(a, place, "no SA serves");
	module = module_missing(rule->proto, rule->src.family != 0 ?
	    rule->src.family : policy.src.family);
	if (module != NULL)
		text_printf(&a->session.text, "\tand none can: this kernel "
		    "has no module %s\n", module);
}

/* ---- SAs ---- */

#define NEAR	90			/* percent of a hard limit */

/* Without ESN, RFC 4303 3.3.3. */
#define SEQUENCE_NUMBERS	(UINT64_C(1) << 32)

static unsigned
percent(uint64_t part, uint64_t whole)
{
	return part >= whole ? 100 :
	    (unsigned)((double)part * 100 / (double)whole);
}

/* One limit: FreeBSD says "none" as the largest number, Linux as 0. */
static void
tell_limit(struct audit *a, const struct sa *sa, const char *of,
    uint64_t used, const uint64_t limits[2])
{
	struct text *t = &a->session.text;
	bool hard = limits[0] != 0 && limits[0] < INT64_MAX;
	bool soft = limits[1] != 0 && limits[1] < INT64_MAX;

	if (hard && percent(used, limits[0]) >= NEAR) {
		name_sa(a, sa);
		text_printf(t, "%u%% of its hard limit of %s are used\n",
		    percent(used, limits[0]), of);
	} else if (soft && used >= limits[1]) {
		name_sa(a, sa);
		text_printf(t, "its soft limit of %s has passed\n", of);
	}
}

static uint64_t
since(const struct audit *a, uint64_t time)
{
	uint64_t now = a->session.style.now < 0 ? 0 :
	    (uint64_t)a->session.style.now;

	return time == 0 || time > now ? 0 : now - time;
}

static void
tell_limits(struct audit *a, const struct sa *sa)
{
	const struct lifetime *cur = &sa->current, *hard = &sa->hard,
	    *soft = &sa->soft;
	uint64_t sent = sa->traffic.out_seq;

	tell_limit(a, sa, "time", since(a, cur->addtime),
	    (uint64_t[]){ hard->addtime, soft->addtime });
	tell_limit(a, sa, "time since its first use", since(a, cur->usetime),
	    (uint64_t[]){ hard->usetime, soft->usetime });
	tell_limit(a, sa, "octets", cur->bytes,
	    (uint64_t[]){ hard->bytes, soft->bytes });
	tell_limit(a, sa, "packets", cur->allocations,
	    (uint64_t[]){ hard->allocations, soft->allocations });
	if ((sa->flags & SADB_X_SAFLAGS_ESN) != 0 ||
	    percent(sent, SEQUENCE_NUMBERS) < NEAR)
		return;
	name_sa(a, sa);
	text_printf(&a->session.text, "%u%% of its sequence numbers are "
	    "used\n", percent(sent, SEQUENCE_NUMBERS));
}

static void
tell_unused(struct audit *a, const struct sa *sa)
{
	struct sa_uses uses = serving_uses(&a->serving, sa);
	const struct rule_kind *other = sa->mode == IPSEC_MODE_TRANSPORT ?
	    uses.tunnel : sa->mode == IPSEC_MODE_TUNNEL ? uses.transport :
	    NULL;

	name_sa(a, sa);
	text_str(&a->session.text, "no policy uses it");
	if (other != NULL)
		text_printf(&a->session.text, " in mode %s: they want %s",
		    sa->mode == IPSEC_MODE_TUNNEL ? "tunnel" : "transport",
		    sa->mode == IPSEC_MODE_TUNNEL ? "transport" : "tunnel");
	text_char(&a->session.text, '\n');
}

/* The offload modules take an SA over, and do not pad. */
static void
tell_unpadded(struct audit *a, const struct sa *sa)
{
	const char *module = sa->dst.family == 4 ? "esp4_offload" :
	    "esp6_offload";

	if (setting_value(&sa->settings, EXT_X_TFCPAD) == 0 ||
	    !module_loaded(module))
		return;
	name_sa(a, sa);
	text_printf(&a->session.text, "what it sends is not padded (tfcpad) "
	    "while module %s is loaded\n", module);
}

static void
look_at_sa(struct audit *a, const struct view *view)
{
	struct sa sa;

	sa_decode(view, &sa);
	if (sa.state == SADB_SASTATE_LARVAL || sa.state == SADB_SASTATE_DEAD ||
	    sa.satype == SADB_X_SATYPE_TCPSIGNATURE)
		return;
	if (!serving_sa(&a->serving, &sa) && !a->serving.incomplete)
		tell_unused(a, &sa);
	tell_limits(a, &sa);
	tell_unpadded(a, &sa);
}

/* ---- what no policy is for ---- */

static void
tell_default(struct audit *a, const char *dir, uint8_t number)
{
	if (number == DEFAULT_DISCARD)
		text_printf(&a->session.text, "%s: what no policy is for is "
		    "dropped (spddefault)\n", dir);
}

static void
tell_defaults(struct audit *a)
{
	struct defaults defaults;

	session_ask_defaults(&a->session, &defaults);
	tell_default(a, "in", defaults.in);
	tell_default(a, "out", defaults.out);
	tell_default(a, "fwd", defaults.fwd);
}

/* ---- reading ---- */

static void
take_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct audit *a = ctx;
	struct refusal refusal;

	(void)tag;
	if (reply->view != NULL && a->type == SADB_X_SPDDUMP)
		note_policy(a, reply->view);
	else if (reply->view != NULL)
		look_at_sa(a, reply->view);
	else if (reply->error != 0 && reply->error != ENOENT) {
		refusal = ipsec_refusal(a->session.dialect, NULL, a->type,
		    reply->error, reply->reason);
		session_error(&a->session, "%s", reply->reason != NULL ?
		    reply->reason : refusal.text);
	}
}

static bool
read_all(struct audit *a, uint8_t type)
{
	struct session *s = &a->session;
	struct msgbuf m;
	int error;

	a->type = type;
	msg_begin(&m, s->dialect, type, 0);
	error = channel_ask(s->channel, &m, take_reply, a);
	if (error != 0 && !s->failed)
		session_error(s, "%s", strerror(error));
	else if (a->no_memory)
		session_error(s, "out of memory");
	return !s->failed;
}

int
run_audit(const struct options *opt)
{
	static struct audit a;		/* large */

	session_init(&a.session, opt);
	a.hiding.dialect = a.session.dialect;
	if (session_open(&a.session, take_reply, &a) == 0 &&
	    read_all(&a, SADB_X_SPDDUMP)) {
		tell_hidden(&a);
		if (read_all(&a, SADB_DUMP))
			serving_unserved(&a.serving, tell_unserved, &a);
		tell_defaults(&a);
		if (a.serving.incomplete || a.hiding.incomplete)
			session_error(&a.session, "not all could be looked "
			    "at: memory is out");
	}
	while (a.npolicies > 0)
		msg_free(a.policies[--a.npolicies]);
	free(a.policies);
	serving_free(&a.serving);
	hiding_free(&a.hiding);
	return session_end(&a.session);
}
