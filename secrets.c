/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds keys by walking the text word by word.  A key is: a quoted string; what
 * follows "-E name" or "-A name" or the name of an algorithm (a key may have
 * been cut in pieces: up to the next option or the end of the line, and what
 * looks like its rest on the next line or behind a ';'); and any word with many
 * hexadecimal digits, since the algorithm may have been forgotten.  Comments
 * may hold keys, too.
 */
#include <ctype.h>
#include <string.h>

#include "names.h"
#include "options.h"
#include "secrets.h"

struct walk {
	const char *text;
	int words;		/* since -E or -A, itself one; 0: none seen */
	bool next_line;		/* a key may go on, after a newline or ';' */
	void (*mark)(void *, struct loc);
	void *ctx;
};

#define MAY_GO_ON	3	/* words: -E, a name and a key, or part of it */
#define KEY_DIGITS	12	/* hexadecimal; an SPI has 8 */
#define DECIMAL_DIGITS	21	/* no number of the language has so many */
#define REST_DIGITS	8	/* of a key that was cut: no command */

static bool
is_delimiter(char c)
{
	return strchr(" \t\r\n\f\v;#\"[]/,", c) != NULL;
}

/* Whether so many hexadecimal digits in a row are in a word. */
static bool
has_digits(const char *word, size_t len, size_t n)
{
	size_t i, run = 0;

	for (i = 0; i < len && run < n; i++)
		run = isxdigit((unsigned char)word[i]) ? run + 1 : 0;
	return run >= n;
}

/* Whether a word can be a key by itself; a decimal number cannot. */
static bool
looks_like_key(const char *word, size_t len)
{
	size_t i = 0;

	while (i < len && isdigit((unsigned char)word[i]))
		i++;
	return (i < len || len >= DECIMAL_DIGITS) &&
	    has_digits(word, len, KEY_DIGITS);
}

/* Whether a word can be the rest of a key. */
static bool
looks_like_rest(const char *word, size_t len)
{
	return len >= REST_DIGITS && (has_digits(word, len, len) ||
	    (word[1] == 'x' && has_digits(word + 2, len - 2, len - 2)));
}

static bool
is_algorithm(const char *word, size_t len)
{
	return memchr(word, '-', len) != NULL &&
	    (algorithm_named(ALG_ENC, word, len) != NULL ||
	    algorithm_named(ALG_AUTH, word, len) != NULL);
}

/*
 * Whether a word is secret; steps the state over it.  glued: it follows a
 * string at once.
 */
static bool
is_secret_word(struct walk *w, const char *word, size_t len, bool glued)
{
	bool names = len > 1 && word[0] == '-' && (word[1] == 'E' ||
	    word[1] == 'A');		/* "-E", or "-Ename" */

	if (w->next_line && !looks_like_rest(word, len))
		w->words = 0;
	w->next_line = false;
	if (names)
		w->words = len > 2 ? 2 : 1;
	else if (word[0] == '-' && (option_named(word, len) != NULL ||
	    (w->words != 2 && !glued)))
		w->words = 0;
	else if (w->words > 0)
		return w->words++ > 1 || looks_like_rest(word, len) ||
		    looks_like_key(word, len);
	else if (is_algorithm(word, len))
		w->words = 2;
	return looks_like_key(word, len);
}

static void
mark(const struct walk *w, size_t begin, size_t end)
{
	w->mark(w->ctx, (struct loc){ (uint32_t)begin, (uint32_t)end });
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

static void walk_comment(const struct walk *, size_t, size_t);

/* Steps over the comment at i; a mark for one that was meant for a key. */
static size_t
step_comment(struct walk *w, size_t i, size_t end)
{
	size_t line_end = find_line_end(w->text, i, end);

	/* "-E name #..." and "key#rest". */
	if (w->words == MAY_GO_ON - 1 || (w->words >= MAY_GO_ON &&
	    !w->next_line && (w->text[i - 1] == '"' ||
	    !is_delimiter(w->text[i - 1]))))
		mark(w, i, line_end);
	else
		walk_comment(w, i + 1, line_end);
	return line_end;
}

static size_t
step_string(struct walk *w, size_t i, size_t end)
{
	size_t quote = find(w->text, i + 1, end, '"');

	mark(w, i + 1, quote);
	if (quote < end)
		quote++;
	/* A word glued to a string is part of the string, by mistake. */
	w->words = (w->words > 0 && !w->next_line) || (quote < end &&
	    (w->text[quote] == '#' || !is_delimiter(w->text[quote]))) ?
	    MAY_GO_ON : 0;
	w->next_line = false;
	return quote;
}

/* Steps over what stands at i: blanks, a comment, a string or a word. */
static size_t
step(struct walk *w, size_t i, size_t end)
{
	const char *text = w->text, *name;
	size_t start = i, blank;

	switch (text[i]) {
	case '#':
		return step_comment(w, i, end);
	case '"':
		return step_string(w, i, end);
	case '\n':
		w->next_line |= w->words >= MAY_GO_ON;
		return i + 1;
	case ';':
		w->words = MAY_GO_ON;
		w->next_line = true;
		return i + 1;
	}
	if (is_delimiter(text[i]))
		return i + 1;
	blank = source_false_blank(text + i, end - i, &name);
	if (blank != 0)
		return i + blank;
	while (i < end && !is_delimiter(text[i]) &&
	    source_false_blank(text + i, end - i, &name) == 0)
		i++;
	if (is_secret_word(w, text + start, i - start,
	    start > 0 && text[start - 1] == '"'))
		mark(w, start, i);
	return i;
}

static void
walk_comment(const struct walk *of, size_t i, size_t end)
{
	struct walk w = *of;

	w.words = 0;
	w.next_line = false;
	while (i < end)
		i = step(&w, i, end);
}

/* Messages show at most so much of the text before their place. */
#define SHOWN_BEFORE	128

void
secrets_begin_statement(struct secrets *s, uint32_t offset)
{
	if (offset < s->recent + SHOWN_BEFORE)
		return;
	s->statement = s->recent;
	s->recent = offset;
}

void
secrets_forget(struct secrets *s)
{
	s->statement = s->recent = 0;
}

void
secrets_find(struct secrets *s, uint32_t from, uint32_t end,
    void (*each)(void *, struct loc), void *ctx)
{
	uint32_t file = source_file_at(s->source, from)->loc.begin;
	size_t i = s->statement <= from ? s->statement : 0;
	struct walk w = { s->source->text, MAY_GO_ON, true, each, ctx };
	bool ends;

	if (i < file)
		i = file;
	if (end > s->source->len)
		end = (uint32_t)s->source->len;
	/* A statement that begins well before from is remembered. */
	while (i < end) {
		ends = w.text[i] == ';';
		i = step(&w, i, end);
		if (ends && i + SHOWN_BEFORE <= from)
			s->statement = (uint32_t)i;
	}
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

	secrets_find(s, loc.begin, loc.end, note_overlap, &o);
	return o.found;
}
