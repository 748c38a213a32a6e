#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Compares our text with the native program's, from the same message octets:
# the cases recorded on a real FreeBSD kernel (directory golden-freebsd).
#
#   sh tests/golden/freebsd.sh DIRECTORY [TOOL]
#
# Native text is first taken as it is; then with what this program does
# otherwise on purpose (native() below).  Any other difference is shown.

golden=$1
tool=${2:-tests/tool}
if [ ! -f "$golden/INDEX.tsv" ] || [ ! -x "$tool" ]; then
	echo "usage: freebsd.sh DIRECTORY/golden-freebsd [TOOL]" >&2
	exit 1
fi
export TZ=UTC LC_ALL=C
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
same=0 excepted=0 different=0

# What differs by design: a key is one line; C: is a line of its own; the names
# are those that can be typed, and newer FreeBSD's.
native() {
	sed -e ':a' -e '$!{N;ba' -e '}' \
	    -e 's/\n \([0-9a-f][0-9a-f]\)/ \1/g' |
	sed -e 's/^\(	C: [a-z0-9]* \)\(	\)/\1\
\2/' \
	    -e 's/^	E: rijndael-cbc /	E: aes-cbc /' \
	    -e 's/^	E: 23 /	E: aes-gmac /' \
	    -e 's/^	A: 11 /	A: aes-128-gmac /' \
	    -e 's/^	A: md5 /	A: keyed-md5 /' \
	    -e 's/^	A: sha /	A: keyed-sha1 /'
}

# compare NAME: $work/native against $work/ours
compare() {
	if cmp -s "$work/native" "$work/ours"; then
		same=$((same + 1))
		return
	fi
	native < "$work/native" > "$work/excepted"
	if cmp -s "$work/excepted" "$work/ours"; then
		excepted=$((excepted + 1))
		return
	fi
	different=$((different + 1))
	echo "different: $1"
	diff "$work/excepted" "$work/ours" | head -n 20 | sed 's/^/    /'
}

# check NAME TEXT HEX TIMES COMMAND [OPTION ...]: one recorded text, if it is
# there; TIMES is a file of what time() said, if that is there.
check() {
	name=$1 text=$2 hex=$3 times=$4 command=$5
	shift 5
	[ -f "$text" ] && [ -f "$hex" ] || return 0
	[ ! -f "$times" ] || set -- "$@" -t "$times"
	cp "$text" "$work/native"
	"$tool" "$command" freebsd -i 3 "$@" < "$hex" > "$work/ours" ||
	    echo "tool failed" >> "$work/ours"
	compare "$name $command"
}

# Of a native -v: what it decodes of memory behind the records of dumps goes
# (not after the last policy), as do the lines that are not the printers'.
verbose() {
	awk '
	/^sadb_msg\{/ && behind { skip = 1; behind = 0 }
	skip { if ($0 == "") skip = 0; next }
	/^sadb_msg\{/ { type = $3; sub(/.*\(/, "", type); sub(/\).*/, "", type) }
	/^No S[AP]D entries\.$/ || /^The result of line/ { next }
	/^line [0-9]/ || /^parse failed/ { next }
	{ print }
	/^\tsadb_seq=/ { behind = type == "DUMP" }
	/^\tspid=/ { last = / seq=0 / }
	/^\trefcnt=/ { behind = type == "X_SPDDUMP" && !last }
	'
}

# -Dv and -DPv: the answers alone were recorded, so the request before them
# is not compared.  check_answers NAME TEXT HEX TIMES
check_answers() {
	[ -f "$2" ] || return 0
	awk 'first == "" { if ($0 == "") first = 1; next } { print }' "$2" |
	verbose > "$work/answers"
	check "$1" "$work/answers" "$3" "$4" verbose
}

# The transcript of -x; its time stamps are of the moment.
check_monitor() {
	[ -f "$1/monitor" ] && [ -f "$1/monitor.hex" ] || return 0
	sed -e '/^[0-9:.]*\.[0-9]\{6\} $/d' "$1/monitor" > "$work/transcript"
	case $(cat "$1/cmd") in
	*"setkey -hx"* | *"setkey -xh"*) set -- "$1" -x ;;
	*) set -- "$1" ;;
	esac
	case=$1
	shift
	check "$(basename "$case")/monitor" "$work/transcript" \
	    "$case/monitor.hex" "" monitor "$@"
}

# What the command itself printed: records, and with -v all messages but the
# REGISTER exchange.  Not where it did more than run setkey once.
check_command() {
	[ -f "$1/wire" ] || return 0
	grep -q -e '^sadb_msg{' -e '^	' "$1/stdout" || return 0
	case $(cat "$1/cmd" 2>/dev/null || echo setkey -f input.conf) in
	*"
"*) return 0 ;;
	"setkey -"*v*h*) set -- "$1" verbose -x ;;
	"setkey -"*v*) set -- "$1" verbose ;;
	"setkey -"*) set -- "$1" records ;;
	*) return 0 ;;
	esac
	case=$1 command=$2
	shift 2
	grep -v '^[<>] ..07' "$case/wire" > "$work/wire"
	sed -n 's/^T //p' "$case/wire" > "$work/times"
	verbose < "$case/stdout" > "$work/transcript"
	check "$(basename "$case")/stdout" "$work/transcript" "$work/wire" \
	    "$work/times" "$command" "$@"
}

for c in "$golden"/[0-9]*/; do
	c=${c%/} n=$(basename "$c")
	check "$n/after-D" "$c/after-D" "$c/dump.hex" "$c/dump.now" dump
	check "$n/b-D" "$c/b-D" "$c/bD.hex" "$c/bD.now" dump
	check "$n/after-Dl" "$c/after-Dl" "$c/dl.hex" "$c/dl.now" short
	check "$n/after-DP" "$c/after-DP" "$c/spddump.hex" "" spddump
	check "$n/b-DP" "$c/b-DP" "$c/bDP.hex" "" spddump
	for x in DP DP2 DPg DPt DPgt; do
		check "$n/$x" "$c/$x.out" "$c/$x.hex" "" spddump
	done
	check_answers "$n/after-Dv" "$c/after-Dv" "$c/dv.hex" "$c/dv.now"
	check_answers "$n/after-DPv" "$c/after-DPv" "$c/dpv.hex" ""
	check_monitor "$c"
	check_command "$c"
done
echo "texts: $((same + excepted + different))," \
    "the native bytes: $same, but for the listed exceptions: $excepted," \
    "different: $different"
[ "$different" -eq 0 ] && [ "$((same + excepted))" -gt 0 ]
