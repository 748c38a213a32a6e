%{
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar, policies included.  It fills in the struct command of the
 * parser and hands each whole one to the sink; it neither prints records nor
 * sends messages.  Words are turned into values in fields.c.
 *
 * Tokens carry only their place: the text stays where it was read, and what
 * is reported can always be pointed at.
 */
#include <string.h>

#include "platform.h"
#include "setkey.h"
#include "parse.h"

#define YYLLOC_DEFAULT(cur, rhs, n)					\
	do {								\
		(cur).begin = (n) ? YYRHSLOC(rhs, 1).begin :		\
		    YYRHSLOC(rhs, 0).end;				\
		(cur).end = YYRHSLOC(rhs, (n) ? (n) : 0).end;		\
	} while (0)

#define NOWHERE	((struct loc){ 0, 0 })

static struct host *host_named(struct parser *, struct loc);
static const struct rule_words *rule_words(struct parser *, struct loc,
    struct loc, struct loc, struct loc);
static void command_begin(struct parser *, int op, struct loc);
static void command_end(struct parser *);
static void statement_end(struct parser *);
%}

%require "3.6"
%define api.pure full
%define api.location.type {struct loc}
%define api.value.type {int}		/* of a token: enum op or enum field */
%define parse.error custom
%locations
%param {struct parser *p}

%code requires {
#include "setkey.h"
}
%code provides {
/* token.l: the next token, and the lexer's life. */
int token_next(YYSTYPE *, YYLTYPE *, struct parser *);
int token_open(struct parser *);
void token_close(struct parser *);
}
%code {
#define yylex	token_next
static void yyerror(const struct loc *, struct parser *, const char *);
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

script
	: %empty
	| script statement		{ statement_end(p);
					  if (p->exiting)
						YYACCEPT; }
	;

statement
	: ';'
	| command ';'			{ p->cmd.loc = @$; command_end(p); }
	| error ';'			{ yyerrok; }
	;

command
	: add src dst protocol spi sa_options algorithms
	| sa src dst protocol spi sa_options
	| pair src dst protocol
	| sadb
	| sadb protocol
	| spdadd src_range dst_range upper spd_options policy
	| spdadd WORD STRING policy	{ field_tagged(p, @2); }
	| spddelete src_range dst_range upper spd_options policy
	| CMD_BARE			{ command_begin(p, $1, @1); }
	;

add
	: CMD_ADD			{ command_begin(p, $1, @1); }
	| add OPT_ADDRESS		{ field_options(p, @2); }
	;
sa
	: CMD_SA			{ command_begin(p, $1, @1); }
	| sa OPT_ADDRESS		{ field_options(p, @2); }
	;
pair
	: CMD_PAIR			{ command_begin(p, $1, @1); }
	| pair OPT_ADDRESS		{ field_options(p, @2); }
	;
sadb
	: CMD_SADB			{ command_begin(p, $1, @1); }
	;
spdadd
	: CMD_SPDADD			{ command_begin(p, $1, @1); }
	| spdadd OPT_ADDRESS		{ field_options(p, @2); }
	;
spddelete
	: CMD_SPDDELETE			{ command_begin(p, $1, @1); }
	| spddelete OPT_ADDRESS		{ field_options(p, @2); }
	;

src
	: host				{ p->cmd.src = p->host; p->cmd.at[F_SRC] = @1; }
	;
dst
	: host				{ p->cmd.dst = p->host; p->cmd.at[F_DST] = @1; }
	;
host
	: WORD				{ host_named(p, @1); }
	| WORD '[' WORD ']'		{ field_port(p, host_named(p, @1), @3); }
	;
protocol
	: WORD				{ field_protocol(p, @1); }
	;
spi
	: WORD				{ field_spi(p, @1); }
	| WORD WORD			{ field_origin(p, @1, @2); }
	;

sa_options
	: %empty
	| sa_options sa_option
	;
sa_option
	: OPT_MODE WORD			{ field_mode(p, @2); }
	| OPT_NUMBER WORD		{ field_number(p, (enum field)$1, @2); }
	| OPT_PAD WORD			{ field_pad(p, @2); }
	| OPT_ESN			{ field_esn(p, @1); }
	| OPT_NATT original host	{ p->cmd.oar = p->host;
					  field_natt(p, @$); }
	| shared_option
	;
original
	: host				{ p->cmd.oai = p->host; }
	;
/* What an SA and a policy can both have. */
shared_option
	: OPT_HWIF WORD			{ field_hwif(p, @2); }
	| OPT_LABEL WORD WORD STRING	{ field_label(p, @2, @3, @4); }
	| OPT_MARK WORD			{ field_mark(p, @2, NOWHERE); }
	| OPT_MARK WORD '/' WORD	{ field_mark(p, @2, @4); }
	;
algorithms
	: %empty
	| encryption
	| encryption authentication
	| authentication
	| compression
	;
encryption
	: enc_name
	| enc_name STRING		{ field_key(p, F_ENC, @2, true); }
	| enc_name WORD			{ field_key(p, F_ENC, @2, false); }
	;
enc_name
	: OPT_ENC WORD			{ field_algorithm(p, F_ENC, @2); }
	;
authentication
	: auth_name
	| auth_name STRING		{ field_key(p, F_AUTH, @2, true); }
	| auth_name WORD		{ field_key(p, F_AUTH, @2, false); }
	;
auth_name
	: OPT_AUTH WORD			{ field_algorithm(p, F_AUTH, @2); }
	;
compression
	: OPT_COMP WORD			{ field_algorithm(p, F_COMP, @2); }
	| OPT_COMP WORD OPT_RAW_CPI	{ field_algorithm(p, F_COMP, @2);
					  field_raw_cpi(p, @3); }
	;

src_range
	: range				{ p->cmd.src = p->host; p->cmd.at[F_SRC] = @1; }
	;
dst_range
	: range				{ p->cmd.dst = p->host; p->cmd.at[F_DST] = @1; }
	;
range
	: host
	| WORD '/' WORD			{ field_prefix(p, host_named(p, @1), @3); }
	| WORD '/' WORD '[' WORD ']'	{ field_prefix(p, host_named(p, @1), @3);
					  field_port(p, &p->host, @5); }
	;

upper
	: WORD				{ field_upper(p, @1); }
	| WORD WORD			{ field_upper(p, @1);
					  field_upper_args(p, @2, NOWHERE); }
	| WORD WORD ',' WORD		{ field_upper(p, @1);
					  field_upper_args(p, @2, @4); }
	;
spd_options
	: %empty
	| spd_options shared_option
	| spd_options OPT_NUMBER WORD	{ field_number(p, (enum field)$2, @3); }
	;

policy
	: OPT_POLICY direction
	| OPT_POLICY direction priority
	| OPT_POLICY direction action rules
	| OPT_POLICY direction priority action rules
	;
direction
	: WORD				{ field_direction(p, @1); }
	;
action
	: WORD				{ field_action(p, @1); }
	;
priority
	: offset
	| PRIORITY offset
	| PRIORITY WORD			{ field_priority(p, @2, 0, NOWHERE); }
	| PRIORITY WORD '+' NUMBER	{ field_priority(p, @2, 1, @4); }
	| PRIORITY WORD '-' NUMBER	{ field_priority(p, @2, -1, @4); }
	;
offset
	: NUMBER			{ field_priority(p, NOWHERE, 1, @1); }
	| '-' NUMBER			{ field_priority(p, NOWHERE, -1, @2); }
	;

rules
	: %empty
	| rules rule
	;
rule
	: WORD '/' WORD
		{ field_rule(p, &(struct rule_words){
		    .whole = @$, .proto = @1, .mode = @3 }); }
	| WORD '/' WORD '/'	%prec RULE_ENDS
		{ field_rule(p, &(struct rule_words){
		    .whole = @$, .proto = @1, .mode = @3 }); }
	| WORD '/' WORD '/' ends
		{ field_rule(p, rule_words(p, @$, @1, @3, NOWHERE)); }
	| WORD '/' WORD '/' ends '/'	%prec RULE_ENDS
		{ field_rule(p, rule_words(p, @$, @1, @3, NOWHERE)); }
	| WORD '/' WORD '/' ends '/' WORD
		{ field_rule(p, rule_words(p, @$, @1, @3, @7)); }
	| WORD '/' WORD '/' '/' WORD
		{ field_rule(p, &(struct rule_words){
		    .whole = @$, .proto = @1, .mode = @3,
		    .level = @6 }); }
	;
/* The two ends wait in the parser until the rule is whole. */
ends
	: end '-' end_dst
	;
end
	: WORD				{ p->ends.src = @1; p->ends.sport = NOWHERE; }
	| WORD '[' port_word ']'	{ p->ends.src = @1; p->ends.sport = @3; }
	;
end_dst
	: WORD				{ p->ends.dst = @1; p->ends.dport = NOWHERE; }
	| WORD '[' port_word ']'	{ p->ends.dst = @1; p->ends.dport = @3; }
	;
port_word
	: WORD
	| NUMBER
	;

%%

static void
yyerror(const struct loc *loc, struct parser *p, const char *text)
{
	/* Only for memory exhaustion: syntax errors are reported below. */
	field_error(p, *loc, "%s", text);
}

static struct host *
host_named(struct parser *p, struct loc name)
{
	p->host = (struct host){ .name = name };
	return &p->host;
}

/* The words of a rule whose ends were given. */
static const struct rule_words *
rule_words(struct parser *p, struct loc whole, struct loc proto,
    struct loc mode, struct loc level)
{
	p->ends.whole = whole;
	p->ends.proto = proto;
	p->ends.mode = mode;
	p->ends.level = level;
	p->ends.ends_given = true;
	return &p->ends;
}

/* The buffers at the end need no clearing, only wiping. */
static void
command_begin(struct parser *p, int op, struct loc loc)
{
	memset(&p->cmd, 0, offsetof(struct command, enc_key));
	p->cmd.op = (enum op)op;
	p->cmd.loc = loc;
	p->cmd.at[F_VERB] = loc;
	p->cmd.sa.flags = SADB_X_EXT_CYCSEQ;
	p->cmd.policy.priority = p->dialect->default_priority;
}

/* A whole command: the sink has it if nothing is wrong with it. */
static void
command_end(struct parser *p)
{
	if (!p->cmd.bad)
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
	if (p->cmd.at[F_ENC_KEY].end != 0 || p->cmd.at[F_AUTH_KEY].end != 0) {
		wipe(p->cmd.enc_key, sizeof(p->cmd.enc_key));
		wipe(p->cmd.auth_key, sizeof(p->cmd.auth_key));
	}
	if (p->cmd.bad)
		p->errors++;
	p->cmd.op = OP_NONE;
	p->cmd.bad = false;
	p->cmd.at[F_ENC_KEY].end = p->cmd.at[F_AUTH_KEY].end = 0;
	p->stray.end = 0;
	p->option = 0;
	p->in_policy = false;
	p->statement_start = true;
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
	const char *text = p->source->text;
	unsigned slashes = 0;

	for (; i > p->cmd.at[F_ACTION].end && strchr(" \t\n", text[i]) == NULL;
	    i--)
		slashes += text[i] == '/';
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
		    p->previous_option == OPT_MARK ? "a mask" : "a prefix length";
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
	phrase = p->cmd.op == OP_NONE ? NULL : after_mark(p, p->previous);
	if (phrase == NULL && p->previous_kind == PRIORITY)
		phrase = "a priority (high, def, low or a number)";
	if (phrase == NULL && is_among(YYSYMBOL_WORD, kinds, n) &&
	    !is_among(KIND(';'), kinds, n))
		phrase = name_of(announced, (uint32_t)p->previous_option);
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

/* A '#' right behind a word was perhaps meant to belong to it. */
static void
hint_comment(struct parser *p, uint32_t end)
{
	if (end < p->source->len && p->source->text[end] == '#')
		diag_hint(p->diag, "from '#' on the line is a comment");
}

void
parser_stray(struct parser *p, struct loc loc)
{
	uint32_t end = loc.begin;

	if (p->stray.end != 0 || command_named(parser_text(p, loc),
	    loc.end - loc.begin) == NULL)
		return;
	while (end > 0 && strchr(" \t", p->source->text[end - 1]) != NULL)
		end--;
	p->stray = loc;
	p->stray_after = end;
}

void
parser_lost_semicolon(struct parser *p)
{
	struct loc end = { p->stray_after, p->stray_after + 1 };
	char buf[FOUND_TEXT];

	diag_quote(buf, FOUND_TEXT, parser_text(p, p->stray),
	    p->stray.end - p->stray.begin);
	p->stray.end = 0;
	field_error(p, end, "missing ';' before %s", buf);
	hint_comment(p, end.begin);
	/* What the caller would hint at is another mistake. */
	p->diag->quiet = true;
	p->resync = p->stray.begin;
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

	if (cmd->op == OP_NONE || p->in_policy ||
	    (cmd->at[F_DST].end != 0 && cmd->at[F_UPPER].end != 0))
		return false;
	if (kind == KIND('/') && sa)
		field_error(p, loc, "the addresses of an SA take no prefix");
	else if (kind == KIND('/') && *parser_text(p, p->previous) ==
	    ']')
		field_error(p, loc, "the prefix length must come before the "
		    "port");
	else if (kind == KIND('[') && cmd->at[F_DST].end == 0 &&
	    *parser_text(p, p->previous) != ']') {
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
	char buf[FOUND_TEXT];
	int n = yypcontext_expected_tokens(ctx, kinds, 2);

	if (p->cmd.at[F_ACTION].end == 0 || p->previous_kind != WORD ||
	    is_among(KIND(';'), kinds, n) ||
	    name_find(level_names, parser_text(p, p->previous),
	    p->previous.end - p->previous.begin) == NULL)
		return false;
	loc = p->previous;
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
	char buf[FOUND_TEXT];

	if (p->cmd.at[F_ACTION].end == 0 || p->previous_kind != WORD ||
	    n != 1 || kinds[0] != KIND('/') || name_find(rule_proto_names,
	    parser_text(p, p->previous), p->previous.end -
	    p->previous.begin) != NULL)
		return false;
	loc = p->previous;
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
	struct loc loc = p->previous;
	unsigned line, column;

	if (p->previous_kind != STRING || memchr(parser_text(p, loc), '\n',
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
	hint_comment(p, p->previous.end);
	hint_string(p);
	field_hint_lookalike(p, loc);
}

static int
yyreport_syntax_error(const yypcontext_t *ctx, struct parser *p)
{
	yysymbol_kind_t kind = yypcontext_token(ctx);
	struct loc loc = *yypcontext_location(ctx);
	size_t i;

	if (p->resyncing)
		return 0;
	if (p->cmd.op == OP_NONE) {
		/* What is left of the command before is not of this one. */
		memset(p->cmd.at, 0, sizeof(p->cmd.at));
		p->cmd.loc = loc;
	} else if (kind == YYSYMBOL_WORD)
		parser_stray(p, loc);
	if (p->stray.end != 0 && p->stray.begin <= loc.begin) {
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

int
parser_run(struct parser *p)
{
	int rc;

	p->statement_start = true;
	p->cmd.op = OP_NONE;
	if (token_open(p) != 0)
		return -1;
	rc = yyparse(p);
	if (p->cmd.bad)
		statement_end(p);
	token_close(p);
	return rc != 0 || p->errors != 0 ? -1 : 0;
}
