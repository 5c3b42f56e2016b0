"""What versions have left behind, under today's code: nothing that holds state is deleted or replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from tests.engine.golden_states import STACKS, empty_cluster, fill_cluster, going, restore, versions
from tests.engine.harness import Engine
from tests.engine.site import Site

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]

#: Clusters on both clouds and the global layer, before add-ons, tenants and applications and before the first release.
#: Nothing in its clusters came by Helm, so it is brought up to today's code altogether.
OLDEST: Final = "0.1.0-e756e7d"

_PATH = "roles that people did not name moved to the path /homeport/, and IAM cannot move one"
_POOL = "its nodes' role is another; the new nodes are there before the old ones go"
#: Version and stack to what later code deletes or replaces all the same: logical name to the reason. A pool may
#: stand here where CHANGELOG.md tells of it, what holds state may not.
KNOWN: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    (OLDEST, "stage-eks"): {
        **dict.fromkeys(
            (
                "cluster-nodes",
                "cluster-nodes-AmazonEKSWorkerNodeMinimalPolicy",
                "cluster-nodes-AmazonEC2ContainerRegistryPullOnly",
                "cluster-nodes-find-themselves",
                "addons-ebs-role",
                "addons-ebs-policy",
            ),
            _PATH,
        ),
        **dict.fromkeys(
            ("system-pool", "general-pool", "general-pool-taint/spot", "general-pool-label/homeport.dev/node-pool"),
            _POOL,
        ),
    }
}


@pytest.fixture(scope="module", params=versions())
def restored(request: pytest.FixtureRequest, new_site: Callable[[], Site]) -> tuple[str, Mapping[str, Engine]]:
    """Version, and its stacks under today's code."""
    site = new_site()
    return request.param, {stack: restore(site, request.param, stack) for stack in STACKS}


@pytest.mark.parametrize("stack", STACKS)
def test_an_upgrade_takes_nothing_away_that_holds_state_or_is_not_known(
    restored: tuple[str, Mapping[str, Engine]], stack: str
) -> None:
    version, engines = restored
    engine = engines[stack]
    if stack != "global":
        empty_cluster(engine)
    if version == OLDEST and stack != "global":
        fill_cluster(engine)
    result = (engine.up() if version == OLDEST else engine.preview()).must()
    assert going(result).keys() == KNOWN.get((version, stack), {}).keys(), going(result)
    assert [lost for lost in going(result).values() if lost] == []
    if version == OLDEST:
        assert engine.up().must().touched == {}
        assert {live.urn for live in engine.live.values()} <= set(engine.resources())
