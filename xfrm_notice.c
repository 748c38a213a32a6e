/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The notices that the kernel sends to key management programs: an SA is
 * wanted, a peer behind a NAT has moved, the end points of a policy's SAs have
 * changed.
 */
#include "pfkey.h"

#ifdef __linux__

#include <string.h>

#include "xfrm_decode.h"

/* The family of an acquire's end points: the template's that asked. */
static unsigned
acquire_family(const struct xfrm_user_acquire *acquire,
    const struct xfrm_attrs *attrs)
{
	const struct xfrm_user_tmpl *tmpl;
	size_t n;

	for (tmpl = xfrm_templates(attrs, &n); n > 0; n--, tmpl++)
		if (tmpl->id.proto == acquire->id.proto &&
		    tmpl->mode != XFRM_MODE_TRANSPORT)
			return tmpl->family;
	return acquire->sel.family;
}

#define PROPOSAL_REPLAY	32	/* what af_key proposes */

/*
 * ACQUIRE.  The proposal has no combinations: af_key makes them of the masks
 * of the template and of what the crypto layer has, and netlink tells neither
 * (for a policy from PF_KEY the masks are empty, and so is the list).
 */
enum xfrm_result
xfrm_decode_acquire(struct xfrm_task *t)
{
	struct xfrm_user_acquire acquire;
	struct wire_policy *policy;
	struct wire_prop *prop;
	unsigned family;

	acquire = t->body.acquire;
	family = acquire_family(&acquire, &t->attrs);
	if (!xfrm_known_family(family))
		return MALFORMED;
	xfrm_begin_message(t, xfrm_satype(acquire.id.proto))->seq = acquire.seq;
	xfrm_put_host(t->m, EXT_ADDRESS_SRC, &acquire.saddr, family);
	xfrm_put_host(t->m, EXT_ADDRESS_DST, &acquire.id.daddr, family);
	policy = msg_ext(t->m, EXT_POLICY, sizeof(*policy));
	policy->policy_type = IPSEC_POLICY_IPSEC;
	policy->dir = IPSEC_DIR_OUTBOUND;
	policy->id = acquire.policy.index;
	policy->priority = acquire.policy.priority;
	if (acquire.id.proto != IPPROTO_COMP) {
		prop = msg_ext(t->m, EXT_PROPOSAL, sizeof(*prop));
		prop->replay = PROPOSAL_REPLAY;
	}
	if (!xfrm_put_label(t))
		return MALFORMED;
	xfrm_put_private(t);
	return SHOWN;
}

/* MAPPING: the peer's address and port behind a NAT have changed. */
enum xfrm_result
xfrm_decode_mapping(struct xfrm_task *t)
{
	struct xfrm_user_mapping map;
	struct wire_nat_t_port *port;
	struct wire_sa *sa;

	map = t->body.mapping;
	if (!xfrm_known_family(map.id.family))
		return MALFORMED;
	xfrm_begin_message(t, xfrm_satype(map.id.proto));
	sa = msg_ext(t->m, EXT_SA, sizeof(*sa));
	sa->spi = map.id.spi;
	xfrm_put_host(t->m, EXT_ADDRESS_SRC, &map.old_saddr, map.id.family);
	port = msg_ext(t->m, EXT_NAT_T_SPORT, sizeof(*port));
	port->port = map.old_sport;
	xfrm_put_host(t->m, EXT_ADDRESS_DST, &map.new_saddr, map.id.family);
	port = msg_ext(t->m, EXT_NAT_T_DPORT, sizeof(*port));
	port->port = map.new_sport;
	return SHOWN;
}

static void
put_kmaddress(struct msgbuf *m, const struct xfrm_attrs *attrs)
{
	struct xfrm_user_kmaddress km;
	struct addr local, remote;

	if (!xfrm_get_attr(attrs, XFRMA_KMADDRESS, &km, sizeof(km)) ||
	    !xfrm_known_family(km.family))
		return;
	msg_ext(m, EXT_KMADDRESS, sizeof(struct wire_kmaddress));
	xfrm_set_addr(&local, &km.local, km.family, 0);
	xfrm_set_addr(&remote, &km.remote, km.family, 0);
	msg_sockaddr(m, &local);
	msg_sockaddr(m, &remote);
}

/* The selector as in a migration: without ports, and 0 is "any". */
static void
put_end(struct msgbuf *m, enum ext id, const xfrm_address_t *from,
    const struct xfrm_selector *sel, uint8_t prefix)
{
	struct wire_address *wire = msg_ext(m, id, sizeof(*wire));
	struct addr addr;

	wire->proto = sel->proto;
	wire->prefixlen = prefix;
	xfrm_set_addr(&addr, from, sel->family, 0);
	msg_sockaddr(m, &addr);
}

/* The templates before, or after, a migration, as a policy request. */
static bool
put_migration(struct msgbuf *m, const struct xfrm_user_migrate *migrate,
    bool after)
{
	struct xfrm_user_tmpl tmpl;

	memset(&tmpl, 0, sizeof(tmpl));
	tmpl.id.proto = migrate->proto;
	tmpl.id.daddr = after ? migrate->new_daddr : migrate->old_daddr;
	tmpl.saddr = after ? migrate->new_saddr : migrate->old_saddr;
	tmpl.family = after ? migrate->new_family : migrate->old_family;
	tmpl.mode = migrate->mode;
	tmpl.reqid = migrate->reqid;
	return xfrm_put_request(m, &tmpl);
}

enum xfrm_result
xfrm_decode_migrate(struct xfrm_task *t)
{
	size_t offset = 0, n, i;
	struct xfrm_user_migrate migrate;
	struct xfrm_userpolicy_id id;
	struct wire_policy *policy;
	const uint8_t *value;
	unsigned type;

	id = t->body.policy_id;
	if (!xfrm_known_family(id.sel.family) ||
	    t->attrs.len[XFRMA_MIGRATE] < sizeof(migrate))
		return MALFORMED;
	memcpy(&migrate, t->attrs.value[XFRMA_MIGRATE], sizeof(migrate));
	xfrm_begin_message(t, xfrm_satype(migrate.proto));
	put_kmaddress(t->m, &t->attrs);
	put_end(t->m, EXT_ADDRESS_SRC, &id.sel.saddr, &id.sel,
	    id.sel.prefixlen_s);
	put_end(t->m, EXT_ADDRESS_DST, &id.sel.daddr, &id.sel,
	    id.sel.prefixlen_d);
	policy = msg_ext(t->m, EXT_POLICY, sizeof(*policy));
	policy->policy_type = IPSEC_POLICY_IPSEC;
	policy->dir = (uint8_t)(id.dir + 1);
	/* Notices have an attribute for each, requests one with all. */
	while (nl_next_attr(t->attr_octets, t->attr_len, &offset, &type,
	    &value, &n)) {
		if (type != XFRMA_MIGRATE)
			continue;
		for (i = 0; i + sizeof(migrate) <= n; i += sizeof(migrate)) {
			memcpy(&migrate, value + i, sizeof(migrate));
			if (!put_migration(t->m, &migrate, false) ||
			    !put_migration(t->m, &migrate, true))
				return MALFORMED;
		}
	}
	return SHOWN;
}

#endif /* __linux__ */
