%{
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar, policies included.  It divides a statement into the parts of a
 * command, which fields.c then makes values of in the parser's struct command;
 * a whole command goes to the sink.  The grammar neither prints records nor
 * sends messages.
 *
 * A location is the index of a token, whose place in the text is known: so
 * what is reported can always be pointed at.
 *
 * Nearly all statements of a large file are like an earlier one, and go past
 * the grammar: see pattern.c.
 */
#include <string.h>

#include "platform.h"
#include "setkey.h"
#include "parse.h"

#define YYLLOC_DEFAULT(cur, rhs, n)	((cur) = YYRHSLOC(rhs, (n) ? 1 : 0))

static void part(struct parser *, void (*)(struct parser *, unsigned),
    unsigned);
%}

%require "3.6"
%define api.pure full
%define api.location.type {unsigned}	/* index of the first token */
%define api.value.type {char}		/* none is used */
%define parse.error custom
%locations
%param {struct parser *p}
%initial-action { @$ = 0; }

%code requires {
#include "setkey.h"
}
%code provides {
/*
 * token.l.  token_open() makes the lexer, at p->pos of the text; false when
 * memory is out.  token_statement() reads the tokens up to a ';' or the end,
 * which is a token of kind 0; false when there is nothing more, or no memory.
 * It also ends where the statement must be wrong already (p->is_cut).
 * token_seek() goes back to an offset, out of all quotes.  token_word() is where
 * a token of that kind (WORD, NUMBER, STRING) ends that begins there, in a
 * policy or before it; NULL if there is another.
 */
bool token_open(struct parser *);
bool token_statement(struct parser *);
void token_seek(struct parser *, uint32_t offset);
const char *token_word(const char *, int kind, bool in_policy);
void token_close(struct parser *);
}
%code {
static int yylex(YYSTYPE *, unsigned *, struct parser *);
static void yyerror(const unsigned *, struct parser *, const char *);
}

/* Commands, by the shape of what follows them. */
%token CMD_ADD CMD_SA CMD_PAIR CMD_SADB CMD_SPDADD CMD_SPDDELETE
%token CMD_BARE
/* Options; OPT_NUMBER is all those that take a number, by enum field. */
%token OPT_NUMBER
%token OPT_ADDRESS OPT_ENC OPT_AUTH OPT_COMP OPT_RAW_CPI OPT_MODE OPT_PAD
%token OPT_NATT OPT_ESN OPT_HWIF OPT_LABEL OPT_MARK OPT_POLICY STRING
/* Only in a policy, where no host can be called so. */
%token NUMBER PRIORITY
/* Never in the grammar: the lexer's way to say what it found. */
%token UNKNOWN_OPTION INVALID OPEN_QUOTE
/* In "proto/mode/ WORD" the word is taken as more of the same rule. */
%precedence RULE_ENDS
%precedence WORD

%%

statement
	: ';'
	| command ';'
	;

command
	: add src dst protocol spi sa_options algorithms
	| sa src dst protocol spi sa_options
	| pair src dst protocol
	| sadb
	| sadb protocol
	| spdadd src_range dst_range upper spd_options policy
	| spdadd WORD STRING policy	{ part(p, field_tagged, @2); }
	| spddelete src_range dst_range upper spd_options policy
	| CMD_BARE			{ part(p, field_command, @1); }
	;

add
	: CMD_ADD			{ part(p, field_command, @1); }
	| add OPT_ADDRESS		{ part(p, field_options, @2); }
	;
sa
	: CMD_SA			{ part(p, field_command, @1); }
	| sa OPT_ADDRESS		{ part(p, field_options, @2); }
	;
pair
	: CMD_PAIR			{ part(p, field_command, @1); }
	| pair OPT_ADDRESS		{ part(p, field_options, @2); }
	;
sadb
	: CMD_SADB			{ part(p, field_command, @1); }
	;
spdadd
	: CMD_SPDADD			{ part(p, field_command, @1); }
	| spdadd OPT_ADDRESS		{ part(p, field_options, @2); }
	;
spddelete
	: CMD_SPDDELETE			{ part(p, field_command, @1); }
	| spddelete OPT_ADDRESS		{ part(p, field_options, @2); }
	;

src
	: src_name
	| src_name '[' WORD ']'		{ part(p, field_src_port, @3); }
	;
src_name
	: WORD				{ part(p, field_src, @1); }
	;
dst
	: dst_name
	| dst_name '[' WORD ']'		{ part(p, field_dst_port, @3); }
	;
dst_name
	: WORD				{ part(p, field_dst, @1); }
	;
host
	: WORD
	| WORD '[' WORD ']'
	;
protocol
	: WORD				{ part(p, field_protocol, @1); }
	;
spi
	: WORD				{ part(p, field_spi, @1); }
	| WORD WORD			{ part(p, field_origin, @1); }
	;

sa_options
	: %empty
	| sa_options sa_option
	;
sa_option
	: OPT_MODE WORD			{ part(p, field_mode, @1); }
	| OPT_NUMBER WORD		{ part(p, field_number, @1); }
	| OPT_PAD WORD			{ part(p, field_pad, @1); }
	| OPT_ESN			{ part(p, field_esn, @1); }
	| OPT_NATT host host		{ part(p, field_natt, @1); }
	| shared_option
	;
/* What an SA and a policy can both have. */
shared_option
	: OPT_HWIF WORD			{ part(p, field_hwif, @1); }
	| OPT_LABEL WORD WORD STRING	{ part(p, field_label, @1); }
	| OPT_MARK WORD			{ part(p, field_mark, @1); }
	| OPT_MARK WORD '/' WORD	{ part(p, field_mark, @1); }
	;
algorithms
	: %empty
	| encryption
	| encryption authentication
	| authentication
	| compression
	;
encryption
	: cipher
	| cipher key
	;
cipher
	: OPT_ENC WORD			{ part(p, field_cipher, @1); }
	;
authentication
	: authenticator
	| authenticator key
	;
authenticator
	: OPT_AUTH WORD			{ part(p, field_cipher, @1); }
	;
key
	: STRING			{ part(p, field_key, @1); }
	| WORD				{ part(p, field_key, @1); }
	;
compression
	: OPT_COMP WORD			{ part(p, field_compression, @1); }
	| OPT_COMP WORD OPT_RAW_CPI	{ part(p, field_compression, @1); }
	;

src_range
	: src
	| src_prefix
	| src_prefix '[' WORD ']'	{ part(p, field_src_port, @3); }
	;
src_prefix
	: src_name '/' WORD		{ part(p, field_src_prefix, @3); }
	;
dst_range
	: dst
	| dst_prefix
	| dst_prefix '[' WORD ']'	{ part(p, field_dst_port, @3); }
	;
dst_prefix
	: dst_name '/' WORD		{ part(p, field_dst_prefix, @3); }
	;

upper
	: WORD				{ part(p, field_upper, @1); }
	| WORD WORD			{ part(p, field_upper, @1); }
	| WORD WORD ',' WORD		{ part(p, field_upper, @1); }
	;
spd_options
	: %empty
	| spd_options shared_option
	| spd_options OPT_NUMBER WORD	{ part(p, field_number, @2); }
	;

policy
	: OPT_POLICY direction
	| OPT_POLICY direction priority
	| OPT_POLICY direction action rules
	| OPT_POLICY direction priority action rules
	;
direction
	: WORD				{ part(p, field_direction, @1); }
	;
action
	: WORD				{ part(p, field_action, @1); }
	;
priority
	: offset			{ part(p, field_priority, @1); }
	| PRIORITY offset		{ part(p, field_priority, @1); }
	| PRIORITY WORD			{ part(p, field_priority, @1); }
	| PRIORITY WORD '+' NUMBER	{ part(p, field_priority, @1); }
	| PRIORITY WORD '-' NUMBER	{ part(p, field_priority, @1); }
	;
offset
	: NUMBER
	| '-' NUMBER
	;

rules
	: %empty
	| rules rule			{ part(p, field_rule, @2); }
	;
rule
	: WORD '/' WORD
	| WORD '/' WORD '/'		%prec RULE_ENDS
	| WORD '/' WORD '/' ends
	| WORD '/' WORD '/' ends '/'	%prec RULE_ENDS
	| WORD '/' WORD '/' ends '/' WORD
	| WORD '/' WORD '/' '/' WORD
	;
ends
	: end '-' end
	;
end
	: WORD
	| WORD '[' port ']'
	;
port
	: WORD
	| NUMBER
	;

%%

static int
yylex(YYSTYPE *value, unsigned *index, struct parser *p)
{
	(void)value;
	if (p->next == p->ntokens)
		return YYEOF;
	*index = p->next;
	return p->kinds[p->next++];
}

/* Notes a part of the command, to be read when the statement is whole. */
static void
part(struct parser *p, void (*read)(struct parser *, unsigned),
    unsigned first)
{
	p->parts[p->nparts].read = read;
	p->parts[p->nparts++].first = first;
}

void
parser_read(struct parser *p, const struct part *parts, unsigned n)
{
	for (; n > 0 && !p->resyncing; n--, parts++)
		parts->read(p, parts->first);
}

static void
yyerror(const unsigned *index, struct parser *p, const char *text)
{
	/* Only for memory exhaustion: syntax errors are reported below. */
	field_error(p, parser_loc(p, *index), "%s", text);
}

/* ---- syntax errors: where ---- */

/* The grammar stumbled at the token that it got last. */
static struct loc
previous(const struct parser *p)
{
	return p->next < 2 ? p->last_token : parser_loc(p, p->next - 2);
}

static int
previous_kind(const struct parser *p)
{
	return p->next < 2 ? 0 : p->kinds[p->next - 2];
}

/* The last option before it, or 0. */
static int
previous_option(const struct parser *p)
{
	unsigned i;

	for (i = p->next - 1; i > 0; i--)
		if (p->kinds[i - 1] >= OPT_NUMBER &&
		    p->kinds[i - 1] <= OPT_POLICY)
			return p->kinds[i - 1];
	return 0;
}

/* ---- syntax errors: what was expected ---- */

#define KIND(c)		YYTRANSLATE(c)	/* bison's symbol of a character */

/* What belongs after a word that announces it. */
static const struct name announced[] = {
	{ "an encryption algorithm", OPT_ENC },
	{ "an authentication algorithm", OPT_AUTH },
	{ "a compression algorithm", OPT_COMP },
	{ "a mode (transport, tunnel or any)", OPT_MODE },
	{ "a padding (zero-pad, random-pad, seq-pad) or nocyclic-seq",
	    OPT_PAD },
	{ "a number", OPT_NUMBER },
	{ "two addresses with ports", OPT_NATT },
	{ "an interface", OPT_HWIF },
	{ "a domain, an algorithm and a quoted label", OPT_LABEL },
	{ "a mark", OPT_MARK },
	{ "a direction (in, out or fwd)", OPT_POLICY },
	{ NULL, 0 }
};

/* What comes after the slash at that place in a rule. */
static const char *
after_rule_slash(const struct parser *p, uint32_t i)
{
	static const char *const parts[] = {
		"a mode (transport or tunnel)",
		"two addresses (src-dst), '/' or the next rule",
		"a level (default, use, require or unique)",
	};
	const char *c = source_at(p->source, i);
	const char *action = source_at(p->source, p->cmd.at[F_ACTION].end);
	unsigned slashes = 0;

	for (; c > action && strchr(" \t\n", *c) == NULL; c--)
		slashes += *c == '/';
	return parts[slashes < 3 ? slashes - 1 : 2];
}

/* What comes after a punctuation mark. */
static const char *
after_mark(const struct parser *p, struct loc mark)
{
	switch (mark.end - mark.begin == 1 ? *parser_text(p, mark) : '\0') {
	case '[':
		return "a port";
	case ',':
		return "an ICMP code";
	case '+':
		return "a number";
	case '-':
		return p->cmd.at[F_ACTION].end == 0 ? "a number" :
		    "a destination address";
	case '/':
		return p->cmd.at[F_ACTION].end != 0 ?
		    after_rule_slash(p, mark.begin) :
		    previous_option(p) == OPT_MARK ? "a mask" : "a prefix length";
	default:
		return NULL;
	}
}

/* Of a command about policies. */
static const char *
next_policy_field(const struct command *cmd)
{
	if (cmd->at[F_SRC].end == 0)
		return "a source range";
	if (cmd->at[F_DST].end == 0)
		return "a destination range";
	if (cmd->at[F_UPPER].end == 0)
		return "an upper-layer protocol";
	if (cmd->at[F_DIRECTION].end == 0)
		return "-P and a policy";
	if (cmd->at[F_ACTION].end == 0)
		return cmd->op == OP_SPDDELETE ? "';'" :
		    "discard, none, ipsec or ';'";
	return cmd->policy.action != IPSEC_POLICY_IPSEC ? "';'" :
	    "a rule (protocol/mode/src-dst/level) or ';'";
}

/* After the SPI of an add. */
static const char *
next_algorithm(const struct command *cmd)
{
	if (cmd->at[F_COMP].end != 0)
		return cmd->at[F_RAW_CPI].end != 0 ? "';'" : "-R or ';'";
	if (cmd->at[F_AUTH].end != 0)
		return cmd->at[F_AUTH_KEY].end != 0 ? "';'" : "a key or ';'";
	if (cmd->at[F_ENC].end != 0)
		return cmd->at[F_ENC_KEY].end != 0 ? "-A or ';'" :
		    "a key, -A or ';'";
	return "an option, an algorithm (-E, -A, -C) or ';'";
}

const char *
parser_next_field(const struct command *cmd)
{
	switch (cmd->op) {
	case OP_NONE:
		return "a command";
	case OP_FLUSH: case OP_DUMP:
		return cmd->at[F_PROTO].end != 0 ? "';'" :
		    "a protocol (esp, ah, ipcomp) or ';'";
	case OP_SPDFLUSH: case OP_SPDDUMP: case OP_EXIT: case OP_HELP:
		return "';'";
	case OP_SPDADD: case OP_SPDUPDATE: case OP_SPDDELETE:
		return next_policy_field(cmd);
	default:
		break;
	}
	if (cmd->at[F_SRC].end == 0)
		return "a source address";
	if (cmd->at[F_DST].end == 0)
		return "a destination address";
	if (cmd->at[F_PROTO].end == 0)
		return "a protocol (esp, ah, ipcomp, tcp)";
	if (cmd->op == OP_DELETEALL)
		return "';'";
	if (cmd->at[F_SPI].end == 0)
		return "an SPI";
	return cmd->op == OP_ADD || cmd->op == OP_UPDATE ?
	    next_algorithm(cmd) : "';'";
}

static bool
is_among(yysymbol_kind_t kind, const yysymbol_kind_t *kinds, int n)
{
	while (n-- > 0)
		if (kinds[n] == kind)
			return true;
	return false;
}

/*
 * What the grammar wanted where it stumbled, in the manual's words.  When it
 * wants little else than a word, that is an argument of the last option.
 */
static const char *
expected(const struct parser *p, const yypcontext_t *ctx)
{
	const char *next = parser_next_field(&p->cmd), *phrase;
	yysymbol_kind_t kinds[2];
	int n = yypcontext_expected_tokens(ctx, kinds, 2);
	bool action = p->cmd.at[F_ACTION].end != 0;

	if (n == 1 && kinds[0] == YYSYMBOL_STRING)
		return "a quoted label";
	if (n == 1 && kinds[0] == KIND(']'))
		return "']'";
	if (action && is_among(KIND('-'), kinds, n))
		return "'-' and the destination address";
	if (action && n == 1 && kinds[0] == KIND('/'))
		return "'/' and the rest of a rule";
	phrase = p->cmd.op == OP_NONE ? NULL : after_mark(p, previous(p));
	if (phrase == NULL && previous_kind(p) == PRIORITY)
		phrase = "a priority (high, def, low or a number)";
	if (phrase == NULL && is_among(YYSYMBOL_WORD, kinds, n) &&
	    !is_among(KIND(';'), kinds, n))
		phrase = name_of(announced, (uint32_t)previous_option(p));
	if (phrase == NULL && n == 1 && strstr(next, "';'") == NULL &&
	    yysymbol_name(kinds[0])[0] == '\'')
		phrase = yysymbol_name(kinds[0]);
	return phrase != NULL ? phrase : next;
}

/* What stands there, fit for a message. */
#define FOUND_TEXT	64

static const char *
found(const struct parser *p, yysymbol_kind_t kind, struct loc loc,
    char buf[FOUND_TEXT])
{
	if (kind == YYSYMBOL_YYEOF)
		return "the end of the input";
	if (kind == YYSYMBOL_STRING)
		return "a quoted string";
	return diag_quote_at(p->source, loc, buf, FOUND_TEXT);
}

/* ---- syntax errors: likely slips ---- */

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

static bool
is_command(const struct parser *p, struct loc loc)
{
	return command_named(parser_text(p, loc), loc.end - loc.begin) != NULL;
}

bool
parser_begins_line(const struct parser *p, struct loc loc)
{
	const char *begin = p->source->text, *c = parser_text(p, loc);

	while (c > begin && (c[-1] == ' ' || c[-1] == '\t'))
		c--;
	return (c == begin || c[-1] == '\n') && is_command(p, loc);
}

bool
parser_has_stray(struct parser *p, uint32_t offset)
{
	struct loc loc;
	unsigned i;

	for (i = 1; i < p->ntokens && p->stray.end == 0; i++) {
		loc = parser_loc(p, i);
		if (loc.begin > offset)
			break;
		if (p->kinds[i] != WORD || !parser_begins_line(p, loc))
			continue;
		p->stray = loc;
		p->stray_after = parser_loc(p, i - 1).end;
	}
	return p->stray.end != 0 && p->stray.begin <= offset;
}

void
parser_stray(struct parser *p, struct loc loc)
{
	const char *begin = p->source->text, *end = parser_text(p, loc);

	if (parser_has_stray(p, loc.begin) || !is_command(p, loc))
		return;
	while (end > begin && strchr(" \t", end[-1]) != NULL)
		end--;
	p->stray = loc;
	p->stray_after = source_offset(p->source, end);
}

void
parser_lost_semicolon(struct parser *p)
{
	struct loc end = { p->stray_after, p->stray_after + 1 };
	char buf[FOUND_TEXT];

	diag_quote(buf, FOUND_TEXT, parser_text(p, p->stray),
	    p->stray.end - p->stray.begin);
	p->cmd.bad = true;
	diag(p->diag, DIAG_ERROR, end, "missing ';' before %s", buf);
	hint_comment(p, end.begin);
	/* What the caller would hint at is another mistake. */
	p->diag->quiet = true;
	p->resyncing = true;
}

static bool
lost_quote(struct parser *p, const yypcontext_t *ctx, struct loc loc)
{
	if (yypcontext_token(ctx) != YYSYMBOL_OPEN_QUOTE)
		return false;
	loc.begin = p->quote;
	loc.end = p->quote + 1;
	field_error(p, loc, "this quoted string is never closed");
	return true;
}

static bool
unknown_option(struct parser *p, const yypcontext_t *ctx, struct loc loc)
{
	yysymbol_kind_t kind = yypcontext_token(ctx);
	const char *word = parser_text(p, loc), *closest;
	size_t len = loc.end - loc.begin;
	char buf[FOUND_TEXT];

	/* A negative number is none. */
	if (kind != YYSYMBOL_UNKNOWN_OPTION ||
	    (len > 1 && word[1] >= '0' && word[1] <= '9'))
		return false;
	if (len == 1) {
		field_error(p, loc, "expected the letter of an option right "
		    "after '-'");
		return true;
	}
	field_error(p, loc, "unknown option %s", found(p, kind, loc, buf));
	closest = option_closest(word, len);
	if (closest != NULL)
		diag_hint(p->diag, "did you mean '%s'?", closest);
	return true;
}

static bool
unknown_command(struct parser *p, const yypcontext_t *ctx, struct loc loc)
{
	yysymbol_kind_t kind = yypcontext_token(ctx);
	const char *closest;
	char buf[FOUND_TEXT];

	if (p->cmd.op != OP_NONE || (kind != YYSYMBOL_WORD &&
	    kind != KIND('/')))
		return false;
	if (kind != YYSYMBOL_WORD) {
		field_error(p, loc, "expected a command, found '/'");
		diag_hint(p->diag, "comments begin with '#'");
		return true;
	}
	field_error(p, loc, "unknown command %s", found(p, kind, loc, buf));
	closest = command_closest(parser_text(p, loc), loc.end - loc.begin);
	if (closest != NULL)
		diag_hint(p->diag, "did you mean '%s'?", closest);
	else if (!p->commands_said) {
		p->commands_said = true;
		diag_hint(p->diag, "the commands are add, update, get, delete, "
		    "deleteall, flush, dump, spdadd, spdupdate, spddelete, "
		    "spdflush, spddump");
	}
	return true;
}

/* Parts of a command in the wrong order. */
static bool
wrong_order(struct parser *p, const yypcontext_t *ctx, struct loc loc)
{
	yysymbol_kind_t kind = yypcontext_token(ctx);
	const struct command *cmd = &p->cmd;
	bool algorithm = cmd->at[F_ENC].end != 0 || cmd->at[F_AUTH].end != 0 ||
	    cmd->at[F_COMP].end != 0;
	const char *text = parser_text(p, loc);
	char buf[FOUND_TEXT];

	found(p, kind, loc, buf);
	if (kind == YYSYMBOL_OPT_ENC && cmd->at[F_AUTH].end != 0)
		field_error(p, loc, "-E must come before -A");
	else if (algorithm && (kind == YYSYMBOL_OPT_NUMBER ||
	    (kind >= YYSYMBOL_OPT_MODE && kind <= YYSYMBOL_OPT_MARK)))
		field_error(p, loc, "%s must come before the algorithms", buf);
	else if (kind == YYSYMBOL_OPT_ADDRESS && cmd->at[F_SRC].end != 0)
		field_error(p, loc, "%s must come right after the command",
		    buf);
	else if (kind == YYSYMBOL_PRIORITY && cmd->at[F_ACTION].end != 0)
		field_error(p, loc, "the priority must come right after the "
		    "direction");
	else if (kind == KIND('-') && cmd->at[F_ACTION].end != 0 &&
	    text[-1] == ' ' && strchr(" \t\n;", text[1]) == NULL)
		field_error(p, loc, "options must come before -P");
	else
		return false;
	return true;
}

/* Marks where addresses have none. */
static bool
wrong_mark(struct parser *p, const yypcontext_t *ctx, struct loc loc)
{
	yysymbol_kind_t kind = yypcontext_token(ctx);
	const struct command *cmd = &p->cmd;
	bool sa = cmd->op >= OP_ADD && cmd->op <= OP_DELETEALL;

	if (cmd->op == OP_NONE || previous_option(p) == OPT_POLICY ||
	    (cmd->at[F_DST].end != 0 && cmd->at[F_UPPER].end != 0))
		return false;
	if (kind == KIND('/') && sa)
		field_error(p, loc, "the addresses of an SA take no prefix");
	else if (kind == KIND('/') && *parser_text(p, previous(p)) ==
	    ']')
		field_error(p, loc, "the prefix length must come before the "
		    "port");
	else if (kind == KIND('[') && cmd->at[F_DST].end == 0 &&
	    *parser_text(p, previous(p)) != ']') {
		field_error(p, loc, "expected %s, found '['",
		    parser_next_field(cmd));
		diag_hint(p->diag, "brackets are for ports, behind an address");
	} else
		return false;
	return true;
}

/* A level that a '/' is missing before: what it was taken for goes wrong. */
static bool
lost_slash(struct parser *p, const yypcontext_t *ctx, struct loc loc)
{
	yysymbol_kind_t kinds[2];
	struct loc before = previous(p);
	char buf[FOUND_TEXT];
	int n = yypcontext_expected_tokens(ctx, kinds, 2);

	if (p->cmd.at[F_ACTION].end == 0 || previous_kind(p) != WORD ||
	    is_among(KIND(';'), kinds, n) ||
	    name_find(level_names, parser_text(p, before),
	    before.end - before.begin) == NULL)
		return false;
	loc = before;
	field_error(p, loc, "missing '/' before %s", diag_quote_at(p->source,
	    loc, buf, sizeof(buf)));
	diag_hint(p->diag, "a rule is protocol/mode/src-dst/level, without "
	    "addresses protocol/mode//level");
	return true;
}

/* A word in the place of a rule that does not begin one. */
static bool
unknown_rule(struct parser *p, const yypcontext_t *ctx, struct loc loc)
{
	yysymbol_kind_t kinds[2];
	int n = yypcontext_expected_tokens(ctx, kinds, 2);
	struct loc before = previous(p);
	char buf[FOUND_TEXT];

	if (p->cmd.at[F_ACTION].end == 0 || previous_kind(p) != WORD ||
	    n != 1 || kinds[0] != KIND('/') || name_find(rule_proto_names,
	    parser_text(p, before), before.end - before.begin) != NULL)
		return false;
	loc = before;
	field_error(p, loc, "expected a rule (protocol/mode/src-dst/level) or "
	    "';', found %s", diag_quote_at(p->source, loc, buf, sizeof(buf)));
	return true;
}

static bool (*const slips[])(struct parser *, const yypcontext_t *,
    struct loc) = {
	lost_quote, unknown_option, unknown_command, wrong_order, wrong_mark,
	lost_slash, unknown_rule,
};

/* A string over several lines that ends before a mistake may be one. */
static void
hint_string(struct parser *p)
{
	struct loc loc = previous(p);
	unsigned line, column;

	if (previous_kind(p) != STRING || memchr(parser_text(p, loc), '\n',
	    loc.end - loc.begin) == NULL)
		return;
	source_position(p->source, loc.begin, &line, &column);
	diag_hint(p->diag, "the string before it began on line %u: does it "
	    "lack its closing quote?", line);
}

static void
general_error(struct parser *p, const yypcontext_t *ctx, struct loc loc)
{
	yysymbol_kind_t kind = yypcontext_token(ctx);
	const char *phrase = expected(p, ctx);
	uint32_t end = loc.begin;
	char buf[FOUND_TEXT];

	if (kind == YYSYMBOL_YYEOF && p->cmd.op != OP_NONE &&
	    strstr(phrase, "';'") != NULL) {
		loc.end = loc.begin + 1;
		field_error(p, loc, "missing ';' at the end of the input");
		hint_comment(p, end);
		return;
	}
	field_error(p, loc, "expected %s, found %s", phrase,
	    found(p, kind, loc, buf));
	if (p->next > 1)		/* else it is another statement's */
		hint_comment(p, previous(p).end);
	hint_string(p);
	field_hint_lookalike(p, loc);
}

static int
yyreport_syntax_error(const yypcontext_t *ctx, struct parser *p)
{
	yysymbol_kind_t kind = yypcontext_token(ctx);
	struct loc loc = parser_loc(p, *yypcontext_location(ctx));
	size_t i;

	/* What came before may be wrong as well, and tells what was expected. */
	parser_read(p, p->parts, p->nparts);
	if (p->resyncing)
		return 0;
	if (p->cmd.op == OP_NONE) {
		/* What is left of the command before is not of this one. */
		memset(p->cmd.at, 0, sizeof(p->cmd.at));
		p->cmd.loc = loc;
	} else if (kind == YYSYMBOL_WORD)
		parser_stray(p, loc);
	if (parser_has_stray(p, loc.begin)) {
		parser_lost_semicolon(p);
		return 0;
	}
	/* A mistake that was reported often derails what follows it. */
	if (p->cmd.bad)
		return 0;
	for (i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		if (slips[i](p, ctx, loc))
			return 0;
	general_error(p, ctx, loc);
	return 0;
}

/* ---- the commands ---- */

#define RANGES	"[-46nk] SRC_RANGE DST_RANGE UPPERSPEC"

const struct command_word command_words[] = {
	{ "add", OP_ADD, CMD_ADD,
	    "[-46n] SRC DST PROTOCOL SPI [OPTION...] ALGORITHM..." },
	{ "update", OP_UPDATE, CMD_ADD,
	    "[-46n] SRC DST PROTOCOL SPI [OPTION...] ALGORITHM..." },
	{ "get", OP_GET, CMD_SA, "[-46n] SRC DST PROTOCOL SPI" },
	{ "delete", OP_DELETE, CMD_SA, "[-46n] SRC DST PROTOCOL SPI" },
	{ "deleteall", OP_DELETEALL, CMD_PAIR, "[-46n] SRC DST PROTOCOL" },
	{ "flush", OP_FLUSH, CMD_SADB, "[PROTOCOL]" },
	{ "dump", OP_DUMP, CMD_SADB, "[PROTOCOL]" },
	{ "spdadd", OP_SPDADD, CMD_SPDADD, RANGES " -P POLICY" },
	{ "spdupdate", OP_SPDUPDATE, CMD_SPDADD, RANGES " -P POLICY" },
	{ "spddelete", OP_SPDDELETE, CMD_SPDDELETE, RANGES " -P DIRECTION" },
	{ "spdflush", OP_SPDFLUSH, CMD_BARE, "" },
	{ "spddump", OP_SPDDUMP, CMD_BARE, "" },
	{ "help", OP_HELP, CMD_BARE, "" },
	{ "exit", OP_EXIT, CMD_BARE, "" },
	{ "quit", OP_EXIT, CMD_BARE, "" },
	{ "bye", OP_EXIT, CMD_BARE, "" },
	{ NULL, OP_NONE, 0, NULL }
};

const struct command_word *
command_named(const char *word, size_t len)
{
	const struct command_word *row;

	for (row = command_words; row->name != NULL; row++)
		if (word_is(row->name, word, len))
			return row;
	return NULL;
}

const char *
command_closest(const char *word, size_t len)
{
	const struct command_word *row;
	struct name one[2] = { { NULL, 0 }, { NULL, 0 } };
	const char *closest = NULL;

	for (row = command_words; row->name != NULL && closest == NULL; row++) {
		one[0].name = row->name;
		closest = name_closest(one, word, len);
	}
	return closest;
}

/* ---- statements ---- */

/* A whole command: the sink has it if nothing is wrong with it. */
static void
command_end(struct parser *p)
{
	p->cmd.loc.end = parser_loc(p, p->ntokens - 1).end;
	if (!p->cmd.bad && !p->cmd.checked)
		command_check(p, &p->cmd);
	if (p->cmd.bad)
		return;
	if (p->cmd.op == OP_EXIT)
		p->exiting = true;
	else if (p->sink != NULL)
		p->sink(p->sink_ctx, &p->cmd);
}

/* Keys are not kept a moment longer than their command. */
static void
statement_end(struct parser *p)
{
	if (p->cmd.at[F_ENC_KEY].end != 0 || p->cmd.at[F_AUTH_KEY].end != 0 ||
	    p->ahead.keys[0].end != 0 || p->ahead.keys[1].end != 0)
		wipe(&p->cmd.keys, sizeof(p->cmd.keys));
	if (p->cmd.bad)
		p->errors++;
	p->cmd.op = OP_NONE;
	p->cmd.bad = false;
	p->cmd.at[F_ENC_KEY].end = p->cmd.at[F_AUTH_KEY].end = 0;
	p->ahead.keys[0].end = p->ahead.keys[1].end = 0;
	p->ahead.hosts[0].end = p->ahead.hosts[1].end = 0;
	p->ahead.number_at.end = 0;
	p->last_token = parser_loc(p, p->ntokens - 1);
	if (p->resyncing)
		token_seek(p, p->stray.begin);
	else if (p->is_cut)
		token_seek(p, p->cut);
	p->resyncing = false;
	p->stray.end = 0;
}

static void
statement(struct parser *p)
{
	unsigned said = p->diag->errors + p->diag->warnings;

	if (p->pattern != NULL)
		pattern_read(p);
	else {
		p->carried = NULL;
		p->next = p->nparts = 0;
		if (yyparse(p) != 0)
			return;		/* it was reported */
		parser_read(p, p->parts, p->nparts);
	}
	if (p->cmd.op != OP_NONE)
		command_end(p);
	pattern_done(p, p->diag->errors + p->diag->warnings == said);
}

int
parser_run(struct parser *p)
{
	struct loc nowhere = { 0, 0 };

	p->cmd.op = OP_NONE;
	p->no_memory = !token_open(p);
	while (!p->no_memory && !p->exiting && token_statement(p)) {
		statement(p);
		statement_end(p);
	}
	if (p->no_memory) {
		diag(p->diag, DIAG_ERROR, nowhere, "out of memory");
		p->errors++;
	}
	token_close(p);
	return p->errors != 0 ? -1 : 0;
}
