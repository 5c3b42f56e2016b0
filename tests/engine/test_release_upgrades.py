"""An older homeport's cluster under today's charts: every release is upgraded where it stands, definitions first."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from homeport.addons.pins import pins
from tests.engine.charts import CONTENTS, StandInChart, write_chart
from tests.engine.events import Result
from tests.engine.harness import Engine
from tests.engine.helm import Helm
from tests.engine.site import ROOT

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]

_PINS: Final = Path("components/homeport/addons/versions.yaml")
#: What every chart was before, and the version of their kinds that only the new ones serve.
_OLD: Final = "0.1.0"
_NEW_VERSION: Final = "v9"
_RELEASE: Final = "kubernetes:helm.sh/v3:Release"
#: The same, on AWS alone.
_AFTER_ON_EKS: Final[Mapping[str, tuple[str, ...]]] = {
    "support-aws-load-balancer-controller-release": ("support-aws-load-balancer-controller-definitions",),
    "support-cluster-autoscaler-release": ("support-prometheus-operator-crds-release",),
}
#: Whose releases have pods or objects of kinds that a release or rendered chart defines: the user to what defines.
_AFTER: Final[Mapping[str, tuple[str, ...]]] = {
    "support-sealed-secrets-release": ("support-sealed-secrets-definitions:sealedsecrets.bitnami.com",),
    "support-cert-manager-release": ("support-prometheus-operator-crds-release",),
    "support-kube-prometheus-stack-release": ("support-prometheus-operator-crds-release",),
    "support-traefik-release": (
        "support-prometheus-operator-crds-release",
        "support-gateway-api-crds-release:gateways.gateway.networking.k8s.io",
    ),
    "support-external-dns-release": (
        "support-prometheus-operator-crds-release",
        "support-gateway-api-crds-release:httproutes.gateway.networking.k8s.io",
    ),
}


def _be_older(engine: Engine) -> None:
    """The project as an older release pinned its charts, with those charts, and with today's at hand."""
    path = engine.work / _PINS
    text, changed = re.subn(r"(?m)^  version: \S+$", f"  version: {_OLD}", path.read_text(encoding="utf-8"))
    assert changed == len(pins())
    path.write_text(text, encoding="utf-8")
    for pin in pins().values():
        content = CONTENTS.get(pin.chart, StandInChart())
        write_chart(engine.work / "charts", pin.chart, _OLD, _OLD, content)
        served = tuple(replace(kind, also=(_NEW_VERSION,)) for kind in content.kinds)
        write_chart(engine.work / "charts", pin.chart, pin.version, pin.app_version, replace(content, kinds=served))


def _be_today(engine: Engine) -> None:
    shutil.copy(ROOT / _PINS, engine.work / _PINS)


def _deployments(engine: Engine) -> dict[str, tuple[str, int, str]]:
    """Name to uid, generation and image of every Deployment."""
    found = engine.control_plane.request("GET", "/apis/apps/v1/deployments").body["items"]
    return {
        f"{one['metadata']['namespace']}/{one['metadata']['name']}": (
            one["metadata"]["uid"],
            one["metadata"]["generation"],
            one["spec"]["template"]["spec"]["containers"][0]["image"],
        )
        for one in found
    }


def _served(engine: Engine) -> dict[str, set[str]]:
    """Definition to the versions that it serves, of what the charts define."""
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    defined = {f"{kind.plural}.{kind.group}" for content in CONTENTS.values() for kind in content.kinds}
    return {
        one["metadata"]["name"]: {version["name"] for version in one["spec"]["versions"]}
        for one in engine.control_plane.request("GET", path).body["items"]
        if one["metadata"]["name"] in defined
    }


def _moments(result: Result) -> Mapping[str, tuple[int, int]]:
    """Logical name to when it was begun and done, as places in the event log."""
    assert result.event_log is not None
    begun: dict[str, int] = {}
    done: dict[str, int] = {}
    for place, event in enumerate(_events(result.event_log)):
        for kind, places in (("resourcePreEvent", begun), ("resOutputsEvent", done)):
            if kind in event:
                places[event[kind]["metadata"]["urn"].rpartition("::")[2]] = place
    return {name: (begun[name], done[name]) for name in begun.keys() & done.keys()}


def _events(log: Path) -> Iterator[dict[str, Any]]:
    yield from (json.loads(line) for line in log.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("stack", ["stage", "stage-eks"])
def test_new_pins_upgrade_every_release_in_place_after_its_definitions(
    new_engine: Callable[[str], Engine], stack: str
) -> None:
    engine = new_engine(stack)
    order = {**_AFTER, **(_AFTER_ON_EKS if stack == "stage-eks" else {})}
    _be_older(engine)
    engine.up().must()
    # Releases of the add-ons; an app's chart is its team's.
    releases = {
        urn.rpartition("::")[2]: one["outputs"]["name"]
        for urn, one in engine.resources().items()
        if one["type"] == _RELEASE and "::support-" in urn
    }
    assert releases.keys() >= order.keys()
    charts = {pin.chart for pin in pins().values()}
    before, state = _deployments(engine), set(engine.resources())
    assert _NEW_VERSION not in {version for versions in _served(engine).values() for version in versions}

    _be_today(engine)
    result = engine.up("--refresh").must()

    # All in place, each release, the definitions that are rendered from charts, and nothing else.
    assert set(result.touched.values()) == {"update"}
    rendered = {name for name in result.touched if re.match(r"support-[a-z-]+-(definitions|release):", name)}
    assert result.touched.keys() - rendered == releases.keys()
    assert set(engine.resources()) == state
    # What is in the cluster says the same.
    after = _deployments(engine)
    upgraded = {name for name in before if name.rpartition("/")[2] in charts}
    assert {name: one[0] for name, one in after.items()} == {name: one[0] for name, one in before.items()}
    changed = {name for name in before if before[name] != after[name]}
    # A stand-in has a Deployment even where nothing but definitions is taken from it; the real charts' are dropped.
    assert {name for name in changed if not name.endswith("-definitions")} == upgraded
    assert {name for name in upgraded if after[name][2].endswith(f":{_OLD}")} == set()
    helm = Helm(engine)
    histories = {name: helm.history(name) for name in releases.values()}
    assert {name for name, one in histories.items() if one != {1: "superseded", 2: "deployed"}} == set(), histories
    assert {name for name, versions in _served(engine).items() if _NEW_VERSION not in versions} == set()

    moments = _moments(result)
    for user, definitions in order.items():
        for definition in definitions:
            assert moments[definition][1] < moments[user][0], f"{user} was begun before {definition} was done"
    assert engine.up().must().touched == {}
