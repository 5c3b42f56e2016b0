"""What goes wrong in Google Cloud under the global layer: the message, what is left, and that the next run ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.engine.breaking import Answer, assert_deleted_in_order, broken, repeat_until_done
from tests.engine.changing import Config
from tests.engine.gke_faults_table import (
    API_OFF,
    BACKEND,
    CONCURRENT,
    EXISTS,
    FORBIDDEN,
    LATE,
    THROTTLED,
    UNAVAILABLE,
)
from tests.engine.harness import Engine

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]

_NAME_TAKEN = Answer(
    "Error 409: The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
    "Please select a different name and try again., conflict",
    "conflict",
)
_TOO_MANY_ACCOUNTS = Answer(
    "Error 429: Maximum number of service accounts on project reached., rateLimitExceeded", "quota"
)
_KEY_REFUSED = Answer(
    "Error 403: Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been "
    "authorized to use this key., forbidden",
    "forbidden",
)
_ZONE_NOT_EMPTY = Answer(
    "Error 400: The resource 'entity.managedZone' named 'stage-acme-example' is not empty and cannot be deleted., "
    "containerNotEmpty",
    "in_use",
)
_BUCKET_NOT_EMPTY = Answer("Error 409: The bucket you tried to delete is not empty., conflict", "in_use")

UP = broken(
    "create",
    {
        ("projects/service:", "gcp-global-services-global-dns"): (FORBIDDEN,),
        ("projects/service:", "gcp-global-services-stage-container"): (THROTTLED,),
        ("dns/managedZone:", "dns-acme"): (EXISTS,),
        ("dns/managedZone:", "dns-stage"): (LATE,),
        ("dns/recordSet:", "dns-stage-ns"): (BACKEND,),
        ("dns/dnsManagedZoneIamMember:", "dns-editor-stage-records"): (CONCURRENT,),
        ("projects/iAMCustomRole:", "dns-editor-lending"): (EXISTS,),
        ("serviceaccount/account:", "gcp-global-ci-homeport-deploy"): (_TOO_MANY_ACCOUNTS,),
        ("serviceaccount/iAMMember:", "gcp-global-ci-homeport-preview-login"): (UNAVAILABLE,),
        ("iam/workloadIdentityPool:", "gcp-global-ci-homeport-pool"): (EXISTS, LATE),
        ("iam/workloadIdentityPoolProvider:", "gcp-global-ci-homeport-provider"): (BACKEND,),
        ("artifactregistry/repository:", "gcp-global-registry-apps-repository"): (API_OFF,),
        ("artifactregistry/repositoryIamMember:", "gcp-global-registry-apps-puller-stage"): (CONCURRENT,),
        ("kms/keyRing:", "gcp-global-key-backups-ring"): (THROTTLED,),
        ("kms/cryptoKey:", "gcp-global-key-backups-key"): (LATE,),
        ("storage/bucket:", "gcp-global-backup-backups-bucket"): (_KEY_REFUSED, LATE),
        ("storage/bucket:", "gcp-global-audit-logs-bucket"): (_NAME_TAKEN,),
        ("storage/bucketIAMMember:", "gcp-global-audit-stage-writer"): (CONCURRENT,),
        ("logging/projectSink:", "gcp-global-audit-stage"): (BACKEND,),
        ("monitoring/notificationChannel:", "gcp-global-budget-all-platform@acme.example"): (UNAVAILABLE,),
        ("billing/budget:", "gcp-global-budget-all-budget"): (FORBIDDEN,),
    },
)
UPDATE = [
    *broken(
        "update",
        {
            ("storage/bucket:", "gcp-global-backup-backups-bucket"): (THROTTLED,),
            ("billing/budget:", "gcp-global-budget-all-budget"): (BACKEND, LATE),
            ("kms/cryptoKey:", "gcp-global-key-backups-key"): (FORBIDDEN,),
            ("artifactregistry/repository:", "gcp-global-registry-apps-repository"): (LATE,),
        },
    ),
    *broken("create", {("dns/recordSet:", "dns-shop-ns"): (THROTTLED,)}),
]
DOWN = broken(
    "delete",
    {
        ("dns/recordSet:", "dns-stage-ns"): (THROTTLED,),
        ("dns/managedZone:", "dns-stage"): (_ZONE_NOT_EMPTY,),
        ("dns/managedZone:", "dns-acme"): (LATE,),
        ("storage/bucket:", "gcp-global-audit-logs-bucket"): (_BUCKET_NOT_EMPTY,),
        ("artifactregistry/repository:", "gcp-global-registry-apps-repository"): (BACKEND, LATE),
        ("iam/workloadIdentityPool:", "gcp-global-ci-homeport-pool"): (LATE,),
        ("serviceaccount/account:", "gcp-global-ci-homeport-deploy"): (FORBIDDEN,),
        ("logging/projectSink:", "gcp-global-audit-global"): (UNAVAILABLE,),
        ("kms/cryptoKeyIAMMember:", "gcp-global-backup-backups-agent-key"): (CONCURRENT,),
        ("projects/iAMCustomRole:", "dns-editor-records"): (BACKEND,),
    },
)


def _smaller(config: Config) -> None:
    """Each of Google's types once or twice, in the projects that they need."""
    config.pop("aws")
    config.update(protection="none", decommission=True)
    for zone in ("eks", "stage-eks"):
        config["dns"]["zones"].pop(zone)
    config["dns"]["zones"]["acme"]["editors"] = []
    config["ci"]["homeport"]["deploy"] = {"branches": ["main"]}
    config["gcp"].pop("access")
    config["gcp"]["projects"].pop("prod")


def _change(config: Config) -> None:
    config["dns"]["zones"]["shop"] = {"cloud": "gcp", "domain": "shop.acme.example", "parent": "acme"}
    config["gcp"]["backups"]["backups"]["soft_delete_days"] = 30
    config["gcp"]["budgets"]["all"]["amount"] = 2500
    config["gcp"]["keys"]["backups"]["rotation_days"] = 30
    config["gcp"]["registries"]["apps"] = {"cleanup": {"untagged_days": 7}}


@pytest.fixture(scope="module")
def engine(new_engine: Callable[[str], Engine]) -> Engine:
    """`global` on Google Cloud, of which nothing exists yet; every test leaves behind what the next one finds."""
    made = new_engine("global")
    made.edit(_smaller)
    return made


def test_failed_creations_of_the_global_layer_are_named_and_the_next_update_goes_on(engine: Engine) -> None:
    repeat_until_done(engine, engine.up, UP)
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}


def test_failed_changes_of_the_global_layer_are_named_and_done_in_the_end(engine: Engine) -> None:
    engine.edit(_change)
    repeat_until_done(engine, engine.up, UPDATE)
    budget = engine.cloud.one("billing/budget:", "gcp-global-budget-all-budget").properties
    assert budget["amount"]["specifiedAmount"]["units"] == "2500"
    assert engine.cloud.one("dns/recordSet:", "dns-shop-ns")
    assert engine.up().must().touched == {}
    assert set(Counter(live.urn for live in engine.live.values()).values()) == {1}


def test_failed_deletions_of_the_global_layer_are_named_and_nothing_is_left(engine: Engine) -> None:
    repeat_until_done(engine, engine.destroy, DOWN)
    assert engine.live == {}
    assert engine.resources() == {}


def test_the_global_layer_goes_in_an_order_that_google_accepts(engine: Engine) -> None:
    assert_deleted_in_order(
        engine,
        [
            ("dns-stage-ns", "dns-stage"),
            ("dns-stage-ns", "dns-acme"),
            ("gcp-global-backup-backups-bucket", "gcp-global-backup-backups-agent-key"),
            ("gcp-global-backup-backups-agent-key", "gcp-global-key-backups-key"),
            ("gcp-global-audit-stage-writer", "gcp-global-audit-logs-bucket"),
            ("gcp-global-ci-homeport-provider", "gcp-global-ci-homeport-pool"),
            ("gcp-global-budget-all-budget", "gcp-global-budget-all-platform@acme.example"),
        ],
    )
