# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# Packets: what setkey loads on both hosts encrypts and decrypts, and what
# must not pass does not.

. "$UML/lib.sh"
two_hosts
networks_behind

# hmac-sha2-256 with its 128 bits cannot be had over PF_KEY.
digest="-A hmac-sha2-256 \"sample-key-for-authentication-ab\""
[ "$SETKEY_CHANNEL" != pfkey ] ||
    digest="-A hmac-sha2-512 \"sample-key-for-authentication-absample-key-for-authentication-ba\""
cipher="-E aes-cbc \"sample-key-a-2-b\" $digest"

# The peer's file: `in' and `out' exchanged.
mirrored() { sed 's/-P in/-P tmp/g; s/-P out/-P in/g; s/-P tmp/-P out/g'; }

# both TEXT: load it on left, mirrored on right
both() {
	printf '%s\n' "flush; spdflush;" "$1" >/run/tmp/left.conf
	mirrored </run/tmp/left.conf >/run/tmp/right.conf
	run in_left setkey -f /run/tmp/left.conf
	[ "$st" -ne 0 ] || run in_right setkey -f /run/tmp/right.conf
	[ "$st" -eq 0 ] || comment "not loaded, exit status $st:" "$err" "$1"
}

# pings FROM TO [OPTION ...]: whether two pings are answered within a second
pings() {
	from=$1 to=$2
	shift 2
	if "in_$from" ping -q -c 2 -i 0.1 -w 1 "$@" "$to" >/run/tmp/ping 2>&1; then
		echo answered
	else
		echo unanswered
	fi
}

# crosses NAME TEXT FROM TO WIRE [OPTION ...]: with TEXT on both hosts, pings
# are answered and WIRE (a pattern) is what crosses
crosses() {
	name=$1 from=$3 to=$4 expected=$5
	both "$2"
	shift 5
	watch_wire /run/tmp/wire
	answer=$(pings "$from" "$to" -w 10 "$@")
	wire_seen
	seen=
	for kind in esp ah ipcomp icmp tcp udp other; do
		eval "n=\$$kind"
		[ "$n" -eq 0 ] || seen="$seen $kind=$n"
	done
	# shellcheck disable=SC2254
	case $answer$seen in
	"answered "$expected)	ok "$name" ;;
	*)	not_ok "$name" "expected: answered $expected" "got: $answer$seen" \
		    "$(cat /run/tmp/ping)" ;;
	esac
}

sas() {	# SRC DST PROTOCOL REST: both directions
	echo "add $1 $2 $3 0x1001 $4; add $2 $1 $3 0x1002 $4;"
}
policies_for() {	# RANGE RANGE OUT-RULES IN-RULES
	echo "spdadd $1 $2 any -P out ipsec $3; spdadd $2 $1 any -P in ipsec $4;"
}
transport() { policies_for "$1" "$2" "$3/transport//require" "$3/transport//require"; }
tunnel() {	# RANGE RANGE END END PROTOCOL
	policies_for "$1" "$2" "$5/tunnel/$3-$4/require" "$5/tunnel/$4-$3/require"
}

# What the link needs: see examples/ipv6-transport-linux.conf.  Without a priority
# the kernel (6.1) takes a policy for single addresses before one for prefixes,
# whatever their order, and would encrypt answers too.
neighbours="
spdadd ::/0 ::/0 icmp6 135,0 -P out prio high none; spdadd ::/0 ::/0 icmp6 135,0 -P in prio high none;
spdadd ::/0 ::/0 icmp6 136,0 -P out prio high none; spdadd ::/0 ::/0 icmp6 136,0 -P in prio high none;"
net4="10.1.0.0/24 10.2.0.0/24 $left4 $right4"
net6="2001:db8:1::/64 2001:db8:2::/64 $left6 $right6"

crosses "nothing loaded" "" left $right4 "icmp=4"
crosses "ESP transport, IPv4" "$(sas $left4 $right4 esp "-m transport $cipher") $(transport $left4 $right4 esp)" \
    left $right4 "esp=4"
crosses "ESP transport, IPv6" "$neighbours $(sas $left6 $right6 esp "$cipher") $(transport $left6 $right6 esp)" \
    left $right6 "esp=4"
crosses "ESP tunnel, IPv4" "$(sas $left4 $right4 esp "-m tunnel $cipher") $(tunnel $net4 esp)" \
    alice $bob4 "esp=4"
crosses "ESP tunnel, IPv6" "$(sas $left6 $right6 esp "-m tunnel $cipher") $(tunnel $net6 esp)" \
    alice $bob6 "esp=4"
# Files of the BSDs leave out -m: the rules say what mode an SA is to have.
back() { echo "$1" | sed -e "s,$left4-$right4,$right4-$left4,g" -e "s,$left6-$right6,$right6-$left6,g"; }
bundle() {	# RANGE RANGE RULES
	policies_for "$1" "$2" "$3" "$(back "$3")"
}
ends4="$left4-$right4" ends6="$left6-$right6"
comp4=$(sas $left4 $right4 ipcomp "-C deflate") comp6=$(sas $left6 $right6 ipcomp "-C deflate")
crosses "no -m: ESP tunnel, IPv4" "$(sas $left4 $right4 esp "$cipher") $(tunnel $net4 esp)" \
    alice $bob4 "esp=4"
crosses "no -m: ESP tunnel, IPv6" "$(sas $left6 $right6 esp "$cipher") $(tunnel $net6 esp)" \
    alice $bob6 "esp=4"
crosses "no -m: AH tunnel, IPv4" "$(tunnel $net4 ah) $(sas $left4 $right4 ah "$digest")" \
    alice $bob4 "ah=4"
crosses "no -m: ESP tunnel between hosts" \
    "$(sas $left4 $right4 esp "$cipher") $(tunnel $left4 $right4 $left4 $right4 esp)" \
    left $right4 "esp=4"
# Over PF_KEY an SA carries its own address family alone: see kernel-families.sh.
[ "$SETKEY_CHANNEL" = pfkey ] || crosses "no -m: IPv6 in IPv4" \
    "$(sas $left4 $right4 esp "$cipher") $(tunnel 2001:db8:1::/64 2001:db8:2::/64 $left4 $right4 esp)" \
    alice $bob6 "esp=4"
crosses "no -m: IPComp tunnel in ESP" "$comp4 $(sas $left4 $right4 esp "$cipher")
    $(bundle 10.1.0.0/24 10.2.0.0/24 "ipcomp/tunnel/$ends4/require esp/transport//require")" \
    alice $bob4 "esp=4" -s 1000 -p 00
crosses "no -m: IPComp tunnel in ESP, IPv6" "$comp6 $(sas $left6 $right6 esp "$cipher")
    $(bundle 2001:db8:1::/64 2001:db8:2::/64 "ipcomp/tunnel/$ends6/require esp/transport//require")" \
    alice $bob6 "esp=4" -s 1000 -p 00
crosses "no -m: AH around an ESP tunnel" "$(sas $left4 $right4 esp "$cipher") $(sas $left4 $right4 ah "$digest")
    $(bundle 10.1.0.0/24 10.2.0.0/24 "esp/tunnel/$ends4/require ah/transport//require")" \
    alice $bob4 "ah=4"
crosses "ESP tunnel between the gateways themselves" \
    "$(sas $left4 $right4 esp "-m tunnel $cipher") $(tunnel $left4 $right4 $left4 $right4 esp)" \
    left $right4 "esp=4"
crosses "AH transport, IPv4" "$(sas $left4 $right4 ah "$digest") $(transport $left4 $right4 ah)" \
    left $right4 "ah=4"
crosses "AH transport, IPv6" "$neighbours $(sas $left6 $right6 ah "$digest") $(transport $left6 $right6 ah)" \
    left $right6 "ah=4"
crosses "AH tunnel, IPv4" "$(sas $left4 $right4 ah "-m tunnel $digest") $(tunnel $net4 ah)" \
    alice $bob4 "ah=4"
crosses "AH tunnel, IPv6" "$(sas $left6 $right6 ah "-m tunnel $digest") $(tunnel $net6 ah)" \
    alice $bob6 "ah=4"
crosses "AH around ESP" "$(sas $left4 $right4 esp "$cipher") $(sas $left4 $right4 ah "$digest")
    $(policies_for $left4 $right4 "esp/transport//require ah/transport//require" "esp/transport//require ah/transport//require")" \
    left $right4 "ah=4"
crosses "IPComp, what gets smaller" "$(sas $left4 $right4 ipcomp "-C deflate")
    $(policies_for $left4 $right4 ipcomp/transport//use ipcomp/transport//use)" \
    left $right4 "ipcomp=4" -s 1000 -p 00
crosses "IPComp in ESP" "$(sas $left4 $right4 ipcomp "-C deflate") $(sas $left4 $right4 esp "$cipher")
    $(policies_for $left4 $right4 "ipcomp/transport//use esp/transport//require" "ipcomp/transport//use esp/transport//require")" \
    left $right4 "esp=4" -s 1000 -p 00
check "IPComp in ESP: 1000 octets were compressed" small \
    "$(awk '{ print $(NF - 1) < 500 ? "small" : $0 }' /run/tmp/wire.left | sort -u)"
crosses "IPComp in ESP, IPv6" "$neighbours $(sas $left6 $right6 ipcomp "-C deflate") $(sas $left6 $right6 esp "$cipher")
    $(policies_for $left6 $right6 "ipcomp/transport//use esp/transport//require" "ipcomp/transport//use esp/transport//require")" \
    left $right6 "esp=4" -s 1000 -p 00
crosses "replay window" "$(sas $left4 $right4 esp "-r 4 $cipher") $(transport $left4 $right4 esp)" \
    left $right4 "esp=4"
in_left setkey -D >/run/tmp/dump
check "-D counts the packets" "	allocated: 2	hard: 0	soft: 0
	allocated: 2	hard: 0	soft: 0" "$(grep allocated /run/tmp/dump)"
unlike "-D counts the octets" "current: 0(bytes)" "$(cat /run/tmp/dump)"
crosses "unique:N takes the association made with -u N" "
    add $left4 $right4 esp 0x2001 -u 8 -E aes-cbc \"not-the-right-k!\" $digest;
    add $right4 $left4 esp 0x2002 -u 8 -E aes-cbc \"not-the-right-k!\" $digest;
    $(sas $left4 $right4 esp "-u 7 $cipher")
    $(policies_for $left4 $right4 esp/transport//unique:7 esp/transport//unique:7)" \
    left $right4 "esp=4"
check "unique:N: no other was used" "0x00001001 0x00001002" \
    "$(sed -n 's/.*spi \(0x[0-9a-f]*\),.*/\1/p' /run/tmp/wire.left /run/tmp/wire.right | sort -u | tr '\n' ' ' | sed 's/ $//')"
crosses "level use without an association: in the clear" \
    "$(policies_for $left4 $right4 esp/transport//use esp/transport//use)" left $right4 "icmp=4"
crosses "policy none before ipsec" "spdadd $left4 $right4 icmp -P out none; spdadd $right4 $left4 icmp -P in none;
    $(transport $left4 $right4 esp)" left $right4 "icmp=4"

# The other way round: what must not get through.
both "$(transport $left4 $right4 esp)"
watch_wire
check "require without an association" unanswered "$(pings left $right4)"
wire_seen
check "require without an association: nothing crosses" "esp=0 ah=0 ipcomp=0 icmp=0 tcp=0 udp=0 other=0" "$wire"
both "spdadd $left4 $right4 any -P out discard;"
check "discard, out" unanswered "$(pings left $right4)"
both "spdadd $right4 $left4 any -P in discard;"
check "discard, in" unanswered "$(pings left $right4)"
both "$(sas $left4 $right4 esp "$cipher") $(transport $left4 $right4 esp)"
in_right setkey -e "delete $left4 $right4 esp 0x1001;
    add $left4 $right4 esp 0x1001 -E aes-cbc \"sample-key-a-2-b\" -A hmac-sha1 \"another-key-than-abc\";"
check "the wrong key" unanswered "$(pings left $right4)"
both "$(sas $left4 $right4 esp "$cipher") $(transport $left4 $right4 esp)"
in_left ip xfrm policy flush
check "what comes in the clear is not taken where ESP is required" unanswered "$(pings left $right4)"

# The fwd twin: without it a gateway drops what came out of the tunnel.
both "$(sas $left4 $right4 esp "-m tunnel $cipher") $(tunnel $net4 esp)"
check "a gateway forwards, thanks to the fwd twin" answered "$(pings alice $bob4 -w 10)"
run in_right setkey -k -f /run/tmp/right.conf
check "-k: loaded" 0 "$st$out$err"
check "-k: no fwd twin, nothing is forwarded" unanswered "$(pings alice $bob4)"
in_right setkey -e "spdadd 10.1.0.0/24 10.2.0.0/24 any -P fwd ipsec esp/tunnel/$left4-$right4/require;"
check "fwd can be written out" answered "$(pings alice $bob4 -w 10)"

#
# The sample files
#

example() {	# NAME FILE FROM TO WIRE [OPTION ...]
	name=$1 file=$TOP/examples/$2
	shift 2
	if [ "$SETKEY_CHANNEL" = pfkey ] && grep -q hmac-sha2-256 "$file"; then
		run in_left setkey -f "$file"
		check "$name: -T pfkey refuses hmac-sha2-256" 1 "$st"
		return
	fi
	crosses "$name" "$(cat "$file")" "$@"
}
example "examples/ipsec.conf" ipsec.conf alice $bob4 "esp=4"
example "examples/host-to-host.conf" host-to-host.conf left $right4 "esp=4"
example "examples/ah.conf" ah.conf left $right4 "ah=4"
example "examples/gateway-tunnel.conf, IPv4" gateway-tunnel.conf alice $bob4 "esp=4"
if [ "$SETKEY_CHANNEL" != pfkey ]; then
	# PF_KEY cannot make associations for the other family's packets.
	example "examples/gateway-tunnel.conf, IPv6" gateway-tunnel.conf alice $bob6 "esp=4"
fi
# The neighbours have to be found again, in the clear.
in_left ip neigh flush dev eth0
in_right ip neigh flush dev eth0
example "examples/ipv6-transport-linux.conf" ipv6-transport-linux.conf left $right6 "esp=4"
example "examples/ipcomp-bundle.conf" ipcomp-bundle.conf left $right4 "esp=4" -s 1000 -p 00
for name in ipsec host-to-host ah; do
	check "examples/$name-peer.conf mirrors examples/$name.conf" \
	    "$(mirrored <"$TOP/examples/$name.conf" | sed '/^#/d; /^$/d')" \
	    "$(sed '/^#/d; /^$/d' "$TOP/examples/$name-peer.conf")"
done

# AES-GCM, which PF_KEY has not: policies first, then keys by "ssh".
mkdir /run/tmp/bin
printf '%s\n' '#!/bin/sh' 'shift' \
    'exec nsenter --net=/run/netns/right "$@"' >/run/tmp/bin/ssh
chmod +x /run/tmp/bin/ssh
if [ "$SETKEY_CHANNEL" != pfkey ]; then
	both "flush; $(cat "$TOP/examples/aes-gcm.conf")"
	check "examples/aes-gcm.conf: nothing passes without associations" \
	    unanswered "$(pings alice $bob4)"
	for time in first second; do
		PATH=/run/tmp/bin:$PATH run in_left sh "$TOP/examples/aes-gcm.sh" right
		check "examples/aes-gcm.sh, the $time time" 0 "$st$out$err"
		check "examples/aes-gcm.sh, the $time time: all passes" \
		    answered "$(pings alice $bob4 -w 10)"
	done
fi
for name in freebsd netbsd; do
	run in_left setkey -f "$TOP/examples/tcp-md5-$name.conf"
	check "examples/tcp-md5-$name.conf: refused on Linux" 1 "$st"
	like "examples/tcp-md5-$name.conf: the message says so" Linux "$err"
done

done_testing
