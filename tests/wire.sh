#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Commands and the octets of their requests, for the PF_KEY of each system.
#
#	tests/wire.sh [-u]
#
# wire/NAME.in holds commands, wire/NAME.SYSTEM.hex a line for each message, as
# tests/tool makes it; what a system refuses is a line "LINE: error" there.
# -u writes them anew: compare with golden/freebsd-wire.sh what real kernels
# were sent before believing them.

. "$(dirname "$0")/tap"

# twice FILE: its statements, each of them twice
twice() {
	awk '{ statement = statement $0 "\n" }
	/;[ \t]*(#.*)?$/ { printf "%s%s", statement, statement; statement = "" }
	END { printf "%s", statement }' "$1"
}

for file in "$tests"/wire/*.in; do
	for system in linux freebsd netbsd; do
		hex=${file%.in}.$system.hex
		name="$(basename "$file" .in), $system"
		"$tool" wire "$system" <"$file" >"$work/hex" 2>"$work/errors"
		status=$?
		sed -n 's/^stdin:\([0-9]*\):[0-9]*: error/\1: error/p' \
		    "$work/errors" >"$work/refused"
		# A line that is refused is one that the status tells.
		[ "$status" -eq 0 ] && [ ! -s "$work/refused" ] ||
		    { [ "$status" -eq 1 ] && [ -s "$work/refused" ]; } ||
		    echo "exit status $status" >>"$work/hex"
		cat "$work/refused" >>"$work/hex"
		[ "$1" = -u ] && cp "$work/hex" "$hex" && continue
		same "$name" "$hex" "$work/hex"
		# Nothing of a statement stays for the next one.
		grep -v : "$hex" | sed p >"$work/expected"
		twice "$file" | "$tool" wire "$system" 2>/dev/null >"$work/twice"
		same "$name, each twice" "$work/expected" "$work/twice"
	done
done
[ "$1" = -u ] && exit 0

done_testing
