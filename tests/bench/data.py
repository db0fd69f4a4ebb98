"""Input of any size: python3 data.py NAME ARGUMENT..."""
import os
import sys
import wave

import msgpack
import msgpack_numpy
import numpy as np

RNG = np.random.default_rng(1)


def put(f, m):
    f.write(msgpack.packb(m, default=msgpack_numpy.encode))


def rows(n, columns, path, npy=None, names=None):
    """Normal numbers; also as .npy; names: of so many names, one after the other."""
    n, columns = int(n), int(columns)
    step = max(1, (8 << 20) // (8 * columns))
    whole = np.lib.format.open_memmap(npy, "w+", float, (n, columns)) if npy else None
    with open(path, "wb") as f:
        for i in range(0, n, step):
            x = RNG.standard_normal((min(step, n - i), columns))
            more = {"names": [f"n{(i + j) * int(names) // n}" for j in range(len(x))]} if names else {}
            put(f, {"mat": 1, "x": x, "last": i + step >= n, **more})
            if npy:
                whole[i : i + step] = x


def model(given, targets, rank, path, npz=None):
    """Coefficients or, of a rank above 0, thin factors, so small that --extend converges; also as .npz."""
    given, targets, rank = int(given), int(targets), int(rank)
    arrays = {"basis": (given, rank), "loadings": (rank, targets)} if rank else {"coef": (given, targets)}
    arrays = {name: RNG.standard_normal(shape) / given for name, shape in arrays.items()} | {"intercept": RNG.standard_normal(targets)}
    with open(path, "wb") as f:
        put(f, {"lsq": 1, "k": given, **arrays})
    if npz:
        np.savez(npz, **arrays)


def tall(n, given, path):
    """One target, which depends on the others."""
    n, b = int(n), RNG.random(int(given))
    with open(path, "wb") as f:
        for i in range(0, n, 4096):
            x = RNG.random((min(4096, n - i), len(b)))
            put(f, {"mat": 1, "x": np.column_stack([x, x @ b + RNG.random(len(x))]), "last": i + 4096 >= n})


def blocks(count, path, to_model):
    """16-bit samples, 1 MiB a block, and a model of 16 of them."""
    x = RNG.integers(-3000, 3000, (512, 1024)).astype("<i2")
    with open(path, "wb") as f:
        for i in range(int(count)):
            put(f, {"mat": 1, "x": x, "last": i + 1 == int(count)})
    with open(to_model, "wb") as f:
        put(f, {"lsq": 1, "k": 16, "coef": np.ones((16, 8)), "intercept": np.zeros(8)})


def clips(n, samples, folder):
    """So many names of one recording."""
    os.mkdir(folder)
    with wave.open(f"{folder}/0_noise_0.wav", "wb") as w:
        w.setparams((1, 2, 8000, 0, "NONE", ""))
        w.writeframes(RNG.integers(-3000, 3000, int(samples)).astype("<i2").tobytes())
    for i in range(1, int(n)):
        os.link(f"{folder}/0_noise_0.wav", f"{folder}/0_noise_{i}.wav")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
