"""lsq-predict --fill, and local models: a case at random, and the check of it against rational numbers or, where rows are chosen by
distance, against formulas in NumPy."""

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

from exact import EPS, fractions, product, real, solved, transposed
from filters import Case, Changed, a_span, matrix_out, put, same_rows, span, stem
from runs import Wrong
from streams import MILD, Matrix, Refusal, blocks, chance, pick, size, values

sys.path.append(str(Path(__file__).resolve().parents[2] / "oracles"))
from local import Settings, by_distance, equations


class Fill:
    @staticmethod
    def make(rng, given=None):
        p, most = int(rng.integers(1, 6)), 20
        coef = rng.integers(-8, 9, (p, 1)) / 8
        model = {"lsq": 1, "k": p, "coef": coef, "intercept": rng.integers(-3, 4, 1).astype(float)}
        n = size(rng, 4)
        x = values(rng, n, int(rng.integers(1, most)), pick(rng, ["<f8", "<i2", ">f4"]), MILD)
        x = x if chance(rng, 0.5) else [row[: rng.integers(1, len(row) + 1)] for row in x]
        fill = "--fill=" + ",".join(a_span(rng, most if chance(rng, 0.5) else 9) for _ in range(pick(rng, [1, 1, 2, 3])))
        return Case("fill", [[fill]], a=given or blocks(rng, x, rate=pick(rng, [None, 8000]), col0=pick(rng, [None, 3])), model=[model])

    @staticmethod
    def columns(case, row, p):
        """Those to be filled in."""
        ends = [span(text, len(row)) for text in case.value("--fill").split(",")]
        found = {j for start, end in ends for j in range(start, end)}
        if any(start >= end or end > len(row) for start, end in ends) or len(row) <= p or len(found) == len(row):
            raise Refusal("span")
        if not np.isfinite(np.delete(row.astype(float), sorted(found))).all():
            raise Refusal("not finite")
        return sorted(found)

    @staticmethod
    def filled(model, row, columns):
        """The values and how far rounding may take them; None where the windows do not determine them well."""
        p = model["k"]
        coef = [-c for c, in fractions(model["coef"])] + [Fraction(1)]
        known = [Fraction(0) if j in columns else Fraction(float(v)) for j, v in enumerate(row)]
        windows = [[coef[j - s] if 0 <= j - s <= p else Fraction(0) for j in columns] for s in range(len(row) - p)]
        errors = [Fraction(float(model["intercept"][0])) - sum(c * v for c, v in zip(coef, known[s:])) for s in range(len(row) - p)]
        singular = np.linalg.svd(np.array([[real(v) for v in w] for w in windows]), compute_uv=False)
        if len(singular) < len(columns) or singular[-1] * 1e5 < singular[0]:
            return None
        turned = transposed(windows)
        found = [v for v, in solved(product(turned, windows), product(turned, [[e] for e in errors]))]
        top = max([abs(v) for v in found + known + errors])
        return found, top * Fraction(64 * EPS * len(row) * (singular[0] / singular[-1]) ** 2)

    @staticmethod
    def check(case, runner):
        put(case, runner)
        result = runner.run("lsq-predict", *case.words(), "model", "a")
        model = case.inputs["model"][0]
        try:
            if not case.options:
                raise Refusal("options")
            m = Matrix(case.inputs["a"])
            columns = [Fill.columns(case, row.values, model["k"]) for row in m.rows]
        except Refusal:
            return result.refused()
        filled = [Fill.filled(model, row.values, c) for row, c in zip(m.rows, columns)]
        if result.status and None in filled:
            return result.refused()
        got = matrix_out(result.answered())
        same_rows(got.rows, [Changed(row, row.values) for row in m.rows], kinds=False)
        for i, (g, row, at, best) in enumerate(zip(got.rows, m.rows, columns, filled)):
            if not np.array_equal(np.delete(g.values, at), np.delete(row.values.astype(float), at)):
                raise Wrong("row %d: columns that are known have changed: %s" % (i, g.values))
            for j, v in zip(at, best[0] if best else []):
                if abs(Fraction(float(g.values[j])) - v) > best[1]:
                    raise Wrong("row %d, column %d: %.17g, expected %.17g within %.1e" % (i, j, g.values[j], real(v), real(best[1])))
        return result.out


class Nearest:
    @staticmethod
    def make(rng, given=None):
        n, p, t = int(rng.integers(1, 30)), int(rng.integers(1, 7)), int(rng.integers(1, 4))
        type_ = pick(rng, ["<f8", "<i2", ">f4"])
        called = [pick(rng, ["a", "b@1", "b@22", "b", "c@0"]) for _ in range(n)] if chance(rng, 0.7) else None
        options = [["-g", str(p)], ["--nearest", str(pick(rng, [1, 2, 5, 100]))]]
        options += [["--bandwidth", pick(rng, ["0.01", "0.5", "40"])]] if chance(rng, 0.6) else []
        options += [["--gain", pick(rng, ["0", "0.5", "3"])]] if chance(rng, 0.6) else []
        options += [["--ridge=" + pick(rng, ["1", "1e-3", "10%", "1%"])]] if chance(rng, 0.8) else []
        options += [["-w", "2.5"]] if chance(rng, 0.2) else []
        options += [["--others"]] if chance(rng, 0.4) else []
        asked, about = int(rng.integers(1, 6)), {"rate": pick(rng, [None, 8000])}
        queries = blocks(rng, values(rng, asked, p, "<f8", ["normal"]), [pick(rng, ["a", "b@7", "d"]) for _ in range(asked)], **about)
        return Case("nearest", options, a=blocks(rng, values(rng, n, p + t, type_, ["normal"]), called, **about), q=queries)

    @staticmethod
    def step(rows):
        return 1.0 if (rows == np.floor(rows)).all() else 2.0 ** (np.frexp(np.abs(rows).max())[1] - 15)

    @staticmethod
    def predicted(case, settings, rows, owners, query, name):
        """None where rows at the same distance, or rounding, decide."""
        own = (owners == stem(name)) & (owners != "")
        sources = [(part, np.ones(len(part)), settings.nearest) for part in [rows[~own]] + ([] if case.value("--others") else [rows[own]])]
        if not any(len(part) for part, _, _ in sources):
            raise Refusal("no rows")
        for part, _, nearest in sources:
            distance = by_distance(settings, query, part[:, : settings.k], nearest + 1)[2]
            if len(distance) > nearest and distance[nearest] - distance[nearest - 1] < 1e-9:
                return None
        matrix, right = equations(settings, query, sources)
        return query @ np.linalg.solve(matrix, right) if np.linalg.cond(matrix) <= 1e9 else None

    @staticmethod
    def check(case, runner):
        put(case, runner)
        model = runner.run("lsq-fit", *[w for o in case.options if o != ["--others"] for w in o], stdin="a")
        try:
            m, q = Matrix(case.inputs["a"]), Matrix(case.inputs["q"])
            if not case.value("-g") or not case.value("--nearest") or not 1 <= int(case.value("-g")) < m.cols():
                raise Refusal("options")
        except Refusal:
            return None if model.status else model.refused()
        runner.write("model", model.answered())
        result = runner.run("lsq-predict", *(["--others"] if case.value("--others") else []), "model", "q")
        rows = np.array(m.doubles())
        owners = np.array([stem(row.name or "") for row in m.rows])
        ridge = case.value("--ridge") or "3%"
        settings = Settings(int(case.value("-g")), int(case.value("--nearest")), float(case.value("--bandwidth") or 0.1),
                            float(case.value("--gain") or 2), float(ridge.rstrip("%")) / (100 if ridge.endswith("%") else 1),
                            ridge.endswith("%"), Nearest.step(rows))
        try:
            expected = [Nearest.predicted(case, settings, rows, owners, r.values[: settings.k], r.name or "") for r in q.rows]
        except Refusal:
            return result.refused()
        for i, (row, e) in enumerate(zip(matrix_out(result.answered()).rows, expected)):
            if e is not None and not np.abs(row.values - e).max() <= 1e-6 * max(1e-3, np.abs(e).max(), np.abs(rows).max()):
                raise Wrong("row %d: %s, expected %s" % (i, row.values, e))
        return result.out
