# lsq-fit

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "lsq-fit: coefficients, intercept, rank, singular values and residuals are those of scikit-learn and numpy" {
    oracle lsq_fit coefficients_intercept_rank_singular_values
}

@test "lsq-fit: thin factors are written where they are smaller, and --dense writes their product" {
    oracle lsq_fit thin_factors_written_where_they
}

@test "lsq-fit: the rank of many columns is that of numpy's singular values, which the model has where they are asked for" {
    oracle lsq_fit rank_of_many_columns
}

@test "lsq-fit: chunks so large that all threads share one give numpy's answer in each of the three ways" {
    oracle lsq_fit large_chunks
}

@test "lsq-fit: ridge regression of many columns is the least-squares solution of rows and penalty" {
    oracle lsq_fit ridge_of_many_columns
}

@test "lsq-fit: every field of the model is what the format says" {
    oracle lsq_fit every_field_model_what_format
}

@test "lsq-fit: the range is that of all values, of rows in any form" {
    oracle lsq_fit range_all_values_rows_any
}

@test "lsq-fit: the range of partial fits is that of all parts, and unknown where one does not know it" {
    oracle lsq_fit range_partial_fits_all_parts
}

@test "lsq-fit: --weight is the sample_weight of scikit-learn, data and partial fits alike" {
    oracle lsq_fit weight_sample_weight_scikit_learn
}

@test "lsq-fit: one weight for all rows changes no coefficient, and is what a penalty is weighed against" {
    oracle lsq_fit weight_all_rows_changes_no
}

@test "lsq-fit: all types of numbers, either byte order, give the model of the same numbers as float64" {
    oracle lsq_fit all_types_numbers_either_byte
}

@test "lsq-fit: rows in one block, in many, in a list or in several files are one matrix" {
    oracle lsq_fit rows_block_many_list_or
    lsq-fit -g 3 whole >want
    [ "$(wc -c <want)" -gt 300 ]
    lsq-fit -g 3 blocks | cmp - want
    lsq-fit -g 3 <blocks | cmp - want
    lsq-fit -g 3 a b | cmp - want
    cat a b | lsq-fit -g 3 | cmp - want
    lsq-fit -g 3 a - <b | cmp - want
    lsq-fit -- a b -g 3 2>message && false
    lsq-fit a b -g 3 | cmp - want
    py 'assert read("want")[0]["note"] == "first"'
}

@test "lsq-fit: GIVEN is a count, a fraction or a percentage of the columns, truncated in double" {
    oracle lsq_fit given_count_fraction_or_percentage
}

@test "lsq-fit: --rcond drops singular values as the cond of numpy and scipy does" {
    oracle lsq_fit rcond_drops_singular_values_cond
}

@test "lsq-fit: badly scaled columns keep their rank and their digits" {
    oracle lsq_fit badly_scaled_columns_keep_their
}

@test "lsq-fit: equal columns in different units are found, and share the solution of minimum norm" {
    oracle lsq_fit equal_columns_different_units_found
}

# Columns of integers, the last ones combinations of the others, each times a power of two; against the
# solution of minimum norm in fractions.
@test "lsq-fit: dependent columns in very different units predict to the last digits" {
    oracle lsq_fit dependent_columns_very_different_units
}

@test "lsq-fit: a column that is the sum of others in another unit is fitted, whatever the unit" {
    for unit in 1e4 1e7 1e9 1e12; do
        oracle lsq_fit column_sum_others_another_unit "$unit" >expected
        lsq-fit -q -g 4 m >fit
        lsq-predict fit m | r2-score --flat --sums m | sed -n 2p >sum
        py 'e, s = (float(open(name).read()) for name in ("expected", "sum"))
assert abs(s - e) <= 1e-9 * e and abs(read("fit")[0]["rss"][0] - e) <= 1e-9 * e, (s, e)'
        lsq-fit -q -g 4 --partial m | lsq-fit -q >fit
        lsq-predict fit m | r2-score --flat --sums m | sed -n 2p >sum
        py 'e, s = (float(open(name).read()) for name in ("expected", "sum"))
assert abs(s - e) <= 1e-9 * e, (s, e)'
    done
}

@test "lsq-fit: a first row unlike the others costs them no digits" {
    py 'rng = np.random.default_rng(3)
x = rng.integers(1, 1000, (60000, 10)).astype(float)
x[0] *= 1e10
b = np.arange(1.0, 11)
write("m", {"mat": 1, "x": np.c_[x, x @ b + 7]})'
    lsq-fit -q -g 10 m >fit
    lsq-fit -q -g 10 --partial m | lsq-fit -q >merged
    py 'for name in ("fit", "merged"):
    m, = read(name)
    coef = m["coef"] if "coef" in m else m["basis"] @ m["loadings"]
    assert abs(coef.ravel() - np.arange(1.0, 11)).max() < 2e-7, coef
    assert abs(m["intercept"][0] - 7) < 1e-4, m["intercept"]'
}

@test "lsq-fit: a column that varies by its own rounding only, alone or beside others, adds no rank" {
    oracle lsq_fit rank_judged_by_rounding
}

@test "lsq-fit: whole numbers in float32 are exact, however far they move from the first rows" {
    oracle lsq_fit whole_numbers_far_from_the_first_rows
}

@test "lsq-fit: a solution that overflows is an error in plain words" {
    oracle lsq_fit solution_overflows_error_plain_words
}

@test "lsq-fit: few rows and deficient rank are said once, full rank is not" {
    oracle lsq_fit few_rows_deficient_rank_said
    while IFS='|' read -r options want; do
        # shellcheck disable=SC2086 # options are words
        run -0 --separate-stderr lsq-fit $options
        # shellcheck disable=SC2154
        assert_equal "$options: $stderr" "$options: ${want:+lsq-fit: warning: $want: the solution is that of minimum norm}"
        # shellcheck disable=SC2086
        run -0 --separate-stderr lsq-fit -q $options
        assert_equal "$stderr" ''
    done <<'END'
-g 5 full|
-g 5 --no-intercept full|
-g 20 wide|fewer rows than given columns: 9 rows (less 1 for the intercept), 20 columns, rank 8
-g 20 --no-intercept wide|fewer rows than given columns: 9 rows, 20 columns, rank 9
-g 20 --dense --no-intercept wide|fewer rows than given columns: 9 rows, 20 columns, rank 9
-g 5 deficient|rank deficient: rank 4 of 30 rows (less 1 for the intercept) and 5 given columns
-g 5 --no-intercept deficient|rank deficient: rank 4 of 30 rows and 5 given columns
-g 2 deficient|
-g 20 both|rank deficient: rank 0 of 8 rows (less 1 for the intercept) and 20 given columns
-g 20 --no-intercept both|rank deficient: rank 1 of 8 rows and 20 given columns
-g 5 square|fewer rows than given columns: 5 rows (less 1 for the intercept), 5 columns, rank 4
-g 5 --no-intercept square|
-g 5 enough|
-g 5 --rcond=0.999 full|rank deficient: rank 1 of 30 rows (less 1 for the intercept) and 5 given columns
END
}

@test "lsq-fit: usage errors" {
    local try="; try 'lsq-fit --help'" bad
    py 'write("in", {"mat": 1, "x": np.eye(4)})'
    refuses 2 "lsq-fit: no given columns, expected -g GIVEN$try" lsq-fit <in
    refuses 2 "lsq-fit: no given columns, expected -g GIVEN$try" lsq-fit -q in
    for bad in x '' -1 1.5 101% 100.1% nan inf 0x10 ' 3' '3 ' 1e400 % -- 3,4 -0.5 99999999999999999999999; do
        refuses 2 "lsq-fit: --given: '$bad', expected a number of columns, a fraction or a percentage$try" lsq-fit -g "$bad"
    done
    for bad in x '' -1 1 1.5 nan inf 1e999 -1e-9 '0.1 ' 10%; do
        refuses 2 "lsq-fit: --rcond: '$bad', expected a number from 0 to below 1$try" lsq-fit -g 1 "--rcond=$bad"
    done
    refuses 2 "lsq-fit: option -g needs an argument$try" lsq-fit -g
    refuses 2 "lsq-fit: option --rcond needs an argument$try" lsq-fit -g 1 --rcond
    refuses 2 "lsq-fit: option --dense takes no argument$try" lsq-fit -g 1 --dense=yes
    refuses 2 "lsq-fit: option --no-intercept takes no argument$try" lsq-fit -g 1 --no-intercept=1
    refuses 2 "lsq-fit: unknown option -x$try" lsq-fit -g 1 -x
    refuses 2 "lsq-fit: unknown option --fit-intercept$try" lsq-fit --fit-intercept
}

@test "lsq-fit: help and version go to stdout" {
    run -0 --separate-stderr lsq-fit --help
    assert_equal "$stderr" ''
    assert_line --index 0 'Usage: lsq-fit [-g GIVEN] [OPTION]... [FILE]...'
    for option in -g --given --no-intercept --rcond --dense --quiet --help --version; do
        assert_output --partial -- "$option"
    done
    assert_equal "$(lsq-fit -h)" "$output"
    run -0 --separate-stderr lsq-fit -V
    assert_output --regexp '^lsq-fit \(wavefill\) [0-9]+\.[0-9]+\.[0-9]+'
    assert_equal "$stderr" ''
}

@test "lsq-fit: data errors name the file, what was found and what was expected" {
    oracle lsq_fit data_errors_name_file_what
    refuses 1 'lsq-fit: good: -g 4 is 4 of 4 columns, expected at least 1 given and 1 target' lsq-fit -g 4 good
    refuses 1 'lsq-fit: good: -g 9 is 9 of 4 columns, expected at least 1 given and 1 target' lsq-fit -g 9 good
    refuses 1 'lsq-fit: stdin: -g 0 is 0 of 4 columns, expected at least 1 given and 1 target' lsq-fit -g 0 <good
    refuses 1 'lsq-fit: good: -g 0.2 is 0 of 4 columns, expected at least 1 given and 1 target' lsq-fit -g 0.2 good
    refuses 1 'lsq-fit: good: -g 100% is 4 of 4 columns, expected at least 1 given and 1 target' lsq-fit -g 100% good
    refuses 1 'lsq-fit: good: -g 1.0 is 4 of 4 columns, expected at least 1 given and 1 target' lsq-fit -g 1.0 good
    refuses 1 'lsq-fit: nan: row 1, column 2: nan, expected a finite number' lsq-fit -g 1 nan
    refuses 1 'lsq-fit: inf: row 2 (c d), column 0: inf, expected a finite number' lsq-fit -g 1 inf
    refuses 1 'lsq-fit: minus: row 0, column 1003: -inf, expected a finite number' lsq-fit -g 1 minus
    refuses 1 'lsq-fit: late: row 4, column 1: nan, expected a finite number' lsq-fit -g 1 late
    refuses 1 'lsq-fit: nan: row 4, column 2: nan, expected a finite number' lsq-fit -g 1 good nan
    refuses 1 'lsq-fit: longer: row 3 of 5 columns, expected 4 as in the rows before (pad-chop makes them one length)' lsq-fit -g 1 good longer
    refuses 1 'lsq-fit: ragged: row 1 of 3 columns, expected 4 as in the rows before (pad-chop makes them one length)' lsq-fit -g 1 ragged
    refuses 1 'lsq-fit: rates: at byte 0: rate 44100, expected 8000 as in the rows before' lsq-fit -g 1 rate rates
    refuses 1 'lsq-fit: col0: at byte 0: col0 3, expected 0 as in the rows before' lsq-fit -g 1 good col0
    refuses 1 'lsq-fit: model: at byte 0: a model of lsq-fit, expected a matrix' lsq-fit -g 1 model
    refuses 1 'lsq-fit: norows: a matrix of 0 rows, expected at least 1' lsq-fit -g 1 norows
    refuses 1 'lsq-fit: nowhere: cannot be opened: No such file or directory' lsq-fit -g 1 nowhere
    refuses 1 'lsq-fit: stdin: empty, expected a matrix stream (did the program that writes it fail?)' lsq-fit -g 1 </dev/null
    refuses 1 "lsq-fit: unfinished: truncated after $(wc -c <unfinished) bytes: \"last\" is false in the last block, expected more blocks" lsq-fit -g 1 unfinished
    head -c 50 good >short
    refuses 1 'lsq-fit: short: truncated after 50 bytes, inside a map' lsq-fit -g 1 short
    run -1 --separate-stderr lsq-fit -g 1 complex
    assert_output ''
    assert_regex "$stderr" '^lsq-fit: complex: at byte 0: "x": .*c16'
}

@test "lsq-fit: a full disk is an error" {
    py 'write("in", {"mat": 1, "x": np.random.default_rng(1).standard_normal((9, 5))})'
    run -1 --separate-stderr bash -c 'lsq-fit -g 2 in >/dev/full'
    assert_equal "$stderr" 'lsq-fit: stdout: write failed: No space left on device'
}

@test "lsq-fit: a model of more than 64 MiB is several maps that lsq-predict joins" {
    py 'write("in", {"mat": 1, "x": np.random.default_rng(6).standard_normal((3, 6000)), "rate": 8000, "note": "kept"})'
    lsq-fit -q -g 3000 --dense in >dense
    lsq-fit -q -g 3000 in >thin
    lsq-predict dense in >from-dense
    lsq-predict thin in >from-thin
    oracle lsq_fit model_more_than_64_mib
}

@test "lsq-fit: a model whose given columns pass 64 MiB is cut along these too" {
    # What each map has to say of itself leaves little room.
    py 'rng = np.random.default_rng(6)
for name, shape, room in ("thin", (5, 1810), 39296), ("dense", (9, 3001), 27500):
    rows = rng.integers(-9, 9, shape).astype("i1")
    write(name, {"mat": 1, "x": rows, "rate": 8000, "note": b"-" * ((64 << 20) - room)})
    write(name + ".plain", {"mat": 1, "x": rows, "rate": 8000})'
    lsq-fit -q -g 1800 thin >thin.model
    lsq-fit -q -g 3000 --dense dense >dense.model
    for model in thin dense; do
        lsq-predict $model.model $model.plain >$model.predicted
    done
    oracle lsq_fit model_cut_along_given_columns
    stream-show thin.model >shown
    assert_equal "$(sed -n '1p;11p' shown)" $'model       5 rows, 1800 given columns, 10 targets\n            ... (the first 3 of 10 targets)'
}

@test "lsq-fit: a model that notes what it was chosen from is no map above 64 MiB" {
    py '
rng = np.random.default_rng(6)
write("in", {"mat": 1, "x": rng.standard_normal((10, 7000)), "u" * 1000: b"-" * 90000, "note": "kept"})'
    lsq-fit -q -g 2000 --dense --ridge=auto --grid="$(seq -s, 1500)" in >model
    lsq-predict model in >predicted
    oracle lsq_fit model_notes_what_was_chosen
    # What each map has to say of itself leaves no room for a target.
    py 'write("note", {"mat": 1, "x": np.eye(3, 5), "u": b"-" * ((64 << 20) - 2000)})'
    refuses 1 'lsq-fit: stdout: a model of 4 given columns and rank 2, expected it to fit into maps of 64 MiB' lsq-fit -q -g 4 note
}

@test "lsq-fit: a partial fit is no map above 64 MiB" {
    # The reduced row, the shift and the sums of squares.
    py '
block = lambda columns, **more: {"mat": 1, "x": np.ones((1, columns), "i1"), **more}
write("most", block(2796027))
write("more", block(2796028))
write("twice", block(4300000))
write("noted", block(2200000, u=b"-" * 40000000))'
    lsq-fit -g 1 --partial most >part
    assert [ "$(stat -c %s part)" -le $((64 << 20)) ]
    lsq-fit -g 1 --partial part | cmp - part
    local fit='expected each to fit into a map of 64 MiB'
    refuses 1 "lsq-fit: stdout: reduced rows of 2796029 columns, $fit" lsq-fit -g 1 --partial more
    refuses 1 "lsq-fit: stdout: reduced rows of 4300001 columns, $fit" lsq-fit -g 1 --partial twice
    refuses 1 "lsq-fit: stdout: reduced rows of 2200001 columns, $fit" lsq-fit -g 1 --partial noted
}

@test "lsq-fit: a partial fit of more than 64 MiB is several, which add up to it" {
    py 'write("in", {"mat": 1, "x": np.random.default_rng(9).integers(-99, 99, (12, 800000)).astype("i1"), "rate": 8000, "note": "kept"})'
    lsq-fit -g 799990 --partial in >parts
    lsq-fit --partial parts | cmp - parts
    oracle lsq_fit partial_fit_of_several_maps
}

@test "lsq-fit: signals are the main thread's: the others have them blocked" {
    oracle lsq_fit signals_main_thread_s_others
}

@test "lsq-fit: threads and the BLAS in use do not change the model" {
    reference_blas
    LD_LIBRARY_PATH=$REFERENCE ldd "$BIN/lsq-fit" | grep -q "${REFERENCE#*:}/libblas.so.3"
    LD_LIBRARY_PATH=$REFERENCE ldd "$BIN/lsq-fit" | grep -q "${REFERENCE%:*}/liblapack.so.3"
    oracle lsq_fit threads_blas_use_do_not
}
