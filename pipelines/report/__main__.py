"""report: the page that report.mk makes, in two steps, both run in OUT.

    report facts -o FILE [--own] --provided=PORTIONS --recordings=DIR FILTER... -- FILE...
    report page -o FILE FACTS

The first writes as JSON what the page says that is in no file of OUT: revision, versions, parameters, the sums of the
recordings; and the names of the files to show. The second writes the page: the same files give the same bytes.
Neither touches a file that would stay the same. Only Python's standard library, sox(1) for the spectrograms, stream-show for what
streams hold, and r2-score for the scores of stretches.
"""

import json
import os
import sys

from facts import facts
from page import page
from text import Bad


def put(path, text):
    """The file appears whole, or stays as it is."""
    data = text.encode()
    if os.path.exists(path) and open(path, "rb").read() == data:
        return
    temporary = f"{path}.{os.getpid()}"
    try:
        with open(temporary, "wb") as f:
            f.write(data)
        os.replace(temporary, path)
    except OSError as error:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise OSError(error.errno, error.strerror, path) from None


def main(step="", option="", out="", *rest):
    if option != "-o" or step not in ("facts", "page") or (step == "page") != (len(rest) == 1):
        print(__doc__, file=sys.stderr)
        return 2
    if step == "facts":
        put(out, json.dumps(facts(rest), indent=1, ensure_ascii=False) + "\n")
    else:
        put(out, page(rest[0]))
    return 0


try:
    sys.exit(main(*sys.argv[1:]))
except Bad as error:
    sys.exit(f"report: {error}")
except OSError as error:
    sys.exit(f"report: {error.filename}: {error.strerror}")
