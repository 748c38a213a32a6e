/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between the PF_KEY of Linux, FreeBSD and NetBSD, as data: a
 * build for any of them encodes and decodes all three.
 */
#include <string.h>

#include "dialect.h"

/* Extensions that have the same number everywhere: RFC 2367 and early KAME. */
#define COMMON_EXTENSIONS						\
	[EXT_SA] = 1, [EXT_LIFETIME_CURRENT] = 2,			\
	[EXT_LIFETIME_HARD] = 3, [EXT_LIFETIME_SOFT] = 4,		\
	[EXT_ADDRESS_SRC] = 5, [EXT_ADDRESS_DST] = 6,			\
	[EXT_ADDRESS_PROXY] = 7, [EXT_KEY_AUTH] = 8,			\
	[EXT_KEY_ENCRYPT] = 9, [EXT_IDENTITY_SRC] = 10,			\
	[EXT_IDENTITY_DST] = 11, [EXT_SENSITIVITY] = 12,		\
	[EXT_PROPOSAL] = 13, [EXT_SUPPORTED_AUTH] = 14,			\
	[EXT_SUPPORTED_ENCRYPT] = 15, [EXT_SPIRANGE] = 16,		\
	[EXT_KMPRIVATE] = 17, [EXT_POLICY] = 18, [EXT_SA2] = 19,	\
	[EXT_NAT_T_TYPE] = 20, [EXT_NAT_T_SPORT] = 21,			\
	[EXT_NAT_T_DPORT] = 22, [EXT_NAT_T_OAI] = 23

const struct dialect dialects[DIALECTS] = {
	[DIALECT_LINUX] = {
		.name = "linux",
		.system = "Linux",
		.index = DIALECT_LINUX,
		.af_inet6 = 10,
		.wide_request = true,
		.has_fwd = true,
		.has_priority = true,
		.replay_in_packets = true,
		.replay_clamped = true,
		.max_requests = 6,
		.default_priority = 0x80000000u,
		.ext = {
			COMMON_EXTENSIONS,
			[EXT_SEC_CTX] = 24,
			[EXT_KMADDRESS] = 25,
			[EXT_FILTER] = 26,
			/*
			 * Ours: what only NETLINK_XFRM can say.  PF_KEY skips
			 * numbers above 26, but is never sent these.
			 */
			[EXT_NAT_T_OAR] = 224,
			[EXT_NAT_T_FRAG] = 225,
			[EXT_SA_REPLAY] = 226,
			[EXT_IF_HW_OFFL] = 227,
			[EXT_MARK] = 228,
			[EXT_IF_ID] = 229,
		},
	},
	[DIALECT_FREEBSD] = {
		.name = "freebsd",
		.system = "FreeBSD",
		.index = DIALECT_FREEBSD,
		.af_inet6 = 28,
		.sa_len = true,
		.has_scope = true,
		.has_tcp_md5 = true,
		.has_old_formats = true,
		.max_requests = 4,
		.ext = {
			COMMON_EXTENSIONS,
			[EXT_NAT_T_OAR] = 24,
			[EXT_NAT_T_FRAG] = 25,
			[EXT_SA_REPLAY] = 26,
			[EXT_NEW_ADDRESS_SRC] = 27,
			[EXT_NEW_ADDRESS_DST] = 28,
			[EXT_LFT_CUR_SW_OFFL] = 29,
			[EXT_LFT_CUR_HW_OFFL] = 30,
			[EXT_IF_HW_OFFL] = 31,
		},
	},
	[DIALECT_NETBSD] = {
		.name = "netbsd",
		.system = "NetBSD",
		.index = DIALECT_NETBSD,
		.af_inet6 = 24,
		.sa_len = true,
		.has_tcp_md5 = true,
		.has_old_formats = true,
		.max_requests = 4,
		.ext = {
			COMMON_EXTENSIONS,
			[EXT_NAT_T_OAR] = 24,
			[EXT_NAT_T_FRAG] = 25,
		},
	},
};

const struct dialect *
dialect_host(void)
{
#if defined(__FreeBSD__)
	return &dialects[DIALECT_FREEBSD];
#elif defined(__NetBSD__)
	return &dialects[DIALECT_NETBSD];
#else
	return &dialects[DIALECT_LINUX];
#endif
}

const struct dialect *
dialect_named(const char *name)
{
	int i;

	for (i = 0; i < DIALECTS; i++)
		if (strcmp(dialects[i].name, name) == 0)
			return &dialects[i];
	return NULL;
}

enum ext
dialect_search_ext(const struct dialect *dialect, unsigned wire_type)
{
	unsigned i;

	for (i = EXT_NONE + 1; i < EXT_COUNT; i++)
		if (dialect->ext[i] != 0 && dialect->ext[i] == wire_type)
			return (enum ext)i;
	return EXT_NONE;
}
