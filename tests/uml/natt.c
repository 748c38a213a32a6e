/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * natt PORT
 *
 * What a key daemon does for ESP in UDP: a socket on that port that takes
 * it, with a policy of its own by which no policy of the host applies to
 * the packets before they are taken out.  Prints its pid once that is there,
 * and goes on in the background until it is killed.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/xfrm.h>

#include "background.h"

#define UDP_ENCAP_OPT		100	/* <linux/udp.h> */
#define UDP_ENCAP_ESP		2
#define IP_XFRM_POLICY_OPT	17	/* <linux/in.h> */

static void
bypass(int fd, uint8_t dir)
{
	struct xfrm_userpolicy_info policy;

	memset(&policy, 0, sizeof(policy));
	policy.sel.family = AF_INET;
	policy.lft.soft_byte_limit = policy.lft.hard_byte_limit = XFRM_INF;
	policy.lft.soft_packet_limit = policy.lft.hard_packet_limit = XFRM_INF;
	policy.action = XFRM_POLICY_ALLOW;
	policy.dir = dir;
	if (setsockopt(fd, IPPROTO_IP, IP_XFRM_POLICY_OPT, &policy,
	    sizeof(policy)) != 0)
		err(1, "bypass policy");
}

int
main(int argc, char **argv)
{
	struct sockaddr_in self;
	int fd, kind = UDP_ENCAP_ESP;

	if (argc != 2)
		errx(1, "usage: natt PORT");
	memset(&self, 0, sizeof(self));
	self.sin_family = AF_INET;
	self.sin_port = htons((uint16_t)atoi(argv[1]));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1 || bind(fd, (const void *)&self, sizeof(self)) != 0)
		err(1, "port %s", argv[1]);
	bypass(fd, XFRM_POLICY_IN);
	bypass(fd, XFRM_POLICY_OUT);
	if (setsockopt(fd, IPPROTO_UDP, UDP_ENCAP_OPT, &kind,
	    sizeof(kind)) != 0)
		err(1, "UDP_ENCAP");
	go_on_in_the_background();
	for (;;)
		pause();
}
