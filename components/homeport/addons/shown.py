"""What add-ons consist of as plain data, for people to read and for goldens to hold.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final, cast

from pydantic import BaseModel

from homeport.addons.crds_chart import DefinitionsChart
from homeport.addons.graph import AddonPlan
from homeport.addons.items import Chart, Item, Object, Ref
from homeport.addons.overrides import chart_values
from homeport.addons.pins import locate, pin_of
from homeport.addons.site import Site

_LONG: Final = 1000


def shown_addon(plan: AddonPlan, addon: str, site: Site) -> dict[str, Any]:
    """An add-on of a plan: its items by key, each as what is sent, with what it waits for."""
    return {
        step.item.key: {**_item(step.item, plan, addon, site), "after": sorted({edge.on for edge in step.edges})}
        for step in plan.steps
        if step.addon == addon
    }


def _item(item: Item, plan: AddonPlan, addon: str, site: Site) -> dict[str, Any]:
    if isinstance(item, Object):
        return {"object": plain(item.manifest.document)}
    if isinstance(item, Chart):
        section = plan.sections[addon]
        own = item.key == "release"
        where = locate(pin_of(item.pin), site.charts, section.version if own else None)
        values = chart_values(item, section.values if own else {}, site.charts.image_registry)
        out = {
            "chart": where.chart,
            "repository": where.repository,
            "version": where.version,
            "release": item.release,
            "namespace": item.namespace,
            "skip_crds": item.skip_crds,
            "values": plain(values),
        }
        if isinstance(item, DefinitionsChart) and item.alone:
            out["definitions_alone"] = True
        return {"chart": out}
    own_fields = {one.name: getattr(item, one.name) for one in fields(item) if one.name not in {"key", "needs"}}
    return {type(item).__name__: plain(own_fields)}


def plain(value: Any) -> Any:
    """Data that JSON can hold. A reference is {"$ref": "item.output"}; what only the engine knows, {"$later": true}."""
    if isinstance(value, Ref):
        return {"$ref": f"{value.item}.{value.output}"}
    if isinstance(value, BaseModel):
        return {"kind": type(value).__name__, **value.model_dump(mode="json", exclude_defaults=True)}
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("Sequence[Any]", value)]
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in cast("frozenset[Any]", value))
    if isinstance(value, str) and len(value) > _LONG:
        # A program in a ConfigMap has tests of its own; here it is enough to see that it changed.
        digest = hashlib.sha256(value.encode()).hexdigest()[:16]
        return {"$text": {"lines": value.count("\n") + 1, "sha256": digest}}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return {"$later": True}
