"""Rules between the settings of a GKE cluster, with their exact words."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.cluster.gke_args import GkeClusterArgs, gke_name_problems
from homeport.cluster.gke_inputs import maintenance_policy
from homeport.model import DEFER_CHECKS, walk_checks
from tests.cluster.gke_world import args


def found(**changes: Any) -> list[str]:
    given = {
        "project": "acme-stage",
        "region": "europe-west3",
        "zones": ["europe-west3-a", "europe-west3-b"],
        **changes,
    }
    unchecked = GkeClusterArgs.model_validate(given, context=dict(DEFER_CHECKS))
    return [problem.text() for problem in walk_checks(unchecked)]


def exclusion(start: str, end: str, scope: str = "no-upgrades") -> dict[str, str]:
    return {"start": start, "end": end, "scope": scope}


def exclusions(**named: dict[str, str]) -> dict[str, Any]:
    return {"maintenance": {"exclusions": named}}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            exclusions(sale=exclusion("2026-12-20T00:00:00Z", "2026-12-01T00:00:00Z")),
            (
                'maintenance.exclusions.sale.end = "2026-12-01T00:00:00Z": must be after start, which is '
                "2026-12-20T00:00:00Z"
            ),
        ),
        (
            exclusions(sale=exclusion("2026-12-01T00:00:00Z", "2026-12-31T00:00:01Z")),
            (
                'maintenance.exclusions.sale.end = "2026-12-31T00:00:01Z": an exclusion of all upgrades lasts 30 days '
                'at most; end it by "2026-12-31T00:00:00Z", or use scope: no-minor-upgrades, which may last longer'
            ),
        ),
        (
            exclusions(sale=exclusion("2026-13-01T00:00:00Z", "2026-12-31T00:00:01Z")),
            (
                'maintenance.exclusions.sale.start = "2026-13-01T00:00:00Z": there is no such date or time; write it '
                'as year-month-dayThour:minute:secondZ, for example "2026-12-20T00:00:00Z"'
            ),
        ),
        (
            exclusions(**{name: exclusion("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z") for name in "abcd"}),
            (
                "maintenance.exclusions: 4 exclusions hold back all upgrades (a, b, c, d); GKE takes 3; remove those "
                "that are over, or give some scope: no-minor-upgrades"
            ),
        ),
        (
            {"logging": ["workloads"]},
            (
                'logging = "workloads": GKE takes other components only together with system; write '
                "logging: [system, workloads], or an empty list to switch it off"
            ),
        ),
        (
            {"monitoring": ["system", "pod", "system"]},
            'monitoring[2] = "system": stands in the list twice; remove one of them',
        ),
        (
            {"registry_projects": ["acme-registry", "acme-registry"]},
            'registry_projects[1] = "acme-registry": stands in the list twice; remove one of them',
        ),
        (
            {"encryption": {"enabled": False, "key": "projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k"}},
            (
                "encryption.enabled = false: encryption is off, so the key would have no effect; remove key, or remove "
                "enabled: false"
            ),
        ),
        (
            {"name": "a" * 25},
            (
                f'name = "{"a" * 25}": the name of a service account derived from it, "{"a" * 25}-nodes", has 31 '
                "characters; 30 are allowed; set name to 24 characters at most, of a-z, 0-9 and -"
            ),
        ),
        (
            {"version": "1.34", "release_channel": "stable"},
            (
                'version = "1.34": the release channel stable chooses the version; both would fight; remove version to '
                "follow the channel, or remove release_channel to stay at the version"
            ),
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_what_cannot_be_is_said_with_the_fix(changes: dict[str, Any], text: str) -> None:
    assert found(**changes) == [text]


def test_more_than_twenty_exclusions_are_refused() -> None:
    many = {
        f"e{index}": exclusion("2026-12-01T00:00:00Z", "2027-02-01T00:00:00Z", "no-minor-upgrades")
        for index in range(21)
    }
    assert found(**exclusions(**many)) == [
        "maintenance.exclusions: there are 21 exclusions; GKE takes 20; remove those that are over"
    ]
    many.popitem()
    assert found(**exclusions(**many)) == []


def test_thirty_days_to_the_second_are_accepted() -> None:
    assert found(**exclusions(sale=exclusion("2026-12-01T00:00:00Z", "2026-12-31T00:00:00Z"))) == []


def test_a_name_that_comes_from_elsewhere_can_be_checked_too() -> None:
    assert list(gke_name_problems("a" * 24)) == []
    assert [problem.path for problem in gke_name_problems("a" * 25)] == [("name",)]
    assert [problem.path for problem in gke_name_problems("a" * 41)] == [("name",)]
    assert "begin with a letter" in next(iter(gke_name_problems("1a"))).rule


class TestMaintenanceWindow:
    def test_it_is_anchored_in_the_past_and_never_moves(self) -> None:
        window = {"start": "23:30", "hours": 8, "days": ["SU", "MO"]}
        assert maintenance_policy(args(maintenance={"window": window}).maintenance)["recurring_window"] == {
            "start_time": "2026-01-05T23:30:00Z",
            "end_time": "2026-01-06T07:30:00Z",
            "recurrence": "FREQ=WEEKLY;BYDAY=MO,SU",
        }

    def test_exclusions_are_sent_in_the_order_of_their_names(self) -> None:
        policy = maintenance_policy(
            args(
                **exclusions(
                    winter=exclusion("2026-12-20T00:00:00Z", "2027-01-03T00:00:00Z"),
                    launch=exclusion("2026-11-24T00:00:00Z", "2026-12-01T00:00:00Z", "no-minor-or-node-upgrades"),
                )
            ).maintenance
        )
        assert policy["maintenance_exclusions"] == [
            {
                "exclusion_name": "launch",
                "start_time": "2026-11-24T00:00:00Z",
                "end_time": "2026-12-01T00:00:00Z",
                "exclusion_options": {"scope": "NO_MINOR_OR_NODE_UPGRADES"},
            },
            {
                "exclusion_name": "winter",
                "start_time": "2026-12-20T00:00:00Z",
                "end_time": "2027-01-03T00:00:00Z",
                "exclusion_options": {"scope": "NO_UPGRADES"},
            },
        ]
