# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm host
# The commands for policies, against what iproute2 shows.

policies_only=y
. "$UML/lib.sh"
ip link set lo up

# One line for each policy; see `policy`.  (Kernels with sub-policies name the
# type of all of them.)
snapshot() {
	ip xfrm policy | awk '
		/^src/	{ if (r != "") print r; r = "" }
			{ $1 = $1; sub(/ ptype main/, ""); r = r == "" ? $0 : r " " $0 }
		END	{ if (r != "") print r }' >/run/tmp/policies
}

# policy DIR SELECTOR: that line
policy() {
	while IFS= read -r line; do
		case $line in
		"$2 dir $1 "*)	printf '%s\n' "$line"; return ;;
		esac
	done </run/tmp/policies
	echo "no policy $2 dir $1"
}

count() { ip xfrm policy | grep -c "$1"; }

# check_spd NAME TEXT DIR SELECTOR REST: TEXT makes this policy
check_spd() {
	clear
	sk_ok "$1" "$2"
	snapshot
	check "$1: what the kernel has" "$4 dir $3 $5" "$(policy "$3" "$4")"
}

#
# spdadd: actions, templates
#

prio="priority 2147483648"
tmpl="tmpl src 0.0.0.0 dst 0.0.0.0 proto esp reqid 0 mode transport"
a="src 10.1.0.0/16 dst 10.2.0.0/16"
check_spd "ipsec, transport" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//require;" \
    out "$a" "$prio $tmpl"
check "out has no twin" 1 "$(count dir)"
check_spd "level use" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//use;" \
    out "$a" "$prio $tmpl level use"
check_spd "level default" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//default;" \
    out "$a" "$prio $tmpl"
check_spd "level unique:5" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//unique:5;" \
    out "$a" "$prio tmpl src 0.0.0.0 dst 0.0.0.0 proto esp reqid 5 mode transport"
check_spd "tunnel" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;" \
    out "$a" "$prio tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 0 mode tunnel"
check_spd "ah" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec ah/transport//require;" \
    out "$a" "$prio tmpl src 0.0.0.0 dst 0.0.0.0 proto ah reqid 0 mode transport"
check_spd "bundle, in its order" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec
	ipcomp/transport//use esp/tunnel/192.0.2.1-192.0.2.2/require ah/transport//require;" \
    out "$a" "$prio tmpl src 0.0.0.0 dst 0.0.0.0 proto comp reqid 0 mode transport level use \
tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 0 mode tunnel \
tmpl src 0.0.0.0 dst 0.0.0.0 proto ah reqid 0 mode transport"
check_spd "discard" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out discard;" \
    out "$a" "action block $prio"
check_spd "none" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none;" out "$a" "$prio"
check_spd "IPv6" "spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out ipsec esp/transport//require;" \
    out "src 2001:db8:1::/48 dst 2001:db8:2::/48" \
    "$prio tmpl src :: dst :: proto esp reqid 0 mode transport"
check_spd "IPv6 tunnel" "spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out
	ipsec esp/tunnel/2001:db8::1-2001:db8::2/require;" \
    out "src 2001:db8:1::/48 dst 2001:db8:2::/48" \
    "$prio tmpl src 2001:db8::1 dst 2001:db8::2 proto esp reqid 0 mode tunnel"
check_spd "IPv4 in an IPv6 tunnel" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out
	ipsec esp/tunnel/2001:db8::1-2001:db8::2/require;" \
    out "$a" "$prio tmpl src 2001:db8::1 dst 2001:db8::2 proto esp reqid 0 mode tunnel"

clear
sk_ok "unique, numbered by the kernel" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//unique;
spdadd 10.1.0.0/16 10.3.0.0/16 any -P out ipsec esp/transport//unique;"
check "unique: two different numbers of 16384 or more" 2 "$(ip xfrm policy |
    awk '{ for (i = 1; i < NF; i++) if ($i == "reqid" && $(i + 1) >= 16384) n[$(i + 1)] } END { print length(n) }')"
run setkey -DP
like "unique: -DP shows that the number is the kernel's" "esp/transport//unique#" "$out"

#
# Direction in and its twin
#

check_spd "in" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P in ipsec esp/transport//require;" in "$a" "$prio $tmpl"
check "in: the fwd twin" "$a dir fwd $prio $tmpl" "$(policy fwd "$a")"
run setkey -DP
like "in: -DP shows the twin" "	fwd ipsec" "$out"
sk_ok "spddelete in" "spddelete 10.1.0.0/16 10.2.0.0/16 any -P in;"
check "spddelete in: the twin is gone too" "" "$(policies)"
sk_ok "in discard" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P in discard;"
snapshot
like "in discard: the twin" "action block" "$(policy fwd "$a")"
clear
printf '%s\n' "spdadd 10.1.0.0/16 10.2.0.0/16 any -P in ipsec esp/transport//require;" >/run/tmp/script
run setkey -k -f /run/tmp/script
check "-k" 0 "$st$out$err"
snapshot
check "-k: no twin" "$a dir in $prio $tmpl" "$(cat /run/tmp/policies)"
run setkey -k -e "spddelete 10.1.0.0/16 10.2.0.0/16 any -P in;"
check "-k: spddelete" "0" "$st$out$err$(policies)"

#
# Selectors
#

selector() {	# NAME RANGE RANGE UPPERSPEC IPROUTE2-SELECTOR
	check_spd "selector $1" "spdadd $2 $3 $4 -P out discard;" out "$5" "action block $prio"
	run setkey -e "spddelete $2 $3 $4 -P out;"
	check "selector $1: spddelete finds it" "0" "$st$out$err$(policies)"
}
any="0.0.0.0/0"
selector "address" 192.0.2.1 192.0.2.2 any "src 192.0.2.1/32 dst 192.0.2.2/32"
selector "everything" $any $any any "src 0.0.0.0/0 dst 0.0.0.0/0"
selector "host bits behind the prefix" 10.5.21.7/24 10.6.0.1/16 any "src 10.5.21.7/24 dst 10.6.0.1/16"
selector "ports" "10.1.0.0/16[80]" "10.2.0.0/16[443]" tcp "$a proto tcp sport 80 dport 443"
selector "port any" "10.1.0.0/16[any]" "10.2.0.0/16[53]" udp "$a proto udp dport 53"
selector "icmp" 10.1.0.0/16 10.2.0.0/16 icmp "$a proto icmp"
selector "ip4" 10.1.0.0/16 10.2.0.0/16 ip4 "$a proto ipencap"
selector "a number" 10.1.0.0/16 10.2.0.0/16 132 "$a proto sctp"
selector "a name of /etc/protocols" 10.1.0.0/16 10.2.0.0/16 gre "$a proto gre"
selector "icmp6 type and code" ::/0 ::/0 "icmp6 135,0" "src ::/0 dst ::/0 proto ipv6-icmp type 135"

#
# Duplicates, spdupdate, priorities
#

clear
sk_ok "spdadd once" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out discard;"
sk "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none;"
check "spdadd twice: exit status" 1 "$st"
like "spdadd twice: message" "script:1:" "$err"
snapshot
like "spdadd twice: the first one holds" "action block" "$(policy out "$a")"
sk_ok "spdupdate" "spdupdate 10.1.0.0/16 10.2.0.0/16 any -P out none;"
snapshot
check "spdupdate: it was replaced" "$a dir out $prio" "$(cat /run/tmp/policies)"
sk_ok "spdupdate makes what is not there" "spdupdate 10.1.0.0/16 10.9.0.0/16 any -P out none;"
check "spdupdate: two now" 2 "$(count dir)"
sk "spddelete 10.1.0.0/16 10.8.0.0/16 any -P out;"
check "spddelete of what is not there: exit status" 1 "$st"
like "spddelete of what is not there: message" "script:1:" "$err"
check_spd "priority high" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out prio high discard;" \
    out "$a" "action block priority 1073741824"
check_spd "priority low - 5" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out prio low - 5 discard;" \
    out "$a" "action block priority 3221225477"
check_spd "fwd alone" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P fwd discard;" fwd "$a" "action block $prio"

#
# What -DP shows
#

clear
sk_ok "a policy to show" "spdadd 10.0.0.0/24 10.0.1.1[21] tcp -P out ipsec
	esp/tunnel/192.0.2.1-192.0.2.2/unique:5 ah/transport//require;"
run setkey -DP
check "-DP: exit status" 0 "$st"
check "-DP: the record" "10.0.0.0/24[any] 10.0.1.1[21] tcp
	out ipsec
	esp/tunnel/192.0.2.1-192.0.2.2/unique:5
	ah/transport//require
	created: T  lastused:                     
	lifetime: 0(s) validtime: 0(s)
	spid=N seq=N pid=N scope=global 
	refcnt=N" "$(echo "$out" | sed -e 's/created: [A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]\{8\} [0-9]\{4\}/created: T/' \
    -e 's/spid=[0-9]* seq=[0-9]* pid=[0-9]*/spid=N seq=N pid=N/' -e 's/refcnt=[0-9]*/refcnt=N/')"
setkey -PD >/run/tmp/p1; setkey -D -P >/run/tmp/p2; setkey -e 'spddump;' >/run/tmp/p3
mask() { sed -e 's/pid=[0-9]* scope/pid=N scope/' -e 's/refcnt=[0-9]*/refcnt=N/' "$1"; }
check "-PD is -DP" "$(echo "$out" | sed -e 's/pid=[0-9]* scope/pid=N scope/' -e 's/refcnt=[0-9]*/refcnt=N/')" "$(mask /run/tmp/p1)"
check "-D -P is -DP" "$(mask /run/tmp/p1)" "$(mask /run/tmp/p2)"
check "spddump is -DP" "$(mask /run/tmp/p1)" "$(mask /run/tmp/p3)"

# Every selector and direction that is shown can be typed.
clear
sk_ok "many selectors" "
spdadd 192.0.2.1 192.0.2.2 any -P out discard;
spdadd 10.5.21.7/24[7] 10.6.0.1/16 udp -P in discard;
spdadd 0.0.0.0/0 0.0.0.0/0 icmp -P out none;
spdadd 10.1.0.0/16 10.2.0.0/16 ip4 -P out none;
spdadd 10.1.0.0/16 10.2.0.0/16 esp -P out none;
spdadd 10.1.0.0/16 10.2.0.0/16 253 -P fwd none;
spdadd ::/0 ::/0 icmp6 135,0 -P in none;
spdadd ::/0 ::/0 icmp6 -P out none;
spdadd 2001:db8::1 2001:db8::2[22] tcp -P out none;
"
check "many selectors: with the twins" 11 "$(count dir)"
setkey -DP | awk '/^[^\t]/ { selector = $0 }
	/^\t(in|out|fwd) / { print "spddelete", selector, "-P", $1 ";" }' >/run/tmp/deletes
check "many selectors: all are shown" 11 "$(grep -c spddelete /run/tmp/deletes)"
run setkey -k -f /run/tmp/deletes
check "many selectors: all can be typed" "0" "$st$out$err"
check "many selectors: all are gone" "" "$(policies)"

#
# Scope: policies of an XFRM interface, and the others
#

# shown OPTIONS: of the policies 10.1, 10.2 and so on, those that -DP shows
shown() {
	setkey -DP "$@" | sed -n 's/^\(10\.[0-9]*\)\..*/\1/p' | sort | tr '\n' ' '
}
ip -batch - <<EOF
xfrm policy add src 10.1.0.0/16 dst 10.8.0.0/16 dir out
xfrm policy add src 10.7.0.0/16 dst 10.8.0.0/16 dir out if_id 42
EOF
if [ "$SETKEY_CHANNEL" = pfkey ]; then
	# PF_KEY does not say which policies belong to an interface.
	check "-t over PF_KEY: none" "" "$(shown -t)"
	check "-g over PF_KEY: all" "10.1 10.7 " "$(shown -g)"
	sk "spdadd 10.3.0.0/16 10.8.0.0/16 any -if_id 42 -P out none;"
	check "-if_id over PF_KEY: refused" "1" "$st$out"
	like "-if_id over PF_KEY: the message" "PF_KEY" "$err"
else
	run setkey -DPt
	check "-t: status" "0" "$st$err"
	like "-t: the interface's policy" "10.7.0.0/16?any? 10.8.0.0/16?any? any
	out prio high + 1073741824 none
	if_id=0x2a
	created: " "$out"
	like "-t: its scope" " scope=ifnet " "$out"
	check "-t: no other" "10.7 " "$(shown -t)"
	check "-t: no other in a script" 1 "$(setkey -DPt -o script | grep -c spdadd)"
	check "-g: all others" "10.1 " "$(shown -g)"
	like "-g: their scope" " scope=global " "$(setkey -DPg)"
	sk_ok "-if_id" "spdadd 10.3.0.0/16 10.8.0.0/16 any -if_id 42 -P in none;
	    spdadd 10.3.0.0/16 10.8.0.0/16 any -P in none;"
	check "-if_id: it is part of a policy's name" "10.3 10.3 10.7 " "$(shown -t)"
	sk_ok "-if_id: spddelete" "spddelete 10.3.0.0/16 10.8.0.0/16 any -if_id 42 -P in;"
	check "-if_id: the other one stays" "10.7 10.1 10.3 10.3 " "$(shown -t)$(shown -g)"
	sk_ok "-if_id: spddelete of the other one" "spddelete 10.3.0.0/16 10.8.0.0/16 any -P in;"
fi
check "-g -t: both" "10.1 10.7 " "$(shown -g -t)"
check "-tg: both" "10.1 10.7 " "$(shown -tg)"
check "neither: both" "10.1 10.7 " "$(shown)"
if [ "$SETKEY_CHANNEL" != pfkey ]; then
	if ip link add ipsec0 type xfrm dev lo if_id 42 2>/dev/null; then
		like "-t: the interface's name" "scope=ifnet ifname=ipsec0" "$(setkey -DPt)"
		ip link delete ipsec0
	else
		skip "-t: the interface's name" "no XFRM interfaces in this kernel; kernel-xfrmi.sh has some"
	fi
fi
clear
sk_ok "a policy to show" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out discard;"
run setkey -DPt
check "-DPt without such policies" "0 No SPD entries." "$st $out$err"
clear

#
# Nothing there, and flush
#

run setkey -DP
check "-DP of nothing" "0 No SPD entries." "$st $out$err"
run setkey -FP
check "-FP of nothing" 0 "$st$out$err"
sk_ok "spdflush" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P in discard; spdflush;"
check "spdflush: nothing stays" "" "$(policies)"
ip xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out
run setkey -FP
check "-FP" "0" "$st$out$err$(policies)"

done_testing
