#!/usr/bin/python3
"""failing.py BIN WORK PIPELINE VARIABLE=VALUE...: a filter that fails is noticed.

Runs pipelines/PIPELINE.mk once as it is and once with every filter without input and output. Then once for each command
line of it that differs from the others in more than numbers, and for each way to fail, with the filter of that line
failing so; without input or output only where a filter has failed for want of them. Each run must end with another status
than 0, or leave the very files of the first. Prints how many lines and runs these were, or what went wrong, with status
1. In the environment, ALL=1: each line in all ways, not in one after the other; ONLY=EXPRESSION: lines that it matches."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# In the place of the filters, or of the one that fails: of $FAILING (a line without digits) the first time it comes. It
# starts no process of its own, for it is called some thousand times.
WRAPPER = """#!/bin/sh
without_digits() {
    set -f
    IFS=0123456789
    set -- $1
    IFS=
    line=$*
    unset IFS
}
without_digits "$*"
line="${0##*/} $line"
real=$REAL/${0##*/}
echo "$line" >>"$LINES"
if [ "$WAY" = neither ]; then
    "$real" "$@" <&- >/dev/full && exit
    echo "$line" >>"$LINES.want"
elif [ "$line" = "$FAILING" ] && mkdir "$LINES.failed" 2>/dev/null; then
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
WAYS = "silent late killed".split()
WANT = "nothing full".split()


class Pipeline:
    def __init__(self, filters, work, makefile, variables):
        self.filters, self.run_in, self.wrapper, self.wrong = filters, work / "run", work / "wrapper", 0
        self.make = ["make", "-s", "-f", ROOT / f"pipelines/{makefile}.mk", f"BIN={self.run_in}/bin", f"OUT={self.run_in}/out", *variables]
        work.mkdir()
        self.wrapper.write_text(WRAPPER)
        self.wrapper.chmod(0o755)

    def run(self, way="", failing=""):
        """The run, in an empty folder, and the sums of its files by their names."""
        shutil.rmtree(self.run_in, ignore_errors=True)
        (self.run_in / "bin").mkdir(parents=True)
        for path in self.filters.iterdir():
            (self.run_in / "bin" / path.name).symlink_to(self.wrapper if failing.split(" ")[0] in ("", path.name) else path)
        environment = dict(os.environ, REAL=str(self.filters), LINES=str(self.run_in / "lines"), FAILING=failing, WAY=way)
        ran = subprocess.run(self.make, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        out = self.run_in / "out"
        return ran, {p.relative_to(out): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(out.rglob("*")) if p.is_file()}

    def lines(self, which=""):
        """The lines that the run before has had, or that have failed in it for want of input or output."""
        path = self.run_in / f"lines{which}"
        return dict.fromkeys(path.read_text().splitlines() if path.exists() else [])

    def noticed(self, want, way, line=""):
        ran, files = self.run(way, line)
        if line and not (self.run_in / "lines.failed").exists():
            sys.exit(f"{line}: it has not come again, and nothing has failed")
        if ran.returncode == 0 and files != want:
            print(f"{line}: {way}, and status 0 with other files: {sorted(map(str, set(files.items()) ^ set(want.items())))}")
            self.wrong += 1


def main():
    pipeline = Pipeline(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3], sys.argv[4:])
    ran, want = pipeline.run()
    if ran.returncode != 0:
        sys.exit(f"nothing fails, and the status is {ran.returncode}: {ran.stderr}")
    lines = [line for line in pipeline.lines() if re.search(os.environ.get("ONLY", ""), line)]
    pipeline.noticed(want, "neither")
    wanting, runs = pipeline.lines(".want"), 1
    for i, line in enumerate(lines):
        ways = WAYS + WANT if line in wanting else WAYS
        for way in ways if os.environ.get("ALL") else [ways[i % len(ways)]]:
            pipeline.noticed(want, way, line)
            runs += 1
    print(f"{len(lines)} lines, {runs} runs, {pipeline.wrong} wrong")
    return pipeline.wrong > 0


if __name__ == "__main__":
    sys.exit(main())
