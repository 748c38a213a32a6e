/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -x in the forms that programs read: one event, one line.  (Without -o or -l
 * key_debug.c shows the messages raw.)
 */
#ifndef EVENT_H
#define EVENT_H

#include "json.h"

enum event_form { EVENT_RAW, EVENT_JSON, EVENT_SCRIPT, EVENT_SHORT };

struct event_writer {
	enum event_form form;		/* not EVENT_RAW */
	const char *channel;		/* its name */
	bool epoch;			/* EVENT_SHORT: no local time */
	uint64_t now;			/* microseconds: of the next event */
	struct json json;		/* by json_init(), for all forms */
};

/*
 * The line of a message, valid or not, as it came.  What a promiscuous socket
 * got is unwrapped.  msg is aligned to 8.
 */
void event_print(struct event_writer *, const void *msg, size_t len);

/*
 * What happens to the monitor itself: "start", "lost" (events are missing
 * here), "end".
 */
void event_note(struct event_writer *, const char *what);

/*
 * The time of day of an event as -x shows it, "22:31:50.913267", or in seconds
 * of UNIX time.
 */
void event_stamp(struct text *, uint64_t us, bool epoch);

#endif
