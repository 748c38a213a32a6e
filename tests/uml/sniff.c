/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sniff -o FIFO [-w FILE] INTERFACE
 *
 * What leaves through an interface, counted: the proof that it was ESP or
 * AH and not the plain packet.  Prints its pid once it listens, and goes on
 * in the background; at SIGTERM it writes one line to FIFO, such as
 *	esp=4 ah=0 ipcomp=0 icmp=0 nd=2 tcp=0 udp=0 other=0
 * With -w, FILE gets a line for every packet (but neighbour discovery).
 *
 * Only outgoing packets count: the tap of the receiver also sees a packet
 * again after its tunnel header was taken off.  Watch both ends.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "background.h"

#define	IPPROTO_IPCOMP	108

enum kind { K_ESP, K_AH, K_IPCOMP, K_ICMP, K_ND, K_TCP, K_UDP, K_OTHER, NKIND };

static const char *const	kind_name[NKIND] = {
	"esp", "ah", "ipcomp", "icmp", "nd", "tcp", "udp", "other"
};

static unsigned long		count[NKIND];
static volatile sig_atomic_t	stopping;

static void
on_term(int sig)
{
	(void)sig;
	stopping = 1;
}

static enum kind
classify(int proto, int type)
{
	switch (proto) {
	case IPPROTO_ESP:	return K_ESP;
	case IPPROTO_AH:	return K_AH;
	case IPPROTO_IPCOMP:	return K_IPCOMP;
	case IPPROTO_ICMP:	return K_ICMP;
	case IPPROTO_TCP:	return K_TCP;
	case IPPROTO_UDP:	return K_UDP;
	case IPPROTO_ICMPV6:
		/* 130-143 but echo: routers, neighbours, multicast groups */
		return type >= 130 && type <= 143 ? K_ND : K_ICMP;
	default:		return K_OTHER;
	}
}

static void
show(FILE *f, int family, const void *src, const void *dst, enum kind k,
    const unsigned char *up, size_t len, size_t whole)
{
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];
	size_t at = k == K_AH ? 4 : 0;		/* where the SPI is */

	inet_ntop(family, src, a, sizeof(a));
	inet_ntop(family, dst, b, sizeof(b));
	fprintf(f, "%s > %s: %s", a, b, kind_name[k]);
	if ((k == K_ESP || k == K_AH) && len >= at + 4)
		fprintf(f, " spi 0x%02x%02x%02x%02x", up[at], up[at + 1],
		    up[at + 2], up[at + 3]);
	fprintf(f, ", %zu bytes\n", whole);
	fflush(f);
}

static void
packet(FILE *f, const unsigned char *p, size_t len)
{
	enum kind k;
	size_t hl;
	int six;

	if (len < 20)
		return;
	six = p[0] >> 4 == 6;
	hl = six ? 40 : (size_t)(p[0] & 15) * 4;
	if (len <= hl)
		return;
	k = classify(six ? p[6] : p[9], p[hl]);
	/* Multicast listener reports come behind a hop-by-hop header. */
	if (six && p[6] == IPPROTO_HOPOPTS && p[hl] == IPPROTO_ICMPV6)
		k = K_ND;
	count[k]++;
	if (f != NULL && k != K_ND)
		show(f, six ? AF_INET6 : AF_INET, six ? p + 8 : p + 12,
		    six ? p + 24 : p + 16, k, p + hl, len - hl, len);
}

/* Until SIGTERM, and then as long as something is still queued. */
static void
listen_to(int s, FILE *f)
{
	static unsigned char buf[65536];
	struct sockaddr_ll from;
	struct pollfd pfd = { .fd = s, .events = POLLIN };
	sigset_t none;
	socklen_t fromlen;
	ssize_t n;

	sigemptyset(&none);
	for (;;) {
		static const struct timespec now;

		n = ppoll(&pfd, 1, stopping ? &now : NULL, &none);
		if (n == 0 || (n < 0 && errno != EINTR))
			return;
		if (n < 0)
			continue;
		fromlen = sizeof(from);
		n = recvfrom(s, buf, sizeof(buf), 0, (struct sockaddr *)&from,
		    &fromlen);
		if (n > 0 && from.sll_pkttype == PACKET_OUTGOING &&
		    (from.sll_protocol == htons(ETH_P_IP) ||
		    from.sll_protocol == htons(ETH_P_IPV6)))
			packet(f, buf, (size_t)n);
	}
}

static int
open_tap(const char *ifname)
{
	static const int room = 64 << 20;
	struct sockaddr_ll sll;
	int s;

	/* Only a tap for all protocols sees outgoing packets. */
	s = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	if (s == -1)
		err(1, "packet socket");
	/* A flood is to be counted whole; without it, what there is must do. */
	(void)setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	memset(&sll, 0, sizeof(sll));
	sll.sll_family = AF_PACKET;
	sll.sll_protocol = htons(ETH_P_ALL);
	sll.sll_ifindex = (int)if_nametoindex(ifname);
	if (sll.sll_ifindex == 0)
		err(1, "%s", ifname);
	if (bind(s, (struct sockaddr *)&sll, sizeof(sll)) == -1)
		err(1, "bind to %s", ifname);
	return s;
}

int
main(int argc, char **argv)
{
	const char *fifo = NULL, *file = NULL;
	struct sigaction sa;
	sigset_t term;
	FILE *f = NULL;
	int ch, i, s;

	while ((ch = getopt(argc, argv, "o:w:")) != -1) {
		if (ch == 'o')
			fifo = optarg;
		else if (ch == 'w')
			file = optarg;
		else
			return 2;
	}
	if (fifo == NULL || optind != argc - 1)
		errx(2, "usage: sniff -o FIFO [-w FILE] INTERFACE");
	s = open_tap(argv[optind]);
	if (file != NULL && (f = fopen(file, "w")) == NULL)
		err(1, "%s", file);

	/* Blocked but in ppoll(), so that it cannot come just before that. */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_term;
	sigaction(SIGTERM, &sa, NULL);

	go_on_in_the_background();
	listen_to(s, f);
	if (freopen(fifo, "w", stdout) == NULL)
		err(1, "%s", fifo);
	for (i = 0; i < NKIND; i++)
		printf("%s%s=%lu", i == 0 ? "" : " ", kind_name[i], count[i]);
	printf("\n");
	return fflush(stdout) == 0 ? 0 : 1;
}
