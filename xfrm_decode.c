/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From NETLINK_XFRM records and events to PF_KEY messages: the octets that
 * the kernel's own af_key makes of the same SA or policy, in its order of
 * extensions, and behind them what PF_KEY has no room for (wide windows,
 * marks, interfaces).  Tests compare the two on a kernel that has both.
 *
 * All that comes in may be hostile: attributes are measured once, in
 * read_attrs(), and structures are copied out (events align them to 4 only).
 */
#include "pfkey.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "platform.h"
#include "xfrm_decode.h"

#define PREFIX(family)	((family) == AF_INET ? 32 : 128)

/* ---- attributes ---- */

/* The least octets of those that are read here. */
static const uint8_t attr_size[XFRM_ATTRS] = {
	[XFRMA_ALG_AUTH] = sizeof(struct xfrm_algo),
	[XFRMA_ALG_CRYPT] = sizeof(struct xfrm_algo),
	[XFRMA_ALG_COMP] = sizeof(struct xfrm_algo),
	[XFRMA_ENCAP] = sizeof(struct xfrm_encap_tmpl),
	[XFRMA_SA] = sizeof(struct xfrm_usersa_info),
	[XFRMA_POLICY] = sizeof(struct xfrm_userpolicy_info),
	[XFRMA_SEC_CTX] = sizeof(struct xfrm_user_sec_ctx),
	[XFRMA_POLICY_TYPE] = sizeof(struct xfrm_userpolicy_type),
	[XFRMA_ALG_AEAD] = sizeof(struct xfrm_algo_aead),
	[XFRMA_KMADDRESS] = sizeof(struct xfrm_user_kmaddress),
	[XFRMA_ALG_AUTH_TRUNC] = sizeof(struct xfrm_algo_auth),
	[XFRMA_MARK] = sizeof(struct xfrm_mark),
	[XFRMA_REPLAY_ESN_VAL] = sizeof(struct xfrm_replay_state_esn),
	[XFRMA_OFFLOAD_DEV] = sizeof(struct xfrm_user_offload),
	[XFRMA_REPLAY_VAL] = sizeof(struct xfrm_replay_state),
	[XFRMA_COADDR] = sizeof(xfrm_address_t),
	[XFRMA_LASTUSED] = sizeof(uint64_t),
	[XFRM_SET_MARK] = sizeof(uint32_t),
	[XFRM_SET_MARK_MASK] = sizeof(uint32_t),
	[XFRM_IF_ID] = sizeof(uint32_t),
};

/* The setting that an attribute is, or -1. */
static int
setting_of(unsigned type)
{
	int i;

	for (i = 0; i < SETTINGS; i++)
		if (settings[i].attr == type)
			return i;
	return -1;
}

/*
 * What the program does not know is remembered by its number, so that -D can
 * say that there is more.
 */
static bool
read_rare_attr(unsigned type, size_t n, struct xfrm_attrs *attrs)
{
	int i = type == 0 ? -1 : setting_of(type);

	if (i >= 0)
		return n >= settings[i].octets;
	/* Lists are measured where they are read. */
	if (type != XFRMA_UNSPEC && type != XFRMA_PAD &&
	    type != XFRMA_TMPL && type != XFRMA_MIGRATE &&
	    attrs->unknown_count < XFRM_UNKNOWN_MAX)
		attrs->unknown[attrs->unknown_count++] = (uint16_t)type;
	return true;
}

/* Of an attribute that is repeated the last counts. */
static bool
read_attrs(const uint8_t *p, size_t len, struct xfrm_attrs *attrs)
{
	size_t offset = 0, n;
	const uint8_t *value;
	unsigned type;

	clear(attrs, sizeof(*attrs));
	while (nl_next_attr(p, len, &offset, &type, &value, &n)) {
		if ((type >= XFRM_ATTRS || attr_size[type] == 0) &&
		    !read_rare_attr(type, n, attrs))
			return false;
		if (type >= XFRM_ATTRS)
			continue;
		if (n < attr_size[type])
			return false;
		attrs->value[type] = value;
		attrs->len[type] = (uint16_t)n;
	}
	return offset >= len;
}

bool
xfrm_get_attr(const struct xfrm_attrs *attrs, unsigned type, void *out,
    size_t n)
{
	if (attrs->value[type] == NULL)
		return false;
	memcpy(out, attrs->value[type], n);
	return true;
}

/* ---- pieces ---- */

void
xfrm_set_addr(struct addr *addr, const xfrm_address_t *from, unsigned family,
    uint16_t port)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = family == AF_INET ? 4 : 6;
	addr->port = ntohs(port);
	memcpy(addr->octets, from, family == AF_INET ? 4 : 16);
}

bool
xfrm_known_family(unsigned family)
{
	return family == AF_INET || family == AF_INET6;
}

static void
put_address(struct msgbuf *m, enum ext id, const xfrm_address_t *from,
    unsigned family, unsigned prefix, uint8_t proto, uint16_t port)
{
	bool v4 = family == AF_INET;
	struct wire_address *wire = msg_ext(m, id, sizeof(*wire) +
	    (v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)));
	struct sockaddr_in *sin = (void *)(wire + 1);
	struct sockaddr_in6 *sin6 = (void *)(wire + 1);

	wire->proto = proto;
	wire->prefixlen = (uint8_t)prefix;
	/* Family and port are where the other has them. */
	sin->sin_family = (sa_family_t)family;
	sin->sin_port = port;
	if (v4)
		memcpy(&sin->sin_addr, from, 4);
	else
		memcpy(&sin6->sin6_addr, from, 16);
}

/* The addresses of an SA or of a notice about it. */
void
xfrm_put_host(struct msgbuf *m, enum ext id, const xfrm_address_t *from,
    unsigned family)
{
	put_address(m, id, from, family, PREFIX(family), 0, 0);
}

static uint8_t
upper_of(uint8_t proto)
{
	return proto == 0 ? IPSEC_ULPROTO_ANY : proto;
}

static void
put_selector(struct msgbuf *m, const struct xfrm_selector *sel,
    unsigned family)
{
	put_address(m, EXT_ADDRESS_SRC, &sel->saddr, family, sel->prefixlen_s,
	    upper_of(sel->proto), sel->sport);
	put_address(m, EXT_ADDRESS_DST, &sel->daddr, family, sel->prefixlen_d,
	    upper_of(sel->proto), sel->dport);
}

static uint64_t
limit(uint64_t value)
{
	return value == XFRM_INF ? 0 : value;
}

enum { HARD = 1, SOFT = 2, KEYS = 4, ALL = HARD | SOFT | KEYS };

static void
put_lifetimes(struct msgbuf *m, unsigned parts,
    const struct xfrm_lifetime_cfg *lft, const struct xfrm_lifetime_cur *cur)
{
	struct wire_lifetime *wire;

	if (parts & HARD) {
		wire = msg_ext(m, EXT_LIFETIME_HARD, sizeof(*wire));
		wire->allocations = (uint32_t)limit(lft->hard_packet_limit);
		wire->bytes = limit(lft->hard_byte_limit);
		wire->addtime = lft->hard_add_expires_seconds;
		wire->usetime = lft->hard_use_expires_seconds;
	}
	if (parts & SOFT) {
		wire = msg_ext(m, EXT_LIFETIME_SOFT, sizeof(*wire));
		wire->allocations = (uint32_t)limit(lft->soft_packet_limit);
		wire->bytes = limit(lft->soft_byte_limit);
		wire->addtime = lft->soft_add_expires_seconds;
		wire->usetime = lft->soft_use_expires_seconds;
	}
	wire = msg_ext(m, EXT_LIFETIME_CURRENT, sizeof(*wire));
	wire->allocations = (uint32_t)cur->packets;
	wire->bytes = cur->bytes;
	wire->addtime = cur->add_time;
	wire->usetime = cur->use_time;
}

/*
 * The modes that PF_KEY has.  The others (route optimisation, IPTFS) make
 * af_key break off a dump; here they get numbers that no other mode has.
 */
static uint8_t
mode_of(uint8_t mode)
{
	return mode == XFRM_MODE_TRANSPORT ? IPSEC_MODE_TRANSPORT :
	    mode == XFRM_MODE_TUNNEL ? IPSEC_MODE_TUNNEL :
	    mode == XFRM_MODE_BEET ? IPSEC_MODE_BEET : IPSEC_MODE_XFRM | mode;
}

bool
xfrm_put_label(struct msgbuf *m, const struct xfrm_attrs *attrs)
{
	struct xfrm_user_sec_ctx ctx;
	struct wire_sec_ctx *wire;

	if (!xfrm_get_attr(attrs, XFRMA_SEC_CTX, &ctx, sizeof(ctx)))
		return true;
	if (ctx.ctx_len > attrs->len[XFRMA_SEC_CTX] - sizeof(ctx))
		return false;
	wire = msg_ext(m, EXT_SEC_CTX, sizeof(*wire));
	wire->alg = ctx.ctx_alg;
	wire->doi = ctx.ctx_doi;
	wire->ctx_len = ctx.ctx_len;
	msg_bytes(m, attrs->value[XFRMA_SEC_CTX] + sizeof(ctx), ctx.ctx_len);
	return true;
}

static void
copy_name(char *out, size_t size, const char *name)
{
	size_t n;

	if (name == NULL)
		return;
	n = strlen(name);
	memcpy(out, name, n < size ? n : size - 1);	/* rest is zero */
}

/* What PF_KEY cannot say: mark, XFRM interface, offload device. */
void
xfrm_put_private(struct xfrm_decoder *d, struct msgbuf *m,
    const struct xfrm_attrs *attrs)
{
	struct xfrm_user_offload offload;
	struct wire_if_hw_offl *hwif;
	struct wire_if_id *id;
	const char *name;
	struct wire_mark *wire;
	struct xfrm_mark mark;
	uint32_t if_id;

	if (xfrm_get_attr(attrs, XFRMA_MARK, &mark, sizeof(mark)) &&
	    (mark.v | mark.m) != 0) {
		wire = msg_ext(m, EXT_X_MARK, sizeof(*wire));
		wire->value = mark.v;
		wire->mask = mark.m;
	}
	if (xfrm_get_attr(attrs, XFRM_IF_ID, &if_id, sizeof(if_id)) &&
	    if_id != 0) {
		id = msg_ext(m, EXT_X_IF_ID, sizeof(*id));
		id->if_id = if_id;
		if (d->links != NULL)
			copy_name(id->name, sizeof(id->name),
			    xfrm_link_of_if_id(d->links, if_id));
	}
	if (xfrm_get_attr(attrs, XFRMA_OFFLOAD_DEV, &offload, sizeof(offload)) &&
	    offload.ifindex != 0) {
		name = d->links == NULL ? NULL :
		    xfrm_link_of_index(d->links, offload.ifindex);
		hwif = msg_ext(m, EXT_IF_HW_OFFL, sizeof(*hwif));
		copy_name(hwif->name, sizeof(hwif->name),
		    name != NULL ? name : "?");
	}
}

/* ---- security associations ---- */

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
get_transform(struct xfrm_decoder *d, const struct xfrm_attrs *attrs,
    unsigned type, enum alg_kind kind, bool with_icv, struct transform *out)
{
	const uint8_t *p = attrs->value[type];
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
	    (head->alg_key_len + 7) / 8 > attrs->len[type] - size ||
	    !find_recent(&d->recent[kind], kind, head->alg_name, icv))
		return false;
	alg = d->recent[kind].alg;
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
get_transforms(struct xfrm_decoder *d, const struct xfrm_attrs *attrs,
    struct transform *auth, struct transform *enc)
{
	memset(auth, 0, sizeof(*auth));
	memset(enc, 0, sizeof(*enc));
	if (!get_transform(d, attrs, attrs->value[XFRMA_ALG_AUTH_TRUNC] !=
	    NULL ? XFRMA_ALG_AUTH_TRUNC : XFRMA_ALG_AUTH, ALG_AUTH,
	    attrs->value[XFRMA_ALG_AUTH_TRUNC] != NULL, auth))
		return false;
	if (attrs->value[XFRMA_ALG_COMP] != NULL)
		return get_transform(d, attrs, XFRMA_ALG_COMP, ALG_COMP,
		    false, enc);
	if (attrs->value[XFRMA_ALG_AEAD] != NULL) {
		if (!get_transform(d, attrs, XFRMA_ALG_AEAD, ALG_ENC, true,
		    enc))
			return false;
		if (enc->id == 0)
			enc->bits = 0;
		return true;
	}
	return get_transform(d, attrs, XFRMA_ALG_CRYPT, ALG_ENC, false, enc);
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
state_of(const struct xfrm_decoder *d, const struct xfrm_usersa_info *info,
    const struct xfrm_attrs *attrs)
{
	const struct xfrm_lifetime_cfg *lft = &info->lft;
	const struct xfrm_lifetime_cur *cur = &info->curlft;
	uint64_t now = d->now > 0 ? (uint64_t)d->now : 0;

	if (attrs->value[XFRMA_ALG_CRYPT] == NULL &&
	    attrs->value[XFRMA_ALG_AEAD] == NULL &&
	    attrs->value[XFRMA_ALG_AUTH] == NULL &&
	    attrs->value[XFRMA_ALG_AUTH_TRUNC] == NULL &&
	    attrs->value[XFRMA_ALG_COMP] == NULL)
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

	wire->mode = mode_of(info->mode);
	wire->reqid = info->reqid;
}

/* ---- what PF_KEY has no room for ---- */

static void
put_value(struct msgbuf *m, enum ext id, uint32_t value)
{
	struct wire_value *wire = msg_ext(m, id, sizeof(*wire));

	wire->value = value;
}

static void
put_settings(struct msgbuf *m, const struct xfrm_attrs *attrs)
{
	const struct setting *row;
	const uint8_t *p;
	uint32_t value;
	uint16_t u16;
	unsigned i;

	for (i = 0; i < SETTINGS; i++) {
		row = &settings[i];
		if (row->attr == 0 || attrs->value[row->attr] == NULL)
			continue;
		p = attrs->value[row->attr];
		if (row->octets == sizeof(value))
			memcpy(&value, p, sizeof(value));
		else if (row->octets == sizeof(u16)) {
			memcpy(&u16, p, sizeof(u16));
			value = u16;
		} else
			value = row->octets == 1 ? *p : 1;
		put_value(m, (enum ext)(EXT_X_SETTING + i), value);
	}
}

static void
put_unknown(struct msgbuf *m, const struct xfrm_attrs *attrs)
{
	struct wire_unknown *wire;

	if (attrs->unknown_count == 0)
		return;
	wire = msg_ext(m, EXT_X_UNKNOWN, sizeof(*wire));
	wire->count = (uint16_t)attrs->unknown_count;
	msg_bytes(m, attrs->unknown, attrs->unknown_count *
	    sizeof(attrs->unknown[0]));
}

/* What a selector has beside addresses, ports and the protocol. */
static void
put_selector_rest(struct xfrm_decoder *d, struct msgbuf *m,
    const struct xfrm_selector *sel)
{
	struct wire_device *device;
	struct wire_port_masks *masks;

	if (sel->ifindex != 0) {
		device = msg_ext(m, EXT_X_DEVICE, sizeof(*device));
		device->ifindex = (uint32_t)sel->ifindex;
		if (d->links != NULL)
			copy_name(device->name, sizeof(device->name),
			    xfrm_link_of_index(d->links, sel->ifindex));
	}
	if (sel->sport_mask != (sel->sport != 0 ? 0xffff : 0) ||
	    sel->dport_mask != (sel->dport != 0 ? 0xffff : 0)) {
		masks = msg_ext(m, EXT_X_PORT_MASKS, sizeof(*masks));
		masks->src = ntohs(sel->sport_mask);
		masks->dst = ntohs(sel->dport_mask);
	}
	if (sel->user != 0)
		put_value(m, EXT_X_USER, sel->user);
}

/* Modes whose inner packets may be of either family. */
static bool
is_tunnel(const struct xfrm_usersa_info *info)
{
	uint8_t mode = mode_of(info->mode);

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
put_sa_selector(struct xfrm_decoder *d, struct msgbuf *m,
    const struct xfrm_usersa_info *info)
{
	const struct xfrm_selector *sel = &info->sel;
	unsigned family = xfrm_known_family(sel->family) ? sel->family :
	    info->family;
	uint8_t flags = info->flags & (XFRM_FLAG_WILDRECV | XFRM_FLAG_ICMP |
	    XFRM_FLAG_AF_UNSPEC | XFRM_FLAG_ALIGN4);
	bool all = takes_all_packets(info);

	if (!all) {
		put_address(m, EXT_X_SEL_SRC, &sel->saddr, family,
		    sel->prefixlen_s, upper_of(sel->proto), sel->sport);
		put_address(m, EXT_X_SEL_DST, &sel->daddr, family,
		    sel->prefixlen_d, upper_of(sel->proto), sel->dport);
	}
	put_selector_rest(d, m, sel);
	if (all && is_tunnel(info))
		flags &= (uint8_t)~XFRM_FLAG_AF_UNSPEC;
	if (flags != 0)
		put_value(m, EXT_X_STATE_FLAGS, flags);
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
put_sa_beyond(struct xfrm_decoder *d, struct msgbuf *m,
    const struct xfrm_usersa_info *info, const struct xfrm_attrs *attrs,
    uint8_t state)
{
	xfrm_address_t care_of;
	struct xfrm_user_offload offload;

	/* One that waits is for the packet that the kernel wanted it for. */
	if (state != SADB_SASTATE_LARVAL)
		put_sa_selector(d, m, info);
	put_output_mark(m, attrs);
	if (xfrm_get_attr(attrs, XFRMA_COADDR, &care_of, sizeof(care_of)))
		xfrm_put_host(m, EXT_X_CARE_OF, &care_of, info->family);
	put_sa_state(m, info, attrs);
	put_settings(m, attrs);
	if (xfrm_get_attr(attrs, XFRMA_OFFLOAD_DEV, &offload,
	    sizeof(offload)) && (offload.flags & XFRM_OFFLOAD_WHOLE) != 0)
		put_value(m, EXT_X_OFFLOAD, XFRM_OFFLOAD_WHOLE);
}

/*
 * An algorithm that no row of names.c has is told by the attribute that it came
 * in; an ICV that none has, by its length.
 */
static void
put_algorithm_rest(struct msgbuf *m, struct xfrm_attrs *attrs,
    const struct transform *auth, const struct transform *enc)
{
	uint32_t icv = auth->icv != 0 ? auth->icv : enc->icv;

	if (icv != 0)
		put_value(m, EXT_X_ICV, icv);
	if (auth->foreign && attrs->unknown_count < XFRM_UNKNOWN_MAX)
		attrs->unknown[attrs->unknown_count++] = XFRMA_ALG_AUTH;
	if (enc->foreign && attrs->unknown_count < XFRM_UNKNOWN_MAX)
		attrs->unknown[attrs->unknown_count++] =
		    attrs->value[XFRMA_ALG_AEAD] != NULL ? XFRMA_ALG_AEAD :
		    attrs->value[XFRMA_ALG_COMP] != NULL ? XFRMA_ALG_COMP :
		    XFRMA_ALG_CRYPT;
}

/*
 * All of an SA.  The selector's source shows, as ADDRESS_PROXY, wherever it is
 * not the SA's own: that is, for nearly every SA, as 0.0.0.0/0.
 */
static bool
put_state(struct xfrm_decoder *d, struct msgbuf *m,
    const struct xfrm_usersa_info *info, struct xfrm_attrs *attrs,
    unsigned parts, uint8_t state)
{
	const struct xfrm_selector *sel = &info->sel;
	unsigned family = info->family;
	uint32_t window = window_of(info, attrs);
	struct wire_sa_replay *replay;
	struct transform auth, enc;

	if (!xfrm_known_family(family) || !get_transforms(d, attrs, &auth, &enc))
		return false;
	put_sa(m, info, window, state, auth.id, enc.id);
	put_lifetimes(m, parts, &info->lft, &info->curlft);
	xfrm_put_host(m, EXT_ADDRESS_SRC, &info->saddr, family);
	xfrm_put_host(m, EXT_ADDRESS_DST, &info->id.daddr, family);
	if (memcmp(&sel->saddr, &info->saddr, family == AF_INET ? 4 : 16) != 0)
		put_address(m, EXT_ADDRESS_PROXY, &sel->saddr, family,
		    sel->prefixlen_s, upper_of(sel->proto), sel->sport);
	if (parts & KEYS) {
		put_key(m, EXT_KEY_AUTH, &auth);
		put_key(m, EXT_KEY_ENCRYPT, &enc);
	}
	put_sa2(m, info);
	put_natt(m, attrs, family);
	if (!xfrm_put_label(m, attrs))
		return false;
	if (window > XFRM_SMALL_WINDOW) {
		replay = msg_ext(m, EXT_SA_REPLAY, sizeof(*replay));
		replay->replay = window;
	}
	xfrm_put_private(d, m, attrs);
	put_sa_beyond(d, m, info, attrs, state);
	put_algorithm_rest(m, attrs, &auth, &enc);
	put_unknown(m, attrs);
	return true;
}

/* ---- policies ---- */

/*
 * One request of a policy.  af_key gives the end points of tunnels only, and
 * loses those of BEET mode, which are shown here.
 */
bool
xfrm_put_request(struct msgbuf *m, const struct xfrm_user_tmpl *tmpl)
{
	bool ends = tmpl->mode != XFRM_MODE_TRANSPORT;
	struct wire_request_linux wire;
	struct addr src, dst;

	if (ends && !xfrm_known_family(tmpl->family))
		return false;
	memset(&wire, 0, sizeof(wire));
	wire.len = sizeof(wire);
	wire.proto = tmpl->id.proto;
	wire.mode = mode_of(tmpl->mode);
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
	const uint8_t *p = attrs->value[XFRMA_TMPL];
	struct xfrm_user_tmpl tmpl;
	size_t i, n = attrs->len[XFRMA_TMPL] / sizeof(tmpl);

	for (i = 0; i < n; i++) {
		memcpy(&tmpl, p + i * sizeof(tmpl), sizeof(tmpl));
		if (!xfrm_put_request(m, &tmpl))
			return false;
	}
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
	const uint8_t *p = attrs->value[XFRMA_TMPL];
	struct xfrm_user_tmpl tmpl;
	size_t i, n = attrs->len[XFRMA_TMPL] / sizeof(tmpl);
	struct wire_template wire;
	bool special = false;

	for (i = 0; i < n; i++) {
		memcpy(&tmpl, p + i * sizeof(tmpl), sizeof(tmpl));
		special |= is_special(&tmpl);
	}
	if (!special)
		return;
	msg_ext(m, EXT_X_TEMPLATES, sizeof(struct wire_templates));
	for (i = 0; i < n; i++) {
		memcpy(&tmpl, p + i * sizeof(tmpl), sizeof(tmpl));
		memset(&wire, 0, sizeof(wire));
		wire.spi = ntohl(tmpl.id.spi);
		wire.masks[0] = tmpl.aalgos;
		wire.masks[1] = tmpl.ealgos;
		wire.masks[2] = tmpl.calgos;
		wire.share = tmpl.share;
		msg_bytes(m, &wire, sizeof(wire));
	}
}

static void
put_policy_beyond(struct xfrm_decoder *d, struct msgbuf *m,
    const struct xfrm_userpolicy_info *info, const struct xfrm_attrs *attrs)
{
	struct xfrm_userpolicy_type type;

	put_selector_rest(d, m, &info->sel);
	put_templates(m, attrs);
	if (info->flags != 0)
		put_value(m, EXT_X_POLICY_FLAGS, info->flags);
	if (xfrm_get_attr(attrs, XFRMA_POLICY_TYPE, &type, sizeof(type)) &&
	    type.type != 0)
		put_value(m, EXT_X_POLICY_TYPE, type.type);
	put_unknown(m, attrs);
}

/*
 * The policies of sockets have an empty selector, whose family some kernels
 * leave out.
 */
static unsigned
family_of(const struct xfrm_selector *sel, const struct xfrm_attrs *attrs)
{
	struct xfrm_user_tmpl tmpl;

	if (sel->family != AF_UNSPEC)
		return sel->family;
	if (attrs->len[XFRMA_TMPL] >= sizeof(tmpl)) {
		memcpy(&tmpl, attrs->value[XFRMA_TMPL], sizeof(tmpl));
		if (xfrm_known_family(tmpl.family))
			return tmpl.family;
	}
	return AF_INET;
}

static bool
put_policy(struct xfrm_decoder *d, struct msgbuf *m,
    const struct xfrm_userpolicy_info *info, const struct xfrm_attrs *attrs,
    unsigned parts)
{
	unsigned family = family_of(&info->sel, attrs);
	struct wire_policy *wire;

	if (!xfrm_known_family(family))
		return false;
	put_selector(m, &info->sel, family);
	put_lifetimes(m, parts, &info->lft, &info->curlft);
	wire = msg_ext(m, EXT_POLICY, sizeof(*wire));
	wire->policy_type = info->action != XFRM_POLICY_ALLOW ?
	    IPSEC_POLICY_DISCARD :
	    attrs->len[XFRMA_TMPL] >= sizeof(struct xfrm_user_tmpl) ?
	    IPSEC_POLICY_IPSEC : IPSEC_POLICY_NONE;
	wire->dir = (uint8_t)((info->index & 7) + 1);
	wire->id = info->index;
	wire->priority = info->priority;
	if (!put_requests(m, attrs) || !xfrm_put_label(m, attrs))
		return false;
	xfrm_put_private(d, m, attrs);
	put_policy_beyond(d, m, info, attrs);
	return true;
}

/* ---- messages ---- */

struct wire_msg *
xfrm_begin_message(const struct xfrm_task *t, uint8_t satype)
{
	msg_begin(t->m, &dialects[DIALECT_LINUX], t->type, satype);
	return (struct wire_msg *)(void *)t->m->space;
}

static enum xfrm_result
shown(bool whole)
{
	return whole ? SHOWN : MALFORMED;
}

/* NEWSA, UPDSA: a record, or an event. */
static enum xfrm_result
decode_sa(struct xfrm_task *t)
{
	const struct xfrm_usersa_info *info = &t->body.sa;

	xfrm_begin_message(t, xfrm_satype(info->id.proto));
	return shown(put_state(t->d, t->m, info, &t->attrs, ALL,
	    state_of(t->d, info, &t->attrs)));
}

/* DELSA: the SA is in an attribute. */
static enum xfrm_result
decode_sa_gone(struct xfrm_task *t)
{
	struct xfrm_usersa_info info;

	if (!xfrm_get_attr(&t->attrs, XFRMA_SA, &info, sizeof(info)))
		return MALFORMED;
	xfrm_begin_message(t, xfrm_satype(info.id.proto));
	return shown(put_state(t->d, t->m, &info, &t->attrs, ALL,
	    SADB_SASTATE_DEAD));
}

static enum xfrm_result
decode_expire(struct xfrm_task *t)
{
	const struct xfrm_user_expire *expire = &t->body.expire;

	xfrm_begin_message(t, xfrm_satype(expire->state.id.proto));
	return shown(put_state(t->d, t->m, &expire->state, &t->attrs,
	    expire->hard ? HARD : SOFT,
	    expire->hard ? SADB_SASTATE_DEAD : SADB_SASTATE_DYING));
}

static enum xfrm_result
decode_flush(struct xfrm_task *t)
{
	xfrm_begin_message(t, xfrm_satype(t->body.flush.proto));
	return SHOWN;
}

/*
 * The reference count, which netlink does not tell, is at least the table's
 * own.
 */
static enum xfrm_result
policy_message(struct xfrm_task *t, const struct xfrm_userpolicy_info *info,
    unsigned parts)
{
	xfrm_begin_message(t, SADB_SATYPE_UNSPEC)->reserved = 1;
	return shown(put_policy(t->d, t->m, info, &t->attrs, parts));
}

/* NEWPOLICY, UPDPOLICY: a record, or an event. */
static enum xfrm_result
decode_policy(struct xfrm_task *t)
{
	return policy_message(t, &t->body.policy, HARD | SOFT);
}

/* DELPOLICY: the policy is in an attribute; an index says how it was named. */
static enum xfrm_result
decode_policy_gone(struct xfrm_task *t)
{
	struct xfrm_userpolicy_info info;

	if (!xfrm_get_attr(&t->attrs, XFRMA_POLICY, &info, sizeof(info)))
		return MALFORMED;
	if (t->body.policy_id.index != 0)
		t->type = SADB_X_SPDDELETE2;
	return policy_message(t, &info, HARD | SOFT);
}

/* Linux's PF_KEY never tells of this; the form is that of an SA's expiry. */
static enum xfrm_result
decode_policy_expire(struct xfrm_task *t)
{
	const struct xfrm_user_polexpire *expire = &t->body.policy_expire;

	return policy_message(t, &expire->pol, expire->hard ? HARD : SOFT);
}

static enum xfrm_result
decode_policy_flush(struct xfrm_task *t)
{
	struct xfrm_userpolicy_type type;

	xfrm_begin_message(t, SADB_SATYPE_UNSPEC);
	if (xfrm_get_attr(&t->attrs, XFRMA_POLICY_TYPE, &type, sizeof(type)) &&
	    type.type != 0)
		put_value(t->m, EXT_X_POLICY_TYPE, type.type);
	return SHOWN;
}

/* What becomes of packets without a policy: an answer, or an event. */
static enum xfrm_result
decode_defaults(struct xfrm_task *t)
{
	const struct xfrm_defaults *body = &t->body.defaults;
	struct defaults defaults = { body->in, body->out, body->fwd };

	xfrm_begin_message(t, SADB_SATYPE_UNSPEC);
	defaults_encode(t->m, &defaults);
	return SHOWN;
}

/* The messages, the octets of their structures, and what they are as events. */
static const struct kind {
	uint16_t xfrm;
	uint16_t size;
	uint8_t event;
	enum xfrm_result (*decode)(struct xfrm_task *);
} kinds[] = {
	{ XFRM_MSG_NEWSA, sizeof(struct xfrm_usersa_info), SADB_ADD,
	    decode_sa },
	{ XFRM_MSG_NEWPOLICY, sizeof(struct xfrm_userpolicy_info),
	    SADB_X_SPDADD, decode_policy },
	{ XFRM_MSG_UPDSA, sizeof(struct xfrm_usersa_info), SADB_UPDATE,
	    decode_sa },
	{ XFRM_MSG_DELSA, sizeof(struct xfrm_usersa_id), SADB_DELETE,
	    decode_sa_gone },
	{ XFRM_MSG_EXPIRE, sizeof(struct xfrm_user_expire), SADB_EXPIRE,
	    decode_expire },
	{ XFRM_MSG_FLUSHSA, sizeof(struct xfrm_usersa_flush), SADB_FLUSH,
	    decode_flush },
	{ XFRM_MSG_UPDPOLICY, sizeof(struct xfrm_userpolicy_info),
	    SADB_X_SPDUPDATE, decode_policy },
	{ XFRM_MSG_DELPOLICY, sizeof(struct xfrm_userpolicy_id),
	    SADB_X_SPDDELETE, decode_policy_gone },
	{ XFRM_MSG_POLEXPIRE, sizeof(struct xfrm_user_polexpire),
	    SADB_X_SPDEXPIRE, decode_policy_expire },
	{ XFRM_MSG_FLUSHPOLICY, 0, SADB_X_SPDFLUSH, decode_policy_flush },
	{ XFRM_MSG_ACQUIRE, sizeof(struct xfrm_user_acquire), SADB_ACQUIRE,
	    xfrm_decode_acquire },
	{ XFRM_MSG_MAPPING, sizeof(struct xfrm_user_mapping),
	    SADB_X_NAT_T_NEW_MAPPING, xfrm_decode_mapping },
	{ XFRM_MSG_MIGRATE, sizeof(struct xfrm_userpolicy_id),
	    SADB_X_MIGRATE, xfrm_decode_migrate },
	{ XFRM_GETDEFAULT, sizeof(struct xfrm_defaults), SADB_X_SPDDEFAULT,
	    decode_defaults },
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

/* Lays a message open: its kind, structure and attributes. */
static const struct kind *
open_message(const struct nlmsghdr *header, struct xfrm_task *t, bool *whole)
{
	const uint8_t *body = (const uint8_t *)header + NLMSG_HDRLEN;
	size_t len = header->nlmsg_len - NLMSG_HDRLEN, used, i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i].xfrm == header->nlmsg_type)
			break;
	if (i == KINDS)
		return NULL;
	*whole = false;
	if (len < kinds[i].size)
		return &kinds[i];
	used = ALIGN4((size_t)kinds[i].size);
	if (used > len)
		used = len;
	memcpy(&t->body, body, kinds[i].size);
	t->attr_octets = body + used;
	t->attr_len = len - used;
	*whole = read_attrs(t->attr_octets, t->attr_len, &t->attrs);
	return &kinds[i];
}

int
xfrm_decode(struct xfrm_decoder *d, uint8_t type,
    const struct nlmsghdr *header, struct msgbuf *m)
{
	const struct kind *kind;
	struct wire_msg *msg;
	enum xfrm_result result;
	struct xfrm_task t;
	size_t len;
	bool whole;

	kind = open_message(header, &t, &whole);
	if (kind == NULL)
		return 0;
	if (!whole)
		return -1;
	t.d = d;
	t.m = m;
	t.type = type != 0 ? type : kind->event;
	result = kind->decode(&t);
	if (result != SHOWN)		/* perhaps no message was begun */
		return result == HIDDEN ? 0 : -1;
	len = msg_end(m);
	if (len == 0)
		return -1;
	msg = (struct wire_msg *)(void *)m->space;
	if (msg->seq == 0)		/* an acquire has its own */
		msg->seq = header->nlmsg_seq;
	msg->pid = header->nlmsg_pid;
	return (int)len;
}

bool
xfrm_decode_name(const struct nlmsghdr *header, uint8_t satype,
    const struct addr *src, const struct addr *dst, struct xfrm_name *name)
{
	size_t octets = dst->family == 4 ? 4 : 16;
	const struct xfrm_usersa_info *info;
	struct xfrm_task t;
	bool whole;

	if (header->nlmsg_type != XFRM_MSG_NEWSA ||
	    open_message(header, &t, &whole) == NULL || !whole)
		return false;
	info = &t.body.sa;
	if (info->family != (dst->family == 4 ? AF_INET : AF_INET6) ||
	    memcmp(&info->saddr, src->octets, octets) != 0 ||
	    memcmp(&info->id.daddr, dst->octets, octets) != 0 ||
	    xfrm_satype(info->id.proto) == SADB_SATYPE_UNSPEC ||
	    (satype != SADB_SATYPE_UNSPEC &&
	    xfrm_satype(info->id.proto) != satype))
		return false;
	memset(name, 0, sizeof(*name));
	name->id.daddr = info->id.daddr;
	name->id.spi = info->id.spi;
	name->id.family = info->family;
	name->id.proto = info->id.proto;
	xfrm_get_attr(&t.attrs, XFRMA_MARK, &name->mark, sizeof(name->mark));
	return true;
}

uint32_t
xfrm_decode_reqid(const struct nlmsghdr *header)
{
	struct xfrm_user_tmpl tmpl;
	uint32_t highest = 0;
	struct xfrm_task t;
	bool whole;
	size_t i;

	if (header->nlmsg_type != XFRM_MSG_NEWPOLICY ||
	    open_message(header, &t, &whole) == NULL || !whole)
		return 0;
	for (i = 0; i < t.attrs.len[XFRMA_TMPL] / sizeof(tmpl); i++) {
		memcpy(&tmpl, t.attrs.value[XFRMA_TMPL] + i * sizeof(tmpl),
		    sizeof(tmpl));
		if (tmpl.reqid > highest && tmpl.reqid <= XFRM_REQID_MAX)
			highest = tmpl.reqid;
	}
	return highest;
}

#endif /* __linux__ */
