# SPDX-License-Identifier: BSD-2-Clause
# What `make demo` shows: setkey loads the sample files on two hosts, and the
# packets between them are encrypted. The hosts are network namespaces of the
# kernel that `boot` started. Ends with an error if a ping is not answered or
# if anything crossed the wire in the clear.

. "$UML/lib.sh"

bad=0

title() { printf '\n==== %s\n\n' "$*"; }
shown() { sed 's/^/    /'; }

failed() {
	echo "FAILED: $*"
	bad=1
}

# on HOST COMMAND ...: show a command, run it there, show what it prints
on() {
	host=$1
	shift
	echo "$host# $*"
	nsenter --net="/run/netns/$host" "$@" >/run/tmp/shown 2>&1
	st=$?
	shown </run/tmp/shown
	[ "$st" -eq 0 ] || failed "exit status $st"
}

# load FILE: on left, and its counterpart on right; copied to where only root
# can read it, as it should be with keys
load() {
	cat "$TOP/examples/$1.conf" >"$1.conf"
	cat "$TOP/examples/$1-peer.conf" >"$1-peer.conf"
	on left setkey -f "$1.conf"
	on right setkey -f "$1-peer.conf"
	echo
}

# ping_over HOST ADDRESS KIND: three pings, answered; what crossed the wire
# was 6 packets of that KIND and nothing else
ping_over() {
	watch_wire /run/tmp/wire
	on "$1" ping -q -c 3 -i 0.2 -W 5 "$2"
	wire_seen
	echo
	echo "On the wire between left and right:"
	cat /run/tmp/wire.left /run/tmp/wire.right | shown
	eval "number=\$$3"
	if [ "$number" -eq 6 ] && [ $((esp + ah + ipcomp + icmp + tcp + udp + other)) -eq 6 ]; then
		echo "6 packets, all of them $3."
	else
		failed "there should be 6 packets of $3, but there were $wire"
	fi
}

two_hosts
networks_behind
cd /run/tmp || exit 1
cat <<EOF
Four hosts on a kernel of their own, $(uname -sr):

    alice 10.1.0.10 -- left 192.0.2.1 ======== 192.0.2.2 right -- 10.2.0.10 bob

The program under test is $SETKEY.
EOF

title "Without IPsec, pings from alice to bob cross the wire in the clear"
ping_over alice $bob4 icmp

title "1. A tunnel between the networks: examples/ipsec.conf"
sed '1,/^$/d' "$TOP/examples/ipsec.conf" | shown
echo
load ipsec
on left setkey -D
echo
on left setkey -DP
echo
ping_over alice $bob4 esp

title "2. Host to host, transport mode: examples/host-to-host.conf"
load host-to-host
on right setkey -DP
echo
ping_over left $right4 esp

title "3. AH around ESP, transport mode: examples/ah.conf"
load ah
on right setkey -DP
echo
ping_over left $right4 ah

title "Everything is removed again"
on left setkey -F
on left setkey -FP
on left setkey -D
on left setkey -DP

echo
if [ "$bad" -ne 0 ]; then
	echo "The demonstration FAILED: see above."
	exit 1
fi
echo "It works: the kernel encrypted what setkey told it to, and took in nothing else."
