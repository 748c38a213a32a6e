/* SPDX-License-Identifier: BSD-2-Clause */
/* The session with the kernel, and the modes -D, -F and -x. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "filter.h"
#include "json.h"
#include "message.h"
#include "operands.h"
#include "platform.h"
#include "print_keys.h"
#include "privileges.h"
#include "run.h"
#include "save.h"
#include "signals.h"
#include "ipsec_strerror.h"

/* ---- the session ---- */

/* -v and -h: the messages as they pass. */
static void
trace(void *ctx, bool sent, const void *msg, size_t len)
{
	struct session *s = ctx;

	if (s->opt->verbose != 0)
		print_message(&s->text, s->dialect, msg, len, &s->style);
	if (s->opt->hexdump && sent)
		print_hexdump(&s->text, s->dialect, msg, len, &s->style);
}

void
session_init(struct session *s, const struct options *opt)
{
	s->opt = opt;
	s->dialect = dialect_host();
	s->channel = NULL;
	s->channel_name = "";
	s->style = opt->style;
	s->style.now = time(NULL);
	s->failed = s->dropped = s->silent = false;
	text_init(&s->text, stdout);
	/* What is printed may be keys: no second buffer of it. */
	setvbuf(stdout, NULL, _IONBF, 0);
	platform_guard_memory();
	platform_lock(s, sizeof(*s));
}

/* -v: which channel it is, and why that one. */
static void
tell_channel(const struct session *s)
{
	const char *name = s->channel_name, *why = "";

	if (strcmp(s->opt->channel, name) == 0)
		why = ": as asked for";
	else if (strcmp(name, "pfkey") == 0)
		why = s->dialect->has_xfrm ?
		    ": there is no NETLINK_XFRM" : ": this system's way";
	message(stderr, "setkey: speaking %s to the kernel%s",
	    strcmp(name, "xfrm") == 0 ? "NETLINK_XFRM" : "PF_KEY", why);
}

int
session_try(struct session *s, reply_fn *reply, void *ctx)
{
	if (s->channel != NULL)
		return 0;
	s->channel = channel_open(s->opt->channel);
	if (s->channel == NULL)
		return errno;
	s->channel_name = s->channel->ops->name;
	s->channel->reply = reply;
	s->channel->reply_ctx = ctx;
	if (s->opt->verbose != 0)
		tell_channel(s);
	/* With -S, -v is a summary; -vv shows the messages, too. */
	if (s->opt->verbose > (s->opt->mode == MODE_SYNC) || s->opt->hexdump) {
		s->channel->trace = trace;
		s->channel->trace_ctx = s;
	}
	return 0;
}

void
session_no_channel(struct session *s, int error)
{
	session_error(s, "%s", channel_strerror(s->opt->channel, error));
}

int
session_open(struct session *s, reply_fn *reply, void *ctx)
{
	int error = session_try(s, reply, ctx);

	if (error == 0) {
		session_drop_privileges(s);
		return 0;
	}
	session_no_channel(s, error);
	return -1;
}

void
session_drop_privileges(struct session *s)
{
	/* Each call would add a filter. */
	if (s->dropped)
		return;
	s->dropped = true;
	/* A stream goes on to name hosts. */
	privileges_drop(s->opt->mode == MODE_STREAM, !s->silent ||
	    s->opt->verbose != 0 || s->opt->hexdump);
}

int
session_end(struct session *s)
{
	if (s->channel != NULL)
		s->channel->ops->close(s->channel);
	text_flush(&s->text);
	if (s->text.error != 0)
		session_error(s, "cannot write the output: %s",
		    strerror(s->text.error));
	wipe(s->text.buf, sizeof(s->text.buf));
	return s->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void
session_error(struct session *s, const char *fmt, ...)
{
	char text[MESSAGE_OCTETS];
	va_list ap;

	text_flush(&s->text);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	message(stderr, "setkey: %s", text);
	s->failed = true;
}

/* -g, -t: false for a policy of another scope than was asked for. */
static bool
is_in_scope(const struct options *opt, const struct view *view)
{
	struct policy policy;

	if (opt->scopes == 0 || view->msg->type != SADB_X_SPDDUMP)
		return true;
	policy_decode(view, &policy);
	return (opt->scopes & (1u << policy.scope)) != 0;
}

/* Prints a line for a program that decrypts captures, or says why it cannot. */
static bool
print_keys(struct session *s, const struct sa *sa)
{
	const char *missing;
	char addr[ADDR_TEXT];

	if (sa->state == SADB_SASTATE_LARVAL)
		return false;
	missing = s->opt->form == AS_WIRESHARK ?
	    print_wireshark(&s->text, s->dialect, sa) :
	    print_tcpdump(&s->text, s->dialect, sa);
	if (missing != NULL)
		session_error(s, "no line for the SA to %s with SPI 0x%08x: "
		    "%s", addr_text(&sa->dst, addr), (unsigned)sa->spi,
		    missing);
	return missing == NULL;
}

void
session_print_command(struct session *s, const struct view *view,
    const char *verb, unsigned flags, const struct print_style *style)
{
	const char *why = request_inexpressible(view);

	if (why != NULL) {
		session_error(s, "a command is printed as a comment: %s", why);
		text_printf(&s->text, "# %s:\n# ", why);
	}
	print_request_command(&s->text, view, verb, flags, style);
}

bool
session_print_record(struct session *s, const struct view *view)
{
	const struct options *opt = s->opt;
	struct policy policy;
	struct sa sa;

	if (!is_in_scope(opt, view))
		return false;
	if (view->msg->type == SADB_X_SPDDUMP) {
		policy_decode(view, &policy);
		print_policy(&s->text, s->dialect, &policy);
		return true;
	}
	sa_decode(view, &sa);
	if (view->msg->type == SADB_DUMP && !opt->dead &&
	    sa.state == SADB_SASTATE_DEAD)
		return false;
	if (opt->form == AS_WIRESHARK || opt->form == AS_TCPDUMP)
		return print_keys(s, &sa);
	if (opt->loop)
		print_sa_short(&s->text, &sa, &s->style);
	else
		print_sa(&s->text, s->dialect, &sa, &s->style);
	return true;
}

void
session_print_empty(struct session *s, bool policies)
{
	text_str(&s->text, policies ? "No SPD entries.\n" :
	    "No SAD entries.\n");
}

void
session_print_removed(struct session *s, uint8_t type)
{
	unsigned n = s->channel->removed;

	if (s->opt->verbose == 0 ||
	    (type != SADB_FLUSH && type != SADB_X_SPDFLUSH))
		return;
	text_flush(&s->text);
	message(stderr, type == SADB_FLUSH ? "setkey: %u SA%s deleted" :
	    n == 1 ? "setkey: %u policy deleted" :
	    "setkey: %u policies deleted", n, n == 1 ? "" : "s");
}

/* Sends one of the requests that the operands made, and waits for its end. */
static void
send_request(void *ctx, uint32_t number, void *msg)
{
	struct session *s = ctx;
	struct view view;
	int error;

	(void)number;
	if (s->failed)
		return;
	view_built(&view, s->dialect, msg);
	error = channel_submit(s->channel, &view, 0);
	if (error == 0)
		error = s->channel->ops->finish(s->channel);
	/* The reply may have said it, and better. */
	if (error != 0 && !s->failed)
		session_error(s, "%s", error == EINTR ?
		    "a signal came: the rest is not deleted" :
		    strerror(error));
}

static void
take_defaults(void *ctx, uint32_t tag, const struct reply *reply)
{
	(void)tag;
	if (reply->view != NULL)
		defaults_decode(reply->view, ctx);
}

/*
 * PF_KEY has no such requests, so -v does not show them.  A kernel before 5.15
 * refuses the first; what is refused for another reason, the next request will
 * be.
 */
void
session_ask_defaults(struct session *s, struct defaults *defaults)
{
	static const uint8_t types[] = { SADB_X_SPDGETDEFAULT,
	    SADB_X_SPDGETHASH };
	struct channel *ch = s->channel;
	trace_fn *kept = ch->trace;
	struct msgbuf m;
	size_t i;

	*defaults = (struct defaults){ 0 };
	if (strcmp(s->channel_name, "xfrm") != 0)
		return;
	ch->trace = NULL;
	for (i = 0; i < sizeof(types); i++) {
		msg_begin(&m, s->dialect, types[i], 0);
		if (channel_ask(ch, &m, take_defaults, defaults) != 0)
			break;
	}
	ch->trace = kept;
}

static void
report_end(struct session *s, uint8_t type, const struct reply *reply)
{
	struct refusal refusal = ipsec_refusal(s->dialect, NULL, type,
	    reply->error, reply->reason);

	session_error(s, "%s", reply->reason != NULL ? reply->reason :
	    refusal.text);
	if (refusal.hint != NULL)
		message(stderr, "    hint: %s", refusal.hint);
}

/* ---- -D ---- */

struct dump {
	struct session session;
	struct save *save;		/* -o script */
	struct json json;		/* -o json */
	bool begun;			/* its document */
	struct defaults defaults;	/* with policies */
	struct plan requests;
	uint32_t left;			/* of them */
	unsigned printed;
	unsigned repeats;		/* that it may have yet */
	bool repeat;
};

#define SAVE_REPEATS	3

/* The document begins when it is known that something answers. */
static void
begin_json(struct dump *d)
{
	struct session *s = &d->session;

	if (d->begun)
		return;
	json_init(&d->json, &s->text, s->dialect, &s->style);
	json_begin_dump(&d->json, s->opt->policies, s->channel_name,
	    &d->defaults);
	d->begun = true;
}

static void
dump_json(struct dump *d, const struct view *view)
{
	struct policy policy;
	struct sa sa;

	begin_json(d);
	if (view->msg->type == SADB_X_SPDDUMP) {
		policy_decode(view, &policy);
		json_newline(&d->json);
		json_policy(&d->json, NULL, &policy);
	} else {
		sa_decode(view, &sa);
		if (!d->session.opt->dead && sa.state == SADB_SASTATE_DEAD)
			return;
		json_newline(&d->json);
		json_sa(&d->json, NULL, &sa);
	}
	d->printed++;
}

static void
dump_record(struct dump *d, const struct view *view)
{
	if (d->session.opt->form == AS_JSON) {
		if (is_in_scope(d->session.opt, view))
			dump_json(d, view);
	} else if (d->save == NULL)
		d->printed += session_print_record(&d->session, view);
	else if (is_in_scope(d->session.opt, view) &&
	    save_record(d->save, view) != 0)
		session_error(&d->session, "out of memory");
}

/* The end of the document, also of one that is not whole. */
static void
end_json(struct dump *d, const struct reply *reply)
{
	bool whole = reply->error == 0 || reply->error == ENOENT;

	begin_json(d);
	json_end_dump(&d->json, d->printed, whole ? NULL :
	    reply->reason != NULL ? reply->reason : strerror(reply->error));
}

static void
dump_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct dump *d = ctx;
	bool policies = d->session.opt->policies;
	bool failed = reply->error != 0 && reply->error != ENOENT, last;

	(void)tag;
	last = reply->view == NULL && (--d->left == 0 || failed);
	if (last && d->session.opt->form == AS_JSON)
		end_json(d, reply);
	if (reply->view != NULL)
		dump_record(d, reply->view);
	else if (reply->error == EAGAIN && d->save != NULL &&
	    d->repeats > 0) {
		/* Nothing is printed yet. */
		save_forget(d->save);
		d->repeats--;
		d->repeat = true;
	} else if (failed)
		report_end(&d->session, policies ? SADB_X_SPDDUMP : SADB_DUMP,
		    reply);
	else if (last && d->printed == 0 && d->session.opt->form == AS_TEXT)
		session_print_empty(&d->session, policies);
	/* With -l the next dump is a second away. */
	if (reply->error == EAGAIN && d->session.opt->loop)
		d->session.failed = false;
}

/*
 * FreeBSD's kernel filters by scope itself, by a mask where the SA type is
 * otherwise; but it knows no union.
 */
static uint8_t
scope_mask(const struct dialect *dialect, unsigned scopes)
{
	if (!dialect->has_scope || (scopes & (scopes - 1)) != 0)
		return 0;
	return scopes == 1u << IPSEC_SCOPE_GLOBAL ? IPSEC_SCOPE_GLOBAL :
	    scopes == 1u << IPSEC_SCOPE_IFNET ? IPSEC_SCOPE_IFNET : 0;
}

static void
set_scope(void *ctx, uint32_t number, void *msg)
{
	struct session *s = ctx;

	(void)number;
	((struct wire_msg *)msg)->satype = scope_mask(s->dialect,
	    s->opt->scopes);
}

static void
send_part(void *ctx, uint32_t number, void *msg)
{
	struct dump *d = ctx;

	/* All of it begins again. */
	if (!d->repeat)
		send_request(&d->session, number, msg);
}

/*
 * A dump, repeated if that is wanted.  What becomes of other packets is asked
 * first, as a document begins with it.
 */
static void
send_dump(struct dump *d)
{
	const struct options *opt = d->session.opt;

	if (opt->policies && opt->operands[0] == NULL)
		session_ask_defaults(&d->session, &d->defaults);
	do {
		d->repeat = false;
		d->left = d->requests.count;
		plan_each(&d->requests, send_part, d);
	} while (d->repeat && !d->session.failed);
	if (!d->session.failed && opt->form == AS_TEXT &&
	    (opt->scopes == 0 ||
	    (opt->scopes & 1u << IPSEC_SCOPE_GLOBAL) != 0))
		print_defaults(&d->session.text, &d->defaults);
}

static void
report_lost(void *ctx, const char *what, const char *why)
{
	session_error(ctx, "%s is not saved: %s", what, why);
}

static void
print_saved(struct dump *d)
{
	struct session *s = &d->session;
	struct save_output out = {
		.text = &s->text, .style = &s->style,
		.policies = s->opt->policies,
		.defaults = d->defaults,
		.by_pfkey = strcmp(s->channel_name, "pfkey") == 0,
		.lost = report_lost, .lost_ctx = s,
	};

	save_print(d->save, &out);
}

/* -l: once a second, as long as somebody reads it. */
static void
dump_again(struct dump *d)
{
	struct session *s = &d->session;

	while (s->opt->loop && !s->failed) {
		text_flush(&s->text);
		if (s->text.error != 0)
			break;
		sleep(1);
		s->style.now = time(NULL);
		d->printed = 0;
		send_dump(d);
	}
}

int
run_dump(const struct options *opt)
{
	static struct dump d = { .repeats = SAVE_REPEATS };	/* large */
	struct session *s = &d.session;

	session_init(s, opt);
	if (!operands_read(s, opt->policies ? OP_SPDDUMP : OP_DUMP,
	    &d.requests)) {
		plan_free(&d.requests);
		return session_end(s);
	}
	if (opt->policies)
		plan_each(&d.requests, set_scope, s);
	if (opt->form == AS_SCRIPT && (d.save = save_new(s->dialect)) == NULL)
		session_error(s, "out of memory");
	else if (session_open(s, dump_reply, &d) == 0) {
		if (opt->loop && !opt->policies)
			print_sa_short_header(&s->text);
		send_dump(&d);
		dump_again(&d);
	}
	if (d.save != NULL)
		print_saved(&d);
	plan_free(&d.requests);
	return session_end(s);
}

/* ---- -F ---- */

static void
flush_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct session *s = ctx;

	(void)tag;
	/* Nothing to flush is no failure. */
	if (reply->error != 0 && reply->error != ENOENT &&
	    reply->error != ESRCH)
		report_end(s, s->opt->policies ? SADB_X_SPDFLUSH : SADB_FLUSH,
		    reply);
	if (s->opt->operands[0] != NULL)
		session_print_removed(s, s->opt->policies ? SADB_X_SPDFLUSH :
		    SADB_FLUSH);
}

int
run_flush(const struct options *opt)
{
	struct plan requests = { .first = NULL };
	static struct session s;	/* large */

	session_init(&s, opt);
	signals_ignore_readers();
	s.silent = true;
	if (operands_read(&s, opt->policies ? OP_SPDFLUSH : OP_FLUSH,
	    &requests) && !opt->check_only &&
	    session_open(&s, flush_reply, &s) == 0) {
		signals_hold();
		plan_each(&requests, send_request, &s);
		signals_release();
	}
	plan_free(&requests);
	return session_end(&s);
}

/* ---- -x ---- */

static volatile sig_atomic_t stopped;

static void
stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* Microseconds of UNIX time. */
static uint64_t
time_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

struct watch {
	struct session session;
	struct event_writer writer;	/* -o, -l */
	struct plan wanted;		/* dumps that would show it */
	bool fits;			/* the event fits one of them */
	struct view view;		/* of it */
};

static void
match_event(void *ctx, uint32_t number, void *msg)
{
	struct watch *w = ctx;
	struct filter filter;
	struct view view;

	(void)number;
	view_built(&view, w->session.dialect, msg);
	filter_decode(&view, &filter);
	w->fits |= filter_matches(&filter, &w->view);
}

/* What is not to be understood is not left out. */
static bool
is_wanted(struct watch *w, const void *msg, size_t len)
{
	const struct dialect *dialect = w->session.dialect;
	size_t wrap = message_wrapping(dialect, msg, len);

	if (w->wanted.count == 0 || view_init(&w->view, dialect,
	    (const uint8_t *)msg + wrap, len - wrap) != VIEW_OK)
		return true;
	w->fits = false;
	plan_each(&w->wanted, match_event, w);
	return w->fits;
}

static void
watch_event(void *ctx, bool sent, const void *msg, size_t len)
{
	struct watch *w = ctx;
	struct session *s = &w->session;
	const struct wire_msg *head = msg;

	(void)sent;
	if (!is_wanted(w, msg, len))
		return;
	w->writer.now = time_now();
	s->style.now = (time_t)(w->writer.now / 1000000);
	if (w->writer.form != EVENT_RAW)
		event_print(&w->writer, msg, len);
	else {
		event_stamp(&s->text, w->writer.now, s->opt->watch > 1);
		text_char(&s->text, '\n');
		if (s->opt->hexdump)
			print_hexdump(&s->text, s->dialect, msg, len,
			    &s->style);
		/* One without content is the kernel's answer to watch(). */
		if (len > sizeof(*head) || head->type != SADB_X_PROMISC)
			print_message(&s->text, s->dialect, msg, len,
			    &s->style);
	}
	text_flush(&w->session.text);	/* it is to be seen now */
}

/* "start", "lost" and "end", in the forms that have them. */
static void
watch_note(struct watch *w, const char *what)
{
	if (w->writer.form == EVENT_RAW)
		return;
	w->writer.now = time_now();
	event_note(&w->writer, what);
	text_flush(&w->session.text);	/* it is to be seen now */
}

static void
report_loss(struct session *s, unsigned lost)
{
	text_flush(&s->text);
	if (lost == UINT_MAX)
		message(stderr, "setkey: messages may have been lost: they "
		    "came faster than they could be shown");
	else
		message(stderr, "setkey: %u message%s lost: they came faster "
		    "than they could be shown", lost,
		    lost == 1 ? " was" : "s were");
	s->failed = true;
}

/* Whether the reader of standard output has gone, also when nothing is to be
 * written. */
static bool
reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = 0 };

	return poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP));
}

/* A signal between the look at it and poll() must not go unseen for long. */
#define WATCH_TICK	1000

static void
watch_loop(struct watch *w)
{
	struct channel *ch = w->session.channel;
	unsigned lost = 0;
	int n = -ch->ops->watch(ch);

	if (n >= 0)
		watch_note(w, "start");
	while (n >= 0 && !stopped && w->session.text.error == 0) {
		n = ch->ops->next_event(ch, WATCH_TICK, &lost);
		if (lost != 0) {
			report_loss(&w->session, lost);
			watch_note(w, "lost");
		}
		if (n == 0 && reader_is_gone())
			w->session.text.error = EPIPE;
		if (n == -EINTR)
			n = 0;
	}
	if (n < 0)
		session_error(&w->session, "%s", strerror(-n));
	watch_note(w, "end");
}

static void
watch_init(struct watch *w, const struct options *opt)
{
	struct session *s = &w->session;

	session_init(s, opt);
	w->writer.form = opt->form == AS_JSON ? EVENT_JSON :
	    opt->form == AS_SCRIPT ? EVENT_SCRIPT :
	    opt->loop ? EVENT_SHORT : EVENT_RAW;
	w->writer.epoch = opt->watch > 1;
	json_init(&w->writer.json, &s->text, s->dialect, &s->style);
}

static void
watch_kernel(struct watch *w)
{
	struct sigaction sa = { .sa_handler = stop };
	struct session *s = &w->session;
	const char *name = s->opt->channel;

	s->channel = channel_open(name);
	if (s->channel == NULL) {
		session_error(s, "%s", channel_strerror(name, errno));
		return;
	}
	session_drop_privileges(s);
	w->writer.channel = s->channel->ops->name;
	s->channel->trace = watch_event;
	s->channel->trace_ctx = w;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	watch_loop(w);
	/* To stop reading is a usual way to end a monitor. */
	if (s->text.error == EPIPE)
		s->text.error = 0;
}

int
run_watch(const struct options *opt)
{
	static struct watch w;		/* large */

	watch_init(&w, opt);
	if ((opt->operands[0] == NULL || operands_read(&w.session,
	    opt->policies ? OP_SPDDUMP : OP_DUMP, &w.wanted)) &&
	    !opt->check_only)
		watch_kernel(&w);
	plan_free(&w.wanted);
	return session_end(&w.session);
}
