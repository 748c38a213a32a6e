# SPDX-License-Identifier: BSD-2-Clause
# kernels: qemu
# SAs and policies that belong to an XFRM interface: user-mode-linux has none.

. "$UML/lib.sh"
unset SETKEY_CHANNEL
cd /run/tmp || exit 1

# scopes OPTION ...: of each policy that a dump shows, its place and destination
scopes() {
	setkey "$@" | awk '
	/^[^\t]/	{ split($2, range, "["); dst = range[1] }
	match($0, /scope=.*/) {
		scope = substr($0, RSTART)
		sub(/ *$/, "", scope)
		print dst, scope
	}' | sort
}

ip link set lo up
ip link add d0 type dummy
ip addr add 192.0.2.1/24 dev d0
ip link set d0 up
ip link add ipsec42 type xfrm dev d0 if_id 42 || skip_all "XFRM interfaces"
ip link set ipsec42 up
ip route add 10.42.0.0/16 dev ipsec42
check "the kernel has XFRM interfaces" 1 "$(ip link | grep -c ipsec42)"
ip neigh add 192.0.2.2 dev d0 lladdr 02:00:00:00:00:02

cat >conf <<'END'
add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -u 7 -if_id 42
	-E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213;
add 192.0.2.1 192.0.2.2 esp 0x1002 -m tunnel -u 8
	-E aes-gcm-16 0x100102030405060708090a0b0c0d0e0f10111213;
spdadd 0.0.0.0/0 10.42.0.0/16 any -if_id 42
	-P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7;
spdadd 0.0.0.0/0 10.43.0.0/16 any
	-P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:8;
END
sk_ok "they are loaded" "$(cat conf)"
check "the kernel's SAs have the number" "if_id 0x2a" \
    "$(ip xfrm state | grep -o 'if_id .*')"
check "and its policies" "if_id 0x2a" \
    "$(ip xfrm policy | grep -o 'if_id .*')"
check "-D" "if_id=0x2a" "$(setkey -D | grep -o 'if_id=[^ ]*')"
check "-DP" "10.42.0.0/16 scope=ifnet ifname=ipsec42
10.43.0.0/16 scope=global" "$(scopes -DP)"
check "-DPt" "10.42.0.0/16 scope=ifnet ifname=ipsec42" \
    "$(scopes -DPt)"
check "-DPg" "10.43.0.0/16 scope=global" "$(scopes -DPg)"

ping -c 1 -W 1 10.42.0.1 >/dev/null 2>&1
check "a packet through the interface" "0x00001001 1" "$(
    setkey -D | awk '/ spi=/ { match($0, /0x[0-9a-f]*/)
	spi = substr($0, RSTART, 10) }
    /allocated: [1-9]/ { print spi, $2 }')"

ip link set ipsec42 down
ip link set ipsec42 name vpn7
check "a new name" "10.42.0.0/16 scope=ifnet ifname=vpn7" \
    "$(scopes -DPt)"
ip link set vpn7 name ipsec42
ip link set ipsec42 up
ip route add 10.42.0.0/16 dev ipsec42

{ setkey -D -o script; setkey -DP -o script; } >script
setkey -F
setkey -FP
check "as a script, loaded again" "0 if_id 0x2a
10.42.0.0/16 scope=ifnet ifname=ipsec42
10.43.0.0/16 scope=global" "$(setkey -f script 2>&1; echo $? \
    "$(ip xfrm state | grep -o 'if_id .*')"; scopes -DP)"

run setkey -e "spddelete 0.0.0.0/0 10.42.0.0/16 any -P out;"
like "spddelete without the number finds none" \
    "-e:1:11: error: there is no such policy" "$err"
check "spddelete" "0 10.43.0.0/16 scope=global" "$(setkey -e \
    "spddelete 0.0.0.0/0 10.42.0.0/16 any -if_id 42 -P out;" 2>&1
    echo $? "$(scopes -DP)")"
setkey -F
setkey -FP
done_testing
