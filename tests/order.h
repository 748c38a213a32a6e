/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recorded octets are of little-endian machines.  On another one their numbers
 * are turned round, before they are messages there and after, so that the same
 * samples serve.  A layout is a text: 2, 4, 8 are numbers of so many octets,
 * '.' an octet that is none, 'A' sixteen of those, 'S' a sockaddr, 'R' a
 * policy's request; what is in brackets comes again to the end.
 */
#ifndef ORDER_H
#define ORDER_H

#include <string.h>

#include "extension.h"
#include "wire.h"

struct order {
	const struct dialect *dialect;	/* of PF_KEY */
	bool back;			/* from this machine's order */
};

static inline bool
order_is_ours(void)
{
	return *(const uint8_t *)&(uint16_t){ 1 } == 1;
}

/* A number as it is before it is turned round. */
static inline size_t
order_number(const struct order *o, const uint8_t *p, size_t size)
{
	size_t n = 0, i;

	for (i = 0; i < size; i++)
		n = n << 8 | p[o->back ? i : size - 1 - i];
	return n;
}

static inline uint8_t *
order_turn(uint8_t *p, size_t size)
{
	uint8_t octet;
	size_t i;

	for (i = 0; i < size / 2; i++) {
		octet = p[i];
		p[i] = p[size - 1 - i];
		p[size - 1 - i] = octet;
	}
	return p + size;
}

/* The family, unless it is an octet, and the zone of an IPv6 address. */
static inline uint8_t *
order_sockaddr(const struct order *o, uint8_t *p, const uint8_t *end)
{
	size_t family, size;

	if (end - p < 16)
		return p + (end - p);
	family = o->dialect->sa_len ? p[1] : order_number(o, p, 2);
	if (!o->dialect->sa_len)
		order_turn(p, 2);
	size = family == o->dialect->af_inet6 ? 28 : 16;
	if (size == 28 && end - p >= 28)
		order_turn(p + 24, 4);
	return (size_t)(end - p) < size ? p + (end - p) : p + size;
}

static inline uint8_t *order_members(const struct order *, uint8_t *,
    uint8_t *, const char *);

static inline uint8_t *
order_request(const struct order *o, uint8_t *p, uint8_t *end)
{
	size_t len = order_number(o, p, 2);
	bool wide = o->dialect->wide_request;

	if (len < (wide ? 16 : 8) || len > (size_t)(end - p))
		len = (size_t)(end - p);
	order_members(o, p, p + len, wide ? "22..244SS" : "22..2SS");
	return p + len;
}

static inline uint8_t *
order_members(const struct order *o, uint8_t *p, uint8_t *end,
    const char *layout)
{
	const char *again = NULL;
	size_t size;

	for (; *layout != '\0' && p < end; layout++) {
		size = *layout >= '2' && *layout <= '8' ?
		    (size_t)(*layout - '0') : *layout == 'A' ? 16 : 1;
		if (*layout == '(')
			again = layout;
		else if (*layout == ')')
			layout = again;
		else if (*layout == 'S')
			p = order_sockaddr(o, p, end);
		else if ((size_t)(end - p) < size)
			return end;
		else if (*layout == 'R')
			p = order_request(o, p, end);
		else
			p = size == 1 || size == 16 ? p + size :
			    order_turn(p, size);
	}
	return p;
}

/* ---- PF_KEY ---- */

/* What follows length and type; none: one number. */
static inline const char *
order_extension(enum ext id)
{
#define LIFETIME	"4888"
#define ADDRESS		"....S"
	static const char *const layouts[EXT_COUNT] = {
		[EXT_SA] = "........4",
		[EXT_LIFETIME_CURRENT] = LIFETIME,
		[EXT_LIFETIME_HARD] = LIFETIME, [EXT_LIFETIME_SOFT] = LIFETIME,
		[EXT_LFT_CUR_SW_OFFL] = LIFETIME,
		[EXT_LFT_CUR_HW_OFFL] = LIFETIME,
		[EXT_ADDRESS_SRC] = ADDRESS, [EXT_ADDRESS_DST] = ADDRESS,
		[EXT_ADDRESS_PROXY] = ADDRESS, [EXT_NAT_T_OAI] = ADDRESS,
		[EXT_NAT_T_OAR] = ADDRESS, [EXT_NEW_ADDRESS_SRC] = ADDRESS,
		[EXT_NEW_ADDRESS_DST] = ADDRESS, [EXT_X_SEL_SRC] = ADDRESS,
		[EXT_X_SEL_DST] = ADDRESS, [EXT_X_CARE_OF] = ADDRESS,
		[EXT_KEY_AUTH] = "22", [EXT_KEY_ENCRYPT] = "22",
		[EXT_IDENTITY_SRC] = "228", [EXT_IDENTITY_DST] = "228",
		[EXT_PROPOSAL] = "....(..22222444888888)",
		[EXT_SUPPORTED_AUTH] = "4(..222)",
		[EXT_SUPPORTED_ENCRYPT] = "4(..222)",
		[EXT_SPIRANGE] = "444",
		[EXT_X_SELECTION] = "4" "........" "..24A" "..24A" "44444",
		[EXT_POLICY] = "2..44(R)",
		[EXT_SA2] = "..244",
		[EXT_NAT_T_TYPE] = "....", [EXT_X_DEFAULTS] = "....",
		[EXT_NAT_T_SPORT] = "..2", [EXT_NAT_T_DPORT] = "..2",
		[EXT_NAT_T_FRAG] = "22",
		[EXT_SEC_CTX] = "..2",
		[EXT_KMADDRESS] = "4SS",
		[EXT_FILTER] = "AA2",
		[EXT_X_MARK] = "444", [EXT_X_OUTPUT_MARK] = "444",
		[EXT_X_PORT_MASKS] = "22",
		[EXT_X_SA_STATE] = "48884444(4)",
		[EXT_X_TEMPLATES] = "4(444444)",
		[EXT_X_UNKNOWN] = "2(2)",
	};
#undef LIFETIME
#undef ADDRESS
	return layouts[id] != NULL ? layouts[id] : "4";
}

static inline bool
order_is_wrapper(const struct dialect *dialect, const uint8_t *p, size_t len)
{
	return dialect->wraps_for_promisc && p[1] == SADB_X_PROMISC &&
	    len >= 2 * sizeof(struct wire_msg);
}

/* A message from the samples' order to ours, or back; it may be broken. */
static inline void
order_pfkey(const struct dialect *dialect, void *msg, size_t len, bool back)
{
	struct order o = { dialect, back };
	uint8_t *p = msg, *end = p + len;
	size_t size;
	enum ext id;

	if (order_is_ours() || len < sizeof(struct wire_msg))
		return;
	if (order_is_wrapper(dialect, p, len))
		order_pfkey(dialect, p + sizeof(struct wire_msg),
		    len - sizeof(struct wire_msg), back);
	p = order_members(&o, p, end, "....2244");
	if (order_is_wrapper(dialect, msg, len))
		return;
	while (end - p >= 4) {
		size = 8 * order_number(&o, p, 2);
		id = ext_of_wire(dialect, (unsigned)order_number(&o, p + 2, 2));
		order_turn(order_turn(p, 2), 2);
		if (size < 8 || size > (size_t)(end - p))
			size = (size_t)(end - p);
		if (id != EXT_NONE)
			order_members(&o, p + 4, p + size,
			    order_extension(id));
		p += size;
	}
}

/* ---- NETLINK_XFRM ---- */

#ifdef __linux__
#include <linux/netlink.h>
#include <linux/xfrm.h>

#define ORDER_SEL	"AA........2......44"
#define ORDER_ID	"A........"
#define ORDER_LIMITS	"88888888"
#define ORDER_SA	ORDER_SEL ORDER_ID "A" ORDER_LIMITS "8888444442.........."
#define ORDER_SA_ID	"A....2.."
#define ORDER_POLICY	ORDER_SEL ORDER_LIMITS "888844........"

/* What an attribute has; none: octets. */
static inline const char *
order_attribute(unsigned type)
{
#define ALG	"AAAA4"
	static const char *const layouts[] = {
		[XFRMA_ALG_AUTH] = ALG, [XFRMA_ALG_CRYPT] = ALG,
		[XFRMA_ALG_COMP] = ALG, [XFRMA_ALG_AEAD] = ALG "4",
		[XFRMA_ALG_AUTH_TRUNC] = ALG "4",
		[XFRMA_ENCAP] = "2",
		[XFRMA_TMPL] = "(" ORDER_ID "2..A4....444)",
		[XFRMA_SA] = ORDER_SA, [XFRMA_POLICY] = ORDER_POLICY,
		[XFRMA_SEC_CTX] = "22..2",
		[XFRMA_LTIME_VAL] = "8888", [XFRMA_REPLAY_VAL] = "444",
		[XFRMA_REPLAY_THRESH] = "4", [XFRMA_ETIMER_THRESH] = "4",
		[XFRMA_LASTUSED] = "8", [XFRMA_POLICY_TYPE] = ".",
		[XFRMA_MIGRATE] = "(AAAA....422)",
		[XFRMA_KMADDRESS] = "AA42", [XFRMA_ADDRESS_FILTER] = "AA2",
		[XFRMA_MARK] = "44", [XFRMA_TFCPAD] = "4",
		[XFRMA_REPLAY_ESN_VAL] = "(4)",
		[XFRMA_SA_EXTRA_FLAGS] = "4",
		[XFRMA_OFFLOAD_DEV] = "4",
		[XFRMA_SET_MARK] = "4", [XFRMA_SET_MARK_MASK] = "4",
		[XFRMA_IF_ID] = "4",
		/* Those of setting.c, which older headers have not. */
		[32] = "4", [34] = "4", [35] = "4", [36] = "4", [37] = "2",
		[39] = "4", [40] = "4", [41] = "4",
	};
#undef ALG
	return type < sizeof(layouts) / sizeof(layouts[0]) &&
	    layouts[type] != NULL ? layouts[type] : "";
}

/* What is between a message's header and its attributes. */
static inline const char *
order_payload(unsigned type, unsigned flags)
{
	if (type == NLMSG_ERROR || type == NLMSG_DONE)
		return "4";
	if ((flags & NLM_F_DUMP) == NLM_F_DUMP)
		return "";
	switch (type) {
	case XFRM_MSG_NEWSA: case XFRM_MSG_UPDSA: return ORDER_SA;
	case XFRM_MSG_DELSA: case XFRM_MSG_GETSA: return ORDER_SA_ID;
	case XFRM_MSG_NEWPOLICY: case XFRM_MSG_UPDPOLICY: return ORDER_POLICY;
	case XFRM_MSG_DELPOLICY: case XFRM_MSG_GETPOLICY:
	case XFRM_MSG_MIGRATE: return ORDER_SEL "4....";
	case XFRM_MSG_ALLOCSPI: return ORDER_SA "44";
	case XFRM_MSG_ACQUIRE: return ORDER_ID "A" ORDER_SEL ORDER_POLICY
	    "4444";
	case XFRM_MSG_EXPIRE: return ORDER_SA "........";
	case XFRM_MSG_POLEXPIRE: return ORDER_POLICY "........";
	case XFRM_MSG_MAPPING: return ORDER_SA_ID "4AA....";
	case XFRM_MSG_FLUSHSA: return "....";
	default: return "";
	}
}

/* Attributes from the samples' order to ours. */
static inline void
order_attributes(uint8_t *p, size_t len)
{
	static const struct order o;
	uint8_t *end = p + len;
	size_t size, type;

	while (!order_is_ours() && end - p >= NLA_HDRLEN) {
		size = order_number(&o, p, 2);
		type = order_number(&o, p + 2, 2);
		order_turn(order_turn(p, 2), 2);
		if (size < NLA_HDRLEN || size > (size_t)(end - p))
			break;
		order_members(&o, p + NLA_HDRLEN, p + size,
		    order_attribute((unsigned)type));
		size = NLA_ALIGN(size);
		p = size < (size_t)(end - p) ? p + size : end;
	}
}

/* An error's request: its header, or all of it, as octets. */
static inline uint8_t *
order_request_header(uint8_t *p, uint8_t *end, size_t flags)
{
	static const struct order o;
	size_t size;

	if (end - p < NLMSG_HDRLEN)
		return end;
	size = (flags & NLM_F_CAPPED) != 0 ? NLMSG_HDRLEN :
	    order_number(&o, p, 4);
	order_members(&o, p, end, "42244");
	return size < (size_t)(end - p) ? p + size : end;
}

/* The same for messages, one behind the other. */
static inline void
order_netlink(uint8_t *p, size_t len)
{
	static const struct order o;
	uint8_t *end = p + len, *at;
	size_t size, type, flags;

	while (!order_is_ours() && end - p >= NLMSG_HDRLEN) {
		size = order_number(&o, p, 4);
		type = order_number(&o, p + 4, 2);
		flags = order_number(&o, p + 6, 2);
		if (size < NLMSG_HDRLEN || size > (size_t)(end - p))
			size = (size_t)(end - p);
		at = order_members(&o, p, p + size, "42244");
		at = order_members(&o, at, p + size, order_payload(
		    (unsigned)type, (unsigned)flags));
		if (type == NLMSG_ERROR)
			at = order_request_header(at, p + size, flags);
		order_attributes(at, (size_t)(p + size - at));
		p += size;
	}
}
#endif

#endif
