/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The printers as a filter: messages in hexadecimal, one on a line, in; text
 * out.  For the comparisons with recorded kernels (make check-golden).  And
 * the other way round: "wire" reads commands, and prints their messages.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "json.h"
#include "pfkey.h"
#include "print.h"
#include "expand.h"
#include "order.h"

struct tool {
	struct text text;
	const struct dialect *dialect;
	struct print_style style;
	bool hex;			/* -x: hex dumps, too */
	FILE *times;			/* -t: what time() said, per record */
	bool sent;			/* the line's direction, '>' */
	struct event_writer events;
	bool policies;			/* json-spd */
	unsigned records;
};

/*
 * Recorded messages name interfaces of the recording machine by index.  This
 * definition comes before libc's: with "-i 3" ipsec0 has index 3, and so on.
 */
static unsigned first_interface;

char *
if_indextoname(unsigned ifindex, char name[IF_NAMESIZE])
{
	if (first_interface == 0 || ifindex < first_interface)
		return NULL;
	snprintf(name, IF_NAMESIZE, "ipsec%u", ifindex - first_interface);
	return name;
}

static void
next_time(struct tool *tool)
{
	char line[32];

	if (tool->times != NULL &&
	    fgets(line, sizeof(line), tool->times) != NULL)
		tool->style.now = (time_t)strtoll(line, NULL, 10);
}

/* ---- what a line becomes ---- */

typedef void line_fn(struct tool *, const void *msg, size_t len);

/*
 * The message as a record.  False when there is none in it: an error, a
 * message that does not hold together, or another type.
 */
static bool
open_view(struct tool *tool, struct view *view, const void *msg, size_t len)
{
	enum view_error error = view_init(view, tool->dialect, msg, len);

	if (error != VIEW_OK) {
		text_printf(&tool->text, "view error %d\n", (int)error);
		return false;
	}
	if (view->msg->error == ENOENT)
		text_str(&tool->text, view->msg->type == SADB_X_SPDDUMP ?
		    "No SPD entries.\n" : "No SAD entries.\n");
	else if (view->msg->error != 0)
		text_printf(&tool->text, "%s.\n", strerror(view->msg->error));
	return view->msg->error == 0;
}

static void
line_dump(struct tool *tool, const void *msg, size_t len)
{
	struct view view;
	struct sa sa;

	if (!open_view(tool, &view, msg, len))
		return;
	next_time(tool);
	sa_decode(&view, &sa);
	print_sa(&tool->text, tool->dialect, &sa, &tool->style);
}

static void
line_short(struct tool *tool, const void *msg, size_t len)
{
	struct view view;
	struct sa sa;

	if (!open_view(tool, &view, msg, len))
		return;
	next_time(tool);
	sa_decode(&view, &sa);
	print_sa_short(&tool->text, &sa, &tool->style);
}

static void
line_spddump(struct tool *tool, const void *msg, size_t len)
{
	struct view view;
	struct policy policy;

	if (!open_view(tool, &view, msg, len))
		return;
	policy_decode(&view, &policy);
	print_policy(&tool->text, tool->dialect, &policy);
}

static void
line_script(struct tool *tool, const void *msg, size_t len)
{
	struct view view;

	if (open_view(tool, &view, msg, len))
		print_request_command(&tool->text, &view,
		    view.ext[EXT_POLICY] != NULL ? "spdadd" : "add",
		    tool->dialect->has_fwd ? SCRIPT_NO_TWIN : 0,
		    &tool->style);
}

static void
line_debug(struct tool *tool, const void *msg, size_t len)
{
	print_message(&tool->text, tool->dialect, msg, len, &tool->style);
}

static void
line_hexdump(struct tool *tool, const void *msg, size_t len)
{
	print_hexdump(&tool->text, tool->dialect, msg, len, &tool->style);
}

/* -x: of the answer to our own request for promiscuity, only the octets. */
static void
line_monitor(struct tool *tool, const void *msg, size_t len)
{
	const struct wire_msg *header = msg;

	if (tool->hex)
		line_hexdump(tool, msg, len);
	if (header->type != SADB_X_PROMISC || len > sizeof(*header))
		line_debug(tool, msg, len);
}

/* The records of a document: SAs, or (-o json of -DP) policies. */
static void
line_json(struct tool *tool, const void *msg, size_t len)
{
	struct view view;
	struct policy policy;
	struct sa sa;

	next_time(tool);
	if (view_init(&view, tool->dialect, msg, len) != VIEW_OK ||
	    tool->policies != (view.ext[EXT_POLICY] != NULL))
		return;
	tool->records++;
	json_newline(&tool->events.json);
	if (tool->policies) {
		policy_decode(&view, &policy);
		json_policy(&tool->events.json, NULL, &policy);
	} else {
		sa_decode(&view, &sa);
		json_sa(&tool->events.json, NULL, &sa);
	}
}

/* Events are a second and a microsecond apart. */
static void
line_event(struct tool *tool, const void *msg, size_t len)
{
	tool->events.now += 1000001;
	event_print(&tool->events, msg, len);
}

/* The records that came, of an exchange of messages. */
static void
line_records(struct tool *tool, const void *msg, size_t len)
{
	const struct wire_msg *header = msg;

	if (tool->sent || header->error != 0)
		return;
	if (header->type == SADB_GET || header->type == SADB_DUMP)
		line_dump(tool, msg, len);
	else if (header->type == SADB_X_SPDDUMP)
		line_spddump(tool, msg, len);
}

/* -v: each message, too. */
static void
line_verbose(struct tool *tool, const void *msg, size_t len)
{
	line_debug(tool, msg, len);
	if (tool->sent && tool->hex)
		line_hexdump(tool, msg, len);
	line_records(tool, msg, len);
}

static const struct {
	const char *name;
	line_fn *line;
	const char *about;
} commands[] = {
	{ "dump", line_dump, "SAs as -D shows them" },
	{ "short", line_short, "SAs as -l -D shows them" },
	{ "spddump", line_spddump, "policies as -DP shows them" },
	{ "script", line_script, "SAs and policies as commands" },
	{ "debug", line_debug, "messages as -v shows them" },
	{ "hexdump", line_hexdump, "messages as -h shows them" },
	{ "monitor", line_monitor, "messages as -x shows them" },
	{ "json-sad", line_json, "SAs as -D -o json shows them" },
	{ "json-spd", line_json, "policies as -DP -o json shows them" },
	{ "event-json", line_event, "events as -x -o json shows them" },
	{ "event-script", line_event, "events as -x -o script shows them" },
	{ "event-short", line_event, "events as -x -l shows them" },
	{ "records", line_records, "what a script shows (> sent, < received)" },
	{ "verbose", line_verbose, "what it shows with -v" },
};

/* ---- from commands to messages ---- */

/* seq and pid are 0: the channel fills them in. */
static int
put_message(void *ctx, const struct command *cmd, struct msgbuf *m)
{
	static struct msgbuf copy;
	size_t i;

	(void)ctx;
	(void)cmd;
	copy = *m;
	order_pfkey(m->dialect, copy.space, m->len, true);
	for (i = 0; i < m->len; i++)
		printf("%02x", copy.space[i]);
	putchar('\n');
	return 0;
}

static void
put_command(void *parser, struct command *cmd)
{
	if (cmd->op != OP_HELP)
		command_expand(parser, put_message, NULL);
}

static int
wire(const struct dialect *dialect)
{
	static struct parser p;			/* large */
	struct source source;
	struct diag diag;
	int rc = 1;

	source_init(&source);
	diag_init(&diag, &source, stderr);
	p.source = &source;
	p.diag = &diag;
	p.dialect = dialect;
	p.sink = put_command;
	p.sink_ctx = &p;
	if (source_add_fd(&source, "stdin", STDIN_FILENO) == 0)
		rc = parser_run(&p, source.files[0].loc) == 0 &&
		    !ferror(stdout) ? 0 : 1;
	source_close(&source);
	return rc;
}

/* ---- reading ---- */

/*
 * The octets of a line, at most size of them.  Returns how many, 0 for a line
 * of another kind; *sent says whether it began with '>'.
 */
static size_t
read_hex(const char *line, uint8_t *octets, size_t size, bool *sent)
{
	unsigned value;
	size_t n = 0;

	*sent = *line == '>';
	if (*line == '>' || *line == '<')
		line++;
	while (*line == ' ')
		line++;
	for (; n < size && sscanf(line, "%2x", &value) == 1; line += 2)
		octets[n++] = (uint8_t)value;
	return *line == '\n' || *line == '\0' ? n : 0;
}

static int
run(struct tool *tool, line_fn *line)
{
	static uint64_t octets[1 << 16];
	char *text = NULL;
	size_t size = 0, len;

	while (getline(&text, &size, stdin) > 0) {
		len = read_hex(text, (uint8_t *)octets, sizeof(octets),
		    &tool->sent);
		order_pfkey(tool->dialect, octets, len, false);
		if (len != 0)
			line(tool, octets, len);
	}
	free(text);
	text_flush(&tool->text);
	return ferror(stdout) ? 1 : 0;
}

static int
usage(void)
{
	size_t i;

	fprintf(stderr, "usage: tool wire linux|freebsd|netbsd < script\n"
	    "       tool COMMAND linux|freebsd|netbsd "
	    "[-Kpx] [-t times] [-i index] < hex\n");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(stderr, "  %-8s %s\n", commands[i].name,
		    commands[i].about);
	return 1;
}

static int
options(struct tool *tool, int argc, char **argv)
{
	int c;

	optind = 3;
	while ((c = getopt(argc, argv, "Kpxt:i:")) != -1) {
		switch (c) {
		case 'K': tool->style.hide_keys = true; break;
		case 'p': tool->style.ports = true; break;
		case 'x': tool->hex = true; break;
		case 'i':
			first_interface = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 't':
			tool->times = fopen(optarg, "r");
			if (tool->times == NULL) {
				perror(optarg);
				return -1;
			}
			next_time(tool);	/* the start of the program */
			break;
		default:
			return -1;
		}
	}
	return optind == argc ? 0 : -1;
}

int
main(int argc, char **argv)
{
	static struct tool tool;
	line_fn *line = NULL;
	size_t i;

	if (argc < 3)
		return usage();
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			line = commands[i].line;
	tool.dialect = dialect_named(argv[2]);
	if (strcmp(argv[1], "wire") == 0 && tool.dialect != NULL)
		return wire(tool.dialect);
	if (line == NULL || tool.dialect == NULL ||
	    options(&tool, argc, argv) != 0)
		return usage();
	text_init(&tool.text, stdout);
	json_init(&tool.events.json, &tool.text, tool.dialect, &tool.style);
	tool.events.channel = "tool";
	tool.events.epoch = true;
	tool.events.now = 1795732310000000;
	tool.events.form = strcmp(argv[1], "event-json") == 0 ? EVENT_JSON :
	    strcmp(argv[1], "event-script") == 0 ? EVENT_SCRIPT : EVENT_SHORT;
	if (line == line_json) {
		tool.policies = strcmp(argv[1], "json-spd") == 0;
		json_begin_dump(&tool.events.json, tool.policies, "tool",
		    &(struct defaults){ DEFAULT_NONE, DEFAULT_NONE,
		    DEFAULT_DISCARD, { { true, 24, 16 }, { true, 64, 56 } } });
		run(&tool, line);
		json_end_dump(&tool.events.json, tool.records, NULL);
		text_flush(&tool.text);
		return ferror(stdout) ? 1 : 0;
	}
	if (line == line_event)
		event_note(&tool.events, "start");
	if (line == line_short)
		print_sa_short_header(&tool.text);
	return run(&tool, line);
}
