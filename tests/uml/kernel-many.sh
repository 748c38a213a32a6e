# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# Many entries, and several setkeys at once: nothing is lost.

. "$UML/lib.sh"
aes=0x000102030405060708090a0b0c0d0e0f

count() { ip xfrm state count | sed -n 's/.*SAD count \([0-9]*\).*/\1/p'; }

# adds FIRST LAST: associations with these SPIs
adds() {
	awk -v first="$1" -v last="$2" -v key=$aes 'BEGIN {
		for (i = first; i <= last; i++)
			printf "add 192.0.2.1 10.%d.%d.%d esp %d -E aes-cbc %s;\n",
			    i / 65536, i / 256 % 256, i % 256, i, key }'
}

# errors FILE: how many, also where not all of them are shown
errors() {
	awk '/: error: /	{ n++ }
	/ errors, of which /	{ n = $2 }
	END			{ print n + 0 }' "$1"
}

adds 10001 30000 >/run/tmp/script
run setkey -f /run/tmp/script
check "20,000 associations are loaded" 0 "$st$out$err"
check "the kernel has them" 20000 "$(count)"
setkey -D >/run/tmp/dump 2>/run/tmp/err
check "-D: exit status" 0 $?
check "-D: no word of trouble" "" "$(cat /run/tmp/err)"
check "-D: each of them, once" "20000 20000" "$(awk '
	/ spi=/	{ n++; if (!($3 in seen)) { seen[$3]; distinct++ } }
	END	{ print n, distinct }' /run/tmp/dump)"
check "-D: every record is whole" 20000 "$(grep -c refcnt= /run/tmp/dump)"
setkey -D | head -n 1 >/run/tmp/out
check "-D into a pipe whose reader leaves" "10.0.117.48" "$(sed 's/.* //' /run/tmp/out)"
run setkey -F
check "-F: all of them are gone" "0 0" "$st$out$err $(count)"

# Each refusal counts, though not each is shown.
adds 1001 1600 >/run/tmp/script
setkey -f /run/tmp/script
run setkey -f /run/tmp/script
check "600 refusals: exit status" 1 "$st"
check "600 refusals: none is lost" 600 "$(errors /run/tmp/err)"
run setkey -e "deleteall 192.0.2.1 10.0.3.233 esp;"
check "deleteall among many" "0 599" "$st$out$err $(count)"
setkey -F

# Of so large a file only a piece is in memory: it is read again for messages.
adds 10001 11500 >/run/tmp/script
setkey -f /run/tmp/script
setkey -E 0 -f /run/tmp/script 2>/run/tmp/err
check "a large file that is refused: exit status" 1 $?
check "each statement has its line" "$(seq 1 1500 | cksum)" \
    "$(sed -n 's/^[^:]*:\([0-9]*\):[0-9]*: error: .*/\1/p' /run/tmp/err | cksum)"
check "and it is shown, also with the first ten notes" 1510 "$(grep -c '^    add 192.0.2.1 10.*\*;$' /run/tmp/err)"
check "with what the kernel has" \
    "note: the kernel has: add 192.0.2.1 10.0.39.17 esp 0x00002711" \
    "$(grep -o 'note: .* esp 0x[0-9a-f]*' /run/tmp/err | head -n 1)"
setkey -F

awk 'BEGIN { for (i = 0; i < 3000; i++)
	printf "spdadd 10.0.0.0/8 10.%d.%d.0/24 any -P in ipsec esp/transport//require;\n", i / 256, i % 256 }' >/run/tmp/script
run setkey -f /run/tmp/script
check "3,000 policies are loaded" 0 "$st$out$err"
setkey -DP >/run/tmp/dump
check "-DP: all of them, with their twins" "6000 0" "$(grep -c refcnt= /run/tmp/dump) $?"
run setkey -FP
check "-FP: all of them are gone" "0" "$st$out$err$(policies)"

#
# Several at once: the answers of one are not those of the other.
#

adds 10001 12000 >/run/tmp/first
adds 12001 14000 >/run/tmp/second
adds 10001 10500 >/run/tmp/third	# the same as some of the first
changed="setkey: the database changed while it was read: entries may be missing here"
setkey -f /run/tmp/first >/run/tmp/out1 2>&1 &
first=$!
setkey -f /run/tmp/second >/run/tmp/out2 2>&1 &
second=$!
while kill -0 $first 2>/dev/null && kill -0 $second 2>/dev/null; do
	setkey -D >/run/tmp/dump 2>/run/tmp/err ||
	    [ "$(cat /run/tmp/err)" = "$changed" ] || cat /run/tmp/err >>/run/tmp/dumps
	setkey -e "spdflush; add 192.0.2.1 192.0.2.2 esp 1000 -E aes-cbc $aes;
	    delete 192.0.2.1 192.0.2.2 esp 1000;" >>/run/tmp/dumps 2>&1 || echo failed >>/run/tmp/dumps
done
wait $first
check "two at once, the first" "0" "$?$(cat /run/tmp/out1)"
wait $second
check "two at once, the second" "0" "$?$(cat /run/tmp/out2)"
check "two at once: all is there" 4000 "$(count)"
check "dumps and changes meanwhile" "" "$(cat /run/tmp/dumps 2>/dev/null)"

setkey -f /run/tmp/third >/run/tmp/out3 2>&1 &
third=$!
adds 20001 22000 >/run/tmp/fourth
setkey -f /run/tmp/fourth >/run/tmp/out4 2>&1
check "beside one that fails, one succeeds" "0" "$?$(cat /run/tmp/out4)"
wait $third
check "beside one that succeeds, one fails" 1 $?
check "and counts each failure" 500 "$(errors /run/tmp/out3)"

done_testing
