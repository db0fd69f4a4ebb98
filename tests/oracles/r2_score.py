"""Called by tests/r2-score.bats: oracle r2_score FUNCTION ARGUMENT..."""

import json
import math
import os
import subprocess

from fractions import Fraction
import msgpack
import msgpack_numpy
import numpy as np
import warnings

from common import main, r2_score, write


# r2() gives what r2-score prints for two arrays, as floats; `truth` and
# `predicted` are more attributes of the two streams.
warnings.simplefilter("ignore")
rng = np.random.default_rng(77)
normal = lambda *shape: rng.standard_normal(shape)


def run(t, p, *options, truth={}, predicted={}):
    write("t", {"mat": 1, "x": t, **truth})
    write("p", {"mat": 1, "x": p, **predicted})
    return subprocess.run(["r2-score", *options, "t", "p"], capture_output=True, text=True)


def r2(*args, **more):
    done = run(*args, "-q", **more)
    assert done.returncode == 0 and done.stderr == "", done
    assert done.stdout.endswith("\n")
    return [float(line) for line in done.stdout.splitlines()]


def close(a, b):
    a, b = np.atleast_1d(a), np.atleast_1d(b)
    assert a.shape == b.shape and (np.abs(a - b) <= 1e-9 * np.abs(b)).all(), (a, b)


# behind with_r2: the ratio of sums of squares in exact arithmetic, in dB.
def squares(values):
    return sum((Fraction(float(v)) ** 2 for v in np.ravel(values)), Fraction(0))


def exact_snr(t, p):
    noise = sum(((Fraction(float(a)) - Fraction(float(b))) ** 2 for a, b in zip(np.ravel(t), np.ravel(p))), Fraction(0))
    ratio = squares(t) / noise
    return 10 * (math.log10(ratio.numerator) - math.log10(ratio.denominator))


def lines(t, p, *options, **more):
    done = run(t, p, *options, "-q", **more)
    assert done.returncode == 0 and done.stderr == "" and done.stdout.endswith("\n"), done
    return [line.split("\t") for line in done.stdout[:-1].split("\n")]


def scores_those_scikit_learn_averaged():
    for t, noise in ((normal(20, 7), 0.3), (normal(2, 3), 1), (normal(500, 1), 2), (normal(3, 400), 0.1), (normal(50, 4) * [1, 1e3, 1e-3, 1e9], 0.5),
                     (normal(30, 3) + 1000, 0.5), (normal(9, 2) * 1e100, 1), (normal(9, 2) * 1e-100, 1), (np.eye(5), 0.2)):
        p = t + noise * t.std() * normal(*t.shape)
        close(r2(t, p), r2_score(t, p))
        for options in ["-a", "uniform"], ["--average=uniform"]:
            assert r2(t, p, *options) == r2(t, p)
        close(r2(t, p, "--average=variance"), r2_score(t, p, multioutput="variance_weighted"))
        close(r2(t, p, "-a", "none"), r2_score(t, p, multioutput="raw_values"))
        for options in ["--flat"], ["-f"], ["-u", "nan", "-f"]:
            close(r2(t, p, *options), r2_score(t.ravel(), p.ravel()))
        # Defined everywhere, so that this makes no difference.
        assert r2(t, p, "-u", "nan") == r2(t, p, "--undefined=finite") == r2(t, p)
        # Exactly right.
        assert r2(t, t) == r2(t, t, "-f") == r2(t, t, "-a", "variance") == [1.0] and r2(t, t, "-a", "none") == [1.0] * t.shape[1]
    # The mean of each column is worth 0, and less than that is negative.
    t = np.array([[1.0, 2], [3, 6]])
    assert r2(t, np.array([[2.0, 4], [2, 4]])) == [0.0] and r2(t, t[::-1], "-a", "none") == [-3.0, -3.0]


def what_lsq_predict_extend_has():
    full = normal(12, 30).cumsum(axis=1)
    coef = np.array([[-0.25, 0.5], [0.0, 1]])
    write("model", {"lsq": 1, "k": 2, "coef": coef, "intercept": np.zeros(2)})
    for first, end, n in (0, 20, 10), (0, 20, 3), (5, 21, 5), (28, 30, 4):
        truth, given = full[:, first:], {"mat": 1, "x": full[:, first:end], "col0": first}
        write("given", given)
        write("truth", {"mat": 1, "x": truth, "col0": first})
        with open("more", "wb") as f:
            f.write(subprocess.run(["lsq-predict", "-e", str(n), "model", "given"], stdout=subprocess.PIPE, check=True).stdout)
        grown = given["x"]
        while grown.shape[1] < end - first + n:
            grown = np.hstack([grown, grown[:, -2:] @ coef])
        want = grown[:, end - first:end - first + n]
        done = subprocess.run(["r2-score", "-a", "none", "truth", "more"], capture_output=True, text=True)
        if end + n > 30:
            assert done.returncode == 1 and done.stdout == "", done
            continue
        assert done.returncode == 0 and done.stderr == "", done
        close([float(line) for line in done.stdout.splitlines()], r2_score(full[:, end:end + n], want, multioutput="raw_values"))


def data_far_from_zero_keep():
    def exact(t, p):
        t, p = [Fraction(v) for v in t], [Fraction(v) for v in p]
        mean = sum(t) / len(t)
        return float(1 - sum((a - b) ** 2 for a, b in zip(t, p)) / sum((a - mean) ** 2 for a in t))
    for offset in 1e3, 1e6, 1e9, -1e12:
        t = normal(60, 2) + offset
        p = t + 0.5 * normal(60, 2)
        want = [exact(t[:, j], p[:, j]) for j in range(2)]
        close(r2(t, p, "-a", "none"), want)
        close(r2(t, p, "-f"), exact(t.ravel(), p.ravel()))
        # The first row is no good place to count from here.
        t[0], p[0] = 0, 1
        close(r2(t, p, "-a", "none"), [exact(t[:, j], p[:, j]) for j in range(2)])


def row_constant_columns_count_1():
    # Values are compared: a computed variance of thirty times 0.1 is not zero.
    for constant in 0.1, 0.0, -7.3, 1e-100, 1e100, 1 / 3:
        t = np.full((30, 3), constant)
        p = t.copy()
        p[4, 1] += max(abs(constant), 1e-100) / 8
        t[:, 2] = np.arange(30)
        p[:, 2] = t[:, 2] + np.tile([1, -1], 15)
        third = r2_score(t[:, 2], p[:, 2])
        close(r2(t, p, "-a", "none"), [1, 0, third])
        close(r2(t, p), (1 + 0 + third) / 3)
        close(r2(t, p, "-a", "variance"), third)
        assert str(r2(t, p, "-a", "none", "-u", "nan")[:2]) == "[nan, -inf]"
        close(r2(t, p, "-a", "none", "-u", "nan")[2], third)
        assert np.isnan(r2(t, p, "-u", "nan")) and np.isnan(r2(t, p, "-a", "variance", "-u", "nan"))
        assert r2(t[:, :2], p[:, :2], "-f", "-u", "nan") == [-math.inf]
        assert r2(t[:, :1], p[:, :1], "-f") == [1.0] and r2(t[:, 1:2], p[:, 1:2], "-f") == [0.0]
        # A column that weighs nothing counts for nothing, infinite though its score is.
        assert r2(np.array([[1e-200, 1], [2e-200, 2]]), np.array([[1e100, 1], [2e-200, 2.5]]), "-a", "variance") == [-2e200]
        # All constant: the plain mean, as in scikit-learn.
        assert r2(t[:, :2], p[:, :2]) == r2(t[:, :2], p[:, :2], "-a", "variance") == [0.5]
    t, p = np.array([[1.0, 2, 3, 4]]), np.array([[1.0, 2, 3, 5]])
    assert r2(t, p) == r2(t, p, "-a", "variance") == [0.75] and r2(t, p, "-a", "none") == [1.0, 1.0, 1.0, 0.0]
    assert r2(t, t + 1) == [0.0] and r2(t, t) == [1.0]
    close(r2(t, p, "-f"), r2_score(t[0], p[0]))
    assert np.isnan(r2(t, t, "-u", "nan")) and np.isnan(r2(t[:, :1], p[:, :1], "-u", "nan", "-f"))
    warning = "r2-score: warning: one row only: R^2 of a column is undefined, counted as {} (--flat scores over the samples)\n"
    for options, what in ([], "1 if exact, else 0"), (["-u", "nan"], "nan"), (["-a", "none"], "1 if exact, else 0"), (["-j"], "1 if exact, else 0"):
        done = run(t, p, *options)
        assert done.returncode == 0 and done.stderr == warning.format(what), done
    for more in run(t, p, "-f"), run(t, p, "-q"), run(np.ones((2, 2)), np.ones((2, 2))):
        assert more.returncode == 0 and more.stderr == "", more


def undefined_nan_what_force_finite():
    """Integers, whose computed variance is 0 where they are constant, as scikit-learn asks."""
    for shape in (1, 1), (1, 4), (2, 1), (5, 3):
        for constant in [], [0], slice(None):
            t = np.round(normal(*shape) * 9)
            t[:, constant] = t[:1, constant]
            for p in t, t + 1, t + np.arange(shape[1]) % 2, t + (np.arange(shape[0]) == 0)[:, None]:
                for name, how in ("uniform", "uniform_average"), ("variance", "variance_weighted"), ("none", "raw_values"):
                    want = r2_score(t, p, multioutput=how, force_finite=False)
                    np.testing.assert_allclose(r2(t, p, "-a", name, "-u", "nan"), np.atleast_1d(want) if shape[0] > 1 or name != "none" else [math.nan] * shape[1], rtol=1e-12)
                np.testing.assert_allclose(r2(t, p, "-f", "-u", "nan"), [r2_score(t.ravel(), p.ravel(), force_finite=False)], rtol=1e-12)
                rows = [float(line[1]) for line in lines(t, p, "--by-row", "-u", "nan")]
                np.testing.assert_allclose(rows, [r2_score(a, b, force_finite=False) for a, b in zip(t, p)], rtol=1e-12)
                with np.errstate(all="ignore"):
                    want = 1 - ((t - p) ** 2).sum() / ((t - t.mean(1, keepdims=True)) ** 2).sum() if shape[1] > 1 else math.nan
                np.testing.assert_allclose(r2(t, p, "--pooled", "-u", "nan"), [want], rtol=1e-12)


def finite_data_never_score_nan():
    for size in 1e-200, 1e-310, 1e200, 1.7e308:
        t = np.array([[1.0], [0.5], [0.25], [-0.5]]) * size
        for p, want in (t, 1), (np.full_like(t, t.mean() if size < 1e300 else 0.3125 * size), 0), (t * 0.75, None):
            for options in [], ["-f"], ["-a", "variance"], ["-a", "none"]:
                score, = r2(t, p, *options)
                assert np.isfinite(score), (size, want, score)
                assert want is None or abs(score - want) < 1e-9, (size, want, score)
    for values in [1e-320, 1, 2], [1e-10, 1e300, -1e300], [1e-200, 1e200, 5e199], [0, 1e-300, 1.7e308], [1e300, 1e-300, 0], [1, 1e-320, 1e155]:
        t = np.array(values)[:, None]
        assert r2(t, t) == r2(t, t, "-f") == [1.0], values
        half, = r2(t, t / 2)
        # All but the largest values are as good as zero.
        large = np.where(np.abs(t) < 1e-9 * np.abs(t).max(), 0, t) / np.abs(t).max()
        close(half, r2_score(large, large / 2))


def integers_scored_numbers_they_do():
    t, p = np.array([[-32768, 32767, 5], [32767, -32768, -30000]]), np.array([[32767, -32768, 6], [-32768, 32767, 30000]])
    want = r2_score(t.astype(float), p.astype(float), multioutput="raw_values")
    assert want[0] < -2 and (r2_score(t.astype("i2").astype(float), (t.astype("i2") - p.astype("i2")).astype(float), multioutput="raw_values") != want).any()
    for kind in "<i2 >i2 <i4 >i4 <i8 >i8 <f4 >f4 <f8 >f8".split():
        for other in "<i2", ">f4":
            close(r2(t.astype(kind), p.astype(other), "-a", "none"), want)
    small = np.abs(t // 300).astype("|u1")
    for kind in "|u1 <u2 >u2 <u4 >u4 <u8 >u8".split():
        close(r2(small.astype(kind), small[::-1].astype(kind), "-a", "none"), r2_score(small.astype(float), small[::-1].astype(float), multioutput="raw_values"))
    close(r2(np.array([[True], [False], [True]]), np.array([[0.9], [0.2], [0.8]])), r2_score([1, 0, 1], [0.9, 0.2, 0.8]))
    close(r2(np.array([[-128], [127]], "|i1"), np.array([[127], [-128]], "|i1")), r2_score([-128.0, 127], [127.0, -128]))


def columns_matched_by_position_so():
    t, p = normal(6, 8), normal(6, 3)
    for col0 in range(6):
        want = r2_score(t[:, col0:col0 + 3], p, multioutput="raw_values")
        close(r2(t, p, "-a", "none", predicted={"col0": col0}), want)
        close(r2(t, p, "-a", "none", truth={"col0": 100}, predicted={"col0": 100 + col0}), want)
        close(r2(t, p, "-f", predicted={"col0": col0}), r2_score(t[:, col0:col0 + 3].ravel(), p.ravel()))
        # As the truth stands where the widths agree and one of them carries no position.
        for truth, predicted in ({}, {"col0": col0}), ({"col0": col0}, {}), ({"col0": col0}, {"col0": col0}):
            close(r2(t[:, col0:col0 + 3], p, "-a", "none", truth=truth, predicted=predicted), want)
    # Rows of the truth may differ in length, as long as what is predicted is in them.
    ragged = [row[:n] for row, n in zip(t, (8, 5, 6, 7, 5, 8))]
    close(r2(ragged, p, "-a", "none", predicted={"col0": 2}), r2_score(t[:, 2:5], p, multioutput="raw_values"))


def rows_may_come_any_blocks():
    rng = np.random.default_rng(4)
    t, p = rng.standard_normal((10, 4)), rng.standard_normal((10, 4))
    name = [f"r{i}" for i in range(10)]
    write("t", {"mat": 1, "x": t, "names": name})
    write("p", {"mat": 1, "x": p, "names": name})
    write("t3", {"mat": 1, "x": t[:3], "names": name[:3], "last": False}, {"mat": 1, "x": t[:0], "last": False}, {"mat": 1, "x": list(t[3:]), "names": name[3:]})
    write("p3", {"mat": 1, "x": p[:8], "last": False}, {"mat": 1, "x": p[8], "last": False}, {"mat": 1, "x": p[9:]})
    write("bare", p)


def numbers_printed_python_s_repr():
    for want in 0.0, 1.0, -1.0, 0.5, 0.1, 1 / 3, -3.4033367, 0.9999999999999999, 1e-5, 0.0001, -0.00012345, -123456789.0, -1e15, -1e16, -1.5e300, 1 - 2**-52, -2 / 3, 1e-16:
        # 1 - ss_res / ss_tot with ss_tot = 2 and exact squares, or the nearest to it.
        t = np.array([[-1.0], [1.0]])
        p = t + np.array([[(2 * (1 - want)) ** 0.5], [0]])
        done = run(t, p)
        score = 1 - (p[0, 0] - t[0, 0]) ** 2 / 2
        assert done.stdout == repr(float(done.stdout)) + "\n", done.stdout
        assert abs(float(done.stdout) - score) <= 2e-15 * max(1, abs(score)), (want, done.stdout)
    many = run(normal(3, 3000), normal(3, 3000), "-a", "none").stdout.split("\n")
    assert many.pop() == "" and len(many) == 3000 and all(repr(float(line)) == line for line in many)
    assert run(np.ones((1, 2)), np.ones((1, 2)), "-q", "-a", "none", "-u", "nan").stdout == "nan\nnan\n"
    assert run(np.ones((1, 2)), np.ones((1, 2)), "-q").stdout == "1.0\n"


def json_valid_object():
    def parsed(*args, **more):
        done = run(*args, "-q", "--json", **more)
        assert done.returncode == 0 and done.stdout.endswith("}\n") and done.stdout.count("\n") == 1, done
        def never(constant):
            raise ValueError(constant)
        return json.loads(done.stdout, parse_constant=never)
    t, p = normal(5, 3), normal(5, 3)
    t[:, 1] = 0.1
    head = {"rows": 5, "columns": 3, "undefined": 1}
    assert parsed(t, p) == {"r2": r2(t, p)[0], "average": "uniform", **head}
    assert parsed(t, p, "-a", "variance") == {"r2": r2(t, p, "-a", "variance")[0], "average": "variance", **head}
    assert parsed(t, p, "-a", "none") == {"r2": r2(t, p, "-a", "none"), "average": "none", **head}
    assert parsed(t, p, "-a", "none", "-u", "nan") == {"r2": [r2(t, p, "-a", "none")[0], None, r2(t, p, "-a", "none")[2]], "average": "none", **head}
    assert parsed(t, p, "-u", "nan")["r2"] is None
    assert parsed(t, p, "-f") == {"r2": r2(t, p, "-f")[0], "average": "flat", "rows": 5, "columns": 3, "undefined": 0}
    assert parsed(t[:1], p[:1]) == {"r2": 0.0, "average": "uniform", "rows": 1, "columns": 3, "undefined": 3}
    assert parsed(t[:, 1:2], t[:, 1:2], "-a", "none")["r2"] == [1.0]


def rows_names_or_columns_do():
    t = np.arange(12.0).reshape(3, 4)
    write("t", {"mat": 1, "x": t, "names": ["a", "b", "c"]})
    write("p", {"mat": 1, "x": t, "names": ["a", "x y", "c"]})
    write("order", {"mat": 1, "x": t[:2], "names": ["a", "b"], "last": False}, {"mat": 1, "x": t[:1], "names": ["d"]})
    write("short", {"mat": 1, "x": t[:2]})
    write("long", {"mat": 1, "x": t, "last": False}, {"mat": 1, "x": t[:1]})
    write("wide", {"mat": 1, "x": np.ones((3, 5))})
    write("narrow", {"mat": 1, "x": t[:, :2]})
    write("late", {"mat": 1, "x": t[:, :2], "col0": 3})
    write("early", {"mat": 1, "x": t[:, :2], "col0": 9})
    write("from10", {"mat": 1, "x": t, "col0": 10})
    write("ragged", {"mat": 1, "x": [t[0], t[1], t[2][:3]]})
    write("tail", {"mat": 1, "x": t[:, 2:], "col0": 2})
    write("nan", {"mat": 1, "x": np.where(t == 6, np.nan, t), "names": ["a", "b", "c"]})
    write("inf", {"mat": 1, "x": np.where(t == 9, np.inf, t)})
    write("model", {"lsq": 1, "k": 1, "coef": np.ones((1, 1)), "intercept": np.ones(1)})
    write("unfinished", {"mat": 1, "x": t, "last": False})


def columns_scores_these_predicted_columns():
    t, p = normal(7, 30), normal(7, 20)
    for text, a, b in (("0:20", 0, 20), (":", 0, 20), (":5", 0, 5), ("5:", 5, 20), ("3:4", 3, 4), ("25%:50%", 5, 10), (":0.29", 0, 5), ("0.5:18", 10, 18), ("19:100%", 19, 20)):
        truth, predicted = t[:, 10 + a:10 + b], p[:, a:b]
        at = {"predicted": {"col0": 10}}
        close(r2(t, p, "-c", text, **at), r2_score(truth, predicted))
        close(r2(t, p, "--columns=" + text, "-a", "none", **at), r2_score(truth, predicted, multioutput="raw_values"))
        close(r2(t, p, "-a", "variance", "-c", text, **at), r2_score(truth, predicted, multioutput="variance_weighted"))
        close(r2(t, p, "-f", "-c", text, **at), r2_score(truth.ravel(), predicted.ravel()))
        # They count from the first column compared, wherever that is in the full row.
        assert r2(t[:, 10:], p, "-c", text) == r2(t, p, "-c", text, truth={"col0": 90}, predicted={"col0": 100}) == r2(t, p, "-c", text, **at)
    done = run(t, p, "--json", "-c", "2:8", predicted={"col0": 10})
    assert json.loads(done.stdout)["columns"] == 6 and json.loads(done.stdout)["rows"] == 7, done


def snr_power_truth_over_error():
    for t, noise in ((normal(20, 7), 0.3), (normal(1, 50), 3), (normal(30, 3) + 1000, 1e-9), (normal(9, 2) * 1e-160, 0.1), (normal(9, 2) * 1e200, 1),
                     (np.round(normal(40, 9) * 9000), 1e-2), (normal(6, 4) * [1, 1e90, 1e-90, 1e-310], 0.5), (normal(5, 5) * 10.0 ** rng.integers(-300, 300, (5, 5)), 1e-200)):
        p = t + noise * np.abs(t) * normal(*t.shape)
        p[0, 0] += t[0, 0] * noise if noise > 1e-16 else np.spacing(t[0, 0])
        want = exact_snr(t, p)
        for options in [], ["-f"], ["--pooled"], ["-a", "variance"], ["-a", "none"], ["-f", "-u", "nan"]:
            got = lines(t, p, "--snr", *options)
            assert got[:-1] == lines(t, p, *options), (got, options)
            assert abs(float(got[-1][0]) - want) <= 1e-11 * max(1, abs(want)), (got[-1], want)
        a, b = t.shape[1] // 3, t.shape[1]
        want = exact_snr(t[:, a:b], p[:, a:b]) if (t != p)[:, a:b].any() else math.inf
        got = float(lines(t, p, "--snr", "-c", f"{a}:", "-f")[-1][0])
        assert got == want or abs(got - want) <= 1e-11 * max(1, abs(want)), (got, want)
    # Errors beyond the range of double.
    t = np.array([[1.7e308, -1.2e308], [1e-300, 1e308]])
    close(float(lines(t, -t, "--snr", "-f")[-1][0]), -20 * math.log10(2))
    close(float(lines(t / 1e308 * 1e-308, -t / 1e308 * 1e-308, "--snr", "-f")[-1][0]), -20 * math.log10(2))
    # A great many small values behind a large one: their sum counts. 1 is as much as 2^24 times 2^-24.
    t = np.full((64, 16384), 2.0 ** -30)
    t[0, 0] = 2.0 ** 24
    p = t.copy()
    p[1, 1] += 1
    want = 10 * math.log10(2 ** 48 + (64 * 16384 - 1) * 2.0 ** -60)
    assert abs(float(lines(t, p, "--snr", "-f")[-1][0]) - want) < 1e-13 * want


def snr_without_error_inf_silence():
    zero, one = np.zeros((2, 3)), np.ones((2, 3))
    for t, p, finite, nan in (one, one, "inf", "inf"), (zero, one, "-inf", "-inf"), (zero, zero, "inf", "nan"), (one, zero, "0.0", "0.0"):
        assert lines(t, p, "--snr", "-f")[-1] == [finite] and lines(t, p, "--snr", "-f", "-u", "nan")[-1] == [nan], (t, p)
        parsed = json.loads(run(t, p, "-q", "--snr", "--json").stdout)
        assert "snr_db" in parsed and parsed["snr_db"] == (0.0 if finite == "0.0" else None), parsed
        assert lines(t, p, "--by-row", "--snr")[0][2] == finite


def by_row_score_each_row():
    t, p = normal(9, 12) * 100, normal(9, 8)
    p += t[:, 4:]
    t[3, 4:], p[3] = 0.1, 0.1
    t[5, 4:], p[5, 1] = 0.1, 0.2
    name = ["row %d" % i for i in range(9)]
    at = {"truth": {"names": name}, "predicted": {"col0": 4}}
    for text, a, b in (":", 0, 8), ("2:75%", 2, 6):
        truth, predicted = t[:, 4 + a:4 + b], p[:, a:b]
        got = lines(t, p, "--by-row", "-c", text, **at)
        assert [line[0] for line in got] == name and all(len(line) == 2 for line in got)
        want = [r2_score(x, y) for x, y in zip(truth, predicted)]
        want[3], want[5] = 1, 0
        close([float(line[1]) for line in got], want)
        got = lines(t, p, "--by-row", "-c", text, "--snr", "-u", "nan", **at)
        assert got[3][1:] == ["nan", "inf"] and got[5][1] == "-inf"
        close([float(line[2]) for i, line in enumerate(got) if i != 3], [exact_snr(truth[i], predicted[i]) for i in range(9) if i != 3])
        done = run(t, p, "--by-row", "-c", text, "--snr", "--json", **at)
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        assert objects == [{"name": name[i], "r2": None if line[1] == "nan" else float(line[1]), "snr_db": None if i == 3 else float(line[2]), "row": i, "columns": b - a, "undefined": int(i in (3, 5))}
                           for i, line in enumerate(lines(t, p, "--by-row", "-c", text, "--snr", **at))], objects
    # A row of another size does not disturb those behind it.
    sizes = 10.0 ** np.array([0, 300, -300, 3, -150, 0])
    t, p = normal(6, 5), normal(6, 5)
    close([float(line[1]) for line in lines(t * sizes[:, None], p * sizes[:, None], "--by-row")], [r2_score(x, y) for x, y in zip(t, p)])


def by_row_has_names_on():
    wild = ["tab\there", "line\nfeed\rreturn", "back\\slash", "quote\"d", "\0nul \x1b[31m\x7f\x85", "h\u00f6rt \u30bc\u30ed", "t n r"]
    told = ["tab\\there", "line\\nfeed\\rreturn", "back\\\\slash", "quote\"d", "\\000nul \\033[31m\\177\\302\\205", "h\u00f6rt \u30bc\u30ed", "t n r"]
    t = normal(7, 4)
    for at in {"truth": {"names": wild}}, {"predicted": {"names": wild}}, {"truth": {"names": wild}, "predicted": {"names": wild}}:
        assert lines(t, t, "--by-row", **at) == [[name, "1.0"] for name in told]
        assert [json.loads(line)["name"] for line in run(t, t, "--by-row", "-j", **at).stdout.splitlines()] == wild
        assert run(t, t, "--by-row", "-j", **at).stdout.replace("\n", "").isprintable()
    assert lines(t, t, "--by-row") == [["", "1.0"]] * 7
    assert json.loads(run(t, t, "--by-row", "-j").stdout.splitlines()[4]) == {"name": None, "r2": 1.0, "row": 4, "columns": 4, "undefined": 0}
    half = {"truth": {"names": ["a", ""] + ["c"] * 5}, "predicted": {"names": ["", "b"] + ["c"] * 5}}
    assert [line[0] for line in lines(t, t, "--by-row", **half)] == ["a", "b"] + ["c"] * 5


def pooled_has_each_row_deviate():
    def pooled(t, p):
        return 1 - ((t - p) ** 2).sum() / ((t - t.mean(1, keepdims=True)) ** 2).sum()
    for t in normal(20, 7), normal(2, 3), normal(1, 50), normal(30, 5) + 1000 * np.arange(30)[:, None], normal(30, 5) * 10.0 ** np.arange(-15, 15)[:, None], normal(8, 6) * 1e150:
        p = t + 0.3 * t.std(1, keepdims=True) * normal(*t.shape)
        close(r2(t, p, "--pooled"), pooled(t / t.std(), p / t.std()))
        close(r2(t, p, "--pooled", "--cols=:50%"), pooled(t[:, :t.shape[1] // 2] / t.std(), p[:, :t.shape[1] // 2] / t.std()) if t.shape[1] > 3 else 0)
        assert r2(t, t, "--pooled") == [1.0]
    # Levels of rows explain nothing here, and all with --flat.
    t = np.array([[1.0, 2, 3], [101, 102, 103]])
    level = np.repeat([[2.0], [102]], 3, 1)
    assert r2(t, level, "--pooled") == [0.0] and r2(t, level, "-f")[0] > 0.999
    constant = np.array([[0.1] * 30, [7] * 30])
    assert r2(constant, constant, "--pooled") == [1.0] and r2(constant, constant + 1, "--pooled") == [0.0]
    assert np.isnan(r2(constant, constant, "--pooled", "-u", "nan"))
    # One row that varies is enough.
    constant[1, 4] = 8
    close(r2(constant, constant + 0.125, "--pooled"), pooled(constant, constant + 0.125))
    t, p = normal(5, 4), normal(5, 4)
    got = json.loads(run(t, p, "--pooled", "--json", "--snr").stdout)
    close([got.pop("r2"), got.pop("snr_db")], [pooled(t, p), exact_snr(t, p)])
    assert got == {"average": "pooled", "rows": 5, "columns": 4, "undefined": 0}


def memory_stays_same_however_many():
    rng = np.random.default_rng(8)
    t, p = rng.normal(size=(200, 500)), rng.normal(size=(200, 500))
    def peak(blocks, *options):
        for path, rows in ("t", t), ("p", p):
            with open(path, "wb") as f:
                for i in range(blocks):
                    f.write(msgpack.packb({"mat": 1, "x": rows, "names": ["r%d" % j for j in range(200)], "last": i == blocks - 1}, default=msgpack_numpy.encode))
        child = subprocess.Popen(["r2-score", *options, "t", "p"], stdout=subprocess.PIPE)
        out = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        assert status == 0
        return usage.ru_maxrss, out.decode()
    for options in ["-f"], ["-a", "none"], ["--pooled", "--snr"], ["--by-row", "--snr", "--sums", "-c", "10:50%"]:
        (few, a), (many, b) = peak(4, *options), peak(60, *options)
        assert many < few + 4096, (options, few, many)
        if "--by-row" in options:
            assert b == a * 15
        else:
            np.testing.assert_allclose([float(v) for v in a.split()], [float(v) for v in b.split()], rtol=1e-9)


def sums_those_squared_errors_deviations():
    def sums(t, p, rows):
        t, p = [[[Fraction(float(v)) for v in row] for row in a] for a in (t, p)]
        groups = [row for row in t] if rows else [sum(t, [])]
        means = [sum(group) / len(group) for group in groups]
        deviation = sum((v - mean) ** 2 for group, mean in zip(groups, means) for v in group)
        error = sum((a - b) ** 2 for x, y in zip(t, p) for a, b in zip(x, y))
        return [float(v) if v < 2 ** 1024 - 2 ** 970 else math.inf for v in (error, deviation)]
    for t, noise in ((normal(20, 7), 0.3), (normal(1, 50), 3), (normal(9, 1), 1), (normal(30, 3) + 1000, 0.01), (normal(9, 2) * 1e-150, 0.1), (normal(9, 2) * 1e150, 1),
                     (np.round(normal(40, 9) * 9000), 1e-2), (np.zeros((3, 4)), 0), (np.full((3, 4), 0.1), 0), (normal(6, 4) * [1, 1e90, 1e-90, 1e-140], 0.5)):
        p = t + noise * np.abs(t) * normal(*t.shape)
        for at, options in ((0, t.shape[1]), []), ((1, t.shape[1]), ["-c", "1:"]), ((0, 1), ["--cols=:1"]):
            a, b = at
            if a >= b:
                continue
            want = {how: sums(t[:, a:b], p[:, a:b], how != "--flat") for how in ("--flat", "--pooled")}
            for how in "--flat", "--pooled":
                (score,), (error,), (deviation,) = lines(t, p, how, "--sums", *options)
                close([float(error), float(deviation)], want[how])
                assert score == lines(t, p, how, *options)[0][0]
                if float(deviation):
                    assert abs(float(score) - (1 - float(error) / float(deviation))) <= 1e-14 * max(1, abs(float(score)))
                # Behind the ratio, and in the same digits in JSON.
                got = lines(t, p, how, "--snr", "--sums", *options)
                assert [line[0] for line in got[:1] + got[2:]] == [score, error, deviation] and len(got) == 4
                parsed = json.loads(run(t, p, "-q", how, "--sums", "--json", *options).stdout)
                assert list(parsed) == ["r2", "squared_error", "squared_deviation", "average", "rows", "columns", "undefined"]
                assert [parsed["squared_error"], parsed["squared_deviation"]] == [float(error), float(deviation)]
            rows = lines(t, p, "--by-row", "--sums", *options)
            assert len(rows) == len(t) and {len(row) for row in rows} == {4}
            for i, row in enumerate(rows):
                close([float(v) for v in row[2:]], sums(t[i:i + 1, a:b], p[i:i + 1, a:b], True))
            assert [row[:2] for row in rows] == lines(t, p, "--by-row", *options)
            objects = [json.loads(line) for line in run(t, p, "-q", "--by-row", "--snr", "--sums", "-j", *options).stdout.splitlines()]
            assert list(objects[0]) == ["name", "r2", "snr_db", "squared_error", "squared_deviation", "row", "columns", "undefined"]
            assert [[m["squared_error"], m["squared_deviation"]] for m in objects] == [[float(v) for v in row[2:]] for row in rows]
            assert [row[3:] for row in lines(t, p, "--by-row", "--snr", "--sums", *options)] == [row[2:] for row in rows]
            # Those of the rows add up to those of all of them, but for rounding.
            close(np.sum([[float(v) for v in row[2:]] for row in rows], axis=0), want["--pooled"])
    # Errors, and values, beside which deviations are nothing; and the other way round.
    for t, p in (([[1.0, 2, 0.5, 1.3]], [[1e160, 2, 0, 1]]), ([[1e77, 3e77, 2e77]], [[1e250, 0, 1]]), ([[0.0, 0, 3, 1]], [[0, 1e300, 1, 0]]),
                 ([[1e300, 1e300], [1, 2]], [[1e300, 1e300], [1, 4]]), ([[1, 2], [1e300, 1e300]], [[1, 4], [1e300, 1e300]]),
                 ([[1e300, 1e300], [1e-150, 3e-150]], [[1e300, 1e300], [2e-150, 0]]), ([[3e-150, 0]], [[1e140, 5]]), ([[1e150, -1e150]], [[1e150, -1e150 * (1 + 2e-16)]])):
        t, p = np.array(t), np.array(p)
        for how in "--flat", "--pooled":
            got = [float(line[0]) for line in lines(t, p, how, "--sums")]
            np.testing.assert_allclose(got[1:], sums(t, p, how != "--flat"), rtol=1e-12)
            if 0 < got[2] < math.inf:
                np.testing.assert_allclose(got[0], 1 - got[1] / got[2], rtol=1e-12)
        for row, a, b in zip(lines(t, p, "--by-row", "--sums"), t, p):
            np.testing.assert_allclose([float(v) for v in row[2:]], sums([a], [b], True), rtol=1e-12)
    # What no double holds is inf, and null in JSON; what is too small for one is 0.
    big, small = np.array([[1e300, -1e300]]), np.array([[1e-300, -1e-300]])
    assert lines(big, -big, "-f", "--sums")[1:] == [["inf"], ["inf"]] and lines(small, -small, "-f", "--sums")[1:] == [["0.0"], ["0.0"]]
    parsed = json.loads(run(big, -big, "-f", "--sums", "-j").stdout)
    assert parsed["r2"] == -3 and parsed["squared_error"] is None and parsed["squared_deviation"] is None


if __name__ == "__main__":
    main(globals())
