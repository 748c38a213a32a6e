#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Do the sources compile when the compiler says it is for a BSD?  Their headers
# are not on a Linux machine, so this uses those of musl, which declare nothing
# by accident, and stubs (tests/bsd) for those that only a BSD has.  That
# finds code for Linux that is not guarded, and headers that glibc's pull in
# and others' do not.  It does not prove that a BSD's own headers agree.

. "$(dirname "$0")/tap"
cd "$tests/.." || exit 1

for musl in /usr/include/*-linux-musl; do
	[ -d "$musl" ] || {
		echo "no musl headers (package musl-dev), no compile check"
		exit 77
	}
done

sources=$(ls ./*.c)
for target in freebsd netbsd; do
	for source in $sources; do
		clang --target=x86_64-unknown-$target -fsyntax-only \
		    -std=c11 -D_GNU_SOURCE -D_NETBSD_SOURCE -DVERSION='"x"' \
		    -nostdlibinc -isystem tests/bsd -isystem "$musl" \
		    -Wall -Wextra -Werror "$source" >"$work/out" 2>&1
		result "$source for $target" $? "$work/out"
	done
done
done_testing
