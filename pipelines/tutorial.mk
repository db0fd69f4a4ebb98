# The tutorial "Recover audio using linear regression", a filter a line:
#
#     make -f tutorial.mk FSDD=recordings OUT=out
#
# holds one take of a digit by a speaker out, fits the others and, for each portion given, fills in the rest of that
# take: OUT/PORTION/{OriginalTestClip,ChoppedTestClip,ExtrapolatedClip}.wav. PROVIDED, OUT, FSDD and BIN: see enter.mk.

DIGIT   = 0
SPEAKER = $(if $(FSDD),jackson,espeak)
SEED    = 7
HOLDOUT =

ifneq ($(origin HERE),command line)
$(if $(word 2,$(filter %.mk %akefile,$(MAKEFILE_LIST))),$(error tutorial.mk is for make -f, not for include))
HERE := $(MAKEFILE_LIST:%tutorial.mk=%)
goals := tutorial listen
include $(subst $() ,\ ,$(HERE))enter.mk
else
clips = OriginalTestClip ChoppedTestClip ExtrapolatedClip
wavs  = $(foreach p,$(1),$(clips:%=$p/%.wav))
how   = $(if $(HOLDOUT),name,seed)
named = $(if $(findstring /,$(HOLDOUT)),$(notdir $(HOLDOUT)),$(HOLDOUT))
which = $(or $(patsubst %.WAV,%,$(named:.wav=)),$(SEED))

tutorial: $(call wavs,$(portions)) $(portions:%=%/columns.r2) $(portions:%=%/rows.r2)
	$(if $(looking),,$(settled)$(foreach p,$(portions),$(tell))$(next))

next = $(info Beside it: OriginalTestClip.wav, ChoppedTestClip.wav. Next, with the same variables: $(call \
	again,listen,tutorial) (plays them), $(call again,frames) (fills in better), $(call again,report) (makes a page))$(if $(older),$(info Of earlier runs: $(older)))@:
older = $(filter-out $(portions),$(patsubst %/ExtrapolatedClip.wav,%,$(wildcard */ExtrapolatedClip.wav)))

recordings.mat: recordings.list
	fsdd-load -o $@ -d $(call q,$(DIGIT)) -s $(call q,$(SPEAKER)) $(call q,$(recordings))

clips.mat: recordings.mat
	pad-chop -o $@ $<

training.mat heldout.mat &: clips.mat holdout.choice
	split-holdout --$(how)=$(call q,$(which)) -o training.mat --heldout=heldout.mat $<

%/model.lsq: training.mat
	lsq-fit -o $@ --given=$(portion) $<

%/given.mat: heldout.mat
	pad-chop -o $@ --columns=:$(portion) $<

%/predicted.mat: %/model.lsq %/given.mat
	lsq-predict -o $@ $*/model.lsq $*/given.mat

%/OriginalTestClip.wav: heldout.mat
	stitch-wav -o $@ $<

%/ChoppedTestClip.wav: %/given.mat
	stitch-wav -o $@ $<

%/ExtrapolatedClip.wav: %/given.mat %/predicted.mat
	stitch-wav -o $@ $*/given.mat $*/predicted.mat

%/columns.r2: heldout.mat %/predicted.mat
	r2-score -q -o $@ heldout.mat $*/predicted.mat

%/rows.r2: heldout.mat %/predicted.mat
	r2-score -q -o $@ --by-row heldout.mat $*/predicted.mat

.PHONY: tutorial listen
listen: $(call wavs,$(portions))
	play -q $^ 2>/dev/null || { echo 'listen: play cannot play here$(comma) expected SoX and a sound card' >&2; exit 1; }

# What else these files come from: recordings, variables and filters.
takes           = $(call glob,$(recordings))/$(call glob,$(DIGIT)_$(SPEAKER)_)[0-9]*
recordings.list = $(or $(sort $(wildcard $(takes))),$(call none,$(recordings): no $(DIGIT)_$(SPEAKER)_TAKE.wav (DIGIT$(comma) SPEAKER)))
holdout.choice  = --$(how)=$(which)
$(call keep,recordings.list holdout.choice)
recordings.mat: $(takes) $(call program,fsdd-load)
clips.mat $(places:%=%/given.mat): $(call program,pad-chop)
training.mat heldout.mat: $(call program,split-holdout)
$(portions:%=%/model.lsq): $(call program,lsq-fit)
$(portions:%=%/predicted.mat): $(call program,lsq-predict)
$(call wavs,$(places)): $(call program,stitch-wav)
$(places:%=%/columns.r2) $(places:%=%/rows.r2): $(call program,r2-score)
endif
