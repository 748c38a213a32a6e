# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# What does not go in one piece: a database that changes while it is shown, and
# requests that the kernel does not take at once.

. "$UML/lib.sh"
aes=0x000102030405060708090a0b0c0d0e0f
message="setkey: the database changed while it was read: entries may be missing here"

# adds FIRST LAST: associations with these SPIs
adds() {
	awk -v first="$1" -v last="$2" -v key=$aes 'BEGIN {
		for (i = first; i <= last; i++)
			printf "add 192.0.2.1 10.%d.%d.%d esp %d -E aes-cbc %s;\n",
			    i / 65536, i / 256 % 256, i % 256, i, key }'
}

# slowly OPTIONS FUNCTION: a dump whose reader calls the function after one
# line; it goes to /run/tmp/dump, and its exit status to $st
mkfifo /run/tmp/fifo
slowly() {
	# shellcheck disable=SC2086
	setkey $1 >/run/tmp/fifo 2>/run/tmp/err &
	pid=$!
	exec 8</run/tmp/fifo
	read -r line <&8
	$2
	cat <&8 >/run/tmp/dump
	exec 8<&-
	wait $pid
	st=$?
	err=$(cat /run/tmp/err)
}

echo "add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc $aes;" >/run/tmp/script
adds 10001 14000 >>/run/tmp/script
run setkey -f /run/tmp/script
check "4,001 associations are loaded" 0 "$st$out$err"

nothing() { :; }
slowly -D nothing
check "a slow reader alone" "0 4001" "$st$err $(grep -c refcnt= /run/tmp/dump)"

# The dump begins with the newest: neither is shown.
rekey() {
	ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1002 enc 'cbc(aes)' $aes
	ip xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001
}
slowly -D rekey
check "an SA takes the place of another: neither is seen" 0 \
    "$(grep -c '^192.0.2.1 192.0.2.2' /run/tmp/dump)"
check "and that is told, once" "1 $message" "$st $err"

add_one() { setkey -e "add 192.0.2.1 192.0.2.3 esp 0x1003 -E aes-cbc $aes;"; }
slowly -D add_one
check "an addition" "1 $message" "$st $err"
change_policy() { setkey -e "spdadd 192.0.2.8 192.0.2.9 any -P out discard;"; }
slowly -D change_policy
check "a policy is no SA" 0 "$st$err"
printf '%s\n' "add 192.0.2.1 192.0.2.4 esp 0x1004 -E aes-cbc $aes;" \
    "delete 192.0.2.1 192.0.2.4 esp 0x1004;" "dump;" >/run/tmp/script
slowly "-f /run/tmp/script" nothing
check "what the file itself has changed before" 0 "$st$err"
rekey_back() {
	ip xfrm state delete src 192.0.2.1 dst 192.0.2.3 proto esp spi 0x1003
}
slowly "-f /run/tmp/script" rekey_back
check "a dump of a file is told of, too: exit status" 1 "$st"
like "in these words" "entries may be missing here" "$err"
run setkey -e "deleteall 192.0.2.1 192.0.2.2 esp;"
check "deleteall when nothing else happens" "0 0" \
    "$st$err $(states | grep -c 'dst 192.0.2.2')"
run setkey -F
clear

awk 'BEGIN { print "spdadd 192.0.2.1 192.0.2.2 any -P out none;"
	for (i = 0; i < 4000; i++)
		printf "spdadd 10.0.0.1 10.1.%d.%d any -P out ipsec esp/transport//require;\n", i / 256, i % 256 }' >/run/tmp/script
run setkey -f /run/tmp/script
check "4,001 policies are loaded" 0 "$st$out$err"
slowly -DP nothing
check "-DP: a slow reader alone" 0 "$st$err"
update() { ip xfrm policy update src 192.0.2.1/32 dst 192.0.2.2/32 dir out action block; }
slowly -DP update
check "-DP: an update" "1 $message" "$st $err"
clear

[ "$SETKEY_CHANNEL" = xfrm ] || done_testing

# A limit below the default: asking for a bigger buffer makes it smaller.
adds 1001 1600 >/run/tmp/script
# Root of a user namespace may not enter another user's home.
echo 32768 >/proc/sys/net/core/wmem_max
cp "$SETKEY" /run/tmp/setkey
unshare -Ur -n sh -c '/run/tmp/setkey -f /run/tmp/script; echo "$?"; ip xfrm state count' >/run/tmp/out 2>&1
case $(cat /run/tmp/out) in
*unshare:*)	skip "a small send buffer" "no user namespaces" ;;
*)	like "a small send buffer: all is loaded" "SAD count 600" "$(cat /run/tmp/out)"
	check "a small send buffer: without a word" 0 "$(head -n 1 /run/tmp/out)" ;;
esac
echo 212992 >/proc/sys/net/core/wmem_max

# The third call fails: 256 are there, 344 are not, and each is accounted for.
LD_PRELOAD=$UML/break-send.so BREAK_SEND=3 setkey -f /run/tmp/script >/run/tmp/out 2>/run/tmp/err
check "a channel that breaks: exit status" 1 $?
check "a channel that breaks: what was done" 256 "$(states | grep -c ^src)"
check "a channel that breaks: the refused, and the rest" "256 88" "$(awk '
	/: error: /	{ n++ }
	/ errors, of which /	{ n = $2 }
	/were not carried out$/	{ for (i = 1; i <= NF; i++)
			if ($(i + 1) == "commands") rest = $i }
	END	{ print n, rest }' /run/tmp/err)"
like "a channel that breaks: from where on" "88 commands from line 513 on were not carried out" "$(tail -n 2 /run/tmp/err)"

done_testing
