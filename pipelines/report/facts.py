"""The first step: all that the page says that is in no file of OUT, and the names of the files to show."""

import ctypes
import os
import platform
import re
import subprocess
import sys

from streams import CLIPS, Clip, Repair, rows
from text import Bad, read, sha256

HERE = os.path.dirname(os.path.abspath(__file__))


def first_line(*command):
    """Of what a command prints; nothing where it fails or is not there."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    except FileNotFoundError:
        return ""
    lines = done.stdout.decode(errors="replace").splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else ""


def revision():
    """That of the clone in which this file lies, if git tells it; none where it is installed or comes from a tarball."""
    top = os.path.dirname(os.path.dirname(HERE))
    if not os.path.exists(os.path.join(top, ".git")):
        return ""
    os.environ["GIT_OPTIONAL_LOCKS"] = "0"
    # Called from a git hook, git would work on the repository of the hook.
    for name in [name for name in os.environ if name.startswith("GIT_") and name != "GIT_OPTIONAL_LOCKS"]:
        del os.environ[name]
    return first_line("git", "-C", top, "describe", "--always", "--tags", "--dirty") or "not known: git does not tell"


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


def repairs(original):
    """Whether the repair is one of this clip."""
    try:
        return Repair(Clip(original)).is_whole()
    except (Bad, FileNotFoundError):
        return False


def without_strangers(files, portions):
    """The files to show without what was filled in of another take or cut than the tutorial's, which is there from before."""
    folders = [portion.replace("%", "percent") for portion in portions]
    found = [(f"frames/{folder}", folder, lambda folder=folder: all(
        same(f"frames/{folder}/{name}.wav", f"{folder}/{name}.wav") for name in CLIPS[:2])) for folder in folders]
    found.append(("repair", folders[0], lambda: repairs(f"{folders[0]}/OriginalTestClip.wav")))
    for theirs, folder, belongs in found:
        if any(name.startswith(f"{theirs}/") for name in files) and not belongs():
            print(f"report: {theirs} is not of the clip in {folder}, left out: "
                  f"run 'make {theirs.split('/')[0]}' again with the same variables", file=sys.stderr)
            files = [name for name in files if not name.startswith(f"{theirs}/")]
    return files


def facts(arguments):
    own = "--own" in arguments
    options = dict(re.match(r"--(provided|recordings)=(.*)", word, re.DOTALL).groups()
                   for word in arguments if word.startswith(("--provided=", "--recordings=")))
    split = arguments.index("--")
    filters = [word for word in arguments[:split] if not word.startswith("--")]
    versions = [first_line(name, "--version") for name in filters]
    takes = {name for name, _ in rows("recordings.mat")}
    names = [name for name in sorted(os.listdir(options["recordings"])) if os.path.splitext(name)[0] in takes and name.lower().endswith(".wav")]
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
        "program": [sha256(read(os.path.join(HERE, name))) for name in sorted(os.listdir(HERE)) if name.endswith((".py", ".html"))],
    }
