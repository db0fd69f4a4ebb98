# What the pipelines share. From outside a pipeline includes this file, which runs the pipeline again in OUT: there
# every file has a plain name, whatever the folders are called, and each recipe is a command that needs no shell.

MAKEFLAGS += --no-builtin-rules
PROVIDED = 0.5 0.25
OUT      = out
FSDD     =
BIN      =
SHORT    =
filters  = fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score stream-show
portions = $(subst %,percent,$(PROVIDED))
places   = $(portions)
# Make is only asked (-n, -q): nothing may be written.
looking  = $(strip $(foreach f,n q,$(findstring $f,$(filter-out -%,$(firstword $(MAKEFLAGS))))))

# What is given for these is taken as it stands: a $ is a $.
names   := PROVIDED OUT FSDD BIN DIGIT DIGITS SPEAKER SPEAKERS SEED HOLDOUT GAPS FILE MODEL SOUND SHARDS GIVEN PARTIAL FIT READ ENGINE WITH \
	SSHLOGIN RETRIES SSH ON
define newline


endef
space   := $() $()
comma   := ,
# A list may have several lines.
listed   = $(if $(filter $(1),PROVIDED DIGITS SPEAKERS GAPS SHARDS),$(subst $(newline), ,$(value $(1))),$(value $(1)))
$(foreach v,$(names),$(if $(filter command,$(origin $v)),$(eval override $v := $$(call listed,$v))))

odd      = ' " \ ; & | < > ( ) [ ] { } * ? ` ^ ! ~ $$ \#
replace  = $(if $(3),$(call replace,$(subst $(firstword $(3)),$(2),$(1)),$(2),$(wordlist 2,99,$(3))),$(1))
# A word for the shell, in quotes where it needs them.
q        = $(if $(or $(word 2,$(1)),$(strip $(foreach c,$(odd),$(findstring $c,$(1)))),$(if $(1),,')),'$(subst ','\'',$(1))',$(1))
# A path as a pattern, without what make takes for a sign of its own or for the end of a name.
glob     = $(call replace,$(subst $(space),?,$(1)),?,$(odd) % : =)
absolute = $(if $(1),$(if $(filter /%,$(firstword $(1))),,$(CURDIR)/)$(1))

# The file of a filter: what it makes depends on it.
program  = $(or $(firstword $(foreach d,$(folders),$(if $(wildcard $d/$(1)),$d/$(1)))),$(call \
	none,$(or $(BIN),PATH): no $(1)))
folders  = $(or $(call glob,$(BIN)),$(foreach d,$(subst :, ,$(subst $(space),?,$(PATH))),$(call glob,$d)))
none     = $(if $(looking),,$(error $(1)$(comma) expected it there))

ifneq ($(origin HERE),command line)
# A portion with n for a digit; those that are no number, nothing, all or more, or a single column.
shape    = $(call replace,$p,n,0 1 2 3 4 5 6 7 8 9)
strange  = $(strip $(foreach p,$(subst %,@,$(PROVIDED)),$(if $(or $(filter-out x x. x@ x.@,x$(subst n,,$(shape))),$(if \
	$(findstring n,$(shape)),,.),$(if $(call replace,$p,,0 . @),,.),$(filter nnn%,$(filter %@,$(shape))),$(filter 1,$p),$(if \
	$(findstring .,$p),$(filter-out 0.% .% %@,$p))),$p)))
# The first of these names that begins as that of another variable does, or the other way round.
near     = $(firstword $(foreach n,$(names),$(filter $1%,$n) $(if $(filter $n%,$1),$n)))
expected = expected portions such as 0.5 or 25%
lower    = out fsdd bin digit digits speaker speakers seed holdout provided gaps file model sound shards given read engine
check    = $(foreach v,$(lower),$(if $(filter command,$(origin $v)),$(error \
	$v = $($v), expected the name of this variable in upper case)))$(foreach v,$(names),$(if $(findstring $(newline),$($v)),$(error \
	$v has several lines, expected one)))$(foreach v,$(filter-out $(names) FSDD_%,$(.VARIABLES)),$(if $(filter \
	command,$(origin $v)),$(if $(call near,$v),$(error $v = $($v), expected $(call near,$v), or another name))))$(if $(strip $(OUT)),,$(error OUT is empty, expected a folder))\
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
		-f $(call q,$(here)$(firstword $(goals)).mk) HERE=$(call q,$(subst $$,$$$$,$(here))) FSDD=$(call q,$(call absolute,$(FSDD))) \
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
define tell
$(info $(firstword $(file <$p/rows.r2)), of which $(notdir $(p:percent=%)) is given: $(OUT)/$p/ExtrapolatedClip.wav)
$(info Extrapolation R^2 Score: $(file <$p/columns.r2))
$(info R^2 over the samples filled in: $(lastword $(file <$p/rows.r2)) (1 is exact, 0 no better than their mean))
endef
again   = make $(if $(SHORT),,-f $(call q,$(HERE)$(or $(2),$(1)).mk) )$(1)
endif

.PHONY: $(goals)
.SECONDARY:
