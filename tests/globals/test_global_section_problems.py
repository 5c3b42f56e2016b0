from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from homeport.globals.access_args import AwsGrant, GcpGrant
from homeport.globals.args import GlobalAwsArgs, GlobalGcpArgs, GlobalSections
from homeport.globals.audit_args import GcpAuditArgs
from homeport.globals.backup_args import AwsBackupArgs, GcpBackupArgs
from homeport.globals.budget_args import AwsBudgetArgs, GcpBudgetArgs
from homeport.globals.presets import AWS_POLICIES, GCP_ROLES, PRESETS
from homeport.globals.registry_args import AwsRegistryArgs, GcpRegistryArgs
from homeport.model import DEFER_CHECKS, Model, walk_checks

GCP: dict[str, Any] = {"project": "acme-global", "region": "europe-west3", "projects": {"stage": "acme-stage"}}
AWS: dict[str, Any] = {"account": "111122223333", "region": "eu-central-1"}
ROLE = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Platform_0123456789abcdef"


def problems(model: type[Model], value: dict[str, Any]) -> list[str]:
    parsed = model.model_validate(value, context=dict(DEFER_CHECKS))
    return [problem.text() for problem in walk_checks(parsed)]


def only(model: type[Model], value: dict[str, Any]) -> str:
    (text,) = problems(model, value)
    return text


def field_error(model: type[Model], value: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value, context=dict(DEFER_CHECKS))
    (error,) = caught.value.errors()
    return error["msg"], error.get("ctx", {}).get("fix", "")


def test_a_layer_without_a_cloud() -> None:
    assert only(GlobalSections, {}) == (
        "gcp: the global layer needs a cloud to stand on; add the section gcp (project, region), aws (account, region),"
        " or both"
    )


def test_a_zone_needs_its_clouds_section() -> None:
    zones = {"acme": {"cloud": "aws", "domain": "acme.example"}}
    assert only(GlobalSections, {"gcp": GCP, "dns": {"zones": zones}}) == (
        "dns.zones.acme.cloud: the zone stands on aws, and there is no section aws; add aws: {account, region}"
    )


@pytest.mark.parametrize(
    ("group", "rule", "fix"),
    [
        ("user:who@acme.example", "grants to a single person", "make a group"),
        ("who@gmail.com", "is a person's address, not a group's", "make a group"),
        ("allUsers", "grants to everybody on the internet", "name a group"),
        ("group:allAuthenticatedUsers", "grants to everybody on the internet", "name a group"),
        ("x@acme-stage.iam.gserviceaccount.com", "is a service account; presets are for people", "section ci"),
        ("platform", "must be the address of a Google group", "platform@acme.example"),
        ("domain:acme.example", "must be the address of a Google group", "platform@acme.example"),
    ],
)
def test_a_preset_is_for_a_group(group: str, rule: str, fix: str) -> None:
    message, hint = field_error(GcpGrant, {"group": group, "preset": "viewer"})
    assert rule in message
    assert fix in hint


def test_an_unknown_preset_shows_the_nearest() -> None:
    assert field_error(GcpGrant, {"group": "platform@acme.example", "preset": "vieuer"}) == (
        "there is no such preset; there are viewer, developer, operator, admin",
        "write viewer",
    )


def test_presets_grow_from_step_to_step() -> None:
    assert set(GCP_ROLES) == set(AWS_POLICIES) == set(PRESETS)
    assert set(GCP_ROLES["viewer"]) < set(GCP_ROLES["developer"]) < set(GCP_ROLES["operator"])
    for preset in PRESETS:
        assert not {"roles/owner", "roles/editor", "roles/viewer"} & set(GCP_ROLES[preset])  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("principal", "rule"),
    [
        ("*", "would let anybody who has an AWS account in"),
        ("arn:aws:iam::111122223333:root", "stands for everybody in that account who may assume roles"),
        ("arn:aws:iam::111122223333:group/platform", "must be the ARN of an IAM role or user"),
    ],
)
def test_principals_are_named(principal: str, rule: str) -> None:
    assert field_error(AwsGrant, {"preset": "admin", "principals": [principal]})[0] == rule


def test_a_role_of_identity_center_keeps_its_path() -> None:
    assert problems(AwsGrant, {"preset": "admin", "principals": [ROLE]}) == []


def test_a_role_that_nobody_assumes() -> None:
    assert only(AwsGrant, {"preset": "admin"}) == (
        "permission_sets: nobody could assume the role; name a permission set, or principals by ARN"
    )


def test_references_to_projects_and_keys_show_the_nearest() -> None:
    found = problems(
        GlobalGcpArgs,
        {
            **GCP,
            "keys": {"shared": {}},
            "access": {"devs": {"group": "devs@acme.example", "preset": "developer", "projects": ["stag", "global"]}},
            "backups": {"backups": {"key": "shard"}},
        },
    )
    assert found == [
        'access.devs.projects[0] = "stag": there is no project of this name; there are global, stage; write stage',
        'backups.backups.key = "shard": there is no key of this name; there are shared; write shared',
    ]


def test_a_key_lies_where_it_encrypts() -> None:
    assert only(
        GlobalGcpArgs, {**GCP, "keys": {"shared": {}}, "backups": {"far": {"key": "shared", "location": "EU"}}}
    ) == (
        'backups.far.key = "shared": the key shared lies in europe-west3, what it would encrypt in europe; add a key in'
        " europe, and use it here"
    )
    assert (
        problems(
            GlobalGcpArgs,
            {
                **GCP,
                "keys": {"eu": {"location": "europe"}},
                "backups": {"far": {"key": "eu", "location": "EU"}},
            },
        )
        == []
    )
    assert only(
        GlobalAwsArgs,
        {**AWS, "keys": {"shared": {"region": "eu-west-1"}}, "registries": {"a": {"images": ["w"], "key": "shared"}}},
    ).startswith('registries.a.key = "shared": the key shared lies in eu-west-1, what it would encrypt in eu-central-1')


def test_a_trail_needs_a_key_that_lets_it_in() -> None:
    assert only(GlobalAwsArgs, {**AWS, "keys": {"shared": {}}, "audit": {"key": "shared"}}) == (
        'audit.key = "shared": CloudTrail may not use the key shared; add services: [cloudtrail] to keys.shared'
    )


def test_accounts_are_others() -> None:
    found = problems(
        GlobalAwsArgs,
        {
            **AWS,
            "accounts": {
                "self": {"id": "111122223333"},
                "stage": {"id": "444455556666", "role": "arn:aws:iam::777788889999:role/admin"},
                "again": {"id": "444455556666"},
            },
        },
    )
    assert [text.split(": ")[1].split(";")[0] for text in found] == [
        "is stage already",
        "is the section's own account, which counts already",
        "is not a role of the account 444455556666",
    ]


@pytest.mark.parametrize("account", ["12345", "1111-2222-3333", "abc"])
def test_an_account_is_twelve_digits(account: str) -> None:
    assert "12 digits" in field_error(GlobalAwsArgs, {**AWS, "account": account})[0]


def test_backups_keep_what_they_promise() -> None:
    assert only(GcpBackupArgs, {"retention_days": 30, "delete_after_days": 20, "colder_after_days": None}) == (
        "delete_after_days = 20: comes before the 30 days in which nothing can be deleted; use 30 or more, or lower"
        " retention_days"
    )
    assert only(AwsBackupArgs, {"retention_days": 30}) == (
        "retention_days = 30: S3 holds objects against deletion by object lock alone, which the bucket gets when it is"
        " made; add object_lock: true (a bucket that exists is made anew), or remove retention_days"
    )
    assert only(GcpBackupArgs, {"soft_delete_days": 3}) == (
        "soft_delete_days = 3: must be 0 or 7 to 90 days; write 7, or 0 to switch it off"
    )
    assert "bills 30 days at least" in only(AwsBackupArgs, {"delete_after_days": 40})


def test_a_derived_bucket_name_that_is_too_long_asks_for_one() -> None:
    assert only(GlobalGcpArgs, {**GCP, "backups": {"b" * 60: {}}}).endswith(
        "has 72 characters; 63 are allowed; set name to a shorter one"
    )


def test_budgets_are_heard_of() -> None:
    budget = {"amount": 100, "billing_account": "012345-6789AB-CDEF01"}
    assert only(GcpBudgetArgs, budget) == (
        "emails: nobody would hear of it; add an address, for example [platform@acme.example]"
    )
    assert problems(GcpBudgetArgs, {**budget, "billing_admins": True}) == []
    mail = ["platform@acme.example"]
    assert only(AwsBudgetArgs, {"amount": 100, "emails": mail, "thresholds": [50, 90, 50]}) == (
        "thresholds[2] = 50: stands in the list twice; remove one of them"
    )
    assert only(AwsBudgetArgs, {"amount": 100, "emails": mail, "thresholds": list(range(1, 11))}) == (
        "thresholds: thresholds and forecasts are 11; 10 together are allowed; remove some: 50, 90 and 100 tell enough"
    )
    assert "gcloud billing accounts list" in field_error(GcpBudgetArgs, {**budget, "billing_account": "x"})[1]


def test_registries_name_images_once() -> None:
    assert only(AwsRegistryArgs, {"images": ["web", "web"]}) == (
        'images[1] = "web": stands in the list twice; remove one of them'
    )
    assert "must be an image's name" in field_error(AwsRegistryArgs, {"images": ["Web"]})[0]
    key = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"
    assert "must lie in the repository's location" in only(GcpRegistryArgs, {"location": "europe-west3", "key": key})
    assert "everybody on the internet" in field_error(GcpRegistryArgs, {"readers": ["allUsers"]})[0]


def test_names_that_google_cloud_refuses() -> None:
    assert only(GlobalGcpArgs, {**GCP, "registries": {"1apps": {}}}) == (
        "registries.1apps: names a repository of Artifact Registry, which begins with a letter; rename it"
    )
    job = {"provider": "github", "repository": "acme/homeport"}
    assert field_error(GlobalSections, {"gcp": GCP, "ci": {"1st": job}}) == (
        "names a service account, which begins with a letter",
        "write ci-1st",
    )
    assert field_error(GlobalSections, {"gcp": GCP, "ci": {"a" * 23: job}})[1] == "shorten the name to 22"


def test_audit_logs_of_unknown_projects() -> None:
    assert only(GlobalGcpArgs, {**GCP, "audit": {"projects": ["prod"]}}) == (
        'audit.projects[0] = "prod": there is no project of this name; there are stage; add it to projects'
    )
    assert only(GcpAuditArgs, {"data_access": ["read", "read"]}).startswith("data_access[1]")


def test_places_of_data_for_a_rule_on_residency() -> None:
    sections = GlobalSections.model_validate(
        {"gcp": {**GCP, "backups": {"far": {"location": "us-east1"}}}, "aws": AWS}, context=dict(DEFER_CHECKS)
    )
    assert list(sections.places()) == [
        (("gcp", "region"), "europe-west3"),
        (("gcp", "backups", "far", "location"), "us-east1"),
        (("aws", "region"), "eu-central-1"),
    ]


values = st.none() | st.booleans() | st.integers(-5, 500) | st.text(max_size=12)
sections = st.fixed_dictionaries(
    {},
    optional={
        "gcp": st.dictionaries(st.sampled_from([*GlobalGcpArgs.model_fields]), values, max_size=4).map(
            lambda more: {**GCP, **more}
        ),
        "aws": st.dictionaries(st.sampled_from([*GlobalAwsArgs.model_fields]), values, max_size=4).map(
            lambda more: {**AWS, **more}
        ),
        "dns": st.dictionaries(st.text(max_size=4), values, max_size=2),
        "ci": st.dictionaries(st.text(max_size=4), values, max_size=2),
    },
)


@given(sections)
def test_bad_input_is_a_problem_and_never_a_traceback(value: dict[str, Any]) -> None:
    with contextlib.suppress(ValidationError):
        list(walk_checks(GlobalSections.model_validate(value, context=dict(DEFER_CHECKS))))
