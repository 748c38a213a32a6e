%{
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar, policies included.  It reads like the manual's description of
 * the language; its actions call one function each (fields.h), which fills in
 * the parser's command.  A whole command goes to the sink.  The grammar neither
 * prints nor sends anything.
 */
#include <string.h>

#include "check.h"
#include "expand.h"
#include "fields.h"
#include "parser.h"
#include "platform.h"
#include "syntax.h"
#include "parse.h"

#define YYLLOC_DEFAULT(all, parts, n)					\
	((all).begin = (n) != 0 ? YYRHSLOC(parts, 1).begin :		\
	    YYRHSLOC(parts, 0).end,					\
	(all).end = YYRHSLOC(parts, n).end)
%}

%require "3.6"
%define api.pure full
%define api.location.type {struct loc}
%define parse.error custom
%locations
%param {struct parser *p}

%code requires {
#include "fields.h"
}
%code {
static int yylex(YYSTYPE *, struct loc *, struct parser *);
static void yyerror(const struct loc *, struct parser *, const char *);
static void command_done(struct parser *, struct loc);
static void command_dropped(struct parser *);
}

/* A token's value is its place, or its row in a table of words. */
%union {
	struct loc loc;
	const struct command_word *command;
	const struct option *option;
}
/* Commands, by the shape of what follows them. */
%token <command> CMD_ADD CMD_GET CMD_DELETEALL CMD_FLUSH CMD_SPDADD
%token <command> CMD_SPDDELETE CMD_SPDDEFAULT CMD_SPDHASH CMD_SPDFLUSH
%token <command> CMD_BARE CMD_HELP
/* Options; OPT_NUMBER is all those that take one number. */
%token <option> OPT_NUMBER OPT_ENC OPT_AUTH OPT_COMP OPT_RAW_CPI OPT_MODE
%token <option> OPT_FLAG OPT_NATT OPT_ESN OPT_HWIF OPT_LABEL OPT_SETTING
%token <option> OPT_SETTING_FLAG OPT_SELECTOR OPT_DEVICE OPT_OUTPUT_MARK
%token <option> OPT_PORT_MASKS OPT_CARE_OF
%token <option> OPT_MARK OPT_POLICY
%token <loc> OPT_ADDRESS WORD STRING
/* In a policy only, where no host can be called so. */
%token <loc> NUMBER PRIORITY
/* Never in the grammar: what the scanner found instead of a token. */
%token UNKNOWN_OPTION INVALID OPEN_QUOTE
/* In "proto/mode/ WORD" the word is taken as more of the same rule. */
%precedence RULE_ENDS
%precedence WORD

%type <loc> word prefix port number

%%

input
	: %empty
	| input statement
	;
statement
	: ';'
	| command ';'	{
		command_done(p, @$);
		if (p->exiting)
			YYACCEPT;
	  }
	| error ';'			{
		command_dropped(p);
		yyerrok;
		(void)yynerrs;		/* Bison counts, and we do not ask. */
	  }
	;

command
	: add src dst protocol spi sa_options algorithms
	| get src dst protocol spi sa_options
	| deleteall src dst protocol
	| flush some_sas filter_options
	| spdadd src_range dst_range upper spd_options policy
	| spdadd WORD STRING policy	{ field_tagged(p, $2, $3); }
	| spddelete src_range dst_range upper spd_options policy
	| spddefault defaults
	| spdhash thresholds
	| spdflush some_policies filter_options
	| spdflush some_policies filter_options OPT_POLICY direction
	| bare
	| help
	| help word			{ field_topic(p, $2); }
	;

add
	: CMD_ADD			{ field_command(p, $1, @1); }
	| add OPT_ADDRESS		{ field_address_options(p, $2); }
	;
get
	: CMD_GET			{ field_command(p, $1, @1); }
	| get OPT_ADDRESS		{ field_address_options(p, $2); }
	;
deleteall
	: CMD_DELETEALL			{ field_command(p, $1, @1); }
	| deleteall OPT_ADDRESS		{ field_address_options(p, $2); }
	;
flush
	: CMD_FLUSH			{ field_command(p, $1, @1); }
	| flush OPT_ADDRESS		{ field_address_options(p, $2); }
	;
spdadd
	: CMD_SPDADD			{ field_command(p, $1, @1); }
	| spdadd OPT_ADDRESS		{ field_address_options(p, $2); }
	;
spddelete
	: CMD_SPDDELETE			{ field_command(p, $1, @1); }
	| spddelete OPT_ADDRESS		{ field_address_options(p, $2); }
	;
spddefault
	: CMD_SPDDEFAULT		{ field_command(p, $1, @1); }
	;
defaults
	: default
	| defaults default
	;
default
	: WORD WORD			{ field_default(p, $1, $2); }
	;
spdhash
	: CMD_SPDHASH			{ field_command(p, $1, @1); }
	;
thresholds
	: threshold
	| thresholds threshold
	;
threshold
	: WORD WORD '/' WORD		{ field_threshold(p, $1, $2, $4); }
	;
spdflush
	: CMD_SPDFLUSH			{ field_command(p, $1, @1); }
	| spdflush OPT_ADDRESS		{ field_address_options(p, $2); }
	;
bare
	: CMD_BARE			{ field_command(p, $1, @1); }
	;
help
	: CMD_HELP			{ field_command(p, $1, @1); }
	;

src
	: word port			{ field_src(p, @$, $1, NOWHERE, $2); }
	;
dst
	: word port			{ field_dst(p, @$, $1, NOWHERE, $2); }
	;
src_range
	: word prefix port		{ field_src(p, @$, $1, $2, $3); }
	;
dst_range
	: word prefix port		{ field_dst(p, @$, $1, $2, $3); }
	;
prefix
	: %empty			{ $$ = NOWHERE; }
	| '/' WORD			{ $$ = $2; }
	;
port
	: %empty			{ $$ = NOWHERE; }
	| '[' number ']'		{ $$ = $2; }
	;
number
	: WORD
	| NUMBER
	;
/* A host or a device may be called like a command. */
word
	: WORD
	| CMD_ADD			{ $$ = @1; }
	| CMD_GET			{ $$ = @1; }
	| CMD_DELETEALL			{ $$ = @1; }
	| CMD_FLUSH			{ $$ = @1; }
	| CMD_SPDADD			{ $$ = @1; }
	| CMD_SPDDELETE			{ $$ = @1; }
	| CMD_SPDDEFAULT		{ $$ = @1; }
	| CMD_SPDHASH			{ $$ = @1; }
	| CMD_SPDFLUSH			{ $$ = @1; }
	| CMD_BARE			{ $$ = @1; }
	| CMD_HELP			{ $$ = @1; }
	;

protocol
	: WORD				{ field_protocol(p, $1); }
	;
spi
	: WORD				{ field_spi(p, $1); }
	| WORD WORD			{ field_origin(p, $1, $2); }
	;

/* Which entries: one word is a protocol, more begin with ranges. */
some_sas
	: %empty
	| protocol
	| in_src in_dst
	| in_src in_dst protocol
	| in_src in_dst protocol spi
	;
some_policies
	: %empty
	| in_src in_dst
	| in_src in_dst upper
	;
/* No commands: too often a ';' was forgotten here. */
in_src
	: WORD prefix port		{ field_src(p, @$, $1, $2, $3); }
	;
in_dst
	: WORD prefix port		{ field_dst(p, @$, $1, $2, $3); }
	;
filter_options
	: %empty
	| filter_options OPT_NUMBER word	{ field_filter(p, $2, $3); }
	| filter_options OPT_MARK WORD prefix	{ field_mark(p, $2, $3, $4); }
	| filter_options OPT_SETTING word	{ field_filter(p, $2, $3); }
	;

sa_options
	: %empty
	| sa_options OPT_MODE word	{ field_mode(p, $3); }
	| sa_options OPT_FLAG word	{ field_sa_flag(p, $3); }
	| sa_options OPT_ESN		{ field_esn(p, @2); }
	| sa_options natt
	| sa_options OPT_OUTPUT_MARK WORD prefix
					{ field_output_mark(p, $2, $3, $4); }
	| sa_options OPT_CARE_OF word	{ field_care_of(p, $2, $3); }
	| sa_options selector
	| sa_options shared_option
	;
natt
	: OPT_NATT original_src original_dst	{ field_natt(p, @$); }
	;
original_src
	: word port			{ field_original_src(p, $1, $2); }
	;
original_dst
	: word port			{ field_original_dst(p, $1, $2); }
	;
selector
	: OPT_SELECTOR selector_src selector_dst WORD
					{ field_selector(p, $1, @$, $4); }
	;
selector_src
	: word prefix port		{ field_selector_src(p, $1, $2, $3); }
	;
selector_dst
	: word prefix port		{ field_selector_dst(p, $1, $2, $3); }
	;
/* What an SA and a policy can both have. */
shared_option
	: OPT_NUMBER word		{ field_number(p, $1, $2); }
	| OPT_HWIF word			{ field_hwif(p, $1, $2); }
	| OPT_LABEL WORD WORD STRING	{ field_label(p, $1, $2, $3, $4); }
	| OPT_MARK WORD prefix		{ field_mark(p, $1, $2, $3); }
	| OPT_DEVICE word		{ field_device(p, $1, $2); }
	| OPT_PORT_MASKS WORD '/' WORD	{ field_port_masks(p, $1, $2, $4); }
	| OPT_SETTING word		{ field_setting(p, $1, $2); }
	| OPT_SETTING_FLAG		{ field_setting(p, $1, @1); }
	;
spd_options
	: %empty
	| spd_options OPT_FLAG word	{ field_policy_flag(p, $3); }
	| spd_options shared_option
	;

algorithms
	: %empty
	| encryption
	| encryption authentication
	| authentication
	| compression
	| compression OPT_RAW_CPI	{ field_raw_cpi(p, @2); }
	;
encryption
	: cipher
	| cipher WORD			{ field_word_key(p, F_ENC_KEY, $2); }
	| cipher STRING			{ field_string_key(p, F_ENC_KEY, $2); }
	;
cipher
	: OPT_ENC WORD			{ field_algorithm(p, $1, $2); }
	;
authentication
	: authenticator
	| authenticator WORD		{ field_word_key(p, F_AUTH_KEY, $2); }
	| authenticator STRING		{ field_string_key(p, F_AUTH_KEY, $2); }
	;
authenticator
	: OPT_AUTH WORD			{ field_algorithm(p, $1, $2); }
	;
compression
	: OPT_COMP WORD			{ field_algorithm(p, $1, $2); }
	;

upper
	: protocol_word
	| protocol_word WORD
				{ field_upper_arguments(p, $2, NOWHERE); }
	| protocol_word WORD ',' WORD	{ field_upper_arguments(p, $2, $4); }
	;
protocol_word
	: WORD				{ field_upper(p, $1); }
	;

policy
	: OPT_POLICY direction
	| OPT_POLICY direction priority
	| OPT_POLICY direction action rules
	| OPT_POLICY direction priority action rules
	;
direction
	: WORD				{ field_direction(p, $1); }
	;
priority
	: NUMBER			{ field_priority(p, NOWHERE, 1, $1); }
	| '-' NUMBER			{ field_priority(p, NOWHERE, -1, $2); }
	| PRIORITY NUMBER		{ field_priority(p, NOWHERE, 1, $2); }
	| PRIORITY '-' NUMBER		{ field_priority(p, NOWHERE, -1, $3); }
	| PRIORITY WORD			{ field_priority(p, $2, 0, NOWHERE); }
	| PRIORITY WORD '+' NUMBER	{ field_priority(p, $2, 1, $4); }
	| PRIORITY WORD '-' NUMBER	{ field_priority(p, $2, -1, $4); }
	;
action
	: WORD				{ field_action(p, $1); }
	;
rules
	: %empty
	| rules short_rule
	| rules long_rule
	;
short_rule
	: WORD '/' WORD			{ field_rule(p, @$, $1, $3, NOWHERE); }
	| WORD '/' WORD '/'	%prec RULE_ENDS
					{ field_rule(p, @$, $1, $3, NOWHERE); }
	| WORD '/' WORD '/' ends	{ field_rule(p, @$, $1, $3, NOWHERE); }
	| WORD '/' WORD '/' ends '/'	%prec RULE_ENDS
					{ field_rule(p, @$, $1, $3, NOWHERE); }
	;
long_rule
	: WORD '/' WORD '/' ends '/' WORD
					{ field_rule(p, @$, $1, $3, $7); }
	| WORD '/' WORD '/' '/' WORD	{ field_rule(p, @$, $1, $3, $6); }
	| long_rule '/' WORD		{ field_rule_more(p, $3); }
	;
ends
	: WORD port '-' WORD port	{ field_ends(p, $1, $2, $4, $5); }
	;

%%

static int
yylex(YYSTYPE *value, struct loc *at, struct parser *p)
{
	return token_next(p, value, at);
}

/* Only for want of memory: syntax errors are reported below. */
static void
yyerror(const struct loc *at, struct parser *p, const char *text)
{
	field_error(p, *at, "%s", text);
}

/* The token of one of bison's symbols. */
static int
token_of(yysymbol_kind_t kind)
{
	int token = 0;

	while (token < YYMAXUTOK && YYTRANSLATE(token) != kind)
		token++;
	return token;
}

static int
yyreport_syntax_error(const yypcontext_t *ctx, struct parser *p)
{
	struct syntax_error e = {
		.found = token_of(yypcontext_token(ctx)),
		.at = *yypcontext_location(ctx),
	};
	yysymbol_kind_t kinds[YYNTOKENS];
	int i, token, n = yypcontext_expected_tokens(ctx, kinds, YYNTOKENS);

	for (i = 0; i < n; i++) {
		token = token_of(kinds[i]);
		/* Where a command is a word, WORD says so. */
		if (command_has_shape(token))
			continue;
		if (e.nexpected < SYNTAX_EXPECTED)
			e.expected[e.nexpected] = token;
		e.nexpected++;
	}
	syntax_report(p, &e);
	return 0;
}

/* ---- whole commands ---- */

/* Keys are not kept a moment longer than their command. */
static void
command_end(struct parser *p)
{
	struct command *cmd = &p->cmd;

	if (is_given(cmd, F_ENC_KEY) || is_given(cmd, F_AUTH_KEY))
		wipe(cmd->keys, sizeof(cmd->keys));
	if (cmd->bad)
		p->errors++;
	if (cmd->bad || cmd->op != OP_NONE)
		p->commands++;
	wipe(cmd, offsetof(struct command, policy.rules));
	diag_flush(p->diag);
}

/* The sink gets a command if nothing is wrong with it. */
static void
command_done(struct parser *p, struct loc loc)
{
	struct command *cmd = &p->cmd;

	cmd->loc = loc;
	command_check(p);
	if (cmd->bad)
		command_check_hosts(p);
	else if (p->errors == 0)
		secrets_sound(&p->diag->secrets, loc.end);
	if (!cmd->bad && cmd->op == OP_EXIT)
		p->exiting = true;
	else if (!cmd->bad && p->sink != NULL)
		p->sink(p->sink_ctx, cmd);
	command_end(p);
}

/* What could not be parsed was reported. */
static void
command_dropped(struct parser *p)
{
	p->cmd.bad = true;
	command_end(p);
}

/*
 * Parses to the end of the text.  Behind a ';' that was forgotten in the last
 * statement there is more of it; behind an interruption a person goes on.
 */
static bool
parse_all(struct parser *p, struct loc range)
{
	if (!token_open(p, range) || setjmp(p->scanner.give_up) != 0)
		return false;
	for (;;) {
		if (yyparse(p) == 0 && !p->scanner.interrupted)
			break;
		if (p->scanner.interrupted) {
			command_end(p);
			token_drop(p);
			continue;
		}
		command_dropped(p);
		if (p->scanner.go_back.end == 0)
			break;
	}
	return true;
}

int
parser_run(struct parser *p, struct loc range)
{
	unsigned errors = p->errors;

	if (!parse_all(p, range)) {
		diag(p->diag, DIAG_ERROR, NOWHERE, "out of memory");
		p->errors++;
	}
	token_close(p);
	command_end(p);
	return p->errors != errors ? -1 : 0;
}
