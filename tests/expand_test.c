/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of hosts: what a command becomes when they have several addresses, and
 * what is said when they have none.  The resolver is made up here.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "expand.h"
#include "tap.h"

/* ---- the resolver ---- */

#define MANY	100	/* addresses, beyond what one name may have */

static const struct {
	const char *name, *addresses[4];
	int error;
} hosts[] = {
	{ "one", { "10.0.0.1" }, 0 },
	{ "two", { "10.0.0.1", "10.0.0.2" }, 0 },
	{ "three", { "10.0.1.1", "10.0.1.2", "10.0.1.3" }, 0 },
	{ "six", { "2001:db8::1" }, 0 },
	{ "both", { "2001:db8::2", "10.0.2.1", "2001:db8::3" }, 0 },
	{ "twice", { "10.0.3.1", "10.0.3.1" }, 0 },
	{ "add", { "10.0.4.1" }, 0 },
	{ "under_score", { "10.0.4.2" }, 0 },
	{ "silent", { NULL }, EAI_AGAIN },
};

static unsigned questions;	/* that the resolver was asked */

static struct addrinfo *
answer(const char *address, int family, struct addrinfo *next)
{
	struct {
		struct addrinfo ai;
		union {
			struct sockaddr_in v4;
			struct sockaddr_in6 v6;
		} sa;
	} *one = calloc(1, sizeof(*one));

	if (one == NULL)
		abort();
	one->ai.ai_addr = (struct sockaddr *)&one->sa;
	if (inet_pton(AF_INET, address, &one->sa.v4.sin_addr) == 1) {
		one->ai.ai_family = one->sa.v4.sin_family = AF_INET;
		one->ai.ai_addrlen = sizeof(one->sa.v4);
	} else if (inet_pton(AF_INET6, address, &one->sa.v6.sin6_addr) == 1) {
		one->ai.ai_family = one->sa.v6.sin6_family = AF_INET6;
		one->ai.ai_addrlen = sizeof(one->sa.v6);
	}
	if (family != AF_UNSPEC && family != one->ai.ai_family) {
		free(one);
		return next;
	}
	one->ai.ai_next = next;
	return &one->ai;
}

/* These come before libc's. */
int
getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **all)
{
	char address[32];
	size_t i;
	int j;

	(void)service;
	questions++;
	*all = NULL;
	if ((hints->ai_flags & AI_NUMERICHOST) != 0)
		return EAI_NONAME;
	if (strcmp(name, "many") == 0)
		for (j = 0; j < MANY; j++) {
			snprintf(address, sizeof(address), "10.9.0.%d", j);
			*all = answer(address, hints->ai_family, *all);
		}
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (strcmp(hosts[i].name, name) != 0)
			continue;
		if (hosts[i].error != 0)
			return hosts[i].error;
		for (j = 3; j >= 0; j--)
			if (hosts[i].addresses[j] != NULL)
				*all = answer(hosts[i].addresses[j],
				    hints->ai_family, *all);
	}
	return *all == NULL ? EAI_NONAME : 0;
}

void
freeaddrinfo(struct addrinfo *all)
{
	struct addrinfo *next;

	for (; all != NULL; all = next) {
		next = all->ai_next;
		free(all);
	}
}

/* ---- a command ---- */

static struct {
	unsigned messages;
	char pairs[4096];	/* "src>dst " of each */
	char *said;		/* about the text */
} t;

static int
note(void *ctx, const struct command *cmd, struct msgbuf *m)
{
	char src[ADDR_TEXT], dst[ADDR_TEXT];
	struct view view;
	struct sa sa;
	size_t len = strlen(t.pairs);

	(void)ctx;
	(void)cmd;
	t.messages++;
	if (view_init(&view, m->dialect, m->space, m->len) != VIEW_OK)
		return -1;
	sa_decode(&view, &sa);
	snprintf(t.pairs + len, sizeof(t.pairs) - len, "%s>%s ",
	    addr_text(&sa.src, src), addr_text(&sa.dst, dst));
	return 0;
}

static void
take(void *parser, struct command *cmd)
{
	(void)cmd;
	command_expand(parser, note, NULL);
}

static struct hosts *asked;	/* what is remembered of names, or NULL */

static void
run(const char *text)
{
	static struct parser p;
	struct source source;
	struct diag diag;
	size_t size;

	free(t.said);
	memset(&t, 0, sizeof(t));
	memset(&p, 0, sizeof(p));
	questions = 0;
	source_init(&source);
	diag_init(&diag, &source, open_memstream(&t.said, &size));
	if (diag.out == NULL || source_add_string(&source, "t", text) != 0)
		abort();
	p.source = &source;
	p.diag = &diag;
	p.dialect = &dialects[DIALECT_FREEBSD];
	p.sink = take;
	p.sink_ctx = &p;
	p.hosts = asked;
	parser_run(&p, source.files[0].loc);
	fclose(diag.out);
	source_close(&source);
}

/* Whether the command became these pairs, and nothing was said. */
static void
becomes(const char *text, const char *pairs)
{
	run(text);
	if (!ok(strcmp(t.pairs, pairs) == 0 && *t.said == '\0', "%s", text))
		printf("# got %s\n# said %s\n", t.pairs, t.said);
}

/* Whether nothing was made of it, and that was said of it. */
static void
fails(const char *text, const char *said)
{
	run(text);
	if (!ok(t.messages == 0 && strncmp(t.said, said, strlen(said)) == 0 &&
	    strstr(t.said + 1, "error:") == strstr(t.said, "error:"), "%s",
	    text))
		printf("# got %s\n# said %s\n", t.pairs, t.said);
}

/* A name is asked for once in a run. */
static void
test_memory(void)
{
	static struct hosts memory;

	asked = &memory;
	run("add one two esp 1000 -E null; add two one esp 1001 -E null;");
	ok(questions == 2, "a name is asked for once");
	becomes("add two one esp 1000 -E null;",
	    "10.0.0.1>10.0.0.1 10.0.0.2>10.0.0.1 ");
	ok(questions == 0, "and not again later");
	becomes("add -4 both one esp 1000 -E null;", "10.0.2.1>10.0.0.1 ");
	becomes("add -6 both six esp 1000 -E null;",
	    "2001:db8::2>2001:db8::1 2001:db8::3>2001:db8::1 ");
	ok(questions == 2, "of another family it is another question");
	run("add silent one esp 1000 -E null; "
	    "add one silent esp 1000 -E null;");
	ok(questions == 1 && strstr(t.said, "t:1:42: error: 'silent': ") !=
	    NULL, "that there is no answer is remembered, and told each time");
	run("add many one esp 1000 -E null;");
	fails("add many one esp 1000 -E null;", "t:1:5: error: 'many' has "
	    "more than 64 addresses");
	ok(questions == 0, "and that there are too many");
	hosts_free(&memory);

	memory.ask_again = true;
	run("add silent one esp 1000 -E null; "
	    "add one silent esp 1000 -E null;");
	ok(questions == 3, "at a terminal somebody may have mended it");
	hosts_free(&memory);
	asked = NULL;
}

int
main(void)
{
	becomes("add one 10.0.9.9 esp 1000 -E null;", "10.0.0.1>10.0.9.9 ");
	becomes("add two three esp 1000 -E null;", "10.0.0.1>10.0.1.1 "
	    "10.0.0.1>10.0.1.2 10.0.0.1>10.0.1.3 10.0.0.2>10.0.1.1 "
	    "10.0.0.2>10.0.1.2 10.0.0.2>10.0.1.3 ");
	becomes("delete two one esp 1000;",
	    "10.0.0.1>10.0.0.1 10.0.0.2>10.0.0.1 ");
	becomes("get two one esp 1000;",
	    "10.0.0.1>10.0.0.1 10.0.0.2>10.0.0.1 ");
	becomes("deleteall one two esp;",
	    "10.0.0.1>10.0.0.1 10.0.0.1>10.0.0.2 ");
	becomes("spdadd two one any -P out none;",
	    "10.0.0.1>10.0.0.1 10.0.0.2>10.0.0.1 ");
	becomes("spddelete one two any -P out;",
	    "10.0.0.1>10.0.0.1 10.0.0.1>10.0.0.2 ");
	becomes("spdadd one/24[80] two/16 tcp -P out none;",
	    "10.0.0.1>10.0.0.1 10.0.0.1>10.0.0.2 ");

	/* Pairs are of one family. */
	becomes("add both both esp 1000 -E null;",
	    "2001:db8::2>2001:db8::2 2001:db8::2>2001:db8::3 "
	    "10.0.2.1>10.0.2.1 "
	    "2001:db8::3>2001:db8::2 2001:db8::3>2001:db8::3 ");
	becomes("add both one esp 1000 -E null;", "10.0.2.1>10.0.0.1 ");
	becomes("add -4 both both esp 1000 -E null;", "10.0.2.1>10.0.2.1 ");
	becomes("add -6 six both esp 1000 -E null;",
	    "2001:db8::1>2001:db8::2 2001:db8::1>2001:db8::3 ");
	fails("add one six esp 1000 -E null;", "t:1:5: error: source and "
	    "destination have no address family in common");
	fails("spdadd 10.0.0.0/8 six any -P out none;", "t:1:8: error: source "
	    "and destination have no address family in common");

	/* A name may have one address more than once; another may not. */
	becomes("add twice one esp 1000 -E null;", "10.0.3.1>10.0.0.1 ");
	fails("add many one esp 1000 -E null;", "t:1:5: error: 'many' has "
	    "more than 64 addresses");

	/* Words of the language are names as well. */
	becomes("add add under_score esp 1000 -E null;",
	    "10.0.4.1>10.0.4.2 ");

	/* Names without an address. */
	fails("add nobody one esp 1000 -E null;", "t:1:5: error: 'nobody': ");
	fails("add silent one esp 1000 -E null;", "t:1:5: error: 'silent': ");
	ok(strstr(t.said, "hint: a numeric address needs no resolver") != NULL,
	    "and what to do when the resolver is not there");
	fails("add -6 one six esp 1000 -E null;", "t:1:8: error: 'one': ");
	fails("add -n one one esp 1000 -E null;", "t:1:8: error: 'one': not a "
	    "numeric address, and -n forbids look-ups");
	fails("spdadd both/64 both any -P out none;",
	    "t:1:13: error: a prefix of IPv4 has at most 32 bits");
	becomes("spdadd -6 both/64 six any -P out none;",
	    "2001:db8::2>2001:db8::1 2001:db8::3>2001:db8::1 ");

	/* What cannot be a name is not asked about. */
	fails("add 10.0.0.256 one esp 1000 -E null;",
	    "t:1:5: error: '10.0.0.256': not an address");
	run("add 2001:db8:::1 a:b esp 1000 -E null;");
	ok(questions == 0, "no resolver is asked about what has a ':'");
	run("add a$b c(d) esp 1000 -E null;");
	ok(questions == 0, "nor about what no name has in it");
	run("add 10.0.0.1 2001:db8::1 esp 1000 -E null;");
	ok(questions == 0, "nor about addresses");
	run("add one; add one two esp 1000; spdadd one two any -P uot none;");
	ok(questions == 0, "nor for a command that is wrong otherwise");

	/* Original addresses are single: the first. */
	becomes("add one two esp 1000 -natt three[4500] twice[4500] -E null;",
	    "10.0.0.1>10.0.0.1 10.0.0.1>10.0.0.2 ");
	test_memory();
	free(t.said);
	return done();
}
