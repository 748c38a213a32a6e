#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the boot scripts do: load a file by changing only what differs, and take
# away what was loaded, and nothing else.
#
#	sh service.sh load [FILE]	/etc/ipsec.conf, or $SETKEY_FILE
#	sh service.sh reload [FILE]
#	sh service.sh unload
#
# What was loaded is kept, without keys, in a file that only root reads.  It is
# written before anything is done, together with what was there, so that after
# a power cut or a kill nothing of ours is forgotten.
#
# Exit status: 0; 1 if nothing of ours is in force; 75 if something is, though
# not all of the file: what was loaded before, or the rest of what the kernel
# refused in part.  Who reloads wants all of it: there that is 1, too.

setkey=${SETKEY:-@SBINDIR@/setkey}
if [ -d /run ]; then
	dir=${SETKEY_RUN:-/run/setkey}
else
	dir=${SETKEY_RUN:-/var/run/setkey}
fi
record=$dir/loaded.conf
file=${2:-${SETKEY_FILE:-/etc/ipsec.conf}}

fail() {
	[ "$reloading" ] || [ ! -s "$record" ] || exit 75
	exit 1
}

# The same name is strongSwan's and Libreswan's.
is_foreign() {
	awk '/^[ \t]*(#|$)/ { next }
	    { found = /^(config[ \t]+setup|(conn|ca|include)[ \t])/; exit }
	    END { exit !found }' "$1"
}

load() {
	if [ ! -e "$file" ]; then
		echo "setkey: there is no $file: nothing is loaded" >&2
		exit 0
	fi
	if is_foreign "$file"; then
		echo "setkey: $file is a configuration of strongSwan or Libreswan: nothing is loaded" >&2
		exit 0
	fi
	umask 077
	mkdir -p "$dir" || fail
	# Errors are shown by the second; advice is for a person.
	if ! "$setkey" -Knv -f "$file" >"$record.new" 2>/dev/null; then
		"$setkey" -n -f "$file"
		rm -f "$record.new"
		fail
	fi
	touch "$record" &&
	    cat "$record.new" "$record" >"$record.both" &&
	    mv -f "$record.both" "$record" || fail
	"$setkey" -S "$file" -O "$record" || fail
	mv -f "$record.new" "$record"
}

# systemd's restart is a stop and a start: what differs is changed by the start,
# and what is in force stays so if the file is wrong.
is_restart() {
	[ "$SETKEY_UNIT" ] &&
	    systemctl list-jobs --no-legend --plain 2>/dev/null |
	    grep -q " $SETKEY_UNIT  *restart "
}

unload() {
	[ -e "$record" ] || exit 0
	is_restart && exit 0
	"$setkey" -S /dev/null -O "$record" || exit
	rm -f "$record" "$record.new" "$record.both"
}

reloading=
case $1 in
load|unload)	"$1" ;;
reload)		reloading=y; load ;;
*)		echo "usage: service.sh load|reload [FILE] | unload" >&2; exit 1 ;;
esac
