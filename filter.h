/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters (pfkey.h): from a command to a message, and which records fit one. */
#ifndef FILTER_H
#define FILTER_H

#include "command.h"
#include "pfkey.h"

/*
 * The filter of a command, whose addresses were looked up.  False for one that
 * is about all, or all of a protocol, which its message says without a filter.
 */
bool filter_of(const struct command *, struct filter *);

/*
 * Appends a filter to a message; reads it there.  A message without one is
 * about all entries of its table, or of its protocol: *f says so, and false.
 */
void filter_encode(struct msgbuf *, const struct filter *);
bool filter_decode(const struct view *, struct filter *);

/*
 * Whether a record of a dump fits.  Of an event that tells less than a record,
 * or of something else, whether it may be about what fits.
 */
bool filter_matches(const struct filter *, const struct view *);

#endif
