"""Changes of what runs in the cluster of a standing `stage`: exactly what each touches, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest

from homeport.addons.pins import pins
from tests.engine.changing import Change, assert_touches, name_of
from tests.engine.charts import CONTENTS, write_chart
from tests.engine.harness import Engine
from tests.engine.waiting import soon

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1200)]

#: A chart version that nobody pins.
NEXT = "99.0.0"
#: Charts of which there is a next version, with one more version of each kind that they define.
_NEXT = ("cert-manager", "sealed-secrets")
_TENANT = (
    "team",
    "team-namespace-team",
    "team-team-resourcequota-tenant",
    "team-team-limitrange-tenant",
    "team-team-networkpolicy-default-deny",
    "team-team-networkpolicy-scraped",
)


def _other_tags(config: dict[str, Any]) -> None:
    for name, tag in {"cleanup": "1.4.3", "migrate": "1.4.3", "dashboard": "0.3.2", "feedback": "2.1.1"}.items():
        config["apps"][name].update(tag=tag)


#: In this order, each on top of the ones before it.
CHANGES = [
    Change(
        "another version of a chart touches its release alone",
        lambda c: c["addons"]["cert-manager"].update(version=NEXT),
        {"support-cert-manager-release": "update"},
    ),
    Change(
        "another version of a chart whose definitions Helm would not upgrade upgrades them too",
        lambda c: c["addons"].update({"sealed-secrets": {"version": NEXT}}),
        {
            "support-sealed-secrets-release": "update",
            "support-sealed-secrets-definitions:sealedsecrets.bitnami.com": "update",
            # The stand-in's own, with the version in it; the real chart has nothing but the definition here.
            "support-sealed-secrets-definitions:kube-system/sealed-secrets-definitions": "update",
        },
    ),
    Change(
        "another tag of a web app touches its Deployment alone",
        lambda c: c["apps"]["web"].update(tag="1.4.3"),
        {"web-deployment": "update"},
        {"web-deployment": ("spec.template.spec.containers[0].image",)},
    ),
    Change(
        "other tags of other kinds of applications touch one resource each, and run a job once more",
        _other_tags,
        {
            "cleanup-cron-job": "update",
            "migrate-job": "replace",
            "dashboard-release": "update",
            "feedback:tools/feedback": "update",
        },
        {"cleanup-cron-job": ("spec.jobTemplate.spec.template.spec.containers[0].image",)},
    ),
    Change(
        "a new tenant is made and touches no other",
        lambda c: c["tenants"].update(team={}),
        dict.fromkeys(_TENANT, "create"),
    ),
    Change(
        "a tenant and an application that go take their own objects along and nothing else",
        lambda c: (c["tenants"].pop("team"), c["apps"].pop("cleanup")),
        dict.fromkeys((*_TENANT, "cleanup", "cleanup-account", "cleanup-cron-job", "cleanup-flows"), "delete"),
    ),
]


@pytest.fixture(scope="module")
def standing(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage`, up, with next versions of charts at hand."""
    engine = new_engine("stage")
    for name in _NEXT:
        kinds = tuple(replace(kind, also=("v2beta1",)) for kind in CONTENTS[name].kinds)
        write_chart(engine.work / "charts", name, NEXT, NEXT, replace(CONTENTS[name], kinds=kinds))
    assert NEXT not in {pin.version for pin in pins().values()}
    _change_the_worker(engine)
    engine.set_secret("queue", "first-token-of-it")
    engine.up().must()
    return engine


@pytest.fixture
def nothing_ready(standing: Engine) -> Iterator[Callable[[str], None]]:
    """Lets pods of a name never get ready, until the test ends."""

    def hold(pattern: str) -> None:
        standing.control_plane.stand_in.never_ready = pattern

    yield hold
    standing.control_plane.stand_in.never_ready = None


@pytest.mark.parametrize("change", CHANGES, ids=name_of)
def test_what_a_change_touches(standing: Engine, change: Change) -> None:
    assert_touches(standing, change)


def test_after_all_of_them_the_cluster_has_what_the_file_says(standing: Engine) -> None:
    assert standing.up("--refresh").must().touched == {}
    ask = standing.control_plane.request
    assert ask("GET", "/api/v1/namespaces/team").status == HTTPStatus.NOT_FOUND
    assert {
        one["metadata"]["name"] for one in ask("GET", "/apis/batch/v1/namespaces/shop/cronjobs").body["items"]
    } == set()
    [job] = ask("GET", "/apis/batch/v1/namespaces/shop/jobs").body["items"]
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert container["image"].endswith("/api:1.4.3")
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    for name in ("certificates.cert-manager.io", "sealedsecrets.bitnami.com"):
        served = [version["name"] for version in ask("GET", f"{definitions}/{name}").body["spec"]["versions"]]
        assert "v2beta1" in served, name


def _edit_program(engine: Engine, old: str, new: str) -> None:
    path = engine.work / "stacks" / "apps.py"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def _change_the_worker(engine: Engine) -> None:
    """As a team would write it: half a minute for a rollout instead of ten, and a secret of the stack."""
    _edit_program(engine, "import Flow, FromSecret, Resources", "import Flow, FromSecret, Resources, StackSecret")
    old = "from homeport.workloads.scaling"
    _edit_program(engine, old, f"from homeport.workloads.replicated import Rollout\n{old}")
    old = '"worker": WorkerArgs('
    _edit_program(engine, old, f"{old} rollout=Rollout(deadline_seconds=30, min_ready_seconds=0),")
    old = 'f"{registry}/worker",\n            env={'
    _edit_program(engine, old, f'{old}"QUEUE_TOKEN": StackSecret(stack_secret="queue"), ')


def _pods_of_the_worker(engine: Engine) -> dict[str, set[bool]]:
    """Tag to whether its pods are ready."""
    path = "/api/v1/namespaces/shop/pods?labelSelector=app.kubernetes.io/name%3Dworker"
    found: dict[str, set[bool]] = {}
    for pod in engine.control_plane.request("GET", path).body["items"]:
        [container] = pod["spec"]["containers"]
        ready = {c["type"]: c["status"] for c in pod["status"].get("conditions", [])}.get("Ready") == "True"
        found.setdefault(container["image"].rpartition(":")[2], set()).add(ready)
    return found


def test_a_rollout_that_fails_names_the_application_and_leaves_the_old_pods_serving(
    standing: Engine, nothing_ready: Callable[[str], None]
) -> None:
    nothing_ready("^worker-")
    standing.edit(lambda c: c["apps"]["worker"].update(tag="2.0.0"))
    failed = standing.up()
    assert failed.code != 0
    assert failed.touched == {"worker-deployment": "update"}
    assert '"shop/worker" failed to fully initialize or become live' in failed.errors[0]
    assert "kubernetes:apps/v1:Deployment (worker-deployment)" in failed.output
    assert _pods_of_the_worker(standing) == {"1.4.2": {True}, "2.0.0": {False}}

    # No new pod is needed to go back: the old ones are there.
    standing.edit(lambda c: c["apps"]["worker"].update(tag="1.4.2"))
    back = standing.up().must()
    assert back.touched == {"worker-deployment": "update"}
    assert soon(lambda: _pods_of_the_worker(standing), {"1.4.2": {True}}) == {"1.4.2": {True}}


def test_a_secret_of_the_stack_is_rotated_from_the_command_line(standing: Engine) -> None:
    before = _secret_of_the_worker(standing)
    standing.set_secret("queue", "second-token-of-it")
    rotated = standing.up().must()
    assert rotated.touched == {"worker-secrets": "replace", "worker-deployment": "update"}
    order = [(step.operation, step.name.rpartition("::")[2]) for step in rotated.steps]
    made, rolled = order.index(("create-replacement", "worker-secrets")), order.index(("update", "worker-deployment"))
    assert made < rolled < order.index(("delete-replaced", "worker-secrets"))
    after = _secret_of_the_worker(standing)
    assert after != before
    path = "/api/v1/namespaces/shop/secrets"
    assert standing.control_plane.request("GET", f"{path}/{before}").status == HTTPStatus.NOT_FOUND
    assert standing.control_plane.request("GET", f"{path}/{after}").status == HTTPStatus.OK
    assert standing.up().must().touched == {}
    for name, text in standing.logs():
        assert "token-of-it" not in text, name


def _secret_of_the_worker(engine: Engine) -> str:
    found = engine.control_plane.request("GET", "/apis/apps/v1/namespaces/shop/deployments/worker").body
    [container] = found["spec"]["template"]["spec"]["containers"]
    return next(one["valueFrom"]["secretKeyRef"]["name"] for one in container["env"] if one["name"] == "QUEUE_TOKEN")
