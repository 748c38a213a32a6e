/* SPDX-License-Identifier: BSD-2-Clause */
/* A writer of JSON (RFC 8259): one value after the other, and no way back. */
#include <assert.h>
#include <time.h>

#include "json.h"

void
json_init(struct json *j, struct text *t, const struct dialect *dialect,
    const struct print_style *style)
{
	j->t = t;
	j->dialect = dialect;
	j->style = style;
	j->depth = 0;
	j->filled[0] = false;
	text_init(&j->name, NULL);
}

/* ---- structure ---- */

/* What comes before a value: a comma, and its name. */
static void
begin_value(struct json *j, const char *name)
{
	if (j->filled[j->depth])
		text_str(j->t, ", ");
	j->filled[j->depth] = true;
	if (name == NULL)
		return;
	text_char(j->t, '"');
	text_str(j->t, name);
	text_str(j->t, "\": ");
}

static void
begin_group(struct json *j, const char *name, char bracket)
{
	begin_value(j, name);
	text_char(j->t, bracket);
	j->depth++;
	assert(j->depth < JSON_DEPTH);
	j->filled[j->depth] = false;
}

static void
end_group(struct json *j, char bracket)
{
	assert(j->depth > 0);
	j->depth--;
	text_char(j->t, bracket);
}

void
json_object(struct json *j, const char *name)
{
	begin_group(j, name, '{');
}

void
json_array(struct json *j, const char *name)
{
	begin_group(j, name, '[');
}

void
json_end_object(struct json *j)
{
	end_group(j, '}');
}

void
json_end_array(struct json *j)
{
	end_group(j, ']');
}

void
json_newline(struct json *j)
{
	/* A comma belongs to the line that ends. */
	if (j->filled[j->depth])
		text_char(j->t, ',');
	j->filled[j->depth] = false;
	text_char(j->t, '\n');
}

/* ---- values ---- */

static void
constant(struct json *j, const char *name, const char *word)
{
	begin_value(j, name);
	text_str(j->t, word);
}

void
json_null(struct json *j, const char *name)
{
	constant(j, name, "null");
}

void
json_bool(struct json *j, const char *name, bool value)
{
	constant(j, name, value ? "true" : "false");
}

void
json_number(struct json *j, const char *name, uint64_t n)
{
	begin_value(j, name);
	text_dec(j->t, n);
}

void
json_number_or_null(struct json *j, const char *name, uint64_t n)
{
	if (n == 0)
		json_null(j, name);
	else
		json_number(j, name, n);
}

void
json_hex32(struct json *j, const char *name, uint32_t n)
{
	constant(j, name, "\"0x");
	text_hex(j->t, n, 8);
	text_char(j->t, '"');
}

void
json_octets(struct json *j, const char *name, const void *octets, size_t n)
{
	const uint8_t *p = octets;

	constant(j, name, "\"");
	for (; n > 0; n--)
		text_hex(j->t, *p++, 2);
	text_char(j->t, '"');
}

/* ---- text ---- */

/*
 * Reads one character of UTF-8 (RFC 3629: no surrogates, nothing overlong).
 * Returns its octets, or 0 where there is none.
 */
static size_t
utf8_next(const uint8_t *p, size_t room, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;

	n = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 :
	    p[0] >> 3 == 30 ? 4 : 0;
	if (n == 0 || n > room)
		return 0;
	*c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return n;
}

/*
 * Whether a character is written as \u: those that JSON wants so, and those
 * that a terminal acts on, or that turn the direction of what is read.
 */
static bool
is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

#define REPLACEMENT	0xfffd

static void
put_character(struct json *j, const uint8_t *p, size_t n, uint32_t c)
{
	if (n == 0 || is_unsafe(c)) {
		text_str(j->t, "\\u");
		text_hex(j->t, n == 0 ? REPLACEMENT : c, 4);
		return;
	}
	if (c == '"' || c == '\\')
		text_char(j->t, '\\');
	text_bytes(j->t, p, n);
}

void
json_text(struct json *j, const char *name, const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text;
	char hex_name[64];
	uint32_t c = 0;
	bool valid = true;
	size_t at, n;

	constant(j, name, "\"");
	for (at = 0; at < len; at += n == 0 ? 1 : n) {
		n = utf8_next(p + at, len - at, &c);
		valid &= n != 0;
		put_character(j, p + at, n, c);
	}
	text_char(j->t, '"');
	if (valid || name == NULL)
		return;
	snprintf(hex_name, sizeof(hex_name), "%s_hex", name);
	json_octets(j, hex_name, text, len);
}

void
json_string(struct json *j, const char *name, const char *text)
{
	json_text(j, name, text, strlen(text));
}

/* ---- time ---- */

/* "2026-11-26T22:31:50", false for a time that no calendar reaches. */
static bool
format_time(char *buf, size_t size, uint64_t when)
{
	time_t seconds = (time_t)when;
	struct tm tm;

	return when <= INT64_MAX && (uint64_t)seconds == when &&
	    gmtime_r(&seconds, &tm) != NULL &&
	    strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm) != 0;
}

void
json_time(struct json *j, const char *name, uint64_t when)
{
	char member[64], date[40];

	if (when == 0 || !format_time(date, sizeof(date), when))
		json_null(j, name);
	else {
		constant(j, name, "\"");
		text_str(j->t, date);
		text_str(j->t, "Z\"");
	}
	snprintf(member, sizeof(member), "%s_s", name);
	json_number_or_null(j, member, when);
}

void
json_time_us(struct json *j, const char *name, uint64_t us)
{
	char member[64], date[40];

	if (format_time(date, sizeof(date), us / 1000000)) {
		constant(j, name, "\"");
		text_printf(j->t, "%s.%06uZ\"", date,
		    (unsigned)(us % 1000000));
	} else
		json_null(j, name);
	snprintf(member, sizeof(member), "%s_us", name);
	json_number(j, member, us);
}
