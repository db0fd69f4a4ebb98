"""Words, numbers and tables of the page, and the fragments of page.html."""

import base64
import hashlib
import html
import os
import re
import string

TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.html")


class Bad(Exception):
    """What was found, what was expected: ends the program."""


def read(path):
    with open(path, "rb") as f:
        return f.read()


def text_of(path):
    """What is not UTF-8 is no name or number that the page shows."""
    return read(path).decode(errors="replace")


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


def columns_of(ms, rate):
    """That many ms, at least one column: as `samples` in frames/nearest.sh has it."""
    return max(int(rate * ms / 1000 + .5), 1)


def seconds(samples, rate):
    return f"{number(samples / rate, '.3g')}\N{NO-BREAK SPACE}s"


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def fill(fragment, **values):
    """A part of report.html: text up to the next line that names a fragment; `page` is the first."""
    return string.Template(FRAGMENTS[fragment]).substitute(values)


def fragments():
    parts = re.split(r"\n<!-- fragment: (\w+) -->\n", "\n<!-- fragment: page -->\n" + text_of(TEMPLATE))
    return dict(zip(parts[1::2], parts[2::2]))


def table(caption, header, lines, style=""):
    """Columns of numbers stand to the right; the first cell of each line is its heading. Cells are HTML."""
    numeric = [bool(lines) and all(is_number(line[at].replace("\N{MINUS SIGN}", "-").rstrip(" ×")) or line[at] == "–"
                                   for line in lines) for at in range(len(header))]
    classes = [' class="number"' if each else style for each in numeric]
    head = "".join(f'<th scope="col"{cls if right else ""}>{cell}</th>'
                   for right, cls, cell in zip(numeric, classes, header))
    body = "\n".join(f'<tr><th scope="row"{classes[0] if numeric[0] else ""}>{line[0]}</th>'
                     + "".join(f"<td{cls}>{cell}</td>" for cls, cell in zip(classes[1:], line[1:])) + "</tr>"
                     for line in lines)
    return (f"<table>\n<caption>{caption}</caption>\n<thead>\n<tr>{head}</tr>\n</thead>\n"
            f"<tbody>\n{body}\n</tbody>\n</table>")


FRAGMENTS = fragments()
