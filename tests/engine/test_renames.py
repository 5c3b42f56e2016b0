"""A component with another name: with an alias nothing is made or deleted; without, the preview and the diff say so."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.events import Result
from tests.engine.golden_states import empty_cluster, going, restore, this_version
from tests.engine.harness import Engine
from tests.engine.site import Site

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1200)]

_IDENTITY = ("-c", "user.name=tests", "-c", "user.email=tests@acme.example", "-c", "core.hooksPath=/dev/null")
#: The network of stacks/gke.py, as it is and under another name.
_BEFORE = """        "network",
        named(stack.network, stack.environment),
        project=section.project,
        region=section.region,
        protection=stack.protection,
        opts=opts,
"""
_AFTER = _BEFORE.replace('"network"', '"net"')
_ALIASED = _AFTER.replace(
    "opts=opts,",
    'opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[pulumi.Alias(name="network")])),',
)
_CHILDREN = ("vpc", "subnetwork", "router", "nat", "webhooks")


@pytest.fixture(scope="module")
def stage(new_site: Callable[[], Site]) -> Engine:
    """`stage` as this version leaves it, its project in a repository."""
    site = new_site()
    restore(site, this_version(), "global")
    engine = restore(site, this_version(), "stage")
    empty_cluster(engine)
    (engine.work / ".gitignore").write_text(".venv\n__pycache__\n")
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "as it is"]):
        subprocess.run(["git", *_IDENTITY, *command], cwd=engine.work, check=True)
    return engine


@pytest.fixture(scope="module")
def unchanged(stage: Engine) -> Result:
    """The preview before anything is renamed."""
    return stage.preview().must()


def _write(engine: Engine, text: str) -> None:
    path = engine.work / "stacks" / "gke.py"
    source = path.read_text(encoding="utf-8")
    for known in (_ALIASED, _AFTER, _BEFORE):
        if known in source:
            path.write_text(source.replace(known, text), encoding="utf-8")
            return
    raise AssertionError("stacks/gke.py no longer makes its network so")


def _diff(engine: Engine) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of `homeport diff`."""
    ran = subprocess.run(
        ["homeport", "diff", "-s", engine.stack, "--base", "main", "--json"],
        cwd=engine.work,
        env=engine.site.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, json.loads(ran.stdout)


def test_without_an_alias_the_preview_shows_what_goes_and_the_diff_flags_it(stage: Engine, unchanged: Result) -> None:
    assert going(unchanged) == {}
    _write(stage, _AFTER)
    result = stage.preview()
    assert {f"net-{child}" for child in _CHILDREN} <= {n for n, kind in result.touched.items() if kind == "create"}
    # Another network is another cluster, with all that is in it; here its protection stops that.
    assert result.code != 0
    assert "cluster-gke" in result.errors[0]
    assert "protect" in result.errors[0]
    assert going(result)["shop-namespace-shop"] == "a namespace with everything in it"
    code, answer = _diff(stage)
    assert code == 4
    [renamed] = [flag for flag in answer["flags"] if flag["kind"] == "renamed-without-alias"]
    assert renamed["level"] == "danger"
    assert renamed["urn"].endswith("::net")
    assert 'was called "network" and has no alias' in renamed["text"]
    assert renamed["fix"] == "aliases=[pulumi.Alias(name='network')] in its options"


def test_with_an_alias_nothing_is_made_or_deleted(stage: Engine, unchanged: Result) -> None:
    _write(stage, _ALIASED)
    result = stage.preview().must()
    assert result.touched == {name.replace("network-", "net-"): kind for name, kind in unchanged.touched.items()}
    code, answer = _diff(stage)
    assert code == 0
    assert answer["flags"] == []
