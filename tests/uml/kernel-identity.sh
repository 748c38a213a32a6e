# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm qemu
# load(save(x)) is x, for every row of tests/attributes.txt: the entries that
# tests/uml/entries makes without setkey are saved, flushed and loaded, and then
# the kernel's own records of them are the same.

. "$UML/lib.sh"
. "$UML/saved.sh"
unset SETKEY_CHANNEL
ip link set lo up
ip address add 192.0.2.1/32 dev lo	# what is for it comes in

clear() {
	ip xfrm state flush
	ip xfrm policy flush
	ip xfrm policy flush ptype sub 2>/dev/null
}

# A device that pretends to do the work, where there is the module for it.
device=
if [ -w /sys/bus/netdevsim/new_device ]; then
	echo "7 1" >/sys/bus/netdevsim/new_device
	for device in /sys/bus/netdevsim/devices/netdevsim7/net/*; do
		device=${device##*/}
	done
	ip link set "$device" up
fi

entries=/run/tmp/entries
/usr/bin/python3 "$UML/entries" make "$TOP/tests/attributes.txt" $device \
    >$entries 2>/run/tmp/err
check "all were tried" "" "$(cat /run/tmp/err)"
records() { /usr/bin/python3 "$UML/entries" tell | sort -n; }

# What the kernel did not keep as it was asked to is not what this is about.
records >/run/tmp/before
save
check "saved" "0" "$st$err"
clear
cp /run/tmp/saved /run/tmp/script
run setkey -f /run/tmp/script
check "loads" "0" "$st$(grep error: /run/tmp/err)"
records >/run/tmp/after

# of FILE NUMBER: the records of a row
of() { sed -n "s/^$2 //p" "/run/tmp/$1"; }
while read -r number name what; do
	case $what in
	kept)
		before=$(of before "$number")
		after=$(of after "$number")
		if [ "$before" ] && [ "$before" = "$after" ]; then
			ok "$name: is the same"
		else
			not_ok "$name: is the same" "$before" "$after"
		fi ;;
	without:*)
		skip "$name" "${what#without: }" ;;
	*)
		not_ok "$name: $what" ;;
	esac
done <$entries
clear
[ -z "$device" ] || echo 7 >/sys/bus/netdevsim/del_device

done_testing
