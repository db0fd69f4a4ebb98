# wavefill: the one build file. `make help` lists the targets; those that test are in tests/tests.mk, those that
# release in packaging/packaging.mk.

VERSION = 0.1.0
PREFIX = /usr/local
BUILD = build
PYTHON = /usr/bin/python3
# None of make's own rules fits, and to try them takes longer than all else that a make with nothing to build does.
MAKEFLAGS += --no-builtin-rules

# Anywhere, with nothing written beside the sources; make would take a name with spaces for several.
ifneq ($(words $(BUILD)),1)
$(error BUILD = $(BUILD): found $(if $(strip $(BUILD)),spaces in it,nothing), expected a folder without spaces in its name)
endif

$(foreach v,prefix destdir out fsdd digit digits speaker speakers seed holdout provided,$(if $(filter command,$(origin $v)),$(error \
	$v=$($v): expected the name of this variable in upper case)))

CC = cc
CFLAGS = -O2 -g
CPPFLAGS =
LDFLAGS =
SANITIZE =
PROJECT = -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 -DWAVEFILL_VERSION='"$(VERSION)"' -Ilibcommon
WARNINGS = -Werror=implicit-function-declaration -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wformat=2
# No fused multiply-adds where the code has none: results to the last bit whatever the compiler and the processor.
ARITHMETIC = -ffp-contract=off

# Hardening that gcc 8 and clang 11 take, without what CFLAGS, CPPFLAGS and LDFLAGS bring already, as those of
# dpkg-buildflags do. HARDENING= and HARDENING_LINK= turn it off. Fortified functions are for optimized code only.
# -z now costs at most 0.5 % of a filter's start-up: it looks up the filter's own calls, not those of its libraries.
fortify = $(if $(filter -D_FORTIFY_SOURCE%,$(CPPFLAGS) $(CFLAGS)),,$(if $(filter -O%,$(filter-out -O0,$(CFLAGS))),\
	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2))
HARDENING = $(filter-out $(CPPFLAGS) $(CFLAGS),-fPIE -fstack-protector-strong -fstack-clash-protection \
	$(if $(filter x86_64-%,$(MAKE_HOST)),-fcf-protection)) $(fortify)
HARDENING_LINK = $(filter-out $(LDFLAGS),-pie -Wl,-z,relro -Wl,-z,now)

# One question to pkg-config for all libraries, and no shell for it, since each takes longer than the rest of such a make.
# The names are those that most systems have; else a shell tries the others, and last the compiler and the linker may know.
PKG_CONFIG = pkg-config
LIBRARIES := $(or $(shell $(PKG_CONFIG) --silence-errors --cflags --libs sox lapacke libxxhash blas msgpack),\
	$(shell for names in 'blas msgpack-c' 'cblas msgpack' 'cblas msgpack-c'; do \
		$(PKG_CONFIG) --cflags --libs sox lapacke libxxhash $$names 2>/dev/null && exit; done; printf '#include <%s.h>\n' sox lapacke xxhash msgpack | \
		$(CC) $(CPPFLAGS) -E - >/dev/null 2>&1 && echo -lsox -llapacke -lblas -lmsgpackc),\
	$(if $(filter-out help clean uninstall dist fsdd,$(or $(MAKECMDGOALS),all)),\
		$(error a C compiler, libsox, LAPACKE, msgpack-c or libxxhash is not installed: ./setup --run installs them)))
INCLUDES = $(filter -I% -D%,$(LIBRARIES))
# A program loads what it calls, for start-up time counts. The symbol is what OpenBLAS must find in lsq-fit (lapack.c).
LIBS = -Wl,--as-needed $(filter-out $(INCLUDES),$(LIBRARIES)) -lm -ldl -lpthread
EXPORT = -Wl,--export-dynamic-symbol=openblas_num_threads_env

COMMANDS = csv-load fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score stream-show
BINARIES = $(COMMANDS:%=$(BUILD)/bin/%)
OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard libcommon/*/*.c)))

quote = '$(subst ','\'',$(1))'

all: $(BINARIES)

## make                 build the nine filters into build/bin
## make clean           remove build/ and out/
help:
	@sed -n 's/^## //p' Makefile tests/tests.mk packaging/packaging.mk

COMPILE = $(CC) -std=c11 $(PROJECT) $(CPPFLAGS) $(INCLUDES) $(WARNINGS) $(HARDENING) $(ARITHMETIC) $(SANITIZE) $(CFLAGS)
LINK = $(CC) $(HARDENING_LINK) $(EXPORT) $(LDFLAGS) $(SANITIZE)

# Short lines while it builds; make V=1 shows the commands.
V = 0
say = $(if $(filter 0,$(V)),@echo '  $(1)';)

# Objects depend on the flags they were made with.
FLAGS := $(strip $(COMPILE) $(LINK) $(LIBS))
ifneq ($(file <$(BUILD)/flags),$(FLAGS))
$(BUILD)/flags: FORCE
endif
$(BUILD)/flags:
	@mkdir -p $(@D) && printf '%s\n' $(call quote,$(FLAGS)) >$@

# Hashes of rows: for the widest registers that the processor has, which is found out when they are needed.
$(BUILD)/obj/libcommon/math/row_%.o $(BUILD)/obj/libcommon/math/checksum.o: WIDE = -O3
ifneq ($(filter x86_64-%,$(MAKE_HOST)),)
$(BUILD)/obj/libcommon/math/row_hash_avx2.o: WIDE = -O3 -mavx2
$(BUILD)/obj/libcommon/math/row_hash_avx512.o: WIDE = -O3 -mavx512f
endif

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc $<)$(COMPILE) $(WIDE) -MMD -MP -c -o $@ $<

$(BUILD)/libcommon.a: $(OBJECTS)
	$(call say,ar $@)rm -f $@ && $(AR) rcs $@ $(OBJECTS)

$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(call say,ld $@)$(LINK) -o $@ $^ $(LIBS)

-include $(OBJECTS:.o=.d) $(COMMANDS:%=$(BUILD)/obj/cmd/%.d)

clean:
	$(if $(OUT),$(error OUT=$(OUT): make clean removes build/ and out/ alone))rm -rf $(BUILD) out

# Pipelines

## make tutorial        run the tutorial's pipeline (variables: FSDD DIGIT SPEAKER SEED HOLDOUT PROVIDED OUT)
## make listen          play its clips
## make frames          the same clip filled in by nearest frames, OUT/frames (the variables of make tutorial)
## make repair          gaps repaired from both sides, OUT/repair (variables: those, GAPS=20ms@50% FILE=song.wav SOUND=music)
## make evaluate        every model on every clip, OUT/evaluate (variables: FSDD DIGITS SPEAKERS PROVIDED OUT; use -j)
## make cluster         one fit of many shards, OUT/cluster (variables: SHARDS GIVEN ENGINE READ, see wavefill-cluster(7); use -j)
## make report          one page to look at and listen to, OUT/report.html (the variables of make tutorial; needs python3 and sox)
## make screenshot      OUT/report.png: that page on a phone and a desktop, light and dark (needs chromium)
## make fsdd            fetch the Free Spoken Digit Dataset into fsdd/

pipeline = $(MAKE) --no-print-directory -f pipelines/$(1).mk BIN=$(BUILD)/bin SHORT=yes $@

tutorial listen: all
	+@$(call pipeline,tutorial)

frames extend: all
	+@$(call pipeline,frames)

repair: all
	+@$(call pipeline,repair)
evaluate: all
	+@$(call pipeline,evaluate)

cluster: all
	+@$(call pipeline,cluster)

report: all
	+@$(call pipeline,report) PYTHON=$(call quote,$(PYTHON))

screenshot: report
	@$(PYTHON) tests/browser.py screenshot $(call quote,$(or $(OUT),out)/report.html) $(call quote,$(or $(OUT),out)/report.png)

fsdd:
	+@$(MAKE) --no-print-directory -f pipelines/fsdd.mk

# Installation

## make install         install into DESTDIR/PREFIX (/usr/local); make uninstall takes it away

bindir = $(call quote,$(DESTDIR)$(PREFIX)/bin)
datadir = $(call quote,$(DESTDIR)$(PREFIX)/share)
docdir = $(datadir)/doc/wavefill
bashdir = $(datadir)/bash-completion/completions
zshdir = $(datadir)/zsh/site-functions
fishdir = $(datadir)/fish/vendor_completions.d
MANUALS = $(wildcard man/*.[157])
DOCUMENTS = README.md LICENSE
FOLDERS = corpus frames repair evaluate report cluster
PIPELINES = $(filter-out %/fsdd.mk,$(wildcard pipelines/*.mk))

# The pages speak of /usr/local; in mdoc a minus that is typed is written \-.
prefix_in_pages = $(shell printf '%s' $(call quote,$(PREFIX)) | sed 's/[\\&|]/\\&/g; s/-/\\\\-/g')

install: all
	install -d $(bindir) $(docdir) $(datadir)/man/man1 $(datadir)/man/man5 $(datadir)/man/man7 $(bashdir) $(zshdir) $(fishdir)
	install -m 755 $(BINARIES) $(bindir)
	for folder in $(FOLDERS); do install -d $(datadir)/wavefill/$$folder && \
		install -m 644 pipelines/$$folder/*.* $(datadir)/wavefill/$$folder || exit 1; done
	install -m 644 $(PIPELINES) $(datadir)/wavefill
	install -m 644 $(DOCUMENTS) $(docdir)
	@mkdir -p $(BUILD)/man
	for page in $(MANUALS); do sed $(call quote,s|/usr/local|$(prefix_in_pages)|g) $$page >$(BUILD)/$$page && \
		install -m 644 $(BUILD)/$$page $(datadir)/man/man$${page##*.} || exit 1; done
	install -m 644 packaging/completions/wavefill $(bashdir)
	install -m 644 packaging/completions/_wavefill $(zshdir)
	install -m 644 packaging/completions/wavefill.fish $(fishdir)
	for name in $(COMMANDS); do ln -sf wavefill $(bashdir)/$$name && ln -sf wavefill.fish $(fishdir)/$$name.fish || exit 1; done

uninstall:
	for name in $(COMMANDS); do rm -f $(bindir)/$$name $(bashdir)/$$name $(fishdir)/$$name.fish; done
	rm -f $(bashdir)/wavefill $(zshdir)/_wavefill $(fishdir)/wavefill.fish
	for page in $(notdir $(MANUALS)); do rm -f $(datadir)/man/man$${page##*.}/$$page; done
	rm -rf $(datadir)/wavefill $(docdir)

include tests/tests.mk
include packaging/packaging.mk

FORCE:
.PHONY: all help clean tutorial listen frames extend repair evaluate cluster report screenshot fsdd install uninstall FORCE
.SECONDARY:
.DELETE_ON_ERROR:
