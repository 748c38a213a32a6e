/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways to run setkey that tests with faults.so try.  Their keys are marked:
 * octets as of FAULT_KEY (faults.h), or the words MarkedKeyOfATest.
 */
#ifndef MODES_H
#define MODES_H

#include <stddef.h>

#include "faults.h"

static const char script[] =
    "add 10.0.0.1 10.0.0.2 esp 0x1000 -E aes-cbc 0x87b0d9022b547da6cff8"
    "214a739cc5ee -A hmac-sha1 \"MarkedKeyOfATest1234\";\n"
    "add 10.0.0.1 10.0.0.2 ah 0x1001 -A hmac-md5 \"MarkedKeyOfATest\";\n"
    "spdadd two.test 10.0.0.2 any -P in ipsec esp/transport//require;\n"
    "spdadd 10.0.0.1 10.0.0.2 any -P out ipsec esp/transport//unique;\n"
    "spddelete 10.0.0.3 10.0.0.2 any -P out;\n"
    "update 10.0.0.1 10.0.0.2 esp 0x1000 -lh 100 -E null \"\";\n"
    "deleteall 10.0.0.1 10.0.0.2 esp;\n"
    "dump esp;\nspddump;\n";

/* What NETLINK_XFRM alone has. */
static const char newest[] =
    "add 10.0.0.1 10.0.0.2 esp 0x1000 -m tunnel -u 7 -natt 10.0.0.1[4500] "
    "10.0.0.2[4500] -mark 1/3 -if_id 5 -output_mark 2 -tfcpad 64 "
    "-dir out -nat_keepalive 20 -sel 10.1.0.0/16 10.2.0.0/16[80] tcp -icv 128 "
    "-ctx 1 1 \"a label\" -E aes-cbc 0x87b0d9022b547da6cff8214a739cc5ee "
    "-A hmac-sha2-256 \"MarkedKeyOfATestMarkedKeyOfATest\";\n"
    "add 10.0.0.1 10.0.0.2 esp 0x1001 -m tunnel -hwif lo -offload packet "
    "-dir out -E aes-gcm-16 0x87b0d9022b547da6cff8214a739cc5ee11223344;\n"
    "spdadd 10.1.0.0/16[80] 10.2.0.0/16[80] tcp -dev lo "
    "-port_masks 0xfff0/0xffff -ctx 1 1 \"a label\" -P out prio 7 ipsec "
    "esp/tunnel/10.0.0.1-10.0.0.2/unique:7;\n"
    "spdadd -k 10.1.0.0/16 10.2.0.0/16 any -ptype sub -P in discard;\n"
    "flush 10.0.0.0/8 0.0.0.0/0 -u 7;\nspdflush -P fwd;\n"
    "dump 10.0.0.0/8 10.0.0.2 esp -mark 1/3;\nspddump -if_id 5;\n"
    "spddefault in discard;\nspdhash ipv4 24/16;\n";

static const char wrong[] =
    "add 10.0.0.1 10.0.0.2 esp 0x1000 -E aes-cbc 0x00;\n"
    "spdad 10.0.0.1 10.0.0.2 any -P out none;\n";

/* Keys that stand where others should. */
static const char misplaced[] =
    "add 10.0.0.1 10.0.0.2 esp 1000 -E MarkedKeyOfATest;\n"
    "add 10.0.0.1 10.0.0.2 esp 1000 -E aes-cbcMarkedKeyOfATest;\n"
    "add 10.0.0.1 0x87b0d9022b547da6cff8214a739cc5ee esp 1000 -E null;\n"
    "add 10.0.0.1[x87b0d9022b547da6cff8214a739cc5ee] 10.0.0.2 esp 1000;\n"
    "spdadd 10.0.0.1 10.0.0.2 x87b0d9022b547da6cff8214a739cc5ee -P in none;\n"
    "spdadd 10.0.0.1 10.0.0.2 gre 87b0d9022b547da6cff8214a739cc5ee -P in "
    "none;\n";

static const char added[] =
    "add 10.0.0.1 10.0.0.2 esp 0x1000 -E aes-cbc 0x87b0d9022b547da6cff8"
    "214a739cc5ee;\n"
    "spdadd 10.0.0.1 10.0.0.2 any -P out none;\n";

static const struct mode {
	const char *name;
	const char *argv[8];
	const char *input;		/* on standard input */
	enum fault_kernel kernel;
	bool loads;			/* a file, all or nothing */
	bool may_fail;			/* without any fault, too */
	bool alike;			/* one above fails in the same places */
} modes[] = {
	{ "-f, PF_KEY", { "setkey", "-T", "pfkey", "-f", "-" }, script,
	    KERNEL_GOOD, true, true, false },
	{ "-f, NETLINK_XFRM", { "setkey", "-T", "xfrm", "-f", "-" }, script,
	    KERNEL_GOOD, true, true, false },
	{ "-f, both", { "setkey", "-f", "-" }, script, KERNEL_GOOD, true,
	    true, true },
	{ "-v -h -f", { "setkey", "-vh", "-f", "-" }, script, KERNEL_GOOD,
	    true, true, true },
	{ "-f, newest", { "setkey", "-T", "xfrm", "-f", "-" }, newest,
	    KERNEL_GOOD, true, true, false },
	{ "-f, newest, refused", { "setkey", "-T", "xfrm", "-f", "-" },
	    newest, KERNEL_REFUSES, true, true, true },
	{ "-f, another mark", { "setkey", "-T", "xfrm", "-f", "-" }, "delete "
	    "10.0.0.1 10.0.0.2 esp 0x1000 -mark 1/3;\n", KERNEL_FINDS, true,
	    true, true },
	{ "-n -v -v, newest", { "setkey", "-T", "xfrm", "-nvv", "-f", "-" },
	    newest, KERNEL_GOOD, true, false, true },
	{ "-f, refused", { "setkey", "-T", "xfrm", "-f", "-" }, script,
	    KERNEL_REFUSES, true, true, false },
	{ "-f, refused by PF_KEY", { "setkey", "-T", "pfkey", "-f", "-" },
	    script, KERNEL_REFUSES, true, true, false },
	{ "-f of a file", { "setkey", "-f", "tests/diag/keys.in" }, NULL,
	    KERNEL_GOOD, true, true, false },
	{ "-e", { "setkey", "-e", "flush; spdflush; spdadd 10.0.0.1 "
	    "10.0.0.2 any -P in none;" }, NULL, KERNEL_GOOD, true, false,
	    false },
	{ "-f, wrong", { "setkey", "-f", "-" }, wrong, KERNEL_GOOD, true,
	    true, false },
	{ "-n -f, misplaced keys", { "setkey", "-n", "-f", "-" }, misplaced,
	    KERNEL_GOOD, true, true, true },
	{ "-n -v -v", { "setkey", "-nvv", "-f", "-" }, script, KERNEL_GOOD,
	    true, false, false },
	{ "-c", { "setkey", "-c" }, script, KERNEL_GOOD, false, true, false },
	{ "-e, get", { "setkey", "-e", "get 10.0.0.1 10.0.0.2 esp 0x1000;" },
	    NULL, KERNEL_GOOD, true, true, false },
	/* That it is all or nothing test_lost_memory() sees. */
	{ "-c, many addresses", { "setkey", "-T", "xfrm", "-c" },
	    "spdadd many.test 10.0.0.2 any -P in none;\n", KERNEL_GOOD, false,
	    false, false },
	{ "-D, PF_KEY", { "setkey", "-T", "pfkey", "-D" }, NULL,
	    KERNEL_GOOD, false, false, false },
	{ "-D, NETLINK_XFRM", { "setkey", "-T", "xfrm", "-D" }, NULL,
	    KERNEL_GOOD, false, false, false },
	{ "-DP, PF_KEY", { "setkey", "-T", "pfkey", "-DP" }, NULL,
	    KERNEL_GOOD, false, false, false },
	{ "-DP, NETLINK_XFRM", { "setkey", "-T", "xfrm", "-DP" }, NULL,
	    KERNEL_GOOD, false, false, false },
	{ "-n -D", { "setkey", "-nD" }, NULL, KERNEL_GOOD, false, false,
	    false },
	{ "-D -o script", { "setkey", "-D", "-o", "script" }, NULL,
	    KERNEL_GOOD, false, false, false },
	{ "-DP -o script", { "setkey", "-T", "xfrm", "-DP", "-o", "script" },
	    NULL, KERNEL_GOOD, false, false, true },
	{ "-F", { "setkey", "-F" }, NULL, KERNEL_GOOD, false, false, false },
	{ "-FP", { "setkey", "-T", "xfrm", "-FP" }, NULL, KERNEL_GOOD, false,
	    false, false },
	{ "-x, PF_KEY", { "setkey", "-T", "pfkey", "-x" }, NULL, KERNEL_GOOD,
	    false, false, false },
	{ "-x, NETLINK_XFRM", { "setkey", "-T", "xfrm", "-x" }, NULL,
	    KERNEL_GOOD, false, false, false },
	{ "-S", { "setkey", "-S", "-" }, added, KERNEL_GOOD, false, true,
	    false },
	{ "-S, PF_KEY", { "setkey", "-T", "pfkey", "-S", "-" }, added,
	    KERNEL_GOOD, false, true, false },
	{ "-F of some, PF_KEY", { "setkey", "-T", "pfkey", "-F", "--", "-u",
	    "0" }, NULL, KERNEL_GOOD, false, false, false },
	{ "-F of some, NETLINK_XFRM", { "setkey", "-T", "xfrm", "-F", "--",
	    "-u", "0" }, NULL, KERNEL_GOOD, false, false, false },
	{ "-D -o json", { "setkey", "-D", "-o", "json" }, NULL, KERNEL_GOOD,
	    false, false, true },
	{ "-x -o json", { "setkey", "-x", "-o", "json" }, NULL, KERNEL_GOOD,
	    false, false, true },
	{ "-D -v -K", { "setkey", "-DvhK" }, NULL, KERNEL_GOOD, false, false,
	    true },
	{ "-S, refused", { "setkey", "-v", "-S", "-", "-O",
	    "tests/diag/keys.in" }, added, KERNEL_REFUSES, false, true,
	    false },
	{ "-f of two", { "setkey", "-f", "-", "-f", "tests/diag/keys.in" },
	    added, KERNEL_GOOD, true, true, true },
	{ "-f, the second missing", { "setkey", "-f", "-", "-f",
	    "tests/diag/none" }, added, KERNEL_GOOD, true, true, true },
	{ "-n -f of a directory", { "setkey", "-n", "-f", "examples" }, NULL,
	    KERNEL_GOOD, true, true, false },
	{ "-S, the old one missing", { "setkey", "-S", "-", "-O",
	    "tests/diag/none" }, added, KERNEL_GOOD, true, true, false },
	{ "-n -S -O", { "setkey", "-n", "-S", "-", "-O",
	    "tests/diag/keys.in" }, added, KERNEL_GOOD, true, true, false },
	{ "-n -D -P", { "setkey", "-nDP" }, NULL, KERNEL_GOOD, false, false,
	    true },
	{ "-c, help", { "setkey", "-c" }, "help;\nhelp add;\n", KERNEL_GOOD,
	    false, false, true },
	{ "-D of some, PF_KEY", { "setkey", "-T", "pfkey", "-D", "--", "-u",
	    "0" }, NULL, KERNEL_GOOD, false, false, true },
	{ "-D of some, NETLINK_XFRM", { "setkey", "-T", "xfrm", "-D", "--",
	    "-u", "0" }, NULL, KERNEL_GOOD, false, false, true },
	{ "-DP -o json", { "setkey", "-DP", "-o", "json" }, NULL,
	    KERNEL_GOOD, false, false, true },
	{ "-D -o wireshark", { "setkey", "-D", "-o", "wireshark" }, NULL,
	    KERNEL_GOOD, false, false, false },
	{ "-D -o tcpdump", { "setkey", "-D", "-o", "tcpdump" }, NULL,
	    KERNEL_GOOD, false, false, true },
	{ "-x -o script", { "setkey", "-x", "-o", "script" }, NULL,
	    KERNEL_GOOD, false, false, true },
	{ "-x -l of some", { "setkey", "-xl", "--", "-u", "0" }, NULL,
	    KERNEL_GOOD, false, false, false },
	{ "-G", { "setkey", "-G", "aes-gcm-16:288" }, NULL, KERNEL_GOOD,
	    false, false, false },
	{ "-s", { "setkey", "-s" }, NULL, KERNEL_GOOD, false, true, false },
	{ "--help", { "setkey", "--help" }, NULL, KERNEL_GOOD, false, false,
	    false },
	{ "-V", { "setkey", "-V" }, NULL, KERNEL_GOOD, false, false, false },
};
#define MODES	(sizeof(modes) / sizeof(modes[0]))

#endif
