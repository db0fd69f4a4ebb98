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
    NIST=$ROOT/tests/data/nist py '
import math, os, subprocess
from fractions import Fraction
least = {
    "Norris": (11.1, 13.1, 14), "Pontius": (11.6, 12.7, 14), "NoInt1": (13.7, 14, 14), "NoInt2": (14, 14, 14), "Filip": (7, 6.7, 8.9),
    "Longley": (12.6, 12, 13.9), "Wampler1": (8.2, 8.5, 14), "Wampler2": (12.2, 13.6, 14), "Wampler3": (8.4, 14, 14),
    "Wampler4": (8.2, 13.9, 14), "Wampler5": (6.6, 13.8, 12.7),
}
def digits(got, certified):
    error = abs(Fraction(got) - Fraction(certified))
    if error == 0:
        return 15.0
    return max(0.0, min(15.0, -math.log10(error / abs(Fraction(certified)) if Fraction(certified) else error)))
print("{:10} {:>4}  {:>12} {:>9} {:>5}".format("digits of", "rank", "coefficients", "deviation", "R^2"))
short = []
for name in least:
    with open(os.path.join(os.environ["NIST"], name + ".txt")) as f:
        lines = [line.split() for line in f if not line.startswith("#")]
    head = {line[0]: line[1:] for line in lines[:5]}
    data = np.array(lines[5:], float)
    y, x = data[:, 0], data[:, 1:]
    if head["model"][0] == "polynomial":
        x = np.vander(x[:, 0], int(head["model"][-1]) + 1, increasing=True)[:, 1:]
    intercept = head["model"][-2:] != ["without", "intercept"]
    n, p = x.shape
    assert len(head["coefficients"]) == p + intercept and n > p
    write("in", np.column_stack([x, y]))
    done = subprocess.run(["lsq-fit", "-g", str(p), *([] if intercept else ["--no-intercept"]), "in"], capture_output=True)
    assert done.returncode == 0 and done.stderr == b"", (name, done.stderr)
    model = msgpack.unpackb(done.stdout, object_hook=msgpack_numpy.decode)
    assert model["rank"] == p and model["rows"] == n, name
    coefficients = [*([model["intercept"][0]] if intercept else []), *model["coef"][:, 0]]
    rss = Fraction(model["rss"][0])
    mean = sum(map(Fraction, y)) / n if intercept else 0
    total = sum((Fraction(v) - mean) ** 2 for v in y)
    got = (min(map(digits, coefficients, head["coefficients"])), digits(math.sqrt(rss / (n - p - intercept)), head["residual_sd"][0]),
           digits(1 - rss / total, head["r2"][0]))
    print("{:10} {:4}  {:12.1f} {:9.1f} {:5.1f}".format(name, model["rank"], *got))
    if any(a < b for a, b in zip(got, least[name])):
        short.append(f"{name}: {got}, expected at least {least[name]}")
assert not short, "\n".join(short)'
}

@test "nist: lsq-fit has the certified digits of all eleven sets" {
    [ "$(find "$ROOT/tests/data/nist" -name '*.txt' | wc -l)" -eq 11 ]
    local status=0
    check_digits >table || status=$?
    sed 's/^/# /' table >&3
    [ "$status" -eq 0 ]
}

@test "nist: the reference BLAS and LAPACK, and more threads, leave them as they are" {
    local system library
    system=/usr/lib/$(gcc -print-multiarch)
    for library in blas lapack; do
        [ -e "$system/$library/lib$library.so.3" ] || fail "no reference $library in $system/$library, expected package lib${library}3"
    done
    OPENBLAS_NUM_THREADS=2 check_digits
    # Python keeps its own.
    mkdir bin
    printf '#!/bin/bash\nLD_LIBRARY_PATH=%q exec %q "$@"\n' "$system/lapack:$system/blas" "$BIN/lsq-fit" >bin/lsq-fit
    chmod +x bin/lsq-fit
    PATH=$PWD/bin:$PATH check_digits
}
