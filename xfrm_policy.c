/* SPDX-License-Identifier: BSD-2-Clause */
/* From NETLINK_XFRM records and events of policies to PF_KEY messages. */
#include "pfkey.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <string.h>

#include "xfrm_decode.h"

/* The kernel looks at none in transport mode, and keeps what it was given. */
static bool
has_ends(const struct xfrm_user_tmpl *tmpl)
{
	static const xfrm_address_t none;

	return tmpl->mode != XFRM_MODE_TRANSPORT ||
	    memcmp(&tmpl->saddr, &none, sizeof(none)) != 0 ||
	    memcmp(&tmpl->id.daddr, &none, sizeof(none)) != 0;
}

/*
 * One request of a policy.  af_key gives the end points of tunnels only, and
 * loses the others, which are shown here.
 */
bool
xfrm_put_request(struct msgbuf *m, const struct xfrm_user_tmpl *tmpl)
{
	bool ends = has_ends(tmpl);
	struct wire_request_linux wire;
	struct addr src, dst;

	if (ends && !xfrm_known_family(tmpl->family))
		return false;
	memset(&wire, 0, sizeof(wire));
	wire.len = sizeof(wire);
	wire.proto = tmpl->id.proto;
	wire.mode = xfrm_mode_of(tmpl->mode);
	wire.level = tmpl->optional ? IPSEC_LEVEL_USE :
	    tmpl->reqid != 0 ? IPSEC_LEVEL_UNIQUE : IPSEC_LEVEL_REQUIRE;
	wire.reqid = tmpl->reqid;
	if (ends) {
		xfrm_set_addr(&src, &tmpl->saddr, tmpl->family, 0);
		xfrm_set_addr(&dst, &tmpl->id.daddr, tmpl->family, 0);
		wire.len = (uint16_t)(wire.len + 2 * sockaddr_size(&src));
	}
	msg_bytes(m, &wire, sizeof(wire));
	if (ends) {
		msg_sockaddr(m, &src);
		msg_sockaddr(m, &dst);
	}
	return true;
}

static bool
put_requests(struct msgbuf *m, const struct xfrm_attrs *attrs)
{
	const struct xfrm_user_tmpl *tmpl;
	size_t n;

	for (tmpl = xfrm_templates(attrs, &n); n > 0; n--, tmpl++)
		if (!xfrm_put_request(m, tmpl))
			return false;
	return true;
}

/*
 * What requests have no room for.  The masks of ones are ours, those of zeros
 * af_key's: both say any algorithm.
 */
static bool
is_special(const struct xfrm_user_tmpl *tmpl)
{
	return tmpl->id.spi != 0 || tmpl->share != 0 ||
	    ((tmpl->aalgos & tmpl->ealgos & tmpl->calgos) != ~0u &&
	    (tmpl->aalgos | tmpl->ealgos | tmpl->calgos) != 0);
}

static void
put_templates(struct msgbuf *m, const struct xfrm_attrs *attrs)
{
	size_t i = 0, n;
	const struct xfrm_user_tmpl *tmpl = xfrm_templates(attrs, &n);
	struct wire_template wire;

	while (i < n && !is_special(&tmpl[i]))
		i++;
	if (i == n)
		return;
	msg_ext(m, EXT_X_TEMPLATES, sizeof(struct wire_templates));
	for (; n > 0; n--, tmpl++) {
		memset(&wire, 0, sizeof(wire));
		wire.spi = ntohl(tmpl->id.spi);
		wire.masks[0] = tmpl->aalgos;
		wire.masks[1] = tmpl->ealgos;
		wire.masks[2] = tmpl->calgos;
		wire.share = tmpl->share;
		msg_bytes(m, &wire, sizeof(wire));
	}
}

static void
put_policy_beyond(struct xfrm_task *t, const struct xfrm_userpolicy_info *info)
{
	struct xfrm_userpolicy_type type;

	xfrm_put_selector_rest(t, &info->sel);
	put_templates(t->m, &t->attrs);
	if (info->flags != 0)
		xfrm_put_value(t->m, EXT_X_POLICY_FLAGS, info->flags);
	if (xfrm_get_attr(&t->attrs, XFRMA_POLICY_TYPE, &type, sizeof(type)) &&
	    type.type != 0)
		xfrm_put_value(t->m, EXT_X_POLICY_TYPE, type.type);
	xfrm_put_unknown(t);
}

/*
 * The policies of sockets have an empty selector, whose family some kernels
 * leave out.
 */
static unsigned
family_of(const struct xfrm_selector *sel, const struct xfrm_attrs *attrs)
{
	size_t n;
	const struct xfrm_user_tmpl *tmpl = xfrm_templates(attrs, &n);

	if (sel->family != AF_UNSPEC)
		return sel->family;
	return n > 0 && xfrm_known_family(tmpl->family) ? tmpl->family :
	    AF_INET;
}

static bool
put_policy(struct xfrm_task *t, const struct xfrm_userpolicy_info *info,
    unsigned parts)
{
	const struct xfrm_attrs *attrs = &t->attrs;
	struct msgbuf *m = t->m;
	unsigned family = family_of(&info->sel, attrs);
	struct wire_policy *wire;

	if (!xfrm_known_family(family))
		return false;
	xfrm_put_selector(m, &info->sel, family);
	xfrm_put_lifetimes(t, parts, &info->lft, &info->curlft);
	wire = msg_ext(m, EXT_POLICY, sizeof(*wire));
	wire->policy_type = info->action != XFRM_POLICY_ALLOW ?
	    IPSEC_POLICY_DISCARD :
	    attrs->len[XFRMA_TMPL] >= sizeof(struct xfrm_user_tmpl) ?
	    IPSEC_POLICY_IPSEC : IPSEC_POLICY_NONE;
	wire->dir = (uint8_t)((info->index & 7) + 1);
	wire->id = info->index;
	wire->priority = info->priority;
	if (!put_requests(m, attrs) || !xfrm_put_label(t))
		return false;
	xfrm_put_private(t);
	put_policy_beyond(t, info);
	return true;
}

/* ---- messages ---- */

/*
 * The reference count, which netlink does not tell, is at least the table's
 * own.
 */
static enum xfrm_result
policy_message(struct xfrm_task *t, const struct xfrm_userpolicy_info *info,
    unsigned parts)
{
	xfrm_begin_message(t, SADB_SATYPE_UNSPEC)->reserved = 1;
	return xfrm_shown(put_policy(t, info, parts));
}

/* NEWPOLICY, UPDPOLICY: a record, or an event. */
enum xfrm_result
xfrm_decode_policy(struct xfrm_task *t)
{
	return policy_message(t, &t->body.policy, XFRM_HARD | XFRM_SOFT);
}

/* DELPOLICY: the policy is in an attribute; an index says how it was named. */
enum xfrm_result
xfrm_decode_policy_gone(struct xfrm_task *t)
{
	struct xfrm_userpolicy_info info;

	if (!xfrm_get_attr(&t->attrs, XFRMA_POLICY, &info, sizeof(info)))
		return MALFORMED;
	if (t->body.policy_id.index != 0)
		t->type = SADB_X_SPDDELETE2;
	return policy_message(t, &info, XFRM_HARD | XFRM_SOFT);
}

/* Linux's PF_KEY never tells of this; the form is that of an SA's expiry. */
enum xfrm_result
xfrm_decode_policy_expire(struct xfrm_task *t)
{
	const struct xfrm_user_polexpire *expire = &t->body.policy_expire;

	return policy_message(t, &expire->pol,
	    expire->hard ? XFRM_HARD : XFRM_SOFT);
}

enum xfrm_result
xfrm_decode_policy_flush(struct xfrm_task *t)
{
	struct xfrm_userpolicy_type type;

	xfrm_begin_message(t, SADB_SATYPE_UNSPEC);
	if (xfrm_get_attr(&t->attrs, XFRMA_POLICY_TYPE, &type, sizeof(type)) &&
	    type.type != 0)
		xfrm_put_value(t->m, EXT_X_POLICY_TYPE, type.type);
	return SHOWN;
}

/* What becomes of packets without a policy: an answer, or an event. */
enum xfrm_result
xfrm_decode_defaults(struct xfrm_task *t)
{
	const struct xfrm_defaults *body = &t->body.defaults;
	struct defaults defaults = { body->in, body->out, body->fwd,
	    { { 0 } } };

	xfrm_begin_message(t, SADB_SATYPE_UNSPEC);
	defaults_encode(t->m, &defaults);
	return SHOWN;
}

/* How policies are kept: the attributes have numbers of their own. */
enum xfrm_result
xfrm_decode_thresholds(struct xfrm_task *t)
{
	struct defaults defaults = { 0 };
	struct xfrmu_spdhthresh bits;
	const uint8_t *value;
	size_t offset = 0, n;
	unsigned type;

	while (nl_next_attr(t->attr_octets, t->attr_len, &offset, &type,
	    &value, &n)) {
		if (type != XFRMA_SPD_IPV4_HTHRESH &&
		    type != XFRMA_SPD_IPV6_HTHRESH)
			continue;
		if (n < sizeof(bits))
			return MALFORMED;
		memcpy(&bits, value, sizeof(bits));
		defaults.hash[type - XFRMA_SPD_IPV4_HTHRESH] =
		    (struct threshold){ true, bits.lbits, bits.rbits };
	}
	xfrm_begin_message(t, SADB_SATYPE_UNSPEC);
	defaults_encode(t->m, &defaults);
	return SHOWN;
}

#endif /* __linux__ */
