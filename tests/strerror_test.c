/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why no channel could be opened: the exact sentences, most of which need a
 * kernel or a user that a test does not have.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "ipsec_strerror.h"
#include "tap.h"

#define ROOT	"not permitted: this needs root (on Linux: CAP_NET_ADMIN)"
#define CAP	"not permitted: this needs the capability CAP_NET_ADMIN over " \
		"the network namespace, which root in a container or under " \
		"a service manager may lack"
#define NONE	"this kernel has no IPsec interface: neither PF_KEY nor " \
		"NETLINK_XFRM; load its module: modprobe xfrm_user"
#define NO_XFRM	"this kernel has no NETLINK_XFRM (module xfrm_user); " \
		"without -T xfrm PF_KEY is used, if there is one"
#define NO_PFKEY "this kernel has no PF_KEY (module af_key); without " \
		"-T pfkey NETLINK_XFRM is used, if there is one"
#define BITS	"the kernel does not take NETLINK_XFRM requests of a 32-bit " \
		"program; use a 64-bit one"

static const struct {
	const char *name, *channel;
	int error;
	const char *text;
} sentences[] = {
	{ "EPERM", "auto", EPERM, ROOT },
	{ "EPERM, xfrm", "xfrm", EPERM, ROOT },
	{ "EACCES, pfkey", "pfkey", EACCES, ROOT },
	{ "neither channel", "auto", EAFNOSUPPORT, NONE },
	{ "neither channel, netlink's errno", "auto", EPROTONOSUPPORT, NONE },
	{ "no NETLINK_XFRM", "xfrm", EPROTONOSUPPORT, NO_XFRM },
	{ "no netlink", "xfrm", EAFNOSUPPORT, NO_XFRM },
	{ "no PF_KEY", "pfkey", EAFNOSUPPORT, NO_PFKEY },
	{ "a 32-bit program", "xfrm", EOPNOTSUPP, BITS },
	{ "a 32-bit program, auto", "auto", EOPNOTSUPP, BITS },
};

int
main(void)
{
	const char *text, *expected;
	size_t i;

	for (i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		if (strcmp(sentences[i].channel, "pfkey") == 0 &&
		    dialect_host()->index != DIALECT_LINUX)
			continue;
		text = channel_strerror(sentences[i].channel,
		    sentences[i].error);
		/* Nobody is told to become what he is. */
		expected = strcmp(sentences[i].text, ROOT) == 0 &&
		    geteuid() == 0 &&
		    dialect_host()->index == DIALECT_LINUX ? CAP :
		    sentences[i].text;
		ok(strcmp(text, expected) == 0, "%s: %s",
		    sentences[i].name, text);
	}
	return done();
}
