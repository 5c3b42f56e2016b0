"""Chart values that a stack file lays over ours, through the loader that every stack goes through."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from homeport.addons.items import Chart
from homeport.addons.overrides import chart_values
from homeport.problems import SettingsError
from homeport.settings import load
from homeport.settings.engine import EngineConfig
from stacks.settings import ClusterStack, Stack

ROOT = Path(__file__).resolve().parents[2]
HEAD = (
    "config:\n  homeport:layer: cluster\n  homeport:environment: local\n  homeport:protection: none\n"
    "  homeport:domain: local.acme.example\n  homeport:cluster: {kind: existing, context: kind-homeport}\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("Pulumi.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def values(project: Path, text: str, *, engine: EngineConfig | None = None) -> dict[str, Any]:
    (project / "Pulumi.local.yaml").write_text(f"{HEAD}{text}")
    settings: ClusterStack = load(Stack, root=project, stack="local", engine=engine).settings
    assert settings.addons is not None
    return settings.addons.cert_manager.values


def problems(project: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        values(project, text)
    return [problem.text() for problem in caught.value.problems]


def addons(text: str) -> str:
    return f"  homeport:addons: {{profile: minimal, cert-manager: {{values: {text}}}}}\n"


def test_an_unknown_add_on_gets_the_nearest_name(project: Path) -> None:
    assert problems(project, "  homeport:addons: {cert-manger: {}}\n") == [
        "homeport:addons.cert-manger: the section addons has no field cert-manger; write cert-manager"
    ]


def test_null_reaches_the_chart_where_it_removes_the_charts_own_default(project: Path) -> None:
    given = values(project, addons("{resources: null, affinity: {a: null, b: 1}, list: [null, {c: null}]}"))
    assert given == {"resources": None, "affinity": {"a": None, "b": 1}, "list": [None, {"c": None}]}
    chart = Chart(key="release", values={"resources": {"limits": 1}, "affinity": {"a": 2, "z": 3}})
    assert chart_values(chart, given, None) == {
        "resources": None,
        "affinity": {"a": None, "b": 1, "z": 3},
        "list": [None, {"c": None}],
    }


def test_null_still_removes_everywhere_else(project: Path) -> None:
    base = project / "stacks" / "base.yaml"
    base.write_text(base.read_text().replace("all:\n", "all:\n  addons: {cert-manager: {values: {a: 1, b: {c: 2}}}}\n"))
    assert values(project, addons("{b: null, d: 4}")) == {"a": 1, "b": None, "d": 4}
    assert values(project, "  homeport:addons: {profile: minimal, cert-manager: {values: null}}\n") == {}


def test_values_come_through_the_engine_as_they_stand_in_the_file(project: Path) -> None:
    text = addons("{b: null, c: {d: [1, true, x]}}")
    handed = {
        "homeport:layer": "cluster",
        "homeport:environment": "local",
        "homeport:protection": "none",
        "homeport:domain": "local.acme.example",
        "homeport:cluster": json.dumps({"kind": "existing", "context": "kind-homeport"}),
        "homeport:addons": json.dumps(
            {"profile": "minimal", "cert-manager": {"values": {"b": None, "c": {"d": [1, True, "x"]}}}}
        ),
    }
    want = {"b": None, "c": {"d": [1, True, "x"]}}
    assert values(project, text, engine=EngineConfig(handed)) == want
    assert values(project, addons("{}"), engine=EngineConfig(handed)) == want


def test_an_encrypted_value_is_refused_with_the_way_to_do_it(project: Path) -> None:
    assert problems(project, addons("{grafana: {adminPassword: {secure: AAABAOhZ}}}")) == [
        (
            "homeport:addons.cert-manager.values.grafana.adminPassword: is encrypted, and secrets stand under"
            " homeport:secrets alone; write the value in clear if it is no secret, else move it to"
            " homeport:secrets.adminPassword and hand the chart the name of a Secret that holds it (most charts:"
            " existingSecret), since Helm keeps values readably in the cluster"
        )
    ]


REFUSED = (
    "a chart's values are no place for a secret: Helm keeps them in the cluster for everybody to read who may read"
    " Secrets there, and every plan shows them; put it into homeport:secrets, make a Secret of it (GivenSecret, or an"
    " application's own), and hand the chart the Secret's name: most charts call that value existingSecret"
)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{grafana: {adminPassword: hunter2}}", "grafana.adminPassword"),
        ("{auth: {api_key: hunter2}}", "auth.api_key"),
        ("{env: [{name: DB_PASSWORD, value: hunter2}]}", "env[0].value"),
        ('{tls: {key: "-----BEGIN RSA PRIVATE KEY-----"}}', "tls.key"),
        ("{s3: {secretKey: hunter2}}", "s3.secretKey"),
    ],
)
def test_a_secret_in_clear_is_refused_and_not_shown(project: Path, text: str, path: str) -> None:
    [found] = problems(project, addons(text))
    assert found == f"homeport:addons.cert-manager.values.{path}: {REFUSED}"
    assert "hunter2" not in found


@pytest.mark.parametrize(
    "text",
    [
        "{admin: {existingSecret: grafana, passwordKey: password, userKey: user}}",
        "{automountServiceAccountToken: false, tokenTTL: 1h, secretName: x, imagePullSecrets: [{name: x}]}",
        "{env: [{name: DB_HOST, value: db}, {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: x, key: pass}}}]}",
        '{adminPassword: ""}',
    ],
)
def test_names_of_secrets_are_no_secrets(project: Path, text: str) -> None:
    assert values(project, addons(text))
