/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Syntax errors: what was expected, in the manual's words; what was found; and
 * likely slips.
 */
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "names.h"
#include "setting.h"
#include "syntax.h"
#include "parse.h"

/* ---- what was expected ---- */

/* What comes after the slash at that place in a rule. */
static const char *
after_rule_slash(const struct parser *p, uint32_t slash)
{
	static const char *const parts[] = {
		"a mode (transport or tunnel)",
		"two addresses (src-dst), '/' or the next rule",
		"a level (default, use, require or unique)",
	};
	const char *c = source_at(p->source, slash);
	const char *action = source_at(p->source, p->cmd.at[F_ACTION].end);
	unsigned slashes = 0;

	for (; c > action && strchr(" \t\n", *c) == NULL; c--)
		slashes += *c == '/';
	return parts[slashes < 2 ? 0 : slashes < 3 ? 1 : 2];
}

static bool
is_of_shape(const struct option *option, int shape)
{
	return option != NULL && option->shape == shape;
}

/* What comes after a punctuation mark. */
static const char *
after_mark(const struct parser *p, struct loc mark)
{
	bool rules = is_given(&p->cmd, F_ACTION);

	switch (loc_length(mark) == 1 ? *parser_text(p, mark) : '\0') {
	case '[':
		return "a port";
	case ',':
		return "an ICMP code";
	case '+':
		return "a number";
	case '-':
		return rules ? "a destination address" : "a number";
	case '/':
		return rules ? after_rule_slash(p, mark.begin) :
		    is_of_shape(p->scanner.option, OPT_MARK) ||
		    is_of_shape(p->scanner.option, OPT_OUTPUT_MARK) ?
		    "a mask" : "a prefix length";
	default:
		return NULL;
	}
}

/* Of a command about policies. */
static const char *
next_policy_field(const struct command *cmd)
{
	if (!is_given(cmd, F_SRC))
		return "a source range";
	if (!is_given(cmd, F_DST))
		return "a destination range";
	if (!is_given(cmd, F_UPPER))
		return "an upper-layer protocol";
	if (!is_given(cmd, F_DIRECTION))
		return "-P and a policy";
	if (!is_given(cmd, F_ACTION))
		return cmd->op == OP_SPDDELETE ? "';'" :
		    "discard, none, ipsec or ';'";
	return cmd->policy.action != IPSEC_POLICY_IPSEC ? "';'" :
	    "a rule (protocol/mode/src-dst/level) or ';'";
}

/* After the SPI of an add. */
static const char *
next_algorithm(const struct command *cmd)
{
	if (is_given(cmd, F_COMP))
		return is_given(cmd, F_RAW_CPI) ? "';'" : "-R or ';'";
	if (is_given(cmd, F_AUTH))
		return is_given(cmd, F_AUTH_KEY) ? "';'" : "a key or ';'";
	if (is_given(cmd, F_ENC))
		return is_given(cmd, F_ENC_KEY) ? "-A or ';'" :
		    "a key, -A or ';'";
	return "an option, an algorithm (-E, -A, -C) or ';'";
}

/* Of a command about all entries that are not left out. */
static const char *
next_filter_field(const struct command *cmd)
{
	bool policies = is_policy_command(cmd);

	if (is_given(cmd, F_DIRECTION))
		return "';'";
	if (is_given(cmd, F_REQID) || is_given(cmd, F_MARK) ||
	    is_given(cmd, F_IF_ID) || is_given(cmd, F_UPPER) ||
	    is_given(cmd, F_SPI))
		return "an option or ';'";
	if (is_given(cmd, F_SRC) && !is_given(cmd, F_DST))
		return "a destination range";
	if (is_given(cmd, F_PROTO))
		return is_given(cmd, F_SRC) ? "an SPI, an option or ';'" :
		    "an option or ';'";
	if (is_given(cmd, F_DST))
		return policies ? "an upper-layer protocol, an option or ';'" :
		    "a protocol (esp, ah, ipcomp), an option or ';'";
	return policies ? "a source range, an option or ';'" :
	    "a protocol (esp, ah, ipcomp), a source range, an option or ';'";
}

const char *
syntax_next_field(const struct command *cmd)
{
	switch (cmd->op) {
	case OP_NONE:
		return "a command";
	case OP_FLUSH: case OP_DUMP: case OP_SPDFLUSH: case OP_SPDDUMP:
		return next_filter_field(cmd);
	case OP_EXIT: case OP_HELP:
		return "';'";
	case OP_SPDDEFAULT:
		return "a direction (in, out, fwd), and discard or none";
	case OP_SPDHASH:
		return "ipv4 or ipv6, and two prefix lengths (24/24)";
	case OP_SPDADD: case OP_SPDUPDATE: case OP_SPDDELETE:
		return next_policy_field(cmd);
	default:
		break;
	}
	if (!is_given(cmd, F_SRC))
		return "a source address";
	if (!is_given(cmd, F_DST))
		return "a destination address";
	if (!is_given(cmd, F_PROTO))
		return "a protocol (esp, ah, ipcomp, tcp)";
	if (cmd->op == OP_DELETEALL)
		return "';'";
	if (!is_given(cmd, F_SPI))
		return "an SPI";
	return cmd->op == OP_ADD || cmd->op == OP_UPDATE ?
	    next_algorithm(cmd) : "';'";
}

/* Whether the grammar would have taken that token. */
static bool
is_expected(const struct syntax_error *e, int token)
{
	unsigned i;

	if (e->nexpected > SYNTAX_EXPECTED)
		return false;
	for (i = 0; i < e->nexpected; i++)
		if (e->expected[i] == token)
			return true;
	return false;
}

static bool
is_only_expected(const struct syntax_error *e, int token)
{
	return e->nexpected == 1 && e->expected[0] == token;
}

/* The punctuation that alone could stand there, quoted; or NULL. */
static const char *
only_mark(const struct syntax_error *e)
{
	static const struct name marks[] = {
		{ "'['", '[' }, { "']'", ']' }, { "'/'", '/' },
		{ "','", ',' }, { "';'", ';' }, { "'-'", '-' }, { NULL, 0 }
	};

	return e->nexpected == 1 ?
	    name_of(marks, (uint32_t)e->expected[0]) : NULL;
}

/* An option whose argument is one of some words. */
static bool
is_of_words(const struct option *option)
{
	return option->setting != EXT_NONE &&
	    settings[option->setting - EXT_X_SETTING].shape == SETTING_WORD;
}

/*
 * What the grammar wanted where it stumbled.  When it wants little else than a
 * word, that is an argument of the last option.
 */
static const char *
expected(const struct parser *p, const struct syntax_error *e)
{
	const struct scanner *s = &p->scanner;
	const char *next = syntax_next_field(&p->cmd), *phrase = NULL;
	bool rules = is_given(&p->cmd, F_ACTION);

	if (is_only_expected(e, STRING))
		return "a quoted label";
	if (is_only_expected(e, ']'))
		return "']'";
	if (rules && is_expected(e, '-'))
		return "'-' and the destination address";
	if (rules && is_only_expected(e, '/'))
		return "'/' and the rest of a rule";
	if (p->cmd.op != OP_NONE)
		phrase = after_mark(p, s->before);
	if (phrase == NULL && s->kind_before == PRIORITY)
		phrase = "a priority (high, def, low or a number)";
	if (phrase == NULL && s->option != NULL && is_expected(e, WORD) &&
	    !is_expected(e, ';'))
		phrase = is_of_words(s->option) ? "a value" :
		    s->option->what;
	if (phrase == NULL && strstr(next, "';'") == NULL)
		phrase = only_mark(e);
	return phrase != NULL ? phrase : next;
}

/* What stands there, fit for a message. */
static const char *
found(const struct parser *p, const struct syntax_error *e, char buf[QUOTED])
{
	if (e->found == 0)
		return "the end of the input";
	if (e->found == STRING)
		return "a quoted string";
	return field_quote(p, e->at, buf);
}

/* ---- a lost ';' ---- */

/*
 * A '#' right behind a word was perhaps meant to belong to it.  At the end of
 * the text there is a zero.
 */
static void
hint_comment(struct parser *p, uint32_t end)
{
	if (*source_at(p->source, end) == '#')
		diag_hint(p->diag, "from '#' on the line is a comment");
}

bool
syntax_is_stray(struct parser *p, struct loc at)
{
	struct scanner *s = &p->scanner;
	struct loc line = s->line;

	if (s->stray.end == 0 && line.end != 0 && line.begin <= at.begin) {
		/* Looks at a line once, not for each error behind it. */
		s->line.end = 0;
		if (command_closest(parser_text(p, line), loc_length(line)) !=
		    NULL && !secrets_overlap(&p->diag->secrets, line)) {
			s->stray = line;
			s->stray_after = s->line_after;
		}
	}
	return s->stray.end != 0 && s->stray.begin <= at.begin;
}

void
syntax_lost_semicolon(struct parser *p)
{
	struct scanner *s = &p->scanner;
	struct loc end = { s->stray_after, s->stray_after + 1 };
	char buf[QUOTED];

	if (!s->lost) {
		p->cmd.bad = true;
		diag_quote(buf, sizeof(buf), parser_text(p, s->stray),
		    loc_length(s->stray));
		diag(p->diag, DIAG_ERROR, end, "missing ';' before %s", buf);
		hint_comment(p, end.begin);
		s->lost = true;
		s->go_back = s->stray;
	}
	/* What the caller would hint at is another mistake. */
	p->diag->quiet = true;
}

/* A command inside another one: the first lacks its ';'. */
static bool
is_lost_semicolon(struct parser *p, const struct syntax_error *e)
{
	struct scanner *s = &p->scanner;

	if (p->cmd.op == OP_NONE || !command_has_shape(e->found))
		return false;
	if (s->stray.end == 0) {
		s->stray = e->at;
		s->stray_after = s->before.end;
	}
	return true;
}

/* ---- likely slips ---- */

static bool
lost_quote(struct parser *p, const struct syntax_error *e)
{
	struct loc quote = { p->scanner.quote, p->scanner.quote + 1 };

	if (e->found != OPEN_QUOTE)
		return false;
	field_error(p, quote, "this quoted string is never closed");
	return true;
}

static bool
unknown_option(struct parser *p, const struct syntax_error *e)
{
	const char *word = parser_text(p, e->at), *closest;
	size_t len = loc_length(e->at);
	char buf[QUOTED];

	/* A negative number is not the option that it looks like. */
	if (e->found != UNKNOWN_OPTION ||
	    (len > 1 && word[1] >= '0' && word[1] <= '9'))
		return false;
	if (len == 1) {
		field_error(p, e->at, "expected the letter of an option right "
		    "after '-'");
		return true;
	}
	field_error(p, e->at, "unknown option %s", found(p, e, buf));
	closest = option_closest(word, len);
	if (closest != NULL)
		diag_hint(p->diag, "did you mean '%s'?", closest);
	return true;
}

/* An option before any command, as some shells leave the one of echo. */
static bool
stray_option(struct parser *p, const struct syntax_error *e)
{
	char buf[QUOTED];

	if (p->cmd.op != OP_NONE || *parser_text(p, e->at) != '-')
		return false;
	field_error(p, e->at, "expected a command, found %s", found(p, e, buf));
	if (field_is(p, e->at, "-e") || field_is(p, e->at, "-n"))
		diag_hint(p->diag, "some shells' echo knows no options and "
		    "prints them: use printf");
	return true;
}

static void
hint_commands(struct parser *p)
{
	const struct command_word *row;
	char list[256] = "";
	size_t used = 0;

	/* Without second names. */
	for (row = command_words; row->name != NULL; row++)
		if (row == command_of(row->op))
			used += (size_t)snprintf(list + used,
			    sizeof(list) - used, "%s%s",
			    used == 0 ? "" : ", ", row->name);
	diag_hint(p->diag, "the commands are %s", list);
}

static bool
unknown_command(struct parser *p, const struct syntax_error *e)
{
	const char *closest;
	char buf[QUOTED];

	if (p->cmd.op != OP_NONE || (e->found != WORD && e->found != '/'))
		return false;
	if (e->found == '/') {
		field_error(p, e->at, "expected a command, found '/'");
		diag_hint(p->diag, "comments begin with '#'");
		return true;
	}
	field_error(p, e->at, "unknown command %s", found(p, e, buf));
	closest = command_closest(parser_text(p, e->at), loc_length(e->at));
	if (closest != NULL)
		diag_hint(p->diag, "did you mean '%s'?", closest);
	else if (field_first_time(p, SAID_COMMANDS))
		hint_commands(p);
	return true;
}

/* An option that stands before the algorithms. */
static bool
is_early(const struct option *option)
{
	return option != NULL && option->shape != OPT_ENC &&
	    option->shape != OPT_AUTH && option->shape != OPT_COMP &&
	    option->shape != OPT_RAW_CPI && option->shape != OPT_POLICY;
}

/* Parts of a command in the wrong order. */
static bool
wrong_order(struct parser *p, const struct syntax_error *e)
{
	const struct command *cmd = &p->cmd;
	const char *text = parser_text(p, e->at);
	bool algorithm = is_given(cmd, F_ENC) || is_given(cmd, F_AUTH) ||
	    is_given(cmd, F_COMP);
	char buf[QUOTED];

	field_quote(p, e->at, buf);
	if (e->found == OPT_ENC && is_given(cmd, F_AUTH))
		field_error(p, e->at, "-E must come before -A");
	else if (algorithm && is_early(p->scanner.read))
		field_error(p, e->at, "%s must come before the algorithms",
		    buf);
	else if (e->found == OPT_ADDRESS && is_given(cmd, F_SRC))
		field_error(p, e->at, "%s must come right after the command",
		    buf);
	else if (e->found == PRIORITY && is_given(cmd, F_ACTION))
		field_error(p, e->at, "the priority must come right after the "
		    "direction");
	else if (e->found == '-' && is_given(cmd, F_ACTION) &&
	    text[-1] == ' ' && strchr(" \t\n;", text[1]) == NULL)
		field_error(p, e->at, "options must come before -P");
	else
		return false;
	return true;
}

/* Finds punctuation that does not belong into an address. */
static bool
wrong_mark(struct parser *p, const struct syntax_error *e)
{
	const struct command *cmd = &p->cmd;
	bool sa = !is_policy_command(cmd);
	char before = *parser_text(p, p->scanner.before);

	if (cmd->op == OP_NONE || is_of_shape(p->scanner.option, OPT_POLICY) ||
	    (is_given(cmd, F_DST) && is_given(cmd, F_UPPER)))
		return false;
	if (e->found == '/' && sa)
		field_error(p, e->at, "the addresses of an SA take no prefix");
	else if (e->found == '/' && before == ']')
		field_error(p, e->at, "the prefix length must come before the "
		    "port");
	else if (e->found == '[' && !is_given(cmd, F_DST) && before != ']') {
		field_error(p, e->at, "expected %s, found '['",
		    syntax_next_field(cmd));
		diag_hint(p->diag, "brackets are for ports, behind an address");
	} else
		return false;
	return true;
}

static bool
is_before_a_name(const struct parser *p, const struct name *table)
{
	struct loc before = p->scanner.before;

	return name_find(table, parser_text(p, before), loc_length(before)) !=
	    NULL;
}

/* A level that a '/' is missing before: what it was taken for goes wrong. */
static bool
lost_slash(struct parser *p, const struct syntax_error *e)
{
	struct loc before = p->scanner.before;
	char buf[QUOTED];

	if (!is_given(&p->cmd, F_ACTION) || p->scanner.kind_before != WORD ||
	    is_expected(e, ';') || !is_before_a_name(p, level_names))
		return false;
	field_error(p, before, "missing '/' before %s",
	    field_quote(p, before, buf));
	diag_hint(p->diag, "a rule is protocol/mode/src-dst/level, without "
	    "addresses protocol/mode//level");
	return true;
}

/* A word in the place of a rule that does not begin one. */
static bool
unknown_rule(struct parser *p, const struct syntax_error *e)
{
	struct loc before = p->scanner.before;
	char buf[QUOTED];

	if (!is_given(&p->cmd, F_ACTION) || p->scanner.kind_before != WORD ||
	    !is_only_expected(e, '/') || is_before_a_name(p, rule_proto_names))
		return false;
	field_error(p, before, "expected a rule (protocol/mode/src-dst/level) "
	    "or ';', found %s", field_quote(p, before, buf));
	return true;
}

static bool (*const slips[])(struct parser *, const struct syntax_error *) = {
	lost_quote, stray_option, unknown_option, unknown_command, wrong_order,
	wrong_mark, lost_slash, unknown_rule,
};

/* A string over several lines that ends before a mistake may be one. */
static void
hint_string(struct parser *p)
{
	struct loc loc = p->scanner.before;
	unsigned line, column;

	if (p->scanner.kind_before != STRING ||
	    memchr(parser_text(p, loc), '\n', loc_length(loc)) == NULL)
		return;
	source_position(p->source, loc.begin, &line, &column);
	diag_hint(p->diag, "the string before it began on line %u: does it "
	    "lack its closing quote?", line);
}

static void
general_error(struct parser *p, const struct syntax_error *e)
{
	const char *phrase = expected(p, e);
	struct loc at = e->at;
	char buf[QUOTED];

	if (e->found == 0 && p->cmd.op != OP_NONE &&
	    strstr(phrase, "';'") != NULL) {
		at.end = at.begin + 1;
		field_error(p, at, "missing ';' at the end of the input");
		hint_comment(p, at.begin);
		return;
	}
	field_error(p, at, "expected %s, found %s", phrase, found(p, e, buf));
	if (p->cmd.op != OP_NONE)
		hint_comment(p, p->scanner.before.end);
	hint_string(p);
	field_hint_lookalike(p, at);
}

void
syntax_report(struct parser *p, const struct syntax_error *e)
{
	size_t i;

	p->scanner.skipping = true;
	/* What a person drops needs no comment. */
	if (p->scanner.interrupted)
		return;
	/* A mistake that was reported often derails what follows it. */
	if (p->scanner.go_back.end != 0)
		return;
	if (is_lost_semicolon(p, e) || syntax_is_stray(p, e->at)) {
		syntax_lost_semicolon(p);
		return;
	}
	if (p->cmd.bad)
		return;
	for (i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		if (slips[i](p, e))
			return;
	general_error(p, e);
}
