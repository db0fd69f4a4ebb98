"""report.py: the page that report.mk makes, in two steps, both run in OUT.

    report.py facts [--own] --provided=PORTIONS --recordings=DIR FILTER... -- FILE...
    report.py page FACTS

The first prints as JSON what the page says that is in no file of OUT: revision, versions, parameters, the sums of the
recordings; and the names of the files to show. The second prints the page: the same files give the same bytes.
report.html beside this file is the template, with the styles. Only Python's standard library, and sox(1) for the
spectrograms.
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
import string
import struct
import subprocess
import sys
import wave

HERE = os.path.dirname(os.path.abspath(__file__))
CLIPS = ("OriginalTestClip", "ChoppedTestClip", "ExtrapolatedClip")
# Points across a waveform, pixels across a spectrogram: two for each that a phone shows.
ACROSS = 700
DYNAMIC_RANGE = 80
# Scores below this are off the plot; what is worse than three times the missing part's own power is all the same.
LOWEST = -3
ICON = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="none" stroke="#c2410c" '
        'stroke-width="2" d="M1 8h2l2-6 3 12 3-9 2 3h2"/></svg>')


class Bad(Exception):
    """What was found, what was expected: ends the program."""


def read(path, mode="rb"):
    with open(path, mode) as f:
        return f.read()


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


def facts(arguments):
    own = "--own" in arguments
    options = dict(re.match(r"--(provided|recordings)=(.*)", word, re.DOTALL).groups()
                   for word in arguments if word.startswith(("--provided=", "--recordings=")))
    split = arguments.index("--")
    filters = [word for word in arguments[:split] if not word.startswith("--")]
    versions = [first_line(name, "--version") for name in filters]
    names = [line.split(" ", 2)[2] for line in read("recordings.list", "r").splitlines()]
    return {
        "revision": revision() or versions[0],
        "versions": [["filters", ", ".join(sorted(set(re.sub(r"^\S+ ", "", version) for version in versions)))],
                     ["SoX", first_line("sox", "--version").split()[-1]],
                     ["BLAS", blas()], ["Python", platform.python_version()]],
        "portions": options["provided"].split(),
        "own": own,
        "recordings": [[name, sha256(read(os.path.join(options["recordings"], name)))] for name in names],
        "files": arguments[split + 1:],
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
        raise Bad(f"byte {code:#x}, expected what a matrix stream is made of")
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
    while at < len(data):
        block, at = unpack(data, at)
        x = block["x"]
        lengths = [row[b"shape"][0] for row in x] if isinstance(x, list) else [x[b"shape"][1]] * x[b"shape"][0]
        found += zip(block["names"], lengths)
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
                self.samples = array.array("h", f.readframes(f.getnframes()))
        except (wave.Error, EOFError) as error:
            raise Bad(f"{path}: {error or 'ends early'}, expected a WAV file of 16 bits, mono") from None
        if sys.byteorder == "big":
            self.samples.byteswap()


def scores(path):
    """(as the tutorial prints it, over the samples) from a score.txt, as text; None for what it does not say."""
    text = read(path, "r") if os.path.exists(path) else ""
    found = [re.search(pattern, text, re.MULTILINE) for pattern in
             (r"^Extrapolation R\^2 Score: (\S+)", r"^R\^2 over the samples filled in: (\S+)")]
    return [match and match.group(1) for match in found]


class Portion:
    """What there is of one portion: clips that belong together, and their scores."""

    def __init__(self, portion):
        folder = portion.replace("%", "percent")
        self.portion = portion
        self.original, self.chopped, fill = (Clip(f"{folder}/{name}.wav") for name in CLIPS)
        # (class and name on the page, clip, its scores)
        self.fills = [("fill", "the tutorial’s", fill, scores(f"{folder}/score.txt"))]
        extended = f"extend/{folder}/ExtrapolatedClip.wav"
        if os.path.exists(extended):
            self.fills.append(("extend", "the extended", Clip(extended), scores(f"extend/{folder}/score.txt")))
        self.rate, self.length, self.given = self.original.rate, len(self.original.samples), len(self.chopped.samples)
        if not 0 < self.given < self.length:
            raise Bad(f"{self.chopped.path}: {self.given} samples, expected fewer than the {self.length} of {self.original.path}")
        for _, _, clip, _ in self.fills:
            if (len(clip.samples), clip.rate) != (self.length, self.rate):
                raise Bad(f"{clip.path}: {len(clip.samples)} samples at {clip.rate} Hz, expected {self.length} at "
                          f"{self.rate} Hz as in {self.original.path}")


def table_of(path, columns):
    """(header, rows) of a file of columns parted by tabs; a first line without a number is the header."""
    lines = [line.split("\t") for line in read(path, "r").splitlines() if line]
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
    """{model: [(ms, R²)]}, in the order of the file and of time."""
    header, lines = table_of(path, ["model", "ms", "r2"])
    if not {"model", "ms", "r2"} <= set(header):
        raise Bad(f"{path}: columns {', '.join(header)}, expected model, ms, r2")
    curves = {}
    for at, line in enumerate(lines, 1):
        cells = dict(zip(header, line))
        if not (is_number(cells["ms"]) and is_number(cells["r2"])):
            raise Bad(f"{path}: row {at}: '{cells['ms']}' and '{cells['r2']}', expected numbers")
        point = float(cells["ms"]), float(cells["r2"])
        if all(map(math.isfinite, point)):
            curves.setdefault(cells["model"], []).append(point)
    if not curves:
        raise Bad(f"{path}: no finite score, expected some")
    return {model: sorted(points) for model, points in curves.items()}


# Pictures.


def points(pairs):
    return "M" + "L".join(f"{x:.5g} {y:.5g}" for x, y in pairs)


def envelope(samples, start, total, peak):
    """The path of a waveform from its lowest to its highest sample in each of ACROSS steps, in a box of 200 by height."""
    step = max(total / ACROSS, 1)
    upper, lower, at = [], [], start
    while at < total:
        end = min((math.floor(at / step) + 1) * step, total)
        part = samples[math.floor(at):max(math.ceil(end), math.floor(at) + 1)]
        x = at / total * ACROSS
        upper.append((x, 100 - 98 * max(part) / peak))
        lower.append((x, 100 - 98 * min(part) / peak))
        at = end
    return points(upper + lower[::-1]) + "Z"


def svg(name, title, desc, body):
    return (f'<svg role="img" aria-labelledby="{name}-t {name}-d" viewBox="0 0 {ACROSS} 200" preserveAspectRatio="none">\n'
            f'<title id="{name}-t">{esc(title)}</title>\n<desc id="{name}-d">{esc(desc)}</desc>\n{body}\n</svg>')


def key(entries):
    """The list of what is drawn how; (class, text)."""
    lines = "".join(f'<li><svg aria-hidden="true" viewBox="0 0 26 12" preserveAspectRatio="none"><path class="{cls}" '
                    f'd="M0 6H26"/></svg>{esc(text)}</li>\n' for cls, text in entries)
    return f'<ul class="key">\n{lines}</ul>'


def ticks(*texts):
    return '<div class="ticks">' + "".join(f"<span>{text}</span>" for text in texts) + "</div>"


def waveform(part, name):
    """One picture for each fill: the original under it, on one scale."""
    peak = max(1, max(max(map(abs, clip.samples)) for clip in [part.original] + [fill[2] for fill in part.fills]))
    cut = part.given / part.length * ACROSS
    figures = []
    for cls, whose, clip, _ in part.fills:
        body = (f'<rect class="missing" x="{cut:.5g}" y="0" width="{ACROSS - cut:.5g}" height="200"/>\n'
                f'<line class="zero" x1="0" y1="100" x2="{ACROSS}" y2="100"/>\n'
                f'<path class="true area" d="{envelope(part.original.samples, 0, part.length, peak)}"/>\n'
                f'<path class="{cls} area" d="{envelope(clip.samples, part.given, part.length, peak)}"/>\n'
                f'<line class="cut" x1="{cut:.5g}" y1="0" x2="{cut:.5g}" y2="200"/>')
        title = f"Waveforms: the original and {whose} clip over each other"
        desc = (f"{seconds(part.length, part.rate)} from left to right. Up to {seconds(part.given, part.rate)} both are the same; "
                f"from there on, shaded, the samples were deleted and filled in.")
        figures.append(f'<figure>\n<div class="plot wave">\n{svg(f"{name}-{cls}", title, desc, body)}\n'
                       f'<b style="left:0;top:0">given</b><b style="left:{100 * part.given / part.length:.4g}%;top:0">filled in</b>\n</div>\n'
                       + ticks("0 s", seconds(part.length, part.rate)) + "\n"
                       + key([("true", "original"), (cls, f"{whose} clip, where it was filled in")]) + "\n</figure>")
    return "\n".join(figures) + (f'\n<p class="note">The dashed line is the cut. From bottom to top: −{peak} to {peak}, '
                                 "in units of the 16-bit samples.</p>")


def close_up(part, name):
    """The samples themselves, 10 ms before the cut and 30 ms after it."""
    first = max(part.given - part.rate // 100, 0)
    last = min(part.given + 3 * part.rate // 100, part.length)
    if last - first < 8:
        return ""
    curves = [("true", part.original, first)] + [(cls, clip, max(part.given - 1, 0)) for cls, _, clip, _ in part.fills]
    peak = max(1, max(max(map(abs, clip.samples[first:last])) for _, clip, _ in curves))
    def across(at):
        return (at - first) / (last - 1 - first) * ACROSS
    cut = across(part.given - .5)
    lines = "\n".join(f'<path class="{cls}" d="' + points((across(at), 100 - 96 * clip.samples[at] / peak)
                      for at in range(start, last)) + '"/>' for cls, clip, start in curves)
    body = (f'<rect class="missing" x="{cut:.5g}" y="0" width="{ACROSS - cut:.5g}" height="200"/>\n'
            f'<line class="zero" x1="0" y1="100" x2="{ACROSS}" y2="100"/>\n{lines}\n'
            f'<line class="cut" x1="{cut:.5g}" y1="0" x2="{cut:.5g}" y2="200"/>')
    before, after = (number(1000 * count / part.rate, ".3g") for count in (part.given - first, last - part.given))
    title = "Close-up of the waveforms at the cut"
    desc = f"From {before} ms before the cut to {after} ms after it, sample by sample: the original goes on, and what was filled in."
    return (f'<h3>Close-up of the cut</h3>\n<figure>\n<div class="plot wave">\n{svg(name, title, desc, body)}\n'
            f'<b style="left:{cut / ACROSS * 100:.4g}%;top:0">filled in</b>\n</div>\n'
            + ticks(f"{before} ms before the cut", f"{after} ms after") + "\n"
            + key([("true", "original")] + [(cls, f"{whose} clip") for cls, whose, _, _ in part.fills]) + "\n</figure>")


def spectrogram(clip, total):
    """PNG, as SoX draws it without axes; it never sees a file's name. The same pixels a second for clips of one total."""
    a_second = min(max(math.ceil(ACROSS * clip.rate / total), 1), 5000)
    done = subprocess.run(["sox", "-D", "-t", "wav", "-", "-n", "spectrogram", "-r", "-X", str(a_second), "-y", "129",
                           "-z", str(DYNAMIC_RANGE), "-o", "-"], input=clip.data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0 or done.stdout[:8] != b"\x89PNG\r\n\x1a\n":
        raise Bad(f"{clip.path}: sox draws no spectrogram: {done.stderr.decode(errors='replace').strip()}, expected a PNG")
    return done.stdout


def spectrum(part, clip, what):
    """The picture of a clip, as wide as the clip is long; the cut, or what is missing, marked."""
    share = 100 * part.given / part.length
    short = len(clip.samples) < part.length
    alt = (f"Spectrogram of {what}: {seconds(len(clip.samples), part.rate)} from left to right, "
           f"0 to {number(part.rate / 2000)} kHz from bottom to top")
    mark = f'<i style="left:{share:.4g}%"></i>'
    if short:
        mark = f'<span class="gone" style="left:{share:.4g}%">deleted</span>'
    return (f'<div class="plot spectrum">\n<img alt="{esc(alt)}" style="width:{share if short else 100:.4g}%" '
            f'src="{data_uri("image/png", spectrogram(clip, part.length))}">\n'
            f'<b style="left:0;top:0">{number(part.rate / 2000)} kHz</b><b style="left:0;bottom:0">0</b>{mark}\n</div>')


def time_plot(curves):
    """R² of each model against the time since the cut."""
    until = max(points_[-1][0] for points_ in curves.values()) or 1
    lowest = max(min(min(r2 for _, r2 in points_) for points_ in curves.values()), LOWEST)
    bottom = min(math.floor(2 * lowest) / 2, 0)
    def place(point):
        return point[0] / until * ACROSS, 4 + 192 * (1 - max(point[1], bottom)) / (1 - bottom)
    levels = [level for level in (1, .5, 0, -1, -2, -3) if level >= bottom]
    grid = "\n".join(f'<line class="zero" x1="0" y1="{place((0, level))[1]:.5g}" x2="{ACROSS}" y2="{place((0, level))[1]:.5g}"/>'
                     for level in levels)
    styles = {model: f"c{1 + at % 4}" for at, model in enumerate(curves)}
    lines = "\n".join(f'<path class="{styles[model]}" d="{points(map(place, points_))}"/>' for model, points_ in curves.items())
    labels = "".join(f'<b style="left:0;top:{place((0, level))[1] / 2:.4g}%">{number(level)}</b>' for level in levels
                     if level > bottom)
    ends = "; ".join(f"{model} {number(points_[0][1], '.2f')} at first, {number(points_[-1][1], '.2f')} at last"
                     for model, points_ in curves.items())
    picture = svg("time", "R² against the time since the cut, a line a model", f"From 0 to {number(until)} ms: {ends}.", f"{grid}\n{lines}")
    return (f'<figure>\n<div class="plot wave tall">\n{picture}\n{labels}\n</div>\n' + ticks("the cut", f"{number(until)} ms after it")
            + "\n" + key((styles[model], model) for model in curves)
            + f"\n<figcaption>R² from bottom to top, {number(bottom)} to 1; what is lower is drawn at the bottom.</figcaption>\n</figure>")


# Sections of the page.


def table(caption, header, lines):
    """Cells that are numbers stand to the right; the first of each line is its heading."""
    plain = [[re.sub(r"<[^>]*>", "", cell).replace("\N{MINUS SIGN}", "-") for cell in line] for line in lines]
    numeric = [bool(lines) and all(is_number(line[at].rstrip(" ×")) or line[at] == "–" for line in plain) for at in range(len(header))]
    def cls(at):
        return ' class="number"' if numeric[at] else ""
    head = "".join(f'<th scope="col"{cls(at)}>{cell}</th>' for at, cell in enumerate(header))
    body = "\n".join(f'<tr><th scope="row"{cls(0)}>{line[0]}</th>'
                     + "".join(f"<td{cls(at)}>{cell}</td>" for at, cell in enumerate(line[1:], 1)) + "</tr>" for line in lines)
    return f"<table>\n<caption>{caption}</caption>\n<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


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
        self.choice, self.value = re.fullmatch(r"--(seed|name)=(.*)\n", read("holdout.choice", "r"), re.DOTALL).groups()


def steps(story, parts):
    rate = parts[0].rate
    shares = " or ".join(f"the first {percent(part.given, part.length)} ({part.given} samples)" for part in parts)
    chosen = (f"the seed {esc(story.value)} picks row {story.row}, which is" if story.choice == "seed" else "chosen by its name:")
    texts = [
        f"Load {story.count} takes of one digit ({story.digit}) by one speaker ({esc(story.speaker)}): {rate} samples a second, "
        f"{story.shortest} to {story.longest} samples each. <code>fsdd-load</code>",
        f"Chop them all to one length, that of the shortest: {story.length} samples, {seconds(story.length, rate)}. <code>pad-chop</code>",
        f"Hold one take out: {chosen} <code>{esc(story.held)}</code>. The model learns nothing from it. <code>split-holdout</code>",
        f"From the other {story.count - 1} takes, learn to tell the end of a take from its beginning: a linear regression, "
        "each missing sample a weighted sum of all that are given. <code>lsq-fit</code>",
        f"Give the model {shares} of the held-out take, and let it fill in the rest. <code>lsq-predict</code>",
        "Put what was given and what was filled in together and write the WAV file. <code>stitch-wav</code>",
        "Score what was filled in against what was really said, with R². <code>r2-score</code>",
    ]
    return "<ol>\n" + "\n".join(f"<li>{text}</li>" for text in texts) + "\n</ol>"


def portion_section(part, name):
    deleted = part.length - part.given
    clips = [("true", "Original", part.original, "the original", "What was said, chopped to the common length."),
             ("given", "Chopped", part.chopped, "the chopped clip", "All that the model is given.")]
    for cls, whose, clip, _ in part.fills:
        title = "Filled in, as in the tutorial" if cls == "fill" else "Filled in, extended"
        text = "The same beginning; the linear regression fills in the rest." if cls == "fill" else \
            "The same beginning; the extended pipeline fills in the rest."
        clips.append((cls, title, clip, f"{whose} clip", text))
    cards = "\n".join(
        f'<article class="clip {cls}">\n<h4>{title}</h4>\n<audio controls preload="metadata" aria-label="{esc(title)}, '
        f'{percent(part.given, part.length)} given" src="{data_uri("audio/wav", clip.data)}"></audio>\n'
        f"{spectrum(part, clip, what)}\n<p class=\"note\">{text}</p>\n</article>" for cls, title, clip, what, text in clips)
    return (f"<p>{part.given} of {part.length} samples are given, {seconds(part.given, part.rate)}; {deleted}, "
            f"{seconds(deleted, part.rate)}, are filled in.</p>\n<h3>Listen</h3>\n"
            f'<div class="clips{" four" if len(clips) == 4 else ""}">\n{cards}\n</div>\n'
            f'<p class="note">Under each player its spectrogram: time from left to right, pitch from bottom to top, the brighter the '
            f"louder, down to {DYNAMIC_RANGE} dB under full scale. The dashed line is the cut.</p>\n"
            f"<h3>Waveforms</h3>\n{waveform(part, name)}\n{close_up(part, f'{name}-cut')}")


def score_section(parts):
    lines, worst = [], None
    for part in parts:
        for cls, _, _, (columns, samples) in part.fills:
            flat = float(samples) if samples and is_number(samples) else math.nan
            if not math.isnan(flat) and (worst is None or flat < worst):
                worst = flat
            lines.append([percent(part.given, part.length), "tutorial" if cls == "fill" else "extended",
                          esc(columns or "–"), esc(samples or "–").replace("-", "\N{MINUS SIGN}"),
                          "–" if math.isnan(flat) else f"{number(1 - flat, '.3g')} ×"])
    example = "" if worst is None or worst >= 0 else (
        f" Here the lowest, {number(worst, '.3g')}, means a squared error {number(1 - worst, '.3g')} times that of a flat line: by this "
        "measure silence would have been the better guess, whatever the ear says.")
    return (table("R² of what was filled in", ["Given", "Clip", "As the tutorial prints it", "Over the samples",
                                               "Squared error, a flat line’s being 1"], lines) + f"""
<p><b>As the tutorial prints it</b> the score is always 0.0, and says nothing about the clip. It is the mean of a score for each
missing sample, which compares the error with how much that sample differs among the clips scored. There is only one clip, so nothing
differs, the score is not defined, and by the convention of scikit-learn’s <code>r2_score</code> counts as 0.</p>
<p><b>Over the samples</b> all missing samples are scored together: 1 less the squared error divided by that of a flat line at their
own mean. 1 is exact, 0 is no better than the flat line, negative is worse than it.{example} It is taken before the samples are
rounded to 16 bits. R² compares sample by sample: a vowel of the right pitch that is half a period late sounds right and
scores badly.</p>""")


def evaluate_section():
    header, lines = table_of("evaluate/summary.tsv", ["model", "ms", "r2"])
    cells = [[esc(cell).replace("-", "\N{MINUS SIGN}") if is_number(cell) else esc(cell) for cell in line] for line in lines]
    names = {"r2": "R²", "ms": "ms since the cut", "model": "Model"}
    return ("<p>How good each model is as time goes on since the cut.</p>\n" + time_plot(time_curves("evaluate/time.tsv")) + "\n"
            + table("The models compared", [esc(names.get(name, name)) for name in header], cells))


def again_section(known, story):
    choice = ("SEED" if story.choice == "seed" else "HOLDOUT", story.value)
    parameters = [("DIGIT", story.digit), ("SPEAKER", story.speaker), choice, ("PROVIDED", " ".join(known["portions"]))]
    words = ([] if known["own"] else ["FSDD=recordings"]) + [
        f"{name}={value}" if re.fullmatch(r"[\w.%]+", value) else f"{name}='" + value.replace("'", "'\\''") + "'" for name, value in parameters]
    outputs = known["files"]
    def listing(pairs):
        return esc("\n".join(f"{total}  {name}" for name, total in pairs))
    sums = [(name, sha256(read(name))) for name in outputs]
    source = "the recordings that come with wavefill" if known["own"] else "recordings of the user’s own choice"
    return (f"<p>From {source}, in a clone of the project or an unpacked tarball of it:</p>\n<pre>{esc(' '.join(['make report'] + words))}</pre>\n"
            + table("What it was made with", ["What", "Which"], [["revision", esc(known["revision"])]]
                    + [[esc(name), esc(value)] for name, value in known["versions"]])
            + "\n<p>SHA-256 sums, for <code>sha256sum -c</code>:</p>\n"
            f"<details>\n<summary>Inputs: {len(known['recordings'])} recordings</summary>\n<pre>{listing(known['recordings'])}</pre>\n</details>\n"
            f"<details open>\n<summary>Outputs: {len(outputs)} files</summary>\n<pre>{listing(sums)}</pre>\n</details>\n"
            "<p class=\"note\">The same recordings, parameters and revision give the same clips on any machine. The page holds no date "
            "and no name of a folder or person.</p>")


def page(path):
    known = json.loads(read(path))
    story, parts = Story(), [Portion(portion) for portion in known["portions"]]
    shares = " and ".join(percent(part.given, part.length) for part in parts)
    lead = (f"The end of a spoken digit, deleted and filled in by linear regression from the first {shares} of it: "
            "to listen to, to look at, and scored.")
    sections = [("done", "What was done", steps(story, parts))]
    sections += [(f"p{at}", f"{percent(part.given, part.length)} given", portion_section(part, f"p{at}")) for at, part in enumerate(parts, 1)]
    sections.append(("scores", "Scores", score_section(parts)))
    if {"evaluate/summary.tsv", "evaluate/time.tsv"} <= set(known["files"]):
        sections.append(("time", "R² against time since the cut", evaluate_section()))
    sections.append(("again", "To make it again", again_section(known, story)))
    return string.Template(read(os.path.join(HERE, "report.html"), "r")).substitute(
        title=f"{esc(story.held)}: its end filled in", lead=esc(lead), icon=data_uri("image/svg+xml", ICON.encode()),
        contents="\n".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in sections),
        sections="\n".join(f'<section aria-labelledby="{name}">\n<h2 id="{name}">{title}</h2>\n{body}\n</section>' for name, title, body in sections))


def main(arguments):
    step = arguments[0] if arguments else ""
    if step == "facts" and "--" in arguments:
        text = json.dumps(facts(arguments[1:]), indent=1, ensure_ascii=False) + "\n"
    elif step == "page" and len(arguments) == 2:
        text = page(arguments[1])
    else:
        print(__doc__, file=sys.stderr)
        return 2
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Bad as error:
        sys.exit(f"report: {error}")
    except OSError as error:
        sys.exit(f"report: {error.filename}: {error.strerror}")
