# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# setkey -x beside others that change things, ask, send and let expire; and
# what -v and -l show.

. "$UML/lib.sh"
. "$UML/monitor.sh"
ip -batch - <<EOF
link set lo up
link add dummy0 type dummy
address add 198.51.100.1/24 dev dummy0
link set dummy0 up
EOF

octet=d5
key=0x$octet$octet$octet$octet$octet$octet$octet${octet}0123456789abcdef
pair="src 192.0.2.1 dst 192.0.2.2"

#
# Everything that happens: once, in order, word for word
#

watch
setkey -e "add 192.0.2.1 192.0.2.2 esp 0x1001 -r 4 -u 7 -E aes-cbc $key -A hmac-sha1 ${key}01020304;"
setkey -e "get 192.0.2.1 192.0.2.2 esp 0x1001;" >/dev/null
setkey -e "update 192.0.2.1 192.0.2.2 esp 0x1001 -lh 1000 -ls 900 -E aes-cbc $key -A hmac-sha1 ${key}01020304;
    delete 192.0.2.1 192.0.2.2 esp 0x1001;
    spdadd 10.2.0.0/16 10.1.0.0/16[22] tcp -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
    spddelete 10.2.0.0/16 10.1.0.0/16[22] tcp -P in;
    add 192.0.2.1 192.0.2.2 ah 0x1002 -A hmac-sha1 ${key}01020304; flush ah; spdflush;" 2>/dev/null
setkey -e "delete 192.0.2.1 192.0.2.2 esp 0x1003;" 2>/dev/null
ip -batch - <<EOF
xfrm state add $pair proto esp spi 0x1004 mode tunnel enc cbc(aes) $key
xfrm state update $pair proto esp spi 0x1004 mode tunnel enc cbc(aes) $key
xfrm state delete $pair proto esp spi 0x1004
xfrm policy add src 2001:db8:1::/48 dst 2001:db8:2::/48 dir out tmpl src 2001:db8::1 dst 2001:db8::2 proto esp mode tunnel
xfrm policy update src 2001:db8:1::/48 dst 2001:db8:2::/48 dir out action block
xfrm policy delete src 2001:db8:1::/48 dst 2001:db8:2::/48 dir out
EOF
# What comes again within a second is no copy, though ip gives it the same
# numbers.
for _ in 1 2; do
	ip xfrm state add $pair proto comp spi 0x1005 comp deflate
	ip xfrm state delete $pair proto comp spi 0x1005
done
# Wanted, and there is none
setkey -e "spdadd 198.51.100.1 198.51.100.2 icmp -P out ipsec esp/transport//require;"
ping -q -c 1 -w 1 198.51.100.2 >/dev/null 2>&1
# Used until it expires
setkey -e "add 198.51.100.1 198.51.100.2 esp 0x1006 -ps 1 -ph 2 -E null;"
ping -q -c 3 -i 0.1 -w 1 198.51.100.2 >/dev/null 2>&1
# Expired by time; a slow machine must not find both at once.
setkey -e "add 192.0.2.1 192.0.2.2 esp 0x1007 -ls 1 -lh 6 -E null;"
wait_until 20 grep -q "spi=4103 replay=0 state=3" /run/tmp/watch
ip xfrm policy flush
ip xfrm state flush
watched
check "SIGTERM ends it" 0 "$st$err"
transcript >/run/tmp/transcript
cp /run/tmp/transcript "$RESULTS/watch.$channel"
if diff -u "$UML/watch.$channel" /run/tmp/transcript >/run/tmp/diff; then
	ok "all of it, once, in order, word for word"
else
	not_ok "all of it, once, in order, word for word" "$(cat /run/tmp/diff)"
fi
check "a local time before each" 1 \
    "$(head -n 1 /run/tmp/watch | grep -c '^[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]\{6\} $')"

#
# Options
#

some_changes() {
	setkey -e "add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc $key;"
	ip xfrm state delete $pair proto esp spi 0x1001
}
case $channel in
pfkey)	seen="ADD ADD DELETE" ;;	# the request, too
*)	seen="ADD DELETE" ;;
esac

# found HEX FILE: how many lines have it, be it across blanks, or across the
# lines of a hex dump
found() {
	sed -e 's/^[0-9a-f]*://' "$2" | tr -d ' \n' | grep -c "$1"
}

watch -x
some_changes
watched
check "-xx: status and messages" "0 $seen" "$st$err $(messages)"
check "-xx: seconds since 1970" 1 \
    "$(head -n 1 /run/tmp/watch | grep -c '^[1-9][0-9]\{9\}\.[0-9]\{6\} $')"
check "keys are shown" 1 "$(found $octet$octet$octet$octet /run/tmp/watch)"

watch -K
some_changes
watched
check "-K: status and messages" "0 $seen" "$st$err $(messages)"
check "-K: no octet of a key" 0 "$(found $octet$octet /run/tmp/watch)"
like "-K: says that there is one" "(hidden)" "$(cat /run/tmp/watch)"

watch -h
some_changes
watched
check "-h: status and messages" "0 $seen" "$st$err $(messages)"
check "-h: text and octets" 2 "$(tr '\n' ' ' </run/tmp/watch |
    grep -o "$octet$octet$octet$octet\|$octet $octet $octet $octet" | sort -u | wc -l)"

watch -h -K
some_changes
watched
check "-h -K: status and messages" "0 $seen" "$st$err $(messages)"
check "-h -K: no octet of a key" 0 "$(found $octet$octet /run/tmp/watch)"
like "-h -K: blotted out" "-- --" "$(cat /run/tmp/watch)"

if [ -e /proc/net/pfkey ]; then
	for name in pfkey:"DUMP DUMP" xfrm: auto:; do
		watch -T ${name%%:*}
		setkey -T pfkey -D >/dev/null
		watched
		check "-T ${name%%:*}: what others ask" "${name#*:}" "$(messages)"
	done
fi

#
# The end
#

watch
kill -INT "$monitor"
wait "$monitor"
check "SIGINT ends it" 0 "$?$(cat /run/tmp/watch.err)"

ended() { ! kill -0 "$1" 2>/dev/null; }
ended_by_mark() {
	mark 203.0.113.1
	ended "$1"
}
mkfifo /run/tmp/pipe
setkey -x >/run/tmp/pipe 2>/run/tmp/watch.err &
monitor=$!
# shellcheck disable=SC2217	# it only holds the pipe open
sleep 0.5 </run/tmp/pipe
wait_until 10 ended "$monitor"	# though nothing happens
kill -KILL "$monitor" 2>/dev/null
wait "$monitor"
check "a reader that goes away ends it" 0 "$?$(cat /run/tmp/watch.err)"

setkey -x >/dev/full 2>/run/tmp/watch.err &
monitor=$!
wait_until 10 ended_by_mark "$monitor"
kill -KILL "$monitor" 2>/dev/null
wait "$monitor"
check "output that cannot be written is a failure" 1 "$?"
like "and reported" "No space left" "$(cat /run/tmp/watch.err)"

#
# Many at once
#

adds() {	# COUNT
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
	    printf "add 192.0.2.1 10.%d.%d.1 esp %d -E null;\n", i / 250, i % 250, 10000 + i }'
}

# added: how many SAs the monitor showed to be added
added() {
	awk '/type=3\(ADD\)/ { add = 1 }
	    /^sadb_sa\{/ && add { n += !seen[$2]++; add = 0 }
	    END { print n + 0 }' /run/tmp/watch
}

adds 10000 >/run/tmp/script
watch
setkey -f /run/tmp/script
watched
n=$(added)
comment "$n of 10,000 changes were shown: $err"
if [ -z "$err" ]; then
	check "10,000 changes in a burst: all are shown" "10000 0" "$n $st"
else
	check "10,000 changes in a burst: a loss is a failure" 1 "$st"
fi
ip xfrm state flush

adds 40000 >/run/tmp/script
watch
kill -STOP "$monitor"
setkey -T xfrm -f /run/tmp/script	# by PF_KEY it takes minutes
kill -CONT "$monitor"
# More gets through only when there is room again.
watched mark 203.0.113.2
n=$(added)
comment "$n of 40,000 changes were shown: $err"
if [ "$n" -lt 40000 ]; then
	ok "a monitor that stood still has lost some"
else
	not_ok "a monitor that stood still has lost some"
fi
like "it says so" lost "$err"
if [ "$channel" != pfkey ]; then
	# Netlink counts; the marks may be among them.
	lost=$(echo "$err" | sed -n '1s/[^0-9]*\([0-9]*\).*/\1/p')
	check "and how many" yes "$(between 0 2 $((n + lost - 40000)))"
fi
check "and fails" 1 "$st"
check "it went on" yes "$(end_is_shown && echo yes)"
ip xfrm state flush

#
# -v: the same of what setkey itself sends and gets
#

: >/run/tmp/watch		# what is there may be waited for too early
{
	echo "add 192.0.2.1 192.0.2.2 esp 0x1001 -m transport -E aes-cbc $key;"
	wait_until 120 grep -q "state=1" /run/tmp/watch
	ip xfrm state add $pair proto esp spi 0x1002 enc 'cbc(aes)' $key
	echo "delete 192.0.2.1 192.0.2.2 esp 0x1001;"
} | setkey -v -c >/run/tmp/watch 2>/run/tmp/err
# What others do comes on a way of its own: before or behind the answer.
check "-v -c: what is sent, what comes, and what others do" \
    "ADD ADD ADD DELETE DELETE " "$(messages | tr ' ' '\n' | sort | tr '\n' ' ')"
like "-v -c: the others' SA" "spi=4098" "$(cat /run/tmp/watch)"
unlike "-v -c: no trouble" "error" "$(cat /run/tmp/err)"

shows() {	# MESSAGES OPTION [TEXT]
	expected=$1
	shift
	setkey -v "$@" >/run/tmp/watch 2>/run/tmp/err
	check "-v $1" "0 $expected" "$? $(messages)"
}
echo "add 192.0.2.1 192.0.2.2 esp 0x1003 -E null;" >/run/tmp/script
shows "ADD ADD" -f /run/tmp/script
shows "ADD ADD" -e "add 192.0.2.1 192.0.2.2 esp 0x1004 -E null;"
shows "DUMP DUMP DUMP DUMP" -D
check "-v -D: the keys, in both forms" 2 "$(grep -c "$octet$octet$octet$octet" /run/tmp/watch)"
shows "DUMP DUMP DUMP DUMP" -DK
check "-v -DK: no octet of a key" 0 "$(found $octet$octet /run/tmp/watch)"
shows "FLUSH FLUSH" -F
shows "X_SPDDUMP X_SPDDUMP" -DP
shows "X_SPDFLUSH X_SPDFLUSH" -FP

#
# -l: short lines, again and again
#

setkey -e "add 192.0.2.1 192.0.2.2 esp 0x1001 -lh 86400 -E null;
    add 2001:db8::1 2001:db8::2 ah 0x1002 -A hmac-md5 $key;
    spdadd 192.0.2.1 192.0.2.2 any -P out none;" 2>/dev/null

timeout 2.6 setkey -lD >/run/tmp/out
check "-l -D: a header, once" 1 "$(grep -c spi /run/tmp/out)"
check "-l -D: a line for each SA" yes \
    "$(between 2 4 "$(grep -c '192\.0\.2\.1 -> 192\.0\.2\.2$' /run/tmp/out)")"
check "-l -D: IPv6, too" yes \
    "$(between 2 4 "$(grep -c '2001:db8::1 -> 2001:db8::2$' /run/tmp/out)")"
comment "$(head -n 3 /run/tmp/out)"
timeout 2.6 setkey -lDP >/run/tmp/out
check "-l -DP: again each second" yes \
    "$(between 2 4 "$(grep -c '^	out none' /run/tmp/out)")"
mkfifo /run/tmp/pipe2
setkey -lD >/run/tmp/pipe2 2>/run/tmp/err &
list=$!
head -n 1 </run/tmp/pipe2 >/dev/null
wait_until 10 ended "$list"
kill -KILL "$list" 2>/dev/null
wait "$list"
check "-l: a reader that goes away ends it" "" "$(cat /run/tmp/err)"

done_testing
