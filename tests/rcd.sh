#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The rc.d script, with an rc.subr of our own that does as much as it needs,
# and with a setkey that only writes down how it was called.  It does not prove
# that a BSD's rc.subr agrees.

tests=$(CDPATH= cd "$(dirname "$0")" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
count=0 failures=0

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
	if [ "$1" = start ]; then
		for file in $required_files; do
			[ -r "$file" ] || return 4
		done
	fi
	$command
}
EOF_SUBR
cat >fake-setkey <<'EOF_SETKEY'
#!/bin/sh
echo "$@" >>called
[ "$2" = - ] && cat >>called
[ "$2" != bad.conf ]
EOF_SETKEY
chmod +x fake-setkey
sed "s,/etc/rc.subr,./rc.subr,; s,@SBINDIR@/setkey,$work/fake-setkey," \
    "$tests/../contrib/rc.d/setkey" >script
echo "add;" >good.conf
echo "ad;" >bad.conf

# expect NAME FILE ENABLED COMMAND STATUS CALLED: what it ran, line by line
expect() {
	count=$((count + 1))
	: >called
	echo "setkey_file=$2 setkey_enable=$3" >rc.conf
	sh ./script "$4" >out 2>&1
	status=$?
	printf '%b' "$6" >expected
	if [ $status -eq "$5" ] && cmp -s called expected; then
		echo "ok $count - $1"
	else
		failures=$((failures + 1))
		echo "not ok $count - $1"
		sed 's/^/# /' out called
		echo "# status $status"
	fi
}

expect "start loads the file" good.conf YES start 0 '-f good.conf\n'
expect "start fails with a wrong file" bad.conf YES start 1 '-f bad.conf\n'
expect "start wants the file" no.conf YES start 4 ''
expect "nothing is done unless enabled" good.conf NO start 3 ''
expect "stop removes policies first" good.conf YES stop 0 '-FP\n-F\n'
expect "check only checks" good.conf YES check 0 '-nf good.conf\n'
expect "check finds a wrong file" bad.conf YES check 1 '-nf bad.conf\n'
replaced='-nf good.conf\n-f -\nflush; spdflush;\nadd;\n'
expect "reload replaces all at once" good.conf YES reload 0 "$replaced"
expect "reload leaves all as it is with a wrong file" bad.conf YES reload 1 \
    '-nf bad.conf\n'
expect "restart has no gap either" good.conf YES restart 0 "$replaced"
expect "an unknown command is none" good.conf YES sync 2 ''
echo "1..$count"
[ $failures -eq 0 ]
