# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# kill -9 at any moment of a load or of -S, and then -S: the databases are what
# the file says.  And several at once: two that load, one that flushes, one that
# watches and one that dumps.

. "$UML/lib.sh"

MOMENTS=10			# of each
ENTRIES=500			# SAs, and as many policies

# entries NET FIRST: a file of SAs and policies
entries() {
	awk -v net="$1" -v first="$2" -v n="$ENTRIES" 'BEGIN {
		for (i = 0; i < n; i++) {
			printf "add 10.%d.0.1 10.%d.%d.%d esp 0x%x -m tunnel " \
			    "-E aes-cbc 0x%032x;\n", net, net, i / 250,
			    i % 250 + 2, first + i, first + i
			printf "spdadd 10.%d.0.0/16 172.%d.%d.0/24 any " \
			    "-P out ipsec esp/tunnel/10.%d.0.1-10.%d.%d.%d/" \
			    "require;\n", net, 16 + i / 250, i % 250, net, net,
			    i / 250, i % 250 + 2
		}
	}'
}
cd /run/tmp || exit 1
umask 077
entries 1 4096 >first
entries 2 8192 >second

# How long a load takes that nobody disturbs, in milliseconds
begin=$(date +%s%3N)
setkey -f first
took=$(($(date +%s%3N) - begin))

# killed OPTION FILE: run, and killed, most often on its way
killed() {
	pause=$(od -An -N1 -tu1 /dev/urandom |
	    awk -v took="$took" '{ print $1 * took / 255 / 1000 }')
	setkey "$@" >/run/tmp/out 2>&1 &
	sleep "$pause"
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	[ $? -ne 137 ] || hits=$((hits + 1))
}

# repair FILE: 0 if -S makes it so, and finds nothing to do then
repair() {
	run setkey -S "$1"
	[ "$st$err" = 0 ] || return 1
	run setkey -n -S "$1"
	[ "$st" -eq 0 ] && [ -z "$out" ] &&
	    [ "$(setkey -D | grep -c 'state=mature')" -eq "$ENTRIES" ] &&
	    [ "$(setkey -DP | grep -c 'out ipsec')" -eq "$ENTRIES" ]
}

# moments NAME OPTION: the files in turn
moments() {
	hits=0 bad=
	for i in $(seq "$MOMENTS"); do
		case $i in
		*[13579]) file=first ;;
		*)	file=second ;;
		esac
		killed "$2" "$file"
		repair "$file" || bad="$bad $i"
	done
	if [ -z "$bad" ]; then
		ok "$1: $MOMENTS times, $hits of them on its way"
	else
		not_ok "$1: killed, and not repaired" "in rounds$bad" \
		    "status $st" "$err"
	fi
}

all=0
moments "-f, killed" -f
all=$((all + hits))
moments "-S, killed" -S
check "some were killed on their way" yes \
    "$([ $((all + hits)) -ge 2 ] && echo yes)"
clear

#
# At once
#

# Until the file `over` is there: as often as that may be
as_long() {
	while [ ! -e /run/tmp/over ]; do
		"$@"
	done
}
flush_now() { setkey -F >>flusher 2>&1; sleep 0.1; }
# Records have a first line and a last one each.
dump_now() {
	setkey -D >dump 2>>dumper
	case $? in
	[01])	;;
	*)	echo "status $?" >>dumper.bad ;;
	esac
	[ "$(grep -c 'mode=tunnel' dump)" -eq "$(grep -c 'refcnt=' dump)" ] ||
	    echo "a record in two" >>dumper.bad
}

rm -f over flusher dumper dumper.bad
setkey -xl >watched 2>watcher &
watcher=$!
sleep 0.3
as_long flush_now &
flusher=$!
as_long dump_now &
dumper=$!
setkey -f first >loader.1 2>&1 &
one=$!
setkey -f second >loader.2 2>&1 &
two=$!
wait $one
check "the first that loads" "0" "$?$(cat loader.1)"
wait $two
check "the second that loads" "0" "$?$(cat loader.2)"
: >over
wait $flusher $dumper
check "the one that flushes" "" "$(cat flusher)"
check "the one that dumps shows whole records" "" \
    "$(cat dumper.bad 2>/dev/null)"
check "and says nothing but that the database changes" "" \
    "$(grep -v -e 'changed while' -e '^ ' -e 'records of the dump' dumper)"
kill -TERM $watcher
wait $watcher
case $?$(cat watcher) in
0 | 1*lost*)	ok "the one that watches" ;;
*)		not_ok "the one that watches" "$(cat watcher)" ;;
esac
check "it saw what was added" yes \
    "$([ "$(grep -c ' add ' watched)" -gt "$ENTRIES" ] && echo yes)"
rm -f over
# A second load of the first after all: policies of both are there.
run setkey -S first
check "and then -S makes it what a file says" "0" "$st$err"
run setkey -n -S first
check "with nothing left to do" "0" "$st$out$err"
clear

done_testing
