# r2-score

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "r2-score: scores are those of scikit-learn, averaged in each way" {
    oracle r2_score scores_those_scikit_learn_averaged
}

@test "r2-score: what lsq-predict --extend has written is compared with whole rows at its place" {
    oracle r2_score what_lsq_predict_extend_has
}

@test "r2-score: data far from zero keep their digits" {
    oracle r2_score data_far_from_zero_keep
}

@test "r2-score: one row and constant columns count as 1 where exact, else 0, or nan" {
    oracle r2_score row_constant_columns_count_1
}

@test "r2-score: --undefined=nan gives what scikit-learn's force_finite=False gives, in every way" {
    oracle r2_score undefined_nan_what_force_finite
}

@test "r2-score: finite data never score nan or infinity unless asked for" {
    oracle r2_score finite_data_never_score_nan
}

@test "r2-score: integers are scored as numbers, they do not wrap" {
    oracle r2_score integers_scored_numbers_they_do
}

@test "r2-score: columns are matched by position, so that the truth may be whole rows" {
    oracle r2_score columns_matched_by_position_so
}

@test "r2-score: rows may come in any blocks, the prediction through stdin" {
    oracle r2_score rows_may_come_any_blocks
    r2-score -a none t p >want
    [ "$(wc -l <want)" -eq 4 ]
    r2-score -a none t3 p3 | cmp - want
    r2-score -a none t bare | cmp - want
    r2-score -a none t <p3 | cmp - want
    r2-score -a none t - <p | cmp - want
    r2-score -a none - p <t3 | cmp - want
    r2-score -a none -- t p | cmp - want
}

@test "r2-score: numbers are printed as Python's repr does, whatever the locale" {
    oracle r2_score numbers_printed_python_s_repr
    LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 run -0 r2-score -q t p
    assert_output '1.0'
}

@test "r2-score: --json is one valid object" {
    oracle r2_score json_valid_object
}

@test "r2-score: rows, names or columns that do not match are refused" {
    oracle r2_score rows_names_or_columns_do
    refuses 1 'r2-score: p: row 1 is x y, expected b as in t' r2-score t p
    refuses 1 'r2-score: order: row 2 is d, expected c as in t' r2-score t order
    refuses 1 'r2-score: short: 2 rows, expected as many as in t' r2-score t short
    refuses 1 'r2-score: long: more than 3 rows, expected as many as in t' r2-score t long
    refuses 1 'r2-score: stdin: more than 2 rows, expected as many as in short' r2-score short <t
    refuses 1 'r2-score: wide: row 0: columns 0:5, expected columns among 0:4 as in t' r2-score t wide
    refuses 1 'r2-score: late: row 0: columns 3:5, expected columns among 0:4 as in t' r2-score t late
    refuses 1 'r2-score: early: row 0: columns 9:11, expected columns among 10:14 as in from10' r2-score from10 early
    refuses 1 'r2-score: tail: row 2: columns 2:4, expected columns among 0:3 as in ragged' r2-score ragged tail
    refuses 1 'r2-score: ragged: row 2 of 3 columns, expected 4 as in the rows before (pad-chop makes them one length)' r2-score t ragged
    refuses 1 'r2-score: nan: row 1 (b), column 2: nan, expected a finite number' r2-score nan t
    refuses 1 'r2-score: inf: row 2, column 1: inf, expected a finite number' r2-score t inf
    refuses 1 'r2-score: model: at byte 0: a model of lsq-fit, expected a matrix' r2-score model t
    refuses 1 'r2-score: model: at byte 0: a model of lsq-fit, expected a matrix' r2-score t model
    refuses 1 "r2-score: unfinished: truncated after $(wc -c <unfinished) bytes: \"last\" is false in the last block, expected more blocks" r2-score t unfinished
    refuses 1 'r2-score: stdin: empty, expected a matrix stream (did the program that writes it fail?)' r2-score t </dev/null
    refuses 1 'r2-score: nowhere: cannot be opened: No such file or directory' r2-score nowhere t
    refuses 1 'r2-score: nowhere: cannot be opened: No such file or directory' r2-score t nowhere
    # Fewer columns and no position: neither where they belong nor a message that
    # gives as found what it expects.
    run -1 --separate-stderr r2-score t narrow
    assert_output ''
    # shellcheck disable=SC2154
    assert_regex "$stderr" '^r2-score: narrow: .*col0'
}

@test "r2-score: usage errors, help and version" {
    local try="; try 'r2-score --help'"
    refuses 2 "r2-score: 0 files, expected TRUTH and, if not on standard input, PREDICTED$try" r2-score
    refuses 2 "r2-score: 3 files, expected TRUTH and, if not on standard input, PREDICTED$try" r2-score a b c
    refuses 2 "r2-score: two inputs on standard input, expected one in a file$try" r2-score -
    refuses 2 "r2-score: two inputs on standard input, expected one in a file$try" r2-score - -
    refuses 2 "r2-score: --average: 'mean', expected uniform, variance or none$try" r2-score -a mean t p
    refuses 2 "r2-score: --average: '', expected uniform, variance or none$try" r2-score --average= t p
    refuses 2 "r2-score: --undefined: 'NaN', expected finite or nan$try" r2-score --undefined=NaN t p
    refuses 2 "r2-score: option -a needs an argument$try" r2-score t p -a
    refuses 2 "r2-score: option --json takes no argument$try" r2-score --json=1 t p
    refuses 2 "r2-score: option --flat takes no argument$try" r2-score --flat=1 t p
    refuses 2 "r2-score: unknown option -x$try" r2-score -x t p
    refuses 2 "r2-score: unknown option --round$try" r2-score --round t p
    run -0 --separate-stderr r2-score --help
    assert_equal "$stderr" ''
    assert_line --index 0 'Usage: r2-score [OPTION]... TRUTH [PREDICTED]'
    for option in -a --average -f --flat --pooled --by-row -c --columns --snr --sums -u --undefined -j --json -q --quiet --help --version; do
        assert_output --partial -- "$option"
    done
    run -0 --separate-stderr r2-score --version
    assert_output --regexp '^r2-score \(wavefill\) [0-9]+\.[0-9]+\.[0-9]+'
    assert_equal "$stderr" ''
}

@test "r2-score: a full disk is an error" {
    py 'write("t", {"mat": 1, "x": np.eye(3)})'
    run -1 --separate-stderr bash -c 'r2-score t t >/dev/full'
    assert_equal "$stderr" 'r2-score: stdout: write failed: No space left on device'
}

@test "r2-score: --columns scores these of the predicted columns only, in every way" {
    oracle r2_score columns_scores_these_predicted_columns
}

@test "r2-score: --snr is the power of the truth over that of the error, in dB, over all that is scored" {
    oracle r2_score snr_power_truth_over_error
}

@test "r2-score: --snr without error is inf, of silence -inf, of both as undefined scores count" {
    oracle r2_score snr_without_error_inf_silence
}

@test "r2-score: --by-row is the score of each row over its samples, with its name" {
    oracle r2_score by_row_score_each_row
}

@test "r2-score: --by-row has names on one line, from either of the two, and none where there is none" {
    oracle r2_score by_row_has_names_on
}

@test "r2-score: --pooled has each row deviate from its own mean" {
    oracle r2_score pooled_has_each_row_deviate
}

@test "r2-score: memory stays the same however many rows are scored" {
    oracle r2_score memory_stays_same_however_many
}

@test "r2-score: --sums are those of squared errors and deviations, as they are in exact arithmetic" {
    oracle r2_score sums_those_squared_errors_deviations
}

@test "r2-score: --sums is about one score, not about columns" {
    py 'write("t", {"mat": 1, "x": np.eye(3)})'
    local try="; try 'r2-score --help'" options
    for options in '' '-a uniform' '-a variance' '--average=none' '--snr' '-j'; do
        # shellcheck disable=SC2086 # options are words
        refuses 2 "r2-score: --sums without --flat, --pooled or --by-row, which it is for$try" r2-score --sums $options t t
    done
    refuses 2 "r2-score: option --sums takes no argument$try" r2-score --sums=1 -f t t
    refuses 2 "r2-score: --pooled with --flat, expected one of them$try" r2-score --sums --pooled --flat t t
}

@test "r2-score: a score near the end of double's range is none beyond it" {
    # 1 and -1 a hundred times have a sum of squares of 200; one error of 1.7e155 has the square 2.89e310.
    py 't = np.tile([[1.0], [-1.0]], (100, 1))
p = t.copy()
p[0] = 1.7e155
write("t", {"mat": 1, "x": t})
write("p", {"mat": 1, "x": p})'
    for options in '' '-a none' '-a variance' --flat; do
        # shellcheck disable=SC2086
        r2-score $options t p >score
        py 'from fractions import Fraction
want = 1 - (Fraction(1) - Fraction(1.7e155)) ** 2 / 200
got = Fraction(float(open("score").read()))
assert abs(got / want - 1) < 1e-14, (got, want)'
    done
}

@test "r2-score: the mean of scores near the end of double's range is none beyond it" {
    # Deviations of 1e-100 and errors of 5e53 have the R^2 1 - 4e308 / 4, twice.
    py 'write("t", {"mat": 1, "x": np.array([[1e-100] * 2, [-1e-100] * 2])})
write("p", {"mat": 1, "x": np.array([[1e54] * 2, [-1e54] * 2])})'
    for options in '' -j '-a variance'; do
        # shellcheck disable=SC2086
        r2-score $options t p >score
        py 'import json
from fractions import Fraction
text = open("score").read()
got = json.loads(text)["r2"] if text[0] == "{" else float(text)
want = 1 - ((Fraction(1e54) - Fraction(1e-100)) / Fraction(1e-100)) ** 2
assert abs(Fraction(got) / want - 1) < 1e-14, (got, want)'
    done
}

@test "r2-score, stitch-wav: rates that no two rows side by side have differ nevertheless" {
    py 'x = np.ones((2, 3))
def stream(name, first, second):
    write(name, {"mat": 1, "x": x, **first, "last": False}, {"mat": 1, "x": x, **second})
stream("early", {"rate": 8000}, {})
stream("late", {}, {"rate": 11025})'
    refuses 1 'r2-score: late: 11025 Hz, expected 8000 Hz as in early' r2-score early late
    refuses 1 'r2-score: early: 8000 Hz, expected 11025 Hz as in late' r2-score late early
    refuses 1 'stitch-wav: late: 11025 Hz, expected 8000 Hz as in early' stitch-wav -q -o out/ early late
    # A rate holds for the rows after it.
    stitch-wav -q -o out/ early
    assert_equal "$(sox --i -r out/*.wav | sort -u)" 8000
}
