# How well do the models fill in, over a whole data set?
#
#     make -f evaluate.mk FSDD=recordings OUT=out
#
# cuts each take of each digit by each speaker after the portions in PROVIDED and fills it in from the speaker's other
# takes of the digit: with the tutorial's model, ridge regression, the frame model (frames/model.sh), and as baselines
# the mean of the others and silence. OUT/evaluate/*.tsv are the scores of each model: summary over all takes, groups by
# digit and speaker, clips by take, time by ms since the cut; facts is what they were made of. R^2 is 1 - (sum of
# squared errors) / (sum of squared deviations from the clip's own mean in that stretch), both over all clips. A digit
# by a speaker of whom there are fewer than four takes is left out. Needs awk, and sha256sum or shasum.

DIGITS   =
SPEAKERS =
PROVIDED = 0.25
digits   = $(call q,$(strip $(subst $(comma), ,$(DIGITS))))
speakers = $(call q,$(strip $(subst $(comma), ,$(SPEAKERS))))
places   = $(portions:%=evaluate/%)

ifneq ($(origin HERE),command line)
HERE := $(MAKEFILE_LIST:%evaluate.mk=%)
goals := evaluate
include $(subst $() ,\ ,$(HERE))enter.mk
folder = $(call q,$(call absolute,$(or $(FSDD),$(HERE)corpus)))
sets   = $(shell ls -- $(folder) | awk -v folder=$(folder) -v digits=$(digits) -v speakers=$(speakers) -v least=4 \
	-f $(call q,$(HERE)evaluate/groups.awk))
check += $(eval passed := SETS='$(sets)')$(if $(filter-out 0,$(.SHELLSTATUS)),$(error nothing to evaluate))
else
script  = sh $(call q,$(HERE)evaluate/$(1))
source  = $(if $(FSDD),given,embedded)
sums    = $(foreach p,$(places),$(SETS:%=$p/%.sums))
tables  = $(patsubst %,evaluate/%.tsv,summary groups clips time facts)
# Of a group such as jackson_0.
g       = $(notdir $*)
digit   = $(lastword $(subst _, ,$g))
speaker = $(g:%_$(digit)=%)
takes   = $(call glob,$(recordings))/$(digit)_$(speaker)_[0-9]*.[wW][aA][vV]

evaluate: $(tables)
	$(if $(looking),,$(settled)$(info The tables are in $(OUT)/evaluate; $(call again,report) shows them.)@cat $<)

evaluate/%.sums:
	$(call script,group.sh) $(call q,$(recordings)) $(digit) $(speaker) $(subst percent,%,$(notdir $(@D))) $@

$(tables) &: evaluate/tables.list $(sums) $(call glob,$(HERE))evaluate/tables.*
	@$(call script,tables.sh) $(call q,$(recordings)) $(source) $(digits) $(speakers) $(call q,$(portions)) $(SETS)

$(sums): $(foreach f,frames/model.sh evaluate/group.sh,$(call glob,$(HERE))$f)
$(sums): $(foreach f,$(filters),$(call program,$f))
$(foreach g,$(SETS),$(eval evaluate/$g.list = $$(sort $$(wildcard $(takes)))))
$(foreach g,$(SETS),$(eval $(places:%=%/$g.sums): evaluate/$g.list $(takes)))
evaluate/tables.list = $(source) digits=$(digits) speakers=$(speakers) $(sums)
$(call keep,$(SETS:%=evaluate/%.list) evaluate/tables.list)
.PHONY: evaluate
endif
