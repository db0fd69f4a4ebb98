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
