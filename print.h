/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The printers: records for people and scripts (pfkey_dump.c), the raw
 * messages (key_debug.c), and the databases as configuration lines
 * (pfkey_script.c).  All write through a struct text.
 */
#ifndef PRINT_H
#define PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "names.h"
#include "pfkey.h"
#include "text.h"

/* How the user wants things shown. */
struct print_style {
	bool hide_keys;		/* -K: "(hidden)" in place of keys */
	bool ports;		/* -p: ports on SA addresses */
	time_t now;		/* what "current" and ages refer to */
};

/* ---- pfkey_dump.c ---- */

/* One SA, the long form of -D, get and dump. */
void print_sa(struct text *, const struct dialect *, const struct sa *,
    const struct print_style *);
/* The header of -l -D, and one SA on one line under it. */
void print_sa_short_header(struct text *);
void print_sa_short(struct text *, const struct sa *,
    const struct print_style *);
/* One policy, the form of -DP and spddump. */
void print_policy(struct text *, const struct dialect *,
    const struct policy *);
/*
 * What becomes of packets that no policy is for: the directions where they do
 * not pass, a line each, under a line of its own; nothing if there is none.
 */
void print_defaults(struct text *, const struct defaults *);
/*
 * A policy's priority in the words of the language, "prio high + 5", into buf
 * (at least 40 octets); empty for the dialect's default and for a dialect
 * without priorities.
 */
char *priority_text(const struct dialect *, uint32_t priority, char *buf);

/* The names of a PF_KEY algorithm's number, or the number; 0 is "none". */
void print_algorithm(struct text *, const struct dialect *, enum alg_kind,
    uint8_t id);
/* An address of a policy: "10.0.0.0/24[any]", without a port if !port. */
void print_selector(struct text *, const struct addr *, bool port);
/* The upper-layer protocol, by name where it has one. */
void print_upper(struct text *, uint8_t upper);
/*
 * A rule, "esp/tunnel/A-B/unique:5".  script: for the language, which takes
 * ports of end points, and no '#' before a number that a kernel chose.
 */
void print_rule(struct text *, const struct dialect *, const struct rule *,
    bool script);

/* ---- key_debug.c ---- */

/*
 * Every field of a message, valid or not, as -v and -x show it; followed by
 * an empty line.  Of a message that a promiscuous socket got wrapped in
 * another header (FreeBSD, NetBSD) only the inner one is shown.  msg is aligned
 * to 8.
 */
void print_message(struct text *, const struct dialect *, const void *msg,
    size_t len, const struct print_style *);
/* The octets of such other headers before the message; Linux makes none. */
size_t message_wrapping(const struct dialect *, const void *msg, size_t len);
/* The octets, 16 on a line; keys blotted out ("--") with hide_keys. */
void print_hexdump(struct text *, const struct dialect *, const void *msg,
    size_t len, const struct print_style *);

/* ---- pfkey_script.c ---- */

/*
 * The command that makes an SA or policy, as one line of the language that
 * parses back to the same; verb is "add", "get", "delete", "spdadd" ...
 * flags says what else is written.
 */
#define SCRIPT_NO_TWIN	0x1	/* -k: without its fwd twin */
#define SCRIPT_NAME	0x2	/* only what names it, whatever the verb */
#define SCRIPT_ALONE	0x4	/* -k if there would be a twin */
void print_sa_command(struct text *, const struct dialect *, const char *verb,
    const struct sa *, const struct print_style *);
void print_policy_command(struct text *, const struct dialect *,
    const char *verb, const struct policy *, unsigned flags);

/* An event that is a header: its SA type, or the type of policies. */
void print_header_command(struct text *, const char *verb,
    const struct view *);
/*
 * "spddefault in discard out none ...": the directions that have one;
 * "spdhash ipv4 24/24": the thresholds that are given.
 */
void print_defaults_command(struct text *, const char *verb,
    const struct defaults *);

/* A request as a command of that name; flags are for one about a policy. */
void print_request_command(struct text *, const struct view *,
    const char *verb, unsigned flags, const struct print_style *);

/* The words of a filter, as they stand behind dump or spddump. */
void print_filter(struct text *, const struct filter *);

/*
 * Why a command would make another SA or policy than this, or name another
 * policy, in words; NULL where it is the same.
 */
const char *sa_inexpressible(const struct sa *);
const char *policy_inexpressible(const struct policy *);
const char *policy_name_inexpressible(const struct policy *);
const char *request_inexpressible(const struct view *);

#endif
