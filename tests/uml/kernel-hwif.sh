# SPDX-License-Identifier: BSD-2-Clause
# kernels: auto without-esp4_offload
# Offload to a device.  Here is none that can do it: a kernel that is asked
# does the work itself, and says so to nobody but who looks.

. "$UML/lib.sh"
unset SETKEY_CHANNEL
a="192.0.2.1 192.0.2.2"
aes="-E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213"

ip link add hwif0 type dummy 2>/dev/null ||
    skip_all "dummy devices"

if [ ! -d /sys/module/esp4_offload ]; then
	sk "add $a esp 0x1001 -hwif hwif0 $aes;"
	check "no esp4_offload: exit status" 1 "$st"
	like "no esp4_offload: the module is named" "modprobe esp4_offload" "$err"
	like "no esp4_offload: at -hwif" "^~~~~" "$err"
	done_testing
fi

# told NAME TEXT: it is done, with a warning
told() {
	sk "$2"
	check "$1: exit status" 0 "$st"
	like "$1: it is said" "warning: the device does not take it over" "$err"
	check "$1: once" 1 "$(grep -c warning: /run/tmp/err)"
}
told "add" "add $a esp 0x1001 -hwif hwif0 $aes;"
sk "update $a esp 0x1001 -hwif hwif0 $aes;"
check "update: exit status" 0 "$st"
like "update: it is said" "warning: the device does not take it over" "$err"

# refused NAME TEXT: older kernels do not look at the device of a policy
refused() {
	if since 6 2; then
		sk "$2"
		check "$1: exit status" 1 "$st"
		like "$1: message" "the kernel does not take the policy with an offload device" "$err"
		like "$1: at -hwif" "^~~~~" "$err"
	else
		told "$@"
	fi
}
refused "spdadd" "spdadd $a any -hwif hwif0 -P out ipsec esp/transport//unique;"
refused "spdadd, with a twin" "spdadd $a any -hwif hwif0 -P in ipsec esp/transport//require;"
refused "spdupdate" "spdupdate $a any -hwif hwif0 -P out discard;"
since 6 2 && expected="1 0" || expected="1 3"
check "all are there that can be" "$expected" "$(states | grep -c ^src) $(policies | grep -c ^src)"
clear

# What comes in is offloaded the other way, which a kernel may tell by what it
# does not do for an interface of its own.
ip address add 192.0.2.1/24 dev hwif0
ip link set hwif0 up
if ip xfrm state add src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x1001 if_id 5 \
    aead 'rfc4106(gcm(aes))' 0x000102030405060708090a0b0c0d0e0f10111213 128 \
    offload dev hwif0 dir in 2>/run/tmp/err; then
	skip "the direction of an offload" "this kernel does not tell"
else
	sk "add 192.0.2.2 192.0.2.1 esp 0x1001 -if_id 5 -hwif hwif0 $aes;"
	like "to this host: it comes in" "not supported in RX path" "$err"
	told "to another: it goes out" \
	    "add $a esp 0x1001 -if_id 5 -hwif hwif0 $aes;"
fi
clear

# nowhere NAME TEXT: there is no such device, and that is where it is said
nowhere() {
	sk "$2"
	check "$1: exit status" 1 "$st"
	like "$1: message" "error: there is no such device" "$err"
	like "$1: at -hwif" "^~~~~~~" "$err"
}
nowhere "add, no such device" "add $a esp 0x1001 -hwif missing0 $aes;"
nowhere "update, no such device" "update $a esp 0x1001 -hwif missing0 $aes;"
nowhere "spdadd, no such device" "spdadd $a any -hwif missing0 -P out discard;"
check "nothing of these was done" "" "$(states)$(policies)"
if since 6 11; then
	told "ESP in UDP" "add $a esp-udp 0x1001 -hwif hwif0 $aes;"
else
	sk "add $a esp-udp 0x1001 -hwif hwif0 $aes;"
	check "ESP in UDP: exit status" 1 "$st"
	like "ESP in UDP: message" "the kernel does not offload ESP in UDP" "$err"
	check "ESP in UDP: not done" "" "$(states)"
fi

done_testing
