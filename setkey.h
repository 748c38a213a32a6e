/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From text to messages: the source text and places in it, diagnostics, the
 * command that the grammar builds, its checks, and what is sent for it.
 */
#ifndef SETKEY_H
#define SETKEY_H

#include <sys/types.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "names.h"
#include "pfkey.h"
#include "print.h"

/* ---- source.c: the text of a configuration ---- */

/* A place: octets [begin, end) of the source's text; end 0: nowhere. */
struct loc {
	uint32_t begin, end;
};

/* Whether two places are the same one, with the same end. */
static inline bool
loc_is_same(struct loc a, struct loc b)
{
	return a.begin == b.begin && a.end == b.end;
}

/*
 * The text being read.  A file is parsed to its end before any of it is
 * executed; of a large one only the piece at hand is kept, and messages read it
 * again.  Streaming text (-c) arrives piece by piece, and what has been
 * executed is forgotten.
 */
struct source {
	const char *name;		/* as messages show it */
	int fd;				/* where more comes from, or -1 */
	bool streaming;
	bool by_pieces;			/* a large regular file */
	int error;			/* errno, when a read failed */
	char *text;			/* the piece at hand */
	uint32_t base;			/* the offset at which it begins */
	size_t len, size;		/* of it */
	size_t ready;			/* octets that may be lexed: whole tokens */
	char *whole;			/* all of it, once a message wanted it */
	size_t whole_len;
	off_t file_size;		/* of a file by pieces, when opened */
	struct timespec file_time;	/* its mtime */
	unsigned first_line;		/* number of the text's first line */
	uint32_t known_begin;		/* a line found before: the next look */
	unsigned known_line;		/* for one begins there */
	uint32_t statement;		/* a statement begins there: likewise */
	void (*prompt)(void *);		/* before a read; NULL: no prompt */
	void *prompt_ctx;
};

/*
 * Opens what -f, -e or -c names.  Return 0, or -1 with errno (EFBIG: more than
 * the 1 GiB that a struct loc is meant for).
 */
int source_open_file(struct source *, const char *path);
int source_open_string(struct source *, const char *name, const char *text);
int source_open_stream(struct source *, const char *name, int fd);
/* Reads a stream to its end, to be parsed whole. */
int source_read_all(struct source *);
/* Wipes the text, keys and all, and frees it. */
void source_close(struct source *);

/* The text at an offset of the piece at hand; the offset of what is there. */
static inline char *
source_at(const struct source *source, uint32_t offset)
{
	return source->text + (offset - source->base);
}

static inline uint32_t
source_offset(const struct source *source, const char *text)
{
	return (uint32_t)(text - source->text) + source->base;
}

/*
 * Reads more of a stream or of a file by pieces, and hands out no more than up
 * to an octet where no token can be cut: blank, newline or ';'.  What is before
 * the offset keep is not needed any more.  Returns octets now there to take, 0
 * at the end, -1 with errno.
 */
ssize_t source_more(struct source *, uint32_t keep);

/*
 * All of the text, for messages, and its octets; of a file by pieces it is read
 * again.  NULL, and 0 octets, when that cannot be, or the file has changed.
 */
char *source_whole(struct source *, size_t *len);

/*
 * Makes the piece at hand all of the text, when it has been parsed: places in
 * it can be looked at then.  False if it cannot be had.
 */
bool source_restore(struct source *);

/* Whether a file by pieces is not what it was when it was opened. */
bool source_changed(const struct source *);

/*
 * Forgets text before offset (streams, between two commands); what a message
 * may still show is kept.  Returns what the offset has become.
 */
uint32_t source_forget(struct source *, uint32_t offset);

/*
 * Line and column (of octets; both from 1) of an offset; 0 if its text can no
 * longer be had.
 */
void source_position(struct source *, uint32_t offset, unsigned *line,
    unsigned *column);

/*
 * The line around an offset of which source_position() knows the line: where it
 * begins and ends in the text.
 */
struct loc source_line(struct source *, uint32_t offset);

/* ---- diag.c: messages about the text ---- */

enum severity { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

struct diag {
	FILE *out;			/* NULL: count only */
	struct source *source;
	bool colour;
	unsigned max_errors;		/* shown; the rest is counted. 0: all */
	unsigned errors, warnings;
	bool quiet;			/* the last one was not shown */
};

/*
 * Reports "FILE:LINE:COL: error: TEXT", the line, and a mark under the place;
 * keys in the line are masked.  A place of end 0 gives "FILE: error: TEXT"
 * alone.
 */
void diag(struct diag *, enum severity, struct loc, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* A line "hint: TEXT" that belongs to the message before it. */
void diag_hint(struct diag *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The word in quotes, fit for a message: cut if long, what is no text as \\xNN.
 * Returns buf.
 */
char *diag_quote(char *buf, size_t size, const char *word, size_t len);

/* The word at a place in quotes; stars when it is a key, or part of one. */
char *diag_quote_at(struct source *, struct loc, char *buf, size_t size);

/* Whether the place is inside a key, so that its words must not be shown. */
bool diag_is_secret(struct source *, struct loc);

/* Where the last statement that begins at or before the offset begins. */
uint32_t diag_statement_before(struct source *, uint32_t offset);

/* Says how many errors were not shown, if any. */
void diag_finish(struct diag *);

/* ---- the command ---- */

enum op {
	OP_NONE, OP_ADD, OP_UPDATE, OP_GET, OP_DELETE, OP_DELETEALL, OP_FLUSH,
	OP_DUMP, OP_SPDADD, OP_SPDUPDATE, OP_SPDDELETE, OP_SPDFLUSH,
	OP_SPDDUMP, OP_TAGGED, OP_EXIT, OP_HELP
};

/* The parts of a command that messages can point at. */
enum field {
	F_VERB, F_SRC, F_DST, F_PROTO, F_ORIGIN, F_SPI, F_MODE, F_REPLAY,
	F_REQID, F_HARD_TIME, F_SOFT_TIME, F_HARD_BYTES, F_SOFT_BYTES,
	F_HARD_PACKETS, F_SOFT_PACKETS, F_HARD_USE, F_SOFT_USE, F_PAD, F_SEQ,
	F_NATT, F_NATT_MTU, F_ESN, F_HWIF, F_LABEL, F_MARK, F_IF_ID, F_ENC,
	F_ENC_KEY, F_AUTH, F_AUTH_KEY, F_COMP, F_RAW_CPI, F_UPPER, F_UPPER_ARG,
	F_DIRECTION, F_PRIORITY, F_ACTION,
	FIELDS
};
#define GIVEN(field)	((uint64_t)1 << (field))

/* A host as written: its addresses are looked up when the command is whole. */
struct host {
	struct loc name, prefix_at, port_at;
	uint16_t port;
	uint8_t prefix;
};

#define KEY_OCTETS	260		/* the longest key of the table: 256 */

struct command {
	enum op op;
	bool bad;			/* an error was reported already */
	bool kernel_semantics;		/* spdadd -k: no fwd twin */
	bool numeric;			/* -n: no look-ups */
	bool repeated;			/* a field was given twice */
	bool checked;			/* as good as one before it */
	uint8_t family;			/* -4, -6: 4, 6; else 0 */
	uint16_t upper_a, upper_b;	/* icmp type and code, gre key halves */
	bool has_upper_args;
	struct loc loc;			/* the statement, with its ';' */
	uint64_t given;			/* GIVEN() of fields.c's fields */
	struct loc at[FIELDS];		/* end 0: not given */
	struct host src, dst, oai, oar;
	const struct algorithm *enc, *auth, *comp;
	struct sa sa;			/* addresses and ids still empty */
	struct policy policy;		/* of its rules, only nrules are */
	struct loc rule_at[POLICY_RULES];
	uint8_t keys[2][KEY_OCTETS];	/* of -E and -A */
	char hwif[32], label[1024];
};

/* ---- parse.y, token.l ---- */

struct parser;

/*
 * A part of a command, such as "-r 4" or a rule: the first of its tokens, and
 * what makes values of them.
 */
struct part {
	void (*read)(struct parser *, unsigned first);
	unsigned first;
};

/*
 * Reads a word where it is looked for, so that nobody has to find its end first
 * and read it then.  Returns where what was read ends, which may be in the
 * middle of the word, or NULL if it is nothing that can be read so.
 */
typedef const char *field_ahead_fn(struct parser *, const char *word);

/*
 * A statement that was understood, as others are likely to be; see pattern.c.
 * Its text is in runs; behind each is a token whose word may differ, or the
 * end.
 */
#define PATTERNS	8
#define PATTERN_TOKENS	64		/* more than any pattern has */
#define PATTERN_PARTS	24
#define PATTERN_TEXT	512

struct pattern {
	unsigned ntokens;		/* 0: no pattern */
	unsigned policy;		/* the token "-P", or ntokens */
	uint16_t kinds[PATTERN_TOKENS];
	uint8_t values[PATTERN_TOKENS];
	bool differs[PATTERN_TOKENS];
	struct loc tokens[PATTERN_TOKENS]; /* in text; not those that differ */
	struct pattern_run {
		uint16_t begin, len;	/* in text */
		uint16_t tokens;	/* in it */
		uint16_t kind;		/* of the token behind it, or ';' */
		bool in_policy;		/* that one, behind "-P" */
		field_ahead_fn *ahead;	/* for its word, or NULL */
	} runs[PATTERN_TOKENS];
	unsigned nparts, nfresh, nplaces;
	struct part parts[PATTERN_PARTS];
	/* Of a statement behind another one: */
	bool carries;			/* there can be one */
	bool stays_checked;		/* if its keys are as long */
	struct part fresh[PATTERN_PARTS]; /* what is to be read of it */
	struct pattern_place {
		uint16_t offset;	/* in struct command */
		uint8_t first, last;	/* tokens */
	} places[PATTERN_PARTS];	/* of what is not read */
	char text[PATTERN_TEXT];
};

struct parser {
	struct source *source;
	struct diag *diag;
	const struct dialect *dialect;
	/* Takes each whole command; NULL for none. */
	void (*sink)(void *, struct command *);
	void *sink_ctx;
	bool lint;			/* -n: warn of what looks wrong */
	uint32_t pos;			/* where in the text to begin */
	uint64_t weak_said;		/* obsolete algorithms warned of */
	bool commands_said;		/* the commands were listed */
	struct command cmd;		/* the one being parsed */
	unsigned errors;		/* wrong commands */
	bool exiting;			/* "exit" was read */
	/* The statement at hand; room: tokens and parts that there is for. */
	struct loc *tokens;
	uint16_t *kinds;		/* the grammar's numbers of them */
	uint8_t *values;		/* of commands and options: enum op, */
	struct part *parts;		/* enum field */
	unsigned ntokens, nparts, room;
	unsigned next;			/* token that the grammar gets next */
	struct loc last_token;		/* of the statement before; its text */
					/* may be gone */
	struct pattern patterns[PATTERNS];
	unsigned recent_pattern;	/* the last one that fitted or was made */
	struct pattern *pattern;	/* the statement's, or NULL */
	const struct pattern *carried;	/* the one of the command in cmd */
	bool renewing;			/* what is read was read before */
	struct ahead {			/* what field_*_ahead() read: */
		struct loc keys[2];	/* these are in cmd.keys */
		struct loc hosts[2];	/* these are addresses: */
		struct addr addrs[2];
		struct loc number_at;	/* this is a number: */
		uint64_t number;
	} ahead;
	struct loc stray;		/* a command word inside a command */
	uint32_t stray_after;		/* end of the token before it */
	bool resyncing;			/* go on at stray: a ';' was lost */
	/* The lexer's. */
	void *scanner;			/* flex's state */
	uint32_t quote;			/* where the last quote began */
	bool in_quote;			/* and is still open */
	bool in_policy;			/* behind "-P" */
	bool is_lent;			/* flex has its NULs in the text */
	char lent[2];			/* instead of these */
	bool ended;			/* there is no more text */
	bool is_cut;			/* the statement ends without a ';': */
	uint32_t cut;			/* the next one begins here */
	bool no_memory;
};

/*
 * Parses the source to its end (or "exit;").  Each command without an error
 * goes to the sink; errors are reported, and parsing goes on at the next
 * command.  Returns 0, or -1 when there were errors.
 */
int parser_run(struct parser *);

/* Reads parts of the statement into the command. */
void parser_read(struct parser *, const struct part *, unsigned n);

/* The text of a place; not terminated. */
static inline const char *
parser_text(const struct parser *p, struct loc loc)
{
	return source_at(p->source, loc.begin);
}

/* The place of the statement's token at an index. */
static inline struct loc
parser_loc(const struct parser *p, unsigned i)
{
	return p->tokens[i];
}

/*
 * Notes a command word in the middle of another command, at which the grammar
 * stumbled: a ';' was forgotten before it.
 */
void parser_stray(struct parser *, struct loc);

/* Whether a command word stands there, as the first word on its line. */
bool parser_begins_line(const struct parser *, struct loc);

/*
 * Whether a ';' was forgotten at or before an offset: a command word begins a
 * line there, or parser_stray() noted one.
 */
bool parser_has_stray(struct parser *, uint32_t offset);

/* Reports the ';' that was forgotten before p->stray, and goes on there. */
void parser_lost_semicolon(struct parser *);

/* What comes next in a command of which the fields so far are known. */
const char *parser_next_field(const struct command *);

/* The commands of the language, for the lexer and for help. */
struct command_word {
	const char *name;
	enum op op;
	int token;			/* the grammar's shape of it */
	const char *synopsis;
};
extern const struct command_word command_words[];

/* The row of a word, or NULL; the command spelt most like it, or NULL. */
const struct command_word *command_named(const char *word, size_t len);
const char *command_closest(const char *word, size_t len);

/* Whether a word is an option of the language; the one most like it, or NULL. */
bool option_known(const char *word, size_t len);
const char *option_closest(const char *word, size_t len);

/* ---- pattern.c: statements like earlier ones ---- */

/*
 * Whether a statement that fits a pattern begins there; its tokens are gathered
 * then, and p->pattern is set.  Returns where it ends, or NULL.
 */
const char *pattern_match(struct parser *, const char *text);

/* Reads such a statement into the command. */
void pattern_read(struct parser *);

/*
 * A statement is done: it becomes a pattern, if it was good; silent is whether
 * nothing was said about it.
 */
void pattern_done(struct parser *, bool silent);

/*
 * ---- fields.c: words to values; all report at the word itself ----
 *
 * Each takes the index of its part's first token.  The grammar has seen that
 * the part's tokens are the right ones; which of those that may be left out are
 * there tells their kind.  What is behind the part may be anything, or missing,
 * when the statement is wrong: a function may look there only for a kind that
 * the grammar would have made the part's own.
 */

void field_command(struct parser *, unsigned first);
void field_options(struct parser *, unsigned first);	/* -4, -6, -n, -k */
void field_src(struct parser *, unsigned first);
void field_src_prefix(struct parser *, unsigned first);
void field_src_port(struct parser *, unsigned first);
void field_dst(struct parser *, unsigned first);
void field_dst_prefix(struct parser *, unsigned first);
void field_dst_port(struct parser *, unsigned first);
void field_protocol(struct parser *, unsigned first);
void field_spi(struct parser *, unsigned first);
void field_origin(struct parser *, unsigned first);
void field_tagged(struct parser *, unsigned first);
void field_mode(struct parser *, unsigned first);
void field_number(struct parser *, unsigned first);
void field_pad(struct parser *, unsigned first);
void field_esn(struct parser *, unsigned first);
void field_natt(struct parser *, unsigned first);
void field_hwif(struct parser *, unsigned first);
void field_label(struct parser *, unsigned first);
void field_mark(struct parser *, unsigned first);
void field_cipher(struct parser *, unsigned first);	/* -E, -A */
void field_key(struct parser *, unsigned first);	/* behind these */
void field_compression(struct parser *, unsigned first);
void field_upper(struct parser *, unsigned first);
void field_direction(struct parser *, unsigned first);
void field_priority(struct parser *, unsigned first);
void field_action(struct parser *, unsigned first);
void field_rule(struct parser *, unsigned first);
field_ahead_fn field_src_ahead, field_dst_ahead, field_spi_ahead;
field_ahead_fn field_enc_key_ahead, field_auth_key_ahead;
/* A hint on characters that look like others; false if the word has none. */
bool field_hint_lookalike(struct parser *, struct loc);
/* Reports an error of the command being parsed, and marks it bad. */
void field_error(struct parser *, struct loc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- check.c ---- */

/*
 * Whether the parts of a whole command fit each other and the dialect.
 * Reports and marks it bad if not; warnings leave it good.  It sets what is for
 * the command as a whole to say: the numbers of algorithms, lifetimes, windows.
 * It does not look at the names of hosts, nor at the octets of keys, and at an
 * SPI only with IPComp: pattern.c relies on that.
 */
void command_check(struct parser *, struct command *);

/* ---- expand.c ---- */

/*
 * Looks up the command's hosts and calls each for every combination of one
 * family, with a message ready to send.  Errors are reported; then nothing is
 * called.  Returns 0, or -1 (also when a call returned non-zero).
 */
typedef int message_fn(void *ctx, const struct command *, struct msgbuf *);
int command_expand(struct parser *, struct command *, message_fn *, void *ctx);

/* ---- ipsec_strerror.c ---- */

/*
 * Why a kernel refused: text is what went wrong in words, hint what to do (or
 * NULL), at the part of the command that it is about.
 */
struct refusal {
	const char *text, *hint;
	struct loc at;
};
/*
 * For an errno in the reply to a request of that command and message type; with
 * no command (-D, -F) at is nowhere.
 */
struct refusal ipsec_refusal(const struct dialect *, const struct command *,
    uint8_t msg_type, int error);

/*
 * Why the channel of that name (see channel_open()) could not be opened: one
 * sentence with the remedy.
 */
const char *channel_strerror(const char *channel, int error);

#endif
