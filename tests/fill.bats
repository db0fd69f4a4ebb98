# lsq-predict --fill

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "fill: columns are those of the least squared errors of all frames, as numpy.linalg.lstsq finds them" {
    oracle fill gaps
}

@test "fill: names, rate, col0 and attributes stay, and a gap may hold anything" {
    oracle fill what_stays
}

@test "fill: with thin models, dense ones, and one for each name" {
    oracle fill models_of_all_kinds
}

@test "fill: at the end of a row it is what --extend predicts" {
    oracle fill ends
}

@test "fill: a model must be one of coefficients" {
    py 'write("in", {"mat": 1, "x": np.array([[1, 2, 4], [2, 3, 9], [5, 4, 1]])})'
    lsq-fit -g 2 --nearest=2 in >local
    refuses 1 'lsq-predict: local: a local model, expected one of coefficients for --fill' lsq-predict --fill=0:1 local in
}

@test "fill: no other values have smaller errors" {
    oracle fill windows_of_frames
}
