# pad-chop

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "pad-chop: rows of different lengths are chopped to the shortest" {
    py 'write("in", {"mat": 1, "x": [np.arange(5, dtype="<i2"), np.arange(3, dtype="<i2") + 10], "names": ["a", "b"], "rate": 8000})'
    pad-chop in >out
    py 'm = read("out"); assert len(m) == 1 and m[0]["last"] is True and m[0]["rate"] == 8000 and m[0]["names"] == ["a", "b"]
assert m[0]["x"].dtype == "<i2" and m[0]["x"].tolist() == [[0, 1, 2], [10, 11, 12]]'
}

@test "pad-chop: usage errors" {
    refuses 2 "pad-chop: --length: 'x', expected min, max or a number from 1 to 67108864; try 'pad-chop --help'" pad-chop -l x
}
