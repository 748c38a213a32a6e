#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The program before BSD kernels that say what a FreeBSD 15 and a NetBSD 10
# kernel were recorded to say (tests/play), with other addresses and keys.
#
#	tests/recorded.sh [-u]
#
# recorded/SYSTEM/CASE/RUN.out is what is printed, on both outputs, and the exit
# status.  RUN says which options: f is -f input.conf, S is -n -S input.conf,
# D.script is -D -o script, anything else are the options themselves.  What is
# sent and is not what was recorded is in the output, too (play).  -u writes the
# outputs anew.

. "$(dirname "$0")/tap"
play=${PLAY:-$tests/play}
case $play in
/*)	;;
*)	play=$PWD/$play ;;
esac
# The program has given up the right to pass through other people's homes when
# its kernel's files are opened.
cd "$tests/recorded" || exit 1
export TZ=UTC

# run SYSTEM CASE RUN: prints it
run() {
	wire=wire
	case $3 in
	f) set -- "$1" "$2" sent.hex -f - ;;
	*.script) set -- "$1" "$2" dump.hex "-${3%.script}" -o script ;;
	*.wire)	wire=${3%.wire}.wire
		set -- "$1" "$2" "$wire" "-${3%%-*}" ;;
	S) set -- "$1" "$2" dump.hex -n -S - ;;
	x) set -- "$1" "$2" monitor.sent.hex -x ;;
	*) set -- "$1" "$2" dump.hex "-$3" ;;
	esac
	input=/dev/null
	[ "$4" != -f ] && [ "$5" != -S ] || input=$2/input.conf
	PLAY_STRICT=1 PLAY_WIRE=$wire timeout 60 "$play" "$@" <"$input" \
	    >"$work/text" 2>"$work/err"
	status=$?
	sed '/^[0-9:.]*\.[0-9]\{6\} $/d' "$work/text"
	cat "$work/err"
	echo "exit $status"
}

for out in */*/*.out; do
	case=$(dirname "$out") name=$(basename "$out" .out)
	system=$(basename "$(dirname "$case")")
	run "$system" "$case" "$name" >"$work/out"
	[ "$1" = -u ] && cp "$work/out" "$out" && continue
	same "$system, $(basename "$case"), $name" "$out" "$work/out"
done
[ "$1" = -u ] && exit 0
done_testing
