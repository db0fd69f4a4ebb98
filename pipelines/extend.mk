# The recovery of tutorial.mk with a model that works at first:
#
#     make -f extend.mk FSDD=recordings OUT=out
#
# runs tutorial.mk beside it, with the same variables, for what is missing or out of date, then fills the same clip in with
# the frame model (frames.sh), which learns from short frames of the other takes and of the given part of the clip itself:
# OUT/extend/PORTION/{OriginalTestClip,ChoppedTestClip,ExtrapolatedClip}.wav. Needs what tutorial.mk needs, and awk.

PROVIDED = 0.5 0.25

q = '$(subst ','\'',$(1))'
folders = $(subst %,percent,$(PROVIDED))
clips = OriginalTestClip ChoppedTestClip ExtrapolatedClip
unexport CDPATH

ifndef INSIDE
# Outside: tutorial.mk first, which then runs this file in OUT, for the reasons given there; no other run may work in OUT
# from the first to the last.
self := $(shell unset CDPATH; list=$$(printf '%s' $(call q,$(MAKEFILE_LIST)) | sed 's/^ //') && \
	cd -- "$$(dirname -- "$$list")" && printf '%s/%s' "$$PWD" "$$(basename -- "$$list")")

extend:
	+@$(call inside,scores)

run:
	+@$(call inside,all)

# $(1) is made in OUT.
define inside
self=$(call q,$(self)); exec $(MAKE) --no-print-directory -f "$${self%/*}/tutorial.mk" WHO=extend NEXT="$$self" GOALS=$(1) after
endef

else
# Inside OUT. A file appears whole or not at all.
temp = temp=$(@D)/.wf-$(@F).$$$$; trap 'rm -rf "$$temp"' EXIT; trap 'exit 1' HUP INT QUIT TERM

all: $(foreach folder,$(folders),$(clips:%=extend/$(folder)/%.wav) extend/$(folder)/score.txt)

scores: all
	@cat $(folders:%=extend/%/score.txt)

extend/scripts.list: FORCE
	@mkdir -p extend; $(temp); cat $(call q,$(HERE)/frames.sh) $(call q,$(HERE)/extend.sh) | cksum >"$$temp" && \
	{ cmp -s "$$temp" $@ || mv "$$temp" $@; }

# What tutorial.mk has noted of the choice, in its own words.
held_out = sed 's/^--seed=\(.*\)$$/the row that seed \1 picks/; s/^--name=//' holdout.choice

# The scores are over the stretches that the missing part has; the rate and the length are in the header of the clip.
define score
columns=$$(r2-score -q heldout.mat $(1)/predicted.mat) && flat=$$(r2-score -q --flat heldout.mat $(1)/predicted.mat) && \
rate=$$(od -A n -t u4 -j 24 -N 4 $(1)/ChoppedTestClip.wav) && . $(call q,$(HERE)/frames.sh) && first= && \
for ms in 5 10 20 50; do \
	score=$$(r2-score -q --pooled -c ":$$(samples "$$ms")" heldout.mat $(1)/predicted.mat 2>/dev/null) || break; \
	first="$$first$$(LC_ALL=C printf '%s ms: %.4f; ' "$$ms" "$$score")"; done && \
echo "Extrapolation R^2 Score: $$columns" && \
echo "R^2 over the samples filled in: $$(echo "$$flat" | LC_ALL=C awk '{ s = sprintf("%.10g", $$1); print s (s ~ /[.e]/ ? "" : ".0") }') (1 is exact, 0 no better than their mean)" && \
if [ -n "$$first" ]; then echo "R^2 over the first $${first%; }"; fi
endef

define rules
extend/$(folder)/predicted.mat extend/$(folder)/choice.txt &: training.mat heldout.mat extend/scripts.list | extend/$(folder)
	@$$(temp); rm -rf "$$$$temp"; mkdir "$$$$temp" && out=$$$$PWD && (cd "$$$$temp" && \
	sh $(call q,$(HERE)/extend.sh) "$$$$out/training.mat" "$$$$out/heldout.mat" $(portion) >choice) && \
	mv "$$$$temp/choice" extend/$(folder)/choice.txt && mv "$$$$temp/predicted" extend/$(folder)/predicted.mat

extend/$(folder)/OriginalTestClip.wav extend/$(folder)/ChoppedTestClip.wav: extend/$(folder)/%.wav: $(folder)/%.wav | extend/$(folder)
	@$$(temp); cp $$< "$$$$temp" && mv "$$$$temp" $$@

extend/$(folder)/ExtrapolatedClip.wav: $(folder)/given.mat extend/$(folder)/predicted.mat
	@$$(temp); stitch-wav $$^ >"$$$$temp" && mv "$$$$temp" $$@

extend/$(folder)/score.txt: extend/$(folder)/predicted.mat extend/$(folder)/choice.txt extend/$(folder)/ChoppedTestClip.wav holdout.choice
	@$$(temp); { echo "$(portion) of $$$$($$(held_out)) is given, the frame model ($$$$(cat extend/$(folder)/choice.txt)):" && $$(call score,extend/$(folder)); \
	} >"$$$$temp" && mv "$$$$temp" $$@

extend/$(folder):
	@mkdir -p -- $$@

endef
$(foreach portion,$(PROVIDED),$(foreach folder,$(subst %,percent,$(portion)),$(eval $(rules))))
endif

FORCE:
.PHONY: extend run all scores FORCE
.SECONDARY:
.DELETE_ON_ERROR:
