#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the Makefile promises to who builds and installs: flags, places, modes,
# the same program from any directory; by each make that is here.  What it
# installs is in the repository, and not just lying about.

. "$(dirname "$0")/tap"
top=$(cd "$tests/.." && pwd) || exit 1
unset CC CFLAGS CPPFLAGS LDFLAGS HARDENING MAKEFLAGS MFLAGS MAKELEVEL
unset PREFIX DESTDIR SBINDIR MANDIR EXAMPLEDIR INIT UNITDIR RCDIR
# holds NAME WORD ...: the last output has each of the words
holds() {
	name=$1 status=0
	shift
	for word in "$@"; do
		grep -q -e "$word" "$work/out" || status=1
	done
	result "$name" $status "$work/out"
}

# A copy of what is tracked, and of what was built, which is newer.
copy() {
	mkdir -p "$1" && (
		cd "$top" || exit 1
		if git ls-files >/dev/null 2>&1; then
			git ls-files
		else
			find . -type f ! -name '*_test' ! -path './tests/log/*'
		fi | grep -v '^tests/fuzz/corpus-' >"$work/files"
		tar -cf - -T "$work/files"
	) | tar -xpf - -C "$1"
}
tree=$work/tree
copy "$tree"
cp -p "$top"/*.o "$top/setkey" "$top/parse.c" "$top/parse.h" \
    "$top/token.c" "$top/flags.compile" "$top/flags.link" "$tree"

# installed ROOT: what is there, modes and names
installed() {
	(cd "$1" && find . -type f -exec ls -l {} + && find . -type d \
	    -exec ls -ld {} +) | awk '{ print $1, $NF }' | sort -k 2
}

# with MAKE INITS: everything that one of them does
with() {
	make=$1
	cd "$tree" || exit 1

	rm -f flags.compile flags.link
	CFLAGS='-O1 -DFROM_CFLAGS' CPPFLAGS=-DFROM_CPPFLAGS \
	    LDFLAGS=-L/from-ldflags $make -n setkey >"$work/out" 2>&1
	holds "$make: flags from the environment" \
	    'flags.compile.*FROM_CPP.*FROM_CFLAGS.* -o run\.o'
	# Some make's own rules begin with "LDFLAGS =".
	if printf 'all:\n\t@echo $(LDFLAGS)\n' | LDFLAGS=from $make -f - |
	    grep -q from; then
		holds "$make: LDFLAGS from the environment" \
		    ' -L/from-ldflags -o setkey'
	else
		skip "$make: LDFLAGS from the environment" \
		    "this $make forgets them before it reads a Makefile"
	fi
	touch run.c
	$make -n CFLAGS='-O1 -DFROM_CFLAGS' CPPFLAGS=-DFROM_CPPFLAGS \
	    LDFLAGS=-L/from-ldflags setkey >"$work/out" 2>&1
	holds "$make: flags from the command line" 'FROM_CPP.*FROM_CFL.*run\.o' \
	    ' -L/from-ldflags -o setkey'
	$make flags.compile flags.link HARDENING= >/dev/null 2>&1
	cat flags.compile flags.link >"$work/out"
	! grep -q -e -pie -e FORTIFY -e protector "$work/out"
	result "$make: hardening is turned off by HARDENING=" $? "$work/out"
	rm -f flags.compile flags.link
	$make help >"$work/out" 2>&1
	holds "$make help" '^make install' HARDENING= INIT=
	cp -p "$top/run.c" "$top/flags.compile" "$top/flags.link" .

	for init in $2; do
		rm -rf "$work/root"
		(umask 077 && $make install install-contrib INIT=$init \
		    DESTDIR="$work/root" SBINDIR=/test/sbin) >"$work/out" 2>&1
		result "$make: installs with INIT=$init, from tracked files" $? "$work/out"
		installed "$work/root" >"$work/out"
		! grep -v -e '^drwxr-xr-x ' -e '^-rw-r--r-- ' \
		    -e '^-rwxr-xr-x .*/sbin/setkey$' \
		    -e '^-rwxr-xr-x .*/rc.d/setkey$' \
		    -e '^-rwxr-xr-x .*/setkey/service.sh$' \
		    -e '^-rwxr-xr-x .*/aes-gcm.sh$' "$work/out" |
		    grep -v ' \.$' >/dev/null
		result "$make: modes with INIT=$init, whatever the umask" $? "$work/out"
		holds "$make: files with INIT=$init" /test/sbin/setkey \
		    man8/setkey.8 examples/setkey/ipsec.conf \
		    bash-completion/completions/setkey _setkey setkey.fish
		! grep -rq -e '@SBINDIR@' -e '@DATADIR@' "$work/root"
		result "$make: no place left open with INIT=$init" $? "$work/out"
		[ "$(grep -c -e '/setkey\.service$' -e rc.d/setkey "$work/out")" -eq \
		    "$([ $init = none ] && echo 0 || echo 1)" ]
		result "$make: the boot script of INIT=$init only" $? "$work/out"
		$make uninstall INIT=$init DESTDIR="$work/root" \
		    SBINDIR=/test/sbin >"$work/out" 2>&1 &&
		    find "$work/root" -type f >"$work/out" && [ ! -s "$work/out" ]
		result "$make: uninstall leaves nothing with INIT=$init" $? "$work/out"
	done
	$make install-contrib INIT=sysv DESTDIR="$work/root" >"$work/out" 2>&1
	[ $? -ne 0 ] && grep -q install-sysv "$work/out"
	result "$make: an unknown INIT is an error" $? "$work/out"
}

makes=0 version= inits='systemd rc.d none'
for make in make gmake bmake; do
	before=$version
	version=$($make --version 2>/dev/null) || version=$make
	# gmake may be another name for the same.
	command -v $make >/dev/null && [ "$version" != "$before" ] || continue
	makes=$((makes + 1))
	with $make "$inits"
	inits=rc.d
done
echo "makes: $makes" >"$work/out"
[ $makes -gt 0 ]
result "there is a make" $? "$work/out"

# Two directories, one program.  One object stands for all.
cd "$top" && flags=$(cat flags.compile)
case $flags in
*-prefix-map=*)
	for dir in one two-with-a-longer-name; do
		mkdir -p "$work/$dir"
		cp "$top"/*.c "$top"/*.h "$top/Makefile" "$top/cc-flags" "$work/$dir"
		(cd "$work/$dir" && ${MAKE:-make} HARDENING= text.o) >"$work/out" 2>&1
	done
	cmp "$work/one/text.o" "$work/two-with-a-longer-name/text.o" \
	    >>"$work/out" 2>&1
	result "the directory is not in what is built" $? "$work/out" ;;
*)	skip "the directory is not in what is built" \
	    "this compiler has no -ffile-prefix-map" ;;
esac

# FreeBSD's port names all that is installed, each once.
rm -rf "$work/root"
(cd "$tree" && ${MAKE:-make} install install-contrib INIT=rc.d PREFIX= \
    DESTDIR="$work/root") >"$work/out" 2>&1
{
	sed -n '/^PLIST_FILES/,/[^\\]$/{ s/PLIST_FILES=//; s/[\\	 ]//g; s/\.gz$//; p; }' \
	    "$top/contrib/freebsd/Makefile" | LC_ALL=C sort >"$work/plist"
	(cd "$work/root" && find . -type f ! -path './share/examples/*') |
	    sed 's,^\./,,' | LC_ALL=C sort | diff "$work/plist" -
} >"$work/out" 2>&1
result "FreeBSD's port: the list of its files" $? "$work/out"

# A change of a header builds anew what may have it; and who joins finds each
# file explained.
cd "$top" && for header in *.h; do
	case $header in
	parse.h|xfrm*) ;;
	*)	grep -q -w -e "$header" -e "${header%.h}.c, .h" ARCHITECTURE ||
		    echo "ARCHITECTURE lacks $header" ;;
	esac
	sed -n '/^HEADERS/,/: parse\.h/p' Makefile | grep -q -w "$header" ||
	    echo "HEADERS lacks $header"
done >"$work/out"
for file in *.[cly]; do
	case $file in
	parse.c|token.c) ;;
	*)	grep -q -w "$file" ARCHITECTURE ||
		    echo "ARCHITECTURE lacks $file" ;;
	esac
done >>"$work/out"
[ ! -s "$work/out" ]
result "each file is in ARCHITECTURE, and each header in the Makefile" $? \
    "$work/out"

# The version is in one place; what packages must repeat is the same.
version=$(sed -n 's/^VERSION = //p' "$top/Makefile")
cd "$top/contrib" && {
	sed -n '1s/.*(\(.*\)-[0-9]*).*/debian \1/p' debian/changelog
	sed -n 's/^Version: */rpm /p' rpm/setkey.spec
	sed -n 's/^pkgver=/alpine /p' alpine/APKBUILD
	sed -n 's/^DISTVERSION=.*	/freebsd /p' freebsd/Makefile
} >"$work/out"
[ "$(grep -c " $version\$" "$work/out")" -eq 4 ]
result "packages are of version $version" $? "$work/out"

done_testing
