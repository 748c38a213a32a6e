# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm
# Which of two policies of one priority counts, and what -n says of them.  The
# manual tells it under Priorities.

. "$UML/lib.sh"
two_hosts

# outcome POLICIES: what becomes of a packet from left to right
outcome() {
	printf 'spdflush;\n%s\n' "$1" >/run/tmp/policies
	in_left setkey -f /run/tmp/policies || echo "cannot load"
	# Without an address of its own ping asks for a route, by UDP.
	if in_left ping -c 1 -W 0.3 -q -I "$left4" "$right4" >/dev/null 2>&1; then
		echo passes
	else
		echo dropped
	fi
}

# advice POLICIES: whether -n warns of their order
advice() {
	printf '%s\n' "$1" >/run/tmp/policies
	case $(setkey -nf /run/tmp/policies 2>&1) in
	*"same priority"*) echo warned ;;
	'') echo silent ;;
	*) echo "something else" ;;
	esac
}

# first NAME P Q: of two selectors the older policy counts, on every kernel, and
# so -n is silent.
first() {
	set -- "$1" "spdadd $2 -P out" "spdadd $3 -P out"
	check "$1: the older one counts" "passes passes dropped silent" "$(
	    outcome "$2 none; $3 discard;") $(outcome "$3 none; $2 discard;") $(
	    outcome "$2 discard; $3 none;") $(advice "$2 none; $3 discard;")"
}

hosts="$left4 $right4"
nets="192.0.2.0/24 192.0.2.0/24"
all="0.0.0.0/0 0.0.0.0/0"
first "a network and a larger one" "$nets any" "192.0.0.0/16 192.0.0.0/16 any"
first "a network and everything" "$nets any" "$all any"
first "one protocol and all, of networks" "$nets icmp" "$nets any"
first "one type and all, of networks" "$nets icmp 8,0" "$all icmp"
first "one protocol and all, of hosts" "$hosts icmp" "$hosts any"
first "a host to all, and all to a host" "$left4 0.0.0.0/0 any" "0.0.0.0/0 $right4 any"
first "a host to a network, and the reverse" "$left4 192.0.2.0/24 any" "192.0.2.0/24 $right4 any"
first "a network to a host, and all" "192.0.2.0/24 $right4 any" "$all any"

# order NAME EXPECTED-BEFORE-6.12 EXPECTED POLICIES: one names two hosts
order() {
	expected=$3
	since 6 12 || expected=$2
	check "$1" "$expected" "$(outcome "$4")"
	check "$1: -n warns" warned "$(advice "$4")"
}
pass="-P out none;" drop="-P out discard;"
other="spdadd 10.0.0.0/8 10.0.0.0/8 any -P out discard;"
order "hosts, then a network" dropped passes \
    "spdadd $hosts any $pass spdadd $nets any $drop"
order "a network, then hosts" dropped dropped \
    "spdadd $nets any $drop spdadd $hosts any $pass"
order "hosts, then all addresses" dropped passes \
    "spdadd $hosts any $pass spdadd $all any $drop"
order "another network, hosts, then a network" passes passes \
    "$other spdadd $hosts any $pass spdadd $nets any $drop"
order "hosts, another network, then a network" passes passes \
    "spdadd $hosts any $pass $other spdadd $nets any $drop"
order "another network, then a network, then hosts" passes dropped \
    "$other spdadd $nets any $drop spdadd $hosts any $pass"
order "another network of another priority" passes passes \
    "spdadd 10.0.0.0/8 10.0.0.0/8 any -P out prio 1 discard;
    spdadd $hosts any $pass spdadd $nets any $drop"
order "a message type of all, then hosts" passes dropped \
    "$other spdadd $all icmp 8,0 $drop spdadd $hosts any $pass"

if ! since 6 12; then
	check "a policy that is replaced keeps its place" dropped \
	    "$(outcome "spdadd $nets any $pass spdadd $all any $pass
	    spdupdate $nets any $drop")"
fi

# A priority decides, whatever the order
for order in 1 2; do
	p="spdadd $hosts any -P out prio 1 discard;" q="spdadd $all any $pass"
	[ $order -eq 1 ] || { r=$p p=$q q=$r; }
	check "the higher priority counts ($order)" "dropped silent" \
	    "$(outcome "$p $q") $(advice "$p $q")"
done

#
# The exemption for neighbour discovery that CAVEATS tells of
#

# neighbour PRIORITY: what left learns of right, from which all is to be
# encrypted, and is not
neighbour() {
	nd=
	for type in 133 134 135 136; do
		nd="$nd spdadd ::/0 ::/0 icmp6 $type,0 -P in $1 none;"
	done
	in_left setkey -e "spdflush;$nd
		spdadd $right6 $left6 any -P in ipsec esp/transport//require;"
	ip -n left neigh flush dev eth0
	in_left ping -6 -c 1 -W 1 -q -I "$left6" "$right6" >/dev/null 2>&1
	case $(ip -n left -6 neigh show "$right6") in
	*REACHABLE*|*DELAY*|*STALE*)	echo found ;;
	*)				echo "not found" ;;
	esac
}
check "neighbours are found with prio high" found "$(neighbour "prio high")"
expected=found
since 6 12 || expected="not found"
check "where the exemption is only older" "$expected" "$(neighbour "")"
in_left setkey -FP

#
# Rules of incoming policies that lose packets: what -n advises against
#

# ping_with RULES SIZE: from left to right, rules in both directions
ping_with() {
	for side in "left $left4 $right4" "right $right4 $left4"; do
		set -- "$1" "$2" $side
		nsenter --net="/run/netns/$3" setkey -f - <<-EOF
		flush; spdflush;
		add $left4 $right4 ipcomp 0x1001 -C deflate;
		add $right4 $left4 ipcomp 0x1002 -C deflate;
		add $left4 $right4 ah 0x1003 -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213;
		add $right4 $left4 ah 0x1004 -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213;
		spdadd $4 $5 any -P out ipsec $1;
		spdadd $5 $4 any -P in ipsec $1;
		EOF
	done
	if in_left ping -c 1 -W 1 -q -s "$2" "$right4" >/dev/null 2>&1; then
		echo passes
	else
		echo lost
	fi
}
check "ipcomp, level use: small and large packets" "passes passes" \
    "$(ping_with ipcomp/transport//use 16) $(ping_with ipcomp/transport//use 1000)"
check "ipcomp, level require: small packets are lost" "lost passes" \
    "$(ping_with ipcomp/transport//require 16) $(ping_with ipcomp/transport//require 1000)"
use=ah/transport//use
check "five rules in, six rules in" "passes lost" \
    "$(ping_with "$use $use $use $use ah/transport//require" 16) \
$(ping_with "$use $use $use $use $use ah/transport//require" 16)"

done_testing
