# SPDX-License-Identifier: BSD-2-Clause
# For the scripts that run inside the kernel that `boot` starts; what comes
# before "run" is for any script.
#
#	. "$UML/lib.sh"
#	check "what must hold" "$expected" "$got"
#	done_testing
#
# A program takes 20 ms and more to start there: these functions prefer the
# shell's own means, and a test asks one command for many things.

# A kernel that we did not choose may lack what a test needs.  A script sets
# $policies_only before it comes here if it can do without associations.
skip_all() {
	echo "this machine's kernel has no $1"
	exit 77
}
if [ "$KERNEL" = host ]; then
	[ "$SETKEY_CHANNEL" != pfkey ] || [ -e /proc/net/pfkey ] || skip_all PF_KEY
	ip xfrm policy count >/dev/null 2>&1 || skip_all NETLINK_XFRM
	[ "$policies_only" ] || {
		ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 1 \
		    enc 'cbc(aes)' 0x000102030405060708090a0b0c0d0e0f 2>/dev/null &&
		    ip xfrm state flush
	} || skip_all "ESP with AES (modules esp4, aes)"
fi

# since MAJOR MINOR: true if this kernel is of that version of Linux or later
since() {
	uname -r | awk -F '[.-]' -v major="$1" -v minor="$2" \
	    '{ exit !($1 > major || ($1 == major && $2 >= minor)) }'
}

# has_ripemd: true if this kernel's IPsec has RIPEMD-160, as 7.2 has not
has_ripemd() {
	ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto ah spi 0xffff \
	    auth 'hmac(rmd160)' 0x000102030405060708090a0b0c0d0e0f10111213 \
	    2>/dev/null && ip xfrm state flush
}

# setkey warns about a file with keys that others can read.
umask 077

tests=0
failures=0

ok() {
	tests=$((tests + 1))
	echo "ok $tests - $*"
}

# not_ok NAME [TEXT ...]: each TEXT says what was wrong.
not_ok() {
	tests=$((tests + 1))
	failures=$((failures + 1))
	echo "not ok $tests - $1"
	shift
	for text in "$@"; do
		comment "$text"
	done
}

skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

comment() {
	printf '%s\n' "$*" | while IFS= read -r line; do
		printf '#   %s\n' "$line"
	done
}

# The last word.  A script that ends without it has died, and the runner
# sees that by the missing plan.
done_testing() {
	echo "1..$tests"
	[ "$failures" -eq 0 ]
	exit
}

# check NAME EXPECTED GOT
check() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "expected: $2" "got: $3"
	fi
}

# like NAME PATTERN GOT, and unlike: a pattern of the shell's anywhere in GOT
like() {
	case $3 in
	*$2*)	ok "$1" ;;
	*)	not_ok "$1" "expected somewhere: $2" "got: $3" ;;
	esac
}

unlike() {
	case $3 in
	*$2*)	not_ok "$1" "expected nowhere: $2" "got: $3" ;;
	*)	ok "$1" ;;
	esac
}

# run COMMAND ...: its standard output, error and exit status in $out $err $st
run() {
	out=$("$@" 2>/run/tmp/err)
	st=$?
	err=
	[ ! -s /run/tmp/err ] || err=$(cat /run/tmp/err)
}

# sk TEXT: load TEXT with setkey -f.  sk_ok NAME TEXT: and it must succeed in
# silence.
sk() {
	printf '%s\n' "$1" >/run/tmp/script
	run setkey -f /run/tmp/script
}

sk_ok() {
	sk "$2"
	if [ "$st" -eq 0 ] && [ -z "$out$err" ]; then
		ok "$1"
	else
		not_ok "$1" "exit status $st" "$out" "$err" "input: $2"
	fi
}

# between LOW HIGH NUMBER: "yes", or the number
between() {
	[ "$3" -ge "$1" ] && [ "$3" -le "$2" ] && echo yes || echo "$3"
}

# wait_until SECONDS COMMAND ...: until it succeeds
wait_until() {
	tries=$(($1 * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# The kernel's own view, as iproute2 shows it.
states() { ip xfrm state "$@"; }
policies() { ip xfrm policy "$@"; }

clear() {
	ip -batch - <<-EOF
	xfrm state flush
	xfrm policy flush
	EOF
}

#
# Two hosts and a wire.
#

# Addresses for documents: RFC 5737, RFC 3849.
left4=192.0.2.1 right4=192.0.2.2
left6=2001:db8::1 right6=2001:db8::2

in_left() { nsenter --net=/run/netns/left "$@"; }
in_right() { nsenter --net=/run/netns/right "$@"; }

# two_hosts: the namespaces left and right, with eth0 between them.  Link-local
# addresses are our own, because a generated one cannot be used for a second or
# two, and a router needs it.
two_hosts() {
	ip -batch - <<-EOF
	netns add left
	netns add right
	link add eth0 netns left type veth peer name eth0 netns right
	EOF
	ip -n left -batch - <<-EOF
	link set lo up
	link set eth0 addrgenmode none up
	address add $left4/24 dev eth0
	address add $left6/64 dev eth0 nodad
	address add fe80::1/64 dev eth0 nodad
	EOF
	ip -n right -batch - <<-EOF
	link set lo up
	link set eth0 addrgenmode none up
	address add $right4/24 dev eth0
	address add $right6/64 dev eth0 nodad
	address add fe80::2/64 dev eth0 nodad
	EOF
}

# begin_count; counted SIDE: the counters of lost packets that have grown since
begin_count() {
	in_left cat /proc/net/xfrm_stat >/run/tmp/left.before
	in_right cat /proc/net/xfrm_stat >/run/tmp/right.before
}
counted() {
	"in_$1" cat /proc/net/xfrm_stat | awk -v before="/run/tmp/$1.before" '
	BEGIN { while ((getline <before) > 0) old[$1] = $2 }
	$2 != old[$1] { printf "%s ", $1 }'
}

# networks_behind: a host in a network behind each of them, alice behind left
# (10.1.0.0/24, 2001:db8:1::/64), bob behind right (10.2.0.0/24,
# 2001:db8:2::/64), and routes to there: left and right are gateways now.
alice4=10.1.0.10 bob4=10.2.0.10
alice6=2001:db8:1::10 bob6=2001:db8:2::10

in_alice() { nsenter --net=/run/netns/alice "$@"; }
in_bob() { nsenter --net=/run/netns/bob "$@"; }

networks_behind() {
	ip -batch - <<-EOF
	netns add alice
	netns add bob
	link add eth0 netns alice type veth peer name lan0 netns left
	link add eth0 netns bob type veth peer name lan0 netns right
	EOF
	one_network left alice 1 "$right4" "$right6" 2
	one_network right bob 2 "$left4" "$left6" 1
}

# one_network GATEWAY HOST NUMBER PEER4 PEER6 NUMBER-OF-PEER
one_network() {
	ip -n "$1" -batch - <<-EOF
	link set lan0 addrgenmode none up
	address add 10.$3.0.1/24 dev lan0
	address add 2001:db8:$3::1/64 dev lan0 nodad
	address add fe80::1/64 dev lan0 nodad
	route add 10.$6.0.0/24 via $4
	route add 2001:db8:$6::/64 via $5
	EOF
	ip -n "$2" -batch - <<-EOF
	link set lo up
	link set eth0 addrgenmode none up
	address add 10.$3.0.10/24 dev eth0
	address add 2001:db8:$3::10/64 dev eth0 nodad
	address add fe80::10/64 dev eth0 nodad
	route add default via 10.$3.0.1
	route add default via 2001:db8:$3::1
	EOF
	nsenter --net="/run/netns/$1" sh -c '
		echo 1 >/proc/sys/net/ipv4/ip_forward
		echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
}

# watch_wire [FILE]: from now on count what goes over the wire, both ways;
# FILE.left and FILE.right get a line for each packet.
watch_wire() {
	rm -f /run/tmp/fifo.left /run/tmp/fifo.right
	mkfifo /run/tmp/fifo.left /run/tmp/fifo.right
	watch_left=$(in_left "$UML/sniff" -o /run/tmp/fifo.left ${1:+-w "$1.left"} eth0)
	watch_right=$(in_right "$UML/sniff" -o /run/tmp/fifo.right ${1:+-w "$1.right"} eth0)
}

# wire_seen: the counts of both, summed, in $esp $ah $ipcomp $icmp $nd $tcp
# $udp $other, and in words in $wire without neighbour discovery.
wire_seen() {
	kill "$watch_left" "$watch_right"
	esp=0 ah=0 ipcomp=0 icmp=0 nd=0 tcp=0 udp=0 other=0
	for side in left right; do
		read -r wire </run/tmp/fifo.$side
		for count in $wire; do
			eval "${count%=*}=\$((\${count%=*} + \${count#*=}))"
		done
	done
	wire="esp=$esp ah=$ah ipcomp=$ipcomp icmp=$icmp tcp=$tcp udp=$udp other=$other"
}
