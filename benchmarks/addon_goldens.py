"""What every add-on consists of, on each cloud and with each profile: one golden file each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from homeport.addons import graph
from homeport.addons.samples import SAMPLE_CLOUDS, SAMPLE_PROFILES, sample_site
from homeport.addons.section import CATALOGUE, AddonsArgs
from homeport.addons.shown import shown_addon

FOLDER: Final = Path("tests/golden/addons")


def addon_goldens() -> Iterator[tuple[Path, str]]:
    """Path, relative to the project, and text of each file."""
    for cloud in SAMPLE_CLOUDS:
        for profile in SAMPLE_PROFILES:
            site = sample_site(cloud, profile=profile)
            plan = graph.plan(AddonsArgs(profile=profile).sections(), site, CATALOGUE)
            for addon in plan.sections:
                shown = shown_addon(plan, addon, site)
                text = json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
                yield FOLDER / f"{addon}-{cloud}-{profile}.json", text
