"""Pictures. They are as wide as there is room: text in them stands beside or over them."""

import html
import math
import subprocess

from text import Bad, columns_of, data_uri, esc, fill, is_number, number, percent, seconds

# Points across a waveform, pixels across a spectrogram: two for each that a phone shows.
ACROSS = 700
DYNAMIC_RANGE = 80
# Curves leave the plot below this: beyond it, silence would be nearer by far.
LOWEST = -1
# The models, which are their classes on the page, too.
MODELS = ("tutorial", "ridge", "frames", "mean", "silence")
# The models of gaps: their classes, and their names on the page.
GAP_MODELS = {"nearest": ("frames", "nearest frames"), "lsar": ("other1", "autoregression"), "silence": ("silence", "silence")}


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


def label(side, place, text):
    """Text over the panel (o), or at a tick of the axis under it (x) or left of it (y); its place in per cent."""
    return f'<b class="{side}" style="{"top" if side == "y" else "left"}:{place:.4g}%">{text}</b>'


def ticks(first, last, most):
    """Round numbers from first to last or next to these, at most that many steps."""
    least = (last - first) / most
    power = 10 ** math.floor(math.log10(least))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= least * (1 - 1e-9))
    return [at * step for at in range(math.ceil(first / step - .02), math.floor(last / step + .02) + 1)]


def wave_figure(name, title, desc, body, span, heights, keys, over=(), **more):
    """Curves in a panel: span is (first, last, unit) of the axis under it, heights {value: y of 200}, over [(place, text)]."""
    first, last, unit = span
    labels = [label("o", *each) for each in over]
    labels += [label("x", (at - first) / (last - first) * 100, f"{number(at)}\N{NO-BREAK SPACE}{unit}") for at in ticks(first, last, 6)]
    labels += [label("y", y / 2, number(value, ".6g")) for value, y in heights.items()]
    grid = [f'<line class="zero" x1="0" y1="{y:.5g}" x2="{ACROSS}" y2="{y:.5g}"/>' for y in heights.values()]
    key = "\n".join(fill("key", style=style, text=esc(text)) for style, text in keys)
    return fill("wave", **{"tall": "", "caption": "", "across": ACROSS, **more}, name=name, title=esc(title), desc=esc(desc),
                body="\n".join([*grid, body]), labels="".join(labels), key=key)


def loudness(peak, height):
    """The axis of samples up to a peak, which is drawn so far above the middle."""
    return {value: 100 - height * value / peak for value in ticks(-peak, peak, 4)}


def marked(cut, *paths, end=ACROSS):
    """What is drawn, with all from the cut to the end of what is missing shaded."""
    return fill("missing", cut=f"{cut:.5g}", width=f"{end - cut:.5g}", body="\n".join(paths),
                end=fill("cut", cut=f"{end:.5g}") if end < ACROSS else "")


def peak_of(*pieces):
    return max(1, *(max(max(piece), -min(piece)) for piece in pieces))


def waveforms(part, name, peak):
    """One picture for each fill: the original under it, on one scale."""
    share = part.given / part.length
    lasts, cut = seconds(part.length, part.rate), seconds(part.given, part.rate)
    span = (0, 1000 * part.length / part.rate, "ms") if part.length < 2 * part.rate else (0, part.length / part.rate, "s")
    original = drawn("true area", envelope(part.original.samples, 0, part.length, peak))
    return "\n".join(wave_figure(
        f"{name}-{each.model}", f"Waveforms: the original and {each.whose} clip over each other",
        f"{lasts} from left to right. Up to {cut} both are the same; from there on, shaded, the samples were deleted "
        "and filled in.",
        marked(share * ACROSS, original,
               drawn(f"{each.model} area", envelope(each.clip.samples, part.given, part.length, peak))),
        span, loudness(peak, 98), [("true area", "original"), (f"{each.model} area", f"{each.whose} clip, where it was filled in")],
        over=((0, "given"), (100 * share, "filled in"))) for each in part.fills)


def close_up(part, name, missing, last, what, curves):
    """The samples themselves, from 10 ms before what is missing, (first, end), to the last: curves is [(style, text, clip)]."""
    given, end = missing
    first, last = max(given - columns_of(10, part.rate), 0), min(last, part.length)
    if last - first < 8:
        return ""
    keys = [("true", "original")] + [(style, text) for style, text, _ in curves]
    curves = [("true", part.original.samples, first, last)] + [
        (style, clip.samples, max(given - 1, 0), min(end + 1, last)) for style, _, clip in curves]
    peak = peak_of(*(samples[first:last] for _, samples, *_ in curves))

    def across(at):
        return (at - first) / (last - 1 - first) * ACROSS

    paths = [drawn(style, path_of((across(at), 100 - 96 * samples[at] / peak) for at in range(start, stop)))
             for style, samples, start, stop in curves]
    cut, until = across(given - .5), min(across(end - .5), ACROSS)
    before, after = (number(1000 * count / part.rate, ".3g") for count in (given - first, last - given))
    # The first only where a phone, too, has room for it.
    over = [(0, "given")] * (cut > ACROSS / 7) + [(cut / ACROSS * 100, "filled in")]
    span = *(1000 * (at - given + .5) / part.rate for at in (first, last - 1)), "ms"
    return f"<h3>Close-up of the {what}</h3>\n" + wave_figure(
        f"{name}-cut", f"Close-up of the waveforms at the {what}",
        f"From {before} ms before the cut to {after} ms after it, sample by sample: how the original goes on, and what was "
        "filled in.",
        marked(cut, *paths, end=until), span, loudness(peak, 96), keys, over=over)


def spectrogram(clip, total):
    """PNG, as SoX draws it without axes. SoX never sees a file's name."""
    # The same pixels a second for clips of one total; SoX draws none of more than it has samples.
    a_second = min(max(math.ceil(ACROSS * clip.rate / total), 1), 5000, clip.rate)
    done = subprocess.run(["sox", "-D", "-t", "wav", "-", "-n", "spectrogram", "-r", "-X", str(a_second), "-y", "129",
                           "-z", str(DYNAMIC_RANGE), "-o", "-"],
                          input=clip.data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0 or done.stdout[:8] != b"\x89PNG\r\n\x1a\n":
        said = done.stderr.decode(errors="replace").strip() or "nothing"
        raise Bad(f"{clip.path}: sox says {said}, expected a spectrogram of it")
    return done.stdout


def spectrum(part, clip, what, cuts):
    """The picture of a clip, as wide as the clip is long; the cuts, or what is missing, marked."""
    share = 100 * len(clip.samples) / part.length
    short = share < 100
    mark = f'<span class="gone" style="left:{share:.4g}%">deleted</span>' if short else "".join(
        f'<i style="left:{100 * cut / part.length:.4g}%"></i>' for cut in cuts)
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


def lines(curves, keys, until, bottom, top):
    """Curves of {model: [(ms, score)]}, their axes and keys {model: (style, text)}, as wave_figure takes them."""
    def place(point):
        return point[0] / until * ACROSS, 4 + 192 * (top - point[1]) / (top - bottom)

    return ("\n".join(drawn(keys[model][0], path_of(map(place, curve))) for model, curve in curves.items()),
            (0, until, "ms"), {level: place((0, level))[1] for level in ticks(bottom, top, 5)},
            [keys[model] for model in curves])


def gap_plot(curves):
    """SNR of each model against the length of the gap."""
    points = [point for curve in curves.values() for point in curve]
    scores = [snr for _, snr in points]
    spans = "; ".join(f"{GAP_MODELS[model][1]} " + ", ".join(f"{number(snr, '.1f')} dB at {number(ms)} ms" for ms, snr in curve)
                      for model, curve in curves.items())
    return wave_figure(
        "gaps-1", "SNR against the length of the gap, a line a model", f"{spans}.",
        *lines(curves, GAP_MODELS, max(ms for ms, _ in points), min(0, *scores), max(1, *scores)), tall=" tall",
        caption="<figcaption>SNR in dB, from bottom to top, of gaps of so many milliseconds.</figcaption>")


def time_plot(name, portion, curves, until, bottom):
    keys = {model: (style, model) for model, style in styles_of(curves).items()}
    ends = "; ".join(f"{model} {number(curve[0][1], '.2f')} at first, {number(curve[-1][1], '.2f')} at last"
                     for model, curve in curves.items())
    last = max(curve[-1][0] for curve in curves.values())
    left = "; curves that leave it are lower" if min(r2 for curve in curves.values() for _, r2 in curve) < bottom else ""
    ended = "; the lines end where not all clips miss more" if last < until else ""
    return wave_figure(
        name, "R² against the time since the cut, a line a model" + (f", {html.unescape(given_of(portion))}" if portion else ""),
        f"From 0 to {number(last)} ms: {ends}.", *lines(curves, keys, until, bottom, 1), tall=" tall",
        caption=f"<figcaption>R² over the first milliseconds after the cut, from bottom to top{left}{ended}.</figcaption>")
