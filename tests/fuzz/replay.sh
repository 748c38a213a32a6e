#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# replay.sh DIR TARGET ...: each target of DIR on its corpus and on the crashes
# that were found; TAP.
dir=$1
shift

n=0
result() {	# result "ok"|"not ok" NAME
	n=$((n + 1))
	echo "$1 $n - $2"
}

# run TARGET FILE ...: its report in $dir/log
run() {
	program=$dir/$1
	shift
	timeout 300 "$program" "$@" >"$dir/log" 2>&1
}

# set_of TARGET DIRECTORY: all at once; if that fails, which and why
set_of() {
	count=$(find "$2" -type f 2>/dev/null | wc -l)
	what="$1: the $((count)) inputs of ${2%/}"
	if [ "$count" -eq 0 ]; then
		result "not ok" "$what"
	elif run "$1" "$2"/*; then
		result ok "$what"
	else
		result "not ok" "$what"
		for file in "$2"/*; do
			run "$1" "$file" && continue
			sed 's/^/# /' "$dir/log" | head -n 40
		done
	fi
}

for target in "$@"; do
	name=${target#fuzz_}
	set_of "$target" "corpus-$name"
	[ ! -d "crashes/$name" ] || set_of "$target" "crashes/$name"
done
echo "1..$n"
