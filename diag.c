/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages about the text: where, what, the line itself with a mark under the
 * place, and never a key.
 */
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "diag.h"
#include "message.h"

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

char *
diag_quote(char *buf, size_t size, const char *word, size_t len)
{
	size_t used = 0, i = 0, n, k;
	int columns;

	buf[used++] = '\'';
	while (i < len && used + 20 < size) {
		n = message_character(word + i, len - i, &columns);
		for (k = 0; k < n; k++, i++) {
			if (columns != MESSAGE_UNSEEN)
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
	size_t n = message_character(p, len, &columns);

	if (*p == '\t') {
		columns = (int)(TAB_COLUMNS - *column % TAB_COLUMNS);
		fprintf(out, "%*s", columns, "");
	} else if (columns == MESSAGE_UNSEEN) {
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
	if (severity == DIAG_ERROR && d->errors++ >= d->max_errors &&
	    d->max_errors != 0)
		return false;
	return d->out != NULL;
}

static void
show_place(struct diag *d, struct loc at)
{
	unsigned line, column;

	fputs(colour(d, COLOUR_PLACE), d->out);
	message_part(d->out, "%s:", source_file_at(d->source,
	    at.begin)->name);
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
	message_part_v(d->out, fmt, ap);
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
	message_part_v(d->out, fmt, ap);
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
		message(d->out, "%s: %u errors, of which %u are not shown "
		    "(-E 0 shows all)", d->source->files[0].name, d->errors,
		    d->errors - d->max_errors);
	diag_flush(d);
}
