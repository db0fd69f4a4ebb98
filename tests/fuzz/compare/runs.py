"""Filters, run in a folder of their own."""

import os
import shutil
import subprocess


class Wrong(Exception):
    """What a filter did is neither the answer nor a clean refusal."""


class Result:
    def __init__(self, tool, process, folder):
        self.tool, self.status, self.out = tool, process.returncode, process.stdout
        self.err = process.stderr.decode("utf-8", "replace")
        self.folder = folder

    def file(self, name):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return None
        with open(path, "rb") as f:
            return f.read()

    def answered(self):
        lines = self.err.splitlines()
        if self.status != 0:
            raise Wrong("status %d: %s" % (self.status, self.err.strip()[:300]))
        if any(not line.startswith(self.tool + ": ") for line in lines):
            raise Wrong("stderr: " + self.err)
        return self.out

    def refused(self, *absent):
        """One line on stderr, after warnings, and nothing else."""
        lines = [line for line in self.err.splitlines() if not line.startswith(self.tool + ": warning: ")]
        if self.status == 0:
            raise Wrong("answered, expected a refusal")
        if self.status not in (1, 2) or self.out or len(lines) != 1 or not lines[0].startswith(self.tool + ": "):
            raise Wrong("status %d, %d bytes on stdout, no clean refusal: %s" % (self.status, len(self.out), self.err[:500]))
        if any(self.file(name) is not None for name in absent):
            raise Wrong("refused, and wrote a file")


class Runner:
    def __init__(self, bin_, folder):
        self.bin, self.folder = bin_, folder
        self.log = []

    def clear(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.log = []

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)

    def run(self, tool, *args, stdin=None):
        """stdin: a file's name."""
        self.log.append([tool, *args] + (["<", stdin] if stdin else []))
        with open(os.path.join(self.folder, stdin) if stdin else os.devnull, "rb") as f:
            process = subprocess.run([os.path.join(self.bin, tool), *args], stdin=f, capture_output=True, cwd=self.folder, close_fds=False,
                                     timeout=60, env={**os.environ, "TMPDIR": self.folder})
        return Result(tool, process, self.folder)
