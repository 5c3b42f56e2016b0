from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi

from homeport.globals.access_args import AwsGrant
from homeport.globals.access_documents import trust
from homeport.globals.args import GlobalAwsArgs, GlobalGcpArgs
from homeport.globals.aws import GlobalAws
from homeport.globals.ci_args import CiIdentity
from homeport.globals.gcp import GlobalGcp
from homeport.globals.registry_args import Cleanup
from homeport.globals.registry_documents import lifecycle_policy, repository_policy
from homeport.plan import Graph

GraphOf = Callable[[Callable[[pulumi.ResourceOptions], Any]], Graph]
ACCOUNT = "111122223333"
DAY = 86400


def amazon(graph_of: GraphOf, **section: Any) -> Graph:
    args = GlobalAwsArgs.model_validate({"account": ACCOUNT, "region": "eu-central-1", **section})
    return graph_of(lambda opts: GlobalAws("aws", args, ci={}, opts=opts))


def google(graph_of: GraphOf, ci: dict[str, CiIdentity] | None = None, **section: Any) -> Graph:
    args = GlobalGcpArgs.model_validate(
        {"project": "acme-global", "region": "europe-west3", "services": {"enabled": False}, **section}
    )
    return graph_of(lambda opts: GlobalGcp("gcp", args, ci=ci or {}, parts=[], opts=opts))


def test_an_s3_bucket_is_private_versioned_encrypted_and_tls_only(graph_of: GraphOf) -> None:
    graph = amazon(graph_of, keys={"shared": {}}, backups={"main": {"key": "shared"}})
    assert graph.one(name="aws-backup-main-private").inputs == {
        "bucket": f"main-{ACCOUNT}-eu-central-1",
        "region": "eu-central-1",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    assert graph.one(name="aws-backup-main-versions").inputs["versioningConfiguration"] == {"status": "Enabled"}
    (rule,) = graph.one(name="aws-backup-main-encryption").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {
        "sseAlgorithm": "aws:kms",
        "kmsMasterKeyId": "${aws-key-shared-key.arn}",
    }
    policy = json.loads(graph.one(name="aws-backup-main-policy").inputs["policy"])
    assert policy["Statement"][0]["Effect"] == "Deny"
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert graph.one(name="aws-backup-main-private").urn in graph.one(name="aws-backup-main-policy").dependencies


def test_s3_holds_objects_only_when_asked(graph_of: GraphOf) -> None:
    plain = amazon(graph_of, backups={"main": {}})
    assert not plain.find(name="aws-backup-main-retention")
    held = amazon(graph_of, backups={"main": {"object_lock": True, "retention_days": 14, "region": "eu-west-1"}})
    assert held.one(name="aws-backup-main-bucket").inputs["objectLockEnabled"] is True
    assert held.one(name="aws-backup-main-retention").inputs["rule"] == {
        "defaultRetention": {"mode": "GOVERNANCE", "days": 14}
    }
    assert held.one(name="aws-backup-main-versions").urn in held.one(name="aws-backup-main-retention").dependencies
    assert {r.inputs["region"] for r in held.resources if "region" in r.inputs and not r.is_provider} == {"eu-west-1"}


def test_a_gcs_bucket_keeps_versions_or_holds_objects(graph_of: GraphOf) -> None:
    graph = google(graph_of, backups={"main": {}, "held": {"retention_days": 14, "location": "EU"}})
    main = graph.one(name="gcp-backup-main-bucket").inputs
    assert main["versioning"] == {"enabled": True}
    assert "retentionPolicy" not in main
    assert main["publicAccessPrevention"] == "enforced"
    assert main["uniformBucketLevelAccess"] is True
    assert main["softDeletePolicy"] == {"retentionDurationSeconds": 7 * DAY}
    held = graph.one(name="gcp-backup-held-bucket").inputs
    assert held["versioning"] == {"enabled": False}
    assert held["retentionPolicy"] == {"retentionPeriod": str(14 * DAY), "isLocked": False}
    assert held["location"] == "EU"


def test_a_key_is_granted_to_the_service_agent_before_it_encrypts(graph_of: GraphOf) -> None:
    graph = google(
        graph_of, keys={"shared": {}}, backups={"main": {"key": "shared"}}, registries={"apps": {"key": "shared"}}
    )
    for encrypted, grant in (
        ("gcp-backup-main-bucket", "gcp-backup-main-agent-key"),
        ("gcp-registry-apps-repository", "gcp-registry-apps-agent-key"),
    ):
        assert graph.one(name=grant).urn in graph.one(name=encrypted).dependencies
        assert graph.one(name=grant).inputs["cryptoKeyId"] == "${gcp-key-shared-key.id}"


def test_ecr_repositories_are_immutable_scanned_and_readable_from_cluster_accounts(graph_of: GraphOf) -> None:
    graph = amazon(
        graph_of, accounts={"stage": {"id": "444455556666"}}, registries={"apps": {"images": ["web", "shop/api"]}}
    )
    repository = graph.one(name="aws-registry-apps-shop-api").inputs
    assert repository["name"] == "apps/shop/api"
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["forceDelete"] is False
    policy = json.loads(graph.one(name="aws-registry-apps-web-policy").inputs["policy"])
    assert policy["Statement"][0]["Principal"] == {"AWS": ["arn:aws:iam::444455556666:root"]}


def test_without_other_accounts_a_repository_needs_no_policy(graph_of: GraphOf) -> None:
    assert repository_policy([], []) is None
    assert not amazon(graph_of, registries={"apps": {"images": ["web"]}}).find(name="aws-registry-apps-web-policy")


def test_the_rule_for_any_image_comes_last() -> None:
    rules = lifecycle_policy(Cleanup(keep_recent=30))["rules"]
    assert [(rule["rulePriority"], rule["selection"]["tagStatus"]) for rule in rules] == [(1, "untagged"), (2, "any")]
    assert len(lifecycle_policy(Cleanup())["rules"]) == 1


def test_deploying_ci_pushes_images(graph_of: GraphOf) -> None:
    ci = {
        "homeport": CiIdentity.model_validate(
            {"provider": "github", "repository": "acme/homeport", "deploy": {"branches": ["main"]}}
        )
    }
    graph = google(graph_of, ci, registries={"apps": {}})
    writer = graph.one(name="gcp-registry-apps-writer-0").inputs
    assert writer["member"] == "serviceAccount:${gcp-ci-homeport-deploy.email}"
    assert writer["role"] == "roles/artifactregistry.writer"
    repository = graph.one(name="gcp-registry-apps-repository")
    assert repository.inputs["dockerConfig"] == {"immutableTags": True}
    assert repository.inputs["cleanupPolicyDryRun"] is False


def test_a_trail_waits_for_the_policy_of_its_bucket(graph_of: GraphOf) -> None:
    graph = amazon(graph_of, audit={})
    trail = graph.one(name="aws-audit-trail")
    assert trail.inputs["isMultiRegionTrail"] is True
    assert trail.inputs["enableLogFileValidation"] is True
    policy = graph.one(name="aws-audit-logs-policy")
    assert policy.urn in trail.dependencies
    arn = f"arn:aws:cloudtrail:eu-central-1:{ACCOUNT}:trail/{trail.inputs['name']}"
    for statement in json.loads(policy.inputs["policy"])["Statement"][1:]:
        assert statement["Condition"]["StringEquals"]["aws:SourceArn"] == arn


def test_a_sink_into_its_own_projects_log_bucket_needs_no_grant(graph_of: GraphOf) -> None:
    graph = google(graph_of, projects={"stage": "acme-stage"}, audit={"destination": "logs"})
    assert graph.find(name="gcp-audit-global")
    assert not graph.find(name="gcp-audit-global-writer")
    assert graph.one(name="gcp-audit-stage-writer").inputs["condition"]["expression"] == (
        "resource.name.endsWith('/buckets/acme-global-audit')"
    )


def test_budgets_count_projects_and_tell_by_mail(graph_of: GraphOf) -> None:
    mail = ["platform@acme.example"]
    graph = google(
        graph_of,
        projects={"stage": "acme-stage"},
        budgets={"all": {"amount": 500, "billing_account": "012345-6789AB-CDEF01", "emails": mail}},
    )
    rules = graph.one(name="gcp-budget-all-budget").inputs["thresholdRules"]
    assert [(rule["thresholdPercent"], rule["spendBasis"]) for rule in rules] == [
        (0.5, "CURRENT_SPEND"),
        (0.9, "CURRENT_SPEND"),
        (1, "CURRENT_SPEND"),
        (1, "FORECASTED_SPEND"),
    ]
    budget = amazon(graph_of, budgets={"all": {"amount": 500, "emails": mail}}).one(name="aws-budget-all-budget").inputs
    assert (budget["limitAmount"], budget["limitUnit"], len(budget["notifications"])) == ("500", "USD", 4)


def test_second_factors_are_asked_of_users_and_not_of_sessions_that_have_none() -> None:
    grant = AwsGrant(
        preset="admin",
        permission_sets=["Platform"],
        principals=["arn:aws:iam::111122223333:user/breakglass", "arn:aws:iam::111122223333:role/ops"],
    )
    by_sid = {statement["Sid"]: statement for statement in trust(ACCOUNT, grant)["Statement"]}
    assert by_sid["UsersWithSecondFactor"]["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert "Condition" not in by_sid["Roles"]
    reserved = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/"
    assert by_sid["PermissionSets"]["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
        f"{reserved}AWSReservedSSO_Platform_????????????????",
        f"{reserved}*/AWSReservedSSO_Platform_????????????????",
    ]


def test_people_reach_the_clusters_projects_and_the_global_one_when_named(graph_of: GraphOf) -> None:
    graph = google(
        graph_of,
        projects={"stage": "acme-stage"},
        access={
            "devs": {"group": "devs@acme.example", "preset": "viewer"},
            "ops": {"group": "ops@acme.example", "preset": "viewer", "projects": ["global"]},
        },
    )
    grants = graph.find(type="gcp:projects/iAMMember:IAMMember")
    reached = {(grant.inputs["member"], grant.inputs["project"]) for grant in grants}
    assert reached == {("group:devs@acme.example", "acme-stage"), ("group:ops@acme.example", "acme-global")}
