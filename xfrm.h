/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the NETLINK_XFRM channel: xfrm_encode.c turns a PF_KEY request into
 * a netlink request, xfrm_decode.c a netlink record or event into the PF_KEY
 * message that the kernel's own af_key would send, xfrm_links.c knows the
 * network interfaces, xfrm.c is the channel.  Linux only.
 *
 * The numbers are those of linux/xfrm.h.  Headers as old as Linux 4.19's do.
 */
#ifndef XFRM_H
#define XFRM_H

#include <netinet/in.h>
#include <time.h>

#include <linux/netlink.h>
#include <linux/xfrm.h>

#include "names.h"
#include "netlink.h"
#include "pfkey.h"

/*
 * Attributes have numbers below XFRM_ATTRS: 41 is the last of Linux 7.2.  Most
 * of those without a name in old headers are rows of setting.c; these are not.
 */
#define XFRM_ATTRS	64
#define XFRM_SET_MARK	29		/* XFRMA_SET_MARK, Linux 4.14 */
#define XFRM_SET_MARK_MASK 30		/* Linux 4.19 */
#define XFRM_IF_ID	31		/* XFRMA_IF_ID, Linux 4.19 */

/*
 * What becomes of packets that no policy is for, Linux 5.15: a request that
 * sets it, and one that is answered, and told of, by the same message.
 */
#define XFRM_SETDEFAULT	0x27		/* XFRM_MSG_SETDEFAULT */
#define XFRM_GETDEFAULT	0x28		/* XFRM_MSG_GETDEFAULT */
struct xfrm_defaults {			/* struct xfrm_userpolicy_default */
	uint8_t in, fwd, out;
};

/* struct xfrm_user_offload.flags */
#define XFRM_OFFLOAD_IN		2
#define XFRM_OFFLOAD_WHOLE	4	/* packet offload, Linux 6.2 */

#define XFRM_TMPL_MAX	6		/* the kernel's XFRM_MAX_DEPTH */
#define XFRM_SMALL_WINDOW 32		/* the most without REPLAY_ESN_VAL */

/* ---- xfrm_links.c ---- */

/* The interfaces of this network namespace, read when first asked for. */
struct xfrm_link {
	int index;
	uint32_t if_id;			/* of an XFRM interface, or 0 */
	char name[16];
};
struct xfrm_links {
	struct xfrm_link *all;
	size_t count;
	bool loaded;
};

void xfrm_links_forget(struct xfrm_links *);
/* The interface's name, or NULL: one with that if_id; one of that index. */
const char *xfrm_link_of_if_id(struct xfrm_links *, uint32_t if_id);
const char *xfrm_link_of_index(struct xfrm_links *, int index);
/* Adds the interface that an RTM_NEWLINK message tells of, if it is whole. */
void xfrm_links_read(struct xfrm_links *, const struct nlmsghdr *);
/* Whether the address is one of this machine. */
bool xfrm_address_is_ours(const struct addr *);

/* ---- xfrm_encode.c ---- */

/* An algorithm, and how its attribute begins, but for the key's length. */
struct xfrm_alg {
	const struct algorithm *alg;
	struct xfrm_algo_auth head;
};

struct xfrm_encoder {
	uint32_t unused_reqid;		/* next to give away; 0: not known */
	struct xfrm_alg recent[3];	/* by enum alg_kind */
	const char *reason;		/* why a request was refused, or NULL */
};

/*
 * Appends the netlink request for a PF_KEY request.  Returns 0 or an errno
 * value, and the buffer is then as before: EAGAIN when a policy wants a
 * reqid of its own and unused_reqid is 0, EMSGSIZE when the buffer is full.
 * Dumps, and DELETE of all SAs between two hosts, have encoders of their own.
 */
int xfrm_encode(struct nlbuf *, struct xfrm_encoder *, const struct view *);

/*
 * The request that dumps SAs of a protocol (SADB_SATYPE_UNSPEC: of all),
 * between two addresses if given (a filter that the kernel may not heed).
 */
int xfrm_encode_dump(struct nlbuf *, uint32_t seq, uint8_t satype,
    const struct addr *src, const struct addr *dst);
/* The request that dumps policies. */
int xfrm_encode_policy_dump(struct nlbuf *, uint32_t seq);

/* What names an SA to the kernel. */
struct xfrm_name {
	struct xfrm_usersa_id id;
	xfrm_address_t src;		/* of Mobile IPv6, in place of an SPI */
	struct xfrm_mark mark;
};
/* A request (XFRM_MSG_DELSA, XFRM_MSG_GETSA) that names an SA. */
bool xfrm_encode_name(struct nlbuf *, uint16_t type, uint32_t seq,
    uint32_t pid, const struct xfrm_name *);

/*
 * Asks for the record of the SA, or the policy, that a request makes or
 * changes.  False if it does not fit.
 */
bool xfrm_encode_question(struct nlbuf *, uint32_t seq, uint32_t pid,
    const struct view *);

/* The IP protocol of a satype: 255 for unspec, 0 for one without. */
uint8_t xfrm_proto(uint8_t satype);
uint8_t xfrm_satype(uint8_t proto);

/* ---- xfrm_decode.c ---- */

struct xfrm_decoder {
	time_t now;			/* to tell dying SAs; 0: none is */
	struct xfrm_links *links;	/* NULL: no names of interfaces */
	struct xfrm_alg recent[3];	/* by enum alg_kind */
};

/*
 * Makes a PF_KEY message (Linux dialect) of a netlink message, of which all
 * nlmsg_len octets are there.  type is the SADB_* that the message answers
 * (DUMP, GET, X_SPDDUMP ...), or 0 for an event, which gets its own.  Returns
 * the message's length, 0 if there is nothing to show, or -1 if it is
 * malformed.  seq and pid are those of the netlink message.
 */
int xfrm_decode(struct xfrm_decoder *, uint8_t type, const struct nlmsghdr *,
    struct msgbuf *);

/* The name of the SA in a record, if it is between these two hosts. */
bool xfrm_decode_name(const struct nlmsghdr *, uint8_t satype,
    const struct addr *src, const struct addr *dst, struct xfrm_name *);

/*
 * The highest reqid in the templates of a policy record, or 0.  Those beyond
 * the limit do not count: they were given by hand, and nothing is above them.
 */
#define XFRM_REQID_MAX	0x7fffffffu
uint32_t xfrm_decode_reqid(const struct nlmsghdr *);

#endif
