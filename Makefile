# wavefill: the one build file. `make help` lists the targets.

VERSION = 0.1.0
PREFIX = /usr/local
BUILD = build
PYTHON = /usr/bin/python3

CC = cc
CFLAGS = -O2 -g
WARNINGS = -Werror=implicit-function-declaration -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wformat=2
HARDENING = -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2
LDFLAGS = -pie -Wl,-z,relro,-z,now
CPPFLAGS = -D_XOPEN_SOURCE=700 -DWAVEFILL_VERSION='"$(VERSION)"' -Ilibcommon
SANITIZE =

PKG_CONFIG = pkg-config
pkg = $(shell for name in $(2); do $(PKG_CONFIG) $(1) $$name 2>/dev/null && exit; done; echo $(3))
MSGPACK_CFLAGS := $(call pkg,--cflags,msgpack-c msgpack,)
MSGPACK_LIBS := $(call pkg,--libs,msgpack-c msgpack,-lmsgpackc)
SOX_CFLAGS := $(call pkg,--cflags,sox,)
SOX_LIBS := $(call pkg,--libs,sox,-lsox)
LAPACK_CFLAGS := $(call pkg,--cflags,lapacke,) $(call pkg,--cflags,blas cblas,)
LAPACK_LIBS := $(call pkg,--libs,lapacke,-llapacke) $(call pkg,--libs,blas cblas,-lblas)

COMMANDS = fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score

# What each command links besides msgpack and libm: start-up time counts.
LIBS_fsdd-load = $(SOX_LIBS)
LIBS_stitch-wav = $(SOX_LIBS)
LIBS_lsq-fit = $(LAPACK_LIBS)

SOURCES := $(sort $(wildcard libcommon/*.c))
OBJECTS = $(SOURCES:%.c=$(BUILD)/obj/%.o)
BINARIES = $(COMMANDS:%=$(BUILD)/bin/%)

all: $(BINARIES)

help:
	@sed -n 's/^## //p' Makefile

## make                 build the seven filters into build/bin
## make tutorial        run the tutorial's pipeline (variables: FSDD DIGIT SPEAKER SEED HOLDOUT PROVIDED OUT)
## make listen          play its three clips
## make fsdd            fetch the Free Spoken Digit Dataset into fsdd/
## make check           unit tests and bats tests
## make check-san       the same under AddressSanitizer and UBSan
## make check-kill      kill the tutorial at random moments and run it again (N=200)
## make bench           time the suite beside its peers (QUICK=1: smaller inputs)
## make lint            formatting, warnings of gcc and clang, shell scripts, manual pages
## make install         install into DESTDIR/PREFIX (/usr/local); make uninstall takes it away
## make clean           remove build/ and out/

COMPILE = $(CC) -std=c11 $(CPPFLAGS) $(MSGPACK_CFLAGS) $(SOX_CFLAGS) $(LAPACK_CFLAGS) \
	$(WARNINGS) $(HARDENING) $(SANITIZE) $(CFLAGS)

# Short lines while it builds; make V=1 shows the commands.
V = 0
say = $(if $(filter 0,$(V)),@echo '  $(1)';)

# Objects depend on the flags they were made with.
FLAGS := $(COMPILE) $(LDFLAGS)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(FLAGS))' >$@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc $<)$(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/libcommon.a: $(OBJECTS)
	$(call say,ar $@)rm -f $@ && $(AR) rcs $@ $(OBJECTS)

$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(call say,ld $@)$(CC) $(LDFLAGS) $(SANITIZE) -o $@ $< $(BUILD)/libcommon.a $(LIBS_$*) $(MSGPACK_LIBS) -lm -lpthread

-include $(OBJECTS:.o=.d) $(COMMANDS:%=$(BUILD)/obj/cmd/%.d)

# Pipelines

tutorial listen: all
	+@exec $(MAKE) --no-print-directory -f pipelines/tutorial.mk BIN=$(BUILD)/bin $@

fsdd:
	+@exec $(MAKE) --no-print-directory -f pipelines/fsdd.mk

# Checks. UNIT tests are C programs that say nothing and end with 0.

UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(filter-out %/fault.c,$(wildcard tests/unit/*.c)))
TEST_ENV = BIN='$(abspath $(BUILD))/bin' UNIT='$(abspath $(BUILD))/unit' PYTHON='$(PYTHON)' MAKE='$(MAKE)'
TESTS =

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(call say,ld $@)$(CC) $(LDFLAGS) $(SANITIZE) -o $@ $< $(BUILD)/libcommon.a $(SOX_LIBS) $(LAPACK_LIBS) $(MSGPACK_LIBS) -lm -lpthread

-include $(UNIT:$(BUILD)/unit/%=$(BUILD)/obj/tests/unit/%.d)

# What tests put before the C library, to make its calls fail: as it is, whatever the flags of the rest.
$(BUILD)/unit/fault.so: tests/unit/fault.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,ld $@)$(CC) -std=c11 $(WARNINGS) -O2 -g -fPIC -shared -o $@ $< -ldl -lpthread

check: all $(UNIT) $(BUILD)/unit/fault.so
	@env -u MAKEFLAGS -u MAKELEVEL $(TEST_ENV) tests/run $(TESTS)

N = 200
check-kill: all
	@env -u MAKEFLAGS -u MAKELEVEL $(TEST_ENV) $(PYTHON) tests/kill-tutorial $(N)

# LeakSanitizer is told of what the libraries themselves never free.
check-san:
	+@ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
	LSAN_OPTIONS='suppressions="$(CURDIR)/tests/lsan.supp":print_suppressions=0' \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 $(MAKE) --no-print-directory check \
		BUILD=$(BUILD)/san CFLAGS='-O1 -g -fno-omit-frame-pointer' HARDENING=-fPIE \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'

C_FILES = $(wildcard cmd/*.c libcommon/*.c libcommon/*.h tests/unit/*.c tests/unit/*.h)
SHELL_FILES = setup .ci/run tests/run pipelines/corpus/make-corpus $(wildcard tests/*.bats tests/*.bash)

lint:
	clang-format --dry-run --Werror $(C_FILES)
	shellcheck $(SHELL_FILES)
	mandoc -Tlint -Wwarning $(wildcard man/*.[157])
	+@for cc in gcc clang; do \
		$(MAKE) --no-print-directory all BUILD=$(BUILD)/lint-$$cc CC=$$cc CFLAGS='-O2 -Werror' >/dev/null || exit 1; \
		echo "$$cc: no warnings"; done

bench: all
	BIN='$(abspath $(BUILD))/bin' PYTHON='$(PYTHON)' $(PYTHON) bench/run.py $(if $(QUICK),--quick) --json $(BUILD)/bench.json

# Installation

bindir = $(DESTDIR)$(PREFIX)/bin
datadir = $(DESTDIR)$(PREFIX)/share
MANUALS = $(wildcard man/*.1 man/*.5 man/*.7)
DOCUMENTS = README.md LICENSE

install: all
	install -d '$(bindir)' '$(datadir)/wavefill/corpus' '$(datadir)/doc/wavefill' \
		'$(datadir)/man/man1' '$(datadir)/man/man5' '$(datadir)/man/man7' \
		'$(datadir)/bash-completion/completions'
	install -m 755 $(BINARIES) '$(bindir)'
	install -m 644 pipelines/tutorial.mk '$(datadir)/wavefill'
	install -m 644 pipelines/corpus/*.wav pipelines/corpus/README.md '$(datadir)/wavefill/corpus'
	install -m 644 $(DOCUMENTS) '$(datadir)/doc/wavefill'
	for section in 1 5 7; do install -m 644 man/*.$$section '$(datadir)/man/man'$$section || exit 1; done
	install -m 644 completions/wavefill '$(datadir)/bash-completion/completions'
	for name in $(COMMANDS); do ln -sf wavefill '$(datadir)/bash-completion/completions/'$$name || exit 1; done

uninstall:
	for name in $(COMMANDS); do rm -f '$(bindir)'/$$name '$(datadir)/bash-completion/completions'/$$name; done
	rm -f '$(datadir)/bash-completion/completions/wavefill'
	for page in $(notdir $(MANUALS)); do rm -f '$(datadir)/man/man'$${page##*.}/$$page; done
	rm -rf '$(datadir)/wavefill' '$(datadir)/doc/wavefill'

clean:
	rm -rf $(BUILD) out

.PHONY: all help tutorial listen fsdd check check-kill check-san bench lint install uninstall clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
