"""Called by tests/repair.bats: oracle gaps FUNCTION ARGUMENT..."""

import glob
import os
import re
import sys

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.io import wavfile

from common import main
from local import Settings, regression


def take(path):
    return int(re.search(r"_(\d+)\.wav$", path).group(1))


def clips(folder):
    paths = sorted(glob.glob(os.path.join(folder, "*.wav")), key=take)
    return [wavfile.read(path)[1].astype(float) for path in paths]


def frames(parts, width):
    found = [sliding_window_view(part, width) for part in parts if len(part) >= width]
    return np.concatenate(found) if found else np.zeros((0, width))


def nearest(x, from_, to, others, side, own=10):
    """Columns from_ to to of x: ridge regression (3 %) of a gap on both sides, of the 1,000 nearest frames of the other clips and
    of x itself, each at its gain."""
    sources = []
    for parts, count in ((others, 1.0), ([x[:from_], x[to:]], own)):
        f = frames(parts, 2 * side + to - from_)
        sources.append((np.hstack([f[:, :side], f[:, -side:], f[:, side:-side]]), np.full(len(f), count), 1000))
    return regression(Settings(k=2 * side), np.concatenate([x[from_ - side:from_], x[to:to + side]]), sources)


def autoregression(parts, order, ridge):
    """Coefficients of the columns before a sample, the nearest last; parts are (weight, samples)."""
    gram = sum(w * f.T @ f for w, f in ((w, frames([x], order + 1)) for w, x in parts))
    a = gram[:order, :order]
    return np.linalg.solve(a + ridge * np.trace(a) / order * np.eye(order), gram[:order, order])


def fill(x, from_, to, coefficients):
    """Columns from_ to to of x whose prediction errors over all windows within x are least, by an explicit matrix."""
    order = len(coefficients)
    first, last = max(0, from_ - order), min(len(x), to + order)
    return fill_all(x[first:last], [(from_ - first, to - first)], coefficients)[from_ - first:to - first]


def fill_all(x, gaps, coefficients):
    """x with the values in all these gaps that make the prediction errors over all windows within x least."""
    order = len(coefficients)
    errors = np.zeros((len(x) - order, len(x)))
    for i, row in enumerate(errors):
        row[i:i + order + 1] = np.append(-coefficients, 1)
    lacking = np.zeros(len(x), bool)
    for from_, to in gaps:
        lacking[from_:to] = True
    filled = np.where(lacking, 0, x)
    filled[lacking] = np.linalg.lstsq(errors[:, lacking], -errors @ filled, rcond=None)[0]
    return filled


def janssen(x, from_, to, order=80, context=800, rounds=10):
    """Janssen, Veldhuis and Vries (IEEE Trans. ASSP 34, 1986): an autoregression of all samples and the gap that it leaves the
    least errors in, in turn."""
    first = max(0, from_ - context)
    s = x[first:to + context].copy()
    a, b = from_ - first, to - first
    s[a:b] = 0
    for i in range(rounds):
        parts = [(1, s[:a]), (1, s[b:])] if i == 0 else [(1, s)]
        s[a:b] = fill(s, a, b, autoregression(parts, order, 1e-3))
    return s[a:b]


def snr(truth, filled):
    return 10 * np.log10((truth ** 2).sum() / ((truth - filled) ** 2).sum())


def sums_of_all_gaps():
    """The lines of gaps.sh on the embedded takes."""
    all_clips = clips(sys.argv[1])
    with open(sys.argv[2]) as f:
        lines = [line.rstrip("\n").split("\t") for line in f]
    found = {(int(name.split("_")[2]), ms, spot, model): float(error) for name, ms, spot, model, error in lines}
    assert len(found) == len(lines)
    expected = 0
    for i in range(0, len(all_clips), 10):
        x, others = all_clips[i], all_clips[:i] + all_clips[i + 1:]
        for gap in 40, 80, 160, 400:
            for spot in 25, 50, 75:
                a = int(spot / 100 * len(x)) - gap // 2
                b = a + gap
                key = i, str(gap // 8), f"{spot}%"
                if a < 200 or b + 200 > len(x):
                    assert (*key, "nearest") not in found, key
                    continue
                expected += 3
                near = [(300, x[max(0, a - 240):a]), (300, x[b:b + 240])]
                wide = [(50, x[max(0, a - 1200):a]), (50, x[b:b + 1200])]
                filled = {"silence": np.zeros(gap), "lsar": fill(x[a - 200:b + 200], 200, 200 + gap, autoregression(near + wide, 80, 1e-3))}
                filled["nearest"] = nearest(x, a, b, others, 120)
                for model, y in filled.items():
                    error = ((x[a:b] - y) ** 2).sum()
                    assert abs(found[*key, model] - error) <= 1e-6 * max(error, 1), (key, model, found[*key, model], error)
    assert expected == len(found), (expected, len(found))


def baseline():
    """FOLDER: prints the pooled signal-to-noise ratio of Janssen's method in the gaps of gaps.sh, of all speakers and digits."""
    groups = {}
    for path in glob.glob(os.path.join(sys.argv[1], "*.wav")):
        groups.setdefault(os.path.basename(path).rsplit("_", 1)[0], []).append(path)
    signal, noise = np.zeros(4), np.zeros(4)
    for paths in groups.values():
        for path in sorted(paths, key=take)[::10]:
            x = wavfile.read(path)[1].astype(float)
            for k, gap in enumerate((40, 80, 160, 400)):
                for a in (int(spot * len(x)) - gap // 2 for spot in (0.25, 0.5, 0.75)):
                    if a >= 200 and a + gap + 200 <= len(x):
                        signal[k] += (x[a:a + gap] ** 2).sum()
                        noise[k] += ((x[a:a + gap] - np.clip(janssen(x, a, a + gap), -32768, 32767)) ** 2).sum()
    print(*(f"{db:.1f}" for db in 10 * np.log10(signal / noise)))


def repaired():
    """FOLDER FROM TO SAMPLES ORDER RIDGE CONTEXT [NEAR]: the gap of RepairedClip.wav is the autoregression's of both sides, of
    which the NEAR samples count seven times, in both directions, and nothing else has changed. A gap near the beginning is
    filled in from its end."""
    folder, (from_, to) = sys.argv[1], map(int, sys.argv[2:4])
    rate, x = wavfile.read(sys.argv[4])
    order, ridge, context = int(sys.argv[5]), float(sys.argv[6]), int(sys.argv[7])
    x = x.astype(float)
    both = []
    for weight, count in [(1, context)] + [(6, int(count)) for count in sys.argv[8:]]:
        sides = [x[max(0, from_ - count):from_], x[to:to + count]]
        both += [(weight, part) for side in sides for part in (side, side[::-1])]
    coefficients = autoregression(both, order, ridge)
    near = from_ < min(order, len(x) - to)
    filled = fill(x[::-1], len(x) - to, len(x) - from_, coefficients)[::-1] if near else fill(x, from_, to, coefficients)
    told = re.search(r": (\S+) dB$", open(os.path.join(folder, "repair.txt")).read()).group(1)
    assert abs(float(told) - snr(x[from_:to], filled)) < 0.06, (told, snr(x[from_:to], filled))
    check_files(folder, rate, x, from_, to, filled)


def repaired_together():
    """FOLDER SAMPLES FROM:TO...: each gap of a recording at 8000 Hz is filled in together with all others in its surroundings, by
    the autoregression of what is known there."""
    x = wavfile.read(sys.argv[2])[1].astype(float)
    gaps = [tuple(map(int, gap.split(":"))) for gap in sys.argv[3:]]
    known = np.ones(len(x), bool)
    for from_, to in gaps:
        known[from_:to] = False
    written = wavfile.read(os.path.join(sys.argv[1], "RepairedClip.wav"))[1]
    assert np.array_equal(written[known], x[known])

    def around(gap, reach):
        """Where what is known begins and ends at most reach columns from the gap, and its pieces."""
        inside = np.flatnonzero(known[:gap[1] + reach])
        inside = inside[inside >= gap[0] - reach]
        pieces = np.split(x[inside], np.flatnonzero(np.diff(inside) > 1) + 1)
        return inside[0], inside[-1] + 1, pieces

    for gap in gaps:
        order = min(80, max(len(piece) for piece in around(gap, 320)[2]) // 3)
        first, last, pieces = around(gap, 15 * order)
        weighted = [(1, piece) for piece in pieces] + [(6, piece) for piece in around(gap, 3 * order)[2]]
        coefficients = autoregression(weighted + [(weight, piece[::-1]) for weight, piece in weighted], order, 1e-3)
        near = [(a - first, b - first) for a, b in gaps if first <= a and b <= last]
        part = x[first:last]
        if gap[0] - first < min(order, last - gap[1]):
            filled = fill_all(part[::-1], [(len(part) - b, len(part) - a) for a, b in near], coefficients)[::-1]
        else:
            filled = fill_all(part, near, coefficients)
        wanted = np.trunc(np.clip(filled, -32768, 32767))[gap[0] - first:gap[1] - first]
        assert np.abs(written[gap[0]:gap[1]] - wanted).max() <= 1, (gap, np.abs(written[gap[0]:gap[1]] - wanted).max())


def repaired_by_model():
    """FOLDER FROM TO SAMPLES ORDER RIDGE OTHER: the gap is that of an autoregression of the samples in OTHER, read forwards."""
    folder, (from_, to) = sys.argv[1], map(int, sys.argv[2:4])
    rate, x = wavfile.read(sys.argv[4])
    x = x.astype(float)
    other = wavfile.read(sys.argv[7])[1].astype(float)
    filled = fill(x, from_, to, autoregression([(1, other)], int(sys.argv[5]), float(sys.argv[6])))
    check_files(folder, rate, x, from_, to, filled)


def repaired_by_frames():
    """FOLDER FROM TO CLIP OTHERS"""
    folder, (from_, to) = sys.argv[1], map(int, sys.argv[2:4])
    rate, x = wavfile.read(sys.argv[4])
    x = x.astype(float)
    others = [c[:len(x)] for c in clips(sys.argv[5])]
    others = [c for c in others if not np.array_equal(c, x)]
    assert len(others) == 49
    check_files(folder, rate, x, from_, to, nearest(x, from_, to, others, 120))


def check_files(folder, rate, x, from_, to, filled):
    for name, gap in ("RepairedClip", np.trunc(np.clip(filled, -32768, 32767))), ("DamagedClip", np.zeros(to - from_)):
        written_rate, written = wavfile.read(os.path.join(folder, name + ".wav"))
        assert written_rate == rate and written.dtype == np.int16 and len(written) == len(x)
        assert np.array_equal(written[:from_], x[:from_]) and np.array_equal(written[to:], x[to:])
        assert np.abs(written[from_:to] - gap).max() <= 1, (name, np.abs(written[from_:to] - gap).max())


if __name__ == "__main__":
    main(globals())
