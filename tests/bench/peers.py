"""What people would use instead, as whole programs: python3 peers.py NAME ARGUMENT..."""
import sys


def notebook(recordings):
    """The tutorial's notebook as a script: pandas, scikit-learn, scipy."""
    import os
    import numpy as np
    import pandas as pd
    from scipy.io import wavfile
    from sklearn.linear_model import LinearRegression
    from sklearn.utils import check_random_state

    def key(name):
        digit, speaker, take = name[:-4].split("_")
        return int(digit), speaker, int(take)

    names = sorted((n for n in os.listdir(recordings) if n.startswith("0_jackson_")), key=key)
    clips = [wavfile.read(os.path.join(recordings, n))[1] for n in names]
    shortest = min(len(c) for c in clips)
    frame = pd.DataFrame(np.array([c[:shortest] for c in clips]))
    row = check_random_state(7).randint(len(frame))
    test = frame.iloc[[row]]
    train = frame.drop(frame.index[row])
    given = int(0.25 * shortest)
    model = LinearRegression().fit(train.iloc[:, :given], train.iloc[:, given:])
    predicted = model.predict(test.iloc[:, :given]).astype(np.int16)
    clip = np.concatenate([test.iloc[0, :given].to_numpy(), predicted[0]]).astype(np.int16)
    wavfile.write("OriginalTestClip.wav", 8000, test.iloc[0].to_numpy())
    wavfile.write("ChoppedTestClip.wav", 8000, test.iloc[0, :given].to_numpy())
    wavfile.write("ExtrapolatedClip.wav", 8000, clip)
    truth = test.iloc[0, given:].to_numpy().astype(float)
    print(1 - ((truth - predicted[0]) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


def read(path):
    import msgpack
    import msgpack_numpy
    import numpy as np

    with open(path, "rb") as f:
        maps = list(msgpack.Unpacker(f, object_hook=msgpack_numpy.decode))
    return np.concatenate([m["x"] for m in maps])


def fit(path, given, out):
    """Loads a matrix and fits it, as a whole process."""
    import numpy as np
    from sklearn.linear_model import LinearRegression

    x = read(path).astype(float)
    model = LinearRegression().fit(x[:, : int(given)], x[:, int(given) :])
    np.save(out, model.coef_)


def lstsq(path, given):
    """scipy.linalg.lstsq alone: prints the seconds that the call took, seven times."""
    import time
    import scipy.linalg

    x = read(path).astype(float)
    x -= x.mean(axis=0)
    for _ in range(7):
        start = time.perf_counter()
        scipy.linalg.lstsq(x[:, : int(given)], x[:, int(given) :])
        print(time.perf_counter() - start)


def tall(path, out):
    """scikit-learn on a tall array already in memory: seconds of the fit alone."""
    import time
    import numpy as np
    from sklearn.linear_model import LinearRegression

    x = read(path)
    a, b = x[:, :-1].copy(), x[:, -1].copy()
    LinearRegression().fit(a[:1000], b[:1000])  # what only a first fit takes
    start = time.perf_counter()
    model = LinearRegression().fit(a, b)
    print(time.perf_counter() - start)
    np.save(out, model.coef_)


def solve(method, data, given, out):
    """The fit of a matrix, with intercepts if there are more rows than given columns."""
    import numpy as np

    x = np.load(data)
    a, b = x[:, : int(given)], x[:, int(given) :]
    tall = len(a) > int(given)
    if method == "learn":
        from sklearn.linear_model import LinearRegression

        np.save(out, LinearRegression(fit_intercept=tall).fit(a, b).coef_.T)
        return
    from scipy.linalg import lstsq, solve_triangular

    if tall:
        a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    if method != "qr":
        np.save(out, lstsq(a, b, lapack_driver=method)[0])
        return
    q, r = np.linalg.qr(a if tall else a.T)
    np.save(out, solve_triangular(r, q.T @ b) if tall else q @ solve_triangular(r, b, trans="T"))


def apply(data, model, out):
    """Predictions: prints the seconds of reading, product and writing."""
    import numpy as np

    m = dict(np.load(model))

    def work():
        z = np.load(data)
        np.save(out, (z @ m["coef"] if "coef" in m else z @ m["basis"] @ m["loadings"]) + m["intercept"])

    timed(work)


def wavs(recordings):
    """scipy.io.wavfile in a loop: prints the seconds of the loop."""
    import os
    import time
    from scipy.io import wavfile

    start = time.perf_counter()
    clips = [wavfile.read(os.path.join(recordings, name))[1] for name in os.listdir(recordings)]
    assert all(len(clip) > 0 for clip in clips)
    print(time.perf_counter() - start)


def decimals(rows, cols, out, form):
    """Writes that many numbers, "%.4f" say."""
    import numpy as np

    x = np.random.default_rng(1).normal(size=(int(rows), int(cols))) * 100
    np.savetxt(out, x, delimiter=",", fmt=form)


def timed(call):
    """Prints the seconds that the call took."""
    import time

    start = time.perf_counter()
    call()
    print(time.perf_counter() - start)


def read_csv(text):
    import pandas

    timed(lambda: pandas.read_csv(text, header=None))


def loadtxt(text):
    import numpy as np

    timed(lambda: np.loadtxt(text, delimiter=","))


def savetxt(text, out):
    import numpy as np
    import pandas

    x = pandas.read_csv(text, header=None).to_numpy()
    timed(lambda: np.savetxt(out, x, delimiter=","))


def dgemm():
    """The machine's dgemm rate with all cores, in GFlop/s."""
    import time
    import numpy as np

    a = np.random.default_rng(0).random((2000, 2000))
    best = 1e9
    for _ in range(5):
        start = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - start)
    print(2 * 2000**3 / best / 1e9)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
