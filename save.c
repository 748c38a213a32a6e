/* SPDX-License-Identifier: BSD-2-Clause */
/* A database as a script: load(save(x)) is x. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "same.h"
#include "save.h"

#define WHAT	(2 * ADDR_TEXT + 40)	/* octets that name an entry */

struct save {
	const struct dialect *dialect;
	struct wire_msg **records;
	size_t n;
};

struct save *
save_new(const struct dialect *dialect)
{
	struct save *save = calloc(1, sizeof(*save));

	if (save != NULL)
		save->dialect = dialect;
	return save;
}

int
save_record(struct save *save, const struct view *view)
{
	struct wire_msg *copy = msg_copy(view->msg);

	if (copy == NULL || !list_room(&save->records, save->n,
	    sizeof(*save->records))) {
		msg_free(copy);
		return -1;
	}
	save->records[save->n++] = copy;
	return 0;
}

static bool
get_policy(const struct save *save, size_t i, struct policy *policy)
{
	struct view view;

	if (i >= save->n)
		return false;
	view_built(&view, save->dialect, save->records[i]);
	policy_decode(&view, policy);
	return true;
}

/* Whether loading in as "-P in" would bring fwd along (see twins.h). */
static bool
is_twin(const struct save *save, const struct policy *in,
    const struct policy *fwd)
{
	struct policy twin;

	policy_twin(in, &twin);
	return policy_is_as_wanted(save->dialect, &twin, fwd) &&
	    memcmp(&fwd->settings, &twin.settings,
	    sizeof(twin.settings)) == 0 &&
	    fwd->device.index == twin.device.index &&
	    memcmp(&fwd->masks, &twin.masks, sizeof(twin.masks)) == 0;
}

/* Whether an interface makes the policy, and no command can. */
static bool
is_interfaces_own(const struct save *save, const struct policy *policy)
{
	return policy->scope == IPSEC_SCOPE_IFNET && policy->if_id == 0 &&
	    save->dialect->interface_manual != NULL;
}

/* Prints a comment: a command would be for all packets of the host. */
static void
print_interfaces_own(const struct save *save, const struct save_output *out,
    const struct policy *policy)
{
	const char *manual = save->dialect->interface_manual;
	char what[WHAT], why[WHAT], src[ADDR_TEXT], dst[ADDR_TEXT];

	snprintf(what, sizeof(what), "a policy from %s/%u to %s/%u",
	    addr_text(&policy->src, src), policy->src.prefix,
	    addr_text(&policy->dst, dst), policy->dst.prefix);
	snprintf(why, sizeof(why), "%s makes it for its interface", manual);
	out->lost(out->lost_ctx, what, why);
	text_printf(out->text, "# %s:\n# ", why);
	print_policy_command(out->text, save->dialect, "spdadd", policy, 0);
}

static void
print_thresholds(const struct save_output *out)
{
	struct defaults moved = { 0 };
	unsigned i;

	for (i = 0; i < 2; i++)
		if (is_moved(&out->defaults, i))
			moved.hash[i] = out->defaults.hash[i];
	if (moved.hash[0].given || moved.hash[1].given)
		print_defaults_command(out->text, "spdhash", &moved);
}

/*
 * Prints policies oldest first.  An in policy right before its fwd twin is one
 * command for both; an in policy without one says so (-k).
 */
static void
print_policies(const struct save *save, const struct save_output *out)
{
	bool newest_first = save->dialect->policies_come == NEWEST_FIRST;
	struct policy policy, next;
	char what[WHAT];
	const char *lost;
	size_t i, at, after;
	unsigned flags;
	struct defaults pass = { out->defaults.in, out->defaults.out,
	    out->defaults.fwd, { { 0 } } };

	/* First, so that nothing slips through while the rest loads. */
	if (!defaults_pass(&out->defaults))
		print_defaults_command(out->text, "spddefault", &pass);
	print_thresholds(out);
	for (i = 0; i < save->n; i++) {
		at = newest_first ? save->n - 1 - i : i;
		after = newest_first ? at - 1 : at + 1;
		if (!get_policy(save, at, &policy) || !policy.has_selector)
			continue;
		if (is_interfaces_own(save, &policy)) {
			print_interfaces_own(save, out, &policy);
			continue;
		}
		flags = 0;
		if (save->dialect->has_fwd &&
		    policy.dir == IPSEC_DIR_INBOUND) {
			if (get_policy(save, after, &next) &&
			    is_twin(save, &policy, &next))
				i++;
			else
				flags = SCRIPT_NO_TWIN;
		}
		lost = policy_inexpressible(&policy);
		if (lost != NULL) {
			snprintf(what, sizeof(what), "the policy with number "
			    "%u", policy.id);
			out->lost(out->lost_ctx, what, lost);
			text_printf(out->text, "# %s:\n# ", lost);
		}
		print_policy_command(out->text, save->dialect, "spdadd",
		    &policy, flags);
	}
}

/*
 * Whether packets must match a selector to use the SA, which only Linux has;
 * there the source of it shows, unless it is the SA's own.
 */
static bool
has_selector(const struct save *save, const struct view *view,
    const struct sa *sa)
{
	static const uint8_t any[16];
	const struct wire_address *proxy = view->ext[EXT_ADDRESS_PROXY];

	if (!save->dialect->has_sa_selector ||
	    view->ext[EXT_X_SEL_SRC] != NULL)
		return false;
	if (proxy != NULL)
		return proxy->prefixlen != 0;
	return memcmp(sa->src.octets, any, sizeof(any)) != 0;
}

/* What of an SA is lost in a script, or NULL. */
static const char *
lost_of_sa(const struct save *save, const struct view *view,
    const struct sa *sa, bool pfkey)
{
	const struct algorithm *auth = sa->auth == 0 ? NULL :
	    algorithm_numbered(ALG_AUTH, save->dialect, sa->auth);

	if (sa_inexpressible(sa) != NULL)
		return sa_inexpressible(sa);
	if (has_selector(save, view, sa))
		return "its selector is not in the language";
	if ((sa->satype == SADB_SATYPE_ESP && sa->encrypt == 0 &&
	    sa->auth == 0) || (sa->satype == SADB_SATYPE_AH && sa->auth == 0))
		return "PF_KEY does not tell its algorithm";
	if (pfkey && save->dialect->drops_icv_length && auth != NULL &&
	    (auth->flags & ALG_NETLINK))
		return "PF_KEY does not tell the length of its ICV";
	return NULL;
}

static void
get_sa(const struct save *save, size_t i, struct view *view, struct sa *sa)
{
	view_built(view, save->dialect, save->records[i]);
	sa_decode(view, sa);
}

/* An SA of which a script would make another stays in it as a comment. */
static void
print_one_sa(const struct save *save, const struct save_output *out, size_t i)
{
	char what[WHAT], addr[ADDR_TEXT];
	const char *lost;
	struct view view;
	struct sa sa;

	get_sa(save, i, &view, &sa);
	if (sa.state == SADB_SASTATE_LARVAL || sa.state == SADB_SASTATE_DEAD)
		return;
	lost = lost_of_sa(save, &view, &sa, out->by_pfkey);
	if (lost != NULL) {
		snprintf(what, sizeof(what), "the SA to %s with SPI 0x%08x",
		    addr_text(&sa.dst, addr), sa.spi);
		out->lost(out->lost_ctx, what, lost);
		text_printf(out->text, "# %s:\n# ", lost);
	}
	print_sa_command(out->text, save->dialect, "add", &sa, out->style);
}

/* Whether a kernel that keeps SAs under heads has two records under one. */
static bool
is_same_head(const struct save *save, size_t i, size_t j)
{
	struct view view;
	struct sa a, b;

	get_sa(save, i, &view, &a);
	get_sa(save, j, &view, &b);
	return a.satype == b.satype && a.mode == b.mode && a.reqid == b.reqid &&
	    memcmp(a.src.octets, b.src.octets, sizeof(a.src.octets)) == 0 &&
	    memcmp(a.dst.octets, b.dst.octets, sizeof(a.dst.octets)) == 0;
}

/*
 * Prints SAs oldest first, for the newest is the one that a kernel prefers, and
 * a BSD puts an SA under the first head that fits.
 */
static void
print_sas(const struct save *save, const struct save_output *out)
{
	enum dump_order order = save->dialect->sas_come;
	size_t i, begin, end;

	for (end = save->n; end > 0; end = begin) {
		begin = order == OLDEST_FIRST ? 0 : end - 1;
		while (order == NEWEST_HEAD_FIRST && begin > 0 &&
		    is_same_head(save, begin - 1, end - 1))
			begin--;
		for (i = begin; i < end; i++)
			print_one_sa(save, out, i);
	}
}

void
save_forget(struct save *save)
{
	while (save->n > 0)
		msg_free(save->records[--save->n]);
}

void
save_print(struct save *save, const struct save_output *out)
{
	if (out->policies)
		print_policies(save, out);
	else
		print_sas(save, out);
	save_forget(save);
	free(save->records);
	free(save);
}
