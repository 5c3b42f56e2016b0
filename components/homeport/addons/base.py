"""The contract of an add-on: what it is called, what it needs, what it consists of. All of it pure.

An add-on is a class without state; its arguments are the section `homeport:addons.<name>`. A stranger's program brings
its own by subclassing `Addon` and handing it to `Addons`.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from homeport.addons.args import AddonArgs, Profile
from homeport.addons.items import Item, Namespace
from homeport.addons.site import Provided, Site
from homeport.problems import Problem
from homeport.values import Cloud

A = TypeVar("A", bound=AddonArgs)

EVERYWHERE: frozenset[Cloud] = frozenset({"gcp", "aws", "none"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """Another add-on that cannot stand beside this one, and why."""

    addon: str
    reason: str


class Addon(ABC, Generic[A]):
    """One add-on.

    Class attributes:
        name: key of its section, its release and its component: the chart's own name where it has one.
        args: model of its section; every field has a default, or `problems` says what is missing.
        namespace: where it lives.
        clouds: where it serves.
        profiles: with which it is installed unless its section says otherwise.
        instead_of: what it brings; a cluster that provides it already does not get it.
        conflicts: what cannot stand beside it.
    """

    name: ClassVar[str]
    args: ClassVar[type[AddonArgs]]
    namespace: ClassVar[Namespace]
    clouds: ClassVar[frozenset[Cloud]] = EVERYWHERE
    profiles: ClassVar[frozenset[Profile]] = frozenset({"minimal", "standard"})
    instead_of: ClassVar[Provided | None] = None
    conflicts: ClassVar[Sequence[Conflict]] = ()

    @abstractmethod
    def items(self, args: A, site: Site) -> Sequence[Item]:
        """What it consists of. Called only when `problems` found nothing; the same for the same input, always."""

    def problems(self, args: A, site: Site) -> Iterator[Problem]:
        """What is wrong with its section on this site; paths are relative to the section."""
        del args, site
        yield from ()

    def warnings(self, args: A, site: Site) -> Iterator[str]:
        """What is allowed and still to be said aloud at every preview: sentences without the final full stop.

        Called only when `problems` found nothing. Never the value of a secret.
        """
        del args, site
        yield from ()

    def exports(self, args: A, site: Site) -> Mapping[str, Any]:
        """What it offers: fields of `Exports`, and under "items" a map."""
        del args, site
        return {}


def by_name(addons: Iterable[Addon[Any]]) -> dict[str, Addon[Any]]:
    """Name to add-on.

    Raises:
        ValueError: two have the same name.
    """
    out: dict[str, Addon[Any]] = {}
    for addon in addons:
        if addon.name in out:
            raise ValueError(f"two add-ons are called {addon.name}")
        out[addon.name] = addon
    return out
