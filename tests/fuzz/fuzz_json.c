/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that anybody may have made, as events and records of JSON: each is
 * one value of RFC 8259 in UTF-8, with no name twice in an object.  The first
 * octet chooses the dialect.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "fuzz.h"

/* ---- a reader that takes nothing else ---- */

struct reader {
	const char *p, *end;
	unsigned depth;
};

#define NAMES	128

static void read_value(struct reader *);

static void
blanks(struct reader *r)
{
	while (r->p < r->end && strchr(" \n", *r->p) != NULL)
		r->p++;
}

static bool
next_is(struct reader *r, char c)
{
	blanks(r);
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

/* The octets of a character of UTF-8, 0 if it is none. */
static size_t
character(const char *p, size_t left)
{
	const unsigned char *c = (const unsigned char *)p;
	size_t n = c[0] < 0x80 ? 1 : c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2 :
	    c[0] < 0xf0 ? 3 : c[0] < 0xf5 ? 4 : 0, i;

	if (n > left)
		return 0;
	for (i = 1; i < n; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
	    (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	return n;
}

static void
read_string(struct reader *r)
{
	size_t n;

	must(next_is(r, '"'), "a string begins");
	while (r->p < r->end && *r->p != '"') {
		must((unsigned char)*r->p >= ' ', "no control characters");
		if (*r->p == '\\') {
			must(r->end - r->p > 1 && strchr("\"\\/bfnrtu",
			    r->p[1]) != NULL, "an escape");
			r->p++;
		}
		n = character(r->p, (size_t)(r->end - r->p));
		must(n != 0, "it is UTF-8");
		r->p += n;
	}
	must(r->p++ < r->end, "a string ends");
}

static void
read_number(struct reader *r)
{
	const char *begin = r->p;

	while (r->p < r->end && isdigit((unsigned char)*r->p))
		r->p++;
	must(r->p > begin && (*begin != '0' || r->p == begin + 1), "a number");
}

static void
read_object(struct reader *r)
{
	const char *names[NAMES];
	size_t lens[NAMES];
	unsigned n = 0, i;

	if (next_is(r, '}'))
		return;
	do {
		blanks(r);
		names[n] = r->p;
		read_string(r);
		lens[n] = (size_t)(r->p - names[n]);
		for (i = 0; i < n; i++)
			must(lens[i] != lens[n] || memcmp(names[i], names[n],
			    lens[n]) != 0, "no name is there twice");
		must(next_is(r, ':'), "a name has a value");
		read_value(r);
		must(++n < NAMES, "few names");
	} while (next_is(r, ','));
	must(next_is(r, '}'), "an object ends");
}

static void
read_array(struct reader *r)
{
	if (next_is(r, ']'))
		return;
	do
		read_value(r);
	while (next_is(r, ','));
	must(next_is(r, ']'), "an array ends");
}

static bool
read_word(struct reader *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
		return false;
	r->p += n;
	return true;
}

static void
read_value(struct reader *r)
{
	must(++r->depth <= JSON_DEPTH + 1, "it is not deep");
	if (next_is(r, '{'))
		read_object(r);
	else if (next_is(r, '['))
		read_array(r);
	else if (r->p < r->end && *r->p == '"')
		read_string(r);
	else if (r->p < r->end && isdigit((unsigned char)*r->p))
		read_number(r);
	else
		must(read_word(r, "true") || read_word(r, "false") ||
		    read_word(r, "null"), "a value");
	r->depth--;
}

static void
must_be_json(const struct capture *c, bool may_be_empty)
{
	struct reader r = { .p = c->buf, .end = c->buf + c->len };

	blanks(&r);
	if (may_be_empty && r.p == r.end)
		return;
	read_value(&r);
	blanks(&r);
	must(r.p == r.end, "there is nothing behind it");
}

/* ---- what is printed ---- */

static void
print_event(const struct dialect *dialect, const void *msg, size_t len,
    const struct print_style *style)
{
	struct event_writer w = { .form = EVENT_JSON, .channel = "pfkey",
	    .now = 1795732322000012 };
	struct capture c;

	capture_begin(&c);
	json_init(&w.json, &c.text, dialect, style);
	event_print(&w, msg, len);
	capture_end(&c);
	must_be_json(&c, true);
	free(c.buf);
}

static void
print_dump(const struct view *view, const struct print_style *style)
{
	bool policies = view->ext[EXT_POLICY] != NULL;
	struct defaults defaults = { .in = DEFAULT_KEEP };
	struct policy policy;
	struct capture c;
	struct json j;
	struct sa sa;

	capture_begin(&c);
	json_init(&j, &c.text, view->dialect, style);
	json_begin_dump(&j, policies, "pfkey", &defaults);
	if (policies) {
		policy_decode(view, &policy);
		json_policy(&j, NULL, &policy);
	} else {
		sa_decode(view, &sa);
		json_sa(&j, NULL, &sa);
	}
	json_end_dump(&j, 1, NULL);
	capture_end(&c);
	must_be_json(&c, false);
	free(c.buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dialect *dialect;
	struct print_style style = { .now = 1600000000 };
	struct view view;
	uint8_t *msg;

	if (size == 0)
		return 0;
	dialect = &dialects[data[0] % DIALECTS];
	style.hide_keys = data[0] / DIALECTS % 2 != 0;
	msg = octets_copy(data + 1, size - 1);
	print_event(dialect, msg, size - 1, &style);
	if (view_init(&view, dialect, msg, size - 1) == VIEW_OK)
		print_dump(&view, &style);
	free(msg);
	return 0;
}
