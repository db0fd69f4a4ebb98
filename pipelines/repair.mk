# A clip with gaps in it, and the same clip repaired:
#
#     make -f repair.mk OUT=out                                    the tutorial's clip, from other takes and itself
#     make -f repair.mk GAPS='20ms@1.25s 5ms@70%' FILE=song.wav    any recording, from itself
#     make -f repair.mk MODEL=out/cluster/model.lsq FILE=song.wav  from an autoregression of others (wavefill-cluster(7))
#
# GAPS are LENGTH@START, in ms, s or samples, START also in % of the clip. SOUND=speech or SOUND=music says what FILE is: without
# it, music above 24 kHz. Makes OUT/repair/{DamagedClip,RepairedClip}.wav.

GAPS = 20ms@50%
FILE =
MODEL =
SOUND =

ifneq ($(origin HERE),command line)
HERE := $(MAKEFILE_LIST:%repair.mk=%)
goals := repair
passed = FILE=$(call q,$(call absolute,$(FILE))) MODEL=$(call q,$(call absolute,$(MODEL)))
include $(subst $() ,\ ,$(HERE))enter.mk
check += $(if $(or $(if $(FILE),,x),$(wildcard $(call glob,$(FILE)))),,$(error $(FILE): no such file$(comma) expected a recording (FILE)))$(if \
	$(or $(if $(MODEL),,x),$(wildcard $(call glob,$(MODEL)))),,$(error $(MODEL): no such file$(comma) expected a model (MODEL)))$(if \
	$(filter-out speech music,$(SOUND)),$(error SOUND = $(SOUND), expected speech or music))
endif
places = repair

ifeq ($(origin HERE),command line)
ifndef FILE
include $(subst $() ,\ ,$(HERE))tutorial.mk
endif

repair: repair/repair.txt
	$(if $(looking),,$(settled)@cat $<)$(info The clip with its gaps, and filled in: $(OUT)/repair/DamagedClip.wav, RepairedClip.wav$(if $(FILE),; dB: SNR where the samples in the gaps were right))

repair/repair.txt: repair/gaps.choice $(if $(FILE),repair/clip.mat,training.mat heldout.mat) $(call glob,$(HERE))repair/repair.sh
	sh $(call q,$(HERE)repair/repair.sh) $(if $(FILE),repair/clip.mat,heldout.mat) $(call q,$(GAPS)) repair \
		$(if $(FILE),'',training.mat) $(call q,$(MODEL)) $(SOUND)

repair/clip.mat: repair/gaps.choice $(call glob,$(FILE))
	fsdd-load -o $@ --formats=all $(call q,$(FILE))

repair/gaps.choice = $(GAPS) $(FILE) $(MODEL) $(SOUND)
$(call keep,repair/gaps.choice)
repair/repair.txt: $(call glob,$(HERE))frames/nearest.sh $(foreach f,$(filters),$(call program,$f))
ifdef MODEL
repair/repair.txt: $(call glob,$(MODEL))
$(call glob,$(MODEL)): ;
endif
.PHONY: repair
endif
