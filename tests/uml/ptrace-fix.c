/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preloaded into linux.uml so that it runs on processors with a large
 * register state (AMX: the XSAVE area has 11 kB).
 *
 * User-mode-linux of 6.1 restores a guest's FPU registers with
 * PTRACE_SETREGSET and a fixed buffer of 2696 bytes, the AVX-512 size.  A
 * host whose full size is larger answers EFAULT to anything shorter than
 * that, and the guest panics before its init starts.  What lies behind those
 * bytes are the AMX tiles, which no guest process can own: pad with zeros.
 * Where the host takes the short buffer, nothing changes.
 */
#include <sys/types.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#define	NT_X86_XSTATE	0x202
#define	XSTATE_BV	512		/* offset of the "in use" bits */
#define	XFEATURE_AMX	((uint64_t)3 << 17)

#ifdef __GLIBC__
typedef enum __ptrace_request	request;
#else
typedef int	request;
#endif
typedef long	ptrace_fn(int, pid_t, void *, void *);

static ptrace_fn	*real;
static size_t		 fullsize;	/* 0 until a short buffer was refused */

/* UML calls from one thread, and its malloc is not ours to use. */
static unsigned char	 area[65536];

static long
set_padded(pid_t pid, void *type, const struct iovec *shorter)
{
	struct iovec iov;
	uint64_t inuse;

	memset(area, 0, fullsize);
	memcpy(area, shorter->iov_base, shorter->iov_len);
	memcpy(&inuse, area + XSTATE_BV, sizeof(inuse));
	inuse &= ~XFEATURE_AMX;
	memcpy(area + XSTATE_BV, &inuse, sizeof(inuse));
	iov.iov_base = area;
	iov.iov_len = fullsize;
	return real(PTRACE_SETREGSET, pid, type, &iov);
}

long
ptrace(request req, ...)
{
	struct iovec *given, iov;
	va_list ap;
	pid_t pid;
	void *addr, *data;
	long ret;

	va_start(ap, req);
	pid = va_arg(ap, pid_t);
	addr = va_arg(ap, void *);
	data = va_arg(ap, void *);
	va_end(ap);

	if (real == NULL) {
		real = (ptrace_fn *)(uintptr_t)dlsym(RTLD_NEXT, "ptrace");
		if (real == NULL) {
			errno = ENOSYS;
			return -1;
		}
	}
	if (req != PTRACE_SETREGSET || (uintptr_t)addr != NT_X86_XSTATE)
		return real(req, pid, addr, data);
	given = data;
	if (fullsize == 0) {
		ret = real(req, pid, addr, data);
		if (ret == 0 || errno != EFAULT)
			return ret;
		iov.iov_base = area;
		iov.iov_len = sizeof(area);
		if (real(PTRACE_GETREGSET, pid, addr, &iov) != 0 ||
		    iov.iov_len <= given->iov_len) {
			errno = EFAULT;
			return -1;
		}
		fullsize = iov.iov_len;
	}
	return set_padded(pid, addr, given);
}
