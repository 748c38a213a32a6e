# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# setkey -S: a kernel becomes what a file says, and nothing else happens.

. "$UML/lib.sh"
. "$UML/monitor.sh"
ip link set lo up

aes=0x000102030405060708090a0b0c0d0e0f
other=0x101112131415161718191a1b1c1d1e1f
sha1=0x101112131415161718191a1b1c1d1e1f20212223
keys="-E aes-cbc $aes -A hmac-sha1 $sha1"

# sync NAME FILE [OPTION ...]: it succeeds in silence
sync() {
	name=$1 file=$2
	shift 2
	run setkey "$@" -S "$file"
	check "$name" "0" "$st$out$err"
}

# nothing_left NAME FILE [OPTION ...]: the kernel is as the file says
nothing_left() {
	name=$1 file=$2
	shift 2
	run setkey "$@" -n -S "$file"
	check "$name: nothing is left to do" "0" \
	    "$st$out$(grep error: /run/tmp/err)"
}

cat >/run/tmp/a <<END
flush; spdflush;
add $left4 $right4 esp 0x1001 -m tunnel -r 4 -u 7 -lh 3600 -ls 3000 $keys;
add $right4 $left4 esp-udp 0x1002 -E aes-cbc $aes;
add $left6 $right6 ah 0x1003 -A hmac-sha1 $sha1;
add $left4 $right4 ipcomp 0x1004 -C deflate;
add $left4 $right4 esp 0x1005 -f nocyclic-seq -E null;
spdadd 10.1.0.0/24[22] 10.2.0.0/24 tcp -P out prio high ipsec esp/tunnel/$left4-$right4/unique:7;
spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/$right4-$left4/unique ah/transport//use;
spdadd -k 10.4.0.0/24 10.1.0.0/24 any -P in ipsec esp/transport//default;
spdadd ::/0 ::/0 icmp6 135,0 -P out none;
spdadd 10.3.0.0/24 10.1.0.0/24 udp -P out discard;
spdadd 10.5.0.0/24 10.1.0.0/24 any -lh 1000 -P out none;
END

# Without the states that the kernel makes for IPComp itself.
count_sas() { states | grep -c -e 'proto esp' -e 'proto ah' -e 'proto comp'; }

#
# To what the file says, and once more
#

run setkey -n -S /run/tmp/a
check "-n: exit status" 0 "$st"
check "-n: a command for each entry, and one for the twin" 12 \
    "$(echo "$out" | grep -c '^[as].*;$')"
check "-n changes nothing" "" "$(states)$(policies)"
echo "$out" >/run/tmp/script
sync "from nothing" /run/tmp/a
{ states; policies; } | sed -e 's/ index [0-9]*//' -e 's/reqid 1638[0-9]/reqid N/' |
    sort >/run/tmp/after
nothing_left "from nothing" /run/tmp/a
clear
run setkey -f /run/tmp/script
{ states; policies; } | sed -e 's/ index [0-9]*//' -e 's/reqid 1638[0-9]/reqid N/' |
    sort >/run/tmp/by-script
check "what -n printed does the same" "$(cat /run/tmp/after)" \
    "$(cat /run/tmp/by-script)"
nothing_left "by that script" /run/tmp/a
clear
run setkey -f /run/tmp/a
nothing_left "by -f" /run/tmp/a

watch
sync "again" /run/tmp/a
watched
check "again: no request changes anything" "" "$(grep -v -e '203\.0\.113' \
    /run/tmp/watch | grep -e 'X_SPD[UAD]' -e '(ADD)' -e '(DELETE)' \
    -e '(UPDATE)' | grep -v SPDDUMP | head -n 1 | grep -v "type=1[45]")"

#
# One line more, one less, one changed
#

ip -s xfrm state >/run/tmp/before
sed -e 's/3600/7200/' -e '/0x1005/d' -e '/discard/d' \
    -e 's/icmp6 135,0 -P out none/icmp6 135,0 -P out discard/' /run/tmp/a >/run/tmp/b
echo "add $left4 $right4 esp 0x1006 $keys;" >>/run/tmp/b
run setkey -v -S /run/tmp/b
like "changes: SAs" "SAs: 1 added, 1 updated, 0 replaced, 1 removed, 3 kept" "$err"
like "changes: policies" \
    "policies: 0 added, 1 updated, 0 replaced, 1 removed, 5 kept" "$err"
check "changes: exit status" 0 "$st"
nothing_left "changes" /run/tmp/b
like "changes: the limit" "7200(sec)" "$(ip -s xfrm state)"
sync "and back" /run/tmp/a
nothing_left "and back" /run/tmp/a

# A key that is another one: one change of two requests.
sed "s/0x1002 -E aes-cbc $aes/0x1002 -E aes-cbc $other/" /run/tmp/a >/run/tmp/b
run setkey -n -S /run/tmp/b
like "another key" "# replace: encryption key" "$out"
unlike "another key: says nothing of it" "0f -> " "$out"
run setkey -v -S /run/tmp/b
like "another key: replaced" "1 replaced, 0 removed, 4 kept" "$err"
nothing_left "another key" /run/tmp/b

#
# Only what is ours
#

clear
setkey -f /run/tmp/a
ip -batch - <<END
xfrm state add src 192.0.2.9 dst 192.0.2.8 proto esp spi 0x99 mode tunnel enc cbc(aes) $aes
xfrm policy add src 10.8.0.0/24 dst 10.9.0.0/24 dir out tmpl src 192.0.2.9 dst 192.0.2.8 proto esp mode tunnel
END
setkey -Knv -f /run/tmp/a >/run/tmp/old
like "the record has no keys" "(hidden)" "$(cat /run/tmp/old)"
sed -e '/0x1003/d' -e '/discard/d' /run/tmp/a >/run/tmp/b
run setkey -v -S /run/tmp/b -O /run/tmp/old
check "-O: exit status" 0 "$st"
like "-O: another's SA is not ours" "1 removed, 4 kept, 1 not ours" "$err"
like "-O: it is there" 0x00000099 "$(states)"
like "-O: nor is its policy" 10.8.0.0 "$(policies)"
sync "-O: all of ours goes" /dev/null -O /run/tmp/old
check "-O: and nothing else" "1 1" \
    "$(count_sas) $(policies | grep -c '^src')"
run setkey -S /run/tmp/b -O /run/tmp/nothing
check "-O: a record that is not there yet" 0 "$st$out$err"
clear

#
# What is wrong
#

wrong() {
	printf '%s\n' "$2" >/run/tmp/wrong
	states >/run/tmp/before
	run setkey -S /run/tmp/wrong
	states >/run/tmp/after
	check "$1: exit status" 1 "$st"
	like "$1: message" "$3" "$err"
	check "$1: nothing was changed" "$(cat /run/tmp/before)" \
	    "$(cat /run/tmp/after)"
}
setkey -f /run/tmp/a
wrong "an empty file" "# nothing" "this would remove everything"
wrong "get" "get $left4 $right4 esp 0x1001;" "-S takes add, spdadd, spddefault and spdhash"
wrong "a late flush" "add $left4 $right4 esp 0x1001 $keys; flush;" \
    "only stand before all others"
wrong "one name twice" "add $left4 $right4 esp 0x1001 $keys;
add $left4 $right4 esp 0x1001 -E null;" "makes another SA of this name"
wrong "a syntax error" "add $left4;" "expected"
printf 'spdflush;\n' >/run/tmp/b
run setkey -S /run/tmp/b
check "policies only: the SAs stay" "5 0" \
    "$(count_sas) $(policies | grep -c '^src')"
run setpriv --reuid=65534 --clear-groups setkey -S /run/tmp/b
check "no permission: exit status" 1 "$st"
like "no permission: message" "ermi" "$err"

# An SA that was used keeps its sequence numbers, or stays as it is.
two_hosts
in_left setkey -c <<END
add $left4 $right4 esp 0x1001 -E null;
spdadd $left4 $right4 icmp -P out ipsec esp/transport//require;
END
in_left ping -c 1 -W 1 $right4 >/dev/null
printf 'add %s %s esp 0x1001 -r 4 -E null;\n' $left4 $right4 >/run/tmp/b
run in_left setkey -S /run/tmp/b
check "a used SA: not made anew with the same key" 1 "$st"
like "a used SA: and why" "window 0 -> 32" "$err"
in_left setkey -F
in_left setkey -FP

if [ "$channel" = xfrm ]; then
	# The third of ten is refused: what is old stays, and the next run
	# mends it.
	clear
	setkey -f /run/tmp/a
	for i in 1 2 3 4 5 6 7 8 9; do
		echo "add $left4 $right4 esp 0x200$i $keys;"
	done >/run/tmp/b
	sed 's/0x2003/0x2003 -hwif nosuch0/' /run/tmp/b >/run/tmp/c
	run setkey -S /run/tmp/c
	check "refused: exit status" 1 "$st"
	like "refused: where" "/run/tmp/c:3:" "$err"
	like "refused: nothing was removed" "nothing was removed" "$err"
	check "refused: the others are there, and the old" 13 \
	    "$(count_sas)"
	like "refused: what was done" \
	    "SAs: 8 added, 0 updated, 0 replaced, 0 removed, 0 kept" "$err"
	sync "the next run mends it" /run/tmp/b
	nothing_left "the next run" /run/tmp/b
fi

#
# What no command makes, larval SAs, and rivals by mark
#

if [ "$channel" = xfrm ]; then
	clear
	setkey -f /run/tmp/a
	ip -batch - <<-END
	xfrm state allocspi src 192.0.2.9 dst 192.0.2.8 proto esp min 0x300 max 0x300
	link add gone0 type dummy
	xfrm policy add src 10.8.0.0/24 dst 10.9.0.0/24 dev gone0 dir out
	link delete gone0
	xfrm policy add src 10.8.1.0/24 dst 10.9.0.0/24 dir out
	END
	run setkey -v -S /run/tmp/a
	check "cannot be said: exit status" 0 "$st"
	like "cannot be said: the policy is left, another is not" \
	    "policies: 0 added, 0 updated, 0 replaced, 1 removed, 7 kept, 1 not ours" "$err"
	like "cannot be said: that is told" "1 cannot be said in commands" "$err"
	like "cannot be said: it is there" 10.8.0.0 "$(policies)"
	like "a larval SA is there" 0x00000300 "$(states)"
	nothing_left "cannot be said" /run/tmp/a

	# A daemon's SA of the same name, but for the mark, which the kernel
	# finds for every mark: it is never touched.
	clear
	ours="$left4 $right4 esp 0x1001"
	echo "add $ours -mark 5 -lh 100 $keys;" >/run/tmp/b
	setkey -f /run/tmp/b
	rival="src $left4 dst $right4 proto esp spi 0x1001"
	ip xfrm state add $rival enc 'cbc(aes)' $other
	ip -s xfrm state get $rival | grep -v use >/run/tmp/rival
	run setkey -S /dev/null -O /run/tmp/b
	check "a rival, removal: exit status" 1 "$st"
	like "a rival, removal: why" "SA with another mark" "$err"
	sed 's/-lh 100/-lh 200/' /run/tmp/b >/run/tmp/c
	run setkey -S /run/tmp/c -O /run/tmp/b
	check "a rival, update: exit status" 1 "$st"
	like "a rival, update: why" "SA with another mark" "$err"
	sed "s/$aes/$other/" /run/tmp/b >/run/tmp/c
	run setkey -S /run/tmp/c -O /run/tmp/b
	check "a rival, replacement: exit status" 1 "$st"
	run setkey -e "delete $ours -mark 5;"
	check "a rival, delete: exit status" 1 "$st"
	run setkey -F -- -mark 5
	check "a rival, -F: exit status" 1 "$st"
	check "a rival is as it was" "$(cat /run/tmp/rival)" \
	    "$(ip -s xfrm state get $rival | grep -v use)"
	check "and so is ours" 2 "$(count_sas)"
	# Where it stands behind ours, ours can be removed.
	clear
	ip xfrm state add $rival mark 6 mask 0xff enc 'cbc(aes)' $other
	setkey -f /run/tmp/b
	sync "no rival: removal" /dev/null -O /run/tmp/b
	check "no rival: the other one is there" "1 0x6/0xff" \
	    "$(count_sas) $(states | sed -n 's/.*mark \([^ ]*\).*/\1/p')"
	clear

	#
	# The new SA is refused: the old one is not deleted for it.
	#
	printf 'add %s -E aes-cbc %s;\n' "$ours" $aes >/run/tmp/b
	setkey -f /run/tmp/b
	sed 's/-E/-dev nosuch0 -E/' /run/tmp/b >/run/tmp/c
	sed 's/0x1001/0x1002/' /run/tmp/b >>/run/tmp/c
	run setkey -S /run/tmp/c
	check "a replacement that is refused: exit status" 1 "$st"
	like "a replacement that is refused: where" /run/tmp/c:1: "$err"
	check "a replacement that is refused: the old one is there" 2 \
	    "$(count_sas)"
	clear
fi

#
# While somebody else changes the same entries
#

clear
setkey -f /run/tmp/a
(
	while [ ! -e /run/tmp/enough ]; do
		setkey -e "delete $left4 $right4 ipcomp 0x1004;
		    spddelete 10.3.0.0/24 10.1.0.0/24 udp -P out;
		    add $left4 $right4 ipcomp 0x1004 -C deflate;
		    spdadd 10.3.0.0/24 10.1.0.0/24 udp -P out none;"
	done >/dev/null 2>&1
) &
rival=$!
good=0 bad=0
for i in 1 2 3 4 5 6 7 8 9 10; do
	run setkey -S /run/tmp/a
	case $st$out$err in
	0)	good=$((good + 1)) ;;
	1*error:*|1*'there all the same'*|1*'faster than'*) ;;
	*)	bad=$((bad + 1))
		comment "status $st: $out$err" ;;
	esac
done
: >/run/tmp/enough
wait $rival
check "a rival program: silence, or what is not as it is to be" 0 $bad
comment "$good of 10 were not disturbed"
sync "a rival program: at the end all is as the file says" /run/tmp/a
nothing_left "a rival program" /run/tmp/a
clear

#
# Many: nothing is sent for what is as it is to be; killed at any moment, the
# next run comes to the same.
#

many() {
	awk -v n="$1" -v first="$2" -v keys="$keys" 'BEGIN {
		for (i = first; i < first + n; i++) {
			net = int(i / 250) "." i % 250
			print "add 192.0.2.1 10." net ".1 esp " 4096 + i \
			    " -m tunnel " keys ";"
			print "spdadd 10.1.0.0/16 11." net ".0/24 any -P out " \
			    "ipsec esp/tunnel/192.0.2.1-10." net ".1/require;"
		}
	}'
}
clear
n=2000
[ "$channel" = xfrm ] || n=100		# each of them waits for its answer
many $n 0 >/run/tmp/a
many $n $((n / 100)) >/run/tmp/b	# 1 % of it are others
sync "$n tunnels" /run/tmp/a
run setkey -v -S /run/tmp/a
like "$n SAs are kept" "0 removed, $n kept" "$err"
like "$n policies are kept" "policies: 0 added, 0 updated, 0 replaced, 0 removed, $n kept" "$err"
for delay in 0 0.05 0.1 0.2 0.3 0.5; do
	for file in b a; do
		setkey -S /run/tmp/$file &
		sleep $delay
		kill -9 $! 2>/dev/null
		wait $! 2>/dev/null
	done
done
sync "killed a dozen times, then carried out" /run/tmp/b
nothing_left "killed" /run/tmp/b
check "killed: $n of each" "$n $n" \
    "$(count_sas) $(policies | grep -c '^src')"
clear

#
# Traffic during a reload: not one clear packet, not one that is lost.
#

hosts_file() {
	cat <<-END
	add $left4 $right4 esp 0x1001 -r 4 $keys;
	add $right4 $left4 esp 0x1002 -r 4 $keys;
	spdadd $1 $2 icmp -P out ipsec esp/transport//require;
	spdadd $2 $1 icmp -P in ipsec esp/transport//require;
	END
}
{ hosts_file $left4 $right4; cat /run/tmp/a; } >/run/tmp/left-a
{ hosts_file $left4 $right4; cat /run/tmp/b; } >/run/tmp/left-b
hosts_file $right4 $left4 >/run/tmp/right
in_right setkey -S /run/tmp/right
in_left setkey -S /run/tmp/left-a
in_left ping -c 1 -W 2 $right4 >/dev/null
watch_wire
in_left ping -q -i 0.01 -c 600 $right4 >/run/tmp/ping &
ping=$!
sleep 0.5
before=$(in_left ip -s xfrm state get dst $right4 src $left4 proto esp spi 0x1001 | grep -o 'oseq 0x[0-9a-f]*')
in_left setkey -S /run/tmp/left-b
st=$?
in_left setkey -S /run/tmp/left-a
check "traffic: reloads succeed" "0 0" "$st $?"
after=$(in_left ip -s xfrm state get dst $right4 src $left4 proto esp spi 0x1001 | grep -o 'oseq 0x[0-9a-f]*')
wait $ping
wire_seen
check "traffic: nothing in the clear" "icmp=0" "icmp=$icmp"
like "traffic: no packet was lost" " 0% packet loss" "$(cat /run/tmp/ping)"
[ $((${after#oseq })) -gt $((${before#oseq })) ]
check "traffic: the sequence number went on ($before, $after)" 0 $?
# Several files are one.
setkey -e "flush; spdflush;"
echo "add 192.0.2.1 192.0.2.2 esp 0x3001 -m tunnel -E null;" >/run/tmp/one
echo "add 192.0.2.1 192.0.2.2 esp 0x3002 -m tunnel -E null;" >/run/tmp/two
run setkey -S /run/tmp/one -S /run/tmp/two
check "-S twice" 0 "$st$out$err"
check "-S twice: both files are there" 2 "$(setkey -D | grep -c spi=)"
run setkey -n -S /run/tmp/two
check "-S once: what only the other file has would go" \
    "delete 192.0.2.1 192.0.2.2 esp 0x00003001;" "$out"

done_testing
