"""Compares what two runs of the tutorial have made: same.py KIND BASE OTHER

KIND says what may differ, joined by +:
    all        nothing
    folders    recordings.list, which says where the recordings are
    rounding   models, predictions and the score to its last digit, all by 1e-9 at most

Prints the number of files compared, a tab and the result; status 1 if they are not as they must be.
"""

import math
import os
import sys

TOLERANCE = 1e-9


def files(top):
    return {os.path.relpath(os.path.join(folder, name), top) for folder, _, names in os.walk(top) for name in names}


def content(top, name):
    with open(os.path.join(top, name), "rb") as f:
        return f.read()


# What takes a while to import is only needed where bytes differ.
def maps(data):
    import msgpack
    import msgpack_numpy

    unpacker = msgpack.Unpacker(object_hook=msgpack_numpy.decode)
    unpacker.feed(data)
    return list(unpacker)


def difference(a, b):
    """The largest difference, as a part of the largest value."""
    import numpy as np

    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        return math.inf
    if a.size == 0 or (a == b).all():
        return 0.0
    gap = np.abs(a - b).max() / np.abs(a).max()
    return gap if np.isfinite(gap) else math.inf


def parts(m):
    """What a map says, its arrays apart. A model's thin factors are only known up to rotation: their product counts."""
    rest = {key: value for key, value in m.items() if not hasattr(value, "shape")}
    arrays = {key: value for key, value in m.items() if hasattr(value, "shape")}
    if "basis" in arrays:
        arrays["coef"] = arrays.pop("basis") @ arrays.pop("loadings")
    return rest, arrays


def difference_of_maps(a, b):
    a, b = maps(a), maps(b)
    if len(a) != len(b):
        return math.inf
    worst = 0.0
    for (rest, arrays), (other_rest, other_arrays) in zip(map(parts, a), map(parts, b)):
        if rest != other_rest or arrays.keys() != other_arrays.keys():
            return math.inf
        worst = max([worst] + [difference(arrays[key], other_arrays[key]) for key in arrays])
    return worst


def difference_of_numbers(a, b):
    return difference(*([float(line.split()[-1]) for line in text.splitlines()] for text in (a, b)))


ROUNDED = {"model.lsq": difference_of_maps, "predicted.mat": difference_of_maps, "rows.r2": difference_of_numbers}


def compare(kind, base, other):
    """The number of files compared, the rounding seen a file name, and what is wrong."""
    ours, theirs = files(base), files(other)
    wrong = [f"{name} is missing" for name in sorted(ours - theirs)] + [f"{name} is new" for name in sorted(theirs - ours)]
    common = sorted(ours & theirs)
    if "folders" in kind and "recordings.list" in common:
        common.remove("recordings.list")
    seen = {}
    for name in common:
        a, b = content(base, name), content(other, name)
        last = os.path.basename(name)
        if a == b:
            continue
        gap = ROUNDED[last](a, b) if last in ROUNDED else None
        if gap is not None and gap <= TOLERANCE and "rounding" in kind:
            seen[last] = max(seen.get(last, 0), gap)
        else:
            wrong.append(f"{name} differs" + ("" if gap is None else f" by {gap:.0e}"))
    return len(common), seen, wrong


def main():
    kind, base, other = sys.argv[1:]
    count, seen, wrong = compare(kind.split("+"), base, other)
    if wrong:
        result = "NOT the same: " + ", ".join(wrong)
    elif seen:
        result = "same but for rounding: " + ", ".join(f"{name} {gap:.0e}" for name, gap in seen.items())
    else:
        result = "same"
    print(f"{count}\t{result}")
    sys.exit(bool(wrong) or count == 0)


main()
