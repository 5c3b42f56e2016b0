"""A picture as SVG, without any other program: a bare machine has no Graphviz."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from homeport.plan.layout import Layout, Size, place
from homeport.plan.picture import LEGEND, Box, Picture

_MARGIN: Final = 24.0
_HEADER: Final = 44.0
_LINE: Final = 16.0
_PADDING: Final = 12.0
#: Of the fonts below at 12 pixels; a monospaced font keeps the estimate true on every machine.
_CHARACTER: Final = 7.3
_LONGEST: Final = 46
_FONT: Final = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_STYLE: Final = (
    "text{font-family:" + _FONT + ";font-size:12px;fill:#1a1a1a}"
    ".name{font-weight:bold}.more{fill:#555}.title{font-size:15px;font-weight:bold}"
    ".arrow{fill:none;stroke:#666;stroke-width:1.3}.inside{fill:none;stroke:#999;stroke-dasharray:2 4}"
)

_TIP: Final = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0,0.8L8,4L0,7.2z" fill="#666"/></marker></defs>'
)


def svg(picture: Picture) -> str:
    """The picture as a document of its own."""
    lines = [_lines(box) for box in picture.boxes]
    sizes = [
        Size(max(len(line) for line in box) * _CHARACTER + 2 * _PADDING, len(box) * _LINE + 1.2 * _PADDING)
        for box in lines
    ]
    # A component and what is inside of it are drawn close: the dotted lines take part in the layout.
    layout = place(sizes, sorted({*picture.arrows, *_new(picture)}))
    legend = LEGEND + (" Dotted: inside of." if picture.inside else "")
    width = max(layout.width, len(legend) * _CHARACTER, len(picture.title) * 9.2) + 2 * _MARGIN
    bottom = _HEADER + layout.height + 2 * _MARGIN
    height = bottom + 2 * _LINE + _MARGIN / 2
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        _opening(picture, width, height),
        f"<style>{_STYLE}</style>",
        _TIP,
        f'<rect width="{_n(width)}" height="{_n(height)}" fill="#fff"/>',
        f'<text class="title" x="{_n(_MARGIN)}" y="{_n(_MARGIN + 8)}">{escape(picture.title)}</text>',
        f'<g transform="translate({_n(_MARGIN)},{_n(_HEADER + _MARGIN / 2)})">',
        *_arrows(picture, layout),
        *(_box(picture, place_, lines[place_], sizes[place_], layout) for place_ in range(len(lines))),
        "</g>",
        f'<text class="more" x="{_n(_MARGIN)}" y="{_n(bottom)}">{escape(legend)}</text>',
        *_chips(picture, bottom + _LINE + 4),
        "</svg>",
    ]
    return "\n".join(out) + "\n"


def _opening(picture: Picture, width: float, height: float) -> str:
    size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label={quoteattr(picture.title)}>'


def _new(picture: Picture) -> list[tuple[int, int]]:
    have = {frozenset(arrow) for arrow in picture.arrows}
    return [pair for pair in picture.inside if frozenset(pair) not in have]


def _lines(box: Box) -> list[str]:
    return [_cut(text) for text in (box.name, box.type, box.detail) if text]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\u2026"


def _arrows(picture: Picture, layout: Layout) -> list[str]:
    solid = [
        f'<path class="arrow" d="{_path(layout.arrows[arrow])}" marker-end="url(#tip)"/>' for arrow in picture.arrows
    ]
    dotted = [f'<path class="inside" d="{_path(layout.arrows[pair])}"/>' for pair in _new(picture)]
    return [*dotted, *solid]


def _path(points: list[tuple[float, float]]) -> str:
    """Curves that leave and arrive level; straight where the points lie on one line."""
    (x, y), *rest = points
    out = f"M{_n(x)},{_n(y)}"
    for end_x, end_y in rest:
        middle = (end_x - x) / 2
        out += (
            f"L{_n(end_x)},{_n(end_y)}"
            if abs(end_y - y) < 0.5
            else f"C{_n(x + middle)},{_n(y)} {_n(end_x - middle)},{_n(end_y)} {_n(end_x)},{_n(end_y)}"
        )
        x, y = end_x, end_y
    return out


def _box(picture: Picture, index: int, lines: list[str], size: Size, layout: Layout) -> str:
    box = picture.boxes[index]
    fill, line = picture.colours[box.package]
    x, y = layout.boxes[index]
    texts = "".join(
        f'<text class="{"name" if row == 0 else "more"}" x="{_n(x + _PADDING)}"'
        f' y="{_n(y + _PADDING * 0.6 + (row + 0.78) * _LINE)}">{escape(text)}</text>'
        for row, text in enumerate(lines)
    )
    return (
        f"<g><title>{escape(box.urn)}</title>"
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(size.width)}" height="{_n(size.height)}" rx="7"'
        f' fill="{fill}" stroke="{line}" stroke-width="1.3"/>{texts}</g>'
    )


def _chips(picture: Picture, top: float) -> list[str]:
    """One coloured mark per package."""
    out: list[str] = []
    left = _MARGIN
    for package, (fill, line) in picture.colours.items():
        text = escape(_cut(package))
        out.append(
            f'<rect x="{_n(left)}" y="{_n(top - 10)}" width="12" height="12" rx="3" fill="{fill}" stroke="{line}"/>'
            f'<text class="more" x="{_n(left + 18)}" y="{_n(top)}">{text}</text>'
        )
        left += 18 + len(package) * _CHARACTER + 24
    return out


def _n(value: float) -> str:
    """A coordinate, short and the same on every machine."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"
