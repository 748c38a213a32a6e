# SPDX-License-Identifier: BSD-2-Clause
# For the scripts that run `setkey -x` beside what they do.
#
#	. "$UML/lib.sh"
#	. "$UML/monitor.sh"
#	watch [OPTION ...]
#	...
#	watched
#	messages

# What a monitor gets depends on where from.
channel=${SETKEY_CHANNEL:-xfrm}

# mark ADDRESS: an event that can be told from those of the tests
mark() {
	ip -batch - <<-END
	xfrm policy add src $1 dst $1 dir out
	xfrm policy delete src $1 dst $1 dir out
	END
}

# times_shown TEXT: how often the monitor has shown it
times_shown() { grep -c "$1" /run/tmp/watch; }

# watch [OPTION ...]: starts a monitor into /run/tmp/watch, and returns when
# it sees what happens.
watch() {
	: >/run/tmp/watch	# of an earlier one, which also has marks
	setkey -x "$@" >/run/tmp/watch 2>/run/tmp/watch.err &
	monitor=$!
	wait_until 10 sees_marks
}
sees_marks() {
	mark 203.0.113.1
	grep -q "addr=203\.0\.113\.1 " /run/tmp/watch
}

# watched [COMMAND ...]: waits until the monitor has shown all up to now, with
# the command meanwhile, and ends it; its status in $st, what it said in $err.
watched() {
	mark 203.0.113.2
	wait_until 300 end_is_shown "$@"
	kill -TERM "$monitor"
	wait "$monitor"
	st=$?
	err=$(cat /run/tmp/watch.err)
}
end_is_shown() {	# two messages with two addresses
	[ "$(times_shown "addr=203\.0\.113\.2 ")" -ge 4 ] || { "$@"; false; }
}

# transcript: what was shown, without the marks, without the times that stand
# alone (PF_KEY's answers to the monitor itself, before a mark or behind it),
# and without what is never the same: times, numbers of processes, of messages
# and of policies, and how often a policy is referred to.
transcript() {
	awk 'BEGIN { RS = ""; ORS = "\n\n"; time = "^[0-9:]+[.][0-9]+ " }
	    { while ($0 ~ time "\n[0-9:]+[.]") sub(time "\n", "") }
	    !/addr=203\.0\.113\./ && $0 !~ time "$"' /run/tmp/watch |
	    sed -e 's/^[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.[0-9]\{6\} $/TIME/' \
	    -e 's/seq=[0-9]* pid=0$/seq=N pid=0/' \
	    -e 's/seq=[0-9]* pid=[1-9][0-9]*$/seq=N pid=N/' \
	    -e 's/reserved=[0-9]* seq/reserved=N seq/' \
	    -e 's/ id=[0-9a-f]* / id=N /' \
	    -e 's/time=[1-9][0-9]\{9\}/time=T/g'
}

# messages: the types alone
messages() {
	transcript | sed -n 's/^sadb_msg.*type=[0-9]*(\(.*\)) errno.*/\1/p' |
	    tr '\n' ' ' | sed 's/ $//'
}
