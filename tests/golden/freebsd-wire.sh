#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Compares the requests that this program makes of a script with those that
# FreeBSD's own sent for it to a real kernel (directory golden-freebsd).
#
#   sh tests/golden/freebsd-wire.sh DIRECTORY [TOOL]
#
# Not compared are the sequence number and the process id, the REGISTER at the
# beginning, and three fields of SA2 that the native program leaves as memory
# has them.  Where the native program stopped at an error, what it had sent must
# be what this program makes of the commands before.  Cases that differ on
# purpose are in freebsd-wire.differences, with the reason; a case there that
# does not differ is reported, too.

golden=$1
tool=${2:-tests/tool}
list=$(dirname "$0")/freebsd-wire.differences
if [ ! -f "$golden/INDEX.tsv" ] || [ ! -x "$tool" ]; then
	echo "usage: freebsd-wire.sh DIRECTORY-golden-freebsd [TOOL]" >&2
	exit 1
fi
export LC_ALL=C
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
same=0 excepted=0 different=0 stale=0 messages=0

# Masks what is not compared; drops REGISTER.
mask() {
	awk '
	function digit(at) {
		return index("0123456789abcdef", substr($0, at, 1)) - 1
	}
	function octet(at) { return digit(at) * 16 + digit(at + 1) }
	function number(at) {		# 16 bits, little-endian
		return octet(at) + octet(at + 2) * 256
	}
	function blank(at, n) {
		$0 = substr($0, 1, at - 1) substr(zeros, 1, n) \
		    substr($0, at + n)
	}
	BEGIN { zeros = "0000000000000000" }
	substr($0, 3, 2) == "07" { next }
	{
		blank(17, 16)
		for (at = 33; at < length($0); at += number(at) * 16) {
			if (number(at) == 0)
				break
			if (number(at + 4) == 19)	# SA2
				blank(at + 10, 14)
		}
		print
	}'
}

# compare CASE SCRIPT SENT: what we make of the script, and what was sent
compare() {
	[ -f "$1/$2" ] && [ -f "$1/$3" ] || return 0
	name=$(basename "$1")
	[ "$2" = input.conf ] || name=$name/$2
	"$tool" wire freebsd < "$1/$2" > "$work/ours" 2> "$work/errors"
	status=$?
	mask < "$1/$3" > "$work/native"
	n=$(wc -l < "$work/native")
	if grep -q -e 'parse failed' -e 'Syntax error at' "$1/stdout"; then
		# At its first error the native program stops.
		head -n "$n" "$work/ours" > "$work/first"
		mv "$work/first" "$work/ours"
		[ "$status" -ne 0 ] || echo "is accepted" >> "$work/ours"
	elif [ "$status" -ne 0 ]; then
		grep error: "$work/errors" >> "$work/ours"
	fi
	reason=$(awk -F '\t' -v name="${name%%/*}" '$1 == name { print $2 }' \
	    "$list")
	if cmp -s "$work/native" "$work/ours"; then
		same=$((same + 1)) messages=$((messages + n))
		[ -z "$reason" ] || {
			stale=$((stale + 1))
			echo "is the same: $name"
		}
	elif [ "$reason" ]; then
		excepted=$((excepted + 1))
	else
		different=$((different + 1))
		echo "different: $name"
		diff "$work/native" "$work/ours" | head -n 10 | sed 's/^/    /'
	fi
}

# Whether sent.hex is what a single `setkey -f input.conf` sent.
only_script() {
	[ -f "$1/cmd" ] || return 0
	awk '
	/^setkey -[vh]* ?-?[cf] ?<? input\.conf$/ { n++; next }
	/^SETKEY_REC=\$OUT\/wire setkey -f input\.conf$/ { n++; next }
	/SETKEY_REC=/ || /pfsend/ { next }
	/setkey/ { n += 2 }
	END { exit n != 1 }' "$1/cmd"
}

for c in "$golden"/[0-9]*/; do
	c=${c%/}
	only_script "$c" && compare "$c" input.conf sent.hex
	only_script "$c" && compare "$c" input-aes-cbc.conf sent.hex
	grep -q '^$A setkey -f $PWD/a.conf' "$c/cmd" 2> /dev/null &&
	    compare "$c" a.conf sent.hex
done
echo "scripts: $((same + excepted + different)), the native bytes: $same" \
    "($messages messages), listed differences: $excepted," \
    "other differences: $different"
[ "$((different + stale))" -eq 0 ] && [ "$same" -gt 0 ]
