/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a channel waits for a kernel that does not answer. */
#include <time.h>

#include "patience.h"

#define LOOKS	256	/* to ask for processor time each time costs more */

static int64_t
milliseconds(clockid_t clock)
{
	struct timespec ts = { 0, 0 };

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
patience_begin(struct patience *p)
{
	p->waited = 0;
	p->looks = 0;
	p->spent = false;
	p->processor = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
	patience_expect(p);
}

void
patience_expect(struct patience *p)
{
	/* On a clock that nobody sets. */
	p->until = milliseconds(CLOCK_MONOTONIC) + p->answer;
}

int
patience_left(struct patience *p)
{
	int64_t left;

	p->asked = milliseconds(CLOCK_MONOTONIC);
	left = p->until - p->asked;
	if (p->waited >= p->request || (++p->looks % LOOKS == 0 &&
	    milliseconds(CLOCK_PROCESS_CPUTIME_ID) - p->processor >=
	    p->request))
		p->spent = true;
	return left > 0 && !p->spent ? (int)left : 0;
}

void
patience_heard(struct patience *p)
{
	p->waited += milliseconds(CLOCK_MONOTONIC) - p->asked;
}
