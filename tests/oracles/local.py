"""Local regression from its formulas, a query at a time, all rows looked at one by one, in double precision. Settings are those
of lsq-fit, sources are (rows, a weight a row, how many of the nearest)."""

import numpy as np


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


def by_distance(s, q, c, nearest):
    """The nearest of these rows: their numbers, gains and distances."""
    square, all_q = (c ** 2).sum(1), q @ q + s.step**2
    dot = c @ q
    gain = np.clip(dot / (square + s.step**2), -s.gain, s.gain) if s.gain > 0 else np.ones(len(c))
    distance = 1 + gain * (gain * square - 2 * dot) / all_q
    first = np.argsort(distance, kind="stable")[:nearest]
    return first, gain[first], distance[first]


def equations(s, q, sources):
    """The normal equations of the ridge fit of the nearest rows of each source: a matrix and its right side."""
    f, w, d = [], [], []
    for rows, weights, nearest in sources:
        chosen, gain, distance = by_distance(s, q, rows[:, : s.k], nearest)
        f.append(rows[chosen] * gain[:, None])
        d.append(distance)
        w.append(weights[chosen])
    f, d, w = np.concatenate(f), np.concatenate(d), np.concatenate(w)
    w = w * np.exp((d.min() - d) / s.bandwidth)
    w /= w.max()
    gram = f[:, : s.k].T @ (f[:, : s.k] * w[:, None])
    penalty = s.ridge * (np.trace(gram) / s.k if s.relative else 1) + 1e-6 * s.step**2
    return gram + penalty * np.eye(s.k), f[:, : s.k].T @ (f[:, s.k :] * w[:, None])


def regression(s, q, sources):
    return q @ np.linalg.solve(*equations(s, q, sources))
