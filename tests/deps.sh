#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# install-deps where there is no apt: it names what to install, as that system
# calls it, and installs nothing.

. "$(dirname "$0")/tap"
[ ! -e /usr/sbin/sh ] || {
	echo "install-deps looks into /usr/sbin, and here all is in there"
	exit 77
}

# A system that has next to nothing (but for what is part of its shell)
mkdir "$work/bin"
for name in sh awk cat dirname grep head id ls mktemp rm sed sort tr uname; do
	ln -s "$(command -v $name)" "$work/bin/$name" || exit 1
done

# asks MANAGER [ARGUMENT]: its package manager only says that it was called
asks() {
	manager=$1
	shift
	printf '#!/bin/sh\necho called\n' >"$work/bin/$manager"
	chmod +x "$work/bin/$manager"
	PATH=$work/bin sh "$tests/install-deps" "$@" >"$work/out" 2>&1
	echo "exit $?" >>"$work/out"
	rm "$work/bin/$manager"
}

# says NAME WORD ...: all of these, and the manager is not run
says() {
	name=$1 status=0
	shift
	for word in "exit 1" "$@"; do
		grep -q -e "$word" "$work/out" || status=1
	done
	! grep -q called "$work/out" || status=1
	result "$name" $status "$work/out"
}

asks dnf demo
says "Fedora" '^dnf install ' ' flex ' ' gcc ' ' glibc-devel '
asks apk demo
says "Alpine" '^apk add ' ' bison ' ' linux-headers ' ' musl-dev '
asks pacman demo
says "Arch" '^pacman -S ' ' glibc ' ' gcc '
asks dnf
says "all of it, on Fedora" ' clang ' ' compiler-rt ' \
    ' groff-base '
asks nothing demo
says "another system" 'Please install: .*flex'
asks apk wrong
says "a wrong argument" 'tests/install-deps demo'

done_testing
