# How well do the models fill in, over a whole data set?
#
#     make -f evaluate.mk FSDD=recordings OUT=out
#
# cuts each take of each digit by each speaker after the portions in PROVIDED and fills it in from the speaker's other
# takes of the digit: with the tutorial's model, ridge regression, nearest frames (frames/nearest.sh), and as baselines
# the mean of the others and silence. OUT/evaluate/*.tsv are the scores of each model: summary over all takes, groups by
# digit and speaker, clips by take, time by ms since the cut; facts is what they were made of. R^2 is 1 - (sum of
# squared errors) / (sum of squared deviations from the clip's own mean in that stretch), both over all clips. gaps is
# the signal-to-noise ratio of short gaps filled in from both sides (evaluate/gaps.sh), in dB, over all gaps.
# ON='srun -n1' or the like, in front of the work on each speaker and digit, has it done elsewhere, in this same folder.

ON       =
DIGITS   =
SPEAKERS =
digits   = $(strip $(subst $(comma), ,$(DIGITS)))
speakers = $(strip $(subst $(comma), ,$(SPEAKERS)))
# Of a group such as jackson_0.
g        = $(notdir $*)
digit    = $(lastword $(subst _, ,$g))
speaker  = $(g:%_$(digit)=%)

ifneq ($(origin HERE),command line)
HERE := $(MAKEFILE_LIST:%evaluate.mk=%)
goals := evaluate
include $(subst $() ,\ ,$(HERE))enter.mk
# TAKES/SPEAKER_DIGIT of each group; - where there are recordings whose name is no word of make's.
folder = $(call absolute,$(or $(FSDD),$(HERE)corpus))
take   = ^\([0-9][0-9]*\)_\([A-Za-z0-9._+][A-Za-z0-9._+-]*\)_[0-9][0-9]*\.[Ww][Aa][Vv]$$
found  = $(shell ls -- $(call q,$(folder)) | LC_ALL=C sed -n 's/$(take)/\1_\2/p; t; s/^[0-9]*_..*_[0-9]*\.[Ww][Aa][Vv]$$/-/p' | \
	LC_ALL=C sort | uniq -c | sed 's/.* -$$/-/; s|^ *\([0-9]*\) \([0-9]*\)_\(.*\)|\1/\3_\2|')
asked  = $(foreach f,$(groups),$(foreach g,$(notdir $f),$(if $(and $(filter $(or $(digits),%),$(digit)),$(filter \
	$(or $(speakers),%),$(speaker))),$f)))
absent = $(filter-out $(foreach g,$(notdir $(asked)),$(digit) $(speaker)),$(digits) $(speakers))
few    = $(filter 1/% 2/%,$(asked))
sets   = $(notdir $(filter-out - $(few),$(asked)))
say    = $(shell echo $(call q,evaluate: $(1)) >&2)
check += $(eval groups := $(found))$(if $(filter -,$(groups)),$(call say,$(folder): recordings by speakers of other \
	characters than letters$(comma) digits$(comma) . _ + and$(comma) not first$(comma) - are left out))$(if $(absent),$(error \
	$(folder): no takes of $(absent) among those asked for$(comma) expected some (DIGITS$(comma) SPEAKERS)))$(foreach g,$(notdir \
	$(few)),$(call say,$g: fewer than 3 takes$(comma) left out))$(if \
	$(sets),,$(error $(folder): no 3 takes DIGIT_SPEAKER_TAKE.wav of a digit by a speaker$(comma) expected some))$(eval \
	passed := SETS='$(sets)')
endif
PROVIDED = 0.25
places   = $(portions:%=evaluate/%) evaluate/gaps

ifeq ($(origin HERE),command line)
script  = sh $(call q,$(HERE)evaluate/$(1))
source  = $(if $(FSDD),given,embedded)
sums    = $(foreach p,$(places),$(SETS:%=$p/%.sums))
tables  = $(patsubst %,evaluate/%.tsv,summary gaps groups clips time facts)
takes   = $(call glob,$(recordings))/$(digit)_$(speaker)_[0-9]*.[wW][aA][vV]

evaluate: $(tables)
	$(if $(looking),,$(settled)$(info The tables are in $(OUT)/evaluate; $(call again,report) shows them.)@cat $(wordlist 1,2,$^))

evaluate/gaps/%.sums:
	$(ON) $(call script,gaps.sh) $(call q,$(recordings)) $(digit) $(speaker) $@

evaluate/%.sums:
	$(ON) $(call script,group.sh) $(call q,$(recordings)) $(digit) $(speaker) $(subst percent,%,$(notdir $(@D))) $@

$(tables) &: evaluate/tables.list $(sums) $(call glob,$(HERE))evaluate/tables.*
	@$(call script,tables.sh) $(source) $(call q,$(digits)) $(call q,$(speakers)) $(call q,$(PROVIDED)) $(call \
		q,$(recordings)) $(call q,$(SETS)) $(sums)

$(sums): $(foreach f,frames/nearest.sh evaluate/group.sh evaluate/gaps.sh,$(call glob,$(HERE))$f)
$(sums): $(foreach f,$(filters),$(call program,$f))
$(foreach g,$(SETS),$(eval evaluate/$g.list = $$(sort $$(wildcard $(takes)))))
$(foreach g,$(SETS),$(eval $(places:%=%/$g.sums): evaluate/$g.list $(takes)))
evaluate/tables.list = $(source) digits=$(digits) speakers=$(speakers) $(sums)
$(call keep,$(SETS:%=evaluate/%.list) evaluate/tables.list)
.PHONY: evaluate
endif
