/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What PF_KEY on Linux cannot carry, would take for something else, or does
 * less well than NETLINK_XFRM: its interface was frozen long before the
 * kernel's IPsec was.
 */
#include <string.h>

#include "names.h"
#include "pfkey_limits.h"

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
	return view->ext[EXT_X_MARK] != NULL;
}

static bool
has_if_id(const struct view *view)
{
	return view->ext[EXT_X_IF_ID] != NULL;
}

/* Whether a policy has such a rule. */
static bool
has_rule(const struct view *view, bool (*is_such)(const struct rule *))
{
	const struct wire_policy *policy = view->ext[EXT_POLICY];
	size_t offset = sizeof(*policy);
	struct rule rule;

	while (policy != NULL && request_next(view->dialect, policy,
	    (size_t)policy->len * 8, &offset, &rule))
		if (is_such(&rule))
			return true;
	return false;
}

static bool
is_high_unique(const struct rule *rule)
{
	return rule->level == IPSEC_LEVEL_UNIQUE &&
	    rule->reqid > IPSEC_MANUAL_REQID_MAX;
}

static bool
is_beet(const struct rule *rule)
{
	return rule->mode == IPSEC_MODE_BEET;
}

/* The kernel puts a number of its own in the place of a high one. */
static bool
has_high_unique(const struct view *view)
{
	return has_rule(view, is_high_unique);
}

/* A rule with end points: af_key reads those of tunnel mode alone. */
static bool
has_beet_rule(const struct view *view)
{
	return has_rule(view, is_beet);
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

/* An SA of a tunnel whose inner packets may be of either family. */
static bool
is_tunnel_for_all(const struct view *view)
{
	const struct wire_sa2 *sa2 = view->ext[EXT_SA2];

	return (view->msg->type == SADB_ADD ||
	    view->msg->type == SADB_UPDATE) && sa2 != NULL &&
	    sa2->mode == IPSEC_MODE_TUNNEL &&
	    view->ext[EXT_ADDRESS_PROXY] == NULL;
}

static bool
is_dump(const struct view *view)
{
	return view->msg->type == SADB_DUMP ||
	    view->msg->type == SADB_X_SPDDUMP;
}

static bool
is_get(const struct view *view)
{
	return view->msg->type == SADB_GET ||
	    view->msg->type == SADB_X_SPDGET;
}

static bool
is_deleteall(const struct view *view)
{
	return view->msg->type == SADB_DELETE && view->ext[EXT_SA] == NULL;
}

/*
 * The reasons, as what PF_KEY does.  What it would lose or do otherwise it
 * never gets.  What is only done better by NETLINK_XFRM it gets if it is asked
 * for by name, or if there is nothing else.
 */
static const struct {
	bool (*applies)(const struct view *);
	bool never;
	const char *reason;
} limits[] = {
	{ has_aead, true, "cannot carry an AEAD algorithm" },
	{ has_sha256_128, true,
	    "cannot carry hmac-sha2-256 with an ICV of 128 bits" },
	{ has_netlink_auth, true,
	    "cannot carry this authentication algorithm" },
	{ has_esn, true, "cannot carry 64-bit sequence numbers (-esn)" },
	{ has_wide_window, true,
	    "cannot carry an anti-replay window above 32 packets" },
	{ has_offload, true, "cannot carry hardware offload (-hwif)" },
	{ has_mark, true, "cannot carry a mark" },
	{ has_if_id, true, "cannot carry an XFRM interface" },
	{ has_high_unique, true, "cannot carry a unique number above 16383" },
	{ is_cross_family, true,
	    "cannot carry a tunnel between address families" },
	{ has_beet_rule, true, "drops the addresses of a rule in beet mode" },
	{ is_tunnel_for_all, false,
	    "keeps packets of the other address family out of a tunnel" },
	{ is_dump, false,
	    "shows entries in part, and ends a dump at what it cannot "
	    "express" },
	{ is_get, false, "shows entries in part" },
	{ is_deleteall, false,
	    "needs a dump for that, and ends it at what it cannot express" },
};

static const char *
reason_for(const struct view *view, bool never_only)
{
	size_t i;

	if (view->dialect->index != DIALECT_LINUX)
		return NULL;
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if ((limits[i].never || !never_only) &&
		    limits[i].applies(view))
			return limits[i].reason;
	return NULL;
}

const char *
pfkey_cannot(const struct view *view)
{
	return reason_for(view, true);
}

const char *
xfrm_reason(const struct view *view)
{
	return reason_for(view, false);
}
