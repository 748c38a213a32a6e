/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name-server ADDRESS: on 127.0.0.1, says of each name that it has this address
 * (IPv4), until it is killed.  RFC 1035.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HEADER	12
#define TYPE_A	1

/* Where the question's name ends, or 0. */
static size_t
end_of_name(const uint8_t *msg, size_t n)
{
	size_t at = HEADER;

	while (at < n && msg[at] != 0)
		at += (size_t)msg[at] + 1;
	return at + 5 <= n ? at + 1 : 0;
}

/* Turns a question into its answer, which has no address but for IPv4. */
static size_t
answer(uint8_t *msg, size_t n, struct in_addr address)
{
	static const uint8_t record[] = { 0xc0, HEADER, 0, TYPE_A, 0, 1,
	    0, 0, 0, 60, 0, sizeof(address) };
	size_t at = n < HEADER ? 0 : end_of_name(msg, n);
	uint8_t *end;

	if (at == 0)
		return 0;
	msg[2] = 0x84;			/* an answer, by who knows */
	msg[3] = 0x80;			/* no error */
	memset(msg + 6, 0, HEADER - 6);
	end = msg + at + 4;
	if (msg[at + 1] == TYPE_A) {
		msg[7] = 1;
		memcpy(end, record, sizeof(record));
		memcpy(end + sizeof(record), &address, sizeof(address));
		end += sizeof(record) + sizeof(address);
	}
	return (size_t)(end - msg);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
	    .sin_port = htons(53) }, from;
	socklen_t len = sizeof(from);
	struct in_addr address;
	uint8_t msg[1024];
	ssize_t n;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 2 || inet_pton(AF_INET, argv[1], &address) != 1)
		return 1;
	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&here, sizeof(here)) != 0) {
		perror("name-server");
		return 1;
	}
	while ((n = recvfrom(fd, msg, sizeof(msg) / 2, 0,
	    (struct sockaddr *)&from, &len)) >= 0) {
		n = (ssize_t)answer(msg, (size_t)n, address);
		sendto(fd, msg, (size_t)n, 0, (struct sockaddr *)&from, len);
	}
	return 1;
}
