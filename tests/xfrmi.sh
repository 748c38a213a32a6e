#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# XFRM interfaces, on Debian's own kernel in qemu: user-mode-linux has none.

tests=$(CDPATH= cd "$(dirname "$0")" && pwd) || exit 1
. "$tests/qemu"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT PIPE TERM

if missing=$(qemu_missing); then
	echo "1..0 # SKIP XFRM interfaces: $missing"
	exit 0
fi
qemu_root "$tmp/root"
qemu_program setkey "${SETKEY:-$tests/../setkey}"
cp "$tests/xfrmi-guest" "$tmp/root/init"
cp "$tests/uml/lib.sh" "$tmp/root/"
qemu_run -m 512M >"$tmp/console"
sed -n 's/^tap: //p' "$tmp/console"
grep -q '^tap: 1\.\.' "$tmp/console" || {
	echo "the kernel in qemu ended too early; its last words:"
	tail -n 20 "$tmp/console"
	exit 1
}
! grep -q '^tap: not ok' "$tmp/console"
