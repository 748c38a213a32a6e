/* SPDX-License-Identifier: BSD-2-Clause */
/* See fuzz.h. */
#include <net/if.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

/* ---- the system's tables, small and the same everywhere ---- */

struct servent *
getservbyname(const char *name, const char *proto)
{
	static struct servent isakmp;

	(void)proto;
	isakmp.s_port = 0xf401;		/* 500, in network order */
	return strcmp(name, "isakmp") == 0 ? &isakmp : NULL;
}

struct protoent *
getprotobyname(const char *name)
{
	static struct protoent sctp;

	sctp.p_proto = 132;
	return strcmp(name, "sctp") == 0 ? &sctp : NULL;
}

struct protoent *
getprotobynumber(int number)
{
	static char name[] = "sctp";
	static struct protoent sctp;

	sctp.p_name = name;
	return number == 132 ? &sctp : NULL;
}

unsigned
if_nametoindex(const char *name)
{
	return strcmp(name, "eth0") == 0 ? 2 : 0;
}

char *
if_indextoname(unsigned index, char name[IF_NAMESIZE])
{
	return index == 2 ? strcpy(name, "eth0") : NULL;
}

/* ---- pieces ---- */

void
must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "must hold: %s\n", what);
	abort();
}

void *
octets_copy(const uint8_t *data, size_t size)
{
	void *copy = malloc(size == 0 ? 1 : size);

	must(copy != NULL, "memory");
	if (size != 0)
		memcpy(copy, data, size);
	return copy;
}

void
capture_begin(struct capture *c)
{
	FILE *out = open_memstream(&c->buf, &c->len);

	must(out != NULL, "memory");
	text_init(&c->text, out);
}

void
capture_end(struct capture *c)
{
	text_flush(&c->text);
	fclose(c->text.out);
}

/* ---- printing ---- */

void
print_records(struct text *t, const struct view *view,
    const struct print_style *style)
{
	struct policy policy;
	struct sa sa;

	sa_decode(view, &sa);
	print_sa(t, view->dialect, &sa, style);
	print_sa_short_header(t);
	print_sa_short(t, &sa, style);
	print_sa_command(t, view->dialect, "add", &sa, style);
	print_sa_command(t, view->dialect, "delete", &sa, style);
	policy_decode(view, &policy);
	print_policy(t, view->dialect, &policy);
	print_policy_command(t, view->dialect, "spdadd", &policy,
	    SCRIPT_NO_TWIN);
	print_policy_command(t, view->dialect, "spddelete", &policy, 0);
}

void
print_raw(struct text *t, const struct dialect *dialect, const void *msg,
    size_t len, const struct print_style *style)
{
	print_message(t, dialect, msg, len, style);
	print_hexdump(t, dialect, msg, len, style);
}

void
print_request(struct text *t, const struct view *view)
{
	static const struct print_style style = { .now = 1 };
	const char *verb = command_sending(view->msg->type)->name;

	if (view->msg->type == SADB_DELETE && view->ext[EXT_SA] == NULL)
		verb = "deleteall";
	print_request_command(t, view, verb, 0, &style);
}

/* ---- parsing ---- */

struct parsing {
	struct parser parser;
	struct source source;
	struct diag diag;
	struct requests *out;
	void (*each)(void *, const struct view *);
	void *ctx;
};

static void
collect(struct requests *r, const void *octets, size_t len)
{
	if (r->size - r->len < len) {
		r->size = r->size * 2 + len;
		r->octets = realloc(r->octets, r->size);
		must(r->octets != NULL, "memory");
	}
	memcpy(r->octets + r->len, octets, len);
	r->len += len;
}

/* What a terminal would not show; what no kernel looks at. */
static bool
is_inexact(const struct command *cmd, const struct view *view)
{
	const struct policy *policy = &cmd->policy;

	return request_inexpressible(view) != NULL ||
	    (cmd->op == OP_SPDDELETE && (policy->action != 0 ||
	    policy->nrules != 0 || policy->hard.given || policy->hwif != NULL ||
	    policy->priority != view->dialect->default_priority));
}

static int
take_message(void *ctx, const struct command *cmd, struct msgbuf *m)
{
	struct parsing *p = ctx;
	void *copy = octets_copy(m->space, m->len);
	struct view view;

	must(view_init(&view, m->dialect, copy, m->len) == VIEW_OK,
	    "what is sent is valid");
	collect(p->out, copy, m->len);
	if (is_inexact(cmd, &view))
		p->out->inexact = true;
	if (p->each != NULL)
		p->each(p->ctx, &view);
	free(copy);
	return 0;
}

static void
take_command(void *ctx, struct command *cmd)
{
	struct parsing *p = ctx;

	cmd->numeric = true;		/* a fuzzer asks no resolver */
	if (cmd->op != OP_HELP)
		command_expand(&p->parser, take_message, p);
}

/* Returns a stream's descriptor, or -1. */
static int
open_text(struct source *source, const char *text, size_t len, bool stream)
{
	int ends[2];

	must(pipe(ends) == 0, "a pipe");
	must(write(ends[1], text, len) == (ssize_t)len, "a small input");
	close(ends[1]);
	source_init(source);
	must((stream ? source_add_stream : source_add_fd)(source, "fuzz",
	    ends[0]) == 0, "memory");
	return stream ? ends[0] : -1;
}

void
parse(struct requests *out, const struct dialect *dialect, const char *text,
    size_t len, bool stream, void (*each)(void *, const struct view *),
    void *ctx)
{
	static FILE *nowhere;
	struct parsing *p = calloc(1, sizeof(*p));
	char *said = NULL;
	size_t said_len;
	int fd;

	must(p != NULL, "memory");
	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	must(nowhere != NULL, "/dev/null");
	memset(out, 0, sizeof(*out));
	fd = open_text(&p->source, text, len, stream);
	p->out = out;
	p->each = each;
	p->ctx = ctx;
	diag_init(&p->diag, &p->source, each != NULL ? nowhere :
	    open_memstream(&said, &said_len));
	must(p->diag.out != NULL, "memory");
	p->diag.advice = each != NULL;
	p->diag.max_errors = 20;
	p->parser.source = &p->source;
	p->parser.diag = &p->diag;
	p->parser.dialect = dialect;
	p->parser.sink = take_command;
	p->parser.sink_ctx = p;
	parser_run(&p->parser, p->source.files[0].loc);
	diag_finish(&p->diag);
	if (each == NULL) {
		fclose(p->diag.out);
		out->warned = strstr(said, "warning:") != NULL;
		free(said);
	}
	out->errors = p->diag.errors;
	if (fd >= 0)
		close(fd);
	source_close(&p->source);
	free(p);
}

void
requests_free(struct requests *r)
{
	free(r->octets);
}
