# How well do the models fill in, over a whole data set?
#
#     make -f evaluate.mk FSDD=recordings OUT=out
#
# cuts each take of each digit by each speaker after the portions in PROVIDED and fills it in from the speaker's other
# takes of the digit: with the tutorial's model, ridge regression, the frame model (frames/model.sh), and as baselines
# the mean of the others and silence. Writes to OUT/evaluate:
#
#     summary.tsv   R^2 of each model over the first ms and over all of the missing part, all takes pooled
#     groups.tsv    the same for each digit by each speaker
#     clips.tsv     a row a take, and what was chosen for its frame model
#     time.tsv      R^2 against the time since the cut
#     facts.tsv     what it was made of: the variables, and the SHA-256 sum of what sha256sum prints for the recordings
#
# R^2 is 1 - (sum of squared errors) / (sum of squared deviations from the clip's own mean in that stretch), both over all
# clips; nan where nothing deviates, or the stretch is longer than what is missing of some clip. A digit by a speaker of
# whom there are fewer than four takes is left out. make -j does some at once. Needs awk, and sha256sum or shasum.

DIGITS   =
SPEAKERS =
PROVIDED = 0.25
words_of = $(strip $(subst $(comma), ,$(1)))

ifneq ($(origin HERE),command line)
HERE := $(MAKEFILE_LIST:%evaluate.mk=%)
goals := evaluate
places = $(portions:%=evaluate/%)
include $(subst $() ,\ ,$(HERE))enter.mk
folder = $(call q,$(call absolute,$(or $(FSDD),$(HERE)corpus)))
sets   = $(shell ls -- $(folder) | awk -v folder=$(folder) -v digits=$(call q,$(call words_of,$(DIGITS))) -v speakers=$(call q,$(call words_of,$(SPEAKERS))) \
	-v least=4 -f $(call q,$(HERE)evaluate/groups.awk))
check += $(eval passed := SETS='$(sets)')$(if $(filter-out 0,$(.SHELLSTATUS)),$(error nothing to evaluate))
else
source  = $(if $(FSDD),given,embedded)
script  = $(call q,$(HERE)evaluate/$(1))
sums    = $(foreach p,$(portions),$(SETS:%=evaluate/$p/%.sums))
tables  = $(patsubst %,evaluate/%.tsv,summary groups clips time facts)
# Of a group such as jackson_0.
g       = $(notdir $*)
digit   = $(lastword $(subst _, ,$g))
speaker = $(g:%_$(digit)=%)
takes   = $(call glob,$(recordings))/$(digit)_$(speaker)_[0-9]*.[wW][aA][vV]

evaluate: $(tables)
	$(if $(looking),,$(settled)$(info The tables are in $(OUT)/evaluate; $(call again,report) shows them.)@cat evaluate/summary.tsv)

evaluate/%.sums:
	sh $(call script,group.sh) $(call q,$(recordings)) $(digit) $(speaker) $(subst percent,%,$(patsubst %/,%,$(dir $*))) $@

$(tables) &: evaluate/tables.list $(sums) $(call glob,$(HERE))evaluate/tables.*
	@sh $(call script,tables.sh) $(call q,$(recordings)) $(source) $(call q,$(call words_of,$(DIGITS))) \
		$(call q,$(call words_of,$(SPEAKERS))) $(call q,$(portions)) $(SETS)

$(sums): $(call glob,$(HERE))frames/model.sh $(call glob,$(HERE))evaluate/group.sh $(foreach f,$(filters),$(call program,$f))
$(foreach g,$(SETS),$(eval evaluate/$g.list = $$(sort $$(wildcard $(takes)))))
$(foreach g,$(SETS),$(eval $(portions:%=evaluate/%/$g.sums): evaluate/$g.list $(takes)))
evaluate/tables.list = $(source) digits=$(call words_of,$(DIGITS)) speakers=$(call words_of,$(SPEAKERS)) $(sums)
$(call keep,$(SETS:%=evaluate/%.list) evaluate/tables.list)
.PHONY: evaluate
endif
