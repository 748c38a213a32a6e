/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds keys by walking the text word by word.  A key is: a quoted string; what
 * follows "-E name" or "-A name" or the name of an algorithm, up to the next
 * option; what stands in the place of such a name, and is none; and any word
 * with many hexadecimal digits, since the algorithm may have been forgotten.
 * Comments may hold keys, too.
 *
 * Where quotes do not balance, or are none to us, it is not known what is a
 * key: then all of the line may be one (it is in doubt).  So may what follows a
 * line in doubt, a key without quotes, or one that is missing, behind a ';' or
 * on the next line: up to a command or an option.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "command.h"
#include "names.h"
#include "options.h"
#include "secrets.h"

struct walk {
	const char *text;
	struct secrets_state state;
	size_t len;		/* of the text */
	bool open;		/* more of it will come */
	bool named;		/* there was a -E or -A */
	size_t quote;		/* the next on the line, or what ends it */
	void (*mark)(void *, struct loc);
	void *ctx;
	size_t sound;		/* before it nothing is in doubt */
};

#define NO_KEY_YET	2	/* words: -E and a name */
#define MAY_GO_ON	3	/* and a key, or part of it */
#define ADDRESSES	3	/* words: a command, and two of them */
#define KEY_DIGITS	12	/* hexadecimal; an SPI has 8 */
#define NAME_DIGITS	16	/* in a row in what may be a host's name */
#define DECIMAL_DIGITS	21	/* no number of the language has so many */
#define REST_DIGITS	8	/* of a key that was cut: no command */
#define LOOK_AHEAD	512	/* octets, for a quote, or a word's end */
#define SHORT_NAME	8	/* shorter words are no keys */
#define SHORT_OPTION	3	/* as is "-xy", which may have been meant so */

static const struct secrets_state beginning = { .words = MAY_GO_ON,
	.next_line = true };

static bool
is_delimiter(char c)
{
	return strchr(" \t\r\n\f\v;#\"[]/,", c) != NULL;
}

static bool
is_hex(const char *word, size_t len)
{
	size_t i = 0;

	while (i < len && isxdigit((unsigned char)word[i]))
		i++;
	return i == len;
}

/* Whether so many hexadecimal digits in a row are in a word. */
static bool
has_digits(const char *word, size_t len, size_t n)
{
	size_t i;

	for (i = 0; i + n <= len; i++)
		if (is_hex(word + i, n))
			return true;
	return false;
}

/* Whether a word is 0x and digits, as a key should be. */
static bool
has_prefix(const char *word, size_t len)
{
	return len > 2 && word[0] == '0' && (word[1] | 32) == 'x' &&
	    is_hex(word + 2, len - 2);
}

/* Whether a word can be a key by itself: a decimal number is none. */
static bool
looks_like_key(const char *word, size_t len)
{
	size_t i = 0;

	while (i < len && isdigit((unsigned char)word[i]))
		i++;
	return (i < len || len >= DECIMAL_DIGITS) && has_digits(word, len,
	    memchr(word, '.', len) != NULL ? NAME_DIGITS : KEY_DIGITS);
}

/* Whether a word can be the rest of a key. */
static bool
looks_like_rest(const char *word, size_t len)
{
	return len >= REST_DIGITS && (is_hex(word, len) ||
	    (word[1] == 'x' && is_hex(word + 2, len - 2)));
}

static bool
is_algorithm(const char *word, size_t len)
{
	return algorithm_named(ALG_ENC, word, len) != NULL ||
	    algorithm_named(ALG_AUTH, word, len) != NULL;
}

/* The same misspelt, by as much as messages can tell. */
static bool
is_nearly_algorithm(const char *word, size_t len)
{
	return is_algorithm(word, len) ||
	    algorithm_closest(ALG_ENC, word, len) != NULL ||
	    algorithm_closest(ALG_AUTH, word, len) != NULL;
}

/*
 * Whether a word is an algorithm to which the option is missing.  Hosts may
 * have the names of some.
 */
static bool
is_stray_algorithm(const struct secrets_state *s, const char *word, size_t len)
{
	if (s->place < ADDRESSES)
		return memchr(word, '-', len) != NULL &&
		    is_algorithm(word, len);
	return is_algorithm(word, len) ||
	    (!isdigit((unsigned char)*word) && is_nearly_algorithm(word, len));
}

/*
 * How many octets of what stands in the place of an algorithm's name are one:
 * all of what is one, or was meant to be; the beginning where something is
 * glued to it; or none.
 */
static size_t
name_length(const char *word, size_t len, bool glued)
{
	const struct algorithm *alg;
	size_t n, longest = 0;

	if (looks_like_key(word, len))
		return 0;
	if ((len < SHORT_NAME && !glued) || is_nearly_algorithm(word, len) ||
	    algorithm_named(ALG_COMP, word, len) != NULL)
		return len;
	for (alg = algorithms; alg->name != NULL; alg++) {
		n = strlen(alg->name);
		if (n > longest && n < len &&
		    strncasecmp(word, alg->name, n) == 0)
			longest = n;
	}
	return longest;
}

/* What divides a key from a name to which it is glued; nothing has it. */
static bool
begins_key(const char *text, size_t len)
{
	return *text == '=' || source_false_quote(text, len) != 0;
}

static void
mark(const struct walk *w, size_t begin, size_t end)
{
	if (begin < end)
		w->mark(w->ctx, (struct loc){ (uint32_t)begin,
		    (uint32_t)end });
}

/*
 * The octets of the "-E" or "-A" that a word begins with, or 0.  Also of "-e"
 * and "-a", and with a dash of another kind.
 */
static size_t
takes_name(const char *word, size_t len)
{
	size_t n = *word == '-' ? 1 : source_false_dash(word, len);
	char letter = n == 0 || n == len ? '\0' : word[n++];

	return letter == 'E' || letter == 'A' ||
	    ((letter == 'e' || letter == 'a') && (n == len ||
	    is_algorithm(word + n, len - n))) ? n : 0;
}

/* The place of a name, at the place n of a word: marks what is none. */
static void
step_name(struct walk *w, size_t word, size_t n, size_t end)
{
	size_t name = word + n, key;

	key = name + name_length(w->text + name, end - name,
	    w->state.bare || begins_key(w->text + end, w->len - end));
	mark(w, key, end);
	w->state.words = key < end ? MAY_GO_ON : NO_KEY_YET;
	w->state.bare |= key < end;
}

/*
 * An option.  Whether it is secret: where a key or a name should stand, and
 * where a key has no quotes, a word of it may look like an option.
 */
static bool
is_secret_option(struct secrets_state *s, const char *word, size_t len,
    bool glued)
{
	bool known = option_named(word, len) != NULL;
	bool in_key = s->bare || s->words == 1 || s->words == NO_KEY_YET ||
	    glued;

	if (!in_key || (known && !s->bare))
		s->words = 0;
	if (!in_key)
		return looks_like_key(word, len);
	if (known || (!glued && len <= SHORT_OPTION))
		return false;
	s->words = MAY_GO_ON;
	s->bare = true;
	return true;
}

/* A word that is no option. */
static bool
is_secret_word(struct secrets_state *s, const char *word, size_t len,
    bool sound)
{
	if (s->next_line && !looks_like_rest(word, len))
		s->words = 0;
	s->next_line = false;
	if (s->words > 0) {
		s->words = MAY_GO_ON;
		s->bare |= !has_prefix(word, len);
		return true;
	}
	s->bare = false;
	if (!sound && is_stray_algorithm(s, word, len))
		s->words = NO_KEY_YET;
	return looks_like_key(word, len);
}

/* Whether a word is, or was meant to be, a command or an option. */
static bool
is_fresh(const char *word, size_t len)
{
	return command_named(word, len) != NULL ||
	    command_closest(word, len) != NULL ||
	    option_named(word, len) != NULL || takes_name(word, len) != 0;
}

static size_t
find(const char *text, size_t begin, size_t end, char c)
{
	const char *p = memchr(text + begin, c, end - begin);

	return p == NULL ? end : (size_t)(p - text);
}

/* The end of a comment's line; a CR alone ends one, too. */
static size_t
find_line_end(const char *text, size_t begin, size_t end)
{
	return find(text, begin, find(text, begin, end, '\n'), '\r');
}

/* Where to stop to look for what may go on behind a place. */
static size_t
ahead(const struct walk *w, size_t i)
{
	return w->len - i > LOOK_AHEAD ? i + LOOK_AHEAD : w->len;
}

/* The end of a word, which may be behind the end of what is asked about. */
static size_t
word_end(const struct walk *w, size_t i, size_t end)
{
	const char *text = w->text, *name;

	for (end = ahead(w, end); i < end && !is_delimiter(text[i]) &&
	    source_false_blank(text + i, end - i, &name) == 0 &&
	    !begins_key(text + i, end - i); )
		i++;
	return i;
}

/* A word that says nothing, whatever it is part of. */
static bool
is_of_the_language(const char *word, size_t len)
{
	size_t i = 0;

	while (i < len && (isxdigit((unsigned char)word[i]) ||
	    strchr(".:x", word[i]) != NULL))
		i++;
	return (i == len && !looks_like_key(word, len)) ||
	    command_named(word, len) != NULL ||
	    option_named(word, len) != NULL || is_algorithm(word, len) ||
	    name_find(rule_proto_names, word, len) != NULL ||
	    name_find(mode_names, word, len) != NULL;
}

/*
 * What a string may be glued to: an algorithm's name, or the algorithm of a
 * label, which is a digit.
 */
static bool
takes_string(const char *word, size_t len)
{
	size_t n = takes_name(word, len);

	return (len == 1 && isdigit((unsigned char)*word)) ||
	    is_algorithm(word + n, len - n);
}

/*
 * Whether the next string on the line is glued to the word from begin to i, or
 * to one behind it: then what is before it may be the string.
 */
static bool
ends_in_quote(struct walk *w, size_t begin, size_t i)
{
	const char *text = w->text;
	size_t word;

	if (w->quote < i || w->quote == 0)
		w->quote = find(text, i, find_line_end(text, i, ahead(w, i)),
		    '"');
	if (w->quote == w->len || text[w->quote] != '"')
		return false;
	for (word = w->quote; word > begin && !is_delimiter(text[word - 1]); )
		word--;
	return word < w->quote && !takes_string(text + word, w->quote - word);
}

static bool walk_comment(const struct walk *, size_t, size_t);

/* Steps over the comment at i; a mark for one that was meant for a key. */
static size_t
step_comment(struct walk *w, size_t i, size_t end)
{
	struct secrets_state *s = &w->state;
	size_t line_end = find_line_end(w->text, i, end);
	bool key = s->words >= MAY_GO_ON && !s->next_line;

	/* "-E #...", "-E name #..." and "key#rest". */
	if (s->words == 1 || s->words == NO_KEY_YET || (key && (s->bare ||
	    w->text[i - 1] == '"' || !is_delimiter(w->text[i - 1])))) {
		mark(w, i, line_end);
		s->doubt = true;
	} else
		s->doubt |= walk_comment(w, i + 1, line_end);
	return line_end;
}

static size_t
step_string(struct walk *w, size_t i, size_t end)
{
	struct secrets_state *s = &w->state;
	const char *text = w->text;
	size_t quote = find(text, i + 1, end, '"'), next = quote + 1;
	bool glued = quote < end && next < end && (text[next] == '#' ||
	    text[next] == '"' || !is_delimiter(text[next]));

	mark(w, i + 1, quote);
	/* It may well be what is between two strings. */
	s->doubt |= glued || quote == end ||
	    memchr(text + i, ';', quote - i) != NULL ||
	    memchr(text + i, '\n', quote - i) != NULL ||
	    (i > 0 && !is_delimiter(text[i - 1]));
	/* A word glued to a string is part of the string, by mistake. */
	s->words = (s->words > 0 && !s->next_line) || glued ? MAY_GO_ON : 0;
	s->next_line = s->bare = false;
	return quote < end ? next : end;
}

static size_t
step_word(struct walk *w, size_t i, size_t end)
{
	struct secrets_state *s = &w->state;
	const char *word = w->text + i;
	size_t next = word_end(w, i, end), len = next - i;
	size_t name = takes_name(word, len);

	/* Of what has not arrived yet, and what may be part of a string. */
	if ((w->open && next == w->len) || (i >= w->sound &&
	    ends_in_quote(w, i, next) && !is_of_the_language(word, len)))
		mark(w, i, next);
	if (name != 0) {
		w->named = true;
		s->words = 1;
		s->next_line = false;
		if (len > name)
			step_name(w, i, name, next);
	} else if (s->words == 1 && *word != '-')
		step_name(w, i, 0, next);
	else if (*word == '-' && !s->next_line ? is_secret_option(s, word, len,
	    i > 0 && word[-1] == '"') :
	    is_secret_word(s, word, len, i < w->sound))
		mark(w, i, next);
	if (command_named(word, len) != NULL)
		s->place = 1;
	else if (*word != '-' && (i == 0 || strchr("[]/,", word[-1]) == NULL))
		s->place++;
	return next;
}

/*
 * A quote that is none to us: a string was meant, and its end is not known.
 * Unless it is around a name.
 */
static size_t
step_quote(struct walk *w, size_t i, size_t end)
{
	struct secrets_state *s = &w->state;
	size_t next = i + source_false_quote(w->text + i, w->len - i);

	if (i < w->sound || (s->words == 1 && is_nearly_algorithm(w->text +
	    next, word_end(w, next, end) - next)))
		return next;
	s->doubt = s->bare = true;
	s->words = MAY_GO_ON;
	s->next_line = false;
	return next;
}

/* The octets of a blank, or of a mark that does not matter, at i. */
static size_t
blank_length(const struct walk *w, size_t i)
{
	const char *name;
	char c = w->text[i];

	if (c == '\n' || c == ';' || c == '#' || c == '"')
		return 0;
	return is_delimiter(c) || c == '=' ? 1 :
	    source_false_blank(w->text + i, w->len - i, &name);
}

/* Steps over what stands at i, but for a blank. */
static size_t
step_over(struct walk *w, size_t i, size_t end)
{
	struct secrets_state *s = &w->state;

	switch (w->text[i]) {
	case '#':
		return step_comment(w, i, end);
	case '"':
		return step_string(w, i, end);
	case '\n':
		s->next_line |= s->words >= MAY_GO_ON;
		s->cut = s->doubt || s->bare;
		s->doubt = false;
		return i + 1;
	case ';':
		s->cut |= s->bare || s->words == 1 || s->words == NO_KEY_YET;
		s->words = MAY_GO_ON;
		s->next_line = true;
		s->place = 0;
		return i + 1;
	}
	return source_false_quote(w->text + i, w->len - i) != 0 ?
	    step_quote(w, i, end) : step_word(w, i, end);
}

static size_t
step(struct walk *w, size_t i, size_t end)
{
	struct secrets_state *s = &w->state;
	size_t next = blank_length(w, i);
	bool is_end = w->text[i] == '\n' || w->text[i] == ';', doubt;

	if (i < w->sound)
		s->doubt = s->cut = false;
	if (next != 0) {
		mark(w, i, s->doubt ? i + next : i);
		return i + next;
	}
	if (s->cut && !is_end) {
		s->cut = false;
		if (is_fresh(w->text + i, word_end(w, i, end) - i))
			s->bare = false;
		else
			s->doubt = true;
	}
	doubt = s->doubt && !is_end && w->text[i] != '"';
	next = step_over(w, i, end);
	if (doubt)
		mark(w, i, next);
	if (i < w->sound)
		s->doubt = s->cut = false;
	return next;
}

/* Returns whether a key may follow on the next line. */
static bool
walk_comment(const struct walk *of, size_t i, size_t end)
{
	struct walk w = *of;
	struct secrets_state *s = &w.state;

	memset(s, 0, sizeof(*s));
	w.named = false;
	while (i < end)
		i = step(&w, i, end);
	return w.named && (s->doubt || s->bare || s->words == 1 ||
	    s->words == NO_KEY_YET);
}

/* ---- where the walk begins ---- */

/* Messages show no more than this of the text before what they are about. */
#define SHOWN_BEFORE	128

void
secrets_sound(struct secrets *s, uint32_t end)
{
	if (end > s->sound)
		s->sound = end;
}

void
secrets_begin_statement(struct secrets *s, uint32_t offset)
{
	s->statement = offset;
}

/*
 * The place nearest before an offset that is known.  That of the statement
 * serves who asks for less than he did before: all of a statement may be asked
 * about in any order, again and again.
 */
static struct secrets_place
nearest(const struct secrets *s, uint32_t from)
{
	const struct secrets_place *const places[] = { &s->before, &s->last };
	struct secrets_place nearest = {
		source_file_at(s->source, from)->loc.begin, beginning };
	size_t i;

	for (i = 0; i < 2; i++)
		if (places[i]->offset <= from &&
		    places[i]->offset >= nearest.offset &&
		    (places[i]->offset != 0 || s->carried))
			nearest = *places[i];
	return nearest;
}

/* From some place at or before from, with what is known there. */
static void
walk_text(struct secrets *s, uint32_t from, uint32_t end, struct walk *w)
{
	struct secrets_place known = nearest(s, from);
	uint32_t i = known.offset, before;

	w->text = s->source->text;
	w->len = s->source->len;
	w->sound = s->sound;
	w->open = s->source->fd >= 0;
	w->state = known.state;
	if (end > s->source->len)
		end = (uint32_t)s->source->len;
	/* What is near the end was seen in part. */
	before = s->statement < end ? s->statement : end;
	while (i < end) {
		i = (uint32_t)step(w, i, end);
		if (i + SHOWN_BEFORE <= before)
			s->before = (struct secrets_place){ i, w->state };
		if (i + SHOWN_BEFORE <= from)
			s->last = (struct secrets_place){ i, w->state };
	}
}

static void
ignore(void *ctx, struct loc secret)
{
	(void)ctx;
	(void)secret;
}

void
secrets_forget(struct secrets *s, uint32_t n)
{
	struct walk w = { .mark = ignore };

	walk_text(s, n, n, &w);
	s->before = s->last = (struct secrets_place){ 0, w.state };
	s->carried = true;
	s->sound -= n < s->sound ? n : s->sound;
	s->statement -= n < s->statement ? n : s->statement;
}

void
secrets_find(struct secrets *s, uint32_t from, uint32_t end,
    void (*each)(void *, struct loc), void *ctx)
{
	struct walk w = { .mark = each, .ctx = ctx };

	walk_text(s, from, end, &w);
}

struct overlap {
	struct loc loc;
	bool found;
};

static void
note_overlap(void *ctx, struct loc secret)
{
	struct overlap *o = ctx;

	if (secret.begin < o->loc.end && secret.end > o->loc.begin)
		o->found = true;
}

bool
secrets_overlap(struct secrets *s, struct loc loc)
{
	struct overlap o = { .loc = loc };
	struct walk w = { .mark = note_overlap, .ctx = &o };

	walk_text(s, loc.begin, loc.end, &w);
	return o.found;
}
