/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key files for captures.  The names of algorithms are those that Wireshark 4.0
 * and tcpdump 4.99 (with libcrypto) take; what they have no name for is said.
 */
#include <string.h>

#include "names.h"
#include "print_keys.h"

/*
 * By the name of names.c; NULL: that program has none.  tcpdump takes "-cbc"
 * away and asks OpenSSL for the rest, whatever its manual says.
 */
static const struct {
	const char *name;
	uint16_t bits;			/* of the key, 0: any */
	const char *wireshark, *tcpdump;
} ciphers[] = {
	{ "aes-cbc", 128, "AES-CBC [RFC3602]", "aes128-cbc" },
	{ "aes-cbc", 192, "AES-CBC [RFC3602]", "aes192-cbc" },
	{ "aes-cbc", 256, "AES-CBC [RFC3602]", "aes256-cbc" },
	{ "aes-ctr", 0, "AES-CTR [RFC3686]", NULL },
	{ "aes-gcm-8", 0, "AES-GCM with 8 octet ICV [RFC4106]", NULL },
	{ "aes-gcm-12", 0, "AES-GCM with 12 octet ICV [RFC4106]", NULL },
	{ "aes-gcm-16", 0, "AES-GCM with 16 octet ICV [RFC4106]", NULL },
	{ "3des-cbc", 0, "TripleDES-CBC [RFC2451]", "3des-cbc" },
	{ "des-cbc", 0, "DES-CBC [RFC2405]", "des-cbc" },
	{ "blowfish-cbc", 0, "BLOWFISH-CBC [RFC2451]", "blowfish-cbc" },
	{ "cast128-cbc", 0, "CAST5-CBC [RFC2144]", "cast-cbc" },
	{ "twofish-cbc", 0, "TWOFISH-CBC", NULL },
	{ "camellia-cbc", 128, NULL, "camellia128-cbc" },
	{ "camellia-cbc", 192, NULL, "camellia192-cbc" },
	{ "camellia-cbc", 256, NULL, "camellia256-cbc" },
	{ "null", 0, "NULL", NULL },
};

static const struct {
	const char *name;
	const char *wireshark;
} authentications[] = {
	{ "hmac-sha1", "HMAC-SHA-1-96 [RFC2404]" },
	{ "hmac-sha2-256", "HMAC-SHA-256-128 [RFC4868]" },
	{ "hmac-sha2-256-96",
	    "HMAC-SHA-256-96 [draft-ietf-ipsec-ciph-sha-256-00]" },
	{ "hmac-sha2-384", "HMAC-SHA-384-192 [RFC4868]" },
	{ "hmac-sha2-512", "HMAC-SHA-512-256 [RFC4868]" },
	{ "hmac-md5", "HMAC-MD5-96 [RFC2403]" },
	{ "hmac-ripemd160", "MAC-RIPEMD-160-96 [RFC2857]" },
	{ "null", "NULL" },
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define NO_CIPHER	SIZE_MAX

/* The row of an SA's cipher in ciphers[], or NO_CIPHER. */
static size_t
cipher_of(const struct dialect *dialect, const struct sa *sa)
{
	const struct algorithm *alg;
	size_t i;

	alg = algorithm_numbered(ALG_ENC, dialect, sa->encrypt);
	for (i = 0; alg != NULL && i < COUNT(ciphers); i++)
		if (strcmp(ciphers[i].name, alg->name) == 0 &&
		    (ciphers[i].bits == 0 ||
		    ciphers[i].bits == sa->enc_key.bits))
			return i;
	return NO_CIPHER;
}

/* Octets of the ICV that an SA's authentication ends a packet with, in bits. */
static uint32_t
icv_of(const struct dialect *dialect, const struct sa *sa)
{
	const struct algorithm *alg;

	if (sa->auth == 0)
		return 0;
	if (setting_given(&sa->settings, EXT_X_ICV))
		return setting_value(&sa->settings, EXT_X_ICV);
	alg = algorithm_numbered(ALG_AUTH, dialect, sa->auth);
	return alg == NULL ? 0 : alg->icv;
}

static void
print_hex(struct text *t, const struct key *key)
{
	size_t i;

	if (key->bits == 0)
		return;
	text_str(t, "0x");
	for (i = 0; i < (key->bits + 7u) / 8; i++)
		text_hex(t, key->data[i], 2);
}

/* A field of the file, in quotes and with the comma before it. */
static void
print_field(struct text *t, const char *value)
{
	text_str(t, ",\"");
	text_str(t, value);
	text_char(t, '"');
}

/* The lengths of ICVs, in bits, that Wireshark can leave unchecked. */
static const uint16_t unchecked[] = { 64, 96, 128, 192, 256 };

/* Wireshark's name for an SA's authentication, or NULL. */
static const char *
authentication_of(const struct algorithm *alg, uint32_t icv)
{
	size_t i;

	if (alg == NULL || alg->icv != icv)
		return NULL;
	for (i = 0; i < COUNT(authentications); i++)
		if (strcmp(authentications[i].name, alg->name) == 0)
			return authentications[i].wireshark;
	return NULL;
}

static bool
may_be_unchecked(uint32_t icv)
{
	size_t i;

	for (i = 0; i < COUNT(unchecked); i++)
		if (unchecked[i] == icv)
			return true;
	return icv == 0;
}

/*
 * Where Wireshark cannot check an ICV, it must know its length at least.  The
 * key is then of no use.
 */
static void
print_wireshark_auth(struct text *t, const struct dialect *dialect,
    const struct sa *sa)
{
	const struct algorithm *alg = sa->auth == 0 ? NULL :
	    algorithm_numbered(ALG_AUTH, dialect, sa->auth);
	uint32_t icv = icv_of(dialect, sa);
	const char *name = authentication_of(alg, icv);

	if (name != NULL) {
		print_field(t, name);
		text_str(t, ",\"");
		print_hex(t, &sa->auth_key);
		text_char(t, '"');
		return;
	}
	if (icv == 0)
		print_field(t, "NULL");
	else
		text_printf(t, ",\"ANY %u bit authentication [no checking]\"",
		    (unsigned)icv);
	print_field(t, "");
}

const char *
print_wireshark(struct text *t, const struct dialect *dialect,
    const struct sa *sa)
{
	char addr[ADDR_TEXT];
	size_t row = cipher_of(dialect, sa);

	if (sa->satype != SADB_SATYPE_ESP)
		return NULL;
	if (row == NO_CIPHER || ciphers[row].wireshark == NULL)
		return "Wireshark has no name for its cipher";
	if (authentication_of(sa->auth == 0 ? NULL : algorithm_numbered(
	    ALG_AUTH, dialect, sa->auth), icv_of(dialect, sa)) == NULL &&
	    !may_be_unchecked(icv_of(dialect, sa)))
		return "Wireshark has no name for an ICV of its length";
	text_str(t, sa->dst.family == 4 ? "\"IPv4\"" : "\"IPv6\"");
	print_field(t, addr_text(&sa->src, addr));
	print_field(t, addr_text(&sa->dst, addr));
	text_printf(t, ",\"0x%08x\"", (unsigned)sa->spi);
	print_field(t, ciphers[row].wireshark);
	text_str(t, ",\"");
	print_hex(t, &sa->enc_key);
	text_char(t, '"');
	print_wireshark_auth(t, dialect, sa);
	text_char(t, '\n');
	return NULL;
}

const char *
print_tcpdump(struct text *t, const struct dialect *dialect,
    const struct sa *sa)
{
	uint32_t icv = icv_of(dialect, sa);
	size_t row = cipher_of(dialect, sa);

	if (sa->satype != SADB_SATYPE_ESP)
		return NULL;
	if (row == NO_CIPHER || ciphers[row].tcpdump == NULL)
		return "tcpdump has no name for its cipher";
	if (icv != 0 && icv != 96)
		return "tcpdump takes ICVs of 96 bits only";
	text_printf(t, "0x%08x@", (unsigned)sa->spi);
	text_addr(t, &sa->dst);
	text_char(t, ' ');
	text_str(t, ciphers[row].tcpdump);
	text_str(t, icv != 0 ? "-hmac96:" : ":");
	print_hex(t, &sa->enc_key);
	text_char(t, '\n');
	return NULL;
}
