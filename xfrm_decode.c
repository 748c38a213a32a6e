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

#include <sys/socket.h>
#include <string.h>

#include "platform.h"
#include "xfrm_decode.h"

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
	int i;

	/* Lists are measured where they are read. */
	if (type == XFRMA_UNSPEC || type == XFRMA_PAD ||
	    type == XFRMA_TMPL || type == XFRMA_MIGRATE)
		return true;
	i = setting_of(type);
	if (i >= 0) {
		attrs->settings |= 1u << i;
		return n >= settings[i].octets;
	}
	xfrm_note_unknown(attrs, type);
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

/* ---- messages ---- */

struct wire_msg *
xfrm_begin_message(const struct xfrm_task *t, uint8_t satype)
{
	msg_begin(t->m, &dialects[DIALECT_LINUX], t->type, satype);
	return (struct wire_msg *)(void *)t->m->space;
}

/* The messages, the octets of their structures, and what they are as events. */
static const struct kind {
	uint16_t xfrm;
	uint16_t size;
	uint8_t event;
	enum xfrm_result (*decode)(struct xfrm_task *);
} kinds[] = {
	{ XFRM_MSG_NEWSA, sizeof(struct xfrm_usersa_info), SADB_ADD,
	    xfrm_decode_sa },
	{ XFRM_MSG_NEWPOLICY, sizeof(struct xfrm_userpolicy_info),
	    SADB_X_SPDADD, xfrm_decode_policy },
	{ XFRM_MSG_UPDSA, sizeof(struct xfrm_usersa_info), SADB_UPDATE,
	    xfrm_decode_sa },
	{ XFRM_MSG_DELSA, sizeof(struct xfrm_usersa_id), SADB_DELETE,
	    xfrm_decode_sa_gone },
	{ XFRM_MSG_EXPIRE, sizeof(struct xfrm_user_expire), SADB_EXPIRE,
	    xfrm_decode_expire },
	{ XFRM_MSG_FLUSHSA, sizeof(struct xfrm_usersa_flush), SADB_FLUSH,
	    xfrm_decode_flush },
	{ XFRM_MSG_UPDPOLICY, sizeof(struct xfrm_userpolicy_info),
	    SADB_X_SPDUPDATE, xfrm_decode_policy },
	{ XFRM_MSG_DELPOLICY, sizeof(struct xfrm_userpolicy_id),
	    SADB_X_SPDDELETE, xfrm_decode_policy_gone },
	{ XFRM_MSG_POLEXPIRE, sizeof(struct xfrm_user_polexpire),
	    SADB_X_SPDEXPIRE, xfrm_decode_policy_expire },
	{ XFRM_MSG_FLUSHPOLICY, 0, SADB_X_SPDFLUSH, xfrm_decode_policy_flush },
	{ XFRM_MSG_ACQUIRE, sizeof(struct xfrm_user_acquire), SADB_ACQUIRE,
	    xfrm_decode_acquire },
	{ XFRM_MSG_MAPPING, sizeof(struct xfrm_user_mapping),
	    SADB_X_NAT_T_NEW_MAPPING, xfrm_decode_mapping },
	{ XFRM_MSG_MIGRATE, sizeof(struct xfrm_userpolicy_id),
	    SADB_X_MIGRATE, xfrm_decode_migrate },
	{ XFRM_GETDEFAULT, sizeof(struct xfrm_defaults), SADB_X_SPDDEFAULT,
	    xfrm_decode_defaults },
	{ XFRM_MSG_NEWSPDINFO, sizeof(uint32_t), SADB_X_SPDHASH,
	    xfrm_decode_thresholds },
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
	/* It has attributes of another kind. */
	*whole = kinds[i].xfrm == XFRM_MSG_NEWSPDINFO ||
	    read_attrs(t->attr_octets, t->attr_len, &t->attrs);
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
	name->src = info->saddr;
	xfrm_get_attr(&t.attrs, XFRMA_MARK, &name->mark, sizeof(name->mark));
	return true;
}

uint32_t
xfrm_decode_reqid(const struct nlmsghdr *header)
{
	const struct xfrm_user_tmpl *tmpl;
	uint32_t highest = 0;
	struct xfrm_task t;
	bool whole;
	size_t n;

	if (header->nlmsg_type != XFRM_MSG_NEWPOLICY ||
	    open_message(header, &t, &whole) == NULL || !whole)
		return 0;
	for (tmpl = xfrm_templates(&t.attrs, &n); n > 0; n--, tmpl++)
		if (tmpl->reqid > highest && tmpl->reqid <= XFRM_REQID_MAX)
			highest = tmpl->reqid;
	return highest;
}

#endif /* __linux__ */
