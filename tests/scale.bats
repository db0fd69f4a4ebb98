# lsq-fit on rows without bound: reduced as they come, in parts, with penalties and
# leave-one-out errors.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# Python with data and models at hand; the reference is the fit of the whole matrix.
with_models='
import subprocess
rng = np.random.default_rng(11)
def data(n, p, t, noise=1.0):
    x = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-2, 3, p) + rng.normal(size=p) * 3
    return x, x @ rng.normal(size=(p, t)) + noise * rng.normal(size=(n, t)) + 5
def stream(x, y, rows):
    a = np.hstack([x, y])
    return b"".join(msgpack.packb({"mat": 1, "x": a[i:i + rows], "last": i + rows >= len(a)}, default=msgpack_numpy.encode)
                    for i in range(0, len(a), rows))
def call(*command, data=b""):
    done = subprocess.run(command, input=data, capture_output=True)
    assert done.returncode == 0, done
    return done.stdout, done.stderr.decode()
def model(out):
    m, = msgpack.Unpacker(__import__("io").BytesIO(out), object_hook=msgpack_numpy.decode)
    m["C"] = m["coef"] if "coef" in m else m["basis"] @ m["loadings"]
    return m
def close(a, b, tolerance=1e-9):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape and abs(a - b).max() <= tolerance * abs(b).max(), (a, b)
def check(m, x, y, intercept=True):
    want = LinearRegression(fit_intercept=intercept).fit(x, y)
    close(m["C"], want.coef_.T)
    close(m["rss"], ((y - want.predict(x)) ** 2).sum(0))
    close(m["singular"], want.singular_)
    if intercept:
        # Beside the data: it can be small by chance, a difference of much larger numbers.
        assert abs(m["intercept"] - want.intercept_).max() <= 1e-9 * abs(y).max(), (m["intercept"], want.intercept_)
    assert m["rows"] == len(x) and m["rank"] == want.rank_, m
'

@test "lsq-fit: rows without end give what the whole matrix gives, however cut and with any threads" {
    py "$with_models"'
for n, p, t in (40000, 20, 1), (9000, 60, 3), (6000, 5, 200):
    x, y = data(n, p, t)
    for intercept in True, False:
        options = [] if intercept else ["--no-intercept"]
        for rows, threads in (n, 1), (777, 2), (5000, 3):
            out, err = call("lsq-fit", "-g", str(p), f"--threads={threads}", *options, data=stream(x, y, rows))
            assert err == ""
            check(model(out), x, y, intercept)'
}

@test "lsq-fit: rows of a large block are used as they come, whatever stands around them" {
    py "$with_models"'
x, y = data(20000, 30, 2)
a = np.hstack([x, y])
first = msgpack.packb({"mat": 1, "x": a[:500], "last": False}, default=msgpack_numpy.encode)
def fit(block, array):
    out, err = call("lsq-fit", "-q", "-g", "30", data=first + msgpack.packb(block(array), default=msgpack_numpy.encode))
    return model(out)
rest = a[500:]
names = [f"row {i}" for i in range(len(rest))]
want = fit(lambda array: {"mat": 1, "x": array}, rest)
check(want, x, y)
for block in (
        lambda array: {"x": array, "mat": 1},
        lambda array: {"names": names, "mat": 1, "rate": 8000, "x": array, "last": True},
        lambda array: {"mat": 1, "x": array, "names": names, "note": array[:2], "col0": 0},
        lambda array: {"mat": 1, "note": {"x": array}, "x": array},
        lambda array: {f"k{i}": i for i in range(20)} | {"mat": 1, "x": array} | {f"l{i}": i for i in range(20)},
        lambda array: array):
    got = fit(block, rest)
    assert got["rows"] == 20000
    for key in "coef", "intercept", "rss", "singular", "low", "high":
        if key in want:
            assert np.array_equal(got[key], want[key]), key
# Other numbers of the same values.
whole = np.rint(a * 100)
first = msgpack.packb({"mat": 1, "x": whole[:500], "last": False}, default=msgpack_numpy.encode)
want = fit(lambda array: array, whole[500:])
for kind in ">f8", "<i4", ">i4":
    got = fit(lambda array: array, whole[500:].astype(kind))
    assert np.array_equal(got["coef"], want["coef"]), kind'
}

@test "lsq-fit: what is wrong with a large block is said as of a small one" {
    py "$with_models"'
x, y = data(20000, 30, 2)
a = np.hstack([x, y])
pack = lambda m: msgpack.packb(m, default=msgpack_numpy.encode)
first = pack({"mat": 1, "x": a[:500], "names": ["n"] * 500, "col0": 7, "last": False})
def refused(data):
    done = subprocess.run(["lsq-fit", "-g", "30"], input=data, capture_output=True)
    assert done.returncode == 1 and done.stdout == b"", done
    return done.stderr.decode()
at = f"at byte {len(first)}: "
for row in 0, 7000, 19499:
    for value, text in (np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf"):
        bad = a[500:].copy()
        bad[row, 31] = value
        bad[19499, 5] = np.nan
        column = 12 if row == 19499 else 38
        text = "nan" if row == 19499 else text
        for block in {"mat": 1, "col0": 7, "x": bad}, {"mat": 1, "x": bad, "col0": 7}:
            assert refused(first + pack(block)) == \
                f"lsq-fit: stdin: row {500 + row}, column {column}: {text}, expected a finite number\n"
good = {"mat": 1, "col0": 7, "x": a[500:]}
n = len(pack(good))
for data, message in (
        (pack(good)[:-1], f"truncated after {len(first) + n - 1} bytes, inside a map"),
        (pack(good | {"last": False}), f"truncated after {len(first) + n + 6} bytes: \"last\" is false in the last block, expected more blocks"),
        (pack(good | {"rate": -1}), at + "\"rate\" is no positive number, expected a sample rate in Hz"),
        (pack({"mat": 1, "x": a[500:]}), at + "col0 0, expected 7 as in the rows before"),
        (pack({"x": a[500:], "col0": 7}), at + "a map without \"mat\", expected a matrix block {\"mat\": 1, \"x\": ...}"),
        (pack(good | {"x": a[500:, :-1]}), "row 500 of 31 columns, expected 32 as in the rows before (pad-chop makes them one length)"),
        (pack(good)[:1].replace(b"\x83", b"\x84") + pack(good)[1:] + pack("x") + pack(1),
         at + "a map with the key \"x\" twice, expected it once")):
    assert refused(first + data) == f"lsq-fit: stdin: {message}\n", (refused(first + data), message)'
}

@test "lsq-fit: rows that change on their way are no less well fitted" {
    py "$with_models"'
n, p = 30000, 12
for kind in "growing", "late", "equal", "huge":
    x, y = data(n, p, 2)
    if kind == "growing":
        x *= np.linspace(1, 1000, n)[:, None]
    if kind == "late":
        x[:, 1] *= np.arange(n) > 0.9 * n
        x[:n // 2, 2] = 5
    if kind == "equal":
        x[:, -1], x[:, 2] = x[:, 0] - x[:, 1], 7
    if kind == "huge":
        x[n // 2] *= 1e6
    y = x @ rng.normal(size=(p, 2)) + rng.normal(size=(n, 2))
    out, err = call("lsq-fit", "-g", str(p), "--threads=2", data=stream(x, y, 1000))
    m = model(out)
    if kind == "equal":
        assert err == f"lsq-fit: warning: rank deficient: rank {p - 2} of {n} rows (less 1 for the intercept) and {p} given columns: the solution is that of minimum norm\n"
        centred = x - x.mean(0)
        close(m["C"], np.linalg.pinv(centred, rcond=1e-10) @ (y - y.mean(0)), 1e-8)
    else:
        check(m, x, y)'
}

@test "lsq-fit: partial fits, rows and any mixture of them merge to the fit of all rows" {
    py "$with_models"'
for n, p, t in (9000, 60, 3), (60, 5, 2), (30, 50, 4):
    x, y = data(n, p, t)
    for intercept in True, False:
        options = [] if intercept else ["--no-intercept"]
        cuts = [0, n // 5, n // 2, n]
        rows = [stream(x[a:b], y[a:b], 1000) for a, b in zip(cuts, cuts[1:])]
        parts = [call("lsq-fit", "-g", str(p), "--partial", *options, data=r)[0] for r in rows]
        whole = model(call("lsq-fit", "-q", "-g", str(p), *options, data=b"".join(rows))[0])
        for mixture in (parts, [parts[0], rows[1], parts[2]], [rows[0], parts[1], rows[2]], parts[::-1]):
            for given in ["-g", str(p)], []:
                if not given and mixture[0] is rows[0]:
                    continue
                m = model(call("lsq-fit", "-q", *given, *options, data=b"".join(mixture))[0])
                close(m["C"], whole["C"])
                close(m["singular"], whole["singular"])
                assert m["rows"] == n and m["rank"] == whole["rank"]
                if intercept:
                    close(m["intercept"], whole["intercept"])
                if n > p + 1:
                    close(m["rss"], whole["rss"])
        # A partial of partials.
        again = call("lsq-fit", "--partial", *options, data=parts[0] + parts[1])[0]
        close(model(call("lsq-fit", "-q", *options, data=again + parts[2])[0])["C"], whole["C"])'
}

@test "lsq-fit: partial fits that do not belong together are refused" {
    py 'x = np.arange(60.0).reshape(12, 5) ** 2
write("x", {"mat": 1, "x": x, "rate": 8000})
write("narrow", {"mat": 1, "x": x[:, :4], "rate": 8000})
write("fast", {"mat": 1, "x": x, "rate": 16000})'
    lsq-fit -q --partial -g 2 x >p2
    lsq-fit -q --partial -g 3 x >p3
    lsq-fit -q --partial -g 2 narrow >n2
    lsq-fit -q --partial -g 2 --no-intercept x >o2
    lsq-fit -q --partial -g 2 fast >f2
    refuses 1 'lsq-fit: p3: a partial fit of 3 given columns and 2 targets, expected 2 and 3' lsq-fit p2 p3
    refuses 1 'lsq-fit: p3: a partial fit of 3 given columns and 2 targets, expected 2 and 3' lsq-fit -g 2 p3
    refuses 1 'lsq-fit: n2: a partial fit of 2 given columns and 2 targets, expected 2 and 3' lsq-fit p2 n2
    refuses 1 'lsq-fit: narrow: rows of 4 columns, expected 5 as in the partial fits' lsq-fit p2 narrow
    refuses 1 'lsq-fit: o2: a partial fit without intercept, expected one with intercept' lsq-fit p2 o2
    refuses 1 'lsq-fit: p2: a partial fit with intercept, expected one without intercept' lsq-fit --no-intercept o2 p2
    refuses 1 'lsq-fit: f2: at byte 0: rate 16000, expected 8000 as in the rows before' lsq-fit p2 f2
    refuses 1 'lsq-fit: p2: a partial fit, expected rows: leave-one-out errors need them' lsq-fit -g 2 --loo --allow-duplicates x p2
    refuses 1 'pad-chop: p2: at byte 0: a partial fit of lsq-fit, expected a matrix' pad-chop p2
    refuses 2 "lsq-fit: --partial with --loo, expected one of them; try 'lsq-fit --help'" lsq-fit -g 2 --partial --loo x
    refuses 2 "lsq-fit: --grid without --ridge=auto, which it is for; try 'lsq-fit --help'" lsq-fit -g 2 --grid=1 x
    refuses 2 "lsq-fit: --ridge: '0', expected auto, or a number above 0, or a percentage; try 'lsq-fit --help'" lsq-fit -g 2 --ridge=0 x
    refuses 2 "lsq-fit: --grid: '1,,2', expected numbers above 0, separated by commas; try 'lsq-fit --help'" lsq-fit -g 2 --ridge=auto --grid=1,,2 x
    refuses 2 "lsq-fit: --threads: '257', expected a number from 0 to 256; try 'lsq-fit --help'" lsq-fit -g 2 --threads=257 x
}

@test "lsq-fit: a partial fit in which something is missing or wrong is refused" {
    py 'write("x", {"mat": 1, "x": np.arange(60.0).reshape(12, 5) ** 2})'
    lsq-fit --partial -g 2 x >good
    py '
import subprocess
m, = read("good")
wrong = {"lsq_partial": [2, "1"], "k": [0, -1, "2", 3], "targets": [0, 2, 2**40], "rows": [0, 2, "x"], "fit_intercept": [1, None, False],
         "reduced": [None, np.ones((3, 5)), np.ones((0, 6)), np.full((3, 6), np.nan)], "shift": [np.ones(4), np.full(5, np.inf)], "rss": [np.ones(2), "rss", -np.ones(3)]}
for key, values in wrong.items():
    for value in [..., *values]:
        bad = {k: v for k, v in m.items() if k != key}
        if value is not ...:
            bad[key] = value
        write("bad", bad)
        done = subprocess.run(["lsq-fit", "-q", "bad"], capture_output=True, text=True)
        # Without its key it is no partial fit at all.
        assert done.returncode in (1, 2) and done.stdout == "" and done.stderr.count("\n") == 1 and done.stderr.startswith("lsq-fit: "), (key, value, done)'
}

@test "lsq-fit: --ridge is scikit-learn's Ridge, --ridge=auto its RidgeCV" {
    py "$with_models"'
grid = [0.01, 0.1, 1, 10, 100]
for n, p, t in (40, 6, 2), (20, 50, 3), (5000, 30, 4):
    x, y = data(n, p, t, 3)
    for intercept in True, False:
        options = ["-g", str(p)] + ([] if intercept else ["--no-intercept"])
        for rows in n, 7:
            m = model(call("lsq-fit", "--ridge=2.5", *options, data=stream(x, y, rows))[0])
            want = Ridge(alpha=2.5, fit_intercept=intercept, solver="svd").fit(x, y)
            close(m["C"], want.coef_.T)
            close(m["rss"], ((y - want.predict(x)) ** 2).sum(0))
            assert m["ridge"] == 2.5 and "grid" not in m
            if intercept:
                close(m["intercept"], want.intercept_)
        out, err = call("lsq-fit", "--ridge=auto", "--grid=" + ",".join(map(str, grid)), *options, data=stream(x, y, 1000))
        m = model(out)
        want = RidgeCV(alphas=grid, fit_intercept=intercept, store_cv_values=True).fit(x, y)
        close(m["loo_mse"], want.cv_values_.reshape(-1, len(grid)).mean(0))
        assert m["ridge"] == want.alpha_ and m["grid"].tolist() == grid
        close(m["C"], want.coef_.T, 1e-8)
        assert err.startswith(f"lsq-fit: ridge {want.alpha_:g}, the best of 5: leave-one-out R^2 ") and err.count("\n") == 1, err'
}

@test "lsq-fit: --loo is the error of as many fits as there are rows" {
    py "$with_models"'
def one(x, y, row, intercept):
    xm, ym = (x.mean(0), y.mean(0)) if intercept else (0, 0)
    return ym + (row - xm) @ (np.linalg.pinv(x - xm, rcond=1e-10) @ (y - ym))
for n, p, t, twins in (30, 4, 2, 0), (20, 50, 3, 0), (20, 50, 3, 1), (30, 6, 1, 0):
    x, y = rng.normal(size=(n, p)) * 3 + 2, rng.normal(size=(n, t)) + 10
    if twins:
        x[5] = x[3]
    for intercept in True, False:
        want = np.array([one(np.delete(x, i, 0), np.delete(y, i, 0), x[i], intercept) for i in range(n)])
        out, err = call("lsq-fit", "--loo", "-g", str(p), *([] if intercept else ["--no-intercept"]), data=stream(x, y, 7))
        m = model(out)
        close(m["loo_r2"], r2_score(y, want, multioutput="raw_values"))
        score, error = m["loo_r2"].mean(), ((y - want) ** 2).mean()
        assert err.splitlines()[0] == f"lsq-fit: leave-one-out R^2 {score:.6g}, mean square error {error:.6g}", err
        plain = model(call("lsq-fit", "-q", "-g", str(p), *([] if intercept else ["--no-intercept"]), data=stream(x, y, 7))[0])
        close(m["C"], plain["C"])
        assert call("lsq-fit", "-q", "--left-out=left", "-g", str(p), *([] if intercept else ["--no-intercept"]), data=stream(x, y, 7))[0] == out
        left = read("left")
        assert all(part["col0"] == p for part in left) and [part["last"] for part in left] == [False] * (len(left) - 1) + [True]
        close(np.concatenate([part["x"] for part in left]), want)'
}

@test "lsq-fit: the file of --left-out has an end where the input ends in a block of no rows" {
    py "$with_models"'
x, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 2))
rows = np.hstack([x, y])
write("in", {"mat": 1, "x": rows, "last": False}, {"mat": 1, "x": rows[:0]})
call("lsq-fit", "-q", "-g", "3", "--left-out=left", "in")
left = read("left")
assert [(part["x"].shape, part["last"]) for part in left] == [((12, 2), False), ((0, 2), True)]
close(left[0]["x"], [LinearRegression().fit(np.delete(x, i, 0), np.delete(y, i, 0)).predict(x[i:i + 1])[0] for i in range(12)])'
}

@test "lsq-fit: --left-out with --ridge is what scikit-learn leaves out, and its file is whole or not there" {
    py "$with_models"'
x, y = rng.normal(size=(12, 30)), rng.normal(size=(12, 3))
grid = [0.1, 1, 10, 100]
best = RidgeCV(alphas=grid).fit(x, y).alpha_
for option, alpha in ("--ridge=2.5", 2.5), ("--ridge=auto", best):
    call("lsq-fit", "-q", "-g", "30", option, *(["--grid=0.1,1,10,100"] if option.endswith("auto") else []), "--left-out=left", data=stream(x, y, 5))
    want = [Ridge(alpha=alpha).fit(np.delete(x, i, 0), np.delete(y, i, 0)).predict(x[i:i + 1])[0] for i in range(12)]
    close(np.concatenate([part["x"] for part in read("left")]), want)
write("bad", {"mat": 1, "x": np.array([[1.0, 2.0], [3.0, np.nan]])})
write("good", {"mat": 1, "x": np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]])})'
    rm left
    refuses 1 'lsq-fit: bad: row 1, column 1: nan, expected a finite number' lsq-fit -g 1 --left-out=left bad
    [ ! -e left ]
    refuses 2 "lsq-fit: --left-out: '', expected a file; try 'lsq-fit --help'" lsq-fit -g 1 --left-out= good
    refuses 2 "lsq-fit: --left-out: '-', expected a file: standard output has the rest; try 'lsq-fit --help'" \
        lsq-fit -g 1 --left-out=- good
    run -1 --separate-stderr bash -c 'lsq-fit -g 1 --left-out=same good >same'
    # shellcheck disable=SC2154
    assert_equal "$stderr" 'lsq-fit: same: both outputs go there, expected two files'
}

@test "lsq-fit: rows without which a direction is missing are left out as if they had never been there" {
    py "$with_models"'
def left_out(x, y, *options):
    """What one fit a row predicts, and what --left-out does."""
    rows = stream(x, y, 7)
    want = []
    for i in range(len(x)):
        others = stream(np.delete(x, i, 0), np.delete(y, i, 0), 7)
        m = model(call("lsq-fit", "-q", "-g", str(x.shape[1]), *options, data=others)[0])
        want.append(x[i] @ m["C"] + m["intercept"])
    m, err = call("lsq-fit", "-g", str(x.shape[1]), "--left-out=left", *options, data=rows)
    got = np.concatenate([part["x"] for part in read("left")])
    close(got, want, 1e-8)
    close(model(m)["loo_r2"], 1 - ((y - want) ** 2).sum(0) / ((y - y.mean(0)) ** 2).sum(0), 1e-7)
    return np.array(want), err
def pseudo(x, y, intercept=True):
    want = []
    for i in range(len(x)):
        a, b = np.delete(x, i, 0), np.delete(y, i, 0)
        am, bm = (a.mean(0), b.mean(0)) if intercept else (0, 0)
        want.append(bm + (x[i] - am) @ (np.linalg.pinv(a - am, rcond=1e-10) @ (b - bm)))
    return np.array(want)
units = lambda p: 10.0 ** rng.integers(-2, 3, p)
remark = "lsq-fit: warning: leave-one-out: {} rows are each needed to determine some coefficient; leaving one out gives the minimum-norm solution\n"
single = "lsq-fit: warning: leave-one-out: 1 row is needed to determine some coefficient; leaving it out gives the minimum-norm solution\n"
# As many directions as rows: every row but the twins, or one that alone has something of its own.
for n, p, options in (6, 5, []), (10, 9, []), (33, 33, ["--no-intercept"]), (3, 2, []):
    x, y = rng.normal(size=(n, p)) * units(p), rng.normal(size=(n, 2)) + 7
    want, err = left_out(x, y, *options)
    close(want, pseudo(x, y, not options), 1e-8)
    assert err.endswith(remark.format(n)), err
for n, p, options in (20, 18, []), (6, 4, []), (6, 5, ["--no-intercept"]):
    x, y = rng.normal(size=(n, p)) * units(p), rng.normal(size=(n, 3)) + 7
    x[1] = x[0]
    want, err = left_out(x, y, *options)
    close(want, pseudo(x, y, not options), 1e-8)
    assert err.endswith(remark.format(n - 2)), err
for options in [], ["--no-intercept"]:
    x = rng.normal(size=(30, 3)) @ rng.normal(size=(3, 4))
    x[7] += rng.normal(size=4)
    x[:, 1] *= 100
    y = rng.normal(size=(30, 2)) + 7
    want, err = left_out(x, y, *options)
    close(want, pseudo(x, y, not options), 1e-8)
    assert err.endswith(single), err
# A row far from the others, which they determine all the same.
for far in 1e3, 1e5, 1e7, 1e9:
    x = rng.normal(size=(30, 1))
    x[4] = far
    y = 2 * x + 1 + 0.1 * rng.normal(size=(30, 1))
    want, err = left_out(x, y)
    close(want[4], LinearRegression().fit(np.delete(x, 4, 0), np.delete(y, 4, 0)).predict(x[4:5])[0], 1e-9)
    assert err.count("\n") == 1, err'
}

@test "lsq-fit: rows far from the others are left out to the last digits, under a penalty, of few rows and of many such" {
    py "$with_models"'
def others(x, y, i, *options):
    m = model(call("lsq-fit", "-q", "-g", str(x.shape[1]), *options, data=stream(np.delete(x, i, 0), np.delete(y, i, 0), 50))[0])
    return x[i] @ m["C"] + m["intercept"]
def left_out(x, y, *options):
    m = model(call("lsq-fit", "-q", "-g", str(x.shape[1]), "--left-out=left", *options, data=stream(x, y, 50))[0])
    return m, np.concatenate([part["x"] for part in read("left")])
for far in 1e3, 1e5, 1e6, 1e8:
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    x[4] *= far
    for alpha in 1e-3, 10.0, 1e6:
        got = left_out(x, y, f"--ridge={alpha}")[1]
        for i in 4, 5:
            close(got[i], Ridge(alpha=alpha, solver="svd").fit(np.delete(x, i, 0), np.delete(y, i, 0)).predict(x[i:i + 1])[0], 1e-7)
            close(got[i], others(x, y, i, f"--ridge={alpha}"), 1e-9 if i == 4 else 1e-7)
    # The penalty that is chosen, and the errors of the others.
    grid = [1e-3, 1.0, 1e3, 1e9]
    m = left_out(x, y, "--ridge=auto", "--grid=0.001,1,1000,1e9")[0]
    want = [np.mean([(Ridge(alpha=a, solver="svd").fit(np.delete(x, i, 0), np.delete(y, i, 0)).predict(x[i:i + 1])[0] - y[i]) ** 2 for i in range(20)]) for a in grid]
    assert m["ridge"] == grid[int(np.argmin(want))]
    assert (abs(m["loo_mse"] / want - 1) < 1e-6).all(), (m["loo_mse"], want)
    # Fewer rows than columns, and of less rank than rows.
    wide = rng.normal(size=(30, 3)) @ rng.normal(size=(3, 50))
    wide[0] *= far
    target = wide[:, :1] + rng.normal(size=(30, 1))
    close(left_out(wide, target)[1][0], others(wide, target, 0), 1e-9)
    full = rng.normal(size=(12, 40))
    full[3] *= far
    target = rng.normal(size=(12, 1))
    close(left_out(full, target)[1][3], others(full, target, 3), 1e-9)
# A hundred rows that alone have a column, of unlike units, and then one that is far.
x, y = rng.normal(size=(300, 110)), rng.normal(size=(300, 1))
x[:, :100] = np.diag(10.0 ** (np.arange(300) % 7 - 3))[:, :100]
x[290, 109] = 1e7
got = left_out(x, y)[1]
for i in 0, 62, 97, 290, 291:
    close(got[i], others(x, y, i), 1e-9)'
}

@test "lsq-fit: targets whose squares vanish have no leave-one-out errors to compare" {
    py 'x = np.array([[1, 3], [2, 1], [3, 4], [5, 1], [8, 5.0]])
for name, scale in ("tiny", 1e-170), ("small", 1e-130), ("one", 1):
    write(name, {"mat": 1, "x": x * [1, scale]})'
    local option why='targets so close together that their squares vanish, expected them further apart: leave-one-out errors are compared by their squares'
    for option in --loo --ridge=auto '--ridge=auto --grid=1e3,1'; do
        # shellcheck disable=SC2086
        refuses 1 "lsq-fit: tiny: $why" lsq-fit -g 1 $option tiny
        # shellcheck disable=SC2086
        lsq-fit -q -g 1 $option small >a
        # shellcheck disable=SC2086
        lsq-fit -q -g 1 $option one >b
        py 'a, b = read("a")[0], read("b")[0]
assert abs(a["loo_r2"] - b["loo_r2"]).max() < 1e-12 and a.get("ridge") == b.get("ridge")'
    done
}

@test "lsq-fit: what overflows only under a penalty, in a partial fit or left out is refused; what does not is right" {
    py "$with_models"'
x, y = rng.normal(size=(50, 2)), rng.normal(size=(50, 1))
for name, scale in ("big", 1e160), ("tiny", 1e-320):
    write(name, {"mat": 1, "x": np.hstack([x * scale, y])})
write("tall", {"mat": 1, "x": np.hstack([np.tile(x, (100, 1)), np.tile(y, (100, 1)) * 1e305])})
# lambda / (1e160)^2 is nothing.
want = LinearRegression().fit(x, y)
close(model(call("lsq-fit", "-g", "2", "--ridge=1", "big")[0])["C"] * 1e160, want.coef_.T)
# Columns whose lengths differ by more than doubles hold: said, since a penalty is judged beside their lengths.
out, err = call("lsq-fit", "-g", "2", "--ridge=1e-25", data=stream(x * [1e7, 1e-7], y, 50))
assert model(out)["rank"] == 1
assert err == "lsq-fit: warning: rank 1, but 2 with columns of unit norm: lengths of columns so different that singular values are treated as zero, expected scaled columns\n", err
# Of few rows too.
few = np.array([[1e15, 1, 2], [3e15, 4, -1], [2e15, -2, 5]]), np.array([[1.0], [2], [4]])
out, err = call("lsq-fit", "-g3", "--ridge=1", data=stream(*few, 3))
assert err == "lsq-fit: warning: rank 1, but 2 with columns of unit norm: lengths of columns so different that singular values are treated as zero, expected scaled columns\n", err'
    local why='values so large, or given columns so small, that the solution overflows, expected them scaled' option
    for option in --ridge=1 --ridge=1% --ridge=auto --loo --partial; do
        refuses 1 "lsq-fit: tall: $why" lsq-fit -g 2 "$option" tall
    done
    for option in --ridge=1 --ridge=1% --ridge=auto --loo; do
        refuses 1 "lsq-fit: tiny: $why" lsq-fit -g 2 "$option" tiny
    done
    for option in --ridge=1% --ridge=auto; do
        refuses 1 "lsq-fit: big: $why" lsq-fit -g 2 "$option" big
    done
}

@test "lsq-fit: many rows of tiny or huge columns keep the digits that few have" {
    py "$with_models"'
x, y = rng.normal(size=(60000, 5)) * 3 + 2, None
y = x @ rng.normal(size=(5, 1)) + rng.normal(size=(60000, 1)) + 5
want = LinearRegression().fit(x, y).coef_.T
for scale in 1e-170, 1e-161, 1e-158, 1e-120, 1e120, 1e160:
    for options in [], ["--threads=2"], ["--no-intercept"]:
        m = model(call("lsq-fit", "-g", "5", *options, data=stream(x * scale, y, 5000))[0])
        expected = LinearRegression(fit_intercept=False).fit(x, y).coef_.T if "--no-intercept" in options else want
        close(m["C"] * scale, expected)
for unit in 1e-160, 1e-150, 1e150:
    close(model(call("lsq-fit", "-g", "5", data=stream(x[:50] * unit, y[:50] * unit, 50))[0])["C"],
          LinearRegression().fit(x[:50], y[:50]).coef_.T)'
}

@test "lsq-fit: few wide rows take little memory, whatever is asked of them" {
    # A sanitizer takes terabytes of addresses for itself.
    if grep -q __asan_init "$BIN/lsq-fit"; then
        return
    fi
    py 'write("wide", {"mat": 1, "x": np.random.default_rng(1).normal(size=(40, 16000)).astype("f4")})'
    local option
    for option in --ridge=1% --ridge=auto --loo --partial; do
        run -0 bash -c "ulimit -v 700000; lsq-fit -q -g 4000 --threads=1 $option wide 2>&1 >out"
        assert_output ''
    done
}

@test "lsq-fit: whatever memory it may have, it fits all or says that there is none, and ends" {
    # A sanitizer has room of its own.
    if grep -q __asan_init "$BIN/lsq-fit"; then
        return
    fi
    # shellcheck disable=SC2016 # for another shell
    py '
import subprocess
rng = np.random.default_rng(1)
write("small", {"mat": 1, "x": rng.normal(size=(6, 4))})
write("long", *({"mat": 1, "x": rng.normal(size=(50000, 6)), "last": i == 6} for i in range(7)))
def run(mib, *command):
    limited = ["bash", "-c", "ulimit -v $0; exec timeout 20 \"$@\"", str(mib << 10) if mib else "unlimited", *command]
    return subprocess.run(limited, capture_output=True)
# With too little the linker of programs itself fails, or the BLAS never comes to an end.
least = next(mib for mib in range(48, 448, 16) if run(mib, "timeout", "2", "lsq-fit", "--version").returncode == 0)
for command in (["small", "-g25%"], ["small", "-g25%", "--left-out=left"], ["small", "-g1", "--ridge=auto"],
                *(["long", "-g5", "--threads=" + n] for n in "128")):
    command = ["lsq-fit", "-q"] + command
    want = run(None, *command)
    assert (want.returncode, want.stderr) == (0, b""), want
    done = set()
    for mib in range(least, 448, 16):
        got = run(mib, *command)
        done.add(got.returncode)
        assert got.returncode in (0, 1), (mib, command, got)
        if got.returncode == 0:
            assert got.stdout == want.stdout and got.stderr == b"", (mib, command)
        else:
            assert got.stdout == b"" and got.stderr.startswith(b"lsq-fit: ") and got.stderr.count(b"\n") == 1, (mib, command, got)
            assert mib < 384, (mib, command, got)
            assert mib < 96 or b"out of memory" in got.stderr or b"memory there is" in got.stderr, (mib, command, got)
    assert done == {0, 1}, (command, done)'
}

@test "lsq-fit: memory does not grow with rows" {
    py '
import resource, subprocess
block = lambda last: msgpack.packb({"mat": 1, "x": np.random.default_rng(1).random((5000, 33)), "last": last}, default=msgpack_numpy.encode)
middle, end = block(False), block(True)
def peak(blocks):
    p = subprocess.Popen(["lsq-fit", "-g", "32"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    for i in range(blocks - 1):
        p.stdin.write(middle)
    p.stdin.write(end)
    p.stdin.close()
    _, status, usage = __import__("os").wait4(p.pid, 0)
    assert status == 0
    return usage.ru_maxrss
few, many = peak(10), peak(200)
assert many < few + 4096, (few, many)'
}

@test "lsq-fit: a model is the same message whether its rows came as they are or as partial fits" {
    py "$with_models"'
x, y = rng.normal(size=(30, 50)), rng.normal(size=(30, 4))
rows = msgpack.packb({"mat": 1, "x": np.hstack([x, y]), "rate": 8000, "note": ["kept"]}, default=msgpack_numpy.encode)
direct = call("lsq-fit", "-q", "-g", "50", data=rows)[0]
part = call("lsq-fit", "-q", "-g", "50", "--partial", data=rows)[0]
merged = call("lsq-fit", "-q", data=part)[0]
assert [key for key in model(merged) if key != "shards"] == list(model(direct)) and model(merged)["note"] == ["kept"]
for command in ["lsq-fit", "-g", "50"], ["pad-chop"]:
    done = subprocess.run(command, input=merged, capture_output=True, text=False)
    assert done.returncode == 1 and b"a model of lsq-fit, expected a matrix" in done.stderr, done'
}

@test "lsq-fit: --loo holds for rows that the fit nearly goes through, and needs two rows" {
    py "$with_models"'
x = rng.normal(size=(20, 1))
y = x + rng.normal(size=(20, 1))
for factor in 1e3, 1e5, 1e6:
    far = x.copy()
    far[5] *= factor
    target = y - x + far
    error = np.array([LinearRegression().fit(np.delete(far, i, 0), np.delete(target, i, 0)).predict(far[i:i + 1])[0] - target[i] for i in range(20)])
    m = model(call("lsq-fit", "-q", "-g", "1", "--loo", data=stream(far, target, 9))[0])
    close(m["loo_r2"], 1 - (error ** 2).sum(0) / ((target - target.mean(0)) ** 2).sum(0), 1e-3)
write("one", {"mat": 1, "x": np.arange(6.0)[None]})'
    refuses 1 'lsq-fit: one: one row, expected at least 2: leave-one-out errors need a row to fit' lsq-fit -g 4 --loo one
    refuses 1 'lsq-fit: one: one row, expected at least 2: leave-one-out errors need a row to fit' \
        lsq-fit -g 4 --ridge=auto --no-intercept one
}

@test "lsq-fit: --left-out of as many rows as coefficients takes columns in units as far apart as they may be" {
    # By hand: the others give a plane, or the shortest slope, through 0 0 -5, 0 0 0 and 0 0 0.
    py "$with_models"'
for order in [0, 1, 2], [1, 0, 2]:
    write("rows", np.array([[0, 0, 0], [0, 2e28, 0], [4e-16, 0, -5]])[:, order])
    call("lsq-fit", "-q", "-g", "2", "--left-out=left", "rows")
    close(read("left")[0]["x"], [[-5], [0], [0]], 1e-14)'
}
