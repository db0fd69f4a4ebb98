"""Called by tests/nearest.bats: oracle nearest FUNCTION ARGUMENT..."""

import subprocess

import numpy as np

from common import main, names, read, write, x


# Local regression from its formulas, a query at a time, all rows looked at one by one, in double precision. A model is a list of
# (rows, names, weight); settings are those of lsq-fit.
rng = np.random.default_rng(14)


class Settings:
    def __init__(self, k=4, nearest=5, bandwidth=0.1, gain=2.0, ridge=0.03, relative=True, step=1.0):
        self.k, self.nearest, self.bandwidth, self.gain = k, nearest, bandwidth, gain
        self.ridge, self.relative, self.step = ridge, relative, step

    def options(self):
        share = f"{self.ridge * 100!r}%" if self.relative else repr(self.ridge)
        return [f"--nearest={self.nearest}", f"--bandwidth={self.bandwidth!r}", f"--gain={self.gain!r}", f"--ridge={share}", f"-g{self.k}"]


def stem(name):
    head, at, tail = name.rpartition("@")
    return head if at and head and tail.isdigit() else name


def by_distance(s, q, c, nearest, rows):
    """The nearest of these rows: their numbers, gains and distances."""
    square, all_q = (c[rows] ** 2).sum(1), q @ q + s.step**2
    dot = c[rows] @ q
    gain = np.clip(dot / (square + s.step**2), -s.gain, s.gain) if s.gain > 0 else np.ones(len(rows))
    distance = 1 - 2 * gain * dot / all_q + gain**2 * square / all_q
    first = np.argsort(distance, kind="stable")[:nearest]
    return rows[first], gain[first], distance[first]


def table(model):
    rows = np.concatenate([part[0] for part in model]).astype(float)
    owners = np.array([stem(name) for part in model for name in (part[1] or [""] * len(part[0]))])
    return rows, owners, np.concatenate([np.full(len(part[0]), float(part[2])) for part in model])


def predict(s, q, name, model, others=False, own=None, own_nearest=None):
    rows, owners, weights = table(model)
    mine = (owners == stem(name)) & (owners != "")
    sources = [(rows, weights, np.flatnonzero(~mine), s.nearest)]
    if own is not None:
        rows, owners, weights = table(own)
        mine = (owners == stem(name)) & (owners != "")
    if not others:
        sources.append((rows, weights, np.flatnonzero(mine), own_nearest or s.nearest))
    f, w, d = [], [], []
    for rows, weights, which, nearest in sources:
        chosen, gain, distance = by_distance(s, q, rows[:, : s.k], nearest, which)
        f.append(rows[chosen] * gain[:, None])
        d.append(distance)
        w.append(weights[chosen])
    f, d, w = np.concatenate(f), np.concatenate(d), np.concatenate(w)
    w = w * np.exp((d.min() - d) / s.bandwidth)
    w /= w.max()
    gram = f[:, : s.k].T @ (f[:, : s.k] * w[:, None])
    penalty = s.ridge * (np.trace(gram) / s.k if s.relative else 1) + 1e-6 * s.step**2
    coef = np.linalg.solve(gram + penalty * np.eye(s.k), f[:, : s.k].T @ (f[:, s.k :] * w[:, None]))
    return q @ coef


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
    assert names(found) == labels
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


def weights():
    """Models one after the other, each with its weight."""
    s = Settings(nearest=12, bandwidth=1.0)
    parts = [(waves(n, 6), labelled(n, "a", "b"), w) for n, w in ((30, 1.0), (1, 8.0), (25, 0.25))]
    queries, asked = waves(15, 4).astype(float), labelled(15, "a", "c")
    fit("model", s, *parts)
    assert [m["weight"] for m in read("model")] == [1.0, 8.0, 0.25]
    agree(predicted(queries, asked, "model"), [predict(s, q, n, parts) for q, n in zip(queries, asked)])


if __name__ == "__main__":
    main(globals())
