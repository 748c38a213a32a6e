/* SPDX-License-Identifier: BSD-2-Clause */
/* SAs and policies in JSON: every field of a record under its own name. */
#include <net/if.h>

#include "json.h"

#ifndef VERSION
#define VERSION	"unknown"
#endif

/* ---- parts of both ---- */

/* A word of one of our tables; a number without one is its digits. */
static void
member_word(struct json *j, const char *name, const char *word,
    uint32_t number)
{
	char digits[16];

	if (word == NULL)
		snprintf(digits, sizeof(digits), "%u", (unsigned)number);
	json_string(j, name, word != NULL ? word : digits);
}

void
json_addr(struct json *j, const char *name, const struct addr *addr)
{
	char text[ADDR_TEXT];

	if (addr->family == 0)
		json_null(j, name);
	else
		json_string(j, name, addr_text(addr, text));
}

static void
member_device(struct json *j, const char *hwif)
{
	if (hwif == NULL) {
		json_null(j, "hwif");
		return;
	}
	json_object(j, "hwif");
	json_string(j, "ifname", hwif);
	json_end_object(j);
}

static void
member_mark(struct json *j, const char *name, const struct mark *mark)
{
	if (!mark->given) {
		json_null(j, name);
		return;
	}
	json_object(j, name);
	json_number(j, "value", mark->value);
	json_number(j, "mask", mark->mask);
	json_end_object(j);
}

static void
member_label(struct json *j, const struct label *label)
{
	if (label->len == 0) {
		json_null(j, "label");
		return;
	}
	json_object(j, "label");
	json_number(j, "doi", label->doi);
	json_number(j, "alg", label->alg);
	json_text(j, "text", label->text, label->len);
	json_end_object(j);
}

/* ---- what Linux has beyond PF_KEY: absent where there is none ---- */

/* "state-flags" of -D is "state_flags" here. */
#define MEMBER	32

static const char *
member_of(const char *label, char name[MEMBER])
{
	size_t i;

	for (i = 0; i < MEMBER - 1 && label[i] != '\0'; i++)
		name[i] = label[i] == '-' ? '_' : label[i];
	name[i] = '\0';
	return name;
}

/* Bits by name; those that have none as one number. */
static void
member_bits(struct json *j, const char *name, const struct name *words,
    uint32_t value)
{
	char rest[16];

	json_array(j, name);
	for (; words->name != NULL; words++)
		if ((value & words->value) != 0) {
			json_string(j, NULL, words->name);
			value &= ~words->value;
		}
	if (value != 0) {
		snprintf(rest, sizeof(rest), "0x%08x", (unsigned)value);
		json_string(j, NULL, rest);
	}
	json_end_array(j);
}

static void
member_settings(struct json *j, const struct settings *s, bool policy)
{
	const struct setting *row;
	char name[MEMBER];
	unsigned i;

	for (i = 0; s->given >> i != 0; i++) {
		row = &settings[i];
		if ((s->given >> i & 1) == 0 ||
		    !(policy ? row->policy : row->sa))
			continue;
		member_of(row->label, name);
		if (row->shape == SETTING_BITS)
			member_bits(j, name, row->words, s->value[i]);
		else if (row->shape == SETTING_WORD)
			member_word(j, name, name_of(row->words, s->value[i]),
			    s->value[i]);
		else if (row->shape == SETTING_FLAG)
			json_bool(j, name, true);
		else
			json_number(j, name, s->value[i]);
	}
}

static void
member_rest(struct json *j, const struct device *device,
    const struct port_masks *masks)
{
	if (device->index != 0 || device->name != NULL) {
		json_object(j, "dev");
		if (device->name == NULL)
			json_null(j, "ifname");
		else
			json_string(j, "ifname", device->name);
		json_number_or_null(j, "ifindex", device->index);
		json_end_object(j);
	}
	if (masks->given) {
		json_object(j, "port_masks");
		json_number(j, "src", masks->src);
		json_number(j, "dst", masks->dst);
		json_end_object(j);
	}
}

/* Attributes of a kernel that is newer than this program. */
static void
member_unknown(struct json *j, const struct unknown *unknown)
{
	unsigned i;

	if (unknown->count == 0)
		return;
	json_array(j, "unknown_attributes");
	for (i = 0; i < unknown->count; i++)
		json_number(j, NULL, unknown->attrs[i]);
	json_end_array(j);
}

/* FreeBSD says "no limit" as the largest number, Linux as 0 or as ~0. */
static void
limit(struct json *j, const char *name, uint64_t n)
{
	json_number_or_null(j, name, n >= INT64_MAX ? 0 : n);
}

static void
member_limits(struct json *j, const char *name, const struct lifetime *life)
{
	json_object(j, name);
	limit(j, "addtime_s", life->addtime);
	limit(j, "usetime_s", life->usetime);
	limit(j, "bytes", life->bytes);
	limit(j, "allocated", life->allocations == UINT32_MAX ? 0 :
	    life->allocations);
	json_end_object(j);
}

/*
 * What get, delete and spddelete take behind the verb, which print wrote to
 * j->name: "verb NAME;\n".
 */
static void
member_name(struct json *j, const char *verb)
{
	size_t skip = strlen(verb) + 1, end = strlen(";\n");

	json_text(j, "name", j->name.buf + skip, j->name.len - skip - end);
	j->name.len = 0;
}

/* ---- SA ---- */

static void
sa_name(struct json *j, const struct sa *sa)
{
	if (sa->src.family == 0 || sa->dst.family == 0 || !sa->has_sa) {
		json_null(j, "name");
		return;
	}
	print_sa_command(&j->name, j->dialect, "get", sa, j->style);
	member_name(j, "get");
}

static void
sa_identity(struct json *j, const struct sa *sa)
{
	sa_name(j, sa);
	json_addr(j, "src", &sa->src);
	json_addr(j, "dst", &sa->dst);
	json_number_or_null(j, "src_port", sa->src.port);
	json_number_or_null(j, "dst_port", sa->dst.port);
	member_word(j, "satype", name_of(satype_names, sa->satype),
	    sa->satype);
	if (sa->has_sa) {
		json_number(j, "spi", sa->spi);
		json_hex32(j, "spi_hex", sa->spi);
	}
	if (sa->has_sa2) {
		member_word(j, "mode", mode_name(j->dialect, sa->mode),
		    sa->mode);
		json_number(j, "reqid", sa->reqid);
	}
}

static const struct name flag_names[] = {
	{ "old", SADB_X_EXT_OLD },
	{ "iv4b", SADB_X_EXT_IV4B },
	{ "deriv", SADB_X_EXT_DERIV },
	{ "cyclic-seq", SADB_X_EXT_CYCSEQ },
	{ "rawcpi", SADB_X_EXT_RAWCPI },
	{ "random-pad", SADB_X_EXT_PRAND },
	{ "zero-pad", SADB_X_EXT_PZERO },
	{ "esn", SADB_X_SAFLAGS_ESN },
	{ "nopmtudisc", SADB_SAFLAGS_NOPMTUDISC },
	{ "decap-dscp", SADB_SAFLAGS_DECAP_DSCP },
	{ "noecn", SADB_SAFLAGS_NOECN },
	{ NULL, 0 }
};

static void
sa_state(struct json *j, const struct sa *sa)
{
	const struct name *flag;

	if (!sa->has_sa)
		return;
	member_word(j, "state", name_of(state_names, sa->state), sa->state);
	json_number(j, "replay", ((uint64_t)sa->replay + 7) / 8);
	json_number(j, "replay_packets", sa->replay);
	json_number(j, "sequence", sa->sequence);
	json_array(j, "flags");
	for (flag = flag_names; flag->name != NULL; flag++)
		if ((sa->flags & flag->value) != 0)
			json_string(j, NULL, flag->name);
	json_end_array(j);
	json_hex32(j, "flags_hex", sa->flags);
}

/* The bits of an ICV: what the SA says, or the algorithm's usual number. */
static uint32_t
icv_of(const struct sa *sa, const struct algorithm *alg)
{
	uint32_t own = setting_value(&sa->settings, EXT_X_ICV);

	if (alg == NULL || alg->icv == 0)
		return 0;
	return own != 0 ? own : alg->icv;
}

static void
algorithm(struct json *j, const struct sa *sa, enum alg_kind kind)
{
	const char *name = kind == ALG_ENC ? "enc" : "auth";
	uint8_t id = kind == ALG_ENC ? sa->encrypt : sa->auth;
	const struct key *key = kind == ALG_ENC ? &sa->enc_key :
	    &sa->auth_key;
	const struct algorithm *alg = algorithm_numbered(kind, j->dialect, id);
	bool hide = j->style->hide_keys && key->bits != 0;

	if (id == 0 && !key->given) {
		json_null(j, name);
		return;
	}
	json_object(j, name);
	member_word(j, "alg", alg != NULL ? alg->name :
	    id == 0 ? "none" : NULL, id);
	json_number(j, "key_bits", key->bits);
	json_number_or_null(j, "icv_bits", icv_of(sa, alg));
	if (hide) {
		json_null(j, "key");
		json_bool(j, "key_hidden", true);
	} else
		json_octets(j, "key", key->data, (key->bits + 7u) / 8);
	json_end_object(j);
}

static void
sa_compression(struct json *j, const struct sa *sa)
{
	const struct algorithm *alg = algorithm_numbered(ALG_COMP, j->dialect,
	    sa->encrypt);

	json_object(j, "comp");
	member_word(j, "alg", alg != NULL ? alg->name :
	    sa->encrypt == 0 ? "none" : NULL, sa->encrypt);
	json_bool(j, "raw_cpi", (sa->flags & SADB_X_EXT_RAWCPI) != 0);
	json_end_object(j);
}

static void
sa_algorithms(struct json *j, const struct sa *sa)
{
	if (!sa->has_sa)
		return;
	if (sa->satype == SADB_X_SATYPE_IPCOMP) {
		json_null(j, "enc");
		json_null(j, "auth");
		sa_compression(j, sa);
		return;
	}
	algorithm(j, sa, ALG_ENC);
	algorithm(j, sa, ALG_AUTH);
	json_null(j, "comp");
}

/* The kernel's words, not those of the language, for they came first. */
static const struct name encap_words[] = {
	{ "espinudp", UDP_ENCAP_ESPINUDP },
	{ "espinudp-nonike", UDP_ENCAP_ESPINUDP_NON_IKE },
	{ "espintcp", TCP_ENCAP_ESPINTCP },
	{ NULL, 0 }
};

static void
sa_encapsulation(struct json *j, const struct natt *natt)
{
	if (!natt->given || natt->type == 0) {
		json_null(j, "encap");
		return;
	}
	json_object(j, "encap");
	member_word(j, "type", name_of(encap_words, natt->type), natt->type);
	json_number_or_null(j, "src_port", natt->sport);
	json_number_or_null(j, "dst_port", natt->dport);
	json_addr(j, "oai", &natt->oai);
	json_addr(j, "oar", &natt->oar);
	json_number_or_null(j, "frag", natt->frag);
	json_end_object(j);
}

static void
sa_lifetimes(struct json *j, const struct sa *sa)
{
	uint64_t now = j->style->now < 0 ? 0 : (uint64_t)j->style->now,
	    made = sa->current.addtime;

	if (sa->hard.given || sa->current.given)
		member_limits(j, "hard", &sa->hard);
	if (sa->soft.given || sa->current.given)
		member_limits(j, "soft", &sa->soft);
	if (!sa->current.given)
		return;
	json_time(j, "created", made);
	json_number(j, "age_s", made == 0 || made > now ? 0 : now - made);
	json_time(j, "last_used", sa->current.usetime);
	json_number(j, "bytes", sa->current.bytes);
	json_number(j, "allocated", sa->current.allocations);
}

/* What a device or the software did for an SA that may be offloaded. */
static void
sa_offload(struct json *j, const char *name, const struct lifetime *use)
{
	if (!use->given)
		return;
	json_object(j, name);
	json_time(j, "last_used", use->usetime);
	json_number(j, "bytes", use->bytes);
	json_number(j, "allocated", use->allocations);
	json_end_object(j);
}

/* One end of an SA's selector. */
static void
selector_end(struct json *j, const char *name, const struct addr *addr)
{
	json_object(j, name);
	json_addr(j, "addr", addr);
	json_number(j, "prefix", addr->prefix);
	json_number_or_null(j, "port", addr->port);
	json_end_object(j);
}

static void
sa_selector(struct json *j, const struct sa_selector *selector)
{
	if (!selector->given)
		return;
	json_object(j, "selector");
	selector_end(j, "src", &selector->src);
	selector_end(j, "dst", &selector->dst);
	member_word(j, "upperspec", protocol_name(selector->upper),
	    selector->upper);
	json_end_object(j);
}

/* Sequence numbers, the window as the kernel has it, and what was refused. */
static void
sa_traffic(struct json *j, const struct sa_state *state)
{
	unsigned i;

	if (!state->given)
		return;
	json_object(j, "traffic");
	json_number(j, "out_seq", state->out_seq);
	json_number(j, "in_seq", state->in_seq);
	json_array(j, "window");
	for (i = 0; i < state->words; i++)
		json_hex32(j, NULL, state->bitmap[i]);
	json_end_array(j);
	json_time(j, "last_packet", state->last_used);
	json_number(j, "late_packets", state->late);
	json_number(j, "replayed_packets", state->replayed);
	json_number(j, "forged_packets", state->forged);
	json_end_object(j);
}

static void
sa_beyond(struct json *j, const struct sa *sa)
{
	sa_selector(j, &sa->selector);
	member_rest(j, &sa->selector.device, &sa->selector.masks);
	if (sa->output_mark.given)
		member_mark(j, "output_mark", &sa->output_mark);
	if (sa->care_of.family != 0)
		json_addr(j, "care_of", &sa->care_of);
	member_settings(j, &sa->settings, false);
	sa_traffic(j, &sa->traffic);
	member_unknown(j, &sa->unknown);
}

void
json_sa(struct json *j, const char *name, const struct sa *sa)
{
	json_object(j, name);
	sa_identity(j, sa);
	sa_state(j, sa);
	sa_algorithms(j, sa);
	sa_encapsulation(j, &sa->natt);
	sa_lifetimes(j, sa);
	member_mark(j, "mark", &sa->mark);
	json_number_or_null(j, "if_id", sa->if_id);
	member_device(j, sa->hwif);
	member_label(j, &sa->label);
	json_number(j, "pid", sa->pid);
	json_number(j, "refcnt", sa->refcnt);
	sa_offload(j, "sw_offload", &sa->sw_offload);
	sa_offload(j, "hw_offload", &sa->hw_offload);
	sa_beyond(j, sa);
	json_end_object(j);
}

/* ---- policy ---- */

#define NAME_LABEL	1024	/* of a longer label there is no name */

static void
policy_name(struct json *j, const struct policy *policy)
{
	if (!policy->has_selector || policy->dir >= IPSEC_DIR_SOCKET_IN ||
	    policy->scope == IPSEC_SCOPE_IFNET ||
	    policy->label.len > NAME_LABEL ||
	    policy_name_inexpressible(policy) != NULL) {
		json_null(j, "name");
		return;
	}
	print_policy_command(&j->name, j->dialect, "spddelete", policy, 0);
	member_name(j, "spddelete");
}

/* Protocols without ports keep other things in the fields of ports. */
static void
policy_ports(struct json *j, const struct policy *policy)
{
	uint16_t a = policy->src.port, b = policy->dst.port;

	if (upper_has_types(policy->upper)) {
		json_number_or_null(j, "icmp_type", a);
		json_number_or_null(j, "icmp_code", b);
		a = b = 0;
	} else if (policy->upper == UPPER_GRE) {
		json_number_or_null(j, "gre_key", (uint32_t)a << 16 | b);
		a = b = 0;
	}
	json_number_or_null(j, "src_port", a);
	json_number_or_null(j, "dst_port", b);
}

static void
policy_selector(struct json *j, const struct policy *policy)
{
	if (!policy->has_selector)
		return;
	json_addr(j, "src", &policy->src);
	json_number(j, "src_prefix", policy->src.prefix);
	json_addr(j, "dst", &policy->dst);
	json_number(j, "dst_prefix", policy->dst.prefix);
	policy_ports(j, policy);
	member_word(j, "upperspec", protocol_name(policy->upper),
	    policy->upper);
	if (policy->upper == IPSEC_ULPROTO_ANY)
		json_null(j, "upper_proto");
	else
		json_number(j, "upper_proto", policy->upper);
}

static void
policy_scope(struct json *j, const struct policy *policy)
{
	char name[IF_NAMESIZE];
	const char *ifname = policy->ifname;

	if (ifname == NULL && policy->ifindex != 0)
		ifname = if_indextoname(policy->ifindex, name);
	json_string(j, "scope", policy->dir >= IPSEC_DIR_SOCKET_IN ||
	    policy->scope == IPSEC_SCOPE_PCB ? "socket" :
	    policy->scope == IPSEC_SCOPE_IFNET ? "ifnet" : "global");
	if (ifname == NULL)
		json_null(j, "ifname");
	else
		json_string(j, "ifname", ifname);
}

void
json_rule(struct json *j, const struct rule *rule)
{
	member_word(j, "proto", name_of(rule_proto_names, rule->proto),
	    rule->proto);
	member_word(j, "mode", mode_name(j->dialect, rule->mode), rule->mode);
	member_word(j, "level", name_of(level_names, rule->level),
	    rule->level);
	json_number_or_null(j, "reqid", rule->reqid);
	json_bool(j, "reqid_by_kernel", rule->reqid > IPSEC_MANUAL_REQID_MAX);
	json_addr(j, "src", &rule->src);
	json_addr(j, "dst", &rule->dst);
	json_number_or_null(j, "src_port", rule->src.port);
	json_number_or_null(j, "dst_port", rule->dst.port);
	if (rule->spi != 0) {
		json_number(j, "spi", rule->spi);
		json_hex32(j, "spi_hex", rule->spi);
	}
	if (rule->has_masks) {
		json_hex32(j, "auth_mask", rule->auth_mask);
		json_hex32(j, "enc_mask", rule->enc_mask);
		json_hex32(j, "comp_mask", rule->comp_mask);
	}
	if (rule->share != 0)
		json_number(j, "share", rule->share);
}

static const char *
direction_word(const struct policy *policy)
{
	return policy->dir == IPSEC_DIR_SOCKET_IN ? "in" :
	    policy->dir == IPSEC_DIR_SOCKET_OUT ? "out" :
	    name_of(direction_names, policy->dir);
}

static void
policy_proper(struct json *j, const struct policy *policy)
{
	unsigned i;

	member_word(j, "dir", direction_word(policy), policy->dir);
	member_word(j, "type", name_of(action_names, policy->action),
	    policy->action);
	if (j->dialect->has_priority)
		json_number(j, "priority", policy->priority);
	json_number(j, "spid", policy->id);
	policy_scope(j, policy);
	json_array(j, "rules");
	for (i = 0; i < policy->nrules; i++) {
		json_object(j, NULL);
		json_rule(j, &policy->rules[i]);
		json_end_object(j);
	}
	json_end_array(j);
}

static void
policy_lifetimes(struct json *j, const struct policy *policy)
{
	if (policy->hard.given)
		member_limits(j, "hard", &policy->hard);
	if (policy->soft.given)
		member_limits(j, "soft", &policy->soft);
	if (!policy->current.given)
		return;
	json_time(j, "created", policy->current.addtime);
	json_time(j, "last_used", policy->current.usetime);
}

void
json_policy(struct json *j, const char *name, const struct policy *policy)
{
	json_object(j, name);
	policy_name(j, policy);
	policy_selector(j, policy);
	if (policy->has_policy)
		policy_proper(j, policy);
	policy_lifetimes(j, policy);
	member_mark(j, "mark", &policy->mark);
	json_number_or_null(j, "if_id", policy->if_id);
	member_device(j, policy->hwif);
	member_label(j, &policy->label);
	json_number(j, "pid", policy->pid);
	json_number(j, "refcnt", policy->refcnt);
	member_rest(j, &policy->device, &policy->masks);
	member_settings(j, &policy->settings, true);
	member_unknown(j, &policy->unknown);
	json_end_object(j);
}

void
json_defaults(struct json *j, const char *name, const struct defaults *d)
{
	/* An absent member: kernel or channel does not tell. */
	if ((d->in | d->out | d->fwd) == DEFAULT_KEEP)
		return;
	json_object(j, name);
	member_word(j, "in", name_of(default_names, d->in), d->in);
	member_word(j, "out", name_of(default_names, d->out), d->out);
	member_word(j, "fwd", name_of(default_names, d->fwd), d->fwd);
	json_end_object(j);
}

/* The thresholds that are not those of a fresh kernel. */
static void
json_thresholds(struct json *j, const struct defaults *d)
{
	unsigned i;

	if (!is_moved(d, 0) && !is_moved(d, 1))
		return;
	json_object(j, "hash_thresholds");
	for (i = 0; i < 2; i++) {
		if (!is_moved(d, i))
			continue;
		json_object(j, name_of(hash_names, i));
		json_number(j, "local", d->hash[i].local);
		json_number(j, "remote", d->hash[i].remote);
		json_end_object(j);
	}
	json_end_object(j);
}

/* ---- the document ---- */

void
json_begin_dump(struct json *j, bool policies, const char *channel,
    const struct defaults *defaults)
{
	json_object(j, NULL);
	json_number(j, "setkey_json", JSON_VERSION);
	json_string(j, "kind", policies ? "spd" : "sad");
	json_string(j, "program", "setkey " VERSION);
	json_string(j, "system", j->dialect->name);
	json_string(j, "channel", channel);
	json_time(j, "time", j->style->now < 0 ? 0 : (uint64_t)j->style->now);
	if (policies) {
		json_defaults(j, "defaults", defaults);
		json_thresholds(j, defaults);
	}
	json_array(j, policies ? "policies" : "sas");
}

void
json_end_dump(struct json *j, uint64_t count, const char *error)
{
	text_char(j->t, '\n');
	json_end_array(j);
	json_number(j, "count", count);
	json_bool(j, "complete", error == NULL);
	if (error == NULL)
		json_null(j, "error");
	else
		json_string(j, "error", error);
	json_end_object(j);
	text_char(j->t, '\n');
}
