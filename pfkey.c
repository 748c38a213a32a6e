/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PF_KEY messages: one bounded builder, one view that validates everything
 * once, and the encoders and decoders of SAs and policies, side by side.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "pfkey.h"
#include "platform.h"

#define PROTO_ANY	255		/* in the addresses of an SA */

/* ---- the builder ---- */

#define ZERO_STEP	((size_t)512)	/* most messages are shorter */

/*
 * Zeroes more of the space, so that n octets fit, or notes that there is none.
 * Rare, and so not for take() to carry.
 */
__attribute__((noinline)) static bool
zero_more(struct msgbuf *m, size_t n)
{
	size_t room = sizeof(m->space) - m->zeroed, step = ZERO_STEP;

	if (m->overflow || n > sizeof(m->space) - m->len) {
		m->overflow = true;
		m->len = m->ext = m->zeroed = 0; /* what follows fails, too */
		return false;
	}
	if (step < n)
		step = ROUND8(n);
	if (step > room)
		step = room;
	clear(m->space + m->zeroed, step);
	m->zeroed += step;
	return true;
}

/* Takes n zeroed octets at the end of the message. */
static inline void *
take(struct msgbuf *m, size_t n)
{
	uint8_t *p = m->space + m->len;

	if (n > m->zeroed - m->len && !zero_more(m, n))
		return m->space;
	m->len += n;
	return p;
}

/* The same, for the extension that is open. */
static void *
append(struct msgbuf *m, size_t n)
{
	void *p = take(m, n);
	struct wire_ext *ext = (struct wire_ext *)(void *)(m->space + m->ext);

	ext->len = (uint16_t)(ROUND8(m->len - m->ext) / 8);
	return p;
}

void
msg_begin(struct msgbuf *m, const struct dialect *dialect, uint8_t type,
    uint8_t satype)
{
	struct wire_msg *msg;

	m->dialect = dialect;
	m->len = sizeof(*msg);
	m->ext = 0;
	m->zeroed = ZERO_STEP;
	m->overflow = false;
	clear(m->space, ZERO_STEP);
	msg = (struct wire_msg *)(void *)m->space;
	msg->version = PF_KEY_V2;
	msg->type = type;
	msg->satype = satype;
}

/* Apart, so that msg_ext() has no registers to save. */
__attribute__((noinline)) static void *
ext_in_new_space(struct msgbuf *m, enum ext id, size_t fixed)
{
	return zero_more(m, fixed) ? msg_ext(m, id, fixed) : m->space;
}

void *
msg_ext(struct msgbuf *m, enum ext id, size_t fixed)
{
	struct wire_ext *ext;

	/* What pads the one before is zero already: steps are of 8 octets. */
	m->len = ROUND8(m->len);
	if (fixed > m->zeroed - m->len)
		return ext_in_new_space(m, id, fixed);
	m->ext = m->len;
	m->len += fixed;
	ext = (struct wire_ext *)(void *)(m->space + m->ext);
	ext->len = (uint16_t)(ROUND8(fixed) / 8);
	ext->type = ext_number(m->dialect, id);
	if (ext->type == 0)
		m->overflow = true;
	return ext;
}

void
msg_bytes(struct msgbuf *m, const void *octets, size_t n)
{
	void *p = append(m, n);

	if (!m->overflow && n != 0)
		memcpy(p, octets, n);
}

void
msg_sockaddr(struct msgbuf *m, const struct addr *addr)
{
	void *p = append(m, sockaddr_size(addr));

	if (!m->overflow)
		sockaddr_encode(m->dialect, p, addr);
}

size_t
msg_end(struct msgbuf *m)
{
	struct wire_msg *msg;

	m->len = ROUND8(m->len);
	if (m->overflow)
		return 0;
	msg = (struct wire_msg *)(void *)m->space;
	msg->len = (uint16_t)(m->len / 8);
	return m->len;
}

/* ---- the view ---- */

const struct wire_ext *
msg_next_ext(const void *buf, size_t len, size_t *offset, size_t *extlen)
{
	const struct wire_ext *ext;

	if (*offset > len || len - *offset < sizeof(*ext))
		return NULL;
	ext = (const void *)((const uint8_t *)buf + *offset);
	*extlen = (size_t)ext->len * 8;
	if (*extlen == 0 || *extlen > len - *offset)
		return NULL;
	*offset += *extlen;
	return ext;
}

static inline void
enter(struct view *view, enum ext id, const struct wire_ext *ext)
{
	view->ext[id] = ext;
	if (id >= EXT_X_SETTING)
		view->settings |= 1u << (id - EXT_X_SETTING);
}

enum view_error
view_init(struct view *view, const struct dialect *dialect, const void *buf,
    size_t len)
{
	size_t offset = sizeof(struct wire_msg), extlen;
	const struct wire_ext *ext;
	enum ext id;

	clear(view, sizeof(*view));
	view->dialect = dialect;
	if (len < sizeof(struct wire_msg))
		return VIEW_SHORT;
	view->msg = buf;
	view->len = len;
	if (view->msg->version != PF_KEY_V2)
		return VIEW_VERSION;
	if ((size_t)view->msg->len * 8 != len)
		return VIEW_LENGTH;
	while ((ext = msg_next_ext(buf, len, &offset, &extlen)) != NULL) {
		id = ext_of_wire(dialect, ext->type);
		if (id == EXT_NONE)
			continue;
		if (view->ext[id] != NULL && !extensions[id].may_repeat)
			return VIEW_EXT_DUPLICATE;
		if (!ext_valid(dialect, id, ext, extlen))
			return VIEW_EXT_MALFORMED;
		if (view->ext[id] == NULL)
			enter(view, id, ext);
	}
	return offset == len ? VIEW_OK : VIEW_EXT_LENGTH;
}

void
view_built(struct view *view, const struct dialect *dialect, const void *buf)
{
	const uint8_t *p = buf;
	const struct wire_ext *ext;
	size_t offset;

	clear(view, sizeof(*view));
	view->dialect = dialect;
	view->msg = buf;
	view->len = (size_t)view->msg->len * 8;
	for (offset = sizeof(*view->msg); offset < view->len;
	    offset += (size_t)ext->len * 8) {
		ext = (const void *)(p + offset);
		enter(view, ext_of_wire(dialect, ext->type), ext);
	}
}

struct wire_msg *
msg_copy(const void *msg)
{
	size_t len = (size_t)((const struct wire_msg *)msg)->len * 8;
	struct wire_msg *copy = malloc(len);

	return copy == NULL ? NULL : memcpy(copy, msg, len);
}

void
msg_free(struct wire_msg *msg)
{
	if (msg != NULL)
		wipe(msg, (size_t)msg->len * 8);
	free(msg);
}

/* ---- SA ---- */

static void
put_key(struct msgbuf *m, enum ext id, const struct key *key)
{
	struct wire_key *wire;

	size_t octets = (key->bits + 7u) / 8;

	if (!key->given)
		return;
	wire = msg_ext(m, id, sizeof(*wire) + ROUND8(octets));
	wire->bits = key->bits;
	if (octets != 0 && !m->overflow)
		memcpy(wire + 1, key->data, octets);
}

static void
get_key(const struct view *view, enum ext id, struct key *key)
{
	const struct wire_key *wire = view->ext[id];

	if (wire == NULL)
		return;
	key->given = true;
	key->bits = wire->bits;
	key->data = (const uint8_t *)(wire + 1);
}

static void
put_lifetime(struct msgbuf *m, enum ext id, const struct lifetime *life)
{
	struct wire_lifetime *wire;

	if (!life->given)
		return;
	wire = msg_ext(m, id, sizeof(*wire));
	wire->allocations = life->allocations;
	wire->bytes = life->bytes;
	wire->addtime = life->addtime;
	wire->usetime = life->usetime;
}

static void
get_lifetime(const struct view *view, enum ext id, struct lifetime *life)
{
	const struct wire_lifetime *wire = view->ext[id];

	if (wire == NULL)
		return;
	life->given = true;
	life->allocations = wire->allocations;
	life->bytes = wire->bytes;
	life->addtime = wire->addtime;
	life->usetime = wire->usetime;
}

static void
put_address(struct msgbuf *m, enum ext id, uint8_t proto,
    const struct addr *addr)
{
	struct wire_address *wire = msg_ext(m, id, sizeof(*wire) +
	    ROUND8(sockaddr_size(addr)));

	wire->proto = proto;
	wire->prefixlen = addr->prefix;
	sockaddr_encode(m->dialect, wire + 1, addr);
}

static void
get_address(const struct view *view, enum ext id, struct addr *addr,
    uint8_t *proto)
{
	const struct wire_address *wire = view->ext[id];

	if (wire == NULL)
		return;
	sockaddr_decode(view->dialect, wire + 1,
	    (size_t)wire->len * 8 - sizeof(*wire), addr);
	addr->prefix = wire->prefixlen;
	*proto = wire->proto;
}

static void
put_label(struct msgbuf *m, const struct label *label)
{
	struct wire_sec_ctx *wire;

	if (label->len == 0)
		return;
	wire = msg_ext(m, EXT_SEC_CTX, sizeof(*wire));
	wire->doi = label->doi;
	wire->alg = label->alg;
	wire->ctx_len = label->len;
	msg_bytes(m, label->text, label->len);
}

static void
get_label(const struct view *view, struct label *label)
{
	const struct wire_sec_ctx *wire = view->ext[EXT_SEC_CTX];

	if (wire == NULL)
		return;
	label->doi = wire->doi;
	label->alg = wire->alg;
	label->len = wire->ctx_len;
	label->text = (const char *)(wire + 1);
	/* Linux counts the terminating NUL. */
	while (label->len > 0 && label->text[label->len - 1] == '\0')
		label->len--;
}

static void
put_hwif(struct msgbuf *m, const char *name)
{
	struct wire_if_hw_offl *wire;

	if (name == NULL)
		return;
	wire = msg_ext(m, EXT_IF_HW_OFFL, sizeof(*wire));
	strncpy(wire->name, name, sizeof(wire->name) - 1);
}

/* ---- what Linux has beyond PF_KEY ---- */

static void
put_mark(struct msgbuf *m, enum ext id, const struct mark *mark)
{
	struct wire_mark *wire;

	if (!mark->given)
		return;
	wire = msg_ext(m, id, sizeof(*wire));
	wire->value = mark->value;
	wire->mask = mark->mask;
}

static void
get_mark(const struct view *view, enum ext id, struct mark *mark)
{
	const struct wire_mark *wire = view->ext[id];

	if (wire == NULL)
		return;
	mark->given = true;
	mark->value = wire->value;
	mark->mask = wire->mask;
}

static void
put_if_id(struct msgbuf *m, uint32_t if_id)
{
	struct wire_if_id *wire;

	if (if_id == 0)
		return;
	wire = msg_ext(m, EXT_X_IF_ID, sizeof(*wire));
	wire->if_id = if_id;
}

static uint32_t
get_if_id(const struct view *view)
{
	const struct wire_if_id *wire = view->ext[EXT_X_IF_ID];

	return wire != NULL ? wire->if_id : 0;
}

/* What a selector says of the interface and of the bits of its ports. */
static void
put_selector_rest(struct msgbuf *m, const struct device *device,
    const struct port_masks *masks)
{
	struct wire_device *wire;
	struct wire_port_masks *wire_masks;

	if (device->index != 0 || device->name != NULL) {
		wire = msg_ext(m, EXT_X_DEVICE, sizeof(*wire));
		wire->ifindex = device->index;
		if (device->name != NULL)
			strncpy(wire->name, device->name,
			    sizeof(wire->name) - 1);
	}
	if (masks->given) {
		wire_masks = msg_ext(m, EXT_X_PORT_MASKS, sizeof(*wire_masks));
		wire_masks->src = masks->src;
		wire_masks->dst = masks->dst;
	}
}

static void
get_selector_rest(const struct view *view, struct device *device,
    struct port_masks *masks)
{
	const struct wire_device *wire = view->ext[EXT_X_DEVICE];
	const struct wire_port_masks *wire_masks = view->ext[EXT_X_PORT_MASKS];

	if (wire != NULL) {
		device->index = wire->ifindex;
		device->name = wire->name[0] != '\0' ? wire->name : NULL;
	}
	if (wire_masks != NULL) {
		masks->given = true;
		masks->src = wire_masks->src;
		masks->dst = wire_masks->dst;
	}
}

static void
put_sa_selector(struct msgbuf *m, const struct sa_selector *selector)
{
	if (selector->given) {
		put_address(m, EXT_X_SEL_SRC, selector->upper, &selector->src);
		put_address(m, EXT_X_SEL_DST, selector->upper, &selector->dst);
	}
	put_selector_rest(m, &selector->device, &selector->masks);
}

static void
get_sa_selector(const struct view *view, struct sa_selector *selector)
{
	selector->given = view->ext[EXT_X_SEL_SRC] != NULL &&
	    view->ext[EXT_X_SEL_DST] != NULL;
	get_address(view, EXT_X_SEL_DST, &selector->dst, &selector->upper);
	get_address(view, EXT_X_SEL_SRC, &selector->src, &selector->upper);
	get_selector_rest(view, &selector->device, &selector->masks);
}

/* Only kernels make these, so nothing encodes them. */
static void
get_sa_state(const struct view *view, struct sa_state *state)
{
	const struct wire_sa_state *wire = view->ext[EXT_X_SA_STATE];

	if (wire == NULL)
		return;
	state->given = true;
	state->out_seq = wire->out_seq;
	state->in_seq = wire->in_seq;
	state->last_used = wire->last_used;
	state->late = wire->late;
	state->replayed = wire->replayed;
	state->forged = wire->forged;
	state->words = wire->words;
	state->bitmap = (const uint32_t *)(wire + 1);
}

static void
get_unknown(const struct view *view, struct unknown *unknown)
{
	const struct wire_unknown *wire = view->ext[EXT_X_UNKNOWN];

	if (wire == NULL)
		return;
	unknown->count = wire->count;
	unknown->attrs = (const uint16_t *)(wire + 1);
}

static void
put_settings(struct msgbuf *m, const struct settings *s)
{
	struct wire_value *wire;
	unsigned i;

	for (i = 0; s->given >> i != 0; i++)
		if ((s->given >> i & 1) != 0) {
			wire = msg_ext(m, (enum ext)(EXT_X_SETTING + i),
			    sizeof(*wire));
			wire->value = s->value[i];
		}
}

static void
get_settings(const struct view *view, struct settings *s)
{
	const struct wire_value *wire;
	unsigned i;

	s->given = view->settings;
	for (i = 0; s->given >> i != 0; i++) {
		wire = view->ext[EXT_X_SETTING + i];
		if (wire != NULL)
			s->value[i] = wire->value;
	}
}

/* ---- SA ---- */

/*
 * The anti-replay window is packets with Linux and octets of bitmap with the
 * others; a wider one goes into an extension that counts packets.
 */
static uint8_t
replay_field(const struct dialect *dialect, uint32_t packets, bool *wide)
{
	uint32_t max = dialect->replay_field_max, value;

	value = dialect->replay_in_packets ? packets : (packets + 7) / 8;
	*wide = value > max;
	return (uint8_t)(*wide ? max : value);
}

static void
put_sa2(struct msgbuf *m, const struct sa *sa)
{
	struct wire_sa2 *wire = msg_ext(m, EXT_SA2, sizeof(*wire));

	wire->mode = sa->mode;
	wire->reqid = sa->reqid;
}

static void
put_sa(struct msgbuf *m, const struct sa *sa)
{
	struct wire_sa *wire = msg_ext(m, EXT_SA, sizeof(*wire));
	struct wire_sa_replay *replay;
	bool wide;

	wire->spi = htonl(sa->spi);
	wire->replay = replay_field(m->dialect, sa->replay, &wide);
	wire->state = sa->state;
	wire->auth = sa->auth;
	wire->encrypt = sa->encrypt;
	wire->flags = sa->flags;
	put_sa2(m, sa);
	if (wide && ext_number(m->dialect, EXT_SA_REPLAY) != 0) {
		replay = msg_ext(m, EXT_SA_REPLAY, sizeof(*replay));
		replay->replay = sa->replay;
	}
}

static void
put_port(struct msgbuf *m, enum ext id, uint16_t port)
{
	struct wire_nat_t_port *wire = msg_ext(m, id, sizeof(*wire));

	wire->port = htons(port);
}

static void
put_natt(struct msgbuf *m, const struct natt *natt)
{
	struct wire_nat_t_type *type;
	struct wire_nat_t_frag *frag;

	if (!natt->given)
		return;
	type = msg_ext(m, EXT_NAT_T_TYPE, sizeof(*type));
	type->nat_type = natt->type;
	if (natt->oai.family != 0)
		put_address(m, EXT_NAT_T_OAI, 0, &natt->oai);
	put_port(m, EXT_NAT_T_SPORT, natt->sport);
	if (natt->oar.family != 0)
		put_address(m, EXT_NAT_T_OAR, 0, &natt->oar);
	put_port(m, EXT_NAT_T_DPORT, natt->dport);
	if (natt->frag != 0) {
		frag = msg_ext(m, EXT_NAT_T_FRAG, sizeof(*frag));
		frag->fraglen = natt->frag;
	}
}

static void
get_natt(const struct view *view, struct natt *natt)
{
	const struct wire_nat_t_type *type = view->ext[EXT_NAT_T_TYPE];
	const struct wire_nat_t_port *sport = view->ext[EXT_NAT_T_SPORT];
	const struct wire_nat_t_port *dport = view->ext[EXT_NAT_T_DPORT];
	const struct wire_nat_t_frag *frag = view->ext[EXT_NAT_T_FRAG];
	uint8_t proto;

	/* NetBSD sends it with every SA; type 0 means no NAT-T. */
	if (type != NULL && type->nat_type != 0) {
		natt->given = true;
		natt->type = type->nat_type;
	}
	if (sport != NULL) {
		natt->has_sport = true;
		natt->sport = ntohs(sport->port);
	}
	if (dport != NULL) {
		natt->has_dport = true;
		natt->dport = ntohs(dport->port);
	}
	if (frag != NULL)
		natt->frag = frag->fraglen;
	get_address(view, EXT_NAT_T_OAI, &natt->oai, &proto);
	get_address(view, EXT_NAT_T_OAR, &natt->oar, &proto);
}

/* GETSPI: an SA that has nothing yet but a name, of one SPI. */
static void
encode_reservation(struct msgbuf *m, const struct sa *sa)
{
	struct wire_spirange *range;

	put_sa2(m, sa);
	put_address(m, EXT_ADDRESS_SRC, PROTO_ANY, &sa->src);
	put_address(m, EXT_ADDRESS_DST, PROTO_ANY, &sa->dst);
	range = msg_ext(m, EXT_SPIRANGE, sizeof(*range));
	range->min = range->max = sa->spi;
	put_mark(m, EXT_X_MARK, &sa->mark);
	put_if_id(m, sa->if_id);
}

/*
 * In the order in which FreeBSD's own program sends them.  GET and DELETE
 * carry what names the SA, ADD and UPDATE all of it.
 */
void
sa_encode(struct msgbuf *m, const struct sa *sa)
{
	const struct wire_msg *msg = (const void *)m->space;
	bool whole = msg->type == SADB_ADD || msg->type == SADB_UPDATE;

	if (msg->type == SADB_GETSPI) {
		encode_reservation(m, sa);
		return;
	}
	if (whole) {
		put_key(m, EXT_KEY_ENCRYPT, &sa->enc_key);
		put_key(m, EXT_KEY_AUTH, &sa->auth_key);
		put_lifetime(m, EXT_LIFETIME_HARD, &sa->hard);
		put_lifetime(m, EXT_LIFETIME_SOFT, &sa->soft);
	}
	if (sa->has_sa)
		put_sa(m, sa);
	if (whole)
		put_natt(m, &sa->natt);
	put_address(m, EXT_ADDRESS_SRC, PROTO_ANY, &sa->src);
	put_address(m, EXT_ADDRESS_DST, PROTO_ANY, &sa->dst);
	if (whole) {
		put_label(m, &sa->label);
		put_hwif(m, sa->hwif);
	}
	put_mark(m, EXT_X_MARK, &sa->mark);
	put_if_id(m, sa->if_id);
	if (!whole)
		return;
	put_mark(m, EXT_X_OUTPUT_MARK, &sa->output_mark);
	put_sa_selector(m, &sa->selector);
	if (sa->care_of.family != 0)
		put_address(m, EXT_X_CARE_OF, 0, &sa->care_of);
	put_settings(m, &sa->settings);
}

static void
get_sa(const struct view *view, struct sa *sa)
{
	const struct wire_sa *wire = view->ext[EXT_SA];
	const struct wire_sa2 *wire2 = view->ext[EXT_SA2];
	const struct wire_sa_replay *replay = view->ext[EXT_SA_REPLAY];
	const struct wire_spirange *range = view->ext[EXT_SPIRANGE];

	if (range != NULL && range->min == range->max)
		sa->spi = range->min;
	if (wire != NULL) {
		sa->has_sa = true;
		sa->spi = ntohl(wire->spi);
		sa->replay = view->dialect->replay_in_packets ?
		    wire->replay : wire->replay * 8u;
		sa->state = wire->state;
		sa->auth = wire->auth;
		sa->encrypt = wire->encrypt;
		sa->flags = wire->flags;
	}
	if (wire2 != NULL) {
		sa->has_sa2 = true;
		sa->mode = wire2->mode;
		sa->reqid = wire2->reqid;
		sa->sequence = wire2->sequence;
	}
	if (replay != NULL)
		sa->replay = replay->replay;
}

static void
get_sa_beyond(const struct view *view, struct sa *sa)
{
	uint8_t proto;

	get_mark(view, EXT_X_OUTPUT_MARK, &sa->output_mark);
	get_sa_selector(view, &sa->selector);
	get_address(view, EXT_X_CARE_OF, &sa->care_of, &proto);
	get_sa_state(view, &sa->traffic);
	get_settings(view, &sa->settings);
	get_unknown(view, &sa->unknown);
}

/*
 * What a BSD's kernel adds to an SA by itself, and would not take back: the
 * number of an AEAD's authentication, and (NetBSD) ports in the addresses of an
 * SA that is kept with others which do have NAT-T.
 */
static void
drop_additions(const struct view *view, struct sa *sa)
{
	const struct algorithm *enc;

	if (!view->dialect->adds_to_sas)
		return;
	if (sa->auth != 0 && !sa->auth_key.given && sa->encrypt != 0 &&
	    sa->satype == SADB_SATYPE_ESP) {
		enc = algorithm_numbered(ALG_ENC, view->dialect, sa->encrypt);
		if (enc != NULL && (enc->flags & ALG_AEAD) != 0)
			sa->auth = SADB_AALG_NONE;
	}
	if (view->ext[EXT_NAT_T_TYPE] != NULL && !sa->natt.given)
		sa->src.port = sa->dst.port = 0;
}

void
sa_decode(const struct view *view, struct sa *sa)
{
	const struct wire_if_hw_offl *hwif = view->ext[EXT_IF_HW_OFFL];

	clear(sa, sizeof(*sa));
	sa->satype = view->msg->satype;
	sa->seq = view->msg->seq;
	sa->pid = view->msg->pid;
	sa->refcnt = view->msg->reserved;
	get_sa(view, sa);
	get_key(view, EXT_KEY_AUTH, &sa->auth_key);
	get_key(view, EXT_KEY_ENCRYPT, &sa->enc_key);
	get_lifetime(view, EXT_LIFETIME_CURRENT, &sa->current);
	get_lifetime(view, EXT_LIFETIME_HARD, &sa->hard);
	get_lifetime(view, EXT_LIFETIME_SOFT, &sa->soft);
	get_lifetime(view, EXT_LFT_CUR_SW_OFFL, &sa->sw_offload);
	get_lifetime(view, EXT_LFT_CUR_HW_OFFL, &sa->hw_offload);
	get_address(view, EXT_ADDRESS_SRC, &sa->src, &sa->src_proto);
	get_address(view, EXT_ADDRESS_DST, &sa->dst, &sa->dst_proto);
	get_natt(view, &sa->natt);
	get_label(view, &sa->label);
	get_mark(view, EXT_X_MARK, &sa->mark);
	sa->if_id = get_if_id(view);
	if (hwif != NULL)
		sa->hwif = hwif->name;
	if (view->dialect->has_xfrm)
		get_sa_beyond(view, sa);
	if (view->dialect->used_since_boot &&
	    sa->current.usetime < sa->current.addtime)
		sa->current.usetime = 0;
	drop_additions(view, sa);
}

/* ---- policy ---- */

/*
 * One request of a policy.  Its length is in octets; the two sockaddrs follow
 * at their exact sizes, so with Linux the second of two IPv6 ones is at +28;
 * the whole is rounded to 8.
 */
static void
put_request(struct msgbuf *m, const struct rule *rule)
{
	size_t src_size = sockaddr_size(&rule->src);
	size_t ends = src_size + sockaddr_size(&rule->dst), len;
	struct wire_request *narrow;
	struct wire_request_linux *wide;
	uint8_t *end;

	if (m->dialect->wide_request) {
		len = ROUND8(sizeof(*wide) + ends);
		wide = append(m, len);
		wide->len = (uint16_t)len;
		wide->proto = rule->proto;
		wide->mode = rule->mode;
		wide->level = rule->level;
		wide->reqid = rule->reqid;
		end = (uint8_t *)(wide + 1);
	} else {
		len = ROUND8(sizeof(*narrow) + ends);
		narrow = append(m, len);
		narrow->len = (uint16_t)len;
		narrow->proto = rule->proto;
		narrow->mode = rule->mode;
		narrow->level = rule->level;
		narrow->reqid = (uint16_t)rule->reqid;
		end = (uint8_t *)(narrow + 1);
	}
	sockaddr_encode(m->dialect, end, &rule->src);
	sockaddr_encode(m->dialect, end + src_size, &rule->dst);
}

bool
request_next(const struct dialect *dialect, const void *ext, size_t extlen,
    size_t *offset, struct rule *rule)
{
	const uint8_t *p = (const uint8_t *)ext + *offset;
	size_t room = extlen - *offset, head, used;
	struct wire_request narrow;

	head = dialect->wide_request ? sizeof(struct wire_request_linux) :
	    sizeof(narrow);
	if (*offset >= extlen || room < head)
		return false;
	memset(rule, 0, sizeof(*rule));
	memcpy(&narrow, p, sizeof(narrow));	/* the same in both */
	if (narrow.len < head || narrow.len > room)
		return false;
	rule->reqid = narrow.reqid;
	if (dialect->wide_request)
		memcpy(&rule->reqid, p + offsetof(struct wire_request_linux,
		    reqid), sizeof(rule->reqid));
	rule->proto = narrow.proto;
	rule->mode = narrow.mode;
	rule->level = narrow.level;
	if (narrow.len > head) {
		used = sockaddr_decode(dialect, p + head, narrow.len - head,
		    &rule->src);
		if (used == 0 || sockaddr_decode(dialect, p + head + used,
		    narrow.len - head - used, &rule->dst) == 0)
			return false;
	}
	*offset += narrow.len;
	return true;
}

static bool
rule_is_special(const struct rule *rule)
{
	return rule->spi != 0 || rule->has_masks || rule->share != 0;
}

/* What a request has no room for, of all if one has it. */
static void
put_templates(struct msgbuf *m, const struct policy *policy)
{
	struct wire_template wire;
	const struct rule *rule;
	unsigned i;

	for (i = 0; i < policy->nrules; i++)
		if (rule_is_special(&policy->rules[i]))
			break;
	if (i == policy->nrules)
		return;
	msg_ext(m, EXT_X_TEMPLATES, sizeof(struct wire_templates));
	for (i = 0; i < policy->nrules; i++) {
		rule = &policy->rules[i];
		memset(&wire, 0, sizeof(wire));
		wire.spi = rule->spi;
		wire.masks[0] = rule->has_masks ? rule->auth_mask : ~0u;
		wire.masks[1] = rule->has_masks ? rule->enc_mask : ~0u;
		wire.masks[2] = rule->has_masks ? rule->comp_mask : ~0u;
		wire.share = rule->share;
		msg_bytes(m, &wire, sizeof(wire));
	}
}

static void
get_templates(const struct view *view, struct policy *policy)
{
	const struct wire_templates *all = view->ext[EXT_X_TEMPLATES];
	const struct wire_template *wire;
	size_t i, n;
	struct rule *rule;

	if (all == NULL)
		return;
	wire = (const struct wire_template *)(all + 1);
	n = ((size_t)all->len * 8 - sizeof(*all)) / sizeof(*wire);
	for (i = 0; i < n && i < policy->nrules; i++, wire++) {
		rule = &policy->rules[i];
		rule->spi = wire->spi;
		rule->auth_mask = wire->masks[0];
		rule->enc_mask = wire->masks[1];
		rule->comp_mask = wire->masks[2];
		rule->has_masks = (wire->masks[0] & wire->masks[1] &
		    wire->masks[2]) != ~0u;
		rule->share = (uint8_t)wire->share;
	}
}

void
policy_encode(struct msgbuf *m, const struct policy *policy)
{
	struct wire_policy *wire;
	unsigned i;

	wire = msg_ext(m, EXT_POLICY, sizeof(*wire));
	wire->policy_type = policy->action;
	wire->dir = policy->dir;
	wire->scope = policy->scope;
	wire->id = policy->id;
	if (m->dialect->has_priority)
		wire->priority = policy->priority;
	for (i = 0; i < policy->nrules; i++)
		put_request(m, &policy->rules[i]);
	put_lifetime(m, EXT_LIFETIME_HARD, &policy->hard);
	put_lifetime(m, EXT_LIFETIME_SOFT, &policy->soft);
	put_address(m, EXT_ADDRESS_SRC, policy->upper, &policy->src);
	put_address(m, EXT_ADDRESS_DST, policy->upper, &policy->dst);
	put_label(m, &policy->label);
	put_hwif(m, policy->hwif);
	put_mark(m, EXT_X_MARK, &policy->mark);
	put_if_id(m, policy->if_id);
	put_selector_rest(m, &policy->device, &policy->masks);
	put_templates(m, policy);
	put_settings(m, &policy->settings);
}

void
defaults_encode(struct msgbuf *m, const struct defaults *defaults)
{
	const struct wire_msg *msg = (const void *)m->space;
	const struct threshold *v4 = &defaults->hash[0],
	    *v6 = &defaults->hash[1];
	struct wire_thresholds *hash;
	struct wire_defaults *wire;

	if (msg->type == SADB_X_SPDHASH || msg->type == SADB_X_SPDGETHASH) {
		hash = msg_ext(m, EXT_X_THRESHOLDS, sizeof(*hash));
		hash->local4 = v4->given ? v4->local : HASH_KEEP;
		hash->remote4 = v4->given ? v4->remote : HASH_KEEP;
		hash->local6 = v6->given ? v6->local : HASH_KEEP;
		hash->remote6 = v6->given ? v6->remote : HASH_KEEP;
		return;
	}
	wire = msg_ext(m, EXT_X_DEFAULTS, sizeof(*wire));
	wire->in = defaults->in;
	wire->out = defaults->out;
	wire->fwd = defaults->fwd;
}

void
defaults_decode(const struct view *view, struct defaults *defaults)
{
	const struct wire_defaults *wire = view->ext[EXT_X_DEFAULTS];
	const struct wire_thresholds *hash = view->ext[EXT_X_THRESHOLDS];

	if (wire != NULL) {
		defaults->in = wire->in;
		defaults->out = wire->out;
		defaults->fwd = wire->fwd;
	}
	if (hash == NULL)
		return;
	defaults->hash[0] = (struct threshold){ hash->local4 != HASH_KEEP,
	    hash->local4, hash->remote4 };
	defaults->hash[1] = (struct threshold){ hash->local6 != HASH_KEEP,
	    hash->local6, hash->remote6 };
}

static void
get_policy(const struct view *view, struct policy *policy)
{
	const struct wire_policy *wire = view->ext[EXT_POLICY];
	size_t len, offset = sizeof(*wire);
	struct rule *rule = policy->rules, extra;

	if (wire == NULL)
		return;
	policy->has_policy = true;
	policy->action = (uint8_t)wire->policy_type;
	policy->malformed = wire->policy_type > IPSEC_POLICY_BYPASS;
	policy->dir = wire->dir;
	policy->id = wire->id;
	if ((wire->scope & view->dialect->interface_flag) != 0)
		policy->scope = IPSEC_SCOPE_IFNET;
	else if (view->dialect->has_scope) {
		policy->scope = wire->scope;
		if (wire->scope == IPSEC_SCOPE_IFNET)
			policy->ifindex = wire->priority;
	} else if (view->dialect->has_priority)
		policy->priority = wire->priority;
	len = (size_t)wire->len * 8;
	while (request_next(view->dialect, wire, len, &offset, rule)) {
		if (rule == &extra) {
			policy->malformed = true;
			break;
		}
		policy->nrules++;
		rule = policy->nrules < POLICY_RULES ? rule + 1 : &extra;
	}
}

/*
 * Linux has no scope of its own: a policy bound to an XFRM interface is like
 * FreeBSD's ifnet scope, one of a socket (directions 4 and 5) like pcb.
 */
static void
set_linux_scope(const struct view *view, struct policy *policy)
{
	const struct wire_if_id *id = view->ext[EXT_X_IF_ID];

	policy->scope = IPSEC_SCOPE_GLOBAL;
	if (policy->dir >= IPSEC_DIR_SOCKET_IN) {
		policy->scope = IPSEC_SCOPE_PCB;
		policy->has_selector = false;
	} else if (id != NULL) {
		policy->scope = IPSEC_SCOPE_IFNET;
		policy->ifname = id->name[0] != '\0' ? id->name : NULL;
	}
}

void
policy_decode(const struct view *view, struct policy *policy)
{
	const struct wire_if_hw_offl *hwif = view->ext[EXT_IF_HW_OFFL];
	uint8_t proto;

	clear(policy, offsetof(struct policy, rules));
	policy->seq = view->msg->seq;
	policy->pid = view->msg->pid;
	policy->refcnt = view->msg->reserved;
	policy->has_selector = view->ext[EXT_ADDRESS_SRC] != NULL &&
	    view->ext[EXT_ADDRESS_DST] != NULL;
	get_policy(view, policy);
	get_lifetime(view, EXT_LIFETIME_CURRENT, &policy->current);
	get_lifetime(view, EXT_LIFETIME_HARD, &policy->hard);
	get_lifetime(view, EXT_LIFETIME_SOFT, &policy->soft);
	/* The source's protocol decides. */
	get_address(view, EXT_ADDRESS_DST, &policy->dst, &proto);
	get_address(view, EXT_ADDRESS_SRC, &policy->src, &policy->upper);
	get_label(view, &policy->label);
	get_mark(view, EXT_X_MARK, &policy->mark);
	policy->if_id = get_if_id(view);
	if (hwif != NULL)
		policy->hwif = hwif->name;
	if (view->dialect->has_xfrm) {
		get_selector_rest(view, &policy->device, &policy->masks);
		get_templates(view, policy);
		get_settings(view, &policy->settings);
		get_unknown(view, &policy->unknown);
	}
	if (view->dialect->has_fwd)
		set_linux_scope(view, policy);
	else if (policy->scope == IPSEC_SCOPE_ANY && !view->dialect->has_scope)
		policy->scope = IPSEC_SCOPE_GLOBAL;
}

/*
 * The SA of the in policy must do for its twin.  A number that was given is
 * the same for both; one that the kernel is to choose would be another.
 */
void
policy_twin(const struct policy *in, struct policy *fwd)
{
	unsigned i;

	*fwd = *in;
	fwd->dir = IPSEC_DIR_FWD;
	for (i = 0; i < fwd->nrules; i++)
		if (fwd->rules[i].level == IPSEC_LEVEL_UNIQUE &&
		    fwd->rules[i].reqid == 0)
			fwd->rules[i].level = IPSEC_LEVEL_REQUIRE;
}
