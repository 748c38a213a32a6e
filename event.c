/* SPDX-License-Identifier: BSD-2-Clause */
/* -x, one line an event: JSON, commands of the language, or a few words. */
#include <arpa/inet.h>
#include <time.h>

#include "event.h"

/* What a message tells of.  A NULL verb: no command does that. */
static const struct kind {
	uint8_t type;
	bool policies;
	const char *word, *verb;
} kinds[] = {
	{ SADB_GETSPI, false, "getspi", NULL },
	{ SADB_UPDATE, false, "update", "update" },
	{ SADB_ADD, false, "add", "add" },
	{ SADB_DELETE, false, "delete", "delete" },
	{ SADB_GET, false, "get", NULL },
	{ SADB_ACQUIRE, false, "acquire", NULL },
	{ SADB_REGISTER, false, "register", NULL },
	{ SADB_EXPIRE, false, "expire", "delete" },
	{ SADB_FLUSH, false, "flush", "flush" },
	{ SADB_DUMP, false, "dump", NULL },
	{ SADB_X_SPDUPDATE, true, "update", "spdupdate" },
	{ SADB_X_SPDADD, true, "add", "spdadd" },
	{ SADB_X_SPDDELETE, true, "delete", "spddelete" },
	{ SADB_X_SPDDELETE2, true, "delete", "spddelete" },
	{ SADB_X_SPDGET, true, "get", NULL },
	{ SADB_X_SPDACQUIRE, true, "acquire", NULL },
	{ SADB_X_SPDDUMP, true, "dump", NULL },
	{ SADB_X_SPDFLUSH, true, "flush", "spdflush" },
	{ SADB_X_SPDEXPIRE, true, "expire", "spddelete" },
	{ SADB_X_NAT_T_NEW_MAPPING, false, "mapping", NULL },
	{ SADB_X_MIGRATE, true, "migrate", NULL },
	{ SADB_X_SPDDEFAULT, true, "default", "spddefault" },
};

/* An event, with what its message has of an SA or a policy. */
struct event {
	struct view view;
	const struct kind *kind;	/* NULL: another message, or none */
	const void *msg;		/* unwrapped */
	size_t len;
	struct sa sa;
	struct policy policy;
	struct defaults defaults;
};

static const struct kind *
kind_of(uint8_t type)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

static void
open_event(struct event *e, const struct dialect *dialect, const void *msg,
    size_t len)
{
	size_t wrap = message_wrapping(dialect, msg, len);

	memset(e, 0, sizeof(*e));
	e->msg = (const uint8_t *)msg + wrap;
	e->len = len - wrap;
	if (view_init(&e->view, dialect, e->msg, e->len) != VIEW_OK) {
		e->kind = NULL;
		return;
	}
	e->kind = kind_of(e->view.msg->type);
	sa_decode(&e->view, &e->sa);
	policy_decode(&e->view, &e->policy);
	e->defaults = (struct defaults){ 0 };
	defaults_decode(&e->view, &e->defaults);
}

/* RFC 2367 3.1.8: the limit that was reached comes with the message. */
static bool
is_hard(const struct event *e)
{
	return e->view.ext[EXT_LIFETIME_HARD] != NULL ||
	    e->view.ext[EXT_LIFETIME_SOFT] == NULL;
}

/* A bare header has an SA type at most. */
static const char *
satype_word(const struct event *e)
{
	uint8_t satype = e->view.msg->satype;

	return satype == SADB_SATYPE_UNSPEC ? NULL :
	    name_of(satype_names, satype);
}

/* ---- JSON ---- */

static void
json_begin_event(struct event_writer *w, const char *word)
{
	struct json *j = &w->json;

	json_object(j, NULL);
	json_number(j, "setkey_json", JSON_VERSION);
	json_string(j, "event", word);
	json_time_us(j, "time", w->now);
}

static void
json_end_event(struct event_writer *w)
{
	struct json *j = &w->json;

	json_end_object(j);
	j->filled[0] = false;
	text_char(j->t, '\n');
}

/* One end of a NAT mapping, RFC 3948. */
static void
json_mapping(struct json *j, const char *name, const struct addr *addr,
    uint16_t port)
{
	json_object(j, name);
	json_addr(j, "src", addr);
	json_number_or_null(j, "src_port", port);
	json_end_object(j);
}

/* The rules of a migration are pairs: before and after. */
static void
json_migrations(struct json *j, const struct policy *policy)
{
	static const char *const sides[] = { "old", "new" };
	unsigned i;

	json_array(j, "migrations");
	for (i = 0; i + 1 < policy->nrules; i += 2) {
		json_object(j, NULL);
		json_object(j, sides[0]);
		json_rule(j, &policy->rules[i]);
		json_end_object(j);
		json_object(j, sides[1]);
		json_rule(j, &policy->rules[i + 1]);
		json_end_object(j);
		json_end_object(j);
	}
	json_end_array(j);
}

static void
json_algorithm_name(struct json *j, const char *name, enum alg_kind kind,
    uint8_t id)
{
	const struct algorithm *alg = algorithm_numbered(kind, j->dialect, id);

	if (alg == NULL)
		json_null(j, name);
	else
		json_string(j, name, alg->name);
}

/* What a key daemon may choose from, RFC 2367 2.3.7. */
static void
json_proposals(struct json *j, const struct view *view)
{
	const struct wire_prop *prop = view->ext[EXT_PROPOSAL];
	const uint8_t *p;
	struct wire_comb c;
	size_t left;

	json_array(j, "proposals");
	if (prop != NULL) {
		p = (const uint8_t *)(prop + 1);
		left = (size_t)prop->len * 8 - sizeof(*prop);
		for (; left >= sizeof(c); left -= sizeof(c), p += sizeof(c)) {
			memcpy(&c, p, sizeof(c));
			json_object(j, NULL);
			json_algorithm_name(j, "enc", ALG_ENC, c.encrypt);
			json_number(j, "enc_min_bits", c.encrypt_minbits);
			json_number(j, "enc_max_bits", c.encrypt_maxbits);
			json_algorithm_name(j, "auth", ALG_AUTH, c.auth);
			json_number(j, "auth_min_bits", c.auth_minbits);
			json_number(j, "auth_max_bits", c.auth_maxbits);
			json_end_object(j);
		}
	}
	json_end_array(j);
}

static void
json_content(struct json *j, const struct event *e)
{
	const struct view *view = &e->view;
	uint8_t type = view->msg->type;

	if (type == SADB_EXPIRE || type == SADB_X_SPDEXPIRE)
		json_bool(j, "hard", is_hard(e));
	if (view->ext[EXT_X_DEFAULTS] != NULL) {
		json_defaults(j, "defaults", &e->defaults);
		return;
	}
	if (view->ext[EXT_POLICY] == NULL &&
	    view->ext[EXT_ADDRESS_DST] == NULL) {
		if (setting_given(&e->policy.settings, EXT_X_POLICY_TYPE))
			json_string(j, "ptype", "sub");
		if (!e->kind->policies && satype_word(e) == NULL)
			json_null(j, "satype");
		else if (!e->kind->policies)
			json_string(j, "satype", satype_word(e));
		return;
	}
	if (type == SADB_X_NAT_T_NEW_MAPPING) {
		if (satype_word(e) != NULL)
			json_string(j, "satype", satype_word(e));
		json_number(j, "spi", e->sa.spi);
		json_hex32(j, "spi_hex", e->sa.spi);
		json_mapping(j, "old", &e->sa.src, e->sa.natt.sport);
		json_mapping(j, "new", &e->sa.dst, e->sa.natt.dport);
		return;
	}
	if (!e->kind->policies)
		json_sa(j, "sa", &e->sa);
	if (view->ext[EXT_POLICY] != NULL)
		json_policy(j, "policy", &e->policy);
	if (type == SADB_ACQUIRE)
		json_proposals(j, view);
	if (type == SADB_X_MIGRATE)
		json_migrations(j, &e->policy);
}

/* A message that we do not understand, or that does not hold together. */
static void
json_other(struct event_writer *w, const struct event *e)
{
	struct json *j = &w->json;
	const struct wire_msg *msg = e->msg;

	json_begin_event(w, "other");
	if (e->len >= sizeof(*msg))
		json_number(j, "type", msg->type);
	/* There may be keys anywhere in it. */
	if (j->style->hide_keys)
		json_null(j, "hex");
	else
		json_octets(j, "hex", e->msg, e->len);
	json_end_event(w);
}

static void
json_event(struct event_writer *w, const struct event *e)
{
	struct json *j = &w->json;
	const struct wire_msg *msg = e->view.msg;

	if (e->kind == NULL) {
		json_other(w, e);
		return;
	}
	json_begin_event(w, e->kind->word);
	json_string(j, "db", e->kind->policies ? "spd" : "sad");
	json_number(j, "pid", msg->pid);
	json_number(j, "seq", msg->seq);
	if (msg->error != 0)
		json_number(j, "errno", msg->error);
	json_content(j, e);
	json_end_event(w);
}

/* ---- commands ---- */

/* The time, and who did it, behind a command or a comment. */
static void
script_stamp(struct event_writer *w, const char *more)
{
	time_t seconds = (time_t)(w->now / 1000000);
	struct text *t = w->json.t;
	char date[40] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	text_printf(t, " # %s.%06uZ", date, (unsigned)(w->now % 1000000));
	text_str(t, more);
	text_char(t, '\n');
}

/* Takes back the newline of a command that was just printed. */
static void
join_line(struct text *t)
{
	t->len--;
}

static void
put_name(struct event_writer *w, const struct event *e)
{
	struct text *t = w->json.t;

	if (e->kind->policies)
		print_policy_command(t, w->json.dialect, "", &e->policy,
		    SCRIPT_NAME);
	else
		print_sa_command(t, w->json.dialect, "", &e->sa,
		    w->json.style);
	t->len -= strlen(";\n");
}

/* An event of SAs that have no SPI yet, or of all between two addresses. */
static void
put_ends(struct event_writer *w, const struct event *e)
{
	struct text *t = w->json.t;

	text_char(t, ' ');
	text_addr(t, &e->sa.src);
	text_char(t, ' ');
	text_addr(t, &e->sa.dst);
	if (satype_word(e) != NULL) {
		text_char(t, ' ');
		text_str(t, satype_word(e));
	}
	if (e->view.ext[EXT_POLICY] != NULL)
		text_printf(t, " for policy %u", (unsigned)e->policy.id);
}

static void
put_mapping(struct event_writer *w, const struct event *e)
{
	struct text *t = w->json.t;

	text_printf(t, " %s 0x%08x ", satype_word(e) != NULL ?
	    satype_word(e) : "", (unsigned)e->sa.spi);
	text_addr(t, &e->sa.src);
	text_printf(t, "[%u] -> ", e->sa.natt.sport);
	text_addr(t, &e->sa.dst);
	text_printf(t, "[%u]", e->sa.natt.dport);
}

static void
put_migration(struct event_writer *w, const struct event *e)
{
	struct text *t = w->json.t;
	unsigned i;

	put_name(w, e);
	for (i = 0; i + 1 < e->policy.nrules; i += 2) {
		text_char(t, ' ');
		print_rule(t, w->json.dialect, &e->policy.rules[i], true);
		text_str(t, " -> ");
		print_rule(t, w->json.dialect, &e->policy.rules[i + 1], true);
	}
}

/* What an event is about, after its word: the name of an entry, mostly. */
static void
put_subject(struct event_writer *w, const struct event *e)
{
	const struct view *view = &e->view;

	if (view->ext[EXT_X_DEFAULTS] != NULL) {
		print_defaults_command(w->json.t, "", &e->defaults);
		w->json.t->len -= strlen(";\n");
	} else if (view->msg->type == SADB_X_NAT_T_NEW_MAPPING)
		put_mapping(w, e);
	else if (view->msg->type == SADB_X_MIGRATE)
		put_migration(w, e);
	else if (view->ext[EXT_ADDRESS_DST] != NULL &&
	    (e->kind->policies || view->ext[EXT_SA] != NULL))
		put_name(w, e);
	else if (view->ext[EXT_ADDRESS_DST] != NULL)
		put_ends(w, e);
	else {
		print_header_command(w->json.t, "", view);
		w->json.t->len -= strlen(";\n");
	}
}

static void
script_other(struct event_writer *w, const struct event *e)
{
	const struct wire_msg *msg = e->msg;
	struct text *t = w->json.t;
	size_t i;

	text_printf(t, "# type %u (%zu octets)", e->len < sizeof(*msg) ? 0 :
	    msg->type, e->len);
	if (!w->json.style->hide_keys && e->len != 0) {
		text_str(t, ": ");
		for (i = 0; i < e->len; i++)
			text_hex(t, ((const uint8_t *)e->msg)[i], 2);
	}
	script_stamp(w, "");
}

/* Whether a key is missing in what a kernel tells of an SA (PF_KEY, Linux). */
static bool
lacks_key(const struct dialect *dialect, enum alg_kind kind, uint8_t id,
    const struct key *key)
{
	const struct algorithm *alg = id == 0 ? NULL :
	    algorithm_numbered(kind, dialect, id);

	return alg != NULL && key->bits == 0 && (alg->flags & ALG_KEYLESS) == 0;
}

/* Why no command makes the entry that an event tells of, or NULL. */
static const char *
inexpressible(const struct event *e)
{
	switch (e->view.msg->type) {
	case SADB_ADD: case SADB_UPDATE:
		return sa_inexpressible(&e->sa);
	case SADB_X_SPDADD: case SADB_X_SPDUPDATE:
		return policy_inexpressible(&e->policy);
	default:
		return e->kind->policies ?
		    policy_name_inexpressible(&e->policy) : NULL;
	}
}

/* Whether a command does to a database what this event did. */
static bool
is_command(const struct event_writer *w, const struct event *e)
{
	const struct dialect *dialect = w->json.dialect;
	const struct view *view = &e->view;
	uint8_t type = view->msg->type;
	bool whole = type == SADB_ADD || type == SADB_UPDATE;

	if (e->kind->verb == NULL || view->msg->error != 0 ||
	    inexpressible(e) != NULL)
		return false;
	if (type == SADB_FLUSH || type == SADB_X_SPDFLUSH ||
	    type == SADB_X_SPDDEFAULT)
		return true;
	if (e->kind->policies)
		return e->policy.has_selector && e->policy.has_policy &&
		    (type != SADB_X_SPDEXPIRE || is_hard(e));
	if (view->ext[EXT_ADDRESS_DST] == NULL ||
	    (type == SADB_EXPIRE && !is_hard(e)))
		return false;
	return !whole || e->sa.satype == SADB_X_SATYPE_IPCOMP ||
	    (!lacks_key(dialect, ALG_ENC, e->sa.encrypt, &e->sa.enc_key) &&
	    !lacks_key(dialect, ALG_AUTH, e->sa.auth, &e->sa.auth_key));
}

static void
put_command(struct event_writer *w, const struct event *e)
{
	const struct dialect *dialect = w->json.dialect;
	const struct view *view = &e->view;
	const char *verb = e->kind->verb;
	struct text *t = w->json.t;

	if (e->policy.has_policy) {
		print_policy_command(t, dialect, verb, &e->policy,
		    SCRIPT_ALONE);
		join_line(t);
	} else if (view->ext[EXT_ADDRESS_DST] != NULL) {
		print_sa_command(t, dialect, view->ext[EXT_SA] == NULL ?
		    "deleteall" : verb, &e->sa, w->json.style);
		join_line(t);
	} else {
		text_str(t, verb);
		put_subject(w, e);
		text_char(t, ';');
	}
}

static void
script_event(struct event_writer *w, const struct event *e)
{
	struct text *t = w->json.t;
	char who[64];
	bool expire;

	if (e->kind == NULL) {
		script_other(w, e);
		return;
	}
	expire = e->view.msg->type == SADB_EXPIRE ||
	    e->view.msg->type == SADB_X_SPDEXPIRE;
	if (is_command(w, e))
		put_command(w, e);
	else {
		text_printf(t, "# %s%s%s%s:", e->view.msg->error != 0 ?
		    "refused " : "", e->kind->policies ? "spd" : "",
		    e->kind->word, expire && !is_hard(e) ? " (soft)" : "");
		put_subject(w, e);
		if (inexpressible(e) != NULL)
			text_printf(t, " (%s)", inexpressible(e));
	}
	snprintf(who, sizeof(who), " pid=%u%s", (unsigned)e->view.msg->pid,
	    expire && is_hard(e) ? " expired" : "");
	script_stamp(w, who);
}

/* ---- a few words ---- */

void
event_stamp(struct text *t, uint64_t us, bool epoch)
{
	time_t seconds = (time_t)(us / 1000000);
	unsigned fraction = (unsigned)(us % 1000000);
	struct tm tm;

	if (epoch || localtime_r(&seconds, &tm) == NULL)
		text_printf(t, "%lld.%06u ", (long long)seconds, fraction);
	else
		text_printf(t, "%02d:%02d:%02d.%06u ", tm.tm_hour, tm.tm_min,
		    tm.tm_sec, fraction);
}

static void
short_event(struct event_writer *w, const struct event *e)
{
	const struct dialect *dialect = w->json.dialect;
	struct text *t = w->json.t;
	uint8_t type;

	event_stamp(t, w->now, w->epoch);
	if (e->kind == NULL) {
		text_printf(t, "other, %zu octets\n", e->len);
		return;
	}
	type = e->view.msg->type;
	if (e->kind->policies)
		text_str(t, "spd");
	text_str(t, e->kind->word);
	put_subject(w, e);
	if (type == SADB_EXPIRE || type == SADB_X_SPDEXPIRE)
		text_str(t, is_hard(e) ? " hard" : " soft");
	if (e->sa.has_sa2 && mode_name(dialect, e->sa.mode) != NULL)
		text_printf(t, " %s reqid=%u", mode_name(dialect, e->sa.mode),
		    (unsigned)e->sa.reqid);
	if (type == SADB_X_SPDADD || type == SADB_X_SPDUPDATE)
		text_printf(t, " %s", name_of(action_names, e->policy.action)
		    != NULL ? name_of(action_names, e->policy.action) : "?");
	text_printf(t, " pid=%u", (unsigned)e->view.msg->pid);
	if (e->view.msg->error != 0)
		text_printf(t, " refused: %s", strerror(e->view.msg->error));
	text_char(t, '\n');
}

/* ---- all forms ---- */

void
event_print(struct event_writer *w, const void *msg, size_t len)
{
	struct event e;

	open_event(&e, w->json.dialect, msg, len);
	/* One without content is the kernel's answer to the monitor. */
	if (e.view.msg != NULL && e.view.msg->type == SADB_X_PROMISC)
		return;
	if (w->form == EVENT_JSON)
		json_event(w, &e);
	else if (w->form == EVENT_SCRIPT)
		script_event(w, &e);
	else
		short_event(w, &e);
}

void
event_note(struct event_writer *w, const char *what)
{
	struct json *j = &w->json;

	if (w->form == EVENT_JSON) {
		json_begin_event(w, what);
		if (strcmp(what, "start") == 0) {
			json_string(j, "system", j->dialect->name);
			json_string(j, "channel", w->channel);
		}
		json_end_event(w);
	} else if (strcmp(what, "lost") == 0) {
		if (w->form == EVENT_SCRIPT) {
			text_str(j->t, "# lost: events are missing here");
			script_stamp(w, "");
		} else {
			event_stamp(j->t, w->now, w->epoch);
			text_str(j->t, "lost: events are missing here\n");
		}
	}
}
