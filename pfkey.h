/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PF_KEY version 2 (RFC 2367) as this program speaks it: the wire structures,
 * the dialects of the three kernels, the message builder, the validated view
 * of a message, and the channel that carries messages to a kernel.
 *
 * The structures are our own, with fixed-width fields, so that a program built
 * on one system encodes and decodes the messages of all three.
 */
#ifndef PFKEY_H
#define PFKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sadb_msg_type: RFC 2367 section 3.1, and the KAME additions (SADB_X_). */
enum {
	SADB_GETSPI = 1, SADB_UPDATE, SADB_ADD, SADB_DELETE, SADB_GET,
	SADB_ACQUIRE, SADB_REGISTER, SADB_EXPIRE, SADB_FLUSH, SADB_DUMP,
	SADB_X_PROMISC, SADB_X_PCHANGE, SADB_X_SPDUPDATE, SADB_X_SPDADD,
	SADB_X_SPDDELETE, SADB_X_SPDGET, SADB_X_SPDACQUIRE, SADB_X_SPDDUMP,
	SADB_X_SPDFLUSH, SADB_X_SPDSETIDX, SADB_X_SPDEXPIRE, SADB_X_SPDDELETE2,
	SADB_X_NAT_T_NEW_MAPPING,	/* Linux, NetBSD */
	SADB_X_MIGRATE			/* Linux */
};

/* sadb_msg_satype */
enum {
	SADB_SATYPE_UNSPEC = 0, SADB_SATYPE_AH = 2, SADB_SATYPE_ESP = 3,
	SADB_X_SATYPE_IPCOMP = 9, SADB_X_SATYPE_TCPSIGNATURE = 11
};

/* sadb_sa_state */
enum {
	SADB_SASTATE_LARVAL, SADB_SASTATE_MATURE, SADB_SASTATE_DYING,
	SADB_SASTATE_DEAD
};

/*
 * sadb_sa_flags.  The KAME bits are the low ones, Linux keeps the three high
 * ones and drops the others; they do not overlap, so one word holds both.
 * ESN is FreeBSD's; on Linux only the NETLINK_XFRM channel gives it a meaning.
 */
#define SADB_X_EXT_OLD		0x00000001u	/* RFC 1826, 1827 formats */
#define SADB_X_EXT_IV4B		0x00000010u
#define SADB_X_EXT_DERIV	0x00000020u
#define SADB_X_EXT_CYCSEQ	0x00000040u	/* the sequence number may wrap */
#define SADB_X_EXT_RAWCPI	0x00000080u	/* the SPI goes out as the CPI */
#define SADB_X_EXT_PRAND	0x00000100u	/* padding: random octets */
#define SADB_X_EXT_PZERO	0x00000200u	/* padding: zeros */
#define SADB_X_SAFLAGS_ESN	0x00000400u	/* 64-bit sequence numbers */
#define SADB_SAFLAGS_NOPMTUDISC	0x20000000u
#define SADB_SAFLAGS_DECAP_DSCP	0x40000000u
#define SADB_SAFLAGS_NOECN	0x80000000u

enum { IPSEC_MODE_ANY, IPSEC_MODE_TRANSPORT, IPSEC_MODE_TUNNEL,
    IPSEC_MODE_BEET /* Linux; FreeBSD uses 3 for TCP-MD5 */ };
enum { IPSEC_DIR_ANY, IPSEC_DIR_INBOUND, IPSEC_DIR_OUTBOUND,
    IPSEC_DIR_FWD,		/* Linux: packets that are forwarded */
    IPSEC_DIR_SOCKET_IN, IPSEC_DIR_SOCKET_OUT /* Linux, in dumps only */ };
enum { IPSEC_POLICY_DISCARD, IPSEC_POLICY_NONE, IPSEC_POLICY_IPSEC,
    IPSEC_POLICY_ENTRUST, IPSEC_POLICY_BYPASS };
enum { IPSEC_LEVEL_DEFAULT, IPSEC_LEVEL_USE, IPSEC_LEVEL_REQUIRE,
    IPSEC_LEVEL_UNIQUE };
enum { IPSEC_SCOPE_ANY, IPSEC_SCOPE_GLOBAL, IPSEC_SCOPE_IFNET,
    IPSEC_SCOPE_PCB = 4 };

#define IPSEC_ULPROTO_ANY	255
#define IPSEC_MANUAL_REQID_MAX	0x3fff	/* above: chosen by the kernel */
#define UDP_ENCAP_ESPINUDP	2	/* RFC 3948 */

#define SADB_AALG_NONE		0
#define SADB_X_AALG_NULL	251
#define SADB_EALG_NONE		0
#define SADB_EALG_NULL		11

/*
 * Extensions by our own numbers.  Up to NAT_T_DPORT they are the numbers of
 * the wire in every dialect; beyond, struct dialect translates.  MARK and
 * IF_ID exist only between the NETLINK_XFRM channel and this program.
 */
enum ext {
	EXT_NONE, EXT_SA, EXT_LIFETIME_CURRENT, EXT_LIFETIME_HARD,
	EXT_LIFETIME_SOFT, EXT_ADDRESS_SRC, EXT_ADDRESS_DST, EXT_ADDRESS_PROXY,
	EXT_KEY_AUTH, EXT_KEY_ENCRYPT, EXT_IDENTITY_SRC, EXT_IDENTITY_DST,
	EXT_SENSITIVITY, EXT_PROPOSAL, EXT_SUPPORTED_AUTH,
	EXT_SUPPORTED_ENCRYPT, EXT_SPIRANGE, EXT_KMPRIVATE, EXT_POLICY, EXT_SA2,
	EXT_NAT_T_TYPE, EXT_NAT_T_SPORT, EXT_NAT_T_DPORT,
	EXT_NAT_T_OAI, EXT_NAT_T_OAR, EXT_NAT_T_FRAG, EXT_SA_REPLAY,
	EXT_NEW_ADDRESS_SRC, EXT_NEW_ADDRESS_DST, EXT_LFT_CUR_SW_OFFL,
	EXT_LFT_CUR_HW_OFFL, EXT_IF_HW_OFFL, EXT_SEC_CTX, EXT_KMADDRESS,
	EXT_FILTER, EXT_MARK, EXT_IF_ID,
	EXT_COUNT
};

/*
 * Wire structures.  Lengths count 8-octet units unless said otherwise; numbers
 * are in host order but for the SPI and ports (network order).
 */
struct wire_msg {
	uint8_t version, type, error, satype;
	uint16_t len, reserved;		/* reserved: a dump's reference count */
	uint32_t seq, pid;
};
struct wire_ext {
	uint16_t len, type;
};
struct wire_sa {
	uint16_t len, type;
	uint32_t spi;
	uint8_t replay, state, auth, encrypt;
	uint32_t flags;
};
struct wire_lifetime {
	uint16_t len, type;
	uint32_t allocations;
	uint64_t bytes, addtime, usetime;
};
struct wire_address {			/* a sockaddr follows */
	uint16_t len, type;
	uint8_t proto, prefixlen;
	uint16_t reserved;
};
struct wire_key {			/* the key follows */
	uint16_t len, type, bits, reserved;
};
struct wire_ident {			/* a string follows */
	uint16_t len, type, ident_type, reserved;
	uint64_t id;
};
struct wire_prop {			/* combinations follow */
	uint16_t len, type;
	uint8_t replay, reserved[3];
};
struct wire_comb {
	uint8_t auth, encrypt;
	uint16_t flags, auth_minbits, auth_maxbits, encrypt_minbits,
	    encrypt_maxbits;
	uint32_t reserved, soft_allocations, hard_allocations;
	uint64_t soft_bytes, hard_bytes, soft_addtime, hard_addtime,
	    soft_usetime, hard_usetime;
};
struct wire_supported {			/* algorithms follow */
	uint16_t len, type;
	uint32_t reserved;
};
struct wire_alg {
	uint8_t id, ivlen;
	uint16_t minbits, maxbits, reserved;
};
struct wire_spirange {
	uint16_t len, type;
	uint32_t min, max, reserved;
};
struct wire_policy {			/* requests follow */
	uint16_t len, type, policy_type;
	uint8_t dir, scope;
	uint32_t id, priority;		/* FreeBSD, scope ifnet: the ifindex */
};
struct wire_request {			/* two sockaddrs may follow, unpadded */
	uint16_t len;			/* in octets, with the sockaddrs */
	uint16_t proto;
	uint8_t mode, level;
	uint16_t reqid;			/* Linux: reserved, see request32 */
};
struct wire_request_linux {
	uint16_t len, proto;
	uint8_t mode, level;
	uint16_t reserved1;
	uint32_t reqid, reserved2;
};
struct wire_sa2 {
	uint16_t len, type;
	uint8_t mode, reserved1;
	uint16_t reserved2;
	uint32_t sequence, reqid;
};
struct wire_nat_t_type {
	uint16_t len, type;
	uint8_t nat_type, reserved[3];
};
struct wire_nat_t_port {
	uint16_t len, type, port, reserved;
};
struct wire_nat_t_frag {
	uint16_t len, type, fraglen, reserved;
};
struct wire_sa_replay {
	uint16_t len, type;
	uint32_t replay;		/* packets */
};
struct wire_if_hw_offl {
	uint16_t len, type;
	uint32_t flags;
	char name[32];
};
struct wire_sec_ctx {			/* the label follows */
	uint16_t len, type;
	uint8_t alg, doi;
	uint16_t ctx_len;
};
struct wire_kmaddress {			/* two sockaddrs follow */
	uint16_t len, type;
	uint32_t reserved;
};
struct wire_filter {
	uint16_t len, type;
	uint32_t saddr[4], daddr[4];
	uint16_t family;
	uint8_t splen, dplen;
};
struct wire_mark {
	uint16_t len, type;
	uint32_t value, mask, reserved;
};
struct wire_if_id {
	uint16_t len, type;
	uint32_t if_id;
	char name[16];			/* of the XFRM interface; may be empty */
};

/* What differs between the kernels.  The rows are in dialect.c. */
enum { DIALECT_LINUX, DIALECT_FREEBSD, DIALECT_NETBSD, DIALECTS };

struct dialect {
	const char *name;		/* "linux" */
	const char *system;		/* "Linux" */
	uint8_t index;			/* DIALECT_*, also an algorithm column */
	uint8_t af_inet6;
	bool sa_len;			/* sockaddrs begin with their length */
	bool wide_request;		/* struct wire_request_linux */
	bool has_fwd;			/* a third direction, Linux */
	bool has_scope;			/* struct wire_policy.scope, FreeBSD */
	bool has_priority;		/* struct wire_policy.priority counts */
	bool has_tcp_md5;
	bool has_old_formats;		/* RFC 1826 and 1827 */
	bool replay_in_packets;		/* wire_sa.replay, else octets */
	bool replay_clamped;		/* wire_sa.replay says 32 at most */
	bool one_lifetime;		/* hard alone or soft alone is accepted */
	uint8_t max_requests;		/* in one policy */
	uint32_t default_priority;
	uint8_t ext[EXT_COUNT];		/* our number -> the wire's, 0: none */
};

extern const struct dialect dialects[DIALECTS];

/* The dialect of the system this program was built for. */
const struct dialect *dialect_host(void);

/* The dialect called name ("linux", "freebsd", "netbsd"), or NULL. */
const struct dialect *dialect_named(const char *name);

/* Our number of the wire's extension type, or EXT_NONE. */
enum ext dialect_search_ext(const struct dialect *, unsigned wire_type);

static inline enum ext
dialect_ext(const struct dialect *dialect, unsigned wire_type)
{
	/* Most numbers are the same on both sides. */
	if (wire_type < EXT_COUNT && dialect->ext[wire_type] == wire_type)
		return (enum ext)wire_type;
	return dialect_search_ext(dialect, wire_type);
}

/*
 * Addresses above the wire.  family is 4 or 6, or 0 for none or one that is
 * not understood; the port is in host order; prefix counts bits.
 */
struct addr {
	uint8_t family, prefix;
	uint16_t port;
	uint32_t scope;			/* IPv6 zone, an interface index */
	uint8_t octets[16];		/* zeros behind an IPv4 address */
};

/* Octets that the address's sockaddr takes, unpadded: 16, 28, or 0. */
static inline size_t
sockaddr_size(const struct addr *addr)
{
	return addr->family == 4 ? 16 : addr->family == 6 ? 28 : 0;
}

/*
 * Reads the sockaddr at p, of which room octets are there.  Returns the octets
 * it takes (unpadded), or 0 when it is truncated or of another family (then
 * out->family is 0).  out->prefix becomes the family's full length.
 */
size_t sockaddr_decode(const struct dialect *, const void *p, size_t room,
    struct addr *out);

/*
 * Whether the sockaddr at p is whole.  One of a family that we do not know
 * counts as whole: it is kept, and printed as unknown.
 */
bool sockaddr_valid(const struct dialect *, const void *p, size_t room);

/* Writes the sockaddr into sockaddr_size() zeroed octets at p. */
void sockaddr_encode(const struct dialect *, void *p, const struct addr *);

/*
 * Reads the len octets at text as a numeric address ("192.0.2.1",
 * "2001:db8::1", "fe80::1%eth0"); false if they are none.  out->prefix becomes
 * the family's full length.  Behind them must be an octet that is no digit.
 */
bool addr_numeric(const char *text, size_t len, struct addr *out);

/*
 * The same for four decimal octets, as inet_pton() takes them, of which the end
 * is not known: returns it, or NULL.
 */
const char *addr_dotted(const char *text, struct addr *out);

/* Longest text of addr_text(): an IPv6 address, '%', an interface name, NUL. */
#define ADDR_TEXT	80

/*
 * The numeric address (no prefix, no port) in the caller's buffer, which is
 * returned; "unknown-af" when there is none.
 */
char *addr_text(const struct addr *, char buf[ADDR_TEXT]);

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
	bool has_mark;
	uint32_t mark, mark_mask, if_id;
	uint32_t seq, pid, refcnt;	/* of the message it came in */
};

#define POLICY_RULES	8		/* more than any kernel takes */

struct rule {
	uint16_t proto;			/* IP protocol number: 50, 51, 108 */
	uint8_t mode, level;
	uint32_t reqid;
	struct addr src, dst;		/* family 0: none */
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
	bool has_mark;
	uint32_t mark, mark_mask, if_id;
	uint32_t seq, pid, refcnt;
	unsigned nrules;
	struct rule rules[POLICY_RULES]; /* the last: those in use are set */
};

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

/*
 * Steps through the extensions of a message, also of one that view_init()
 * refused: *offset starts at sizeof(struct wire_msg).  Returns the extension,
 * whole, with its octets in *len, or NULL at the end or where the lengths no
 * longer add up (then *offset is not len).
 */
const struct wire_ext *msg_next_ext(const void *buf, size_t len,
    size_t *offset, size_t *extlen);

/*
 * Whether the octets of a known extension are well-formed: the check that
 * view_init() makes of each.
 */
bool ext_valid(const struct dialect *, enum ext, const struct wire_ext *,
    size_t extlen);

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

/*
 * The fwd policy that goes with an in policy on Linux, which keeps policies for
 * forwarded packets apart.
 */
void policy_twin(const struct policy *in, struct policy *fwd);

/* ---- channels ---- */

/*
 * What comes back for a request: records (GET, DUMP, SPDDUMP) each with its
 * view, then exactly one end with view NULL.  error is an errno value, 0 for
 * success; reason is the kernel's own explanation, or the channel's, where
 * there is one: with error 0 a warning.
 */
struct reply {
	int error;
	const char *reason;		/* may be NULL */
	const struct view *view;
};
/*
 * Records were given, all that the kernel had to say, but the database changed
 * meanwhile: the end then has the error EAGAIN, with this reason.
 */
#define CHANGED_MEANWHILE	"the database changed while it was read: " \
				"entries may be missing here"

typedef void reply_fn(void *ctx, uint32_t tag, const struct reply *);

/*
 * Every message as it passes, for -v and -x: sent says which way.  The octets
 * are in the channel's dialect and aligned to 8.
 */
typedef void trace_fn(void *ctx, bool sent, const void *msg, size_t len);

/*
 * Which channel, by its name, has the requests from here on, and why.  Only one
 * that is made of several says so: before the first request, and when another
 * takes over.
 */
typedef void choice_fn(void *ctx, const char *name, const char *why);

/* The channels' common part; each extends it. */
struct channel {
	const struct channel_ops *ops;
	const struct dialect *dialect;
	reply_fn *reply;
	void *reply_ctx;
	trace_fn *trace;		/* NULL: nobody watches */
	void *trace_ctx;
	choice_fn *choice;		/* NULL: nobody wants to know */
	void *choice_ctx;
	uint32_t seq, pid;		/* seq of the last request */
};

struct channel_ops {
	const char *name;		/* as -T takes it */
	/*
	 * Takes a request, of at most MSGBUF_OCTETS, and gives it a sequence
	 * number and this process's id; afterwards view and message are as
	 * before.  tag comes back with the replies, which arrive in the order
	 * of the requests, now or up to finish().  Returns 0, or an errno
	 * value when the channel itself broke.
	 */
	int (*submit)(struct channel *, struct view *, uint32_t tag);
	/* Completes all that was submitted.  As submit(). */
	int (*finish)(struct channel *);
	/*
	 * Asks to see what everybody does (-x), then waits for events: each
	 * goes to trace (sent false).  watch() returns 0 or an errno value;
	 * next_event() waits up to timeout milliseconds (-1: for ever) and
	 * returns the events delivered, 0 on a timeout, or a negative errno
	 * value; *lost counts those known to be lost (UINT_MAX: some).
	 */
	int (*watch)(struct channel *);
	int (*next_event)(struct channel *, int timeout, unsigned *lost);
	void (*close)(struct channel *);
};

/*
 * The PF_KEY socket (pfkey.c) and NETLINK_XFRM (xfrm.c).  Return the channel,
 * or NULL with errno: EPERM, EAFNOSUPPORT or EPROTONOSUPPORT where the kernel
 * has none.  Elsewhere than on Linux xfrm_open() says EAFNOSUPPORT.
 */
struct channel *pfkey_open(void);
struct channel *xfrm_open(void);

/*
 * The channel of a name (channel.c): "pfkey", "xfrm", or "auto", which on a
 * Linux with PF_KEY is made of both, and elsewhere is what there is.  NULL with
 * errno as above; EINVAL for another name.
 */
struct channel *channel_open(const char *name);

/*
 * Completes a message and submits it: as submit(), EMSGSIZE if it does not fit.
 */
int channel_request(struct channel *, struct msgbuf *, uint32_t tag);

/*
 * A channel that gives each request to PF_KEY or, if xfrm_reason() has one, to
 * NETLINK_XFRM, which it opens when it is needed.  It closes both.  NULL with
 * errno ENOMEM.
 */
struct channel *channel_combine(struct channel *pfkey,
    struct channel *(*open_xfrm)(void));

/*
 * (pfkey_limits.c) Why PF_KEY on Linux is not to have a request, as what it
 * does: "cannot carry an AEAD algorithm"; NULL when it can have it.  The first
 * is about what it would lose, or do otherwise than was asked for; the second
 * also about what NETLINK_XFRM only does better, such as dumps.
 */
const char *pfkey_cannot(const struct view *);
const char *xfrm_reason(const struct view *);

#endif
