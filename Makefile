# wavefill: the one build file. `make help` lists the targets.

VERSION = 0.1.0
PREFIX = /usr/local
BUILD = build
PYTHON = /usr/bin/python3

# Anywhere, with nothing written beside the sources; make would take a name with spaces for several.
ifneq ($(words $(BUILD)),1)
$(error BUILD = $(BUILD): found $(if $(strip $(BUILD)),spaces in it,nothing), expected a folder without spaces in its name)
endif

CC = cc
CFLAGS = -O2 -g
WARNINGS = -Werror=implicit-function-declaration -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wformat=2
# No fused multiply-adds behind the code's back: results to the last bit whatever the compiler and the processor.
ARITHMETIC = -ffp-contract=off
CPPFLAGS =
LDFLAGS =
SANITIZE =
PROJECT = -D_XOPEN_SOURCE=700 -DWAVEFILL_VERSION='"$(VERSION)"' -Ilibcommon

# Hardening: what compiler and linker take of these, without what CFLAGS, CPPFLAGS and LDFLAGS bring already, as those
# of dpkg-buildflags do. HARDENING= and HARDENING_LINK= turn it off. Fortified functions are for optimized code only.
# -z now costs at most 0.5 % of a filter's start-up: what is looked up is its own calls, not those of its libraries.
try = $(shell t=$$(mktemp) && { echo 'int main(void) { return 0; }' | \
	$(CC) -Werror -fPIE $(1) -x c -o "$$t" - 2>/dev/null && echo yes; rm -f "$$t"; })
taken = $(if $(call try,$(1)),$(1),$(foreach flag,$(1),$(if $(call try,$(flag)),$(flag))))
wanted = -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection -pie -Wl,-z,relro -Wl,-z,now
fortify = $(if $(filter -D_FORTIFY_SOURCE%,$(CPPFLAGS) $(CFLAGS)),,$(if $(filter -O%,$(filter-out -O0,$(CFLAGS))),\
	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2))
HARDENING = $(filter-out -pie -Wl% $(CPPFLAGS) $(CFLAGS),$(hardening)) $(fortify)
HARDENING_LINK = $(filter-out $(LDFLAGS),$(filter -pie -Wl%,$(hardening)))
# Sanitizers do not see through fortified functions, nor does --wrap find them: off, though CPPFLAGS or the compiler ask for it.
UNFORTIFIED = -fPIE -U_FORTIFY_SOURCE

PKG_CONFIG = pkg-config
pkg = $(shell for name in $(2); do $(PKG_CONFIG) $(1) $$name 2>/dev/null && exit; done; echo $(3))

# To ask compiler and pkg-config takes 60 ms: a make that asks the same as the one that has built the filters takes what
# it was answered.
ANSWERS = hardening MSGPACK_CFLAGS MSGPACK_LIBS SOX_CFLAGS SOX_LIBS LAPACK_CFLAGS LAPACK_LIBS
ASKED := $(strip $(CC) $(wanted) $(PKG_CONFIG) $(PKG_CONFIG_PATH) $(PKG_CONFIG_LIBDIR) $(ANSWERS))
-include $(BUILD)/answers.mk
ifneq ($(ANSWERED),$(ASKED))
hardening := $(call taken,$(wanted))
MSGPACK_CFLAGS := $(call pkg,--cflags,msgpack-c msgpack,)
MSGPACK_LIBS := $(call pkg,--libs,msgpack-c msgpack,-lmsgpackc)
SOX_CFLAGS := $(call pkg,--cflags,sox,)
SOX_LIBS := $(call pkg,--libs,sox,-lsox)
LAPACK_CFLAGS := $(call pkg,--cflags,lapacke,) $(call pkg,--cflags,blas cblas,)
LAPACK_LIBS := $(call pkg,--libs,lapacke,-llapacke) $(call pkg,--libs,blas cblas,-lblas)
endif

# What the BLAS is to find in the program before its own.
LAPACK_EXPORT = -Wl,--export-dynamic-symbol=openblas_num_threads_env

COMMANDS = fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score

quote = '$(subst ','\'',$(1))'

# What each command links besides msgpack and libm: start-up time counts.
LIBS_fsdd-load = $(SOX_LIBS)
LIBS_stitch-wav = $(SOX_LIBS)
LIBS_lsq-fit = $(LAPACK_LIBS) $(LAPACK_EXPORT)

SOURCES := $(sort $(wildcard libcommon/*/*.c))
OBJECTS = $(SOURCES:%.c=$(BUILD)/obj/%.o)
BINARIES = $(COMMANDS:%=$(BUILD)/bin/%)

all: $(BINARIES) $(BUILD)/answered

help:
	@sed -n 's/^## //p' Makefile

## make                 build the seven filters into build/bin
## make tutorial        run the tutorial's pipeline (variables: FSDD DIGIT SPEAKER SEED HOLDOUT PROVIDED OUT)
## make listen          play its clips
## make extend          the same clip filled in by short frames, OUT/extend (the variables of make tutorial)
## make evaluate        every model on every clip, OUT/evaluate (variables: FSDD DIGITS SPEAKERS PROVIDED OUT; use -j)
## make report          one page to look at and listen to, OUT/report.html (the variables of make tutorial; needs python3 and sox)
## make screenshot      OUT/report.png: that page on a phone and a desktop, light and dark (needs chromium)
## make fsdd            fetch the Free Spoken Digit Dataset into fsdd/
## make check           unit tests and bats tests (TESTS: these files; FSDD)
## make check-san       the same under AddressSanitizer and UBSan
## make same            run the tutorial in many surroundings and builds: the same bytes (FSDD, STRICT=1)
## make check-large     4.5 GiB through every filter, 10^7 short rows, with the peak of each (LARGE_GIB)
## make check-kill      kill the tutorial at random moments and run it again (N=200)
## make fuzz            look for faults, TIME=60 seconds a target (TARGETS, JOBS=1)
## make bench           time the suite beside its peers (QUICK=1: smaller inputs)
## make lint            formatting, warnings of gcc and clang, shell scripts, manual pages
## make install         install into DESTDIR/PREFIX (/usr/local); make uninstall takes it away
## make dist            the sources as build/wavefill-VERSION.tar.gz, the same bytes each time
## make distcheck       unpack, build, test, install, try and uninstall what make dist makes (QUICK=1: fewer tests)
## make deb             a Debian package in build/deb (QUICK=1: without the tests)
## make clean           remove build/ and out/

COMPILE = $(CC) -std=c11 $(PROJECT) $(CPPFLAGS) $(MSGPACK_CFLAGS) $(SOX_CFLAGS) $(LAPACK_CFLAGS) \
	$(WARNINGS) $(HARDENING) $(ARITHMETIC) $(SANITIZE) $(CFLAGS)
LINK = $(CC) $(HARDENING_LINK) $(LDFLAGS) $(SANITIZE)

# Short lines while it builds; make V=1 shows the commands.
V = 0
say = $(if $(filter 0,$(V)),@echo '  $(1)';)

# Objects depend on the flags they were made with.
FLAGS := $(COMPILE) $(LINK)
$(BUILD)/flags: FORCE
	+@mkdir -p $(@D)
	+@printf '%s\n' $(call quote,$(FLAGS)) | cmp -s - $@ || printf '%s\n' $(call quote,$(FLAGS)) >$@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc $<)$(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/libcommon.a: $(OBJECTS)
	$(call say,ar $@)rm -f $@ && $(AR) rcs $@ $(OBJECTS)

$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(call say,ld $@)$(LINK) -o $@ $< $(BUILD)/libcommon.a $(LIBS_$*) $(MSGPACK_LIBS) -lm -lpthread

$(BUILD)/answered: $(BINARIES)
	@printf '%s\n' $(call quote,ANSWERED := $(ASKED)) \
		$(foreach name,$(ANSWERS),$(call quote,$(name) := $($(name)))) >$(BUILD)/answers.mk && touch $@

-include $(OBJECTS:.o=.d) $(COMMANDS:%=$(BUILD)/obj/cmd/%.d)

# Pipelines

tutorial listen: all
	+@exec $(MAKE) --no-print-directory -f pipelines/tutorial.mk BIN=$(BUILD)/bin $@

extend: all
	+@exec $(MAKE) --no-print-directory -f pipelines/extend.mk BIN=$(BUILD)/bin $@

evaluate: all
	+@exec $(MAKE) --no-print-directory -f pipelines/evaluate.mk BIN=$(BUILD)/bin $@

report: all
	+@exec $(MAKE) --no-print-directory -f pipelines/report.mk BIN=$(BUILD)/bin PYTHON='$(PYTHON)' $@

screenshot: report
	@$(PYTHON) tests/browser.py screenshot $(call quote,$(or $(OUT),out)/report.html) $(call quote,$(or $(OUT),out)/report.png)

fsdd:
	+@exec $(MAKE) --no-print-directory -f pipelines/fsdd.mk

# Checks. UNIT tests are C programs that say nothing and end with 0.

UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(filter-out %/fault.c,$(wildcard tests/unit/*.c)))
TEST_ENV = BIN='$(abspath $(BUILD))/bin' UNIT='$(abspath $(BUILD))/unit' \
	REPLAY='$(abspath $(BUILD))/replay' PYTHON='$(PYTHON)' MAKE='$(MAKE)'
TESTS =

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(call say,ld $@)$(LINK) -o $@ $< $(BUILD)/libcommon.a $(SOX_LIBS) $(LAPACK_LIBS) $(MSGPACK_LIBS) -lm -lpthread

-include $(UNIT:$(BUILD)/unit/%=$(BUILD)/obj/tests/unit/%.d)

# What tests put before the C library, to make its calls fail: as it is, whatever the flags of the rest.
$(BUILD)/unit/fault.so: tests/unit/fault.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,ld $@)$(CC) -std=c11 $(WARNINGS) -O2 -g -fPIC -shared -o $@ $< -ldl -lpthread

check: all $(UNIT) $(BUILD)/unit/fault.so replay
	@env -u MAKEFLAGS -u MAKELEVEL $(TEST_ENV) tests/run $(TESTS)

N = 200
check-kill: all
	@env -u MAKEFLAGS -u MAKELEVEL $(TEST_ENV) $(PYTHON) tests/kill-tutorial $(N)

# STRICT: what cannot be run has failed.
same:
	@env -u MAKEFLAGS -u MAKELEVEL PYTHON='$(PYTHON)' MAKE='$(MAKE)' FSDD='$(FSDD)' STRICT='$(STRICT)' tests/same \
		$(BUILD)/same $(foreach name,DIGIT SPEAKER SEED HOLDOUT PROVIDED,$(if $($(name)),'$(name)=$($(name))'))

check-large: all
	@rm -rf $(BUILD)/large && mkdir -p $(BUILD)/large
	@BIN='$(abspath $(BUILD))/bin' $(PYTHON) tests/large.py $(BUILD)/large

# LeakSanitizer is told of what the libraries themselves never free.
check-san:
	+@ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
	LSAN_OPTIONS='suppressions="$(CURDIR)/tests/lsan.supp":print_suppressions=0' \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 $(MAKE) --no-print-directory check \
		BUILD=$(BUILD)/san CFLAGS='-O1 -g -fno-omit-frame-pointer' HARDENING='$(UNFORTIFIED)' \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'

# Fuzzing: libFuzzer runs the targets that clang has built; `make check` gives their corpus to
# the same targets built with CC. Each is one file of tests/fuzz.

FUZZ_TARGETS = stream model frames fit predict scores names numbers riff wav
FUZZ_ONLY = wav-guarded
FUZZ_WRAP = exit open close read write isatty
FUZZ_MAIN =
FUZZ_SANITIZE = address,undefined,float-cast-overflow -fno-sanitize-recover=all
CLANG = clang
TIME = 60
JOBS = 1
TARGETS = $(FUZZ_TARGETS) $(FUZZ_ONLY)
# Buffers that inputs of a few bytes fill.
FUZZ_CFLAGS = -O1 -g -fno-omit-frame-pointer -DSTREAM_READ_SIZE=64 -DOUTPUT_HOLD_SIZE=256

LIBS_model = $(LAPACK_LIBS)
LIBS_fit = $(LAPACK_LIBS)
LIBS_wav = $(SOX_LIBS)

$(BUILD)/targets/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/harness.o \
		$(if $(filter replay,$(FUZZ_MAIN)),$(BUILD)/obj/tests/fuzz/replay.o) $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(call say,ld $@)$(LINK) $(if $(filter fuzzer,$(FUZZ_MAIN)),-fsanitize=fuzzer) \
		$(FUZZ_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS_$*) $(MSGPACK_LIBS) -lm -lpthread

-include $(wildcard $(BUILD)/obj/tests/fuzz/*.d)

# libsox cannot be instrumented: once more, with a malloc that sees what it does.
GUARDED = tests/fuzz/wav.c tests/fuzz/harness.c tests/fuzz/guard.c libcommon/audio/wav.c libcommon/audio/riff.c \
	libcommon/base/msg.c libcommon/base/utf8.c
$(BUILD)/targets/wav-guarded: $(GUARDED) $(wildcard tests/fuzz/*.h libcommon/*/*.h) $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,ld $@)$(CC) -std=c11 $(PROJECT) $(CPPFLAGS) $(SOX_CFLAGS) $(WARNINGS) $(CFLAGS) $(LDFLAGS) $(UNFORTIFIED) \
		-fsanitize=fuzzer $(FUZZ_WRAP:%=-Wl,--wrap=%) -o $@ $(GUARDED) $(SOX_LIBS)

# With the sanitizers, where CC has them.
replay:
	+@mkdir -p $(BUILD)/replay && echo 'int main(void) { return 0; }' >$(BUILD)/replay/probe.c; \
	if $(CC) -fsanitize=$(FUZZ_SANITIZE) -o $(BUILD)/replay/probe $(BUILD)/replay/probe.c 2>/dev/null; then \
		sanitize='-fsanitize=$(FUZZ_SANITIZE)'; else sanitize=; fi; \
	$(MAKE) --no-print-directory $(if $(filter 0,$(V)),-s) \
		$(patsubst %,$(BUILD)/replay/targets/%,$(FUZZ_TARGETS) broken) BUILD=$(BUILD)/replay FUZZ_MAIN=replay \
		HARDENING='$(UNFORTIFIED)' CFLAGS='$(FUZZ_CFLAGS)' SANITIZE="$$sanitize"

fuzz: all
	@tests/fuzz/run --can-build '$(CLANG)'
	+@$(MAKE) --no-print-directory $(if $(filter 0,$(V)),-s) $(TARGETS:%=$(BUILD)/fuzz/targets/%) \
		BUILD=$(BUILD)/fuzz FUZZ_MAIN=fuzzer CC='$(CLANG)' HARDENING='$(UNFORTIFIED)' CFLAGS='$(FUZZ_CFLAGS)' \
		SANITIZE='-fsanitize=fuzzer-no-link,$(FUZZ_SANITIZE)'
	@BIN='$(abspath $(BUILD))/bin' $(PYTHON) tests/fuzz/seeds $(BUILD)/fuzz/seeds
	@env -u MAKEFLAGS -u MAKELEVEL TIME='$(TIME)' JOBS='$(JOBS)' tests/fuzz/run $(BUILD)/fuzz $(TARGETS)

C_FILES = $(wildcard cmd/*.c libcommon/*/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] tests/preload/*.c)
SHELL_FILES = setup .ci/run tests/run tests/same tests/fuzz/run pipelines/corpus/make-corpus packaging/dist packaging/distcheck packaging/deb \
	pipelines/evaluate.sh pipelines/extend.sh pipelines/frames.sh packaging/debian/tests/tutorial $(wildcard tests/*.bats tests/*.bash)

lint:
	clang-format --dry-run --Werror $(C_FILES)
	shellcheck $(SHELL_FILES)
	mandoc -Tlint -Wwarning $(wildcard man/*.[157])
	+@for cc in gcc clang; do \
		$(MAKE) --no-print-directory all BUILD=$(BUILD)/lint-$$cc CC=$$cc CFLAGS='-O2 -Werror' >/dev/null || exit 1; \
		echo "$$cc: no warnings"; done

bench: all
	BIN='$(abspath $(BUILD))/bin' PYTHON='$(PYTHON)' $(PYTHON) tests/bench/run.py $(if $(QUICK),--quick) --json $(BUILD)/bench.json

# Installation

ifneq ($(filter command,$(origin prefix)),)
$(error prefix=$(prefix), expected PREFIX=$(prefix))
endif
bindir = $(DESTDIR)$(PREFIX)/bin
datadir = $(DESTDIR)$(PREFIX)/share
MANUALS = $(wildcard man/*.1 man/*.5 man/*.7)
DOCUMENTS = README.md LICENSE
PIPELINES = $(filter-out %/fsdd.mk,$(wildcard pipelines/*.mk pipelines/*.sh pipelines/*.awk)) pipelines/report.py pipelines/report.html

# The pages speak of /usr/local; in mdoc a minus that is typed is written \-.
prefix_in_pages = $(shell printf '%s' $(call quote,$(PREFIX)) | sed 's/[\\&|]/\\&/g; s/-/\\\\-/g')

install: all
	install -d $(call quote,$(bindir)) $(call quote,$(datadir)/wavefill/corpus) $(call quote,$(datadir)/doc/wavefill) \
		$(call quote,$(datadir)/man/man1) $(call quote,$(datadir)/man/man5) $(call quote,$(datadir)/man/man7) \
		$(call quote,$(datadir)/bash-completion/completions)
	install -m 755 $(BINARIES) $(call quote,$(bindir))
	install -m 644 $(PIPELINES) $(call quote,$(datadir)/wavefill)
	install -m 644 pipelines/corpus/*.wav pipelines/corpus/README.md $(call quote,$(datadir)/wavefill/corpus)
	install -m 644 $(DOCUMENTS) $(call quote,$(datadir)/doc/wavefill)
	@mkdir -p $(BUILD)/man
	for page in $(MANUALS); do sed $(call quote,s|/usr/local|$(prefix_in_pages)|g) $$page >$(BUILD)/$$page && \
		install -m 644 $(BUILD)/$$page $(call quote,$(datadir)/man/man)$${page##*.} || exit 1; done
	install -m 644 packaging/completions/wavefill $(call quote,$(datadir)/bash-completion/completions)
	for name in $(COMMANDS); do ln -sf wavefill $(call quote,$(datadir)/bash-completion/completions/)$$name || exit 1; done

uninstall:
	for name in $(COMMANDS); do rm -f $(call quote,$(bindir))/$$name $(call quote,$(datadir)/bash-completion/completions)/$$name; done
	rm -f $(call quote,$(datadir)/bash-completion/completions/wavefill)
	for page in $(notdir $(MANUALS)); do rm -f $(call quote,$(datadir)/man/man)$${page##*.}/$$page; done
	rm -rf $(call quote,$(datadir)/wavefill) $(call quote,$(datadir)/doc/wavefill)

# Release

NAME = wavefill-$(VERSION)

dist:
	@mkdir -p $(BUILD)
	@packaging/dist $(NAME) $(BUILD)

distcheck: dist
	+@env -u MAKEFLAGS -u MAKELEVEL MAKE='$(MAKE)' QUICK='$(QUICK)' packaging/distcheck $(BUILD)/$(NAME).tar.gz

deb: dist
	+@env -u MAKEFLAGS -u MAKELEVEL QUICK='$(QUICK)' packaging/deb $(BUILD)/$(NAME).tar.gz $(BUILD)/deb

clean:
	rm -rf $(BUILD) out

.PHONY: all help tutorial listen extend evaluate report screenshot fsdd check check-large check-kill check-san same replay fuzz bench lint install uninstall dist distcheck deb clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
