"""Least squares and R^2 in rational numbers, and how far doubles may be from them."""

import math
from fractions import Fraction

import numpy as np

EPS = 2.0**-52


def fractions(matrix):
    return [[Fraction(float(v)) for v in row] for row in matrix]


def real(q):
    try:
        return float(q)
    except OverflowError:
        return math.inf if q > 0 else -math.inf


def product(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, c)) for c in columns] for row in a]


def transposed(a):
    return [list(c) for c in zip(*a)]


def reduced(a):
    """The rows of the reduced echelon form that are not zero, and their pivots."""
    a = [list(row) for row in a]
    pivots = []
    for j in range(len(a[0])):
        at = len(pivots)
        k = next((k for k in range(at, len(a)) if a[k][j] != 0), None)
        if k is None:
            continue
        a[at], a[k] = a[k], a[at]
        a[at] = [v / a[at][j] for v in a[at]]
        for i, row in enumerate(a):
            if i != at and row[j] != 0:
                a[i] = [v - row[j] * w for v, w in zip(row, a[at])]
        pivots.append(j)
    return a[: len(pivots)], pivots


def solved(a, b):
    """a^-1 b."""
    n = len(a)
    return [row[n:] for row in reduced([list(r) + list(s) for r, s in zip(a, b)])[0]]


def to_doubles(columns):
    """Columns as doubles of unit norm, and their norms: no power of ten is too large or too small."""
    unit, norms = [], []
    for c in columns:
        top = max(abs(v) for v in c)
        scaled = [real(v / top) if top else 0.0 for v in c]
        length = math.sqrt(math.fsum(v * v for v in scaled))
        norms.append(top * Fraction(length))
        unit.append([v / length if length else 0.0 for v in scaled])
    return np.array(unit).T, norms


def spread(norms, unit, rank):
    """The largest singular value over the rank-th, of columns of these norms."""
    top = max(norms) or 1
    s = np.linalg.svd(unit * [real(n / top) for n in norms], compute_uv=False)
    return s[0] / s[rank - 1] if rank and s[rank - 1] > 0 else (1.0 if not rank else math.inf)


class Fit:
    """The solution of minimum norm of w (x c + b - y)^2 + ridge c^2 = least, all rational."""

    def __init__(self, x, y, weights=None, intercept=True, ridge=0):
        w = weights or [Fraction(1)] * len(x)
        p, total = len(x[0]), sum(w)
        def mean(rows):
            return [sum(u * v for u, v in zip(w, c)) / total if intercept else Fraction(0) for c in zip(*rows)]
        x0, y0 = mean(x), mean(y)
        xc = [[v - m for v, m in zip(row, x0)] for row in x]
        yc = [[v - m for v, m in zip(row, y0)] for row in y]
        wxt = transposed([[u * v for v in row] for u, row in zip(w, xc)])
        echelon, pivots = reduced(xc)
        self.rank = len(pivots)
        if ridge:
            gram = product(wxt, xc)
            for j in range(p):
                gram[j][j] += ridge
            self.coef = solved(gram, product(wxt, yc))
        elif self.rank == 0:
            self.coef = [[Fraction(0)] * len(y[0]) for _ in range(p)]
        else:
            f = [[row[j] for j in pivots] for row in xc]
            fw = transposed([[u * v for v in row] for u, row in zip(w, f)])
            inner = solved(product(fw, f), product(fw, yc))
            self.coef = product(transposed(echelon), solved(product(echelon, transposed(echelon)), inner))
        self.intercept = [m - v for m, v in zip(y0, product([x0], self.coef)[0])]
        residuals = [[a - b for a, b in zip(r, s)] for r, s in zip(yc, product(xc, self.coef))]
        self.rss, self.tss = ([sum(u * v * v for u, v in zip(w, c)) for c in zip(*rows)] for rows in (residuals, yc))
        self.judge(x, y, xc, w, ridge, intercept)

    def judge(self, x, y, xc, w, ridge, intercept):
        """How far a backward stable solution may be off: error[j] for predictions of target j near these rows, and
        condition. An infinite condition: rank or digits hang on rounding."""
        root = [math.sqrt(real(u)) for u in w]
        n, p = len(x), len(x[0])
        unit, norms = to_doubles(transposed([[v * Fraction(r) for v in row] for r, row in zip(root, xc)]))
        self.norms, tops = norms, [max(abs(row[j]) for row in x) for j in range(p)]
        live = [j for j in range(p) if norms[j]]
        shift = max([real(tops[j] * Fraction(math.sqrt(n) * max(root)) / norms[j]) for j in live] or [1.0])
        conditions = [spread(norms, unit, self.rank)]
        if ridge and live:
            top = max(norms)
            s = np.linalg.svd(unit * [real(v / top) for v in norms], compute_uv=False)
            share = real(Fraction(ridge) / (top * top))
            least = s[-1] ** 2 if len(s) == p else 0.0
            conditions = [(s[0] ** 2 + share) / max(least + share, 1e-300)]
        elif self.rank == p and n - intercept >= p:
            conditions = [spread([Fraction(bool(v)) for v in norms], unit, self.rank)]
        self.wide_condition = max(conditions[0], spread(norms, unit, self.rank))
        product_ = conditions[0] * max(shift, 1.0)
        self.condition = product_ if product_ < 1e100 else 1e100  # not a number neither
        self.error = []
        for j, c in enumerate(zip(*y)):
            terms = sum(tops[i] * abs(self.coef[i][j]) for i in range(p)) + abs(self.intercept[j]) + max(abs(v) for v in c)
            size = c_norm(c, w)
            fit = self.condition**2 * math.sqrt(real(self.rss[j] / size)) if size else 0
            least = Fraction(1e-321) * (sum(tops) + 1)  # of coefficients that are next to nothing
            self.error.append(least + Fraction(min(64 * n * p * EPS * (self.condition + fit), 1e300)) * (terms + root_of(size)))

    def predict(self, rows):
        return [[v + b for v, b in zip(row, self.intercept)] for row in product(rows, self.coef)]


def c_norm(values, w):
    return sum(u * v * v for u, v in zip(w, values))


def root_of(q):
    """A square root within a part in 10^15, of any size."""
    if q == 0:
        return Fraction(0)
    shift = (q.numerator.bit_length() - q.denominator.bit_length()) // 2
    return Fraction(math.sqrt(float(q / Fraction(4) ** shift))) * Fraction(2) ** shift


class Sums:
    """Of squared errors and deviations, of groups of values each with a mean of its own."""

    def __init__(self, groups):
        self.error = sum((t - p) ** 2 for g in groups for t, p in g)
        self.deviation = Fraction(0)
        self.n = sum(len(g) for g in groups)
        self.several = any(len(g) > 1 for g in groups)
        for g in groups:
            mean = sum(t for t, p in g) / len(g)
            self.deviation += sum((t - mean) ** 2 for t, p in g)
        self.signal = sum(t * t for g in groups for t, p in g)

    def score(self, nan):
        if self.deviation:
            return 1 - self.error / self.deviation
        if nan:
            return math.nan if self.error == 0 or not self.several else -math.inf
        return Fraction(int(self.error == 0))

    def slack(self):
        """Of the score: the ratio of two sums, each of n squares of rounded differences."""
        return (4 * self.n + 16) * Fraction(EPS) * (1 + self.error / self.deviation) if self.deviation else Fraction(0)


def close(got, expected, slack):
    """Whether a double is within slack of a rational number or is the same nan or infinity."""
    if isinstance(expected, float) and not math.isfinite(expected):
        return got == expected or (math.isnan(got) and math.isnan(expected))
    if not math.isfinite(got):
        return abs(expected) + slack > Fraction(1.79e308) and not math.isnan(got) and (got > 0) == (expected > 0)
    return abs(Fraction(got) - expected) <= slack + Fraction(5e-324)
