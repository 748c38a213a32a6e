#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Everything in linux/xfrm.h is accounted for in tests/attributes.txt, and what
# the table says can be set is in the manual.  A header of the build machine
# that knows more than the table makes this fail.

. "$(dirname "$0")/tap"
cd "$tests/.." || exit 1
table=tests/attributes.txt
header=${1:-/usr/include/linux/xfrm.h}

known() {
	grep -q "^$1 " $table
}

in_manual() {
	grep -q "$(printf '%s' "$1" | sed 's/^-//; s/-/\\\\*-/g')" setkey.8
}

if [ ! -f "$header" ]; then
	echo "1..0 # SKIP no linux/xfrm.h here"
	exit 0
fi
attributes='/^enum xfrm_attr_type_t/,/^}/s/^	\(XFRMA_[A-Z0-9_]*\).*/\1/p'
flags='s/^#define[	 ]*\(XFRM_\(MODE\|STATE\|SA_XFLAG\|OFFLOAD\)_[A-Z0-9_]*\)[	 ].*/\1/p
    s/^#define[	 ]*\(XFRM_POLICY_[A-Z0-9_]*\)[	 ].*/\1/p'
for name in $(sed -n "$attributes" "$header"); do
	check "$name" known "$name"
done
for name in $(sed -n "$flags" "$header"); do
	case $name in
	XFRM_MODE_MAX|XFRM_POLICY_ALLOW|XFRM_POLICY_BLOCK) ;;
	*)	check "$name" known "$name" ;;
	esac
done
# Rows: numbers are numbers, and a word that sets something is documented.
while read -r name number shown saved set how; do
	case $name in
	''|'#'*) continue ;;
	esac
	check "$name: a whole row" test -n "$number$shown$saved" -a -n "$how"
	if [ "$set" = yes ]; then
		check "$name: $how is in the manual" in_manual "$how"
	fi
done <$table
done_testing
