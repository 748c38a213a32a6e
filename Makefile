# SPDX-License-Identifier: BSD-2-Clause
# setkey.  POSIX make of 2024: GNU make (4.0 and later) and BSD make.
#
#	make		the program
#	make help	this
#	make check	all tests; check-host: without those that boot a kernel
#	make demo	encrypted traffic, to look at
#	make lint	the slower checks; also: make fuzz, make bench
#	make install	the program, its manual and examples
#	make install-contrib
#			the boot script for INIT, completions of shells
#	make uninstall	what these two put there, with the same variables
#	make dist	setkey-VERSION.tar.gz from the last commit; distcheck
#			also builds, tests and installs from it
#	make clean	needed when the compiler or its flags have changed
#
#	CC, CFLAGS, CPPFLAGS, LDFLAGS	from the environment or the command line
#	HARDENING=	the compiler's defaults in place of ours; a list of
#			flags: those of them that the compiler takes
#	PREFIX=/usr/local, DESTDIR=	and SBINDIR, MANDIR, EXAMPLEDIR, DATADIR
#	INIT=none	boot script: systemd (UNITDIR), rc.d (RCDIR) or none
#	BASHCOMPDIR, ZSHCOMPDIR, FISHCOMPDIR

# Here and nowhere else, but for packages, which must repeat it.
VERSION = 1.1

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
DATADIR ?= $(PREFIX)/share/setkey
MANDIR ?= $(PREFIX)/share/man
EXAMPLEDIR ?= $(PREFIX)/share/examples/setkey
INIT ?= none
UNITDIR ?= $(PREFIX)/lib/systemd/system
RCDIR ?= $(PREFIX)/etc/rc.d
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d

CC ?= cc
LEX = flex
YACC = bison
WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wcast-qual -Wpointer-arith -Wundef -Wformat-security
CFLAGS ?= -O2 -g
# Position-independent, symbols bound and their table read-only before main(),
# guarded stack, checked buffers, and jumps to where they may go only.
HARDENING = -fPIE -pie -Wl,-z,relro -Wl,-z,now -fstack-protector-strong \
	-fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 \
	-D_FORTIFY_SOURCE=2 -fcf-protection=full -mbranch-protection=standard
# The same program comes of it in whatever directory it is built.
REPRODUCIBLE = -ffile-prefix-map=`pwd`=.

ALL_CPPFLAGS = -D_GNU_SOURCE -D_NETBSD_SOURCE -DVERSION='"$(VERSION)"' \
	$(CPPFLAGS)
ALL_CFLAGS = -std=c11 $(WARN) $(CFLAGS)
COMPILE = $(CC) `cat flags.compile` $(ALL_CPPFLAGS) $(ALL_CFLAGS)
# Also for compiling and linking at once.
LINK = $(CC) `cat flags.link` $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS)

# From text to messages, messages to text, messages to the kernel.
LANGUAGE = token.o parse.o syntax.o command.o options.o fields.o \
	field_option.o field_key.o field_host.o field_policy.o number.o \
	check.o impossible.o expand.o filter.o hosts.o source.o secrets.o diag.o
MESSAGES = pfkey.o same.o sync.o deletion.o serving.o hiding.o ranges.o \
	order.o mode_any.o table.o list.o addr.o dialect.o extension.o names.o \
	print_keys.o stats.o setting.o ipsec_strerror.o
PRINTERS = text.o pfkey_dump.o key_debug.o pfkey_script.o json.o \
	json_record.o event.o
CHANNELS = channel.o filtered.o plan.o pfkey_socket.o pfkey_several.o \
	pfkey_watch.o pfkey_limits.o platform.o xfrm.o \
	xfrm_encode.o xfrm_decode.o xfrm_pieces.o xfrm_sa.o xfrm_policy.o \
	xfrm_read.o xfrm_notice.o xfrm_links.o \
	netlink.o
PROCESS = message.o patience.o privileges.o signals.o
LIB = $(LANGUAGE) $(MESSAGES) $(PRINTERS) $(CHANNELS) $(PROCESS)
OBJS = setkey.o run.o audit.o modules.o reload.o makekey.o script.o input.o \
	help.o execute.o whole.o resync.o twins.o existing.o lint.o save.o \
	operands.o $(LIB)

# Programs of the tests: unit tests, and tools that the scripts use.
UNIT_TESTS = tests/print_test tests/socket_test tests/xfrm_test \
	tests/xfrm_channel_test tests/secrets_test tests/expand_test \
	tests/terminal_test tests/strerror_test tests/source_test \
	tests/sync_test tests/bsd_test tests/faults_test \
	tests/beyond_test tests/filter_test \
	tests/keys_test tests/hiding_test \
	tests/exit_test tests/signals_test
TEST_TOOLS = tests/tool tests/play tests/peak tests/uml/sniff tests/uml/natt \
	tests/uml/espintcp \
	tests/uml/migrate tests/uml/name-server \
	tests/uml/same-dumps tests/uml/ptrace-fix.so tests/uml/break-send.so \
	tests/faults.so

all: setkey

setkey: $(OBJS) flags.link
	$(LINK) -o $@ $(OBJS)

.SUFFIXES: .c .o
.c.o:
	$(COMPILE) -c -o $@ $<

# Those of our flags that this compiler takes, with the flags of the user.
flags.compile: cc-flags
	sh ./cc-flags compile $(HARDENING) $(REPRODUCIBLE) -- \
	    $(CC) $(CPPFLAGS) $(CFLAGS) >$@
flags.link: cc-flags
	sh ./cc-flags link $(HARDENING) $(REPRODUCIBLE) -- \
	    $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) >$@

parse.c: parse.y
	$(YACC) -Wall -o parse.c --defines=parse.h parse.y
parse.h: parse.c

token.c: token.l
	$(LEX) token.l

# Few and small enough to be built again together.
HEADERS = addr.h channel.h check.h command.h deletion.h diag.h dialect.h \
	event.h existing.h expand.h extension.h fields.h filter.h help.h \
	hiding.h hosts.h impossible.h ipsec_strerror.h json.h key_debug.h \
	lint.h list.h message.h mode_any.h modules.h names.h netlink.h \
	operands.h options.h order.h parser.h patience.h pfkey.h \
	pfkey_channel.h pfkey_limits.h pfkey_socket.h plan.h platform.h \
	print.h print_keys.h privileges.h ranges.h run.h same.h \
	save.h script.h secrets.h serving.h setting.h signals.h source.h \
	stats.h sync.h syntax.h table.h text.h twins.h wire.h xfrm.h \
	xfrm_channel.h xfrm_decode.h
$(OBJS): $(HEADERS) flags.compile
token.o parse.o syntax.o command.o options.o help.o: parse.h

# ---- tests ----

$(UNIT_TESTS): $(UNIT_TESTS:=.c) tests/tap.h tests/pair.h \
    tests/print_samples.h \
    tests/xfrm_samples.h tests/xfrm_requests.h tests/faults.h tests/order.h \
    tests/modes.h tests/run_setkey.h $(LIB) flags.link
	$(LINK) -I. -o $@ $@.c $(LIB)
tests/tool: tests/tool.c tests/order.h $(LIB) flags.link
	$(LINK) -I. -o $@ tests/tool.c $(LIB)
PLAY_OBJS = $(OBJS:setkey.o=)
tests/play: tests/play.c tests/order.h setkey.c $(PLAY_OBJS) flags.link
	$(LINK) -I. -o $@ tests/play.c $(PLAY_OBJS)
tests/peak: tests/peak.c flags.link
	$(LINK) -o $@ tests/peak.c
tests/uml/sniff: tests/uml/sniff.c tests/uml/background.h flags.link
	$(LINK) -I. -o $@ tests/uml/sniff.c
tests/uml/natt: tests/uml/natt.c tests/uml/background.h flags.link
	$(LINK) -I. -o $@ tests/uml/natt.c
tests/uml/espintcp: tests/uml/espintcp.c tests/uml/background.h flags.link
	$(LINK) -I. -o $@ tests/uml/espintcp.c
tests/uml/migrate: tests/uml/migrate.c flags.link
	$(LINK) -I. -o $@ tests/uml/migrate.c
tests/uml/name-server: tests/uml/name-server.c flags.link
	$(LINK) -o $@ tests/uml/name-server.c
tests/uml/same-dumps: tests/uml/same-dumps.c $(LIB) flags.link
	$(LINK) -I. -o $@ tests/uml/same-dumps.c $(LIB)
tests/uml/ptrace-fix.so: tests/uml/ptrace-fix.c
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -shared -fPIC -o $@ \
	    tests/uml/ptrace-fix.c -ldl
tests/faults.so: tests/faults.c tests/faults.h wire.h
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -I. -shared -fPIC -Wl,-z,now \
	    -o $@ tests/faults.c -ldl
tests/uml/break-send.so: tests/uml/break-send.c
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -shared -fPIC -o $@ \
	    tests/uml/break-send.c -ldl

tools: setkey $(TEST_TOOLS)

check: setkey $(UNIT_TESTS) $(TEST_TOOLS)
	tests/run $(UNIT_TESTS)

# Without the tests that boot a kernel.
check-host: setkey $(UNIT_TESTS) $(TEST_TOOLS)
	tests/run -o $(UNIT_TESTS) tests/*.sh

lint: setkey
	tests/lint

# Comparisons with what other programs were recorded to do: GOLDEN=DIRECTORY
# with golden-freebsd, golden-bsd, golden-linux and corpus.
check-golden: setkey $(TEST_TOOLS)
	sh tests/golden/freebsd.sh $(GOLDEN)/golden-freebsd
	sh tests/golden/freebsd-wire.sh $(GOLDEN)/golden-freebsd
	sh tests/golden/bsd.sh $(GOLDEN)/golden-bsd
	sh tests/golden/corpus.sh $(GOLDEN)/corpus
	sh tests/golden/linux.sh $(GOLDEN)/golden-linux

# SECONDS for each fuzzer; new inputs and crashes stay in tests/fuzz/build.
SECONDS = 60
fuzz: parse.c token.c
	cd tests/fuzz && $(MAKE) fuzz SECONDS=$(SECONDS)

bench: setkey $(TEST_TOOLS)
	tests/bench

demo: setkey $(TEST_TOOLS)
	tests/uml/boot tests/uml/demo.sh

# ---- installation ----

INSTALL_DIR = install -d -m 755
INSTALL_DATA = install -m 644
BIN = $(DESTDIR)$(SBINDIR)
MAN = $(DESTDIR)$(MANDIR)/man8
EXAMPLES = $(DESTDIR)$(EXAMPLEDIR)
DATA = $(DESTDIR)$(DATADIR)
UNITS = $(DESTDIR)$(UNITDIR)
RC = $(DESTDIR)$(RCDIR)
BASHCOMP = $(DESTDIR)$(BASHCOMPDIR)
ZSHCOMP = $(DESTDIR)$(ZSHCOMPDIR)
FISHCOMP = $(DESTDIR)$(FISHCOMPDIR)

install: setkey
	$(INSTALL_DIR) $(BIN) $(MAN) $(EXAMPLES) $(DATA)
	install -m 755 setkey $(BIN)/setkey
	$(INSTALL_DATA) setkey.8 $(MAN)/setkey.8
	$(INSTALL_DATA) examples/*.conf $(EXAMPLES)
	install -m 755 examples/*.sh $(EXAMPLES)
	$(INSTALL_DATA) setkey.schema.json $(DATA)/setkey.schema.json

install-contrib: install-$(INIT)
	$(INSTALL_DIR) $(DATA)
	sed 's,@SBINDIR@,$(SBINDIR),' contrib/service.sh >$(DATA)/service.sh
	chmod 755 $(DATA)/service.sh
	$(INSTALL_DIR) $(BASHCOMP) $(ZSHCOMP) $(FISHCOMP)
	$(INSTALL_DATA) contrib/completion/setkey.bash $(BASHCOMP)/setkey
	$(INSTALL_DATA) contrib/completion/_setkey $(ZSHCOMP)/_setkey
	$(INSTALL_DATA) contrib/completion/setkey.fish $(FISHCOMP)

install-systemd:
	$(INSTALL_DIR) $(UNITS)
	sed 's,@SBINDIR@,$(SBINDIR),; s,@DATADIR@,$(DATADIR),' \
	    contrib/setkey.service \
	    >$(UNITS)/setkey.service
	chmod 644 $(UNITS)/setkey.service
install-rc.d:
	$(INSTALL_DIR) $(RC)
	sed 's,@SBINDIR@,$(SBINDIR),; s,@DATADIR@,$(DATADIR),' \
	    contrib/rc.d/setkey >$(RC)/setkey
	chmod 755 $(RC)/setkey
install-none:

uninstall: uninstall-$(INIT)
	rm -f $(BIN)/setkey $(MAN)/setkey.8 $(BASHCOMP)/setkey \
	    $(ZSHCOMP)/_setkey $(FISHCOMP)/setkey.fish
	for file in examples/*; do \
		rm -f $(EXAMPLES)/$${file##*/}; \
	done
	[ ! -d $(EXAMPLES) ] || rmdir $(EXAMPLES)
	rm -f $(DATA)/setkey.schema.json $(DATA)/service.sh
	[ ! -d $(DATA) ] || rmdir $(DATA)
uninstall-systemd:
	rm -f $(UNITS)/setkey.service
uninstall-rc.d:
	rm -f $(RC)/setkey
uninstall-none:

# ---- release ----

RELEASE = setkey-$(VERSION)

# Of the same commit the same octets.
dist:
	git archive --format=tar --prefix=$(RELEASE)/ HEAD | gzip -9n \
	    >$(RELEASE).tar.gz

distcheck: dist
	tests/distcheck $(RELEASE)

help:
	@sed -n -e '/^$$/q' -e 's/^#	//p' Makefile

clean:
	rm -f setkey *.o parse.c parse.h token.c flags.compile flags.link \
	    $(UNIT_TESTS) $(TEST_TOOLS)
	rm -rf tests/log tests/fuzz/build

.PHONY: all tools check check-host check-golden lint fuzz bench demo install \
	install-contrib install-systemd install-rc.d install-none uninstall \
	uninstall-systemd uninstall-rc.d uninstall-none dist distcheck help \
	clean
