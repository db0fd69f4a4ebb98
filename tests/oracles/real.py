"""Called by tests/real.bats: oracle real FUNCTION ARGUMENT..."""

import io
import os
import re
import subprocess

import msgpack
import msgpack_numpy
import numpy as np
from scipy.io import wavfile
import sklearn.utils

from common import main, names, read, x


def what_tutorial_says_its_data():
    rows = x(read("all"))
    assert len(rows) == 50 and (min(map(len, rows)), max(map(len, rows))) == (4087, 6273) and all(row.dtype == "<i2" for row in rows)
    clips = read("clips")
    assert names(clips) == [f"0_jackson_{i}" for i in range(50)] and clips[0]["rate"] == 8000
    assert x(clips).shape == (50, 4087) and all((a == b[:4087]).all() for a, b in zip(x(clips), rows))
    assert sklearn.utils.check_random_state(7).randint(50) == 47
    assert names(read("heldout")) == ["0_jackson_47"] and (x(read("heldout")) == rows[47][:4087]).all()
    assert (x(read("training")) == np.delete(x(clips), 47, axis=0)).all()
    for given, k in ("0.25", 1021), ("0.5", 2043):
        model, = read("model" + given)
        assert (model["k"], model["targets"], model["rows"], model["rank"], model["rate"]) == (k, 4087 - k, 49, 48, 8000)
        a = x(read("training"))[:, :k].astype(float)
        s = np.linalg.svd(a - a.mean(axis=0), compute_uv=False)
        assert np.abs(model["singular"] - s[:48]).max() < 1e-12 * s[0] and s[48] < 1e-12 * s[0]


def all_recordings_load_equal_what():
    maps = read("all")
    want = sorted((m.group(1) for m in (re.fullmatch(r"(\d_[a-z]+_\d+)\.wav", name) for name in os.listdir(os.environ["FSDD"])) if m),
                  key=lambda stem: (int(stem.split("_")[0]), stem.split("_")[1], int(stem.split("_")[2])))
    assert len(want) >= 2000 and names(maps) == want
    assert all(m["rate"] == 8000 for m in maps)
    for name, row in zip(want, x(maps)):
        rate, samples = wavfile.read(os.path.join(os.environ["FSDD"], name + ".wav"))
        assert rate == 8000 and np.array_equal(row, samples), name


def each_digit_speaker_clip_held():
    def maps(data):
        return list(msgpack.Unpacker(io.BytesIO(data), object_hook=msgpack_numpy.decode))
    def run(*args):
        return subprocess.run(args, stdout=subprocess.PIPE, check=True).stdout
    def keep(name, data):
        with open(name, "wb") as f:
            f.write(data)
    fsdd = os.environ["FSDD"]
    speakers = sorted({name.split("_")[1] for name in os.listdir(fsdd) if name.startswith("0_")})
    clips = 0
    for s, speaker in enumerate(speakers):
        for digit in range(10):
            keep("all", run("fsdd-load", "-d", str(digit), "-s", speaker, fsdd))
            keep("clips", run("pad-chop", "all"))
            row, portion = (7 * digit + 13 * s) % 50, (0.25, 0.5, 0.1, 0.75)[(digit + s) % 4]
            keep("training", run("split-holdout", f"--row={row}", "-H", "heldout", "clips"))
            keep("model", run("lsq-fit", "-q", "-g", str(portion), "training"))
            keep("predicted", run("lsq-predict", "model", "heldout"))
            keep("filled.wav", run("stitch-wav", "-q", "heldout", "predicted"))
            rows, k = x(read("clips")).astype(float), int(portion * x(read("clips")).shape[1])
            train, held = np.delete(rows, row, axis=0), rows[row]
            mean = train.mean(axis=0)
            want = mean[k:] + (held[:k] - mean[:k]) @ np.linalg.pinv(train[:, :k] - mean[:k], rcond=1e-10) @ (train - mean)[:, k:]
            got = x(read("predicted"))[0]
            assert got.shape == want.shape and np.abs(got - want).max() <= 1e-9 * np.abs(want).max(), (digit, speaker, row, np.abs(got - want).max())
            with open("filled.wav", "rb") as f:
                samples = np.frombuffer(f.read()[44:], "<i2")
            sure = np.abs(want - np.round(want)) > 1e-6
            assert len(samples) == len(held) and (samples[:k] == held[:k]).all()
            assert (samples[k:] == np.clip(np.trunc(want), -32768, 32767))[sure].all() and sure.mean() > 0.99, (digit, speaker)
            clips += 1
    assert clips >= 40


if __name__ == "__main__":
    main(globals())
