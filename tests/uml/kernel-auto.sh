# SPDX-License-Identifier: BSD-2-Clause
# kernels: auto
# -T auto on a kernel with both channels, and the same of a channel that was
# asked for: what it cannot carry is known before anything is sent.

. "$UML/lib.sh"
ip link set lo up

aes=0x000102030405060708090a0b0c0d0e0f
sha256=0x101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f
plain="-E aes-cbc $aes"
gcm="-E aes-gcm-16 ${aes}10111213"
ends="192.0.2.1 192.0.2.2"
nets="10.1.0.0/16 10.2.0.0/16"

# spoken: what -v said of the channel
spoken() { sed -n 's/^setkey: speaking //p' /run/tmp/err | tr '\n' ';'; }

#
# One channel for everything
#

xfrm="NETLINK_XFRM to the kernel;"
printf '%s\n' "add $ends esp 0x1001 $plain; add $ends esp 0x1002 $gcm;
get $ends esp 0x1001; dump; spddump; deleteall $ends esp; flush; spdflush;" \
    >/run/tmp/script
run setkey -v -f /run/tmp/script
check "-f" "0 $xfrm" "$st $(spoken)"
for options in -D -DP -F -FP; do
	# shellcheck disable=SC2086
	run setkey -v $options
	check "$options" "0 $xfrm" "$st $(spoken)"
done
run setkey -v -e "# nothing is asked for"
check "nothing to do: no channel" "0 " "$st $(spoken)"
for name in pfkey:PF_KEY xfrm:NETLINK_XFRM; do
	SETKEY_CHANNEL=${name%:*} setkey -v -DP >/dev/null 2>/run/tmp/err
	check "SETKEY_CHANNEL=${name%:*}" "0 ${name#*:} to the kernel: as asked for;" "$? $(spoken)"
done
SETKEY_CHANNEL=pfkey setkey -v -T auto -DP >/dev/null 2>/run/tmp/err
check "-T auto wins over SETKEY_CHANNEL" "0 $xfrm" "$? $(spoken)"

#
# What PF_KEY cannot carry: nothing of the file is carried out, at the word
#

state() { ip xfrm state; ip xfrm policy; }

run setkey -e "add $ends esp 0x1001 $plain;
spdadd $nets any -P out ipsec esp/transport//require;"
state >/run/tmp/before

# cannot NAME WORD REASON COMMAND
cannot() {
	printf 'flush; spdflush;\n%s\n' "$4" >/run/tmp/script
	for how in "-f /run/tmp/script" "-n -f /run/tmp/script"; do
		# shellcheck disable=SC2086
		run setkey -T pfkey $how
		check "$1: refused, ${how%% /*}" "1 1" \
		    "$st $(echo "$err" | grep -c "error: PF_KEY on Linux $3")"
		check "$1: the mark, ${how%% /*}" "$2" "$(echo "$err" | awk '
		    NR == 2 { line = $0 }
		    /^ *\^~*$/ { print substr(line, index($0, "^"), length($1)) }')"
	done
	state >/run/tmp/after
	check "$1: nothing is lost" "" "$(diff /run/tmp/before /run/tmp/after)"
	run setkey -T pfkey -c <<-EOF
	$4
	EOF
	check "$1: refused, -c" "1 1" \
	    "$st $(echo "$err" | grep -c "error: PF_KEY on Linux $3")"
	run setkey -n -f /run/tmp/script
	check "$1: NETLINK_XFRM can" "0 0" "$st $(echo "$err" | grep -c error:)"
}
cannot "AEAD" aes-gcm-16 "cannot carry an AEAD algorithm" "add $ends esp 0x1001 $gcm;"
cannot "hmac-sha2-256" hmac-sha2-256 "cannot carry hmac-sha2-256 with an ICV of 128 bits" \
    "add $ends ah 0x1002 -A hmac-sha2-256 $sha256;"
cannot "aes-cmac" aes-cmac "cannot carry this authentication algorithm" \
    "add $ends ah 0x1003 -A aes-cmac $aes;"
cannot "-esn" -esn "cannot carry 64-bit sequence numbers (-esn)" \
    "add $ends esp 0x1004 -esn -r 4 -E aes-cbc $aes -A hmac-sha2-256-96 $sha256;"
cannot "a wide window" 64 "cannot carry an anti-replay window above 32 packets" \
    "add $ends esp 0x1005 -r 64 $plain;"
cannot "-hwif" lo "cannot carry hardware offload (-hwif)" \
    "add $ends esp 0x1006 -hwif lo $plain;"
cannot "-mark" 7 "cannot carry a mark" "add $ends esp 0x1007 -mark 7 $plain;"
cannot "-mark, delete" 7 "cannot carry a mark" "delete $ends esp 0x1007 -mark 7;"
cannot "-mark, policy" 7 "cannot carry a mark" "spdadd $nets any -mark 7 -P in none;"
cannot "-mark, spddelete" 7 "cannot carry a mark" "spddelete $nets any -mark 7 -P out;"
cannot "-if_id" 42 "cannot carry an XFRM interface" "add $ends esp 0x1008 -if_id 42 $plain;"
cannot "-if_id, policy" 42 "cannot carry an XFRM interface" "spdadd $nets any -if_id 42 -P out none;"
cannot "unique above 16383" esp/transport//unique:16384 "cannot carry a unique number above 16383" \
    "spdadd $nets tcp -P out ipsec ah/transport//require esp/transport//unique:16384;"
cannot "a rule in beet mode" esp/beet/192.0.2.1-192.0.2.2/require \
    "drops the addresses of a rule in beet mode" \
    "spdadd $nets udp -P out ipsec esp/beet/192.0.2.1-192.0.2.2/require;"

# What it can set is carried out; what it shows, it shows in part.
run setkey -v -T pfkey -e "flush; spdflush; add $ends esp 0x1001 -m tunnel $plain; dump; get $ends esp 0x1001; deleteall $ends esp;"
check "-T pfkey: tunnels and dumps" "0 PF_KEY to the kernel: as asked for;" "$st $(spoken)"
unlike "-T pfkey: a tunnel for one family" "af-unspec" "$(states)"
run setkey -e "add $ends esp 0x1001 $gcm;"
run setkey -T pfkey -D
check "-T pfkey -D: an AEAD, in part" "0 1" "$st $(echo "$out" | grep -c spi=4097)"
clear

#
# News of what others change are in the way of no answer.
#

count() { ip xfrm state count | sed -n 's/.*SAD count \([0-9]*\).*/\1/p'; }
has_one() { [ "$(count)" = 1 ]; }
for channel in auto pfkey; do
	{
		echo "add $ends esp 0x1001 $plain;"
		wait_until 60 has_one
		awk 'BEGIN { for (i = 0; i < 2000; i++)
		    printf "xfrm policy add src 10.1.%d.%d dst 10.2.0.1 dir out\n", i / 250, i % 250 }' |
		    ip -batch -
		echo "add $ends esp 0x1002 $plain;"
	} | setkey -T $channel -c >/run/tmp/out 2>&1
	check "2,000 changes by others between two commands, -T $channel" "0 2" "$?$(cat /run/tmp/out) $(count)"
	clear
done

done_testing
