/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds keys by walking the text word by word.  A key is: a quoted string; what
 * follows "-E name" or "-A name" or the name of an algorithm (a key may have
 * been cut in pieces: up to the next option or the end of the line, and what
 * looks like its rest on the next line or behind a ';'); what stands in the
 * place of such a name, and is none; and any word with many hexadecimal digits,
 * since the algorithm may have been forgotten.  Comments may hold keys, too.
 *
 * Where quotes do not balance, or a key without quotes may have gone on behind
 * a ';', it is not known what is a key: then all of the line may be one.
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
	bool named;		/* there was a -E or -A */
	size_t quote;		/* the next on the line, or what ends it */
	void (*mark)(void *, struct loc);
	void *ctx;
	size_t sound;		/* before it nothing is in doubt */
};

#define MAY_GO_ON	3	/* words: -E, a name and a key, or part of it */
#define KEY_DIGITS	12	/* hexadecimal; an SPI has 8 */
#define NAME_DIGITS	16	/* in a row in what may be a host's name */
#define DECIMAL_DIGITS	21	/* no number of the language has so many */
#define REST_DIGITS	8	/* of a key that was cut: no command */
#define LOOK_AHEAD	512	/* octets, for a quote */
#define SHORT_NAME	8	/* shorter words are no keys */
#define SHORT_OPTION	3	/* as is "-xy", which may have been meant so */

static const struct secrets_state beginning = { .words = MAY_GO_ON,
	.next_line = true };

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
 * How many octets of what stands in the place of an algorithm's name are one:
 * all of what is one, or was meant to be; the beginning where something is
 * glued to it; or none.
 */
static size_t
name_length(const char *word, size_t len)
{
	const struct algorithm *alg;
	size_t n, longest = 0;

	if (looks_like_key(word, len))
		return 0;
	if (len < SHORT_NAME || algorithm_named(ALG_ENC, word, len) != NULL ||
	    algorithm_named(ALG_AUTH, word, len) != NULL ||
	    algorithm_named(ALG_COMP, word, len) != NULL ||
	    algorithm_closest(ALG_ENC, word, len) != NULL ||
	    algorithm_closest(ALG_AUTH, word, len) != NULL)
		return len;
	for (alg = algorithms; alg->name != NULL; alg++) {
		n = strlen(alg->name);
		if (n > longest && n < len &&
		    strncasecmp(word, alg->name, n) == 0)
			longest = n;
	}
	return longest;
}

static void
mark(const struct walk *w, size_t begin, size_t end)
{
	if (begin < end)
		w->mark(w->ctx, (struct loc){ (uint32_t)begin,
		    (uint32_t)end });
}

/* "-E" and "-A", a name glued to them or not; also "-e" and "-a". */
static bool
takes_name(const char *word, size_t len)
{
	return len > 1 && word[0] == '-' && (word[1] == 'E' || word[1] == 'A' ||
	    (len == 2 && (word[1] == 'e' || word[1] == 'a')));
}

/* A sign that a string was meant. */
static bool
begins_with_quote(const char *word, size_t len)
{
	return strchr("'`=", *word) != NULL ||
	    (len > 2 && (memcmp(word, "\342\200", 2) == 0));
}

/* The place of a name, at the place n of a word: marks what is none. */
static void
step_name(struct walk *w, size_t word, size_t n, size_t end)
{
	size_t name = word + n, key;

	key = name + name_length(w->text + name, end - name);
	mark(w, key, end);
	w->state.words = key < end ? MAY_GO_ON : MAY_GO_ON - 1;
	w->state.bare |= key < end;
	w->state.wrong_quotes |= key < end && begins_with_quote(w->text + key,
	    end - key);
}

/*
 * An option in the place of a key, or behind one.  Whether it is secret: where
 * a key has no quotes, a word of it may look like an option.
 */
static bool
is_secret_option(struct walk *w, const char *word, size_t len, bool glued)
{
	struct secrets_state *s = &w->state;
	bool known = option_named(word, len) != NULL;

	if (s->bare || s->words == MAY_GO_ON - 1 || glued) {
		if (known && !s->bare)
			s->words = 0;
		if (known || (!glued && len <= SHORT_OPTION))
			return false;
		s->words = MAY_GO_ON;
		s->bare = true;
		return true;
	}
	s->words = 0;
	return looks_like_key(word, len);
}

/* Behind a ';' that a key without quotes may have: is this a command? */
static bool
is_command(const char *word, size_t len)
{
	return command_named(word, len) != NULL ||
	    command_closest(word, len) != NULL;
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
	if (len > 2 && takes_name(word, len)) {
		word += 2;
		len -= 2;
	}
	return (len == 1 && isdigit((unsigned char)*word)) ||
	    algorithm_named(ALG_ENC, word, len) != NULL ||
	    algorithm_named(ALG_AUTH, word, len) != NULL;
}

/*
 * Whether the next string on the line is glued to a word before it: then what
 * is before it may be the string.
 */
static bool
ends_in_quote(struct walk *w, size_t i)
{
	const char *text = w->text;
	size_t end = w->len - i > LOOK_AHEAD ? i + LOOK_AHEAD : w->len, word;

	if (w->quote < i || w->quote == 0)
		w->quote = find(text, i, find_line_end(text, i, end), '"');
	if (w->quote == w->len || text[w->quote] != '"')
		return false;
	for (word = w->quote; word > i && !is_delimiter(text[word - 1]); )
		word--;
	return word < w->quote && !takes_string(text + word, w->quote - word);
}

/* Whether a word may be of a key that does not end where it seems to. */
static bool
is_doubtful(struct walk *w, size_t word, size_t end)
{
	struct secrets_state *s = &w->state;
	const char *text = w->text + word;

	if (word < w->sound)
		return false;
	if (s->cut && *text != '-' && !is_command(text, end - word))
		s->doubt = true;
	s->cut = false;
	return s->doubt || (ends_in_quote(w, end) &&
	    !is_of_the_language(text, end - word));
}

/* A word that is no option. */
static bool
is_secret_word(struct walk *w, const char *word, size_t len)
{
	struct secrets_state *s = &w->state;

	if (s->next_line && !looks_like_rest(word, len))
		s->words = 0;
	s->next_line = false;
	if (s->words > 0) {
		s->bare |= word[0] != '0' || len < 2 || word[1] != 'x';
		s->wrong_quotes |= begins_with_quote(word, len);
		return s->words++ > 1 || looks_like_rest(word, len) ||
		    looks_like_key(word, len);
	}
	s->bare = false;
	if (is_algorithm(word, len))
		s->words = 2;
	return looks_like_key(word, len);
}

static bool walk_comment(const struct walk *, size_t, size_t);

/* Steps over the comment at i; a mark for one that was meant for a key. */
static size_t
step_comment(struct walk *w, size_t i, size_t end)
{
	struct secrets_state *s = &w->state;
	size_t line_end = find_line_end(w->text, i, end);

	/* "-E name #..." and "key#rest". */
	if (s->words == MAY_GO_ON - 1 || (s->words >= MAY_GO_ON &&
	    !s->next_line && (w->text[i - 1] == '"' ||
	    !is_delimiter(w->text[i - 1])))) {
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
	s->next_line = s->cut = s->bare = s->wrong_quotes = false;
	return quote < end ? next : end;
}

/* A string in the wrong quotes: to the other one, or to the end of the line. */
static size_t
step_wrong_quotes(struct walk *w, size_t i, size_t end)
{
	size_t line_end = find_line_end(w->text, i, end);
	size_t quote = find(w->text, i + 1, line_end, '\'');

	if (quote < line_end)
		quote++;
	else
		w->state.doubt = true;
	mark(w, i, quote);
	w->state.doubt |= memchr(w->text + i, '"', quote - i) != NULL;
	w->state.words = MAY_GO_ON;
	w->state.next_line = false;
	w->state.bare = true;
	return quote;
}

/* Whether a word begins a string in the wrong quotes. */
static bool
has_wrong_quotes(const struct walk *w, size_t word, size_t end)
{
	size_t len = end - word;

	return w->text[word] == '\'' && (len == 1 ||
	    w->text[end - 1] != '\'' || w->state.words >= MAY_GO_ON - 1);
}

static bool
is_secret(struct walk *w, size_t word, size_t end)
{
	const char *text = w->text + word;

	return *text == '-' && !w->state.next_line ?
	    is_secret_option(w, text, end - word, word > 0 && text[-1] == '"') :
	    is_secret_word(w, text, end - word);
}

static size_t
step_word(struct walk *w, size_t i, size_t end)
{
	const char *text = w->text, *name;
	size_t word = i;

	while (i < end && !is_delimiter(text[i]) &&
	    source_false_blank(text + i, end - i, &name) == 0)
		i++;
	if (is_doubtful(w, word, i))
		mark(w, word, i);
	if (has_wrong_quotes(w, word, i))
		return step_wrong_quotes(w, word, end);
	if (takes_name(text + word, i - word)) {
		w->named = true;
		w->state.words = 1;
		w->state.next_line = false;
		if (i - word > 2)
			step_name(w, word, 2, i);
	} else if (w->state.words == 1 && text[word] != '-')
		step_name(w, word, 0, i);
	else if (is_secret(w, word, i))
		mark(w, word, i);
	return i;
}

/* Steps over what stands at i: blanks, a comment, a string or a word. */
static size_t
step_over(struct walk *w, size_t i, size_t end)
{
	struct secrets_state *s = &w->state;
	const char *name;
	size_t blank;

	switch (w->text[i]) {
	case '#':
		return step_comment(w, i, end);
	case '"':
		return step_string(w, i, end);
	case '\n':
		s->next_line |= s->words >= MAY_GO_ON;
		s->cut = s->doubt;
		s->doubt = false;
		return i + 1;
	case ';':
		s->cut = s->bare && s->words >= MAY_GO_ON && !s->next_line;
		s->doubt |= s->cut && s->wrong_quotes;
		s->words = MAY_GO_ON;
		s->next_line = true;
		s->bare = s->wrong_quotes = false;
		return i + 1;
	}
	if (is_delimiter(w->text[i]))
		return i + 1;
	blank = source_false_blank(w->text + i, end - i, &name);
	if (blank != 0)
		return i + blank;
	return step_word(w, i, end);
}

static size_t
step(struct walk *w, size_t i, size_t end)
{
	bool doubt = w->state.doubt &&
	    (w->text[i] == '#' || !is_delimiter(w->text[i]));
	size_t next = step_over(w, i, end);

	if (doubt)
		mark(w, i, next);
	if (i < w->sound)
		w->state.doubt = w->state.cut = false;
	return next;
}

/* Returns whether a key may follow on the next line. */
static bool
walk_comment(const struct walk *of, size_t i, size_t end)
{
	struct walk w = *of;

	memset(&w.state, 0, sizeof(w.state));
	w.named = false;
	while (i < end)
		i = step(&w, i, end);
	return w.named && (w.state.doubt || w.state.words == 1 ||
	    w.state.words == MAY_GO_ON - 1);
}

/* ---- where the walk begins ---- */

/* Messages show no more than this of the text before what they are about. */
#define SHOWN_BEFORE	128

/* Whether nothing but blanks follow on the line. */
static bool
ends_line(const char *text)
{
	text += strspn(text, " \t");
	return *text == '\n' || *text == '\r';
}

void
secrets_begin_statement(struct secrets *s, uint32_t offset)
{
	/* On the same line there may be doubt. */
	if (offset < s->recent + SHOWN_BEFORE ||
	    !ends_line(s->source->text + offset))
		return;
	if (s->recent != 0) {
		s->statement = s->recent;
		s->state = beginning;
	}
	s->recent = offset;
}

void
secrets_sound(struct secrets *s, uint32_t end)
{
	if (end > s->sound)
		s->sound = end;
}

/* From some place at or before from, with what is known there. */
static void
walk_text(struct secrets *s, uint32_t from, uint32_t end, struct walk *w)
{
	uint32_t file = source_file_at(s->source, from)->loc.begin;
	bool known = s->statement <= from && s->statement >= file &&
	    (s->statement != 0 || s->carried);
	size_t i = known ? s->statement : file;

	w->text = s->source->text;
	w->len = s->source->len;
	w->sound = s->sound;
	w->state = known ? s->state : beginning;
	if (end > s->source->len)
		end = (uint32_t)s->source->len;
	/* A place well before from is remembered. */
	while (i < end) {
		i = step(w, i, end);
		if (i + SHOWN_BEFORE <= from) {
			s->statement = (uint32_t)i;
			s->state = w->state;
		}
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
	s->state = w.state;
	s->carried = true;
	s->sound -= n < s->sound ? n : s->sound;
	s->statement = s->recent = 0;
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
