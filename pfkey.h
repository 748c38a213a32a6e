/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PF_KEY messages (pfkey.c): what a security association and a policy are to
 * this program, the builder of messages that carry them, and the validated view
 * of a message that came.
 */
#ifndef PFKEY_H
#define PFKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "dialect.h"
#include "extension.h"
#include "setting.h"
#include "wire.h"

/*
 * The two sides of a security association and of a policy, as the language
 * states them and as a kernel dumps them: encoders make messages of them,
 * decoders get them back, printers print them.  Pointers lead into memory of
 * the caller (a command's key buffer, a message).
 */
struct key {
	const uint8_t *data;
	uint16_t bits;
	bool given;			/* a key extension, though empty */
};
struct lifetime {
	bool given;
	uint32_t allocations;		/* FreeBSD: flows; Linux: packets */
	uint64_t bytes, addtime, usetime; /* seconds; CURRENT: UNIX time */
};
struct label {				/* a Linux security context */
	const char *text;		/* not terminated */
	uint16_t len;			/* 0: none */
	uint8_t doi, alg;
};
struct natt {				/* RFC 3948, RFC 3947 */
	bool given;
	uint8_t type;
	bool has_sport, has_dport;
	uint16_t sport, dport, frag;
	struct addr oai, oar;		/* original addresses; family 0: none */
};
struct mark {
	bool given;
	uint32_t value, mask;
};

/* An empty mask matches all packets, as no mark does. */
static inline bool
mark_counts(const struct mark *mark)
{
	return mark->given && mark->mask != 0;
}

struct device {				/* an interface */
	uint32_t index;			/* 0: none, or known by name */
	const char *name;		/* NULL: none, or not known */
};
struct port_masks {
	bool given;			/* else of ones where there is a port */
	uint16_t src, dst;
};
/* Attributes of a kernel newer than this program, by their numbers. */
struct unknown {
	unsigned count;
	const uint16_t *attrs;
};
/* The packets that an SA is for, where that is not all. */
struct sa_selector {
	bool given;
	uint8_t upper;			/* IP protocol or 255 */
	struct addr src, dst;		/* prefix and port count */
	struct device device;
	struct port_masks masks;
};
/* Where an SA's sequence numbers are, and what it refused. */
struct sa_state {
	bool given;
	uint64_t out_seq, in_seq, last_used;
	uint32_t late, replayed, forged; /* packets */
	unsigned words;
	const uint32_t *bitmap;		/* of packets that came */
};
struct sa {
	uint8_t satype, mode, state;
	uint8_t auth, encrypt;		/* the dialect's numbers; encrypt is */
					/* the compression for IPComp */
	bool has_sa, has_sa2;
	uint32_t spi;			/* host order */
	uint32_t reqid, flags, sequence;
	uint32_t replay;		/* packets */
	struct addr src, dst;
	uint8_t src_proto, dst_proto;	/* as sent: 255 for a manual SA */
	struct key auth_key, enc_key;
	struct lifetime current, hard, soft, sw_offload, hw_offload;
	struct natt natt;
	struct label label;
	const char *hwif;		/* offload device; NULL: none */
	struct mark mark, output_mark;
	uint32_t if_id;
	struct sa_selector selector;
	struct addr care_of;		/* family 0: none */
	struct sa_state traffic;
	struct settings settings;
	struct unknown unknown;
	uint32_t seq, pid, refcnt;	/* of the message it came in */
};

/*
 * Whether SAs of a satype, or of a protocol, are of Mobile IPv6 on Linux: they
 * have no SPI (it is 0) and no algorithm, and both addresses name them.
 */
static inline bool
is_mobile(uint32_t satype)
{
	return satype == SADB_X_SATYPE_ROUTE2 || satype == SADB_X_SATYPE_HAO;
}

/*
 * Which entries a command or a monitor is about: those that all of this is true
 * of.  In a message it is an extension of our own, for a channel's door; it has
 * whole numbers only, so that any octets are one.
 */
struct filter {
	uint8_t policies;		/* 0: it is about SAs */
	uint8_t satype;			/* 0: all; of policies always */
	uint8_t given;			/* FILTER_*, of what is below */
	uint8_t upper, dir, encap;	/* dir 0: all */
	uint8_t ptype;			/* XFRM_POLICY_TYPE_: 1 is sub */
	struct addr src, dst;		/* ranges; family, port 0: all */
	uint32_t spi, reqid, mark, mark_mask, if_id;
};
#define FILTER_SPI	0x01
#define FILTER_REQID	0x02
#define FILTER_MARK	0x04
#define FILTER_IF_ID	0x08
#define FILTER_UPPER	0x10
#define FILTER_ENCAP	0x20		/* by that */
#define FILTER_OLD	0x40		/* an old format (SADB_X_EXT_OLD) */
#define FILTER_PTYPE	0x80

#define POLICY_RULES	8		/* more than any kernel takes */

struct rule {
	uint16_t proto;			/* IP protocol: UPPER_ESP, ... */
	uint8_t mode, level;
	uint32_t reqid;
	struct addr src, dst;		/* family 0: none */
	uint32_t spi;			/* 0: any */
	bool has_masks;			/* of algorithms, else any */
	uint32_t auth_mask, enc_mask, comp_mask;
	uint8_t share;			/* kept by Linux, of no effect */
};
struct policy {
	struct addr src, dst;		/* selectors: prefix and port count */
	uint8_t upper;			/* IP protocol or 255 */
	uint8_t dir, action, scope;
	uint32_t id, priority, ifindex;
	const char *ifname;		/* of an XFRM interface; NULL: none */
	bool has_selector, has_policy;
	bool malformed;			/* its requests do not add up */
	struct lifetime current, hard, soft;
	struct label label;
	const char *hwif;
	struct mark mark;
	uint32_t if_id;
	struct device device;
	struct port_masks masks;
	struct settings settings;
	struct unknown unknown;
	uint32_t seq, pid, refcnt;
	unsigned nrules;
	struct rule rules[POLICY_RULES]; /* the last: those in use are set */
};

/*
 * What Linux has of the SPD as a whole: what becomes of packets that no policy
 * is for (DEFAULT_ each), and which policies of IPv4 and of IPv6 are kept by a
 * hash: those whose prefixes have so many bits.
 */
struct threshold {
	bool given;
	uint8_t local, remote;
};
struct defaults {
	uint8_t in, out, fwd;
	struct threshold hash[2];	/* as in hash_names */
};

/* The bits of an address of hash[i], which is what a kernel begins with. */
#define HASH_BITS(i)	((i) == 0 ? 32u : 128u)

/* Whether a threshold is one that a kernel does not begin with. */
static inline bool
is_moved(const struct defaults *defaults, unsigned i)
{
	const struct threshold *t = &defaults->hash[i];

	return t->given &&
	    (t->local != HASH_BITS(i) || t->remote != HASH_BITS(i));
}

/* Whether they pass in all directions, or nothing is known of it. */
static inline bool
defaults_pass(const struct defaults *defaults)
{
	return (defaults->in == DEFAULT_KEEP || defaults->in == DEFAULT_NONE) &&
	    (defaults->out == DEFAULT_KEEP || defaults->out == DEFAULT_NONE) &&
	    (defaults->fwd == DEFAULT_KEEP || defaults->fwd == DEFAULT_NONE);
}

/*
 * A message all of whose extensions are known to be whole: lengths within the
 * message, no duplicates, sockaddrs, keys and policy requests within their
 * extensions.  Printers need no checks.  Extensions of unknown type are
 * skipped here; key_debug.c shows them.
 */
struct view {
	const struct dialect *dialect;
	const struct wire_msg *msg;
	size_t len;			/* octets */
	const void *ext[EXT_COUNT];	/* NULL: absent */
	uint32_t settings;		/* those of ext, as settings.given */
};

/* ---- building (pfkey.c) ---- */

#define MSGBUF_OCTETS	16384

/*
 * A message under construction.  Memory is zeroed as it is taken, so reserved
 * fields and padding are zero; an overflow sticks, and is asked for once, at
 * msg_end().  What was made here needs none of view_init()'s checks (which
 * tests and fuzzers make all the same), but view_built().
 */
struct msgbuf {
	const struct dialect *dialect;
	size_t len;
	size_t ext;			/* where the open extension begins */
	size_t zeroed;			/* octets of space that are, or used; */
					/* a multiple of 8 */
	bool overflow;
	_Alignas(8) uint8_t space[MSGBUF_OCTETS];
};

/* Starts a message of that type (SADB_*) and satype; seq and pid are 0. */
void msg_begin(struct msgbuf *, const struct dialect *, uint8_t type,
    uint8_t satype);

/*
 * Appends an extension with fixed octets of its own and returns them zeroed,
 * with len and type set.  Never NULL: after an overflow it returns memory that
 * nobody will send.  fixed is at most MSGBUF_OCTETS.  An extension that the
 * dialect does not have counts as an overflow: callers ask the dialect first.
 */
void *msg_ext(struct msgbuf *, enum ext, size_t fixed);

/* Appends octets, or a sockaddr, to the open extension. */
void msg_bytes(struct msgbuf *, const void *, size_t);
void msg_sockaddr(struct msgbuf *, const struct addr *);

/* Completes the message; the octets to send, or 0 if it did not fit. */
size_t msg_end(struct msgbuf *);

/*
 * Appends the extensions of an SA or a policy to a message begun with the type
 * wanted; which ones a request carries depends on the type (RFC 2367 3.1).
 * For SADB_DELETE an SA without has_sa is "delete all".
 */
void sa_encode(struct msgbuf *, const struct sa *);
void policy_encode(struct msgbuf *, const struct policy *);
/* The part of them that the message is about. */
void defaults_encode(struct msgbuf *, const struct defaults *);

/* ---- reading (pfkey.c) ---- */

enum view_error {
	VIEW_OK, VIEW_SHORT, VIEW_LENGTH, VIEW_VERSION, VIEW_EXT_LENGTH,
	VIEW_EXT_DUPLICATE, VIEW_EXT_MALFORMED
};

/*
 * Validates len octets at buf (aligned to 8) and fills in the view, which
 * points into buf.  When it is not VIEW_OK only view->dialect, and view->msg if
 * a whole header was there, are set.
 */
enum view_error view_init(struct view *, const struct dialect *,
    const void *buf, size_t len);

/* The view of a whole message that was built here; buf is aligned to 8. */
void view_built(struct view *, const struct dialect *, const void *buf);

/* A copy of a message, or NULL when memory is out; wipes one and frees it. */
struct wire_msg *msg_copy(const void *msg);
void msg_free(struct wire_msg *);

/*
 * Steps through the extensions of a message, also of one that view_init()
 * refused: *offset starts at sizeof(struct wire_msg).  Returns the extension,
 * whole, with its octets in *len, or NULL at the end or where the lengths no
 * longer add up (then *offset is not len).
 */
const struct wire_ext *msg_next_ext(const void *buf, size_t len,
    size_t *offset, size_t *extlen);

/*
 * Reads the policy request at octets + *offset of an extension's extlen octets
 * and steps *offset over it.  False at the end, or (*offset < extlen) where
 * lengths do not add up.
 */
bool request_next(const struct dialect *, const void *ext, size_t extlen,
    size_t *offset, struct rule *);

/* The SA or the policy in a message; missing parts stay zero. */
void sa_decode(const struct view *, struct sa *);
void policy_decode(const struct view *, struct policy *);
/* What the message says of them; the rest stays. */
void defaults_decode(const struct view *, struct defaults *);

/*
 * The fwd policy that goes with an in policy on Linux, which keeps policies for
 * forwarded packets apart.
 */
void policy_twin(const struct policy *in, struct policy *fwd);

#endif
