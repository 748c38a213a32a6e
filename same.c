/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and equality of entries.  A kernel keeps less than it is told, and
 * tells less than it keeps: what it would make of a request is compared with
 * what it says.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "same.h"
#include "table.h"

/* ---- names ---- */

static bool
same_host(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && a->scope == b->scope &&
	    memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

static bool
same_range(const struct addr *a, const struct addr *b)
{
	return same_host(a, b) && a->prefix == b->prefix && a->port == b->port;
}

static bool
same_mark(const struct mark *a, const struct mark *b)
{
	return mark_counts(a) == mark_counts(b) && (!mark_counts(a) ||
	    (a->value == b->value && a->mask == b->mask));
}

static bool
same_label(const struct label *a, const struct label *b)
{
	return a->len == b->len && (a->len == 0 || (a->doi == b->doi &&
	    a->alg == b->alg && memcmp(a->text, b->text, a->len) == 0));
}

/* The number for "any", which some messages write as 0. */
static uint8_t
upper_of(const struct policy *policy)
{
	return policy->upper == 0 ? IPSEC_ULPROTO_ANY : policy->upper;
}

/* By name where it has one: indexes are given anew. */
static bool
same_device(const struct device *a, const struct device *b)
{
	if (a->name != NULL && b->name != NULL)
		return strcmp(a->name, b->name) == 0;
	return a->name == NULL && b->name == NULL && a->index == b->index;
}

static bool
same_masks(const struct port_masks *a, const struct port_masks *b)
{
	return a->given == b->given &&
	    (!a->given || (a->src == b->src && a->dst == b->dst));
}

static bool
same_setting(const struct settings *a, const struct settings *b, enum ext id)
{
	return setting_given(a, id) == setting_given(b, id) &&
	    setting_value(a, id) == setting_value(b, id);
}

static uint64_t
hash_host(uint64_t h, const struct addr *addr)
{
	uint32_t words[] = { addr->family, addr->scope };

	h = table_hash(h, words, sizeof(words));
	return table_hash(h, addr->octets, sizeof(addr->octets));
}

static uint64_t
hash_range(uint64_t h, const struct addr *addr)
{
	uint32_t words[] = { addr->prefix, addr->port };

	return table_hash(hash_host(h, addr), words, sizeof(words));
}

uint64_t
sa_name_hash(const struct dialect *dialect, const struct sa *sa)
{
	bool tcp = sa->satype == SADB_X_SATYPE_TCPSIGNATURE;
	bool marked = mark_counts(&sa->mark) && !tcp;
	uint32_t words[] = { sa->satype, tcp ? 0 : sa->spi,
		marked ? sa->mark.value : 0, marked ? sa->mark.mask : 0 };
	uint64_t h;

	if (dialect->spi_is_name && !tcp)
		return table_hash(TABLE_HASH_START, &sa->spi, sizeof(sa->spi));
	h = table_hash(TABLE_HASH_START, words, sizeof(words));
	/* TCP-MD5 is found by its two addresses, and so is Mobile IPv6. */
	if (tcp || is_mobile(sa->satype))
		h = hash_host(h, &sa->src);
	return hash_host(h, &sa->dst);
}

uint64_t
policy_name_hash(const struct policy *policy)
{
	const struct device *device = &policy->device;
	const struct settings *set = &policy->settings;
	const struct label *label = &policy->label;
	bool marked = mark_counts(&policy->mark);
	bool masks = policy->masks.given;
	uint32_t words[] = {
		policy->dir, upper_of(policy), policy->if_id,
		marked ? policy->mark.value : 0,
		marked ? policy->mark.mask : 0,
		masks, masks ? policy->masks.src : 0,
		masks ? policy->masks.dst : 0,
		setting_given(set, EXT_X_USER),
		setting_value(set, EXT_X_USER),
		setting_given(set, EXT_X_POLICY_TYPE),
		setting_value(set, EXT_X_POLICY_TYPE),
		label->len, label->len == 0 ? 0 : label->doi,
		label->len == 0 ? 0 : label->alg,
		/* By name where it has one: indexes are given anew. */
		device->name == NULL ? device->index : 0,
	};
	uint64_t h = table_hash(TABLE_HASH_START, words, sizeof(words));

	h = table_hash(h, label->text, label->len);
	if (device->name != NULL)
		h = table_hash(h, device->name, strlen(device->name));
	return hash_range(hash_range(h, &policy->src), &policy->dst);
}

bool
policy_same_name(const struct policy *a, const struct policy *b)
{
	return policy_name_hash(a) == policy_name_hash(b);
}

/* ---- differences ---- */

/* Adds a difference, in words, to the list of them. */
__attribute__((format(printf, 2, 3))) static void
differs(struct difference *d, const char *fmt, ...)
{
	size_t used = strlen(d->what);
	va_list ap;

	if (used != 0 && used + 3 < sizeof(d->what)) {
		strcpy(d->what + used, ", ");
		used += 2;
	}
	va_start(ap, fmt);
	vsnprintf(d->what + used, sizeof(d->what) - used, fmt, ap);
	va_end(ap);
	d->found = true;
}

/* The same, for a difference that an UPDATE cannot remove. */
#define DIFFERS(d, ...) (differs((d), __VA_ARGS__), (d)->in_place = false)

/* Makes one number of the three that mean "no limit". */
static uint64_t
limit(uint64_t n)
{
	return n >= INT64_MAX ? 0 : n;
}

static uint32_t
limit32(uint32_t n)
{
	return n == UINT32_MAX ? 0 : n;
}

static void
compare_limits(const char *kind, const struct lifetime *want,
    const struct lifetime *have, struct difference *d)
{
	static const char limit_text[] = "%s limit (%s) %" PRIu64
	    " -> %" PRIu64;
	uint64_t w[4] = { limit(want->addtime), limit(want->usetime),
	    limit(want->bytes), limit32(want->allocations) };
	uint64_t h[4] = { limit(have->addtime), limit(have->usetime),
	    limit(have->bytes), limit32(have->allocations) };
	static const char *const names[4] = { "age", "use", "octets",
	    "packets" };
	int i;

	for (i = 0; i < 4; i++)
		if (w[i] != h[i])
			differs(d, limit_text, kind, names[i], h[i], w[i]);
}

/*
 * A device that the kernel could not give the work to is not there, and would
 * not be the next time.
 */
static void
compare_device(const char *want, const char *have, struct difference *d)
{
	if (want != NULL && have == NULL)
		d->uncured = true;
	else if ((want == NULL) != (have == NULL) ||
	    (want != NULL && strcmp(want, have) != 0))
		DIFFERS(d, "device");
}

static void
compare_settings(const struct settings *want, const struct settings *have,
    struct difference *d)
{
	enum ext id;
	int i;

	for (i = 0; i < SETTINGS; i++) {
		id = (enum ext)(EXT_X_SETTING + i);
		if (same_setting(want, have, id) || id == EXT_X_OFFLOAD ||
		    (settings[i].told_unasked && !setting_given(want, id)))
			continue;
		DIFFERS(d, "%s", settings[i].label);
	}
}

/* ---- SA ---- */

static void
compare_selector(const struct sa_selector *want,
    const struct sa_selector *have, struct difference *d)
{
	if (want->given != have->given || (want->given &&
	    (want->upper != have->upper ||
	    !same_range(&want->src, &have->src) ||
	    !same_range(&want->dst, &have->dst))) ||
	    !same_device(&want->device, &have->device) ||
	    !same_masks(&want->masks, &have->masks))
		DIFFERS(d, "selector");
}

static bool
is_zero(const uint8_t *octets, size_t n)
{
	for (; n > 0; n--)
		if (*octets++ != 0)
			return false;
	return true;
}

/*
 * One algorithm and its key.  A key of zeros is what a Linux kernel says that
 * is locked down, and no algorithm at all what its PF_KEY says of an AEAD.
 */
static void
compare_algorithm(enum alg_kind kind, const struct dialect *dialect,
    const struct sa *want, const struct sa *have, struct difference *d)
{
	bool enc = kind == ALG_ENC;
	const struct key *w = enc ? &want->enc_key : &want->auth_key,
	    *h = enc ? &have->enc_key : &have->auth_key;
	uint8_t wid = enc ? want->encrypt : want->auth,
	    hid = enc ? have->encrypt : have->auth;
	const struct algorithm *alg = wid == 0 ? NULL :
	    algorithm_numbered(kind, dialect, wid);
	bool keyless = alg == NULL || (alg->flags & ALG_KEYLESS);
	size_t octets = (w->bits + 7u) / 8;

	if (!keyless && hid == 0 && h->bits == 0) {
		d->unknown = true;
		return;
	}
	/* A kernel may leave the null algorithm out. */
	if (wid != hid && !(keyless && hid == 0)) {
		DIFFERS(d, enc ? "encryption" : "authentication");
		d->same_keys = false;
		return;
	}
	if (keyless)
		return;
	if (w->bits == h->bits && memcmp(w->data, h->data, octets) == 0)
		return;
	if (w->bits == h->bits && is_zero(h->data, octets)) {
		d->unknown = true;
		return;
	}
	DIFFERS(d, enc ? "encryption key" : "authentication key");
	d->same_keys = false;
}

static void
compare_algorithms(const struct dialect *dialect, const struct sa *want,
    const struct sa *have, struct difference *d)
{
	const struct algorithm *enc = want->satype == SADB_SATYPE_ESP ?
	    algorithm_numbered(ALG_ENC, dialect, want->encrypt) : NULL;

	if (want->satype == SADB_X_SATYPE_IPCOMP) {
		if (want->encrypt != have->encrypt)
			DIFFERS(d, "compression");
		return;
	}
	if (want->satype == SADB_SATYPE_ESP)
		compare_algorithm(ALG_ENC, dialect, want, have, d);
	/* BSD kernels make up an authentication for an AEAD. */
	if (enc == NULL || (enc->flags & ALG_AEAD) == 0)
		compare_algorithm(ALG_AUTH, dialect, want, have, d);
}

/*
 * BSD kernels put an SA that says nothing under whatever is there, and one of
 * any mode under what serves all.
 */
static void
compare_header(const struct dialect *dialect, const struct sa *want,
    const struct sa *have, struct difference *d)
{
	uint8_t mode = want->mode;

	if (mode == IPSEC_MODE_ANY && !dialect->joins_headers)
		mode = IPSEC_MODE_TRANSPORT;
	if (mode != have->mode && mode != IPSEC_MODE_ANY &&
	    !(have->mode == IPSEC_MODE_ANY && dialect->joins_headers))
		DIFFERS(d, "mode");
	if (want->reqid != have->reqid &&
	    !(want->reqid == 0 && dialect->joins_headers))
		DIFFERS(d, "identifier %u -> %u", (unsigned)have->reqid,
		    (unsigned)want->reqid);
	if (!same_host(&want->src, &have->src))
		DIFFERS(d, "source address");
	if (dialect->spi_is_name && (want->satype != have->satype ||
	    !same_host(&want->dst, &have->dst)))
		DIFFERS(d, "another SA has this SPI");
}

/* The flags of an SA that a kernel keeps, and none that it sets by itself. */
static uint32_t
kept_flags(const struct dialect *dialect)
{
	uint32_t mask = 0;

	if (dialect->has_esn)
		mask |= SADB_X_SAFLAGS_ESN;
	if (dialect->has_header_flags)
		mask |= SADB_SAFLAGS_NOPMTUDISC | SADB_SAFLAGS_DECAP_DSCP |
		    SADB_SAFLAGS_NOECN;
	if (dialect->has_old_formats)
		mask |= SADB_X_EXT_OLD;
	if (!dialect->drops_cyclic_seq)
		mask |= SADB_X_EXT_CYCSEQ;
	if (!dialect->pads_one_way)
		mask |= SADB_X_EXT_PMASK;
	if (!dialect->cpi_is_spi)
		mask |= SADB_X_EXT_RAWCPI;
	return mask;
}

/* NOPMTUDISC may be a setting of the system, too. */
static void
compare_state(const struct dialect *dialect, const struct sa *want,
    const struct sa *have, struct difference *d)
{
	uint32_t mask = kept_flags(dialect);
	bool window = want->satype == SADB_SATYPE_ESP ||
	    want->satype == SADB_SATYPE_AH;

	if ((want->flags & SADB_SAFLAGS_NOPMTUDISC) == 0)
		mask &= ~SADB_SAFLAGS_NOPMTUDISC;
	if ((want->flags & mask) != (have->flags & mask))
		DIFFERS(d, "flags 0x%08x -> 0x%08x",
		    (unsigned)(have->flags & mask),
		    (unsigned)(want->flags & mask));
	if (window && want->replay != have->replay)
		DIFFERS(d, "window %u -> %u", (unsigned)have->replay,
		    (unsigned)want->replay);
}

/* Linux moves a peer's ports in place, but nothing else of this. */
static void
compare_encapsulation(const struct natt *want, const struct natt *have,
    struct difference *d)
{
	bool w = want->given && want->type != 0,
	    h = have->given && have->type != 0;

	if (w != h || (w && want->type != have->type))
		DIFFERS(d, "encapsulation");
	else if (w && (want->sport != have->sport ||
	    want->dport != have->dport))
		differs(d, "ports %u, %u -> %u, %u", have->sport, have->dport,
		    want->sport, want->dport);
}

/* Linux changes the one that there is in place. */
static void
compare_care_of(const struct addr *want, const struct addr *have,
    struct difference *d)
{
	if (same_host(want, have))
		return;
	differs(d, "care-of address");
	d->in_place &= want->family != 0 && have->family != 0;
}

void
sa_compare(const struct dialect *dialect, const struct sa *want,
    const struct sa *have, struct difference *d)
{
	memset(d, 0, sizeof(*d));
	d->in_place = dialect->updates_limits_only;
	d->same_keys = true;
	compare_header(dialect, want, have, d);
	compare_algorithms(dialect, want, have, d);
	compare_state(dialect, want, have, d);
	compare_encapsulation(&want->natt, &have->natt, d);
	compare_limits("hard", &want->hard, &have->hard, d);
	compare_limits("soft", &want->soft, &have->soft, d);
	compare_device(want->hwif, have->hwif, d);
	if (want->if_id != have->if_id) {
		differs(d, "if_id 0x%x -> 0x%x", (unsigned)have->if_id,
		    (unsigned)want->if_id);
		d->in_place &= want->if_id != 0;
	}
	if (!same_label(&want->label, &have->label))
		DIFFERS(d, "security context");
	compare_selector(&want->selector, &have->selector, d);
	if (!same_mark(&want->output_mark, &have->output_mark))
		DIFFERS(d, "output mark");
	compare_care_of(&want->care_of, &have->care_of, d);
	compare_settings(&want->settings, &have->settings, d);
}

/* ---- policy ---- */

/* On Linux a policy with action ipsec and no rule lets packets pass. */
static uint8_t
action_of(const struct dialect *dialect, const struct policy *policy)
{
	return dialect->has_priority && policy->nrules == 0 &&
	    policy->action != IPSEC_POLICY_DISCARD ? IPSEC_POLICY_NONE :
	    policy->action;
}

/*
 * What a level comes to: Linux has "may" and "must" and an identifier, and
 * counts the default as "must".
 */
static uint8_t
level_of(const struct dialect *dialect, const struct rule *rule)
{
	if (!dialect->has_priority)
		return rule->level;
	return rule->level == IPSEC_LEVEL_USE ? IPSEC_LEVEL_USE :
	    rule->reqid != 0 || rule->level == IPSEC_LEVEL_UNIQUE ?
	    IPSEC_LEVEL_UNIQUE : IPSEC_LEVEL_REQUIRE;
}

static uint32_t
mask_of(const struct rule *rule, uint32_t mask)
{
	return rule->has_masks ? mask : ~0u;
}

/* What NETLINK_XFRM alone says of the SA. */
static bool
same_template(const struct rule *a, const struct rule *b)
{
	return a->spi == b->spi && a->share == b->share &&
	    mask_of(a, a->auth_mask) == mask_of(b, b->auth_mask) &&
	    mask_of(a, a->enc_mask) == mask_of(b, b->enc_mask) &&
	    mask_of(a, a->comp_mask) == mask_of(b, b->comp_mask);
}

static bool
same_rule(const struct dialect *dialect, const struct rule *want,
    const struct rule *have)
{
	bool chosen = want->level == IPSEC_LEVEL_UNIQUE &&
	    have->reqid > IPSEC_MANUAL_REQID_MAX && (want->reqid == 0 ||
	    (want->reqid > IPSEC_MANUAL_REQID_MAX && !dialect->wide_request));

	if (want->proto != have->proto || want->mode != have->mode ||
	    level_of(dialect, want) != level_of(dialect, have) ||
	    !same_template(want, have) ||
	    (want->reqid != have->reqid && !chosen))
		return false;
	if (want->mode == IPSEC_MODE_TRANSPORT &&
	    dialect->ignores_transport_ends)
		return true;
	return same_host(&want->src, &have->src) &&
	    same_host(&want->dst, &have->dst);
}

static void
compare_rules(const struct dialect *dialect, const struct policy *want,
    const struct policy *have, struct difference *d)
{
	uint8_t w = action_of(dialect, want), h = action_of(dialect, have);
	unsigned i;

	if (w != h) {
		differs(d, "%s -> %s", name_of(action_names, h) != NULL ?
		    name_of(action_names, h) : "?",
		    name_of(action_names, w) != NULL ?
		    name_of(action_names, w) : "?");
		return;
	}
	/* Linux keeps the rules of a policy that discards, too. */
	if (w != IPSEC_POLICY_IPSEC &&
	    (w != IPSEC_POLICY_DISCARD || !dialect->has_xfrm))
		return;
	if (want->nrules != have->nrules) {
		differs(d, "%u rules -> %u", have->nrules, want->nrules);
		return;
	}
	for (i = 0; i < want->nrules; i++)
		if (!same_rule(dialect, &want->rules[i], &have->rules[i]))
			differs(d, "rule %u", i + 1);
}

void
policy_compare(const struct dialect *dialect, const struct policy *want,
    const struct policy *have, struct difference *d)
{
	memset(d, 0, sizeof(*d));
	compare_rules(dialect, want, have, d);
	if (!dialect->has_priority)
		return;
	/* BSD kernels do not tell the rest. */
	if (want->priority != have->priority)
		differs(d, "priority %u -> %u", (unsigned)have->priority,
		    (unsigned)want->priority);
	compare_limits("hard", &want->hard, &have->hard, d);
	compare_limits("soft", &want->soft, &have->soft, d);
	compare_device(want->hwif, have->hwif, d);
	compare_settings(&want->settings, &have->settings, d);
}

bool
policy_is_as_wanted(const struct dialect *dialect, const struct policy *want,
    const struct policy *have)
{
	struct difference d = { .found = false };

	if (!policy_same_name(want, have))
		return false;
	policy_compare(dialect, want, have, &d);
	return !d.found;
}
