/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The requests of a configuration, checked and in order, waiting until all of
 * it is known to be good.
 */
#ifndef PLAN_H
#define PLAN_H

#include "command.h"

struct plan_block;

/* What is known of a request when its reply comes. */
struct planned {
	struct loc loc;			/* the command's */
	uint8_t type;			/* SADB_* */
	bool twin;			/* follows from the one before it */
};

struct plan {
	struct plan_block *first, *last;
	struct planned *requests;
	uint32_t count, room;
};

/*
 * Adds a request: a whole message, whose header has its length (len is the
 * same in octets).  Returns 0, or -1 when memory is out.
 */
int plan_add(struct plan *, const struct planned *, const void *msg,
    size_t len);

/*
 * Calls each with every message (aligned to 8) and its number, in order, until
 * one returns non-zero; returns that, or 0.  What was handed out is wiped and
 * freed; what is known of the requests stays.
 */
int plan_run(struct plan *, int (*each)(void *, uint32_t number,
    const void *msg, size_t len), void *ctx);

/* Wipes and frees what is left. */
void plan_free(struct plan *);

/*
 * Notices a second entry for the same SA (destination, SPI, protocol) or
 * policy (selector, direction) in one file.
 */
struct seen {
	uint64_t *keys;			/* a hash table; 0: a free slot */
	uint32_t *begins;		/* the place of each one's command */
	size_t n, size;
};

/*
 * Whether an earlier command adds the same entry, and where that begins;
 * remembers this one.  type is the message's (SADB_*), and decides whether it
 * is about the command's SA or policy.  Requests that delete or flush forget.
 */
bool seen_before(struct seen *, uint8_t type, const struct command *,
    uint32_t *earlier);
void seen_free(struct seen *);

/*
 * The SAs that a file makes, and those that the rules of its policies require:
 * for -n -v.
 */
struct needs {
	struct need {
		uint8_t satype, mode;	/* mode: IPSEC_MODE_ANY fits all */
		uint32_t reqid;		/* of a rule, 0: any */
		struct addr src, dst;	/* of a rule: ranges */
		struct loc loc;
	} *sas, *rules;
	size_t nsas, nrules;
};

/* Notes what a command adds; its addresses are known.  type is SADB_*. */
void needs_note(struct needs *, uint8_t type, const struct command *);

/* Calls each with the place of a rule for which the file has no SA. */
void needs_report(const struct needs *, void (*each)(void *, struct loc),
    void *ctx);
void needs_free(struct needs *);

#endif
