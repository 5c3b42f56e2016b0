"""external-dns: whose records it keeps, in which zone, with which rights."""

from __future__ import annotations

import re
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.addons import graph
from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.external_dns import ExternalDns, ExternalDnsArgs
from homeport.addons.external_dns_values import owner_id
from homeport.addons.gateway_api_crds import GatewayApiCrds
from homeport.addons.graph import AddonPlan
from homeport.addons.items import Chart, Object, Ref
from homeport.addons.prometheus_operator_crds import PrometheusOperatorCrds
from homeport.addons.site import DnsZone, Site
from homeport.identity.permissions import DnsEditor, RoleAssumer
from homeport.identity.refs import RoleRef, ServiceAccount
from homeport.problems import SettingsError
from tests.addons.places import recorded, site

BESIDE: tuple[Addon[Any], ...] = (GatewayApiCrds(), PrometheusOperatorCrds())


def planned(at: Site | None = None, without: frozenset[str] = frozenset(), **args: Any) -> AddonPlan:
    sections: dict[str, AddonArgs] = {"external-dns": ExternalDnsArgs(**args)}
    sections |= {addon.name: addon.args(enabled=False) for addon in BESIDE if addon.name in without}
    return graph.plan(sections, at or site("aws"), (ExternalDns(), *BESIDE))


def item(plan: AddonPlan, key: str) -> Any:
    [found] = [step.item for step in plan.steps if step.key == f"external-dns/{key}"]
    return found


def values(plan: AddonPlan) -> dict[str, Any]:
    found = item(plan, "release")
    assert isinstance(found, Chart)
    return dict(found.values)


def lent(cloud: Any, role: RoleRef | None = None, domain: str = "") -> Site:
    """A site whose zone is kept by another identity, or reaches further than the stack's domain."""
    own = site(cloud).dns
    assert own is not None
    return site(cloud, dns=DnsZone(own.ref, own.cloud, domain or own.domain, role))


class TestZone:
    def test_on_aws_it_keeps_the_stacks_domain_in_the_one_hosted_zone(self) -> None:
        found = values(planned())
        assert found["provider"] == {"name": "aws"}
        assert found["domainFilters"] == ["stage.acme.example"]
        assert found["extraArgs"]["zone-id-filter"] == "Z0123456789ABCDEFGHIJ"
        assert found["env"] == [{"name": "AWS_DEFAULT_REGION", "value": "eu-central-1"}]
        assert "aws-zone-match-parent" not in found["extraArgs"]

    def test_on_google_cloud_in_the_zone_of_its_own_project(self) -> None:
        found = values(planned(site("gcp")))
        assert found["provider"] == {"name": "google"}
        assert found["domainFilters"] == ["stage.acme.example"]
        assert found["extraArgs"]["google-project"] == "acme-dns"
        assert found["extraArgs"]["zone-id-filter"] == "stage-acme-example"
        assert "env" not in found

    def test_on_aws_a_zone_above_the_domain_is_found_by_its_parents_name(self) -> None:
        found = values(planned(lent("aws", domain="acme.example"), exclude=["old.stage.acme.example"]))
        assert found["domainFilters"] == ["stage.acme.example"]
        assert found["excludeDomains"] == ["old.stage.acme.example"]
        assert found["extraArgs"]["aws-zone-match-parent"] is True

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("acme.example", True),  # the zone's name must pass, or the zone is not seen at all
            ("stage.acme.example", True),
            ("web.stage.acme.example", True),
            ("external-dns-a.web.stage.acme.example", True),
            ("prod.acme.example", False),
            ("otherstage.acme.example", False),
            ("stage.acme.example.org", False),
            ("stageXacme.example", False),
        ],
    )
    def test_on_google_cloud_a_zone_above_the_domain_takes_an_expression(self, name: str, *, kept: bool) -> None:
        found = values(planned(lent("gcp", domain="acme.example")))
        assert found["domainFilters"] == []
        assert bool(re.search(found["extraArgs"]["regex-domain-filter"], name)) is kept

    def test_an_expression_excludes_what_a_list_would(self) -> None:
        found = values(planned(lent("gcp", domain="acme.example"), exclude=["old.stage.acme.example"]))
        excluded = found["extraArgs"]["regex-domain-exclusion"]
        assert re.search(excluded, "web.old.stage.acme.example")
        assert not re.search(excluded, "web.stage.acme.example")
        assert found["excludeDomains"] == []
        assert "\\" not in str(found["extraArgs"])


class TestOwnership:
    def test_records_go_with_what_they_lead_to(self) -> None:
        found = values(planned())
        assert (found["policy"], found["registry"]) == ("sync", "txt")
        assert values(planned(policy="upsert-only"))["policy"] == "upsert-only"

    def test_the_owner_is_one_cluster_in_the_world(self) -> None:
        assert values(planned())["txtOwnerId"] == "stage-stage-eu-central-1-111122223333"
        assert values(planned(site("gcp")))["txtOwnerId"] == "stage-stage-europe-west3-acme-stage"

    @given(
        st.tuples(*[st.sampled_from(["a", "b"]) for _ in range(4)]),
        st.tuples(*[st.sampled_from(["a", "b"]) for _ in range(4)]),
    )
    def test_two_clusters_never_share_one(self, one: tuple[str, ...], other: tuple[str, ...]) -> None:
        def owner(facts: tuple[str, ...]) -> str:
            environment, cluster, region, project = facts
            return owner_id(
                ExternalDnsArgs(),
                site("gcp", environment=environment, cluster=cluster, region=region, project=project),
            )

        assert (owner(one) == owner(other)) is (one == other)

    def test_it_does_not_change_with_what_may_change(self) -> None:
        before = owner_id(ExternalDnsArgs(), site("aws"))
        changed = site("aws", profile="minimal", kubernetes="1.35", zones=("eu-central-1c",), domain="x.acme.example")
        assert owner_id(ExternalDnsArgs(policy="upsert-only"), changed) == before

    def test_a_context_of_a_kubeconfig_becomes_text_that_a_record_can_hold(self) -> None:
        assert owner_id(ExternalDnsArgs(), site("none", cluster="admin@kind, a=b")) == "stage-admin-kind-a-b"

    def test_another_installations_records_are_taken_over_by_its_id(self) -> None:
        assert values(planned(owner_id="old-cluster"))["txtOwnerId"] == "old-cluster"

    def test_the_records_that_say_so_lie_in_the_zone_also_for_the_zones_own_name(self) -> None:
        prefix = values(planned())["txtPrefix"].replace("%{record_type}", "a")
        assert f"{prefix}stage.acme.example".endswith(".stage.acme.example")

    def test_a_wildcard_has_one_too(self) -> None:
        # A * that is not the first label is no wildcard, and Cloud DNS refuses it.
        assert values(planned())["extraArgs"]["txt-wildcard-replacement"] == "wildcard"

    def test_there_is_never_a_second_pod_beside_it(self) -> None:
        assert values(planned())["deploymentStrategy"] == {"type": "Recreate"}

    def test_another_owner_prefix_or_registry_is_said_aloud(self) -> None:
        warnings = planned(values={"txtOwnerId": "x", "txtPrefix": "y", "registry": "noop"}).warnings
        assert sum(name in warning for warning in warnings for name in ("txtOwnerId", "txtPrefix", "registry")) >= 3


class TestRights:
    def test_it_keeps_addresses_and_their_marks_in_the_zone(self) -> None:
        [permission] = item(planned(), "rights").permissions
        assert isinstance(permission, DnsEditor)
        assert permission.record_types == ["A", "AAAA", "CNAME", "TXT"]
        assert permission.list_zones, "it finds its zone by name"
        assert item(planned(), "rights").service_account == values(planned())["serviceAccount"]["name"]

    def test_in_another_account_it_is_told_which_role_to_assume(self) -> None:
        role = RoleRef(label="zone-stage", aws="arn:aws:iam::111122223333:role/zone-stage")
        plan = planned(lent("aws", role))
        assert item(plan, "rights").permissions == [RoleAssumer(role=role)]
        assert values(plan)["extraArgs"]["aws-assume-role"] == "arn:aws:iam::111122223333:role/zone-stage"

    def test_in_another_project_its_service_account_becomes_the_zones(self) -> None:
        account = ServiceAccount(project="acme-dns", email="zone@acme-dns.iam.gserviceaccount.com")
        plan = planned(lent("gcp", RoleRef(label="zone-stage", gcp=account)))
        assert values(plan)["serviceAccount"]["annotations"] == Ref("rights", "service_account_annotations")
        made = recorded("gcp", at=lent("gcp", RoleRef(label="zone-stage", gcp=account)))
        release = made.one(name="support-external-dns-release")
        assert release.inputs["values"]["serviceAccount"] == {
            "name": "external-dns",
            "annotations": {"iam.gke.io/gcp-service-account": "zone@acme-dns.iam.gserviceaccount.com"},
        }

    def test_its_pod_starts_after_its_rights_and_they_go_after_it(self) -> None:
        found = {edge.on: edge.kind for edge in planned().edges if edge.of == "external-dns/release"}
        assert found == {
            "cluster/api": "create",
            "cluster/nodes": "create",
            "namespaces/external-dns": "both",
            "external-dns/rights": "both",
            "gateway-api-crds/release": "create",
            "prometheus-operator-crds/release": "create",
        }


class TestSources:
    def test_routes_are_a_source_only_where_they_are_a_kind(self) -> None:
        assert values(planned())["sources"] == ["service", "ingress", "gateway-httproute"]
        without = planned(without=frozenset({"gateway-api-crds"}))
        assert values(without)["sources"] == ["service", "ingress"]
        assert not [edge for edge in without.edges if "gateway-api" in edge.on]
        managed = planned(site("gcp", provides=frozenset({"gateway-api-crds"})))
        assert "gateway-httproute" in values(managed)["sources"]

    def test_its_own_kind_is_none_and_so_not_defined(self) -> None:
        release = item(planned(), "release")
        assert release.skip_crds
        assert "crd" not in values(planned())["sources"]

    def test_it_acts_at_once_so_that_records_go_before_it_does(self) -> None:
        assert values(planned())["triggerLoopOnEvent"] is True


class TestPod:
    def test_it_is_small_restricted_and_closed(self) -> None:
        found = values(planned())
        assert found["securityContext"]["readOnlyRootFilesystem"] is True
        assert found["securityContext"]["runAsUser"] > 10000
        for kind in ("requests", "limits"):
            assert set(found["resources"][kind]) == {"cpu", "memory", "ephemeral-storage"}
        policy = item(planned(), "policy")
        assert isinstance(policy, Object)
        assert policy.manifest.body["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert policy.manifest.body["spec"]["ingress"] == [{"ports": [{"protocol": "TCP", "port": 7979}]}]

    def test_somebody_hears_when_records_are_no_longer_kept(self) -> None:
        [group] = item(planned(), "alerts").manifest.body["spec"]["groups"]
        rules = {rule["alert"]: rule["expr"] for rule in group["rules"]}
        assert "external_dns_controller_last_sync_timestamp_seconds" in rules["DnsRecordsNotKept"]
        assert "external_dns_registry_errors_total" in rules["DnsErrors"]
        assert "owner_mismatch" in rules["DnsRecordOfSomebodyElse"]
        without = planned(without=frozenset({"prometheus-operator-crds"}))
        assert not [step for step in without.steps if step.key == "external-dns/alerts"]
        assert values(without)["serviceMonitor"] == {"enabled": False}


class TestProblems:
    def refused(self, at: Site, **args: Any) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            planned(at, **args)
        return [problem.text() for problem in caught.value.problems]

    def test_without_a_zone(self) -> None:
        [text] = self.refused(site("gcp", dns=None))
        assert text == (
            "addons.external-dns: external-dns keeps records in a DNS zone, and this stack has none; name the stack of"
            " the global layer, whose zones hold the domain: homeport:global: global; or switch it off: external-dns:"
            " {enabled: false}"
        )

    def test_with_a_zone_on_another_cloud(self) -> None:
        [text] = self.refused(site("gcp", dns=site("aws").dns))
        assert "the zone stage.acme.example is on AWS, and a cluster on Google Cloud has no identity there" in text

    def test_an_exclusion_outside_of_the_domain(self) -> None:
        [text] = self.refused(site("aws"), exclude=["stage.acme.example"])
        assert text == (
            'addons.external-dns.exclude[0] = "stage.acme.example": must lie below the stack\'s domain,'
            " stage.acme.example: it keeps no other; write a domain below it, for example legacy.stage.acme.example, or"
            " remove it"
        )

    def test_it_is_left_out_where_no_cloud_keeps_a_zone(self) -> None:
        assert planned(site("none")).left_out["external-dns"].startswith("serves aws and gcp")

    @pytest.mark.parametrize("owner", ["", "a,b", "a=b", '"a"', " a", "-a", "a" * 129])
    def test_an_owner_that_a_record_cannot_hold(self, owner: str) -> None:
        with pytest.raises(pydantic.ValidationError, match="part of a TXT record"):
            ExternalDnsArgs(owner_id=owner)
