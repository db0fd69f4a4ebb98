# stream-show: any stream as text.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "stream-show: what --csv prints reads back to the bit, of every type" {
    oracle csv round_trip
}

@test "stream-show: a matrix in a few lines" {
    py 'x = np.array([[1, 2.5, np.nan], [-3, np.inf, 1e6]])
write("in", {"mat": 1, "x": x, "names": ["a", "b\tc"], "rate": 8000, "col0": 7, "origin": "a test", "list": [1, 2], "few": ["x", "y"], "many": list("abcde"), "none": [], "last": False},
    {"mat": 1, "x": x, "names": ["d", "e"], "rate": 8000, "col0": 7})
write("ragged", {"mat": 1, "x": [np.arange(3, dtype="<i2"), np.arange(5, dtype="<f4")]})
write("bare", np.array([[True, False]]))
write("single", np.array([[0.1, -1 / 3]], ">f4"))
write("named", {"mat": 1, "x": np.arange(5), "columns": list("abcde")})'
    run -0 --separate-stderr stream-show in
    # shellcheck disable=SC2154
    assert_equal "$output$stderr" 'matrix      4 rows x 3 columns
type        float64 (<f8)
blocks      2
rate        8000 Hz, 0.000375 s a row
col0        7, the number of the first column
row names   a, b\tc, d, e
values      -3 to 1000000
not finite  4 values
attribute   origin: a test
attribute   list: a map, a list or the like
attribute   few: x, y
attribute   many: a, b, c, ..., e
attribute   none: an empty list'
    run -0 stream-show ragged
    assert_output 'matrix      2 rows of 3 to 5 columns
type        mixed
values      0 to 4'
    run -0 stream-show bare
    assert_output 'matrix      1 row x 2 columns
type        bool (|b1)
values      0 to 1'
    run -0 stream-show single # the shortest that are these float32: NumPy's repr
    assert_output 'matrix      1 row x 2 columns
type        float32 (>f4)
values      -0.33333334 to 0.1'
    assert_equal "$(stream-show -F low,high single)" $'-0.33333334\t0.1'
    run -0 stream-show named
    assert_output 'matrix      1 row x 5 columns
type        int64 (<i8)
columns     a, b, c, ..., e
values      0 to 4'
}

@test "stream-show: a local model in a few lines, whatever maps it is in" {
    py 'x = np.array([[1, 2, 4], [2, 3, -9], [5, 4, 1], [7, 1, 2]], "<i2")
settings = {"lsq": 1, "k": 2, "targets": 1, "nearest": 10, "bandwidth": 0.25, "gain": 2, "ridge": 0.03, "ridge_relative": True}
write("in", {**settings, "x": x, "names": list("abcd"), "weight": 1, "rate": 8000, "note": "hm", "last": False},
    {**settings, "x": x[:1], "names": ["e"], "weight": 10})
write("one", {**settings, "x": x[:1], "weight": 0.5, "ridge": 7, "ridge_relative": False})'
    run -0 --separate-stderr stream-show in
    assert_equal "$output$stderr" 'local model 5 rows, 2 given columns, 1 target
type        int16 (<i2)
blocks      2
rate        8000 Hz, 0.000375 s a row
row names   a, b, c, ..., e
values      -9 to 7
nearest     10 rows fitted for each prediction
bandwidth   0.25: a row at distance d counts exp(-d / bandwidth)
gain        2 at most, of either sign
ridge       penalty 0.03 of the mean squared singular value
weight      1 to 10 a row
attribute   note: hm'
    run -0 stream-show one
    assert_output 'local model 1 row, 2 given columns, 1 target
type        int16 (<i2)
values      1 to 4
nearest     10 rows fitted for each prediction
bandwidth   0.25: a row at distance d counts exp(-d / bandwidth)
gain        2 at most, of either sign
ridge       penalty 7
weight      0.5 a row'
    run -0 stream-show --field=kind,rows,k,targets,low,high in
    assert_output $'local\t5\t2\t1\t-9\t7'
    run -0 stream-show --json one
    assert_output '{"lsq": 1, "k": 2, "targets": 1, "nearest": 10, "bandwidth": 0.25, "gain": 2, "ridge": 7, "ridge_relative": false, "x": [[1, 2, 4]], "weight": 0.5}'
}

@test "stream-show: no name or attribute drives the terminal, and one that is not UTF-8 is shown" {
    py 'ones = np.ones((1, 1))
write("in", {"mat": 1, "x": ones, "columns": ["a\x1b[1m"], "s": "QQ"})
data = open("in", "rb").read()
open("in", "wb").write(data.replace(b"QQ", b"\xff\n"))
write("model", {"lsq": 1, "k": 1, "coef": np.ones((1, 3)), "intercept": np.ones(3), "targets": 1, "columns": ["\x1bb", "c\n"], "rows": 4, "rank": 1})
write("handmade", {"lsq": 1, "k": 1, "coef": ones, "intercept": np.ones(1)})'
    run -0 stream-show in
    assert_output 'matrix      1 row x 1 column
type        float64 (<f8)
columns     a\033[1m
values      1 to 1
attribute   s: \377\n'
    run -0 bash -c 'stream-show model | tail -n 6'
    assert_output 'target      c\n: intercept 1
              1 x column \033b
target      2: intercept 1
              1 x column \033b
target      3: intercept 1
              1 x column \033b'
    run -0 stream-show handmade
    assert_line --index 0 'model       1 given column, 1 target'
}

@test "stream-show: tables, with names in quotes where they need them" {
    py 'write("in", {"mat": 1, "x": np.array([[1, -2], [3, 4]]), "names": ["a,b", "\u00e9\"\n"], "columns": ["x y", ""]})
write("ragged", {"mat": 1, "x": [np.arange(3), np.arange(5)]})
write("odd", np.array([[np.nan, np.inf, -np.inf, -0.0, 1e16, 1e-5]]))'
    run -0 stream-show --csv in
    assert_output $'name,x y,""\n"a,b",1,-2\n"é""\n",3,4'
    run -0 stream-show --tsv -n 1 in
    assert_output $'name\tx y\t""\na,b\t1\t-2'
    run -0 stream-show --csv odd
    assert_output 'nan,inf,-inf,-0,1e+16,1e-05'
    refuses 1 'stream-show: ragged: row 1 of 5 columns, expected 3 as in the rows before (pad-chop makes them one length)' \
        stream-show --csv ragged
}

@test "stream-show: rows are the same text whatever threads make it, also those too long to be shared" {
    py 'x = np.random.default_rng(1).normal(size=(30001, 7))
names = ["a\"%d" % i if i % 3 else "b%d" % i for i in range(len(x))]
names[4000] = "n" * 200000
write("tall", *({"mat": 1, "x": x[i:i + 11000], "names": names[i:i + 11000]} for i in range(0, len(x), 11000)))
with open("tall.csv", "w") as f:
    for name, row in zip(names, x):
        field = "\"" + name.replace("\"", "\"\"") + "\"" if "\"" in name else name
        print(field, *map(repr, row.tolist()), sep=",", file=f)
x = np.random.default_rng(2).normal(size=(5, 4000))
write("wide", x)
open("wide.csv", "w").write("".join(",".join(map(repr, row)) + "\n" for row in x.tolist()))'
    for threads in 1 2 7; do
        for rows in tall wide; do
            OMP_NUM_THREADS=$threads stream-show --csv -o out $rows
            cmp out $rows.csv
        done
        OMP_NUM_THREADS=$threads stream-show --csv -n 20000 -o out tall
        head -n 20000 tall.csv | cmp out -
    done
}

@test "stream-show: --json is a message a line, as Python reads it" {
    py 'write("in", {"mat": 1, "x": np.array([[1.5, np.nan], [2**53, 0.1]]), "names": ["a", ""], "rate": 8000.5, "s": "\u00e9\n", "t": True, "n": {"a": 1}},
    {"mat": 1, "x": [np.array([2**63 - 1])], "rate": 8000.5})'
    stream-show --json in >out
    py 'import json
a, b = map(json.loads, open("out", encoding="utf-8"))
assert a == {"mat": 1, "x": [[1.5, None], [2**53, 0.1]], "names": ["a", ""], "rate": 8000.5, "s": "\u00e9\n", "t": True, "n": None}, a
assert b == {"mat": 1, "x": [[2**63 - 1]], "rate": 8000.5}, b'
    run -0 stream-show --json -n 1 in
    assert_output '{"mat": 1, "x": [[1.5, null]], "names": ["a"], "rate": 8000.5, "s": "é\n", "t": true, "n": null}'
}

@test "stream-show: --field answers scripts in one line" {
    py 'write("in", {"mat": 1, "x": [np.arange(3, dtype="<i2"), np.arange(5, dtype="<i2")], "rate": 8000})'
    run -0 stream-show -F kind,rows,columns,shortest,type,rate,col0,low,high,nonfinite,blocks,names,k in
    assert_output $'matrix\t2\t5\t3\t<i2\t8000\t0\t0\t4\t0\t1\t0\t-'
    py 'write("in", {"lsq": 1, "k": 2, "targets": 1, "rank": 2, "rows": 9, "name": "a", "coef": np.ones((2, 1)), "intercept": np.ones(1)})'
    run -0 stream-show -F kind,rows,k,targets,rank,name,rate in
    assert_output $'model\t9\t2\t1\t2\ta\t-'
    refuses 2 "stream-show: --field: 'rows,x', expected names among kind,rows,columns,shortest,type,rate,col0,low,high,nonfinite,blocks,names,k,targets,rank,name,shards; try 'stream-show --help'" \
        stream-show -F rows,x in
}

@test "stream-show: columns' names travel from CSV into models and predictions" {
    printf 'a,b,y\n1,0,3\n0,1,5\n1,1,8\n2,1,9\n' | csv-load >rows
    lsq-fit -g 2 rows >model
    run -0 stream-show model
    assert_line 'model       4 rows, 2 given columns, 1 target'
    assert_line 'rank        2'
    assert_line 'target      y: intercept 1'
    assert_line '              4.333333333333333 x column b'
    assert_line '              R^2 0.970696, residual standard error 0.816497'
    # By hand: 1 and 3 at either value, so all that is left is the mean; 2 degrees of freedom are left by 4 rows.
    printf '0,1\n0,3\n1,1\n1,3\n' | csv-load | lsq-fit -g 1 >flat
    run -0 stream-show flat
    assert_line '              R^2 0, residual standard error 1.41421'
    lsq-fit -g 2 --ridge 1 rows >ridged
    run -0 stream-show ridged
    assert_line '              R^2 0.729486'
    printf '0,4,1\n0,4,3\n1,4,1\n' | csv-load | lsq-fit -g 1 >constant
    run -0 bash -c 'stream-show constant | grep -A 1 "^target      1"'
    assert_output $'target      1: intercept 4\n              residual standard error 0'
    run -0 bash -c 'stream-show --coefficients --csv model | cut -d, -f1'
    assert_output $'column\n(intercept)\na\nb'
    assert_equal "$(lsq-predict model rows | stream-show --csv -n 1 | head -n 1)" y
    assert_equal "$(pad-chop -c :2 rows | lsq-predict model | stream-show --csv -n 1 | head -n 1)" y
    assert_equal "$(lsq-predict -a model rows | stream-show --csv -n 1 | head -n 1)" a,b,y
    assert_equal "$(pad-chop -c 1: rows | stream-show --csv -n 1)" $'b,y\n0,3'
    assert_equal "$(pad-chop -f 2 rows | stream-show --csv -n 1)" 1,0
    lsq-fit -g 2 --partial rows >part
    run -0 stream-show part
    assert_output $'partial fit 4 rows, 2 given columns, 1 target\nshards      1, from rows (4 rows)\ncolumns     a, b, y'
    lsq-fit part | stream-show --coefficients >merged
    stream-show --coefficients model | cut -f1 | diff - <(cut -f1 merged)
    refuses 1 'stream-show: model: a fit, expected a matrix (--coefficients shows those of models)' stream-show --csv model
}

@test "stream-show: what a fit cannot tell is said, or left out" {
    # Two rows, two coefficients.
    printf 'a,y\n1,2\n3,4\n' | csv-load >two
    lsq-fit -g 1 two >exact
    run -0 stream-show exact
    assert_output 'model       2 rows, 1 given column, 1 target
rank        1
condition   1, of the given columns less their means
target      y: intercept 1
              R^2 1, no degrees of freedom left
              1 x column a'
    printf '1,2,1\n2,4,3\n4,8,2\n' | csv-load | lsq-fit -q -g 2 >deficient
    run -0 stream-show deficient
    assert_line 'rank        1, deficient: fewer than the given columns'
    assert_line 'condition   1, of the given columns less their means, to this rank'
    lsq-fit -g 1 --no-intercept two >through
    run -0 stream-show through
    assert_output 'model       2 rows, 1 given column, 1 target, no intercept
rank        1
condition   1, of the given columns
target      y
              R^2 0.98, residual standard error 0.632456
              1.4 x column a'
    lsq-fit -g 1 --partial -w 2.5 two >weighted
    run -0 stream-show weighted
    assert_output $'partial fit 2 rows, 1 given column, 1 target\nshards      1, from two (2 rows)\ncolumns     a, y\nweight      5 of all rows together'
    lsq-fit -g 1 --partial --no-intercept -w 2.5 two >weighted
    run -0 stream-show weighted
    assert_output $'partial fit 2 rows, 1 given column, 1 target, no intercept\nshards      1, from two (2 rows)\ncolumns     a, y'
}

@test "stream-show: of many fits the first three, each with all of its parts" {
    py 'part = {"lsq": 1, "k": 1, "targets": 2, "rows": 5, "coef": np.ones((1, 1)), "intercept": np.ones(1)}
write("in", *({**part, "name": name, "target0": i, "last": name + str(i) == "e1"} for name in "abcde" for i in (0, 1)))'
    run -0 stream-show in
    assert_equal "$(grep -e ^model -e ^name -e ^\\. <<<"$output")" 'model       5 rows, 1 given column, 2 targets
name        a
model       5 rows, 1 given column, 2 targets
name        b
model       5 rows, 1 given column, 2 targets
name        c
... (the first 3 of 5 fits)'
    run -0 stream-show -F name,targets in
    assert_output $'a\t2\nb\t2\nc\t2\nd\t2\ne\t2'
}

@test "stream-show: a model's numbers are those of NumPy, dense and in two factors" {
    oracle csv coefficients
}

@test "stream-show: a reader that goes is no error" {
    py 'write("in", np.ones((300000, 3)))'
    run -0 bash -c 'set -o pipefail; stream-show --csv in | head -n 1'
    assert_output 1,1,1
    run -0 bash -c 'set -o pipefail; pad-chop in | cat | stream-show --csv -n 2'
    assert_output $'1,1,1\n1,1,1'
}
