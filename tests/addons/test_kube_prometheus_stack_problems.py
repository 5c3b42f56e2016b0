"""What a section for the monitoring can have wrong, and what every plan says aloud."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from homeport.addons import graph
from homeport.addons.base import Addon
from homeport.addons.kube_prometheus_stack import KubePrometheusStack
from homeport.addons.kube_prometheus_stack_args import AlertingArgs, KubePrometheusStackArgs
from homeport.addons.samples import SAMPLE_CLOUDS, sample_site
from homeport.model import DEFER_CHECKS, walk_checks
from homeport.problems import SettingsError
from homeport.values import Cloud
from tests.addons.toys import thing, toy

NAME = "kube-prometheus-stack"
BESIDE: list[Addon[Any]] = [
    toy("cert-manager", thing("release")),
    toy("prometheus-operator-crds", thing("release")),
]
CHAT = {"kind": "slack", "secret": "alertmanager_slack_url"}


def told(site: dict[str, Any] | None = None, **args: Any) -> list[str]:
    section = KubePrometheusStackArgs.model_validate(args)
    return [problem.text() for problem in KubePrometheusStack().problems(section, sample_site("gcp", **(site or {})))]


def refused(**args: Any) -> list[str]:
    section = KubePrometheusStackArgs.model_validate(args, context=dict(DEFER_CHECKS))
    return [problem.text() for problem in walk_checks(section)]


def said(**args: Any) -> list[str]:
    section = KubePrometheusStackArgs.model_validate(args)
    plan = graph.plan({NAME: section}, sample_site(), [KubePrometheusStack(), *BESIDE])
    return list(plan.warnings)


@pytest.mark.parametrize("cloud", SAMPLE_CLOUDS)
def test_the_defaults_are_right_on_every_cloud(cloud: Cloud) -> None:
    assert list(KubePrometheusStack().problems(KubePrometheusStackArgs(), sample_site(cloud))) == []


def test_a_cluster_without_a_storage_class() -> None:
    assert told({"storage_class": None}) == [
        (
            "storage_class: needs a storage class: Prometheus and Alertmanager keep what they know on volumes, and this"
            " cluster has no default class that homeport knows of; name one (kubectl get storageclass), for example"
            " storage_class: standard; or switch it off: enabled: false"
        )
    ]
    assert told({"storage_class": None}, storage_class="standard") == []


@pytest.mark.parametrize("host", ["grafana.acme.example", "stage.acme.example", "xstage.acme.example"])
def test_grafana_outside_of_the_domain(host: str) -> None:
    assert told(grafana={"host": host}) == [
        (
            f'grafana.host = "{host}": must lie below the stack\'s domain, stage.acme.example: others have neither a'
            " record nor a certificate; write grafana.stage.acme.example, or leave it out"
        )
    ]


def test_samples_that_fill_the_volume() -> None:
    assert refused(volume_size="20Gi", retention_size="20Gi") == [
        (
            'retention_size = "20Gi": must be below volume_size, 20Gi: Prometheus stops when its volume is full; leave'
            " it out, for 85% of the volume"
        )
    ]
    assert refused(volume_size="20Gi", retention_size="19Gi") == []


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"volume_size": "50"}, 'volume_size = "50": is less than Prometheus can work with; write it in Gi'),
        ({"retention_size": "1k"}, 'retention_size = "1k": is less than Prometheus can work with; write it in Gi'),
    ],
)
def test_a_size_without_its_unit(given: dict[str, str], text: str) -> None:
    assert refused(**given) == [text]


def test_a_receiver_that_is_not_there() -> None:
    receivers = {"chat": CHAT, "pager": {"kind": "pagerduty", "secret": "alertmanager_pagerduty_key"}}
    assert refused(alerting={"receivers": receivers, "critical": ["pagr"], "warning": ["chat", "mail"]}) == [
        'alerting.critical[0] = "pagr": names no receiver; did you mean pager?',
        'alerting.warning[1] = "mail": names no receiver; choose one of chat, pager',
    ]
    assert refused(alerting={"critical": ["pager"]}) == [
        'alerting.critical[0] = "pager": names no receiver; name one under receivers first'
    ]


@pytest.mark.parametrize("name", ["nobody", "heartbeat"])
def test_a_receiver_with_a_name_of_ours(name: str) -> None:
    assert refused(alerting={"receivers": {name: CHAT}}) == [
        f"alerting.receivers.{name}: is a name that homeport uses itself; choose another"
    ]


def test_a_channel_that_is_not_slacks() -> None:
    hook = {"kind": "webhook", "secret": "hook_url", "channel": "#alerts"}
    assert refused(alerting={"receivers": {"hook": hook}}) == [
        'alerting.receivers.hook.channel = "#alerts": is for kind: slack, and this is webhook; remove it'
    ]


def test_a_host_that_nothing_serves() -> None:
    assert refused(grafana={"host": "grafana.stage.acme.example", "exposed": False}) == [
        (
            'grafana.host = "grafana.stage.acme.example": is what the gateway serves, and exposed: false says that it'
            " does not; remove one of the two"
        )
    ]


@pytest.mark.parametrize("field", ["critical", "warning"])
def test_an_empty_list_of_receivers_is_not_a_way_to_tell_nobody(field: str) -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        AlertingArgs.model_validate({"receivers": {"chat": CHAT}, field: []})


def test_secrets_that_nobody_has_set_are_named_with_their_commands() -> None:
    alerting = {"receivers": {"chat": CHAT}, "heartbeat": {"secret": "alertmanager_heartbeat_url"}}
    section = KubePrometheusStackArgs.model_validate({"alerting": alerting})
    with pytest.raises(SettingsError) as found:
        graph.plan({NAME: section}, sample_site(secrets={}), [KubePrometheusStack(), *BESIDE])
    assert [problem.text() for problem in found.value.problems] == [
        f'addons.kube-prometheus-stack: needs the secret "{name}" of the stack, which is not set; pulumi config set'
        f" --secret --path 'homeport:secrets.{name}'"
        for name in ("alertmanager_slack_url", "alertmanager_heartbeat_url")
    ]


def test_alerts_that_reach_nobody_are_said_aloud() -> None:
    assert said() == [
        (
            "addons.kube-prometheus-stack: nobody is told of alerts, Alertmanager only keeps them; name a receiver, for"
            " example alerting: {receivers: {chat: {kind: slack, secret: alertmanager_slack_url}}}, and set its secret:"
            " pulumi config set --secret --path 'homeport:secrets.alertmanager_slack_url'"
        )
    ]


def test_a_monitoring_that_nobody_watches_is_said_aloud() -> None:
    assert said(alerting={"receivers": {"chat": CHAT}}) == [
        (
            "addons.kube-prometheus-stack: nobody notices when the monitoring itself is down; name a service that"
            " raises the alarm when it hears nothing, for example alerting: {heartbeat:"
            " {secret: alertmanager_heartbeat_url}}"
        )
    ]
    assert said(alerting={"receivers": {"chat": CHAT}, "heartbeat": {"secret": "beat"}}) == []


def test_a_receiver_that_no_alert_goes_to_is_said_aloud() -> None:
    alerting = {
        "receivers": {"chat": CHAT, "old": CHAT},
        "critical": ["chat"],
        "warning": ["chat"],
        "heartbeat": {"secret": "beat"},
    }
    assert said(alerting=alerting) == [
        "addons.kube-prometheus-stack: no alert goes to old: neither critical nor warning names it"
    ]


def test_a_host_without_a_gateway_is_said_aloud() -> None:
    alerting = {"receivers": {"chat": CHAT}, "heartbeat": {"secret": "beat"}}
    assert said(alerting=alerting, grafana={"host": "metrics.stage.acme.example"}) == [
        (
            "addons.kube-prometheus-stack: no gateway serves metrics.stage.acme.example: Grafana is reached by kubectl"
            " port-forward alone"
        )
    ]
