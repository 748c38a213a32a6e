/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the program does once it knows what was asked for: the options, the
 * session with the kernel, and the modes.
 */
#ifndef RUN_H
#define RUN_H

#include "channel.h"
#include "print.h"

enum mode { MODE_NONE, MODE_FILE, MODE_TEXT, MODE_STREAM, MODE_DUMP,
    MODE_FLUSH, MODE_WATCH, MODE_SYNC, MODE_KEY,
    MODE_VERSION, MODE_HELP, MODE_STATS };

struct options {
	enum mode mode;
	const char *input;		/* -f's or -S's file, -e's text, */
					/* -G's algorithm */
	const char **files;		/* all of -f's or -S's */
	unsigned nfiles;
	const char *old;		/* -O: what an earlier run made */
	const char *channel;		/* -T */
	bool policies;			/* -P */
	bool dead;			/* -a */
	bool loop;			/* -l */
	bool hexdump;			/* -h */
	bool check_only;		/* -n */
	bool kernel_semantics;		/* -k: no fwd twin for an in policy */
	enum { AS_TEXT, AS_SCRIPT, AS_JSON, AS_WIRESHARK,
	    AS_TCPDUMP } form;		/* -o */
	unsigned max_errors;		/* that are shown */
	unsigned scopes;		/* -g, -t: 1 << IPSEC_SCOPE_ */
	unsigned verbose, watch;	/* how often -v, -x */
	struct print_style style;
	char **operands;		/* up to NULL: which entries */
};

/* One conversation with the kernel, and the text it leads to. */
struct session {
	const struct options *opt;
	const struct dialect *dialect;
	struct channel *channel;	/* NULL until session_open() */
	const char *channel_name;	/* its own, "pfkey" or "xfrm"; or "" */
	struct print_style style;
	struct text text;		/* to standard output */
	bool failed;			/* the exit status will be 1 */
	bool silent;			/* shows no records */
	bool dropped;			/* what is not needed any more */
};

void session_init(struct session *, const struct options *);

/*
 * Opens the channel if that was not done yet; replies go to the function.
 * Returns 0 or an errno value, of which session_no_channel() tells.
 */
int session_try(struct session *, reply_fn *, void *ctx);
void session_no_channel(struct session *, int error);

/* Both: opens the channel, or reports why not.  Returns 0 or -1. */
int session_open(struct session *, reply_fn *, void *ctx);

/*
 * Gives up what the requests do not need (privileges.h): all is read and, but
 * for a stream, all names are resolved.  session_open() does it, session_try()
 * does not.
 */
void session_drop_privileges(struct session *);

/* Closes and flushes everything; the exit status. */
int session_end(struct session *);

/*
 * Prints the record of a reply to DUMP, GET or SPDDUMP, unless the options
 * leave it out; true if it was printed.
 */
bool session_print_record(struct session *, const struct view *);

/*
 * Prints a request as a command of that name; one that the language cannot say
 * as a comment, which is an error.
 */
void session_print_command(struct session *, const struct view *,
    const char *verb, unsigned flags, const struct print_style *);

/*
 * Asks what becomes of packets that no policy is for; all DEFAULT_KEEP where
 * kernel or channel does not tell.
 */
void session_ask_defaults(struct session *, struct defaults *);

/* -v: how many entries a flush (of that type) with a filter has deleted. */
void session_print_removed(struct session *, uint8_t type);

/* "No SAD entries." or "No SPD entries." */
void session_print_empty(struct session *, bool policies);

/* Reports an error that is about no text: "setkey: ..." */
void session_error(struct session *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The modes; each returns the exit status. */
int run_dump(const struct options *);
int run_audit(const struct options *);		/* audit.c */
int run_flush(const struct options *);
int run_watch(const struct options *);
int run_makekey(const struct options *);	/* makekey.c */
int run_script(const struct options *);		/* script.c */

#endif
