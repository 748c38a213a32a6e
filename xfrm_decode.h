/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between xfrm_decode.c, which has the records and the pieces that all
 * messages are made of, and xfrm_notice.c, which has the notices to key
 * management programs.
 */
#ifndef XFRM_DECODE_H
#define XFRM_DECODE_H

#include "xfrm.h"

#define XFRM_UNKNOWN_MAX	16

struct xfrm_attrs {
	const uint8_t *value[XFRM_ATTRS];	/* NULL: absent */
	uint16_t len[XFRM_ATTRS];
	uint16_t unknown[XFRM_UNKNOWN_MAX];	/* numbers, to be told */
	unsigned unknown_count;
};

/* Copies the n octets of an attribute that is there, all of its structure. */
bool xfrm_get_attr(const struct xfrm_attrs *, unsigned type, void *out,
    size_t n);

/*
 * What a message kind's decoder gets and gives.  It begins the message (with
 * type, if that is not 0) unless there is nothing to show.
 */
struct xfrm_task {
	struct xfrm_decoder *d;
	struct msgbuf *m;
	uint8_t type;
	union {				/* its structure, by kind */
		struct xfrm_usersa_info sa;
		struct xfrm_usersa_id sa_id;
		struct xfrm_user_expire expire;
		struct xfrm_usersa_flush flush;
		struct xfrm_userpolicy_info policy;
		struct xfrm_userpolicy_id policy_id;
		struct xfrm_user_polexpire policy_expire;
		struct xfrm_user_acquire acquire;
		struct xfrm_user_mapping mapping;
		struct xfrm_defaults defaults;
	} body;
	const uint8_t *attr_octets;
	size_t attr_len;
	struct xfrm_attrs attrs;
};

enum xfrm_result { SHOWN, HIDDEN, MALFORMED };

/* Starts the message of the task's type. */
struct wire_msg *xfrm_begin_message(const struct xfrm_task *, uint8_t satype);

bool xfrm_known_family(unsigned family);
void xfrm_set_addr(struct addr *, const xfrm_address_t *, unsigned family,
    uint16_t port);

/*
 * Pieces of a message: an address of an SA or of a notice about one, a
 * policy's request, a security context, and what PF_KEY cannot say.  False
 * where what is to be shown is malformed.
 */
void xfrm_put_host(struct msgbuf *, enum ext, const xfrm_address_t *,
    unsigned family);
bool xfrm_put_request(struct msgbuf *, const struct xfrm_user_tmpl *);
bool xfrm_put_label(struct msgbuf *, const struct xfrm_attrs *);
void xfrm_put_private(struct xfrm_decoder *, struct msgbuf *,
    const struct xfrm_attrs *);

/* xfrm_notice.c */
enum xfrm_result xfrm_decode_acquire(struct xfrm_task *);
enum xfrm_result xfrm_decode_mapping(struct xfrm_task *);
enum xfrm_result xfrm_decode_migrate(struct xfrm_task *);

#endif
