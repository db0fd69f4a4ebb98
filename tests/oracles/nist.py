"""Called by tests/nist.bats: oracle nist FUNCTION ARGUMENT..."""

import math
import os
import subprocess
from fractions import Fraction

import msgpack
import msgpack_numpy
import numpy as np

from common import main, write


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
        mean = sum(map(Fraction, y)) / n if intercept else 0
        total = sum((Fraction(v) - mean) ** 2 for v in y)
        got = (min(map(digits, coefficients, head["coefficients"])), digits(math.sqrt(rss / (n - p - intercept)), head["residual_sd"][0]),
               digits(1 - rss / total, head["r2"][0]))
        print("{:10} {:4}  {:12.1f} {:9.1f} {:5.1f}".format(name, model["rank"], *got))
        if any(a < b for a, b in zip(got, least[name])):
            short.append(f"{name}: {got}, expected at least {least[name]}")
    assert not short, "\n".join(short)


if __name__ == "__main__":
    main(globals())
