# SPDX-License-Identifier: BSD-2-Clause
# kernels: auto
# -T auto on a kernel with both channels: which of them has a request, and that
# nobody can tell by the result.

. "$UML/lib.sh"
ip link set lo up

aes=0x000102030405060708090a0b0c0d0e0f
sha1=0x101112131415161718191a1b1c1d1e1f20212223
sha256=0x101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f
plain="-E aes-cbc $aes -A hmac-sha1 $sha1"
gcm="-E aes-gcm-16 ${aes}10111213"
ends="192.0.2.1 192.0.2.2"
nets="10.1.0.0/16 10.2.0.0/16"

# spoken: what -v said of channels, all of it in one line
spoken() { sed -n 's/^setkey: speaking //p' /run/tmp/err | tr '\n' ';'; }

pfkey_can="PF_KEY to the kernel: it can carry the request;"
xfrm_since() { echo "NETLINK_XFRM to the kernel: PF_KEY $1;"; }

#
# PF_KEY is the first choice
#

sk_v() {	# NAME TEXT
	printf '%s\n' "$2" >/run/tmp/script
	run setkey -v -f /run/tmp/script
	check "$1: status" 0 "$st$(grep error: /run/tmp/err)"
}
sk_v "what PF_KEY can" "
add $ends esp 0x1001 $plain;
update $ends esp 0x1001 -lh 100 -ls 90 $plain;
delete $ends esp 0x1001;
add $ends esp 0x1002 -m transport -r 4 -u 4294967295 -E aes-ctr ${aes}10111213 -A hmac-sha2-512 ${sha256}${sha256#0x};
add $ends esp 0x1003 -m beet -ps 5 -ph 6 -us 5 -uh 6 -E null -A hmac-sha2-256-96 $sha256;
add $ends esp 0x1004 -ctx 1 1 \"system_u:object_r:unlabeled_t\" -E aes-cbc $aes;
add 192.0.2.1[4500] 192.0.2.2[4500] esp-udp 0x1005 -E aes-cbc $aes;
add 2001:db8::1 2001:db8::2 ah 0x1006 -A hmac-sha1 $sha1;
add $ends ipcomp 0x1007 -C deflate;
spdadd $nets any -P out prio high - 5 ipsec ipcomp/transport//use esp/transport//unique:16383 ah/transport//require;
spdadd $nets any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/unique;
spdadd -k $nets tcp -P in none;
spdadd ::/0 ::/0 any -lh 100 -P fwd ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
spdupdate $nets udp -P out discard;
spddelete $nets udp -P out;
flush esp;
flush;
spdflush;"
check "what PF_KEY can: one channel for all, and why" "$pfkey_can" "$(spoken)"
check "what PF_KEY can: nothing is left" "" "$(states)$(policies)"
run setkey -v -F
check "-F" "0 $pfkey_can" "$st $(spoken)"
run setkey -v -FP
check "-FP" "0 $pfkey_can" "$st $(spoken)"

#
# NETLINK_XFRM has what it cannot, or does less well
#

# by_xfrm NAME REASON COMMAND [STATUS]
by_xfrm() {
	run setkey -v -e "$3"
	check "$1" "${4:-0} $(xfrm_since "$2")" "$st $(spoken)"
}
by_xfrm "AEAD" "cannot carry an AEAD algorithm" "add $ends esp 0x1001 $gcm;"
by_xfrm "hmac-sha2-256" "cannot carry hmac-sha2-256 with an ICV of 128 bits" \
    "add $ends ah 0x1002 -A hmac-sha2-256 $sha256;"
by_xfrm "aes-cmac" "cannot carry this authentication algorithm" \
    "add $ends ah 0x1003 -A aes-cmac $aes;"
by_xfrm "-esn" "cannot carry 64-bit sequence numbers (-esn)" \
    "add $ends esp 0x1004 -esn $plain;"
by_xfrm "a wide window" "cannot carry an anti-replay window above 32 packets" \
    "add $ends esp 0x1005 -r 64 $plain;"
by_xfrm "-hwif" "cannot carry hardware offload (-hwif)" \
    "add $ends esp 0x1006 -hwif lo $plain;" "$(setkey -T xfrm \
    -e "add $ends esp 0x1106 -hwif lo $plain;" 2>/dev/null; echo $?)"
by_xfrm "-mark" "cannot carry a mark" "add $ends esp 0x1007 -mark 7/0xff $plain;"
by_xfrm "-mark, delete" "cannot carry a mark" "delete $ends esp 0x1007 -mark 7/0xff;"
by_xfrm "-mark, policy" "cannot carry a mark" "spdadd $nets any -mark 7/0xff -P out none;"
by_xfrm "-mark, spddelete" "cannot carry a mark" "spddelete $nets any -mark 7/0xff -P out;"
by_xfrm "-if_id" "cannot carry an XFRM interface" "add $ends esp 0x1008 -if_id 42 $plain;"
by_xfrm "-if_id, policy" "cannot carry an XFRM interface" "spdadd $nets any -if_id 42 -P out none;"
by_xfrm "unique above 16383" "cannot carry a unique number above 16383" \
    "spdadd $nets tcp -P out ipsec esp/transport//unique:16384;"
by_xfrm "a rule in beet mode" "drops the addresses of a rule in beet mode" \
    "spdadd $nets udp -P out ipsec esp/beet/192.0.2.1-192.0.2.2/require;"
by_xfrm "a tunnel" "keeps packets of the other address family out of a tunnel" \
    "add $ends esp 0x1009 -m tunnel $plain;"
like "a tunnel: for both families" "flag af-unspec" "$(states)"
shows="shows entries in part, and ends a dump at what it cannot express"
by_xfrm "dump" "$shows" "dump;"
like "dump: an AEAD" "aes-gcm-16" "$out"
by_xfrm "dump esp" "$shows" "dump esp;"
by_xfrm "spddump" "$shows" "spddump;"
by_xfrm "get" "shows entries in part" "get $ends esp 0x1001;"
like "get: an AEAD" "aes-gcm-16" "$out"
by_xfrm "get of what is not there" "shows entries in part" "get $ends esp 0x2001;" 1
by_xfrm "deleteall" "needs a dump for that, and ends it at what it cannot express" \
    "deleteall $ends esp;"
unlike "deleteall: AEAD and all" "proto esp" "$(states)"
for options in -D -DP "-D -o script" "-DP -o script"; do
	# shellcheck disable=SC2086
	run setkey -v $options
	check "$options" "0 $(xfrm_since "$shows")" "$st $(spoken)"
done
ip xfrm policy add src 2001:db8:1::/48 dst 2001:db8:2::/48 dir out \
    tmpl src 2001:db8::1 dst 2001:db8::2 proto route2 mode ro
run setkey -DP
check "-DP: what ends PF_KEY's dump does not end ours" "0 4" \
    "$st $(echo "$out" | grep -c refcnt)"
run setkey -v -e "flush; spdflush;"
check "flush: PF_KEY takes also what it could not make" "0 $pfkey_can" \
    "$st $(spoken)$(states)$(policies)"

# Asked for by name, PF_KEY has what it can have.
run setkey -v -T pfkey -e "add $ends esp 0x1001 -m tunnel $plain; dump; get $ends esp 0x1001; deleteall $ends esp;"
check "-T pfkey: tunnels and dumps, too" "0 PF_KEY to the kernel: as asked for;" "$st $(spoken)"
run setkey -T pfkey -e "spdadd $nets udp -P out ipsec esp/beet/192.0.2.1-192.0.2.2/require;"
check "-T pfkey: no rules in beet mode" 1 "$st"
like "-T pfkey: no rules in beet mode, the message" \
    "PF_KEY on Linux drops the addresses of a rule in beet mode" "$err"
for name in pfkey:PF_KEY xfrm:NETLINK_XFRM; do
	SETKEY_CHANNEL=${name%:*} setkey -v -DP >/dev/null 2>/run/tmp/err
	check "SETKEY_CHANNEL=${name%:*}" "0 ${name#*:} to the kernel: as asked for;" "$? $(spoken)"
done
SETKEY_CHANNEL=pfkey setkey -v -T auto -DP >/dev/null 2>/run/tmp/err
check "-T auto wins over SETKEY_CHANNEL" "0 $(xfrm_since "$shows")" "$? $(spoken)"

#
# Both in one file: effects, answers and refusals in the order of the file
#

cat >/run/tmp/script <<E2
add $ends esp 0x1001 $gcm;
add $ends esp 0x1001 $gcm;
add $ends esp 0x1002 $plain;
add $ends esp 0x1002 $plain;
delete $ends esp 0x1001;
get $ends esp 0x1001;
add $ends esp 0x1001 $plain;
get $ends esp 0x1001;
add $ends esp 0x1001 $gcm;
delete $ends esp 0x1003;
dump;
delete $ends esp 0x1001;
add $ends esp 0x1001 -mark 1/1 $plain;
add $ends esp 0x1003 $plain;
delete $ends esp 0x1009;
E2
run setkey -f /run/tmp/script
check "both in one file: the refusals" "1 2 4 6 9 10 15 " \
    "$st $(echo "$err" | sed -n 's/^[^:]*:\([0-9]*\):[0-9]*: error.*/\1/p' | tr '\n' ' ')"
check "both in one file: the answers" "4097 4097 4098 " \
    "$(echo "$out" | sed -n 's/.* spi=\([0-9]*\).*/\1/p' | tr '\n' ' ')"
check "both in one file: what is left" "0x00001003 0x00001001 0x00001002 " \
    "$(states | sed -n 's/.*spi \(0x[0-9a-f]*\) .*/\1/p' | tr '\n' ' ')"
clear

# -v: every request once, every answer once, and of what others do each once.
# A command is done when it shows a second time, as the answer.
shown() { [ "$(grep -c "type=[0-9]*($1)" /run/tmp/out)" -ge "$2" ]; }
{
	echo "add $ends esp 0x1001 $plain; add $ends esp 0x1002 $gcm; flush;"
	wait_until 60 shown FLUSH 2
	ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1003 enc 'cbc(aes)' $aes
	echo "add $ends esp 0x1004 $gcm; delete $ends esp 0x1004;"
	wait_until 60 shown DELETE 2
	ip xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1003
	echo "add $ends esp 0x1005 $plain; add $ends esp 0x1006 $gcm;"
} | setkey -v -c >/run/tmp/out 2>/run/tmp/err
check "-v -c: each message once" "ADD ADD ADD ADD FLUSH FLUSH ADD ADD ADD DELETE DELETE DELETE ADD ADD ADD ADD" \
    "$(sed -n 's/^sadb_msg.*type=[0-9]*(\(.*\)) errno=0 .*/\1/p' /run/tmp/out | tr '\n' ' ' |
    sed -e 's/ $//' -e 's/ADD ADD DELETE DELETE ADD DELETE ADD/ADD ADD ADD DELETE DELETE DELETE ADD/')"
check "-v -c: the numbers of requests and answers" "1 1 2 2 3 3 4 4 5 5 6 6 7 7 " \
    "$(sed -n "s/.* seq=\\([0-9]*\\) pid=[1-9].*/\\1/p" /run/tmp/out | tr '\n' ' ')"
check "-v -c: each change of channel" 6 "$(grep -c speaking /run/tmp/err)"
clear

#
# The same state as through NETLINK_XFRM alone
#

cat >/run/tmp/commands <<E2
add $ends esp 0x1001 $plain;
add $ends esp 0x1002 -m tunnel -r 4 -u 7 $plain;
add $ends esp 0x1003 $gcm;
add $ends esp 0x1004 -lh 3600 -bs 4000000 -E aes-cbc $aes -A hmac-sha2-256 $sha256;
add $ends esp 0x1005 -lh 3600 -bs 4000000 -E aes-cbc $aes -A hmac-sha2-256-96 $sha256;
add $ends esp 0x1006 -esn -r 64 $plain;
add $ends esp 0x1010 -mark 7/0xff $plain;
add $ends ipcomp 0x1007 -C deflate;
add 2001:db8::1 2001:db8::2 esp 0x1008 -if_id 42 -m tunnel $plain;
add 2001:db8::1 2001:db8::2 esp 0x1009 $plain;
update $ends esp 0x1001 -lh 100 -ls 90 $plain;
update $ends esp 0x1003 -lh 100 -ls 90 $gcm;
delete $ends esp 0x1005;
add 192.0.2.3 192.0.2.2 esp 0x100a $plain;
add 192.0.2.3 192.0.2.2 esp 0x100b $gcm;
add 192.0.2.3 192.0.2.2 ah 0x100c -A hmac-sha1 $sha1;
deleteall 192.0.2.3 192.0.2.2 esp;
spdadd $nets any -P out ipsec esp/transport//unique:5;
spdadd $nets tcp -P out ipsec esp/transport//unique:50000;
spdadd $nets udp -P in prio low ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
spdadd $nets any -mark 7/0xff -P out none;
spdadd $nets any -mark 7/0xff -P in ipsec esp/transport//require;
spdadd $nets 50 -P out ipsec esp/beet/192.0.2.1-192.0.2.2/require;
spdadd $nets 51 -P out discard;
spdupdate $nets 51 -P out none;
spddelete $nets any -mark 7/0xff -P out;
spdadd 10.3.0.0/16 10.2.0.0/16 any -if_id 42 -P out discard;
spdadd 10.3.0.0/16 10.2.0.0/16 any -P out discard;
E2

# What differs: times, numbers that the kernel counts up, and the mask of a
# rule's algorithms, which is 0 from PF_KEY and means any all the same.
snapshot() {
	{ ip -s -d xfrm state; ip -s -d xfrm policy; } |
	    sed -e 's/add [0-9-]* [0-9:]* use .*/add TIME/' \
	    -e 's/index [0-9]*/index N/' \
	    -e 's/-mask [0-9a-f]*/-mask M/g' \
	    -e 's/^\(	*\)seq 0x[0-9a-f]*/\1seq N/'
}
for channel in auto xfrm; do
	run setkey -T $channel -f /run/tmp/commands
	check "a mixed file, -T $channel" 0 "$st$out$(grep error: /run/tmp/err)"
	snapshot >/run/tmp/state.$channel
	clear
done
check "a mixed file: it left something" "yes" \
    "$([ "$(grep -c '^src' /run/tmp/state.auto)" -ge 20 ] && echo yes)"
if diff /run/tmp/state.auto /run/tmp/state.xfrm >/run/tmp/diff; then
	ok "a mixed file: the same state"
else
	not_ok "a mixed file: the same state" "$(cat /run/tmp/diff)"
fi

# Numbers for unique: from the kernel, from us, from the kernel again.
sk_ok "unique, by both" "
spdadd $nets tcp -P out ipsec esp/transport//unique;
spdadd $nets any -mark 1/1 -P out ipsec esp/transport//unique;
spdadd $nets udp -P out ipsec esp/transport//unique;
spdadd $nets any -mark 2/2 -P out ipsec esp/transport//unique;
spdadd $nets 50 -P out ipsec esp/transport//unique;"
check "unique, by both: five numbers" 5 \
    "$(policies | sed -n 's/.*reqid \([0-9]*\) .*/\1/p' | sort -u | wc -l)"
clear

#
# Changes by netlink are news to every PF_KEY socket, ours too: nothing of them
# may be in the way of an answer.
#

# blocks BLOCKS AEADS: SAs by netlink, then one by PF_KEY, again and again
blocks() {
	awk -v blocks="$1" -v n="$2" -v gcm="$gcm" 'BEGIN {
		for (spi = 4096; blocks-- > 0; spi++) {
			for (i = 0; i < n; i++) {
				printf "add 192.0.2.1 10.%d.%d.1 esp %d %s;\n",
				    spi / 250 % 250, spi % 250, spi, gcm
				spi++
			}
			printf "add 192.0.2.1 10.%d.%d.1 esp %d -E null;\n",
			    spi / 250 % 250, spi % 250, spi
		}
	}'
}
count() { ip xfrm state count | sed -n 's/.*SAD count \([0-9]*\).*/\1/p'; }

blocks 3000 1 >/run/tmp/script
run setkey -f /run/tmp/script
check "6,000 SAs, by turns" "0 6000" "$st$out$err $(count)"
head -n 300 /run/tmp/script >/run/tmp/again
setkey -f /run/tmp/again >/run/tmp/out 2>/run/tmp/err
check "again: each is refused, in order" "1 300" \
    "$? $(sed -n 's/^[^:]*:\([0-9]*\):[0-9]*: error: an SA.*/\1/p' /run/tmp/err |
    awk '$1 == last + 1 { last = $1 } END { print last }')"
setkey -F
blocks 50 400 >/run/tmp/script
run setkey -f /run/tmp/script
check "20,050 SAs, in long blocks" "0 20050" "$st$out$err $(count)"
setkey -F

# Nor what others change while nobody asks.
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
