"""Changes of a standing global stack, on both clouds: exactly what each touches, and how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.changing import Change, assert_touches, name_of
from tests.engine.harness import Engine
from tests.engine.site import Site

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(900)]

_LIFECYCLES = [
    f"aws-global-registry-apps-{image}-lifecycle" for image in ("api", "dashboard", "feedback", "web", "worker")
]
_ZONE = ("dns-shop", "dns-shop-ns", "dns-editor-shop", "dns-editor-shop-records")

#: In this order, each on top of the ones before it.
CHANGES = [
    Change(
        "a zone more is made with its delegation and who keeps its records",
        lambda c: c["dns"]["zones"].update(shop={"cloud": "aws", "domain": "shop.eks.acme.example", "parent": "eks"}),
        dict.fromkeys(_ZONE, "create"),
    ),
    Change(
        "a zone that goes takes all that along",
        lambda c: c["dns"]["zones"].pop("shop"),
        dict.fromkeys(_ZONE, "delete"),
    ),
    Change(
        "another cleanup of images changes its rules and no repository",
        lambda c: c["aws"]["registries"]["apps"].update(cleanup={"untagged_days": 7}),
        dict.fromkeys(_LIFECYCLES, "replace"),
    ),
    Change(
        "a higher budget changes the budget alone",
        lambda c: c["aws"]["budgets"]["all"].update(amount=2500),
        {"aws-global-budget-all-budget": "update"},
        {"aws-global-budget-all-budget": ("limitAmount",)},
    ),
]


@pytest.fixture(scope="module")
def standing_stack(new_site: Callable[[], Site], standing_global: Path) -> Engine:
    """`global`, up, with zones that may go again."""
    site = new_site()
    site.restore(standing_global)
    engine = Engine(site, "global")
    engine.without_protection().must()
    return engine


@pytest.mark.parametrize("change", CHANGES, ids=name_of)
def test_what_a_change_of_global_touches(standing_stack: Engine, change: Change) -> None:
    assert_touches(standing_stack, change)


def test_after_all_changes_of_global_nothing_has_drifted(standing_stack: Engine) -> None:
    """A replacement that takes away what it has just made would show here."""
    assert standing_stack.refresh().must().touched == {}
    assert standing_stack.up().must().touched == {}
