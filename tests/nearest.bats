# Local models: lsq-fit --nearest, and lsq-predict with --others and --own.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "lsq-predict: a local model answers as brute force does, with all rows and with those of other names" {
    oracle nearest brute_force
}

@test "lsq-predict: --own takes the rows of the own name from another local model" {
    oracle nearest own_rows
}

@test "lsq-predict: local models one after the other are one, each row with its weight" {
    oracle nearest weights
}

@test "lsq-predict: parts of a local model are of one rate, which not all need know, and of one first column" {
    oracle nearest parts
    for part in none rate other col0 both; do
        lsq-fit -g 1 --nearest=1 $part >$part.model
    done
    cat none.model rate.model | lsq-predict - none | stream-show --field=rate,rows >shown
    cmp shown <(printf '8000\t2\n')
    lsq-predict both.model none >shown
    cmp shown <(lsq-predict rate.model none)
    cat rate.model other.model >mixed
    refuses 1 'lsq-predict: mixed: a part of a model at 44100 Hz, expected 8000 Hz as in those before' lsq-predict mixed none
    cat none.model col0.model >mixed
    refuses 1 'lsq-predict: mixed: a part of a model from column 3, expected 0 as in those before' lsq-predict mixed none
}

@test "lsq-predict: --extend, --append and --clamp roll a local model out, all rows of a block side by side" {
    oracle nearest extend
}

@test "lsq-predict: a local model's answers are the same in blocks and parts of any size" {
    oracle nearest blocks
}

@test "lsq-predict: of equally near rows of a local model the first ones count" {
    oracle nearest ties
}

@test "lsq-predict: silence, rows of silence, constant rows, more neighbours than rows" {
    oracle nearest silence
}

@test "lsq-predict: rows without a name are no one's own" {
    oracle nearest names_missing
}

@test "lsq-predict: a local model of any type and scale answers alike" {
    oracle nearest scales
}

@test "lsq-fit: --nearest writes the rows as they come, with the settings" {
    oracle nearest message
}

@test "lsq-predict: a local model of more than 64 MiB, in a file and through a pipe" {
    oracle nearest large
    rm model
}

@test "lsq-predict: a local model answers alike with the reference BLAS, and says so where there is no LAPACK" {
    local name
    reference_blas
    oracle nearest libraries "$REFERENCE"
    mkdir none
    for name in liblapack.so.3 liblapack.so libopenblas.so.0 libopenblas.so liblapack.dylib; do
        gcc -shared -x c /dev/null -o "none/$name"
    done
    LD_LIBRARY_PATH=$PWD/none refuses 1 'lsq-predict: no liblapack.so.3 that can be loaded, expected LAPACK installed (liblapack3)' lsq-predict model queries
    LD_LIBRARY_PATH=$PWD/none lsq-predict --version
    # A sanitizer has room of its own.
    grep -q __asan_init "$BIN/lsq-predict" || refuses 1 'lsq-predict: out of memory: 128 MiB of addresses asked for, which the BLAS needs' \
        bash -c 'ulimit -v 100000 && lsq-predict model queries'
}
