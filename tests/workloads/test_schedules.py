"""When a CronJob runs: what Kubernetes reads, no more and no less."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from homeport.workloads import schedule
from tests.workloads.places import cron_job


def refused(**values: str) -> tuple[str, str]:
    with pytest.raises(ValidationError) as error:
        cron_job(**values)
    (found,) = error.value.errors()
    context: dict[str, Any] = found.get("ctx", {})
    return context["rule"], context["fix"]


#: Also asked of a real API server, in tests/engine/test_workloads_admitted.py.
READ = [
    "15 3 * * *",
    "*/5 * * * *",
    "0 0 1,15 * MON-FRI",
    "0-30/10 4 * jan,Jul sun",
    "@daily",
    "@hourly",
    "5/15 * * * 0-6",
]
NOT_READ = [
    "* * * *",
    "60 * * * *",
    "* * * * 7",
    "0 0 L * *",
    "0 0 * * 5#2",
    "*/0 * * * *",
    "0 22-2 * * *",
    "0 0 0 * *",
]


@pytest.mark.parametrize("value", READ)
def test_what_kubernetes_reads(value: str) -> None:
    assert cron_job(schedule=value).schedule == value


@pytest.mark.parametrize("value", NOT_READ)
def test_what_kubernetes_does_not_read(value: str) -> None:
    rule, fix = refused(schedule=value)
    assert rule.startswith("must be a schedule")
    assert fix == 'write five fields, minute hour day month weekday, for example "15 3 * * *"'


def test_sunday_is_zero() -> None:
    assert "Sunday is 0" in refused(schedule="0 0 * * 7")[0]


def test_a_day_that_never_comes() -> None:
    assert refused(schedule="0 0 30 2 *")[0].startswith("must be a schedule")
    assert cron_job(schedule="0 0 29 2 *").schedule == "0 0 29 2 *"


@pytest.mark.parametrize("value", ["TZ=Europe/Berlin 0 0 * * *", "CRON_TZ=UTC 0 0 * * *"])
def test_a_time_zone_in_a_schedule(value: str) -> None:
    assert refused(schedule=value) == ("must not hold a time zone: Kubernetes refuses it there", "use time_zone")


@pytest.mark.parametrize("zone", ["Europe/Berlinn", "Local", "+01:00", ""])
def test_time_zones_of_nowhere(zone: str) -> None:
    assert refused(time_zone=zone) == (
        "must be a time zone of the IANA database",
        "for example Europe/Berlin, or Etc/UTC",
    )


def test_time_zones_where_the_system_knows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "available_timezones", set)
    assert cron_job(time_zone="Europe/Berlin").time_zone == "Europe/Berlin"
