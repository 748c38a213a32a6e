/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between the PF_KEY of the three kernels (dialect.c), and our own
 * numbers of the extensions, which do not.
 */
#ifndef DIALECT_H
#define DIALECT_H

#include <stdbool.h>
#include <stdint.h>

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

#endif
