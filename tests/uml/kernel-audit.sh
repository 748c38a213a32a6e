# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm pfkey without-ah4,ah6
# -n -D: what is worth a look in the kernel's databases, each thing provoked,
# and nothing said where there is nothing.

. "$UML/lib.sh"
ip link set lo up
aes="-E aes-cbc 0x000102030405060708090a0b0c0d0e0f"

# audit NAME EXPECTED [OPTION]
audit() {
	run setkey -n -D $3
	check "$1" "0 $2" "$st $out$err"
}

audit "empty databases" ""
audit "the same with -P" "" -P
run setkey -n -D -o json
check "-o does not go with it" 1 "$st"
run setkey -nDl
check "-l neither" 1 "$st"

# A gateway as in the manual, whole: nothing to say
sk "add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -lh 3600 $aes;
add 192.0.2.2 192.0.2.1 esp 0x1002 -m tunnel -lh 3600 $aes;
spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;"
audit "a gateway that is all right" ""

# Rules without an SA, and SAs without a rule
sk "delete 192.0.2.1 192.0.2.2 esp 0x1001;"
audit "a rule that no SA serves" "policy 10.1.0.0/24[any] 10.2.0.0/24[any] any -P out: no SA serves esp/tunnel/192.0.2.1-192.0.2.2/require"
sk "add 192.0.2.1 192.0.2.2 esp 0x1001 -m transport $aes;"
audit "an SA of the wrong mode" "SA 192.0.2.1 192.0.2.2 esp 0x00001001: no policy uses it in mode transport: they want tunnel
policy 10.1.0.0/24[any] 10.2.0.0/24[any] any -P out: no SA serves esp/tunnel/192.0.2.1-192.0.2.2/require"
sk "flush; spdflush; add 192.0.2.1 192.0.2.2 esp 0x1003 -u 7 $aes;
spdadd 192.0.2.0/24 192.0.2.0/24 icmp -P out ipsec esp/transport//unique:8;"
audit "an SA of another identifier" "SA 192.0.2.1 192.0.2.2 esp 0x00001003: no policy uses it
policy 192.0.2.0/24 192.0.2.0/24 icmp -P out: no SA serves esp/transport//unique:8"
sk "spdflush; spdadd 192.0.2.0/24 192.0.2.0/24 icmp -P out ipsec esp/transport//use ah/transport//use;"
audit "optional rules need none" ""

# Policies behind others
sk "flush; spdflush;
spdadd 10.1.0.0/16 0.0.0.0/0 any -P out prio 10 none;
spdadd 10.1.1.0/24 10.9.0.0/16 tcp -P out discard;
spdadd 10.1.1.0/24 10.9.0.0/16 tcp -P out prio 20 none;" 
check "the last has the name of the one before" 1 "$st"
sk "spdadd 10.1.1.0/24[80] 10.9.0.0/16 tcp -P out prio 20 none;
spdadd 10.2.0.0/16 10.9.0.0/16 any -P out none;
spdadd 10.0.0.0/8 10.9.0.0/16 any -P out discard;
spdadd 10.2.3.0/24 10.9.0.0/16 any -P out discard;
spdadd ::/0 ::/0 any -P out discard;"
audit "policies that another one hides" "policy 10.2.3.0/24[any] 10.9.0.0/16[any] any -P out: hidden by policy 10.2.0.0/16[any] 10.9.0.0/16[any] any -P out
policy 10.1.1.0/24[any] 10.9.0.0/16[any] tcp -P out: hidden by policy 10.1.0.0/16[any] 0.0.0.0/0[any] any -P out"

clear

# The kernel is the judge: a ping passes, though the hidden policy forbids it.
two_hosts
in_left setkey -e "spdadd 192.0.2.0/24 192.0.2.0/24 any -P out none;
    spdadd 192.0.2.0/25 192.0.2.0/25 icmp -P out discard;"
like "the younger of two networks' policies is hidden" \
    "policy 192.0.2.0/25 192.0.2.0/25 icmp -P out: hidden by*" \
    "$(in_left setkey -n -D)"
in_left ping -q -c 1 -w 2 $right4 >/dev/null
check "and a packet does not meet it" 0 "$?"
in_left setkey -e "spdflush;
    spdadd 192.0.2.0/24 192.0.2.0/24 any -P out discard;
    spdadd 192.0.2.1 192.0.2.2 any -P out prio 1 none;"
check "one that is more important is not hidden" "" "$(in_left setkey -n -D)"
in_left ping -q -c 1 -w 2 $right4 >/dev/null
check "and a packet meets it" 0 "$?"

# Limits
sk "add 192.0.2.1 192.0.2.2 esp 0x1001 -lh 1000 -ls 1 $aes;
spdadd 192.0.2.1 192.0.2.2 any -P out ipsec esp/transport//require;"
sleep 2
audit "past a soft limit" "SA 192.0.2.1 192.0.2.2 esp 0x00001001: its soft limit of time has passed"
clear
in_left setkey -e "spdflush; add $left4 $right4 esp 0x1001 -ph 10 $aes;
spdadd $left4 $right4 icmp -P out ipsec esp/transport//require;"
in_left ping -q -c 9 -i 0.2 -W 1 $right4 >/dev/null
check "near a hard limit" \
    "SA $left4 $right4 esp 0x00001001: 90% of its hard limit of packets are used" \
    "$(in_left setkey -n -D)"
in_left setkey -e "flush; spdflush;"
if [ "$SETKEY_CHANNEL" != pfkey ]; then
	ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 \
	    replay-oseq 0xf0000000 enc "cbc(aes)" 0x000102030405060708090a0b0c0d0e0f
	sk "spdadd 192.0.2.1 192.0.2.2 any -P out ipsec esp/transport//require;"
	audit "near the last sequence number" "SA 192.0.2.1 192.0.2.2 esp 0x00001001: 93% of its sequence numbers are used"
	sk "flush; spdflush; spddefault in discard;"
	audit "what no policy is for" "in: what no policy is for is dropped (spddefault)"
	sk "spddefault in none;"
	sk "add 192.0.2.1 192.0.2.2 esp 0x1001 -if_id 5 $aes;
	spdadd 192.0.2.1 192.0.2.2 any -if_id 6 -P out ipsec esp/transport//require;"
	audit "an SA of another interface" "SA 192.0.2.1 192.0.2.2 esp 0x00001001 -if_id 0x5: no policy uses it
policy 192.0.2.1[any] 192.0.2.2[any] any -if_id 0x6 -P out: no SA serves esp/transport//require"
	clear
fi

# A module that is missing, in a list of modules that we make
if [ ! -e /sys/module/ah4 ]; then
	sk "spdadd 192.0.2.1 192.0.2.2 any -P out ipsec ah/transport//require;"
	rule="policy 192.0.2.1[any] 192.0.2.2[any] any -P out: no SA serves ah/transport//require"
	audit "without a list of modules it is not known" "$rule"
	mkdir /run/tmp/old /run/tmp/new
	mount --bind /usr/lib /run/tmp/old
	ln -s /run/tmp/old/* /run/tmp/new/
	rm -f /run/tmp/new/modules
	lists=/run/tmp/new/modules/$(uname -r)
	mkdir -p "$lists"
	mount --bind /run/tmp/new /usr/lib
	: >"$lists/modules.builtin"
	echo kernel/net/ipv4/ah4.ko: >"$lists/modules.dep"
	audit "a module that can be loaded" "$rule"
	echo kernel/net/ipv4/esp4.ko: >"$lists/modules.dep"
	audit "one that is not there" "$rule
	and none can: this kernel has no module ah4"
fi
done_testing
