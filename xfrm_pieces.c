/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From NETLINK_XFRM to PF_KEY messages: the pieces that SAs, policies and
 * notices are made of.
 */
#include "pfkey.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <string.h>

#include "xfrm_decode.h"

#define PREFIX(family)	((family) == AF_INET ? 32 : 128)

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

void
xfrm_put_address(struct msgbuf *m, enum ext id, const xfrm_address_t *from,
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
	xfrm_put_address(m, id, from, family, PREFIX(family), 0, 0);
}

uint8_t
xfrm_upper_of(uint8_t proto)
{
	return proto == 0 ? IPSEC_ULPROTO_ANY : proto;
}

void
xfrm_put_selector(struct msgbuf *m, const struct xfrm_selector *sel,
    unsigned family)
{
	uint8_t proto = xfrm_upper_of(sel->proto);

	xfrm_put_address(m, EXT_ADDRESS_SRC, &sel->saddr, family,
	    sel->prefixlen_s, proto, sel->sport);
	xfrm_put_address(m, EXT_ADDRESS_DST, &sel->daddr, family,
	    sel->prefixlen_d, proto, sel->dport);
}

static uint64_t
limit(uint64_t value)
{
	return value == XFRM_INF ? 0 : value;
}

/* PF_KEY has 32 bits for it: more are told as what is not known. */
static uint32_t
packets(struct xfrm_attrs *attrs, uint64_t value)
{
	value = limit(value);
	if (value <= UINT32_MAX)
		return (uint32_t)value;
	xfrm_note_unknown(attrs, XFRMA_LTIME_VAL);
	return UINT32_MAX;
}

void
xfrm_put_lifetimes(struct xfrm_task *t, unsigned parts,
    const struct xfrm_lifetime_cfg *lft, const struct xfrm_lifetime_cur *cur)
{
	struct wire_lifetime *wire;
	struct msgbuf *m = t->m;

	if (parts & XFRM_HARD) {
		wire = msg_ext(m, EXT_LIFETIME_HARD, sizeof(*wire));
		wire->allocations = packets(&t->attrs,
		    lft->hard_packet_limit);
		wire->bytes = limit(lft->hard_byte_limit);
		wire->addtime = lft->hard_add_expires_seconds;
		wire->usetime = lft->hard_use_expires_seconds;
	}
	if (parts & XFRM_SOFT) {
		wire = msg_ext(m, EXT_LIFETIME_SOFT, sizeof(*wire));
		wire->allocations = packets(&t->attrs,
		    lft->soft_packet_limit);
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
uint8_t
xfrm_mode_of(uint8_t mode)
{
	return mode == XFRM_MODE_TRANSPORT ? IPSEC_MODE_TRANSPORT :
	    mode == XFRM_MODE_TUNNEL ? IPSEC_MODE_TUNNEL :
	    mode == XFRM_MODE_BEET ? IPSEC_MODE_BEET : IPSEC_MODE_XFRM | mode;
}

bool
xfrm_put_label(struct xfrm_task *t)
{
	const struct xfrm_attrs *attrs = &t->attrs;
	struct xfrm_user_sec_ctx ctx;
	struct wire_sec_ctx *wire;

	if (!xfrm_get_attr(attrs, XFRMA_SEC_CTX, &ctx, sizeof(ctx)))
		return true;
	if (ctx.ctx_len > attrs->len[XFRMA_SEC_CTX] - sizeof(ctx))
		return false;
	wire = msg_ext(t->m, EXT_SEC_CTX, sizeof(*wire));
	wire->alg = ctx.ctx_alg;
	wire->doi = ctx.ctx_doi;
	wire->ctx_len = ctx.ctx_len;
	msg_bytes(t->m, attrs->value[XFRMA_SEC_CTX] + sizeof(ctx), ctx.ctx_len);
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
xfrm_put_private(struct xfrm_task *t)
{
	const struct xfrm_attrs *attrs = &t->attrs;
	struct xfrm_links *links = t->d->links;
	struct xfrm_user_offload offload;
	struct wire_if_hw_offl *hwif;
	struct wire_if_id *id;
	const char *name;
	struct wire_mark *wire;
	struct xfrm_mark mark;
	uint32_t if_id;

	if (xfrm_get_attr(attrs, XFRMA_MARK, &mark, sizeof(mark)) &&
	    (mark.v | mark.m) != 0) {
		wire = msg_ext(t->m, EXT_X_MARK, sizeof(*wire));
		wire->value = mark.v;
		wire->mask = mark.m;
	}
	if (xfrm_get_attr(attrs, XFRM_IF_ID, &if_id, sizeof(if_id)) &&
	    if_id != 0) {
		id = msg_ext(t->m, EXT_X_IF_ID, sizeof(*id));
		id->if_id = if_id;
		if (links != NULL)
			copy_name(id->name, sizeof(id->name),
			    xfrm_link_of_if_id(links, if_id));
	}
	if (xfrm_get_attr(attrs, XFRMA_OFFLOAD_DEV, &offload,
	    sizeof(offload)) && offload.ifindex != 0) {
		name = links == NULL ? NULL :
		    xfrm_link_of_index(links, offload.ifindex);
		hwif = msg_ext(t->m, EXT_IF_HW_OFFL, sizeof(*hwif));
		copy_name(hwif->name, sizeof(hwif->name),
		    name != NULL ? name : "?");
	}
}

void
xfrm_put_value(struct msgbuf *m, enum ext id, uint32_t value)
{
	struct wire_value *wire = msg_ext(m, id, sizeof(*wire));

	wire->value = value;
}

void
xfrm_note_unknown(struct xfrm_attrs *attrs, unsigned type)
{
	if (attrs->unknown_count < XFRM_UNKNOWN_MAX)
		attrs->unknown[attrs->unknown_count++] = (uint16_t)type;
}

void
xfrm_put_unknown(struct xfrm_task *t)
{
	const struct xfrm_attrs *attrs = &t->attrs;
	struct wire_unknown *wire;

	if (attrs->unknown_count == 0)
		return;
	wire = msg_ext(t->m, EXT_X_UNKNOWN, sizeof(*wire));
	wire->count = (uint16_t)attrs->unknown_count;
	msg_bytes(t->m, attrs->unknown, attrs->unknown_count *
	    sizeof(attrs->unknown[0]));
}

/* What a selector has beside addresses, ports and the protocol. */
void
xfrm_put_selector_rest(struct xfrm_task *t, const struct xfrm_selector *sel)
{
	struct wire_device *device;
	struct wire_port_masks *masks;

	if (sel->ifindex != 0) {
		device = msg_ext(t->m, EXT_X_DEVICE, sizeof(*device));
		device->ifindex = (uint32_t)sel->ifindex;
		if (t->d->links != NULL)
			copy_name(device->name, sizeof(device->name),
			    xfrm_link_of_index(t->d->links, sel->ifindex));
	}
	if (sel->sport_mask != (sel->sport != 0 ? 0xffff : 0) ||
	    sel->dport_mask != (sel->dport != 0 ? 0xffff : 0)) {
		masks = msg_ext(t->m, EXT_X_PORT_MASKS, sizeof(*masks));
		masks->src = ntohs(sel->sport_mask);
		masks->dst = ntohs(sel->dport_mask);
	}
	if (sel->user != 0)
		xfrm_put_value(t->m, EXT_X_USER, sel->user);
}

#endif /* __linux__ */
