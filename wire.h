/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PF_KEY version 2 on the wire (RFC 2367 and what the kernels added to it).
 *
 * The structures are our own, with fixed-width fields, so that a program built
 * on one system encodes and decodes the messages of all three.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PF_KEY_V2	2		/* RFC 2367 */

/* sadb_msg_type: RFC 2367 section 3.1, and the KAME additions (SADB_X_). */
enum {
	SADB_GETSPI = 1, SADB_UPDATE, SADB_ADD, SADB_DELETE, SADB_GET,
	SADB_ACQUIRE, SADB_REGISTER, SADB_EXPIRE, SADB_FLUSH, SADB_DUMP,
	SADB_X_PROMISC, SADB_X_PCHANGE, SADB_X_SPDUPDATE, SADB_X_SPDADD,
	SADB_X_SPDDELETE, SADB_X_SPDGET, SADB_X_SPDACQUIRE, SADB_X_SPDDUMP,
	SADB_X_SPDFLUSH, SADB_X_SPDSETIDX, SADB_X_SPDEXPIRE, SADB_X_SPDDELETE2,
	SADB_X_NAT_T_NEW_MAPPING,	/* Linux, NetBSD */
	SADB_X_MIGRATE,			/* Linux */
	/* Ours: no kernel's PF_KEY has them. */
	SADB_X_SPDHASH = 60, SADB_X_SPDGETHASH, SADB_X_SPDDEFAULT,
	SADB_X_SPDGETDEFAULT
};

/* sadb_msg_satype */
enum {
	SADB_SATYPE_UNSPEC = 0, SADB_SATYPE_AH = 2, SADB_SATYPE_ESP = 3,
	SADB_X_SATYPE_IPCOMP = 9, SADB_X_SATYPE_TCPSIGNATURE = 11,
	/* Of Mobile IPv6 (RFC 6275).  Ours: the numbers of the protocols. */
	SADB_X_SATYPE_ROUTE2 = 43, SADB_X_SATYPE_HAO = 60
};

/*
 * IP protocols: those of rules, and those with something else in the place of
 * ports.  The systems' headers have not all of them, nor the same names.
 */
enum {
	UPPER_ICMP = 1, UPPER_GRE = 47, UPPER_ESP = 50, UPPER_AH = 51,
	UPPER_ICMP6 = 58, UPPER_IPCOMP = 108, UPPER_MH = 135
};

/* Whether messages of a protocol have a type and a code in place of ports. */
static inline bool
upper_has_types(uint8_t upper)
{
	return upper == UPPER_ICMP || upper == UPPER_ICMP6 ||
	    upper == UPPER_MH;
}

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
#define SADB_X_EXT_CYCSEQ	0x00000040u	/* sequence numbers may wrap */
#define SADB_X_EXT_RAWCPI	0x00000080u	/* the SPI is sent as the CPI */
#define SADB_X_EXT_PRAND	0x00000100u	/* padding: random octets */
#define SADB_X_EXT_PZERO	0x00000200u	/* padding: zeros */
#define SADB_X_EXT_PMASK	0x00000300u	/* one of them; none: 1, 2, 3 */
#define SADB_X_SAFLAGS_ESN	0x00000400u	/* 64-bit sequence numbers */
#define SADB_SAFLAGS_NOPMTUDISC	0x20000000u
#define SADB_SAFLAGS_DECAP_DSCP	0x40000000u
#define SADB_SAFLAGS_NOECN	0x80000000u

/* Of Linux's struct xfrm_usersa_info those that have no SADB_SAFLAGS_. */
enum { XFRM_FLAG_WILDRECV = 8, XFRM_FLAG_ICMP = 16, XFRM_FLAG_AF_UNSPEC = 32,
    XFRM_FLAG_ALIGN4 = 64 };

enum { IPSEC_MODE_ANY, IPSEC_MODE_TRANSPORT, IPSEC_MODE_TUNNEL,
    IPSEC_MODE_BEET /* Linux; FreeBSD uses 3 for TCP-MD5 */,
    /* What Linux counts otherwise has that number, and this bit. */
    IPSEC_MODE_XFRM = 0x10, IPSEC_MODE_RO = 0x12, IPSEC_MODE_IN_TRIGGER = 0x13,
    IPSEC_MODE_IPTFS = 0x15 };
enum { IPSEC_DIR_ANY, IPSEC_DIR_INBOUND, IPSEC_DIR_OUTBOUND,
    IPSEC_DIR_FWD,		/* Linux: packets that are forwarded */
    IPSEC_DIR_SOCKET_IN, IPSEC_DIR_SOCKET_OUT /* Linux, in dumps only */ };
enum { IPSEC_POLICY_DISCARD, IPSEC_POLICY_NONE, IPSEC_POLICY_IPSEC,
    IPSEC_POLICY_ENTRUST, IPSEC_POLICY_BYPASS };
/* What becomes of packets that no policy is for, as Linux counts. */
enum { DEFAULT_KEEP, DEFAULT_DISCARD, DEFAULT_NONE };
#define HASH_KEEP	255
enum { IPSEC_LEVEL_DEFAULT, IPSEC_LEVEL_USE, IPSEC_LEVEL_REQUIRE,
    IPSEC_LEVEL_UNIQUE };
enum { IPSEC_SCOPE_ANY, IPSEC_SCOPE_GLOBAL, IPSEC_SCOPE_IFNET,
    IPSEC_SCOPE_PCB = 4 };

#define IPSEC_ULPROTO_ANY	255
#define IPSEC_MANUAL_REQID_MAX	0x3fff	/* above: chosen by the kernel */
#define UDP_ENCAP_ESPINUDP_NON_IKE 1	/* an early draft of RFC 3948 */
#define UDP_ENCAP_ESPINUDP	2	/* RFC 3948 */
#define TCP_ENCAP_ESPINTCP	7	/* RFC 8229 */
#define CPI_MAX			0xffffu	/* RFC 3173: 16 bits */
#define LINUX_WINDOW_MAX	4096	/* anti-replay, in packets */

#define ROUND8(n)	(((n) + 7) & ~(size_t)7)

#define SADB_AALG_NONE		0
#define SADB_X_AALG_NULL	251
#define SADB_EALG_NULL		11

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
struct wire_value {
	uint16_t len, type;
	uint32_t value;
};
struct wire_mark {
	uint16_t len, type;
	uint32_t value, mask, reserved;
};
struct wire_device {			/* that a selector is bound to */
	uint16_t len, type;
	uint32_t ifindex;
	char name[16];			/* empty: not known */
};
struct wire_port_masks {		/* in host order */
	uint16_t len, type, src, dst;
};
struct wire_sa_state {			/* words of the bitmap follow */
	uint16_t len, type;
	uint32_t words;
	uint64_t out_seq, in_seq, last_used;
	uint32_t late, replayed, forged, reserved;
};
struct wire_templates {			/* one for each request follows */
	uint16_t len, type;
	uint32_t reserved;
};
struct wire_template {			/* what a request has no room for */
	uint32_t spi;
	uint32_t masks[3];		/* of -A, -E and -C */
	uint32_t share, reserved;
};
struct wire_selection {			/* a struct filter follows */
	uint16_t len, type;
	uint32_t reserved;
};
struct wire_unknown {			/* that many numbers follow */
	uint16_t len, type;
	uint16_t count, reserved;
};
struct wire_defaults {			/* DEFAULT_, for each direction */
	uint16_t len, type;
	uint8_t in, out, fwd, reserved;
};
struct wire_thresholds {		/* prefixes; HASH_KEEP: as it is */
	uint16_t len, type;
	uint8_t local4, remote4, local6, remote6;
};
struct wire_if_id {
	uint16_t len, type;
	uint32_t if_id;
	char name[16];			/* of the XFRM interface, or empty */
};

#endif
