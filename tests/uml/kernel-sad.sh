# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm nopfkey
# The commands for security associations, against what iproute2 shows.

. "$UML/lib.sh"
ip link set lo up

# One line for each state, so that patterns can span it; see `state`.
snapshot() {
	ip -s xfrm state "$@" | awk '
		/^src/	{ if (r != "") print r; r = "" }
			{ $1 = $1; r = r == "" ? $0 : r " " $0 }
		END	{ if (r != "") print r }' >/run/tmp/states
}

# state SPI: that line (8 hexadecimal digits)
state() {
	while IFS= read -r line; do
		case $line in
		*"spi 0x$1"*)	printf '%s\n' "$line"; return ;;
		esac
	done </run/tmp/states
	echo "no state with SPI 0x$1"
}

# The times and the sender of a record, masked
masked() {
	sed -e 's/created: [A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]\{8\} [0-9]\{4\}/created: T/' \
	    -e 's/current: [A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]\{8\} [0-9]\{4\}/current: T/' \
	    -e 's/diff: [0-9]*(s)/diff: N(s)/' \
	    -e 's/sadb_seq=[0-9]* pid=[0-9]* refcnt=[0-9]*/sadb_seq=N pid=N refcnt=N/'
}

#
# add
#

aes=0x000102030405060708090a0b0c0d0e0f
sha=0x101112131415161718191a1b1c1d1e1f20212223
sk_ok "add, every extension" "
add 192.0.2.1 192.0.2.2 esp 0x10001 -E aes-cbc $aes -A hmac-sha1 $sha;
add 192.0.2.1 192.0.2.2 esp 65538 -m any -u 100 -E aes-cbc $aes -A hmac-sha1 $sha;
add 192.0.2.1 192.0.2.2 esp 0x10003 -m transport -r 4 -E aes-cbc $aes -A hmac-sha1 $sha;
add 192.0.2.1 192.0.2.2 esp 0x10004 -m tunnel -lh 3600 -ls 3000 -E aes-cbc $aes -A hmac-sha1 $sha;
add 192.0.2.1 192.0.2.2 esp 0x10005 -lh 3600 -E aes-cbc $aes -A hmac-sha1 $sha;
add 192.0.2.1 192.0.2.2 esp 0x10006 -ls 3000 -E aes-cbc $aes -A hmac-sha1 $sha;
add 192.0.2.1 192.0.2.2 esp 0x10007 -f seq-pad -f nocyclic-seq -E null \"\" -A hmac-sha1 \"twenty octets of key\";
add 192.0.2.1 192.0.2.2 esp 0x10008 -E aes-cbc $aes;
add 192.0.2.1 192.0.2.2 ah 0x10009 -m transport -A hmac-sha1 $sha;
add 192.0.2.1 192.0.2.2 ipcomp 0x100a -m tunnel -C deflate;
add 2001:db8::1 2001:db8::2 esp 0x1000b -m tunnel -u 7 -r 4 -E aes-cbc $aes -A hmac-sha1 $sha;
add 2001:db8::1 2001:db8::2 ah 0x1000c -A hmac-sha1 $sha;
add 2001:db8::1 2001:db8::2 ipcomp 0x100d -C deflate -R;
add 192.0.2.1 192.0.2.2 esp 0xffffffff -E aes-cbc $aes;
"
snapshot
like "add: addresses and protocol" "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x00010001(65537) reqid 0(0x00000000) mode transport" "$(state 00010001)"
like "add: encryption and its key" "enc cbc(aes) $aes" "$(state 00010001)"
like "add: authentication, its key and length" "auth-trunc hmac(sha1) $sha (160 bits) 96" "$(state 00010001)"
like "add: no replay check unless asked for" "replay-window 0 " "$(state 00010001)"
like "add: no limits unless asked for" "expire add: soft 0(sec), hard 0(sec)" "$(state 00010001)"
like "add: no limit of octets" "limit: soft (INF)(bytes), hard (INF)(bytes)" "$(state 00010001)"
like "add: decimal SPI" "spi 0x00010002" "$(state 00010002)"
like "add -u" "reqid 100(0x00000064) mode transport" "$(state 00010002)"
like "add -r: 4 octets are 32 packets" "replay-window 32 " "$(state 00010003)"
like "add -m tunnel" "mode tunnel" "$(state 00010004)"
like "add -lh -ls" "expire add: soft 3000(sec), hard 3600(sec)" "$(state 00010004)"
like "add -lh alone" "expire add: soft 0(sec), hard 3600(sec)" "$(state 00010005)"
like "add -ls alone" "expire add: soft 3000(sec), hard 0(sec)" "$(state 00010006)"
like "add -E null" "enc ecb(cipher_null)" "$(state 00010007)"
like "add: a key in quotes" "0x7477656e7479206f6374657473206f66206b6579" "$(state 00010007)"
unlike "add -E without -A" auth "$(state 00010008)"
like "add ah" "proto ah spi 0x00010009(65545) reqid 0(0x00000000) mode transport" "$(state 00010009)"
like "add ah: authentication" "auth-trunc hmac(sha1) $sha" "$(state 00010009)"
like "add ipcomp" "proto comp spi 0x0000100a(4106) reqid 0(0x00000000) mode tunnel" "$(state 0000100a)"
like "add ipcomp: deflate" "comp deflate" "$(state 0000100a)"
like "add, IPv6" "src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x0001000b(65547) reqid 7(0x00000007) mode tunnel" "$(state 0001000b)"
like "add, IPv6 ah" "src 2001:db8::1 dst 2001:db8::2 proto ah" "$(state 0001000c)"
like "add, IPv6 ipcomp" "src 2001:db8::1 dst 2001:db8::2 proto comp" "$(state 0000100d)"
like "add: the largest SPI" "spi 0xffffffff" "$(state ffffffff)"

# What is not ESP's own business: a warning, and the rest holds.
sk "add 192.0.2.1 192.0.2.2 esp 0x10010 -f zero-pad -E aes-cbc $aes;"
check "add -f zero-pad: loaded" 0 "$st"
like "add -f zero-pad: warned about" warning "$err"

#
# get and dump
#

run setkey -e "get 192.0.2.1 192.0.2.2 esp 0x10004;"
check "get: exit status" 0 "$st"
check "get: the record" "192.0.2.1 192.0.2.2
	esp mode=tunnel spi=65540(0x00010004) reqid=0(0x00000000)
	E: aes-cbc  00010203 04050607 08090a0b 0c0d0e0f
	A: hmac-sha1  10111213 14151617 18191a1b 1c1d1e1f 20212223
	seq=0x00000000 replay=0 flags=0x00000000 state=mature 
	created: T	current: T
	diff: N(s)	hard: 3600(s)	soft: 3000(s)
	last:                     	hard: 0(s)	soft: 0(s)
	current: 0(bytes)	hard: 0(bytes)	soft: 0(bytes)
	allocated: 0	hard: 0	soft: 0
	sadb_seq=N pid=N refcnt=N" "$(echo "$out" | masked)"
run setkey -e "get 192.0.2.1 192.0.2.2 ipcomp 0x100a;"
like "get ipcomp: the line of its algorithm ends" "	C: deflate 
	seq=" "$out"
run setkey -e "get 192.0.2.1 192.0.2.2 esp 0x10003;"
like "get: the window in octets" "replay=4 " "$out"
run setkey -e "get 192.0.2.1 192.0.2.2 esp 0x99999;"
check "get of what is not there: exit status" 1 "$st"
check "get of what is not there: nothing is shown" "" "$out"
like "get of what is not there: message" "error: " "$err"

# records FILE: how many, of each kind
records() { awk '/^[^\t]/ { n++ } END { print n + 0 }' "$1"; }

setkey -D >/run/tmp/all
check "-D: exit status" 0 $?
check "-D: all of them" 15 "$(records /run/tmp/all)"
setkey -e "dump;" >/run/tmp/all2
check "dump: the same as -D" "$(masked </run/tmp/all)" "$(masked </run/tmp/all2)"
setkey -e "dump esp;" >/run/tmp/esp
check "dump esp" 11 "$(records /run/tmp/esp)"
check "dump esp: nothing else" 11 "$(grep -c '	esp mode=' /run/tmp/esp)"
setkey -e "dump ah;" >/run/tmp/ah
check "dump ah" "2 2" "$(records /run/tmp/ah) $(grep -c '	ah mode=' /run/tmp/ah)"
setkey -e "dump ipcomp;" >/run/tmp/comp
check "dump ipcomp" "2 2" "$(records /run/tmp/comp) $(grep -c '	ipcomp mode=' /run/tmp/comp)"
run setkey -D -p
check "-D -p is accepted" 0 "$st"
run setkey -Da
check "-Da is accepted" 0 "$st"

timeout 1.5 setkey -lD >/run/tmp/short
check "-l: goes on until it is stopped" 124 $?
check "-l: one header" "time p   s spi      ltime   src -> dst" "$(grep time /run/tmp/short)"
like "-l: a line each" " esp M 00010004 " "$(cat /run/tmp/short)"

#
# delete, deleteall, flush
#

run setkey -e "delete 192.0.2.1 192.0.2.2 esp 0x10001;"
check "delete" "0" "$st$out$err"
snapshot
check "delete: it is gone" "no state with SPI 0x00010001" "$(state 00010001)"
like "delete: the next one is not" "proto esp" "$(state 00010002)"
run setkey -e "delete 192.0.2.1 192.0.2.2 esp 0x10001;"
check "delete again: exit status" 1 "$st"
like "delete again: message" "error: " "$err"

sk_ok "deleteall" "deleteall 192.0.2.1 192.0.2.2 esp;"
check "deleteall: of that pair and protocol no other" "2 ah 2 comp 1 esp" \
    "$(ip xfrm state | awk '$1 == "proto" { n[$2]++ } END {
	print n["ah"], "ah", n["comp"], "comp", n["esp"], "esp" }')"
sk_ok "deleteall, IPv6" "deleteall 2001:db8::1 2001:db8::2 esp; deleteall 2001:db8::1 2001:db8::2 ah;
deleteall 2001:db8::1 2001:db8::2 ipcomp;"
check "deleteall, IPv6: the other pair stays" "src 192.0.2.1 dst 192.0.2.2" \
    "$(ip xfrm state | grep ^src | sort -u)"

sk_ok "flush ipcomp" "flush ipcomp;"
check "flush ipcomp: ah stays" "	proto ah spi 0x00010009 reqid 0 mode transport" \
    "$(ip xfrm state | grep proto)"
sk_ok "flush" "flush;"
check "flush: nothing stays" "" "$(states)"

run setkey -D
check "-D of nothing" "0 No SAD entries." "$st $out$err"
run setkey -e "dump esp;"
check "dump of nothing" "0 No SAD entries." "$st $out$err"
run setkey -F
check "-F of nothing" 0 "$st$out$err"
run setkey -e "flush; flush esp; flush ah;"
check "flush of nothing" 0 "$st$out$err"

ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto ah spi 0x10001 auth-trunc 'hmac(sha1)' $sha 96
run setkey -F
check "-F" 0 "$st$out$err"
check "-F: nothing stays" "" "$(states)"

# After a flush that removed something the kernel answers twice: answers to
# what follows must not be mixed up.
sk "
add 192.0.2.1 192.0.2.2 esp 0x10001 -E aes-cbc $aes;
flush;
add 192.0.2.1 192.0.2.2 esp 0x10001 -E aes-cbc $aes;
add 192.0.2.1 192.0.2.2 esp 0x10001 -E aes-cbc $aes;
add 192.0.2.1 192.0.2.2 esp 0x10002 -E aes-cbc $aes;
dump;"
check "flush in between: exit status" 1 "$st"
like "flush in between: the right line is blamed" "script:5:" "$err"
unlike "flush in between: no other is (4)" "script:4:" "$err"
unlike "flush in between: no other is (6)" "script:6:" "$err"
like "flush in between: the dump has both (1)" "0x00010001" "$out"
like "flush in between: the dump has both (2)" "0x00010002" "$out"
clear

#
# getspi, and update to make an SA of it
#

sk_ok "getspi" "getspi 192.0.2.1 192.0.2.2 esp 0x10001 -m tunnel -u 5;
getspi 2001:db8::1 2001:db8::2 ah 0x10002;"
run setkey -D
like "getspi: a larval SA" "esp mode=tunnel spi=65537(0x00010001) reqid=5" "$out"
like "getspi: that is what it is" "state=larval" "$out"
sk "getspi 192.0.2.1 192.0.2.2 esp 0x10001;"
check "getspi of an SPI that is taken" 1 "$st"
like "getspi of one that is taken: in words" "exists already" "$err"
clear
sk_ok "getspi and update" "getspi 192.0.2.1 192.0.2.2 esp 0x10001;
update 192.0.2.1 192.0.2.2 esp 0x10001 -E aes-cbc $aes;"
run setkey -D
like "update makes an SA of it" "state=mature" "$out"
unlike "and leaves nothing else" "state=larval" "$out"
clear

#
# Lifetime
#

sk_ok "-lh 1" "add 192.0.2.1 192.0.2.2 esp 0x10001 -lh 1 -E aes-cbc $aes;
add 192.0.2.1 192.0.2.2 esp 0x10002 -lh 100 -ls 1 -E aes-cbc $aes;"
sleep 2.5
run setkey -D
unlike "-lh 1: gone after that time" 0x00010001 "$out"
like "-ls 1: the other one is there" 0x00010002 "$out"
clear

#
# Names: every combination of one family
#

printf '%s\n' '192.0.2.1 one' '192.0.2.3 one' '2001:db8::1 one' '192.0.2.2 two' \
    '2001:db8::2 two' >/run/tmp/hosts
if mount --bind /run/tmp/hosts /etc/hosts 2>/dev/null; then
	sk_ok "names: IPv6 only" "add -6 one two esp 0x10001 -E aes-cbc $aes;"
	check "names: IPv6 only, what was made" "src 2001:db8::1 dst 2001:db8::2" "$(states | grep ^src)"
	clear
	sk_ok "names in policies: all combinations" "spdadd one two any -P out none;"
	check "names in policies: what was made" "src 192.0.2.1/32 dst 192.0.2.2/32 
src 192.0.2.3/32 dst 192.0.2.2/32 
src 2001:db8::1/128 dst 2001:db8::2/128 " "$(policies | grep ^src | sort)"
	clear
	sk "add -n one two esp 0x10001 -E aes-cbc $aes;"
	check "names: -n refuses them" 1 "$st"
	umount /etc/hosts
else
	skip "names" "no own /etc/hosts here"
fi

#
# Modes of reading
#

run setkey -f - <<EOF
add 192.0.2.1 192.0.2.2 esp 0x10001 -E aes-cbc $aes;
EOF
check "-f -" "0" "$st$out$err"
run setkey -c <<EOF
add 192.0.2.1 192.0.2.2 esp 0x10002 -E aes-cbc $aes; add 192.0.2.1 192.0.2.2 esp
0x10003 -E aes-cbc
$aes;
EOF
check "-c, a command over several lines" "0" "$st$out$err"
snapshot
like "-f -: it is there" "proto esp" "$(state 00010001)"
like "-c: they are there (1)" "proto esp" "$(state 00010002)"
like "-c: they are there (2)" "proto esp" "$(state 00010003)"
run setkey -v -e "delete 192.0.2.1 192.0.2.2 esp 0x10003;"
check "-v: exit status" 0 "$st"
like "-v: the request is shown" "type=4(DELETE)" "$out"
clear

done_testing
