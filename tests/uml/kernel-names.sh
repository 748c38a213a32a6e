# SPDX-License-Identifier: BSD-2-Clause
# kernels: auto
# A stream names hosts when it has long given up all that it does not need.

. "$UML/lib.sh"

ip link set lo up
echo "nameserver 127.0.0.1" >/run/tmp/resolv.conf
echo "hosts: files dns" >/run/tmp/nsswitch.conf
for file in resolv.conf nsswitch.conf; do
	mount --bind /run/tmp/$file /etc/$file 2>/dev/null
done
"$UML/name-server" 192.0.2.9 &
server=$!
run setkey -c <<EOF
spdadd 192.0.2.1 192.0.2.2 any -P out none;
spdadd 192.0.2.1 gateway.example any -P out none;
EOF
if grep -q 127.0.0.1 /etc/resolv.conf; then
	check "a name of DNS, behind the first command" 0 "$st$out$err"
	like "is its address" "dst 192.0.2.9/32" "$(policies)"
else
	skip "a name of DNS" "there is no /etc/resolv.conf to put ours over"
fi
run setkey -c <<EOF
spdadd 192.0.2.1 192.0.2.3 any -P out none;
spdadd 192.0.2.1 localhost any -P out none;
EOF
check "a name of /etc/hosts, behind the first command" 0 "$st$out$err"
kill $server

done_testing
