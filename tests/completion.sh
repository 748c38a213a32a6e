#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The completions of each shell that is here know the program's options, what
# these take, and its commands; and nothing else.  What the program knows is
# what it says itself: its usage, its messages, and help.

. "$(dirname "$0")/tap"
files=$tests/../contrib/completion
cd "$work" || exit 1

# ---- what the program knows ----

words() {
	tr -cs 'a-z0-9' '\n' | sed '/^$/d' | sort -u
}
"$setkey" 2>&1 | tr ' ' '\n' | sed -n 's/^\[*-\([A-Za-z]*\).*/\1/p' |
    sed 's/./&\
/g' | sed '/^$/d' | sort -u >options
# A message about a wrong one names the right ones.
"$setkey" -n -T '' 2>&1 | sed -n 's/.* is \(.*\), not .*/\1/p' |
    sed 's/ or / /' | words >channels
"$setkey" -n -o '' 2>&1 | sed -n 's/.* takes \(.*\), not .*/\1/p' |
    sed 's/ or / /' | words >forms
"$setkey" -e 'help;' | sed 's/[ ;].*//' | sort -u >commands
[ -s options ] && [ -s channels ] && [ -s forms ] && [ -s commands ]
result "the program says what it knows" $? options channels forms commands

# ---- what the shells know ----

# Options may be offered in clusters, such as -DP.
letters() {
	sed -n 's/^-\([A-Za-z]*\).*/\1/p' | sed 's/./&\
/g' | sed '/^$/d'
}

in_bash() {
	cat >complete.bash <<-'END'
	. "$1"
	shift
	COMP_WORDS=(setkey "$@") COMP_CWORD=$#
	compopt() { :; }
	_setkey
	printf '%s\n' "${COMPREPLY[@]}"
	END
	ask="bash complete.bash $files/setkey.bash"
	$ask - | letters >got-options
	$ask -T '' >got-channels
	$ask -o '' >got-forms
	$ask -e '' >got-commands
}

in_zsh() {
	cat >complete.zsh <<-'END'
	_arguments() {
		print -rl -- "$@"
	}
	. "$1"
	END
	zsh -f complete.zsh "$files/_setkey" >specs
	sed -n -e 's/^([^)]*)//' \
	    -e 's/^\*//' -e 's/^\(-[A-Za-z]\)[[+].*/\1/p' specs |
	    letters >got-options
	sed -n 's/.*-T.*(\(.*\)).*/\1/p' specs | words >got-channels
	sed -n 's/.*-o.*(\(.*\)).*/\1/p' specs | words >got-forms
	sed -n 's/.*)-e.*(\(.*\)).*/\1/p' specs | words >got-commands
}

in_fish() {
	ask() {
		HOME=$work fish -c "source $files/setkey.fish; complete -C'$1'" |
		    cut -f 1
	}
	ask 'setkey -' | letters >got-options
	ask 'setkey -T ' >got-channels
	ask 'setkey -o ' >got-forms
	ask 'setkey -e ' >got-commands
}

for shell in bash zsh fish; do
	if ! command -v $shell >/dev/null; then
		skip "$shell" "there is no $shell here"
		continue
	fi
	in_$shell
	for what in options channels forms commands; do
		sort -u "got-$what" >got
		same "$shell knows the $what" "$what" got
	done
done
done_testing
