# A model for each name of rows: lsq-fit --by-name and --others, and lsq-predict with several
# models.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "lsq-fit: --by-name is the fit of each name's rows alone, wherever they are" {
    oracle by_name by_name_fit_each_name
}

@test "lsq-fit: --by-name with few rows says once that solutions are of minimum norm" {
    oracle by_name by_name_few_rows_says
}

@test "lsq-fit: named partial fits and rows of several files merge name by name" {
    oracle by_name named_partial_fits_rows_several
}

@test "lsq-fit: --others is scikit-learn's fit of all other groups, of many rows and of few" {
    oracle by_name others_scikit_learn_s_fit
}

@test "lsq-fit: each take is fitted to the others and, with more weight, to its own beginning" {
    oracle by_name each_take_fitted_others_more
}

@test "lsq-fit: hundreds of names keep their attributes, and take one rate from any of them" {
    oracle by_name hundreds_names_keep_their_attributes
}

@test "lsq-fit: a stream cut between two names is truncated, for lsq-fit and lsq-predict" {
    oracle by_name stream_cut_between_two_names
    local n size
    for n in 1 2; do
        refuses 1 "lsq-predict: models$n: truncated: \"last\" is false in the last model, expected more" lsq-predict "models$n" rows
        size=$(wc -c <"parts$n")
        refuses 1 "lsq-fit: parts$n: truncated after $size bytes: \"last\" is false in the last block, expected more blocks" lsq-fit --by-name "parts$n"
        refuses 1 "lsq-fit: parts$n: truncated after $size bytes: \"last\" is false in the last block, expected more blocks" lsq-fit "parts$n" parts3
        head -c "$((size + 9))" models3 >cut.models
        run -1 --separate-stderr lsq-predict cut.models rows
        assert_output ''
        # shellcheck disable=SC2154
        assert_regex "$stderr" '^lsq-predict: cut\.models: truncated after [0-9]+ bytes, inside a map$'
    done
    lsq-predict models3 rows >/dev/null
    lsq-fit -q --by-name --allow-duplicates parts3 parts3 >/dev/null
}

@test "lsq-fit: what --by-name cannot go by is refused" {
    local try="; try 'lsq-fit --help'" option
    oracle by_name what_by_name_cannot_go
    refuses 2 "lsq-fit: --others without --by-name, which it is for$try" lsq-fit -g2 --others two
    for option in --loo --left-out=file --ridge=auto; do
        refuses 2 "lsq-fit: --by-name with ${option%=file}, expected one of them$try" lsq-fit -g2 --by-name $option two
    done
    for option in --ridge=1 --ridge=1% --loo --dense --rcond=0; do
        refuses 2 "lsq-fit: --partial with ${option%=*}, expected one of them$try" lsq-fit -g2 --by-name --partial $option two
    done
    refuses 2 "lsq-fit: option --by-name takes no argument$try" lsq-fit -g2 --by-name=a two
    refuses 2 "lsq-fit: option --others takes no argument$try" lsq-fit -g2 --by-name --others=a two
    refuses 2 "lsq-fit: no given columns, expected -g GIVEN$try" lsq-fit --by-name two
    refuses 1 'lsq-fit: unnamed: row 0 without a name, expected one for --by-name' lsq-fit -g2 --by-name unnamed
    refuses 1 'lsq-fit: late: row 16 without a name, expected one for --by-name' lsq-fit -g2 --by-name late
    refuses 1 'lsq-fit: p: a partial fit without "name", expected one for --by-name (lsq-fit --by-name --partial writes it)' lsq-fit --by-name p
    refuses 1 'lsq-fit: number: a partial fit whose "name" is no text, expected a name' lsq-fit --by-name number
    refuses 1 'lsq-fit: empty: a partial fit whose "name" is empty, expected a name' lsq-fit --by-name q empty
    refuses 1 'lsq-fit: named: rows of one name, expected at least 2: --others needs others' lsq-fit -g2 --by-name --others named
    refuses 1 'lsq-fit: q: rows of one name, expected at least 2: --others needs others' lsq-fit --by-name --others --allow-duplicates q q
    refuses 1 'lsq-fit: named: -g 3 is 3 of 3 columns, expected at least 1 given and 1 target' lsq-fit -g3 --by-name named
    refuses 1 'lsq-fit: wide: row 12 of 6 columns, expected 3 as in the rows before (pad-chop makes them one length)' lsq-fit -g2 --by-name named wide
    refuses 1 'lsq-fit: fast: at byte 0: rate 16000, expected 8000 as in the rows before' lsq-fit -g2 --by-name named fast
    refuses 1 'lsq-fit: hole: row 9 (a@9), column 1: nan, expected a finite number' lsq-fit -g2 --by-name hole
    refuses 1 'lsq-fit: r: b: 2 given columns and 4 targets, expected 2 and 1 as for the others' lsq-fit --by-name q r
    refuses 1 'lsq-fit: r: b: 2 given columns and 4 targets, expected 2 and 1 as for the others' lsq-fit --by-name --others q r
    refuses 1 'lsq-fit: s: a partial fit of 4 given columns and 2 targets, expected 2 and 4' lsq-fit --by-name r s
    refuses 1 'lsq-fit: q: a partial fit with intercept, expected one without intercept' lsq-fit --by-name --no-intercept q
    run -1 --separate-stderr bash -c 'lsq-fit -g2 --by-name two >/dev/full'
    assert_equal "$stderr" 'lsq-fit: stdout: write failed: No space left on device'
}

@test "lsq-fit: --ridge=N% is that per cent of the mean square of the singular values, of one fit as well" {
    oracle by_name ridge_n_per_cent_mean
    local bad
    for bad in 0% % -1% 1%% %1 '1 %' nan% inf% 1e400% 1e-400% 5e-324% 0 -1 x '' auto%; do
        refuses 2 "lsq-fit: --ridge: '$bad', expected auto, or a number above 0, or a percentage; try 'lsq-fit --help'" lsq-fit -g1 "--ridge=$bad"
    done
}
