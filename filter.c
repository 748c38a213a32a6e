/* SPDX-License-Identifier: BSD-2-Clause */
/* Which entries a command, or who watches, wants. */
#include <string.h>

#include "filter.h"

/* ---- from a command to a message ---- */

static void
take_addresses(const struct command *cmd, struct filter *f)
{
	if (!is_given(cmd, F_SRC)) {
		f->src.family = f->dst.family = cmd->family;
		return;
	}
	if (is_policy_command(cmd)) {
		f->src = cmd->policy.src;
		f->dst = cmd->policy.dst;
		return;
	}
	f->src = cmd->sa.src;
	f->dst = cmd->sa.dst;
	f->src.port = cmd->src.port;
	f->dst.port = cmd->dst.port;
}

bool
filter_of(const struct command *cmd, struct filter *f)
{
	static const struct {
		enum field field;
		uint8_t bit;
	} parts[] = {
		{ F_SPI, FILTER_SPI }, { F_REQID, FILTER_REQID },
		{ F_MARK, FILTER_MARK }, { F_IF_ID, FILTER_IF_ID },
		{ F_UPPER, FILTER_UPPER },
	};
	size_t i;

	memset(f, 0, sizeof(*f));
	f->policies = is_policy_command(cmd);
	take_addresses(cmd, f);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (is_given(cmd, parts[i].field))
			f->given |= parts[i].bit;
	f->satype = cmd->sa.satype;
	f->spi = cmd->sa.spi;
	f->reqid = cmd->sa.reqid;
	f->mark = cmd->sa.mark.value;
	f->mark_mask = cmd->sa.mark.mask;
	f->if_id = cmd->sa.if_id;
	f->upper = cmd->policy.upper;
	f->dir = cmd->policy.dir;
	f->encap = cmd->sa.natt.type;
	if (setting_given(&cmd->policy.settings, EXT_X_POLICY_TYPE))
		f->given |= FILTER_PTYPE;
	f->ptype = (uint8_t)setting_value(&cmd->policy.settings,
	    EXT_X_POLICY_TYPE);
	if (f->given == 0 && f->dir == 0 && f->src.family == 0)
		return false;
	/* "flush esp-udp;" alone has always been about all of ESP. */
	if (cmd->sa.natt.given)
		f->given |= FILTER_ENCAP;
	if ((cmd->sa.flags & SADB_X_EXT_OLD) != 0)
		f->given |= FILTER_OLD;
	return true;
}

/* Whether messages of a type are about policies. */
static bool
is_about_policies(uint8_t type)
{
	return type >= SADB_X_SPDUPDATE && type != SADB_X_NAT_T_NEW_MAPPING;
}

void
filter_encode(struct msgbuf *m, const struct filter *f)
{
	msg_ext(m, EXT_X_SELECTION, sizeof(struct wire_selection));
	msg_bytes(m, f, sizeof(*f));
}

bool
filter_decode(const struct view *view, struct filter *f)
{
	const struct wire_selection *wire = view->ext[EXT_X_SELECTION];

	if (wire != NULL)
		memcpy(f, wire + 1, sizeof(*f));
	else
		*f = (struct filter){ .satype = view->msg->satype,
		    .policies = is_about_policies(view->msg->type) };
	return wire != NULL;
}

/* ---- whether a record fits ---- */

/* Whether an address, or a whole range, lies in a range. */
static bool
lies_in(const struct addr *range, const struct addr *addr)
{
	return range->family == 0 ||
	    (range->prefix <= addr->prefix && addr_meet(range, addr));
}

/* Whether a part is asked for, and a record has another one. */
static bool
differs(const struct filter *f, uint8_t bit, uint32_t wanted, uint32_t is)
{
	return (f->given & bit) != 0 && wanted != is;
}

/* Events about what is gone tell its name only, and not always all of it. */
static bool
tells_all(uint8_t type)
{
	return type == SADB_DUMP || type == SADB_GET || type == SADB_ADD ||
	    type == SADB_UPDATE || type == SADB_X_SPDDUMP ||
	    type == SADB_X_SPDGET || type == SADB_X_SPDADD ||
	    type == SADB_X_SPDUPDATE;
}

/* The mark and the identifier, as far as a message tells them. */
static bool
marks_fit(const struct filter *f, bool all, const struct mark *mark,
    uint32_t if_id)
{
	if ((all || mark->given) &&
	    (differs(f, FILTER_MARK, f->mark, mark->value) ||
	    differs(f, FILTER_MARK, f->mark_mask, mark->mask)))
		return false;
	return (!all && if_id == 0) ||
	    !differs(f, FILTER_IF_ID, f->if_id, if_id);
}

static bool
encapsulation_fits(const struct filter *f, const struct natt *natt)
{
	if (f->src.port != 0 && f->src.port != natt->sport)
		return false;
	if (f->dst.port != 0 && f->dst.port != natt->dport)
		return false;
	return (f->given & FILTER_ENCAP) == 0 ||
	    (natt->given && natt->type == f->encap);
}

static bool
sa_fits(const struct filter *f, const struct view *view)
{
	bool all = tells_all(view->msg->type);
	struct sa sa;

	sa_decode(view, &sa);
	sa.src.prefix = sa.dst.prefix = sa.dst.family == 4 ? 32 : 128;
	return (f->satype == SADB_SATYPE_UNSPEC || f->satype == sa.satype) &&
	    lies_in(&f->src, &sa.src) && lies_in(&f->dst, &sa.dst) &&
	    (!sa.has_sa || !differs(f, FILTER_SPI, f->spi, sa.spi)) &&
	    ((!all && !sa.has_sa2) ||
	    !differs(f, FILTER_REQID, f->reqid, sa.reqid)) &&
	    marks_fit(f, all, &sa.mark, sa.if_id) &&
	    (!all || encapsulation_fits(f, &sa.natt)) &&
	    ((f->given & FILTER_OLD) == 0 || !sa.has_sa ||
	    (sa.flags & SADB_X_EXT_OLD) != 0);
}

/* 0 is what some kernels have for any protocol. */
static bool
upper_fits(const struct filter *f, uint8_t upper)
{
	uint8_t wanted = f->upper == 0 ? IPSEC_ULPROTO_ANY : f->upper;

	return !differs(f, FILTER_UPPER, wanted,
	    upper == 0 ? IPSEC_ULPROTO_ANY : upper);
}

/* A policy of a socket may have no selector: it is about no range. */
static bool
selector_fits(const struct filter *f, const struct policy *policy)
{
	if (!policy->has_selector)
		return f->src.family == 0 && (f->given & FILTER_UPPER) == 0;
	return lies_in(&f->src, &policy->src) &&
	    lies_in(&f->dst, &policy->dst) &&
	    (f->src.port == 0 || f->src.port == policy->src.port) &&
	    (f->dst.port == 0 || f->dst.port == policy->dst.port) &&
	    upper_fits(f, policy->upper);
}

static bool
rules_fit(const struct filter *f, const struct policy *policy)
{
	unsigned i;

	for (i = 0; i < policy->nrules; i++)
		if (policy->rules[i].reqid == f->reqid)
			return true;
	return (f->given & FILTER_REQID) == 0;
}

static bool
policy_fits(const struct filter *f, const struct view *view)
{
	bool all = tells_all(view->msg->type);
	struct policy policy;

	policy_decode(view, &policy);
	return (f->dir == 0 || f->dir == policy.dir) &&
	    !differs(f, FILTER_PTYPE, f->ptype, setting_value(&policy.settings,
	    EXT_X_POLICY_TYPE)) &&
	    selector_fits(f, &policy) &&
	    ((!all && policy.nrules == 0) || rules_fit(f, &policy)) &&
	    marks_fit(f, all, &policy.mark, policy.if_id);
}

bool
filter_matches(const struct filter *f, const struct view *view)
{
	uint8_t type = view->msg->type, satype = view->msg->satype;
	bool policies = is_about_policies(type);

	if (policies != f->policies)
		return false;
	if (view->ext[EXT_POLICY] != NULL && policies)
		return policy_fits(f, view);
	if (view->ext[EXT_ADDRESS_DST] != NULL && type <= SADB_DUMP)
		return sa_fits(f, view);
	/* A flush or a mapping may be about these entries, too. */
	return f->satype == SADB_SATYPE_UNSPEC || satype == f->satype ||
	    satype == SADB_SATYPE_UNSPEC;
}
