# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# Filters: dumps, flushes and monitors of some entries, by option and by command.

. "$UML/lib.sh"
. "$UML/monitor.sh"

aes=0x000102030405060708090a0b0c0d0e0f

cat >/run/tmp/conf <<END
add 192.0.2.1 192.0.2.2 esp 0x101 -u 7 -E null;
add 192.0.2.2 192.0.2.1 esp 0x102 -u 7 -E null;
add 192.0.2.1 192.0.2.3 ah 0x103 -A null;
add 192.0.2.129 192.0.2.2 esp-udp 0x104 -E null;
add 198.51.100.1 192.0.2.2 esp 0x105 -u 8 -E null;
add 2001:db8::1 2001:db8::2 esp 0x106 -E null;
spdadd 10.1.1.0/24 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7;
spdadd 10.2.0.0/16 10.1.1.0/24 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/unique:7;
spdadd 10.1.2.0/24 10.2.0.0/16 tcp -P out none;
spdadd 10.1.3.0/24[22] 10.2.0.0/16 tcp -P out discard;
spdadd ::/0 ::/0 icmp6 135,0 -P out none;
END

load() {
	clear
	setkey -f /run/tmp/conf
}

# spis: of the SAs in $out; nets: the sources of its policies
spis() {
	echo "$out" | sed -n 's/.*spi=[0-9]*(0x0*\([0-9a-f]*\)).*/\1/p' | sort |
	    tr '\n' ' '
}
nets() {
	echo "$out" | sed -n 's,^\([0-9a-f.:]*/[0-9]*\).*,\1,p' | sort |
	    tr '\n' ' '
}

# sas NAME SPIS WORD ...: -D with these words shows those, and so does dump
sas() {
	name=$1 expected=$2
	shift 2
	run setkey -D -- "$@"
	check "-D $name" "0 $expected" "$st$err $(spis)"
	run setkey -e "dump $*;"
	check "dump $name" "0 $expected" "$st$err $(spis)"
}

spd() {
	name=$1 expected=$2
	shift 2
	run setkey -DP -- "$@"
	check "-DP $name" "0 $expected" "$st$err $(nets)"
	run setkey -e "spddump $*;"
	check "spddump $name" "0 $expected" "$st$err $(nets)"
}

#
# Dumps
#

load
sas "of a protocol" "103 " ah
sas "of two hosts" "101 " 192.0.2.1 192.0.2.2
sas "of a range" "101 102 103 " 192.0.2.0/25 192.0.2.0/24
sas "of a range and a protocol" "101 102 " 192.0.2.0/25 192.0.2.0/24 esp
sas "of all ranges" "101 102 103 104 105 " 0.0.0.0/0 0.0.0.0/0
sas "of an SPI" "102 " 192.0.2.2 192.0.2.1 esp 0x102
sas "of a family" "106 " -6
sas "of the other" "101 102 103 104 105 " -4
sas "of an identifier" "101 102 " -u 7
sas "of an identifier and a destination" "101 " 0.0.0.0/0 192.0.2.2 -u 7
sas "of none" "103 104 106 " -u 0
sas "of what is wrapped in UDP" "104 " 0.0.0.0/0 0.0.0.0/0 esp-udp
sas "of a port" "104 " "192.0.2.129[4500]" 192.0.2.0/24
run setkey -D 192.0.2.7 192.0.2.8
check "-D of what is not there" "0 No SAD entries." "$st $out$err"
run setkey -DP -- -u 99
check "-DP of what is not there" "0 No SPD entries." "$st $out$err"

spd "of a range" "10.1.1.0/24 10.1.2.0/24 10.1.3.0/24 " 10.1.0.0/16 0.0.0.0/0
spd "of one" "10.1.2.0/24 " 10.1.2.0/24 10.2.0.0/16
spd "of a range that is inside theirs" "" 10.1.2.0/25 10.2.0.0/16
spd "of an upper protocol" "10.1.2.0/24 10.1.3.0/24 " 0.0.0.0/0 0.0.0.0/0 tcp
spd "of any" "10.1.1.0/24 10.2.0.0/16 10.2.0.0/16 " 0.0.0.0/0 0.0.0.0/0 any
spd "of a port" "10.1.3.0/24 " "0.0.0.0/0[22]" 0.0.0.0/0
spd "of a message type" "::/0 " ::/0 ::/0 icmp6 135,0
spd "of another" "" ::/0 ::/0 icmp6 136,0
spd "of a direction" "10.2.0.0/16 " -P in
spd "of fwd" "10.2.0.0/16 " -P fwd
spd "of an identifier" "10.1.1.0/24 10.2.0.0/16 10.2.0.0/16 " -u 7
spd "of both" "10.1.1.0/24 " -u 7 -P out
spd "of a family" "::/0 " -6

# The other forms, from the same records.
run setkey -o json -D esp -u 7
check "JSON: as many, and their number" "2 1" \
    "$(echo "$out" | grep -c '"name"') $(echo "$out" | grep -c '"count": *2')"
run setkey -o script -DP -- -u 7
check "a script: in and fwd are one" "2" "$(echo "$out" | grep -c '^spdadd')"
{ setkey -o script -D ah; setkey -o script -DP 10.1.2.0/24 0.0.0.0/0; } >/run/tmp/some
run setkey -f /run/tmp/some
check "a script: what it makes is there" "exists" \
    "$(echo "$err" | grep -o -m 1 exists)"

# The kernel leaves out what it can.
if [ "$channel" = pfkey ]; then
	run setkey -vD 192.0.2.0/25 192.0.2.0/24
	like "PF_KEY has a filter" "sadb_x_filter" "$out"
else
	run setkey -vD 192.0.2.0/25 192.0.2.0/24 esp
fi
unlike "the kernel does not tell of others" "2001:db8" "$out"
run setkey -hD 192.0.2.0/25 192.0.2.0/24 esp
unlike "nor of other protocols" 103 "$(spis)"

#
# Flushes
#

# left NAME SPIS: what is there now
left() {
	run setkey -D
	check "$1: is left" "$2" "$(spis)"
}
run setkey -v -F 192.0.2.1 192.0.2.2
like "-F: says how many" "setkey: 1 SA deleted" "$err"
left "-F of two hosts" "102 103 104 105 106 "
run setkey -F -- -u 7
check "-F of an identifier" "0" "$st$out$err"
left "-F of an identifier" "103 104 105 106 "
run setkey -F -- -u 7
check "-F of nothing is no failure" "0" "$st$out$err"
run setkey -v -e "flush 192.0.2.129 0.0.0.0/0 esp-udp; flush -6; flush -u 99;"
check "flush: says how many" "1 SA deleted 1 SA deleted 0 SAs deleted " \
    "$(echo "$err" | sed -n 's/setkey: \(.* deleted\)/\1/p' | tr '\n' ' ')"
left "flush" "103 105 "
run setkey -F esp
left "-F of a protocol" "103 "
run setkey -FP -- -P fwd
check "-FP of fwd: the in policy stays" "0 1 0" \
    "$st$out$err $(policies | grep -c 'dir in') $(policies | grep -c 'dir fwd')"
run setkey -v -FP 10.1.0.0/16 0.0.0.0/0 tcp
like "-FP: says how many" "setkey: 2 policies deleted" "$err"
run setkey -DP
check "-FP: is left" "10.1.1.0/24 10.2.0.0/16 ::/0 " "$(nets)"
run setkey -e "spdflush -u 7;"
run setkey -DP
check "spdflush -u" "::/0 " "$(nets)"

# Wrong words delete nothing.
load
for words in "" "esp;" "192.0.2.1" "-u" "-u x" "-r 4"; do
	run setkey -F -- "$words"
	check "-F '$words': exit status" 1 "$st"
done
run setkey -F --
check "-F --: exit status" 1 "$st"
left "wrong words" "101 102 103 104 105 106 "
run setpriv --reuid=65534 --clear-groups setkey -F 192.0.2.1 192.0.2.2
check "-F without permission" "1" "$st"
left "without permission" "101 102 103 104 105 106 "

# One that waits for its SPI has no name; one that was given it has.
if [ "$channel" = xfrm ]; then
	ip xfrm state allocspi src 192.0.2.9 dst 192.0.2.8 proto esp \
	    min 0x300 max 0x300 >/dev/null
	run setkey -F 192.0.2.9 192.0.2.8
	check "a larval SA" "0" "$st$out$err"
	left "a larval SA" "101 102 103 104 105 106 "
fi

#
# Marks and interfaces
#

if [ "$channel" = xfrm ]; then
	clear
	setkey -c <<-END
	add 192.0.2.1 192.0.2.2 esp 0x201 -mark 1 -E null;
	add 192.0.2.1 192.0.2.2 esp 0x202 -mark 1/0xff -if_id 9 -E null;
	add 192.0.2.1 192.0.2.2 esp 0x203 -E null;
	spdadd 10.1.1.0/24 10.2.0.0/16 any -mark 1 -P out none;
	spdadd 10.1.2.0/24 10.2.0.0/16 any -if_id 9 -P out none;
	spdadd 10.1.3.0/24 10.2.0.0/16 any -P out none;
	END
	sas "of a mark" "201 " -mark 1
	sas "of a mark with a mask" "202 " -mark 1/0xff
	sas "without a mark" "203 " -mark 0/0
	sas "of an interface" "202 " -if_id 9
	sas "of none" "201 203 " -if_id 0
	spd "of a mark" "10.1.1.0/24 " -mark 1
	spd "of an interface" "10.1.2.0/24 " -if_id 9
	setkey -F -- -if_id 0
	left "-F of no interface" "202 "
	setkey -FP -- -mark 1
	run setkey -DP
	check "-FP of a mark" "10.1.2.0/24 10.1.3.0/24 " "$(nets)"
	# Of the same name, but for the mark; the one without it is found
	# for every mark.
	clear
	ip -batch - <<-END
	xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x301 mark 5 mask 0xffffffff enc cbc(aes) $aes
	xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x301 enc cbc(aes) $aes
	xfrm policy add src 10.1.1.0/24 dst 10.2.0.0/16 dir out mark 5 mask 0xffffffff
	xfrm policy add src 10.1.1.0/24 dst 10.2.0.0/16 dir out
	END
	run setkey -FP -- -mark 5
	check "one policy of two" "0 1" "$st$out$err $(policies | grep -c ^src)"
	unlike "one policy of two: the other is left" mark "$(policies)"
fi

#
# Monitors
#

# What it waits for must fit the filter.
sees_sas() {
	setkey -e "add 203.0.113.1 203.0.113.1 esp 0x999 -E null;
	    delete 203.0.113.1 203.0.113.1 esp 0x999;"
	grep -q "delete 203\.0\.113\.1" /run/tmp/watch
}
clear
setkey -x -l esp >/run/tmp/watch 2>&1 &
monitor=$!
wait_until 10 sees_sas
setkey -c <<END
add 192.0.2.1 192.0.2.2 esp 0x101 -E null;
add 192.0.2.1 192.0.2.2 ah 0x102 -A null;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none;
delete 192.0.2.1 192.0.2.2 esp 0x101;
delete 192.0.2.1 192.0.2.2 ah 0x102;
add 192.0.2.1 192.0.2.2 ah 0x103 -A null;
flush;
END
sleep 1
kill "$monitor"
wait "$monitor"
like "-x of a protocol: what fits" "add 192.0.2.1 192.0.2.2 esp 0x00000101" \
    "$(cat /run/tmp/watch)"
like "-x of a protocol: and its end" "delete 192.0.2.1 192.0.2.2 esp 0x00000101" \
    "$(cat /run/tmp/watch)"
check "-x of a protocol: nothing else" "0 0" \
    "$(times_shown ' ah 0x') $(times_shown spd)"
like "-x: a flush may be about these" " flush" "$(cat /run/tmp/watch)"
done_testing
