from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from homeport.globals.args import GlobalSections
from homeport.globals.presets import PRESETS

PAGE = (Path(__file__).parents[2] / "docs" / "globals.md").read_text(encoding="utf-8")


def test_the_example_is_a_valid_global_stack() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    config: dict[str, Any] = YAML(typ="safe", pure=True).load(block)["config"]
    sections = GlobalSections.model_validate({key.removeprefix("homeport:"): value for key, value in config.items()})
    assert sections.gcp is not None
    assert sections.aws is not None


def test_every_preset_is_explained() -> None:
    for preset in PRESETS:
        assert f"| {preset} |" in PAGE
