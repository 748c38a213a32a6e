/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel says no with a number; here is what it means for a command, and
 * what can be done.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ipsec_strerror.h"

#define ON(d)		(1u << (d))
#define LINUX		ON(DIALECT_LINUX)
#define FREEBSD		ON(DIALECT_FREEBSD)
#define NETBSD		ON(DIALECT_NETBSD)
#define ANY		(LINUX | FREEBSD | NETBSD)

/* Conditions on the command, beyond message type and errno. */
static bool
has_null_ah(const struct command *cmd)
{
	return cmd->sa.satype == SADB_SATYPE_AH &&
	    cmd->sa.auth == SADB_X_AALG_NULL;
}

static bool
is_esp(const struct command *cmd)
{
	return cmd->sa.satype == SADB_SATYPE_ESP;
}

static bool
is_ah(const struct command *cmd)
{
	return cmd->sa.satype == SADB_SATYPE_AH;
}

static bool
is_ipcomp(const struct command *cmd)
{
	return cmd->sa.satype == SADB_X_SATYPE_IPCOMP;
}

static bool
is_of_mobile(const struct command *cmd)
{
	return is_mobile(cmd->sa.satype);
}

static bool
has_old_auth(const struct command *cmd)
{
	return (cmd->sa.flags & SADB_X_EXT_OLD) != 0 && cmd->auth != NULL;
}

static bool
has_empty_null(const struct command *cmd)
{
	return cmd->enc != NULL && cmd->sa.encrypt == SADB_EALG_NULL &&
	    cmd->sa.enc_key.bits == 0;
}

static bool
has_gmac_auth(const struct command *cmd)
{
	return cmd->auth != NULL && strstr(cmd->auth->name, "-gmac") != NULL;
}

/* What FreeBSD never had, or gave up with version 13 (RFC 8221). */
static bool
is_foreign(const struct algorithm *alg)
{
	static const char *const names[] = { "hmac-md5", "hmac-ripemd160",
	    "keyed-md5", "keyed-sha1", "aes-xcbc-mac", "des-cbc", "3des-cbc",
	    "blowfish-cbc", "cast128-cbc", "camellia-cbc", "aes-gcm-12",
	    "aes-gcm-8" };
	size_t i;

	for (i = 0; alg != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(alg->name, names[i]) == 0)
			return true;
	return false;
}

static bool
has_foreign_cipher(const struct command *cmd)
{
	return is_foreign(cmd->enc);
}

static bool
has_foreign_auth(const struct command *cmd)
{
	return is_foreign(cmd->auth);
}

static bool
has_chacha20(const struct command *cmd)
{
	return cmd->enc != NULL &&
	    strcmp(cmd->enc->name, "chacha20-poly1305") == 0;
}

static bool
is_tcp(const struct command *cmd)
{
	return cmd->sa.satype == SADB_X_SATYPE_TCPSIGNATURE;
}

static bool
is_for_sockets(const struct command *cmd)
{
	return cmd->policy.action == IPSEC_POLICY_ENTRUST ||
	    cmd->policy.action == IPSEC_POLICY_BYPASS;
}

static int
tcp_rule(const struct command *cmd)
{
	unsigned i;

	for (i = 0; i < cmd->policy.nrules; i++)
		if (cmd->policy.rules[i].proto == 6)
			return (int)i;
	return -1;
}

static bool
has_tcp_rule(const struct command *cmd)
{
	return tcp_rule(cmd) >= 0;
}

/*
 * Linux since 6.4 (and stable kernels): an optional tunnel going out is
 * refused, since it could mix address families.
 */
static int
optional_tunnel(const struct command *cmd)
{
	unsigned i;

	if (cmd->policy.dir != IPSEC_DIR_OUTBOUND)
		return -1;
	for (i = 0; i < cmd->policy.nrules; i++)
		if (cmd->policy.rules[i].level == IPSEC_LEVEL_USE &&
		    cmd->policy.rules[i].mode != IPSEC_MODE_TRANSPORT)
			return (int)i;
	return -1;
}

static bool
has_optional_tunnel(const struct command *cmd)
{
	return optional_tunnel(cmd) >= 0;
}

static bool
has_compression(const struct command *cmd)
{
	return cmd->comp != NULL;
}

static bool
has_cipher(const struct command *cmd)
{
	return cmd->enc != NULL;
}

static bool
has_aead(const struct command *cmd)
{
	return cmd->enc != NULL && (cmd->enc->flags & ALG_AEAD) != 0;
}

static bool
has_wide_window(const struct command *cmd)
{
	return cmd->sa.replay > 32;
}

#define HUGE_WINDOW	(1u << 20)	/* packets */

static bool
has_huge_window(const struct command *cmd)
{
	return cmd->sa.replay >= HUGE_WINDOW;
}

static bool
has_offload(const struct command *cmd)
{
	return cmd->at[F_HWIF].end != 0;
}

static bool
has_device(const struct command *cmd)
{
	return cmd->at[F_DEVICE].end != 0 && cmd->at[F_HWIF].end == 0;
}

static bool
has_encapsulated_offload(const struct command *cmd)
{
	return has_offload(cmd) && cmd->sa.natt.given;
}

/* To root it would be no news. */
static bool
is_root(const struct command *cmd)
{
	(void)cmd;
	return geteuid() == 0;
}

#define WANTS_ROOT	"this needs root (on Linux: CAP_NET_ADMIN)"
#define WANTS_CAP	"this needs the capability CAP_NET_ADMIN over the " \
			"network namespace, which root in a container or " \
			"under a service manager may lack"
#define SYSCTL_DEBUG	"sysctl net.inet.ipsec.debug=1 makes the kernel log why"
#define LOAD(m)		"load its module: modprobe -a " m " (and look in " \
			"/etc/modprobe.d whether it is blacklisted)"

/* The first row that matches counts; type 0 is any, no condition is any. */
static const struct {
	unsigned dialects;
	uint8_t type;
	int error;
	bool (*when)(const struct command *);
	enum field field;
	const char *text, *hint;
} refusals[] = {
	{ LINUX, 0, EPERM, is_root, F_VERB, "not permitted", WANTS_CAP },
	{ LINUX, 0, EACCES, is_root, F_VERB, "not permitted", WANTS_CAP },
	{ ANY, 0, EPERM, NULL, F_VERB, "not permitted", WANTS_ROOT },
	{ ANY, 0, EACCES, NULL, F_VERB, "not permitted", WANTS_ROOT },
	{ LINUX, SADB_ADD, EEXIST, NULL, F_SPI,
	    "an SA with this destination, SPI and protocol exists already",
	    "delete it first; update changes its lifetimes" },
	{ FREEBSD, SADB_ADD, EEXIST, is_tcp, F_DST,
	    "a TCP-MD5 key for these two addresses exists already",
	    "delete it first" },
	{ FREEBSD, SADB_ADD, EEXIST, NULL, F_SPI,
	    "an SA with this SPI exists already",
	    "FreeBSD wants every SPI to be unique, whatever the addresses" },
	{ ANY, SADB_ADD, EEXIST, NULL, F_SPI, "the SA exists already",
	    "delete it first" },
	/* An update is not refused for what an add is. */
	{ FREEBSD, SADB_UPDATE, EINVAL, NULL, F_VERB,
	    "the kernel has no such SA, or does not take the update",
	    "FreeBSD updates an SA only without keys and for the process that "
	    "added it: delete it and add it again" },
	{ NETBSD, SADB_UPDATE, EINVAL, NULL, F_SPI,
	    "there is no such SA, or another process added it",
	    "NetBSD lets only the process that added an SA update it: delete "
	    "it and add it again" },
	{ FREEBSD | NETBSD, SADB_UPDATE, ENOENT, NULL, F_SPI,
	    "there is no such SA", NULL },
	{ ANY, SADB_ADD, ENOSYS, has_compression, F_COMP,
	    "the kernel does not have this compression algorithm", NULL },
	{ ANY, SADB_ADD, ENOSYS, has_cipher, F_ENC,
	    "the kernel does not have the algorithm", NULL },
	{ ANY, SADB_ADD, ENOSYS, NULL, F_AUTH,
	    "the kernel does not have the algorithm", NULL },
	{ ANY, SADB_ADD, ENOENT, has_cipher, F_ENC,
	    "the kernel cannot build the algorithm from the modules it has",
	    NULL },
	{ ANY, SADB_ADD, ENOENT, NULL, F_VERB,
	    "the kernel cannot build the algorithm from the modules it has",
	    NULL },
	{ LINUX, SADB_ADD, EPROTONOSUPPORT, is_esp, F_PROTO,
	    "the kernel has no ESP", LOAD("esp4 esp6") },
	{ LINUX, SADB_ADD, EPROTONOSUPPORT, is_ah, F_PROTO,
	    "the kernel has no AH", LOAD("ah4 ah6") },
	{ LINUX, SADB_ADD, EPROTONOSUPPORT, is_ipcomp, F_PROTO,
	    "the kernel has no IPComp", LOAD("ipcomp ipcomp6") },
	{ LINUX, SADB_ADD, EPROTONOSUPPORT, is_of_mobile, F_PROTO,
	    "the kernel has no Mobile IPv6", LOAD("mip6") },
	{ ANY, SADB_ADD, EINVAL, has_null_ah, F_AUTH,
	    "the kernel does not take the null algorithm for ah", NULL },
	{ FREEBSD, SADB_ADD, EINVAL, has_old_auth, F_PROTO,
	    "the kernel does not take authentication with the old formats",
	    "use esp or ah" },
	{ FREEBSD, SADB_ADD, EINVAL, is_tcp, F_PROTO,
	    "the kernel does not take TCP-MD5 keys",
	    "load its module: kldload tcpmd5" },
	{ NETBSD, SADB_ADD, EINVAL, is_tcp, F_PROTO,
	    "the kernel does not take TCP-MD5 keys",
	    "it needs options TCP_SIGNATURE, which GENERIC has not" },
	{ FREEBSD, SADB_ADD, EINVAL, has_empty_null, F_ENC,
	    "the kernel does not take null with an empty key",
	    "give it one that counts for nothing: -E null \"x\"" },
	{ FREEBSD, SADB_ADD, EINVAL, has_foreign_cipher, F_ENC,
	    "the kernel does not have the algorithm",
	    "FreeBSD has aes-gcm-16, aes-cbc, aes-ctr and chacha20-poly1305" },
	{ FREEBSD, SADB_ADD, EINVAL, has_foreign_auth, F_AUTH,
	    "the kernel does not have the algorithm",
	    "FreeBSD has hmac-sha2-256, -384, -512 and hmac-sha1" },
	{ FREEBSD, SADB_ADD, EINVAL, has_gmac_auth, F_AUTH,
	    "the kernel does not take this algorithm with -A",
	    "esp with -E aes-gmac authenticates, and does not encrypt" },
	{ FREEBSD, SADB_ADD, EOPNOTSUPP, has_gmac_auth, F_AUTH,
	    "the kernel does not take this algorithm with -A",
	    "esp with -E aes-gmac authenticates, and does not encrypt" },
	{ FREEBSD, SADB_ADD, EINVAL, has_chacha20, F_ENC,
	    "the kernel does not have the algorithm",
	    "a newer FreeBSD has; aes-gcm-16 is in all" },
	{ FREEBSD, 0, EINVAL, has_offload, F_HWIF,
	    "the kernel does not know offload devices",
	    "a newer FreeBSD does, with options IPSEC_OFFLOAD" },
	{ LINUX, SADB_ADD, EINVAL, has_encapsulated_offload, F_HWIF,
	    "the kernel does not offload ESP in UDP", NULL },
	{ LINUX, SADB_ADD, EINVAL, has_offload, F_HWIF,
	    "the kernel does not take the SA with an offload device",
	    "it needs a module for that: modprobe esp4_offload, or "
	    "esp6_offload for IPv6" },
	{ LINUX, SADB_ADD, EINVAL, NULL, F_VERB,
	    "the kernel does not accept one of the values",
	    "a weak key, or an option that this kernel does not know" },
	{ FREEBSD | NETBSD, SADB_ADD, EINVAL, NULL, F_VERB,
	    "the kernel does not accept one of the values", SYSCTL_DEBUG },
	{ FREEBSD | NETBSD, SADB_ADD, EOPNOTSUPP, NULL, F_VERB,
	    "the kernel does not take these algorithms together", NULL },
	{ FREEBSD, SADB_ADD, ENOBUFS, has_huge_window, F_REPLAY,
	    "the kernel has no room for the window", NULL },
	{ ANY, SADB_GETSPI, EEXIST, NULL, F_SPI,
	    "an SA with this SPI exists already", NULL },
	{ ANY, SADB_GETSPI, ENOENT, NULL, F_SPI,
	    "an SA with this SPI exists already", NULL },
	{ ANY, SADB_UPDATE, ESRCH, NULL, F_SPI, "there is no such SA",
	    NULL },
	{ ANY, SADB_GET, ESRCH, NULL, F_SPI, "there is no such SA", NULL },
	{ ANY, SADB_GET, ENOENT, NULL, F_SPI, "there is no such SA", NULL },
	{ ANY, SADB_DELETE, ESRCH, NULL, F_SPI, "there is no such SA",
	    NULL },
	{ ANY, SADB_DELETE, ENOENT, NULL, F_SPI, "there is no such SA",
	    NULL },
	{ ANY, SADB_X_SPDADD, EEXIST, NULL, F_SRC,
	    "a policy with this selector and direction exists already",
	    "spdupdate replaces it" },
	{ ANY, SADB_X_SPDDELETE, ENOENT, NULL, F_SRC,
	    "there is no such policy", "the selector must be the same to the "
	    "letter, bits behind the prefix included" },
	{ FREEBSD, SADB_X_SPDDELETE, EINVAL, NULL, F_SRC,
	    "there is no such policy", "the selector must be the same to the "
	    "letter, bits behind the prefix included; what if_ipsec(4) made "
	    "goes with its interface" },
	{ NETBSD, SADB_X_SPDDELETE, EINVAL, NULL, F_SRC,
	    "there is no such policy", "the selector must be the same to the "
	    "letter, bits behind the prefix included; what ipsec(4) made goes "
	    "with its interface" },
	{ NETBSD, SADB_DELETE, EOPNOTSUPP, NULL, F_SPI,
	    "the kernel does not find the SA", "flush removes it, with all "
	    "others of the protocol" },
	{ LINUX, SADB_X_SPDDEFAULT, EINVAL, NULL, F_VERB,
	    "this kernel has no default to choose: what no policy is for "
	    "passes", "Linux has it since version 5.15" },
	{ ANY, SADB_X_SPDADD, EINVAL, is_for_sockets, F_ACTION,
	    "the kernel takes bypass and entrust for sockets only", NULL },
	{ LINUX, SADB_X_SPDADD, EINVAL, has_optional_tunnel, F_ACTION,
	    "the kernel takes no tunnel of level use in an out policy",
	    "write require: Linux since 6.4 refuses optional tunnels" },
	{ LINUX, SADB_X_SPDADD, EINVAL, has_offload, F_HWIF,
	    "the kernel does not take the policy with an offload device",
	    "leave -hwif to the SA: Linux since 6.2 takes it in a policy "
	    "only where the device does all of the work" },
	{ LINUX, SADB_X_SPDADD, EOPNOTSUPP, has_offload, F_HWIF,
	    "the device cannot take this policy over", NULL },
	{ ANY, SADB_X_SPDADD, EPROTONOSUPPORT, has_tcp_rule, F_ACTION,
	    "the kernel takes no rules for tcp", NULL },
	{ ANY, SADB_X_SPDADD, EINVAL, has_tcp_rule, F_ACTION,
	    "the kernel takes no rules for tcp", NULL },
	{ LINUX, SADB_ADD, EOPNOTSUPP, has_offload, F_HWIF,
	    "the device cannot take this SA over", NULL },
	{ LINUX, 0, ENODEV, has_device, F_DEVICE,
	    "there is no such interface", NULL },
	{ ANY, 0, ENODEV, has_offload, F_HWIF,
	    "there is no such device", NULL },
	{ LINUX, SADB_ADD, EOPNOTSUPP, has_aead, F_ENC,
	    "the channel cannot carry an AEAD algorithm", NULL },
	{ LINUX, SADB_ADD, EOPNOTSUPP, has_wide_window, F_REPLAY,
	    "the channel cannot carry the window", NULL },
	{ LINUX, SADB_ADD, EOPNOTSUPP, NULL, F_AUTH,
	    "the channel cannot carry this", NULL },
	{ ANY, 0, ELOOP, NULL, F_ACTION, "the policy has too many rules",
	    NULL },
	{ ANY, 0, ENOBUFS, NULL, F_VERB,
	    "the kernel has no room for this", NULL },
	{ ANY, 0, ETIMEDOUT, NULL, F_VERB, "the kernel did not answer",
	    NULL },
};

/*
 * Whether a row for one type of message holds for another: update and spdupdate
 * are refused for the same reasons as add and spdadd, but not since there is
 * such an SA.
 */
static bool
is_about(uint8_t row, uint8_t type, int error)
{
	if (row == 0 || row == type)
		return true;
	return (row == SADB_ADD && type == SADB_UPDATE && error != EEXIST) ||
	    (row == SADB_X_SPDADD && type == SADB_X_SPDUPDATE);
}

static bool
matches(size_t i, const struct dialect *dialect, const struct command *cmd,
    uint8_t type, int error)
{
	if ((refusals[i].dialects & ON(dialect->index)) == 0 ||
	    refusals[i].error != error ||
	    !is_about(refusals[i].type, type, error))
		return false;
	if (refusals[i].when == NULL || refusals[i].when == is_root)
		return refusals[i].when == NULL || is_root(cmd);
	return cmd != NULL && refusals[i].when(cmd);
}

/* The field's place; a rule's own where one is to blame. */
static struct loc
place(const struct command *cmd, enum field field)
{
	int rule = optional_tunnel(cmd) >= 0 ? optional_tunnel(cmd) :
	    tcp_rule(cmd);

	if (field == F_ACTION && rule >= 0)
		return cmd->rule_at[rule];
	return cmd->at[field].end != 0 ? cmd->at[field] : cmd->at[F_VERB];
}

/* What the kernel's own words are about; the first that is written counts. */
static const struct {
	const char *words;
	enum field field;
} subjects[] = {
	{ "AUTH", F_AUTH }, { "AEAD", F_ENC }, { "CRYPT", F_ENC },
	{ "COMP algorithm", F_COMP }, { "if_id", F_IF_ID },
	{ "ffload", F_HWIF }, { "ESN", F_ESN }, { "eplay", F_REPLAY },
	{ "selector", F_SELECTOR }, { "ncapsulation", F_NATT },
	{ "ncapsulation", F_PROTO }, { "ENCAP", F_PROTO },
	{ "IP-TFS mode", F_MODE }, { "TFC", F_SETTING },
	{ "IP-TFS", F_SETTING }, { "SA_DIR", F_SETTING },
	{ "PCPU", F_SETTING }, { "pCPU", F_SETTING },
	{ "keepalive", F_SETTING }, { "MTIMER", F_SETTING },
	{ "DECAP_DSCP", F_FLAG }, { "NOPMTUDISC", F_FLAG },
	{ "Flag ", F_SETTING }, { "DSCP", F_SETTING },
	{ "OSEQ", F_SETTING }, { "output SA", F_SETTING },
	{ "input SA", F_SETTING }, { "olicy index", F_INDEX },
	{ "olicy type", F_SETTING }, { "COADDR", F_CARE_OF },
	{ "mode", F_MODE }, { "template", F_ACTION }, { "family", F_DST },
};

/* Whether they name a part that was given, which is then *field. */
static bool
follow_words(const struct command *cmd, const char *words, enum field *field)
{
	size_t i;

	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (strstr(words, subjects[i].words) != NULL &&
		    is_given(cmd, subjects[i].field)) {
			*field = subjects[i].field;
			return true;
		}
	return false;
}

struct refusal
ipsec_refusal(const struct dialect *dialect, const struct command *cmd,
    uint8_t type, int error, const char *words)
{
	struct refusal r = { .text = strerror(error), .field = F_VERB };
	size_t n = sizeof(refusals) / sizeof(refusals[0]), i = 0;

	while (i < n && !matches(i, dialect, cmd, type, error))
		i++;
	if (i < n) {
		r.text = refusals[i].text;
		r.hint = refusals[i].hint;
		r.field = refusals[i].field;
	}
	if (cmd == NULL)
		return r;
	r.named = words != NULL && follow_words(cmd, words, &r.field);
	/* What was supposed of another part is not so, then. */
	if (r.named && i < n && refusals[i].when != NULL && error != ENOSYS &&
	    r.field != refusals[i].field) {
		r.text = strerror(error);
		r.hint = NULL;
	}
	r.at = place(cmd, r.field);
	return r;
}

/* Appends the parts of the kernel's name of an algorithm: "hmac(sha1)". */
static size_t
append_modules(char *buf, size_t used, const struct algorithm *alg)
{
	const char *name = alg == NULL ? NULL : alg->xfrm;
	size_t len;

	while (name != NULL && *name != '\0') {
		len = strcspn(name, "(),");
		if (len != 0 && used + len + sizeof(" crypto-") < MODULES_TEXT)
			used += (size_t)snprintf(buf + used,
			    MODULES_TEXT - used, "%scrypto-%.*s",
			    used == 0 ? "" : " ", (int)len, name);
		name += len;
		name += strspn(name, "(),");
	}
	return used;
}

const char *
ipsec_modules(const struct refusal *refusal, const struct command *cmd,
    int error, char buf[MODULES_TEXT])
{
	size_t used = 0;

	if (error != ENOSYS && error != ENOENT)
		return NULL;
	if (!refusal->named || refusal->field == F_ENC)
		used = append_modules(buf, used, cmd->enc);
	if (!refusal->named || refusal->field == F_AUTH)
		used = append_modules(buf, used, cmd->auth);
	if (!refusal->named || refusal->field == F_COMP)
		used = append_modules(buf, used, cmd->comp);
	return used == 0 ? NULL : buf;
}

/* Why there is no channel at all, or not the one that was asked for. */
static const char *
no_channel(const char *channel)
{
	if (strcmp(channel, "xfrm") == 0)
		return "this kernel has no NETLINK_XFRM (module xfrm_user); "
		    "without -T xfrm PF_KEY is used, if there is one";
	if (strcmp(channel, "pfkey") == 0 && dialect_host()->has_xfrm)
		return "this kernel has no PF_KEY (module af_key); without "
		    "-T pfkey NETLINK_XFRM is used, if there is one";
	return dialect_host()->no_ipsec;
}

const char *
channel_strerror(const char *channel, int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return dialect_host()->index == DIALECT_LINUX &&
		    geteuid() == 0 ? "not permitted: " WANTS_CAP :
		    "not permitted: " WANTS_ROOT;
	case EPROTONOSUPPORT:
		if (dialect_host()->no_socket != NULL)
			return dialect_host()->no_socket;
		return no_channel(channel);
	case EAFNOSUPPORT:
		return no_channel(channel);
	case EOPNOTSUPP:
		return "the kernel does not take NETLINK_XFRM requests of a "
		    "32-bit program; use a 64-bit one";
	default:
		return strerror(error);
	}
}
