/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From PF_KEY requests to NETLINK_XFRM requests.  The kernel must be left as
 * af_key would leave it, but for what PF_KEY cannot say or says wrongly:
 *
 * - an authentication algorithm's ICV has the length of names.c (the kernel's
 *   default for hmac(sha256) is 96 bits, RFC 4868 says 128);
 * - a template takes any algorithm by masks of ones (from af_key they are 0,
 *   which only a policy of its own making may have);
 * - a tunnel mode SA takes inner packets of either family;
 * - end points of a rule in transport mode are kept, as the kernel keeps them
 *   of other programs, though it does not look at them;
 * - `unique' may carry a number above 16383, and every policy is one request.
 *
 * Structures are made on the stack, zeroed with their padding, and copied:
 * a netlink message is aligned to 4 only.
 */
#include "pfkey.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <net/if.h>
#include <errno.h>
#include <string.h>

#include "platform.h"
#include "xfrm.h"

#define SPI_MIN		0x100u		/* what af_key offers to GETSPI */
#define SPI_MAX		0x0fffffffu

static const struct {
	uint8_t satype, proto;
} satypes[] = {
	{ SADB_SATYPE_ESP, IPPROTO_ESP },
	{ SADB_SATYPE_AH, IPPROTO_AH },
	{ SADB_X_SATYPE_IPCOMP, IPPROTO_COMP },
	{ SADB_X_SATYPE_ROUTE2, IPPROTO_ROUTING },
	{ SADB_X_SATYPE_HAO, IPPROTO_DSTOPTS },
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

uint8_t
xfrm_proto(uint8_t satype)
{
	size_t i;

	if (satype == SADB_SATYPE_UNSPEC)
		return IPSEC_ULPROTO_ANY;
	for (i = 0; i < COUNT(satypes); i++)
		if (satypes[i].satype == satype)
			return satypes[i].proto;
	return 0;
}

uint8_t
xfrm_satype(uint8_t proto)
{
	size_t i;

	for (i = 0; i < COUNT(satypes); i++)
		if (satypes[i].proto == proto)
			return satypes[i].satype;
	return SADB_SATYPE_UNSPEC;
}

static int
refuse(struct xfrm_encoder *enc, int error, const char *reason)
{
	enc->reason = reason;
	return error;
}

static uint16_t
family_of(const struct addr *addr)
{
	return addr->family == 4 ? AF_INET : addr->family == 6 ? AF_INET6 :
	    AF_UNSPEC;
}

/* Behind the octets of an IPv4 address there are zeros on both sides. */
static void
address_of(xfrm_address_t *out, const struct addr *addr)
{
	memcpy(out, addr->octets, sizeof(addr->octets));
}

/* The PF_KEY mode as the kernel counts, or -1. */
static int
mode_of(uint8_t mode)
{
	switch (mode) {
	case IPSEC_MODE_ANY:
	case IPSEC_MODE_TRANSPORT:
		return XFRM_MODE_TRANSPORT;
	case IPSEC_MODE_TUNNEL:
		return XFRM_MODE_TUNNEL;
	case IPSEC_MODE_BEET:
		return XFRM_MODE_BEET;
	default:
		return (mode & IPSEC_MODE_XFRM) != 0 ?
		    mode & ~IPSEC_MODE_XFRM : -1;
	}
}

/*
 * Limits.  PF_KEY's 0 is "no limit"; netlink says that with all ones, and to
 * it a byte or packet limit of 0 is passed already.
 */
static uint64_t
limit(uint64_t value)
{
	return value == 0 ? XFRM_INF : value;
}

static void
lifetimes_of(struct xfrm_lifetime_cfg *out, const struct view *view)
{
	const struct wire_lifetime *hard = view->ext[EXT_LIFETIME_HARD];
	const struct wire_lifetime *soft = view->ext[EXT_LIFETIME_SOFT];

	*out = (struct xfrm_lifetime_cfg){
		.hard_byte_limit = XFRM_INF, .hard_packet_limit = XFRM_INF,
		.soft_byte_limit = XFRM_INF, .soft_packet_limit = XFRM_INF,
	};
	if (hard != NULL) {
		out->hard_byte_limit = limit(hard->bytes);
		out->hard_packet_limit = limit(hard->allocations);
		out->hard_add_expires_seconds = hard->addtime;
		out->hard_use_expires_seconds = hard->usetime;
	}
	if (soft != NULL) {
		out->soft_byte_limit = limit(soft->bytes);
		out->soft_packet_limit = limit(soft->allocations);
		out->soft_add_expires_seconds = soft->addtime;
		out->soft_use_expires_seconds = soft->usetime;
	}
}

/* ---- attributes that SAs and policies share ---- */

static void
put_mark_and_id(struct nlbuf *b, const struct view *view)
{
	const struct wire_mark *wire = view->ext[EXT_X_MARK];
	const struct wire_if_id *id = view->ext[EXT_X_IF_ID];
	struct xfrm_mark mark;

	if (wire != NULL) {
		mark = (struct xfrm_mark){ wire->value, wire->mask };
		nl_attr(b, XFRMA_MARK, &mark, sizeof(mark));
	}
	if (id != NULL && id->if_id != 0)
		nl_attr(b, XFRM_IF_ID, &id->if_id, sizeof(id->if_id));
}

/*
 * A security context, in the octets of the message: whether the label ends
 * with a NUL is between the caller and the security module.
 */
static void
put_label(struct nlbuf *b, const struct view *view)
{
	const struct wire_sec_ctx *wire = view->ext[EXT_SEC_CTX];
	struct xfrm_user_sec_ctx ctx;

	if (wire == NULL)
		return;
	memset(&ctx, 0, sizeof(ctx));
	ctx.len = (uint16_t)(sizeof(ctx) + wire->ctx_len);
	ctx.exttype = XFRMA_SEC_CTX;
	ctx.ctx_alg = wire->alg;
	ctx.ctx_doi = wire->doi;
	ctx.ctx_len = wire->ctx_len;
	nl_attr(b, XFRMA_SEC_CTX, &ctx, sizeof(ctx));
	nl_bytes(b, wire + 1, wire->ctx_len);
}

static int
put_offload(struct nlbuf *b, const char *name, uint8_t flags)
{
	struct xfrm_user_offload offload;

	if (name == NULL)
		return 0;
	memset(&offload, 0, sizeof(offload));
	offload.ifindex = (int)if_nametoindex(name);
	if (offload.ifindex == 0)
		return ENODEV;
	offload.flags = flags;
	nl_attr(b, XFRMA_OFFLOAD_DEV, &offload, sizeof(offload));
	return 0;
}

static void
put_settings(struct nlbuf *b, const struct settings *s)
{
	uint32_t value;
	unsigned i;
	uint8_t u8;
	uint16_t u16;

	for (i = 0; s->given >> i != 0; i++) {
		if ((s->given >> i & 1) == 0 || settings[i].attr == 0)
			continue;
		value = s->value[i];
		u8 = (uint8_t)value;
		u16 = (uint16_t)value;
		nl_attr(b, settings[i].attr, settings[i].octets == 1 ?
		    (void *)&u8 : settings[i].octets == 2 ? (void *)&u16 :
		    (void *)&value, settings[i].octets);
	}
}

/* ---- selectors ---- */

/* One end of a selector; false if it has no address that is understood. */
static bool
end_of(const struct view *view, enum ext id, struct addr *out)
{
	const struct wire_address *wire = view->ext[id];

	if (wire == NULL || sockaddr_decode(view->dialect, wire + 1,
	    (size_t)wire->len * 8 - sizeof(*wire), out) == 0)
		return false;
	out->prefix = wire->prefixlen;
	return true;
}

/* What PF_KEY's addresses leave open of a selector. */
static int
fill_selector_rest(struct xfrm_selector *sel, const struct view *view)
{
	const struct wire_device *device = view->ext[EXT_X_DEVICE];
	const struct wire_port_masks *masks = view->ext[EXT_X_PORT_MASKS];
	const struct wire_value *user = view->ext[EXT_X_USER];

	if (device != NULL) {
		sel->ifindex = device->name[0] == '\0' ?
		    (int)device->ifindex : (int)if_nametoindex(device->name);
		if (sel->ifindex == 0)
			return ENODEV;
	}
	if (masks != NULL) {
		sel->sport_mask = htons(masks->src);
		sel->dport_mask = htons(masks->dst);
	}
	if (user != NULL)
		sel->user = user->value;
	return 0;
}

/*
 * A selector of two addresses.  Host bits behind a prefix stay: the kernel
 * finds a policy by comparing all octets.  The protocol of the destination
 * counts, as in af_key.
 */
static int
fill_selector(struct xfrm_selector *sel, const struct view *view,
    enum ext src_id, enum ext dst_id)
{
	const struct wire_address *proto = view->ext[dst_id];
	struct addr src, dst;
	unsigned bits;

	if (!end_of(view, src_id, &src) || !end_of(view, dst_id, &dst))
		return EINVAL;
	bits = dst.family == 4 ? 32 : 128;
	if (src.family != dst.family || src.prefix > bits || dst.prefix > bits)
		return EINVAL;
	address_of(&sel->saddr, &src);
	address_of(&sel->daddr, &dst);
	sel->prefixlen_s = src.prefix;
	sel->prefixlen_d = dst.prefix;
	sel->family = family_of(&dst);
	sel->proto = proto->proto == IPSEC_ULPROTO_ANY ? 0 : proto->proto;
	sel->sport = htons(src.port);
	sel->sport_mask = src.port != 0 ? 0xffff : 0;
	sel->dport = htons(dst.port);
	sel->dport_mask = dst.port != 0 ? 0xffff : 0;
	return fill_selector_rest(sel, view);
}

/* ---- security associations ---- */

/*
 * What has the number; NULL if nothing has, or nothing that is netlink's.  Most
 * SAs have what the one before them had.
 */
static struct xfrm_alg *
algorithm_of(struct xfrm_encoder *enc, enum alg_kind kind, uint8_t id)
{
	const struct dialect *dialect = &dialects[DIALECT_LINUX];
	struct xfrm_alg *a = &enc->recent[kind];

	if (a->alg != NULL && a->alg->id[DIALECT_LINUX] == id)
		return a;
	memset(a, 0, sizeof(*a));
	a->alg = algorithm_numbered(kind, dialect, id);
	if (a->alg == NULL || a->alg->xfrm == NULL) {
		a->alg = NULL;
		return NULL;
	}
	/* All of names.c are shorter than the field. */
	memcpy(a->head.alg_name, a->alg->xfrm, strlen(a->alg->xfrm));
	return a;
}

/*
 * An algorithm attribute: struct xfrm_algo, xfrm_algo_auth and xfrm_algo_aead
 * are a name, the key's bits, the ICV's bits (not in the first), the key.
 */
static void
put_algorithm(struct nlbuf *b, uint16_t type, struct xfrm_alg *a,
    const struct key *key, uint32_t icv)
{
	a->head.alg_key_len = key->bits;
	a->head.alg_trunc_len = icv != 0 ? icv : a->alg->icv;
	nl_attr(b, type, &a->head, type == XFRMA_ALG_AUTH_TRUNC ||
	    type == XFRMA_ALG_AEAD ? sizeof(a->head) :
	    offsetof(struct xfrm_algo_auth, alg_trunc_len));
	if (key->bits != 0)
		nl_bytes(b, key->data, (key->bits + 7u) / 8);
}

static int
put_algorithms(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct sa *sa)
{
	static const struct key no_key;
	uint32_t icv = setting_value(&sa->settings, EXT_X_ICV);
	bool comp = sa->satype == SADB_X_SATYPE_IPCOMP;
	struct xfrm_alg *a;

	if (sa->auth != 0) {
		a = algorithm_of(enc, ALG_AUTH, sa->auth);
		if (a == NULL)
			return ENOSYS;
		put_algorithm(b, XFRMA_ALG_AUTH_TRUNC, a, &sa->auth_key, icv);
	}
	if (sa->encrypt != 0) {
		a = algorithm_of(enc, comp ? ALG_COMP : ALG_ENC, sa->encrypt);
		if (a == NULL)
			return ENOSYS;
		put_algorithm(b, comp ? XFRMA_ALG_COMP :
		    (a->alg->flags & ALG_AEAD) ? XFRMA_ALG_AEAD :
		    XFRMA_ALG_CRYPT, a, comp ? &no_key : &sa->enc_key, icv);
	}
	return 0;
}

/* The flags that both sides have. */
static const struct {
	uint32_t sadb;
	uint8_t xfrm;
} flag_map[] = {
	{ SADB_SAFLAGS_NOECN, XFRM_STATE_NOECN },
	{ SADB_SAFLAGS_DECAP_DSCP, XFRM_STATE_DECAP_DSCP },
	{ SADB_SAFLAGS_NOPMTUDISC, XFRM_STATE_NOPMTUDISC },
	{ SADB_X_SAFLAGS_ESN, XFRM_STATE_ESN },
};

/*
 * The anti-replay window.  A wide one, and 64-bit sequence numbers, need the
 * attribute, and then the small field must be 0.  The kernel cannot do ESN
 * without a window (it has to guess the upper half from it), so with none
 * asked for it is the smallest that all kernels take; but going out it has to
 * be 0 where there are directions (6.10).  IPComp has no numbers: with a window
 * the kernel would drop all that comes in.
 */
static int
put_replay(struct nlbuf *b, struct xfrm_encoder *enc, const struct sa *sa,
    struct xfrm_usersa_info *info)
{
	static const uint8_t zeros[LINUX_WINDOW_MAX / 8];
	bool esn = (info->flags & XFRM_STATE_ESN) != 0;
	struct xfrm_replay_state_esn state;
	uint32_t window = sa->replay;

	if (sa->satype == SADB_X_SATYPE_IPCOMP)
		return !esn ? 0 : refuse(enc, EOPNOTSUPP,
		    "IPComp has no sequence numbers (-esn)");
	if (esn && window == 0 &&
	    setting_value(&sa->settings, EXT_X_SA_DIR) != SA_DIR_OUT)
		window = XFRM_SMALL_WINDOW;
	if (window > LINUX_WINDOW_MAX)
		return refuse(enc, EOPNOTSUPP, "Linux has anti-replay "
		    "windows of up to 4096 packets (-r 512)");
	if (!esn && window <= XFRM_SMALL_WINDOW) {
		info->replay_window = (uint8_t)window;
		return 0;
	}
	memset(&state, 0, sizeof(state));
	state.replay_window = window;
	state.bmp_len = (window + 31) / 32;
	nl_attr(b, XFRMA_REPLAY_ESN_VAL, &state, sizeof(state));
	nl_bytes(b, zeros, state.bmp_len * sizeof(uint32_t));
	return 0;
}

/* The kernel keeps one original address, and makes no use of it. */
static void
put_natt(struct nlbuf *b, const struct natt *natt)
{
	struct xfrm_encap_tmpl encap;

	if (!natt->given)
		return;
	memset(&encap, 0, sizeof(encap));
	encap.encap_type = natt->type;
	encap.encap_sport = htons(natt->sport);
	encap.encap_dport = htons(natt->dport);
	if (natt->oai.family != 0)
		address_of(&encap.encap_oa, &natt->oai);
	nl_attr(b, XFRMA_ENCAP, &encap, sizeof(encap));
}

/*
 * The selector of an SA: which packets may use it.  PF_KEY has the source of
 * it only (ADDRESS_PROXY).  Inner packets of a tunnel may be of the other
 * family: the kernel allows that when the selector has no family and the flag
 * says that this is meant.
 */
static int
set_selector(struct xfrm_usersa_info *info, const struct view *view)
{
	const struct wire_address *proxy = view->ext[EXT_ADDRESS_PROXY];
	bool tunnel = info->mode == XFRM_MODE_TUNNEL ||
	    info->mode == (IPSEC_MODE_IPTFS & ~IPSEC_MODE_XFRM);
	struct addr addr;
	int error = 0;

	info->sel.family = info->family;
	if (view->ext[EXT_X_SEL_DST] != NULL)
		error = fill_selector(&info->sel, view, EXT_X_SEL_SRC,
		    EXT_X_SEL_DST);
	else if (proxy != NULL && sockaddr_decode(view->dialect, proxy + 1,
	    (size_t)proxy->len * 8 - sizeof(*proxy), &addr) != 0) {
		info->sel.family = family_of(&addr);
		info->sel.prefixlen_s = proxy->prefixlen;
		address_of(&info->sel.saddr, &addr);
	} else {
		if (tunnel)
			info->flags |= XFRM_STATE_AF_UNSPEC;
		error = fill_selector_rest(&info->sel, view);
	}
	if ((info->flags & XFRM_STATE_AF_UNSPEC) != 0)
		info->sel.family = AF_UNSPEC;
	return error;
}

/*
 * What names an SA: addresses of one family, a protocol, an SPI.  The errors
 * are af_key's.
 */
static int
check_sa(const struct view *view, const struct sa *sa)
{
	if (view->ext[EXT_SA] == NULL || sa->src.family == 0 ||
	    sa->dst.family == 0)
		return EINVAL;
	if (sa->src.family != sa->dst.family)
		return EINVAL;
	if (sa->satype == SADB_SATYPE_UNSPEC)
		return view->msg->type == SADB_ADD ? EPROTONOSUPPORT : ESRCH;
	return xfrm_proto(sa->satype) == 0 ? EINVAL : 0;
}

static int
fill_info(struct xfrm_usersa_info *info, const struct view *view,
    const struct sa *sa)
{
	int error = check_sa(view, sa), mode = mode_of(sa->mode);
	size_t i;

	if (error != 0)
		return error;
	if (mode == -1)
		return EINVAL;
	clear(info, sizeof(*info));
	address_of(&info->id.daddr, &sa->dst);
	address_of(&info->saddr, &sa->src);
	info->id.spi = htonl(sa->spi);
	info->id.proto = xfrm_proto(sa->satype);
	info->family = family_of(&sa->dst);
	info->mode = (uint8_t)mode;
	info->reqid = sa->reqid;
	info->seq = sa->seq;
	lifetimes_of(&info->lft, view);
	for (i = 0; sa->flags != 0 && i < COUNT(flag_map); i++)
		if (sa->flags & flag_map[i].sadb)
			info->flags |= flag_map[i].xfrm;
	info->flags |= (uint8_t)setting_value(&sa->settings,
	    EXT_X_STATE_FLAGS);
	return set_selector(info, view);
}

/* What PF_KEY has no room for. */
static void
put_sa_beyond(struct nlbuf *b, const struct sa *sa)
{
	xfrm_address_t care_of;

	if (sa->output_mark.given) {
		nl_attr(b, XFRM_SET_MARK, &sa->output_mark.value,
		    sizeof(sa->output_mark.value));
		nl_attr(b, XFRM_SET_MARK_MASK, &sa->output_mark.mask,
		    sizeof(sa->output_mark.mask));
	}
	if (sa->care_of.family != 0) {
		address_of(&care_of, &sa->care_of);
		nl_attr(b, XFRMA_COADDR, &care_of, sizeof(care_of));
	}
	put_settings(b, &sa->settings);
}

/*
 * The direction of an offload is that of the SA, which is known where it was
 * given, and else seen by whose the destination is.
 */
static uint8_t
offload_flags(const struct sa *sa)
{
	uint32_t dir = setting_value(&sa->settings, EXT_X_SA_DIR);
	bool in = sa->hwif != NULL && (dir != 0 ? dir == 1 :
	    xfrm_address_is_ours(&sa->dst));

	return (uint8_t)((in ? XFRM_OFFLOAD_IN : 0) |
	    setting_value(&sa->settings, EXT_X_OFFLOAD));
}

/* ADD, UPDATE. */
static int
encode_sa(struct nlbuf *b, struct xfrm_encoder *enc, const struct view *view)
{
	size_t window_at = b->len + offsetof(struct xfrm_usersa_info,
	    replay_window);
	struct xfrm_usersa_info info;
	struct sa sa;
	int error;

	sa_decode(view, &sa);
	error = fill_info(&info, view, &sa);
	if (error != 0)
		return error;
	nl_bytes(b, &info, sizeof(info));
	error = put_algorithms(b, enc, &sa);
	if (error == 0)
		error = put_replay(b, enc, &sa, &info);
	put_natt(b, &sa.natt);
	put_label(b, view);
	put_mark_and_id(b, view);
	put_sa_beyond(b, &sa);
	if (error == 0)
		error = put_offload(b, sa.hwif, offload_flags(&sa));
	/* The small window is known only now. */
	if (!b->overflow)
		b->octets[window_at] = info.replay_window;
	return error;
}

static void
fill_name(const struct sa *sa, struct xfrm_name *name)
{
	memset(name, 0, sizeof(*name));
	address_of(&name->id.daddr, &sa->dst);
	address_of(&name->src, &sa->src);
	name->id.spi = htonl(sa->spi);
	name->id.family = family_of(&sa->dst);
	name->id.proto = xfrm_proto(sa->satype);
	name->mark.v = sa->mark.value;
	name->mark.m = sa->mark.mask;
}

static void
put_name(struct nlbuf *b, const struct xfrm_name *name)
{
	nl_bytes(b, &name->id, sizeof(name->id));
	if (is_mobile(name->id.proto))
		nl_attr(b, XFRMA_SRCADDR, &name->src, sizeof(name->src));
	if ((name->mark.v | name->mark.m) != 0)
		nl_attr(b, XFRMA_MARK, &name->mark, sizeof(name->mark));
}

/* GET, DELETE. */
static int
encode_name(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	struct xfrm_name name;
	struct sa sa;
	int error;

	(void)enc;
	sa_decode(view, &sa);
	error = check_sa(view, &sa);
	if (error != 0)
		return error;
	fill_name(&sa, &name);
	put_name(b, &name);
	return 0;
}

bool
xfrm_encode_name(struct nlbuf *b, uint16_t type, uint32_t seq, uint32_t pid,
    const struct xfrm_name *name)
{
	nl_begin(b, type, NLM_F_REQUEST, seq, pid);
	put_name(b, name);
	return nl_end(b);
}

static int
encode_getspi(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	const struct wire_spirange *range = view->ext[EXT_SPIRANGE];
	int mode;
	struct xfrm_userspi_info spi;
	struct sa sa;

	sa_decode(view, &sa);
	mode = mode_of(sa.mode);
	if (sa.src.family == 0 || sa.src.family != sa.dst.family ||
	    sa.satype == SADB_SATYPE_UNSPEC || xfrm_proto(sa.satype) == 0 ||
	    mode == -1)
		return EINVAL;
	(void)enc;
	memset(&spi, 0, sizeof(spi));
	address_of(&spi.info.id.daddr, &sa.dst);
	address_of(&spi.info.saddr, &sa.src);
	spi.info.id.proto = xfrm_proto(sa.satype);
	spi.info.family = family_of(&sa.dst);
	spi.info.mode = (uint8_t)mode;
	spi.info.reqid = sa.reqid;
	spi.info.seq = sa.seq;
	spi.min = range != NULL ? range->min : SPI_MIN;
	spi.max = range != NULL ? range->max :
	    sa.satype == SADB_X_SATYPE_IPCOMP ? CPI_MAX : SPI_MAX;
	nl_bytes(b, &spi, sizeof(spi));
	put_mark_and_id(b, view);
	return 0;
}

static int
encode_flush(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	struct xfrm_usersa_flush flush;

	(void)enc;
	flush.proto = xfrm_proto(view->msg->satype);
	if (flush.proto == 0)
		return EINVAL;
	/* 255, which af_key says, leaves out Mobile IPv6. */
	if (flush.proto == IPSEC_ULPROTO_ANY)
		flush.proto = 0;
	nl_bytes(b, &flush, sizeof(flush));
	return 0;
}

int
xfrm_encode_dump(struct nlbuf *b, uint32_t seq, uint8_t satype,
    const struct addr *src, const struct addr *dst)
{
	struct xfrm_address_filter filter;
	uint8_t proto = xfrm_proto(satype);

	if (proto == 0)
		return EINVAL;
	nl_begin(b, XFRM_MSG_GETSA, NLM_F_REQUEST | NLM_F_DUMP, seq, 0);
	/* 255 leaves out Mobile IPv6. */
	if (proto != IPSEC_ULPROTO_ANY)
		nl_attr(b, XFRMA_PROTO, &proto, sizeof(proto));
	if (src != NULL) {
		memset(&filter, 0, sizeof(filter));
		address_of(&filter.saddr, src);
		address_of(&filter.daddr, dst);
		filter.family = family_of(dst);
		filter.splen = src->prefix;
		filter.dplen = dst->prefix;
		nl_attr(b, XFRMA_ADDRESS_FILTER, &filter, sizeof(filter));
	}
	return nl_end(b) ? 0 : EMSGSIZE;
}

/* ---- policies ---- */

/* The direction as the kernel counts, or -1. */
static int
direction_of(const struct wire_policy *policy)
{
	return policy != NULL && policy->dir >= IPSEC_DIR_INBOUND &&
	    policy->dir <= IPSEC_DIR_FWD ? policy->dir - 1 : -1;
}

/* The number after one that is in use; 0, so look anew, after the last. */
static uint32_t
reqid_after(uint32_t reqid)
{
	return reqid < XFRM_REQID_MAX ? reqid + 1 : 0;
}

/*
 * The reqid of a rule with level unique, or 0 where none is known that no
 * other policy has.  A number that is given by hand may be one that would be
 * given away later.
 */
static uint32_t
unique_reqid(struct xfrm_encoder *enc, uint32_t given)
{
	uint32_t reqid = given != 0 ? given : enc->unused_reqid;

	if (enc->unused_reqid != 0 && reqid >= enc->unused_reqid &&
	    reqid <= XFRM_REQID_MAX)
		enc->unused_reqid = reqid_after(reqid);
	return reqid;
}

static int
fill_template(struct xfrm_user_tmpl *tmpl, struct xfrm_encoder *enc,
    const struct rule *rule, uint16_t family)
{
	int mode = mode_of(rule->mode);

	memset(tmpl, 0, sizeof(*tmpl));
	if (rule->mode == IPSEC_MODE_ANY || mode == -1)
		return EINVAL;
	tmpl->id.proto = (uint8_t)rule->proto;
	tmpl->family = family;
	tmpl->mode = (uint8_t)mode;
	tmpl->id.spi = htonl(rule->spi);
	tmpl->aalgos = rule->has_masks ? rule->auth_mask : ~0u;
	tmpl->ealgos = rule->has_masks ? rule->enc_mask : ~0u;
	tmpl->calgos = rule->has_masks ? rule->comp_mask : ~0u;
	tmpl->share = rule->share;
	tmpl->optional = rule->level == IPSEC_LEVEL_USE;
	tmpl->reqid = rule->reqid;
	if (rule->level == IPSEC_LEVEL_UNIQUE) {
		tmpl->reqid = unique_reqid(enc, rule->reqid);
		if (tmpl->reqid == 0)
			return EAGAIN;
	}
	/* Those of another family would be refused, and are of no use. */
	if (mode == XFRM_MODE_TRANSPORT && (family_of(&rule->src) != family ||
	    family_of(&rule->dst) != family))
		return 0;
	if (rule->src.family == 0 || rule->src.family != rule->dst.family)
		return EINVAL;
	address_of(&tmpl->saddr, &rule->src);
	address_of(&tmpl->id.daddr, &rule->dst);
	tmpl->family = family_of(&rule->dst);
	return 0;
}

/* What the request has no room for, of the rule with that number from 0. */
static void
add_to_rule(struct rule *rule, const struct view *view, unsigned n)
{
	const struct wire_templates *all = view->ext[EXT_X_TEMPLATES];
	const struct wire_template *wire;

	if (all == NULL || (n + 1) * sizeof(*wire) >
	    (size_t)all->len * 8 - sizeof(*all))
		return;
	wire = (const struct wire_template *)(all + 1) + n;
	rule->spi = wire->spi;
	rule->has_masks = true;
	rule->auth_mask = wire->masks[0];
	rule->enc_mask = wire->masks[1];
	rule->comp_mask = wire->masks[2];
	rule->share = (uint8_t)wire->share;
}

/*
 * A template for each rule of an ipsec policy; the kernel keeps those of a
 * discard policy, too.  That there are too many rules counts more than what is
 * wrong with one of them.
 */
static int
put_templates(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view, uint16_t family)
{
	const struct wire_policy *wire = view->ext[EXT_POLICY];
	size_t len = (size_t)wire->len * 8, offset = sizeof(*wire);
	bool used = wire->policy_type != IPSEC_POLICY_NONE;
	uint32_t unused_reqid = enc->unused_reqid;
	struct xfrm_user_tmpl tmpl;
	struct rule rule;
	unsigned n = 0;
	int error = 0;

	while (offset < len && request_next(view->dialect, wire, len, &offset,
	    &rule)) {
		add_to_rule(&rule, view, n);
		if (++n > XFRM_TMPL_MAX)
			error = n > POLICY_RULES ? EINVAL : ELOOP;
		else if (used && error == 0)
			error = fill_template(&tmpl, enc, &rule, family);
		if (!used || error != 0)
			continue;
		/* Behind a tunnel, packets are of its family. */
		family = tmpl.family;
		if (n == 1)
			nl_attr(b, XFRMA_TMPL, &tmpl, sizeof(tmpl));
		else
			nl_bytes(b, &tmpl, sizeof(tmpl));
	}
	if (error != 0)
		enc->unused_reqid = unused_reqid;
	return error;
}

/* Policies of type sub are a database of their own. */
static void
put_policy_type(struct nlbuf *b, const struct view *view)
{
	const struct wire_value *wire = view->ext[EXT_X_POLICY_TYPE];
	struct xfrm_userpolicy_type type;

	if (wire == NULL)
		return;
	memset(&type, 0, sizeof(type));
	type.type = (uint8_t)wire->value;
	nl_attr(b, XFRMA_POLICY_TYPE, &type, sizeof(type));
}

/* SPDADD, SPDUPDATE, SPDSETIDX. */
static int
encode_policy(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	const struct wire_policy *wire = view->ext[EXT_POLICY];
	const struct wire_if_hw_offl *hwif = view->ext[EXT_IF_HW_OFFL];
	const struct wire_value *flags = view->ext[EXT_X_POLICY_FLAGS];
	int error, dir = direction_of(wire);
	struct xfrm_userpolicy_info info;

	clear(&info, sizeof(info));
	error = fill_selector(&info.sel, view, EXT_ADDRESS_SRC,
	    EXT_ADDRESS_DST);
	if (error != 0)
		return error;
	/* bypass and entrust are for sockets. */
	if (dir == -1 || wire->policy_type > IPSEC_POLICY_IPSEC)
		return EINVAL;
	lifetimes_of(&info.lft, view);
	info.priority = wire->priority;
	info.index = wire->id;		/* one that is wished for */
	info.dir = (uint8_t)dir;
	if (flags != NULL)
		info.flags = (uint8_t)flags->value;
	info.action = wire->policy_type == IPSEC_POLICY_DISCARD ?
	    XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
	nl_bytes(b, &info, sizeof(info));
	error = put_templates(b, enc, view, info.sel.family);
	if (error != 0)
		return error;
	put_policy_type(b, view);
	put_label(b, view);
	put_mark_and_id(b, view);
	return put_offload(b, hwif == NULL ? NULL : hwif->name,
	    XFRM_OFFLOAD_WHOLE);
}

/* SPDDELETE: by selector and direction. */
static int
encode_policy_selector(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	int error, dir = direction_of(view->ext[EXT_POLICY]);
	struct xfrm_userpolicy_id id;

	(void)enc;
	memset(&id, 0, sizeof(id));
	error = fill_selector(&id.sel, view, EXT_ADDRESS_SRC,
	    EXT_ADDRESS_DST);
	if (error != 0)
		return error;
	if (dir == -1)
		return EINVAL;
	id.dir = (uint8_t)dir;
	nl_bytes(b, &id, sizeof(id));
	put_policy_type(b, view);
	put_label(b, view);
	put_mark_and_id(b, view);
	return 0;
}

bool
xfrm_encode_question(struct nlbuf *b, uint32_t seq, uint32_t pid,
    const struct view *view)
{
	struct xfrm_encoder enc = { 0 };
	bool policy = view->ext[EXT_POLICY] != NULL;
	int error;

	nl_begin(b, policy ? XFRM_MSG_GETPOLICY : XFRM_MSG_GETSA,
	    NLM_F_REQUEST, seq, pid);
	error = policy ? encode_policy_selector(b, &enc, view) :
	    encode_name(b, &enc, view);
	if (error != 0) {
		nl_drop(b);
		return false;
	}
	return nl_end(b);
}

/* SPDGET, SPDDELETE2: by number, whose low bits are the direction. */
static int
encode_policy_index(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	const struct wire_policy *wire = view->ext[EXT_POLICY];
	struct xfrm_userpolicy_id id;

	(void)enc;
	if (wire == NULL || wire->id == 0)
		return EINVAL;
	memset(&id, 0, sizeof(id));
	id.index = wire->id;
	id.dir = wire->id & 7;
	nl_bytes(b, &id, sizeof(id));
	put_policy_type(b, view);
	put_mark_and_id(b, view);
	return 0;
}

int
xfrm_encode_policy_dump(struct nlbuf *b, uint32_t seq)
{
	nl_begin(b, XFRM_MSG_GETPOLICY, NLM_F_REQUEST | NLM_F_DUMP, seq, 0);
	return nl_end(b) ? 0 : EMSGSIZE;
}

static int
encode_policy_flush(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	(void)enc;
	put_policy_type(b, view);
	return 0;
}

/* SPDDEFAULT; SPDGETDEFAULT has none, but the kernel wants the structure. */
static int
encode_defaults(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	struct xfrm_defaults body;
	struct defaults defaults;

	(void)enc;
	defaults = (struct defaults){ 0 };
	defaults_decode(view, &defaults);
	body = (struct xfrm_defaults){ defaults.in, defaults.fwd,
	    defaults.out };
	nl_bytes(b, &body, sizeof(body));
	return 0;
}

/* SPDHASH; SPDGETHASH has none, but the kernel wants the flags of both. */
static int
encode_thresholds(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	struct defaults defaults = { 0 };
	struct xfrmu_spdhthresh bits;
	uint32_t flags = 0;
	unsigned i;

	(void)enc;
	defaults_decode(view, &defaults);
	nl_bytes(b, &flags, sizeof(flags));
	for (i = 0; i < 2; i++) {
		if (!defaults.hash[i].given)
			continue;
		bits.lbits = defaults.hash[i].local;
		bits.rbits = defaults.hash[i].remote;
		nl_attr(b, (uint16_t)(XFRMA_SPD_IPV4_HTHRESH + i), &bits,
		    sizeof(bits));
	}
	return 0;
}

/* ---- all requests ---- */

/* By type of the PF_KEY request. */
static const struct {
	uint16_t xfrm;
	int (*body)(struct nlbuf *, struct xfrm_encoder *,
	    const struct view *);
} requests[] = {
	[SADB_ADD] = { XFRM_MSG_NEWSA, encode_sa },
	[SADB_UPDATE] = { XFRM_MSG_UPDSA, encode_sa },
	[SADB_GET] = { XFRM_MSG_GETSA, encode_name },
	[SADB_DELETE] = { XFRM_MSG_DELSA, encode_name },
	[SADB_FLUSH] = { XFRM_MSG_FLUSHSA, encode_flush },
	[SADB_GETSPI] = { XFRM_MSG_ALLOCSPI, encode_getspi },
	[SADB_X_SPDADD] = { XFRM_MSG_NEWPOLICY, encode_policy },
	[SADB_X_SPDSETIDX] = { XFRM_MSG_NEWPOLICY, encode_policy },
	[SADB_X_SPDUPDATE] = { XFRM_MSG_UPDPOLICY, encode_policy },
	[SADB_X_SPDDELETE] = { XFRM_MSG_DELPOLICY, encode_policy_selector },
	[SADB_X_SPDDELETE2] = { XFRM_MSG_DELPOLICY, encode_policy_index },
	[SADB_X_SPDGET] = { XFRM_MSG_GETPOLICY, encode_policy_index },
	[SADB_X_SPDFLUSH] = { XFRM_MSG_FLUSHPOLICY, encode_policy_flush },
	[SADB_X_SPDDEFAULT] = { XFRM_SETDEFAULT, encode_defaults },
	[SADB_X_SPDGETDEFAULT] = { XFRM_GETDEFAULT, encode_defaults },
	[SADB_X_SPDHASH] = { XFRM_MSG_NEWSPDINFO, encode_thresholds },
	[SADB_X_SPDGETHASH] = { XFRM_MSG_GETSPDINFO, encode_thresholds },
};

int
xfrm_encode(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	uint8_t type = view->msg->type;
	int error;

	enc->reason = NULL;
	if (type >= COUNT(requests) || requests[type].body == NULL)
		return refuse(enc, EOPNOTSUPP,
		    "NETLINK_XFRM has no such request");
	/*
	 * The port id that we write is what events caused by us carry: this
	 * process's, as in PF_KEY.
	 */
	nl_begin(b, requests[type].xfrm, NLM_F_REQUEST, view->msg->seq,
	    view->msg->pid);
	error = requests[type].body(b, enc, view);
	if (error != 0) {
		nl_drop(b);
		return error;
	}
	return nl_end(b) ? 0 : EMSGSIZE;
}

#endif /* __linux__ */
