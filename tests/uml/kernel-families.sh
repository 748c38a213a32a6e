# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm
# Tunnels between address families: IPv4 networks over IPv6 gateways, and the
# other way.  PF_KEY cannot say that an SA is for them (see xfrm_encode.c): with
# it alone everything loads, and no packet passes.

. "$UML/lib.sh"
two_hosts
networks_behind

aes=0x000102030405060708090a0b0c0d0e0f
gcm=${aes}10111213
hmac=0x101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f

# policies_of LOCAL REMOTE NET-LOCAL NET-REMOTE: of one gateway
policies_of() {
	echo "spdadd $3 $4 any -P out ipsec esp/tunnel/$1-$2/require;"
	echo "spdadd $4 $3 any -P in ipsec esp/tunnel/$2-$1/require;"
}

# load OUTER-LEFT OUTER-RIGHT NET-LEFT NET-RIGHT ALGORITHMS NAME
load() {
	sas="add $1 $2 esp 0x1001 -m tunnel $5;
	     add $2 $1 esp 0x1002 -m tunnel $5;"
	{ echo "flush; spdflush; $sas"; policies_of "$1" "$2" "$3" "$4"; } >/run/tmp/left
	{ echo "flush; spdflush; $sas"; policies_of "$2" "$1" "$4" "$3"; } >/run/tmp/right
	for side in left right; do
		run in_$side setkey -f /run/tmp/$side
		check "$6: loaded ($side)" "0" "$st$err"
	done
}

# crosses NAME HOST: alice reaches it, and the wire between the gateways has
# nothing but ESP.
crosses() {
	watch_wire
	if in_alice ping -n -c 3 -i 0.2 -W 2 "$2" >/run/tmp/ping 2>&1; then
		ok "$1: packets pass"
	else
		not_ok "$1: packets pass" "$(cat /run/tmp/ping)" "$(in_left ip -s xfrm state)"
	fi
	wire_seen
	check "$1: as ESP" "esp=6 ah=0 ipcomp=0 icmp=0 tcp=0 udp=0 other=0" "$wire"
}

load $left6 $right6 10.1.0.0/24 10.2.0.0/24 "-E aes-gcm-16 $gcm" "IPv4 in IPv6"
crosses "IPv4 in IPv6" $bob4
load $left4 $right4 2001:db8:1::/64 2001:db8:2::/64 \
    "-E aes-cbc $aes -A hmac-sha2-256 $hmac" "IPv6 in IPv4"
crosses "IPv6 in IPv4" $bob6
load $left4 $right4 10.1.0.0/24 10.2.0.0/24 "-E aes-gcm-16 $gcm" "IPv4 in IPv4"
crosses "IPv4 in IPv4" $bob4

done_testing
