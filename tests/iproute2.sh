#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Whoever has setkey needs `ip xfrm` no more: each word that this machine's
# iproute2 knows is a row of tests/iproute2.txt, the manual's table of these
# words has it, and there is a test of what setkey has for it.

. "$(dirname "$0")/tap"
cd "$tests/.." || exit 1
table=tests/iproute2.txt
PATH=$PATH:/usr/sbin:/sbin

known() { grep -q "^$1|" $table; }

# The manual's table, with its hyphens as the terminal has them
manual=$(sed -n '/^\.Ss Words of ip xfrm/,/^\.Sh /p' setkey.8 |
    sed 's/^\.It Li //; s/ Ta .*//' | tr -s ' ,' '\n')
in_table() { echo "$manual" | grep -qx -e "$1"; }
in_manual() { grep -q -e "$(printf '%s' "$1" | sed 's/^-//')" setkey.8; }

help() {
	for object in state policy monitor; do
		ip xfrm $object help 2>&1
	done
}
if command -v ip >/dev/null; then
	for word in $(help | sed 's/Usage: ip xfrm [a-z]*//' |
	    tr -c 'a-zA-Z0-9_+-' '\n' | grep '^[a-z]' | grep -v '^help$' |
	    sort -u); do
		check "ip: $word" known "$word"
	done
else
	skip ip "there is no iproute2 here"
fi
while IFS='|' read -r word setkey test text; do
	case $word in
	''|'#'*) continue ;;
	esac
	file=tests/uml/$test
	[ -f "$file" ] || file=tests/$test
	check "$word: in the manual's table" in_table "$word"
	[ "$setkey" = - ] || check "$word: $setkey is in the manual" in_manual "$setkey"
	check "$word: $test has '$text'" grep -q -s -F -e "$text" "$file"
done <$table
done_testing
