"""Called by tests/pad-chop.bats: oracle pad_chop FUNCTION"""

import subprocess

import numpy as np

from common import main, names, read, write, x

TYPES = [o + t for o in "<>" for t in ("i2", "i4", "i8", "u2", "u4", "u8", "f4", "f8")] + ["|b1", "|i1", "|u1"]
LISTS = ("0:3,7:10,3:7", "2:5,0:2", "0:4,4:10", "1:3,3:6", "0:10,0:10", "5:6,5:6,5:6", "25%-1:25%+2,90%:,:1", "9:10")


def pad_chop(*options, into="out"):
    with open(into, "wb") as out:
        subprocess.run(["pad-chop", *options], stdout=out, check=True)
    return read(into)


def place(text, cols):
    base, offset = (text[:-2], int(text[-2:])) if text[-2] in "+-" else (text, 0)
    return int(base) if base.isdigit() else int(float(base[:-1]) / 100 * cols) + offset


def columns(text, cols):
    """The list's columns: one array a range."""
    ends = [item.split(":") for item in text.split(",")]
    return [np.arange(place(a.zfill(2), cols) if a else 0, place(b.zfill(2), cols) if b else cols) for a, b in ends]


def columns_in_any_order():
    rng = np.random.default_rng(5)
    titles = ["column %d" % j for j in range(10)]
    for n, type in enumerate(TYPES):
        rows = (rng.normal(size=(4, 10)) * 60).astype(type)
        about = {"names": list("abcd"), "rate": 8000, "columns": titles, "note": [1]}
        write("whole", {"mat": 1, "x": rows, "col0": 40, **about})
        # Rows of other lengths, chopped and padded to ten columns.
        ragged = [rows[[0, 0]].ravel(), rows[1], rows[2, :7], rows[3, :1]]
        write("ragged", {"mat": 1, "x": ragged, "col0": 40, **about})
        padded = rows.copy()
        padded[2, 7:] = padded[3, 1:] = 0
        for text in LISTS if n % 6 == 0 else LISTS[:1]:
            for reverse in [], ["--reverse"]:
                order = np.concatenate(columns(text, 10))[::-1 if reverse else 1]
                for source, want in (["whole"], rows), (["-l", "10", "ragged"], padded):
                    m = pad_chop("-c", text, *reverse, *source)
                    got = m[0].pop("x")
                    assert got.dtype.str == type and got.tobytes() == want[:, order].tobytes(), (type, text, got)
                    # Where the first column is, if the others follow it.
                    kept = {} if (np.diff(order) != 1).any() or reverse else {"col0": 40 + order[0]}
                    assert m == [{"mat": 1, "last": True, **about, "columns": [titles[j] for j in order], **kept}], m
    # Names that do not reach as far as the columns are of no use.
    write("few", {"mat": 1, "x": rows, "columns": titles[:5]})
    assert "columns" not in pad_chop("-c", "0:2,4:6", "few")[0]
    assert pad_chop("-c", "3:5,0:1", "few")[0]["columns"] == ["column 3", "column 4", "column 0"]
    # Twice around is nothing done but for col0.
    pad_chop("--reverse", "whole", into="back")
    assert x(pad_chop("--reverse", "back")).tobytes() == rows.tobytes()


def frames_of_ranges():
    rng = np.random.default_rng(6)
    for type in TYPES:
        rows = [(rng.normal(size=size) * 60).astype(type) for size in (30, 11, 10, 47)]
        write("in", {"mat": 1, "x": rows, "names": list("abcd"), "col0": 7})
        for text, width, hop in ("0:5,25%-1:25%+4,5:10", 3, 1), ("50%:,:50%", 7, 2), ("0:1,:", 11, 3), (":", 4, 4):
            for reverse in [], ["--reverse"]:
                m = pad_chop("-q", "-c", text, "-f", str(width), "--hop", str(hop), *reverse, "in")
                want = [("%s@%d" % (name, 7 + at[0]), row[at][::-1 if reverse else 1])
                        for name, row in zip("abcd", rows) for part in columns(text, len(row))
                        for at in (part[i : i + width] for i in range(0, len(part) - width + 1, hop))]
                assert names(m) == [name for name, _ in want] and len(want) > 2, (names(m), want)
                assert all(block["x"].dtype.str == type for block in m)
                assert np.array_equal(x(m), np.array([frame for _, frame in want])), (type, text)
    # A row is too short only if none of its ranges has a frame.
    p = subprocess.run(["pad-chop", "-f", "11", "-c", "0:1,:", "in"], capture_output=True, check=True)
    assert p.stderr == b"pad-chop: warning: rows too short for a frame of 11 columns: 1 of 4\n", p.stderr


if __name__ == "__main__":
    main(globals())
