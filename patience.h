/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a channel waits for a kernel that does not answer. */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Two limits, in milliseconds: of the time until there is an answer, or the
 * next part of one, however much else comes meanwhile; and of the time that all
 * of one request takes.  The second does not count what those take who read the
 * output: a dump may go to a pager.
 */
struct patience {
	int64_t answer, request;
	int64_t until;			/* the answer is due */
	int64_t asked;			/* since then we wait */
	int64_t waited;			/* for this request */
	int64_t processor;		/* its time when it began */
	unsigned looks;
	bool spent;			/* this request has taken too long */
};

#define ANSWER_PATIENCE		30000
#define REQUEST_ANSWERS		40	/* times that, for all of a request */

/* A request is about to be made. */
void patience_begin(struct patience *);
/* An answer, or its next part, is due from here on. */
void patience_expect(struct patience *);
/* Milliseconds that are left, 0 if none are; call before each wait. */
int patience_left(struct patience *);
/* The wait is over: something came. */
void patience_heard(struct patience *);

#endif
