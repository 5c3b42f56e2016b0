"""The texts that the simulated clouds answer with are taken for what the tables of `make engine-test` expect.

The engine is not needed for that: who changes a pattern sees here what the long scenarios would show.
"""

from __future__ import annotations

import pytest

from homeport.deploy.explain import explain
from tests.deploy.engine_events import aftermath, failing
from tests.engine import eks_faults_table, gke_faults_table, global_faults_aws_table, test_global_faults
from tests.engine.breaking import Broken

TABLES = (gke_faults_table, eks_faults_table, test_global_faults, global_faults_aws_table)


def type_of(broken: Broken, cloud: str) -> str:
    """As the engine would name it; a table holds the end of a type, and for IAM members a part of it."""
    return f"{cloud}:{broken.fault.type.rstrip(':')}:Thing"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__.rpartition(".")[2])
def test_every_answer_of_a_table_is_taken_for_its_kind(table: object) -> None:
    cloud = "aws" if table in (eks_faults_table, global_faults_aws_table) else "gcp"
    rows: list[Broken] = [row for name in ("UP", "UPDATE", "DOWN") for row in getattr(table, name)]
    assert len(rows) > 30
    wrong: dict[str, tuple[str | None, str | None]] = {}
    for row in rows:
        found = explain(
            [*failing(row.resource, type_of(row, cloud), row.fault.operation, row.fault.text), *aftermath()]
        )
        kind = found.kind if found else None
        if kind != row.kind:
            wrong[row.fault.text] = (kind, row.kind)
    assert wrong == {}
