"""Called by tests/fill.bats: oracle fill FUNCTION. Columns filled in are those of numpy.linalg.lstsq on the explicit matrix of all
windows of a row."""

import subprocess

import numpy as np

from common import main, names, read, write, x

rng = np.random.default_rng(14)


def run(*command, into="out"):
    with open(into, "wb") as out:
        subprocess.run(command, stdout=out, check=True)
    return read(into)


def model(p):
    """Coefficients of a recursion that fades."""
    poles = rng.uniform(0.85, 0.97, p // 2) * np.exp(1j * rng.uniform(0, 3, p // 2))
    return -np.poly(np.concatenate([poles, poles.conj(), [0.5] * (p % 2)])).real[:0:-1]


def dense(coef, intercept=0.0, **more):
    return {"lsq": 1, "k": len(coef), "coef": coef[:, None], "intercept": np.array([intercept]), **more}


def least(row, columns, coef, intercept):
    """The row with these columns filled in, and how far rounding may take normal equations from that."""
    p, known = len(coef), np.setdiff1d(np.arange(len(row)), columns)
    windows = np.zeros((len(row) - p, len(row)))
    for s, w in enumerate(windows):
        w[s : s + p + 1] = np.append(-coef, 1)
    filled = row.astype(float)
    filled[columns], _, _, singular = np.linalg.lstsq(windows[:, columns], intercept - windows[:, known] @ filled[known], rcond=None)
    tolerance = 1e-14 * (singular[0] / singular[-1]) ** 2
    assert tolerance < 1e-5, tolerance
    return filled, max(tolerance, 1e-12) * np.abs(filled).max()


def place(text, cols):
    if text.isdigit():
        return int(text)
    percent, offset = text.split("%")
    return min(max(int(int(percent) / 100 * cols) + int(offset or 0), 0), cols)


def columns_of(spans, cols):
    ends = [span.split(":") for span in spans.split(",")]
    return np.unique(np.concatenate([np.arange(place(a or "0", cols), place(b or "100%", cols)) for a, b in ends]))


def check(got, row, columns, coef, intercept):
    known = np.setdiff1d(np.arange(len(row)), columns)
    want, tolerance = least(row, columns, coef, intercept)
    assert np.array_equal(got[known], row[known]), "known columns"
    assert np.abs(got - want).max() <= tolerance, (np.abs(got - want).max(), tolerance)


def gaps():
    """One and several, in any order, inside and at the edges, longer than the context, of rows of any length and type."""
    for p, sizes, spans in (
        (1, (9, 12), "3:5"), (4, (30, 41, 25), "10:18,20:22"), (4, (30, 25), "21:23,8:10,9:12"), (8, (60, 90), "50%-20:50%+20"),
        (5, (40, 70), "100%-9:"), (3, (20,), ":4"), (3, (20,), ":2,9:10,15:"), (6, (7,), "3:4"), (6, (7, 8), "6:7"), (5, (12, 11), "1:2,3:4,5:6,7:8"),
        (12, (50,), "12:36"), (20, (50, 30), "50%:50%+8"),
    ):
        for type in ("<f8", "<f4", ">i2", "<i4", "|i1", "|b1") if p == 4 else ("<f8",):
            rows = [(rng.normal(size=size) * 50).astype(type) for size in sizes]
            coef, intercept = model(p), float(rng.normal())
            write("model", dense(coef, intercept))
            for ragged in (True, False) if len(set(sizes)) == 1 else (True,):
                write("in", {"mat": 1, "x": rows if ragged else np.array(rows)})
                got = [row for m in run("lsq-predict", "--fill=" + spans, "model", "in") for row in m["x"]]
                assert len(got) == len(rows) and all(g.dtype.str == "<f8" for g in got)
                for g, row in zip(got, rows):
                    check(g, row, columns_of(spans, len(row)), coef, intercept)


def what_stays():
    """Names, rate, col0, names of columns, attributes and blocks; and a gap may hold anything."""
    coef = model(3)
    write("model", dense(coef, 2.0, rate=8000, col0=5))
    rows = rng.normal(size=(3, 10))
    bad = rows.copy()
    bad[:, 4:6] = np.nan, np.inf
    about = {"names": list("abc"), "columns": ["c%d" % j for j in range(10)], "note": {"deep": [1]}, "col0": 70}
    for block in rows, bad:
        write("in", {"mat": 1, "x": block[:2], "last": False, **about, "names": ["a", "b"]},
              {"mat": 1, "x": [block[2], block[1, :7]], **about, "names": ["c", "d"], "rate": 8000})
        m = run("lsq-predict", "--fill=4:6", "model", "in")
        assert names(m) == list("abcd") and [b.get("last") for b in m] == [False, True]
        assert all({k: v for k, v in b.items() if k not in ("x", "names", "last")} == {**{k: v for k, v in about.items() if k != "names"}, "mat": 1, "rate": 8000} for b in m), m
        for got, row in zip([r for b in m for r in b["x"]], [*rows, rows[1, :7]]):
            check(got, row, [4, 5], coef, 2.0)


def models_of_all_kinds():
    """Fits of lsq-fit, thin and dense, with an intercept and without, and one for each name."""
    t = np.arange(400)
    clips = [np.sin(t * w) * 1000 + rng.normal(size=400) * 3 + 40 for w in (0.1, 0.23)]
    write("in", {"mat": 1, "x": np.array(clips), "names": ["a", "b"], "rate": 8000})
    for options in ([], ["--dense"], ["--no-intercept"], ["--ridge=1%"]):
        run("pad-chop", "-f", "21", "-c", ":100", "in", into="frames")
        run("lsq-fit", "-q", "-g", "20", *options, "frames", into="model")
        m, = read("model")
        for g, row in zip(x(run("lsq-predict", "--fill=190:215", "model", "in")), clips):
            check(g, row, np.arange(190, 215), m["coef"][:, 0], m["intercept"][0])
            assert np.abs(g - row).max() < 150
    # A thin one, whose coefficients are basis · loadings.
    coef, turn = model(7), rng.normal(size=(2, 2))
    write("thin", {"lsq": 1, "k": 7, "basis": np.stack([coef, rng.normal(size=7)], 1) @ turn, "loadings": np.linalg.inv(turn)[:, :1],
                   "intercept": np.array([3.0])})
    for g, row in zip(x(run("lsq-predict", "--fill=190:215", "thin", "in")), clips):
        check(g, row, np.arange(190, 215), coef, 3.0)
    # Each row by the model of its name.
    run("pad-chop", "-f", "21", "-c", ":100", "in", into="frames")
    run("lsq-fit", "-q", "-g", "20", "--by-name", "frames", into="models")
    write("mixed", {"mat": 1, "x": np.array(clips)[[1, 0, 1]], "names": ["b", "a@7", "b"]})
    got = x(run("lsq-predict", "--fill=190:215", "models", "mixed"))
    coefs = {m["name"]: (m["coef"][:, 0], m["intercept"][0]) for m in read("models")}
    for g, row, name in zip(got, np.array(clips)[[1, 0, 1]], "bab"):
        check(g, row, np.arange(190, 215), *coefs[name])


def ends():
    """At the end of a row it is what --extend predicts."""
    coef = model(6)
    write("model", dense(coef, 1.5))
    rows = rng.normal(size=(2, 30))
    write("in", {"mat": 1, "x": rows})
    filled = x(run("lsq-predict", "--fill=100%-8:", "model", "in"))
    run("pad-chop", "-c", ":22", "in", into="known")
    extended = x(run("lsq-predict", "-a", "-e", "8", "model", "known"))
    assert np.abs(filled - extended).max() <= 1e-12 * np.abs(extended).max()


def windows_of_frames():
    """The sum of squares that is least is that of lsq-predict's own errors on all frames."""
    coef = model(5)
    write("model", dense(coef, 0.7))
    row = rng.normal(size=40) * 100
    write("in", {"mat": 1, "x": row[None]})
    filled = x(run("lsq-predict", "--fill=12:17,30:33", "model", "in"))[0]

    def squares(values):
        write("try", {"mat": 1, "x": values[None]})
        run("pad-chop", "-f", "6", "try", into="frames")
        return ((x(read("frames"))[:, 5] - x(run("lsq-predict", "model", "frames"))[:, 0]) ** 2).sum()

    least_squares = squares(filled)
    for j in (12, 14, 16, 30, 32):
        for step in -1e-3, 1e-3:
            other = filled.copy()
            other[j] += step * np.abs(row).max()
            assert squares(other) > least_squares, j


if __name__ == "__main__":
    main(globals())
