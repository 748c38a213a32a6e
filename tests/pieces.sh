#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Of a large file only a piece is in memory at a time.  Wherever the pieces end,
# it means the same as the text that is all there, from the standard input, and
# the same is said about it.

tests=$(CDPATH= cd "$(dirname "$0")" && pwd) || exit 1
setkey=${SETKEY:-$tests/../setkey}
export LC_ALL=C
unset SETKEY_CHANNEL
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset KERNEL
. "$tests/uml/lib.sh"

# alike OPTION ...: whether the same is printed, said and returned for text
alike() {
	"$setkey" "$@" -f - <text >whole.out 2>whole.err
	echo $? >>whole.out
	"$setkey" "$@" -f text 2>pieces.err >pieces.out
	echo $? >>pieces.out
	sed 's/^stdin:/text:/; s/^setkey: stdin/setkey: text/' whole.err >whole.said
	cmp -s whole.out pieces.out && cmp -s whole.said pieces.err
}

# same NAME OPTION ...
same() {
	name=$1
	shift
	if alike "$@"; then
		ok "$name"
	else
		not_ok "$name" "$({ diff whole.out pieces.out
		    diff whole.said pieces.err; } | head -20)"
	fi
}

# statements FIRST LAST: of many kinds, over lines, with comments and strings
statements() {
	awk -v first="$1" -v last="$2" 'BEGIN {
		for (i = first; i <= last; i++) {
			a = sprintf("10.%d.%d.%d", i / 65536, i / 256 % 256, i % 256)
			b = sprintf("10.200.%d.%d", i / 256 % 256, i % 256)
			k = sprintf("0x%08x%08x%08x%08x", i * 7919, i, i * 104729, i * 31)
			printf "add %s %s esp 0x%x -E aes-cbc %s;\n", a, b, 4096 + i, k
			if (i % 3 == 0)
				printf "spdadd %s/32 %s/32[%d] tcp\n\t-P out # to %d;\n\tipsec esp/transport//require ;\n", a, b, i % 1000, i
			if (i % 5 == 0)
				printf "add %s %s ah %d -A hmac-sha1 \"key # of; %10d\"; # a comment\n", a, b, 300 + i, i
			if (i % 7 == 0)
				printf "add %s\n%s\nesp\n%d\n-m\ntunnel\n-E\nnull\n;\n\n\n", a, b, 70000 + i
		}
	}'
}
# mistakes: one of each kind, as a whole text may have them
mistakes() {
	cat <<'END'
add 10.9.0.1 10.9.0.2 esp 0x1000 -E aes-cbc 0x00112233445566778899aabbccddee;
add 10.9.0.1 10.9.0.2 esp 0x1000 -E aes-cbd 0x00112233445566778899aabbccddeeff;
add 10.9.0.1 10.9.0.2 esp 0x1000 -E
	aes-cbc 0x00112233445566778899aabbccddeeff -u x;
spdadd 10.9.0.0/33 10.9.1.0/24 any -P out ipsec esp/transport//require;
spdadd 10.9.0.0/24 10.9.1.0/24 any -P outt ipsec esp/transport//require;
add 10.9.0.1 10.9.0.2 esp 0x1001 -E null
add 10.9.0.1 10.9.0.3 esp 0x1002 -E null;
ad 10.9.0.1 10.9.0.2 esp 0x1003 -E null;
add 10.9.0.1 10.9.0.2 esp 4096 -E aes-cbc "0123456789abcdef" -A hmac-sha1 "0123";
END
}

statements 1 3000 >text
check "the text has pieces" yes "$([ "$(wc -c <text)" -gt 300000 ] && echo yes)"
same "all of it is good" -n
same "what was understood" -n -v
check "and that is all" 5028 "$(grep -c '^[as]' pieces.out)"

{ statements 1 700; mistakes; statements 701 1500; mistakes; statements 1 5
  statements 1501 2500; mistakes; } >text
same "mistakes at several places" -n -E 0
check "they were found" 24 "$(grep -c ': error: ' pieces.err)"
check "and the SAs that are there twice" 9 "$(grep -c 'adds the same' pieces.err)"
check "no key is shown" 0 "$(grep -c '0[01]1122\|6789abc' pieces.err)"
same "mistakes, the first of them" -n

# Every end of a piece, in steps that meet all parts of a statement.
{ statements 1 500; mistakes; statements 501 900; } >rest
i=0 bad=
while [ $i -lt 160 ]; do
	{ printf "#%${i}s\n" ""; cat rest; } >text
	alike -n -E 0 || bad="$bad $i"
	i=$((i + 3))
done
check "wherever the pieces end" "" "$bad"

# Much that is in one piece.
{ statements 1 900; printf 'add 10.9.0.1 10.9.0.2\n%200000s\nesp 256 -E null;\n' ""
  statements 901 1000; printf '#%300000s\n' "" | tr ' ' x; statements 1001 1100
  mistakes; } >text
same "a long statement and a long comment" -n -E 0
{ statements 1 900; printf '\ncontext'; statements 901 1000; printf '"%200000s' ""; } >text
same "a string that does not end" -n -E 0
{ statements 1 1000 | tr '\n' ' '; mistakes | head -2; } >text
same "one long line" -n -E 0
{ printf '\357\273\277'; statements 1 1000; mistakes; } >text
same "a byte order mark" -n -E 0
{ statements 1 1000; printf 'add 10.9.0.1 10.9.0.2 esp 256 -E null'; } >text
same "a file that ends in a command" -n -E 0
{ statements 1 1000; printf 'exit;\n'; mistakes; } >text
same "exit" -n -E 0

# What was said before is gone when this is wrong.
{ statements 1 1000; printf 'flush;# x\n#%300000s\n[80];\n' ""; mistakes; } >text
same "a mistake far behind the statement before it" -n -E 0

# A NUL further on is no reason to take the file for another kind of file.
{ statements 1 1000; printf 'add 10.9.0.1 \0;\n'; } >text
"$setkey" -n -f text >out 2>&1
check "a NUL" "1 text:3762:14: error: expected a destination address, found '\\x00'" \
    "$? $(grep ': error: ' out)"
{ statements 1 1000; head -c 300000 /dev/zero; } >text
"$setkey" -n -f text >out 2>&1
check "many NULs are one mistake" "1 text:3762:1: error: expected a command," \
    "$? $(grep ': error: ' out | cut -d ' ' -f 1-5)"
printf '\0' >text
statements 1 1000 >>text
"$setkey" -n -f text >out 2>&1
check "a NUL at once" "1 text:1:1: error: a NUL octet: this is no text" \
    "$? $(head -1 out)"

done_testing
