"""What each intent becomes on each cloud."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from homeport.identity.aws_documents import document
from homeport.identity.aws_scope import AwsScope, partition_of
from homeport.identity.permissions import (
    AutoscalingAdmin,
    BucketReader,
    BucketWriter,
    DnsEditor,
    LoadBalancerAdmin,
    Permission,
    SecretReader,
    SnapshotAdmin,
    VolumeAdmin,
)
from homeport.identity.reference import AWS, EXAMPLES, GCP, KEY, ROLE, ZONE
from homeport.identity.refs import BucketRef, CloudDnsZone, Route53Zone, SecretRef, ZoneRef
from homeport.identity.render_aws import render, statements
from homeport.identity.render_gcp import Grant, grants, native
from homeport.problems import SettingsError
from tests.identity.pinned_documents import FOLDER, rendered

INTENTS = {kind.__name__ for kind in get_args(get_args(Permission)[0])}


def by_sid(permission: Permission, scope: AwsScope = AWS) -> dict[str, dict[str, Any]]:
    return {statement.sid: statement.as_json() for statement in render(permission, scope)}


def keyed(*permissions: Permission) -> dict[str, Grant]:
    return {grant.key: grant for grant in grants(permissions, GCP)}


def test_every_intent_has_an_example() -> None:
    assert {type(example).__name__ for example in EXAMPLES} == INTENTS
    assert {path.stem for path in FOLDER.iterdir()} == {example.kind for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.kind)
def test_documents_are_as_pinned(example: Permission) -> None:
    pinned = (FOLDER / f"{example.kind}.json").read_text()
    assert rendered(example) == pinned, "if meant so: PYTHONPATH=components python -m tests.identity.pinned_documents"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.kind)
def test_an_intent_is_either_granted_or_native_on_google_cloud(example: Permission) -> None:
    reason = native(example)
    assert bool(grants([example], GCP)) == (reason is None)
    assert reason is None or "https://cloud.google.com/" in reason


def test_records_are_edited_in_the_named_zones_alone() -> None:
    other = ZoneRef(name="other.example", aws=Route53Zone(zone_id="ZOTHER"))
    document = by_sid(DnsEditor(zones=[ZONE, other]))
    zones = ["arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ", "arn:aws:route53:::hostedzone/ZOTHER"]
    assert document["EditRecords"]["Resource"] == zones
    assert "Condition" not in document["EditRecords"]


def test_record_types_narrow_what_is_edited_and_not_what_is_read() -> None:
    document = by_sid(DnsEditor(zones=[ZONE], record_types=["TXT", "A"]))
    key = "route53:ChangeResourceRecordSetsRecordTypes"
    assert document["EditRecords"]["Condition"] == {
        "ForAllValues:StringEquals": {key: ["A", "TXT"]},
        # Without this, a request that does not say what it changes would pass.
        "Null": {key: "false"},
    }
    assert "Condition" not in document["ReadRecords"]


def test_a_workload_that_knows_its_zone_lists_none() -> None:
    permission = DnsEditor(zones=[ZONE], list_zones=False)
    assert "FindZones" not in by_sid(permission)
    assert list(keyed(permission)) == ["dns-editor-stage.acme.example"]


def test_zones_of_one_project_share_one_right_to_list() -> None:
    second = ZoneRef(name="two.example", gcp=CloudDnsZone(project="acme-global", name="two"))
    third = ZoneRef(name="three.example", gcp=CloudDnsZone(project="acme-other", name="three"))
    found = keyed(DnsEditor(zones=[ZONE, second]), DnsEditor(zones=[third, second]))
    assert [key for key, grant in found.items() if grant.kind == "project"] == [
        "dns-reader-acme-global",
        "dns-reader-acme-other",
    ]


def test_a_custom_role_replaces_the_one_that_may_delete_zones() -> None:
    role = "projects/acme-global/roles/dnsRecords"
    assert keyed(DnsEditor(zones=[ZONE], gcp_role=role))["dns-editor-stage.acme.example"].role == role


def test_a_reader_never_writes() -> None:
    actions = {action for s in render(BucketReader(bucket=BucketRef(name="acme-models")), AWS) for action in s.actions}
    assert actions == {"s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"}


def test_a_prefix_narrows_reading_writing_and_listing() -> None:
    permission = BucketWriter(bucket=BucketRef(name="acme-logs"), prefix="loki/")
    document = by_sid(permission)
    assert document["ListObjects"]["Condition"] == {"StringLike": {"s3:prefix": "loki/*"}}
    assert document["ReadObjects"]["Resource"] == ["arn:aws:s3:::acme-logs/loki/*"]
    assert document["WriteObjects"]["Resource"] == ["arn:aws:s3:::acme-logs/loki/*"]
    condition = keyed(permission)["bucket-writer-acme-logs/loki/"].condition
    assert condition is not None
    assert condition.expression == (
        'resource.name.startsWith("projects/_/buckets/acme-logs/objects/loki/") || '
        'api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("loki/")'
    )


def test_a_secret_is_named_to_the_last_character_but_the_suffix_of_aws() -> None:
    document = by_sid(SecretReader(secrets=[SecretRef(name="grafana-admin")]))
    arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:grafana-admin-??????"
    assert document["ReadSecrets"]["Resource"] == [arn]


def test_secrets_lie_in_the_project_of_the_cluster_unless_said_otherwise() -> None:
    found = keyed(
        SecretReader(secrets=[SecretRef(name="a")]),
        SecretReader(secrets=[SecretRef(name="b")], gcp_project="acme-global"),
    )
    assert found["secret-reader-a"].target == {"project": "acme-stage", "secret_id": "a"}
    assert found["secret-reader-b"].target == {"project": "acme-global", "secret_id": "b"}


def test_a_cluster_touches_its_own_disks_alone() -> None:
    for permission in (VolumeAdmin(), SnapshotAdmin()):
        for statement in render(permission, AWS):
            if statement.resources != ("*",) and not statement.sid.startswith("TagNew"):
                assert "stage-eks" in json.dumps(statement.as_json()["Condition"]), statement.sid


def test_the_driver_cannot_change_the_tags_that_decide_about_disks() -> None:
    condition = by_sid(VolumeAdmin())["TagVolumes"]["Condition"]
    assert "ebs.csi.aws.com/cluster-name" in condition["ForAllValues:StringNotEquals"]["aws:TagKeys"]
    assert condition["Null"] == {"aws:TagKeys": "false"}


def test_snapshots_are_named_without_an_account() -> None:
    # An ARN with the account matches no snapshot, so that nothing could be restored.
    assert by_sid(SnapshotAdmin())["DeleteSnapshots"]["Resource"] == ["arn:aws:ec2:eu-central-1::snapshot/*"]


def test_keys_of_disks_are_used_through_ec2_alone() -> None:
    document = by_sid(VolumeAdmin(keys=[KEY]))
    for sid in ("UseKeysOfVolumes", "LendKeysToEc2"):
        assert document[sid]["Resource"] == [KEY.aws]
        via = document[sid]["Condition"]["StringEquals"]["kms:ViaService"]
        assert via == "ec2.eu-central-1.amazonaws.com"
    assert document["LendKeysToEc2"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_the_load_balancer_controller_is_bound_to_its_cluster_and_vpc() -> None:
    document = by_sid(LoadBalancerAdmin(vpc="vpc-1", cluster="other"))
    tag = "elbv2.k8s.aws/cluster"
    for sid in ("DeleteSecurityGroups", "KeepLoadBalancers", "KeepTargetGroups"):
        assert document[sid]["Condition"] == {"StringEquals": {f"aws:ResourceTag/{tag}": "other"}}
    for sid in ("MakeSecurityGroups", "MakeLoadBalancers", "MakeTargetGroups"):
        assert document[sid]["Condition"] == {"StringEquals": {f"aws:RequestTag/{tag}": "other"}}
    opened = document["OpenSecurityGroups"]["Condition"]
    assert opened == {"ArnEquals": {"ec2:Vpc": "arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-1"}}
    # It may tag what is its own, but not with the tag that makes something its own.
    assert document["TagLoadBalancers"]["Condition"]["Null"] == {f"aws:RequestTag/{tag}": "true"}


def test_web_firewall_shield_and_cognito_are_asked_for_one_by_one() -> None:
    base = set(by_sid(LoadBalancerAdmin(vpc="vpc-1")))
    added = {
        name: set(by_sid(LoadBalancerAdmin.model_validate({"vpc": "vpc-1", name: True}))) - base
        for name in ("waf", "shield", "cognito")
    }
    assert added == {
        "waf": {"AttachWebAcls", "AttachWebAclsToBalancers"},
        "shield": {"StartShield", "KeepShield"},
        "cognito": {"ReadUserPools"},
    }


def test_the_autoscaler_resizes_its_own_groups_alone() -> None:
    resize = by_sid(AutoscalingAdmin())["ResizeGroups"]
    assert resize["Condition"] == {"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/stage-eks": "owned"}}


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-central-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
    ],
)
def test_documents_name_the_partition_of_their_region(region: str, partition: str, suffix: str) -> None:
    scope = AwsScope("111122223333", region, "stage-eks")
    text = document(statements(EXAMPLES, scope)).replace(str(KEY.aws), "").replace(str(ROLE.aws), "")
    assert partition_of(region) == partition
    assert f"arn:{partition}:s3:::acme-models" in text
    assert f"ec2.{region}.{suffix}" in text
    if partition != "aws":
        assert "arn:aws:" not in text


def test_two_different_things_of_one_name_are_an_error() -> None:
    first = ZoneRef(name="acme.example", gcp=CloudDnsZone(project="acme-global", name="one"))
    second = ZoneRef(name="acme.example", gcp=CloudDnsZone(project="acme-global", name="two"))
    with pytest.raises(SettingsError) as error:
        grants([DnsEditor(zones=[first]), DnsEditor(zones=[second])], GCP)
    assert [problem.text() for problem in error.value.problems] == [
        (
            'permissions[1]: a different zone is called "dns-editor-acme.example" in this list already; '
            "give one of the two another label"
        )
    ]


def test_one_right_under_two_names_is_an_error() -> None:
    # The cloud keeps one of the two: removing either from the program would take it from both.
    twice = [SecretReader(secrets=[SecretRef(name="a")]), SecretReader(secrets=[SecretRef(name="a", label="b")])]
    with pytest.raises(SettingsError) as error:
        grants(twice, GCP)
    assert [problem.text() for problem in error.value.problems] == [
        (
            'permissions[1]: is the same right as "secret-reader-a" under another label; '
            "remove one of the two, or give both the same label"
        )
    ]
