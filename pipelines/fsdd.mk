# make -f pipelines/fsdd.mk [DEST=DIR]: fetch the Free Spoken Digit Dataset (CC BY-SA 4.0) into DIR/recordings.
#
# The commit id vouches for every byte; FSDD_SHA256 besides for the 2,000 recordings of four speakers: it is the SHA-256
# of what `sha256sum` prints for them, ordered by name in the C locale. DIR appears at once and complete, or not at all.

FSDD_URL = https://github.com/Jakobovski/free-spoken-digit-dataset
FSDD_REV = 26eb9aaf76e81b692f806f9140c2d2777410d7a1
FSDD_SHA256 = 7bb4351f665f5b6fc4558fe955418cad1e03b5343c5f22531ddf8cc856a7953e
DEST = fsdd
export FSDD_URL FSDD_REV FSDD_SHA256 DEST

.PHONY: fsdd
fsdd:
	@sh '$(subst ','\'',$(MAKEFILE_LIST:%fsdd.mk=%))fsdd/fetch.sh'
