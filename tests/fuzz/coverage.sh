#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# coverage.sh DIR TARGET ...: the lines of the program that the corpora and the
# unit tests together reach.  DIR has objects built for llvm-cov.
dir=$1
shift
dir=$(cd "$dir" && pwd) && tests=$(cd .. && pwd) || exit 1
# Debian gives the tools of its compiler a version in their names.
for llvm in /usr/lib/llvm-*/bin; do
	PATH=$PATH:$llvm
done

rm -f "$dir"/*.profraw
objects=$(find "$dir" -name '*.fo' ! -name 'fuzz_*' ! -name 'common.fo' \
    ! -name 'replay.fo')

# program NAME SOURCE: all of setkey with another main()
program() {
	# shellcheck disable=SC2086
	clang -std=c11 -D_GNU_SOURCE -DVERSION='"fuzz"' -I../.. -I.. -g -O0 \
	    -fprofile-instr-generate -fcoverage-mapping -o "$dir/$1" "$2" \
	    $objects && programs="$programs -object $dir/$1"
}

programs=
for target in "$@"; do
	name=${target#fuzz_}
	LLVM_PROFILE_FILE=$dir/$target.profraw "$dir/$target" corpus-"$name"/* \
	    2>"$dir/log" || cat "$dir/log"
	programs="$programs -object $dir/$target"
done
for test in "$tests"/*_test.c; do
	name=$(basename "$test" .c)
	program "$name" "$test" || continue
	(cd "$tests/.." && LLVM_PROFILE_FILE=$dir/$name.profraw "$dir/$name") \
	    >"$dir/log" 2>&1 || tail -n 3 "$dir/log"
done
program setkey ../../setkey.c || exit 1
for test in diag roundtrip wire; do
	SETKEY=$dir/setkey LLVM_PROFILE_FILE=$dir/$test-%p.profraw \
	    sh "$tests/$test.sh" >/dev/null 2>&1
done

llvm-profdata merge -o "$dir/all.profdata" "$dir"/*.profraw || exit 1
# The grammar's lines are counted as parse.c's.
# shellcheck disable=SC2086
set -- $programs
shift
llvm-cov report -instr-profile "$dir/all.profdata" "$@" | awk '
	$1 ~ /^\.*\/?[a-z_]+\.c$/ && $1 !~ /_test/ {
		sub(/.*\//, "", $1)
		printf "%-20s %5d lines %5d not reached %8s\n", $1, $8, $9, $10 }'
