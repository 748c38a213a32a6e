#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The canonical form of commands (-n -v -v) parses back to itself, and to the
# same requests.
#
#	tests/roundtrip.sh [FILE ...]
#
# Of files with wrong commands, the others count.

. "$(dirname "$0")/tap"

# canonical FILE: its commands in canonical form
canonical() {
	timeout 20 "$setkey" -n -v -v -E 1 -f "$1" 2>"$work/errors"
}

# requests FILE: the messages of its commands.  Of spddelete the canonical form
# has the direction alone: the rest of its policy extension means nothing.  An
# SA without a mode has that of transport in the canonical form.
requests() {
	timeout 20 "$tool" wire linux <"$1" 2>/dev/null |
	awk '
	function digit(at) {
		return index("0123456789abcdef", substr($0, at, 1)) - 1
	}
	/^020f/ {
		len = (digit(33) * 16 + digit(34)) * 16
		print "spddelete", substr($0, 45, 2), substr($0, 33 + len)
		next
	}
	/^020[23]/ { sub(/0200130000/, "0200130001") }
	{ print }'
}

[ $# -gt 0 ] || set -- "$tests"/wire/*.in "$tests"/../examples/*.conf
for file in "$@"; do
	name=${file##*/}
	canonical "$file" >"$work/once"
	canonical "$work/once" >"$work/twice"
	status=$?
	[ $status -eq 0 ] || echo "exit status $status" >>"$work/twice"
	same "$name parses back to the same text" "$work/once" "$work/twice"
	requests "$file" >"$work/messages"
	requests "$work/once" >"$work/again"
	same "$name parses back to the same requests" "$work/messages" "$work/again"
done

# Without the second -v no key is shown.
key=0123456789abcdef0123456789abcdef
echo "add 10.0.0.1 10.0.0.2 esp 1000 -E aes-cbc 0x$key -A hmac-md5 \"$key\";" \
    >"$work/keys"
timeout 20 "$setkey" -n -v -f "$work/keys" >"$work/once" 2>&1
grep -c -e 0123456 -e 30313233 "$work/once" >"$work/shown"
echo 0 >"$work/none"
same "-n -v hides keys" "$work/none" "$work/shown"

done_testing
