"""Updates of the global stack that fail half-way on AWS: the message, what is left, and that the next one completes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.engine import global_faults_aws_table as table
from tests.engine.breaking import assert_deleted_in_order, repeat_until_done
from tests.engine.changing import Config
from tests.engine.harness import Engine

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(2400)]


def _on_aws_alone(config: Config) -> None:
    """Everything on AWS, in three accounts, with nothing protected."""
    config.update(protection="none", decommission=True)
    config.pop("gcp")
    zones = config["dns"]["zones"]
    config["dns"]["zones"] = {name: zone for name, zone in zones.items() if zone["cloud"] == "aws"}
    config["dns"]["zones"]["eks"].pop("parent")


def change(config: Config) -> None:
    """Tags of everything, a budget, and rules that are replaced."""
    config["owner"] = "shop"
    config["aws"]["budgets"]["all"].update(amount=2500)
    config["aws"]["registries"]["apps"].update(cleanup={"untagged_days": 7})


@pytest.fixture(scope="module")
def engine(new_engine: Callable[[str], Engine]) -> Engine:
    """`global`, of which nothing exists yet; every test leaves behind what the next one finds."""
    made = new_engine("global")
    made.edit(_on_aws_alone)
    return made


def test_faults_of_every_service_are_met() -> None:
    faults = [broken.fault for broken in (*table.UP, *table.UPDATE, *table.DOWN)]
    assert len(set(faults)) == len(faults) >= 40
    services = {fault.type.partition("/")[0] for fault in faults}
    assert services == {"route53", "iam", "s3", "cloudtrail", "budgets", "kms", "ecr"}


def test_failed_creations_of_global_on_aws_are_named_and_the_next_update_goes_on(engine: Engine) -> None:
    repeat_until_done(engine, engine.up, table.UP)
    assert set(Counter(live.urn for live in engine.live.values()).values()) == {1}
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}


def test_failed_changes_of_global_on_aws_are_named_and_done_in_the_end(engine: Engine) -> None:
    engine.edit(change)
    repeat_until_done(engine, engine.up, table.UPDATE)
    assert engine.cloud.one("budgets/budget:", "aws-global-budget-all-budget").properties["limitAmount"] == "2500"
    tagged = [live for live in engine.live.values() if "tagsAll" in live.properties]
    assert {live.properties["tagsAll"]["owner"] for live in tagged} == {"shop"}
    assert set(Counter(live.urn for live in engine.live.values()).values()) == {1}
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}


def test_failed_deletions_of_global_on_aws_are_named_and_nothing_is_left_in_the_end(engine: Engine) -> None:
    repeat_until_done(engine, engine.destroy, table.DOWN)
    assert engine.live == {}
    assert engine.resources() == {}


def test_deletions_of_global_on_aws_come_in_an_order_that_the_cloud_accepts(engine: Engine) -> None:
    assert_deleted_in_order(
        engine,
        [
            ("dns-stage-eks-ns", "dns-eks"),
            ("aws-global-audit-trail", "aws-global-audit-logs-policy"),
            ("aws-global-audit-logs-policy", "aws-global-audit-logs-bucket"),
            ("aws-global-backup-backups-bucket", "aws-global-key-backups-key"),
            ("aws-global-registry-apps-web-policy", "aws-global-registry-apps-web"),
            ("aws-global-access-platform-AdministratorAccess", "aws-global-access-platform"),
        ],
    )
