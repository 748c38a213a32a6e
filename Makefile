# setkey.  POSIX make: GNU make and BSD make both take it.
#
#	make		the program
#	make check	all tests; make demo: encrypted traffic, to look at
#	make lint	the slower checks; make fuzz, make bench
#	make install	PREFIX, DESTDIR; make install-contrib for boot scripts

VERSION = 1.0

PREFIX = /usr/local
SBINDIR = $(PREFIX)/sbin
MANDIR = $(PREFIX)/share/man
EXAMPLEDIR = $(PREFIX)/share/examples/setkey
# For install-contrib.
UNITDIR = $(PREFIX)/lib/systemd/system
RCDIR = $(PREFIX)/etc/rc.d
BASHCOMPDIR = $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR = $(PREFIX)/share/zsh/site-functions

CC = cc
LEX = flex
YACC = bison
WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wcast-qual -Wpointer-arith -Wundef
CFLAGS = -O3 -g
ALL_CPPFLAGS = -D_GNU_SOURCE -D_NETBSD_SOURCE -DVERSION='"$(VERSION)"' \
	$(CPPFLAGS)
ALL_CFLAGS = -std=c11 $(WARN) $(CFLAGS)

# From text to messages, messages to text, messages to the kernel.
LANGUAGE = token.o parse.o syntax.o command.o options.o fields.o field_option.o \
	field_key.o field_host.o field_policy.o number.o check.o expand.o \
	source.o secrets.o diag.o
MESSAGES = pfkey.o addr.o dialect.o extension.o names.o ipsec_strerror.o
PRINTERS = text.o pfkey_dump.o key_debug.o pfkey_script.o
CHANNELS = channel.o pfkey_socket.o pfkey_limits.o platform.o xfrm.o xfrm_encode.o \
	xfrm_decode.o xfrm_read.o xfrm_notice.o xfrm_links.o netlink.o
LIB = $(LANGUAGE) $(MESSAGES) $(PRINTERS) $(CHANNELS)
OBJS = setkey.o run.o script.o twins.o existing.o plan.o save.o $(LIB)

# Programs of the tests: unit tests, and tools that the scripts use.
UNIT_TESTS = tests/print_test tests/channel_test tests/socket_test tests/xfrm_test \
	tests/xfrm_channel_test tests/secrets_test tests/expand_test \
	tests/terminal_test tests/strerror_test tests/source_test
TEST_TOOLS = tests/tool tests/uml/sniff tests/uml/natt tests/uml/migrate \
	tests/uml/same-dumps tests/uml/ptrace-fix.so tests/uml/break-send.so

all: setkey

setkey: $(OBJS)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(OBJS)

.SUFFIXES: .c .o
.c.o:
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

parse.c: parse.y
	$(YACC) -Wall -o parse.c --defines=parse.h parse.y
parse.h: parse.c

token.c: token.l
	$(LEX) token.l

# Few and small enough to be built again together.
HEADERS = addr.h channel.h check.h command.h diag.h dialect.h existing.h expand.h \
	extension.h fields.h ipsec_strerror.h key_debug.h names.h netlink.h options.h parser.h pfkey.h \
	pfkey_limits.h pfkey_socket.h plan.h platform.h print.h run.h save.h \
	secrets.h source.h syntax.h text.h twins.h wire.h xfrm.h xfrm_channel.h \
	xfrm_decode.h
$(OBJS): $(HEADERS)
token.o parse.o syntax.o command.o options.o: parse.h

# ---- tests ----

TEST_CPPFLAGS = $(ALL_CPPFLAGS) -I.

$(UNIT_TESTS): $(UNIT_TESTS:=.c) tests/tap.h tests/print_samples.h tests/xfrm_samples.h \
    tests/xfrm_requests.h $(LIB)
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) -o $@ $@.c $(LIB)
tests/tool: tests/tool.c $(LIB)
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) -o $@ tests/tool.c $(LIB)
tests/uml/sniff: tests/uml/sniff.c
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) -o $@ tests/uml/sniff.c
tests/uml/natt: tests/uml/natt.c
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) -o $@ tests/uml/natt.c
tests/uml/migrate: tests/uml/migrate.c
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) -o $@ tests/uml/migrate.c
tests/uml/same-dumps: tests/uml/same-dumps.c $(LIB)
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) -o $@ tests/uml/same-dumps.c $(LIB)
tests/uml/ptrace-fix.so: tests/uml/ptrace-fix.c
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) -shared -fPIC -o $@ \
	    tests/uml/ptrace-fix.c -ldl

tests/uml/break-send.so: tests/uml/break-send.c
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) -shared -fPIC -o $@ \
	    tests/uml/break-send.c -ldl

check: setkey $(UNIT_TESTS) $(TEST_TOOLS)
	tests/run $(UNIT_TESTS)

# Without the tests that boot a kernel.
check-host: setkey $(UNIT_TESTS) $(TEST_TOOLS)
	tests/run -o $(UNIT_TESTS) tests/*.sh

lint: setkey
	tests/lint

# Comparisons with what other programs were recorded to do: GOLDEN=DIRECTORY
# with golden-freebsd, golden-linux and corpus.
check-golden: setkey $(TEST_TOOLS)
	sh tests/golden/freebsd.sh $(GOLDEN)/golden-freebsd
	sh tests/golden/freebsd-wire.sh $(GOLDEN)/golden-freebsd
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

install: setkey
	mkdir -p $(DESTDIR)$(SBINDIR) $(DESTDIR)$(MANDIR)/man8
	install -m 755 setkey $(DESTDIR)$(SBINDIR)/setkey
	install -m 644 setkey.8 $(DESTDIR)$(MANDIR)/man8/setkey.8
	mkdir -p $(DESTDIR)$(EXAMPLEDIR)
	install -m 644 examples/*.conf $(DESTDIR)$(EXAMPLEDIR)

# Boot scripts and completions.
install-contrib:
	mkdir -p $(DESTDIR)$(BASHCOMPDIR) $(DESTDIR)$(ZSHCOMPDIR)
	install -m 644 contrib/completion/setkey.bash \
	    $(DESTDIR)$(BASHCOMPDIR)/setkey
	install -m 644 contrib/completion/_setkey $(DESTDIR)$(ZSHCOMPDIR)
	case `uname -s` in \
	Linux)	mkdir -p $(DESTDIR)$(UNITDIR) && \
		sed 's,@SBINDIR@,$(SBINDIR),' contrib/setkey.service \
		    >$(DESTDIR)$(UNITDIR)/setkey.service ;; \
	FreeBSD) mkdir -p $(DESTDIR)$(RCDIR) && \
		sed 's,@SBINDIR@,$(SBINDIR),' contrib/rc.d/setkey \
		    >$(DESTDIR)$(RCDIR)/setkey && \
		chmod 755 $(DESTDIR)$(RCDIR)/setkey ;; \
	esac

clean:
	rm -f setkey *.o parse.c parse.h token.c $(UNIT_TESTS) $(TEST_TOOLS)
	rm -rf tests/log tests/fuzz/build

.PHONY: all check check-host check-golden lint fuzz bench demo install install-contrib clean
