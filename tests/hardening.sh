#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the compiler and the linker are asked for is in the program that they
# made: the one that plain `make` builds and `make install` installs.

. "$(dirname "$0")/tap"
top=$tests/..

if [ "${HARDENING-ours}" != ours ]; then
	echo "built with HARDENING='$HARDENING', not with ours"
	exit 77
fi
command -v readelf >/dev/null || { echo "no readelf (package binutils)"; exit 77; }

# has NAME TEXT PATTERN
has() {
	printf '%s\n' "$2" | grep -q -e "$3"
	result "$1" $?
}
# has_not NAME TEXT PATTERN
has_not() {
	has "$1" "$(printf '%s\n' "$2" | grep -e "$3" || echo none)" '^none$'
}
# asked FLAG: this compiler takes it
asked() {
	grep -q -e "$1" "$top/flags.link"
}

header=$(readelf -h "$setkey") dynamic=$(readelf -d "$setkey")
segments=$(readelf -lW "$setkey")
symbols=$(readelf --dyn-syms -W "$setkey" 2>/dev/null || readelf -sW "$setkey")
object=$(readelf -nW "$top/run.o")

has "position-independent" "$header" 'Type: *DYN'
has "all symbols are bound before main()" "$dynamic" 'NOW'
has "what the linker fills in is read-only then" "$segments" 'GNU_RELRO'
has "the stack is not code" "$segments" 'GNU_STACK.* RW '
has_not "nothing is both written to and run" "$segments" 'LOAD.* RWE '
has "the stack is guarded" "$symbols" '__stack_chk_fail'
has_not "no library but libc" \
    "$(printf '%s\n' "$dynamic" | grep NEEDED | grep -v -e '\[libc\.' -e '\[ld-')" .
if asked _FORTIFY_SOURCE && printf '%s\n' "$symbols" | grep -q GLIBC; then
	has "buffers are checked" "$symbols" '__[a-z]*_chk'
fi
if asked -fcf-protection; then
	has "jumps go where they may: IBT" "$object" 'IBT'
	has "returns go where they came from: SHSTK" "$object" 'SHSTK'
fi
if asked -mbranch-protection; then
	has "jumps go where they may: BTI" "$object" 'BTI'
	has "returns go where they came from: PAC" "$object" 'PAC'
fi
has_not "no directory of this machine" "$(strings -a "$setkey" 2>/dev/null)" \
    "^$(cd "$top" && pwd)"
done_testing
