"""Called by tests/both-ways.bats: oracle both_ways FUNCTION ARGUMENT..."""

import subprocess

import numpy as np

from common import main, read, write


# stack() is what --both-ways counts, row by row; answer() the least-squares solution of it by NumPy.
rng = np.random.default_rng(14)
normal = lambda *shape: rng.standard_normal(shape)
walk = lambda n, w: np.lib.stride_tricks.sliding_window_view(np.cumsum(normal(n + w - 1)), w)


def stack(rows):
    return np.vstack([rows, rows[:, ::-1]]).astype(float)


def run(source, *options):
    """The models; source: a file, or rows."""
    if not isinstance(source, str):
        write("rows", {"mat": 1, "x": source})
        source = "rows"
    subprocess.run(["lsq-fit", "--both-ways", "-o", "models", *options, source], check=True)
    return read("models")


def fit(source, given, *options):
    model, = run(source, "-q", "-g", str(given), *options)
    return model


def coef(model):
    return model["coef"] if "coef" in model else model["basis"] @ model["loadings"]


def close(a, b, tolerance, scale=None):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape, (a.shape, b.shape)
    off = np.abs(a - b).max(initial=0)
    assert off <= tolerance * (scale or np.abs(b).max(initial=1e-300)), (off, a, b)


def answer(rows, given, intercept=True, ridge=0):
    """Coefficients, intercepts, rank and squares left over."""
    x, y = np.split(stack(rows), [given], axis=1)
    at, to = (x.mean(axis=0), y.mean(axis=0)) if intercept else (np.zeros(x.shape[1]), np.zeros(y.shape[1]))
    a, b = x - at, y - to
    if ridge:
        a, b = np.vstack([a, np.sqrt(ridge) * np.eye(given)]), np.vstack([b, np.zeros_like(b[:given])])
    norm = np.linalg.norm(a, axis=0)
    norm[norm <= 1e-9 * np.abs(x).max()] = np.inf
    # Rank by unit columns, least norm in those that there are.
    rank = np.linalg.matrix_rank(a / norm, tol=1e-10)
    c = np.linalg.lstsq(a / norm, b, rcond=1e-10)[0] / norm[:, None] if rank == given else np.linalg.lstsq(a, b, rcond=1e-10)[0]
    left = (y - to) - (x - at) @ c
    return c, to - at @ c, rank, (left ** 2).sum(axis=0)


def check(rows, given, *options, tolerance=1e-10, source=None, ridge=0, weight=1):
    rows = np.asarray(rows)
    c, offset, rank, rss = answer(rows, given, "--no-intercept" not in options, ridge)
    model = fit(rows if source is None else source, given, *options)
    assert (model["rank"], model["rows"], model["k"]) == (rank, 2 * len(rows), given), (model["rank"], rank, model["rows"])
    close(coef(model), c, tolerance)
    close(model["intercept"], offset, tolerance, np.abs(rows[:, given:]).max())
    close(model["rss"], weight * rss, tolerance, weight * (rows[:, given:].astype(float) ** 2).sum())
    assert list(model["range"]) == [rows.min(), rows.max()]


def shapes():
    """Odd and even widths, few targets and many, from one row to many chunks."""
    for w, given in (2, 1), (3, 1), (3, 2), (4, 3), (9, 8), (10, 5), (40, 30), (41, 1), (61, 60):
        for n in 1, 2, w, 700, 60000 // w:
            for options in [], ["--no-intercept"]:
                if n > 2 * w or 2 * n < given:
                    check(normal(n, w) + 3, given, *options)
    check(normal(140000, 4) - 1, 3)


def ways():
    """White rows, those of a walk (ill-conditioned), of a polynomial (worse), and rows unlike those before."""
    for threads in "1", "2":
        for options in ["--threads=" + threads], ["--threads=" + threads, "--no-intercept"]:
            check(normal(9000, 61), 60, *options)
            check(walk(9000, 61), 60, *options, tolerance=1e-8)
            unlike = normal(9000, 61)
            unlike[8000:] *= 1e6
            check(unlike, 60, *options, tolerance=1e-9)
    base = np.linalg.qr(normal(61, 61))[0]
    check(normal(9000, 61) * np.geomspace(1, 1e-10, 61) @ base, 60, "--no-intercept", tolerance=1e-3)
    check(normal(2000, 521), 520, tolerance=1e-9)
    check(walk(2000, 522), 521, "--no-intercept", tolerance=1e-7)


def values():
    """Integers, offsets, means that wander off, constants, columns that are their own mirror, deficient rank."""
    n = 12000
    check(rng.integers(-9, 9, (n, 31)).astype("<i2"), 30)
    check((rng.integers(-9, 9, (n, 31)) + 30000).astype("<i2"), 30)
    check(normal(n, 31) + 1e6, 30, tolerance=1e-8)
    check(normal(n, 31) + 7 * np.arange(31) ** 2, 30)
    check(normal(n, 31) + np.linspace(0, 3e4, n)[:, None] // 100 * 100, 30, tolerance=1e-8)
    check(np.concatenate([normal(9000, 31), normal(n, 31) + 1e5]), 30, tolerance=1e-7)
    for options in [], ["--no-intercept"]:
        twin = normal(n, 31)
        twin[:, 7] = twin[:, 3]
        check(twin, 30, *options)
        # As x is beside its own reverse, so are its columns.
        check(np.hstack([normal(n, 15)] * 2 + [normal(n, 1)]), 30, *options)
        even = normal(n, 16)
        check(np.hstack([even, even[:, 14::-1]]), 30, *options, tolerance=1e-9)
        flat = normal(n, 31)
        flat[:, [4, 15, 26]] = 5, 7, 5
        check(flat, 30, *options)
        check(np.full((n, 31), 3.0), 30, *options)
        check(np.zeros((n, 31)), 30, *options)
    thirds = normal(n, 31)
    thirds[:, [10, 20]] = 1 / 3
    check(thirds, 30)
    # What differs by a constant both ways is the same, but for rounding.
    for kind in "<f8", "<f4":
        shifted = normal(n, 31)
        shifted[:, [7, 23]] = shifted[:, [3, 27]] + 10000.1
        assert fit(shifted.astype(kind), 30)["rank"] == 28
    check(normal(n, 31).astype("<f4") + np.float32(500.1), 30, tolerance=1e-7)


def options():
    rows = walk(12000, 31)
    x_, y = np.split(stack(rows), [30], axis=1)
    for ridge, penalty in ("2.5", 2.5), ("10%", 0.1 * ((x_ - x_.mean(axis=0)) ** 2).sum() / 30):
        model = fit(rows, 30, "--ridge=" + ridge)
        c, offset, _, _ = answer(rows, 30, True, penalty)
        close(coef(model), c, 1e-9)
        close(model["intercept"], offset, 1e-9, np.abs(rows).max())
        close(model["ridge"], penalty, 1e-12)
    check(rows, 30, "-w", "3", weight=3, tolerance=1e-8)
    weighted = fit(rows, 30, "-w", "3", "--ridge=2.5")
    close(coef(weighted), answer(rows, 30, True, 2.5 / 3)[0], 1e-9)
    s = np.linalg.svd(x_ - x_.mean(axis=0), compute_uv=False)
    close(fit(rows, 30)["singular"], s, 1e-10)
    assert fit(rows, 30, f"--rcond={s[20] * 1.01 / s[0]}")["rank"] == 20


def blocks():
    """Blocks, types, files and lists of rows are one matrix."""
    rows = rng.integers(-1000, 1000, (9001, 41)).astype("<i2")
    write("ends", *({"mat": 1, "x": rows[i:i + 77], "last": i + 77 >= len(rows)} for i in range(0, len(rows), 77)))
    write("a", {"mat": 1, "x": rows[:4000].astype(">f4")}, {"mat": 1, "x": [row.astype("<i4") for row in rows[4000:]]})
    want, = run(rows, "-g", "40")
    for source in "ends", "a":
        got, = run(source, "-g", "40")
        assert coef(got).tobytes() == coef(want).tobytes()
    check(rows, 40, source="ends")


def partial():
    """Parts merged, in any order, with rows, and with parts that count one way."""
    for n, w in (300, 6), (20000, 41):
        rows = walk(n, w)
        for i, part in enumerate(np.array_split(rows, 3)):
            write("part%d" % i, {"mat": 1, "x": part})
            with open("p%d" % i, "wb") as f:
                subprocess.run(["lsq-fit", "--both-ways", "--partial", "-g", str(w - 1), "part%d" % i], stdout=f, check=True)
        for sources in ("p0", "p1", "p2"), ("p0", "part1", "p2"), ("part0", "p1", "part2"), ("p2", "part1", "part0"):
            with open("all", "wb") as f:
                for source in sources:
                    f.write(open(source, "rb").read())
            check(rows, w - 1, source="all", tolerance=1e-8)
        subprocess.run("lsq-fit --partial -g %d part0 >once && cat once part1 p2 >mixed" % (w - 1), shell=True, check=True)
        model = fit("mixed", w - 1)
        x_, y = np.split(np.vstack([rows[:-(-n // 3)], stack(rows[-(-n // 3):])]), [w - 1], axis=1)
        c = np.linalg.lstsq(x_ - x_.mean(axis=0), y - y.mean(axis=0), rcond=None)[0]
        assert model["rows"] == len(x_)
        close(coef(model), c, 1e-8)


def by_name():
    rows = walk(9000, 41)
    labels = np.repeat(["a@1", "b@2", "c@3"], 3000)
    write("named", {"mat": 1, "x": rows, "names": list(labels)})
    for extra in [], ["--others"]:
        models = run("named", "-q", "-g", "40", "--by-name", *extra)
        assert [m["name"] for m in models] == ["a", "b", "c"]
        for m, label in zip(models, ["a@1", "b@2", "c@3"]):
            close(coef(m), answer(rows[(labels == label) != bool(extra)], 40)[0], 1e-8)


def large_values():
    """What overflows when added up is said."""
    for n, why in (3, "values so large, or given columns so small, that the solution overflows, expected them scaled"), \
            (20000, "the singular value decomposition did not converge, expected better scaled data"):
        write("huge", {"mat": 1, "x": np.full((n, 31), 1.7e308) * rng.choice([-1, 1], (n, 31))})
        done = subprocess.run(["lsq-fit", "--both-ways", "-g", "30", "huge"], capture_output=True)
        assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", "lsq-fit: huge: %s\n" % why), done


if __name__ == "__main__":
    main(globals())
