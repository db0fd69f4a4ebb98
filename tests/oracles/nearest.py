"""Called by tests/nearest.bats: oracle nearest FUNCTION ARGUMENT..."""

import glob
import os
import subprocess
import sys

import numpy as np

from common import main, read, write, x
from local import Settings, regression, stem


# A model is a list of (rows, names, weight).
rng = np.random.default_rng(14)


def table(model):
    rows = np.concatenate([part[0] for part in model]).astype(float)
    owners = np.array([stem(name) for part in model for name in (part[1] or [""] * len(part[0]))])
    return rows, owners, np.concatenate([np.full(len(part[0]), float(part[2])) for part in model])


def predict(s, q, name, model, others=False, own=None, own_nearest=None):
    rows, owners, weights = table(model)
    mine = (owners == stem(name)) & (owners != "")
    sources = [(rows[~mine], weights[~mine], s.nearest)]
    if own is not None:
        rows, owners, weights = table(own)
        mine = (owners == stem(name)) & (owners != "")
    if not others:
        sources.append((rows[mine], weights[mine], own_nearest or s.nearest))
    return regression(s, q, sources)


def fit(path, s, *parts):
    """A model at path of (rows, names, weight), a stream and an lsq-fit each, put one after the other."""
    with open(path, "wb") as out:
        for rows, labels, weight in parts:
            write("rows", {"mat": 1, "x": rows, **({"names": labels} if labels else {})})
            out.write(subprocess.run(["lsq-fit", *s.options(), f"-w{weight!r}", "rows"], check=True, stdout=subprocess.PIPE).stdout)


def predicted(queries, labels, *options):
    write("queries", {"mat": 1, "x": queries, **({"names": labels} if labels else {})})
    with open("predicted", "wb") as out:
        subprocess.run(["lsq-predict", *options, "queries"], check=True, stdout=out)
    found = read("predicted")
    assert [name for m in found for name in m.get("names", [])] == (labels or [])
    return x(found)


def agree(found, expected, scale=None):
    expected = np.array(expected)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 1e-9 * (scale or max(1, np.abs(expected).max())), np.abs(found - expected).max()


def waves(count, columns, kind=np.int16, loud=3000):
    """Rows that look like each other: sums of a few sines and noise."""
    t = np.arange(columns)
    rows = sum(rng.normal(size=(count, 1)) * np.sin(t * f + rng.uniform(0, 6, (count, 1))) for f in (0.3, 0.7, 1.1))
    return (loud * (rows + 0.1 * rng.normal(size=rows.shape))).astype(kind)


def labelled(count, *stems):
    return [f"{stems[i % len(stems)]}@{i}" for i in range(count)]


def brute_force():
    for s in (Settings(), Settings(nearest=1), Settings(nearest=1000), Settings(bandwidth=3.5, gain=0.7, ridge=2.5, relative=False),
              Settings(gain=0.0), Settings(k=1), Settings(nearest=300, ridge=1e-9, k=6)):
        rows, labels = waves(200, s.k + 3), labelled(200, "a", "b", "c")
        queries, asked = waves(30, s.k), labelled(30, "a", "d", "b")
        fit("model", s, (rows, labels, 1.0))
        model = [(rows, labels, 1.0)]
        agree(predicted(queries, asked, "model"), [predict(s, q, n, model) for q, n in zip(queries.astype(float), asked)])
        agree(predicted(queries, asked, "--others", "model"), [predict(s, q, n, model, others=True) for q, n in zip(queries.astype(float), asked)])


def own_rows():
    s, t = Settings(nearest=7), Settings(nearest=3)
    there, here = labelled(90, "a", "b", "c"), sorted(labelled(40, "b", "e", "a"))
    rows, others = waves(90, 6), waves(40, 6, np.int32)
    queries, asked = waves(20, 4).astype(float), labelled(20, "a", "e", "c", "z")
    fit("model", s, (rows, there, 1.0))
    fit("own", t, (others[:15], here[:15], 10.0), (others[15:], here[15:], 0.5))
    own = [(others[:15], here[:15], 10.0), (others[15:], here[15:], 0.5)]
    expected = [predict(s, q, n, [(rows, there, 1.0)], own=own, own_nearest=3) for q, n in zip(queries, asked)]
    agree(predicted(queries, asked, "--own=own", "model"), expected)


def parts():
    for name, more in ("none", {}), ("rate", {"rate": 8000}), ("other", {"rate": 44100}), ("col0", {"col0": 3}):
        write(name, {"mat": 1, "x": np.array([[1.0, 2.0], [3.0, 5.0]]), **more})
    write("both", {"mat": 1, "x": np.array([[1.0, 2.0]]), "last": False}, {"mat": 1, "x": np.array([[3.0, 5.0]]), "rate": 8000})


def weights():
    """Models one after the other, each with its weight."""
    s = Settings(nearest=12, bandwidth=1.0)
    parts = [(waves(n, 6), labelled(n, "a", "b"), w) for n, w in ((30, 1.0), (1, 8.0), (25, 0.25))]
    queries, asked = waves(15, 4).astype(float), labelled(15, "a", "c")
    fit("model", s, *parts)
    assert [m["weight"] for m in read("model")] == [1.0, 8.0, 0.25]
    agree(predicted(queries, asked, "model"), [predict(s, q, n, parts) for q, n in zip(queries, asked)])


def extend():
    """Step by step from the columns so far; the last step is cut short. Each value is held, once it is there, within the largest magnitude."""
    s = Settings(k=6, nearest=8, ridge=0.001, bandwidth=0.5)
    rows, labels = waves(120, 9), labelled(120, "a", "b", "c")
    write("rows", {"mat": 1, "x": rows[:50], "names": labels[:50], "last": False}, {"mat": 1, "x": rows[50:], "names": labels[50:]})
    subprocess.run("lsq-fit %s -o model rows" % " ".join(s.options()), shell=True, check=True)
    queries, asked = np.concatenate([waves(10, 7), waves(10, 7, loud=12000)]), labelled(20, "a", "b")
    peak, model = np.abs(rows.astype(float)).max(), [(rows, labels, 1.0)]
    for clamp in False, True:
        expected = queries.astype(float)
        for step in 3, 3, 2:
            y = np.array([predict(s, q, n, model, others=True) for q, n in zip(expected[:, -6:], asked)])
            expected = np.hstack([expected, np.clip(y, -peak, peak)[:, :step] if clamp else y[:, :step]])
        assert not clamp or (np.abs(expected[:, 7:]) == peak).any()
        options = ["-q", "--others", "--extend=8"] + ["--clamp"] * clamp
        agree(predicted(queries, asked, *options, "model"), expected[:, 7:])
        agree(predicted(queries, asked, *options, "--append", "model"), expected)
        agree(predicted(queries[:1], asked[:1], *options, "model"), expected[:1, 7:])


def blocks():
    """More rows than stand side by side, and blocks of all sizes: the same answers, as far as sums may be in another order."""
    s = Settings(nearest=30, bandwidth=0.3)
    rows, labels = waves(700, 6), labelled(700, "a", "b", "c")
    queries, asked = waves(300, 4), labelled(300, "a", "b", "d")
    fit("model", s, (rows, labels, 1.0))
    fit("parts", s, *((rows[i : i + 37], labels[i : i + 37], 1.0) for i in range(0, 700, 37)))
    at_once = predicted(queries, asked, "--others", "model")
    agree(at_once, [predict(s, q, n, [(rows, labels, 1.0)], others=True) for q, n in zip(queries.astype(float), asked)])
    agree(predicted(queries, asked, "--others", "parts"), at_once)
    agree(np.concatenate([predicted(queries[i : i + 1], asked[i : i + 1], "--others", "model") for i in range(20)]), at_once[:20])


def ties():
    """Of rows equally far, the first ones: here twenty times the same given columns, and a silent row."""
    given = np.tile([[300, -100, 70]], (20, 1))
    for kind in np.int16, np.float64:
        rows = np.hstack([given, np.arange(20)[:, None] * 100]).astype(kind)
        s = Settings(k=3, nearest=4)
        fit("model", s, (rows, None, 1.0))
        agree(predicted(given[:1], None, "model"), [predict(s, given[0].astype(float), "", [(rows[:4], None, 1.0)])])
        fit("model", s, (rows[::-1], None, 1.0))
        agree(predicted(given[:1], None, "model"), [predict(s, given[0].astype(float), "", [(rows[16:], None, 1.0)])])
    # Both five steps away, without a gain.
    rows, s = np.array([[4, -1, 100], [4, 5, 0]]), Settings(k=2, nearest=1, gain=0)
    fit("model", s, (rows, None, 1.0))
    agree(predicted(np.array([[0, 2]]), None, "model"), [predict(s, np.array([0.0, 2.0]), "", [(rows[:1], None, 1.0)])])
    # Wherever they stand in a product, and however its sums are rounded.
    for k, count in (55, 1), (74, 1), (119, 3):
        base = rng.normal(size=(3, k))
        rows = np.hstack([base[np.arange(901) % 3], np.arange(901.0)[:, None]])
        s = Settings(k=k, nearest=4, step=2.0**-5)
        fit("model", s, (rows, None, 1.0))
        queries = base[:count] + 0.1 * rng.normal(size=(count, k))
        agree(predicted(queries, None, "model"), [predict(s, q, "", [(rows[i : i + 10 : 3], None, 1.0)]) for i, q in enumerate(queries)])


def silence():
    """Silence and rows of silence, constant rows, more neighbours than rows."""
    rows, labels = waves(30, 6), labelled(30, "a", "b")
    zeros, asked = np.zeros((3, 4)), ["a@1", "z@1", "b"]
    for s in Settings(), Settings(gain=0.0), Settings(ridge=5.0, relative=False, nearest=100):
        fit("model", s, (rows, labels, 1.0))
        assert np.array_equal(predicted(zeros, asked, "--others", "model"), np.zeros((3, 2)))
        fit("model", s, (np.zeros((9, 6), np.int16), None, 1.0))
        assert np.array_equal(predicted(waves(3, 4), None, "model"), np.zeros((3, 2)))
        constant = np.repeat(np.arange(-4, 5), 6).reshape(9, 6).astype(np.int16)
        fit("model", s, (constant, None, 1.0))
        q = np.full((1, 4), 3.0)
        agree(predicted(q, None, "model"), [predict(s, q[0], "", [(constant, None, 1.0)])])


def names_missing():
    """Rows without a name are nobody's own."""
    s = Settings(nearest=3)
    rows = waves(40, 6)
    queries, asked = waves(6, 4).astype(float), ["a", "", "@7", "", "b@", "a@9"]
    labels = ["", "a@1", "@7", "b@", "a"] * 8
    fit("model", s, (rows, labels, 1.0))
    agree(predicted(queries, asked, "model"), [predict(s, q, n, [(rows, labels, 1.0)]) for q, n in zip(queries, asked)])
    agree(predicted(queries, asked, "--others", "model"), [predict(s, q, n, [(rows, labels, 1.0)], others=True) for q, n in zip(queries, asked)])
    fit("model", s, (rows, None, 1.0))
    agree(predicted(queries, asked, "--others", "model"), [predict(s, q, "", [(rows, None, 1.0)]) for q in queries])
    asked, labels = ["a@1@9", "a", "a@1", "a@2@9", "a@2", "b@1"], ["a@1@2", "a@2@3", "a", "a@1@4"] * 10
    fit("model", s, (rows, labels, 1.0))
    agree(predicted(queries, asked, "--others", "model"), [predict(s, q, n, [(rows, labels, 1.0)], others=True) for q, n in zip(queries, asked)])


def scales():
    """Whole numbers in other units, from 2^-900 to 2^900, give the same answers in these units, whatever the type; of other data the
    step is 2^-15 of the power of two above the largest."""
    rows, labels = waves(60, 6), labelled(60, "a", "b")
    rows[7, 2] = -20000
    queries, asked = waves(12, 4).astype(float), labelled(12, "a", "c")
    for s in Settings(), Settings(ridge=2e6, relative=False):
        expected = np.array([predict(s, q, n, [(rows, labels, 1.0)]) for q, n in zip(queries, asked)])
        for kind in "<f8", ">f4", ">i2", "<i8", ">i4":
            fit("model", s, (rows.astype(kind), labels, 1.0))
            assert {m["x"].dtype.str for m in read("model")} == {kind}
            agree(predicted(queries, asked, "model"), expected)
        for unit in 2.0**-15, 2.0**-900, 2.0**460:
            other = Settings(ridge=s.ridge if s.relative else s.ridge * unit**2, relative=s.relative)
            if other.ridge == 0 or not np.isfinite(other.ridge):
                continue
            fit("model", other, (rows * unit, labels, 1.0))
            agree(predicted(queries * unit, asked, "model") / unit, expected)
    rows, queries = waves(60, 6, float, 0.01), waves(12, 4, float, 0.01)
    s = Settings(step=2.0**-15 * 2.0 ** np.ceil(np.log2(np.abs(rows).max())))
    fit("model", s, (rows, labels, 1.0))
    agree(predicted(queries, asked, "model"), [predict(s, q, n, [(rows, labels, 1.0)]) for q, n in zip(queries, asked)], 0.01)


def message():
    """What the model holds, a map a block, and what of it is the rows' own."""
    rows = waves(7, 6)
    two = {"mat": 1, "x": rows[:4], "names": list("abcd"), "rate": 8000, "col0": 3, "note": "kept", "columns": list("uvwxyz"), "last": False}
    mixed = {"mat": 1, "x": [rows[4], rows[5], rows[6].astype(float) / 2], "rate": 8000, "col0": 3, "last": False}
    end = {"mat": 1, "x": np.zeros((0, 6)), "rate": 8000, "col0": 3}
    write("rows", two, mixed, end)
    subprocess.run("lsq-fit --nearest=3 --bandwidth=0.5 --gain=0 --ridge=7 -w 2.5 -g 50%+1 rows >model", shell=True, check=True)
    maps = read("model")
    settings = {"lsq": 1, "k": 4, "targets": 2, "nearest": 3, "bandwidth": 0.5, "gain": 0, "ridge": 7, "ridge_relative": False, "weight": 2.5}
    kept = [(rows[:4], list("abcd"), False), (rows[4:6], None, False), (rows[6:] / 2, None, False), (np.zeros((0, 6)), None, True)]
    for m, (held, names, last) in zip(maps, kept, strict=True):
        assert {k: m[k] for k in settings} == settings and m["rate"] == 8000 and m["col0"] == 3
        assert m["x"].dtype == held.dtype and np.array_equal(m["x"], held)
        assert m.get("names") == names and m["last"] == last
        assert "range" not in m if len(held) == 0 else list(m["range"]) == [held.min(), held.max()]
    assert maps[0]["note"] == "kept" and maps[0]["columns"] == list("uvwxyz")
    subprocess.run("lsq-fit --nearest=3 -g 4 rows >model", shell=True, check=True)
    defaults = {"bandwidth": 0.1, "gain": 2, "ridge": 0.03, "ridge_relative": True, "weight": 1}
    assert {k: read("model")[0][k] for k in defaults} == defaults


def large():
    """More than is kept in memory: read again from the file, or from a temporary one where it is a pipe."""
    s = Settings(k=990, nearest=5)
    rows, labels, queries = waves(9000, 1000, np.float64), labelled(9000, "a", "b"), waves(3, 990, np.float64)
    fit("model", s, *((rows[i : i + 3000], labels[i : i + 3000], 1.0) for i in (0, 3000, 6000)))
    s.step = 2.0**-15 * 2.0 ** np.ceil(np.log2(np.abs(rows).max()))
    expected = [predict(s, q, "b", [(rows, labels, 1.0)], others=True) for q in queries]
    agree(predicted(queries, ["b"] * 3, "--others", "model"), expected)
    write("queries", {"mat": 1, "x": queries, "names": ["b"] * 3})
    subprocess.run("cat model | lsq-predict --others - queries >predicted", shell=True, check=True)
    agree(x(read("predicted")), expected)


def libraries():
    """The answers with the libraries of these folders instead of the system's."""
    s = Settings(nearest=30)
    rows, labels, queries = waves(90, 6), labelled(90, "a", "b"), waves(7, 4)
    fit("model", s, (rows, labels, 1.0))
    expected = predicted(queries, None, "model")
    os.environ["LD_LIBRARY_PATH"] = sys.argv[1]
    os.environ["LD_DEBUG"] = "files"
    os.environ["LD_DEBUG_OUTPUT"] = "loaded"
    agree(predicted(queries, None, "model"), expected)
    loaded = "".join(open(path).read() for path in glob.glob("loaded.*"))
    assert all(f"calling init: {folder}/" in loaded for folder in sys.argv[1].split(":")), loaded


if __name__ == "__main__":
    main(globals())
