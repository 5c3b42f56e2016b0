"""Add-ons that are nothing but a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from homeport.addons.args import AddonArgs, Profile
from homeport.addons.base import EVERYWHERE, Addon, Conflict
from homeport.addons.items import Item, Namespace, Object
from homeport.addons.pins import Pin
from homeport.addons.site import Provided, Site
from homeport.kube.manifest import Manifest
from homeport.problems import Problem
from homeport.values import Cloud

PIN = Pin(
    repository="https://charts.acme.example/stable",
    chart="toy",
    version="1.2.3",
    app_version="4.5",
    kubernetes=["1.32", "1.34"],
    source="https://acme.example/toy",
    date="2026-11-01",
)


class Toy(Addon[AddonArgs]):
    """Set up by its constructor, which no real add-on needs."""

    name: ClassVar[str] = "toy"
    args: ClassVar[type[AddonArgs]] = AddonArgs
    namespace: ClassVar[Namespace] = Namespace("toys")

    def __init__(
        self,
        items: Sequence[Item] = (),
        *,
        exports: Mapping[str, Any] | None = None,
        problems: Sequence[Problem] = (),
        warnings: Sequence[str] = (),
    ) -> None:
        self.own = items
        self.offered = exports or {}
        self.found = problems
        self.said = warnings
        self.asked: list[Site] = []

    def items(self, args: AddonArgs, site: Site) -> Sequence[Item]:
        self.asked.append(site)
        return self.own

    def problems(self, args: AddonArgs, site: Site) -> Iterator[Problem]:
        yield from self.found

    def warnings(self, args: AddonArgs, site: Site) -> Iterator[str]:
        yield from self.said

    def exports(self, args: AddonArgs, site: Site) -> Mapping[str, Any]:
        return self.offered


def toy(
    name: str,
    *items: Item,
    namespace: Namespace | None = None,
    clouds: frozenset[Cloud] = EVERYWHERE,
    profiles: frozenset[Profile] = frozenset({"minimal", "standard"}),
    instead_of: Provided | None = None,
    conflicts: Sequence[Conflict] = (),
    **more: Any,
) -> Toy:
    """An add-on of a name."""
    fields: dict[str, Any] = {
        "name": name,
        "namespace": namespace or Namespace(name),
        "clouds": clouds,
        "profiles": profiles,
        "instead_of": instead_of,
        "conflicts": conflicts,
    }
    made: Toy = type("OwnToy", (Toy,), fields)(items, **more)
    return made


def thing(key: str = "release", *needs: Any, **more: Any) -> Object:
    """An object without a namespace."""
    return Object(key=key, needs=needs, manifest=Manifest("v1", "ConfigMap", key, **more))
