# Whether PROVIDED holds portions, asked before anything is made of them by the pipeline WHO:
#
#     make -f portions.mk WHO=evaluate PROVIDED='0.5 0.25'
#
# Not included by the pipelines but run by them: an include would take a folder with spaces in its name for several.

WHO = portions
PROVIDED =

ifeq ($(strip $(PROVIDED)),)
$(error $(WHO): PROVIDED is empty, expected portions such as 0.5 0.25)
endif
ifneq ($(words $(PROVIDED)),$(words $(sort $(PROVIDED))))
$(error $(WHO): PROVIDED = $(PROVIDED), expected each portion once)
endif
# A portion is a folder's name, too.
ifneq ($(findstring /,$(PROVIDED))$(filter -%,$(PROVIDED)),)
$(error $(WHO): PROVIDED = $(PROVIDED), expected portions such as 0.5 0.25)
endif

portions: ;
.PHONY: portions
