#!/usr/bin/python3
"""failing.py BIN WORK PIPELINE VARIABLE=VALUE...: a filter that fails is noticed.

Runs pipelines/PIPELINE.mk once as it is, then once for each command line of it that differs from the others in more than
numbers, and for each way to fail, with the filter of that line failing so. The run must end with another status than 0, or
leave the very files of the first. Prints how many runs these were, or what went wrong, with status 1. In the environment,
ALL=1: each line in all ways, not in one after the other; ONLY=EXPRESSION: lines that it matches."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# In the place of each filter. $FAILING is the line that fails (without digits), the first time it comes.
WRAPPER = """#!/bin/sh
line=$(echo "${0##*/} $*" | tr -d '0-9')
real=$REAL/${0##*/}
echo "$line" >>"$LINES"
if [ "$line" = "$FAILING" ] && mkdir "$LINES.failed" 2>/dev/null; then
    case $WAY in
    silent) exit 1 ;;
    late) "$real" "$@"; exit 1 ;;
    killed) kill -KILL $$ ;;
    nothing) exec "$real" "$@" <&- ;;
    full) exec "$real" "$@" >/dev/full ;;
    esac
fi
exec "$real" "$@"
"""
WAYS = "silent late killed nothing full".split()


def run(work, makefile, variables, failing="", way=""):
    """The status, the lines and, by their names, the sums of the files of a run in an empty folder."""
    shutil.rmtree(work, ignore_errors=True)
    (work / "out").mkdir(parents=True)
    environment = dict(os.environ, REAL=sys.argv[1], LINES=str(work / "lines"), FAILING=failing, WAY=way)
    ran = subprocess.run(["make", "-s", "-f", ROOT / f"pipelines/{makefile}.mk", f"BIN={work.parent}/bin", f"OUT={work}/out", *variables],
                         env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    files = {p.relative_to(work): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((work / "out").rglob("*")) if p.is_file()}
    return ran, (work / "lines").read_text().splitlines(), files


def main():
    work = Path(sys.argv[2]).resolve()
    (work / "bin").mkdir(parents=True)
    for name in os.listdir(sys.argv[1]):
        (work / "bin" / name).write_text(WRAPPER)
        (work / "bin" / name).chmod(0o755)
    ran, lines, files = run(work / "run", sys.argv[3], sys.argv[4:])
    if ran.returncode != 0:
        sys.exit(f"nothing fails, and the status is {ran.returncode}: {ran.stderr}")
    wrong, runs = 0, 0
    chosen = [line for line in dict.fromkeys(lines) if re.search(os.environ.get("ONLY", ""), line)]
    for i, line in enumerate(chosen):
        for way in WAYS if os.environ.get("ALL") else [WAYS[i % len(WAYS)]]:
            ran, _, left = run(work / "run", sys.argv[3], sys.argv[4:], line, way)
            runs += 1
            if ran.returncode == 0 and left != files:
                print(f"{line}: {way}, and status 0 with other files: {sorted(map(str, set(left.items()) ^ set(files.items())))}")
                wrong += 1
    print(f"{runs} runs, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
