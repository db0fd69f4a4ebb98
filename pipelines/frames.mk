# The tutorial's clip filled in by a model that works at first, of short frames (frames/nearest.sh):
#
#     make -f frames.mk FSDD=recordings OUT=out
#
# makes what tutorial.mk makes, then the same files in OUT/frames/PORTION.

ifneq ($(origin HERE),command line)
HERE := $(MAKEFILE_LIST:%frames.mk=%)
goals := frames extend
include $(subst $() ,\ ,$(HERE))enter.mk
endif
places = $(portions) $(portions:%=frames/%)

ifeq ($(origin HERE),command line)
include $(subst $() ,\ ,$(HERE))tutorial.mk
.PHONY: frames extend

frames extend: $(call wavs,$(places)) $(places:%=%/columns.r2) $(places:%=%/rows.r2)
	$(if $(looking),,$(settled)$(foreach p,$(portions:%=frames/%),$(tell)$(told))$(info \
		Next, with the same variables: $(call again,report) (makes a page))@:)

told = $(if $(strip $(file <$p/first.txt)),$(info $(file <$p/first.txt)))

frames/%/predicted.mat frames/%/first.txt: training.mat heldout.mat
	sh $(call q,$(HERE)frames/fill.sh) training.mat heldout.mat $(subst percent,%,$*) frames/$*

$(portions:%=frames/%/predicted.mat): $(call glob,$(HERE))frames/*.sh $(foreach f,pad-chop lsq-fit stream-show,$(call program,$f))
endif
