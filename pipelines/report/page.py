"""The second step: the page, in sections."""

import json
import math
import re
import shlex

from draw import DYNAMIC_RANGE, MODELS, close_up, peak_of, spectrum, time_plots, waveforms
from streams import Portion, rows, table_of, time_curves
from text import Bad, columns_of, data_uri, esc, fill, is_number, number, percent, read, seconds, sha256, table, text_of

# Stretches after the cut that are scored by themselves, in ms.
FIRST = (5, 10, 20, 50)
FSDD_SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
ICON = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="none" stroke="#c2410c" '
        'stroke-width="2" d="M1 8h2l2-6 3 12 3-9 2 3h2"/></svg>')


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


def credit(story, own):
    """Whose recordings these are; nothing of those that nobody here knows."""
    if own:
        return fill("credit_own")
    return fill("credit_fsdd") if story.speaker in FSDD_SPEAKERS else ""


def done_section(story, parts, own):
    shares = " or ".join(f"the first {percent(part.given, part.length)} ({part.given} samples)" for part in parts)
    chosen = ", chosen by its name:"
    if story.choice == "seed":
        chosen = f": the seed {esc(story.value)} picks row {story.row}, which is"
    return fill("done", count=story.count, digit=story.digit, speaker=esc(story.speaker), rate=parts[0].rate,
                shortest=story.shortest, longest=story.longest, length=story.length, chosen=chosen, held=esc(story.held),
                lasts=seconds(story.length, parts[0].rate), others=story.count - 1, shares=shares,
                credit=credit(story, own), frames=fill("done_frames") if any(len(part.fills) > 1 for part in parts) else "")


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
    where = "It also filled in the clips above." if extended else "<code>make frames</code> fills in the clip above with it."
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
    if any(name.startswith("frames/") for name in known["files"]):
        commands.insert(0, command("frames", own, parameters))
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
    sections = [("done", "What was done", done_section(story, parts, known["own"]))]
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
