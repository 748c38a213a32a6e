# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm without-esp4,esp6
# What the manual says under TROUBLESHOOTING: each mistake is made, and the
# counter that the manual names for it has to count, and no other.

. "$UML/lib.sh"
two_hosts
manual=$(sed -n '/^\.Sh TROUBLESHOOTING/,/^\.Sh ENV/p' "$TOP/setkey.8")

e="-E aes-cbc 0x000102030405060708090a0b0c0d0e0f"
a="-A hmac-sha1 0x101112131415161718191a1b1c1d1e1f20212223"
other="-A hmac-sha1 0x2222222222222222222222222222222222222222"
out="spdadd $left4 $right4 icmp -P out ipsec esp/transport//require;"
in="spdadd $left4 $right4 icmp -P in ipsec esp/transport//require;"
tunnel_out="spdadd $left4 $right4 icmp -P out ipsec esp/tunnel/$left4-$right4/require;"
tunnel_in="spdadd $left4 $right4 icmp -P in ipsec esp/tunnel/$left4-$right4/require;"
sa="add $left4 $right4 esp 0x1001"

# made LEFT RIGHT: what each side has
made() {
	in_left setkey -e "flush; spdflush; $1" 2>/run/tmp/err ||
	    not_ok "left: $1" "$(cat /run/tmp/err)"
	in_right setkey -e "flush; spdflush; $2" 2>/run/tmp/err ||
	    not_ok "right: $2" "$(cat /run/tmp/err)"
	begin_count
}

# trouble NAME LEFT RIGHT [PING OPTION ...]: a ping after which LEFT and RIGHT
# are the counters of the two, and the manual has them
trouble() {
	name=$1 l=$2 r=$3
	shift 3
	pinged=$(in_left ping -c 1 -w 1 "$@" "$right4" 2>&1)
	passed=$?
	check "$name: counters" "left: ${l:+$l }right: ${r:+$r }" \
	    "left: $(counted left)right: $(counted right)"
	for counter in $l $r; do
		like "$name: $counter is in the manual" "$counter" "$manual"
		like "$name: and -s tells it" "$counter" "$(in_left setkey -s; in_right setkey -s)"
	done
}

if [ ! -e /sys/module/esp4 ]; then
	run in_left setkey -e "$sa $e $a;"
	check "without a module: an SA is refused" 1 "$st"
	like "and it is said why" "*the kernel has no ESP*modprobe*" "$err"
	unreachable() {
		in_left awk '$1 == "IcmpMsg:" && !n { n = split($0, name); next }
		$1 == "IcmpMsg:" { for (i = 1; i <= n; i++) if (name[i] == "InType3") print $i }' /proc/net/snmp
	}
	made "" ""
	in_left /usr/bin/python3 -c "import socket
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
s.sendto(bytes(64), ('$right4', 0))"
	wait_until 2 test "$(unreachable)" = 1
	check "and who sends ESP is told that it is unreachable" 1 "$(unreachable)"
	check "no counter counts" "" "$(counted right)"
	done_testing
fi

made "$sa $e $a; $out" "$sa $e $a; $in"
trouble "nothing" "" ""
check "a ping passes" 0 "$passed"

# No SA
made "$out" "$sa $e $a; $in"
trouble "no SA to send by" XfrmOutNoStates ""
like "-n -D says so" "no SA serves esp/transport//require" "$(in_left setkey -n -D)"
in_left setkey -x -l >/run/tmp/watch &
monitor=$!
sleep 1
in_left ping -q -c 1 -w 1 $right4 >/dev/null 2>&1
kill $monitor
wait $monitor
like "-x shows that the kernel asks for one" " acquire $left4 $right4 esp" "$(cat /run/tmp/watch)"
like "which leaves a larval one" "state=larval" "$(in_left setkey -D)"
made "$sa $e $a; $out" "$in"
trouble "no SA to receive by" "" XfrmInNoStates

# An SA of another kind
made "$sa $e $other; $out" "$sa $e $a; $in"
trouble "another key" "" XfrmInStateProtoError
like "-D counts it" "refused: late=0 replayed=0 forged=1" "$(in_right setkey -D)"
made "add $left4 $right4 esp 0x1001 $e -A hmac-sha2-256-96 0x$(printf %064d 7); $out" \
    "add $left4 $right4 esp 0x1001 $e -A hmac-sha2-256 0x$(printf %064d 7); $in"
trouble "an ICV of another length" "" XfrmInStateProtoError
made "add $left4 $right4 esp 0x1002 $e $a; $out" "$sa $e $a; $in"
trouble "another SPI" "" XfrmInNoStates
made "$sa -u 7 $e $a; spdadd $left4 $right4 icmp -P out ipsec esp/transport//unique:8;" \
    "$sa $e $a; $in"
trouble "another identifier" XfrmOutNoStates ""

# Modes
made "$sa $e $a; $out" "$sa -m tunnel $e $a; $in"
trouble "transport to tunnel" "" XfrmInStateModeError
made "$sa -m tunnel $e $a; $tunnel_out" "$sa -m transport $e $a; $tunnel_in"
trouble "tunnel to transport" "" XfrmInNoStates
made "$sa -m transport $e $a; $tunnel_out" "$sa -m tunnel $e $a; $tunnel_in"
trouble "a policy that wants the other mode" XfrmOutNoStates ""
like "-n -D says which" "no policy uses it in mode transport: they want tunnel" \
    "$(in_left setkey -n -D)"

# Policies
made "$sa -m tunnel $e $a; $tunnel_out" "$sa -m tunnel $e $a;"
trouble "a tunnel without an in policy" "" XfrmInNoPols
made "" "$sa $e $a; $in"
trouble "in the clear, and ESP is demanded" "" XfrmInTmplMismatch
made "$sa $e $a; $out" "$sa -u 7 $e $a; spdadd $left4 $right4 icmp -P in ipsec esp/transport//unique:8;"
trouble "another identifier at the receiver" "" XfrmInTmplMismatch
made "spdadd $left4 $right4 any -P out discard;" ""
trouble "discard, out" XfrmOutPolBlock ""
like "the program is told" "Operation not permitted" "$pinged"
made "" "spdadd $left4 $right4 icmp -P in discard;"
trouble "discard, in" "" XfrmInPolBlock

# Sequence numbers: the sender has begun anew
made "$sa $e $a; $out" "$sa -r 4 $e $a; $in"
in_left ping -q -c 3 -i 0.1 -w 2 $right4 >/dev/null
in_left setkey -e "delete $left4 $right4 esp 0x1001; $sa $e $a;"
trouble "a sender that was started again" "" XfrmInStateSeqError
like "-D counts it, too" "replayed=1" "$(in_right setkey -D)"

# Limits
made "$sa -ph 1 $e $a; $out" "$sa $e $a; $in"
in_left ping -q -c 1 -w 1 $right4 >/dev/null 2>&1
trouble "a limit that is reached" XfrmOutStateExpired ""

# A NAT between: ESP in UDP at one end only
made "$sa $e $a; $out" "add $left4 $right4 esp-udp 0x1001 $e $a; $in"
trouble "plain ESP where UDP is expected" "" XfrmInStateMismatch
made "add $left4 $right4 esp-udp 0x1001 $e $a; $out" "$sa $e $a; $in"
in_right cat /proc/net/snmp >/run/tmp/snmp
trouble "ESP in UDP, and nobody has opened the port" "" ""
like "what the network says" "NoPorts" "$(cat /run/tmp/snmp)"

# MTU
made "$sa -m tunnel $e $a; $tunnel_out" "$sa -m tunnel $e $a; $tunnel_in"
trouble "a packet that is too large with what IPsec adds" "" "" -M "do" -s 1472
like "the program is told" "essage too long" "$pinged"

# The reverse path filter: it looks at ESP as at any packet, but not at what was
# in it.
filtered() {
	in_right awk '$1 == "TcpExt:" && !n { n = split($0, name); next }
	$1 == "TcpExt:" { for (i = 1; i <= n; i++) if (name[i] == "IPReversePathFilter") print $i }' /proc/net/netstat
}
in_right sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter'
ip -n right link add dummy0 type dummy
ip -n right link set dummy0 up
ip -n right route add 10.1.0.0/24 dev dummy0
ip -n left address add 10.1.0.1/24 dev lo
made "$sa -m tunnel $e $a; spdadd 10.1.0.0/24 $right4 icmp -P out ipsec esp/tunnel/$left4-$right4/require;" \
    "$sa -m tunnel $e $a; spdadd 10.1.0.0/24 $right4 icmp -P in ipsec esp/tunnel/$left4-$right4/require;"
before=$(filtered)
trouble "a reverse path that is another, inside" "" "" -I 10.1.0.1
check "is none of its business" "$before" "$(filtered)"
like "-D shows that the packet was decrypted" "	allocated: 1" "$(in_right setkey -D)"
ip -n right route add $left4/32 dev dummy0
made "$sa $e $a; $out" "$sa $e $a; $in"
trouble "a reverse path that is another, outside" "" ""
check "another counter tells" "$((before + 1))" "$(filtered)"
like "and the manual names it" IPReversePathFilter "$manual"
like "-D shows that no packet came that far" "	allocated: 0" "$(in_right setkey -D)"
done_testing
