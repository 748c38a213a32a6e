/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * espintcp ADDRESS PORT [FROM]
 *
 * What a key daemon does for ESP in TCP (RFC 9329): with FROM a connection from
 * that port, without it one that is waited for, and the kernel told to take ESP
 * out of it and put ESP into it.  Prints its pid once that is begun, and goes on
 * in the background until it is killed.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "background.h"

#define TCP_ULP_OPT	31		/* <linux/tcp.h> */

static struct sockaddr_in
end_of(const char *address, const char *port)
{
	struct sockaddr_in end;

	memset(&end, 0, sizeof(end));
	end.sin_family = AF_INET;
	end.sin_port = htons((uint16_t)atoi(port));
	if (inet_pton(AF_INET, address, &end.sin_addr) != 1)
		errx(1, "%s: no address", address);
	return end;
}

static void
take_over(int fd)
{
	static const char name[] = "espintcp";

	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP_OPT, name,
	    sizeof(name) - 1) != 0)
		err(1, "TCP_ULP");
}

int
main(int argc, char **argv)
{
	struct sockaddr_in end, from;
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (argc != 3 && argc != 4)
		errx(1, "usage: espintcp ADDRESS PORT [FROM]");
	end = end_of(argv[1], argv[2]);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (argc == 4) {
		from = end_of("0.0.0.0", argv[3]);
		if (bind(fd, (const void *)&from, sizeof(from)) != 0 ||
		    connect(fd, (const void *)&end, sizeof(end)) != 0)
			err(1, "%s", argv[1]);
		take_over(fd);
	} else if (bind(fd, (const void *)&end, sizeof(end)) != 0 ||
	    listen(fd, 1) != 0)
		err(1, "port %s", argv[2]);
	go_on_in_the_background();
	if (argc == 3) {
		fd = accept(fd, NULL, NULL);
		if (fd == -1)
			err(1, "accept");
		take_over(fd);
	}
	for (;;)
		pause();
}
