#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Configurations from other places: those marked valid must pass `setkey -n`,
# those marked invalid must not.
#
#	sh tests/golden/corpus.sh DIRECTORY [SETKEY]
#
# DIRECTORY/index.tsv has the names and the marks.  Where we differ on purpose
# corpus.differences has the name and the reason; a file there that does not
# differ is reported, too.  Names of hosts are not looked up.

corpus=$1
here=$(CDPATH= cd "$(dirname "$0")" && pwd) || exit 1
setkey=${2:-$here/../../setkey}
if [ ! -f "$corpus/index.tsv" ] || [ ! -x "$setkey" ]; then
	echo "usage: corpus.sh DIRECTORY [SETKEY]" >&2
	exit 1
fi
export LC_ALL=C
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
agreed=0 listed=0 different=0 stale=0 unmarked=0 names=0

# The errors that are no more than the lack of a resolver go.
errors() {
	grep ': error: ' "$work/stderr" |
	grep -v -e 'Name or service not known$' -e 'Name does not resolve$' \
	    -e 'Temporary failure in name resolution$' \
	    -e 'No address associated with hostname$'
}

tab=$(printf '\t')
sed 1d "$corpus/index.tsv" >"$work/index"
while IFS=$tab read -r file origin dialect mark note; do
	timeout 20 "$setkey" -n -E 0 -f "$corpus/$file" 2>"$work/stderr" \
	    >/dev/null </dev/null
	status=$?
	errors >"$work/errors"
	if [ "$status" -eq 1 ] && [ ! -s "$work/errors" ] &&
	    grep -q ': error: ' "$work/stderr"; then
		names=$((names + 1)) status=0
	fi
	case $mark in
	valid*)		expected=0 ;;
	invalid*)	expected=1 ;;
	*)		unmarked=$((unmarked + 1)); continue ;;
	esac
	reason=$(awk -F '\t' -v name="$file" '$1 == name { print $2 }' \
	    "$here/corpus.differences")
	if [ "$status" -eq "$expected" ]; then
		agreed=$((agreed + 1))
		[ -z "$reason" ] || {
			stale=$((stale + 1))
			echo "is as marked: $file"
		}
	elif [ "$reason" ]; then
		listed=$((listed + 1))
	else
		different=$((different + 1))
		echo "marked $mark, exit status $status: $file"
		sed -e 's/^/    /' -e 5q "$work/errors"
	fi
done <"$work/index"
echo "files: $((agreed + listed + different + unmarked)), as marked: $agreed" \
    "(names not looked up in $names), listed differences: $listed," \
    "other differences: $different, not marked: $unmarked"
[ "$((different + stale))" -eq 0 ] && [ "$agreed" -gt 0 ]
