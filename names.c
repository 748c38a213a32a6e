/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of names and numbers, and the look-ups in them.  A new algorithm
 * or word is a row here.
 */
#include <ctype.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "names.h"
#include "platform.h"
#include "source.h"
#include "wire.h"

const struct name satype_names[] = {
	{ "unspec", SADB_SATYPE_UNSPEC },
	{ "unknown", 1 },
	{ "ah", SADB_SATYPE_AH },
	{ "esp", SADB_SATYPE_ESP },
	{ "unknown", 4 },
	{ "rsvp", 5 },
	{ "ospfv2", 6 },
	{ "ripv2", 7 },
	{ "mip", 8 },
	{ "ipcomp", SADB_X_SATYPE_IPCOMP },
	{ "policy", 10 },
	{ "tcp", SADB_X_SATYPE_TCPSIGNATURE },
	{ "route2", SADB_X_SATYPE_ROUTE2 },
	{ "hao", SADB_X_SATYPE_HAO },
	{ NULL, 0 }
};

const struct name state_names[] = {
	{ "larval", SADB_SASTATE_LARVAL },
	{ "mature", SADB_SASTATE_MATURE },
	{ "dying", SADB_SASTATE_DYING },
	{ "dead", SADB_SASTATE_DEAD },
	{ NULL, 0 }
};

/* A rule has all but the first; those behind tunnel are Linux's. */
const struct name mode_names[] = {
	{ "any", IPSEC_MODE_ANY },
	{ "transport", IPSEC_MODE_TRANSPORT },
	{ "tunnel", IPSEC_MODE_TUNNEL },
	{ "beet", IPSEC_MODE_BEET },
	{ "iptfs", IPSEC_MODE_IPTFS },
	{ "ro", IPSEC_MODE_RO },
	{ "in_trigger", IPSEC_MODE_IN_TRIGGER },
	{ NULL, 0 }
};

const struct name encap_names[] = {
	{ "esp-udp", UDP_ENCAP_ESPINUDP },
	{ "esp-udp-non-ike", UDP_ENCAP_ESPINUDP_NON_IKE },
	{ "esp-tcp", TCP_ENCAP_ESPINTCP },
	{ NULL, 0 }
};

const struct name direction_names[] = {
	{ "any", IPSEC_DIR_ANY },
	{ "in", IPSEC_DIR_INBOUND },
	{ "out", IPSEC_DIR_OUTBOUND },
	{ "fwd", IPSEC_DIR_FWD },
	{ "in(socket)", IPSEC_DIR_SOCKET_IN },
	{ "out(socket)", IPSEC_DIR_SOCKET_OUT },
	{ NULL, 0 }
};

const struct name action_names[] = {
	{ "discard", IPSEC_POLICY_DISCARD },
	{ "none", IPSEC_POLICY_NONE },
	{ "ipsec", IPSEC_POLICY_IPSEC },
	{ "entrust", IPSEC_POLICY_ENTRUST },
	{ "bypass", IPSEC_POLICY_BYPASS },
	{ NULL, 0 }
};

const struct name default_names[] = {
	{ "discard", DEFAULT_DISCARD },
	{ "none", DEFAULT_NONE },
	{ NULL, 0 }
};

const struct name hash_names[] = {
	{ "ipv4", 0 }, { "ipv6", 1 }, { NULL, 0 }
};

const struct name level_names[] = {
	{ "default", IPSEC_LEVEL_DEFAULT },
	{ "use", IPSEC_LEVEL_USE },
	{ "require", IPSEC_LEVEL_REQUIRE },
	{ "unique", IPSEC_LEVEL_UNIQUE },
	{ NULL, 0 }
};

const struct name scope_names[] = {
	{ "global", IPSEC_SCOPE_GLOBAL },
	{ "ifnet", IPSEC_SCOPE_IFNET },
	{ "pcb", IPSEC_SCOPE_PCB },
	{ NULL, 0 }
};

const struct name rule_proto_names[] = {
	{ "esp", IPPROTO_ESP },
	{ "ah", IPPROTO_AH },
	{ "ipcomp", UPPER_IPCOMP },
	{ "tcp", IPPROTO_TCP },
	{ "route2", SADB_X_SATYPE_ROUTE2 },
	{ "hao", SADB_X_SATYPE_HAO },
	{ NULL, 0 }
};

const struct name message_names[] = {
	{ "RESERVED", 0 },
	{ "GETSPI", SADB_GETSPI },
	{ "UPDATE", SADB_UPDATE },
	{ "ADD", SADB_ADD },
	{ "DELETE", SADB_DELETE },
	{ "GET", SADB_GET },
	{ "ACQUIRE", SADB_ACQUIRE },
	{ "REGISTER", SADB_REGISTER },
	{ "EXPIRE", SADB_EXPIRE },
	{ "FLUSH", SADB_FLUSH },
	{ "DUMP", SADB_DUMP },
	{ "X_PROMISC", SADB_X_PROMISC },
	{ "X_PCHANGE", SADB_X_PCHANGE },
	{ "X_SPDUPDATE", SADB_X_SPDUPDATE },
	{ "X_SPDADD", SADB_X_SPDADD },
	{ "X_SPDDELETE", SADB_X_SPDDELETE },
	{ "X_SPDGET", SADB_X_SPDGET },
	{ "X_SPDACQUIRE", SADB_X_SPDACQUIRE },
	{ "X_SPDDUMP", SADB_X_SPDDUMP },
	{ "X_SPDFLUSH", SADB_X_SPDFLUSH },
	{ "X_SPDSETIDX", SADB_X_SPDSETIDX },
	{ "X_SPDEXPIRE", SADB_X_SPDEXPIRE },
	{ "X_SPDDELETE2", SADB_X_SPDDELETE2 },
	{ "X_NAT_T_NEW_MAPPING", SADB_X_NAT_T_NEW_MAPPING },
	{ "X_MIGRATE", SADB_X_MIGRATE },
	{ "X_SPDHASH", SADB_X_SPDHASH },
	{ "X_SPDGETHASH", SADB_X_SPDGETHASH },
	{ "X_SPDDEFAULT", SADB_X_SPDDEFAULT },
	{ "X_SPDGETDEFAULT", SADB_X_SPDGETDEFAULT },
	{ NULL, 0 }
};

#define ALL(n)		{ n, n, n }
#define LINUX(n)	{ n, 0, 0 }
#define BSD(n)		{ 0, n, n }

/* Where a kernel has them no more, saying so beats "unknown algorithm". */
#define GONE_KEYED \
	"keyed hashes (RFC 1828) left the kernel long ago; use an hmac"
#define GONE_DES \
	"the DES of RFC 1829 left the kernel long ago; use aes-cbc"
#define GONE_COMP	"no kernel implements it; use deflate"

/*
 * Numbers are those of each system's net/pfkeyv2.h.  On Linux those of
 * chacha20-poly1305, aes-cmac and hmac-sha2-256-96 are ours: PF_KEY has none
 * for them, so they never reach its socket.  (What Linux's PF_KEY calls
 * sha2-256 is hmac-sha2-256-96, see pfkey_cannot().)
 */
const struct algorithm algorithms[] = {
/* authentication    aliases kind ids  min max step salt icv flags xfrm gone */
{ "hmac-sha1", { NULL }, ALG_AUTH, ALL(3),
    160, 160, 8, 0, 96, ALG_FADING, "hmac(sha1)", NULL },
{ "hmac-sha2-256", { "hmac-sha256", NULL }, ALG_AUTH, ALL(5),
    256, 256, 8, 0, 128, ALG_NETLINK, "hmac(sha256)", NULL },
{ "hmac-sha2-384", { "hmac-sha384", NULL }, ALG_AUTH, ALL(6),
    384, 384, 8, 0, 192, 0, "hmac(sha384)", NULL },
{ "hmac-sha2-512", { "hmac-sha512", NULL }, ALG_AUTH, ALL(7),
    512, 512, 8, 0, 256, 0, "hmac(sha512)", NULL },
{ "hmac-sha2-256-96", { "hmac-sha256-96", NULL }, ALG_AUTH, LINUX(129),
    256, 256, 8, 0, 96, 0, "hmac(sha256)", NULL },
{ "hmac-md5", { NULL }, ALG_AUTH, ALL(2),
    128, 128, 8, 0, 96, ALG_WEAK, "hmac(md5)", NULL },
{ "hmac-ripemd160", { NULL }, ALG_AUTH, ALL(8),
    160, 160, 8, 0, 96, 0, "hmac(rmd160)", NULL },
{ "aes-xcbc-mac", { NULL }, ALG_AUTH, ALL(9),
    128, 128, 8, 0, 96, 0, "xcbc(aes)", NULL },
{ "aes-cmac", { NULL }, ALG_AUTH, LINUX(128),
    128, 128, 8, 0, 96, ALG_NETLINK, "cmac(aes)", NULL },
{ "hmac-sm3", { NULL }, ALG_AUTH, LINUX(10),
    256, 256, 8, 0, 256, 0, "hmac(sm3)", NULL },
{ "aes-128-gmac", { NULL }, ALG_AUTH, { 0, 11, 0 },
    128, 128, 8, 0, 128, 0, NULL, NULL },
{ "aes-192-gmac", { NULL }, ALG_AUTH, { 0, 12, 0 },
    192, 192, 8, 0, 128, 0, NULL, NULL },
{ "aes-256-gmac", { NULL }, ALG_AUTH, { 0, 13, 0 },
    256, 256, 8, 0, 128, 0, NULL, NULL },
{ "chacha20-poly1305", { NULL }, ALG_AUTH, { 0, 14, 0 },
    256, 256, 8, 0, 128, 0, NULL, NULL },
{ "keyed-md5", { "md5", NULL }, ALG_AUTH, BSD(249),
    128, 128, 8, 0, 128, ALG_WEAK, NULL, GONE_KEYED },
{ "keyed-sha1", { "sha", NULL }, ALG_AUTH, BSD(250),
    160, 160, 8, 0, 160, ALG_WEAK, NULL, GONE_KEYED },
{ "null", { NULL }, ALG_AUTH, ALL(SADB_X_AALG_NULL),
    0, 2048, 8, 0, 0, ALG_KEYLESS, "digest_null", NULL },
{ "tcp-md5", { NULL }, ALG_AUTH, BSD(252),
    8, 640, 8, 0, 128, ALG_TCP, NULL, NULL },
/* encryption; the AEADs have a salt at the key's end and an ICV */
{ "aes-cbc", { "rijndael-cbc", "aes", "rijndael", NULL }, ALG_ENC, ALL(12),
    128, 256, 64, 0, 0, 0, "cbc(aes)", NULL },
{ "aes-ctr", { NULL }, ALG_ENC, ALL(13),
    160, 288, 64, 32, 0, 0, "rfc3686(ctr(aes))", NULL },
{ "aes-gcm-16", { "aes-gcm", NULL }, ALG_ENC, ALL(20),
    160, 288, 64, 32, 128, ALG_AEAD | ALG_NETLINK, "rfc4106(gcm(aes))", NULL },
{ "aes-gcm-12", { NULL }, ALG_ENC, { 19, 19, 0 },
    160, 288, 64, 32, 96, ALG_AEAD | ALG_NETLINK, "rfc4106(gcm(aes))", NULL },
{ "aes-gcm-8", { NULL }, ALG_ENC, { 18, 18, 0 },
    160, 288, 64, 32, 64, ALG_AEAD | ALG_NETLINK, "rfc4106(gcm(aes))", NULL },
{ "aes-ccm-16", { "aes-ccm", NULL }, ALG_ENC, LINUX(16),
    152, 280, 64, 24, 128, ALG_AEAD | ALG_NETLINK, "rfc4309(ccm(aes))", NULL },
{ "aes-ccm-12", { NULL }, ALG_ENC, LINUX(15),
    152, 280, 64, 24, 96, ALG_AEAD | ALG_NETLINK, "rfc4309(ccm(aes))", NULL },
{ "aes-ccm-8", { NULL }, ALG_ENC, LINUX(14),
    152, 280, 64, 24, 64, ALG_AEAD | ALG_NETLINK, "rfc4309(ccm(aes))", NULL },
{ "aes-gmac", { NULL }, ALG_ENC, ALL(23),
    160, 288, 64, 32, 128, ALG_AEAD | ALG_NETLINK, "rfc4543(gcm(aes))", NULL },
{ "chacha20-poly1305", { NULL }, ALG_ENC, { 28, 15, 0 },
    288, 288, 8, 32, 128, ALG_AEAD | ALG_NETLINK,
    "rfc7539esp(chacha20,poly1305)", NULL },
{ "null", { "simple", NULL }, ALG_ENC, ALL(SADB_EALG_NULL),
    0, 2048, 8, 0, 0, ALG_KEYLESS, "ecb(cipher_null)", NULL },
{ "camellia-cbc", { NULL }, ALG_ENC, ALL(22),
    128, 256, 64, 0, 0, 0, "cbc(camellia)", NULL },
{ "twofish-cbc", { NULL }, ALG_ENC, LINUX(253),
    128, 256, 64, 0, 0, 0, "cbc(twofish)", NULL },
{ "serpent-cbc", { NULL }, ALG_ENC, LINUX(252),
    128, 256, 64, 0, 0, 0, "cbc(serpent)", NULL },
{ "sm4-cbc", { NULL }, ALG_ENC, LINUX(24),
    128, 128, 8, 0, 0, 0, "cbc(sm4)", NULL },
{ "3des-cbc", { NULL }, ALG_ENC, ALL(3),
    192, 192, 8, 0, 0, ALG_WEAK, "cbc(des3_ede)", NULL },
{ "des-cbc", { NULL }, ALG_ENC, ALL(2),
    64, 64, 8, 0, 0, ALG_WEAK, "cbc(des)", NULL },
{ "blowfish-cbc", { NULL }, ALG_ENC, ALL(7),
    40, 448, 8, 0, 0, ALG_WEAK, "cbc(blowfish)", NULL },
{ "cast128-cbc", { NULL }, ALG_ENC, ALL(6),
    40, 128, 8, 0, 0, ALG_WEAK, "cbc(cast5)", NULL },
/* des-cbc with a flag of the SA. */
{ "des-deriv", { NULL }, ALG_ENC, { 0, 0, 2 },
    64, 64, 8, 0, 0, ALG_WEAK | ALG_DERIVES_IV, NULL, GONE_DES },
{ "des-32iv", { NULL }, ALG_ENC, ALL(0),
    64, 64, 8, 0, 0, ALG_WEAK, NULL, GONE_DES },
/* compression */
{ "deflate", { NULL }, ALG_COMP, ALL(2),
    0, 0, 0, 0, 0, ALG_KEYLESS, "deflate", NULL },
{ "oui", { NULL }, ALG_COMP, ALL(1),
    0, 0, 0, 0, 0, ALG_KEYLESS, NULL, GONE_COMP },
{ "lzs", { NULL }, ALG_COMP, ALL(3),
    0, 0, 0, 0, 0, ALG_KEYLESS, "lzs", GONE_COMP },
{ "lzjh", { NULL }, ALG_COMP, LINUX(4),
    0, 0, 0, 0, 0, ALG_KEYLESS, "lzjh", GONE_COMP },
{ NULL, { NULL }, ALG_AUTH, ALL(0), 0, 0, 0, 0, 0, 0, NULL, NULL }
};

const char *
name_of(const struct name *table, uint32_t value)
{
	for (; table->name != NULL; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}

const struct name *
name_find(const struct name *table, const char *word, size_t len)
{
	for (; table->name != NULL; table++)
		if (word_is(table->name, word, len))
			return table;
	return NULL;
}

const char *
mode_name(const struct dialect *dialect, uint8_t mode)
{
	if (mode >= IPSEC_MODE_BEET && !dialect->has_xfrm)
		return NULL;
	return name_of(mode_names, mode);
}

/* The words that come before /etc/protocols; the first of a number prints. */
static const struct name upper_names[] = {
	{ "any", IPSEC_ULPROTO_ANY },
	{ "icmp6", IPPROTO_ICMPV6 },
	{ "ip4", 4 },
	{ "esp", IPPROTO_ESP },
	{ "ah", IPPROTO_AH },
	{ "ipcomp", UPPER_IPCOMP },
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "icmp", IPPROTO_ICMP },
	{ "gre", 47 },
	{ "mh", 135 },
	{ NULL, 0 }
};

/*
 * Words that are read where /etc/protocols does not know them, or is not there:
 * NetBSD's ipv4, and those that other systems' files have.
 */
static const struct name known_protocols[] = {
	{ "ipv4", 4 }, { "ipencap", 4 }, { "ip", 0 }, { "igmp", 2 },
	{ "egp", 8 }, { "dccp", 33 }, { "ipv6", 41 }, { "ipv6-route", 43 },
	{ "ipv6-frag", 44 }, { "rsvp", 46 }, { "ipv6-icmp", 58 },
	{ "ipv6-nonxt", 59 }, { "ipv6-opts", 60 }, { "eigrp", 88 },
	{ "ospf", 89 }, { "ospfigp", 89 }, { "ipip", 94 }, { "etherip", 97 },
	{ "pim", 103 }, { "vrrp", 112 }, { "carp", 112 }, { "l2tp", 115 },
	{ "sctp", 132 }, { "mobility-header", 135 }, { "udplite", 136 },
	{ NULL, 0 }
};

bool
can_be_typed(const char *text, size_t len, bool string)
{
	const char *without = string ? "\"" : " ;#\"[]/,", *blank;
	int columns;
	size_t n;

	if (len == 0 || (*text == '-' && !string))
		return false;
	for (; len > 0; text += n, len -= n) {
		n = message_character(text, len, &columns);
		if (columns == MESSAGE_UNSEEN || strchr(without, *text) !=
		    NULL || (!string &&
		    source_false_blank(text, len, &blank) != 0))
			return false;
	}
	return true;
}

const char *
protocol_name(uint8_t number)
{
	/* libc reads /etc/protocols at every call: ask once for each number. */
	static char *known[256];
	static bool asked[256];
	const struct protoent *entry;
	const char *name = name_of(upper_names, number);

	if (name != NULL)
		return name;
	if (!asked[number]) {
		asked[number] = true;
		entry = getprotobynumber(number);
		/* BSD's have "a/n". */
		if (entry != NULL &&
		    can_be_typed(entry->p_name, strlen(entry->p_name), false))
			known[number] = strdup(entry->p_name);
	}
	return known[number];
}

int
protocol_known(const char *word, size_t len)
{
	const struct name *row = name_find(upper_names, word, len);

	return row == NULL ? -1 : (int)row->value;
}

int
protocol_asked(const char *word, size_t len)
{
	const struct name *row;
	const struct protoent *entry;
	char name[64];

	if (len >= sizeof(name))
		return -1;
	memcpy(name, word, len);
	name[len] = '\0';
	entry = getprotobyname(name);
	wipe(name, len);
	if (entry != NULL)
		return entry->p_proto & 0xff;
	row = name_find(known_protocols, word, len);
	return row == NULL ? -1 : (int)row->value;
}

const struct algorithm *
algorithm_named(enum alg_kind kind, const char *word, size_t len)
{
	const struct algorithm *alg;
	unsigned i;

	for (alg = algorithms; alg->name != NULL; alg++) {
		if (alg->kind != kind)
			continue;
		if (word_is(alg->name, word, len))
			return alg;
		for (i = 0; i < ALG_ALIASES && alg->aliases[i] != NULL; i++)
			if (word_is(alg->aliases[i], word, len))
				return alg;
	}
	return NULL;
}

const struct algorithm *
algorithm_numbered(enum alg_kind kind, const struct dialect *dialect,
    uint8_t id)
{
	const struct algorithm *alg;

	for (alg = algorithms; alg->name != NULL; alg++)
		if (alg->kind == kind && id != 0 &&
		    alg->id[dialect->index] == id)
			return alg;
	return NULL;
}

const struct algorithm *
algorithm_of_xfrm(enum alg_kind kind, const char *xfrm, uint16_t icv)
{
	const struct algorithm *alg;

	for (alg = algorithms; alg->name != NULL; alg++)
		if (alg->kind == kind && alg->xfrm != NULL &&
		    strcmp(alg->xfrm, xfrm) == 0 &&
		    (icv == 0 || alg->icv == icv))
			return alg;
	return NULL;
}

bool
algorithm_takes(const struct algorithm *alg, size_t bits)
{
	return bits >= alg->bits_min && bits <= alg->bits_max &&
	    (bits - alg->bits_min) % alg->bits_step == 0;
}

/*
 * How many letters to change, add, drop or swap to get from one word to the
 * other: a slip of the hand is one or two.
 */
#define WORD_MAX	32
#define SLIPS_MAX	2

static unsigned
distance(const char *name, const char *word, size_t len)
{
	unsigned row[3][WORD_MAX + 1], cost, best;
	size_t n = strlen(name), i, j;

	/* As many as the lengths differ are known without looking. */
	if (n > WORD_MAX || len > n + SLIPS_MAX || n > len + SLIPS_MAX ||
	    len > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= len; j++)
		row[0][j] = (unsigned)j;
	for (i = 1; i <= n; i++) {
		unsigned *cur = row[i % 3], *up = row[(i + 2) % 3];

		cur[0] = (unsigned)i;
		for (j = 1; j <= len; j++) {
			cost = tolower((unsigned char)word[j - 1]) !=
			    name[i - 1];
			best = up[j - 1] + cost;
			if (up[j] + 1 < best)
				best = up[j] + 1;
			if (cur[j - 1] + 1 < best)
				best = cur[j - 1] + 1;
			if (i > 1 && j > 1 && name[i - 1] == word[j - 2] &&
			    name[i - 2] == word[j - 1] &&
			    row[(i + 1) % 3][j - 2] + 1 < best)
				best = row[(i + 1) % 3][j - 2] + 1;
			cur[j] = best;
		}
	}
	return row[n % 3][len];
}

/* A short word forgives one slip, a longer one two; never all its letters. */
static unsigned
tolerance(const char *word, size_t len)
{
	return len < (*word == '-' ? 3 : 2) ? 0 : len < 6 ? 1 : SLIPS_MAX;
}

const char *
name_closest(const struct name *table, const char *word, size_t len)
{
	const char *closest = NULL;
	unsigned best = tolerance(word, len) + 1, d;

	for (; table->name != NULL; table++) {
		d = distance(table->name, word, len);
		if (d < best) {
			best = d;
			closest = table->name;
		}
	}
	return closest;
}

/* The least distance of the row's name and aliases. */
static unsigned
algorithm_distance(const struct algorithm *alg, const char *word, size_t len)
{
	unsigned best = distance(alg->name, word, len), d, i;

	for (i = 0; i < ALG_ALIASES && alg->aliases[i] != NULL; i++) {
		d = distance(alg->aliases[i], word, len);
		if (d < best)
			best = d;
	}
	return best;
}

/* Whether the word is most of one of the row's names: "sha256", "gcm-16". */
#define PART_MIN	4

static bool
algorithm_contains(const struct algorithm *alg, const char *word, size_t len)
{
	const char *name = alg->name;
	unsigned i = 0;
	size_t at;

	for (; name != NULL; name = i < ALG_ALIASES ? alg->aliases[i++] : NULL)
		for (at = 0; len >= PART_MIN && at + len <= strlen(name); at++)
			if (memcmp(name + at, word, len) == 0)
				return true;
	return false;
}

/*
 * By spelling; by the Linux kernel's name; by a part of the name; and without
 * the key's length in it, as in "aes-256-cbc" and "aes128".
 */
const char *
algorithm_closest(enum alg_kind kind, const char *word, size_t len)
{
	const struct algorithm *alg, *closest = NULL, *part = NULL;
	char plain[WORD_MAX + 1];
	unsigned best = tolerance(word, len) + 1, d;
	size_t n = 0, i;

	for (i = 0; i < len && n < WORD_MAX; i++)
		if (!isdigit((unsigned char)word[i]) &&
		    !(word[i] == '-' && n > 0 && plain[n - 1] == '-'))
			plain[n++] = word[i];
	for (alg = algorithms; alg->name != NULL; alg++) {
		if (alg->kind != kind || alg->gone != NULL)
			continue;
		d = algorithm_distance(alg, word, len);
		if (alg->xfrm != NULL && word_is(alg->xfrm, word, len))
			d = 0;
		if (d < best) {
			best = d;
			closest = alg;
		}
		if (part == NULL && (algorithm_contains(alg, word, len) ||
		    (n != len && algorithm_distance(alg, plain, n) == 0)))
			part = alg;
	}
	wipe(plain, sizeof(plain));
	if (closest == NULL)
		closest = part;
	return closest == NULL ? NULL : closest->name;
}

const char *
protocol_closest(const char *word, size_t len)
{
	return name_closest(upper_names, word, len);
}
