"""Called by tests/lsq-fit.bats: oracle lsq_fit FUNCTION ARGUMENT..."""

import io
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction

import msgpack
import msgpack_numpy
import numpy as np

from common import LinearRegression, Ridge, main, read, write, x


# fit() runs the filter, coef() gives a model's coefficients, reference() is the
# least-squares solution of minimum norm by another way: numpy's pseudo-inverse of centred
# data, with a cut that lies far from both rounding noise and the data used here.
rng = np.random.default_rng(2024)
normal = lambda *shape: rng.standard_normal(shape)


def maps(data):
    return list(msgpack.Unpacker(io.BytesIO(data), object_hook=msgpack_numpy.decode))


def block(rows, **more):
    return msgpack.packb({"mat": 1, "x": rows, **more}, default=msgpack_numpy.encode)


def run(rows, *options, env={}, **more):
    return subprocess.run(["lsq-fit", *options], input=block(rows, **more), capture_output=True,
                          timeout=30, env={**os.environ, **env})


def fit(rows, given, *options, **more):
    done = run(rows, "-q", "-g", str(given), *options, **more)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    model, = maps(done.stdout)
    return model


def coef(model):
    return model["coef"] if "coef" in model else model["basis"] @ model["loadings"]


def centred(a):
    a = a.astype(float) - a[0]
    return a - a.mean(axis=0)


def reference(x, y, intercept):
    a, b = (centred(x), centred(y)) if intercept else (x, y)
    c = np.linalg.pinv(a, rcond=1e-10) @ b
    s = np.linalg.svd(a, compute_uv=False)
    rank = int((s > 1e-10 * s[0]).sum())
    offset = y.mean(axis=0) - x.mean(axis=0) @ c if intercept else np.zeros(y.shape[1])
    return c, offset, rank, s[:min(len(x) - intercept, x.shape[1])], ((b - a @ c) ** 2).sum(axis=0)


def close(a, b, tolerance=1e-9):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape, (a.shape, b.shape)
    assert np.abs(a - b).max(initial=0) <= tolerance * np.abs(b).max(initial=1e-300), (a, b)


def coefficients_intercept_rank_singular_values():
    def repeated(a, times):
        return np.tile(a, (times, 1))
    def with_columns(a, **columns):
        a = a.copy()
        for name, values in columns.items():
            a[:, int(name[1:])] = values
        return a
    tall, wide, square = normal(40, 11), normal(9, 55), normal(8, 13)
    cases = {
        "tall": (tall, 7), "tall, one target": (tall, 10), "one given column": (tall, 1), "two columns": (normal(6, 2), 1),
        "wide": (wide, 30), "wide, one target": (wide, 54), "square": (square, 8), "one row more than columns": (normal(9, 13), 8),
        "two rows more": (normal(10, 13), 8), "many targets": (normal(30, 400), 6), "wide, many targets": (normal(5, 300), 12),
        "samples": (np.trunc(3000 * normal(20, 120)), 50), "far from the origin": (normal(30, 9) + 1000, 5),
        "as many rows as given, and one": (normal(6, 9), 5), "one row": (normal(1, 9), 5), "two rows": (normal(2, 9), 5),
        "one row, two columns": (normal(1, 2), 1), "two rows, two columns": (normal(2, 2), 1), "two equal rows": (np.ones((2, 4)), 2),
        "each row three times": (repeated(normal(10, 8), 3), 5), "few rows, each three times": (repeated(normal(4, 12), 3), 8),
        "wide, each row twice": (repeated(normal(3, 14), 2), 10), "all rows equal": (repeated(normal(1, 9), 6), 4),
        "two columns equal": (with_columns(tall, _2=tall[:, 1]), 7), "three columns equal": (with_columns(tall, _0=tall[:, 3], _5=tall[:, 3]), 7),
        "wide, two columns equal": (with_columns(wide, _29=wide[:, 0]), 30), "a sum of columns": (with_columns(tall, _4=tall[:, 0] - 3 * tall[:, 5]), 7),
        "a constant column": (with_columns(tall, _3=0.1), 7), "two constant columns": (with_columns(tall, _3=0.1, _6=-7), 7),
        "wide, constant columns": (with_columns(wide, _3=0.1, _7=0.1, _11=0), 30), "a column of zeros": (with_columns(tall, _6=0), 7),
        "a constant target": (with_columns(tall, _8=0.1), 7), "a target among the given": (with_columns(tall, _9=tall[:, 2]), 7),
        "constant": (np.full((5, 6), 0.1), 3), "zeros": (np.zeros((5, 6)), 3), "wide zeros": (np.zeros((3, 9)), 5),
    }
    compared = 0
    for name, (rows, given) in cases.items():
        x, y = rows[:, :given], rows[:, given:]
        for intercept in True, False:
            model = fit(rows, given, *([] if intercept else ["--no-intercept"]))
            c, offset, rank, singular, rss = reference(x, y, intercept)
            try:
                assert model["rank"] == rank, (model["rank"], rank)
                close(coef(model), c)
                close(model["intercept"], offset)
                close(model["singular"], singular)
                assert model["rss"].shape == rss.shape and (np.abs(model["rss"] - rss) <= 1e-9 * rss + 1e-20 * (y ** 2).sum(axis=0)).all()
                tss = ((centred(y) if intercept else y) ** 2).sum(axis=0)
                assert model["tss"].shape == tss.shape and np.allclose(model["tss"], tss, 1e-13, 0)
                learned = LinearRegression(fit_intercept=intercept).fit(x, y)
                full = rank == given
                assert not full or learned.rank_ == rank
                # Of a deficient matrix its solver at times takes the noise for a rank.
                if learned.rank_ == rank:
                    compared += 1
                    close(coef(model), learned.coef_.T)
                    close(model["intercept"], learned.intercept_ * np.ones(y.shape[1]))
                    close(x @ coef(model) + model["intercept"], learned.predict(x))
                    close(model["singular"], learned.singular_[:len(singular)])
            except AssertionError as e:
                raise AssertionError(f"{name}, intercept {intercept}") from e
    assert compared >= 30, compared


def thin_factors_written_where_they():
    for rows, given, thin in (
        (normal(9, 55), 30, True), (normal(40, 11), 7, False), (normal(3, 5), 4, False), (normal(5, 300), 12, True),
        # 8 rows of 20: rank 7, 7 * 20 numbers in the factors.
        (normal(8, 20), 10, False), (normal(8, 30), 15, True),
    ):
        for options in [], ["--no-intercept"]:
            model, dense = fit(rows, given, *options), fit(rows, given, "--dense", *options)
            p, t, r = given, rows.shape[1] - given, model["rank"]
            smaller = len(rows) - (not options) < p and r * (p + t) < p * t
            assert ("basis" in model) == ("loadings" in model) == ("coef" not in model) == smaller
            if not options:
                assert smaller == thin, (rows.shape, given)
            if smaller:
                assert model["basis"].shape == (p, r) and model["loadings"].shape == (r, t)
            assert dense["coef"].shape == (p, t) and "basis" not in dense and "loadings" not in dense
            close(dense["coef"], coef(model), 1e-14)
            for key in set(dense) - {"coef"}:
                assert np.array_equal(dense[key], model[key]), key


def every_field_model_what_format():
    x = normal(20, 9)
    model = fit(x, 4, names=[f"r{i}" for i in range(20)], rate=8000, col0=7, note={"by": ["a", 1]}, rank="a string", k=b"bytes", range=7)
    assert list(model).count("rank") == 1 and set(model) == {
        "lsq", "k", "targets", "target0", "rows", "rank", "rcond", "fit_intercept", "range", "rate", "col0", "last",
        "singular", "rss", "tss", "intercept", "coef", "note"}, list(model)
    fields = {key: model[key] for key in ("lsq", "k", "targets", "target0", "rows", "rank", "rate", "col0", "note")}
    assert fields == {"lsq": 1, "k": 4, "targets": 5, "target0": 0, "rows": 20, "rank": 4, "rate": 8000, "col0": 7,
                      "note": {"by": ["a", 1]}}, fields
    assert all(type(fields[key]) is int for key in fields if key != "note")
    assert model["fit_intercept"] is True and model["last"] is True and type(model["rcond"]) is float and 0 < model["rcond"] < 1e-9
    for key, shape in ("coef", (4, 5)), ("intercept", (5,)), ("singular", (4,)), ("rss", (5,)), ("tss", (5,)), ("range", (2,)):
        assert model[key].dtype == "<f8" and model[key].shape == shape, key
    assert (np.diff(model["singular"]) < 0).all()

    model = fit(x, 4, "--no-intercept", "--rcond=1e-5", rate=44100.5)
    assert model["fit_intercept"] is False and model["intercept"].tolist() == [0.0] * 5
    assert model["rcond"] == 1e-5 and model["rate"] == 44100.5 and "col0" not in model
    assert "rate" not in fit(x, 4) and fit(x, 4, "--rcond=0")["rcond"] == 0
    # Each key once: a map with one twice would hide it from Python.
    raw = run(x, "-g", "4", rank=1, coef=2, targets=3).stdout
    pairs, = msgpack.Unpacker(io.BytesIO(raw), object_pairs_hook=lambda pairs: [key for key, value in pairs])
    assert len(pairs) == len(set(pairs)) == 15, pairs


def range_all_values_rows_any():
    def found(data, *options):
        done = subprocess.run(["lsq-fit", "-q", "-g", "2", *options], input=data, capture_output=True)
        assert done.returncode == 0, done.stderr
        return maps(done.stdout)[0]["range"].tolist()
    # The ends stand in each place once: in the first columns and the last, in any row, in pairs and beside them.
    for n, c in (1, 3), (5, 4), (9, 7), (300, 5), (5000, 3):
        for place in {0, 1, c, n * c // 2, n * c - c, n * c - 2, n * c - 1} - {n * c}:
            for end in -7.25, 8.5:
                a = rng.uniform(-1, 1, (n, c))
                a.flat[place] = end
                want = [a.min(), a.max()]
                assert found(block(a)) == want == found(block(list(a))), (n, c, place)
                assert found(block(a), "--partial") == want
                assert found(block(a, last=False) + block(a[:1] * 0)) == [min(want[0], 0), max(want[1], 0)]
    # Every type, to its ends.
    for kind in "|b1 |i1 |u1 <i2 >i2 <u2 >u2 <i4 >u4 <i8 >u8".split():
        ends = [0, 1] if kind == "|b1" else [np.iinfo(kind).min, np.iinfo(kind).max]
        a = np.tile(np.array([0, 1, 0, 1]), (4, 1)).astype(kind)
        a[1, 2], a[3, 1] = ends
        assert found(block(a), "--partial") == [float(e) for e in ends], kind
    for kind in "<f4 >f4 <f8 >f8".split():
        a = np.array([[1, 2, -3.5], [4, 2.25, 1], [7, 1, 1]]).astype(kind)
        assert found(block(a)) == [-3.5, 7], kind
    # Above zero, below it, all the same, and zeros of either sign.
    assert found(block(np.array([[3.0, 4, 5], [6, 7, 9]]))) == [3, 9]
    assert found(block(-np.array([[3.0, 4, 5], [6, 7, 9]]))) == [-9, -3]
    assert found(block(np.full((4, 3), 2.5))) == [2.5, 2.5]
    assert found(block(np.array([[0.0, -0.0, 0.0], [-0.0, 0.0, -0.0]]))) == [0, 0]
    assert found(block(np.array([[1e-300, 1e300, 1], [-1e300, 2, 5e-324]])), "--partial") == [-1e300, 1e300]


def range_partial_fits_all_parts():
    def call(data, *options):
        done = subprocess.run(["lsq-fit", "-q", *options], input=data, capture_output=True)
        assert done.returncode == 0 and done.stderr == b"", done.stderr
        return done.stdout
    a = normal(90, 6)
    a[5, 5], a[77, 0] = 50, -60
    parts = [call(block(part), "--partial", "-g", "4") for part in np.split(a, 3)]
    assert [maps(p)[0]["range"].tolist() for p in parts] == [[p.min(), p.max()] for p in np.split(a, 3)]
    for data in b"".join(parts), parts[2] + parts[0] + block(a[30:60]), call(parts[0] + parts[1], "--partial") + parts[2]:
        assert maps(call(data, "-g", "4"))[0]["range"].tolist() == [-60, 50]
    # One that an older program or a person has made.
    old, = maps(parts[1])
    del old["range"], old["checksum"]
    old = msgpack.packb(old, default=msgpack_numpy.encode)
    for data in parts[0] + old, old + parts[0], old + block(a[:30]), call(old + parts[0], "--partial") + parts[2]:
        model, = maps(call(data, "-g", "4"))
        assert "range" not in model and model["k"] == 4
    close(coef(maps(call(parts[0] + old + parts[2]))[0]), coef(fit(a, 4)))
    # Each map of a model in parts has it.
    wide = call(block(normal(3, 4200)), "-g", "2000", "--dense")
    assert len(maps(wide)) > 1 or len(wide) < 64 << 20
    assert len({tuple(m["range"]) for m in maps(wide)}) == 1


def weight_sample_weight_scikit_learn():
    def call(data, *options):
        done = subprocess.run(["lsq-fit", "-q", *options], input=data, capture_output=True)
        assert done.returncode == 0 and done.stderr == b"", done.stderr
        return done.stdout
    def check(model, x, y, weights, intercept, ridge=None):
        sk = LinearRegression(fit_intercept=intercept) if ridge is None else Ridge(alpha=ridge, fit_intercept=intercept)
        sk.fit(x, y, sample_weight=weights)
        close(coef(model), sk.coef_.T)
        close(model["intercept"], np.broadcast_to(sk.intercept_, y.shape[1:]), 1e-8)
        left = y - sk.predict(x)
        close(model["rss"], weights @ left ** 2, 1e-7)
        close(model["tss"], weights @ (y - (weights @ y / weights.sum() if intercept else 0)) ** 2, 1e-12)
        root = np.sqrt(weights)[:, None]
        mean = weights @ x / weights.sum() if intercept else 0
        s = np.linalg.svd(root * (x - mean), compute_uv=False)
        close(model["singular"], s[:len(model["singular"])], 1e-8)
        assert model["rows"] == len(x)
    # Own rows and others, that differ in what they say; few that stay as they come, and many that are reduced.
    for n, m, p, t in (30, 40, 5, 3), (300, 4000, 12, 2), (2000, 900, 3, 9):
        x, y = normal(n + m, p) + 5, None
        y = np.vstack([x[:n] @ normal(p, t), x[n:] @ normal(p, t)]) + normal(n + m, t) + 3
        own, others = (block(np.hstack([x, y])[rows]) for rows in (slice(n), slice(n, None)))
        for intercept in True, False:
            plain = ["-g", str(p)] + ([] if intercept else ["--no-intercept"])
            more = plain[2:]
            for weight in 100.0, 0.01, 1.0, 7.3:
                weights = np.repeat([weight, 1.0], [n, m])
                a = call(own, "--partial", "--weight=%r" % weight, *plain)
                b = call(others, "--partial", *plain)
                assert maps(a)[0]["rows"] == n and maps(a)[0]["range"].tolist() == maps(call(own, *plain))[0]["range"].tolist()
                model, = maps(call(a + b, *more))
                check(model, x, y, weights, intercept)
                check(maps(call(b + a, *more, "--ridge=50"))[0], np.roll(x, m, 0), np.roll(y, m, 0), np.roll(weights, m), intercept, 50)
                # Rows behind partial fits, and weights of weights.
                check(maps(call(a + others, *plain))[0], x, y, weights, intercept)
                twice = call(a + b, "--partial", "-w", "3", *more)
                check(maps(call(twice, *more))[0], x, y, 3 * weights, intercept)
                check(maps(call(a + b, "-w3", *more))[0], x, y, 3 * weights, intercept)
                check(maps(call(a + others, "-w3", "--ridge=20", *plain))[0], x, y, 3 * weights, intercept, 20)


def weight_all_rows_changes_no():
    # Refined, reduced, wide, deficient.
    deficient = normal(30, 7)
    deficient[:, 2] = deficient[:, 1]
    for rows, given in (normal(40, 6), 4), (normal(3000, 30), 20), (normal(6, 60), 30), (deficient, 5), (normal(1, 4), 2):
        x, y = rows[:, :given], rows[:, given:]
        for options in [], ["--no-intercept"], ["--dense"]:
            plain = fit(rows, given, *options)
            for weight in 100, 0.25, 1e-9:
                model = fit(rows, given, "--weight", repr(weight), *options)
                assert set(model) == set(plain)
                for key in set(plain) - {"rss", "tss", "singular"}:
                    assert np.array_equal(model[key], plain[key]), key
                close(model["rss"], weight * plain["rss"], 1e-15)
                close(model["tss"], weight * plain["tss"], 1e-15)
                close(model["singular"], np.sqrt(weight) * plain["singular"], 1e-15)
        for weight in 100, 0.25:
            sk = Ridge(alpha=3).fit(x, y, sample_weight=np.full(len(x), float(weight)))
            model = fit(rows, given, "--ridge=3", f"-w{weight}")
            close(coef(model), sk.coef_.T)
            close(model["intercept"], sk.intercept_)
            close(model["rss"], weight * ((y - sk.predict(x)) ** 2).sum(axis=0), 1e-8)
            assert model["ridge"] == 3
    # Leave-one-out errors are those of such fits.
    def left_out(x, y, make, weight):
        rows = np.arange(len(x))
        return np.array([y[i] - make().fit(x[rows != i], y[rows != i], sample_weight=np.full(len(x) - 1, weight)).predict(x[i:i + 1])[0] for i in rows])
    rows = normal(25, 7)
    rows[:, 5:] += rows[:, :5] @ normal(5, 2)
    x, y = rows[:, :5], rows[:, 5:]
    r2 = lambda e: 1 - (e ** 2).sum(axis=0) / ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    for weight in 40.0, 0.05:
        close(fit(rows, 5, "--loo", f"-w{weight}")["loo_r2"], r2(left_out(x, y, LinearRegression, weight)))
        close(fit(rows, 5, "--loo", "--ridge=2", f"-w{weight}")["loo_r2"], r2(left_out(x, y, lambda: Ridge(alpha=2), weight)))
        grid = [300.0, 10.0, 0.5, 0.01]
        model = fit(rows, 5, "--ridge=auto", "--grid=300,10,.5,.01", f"-w{weight}")
        errors = [left_out(x, y, lambda: Ridge(alpha=a), weight) for a in grid]
        mse = [(e ** 2).mean() for e in errors]
        close(model["loo_mse"], mse)
        assert model["grid"].tolist() == grid and model["ridge"] == grid[int(np.argmin(mse))]
        close(model["loo_r2"], r2(errors[int(np.argmin(mse))]))
        # The default grid hangs on the largest singular value of the weighted rows.
        s = np.linalg.svd(np.sqrt(weight) * (x - x.mean(axis=0)), compute_uv=False)
        close(fit(rows, 5, "--ridge=auto", f"-w{weight}")["grid"], s[0] ** 2 * 10 ** (-0.5 * np.arange(21)))


def all_types_numbers_either_byte():
    small = rng.integers(0, 100, (12, 7))
    models = 0
    for kind in "|b1 |i1 |u1 <i2 >i2 <u2 >u2 <i4 >i4 <u4 >u4 <i8 >i8 <u8 >u8 <f4 >f4 <f8 >f8".split():
        rows = (small % 2 if kind == "|b1" else small).astype(kind)
        want = run(rows.astype("<f8"), "-g", "3").stdout
        assert len(want) > 300 and run(rows, "-g", "3").stdout == want, kind
        # A bare array, and a list of rows.
        bare = subprocess.run(["lsq-fit", "-g", "3"], capture_output=True, input=msgpack.packb(rows, default=msgpack_numpy.encode))
        assert bare.stdout == want and bare.stderr == b"", kind
        assert run(list(rows), "-g", "3").stdout == want, kind
        models += 1
    assert models == 19
    # The ends of what a type holds keep their sign and value.
    for kind, low, high in ("|i1", -128, 127), ("|u1", 0, 255), ("<i2", -2**15, 2**15 - 1), (">u2", 0, 2**16 - 1), ("<i4", -2**31, 2**31 - 1), (">u8", 0, 2**63):
        y = np.array([[1, low], [1, high]], kind)
        assert fit(y, 1, "--no-intercept")["coef"][0, 0] == (float(low) + float(high)) / 2, kind


def rows_block_many_list_or():
    rows = np.random.default_rng(3).standard_normal((12, 7))
    head = {"mat": 1, "rate": 8000, "note": "first"}
    write("whole", {**head, "x": rows})
    write("blocks", {**head, "x": rows[:1], "last": False}, {**head, "x": rows[:0], "last": False},
          {**head, "note": "second", "x": list(rows[1:4]), "last": False}, {"mat": 1, "x": rows[4:]})
    write("a", {**head, "x": rows[:5]})
    write("b", {"mat": 1, "x": rows[5]}, {**head, "note": "third", "x": rows[6:]})


def given_count_fraction_or_percentage():
    rows = {columns: np.arange(3.0 * columns).reshape(3, columns) for columns in (100, 4087, 10)}
    for columns, given, k in (
        (100, "3", 3), (100, "99", 99), (100, "0.29", 28), (100, "29%", 28), (100, "0.57", 56), (100, "57%", 56), (100, "0.58", 57),
        (100, "28.999%", 28), (100, "29.000001%", 29), (100, "2.5e-1", 25), (100, ".5", 50), (100, "99%", 99), (100, "0.999", 99), (100, "1e-2", 1),
        (100, "007", 7), (4087, "0.25", 1021), (4087, "25%", 1021), (4087, "0.5", 2043), (4087, "50%", 2043), (4087, "4086", 4086),
        (10, "0.3", 3), (10, "0.1", 1), (10, "10%", 1), (10, "0.7", 7),
        (100, "25%-20", 5), (4087, "25%+120", 1141), (100, "0.5-40", 10), (10, "50%+4", 9),
    ):
        if set(given).isdisjoint("%-+") and not given.isdigit():
            assert k == int(float(given) * columns)
        model = fit(rows[columns], given)
        assert (model["k"], model["targets"]) == (k, columns - k), (columns, given, model["k"])


def rcond_drops_singular_values_cond():
    import scipy.linalg

    def spectrum(m, p, values):
        u, v = np.linalg.qr(normal(m, len(values)))[0], np.linalg.qr(normal(p, len(values)))[0]
        return u * values @ v.T
    checked = 0
    for m, p in (20, 6), (6, 20), (6, 6):
        # A start from centred columns: with an intercept the values stay.
        for values in [8, 4, 2, 1, 0.5], [1e6, 1e3, 1, 1e-3, 1e-6]:
            plain = spectrum(m, p, values)
            shifted = np.linalg.qr(np.eye(m) - 1 / m)[0][:, :m - 1] @ spectrum(m - 1, p, values) + 5
            y = normal(m, 3)
            for r in "0.9", "0.3", "0.2", "6e-2", "1e-2", "3e-5", "1e-8", "1e-11":
                a = np.hstack([plain, y])
                model = fit(a, p, "--no-intercept", "--rcond", r)
                c, _, rank, _ = scipy.linalg.lstsq(plain, y, cond=float(r))
                same, _, _, singular = np.linalg.lstsq(plain, y, rcond=float(r))
                assert model["rank"] == rank == sum(v > float(r) * values[0] for v in values), (m, p, r, model["rank"])
                # The smallest values are only as good as the largest one lets them be.
                worst = 1e-9 if float(r) > 1e-5 or values[0] == 8 else 1e-3
                close(coef(model), c, worst)
                close(coef(model), same, worst)
                close(model["singular"], singular)
                model = fit(np.hstack([shifted, y]), p, "--rcond", r)
                c, _, rank, _ = scipy.linalg.lstsq(centred(shifted), centred(y), cond=float(r))
                assert model["rank"] == rank, (m, p, r, model["rank"], rank)
                close(coef(model), c, worst)
                close(model["intercept"], y.mean(axis=0) - shifted.mean(axis=0) @ c, worst)
                rss = ((centred(y) - centred(shifted) @ c) ** 2).sum(axis=0)
                assert (np.abs(model["rss"] - rss) <= 1e-6 * rss + 1e-9).all(), (model["rss"], rss)
                checked += 1
    assert checked == 48


def badly_scaled_columns_keep_their():
    def check(x, y, scale, want, *options):
        model = fit(np.hstack([x * scale, y]), x.shape[1], *options)
        with np.errstate(over="ignore", under="ignore"):
            want = want / scale[:, None]
        sure = np.abs(want) > 1e-290
        assert (np.abs(coef(model) / np.where(sure, want, 1) - 1) < 1e-9)[sure].all(), (scale, coef(model), want)
        return model
    for exponents, units in (
        ([-150, -75, 0, 75, 150], [1.0, 1e150, 1e-100]), ([0, 0, 0, 0, 0], [1.0, 1e150, 1e-150]), ([150] * 5, [1.0, 1e150]),
        ([-150] * 5, [1.0, 1e140]), ([-300, -290, 290, 300, 0], [1.0]), ([-9, -3, 0, 3, 9], [1.0, 1e9]),
    ):
        for unit in units:
            x, y = normal(30, 5), normal(30, 3) * unit
            for options in [], ["--no-intercept"]:
                model = check(x, y, 10.0 ** np.array(exponents), reference(x, y, not options)[0], *options)
                assert model["rank"] == 5, (exponents, model["rank"])


def rank_of_many_columns():
    def check(name, x, rank, *options, tolerance=1e-9):
        y = normal(len(x), 2)
        c, offset, _, singular, rss = reference(x, y, not options)
        model = fit(np.hstack([x, y]), x.shape[1], *options)
        assert model["rank"] == rank and "singular" not in model, (name, model["rank"])
        close(coef(model), c, tolerance)
        close(model["intercept"], offset, tolerance)
        assert (np.abs(model["rss"] - rss) <= 1e-9 * rss + 1e-18 * (y ** 2).sum(axis=0)).all(), name
        asked = fit(np.hstack([x, y]), x.shape[1], "--singular", *options)
        close(coef(asked), c, tolerance)
        close(asked["singular"], singular)
    tall, wide, square = normal(900, 300), normal(280, 700), normal(300, 300)
    for options in [], ["--no-intercept"]:
        check("tall", tall, 300, *options)
        check("wide", wide, 280 - (not options), *options)
        check("square", square, 300 - (not options), *options, tolerance=1e-7)
    twins = tall.copy()
    twins[:, 7] = twins[:, 250]
    model = fit(np.hstack([twins, normal(900, 1)]), 300)
    assert model["rank"] == 299
    twins = wide.copy()
    twins[7] = twins[250]
    assert fit(np.hstack([twins, normal(280, 1)]), 700)["rank"] == 278
    # Kahan's matrix: a QR factorization, with pivots too, hides how near to singular it is.
    n, s, c = 500, np.sin(1.2), np.cos(1.2)
    kahan = s ** np.arange(n)[:, None] * (np.eye(n) - c * np.triu(np.ones((n, n)), 1))
    sigma = np.linalg.svd(kahan / np.linalg.norm(kahan, axis=0), compute_uv=False)
    rank = int((sigma > 32 * 2.0 ** -52 * n * sigma[0]).sum())
    for matrix in kahan, np.linalg.qr(normal(n, n))[0] @ kahan:
        assert fit(np.hstack([matrix, normal(n, 1)]), n, "--no-intercept")["rank"] == rank < n
    # The least singular value, of unit columns, near to where it counts.
    threshold = 32 * 2.0 ** -52 * 300
    for part, rank in (0.1, 299), (0.5, 299), (2, 300), (5, 300), (100, 300):
        u, sigma, v = np.linalg.svd(square / np.linalg.norm(square, axis=0))
        sigma[-1] = part * threshold * sigma[0]
        assert fit(np.hstack([u * sigma @ v, normal(300, 1)]), 300, "--no-intercept")["rank"] == rank, part
    units = 10.0 ** rng.integers(-150, 150, 300)
    rows = np.hstack([tall * units, normal(900, 1)])
    assert fit(rows, 300)["rank"] == 300
    close(coef(fit(rows, 300)) * units[:, None], reference(tall, rows[:, 300:], True)[0])


def large_chunks():
    def check(x, t, tolerance):
        y = x @ normal(x.shape[1], t) + normal(len(x), t)
        c, residuals = np.linalg.lstsq(centred(x), centred(y), rcond=None)[:2]
        for threads in "1", "2":
            model = fit(np.hstack([x, y]), x.shape[1], "--threads=" + threads)
            assert model["rank"] == x.shape[1]
            close(coef(model), c, tolerance)
            close(model["rss"], residuals, tolerance)
    x = normal(2600, 520)
    check(x, 2, 1e-11)
    check(x, 600, 1e-11)
    check(np.cumsum(x, axis=1), 2, 1e-10)
    unlike = x.copy()
    unlike[2000:] *= 1e6
    check(unlike, 2, 1e-9)
    check(x @ np.linalg.qr(normal(520, 520))[0] * np.geomspace(1, 1e-9, 520) @ np.linalg.qr(normal(520, 520))[0], 2, 1e-4)


def ridge_of_many_columns():
    x, y = normal(900, 300) + 5, normal(900, 3)
    a, b = centred(x), centred(y)
    mean = (a ** 2).sum() / 300
    for weight in 1, 3:
        for text, penalty in ("2.5", 2.5 / weight), ("400", 400 / weight), ("10%", 0.1 * mean):
            model = fit(np.hstack([x, y]), 300, f"--ridge={text}", "-w", str(weight))
            c = np.linalg.lstsq(np.vstack([a, np.sqrt(penalty) * np.eye(300)]), np.vstack([b, np.zeros((300, 3))]), rcond=None)[0]
            close(coef(model), c)
            close(model["intercept"], y.mean(axis=0) - x.mean(axis=0) @ c)
            close(model["rss"], weight * ((b - a @ c) ** 2).sum(axis=0))
            close(model["ridge"], penalty * weight)
            assert model["rank"] == 300 and "singular" not in model
    twins = np.hstack([x, x[:, :1], y])
    asked = fit(twins, 301, "--ridge=2.5")
    assert asked["rank"] == 300 and len(asked["singular"]) == 300
    close(coef(asked), Ridge(2.5).fit(twins[:, :301], y).coef_.T)


def equal_columns_different_units_found():
    x, y = normal(30, 3), normal(30, 2)
    for unit in 1e-150, 1e-20, 1e-12, 1e-9, 1e-6, 1.0, 1e6, 1e9, 1e12, 1e150:
        for place in 0, 1, 2, 3:
            for options in [], ["--no-intercept"]:
                c = reference(x, y, not options)[0]
                # c1 x + c2 unit x = c x with c1^2 + c2^2 least.
                twin = np.insert(c, place, c[1] / (unit + 1 / unit), axis=0)
                twin[2 if place <= 1 else 1] /= 1 + unit * unit
                rows = np.hstack([np.insert(x, place, x[:, 1] * unit, axis=1), y])
                model = fit(rows, 4, *options)
                assert model["rank"] == 3, (unit, place, model["rank"])
                try:
                    close(coef(model), twin)
                except AssertionError as e:
                    raise AssertionError(f"unit {unit}, column {place}, {options}") from e


def dependent_columns_very_different_units():
    def transpose(a):
        return [list(column) for column in zip(*a)]
    def times(a, b):
        return [[sum(x * y for x, y in zip(row, column)) for column in transpose(b)] for row in a]
    def solve(a, b):
        m = [row + right for row, right in zip(a, b)]
        for i in range(len(m)):
            k = next(k for k in range(i, len(m)) if m[k][i] != 0)
            m[i], m[k] = m[k], m[i]
            m[i] = [x / m[i][i] for x in m[i]]
            for k in range(len(m)):
                if k != i:
                    m[k] = [x - m[k][i] * y for x, y in zip(m[k], m[i])]
        return [row[len(m):] for row in m]
    def exact(a, y, rank):
        """Of centred columns, the first rank of which are independent."""
        first, others = [row[:rank] for row in a], [row[rank:] for row in a]
        normal = times(transpose(first), first)
        b, beta = solve(normal, times(transpose(first), y)), solve(normal, times(transpose(first), others))
        relation = [[Fraction(i == j) for j in range(rank)] + beta[i] for i in range(rank)]
        return times(transpose(relation), solve(times(relation, transpose(relation)), b))
    rng = np.random.default_rng(5)
    for bits in (0, 10, 20, 30) * 8:
        rank, more = int(rng.integers(1, 5)), int(rng.integers(1, 4))
        n = rank + more + int(rng.integers(3, 12))
        base = rng.integers(-9, 10, (n, rank))
        if np.linalg.matrix_rank(base - base.mean(axis=0)) < rank:
            continue
        whole = np.c_[base, base @ rng.integers(-3, 4, (rank, more))] * 2.0 ** rng.integers(-bits, bits + 1, rank + more)
        y = rng.integers(-99, 100, (n, 1)).astype(float)
        a = [[Fraction(v) for v in row] for row in whole.tolist()]
        mean = [sum(column) / n for column in transpose(a)]
        a = [[v - m for v, m in zip(row, mean)] for row in a]
        x = exact(a, [[Fraction(v - y.mean())] for v in y.ravel().tolist()], rank)
        order = rng.permutation(rank + more)
        write("m", {"mat": 1, "x": np.c_[whole[:, order], y]})
        subprocess.run("lsq-fit -q --dense -g %d m >fit" % (rank + more), shell=True, check=True)
        fit, = read("fit")
        coef = np.zeros(rank + more)
        coef[order] = fit["coef"].ravel()
        assert fit["rank"] == rank
        expected = times(a, x)
        got = times(a, [[Fraction(c)] for c in coef.tolist()])
        most = max(abs(e) for e, in expected)
        error = max(abs(e - g) for (e,), (g,) in zip(expected, got))
        assert error <= 1e-12 * float(most), (bits, float(error / most))
        assert max(abs(float(x[i][0]) - coef[i]) for i in range(len(x))) <= 1e-8 * max(abs(float(v)) for v, in x)


def column_sum_others_another_unit():
    i = np.arange(200.)
    base, tax, freight = 1e6 * (1 + 37 * i % 101), 1e5 * (1 + 53 * i % 97), 1e5 * (1 + 29 * i % 89)
    y = base * 1e-6 + tax * 2e-5 - freight * 1e-5 + np.sin(i)
    write("m", {"mat": 1, "x": np.c_[base, base + tax + freight, tax / float(sys.argv[1]), freight / float(sys.argv[1]), y]})
    a = np.c_[base, tax, freight]
    a, y = (a - a.mean(axis=0)) / a.std(axis=0), y - y.mean()
    print(repr(float(((y - a @ np.linalg.lstsq(a, y, rcond=None)[0]) ** 2).sum())))


def rank_judged_by_rounding():
    """Columns that are constant, or depend on others, but for their own rounding, and those that are not. The reference is
    numpy's fit of the intercept and an independent few of them, less their offsets."""
    def cases(n):
        x, w, angle, i = normal(n), normal(n), rng.uniform(0, 7, n), np.arange(n)
        third, circle = np.where(i % 2, 0.3, 0.1 + 0.2), np.sin(angle) ** 2 + np.cos(angle) ** 2
        line = np.linspace(0, 2, n)
        yield [third], []
        yield [third, x], [x]
        yield [third * 1e12, x * 1e-6], [x]
        yield [circle], []
        yield [circle, x, w], [x, w]
        yield [x, x + 1e4], [x]
        yield [line, line + 1e4], [line]
        yield [3 * x + 1e7, w, x - 1e5], [x, w]
        yield [x, w, x + w + 1e6], [x, w]
        yield [1e-200 * x, 1e-200 * (x + 1e4)], [x]
        # Integers are exact, however far from zero; so is what lies further apart than it is rounded.
        for exact in [4e9 + i], [1.7e18 + 256.0 * (i % 5)], [np.where(i == 3, 1e15 + 1, 1e15)], [1947.0 + i % 16, (1947.0 + i % 16) ** 2], [1.7e9 + i / 1e5, x], [1e6 + x, w], [x, x ** 2, x ** 3, x ** 4]:
            yield exact, [column - column[0] for column in exact]
    def singles(n):
        x, w, angle, i = (v.astype("<f4") for v in (normal(n), normal(n), rng.uniform(0, 7, n), np.arange(n)))
        third, circle = np.where(i % 2, np.float32(0.1), np.float32(0.3) / np.float32(3) + np.float32(1e-8)), np.sin(angle) ** 2 + np.cos(angle) ** 2
        yield [circle * np.float32(100)], []
        yield [third, x], [x]
        yield [x, x + np.float32(100)], [x]
        yield [x, w, x + w], [x, w]
        yield [x, w, np.float32(0.1) * x - np.float32(3) * w + np.float32(9)], [x, w]
        far, huge = np.float32(1500) + np.float32(99) * x, np.float32(1e9) * x
        yield [far, np.float32(1.1) * far + np.float32(3), w], [far, w]
        yield [huge, np.float32(1.1) * huge + np.float32(3e8)], [huge]
        # Samples of 16 and 24 bits and integers are exact; and what lies further apart than it is rounded.
        clip, deep, whole = np.trunc(3000 * w) / np.float32(32768), np.trunc(8e6 * np.sin(angle)), np.trunc(1.6e7 * np.sin(angle))
        rise = np.trunc(1.6e7 / n * i) - 100
        for exact in [x, w], [deep / 2.0 ** 23, (deep + i % 3) / 2.0 ** 23], [whole, whole + i % 3], [rise, rise + i % 3], [clip, clip + (i % 3) / np.float32(32768)], [clip + 200, (i % 5) / np.float32(32768) + 200], [1e7 + i % 5], [x, x + np.float32(1e-4) * w]:
            yield [np.asarray(column, "<f4") for column in exact], [np.asarray(column, float) - float(column[0]) for column in exact]
    for n in 6, 2000:
        for columns, independent in [*cases(n), *singles(n)]:
            given = np.column_stack(columns)
            p, rank = given.shape[1], len(independent)
            kind, slack = (given.dtype, 1e-8) if given.dtype == "<f8" else (given.dtype, 1e-5)
            basis = np.column_stack([np.ones(n), *[column / abs(column).max() for column in independent]])
            y = (basis @ np.arange(1.0, rank + 2) + normal(n)).astype(kind)
            want = basis @ np.linalg.lstsq(basis, y.astype(float), rcond=1e-14)[0]
            rows = np.column_stack([given, y])
            part = run(rows, "--partial", "-g", str(p)).stdout
            weighted = run(rows, "--partial", "-g", str(p), "-w", "7").stdout + run(rows, "--partial", "-g", str(p), "-w", ".01").stdout
            wide = [(np.tile(given, 8), run(np.column_stack([np.tile(given, 8), y]), "-g", str(8 * p)))] if n == 6 else []
            fits = [(given, subprocess.run(["lsq-fit", *options], input=data, capture_output=True)) for data, options in (
                (block(rows), ["-g", str(p)]), (block(rows), ["-g", str(p), "--loo"]), (part, []), (part + part, ["--allow-duplicates"]), (weighted, []))]
            for known, done in fits + wide:
                model, = maps(done.stdout)
                assert model["rank"] == rank and (b"warning: rank deficient: rank %d of " % rank in done.stderr) == (rank < known.shape[1]), (n, columns, model["rank"], done.stderr)
                got = (known - known[0]) @ coef(model) + (model["intercept"] + known[0] @ coef(model))
                if rank < p:
                    np.testing.assert_allclose(got[:, 0], want, rtol=0, atol=slack * abs(want).max())


def whole_numbers_far_from_the_first_rows():
    """A long stream in which whole numbers move far away from those that it begins with, as time does: they are exact all the same."""
    i = np.arange(16000)
    far = np.where(i < 300, -16e6 + i, 16e6 - i % 1000)
    near = far + rng.integers(-1, 2, i.size)
    high = 16e6 + np.where(i < 300, 0, i % 8)
    rows = np.column_stack([far, near, high, rng.integers(-99, 99, (i.size, 61)), 3 * near - 2 * far, rng.integers(-99, 99, (i.size, 63))]).astype("<f4")
    for options in [], ["--partial"]:
        done = run(rows, "-g", "64", *options)
        if options:
            done = subprocess.run(["lsq-fit"], input=done.stdout, capture_output=True)
        model, = maps(done.stdout)
        assert (model["rank"], done.stderr) == (64, b""), (model["rank"], done.stderr)
        np.testing.assert_allclose(coef(model)[:, 0], [-2, 3] + [0] * 62, rtol=0, atol=1e-4)


def solution_overflows_error_plain_words():
    signs = np.sign(normal(9, 6))
    overflow = b"lsq-fit: stdin: values so large, or given columns so small, that the solution overflows, expected them scaled\n"
    for name, rows, given in (
        ("quotient", np.hstack([normal(9, 3) * 1e-300, normal(9, 3) * 1e300]), 3),
        ("quotient, wide", np.hstack([normal(3, 5) * 1e-300, normal(3, 2) * 1e300]), 5),
        ("sums", signs * 1.7e308, 3), ("sums, wide", signs[:3] * 1.7e308, 5),
        ("differences", np.array([[-1.7e308, 1.0], [1.7e308, 2.0], [1.0, 3.0]]), 1),
        ("targets", np.hstack([signs[:, :3], signs[:, 3:] * 1.7e308]), 3),
    ):
        for options in [], ["--no-intercept"]:
            if name == "differences" and options:
                continue
            done = run(rows, "-g", str(given), *options)
            assert (done.returncode, done.stdout, done.stderr) == (1, b"", overflow), (name, options, done)
    # Of an exact fit it is the sum of squares alone that overflows.
    model = fit(np.array([[1.0, 1e160, 3], [2, 2e160, 1], [3, 3e160, 2]]), 1)
    close(model["coef"], [[1e160, -0.5]])
    assert "tss" not in model and "rss" in model, list(model)


def few_rows_deficient_rank_said():
    normal = np.random.default_rng(5).standard_normal
    tall, wide = normal((30, 9)), normal((8, 30))
    write("full", {"mat": 1, "x": tall})
    write("wide", {"mat": 1, "x": wide, "last": False}, {"mat": 1, "x": wide[:1] + 1})
    tall[:, 2] = tall[:, 1]
    write("deficient", {"mat": 1, "x": tall})
    wide[1:] = wide[0]
    write("both", {"mat": 1, "x": wide})
    write("one", {"mat": 1, "x": wide[:1]})
    write("square", {"mat": 1, "x": normal((5, 8))})
    write("enough", {"mat": 1, "x": normal((6, 8))})


def data_errors_name_file_what():
    x = np.arange(12.0).reshape(3, 4)
    write("good", {"mat": 1, "x": x})
    write("longer", {"mat": 1, "x": np.ones((2, 5))})
    write("ragged", {"mat": 1, "x": [np.ones(4), np.ones(3)]})
    write("model", {"lsq": 1, "k": 1, "coef": np.ones((1, 1)), "intercept": np.ones(1)})
    write("norows", {"mat": 1, "x": np.ones((0, 4))})
    write("rate", {"mat": 1, "x": x, "rate": 8000})
    write("rates", {"mat": 1, "x": x, "rate": 44100})
    write("col0", {"mat": 1, "x": x, "col0": 3})
    write("complex", {"mat": 1, "x": x.astype(complex)})
    write("unfinished", {"mat": 1, "x": x, "last": False})
    def hole(name, value, i, j, **more):
        y = x.copy()
        y[i, j] = value
        write(name, {"mat": 1, "x": y, **more})
    hole("nan", np.nan, 1, 2)
    hole("inf", np.inf, 2, 0, names=["a", "b", "c d"])
    hole("minus", -np.inf, 0, 3, col0=1000)
    write("late", {"mat": 1, "x": x, "last": False}, {"mat": 1, "x": np.where(x == 5, np.float32(np.nan), x).astype("<f4")})


def model_more_than_64_mib():
    thin, = read("thin")
    first, sizes = 0, []
    with open("dense", "rb") as f:
        unpacker = msgpack.Unpacker(f, object_hook=msgpack_numpy.decode, max_buffer_size=2**27)
        for part in unpacker:
            sizes.append(unpacker.tell() - sum(sizes))
            n = part["intercept"].size
            assert part["target0"] == first and part["targets"] == 3000 and part["last"] == (first + n == 3000)
            assert (part["rate"], part["note"], part["rows"], part["rank"]) == (8000, "kept", 3, 2)
            assert part["coef"].shape == (3000, n) and part["rss"].shape == (n,)
            assert np.array_equal(part["intercept"], thin["intercept"][first:first + n])
            want = thin["basis"] @ thin["loadings"][:, first:first + n]
            assert np.abs(part["coef"] - want).max() <= 1e-14 * np.abs(want).max()
            first += n
    assert first == 3000 and len(sizes) == 2 and max(sizes) <= 64 << 20 and sum(sizes) > 64 << 20, sizes
    a, b = x(read("from-dense")), x(read("from-thin"))
    assert a.shape == b.shape == (3, 3000) and np.abs(a - b).max() <= 1e-11 * np.abs(b).max()
    # Three rows of rank 2 less the mean: the fit is exact.
    assert np.abs(a - x(read("in"))[:, 3000:]).max() < 1e-10


def model_cut_along_given_columns():
    for name, given, targets, rank in ("thin", 1800, 10, 4), ("dense", 3000, 1, 8):
        at, first, factors = 0, 0, []
        with open(name + ".model", "rb") as f:
            unpacker = msgpack.Unpacker(f, object_hook=msgpack_numpy.decode, max_buffer_size=2**27)
            for part in unpacker:
                assert unpacker.tell() - at <= 64 << 20
                at = unpacker.tell()
                factor = part["basis" if name == "thin" else "coef"]
                assert (part["k"], part["targets"], part["target0"], part["given0"], part["rank"]) == (given, targets, 0, first, rank)
                assert part["intercept"].shape == part["rss"].shape == (targets,) and part["last"] == (first + len(factor) == given)
                factors.append(factor @ part["loadings"] if name == "thin" else factor)
                first += len(factor)
        assert len(factors) == 2 and first == given
        rows = x(read(name + ".plain")).astype(float)
        want = rows[:, :given] @ np.concatenate(factors) + part["intercept"]
        got = x(read(name + ".predicted"))
        assert np.abs(got - want).max() <= 1e-11 * np.abs(want).max()
        # Fewer rows than columns: the fit is exact.
        assert np.abs(got - rows[:, given:]).max() < 1e-9


def partial_fit_of_several_maps():
    parts, at = [], 0
    with open("parts", "rb") as f:
        unpacker = msgpack.Unpacker(f, object_hook=msgpack_numpy.decode, max_buffer_size=2**27)
        for part in unpacker:
            assert unpacker.tell() - at <= 64 << 20
            at = unpacker.tell()
            parts.append(part)
    assert [p["last"] for p in parts] == [False] * (len(parts) - 1) + [True] and len(parts) > 1
    assert all((p["k"], p["targets"], p["rate"], p["note"]) == (799990, 10, 8000, "kept") for p in parts)
    assert [len(p["shards"]) for p in parts] == [1] + [0] * (len(parts) - 1) and parts[0]["shards"][0]["rows"] == 12
    assert sum(p["rows"] for p in parts) == 12 and all(0 < len(p["reduced"]) <= p["rows"] for p in parts)
    rows, shift = x(read("in")).astype(float), parts[0]["shift"]
    assert all(np.array_equal(p["shift"], shift) for p in parts)
    few = np.r_[0:40, 799980:800001]
    w = np.hstack([np.ones((12, 1)), rows - shift])[:, few]
    s = np.concatenate([p["reduced"][:, few] for p in parts])
    products = s.T @ s + np.diag(np.append(np.zeros(51), sum(p["rss"] for p in parts)))
    assert np.abs(products - w.T @ w)[:51].max() <= 1e-9 * np.abs(w.T @ w).max()
    assert np.abs(np.diag(products - w.T @ w)).max() <= 1e-9 * np.abs(w.T @ w).max()


def model_notes_what_was_chosen():
    first = 0
    with open("model", "rb") as f:
        unpacker = msgpack.Unpacker(f, object_hook=msgpack_numpy.decode, max_buffer_size=2**27)
        at = 0
        for part in unpacker:
            assert unpacker.tell() - at <= 64 << 20, unpacker.tell() - at
            at = unpacker.tell()
            assert part["target0"] == first and part["grid"].shape == part["loo_mse"].shape == (1500,)
            assert part["note"] == "kept" and len(part["u" * 1000]) == 90000
            first += part["intercept"].size
    assert first == 5000 and at > 64 << 20 and x(read("predicted")).shape == (10, 5000)


def signals_main_thread_s_others():
    def blocked(pid, task):
        with open(f"/proc/{pid}/task/{task}/status") as f:
            mask = next(int(line.split()[1], 16) for line in f if line.startswith("SigBlk:"))
        return {number for number in signal.valid_signals() if mask >> number - 1 & 1}
    rows = msgpack.packb({"mat": 1, "x": np.random.default_rng(7).standard_normal((30000, 20)), "last": False}, default=msgpack_numpy.encode)
    p = subprocess.Popen(["lsq-fit", "-g", "10", "--threads=2"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    # It uses a block when it sees that another follows.
    p.stdin.write(rows + rows[:9])
    p.stdin.flush()
    # The main thread takes signals again once it has started the others.
    tasks, late = [], time.monotonic() + 20
    while len(tasks) < 3 or blocked(p.pid, p.pid):
        assert p.poll() is None and time.monotonic() < late, tasks
        time.sleep(0.001)
        tasks = sorted(int(task) for task in os.listdir(f"/proc/{p.pid}/task"))
    for task in tasks:
        if task != p.pid:
            assert blocked(p.pid, task) >= signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}, task
    p.terminate()
    assert p.wait(10) == -signal.SIGTERM


def threads_blas_use_do_not():
    threads = lambda n: {"OPENBLAS_NUM_THREADS": n, "OMP_NUM_THREADS": n}
    deficient = normal(150, 60)
    deficient[:, 20] = deficient[:, 21:30].sum(axis=1)
    for rows, given in (normal(300, 160), 120), (normal(50, 1000), 700), (deficient, 40), (normal(2500, 8), 5):
        for options in [], ["--no-intercept"], ["--rcond=0.3"]:
            one, two, plain = (run(rows, "-q", "-g", str(given), *options, env=env)
                               for env in (threads("1"), threads("2"), {"LD_LIBRARY_PATH": os.environ["REFERENCE"]}))
            assert one.returncode == plain.returncode == 0 and one.stdout == two.stdout
            a, b = maps(one.stdout)[0], maps(plain.stdout)[0]
            assert a["rank"] == b["rank"] and list(a) == list(b)
            close(coef(a), coef(b), 1e-12)
            for key in "intercept", "singular":
                close(a[key], b[key], 1e-12)
            assert np.abs(a["rss"] - b["rss"]).max() <= 1e-12 * (rows[:, given:] ** 2).sum()


if __name__ == "__main__":
    main(globals())
