# One page about the tutorial's clips, to look at and to listen to:
#
#     make -f report.mk FSDD=recordings OUT=out
#
# makes what tutorial.mk makes, then OUT/report.html, which holds all it shows. It also shows what frames.mk, repair.mk
# and evaluate.mk have left in OUT, if it is of the same clip. Needs python3 (its standard library only) and sox(1).

PYTHON = python3

ifneq ($(origin HERE),command line)
HERE := $(MAKEFILE_LIST:%report.mk=%)
goals := report
include $(subst $() ,\ ,$(HERE))enter.mk
check += $(foreach tool,$(call q,$(PYTHON)) sox,$(if $(shell command -v $(tool)),,$(error \
	$(tool) is not in PATH, expected python3 and sox (packages of these names))))
else
include $(subst $() ,\ ,$(HERE))tutorial.mk

run    = $(call q,$(PYTHON)) -I -B $(call q,$(HERE)report)
made   = $(foreach p,$(portions),$(call wavs,$p) $p/columns.r2 $p/rows.r2)
others = $(wildcard $(foreach p,$(portions:%=frames/%),$p/ExtrapolatedClip.wav $p/columns.r2 $p/rows.r2) \
	repair/DamagedClip.wav repair/RepairedClip.wav repair/repair.txt $(patsubst %,evaluate/%.tsv,summary time facts clips gaps))
filled = $(portions:%=%/model.lsq) $(portions:%=%/predicted.mat) $(wildcard $(portions:%=frames/%/predicted.mat))

report: report.html
	$(if $(looking),,$(settled)$(info The page is $(OUT)/report.html: open it in a browser.)@:)

# What the page says besides: looked at each time, written when it has changed.
report.facts: FORCE $(made) $(others)
	@$(run) facts -o $@ $(if $(FSDD),,--own) --provided=$(call q,$(PROVIDED)) --recordings=$(call q,$(recordings)) \
		$(filters) -- $(made) $(others)

report.html: report.facts $(made) $(others) $(filled)
	$(run) page -o $@ report.facts

# Of these it shows what is there.
$(others) $(portions:%=frames/%/predicted.mat): ;
FORCE:
.PHONY: report FORCE
endif
