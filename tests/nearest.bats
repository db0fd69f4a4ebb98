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
