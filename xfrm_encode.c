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
		return -1;
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
put_mark(struct nlbuf *b, bool has_mark, uint32_t value, uint32_t mask,
    uint32_t if_id)
{
	struct xfrm_mark mark = { value, mask };

	if (has_mark)
		nl_attr(b, XFRMA_MARK, &mark, sizeof(mark));
	if (if_id != 0)
		nl_attr(b, XFRM_IF_ID, &if_id, sizeof(if_id));
}

static void
put_marks_of(struct nlbuf *b, const struct view *view)
{
	const struct wire_mark *mark = view->ext[EXT_X_MARK];
	const struct wire_if_id *id = view->ext[EXT_X_IF_ID];

	if (mark != NULL)
		put_mark(b, true, mark->value, mark->mask, 0);
	if (id != NULL)
		put_mark(b, false, 0, 0, id->if_id);
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
	a->head.alg_trunc_len = a->alg->icv;
	return a;
}

/*
 * An algorithm attribute: struct xfrm_algo, xfrm_algo_auth and xfrm_algo_aead
 * are a name, the key's bits, the ICV's bits (not in the first), the key.
 */
static void
put_algorithm(struct nlbuf *b, uint16_t type, struct xfrm_alg *a,
    const struct key *key)
{
	a->head.alg_key_len = key->bits;
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
	bool comp = sa->satype == SADB_X_SATYPE_IPCOMP;
	struct xfrm_alg *a;

	if (sa->auth != 0) {
		a = algorithm_of(enc, ALG_AUTH, sa->auth);
		if (a == NULL)
			return ENOSYS;
		put_algorithm(b, XFRMA_ALG_AUTH_TRUNC, a, &sa->auth_key);
	}
	if (sa->encrypt != 0) {
		a = algorithm_of(enc, comp ? ALG_COMP : ALG_ENC, sa->encrypt);
		if (a == NULL)
			return ENOSYS;
		put_algorithm(b, comp ? XFRMA_ALG_COMP :
		    (a->alg->flags & ALG_AEAD) ? XFRMA_ALG_AEAD :
		    XFRMA_ALG_CRYPT, a, comp ? &no_key : &sa->enc_key);
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
 * asked for it is the smallest that all kernels take.  IPComp has no numbers:
 * with a window the kernel would drop all that comes in.
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
	if (esn && window == 0)
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

/* The original addresses are of no use to the kernel; af_key drops them. */
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
	nl_attr(b, XFRMA_ENCAP, &encap, sizeof(encap));
}

/*
 * The selector of an SA: which packets may use it.  PF_KEY has the source of
 * it only (ADDRESS_PROXY).  Inner packets of a tunnel may be of the other
 * family: the kernel allows that when the selector has no family and the flag
 * says that this is meant.
 */
static void
set_selector(struct xfrm_usersa_info *info, const struct view *view)
{
	const struct wire_address *proxy = view->ext[EXT_ADDRESS_PROXY];
	struct addr addr;

	info->sel.family = info->family;
	if (proxy != NULL && sockaddr_decode(view->dialect, proxy + 1,
	    (size_t)proxy->len * 8 - sizeof(*proxy), &addr) != 0) {
		info->sel.family = family_of(&addr);
		info->sel.prefixlen_s = proxy->prefixlen;
		address_of(&info->sel.saddr, &addr);
	} else if (info->mode == XFRM_MODE_TUNNEL) {
		info->sel.family = AF_UNSPEC;
		info->flags |= XFRM_STATE_AF_UNSPEC;
	}
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
	set_selector(info, view);
	return 0;
}

/* ADD, UPDATE. */
static int
encode_sa(struct nlbuf *b, struct xfrm_encoder *enc, const struct view *view)
{
	size_t window_at = b->len + offsetof(struct xfrm_usersa_info,
	    replay_window);
	struct xfrm_usersa_info info;
	uint8_t offload = 0;
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
	put_marks_of(b, view);
	if (sa.hwif != NULL && xfrm_address_is_ours(&sa.dst))
		offload = XFRM_OFFLOAD_IN;
	if (error == 0)
		error = put_offload(b, sa.hwif, offload);
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
	name->id.spi = htonl(sa->spi);
	name->id.family = family_of(&sa->dst);
	name->id.proto = xfrm_proto(sa->satype);
	name->mark.v = sa->mark;
	name->mark.m = sa->mark_mask;
}

static void
put_name(struct nlbuf *b, const struct xfrm_name *name)
{
	nl_bytes(b, &name->id, sizeof(name->id));
	put_mark(b, (name->mark.v | name->mark.m) != 0, name->mark.v,
	    name->mark.m, 0);
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
	put_mark(b, sa.has_mark, sa.mark, sa.mark_mask, sa.if_id);
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
	/* 255 leaves out the internal states of IPComp tunnels. */
	nl_attr(b, XFRMA_PROTO, &proto, sizeof(proto));
	if (src != NULL) {
		memset(&filter, 0, sizeof(filter));
		address_of(&filter.saddr, src);
		address_of(&filter.daddr, dst);
		filter.family = family_of(dst);
		filter.splen = filter.dplen = dst->family == 4 ? 32 : 128;
		nl_attr(b, XFRMA_ADDRESS_FILTER, &filter, sizeof(filter));
	}
	return nl_end(b) ? 0 : EMSGSIZE;
}

/* ---- policies ---- */

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

/*
 * The selector.  Host bits behind a prefix stay: the kernel finds a policy by
 * comparing all octets.  The protocol of the destination counts, as in af_key.
 */
static int
fill_selector(struct xfrm_selector *sel, const struct view *view)
{
	const struct wire_address *proto = view->ext[EXT_ADDRESS_DST];
	struct addr src, dst;
	unsigned bits;

	if (!end_of(view, EXT_ADDRESS_SRC, &src) ||
	    !end_of(view, EXT_ADDRESS_DST, &dst))
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
	return 0;
}

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
	tmpl->aalgos = tmpl->ealgos = tmpl->calgos = ~0u;
	tmpl->optional = rule->level == IPSEC_LEVEL_USE;
	if (rule->level == IPSEC_LEVEL_UNIQUE) {
		tmpl->reqid = unique_reqid(enc, rule->reqid);
		if (tmpl->reqid == 0)
			return EAGAIN;
	}
	if (mode == XFRM_MODE_TRANSPORT)
		return 0;
	if (rule->src.family == 0 || rule->src.family != rule->dst.family)
		return EINVAL;
	address_of(&tmpl->saddr, &rule->src);
	address_of(&tmpl->id.daddr, &rule->dst);
	tmpl->family = family_of(&rule->dst);
	return 0;
}

/*
 * A template for each rule of an ipsec policy.  That there are too many rules
 * counts more than what is wrong with one of them.
 */
static int
put_templates(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view, uint16_t family)
{
	const struct wire_policy *wire = view->ext[EXT_POLICY];
	size_t len = (size_t)wire->len * 8, offset = sizeof(*wire);
	bool used = wire->policy_type == IPSEC_POLICY_IPSEC;
	uint32_t unused_reqid = enc->unused_reqid;
	struct xfrm_user_tmpl tmpl;
	struct rule rule;
	unsigned n = 0;
	int error = 0;

	while (offset < len && request_next(view->dialect, wire, len, &offset,
	    &rule)) {
		if (++n > XFRM_TMPL_MAX)
			error = n > POLICY_RULES ? EINVAL : ELOOP;
		else if (used && error == 0)
			error = fill_template(&tmpl, enc, &rule, family);
		if (!used || error != 0)
			continue;
		if (n == 1)
			nl_attr(b, XFRMA_TMPL, &tmpl, sizeof(tmpl));
		else
			nl_bytes(b, &tmpl, sizeof(tmpl));
	}
	if (error != 0)
		enc->unused_reqid = unused_reqid;
	return error;
}

/* SPDADD, SPDUPDATE, SPDSETIDX. */
static int
encode_policy(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	const struct wire_policy *wire = view->ext[EXT_POLICY];
	const struct wire_if_hw_offl *hwif = view->ext[EXT_IF_HW_OFFL];
	int error, dir = direction_of(wire);
	struct xfrm_userpolicy_info info;

	clear(&info, sizeof(info));
	error = fill_selector(&info.sel, view);
	/* bypass and entrust are for sockets. */
	if (error != 0 || dir == -1 || wire->policy_type > IPSEC_POLICY_IPSEC)
		return EINVAL;
	lifetimes_of(&info.lft, view);
	info.priority = wire->priority;
	info.dir = (uint8_t)dir;
	info.action = wire->policy_type == IPSEC_POLICY_DISCARD ?
	    XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
	nl_bytes(b, &info, sizeof(info));
	error = put_templates(b, enc, view, info.sel.family);
	if (error != 0)
		return error;
	put_label(b, view);
	put_marks_of(b, view);
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
	error = fill_selector(&id.sel, view);
	if (error != 0 || dir == -1)
		return EINVAL;
	id.dir = (uint8_t)dir;
	nl_bytes(b, &id, sizeof(id));
	put_label(b, view);
	put_marks_of(b, view);
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
	struct xfrm_userpolicy_id id;
	struct policy policy;

	(void)enc;
	policy_decode(view, &policy);
	if (!policy.has_policy || policy.id == 0)
		return EINVAL;
	memset(&id, 0, sizeof(id));
	id.index = policy.id;
	id.dir = policy.id & 7;
	nl_bytes(b, &id, sizeof(id));
	put_mark(b, policy.has_mark, policy.mark, policy.mark_mask,
	    policy.if_id);
	return 0;
}

int
xfrm_encode_policy_dump(struct nlbuf *b, uint32_t seq)
{
	nl_begin(b, XFRM_MSG_GETPOLICY, NLM_F_REQUEST | NLM_F_DUMP, seq, 0);
	return nl_end(b) ? 0 : EMSGSIZE;
}

static int
encode_nothing(struct nlbuf *b, struct xfrm_encoder *enc,
    const struct view *view)
{
	(void)b;
	(void)enc;
	(void)view;
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
	[SADB_X_SPDFLUSH] = { XFRM_MSG_FLUSHPOLICY, encode_nothing },
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
