"""The simulated AWS by itself: what it refuses, what it replaces, what it knows. Needs no engine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.simcloud.aws import Aws, AwsHooks
from tests.engine.simcloud.cloud import Cloud, CloudError, Live
from tests.engine.simcloud.difference import as_read
from tests.engine.simcloud.random_values import RandomValues
from tests.engine.simcloud.refusals import check_delete, check_new
from tests.engine.simcloud.replacements import read_whole, replaces
from tests.engine.simcloud.sdk_schema import type_schema
from tests.engine.simcloud.values import Secret

VPC, SUBNET, GATEWAY = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/internetGateway:InternetGateway"
NAT, GROUP = "aws:ec2/natGateway:NatGateway", "aws:ec2/securityGroup:SecurityGroup"
CLUSTER, NODE_GROUP, ADDON = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:eks/addon:Addon"
TEMPLATE, ROLE = "aws:ec2/launchTemplate:LaunchTemplate", "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ENTRY_POLICY = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ENDPOINT, ZONE = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:route53/zone:Zone"
CONFIG: dict[str, Any] = {
    "region": "eu-central-1",
    "allowedAccountIds": ["222233334444"],
    "defaultTags": {"tags": {"owner": "platform"}},
}
VPC_ID, SUBNET_ID = "vpc-0123456789abcdef0", "subnet-0123456789abcdef0"


def live(type_: str, id_: str, **properties: Any) -> Live:
    return Live(type_, id_, f"urn:pulumi:s::p::{type_}::{id_}", properties)


def cloud_with(*resources: Live) -> Cloud:
    cloud = Cloud()
    for resource in resources:
        cloud.add(resource)
    return cloud


def simulated(cloud: Cloud | None = None, addons: list[str] | None = None) -> Aws:
    made = addons if addons is not None else []
    return Aws(cloud or Cloud(), AwsHooks(lambda _: ("https://127.0.0.1:6443", "Q0E="), made.append))


@pytest.mark.parametrize(
    ("token", "path", "replaced"),
    [
        (CLUSTER, "version", False),
        (CLUSTER, "vpcConfig.publicAccessCidrs[0]", False),
        (CLUSTER, "vpcConfig.subnetIds[2]", False),
        (CLUSTER, "roleArn", True),
        (CLUSTER, "kubernetesNetworkConfig.serviceIpv4Cidr", True),
        (CLUSTER, "accessConfig.bootstrapClusterCreatorAdminPermissions", True),
        (CLUSTER, "accessConfig.authenticationMode", False),
        (NODE_GROUP, "instanceTypes[1]", True),
        (NODE_GROUP, "capacityType", True),
        (CLUSTER, "encryptionConfig", True),
        (CLUSTER, "encryptionConfig.provider.keyArn", False),
        (NODE_GROUP, "launchTemplate.version", False),
        (NODE_GROUP, "launchTemplate.id", True),
        (NODE_GROUP, "scalingConfig.maxSize", False),
        (NODE_GROUP, "labels.team", False),
        (ENTRY_POLICY, "accessScope.namespaces[0]", True),
        ("aws:s3/bucketVersioning:BucketVersioning", "versioningConfiguration.status", False),
        ("aws:s3/bucketVersioning:BucketVersioning", "bucket", True),
        (VPC, "tags.owner", False),
        (VPC, "region", True),
    ],
)
def test_which_change_replaces_on_aws(token: str, path: str, replaced: bool) -> None:
    assert replaces(token, path, {}, {}) is replaced


def test_inputs_are_known_where_the_sdk_calls_them_otherwise() -> None:
    schema = type_schema("aws:s3/bucketVersioning:BucketVersioning")
    assert schema is not None
    assert {"bucket", "versioningConfiguration"} <= schema.inputs.keys()


@pytest.mark.parametrize(
    ("held", "holder", "says"),
    [
        (live(VPC, VPC_ID), live(SUBNET, SUBNET_ID, vpcId=VPC_ID), "has dependencies and cannot be deleted"),
        (live(SUBNET, SUBNET_ID), live(NODE_GROUP, "g", subnetIds=[SUBNET_ID]), "has dependencies"),
        (live(SUBNET, SUBNET_ID), live(CLUSTER, "c", vpcConfig={"subnetIds": [SUBNET_ID]}), "has dependencies"),
        (
            live(GROUP, "sg-1"),
            live("aws:ec2/vpcEndpoint:VpcEndpoint", "e", securityGroupIds=["sg-1"]),
            "dependent object",
        ),
        (
            live(ROLE, "r"),
            live("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "r/p", role="r"),
            "must detach all",
        ),
        (live(CLUSTER, "c"), live(NODE_GROUP, "c:g", clusterName="c"), "has nodegroups attached"),
        (
            live("aws:route53/zone:Zone", "Z1"),
            live("aws:route53/record:Record", "x", zoneId="Z1"),
            "HostedZoneNotEmpty",
        ),
    ],
)
def test_what_is_in_use_cannot_go(held: Live, holder: Live, says: str) -> None:
    cloud = cloud_with(held, holder)
    with pytest.raises(CloudError, match=says):
        check_delete(cloud, held, {})
    cloud.remove(holder)
    check_delete(cloud, held, {})


def test_a_gateway_stays_while_its_network_has_public_addresses() -> None:
    gateway, nat = live(GATEWAY, "igw-1", vpcId=VPC_ID), live(NAT, "nat-1", subnetId=SUBNET_ID)
    cloud = cloud_with(gateway, nat, live(SUBNET, SUBNET_ID, vpcId=VPC_ID))
    with pytest.raises(CloudError, match="mapped public address"):
        check_delete(cloud, gateway, {})
    cloud.remove(nat)
    check_delete(cloud, gateway, {})


def test_deletion_protection_of_eks_is_judged_by_the_cluster_itself() -> None:
    cluster = live(CLUSTER, "c", deletionProtection=True)
    with pytest.raises(CloudError, match="deletion protection"):
        check_delete(cloud_with(cluster), cluster, {"deletionProtection": False})


@pytest.mark.parametrize(
    ("before", "after", "refused"), [("1.34", "1.35", False), ("1.33", "1.35", True), ("1.35", "1.34", True)]
)
def test_kubernetes_goes_up_one_minor_version_at_a_time(before: str, after: str, refused: bool) -> None:
    def change() -> None:
        check_new(Cloud(), CLUSTER, {"name": "c", "version": after}, urn="u", old={"version": before})

    if refused:
        with pytest.raises(CloudError, match=f"from {before} to {after}"):
            change()
    else:
        change()


def test_a_group_cannot_want_fewer_nodes_than_its_minimum() -> None:
    sizes = {"minSize": 3, "desiredSize": 2, "maxSize": 5}
    with pytest.raises(CloudError, match="Minimum capacity can't be greater than desired size"):
        check_new(Cloud(), NODE_GROUP, {"scalingConfig": sizes}, urn="u", old={})


@pytest.mark.parametrize(
    ("cidr", "says"), [("10.9.0.0/24", "InvalidSubnet.Range"), ("10.0.0.128/25", "InvalidSubnet.Conflict")]
)
def test_subnets_lie_in_their_network_and_apart(cidr: str, says: str) -> None:
    cloud = cloud_with(
        live(VPC, VPC_ID, cidrBlock="10.0.0.0/16"), live(SUBNET, "s", vpcId=VPC_ID, cidrBlock="10.0.0.0/24")
    )
    with pytest.raises(CloudError, match=says):
        check_new(cloud, SUBNET, {"vpcId": VPC_ID, "cidrBlock": cidr}, urn="u")


def test_what_an_input_names_must_be_there() -> None:
    with pytest.raises(CloudError, match=r"no live aws:eks/cluster:Cluster"):
        check_new(Cloud(), ADDON, {"clusterName": "c"}, urn="u")
    with pytest.raises(CloudError, match=f"InvalidSubnetID.NotFound: The ID '{SUBNET_ID}'"):
        check_new(Cloud(), NAT, {"subnetId": SUBNET_ID}, urn="u")


def test_the_trail_needs_the_policy_of_its_bucket_first() -> None:
    with pytest.raises(CloudError, match="bucketPolicy"):
        check_new(
            cloud_with(live("aws:s3/bucket:Bucket", "b")), "aws:cloudtrail/trail:Trail", {"s3BucketName": "b"}, urn="u"
        )


def test_an_entrys_policy_is_overwritten_and_goes_with_whoever_deletes_it() -> None:
    cloud = cloud_with(live(ENTRY_POLICY, "c#p#a", accessScope={"type": "cluster"}))
    cloud.add(live(ENTRY_POLICY, "c#p#a", accessScope={"type": "namespace"}))
    assert len(cloud.live) == 1


def test_a_template_gets_a_new_version_with_every_change() -> None:
    aws = simulated()
    id_, made = aws.create(TEMPLATE, "t", {"name": "t"}, CONFIG)
    changed = aws.update(TEMPLATE, id_, {"name": "t", "userData": "x"}, made, CONFIG)
    assert (made["latestVersion"], changed["latestVersion"]) == (1, 2)
    assert "latestVersion" in aws.changing(TEMPLATE)


def test_a_cluster_keeps_its_endpoint_and_issuer_over_updates() -> None:
    aws = simulated()
    inputs = {"name": "c", "version": "1.34", "vpcConfig": {"publicAccessCidrs": ["203.0.113.0/24"]}}
    id_, made = aws.create(CLUSTER, "c", inputs, CONFIG)
    changed = aws.update(CLUSTER, id_, {"name": "c", "version": "1.35", "vpcConfig": {}}, made, CONFIG)
    for key in ("arn", "endpoint", "identities", "certificateAuthority"):
        assert changed[key] == made[key]
    assert changed["version"] == "1.35"
    assert "publicAccessCidrs" not in changed["vpcConfig"]
    assert changed["vpcConfig"]["clusterSecurityGroupId"] == made["vpcConfig"]["clusterSecurityGroupId"]


def test_names_begin_as_asked_and_stay() -> None:
    aws = simulated()
    inputs = {"clusterName": "c", "nodeGroupNamePrefix": "general-pool-"}
    id_, made = aws.create(NODE_GROUP, "general-pool", inputs, CONFIG)
    assert id_.startswith("c:general-pool-")
    assert aws.update(NODE_GROUP, id_, inputs, made, CONFIG)["nodeGroupName"] == made["nodeGroupName"]
    assert aws.create(NODE_GROUP, "general-pool", inputs, CONFIG)[0] != id_


def test_tags_of_a_launch_template_make_no_version_of_it() -> None:
    aws, given = simulated(), {"namePrefix": "pool-", "tagsAll": {"owner": "platform"}}
    id_, made = aws.create(TEMPLATE, "t", given, CONFIG)
    tagged = aws.update(TEMPLATE, id_, {**given, "tagsAll": {"owner": "shop"}}, made, CONFIG)
    assert tagged["latestVersion"] == 1
    assert aws.update(TEMPLATE, id_, {**given, "userData": "Cg=="}, tagged, CONFIG)["latestVersion"] == 2


def test_a_cluster_keeps_the_key_of_its_secrets_whatever_it_is_told() -> None:
    aws, given = simulated(), {"name": "c", "vpcConfig": {}, "encryptionConfig": {"provider": {"keyArn": "a"}}}
    id_, made = aws.create(CLUSTER, "c", given, CONFIG)
    other = {**given, "encryptionConfig": {"provider": {"keyArn": "b"}}}
    assert aws.update(CLUSTER, id_, other, made, CONFIG)["encryptionConfig"] == {"provider": {"keyArn": "a"}}


def test_a_tag_that_somebody_adds_is_read() -> None:
    given, live = {"tagsAll": {"owner": "o"}, "name": "n"}, {"tagsAll": {"owner": "o", "seen-by": "s"}, "arn": "a"}
    assert as_read(given, live, read_whole(VPC)) == {"tagsAll": {"owner": "o", "seen-by": "s"}, "name": "n"}


def test_default_tags_are_on_everything_that_has_tags() -> None:
    aws = simulated()
    tags = aws.complete({"tags": {"Name": "n"}}, type_schema(VPC), CONFIG)
    assert tags == {"tagsAll": {"owner": "platform", "Name": "n"}}
    assert aws.complete({}, type_schema("aws:ec2/route:Route"), CONFIG) == {}


def test_addons_are_told_to_the_cluster() -> None:
    addons: list[str] = []
    simulated(addons=addons).create(ADDON, "a", {"clusterName": "c", "addonName": "snapshot-controller"}, CONFIG)
    assert addons == ["snapshot-controller"]


def test_an_arn_names_region_and_account() -> None:
    _, made = simulated().create(ROLE, "r", {"name": "r"}, CONFIG)
    assert made["arn"] == "arn:aws:iam::222233334444:role/r"
    _, made = simulated().create(CLUSTER, "c", {"name": "c"}, CONFIG)
    assert made["arn"] == "arn:aws:eks:eu-central-1:222233334444:cluster/c"


def test_a_look_up_that_nobody_thought_of_is_an_error() -> None:
    with pytest.raises(CloudError, match="no data source aws:ec2/getAmi"):
        simulated().invoke("aws:ec2/getAmi:getAmi", {}, CONFIG)


def test_a_password_is_a_secret_of_the_length_asked_for_and_stays() -> None:
    values, token = RandomValues(), "random:index/randomPassword:RandomPassword"
    id_, made = values.create(token, "p", {"length": 40}, {})
    assert isinstance(made["result"], Secret)
    assert len(made["result"].value) == 40
    assert values.update(token, id_, {"length": 40}, made, {})["result"] == made["result"]
    assert replaces(token, "length", {}, {})


def test_a_name_is_taken_in_its_account_alone_and_a_buckets_name_everywhere() -> None:
    cloud, aws = Cloud(), simulated()
    other = {**CONFIG, "allowedAccountIds": ["333344445555"]}
    bucket = "aws:s3/bucket:Bucket"
    for token, config in ((ROLE, CONFIG), (ROLE, other), (bucket, CONFIG)):
        cloud.add(Live(token, "name", "u", {}, aws.scope(token, config)))
    with pytest.raises(CloudError, match="409"):
        cloud.add(Live(ROLE, "name", "u", {}, aws.scope(ROLE, other)))
    with pytest.raises(CloudError, match="409"):
        cloud.add(Live(bucket, "name", "u", {}, aws.scope(bucket, other)))


def test_a_role_is_held_in_its_own_account_alone() -> None:
    role = Live(ROLE, "r", "u", {}, "111122223333")
    cloud = cloud_with(role, Live(ATTACHMENT, "r/p", "u", {"role": "r"}, "222233334444"))
    check_delete(cloud, role, {})
