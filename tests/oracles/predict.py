"""Called by tests/lsq-predict.bats: oracle predict FUNCTION. Predictions to the last bit."""

import os
import subprocess

import numpy as np

from common import main, read, write, x

RNG = np.random.default_rng(8)


def in_order(start, rows, a):
    """start + rows a, one row of a after the other: a product and a sum each, which NumPy rounds one by one."""
    y = np.tile(start, (len(rows), 1))
    for i in range(len(a)):
        y += rows[:, i : i + 1] * a[i]
    return y


def predicted(model, rows):
    if "coef" in model:
        return in_order(model["intercept"], rows, model["coef"])
    factors = in_order(np.zeros(model["basis"].shape[1]), rows, model["basis"])
    return in_order(model["intercept"], factors, model["loadings"])


def make(given, targets, rank=0, **more):
    if rank > 0:
        arrays = {"basis": RNG.normal(size=(given, rank)), "loadings": RNG.normal(size=(rank, targets))}
    else:
        arrays = {"coef": RNG.normal(size=(given, targets))}
    return {"lsq": 1, "k": given, "intercept": RNG.normal(size=targets), **arrays, **more}


def check(models, rows, want, names, size):
    """In maps of `size` rows; the output has as many."""
    blocks = [{"mat": 1, "x": rows[i : i + size], "names": names[i : i + size], "last": i + size >= len(rows)} for i in range(0, len(rows), size)]
    write("model", *models)
    write("in", *blocks)
    for options, expected in ([], want), (["--append"], np.hstack([rows[:, : models[0]["k"]], want])):
        subprocess.run(["lsq-predict", "-o", "out", *options, "model", "in"], check=True)
        assert np.array_equal(x(read("out")), expected), (models[0].keys(), rows.shape, size, options)
        assert [len(m["x"]) for m in read("out")] == [len(b["x"]) for b in blocks]


def blocks():
    """Rows side by side, of one model and of several, in maps of any size, are predicted as each alone."""
    for given, targets, rank in (150, 49, 0), (300, 1, 0), (1, 3, 0), (140, 70, 20), (5, 600, 3):
        model = make(given, targets, rank)
        rows = RNG.normal(size=(1100, given + 2))
        for size in 1100, 7, 1:
            few = rows[: 60 * size]
            check([model], few, predicted(model, few), [""] * len(few), size)
    models = [make(9, 5, rank, name=f"m{i}", last=i == 2) for i, rank in enumerate([0, 2, 0])]
    owners = np.repeat(RNG.integers(0, 3, 60), RNG.integers(1, 60, 60))
    rows = RNG.normal(size=(len(owners), 9))
    want = np.vstack([predicted(models[m], row[None]) for m, row in zip(owners, rows)])
    check(models, rows, want, [f"m{m}@{i}" for i, m in enumerate(owners)], len(rows))


def threads():
    """However many share the rows."""
    for given, targets, rank in (400, 401, 0), (800, 1300, 100):
        model, rows = make(given, targets, rank), RNG.normal(size=(600, given))
        for count in "1", "2", "3":
            os.environ["OMP_NUM_THREADS"] = count
            check([model], rows, predicted(model, rows), [""] * len(rows), len(rows))


if __name__ == "__main__":
    main(globals())
