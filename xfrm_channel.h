/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between xfrm.c, the channel with its batch and its events, and xfrm_read.c,
 * the requests that are answered with records.
 */
#ifndef XFRM_CHANNEL_H
#define XFRM_CHANNEL_H

#include "channel.h"
#include "patience.h"
#include "xfrm.h"

#define BATCH_OCTETS	(128 * 1024)	/* if the send buffer has the room */
#define BATCH_REQUESTS	256
#define DATAGRAM_OCTETS	(64 * 1024)	/* the kernel makes them up to 32 K */
#define HELD_PARTS	8		/* of a dump, that it can be repeated */
#define LOSSES		100	/* that a socket reports without a datagram
				   between: it is broken */

/* A request in the batch, or one that was refused before it got there. */
struct xfrm_pending {
	uint32_t seq, tag;
	uint8_t type, satype;
	bool sent;
	size_t offset;			/* of its message in the batch */
	int error;
	const char *reason;
};

struct xfrm_channel {
	struct channel base;
	int fd;
	int event_fd;			/* -1: nobody looks at events */
	struct patience patience;
	unsigned losses;		/* since the last datagram */
	bool zero_marks;		/* SAs were seen with a mark that one */
					/* without any is found by, too */
	unsigned dropped;		/* events, by the kernel, as was told */
	struct nlbuf batch;
	struct xfrm_pending pending[BATCH_REQUESTS];
	unsigned npending, max_pending;
	struct xfrm_encoder encoder;
	struct xfrm_decoder decoder;
	struct xfrm_links links;
	struct msgbuf record[2];
	size_t held;			/* octets of the record that waits */
	_Alignas(8) uint8_t batch_octets[BATCH_OCTETS];
	_Alignas(8) uint8_t datagram[DATAGRAM_OCTETS];
	_Alignas(8) uint8_t event[DATAGRAM_OCTETS];
	_Alignas(8) uint8_t part[HELD_PARTS][DATAGRAM_OCTETS];
	size_t datagram_used;		/* octets since it was wiped */
	size_t part_used[HELD_PARTS];
};

/* ---- xfrm.c ---- */

/*
 * A datagram to c->datagram, or to one of c->part; all are wiped when their
 * keys are no longer needed.  As nl_recv(), but never -EINTR, and -ETIMEDOUT
 * when c->patience is at its end: who waits says what he expects (patience.h).
 */
ssize_t xfrm_receive(struct xfrm_channel *, int flags);
ssize_t xfrm_receive_part(struct xfrm_channel *, unsigned number);
void xfrm_wipe_datagram(struct xfrm_channel *);

/* A message to trace; an answer that is a bare header, as all failures are. */
void xfrm_trace(struct xfrm_channel *, bool sent, const struct msgbuf *,
    size_t len);
void xfrm_trace_header(struct xfrm_channel *, const struct xfrm_pending *,
    int error);

/* The end of a request; the same with its answer, or events, to trace. */
void xfrm_end_reply(struct xfrm_channel *, uint32_t tag, int error,
    const char *reason);
void xfrm_finish_request(struct xfrm_channel *, const struct xfrm_pending *,
    int error, const char *reason);

/*
 * Sends the batch, in pieces if the kernel does not take it whole, and reports
 * how each of its requests went.  An errno value if the channel broke.
 */
int xfrm_flush_batch(struct xfrm_channel *);

/*
 * Encodes a request into the batch, making room or finding a reqid where
 * needed.  An errno value, with encoder.reason in words or NULL; *broken, 0
 * before, is one if the channel broke at that.
 */
int xfrm_encode_next(struct xfrm_channel *, const struct view *, int *broken);

/* What an errno value says of answers that did not come, or NULL. */
const char *xfrm_silence(int error);
/* And of requests that the kernel did not take from nl_send(), or NULL. */
const char *xfrm_not_taken(int error);

/* ---- xfrm_read.c ---- */

/*
 * What performs a request that has records for an answer, or is more than one
 * to the kernel; NULL if it can go into the batch, which is sent before.
 * Reports the request's end, and returns an errno value if the channel itself
 * broke.
 */
typedef int xfrm_perform(struct xfrm_channel *, const struct view *,
    uint32_t tag);
xfrm_perform *xfrm_answering(const struct xfrm_channel *,
    const struct view *);

/*
 * Sends the batch, and learns a reqid that no policy has, for the encoder.  An
 * errno value, with *reason in words or NULL; *broken is one if the channel
 * broke.
 */
int xfrm_find_unused_reqid(struct xfrm_channel *, int *broken,
    const char **reason);

#endif
