# How well do the models fill in, over a whole data set?
#
#     make -f evaluate.mk FSDD=recordings OUT=out
#
# cuts each take of each digit by each speaker after the portions in PROVIDED and fills it in from the speaker's other
# takes of the digit: with the tutorial's model, ridge regression, the frame model (frames.sh), and as baselines the
# mean of the others and silence. Writes to OUT/evaluate:
#
#     summary.tsv   R^2 of each model over the first ms and over all of the missing part, all takes pooled
#     groups.tsv    the same for each digit by each speaker
#     clips.tsv     a row a take, and what was chosen for its frame model
#     time.tsv      R^2 against the time since the cut; time.svg: a plot of it, a panel a portion
#     facts.tsv     what it was made of: the variables, and the SHA-256 sum of what sha256sum prints for the recordings
#
# R^2 is 1 - (sum of squared errors) / (sum of squared deviations from the clip's own mean in that stretch), both over all
# clips; nan where nothing deviates, or the stretch is longer than what is missing of some clip: a row is of the same clips
# throughout, and a curve over time ends there. Digits and speakers that are there already are not done again; make -j does
# some at once. A digit by a speaker of whom there are fewer than four takes is left out. Needs GNU make 4.3, awk, and
# sha256sum or shasum.

DIGITS =
SPEAKERS =
PROVIDED = 0.25
OUT = out
FSDD =

q = '$(subst ','\'',$(1))'
unexport CDPATH

ifndef INSIDE
# Outside: tutorial.mk runs this file in OUT/evaluate, for the reasons given there.
self := $(shell unset CDPATH; list=$$(printf '%s' $(call q,$(MAKEFILE_LIST)) | sed 's/^ //') && \
	cd -- "$$(dirname -- "$$list")" && printf '%s/%s' "$$PWD" "$$(basename -- "$$list")")

# A speaker's name becomes a file's name in a makefile: others than of these characters are left out.
evaluate:
	+@self=$(call q,$(self)); here=$${self%/*}; recordings=$(call q,$(FSDD)); \
	recordings=$${recordings:-$$here/corpus}; \
	$(MAKE) -s --no-print-directory -f "$$here/tutorial.mk" WHO=evaluate PROVIDED=$(call q,$(PROVIDED)) variables || exit 1; \
	test -d "$$recordings" || { echo "evaluate: $$recordings: no directory, expected one of recordings (FSDD)" >&2; exit 1; }; \
	recordings=$$(cd -- "$$recordings" && pwd) && \
	groups=$$(ls -- "$$recordings" | RECORDINGS="$$recordings" LC_ALL=C awk -v digits=$(call q,$(DIGITS)) \
		-v speakers=$(call q,$(SPEAKERS)) -v least=4 -f "$$here/groups.awk") && \
	exec $(MAKE) --no-print-directory -f "$$here/tutorial.mk" WHO=evaluate PROVIDED=$(call q,$(PROVIDED)) \
		OUT=$(call q,$(OUT)/evaluate) NEXT="$$self" GOALS=evaluate SETS="$$(echo $$groups)" only

else
# Inside OUT/evaluate. SETS are words such as jackson_0. A file appears whole or not at all.
temp = temp=$(@D)/.wf-$(@F).$$$$; trap 'rm -rf "$$temp"' EXIT; trap 'exit 1' HUP INT QUIT TERM
note = @$(temp); { $(1); } >"$$temp" || exit 1; cmp -s "$$temp" $@ || mv "$$temp" $@
filters = fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score
folders = $(subst %,percent,$(PROVIDED))
sums = $(foreach folder,$(folders),$(SETS:%=$(folder)/%.sums))
sha256 = sum=sha256sum; command -v sha256sum >/dev/null || sum='shasum -a 256'
comma = ,
words_of = $(strip $(subst $(comma), ,$(1)))
# The names of the recordings of groups $(1), in the folder of recordings; in the order of LC_ALL=C.
names = ls | awk -v of=$(call q,$(1)) -f $(call q,$(HERE)/groups.awk) | sort
tables = summary.tsv groups.tsv clips.tsv time.tsv time.svg

evaluate: $(tables) facts.tsv
	@if [ -t 2 ]; then printf '\r%60s\r' '' >&2; fi; cat summary.tsv

filters.list: FORCE
	$(call note,for name in $(filters); do path=$$(command -v $$name) && cksum <"$$path" || { \
		echo "evaluate: $$name is not found in PATH (is wavefill installed?)" >&2; exit 1; }; done; \
		cat $(call q,$(HERE)/evaluate.sh) $(call q,$(HERE)/frames.sh) | cksum)

# The takes of a group, in a file that changes only with them.
$(SETS:%=%.list): %.list: FORCE
	$(call note,export LC_ALL=C; (cd -- $(call q,$(RECORDINGS)) && cksum -- $$($(call names,$*))))

# Behind the tables: if these cannot be made, those of before stay, and what is said of them.
facts.tsv: FORCE | $(tables)
	$(call note,export LC_ALL=C; $(sha256); list=$$(cd -- $(call q,$(RECORDINGS)) && $(call names,$(SETS)) | xargs $$sum --) && \
		printf '%s\t%s\n' recordings $(if $(FSDD),given,embedded) digits $(call q,$(call words_of,$(DIGITS))) \
		speakers $(call q,$(call words_of,$(SPEAKERS))) portions $(call q,$(strip $(PROVIDED))) \
		count "$$(printf '%s\n' "$$list" | wc -l | tr -d ' ')" \
		sha256 "$$(printf '%s\n' "$$list" | sort -k 2 | $$sum | cut -c 1-64)")

# All that a group's filters leave behind goes with its folder.
define rules
$(SETS:%=$(folder)/%.sums): $(folder)/%.sums: %.list filters.list | $(folder)
	@$$(temp); rm -rf "$$$$temp"; mkdir "$$$$temp" && group=$$* && (cd "$$$$temp" && \
	sh $(call q,$(HERE)/evaluate.sh) $(call q,$(RECORDINGS)) "$$$${group##*_}" "$$$${group%_*}" $(portion) >sums) && \
	mv "$$$$temp/sums" $$@ && if [ -t 2 ]; then \
	printf '\revaluate: %d of $(words $(SETS)), $(portion) given ' "$$$$(ls $(SETS:%=$(folder)/%.sums) 2>/dev/null | wc -l)" >&2; fi

$(folder):
	@mkdir -p -- $$@

endef
$(foreach portion,$(PROVIDED),$(foreach folder,$(subst %,percent,$(portion)),$(eval $(rules))))

tables.list: FORCE
	$(call note,echo $(sums); cat $(call q,$(HERE)/evaluate.awk) | cksum)

$(tables): tables.list $(sums)
	@$(temp); LC_ALL=C awk -v table=$@ -f $(call q,$(HERE)/evaluate.awk) $(sums) >"$$temp" && mv "$$temp" $@
endif

FORCE:
.PHONY: evaluate FORCE
.SECONDARY:
.DELETE_ON_ERROR:
