#!/bin/sh
# fetch.sh: what fsdd.mk says, with its variables in the environment.
set -eu
export LC_ALL=C

die() {
    printf 'fsdd: %s\n' "$*" >&2
    exit 1
}

# sum_of DIR: print what FSDD_SHA256 is compared with; nothing if there is no recording.
sum_of() (
    cd "$1/recordings" 2>/dev/null || exit 0
    sum=sha256sum
    command -v $sum >/dev/null || sum='shasum -a 256'
    list=$($sum -- *_george_*.wav *_jackson_*.wav *_nicolas_*.wav *_yweweler_*.wav 2>/dev/null | sort -k 2)
    [ -z "$list" ] || echo "$list" | $sum | cut -c 1-64
)

# Both folders are named, so that git never looks for a repository further up. No prompt, hook or line ending of the
# user's comes between; a server that falls silent is given up after a minute.
in_part() {
    GIT_TERMINAL_PROMPT=0 git --git-dir="$part/.git" --work-tree="$part" -c core.autocrlf=false \
        -c core.hooksPath=/dev/null -c gc.auto=0 -c protocol.version=2 -c advice.detachedHead=false \
        -c http.lowSpeedLimit=1000 -c http.lowSpeedTime=60 "$@" 2>&1
}

until [ "${DEST%/}" = "$DEST" ]; do DEST=${DEST%/}; done
case $DEST in
'') die 'DEST is empty, expected the name of a folder' ;;
-*) DEST=./$DEST ;;
esac
part=$DEST.part
if [ -L "$DEST" ] || [ -n "$(ls -A "$DEST" 2>/dev/null)" ]; then
    [ "$(sum_of "$DEST")" = "$FSDD_SHA256" ] ||
        die "$DEST: is there, but does not hold the expected recordings; move it away and try again"
    echo "fsdd: $DEST/recordings is complete"
    exit 0
fi

command -v git >/dev/null || die 'git is not installed'
# Called from a git hook, git would work on the repository of the hook.
# shellcheck disable=SC2046 # names
unset $(git rev-parse --local-env-vars)
said=$(git init -q --template= "$part" 2>&1) || die "$part: no repository can be made there: $said"
# A git that was killed leaves its locks.
find "$part/.git" -name '*.lock' -type f -exec rm -f {} +

# The reference is written when everything has arrived; the commit alone may come before its files.
pinned=refs/fetched/$FSDD_REV
if ! in_part rev-parse -q --verify "$pinned^{commit}" >/dev/null; then
    echo "fsdd: fetching revision $FSDD_REV of $FSDD_URL"
    said=$(in_part fetch -q --no-tags --depth 1 -- "$FSDD_URL" "$FSDD_REV:$pinned") || {
        # Nothing came that would be worth keeping.
        [ -n "$(find "$part/.git/objects" -type f)" ] || rm -rf "$part"
        die "cannot fetch revision $FSDD_REV of $FSDD_URL: $(echo "$said" | sed -n 's/^fatal: //p' | head -n 1)"
    }
fi
said=$(in_part checkout -q -f --detach "$pinned") ||
    die "$part: cannot be filled, remove it to start afresh: $said"

sum=$(sum_of "$part")
if [ "$sum" != "$FSDD_SHA256" ]; then
    # Kept, it would be found wanting each time.
    rm -rf "$part"
    die "the recordings have the SHA-256 sum ${sum:-(none, there are no recordings)}, expected $FSDD_SHA256"
fi
# An empty folder is as good as none, but mv would move into it.
rmdir "$DEST" 2>/dev/null || true
mv "$part" "$DEST"
rm -rf "$DEST/.git"
echo "fsdd: the recordings are in $DEST/recordings"
