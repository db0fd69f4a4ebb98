# Checks: what the Makefile includes, from the top of the project.

## make check           unit tests and bats tests (TESTS: these files; FSDD)
## make check-san       the same under AddressSanitizer and UBSan
## make same            run the tutorial in many surroundings and builds: the same bytes (FSDD, STRICT=1, QUICK=1)
## make check-large     4.5 GiB through every filter, 10^7 short rows, with the peak of each (LARGE_GIB)
## make check-cross     the tutorial and tests of numbers as text on s390x and i386, emulated
## make check-kill      kill the tutorial at random moments and run it again (N=200)
## make fuzz            look for faults, TIME=60 seconds a target (TARGETS, JOBS=1)
## make fuzz-compare    compare answers with exact ones on streams made at random (N=200 cases, TIME=60, SEED=1, FILTERS)
## make bench           time the suite beside its peers (QUICK=1: smaller inputs)
## make lint            rule of includes, formatting, shell scripts, Python, manual pages, warnings of gcc and clang

# Checks. UNIT tests are C programs that say nothing and end with 0.

UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(filter-out %/fault.c,$(wildcard tests/unit/*.c)))
TEST_ENV = BIN='$(abspath $(BUILD))/bin' UNIT='$(abspath $(BUILD))/unit' \
	REPLAY='$(abspath $(BUILD))/replay' PYTHON='$(PYTHON)' MAKE='$(MAKE)'
TESTS =

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(call say,ld $@)$(LINK) -o $@ $^ $(LIBS)

-include $(UNIT:$(BUILD)/unit/%=$(BUILD)/obj/tests/unit/%.d)

# What tests put before the C library, to make its calls fail: as it is, whatever the flags of the rest.
$(BUILD)/unit/fault.so: tests/unit/fault.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,ld $@)$(CC) -std=c11 $(WARNINGS) -O2 -g -fPIC -shared -o $@ $< -ldl -lpthread

check: all $(UNIT) $(BUILD)/unit/fault.so $(if $(filter %/fuzz.bats,$(wildcard $(or $(TESTS),tests/fuzz.bats))),replay)
	@env -u MAKEFLAGS -u MAKELEVEL $(TEST_ENV) tests/run $(TESTS)

N = 200
check-kill: all
	@env -u MAKEFLAGS -u MAKELEVEL $(TEST_ENV) $(PYTHON) tests/kill-tutorial $(N)

# STRICT: what cannot be run has failed.
same:
	@env -u MAKEFLAGS -u MAKELEVEL PYTHON='$(PYTHON)' MAKE='$(MAKE)' FSDD='$(FSDD)' STRICT='$(STRICT)' QUICK='$(QUICK)' tests/same \
		$(BUILD)/same $(foreach name,DIGIT SPEAKER SEED HOLDOUT PROVIDED,$(if $($(name)),'$(name)=$($(name))'))

check-cross: all
	@env -u MAKEFLAGS -u MAKELEVEL PYTHON='$(PYTHON)' MAKE='$(MAKE)' REPLAY=none tests/cross $(BUILD)/cross '$(abspath $(BUILD))/bin' $(ARCHITECTURES)

check-large: all
	@rm -rf $(BUILD)/large && mkdir -p $(BUILD)/large
	@BIN='$(abspath $(BUILD))/bin' $(PYTHON) tests/large.py $(BUILD)/large

# Sanitizers do not see through fortified functions, nor does --wrap find them: off, though CPPFLAGS or the compiler ask for it.
UNFORTIFIED = -fPIE -U_FORTIFY_SOURCE

# LeakSanitizer is told of what the libraries themselves never free.
check-san:
	+@ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
	LSAN_OPTIONS='suppressions="$(CURDIR)/tests/lsan.supp":print_suppressions=0' \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 $(MAKE) --no-print-directory check \
		BUILD=$(BUILD)/san CFLAGS='-O1 -g -fno-omit-frame-pointer' HARDENING='$(UNFORTIFIED)' \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'

# Fuzzing: libFuzzer runs the targets that clang has built; `make check` gives their corpus to
# the same targets built with CC. Each is one file of tests/fuzz.

FUZZ_TARGETS = stream model frames fit predict scores text show names numbers riff wav
FUZZ_ONLY = wav-guarded
FUZZ_WRAP = exit open open64 close fstat fstat64 read write isatty
FUZZ_MAIN =
FUZZ_SANITIZE = address,undefined,float-cast-overflow -fno-sanitize-recover=all
CLANG = clang
TIME = 60
JOBS = 1
TARGETS = $(FUZZ_TARGETS) $(FUZZ_ONLY)
# Buffers that inputs of a few bytes fill.
FUZZ_CFLAGS = -O1 -g -fno-omit-frame-pointer -DSTREAM_READ_SIZE=64 -DOUTPUT_HOLD_SIZE=256 -DCSV_LINES_SIZE=256

$(BUILD)/targets/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/harness.o \
		$(if $(filter replay,$(FUZZ_MAIN)),$(BUILD)/obj/tests/fuzz/replay.o) $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(call say,ld $@)$(LINK) $(if $(filter fuzzer,$(FUZZ_MAIN)),-fsanitize=fuzzer) \
		$(FUZZ_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)

-include $(wildcard $(BUILD)/obj/tests/fuzz/*.d)

# libsox cannot be instrumented: once more, with a malloc that sees what it does.
GUARDED = tests/fuzz/wav.c tests/fuzz/harness.c tests/fuzz/guard.c libcommon/audio/wav.c libcommon/audio/riff.c libcommon/audio/linear.c \
	libcommon/base/magic.c libcommon/audio/extent.c \
	libcommon/base/msg.c libcommon/base/utf8.c
$(BUILD)/targets/wav-guarded: $(GUARDED) $(wildcard tests/fuzz/*.h libcommon/*/*.h) $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,ld $@)$(CC) -std=c11 $(PROJECT) $(CPPFLAGS) $(INCLUDES) $(WARNINGS) $(CFLAGS) $(LDFLAGS) $(UNFORTIFIED) \
		-fsanitize=fuzzer $(FUZZ_WRAP:%=-Wl,--wrap=%) -o $@ $(GUARDED) $(LIBS)

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

fuzz-compare: all
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/fuzz/compare/run.py $(BUILD)/bin $(BUILD)/fuzz-compare --seed='$(or $(SEED),1)' \
		--cases='$(N)' --seconds='$(TIME)' $(if $(FILTERS),--filters='$(FILTERS)')

lint:
	tests/walls
	clang-format --dry-run --Werror $$(find cmd libcommon tests -name '*.[ch]')
	shellcheck -x $$(grep -rlIE '^#!/bin/(ba)?sh' setup .ci tests packaging pipelines) tests/*.bats tests/*.bash
	$(PYTHON) -m pyflakes $$(grep -rlI '^#!.*python' pipelines tests) $$(find pipelines tests -name '*.py')
	mandoc -Tlint -Wwarning $(MANUALS)
	+@for cc in gcc clang; do \
		$(MAKE) --no-print-directory all BUILD=$(BUILD)/lint-$$cc CC=$$cc CFLAGS='-O2 -Werror' >/dev/null || exit 1; \
		echo "$$cc: no warnings"; done

bench: all
	BIN='$(abspath $(BUILD))/bin' PYTHON='$(PYTHON)' $(PYTHON) tests/bench/run.py $(if $(QUICK),--quick) --json $(BUILD)/bench.json

.PHONY: check check-kill check-cross same check-large check-san replay fuzz fuzz-compare lint bench
