/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What PF_KEY on Linux cannot carry, or would take for something else: its
 * interface was frozen long before the kernel's IPsec was.
 */
#include <string.h>

#include "filter.h"
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
filters_by(const struct view *view, uint8_t bit)
{
	struct filter filter;

	return filter_decode(view, &filter) && (filter.given & bit) != 0;
}

static bool
has_mark(const struct view *view)
{
	return view->ext[EXT_X_MARK] != NULL || filters_by(view, FILTER_MARK);
}

static bool
has_if_id(const struct view *view)
{
	return view->ext[EXT_X_IF_ID] != NULL ||
	    filters_by(view, FILTER_IF_ID);
}

static bool
has_output_mark(const struct view *view)
{
	return view->ext[EXT_X_OUTPUT_MARK] != NULL;
}

static bool
has_sa_selector(const struct view *view)
{
	return view->ext[EXT_X_SEL_SRC] != NULL;
}

static bool
has_device(const struct view *view)
{
	return view->ext[EXT_X_DEVICE] != NULL;
}

static bool
has_setting(const struct view *view)
{
	int i;

	for (i = EXT_X_SETTING; i < EXT_X_SETTING_END; i++)
		if (view->ext[i] != NULL)
			return true;
	return false;
}

static bool
has_port_masks(const struct view *view)
{
	return view->ext[EXT_X_PORT_MASKS] != NULL;
}

static bool
has_idle_rules(const struct view *view)
{
	const struct wire_policy *policy = view->ext[EXT_POLICY];

	return policy != NULL && policy->policy_type == IPSEC_POLICY_DISCARD &&
	    (size_t)policy->len * 8 > sizeof(*policy) &&
	    view->msg->type != SADB_X_SPDDELETE;
}

static bool
has_templates(const struct view *view)
{
	return view->ext[EXT_X_TEMPLATES] != NULL;
}

static bool
has_defaults(const struct view *view)
{
	return view->ext[EXT_X_DEFAULTS] != NULL;
}

static bool
has_thresholds(const struct view *view)
{
	return view->ext[EXT_X_THRESHOLDS] != NULL;
}

static bool
has_index(const struct view *view)
{
	const struct wire_policy *policy = view->ext[EXT_POLICY];

	return policy != NULL && policy->id != 0 &&
	    (view->msg->type == SADB_X_SPDADD ||
	    view->msg->type == SADB_X_SPDUPDATE);
}

static bool
is_of_mobile(const struct view *view)
{
	struct filter filter;

	return is_mobile(view->msg->satype) ||
	    (filter_decode(view, &filter) && is_mobile(filter.satype));
}

static bool
has_care_of(const struct view *view)
{
	return view->ext[EXT_X_CARE_OF] != NULL;
}

static bool
has_xfrm_mode(const struct view *view)
{
	const struct wire_sa2 *sa2 = view->ext[EXT_SA2];

	return sa2 != NULL && (sa2->mode & IPSEC_MODE_XFRM) != 0;
}

/* The kernel puts a number of its own in the place of a high one. */
static bool
is_high_unique(const struct rule *rule)
{
	return rule->level == IPSEC_LEVEL_UNIQUE &&
	    rule->reqid > IPSEC_MANUAL_REQID_MAX;
}

/* The kernel forgets it unless the level is unique. */
static bool
is_use_with_number(const struct rule *rule)
{
	return rule->level == IPSEC_LEVEL_USE && rule->reqid != 0;
}

/* A rule with end points: af_key reads those of tunnel mode alone. */
static bool
is_beet(const struct rule *rule)
{
	return rule->mode == IPSEC_MODE_BEET;
}

static bool
is_of_mobile_rule(const struct rule *rule)
{
	return is_mobile(rule->proto);
}

static bool
is_of_xfrm_mode(const struct rule *rule)
{
	return (rule->mode & IPSEC_MODE_XFRM) != 0;
}

/* The index of the first such rule of a policy, or -1. */
static int
find_rule(const struct view *view, bool (*is_such)(const struct rule *))
{
	const struct wire_policy *policy = view->ext[EXT_POLICY];
	size_t offset = sizeof(*policy);
	struct rule rule;
	int i;

	for (i = 0; policy != NULL && request_next(view->dialect, policy,
	    (size_t)policy->len * 8, &offset, &rule); i++)
		if (is_such(&rule))
			return i;
	return -1;
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

/* To af_key such a rule is of the selector's family, behind a tunnel, too. */
static bool
has_rule_in_other_tunnel(const struct view *view)
{
	struct policy policy;
	uint8_t family;
	unsigned i;

	if (view->ext[EXT_POLICY] == NULL)
		return false;
	policy_decode(view, &policy);
	family = policy.src.family;
	for (i = 0; i < policy.nrules; i++) {
		if (policy.rules[i].mode != IPSEC_MODE_TRANSPORT)
			family = policy.rules[i].src.family;
		else if (family != policy.src.family)
			return true;
	}
	return false;
}

/* A limit is about a request as a whole, or about a rule of a policy. */
static const struct {
	bool (*applies)(const struct view *);
	bool (*applies_to_rule)(const struct rule *);
	enum field field;
	const char *reason;
} limits[] = {
	{ has_aead, NULL, F_ENC, "cannot carry an AEAD algorithm" },
	{ has_sha256_128, NULL, F_AUTH,
	    "cannot carry hmac-sha2-256 with an ICV of 128 bits" },
	{ has_netlink_auth, NULL, F_AUTH,
	    "cannot carry this authentication algorithm" },
	{ has_esn, NULL, F_ESN, "cannot carry 64-bit sequence numbers (-esn)" },
	{ has_wide_window, NULL, F_REPLAY,
	    "cannot carry an anti-replay window above 32 packets" },
	{ has_offload, NULL, F_HWIF, "cannot carry hardware offload (-hwif)" },
	{ has_mark, NULL, F_MARK, "cannot carry a mark" },
	{ has_if_id, NULL, F_IF_ID, "cannot carry an XFRM interface" },
	{ has_output_mark, NULL, F_OUTPUT_MARK, "cannot carry an output mark" },
	{ has_sa_selector, NULL, F_SELECTOR, "cannot carry an SA's selector" },
	{ has_device, NULL, F_DEVICE, "cannot carry a selector's interface" },
	{ has_setting, NULL, F_SETTING, "cannot carry this option" },
	{ has_index, NULL, F_INDEX, "cannot carry a number for a policy" },
	{ has_port_masks, NULL, F_PORT_MASKS, "cannot carry masks of ports" },
	{ has_templates, NULL, F_ACTION,
	    "cannot carry what a rule says of an SPI or of algorithms" },
	{ has_idle_rules, NULL, F_ACTION,
	    "does not keep the rules of a policy that discards" },
	{ has_defaults, NULL, F_VERB,
	    "cannot carry what becomes of packets without a policy" },
	{ has_thresholds, NULL, F_VERB,
	    "cannot carry how the kernel keeps policies" },
	{ is_of_mobile, NULL, F_PROTO, "cannot carry SAs of Mobile IPv6" },
	{ has_care_of, NULL, F_CARE_OF, "cannot carry a care-of address" },
	{ has_xfrm_mode, NULL, F_MODE, "cannot carry this mode" },
	{ is_cross_family, NULL, F_DST,
	    "cannot carry a tunnel between address families" },
	{ has_rule_in_other_tunnel, NULL, F_ACTION,
	    "cannot carry transport mode in a tunnel of the other family" },
	{ NULL, is_high_unique, F_ACTION,
	    "cannot carry a unique number above 16383" },
	{ NULL, is_use_with_number, F_ACTION,
	    "cannot carry use with an identifier" },
	{ NULL, is_of_mobile_rule, F_ACTION,
	    "cannot carry rules of Mobile IPv6" },
	{ NULL, is_of_xfrm_mode, F_ACTION, "cannot carry this mode" },
	{ NULL, is_beet, F_ACTION,
	    "drops the addresses of a rule in beet mode" },
};

static bool
applies(size_t i, const struct view *view, int *rule)
{
	*rule = limits[i].applies_to_rule == NULL ? -1 :
	    find_rule(view, limits[i].applies_to_rule);
	return *rule >= 0 ||
	    (limits[i].applies != NULL && limits[i].applies(view));
}

bool
pfkey_cannot(const struct view *view, struct pfkey_limit *limit)
{
	size_t i;

	if (!view->dialect->has_xfrm)
		return false;
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (applies(i, view, &limit->rule)) {
			limit->reason = limits[i].reason;
			limit->field = limits[i].field;
			return true;
		}
	return false;
}
