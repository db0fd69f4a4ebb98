"""Files that the pipelines leave in OUT: matrices, clips, scores and tables."""

import array
import json
import math
import os
import re
import subprocess
import sys
import wave

from text import Bad, is_number, read, text_of

CLIPS = ("OriginalTestClip", "ChoppedTestClip", "ExtrapolatedClip")


def ask(*command):
    """What a filter answers."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise Bad(done.stderr.decode(errors="replace").strip())
    return done.stdout.decode()


def fields(path, *names):
    """Of a matrix, or the first map of a model: {name: number}."""
    return dict(zip(names, map(int, ask("stream-show", "-F", ",".join(names), path).split())))


def rows(path):
    """[(name, samples)] of a matrix."""
    blocks = [json.loads(line) for line in ask("stream-show", "--json", path).split("\n") if line]
    if not all("names" in block for block in blocks):
        raise Bad(f"{path}: rows without names, expected them named")
    return [row for block in blocks for row in zip(block["names"], block["x"])]


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
        return float(ask("r2-score", "-q", "--pooled", "--undefined=nan", *options, "heldout.mat", self.predicted).split()[-1])


class Portion:
    """What there is of one portion: clips that belong together, and their scores."""

    def __init__(self, portion, files):
        folder = portion.replace("%", "percent")
        self.portion, self.fit = portion, fields(f"{folder}/model.lsq", "rows", "rank")
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
