# lsq-fit on the linear regression sets of NIST, whose solutions are certified.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# Prints the correct digits (log relative error, 15 at most) of the worst coefficient, of
# the residual standard deviation and of R² for each set; fails where there are fewer than
# the better of scikit-learn 1.2 and R 4's lm.fit reaches, less one. The last coefficients
# of Filip cannot be had to more than 7.9 digits: its powers are rounded to doubles.
check_digits() {
    NIST=$ROOT/tests/data/nist oracle nist check_digits
}

@test "nist: lsq-fit has the certified digits of all eleven sets" {
    [ "$(find "$ROOT/tests/data/nist" -name '*.txt' | wc -l)" -eq 11 ]
    local status=0
    check_digits >table || status=$?
    sed 's/^/# /' table >&3
    [ "$status" -eq 0 ]
}

@test "nist: the reference BLAS and LAPACK, and more threads, leave them as they are" {
    reference_blas
    OPENBLAS_NUM_THREADS=2 check_digits
    # Python keeps its own.
    mkdir bin
    printf '#!/bin/bash\nLD_LIBRARY_PATH=%q exec %q "$@"\n' "$REFERENCE" "$BIN/lsq-fit" >bin/lsq-fit
    chmod +x bin/lsq-fit
    PATH=$PWD/bin:$PATH check_digits
}

# From text to coefficients and back in one pipe, in the order of the file: y comes first there.
@test "nist: Longley from CSV has the certified digits" {
    NIST=$ROOT/tests/data/nist oracle nist longley_as_csv
    csv-load -c employed,0-4,year longley.csv 2>/dev/null && fail 'took a column that is not there'
    csv-load -c 1-6,0 longley.csv | lsq-fit -g 6 | stream-show --coefficients >got
    NIST=$ROOT/tests/data/nist oracle nist longley_digits
    csv-load -c 1-6,0 longley.csv | lsq-fit -g 6 >model
    run -0 stream-show model
    assert_line '              R^2 0.995479, residual standard error 304.854'
    grep -v '[^0-9 ]' "$ROOT/tests/data/nist/NoInt1.txt" | csv-load -c 1,0 | lsq-fit -g 1 --no-intercept >model
    run -0 stream-show model
    assert_line '              R^2 0.999365, residual standard error 3.56753'
}

# The height and weight of women (R's data set of that name) and Filip, among others.
@test "nist: --left-out is that of exact arithmetic, however nearly the columns depend on each other" {
    NIST=$ROOT/tests/data/nist oracle nist left_out_as_exact_arithmetic
}
