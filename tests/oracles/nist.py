"""Called by tests/nist.bats: oracle nist FUNCTION ARGUMENT..."""

import math
import os
import subprocess
from fractions import Fraction

import msgpack
import msgpack_numpy
import numpy as np

from common import main, read, write


def check_digits():
    least = {
        "Norris": (11.1, 13.1, 14), "Pontius": (11.6, 12.7, 14), "NoInt1": (13.7, 14, 14), "NoInt2": (14, 14, 14), "Filip": (7, 6.7, 8.9),
        "Longley": (12.6, 12, 13.9), "Wampler1": (8.2, 8.5, 14), "Wampler2": (12.2, 13.6, 14), "Wampler3": (8.4, 14, 14),
        "Wampler4": (8.2, 13.9, 14), "Wampler5": (6.6, 13.8, 12.7),
    }
    def digits(got, certified):
        error = abs(Fraction(got) - Fraction(certified))
        if error == 0:
            return 15.0
        return max(0.0, min(15.0, -math.log10(error / abs(Fraction(certified)) if Fraction(certified) else error)))
    print("{:10} {:>4}  {:>12} {:>9} {:>5}".format("digits of", "rank", "coefficients", "deviation", "R^2"))
    short = []
    for name in least:
        with open(os.path.join(os.environ["NIST"], name + ".txt")) as f:
            lines = [line.split() for line in f if not line.startswith("#")]
        head = {line[0]: line[1:] for line in lines[:5]}
        data = np.array(lines[5:], float)
        y, x = data[:, 0], data[:, 1:]
        if head["model"][0] == "polynomial":
            x = np.vander(x[:, 0], int(head["model"][-1]) + 1, increasing=True)[:, 1:]
        intercept = head["model"][-2:] != ["without", "intercept"]
        n, p = x.shape
        assert len(head["coefficients"]) == p + intercept and n > p
        write("in", np.column_stack([x, y]))
        done = subprocess.run(["lsq-fit", "-g", str(p), *([] if intercept else ["--no-intercept"]), "in"], capture_output=True)
        assert done.returncode == 0 and done.stderr == b"", (name, done.stderr)
        model = msgpack.unpackb(done.stdout, object_hook=msgpack_numpy.decode)
        assert model["rank"] == p and model["rows"] == n, name
        coefficients = [*([model["intercept"][0]] if intercept else []), *model["coef"][:, 0]]
        rss = Fraction(model["rss"][0])
        got = (min(map(digits, coefficients, head["coefficients"])), digits(math.sqrt(rss / (n - p - intercept)), head["residual_sd"][0]),
               digits(1 - rss / Fraction(model["tss"][0]), head["r2"][0]))
        print("{:10} {:4}  {:12.1f} {:9.1f} {:5.1f}".format(name, model["rank"], *got))
        if any(a < b for a, b in zip(got, least[name])):
            short.append(f"{name}: {got}, expected at least {least[name]}")
    assert not short, "\n".join(short)


def longley():
    with open(os.path.join(os.environ["NIST"], "Longley.txt")) as f:
        lines = [line.split() for line in f if not line.startswith("#")]
    return {line[0]: line[1:] for line in lines[:5]}, lines[5:]


def longley_as_csv():
    with open("longley.csv", "w") as f:
        f.write('"y","x1","x2","x3","x4","x5","x6"\n')
        f.writelines(",".join(line) + "\n" for line in longley()[1])


def longley_digits():
    """Twelve of the certified ones."""
    certified = longley()[0]["coefficients"]
    with open("got") as f:
        head, *lines = [line.split() for line in f]
    assert head == ["column", "y"] and [name for name, _ in lines] == ["(intercept)", "x1", "x2", "x3", "x4", "x5", "x6"]
    for (name, value), right in zip(lines, certified):
        assert abs(Fraction(value) / Fraction(right) - 1) < Fraction(1, 10**12), (name, value, right)


def solve(a, b):
    """a x = b in fractions, a positive definite."""
    rows = [[*row, value] for row, value in zip(a, b)]
    for k in range(len(rows)):
        rows[k] = [v / rows[k][k] for v in rows[k]]
        for i in range(len(rows)):
            if i != k:
                rows[i] = [v - rows[i][k] * w for v, w in zip(rows[i], rows[k])]
    return [row[-1] for row in rows]


def left_out(x, y, intercept):
    """What a fit of all other rows predicts of each, in exact arithmetic: y - (y - fitted) / (1 - leverage)."""
    z = [[*[Fraction(1)] * intercept, *map(Fraction, row)] for row in x.tolist()]
    y = [Fraction(v) for v in y.tolist()]
    q = range(len(z[0]))
    square = [[sum(row[i] * row[j] for row in z) for j in q] for i in q]
    beta = solve(square, [sum(row[i] * v for row, v in zip(z, y)) for i in q])
    dot = lambda a, b: sum(v * w for v, w in zip(a, b))
    return [float(v - (v - dot(row, beta)) / (1 - dot(row, solve(square, row)))) for row, v in zip(z, y)]


def left_out_as_exact_arithmetic():
    powers = lambda x, degree: np.vander(x, degree + 1, increasing=True)[:, 1:]
    with open(os.path.join(os.environ["NIST"], "Filip.txt")) as f:
        filip = np.array([line.split() for line in f if not line.startswith("#")][5:], float)
    weight = np.array([115, 117, 120, 123, 126, 129, 132, 135, 139, 142, 146, 150, 154, 159, 164.0])
    women = [(powers(np.arange(58.0, 73), degree), weight) for degree in (3, 6, 7)]
    noise = np.random.default_rng(7).standard_normal((40, 5))
    near = np.column_stack([noise[:, :3], noise[:, 0] + 1e-7 * noise[:, 3]])
    for x, y in *women, (powers(filip[:, 1], 10), filip[:, 0]), (powers(np.linspace(0, 1, 40), 9), noise[:, 4]), (near, noise[:, 4]):
        for intercept in True, False:
            # Two targets, the other one being the same in other units.
            write("in", np.column_stack([x, y, y * 1024]))
            done = subprocess.run(["lsq-fit", "-g", str(x.shape[1]), "--left-out=out", *([] if intercept else ["--no-intercept"]), "in"], capture_output=True)
            assert done.returncode == 0, done.stderr
            got, want = read("out")[0]["x"], np.array(left_out(x, y, intercept))
            np.testing.assert_allclose(got, np.column_stack([want, want * 1024]), rtol=1e-13, atol=1e-13 * abs(want).max())
            r2 = 1 - ((y - want) ** 2).sum() / ((y - y.mean()) ** 2).sum()
            assert ("leave-one-out R^2 %.6g," % r2).encode() in done.stderr, (r2, done.stderr)


if __name__ == "__main__":
    main(globals())
