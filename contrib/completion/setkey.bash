# bash completion for setkey(8)				-*- shell-script -*-
# SPDX-License-Identifier: BSD-2-Clause

_setkey()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	# Options may be clustered; the last letter is what takes an argument.
	case $before in
	-*[!A-Za-z]*)
		;;
	-*T)
		mapfile -t COMPREPLY < <(compgen -W 'auto pfkey xfrm' -- "$word")
		return ;;
	-*o)
		mapfile -t COMPREPLY < <(compgen -W 'json script tcpdump wireshark' -- "$word")
		return ;;
	-*[fOS])
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return ;;
	-*e)
		mapfile -t COMPREPLY < <(compgen -W 'add update getspi get delete
		    deleteall flush dump spdadd spdupdate spddelete spdflush
		    spddump spddefault spdhash help exit quit bye' -- "$word")
		return ;;
	-*E)
		return ;;
	esac
	# Which entries, behind -D, -F or -x.
	if [[ $word != -* && " ${COMP_WORDS[*]:1:COMP_CWORD-1}" == *\ -*[DFx]* ]]; then
		mapfile -t COMPREPLY < <(compgen -W 'esp esp-udp ah ipcomp' -- "$word")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W '-a -c -D -DP -E -e -F -FP -f -G -g
	    -h -K -k -l -n -o -O -P -p -r -s -S -T -t -V -v -x -xx' -- "$word")
}

complete -F _setkey setkey
