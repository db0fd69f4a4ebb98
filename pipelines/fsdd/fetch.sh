#!/bin/sh
# fetch.sh: see fsdd.mk, whose variables are in the environment.
set -eu
export LC_ALL=C
part=

die() {
    [ -z "$part" ] || rm -rf "$part"
    printf 'fsdd: %s\n' "$*" >&2
    exit 1
}

# sum_of DIR: the sum that FSDD_SHA256 is compared with; nothing if there is no recording.
sum_of() (
    cd "$1/recordings" 2>/dev/null || exit 0
    list=$(sha256sum -- *_george_*.wav *_jackson_*.wav *_nicolas_*.wav *_yweweler_*.wav 2>/dev/null)
    [ -z "$list" ] || echo "$list" | sort -k 2 | sha256sum | cut -c 1-64
)

until [ "${DEST%/}" = "$DEST" ]; do DEST=${DEST%/}; done
case $DEST in
'') die 'DEST is empty, expected the name of a folder' ;;
-*) DEST=./$DEST ;;
esac
if [ -L "$DEST" ] || [ -n "$(ls -A "$DEST" 2>/dev/null)" ]; then
    [ "$(sum_of "$DEST")" = "$FSDD_SHA256" ] ||
        die "$DEST: is there, but does not hold the expected recordings; move it away and try again"
    echo "fsdd: $DEST/recordings is complete"
    exit 0
fi
command -v git >/dev/null || die 'git is not installed, expected it (packages git and ca-certificates)'

# Below another repository, or called from its hook, git looks at this one alone.
# shellcheck disable=SC2046 # names
unset $(git rev-parse --local-env-vars)
part=$DEST.part
rm -rf "$part"
said=$(git init -q --template= "$part" 2>&1) || die "$part: no repository can be made there: $said"
export GIT_DIR="$part/.git" GIT_WORK_TREE="$part" GIT_TERMINAL_PROMPT=0
echo "fsdd: fetching revision $FSDD_REV of $FSDD_URL"
# The user's hooks and line endings have no say. A server that falls silent is given up after a minute.
said=$(git -c http.lowSpeedLimit=1000 -c http.lowSpeedTime=60 fetch -q --depth 1 -- "$FSDD_URL" "$FSDD_REV" 2>&1 &&
    git -c core.autocrlf=false -c core.hooksPath=/dev/null checkout -q FETCH_HEAD 2>&1) ||
    die "cannot fetch revision $FSDD_REV of $FSDD_URL: $(echo "$said" | sed -n 's/^fatal: //p' | head -n 1)"
sum=$(sum_of "$part")
[ "$sum" = "$FSDD_SHA256" ] ||
    die "the recordings have the SHA-256 sum ${sum:-(none, there are no recordings)}, expected $FSDD_SHA256"
rm -rf "$part/.git"
# An empty folder is as good as none, but mv would move into it.
rmdir "$DEST" 2>/dev/null || true
mv "$part" "$DEST"
echo "fsdd: the recordings are in $DEST/recordings"
