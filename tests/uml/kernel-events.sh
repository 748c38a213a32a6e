# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# The rarer events in setkey -x: a peer behind a NAT that moves, end points
# that migrate, policies that expire; and what marks and XFRM interfaces look
# like there and in dumps.

. "$UML/lib.sh"
. "$UML/monitor.sh"

# We are 192.0.2.2, and the peer 192.0.2.1.
ip -batch - <<EOF
netns add left
link add eth0 type veth peer name eth0 netns left
link set lo up
address add $right4/24 dev eth0
link set eth0 up
EOF
ip -n left -batch - <<EOF
address add $left4/24 dev eth0
link set eth0 up
EOF

aes=0x000102030405060708090a0b0c0d0e0f
sha1=0x101112131415161718191a1b1c1d1e1f20212223

# shown TYPE [TEXT]: those messages of the transcript (with TEXT in them),
# without the time
shown() {
	transcript | awk -v type="($1)" -v text="$2" 'BEGIN { RS = ""; ORS = "\n" }
		index($0, type) && index($0, text) { sub(/^TIME\n/, ""); print }'
}

#
# MAPPING: packets of the peer come from another port than those before
#

setkey -e "add ${left4}[4500] ${right4}[4500] esp-udp 0x1001 -E aes-cbc $aes -A hmac-sha1 $sha1;" 2>/run/tmp/err
in_left ip -batch - <<EOF
xfrm state add src $left4 dst $right4 proto esp spi 0x1001 mode transport enc cbc(aes) $aes auth-trunc hmac(sha1) $sha1 96 encap espinudp 4501 4500 0.0.0.0
xfrm policy add src $left4 dst $right4 dir out tmpl proto esp mode transport
EOF
natt=$("$UML/natt" 4500)
# The kernel tells one kind of listener, the first that takes it: no other
# monitor may be there.
watch
run in_left ping -q -c 1 -W 2 $right4
watched
check "a moved peer: its packet is taken" 0 "$st"
check "a moved peer: one message" "X_NAT_T_NEW_MAPPING" "$(messages)"
check "a moved peer: what is said" "sadb_msg{ version=2 type=23(X_NAT_T_NEW_MAPPING) errno=0 satype=3
  len=12 reserved=N seq=N pid=0
sadb_ext{ len=2 type=1(SA) }
sadb_sa{ spi=4097 replay=0 state=0
  auth=0 encrypt=0 flags=0x00000000 }
sadb_ext{ len=3 type=5(ADDRESS_SRC) }
sadb_address{ proto=0 prefixlen=32 reserved=0x0000 }
sockaddr{ len=16 family=2 addr=192.0.2.1 }
sadb_ext{ len=1 type=21(NAT_T_SPORT) }
sadb_x_nat_t_port{ port=4500 }
sadb_ext{ len=3 type=6(ADDRESS_DST) }
sadb_address{ proto=0 prefixlen=32 reserved=0x0000 }
sockaddr{ len=16 family=2 addr=192.0.2.1 }
sadb_ext{ len=1 type=22(NAT_T_DPORT) }
sadb_x_nat_t_port{ port=4501 }" "$(shown X_NAT_T_NEW_MAPPING)"
kill "$natt"
clear

#
# MIGRATE: a daemon gives a tunnel new end points
#

setkey -e "add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E aes-cbc $aes -A hmac-sha1 $sha1;
    spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;" 2>/run/tmp/err
watch
run "$UML/migrate" 192.0.2.1 192.0.2.2 198.51.100.1 198.51.100.2
check "new end points: done" "0" "$st$err"
watched
check "new end points: one message" "X_MIGRATE" "$(messages)"
check "new end points: what is said" "sadb_msg{ version=2 type=24(X_MIGRATE) errno=0 satype=3
  len=22 reserved=N seq=N pid=0
sadb_ext{ len=3 type=5(ADDRESS_SRC) }
sadb_address{ proto=0 prefixlen=16 reserved=0x0000 }
sockaddr{ len=16 family=2 addr=10.1.0.0 }
sadb_ext{ len=3 type=6(ADDRESS_DST) }
sadb_address{ proto=0 prefixlen=16 reserved=0x0000 }
sockaddr{ len=16 family=2 addr=10.2.0.0 }
sadb_ext{ len=14 type=18(POLICY) }
sadb_x_policy{ type=2 dir=2 id=N scope=0 priority=0 }
 { len=48 proto=50 mode=2 level=2 reqid=0
sockaddr{ len=16 family=2 addr=192.0.2.1 }
sockaddr{ len=16 family=2 addr=192.0.2.2 }
 }
 { len=48 proto=50 mode=2 level=2 reqid=0
sockaddr{ len=16 family=2 addr=198.51.100.1 }
sockaddr{ len=16 family=2 addr=198.51.100.2 }
 }" "$(shown X_MIGRATE)"
like "new end points: -D shows them" "198.51.100.1 198.51.100.2" "$(setkey -D)"
like "new end points: -DP shows them" "esp/tunnel/198.51.100.1-198.51.100.2/require" "$(setkey -DP)"
clear

#
# Policies expire: PF_KEY is not told
#

# expiry SOURCE LIMIT: what is shown of a policy with that source
expiry() {
	echo "sadb_msg{ version=2 type=21(X_SPDEXPIRE) errno=0 satype=0
  len=18 reserved=N seq=N pid=0
sadb_ext{ len=3 type=5(ADDRESS_SRC) }
sadb_address{ proto=6 prefixlen=16 reserved=0x0000 }
sockaddr{ len=16 family=2 addr=$1 }
sadb_ext{ len=3 type=6(ADDRESS_DST) }
sadb_address{ proto=6 prefixlen=16 reserved=0x0000 }
sockaddr{ len=16 family=2 addr=10.2.0.0 }
sadb_ext{ len=4 type=$2 }
sadb_lifetime{ alloc=0, bytes=0
  addtime=1, usetime=0 }
sadb_ext{ len=4 type=2(LIFETIME_CURRENT) }
sadb_lifetime{ alloc=0, bytes=0
  addtime=T, usetime=0 }
sadb_ext{ len=2 type=18(POLICY) }
sadb_x_policy{ type=0 dir=2 id=N scope=0 priority=2147483648 }"
}
expired() { [ "$(times_shown SPDEXPIRE)" -ge 2 ]; }

# Two of them: on a busy machine one may reach both limits at once.
watch
setkey -e "spdadd 10.1.0.0/16 10.2.0.0/16 tcp -ls 1 -P out discard;
    spdadd 10.3.0.0/16 10.2.0.0/16 tcp -lh 1 -P out discard;"
if [ "$channel" = pfkey ]; then
	gone() { [ -z "$(ip xfrm policy list src 10.3.0.0/16)" ]; }
	wait_until 10 gone
	watched
	check "policies expire: PF_KEY says nothing" "X_SPDADD X_SPDADD X_SPDADD X_SPDADD" "$(messages)"
else
	wait_until 10 expired
	watched
	check "policies expire: messages" "X_SPDADD X_SPDADD X_SPDEXPIRE X_SPDEXPIRE" "$(messages)"
	check "policies expire: a soft limit" "$(expiry 10.1.0.0 "4(LIFETIME_SOFT)")" "$(shown X_SPDEXPIRE addr=10.1.0.0)"
	check "policies expire: a hard limit" "$(expiry 10.3.0.0 "3(LIFETIME_HARD)")" "$(shown X_SPDEXPIRE addr=10.3.0.0)"
fi
check "policies expire: the one with a hard limit is gone" "10.1.0.0/16[any] 10.2.0.0/16[any] tcp" \
    "$(setkey -DP | grep '^[^	]')"
clear

#
# Marks and identifiers of XFRM interfaces: PF_KEY has no words for them
#

marked="add 192.0.2.1 192.0.2.2 esp 0x1001 -mark 0x7/0xff -if_id 42 -E aes-cbc $aes -A hmac-sha1 $sha1;
spdadd 10.1.0.0/16 10.2.0.0/16 any -mark 7/0xff -if_id 42 -P out discard;"
if [ "$channel" = pfkey ]; then
	run setkey -e "$marked"
	check "mark and if_id: PF_KEY refuses" "1" "$st$(states)$(policies)"
	like "mark and if_id: it is said" "mark" "$err"
else
	watch -K
	sk_ok "mark and if_id" "$marked"
	dump=$(setkey -D)
	policy=$(setkey -DP)
	sk_ok "mark and if_id: needed to delete" "delete 192.0.2.1 192.0.2.2 esp 0x1001 -mark 7/0xff -if_id 42;
	    spddelete 10.1.0.0/16 10.2.0.0/16 any -mark 7/0xff -if_id 42 -P out;"
	watched
	check "mark and if_id: messages" "ADD X_SPDADD DELETE X_SPDDELETE" "$(messages)"
	for message in ADD X_SPDADD DELETE X_SPDDELETE; do
		check "mark and if_id, -x: $message" "sadb_x_mark{ value=0x7 mask=0xff } sadb_x_if_id{ if_id=0x2a name=\"\" }" \
		    "$(shown $message | grep 'mark{\|if_id{' | sed 's/^ *//' | tr '\n' ' ' | sed 's/ $//')"
	done
	like "mark and if_id, -D" "mark=0x7/0xff if_id=0x2a" "$dump"
	like "mark and if_id, -DP" "	mark=0x7/0xff if_id=0x2a" "$policy"
fi
clear

done_testing
