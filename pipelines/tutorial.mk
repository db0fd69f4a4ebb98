# The tutorial "Recover audio using linear regression" as a pipeline of filters:
#
#     make -f tutorial.mk FSDD=recordings OUT=out
#
# takes the recordings of one digit by one speaker, chops them to one length, holds one
# take out and, for each portion in PROVIDED, fits the others, fills in what is missing of
# that take, and writes OUT/PORTION/{OriginalTestClip,ChoppedTestClip,ExtrapolatedClip}.wav.
# Needs GNU make 4.3, and flock(1) where two runs at once in OUT are to wait for each other.

DIGIT = 0
SPEAKER = $(if $(FSDD),jackson,espeak)
SEED = 7
HOLDOUT =
PROVIDED = 0.5 0.25
OUT = out
FSDD =
BIN =
WHO = tutorial

q = '$(subst ','\'',$(1))'
filters = fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score
clips = OriginalTestClip ChoppedTestClip ExtrapolatedClip

# A portion's folder: a % in it would make its rules patterns.
folders = $(subst %,percent,$(PROVIDED))

# The short options of this make, as one word.
flags = $(filter-out -%,$(firstword $(MAKEFLAGS)))
show = $(if $(findstring s,$(flags)),,echo $(call q,$(1));)

# A search path for cd would lead elsewhere.
unexport CDPATH
comma = ,

# The other pipelines have their variables looked at here, each under its own name. A portion
# becomes a file's name and part of a rule.
ifeq ($(strip $(OUT)),)
$(error $(WHO): OUT is empty, expected a folder)
endif
ifeq ($(strip $(PROVIDED)),)
$(error $(WHO): PROVIDED is empty, expected portions such as 0.5 0.25)
endif
odd := $(PROVIDED)
$(foreach c,. % e E + -,$(eval odd := $$(subst $(c),,$$(odd))))
digitless := $(PROVIDED)
$(foreach c,0 1 2 3 4 5 6 7 8 9,$(eval odd := $$(subst $(c),,$$(odd))) $(eval digitless := $$(subst $(c),:,$$(digitless))))
digitless := $(foreach word,$(digitless),$(if $(findstring :,$(word)),,$(word)))
ifneq ($(strip $(odd) $(digitless) $(filter -%,$(PROVIDED))),)
$(error $(WHO): PROVIDED = $(PROVIDED), expected portions such as 0.5 0.25)
endif
ifneq ($(words $(PROVIDED)),$(words $(sort $(PROVIDED))))
$(error $(WHO): PROVIDED = $(PROVIDED), expected each portion once)
endif

ifndef INSIDE
# Outside: go to OUT and run this file there, so that every target is a plain name and
# any path may have spaces in it, this file's own included (make's functions would split
# it; the path of one makefile is all that MAKEFILE_LIST holds here).
self := $(shell unset CDPATH; list=$(call q,$(MAKEFILE_LIST)); list=$${list# }; \
	case $$list in (*/*) ;; (*) list=./$$list ;; esac; cd -- "$${list%/*}/" && printf '%s/%s' "$$PWD" "$${list##*/}")

tutorial:
	+@$(enter) && exec $(call inside,scores)

run:
	+@$(enter) && exec $(call inside,all)

# Nothing but whether the variables are what they may be.
variables: ;

# For the other pipelines, whose makefile is NEXT: it makes GOALS in OUT, with the lock, once the
# tutorial's files are there, or at once.
after:
	+@$(enter) && $(call inside,all) && { $(next); }

only:
	+@$(enter) && { $(next); }

# One run at a time in OUT, which is what is locked: by whatever has the descriptor, so
# that a filter that outlives its make counts too. Files begun by runs that were killed are
# only removed with the lock.
define lock
for fd in 9 8 7 6 5; do { true >&$$fd; } 2>/dev/null || break; done; eval "exec $$fd<."; \
locked=yes; \
if ! command -v flock >/dev/null; then locked=; \
	echo "$(WHO): flock is not found (package util-linux), so that two runs at once in $$PWD would meet" >&2; \
elif ! flock -n $$fd 2>/dev/null; then \
	echo "$(WHO): waits for another run in $$PWD" >&2; \
	flock $$fd || { locked=; echo "$(WHO): $$PWD: cannot be locked, two runs at once in it would meet" >&2; }; \
fi; \
if [ -n "$$locked" ]; then for begun in .wf-*.* [!e]*/.wf-*.* extend/.wf-*.* extend/*/.wf-*.*; do \
	test ! -e "$$begun" || rm -rf -- "$$begun"; done; fi
endef

# Under make -n there may be no files to go on from.
next = if [ -n "$(findstring n,$(flags))" ] && [ ! -e heldout.mat ]; then \
	echo "$(WHO): what follows the tutorial is not shown before its files are there"; exit 0; fi; \
	next=$(call q,$(NEXT)); exec $(MAKE) --no-print-directory -f "$$next" INSIDE=1 OUT=. HERE="$${next%/*}" \
	RECORDINGS="$$recordings" $(GOALS)

# To OUT, with the lock.
define enter
self=$(call q,$(self)); recordings=$(call q,$(FSDD)); bin=$(call q,$(BIN)); \
recordings=$${recordings:-$${self%/*}/corpus}; \
test -d "$$recordings" || { echo "$(WHO): $$recordings: no directory, expected one of recordings (FSDD)" >&2; exit 1; }; \
recordings=$$(cd -- "$$recordings" && pwd) && \
test -z "$$bin" || test -d "$$bin" || { echo "$(WHO): $$bin: no directory, expected that of the filters (BIN)" >&2; exit 1; }; \
if [ -n "$$bin" ]; then PATH=$$(cd -- "$$bin" && pwd):$$PATH; fi && \
mkdir -p -- $(call q,$(OUT)) && cd -- $(call q,$(OUT)) && { $(lock); }
endef

# $(1) is made there.
inside = $(MAKE) --no-print-directory -f "$$self" INSIDE=1 OUT=. SPEAKER=$(call q,$(SPEAKER)) \
	RECORDINGS="$$recordings" $(1)

listen: run
	@cd -- $(call q,$(OUT)) && for folder in $(folders); do for clip in $(clips); do \
		echo "$$folder/$$clip.wav"; play -q "$$folder/$$clip.wav" || { \
		echo "listen: SoX cannot play here (no sound device?); the clips are in $$PWD" >&2; exit 1; }; \
	done; done

else
# Inside OUT. A file appears whole or not at all, under a name of its own until it is done:
# then nothing is left to remove.
place = mv "$$temp" $(1) && trap - EXIT
temp = temp=$(@D)/.wf-$(@F).$$$$; trap 'rm -f "$$temp"' EXIT; trap 'exit 1' HUP INT QUIT TERM

# In the background, so that a signal to the shell is not kept waiting for the filter. A
# signal may come before the new process has its own way with signals: it looks whether
# $$temp is still there. What it writes is removed when it has ended, lest it come after that.
background = trap 'trap "" HUP INT QUIT TERM; rm -rf "$$temp"; { kill "$$!"; wait "$$!"; } 2>/dev/null; exit 1' HUP INT QUIT TERM
produce = @$(call show,$(strip $(1)) > $@) $(temp); $(background); : >"$$temp" || exit 1; \
	{ test -e "$$temp" && exec $(1) >"$$temp"; } & wait "$$!" && $(call place,$@)

# What a target comes from besides files is kept in a file that changes only with it.
note = @$(temp); $(1) >"$$temp" || exit 1; { test -e $@ && cmp -s "$$temp" $@; } || { $(call place,$@); }

hold_out = $(if $(HOLDOUT),--name=$(call q,$(HOLDOUT)),--seed=$(call q,$(SEED)))
source = -d $(call q,$(DIGIT)) -s $(call q,$(SPEAKER)) $(call q,$(RECORDINGS))

all: $(foreach folder,$(folders),$(clips:%=$(folder)/%.wav) $(folder)/score.txt)

scores: all
	@cat $(folders:%=%/score.txt)

# Some shells order names by the locale.
recordings.list: FORCE
	$(call note,(LC_ALL=C && cd -- $(call q,$(RECORDINGS)) && cksum -- $(call q,$(DIGIT)_$(SPEAKER)_)* 2>/dev/null || { \
		echo tutorial: $(call q,$(RECORDINGS): no recordings $(DIGIT)_$(SPEAKER)_TAKE.wav$(comma) expected some) >&2; exit 1; }))

holdout.choice: FORCE
	$(call note,printf '%s\n' $(hold_out))

filters.list: FORCE
	$(call note,set --; for name in $(filters); do path=$$(command -v $$name) || { \
		echo "tutorial: $$name is not found in PATH (is wavefill installed?)" >&2; exit 1; }; \
		set -- "$$@" "$$path"; done; sums=$$(cksum -- "$$@") || exit 1; \
		printf '%s\n' "$$sums" | while read -r sum size path; do echo "$$sum $$size"; done)

recordings.mat: recordings.list filters.list
	$(call produce,fsdd-load $(source))

clips.mat: recordings.mat
	$(call produce,pad-chop $<)

training.mat heldout.mat &: clips.mat holdout.choice
	@$(call show,split-holdout $(hold_out) -H heldout.mat $< > training.mat) \
	temp=.wf-split.$$$$; trap 'rm -rf "$$temp"' EXIT; $(background); mkdir "$$temp" || exit 1; \
	{ test -e "$$temp" && exec split-holdout $(hold_out) -H "$$temp/heldout.mat" $< >"$$temp/training.mat"; } & \
	wait "$$!" && mv "$$temp/training.mat" training.mat && mv "$$temp/heldout.mat" heldout.mat

# From samples.r2: as many digits as do not depend on the order of the BLAS's sums.
shown = LC_ALL=C awk '/n/ { print; next } { s = sprintf("%.10g", $$1); print s (s ~ /[.e]/ ? "" : ".0") }'

define rules
$(folder)/model.lsq: training.mat | $(folder)
	$$(call produce,lsq-fit -g $(portion) $$<)

$(folder)/given.mat: heldout.mat | $(folder)
	$$(call produce,pad-chop -c :$(portion) $$<)

$(folder)/predicted.mat: $(folder)/model.lsq $(folder)/given.mat
	$$(call produce,lsq-predict $$^)

$(folder)/OriginalTestClip.wav: heldout.mat | $(folder)
	$$(call produce,stitch-wav $$<)

$(folder)/ChoppedTestClip.wav: $(folder)/given.mat
	$$(call produce,stitch-wav $$<)

$(folder)/ExtrapolatedClip.wav: $(folder)/given.mat $(folder)/predicted.mat
	$$(call produce,stitch-wav $$^)

$(folder)/columns.r2: heldout.mat $(folder)/predicted.mat
	$$(call produce,r2-score -q $$^)

$(folder)/samples.r2: heldout.mat $(folder)/predicted.mat
	$$(call produce,r2-score --flat $$^)

$(folder)/score.txt: $(folder)/columns.r2 $(folder)/samples.r2 holdout.choice
	@$$(temp); read -r columns <$$(word 1,$$^) && samples=$$$$($$(shown) $$(word 2,$$^)) && { \
	echo $$(call q,$(portion) of $(or $(HOLDOUT),the row that seed $(SEED) picks) is given:); \
	echo "Extrapolation R^2 Score: $$$$columns"; \
	echo "R^2 over the samples filled in: $$$$samples (1 is exact, 0 no better than their mean)"; \
	} >"$$$$temp" && $$(call place,$$@)

$(folder):
	@mkdir -p -- $$@

endef
$(foreach portion,$(PROVIDED),$(foreach folder,$(subst %,percent,$(portion)),$(eval $(rules))))
endif

FORCE:
.PHONY: tutorial run variables after only listen all scores FORCE
.SECONDARY:
.DELETE_ON_ERROR:
