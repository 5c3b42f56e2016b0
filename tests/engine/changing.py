"""Changes of a standing stack, by its file or behind Pulumi's back, and what they touch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.engine.events import Result
from tests.engine.harness import Engine

Config = dict[str, Any]
#: Types whose replacement loses what they hold, or all that stands on them: no change of settings does that in passing.
_KEPT: Final = re.compile(
    r"gcp:(container/cluster|dns/managedZone|kms/(keyRing|cryptoKey)|storage/bucket|artifactregistry/repository"
    r"|secretmanager/secret|compute/(network|subnetwork|address|globalAddress)|servicenetworking/connection):"
    r"|aws:(eks/cluster|route53/zone|kms/key|s3/bucket|ecr/repository|secretsmanager/secret|ec2/(vpc|subnet|eip)):"
)


@dataclass(frozen=True)
class Change:
    """One edit of the stack's file.

    Attributes:
        name: of the case.
        edit: changes the settings.
        touched: logical name to what an update does to it.
        properties: logical name to the properties that change.
    """

    name: str
    edit: Callable[[Config], object]
    touched: Mapping[str, str]
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@dataclass(frozen=True)
class Drift:
    """Something that somebody did outside of Pulumi.

    Attributes:
        name: of the case.
        happens: does it.
        reported: logical name to what a refresh reports.
        repaired: logical name to what the next update does.
    """

    name: str
    happens: Callable[[Engine], object]
    reported: Mapping[str, str]
    repaired: Mapping[str, str]


def name_of(case: Change | Drift) -> str:
    """Id of a test's case."""
    return case.name.replace(" ", "-")


def pools(config: Config) -> Config:
    """The node pools of a stack's settings."""
    return config["cluster"]["node_pools"]


def assert_touches(engine: Engine, change: Change) -> None:
    """An update after the edit touches what the change says, as it says, and nothing else."""
    before = engine.cloud.mark()
    engine.edit(change.edit)
    result = engine.up().must()
    assert result.touched == change.touched, f"touched were {dict(result.touched)}"
    for name, properties in change.properties.items():
        assert {path for step in result.steps if step.name == name for path in step.changed} == set(properties)
    assert_nothing_that_holds_state_is_replaced(result)
    in_the_cloud = {record.name for record in engine.cloud.since(before)}
    assert in_the_cloud <= change.touched.keys(), "the cloud was asked for more than the engine said"


def assert_nothing_that_holds_state_is_replaced(result: Result) -> None:
    """No cluster, zone, key, bucket, registry, network or reserved address is made anew."""
    assert [step for step in result.steps if "replace" in step.operation and _KEPT.match(step.type)] == []


def assert_repaired(engine: Engine, drift: Drift) -> None:
    """A refresh reports the drift, and the next update repairs what is to be repaired."""
    drift.happens(engine)
    reported = engine.refresh().must().touched
    assert reported == drift.reported, f"reported were {dict(reported)}"
    repaired = engine.up().must().touched
    assert repaired == drift.repaired, f"repaired were {dict(repaired)}"


def assert_repaired_together(engine: Engine, drifts: Sequence[Drift]) -> None:
    """The same for several drifts of different resources, in one refresh and one update."""
    for drift in drifts:
        drift.happens(engine)
    reported = engine.refresh().must().touched
    expected = {name: what for drift in drifts for name, what in drift.reported.items()}
    assert reported == expected, f"reported were {dict(reported)}"
    repaired = engine.up().must().touched
    expected = {name: what for drift in drifts for name, what in drift.repaired.items()}
    assert repaired == expected, f"repaired were {dict(repaired)}"
