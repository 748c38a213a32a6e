#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs the program before BSD kernels that say what real ones were recorded to
# say (directory golden-bsd), and compares: the text with the native program's
# where that was recorded (-D, -DP, -x), what is sent with what was sent, the
# sentences with golden/bsd.sentences, and a saved database, loaded again, with
# what had made it.  Differences that are wanted are in golden/bsd.differences.
#
#	sh tests/golden/bsd.sh DIRECTORY [-u]
#
# -u writes sentences and differences anew.

golden=$1
here=$(CDPATH= cd "$(dirname "$0")" && pwd) || exit 1
play=$here/../play tool=$here/../tool
if [ ! -d "$golden/freebsd-15" ] || [ ! -x "$play" ] || [ ! -x "$tool" ]; then
	echo "usage: bsd.sh DIRECTORY-golden-bsd [-u]" >&2
	exit 1
fi
export TZ=UTC LC_ALL=C
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
same=0 different=0
: > "$work/sentences"
: > "$work/differences"

# What differs by design: a key is one line, C: a line of its own, a record that
# is malformed is told on standard error.
native() {
	sed -e ':a' -e '$!{N;ba' -e '}' \
	    -e 's/\n \([0-9a-f][0-9a-f]\)/ \1/g' "$1" |
	sed -e 's/^\(	C: [a-z0-9]* \)\(	\)/\1\
\2/' -e '/^Invalid sadb message$/d' -e '/^pfkey_open:/d' \
	    -e '/^setkey: ipsec: module not found/d'
}

# compare NAME: $work/theirs against $work/ours
compare() {
	if cmp -s "$work/theirs" "$work/ours"; then
		same=$((same + 1))
		return
	fi
	different=$((different + 1))
	echo "== $1" >> "$work/differences"
	diff "$work/theirs" "$work/ours" | grep '^[<>]' |
	    head -n 40 >> "$work/differences"
}

# text NAME NATIVE FILE OPTION ...: standard output
text() {
	label=$1 theirs=$2 file=$3
	shift 3
	[ -f "$theirs" ] || return 0
	native "$theirs" > "$work/theirs"
	"$play" "$system" "$case" "$file" "$@" > "$work/ours" 2> /dev/null
	compare "$label"
}

# Messages without stamps, and of a pair, a copy and itself, the first only.
# An event that comes again is another pair.
events() {
	sed '/^[0-9:.]*\.[0-9]\{6\} $/d' "$1" |
	awk -v pairs="$2" 'BEGIN { RS = ""; FS = "\n" }
	pairs && $0 == last { last = ""; next }
	{ print $0 "\n"; last = $0 }'
}

monitor() {
	[ -f "$case/native-x" ] || return 0
	events "$case/native-x" 1 |
	    awk 'BEGIN { RS = ""; ORS = "\n\n" } !/type=11\(X_PROMISC\)/' \
	    > "$work/theirs"
	timeout 20 "$play" "$system" "$case" monitor.sent.hex -x \
	    > "$work/out" 2> "$work/err"
	echo "exit $?" >> "$work/err"
	events "$work/out" 0 > "$work/ours"
	cat "$work/err" >> "$work/ours"
	echo "exit 0" >> "$work/theirs"
	compare "$name: -x"
}

# What a script sends, and what is said of it.
script() {
	[ -f "$case/input.conf" ] || return 0
	PLAY_STRICT=1 "$play" "$system" "$case" sent.hex -f - \
	    < "$case/input.conf" > /dev/null 2> "$work/err"
	echo "exit $?" >> "$work/err"
	echo "== $name" >> "$work/sentences"
	grep -e '^stdin:[0-9:]* error' -e '^setkey' -e '^    hint' -e '^exit' \
	    "$work/err" >> "$work/sentences"
	grep '^play:' "$work/err" > "$work/ours"
	: > "$work/theirs"
	compare "$name: what is sent"
}

# Requests without number and process id, in any order.
requests() {
	sed 's/^\(.\{16\}\).\{16\}/\1/' | sort
}

# saved DUMP OPTION TYPE: the saved database is made by the same requests
saved() {
	[ -f "$case/$1" ] && grep -q . "$case/$1" || return 0
	"$play" "$system" "$case" "$1" "$2" -o script > "$work/script" \
	    2> "$work/err"
	"$tool" wire "$system" < "$work/script" 2>> "$work/err" |
	    requests > "$work/ours"
	grep -v '^ ' "$work/err" >> "$work/ours"
	cat "$case/pre.conf" "$case/input.conf" 2> /dev/null |
	    "$tool" wire "$system" 2> /dev/null | grep "^02$3" |
	    requests > "$work/theirs"
	compare "$name: $2 -o script"
}

for system in freebsd netbsd; do
	for case in "$golden/$system"-*/*/; do
		case=${case%/} name=$system/$(basename "$case")
		text "$name: -D" "$case/native-D" dump.hex -D
		text "$name: -DP" "$case/native-DP" spddump.hex -DP
		text "$name: -DPg" "$case/native-DPg" spddump-g.hex -DPg
		text "$name: -DPt" "$case/native-DPt" spddump-t.hex -DPt
		monitor
		script
		case $name in
		*/err-* | */mon-* | */enobufs-*) continue ;;
		esac
		saved dump.hex -D 03
		saved spddump.hex -DP 0e
	done
done
# How a socket that was full is told of.
system=freebsd
for case in "$golden"/freebsd-15/overflow-*/; do
	for recv in "$case"recv-*; do
		[ -f "$recv" ] || continue
		case $case in
		*dump*) option=-D ;;
		*) option=-x ;;
		esac
		grep -q '^> ..12' "$recv" && option=-DP
		recv=$(basename "$recv")
		echo "== $(basename "$case") $recv" >> "$work/sentences"
		PLAY_WIRE=$recv timeout 20 "$play" freebsd "$case" "$recv" \
		    $option 2>&1 > /dev/null | cat >> "$work/sentences"
	done
done
if [ "$2" = -u ]; then
	cp "$work/sentences" "$here/bsd.sentences"
	cp "$work/differences" "$here/bsd.differences"
fi
bad=0
for what in sentences differences; do
	diff "$here/bsd.$what" "$work/$what" > "$work/diff" || {
		bad=1
		echo "different $what:"
		cat "$work/diff"
	}
done
echo "comparisons: $((same + different)), the same: $same," \
    "different as listed or above: $different"
[ "$bad" -eq 0 ] && [ "$same" -gt 0 ]
