"""Files that the pipelines leave in OUT: matrices, clips, scores and tables."""

import array
import math
import os
import re
import struct
import subprocess
import sys
import wave

from text import Bad, is_number, read, text_of

CLIPS = ("OriginalTestClip", "ChoppedTestClip", "ExtrapolatedClip")


def unpack(data, at=0):
    """(value, where the next begins): the part of msgpack that matrix streams use."""
    code, at = data[at], at + 1
    if code < 0x80 or code >= 0xe0:
        return code if code < 0x80 else code - 256, at
    if code in (0xc0, 0xc2, 0xc3):
        return {0xc0: None, 0xc2: False, 0xc3: True}[code], at
    scalars = {0xca: "f", 0xcb: "d", 0xcc: "B", 0xcd: "H", 0xce: "I", 0xcf: "Q", 0xd0: "b", 0xd1: "h", 0xd2: "i", 0xd3: "q"}
    if code in scalars:
        return struct.unpack_from(">" + scalars[code], data, at)[0], at + struct.calcsize(scalars[code])
    sized = {0xc4: ("bin", "B"), 0xc5: ("bin", "H"), 0xc6: ("bin", "I"), 0xd9: ("str", "B"), 0xda: ("str", "H"),
             0xdb: ("str", "I"), 0xdc: ("list", "H"), 0xdd: ("list", "I"), 0xde: ("map", "H"), 0xdf: ("map", "I")}
    if code in sized:
        kind, form = sized[code]
        size, at = struct.unpack_from(">" + form, data, at)[0], at + struct.calcsize(form)
    elif code < 0xc0:
        kind, size = ("map", code & 15) if code < 0x90 else ("list", code & 15) if code < 0xa0 else ("str", code & 31)
    else:
        raise ValueError(f"byte {code:#x}")
    if kind in ("bin", "str"):
        value = data[at:at + size]
        return value.decode() if kind == "str" else value, at + size
    items = []
    for _ in range(size * (2 if kind == "map" else 1)):
        item, at = unpack(data, at)
        items.append(item)
    return (dict(zip(items[::2], items[1::2])) if kind == "map" else items), at


def rows(path):
    """[(name, columns)] of a matrix stream."""
    data, at, found = read(path), 0, []
    try:
        while at < len(data):
            block, at = unpack(data, at)
            x = block["x"]
            lengths = [row[b"shape"][0] for row in x] if isinstance(x, list) else [x[b"shape"][1]] * x[b"shape"][0]
            found += zip(block["names"], lengths)
    except (KeyError, IndexError, TypeError, ValueError, struct.error):
        raise Bad(f"{path}: nothing that can be read near byte {at}, expected matrices with named rows") from None
    return found


def fit(path):
    """What a model says of its fit."""
    try:
        model = unpack(read(path))[0]
        return {key: model[key] for key in ("rows", "rank")}
    except (KeyError, IndexError, TypeError, ValueError, struct.error):
        raise Bad(f"{path}: nothing that can be read, expected a model of lsq-fit") from None


class Clip:
    """A WAV file of 16 bits, mono."""

    def __init__(self, path):
        self.path, self.data = path, read(path)
        try:
            with wave.open(path) as f:
                if (f.getnchannels(), f.getsampwidth()) != (1, 2):
                    raise Bad(f"{path}: {f.getnchannels()} channels of {8 * f.getsampwidth()} bits, expected one of 16")
                self.rate = f.getframerate()
                data, count = f.readframes(f.getnframes()), f.getnframes()
        except (wave.Error, EOFError):
            raise Bad(f"{path}: nothing that can be read, expected a WAV file of 16 bits, mono") from None
        if len(data) != 2 * count:
            raise Bad(f"{path}: {len(data) // 2} samples, expected {count} as its header says")
        self.samples = array.array("h", data)
        if sys.byteorder == "big":
            self.samples.byteswap()


def score(path):
    """The last word of a file: the score, if it is of one row."""
    words = text_of(path).split() if os.path.exists(path) else []
    return words[-1] if words else None


def scores(folder):
    """As the tutorial prints it, in its own digits or None, and over the samples, nan where there is none."""
    return score(f"{folder}/columns.r2"), float(score(f"{folder}/rows.r2") or "nan")


class Fill:
    """A clip that a model has filled in."""

    def __init__(self, model, whose, folder):
        self.model, self.whose = model, whose
        self.clip, self.scores = Clip(f"{folder}/ExtrapolatedClip.wav"), scores(folder)
        self.predicted = f"{folder}/predicted.mat"

    def score(self, *options):
        """The last number of r2-score's for the columns filled in, before they are rounded."""
        if not os.path.exists(self.predicted):
            return math.nan
        done = subprocess.run(["r2-score", "-q", "--pooled", "--undefined=nan", *options, "heldout.mat", self.predicted],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise Bad(f"{self.predicted}: {done.stderr.decode(errors='replace').strip()}")
        return float(done.stdout.split()[-1])


class Portion:
    """What there is of one portion: clips that belong together, and their scores."""

    def __init__(self, portion, files):
        folder = portion.replace("%", "percent")
        self.portion, self.fit = portion, fit(f"{folder}/model.lsq")
        self.original, self.chopped = (Clip(f"{folder}/{name}.wav") for name in CLIPS[:2])
        self.baselines = {}
        self.fills = [Fill("tutorial", "the tutorial’s", folder)]
        if f"frames/{folder}/ExtrapolatedClip.wav" in files:
            self.fills.append(Fill("frames", "the nearest frames’", f"frames/{folder}"))
        self.rate, self.length, self.given = self.original.rate, len(self.original.samples), len(self.chopped.samples)
        if not 0 < self.given < self.length:
            raise Bad(f"{self.chopped.path}: {self.given} samples, expected fewer than the {self.length} of "
                      f"{self.original.path}")
        for clip in (each.clip for each in self.fills):
            if (len(clip.samples), clip.rate) != (self.length, self.rate):
                raise Bad(f"{clip.path}: {len(clip.samples)} samples at {clip.rate} Hz, expected {self.length} at "
                          f"{self.rate} Hz as in {self.original.path}")


class Repair:
    """A clip with gaps in it and the same clip repaired; lines are (length@start, by which method, SNR in dB) of each gap."""

    def __init__(self, original):
        self.original, self.rate, self.length = original, original.rate, len(original.samples)
        self.damaged, self.repaired = (Clip(f"repair/{name}Clip.wav") for name in ("Damaged", "Repaired"))
        told = re.findall(r"^(\S+): samples (\d+) to (\d+), by (.*): (\S+) dB$", text_of("repair/repair.txt"), re.MULTILINE)
        self.gaps = [(int(first), int(last) + 1) for _, first, last, *_ in told]
        self.lines = [(gap, how, snr) for gap, _, _, how, snr in told]

    def is_whole(self):
        """Whether both clips are the original outside of the gaps, of which there are some."""
        edges = [edge for gap in self.gaps for edge in gap]
        kept = list(zip([0, *edges[1::2]], [*edges[::2], self.length]))
        return bool(edges) and edges == sorted(edges) and edges[-1] <= self.length and all(
            (clip.rate, len(clip.samples)) == (self.rate, self.length)
            and all(clip.samples[first:last] == self.original.samples[first:last] for first, last in kept)
            for clip in (self.damaged, self.repaired))


def table_of(path, columns):
    """(header, rows, each by its columns' names) of a file of columns parted by tabs; a first line without a number is the header."""
    lines = [line.split("\t") for line in text_of(path).splitlines() if line]
    if not lines:
        raise Bad(f"{path}: empty, expected columns such as {', '.join(columns)}")
    header = lines.pop(0) if not any(is_number(cell) for cell in lines[0]) else columns[:len(lines[0])]
    for at, line in enumerate(lines, 1):
        if len(line) != len(header):
            raise Bad(f"{path}: row {at} of {len(line)} columns, expected {len(header)}")
    return header, [dict(zip(header, line)) for line in lines]


def table_with(path, columns):
    """The same; these columns must be there."""
    header, lines = table_of(path, columns)
    if not set(columns) <= set(header):
        raise Bad(f"{path}: columns {', '.join(header)}, expected {', '.join(columns)}")
    return header, lines


def time_curves(path):
    """{portion: {model: [(ms, R²)]}}, in the order of the file and of time; portion is '' where the file has none."""
    _, lines = table_with(path, ["model", "ms", "r2"])
    portions = {}
    for at, cells in enumerate(lines, 1):
        if not (is_number(cells["ms"]) and is_number(cells["r2"])):
            raise Bad(f"{path}: row {at}: '{cells['ms']}' and '{cells['r2']}', expected numbers")
        point = float(cells["ms"]), float(cells["r2"])
        if all(map(math.isfinite, point)):
            portions.setdefault(cells.get("given", ""), {}).setdefault(cells["model"], []).append(point)
    return {portion: {model: sorted(points) for model, points in curves.items()} for portion, curves in portions.items()}
