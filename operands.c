/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operands are what could stand behind the command of the language, and go
 * the same way: so the two cannot come to mean different things.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expand.h"
#include "message.h"
#include "operands.h"
#include "options.h"
#include "parser.h"
#include "platform.h"

struct reading {
	struct session *session;
	struct parser *parser;
	struct plan *plan;
};

static int
take_message(void *ctx, const struct command *cmd, struct msgbuf *m)
{
	struct reading *reading = ctx;
	struct planned planned = { .loc = cmd->loc };

	if (plan_add(reading->plan, &planned, m->space, m->len) == 0)
		return 0;
	session_error(reading->session, "out of memory");
	return -1;
}

static void
take_command(void *ctx, struct command *cmd)
{
	struct reading *reading = ctx;

	(void)cmd;
	command_expand(reading->parser, take_message, reading);
}

/* "dump esp -u 100;", which the caller frees; NULL when memory is out. */
static char *
join(const char *verb, char **words)
{
	size_t len = strlen(verb) + 2;
	char *text, *end;
	int i;

	for (i = 0; words[i] != NULL; i++)
		len += strlen(words[i]) + 1;
	text = malloc(len);
	if (text == NULL)
		return NULL;
	end = text + sprintf(text, "%s", verb);
	for (i = 0; words[i] != NULL; i++)
		end += sprintf(end, " %s", words[i]);
	strcpy(end, ";");
	return text;
}

static bool
parse(struct reading *reading, const char *text)
{
	static struct parser parser;	/* large */
	struct session *s = reading->session;
	struct source source;
	struct diag diag;

	source_init(&source);
	if (source_add_string(&source, "argument", text) != 0) {
		session_error(s, "out of memory");
		return false;
	}
	diag_init(&diag, &source, stderr);
	/* A message is one write. */
	setvbuf(stderr, NULL, _IOFBF, BUFSIZ);
	parser.source = &source;
	parser.diag = &diag;
	parser.dialect = s->dialect;
	parser.sink = take_command;
	parser.sink_ctx = reading;
	reading->parser = &parser;
	if (parser_run(&parser, source.files[0].loc) != 0)
		s->failed = true;
	diag_finish(&diag);
	source_close(&source);
	return !s->failed;
}

/* "setkey -D esp -o json" */
static void
hint_options(char **words)
{
	for (; *words != NULL; words++)
		if (**words == '-' &&
		    option_named(*words, strlen(*words)) == NULL) {
			message(stderr, "    hint: options of setkey stand "
			    "before the words that say which entries");
			return;
		}
}

bool
operands_read(struct session *s, enum op op, struct plan *plan)
{
	struct reading reading = { .session = s, .plan = plan };
	char *text = join(command_of(op)->name, s->opt->operands);
	bool ok;

	if (text == NULL) {
		session_error(s, "out of memory");
		return false;
	}
	ok = parse(&reading, text);
	wipe(text, strlen(text));	/* a key, by mistake */
	free(text);
	if (!ok)
		hint_options(s->opt->operands);
	return ok;
}
