"""docs/permissions.md shows what the code does."""

from __future__ import annotations

from pathlib import Path

from homeport.identity.reference import EXAMPLES, rewrite

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == rewrite(page), "run: PYTHONPATH=components python -m homeport.identity.reference docs/permissions.md"


def test_the_page_shows_every_intent() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for example in EXAMPLES:
        assert f"\n### {type(example).__name__}\n" in page
