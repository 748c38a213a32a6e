/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * migrate OLD-SRC OLD-DST NEW-SRC NEW-DST
 *
 * What a daemon for mobile hosts does, and iproute2 cannot: asks the kernel
 * for new end points (IPv4) of the ESP tunnel in the out policy from
 * 10.1.0.0/16 to 10.2.0.0/16, and of its SAs.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/xfrm.h>

struct request {
	struct nlmsghdr header;
	struct xfrm_userpolicy_id id;
	struct nlattr attr;
	struct xfrm_user_migrate migrate;
};

static void
set_address(xfrm_address_t *to, const char *text)
{
	if (inet_pton(AF_INET, text, to) != 1)
		errx(1, "%s: no IPv4 address", text);
}

static void
fill(struct request *r, char **ends)
{
	memset(r, 0, sizeof(*r));
	r->header.nlmsg_len = sizeof(*r);
	r->header.nlmsg_type = XFRM_MSG_MIGRATE;
	r->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	set_address(&r->id.sel.saddr, "10.1.0.0");
	set_address(&r->id.sel.daddr, "10.2.0.0");
	r->id.sel.prefixlen_s = r->id.sel.prefixlen_d = 16;
	r->id.sel.family = AF_INET;
	r->id.dir = XFRM_POLICY_OUT;
	r->attr.nla_len = sizeof(r->attr) + sizeof(r->migrate);
	r->attr.nla_type = XFRMA_MIGRATE;
	set_address(&r->migrate.old_saddr, ends[0]);
	set_address(&r->migrate.old_daddr, ends[1]);
	set_address(&r->migrate.new_saddr, ends[2]);
	set_address(&r->migrate.new_daddr, ends[3]);
	r->migrate.proto = IPPROTO_ESP;
	r->migrate.mode = XFRM_MODE_TUNNEL;
	r->migrate.old_family = r->migrate.new_family = AF_INET;
}

int
main(int argc, char **argv)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		struct request request;
	} answer;
	struct request r;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM);

	if (argc != 5)
		errx(1, "usage: migrate OLD-SRC OLD-DST NEW-SRC NEW-DST");
	if (fd == -1)
		err(1, "NETLINK_XFRM");
	fill(&r, argv + 1);
	if (send(fd, &r, sizeof(r), 0) != (ssize_t)sizeof(r) ||
	    recv(fd, &answer, sizeof(answer), 0) <
	    (ssize_t)(sizeof(answer.header) + sizeof(answer.error)))
		err(1, "netlink");
	errno = -answer.error.error;
	if (errno != 0)
		err(1, "migrate");
	return 0;
}
