/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A large file says the same thing again and again, with other addresses, SPIs
 * and keys.  A pattern is a statement that was understood: its text without the
 * words that differ from one such statement to the next.  One that fits it is
 * neither lexed nor parsed; and behind another that fitted, only the words that
 * differ are read, since all else is in the parser's command already.
 *
 * What differs is learnt: addresses, SPIs and keys do from the start, so no
 * pattern has a key in it; other words once a statement has another there.
 */
#include <stddef.h>
#include <string.h>

#include "platform.h"
#include "setkey.h"
#include "parse.h"

#define nitems(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * The parts that can be read again over those of an earlier statement: each
 * says all that is to say of its fields, nothing of others, and no other part
 * looks at them.  The first word of some always differs; of what these say,
 * command_check() looks at little: see needs_no_check().  It may be read ahead.
 */
static const struct renewable {
	void (*read)(struct parser *, unsigned);
	bool differs;
	field_ahead_fn *ahead;
	enum field option;		/* for ahead: that before it, or 0 */
} renewables[] = {
	{ field_src, true, field_src_ahead, 0 },
	{ field_src_prefix, false, NULL, 0 },
	{ field_src_port, false, NULL, 0 },
	{ field_dst, true, field_dst_ahead, 0 },
	{ field_dst_prefix, false, NULL, 0 },
	{ field_dst_port, false, NULL, 0 },
	{ field_spi, true, field_spi_ahead, 0 },
	{ field_key, true, field_enc_key_ahead, F_ENC },
	{ field_key, true, field_auth_key_ahead, F_AUTH },
	{ field_number, false, NULL, 0 },
};

static const struct renewable *
renewable(const struct part *part)
{
	size_t i;

	for (i = 0; i < nitems(renewables); i++)
		if (renewables[i].read == part->read)
			return &renewables[i];
	return NULL;
}

/* ---- a statement that fits ---- */

/*
 * Puts two places so many octets further on; there is always room for a second.
 * Both ends of one take one addition, as the sums fit 32 bits: in a pattern,
 * which lacks words, nothing is further on than in a text.
 */
static inline void
move_two(struct loc *out, const struct loc *from, uint64_t both)
{
	uint64_t locs[2];

	memcpy(locs, from, sizeof(locs));
	locs[0] += both;
	locs[1] += both;
	memcpy(out, locs, sizeof(locs));
}

/*
 * Where the word ends that is behind a run, or NULL.  What ends a word is the
 * first character of the next run; what was read ahead has the same behind it,
 * or the text does not fit.  This may be beyond the text that is ready: then
 * the text does not fit either.
 */
static inline const char *
word_end(struct parser *p, const struct pattern_run *run, const char *word)
{
	const char *end = NULL;

	if (run->ahead != NULL)
		end = run->ahead(p, word);
	return end != NULL ? end : token_word(word, run->kind, run->in_policy);
}

/* The end of the statement, if the text from c on fits, or NULL. */
static const char *
fits(struct parser *p, const struct pattern *pattern, const char *c)
{
	const char *end = p->source->text + p->source->ready;
	/* An offset is the address less this. */
	uintptr_t origin = (uintptr_t)p->source->text - p->source->base;
	const struct pattern_run *run = pattern->runs;
	const struct loc *from = pattern->tokens;
	struct loc *token = p->tokens;
	const char *literal;
	uint64_t octets;
	unsigned i;

	for (;; run++) {
		literal = pattern->text + run->begin;
		if (end - c < run->len || (*c != *literal && run->len != 0) ||
		    (run->len > 1 && memcmp(c, literal, run->len) != 0))
			return NULL;
		octets = (uint32_t)((uintptr_t)c - origin - run->begin);
		octets |= octets << 32;
		for (i = 0; i < run->tokens; i += 2)
			move_two(token + i, from + i, octets);
		token += run->tokens;
		from += run->tokens;
		c += run->len;
		if (run->kind == ';')
			return c;
		token->begin = (uint32_t)((uintptr_t)c - origin);
		c = word_end(p, run, c);
		if (c == NULL)
			return NULL;
		token->end = (uint32_t)((uintptr_t)c - origin);
		token++;
		from++;
	}
}

const char *
pattern_match(struct parser *p, const char *text)
{
	struct pattern *pattern = NULL;
	const char *end = NULL;
	unsigned i, which = 0;

	for (i = 0; i < PATTERNS && end == NULL; i++) {
		which = (p->recent_pattern + i) % PATTERNS;
		pattern = &p->patterns[which];
		if (pattern->ntokens != 0)
			end = fits(p, pattern, text);
	}
	if (end == NULL)
		return NULL;
	p->recent_pattern = which;
	p->pattern = pattern;
	p->ntokens = pattern->ntokens;
	if (p->carried != pattern) {
		memcpy(p->kinds, pattern->kinds,
		    p->ntokens * sizeof(*p->kinds));
		memcpy(p->values, pattern->values,
		    p->ntokens * sizeof(*p->values));
	}
	return end;
}

static struct loc *
place_in(struct command *cmd, size_t offset)
{
	return (void *)((uint8_t *)cmd + offset);
}

void
pattern_read(struct parser *p)
{
	const struct pattern *pattern = p->pattern;
	const struct pattern_place *place = pattern->places;
	const struct sa *sa = &p->cmd.sa;
	unsigned enc_bits = sa->enc_key.bits, auth_bits = sa->auth_key.bits;
	struct loc *at;

	if (p->carried != pattern) {
		parser_read(p, pattern->parts, pattern->nparts);
		return;
	}
	p->cmd.op = (enum op)p->values[0];
	p->cmd.loc = parser_loc(p, 0);
	for (; place < pattern->places + pattern->nplaces; place++) {
		at = place_in(&p->cmd, place->offset);
		at->begin = parser_loc(p, place->first).begin;
		at->end = parser_loc(p, place->last).end;
	}
	p->renewing = true;
	parser_read(p, pattern->fresh, pattern->nfresh);
	p->renewing = false;
	p->cmd.checked = pattern->stays_checked &&
	    sa->enc_key.bits == enc_bits && sa->auth_key.bits == auth_bits;
}

/* ---- learning ---- */

/* Whether another word can stand there without changing the tokens around. */
static bool
may_differ(const struct parser *p, unsigned t)
{
	int kind = p->kinds[t];

	return t > 0 && (kind == WORD || kind == NUMBER || kind == STRING) &&
	    (parser_loc(p, t - 1).end != parser_loc(p, t).begin ||
	    p->kinds[t - 1] < OPT_NUMBER || p->kinds[t - 1] > OPT_POLICY);
}

/* The pattern of a statement with the same tokens but for words, or NULL. */
static struct pattern *
find(struct parser *p)
{
	struct pattern *pattern;

	for (pattern = p->patterns; pattern < p->patterns + PATTERNS; pattern++)
		if (pattern->ntokens == p->ntokens &&
		    memcmp(pattern->kinds, p->kinds,
		    p->ntokens * sizeof(*p->kinds)) == 0 &&
		    memcmp(pattern->values, p->values,
		    p->ntokens * sizeof(*p->values)) == 0)
			return pattern;
	return NULL;
}

static struct pattern *
begin(struct parser *p)
{
	struct pattern *pattern;
	unsigned i;

	if (p->ntokens >= PATTERN_TOKENS || p->nparts > PATTERN_PARTS)
		return NULL;
	p->recent_pattern = (p->recent_pattern + 1) % PATTERNS;
	pattern = &p->patterns[p->recent_pattern];
	clear(pattern, sizeof(*pattern));
	pattern->ntokens = pattern->policy = p->ntokens;
	memcpy(pattern->kinds, p->kinds, p->ntokens * sizeof(*p->kinds));
	memcpy(pattern->values, p->values, p->ntokens * sizeof(*p->values));
	pattern->nparts = p->nparts;
	memcpy(pattern->parts, p->parts, p->nparts * sizeof(*p->parts));
	for (i = 0; i < p->ntokens; i++)
		if (p->kinds[i] == OPT_POLICY)
			pattern->policy = i;
	for (i = 0; i < p->nparts; i++)
		if (renewable(&p->parts[i]) != NULL)
			pattern->differs[p->parts[i].first] =
			    renewable(&p->parts[i])->differs;
	return pattern;
}

/* The words that are not what they were in earlier statements. */
static void
compare(const struct parser *p, struct pattern *pattern)
{
	struct loc here, there;
	unsigned t;

	for (t = 0; t < p->ntokens; t++) {
		if (!may_differ(p, t)) {
			pattern->differs[t] = false;	/* glued, this time */
			continue;
		}
		if (pattern->differs[t])
			continue;
		here = parser_loc(p, t);
		there = pattern->tokens[t];
		pattern->differs[t] = here.end - here.begin !=
		    there.end - there.begin || memcmp(parser_text(p, here),
		    pattern->text + there.begin, here.end - here.begin) != 0;
	}
}

/* The part that a token belongs to, as an index. */
static unsigned
part_of(const struct pattern *pattern, unsigned t)
{
	unsigned i = pattern->nparts - 1;

	while (i > 0 && pattern->parts[i].first > t)
		i--;
	return i;
}

/*
 * What reads a word ahead, or NULL: text that stays must be right behind it, and
 * no other end than that of a word, as a string has.
 */
static field_ahead_fn *
ahead(const struct parser *p, const struct pattern *pattern, unsigned t)
{
	const struct part *part = &pattern->parts[part_of(pattern, t)];
	const struct renewable *row;

	if (p->kinds[t] != WORD || (pattern->differs[t + 1] &&
	    parser_loc(p, t).end == parser_loc(p, t + 1).begin))
		return NULL;
	for (row = renewables; row < renewables + nitems(renewables); row++)
		if (row->read == part->read && (row->option == 0 ||
		    row->option == p->values[t - 2]))
			return row->ahead;
	return NULL;
}

/*
 * Adds the text from the offset on with the tokens from first up to (not with)
 * next, whose word differs, or which is the end.  False if it is too long.
 */
static bool
add_run(const struct parser *p, struct pattern *pattern,
    struct pattern_run *run, uint32_t from, unsigned first, unsigned next)
{
	bool last = next == p->ntokens;
	uint32_t to = last ? parser_loc(p, next - 1).end :
	    parser_loc(p, next).begin;
	unsigned t;

	if (to - from > sizeof(pattern->text) - run->begin)
		return false;
	run->len = (uint16_t)(to - from);
	run->tokens = (uint16_t)(next - first);
	run->kind = last ? ';' : p->kinds[next];
	run->in_policy = next > pattern->policy;
	run->ahead = last ? NULL : ahead(p, pattern, next);
	memcpy(pattern->text + run->begin, source_at(p->source, from),
	    run->len);
	for (t = first; t < next; t++) {
		pattern->tokens[t].begin = parser_loc(p, t).begin - from +
		    run->begin;
		pattern->tokens[t].end = parser_loc(p, t).end - from +
		    run->begin;
	}
	return true;
}

/* Takes the text, without what differs.  False if it is too long. */
static bool
take_text(const struct parser *p, struct pattern *pattern)
{
	uint32_t from = parser_loc(p, 0).begin;
	struct pattern_run *run = pattern->runs;
	unsigned t, first = 0;

	run->begin = 0;
	for (t = 1; t < p->ntokens; t++) {
		if (!pattern->differs[t])
			continue;
		if (!add_run(p, pattern, run, from, first, t))
			return false;
		from = parser_loc(p, t).end;
		first = t + 1;
		run[1].begin = (uint16_t)(run->begin + run->len);
		run++;
	}
	return add_run(p, pattern, run, from, first, t);
}

/* Notes the tokens at a place in the command.  False if there are none. */
static bool
add_place(struct parser *p, struct pattern *pattern, size_t offset,
    const bool fresh[PATTERN_PARTS])
{
	struct loc at = *place_in(&p->cmd, offset);
	struct pattern_place *place = &pattern->places[pattern->nplaces];
	unsigned first = 0, last;

	if (at.end == 0)
		return true;
	while (first < p->ntokens && parser_loc(p, first).begin != at.begin)
		first++;
	for (last = first; last < p->ntokens; last++)
		if (parser_loc(p, last).end == at.end)
			break;
	if (last >= p->ntokens || pattern->nplaces == nitems(pattern->places))
		return false;
	if (fresh[part_of(pattern, first)])
		return true;		/* it will be said again */
	place->offset = (uint16_t)offset;
	place->first = (uint8_t)first;
	place->last = (uint8_t)last;
	pattern->nplaces++;
	return true;
}

/* All places in the command, but for those of names, which always differ. */
static bool
add_places(struct parser *p, struct pattern *pattern,
    const bool fresh[PATTERN_PARTS])
{
	static const size_t hosts[] = {
		offsetof(struct command, src.prefix_at),
		offsetof(struct command, src.port_at),
		offsetof(struct command, dst.prefix_at),
		offsetof(struct command, dst.port_at),
	};
	bool good = true;
	size_t i;

	pattern->nplaces = 0;
	for (i = 0; i < nitems(hosts); i++)
		good &= add_place(p, pattern, hosts[i], fresh);
	for (i = 0; i < FIELDS; i++)
		good &= add_place(p, pattern, offsetof(struct command, at) +
		    i * sizeof(struct loc), fresh);
	for (i = 0; i < p->cmd.policy.nrules; i++)
		good &= add_place(p, pattern, offsetof(struct command,
		    rule_at) + i * sizeof(struct loc), fresh);
	return good;
}

/*
 * Whether command_check() would find, and change, nothing else than in the
 * statement before, if the keys are as long: it limits the index of IPComp, and
 * takes away the key of an authentication that goes with an AEAD.
 */
static bool
needs_no_check(const struct parser *p, const struct pattern *pattern)
{
	const struct command *cmd = &p->cmd;
	bool aead = cmd->enc != NULL && (cmd->enc->flags & ALG_AEAD) != 0;
	unsigned i;

	for (i = 0; i < pattern->nfresh; i++)
		if (!renewable(&pattern->fresh[i])->differs)
			return false;
	return cmd->sa.satype != SADB_X_SATYPE_IPCOMP &&
	    !(aead && cmd->auth != NULL);
}

/*
 * What is to be read of a statement behind another one of the pattern: the
 * parts in which a word differs, if all of them are renewable.
 */
static bool
can_carry(struct parser *p, struct pattern *pattern)
{
	bool fresh[PATTERN_PARTS] = { false };
	unsigned i;

	pattern->nfresh = 0;
	for (i = 0; i < pattern->ntokens; i++)
		fresh[part_of(pattern, i)] |= pattern->differs[i];
	for (i = 0; i < pattern->nparts; i++)
		if (fresh[i]) {
			if (renewable(&pattern->parts[i]) == NULL)
				return false;
			pattern->fresh[pattern->nfresh++] = pattern->parts[i];
		}
	pattern->stays_checked = needs_no_check(p, pattern);
	/* The ports of NAT-T are those of addresses, or its own. */
	return add_places(p, pattern, fresh) && !p->cmd.repeated &&
	    !p->cmd.sa.natt.given;
}

/* What was commented out may be a key. */
static bool
has_comment(const struct parser *p)
{
	uint32_t end;
	unsigned t;

	for (t = 1; t < p->ntokens; t++) {
		end = parser_loc(p, t - 1).end;
		if (memchr(source_at(p->source, end), '#',
		    parser_loc(p, t).begin - end) != NULL)
			return true;
	}
	return false;
}

__attribute__((noinline)) static struct pattern *
learn(struct parser *p)
{
	struct pattern *pattern = find(p);

	if (has_comment(p))
		return NULL;
	if (pattern != NULL)
		compare(p, pattern);
	else
		pattern = begin(p);
	if (pattern == NULL)
		return NULL;
	if (!take_text(p, pattern)) {
		pattern->ntokens = 0;
		return NULL;
	}
	pattern->carries = can_carry(p, pattern);
	return pattern;
}

void
pattern_done(struct parser *p, bool silent)
{
	p->carried = NULL;
	if (p->cmd.bad || p->cmd.op == OP_NONE)
		return;
	if (p->pattern == NULL)
		p->pattern = learn(p);
	if (silent && p->pattern != NULL && p->pattern->carries)
		p->carried = p->pattern;
}
