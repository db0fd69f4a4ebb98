#!/usr/bin/python3
"""run.py BIN DIR [options]: runs the filters in BIN on streams made at random and compares each answer with an evaluation
in NumPy or rational numbers; DIR/findings gets what is wrong, as small as it could be made. Status 1 if anything was."""

import argparse
import copy
import os
import shlex
import shutil
import subprocess
import sys
import time

import numpy as np

from filters import FILTERS, Case
from recoveries import Fill, Nearest
from runs import Runner, Wrong
from streams import unpack

FILTERS.update(fill=Fill, nearest=Nearest)
NEXT = ["pad-chop", "split-holdout", "lsq-fit"]  # what reads any matrix


def said(runner, case):
    """What is wrong with a case; None if nothing is."""
    runner.clear()
    try:
        FILTERS[case.tool].check(case, runner)
    except Wrong as wrong:
        return str(wrong)
    except subprocess.TimeoutExpired:
        return "no end within a minute"
    return None


def smaller(case):
    """Cases with one thing less."""
    for i in range(len(case.options)):
        yield Case(case.tool, case.options[:i] + case.options[i + 1 :], **case.inputs)
    for name, content in case.inputs.items():
        if isinstance(content, bytes):
            yield Case(case.tool, case.options, **{k: v for k, v in case.inputs.items() if k != name})
            continue
        for changed in less(content):
            yield Case(case.tool, case.options, **{**case.inputs, name: changed})
    # The same column of all, or the same row of all.
    streams = {k: v for k, v in case.inputs.items() if not isinstance(v, bytes) and k != "model"}
    for i in range(12):
        yield Case(case.tool, case.options, **{**case.inputs, **{k: [without_row(b, i) for b in v] for k, v in streams.items()}})


def less(content):
    for i, block in enumerate(content):
        if len(content) > 1:
            yield content[:i] + content[i + 1 :]
        for key in block:
            if key not in ("x", "lsq", "k", "intercept", "coef", "basis", "loadings"):
                yield content[:i] + [{k: v for k, v in block.items() if k != key}] + content[i + 1 :]
        if "x" not in block:
            continue
        for j in range(len(block["x"])):
            yield content[:i] + [without_row(block, j)] + content[i + 1 :]
        for x in simpler(block["x"]):
            yield content[:i] + [{**block, "x": x}] + content[i + 1 :]


def without_row(block, j):
    x = block["x"]
    if isinstance(x, np.ndarray) and (x.ndim == 1 or j >= len(x)) or j >= len(x):
        return block
    block = {**block, "x": x[:j] + x[j + 1 :] if isinstance(x, list) else np.delete(x, j, 0)}
    if "names" in block:
        block["names"] = block["names"][:j] + block["names"][j + 1 :]
    return block


def simpler(x):
    """Fewer columns, or values with fewer digits."""
    if isinstance(x, np.ndarray):
        for j in range(x.shape[-1] if x.shape[-1] > 1 else 0):
            yield np.delete(x, j, -1)
        for at in np.ndindex(x.shape):
            for value in (0, 1, float("%.1g" % x[at]) if np.isfinite(x[at]) else 0):
                with np.errstate(all="ignore"):
                    other = x.copy()
                    other[at] = value
                if abs(value) < abs(x[at]) and other.tobytes() != x.tobytes():
                    yield other
        return
    for i, row in enumerate(x):
        for other in simpler(row):
            yield x[:i] + [other] + x[i + 1 :]


def minimized(runner, case, why, seconds):
    end = time.monotonic() + seconds
    progress = True
    while progress and time.monotonic() < end:
        progress = False
        for other in smaller(case):
            if time.monotonic() > end:
                break
            try:
                now = said(runner, copy.deepcopy(other))
            except Exception:  # a case that is none
                continue
            if now and now.split(" ")[0] == why.split(" ")[0]:
                case, why, progress = other, now, True
                break
    return case, why


def report(runner, case, why, folder, seed, number):
    try:
        said(runner, case)
    except Exception:  # what was to be said is known
        pass
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(runner.folder, folder)
    with open(os.path.join(folder, "again"), "w", encoding="utf-8") as f:
        f.write("# %s\n# --seed=%d --first=%d --cases=1\n" % (why.replace("\n", " "), seed, number))
        for words in runner.log:
            f.write(" ".join(w if w == "<" else shlex.quote(w) for w in words) + "\n")
    print("%s: %s\n  %s" % (case.tool, why[:600], folder), flush=True)


def make(rng, tools, seed_output):
    """A case; now and then of what the filter before has written."""
    tool = tools[rng.integers(len(tools))]
    if seed_output is not None and rng.random() < 0.3:
        after = [t for t in NEXT if t in tools]
        if after:
            tool = after[rng.integers(len(after))]
            return FILTERS[tool].make(rng, unpack(seed_output))
    return FILTERS[tool].make(rng)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--cases", type=int, default=10**9)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--filters", default=",".join(FILTERS))
    parser.add_argument("--findings", type=int, default=10, help="stop after so many")
    parser.add_argument("--minimize", type=float, default=10, help="for so many seconds each")
    o = parser.parse_args()
    np.seterr(all="ignore")
    runner = Runner(os.path.abspath(o.bin), os.path.join(os.path.abspath(o.folder), "work"))
    end, found, count = time.monotonic() + o.seconds, 0, dict.fromkeys(FILTERS, 0)
    number = o.first
    while number < o.first + o.cases and time.monotonic() < end and found < o.findings:
        rng = np.random.default_rng([o.seed, number])
        output = None
        for _ in range(2):
            case = make(rng, o.filters.split(","), output)
            count[case.tool] += 1
            runner.clear()
            try:
                output = FILTERS[case.tool].check(copy.deepcopy(case), runner)
            except Exception as wrong:  # of the evaluation itself too, if the output is no stream
                found += 1
                why = str(wrong) if isinstance(wrong, Wrong) else "no verdict: %r" % wrong
                small, why = minimized(runner, case, why, o.minimize) if isinstance(wrong, Wrong) else (case, why)
                report(runner, small, why, os.path.join(o.folder, "findings", "%d-%d" % (o.seed, number)), o.seed, number)
                break
            if output is None or rng.random() < 0.5:
                break
        number += 1
    print("compare: seed %d, %d cases from %d: %s; %d wrong"
          % (o.seed, number - o.first, o.first, ", ".join("%s %d" % c for c in count.items()), found))
    sys.exit(found > 0)


if __name__ == "__main__":
    main()
