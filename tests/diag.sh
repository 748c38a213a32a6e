#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What is said of wrong input, word for word, and the exit status.
#
#	tests/diag.sh [-u] [TOPIC ...]
#
# diag/TOPIC.in holds cases: a line `## name`, and `| OPTIONS` where they are
# not just -n; then the text.  diag/TOPIC.err holds what is to come of each;
# -u writes it anew, to be read before it is believed.  At the end come inputs
# that are no text for a file like that: made here.

. "$(dirname "$0")/tap"
mkdir "$work/in" "$work/expected" && cd "$work" || exit 1

update=
[ "$1" = -u ] && update=y && shift

# split FILE DIRECTORY: each case into a file of its name; prints names, options
split() {
	awk -v dir="$2" '
	/^## / { close(file); file = dir "/" $2; name = $2; printf "" >file
		sub(/^## [^ ]* *\|?/, ""); print name, $0; next }
	{ print >file }
	' "$1"
}

# run OPTION ...: setkey on t.conf; what it says, and how it ends if not with 1
run() {
	timeout 10 ${nobody:-} "$setkey" "$@" -f t.conf 2>&1 >stdout </dev/null
	status=$?
	[ ! -s stdout ] || sed 's/^/stdout: /' stdout
	[ "$status" -eq 1 ] || echo "exit status $status"
}

# topic NAME: all its cases
topic() {
	rm -f in/* expected/* new
	split "$tests/diag/$1.in" in >names
	[ -f "$tests/diag/$1.err" ] &&
	    split "$tests/diag/$1.err" expected >/dev/null
	while read -r name options; do
		mv "in/$name" t.conf
		run ${options:--n} >got
		if [ "$update" ]; then
			echo "## $name" | cat - got >>new
		else
			same "$1: $name" "expected/$name" got
		fi
	done <names
	[ -z "$update" ] || cp new "$tests/diag/$1.err"
}

if [ $# -eq 0 ]; then
	for file in "$tests"/diag/*.in; do
		name=${file##*/}
		topic "${name%.in}"
	done
else
	for name in "$@"; do
		topic "$name"
	done
fi
[ "$update" ] && exit 0

# ---- inputs made here ----

# expect NAME TEXT: the last run said that
expect() {
	printf '%s\n' "$2" >expected.txt
	same "$1" expected.txt got
}

# repeat N TEXT
repeat() {
	awk -v n="$1" -v text="$2" 'BEGIN { while (n-- > 0) printf "%s", text }'
}

# try OPTION ...: setkey on t.conf, into `got`
try() {
	run "$@" >got
}

special() {
	: >t.conf
	try -n
	expect "empty file" "t.conf: warning: there is no command in it
exit status 0"
	printf '\n\n  # nothing\n\t' >t.conf && try -n
	expect "blank file" "t.conf: warning: there is no command in it
exit status 0"
	printf '#!/usr/sbin/setkey -f flush; spdflush;\n' >t.conf && try -n
	expect "all of it is behind a '#'" \
"t.conf: warning: there is no command in it
    hint: all of it is one line, a comment
exit status 0"
	printf '#!/usr/sbin/setkey -f\n# flush;\n' >t.conf && try -n
	expect "comments alone" "t.conf: warning: there is no command in it
exit status 0"
	printf '#!/usr/sbin/setkey -f\r\nflush;\r\n' >t.conf && try -n
	expect "a script whose lines end with CR LF" "exit status 0"
	printf '#!/usr/sbin/setkey -f\rflush;\rexit;\r' >t.conf && try -n
	expect "a script whose lines end with CR" "exit status 0"
	: >t.conf && try -n -f /dev/null
	expect "the second of two empty files" \
"/dev/null: warning: there is no command in it
t.conf: warning: there is no command in it
exit status 0"
	printf 'flush' >t.conf && try -n
	expect "end of the input in a word" "t.conf:1:6: error: missing ';' at the end of the input
    flush
         ^"
	printf '\357\273\277flsh;' >t.conf && try -n
	expect "byte order mark" "t.conf:1:1: error: unknown command 'flsh'
    flsh;
    ^~~~
    hint: did you mean 'flush'?"
	printf '\377\376f\0l\0u\0s\0h\0;\0' >t.conf && try -n
	expect "UTF-16" "t.conf: error: this is text in UTF-16
    hint: iconv -f UTF-16 -t UTF-8 makes it one that can be read"
	printf 'flush;\n\177ELF\0\0\1\2\0add;\n' >t.conf && try -n
	expect "NUL octets" "t.conf:2:5: error: a NUL octet: this is no text
    ?ELF?????add;
        ^"
	printf 'flush;\r\nspdflush\r\nflsh;\r\n' >t.conf && try -n
	expect "lines that end with CR LF" "t.conf:2:9: error: missing ';' before 'flsh'
    spdflush
            ^
t.conf:3:1: error: unknown command 'flsh'
    flsh;
    ^~~~
    hint: did you mean 'flush'?"
	printf 'flush;\rspdflush;\rflsh;\r' >t.conf && try -n
	expect "lines that end with CR" "t.conf:3:1: error: unknown command 'flsh'
    flsh;
    ^~~~
    hint: did you mean 'flush'?"

	repeat 25 'flush sad;
' >t.conf && try -n
	[ "$(grep -c 'error: unknown protocol' got)" -eq 20 ] || echo "not 20" >>got
	tail -n 1 got >last && mv last got
	expect "at most 20 errors, and their number" \
	    "t.conf: 25 errors, of which 5 are not shown (-E 0 shows all)"
	try -n -E 1
	expect "-E 1" "t.conf:1:7: error: unknown protocol 'sad'
    flush sad;
          ^~~
    hint: it is one of esp, esp-udp, esp-old, ah, ah-old, ipcomp, tcp
t.conf: 25 errors, of which 24 are not shown (-E 0 shows all)"
	try -n -E 0 && grep -c 'error: unknown protocol' got >n && mv n got
	expect "-E 0" 25
	repeat 20 'flush sad;
' >t.conf && try -n && tail -n 1 got >last && mv last got
	expect "20 errors and no more" \
	    "    hint: it is one of esp, esp-udp, esp-old, ah, ah-old, ipcomp, tcp"

	{ repeat 40000 'spdflush;  flush; dump;  '; echo 'flsh; flush;'; } >t.conf
	try -n
	expect "a line of a megabyte" "t.conf:1:1000001: error: unknown command 'flsh'
    ...spdflush;  flush; dump;  spdflush;  flush; dump;  flsh; flush;
                                                         ^~~~
    hint: did you mean 'flush'?"
	{ repeat 100000 abcdefghij; echo ';'; } >t.conf && try -n
	expect "a word of a megabyte" "t.conf:1:1: error: unknown command 'abcdefghijabcdefghijabcdefghijabcdefghijabc...'
    $(repeat 10 abcdefghij)...
    ^$(repeat 99 '~')
    hint: the commands are add, update, getspi, get, delete, deleteall, flush, dump, spdadd, spdupdate, spddelete, spdflush, spddump, spddefault, spdhash, help, exit"
	{ printf 'add 10.0.0.1 10.0.0.2 esp 1000 -E null "'
	repeat 100000 'a key;
	'; } >t.conf && try -n
	expect "a string of a megabyte, never closed" "t.conf:1:40: error: this quoted string is never closed
    add 10.0.0.1 10.0.0.2 esp 1000 -E null \"******
                                           ^"
	{ printf 'spdadd 10.0.0.1 10.0.0.2 any -P out ipsec'
	repeat 10000 ' esp/transport//require'; echo ';'; } >t.conf && try -n
	expect "10,000 rules" "t.conf:1:181: error: a policy has at most 6 rules on this system
    ...ire esp/transport//require esp/transport//require esp/transport//require esp/transport//require esp/...
                                                         ^~~"
	repeat 12000 'add 10.0.0.1 10.0.0.2 esp 1000 -E null
' >t.conf && try -n -E 1
	expect "12,000 commands without a ';'" "t.conf:1:39: error: missing ';' before 'add'
    add 10.0.0.1 10.0.0.2 esp 1000 -E null
                                          ^
t.conf: 12000 errors, of which 11999 are not shown (-E 0 shows all)"
	{ repeat 100000 '['; echo ';'; } >t.conf && try -n
	expect "100,000 brackets" "t.conf:1:1: error: expected a command, found '['
    $(repeat 100 '[')...
    ^"
	repeat 30000 'flush;
' >t.conf && echo 'flsh;' >>t.conf && try -n
	expect "line 30,001" "t.conf:30001:1: error: unknown command 'flsh'
    flsh;
    ^~~~
    hint: did you mean 'flush'?"

	rm t.conf && try -n
	expect "missing file" "setkey: t.conf: No such file or directory"
	mkdir t.conf && try -n && rmdir t.conf
	expect "directory" "setkey: t.conf: Is a directory"
	ln -s t.conf t.conf && try -n && rm t.conf
	sed -i 's/Symbolic link loop/Too many levels of symbolic links/' got # musl
	expect "link to itself" "setkey: t.conf: Too many levels of symbolic links"
	echo 'flush;' >t.conf && chmod 0 t.conf
	# Root can read it: so as somebody else.
	nobody=
	[ ! -r t.conf ] || nobody='setpriv --reuid 65534 --clear-groups'
	chmod 711 .
	if $nobody "$setkey" -V >/dev/null 2>&1; then
		try -n
		expect "unreadable file" "setkey: t.conf: Permission denied"
	else
		skip "unreadable file" "no setpriv," \
		    "and root can read it"
	fi
	nobody=
	rm -f t.conf
	echo "$key" >t.conf
	chmod 644 t.conf && try -n
	expect "keys that everybody can read" \
"t.conf: warning: this file holds keys, and everybody can read it
exit status 0"
	chmod 666 t.conf && try -n
	expect "keys that everybody can write" \
"t.conf: warning: others than its owner can write this file
t.conf: warning: this file holds keys, and everybody can read it
exit status 0"
	chmod 600 t.conf && chmod 773 . && try -n
	expect "in a directory that everybody can write" \
"t.conf: warning: others can replace this file: they can write to its directory
exit status 0"
	chmod 1777 . && try -n
	expect "in a directory as /tmp" "exit status 0"
	chmod 711 .
	if chown 65534 t.conf 2>/dev/null; then
		try -n
		expect "of another user" \
"t.conf: warning: this file belongs to another user, who can change it
exit status 0"
		chown 0 t.conf && chown 65534 . && try -n
		expect "in another user's directory" \
"t.conf: warning: the directory of this file belongs to another user, who can replace it
exit status 0"
		chown 0 .
	else
		skip "of another user" "this is not root"
	fi
	echo 'flush;' >t.conf && chmod 644 t.conf && try -n
	expect "no keys, readable" "exit status 0"
}
key='add 10.0.0.1 10.0.0.2 esp 1000 -E aes-cbc 0x01234567890123456789012345678901;'

whose_keys() {
	echo "$key" >b.conf && echo 'flush;' >t.conf && chmod 600 b.conf
	chmod 644 t.conf
	try -n -f b.conf
	expect "keys of another file" "exit status 0"
	echo 'add 10.0.0.1 10.0.0.2 esp 1000 -E aes-cbc 0x0123;' >t.conf
	try -n && tail -n 1 got >last && mv last got
	expect "keys that are wrong" \
"t.conf: warning: this file holds keys, and everybody can read it"
	{ echo 'exit;' && cat b.conf; } >t.conf && try -n
	expect "keys that are not read" \
"t.conf: warning: this file holds keys, and everybody can read it
exit status 0"
	echo 'exit;' >a.conf && cat b.conf >t.conf && try -n -f a.conf
	expect "keys of a file that is not read" \
"t.conf: warning: this file holds keys, and everybody can read it
exit status 0"
	echo 'add 10.0.0.1 10.0.0.2 esp 1000 -E null "";exit;# 12' >t.conf
	try -n && expect "an empty key is none" "exit status 0"
	rm a.conf b.conf
}

symbolic_links() {
	mkdir link.d safe.d && echo "$key" >safe.d/t.conf
	chmod 711 . && chmod 600 safe.d/t.conf
	# link FIRST SECOND: where t.conf leads, and link.d/t.conf
	link() {
		rm -f t.conf link.d/t.conf
		ln -s "$2" link.d/t.conf && ln -s "$1" t.conf && try -n
	}
	chmod 777 safe.d && link safe.d/t.conf /
	expect "a link to a directory that everybody can write" \
"t.conf: warning: others can replace this file: they can write to its \
directory, or to that of a symbolic link to it
exit status 0"
	chmod 711 safe.d && chmod 777 link.d && link link.d/t.conf ../safe.d/t.conf
	expect "a link to a link in such a directory" \
"t.conf: warning: others can replace this file: they can write to its \
directory, or to that of a symbolic link to it
exit status 0"
	chmod 711 link.d && link link.d/t.conf "$PWD/safe.d/t.conf"
	expect "links to a file of root's" "exit status 0"
	if chown -h 65534 t.conf 2>/dev/null; then
		try -n
		expect "a link of another user" \
"t.conf: warning: the directory of this file, or of a symbolic link to it, \
belongs to another user, who can replace it
exit status 0"
	else
		skip "a link of another user" "this is not root"
	fi
	rm -r t.conf link.d safe.d
}
[ $# -gt 0 ] || {
	special
	whose_keys
	symbolic_links
}

done_testing
