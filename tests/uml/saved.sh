# SPDX-License-Identifier: BSD-2-Clause
# For scripts about -o script, after lib.sh: what the kernel has is saved,
# flushed and loaded, and must be the same, octet for octet as far as iproute2
# shows it.

# The kernel's own view, in its order, without what counts or is counted.
state() {
	{ ip -d -s xfrm state; ip -d -s xfrm policy; } |
	    sed -e 's/add [0-9-]* [0-9:]* use .*/add TIME/' \
	    -e 's/index [0-9]*/index N/' \
	    -e 's/-mask [0-9a-f]*/-mask M/g' \
	    -e 's/ seq 0x[0-9a-f]* flag/ seq N flag/'
	# All of it: iproute2 does not show everything.
	[ -z "$RECORDS" ] || /usr/bin/python3 "$UML/records"
}

# save: both databases as a script, into /run/tmp/saved
save() {
	setkey "$@" -D -o script >/run/tmp/saved 2>/run/tmp/err &&
	    setkey "$@" -DP -o script >>/run/tmp/saved 2>>/run/tmp/err
	st=$?
	err=$(cat /run/tmp/err)
}

# again NAME: what the kernel has now is saved, flushed and loaded; then it is
# the same, and so is its script.
again() {
	state >/run/tmp/before
	save
	check "$1: saved" 0 "$st$err"
	clear
	cp /run/tmp/saved /run/tmp/script
	# Obsolete algorithms draw warnings, which are not about this.
	run setkey -f /run/tmp/script
	check "$1: loads" 0 "$st$(echo "$err" | grep error: /run/tmp/err)"
	state >/run/tmp/after
	if diff -u /run/tmp/before /run/tmp/after >/run/tmp/diff; then
		ok "$1: is the same"
	else
		not_ok "$1: is the same" "$(cat /run/tmp/diff)"
	fi
	save
	if diff -u /run/tmp/script /run/tmp/saved >/run/tmp/diff; then
		ok "$1: and so is its script"
	else
		not_ok "$1: and so is its script" "$(cat /run/tmp/diff)"
	fi
	clear
}

# make NAME TEXT: loads it; it must be all right.
make() {
	printf '%s\n' "$2" >/run/tmp/script
	run setkey -f /run/tmp/script
	check "$1: made" 0 "$st$(grep error: /run/tmp/err)"
}
