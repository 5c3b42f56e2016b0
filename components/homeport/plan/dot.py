"""A picture as a Graphviz document.

https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

from homeport.plan.picture import LEGEND, Picture


def dot(picture: Picture) -> str:
    """The picture as a directed graph."""
    legend = f"{picture.title}\n{LEGEND}" + (" Dotted: inside of." if picture.inside else "")
    lines = [
        f"digraph {_quoted(picture.title)} {{",
        f"  graph [rankdir=LR, fontname=Helvetica, fontsize=10, labelloc=b, labeljust=l, label={_quoted(legend)}]",
        '  node [shape=box, style="rounded,filled", fontname=Helvetica, fontsize=10, margin="0.15,0.08"]',
        '  edge [color="#555555", arrowsize=0.7]',
    ]
    for place, box in enumerate(picture.boxes):
        fill, line = picture.colours[box.package]
        label = "\n".join(part for part in (box.name, box.type, box.detail) if part)
        lines.append(
            f'  n{place} [label={_quoted(label)}, tooltip={_quoted(box.urn)}, fillcolor="{fill}", color="{line}"]'
        )
    lines += [f"  n{start} -> n{end}" for start, end in picture.arrows]
    lines += [f"  n{outer} -> n{inner} [style=dotted, arrowhead=none]" for outer, inner in picture.inside]
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
