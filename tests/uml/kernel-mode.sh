# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# SAs without a mode: what the kernel gets.  (That packets pass is in
# kernel-traffic.sh, what -n says in tests/diag/modes.in.)

. "$UML/lib.sh"
a="192.0.2.1 192.0.2.2" b="192.0.2.2 192.0.2.1"
policy="spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;"
modes() { ip xfrm state | sed -n 's/.*mode \([a-z]*\).*/\1/p' | sort | tr '\n' ' '; }

# chosen NAME MODES TEXT
chosen() {
	sk_ok "$1" "flush; spdflush; $3"
	check "$1: modes" "$2" "$(modes)"
}
chosen "no policy" "transport " "add $a esp 0x1001 -E null;"
chosen "a tunnel" "tunnel " "add $a esp 0x1001 -E null; $policy"
chosen "a tunnel, policy first" "tunnel " "$policy add $a esp 0x1001 -m any -E null;"
chosen "a tunnel, the other direction" "transport tunnel " \
    "add $a esp 0x1001 -E null; add $b esp 0x1002 -E null; $policy"
chosen "as written" "transport " "add $a esp 0x1001 -m transport -E null; $policy"
run setkey -e "flush; spdflush; add $a esp 0x1001 -E null; $policy"
check "-e" "0 tunnel " "$st$out$err $(modes)"
sk "flush; spdflush; add $a esp 0x1002 -E null; $policy
spdadd $a any -P out ipsec esp/transport//require;"
check "both: an error, and nothing is done" "1 tunnel 0x00001001" \
    "$st $(modes)$(ip xfrm state | sed -n 's/.*spi \(0x[0-9a-f]*\).*/\1/p')"

# -c: the policies may come later; if they are there, it is said.
# says NAME WARNINGS MODES TEXT
says() {
	ip xfrm state flush
	ip xfrm policy flush
	run setkey -c <<-EOF
	$4
	EOF
	check "-c: $1" "0 $2 $3" "$st $(echo "$err" | grep -c "warning: .*policies want a tunnel") $(modes)"
}
says "no policy" 0 "transport " "add $a esp 0x1001 -E null;"
says "policy later" 0 "transport " "add $a esp 0x1001 -E null; $policy"
says "policy first" 1 "transport " "$policy add $a esp 0x1001 -E null;"
says "with -m" 0 "tunnel " "$policy add $a esp 0x1001 -m tunnel -E null;"
says "policy between two" 1 "transport transport " \
    "add $a esp 0x1001 -E null; $policy add $a esp 0x1002 -E null;"
says "policy deleted between two" 1 "transport transport " "$policy add $a esp 0x1001 -E null;
	spddelete 10.1.0.0/24 10.2.0.0/24 any -P out; add $a esp 0x1002 -E null;"
ip xfrm policy add src 10.3.0.0/24 dst 10.2.0.0/24 dir in tmpl src 192.0.2.2 dst 192.0.2.1 proto esp mode tunnel
run setkey -c <<EOF
add $b esp 0x1003 -E null;
EOF
check "-c: a policy of another program" "0 1" "$st $(echo "$err" | grep -c "policies want a tunnel")"

done_testing
