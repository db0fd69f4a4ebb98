# What the pipelines share. From outside a pipeline includes this file, which runs the pipeline again in OUT: there
# every file has a plain name, whatever the folders are called, and each recipe is a command that needs no shell.

MAKEFLAGS += --no-builtin-rules
ifneq ($(origin PROVIDED),file)
PROVIDED = 0.5 0.25
endif
ifneq ($(origin places),file)
places = $(portions)
endif
OUT  = out
FSDD =
BIN  =

filters  = fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score
portions = $(subst %,percent,$(PROVIDED))
# Make is only asked (-n, -q): nothing may be written.
flags    = $(filter-out -%,$(firstword $(MAKEFLAGS)))
looking  = $(findstring n,$(flags))$(findstring q,$(flags))

odd      = ' " \ ; & | < > ( ) [ ] { } * ? ` ^ ! ~ $$ \#
space   := $() $()
comma   := ,
replace  = $(if $(3),$(call replace,$(subst $(firstword $(3)),$(2),$(1)),$(2),$(wordlist 2,99,$(3))),$(1))
# A word for the shell, in quotes where it needs them.
quoted   = $(or $(word 2,$(1)),$(strip $(foreach c,$(odd),$(findstring $c,$(1)))),$(if $(1),,empty))
q        = $(if $(quoted),'$(subst ','\'',$(1))',$(1))
# A path as a pattern, without what make takes for a sign of its own or for the end of a name.
glob     = $(call replace,$(subst $(space),?,$(1)),?,$(odd) % : =)
absolute = $(if $(1),$(if $(filter /%,$(firstword $(1))),,$(CURDIR)/)$(1))

# The file of a filter: what it makes depends on it.
program  = $(or $(firstword $(foreach d,$(folders),$(if $(wildcard $d/$(1)),$d/$(1)))),$(call \
	none,$(or $(BIN),PATH): no $(1)))
folders  = $(or $(call glob,$(BIN)),$(foreach d,$(subst :, ,$(subst $(space),?,$(PATH))),$(call glob,$d)))
none     = $(if $(looking),,$(error $(1)$(comma) expected it there))

ifneq ($(origin HERE),command line)
numbers  = $(foreach d,0 1 2 3 4 5 6 7 8 9,$d$(1) .$d$(1))
strange  = $(filter-out $(call numbers,%),$(PROVIDED))$(strip $(call replace,$(PROVIDED),,$(call numbers) . %))
expected = expected portions such as 0.5 0.25
check    = $(if $(strip $(OUT)),,$(error OUT is empty, expected a folder))\
	$(if $(strip $(PROVIDED)),,$(error PROVIDED is empty, $(expected)))\
	$(if $(strange),$(error PROVIDED = $(PROVIDED), $(expected)))\
	$(if $(filter-out $(words $(sort $(PROVIDED))),$(words $(PROVIDED))),\
		$(error PROVIDED = $(PROVIDED), each once expected))\
	$(if $(wildcard $(call glob,$(or $(FSDD),.))/.),,$(error $(FSDD): no folder, expected one of recordings (FSDD)))\
	$(if $(foreach f,$(filters),$(call program,$f)),)
missing  = $(strip $(foreach p,$(places),$(if $(wildcard $(call glob,$(OUT))/$p/.),,$(call q,$(OUT)/$p))))

# Asked before there is an OUT, make looks where none of its files can be.
$(goals): here := $(call absolute,$(or $(HERE),./))
$(goals):
	$(check)$(if $(missing),mkdir -p -- $(missing))
	+@$(MAKE) --no-print-directory -C $(if $(and $(looking),$(missing)),/,$(call q,$(OUT))) -f $(call q,$(here)enter.mk) \
		-f $(call q,$(here)$(firstword $(goals)).mk) HERE=$(call q,$(here)) FSDD=$(call q,$(call absolute,$(FSDD))) \
		BIN=$(call q,$(call absolute,$(BIN))) OUT=$(call q,$(OUT)) $(passed) $@
else
ifdef BIN
export PATH := $(BIN):$(PATH)
endif
recordings = $(or $(FSDD),$(HERE)corpus)
portion    = $(subst percent,%,$(notdir $*))

# $(call keep,NAME...): files that hold what the variables of these names do, and change only with it.
changed = $(strip $(foreach name,$(1),$(if $(findstring =$(strip $(file <$(name)))=,=$(strip $($(name)))=),,$(name))))
define keeping
kept += $(1)
.PHONY: $(call changed,$(1))
$(1):
	$$(if $$(looking),,$$(file >$$@,$$($$@)))
endef
keep    = $(eval $(keeping))
# At the end they still do, or what was made may not belong together, and the next run makes it again.
settled = $(if $(call changed,$(kept)),$(foreach name,$(kept),$(file >$(name)))$(error \
	another run with other variables was in $(OUT) meanwhile: make it again))

# What is told at the end of the clip in a place $p, and the command for what can be done next.
given   = $(subst percent,%,$(notdir $p))
define tell
$(info $(firstword $(file <$p/rows.r2)), of which $(given) is given: $(OUT)/$p/ExtrapolatedClip.wav)
$(info Extrapolation R^2 Score: $(file <$p/columns.r2))
$(info R^2 over the samples filled in: $(lastword $(file <$p/rows.r2)) (1 is exact, 0 no better than their mean))
endef
again   = make $(if $(SHORT),,-f $(call q,$(HERE)$(or $(2),$(1)).mk) )$(1)
endif

.PHONY: $(goals)
.SECONDARY:
