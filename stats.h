/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel counts of packets that it lost (stats.c): setkey -s. */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "text.h"

#define STATS_MAX	64		/* more than any kernel has */

struct stats {
	unsigned count;
	char names[STATS_MAX][40];
	uint64_t values[STATS_MAX];
};

/* Reads lines of a name and a number; false if there is none. */
bool stats_read(FILE *, struct stats *);

/*
 * Prints the counters that are not zero, with what each tells; with before,
 * those that have grown since, by how much.  The number of lines.
 */
unsigned stats_print(struct text *, const struct stats *,
    const struct stats *before);

/* setkey -s, with repeat -sl: the exit status. */
int run_stats(bool repeat);

#endif
