/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No message shows a key, whatever is wrong with the text around it: commands
 * with keys are spoilt in every place in turn, and what is said of them is
 * searched for pieces of the keys.  Nor is one kept in the parser.
 */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expand.h"
#include "tap.h"

/* So many characters of a key in a row must not be seen. */
#define DIGITS		12
#define DECIMAL		21
#define LETTERS		8

static const struct sample {
	const char *name, *text, *key;
	size_t piece;
} samples[] = {
	{ "digits", "add 10.0.0.1 10.0.0.2 esp 0x1000 -m tunnel -E aes-cbc "
	    "0x3c5a7e91b2d4f6083c5a7e91b2d4f608;\nflush;\n",
	    "3c5a7e91b2d4f6083c5a7e91b2d4f608", DIGITS },
	{ "decimal digits", "add 10.0.0.1 10.0.0.2 esp 0x1000 -E aes-cbc "
	    "0x73915826407391582640739158264071;\nflush;\n",
	    "73915826407391582640739158264071", DECIMAL },
	{ "two keys", "add 10.0.0.1 10.0.0.2 esp 1000\n"
	    "\t-E aes-cbc 0x3c5a7e91b2d4f6083c5a7e91b2d4f608\n"
	    "\t-A hmac-md5 0x3c5a7e91b2d4f6083c5a7e91b2d4f608;",
	    "3c5a7e91b2d4f6083c5a7e91b2d4f608", DIGITS },
	{ "a string", "flush; add 10.0.0.1 10.0.0.2 ah 1000 -A hmac-sha1 "
	    "\"correct horse staple\";\nflush;", "correct horse staple",
	    LETTERS },
	{ "odd characters", "add 10.0.0.1 10.0.0.2 tcp 0x1000 -A tcp-md5 "
	    "\"#p a-s/s,w[o]r'd;\";spdflush;", "#p a-s/s,w[o]r'd;",
	    LETTERS },
	{ "a comment in a command", "add 10.0.0.1 10.0.0.2 esp 0x1000\n"
	    "-E null # -E aes-cbc 0x3c5a7e91b2d4f6083c5a7e91b2d4f608\n;flsh;",
	    "3c5a7e91b2d4f6083c5a7e91b2d4f608", DIGITS },
	{ "a comment", "flush; # add 10.0.0.1 10.0.0.2 esp 1000 -E aes-cbc "
	    "0x3c5a7e91b2d4f6083c5a7e91b2d4f608;\n",
	    "3c5a7e91b2d4f6083c5a7e91b2d4f608", DIGITS },
	{ "an AEAD", "update 2001:db8::1 2001:db8::2 esp 1000 -E aes-gcm-16 "
	    "0x3c5a7e91b2d4f6083c5a7e91b2d4f608aabbccdd -A null;",
	    "3c5a7e91b2d4f6083c5a7e91b2d4f608aabbccdd", DIGITS },
};

/* ---- what is said, and asked ---- */

static FILE *said_to;

/* In place of libc's: what a resolver is told counts as said. */
int
getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **all)
{
	(void)service;
	(void)all;
	if ((hints->ai_flags & AI_NUMERICHOST) == 0)
		fprintf(said_to, "asked for %s\n", name);
	return EAI_NONAME;
}

struct servent *
getservbyname(const char *name, const char *protocol)
{
	fprintf(said_to, "asked for %s, %s\n", name, protocol);
	return NULL;
}

struct protoent *
getprotobyname(const char *name)
{
	fprintf(said_to, "asked for %s\n", name);
	return NULL;
}

static int
drop(void *ctx, const struct command *cmd, struct msgbuf *m)
{
	(void)ctx;
	(void)cmd;
	(void)m;
	return 0;
}

static void
take(void *parser, struct command *cmd)
{
	if (cmd->op != OP_HELP)
		command_expand(parser, drop, NULL);
}

static struct {
	const char *next;
	size_t cut;			/* octets until the first pause */
	int fd;
} feeding;

/* Sends what comes next of a stream that is about to be read, or its end. */
static bool
feed(int fd)
{
	size_t n = feeding.cut != 0 ? feeding.cut : strlen(feeding.next);

	(void)fd;
	if (n != 0 && write(feeding.fd, feeding.next, n) != (ssize_t)n)
		abort();
	if (n == 0)
		close(feeding.fd);
	feeding.next += n;
	feeding.cut = 0;
	return true;
}

/* Makes the text a stream that pauses behind so many octets. */
static int
add_stream(struct source *source, const char *text, size_t cut)
{
	int fds[2];

	if (pipe(fds) != 0 || source_add_stream(source, "t", fds[0]) != 0)
		abort();
	source->wait = feed;
	feeding.next = text;
	feeding.cut = cut;
	feeding.fd = fds[1];
	return fds[0];
}

/*
 * All messages on the text, in memory of its own; *p ends as it was.  The text
 * is a string, or a stream that pauses behind cut octets.
 */
static char *
messages(struct parser *p, const char *text, size_t cut)
{
	struct source source;
	int stream = -1;
	struct diag diag;
	char *said = NULL;
	size_t size;

	memset(p, 0, sizeof(*p));
	source_init(&source);
	said_to = open_memstream(&said, &size);
	diag_init(&diag, &source, said_to);
	diag.advice = true;
	if (said_to == NULL)
		abort();
	if (cut != 0)
		stream = add_stream(&source, text, cut);
	else if (source_add_string(&source, "t", text) != 0)
		abort();
	p->source = &source;
	p->diag = &diag;
	p->dialect = &dialects[DIALECT_LINUX];
	p->sink = take;
	p->sink_ctx = p;
	parser_run(p, source.files[0].loc);
	fclose(diag.out);
	source_close(&source);
	if (stream >= 0)
		close(stream);
	return said;
}

/* Whether so many characters in a row of the key are in the octets. */
static bool
has_piece(const void *octets, size_t size, const struct sample *sample)
{
	size_t i, n = sample->piece, len = strlen(sample->key);

	for (i = 0; i + n <= len; i++)
		if (memmem(octets, size, sample->key + i, n) != NULL)
			return true;
	return false;
}

/* ---- spoiling ---- */

struct run {
	const struct sample *sample;
	unsigned texts, leaks, silent, kept;
};

static void
try_cut(struct run *run, const char *text, size_t cut)
{
	static struct parser p;
	char *said = messages(&p, text, cut);

	run->texts++;
	run->kept += has_piece(&p, sizeof(p), run->sample);
	if (*said == '\0')
		run->silent++;
	if (has_piece(said, strlen(said), run->sample) && run->leaks++ < 3)
		printf("# of the text\n# %s\n# was said\n# %s\n", text, said);
	free(said);
}

static void
try(struct run *run, const char *text)
{
	try_cut(run, text, 0);
}

/* The text with n octets at a place replaced. */
static void
replace(struct run *run, size_t at, size_t n, const char *with)
{
	char buf[1024];

	snprintf(buf, sizeof(buf), "%.*s%s%s", (int)at, run->sample->text,
	    with, run->sample->text + at + n);
	try(run, buf);
}

static void
spoil(struct run *run)
{
	static const char *const inserts[] = {
		";", "\"", "#", " ", "\n", "-", "/", "[", "]", ",", "x", "'",
		"\\", "\t;\t", " -E ", " add ", "\nflsh;\n", "\"\"", "\xe2",
		"; nonsense ", " # ", "`", "\xe2\x80\x9c", "=",
	};
	const char *text = run->sample->text;
	size_t len = strlen(text), i, j, word;

	for (i = 0; i <= len; i++) {
		for (j = 0; j < sizeof(inserts) / sizeof(inserts[0]); j++)
			replace(run, i, 0, inserts[j]);
		if (i == len)
			break;
		replace(run, i, 1, "");
		replace(run, i, len - i, "");
		word = strcspn(text + i, " \t\n;");
		if (word > 0 && (i == 0 || strchr(" \t\n;", text[i - 1]))) {
			replace(run, i, word, "");
			replace(run, i, word, "nonsense");
			replace(run, i, word, "0");
		}
	}
}

/* ---- made up ---- */

#define MADE_TEXTS	60000
#define STATEMENTS	4

/* The same texts each time. */
static unsigned
random_below(unsigned n)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (unsigned)(x >> 33) % n;
}

static const char *
one_of(const char *const *words)
{
	unsigned n = 0;

	while (words[n] != NULL)
		n++;
	return words[random_below(n)];
}

/* Of no key are so many characters in a row in any word of the language. */
static const struct {
	const char *key;
	size_t piece;
} marked[] = {
	{ "qzxjkvwyqjzkxw", LETTERS }, { "Kq7vZ2xW9jY4Lp8T", LETTERS },
	{ "kqzv wyjx-qkzj vxyq", LETTERS }, { "zqkjvyxw;kzqjvyxw", LETTERS },
	{ "my -Qzkvjxyw-phrase", LETTERS }, { "xk'qjzv\\wyxkzqjv", LETTERS },
	{ "qvzk#jwyxqvzk jwyxqvzk", LETTERS },
	{ "Vqx/zkj,wyq[kzvx]qj", LETTERS }, { "-Qzkvjxyw-phrase", LETTERS },
	{ "qvzkjwyxq #jwyxqvzk jw", LETTERS },
	{ "kqjvzwyxk\nwyxqkzvj", LETTERS }, { ";zqkjvyxwkqz", LETTERS },
	{ "zqkjvyqkz;-wkzqjvyxw", LETTERS },
	{ "zkqvjwyx;\nqzkvwyjx", LETTERS },
	{ "zkqvjwyx\n\n#qzkvwyjx", LETTERS },
	{ "qzkvjwyx -E zkqvjwyx", LETTERS },
	{ "zkqvjw`yxqzkv\xe2\x80\x99jwyxqz", LETTERS },
	{ "0x3c5a7e91b2d4f6083c5a7e91b2d4f608", DIGITS },
};
#define MARKED	(sizeof(marked) / sizeof(marked[0]))

static const char *const opening[] = { "\"", "\"", "\"", "'", "",
	"\xe2\x80\x9c", "`", "\xc2\xab", "=", NULL };
static const char *const closing[] = { "\"", "\"", "\"", "\"", "'", "",
	"\xe2\x80\x9d", NULL };
static const char *const options[] = { " -E ", " -E", " -A ", " -A", " -e ",
	" \xe2\x80\x93\x45 ", NULL };
static const char *const names[] = { "aes-cbc", "hmac-sha1", "aes-ctr",
	"tcp-md5", "hmac_sha1", "aes", "", NULL };
/* Known without their option. */
static const char *const stray[] = { "3des-cbc", "aes", "null", "rijndael",
	"simple", "aes-256-cbc", "hmac-sha", "sha1", "cbc(aes)", NULL };
static const char *const between[] = { " ", " ", " ", "", "\n\t", "\t", NULL };
static const char *const ends[] = { ";\n", ";\n", ";\n", "; ", ";", "\n", " ",
	"; flsh;\n", " # see\n;", NULL };
static const char *const heads[] = { "add 10.0.0.1 10.0.0.2 esp 0x1000",
	"add 10.0.0.1 10.0.0.2 ah 4096 -m tunnel",
	"update ::1 ::2 esp 0x1000 -r 4", "ad 10.0.0.1 10.0.0.2 esp 0x1000",
	NULL };
static const char *const poor_heads[] = { "add 10.0.0.1 10.0.0.2 esp", "",
	NULL };
static const char *const fillings[] = { "", "", "", " -lh 3600 -ls 3000",
	" -u x", " -u x -f nocyclic-seq", NULL };

/* One with one key, wrong in a way or another. */
static size_t
make_statement(char *buf, size_t size, const char *key)
{
	bool has_option = random_below(4) != 0;
	const char *open = one_of(opening);
	bool poor = has_option && random_below(3) == 0;
	int blanks = random_below(4) == 0 ? (int)random_below(60) : 0;

	return (size_t)snprintf(buf, size, "%s%s%*s%s%s%s%s%s%s%s",
	    one_of(poor ? poor_heads : heads), one_of(fillings), blanks, "",
	    has_option ? one_of(options) : " ",
	    one_of(has_option ? names : stray), has_option || *open != '\0' ?
	    one_of(between) : " ", open, key, one_of(closing), one_of(ends));
}

static void
make_text(char *buf, size_t size, const char *key)
{
	unsigned n = 1 + random_below(STATEMENTS), cut;
	size_t len = 0;

	while (n-- > 0 && len < size - 512) {
		len += make_statement(buf + len, size - len, key);
		if (random_below(4) == 0) {
			cut = random_below(12);
			len -= cut < len ? cut : 0;
		}
	}
	buf[len] = '\0';
}

static void
make(struct run *run, struct sample *sample)
{
	char text[2048];

	sample->key = marked[run->texts % MARKED].key;
	sample->piece = marked[run->texts % MARKED].piece;
	make_text(text, sizeof(text), sample->key);
	try_cut(run, text, random_below(2) * random_below(
	    (unsigned)strlen(text)));
}

static void
test_made(void)
{
	struct sample sample = { .name = "texts" };
	struct run run = { .sample = &sample };

	while (run.texts < MADE_TEXTS)
		make(&run, &sample);
	ok(run.leaks == 0 && run.silent < run.texts / 2,
	    "made up: %u texts, of which %u are told something, and no key is "
	    "shown (%u are)", run.texts, run.texts - run.silent, run.leaks);
	ok(run.kept == 0, "made up: none is kept (%u are)", run.kept);
}

/* ---- in what order ---- */

#define ORDERED_TEXTS	3000
#define SEARCHES	8

static void
note(void *masked, struct loc secret)
{
	memset((char *)masked + secret.begin, '*', secret.end - secret.begin);
}

/* Searches a text; how many octets a new search finds and this one does not. */
static unsigned
search(struct secrets *s, uint32_t from, uint32_t end)
{
	struct secrets new = { .source = s->source };
	char masked[2][8192] = { "", "" };
	unsigned missed = 0;

	secrets_find(s, from, end, note, masked[0]);
	secrets_find(&new, from, end, note, masked[1]);
	for (; from < end; from++)
		missed += masked[0][from] < masked[1][from];
	return missed;
}

/* Where a search begins does not matter, nor what was asked before it. */
static void
test_order(void)
{
	unsigned i, j, missed = 0;
	struct source source;
	struct secrets s;
	char text[6144];
	uint32_t len, from;

	for (i = 0; i < ORDERED_TEXTS; i++) {
		for (len = 0; len < sizeof(text) / 3; len = strlen(text))
			make_text(text + len, 2048, marked[i % MARKED].key);
		source_init(&source);
		if (source_add_string(&source, "t", text) != 0)
			abort();
		s = (struct secrets){ .source = &source };
		for (j = 0; j < SEARCHES; j++) {
			if (random_below(2) == 0)
				secrets_begin_statement(&s, random_below(len));
			from = random_below(len);
			missed += search(&s, from,
			    from + random_below(len - from));
		}
		source_close(&source);
	}
	ok(missed == 0, "in any order, in part or whole, the same is found "
	    "(%u octets are not)", missed);
}

/* ---- wrong in one way ---- */

#define H	"add 10.0.0.1 10.0.0.2 esp 0x1000"

/* In a stream, \1 stands for a pause. */
static const struct wrong {
	const char *text, *hidden, *shown;
} wrongs[] = {
	/* In the place of what is asked for. */
	{ "add 10.0.0.1[ab87b0d9022b547da6cff8214a739cc5ee] 10.0.0.2 esp 256 "
	    "-E null;", "ab87b0d9022b", "unknown port" },
	{ "spdadd 10.0.0.1 10.0.0.2 ab87b0d9022b547da6cff8214a739cc5ee "
	    "-P out none;", "ab87b0d9022b", "unknown upper-layer" },
	{ H " -sel 10.0.0.1 10.0.0.2 ab87b0d9022b547da6cff8214a739cc5ee "
	    "-E null;", "ab87b0d9022b", "expected a protocol" },
	{ "spdadd 10.0.0.1 10.0.0.2[nosuch] vmtpx -P out none;", NULL,
	    "asked for vmtpx" },
	/* What is asked for is shown. */
	{ H " -E aes-cbc \"sixteen; letters\"; add hostone hosttwo esp 0x1000 "
	    "-E null;", "sixteen", "add hostone hosttwo" },
	{ "flsh; " H " -E aes-cbc \"sixteen; letters\"; add hostone hosttwo "
	    "esp 0x1000 -E null;", "hostone", "not looked up" },
	{ "spdadd 10.0.0.1[nosuch] hosttwo any -ctx 1 1\"a label\" -P out "
	    "none;", NULL, "'nosuch'" },
	{ "add 10.0.0.1 10.0.0.2[nosuch] esp 0x1000 -E aes-cbc\"sixteen "
	    "letters!\";", "sixteen", "'nosuch'" },
	/* Words that are cut by what is shown, or has arrived. */
	{ H " -u x -m tunnel -lh 3600 -ls 3000 -f nocyclic-seq -r 4 "
	    "0x0123456789abcdef0123456789abcdef;", "0123", "found 'x'" },
	{ H " -u x                                                    "
	    "-E Secret123456789;", "Secret", "found 'x'" },
	{ H " -u x 0x0123456789a\1bcdef0123456789;", "0123456", "found 'x'" },
	{ H " -u x -E Secret\1Letters!;", "Secret", "found 'x'" },
	/* No name. */
	{ H " -E -mysecretkey123 phrase here;", "mysecret", "option '***'" },
	{ H " -A -mysecretkey123 phrase here;", "phrase", "option '***'" },
	{ H " -E -m tunnel;", NULL, "'-m'" },
	{ H " -E `six;teen letters`;", "letters", NULL },
	{ H " -E \u201c;secretletters\u201d;", "secretletters", NULL },
	{ H " -E #secret letters\n;", "letters", NULL },
	{ H " -E ;secretletters;", "secretletters", NULL },
	/* Quotes of another kind. */
	{ H " 'sixteenletters!!';", "sixteen", NULL },
	{ H " -u 'sixteenletters!!';", "sixteen", NULL },
	{ H " key='sixteen letters!';", "letters", NULL },
	{ H " `sixteen letters!`;", "letters", NULL },
	{ H " \u201csixteen letters!\u201d;", "letters", NULL },
	{ H " \u2018sixteen letters!\u2019;", "letters", NULL },
	{ H " \u00absixteen letters!\u00bb;", "letters", NULL },
	{ H " -E aes-cbc'a;secretletters';", "secretletters", NULL },
	{ H " -E aes-cbc';secretletters';", "secretletters", NULL },
	{ H " -E aes-cbc`;secretletters`;", "secretletters", NULL },
	{ H " -A hmac_sha1'a #rest of it';", "rest", NULL },
	{ H " -E aes-cbc'two\nlines of it';", "lines", NULL },
	{ H " -E aes-cbc \u201csix #teen letters\u201d;", "letters", NULL },
	{ H " -E aes-cbc \u201csix\nteen letters!\u201d; flsh;", "letters",
	    NULL },
	{ H " -E aes-cbc 'six\n\n#teen letters!'; flsh;", "letters", NULL },
	{ "flsh'; " H " -E null;", NULL, "'flsh''" },
	{ H " -E 'aes-cbc' 'sixteen letters!';", "letters", "'aes-cbc'" },
	/* No quotes. */
	{ H " -E aes-cbc six;-teen letters;", "teen", NULL },
	{ H " -E aes-cbc six;\nteen letters;", "teen", NULL },
	{ H " -E aes-cbc six\nteen letters;", "teen", NULL },
	{ H " -E aes-cbc ;secretkey12345;", "secretkey", NULL },
	{ H " -E aes-cbc six #teen letters\n;", "teen", NULL },
	{ H " -E aes-cbc secret; flsh; nonsense;", "secret", "'nonsense'" },
	{ H " -E aes-cbc secret;\nflsh;", "secret", "'flsh'" },
	{ H " -E aes-cbc;\nnonsense;", NULL, "'nonsense'" },
	/* No option. */
	{ H " aes secretpassword12;", "secretpass", "'aes'" },
	{ H " null secretpassword12;", "secretpass", "'null'" },
	{ H " aes-256-cbc secretpassword12;", "secretpass", "'aes-256-cbc'" },
	{ H " cbc(aes) secretpassword12;", "secretpass", "'cbc(aes)'" },
	{ H " sha1 secretpassword12;", "secretpass", "'sha1'" },
	{ H " -eaes secretpassword12;", "secretpass", "'-eaes'" },
	{ H " \u2013E aes secretpassword12;", "secretpass", "this dash" },
	{ H " \u2013E secretpassword12;", "secretpass", NULL },
	{ "add simple aes esp 0x100o;", NULL, "add simple aes esp" },
};

static void
test_wrongs(void)
{
	static struct parser p;
	const struct wrong *w;
	char *said, text[512], *pause;
	unsigned bad = 0;
	size_t i;

	for (i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		w = &wrongs[i];
		strcpy(text, w->text);
		pause = strchr(text, '\1');
		if (pause != NULL)
			memmove(pause, pause + 1, strlen(pause));
		said = messages(&p, text, pause == NULL ? 0 :
		    (size_t)(pause - text));
		if ((w->hidden != NULL && strstr(said, w->hidden) != NULL) ||
		    (w->shown != NULL && strstr(said, w->shown) == NULL)) {
			bad++;
			printf("# of the text\n# %s\n# was said\n# %s\n",
			    w->text, said);
		}
		free(said);
	}
	ok(bad == 0, "wrong in one way: %zu texts, of which no key is shown, "
	    "but what else is wrong (%u are not so)", i, bad);
}

int
main(void)
{
	struct run run;
	size_t i;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		run = (struct run){ .sample = &samples[i] };
		spoil(&run);
		ok(run.leaks == 0 && run.silent < run.texts,
		    "%s: %u texts, of which %u are told something, and no "
		    "key is shown (%u are)", samples[i].name, run.texts,
		    run.texts - run.silent, run.leaks);
		ok(run.kept == 0, "%s: none is kept (%u are)", samples[i].name,
		    run.kept);
	}
	test_made();
	test_order();
	test_wrongs();
	return done();
}
