# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# -o json of a real kernel, and -x in its forms of a line for an event: the
# documents are as the schema says, and a recorded script does it all again.

. "$UML/lib.sh"
. "$UML/monitor.sh"
ip link set lo up

aes=0x000102030405060708090a0b0c0d0e0f
sha1=0x101112131415161718191a1b1c1d1e1f20212223
python3=
for python in python3 /usr/bin/python3; do
	"$python" -c 'import jsonschema' 2>/dev/null && python3=$python
done
[ "$python3" ] || skip_all "python3 with jsonschema (for this script)"
docs=/run/tmp/docs
mkdir $docs

# An empty database is a document, too.
run setkey -D -o json
check "empty: exit status" 0 "$st$err"
like "empty: no SAs" '"count": 0, "complete": true, "error": null}' "$out"
echo "$out" >$docs/empty.json
run setkey -DP -o json
like "empty: no policies" '"kind": "spd"' "$out"
echo "$out" >$docs/empty-spd.json

script="
add $left4 $right4 esp 0x1001 -m tunnel -r 4 -u 7 -lh 3600 -ls 3000 -E aes-cbc $aes -A hmac-sha1 $sha1;
add $right4 $left4 esp-udp 0x1002 -E aes-cbc $aes -A hmac-sha1 $sha1;
add $left6 $right6 ah 0x1003 -A hmac-sha1 $sha1;
add $left4 $right4 ipcomp 0x1004 -C deflate;
spdadd 10.1.0.0/24[22] 10.2.0.0/24 tcp -P out prio high ipsec esp/tunnel/$left4-$right4/unique:7;
spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/$right4-$left4/require;
spdadd ::/0 ::/0 icmp6 135,0 -P out none;
spdadd 10.3.0.0/24 10.1.0.0/24 udp -P out discard;"
watch_as() {
	: >/run/tmp/watch
	setkey -x "$@" >/run/tmp/watch 2>/run/tmp/watch.err &
	monitor=$!
	wait_until 10 sees_mark 203.0.113.1
}
sees_mark() {
	mark "$1"
	grep -q "$1" /run/tmp/watch
}
end_watch() {
	wait_until 10 sees_mark 203.0.113.2
	kill $monitor
	wait $monitor
	check "$1: the monitor's exit status" 0 "$?$(cat /run/tmp/watch.err)"
}

#
# Dumps
#

sk_ok "four SAs and five policies" "$script"
setkey -D -o json >$docs/sad.json
check "sad: exit status" 0 "$?"
setkey -DP -o json >$docs/spd.json
check "spd: exit status" 0 "$?"
setkey -K -D -o json >$docs/hidden.json
check "-K hides every key" "" "$(grep 0001020304 $docs/hidden.json)"
like "otherwise they are there" '"key": "000102030405060708090a0b0c0d0e0f"' \
    "$(cat $docs/sad.json)"
like "four SAs" '"count": 4, "complete": true' "$(cat $docs/sad.json)"
like "five policies" '"count": 5, "complete": true' "$(cat $docs/spd.json)"
like "-g" '"count": 5' "$(setkey -gDP -o json)"
like "-t" '"count": 0' "$(setkey -tDP -o json)"

# A name is what get takes.
name=$(sed -n 's/^{"name": "\([^"]*0x00001001\)".*/\1/p' $docs/sad.json)
like "the name of an SA is what get takes" "spi=4097" \
    "$(setkey -e "get $name;")"

# Nobody to ask: no document.
run setpriv --reuid=65534 --clear-groups setkey -D -o json
check "no permission: no document" "1 " "$st $out"

#
# Events
#

clear
watch_as -o json
setkey -e "$script flush; spdflush;"
end_watch json
cp /run/tmp/watch $docs/watch.lines
like "json: begins with start" '"event": "start"' "$(head -n 1 /run/tmp/watch)"
like "json: ends with end" '"event": "end"' "$(tail -n 1 /run/tmp/watch)"
like "json: an SA" '"event": "add", "time": ' \
    "$(grep '"spi_hex": "0x00001002"' /run/tmp/watch)"
run "$python3" "$TOP/tests/check-json.py" "$TOP/setkey.schema.json" $docs/*
check "all of it is as the schema says" 0 "$st"
[ "$st" -eq 0 ] || comment "$out" "$err"

clear
watch_as -o script
setkey -e "$script"
setkey -e "delete $left4 $right4 ipcomp 0x1004;
    update $left4 $right4 esp 0x1001 -m tunnel -r 4 -u 7 -lh 7200 -E aes-cbc $aes -A hmac-sha1 $sha1;
    spddelete ::/0 ::/0 icmp6 135,0 -P out;"
end_watch script
{ states; policies; } >/run/tmp/before
clear
if [ "$channel" = xfrm ]; then
	run setkey -f /run/tmp/watch
	# The update is warned of: it changes limits alone.
	check "script: what was recorded can be done again" 0 "$st"
	{ states; policies; } >/run/tmp/after
	check "script: and comes to the same" "$(cat /run/tmp/before)" \
	    "$(cat /run/tmp/after)"
fi
check "script: each line has its time" "" "$(grep -v \
    ' # [0-9-]*T[0-9:]*\.[0-9]\{6\}Z pid=[0-9]*$' /run/tmp/watch)"

clear
watch_as -l
setkey -e "$script flush;"
end_watch short
like "short: an SA" " add $left4 $right4 esp 0x00001001 tunnel reqid=7 pid=" \
    "$(cat /run/tmp/watch)"
like "short: a policy" " udp -P out discard pid=" \
    "$(cat /run/tmp/watch)"
check "short: no keys" "" "$(grep 0001020304 /run/tmp/watch)"

#
# A burst: more than the socket holds.  What is missing is told in its place.
#

clear
watch_as -o json
kill -STOP $monitor
for i in 1 2; do
	awk -v n=$i 'BEGIN { for (i = 1; i < 2000; i++)
		print "add 10.0." n ".1 10.0." n ".2 esp " 256 + i " -E null;" }' |
	    setkey -f -
	setkey -F
done
kill -CONT $monitor
wait_until 20 sees_mark 203.0.113.2
kill $monitor
wait $monitor
st=$?
if grep -q '"event": "lost"' /run/tmp/watch; then
	check "lost events: exit status 1" 1 "$st"
	like "and said on standard error" lost "$(cat /run/tmp/watch.err)"
else
	check "nothing was lost" 0 "$st"
	# The PF_KEY socket shows the request, and what came of it.
	n=3998
	[ "$channel" = xfrm ] || n=$((2 * n))
	check "all 3998 SAs are there" $n \
	    "$(grep '"event": "add"' /run/tmp/watch | grep -c '"db": "sad"')"
fi
check "every line is whole" "" \
    "$(grep -v -e '^{"setkey_json": 1, .*}$' /run/tmp/watch | head -n 3)"
done_testing
