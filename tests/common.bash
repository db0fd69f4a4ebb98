# Loaded by every bats file: the filters in PATH, the assertions, small helpers.
bats_require_minimum_version 1.5.0
# What bats_load_library does, but that in every test their load.bash starts a process for each of these files.
for library in bats-support bats-assert; do
    for file in "${BATS_LIB_PATH%%:*}/$library"/src/*.bash; do
        if [ ! -e "$file" ]; then
            bats_load_library "$library"
            break
        fi
        # shellcheck source=/dev/null
        source "$file"
    done
done
unset library file

export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
BIN=${BIN:-$ROOT/build/bin}
PYTHON=${PYTHON:-/usr/bin/python3}
CORPUS=$ROOT/pipelines/corpus
export PATH=$BIN:$PATH ROOT BIN PYTHON CORPUS
# What a make that runs these tests hands on to the makes below.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# py CODE [ARG...]: Python of a few lines, with the functions of tests/oracles/common.py at hand: read(file) gives the maps
# of a stream, write(file, map...) writes them, x(maps) is the matrix of their rows (a list where ragged). NumPy has one
# thread, as oracles have, for as many files are tested at once as there are processors.
py() {
    local code=$1
    shift
    OPENBLAS_NUM_THREADS=${OPENBLAS_NUM_THREADS:-1} PYTHONPATH=$ROOT/tests/oracles "$PYTHON" -c "
import sys, msgpack, msgpack_numpy, numpy as np
from common import *
$code" "$@"
}

# oracle MODULE FUNCTION [ARG...]: a function of tests/oracles/MODULE.py.
oracle() {
    OPENBLAS_NUM_THREADS=${OPENBLAS_NUM_THREADS:-1} "$PYTHON" "$ROOT/tests/oracles/$1.py" "${@:2}"
}

# reference_blas: sets REFERENCE to the folders of the reference BLAS and LAPACK, for LD_LIBRARY_PATH.
reference_blas() {
    local system library
    system=/usr/lib/$(gcc -print-multiarch)
    for library in blas lapack; do
        [ -e "$system/$library/lib$library.so.3" ] || fail "no reference $library in $system/$library, expected package lib${library}3"
    done
    export REFERENCE=$system/lapack:$system/blas
}

# unread COMMAND...: the command, its output a pipe that nobody reads and SIGPIPE ignored.
unread() {
    "$PYTHON" -c '
import os, signal, sys
theirs, ours = os.pipe()
os.dup2(ours, 1)
os.close(ours)
os.close(theirs)
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

# refuses STATUS MESSAGE COMMAND...: it ends with that status, that one line on stderr and nothing on stdout. There are
# thousands of these, and this takes a quarter of what run does.
refuses() {
    local want="status $1: $2" status=0 out=$BATS_RUN_TMPDIR/refused
    shift 2
    stderr=$("$@" 2>&1 >"$out") || status=$?
    assert_equal "status $status: $stderr" "$want"
    assert [ ! -s "$out" ]
}

# source_tree FOLDER: a copy of what the build needs, with the objects that there are: make has yet to link the filters.
source_tree() {
    mkdir -p "$1/tests" "$1/build"
    cp -Rp "$ROOT"/{Makefile,cmd,libcommon,pipelines,man,packaging,README.md,LICENSE} "$1"
    cp -p "$ROOT/tests/tests.mk" "$1/tests"
    cp -Rp "$BIN"/../{flags,obj} "$1/build"
    # The sources may be closed to writing.
    chmod -R u+w "$1"
}

# quoted WORD: as make shows it to a shell, in quotes if it has a space.
quoted() {
    case $1 in
    *' '*) printf "'%s'" "$1" ;;
    *) printf %s "$1" ;;
    esac
}
