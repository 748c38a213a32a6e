# fish completion for setkey(8)
# SPDX-License-Identifier: BSD-2-Clause

complete -c setkey -f
complete -c setkey -s c -d 'read commands from standard input'
complete -c setkey -s D -d 'print the SAD, with -P the SPD'
complete -c setkey -s e -x -d 'take the commands from the argument' \
    -a 'add update getspi get delete deleteall flush dump spdadd spdupdate spddelete spdflush spddump spddefault spdhash help exit quit bye'
complete -c setkey -s F -d 'remove all SAs, with -P all policies'
complete -c setkey -s f -r -F -d 'take the commands from a file'
complete -c setkey -s G -x -d 'print a fresh key for an algorithm'
complete -c setkey -s S -r -F -d 'make the databases be what the file says'
complete -c setkey -s O -r -F -d 'with -S: touch only what this file or the other names'
complete -c setkey -s s -d 'packets lost, and why'
complete -c setkey -s x -d 'watch; twice: seconds since the epoch'
complete -c setkey -n 'string match -qr -- " -[a-zA-Z]*[DFx]" (commandline -cp)' \
    -a 'esp esp-udp ah ipcomp' -d 'entries of that protocol'
complete -c setkey -s V -d 'print the version'
complete -c setkey -s a -d 'show dead SAs as well'
complete -c setkey -s E -x -d 'show at most that many errors'
complete -c setkey -s g -d 'policies of global scope only'
complete -c setkey -s h -d 'print messages in hexadecimal'
complete -c setkey -s K -d 'hide keys'
complete -c setkey -s k -d 'no fwd policy beside an in policy'
complete -c setkey -s l -d 'repeat the dump every second; with -x short lines'
complete -c setkey -s n -d 'check only'
complete -c setkey -s o -x -d 'form of the output' -a 'json script tcpdump wireshark'
complete -c setkey -s P -d 'policies, not SAs'
complete -c setkey -s p -d 'show the ports of SAs'
complete -c setkey -s r -d 'fwd policies beside in policies (the default)'
complete -c setkey -s T -x -d 'channel to the kernel' -a 'auto pfkey xfrm'
complete -c setkey -s t -d 'policies of interfaces only'
complete -c setkey -s v -d 'decode the messages exchanged with the kernel'
