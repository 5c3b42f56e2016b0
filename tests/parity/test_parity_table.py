"""The parity table: every cell that says yes holds in the plans that it names, and would not in an empty one."""

from __future__ import annotations

import pytest

from homeport.parity import AREAS, Capability, broken, capabilities, parity_page, stacks
from homeport.parity_eks import EKS
from homeport.parity_gke import GKE
from tests.parity.plans import plan

ROWS = list(capabilities())
#: What proves each capability, by stack: a plan without resources of these types must not have it.
CELLS = [
    pytest.param(row, cloud, stack, id=f"{row.name}-{stack}")
    for row in ROWS
    for cloud, cell in (("gke", row.gke), ("eks", row.eks))
    for stack in cell.stacks
]


def test_all_rows_stand_in_both_columns_and_under_one_heading() -> None:
    names = [name for area in AREAS.values() for name in area]
    assert len(names) == len(set(names))
    assert set(names) == GKE.keys() == EKS.keys()


def test_the_table_is_held_against_both_environments_of_both_clouds() -> None:
    assert stacks() == ["prod", "prod-eks", "stage", "stage-eks"]


@pytest.mark.parametrize(("row", "cloud", "stack"), CELLS)
def test_a_cell_that_says_yes_holds_in_the_plan_and_not_in_an_empty_one(
    row: Capability, cloud: str, stack: str
) -> None:
    holds = (row.gke if cloud == "gke" else row.eks).holds
    assert holds is not None
    graph = plan(stack)
    assert holds(graph), f"{row.name} does not hold in the plan of {stack}"
    empty = graph.model_copy(update={"resources": [graph.root]})
    assert not holds(empty)


def test_a_cell_that_says_yes_names_a_stack_and_one_that_says_no_gives_the_reason() -> None:
    for row in ROWS:
        for cell in (row.gke, row.eks):
            assert bool(cell.stacks) == bool(cell.how) == (cell.holds is not None) != bool(cell.reason), row.name


def test_a_plan_that_loses_a_capability_is_told() -> None:
    graphs = {stack: plan(stack) for stack in stacks()}
    assert broken(graphs) == []
    cluster = next(item for item in graphs["stage-eks"].resources if item.type == "eks:index:Cluster")
    public = cluster.model_copy(update={"inputs": {**cluster.inputs, "publicAccessCidrs": ["0.0.0.0/0"]}})
    others = [item for item in graphs["stage-eks"].resources if item is not cluster]
    graphs["stage-eks"] = graphs["stage-eks"].model_copy(update={"resources": [*others, public]})
    assert broken(graphs) == ["API access restricted on eks: the plan of stage-eks does not have it"]


def test_the_page_has_a_row_for_each_capability() -> None:
    page = parity_page()
    for row in ROWS:
        assert f"| {row.name} | " in page
    assert page.count("\n| ") == len(ROWS) + len(AREAS)
