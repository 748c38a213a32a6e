/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What PF_KEY on Linux cannot carry, or would take for something else: its
 * interface was frozen long before the kernel's IPsec was.
 */
#include <string.h>

#include "names.h"
#include "pfkey.h"


static const struct algorithm *
auth_of(const struct view *view)
{
	const struct wire_sa *sa = view->ext[EXT_SA];

	return sa == NULL || view->msg->satype == SADB_X_SATYPE_IPCOMP ?
	    NULL : algorithm_numbered(ALG_AUTH, view->dialect, sa->auth);
}

static const struct algorithm *
enc_of(const struct view *view)
{
	const struct wire_sa *sa = view->ext[EXT_SA];

	return sa == NULL || view->msg->satype == SADB_X_SATYPE_IPCOMP ?
	    NULL : algorithm_numbered(ALG_ENC, view->dialect, sa->encrypt);
}

static bool
has_aead(const struct view *view)
{
	const struct algorithm *alg = enc_of(view);

	return alg != NULL && (alg->flags & ALG_AEAD);
}

static bool
has_netlink_auth(const struct view *view)
{
	const struct algorithm *alg = auth_of(view);

	return alg != NULL && (alg->flags & ALG_NETLINK);
}

/* hmac(sha256), which PF_KEY cuts to 96 bits, not to RFC 4868's 128. */
static bool
has_sha256_128(const struct view *view)
{
	const struct algorithm *alg = auth_of(view);

	return has_netlink_auth(view) && alg->xfrm != NULL &&
	    strcmp(alg->xfrm, "hmac(sha256)") == 0;
}

static bool
has_esn(const struct view *view)
{
	const struct wire_sa *sa = view->ext[EXT_SA];

	return sa != NULL && (sa->flags & SADB_X_SAFLAGS_ESN);
}

static bool
has_wide_window(const struct view *view)
{
	return view->ext[EXT_SA_REPLAY] != NULL;
}

static bool
has_offload(const struct view *view)
{
	return view->ext[EXT_IF_HW_OFFL] != NULL;
}

static bool
has_mark(const struct view *view)
{
	return view->ext[EXT_MARK] != NULL;
}

static bool
has_if_id(const struct view *view)
{
	return view->ext[EXT_IF_ID] != NULL;
}

/* The kernel puts a number of its own in the place of a high one. */
static bool
has_high_unique(const struct view *view)
{
	struct policy policy;
	unsigned i;

	if (view->ext[EXT_POLICY] == NULL)
		return false;
	policy_decode(view, &policy);
	for (i = 0; i < policy.nrules; i++)
		if (policy.rules[i].level == IPSEC_LEVEL_UNIQUE &&
		    policy.rules[i].reqid > IPSEC_MANUAL_REQID_MAX)
			return true;
	return false;
}

/* An SA's selector (ADDRESS_PROXY) of the other family. */
static bool
is_cross_family(const struct view *view)
{
	const struct wire_address *proxy = view->ext[EXT_ADDRESS_PROXY];
	struct addr inner;
	struct sa sa;

	if (proxy == NULL || sockaddr_decode(view->dialect, proxy + 1,
	    (size_t)proxy->len * 8 - sizeof(*proxy), &inner) == 0)
		return false;
	sa_decode(view, &sa);
	return sa.dst.family != 0 && inner.family != sa.dst.family;
}

static const struct {
	bool (*applies)(const struct view *);
	const char *reason;
} limits[] = {
	{ has_aead, "an AEAD algorithm" },
	{ has_sha256_128, "hmac-sha2-256 with an ICV of 128 bits" },
	{ has_netlink_auth, "this authentication algorithm" },
	{ has_esn, "64-bit sequence numbers (-esn)" },
	{ has_wide_window, "an anti-replay window above 32 packets" },
	{ has_offload, "hardware offload (-hwif)" },
	{ has_mark, "a mark" },
	{ has_if_id, "an XFRM interface" },
	{ has_high_unique, "a unique number above 16383" },
	{ is_cross_family, "a tunnel between address families" },
};

const char *
pfkey_cannot(const struct view *view)
{
	size_t i;

	if (view->dialect->index != DIALECT_LINUX)
		return NULL;
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].applies(view))
			return limits[i].reason;
	return NULL;
}
