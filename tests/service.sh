#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# contrib/service.sh, which boot scripts call, with a program in place of setkey
# that only notes what it was asked for; the checks of a file are the real ones.

. "$(dirname "$0")/tap"
unset SETKEY_FILE SETKEY_UNIT
cd "$work" || exit 1

ok() {
	result "$2" "$1" out asked "$work"/run/*
}

# The real one checks; the kernel's part is noted, with the record as it is at
# that moment, and refused if $work/refuse is there.
cat >fake <<EOF
#!/bin/sh
case \$1 in
-S)	echo "\$*" >>"$work/asked"
	cat "$work/run/loaded.conf" >"$work/intent"
	[ ! -e "$work/refuse" ] ;;
*)	exec "$setkey" "\$@" ;;
esac
EOF
chmod +x fake
service() {
	rm -f asked intent
	SETKEY=$work/fake SETKEY_RUN=$work/run sh "$tests/../contrib/service.sh" \
	    "$@" >out 2>&1
}
sa='add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc "sample-key-a-2-b";'

service load "$work/none"
[ $? -eq 0 ] && grep -q 'there is no' out && [ ! -e asked ]
ok $? "no file is no failure, and is said"
printf '# ipsec.conf\nconfig setup\n' >foreign
service load "$work/foreign"
[ $? -eq 0 ] && grep -q strongSwan out && [ ! -e asked ]
ok $? "a file of another program is left to it"
echo 'add 192.0.2.1;' >wrong
service load "$work/wrong"
[ $? -eq 1 ] && grep -q 'wrong:1:14: error:' out && [ ! -e asked ]
ok $? "of a wrong file nothing is loaded"
service unload
[ $? -eq 0 ] && [ ! -e asked ]
ok $? "nothing was loaded: nothing is unloaded"

echo "$sa" >good
service load "$work/good"
[ $? -eq 0 ] && grep -q -x -- "-S $work/good -O $work/run/loaded.conf" asked &&
    grep -q 0x00001001 intent && [ ! -s out ]
ok $? "a good file is loaded in silence, and recorded before that"
grep -q 0x00001001 run/loaded.conf && ! grep -q -i sample run/loaded.conf &&
    ! grep -q 73616d run/loaded.conf
ok $? "the record has no key"
[ "$(ls -ld run/loaded.conf | cut -c 1-10)" = -rw------- ]
ok $? "and is root's alone"
echo "$sa" | sed s/0x1001/0x1002/ >good
service load "$work/good"
[ $? -eq 0 ] && grep -q 0x00001001 intent && grep -q 0x00001002 intent &&
    ! grep -q 0x00001001 run/loaded.conf
ok $? "another file: both are ours until it is done"
service load "$work/wrong"
[ $? -eq 75 ] && [ ! -e asked ] && grep -q 0x00001002 run/loaded.conf
ok $? "a wrong one: what was loaded stays, status 75"
service reload "$work/wrong"
[ $? -eq 1 ] && [ ! -e asked ] && grep -q 0x00001002 run/loaded.conf
ok $? "a reload of a wrong one: the same, status 1"
touch refuse
echo "$sa" | sed s/0x1001/0x1003/ >good
service load "$work/good"
[ $? -eq 75 ] && grep -q 0x00001002 run/loaded.conf &&
    grep -q 0x00001003 run/loaded.conf
ok $? "one that is refused: both are ours, status 75"
service reload "$work/good"
[ $? -eq 1 ] && grep -q 0x00001003 run/loaded.conf
ok $? "a reload that is refused: status 1"
service unload
[ $? -eq 1 ] && [ -e run/loaded.conf ]
ok $? "what cannot be removed is still ours"
rm refuse
service unload
[ $? -eq 0 ] && grep -q -x -- "-S /dev/null -O $work/run/loaded.conf" asked &&
    [ ! -e run/loaded.conf ]
ok $? "unload removes what was loaded, and the record"

service load "$work/good"
mkdir bin
printf '#!/bin/sh\necho " 77 setkey.service restart running"\n' >bin/systemctl
chmod +x bin/systemctl
PATH=$work/bin:$PATH SETKEY_UNIT=setkey.service
export PATH SETKEY_UNIT
service unload
[ $? -eq 0 ] && [ ! -e asked ] && [ -e run/loaded.conf ]
ok $? "a restart of the unit removes nothing"
sed -i.bak s/restart/stop/ bin/systemctl
service unload
[ $? -eq 0 ] && [ -e asked ]
ok $? "a stop does"

done_testing
