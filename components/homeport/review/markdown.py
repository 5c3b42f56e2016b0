"""Text of others in Markdown: it is shown letter by letter and does nothing. Pure.

A name may hold back quotes, pipes, HTML, links, @mentions, `#12`, quick actions of GitLab or commands of GitHub's
runner. Inside of code none of it means anything to either forge, so that all of it is put there: in a span, in a
table's cell, in `<code>`, or in a fenced block whose lines never begin with it.
https://github.github.com/gfm/ https://docs.gitlab.com/user/project/quick_actions/
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from homeport.plan.text import safe

#: Longest line of a fenced block; what is longer is cut and says so with dots.
LINE_MAX: Final = 400
_TICKS: Final = re.compile("`+")


def code(text: str, limit: int = 200) -> str:
    """A code span."""
    shown = cut(safe(text), limit)
    if not shown.strip():
        return "` `"
    longest = max((len(found) for found in _TICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def cell(text: str, limit: int = 100) -> str:
    """A code span in a table, where a pipe would end the cell even inside of code."""
    if not re.search(r"[|\\]", text):
        return code(text, limit)
    # The forges differ in how they read a backslash before a pipe; a character reference is text to all of them.
    shown = cut(safe(text), limit)
    return f"<code>{re.sub(r'[^A-Za-z0-9 .]', lambda found: f'&#{ord(found[0])};', shown)}</code>"


def html_code(text: str, limit: int = 200) -> str:
    """The same inside of HTML, such as `<summary>`."""
    return f"<code>{html.escape(cut(safe(text), limit))}</code>"


def fence(lines: Iterable[str], language: str = "diff") -> str:
    """A fenced block. Each line must begin with a sign of ours, not with text of others."""
    body = [cut(line, LINE_MAX) for line in lines]
    longest = max((len(found) for line in body for found in _TICKS.findall(line)), default=0)
    marks = "`" * max(3, longest + 1)
    return "\n".join([f"{marks}{language}", *body, marks])


def cut(text: str, limit: int) -> str:
    """A text of `limit` characters at most."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def size(text: str) -> int:
    """Length as the forges count it at the strictest: in UTF-16 units."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)


def marker(project: str) -> str:
    """The line by which a comment of ours is found again; it is not shown."""
    # Two dashes could end the comment.
    return f"<!-- homeport-review: {re.sub('[^A-Za-z0-9_.]+', '-', project)[:100]} -->"
