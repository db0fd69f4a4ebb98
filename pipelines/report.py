"""report.py: the page that report.mk makes, in two steps, both run in OUT.

    report.py facts [--own] --provided=PORTIONS --recordings=DIR FILTER... -- FILE...
    report.py page FACTS

The first prints as JSON what the page says that is in no file of OUT: revision, versions, parameters, the sums of the
recordings; and the names of the files to show. The second prints the page: the same files give the same bytes.
report.html beside this file is the template, with the styles. Only Python's standard library, sox(1) for the
spectrograms, and r2-score for the scores of stretches.
"""

import array
import base64
import ctypes
import hashlib
import html
import json
import math
import os
import platform
import re
import shlex
import string
import struct
import subprocess
import sys
import wave

HERE = os.path.dirname(os.path.abspath(__file__))
TEMPLATE = os.path.join(HERE, "report.html")
CLIPS = ("OriginalTestClip", "ChoppedTestClip", "ExtrapolatedClip")
# Points across a waveform, pixels across a spectrogram: two for each that a phone shows.
ACROSS = 700
DYNAMIC_RANGE = 80
# Scores below this are drawn at the bottom of the plot: beyond it, silence would be nearer by far.
LOWEST = -1
# Stretches behind the cut that are scored by themselves, in ms.
FIRST = (5, 10, 20, 50)
# The models, which are their classes on the page, too.
MODELS = ("tutorial", "ridge", "frames", "mean", "silence")
ICON = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="none" stroke="#c2410c" '
        'stroke-width="2" d="M1 8h2l2-6 3 12 3-9 2 3h2"/></svg>')


class Bad(Exception):
    """What was found, what was expected: ends the program."""


def read(path):
    with open(path, "rb") as f:
        return f.read()


def text_of(path):
    """What is not UTF-8 is no name or number that the page shows."""
    return read(path).decode(errors="replace")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def data_uri(kind, data):
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def esc(text):
    return html.escape(str(text))


def number(value, form=".4g"):
    """A number as a page shows it, with a true minus."""
    return format(value, form).replace("-", "\N{MINUS SIGN}")


def percent(part, whole):
    return f"{number(100 * part / whole, '.3g')}\N{NO-BREAK SPACE}%"


def columns_of(ms, rate):
    """That many ms, at least one column: as `samples` in frames.sh has it."""
    return max(int(rate * ms / 1000 + .5), 1)


def seconds(samples, rate):
    return f"{number(samples / rate, '.3g')}\N{NO-BREAK SPACE}s"


# The first step: facts.


def first_line(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    lines = done.stdout.decode(errors="replace").splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else ""


def revision():
    """That of the clone in which this file lies; none where it is installed or comes from a tarball."""
    top = os.path.dirname(HERE)
    if not os.path.exists(os.path.join(top, ".git")):
        return ""
    os.environ["GIT_OPTIONAL_LOCKS"] = "0"
    # Called from a git hook, git would work on the repository of the hook.
    for name in [name for name in os.environ if name.startswith("GIT_") and name != "GIT_OPTIONAL_LOCKS"]:
        del os.environ[name]
    return first_line("git", "-C", top, "describe", "--always", "--tags", "--dirty")


def blas():
    """The library that lsq-fit is linked to here and now, and what it says of itself if it is OpenBLAS."""
    which = subprocess.run(["sh", "-c", 'ldd "$(command -v lsq-fit)"'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                           check=False).stdout.decode(errors="replace")
    found = dict(re.findall(r"^\s*lib(open\w*|c?blas|blis\w*|mkl\w*)\.so\S* => (\S+)", which, re.MULTILINE))
    if not found:
        return "not known"
    path = os.path.realpath(found.get("blas") or min(found.values()))
    try:
        library = ctypes.CDLL(found.get("openblas", path))
        library.openblas_get_config.restype = ctypes.c_char_p
        return f"{path}: {library.openblas_get_config().decode().strip()}"
    except (OSError, AttributeError):
        return path


def same(path, other):
    return os.path.exists(path) and os.path.exists(other) and read(path) == read(other)


def without_strangers(files, portions):
    """The files to show without extended clips of another take or cut than the tutorial's, which are there from before."""
    for folder in (portion.replace("%", "percent") for portion in portions):
        theirs = {name for name in files if name.startswith(f"extend/{folder}/")}
        if theirs and not all(same(f"extend/{folder}/{name}.wav", f"{folder}/{name}.wav") for name in CLIPS[:2]):
            print(f"report: extend/{folder} is not of the clip in {folder}, left out: "
                  "run 'make extend' again with the same variables", file=sys.stderr)
            files = [name for name in files if name not in theirs]
    return files


def facts(arguments):
    own = "--own" in arguments
    options = dict(re.match(r"--(provided|recordings)=(.*)", word, re.DOTALL).groups()
                   for word in arguments if word.startswith(("--provided=", "--recordings=")))
    split = arguments.index("--")
    filters = [word for word in arguments[:split] if not word.startswith("--")]
    versions = [first_line(name, "--version") for name in filters]
    takes = {name for name, _ in rows("recordings.mat")}
    names = [line.split(" ", 2)[-1] for line in text_of("recordings.list").splitlines()]
    names = [name for name in names if os.path.splitext(name)[0] in takes and name.lower().endswith(".wav")]
    portions = options["provided"].split()
    return {
        "revision": revision() or re.sub(r".*\) ", "version ", versions[0]),
        "versions": [["filters", ", ".join(sorted(set(re.sub(r"^\S+ \((.*)\)", r"\1", version) for version in versions)))],
                     ["SoX", first_line("sox", "--version").split()[-1]],
                     ["BLAS", blas()], ["Python", platform.python_version()]],
        "portions": portions,
        "own": own,
        "recordings": [[name, sha256(read(os.path.join(options["recordings"], name)))] for name in names],
        "files": without_strangers(arguments[split + 1:], portions),
        "program": [sha256(read(os.path.join(HERE, name))) for name in ("report.py", "report.html")],
    }


# What the pipelines left in OUT.


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


def scores(path):
    """(as the tutorial prints it, over the samples) from a score.txt, as text; None for what it does not say."""
    text = text_of(path) if os.path.exists(path) else ""
    found = [re.search(pattern, text, re.MULTILINE) for pattern in
             (r"^Extrapolation R\^2 Score: (\S+)", r"^R\^2 over the samples filled in: (\S+)")]
    return [match and match.group(1) for match in found]


class Fill:
    """A clip that a model has filled in."""

    def __init__(self, model, whose, folder):
        self.model, self.whose = model, whose
        self.clip, self.scores = Clip(f"{folder}/ExtrapolatedClip.wav"), scores(f"{folder}/score.txt")
        self.predicted = f"{folder}/predicted.mat"

    def first(self, count):
        """R² over the first columns filled in, before they are rounded."""
        if not os.path.exists(self.predicted):
            return math.nan
        done = subprocess.run(["r2-score", "-q", "--pooled", "--undefined=nan", "-c", f":{count}", "heldout.mat", self.predicted],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise Bad(f"{self.predicted}: {done.stderr.decode(errors='replace').strip()}")
        return float(done.stdout)


class Portion:
    """What there is of one portion: clips that belong together, and their scores."""

    def __init__(self, portion, files):
        folder = portion.replace("%", "percent")
        self.portion = portion
        self.original, self.chopped = (Clip(f"{folder}/{name}.wav") for name in CLIPS[:2])
        self.fills = [Fill("tutorial", "the tutorial’s", folder)]
        if f"extend/{folder}/ExtrapolatedClip.wav" in files:
            self.fills.append(Fill("frames", "the frame model’s", f"extend/{folder}"))
        self.rate, self.length, self.given = self.original.rate, len(self.original.samples), len(self.chopped.samples)
        if not 0 < self.given < self.length:
            raise Bad(f"{self.chopped.path}: {self.given} samples, expected fewer than the {self.length} of "
                      f"{self.original.path}")
        for clip in (each.clip for each in self.fills):
            if (len(clip.samples), clip.rate) != (self.length, self.rate):
                raise Bad(f"{clip.path}: {len(clip.samples)} samples at {clip.rate} Hz, expected {self.length} at "
                          f"{self.rate} Hz as in {self.original.path}")


def table_of(path, columns):
    """(header, rows) of a file of columns parted by tabs; a first line without a number is the header."""
    lines = [line.split("\t") for line in text_of(path).splitlines() if line]
    if not lines:
        raise Bad(f"{path}: empty, expected columns such as {', '.join(columns)}")
    header = lines.pop(0) if not any(is_number(cell) for cell in lines[0]) else columns[:len(lines[0])]
    for at, line in enumerate(lines, 1):
        if len(line) != len(header):
            raise Bad(f"{path}: row {at} of {len(line)} columns, expected {len(header)}")
    return header, lines


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def time_curves(path):
    """{portion: {model: [(ms, R²)]}}, in the order of the file and of time; portion is '' where the file has none."""
    header, lines = table_of(path, ["model", "ms", "r2"])
    if not {"model", "ms", "r2"} <= set(header):
        raise Bad(f"{path}: columns {', '.join(header)}, expected model, ms, r2")
    portions = {}
    for at, line in enumerate(lines, 1):
        cells = dict(zip(header, line))
        if not (is_number(cells["ms"]) and is_number(cells["r2"])):
            raise Bad(f"{path}: row {at}: '{cells['ms']}' and '{cells['r2']}', expected numbers")
        point = float(cells["ms"]), float(cells["r2"])
        if all(map(math.isfinite, point)):
            portions.setdefault(cells.get("given", ""), {}).setdefault(cells["model"], []).append(point)
    return {portion: {model: sorted(points) for model, points in curves.items()} for portion, curves in portions.items()}


# Pictures. They are as wide as there is room: what is text in them stands beside or over them.


def fill(fragment, **values):
    """A part of report.html: text up to the next line that names a fragment; `page` is the first."""
    return string.Template(FRAGMENTS[fragment]).substitute(values)


def fragments():
    parts = re.split(r"\n<!-- fragment: (\w+) -->\n", "\n<!-- fragment: page -->\n" + text_of(TEMPLATE))
    return dict(zip(parts[1::2], parts[2::2]))


def path_of(pairs):
    return "M" + "L".join(f"{x:.5g} {y:.5g}" for x, y in pairs)


def envelope(samples, start, total, peak):
    """From the lowest to the highest sample in each of ACROSS steps, or of each sample, in a box of height 200."""
    steps = min(ACROSS, total)
    edges = [start] + [edge for edge in (step * total // steps for step in range(steps + 1)) if edge > start]
    upper, lower = [], []
    for at, end in zip(edges, edges[1:]):
        x = at / total * ACROSS
        upper.append((x, 100 - 98 * max(samples[at:end]) / peak))
        lower.append((x, 100 - 98 * min(samples[at:end]) / peak))
    return path_of(upper + lower[::-1]) + "Z"


def drawn(style, path):
    return f'<path class="{style}" d="{path}"/>'


def label(text, left, top=0.0):
    return f'<b style="left:{left:.4g}%;top:{top:.4g}%">{text}</b>'


def wave_figure(name, title, desc, body, ends, keys, **more):
    key = "\n".join(fill("key", style=style, text=esc(text)) for style, text in keys)
    return fill("wave", **{"tall": "", "labels": "", "caption": "", "across": ACROSS, **more}, name=name, title=esc(title),
                desc=esc(desc), body=body, left=ends[0], right=ends[1], key=key)


def marked(cut, *paths):
    """What is drawn, with all behind the cut shaded."""
    return fill("missing", cut=f"{cut:.5g}", width=f"{ACROSS - cut:.5g}", across=ACROSS, body="\n".join(paths))


def peak_of(*pieces):
    return max(1, *(max(max(piece), -min(piece)) for piece in pieces))


def waveforms(part, name, peak):
    """One picture for each fill: the original under it, on one scale."""
    share = part.given / part.length
    lasts, cut = seconds(part.length, part.rate), seconds(part.given, part.rate)
    original = drawn("true area", envelope(part.original.samples, 0, part.length, peak))
    return "\n".join(wave_figure(
        f"{name}-{each.model}", f"Waveforms: the original and {each.whose} clip over each other",
        f"{lasts} from left to right. Up to {cut} both are the same; from there on, shaded, the samples were deleted "
        "and filled in.",
        marked(share * ACROSS, original,
               drawn(f"{each.model} area", envelope(each.clip.samples, part.given, part.length, peak))),
        ("0 s", lasts), [("true area", "original"), (f"{each.model} area", f"{each.whose} clip, where it was filled in")],
        labels=label("given", 0) + label("filled in", 100 * share)) for each in part.fills)


def close_up(part, name):
    """The samples themselves, 10 ms before the cut and 30 ms after it."""
    first = max(part.given - columns_of(10, part.rate), 0)
    last = min(part.given + columns_of(30, part.rate), part.length)
    if last - first < 8:
        return ""
    curves = [("true", part.original.samples, first)]
    curves += [(each.model, each.clip.samples, max(part.given - 1, 0)) for each in part.fills]
    peak = peak_of(*(samples[first:last] for _, samples, _ in curves))

    def across(at):
        return (at - first) / (last - 1 - first) * ACROSS

    paths = [drawn(style, path_of((across(at), 100 - 96 * samples[at] / peak) for at in range(start, last)))
             for style, samples, start in curves]
    cut = across(part.given - .5)
    before, after = (number(1000 * count / part.rate, ".3g") for count in (part.given - first, last - part.given))
    return "<h3>Close-up of the cut</h3>\n" + wave_figure(
        f"{name}-cut", "Close-up of the waveforms at the cut",
        f"From {before} ms before the cut to {after} ms after it, sample by sample: how the original goes on, and what was "
        "filled in.",
        marked(cut, *paths), (f"{before} ms before the cut", f"{after} ms after"),
        [("true", "original")] + [(each.model, f"{each.whose} clip") for each in part.fills],
        labels=label("filled in", cut / ACROSS * 100))


def spectrogram(clip, total):
    """PNG, as SoX draws it without axes. SoX never sees a file's name."""
    # The same pixels a second for clips of one total.
    a_second = min(max(math.ceil(ACROSS * clip.rate / total), 1), 5000)
    done = subprocess.run(["sox", "-D", "-t", "wav", "-", "-n", "spectrogram", "-r", "-X", str(a_second), "-y", "129",
                           "-z", str(DYNAMIC_RANGE), "-o", "-"],
                          input=clip.data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0 or done.stdout[:8] != b"\x89PNG\r\n\x1a\n":
        said = done.stderr.decode(errors="replace").strip() or "nothing"
        raise Bad(f"{clip.path}: sox says {said}, expected a spectrogram of it")
    return done.stdout


def spectrum(part, clip, what):
    """The picture of a clip, as wide as the clip is long; the cut, or what is missing, marked."""
    share = 100 * part.given / part.length
    short = len(clip.samples) < part.length
    mark = f'<span class="gone" style="left:{share:.4g}%">deleted</span>' if short else f'<i style="left:{share:.4g}%"></i>'
    return fill("spectrum", what=what, lasts=seconds(len(clip.samples), part.rate), top=number(part.rate / 2000), mark=mark,
                width=f"{share if short else 100:.4g}", picture=data_uri("image/png", spectrogram(clip, part.length)))


def styles_of(models):
    """{model: its class}; models that are not known share two."""
    return {model: model if model in MODELS else f"other{1 + at % 2}" for at, model in enumerate(models)}


def given_of(portion):
    """A portion as a heading shows it."""
    if not portion:
        return ""
    if portion.endswith("%"):
        return f"{esc(portion[:-1])}\N{NO-BREAK SPACE}% given"
    if portion.isdigit() or not is_number(portion):
        return f"{esc(portion)} samples given"
    return f"{percent(float(portion), 1)} given"


def time_plots(portions):
    """R² of each model against the time since the cut, a plot a portion, all on the same scales."""
    points = [point for curves in portions.values() for curve in curves.values() for point in curve]
    until, lowest = max(ms for ms, _ in points) or 1, min(r2 for _, r2 in points)
    bottom = min(math.floor(2 * max(lowest, LOWEST)) / 2, 0)
    return "\n".join((f"<h3>{given_of(portion)}</h3>\n" if portion else "")
                     + time_plot(f"time-{at}", portion, curves, until, bottom)
                     for at, (portion, curves) in enumerate(portions.items(), 1))


def time_plot(name, portion, curves, until, bottom):
    def place(point):
        return point[0] / until * ACROSS, 4 + 192 * (1 - max(point[1], bottom)) / (1 - bottom)

    heights = {level: place((0, level))[1] for level in (1, .5, 0, -1, -2, -3) if level >= bottom}
    grid = [f'<line class="zero" x1="0" y1="{y:.5g}" x2="{ACROSS}" y2="{y:.5g}"/>' for y in heights.values()]
    styles = styles_of(curves)
    lines = [drawn(styles[model], path_of(map(place, curve))) for model, curve in curves.items()]
    ends = "; ".join(f"{model} {number(curve[0][1], '.2f')} at first, {number(curve[-1][1], '.2f')} at last"
                     for model, curve in curves.items())
    last = max(curve[-1][0] for curve in curves.values())
    clipped = "; what is lower is drawn at the bottom" if min(r2 for curve in curves.values() for _, r2 in curve) < bottom else ""
    ended = "; the lines end where not all clips miss more" if last < until else ""
    return wave_figure(
        name, "R² against the time since the cut, a line a model" + (f", {html.unescape(given_of(portion))}" if portion else ""),
        f"From 0 to {number(last)} ms: {ends}.", "\n".join(grid + lines), ("the cut", f"{number(until)} ms after it"),
        [(styles[model], model) for model in curves], tall=" tall",
        labels="".join(label(number(level), 0, y / 2) for level, y in heights.items() if level > bottom),
        caption=f"<figcaption>R² from bottom to top, {number(bottom)} to 1{clipped}{ended}.</figcaption>")


# Sections of the page.


def table(caption, header, lines, style=""):
    """Columns of numbers stand to the right; the first cell of each line is its heading. Cells are HTML."""
    numeric = [bool(lines) and all(is_number(line[at].replace("\N{MINUS SIGN}", "-").rstrip(" ×")) or line[at] == "–"
                                   for line in lines) for at in range(len(header))]
    classes = [' class="number"' if each else style for each in numeric]
    head = "".join(f'<th scope="col"{cls if right else ""}>{cell}</th>'
                   for right, cls, cell in zip(numeric, classes, header))
    body = "\n".join(f'<tr><th scope="row"{classes[0] if numeric[0] else ""}>{line[0]}</th>'
                     + "".join(f"<td{cls}>{cell}</td>" for cls, cell in zip(classes[1:], line[1:])) + "</tr>"
                     for line in lines)
    return (f"<table>\n<caption>{caption}</caption>\n<thead>\n<tr>{head}</tr>\n</thead>\n"
            f"<tbody>\n{body}\n</tbody>\n</table>")


class Story:
    """What the streams in OUT tell of the run: who spoke, how many takes, which one was held out."""

    def __init__(self):
        takes, clips = rows("recordings.mat"), rows("clips.mat")
        self.held = rows("heldout.mat")[0][0]
        self.row = [name for name, _ in clips].index(self.held)
        self.count, self.length = len(clips), clips[0][1]
        self.shortest, self.longest = min(length for _, length in takes), max(length for _, length in takes)
        match = re.fullmatch(r"(\d+)_(.+)_(\d+)", self.held)
        if not match:
            raise Bad(f"heldout.mat: {self.held}, expected a name such as 0_jackson_9")
        self.digit, self.speaker, _ = match.groups()
        self.choice, self.value = re.fullmatch(r"--(seed|name)=(.*)\n", text_of("holdout.choice"), re.DOTALL).groups()


def first_table(parts):
    """R² over the first ms behind the cut."""
    missing = min(part.length - part.given for part in parts)
    spans = [(ms, count) for ms, count in ((ms, columns_of(ms, parts[0].rate)) for ms in FIRST) if 2 <= count <= missing]
    lines = []
    for part in parts:
        for each in part.fills:
            found = [each.first(count) for _, count in spans]
            lines.append([clip_label(part, each)] + ["–" if math.isnan(r2) else number(r2, ".3f") for r2 in found])
    header = ["Clip, given"] + [f"{ms}\N{NO-BREAK SPACE}ms" for ms, _ in spans]
    return table("R² over the first milliseconds of what was filled in", header, lines) if spans else ""


def clip_label(part, each):
    return f"{each.model}, {percent(part.given, part.length)}"


def done_section(story, parts):
    shares = " or ".join(f"the first {percent(part.given, part.length)} ({part.given} samples)" for part in parts)
    chosen = ", chosen by its name:"
    if story.choice == "seed":
        chosen = f": the seed {esc(story.value)} picks row {story.row}, which is"
    return fill("done", count=story.count, digit=story.digit, speaker=esc(story.speaker), rate=parts[0].rate,
                shortest=story.shortest, longest=story.longest, length=story.length, chosen=chosen, held=esc(story.held),
                lasts=seconds(story.length, parts[0].rate), others=story.count - 1, shares=shares,
                extended=fill("extended") if any(len(part.fills) > 1 for part in parts) else "")


def portion_section(part, name):
    clips = [("true", "Original", part.original, "the original", "What was said, chopped to the common length."),
             ("given", "Chopped", part.chopped, "the chopped clip", "All that the model is given.")]
    for each in part.fills:
        title, by = ("as in the tutorial", "linear regression") if each.model == "tutorial" else ("by frames", "frame model")
        clips.append((each.model, f"Filled in, {title}", each.clip, f"{each.whose} clip",
                      f"The same beginning; the {by} fills in the rest."))
    cards = [fill("clip", style=style, title=title, share=percent(part.given, part.length), text=text,
                  sound=data_uri("audio/wav", clip.data), spectrum=spectrum(part, clip, what))
             for style, title, clip, what, text in clips]
    missing, peak = part.length - part.given, peak_of(part.original.samples, *(each.clip.samples for each in part.fills))
    return fill("portion", length=part.length, given=part.given, given_lasts=seconds(part.given, part.rate), missing=missing,
                missing_lasts=seconds(missing, part.rate), four=" four" if len(clips) == 4 else "", cards="\n".join(cards),
                range=DYNAMIC_RANGE, waveforms=waveforms(part, name, peak), peak=peak, close_up=close_up(part, name))


def score_section(parts):
    lines, flats = [], []
    for part in parts:
        for each in part.fills:
            columns, samples = each.scores
            flat = float(samples) if samples and is_number(samples) else math.nan
            times = "–" if math.isnan(flat) else f"{number(1 - flat, '.3g')} ×"
            flats += [] if math.isnan(flat) else [flat]
            lines.append([clip_label(part, each),
                          esc(columns or "–"), esc(samples or "–").replace("-", "\N{MINUS SIGN}"), times])
    lowest = min(flats, default=0)
    example = fill("negative", lowest=number(lowest, ".3g"), times=number(1 - lowest, ".3g")) if lowest < 0 else ""
    header = ["Clip, given", "As the tutorial prints it", "Over the samples", "Squared error (flat line: 1)"]
    return fill("scores", table=table("R² of what was filled in", header, lines), first=first_table(parts), example=example)


def short(cell):
    """A number of many digits with three behind the point."""
    return format(float(cell), ".3f") if re.fullmatch(r"-?\d+\.\d{4,}", cell) else cell


def cell_of(text):
    if text == "nan":
        return "–"
    return esc(short(text)).replace("-", "\N{MINUS SIGN}") if is_number(text) else esc(text)


def evaluate_section(extended):
    header, lines = table_of("evaluate/summary.tsv", ["model", "ms", "r2"])
    cells = [[cell_of(text) for text in line] for line in lines]
    names = {"r2": "R²", "ms": "ms since the cut", "model": "Model", "given": "Given", "clips": "Clips", "all": "All"}
    compared = table("The models compared", [esc(names.get(name, name)) for name in header], cells)
    told = {dict(zip(header, line)).get("model") for line in lines}
    where = "It also filled in the clips above." if extended else "<code>make extend</code> fills in the clip above with it."
    models = "\n".join(fill(f"model_{model}", where=where) for model in MODELS if model in told)
    portions = time_curves("evaluate/time.tsv")
    return fill("evaluate", plots=time_plots(portions) if portions else fill("no_plot"), table=compared,
                models=fill("models", body=models) if models else "",
                none=fill("no_score") if any("–" in line for line in cells) else "")


def evaluated(files):
    """Whether there is an evaluation to show, and what it says it was made of: {} if nothing."""
    there = {"evaluate/summary.tsv", "evaluate/time.tsv"} <= set(files)
    told = text_of("evaluate/facts.tsv") if there and "evaluate/facts.tsv" in files else ""
    return there, dict(line.split("\t", 1) for line in told.splitlines() if "\t" in line)


def again_section(known, story):
    choice = ("SEED" if story.choice == "seed" else "HOLDOUT", story.value)
    parameters = [("DIGIT", story.digit), ("SPEAKER", story.speaker), choice, ("PROVIDED", " ".join(known["portions"]))]

    def command(target, own, pairs):
        return " ".join(["make", target] + ([] if own else ["FSDD=recordings"])
                        + [f"{name}={shlex.quote(value)}" for name, value in pairs])

    own = known["own"]
    commands = [command("report", own, parameters)]
    if any(name.startswith("extend/") for name in known["files"]):
        commands.insert(0, command("extend", own, parameters))
    there, told = evaluated(known["files"])
    own_too = told["recordings"] == "embedded" if "recordings" in told else own
    if there:
        asked = [(name, told.get(key, "")) for name, key in
                 (("DIGITS", "digits"), ("SPEAKERS", "speakers"), ("PROVIDED", "portions"))]
        commands.insert(0, command("evaluate", own_too, [pair for pair in asked if pair[1]]))
    folders = ["the recordings that come with wavefill" if each else "recordings in a folder" for each in (own, own_too)]
    source = folders[0] + ("" if own == own_too else f", the evaluation from {folders[1]}")
    versions = [["revision", known["revision"]]] + known["versions"]

    def listing(pairs):
        return esc("\n".join(f"{total}  {name}" for name, total in pairs))

    return fill("again", source=source, command=esc("\n".join(commands)), input_count=len(known["recordings"]),
                versions=table("What it was made with", ["What", "Which"], [list(map(esc, line)) for line in versions],
                               ' class="long"'),
                evaluated=fill("evaluated", count=esc(told["count"]), total=esc(told["sha256"])) + "\n"
                if {"count", "sha256"} <= set(told) else "",
                inputs=listing(known["recordings"]), output_count=len(known["files"]),
                outputs=listing((name, sha256(read(name))) for name in known["files"]))


def page(path):
    known = json.loads(read(path))
    story, parts = Story(), [Portion(portion, known["files"]) for portion in known["portions"]]
    shares = " and ".join(percent(part.given, part.length) for part in parts)
    sections = [("done", "What was done", done_section(story, parts))]
    for at, part in enumerate(parts, 1):
        sections.append((f"p{at}", f"{percent(part.given, part.length)} given", portion_section(part, f"p{at}")))
    sections.append(("scores", "Scores", score_section(parts)))
    if evaluated(known["files"])[0]:
        extended = any(len(part.fills) > 1 for part in parts)
        sections.append(("time", "R² against time since the cut", evaluate_section(extended)))
    sections.append(("again", "To make it again", again_section(known, story)))
    return fill("page", title=f"{esc(story.held)}: its end filled in", icon=data_uri("image/svg+xml", ICON.encode()),
                lead=f"The end of a spoken digit, deleted and filled in by linear regression from the first {shares} of it: "
                     "to listen to, to look at, and scored.",
                contents="\n".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in sections),
                sections="\n".join(fill("section", name=name, title=title, body=body) for name, title, body in sections))


def main(arguments):
    step = arguments[0] if arguments else ""
    if step == "facts" and "--" in arguments:
        text = json.dumps(facts(arguments[1:]), indent=1, ensure_ascii=False) + "\n"
    elif step == "page" and len(arguments) == 2:
        text = page(arguments[1])
    else:
        print(__doc__, file=sys.stderr)
        return 2
    with open(1, "wb", closefd=False) as out:
        out.write(text.encode())
    return 0


if __name__ == "__main__":
    try:
        FRAGMENTS = fragments()
        sys.exit(main(sys.argv[1:]))
    except Bad as error:
        sys.exit(f"report: {error}")
    except OSError as error:
        sys.exit(f"report: {error.filename or 'standard output'}: {error.strerror}")
