/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LD_PRELOAD: from call number $BREAK_SEND on, sendto() finds nobody there.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

ssize_t
sendto(int fd, const void *octets, size_t len, int flags,
    const struct sockaddr *to, socklen_t tolen)
{
	static ssize_t (*next)(int, const void *, size_t, int,
	    const struct sockaddr *, socklen_t);
	static int calls;
	const char *limit = getenv("BREAK_SEND");

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "sendto");
	if (limit != NULL && ++calls >= atoi(limit)) {
		errno = ECONNREFUSED;
		return -1;
	}
	return next(fd, octets, len, flags, to, tolen);
}
