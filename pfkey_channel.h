/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of the PF_KEY channel: requests and answers (pfkey_socket.c),
 * what takes several of them (pfkey_several.c), and watching (pfkey_watch.c).
 */
#ifndef PFKEY_CHANNEL_H
#define PFKEY_CHANNEL_H

#include "channel.h"
#include "patience.h"

#define MESSAGE_MAX	((size_t)UINT16_MAX * 8)
#define RECENT		16	/* messages remembered to tell copies */

struct pfkey_channel {
	struct channel base;
	int fd;
	struct patience patience;
	unsigned silences;		/* unanswered requests, in a row */
	unsigned losses;		/* that were told since a message */
	bool crowded;			/* others speak, or had time to */
	bool repeated;			/* the request was sent before */
	struct {
		uint32_t pid;
		uint64_t hash;		/* 0: none */
	} recent[RECENT];		/* what a monitor showed */
	unsigned recent_next;
	unsigned usual;			/* octets of a message; 0: none came */
	bool overflowed;		/* and it was said */
	bool changed;			/* by others, while it was dumped */
	struct msgbuf request;		/* the one on its way */
	size_t request_len;
	_Alignas(8) uint8_t buf[MESSAGE_MAX];
};

/* ---- pfkey_socket.c ---- */

/* The records and the end of an answer: view NULL is the end. */
typedef void answer_fn(void *, int error, const char *reason,
    const struct view *);

/* Copies a message, and makes it this process's next request. */
void pfkey_set_request(struct pfkey_channel *, const void *msg, size_t len);

/* Sends the request, and gives what is answered to each(). */
void pfkey_transact(struct pfkey_channel *, answer_fn *each, void *ctx);

/* Gives a reply to whoever uses the channel. */
void pfkey_answer(struct pfkey_channel *, uint32_t tag, int error,
    const char *reason, const struct view *);

/* ---- pfkey_several.c ---- */

/*
 * Answers a request that this kernel would not answer, or only in part, if it
 * came as one message; false if it may.
 */
bool pfkey_several(struct pfkey_channel *, const struct view *request,
    uint32_t tag);

/* ---- pfkey_watch.c ---- */

/* As the channel's operations of that name. */
int pfkey_watch(struct channel *);
int pfkey_next_event(struct channel *, int timeout, unsigned *lost);

#endif
