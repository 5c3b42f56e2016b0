"""Hosts at which add-ons themselves answer.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from homeport.addons.items import Object
from homeport.addons.steps import Step


def hosts(steps: Iterable[Step]) -> Iterator[tuple[str, str]]:
    """Host and add-on, of every route and Ingress among the objects of add-ons."""
    for step in steps:
        if not isinstance(step.item, Object):
            continue
        spec: Any = step.item.manifest.body.get("spec") or {}
        if step.item.manifest.kind == "HTTPRoute":
            named: list[Any] = spec.get("hostnames") or []
        elif step.item.manifest.kind == "Ingress":
            rules: list[Any] = spec.get("rules") or []
            named = [rule.get("host") for rule in rules]
        else:
            continue
        yield from ((host, step.addon) for host in named if isinstance(host, str))
