"""A picture as Mermaid text, which code hosts draw in comments and pages.

https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import re
from typing import Final

from homeport.plan.picture import LEGEND, Box, Picture

#: Everything that could end a label, or begin Markdown or HTML in it.
_SPECIAL: Final = re.compile(r"[^\w .:/\-]", re.ASCII)


def mermaid(picture: Picture) -> str:
    """The picture as a flowchart."""
    lines = ["flowchart LR"]
    lines += [f"  n{place}[{_label(box)}]:::{_class(picture, box)}" for place, box in enumerate(picture.boxes)]
    lines += [f"  n{start} --> n{end}" for start, end in picture.arrows]
    lines += [f"  n{outer} -.- n{inner}" for outer, inner in picture.inside]
    text = f"{picture.title}. {LEGEND}" + (" Dotted: inside of." if picture.inside else "")
    lines.append(f'  legend["{_escaped(text)}"]:::legend')
    for place, (fill, line) in enumerate(picture.colours.values()):
        lines.append(f"  classDef p{place} fill:{fill},stroke:{line},color:#1a1a1a")
    lines.append("  classDef legend fill:none,stroke:none,color:#7a7a7a")
    return "\n".join(lines) + "\n"


def _label(box: Box) -> str:
    parts = [box.name, box.type, *([box.detail] if box.detail else [])]
    return '"' + "<br/>".join(_escaped(part) for part in parts) + '"'


def _class(picture: Picture, box: Box) -> str:
    return f"p{list(picture.colours).index(box.package)}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)
