# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm
# -S of many entries: 20,000 that are as they are to be cost nothing but the
# look; traffic at full speed goes through a reload of 2,000 tunnels.

. "$UML/lib.sh"
. "$UML/monitor.sh"
ip link set lo up

keys="-E aes-cbc 0x000102030405060708090a0b0c0d0e0f -A hmac-sha2-256 \
0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

# many N FIRST: N SAs from the number FIRST on, and a policy for each tenth
many() {
	awk -v n="$1" -v first="$2" -v keys="$keys" 'BEGIN {
		for (i = first; i < first + n; i++) {
			net = int(i / 250) "." i % 250
			print "add 192.0.2.1 10." net ".1 esp " 4096 + i \
			    " -m tunnel " keys ";"
			if (i % 10 == 0)
				print "spdadd 10.1.0.0/16 11." net ".0/24 any -P out " \
				    "ipsec esp/tunnel/192.0.2.1-10." net ".1/require;"
		}
	}'
}

#
# Many that are as they are to be
#

n=20000
many $n 0 >/run/tmp/a
run setkey -S /run/tmp/a
check "$n SAs are made" "0" "$st$out$err"
watch
run setkey -v -S /run/tmp/a
watched
check "$n SAs once more: nobody hears of a change" "" "$(messages)"
run setkey -h -S /run/tmp/a
# What is sent begins with the version, and the type: 10 and 18 are the dumps.
check "$n SAs once more: what is sent are two dumps" "02 0a 02 12 " \
    "$(echo "$out" | sed -n 's/^00000000: \(.....\).*/\1/p' | tr '\n' ' ')"

# Memory, when all but the end of the document was written.
setkey -D -o json >/run/tmp/json
size=$(wc -c </run/tmp/json)
check "JSON: all are there" $n "$(grep -c '"name"' /run/tmp/json)"
rm /run/tmp/json
mkfifo /run/tmp/slow
setkey -D -o json >/run/tmp/slow &
pid=$!
peak=$({
	head -c $((size - 300000)) >/dev/null
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' /proc/$pid/status
	cat >/dev/null
} </run/tmp/slow)
comment "$size octets of JSON, peak memory of the program $peak KiB"
[ "${peak:-99999}" -le 4096 ]
check "JSON of $n SAs: at most 4 MB of memory ($peak KiB)" 0 $?
clear

#
# Beside a program that never stands still: -S alone cannot know what there is,
# and changes nothing; what only -O's files are about it can.
#

many 2000 0 >/run/tmp/a
many 2000 20 >/run/tmp/b	# 1 % of it are others
run setkey -S /run/tmp/a
while :; do
	printf 'add 198.51.100.1 198.51.100.2 esp %d -E null;\n' 301 302 303 304 305
	printf 'delete 198.51.100.1 198.51.100.2 esp %d;\n' 301 302 303 304 305
done | setkey -c >/dev/null 2>&1 &
busy=$!
watch
sleep 1
watched
changes=$(grep -c '198\.51\.100\.2' /run/tmp/watch)
[ "$changes" -ge 100 ]
check "a busy program makes changes ($changes in a second or two)" 0 $?
refused=0
for i in 1 2 3 4 5; do
	run setkey -S /run/tmp/a
	case $st$err in
	0)	;;
	1*"faster than they can be read: nothing was changed"*|1*"there all the same"*)
		refused=$((refused + 1)) ;;
	*)	comment "$st $err"
		refused=100 ;;
	esac
done
[ $refused -le 5 ]
check "beside a busy program: -S works or says why not ($refused of 5)" 0 $?
for file in b b; do
	run setkey -v -S /run/tmp/$file -O /run/tmp/a
	like "beside a busy program: -S -O" \
	    "SAs: 20 added, 0 updated, 0 replaced, 20 removed, 1980 kept" "$st$err"
	cp /run/tmp/$file /run/tmp/old
	run setkey -S /run/tmp/a -O /run/tmp/old
	check "beside a busy program: and back" 0 "$st$err"
done
kill $busy
check "it was busy all the time" 0 $?
wait $busy
clear

#
# Traffic at full speed: not one clear packet, not one that is lost, and each
# has the number that comes after the last.
#

two_hosts
many 2000 0 >/run/tmp/a
many 2000 20 >/run/tmp/b	# 1 % of it are others
# two_ways OWN OTHER: what protects the traffic, as OWN has it
two_ways() {
	cat <<-END
	add $left4 $right4 esp 0x901 -m tunnel -r 4 $keys;
	add $right4 $left4 esp 0x902 -m tunnel -r 4 $keys;
	spdadd $1 $2 icmp -P out ipsec esp/tunnel/$1-$2/require;
	spdadd $2 $1 icmp -P in ipsec esp/tunnel/$2-$1/require;
	END
}
for file in a b; do
	{ two_ways $left4 $right4; cat /run/tmp/$file; } >/run/tmp/left-$file
	{ two_ways $right4 $left4; cat /run/tmp/$file; } >/run/tmp/right-$file
done
in_left setkey -S /run/tmp/left-a
in_right setkey -S /run/tmp/right-a
in_left ping -c 1 -W 2 $right4 >/dev/null	# neighbours get to know each other

# number HOST SPI: how often the SA was used, as iproute2 shows the last number
number() {
	printf '%d' "$("in_$1" ip xfrm state list spi "$2" |
	    sed -n "s/.* $3 \(0x[0-9a-f]*\).*/\1/p")"
}
packets=20000
watch_wire
in_left ping -q -f -c $packets $right4 >/run/tmp/ping &
ping=$!
reloads=0 bad=0
while kill -0 $ping 2>/dev/null; do
	for file in b a; do
		for side in left right; do
			run "in_$side" setkey -v -S /run/tmp/$side-$file
			reloads=$((reloads + 1))
			case $st$err in
			0*" 20 added, 0 updated, 0 replaced, 20 removed, 1982 kept"*) ;;
			*)	bad=$((bad + 1))
				comment "$st $err" ;;
			esac
		done
	done
done
wait $ping
wire_seen
check "$reloads reloads of 2,000 SAs, 1 % are others" 0 $bad
[ "$reloads" -ge 4 ]
check "the traffic lasted as long as four of them" 0 $?
comment "$(tail -n 2 /run/tmp/ping)"
check "nothing in the clear; the capture has all: $wire" \
    "esp=$((packets * 2)) icmp=0 other=0" "esp=$esp icmp=$icmp other=$other"
like "no packet was lost" "$packets packets transmitted, $packets received, 0% packet loss" \
    "$(cat /run/tmp/ping)"
all=$((packets + 1))
check "the sequence numbers went on, there and back" "$all $all" \
    "$(number left 0x901 oseq) $(number right 0x902 oseq)"
check "and so did the windows" "$all $all" \
    "$(number right 0x901 seq) $(number left 0x902 seq)"
check "which refused nothing" "" \
    "$({ in_left ip -s xfrm state; in_right ip -s xfrm state; } |
    sed -n '/replay-window [1-9][0-9]* replay [0-9]* failed/p; /replay [1-9][0-9]* failed/p; /failed [1-9]/p')"
done_testing
