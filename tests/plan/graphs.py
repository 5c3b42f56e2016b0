"""Small graphs made by hand, for tests of comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from homeport.plan.graph import STACK_TYPE, Graph, Options, Resource

STACK = "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod"
BUCKET = "gcp:storage/bucket:Bucket"
ZONE = "gcp:dns/managedZone:ManagedZone"
MEMBER = "gcp:projects/iAMMember:IAMMember"
FIREWALL = "gcp:compute/firewall:Firewall"
CLUSTER = "gcp:container/cluster:Cluster"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
GROUP = "shop:index:Group"


def urn(type_: str, name: str, above: str = "") -> str:
    """A URN below `above`, the types of the parents."""
    return f"urn:pulumi:prod::shop::{above + '$' if above else ''}{type_}::{name}"


def resource(
    type_: str,
    name: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    parent: Resource | None = None,
    depends: Iterable[str] = (),
    by_property: Mapping[str, list[str]] | None = None,
    provider: str | None = None,
    external: str | None = None,
    **options: Any,
) -> Resource:
    """One resource, below the stack unless a parent is given."""
    above = parent.urn.split("::", 3)[2] if parent else ""
    return Resource(
        urn=urn(type_, name, above),
        type=type_,
        name=name,
        parent=parent.urn if parent else STACK,
        custom=not type_.startswith("shop:"),
        remote=False,
        external=external,
        provider=provider,
        inputs=dict(inputs or {}),
        dependencies=sorted({*depends, *(item for urns in (by_property or {}).values() for item in urns)}),
        property_dependencies=dict(by_property or {}),
        options=Options(**options),
        source=None,
    )


def graph(*resources: Resource, outputs: Mapping[str, Any] | None = None) -> Graph:
    """A graph of the stack `prod` of the project `shop`."""
    root = Resource(
        urn=STACK, type=STACK_TYPE, name="shop-prod", parent=None, custom=False, remote=False, provider=None,
        inputs={}, dependencies=[], property_dependencies={}, options=Options(), source=None,
    )  # fmt: skip
    every = sorted([root, *resources], key=lambda item: item.urn)
    return Graph(project="shop", stack="prod", layer=None, resources=every, outputs=dict(outputs or {}))
