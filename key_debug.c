/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The raw decoder behind -v, -x and -h.  A message comes from the kernel or
 * from any process, and may be anything: what is wrong in it is said on a line
 * of its own, and the decode goes on where the lengths allow.
 */
#include <arpa/inet.h>
#include <string.h>

#include "key_debug.h"
#include "print.h"

/* Octets that no field takes: after the last combination, algorithm ... */
static void
left_over(const struct raw_printer *d, size_t n)
{
	if (n != 0)
		text_printf(d->t, "kdebug_sadb: %zu octets left over.\n", n);
}

/*
 * The format has 32 bits for each number: what is beyond is not shown here
 * (the record of -D shows all of it).
 */
static unsigned
low32(uint64_t n)
{
	return (unsigned)(n & 0xffffffffu);
}

void
raw_lifetime(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const struct wire_lifetime *life = ext;

	(void)id;
	text_printf(d->t, "sadb_lifetime{ alloc=%u, bytes=%u\n"
	    "  addtime=%u, usetime=%u }\n", (unsigned)life->allocations,
	    low32(life->bytes), low32(life->addtime), low32(life->usetime));
	left_over(d, len - sizeof(*life));
}

/*
 * The sockaddr at p.  Returns its octets, unpadded; 0 when it is cut short or
 * of a family that has no known length.
 */
static size_t
show_sockaddr(const struct raw_printer *d, const uint8_t *p, size_t room)
{
	struct addr addr;
	size_t size = sockaddr_decode(d->dialect, p, room, &addr);
	uint16_t family = 0;
	uint32_t scope = addr.scope;

	if (d->dialect->sa_len && room >= 2)
		family = p[1];
	else if (room >= sizeof(family))
		memcpy(&family, p, sizeof(family));
	text_printf(d->t, "sockaddr{ len=%u family=%u addr=",
	    d->dialect->sa_len && room > 0 ? p[0] : (unsigned)size, family);
	addr.scope = 0;
	if (size == 0)
		text_str(d->t, "unknown");
	else
		text_addr(d->t, &addr);
	if (addr.family == 6 && addr.octets[0] == 0xfe &&
	    (addr.octets[1] & 0xc0) == 0x80)
		text_printf(d->t, "%%%u", (unsigned)scope);
	text_str(d->t, " }\n");
	return size;
}

void
raw_address(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const struct wire_address *addr = ext;
	const uint8_t *reserved = (const uint8_t *)&addr->reserved;

	(void)id;
	text_printf(d->t,
	    "sadb_address{ proto=%u prefixlen=%u reserved=0x%02x%02x }\n",
	    addr->proto, addr->prefixlen, reserved[0], reserved[1]);
	show_sockaddr(d, (const uint8_t *)(addr + 1), len - sizeof(*addr));
}

void
raw_key(const struct raw_printer *d, enum ext id, const void *ext, size_t len)
{
	const struct wire_key *key = ext;
	size_t octets = (key->bits + 7u) / 8, room = len - sizeof(*key);

	(void)id;
	text_printf(d->t, "sadb_key{ bits=%u reserved=%u\n  key=", key->bits,
	    key->reserved);
	if (octets > room) {
		text_printf(d->t, "kdebug_sadb_key: key length mismatch, "
		    "bit:%u len:%zu.\n", key->bits, room);
		octets = room;
	}
	if (d->hide_keys && octets != 0)
		text_str(d->t, " (hidden)");
	else
		text_groups(d->t, (const uint8_t *)(key + 1), octets);
	text_str(d->t, " }\n");
}

/* A string, padded with NULs to the length of its extension. */
static void
show_string(const struct raw_printer *d, const void *octets, size_t len)
{
	text_str(d->t, "\n  str=");
	text_quoted(d->t, octets, len);
}

void
raw_identity(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const struct wire_ident *ident = ext;

	text_printf(d->t, "sadb_ident_%s{ type=%u id=%llu",
	    id == EXT_IDENTITY_SRC ? "src" : "dst", ident->ident_type,
	    (unsigned long long)ident->id);
	if (len > sizeof(*ident))
		show_string(d, ident + 1, len - sizeof(*ident));
	text_str(d->t, " }\n");
}

void
raw_sensitivity(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const uint8_t *p = ext;
	uint32_t dpd;

	(void)id;
	(void)len;
	memcpy(&dpd, p + 4, sizeof(dpd));
	text_printf(d->t, "sadb_sens{ dpd=%u sens_level=%u sens_len=%u\n"
	    "  integ_level=%u integ_len=%u }\n", (unsigned)dpd, p[8], p[9],
	    p[10], p[11]);
}

/*
 * The labels of a combination's last line are the format's, though they lie:
 * its numbers are the addtimes and the usetimes.
 */
void
raw_proposal(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const struct wire_prop *prop = ext;
	const uint8_t *p = (const uint8_t *)(prop + 1);
	struct wire_comb c;

	(void)id;
	text_printf(d->t, "sadb_prop{ replay=%u\n", prop->replay);
	for (len -= sizeof(*prop); len >= sizeof(c); len -= sizeof(c)) {
		memcpy(&c, p, sizeof(c));
		p += sizeof(c);
		text_printf(d->t, "sadb_comb{ auth=%u encrypt=%u flags=0x%04x "
		    "reserved=0x%08x\n  auth_minbits=%u auth_maxbits=%u "
		    "encrypt_minbits=%u encrypt_maxbits=%u\n", c.auth,
		    c.encrypt, c.flags, (unsigned)c.reserved, c.auth_minbits,
		    c.auth_maxbits, c.encrypt_minbits, c.encrypt_maxbits);
		text_printf(d->t, "  soft_alloc=%u hard_alloc=%u "
		    "soft_bytes=%llu hard_bytes=%llu\n",
		    (unsigned)c.soft_allocations, (unsigned)c.hard_allocations,
		    (unsigned long long)c.soft_bytes,
		    (unsigned long long)c.hard_bytes);
		text_printf(d->t, "  soft_alloc=%llu hard_alloc=%llu "
		    "soft_bytes=%llu hard_bytes=%llu }\n",
		    (unsigned long long)c.soft_addtime,
		    (unsigned long long)c.hard_addtime,
		    (unsigned long long)c.soft_usetime,
		    (unsigned long long)c.hard_usetime);
	}
	text_str(d->t, "}\n");
	left_over(d, len);
}

void
raw_supported(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const struct wire_supported *sup = ext;
	const struct wire_alg *alg = (const struct wire_alg *)(sup + 1);

	(void)id;
	text_str(d->t, "sadb_sup{\n");
	for (len -= sizeof(*sup); len >= sizeof(*alg); len -= sizeof(*alg)) {
		text_printf(d->t, "  { id=%u ivlen=%u min=%u max=%u }\n",
		    alg->id, alg->ivlen, alg->minbits, alg->maxbits);
		alg++;
	}
	text_str(d->t, "}\n");
}

/*
 * One request of a policy, of which room octets are there; returns its octets,
 * or 0 where the chain breaks.
 */
static size_t
show_request(const struct raw_printer *d, const uint8_t *p, size_t room)
{
	size_t head = d->dialect->wide_request ?
	    sizeof(struct wire_request_linux) : sizeof(struct wire_request);
	struct wire_request_linux wide;
	struct wire_request r;
	uint32_t reqid;
	size_t end, used;

	if (room < head) {
		left_over(d, room);
		return 0;
	}
	memcpy(&r, p, sizeof(r));
	reqid = r.reqid;
	if (d->dialect->wide_request) {
		memcpy(&wide, p, sizeof(wide));
		reqid = wide.reqid;
	}
	text_printf(d->t, " { len=%u proto=%u mode=%u level=%u reqid=%u\n",
	    r.len, r.proto, r.mode, r.level, (unsigned)reqid);
	end = r.len < room ? r.len : room;
	if (end > head) {
		used = show_sockaddr(d, p + head, end - head);
		if (used != 0)
			show_sockaddr(d, p + head + used, end - head - used);
	}
	text_str(d->t, " }\n");
	if (r.len < head)
		text_str(d->t,
		    "kdebug_sadb_x_policy: wrong policy struct.\n");
	else if (r.len > room)
		text_printf(d->t, "kdebug_sadb_x_policy: invalid ipsec policy "
		    "length (%u > %zu)\n", r.len, room);
	else
		return r.len;
	return 0;
}

void
raw_policy(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const struct wire_policy *policy = ext;
	bool ifnet = d->dialect->has_scope &&
	    policy->scope == IPSEC_SCOPE_IFNET;
	const uint8_t *p = (const uint8_t *)(policy + 1);
	size_t used;

	(void)id;
	text_printf(d->t, "sadb_x_policy{ type=%u dir=%u ",
	    policy->policy_type, policy->dir);
	if (d->dialect->interface_flag != 0)
		text_printf(d->t, "flags=0x%02x id=%x", policy->scope,
		    (unsigned)policy->id);
	else
		text_printf(d->t, "id=%x scope=%u", (unsigned)policy->id,
		    policy->scope);
	text_printf(d->t, " %s=%u }\n", ifnet ? "ifindex" : "priority",
	    (unsigned)policy->priority);
	len -= sizeof(*policy);
	if (policy->policy_type != IPSEC_POLICY_IPSEC) {
		left_over(d, len);
		return;
	}
	for (; len > 0; p += used, len -= used) {
		used = show_request(d, p, len);
		if (used == 0)
			break;
	}
}

/* A name in a field that a NUL may not end. */
static void
show_name(struct text *t, const char *name, size_t size)
{
	const char *end = memchr(name, '\0', size);

	text_escaped(t, name, end == NULL ? size : (size_t)(end - name));
}

void
raw_label(const struct raw_printer *d, enum ext id, const void *ext, size_t len)
{
	const struct wire_sec_ctx *ctx = ext;

	(void)id;
	text_printf(d->t, "sadb_x_sec_ctx{ alg=%u doi=%u len=%u", ctx->alg,
	    ctx->doi, ctx->ctx_len);
	if (len > sizeof(*ctx))
		show_string(d, ctx + 1, len - sizeof(*ctx));
	text_str(d->t, " }\n");
	if (ctx->ctx_len > len - sizeof(*ctx))
		text_printf(d->t, "kdebug_sadb: security context cut short "
		    "(%u > %zu).\n", ctx->ctx_len, len - sizeof(*ctx));
}

/* The key manager's addresses, local and remote: unpadded, as in requests. */
void
raw_kmaddress(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const struct wire_kmaddress *km = ext;
	const uint8_t *p = (const uint8_t *)(km + 1);
	size_t used;

	(void)id;
	text_printf(d->t, "sadb_x_kmaddress{ reserved=%u }\n",
	    (unsigned)km->reserved);
	len -= sizeof(*km);
	used = show_sockaddr(d, p, len);
	if (used != 0)
		show_sockaddr(d, p + used, len - used);
}

static void
show_filter_addr(const struct raw_printer *d, const uint32_t octets[4],
    uint16_t family, unsigned prefix)
{
	struct addr addr = { .family = 0 };

	addr.family = family == 2 ? 4 : family == d->dialect->af_inet6 ? 6 : 0;
	memcpy(addr.octets, octets, sizeof(addr.octets));
	if (addr.family == 0)
		text_str(d->t, "unknown");
	else
		text_addr(d->t, &addr);
	text_printf(d->t, "/%u", prefix);
}

void
raw_filter(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const struct wire_filter *filter = ext;

	(void)id;
	text_printf(d->t, "sadb_x_filter{ family=%u\n  src=", filter->family);
	show_filter_addr(d, filter->saddr, filter->family, filter->splen);
	text_str(d->t, " dst=");
	show_filter_addr(d, filter->daddr, filter->family, filter->dplen);
	text_str(d->t, " }\n");
	left_over(d, len - sizeof(*filter));
}

void
raw_sa_state(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const struct wire_sa_state *state = ext;
	const uint32_t *word = (const uint32_t *)(state + 1);
	size_t i, n = (len - sizeof(*state)) / sizeof(*word);

	(void)id;
	text_printf(d->t, "sadb_x_sa_state{ out_seq=%llu in_seq=%llu "
	    "last_used=%llu\n  late=%u replayed=%u forged=%u window=",
	    (unsigned long long)state->out_seq,
	    (unsigned long long)state->in_seq,
	    (unsigned long long)state->last_used, (unsigned)state->late,
	    (unsigned)state->replayed, (unsigned)state->forged);
	for (i = 0; i < n && i < state->words; i++)
		text_hex(d->t, word[i], 8);
	text_str(d->t, " }\n");
}

void
raw_templates(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const uint8_t *p = (const uint8_t *)ext + sizeof(struct wire_templates);
	struct wire_template w;

	(void)id;
	text_str(d->t, "sadb_x_templates{\n");
	for (len -= sizeof(struct wire_templates); len >= sizeof(w);
	    len -= sizeof(w), p += sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		text_printf(d->t, "  { spi=%u auth=0x%x enc=0x%x comp=0x%x "
		    "share=%u }\n", (unsigned)w.spi, (unsigned)w.masks[0],
		    (unsigned)w.masks[1], (unsigned)w.masks[2],
		    (unsigned)w.share);
	}
	text_str(d->t, "}\n");
	left_over(d, len);
}

/* Attributes that netlink had and this program does not know. */
void
raw_unknown(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	const struct wire_unknown *unknown = ext;
	const uint16_t *number = (const uint16_t *)(unknown + 1);
	size_t i, n = (len - sizeof(*unknown)) / sizeof(*number);

	(void)id;
	text_str(d->t, "sadb_x_unknown{ attributes=");
	for (i = 0; i < n && i < unknown->count; i++) {
		text_str(d->t, i == 0 ? "" : ",");
		text_dec(d->t, number[i]);
	}
	text_str(d->t, " }\n");
}

/* A filter, in the words of the language. */
void
raw_selection(const struct raw_printer *d, enum ext id, const void *ext,
    size_t len)
{
	struct filter filter;

	(void)id;
	(void)len;
	memcpy(&filter, (const struct wire_selection *)ext + 1,
	    sizeof(filter));
	text_str(d->t, "sadb_x_selection{");
	print_filter(d->t, &filter);
	text_str(d->t, " }\n");
}

/* ---- extensions ---- */

static uint32_t
field_number(const struct ext_field *field, const uint8_t *p)
{
	uint16_t n16;
	uint32_t n32;

	switch (field->size) {
	case 1:
		return *p;
	case 2:
		memcpy(&n16, p, sizeof(n16));
		return field->form == FORM_NET ? ntohs(n16) : n16;
	default:
		memcpy(&n32, p, sizeof(n32));
		return field->form == FORM_NET ? ntohl(n32) : n32;
	}
}

static void
show_field(struct text *t, const struct ext_field *field, const uint8_t *p)
{
	text_str(t, field->label);
	switch (field->form) {
	case FORM_NAME:
		text_char(t, '"');
		show_name(t, (const char *)p, field->size);
		text_char(t, '"');
		break;
	case FORM_HEX:
	case FORM_HEX8:
		text_str(t, "0x");
		text_hex(t, field_number(field, p),
		    field->form == FORM_HEX ? 1 : 8);
		break;
	default:
		text_dec(t, field_number(field, p));
	}
}

static void
show_fields(const struct raw_printer *d, const struct extension *row,
    const void *ext, size_t len)
{
	const struct ext_field *field;

	text_str(d->t, row->structure);
	text_char(d->t, '{');
	for (field = row->fields; field->label != NULL; field++)
		show_field(d->t, field, (const uint8_t *)ext + field->offset);
	text_str(d->t, " }\n");
	left_over(d, len - row->size);
}

static void
show_ext_header(const struct raw_printer *d, const struct wire_ext *ext)
{
	enum ext id = ext_of_wire(d->dialect, ext->type);
	const char *name = extensions[id].name;

	if (id == EXT_NONE && ext->type != 0)
		name = NULL;
	text_printf(d->t, "sadb_ext{ len=%u type=%u(%s) }\n", ext->len,
	    ext->type, name == NULL ? "UNKNOWN" : name);
}

/*
 * Printers that say themselves what is wrong behind the fixed part look at more
 * than ext_valid() admits.
 */
static void
show_ext(const struct raw_printer *d, const struct wire_ext *ext, size_t len)
{
	enum ext id = ext_of_wire(d->dialect, ext->type);
	const struct extension *row = &extensions[id];

	show_ext_header(d, ext);
	if (id == EXT_NONE)
		text_printf(d->t, "kdebug_sadb: invalid ext_type %u\n",
		    ext->type);
	else if (len < row->size)
		text_printf(d->t, "kdebug_sadb: extension cut short "
		    "(%zu < %u).\n", len, row->size);
	else if (row->print != NULL)
		row->print(d, id, ext, len);
	else
		show_fields(d, row, ext, len);
}

/* Why there is no extension at p, where room octets are left. */
static void
show_break(const struct raw_printer *d, const uint8_t *p, size_t room)
{
	struct wire_ext ext;

	if (room < sizeof(ext)) {
		left_over(d, room);
		return;
	}
	memcpy(&ext, p, sizeof(ext));
	show_ext_header(d, &ext);
	if (ext.len == 0)
		text_str(d->t, "kdebug_sadb: invalid ext_len=0 was passed.\n");
	else
		text_printf(d->t, "kdebug_sadb: ext_len too big (%u > %zu).\n",
		    ext.len * 8u, room);
}

static void
show_header(const struct raw_printer *d, const struct wire_msg *msg, size_t len)
{
	const char *name = name_of(message_names, msg->type);

	text_printf(d->t, "sadb_msg{ version=%u type=%u(%s) errno=%u "
	    "satype=%u\n  len=%u reserved=%u seq=%u pid=%u\n", msg->version,
	    msg->type, name == NULL ? "UNKNOWN" : name, msg->error,
	    msg->satype, msg->len, msg->reserved, (unsigned)msg->seq,
	    (unsigned)msg->pid);
	if ((size_t)msg->len * 8 != len)
		text_printf(d->t, "kdebug_sadb: message of %zu octets says it "
		    "has %u.\n", len, msg->len * 8u);
}

/* Whether the octets are a message and not, say, an extension with a key. */
static bool
is_whole(const struct wire_msg *msg, size_t len)
{
	return len >= sizeof(*msg) && msg->version == PF_KEY_V2 &&
	    msg->type != 0 && (size_t)msg->len * 8 == len;
}

/*
 * Octets of headers around a message: BSD kernels wrap what a promiscuous
 * socket gets in a message X_PROMISC.
 */
size_t
message_wrapping(const struct dialect *dialect, const void *msg, size_t len)
{
	const struct wire_msg *outer;
	size_t n = 0;

	while (!dialect->wide_request && len - n > sizeof(*outer)) {
		outer = (const void *)((const uint8_t *)msg + n);
		if (outer->type != SADB_X_PROMISC ||
		    !is_whole(outer + 1, len - n - sizeof(*outer)))
			break;
		n += sizeof(*outer);
	}
	return n;
}

void
print_message(struct text *t, const struct dialect *dialect, const void *msg,
    size_t len, const struct print_style *style)
{
	const struct raw_printer d = { t, dialect, style->hide_keys };
	size_t offset = sizeof(struct wire_msg), extlen, wrap;
	const struct wire_ext *ext;
	const uint8_t *inner;

	wrap = message_wrapping(dialect, msg, len);
	inner = (const uint8_t *)msg + wrap;
	len -= wrap;
	if (len < sizeof(struct wire_msg)) {
		text_printf(t, "kdebug_sadb: message cut short "
		    "(%zu < %zu).\n\n", len, sizeof(struct wire_msg));
		return;
	}
	show_header(&d, (const void *)inner, len);
	while ((ext = msg_next_ext(inner, len, &offset, &extlen)) != NULL)
		show_ext(&d, ext, extlen);
	if (offset != len)
		show_break(&d, inner + offset, len - offset);
	text_char(t, '\n');
}

/* ---- the hex dump ---- */

/* Octets [begin, end) that -K hides. */
struct blot {
	size_t begin, end;
};

/*
 * The next key at or after *offset, an extension's place in the message.
 * Where lengths do not add up, keys may be anywhere in the rest.
 */
static struct blot
next_key(const struct dialect *dialect, const uint8_t *msg, size_t len,
    size_t *offset)
{
	const struct wire_ext *ext;
	struct blot blot = { len, len };
	size_t extlen;
	enum ext id;

	while ((ext = msg_next_ext(msg, len, offset, &extlen)) != NULL) {
		id = ext_of_wire(dialect, ext->type);
		if ((id == EXT_KEY_AUTH || id == EXT_KEY_ENCRYPT) &&
		    extlen > sizeof(struct wire_key)) {
			blot.end = *offset;
			blot.begin = *offset - extlen + sizeof(struct wire_key);
			return blot;
		}
	}
	if (*offset < len)
		blot.begin = *offset;
	return blot;
}

#define LINE	16

/*
 * Long messages are rare, but a megabyte must not cost a printf for each octet.
 */
void
print_hexdump(struct text *t, const struct dialect *dialect, const void *msg,
    size_t len, const struct print_style *style)
{
	size_t i, offset = message_wrapping(dialect, msg, len) +
	    sizeof(struct wire_msg);
	const uint8_t *p = msg;
	struct blot blot = { len, len };

	if (style->hide_keys && offset < len)
		blot = next_key(dialect, p, len, &offset);
	for (i = 0; i < len; i++) {
		if (i % LINE == 0) {
			text_hex(t, (uint32_t)i, 8);
			text_str(t, ": ");
		}
		if (i == blot.end)
			blot = next_key(dialect, p, len, &offset);
		if (i < blot.begin)
			text_hex(t, p[i], 2);
		else
			text_str(t, "--");
		text_char(t, ' ');
		if (i % LINE == LINE - 1 || i == len - 1)
			text_char(t, '\n');
	}
}
