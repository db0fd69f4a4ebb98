# One fit of rows that many disks hold: each shard becomes a partial fit where it is, and these are merged.
#
#     make -j8 -f cluster.mk SHARDS='data/*.mat' GIVEN=120 OUT=out                       the cores of this machine
#     make -f cluster.mk ENGINE=ssh SHARDS=@list GIVEN=120 OUT=out                       lines host:path, GNU parallel
#     make -f cluster.mk ENGINE=ssh SSHLOGIN=4/node1,4/node2 SHARDS=@list ...            paths that each host can read
#     make -f cluster.mk ENGINE=slurm WITH=--partition=long SHARDS=@list ...             an array of jobs
#
# makes OUT/cluster/model.lsq, the fit of all shards; OUT/cluster/shards.tsv says of which rows. A part that is there
# is not made again. See wavefill-cluster(7).

# Files or, after @, the name of a list of them, a line each; a shard on another machine is host:path.
SHARDS   =
# The first columns, as for lsq-fit -g; options of each partial fit; options of the fit of all.
GIVEN    =
PARTIAL  =
FIT      =
# A command whose output is the rows of the shard {}; without one the shard is a stream.
READ     =
# local, ssh or slurm; more options of parallel or sbatch; where parallel runs shards; how often one is tried again.
ENGINE   = local
WITH     =
SSHLOGIN =
RETRIES  = 2
# How a host is reached; a command that runs the sh after it elsewhere, such as docker run -i IMAGE.
SSH      = ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3
ON       =

ifneq ($(origin HERE),command line)
HERE := $(MAKEFILE_LIST:%cluster.mk=%)
goals := cluster
passed = TOP=$(call q,$(CURDIR))
include $(subst $() ,\ ,$(HERE))enter.mk
tool   = $(if $(shell command -v $(1)),,$(error $(1) is not in PATH$(comma) expected it for ENGINE=$(ENGINE) (package $(2))))
check += $(if $(strip $(SHARDS)),,$(error SHARDS is empty$(comma) expected files or @LIST))$(if $(strip $(GIVEN)),,$(error \
	GIVEN is empty$(comma) expected how many columns are given))$(if $(filter-out 1,$(words $(ENGINE) \
	$(filter-out local ssh slurm,$(ENGINE)))),$(error \
	ENGINE = $(ENGINE)$(comma) expected local$(comma) ssh or slurm))$(if $(filter ssh,$(ENGINE)),$(call \
	tool,parallel,parallel))$(if $(filter slurm,$(ENGINE)),$(call tool,sbatch,slurm-client))$(if $(or $(if \
	$(READ),,x),$(findstring {},$(READ))),,$(error READ = $(READ)$(comma) expected {} where the shard comes in))$(if $(call \
	replace,$(strip $(RETRIES)),,0 1 2 3 4 5 6 7 8 9),$(error RETRIES = $(RETRIES)$(comma) expected a number))
endif
filters = lsq-fit stream-show
places  = cluster/parts

ifeq ($(origin HERE),command line)
export SHARDS GIVEN PARTIAL FIT READ ENGINE WITH SSHLOGIN RETRIES SSH ON TOP BIN OUT MAKE

cluster: cluster/model.lsq
	$(if $(looking),,$(settled)@:)

cluster/model.lsq: cluster/settings.choice
	$(if $(looking),,+@sh $(call q,$(HERE)cluster/run.sh))

# Of other settings, other parts.
cluster/settings.choice = $(GIVEN) $(PARTIAL) $(READ)
$(call keep,cluster/settings.choice)
cluster/settings.choice: $(call program,lsq-fit)
.PHONY: cluster cluster/model.lsq
endif
