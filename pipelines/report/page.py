"""The second step: the page, in sections."""

import functools
import json
import math
import re
import shlex

from draw import DYNAMIC_RANGE, GAP_MODELS, MODELS, close_up, gap_plot, given_of, peak_of, spectrum, time_plots, waveforms
from streams import Portion, Repair, fields, rows, table_of, table_with, time_curves
from text import Bad, columns_of, data_uri, esc, fill, is_number, number, percent, read, seconds, sha256, table, text_of

# Stretches after the cut that are scored by themselves, in ms.
FIRST = (5, 10, 20, 50)
# The Free Spoken Digit Dataset is known by the first four hex digits of the SHA-256 sums of takes 0 and 49, digit by digit.
FSDD = {"george": "228a125ec6521da064e8b8c7ab3c02cdcaf61026573f6662a5af6bdb645d7028ad8f13222a9e9066",
        "jackson": "eea8e1adb373c9f7214b83ea51529cfde0fecef7070a5efefe77bf00bd4fcedf251722516b25bfcd",
        "lucas": "1d94e2963be9a08d1cc4dc3058465aba4adfbd83266b50ec199e4112d3dbc061154ca3b76508b216",
        "nicolas": "527b27aed57ae27be55a90525da081b2dc6ac372808a5a9f48d27e0c615d97ab8e2a22d344e8c34b",
        "theo": "d583e1aea856b3cd226a11abd583c0234b9605dba5c0234af65b79db3074f43e24b8a6c42a30677f",
        "yweweler": "c2d53c416250413a0d1489cf66457c98bb9e99bb8850eb2b69f858241ade92dbef195c453a5cd809"}
# What R² means in words, from the best down.
JUDGED = ((.9, "close to the original"), (.5, "like the original"), (.1, "a little better than a flat line"),
          (-.1, "no better than a flat line"), (-math.inf, "a worse guess than a flat line"))
ICON = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="none" stroke="#c2410c" '
        'stroke-width="2" d="M1 8h2l2-6 3 12 3-9 2 3h2"/></svg>')


class Story:
    """What the streams in OUT tell of the run: who spoke, how many takes, which one was held out."""

    def __init__(self):
        takes, clips = fields("recordings.mat", "shortest", "columns"), rows("clips.mat")
        self.held = rows("heldout.mat")[0][0]
        self.row = [name for name, _ in clips].index(self.held)
        self.count, self.length = len(clips), len(clips[0][1])
        self.shortest, self.longest = takes["shortest"], takes["columns"]
        match = re.fullmatch(r"(\d+)_(.+)_(\d+)", self.held)
        if not match:
            raise Bad(f"heldout.mat: {self.held}, expected a name such as 0_jackson_9")
        self.digit, self.speaker, _ = match.groups()
        self.choice, self.value = re.fullmatch(r"--(seed|name)=(.*)\n", text_of("holdout.choice"), re.DOTALL).groups()


def shown(value, form=".3f"):
    return "–" if math.isnan(value) else number(round(value, int(form[1])) + 0.0, form)


@functools.lru_cache(maxsize=None)
def first_scores(part, each):
    """{ms: R² over so much after the cut}."""
    counts = ((ms, columns_of(ms, part.rate)) for ms in FIRST)
    return {ms: each.score("-c", f":{count}") for ms, count in counts if 2 <= count <= part.length - part.given}


def scored(part):
    """(clip, score as the tutorial prints it, R², SNR in dB, R² of the first ms), for each that fills this portion in."""
    found = [(each.model, each.scores[0] or "–", each.scores[1], each.score("--snr"), first_scores(part, each)) for each in part.fills]
    found += [(model, "–", float(line["all"]), math.nan, {ms: float(line.get(f"{ms} ms", "nan")) for ms in FIRST})
              for model, line in part.baselines.items()]
    return [(f"{model}, {percent(part.given, part.length)}", *scores) for model, *scores in found]


def first_table(lines):
    spans = [ms for ms in FIRST if all(ms in line[-1] for line in lines)]
    return table("R² over the first milliseconds of what was filled in", ["Clip, given"] + [f"{ms}\N{NO-BREAK SPACE}ms" for ms in spans],
                 [[line[0]] + [shown(line[-1][ms]) for ms in spans] for line in lines]) if spans else ""


def verdict(part, each):
    """How good a clip is, in words."""
    r2, near = each.scores[1], {ms: score for ms, score in first_scores(part, each).items() if not math.isnan(score)}
    followed = [ms for ms, score in near.items() if score >= .5]
    words = next((words for least, words in JUDGED if r2 >= least), "without a score")
    ms, does = (followed[-1], "follows the original for") if followed else (min(near, default=0), "goes astray within")
    begins = f"; it {does} the first {ms} ms (R² {shown(near[ms])})" if near else ""
    return f"{each.whose.capitalize()} clip is, as a whole, {words} (R² {shown(r2)}){begins}.".replace("R² ", "R²\N{NO-BREAK SPACE}")


def credit(story, known):
    """Whose recordings these are, as far as that can be known here."""
    if known["own"]:
        return fill("credit_own")
    names = [f"{story.digit}_{story.speaker}_{take}.wav" for take in (0, 49)]
    sums = FSDD.get(story.speaker, "")[8 * int(story.digit):][:8]
    found = [total[:4] for name, total in known["recordings"] if name in names]
    return fill("credit_fsdd" if {sums[:4], sums[4:]} & set(found) else "credit_unknown")


def done_section(story, parts, known):
    shares = " or ".join(f"the first {percent(part.given, part.length)} ({part.given} samples)" for part in parts)
    chosen = ", chosen by its name:"
    if story.choice == "seed":
        chosen = f": the seed {esc(story.value)} picks row {story.row}, which is"
    return fill("done", count=story.count, digit=story.digit, speaker=esc(story.speaker), rate=parts[0].rate,
                shortest=story.shortest, longest=story.longest, length=story.length, chosen=chosen, held=esc(story.held),
                lasts=seconds(story.length, parts[0].rate), others=story.count - 1, shares=shares,
                credit=credit(story, known), frames=fill("done_frames") if any(len(part.fills) > 1 for part in parts) else "")


def cards(part, clips, share, cuts):
    """A player with its spectrogram for each of (style, title, clip, what it is, text)."""
    return "\n".join(fill("clip", style=style, title=title, share=share, text=text, loop=" loop" if len(clip.samples) < clip.rate else "",
                          lasts=seconds(len(clip.samples), clip.rate), sound=data_uri("audio/wav", clip.data),
                          spectrum=spectrum(part, clip, what, cuts)) for style, title, clip, what, text in clips)


def portion_section(part, name):
    clips = [("true", "Original", part.original, "the original", "What was said, chopped to the common length."),
             ("given", "Chopped", part.chopped, "the chopped clip", "All that the model is given.")]
    for each in part.fills:
        title, by = ("the tutorial", "linear regression") if each.model == "tutorial" else ("nearest frames", "nearest frames")
        clips.append((each.model, f"Filled in, by {title}", each.clip, f"{each.whose} clip",
                      f"The same beginning; the rest is filled in by {by}."))
    missing, peak = part.length - part.given, peak_of(part.original.samples, *(each.clip.samples for each in part.fills))
    least = fill("least_norm", given=part.given) if part.fit["rank"] < part.given else ""
    return fill("portion", verdict=" ".join(verdict(part, each) for each in part.fills), **part.fit, least=least,
                length=part.length, given=part.given, given_lasts=seconds(part.given, part.rate), missing=missing,
                missing_lasts=seconds(missing, part.rate), two=" two" if len(clips) == 4 else "",
                cards=cards(part, clips, f"{percent(part.given, part.length)} given", [part.given]),
                range=DYNAMIC_RANGE, waveforms=waveforms(part, name, peak),
                close_up=close_up(part, name, (part.given, part.length), part.given + columns_of(30, part.rate), "cut",
                                  [(each.model, f"{each.whose} clip", each.clip) for each in part.fills]))


def repair_section(repair):
    """The clip with gaps beside the same clip repaired."""
    several = len(repair.gaps) > 1
    clips = [("given", "Damaged", repair.damaged, "the damaged clip", "With silence in the gaps." if several else "With silence in the gap."),
             ("frames", "Repaired", repair.repaired, "the repaired clip", "The same outside; what was lost is filled in from both sides.")]
    done = "\n".join(fill("gap", first=first, last=end - 1, lasts=number(1000 * (end - first) / repair.rate, ".3g"),
                          how=esc(how), snr=cell_of(snr)) for (first, end), (_, how, snr) in zip(repair.gaps, repair.lines))
    gap = repair.gaps[0]
    return fill("repair", done=done, cards=cards(repair, clips, "the clip with gaps" if several else "the clip with a gap",
                                                 [edge for each in repair.gaps for edge in each]),
                close_up=close_up(repair, "repair", gap, gap[1] + columns_of(10, repair.rate), "first gap" if several else "gap",
                                  [("given", "damaged clip", repair.damaged), ("frames", "repaired clip", repair.repaired)]))


def score_section(parts):
    lines = [line for part in parts for line in scored(part)]
    lowest = min((r2 for _, _, r2, *_ in lines if not math.isnan(r2)), default=0)
    example = fill("negative", lowest=shown(lowest), times=shown(1 - lowest)) if lowest < 0 else ""
    header = ["Clip, given", "As the tutorial prints it", "Over the samples", "Squared error (flat line: 1)", "SNR, dB"]
    cells = [[name, cell_of(printed), shown(r2), shown(1 - r2), shown(snr, ".1f")] for name, printed, r2, snr, _ in lines]
    return fill("scores", table=table("R² of what was filled in", header, cells), first=first_table(lines), example=example,
                baselines=fill("baselines") if any(part.baselines for part in parts) else "")


def cell_of(text):
    """A number of many digits has three behind the point."""
    if re.fullmatch(r"nan|-?\d+\.\d{4,}", text):
        return shown(float(text))
    return esc(text).replace("-", "\N{MINUS SIGN}") if is_number(text) else esc(text)


def baselines(part, held, clips):
    """{model: its scores of the clip held out} in an evaluation that has the tutorial's score of it as this page has."""
    here = {clip["model"]: clip for clip in clips if (clip["clip"], clip["given"]) == (held, part.portion)}
    same = "tutorial" in here and here["tutorial"]["all"] == format(part.fills[0].scores[1], ".6f")
    return {model: here[model] for model in ("ridge", "mean", "silence") if same and model in here}


def data_of(told, clips, known, held):
    """Which recordings an evaluation is of."""
    if "count" not in told:
        return fill("data_unknown")
    own = told["recordings"] == "embedded"
    which = [f"{name} " + ", ".join(sorted({clip[name] for clip in clips}) or told.get(name + "s", "").split() or ["not told"])
             for name in ("digit", "speaker")]
    other = own != known["own"] or held not in [clip["clip"] for clip in clips]
    return fill("data", count=esc(told["count"]), source="that come with wavefill" if own else "in a folder", which=esc("; ".join(which)),
                among=" The clip above is not one of them." if other else "")


def compared(header, lines):
    """A table for each portion and number of clips, which its caption names."""
    names = {"r2": "R²", "ms": "ms since the cut", "model": "Model", "all": "All"}
    kept = [name for name in header if name not in ("given", "clips")]
    tables = {}
    for line in lines:
        caption = ", ".join(filter(None, ["The models compared", given_of(line.get("given")),
                                          f"{esc(line['clips'])} clips" if "clips" in line else ""]))
        tables.setdefault(caption, []).append([cell_of(line[name]) for name in kept])
    head = [esc(names.get(name, name)) for name in kept]
    return "\n".join(fill("wide", caption=caption, table=table(caption, head, cells)) for caption, cells in tables.items())


def evaluate_section(extended, data):
    header, lines = table_of("evaluate/summary.tsv", ["model", "ms", "r2"])
    told = {line.get("model") for line in lines}
    where = "It also filled in the clips above." if extended else "<code>make frames</code> fills in the clip above with it."
    models = "\n".join(fill(f"model_{model}", where=where) for model in MODELS if model in told)
    portions = time_curves("evaluate/time.tsv")
    return fill("evaluate", data=data, plots=time_plots(portions) if portions else fill("no_plot"), tables=compared(header, lines),
                models=fill("models", body=models) if models else "",
                none=fill("no_score") if any("nan" in line.values() for line in lines) else "")


def gaps_section():
    """How the signal-to-noise ratio falls with the length of the gap, from evaluate/gaps.tsv."""
    header, lines = table_with("evaluate/gaps.tsv", ["speaker", "model", "gaps"])
    spans = [name for name in header if re.fullmatch(r"\d+ ms", name)]
    curves = {}
    for line in lines:
        points = [(int(name[:-3]), float(line[name])) for name in spans if is_number(line[name]) and math.isfinite(float(line[name]))]
        if line["speaker"] == "all speakers" and line["model"] in GAP_MODELS and points:
            curves[line["model"]] = points
    tables = []
    for model in [model for model in curves if model != "silence"]:
        caption = f"SNR in dB, {GAP_MODELS[model][1]}"
        cells = [[cell_of(line[name]) for name in ("speaker", "gaps", *spans)] for line in lines if line["model"] == model]
        tables.append(fill("wide", caption=caption, table=table(caption, ["Speaker", "Gaps", *spans], cells)))
    speakers = sorted({line["speaker"] for line in lines} - {"all speakers"})
    return fill("gaps", count=esc(lines[0]["gaps"]) if lines else "no", speakers=esc(", ".join(speakers)),
                plot=gap_plot(curves) if curves else "", tables="\n".join(tables))


def evaluated(files):
    """Whether there is an evaluation to show, and what it says it was made of: {} if nothing."""
    there = {"evaluate/summary.tsv", "evaluate/time.tsv"} <= set(files)
    told = text_of("evaluate/facts.tsv") if there and "evaluate/facts.tsv" in files else ""
    return there, dict(line.split("\t", 1) for line in told.splitlines() if "\t" in line)


def again_section(known, story, repair):
    choice = ("SEED" if story.choice == "seed" else "HOLDOUT", story.value)
    parameters = [("DIGIT", story.digit), ("SPEAKER", story.speaker), choice, ("PROVIDED", " ".join(known["portions"]))]

    def command(target, own, pairs):
        return " ".join(["make", target] + ([] if own else ["FSDD=recordings"])
                        + [f"{name}={shlex.quote(value)}" for name, value in pairs])

    own = known["own"]
    commands = [command("report", own, parameters)]
    if any(name.startswith("frames/") for name in known["files"]):
        commands.insert(0, command("frames", own, parameters))
    if repair:
        commands.insert(0, command("repair", own, parameters[:3] + [("GAPS", " ".join(gap for gap, *_ in repair.lines))]))
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
    there, told = evaluated(known["files"])
    clips = table_of("evaluate/clips.tsv", ["clip", "given"])[1] if there and "evaluate/clips.tsv" in known["files"] else []
    for part in parts:
        part.baselines = baselines(part, story.held, clips)
    sections = [(f"p{at}", f"{percent(part.given, part.length)} given", portion_section(part, f"p{at}")) for at, part in enumerate(parts, 1)]
    repair = Repair(parts[0].original) if "repair/repair.txt" in known["files"] else None
    if repair:
        sections.append(("repair", "A gap repaired" if len(repair.gaps) == 1 else "Gaps repaired", repair_section(repair)))
    sections.append(("done", "What was done", done_section(story, parts, known)))
    sections.append(("scores", "Scores", score_section(parts)))
    if there:
        extended = any(len(part.fills) > 1 for part in parts)
        data = data_of(told, clips, known, story.held)
        sections.append(("time", "R² against time since the cut", evaluate_section(extended, data)))
        if "evaluate/gaps.tsv" in known["files"]:
            sections.append(("gaps", "SNR against length of the gap", gaps_section()))
    sections.append(("again", "To make it again", again_section(known, story, repair)))
    return fill("page", title=f"{esc(story.held)}: its end filled in", icon=data_uri("image/svg+xml", ICON.encode()),
                lead=f"The end of a spoken digit, deleted and filled in by linear regression from the first {shares} of it: "
                     "to listen to, to look at, and scored.",
                contents="\n".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in sections),
                sections="\n".join(fill("section", name=name, title=title, body=body) for name, title, body in sections))
