/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages about the text: where, what, the line itself with a mark under the
 * place, and never a key.
 */
#include <ctype.h>
#include <string.h>

#include "setkey.h"

#define EXCERPT_COLUMNS	100	/* of a line that is shown */
#define TAB_COLUMNS	8

static const struct {
	const char *word, *colour;
} severities[] = {
	[DIAG_ERROR] = { "error", "\033[1;31m" },
	[DIAG_WARNING] = { "warning", "\033[1;35m" },
	[DIAG_NOTE] = { "note", "\033[1;36m" },
};
#define COLOUR_PLACE	"\033[1m"
#define COLOUR_MARK	"\033[1;32m"
#define COLOUR_OFF	"\033[0m"

static const char *
colour(const struct diag *d, const char *sequence)
{
	return d->colour ? sequence : "";
}

/* ---- characters ---- */

/*
 * Characters that are not one column wide, and those that must not reach a
 * terminal, or would not be seen: controls, marks that turn the direction of
 * writing, a blank that is none.
 */
enum { NOT_SHOWN = -1 };

static const struct {
	uint32_t first, last;
	int columns;
} widths[] = {
	{ 0x0000, 0x001f, NOT_SHOWN }, { 0x007f, 0x00a0, NOT_SHOWN },
	{ 0x0300, 0x036f, 0 }, { 0x1100, 0x115f, 2 },
	{ 0x200b, 0x200f, NOT_SHOWN }, { 0x2028, 0x202e, NOT_SHOWN },
	{ 0x2060, 0x206f, NOT_SHOWN }, { 0x2e80, 0xa4cf, 2 },
	{ 0xac00, 0xd7a3, 2 }, { 0xd800, 0xdfff, NOT_SHOWN },
	{ 0xf900, 0xfaff, 2 }, { 0xfe00, 0xfe0f, 0 }, { 0xfe30, 0xfe6f, 2 },
	{ 0xfeff, 0xfeff, NOT_SHOWN }, { 0xff00, 0xff60, 2 },
	{ 0xffe0, 0xffe6, 2 }, { 0x1f300, 0x1faff, 2 },
	{ 0x20000, 0x3fffd, 2 }, { 0x110000, UINT32_MAX, NOT_SHOWN },
};

/*
 * The character of UTF-8 at p, of at most len octets: how many it takes, and
 * its columns.  An octet that begins none counts as one that is not shown.
 */
static size_t
character(const char *p, size_t len, int *columns)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint32_t c = (unsigned char)*p;
	size_t n = 1, more, i;

	*columns = NOT_SHOWN;
	more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	if ((c >= 0x80 && c < 0xc0) || c >= 0xf8 || more >= len)
		return 1;
	if (more != 0)
		c &= 0x3fu >> more;
	for (; n <= more; n++) {
		if (((unsigned char)p[n] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | ((unsigned char)p[n] & 0x3f);
	}
	if (c < least[more])
		return 1;
	*columns = 1;
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if (c >= widths[i].first && c <= widths[i].last)
			*columns = widths[i].columns;
	return n;
}

char *
diag_quote(char *buf, size_t size, const char *word, size_t len)
{
	size_t used = 0, i = 0, n, k;
	int columns;

	buf[used++] = '\'';
	while (i < len && used + 20 < size) {
		n = character(word + i, len - i, &columns);
		for (k = 0; k < n; k++, i++) {
			if (columns != NOT_SHOWN)
				buf[used++] = word[i];
			else
				used += (size_t)snprintf(buf + used,
				    size - used, "\\x%02x",
				    (unsigned char)word[i]);
		}
	}
	snprintf(buf + used, size - used, "%s'", i < len ? "..." : "");
	return buf;
}

char *
diag_quote_at(struct source *source, struct loc loc, char *buf, size_t size)
{
	size_t len;
	const char *text = source_whole(source, &len);

	/* Of the text that is searched for keys, not of what was parsed. */
	if (!diag_is_secret(source, loc))
		return diag_quote(buf, size, text + loc.begin,
		    loc.end - loc.begin);
	snprintf(buf, size, "'***'");
	return buf;
}

/* ---- what is secret ---- */

/*
 * Walks the text word by word and knows which octets are a key: quoted
 * strings, what follows "-E name" and "-A name" or the name of an algorithm (a
 * key may have been cut in pieces: up to the next option or the end of the
 * line, and what looks like its rest on the next line or behind a ';'), and
 * any word with many hexadecimal digits (the algorithm may have been
 * forgotten).  It must make sense of text that the grammar did not; comments
 * may hold keys, too.
 */
struct walk {
	const char *text;
	int words;		/* since -E or -A, itself one; 0: none seen */
	bool next_line;		/* it may go on here, after a newline or ';' */
	void (*mark)(void *, size_t, size_t);
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

/* Whether a word can be a key by itself: a decimal number is none. */
static bool
looks_like_key(const char *word, size_t len)
{
	size_t i = 0;

	while (i < len && isdigit((unsigned char)word[i]))
		i++;
	return (i < len || len >= DECIMAL_DIGITS) &&
	    has_digits(word, len, KEY_DIGITS);
}

/* Whether it can be the rest of one. */
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
secret_word(struct walk *w, const char *word, size_t len, bool glued)
{
	bool names = len > 1 && word[0] == '-' && (word[1] == 'E' ||
	    word[1] == 'A');		/* "-E", or "-Ename" */

	if (w->next_line && !looks_like_rest(word, len))
		w->words = 0;
	w->next_line = false;
	if (names)
		w->words = len > 2 ? 2 : 1;
	else if (word[0] == '-' && (option_known(word, len) ||
	    (w->words != 2 && !glued)))
		w->words = 0;
	else if (w->words > 0)
		return w->words++ > 1 || looks_like_rest(word, len) ||
		    looks_like_key(word, len);
	else if (is_algorithm(word, len))
		w->words = 2;
	return looks_like_key(word, len);
}

static size_t
find(const char *text, size_t begin, size_t end, char c)
{
	const char *p = memchr(text + begin, c, end - begin);

	return p == NULL ? end : (size_t)(p - text);
}

static void walk_comment(const struct walk *, size_t, size_t);

/* Steps over what stands at i: blanks, a comment, a string or a word. */
static size_t
walk_step(struct walk *w, size_t i, size_t end)
{
	const char *text = w->text;
	size_t start = i;

	switch (text[i]) {
	case '#':
		i = find(text, i, end, '\n');
		/* "-E name #..." and "key#rest": it was meant for the key. */
		if (w->words == MAY_GO_ON - 1 || (w->words >= MAY_GO_ON &&
		    !w->next_line && (text[start - 1] == '"' ||
		    !is_delimiter(text[start - 1]))))
			w->mark(w->ctx, start, i);
		else
			walk_comment(w, start + 1, i);
		return i;
	case '"':
		i = find(text, i + 1, end, '"');
		w->mark(w->ctx, start + 1, i);
		i = i < end ? i + 1 : i;
		/* A word glued to a string: it is the string, by mistake. */
		w->words = (w->words > 0 && !w->next_line) || (i < end &&
		    (text[i] == '#' || !is_delimiter(text[i]))) ?
		    MAY_GO_ON : 0;
		w->next_line = false;
		return i;
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
	while (i < end && !is_delimiter(text[i]))
		i++;
	if (secret_word(w, text + start, i - start,
	    start > 0 && text[start - 1] == '"'))
		w->mark(w->ctx, start, i);
	return i;
}

static void
walk_comment(const struct walk *of, size_t i, size_t end)
{
	struct walk w = *of;

	w.words = 0;
	w.next_line = false;
	while (i < end)
		i = walk_step(&w, i, end);
}

/*
 * Calls mark for each run of secret octets of the text before end.  The walk
 * begins where a statement is known to, and the last one that begins before
 * known is remembered for the next walk.
 */
static void
walk_secrets(struct source *source, size_t known, size_t end,
    void (*mark)(void *, size_t, size_t), void *ctx)
{
	size_t len, i = source->statement;
	struct walk w = { source_whole(source, &len), MAY_GO_ON, true, mark,
	    ctx };
	bool ends;

	if (i > known)
		i = 0;
	if (end > len)
		end = len;
	while (i < end) {
		ends = w.text[i] == ';';
		i = walk_step(&w, i, end);
		if (ends && i <= known)
			source->statement = (uint32_t)i;
	}
}

struct overlap {
	struct loc loc;
	bool found;
};

static void
note_overlap(void *ctx, size_t begin, size_t end)
{
	struct overlap *o = ctx;

	if (begin < o->loc.end && end > o->loc.begin)
		o->found = true;
}

bool
diag_is_secret(struct source *source, struct loc loc)
{
	struct overlap o = { .loc = loc };
	size_t len;

	source_whole(source, &len);
	walk_secrets(source, loc.begin, loc.end, note_overlap, &o);
	/* Of what cannot be had, nobody knows. */
	return o.found || loc.end > len;
}

/* ---- the excerpt ---- */

struct excerpt {
	struct loc line;	/* what is shown of the text */
	bool cut_before, cut_after;
	char masked[EXCERPT_COLUMNS * 4 + 1];
};

static void
mask(void *ctx, size_t begin, size_t end)
{
	struct excerpt *e = ctx;
	size_t i;

	for (i = begin; i < end; i++)
		if (i >= e->line.begin && i < e->line.end &&
		    e->masked[i - e->line.begin] != '\t')
			e->masked[i - e->line.begin] = '*';
}

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/*
 * Chooses the piece of the line to show: all of a short one, else the part
 * around the place.
 */
static void
choose(struct excerpt *e, struct source *source, struct loc at)
{
	size_t len;
	const char *text = source_whole(source, &len);
	struct loc line = source_line(source, at.begin), whole = line;

	if (line.end - line.begin > EXCERPT_COLUMNS) {
		if (at.begin > line.begin + EXCERPT_COLUMNS / 2)
			line.begin = at.begin - EXCERPT_COLUMNS / 2;
		while (line.begin < at.begin &&
		    is_continuation(text[line.begin]))
			line.begin++;
		if (line.end > line.begin + EXCERPT_COLUMNS)
			line.end = line.begin + EXCERPT_COLUMNS;
		while (line.end > at.begin && line.end < whole.end &&
		    is_continuation(text[line.end]))
			line.end--;
	}
	e->line = line;
	e->cut_before = line.begin > whole.begin;
	e->cut_after = line.end < whole.end;
	memcpy(e->masked, text + line.begin, line.end - line.begin);
}

/*
 * Puts the character at p as the terminal may have it: tabs spread, what is no
 * text replaced.  Steps *column over it; returns its octets.
 */
static size_t
put_character(FILE *out, const char *p, size_t len, unsigned *column)
{
	int columns;
	size_t n = character(p, len, &columns);

	if (*p == '\t') {
		columns = (int)(TAB_COLUMNS - *column % TAB_COLUMNS);
		fprintf(out, "%*s", columns, "");
	} else if (columns == NOT_SHOWN) {
		putc('?', out);
		columns = 1;
	} else
		fwrite(p, 1, n, out);
	*column += (unsigned)columns;
	return n;
}

#define CUT	"..."

static void
show_excerpt(struct diag *d, struct loc at)
{
	struct source *source = d->source;
	struct excerpt e;
	unsigned column = 0, from = 0, to = 0;
	uint32_t i, len;

	choose(&e, source, at);
	walk_secrets(source, e.line.begin, e.line.end, mask, &e);
	fprintf(d->out, "    %s", e.cut_before ? CUT : "");
	column = e.cut_before ? sizeof(CUT) - 1 : 0;
	len = e.line.end - e.line.begin;
	for (i = 0; i < len; ) {
		if (e.line.begin + i <= at.begin)
			from = column;
		i += (uint32_t)put_character(d->out, e.masked + i, len - i,
		    &column);
		if (e.line.begin + i <= at.end)
			to = column;
	}
	if (at.begin >= e.line.end)
		from = column;
	fprintf(d->out, "%s\n    %*s%s^", e.cut_after ? CUT : "", (int)from, "",
	    colour(d, COLOUR_MARK));
	while (++from < to)
		putc('~', d->out);
	fprintf(d->out, "%s\n", colour(d, COLOUR_OFF));
}

void
diag(struct diag *d, enum severity severity, struct loc at,
    const char *fmt, ...)
{
	unsigned line = 0, column;
	va_list ap;

	if (severity == DIAG_WARNING)
		d->warnings++;
	d->quiet = false;
	if (severity == DIAG_ERROR && d->errors++ >= d->max_errors &&
	    d->max_errors != 0) {
		d->quiet = true;
		return;
	}
	if (d->out == NULL)
		return;
	fprintf(d->out, "%s%s:", colour(d, COLOUR_PLACE), d->source->name);
	if (at.end != 0)
		source_position(d->source, at.begin, &line, &column);
	if (line != 0)
		fprintf(d->out, "%u:%u:", line, column);
	fprintf(d->out, "%s %s%s:%s ", colour(d, COLOUR_OFF),
	    colour(d, severities[severity].colour), severities[severity].word,
	    colour(d, COLOUR_OFF));
	va_start(ap, fmt);
	vfprintf(d->out, fmt, ap);
	va_end(ap);
	putc('\n', d->out);
	if (line != 0)
		show_excerpt(d, at);
}

void
diag_hint(struct diag *d, const char *fmt, ...)
{
	va_list ap;

	if (d->quiet || d->out == NULL)
		return;
	fputs("    hint: ", d->out);
	va_start(ap, fmt);
	vfprintf(d->out, fmt, ap);
	va_end(ap);
	putc('\n', d->out);
}

void
diag_finish(struct diag *d)
{
	if (d->max_errors != 0 && d->errors > d->max_errors)
		fprintf(d->out, "%s: %u errors, of which %u are not shown (-E 0 "
		    "shows all)\n", d->source->name, d->errors,
		    d->errors - d->max_errors);
}

uint32_t
diag_statement_before(struct source *source, uint32_t offset)
{
	struct overlap none = { .loc = { 0, 0 } };

	walk_secrets(source, offset, offset, note_overlap, &none);
	return source->statement <= offset ? source->statement : 0;
}
