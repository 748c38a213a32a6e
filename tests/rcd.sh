#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The rc.d script, with an rc.subr of our own that does as much as it needs, and
# with a setkey and a service.sh that only write down how they were called.  It
# does not prove that a BSD's rc.subr agrees.

. "$(dirname "$0")/tap"
cd "$work" || exit 1

cat >rc.subr <<'EOF_SUBR'
load_rc_config()
{
	. ./rc.conf
}
run_rc_command()
{
	case " start stop restart rcvar $extra_commands " in
	*" $1 "*) ;;
	*) return 2 ;;
	esac
	eval "enabled=\$$rcvar command=\$${1}_cmd"
	[ "$enabled" = YES ] || return 3
	$command
}
EOF_SUBR
cat >fake-setkey <<'EOF_SETKEY'
#!/bin/sh
echo "setkey $*" >>called
[ "$2" != bad.conf ]
EOF_SETKEY
chmod +x fake-setkey
# What it does is in tests/service.sh.
cat >service.sh <<'EOF_SERVICE'
echo "service $*" >>called
[ -x "$SETKEY" ] || exit 9
[ "$2" != bad.conf ] || exit 75
EOF_SERVICE
sed "s,/etc/rc.subr,./rc.subr,; s,@SBINDIR@/setkey,$work/fake-setkey,
    s,@DATADIR@,$work," "$tests/../contrib/rc.d/setkey" >script

# expect NAME FILE ENABLED COMMAND STATUS CALLED: what it ran, line by line
expect() {
	: >called
	echo "setkey_file=$2 setkey_enable=$3" >rc.conf
	sh ./script "$4" >out 2>&1
	echo "exit status $?" >>out
	printf '%b' "$6" >expected
	tail -n 1 out | grep -q "status $5\$" && cmp -s called expected
	result "$1" $? out called
}

expect "start loads the file" good.conf YES start 0 'service load good.conf\n'
expect "start fails with a wrong file" bad.conf YES start 75 \
    'service load bad.conf\n'
expect "nothing is done unless enabled" good.conf NO start 3 ''
expect "stop takes away what was loaded" good.conf YES stop 0 'service unload\n'
expect "check only checks" good.conf YES check 0 'setkey -nf good.conf\n'
expect "check finds a wrong file" bad.conf YES check 1 'setkey -nf bad.conf\n'
expect "reload changes what differs" good.conf YES reload 0 \
    'service load good.conf\n'
expect "restart has no gap either" good.conf YES restart 0 \
    'service load good.conf\n'
expect "an unknown command is none" good.conf YES sync 2 ''
done_testing
