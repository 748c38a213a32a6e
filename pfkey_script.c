/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SAs and policies as commands of the language.  What the language can say
 * parses back to the same; the text is the canonical form of a command, too.
 */
#include <string.h>

#include "filter.h"
#include "options.h"
#include "print.h"

static void
bracketed(struct text *t, uint16_t port)
{
	text_char(t, '[');
	text_dec(t, port);
	text_char(t, ']');
}

/*
 * The options with a number, of an SA or of a policy; zero is what they have
 * when they are not given.  Those that are part of the entry's name stand in
 * every command.
 */
static void
print_numbers(struct text *t, const void *base, bool policy, bool identifies)
{
	const struct option *row;
	uint64_t number;
	size_t offset;

	for (row = options; row->name != NULL; row++) {
		offset = policy ? row->policy : row->sa;
		if (offset == NO_MEMBER || row->identifies != identifies ||
		    row->alias || row->unsaved)
			continue;
		number = option_load(row, base, offset);
		/* A limit that large is none, and cannot be typed. */
		if (number == 0 || number > INT64_MAX)
			continue;
		text_char(t, ' ');
		text_str(t, row->name);
		text_str(t, row->hex ? " 0x" : " ");
		if (row->hex)
			text_hex(t, (uint32_t)number, 1);
		else
			text_dec(t, number);
	}
}

static void
print_hwif(struct text *t, const char *hwif)
{
	if (hwif == NULL || *hwif == '\0')
		return;
	text_str(t, " -hwif ");
	text_escaped(t, hwif, strlen(hwif));
}

static void
print_label(struct text *t, const struct label *label)
{
	if (label->len == 0)
		return;
	text_str(t, " -ctx ");
	text_dec(t, label->doi);
	text_char(t, ' ');
	text_dec(t, label->alg);
	text_char(t, ' ');
	text_quoted(t, label->text, label->len);
}

static void
print_mark(struct text *t, const char *option, const struct mark *mark)
{
	if (!mark->given)
		return;
	text_str(t, option);
	text_char(t, ' ');
	text_pair(t, mark->value, mark->mask);
}

/* ---- what Linux has beyond PF_KEY ---- */

static void
print_setting(struct text *t, enum ext id, uint32_t value)
{
	const struct setting *row = &settings[id - EXT_X_SETTING];
	const struct option *option = option_of_setting(id);
	const struct name *bit;

	if (row->shape == SETTING_BITS)
		for (bit = row->words; bit->name != NULL; bit++)
			if ((value & bit->value) != 0) {
				text_str(t, " -f ");
				text_str(t, bit->name);
			}
	if (option == NULL)
		return;
	text_char(t, ' ');
	text_str(t, option->name);
	if (row->shape == SETTING_FLAG)
		return;
	text_char(t, ' ');
	if (row->shape == SETTING_WORD && name_of(row->words, value) != NULL)
		text_str(t, name_of(row->words, value));
	else
		text_dec(t, value);
}

static void
print_settings(struct text *t, const struct settings *s)
{
	unsigned i;

	for (i = 0; s->given >> i != 0; i++)
		if ((s->given >> i & 1) != 0)
			print_setting(t, (enum ext)(EXT_X_SETTING + i),
			    s->value[i]);
}

static void
print_device(struct text *t, const struct device *device)
{
	if (device->name == NULL)
		return;
	text_str(t, " -dev ");
	text_escaped(t, device->name, strlen(device->name));
}

static void
print_port_masks(struct text *t, const struct port_masks *masks)
{
	if (!masks->given)
		return;
	text_str(t, " -port_masks ");
	text_pair(t, masks->src, masks->dst);
}

static void
print_sa_beyond(struct text *t, const struct sa *sa)
{
	if (sa->selector.given) {
		text_str(t, " -sel ");
		print_selector(t, &sa->selector.src, true);
		text_char(t, ' ');
		print_selector(t, &sa->selector.dst, true);
		text_char(t, ' ');
		print_upper(t, sa->selector.upper);
	}
	print_device(t, &sa->selector.device);
	print_port_masks(t, &sa->selector.masks);
	print_mark(t, " -output_mark", &sa->output_mark);
	if (sa->care_of.family != 0) {
		text_str(t, " -coa ");
		text_addr(t, &sa->care_of);
	}
	print_settings(t, &sa->settings);
}

/* What the language has no words for: the first of it, or NULL. */

static const char *
settings_inexpressible(const struct settings *s)
{
	const struct setting *row;
	const struct name *word;
	uint32_t value;
	unsigned i;

	for (i = 0; s->given >> i != 0; i++) {
		row = &settings[i];
		value = s->value[i];
		if ((s->given >> i & 1) == 0)
			continue;
		if (row->shape == SETTING_WORD &&
		    name_of(row->words, value) == NULL)
			return row->label;
		if (row->shape == SETTING_BITS)
			for (word = row->words; word->name != NULL; word++)
				value &= ~word->value;
		if (row->shape == SETTING_BITS && value != 0)
			return row->label;
	}
	return NULL;
}

static const char *
name_inexpressible(const struct device *device, const struct label *label)
{
	size_t len = label->len;

	while (len > 0 && label->text[len - 1] == '\0')
		len--;
	if (device->index != 0 && device->name == NULL)
		return "its interface is gone";
	if (device->name != NULL && !can_be_typed(device->name,
	    strlen(device->name), false))
		return "the name of its interface cannot be typed";
	if (label->len != 0 && !can_be_typed(label->text, len, true))
		return "its label cannot be typed";
	return NULL;
}

static const char *
rest_inexpressible(const char *hwif, const struct settings *set,
    const struct unknown *unknown)
{
	if (hwif != NULL && *hwif != '\0' &&
	    !can_be_typed(hwif, strlen(hwif), false))
		return "the name of its device cannot be typed";
	if (unknown->count != 0)
		return "it has attributes that this program does not know";
	if (settings_inexpressible(set) != NULL)
		return "it has flags that are not in the language";
	return NULL;
}

const char *
sa_inexpressible(const struct sa *sa)
{
	const char *why;

	if (name_of(mode_names, sa->mode) == NULL)
		return "its mode is not in the language";
	if (sa->natt.given && name_of(encap_names, sa->natt.type) == NULL)
		return "its encapsulation is not in the language";
	if ((sa->flags & SADB_X_EXT_PMASK) == SADB_X_EXT_PMASK)
		return "its padding is not in the language";
	why = name_inexpressible(&sa->selector.device, &sa->label);
	return why != NULL ? why : rest_inexpressible(sa->hwif,
	    &sa->settings, &sa->unknown);
}

const char *
policy_name_inexpressible(const struct policy *policy)
{
	return name_inexpressible(&policy->device, &policy->label);
}

const char *
policy_inexpressible(const struct policy *policy)
{
	const char *why = policy_name_inexpressible(policy);
	unsigned i;

	for (i = 0; i < policy->nrules; i++) {
		if (policy->rules[i].share != 0)
			return "what a rule says of sharing is not in the "
			    "language";
		if (name_of(mode_names, policy->rules[i].mode) == NULL)
			return "the mode of a rule is not in the language";
		if (name_of(rule_proto_names, policy->rules[i].proto) == NULL)
			return "the protocol of a rule is not in the language";
	}
	return why != NULL ? why : rest_inexpressible(policy->hwif,
	    &policy->settings, &policy->unknown);
}

const char *
request_inexpressible(const struct view *view)
{
	struct policy policy;
	struct sa sa;

	if (view->ext[EXT_POLICY] != NULL) {
		policy_decode(view, &policy);
		return policy_inexpressible(&policy);
	}
	if (view->ext[EXT_ADDRESS_DST] == NULL)
		return NULL;
	sa_decode(view, &sa);
	return sa_inexpressible(&sa);
}

/* ---- SA ---- */

/* Whether the original addresses have the form "-natt OAI[port] OAR[port]". */
static bool
natt_pair(const struct natt *natt)
{
	return natt->given && natt->oai.family != 0 && natt->oar.family != 0;
}

static void
print_sa_end(struct text *t, const struct addr *addr, const struct natt *natt,
    bool has_port, uint16_t port)
{
	text_char(t, ' ');
	text_addr(t, addr);
	if (natt->given && !natt_pair(natt) && (has_port || port != 0))
		bracketed(t, port);
	else if (addr->port != 0)
		bracketed(t, addr->port);
}

static void
print_protocol(struct text *t, const struct sa *sa)
{
	const char *name = name_of(satype_names, sa->satype), *encap;
	bool esp = sa->satype == SADB_SATYPE_ESP;

	text_char(t, ' ');
	if (name != NULL)
		text_str(t, name);
	else
		text_dec(t, sa->satype);
	if (esp && sa->natt.given && !natt_pair(&sa->natt)) {
		encap = name_of(encap_names, sa->natt.type);
		text_str(t, encap != NULL ? encap + strlen("esp") : "-udp");
		if (sa->natt.oai.family != 0) {
			text_char(t, ' ');
			text_addr(t, &sa->natt.oai);
		}
	} else if ((sa->flags & SADB_X_EXT_OLD) != 0 &&
	    (esp || sa->satype == SADB_SATYPE_AH))
		text_str(t, "-old");
}

static void
print_natt(struct text *t, const struct natt *natt)
{
	if (!natt_pair(natt))
		return;
	text_str(t, " -natt ");
	text_addr(t, &natt->oai);
	bracketed(t, natt->sport);
	text_char(t, ' ');
	text_addr(t, &natt->oar);
	bracketed(t, natt->dport);
}

static const struct {
	uint32_t flag;
	const char *words;
} flag_words[] = {
	{ SADB_X_SAFLAGS_ESN, " -esn" },
	{ SADB_X_EXT_PRAND, " -f random-pad" },
	{ SADB_X_EXT_PZERO, " -f zero-pad" },
	{ SADB_SAFLAGS_NOECN, " -f noecn" },
	{ SADB_SAFLAGS_DECAP_DSCP, " -f decap-dscp" },
	{ SADB_SAFLAGS_NOPMTUDISC, " -f nopmtudisc" },
};

/*
 * Linux drops the flag that lets the sequence number wrap, so in what its
 * kernel dumps (which has a current lifetime) its absence means nothing.
 */
static void
print_flags(struct text *t, const struct dialect *dialect, const struct sa *sa)
{
	size_t i;

	for (i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++)
		if ((sa->flags & flag_words[i].flag) != 0)
			text_str(t, flag_words[i].words);
	if ((sa->flags & SADB_X_EXT_CYCSEQ) == 0 &&
	    (!dialect->drops_cyclic_seq || !sa->current.given))
		text_str(t, " -f nocyclic-seq");
}

static void
print_mode(struct text *t, const struct dialect *dialect, const struct sa *sa)
{
	const char *mode = mode_name(dialect, sa->mode);

	if (sa->mode != IPSEC_MODE_ANY) {
		text_str(t, " -m ");
		if (mode != NULL)
			text_str(t, mode);
		else
			text_dec(t, sa->mode);
	}
	print_numbers(t, sa, false, false);
}

static void
print_options(struct text *t, const struct dialect *dialect,
    const struct sa *sa)
{
	print_flags(t, dialect, sa);
	print_natt(t, &sa->natt);
	print_hwif(t, sa->hwif);
	print_label(t, &sa->label);
	print_sa_beyond(t, sa);
}

/* A key; without octets, of an algorithm that takes none. */
static void
print_key(struct text *t, const struct key *key, bool hide)
{
	size_t i;

	if (key->bits == 0)
		return;
	if (hide) {
		text_str(t, " (hidden)");
		return;
	}
	text_str(t, " 0x");
	for (i = 0; i < (key->bits + 7u) / 8; i++)
		text_hex(t, key->data[i], 2);
}

static void
print_encryption(struct text *t, const struct dialect *dialect,
    const struct sa *sa, bool hide)
{
	static const char derived[] = "des-deriv";
	const struct algorithm *alg = algorithm_named(ALG_ENC, derived,
	    sizeof(derived) - 1);

	text_str(t, " -E ");
	if ((sa->flags & (SADB_X_EXT_DERIV | SADB_X_EXT_OLD)) ==
	    SADB_X_EXT_DERIV && sa->encrypt != 0 &&
	    sa->encrypt == alg->id[dialect->index])
		text_str(t, derived);
	else
		print_algorithm(t, dialect, ALG_ENC, sa->encrypt);
	print_key(t, &sa->enc_key, hide);
}

static void
print_algorithms(struct text *t, const struct dialect *dialect,
    const struct sa *sa, bool hide)
{
	if (sa->satype == SADB_X_SATYPE_IPCOMP) {
		if (sa->encrypt != 0) {
			text_str(t, " -C ");
			print_algorithm(t, dialect, ALG_COMP, sa->encrypt);
		}
		if ((sa->flags & SADB_X_EXT_RAWCPI) != 0)
			text_str(t, " -R");
		return;
	}
	if (sa->encrypt != 0 || sa->enc_key.given)
		print_encryption(t, dialect, sa, hide);
	if (sa->auth != 0 || sa->auth_key.given) {
		text_str(t, " -A ");
		print_algorithm(t, dialect, ALG_AUTH, sa->auth);
		print_key(t, &sa->auth_key, hide);
	}
}

void
print_sa_command(struct text *t, const struct dialect *dialect,
    const char *verb, const struct sa *sa, const struct print_style *style)
{
	bool whole = strcmp(verb, "add") == 0 || strcmp(verb, "update") == 0;

	text_str(t, verb);
	print_sa_end(t, &sa->src, &sa->natt, sa->natt.has_sport,
	    sa->natt.sport);
	print_sa_end(t, &sa->dst, &sa->natt, sa->natt.has_dport,
	    sa->natt.dport);
	print_protocol(t, sa);
	if (strcmp(verb, "deleteall") != 0) {
		text_str(t, " 0x");
		text_hex(t, sa->spi, 8);
	}
	if (whole || strcmp(verb, "getspi") == 0)
		print_mode(t, dialect, sa);
	if (whole)
		print_options(t, dialect, sa);
	print_mark(t, " -mark", &sa->mark);
	print_numbers(t, sa, false, true);
	if (whole)
		print_algorithms(t, dialect, sa, style->hide_keys);
	text_str(t, ";\n");
}

/* ---- policy ---- */

#define TYPE_MAX	255		/* what is beyond goes as ports */

static void
print_selectors(struct text *t, const struct policy *policy)
{
	uint16_t a = policy->src.port, b = policy->dst.port;
	uint8_t upper = policy->upper;
	bool types = upper_has_types(upper) && a <= TYPE_MAX && b <= TYPE_MAX,
	    words = types || upper == UPPER_GRE;

	text_char(t, ' ');
	print_selector(t, &policy->src, !words);
	text_char(t, ' ');
	print_selector(t, &policy->dst, !words);
	text_char(t, ' ');
	print_upper(t, upper);
	if (!words || (a == 0 && b == 0))
		return;
	if (types)		/* type,code */
		text_printf(t, " %u,%u", a, b);
	else			/* the two halves of the key */
		text_printf(t, " %u.%u.%u.%u", a >> 8, a & 0xff, b >> 8,
		    b & 0xff);
}

void
print_policy_command(struct text *t, const struct dialect *dialect,
    const char *verb, const struct policy *policy, unsigned flags)
{
	bool whole = (flags & SCRIPT_NAME) == 0 &&
	    strcmp(verb, "spddelete") != 0;
	const char *dir = name_of(direction_names, policy->dir),
	    *action = name_of(action_names, policy->action);
	char prio[40];
	unsigned i;

	text_str(t, verb);
	if ((flags & SCRIPT_NO_TWIN) != 0 || ((flags & SCRIPT_ALONE) != 0 &&
	    dialect->has_fwd && policy->dir == IPSEC_DIR_INBOUND))
		text_str(t, " -k");
	print_selectors(t, policy);
	if (whole) {
		print_numbers(t, policy, true, false);
		print_hwif(t, policy->hwif);
	}
	print_label(t, &policy->label);
	print_mark(t, " -mark", &policy->mark);
	print_numbers(t, policy, true, true);
	print_device(t, &policy->device);
	print_port_masks(t, &policy->masks);
	print_settings(t, &policy->settings);
	text_str(t, " -P ");
	text_str(t, dir == NULL ? "?" : dir);
	if (whole) {
		if (*priority_text(dialect, policy->priority, prio) != '\0')
			text_char(t, ' ');
		text_str(t, prio);
		text_char(t, ' ');
		text_str(t, action == NULL ? "?" : action);
	}
	for (i = 0; whole && i < policy->nrules; i++) {
		text_char(t, ' ');
		print_rule(t, dialect, &policy->rules[i], true);
	}
	text_str(t, ";\n");
}

/* ---- commands about a whole database ---- */

void
print_header_command(struct text *t, const char *verb,
    const struct view *view)
{
	const char *satype = view->msg->satype == SADB_SATYPE_UNSPEC ? NULL :
	    name_of(satype_names, view->msg->satype);
	struct policy policy;

	policy_decode(view, &policy);
	text_str(t, verb);
	if (satype != NULL) {
		text_char(t, ' ');
		text_str(t, satype);
	}
	print_settings(t, &policy.settings);
	text_str(t, ";\n");
}

static void
print_default(struct text *t, const char *dir, uint8_t number)
{
	const char *word = name_of(default_names, number);

	if (number == DEFAULT_KEEP)
		return;
	text_printf(t, " %s ", dir);
	if (word != NULL)
		text_str(t, word);
	else
		text_dec(t, number);
}

void
print_defaults_command(struct text *t, const char *verb,
    const struct defaults *defaults)
{
	unsigned i;

	text_str(t, verb);
	print_default(t, "in", defaults->in);
	print_default(t, "out", defaults->out);
	print_default(t, "fwd", defaults->fwd);
	for (i = 0; i < 2; i++)
		if (defaults->hash[i].given)
			text_printf(t, " %s %u/%u", name_of(hash_names, i),
			    defaults->hash[i].local, defaults->hash[i].remote);
	text_str(t, ";\n");
}

/* ---- filters ---- */

static void
print_filter_ranges(struct text *t, const struct filter *f)
{
	struct policy ranges = { .src = f->src, .dst = f->dst,
	    .upper = f->upper };

	if ((f->given & FILTER_UPPER) != 0) {
		print_selectors(t, &ranges);
		return;
	}
	text_char(t, ' ');
	print_selector(t, &f->src, f->src.port != 0);
	text_char(t, ' ');
	print_selector(t, &f->dst, f->dst.port != 0);
}

static void
print_filter_protocol(struct text *t, const struct filter *f)
{
	struct sa sa = { .satype = f->satype };

	if ((f->given & FILTER_OLD) != 0)
		sa.flags = SADB_X_EXT_OLD;
	if ((f->given & FILTER_ENCAP) != 0) {
		sa.natt.given = true;
		sa.natt.type = f->encap;
	}
	print_protocol(t, &sa);
}

void
print_filter(struct text *t, const struct filter *f)
{
	const char *dir = name_of(direction_names, f->dir);
	const struct mark mark = { (f->given & FILTER_MARK) != 0, f->mark,
	    f->mark_mask };

	if (f->src.family != 0)
		print_filter_ranges(t, f);
	if (f->satype != SADB_SATYPE_UNSPEC)
		print_filter_protocol(t, f);
	if ((f->given & FILTER_SPI) != 0)
		text_printf(t, " 0x%08x", (unsigned)f->spi);
	if ((f->given & FILTER_REQID) != 0)
		text_printf(t, " -u %u", (unsigned)f->reqid);
	print_mark(t, " -mark", &mark);
	if ((f->given & FILTER_IF_ID) != 0)
		text_printf(t, " -if_id 0x%x", (unsigned)f->if_id);
	if ((f->given & FILTER_PTYPE) != 0)
		print_setting(t, EXT_X_POLICY_TYPE, f->ptype);
	if (f->dir != 0)
		text_printf(t, " -P %s", dir == NULL ? "?" : dir);
}

void
print_request_command(struct text *t, const struct view *view,
    const char *verb, unsigned flags, const struct print_style *style)
{
	struct defaults defaults = { 0 };
	struct filter filter;
	struct policy policy;
	struct sa sa;

	if (view->ext[EXT_X_DEFAULTS] != NULL ||
	    view->ext[EXT_X_THRESHOLDS] != NULL) {
		defaults_decode(view, &defaults);
		print_defaults_command(t, verb, &defaults);
	} else if (view->ext[EXT_POLICY] != NULL) {
		policy_decode(view, &policy);
		print_policy_command(t, view->dialect, verb, &policy, flags);
	} else if (view->ext[EXT_ADDRESS_DST] != NULL) {
		sa_decode(view, &sa);
		print_sa_command(t, view->dialect, verb, &sa, style);
	} else {
		filter_decode(view, &filter);
		text_str(t, verb);
		print_filter(t, &filter);
		text_str(t, ";\n");
	}
}
