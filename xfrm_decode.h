/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between xfrm_decode.c, which lays messages open, xfrm_sa.c, xfrm_policy.c
 * and xfrm_notice.c, which make those of their subject, and xfrm_pieces.c,
 * which has the pieces that all of them are made of.
 */
#ifndef XFRM_DECODE_H
#define XFRM_DECODE_H

#include "xfrm.h"

#define XFRM_UNKNOWN_MAX	16

struct xfrm_attrs {
	const uint8_t *value[XFRM_ATTRS];	/* NULL: absent */
	uint16_t len[XFRM_ATTRS];
	uint32_t settings;			/* that are there, a bit each */
	uint16_t unknown[XFRM_UNKNOWN_MAX];	/* numbers, to be told */
	unsigned unknown_count;
};

/*
 * Copies the n octets of an attribute that is there, all of its structure.
 * Inline, for most are not there.
 */
static inline bool
xfrm_get_attr(const struct xfrm_attrs *attrs, unsigned type, void *out,
    size_t n)
{
	if (attrs->value[type] == NULL)
		return false;
	memcpy(out, attrs->value[type], n);
	return true;
}

/* The templates of a policy, *n of them; attributes are aligned to 4. */
static inline const struct xfrm_user_tmpl *
xfrm_templates(const struct xfrm_attrs *attrs, size_t *n)
{
	*n = attrs->len[XFRMA_TMPL] / sizeof(struct xfrm_user_tmpl);
	return (const void *)attrs->value[XFRMA_TMPL];
}

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
bool xfrm_put_label(struct xfrm_task *);
void xfrm_put_private(struct xfrm_task *);

/* An end of a selector; an upper-layer protocol as PF_KEY counts. */
void xfrm_put_address(struct msgbuf *, enum ext, const xfrm_address_t *,
    unsigned family, unsigned prefix, uint8_t proto, uint16_t port);
uint8_t xfrm_upper_of(uint8_t proto);
void xfrm_put_selector(struct msgbuf *, const struct xfrm_selector *,
    unsigned family);
/* What a selector has beside addresses, ports and the protocol. */
void xfrm_put_selector_rest(struct xfrm_task *, const struct xfrm_selector *);

/* Which limits a message tells, and of an SA, whether it has the keys. */
enum { XFRM_HARD = 1, XFRM_SOFT = 2, XFRM_KEYS = 4,
    XFRM_ALL = XFRM_HARD | XFRM_SOFT | XFRM_KEYS };
void xfrm_put_lifetimes(struct xfrm_task *, unsigned parts,
    const struct xfrm_lifetime_cfg *, const struct xfrm_lifetime_cur *);

/* A mode as PF_KEY counts; a number of setting.c; what is not known here. */
uint8_t xfrm_mode_of(uint8_t mode);
void xfrm_put_value(struct msgbuf *, enum ext, uint32_t value);
void xfrm_note_unknown(struct xfrm_attrs *, unsigned type);
void xfrm_put_unknown(struct xfrm_task *);

static inline enum xfrm_result
xfrm_shown(bool whole)
{
	return whole ? SHOWN : MALFORMED;
}

/* xfrm_sa.c */
enum xfrm_result xfrm_decode_sa(struct xfrm_task *);
enum xfrm_result xfrm_decode_sa_gone(struct xfrm_task *);
enum xfrm_result xfrm_decode_expire(struct xfrm_task *);
enum xfrm_result xfrm_decode_flush(struct xfrm_task *);

/* xfrm_policy.c */
enum xfrm_result xfrm_decode_policy(struct xfrm_task *);
enum xfrm_result xfrm_decode_policy_gone(struct xfrm_task *);
enum xfrm_result xfrm_decode_policy_expire(struct xfrm_task *);
enum xfrm_result xfrm_decode_policy_flush(struct xfrm_task *);
enum xfrm_result xfrm_decode_defaults(struct xfrm_task *);
enum xfrm_result xfrm_decode_thresholds(struct xfrm_task *);

/* xfrm_notice.c */
enum xfrm_result xfrm_decode_acquire(struct xfrm_task *);
enum xfrm_result xfrm_decode_mapping(struct xfrm_task *);
enum xfrm_result xfrm_decode_migrate(struct xfrm_task *);

#endif
