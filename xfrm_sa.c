/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From NETLINK_XFRM records and events of security associations to PF_KEY
 * messages.
 */
#include "pfkey.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

#include "xfrm_decode.h"

struct transform {
	uint8_t id;			/* 0: none, or one without a number */
	const uint8_t *key;
	uint32_t bits;
	uint32_t icv;			/* where it is not the row's, or 0 */
	bool foreign;			/* an algorithm without a row */
};

/* The row of an algorithm, or NULL. */
static const struct algorithm *
find_algorithm(enum alg_kind kind, const char *name, uint32_t icv)
{
	const struct algorithm *alg = icv > UINT16_MAX ? NULL :
	    algorithm_of_xfrm(kind, name, (uint16_t)icv);

	/* An ICV of an odd length: it is told beside the algorithm. */
	return alg == NULL ? algorithm_of_xfrm(kind, name, 0) : alg;
}

/*
 * The same, with the one found last at hand, as a database is mostly of one
 * kind.  False if the name has no end.
 */
static bool
find_recent(struct xfrm_alg *recent, enum alg_kind kind, const char *name,
    uint32_t icv)
{
	struct xfrm_algo_auth *head = &recent->head;

	/* Until an attribute names it there is no algorithm. */
	if (memcmp(head->alg_name, name, sizeof(head->alg_name)) == 0 &&
	    head->alg_trunc_len == icv)
		return true;
	if (memchr(name, '\0', sizeof(head->alg_name)) == NULL)
		return false;
	memcpy(head->alg_name, name, sizeof(head->alg_name));
	head->alg_trunc_len = icv;
	recent->alg = find_algorithm(kind, name, icv);
	return true;
}

/*
 * Reads an algorithm attribute, if it is there: a name, the key's bits, for
 * some the ICV's bits, the key.  False if it is malformed.
 */
static bool
get_transform(struct xfrm_task *t, unsigned type, enum alg_kind kind,
    struct transform *out)
{
	bool with_icv = type == XFRMA_ALG_AUTH_TRUNC || type == XFRMA_ALG_AEAD;
	const uint8_t *p = t->attrs.value[type];
	const struct xfrm_algo_auth *head = (const void *)p; /* aligned to 4 */
	const struct algorithm *alg;
	uint32_t icv;
	size_t size;

	if (p == NULL)
		return true;
	size = with_icv ? sizeof(*head) :
	    offsetof(struct xfrm_algo_auth, alg_trunc_len);
	icv = with_icv ? head->alg_trunc_len : 0;
	if (head->alg_key_len > UINT16_MAX ||
	    (head->alg_key_len + 7) / 8 > t->attrs.len[type] - size ||
	    !find_recent(&t->d->recent[kind], kind, head->alg_name, icv))
		return false;
	alg = t->d->recent[kind].alg;
	out->id = alg != NULL ? alg->id[DIALECT_LINUX] : 0;
	out->icv = alg != NULL && with_icv && alg->icv != icv ? icv : 0;
	out->foreign = alg == NULL;
	out->key = p + size;
	out->bits = head->alg_key_len;
	return true;
}

/*
 * Dumps carry authentication twice, the second time with the ICV's length.
 * IPComp's algorithm is where the cipher's is.  An AEAD without a number is
 * shown as af_key shows all of them: nothing.
 */
static bool
get_transforms(struct xfrm_task *t, struct transform *auth,
    struct transform *enc)
{
	const uint8_t *const *value = t->attrs.value;

	memset(auth, 0, sizeof(*auth));
	memset(enc, 0, sizeof(*enc));
	if (!get_transform(t, value[XFRMA_ALG_AUTH_TRUNC] != NULL ?
	    XFRMA_ALG_AUTH_TRUNC : XFRMA_ALG_AUTH, ALG_AUTH, auth))
		return false;
	if (value[XFRMA_ALG_COMP] != NULL)
		return get_transform(t, XFRMA_ALG_COMP, ALG_COMP, enc);
	if (value[XFRMA_ALG_AEAD] != NULL) {
		if (!get_transform(t, XFRMA_ALG_AEAD, ALG_ENC, enc))
			return false;
		if (enc->id == 0)
			enc->bits = 0;
		return true;
	}
	return get_transform(t, XFRMA_ALG_CRYPT, ALG_ENC, enc);
}

static void
put_key(struct msgbuf *m, enum ext id, const struct transform *t)
{
	size_t octets = (t->bits + 7) / 8;
	struct wire_key *wire;

	if (t->bits == 0)
		return;
	wire = msg_ext(m, id, sizeof(*wire) + octets);
	wire->bits = (uint16_t)t->bits;
	memcpy(wire + 1, t->key, octets);
}

/*
 * Netlink does not tell the state.  An SA that waits for its keys has no
 * algorithm; one is dying from a soft limit on (af_key has a flag for that,
 * set by the same comparisons).
 */
static uint8_t
state_of(const struct xfrm_task *t, const struct xfrm_usersa_info *info)
{
	const uint8_t *const *value = t->attrs.value;
	const struct xfrm_lifetime_cfg *lft = &info->lft;
	const struct xfrm_lifetime_cur *cur = &info->curlft;
	uint64_t now = t->d->now > 0 ? (uint64_t)t->d->now : 0;

	if (!is_mobile(info->id.proto) && value[XFRMA_ALG_CRYPT] == NULL &&
	    value[XFRMA_ALG_AEAD] == NULL && value[XFRMA_ALG_AUTH] == NULL &&
	    value[XFRMA_ALG_AUTH_TRUNC] == NULL &&
	    value[XFRMA_ALG_COMP] == NULL)
		return SADB_SASTATE_LARVAL;
	if (cur->bytes >= lft->soft_byte_limit ||
	    cur->packets >= lft->soft_packet_limit)
		return SADB_SASTATE_DYING;
	if (now > cur->add_time && lft->soft_add_expires_seconds != 0 &&
	    now - cur->add_time >= lft->soft_add_expires_seconds)
		return SADB_SASTATE_DYING;
	if (now > cur->use_time && cur->use_time != 0 &&
	    lft->soft_use_expires_seconds != 0 &&
	    now - cur->use_time >= lft->soft_use_expires_seconds)
		return SADB_SASTATE_DYING;
	return SADB_SASTATE_MATURE;
}

static uint32_t
flags_of(uint8_t flags)
{
	return (flags & XFRM_STATE_NOECN ? SADB_SAFLAGS_NOECN : 0) |
	    (flags & XFRM_STATE_DECAP_DSCP ? SADB_SAFLAGS_DECAP_DSCP : 0) |
	    (flags & XFRM_STATE_NOPMTUDISC ? SADB_SAFLAGS_NOPMTUDISC : 0) |
	    (flags & XFRM_STATE_ESN ? SADB_X_SAFLAGS_ESN : 0);
}

static uint32_t
window_of(const struct xfrm_usersa_info *info, const struct xfrm_attrs *attrs)
{
	struct xfrm_replay_state_esn esn;

	if (xfrm_get_attr(attrs, XFRMA_REPLAY_ESN_VAL, &esn, sizeof(esn)))
		return esn.replay_window;
	return info->replay_window;
}

static void
put_sa(struct msgbuf *m, const struct xfrm_usersa_info *info, uint32_t window,
    uint8_t state, uint8_t auth, uint8_t encrypt)
{
	struct wire_sa *wire = msg_ext(m, EXT_SA, sizeof(*wire));

	wire->spi = info->id.spi;
	wire->replay = (uint8_t)(window < XFRM_SMALL_WINDOW ? window :
	    XFRM_SMALL_WINDOW);
	wire->state = state;
	wire->auth = auth;
	wire->encrypt = encrypt;
	wire->flags = flags_of(info->flags);
}

static void
put_natt(struct msgbuf *m, const struct xfrm_attrs *attrs, unsigned family)
{
	static const xfrm_address_t none;
	struct xfrm_encap_tmpl encap;
	struct wire_nat_t_type *type;
	struct wire_nat_t_port *port;

	if (!xfrm_get_attr(attrs, XFRMA_ENCAP, &encap, sizeof(encap)) ||
	    encap.encap_type == 0)
		return;
	type = msg_ext(m, EXT_NAT_T_TYPE, sizeof(*type));
	type->nat_type = (uint8_t)encap.encap_type;
	if (memcmp(&encap.encap_oa, &none, sizeof(none)) != 0)
		xfrm_put_host(m, EXT_NAT_T_OAI, &encap.encap_oa, family);
	port = msg_ext(m, EXT_NAT_T_SPORT, sizeof(*port));
	port->port = encap.encap_sport;
	port = msg_ext(m, EXT_NAT_T_DPORT, sizeof(*port));
	port->port = encap.encap_dport;
}

static void
put_sa2(struct msgbuf *m, const struct xfrm_usersa_info *info)
{
	struct wire_sa2 *wire = msg_ext(m, EXT_SA2, sizeof(*wire));

	wire->mode = xfrm_mode_of(info->mode);
	wire->reqid = info->reqid;
}

/* ---- what PF_KEY has no room for ---- */

static void
put_settings(struct msgbuf *m, const struct xfrm_attrs *attrs)
{
	const struct setting *row;
	const uint8_t *p;
	uint32_t value;
	uint16_t u16;
	unsigned i;

	for (i = 0; attrs->settings >> i != 0; i++) {
		if ((attrs->settings >> i & 1) == 0)
			continue;
		row = &settings[i];
		p = attrs->value[row->attr];
		if (row->octets == sizeof(value))
			memcpy(&value, p, sizeof(value));
		else if (row->octets == sizeof(u16)) {
			memcpy(&u16, p, sizeof(u16));
			value = u16;
		} else
			value = row->octets == 1 ? *p : 1;
		xfrm_put_value(m, (enum ext)(EXT_X_SETTING + i), value);
	}
}

/* Modes whose inner packets may be of either family. */
static bool
is_tunnel(const struct xfrm_usersa_info *info)
{
	uint8_t mode = xfrm_mode_of(info->mode);

	return mode == IPSEC_MODE_TUNNEL || mode == IPSEC_MODE_IPTFS;
}

/*
 * An SA is for all packets, as one is made here without a selector: those of
 * its own family, or of both in a tunnel.  PF_KEY's have no family at all.
 */
static bool
takes_all_packets(const struct xfrm_usersa_info *info)
{
	static const xfrm_address_t any;
	const struct xfrm_selector *sel = &info->sel;

	return memcmp(&sel->saddr, &any, sizeof(any)) == 0 &&
	    memcmp(&sel->daddr, &any, sizeof(any)) == 0 &&
	    sel->prefixlen_s == 0 && sel->prefixlen_d == 0 &&
	    sel->proto == 0 && sel->sport == 0 && sel->dport == 0 &&
	    (sel->family == AF_UNSPEC ||
	    (sel->family == info->family && !is_tunnel(info)));
}

/*
 * That a selector has no family is meant, says a flag, which is not worth a
 * word in a tunnel for all packets.
 */
static void
put_sa_selector(struct xfrm_task *t, const struct xfrm_usersa_info *info)
{
	struct msgbuf *m = t->m;
	const struct xfrm_selector *sel = &info->sel;
	unsigned family = xfrm_known_family(sel->family) ? sel->family :
	    info->family;
	uint8_t flags = info->flags & (XFRM_FLAG_WILDRECV | XFRM_FLAG_ICMP |
	    XFRM_FLAG_AF_UNSPEC | XFRM_FLAG_ALIGN4);
	bool all = takes_all_packets(info);

	if (!all) {
		xfrm_put_address(m, EXT_X_SEL_SRC, &sel->saddr, family,
		    sel->prefixlen_s, xfrm_upper_of(sel->proto), sel->sport);
		xfrm_put_address(m, EXT_X_SEL_DST, &sel->daddr, family,
		    sel->prefixlen_d, xfrm_upper_of(sel->proto), sel->dport);
	}
	xfrm_put_selector_rest(t, sel);
	if (all && is_tunnel(info))
		flags &= (uint8_t)~XFRM_FLAG_AF_UNSPEC;
	if (flags != 0)
		xfrm_put_value(m, EXT_X_STATE_FLAGS, flags);
}

static void
put_output_mark(struct msgbuf *m, const struct xfrm_attrs *attrs)
{
	uint32_t value, mask = ~0u;
	struct wire_mark *wire;

	if (!xfrm_get_attr(attrs, XFRM_SET_MARK, &value, sizeof(value)))
		return;
	xfrm_get_attr(attrs, XFRM_SET_MARK_MASK, &mask, sizeof(mask));
	wire = msg_ext(m, EXT_X_OUTPUT_MARK, sizeof(*wire));
	wire->value = value;
	wire->mask = mask;
}

/* The sequence numbers of an SA; words is that of the bitmap, *bitmap. */
static void
read_replay(const struct xfrm_attrs *attrs, struct wire_sa_state *state,
    const uint8_t **bitmap)
{
	struct xfrm_replay_state_esn esn;
	struct xfrm_replay_state small;
	size_t room;

	if (xfrm_get_attr(attrs, XFRMA_REPLAY_ESN_VAL, &esn, sizeof(esn))) {
		room = (attrs->len[XFRMA_REPLAY_ESN_VAL] - sizeof(esn)) /
		    sizeof(uint32_t);
		state->out_seq = (uint64_t)esn.oseq_hi << 32 | esn.oseq;
		state->in_seq = (uint64_t)esn.seq_hi << 32 | esn.seq;
		state->words = esn.bmp_len < room ? esn.bmp_len :
		    (uint32_t)room;
		*bitmap = attrs->value[XFRMA_REPLAY_ESN_VAL] + sizeof(esn);
	} else if (xfrm_get_attr(attrs, XFRMA_REPLAY_VAL, &small,
	    sizeof(small))) {
		state->out_seq = small.oseq;
		state->in_seq = small.seq;
		state->words = 1;
		*bitmap = attrs->value[XFRMA_REPLAY_VAL] +
		    offsetof(struct xfrm_replay_state, bitmap);
	}
}

/* What happened to an SA; one to which nothing did has nothing to say. */
static void
put_sa_state(struct msgbuf *m, const struct xfrm_usersa_info *info,
    const struct xfrm_attrs *attrs)
{
	struct wire_sa_state state = { 0 }, *wire;
	const uint8_t *bitmap = NULL;

	read_replay(attrs, &state, &bitmap);
	xfrm_get_attr(attrs, XFRMA_LASTUSED, &state.last_used,
	    sizeof(state.last_used));
	state.late = info->stats.replay_window;
	state.replayed = info->stats.replay;
	state.forged = info->stats.integrity_failed;
	if (state.out_seq == 0 && state.in_seq == 0 && state.last_used == 0 &&
	    (state.late | state.replayed | state.forged) == 0)
		return;
	if (state.in_seq == 0)
		state.words = 0;	/* the bitmap is empty */
	wire = msg_ext(m, EXT_X_SA_STATE, sizeof(*wire));
	state.len = wire->len;
	state.type = wire->type;
	*wire = state;
	if (state.words != 0)
		msg_bytes(m, bitmap, state.words * sizeof(uint32_t));
}

/* All that an SA has beyond PF_KEY. */
static void
put_sa_beyond(struct xfrm_task *t, const struct xfrm_usersa_info *info,
    uint8_t state)
{
	const struct xfrm_attrs *attrs = &t->attrs;
	struct msgbuf *m = t->m;
	xfrm_address_t care_of;
	struct xfrm_user_offload offload;

	/* One that waits is for the packet that the kernel wanted it for. */
	if (state != SADB_SASTATE_LARVAL)
		put_sa_selector(t, info);
	put_output_mark(m, attrs);
	if (xfrm_get_attr(attrs, XFRMA_COADDR, &care_of, sizeof(care_of)))
		xfrm_put_host(m, EXT_X_CARE_OF, &care_of, info->family);
	put_sa_state(m, info, attrs);
	put_settings(m, attrs);
	if (xfrm_get_attr(attrs, XFRMA_OFFLOAD_DEV, &offload,
	    sizeof(offload)) && (offload.flags & XFRM_OFFLOAD_WHOLE) != 0)
		xfrm_put_value(m, EXT_X_OFFLOAD, XFRM_OFFLOAD_WHOLE);
}

/*
 * An algorithm that no row of names.c has is told by the attribute that it came
 * in; an ICV that none has, by its length.
 */
static void
put_algorithm_rest(struct xfrm_task *t, const struct transform *auth,
    const struct transform *enc)
{
	struct xfrm_attrs *attrs = &t->attrs;
	uint32_t icv = auth->icv != 0 ? auth->icv : enc->icv;

	if (icv != 0)
		xfrm_put_value(t->m, EXT_X_ICV, icv);
	if (auth->foreign)
		xfrm_note_unknown(attrs, XFRMA_ALG_AUTH);
	if (enc->foreign)
		xfrm_note_unknown(attrs,
		    attrs->value[XFRMA_ALG_AEAD] != NULL ? XFRMA_ALG_AEAD :
		    attrs->value[XFRMA_ALG_COMP] != NULL ? XFRMA_ALG_COMP :
		    XFRMA_ALG_CRYPT);
}

/*
 * All of an SA.  The selector's source shows, as ADDRESS_PROXY, wherever it is
 * not the SA's own: that is, for nearly every SA, as 0.0.0.0/0.
 */
static bool
put_state(struct xfrm_task *t, const struct xfrm_usersa_info *info,
    unsigned parts, uint8_t state)
{
	const struct xfrm_selector *sel = &info->sel;
	unsigned family = info->family;
	uint32_t window = window_of(info, &t->attrs);
	struct wire_sa_replay *replay;
	struct transform auth, enc;
	struct msgbuf *m = t->m;

	if (!xfrm_known_family(family) || !get_transforms(t, &auth, &enc))
		return false;
	put_sa(m, info, window, state, auth.id, enc.id);
	xfrm_put_lifetimes(t, parts, &info->lft, &info->curlft);
	xfrm_put_host(m, EXT_ADDRESS_SRC, &info->saddr, family);
	xfrm_put_host(m, EXT_ADDRESS_DST, &info->id.daddr, family);
	if (memcmp(&sel->saddr, &info->saddr, family == AF_INET ? 4 : 16) != 0)
		xfrm_put_address(m, EXT_ADDRESS_PROXY, &sel->saddr, family,
		    sel->prefixlen_s, xfrm_upper_of(sel->proto), sel->sport);
	if (parts & XFRM_KEYS) {
		put_key(m, EXT_KEY_AUTH, &auth);
		put_key(m, EXT_KEY_ENCRYPT, &enc);
	}
	put_sa2(m, info);
	put_natt(m, &t->attrs, family);
	if (!xfrm_put_label(t))
		return false;
	if (window > XFRM_SMALL_WINDOW) {
		replay = msg_ext(m, EXT_SA_REPLAY, sizeof(*replay));
		replay->replay = window;
	}
	xfrm_put_private(t);
	put_sa_beyond(t, info, state);
	put_algorithm_rest(t, &auth, &enc);
	xfrm_put_unknown(t);
	return true;
}

/* ---- messages ---- */

/* NEWSA, UPDSA: a record, or an event. */
enum xfrm_result
xfrm_decode_sa(struct xfrm_task *t)
{
	const struct xfrm_usersa_info *info = &t->body.sa;

	/* The kernel's own, inside of IPComp's tunnels. */
	if (info->id.proto == IPPROTO_IPIP || info->id.proto == IPPROTO_IPV6)
		return HIDDEN;
	xfrm_begin_message(t, xfrm_satype(info->id.proto));
	return xfrm_shown(put_state(t, info, XFRM_ALL,
	    state_of(t, info)));
}

/* DELSA: the SA is in an attribute. */
enum xfrm_result
xfrm_decode_sa_gone(struct xfrm_task *t)
{
	struct xfrm_usersa_info info;

	if (!xfrm_get_attr(&t->attrs, XFRMA_SA, &info, sizeof(info)))
		return MALFORMED;
	xfrm_begin_message(t, xfrm_satype(info.id.proto));
	return xfrm_shown(put_state(t, &info, XFRM_ALL,
	    SADB_SASTATE_DEAD));
}

enum xfrm_result
xfrm_decode_expire(struct xfrm_task *t)
{
	const struct xfrm_user_expire *expire = &t->body.expire;

	xfrm_begin_message(t, xfrm_satype(expire->state.id.proto));
	return xfrm_shown(put_state(t, &expire->state,
	    expire->hard ? XFRM_HARD : XFRM_SOFT,
	    expire->hard ? SADB_SASTATE_DEAD : SADB_SASTATE_DYING));
}

enum xfrm_result
xfrm_decode_flush(struct xfrm_task *t)
{
	xfrm_begin_message(t, xfrm_satype(t->body.flush.proto));
	return SHOWN;
}

#endif /* __linux__ */
