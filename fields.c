/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the words of a command to its values.  Whatever cannot be taken is
 * reported at the word itself; parsing goes on, so that one run finds all.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netdb.h>
#include <string.h>

#include "platform.h"
#include "setkey.h"
#include "parse.h"

void
field_error(struct parser *p, struct loc loc, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (p->resyncing) {
		p->diag->quiet = true;
		return;
	}
	p->cmd.bad = true;
	/* A command word that the grammar took for a value: a lost ';'. */
	if (parser_has_stray(p, loc.begin) && p->stray.begin == loc.begin) {
		parser_lost_semicolon(p);
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag(p->diag, DIAG_ERROR, loc, "%s", text);
}

/* The word, quoted for a message. */
#define QUOTED	64

static const char *
quote(const struct parser *p, struct loc loc, char buf[QUOTED])
{
	return diag_quote_at(p->source, loc, buf, QUOTED);
}

static size_t
length(struct loc loc)
{
	return loc.end - loc.begin;
}

/* Whether token i is there, and of that kind. */
static bool
is_kind(const struct parser *p, unsigned i, int kind)
{
	return i < p->ntokens && p->kinds[i] == kind;
}

/* Notes where a field was given. */
static void
given(struct parser *p, enum field field, struct loc loc)
{
	if (p->cmd.at[field].end != 0 && field != F_PAD && field != F_SEQ &&
	    !p->renewing) {
		p->cmd.repeated = true;
		if (p->lint)
			diag(p->diag, DIAG_WARNING, loc, "this was given "
			    "before: the last one counts");
	}
	p->cmd.at[field] = loc;
	p->cmd.given |= GIVEN(field);
}

/* What editors and web pages make of quotes, dashes and blanks. */
#define QUOTES	"a string stands between two \" characters"
#define NO_BREAK_SPACE	"\302\240"
#define DASH	"this dash is none that begins an option: write '-'"

static const struct {
	const char *octets, *hint;
} lookalikes[] = {
	{ "'", QUOTES }, { "`", QUOTES },
	{ "\342\200\230", QUOTES }, { "\342\200\231", QUOTES },
	{ "\342\200\234", QUOTES }, { "\342\200\235", QUOTES },
	{ "\342\200\220", DASH }, { "\342\200\221", DASH },
	{ "\342\200\222", DASH }, { "\342\200\223", DASH },
	{ "\342\200\224", DASH }, { "\342\210\222", DASH },
	{ NO_BREAK_SPACE, "there is a no-break space in it: write a plain one" },
};

bool
field_hint_lookalike(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc);
	size_t len = length(loc), n, i, j;

	if (len == 1 && *word == '\\') {
		diag_hint(p->diag, "a command goes on until its ';', without "
		    "a backslash");
		return true;
	}
	for (i = 0; i < sizeof(lookalikes) / sizeof(lookalikes[0]); i++) {
		n = strlen(lookalikes[i].octets);
		for (j = 0; j + n <= len; j++)
			if (memcmp(word + j, lookalikes[i].octets, n) == 0) {
				diag_hint(p->diag, "%s", lookalikes[i].hint);
				return true;
			}
	}
	return false;
}

/* ---- numbers ---- */

enum number { NUMBER_OK, NUMBER_BAD, NUMBER_BIG };

/*
 * What a hexadecimal digit counts as the second of two, and as the first; with
 * one more bit, which what is no digit lacks.
 */
#define HEX		0x100
#define DIGITS(n)	['0'] = HEX | 0, HEX | (n), HEX | 2 * (n), \
	HEX | 3 * (n), HEX | 4 * (n), HEX | 5 * (n), HEX | 6 * (n), \
	HEX | 7 * (n), HEX | 8 * (n), HEX | 9 * (n)
#define LETTERS(a, n)	[a] = HEX | 10 * (n), HEX | 11 * (n), \
	HEX | 12 * (n), HEX | 13 * (n), HEX | 14 * (n), HEX | 15 * (n)

static const unsigned hex_digits[256] = {
	DIGITS(1), LETTERS('A', 1), LETTERS('a', 1)
};
static const unsigned hex_first_digits[256] = {
	DIGITS(16), LETTERS('A', 16), LETTERS('a', 16)
};

/* Two digits to an octet.  Returns TWO, if they are. */
#define TWO		(HEX + HEX)

static inline unsigned
two_digits(const uint8_t *p, uint8_t *out)
{
	unsigned pair = hex_first_digits[p[0]] + hex_digits[p[1]];

	*out = (uint8_t)pair;
	return pair & TWO;
}

static bool
is_hex(const char *word, size_t len)
{
	return len > 2 && word[0] == '0' && (word[1] | 32) == 'x';
}

static enum number
read_hex_number(const uint8_t *p, size_t len, uint64_t *value)
{
	const uint8_t *end = p + len;
	unsigned all = TWO;
	uint64_t n = 0;
	uint8_t octet;

	while (len > 16 && *p == '0')
		p++, len--;
	if (len % 2 != 0) {
		n = hex_digits[*p] & 15;
		all &= hex_digits[*p++] * 2;
	}
	for (; p < end; p += 2) {
		all &= two_digits(p, &octet);
		n = n << 8 | octet;
	}
	*value = n;
	return all == 0 ? NUMBER_BAD : len > 16 ? NUMBER_BIG : NUMBER_OK;
}

static enum number
read_decimal(const uint8_t *p, size_t len, uint64_t *value)
{
	const uint8_t *end = p + len;
	bool big = false;
	unsigned digit;
	uint64_t n = 0;

	for (; p < end; p++) {
		digit = *p - (unsigned)'0';
		if (digit > 9)
			return NUMBER_BAD;
		big |= n > (UINT64_MAX - digit) / 10;
		n = n * 10 + digit;
	}
	*value = n;
	return len == 0 ? NUMBER_BAD : big ? NUMBER_BIG : NUMBER_OK;
}

/*
 * Decimal, or hexadecimal with 0x where hex is allowed.  A word that is no
 * number is that first, however long.
 */
static enum number
read_number(const char *text, size_t len, bool hex, uint64_t max,
    uint64_t *value)
{
	const uint8_t *p = (const uint8_t *)text;
	enum number number = hex && is_hex(text, len) ?
	    read_hex_number(p + 2, len - 2, value) :
	    read_decimal(p, len, value);

	return number == NUMBER_OK && *value > max ? NUMBER_BIG : number;
}

static void
report_number(struct parser *p, struct loc loc, const char *what, bool hex,
    uint64_t max)
{
	const char *word = parser_text(p, loc);
	char buf[QUOTED];
	uint64_t value;

	if (read_number(word, length(loc), hex, max, &value) == NUMBER_BIG)
		field_error(p, loc, "%s is too big for %s (at most %llu)",
		    quote(p, loc, buf), what, (unsigned long long)max);
	else
		field_error(p, loc, "expected %s%s, found %s", what,
		    hex ? " (decimal, or hexadecimal with 0x)" :
		    is_hex(word, length(loc)) ? " in decimal" : "",
		    quote(p, loc, buf));
}

/* Reads the word, or reports: what is the number called, and its range. */
static bool
number(struct parser *p, struct loc loc, const char *what, bool hex,
    uint64_t max, uint64_t *value)
{
	if (hex && loc_is_same(loc, p->ahead.number_at) &&
	    p->ahead.number <= max) {
		*value = p->ahead.number;
		return true;
	}
	if (read_number(parser_text(p, loc), length(loc), hex, max, value) ==
	    NUMBER_OK)
		return true;
	report_number(p, loc, what, hex, max);
	return false;
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

/* "it is one of in, out, fwd", where that is short enough. */
#define LIST_MAX	8

static void
hint_list(struct parser *p, const struct name *table)
{
	char list[128];
	size_t used = 0, n;

	for (n = 0; n < LIST_MAX && table[n].name != NULL; n++)
		used += (size_t)snprintf(list + used, sizeof(list) - used,
		    "%s%s", n == 0 ? "" : ", ", table[n].name);
	if (table[n].name == NULL)
		diag_hint(p->diag, "it is one of %s", list);
}

/* A no-break space earlier in the command joins what should be two words. */
static bool
hint_blank(struct parser *p, uint32_t end)
{
	uint32_t i;

	for (i = p->cmd.loc.begin; i + 1 < end; i++)
		if (memcmp(source_at(p->source, i), NO_BREAK_SPACE, 2) == 0) {
			diag_hint(p->diag, "there is a no-break space before "
			    "it: write a plain one");
			return true;
		}
	return false;
}

static void
hint_name(struct parser *p, const struct name *table, struct loc loc)
{
	const char *word = parser_text(p, loc), *closest;
	size_t i;

	closest = name_closest(table, word, length(loc));
	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (word_is(foreign[i].word, word, length(loc)) &&
		    name_find(table, foreign[i].ours,
		    strlen(foreign[i].ours)) != NULL)
			closest = foreign[i].ours;
	if (closest != NULL)
		diag_hint(p->diag, "did you mean '%s'?", closest);
	else if (!hint_blank(p, loc.begin) && !field_hint_lookalike(p, loc))
		hint_list(p, table);
}

/* The row of the word, or an error with a suggestion. */
static const struct name *
named(struct parser *p, const struct name *table, struct loc loc,
    const char *what)
{
	const struct name *row = name_find(table, parser_text(p, loc),
	    length(loc));
	char buf[QUOTED];

	if (row != NULL)
		return row;
	field_error(p, loc, "unknown %s %s", what, quote(p, loc, buf));
	hint_name(p, table, loc);
	return NULL;
}

static bool
is_policy(enum op op)
{
	return op == OP_SPDADD || op == OP_SPDUPDATE || op == OP_SPDDELETE;
}

void
field_command(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first);

	/* Nothing of the command before is left. */
	wipe(&p->cmd, offsetof(struct command, policy.rules));
	p->cmd.op = (enum op)p->values[first];
	p->cmd.loc = loc;
	p->cmd.at[F_VERB] = loc;
	p->cmd.sa.flags = SADB_X_EXT_CYCSEQ;
	p->cmd.policy.priority = p->dialect->default_priority;
}

void
field_options(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first);
	const char *c = parser_text(p, loc);
	size_t i;

	for (i = 1; i < length(loc); i++) {
		if (c[i] == 'n')
			p->cmd.numeric = true;
		else if (c[i] == 'k' && !is_policy(p->cmd.op))
			field_error(p, loc, "-k is for policies");
		else if (c[i] == 'k')
			p->cmd.kernel_semantics = true;
		else
			p->cmd.family = (uint8_t)(c[i] - '0');
	}
}

/* The protocols of an SA, and what their words imply. */
static const struct sa_protocol {
	const char *name;
	uint8_t satype;
	uint32_t flags;
	bool udp;
} sa_protocols[] = {
	{ "esp", SADB_SATYPE_ESP, 0, false },
	{ "esp-udp", SADB_SATYPE_ESP, 0, true },
	{ "esp-old", SADB_SATYPE_ESP, SADB_X_EXT_OLD, false },
	{ "ah", SADB_SATYPE_AH, 0, false },
	{ "ah-old", SADB_SATYPE_AH, SADB_X_EXT_OLD, false },
	{ "ipcomp", SADB_X_SATYPE_IPCOMP, 0, false },
	{ "tcp", SADB_X_SATYPE_TCPSIGNATURE, 0, false },
	{ NULL, 0, 0, false }
};

static const struct name sa_protocol_names[] = {
	{ "esp", 0 }, { "esp-udp", 1 }, { "esp-old", 2 }, { "ah", 3 },
	{ "ah-old", 4 }, { "ipcomp", 5 }, { "tcp", 6 }, { NULL, 0 }
};

#define NATT_PORT	4500		/* RFC 3948 */

void
field_protocol(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first);
	const struct sa_protocol *proto;
	struct sa *sa = &p->cmd.sa;
	const struct name *row;

	given(p, F_PROTO, loc);
	row = name_find(sa_protocol_names, parser_text(p, loc), length(loc));
	if (row == NULL) {
		parser_stray(p, loc);
		named(p, sa_protocol_names, loc, "protocol");
		return;
	}
	proto = &sa_protocols[row->value];
	sa->satype = proto->satype;
	sa->flags |= proto->flags;
	if (proto->udp) {
		sa->natt.given = true;
		sa->natt.type = UDP_ENCAP_ESPINUDP;
		sa->natt.sport = p->cmd.src.port_at.end != 0 ?
		    p->cmd.src.port : NATT_PORT;
		sa->natt.dport = p->cmd.dst.port_at.end != 0 ?
		    p->cmd.dst.port : NATT_PORT;
	}
}

#define SPI_RESERVED	255	/* 0 to here: RFC 4302, 4303 */

void
field_spi(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first);
	struct sa *sa = &p->cmd.sa;
	uint64_t value;

	given(p, F_SPI, loc);
	if (!number(p, loc, "an SPI", true, UINT32_MAX, &value))
		return;
	sa->spi = (uint32_t)value;
	sa->has_sa = true;
	if ((p->cmd.op == OP_ADD || p->cmd.op == OP_UPDATE) &&
	    value <= SPI_RESERVED && (sa->satype == SADB_SATYPE_ESP ||
	    sa->satype == SADB_SATYPE_AH))
		field_error(p, loc, "SPIs from 0 to 255 are reserved");
}

/*
 * Two words where the SPI belongs: with esp-udp the first is the original
 * address.  Otherwise one of them is out of place.
 */
void
field_origin(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first), spi = parser_loc(p, first + 1);
	size_t len = length(spi);
	const char *word = parser_text(p, spi);
	char buf[QUOTED];

	p->cmd.at[F_ORIGIN] = loc;
	p->cmd.oai.name = loc;
	if (p->cmd.sa.natt.given || p->cmd.bad) {
		field_spi(p, first + 1);
		return;
	}
	if (memchr(parser_text(p, loc), '.', length(loc)) != NULL ||
	    memchr(parser_text(p, loc), ':', length(loc)) != NULL) {
		field_error(p, loc, "only esp-udp takes an original address "
		    "before the SPI");
		return;
	}
	field_spi(p, first);
	if (p->cmd.bad)
		return;
	parser_stray(p, spi);
	field_error(p, spi, "expected %s, found %s",
	    parser_next_field(&p->cmd), quote(p, spi, buf));
	if (algorithm_named(ALG_ENC, word, len) != NULL)
		diag_hint(p->diag, "write -E before an encryption algorithm");
	else if (algorithm_named(ALG_AUTH, word, len) != NULL)
		diag_hint(p->diag, "write -A before an authentication "
		    "algorithm");
	else
		field_hint_lookalike(p, spi);
}

void
field_mode(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first + 1);
	static const struct name modes[] = {
		{ "transport", IPSEC_MODE_TRANSPORT },
		{ "tunnel", IPSEC_MODE_TUNNEL },
		{ "any", IPSEC_MODE_ANY },
		{ "beet", IPSEC_MODE_BEET },
		{ NULL, 0 }
	};
	const struct name *row = named(p, modes, loc, "mode");

	given(p, F_MODE, loc);
	if (row != NULL)
		p->cmd.sa.mode = (uint8_t)row->value;
}

/* What "-f" takes: bits to clear in the SA's flags, and to set. */
static const struct {
	uint32_t clear, set;
	enum field field;
} pads[] = {
	{ 0, SADB_X_EXT_PRAND, F_PAD },
	{ 0, 0, F_PAD },
	{ 0, SADB_X_EXT_PZERO, F_PAD },
	{ 0, SADB_X_EXT_CYCSEQ, F_SEQ },
	{ SADB_X_EXT_CYCSEQ, 0, F_SEQ },
	{ 0, SADB_SAFLAGS_NOECN, F_SEQ },
	{ 0, SADB_SAFLAGS_DECAP_DSCP, F_SEQ },
	{ 0, SADB_SAFLAGS_NOPMTUDISC, F_SEQ },
};
static const struct name pad_names[] = {
	{ "random-pad", 0 }, { "seq-pad", 1 }, { "zero-pad", 2 },
	{ "cyclic-seq", 3 }, { "nocyclic-seq", 4 }, { "noecn", 5 },
	{ "decap-dscp", 6 }, { "nopmtudisc", 7 }, { NULL, 0 }
};

void
field_pad(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first + 1);
	const struct name *row = named(p, pad_names, loc, "-f option");

	if (row == NULL)
		return;
	given(p, pads[row->value].field, loc);
	p->cmd.sa.flags &= ~pads[row->value].clear;
	p->cmd.sa.flags |= pads[row->value].set;
}

void
field_esn(struct parser *p, unsigned first)
{
	given(p, F_ESN, parser_loc(p, first));
	p->cmd.sa.flags |= SADB_X_SAFLAGS_ESN;
}

/*
 * The window in packets, eight to an octet, must fit 32 bits less what the
 * kernels add to it.
 */
#define REPLAY_MAX	((UINT32_MAX - 32) / 8)

/* The options that take one number: what it is called and how far it goes. */
static const struct {
	enum field field;
	const char *what;
	uint64_t max;
} numbers[] = {
	{ F_REPLAY, "a replay window in octets", REPLAY_MAX },
	{ F_REQID, "an identifier", UINT32_MAX },
	{ F_HARD_TIME, "a life time in seconds", INT64_MAX },
	{ F_SOFT_TIME, "a life time in seconds", INT64_MAX },
	{ F_HARD_BYTES, "a number of bytes", INT64_MAX },
	{ F_SOFT_BYTES, "a number of bytes", INT64_MAX },
	{ F_HARD_PACKETS, "a number of packets", UINT32_MAX },
	{ F_SOFT_PACKETS, "a number of packets", UINT32_MAX },
	{ F_HARD_USE, "a life time in seconds", INT64_MAX },
	{ F_SOFT_USE, "a life time in seconds", INT64_MAX },
	{ F_NATT_MTU, "an MTU", UINT16_MAX },
	{ F_IF_ID, "an interface identifier", UINT32_MAX },
};

static void
set_number(struct command *cmd, enum field field, uint64_t value)
{
	struct lifetime *hard = &cmd->sa.hard, *soft = &cmd->sa.soft;

	switch (field) {
	case F_REPLAY: cmd->sa.replay = (uint32_t)value * 8; break;
	case F_REQID: cmd->sa.reqid = (uint32_t)value; break;
	case F_HARD_TIME: hard->addtime = value; break;
	case F_SOFT_TIME: soft->addtime = value; break;
	case F_HARD_BYTES: hard->bytes = value; break;
	case F_SOFT_BYTES: soft->bytes = value; break;
	case F_HARD_PACKETS: hard->allocations = (uint32_t)value; break;
	case F_SOFT_PACKETS: soft->allocations = (uint32_t)value; break;
	case F_HARD_USE: hard->usetime = value; break;
	case F_SOFT_USE: soft->usetime = value; break;
	case F_NATT_MTU: cmd->sa.natt.frag = (uint16_t)value; break;
	case F_IF_ID: cmd->sa.if_id = cmd->policy.if_id = (uint32_t)value;
		break;
	default: break;
	}
}

void
field_number(struct parser *p, unsigned first)
{
	enum field field = (enum field)p->values[first];
	struct loc loc = parser_loc(p, first + 1);
	uint64_t value;
	size_t i;

	for (i = 0; numbers[i].field != field; i++)
		continue;
	given(p, field, loc);
	if (is_policy(p->cmd.op) && (field == F_REPLAY || field == F_REQID ||
	    field == F_NATT_MTU)) {
		field_error(p, loc, "this belongs to an SA, not to a policy");
		return;
	}
	if (number(p, loc, numbers[i].what, field == F_IF_ID, numbers[i].max,
	    &value))
		set_number(&p->cmd, field, value);
}

void
field_hwif(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first + 1);
	given(p, F_HWIF, loc);
	if (length(loc) >= sizeof(p->cmd.hwif)) {
		field_error(p, loc, "an interface name has at most %zu "
		    "characters", sizeof(p->cmd.hwif) - 1);
		return;
	}
	memset(p->cmd.hwif, 0, sizeof(p->cmd.hwif));
	memcpy(p->cmd.hwif, parser_text(p, loc), length(loc));
	p->cmd.sa.hwif = p->cmd.policy.hwif = p->cmd.hwif;
}

void
field_label(struct parser *p, unsigned first)
{
	struct loc doi = parser_loc(p, first + 1);
	struct loc alg = parser_loc(p, first + 2);
	struct loc label = parser_loc(p, first + 3);
	struct label *l = &p->cmd.sa.label;
	uint64_t value;
	size_t len = length(label) - 2;		/* without the quotes */

	given(p, F_LABEL, label);
	if (number(p, doi, "a domain of interpretation", false, UINT8_MAX,
	    &value))
		l->doi = (uint8_t)value;
	if (number(p, alg, "a label algorithm", false, UINT8_MAX, &value))
		l->alg = (uint8_t)value;
	if (len == 0 || len >= sizeof(p->cmd.label)) {
		field_error(p, label, "a label has 1 to %zu characters",
		    sizeof(p->cmd.label) - 1);
		return;
	}
	memcpy(p->cmd.label, parser_text(p, label) + 1, len);
	p->cmd.label[len] = '\0';	/* Linux wants it, and counts it */
	l->text = p->cmd.label;
	l->len = (uint16_t)(len + 1);
	p->cmd.policy.label = *l;
}

void
field_mark(struct parser *p, unsigned first)
{
	bool masked = is_kind(p, first + 2, '/');
	struct loc value = parser_loc(p, first + 1);
	uint64_t v = 0, m = UINT32_MAX;
	struct command *cmd = &p->cmd;

	given(p, F_MARK, value);
	if (!number(p, value, "a mark", true, UINT32_MAX, &v) ||
	    (masked && !number(p, parser_loc(p, first + 3), "a mask", true,
	    UINT32_MAX, &m)))
		return;
	cmd->sa.has_mark = cmd->policy.has_mark = true;
	cmd->sa.mark = cmd->policy.mark = (uint32_t)v;
	cmd->sa.mark_mask = cmd->policy.mark_mask = (uint32_t)m;
}

/* ---- algorithms and keys ---- */

static void
set_algorithm(struct parser *p, enum field field, struct loc loc)
{
	static const char *const kinds[] = {
		"authentication", "encryption", "compression" };
	enum alg_kind kind = field == F_ENC ? ALG_ENC :
	    field == F_AUTH ? ALG_AUTH : ALG_COMP;
	const char *word = parser_text(p, loc), *closest;
	const struct algorithm *alg;
	char buf[QUOTED];

	given(p, field, loc);
	alg = algorithm_named(kind, word, length(loc));
	if (kind == ALG_ENC)
		p->cmd.enc = alg;
	else if (kind == ALG_AUTH)
		p->cmd.auth = alg;
	else
		p->cmd.comp = alg;
	if (alg != NULL)
		return;
	if (diag_is_secret(p->source, loc)) {
		field_error(p, loc, "expected the name of an algorithm, found "
		    "what looks like a key");
		return;
	}
	field_error(p, loc, "unknown %s algorithm %s", kinds[kind],
	    quote(p, loc, buf));
	closest = algorithm_closest(kind, word, length(loc));
	if (closest != NULL)
		diag_hint(p->diag, "did you mean '%s'?", closest);
	else if (kind == ALG_ENC &&
	    algorithm_named(ALG_AUTH, word, length(loc)) != NULL)
		diag_hint(p->diag, "it is an authentication algorithm: -A");
	else if (kind == ALG_AUTH &&
	    algorithm_named(ALG_ENC, word, length(loc)) != NULL)
		diag_hint(p->diag, "it is an encryption algorithm: -E");
}

/*
 * Octets of hexadecimal digits, up to a pair that is none.  Returns the digits.
 * It may look at eight characters behind them.
 */
static size_t
read_hex(const char *digits, uint8_t *out, size_t octets)
{
	const uint8_t *p = (const uint8_t *)digits;
	const uint8_t *end = out + octets;

	/* In eights, for a key has many. */
	while (end - out >= 4 && hex_digits[*p] != 0 && (two_digits(p, out) &
	    two_digits(p + 2, out + 1) & two_digits(p + 4, out + 2) &
	    two_digits(p + 6, out + 3)) != 0)
		p += 8, out += 4;
	while (out < end && two_digits(p, out) != 0)
		p += 2, out++;
	return (size_t)(p - (const uint8_t *)digits);
}

#define HIDDEN	"(hidden)"	/* as pfkey_script.c writes it */

/* What stands where a key should, without 0x. */
static void
report_key(struct parser *p, struct loc loc, uint8_t *buf)
{
	const char *text = parser_text(p, loc);
	size_t len = length(loc);

	if (len == sizeof(HIDDEN) - 1 && memcmp(text, HIDDEN, len) == 0) {
		field_error(p, loc, "this key was hidden when it was written "
		    "(-K)");
		return;
	}
	field_error(p, loc, "a key is a \"quoted string\", or 0x and "
	    "hexadecimal digits");
	if (len % 2 == 0 && len / 2 <= KEY_OCTETS &&
	    read_hex(text, buf, len / 2) == len)
		diag_hint(p->diag, "if these are hexadecimal digits, write 0x "
		    "before them");
	else
		field_hint_lookalike(p, loc);
}

/* An odd number of digits has a leading zero, as ever. */
static void
hex_key(struct parser *p, struct loc loc, struct key *key, uint8_t *buf)
{
	const char *text = parser_text(p, loc) + 2;
	size_t digits = length(loc) - 2, odd = digits % 2, good = 0;
	struct loc at;

	if (digits == 0) {
		field_error(p, loc, "a key needs digits after 0x");
		return;
	}
	key->bits = (uint16_t)((digits + odd) / 2 * 8);
	if ((digits + odd) / 2 > KEY_OCTETS) {
		key->bits = UINT16_MAX;	/* check.c says which lengths fit */
		return;
	}
	buf[0] = (uint8_t)hex_digits[(uint8_t)text[0]];
	if (odd == 0 || hex_digits[(uint8_t)text[0]] != 0)
		good = odd + read_hex(text + odd, buf + odd, digits / 2);
	if (good < digits) {
		good += hex_digits[(uint8_t)text[good]] != 0;
		at.begin = loc.begin + 2 + (uint32_t)good;
		at.end = at.begin + 1;
		field_error(p, at, "this is not a hexadecimal digit");
	} else if (odd != 0)
		diag(p->diag, DIAG_WARNING, loc, "an odd number of digits: a "
		    "0 is put before them");
}

static void
string_key(struct parser *p, struct loc loc, struct key *key, uint8_t *buf)
{
	size_t len = length(loc) - 2;		/* without the quotes */

	key->bits = len > KEY_OCTETS ? UINT16_MAX : (uint16_t)(len * 8);
	if (len <= KEY_OCTETS)
		memcpy(buf, parser_text(p, loc) + 1, len);
}

void
field_cipher(struct parser *p, unsigned first)
{
	set_algorithm(p, (enum field)p->values[first],
	    parser_loc(p, first + 1));
}

__attribute__((noinline)) static void
read_key(struct parser *p, unsigned first, struct key *key, uint8_t *buf)
{
	struct loc loc = parser_loc(p, first);
	const char *text = parser_text(p, loc);

	if (is_kind(p, first, STRING))
		string_key(p, loc, key, buf);
	else if (length(loc) < 2 || text[0] != '0' || (text[1] | 32) != 'x')
		report_key(p, loc, buf);
	else
		hex_key(p, loc, key, buf);
}

/* Two tokens behind the option that it belongs to. */
void
field_key(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first);
	bool auth = p->values[first - 2] == F_AUTH;
	struct key *key = auth ? &p->cmd.sa.auth_key : &p->cmd.sa.enc_key;
	struct loc *read = &p->ahead.keys[auth];
	uint8_t *buf = p->cmd.keys[auth];

	given(p, auth ? F_AUTH_KEY : F_ENC_KEY, loc);
	key->given = true;
	key->data = buf;
	if (loc_is_same(loc, *read)) {
		key->bits = (uint16_t)((length(loc) - 2) * 4);
		return;
	}
	read->end = 0;
	read_key(p, first, key, buf);
}

void
field_compression(struct parser *p, unsigned first)
{
	set_algorithm(p, F_COMP, parser_loc(p, first + 1));
	if (!is_kind(p, first + 2, OPT_RAW_CPI))
		return;
	given(p, F_RAW_CPI, parser_loc(p, first + 2));
	p->cmd.sa.flags |= SADB_X_EXT_RAWCPI;
}

/* ---- addresses ---- */

static void
set_port(struct parser *p, struct host *host, struct loc loc)
{
	const char *word = parser_text(p, loc);
	const struct servent *service;
	char name[64], buf[QUOTED];
	uint64_t value;

	host->port_at = loc;
	host->port = 0;
	if (length(loc) == 3 && memcmp(word, "any", 3) == 0)
		return;
	if (word[0] >= '0' && word[0] <= '9') {
		if (number(p, loc, "a port", false, UINT16_MAX, &value))
			host->port = (uint16_t)value;
		return;
	}
	if (length(loc) < sizeof(name)) {
		memcpy(name, word, length(loc));
		name[length(loc)] = '\0';
		service = getservbyname(name, "udp");
		if (service == NULL)
			service = getservbyname(name, "tcp");
		if (service != NULL) {
			host->port = ntohs((uint16_t)service->s_port);
			return;
		}
	}
	field_error(p, loc, "unknown port %s: neither a number, a service "
	    "name nor any", quote(p, loc, buf));
}

/* A netmask where a prefix length belongs. */
static void
hint_netmask(struct parser *p, struct loc loc)
{
	struct addr addr;
	uint32_t mask;
	unsigned bits = 0;

	if (!addr_numeric(parser_text(p, loc), length(loc), &addr) ||
	    addr.family != 4)
		return;
	memcpy(&mask, addr.octets, sizeof(mask));
	mask = ntohl(mask);
	while (bits < 32 && (mask << bits & 0x80000000u) != 0)
		bits++;
	if (bits != 0 && (bits == 32 || mask << bits == 0))
		diag_hint(p->diag, "a netmask is written as its number of "
		    "bits: %u", bits);
}

static void
set_prefix(struct parser *p, struct host *host, struct loc loc)
{
	uint64_t value;

	host->prefix_at = loc;
	if (number(p, loc, "a prefix length", false, 128, &value))
		host->prefix = (uint8_t)value;
	else
		hint_netmask(p, loc);
}

/*
 * The name of a host, whose prefix and port, parts of their own, belong to the
 * place that *at becomes.
 */
static void
set_name(struct parser *p, struct host *host, unsigned first, struct loc *at)
{
	unsigned behind = first + 1;

	if (is_kind(p, behind, '/'))
		behind += 2;
	if (is_kind(p, behind, '['))
		behind += 3;
	if (behind > p->ntokens)
		behind = p->ntokens;
	*at = host->name = parser_loc(p, first);
	at->end = parser_loc(p, behind - 1).end;
}

void
field_src(struct parser *p, unsigned first)
{
	set_name(p, &p->cmd.src, first, &p->cmd.at[F_SRC]);
}

void
field_src_prefix(struct parser *p, unsigned first)
{
	set_prefix(p, &p->cmd.src, parser_loc(p, first));
}

void
field_src_port(struct parser *p, unsigned first)
{
	set_port(p, &p->cmd.src, parser_loc(p, first));
}

void
field_dst(struct parser *p, unsigned first)
{
	set_name(p, &p->cmd.dst, first, &p->cmd.at[F_DST]);
}

void
field_dst_prefix(struct parser *p, unsigned first)
{
	set_prefix(p, &p->cmd.dst, parser_loc(p, first));
}

void
field_dst_port(struct parser *p, unsigned first)
{
	set_port(p, &p->cmd.dst, parser_loc(p, first));
}

/*
 * NAME or NAME[PORT] from token i on; *at becomes where it stands.  Returns
 * the index of the token behind it.
 */
static unsigned
set_host(struct parser *p, struct host *host, unsigned i, struct loc *at)
{
	memset(host, 0, sizeof(*host));
	set_name(p, host, i, at);
	if (!is_kind(p, i + 1, '['))
		return i + 1;
	set_port(p, host, parser_loc(p, i + 2));
	return i + 4;
}

void
field_natt(struct parser *p, unsigned first)
{
	struct natt *natt = &p->cmd.sa.natt;
	struct loc oai, oar;

	set_host(p, &p->cmd.oar, set_host(p, &p->cmd.oai, first + 1, &oai),
	    &oar);
	given(p, F_NATT, (struct loc){ parser_loc(p, first).begin, oar.end });
	natt->given = true;
	natt->type = UDP_ENCAP_ESPINUDP;
	natt->sport = p->cmd.oai.port_at.end != 0 ? p->cmd.oai.port :
	    NATT_PORT;
	natt->dport = p->cmd.oar.port_at.end != 0 ? p->cmd.oar.port :
	    NATT_PORT;
}

/* ---- upper-layer protocols ---- */

static void
set_upper(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc), *closest;
	char buf[QUOTED];
	uint64_t value;
	int proto;

	given(p, F_UPPER, loc);
	if (word[0] >= '0' && word[0] <= '9') {
		if (number(p, loc, "a protocol number", false, 255, &value))
			p->cmd.policy.upper = (uint8_t)value;
		return;
	}
	proto = protocol_number(word, length(loc));
	if (proto < 0) {
		field_error(p, loc, "unknown upper-layer protocol %s",
		    quote(p, loc, buf));
		closest = protocol_closest(word, length(loc));
		if (closest != NULL)
			diag_hint(p->diag, "did you mean '%s'?", closest);
		else
			diag_hint(p->diag, "it is a word of /etc/protocols, icmp6, "
		    "ip4, any, or a number from 0 to 255");
		return;
	}
	p->cmd.policy.upper = (uint8_t)proto;
}

static const struct name directions[] = {
	{ "in", IPSEC_DIR_INBOUND },
	{ "out", IPSEC_DIR_OUTBOUND },
	{ "fwd", IPSEC_DIR_FWD },
	{ NULL, 0 }
};

#define IPPROTO_GRE_	47
#define IPPROTO_MH_	135

/* A GRE key: a number, or four octets with dots; it takes both ports. */
static void
gre_key(struct parser *p, struct loc loc)
{
	char text[32] = "", buf[QUOTED];
	struct in_addr dotted;
	uint64_t value = 0;

	if (length(loc) < sizeof(text))
		memcpy(text, parser_text(p, loc), length(loc));
	if (inet_pton(AF_INET, text, &dotted) == 1)
		value = ntohl(dotted.s_addr);
	else if (read_number(text, strlen(text), true, UINT32_MAX, &value) !=
	    NUMBER_OK) {
		field_error(p, loc, "expected a GRE key (a number or a.b.c.d), "
		    "found %s", quote(p, loc, buf));
		return;
	}
	p->cmd.upper_a = (uint16_t)(value >> 16);
	p->cmd.upper_b = (uint16_t)value;
}

static void
set_upper_args(struct parser *p, struct loc first, struct loc second)
{
	uint8_t upper = p->cmd.policy.upper;
	char buf[QUOTED];
	uint64_t value;

	given(p, F_UPPER_ARG, first);
	p->cmd.has_upper_args = true;
	if (upper == IPPROTO_GRE_ && second.end != 0) {
		field_error(p, second, "a GRE key is one number");
		return;
	}
	if (upper == IPPROTO_GRE_) {
		gre_key(p, first);
		return;
	}
	if (upper != 1 && upper != 58 && upper != IPPROTO_MH_) {
		parser_stray(p, first);
		if (name_find(directions, parser_text(p, first),
		    length(first)) != NULL)
			field_error(p, first, "missing -P before %s",
			    quote(p, first, buf));
		else {
			field_error(p, first, "only icmp, icmp6, mh and gre "
			    "take an argument");
			field_hint_lookalike(p, first);
		}
		return;
	}
	if (number(p, first, "a message type", false, 255, &value))
		p->cmd.upper_a = (uint16_t)value;
	if (second.end != 0 &&
	    number(p, second, "a message code", false, 255, &value))
		p->cmd.upper_b = (uint16_t)value;
}

void
field_upper(struct parser *p, unsigned first)
{
	struct loc none = { 0, 0 };

	set_upper(p, parser_loc(p, first));
	if (is_kind(p, first + 1, WORD))
		set_upper_args(p, parser_loc(p, first + 1),
		    is_kind(p, first + 2, ',') ? parser_loc(p, first + 3) :
		    none);
}

/* ---- policies ---- */

void
field_direction(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first);
	const struct name *row = name_find(directions, parser_text(p, loc),
	    length(loc));

	given(p, F_DIRECTION, loc);
	/* As the manual has it: "-P none". */
	if (row == NULL && name_find(action_names, parser_text(p, loc),
	    length(loc)) != NULL) {
		field_error(p, loc, "expected a direction, found '%.*s'",
		    (int)length(loc), parser_text(p, loc));
		diag_hint(p->diag, "in, out or fwd comes before it");
		return;
	}
	if (row == NULL && (row = named(p, directions, loc, "direction")) ==
	    NULL)
		return;
	p->cmd.policy.dir = (uint8_t)row->value;
	if (row->value == IPSEC_DIR_FWD && !p->dialect->has_fwd)
		field_error(p, loc, "this system has no fwd policies; in "
		    "covers forwarded packets");
}

/*
 * A priority counts up from the middle of the kernel's range, where it counts
 * down: "prio 10" and "prio def + 10" are ten better than the default.  Named
 * bases are the quarters.
 */
#define PRIORITY_HIGH	0x40000000u
#define PRIORITY_DEF	0x80000000u
#define PRIORITY_LOW	0xc0000000u

static void
set_priority(struct parser *p, struct loc base, int sign, struct loc offset)
{
	static const struct name bases[] = {
		{ "high", PRIORITY_HIGH }, { "def", PRIORITY_DEF },
		{ "low", PRIORITY_LOW }, { NULL, 0 }
	};
	const struct name *row = NULL;
	struct loc at = base.end != 0 ? base : offset;
	char buf[QUOTED];
	uint64_t value = 0;
	int64_t priority = PRIORITY_DEF;

	given(p, F_PRIORITY, at);
	if (!p->dialect->has_priority) {
		field_error(p, at, "this system's policies have no priority");
		return;
	}
	if (base.end != 0) {
		row = name_find(bases, parser_text(p, base), length(base));
		if (row == NULL) {
			field_error(p, base, "expected a priority (high, def, "
			    "low or a number in decimal), found %s",
			    quote(p, base, buf));
			return;
		}
		priority = row->value;
	}
	if (offset.end != 0 &&
	    !number(p, offset, "a priority", false, UINT32_MAX, &value))
		return;
	priority -= sign * (int64_t)value;
	/* From high, def and low no further than to their neighbours. */
	if (priority < 0 || priority > UINT32_MAX ||
	    (row != NULL && value > PRIORITY_HIGH)) {
		field_error(p, offset, "this priority is out of range");
		diag_hint(p->diag, "%s", row != NULL ?
		    "an offset to high, def or low is at most 1073741824; "
		    "below low it is one less" :
		    "a priority is between -2147483647 and 2147483648");
		return;
	}
	p->cmd.policy.priority = (uint32_t)priority;
}

void
field_priority(struct parser *p, unsigned first)
{
	struct loc base = { 0, 0 }, offset = { 0, 0 };
	unsigned i = first;
	int sign = 1;

	i += is_kind(p, i, PRIORITY);
	if (is_kind(p, i, WORD))
		base = parser_loc(p, i++);
	if (is_kind(p, i, '+') || is_kind(p, i, '-'))
		sign = is_kind(p, i++, '-') ? -1 : 1;
	else if (base.end != 0)
		sign = 0;
	if (is_kind(p, i, NUMBER))
		offset = parser_loc(p, i);
	set_priority(p, base, sign, offset);
}

void
field_action(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first);
	const char *word = parser_text(p, loc);
	const struct name *row;
	char buf[QUOTED];

	given(p, F_ACTION, loc);
	row = name_find(action_names, word, length(loc));
	if (row != NULL)
		p->cmd.policy.action = (uint8_t)row->value;
	else if (name_find(rule_proto_names, word, length(loc)) != NULL) {
		/* "-P ipsec esp/..." was told already. */
		if (!p->cmd.bad)
			field_error(p, loc, "missing 'ipsec' before the "
			    "rules");
	} else if (!p->cmd.bad || name_find(directions, word, length(loc)) ==
	    NULL) {
		parser_stray(p, loc);
		field_error(p, loc, "unknown policy %s", quote(p, loc, buf));
		hint_name(p, action_names, loc);
	}
}

/* "unique:N", or one of the other levels. */
static void
rule_level(struct parser *p, struct rule *rule, struct loc loc)
{
	const char *word = parser_text(p, loc), *colon;
	const struct name *row;
	struct loc name = loc, id = loc;
	uint64_t value;

	colon = memchr(word, ':', length(loc));
	if (colon != NULL)
		name.end = loc.begin + (uint32_t)(colon - word);
	row = named(p, level_names, name, "level");
	if (row == NULL)
		return;
	rule->level = (uint8_t)row->value;
	if (colon == NULL)
		return;
	id.begin = name.end + 1;
	/* Linux can bind an optional rule to an SA as well. */
	if (row->value != IPSEC_LEVEL_UNIQUE && (!p->dialect->wide_request ||
	    row->value != IPSEC_LEVEL_USE))
		field_error(p, id, "only unique takes an identifier");
	else if (id.begin == id.end)
		field_error(p, loc, "expected an identifier after 'unique:'");
	else if (number(p, id, "an identifier", false,
	    p->dialect->wide_request ? UINT32_MAX : UINT16_MAX, &value))
		rule->reqid = (uint32_t)value;
}

/* One end point of a rule: an address in numbers. */
static void
rule_end(struct parser *p, struct addr *addr, struct loc loc,
    struct loc port_at)
{
	struct host port = { .port = 0 };
	char buf[QUOTED];

	if (!addr_numeric(parser_text(p, loc), length(loc), addr)) {
		field_error(p, loc, "expected a numeric address, found %s",
		    quote(p, loc, buf));
		return;
	}
	if (port_at.end != 0) {
		set_port(p, &port, port_at);
		addr->port = port.port;
	}
}

static bool
is_word(const struct parser *p, struct loc loc, const char *word)
{
	return word_is(word, parser_text(p, loc), length(loc));
}

/* One end of "src-dst", with or without a port; the index behind it. */
static unsigned
end_words(struct parser *p, unsigned i, struct loc *name, struct loc *port)
{
	struct loc none = { 0, 0 };

	*name = parser_loc(p, i++);
	*port = none;
	if (!is_kind(p, i, '['))
		return i;
	*port = parser_loc(p, i + 1);
	return i + 3;
}

/*
 * "src-dst" from token i on; the index behind it.  "me-any" and "any-me" stand
 * for no addresses, and were meant for transport mode out and in.
 */
static unsigned
rule_ends(struct parser *p, struct rule *rule, unsigned i)
{
	struct loc src, sport, dst, dport, both;
	bool out, in;

	i = end_words(p, i, &src, &sport) + 1;
	i = end_words(p, i, &dst, &dport);
	out = is_word(p, src, "me") && is_word(p, dst, "any");
	in = is_word(p, src, "any") && is_word(p, dst, "me");
	both.begin = src.begin;
	both.end = dst.end;
	if (out || in) {
		if (p->cmd.policy.dir != (out ? IPSEC_DIR_OUTBOUND :
		    IPSEC_DIR_INBOUND))
			field_error(p, both, "%s goes with -P %s",
			    out ? "me-any" : "any-me", out ? "out" : "in");
		return i;
	}
	rule_end(p, &rule->src, src, sport);
	rule_end(p, &rule->dst, dst, dport);
	if (rule->src.family != 0 && rule->dst.family != 0 &&
	    rule->src.family != rule->dst.family)
		field_error(p, both, "the end points are of two families");
	return i;
}

/*
 * PROTO/MODE, and perhaps /, /ENDS, /ENDS/ or /[ENDS]/LEVEL.  Returns the
 * index of the token behind it.
 */
static unsigned
read_rule(struct parser *p, struct rule *rule, unsigned first)
{
	static const struct name modes[] = {
		{ "transport", IPSEC_MODE_TRANSPORT },
		{ "tunnel", IPSEC_MODE_TUNNEL },
		{ "beet", IPSEC_MODE_BEET },
		{ NULL, 0 }
	};
	const struct name *row;
	unsigned i = first + 3;

	memset(rule, 0, sizeof(*rule));
	row = named(p, rule_proto_names, parser_loc(p, first), "protocol");
	rule->proto = row == NULL ? 0 : (uint16_t)row->value;
	row = named(p, modes, parser_loc(p, first + 2), "mode");
	rule->mode = row == NULL ? 0 : (uint8_t)row->value;
	if (is_kind(p, i, '/') && is_kind(p, ++i, WORD))
		i = rule_ends(p, rule, i);
	if (i > first + 3 && is_kind(p, i, '/') && is_kind(p, ++i, WORD))
		rule_level(p, rule, parser_loc(p, i++));
	return i;
}

void
field_rule(struct parser *p, unsigned first)
{
	struct policy *policy = &p->cmd.policy;
	struct loc loc = parser_loc(p, first);
	struct rule *rule = &policy->rules[policy->nrules];
	unsigned end;

	if (policy->nrules == p->dialect->max_requests) {
		if (!p->cmd.bad)
			field_error(p, loc, "a policy has at most %u "
			    "rules on this system", p->dialect->max_requests);
		return;
	}
	end = read_rule(p, rule, first);
	loc.end = parser_loc(p, end - 1).end;
	p->cmd.rule_at[policy->nrules++] = loc;
}

/* "spdadd tagged "name" -P ...", of KAME's packet filter. */
void
field_tagged(struct parser *p, unsigned first)
{
	struct loc loc = parser_loc(p, first);
	struct loc string = parser_loc(p, first + 1);

	p->cmd.src.name = loc;
	p->cmd.op = OP_TAGGED;
	if (is_word(p, loc, "tagged"))
		return;
	string.end = string.begin + 1;
	field_error(p, string, "expected a destination range, found a quoted "
	    "string");
}

/*
 * ---- read ahead ----
 *
 * A pattern may fit in part, and then another is tried: what one has read holds
 * for its place, until another reads something over it.
 */

static inline const char *
note_ahead(const struct parser *p, struct loc *loc, const char *word,
    const char *end)
{
	loc->begin = source_offset(p->source, word);
	loc->end = loc->begin + (uint32_t)(end - word);
	return end;
}

static inline const char *
host_ahead(struct parser *p, bool dst, const char *word)
{
	const char *end;

	p->ahead.hosts[dst].end = 0;
	end = addr_dotted(word, &p->ahead.addrs[dst]);
	return end == NULL ? NULL :
	    note_ahead(p, &p->ahead.hosts[dst], word, end);
}

static inline const char *
key_ahead(struct parser *p, bool auth, const char *word)
{
	size_t digits;

	if (word[0] != '0' || word[1] != 'x')
		return NULL;
	p->ahead.keys[auth].end = 0;
	digits = read_hex(word + 2, p->cmd.keys[auth], KEY_OCTETS);
	if (digits == 0)
		return NULL;
	return note_ahead(p, &p->ahead.keys[auth], word, word + 2 + digits);
}

/* An SPI as most are written: of at most eight digits in hexadecimal. */
const char *
field_spi_ahead(struct parser *p, const char *word)
{
	const uint8_t *c = (const uint8_t *)word + 2, *end = c + 8;
	uint64_t n = 0;
	uint8_t octet;

	if (word[0] != '0' || word[1] != 'x')
		return NULL;
	for (; c < end && two_digits(c, &octet) != 0; c += 2)
		n = n << 8 | octet;
	if (c < end && hex_digits[*c] != 0)
		n = n << 4 | (hex_digits[*c++] & 15);
	if (c == (const uint8_t *)word + 2)
		return NULL;
	p->ahead.number = n;
	return note_ahead(p, &p->ahead.number_at, word, (const char *)c);
}

const char *
field_src_ahead(struct parser *p, const char *word)
{
	return host_ahead(p, false, word);
}

const char *
field_dst_ahead(struct parser *p, const char *word)
{
	return host_ahead(p, true, word);
}

const char *
field_enc_key_ahead(struct parser *p, const char *word)
{
	return key_ahead(p, false, word);
}

const char *
field_auth_key_ahead(struct parser *p, const char *word)
{
	return key_ahead(p, true, word);
}
