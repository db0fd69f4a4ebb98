# wavefill: the one build file. `make help` lists the targets.

VERSION = 0.1.0
PREFIX = /usr/local
BUILD = build
PYTHON = /usr/bin/python3

CC = cc
CFLAGS = -O2 -g
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wformat=2
HARDENING = -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2
LDFLAGS = -pie -Wl,-z,relro,-z,now
CPPFLAGS = -D_POSIX_C_SOURCE=200809L -DWAVEFILL_VERSION='"$(VERSION)"' -Ilibcommon
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
## make check-valgrind  the filters' tests under valgrind
## make lint            formatting, warnings of gcc and clang, shell scripts, manual pages
## make install         install into DESTDIR/PREFIX (/usr/local); make uninstall takes it away
## make clean           remove build/ and out/

COMPILE = $(CC) -std=c11 $(CPPFLAGS) $(MSGPACK_CFLAGS) $(SOX_CFLAGS) $(LAPACK_CFLAGS) \
	$(WARNINGS) $(HARDENING) $(SANITIZE) $(CFLAGS)

# Objects depend on the flags they were made with.
FLAGS := $(COMPILE) $(LDFLAGS)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(FLAGS))' >$@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/libcommon.a: $(OBJECTS)
	rm -f $@
	$(AR) rcs $@ $(OBJECTS)

$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(SANITIZE) -o $@ $< $(BUILD)/libcommon.a $(LIBS_$*) $(MSGPACK_LIBS) -lm

-include $(OBJECTS:.o=.d) $(COMMANDS:%=$(BUILD)/obj/cmd/%.d)

clean:
	rm -rf $(BUILD) out

.PHONY: all help clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
