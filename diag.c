/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages about the text: where, what, the line itself with a mark under the
 * place, and never a key.
 */
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "diag.h"

#define EXCERPT_COLUMNS	100	/* of a line that is shown */
#define TAB_COLUMNS	8

static const struct {
	const char *word, *colour;
} severities[] = {
	[DIAG_ERROR] = { "error", "\033[1;31m" },
	[DIAG_WARNING] = { "warning", "\033[1;35m" },
	[DIAG_ADVICE] = { "warning", "\033[1;35m" },
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
diag_quote_at(struct diag *d, struct loc loc, char *buf, size_t size)
{
	if (!secrets_overlap(&d->secrets, loc))
		return diag_quote(buf, size, source_at(d->source, loc.begin),
		    loc_length(loc));
	snprintf(buf, size, "'***'");
	return buf;
}

/* ---- the excerpt ---- */

struct excerpt {
	struct loc line;	/* what is shown of the text */
	bool cut_before, cut_after;
	char masked[EXCERPT_COLUMNS * 4 + 1];
};

static void
mask(void *ctx, struct loc secret)
{
	struct excerpt *e = ctx;
	uint32_t i = secret.begin > e->line.begin ? secret.begin :
	    e->line.begin;

	for (; i < secret.end && i < e->line.end; i++)
		if (e->masked[i - e->line.begin] != '\t')
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
	const char *text = source->text;
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
	struct excerpt e;
	unsigned column = 0, from = 0, to = 0;
	uint32_t i, len;

	choose(&e, d->source, at);
	secrets_find(&d->secrets, e.line.begin, e.line.end, mask, &e);
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
diag_init(struct diag *d, struct source *source, FILE *out)
{
	memset(d, 0, sizeof(*d));
	d->out = out;
	d->source = source;
	d->secrets.source = source;
}

/* Counts a message.  Whether it is to be shown. */
static bool
is_shown(struct diag *d, enum severity severity)
{
	if (severity == DIAG_ADVICE && !d->advice)
		return false;
	if (severity == DIAG_WARNING || severity == DIAG_ADVICE)
		d->warnings++;
	if (severity == DIAG_ERROR && d->errors++ >= d->max_errors &&
	    d->max_errors != 0)
		return false;
	return d->out != NULL;
}

static void
show_place(struct diag *d, struct loc at)
{
	unsigned line, column;

	fprintf(d->out, "%s%s:", colour(d, COLOUR_PLACE),
	    source_file_at(d->source, at.begin)->name);
	if (at.end != 0) {
		source_position(d->source, at.begin, &line, &column);
		fprintf(d->out, "%u:%u:", line, column);
	}
	fputs(colour(d, COLOUR_OFF), d->out);
}

void
diag(struct diag *d, enum severity severity, struct loc at,
    const char *fmt, ...)
{
	va_list ap;

	d->quiet = !is_shown(d, severity);
	if (d->quiet)
		return;
	diag_flush(d);
	show_place(d, at);
	fprintf(d->out, " %s%s:%s ", colour(d, severities[severity].colour),
	    severities[severity].word, colour(d, COLOUR_OFF));
	va_start(ap, fmt);
	vfprintf(d->out, fmt, ap);
	va_end(ap);
	putc('\n', d->out);
	if (at.end != 0)
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
diag_flush(struct diag *d)
{
	if (d->out != NULL)
		fflush(d->out);
}

void
diag_finish(struct diag *d)
{
	if (d->out == NULL)
		return;
	diag_flush(d);
	if (d->max_errors != 0 && d->errors > d->max_errors)
		fprintf(d->out, "%s: %u errors, of which %u are not shown (-E 0 "
		    "shows all)\n", d->source->files[0].name, d->errors,
		    d->errors - d->max_errors);
	diag_flush(d);
}
