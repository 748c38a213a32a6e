/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the words of a command to its values: what all fields use, and what the
 * names of SAs are made of.
 */
#include <stdarg.h>
#include <string.h>

#include "fields.h"
#include "platform.h"
#include "syntax.h"

void
field_error(struct parser *p, struct loc loc, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	p->cmd.bad = true;
	/* Behind a ';' that was forgotten nothing is what it seems. */
	if (p->scanner.go_back.end != 0) {
		p->diag->quiet = true;
		return;
	}
	if (syntax_is_stray(p, loc)) {
		syntax_lost_semicolon(p);
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag(p->diag, DIAG_ERROR, loc, "%s", text);
}

void
field_advise(struct parser *p, struct loc loc, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (p->cmd.bad) {
		p->diag->quiet = true;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag(p->diag, DIAG_ADVICE, loc, "%s", text);
}

bool
field_first_time(struct parser *p, enum said what)
{
	bool first = (p->said & 1u << what) == 0;

	p->said |= 1u << what;
	return first;
}

const char *
field_quote(const struct parser *p, struct loc loc, char buf[QUOTED])
{
	return diag_quote_at(p->diag, loc, buf, QUOTED);
}

bool
field_is_secret(struct parser *p, struct loc loc)
{
	struct secrets *secrets = &p->diag->secrets;

	if (p->errors == 0 && !p->cmd.bad)
		secrets_sound(secrets, loc.begin);
	return secrets_overlap(secrets, loc);
}

bool
field_is(const struct parser *p, struct loc loc, const char *word)
{
	return word_is(word, parser_text(p, loc), loc_length(loc));
}

void
field_given(struct parser *p, enum field field, struct loc loc)
{
	if (is_given(&p->cmd, field) && field != F_PAD && field != F_FLAG)
		diag(p->diag, DIAG_ADVICE, loc, "this was given before: the "
		    "last one counts");
	p->cmd.at[field] = loc;
}

void
field_option(struct parser *p, const struct option *row, struct loc loc)
{
	field_given(p, row->field, loc);
	if (row->feature != NULL && ext_number(p->dialect, row->ext) == 0)
		field_error(p, loc, "%s has no %s", p->dialect->system,
		    row->feature);
}

/* What editors and web pages make of quotes and dashes. */
bool
field_hint_lookalike(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc), *hint = NULL;
	size_t len = loc_length(loc), i;

	if (len == 1 && *word == '\\')
		hint = "a command goes on until its ';', without a backslash";
	for (i = 0; i < len && hint == NULL; i++) {
		if (source_false_quote(word + i, len - i) != 0)
			hint = "a string stands between two \" characters";
		else if (source_false_dash(word + i, len - i) != 0)
			hint = "this dash is none that begins an option: "
			    "write '-'";
	}
	if (hint != NULL)
		diag_hint(p->diag, "%s", hint);
	return hint != NULL;
}

/* ---- words ---- */

/* Words of other programs' languages, and ours for them. */
static const struct {
	const char *word, *ours;
} foreign[] = {
	{ "drop", "discard" }, { "deny", "discard" }, { "block", "discard" },
	{ "reject", "discard" }, { "allow", "none" }, { "accept", "none" },
	{ "pass", "none" }, { "permit", "none" }, { "encrypt", "ipsec" },
	{ "protect", "ipsec" }, { "input", "in" }, { "inbound", "in" },
	{ "output", "out" }, { "outbound", "out" }, { "forward", "fwd" },
};

/* Mobile IPv6 comes last in tables, and to who does not know it is no help. */
static bool
ends_list(const char *name)
{
	return name == NULL || strcmp(name, "route2") == 0 ||
	    strcmp(name, "ro") == 0;
}

/* "it is one of in, out, fwd", where that is short enough. */
#define LIST_MAX	8

static void
hint_list(struct parser *p, const struct name *table)
{
	char list[128];
	size_t used = 0, n;

	for (n = 0; n < LIST_MAX && !ends_list(table[n].name); n++)
		used += (size_t)snprintf(list + used, sizeof(list) - used,
		    "%s%s", n == 0 ? "" : ", ", table[n].name);
	if (ends_list(table[n].name))
		diag_hint(p->diag, "it is one of %s", list);
}

void
field_hint_name(struct parser *p, const struct name *table, struct loc loc)
{
	const char *word = parser_text(p, loc), *closest;
	size_t i;

	closest = name_closest(table, word, loc_length(loc));
	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (word_is(foreign[i].word, word, loc_length(loc)) &&
		    name_find(table, foreign[i].ours,
		    strlen(foreign[i].ours)) != NULL)
			closest = foreign[i].ours;
	if (closest != NULL)
		diag_hint(p->diag, "did you mean '%s'?", closest);
	else if (!field_hint_lookalike(p, loc))
		hint_list(p, table);
}

const struct name *
field_named(struct parser *p, const struct name *table, struct loc loc,
    const char *what)
{
	const struct name *row = name_find(table, parser_text(p, loc),
	    loc_length(loc));
	char buf[QUOTED];

	if (row != NULL)
		return row;
	field_error(p, loc, "unknown %s %s", what, field_quote(p, loc, buf));
	field_hint_name(p, table, loc);
	return NULL;
}

/* ---- commands ---- */

void
field_command(struct parser *p, const struct command_word *row,
    struct loc loc)
{
	p->cmd.op = row->op;
	p->cmd.at[F_VERB] = loc;
	p->cmd.sa.flags = SADB_X_EXT_CYCSEQ;
	p->cmd.policy.priority = p->dialect->default_priority;
}

void
field_address_options(struct parser *p, struct loc loc)
{
	const char *c = parser_text(p, loc);
	size_t i;

	for (i = 1; i < loc_length(loc); i++) {
		if (c[i] == 'n')
			p->cmd.numeric = true;
		else if (c[i] == 'k' && takes_filter(&p->cmd))
			field_error(p, loc, "-k is for spdadd, spdupdate and "
			    "spddelete");
		else if (c[i] == 'k' && !names_policy(&p->cmd))
			field_error(p, loc, "-k is for policies");
		else if (c[i] == 'k')
			p->cmd.no_twin = true;
		else
			p->cmd.family = (uint8_t)(c[i] - '0');
	}
}

void
field_topic(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc), *closest;
	char buf[QUOTED];

	p->cmd.topic = command_named(word, loc_length(loc));
	if (p->cmd.topic != NULL)
		return;
	field_error(p, loc, "unknown command %s", field_quote(p, loc, buf));
	closest = command_closest(word, loc_length(loc));
	if (closest != NULL)
		diag_hint(p->diag, "did you mean '%s'?", closest);
}

/* ---- the name of an SA ---- */

/* The protocols of an SA, and what their words imply. */
static const struct {
	uint8_t satype;
	uint32_t flags;
} sa_protocols[] = {
	{ SADB_SATYPE_ESP, 0 }, { SADB_SATYPE_ESP, SADB_X_EXT_OLD },
	{ SADB_SATYPE_AH, 0 }, { SADB_SATYPE_AH, SADB_X_EXT_OLD },
	{ SADB_X_SATYPE_IPCOMP, 0 }, { SADB_X_SATYPE_TCPSIGNATURE, 0 },
	{ SADB_X_SATYPE_ROUTE2, 0 }, { SADB_X_SATYPE_HAO, 0 },
};
/* Wrapped ESP is in encap_names, and here for the list of words. */
static const struct name sa_protocol_names[] = {
	{ "esp", 0 }, { "esp-udp", 0 }, { "esp-old", 1 }, { "ah", 2 },
	{ "ah-old", 3 }, { "ipcomp", 4 }, { "tcp", 5 }, { "route2", 6 },
	{ "hao", 7 }, { NULL, 0 }
};

/* "esp-udp" and what else ESP can be wrapped in; false for another word. */
static bool
encapsulated(struct parser *p, struct loc loc)
{
	const struct name *row = name_find(encap_names, parser_text(p, loc),
	    loc_length(loc));
	struct command *cmd = &p->cmd;
	struct natt *natt = &cmd->sa.natt;

	if (row == NULL)
		return false;
	if (row->value != UDP_ENCAP_ESPINUDP && !p->dialect->has_xfrm)
		field_error(p, loc, "%s has no %s", p->dialect->system,
		    row->name);
	cmd->sa.satype = SADB_SATYPE_ESP;
	natt->given = true;
	natt->type = (uint8_t)row->value;
	natt->sport = cmd->src.port_at.end != 0 ? cmd->src.port : NATT_PORT;
	natt->dport = cmd->dst.port_at.end != 0 ? cmd->dst.port : NATT_PORT;
	return true;
}

void
field_protocol(struct parser *p, struct loc loc)
{
	struct sa *sa = &p->cmd.sa;
	const struct name *row;

	field_given(p, F_PROTO, loc);
	if (encapsulated(p, loc))
		return;
	row = field_named(p, sa_protocol_names, loc, "protocol");
	if (row == NULL)
		return;
	sa->satype = sa_protocols[row->value].satype;
	sa->flags |= sa_protocols[row->value].flags;
}

#define SPI_RESERVED	255	/* 0 to here: RFC 4302, 4303 */

void
field_spi(struct parser *p, struct loc loc)
{
	struct sa *sa = &p->cmd.sa;
	uint64_t value;

	field_given(p, F_SPI, loc);
	if (!number_read_hex_at(p, loc, "an SPI", UINT32_MAX, &value))
		return;
	sa->spi = (uint32_t)value;
	sa->has_sa = true;
	if ((p->cmd.op == OP_ADD || p->cmd.op == OP_UPDATE ||
	    p->cmd.op == OP_GETSPI) && value <= SPI_RESERVED &&
	    (sa->satype == SADB_SATYPE_ESP || sa->satype == SADB_SATYPE_AH))
		field_error(p, loc, "SPIs from 0 to 255 are reserved");
}

/* One word too many: what could it have been? */
static void
report_stray_word(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc);
	size_t len = loc_length(loc);
	char buf[QUOTED];

	field_error(p, loc, "expected %s, found %s",
	    syntax_next_field(&p->cmd), field_quote(p, loc, buf));
	if (algorithm_named(ALG_ENC, word, len) != NULL)
		diag_hint(p->diag, "write -E before an encryption algorithm");
	else if (algorithm_named(ALG_AUTH, word, len) != NULL)
		diag_hint(p->diag, "write -A before an authentication "
		    "algorithm");
	else
		field_hint_lookalike(p, loc);
}

void
field_origin(struct parser *p, struct loc origin, struct loc spi)
{
	const char *word = parser_text(p, origin);
	size_t len = loc_length(origin);

	p->cmd.at[F_ORIGIN] = p->cmd.oai.name = origin;
	if (p->cmd.sa.natt.given || p->cmd.bad) {
		field_spi(p, spi);
		return;
	}
	if (memchr(word, '.', len) != NULL || memchr(word, ':', len) != NULL) {
		field_error(p, origin, "only esp-udp takes an original address "
		    "before the SPI");
		return;
	}
	field_spi(p, origin);
	if (!p->cmd.bad)
		report_stray_word(p, spi);
}
