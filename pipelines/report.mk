# One page about what tutorial.mk made, to look at and to listen to:
#
#     make -f report.mk FSDD=recordings OUT=out
#
# runs tutorial.mk beside it, with the same variables, for what is missing or out of date, then writes OUT/report.html,
# which holds all it shows: clips, pictures, scores, and what it takes to make them again. Clips in
# OUT/extend/PORTION, if they are of the same take and cut, and OUT/evaluate/{summary,time,facts}.tsv, which extend.mk and
# evaluate.mk leave there, are shown too.
# Needs python3 (its standard library only) and sox(1) besides what tutorial.mk needs.

PROVIDED = 0.5 0.25
FSDD =
PYTHON = python3

q = '$(subst ','\'',$(1))'
folders = $(subst %,percent,$(PROVIDED))
clips = OriginalTestClip ChoppedTestClip ExtrapolatedClip
filters = fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score
unexport CDPATH

ifndef INSIDE
# Outside: tutorial.mk first, which then runs this file in OUT, for the reasons given there; no other run may work in OUT
# from the first to the last.
self := $(shell unset CDPATH; list=$$(printf '%s' $(call q,$(MAKEFILE_LIST)) | sed 's/^ //') && \
	cd -- "$$(dirname -- "$$list")" && printf '%s/%s' "$$PWD" "$$(basename -- "$$list")")

report:
	+@self=$(call q,$(self)); for tool in $(call q,$(PYTHON)) sox; do command -v "$$tool" >/dev/null || { \
		echo "report: $$tool is not found, expected it in PATH (packages python3 and sox)" >&2; exit 1; }; done; \
	exec $(MAKE) --no-print-directory -f "$${self%/*}/tutorial.mk" WHO=report NEXT="$$self" GOALS=report.html after

else
# Inside OUT. A file appears whole or not at all.
temp = temp=$(@D)/.wf-$(@F).$$$$; trap 'rm -f "$$temp"' EXIT; trap 'exit 1' HUP INT QUIT TERM
run = $(call q,$(PYTHON)) -I -B $(call q,$(HERE)/report.py)

shown = $(wildcard $(foreach folder,$(folders),$(clips:%=$(folder)/%.wav) $(folder)/score.txt \
	extend/$(folder)/ExtrapolatedClip.wav extend/$(folder)/score.txt) evaluate/summary.tsv evaluate/time.tsv \
	evaluate/facts.tsv)
scored = $(wildcard $(folders:%=%/predicted.mat) $(folders:%=extend/%/predicted.mat))

# All that the page depends on besides the files it shows, and the names of these: changes only with them.
report.facts: FORCE
	@$(temp); $(run) facts $(if $(FSDD),,--own) --provided=$(call q,$(PROVIDED)) --recordings=$(call q,$(RECORDINGS)) \
		$(filters) -- $(shown) >"$$temp" || exit 1; cmp -s "$$temp" $@ || mv "$$temp" $@

report.html: report.facts recordings.list recordings.mat clips.mat heldout.mat holdout.choice $(shown) $(scored)
	@echo 'report.py page report.facts > $@'; $(temp); $(run) page report.facts >"$$temp" && mv "$$temp" $@
endif

FORCE:
.PHONY: report FORCE
.DELETE_ON_ERROR:
