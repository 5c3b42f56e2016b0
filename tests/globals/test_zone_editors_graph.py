"""Identities that keep zones' records: one for each zone, with no other right, for the named accounts and projects."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from homeport.globals.args import GlobalSections
from homeport.globals.dns import DnsZones
from homeport.globals.zone_editors import Lenders, ZoneEditors
from homeport.identity.wildcards import violations
from homeport.model import DEFER_CHECKS, walk_checks
from homeport.plan import Graph

GraphOf = Callable[[Callable[[pulumi.ResourceOptions], Any]], Graph]
ACCOUNT = "111122223333"
SECTIONS: dict[str, Any] = {
    "dns": {
        "zones": {
            "acme": {"cloud": "gcp", "domain": "acme.example", "editors": []},
            "stage": {"cloud": "gcp", "domain": "stage.acme.example", "parent": "acme", "editors": ["stage"]},
            "eks": {"cloud": "aws", "domain": "eks.acme.example", "parent": "acme"},
            "dev-eks": {"cloud": "aws", "domain": "dev.eks.acme.example", "parent": "eks", "editors": ["dev"]},
        }
    },
    "gcp": {
        "project": "acme-global",
        "region": "europe-west3",
        "projects": {"stage": "acme-stage", "prod": "acme-prod"},
    },
    "aws": {
        "account": ACCOUNT,
        "region": "eu-central-1",
        "accounts": {"stage": {"id": "222233334444"}, "dev": {"id": "444455556666"}},
    },
}


def sections(**zones: dict[str, Any]) -> GlobalSections:
    changed = {name: {**SECTIONS["dns"]["zones"].get(name, {}), **fields} for name, fields in zones.items()}
    found = {**SECTIONS, "dns": {"zones": {**SECTIONS["dns"]["zones"], **changed}}}
    return GlobalSections.model_validate(found, context=dict(DEFER_CHECKS))


def editors(graph_of: GraphOf, lenders: Lenders | None = None) -> Graph:
    args = sections()

    def build(opts: pulumi.ResourceOptions) -> None:
        zones = DnsZones("dns", args.dns, account=ACCOUNT, opts=opts)
        made = ZoneEditors(
            "editor",
            zones.zones,
            owners={name: args.zone_owners(name) for name in args.dns.zones},
            account=ACCOUNT,
            region="eu-central-1",
            project="acme-global",
            lenders={"stage": lenders} if lenders else None,
            opts=opts,
        )
        pulumi.export("found", {name: one.model_dump(exclude_none=True) for name, one in made.identities.items()})

    return graph_of(build)


def inside(graph: Graph) -> list[str]:
    component = graph.one(type="homeport:globals:ZoneEditors")
    return sorted(resource.name for resource in graph.descendants(component.urn))


def test_each_zone_that_somebody_keeps_has_one_identity(graph_of: GraphOf) -> None:
    graph = editors(graph_of)
    assert graph.outputs["found"] == {
        "stage": {
            "identity": "zone-stage@acme-global.iam.gserviceaccount.com",
            "project": "acme-global",
            "owners": ["acme-stage"],
        },
        "eks": {
            "identity": f"arn:aws:iam::{ACCOUNT}:role/homeport/zones/zone-eks",
            "owners": ["222233334444", "444455556666"],
        },
        "dev-eks": {
            "identity": f"arn:aws:iam::{ACCOUNT}:role/homeport/zones/zone-dev-eks",
            "owners": ["444455556666"],
        },
    }
    assert not [name for name in inside(graph) if "acme" in name]


def test_a_role_is_what_is_published(graph_of: GraphOf) -> None:
    graph = editors(graph_of)
    role = graph.one(name="editor-dev-eks").inputs
    made = f"arn:aws:iam::{ACCOUNT}:role{role['path']}{role['name']}"
    assert made == graph.outputs["found"]["dev-eks"]["identity"]
    account = graph.one(name="editor-stage").inputs
    assert (
        f"{account['accountId']}@{account['project']}.iam.gserviceaccount.com"
        == (graph.outputs["found"]["stage"]["identity"])
    )


def test_a_role_trusts_workloads_of_the_named_accounts_and_nobody_else(graph_of: GraphOf) -> None:
    (statement,) = json.loads(editors(graph_of).one(name="editor-dev-eks").inputs["assumeRolePolicy"])["Statement"]
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Principal"] == {"AWS": ["arn:aws:iam::444455556666:root"]}
    assert statement["Condition"] == {
        "ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::444455556666:role/homeport-workloads/*"]}
    }


def test_a_role_keeps_the_records_of_its_one_zone(graph_of: GraphOf) -> None:
    graph = editors(graph_of)
    document = json.loads(graph.one(name="editor-dev-eks-records").inputs["policy"])
    edits = [item for item in document["Statement"] if "route53:ChangeResourceRecordSets" in item["Action"]]
    assert [item["Resource"] for item in edits] == [["arn:aws:route53:::hostedzone/${dns-dev-eks.zoneId}"]]
    for name in ("editor-eks", "editor-dev-eks"):
        assert violations(graph.one(name=f"{name}-records").inputs["policy"]) == []
        assert violations(graph.one(name=name).inputs["assumeRolePolicy"]) == []


def test_a_service_account_keeps_records_and_cannot_delete_the_zone(graph_of: GraphOf) -> None:
    graph = editors(graph_of)
    grant = graph.one(name="editor-stage-records").inputs
    assert grant["managedZone"] == "stage-acme-example"
    assert grant["role"] == "${editor-records.name}"
    permissions = graph.one(name="editor-records").inputs["permissions"]
    assert "dns.resourceRecordSets.create" in permissions
    assert not [one for one in permissions if one.startswith("dns.managedZones.") and not one.endswith(".get")]
    reader = graph.one(name="editor-stage-reader").inputs
    assert (reader["project"], reader["role"]) == ("acme-global", "roles/dns.reader")


def test_whoever_deploys_clusters_lends_the_account_and_can_do_nothing_else_to_it(graph_of: GraphOf) -> None:
    graph = editors(graph_of, Lenders(deploy={"ci": "serviceAccount:d@x"}, preview={"ci": "serviceAccount:p@x"}))
    lender = graph.one(name="editor-stage-lender-ci").inputs
    assert (lender["serviceAccountId"], lender["role"]) == ("${editor-stage.name}", "${editor-lending.name}")
    assert graph.one(name="editor-lending").inputs["permissions"] == [
        "iam.serviceAccounts.get",
        "iam.serviceAccounts.getIamPolicy",
        "iam.serviceAccounts.setIamPolicy",
    ]
    assert graph.one(name="editor-stage-viewer-ci").inputs["role"] == "roles/iam.serviceAccountViewer"


def test_everything_has_a_provider_and_a_parent(graph_of: GraphOf) -> None:
    graph = editors(graph_of, Lenders(deploy={"ci": "serviceAccount:d@x"}))
    component = graph.one(type="homeport:globals:ZoneEditors")
    children = list(graph.descendants(component.urn))
    assert len(children) == 10
    assert all(child.provider and child.name.startswith("editor-") for child in children)
    assert graph.warnings == []


def problems(**zones: dict[str, Any]) -> list[str]:
    return [problem.text() for problem in walk_checks(sections(**zones))]


def test_shipped_kind_of_settings_has_no_problem() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("zones", "text"),
    [
        (
            {"stage": {"editors": ["stag"]}},
            'dns.zones.stage.editors[0] = "stag": there is no project of this name; there are prod, stage; write stage',
        ),
        (
            {"dev-eks": {"editors": ["qa"]}},
            (
                'dns.zones.dev-eks.editors[0] = "qa": there is no account of this name; there are dev, stage;'
                " add it to aws.accounts"
            ),
        ),
        (
            {"stage": {"editors": ["stage", "stage"]}},
            'dns.zones.stage.editors[1] = "stage": stands in the list twice; remove one of them',
        ),
    ],
)
def test_editors_are_known_and_named_once(zones: dict[str, Any], text: str) -> None:
    assert problems(**zones) == [text]


def test_a_zone_whose_identity_cannot_be_named_says_what_to_do() -> None:
    long = "a" * 26
    other: dict[str, Any] = {"cloud": "gcp", "domain": "other.example"}
    (text,) = problems(**{long: other})
    assert text.startswith(f"dns.zones.{long}: ")
    assert "31 characters" in text
    assert text.endswith("rename the zone, or let no workload of a cluster keep its records: editors: []")
    assert problems(**{long: {**other, "editors": list[str]()}}) == []
