# SPDX-License-Identifier: BSD-2-Clause
# For tests/systemd: what it tries on its machine, beside a real systemd.

file=/etc/ipsec.conf
key=0x000102030405060708090a0b0c0d0e0f

first() {
	cat <<-END
	add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f;
	add 192.0.2.2 192.0.2.1 esp 0x1002 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f;
	spdadd 192.0.2.1 192.0.2.2 icmp -P out ipsec esp/transport//require;
	END
}
# Files that are good, wrong, refused in part, and of another program.
good() { first; }
wrong() { first; echo "add 192.0.2.1;"; }
refused() { first; echo "add 192.0.2.1 192.0.2.2 esp 0x1003 -dev nosuch0 -E null;"; }
foreign() { printf 'config setup\n\nconn road\n\tauto=add\n'; }

# spis: of all SAs; rules: the number of policies
spis() { ip xfrm state | sed -n 's/.*spi 0x0*\([0-9a-f]*\).*/\1/p' | sort | tr '\n' ' '; }
rules() { ip xfrm policy | grep -c '^src'; }

# unit NAME WORD FILE STATUS STATE SPIS RULES: systemctl WORD with that file
unit() {
	name="$2, $3 file${1:+, $1}"
	case $3 in
	same)	;;
	none)	rm -f $file ;;
	*)	"$3" >$file ;;
	esac
	systemctl "$2" setkey >/run/tmp/out 2>&1
	st=$?
	check "$name: status, state, SAs, policies" "$4 $5 $6$7" \
	    "$st $(systemctl is-active setkey) $(spis)$(rules)"
}

mkdir -p /run/tmp
systemctl reset-failed
check "at boot: it is loaded" "active 1001 1002 1" \
    "$(systemctl is-active setkey) $(spis)$(rules)"
check "at boot: before the network" 0 \
    "$(systemctl show -p Before setkey | grep -q network-pre.target; echo $?)"
check "the record is root's alone, and has no keys" "600 700 0" \
    "$(stat -c %a /run/setkey/loaded.conf) $(stat -c %a /run/setkey) $(grep -c 0x00010203 /run/setkey/loaded.conf)"

# A key daemon's, which must be there at the end as it is now.
ip xfrm state add src 192.0.2.9 dst 192.0.2.8 proto esp spi 0x99 enc 'cbc(aes)' $key
ip xfrm policy add src 10.8.0.0/24 dst 10.9.0.0/24 dir out

unit "as it was" reload good 0 active "1001 1002 99 " 2
ip -s xfrm state list spi 0x1001 | grep add >/run/tmp/before
sleep 1
unit "as it was" restart good 0 active "1001 1002 99 " 2
check "restart: what is the same was not touched" "$(cat /run/tmp/before)" \
    "$(ip -s xfrm state list spi 0x1001 | grep add)"
sed 's/0x1002/0x1004/' $file >/run/tmp/changed
cp /run/tmp/changed $file
unit "a line changed" reload same 0 active "1001 1004 99 " 2
check "reload: what is the same was not touched" "$(cat /run/tmp/before)" \
    "$(ip -s xfrm state list spi 0x1001 | grep add)"
unit "" stop same 0 inactive "99 " 1
check "stop: the record is gone" 1 "$(test -e /run/setkey/loaded.conf; echo $?)"
unit "" start good 0 active "1001 1002 99 " 2

# A wrong file leaves in force what was.
unit "" reload wrong 1 active "1001 1002 99 " 2
unit "" restart wrong 0 active "1001 1002 99 " 2
unit "after a wrong one" reload good 0 active "1001 1002 99 " 2
unit "" stop wrong 0 inactive "99 " 1
unit "" start wrong 1 failed "99 " 1
unit "after a failure" stop same 0 failed "99 " 1
unit "after a failure" start good 0 active "1001 1002 99 " 2

# One that the kernel refuses in part: the rest is in force, and goes.
unit "" reload refused 1 active "1001 1002 99 " 2
unit "" restart refused 0 active "1001 1002 99 " 2
unit "" stop same 0 inactive "99 " 1
unit "" start refused 0 active "1001 1002 99 " 2
unit "mends it" reload good 0 active "1001 1002 99 " 2
unit "" stop refused 0 inactive "99 " 1

# Another program's is no failure, and nothing of it is loaded.
unit "" start foreign 0 active "99 " 1
check "a foreign file: one sentence" 1 \
    "$(journalctl -q -u setkey --no-pager 2>/dev/null | grep -c 'strongSwan or Libreswan: nothing is loaded')"
unit "" reload foreign 0 active "99 " 1
unit "" restart foreign 0 active "99 " 1
unit "" stop same 0 inactive "99 " 1
unit "" start none 0 active "99 " 1
unit "" stop same 0 inactive "99 " 1

# On top of an older state, without flush in the file.
good >$file
setkey -f $file
unit "on top of what is there" start good 0 active "1001 1002 99 " 2
unit "on top of what is there" stop same 0 inactive "99 " 1

# Another file is one line of configuration.
mkdir -p /etc/systemd/system/setkey.service.d
printf '[Service]\nEnvironment=SETKEY_FILE=/etc/other.conf\n' \
    >/etc/systemd/system/setkey.service.d/file.conf
first | sed 's/0x100/0x200/' >/etc/other.conf
systemctl daemon-reload
unit "another file" start foreign 0 active "2001 2002 99 " 2
unit "another file" stop same 0 inactive "99 " 1
done_testing
