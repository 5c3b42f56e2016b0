"""Every add-on has a page, every pinned chart an add-on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from homeport.addons import graph
from homeport.addons.base import Addon
from homeport.addons.items import Chart
from homeport.addons.pins import pins
from homeport.addons.samples import SAMPLE_CLOUDS, sample_site
from homeport.addons.section import CATALOGUE, AddonsArgs

ROOT = Path(__file__).resolve().parents[2]
BY_ADDON = pytest.mark.parametrize("addon", CATALOGUE, ids=lambda addon: addon.name)


@BY_ADDON
def test_it_has_a_page(addon: Addon[Any]) -> None:
    page = (ROOT / "docs" / "addons" / f"{addon.name}.md").read_text(encoding="utf-8")
    assert page.startswith("# ")
    for heading in ("Settings", "Upgrade", "Destroy", "Troubleshooting"):
        assert re.search(rf"^## .*{heading}", page, re.MULTILINE | re.IGNORECASE), f"no section on {heading.lower()}"


def test_every_pinned_chart_is_used() -> None:
    plans = (graph.plan(AddonsArgs().sections(), sample_site(cloud), CATALOGUE) for cloud in SAMPLE_CLOUDS)
    items = [step.item for plan in plans for step in plan.steps]
    used = {item.pin for item in items if isinstance(item, Chart) and isinstance(item.pin, str)}
    assert pins().keys() - used == set()
